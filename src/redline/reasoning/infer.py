"""Inference: each distinct question once, the answers broadcast over the subjects.

Two subjects whose leaves agree get the same answer. The truths of a shape's leaves are packed into
one integer a subject; a table gives the answer of each integer, and only what the table lacks is
put to the engine. Groups of one shape share a table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from redline.reasoning.engine import ENGINE, MAX_ANSWERS, Derivation
from redline.reasoning.formula import Shape
from redline.reasoning.groups import Group
from redline.reasoning.plan import OUTPUTS, Plan
from redline.reasoning.truth import TRUE

PARTITION = 1 << 16
"""Subjects judged and inferred at a time by those who have very many: the memory of a batch is that
of its largest partition."""

TABLE_LEAVES = 10
"""Leaves up to which a shape's answers stand in a table with a place for every signature."""

MAX_CODE = 1 << 20
"""Bound of the integers into which wide signatures are packed before they are made dense again."""


class Status(IntEnum):
    """What a rule comes to for a subject, as it is shown."""

    UNDETERMINED = 0
    COMPLIES = 1
    NOT_APPLICABLE = 2
    VIOLATED = 3
    EXCUSED = 4
    CONDITIONAL = 5


@dataclass(frozen=True)
class Inference:
    """Statuses (subjects × rules, `Status` as int8) and all truths (subjects × atoms)."""

    plan: Plan
    statuses: NDArray[np.int8]
    truths: NDArray[np.int8]

    def derivation(self, subject: int, group: Group) -> Derivation:
        """What the engine derived for a subject in a group, each literal with its premises."""
        truths = self.truths[subject]
        leaves = (int(truths[i]) if i >= 0 else TRUE - int(truths[~i]) for i in group.leaves)
        return ENGINE.derive(group.shape, bytes(leaves))


def infer(plan: Plan, judged: NDArray[np.int8]) -> Inference:
    """Infer concepts in their order, then the status of each rule for each subject."""
    if len(judged) == 1:
        return infer_one(plan, judged[0].tolist())
    truths = np.array(judged, np.int8, order="F")
    for concept in plan.concepts:
        columns = [truths[:, i] for i in concept.group.atoms]
        truths[:, concept.atom] = truths_of(concept.group, columns)
    statuses = np.empty((len(truths), len(plan.rules)), np.int8, order="F")
    for index, rule in enumerate(plan.rules):
        parts = [
            truths_of(part.group, [truths[:, i] for i in part.group.atoms]) for part in rule.parts
        ]
        columns = [parts[i] for i in rule.status.atoms]
        statuses[:, index] = STATUSES.of_all(rule.status, columns)
    return Inference(plan, statuses, truths)


def truths_of(group: Group, columns: Sequence[NDArray[np.int8]]) -> NDArray[np.int8]:
    """The truths of one formula for all subjects; those of a single atom as they are."""
    if group.leaves and not group.shape.productions:
        return columns[0] if group.leaves[0] >= 0 else np.int8(TRUE) - columns[0]
    return TRUTHS.of_all(group, columns)


def infer_one(plan: Plan, truths: list[int]) -> Inference:
    """The same for a single subject, without the cost of arrays.

    `both` holds the truths, and from its end backwards their opposites: that of atom i is both[~i].
    """
    both = with_opposites(truths)
    for concept in plan.concepts:
        truth = TRUTHS.of_one(concept.group, both)
        both[concept.atom], both[~concept.atom] = truth, TRUE - truth
    statuses = []
    for rule in plan.rules:
        parts = [TRUTHS.of_one(part.group, both) for part in rule.parts]
        statuses.append(STATUSES.of_one(rule.status, with_opposites(parts)))
    inferred = both[: len(truths)]
    return Inference(plan, np.array([statuses], np.int8), np.array([inferred], np.int8))


def with_opposites(truths: list[int]) -> list[int]:
    """Truths, and after them their opposites backwards."""
    return truths + [TRUE - truth for truth in reversed(truths)]


def partitions(n: int, size: int = PARTITION) -> Iterator[slice]:
    """The rows of n subjects in partitions."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def status_of(outputs: Sequence[int]) -> Status:
    """The status shown for the truths of a rule's five outputs."""
    derived = {name for name, truth in zip(OUTPUTS, outputs, strict=True) if truth == TRUE}
    if "out_of_scope" in derived:
        return Status.NOT_APPLICABLE
    if "no_breach" in derived:
        return Status.COMPLIES
    if "violated" in derived:
        return Status.VIOLATED
    if "excused" in derived:
        return Status.EXCUSED
    return Status.CONDITIONAL if "owed" in derived else Status.UNDETERMINED


class Answers:
    """The answers to the signatures of each shape, as one small integer each.

    `reading` turns the truths of a shape's outputs into that integer. Safe to use from several
    threads: a place of a table is only ever filled with its one right answer.
    """

    def __init__(self, reading: Callable[[Sequence[int]], int]) -> None:
        self._reading = reading
        self._tables: dict[str, NDArray[np.int8]] = {}
        self._single: dict[tuple[str, bytes], int] = {}
        self._lock = threading.Lock()

    def of_all(self, group: Group, columns: Sequence[NDArray[np.int8]]) -> NDArray[np.int8]:
        """The answers of many subjects, given the truths behind each leaf; one answer for all of
        them where there are no leaves.
        """
        shape = group.shape
        if not columns:
            return np.array(self._answer(shape, b""), np.int8)
        leaves = [
            column if i >= 0 else np.int8(TRUE) - column
            for i, column in zip(group.leaves, columns, strict=True)
        ]
        if len(leaves) > TABLE_LEAVES:
            return self._wide(shape, leaves)
        table = self._table(shape)
        codes = packed(leaves)
        found = np.take(table, codes)
        if found.min(initial=0) < 0:
            for code in np.unique(codes[found < 0]).tolist():
                table[code] = self._ask(shape, signature_of(code, len(leaves)))
            found = np.take(table, codes)
        return found

    def of_one(self, group: Group, both: Sequence[int]) -> int:
        """The answer of a single subject; `both` are the truths behind the leaves, and their
        opposites from the end backwards.
        """
        return self._answer(group.shape, bytes([both[i] for i in group.leaves]))

    def _answer(self, shape: Shape, signature: bytes) -> int:
        """The answer to one signature."""
        key = (shape.digest, signature)
        found = self._single.get(key)
        if found is None:
            found = self._ask(shape, signature)
            with self._lock:
                while len(self._single) >= MAX_ANSWERS:
                    self._single.pop(next(iter(self._single)))
                self._single[key] = found
        return found

    def _table(self, shape: Shape) -> NDArray[np.int8]:
        with self._lock:
            if shape.digest not in self._tables:
                self._tables[shape.digest] = np.full(3**shape.leaves, -1, np.int8)
            return self._tables[shape.digest]

    def _wide(self, shape: Shape, leaves: Sequence[NDArray[np.int8]]) -> NDArray[np.int8]:
        """The answers where a table would be too large: one for each signature that occurs."""
        codes, rows = dense(leaves)
        signatures = np.stack([column[rows] for column in leaves], axis=1).astype(np.uint8)
        answers = [self._answer(shape, signature.tobytes()) for signature in signatures]
        return np.take(np.array(answers, np.int8), codes)

    def _ask(self, shape: Shape, signature: bytes) -> int:
        return self._reading(ENGINE.outputs(shape, signature))


def packed(leaves: Sequence[NDArray[np.int8]]) -> NDArray[np.uint16]:
    """The truths of a few leaves as one integer a row: digits to base 3, the first the highest."""
    codes = leaves[0].astype(np.uint16)
    for column in leaves[1:]:
        codes *= np.uint16(3)
        codes += column.view(np.uint8)
    return codes


def signature_of(code: int, leaves: int) -> bytes:
    """The truths of a packed code, one byte a leaf."""
    digits = bytearray(leaves)
    for place in range(leaves - 1, -1, -1):
        code, digits[place] = divmod(code, 3)
    return bytes(digits)


def dense(leaves: Sequence[NDArray[np.int8]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A number for each row, from 0 without gaps and equal where all leaves agree; and for each
    number a row that has it.
    """
    codes = np.zeros(len(leaves[0]), np.intp)
    bound = 1
    for column in leaves:
        if bound * 3 > MAX_CODE:
            codes, rows = compacted(codes, bound)
            bound = len(rows)
        codes = codes * 3 + column
        bound *= 3
    return compacted(codes, bound)


def compacted(codes: NDArray[np.intp], bound: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Codes below a bound renumbered without gaps, and for each new number a row that has it."""
    row_of = np.full(bound, -1, np.intp)
    row_of[codes] = np.arange(len(codes))
    present = np.flatnonzero(row_of >= 0)
    number_of = np.empty(bound, np.intp)
    number_of[present] = np.arange(len(present))
    return number_of[codes], row_of[present]


TRUTHS = Answers(lambda outputs: outputs[0])
STATUSES = Answers(status_of)

"""The results of a batch as Arrow tables: all statuses, and sparse evidence for those that need it.

Nothing here is made cell by cell. Findings with clauses and reasons are made from the same
inference, for those cells that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from redline.reasoning.formula import leaves_of
from redline.reasoning.infer import Inference, Status
from redline.reasoning.judge import Judgements
from redline.reasoning.plan import Derived, Plan, RuleGroup
from redline.reasoning.sentences import saying_of
from redline.reasoning.truth import UNKNOWN

SETTLED = (Status.COMPLIES, Status.NOT_APPLICABLE)
"""Statuses that need no evidence."""

STATUS_NAMES = tuple(status.name.lower() for status in Status)
TRUTH_NAMES = ("false", "unknown", "true")

EVIDENCE = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("rule", pa.dictionary(pa.int16(), pa.string()), nullable=False),
        pa.field("status", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("condition", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("truth", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        *(
            pa.field(name, pa.float64())
            for name in ("value_least", "value_most", "limit_least", "limit_most")
        ),
    ]
)
"""A row for each condition on which a status rests that needs telling; the numbers where the
condition compares some, as they were judged: metres, square metres, days since 1970."""


def rule_name(group: RuleGroup) -> str:
    """A rule's name, its pack before it."""
    return f"{group.rule.pack}.{group.rule.names.key}"


def status_table(inference: Inference, ids: Sequence[str]) -> pa.Table:
    """A row for each subject: its id, and a column for each rule with the status in words.

    The columns are views of the matrix of statuses, one byte a cell.
    """
    columns = [pa.array(ids, pa.string())]
    columns += [
        worded(np.ascontiguousarray(column), STATUS_NAMES) for column in inference.statuses.T
    ]
    return pa.table(columns, names=["id", *map(rule_name, inference.plan.rules)])


def evidence_table(
    inference: Inference, judgements: Judgements, without: Sequence[Status] = SETTLED
) -> pa.Table:
    """On what the statuses rest that need telling: conditions with their truths and numbers.

    Of an undetermined status the open conditions, of any other those that are known.
    """
    plan = inference.plan
    names = tuple(map(rule_name, plan.rules))
    conditions = tuple(saying_of(atom, plan.day).statement.en for atom in plan.atoms)
    batches = [
        pa.record_batch(
            [
                pa.array(rows.astype(np.int32)),
                worded(np.full(len(rows), rule, np.int16), names),
                worded(inference.statuses[rows, rule], STATUS_NAMES),
                worded(np.full(len(rows), atom, np.int32), conditions),
                worded(inference.truths[rows, atom], TRUTH_NAMES),
                *numbers(judgements, atom, rows),
            ],
            schema=EVIDENCE,
        )
        for rule, atom, rows in told(inference, without)
    ]
    return pa.Table.from_batches(batches, schema=EVIDENCE)


def told(
    inference: Inference, without: Sequence[Status]
) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """Rules and their judged atoms, each with the rows in which the atom is worth telling."""
    needing = np.ones(len(Status), np.bool_)
    needing[list(without)] = False
    for rule, group in enumerate(inference.plan.rules):
        statuses = inference.statuses[:, rule]
        rows = np.flatnonzero(needing[statuses])
        if len(rows):
            wanted_open = statuses[rows] == Status.UNDETERMINED
            for atom in atoms_of(inference.plan, group):
                is_open = inference.truths[rows, atom] == UNKNOWN
                here = rows[is_open == wanted_open]
                if len(here):
                    yield rule, atom, here


def atoms_of(plan: Plan, group: RuleGroup) -> list[int]:
    """The judged atoms of a rule, those of its concepts included, in order."""
    found: dict[int, None] = {}
    left = list(group.inputs)
    while left:
        index = left.pop(0)
        if isinstance(plan.atoms[index], Derived):
            left = [*leaves_of(plan.formulas[index]), *left]
        else:
            found[index] = None
    return list(found)


def worded(codes: NDArray[np.integer], words: Sequence[str]) -> pa.DictionaryArray:
    """Small integers as the words that they stand for."""
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words, pa.string()))


def numbers(judgements: Judgements, atom: int, rows: NDArray[np.intp]) -> list[pa.Array]:
    """What was measured and its limit in some rows, null where nothing is known."""
    measured = judgements.measured.get(atom)
    if measured is None:
        return [pa.nulls(len(rows), pa.float64())] * 4
    bounds = (measured.value.low, measured.value.high, measured.limit.low, measured.limit.high)
    found = (column[rows] for column in bounds)
    return [pa.array(values, mask=~np.isfinite(values)) for values in found]

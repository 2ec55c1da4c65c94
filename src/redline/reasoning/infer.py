"""Inference: each distinct question once, the answers broadcast over the subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from redline.reasoning.engine import ENGINE, Derivation
from redline.reasoning.formula import ALWAYS_TRUE, Literal, Shape, opposite
from redline.reasoning.plan import OUTPUTS, Plan
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN


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


def infer(plan: Plan, judged: NDArray[np.int8]) -> Inference:
    """Infer concepts in their order, then the status of each rule for each subject."""
    truths = judged.copy()
    for concept in plan.concepts:
        for rows, (truth,) in answers(concept.shape, truths[:, concept.inputs]):
            truths[rows, concept.atom] = truth
    statuses = np.zeros((len(truths), len(plan.rules)), np.int8)
    for index, rule in enumerate(plan.rules):
        for rows, outputs in answers(rule.shape, truths[:, rule.inputs]):
            statuses[rows, index] = status_of(outputs)
    return Inference(plan, statuses, truths)


def status_of(outputs: tuple[int, ...]) -> Status:
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


def answers(
    shape: Shape, leaves: NDArray[np.int8]
) -> Iterator[tuple[NDArray[np.bool_] | slice, tuple[int, ...]]]:
    """The truths of a shape's outputs, for each group of rows whose leaves agree."""
    for rows, signature in distinct_rows(leaves):
        derivation = ENGINE.derive(shape, signature)
        yield rows, tuple(truth_of(x, signature, derivation) for x in shape.outputs)


def distinct_rows(
    leaves: NDArray[np.int8],
) -> Iterator[tuple[NDArray[np.bool_] | slice, bytes]]:
    """The distinct rows of a matrix of truths, each with the rows that equal it."""
    if len(leaves) == 1:
        yield slice(None), leaves[0].tobytes()
        return
    if len(leaves) == 0:
        return
    packed = np.ascontiguousarray(leaves).view(np.dtype((np.void, max(1, leaves.shape[1]))))
    if leaves.shape[1] == 0:
        yield slice(None), b""
        return
    unique, inverse = np.unique(packed.ravel(), return_inverse=True)
    for k, row in enumerate(unique):
        yield inverse == k, bytes(row)


def truth_of(literal: Literal, signature: bytes, derivation: Mapping[Literal, object]) -> int:
    """The truth of an output literal, given the leaves and what was derived."""
    if literal in (ALWAYS_TRUE, opposite(ALWAYS_TRUE)):
        return TRUE if literal == ALWAYS_TRUE else FALSE
    if literal.startswith("a"):
        truth = signature[int(literal[1:-1])]
        return truth if literal.endswith("+") else TRUE - truth
    if literal in derivation:
        return TRUE
    return FALSE if opposite(literal) in derivation else UNKNOWN


__all__ = ["Derivation", "Inference", "Status", "infer", "status_of"]

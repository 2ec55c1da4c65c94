"""What has to be measured: the atoms of rules that attributes alone do not settle.

Attributes, documents and judgements are judged first. A rule that they put out of scope for every
subject, or that none of them can then break, needs no measuring, so that a check costs what the
rules that bind its subjects ask for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from redline.reasoning.formula import Conjunction, Disjunction, Formula, Leaf, Negation
from redline.reasoning.plan import CoveredTogether, Derived, Inside, Plan, PlanAtom, Promised
from redline.reasoning.truth import FALSE, TRUE, Truths
from redline.rulebook.model import (
    ArithmeticTerm,
    Compares,
    Conforms,
    DocumentHeld,
    DoneBy,
    ExtremeTerm,
    MeasureTerm,
    Relates,
    Term,
    TotalTerm,
)


def is_measured(atom: PlanAtom) -> bool:
    """Whether an atom asks the ground or the register."""
    match atom:
        case Relates() | Inside() | CoveredTogether() | Conforms():
            return True
        case DocumentHeld(overlaps=overlaps, covers=covers, each=each):
            return bool(overlaps) or covers is not None or each is not None
        case Promised(held=held):
            return is_measured(held)
        case Compares(left=left, right=right) | DoneBy(done=left, due=right):
            return asks_ground(left) or asks_ground(right)
    return False


def asks_ground(term: Term) -> bool:
    """Whether a term is measured, or holds a part that is."""
    match term:
        case MeasureTerm() | TotalTerm():
            return True
        case ArithmeticTerm(left=left, right=right):
            return asks_ground(left) or asks_ground(right)
        case ExtremeTerm(terms=terms):
            return any(asks_ground(x) for x in terms)
    return False


def atoms_to_measure(plan: Plan, truths: NDArray[np.int8]) -> frozenset[int]:
    """The measured atoms of rules that `truths` (subjects × atoms) leave open for some subject."""
    values = Values(plan, truths)
    wanted: set[int] = set()
    for rule in plan.rules:
        settled = (values.of(rule.scope) == FALSE) | (values.of(rule.breach) == FALSE)
        if not settled.all():
            for formula in rule.outputs:
                wanted.update(atoms_of(plan, formula))
    return frozenset(i for i in wanted if is_measured(plan.atoms[i]))


def atoms_of(plan: Plan, formula: Formula) -> Iterator[int]:
    """The judged atoms of a formula, those of the concepts that it uses included."""
    match formula:
        case Leaf(index=index):
            if isinstance(plan.atoms[index], Derived):
                yield from atoms_of(plan, plan.formulas[index])
            else:
                yield index
        case Negation(inner=inner):
            yield from atoms_of(plan, inner)
        case Conjunction(items=items) | Disjunction(items=items):
            for item in items:
                yield from atoms_of(plan, item)


class Values:
    """The truths of formulas over all subjects; concepts are valued once."""

    def __init__(self, plan: Plan, truths: NDArray[np.int8]) -> None:
        self.plan = plan
        self.truths = truths
        self.derived: dict[int, Truths] = {}

    def of(self, formula: Formula) -> Truths:
        """The truths of a formula by strong Kleene logic."""
        match formula:
            case Leaf(index=index):
                if not isinstance(self.plan.atoms[index], Derived):
                    return self.truths[:, index]
                if index not in self.derived:
                    self.derived[index] = self.of(self.plan.formulas[index])
                return self.derived[index]
            case Negation(inner=inner):
                return (TRUE - self.of(inner)).astype(np.int8)
            case Conjunction(items=items):
                found = np.full(len(self.truths), TRUE, np.int8)
                for item in items:
                    found = np.minimum(found, self.of(item))
                return found
            case Disjunction(items=items):
                found = np.full(len(self.truths), FALSE, np.int8)
                for item in items:
                    found = np.maximum(found, self.of(item))
                return found

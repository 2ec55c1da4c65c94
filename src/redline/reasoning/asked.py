"""What has to be measured: the atoms of rules that attributes alone do not settle.

Attributes, documents and judgements are judged first. A rule that they put out of scope for every
subject, or that none of them can then break, needs no measuring, so that a check costs what the
rules that bind its subjects ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

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
    wanted: set[int] = set()
    asked = measured_by_rule(plan)
    one = truths[0].tolist() if len(truths) == 1 else None
    values = Values(plan, truths)
    for rule, atoms in zip(plan.rules, asked, strict=True):
        if not atoms or atoms <= wanted:
            continue
        if one is not None:
            settled = FALSE in (truth(plan, rule.scope, one), truth(plan, rule.breach, one))
        else:
            settled = bool(
                ((values.of(rule.scope) == FALSE) | (values.of(rule.breach) == FALSE)).all()
            )
        if not settled:
            wanted |= atoms
    return frozenset(wanted)


@lru_cache(maxsize=16)
def measured_by_rule(plan: Plan) -> tuple[frozenset[int], ...]:
    """The measured atoms of each rule of a plan."""
    own = [frozenset({i}) if is_measured(a) else NOTHING for i, a in enumerate(plan.atoms)]
    # A concept stands after those that it uses, so that these are known by then.
    for concept in plan.concepts:
        own[concept.atom] = NOTHING.union(*(own[i] for i in concept.group.atoms))
    return tuple(NOTHING.union(*(own[i] for i in rule.inputs)) for rule in plan.rules)


NOTHING: frozenset[int] = frozenset()


def truth(plan: Plan, formula: Formula, truths: Sequence[int]) -> int:
    """The truth of a formula for one subject, given those of judged atoms."""
    match formula:
        case Leaf(index=index):
            derived = plan.formulas.get(index)
            return truths[index] if derived is None else truth(plan, derived, truths)
        case Negation(inner=inner):
            return TRUE - truth(plan, inner, truths)
        case Conjunction(items=items):
            return min([truth(plan, i, truths) for i in items], default=TRUE)
        case Disjunction(items=items):
            return max([truth(plan, i, truths) for i in items], default=FALSE)


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

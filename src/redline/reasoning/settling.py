"""What would settle an open status: the smallest sets of questions whose every answer decides it.

A set settles a status when the status is decided whatever is answered to its questions, with all
else left unknown. The search is over questions (an attribute, a document, a judgement, a layer …)
and not over atoms: one answer decides every atom that asks for the same thing, and only answers that
somebody can give are tried, so that `industry is one of A` and `industry is one of B` are never
both true where A and B are apart. Where the answers to a question cannot be listed (what a layer
will show), each of its atoms may come out either way.

Questions without which no set settles are in every answer; to these the search adds others, fewest
first. It is exact up to `MOST_ADDED` added questions and `BUDGET` tried answers; beyond that it
drops questions one by one from the whole set, and names the one set at which that ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from redline.language.kinds import Comparator
from redline.reasoning.columns import among, rank
from redline.reasoning.formula import ALWAYS, NEVER, Formula, Leaf, leaves_of, replaced, simplified
from redline.reasoning.infer import Inference, Status, status_of
from redline.reasoning.judge import Measured
from redline.reasoning.plan import CoveredTogether, Derived, PlanAtom, Promised
from redline.reasoning.truth import FALSE, NOT_YET, TRUE, UNKNOWN
from redline.reasoning.wants import Want, WantFinder
from redline.rulebook.model import (
    Attribute,
    AttributeTerm,
    BooleanType,
    CodeType,
    Compares,
    DateType,
    DocumentHeld,
    DoneBy,
    Holds,
    Includes,
    IsOneOf,
    Term,
)

MOST_ADDED = 3
"""Questions added to those that are in every set."""

MOST_SETS = 6
"""Sets that are named."""

BUDGET = 20_000
"""Answers tried for one status."""

Answer = Mapping[int, int]
"""Truths of atoms."""


def settling_sets(
    inference: Inference,
    subject: int,
    rule: int,
    wants: WantFinder,
    measured: Mapping[int, Measured],
) -> tuple[tuple[Want, ...], ...]:
    """The smallest sets of questions whose every answer decides a status; none where the status is
    decided, or where even all answers would not decide it.
    """
    status = OpenStatus(inference, subject, rule, wants, measured)
    try:
        return tuple(tuple(q.want for q in found) for found in status.sets())
    except OutOfBudget:
        return tuple(tuple(q.want for q in found) for found in status.found)


class OutOfBudget(Exception):  # noqa: N818 - says what is the matter
    """More answers would have to be tried than the budget allows."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask, and the atoms whose truth takes its answer, alone or among others."""

    want: Want
    alone: tuple[int, ...]
    shared: tuple[int, ...]


class OpenStatus:
    """The status of one rule for one subject as it depends on what is unknown."""

    def __init__(
        self,
        inference: Inference,
        subject: int,
        rule: int,
        wants: WantFinder,
        measured: Mapping[int, Measured],
    ) -> None:
        self.plan = inference.plan
        self.subject = subject
        self.measured = measured
        self.truths = inference.truths[subject]
        self.left = BUDGET
        self.found: list[tuple[Question, ...]] = []
        outputs = self.plan.rules[rule].outputs
        self.outputs = tuple(simplified(self.expanded(f)) for f in outputs)
        atoms = list(dict.fromkeys(i for f in self.outputs for i in leaves_of(f)))
        asked = {i: tuple(dict.fromkeys(wants.of_atom(self.plan.atoms[i]))) for i in atoms}
        self.askable = all(asked.values())
        self.questions = questions_of(asked)
        self.asks = {i: frozenset(id_of(w) for w in ws) for i, ws in asked.items()}

    def expanded(self, formula: Formula) -> Formula:
        """A formula over judged atoms alone, what is known put in."""

        def leaf(index: int) -> Formula:
            truth = self.truths[index]
            if truth != UNKNOWN:
                return ALWAYS if truth == TRUE else NEVER
            if isinstance(self.plan.atoms[index], Derived):
                return self.expanded(self.plan.formulas[index])
            return Leaf(index)

        return replaced(formula, leaf)

    # ── the search ──

    def sets(self) -> tuple[tuple[Question, ...], ...]:
        """The smallest settling sets. Raises `OutOfBudget`; what was found till then is kept."""
        everything = self.questions
        if not everything or decided(self.outputs) or not self.settles(everything):
            return ()
        needed = tuple(q for q in everything if not self.settles(without(everything, q)))
        if self.settles(needed):
            return (needed,)
        rest = [q for q in everything if q not in needed]
        for size in range(1, min(MOST_ADDED, len(rest)) + 1):
            for added in combinations(rest, size):
                chosen = tuple(q for q in everything if q in needed or q in added)
                known = any(set(f) <= set(chosen) for f in self.found)
                if not known and self.settles(chosen):
                    self.found.append(chosen)
                    if len(self.found) == MOST_SETS:
                        return tuple(self.found)
        if not self.found:
            self.found.append(self.shrunk(everything))
        return tuple(self.found)

    def shrunk(self, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        """A settling set from which no question can be left out."""
        for question in reversed(questions):
            fewer = without(questions, question)
            if self.settles(fewer):
                questions = fewer
        return questions

    def settles(self, questions: Sequence[Question]) -> bool:
        """Whether every answer to some questions decides the status."""
        return self.decides(self.outputs, tuple(questions), frozenset())

    def decides(
        self, outputs: tuple[Formula, ...], questions: tuple[Question, ...], asked: frozenset[object]
    ) -> bool:
        if decided(outputs):
            return True
        if not questions:
            return False
        self.left -= 1
        if self.left < 0:
            raise OutOfBudget
        question, rest = questions[0], questions[1:]
        asked = asked | {id_of(question.want)}
        open_ = {i for f in outputs for i in leaves_of(f)}
        alone = [i for i in question.alone if i in open_]
        shared = [i for i in question.shared if i in open_ and self.asks[i] <= asked]
        return all(
            self.decides(put_in(outputs, {**answer, **dict(zip(shared, truths, strict=True))}), rest, asked)
            for answer in self.answers(question.want, alone)
            for truths in product((TRUE, FALSE), repeat=len(shared))
        )

    # ── answers ──

    def answers(self, want: Want, atoms: Sequence[int]) -> list[Answer]:
        """The truths that some atoms can take by the answers to one question."""
        named = [(i, self.plan.atoms[i]) for i in atoms]
        if not named:
            return [{}]
        if want.kind == "document":
            vectors = of_document([a for _, a in named])
        elif want.kind == "attribute":
            vectors = self.of_attribute(named)
        else:
            vectors = list(product((TRUE, FALSE), repeat=len(named)))
        return [dict(zip(atoms, v, strict=True)) for v in dict.fromkeys(vectors)]

    def of_attribute(self, named: Sequence[tuple[int, PlanAtom]]) -> list[tuple[int, ...]]:
        """The truths of atoms that ask for one attribute and nothing else."""
        attribute = attribute_in(named[0][1])
        each = [self.judge_value(i, atom) for i, atom in named]
        known = [f for f in each if f is not None]
        values = () if attribute is None else values_to_try(attribute, named, self.limits(named))
        if not values or attribute is None:
            return list(product((TRUE, FALSE), repeat=len(named)))
        vectors = [tuple(f(v) for f in known) for v in values]
        if isinstance(attribute.type, CodeType) and attribute.type.many:
            vectors = closed_under_union(vectors, [a for (_, a), f in zip(named, each, strict=True) if f])
        free = sum(f is None for f in each)
        found: list[tuple[int, ...]] = []
        for vector in vectors:
            for extra in product((TRUE, FALSE), repeat=free):
                told, added = iter(vector), iter(extra)
                found.append(tuple(next(added) if f is None else next(told) for f in each))
        return found

    def limits(self, named: Sequence[tuple[int, PlanAtom]]) -> list[float]:
        """The numbers with which some atoms compare their attribute."""
        return [x for i, atom in named for x in [self.limit(i, atom)] if x is not None]

    def limit(self, index: int, atom: PlanAtom) -> float | None:
        """The known number with which an atom compares a bare attribute; None where there is none."""
        numbers = self.measured.get(index)
        if not isinstance(atom, Compares) or numbers is None:
            return None
        bounds = numbers.limit if isinstance(atom.left, AttributeTerm) else numbers.value
        bare = isinstance(atom.left, AttributeTerm) != isinstance(atom.right, AttributeTerm)
        low, high = float(bounds.low[self.subject]), float(bounds.high[self.subject])
        return low if bare and low == high and np.isfinite(low) else None

    def judge_value(self, index: int, atom: PlanAtom) -> Judge | None:
        """How an atom comes out by the value of its attribute; None where that is not all it asks."""
        match atom:
            case Holds():
                return lambda value: TRUE if value else FALSE
            case IsOneOf():
                return lambda value: TRUE if among(atom, str(value)) else FALSE
            case Includes(only=only):
                return lambda value: TRUE if among(atom, str(value)) or (only and value is None) else FALSE
            case Compares(left=left, comparator=comparator):
                limit = self.limit(index, atom)
                if limit is None:
                    return None
                first = isinstance(left, AttributeTerm)
                attribute = attribute_in(atom)
                assert attribute is not None
                return lambda value: compared(numeric(attribute, value), comparator, limit, first)
        return None

"""What would settle an open status: the smallest sets of questions whose every answer decides it.

A set settles a status when the status is decided whatever is answered to its questions, with all
else left unknown. The search is over questions (an attribute, a document, a judgement, a layer …)
and not over atoms: one answer decides every atom that asks for the same thing, and only answers
that can be given are tried (`replies`).

Questions without which no set settles are in every set. To these the search adds others, fewest
first: exact up to `MOST_ADDED` added questions and `BUDGET` tried answers. Where more would have to
be added it drops questions one by one from the whole and names the one set at which that ends;
where more would have to be tried it names all questions, which settle every status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from redline.reasoning.formula import (
    ALWAYS,
    NEVER,
    Formula,
    Leaf,
    leaves_of,
    reduced,
    replaced,
    simplified,
)
from redline.reasoning.infer import Inference
from redline.reasoning.judge import Measured
from redline.reasoning.plan import Derived
from redline.reasoning.replies import AskedAtom, replies
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from redline.reasoning.wants import Want, WantFinder
from redline.rulebook.model import AttributeTerm, Compares

MOST_ADDED = 3
"""Questions added to those that are in every set."""

MOST_SETS = 6
"""Sets that are named."""

BUDGET = 2_500
"""Answers tried for one status."""

WantId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask; the atoms that wait for it alone, and those that wait for more beside."""

    want: Want
    alone: tuple[int, ...]
    shared: tuple[int, ...]


class OutOfBudget(Exception):  # noqa: N818 - says what is the matter
    """More answers would have to be tried than the budget allows."""


def settling_sets(
    inference: Inference,
    subject: int,
    rule: int,
    wants: WantFinder,
    measured: Mapping[int, Measured],
) -> tuple[tuple[Want, ...], ...]:
    """The smallest sets of questions whose every answer decides a status; none where it is decided,
    or where not even all answers would decide it.
    """
    search = Search(inference, subject, rule, wants, measured)
    return tuple(tuple(q.want for q in found) for found in search.sets())


class Search:
    """The search for the sets that settle the status of one rule for one subject."""

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
        self.truths = inference.truths[subject]
        self.measured = measured
        self.left = BUDGET
        self.outputs = tuple(
            simplified(self.expanded(output)) for output in self.plan.rules[rule].outputs
        )
        atoms = dict.fromkeys(i for f in self.outputs for i in leaves_of(f))
        self.asked = {i: tuple(wants.of_atom(self.plan.atoms[i])) for i in atoms}
        self.ids = {i: frozenset(map(id_of, ws)) for i, ws in self.asked.items()}
        self.questions = self.all_questions()

    def expanded(self, formula: Formula) -> Formula:
        """A formula over judged atoms alone, with what is known put in."""

        def leaf(index: int) -> Formula:
            if self.truths[index] != UNKNOWN:
                return ALWAYS if self.truths[index] == TRUE else NEVER
            if isinstance(self.plan.atoms[index], Derived):
                return self.expanded(self.plan.formulas[index])
            return Leaf(index)

        return replaced(formula, leaf)

    def all_questions(self) -> tuple[Question, ...]:
        """Every question that an open atom waits for, in the order of the rule."""
        wants = {id_of(w): w for ws in self.asked.values() for w in ws}
        return tuple(
            Question(
                want,
                alone=tuple(i for i, ids in self.ids.items() if ids == {key}),
                shared=tuple(i for i, ids in self.ids.items() if key in ids and len(ids) > 1),
            )
            for key, want in wants.items()
        )

    # ── sets ──

    def sets(self) -> list[tuple[Question, ...]]:
        """The smallest settling sets."""
        everything = self.questions
        if not everything or decided(self.outputs):
            return []
        try:
            if not self.settles(everything):
                return []
            needed = [q for q in everything if not self.settles(without(everything, q))]
            found = self.by_adding(needed, [q for q in everything if q not in needed])
            return found or [self.shrunk(everything)]
        except OutOfBudget:
            return [everything]

    def by_adding(
        self, needed: Sequence[Question], others: Sequence[Question]
    ) -> list[tuple[Question, ...]]:
        """The smallest settling sets of needed questions and a few others."""
        found: list[tuple[Question, ...]] = []
        for size in range(min(MOST_ADDED, len(others)) + 1):
            for added in combinations(others, size):
                chosen = tuple(q for q in self.questions if q in needed or q in added)
                larger = any(set(f) <= set(chosen) for f in found)
                if not larger and self.settles(chosen):
                    found.append(chosen)
            if len(found) >= MOST_SETS:
                break
        return found[:MOST_SETS]

    def shrunk(self, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        """A settling set from which no question can be left out."""
        for question in reversed(questions):
            fewer = without(questions, question)
            if self.settles(fewer):
                questions = fewer
        return questions

    # ── answers ──

    def settles(self, questions: Sequence[Question]) -> bool:
        """Whether every answer to some questions decides the status."""
        ids = {id_of(q.want) for q in questions}
        beyond = frozenset(i for i, asked in self.ids.items() if not asked or not asked <= ids)
        return Trial(self, beyond).decides(self.outputs, tuple(questions), frozenset())

    def told(self, outputs: tuple[Formula, ...], truths: Mapping[int, int]) -> tuple[Formula, ...]:
        """What remains of the outputs once some atoms are answered."""
        self.left -= 1
        if self.left < 0:
            raise OutOfBudget
        answer = {i: truth == TRUE for i, truth in truths.items()}
        return tuple(reduced(f, answer) for f in outputs)

    def limit(self, index: int) -> float | None:
        """The known number with which an atom compares a bare attribute."""
        atom, numbers = self.plan.atoms[index], self.measured.get(index)
        if not isinstance(atom, Compares) or numbers is None:
            return None
        on_the_left = isinstance(atom.left, AttributeTerm)
        if on_the_left == isinstance(atom.right, AttributeTerm):
            return None
        bounds = numbers.limit if on_the_left else numbers.value
        low, high = float(bounds.low[self.subject]), float(bounds.high[self.subject])
        return low if low == high and np.isfinite(low) else None


@dataclass
class Trial:
    """Whether some questions settle a status; `beyond` are the atoms that they leave open."""

    search: Search
    beyond: frozenset[int]
    seen: dict[tuple[tuple[Formula, ...], int, tuple[int, ...]], bool] = field(default_factory=dict)

    def decides(
        self,
        outputs: tuple[Formula, ...],
        questions: tuple[Question, ...],
        answered: frozenset[WantId],
    ) -> bool:
        """Whether every answer to the questions that are left decides what is left of a status.

        It does where nothing is left that the questions leave open: in two-valued logic every
        status is decided.
        """
        open_ = frozenset(i for f in outputs for i in leaves_of(f))
        if decided(outputs) or not open_ & self.beyond:
            return True
        if not questions:
            return False
        key = (outputs, len(questions), ())
        if key not in self.seen:
            self.seen[key] = self.all_decide(outputs, open_, questions, answered)
        return self.seen[key]

    def all_decide(
        self,
        outputs: tuple[Formula, ...],
        open_: frozenset[int],
        questions: tuple[Question, ...],
        answered: frozenset[WantId],
    ) -> bool:
        """The same, by asking the first of the questions."""
        search, question, rest = self.search, questions[0], questions[1:]
        answered |= {id_of(question.want)}
        alone = [i for i in question.alone if i in open_]
        shared = [i for i in question.shared if i in open_ and search.ids[i] <= answered]
        if not alone and not shared:
            return self.decides(outputs, rest, answered)
        asked = [AskedAtom(search.plan.atoms[i], search.limit(i)) for i in alone]
        for reply in replies(question.want, asked):
            said = {i: t for i, t in zip(alone, reply, strict=True) if t is not None}
            free = tuple(i for i in [*alone, *shared] if i not in said)
            if not self.freely(search.told(outputs, said), free, rest, answered):
                return False
        return True

    def freely(
        self,
        outputs: tuple[Formula, ...],
        free: tuple[int, ...],
        questions: tuple[Question, ...],
        answered: frozenset[WantId],
    ) -> bool:
        """The same, when some atoms that are answered too can each come out either way.

        They are told one by one, so that work grows with the formulas that can remain and not with
        the number of ways.
        """
        open_ = frozenset(i for f in outputs for i in leaves_of(f))
        if decided(outputs) or not open_ & self.beyond:
            return True
        free = tuple(i for i in free if i in open_)
        if not free:
            return self.decides(outputs, questions, answered)
        key = (outputs, len(questions), free)
        if key not in self.seen:
            self.seen[key] = all(
                self.freely(
                    self.search.told(outputs, {free[0]: truth}), free[1:], questions, answered
                )
                for truth in (TRUE, FALSE)
            )
        return self.seen[key]


def decided(outputs: Sequence[Formula]) -> bool:
    """Whether a status is derived: one of its outputs is true whatever else is answered."""
    return ALWAYS in outputs


def without(questions: Sequence[Question], one: Question) -> tuple[Question, ...]:
    return tuple(q for q in questions if q is not one)


def id_of(want: Want) -> WantId:
    """What tells wants apart."""
    return want.kind, want.key

"""The engine and the independent evaluator agree, and settling an unknown changes nothing settled.

Rulesets are never freed, so generated rule books are answered in processes that are recycled.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redline.casework import WorldResolver, days_to_try, plan_of_rule
from redline.reasoning.infer import Status, infer
from redline.reasoning.judge import Judging, judge
from redline.reasoning.plan import (
    CoveredTogether,
    Inside,
    Plan,
    PlanAtom,
    Promised,
    make_plan,
)
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import Condition, DocumentHeld, DoneBy, RuleBook, Territory
from tests.reasoning import generated, oracle
from tests.reasoning.facts import Facts
from tests.reasoning.world import StatedGround, subjects_of

BOOKS = 70
SUBJECTS = 150
"""Fact sets for each rule book: 70 times 150 are more than 10,000 generated cases."""

BOOKS_PER_PROCESS = 15


@dataclass(frozen=True)
class Answers:
    """For each subject the statuses by the engine, before and after some unknowns were settled,
    and the statuses by the independent evaluator.
    """

    found: list[list[str]]
    settled: list[list[str]]
    expected: list[list[str]]


def statuses(plan: Plan, facts: tuple[Facts, ...]) -> list[list[str]]:
    subjects = subjects_of(facts, generated.ATTRIBUTES)
    judged = judge(plan, subjects, StatedGround(facts, generated.LAYERS))
    matrix = infer(plan, judged.truths).statuses
    return [[Status(s).name.lower() for s in row] for row in matrix.tolist()]


def answers(book: RuleBook, seed: int, size: int) -> Answers:
    """Runs in a process of its own."""
    plan = make_plan(book, generated.DAY)
    batch = generated.batch(seed, size)
    return Answers(
        found=statuses(plan, batch.facts),
        settled=statuses(plan, batch.settled),
        expected=[[oracle.status(r, f, book.rules) for r in book.rules] for f in batch.facts],
    )


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        2, mp_context=context, max_tasks_per_child=BOOKS_PER_PROCESS
    ) as executor:
        yield executor


generating = settings(
    max_examples=BOOKS,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
SAME = {"not_applicable": "complies"}
seen: dict[str, int] = {}


@generating
@given(book=generated.books(), seed=st.integers(0, 2**32))
def test_the_engine_agrees_with_the_independent_evaluator_and_is_monotone(
    workers: ProcessPoolExecutor, book: RuleBook, seed: int
):
    result = workers.submit(answers, book, seed, SUBJECTS).result(timeout=120)
    batch = generated.batch(seed, SUBJECTS)
    rows = zip(result.found, result.settled, result.expected, strict=True)
    for row, (found, settled, expected) in enumerate(rows):
        assert found == expected, batch.facts[row]
        for rule, (before, after) in enumerate(zip(found, settled, strict=True)):
            seen[before] = seen.get(before, 0) + 1
            if before != "undetermined":
                same = SAME.get(before, before) == SAME.get(after, after)
                assert same, (book.rules[rule], before, after, batch.facts[row], batch.settled[row])


def test_every_status_was_generated_often():
    """Runs after the one above: agreement on what never occurs would say nothing."""
    assert sum(seen.values()) >= 10_000
    assert min(seen.get(s.name.lower(), 0) for s in Status) >= 100, seen


# ── the cases beside the rules ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class JudgedWorld:
    """What a case states, atom by atom as the columns judge it. Implements `oracle.Known`."""

    judging: Judging
    day: date

    def truth(self, atom: PlanAtom) -> bool | None:
        return {FALSE: False, UNKNOWN: None, TRUE: True}[int(self.judging.atom(atom)[0])]

    def atom(self, condition: Condition) -> bool | None:
        return self.truth(condition)  # type: ignore[arg-type]

    def may_come(self, awaited: DocumentHeld | DoneBy) -> bool | None:
        return self.truth(Promised(awaited))

    def covered(self, documents: Sequence[DocumentHeld]) -> bool | None:
        kinds = tuple(dict.fromkeys(d.document for d in documents))
        return self.truth(CoveredTogether(kinds, documents[0].overlaps))

    def inside(self, territory: Territory) -> bool | None:
        return self.truth(Inside(territory))


def test_both_agree_on_every_case_of_every_rule_that_ships():
    book = load_rulebook(())
    cases = 0
    for rule in book.rules:
        for case in rule.cases:
            world = WorldResolver(book.scopes[rule.pack], case).world()
            for day in [case.on.value] if case.on else days_to_try(rule):
                plan = plan_of_rule(rule, day, book)
                if not plan.rules:
                    continue
                subjects, terrain = world.on(day)
                found = infer(plan, judge(plan, subjects, terrain).truths).statuses[0, 0]
                judging = Judging(day, subjects, terrain, plan.fillings)
                in_force = [group.rule for group in plan.rules]
                expected = oracle.status(rule, JudgedWorld(judging, day), in_force)
                assert Status(found).name.lower() == expected, (rule.names.en, case.title.en, day)
                cases += 1
    assert cases >= 300

"""The engine and the independent evaluator agree, and settling an unknown changes nothing settled.

Rulesets are never freed, so generated rule books are answered in processes that are recycled.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redline.reasoning.infer import Status, infer
from redline.reasoning.judge import judge
from redline.reasoning.plan import Plan, make_plan
from redline.rulebook.model import RuleBook
from tests.reasoning import generated, oracle
from tests.reasoning.facts import Facts
from tests.reasoning.world import StatedGround, subjects_of

BOOKS = 90
SUBJECTS = 120
"""Fact sets for each rule book: 90 times 120 are more than 10,000 generated cases."""

BOOKS_PER_PROCESS = 8


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

"""Statuses in small worlds that can be followed by hand, by the engine and by the evaluator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from redline.language.kinds import NormKind, RelationKind
from redline.reasoning.infer import Status, infer
from redline.reasoning.judge import judge
from redline.reasoning.plan import make_plan
from redline.rulebook.model import (
    AttributeTerm,
    Condition,
    DocumentHeld,
    ExceptionClause,
    Holds,
    Instead,
    Norm,
    Not,
    Relates,
    Rule,
    Selection,
)
from tests.reasoning import generated, oracle
from tests.reasoning.facts import Facts, Ground, Paper
from tests.reasoning.generated import DAY, DOCUMENTS, FLAGS, FOOTPRINT, LAYERS, STAGE
from tests.reasoning.world import StatedGround, subjects_of

HIT, WHEN, TAKES, GIVES = (Holds(AttributeTerm(a)) for a in FLAGS)
OVERLAP = Relates(RelationKind.OVERLAPS, FOOTPRINT, Selection(LAYERS[0]))
OPINION, OTHER = DocumentHeld(DOCUMENTS[0]), DocumentHeld(DOCUMENTS[1])
DUE = DocumentHeld(DOCUMENTS[0], before=(STAGE, "building"))


def rule(
    condition: Condition = HIT,
    *exceptions: ExceptionClause,
    kind: NormKind = NormKind.FORBIDS,
    **more: object,
) -> Rule:
    plain = generated.simple_rule(0)
    return replace(
        plain,
        applies=None,
        norm=Norm(kind, condition, ordinarily=False),
        exceptions=exceptions,
        **more,
    )


def unless(
    condition: Condition, *taken_back: ExceptionClause, provided: Condition | None = None
) -> ExceptionClause:
    return ExceptionClause(condition, provided, (), taken_back)


def world(
    documents: dict[str, tuple[Paper, ...]] | None = None, overlap: float = 0.0, **flags: object
) -> Facts:
    grounds = {x.names.key: Ground((({}, overlap if x is LAYERS[0] else 0.0),)) for x in LAYERS}
    return Facts(DAY, attributes=flags, documents=documents or {}, layers=grounds)


def status(of: Rule, facts: Facts) -> str:
    plan = make_plan(generated.book_of([of]), DAY)
    subjects = subjects_of([facts], generated.ATTRIBUTES)
    inference = infer(plan, judge(plan, subjects, StatedGround([facts], LAYERS)).truths)
    found = Status(inference.statuses[0, 0]).name.lower()
    assert found == oracle.status(of, facts, [of])
    return found


HELD, COMING, REFUSED = (Paper(s) for s in ("held", "to_come", "refused"))


# ── exceptions to exceptions ────────────────────────────────────────────────────────────────────

THREE_DEEP = rule(HIT, unless(WHEN, unless(TAKES, unless(GIVES))))


@pytest.mark.parametrize(
    ("when", "takes", "gives", "expected"),
    [
        (False, False, False, "violated"),
        (True, False, False, "excused"),
        (True, True, False, "violated"),
        (True, True, True, "excused"),
        (True, True, None, "undetermined"),
        (True, None, True, "excused"),
        (True, None, False, "undetermined"),
        (None, False, True, "undetermined"),
        (None, True, False, "violated"),
    ],
)
def test_exceptions_nest(when: object, takes: object, gives: object, expected: str):
    facts = {"flag0": True, "flag1": when, "flag2": takes, "flag3": gives}
    known = {k: v for k, v in facts.items() if v is not None}
    assert status(THREE_DEEP, world(**known)) == expected


def test_a_document_to_come_in_what_takes_an_exception_back_does_not_count():
    taken_back = rule(HIT, unless(WHEN, unless(OPINION)))
    coming = world({"doc0": (COMING,)}, flag0=True, flag1=True)
    assert status(taken_back, coming) == "excused"


def test_a_document_to_come_that_restores_an_exception_makes_the_breach_conditional():
    restored = rule(HIT, unless(WHEN, unless(TAKES, unless(OPINION))))
    facts = {"flag0": True, "flag1": True, "flag2": True}
    assert status(restored, world({"doc0": (COMING,)}, **facts)) == "conditional"
    assert status(restored, world({"doc0": (HELD,)}, **facts)) == "excused"
    assert status(restored, world({"doc0": (REFUSED,)}, **facts)) == "violated"
    assert status(restored, world(**facts)) == "undetermined"


# ── documents ───────────────────────────────────────────────────────────────────────────────────

REQUIRED = rule(OPINION, kind=NormKind.REQUIRES)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ((HELD,), "complies"),
        ((COMING,), "conditional"),
        ((REFUSED,), "violated"),
        ((), "violated"),
        ((replace(HELD, valid_to=DAY.replace(year=2025)),), "violated"),
        ((REFUSED, COMING), "conditional"),
    ],
)
def test_a_required_document(listed: tuple[Paper, ...], expected: str):
    assert status(REQUIRED, world({"doc0": listed})) == expected


def test_a_document_of_which_nothing_is_said_is_open_unless_the_list_is_complete():
    assert status(REQUIRED, world()) == "undetermined"
    assert status(REQUIRED, replace(world(), all_listed=True)) == "violated"


BEFORE = rule(DUE, kind=NormKind.REQUIRES)


@pytest.mark.parametrize(
    ("listed", "stage", "expected"),
    [
        ((), "siting", "conditional"),
        ((), "building", "violated"),
        ((COMING,), "siting", "conditional"),
        ((COMING,), "running", "violated"),
        ((REFUSED,), "siting", "violated"),
        ((COMING,), None, "undetermined"),
        ((HELD,), None, "complies"),
        (None, "siting", "undetermined"),
        (None, "running", "undetermined"),
    ],
)
def test_a_document_is_due_by_a_stage(
    listed: tuple[Paper, ...] | None, stage: str | None, expected: str
):
    documents = {} if listed is None else {"doc0": listed}
    facts = {} if stage is None else {"stage": stage}
    assert status(BEFORE, world(documents, **facts)) == expected


# ── ground ──────────────────────────────────────────────────────────────────────────────────────

COVERING = rule(OVERLAP, unless(replace(OPINION, overlaps=(OVERLAP,))))
TOGETHER = rule(
    OVERLAP,
    unless(replace(OPINION, overlaps=(OVERLAP,))),
    unless(WHEN, provided=replace(OTHER, overlaps=(OVERLAP,))),
)


def covers(amount: float | None) -> tuple[Paper, ...]:
    return (Paper("held", covers=amount),)


@pytest.mark.parametrize(
    ("amount", "expected"), [(3.0, "excused"), (2.0, "violated"), (None, "undetermined")]
)
def test_a_document_excuses_the_ground_that_it_covers(amount: float | None, expected: str):
    assert status(COVERING, world({"doc0": covers(amount)}, 3.0)) == expected


@pytest.mark.parametrize(
    ("first", "second", "flag", "expected"),
    [
        (2.0, 1.0, True, "excused"),
        (2.0, 0.5, True, "violated"),
        (2.0, 1.0, False, "violated"),
        (2.0, None, True, "undetermined"),
    ],
)
def test_two_documents_may_cover_the_ground_together(
    first: float, second: float | None, flag: bool, expected: str
):
    documents = {"doc0": covers(first), "doc1": covers(second)}
    assert status(TOGETHER, world(documents, 3.0, flag1=flag)) == expected


def test_a_second_document_of_which_nothing_is_said_may_still_cover_the_rest():
    assert status(TOGETHER, world({"doc0": covers(2.0)}, 3.0, flag1=True)) == "undetermined"
    assert status(TOGETHER, world({"doc0": covers(2.0), "doc1": ()}, 3.0, flag1=True)) == "violated"


def test_a_restriction_waits_for_a_document_that_may_excuse():
    restricted = rule(
        OVERLAP, unless(replace(OPINION, overlaps=(OVERLAP,))), kind=NormKind.RESTRICTS
    )
    assert status(restricted, world({}, 3.0)) == "undetermined"
    assert status(restricted, world({"doc0": ()}, 3.0)) == "conditional"
    assert status(restricted, world({"doc0": covers(3.0)}, 3.0)) == "excused"


# ── the rest ────────────────────────────────────────────────────────────────────────────────────


def test_the_next_best_duty_counts_where_its_condition_holds():
    duty = rule(WHEN, kind=NormKind.REQUIRES, instead=(Instead(TAKES, GIVES),))
    assert status(duty, world(flag1=True)) == "complies"
    assert status(duty, world(flag1=False, flag2=True, flag3=True)) == "complies"
    assert status(duty, world(flag1=False, flag2=True, flag3=False)) == "violated"
    assert status(duty, world(flag1=False, flag2=False)) == "violated"
    assert status(duty, world(flag1=False, flag2=True)) == "undetermined"


def test_no_breach_complies_even_where_it_is_open_whether_the_rule_applies():
    scoped = replace(rule(HIT), applies=WHEN)
    assert status(scoped, world(flag0=False)) == "complies"
    assert status(scoped, world(flag0=True)) == "undetermined"
    assert status(scoped, world(flag1=False)) == "not_applicable"


def test_what_is_unknown_and_cannot_matter_leaves_the_status_determined():
    either = rule(HIT, unless(WHEN), unless(Not(WHEN)))
    assert status(either, world(flag0=True, flag1=True)) == "excused"
    # Strong Kleene does not see that one of the two must hold.
    assert status(either, world(flag0=True)) == "undetermined"

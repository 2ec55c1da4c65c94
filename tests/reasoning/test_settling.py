"""What would settle an open status: small sets, exact where they can be followed by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redline.language.kinds import Comparator, NormKind
from redline.messages import Title
from redline.reasoning import settling
from redline.reasoning.infer import Inference, Status, infer
from redline.reasoning.judge import Judgements, judge
from redline.reasoning.plan import Promised, make_plan
from redline.reasoning.replies import AskedAtom, replies
from redline.reasoning.settling import Search
from redline.reasoning.truth import FALSE, TRUE
from redline.reasoning.wants import Want, WantFinder
from redline.rulebook.model import (
    All,
    Any,
    AttributeTerm,
    CodeConstant,
    ColumnTerm,
    Compares,
    Constant,
    DocumentHeld,
    Includes,
    IsOneOf,
    Judged,
    Not,
    QuantityType,
    Rule,
    RuleBook,
    Selection,
)
from tests.reasoning import generated
from tests.reasoning.facts import Facts, Ground
from tests.reasoning.generated import (
    AMOUNT,
    ATTRIBUTES,
    DAY,
    DOCUMENTS,
    DONE,
    JUDGEMENTS,
    KIND,
    LAYERS,
    LEVEL,
    STAGE,
)
from tests.reasoning.test_statuses import (
    GIVES,
    HIT,
    OPINION,
    OVERLAP,
    TAKES,
    WHEN,
    rule,
    unless,
    world,
)
from tests.reasoning.world import StatedGround, subjects_of


def inferred(book: RuleBook, facts: list[Facts]) -> tuple[Inference, Judgements, list[WantFinder]]:
    plan = make_plan(book, DAY)
    subjects = subjects_of(facts, ATTRIBUTES)
    ground = StatedGround(facts, LAYERS)
    judged = judge(plan, subjects, ground)
    inference = infer(plan, judged.truths)
    finders = [WantFinder(i, subjects, ground, inference) for i in range(len(facts))]
    return inference, judged, finders


def sets(of: Rule, facts: Facts) -> list[set[str]]:
    inference, judged, finders = inferred(generated.book_of([of]), [facts])
    search = Search(inference, 0, 0, finders[0], judged.measured)
    return [{q.want.key for q in found} for found in search.sets()]


# ── sets by hand ────────────────────────────────────────────────────────────────────────────────


def test_a_determined_status_needs_nothing():
    assert sets(rule(HIT), world(flag0=True)) == []


def test_all_parts_of_a_conjunction_are_needed():
    assert sets(rule(All((HIT, WHEN, Judged(JUDGEMENTS[0])))), world()) == [
        {"flag0", "flag1", "j0"}
    ]


def test_what_cannot_matter_any_more_is_not_asked():
    assert sets(rule(All((HIT, Any((WHEN, TAKES))))), world(flag1=True)) == [{"flag0"}]


def test_of_several_sets_the_smallest_are_named():
    # Either the first alone decides, or the other two together do.
    either = Any((All((HIT, Not(HIT))), All((HIT, WHEN)), All((HIT, Not(WHEN)))))
    found = sets(rule(either), world())
    assert found[0] == {"flag0", "flag1"}


def test_atoms_of_one_attribute_are_one_question():
    kinds = Any(
        (
            IsOneOf(AttributeTerm(KIND), frozenset({"C1"}), ()),
            IsOneOf(AttributeTerm(KIND), frozenset({"C2"}), ()),
        )
    )
    assert sets(rule(kinds), world()) == [{"kind"}]


def test_answers_that_exclude_each_other_are_not_combined():
    # No kind is both C1 and C2, so that the flag never matters.
    both = All(
        (
            IsOneOf(AttributeTerm(KIND), frozenset({"C1"}), ()),
            IsOneOf(AttributeTerm(KIND), frozenset({"C2"}), ()),
            WHEN,
        )
    )
    assert sets(rule(both), world()) == [{"kind"}]


def test_a_document_is_one_question_with_what_is_asked_of_it():
    covering = rule(OVERLAP, unless(replace(OPINION, overlaps=(OVERLAP,))))
    assert sets(covering, world({}, 3.0)) == [{"doc0"}]


def test_features_in_doubt_are_asked_for_where_a_document_must_cover_all_of_an_overlap():
    # The first zone is meant for certain; whether the second is, which its blank level leaves open,
    # decides how much the document has to cover.
    second = Selection(LAYERS[0], IsOneOf(ColumnTerm(LAYERS[0], LEVEL), frozenset({"second"}), ()))
    overlap = replace(OVERLAP, selection=second)
    ground = Ground((({"level": "second"}, 2.0), ({"level": None}, 1.0)))
    facts = replace(world({}, 3.0), layers={LAYERS[0].names.key: ground})
    of = rule(overlap, unless(replace(OPINION, overlaps=(overlap,))))
    assert sets(of, facts) == [{"doc0", LAYERS[0].names.key}]


def test_a_stage_is_asked_where_a_document_is_due_by_it():
    due = rule(DocumentHeld(DOCUMENTS[0], before=(STAGE, "building")), kind=NormKind.REQUIRES)
    assert sets(due, world()) == [{"doc0", "stage"}]
    assert sets(due, world(stage="siting")) == [{"doc0"}]


def test_a_text_of_law_that_is_not_held_is_asked_for_with_the_rest():
    assert sets(replace(rule(HIT), citations=generated.cited(generated.NOT_HELD)), world()) == [
        {"LAW", "flag0"}
    ]


def test_beyond_the_budget_all_questions_are_named(monkeypatch):
    monkeypatch.setattr(settling, "BUDGET", 1)
    assert sets(rule(All((HIT, WHEN, TAKES, GIVES))), world()) == [
        {"flag0", "flag1", "flag2", "flag3"}
    ]


# ── answers that can be given ───────────────────────────────────────────────────────────────────

BLANK = Title("", "")


def ways(kind: str, *atoms: AskedAtom) -> set[tuple[int, ...]]:
    found = replies(Want(kind, "x", BLANK, BLANK), atoms)  # type: ignore[arg-type]
    return {
        way
        for reply in found
        for way in product(*([TRUE, FALSE] if t is None else [t] for t in reply))
    }


def test_numbers_are_tried_on_both_sides_of_every_limit():
    def above(limit: float) -> AskedAtom:
        term = Constant(limit, BLANK, QuantityType(AMOUNT.type.dimension))  # type: ignore[union-attr]
        return AskedAtom(Compares(AttributeTerm(AMOUNT), Comparator.AT_LEAST, term), limit)

    assert ways("attribute", above(1.0), above(3.0)) == {
        (FALSE, FALSE),
        (TRUE, FALSE),
        (TRUE, TRUE),
    }


def test_ordered_codes_are_tried_in_their_order():
    def reached(code: str, rank: float) -> AskedAtom:
        constant = CodeConstant(code, STAGE.type.code_list)  # type: ignore[union-attr]
        return AskedAtom(Compares(AttributeTerm(STAGE), Comparator.AT_LEAST, constant), rank)

    assert ways("attribute", reached("building", 1.0), reached("running", 2.0)) == {
        (FALSE, FALSE),
        (TRUE, FALSE),
        (TRUE, TRUE),
    }


def test_sets_of_codes_are_tried_together():
    dig = Includes(AttributeTerm(DONE), frozenset({"dig"}), (), only=False)
    plant = Includes(AttributeTerm(DONE), frozenset({"plant"}), (), only=False)
    only_dig = Includes(AttributeTerm(DONE), frozenset({"dig"}), (), only=True)
    found = ways("attribute", AskedAtom(dig), AskedAtom(plant), AskedAtom(only_dig))
    assert found == {
        (FALSE, FALSE, TRUE),  # nothing at all
        (TRUE, FALSE, TRUE),  # dig
        (FALSE, TRUE, FALSE),  # plant
        (TRUE, TRUE, FALSE),  # both
        (FALSE, FALSE, FALSE),  # graze
        (TRUE, FALSE, FALSE),  # dig and graze
    }


def test_a_document_is_not_held_and_to_come_at_once():
    held, coming = AskedAtom(OPINION), AskedAtom(Promised(OPINION))
    assert ways("document", held, coming) == {(FALSE, FALSE), (FALSE, TRUE), (TRUE, FALSE)}


def test_a_layer_may_show_anything():
    assert len(ways("layer", AskedAtom(OVERLAP), AskedAtom(OVERLAP))) == 4


# ── generated rules ─────────────────────────────────────────────────────────────────────────────


def with_answers(facts: Facts, whole: Facts, wants: list[Want]) -> Facts:
    """Facts with the answers of others to some questions."""
    keys = {w.key for w in wants}
    return replace(
        facts,
        attributes={**facts.attributes, **{k: v for k, v in whole.attributes.items() if k in keys}},
        judgements={**facts.judgements, **{k: v for k, v in whole.judgements.items() if k in keys}},
        documents={
            **facts.documents,
            **{w.key: whole.documents.get(w.key, ()) for w in wants if w.kind == "document"},
        },
    )


ANSWERABLE = {"attribute", "judgement", "document"}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(book=generated.books(size=3), seed=st.integers(0, 2**32))
def test_every_answer_to_a_named_set_settles(book: RuleBook, seed: int):
    rng = random.Random(seed)
    facts = list(generated.batch(seed, 12).facts)
    inference, judged, finders = inferred(book, facts)
    for row, number in np.argwhere(inference.statuses == Status.UNDETERMINED).tolist():
        search = Search(inference, row, number, finders[row], judged.measured)
        for questions in search.sets():
            wants = [q.want for q in questions]
            if not {w.kind for w in wants} <= ANSWERABLE:
                continue
            others = generated.batch(rng.randrange(2**32), 8, blank=0.0).facts
            answered = [with_answers(facts[row], other, wants) for other in others]
            again = inferred(book, answered)[0].statuses[:, number]
            assert (again != Status.UNDETERMINED).all(), (book.rules[number], facts[row], wants)

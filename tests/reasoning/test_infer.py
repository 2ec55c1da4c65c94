"""Inference: each distinct question once, whatever the number of subjects and leaves."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from redline.reasoning import infer as infer_module
from redline.reasoning.engine import ENGINE
from redline.reasoning.formula import (
    ALWAYS,
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Negation,
)
from redline.reasoning.groups import group_of
from redline.reasoning.infer import (
    TRUTHS,
    Answers,
    Status,
    compacted,
    dense,
    infer,
    packed,
    partitions,
    signature_of,
    status_of,
    with_opposites,
)
from redline.reasoning.judge import judge
from redline.reasoning.plan import make_plan
from redline.reasoning.subjects import Coded, CodeSet, Subjects, encoded
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from tests.reasoning import generated
from tests.reasoning.test_engine import truth
from tests.reasoning.world import StatedGround, subjects_of


def columns(rows: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(rows[:, i]) for i in range(rows.shape[1])]


def test_packed_truths_unpack_to_themselves():
    rows = np.array(list(product(range(3), repeat=5)), np.int8)
    codes = packed(columns(rows))
    assert len(set(codes.tolist())) == 3**5
    assert [list(signature_of(int(c), 5)) for c in codes] == rows.tolist()


@pytest.mark.parametrize("leaves", [1, 12, 40, 90])
def test_rows_that_agree_get_one_number_however_many_leaves_there_are(leaves: int):
    rng = np.random.default_rng(leaves)
    some = rng.integers(0, 3, (200, leaves), np.int8)
    rows = some[rng.integers(0, 200, 5_000)]
    numbers, first = dense(columns(rows))
    distinct = {row.tobytes() for row in rows}
    assert len(first) == len(distinct)
    assert (rows[first][numbers] == rows).all()


def test_numbers_are_without_gaps():
    numbers, first = compacted(np.array([7, 3, 7, 9, 3]), 10)
    assert numbers.tolist() == [1, 0, 1, 2, 0]
    assert sorted(np.array([7, 3, 7, 9, 3])[first].tolist()) == [3, 7, 9]


@pytest.mark.parametrize("leaves", [1, 4, 10, 11, 18])
def test_many_subjects_get_the_answers_that_each_would_get_alone(leaves: int):
    pairs = [
        Conjunction((Leaf(i), Negation(Leaf((i * 7 + 1) % leaves)))) for i in range(0, leaves, 2)
    ]
    formula: Formula = Disjunction((*pairs, Leaf(leaves - 1)))
    group = group_of((formula,), both_signs=True)
    rows = np.random.default_rng(1).integers(0, 3, (400, leaves), np.int8)
    found = TRUTHS.of_all(group, columns(rows[:, group.atoms]))
    alone = [TRUTHS.of_one(group, with_opposites(row.tolist())) for row in rows]
    assert np.asarray(found).tolist() == alone == [truth(formula, row.tolist()) for row in rows]


def test_each_distinct_question_is_put_once():
    group = group_of((Conjunction((Leaf(0), Leaf(1), Negation(Leaf(2)), Leaf(3))),), True)
    rows = np.random.default_rng(2).integers(0, 3, (50_000, 4), np.int8)
    before = ENGINE.asked
    TRUTHS.of_all(group, columns(rows))
    assert ENGINE.asked - before <= 3**4
    asked = ENGINE.asked
    TRUTHS.of_all(group, columns(rows[::-1]))
    assert ENGINE.asked == asked


def test_groups_alike_up_to_names_and_signs_share_a_shape():
    first = group_of((Conjunction((Leaf(4), Negation(Leaf(9)))),))
    second = group_of((Conjunction((Negation(Leaf(2)), Leaf(7))),))
    assert first.shape is second.shape
    assert first.leaves == (4, ~9)
    assert second.leaves == (~2, 7)


def test_groups_that_differ_do_not_share_a_shape():
    a, b, c = Leaf(0), Leaf(1), Leaf(2)
    formulas: list[Formula] = [
        Conjunction((a, b)),
        Disjunction((a, b)),
        Conjunction((a, b, c)),
        Conjunction((a, Disjunction((b, c)))),
        Conjunction((a, Disjunction((b, a)))),
        Conjunction((a, Disjunction((b, Negation(a))))),
        Negation(Conjunction((a, Disjunction((b, Negation(c)))))),
    ]
    groups = [group_of((f,), both_signs=True) for f in formulas]
    assert len({g.shape.digest for g in groups}) == len(groups)
    # Not a, or else not b and c: leaves take the sign in which they are first met.
    assert groups[-1].leaves == (~0, ~1, 2)
    for formula, group in zip(formulas, groups, strict=True):
        for row in product(range(3), repeat=3):
            found = TRUTHS.of_one(group, with_opposites(list(row)))
            assert found == truth(formula, list(row))


def test_the_same_answer_for_everybody_needs_no_leaves():
    group = group_of((ALWAYS,))
    assert group.leaves == ()
    assert TRUTHS.of_one(group, []) == TRUTHS.of_all(group, []) == TRUE


def test_answers_that_were_dropped_are_asked_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(infer_module, "MAX_ANSWERS", 3)
    monkeypatch.setattr("redline.reasoning.engine.MAX_ANSWERS", 3)
    group = group_of((Disjunction((Leaf(0), Leaf(1), Leaf(2))),), True)
    answers = Answers(lambda outputs: outputs[0])
    rows = [list(row) for row in product(range(3), repeat=3)]
    for _ in range(2):
        found = [answers.of_one(group, with_opposites(row)) for row in rows]
        assert found == [max(row) for row in rows]


def test_partitions_cover_all_rows_once():
    rows = np.arange(10)
    assert np.concatenate([rows[p] for p in partitions(10, 4)]).tolist() == rows.tolist()
    assert list(partitions(0)) == []


def test_a_batch_in_parts_is_the_batch():
    book = generated.book_of([generated.simple_rule(i) for i in range(3)])
    plan = make_plan(book, generated.DAY)
    facts = generated.batch(11, 300).facts
    subjects = subjects_of(facts, generated.ATTRIBUTES)
    ground = StatedGround(facts, generated.LAYERS)
    whole = infer(plan, judge(plan, subjects, ground).truths).statuses
    for rows in partitions(len(subjects), 70):
        part = StatedGround(facts[rows], generated.LAYERS)
        found = infer(plan, judge(plan, subjects.part(rows), part).truths).statuses
        assert (found == whole[rows]).all()
    assert len({*whole.ravel().tolist()}) >= 4


def test_a_single_subject_comes_out_as_in_a_crowd():
    book = generated.book_of([generated.simple_rule(i) for i in range(3)])
    plan = make_plan(book, generated.DAY)
    facts = generated.batch(12, 60).facts
    whole = infer(
        plan,
        judge(
            plan,
            subjects_of(facts, generated.ATTRIBUTES),
            StatedGround(facts, generated.LAYERS),
        ).truths,
    )
    for row, one in enumerate(facts):
        judged = judge(
            plan,
            subjects_of([one], generated.ATTRIBUTES),
            StatedGround([one], generated.LAYERS),
        )
        alone = infer(plan, judged.truths)
        assert alone.statuses[0].tolist() == whole.statuses[row].tolist()


@pytest.mark.parametrize(
    ("true", "status"),
    [
        (("out_of_scope", "no_breach"), Status.NOT_APPLICABLE),
        (("no_breach",), Status.COMPLIES),
        (("violated",), Status.VIOLATED),
        (("excused",), Status.EXCUSED),
        (("owed",), Status.CONDITIONAL),
        ((), Status.UNDETERMINED),
    ],
)
def test_statuses_are_shown_in_their_order(true: tuple[str, ...], status: Status):
    names = ("out_of_scope", "no_breach", "violated", "excused", "owed")
    assert status_of([TRUE if n in true else UNKNOWN for n in names]) is status
    assert status_of([TRUE if n in true else FALSE for n in names]) is status


# ── columns with few distinct values ────────────────────────────────────────────────────────────


def test_a_column_of_objects_and_its_numbers_say_the_same():
    sets = [CodeSet(frozenset({"a"})), None, CodeSet(frozenset()), CodeSet(frozenset({"a"}))]
    column = np.empty(4, object)
    column[:] = sets
    coded = encoded(column)
    assert coded.tolist() == sets
    assert len(coded.values) == 2
    assert [coded[i] for i in range(4)] == sets
    assert coded.part(slice(1, 3)).tolist() == sets[1:3]


def test_parts_of_subjects_keep_what_belongs_to_each():
    rng = random.Random(3)
    facts = generated.batch(rng.randrange(99), 20).facts
    subjects = subjects_of(facts, generated.ATTRIBUTES)
    coded = Subjects(
        days=subjects.days,
        attributes={**subjects.attributes, "kind": encoded(subjects.attributes["kind"])},
        documents=subjects.documents,
        judgements=subjects.judgements,
        all_documents_listed=subjects.all_documents_listed,
    )
    part = coded.part(slice(5, 12))
    assert isinstance(part.attributes["kind"], Coded)
    again = subjects_of(facts[5:12], generated.ATTRIBUTES)
    assert part.attributes["kind"].tolist() == again.attributes["kind"].tolist()
    assert part.documents == again.documents
    assert part.judgements == again.judgements
    assert part.all_documents_listed == again.all_documents_listed

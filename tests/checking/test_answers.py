"""Open questions as a form, answers read back, and that the sets named do settle."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from redline import findings
from redline.checking import Options, check
from redline.checking.answering import Answers, Facts, read_answers
from redline.checking.assembling import FindingMaker
from redline.checking.check import Batch, Task, judge_batch, prepare
from redline.checking.facts import stated
from redline.commands.program import run
from redline.diagnostics import Refusal
from redline.ground.features import Document, Judgement, Submission
from redline.reasoning.infer import Status
from redline.reasoning.settling import Search
from redline.reasoning.wants import Want
from redline.rulebook.model import (
    BooleanType,
    CodeType,
    DateType,
    QuantityType,
    RuleBook,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "lianping"

WAYS = 16
"""Combinations of answers that are tried for each set, chosen at random where there are more."""

ASKABLE = {"attribute", "judgement", "document", "geometry"}


@cache
def example() -> Task:
    return prepare(
        sorted((EXAMPLE / "submissions").iterdir()), Options(catalog=EXAMPLE / "catalog.toml")
    )


def open_findings() -> Iterator[tuple[Batch, int, int, Search]]:
    """Every undetermined finding of the example: its batch, its row, its rule, its questions."""
    for batch in example().batches:
        done = judge_batch(batch, example())
        for row in range(len(batch.rows)):
            maker = FindingMaker(done.answered, row)
            for rule in range(len(maker.plan.rules)):
                if maker.inference.statuses[row, rule] == Status.UNDETERMINED:
                    search = Search(maker.inference, row, rule, maker.wants, maker.measured)
                    yield batch, row, rule, search


def possible_answers(want: Want, book: RuleBook) -> list[Facts]:
    """Some of the answers that a question can get, every kind of them among these."""
    key = want.key
    if want.kind == "judgement":
        return [Facts(judgements=(Judgement(key, yes),)) for yes in (True, False)]
    if want.kind == "geometry":
        return [Facts(nowhere=frozenset({key}))]
    if want.kind == "document":
        held = Document(key, "held", rank="state_council", contains=())
        return [
            Facts(absent=frozenset({key})),
            Facts(documents=(Document(key, "to_come"),)),
            Facts(documents=(Document(key, "refused"),)),
            Facts(documents=(held,), covering={key: True}),
            Facts(documents=(held,), covering={key: False}),
        ]
    return [Facts(attributes={key: value}) for value in values(book.attributes[key].type)]


def values(kind: object) -> list[object]:
    match kind:
        case BooleanType():
            return ["yes", "no"]
        case CodeType(code_list=codes, many=many):
            keys = [v.names.key for v in codes.values]
            return [[], *([k] for k in keys), keys] if many else list(keys)
        case QuantityType(dimension=dimension):
            from redline.quantities import base_unit

            unit = base_unit(dimension).en
            return [f"{x} {unit}".strip() for x in (0, 1, 99, 5000, 1_000_000)]
        case DateType():
            return ["2001-01-01", "2030-01-01", "not yet"]
    return ["something"]


def merged(parts: tuple[Facts, ...]) -> Facts:
    """Answers to several questions."""
    return Facts(
        attributes={k: v for p in parts for k, v in p.attributes.items()},
        judgements=tuple(j for p in parts for j in p.judgements),
        documents=tuple(d for p in parts for d in p.documents),
        covering={k: v for p in parts for k, v in p.covering.items()},
        absent=frozenset(x for p in parts for x in p.absent),
        nowhere=frozenset(x for p in parts for x in p.nowhere),
    )


def combinations(wants: list[Want], book: RuleBook, seed: int) -> list[Facts]:
    """All combinations of answers, or some of very many."""
    choices = [possible_answers(w, book) for w in wants]
    rng = random.Random(seed)
    total = 1
    for choice in choices:
        total *= len(choice)
    if total <= WAYS:
        return [merged(c) for c in itertools.product(*choices)]
    return [merged(tuple(rng.choice(c) for c in choices)) for _ in range(WAYS)]


def statuses_with(
    submission: Submission, batch: Batch, rule: int, ways: list[Facts]
) -> list[Status]:
    """What a rule comes to for copies of a submission, each with its own answers."""
    task = example()
    group = judge_batch(batch, task).answered.inference.plan.rules[rule]
    kept = tuple(
        r
        for r in task.book.rules
        if r == group.rule or any(d.displaced == group.rule.names for d in r.displaces)
    )
    variants = []
    for i, facts in enumerate(ways):
        copy = replace(submission, id=f"way {i}")
        answers = Answers("answers.yaml", by_id={copy.id: facts})
        one, diagnostics = stated(copy, task.book, (), answers)
        assert not [d for d in diagnostics if d.severity == "error"], diagnostics
        variants.append(one)
    narrowed = replace(task, book=replace(task.book, rules=kept), kept={})
    rows = tuple(range(len(variants)))
    done = judge_batch(replace(batch, rows=rows, submissions=tuple(variants)), narrowed)
    place = [g.rule for g in done.answered.inference.plan.rules].index(group.rule)
    return [Status(s) for s in done.answered.inference.statuses[:, place]]


def test_whichever_way_a_named_set_is_answered_it_determines_the_finding():
    tried = 0
    seen: set[tuple[object, ...]] = set()
    for number, (batch, row, rule, search) in enumerate(open_findings()):
        alike = (batch.day, rule, search.outputs)
        if alike in seen:
            continue
        seen.add(alike)
        sets = search.sets()
        assert sets, f"nothing settles {search.plan.rules[rule].rule.names.key}"
        askable = [s for s in sets if {q.want.kind for q in s} <= ASKABLE]
        ways = [
            way
            for questions in askable
            for way in combinations([q.want for q in questions], example().book, number)
        ]
        if ways:
            submission = batch.submissions[row].submission
            found = statuses_with(submission, batch, rule, ways)
            left = [w for w, s in zip(ways, found, strict=True) if s is Status.UNDETERMINED]
            assert not left, (search.plan.rules[rule].rule.names.key, left[0])
            tried += len(ways)
    assert tried > 500


# ── the form ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The form of open questions about the bare boundary-point file."""
    form = tmp_path / "questions.yaml"
    arguments = ["check", str(WAREHOUSE), "--catalog", str(CATALOG), "--ask", str(form)]
    assert run([*arguments, "--output", str(tmp_path / "out.txt")]) == 4
    return form


WAREHOUSE = EXAMPLE / "submissions" / "07_warehouse.txt"
CATALOG = EXAMPLE / "catalog.toml"


def test_the_form_asks_in_both_languages_and_says_what_may_be_answered(warehouse: Path):
    form = yaml.safe_load(warehouse.read_text(encoding="utf-8"))
    assert form["schema"] == "redline.answers/1"
    (submission,) = form["submissions"]
    works = submission["attributes"]["works"]
    assert works["question"].startswith("Is the project a new build")
    assert works["问题"].startswith("项目属于新建")
    assert works["codes"]["new_build"] == "New build / 新建"
    assert works["answer"] is None
    judged = next(iter(submission["judgements"].values()))
    assert {"answer", "author", "reason"} <= judged.keys()


def test_a_form_without_answers_changes_nothing(warehouse: Path):
    plain = check([WAREHOUSE], Options(catalog=CATALOG))
    again = check([WAREHOUSE], Options(catalog=CATALOG, answers=warehouse))
    assert again.submissions == plain.submissions
    assert again.problems == plain.problems


def test_a_form_filled_in_determines_every_finding_of_which_a_set_is_answered(warehouse: Path):
    form = yaml.safe_load(warehouse.read_text(encoding="utf-8"))
    (submission,) = form["submissions"]
    given = set()
    for name, entry in submission["attributes"].items():
        entry["answer"] = values(example().book.attributes[name].type)[-1]
    for entry in submission["judgements"].values():
        entry |= {"answer": False, "author": "张工", "reason": "现场踏勘"}
    for entry in submission.get("documents", {}).values():
        entry["answer"] = "none"
    for entry in submission.get("places", {}).values():
        entry["answer"] = "none"
    for section in ("attributes", "judgements", "documents", "places"):
        given |= set(submission.get(section, {}))
    warehouse.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    before = check([WAREHOUSE], Options(catalog=CATALOG)).submissions[0].findings
    answered = check([WAREHOUSE], Options(catalog=CATALOG, answers=warehouse))
    assert not [p for p in answered.problems if p.severity == "error"]
    after = {f.rule: f for f in answered.submissions[0].findings}
    settled = [
        f.rule
        for f in before
        if f.status is findings.Status.UNDETERMINED and any(set(s) <= given for s in f.settled_by)
    ]
    assert len(settled) > 10
    assert not [r for r in settled if after[r].status is findings.Status.UNDETERMINED]
    judged = [x for f in after.values() for x in f.facts if x.kind == "judgement"]
    assert all(x.author == "张工" for x in judged)


SHORT = """
schema: redline.answers/1
attributes: {works: new_build}
submissions:
  - id: 07_warehouse
    attributes: {discharges_pollutants: no}
    judgements: {may_pollute_soil: no}
    documents:
      land_use_approval: {answer: held, covers: all, number: 12}
      temporary_use_approval: 无
    places: {outfall: none}
"""


def test_answers_may_be_written_by_hand_in_short(tmp_path: Path):
    file = tmp_path / "answers.yaml"
    file.write_text(SHORT, encoding="utf-8")
    answers = read_answers(file)
    assert answers.everywhere.attributes == {"works": "new_build"}
    facts = answers.by_id["07_warehouse"]
    assert facts.attributes == {"discharges_pollutants": "no"}
    assert facts.judgements == (Judgement("may_pollute_soil", False),)
    assert facts.documents == (Document("land_use_approval", "held", number="12"),)
    assert facts.covering == {"land_use_approval": True}
    assert facts.absent == {"temporary_use_approval"}
    assert facts.nowhere == {"outfall"}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("schema: redline.answers/2", 1, "schema: redline.answers/1"),
        ("schema: redline.answers/1\nanswers: {}", 2, "no key “answers”"),
        ("schema: redline.answers/1\nsubmissions: {id: x}", 2, "a list"),
        ("schema: redline.answers/1\nsubmissions:\n  - attributes: {}", 3, "the id"),
        ("schema: redline.answers/1\njudgements: {unavoidable: perhaps}", 2, "yes or no"),
        ("schema: redline.answers/1\ndocuments:\n  opinion: maybe", 3, "held, to come"),
        (
            "schema: redline.answers/1\ndocuments:\n  opinion: {answer: held, covers: 3}",
            3,
            "all, none",
        ),
        ("schema: redline.answers/1\nplaces:\n  outfall: [1]", 3, "none, or a file"),
        ("schema: redline.answers/1\nattributes: 7", 2, "keys with values"),
        ("- 1", None, "keys with values"),
    ],
)
def test_what_is_wrong_with_answers_is_said_where_it_stands(
    tmp_path: Path, text: str, line: int | None, says: str
):
    file = tmp_path / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        read_answers(file)
    found = refused.value.diagnostics[0]
    assert found.place is not None
    assert found.place.line == line
    assert says in found.message.render("en")


def test_answers_about_facts_that_no_rule_knows_are_errors(tmp_path: Path):
    file = tmp_path / "answers.yaml"
    file.write_text(
        "schema: redline.answers/1\nattributes: {colour: red}\ndocuments: {passport: none}",
        encoding="utf-8",
    )
    document = check([WAREHOUSE], Options(catalog=CATALOG, answers=file))
    assert not document.submissions
    assert {p.code for p in document.problems if p.severity == "error"} == {"RL601"}


def test_answers_for_a_submission_that_is_not_checked_are_pointed_out(tmp_path: Path):
    file = tmp_path / "answers.yaml"
    file.write_text(
        "schema: redline.answers/1\nsubmissions:\n  - id: 07_werehouse", encoding="utf-8"
    )
    document = check([WAREHOUSE], Options(catalog=CATALOG, answers=file))
    (problem,) = [p for p in document.problems if p.code == "RL624"]
    assert problem.hint is not None and "07_warehouse" in problem.hint.en
    assert problem.place is not None and problem.place.line == 3

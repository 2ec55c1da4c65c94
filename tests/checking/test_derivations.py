"""Why a finding came out so: the derivation down to values, documents and clauses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from redline.checking import Options, document_of, prepare
from redline.checking.derivations import with_derivations
from redline.checking.explaining import explain_submissions, rules_named
from redline.diagnostics import Refusal
from redline.findings import Derivation, Finding, Status, Truth
from redline.rulebook.load import load_rulebook
from tests.checking.test_check import Place, box


def test_an_answer_can_be_told_in_full_with_derivations_of_some_statuses(place: Place) -> None:
    place.check()
    options = Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")
    far = place.submission("far", geometries={"permanent": box(900, 0, 910, 10)})
    task = prepare([place.submission(), far], options)
    told = with_derivations(task, document_of(task), [Status.VIOLATED])
    findings = [f for s in told.submissions for f in s.findings]
    assert {f.status for f in findings} > {Status.VIOLATED}
    for found in findings:
        assert (found.derivation is not None) == (found.status is Status.VIOLATED)
        if found.derivation is not None:
            assert found.title.en in found.derivation.sentence.en


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def explained(place: Place, rule: str, **manifest: object) -> Finding:
    place.check()
    options = Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")
    (one,), problems = explain_submissions([place.submission(**manifest)], options, rule)
    assert [p for p in problems if p.severity == "error"] == []
    (finding,) = one.findings
    assert finding.derivation is not None
    return finding


def steps(derivation: Derivation) -> Iterator[Derivation]:
    yield derivation
    for premise in derivation.premises:
        yield from steps(premise)


def sentences(finding: Finding, language: str = "en") -> list[str]:
    assert finding.derivation is not None
    return [getattr(s.sentence, language) for s in steps(finding.derivation)]


def test_a_violated_rule_is_explained_by_scope_breach_and_exception(place: Place) -> None:
    found = explained(place, "keep_out")
    assert found.status is Status.VIOLATED
    assert sentences(found) == [
        "“Keep out” is violated.",
        "The rule applies here",
        "“Works” is “New build”",
        "What the rule forbids is the case",
        "The footprint overlaps “Zones” (strict)",
        "The exception does not apply",
        "“Opinion” covering the overlap is not held",
        "“Opinion” is not to come any more",
    ]
    assert sentences(found, "zh") == [
        "违反“禁入”。",
        "本规则适用于本项目",
        "“建设”为“新建”",
        "存在规则所禁止的情形",
        "用地与“保护区”（严格）重叠",
        "例外不成立",
        "未取得覆盖重叠部分的《意见》",
        "《意见》不能再取得",
    ]


def test_the_steps_carry_what_they_were_judged_by(place: Place) -> None:
    found = explained(place, "keep_out", documents=[{"kind": "opinion", "state": "refused"}])
    assert found.derivation is not None
    told = list(steps(found.derivation))
    (overlap,) = [s for s in told if s.measured is not None]
    assert overlap.measured is not None
    assert overlap.measured.value == pytest.approx(100, abs=0.02)
    assert [(e.feature, e.geometry) for e in overlap.evidence] == [("A", None)]
    facts = {(f.kind, f.name, f.value.en) for s in told for f in s.facts}
    assert facts == {("attribute", "works", "New build"), ("document", "opinion", "refused")}
    assert [c.clause for c in found.derivation.citations] == ["art. 9(2)"]


def test_a_complying_rule_is_explained_by_what_is_not_the_case(place: Place) -> None:
    found = explained(place, "keep_out", geometries={"permanent": box(200, 0, 210, 10)})
    assert sentences(found) == [
        "“Keep out” is kept.",
        "What the rule forbids is not the case",
        "The footprint does not overlap “Zones” (strict)",
    ]


def test_a_rule_that_does_not_apply_is_explained_by_the_one_fact_that_decides(place: Place) -> None:
    found = explained(place, "keep_out", attributes={"works": "alteration"})
    assert sentences(found) == [
        "“Keep out” does not apply.",
        "The rule does not apply here",
        "“Works” is not “New build”",
    ]


def test_an_excused_breach_is_explained_by_the_exception(place: Place) -> None:
    opinion = {"kind": "opinion", "number": "12", "ground": box(0, 0, 100, 100)}
    found = explained(place, "keep_out", documents=[opinion])
    assert sentences(found)[0] == "“Keep out” is broken, and the breach is excused."
    assert sentences(found)[-3:] == [
        "The exception applies",
        "“Works” is “New build”",
        "“Opinion” covering the overlap is held",
    ]


def test_a_conditional_rule_is_explained_by_what_is_still_to_come(place: Place) -> None:
    found = explained(place, "keep_out", documents=[{"kind": "opinion", "state": "to_come"}])
    assert found.status is Status.CONDITIONAL
    assert "The exception will apply once what is still owed is there" in sentences(found)
    assert "“Opinion” may still come" in sentences(found)


def test_an_open_rule_shows_what_it_waits_for_and_nothing_else_as_open(place: Place) -> None:
    found = explained(place, "keep_out", attributes={})
    assert found.derivation is not None
    assert found.derivation.truth is Truth.UNKNOWN
    open_ = [s.sentence.en for s in steps(found.derivation) if s.truth is Truth.UNKNOWN]
    assert open_ == [
        "“Keep out” cannot be determined yet.",
        "It is open whether the rule applies here",
        "It is open whether “Works” is “New build”",
    ]


def test_every_sentence_is_there_in_both_languages(place: Place) -> None:
    for rule in ("keep_out", "setback", "quota", "outfalls"):
        found = explained(place, rule)
        assert all(sentences(found, "en")) and all(sentences(found, "zh"))


# ── names ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "keep_out",
        "禁入",
        "test.place.keep_out",
        "NEW art. 9(2)",
        "new art. 9 (2)",
        "NEW art. 9",
        "新法第九条第二款",
        "《新法》第九条",
        "New law, art. 9(2)",
        "OLD art. 2",
    ],
)
def test_a_rule_is_found_by_its_names_and_by_its_clauses(place: Place, name: str) -> None:
    book = load_rulebook([place.folder / "rules"])
    assert [r.names.en for r in rules_named(book, name)] == ["keep_out"]


@pytest.mark.parametrize("name", ["keep", "NEW art. 99", "NEW", "", "art. 9"])
def test_what_names_no_rule_is_refused(place: Place, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules_named(load_rulebook([place.folder / "rules"]), name)
    assert [d.code for d in refused.value.diagnostics] == ["RL620"]

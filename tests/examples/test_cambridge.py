"""Real input: 355 permit footprints of a city against the layers that it publishes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from redline.casework import run_cases
from redline.checking import Options, check
from redline.commands.check import exit_code
from redline.commands.program import run
from redline.findings import Evidence, Finding, FindingsDocument, Relation, Status, Verdict

EXAMPLE = Path(__file__).parents[2] / "examples" / "cambridge"
RULES = EXAMPLE / "rules"
CATALOG = EXAMPLE / "catalog.toml"
FOOTPRINTS = Path("data/cambridge/CDD_SpecialPermitAreas.geojson")


def judged(rows: Path, day: date) -> FindingsDocument:
    """The rows of a file, as of a day."""
    return check([rows], Options(rules=(RULES,), catalog=CATALOG, as_of=day))


@pytest.fixture(scope="module")
def today(shared: Path) -> Iterator[FindingsDocument]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDLINE_DATA", str(shared / "data"))
        yield judged(shared / FOOTPRINTS, date(2026, 8, 17))


def findings(document: FindingsDocument, rule: str) -> list[Finding]:
    """What one rule says about each row."""
    found = [f for s in document.submissions for f in s.findings if f.rule.endswith(f".{rule}")]
    assert len(found) == len(document.submissions)
    return found


def overlaps(finding: Finding) -> list[Evidence]:
    """The pieces of a footprint in the features of a layer, slivers included."""
    pieces = (*finding.evidence, *finding.slivers)
    return [piece for piece in pieces if piece.relation is Relation.OVERLAPS]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("rule", "oracle"),
    [
        ("special_permit_in_flood_plain", (29, 0, 0, 25, 25)),
        ("care_in_500_year_flood_area", (81, 1, 1, 57, 56)),
        ("no_work_in_wetland", (19, 0, 3, 10, 7)),
    ],
)
def test_overlaps_are_as_many_as_a_plain_overlay_finds(
    today: FindingsDocument, rule: str, oracle: tuple[int, ...]
):
    rows = [[piece.area_m2 or 0 for piece in overlaps(f)] for f in findings(today, rule)]
    pieces = [area for row in rows for area in row]
    counts = (
        len(pieces),
        sum(area < 1 for area in pieces),
        sum(area < 10 for area in pieces),
        sum(bool(row) for row in rows),
        sum(max(row, default=0) > 10 for row in rows),
    )
    assert counts == oracle


@pytest.mark.real_data
def test_a_blank_subtype_is_no_floodway(today: FindingsDocument):
    hit = [f for f in findings(today, "no_encroachment_on_floodway") if overlaps(f)]
    assert len(hit) == 5
    for found in hit:
        assert {m.name for m in found.missing} == {"no_rise_certificate"}


@pytest.mark.real_data
def test_the_verdicts_are_as_the_readme_counts_them(today: FindingsDocument):
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    counts = Counter(s.verdict for s in today.submissions)
    said = f"{counts[Verdict.COMPLIANT]} are compliant, {counts[Verdict.CONDITIONAL]} conditional"
    assert said in readme
    assert f"{counts[Verdict.UNDETERMINED]} undetermined; the exit code is 4" in readme
    assert exit_code(today) == 4


@pytest.mark.real_data
def test_every_row_is_a_submission(today: FindingsDocument):
    names = Counter(s.id.split("#")[0] for s in today.submissions)
    assert len(today.submissions) == 355
    assert len(names) == 348
    assert names["PB-022"] == 4


@pytest.mark.real_data
def test_what_is_hit_is_conditional_and_what_is_forbidden_asks_for_the_document(
    today: FindingsDocument,
):
    flood = findings(today, "special_permit_in_flood_plain")
    assert sum(f.status is Status.CONDITIONAL for f in flood) == 25
    hit = [f for f in findings(today, "no_work_in_wetland") if overlaps(f)]
    assert len(hit) == 10
    for found in hit:
        assert found.status is Status.UNDETERMINED
        assert "order_of_conditions" in {m.name for m in found.missing}


@pytest.mark.real_data
def test_a_footprint_that_leaves_the_city_is_not_passed(today: FindingsDocument):
    outside = {"PB-025", "PB-139", "PB-179", "PB-198", "PB-326", "PB-402", "AHO-010"}
    names = [s.id.split("#")[0] for s in today.submissions]
    status = findings(today, "special_permit_in_flood_plain")
    passed = {n for n, f in zip(names, status, strict=True) if f.status is Status.COMPLIES}
    once = {name for name in outside if names.count(name) == 1}
    assert once
    assert not once & passed


@pytest.mark.real_data
def test_every_finding_that_applies_cites_a_clause(today: FindingsDocument):
    for submission in today.submissions:
        for found in submission.findings:
            if found.status is not Status.NOT_APPLICABLE:
                assert any(c.clause for c in found.citations), (submission.id, found.rule)


@pytest.mark.real_data
def test_the_map_of_the_day_counts(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """PB-272 lies in the medical marijuana district, which no map shows from 2017-07-31 on."""
    monkeypatch.setenv("REDLINE_DATA", str(shared / "data"))
    rows = json.loads((shared / FOOTPRINTS).read_text(encoding="utf-8"))
    rows["features"] = [r for r in rows["features"] if r["properties"]["CaseID"] == "PB-272"]
    one = tmp_path / "one.geojson"
    one.write_text(json.dumps(rows), encoding="utf-8")
    then, now = judged(one, date(2016, 7, 1)), judged(one, date(2018, 2, 1))
    assert findings(then, "medical_marijuana_overlay")[0].status is Status.CONDITIONAL
    rules = {f.rule.split(".")[-1] for f in now.submissions[0].findings}
    assert "medical_marijuana_overlay" not in rules
    assert "parkway_overlay" in rules


def test_the_cases_beside_the_rules_hold():
    report = run_cases([RULES])
    assert len(report.results) > 60
    assert [str(r.place) for r in report.results if not r.passed] == []


@pytest.mark.real_data
def test_the_permits_against_the_maps_of_2013_and_of_2020(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("REDLINE_DATA", str(shared / "data"))
    register = str(tmp_path / "permits.gpkg")
    mapping = ("--mapping", str(EXAMPLE / "decisions.toml"), "--rules", str(RULES))
    given = ("register", "import", str(shared / FOOTPRINTS), "--register", register)
    assert run([*given, *mapping]) == 0
    assert capsys.readouterr().err.count("RL715") == 11
    maps = ("--catalog", str(CATALOG), "--as-of", "2013-08-15", "--format", "json")
    assert run(["replay", register, "--rules", str(RULES), *maps, "--workers", "1"]) == 4
    document = json.loads(capsys.readouterr().out)
    assert document["total"] == 355
    assert {(r["decision"], r["agreement"]): r["count"] for r in document["table"]} == {
        ("approved", "undetermined"): 328,
        ("refused", "undetermined"): 2,
        ("undecided", "undecided"): 25,
    }
    later = ("--on", register, "--as-of-after", "2020-02-03", "--workers", "1")
    assert run(["compare", str(RULES), str(RULES), *maps, *later]) == 0
    rules = json.loads(capsys.readouterr().out)["rules"]
    by_clause: dict[str, int] = {}
    for rule in rules:
        for clause in rule["clauses"]:
            by_clause[clause] = by_clause.get(clause, 0) + rule["count"]
    assert by_clause["ZO sec. 20.800"] == 8
    assert by_clause["ZO sec. 20.307"] == 13

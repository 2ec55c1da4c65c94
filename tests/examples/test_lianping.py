"""The invented county: its projects are judged as its README says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from redline.checking import Options, check
from redline.commands.check import exit_code
from redline.commands.program import run
from redline.findings import Finding, FindingsDocument, Status, SubmissionFindings, Verdict
from redline.rulebook.load import shipped_rules

EXAMPLE = Path(__file__).parents[2] / "examples" / "lianping"
CATALOG = EXAMPLE / "catalog.toml"
SUBMISSIONS = EXAMPLE / "submissions"

VERDICTS = {
    "LP-2026-001": Verdict.COMPLIANT,
    "LP-2026-002": Verdict.NON_COMPLIANT,
    "LP-2026-003": Verdict.NON_COMPLIANT,
    "LP-2026-004": Verdict.NON_COMPLIANT,
    "LP-2026-005": Verdict.NON_COMPLIANT,
    "LP-2026-006": Verdict.CONDITIONAL,
    "07_warehouse": Verdict.UNDETERMINED,
    "LP-2026-008": Verdict.UNDETERMINED,
    "ZJD-001": Verdict.UNDETERMINED,
    "ZJD-002": Verdict.NON_COMPLIANT,
    "ZJD-003": Verdict.UNDETERMINED,
}


REVISIONS = {
    "LP-TZ-A": Verdict.COMPLIANT,
    "LP-TZ-B": Verdict.NON_COMPLIANT,
    "LP-TZ-C": Verdict.COMPLIANT,
}


def test_the_red_line_may_be_redrawn_but_not_at_one_countys_cost():
    folder = EXAMPLE / "redline_revisions"
    document = check(sorted(folder.iterdir()), Options(catalog=CATALOG))
    assert {s.id: s.verdict for s in document.submissions} == REVISIONS
    tables = {s.id: s.revised for s in document.submissions}
    shrunk, again = tables["LP-TZ-B"], tables["LP-TZ-C"]
    assert shrunk is not None
    assert again is not None
    assert shrunk.areas[0].net_m2 > 0
    violated = [
        f.for_each.value
        for s in document.submissions
        for f in s.findings
        if f.status is Status.VIOLATED and f.for_each
    ]
    assert violated == ["441623"]
    assert again.patches == ()
    assert len(again.slivers) > 1000


def test_the_figures_of_the_county_are_held_against_aims_the_year_before_and_each_other():
    document = check([EXAMPLE / "indicators.csv"], Options(catalog=CATALOG))
    assert [p.message.en for p in document.problems if p.severity == "error"] == []
    (county,) = document.submissions
    assert county.verdict is Verdict.NON_COMPLIANT
    violated = {f.rule.split(".")[-1] for f in county.findings if f.status is Status.VIOLATED}
    assert violated == {
        "farmland_not_reduced",
        "cultivated_land_kept",
        "lp_air",
        "lp_forest_kept",
    }
    assert ["Forest cover" in c.message.en for c in county.data_checks] == [True]


FIRST_BOOK = ("drinking_water", "ecological_redline", "farmland", "yangtze")
"""The packs for which the projects were made. More packs ask more of them."""


@cache
def everything() -> FindingsDocument:
    """All projects under all rules that ship."""
    return check(sorted(SUBMISSIONS.iterdir()), Options(catalog=CATALOG))


@cache
def by_the_first_book() -> FindingsDocument:
    """All projects under the packs for which they were made."""
    return check(sorted(SUBMISSIONS.iterdir()), Options(rules=first_book_files(), catalog=CATALOG))


def first_book_files() -> tuple[Path, ...]:
    """The files of these packs, and those of all vocabularies."""
    packs = [shipped_rules() / "national" / f"{name}.redline" for name in FIRST_BOOK]
    return (*packs, *sorted(shipped_rules().rglob("*vocabulary.redline")))


def judged(name: str) -> SubmissionFindings:
    """One of the projects under the packs for which they were made."""
    return next(s for s in by_the_first_book().submissions if s.id == name)


def lacking(submission: SubmissionFindings) -> set[str]:
    """What would have to be answered or supplied."""
    return {m.name for f in submission.findings for m in f.missing}


def finding(submission: SubmissionFindings, rule: str) -> Finding:
    """What one rule says."""
    return next(f for f in submission.findings if f.rule.split(".")[-1] == rule)


def violated(submission: SubmissionFindings) -> set[str]:
    """The rules that a submission breaks, without their packs."""
    return {f.rule.split(".")[-1] for f in submission.findings if f.status is Status.VIOLATED}


# ── all of it ───────────────────────────────────────────────────────────────────────────────────


def test_the_projects_get_the_verdicts_that_the_readme_states_by_the_first_book():
    assert {s.id: s.verdict for s in by_the_first_book().submissions} == VERDICTS


def test_they_get_them_under_all_rules_that_ship():
    """A new pack that asks for more is answered in the manifests, or supplied in the catalog."""
    assert {s.id for s in everything().submissions} == VERDICTS.keys()
    for submission in everything().submissions:
        assert submission.verdict == VERDICTS[submission.id], (submission.id, lacking(submission))


def test_every_verdict_stands_in_the_readme():
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    for name, verdict in VERDICTS.items():
        row = next(line for line in readme.splitlines() if name in line and line.startswith("|"))
        assert re.search(rf"{name}[^|]*\|.*\b{verdict}\b", row), row


def test_all_four_verdicts_occur_and_the_call_ends_with_a_breach():
    assert {s.verdict for s in everything().submissions} == set(Verdict)
    assert exit_code(everything()) == 1


def test_nothing_goes_wrong_in_reading():
    assert [p for p in everything().problems if p.severity != "note"] == []


def test_every_finding_that_applies_cites_a_clause():
    for submission in everything().submissions:
        for found in submission.findings:
            if found.status is not Status.NOT_APPLICABLE:
                assert any(c.clause for c in found.citations), (submission.id, found.rule)


def test_files_that_a_manifest_names_are_not_judged_again():
    files = {path.stem for path in SUBMISSIONS.iterdir()}
    assert len(list(SUBMISSIONS.iterdir())) > len(files)
    assert len(everything().submissions) == len(files) + 2  # 09_houses holds three


def test_the_command_writes_it_and_exits_with_one(capsys: pytest.CaptureFixture[str]):
    files = [str(path) for path in sorted(SUBMISSIONS.iterdir())]
    assert run(["check", *files, "--catalog", str(CATALOG), "--format", "json"]) == 1
    written = json.loads(capsys.readouterr().out)
    assert {s["id"]: s["verdict"] for s in written["submissions"]} == VERDICTS


def test_every_case_of_every_shipped_rule_is_run_and_counted(capsys: pytest.CaptureFixture[str]):
    assert run(["test"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    found = re.fullmatch(r"(\d+) cases of (\d+) rules: (\d+) passed, 0 failed", last)
    assert found, last
    assert found[1] == found[3]
    assert int(found[2]) >= 20


# ── project by project ──────────────────────────────────────────────────────────────────────────


def discharging_works(day: date, catalog: Path = CATALOG) -> SubmissionFindings:
    options = Options(catalog=catalog, as_of=day)
    return check([SUBMISSIONS / "02_food_works.yaml"], options).submissions[0]


@pytest.mark.parametrize(
    ("day", "instrument", "clause"),
    [
        (date(2026, 8, 14), "WPPL", "art. 66(1)"),
        (date(2026, 8, 15), "CODE", "art. 320(1)"),
    ],
)
def test_discharge_into_level_2_is_a_breach_before_and_after_the_code(
    day: date, instrument: str, clause: str
):
    found = finding(discharging_works(day), "level_2_discharging_projects")
    assert found.status is Status.VIOLATED
    assert [(c.instrument, c.clause) for c in found.citations] == [(instrument, clause)]


def test_without_the_water_layer_it_is_undetermined_and_names_the_layer(tmp_path: Path):
    catalog = catalog_without("drinking_water", tmp_path)
    submission = discharging_works(date(2026, 8, 15), catalog)
    found = finding(submission, "level_2_discharging_projects")
    assert submission.verdict is Verdict.UNDETERMINED
    assert found.status is Status.UNDETERMINED
    assert [(m.kind, m.name) for m in found.missing] == [("layer", "drinking_water")]


def catalog_without(layer: str, folder: Path) -> Path:
    """The catalog of the example, one layer taken out, its paths made absolute."""
    head, *entries = CATALOG.read_text(encoding="utf-8").split("[[layer]]")
    kept = [entry for entry in entries if f'name = "{layer}"\n' not in entry]
    assert len(kept) < len(entries)
    text = "[[layer]]".join([head, *kept]).replace('"data/', f'"{EXAMPLE.as_posix()}/data/')
    path = folder / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_chemical_plant_stands_800_metres_from_a_bank_of_the_yangtze_system():
    found = finding(judged("LP-2026-003"), "no_new_chemical_project")
    measured = found.measured[0]
    assert measured.value == pytest.approx(800, abs=0.5)
    assert measured.limit == 1000
    assert [c.clause for c in found.citations] == ["art. 26(2)"]


def test_the_yangtze_law_does_not_reach_the_southern_projects():
    for name in ("LP-2026-001", "LP-2026-002", "LP-2026-006"):
        packs = {
            f.rule.rsplit(".", 1)[0]
            for f in judged(name).findings
            if f.status is not Status.NOT_APPLICABLE
        }
        assert "cn.yangtze" not in packs


def test_the_trail_is_excused_in_the_red_line_and_refused_at_the_source():
    trail = judged("LP-2026-004")
    assert finding(trail, "red_line_outside_core_zones").status is Status.EXCUSED
    assert violated(trail) >= {"level_1_unrelated_projects", "level_1_activities"}


def test_a_permit_for_a_part_of_the_yard_does_not_excuse_the_rest():
    road = judged("LP-2026-005")
    assert violated(road) >= {"basic_farmland_not_used_temporarily"}
    assert finding(road, "basic_farmland_not_taken").status is Status.COMPLIES


def test_the_opinion_covers_the_water_main():
    found = finding(judged("LP-2026-006"), "red_line_outside_core_zones")
    assert found.status is Status.EXCUSED
    assert found.measured[0].value > 1000


def test_whatever_is_open_about_the_quarry_turns_on_ground_beyond_the_border():
    open_findings = [f for f in judged("LP-2026-008").findings if f.status is Status.UNDETERMINED]
    assert open_findings
    for found in open_findings:
        assert "coverage" in {m.kind for m in found.missing}, found.rule


def test_the_bare_boundary_points_ask_for_facts():
    missing = {
        m.name
        for f in judged("07_warehouse").findings
        if f.status is Status.UNDETERMINED
        for m in f.missing
    }
    assert {"works", "project_kind"} <= missing


# ── the making of it ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lianping")
    script = EXAMPLE / "make_example.py"
    subprocess.run([sys.executable, "-B", str(script), str(folder)], check=True)
    return folder


def tables(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Folder, layer and file of everything that has features."""
    for kind in ("data", "submissions"):
        for path in sorted((folder / kind).iterdir()):
            if path.suffix in (".gpkg", ".geojson", ".shp", ".kml", ".zip"):
                for layer in pyogrio.list_layers(path)[:, 0]:
                    yield f"{kind}/{path.name}", str(layer), path


def test_making_it_again_gives_the_same_content(made_again: Path):
    here = {(name, layer): path for name, layer, path in tables(EXAMPLE)}
    there = {(name, layer): path for name, layer, path in tables(made_again)}
    assert here.keys() == there.keys()
    for (name, layer), path in here.items():
        assert_same_table(path, there[name, layer], layer)
    for path in sorted(SUBMISSIONS.glob("*.txt")):
        again = made_again / "submissions" / path.name
        assert path.read_bytes() == again.read_bytes()


def assert_same_table(one: Path, other: Path, layer: str) -> None:
    """Equal fields, and geometry equal to about a centimetre."""
    first, second = (pyogrio.raw.read(p, layer=layer) for p in (one, other))
    for mine, again in zip(first[3], second[3], strict=True):
        assert mine.astype(str).tolist() == again.astype(str).tolist(), one
    mine, again = shapely.from_wkb(first[2]), shapely.from_wkb(second[2])
    assert (
        shapely.equals_exact(mine, again, 1e-7).all()
        or (np.abs(shapely.bounds(mine) - shapely.bounds(again)) < 0.01).all()
    ), one


def test_its_layers_are_sound():
    for name, layer, path in tables(EXAMPLE):
        assert shapely.is_valid(shapely.from_wkb(pyogrio.raw.read(path, layer=layer)[2])).all(), (
            name,
            layer,
        )


def test_the_zones_of_a_source_and_the_control_units_do_not_overlap():
    for name in ("YYSSYDBHQ", "HJGKDY"):
        zones = geopandas.read_file(EXAMPLE / "data" / f"{name}.gpkg").to_crs(4547)
        assert zones.area.sum() - zones.union_all().area == pytest.approx(0, abs=50), name


def test_the_county_has_the_area_that_the_readme_states():
    counties = geopandas.read_file(EXAMPLE / "data" / "JICHU.gpkg", layer="XZQ").to_crs(4547)
    county = counties[counties["XZQDM"] == "441623"]
    assert county.area.sum() == pytest.approx(2_275e6, rel=1e-6)


def test_making_it_again_gives_the_same_decisions(made_again: Path):
    for name in ("decisions.csv", "quotas.csv"):
        made = (made_again / "register" / name).read_bytes()
        assert made == (EXAMPLE / "register" / name).read_bytes()


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("register") / "decisions.gpkg"
    for table, more in (
        ("decisions", ["--crs", "EPSG:4490", "--catalog", str(EXAMPLE / "catalog.toml")]),
        ("quotas", []),
    ):
        given = [str(EXAMPLE / "register" / f"{table}.csv"), "--register", str(where)]
        given += ["--mapping", str(EXAMPLE / "register" / f"{table}.toml")]
        assert run(["register", "import", *given, *LOCAL_RULES, *more]) == 0
    return where


LOCAL_RULES = ("--rules", str(EXAMPLE.parents[1] / "rules"), "--rules", str(EXAMPLE / "rules"))


def test_the_replay_finds_what_was_planted(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    catalog = ("--catalog", str(EXAMPLE / "catalog.toml"))
    report = ("--format", "json", "--workers", "1")
    assert run(["replay", str(register), *catalog, *LOCAL_RULES, *report]) == 1
    document = json.loads(capsys.readouterr().out)
    counts: dict[str, int] = {}
    for row in document["table"]:
        counts[row["agreement"]] = counts.get(row["agreement"], 0) + row["count"]
    assert counts == {
        "agreed": 312,
        "approved_against": 6,
        "refused_without_ground": 2,
        "undetermined": 1,
    }
    departing = [d for d in document["departing"] if d["agreement"] == "approved_against"]
    assert {d["reason"] for d in departing} == {"群众急需"}
    assert all(f["citations"] and f["evidence"] for d in departing for f in d["findings"])
    assert [b["basis"] for b in document["bases"]] == ["《中华人民共和国水污染防治法》第六十六条"]


def test_the_quota_of_the_year_is_nearly_spent(register: Path):

    rules = (EXAMPLE.parents[1] / "rules", EXAMPLE / "rules")
    options = Options(
        rules=rules,
        catalog=EXAMPLE / "catalog.toml",
        register=str(register),
        as_of=date(2026, 11, 2),
        settings=(("energy_use", "46 tce/a"),),
    )
    (submission,) = check([EXAMPLE / "submissions" / "01_school.yaml"], options).submissions
    (finding,) = [f for f in submission.findings if f.rule.endswith("lp_energy_within_quota")]
    assert finding.status.value == "violated"
    (account,) = finding.accounts
    assert (account.opening, account.requested, account.remaining) == (9200, 46, -1)

"""The Python API: lean to import, typed, and documented by examples that run."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import redline
from redline.commands.program import COMMANDS
from tests.checking.test_check import Place, box

ROOT = Path(__file__).parent.parent
HEAVY = ("geopandas", "pandas", "pyogrio", "shapely", "numpy", "pydantic", "lark", "durable")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    layers = 'schema = "redline.catalog/1"\n' + "".join(place.layers.values())
    place.write("catalog.toml", layers)
    return place


def judged(place: Place, *submissions: Path, **options: object) -> redline.Answer:
    return redline.check(
        list(submissions) or place.submission(),
        rules=place.folder / "rules",
        catalog=place.folder / "catalog.toml",
        **options,
    )


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import redline; dir(redline)", HEAVY),
        ("import redline; redline.Refusal", HEAVY),
        (
            "import sys; from redline.commands.program import run; "
            "assert run(['fmt', '--check', sys.argv[1]]) == 0",
            ("geopandas", "pandas", "pyogrio", "shapely", "numpy", "durable"),
        ),
    ],
    ids=["import", "a name", "fmt"],
)
def test_nothing_is_imported_before_it_is_used(code: str, absent: tuple[str, ...]):
    rules = str(ROOT / "rules" / "national" / "instruments.redline")
    told = f"{code}\nimport sys; print([m for m in {absent!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told, rules], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stdout + done.stderr


def test_everything_that_is_offered_is_there():
    for name in redline.__all__:
        assert getattr(redline, name) is not None
    assert set(redline.__all__) <= set(dir(redline))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = redline.nonsense  # type: ignore[attr-defined]
    assert {n for n in redline.__all__ if n.islower()} <= set(COMMANDS)


def test_findings_are_typed_and_the_ground_is_a_geodataframe(place: Place):
    answer = judged(place)
    assert answer.verdict is redline.Verdict.NON_COMPLIANT
    assert all(isinstance(f, redline.Finding) for f in answer.findings)
    ground = answer.evidence("zh")
    row = ground[ground["status"] == "violated"].iloc[0]
    assert (row["rule_title"], row["feature"], row["area_m2"]) == (
        "禁入",
        "A",
        pytest.approx(100.0, abs=0.1),
    )
    assert ground.crs.to_epsg() == 4326 and ground["width_m"].dtype == float
    assert answer.footprints()["area_m2"].iloc[0] == pytest.approx(100.0, abs=0.1)


def test_a_check_without_evidence_gives_an_empty_frame_with_its_columns(place: Place):
    far = place.submission(geometries={"permanent": box(900, 0, 910, 10)})
    ground = judged(place, far).evidence()
    assert {"submission", "rule", "status", "area_m2", "geometry"} <= set(ground.columns)


def test_options_mean_what_they_mean_on_the_command_line(place: Place):
    before = judged(place, as_of="2026-08-14")
    clauses = {c.instrument for f in before.findings for c in f.citations}
    assert clauses == {"OLD"}
    violated = [f for f in judged(place, derivations=True).findings if f.status == "violated"]
    assert violated and all(f.derivation for f in violated)
    unsaid = place.submission(attributes={"energy_use": "10 tce/a"})
    told = judged(place, unsaid, settings={"works": "alteration"})
    asked = {m.name for f in judged(place, unsaid).findings for m in f.missing}
    assert "works" in asked - {m.name for f in told.findings for m in f.missing}
    (keep_out,) = [f for f in judged(place, min_area=1000.0).findings if "keep_out" in f.rule]
    assert keep_out.status is redline.Status.COMPLIES and keep_out.slivers


def test_several_submissions_have_no_one_verdict(place: Place):
    answer = judged(place, place.submission("a"), place.submission("b"))
    assert [s.id for s in answer.submissions] == ["a", "b"]
    with pytest.raises(ValueError, match="2 submissions"):
        _ = answer.verdict


def test_what_cannot_be_read_is_a_problem_and_what_cannot_be_used_is_refused(place: Place):
    answer = judged(place, place.submission(), place.folder / "absent.yaml")
    assert len(answer.submissions) == 1
    assert any(p.severity == "error" for p in answer.problems)
    with pytest.raises(redline.Refusal):
        redline.check(place.submission(), rules=place.folder / "absent")


def test_reports_are_written_and_other_endings_are_named(place: Place, tmp_path: Path):
    answer = judged(place)
    answer.report(tmp_path / "a.html", "zh")
    assert "判定不通过" in (tmp_path / "a.html").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"\.html, \.docx"):
        answer.report(tmp_path / "a.pdf")
    with pytest.raises(ValueError, match="findings"):
        redline.schema("nonsense")


def test_the_examples_on_the_page_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("examples", "rules"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    page = ROOT / "docs" / "python.md"
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.failed == 0 and result.attempted > 20

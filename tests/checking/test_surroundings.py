"""The zones around a submission, for its map."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from redline.checking import Options, document_of, prepare
from redline.checking.surroundings import LEAST_REACH_M, Surrounding, surroundings_of
from redline.commands.program import run
from redline.report.scene import Kind, scene_of
from tests.checking import test_regions, test_revisions
from tests.checking.test_check import DEGREE, Place, box


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def around(place: Place, *submissions: Path) -> list[tuple[Surrounding, ...]]:
    place.check()
    options = Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")
    task = prepare(submissions or (place.submission(),), options)
    document = document_of(task)
    found = surroundings_of(task, document)
    return [found.get(i, ()) for i in range(len(document.submissions))]


def test_the_zone_that_was_met_is_shown_beyond_the_footprint_and_not_to_its_end(place: Place):
    ((zone,),) = around(place)
    assert (zone.layer.en, zone.feature) == ("Zones", "A")
    shape = shapely.from_geojson(zone.geometry.model_dump_json())
    west, south, east, north = (x * DEGREE for x in (c for c in shape.bounds))
    reach = LEAST_REACH_M  # around 50 … 60 m, and never beyond the zone, which ends at 0 and 100 m
    assert west - 30 * DEGREE == pytest.approx(0, abs=0.5)
    assert east - 30 * DEGREE == pytest.approx(100, abs=0.5)
    assert 0 <= south <= 1 and north <= 60 + reach


def test_what_no_finding_met_is_not_shown(place: Place):
    far = place.submission(geometries={"permanent": box(900, 0, 910, 10)})
    (shown,) = around(place, far)
    assert all(s.layer.en != "Zones" for s in shown)


def test_each_submission_has_its_own(place: Place):
    there = place.submission("there", geometries={"permanent": box(900, 0, 910, 10)})
    first, second = around(place, place.submission("here"), there)
    assert first and first != second


def test_zones_lie_below_everything_and_do_not_widen_the_map(place: Place):
    options = Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")
    place.check()
    task = prepare([place.submission()], options)
    document = document_of(task)
    zones = surroundings_of(task, document)[0]
    with_zones = scene_of(document.submissions[0], "en", 0.1, zones)
    without = scene_of(document.submissions[0], "en", 0.1)
    assert with_zones is not None and without is not None
    assert with_zones.shapes[0].kind is Kind.ZONE
    assert with_zones.shapes[0].label == "Zones “A”"
    assert with_zones.metres_per_unit == without.metres_per_unit
    assert with_zones.kinds()[-1] is Kind.ZONE


def test_reports_of_revisions_regions_and_what_cannot_be_judged_are_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    revisions, regions = tmp_path / "revisions", tmp_path / "regions"
    revisions.mkdir()
    regions.mkdir()
    test_revisions.folder.__wrapped__(revisions)
    test_revisions.revised(revisions, test_revisions.SHRUNK)
    test_regions.folder.__wrapped__(regions)
    test_regions.judged(regions, "甲市,2024,指数,80,分,,")
    for folder, files in ((revisions, ["revision.yaml"]), (regions, ["indicators.csv"])):
        monkeypatch.chdir(folder)
        rules = ["--rules", "rules.redline", "--report", "out.html", "--report", "out.docx"]
        assert run(["check", *files, *rules]) in (0, 1, 4)
        assert (folder / "out.html").stat().st_size > 5000
    monkeypatch.chdir(revisions)
    (revisions / "after.geojson").unlink()
    rules = ["--rules", "rules.redline", "--report", "refused.html"]
    assert run(["check", "revision.yaml", *rules]) == 3
    assert "RL" in (revisions / "refused.html").read_text(encoding="utf-8")

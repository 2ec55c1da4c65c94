"""Provisions that a reviewer applies every week, from drawn ground to findings: chemical works and
tailings ponds by the Yangtze, outfalls in quasi zones, unpublished ranges of the Yellow River, and
ground that lies in two kinds of zones at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from redline.checking import Options, check
from redline.findings import Finding, Status

RULES = Path(__file__).parents[2] / "rules" / "national"
PACKS = (
    "vocabulary",
    "instruments",
    "yangtze",
    "yellow_river",
    "drinking_water",
    "ecological_redline",
)
WEST, SOUTH = 112.0, 30.0
EAST_DEGREE, NORTH_DEGREE = 96_486.28, 110_852.43
"""Metres of a degree of longitude and of latitude on the ellipsoid at 30° N."""

Geometry = Mapping[str, object]


def at(x: float, y: float) -> list[float]:
    """Metres east and north of 112° E 30° N as longitude and latitude."""
    return [WEST + x / EAST_DEGREE, SOUTH + y / NORTH_DEGREE]


def box(west: float, south: float, east: float, north: float) -> Geometry:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[at(*corner) for corner in corners]]}


def bank(y: float) -> Geometry:
    return {"type": "LineString", "coordinates": [at(x, y) for x in range(-5000, 6001, 500)]}


def collection(*features: tuple[Mapping[str, object], Geometry]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
        }
    )


class Valley:
    """A reach of a river with its layers, and projects in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = 'schema = "redline.catalog/1"\n'

    def layer(
        self,
        name: str,
        *features: tuple[Mapping[str, object], Geometry],
        coverage: str = "[111.8, 29.8, 112.2, 30.2]",
    ) -> None:
        (self.folder / f"{name}.geojson").write_text(collection(*features), encoding="utf-8")
        self.catalog += (
            f'[[layer]]\nname = "{name}"\npath = "{name}.geojson"\n'
            f"coverage = {{bounds = {coverage}}}\n"
        )

    def findings(self, footprint: Geometry, **manifest: object) -> Mapping[str, Finding]:
        """The findings on a project, by the rule's name."""
        catalog = self.folder / "catalog.toml"
        catalog.write_text(self.catalog, encoding="utf-8")
        body: dict[str, object] = {
            "schema": "redline.submission/1",
            "kind": "project",
            "id": "P-1",
            "decided_on": "2026-09-01",
            "geometries": {"permanent": footprint},
            "complete": ["documents", "components", "geometries"],
        }
        submission = self.folder / "project.json"
        submission.write_text(json.dumps(body | manifest), encoding="utf-8")
        rules = tuple(RULES / f"{pack}.redline" for pack in PACKS)
        document = check([submission], Options(rules=rules, catalog=catalog))
        assert [p for p in document.problems if p.severity == "error"] == []
        (judged,) = document.submissions
        return {f.rule.rpartition(".")[2]: f for f in judged.findings}


@pytest.fixture
def valley(tmp_path: Path) -> Valley:
    valley = Valley(tmp_path)
    valley.layer("basin", ({"name": "长江"}, box(-20_000, -20_000, 20_000, 20_000)))
    return valley


def shoreline(rank: str, catchment: int, y: float) -> tuple[Mapping[str, object], Geometry]:
    return {"river_system": "长江", "rank": rank, "catchment": f"{catchment} km2"}, bank(y)


@pytest.mark.parametrize(
    ("works", "status"),
    [
        ("new_build", Status.VIOLATED),
        ("expansion", Status.VIOLATED),
        ("alteration", Status.NOT_APPLICABLE),
    ],
)
def test_chemical_works_800_m_from_a_tributary_of_the_yangtze(
    valley: Valley, works: str, status: Status
):
    # A tributary of any size: 600 km2 is far below an important one.
    valley.layer(
        "shoreline", shoreline("tributary", 600, 0), shoreline("mainstem", 1_800_000, -9000)
    )
    found = valley.findings(
        box(0, 800, 400, 1200),
        attributes={"works": works, "industry": "C2614", "project_kind": ["chemical_plant"]},
    )["no_new_chemical_project"]
    assert found.status is status
    if status is Status.VIOLATED:
        assert [(c.instrument, c.clause) for c in found.citations] == [("YZ", "art. 26(2)")]
        assert found.measured[0].value == pytest.approx(800, abs=2)


@pytest.mark.parametrize(
    ("catchment", "status"), [(9_000, Status.COMPLIES), (12_000, Status.VIOLATED)]
)
def test_a_tailings_pond_900_m_from_a_tributary_goes_by_its_catchment(
    valley: Valley, catchment: int, status: Status
):
    valley.layer(
        "shoreline",
        shoreline("tributary", catchment, 0),
        shoreline("mainstem", 1_800_000, -2200),
    )
    found = valley.findings(
        box(0, 900, 400, 1300),
        attributes={"works": "new_build", "project_kind": ["tailings_pond"]},
    )["no_tailings_pond_near_shoreline"]
    assert found.status is status, found.missing


def test_a_tailings_pond_within_3_km_of_the_main_stem_is_violated_all_the_same(valley: Valley):
    valley.layer(
        "shoreline",
        shoreline("tributary", 9_000, 0),
        shoreline("mainstem", 1_800_000, -2000),
    )
    found = valley.findings(
        box(0, 900, 400, 1300),
        attributes={"works": "new_build", "project_kind": ["tailings_pond"]},
    )["no_tailings_pond_near_shoreline"]
    assert found.status is Status.VIOLATED


@pytest.mark.parametrize(
    ("level", "status"),
    [("quasi", Status.COMPLIES), ("second", Status.VIOLATED), ("first", Status.VIOLATED)],
)
def test_an_outfall_in_a_quasi_zone_is_not_caught_by_article_318(
    valley: Valley, level: str, status: Status
):
    valley.layer("drinking_water", ({"level": level}, box(-500, -500, 500, 500)))
    outfall = {"type": "Point", "coordinates": at(100, 100)}
    found = valley.findings(
        box(2000, 2000, 2100, 2100),
        attributes={"works": "new_build", "discharges_pollutants": True},
        components=[{"kind": "outfall", "geometry": outfall}],
    )["no_outfall_in_protection_area"]
    assert found.status is status
    assert [(c.instrument, c.clause) for c in found.citations] == [("CODE", "art. 318")]


def test_beside_a_yellow_river_tributary_without_a_published_range_nothing_is_decided(
    tmp_path: Path,
):
    valley = Valley(tmp_path)
    valley.layer("basin", ({"name": "黄河"}, box(-20_000, -20_000, 20_000, 20_000)))
    # The ranges of one reach are published, and complete there; ours is another.
    published = "[112.1, 29.9, 112.15, 30.1]"
    valley.layer(
        "shoreline_control_range",
        ({"river": "汾河", "rank": "tributary"}, box(10_000, -200, 14_000, 200)),
        coverage=published,
    )
    new_plant = {"works": "new_build", "industry": "C2614", "project_kind": ["chemical_plant"]}
    ours = valley.findings(box(0, 100, 400, 500), attributes=new_plant)
    found = ours["no_new_chemical_in_yellow_range"]
    assert found.status is Status.UNDETERMINED
    assert {m.name for m in found.missing} == {"shoreline_control_range"}
    theirs = valley.findings(box(11_000, 100, 11_400, 500), attributes=new_plant)
    assert theirs["no_new_chemical_in_yellow_range"].status is Status.VIOLATED


def test_a_trail_that_the_red_line_excuses_is_violated_by_the_water_source(valley: Valley):
    valley.layer(
        "ecological_redline", ({"zone": "other", "medium": "land"}, box(-500, -500, 500, 500))
    )
    valley.layer("drinking_water", ({"level": "first"}, box(0, -500, 500, 500)))
    trail = box(-100, 0, 100, 2)
    found = valley.findings(
        trail,
        attributes={
            "works": "new_build",
            "activities": ["tourism", "visitor_facilities"],
            "project_kind": ["tourism_facility"],
            "needs_new_land_or_sea_use": True,
            "serves_water_supply": False,
        },
        documents=[
            {
                "kind": "provincial_activity_opinion",
                "rank": "provincial",
                "date": "2026-08-01",
                "ground": trail,
            }
        ],
        judgements=[
            {"name": name, "answer": True, "author": "A"}
            for name in (
                "moderate_visiting",
                "conforms_to_spatial_plan",
                "keeps_ecological_function",
            )
        ],
    )
    assert found["red_line_outside_core_zones"].status is Status.EXCUSED
    assert found["level_1_activities"].status is Status.VIOLATED
    assert [c.clause for c in found["level_1_activities"].citations] == ["art. 319(2)"]

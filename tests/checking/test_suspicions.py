"""What the catalog's ground says about submissions' coordinates, and datums accepted by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from redline.checking import Options, check
from redline.findings import FindingsDocument, Verdict
from redline.ground.crs import web_map_shift

RULES = """
pack test.town "Town" / "城镇"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
layer zone / 保护区: polygon "Zones" / "保护区"
rule keep_out / 禁入 "Keep out" / "禁入"
  forbids footprint overlaps zone
  cites ACT art. 1
"""

TOWN = shapely.box(114.0, 24.0, 114.1, 24.1)


def write(path: Path, geometry: object, crs: str = "EPSG:4490") -> Path:
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(geometry)], dtype=object),
        [],
        [],
        geometry_type="Polygon",
        crs=crs,
    )
    return path


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "town.redline").write_text(RULES, "utf-8")
    write(tmp_path / "town.gpkg", TOWN)
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\n[coverage]\npath = "town.gpkg"\n'
        '[[layer]]\nname = "zone"\nempty = true\n'
    )
    return tmp_path


def judged(town: Path, path: Path, **more: object) -> FindingsDocument:
    options = Options(rules=(town / "town.redline",), catalog=town / "catalog.toml", **more)
    return check([path], options)


def codes(document: FindingsDocument) -> list[str]:
    (one,) = document.submissions
    return [w.code for w in one.warnings]


def shifted(geometry: object) -> object:
    return shapely.transform(geometry, lambda xy: xy + web_map_shift(xy))


def test_ground_that_a_web_map_has_shifted_out_of_the_town_is_suspected(town: Path):
    true = shapely.box(114.0975, 24.05, 114.0995, 24.052)
    path = write(town / "a.gpkg", shifted(true))
    assert codes(judged(town, path)) == ["RL462"]


@pytest.mark.parametrize(
    "footprint",
    [
        shapely.box(114.05, 24.05, 114.06, 24.06),
        shapely.box(114.2, 24.05, 114.21, 24.06),
        shapely.box(114.09, 24.05, 114.11, 24.06),
    ],
    ids=["inside", "far outside", "across the border"],
)
def test_other_ground_is_not(town: Path, footprint: object):
    assert codes(judged(town, write(town / "a.gpkg", footprint))) == []


def test_wgs_84_beside_cgcs2000_is_noted(town: Path):
    path = town / "a.geojson"
    path.write_text(json.dumps(shapely.geometry.mapping(shapely.box(114.05, 24.05, 114.06, 24.06))))
    document = judged(town, path)
    assert codes(document) == ["RL463"]
    assert document.submissions[0].warnings[0].severity == "note"


@pytest.mark.parametrize("name", ["Xi'an 1980", "西安80", "Xian 1980", "xian1980"])
def test_a_datum_is_accepted_by_name_only(town: Path, name: str):
    path = write(town / "a.gpkg", shapely.box(114.05, 24.05, 114.06, 24.06), "EPSG:4610")
    refused = judged(town, path)
    assert [p.code for p in refused.problems] == ["RL454"]
    assert "--accept-crs" in refused.problems[0].hint.en
    accepted = judged(town, path, accept_crs=(name,))
    assert accepted.submissions[0].verdict is Verdict.COMPLIANT
    assert "RL456" in [p.code for p in accepted.problems]
    other = judged(town, path, accept_crs=("Beijing 1954",))
    assert [p.code for p in other.problems] == ["RL454"]

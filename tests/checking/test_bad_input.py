"""Bad input is named, repaired or refused, does no harm, and the rest of the batch is judged."""

from __future__ import annotations

import io
import json
import stat
import time
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import mapping

from redline.checking import Options, check
from redline.findings import FindingsDocument, Status, SubmissionFindings

RULES = """
pack test.town "Town" / "城镇"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
layer zone / 保护区: polygon "Zones" / "保护区"
rule keep_out / 禁入 "Keep out" / "禁入"
  forbids footprint overlaps zone
  cites ACT art. 1
"""

ZONE = shapely.box(114.0, 24.0, 114.1, 24.1)
GOOD = shapely.box(114.01, 24.01, 114.011, 24.011)
BAD = shapely.box(114.02, 24.02, 114.021, 24.021)


def feature(geometry: object, name: str = "bad") -> dict[str, object]:
    return {"type": "Feature", "properties": {"id": name}, "geometry": geometry}


def collection(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "town.redline").write_text(RULES, "utf-8")
    (tmp_path / "zone.geojson").write_text(collection(feature(mapping(ZONE))))
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\ncoverage = "everywhere"\n'
        '[[layer]]\nname = "zone"\npath = "zone.geojson"\n'
    )
    (tmp_path / "good.geojson").write_text(collection(feature(mapping(GOOD), "good")))
    return tmp_path


def judged(town: Path, *paths: Path) -> FindingsDocument:
    options = Options(rules=(town / "town.redline",), catalog=town / "catalog.toml")
    return check([*paths, town / "good.geojson"], options)


def of_feature(town: Path, geometry: object) -> FindingsDocument:
    """A file with a bad feature and a good one, beside a good file."""
    path = town / "bad.geojson"
    path.write_text(collection(feature(geometry), feature(mapping(GOOD), "beside")))
    return judged(town, path)


def codes(document: FindingsDocument, least: str = "warning") -> list[str]:
    grave = ("note", "warning", "error")
    return [p.code for p in document.problems if grave.index(p.severity) >= grave.index(least)]


def by_id(document: FindingsDocument) -> dict[str, SubmissionFindings]:
    found = {s.id: s for s in document.submissions}
    # Whatever happens to the bad one, the good ones are judged.
    assert found["good"].findings[0].status is Status.VIOLATED
    return found


def ring(*points: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


X, Y = 114.02, 24.02
SQUARE = [(X, Y), (X + 0.001, Y), (X + 0.001, Y + 0.001), (X, Y + 0.001)]


def test_a_bow_tie_is_refused_by_name_and_never_passes(town: Path):
    document = of_feature(town, ring((X, Y), (X + 1e-3, Y + 1e-3), (X + 1e-3, Y), (X, Y + 1e-3)))
    found = by_id(document)
    assert found["beside"].findings[0].status is Status.VIOLATED
    (finding,) = found["bad"].findings
    assert finding.status is Status.UNDETERMINED
    (problem,) = [p for p in document.problems if p.severity == "error"]
    assert problem.code == "RL613"
    assert problem.place is not None
    assert problem.place.item == "bad"


def test_a_bow_tie_in_a_layer_leaves_its_ground_unknown(town: Path):
    bowtie = ring((114.2, 24.0), (114.21, 24.01), (114.21, 24.0), (114.2, 24.01))
    (town / "zone.geojson").write_text(collection(feature(mapping(ZONE)), feature(bowtie)))
    beside = town / "beside.geojson"
    there = shapely.box(114.3, 24.2, 114.301, 24.201)
    within = shapely.box(114.2049, 24.0049, 114.2051, 24.0051)
    beside.write_text(collection(feature(mapping(there), "there"), feature(mapping(within), "in")))
    document = judged(town, beside)
    found = by_id(document)
    assert found["there"].findings[0].status is Status.COMPLIES
    assert found["in"].findings[0].status is Status.UNDETERMINED
    assert "RL522" in codes(document)


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([*SQUARE[:3], (X + 0.001, Y + 0.002), (X + 0.001, Y + 0.001), SQUARE[3]], "RL612"),
        ([SQUARE[0], SQUARE[0], SQUARE[1], SQUARE[1], *SQUARE[2:]], None),
    ],
    ids=["spike", "duplicate points"],
)
def test_spikes_and_duplicate_points_are_taken_off(
    town: Path, points: list[tuple[float, float]], code: str | None
):
    document = of_feature(town, ring(*points))
    one = by_id(document)["bad"]
    assert codes(document) == ([code] if code else [])
    assert one.findings[0].status is Status.VIOLATED
    assert one.findings[0].evidence[0].area_m2 == pytest.approx(11_270, rel=2e-3)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_ordinates_that_are_no_numbers_are_refused_by_feature(town: Path, value: str):
    path = town / "bad.geojson"
    text = collection(feature(ring(*SQUARE)), feature(mapping(GOOD), "beside"))
    path.write_text(text.replace("114.021", value, 1))
    document = judged(town, path)
    assert sorted(by_id(document)) == ["beside", "good"]
    (problem,) = [p for p in document.problems if p.severity == "error"]
    assert problem.code == "RL416"
    assert "1" in problem.message.en


def test_ordinates_that_are_no_numbers_are_found_in_binary_formats(town: Path):
    corners = np.array([*SQUARE, SQUARE[0]])
    corners[1, 0] = np.inf
    path = town / "bad.gpkg"
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shapely.Polygon(corners)), shapely.to_wkb(BAD)], dtype=object),
        [np.array(["bad", "beside"], dtype=object)],
        ["id"],
        geometry_type="Polygon",
        crs="EPSG:4490",
    )
    document = judged(town, path)
    assert sorted(by_id(document)) == ["beside", "good"]
    assert codes(document, "error") == ["RL461"]


def test_heights_and_measures_are_dropped_and_that_is_said(town: Path):
    points = [(x, y, 5.0) for x, y in [*SQUARE, SQUARE[0]]]
    document = of_feature(town, {"type": "Polygon", "coordinates": [points]})
    assert by_id(document)["bad"].findings[0].status is Status.VIOLATED
    assert "RL417" in codes(document, "note")
    path = town / "m.csv"
    ordinates = ", ".join(f"{x} {y} 5 7" for x, y in [*SQUARE, SQUARE[0]])
    path.write_text(f'id,wkt\nm,"SRID=4490;POLYGON ZM (({ordinates}))"\n')
    assert by_id(judged(town, path))["m"].findings[0].status is Status.VIOLATED


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_no_geometry_is_said_by_number(town: Path, geometry: object):
    document = of_feature(town, geometry)
    assert sorted(by_id(document)) == ["beside", "good"]
    (problem,) = [p for p in document.problems if p.code == "RL415"]
    assert "1" in problem.message.en


def test_mixed_types_and_collections_are_taken_apart(town: Path):
    mixed = {
        "type": "GeometryCollection",
        "geometries": [
            mapping(BAD),
            mapping(shapely.Point(X, Y)),
            mapping(shapely.LineString([(X, Y), (X + 1, Y)])),
            {"type": "GeometryCollection", "geometries": [mapping(shapely.box(1, 1, 1, 1))]},
        ],
    }
    document = of_feature(town, mixed)
    one = by_id(document)["bad"]
    assert {p.role for p in one.parts} == {"permanent", "centreline"}
    assert one.findings[0].evidence[0].area_m2 == pytest.approx(11_270, rel=2e-3)


def test_points_alone_are_no_footprint(town: Path):
    document = of_feature(town, mapping(shapely.Point(X, Y)))
    assert "bad" not in by_id(document)
    assert "RL447" in codes(document)


def test_a_hundred_thousand_parts_are_measured_in_reasonable_time(town: Path):
    side = np.arange(316)
    x, y = (a.ravel() for a in np.meshgrid(114.02 + side * 1e-4, 24.02 + side * 1e-4))
    parts = shapely.MultiPolygon(list(shapely.box(x, y, x + 5e-5, y + 5e-5)))
    path = town / "many.gpkg"
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(parts)], dtype=object),
        [np.array(["many"], dtype=object)],
        ["id"],
        geometry_type="MultiPolygon",
        crs="EPSG:4490",
    )
    start = time.process_time()
    one = by_id(judged(town, path))["many"]
    assert time.process_time() - start < 120
    whole = 316 * 316 * 28.2
    assert one.parts[0].area_m2 == pytest.approx(whole, rel=0.01)
    assert one.findings[0].evidence[0].area_m2 == pytest.approx(one.parts[0].area_m2, rel=1e-9)


def test_a_footprint_larger_than_the_layer_takes_all_of_it(town: Path):
    document = of_feature(town, mapping(shapely.box(113.0, 23.0, 115.0, 25.0)))
    (finding,) = by_id(document)["bad"].findings
    assert finding.status is Status.VIOLATED
    assert finding.evidence[0].area_m2 == pytest.approx(112.7e6, rel=2e-3)


def test_a_footprint_around_the_world_is_refused(town: Path):
    document = of_feature(town, mapping(shapely.box(-180, -90, 180, 90)))
    assert by_id(document)["bad"].findings[0].status is Status.UNDETERMINED
    assert codes(document, "error") == ["RL608"]


def test_a_footprint_over_most_of_the_world_still_counts(town: Path):
    document = of_feature(town, mapping(shapely.box(-150, -60, 150, 60)))
    assert by_id(document)["bad"].findings[0].status is Status.VIOLATED


# --- archives and markup ----------------------------------------------------------------------


def archive(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as one:
        for name, data in members:
            one.writestr(name, data)
    return path


def bomb(path: Path) -> Path:
    return archive(path, ("a.geojson", bytes(300 * 2**20)))


def nested(path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as one:
        one.writestr("a.geojson", "{}")
    return archive(path, ("inner.zip", inner.getvalue()))


def with_link(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as one:
        member = zipfile.ZipInfo("a.geojson")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        one.writestr(member, "/etc/passwd")
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (bomb, "would come out"),
        (nested, "archive inside"),
        (with_link, "is a link"),
        (lambda p: archive(p, ("../../evil.geojson", b"{}")), "leads out"),
        (lambda p: archive(p, ("/evil.geojson", b"{}")), "leads out"),
        (lambda p: archive(p, ("C:\\evil.geojson", b"{}")), "leads out"),
        (lambda p: archive(p, *[(f"{i}.txt", b"") for i in range(10_001)]), "more than 10000"),
        (lambda p: archive(p, ("readme.md", b"hello")), "nothing in it"),
    ],
    ids=["bomb", "nested", "link", "up", "absolute", "drive", "many", "nothing"],
)
def test_archives_that_could_do_harm_are_refused(town: Path, make: object, said: str):
    assert callable(make)
    document = judged(town, make(town / "bad.zip"))
    assert list(by_id(document)) == ["good"]
    (problem,) = document.problems
    assert problem.code == "RL410"
    assert said in problem.message.en
    assert list(town.parent.glob("evil*")) == []


ENTITIES = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [ENTITIES, OUTSIDE])
@pytest.mark.parametrize("packed", [False, True])
def test_entities_in_kml_are_refused(town: Path, declared: str, packed: bool):
    text = f"<?xml version='1.0'?>{declared}<kml><Placemark><name>&a;</name></Placemark></kml>"
    path = town / "bad.kml"
    path.write_text(text)
    if packed:
        path = archive(town / "bad.kmz", ("doc.kml", text.encode()))
    document = judged(town, path)
    assert list(by_id(document)) == ["good"]
    assert [p.code for p in document.problems] == ["RL418"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpkg", b"<OGRVRTDataSource/>"),
        ("a.shp", b"SQLite format 3\x00"),
        ("a.fgb", b"\x00" * 100),
        ("a.dxf", b"<OGRVRTDataSource/>"),
        ("a.txt", b"%PDF-1.7"),
        ("a.kml", b"\x00\x01\x02"),
        ("a.csv", b""),
        ("a.parquet", b"PAR1"),
        ("a.geojson", b"[[[[[["),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(town: Path, name: str, content: bytes):
    path = town / name
    path.write_bytes(content)
    document = judged(town, path)
    assert list(by_id(document)) == ["good"]
    assert [p.severity for p in document.problems] == ["error"]

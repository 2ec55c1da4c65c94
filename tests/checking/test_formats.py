"""One project gives one answer in every format; a TXT with everything odd gives the right one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import CRS

from redline.checking import Options, check
from redline.findings import FindingsDocument, SubmissionFindings, Verdict
from redline.ground.plane import degrees_from
from tests.ground.exact import exact_area
from tests.ground.test_boundary_points import HEADER, parcel, rows, square

RULES = """
pack test.county "County" / "县"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
code list works_class / 建设类别 "Works" / "建设"
  new_build / 新建 "New build" / "新建"
attribute works / 建设性质: code works_class "Works" / "建设"
layer red_line / 红线: polygon "Red line" / "红线"
  key name / 名称: text
layer town / 城镇: polygon "Towns" / "城镇"
layer river / 河流: line "Rivers" / "河流"
document opinion / 意见 "Opinion" / "意见"
rule keep_out / 禁入 "Keep out" / "禁入"
  applies when works is new_build
  forbids footprint overlaps red_line
  unless document opinion cites ACT art. 1(2)
  cites ACT art. 1(1)
rule stay_in_town / 入城 "Stay in town" / "入城"
  requires footprint lies within town
  cites ACT art. 2
rule setback / 退让 "Setback" / "退让"
  forbids distance to river at most 300 m
  cites ACT art. 3
rule share / 占比 "Share" / "占比"
  limits share of footprint in red_line to at most 10 %
  cites ACT art. 4
rule small / 小 "Small" / "小"
  limits area of footprint to at most 3000 m2
  cites ACT art. 5
"""

ZONE_38 = CRS(4526)
ORIGIN = np.array([38_512_000.0, 2_661_000.0])


def metres(*points: tuple[float, float]) -> shapely.Polygon:
    """A polygon in zone 38, to the millimetre."""
    return shapely.Polygon(np.round(np.array(points) + ORIGIN, 3))


SHELL = [(0.123, 0.457), (54.502, 3.338), (61.871, 48.004), (28.25, 64.73), (-3.009, 45.5)]
HOLE = [(18.5, 18.25), (18.5, 30.75), (33.125, 29.001), (31.377, 18.6)]
APART = [(90.004, 3.01), (105.2, 4.75), (102.333, 21.2)]
# Edges are straight in each format's own system, degrees or metres. Over 60 m the two keep within
# hundredths of a millimetre; over 200 m it would be half a millimetre, and show in the areas.
PROJECT = shapely.MultiPolygon(
    [
        shapely.Polygon(metres(*SHELL).exterior, [metres(*HOLE).exterior]),
        metres(*APART),
    ]
)


def degrees(geometry: object) -> object:
    return shapely.transform(geometry, degrees_from(ZONE_38))


def write(path: Path, geometry: object, kind: str, crs: str | None, **more: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            np.array([shapely.to_wkb(geometry)], dtype=object),
            [np.array(["P-1"], dtype=object)],
            ["id"],
            geometry_type=kind,
            crs=crs,
            **more,
        )
    return path


def as_txt(folder: Path) -> Path:
    def ring(points: list[tuple[float, float]], number: int) -> str:
        return rows([*points, points[0]], number)

    text = HEADER + parcel(ring(SHELL, 1), ring(HOLE, 2), ring(APART, 3), area="3000", name="P-1")
    path = folder / "P-1.txt"
    path.write_bytes(text.encode("gbk"))
    return path


def as_kml(folder: Path) -> Path:
    def ring(line: shapely.LinearRing, place: str) -> str:
        text = " ".join(f"{x:.11f},{y:.11f}" for x, y in line.coords)
        return f"<{place}><LinearRing><coordinates>{text}</coordinates></LinearRing></{place}>"

    polygons = "".join(
        "<Polygon>"
        + ring(one.exterior, "outerBoundaryIs")
        + "".join(ring(hole, "innerBoundaryIs") for hole in one.interiors)
        + "</Polygon>"
        for one in degrees(PROJECT).geoms
    )
    path = folder / "P-1.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Placemark><name>P-1</name><MultiGeometry>{polygons}</MultiGeometry></Placemark></kml>",
        "utf-8",
    )
    return path


def as_dxf(folder: Path) -> Path:
    lines = []
    for points in (SHELL, HOLE, APART):
        xy = shapely.get_coordinates(metres(*points).exterior)[:-1]
        vertices = "".join(f"10\n{x:.3f}\n20\n{y:.3f}\n" for x, y in xy)
        lines.append(f"0\nLWPOLYLINE\n8\nPLOT\n90\n{len(xy)}\n70\n1\n{vertices}")
    path = folder / "P-1.dxf"
    path.write_text(f"0\nSECTION\n2\nENTITIES\n{''.join(lines)}0\nENDSEC\n0\nEOF\n")
    return path


def as_csv(folder: Path) -> Path:
    path = folder / "P-1.csv"
    text = shapely.to_wkt(PROJECT, rounding_precision=3)
    path.write_text(f'id,wkt\nP-1,"SRID=4526;{text}"\n', "utf-8")
    return path


FORMATS: dict[str, Callable[[Path], Path]] = {
    "TXT": as_txt,
    "Shapefile": lambda f: write(f / "P-1.shp", PROJECT, "MultiPolygon", "EPSG:4526"),
    "FileGDB": lambda f: write(
        f / "P-1.gdb", PROJECT, "MultiPolygon", "EPSG:4526", driver="OpenFileGDB", layer="plot"
    ),
    "GeoPackage": lambda f: write(f / "P-1.gpkg", PROJECT, "MultiPolygon", "EPSG:4526"),
    "FlatGeobuf": lambda f: write(f / "P-1.fgb", PROJECT, "MultiPolygon", "EPSG:4526"),
    "KML": as_kml,
    "DXF": as_dxf,
    "CSV": as_csv,
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    (folder / "rules.redline").write_text(RULES, "utf-8")
    red = metres((-50, 36), (36, 36), (36, 90), (-50, 90))
    write(folder / "red.gpkg", degrees(red), "Polygon", "EPSG:4490")
    town = metres((-500, -500), (96, -500), (96, 500), (-500, 500))
    write(folder / "town.gpkg", degrees(town), "Polygon", "EPSG:4490")
    river = shapely.LineString(np.array([(-900, 330), (900, 350)]) + ORIGIN)
    write(folder / "river.gpkg", degrees(river), "LineString", "EPSG:4490")
    entries = "".join(
        f'[[layer]]\nname = "{name}"\npath = "{file}.gpkg"\n'
        for name, file in (("red_line", "red"), ("town", "town"), ("river", "river"))
    )
    west, south, east, north = degrees(PROJECT).bounds
    bounds = [west - 0.1, south - 0.1, east + 0.1, north + 0.1]
    (folder / "catalog.toml").write_text(
        f'schema = "redline.catalog/1"\n[coverage]\nbounds = {bounds}\n{entries}'
    )
    return folder


def judged(county: Path, path: Path, **more: object) -> FindingsDocument:
    options = Options(
        rules=(county / "rules.redline",),
        catalog=county / "catalog.toml",
        settings=(("works", "new_build"),),
        **more,
    )
    return check([path], options)


def the_answer(one: SubmissionFindings) -> list[tuple[object, ...]]:
    """Statuses, citations and numbers."""
    return [
        (
            finding.rule,
            finding.status,
            tuple((c.instrument, c.clause) for c in finding.citations),
            tuple((m.value, m.limit, m.margin) for m in finding.measured),
            tuple((e.layer, e.area_m2, e.length_m, e.distance_m) for e in finding.evidence),
            tuple(m.name for m in finding.missing),
        )
        for finding in one.findings
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_project_gets_the_same_answer_in_every_format(
    county: Path, name: str, tmp_path: Path
):
    whole = judged(county, FORMATS["GeoPackage"](tmp_path)).submissions[0]
    (tmp_path / "other").mkdir()
    # A drawing says neither its system nor which of its outlines belong together.
    more = {"crs": "EPSG:4526", "group_by": "all"} if name == "DXF" else {}
    document = judged(county, FORMATS[name](tmp_path / "other"), **more)
    (one,) = document.submissions
    assert one.verdict == whole.verdict == Verdict.NON_COMPLIANT
    if name != "KML":
        assert the_answer(one) == the_answer(whole)
        assert [p.area_m2 for p in one.parts] == [p.area_m2 for p in whole.parts]
        return
    # Degrees do not hit the millimetre of metres: the last digit may be the next one.
    for ours, theirs in zip(one.findings, whole.findings, strict=True):
        assert (ours.rule, ours.status, ours.citations) == (
            theirs.rule,
            theirs.status,
            theirs.citations,
        )
        for mine, yours in zip(ours.measured, theirs.measured, strict=True):
            assert mine.value == pytest.approx(yours.value, abs=0.0101, rel=1e-5)
            assert mine.limit == yours.limit
        areas = [[e.area_m2 for e in f.evidence] for f in (ours, theirs)]
        assert areas[0] == pytest.approx(areas[1], abs=0.0101)


def test_that_answer_is_the_right_one(county: Path, tmp_path: Path):
    one = judged(county, as_txt(tmp_path)).submissions[0]
    expected = sum(exact_area(part) for part in degrees(PROJECT).geoms)
    assert one.parts[0].area_m2 == pytest.approx(expected, abs=0.006)
    found = {f.rule.rpartition(".")[2]: f for f in one.findings}
    assert {name: f.status.value for name, f in found.items()} == {
        "keep_out": "undetermined",
        "stay_in_town": "violated",
        "setback": "violated",
        "share": "violated",
        "small": "violated",
    }


def test_a_txt_with_holes_parts_and_islands_in_gbk_with_full_width_commas(
    county: Path, tmp_path: Path
):
    holed = parcel(rows(square(0, 0, 100)), rows(square(10, 10, 50), 2), name="有洞", area="7500")
    apart = parcel(
        rows(square(200, 0, 100)), rows(square(400, 0, 50), 2), name="两块", area="12500"
    )
    island = parcel(
        rows(square(0, 500, 100)),
        rows(square(10, 510, 50), 2),
        rows(square(20, 520, 20), 3),
        name="有岛",
        area="9000",
    )
    path = tmp_path / "odd.txt"
    path.write_bytes((HEADER + holed + apart + island).replace(",", "，").encode("gbk"))
    document = judged(county, path)
    (one,) = document.submissions
    planar = 7500 + 12500 + 7900
    # On the ellipsoid it is a little less than in the plane, 12 km from the central meridian.
    assert one.parts[0].area_m2 == pytest.approx(planar * (1 - (12_000 / 6.37e6) ** 2), rel=1e-5)
    # The third declares more than it encloses, and is told so.
    (fault,) = one.data_checks
    assert fault.place is not None
    assert fault.place.item == "有岛"
    assert fault.measured[0].value == pytest.approx(7900, rel=1e-5)
    lines = {(w.code, w.place.line) for w in one.warnings if w.place is not None}
    assert {("RL428", 30), ("RL428", 46)} <= lines
    assert any(w.code == "RL424" for w in one.warnings)

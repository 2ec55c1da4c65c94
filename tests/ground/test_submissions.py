"""Submissions from files and folders: ids, grouping, days, and what goes wrong beside others."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import shapely

from redline.diagnostics import Diagnostic
from redline.ground.features import Kind, Role, Submission
from redline.ground.submissions import load_submissions

CAMBRIDGE = Path(__file__).parents[3] / "shared/data/cambridge/CDD_SpecialPermitAreas.geojson"

TXT = """[项目信息]
项目名称=某采石场
[属性描述]
坐标系=2000国家大地坐标系
带号=38
[地块坐标]
4,1.0,1,甲,面,,工业用地,0601,@
J1,1,2661000,38512000
J2,1,2661000,38512100
J3,1,2661100,38512100
J4,1,2661100,38512000
4,1.0,2,乙,面,,工业用地,0602,@
J1,1,2661000,38512100
J2,1,2661000,38512200
J3,1,2661100,38512200
J4,1,2661100,38512100
"""


def feature(x: float, geometry: shapely.Geometry | None = None, **properties: object) -> object:
    shape = geometry or shapely.box(x, 24, x + 0.01, 24.01)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def write(path: Path, *features: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def load(*paths: Path, **options: str) -> tuple[list[Submission], list[Diagnostic]]:
    submissions, said = load_submissions(paths, **options)  # type: ignore[arg-type]
    assert all(diagnostic.place is not None for diagnostic in said)
    return submissions, said


def ids(submissions: list[Submission]) -> list[str]:
    return [submission.id for submission in submissions]


def test_a_boundary_point_file_is_one_submission_with_its_parcels(tmp_path: Path) -> None:
    (tmp_path / "采石场.txt").write_text(TXT, "gbk")
    (found,), said = load(tmp_path / "采石场.txt")
    assert said == []
    assert (found.id, found.title, found.bare) == ("采石场", "某采石场", True)
    assert [p.name for p in found.parcels] == ["甲", "乙"]
    footprint = found.geometries[Role.PERMANENT].geometry
    # Two parcels that share a boundary are one piece of ground.
    assert (footprint.geom_type, shapely.area(footprint)) == ("Polygon", 20_000)
    assert found.attributes["地块用途"] == "工业用地"
    assert found.attributes["地类编码"] == ("0601", "0602")
    assert {d.code for d in found.diagnostics} == {"RL425"}


def test_parcels_in_two_zones_become_one_footprint(tmp_path: Path) -> None:
    text = TXT.replace("带号=38", "带号=38,39")
    head, tail = text.split("4,1.0,2")
    (tmp_path / "a.txt").write_text(head + "4,1.0,2" + tail.replace(",38512", ",39212"), "utf-8")
    (found,), _ = load(tmp_path / "a.txt")
    assert len(found.parcels) == 2
    area = shapely.area(found.geometries[Role.PERMANENT].geometry)
    assert area == pytest.approx(20_000, rel=2e-3)


def test_other_files_are_one_submission_per_feature(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.geojson", feature(114, 编号="A-1", 名称="一", works="new"), feature(115)
    )
    found, said = load(path)
    assert said == []
    assert ids(found) == ["A-1", "a.geojson#2"]
    assert found[0].attributes == {"编号": "A-1", "名称": "一", "works": "new"}
    assert (found[0].kind, found[0].title, found[0].bare) == (Kind.PROJECT, "一", True)


def test_lines_are_the_centre_line_and_collections_are_taken_apart(tmp_path: Path) -> None:
    line = shapely.LineString([(114, 24), (114.1, 24)])
    both = shapely.GeometryCollection([line, shapely.box(114, 24, 114.01, 24.01)])
    found, _ = load(write(tmp_path / "a.geojson", feature(0, line), feature(0, both)))
    assert [set(one.geometries) for one in found] == [
        {Role.CENTRELINE},
        {Role.CENTRELINE, Role.PERMANENT},
    ]


def test_points_are_refused_by_number_and_the_rest_go_on(tmp_path: Path) -> None:
    point = shapely.Point(114, 24)
    found, said = load(write(tmp_path / "a.geojson", feature(114), feature(0, point)))
    assert ids(found) == ["a.geojson#1"]
    assert [d.code for d in said] == ["RL447"]
    assert "number 2" in said[0].message.render("en")


def test_duplicate_ids_are_numbered(tmp_path: Path) -> None:
    one = write(tmp_path / "a.geojson", *(feature(114 + i, id=n) for i, n in enumerate("xxyx")))
    other = write(tmp_path / "b.geojson", feature(114, id="x"), feature(114, id="x#2"))
    found, said = load(one, other)
    assert ids(found) == ["x", "x#3", "y", "x#4", "x#5", "x#2"]
    assert [d.code for d in said] == ["RL446"] * 3


def test_rows_are_grouped_by_a_field(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.geojson",
        feature(114.00, project="P", use="a", id=1),
        feature(114.01, project="Q", use="a", id=2),
        feature(114.01, project="P", use="b", id=3),
        feature(114.03, project=None, use="b", id=4),
    )
    found, _ = load(path, group_by="PROJECT")
    assert ids(found) == ["P", "Q", "4"]
    first = found[0]
    assert shapely.area(first.geometries[Role.PERMANENT].geometry) == pytest.approx(2e-4)
    assert first.attributes == {"project": "P", "use": ("a", "b"), "id": (1, 3)}
    assert [p.name for p in first.parcels] == ["1", "3"]


def test_all_rows_are_one_submission(tmp_path: Path) -> None:
    (found,), _ = load(write(tmp_path / "a.geojson", feature(114), feature(115)), group_by="all")
    assert found.id == "a"
    assert len(found.parcels) == 2


def test_grouping_by_a_field_that_is_not_there(tmp_path: Path) -> None:
    found, said = load(write(tmp_path / "a.geojson", feature(114, project=1)), group_by="projekt")
    assert found == []
    assert said[0].code == "RL445"
    assert said[0].hint is not None
    assert "project" in said[0].hint.render("en")


def test_days_of_decision(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.geojson",
        feature(114, 决定日期="2024年5月31日"),
        feature(115, 决定日期="soon"),
        feature(116, 决定日期=None),
    )
    found, said = load(path)
    assert [one.decided_on for one in found] == [date(2024, 5, 31), None, None]
    assert [d.code for d in said] == ["RL448"]
    grouped, said = load(path, group_by="all")
    assert grouped[0].decided_on is None
    assert [d.code for d in said] == ["RL448", "RL419"]


def test_a_file_that_a_manifest_refers_to_is_not_judged_again(tmp_path: Path) -> None:
    write(tmp_path / "ground.geojson", feature(114))
    write(tmp_path / "other.geojson", feature(115))
    (tmp_path / "m.yaml").write_text(
        "schema: redline.submission/1\nid: m\ngeometries: {permanent: {path: ground.geojson}}\n"
    )
    found, said = load(*sorted(tmp_path.iterdir()))
    assert said == []
    assert ids(found) == ["m", "other.geojson#1"]


def test_a_broken_manifest_still_claims_its_files(tmp_path: Path) -> None:
    write(tmp_path / "ground.geojson", feature(114))
    (tmp_path / "m.yaml").write_text(
        "schema: redline.submission/1\nidd: m\ngeometries: {permanent: {path: ground.geojson}}\n"
    )
    found, said = load(*sorted(tmp_path.iterdir()))
    assert found == []
    assert {d.code for d in said} == {"RL440", "RL441"}


def test_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    write(tmp_path / "in" / "b.geojson", feature(114, id="b"))
    write(tmp_path / "in" / "deeper" / "a.json", feature(114, id="a"))
    (tmp_path / "in" / "README.md").write_text("hello")
    (tmp_path / "in" / "catalog.toml").write_text('schema = "redline.catalog/1"\n')
    found, said = load(tmp_path / "in", tmp_path / "in" / "b.geojson")
    assert said == []
    assert ids(found) == ["b", "a"]


def test_companions_of_a_shapefile_are_not_submissions(tmp_path: Path) -> None:
    import numpy as np
    import pyogrio.raw

    pyogrio.raw.write(
        tmp_path / "a.shp",
        shapely.to_wkb(np.array([shapely.box(114, 24, 114.1, 24.1)])),
        [np.array(["x"], dtype=object)],
        np.array(["XMBH"]),
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs="EPSG:4490",
    )
    assert len(list(tmp_path.iterdir())) >= 4
    found, said = load(*sorted(tmp_path.iterdir()))
    assert said == []
    assert ids(found) == ["x"]


def test_what_cannot_be_read_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.4")
    (tmp_path / "b.geojson").write_text("{")
    (tmp_path / "c.docx").write_text("x")
    (tmp_path / "e.yaml").write_text("a: [")
    (tmp_path / "empty").mkdir()
    good = write(tmp_path / "d.geojson", feature(114, id="good"))
    names = ["a.txt", "b.geojson", "c.docx", "missing.txt", "e.yaml", "empty"]
    found, said = load(*(tmp_path / name for name in names), good)
    assert ids(found) == ["good"]
    assert {d.code for d in said} == {"RL404", "RL406", "RL405", "RL401", "RL438", "RL449"}


def test_a_crs_can_be_stated_for_bare_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TXT.replace("坐标系=2000国家大地坐标系\n", ""), "utf-8")
    assert [d.code for d in load(tmp_path / "a.txt")[1]] == ["RL451"]
    assert len(load(tmp_path / "a.txt", crs="EPSG:4526")[0]) == 1


@pytest.mark.real_data
@pytest.mark.skipif(not CAMBRIDGE.exists(), reason="the reference data are not here")
def test_the_permit_areas_of_cambridge() -> None:
    found, said = load(CAMBRIDGE)
    assert len(found) == 355
    assert found[0].id == "PB-299"
    assert len(set(ids(found))) == 355
    assert {d.code for d in said} == {"RL446"}
    grouped, _ = load(CAMBRIDGE, group_by="CaseID")
    assert len(grouped) == len({one.attributes["CaseID"] for one in found})


def test_small_submissions_do_not_wait_for_gdal(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", feature(114))
    (tmp_path / "b.txt").write_text(TXT, "utf-8")
    (tmp_path / "m.yaml").write_text(
        "schema: redline.submission/1\nid: m\ngeometries: {permanent: {path: a.geojson}}\n"
    )
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from redline.ground.submissions import load_submissions\n"
        "found, said = load_submissions([Path('b.txt'), Path('a.geojson')])\n"
        "assert len(found) == 2 and not said\n"
        "load_submissions([Path('m.yaml')])\n"
        "print(*sorted({'pyogrio', 'pandas', 'geopandas', 'pyarrow'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ""

"""Reading features: every format, encodings, layers, archives, and input that means harm."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.diagnostics import Diagnostic, Refusal, render_plain
from redline.ground.archives import Limits, unpacked
from redline.ground.crs import epsg
from redline.ground.features import FeatureTable
from redline.ground.formats.kml import read_kml
from redline.ground.reading import list_layers, read_features, read_numbered

WEST, SOUTH = 114.12, 24.04
EAST_M, NORTH_M = 38512000.0, 2661000.0

HAND_WRITTEN_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def degrees(count: int = 2) -> list[shapely.Polygon]:
    """Small squares in degrees, with a hole in the first."""
    squares = [
        shapely.box(WEST + i / 50, SOUTH, WEST + i / 50 + 0.01, SOUTH + 0.01) for i in range(count)
    ]
    hole = shapely.box(WEST + 0.002, SOUTH + 0.002, WEST + 0.004, SOUTH + 0.004)
    return [squares[0].difference(hole), *squares[1:]]


def metres(count: int = 2) -> list[shapely.Polygon]:
    """Squares of a hectare in zone 38, with the zone number in front."""
    return [
        shapely.box(EAST_M + 300 * i, NORTH_M, EAST_M + 300 * i + 100, NORTH_M + 100)
        for i in range(count)
    ]


def write(
    path: Path,
    driver: str,
    geometry: Sequence[shapely.Geometry | None],
    names: Sequence[str | None] = ("甲地块", "乙"),
    crs: str | None = "EPSG:4490",
    kind: str = "Polygon",
    **options: object,
) -> Path:
    """A file with three columns, by GDAL."""
    import pyogrio.raw

    n = len(geometry)
    columns = [
        np.array([names[i % len(names)] for i in range(n)], dtype=object),
        np.arange(n, dtype=np.int32),
        np.array([date(2024, 5, i + 1) for i in range(n)], dtype="datetime64[D]"),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(geometry, dtype=object)),
            columns,
            np.array(["名称", "num", "day"]),
            driver=driver,
            geometry_type=kind,
            crs=crs,
            **options,
        )
    return path


def refusal(path: Path, **options: str) -> Diagnostic:
    with pytest.raises(Refusal) as caught:
        read_features(path, **options)
    for diagnostic in caught.value.diagnostics:
        assert diagnostic.place is not None
        assert render_plain(diagnostic, "en")
    return caught.value.diagnostics[0]


def codes(table: FeatureTable) -> list[str]:
    return [d.code for d in table.diagnostics]


def same(table: FeatureTable, expected: Sequence[shapely.Geometry]) -> bool:
    return all(
        shapely.equals(shapely.normalize(a), shapely.normalize(b))
        for a, b in zip(table.geometry, expected, strict=True)
    )


# --- one project in every format --------------------------------------------------------------


def as_geojson(folder: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"名称": name, "num": i, "day": f"2024-05-0{i + 1}"},
            "geometry": json.loads(shapely.to_geojson(polygon)),
        }
        for i, (name, polygon) in enumerate(zip(["甲地块", "乙"], degrees(), strict=True))
    ]
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def as_kml(folder: Path) -> Path:
    def ring(coordinates: Sequence[Sequence[float]]) -> str:
        text = " ".join(f"{x!r},{y!r},0" for x, y in coordinates)
        return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"

    places = "".join(
        f"<Placemark><name>{name}</name><ExtendedData><Data name='num'><value>{i}</value></Data>"
        "</ExtendedData><Polygon><outerBoundaryIs>"
        + ring([(float(x), float(y)) for x, y in polygon.exterior.coords])
        + "</outerBoundaryIs>"
        + "".join(
            f"<innerBoundaryIs>{inner}</innerBoundaryIs>"
            for inner in (
                ring([(float(x), float(y)) for x, y in hole.coords]) for hole in polygon.interiors
            )
        )
        + "</Polygon></Placemark>"
        for i, (name, polygon) in enumerate(zip(["甲地块", "乙"], degrees(), strict=True))
    )
    path = folder / "a.kml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{places}</Document></kml>",
        "utf-8",
    )
    return path


def as_kmz(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.kmz", "w") as archive:
        archive.write(as_kml(folder), "doc.kml")
    return folder / "a.kmz"


def as_csv(folder: Path) -> Path:
    rows = "".join(
        f'{name},{i},"SRID=4490;{shapely.to_wkt(polygon, rounding_precision=17)}"\r\n'
        for i, (name, polygon) in enumerate(zip(["甲地块", "乙"], degrees(), strict=True))
    )
    path = folder / "a.csv"
    path.write_bytes(("名称,num,WKT\r\n" + rows).encode("gbk"))
    return path


def as_parquet(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "名称": ["甲地块", "乙"],
            "num": pa.array([0, 1], pa.int32()),
            "day": pa.array([date(2024, 5, 1), date(2024, 5, 2)]),
            "geometry": list(shapely.to_wkb(degrees())),
        }
    )
    meta = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {"encoding": "WKB", "geometry_types": [], "crs": epsg(4490).to_json_dict()}
        },
    }
    path = folder / "a.parquet"
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(meta)}), path)
    return path


def as_zipped_shapefile(folder: Path) -> Path:
    shp = write(folder / "项目.shp", "ESRI Shapefile", degrees(), encoding="GB18030")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for part in shp.parent.glob("项目.*"):
            archive.write(part, f"数据/{part.name}")
    return folder / "a.zip"


FORMATS: dict[str, Callable[[Path], Path]] = {
    "shapefile": lambda folder: write(folder / "a.shp", "ESRI Shapefile", degrees()),
    "zipped shapefile": as_zipped_shapefile,
    "geopackage": lambda folder: write(folder / "a.gpkg", "GPKG", degrees()),
    "flatgeobuf": lambda folder: write(
        folder / "a.fgb", "FlatGeobuf", degrees(), SPATIAL_INDEX="NO"
    ),
    "filegdb": lambda folder: write(folder / "a.gdb", "OpenFileGDB", degrees()),
    "geojson": as_geojson,
    "kml": as_kml,
    "kmz": as_kmz,
    "csv": as_csv,
    "geoparquet": as_parquet,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_ground(name: str, tmp_path: Path) -> None:
    table = read_features(FORMATS[name](tmp_path))
    assert len(table) == 2
    assert np.allclose(shapely.area(table.geometry), shapely.area(degrees()), rtol=1e-9)
    assert shapely.hausdorff_distance(table.geometry, degrees()).max() < 1e-8
    field = "name" if name in ("kml", "kmz") else "名称"
    assert list(table.columns[field]) == ["甲地块", "乙"]
    assert [str(v) for v in table.columns["num"]] == ["0", "1"]
    assert table.crs == epsg(4326 if name in ("geojson", "kml", "kmz") else 4490)
    assert not any(d.severity == "error" for d in table.diagnostics)


@pytest.mark.parametrize("name", ["shapefile", "geopackage", "flatgeobuf", "filegdb", "geoparquet"])
def test_values_are_python_values(name: str, tmp_path: Path) -> None:
    table = read_features(FORMATS[name](tmp_path))
    assert [type(table.columns[field][0]) for field in ("名称", "num")] == [str, int]
    assert [d.isoformat()[:10] for d in table.columns["day"]] == ["2024-05-01", "2024-05-02"]


def drawing(*rings: tuple[str, Sequence[tuple[float, float]], bool]) -> str:
    """A DXF with polylines: layer, points, and whether it is closed."""
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for layer, points, closed in rings:
        lines += ["0", "LWPOLYLINE", "100", "AcDbEntity", "8", layer, "100", "AcDbPolyline"]
        lines += ["90", str(len(points)), "70", "1" if closed else "0"]
        for x, y in points:
            lines += ["10", repr(x), "20", repr(y)]
    return "\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""])


def corners(x: float, y: float, side: float) -> list[tuple[float, float]]:
    x, y = EAST_M + x, NORTH_M + y
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def test_closed_lines_of_a_drawing_are_ground_and_those_inside_are_holes(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    path.write_text(
        drawing(
            ("RED", corners(0, 0, 100), True),
            ("RED", corners(10, 10, 50), True),
            ("RED", corners(200, 0, 10), False),
            ("ROAD", corners(0, 0, 100), False),
        )
    )
    assert [(info.name, info.geometry) for info in list_layers(path)] == [
        ("RED", "Polygon"),
        ("ROAD", "LineString"),
    ]
    table = read_features(path, crs="EPSG:4526")
    assert shapely.area(table.geometry).tolist() == [7500.0]
    remarks = " ".join(d.message.render("en") for d in table.diagnostics)
    assert "taken as holes: 1" in remarks
    assert "passed over: 1" in remarks
    lines = read_features(path, layer="ROAD", crs="EPSG:4526")
    assert [g.geom_type for g in lines.geometry] == ["LineString"]


def test_a_drawing_needs_its_crs(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    path.write_text(drawing(("RED", corners(0, 0, 100), True)))
    error = refusal(path)
    assert error.code == "RL451"
    assert error.hint is not None
    assert "EPSG:4526" in error.hint.render("en")


def test_a_boundary_point_file_as_features(tmp_path: Path) -> None:
    rows = "".join(f"J{i},1,{y},{x}\n" for i, (x, y) in enumerate(corners(0, 0, 100)))
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n[地块坐标]\n4,1.0,7,甲,面,,,,@\n" + rows
    (tmp_path / "a.txt").write_text(text, "gbk")
    table = read_features(tmp_path / "a.txt")
    assert shapely.area(table.geometry).tolist() == [10_000.0]
    assert (table.columns["地块编号"][0], table.columns["地块面积"][0]) == ("7", 10_000.0)


# --- Shapefiles -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_the_encoding_of_a_dbf_is_told_by_its_content(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees(), encoding=encoding)
    path.with_suffix(".cpg").unlink()
    table = read_features(path)
    assert list(table.columns["名称"]) == ["甲地块", "乙"]
    assert codes(table) == ["RL413"]


def test_a_wrong_cpg_is_seen_through(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees(), encoding="GB18030")
    path.with_suffix(".cpg").write_text("UTF-8")
    table = read_features(path)
    assert list(table.columns["名称"]) == ["甲地块", "乙"]
    assert codes(table) == ["RL412"]


def test_a_name_cut_off_within_a_character_is_no_damage(tmp_path: Path) -> None:
    long = "测" * 100
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees(1), [long], encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    table = read_features(path)
    # 254 bytes hold 84 characters of three bytes and two bytes of the next one.
    assert table.columns["名称"][0] == "测" * 84
    assert codes(table) == ["RL413"]


def test_latin_text_with_its_cpg_stays_latin(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees(1), ["Zurich"])
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"Zurich", b"Z\xfcrich"))
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    assert any("Zürich" in values for values in read_features(path).columns.values())


def test_a_stated_encoding_prevails(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees(), encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    assert list(read_features(path, encoding="gbk").columns["名称"]) == ["甲地块", "乙"]


def test_a_hand_written_prj_is_matched_with_its_code(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", metres(), crs=None)
    path.with_suffix(".prj").write_text(HAND_WRITTEN_PRJ)
    table = read_features(path)
    assert table.crs == epsg(4526)
    assert "its .prj file" in table.crs_basis.render("en")


def test_a_missing_prj_is_refused_and_can_be_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", metres(), crs=None)
    assert refusal(path).code == "RL451"
    assert read_features(path, crs="EPSG:4526").crs == epsg(4526)


def test_a_prj_that_does_not_match_its_coordinates(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", metres(), crs="EPSG:4547")
    error = refusal(path)
    assert error.code == "RL457"
    assert error.hint is not None
    assert "EPSG:4526" in error.hint.render("en")


def test_a_stated_crs_prevails_over_the_prj_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", metres(), crs="EPSG:4547")
    table = read_features(path, crs="EPSG:4526")
    assert table.crs == epsg(4526)
    assert codes(table) == ["RL453"]


def test_a_shapefile_without_shx(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees())
    path.with_suffix(".shx").unlink()
    assert refusal(path).code == "RL411"


def test_a_shapefile_without_dbf_has_no_attributes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile", degrees())
    path.with_suffix(".dbf").unlink()
    table = read_features(path)
    assert len(table) == 2
    assert "no attributes" in table.diagnostics[0].message.render("en")


def test_upper_case_endings(tmp_path: Path) -> None:
    path = write(tmp_path / "A.shp", "ESRI Shapefile", degrees())
    for part in list(tmp_path.glob("A.*")):
        part.rename(part.with_name(part.name.upper()))
    assert len(read_features(path.with_name("A.SHP"))) == 2


# --- layers -----------------------------------------------------------------------------------


def test_several_layers_need_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG", degrees(), layer="red")
    write(path, "GPKG", degrees(), layer="blue", append=True)
    error = refusal(path)
    assert error.code == "RL407"
    assert "blue" in error.message.render("en")
    assert len(read_features(path, layer="blue")) == 2
    missing = refusal(path, layer="blu")
    assert missing.hint is not None
    assert "blue" in missing.hint.render("en")


def test_the_only_layer_with_polygons_is_picked_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG", degrees(), layer="red")
    points = [shapely.Point(WEST, SOUTH)]
    write(path, "GPKG", points, layer="wells", kind="Point", append=True)
    assert read_features(path).name == "red"
    assert [(info.name, info.features) for info in list_layers(path)] == [("red", 2), ("wells", 1)]


def test_folders_of_kml_are_layers(tmp_path: Path) -> None:
    path = as_kml(tmp_path)
    text = path.read_text("utf-8").replace(
        "</Document>",
        "<Folder><name>wells</name><Placemark><Point><coordinates>114.12,24.04</coordinates>"
        "</Point></Placemark></Folder><NetworkLink/></Document>",
    )
    path.write_text(text, "utf-8")
    assert [info.name for info in list_layers(path)] == ["a", "wells"]
    table = read_features(path)
    assert len(table) == 2
    assert "NetworkLink" in table.diagnostics[0].message.render("en")


# --- GeoJSON ----------------------------------------------------------------------------------


def collection(*features: object, **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def box(x: float, y: float, side: float) -> dict[str, object]:
    return json.loads(shapely.to_geojson(shapely.box(x, y, x + side, y + side)))


def geojson(folder: Path, text: str) -> Path:
    path = folder / "a.geojson"
    path.write_text(text, "utf-8")
    return path


def test_the_former_crs_member_is_honoured_and_noted(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}
    table = read_features(geojson(tmp_path, collection(feature(box(EAST_M, NORTH_M, 9)), crs=crs)))
    assert table.crs == epsg(4526)
    assert codes(table) == ["RL464"]


def test_projected_coordinates_without_a_crs_member(tmp_path: Path) -> None:
    error = refusal(geojson(tmp_path, collection(feature(box(EAST_M, NORTH_M, 9)))))
    assert error.code == "RL457"
    assert "zone number 38" in error.message.render("en")


def test_latitude_before_longitude(tmp_path: Path) -> None:
    error = refusal(geojson(tmp_path, collection(feature(box(24.04, 114.12, 0.01)))))
    assert error.code == "RL457"
    assert "exchanged" in error.message.render("en")


def test_features_that_cannot_be_used_are_left_out_by_number(tmp_path: Path) -> None:
    good = box(WEST, SOUTH, 0.01)
    nan = json.loads(json.dumps(good))
    nan["coordinates"][0][1][0] = float("nan")
    path = geojson(
        tmp_path,
        collection(
            feature(None),
            feature(good, name="kept"),
            feature(nan),
            feature({"type": "Polygon", "coordinates": []}),
            feature({"type": "Polygon", "coordinates": "x"}),
            feature(box(0.01, 0.01, 0.01)),
            {"type": "Feature", "geometry": good},
            feature({"type": "LineString", "coordinates": [[WEST, 1e400], [WEST, SOUTH]]}),
        ),
    )
    found = read_numbered(path)
    table = found.table
    assert found.numbers.tolist() == [2, 6, 7]
    assert table.columns["name"].tolist() == ["kept", None, None]
    said = [d.message.render("en") for d in table.diagnostics]
    assert any("left out: number 1, 4" in s for s in said)
    assert [d.number for d in table.diagnostics if d.code == "RL416"] == [3, 5, 8]  # type: ignore[attr-defined]


def test_one_feature_far_from_its_crs_is_left_out(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    features = [feature(box(WEST, SOUTH, 0.01)), feature(box(-71.1, 42.3, 0.01))]
    found = read_numbered(geojson(tmp_path, collection(*features, crs=crs)))
    assert found.numbers.tolist() == [1]
    assert [d.number for d in found.table.diagnostics if d.code == "RL460"] == [2]  # type: ignore[attr-defined]


def test_heights_are_dropped_with_a_note(tmp_path: Path) -> None:
    solid = {
        "type": "Polygon",
        "coordinates": [
            [[WEST, SOUTH, 5], [WEST + 1, SOUTH, 5], [WEST, SOUTH + 1, 5], [WEST, SOUTH, 5]]
        ],
    }
    table = read_features(geojson(tmp_path, collection(feature(solid))))
    assert not shapely.has_z(table.geometry).any()
    assert codes(table) == ["RL417"]


def test_open_rings_are_closed_with_a_warning(tmp_path: Path) -> None:
    ring = [[WEST, SOUTH], [WEST + 0.01, SOUTH], [WEST, SOUTH + 0.01]]
    table = read_features(
        geojson(tmp_path, collection(feature({"type": "Polygon", "coordinates": [ring]})))
    )
    assert codes(table) == ["RL419"]
    assert shapely.area(table.geometry)[0] == pytest.approx(0.00005)


def test_a_bare_geometry_and_a_bare_feature(tmp_path: Path) -> None:
    assert len(read_features(geojson(tmp_path, json.dumps(box(WEST, SOUTH, 1))))) == 1
    assert len(read_features(geojson(tmp_path, json.dumps(feature(box(WEST, SOUTH, 1)))))) == 1


def test_broken_json_has_a_line(tmp_path: Path) -> None:
    error = refusal(geojson(tmp_path, '{"type": "FeatureCollection",\n "features": [}'))
    assert error.place is not None
    assert (error.place.line, error.place.column) == (2, 15)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "{}",
        "[]",
        "3",
        '{"type": "Topology"}',
        '{"type": "FeatureCollection", "features": [1]}',
        '{"type": "FeatureCollection", "features": 1}',
        '{"rings": []}',
        '{"schema": "redline.submission/1"}',
        '{"type": "FeatureCollection", "features": [], "crs": 3}',
        '{"type": "Point", "coordinates": [1' + "0" * 5000 + ", 1]}",
    ],
)
def test_other_json_is_refused(text: str, tmp_path: Path) -> None:
    assert refusal(geojson(tmp_path, text)).severity == "error"


def test_a_collection_without_features(tmp_path: Path) -> None:
    table = read_features(geojson(tmp_path, collection()))
    assert len(table) == 0
    assert codes(table) == ["RL409"]


def test_fields_of_web_maps_are_suspected(tmp_path: Path) -> None:
    table = read_features(geojson(tmp_path, collection(feature(box(WEST, SOUTH, 1), lng_gcj02=1))))
    assert codes(table) == ["RL462"]


# --- CSV --------------------------------------------------------------------------------------


def test_points_in_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;lon;lat\n7;114.12;24.04\n8;;\n9;x;24\n", "utf-8")
    found = read_numbered(path, crs="EPSG:4490")
    assert shapely.get_coordinates(found.table.geometry).tolist() == [[114.12, 24.04]]
    assert found.table.columns["id"].tolist() == ["7"]
    assert codes(found.table) == ["RL416", "RL415"]


def test_a_csv_without_crs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n38512000,2661000\n", "utf-8")
    assert refusal(path).code == "RL451"


def test_a_csv_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    assert "wkt" in refusal(path).message.render("en")


def test_a_long_geometry_in_a_csv(tmp_path: Path) -> None:
    circle = shapely.Point(WEST, SOUTH).buffer(0.01, quad_segs=2500)
    (tmp_path / "a.csv").write_text(f'id,wkt\n1,"{circle.wkt}"\n2,"POLYGON ((0 0))"\n', "utf-8")
    found = read_numbered(tmp_path / "a.csv", crs="EPSG:4490")
    assert found.numbers.tolist() == [1]


# --- archives ---------------------------------------------------------------------------------


def zipped(folder: Path, **files: bytes) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil.geojson", "/evil.geojson", "a/../../evil.geojson", "C:evil.shp", "..\\evil.shp"],
)
def test_names_that_lead_out_of_an_archive(name: str, tmp_path: Path) -> None:
    path = tmp_path / "inner" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"{}")
    assert refusal(path).code == "RL410"
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_an_archive(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, b"/etc/passwd")
    assert "link" in refusal(tmp_path / "a.zip").message.render("en")


def test_archives_inside_an_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path, **{"inner.zip": b"PK", "a.geojson": b"{}"})
    assert "archive inside" in refusal(path).message.render("en")


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = zipped(tmp_path, **{"a.geojson": bytes(5 * 2**20)})
    with pytest.raises(Refusal), unpacked(path, Limits(ratio_from=2**20)):
        pass
    with pytest.raises(Refusal), unpacked(path, Limits(size=2**20)):
        pass
    with pytest.raises(Refusal), unpacked(path, Limits(files=0)):
        pass


def test_an_archive_that_lies_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path, **{"a.geojson": b" " * 5_000_000})
    data = path.read_bytes()
    real, told = (5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little")
    path.write_bytes(data.replace(real, told))
    assert refusal(path).code == "RL410"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_a_damaged_archive(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert refusal(tmp_path / "a.zip").code == "RL410"


def test_an_archive_with_nothing_to_read(tmp_path: Path) -> None:
    assert refusal(zipped(tmp_path, **{"readme.md": b"hello"})).code == "RL410"


def test_several_data_sets_in_an_archive_are_layers(tmp_path: Path) -> None:
    one, other = collection(feature(box(WEST, SOUTH, 1), a=1)), collection()
    path = zipped(tmp_path, **{"one.geojson": one.encode(), "other.geojson": other.encode()})
    assert [info.name for info in list_layers(path)] == ["one", "other"]
    assert refusal(path).code == "RL407"
    assert len(read_features(path, layer="one")) == 1


def test_errors_in_an_archive_name_the_archive(tmp_path: Path) -> None:
    error = refusal(zipped(tmp_path, **{"a__b.geojson": b"{"}))
    assert error.place is not None
    assert error.place.label() == f"{tmp_path / 'a.zip'}:1:2 (a/b.geojson)"


# --- KML --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY a "b">]>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE kml [<!ENTITY a SYSTEM "http://example.org/">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_kml_are_refused(head: str, encoding: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0"?>{head}<kml><Placemark><name>&a;</name></Placemark></kml>'
    (tmp_path / "a.kml").write_bytes(text.encode(encoding))
    assert refusal(tmp_path / "a.kml").code == "RL418"


@pytest.mark.parametrize(
    "text", ["<kml>", "<html></html>", "kml", "<kml>" * 5000, "<kml></kml><kml/>"]
)
def test_broken_kml(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text(text)
    assert refusal(tmp_path / "a.kml").code in ("RL406", "RL418")


def test_kml_in_gbk_with_blanks_beside_commas() -> None:
    text = (
        '<?xml version="1.0" encoding="GBK"?><kml><Placemark><name>甲</name><MultiGeometry>'
        "<LineString><coordinates>114.1, 24.1, 0 114.2, 24.2, 0</coordinates></LineString>"
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></MultiGeometry></Placemark>"
        "<Placemark><Point><coordinates>a,b</coordinates></Point></Placemark></kml>"
    )
    (layer,) = read_kml(text.encode("gbk"), "a.kml", "a")
    assert layer.geometry[0].geom_type == "GeometryCollection"
    assert layer.columns["name"][0] == "甲"
    assert list(layer.unreadable) == [1]


# --- files that are not what they say ---------------------------------------------------------


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".fgb", ".dxf", ".parquet"])
@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", bytes(5000)],
)
def test_other_content_under_a_known_name(suffix: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    (tmp_path / "a.shx").write_bytes(data)
    assert refusal(path).code in ("RL403", "RL406")


def test_a_drawing_that_hides_a_virtual_dataset(tmp_path: Path) -> None:
    text = "999\n<OGRVRTDataSource></OGRVRTDataSource>\n0\nSECTION\n"
    (tmp_path / "a.dxf").write_text(text)
    assert refusal(tmp_path / "a.dxf").code == "RL406"


@pytest.mark.parametrize("name", ["a.docx", "a", "a.shp.xml"])
def test_unknown_endings(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x")
    assert refusal(tmp_path / name).code == "RL405"


def test_a_missing_file_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "zones.geojson").write_text("{}")
    error = refusal(tmp_path / "zone.geojson")
    assert error.code == "RL401"
    assert error.hint is not None
    assert "zones.geojson" in error.hint.render("en")


def test_an_empty_geodatabase_folder(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    assert refusal(tmp_path / "a.gdb").code == "RL406"


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".fgb", ".dxf", ".geojson"])
def test_a_folder_under_a_file_s_name(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").mkdir()
    assert refusal(tmp_path / f"a{suffix}").severity == "error"


@pytest.mark.parametrize("name", ["shapefile", "flatgeobuf", "geoparquet", "geopackage"])
def test_damaged_files_are_refused_or_read(name: str, tmp_path: Path) -> None:
    path = FORMATS[name](tmp_path)
    data = path.read_bytes()
    for cut in (len(data) // 3, len(data) // 2, len(data) - 1):
        for broken in (
            data[:cut],
            data[:cut] + bytes(len(data) - cut),
            data[:cut] + b"\xff" * 40 + data[cut + 40 :],
        ):
            path.write_bytes(broken)
            try:
                read_features(path)
            except Refusal as refused:
                assert all(d.place is not None for d in refused.diagnostics)


def test_null_and_not_finite_geometries_of_a_shapefile(tmp_path: Path) -> None:
    ring = [(WEST, SOUTH), (float("nan"), SOUTH), (WEST, SOUTH + 1), (WEST, SOUTH)]
    with np.errstate(invalid="ignore"):
        geometry = [degrees()[0], None, shapely.Polygon(ring)]
    found = read_numbered(write(tmp_path / "a.gpkg", "GPKG", geometry))
    assert found.numbers.tolist() == [1]
    assert sorted(codes(found.table)) == ["RL415", "RL461"]


def test_heights_and_measures_of_gdal_formats(tmp_path: Path) -> None:
    solid = shapely.force_3d(np.array(degrees(), dtype=object), 5.0)
    table = read_features(write(tmp_path / "a.gpkg", "GPKG", list(solid), kind="Polygon Z"))
    assert codes(table) == ["RL417"]
    assert same(table, degrees())


def test_mixed_types_and_collections(tmp_path: Path) -> None:
    geometry = [
        degrees()[0],
        shapely.LineString([(WEST, SOUTH), (WEST + 1, SOUTH)]),
        shapely.GeometryCollection([degrees()[0], shapely.Point(WEST, SOUTH)]),
    ]
    table = read_features(write(tmp_path / "a.gpkg", "GPKG", geometry, kind="Unknown"))
    assert [g.geom_type for g in table.geometry] == ["Polygon", "LineString", "GeometryCollection"]


def with_an_arc(path: Path) -> Path:
    """A GeoPackage whose first geometry is a circle of four arcs."""
    import sqlite3
    import struct

    write(path, "GPKG", degrees(), kind="Unknown", SPATIAL_INDEX="NO")
    x, y, r = WEST, SOUTH, 0.01
    points = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
    circle = struct.pack("<BIIBII", 1, 10, 1, 1, 8, len(points))
    circle += b"".join(struct.pack("<dd", *point) for point in points)
    database = sqlite3.connect(path)
    (blob,) = database.execute("select geom from a where fid = 1").fetchone()
    database.execute("update a set geom = ? where fid = 1", (blob[:40] + circle,))
    database.commit()
    database.close()
    return path


def test_arcs_become_fine_lines_and_that_is_said(tmp_path: Path) -> None:
    table = read_features(with_an_arc(tmp_path / "a.gpkg"))
    assert shapely.area(table.geometry)[0] == pytest.approx(np.pi * 1e-4, rel=1e-4)
    assert "arcs" in table.diagnostics[0].message.render("en")
    (tmp_path / "a.csv").write_text(
        'id,wkt\n1,"CIRCULARSTRING (0 0, 1 1, 2 0)"\n2,POINT (114 24)\n'
    )
    assert read_numbered(tmp_path / "a.csv", crs="EPSG:4490").numbers.tolist() == [2]


def test_open_rings_are_closed_in_every_format(tmp_path: Path) -> None:
    ring = "114 24, 114.1 24, 114.1 24.1"
    (tmp_path / "a.csv").write_text(f'id,wkt\n1,"POLYGON (({ring}))"\n2,POLYGON ((0 0))\n')
    kml = ring.replace(", ", ";").replace(" ", ",").replace(";", " ")
    (tmp_path / "a.kml").write_text(
        "<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{kml}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
    )
    for name in ("a.csv", "a.kml"):
        table = read_features(tmp_path / name, crs="EPSG:4490")
        assert shapely.area(table.geometry) == pytest.approx(0.005)
        assert "closed: feature 1" in " ".join(d.message.render("en") for d in table.diagnostics)


def test_a_geodatabase_in_an_archive(tmp_path: Path) -> None:
    folder = write(tmp_path / "a.gdb", "OpenFileGDB", degrees(), layer="STBHHX")
    with zipfile.ZipFile(tmp_path / "b.gdb.zip", "w") as archive:
        for part in folder.rglob("*"):
            archive.write(part, f"data/a.gdb/{part.name}")
    assert [info.name for info in list_layers(tmp_path / "b.gdb.zip")] == ["STBHHX"]
    assert len(read_features(tmp_path / "b.gdb.zip")) == 2


def test_text_in_a_wrongly_stated_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("名称,wkt\n甲,POINT (114 24)\n".encode("gbk"))
    assert refusal(tmp_path / "a.csv", encoding="utf-8").code == "RL414"
    assert refusal(tmp_path / "a.csv", encoding="klingon").code == "RL414"


# --- lean start-up ----------------------------------------------------------------------------


def test_small_formats_do_not_wait_for_gdal(tmp_path: Path) -> None:
    rows = "".join(f"J{i},1,{y},{x}\n" for i, (x, y) in enumerate(corners(0, 0, 100)))
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n[地块坐标]\n4,1.0,7,甲,面,,,,@\n" + rows
    (tmp_path / "b.txt").write_text(text, "utf-8")
    as_geojson(tmp_path), as_csv(tmp_path), as_kmz(tmp_path)
    script = (
        "import sys\nfrom redline.ground.reading import read_features\n"
        "for name in ('a.geojson', 'a.csv', 'a.kmz', 'b.txt'): read_features(name)\n"
        "print(*sorted({'pyogrio', 'pandas', 'geopandas', 'pyarrow'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ""


# --- anything at all --------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "coordinates",
                    "geometries",
                    "geometry",
                    "properties",
                    "features",
                    "crs",
                    "a",
                ]
            ),
            inner
            | st.sampled_from(
                [
                    "Feature",
                    "FeatureCollection",
                    "Polygon",
                    "Point",
                    "MultiPolygon",
                    "GeometryCollection",
                    "LineString",
                ]
            ),
            max_size=4,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(value=JSON, geometry=JSON)
def test_any_json_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, value: object, geometry: object
) -> None:
    folder = tmp_path_factory.mktemp("json")
    for text in (json.dumps(value), collection(feature(geometry))):
        try:
            table = read_features(geojson(folder, text))
        except Refusal as refused:
            assert all(d.place is not None for d in refused.diagnostics)
            continue
        assert shapely.is_valid_input(table.geometry).all()

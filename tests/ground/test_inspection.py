"""What an inspection finds in files, also in those that a check would refuse."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from redline.diagnostics import Refusal
from redline.ground.inspection import FileSummary, LayerSummary, inspect_file

SQUARE = shapely.box(114.0, 24.0, 114.01, 24.01)
BOWTIE = shapely.Polygon([(114, 24), (114.01, 24.01), (114.01, 24), (114, 24.01)])
SPIKE = shapely.Polygon(
    [(114, 24), (114.01, 24), (114.01, 24.01), (114.01, 24.02), (114.01, 24.01)]
)


def geojson(path: Path, *features: tuple[object, dict[str, object]]) -> Path:
    members = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if geometry is None else shapely.geometry.mapping(geometry),
        }
        for geometry, properties in features
    ]
    text = json.dumps({"type": "FeatureCollection", "features": members}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def shapefile(
    path: Path, geometries: list[object], fields: dict[str, list[object]], **more: object
):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            np.array([shapely.to_wkb(g) for g in geometries], dtype=object),
            [np.array(values, dtype=object) for values in fields.values()],
            list(fields),
            geometry_type="Polygon",
            **more,
        )
    return path


def only_layer(file: FileSummary) -> LayerSummary:
    (layer,) = file.layers
    return layer


def test_fields_tell_their_kind_how_often_they_are_filled_and_their_values(tmp_path: Path):
    path = geojson(
        tmp_path / "a.geojson",
        (SQUARE, {"name": "一", "class": 1, "share": 0.5, "open": True, "gone": None}),
        (SQUARE, {"name": "二", "class": 2, "share": 2, "open": False, "gone": None}),
        (SQUARE, {"name": None, "class": 1, "share": None, "open": True, "gone": None}),
    )
    fields = {f.name: f for f in only_layer(inspect_file(path)).fields}
    assert [f.kind for f in fields.values()] == [
        *("text", "whole number", "number", "yes or no", "empty"),
    ]
    assert (fields["name"].filled, fields["name"].distinct) == (2, 2)
    assert fields["class"].values == (("1", 2), ("2", 1))
    assert (fields["share"].least, fields["share"].greatest) == ("0.5", "2")
    assert fields["open"].values == (("true", 2), ("false", 1))


def test_many_values_are_sampled(tmp_path: Path):
    path = geojson(tmp_path / "a.geojson", *[(SQUARE, {"n": f"v{i}"}) for i in range(100)])
    (field,) = only_layer(inspect_file(path)).fields
    assert field.distinct == 100
    assert not field.every
    assert len(field.values) < 10


def test_geometry_is_counted_measured_and_its_faults_are_named(tmp_path: Path):
    path = geojson(
        tmp_path / "a.geojson", (SQUARE, {}), (SQUARE, {}), (BOWTIE, {}), (SPIKE, {}), (None, {})
    )
    layer = only_layer(inspect_file(path))
    geometry = layer.geometry
    assert geometry.shapes == {"polygon": 4}
    assert (layer.features, geometry.missing, geometry.repeated) == (5, 1, 1)
    assert (geometry.invalid, geometry.mended, geometry.refused) == (2, 1, 1)
    assert geometry.degrees == pytest.approx((114.0, 24.0, 114.01, 24.02))
    # The square twice, and the half of it under the spike; the bow-tie is refused.
    assert geometry.area_m2 == pytest.approx(2.5 * 1_126_945, rel=1e-4)
    numbers = {d.code: getattr(d, "number", None) for d in layer.diagnostics}
    assert numbers["RL522"] == 3
    assert numbers["RL521"] == 4


def test_lengths_are_geodesic(tmp_path: Path):
    line = shapely.LineString([(114, 24), (114, 24.01)])
    path = geojson(tmp_path / "a.geojson", (line, {}))
    geometry = only_layer(inspect_file(path)).geometry
    assert geometry.length_m == pytest.approx(1107.61, abs=0.05)
    assert geometry.area_m2 is None


def test_a_shapefile_tells_its_encoding_and_where_its_system_comes_from(tmp_path: Path):
    path = shapefile(
        tmp_path / "a.shp", [SQUARE], {"名称": ["水田"]}, crs="EPSG:4490", encoding="GBK"
    )
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    layer = only_layer(inspect_file(path))
    assert layer.encoding == "gb18030"
    assert layer.fields[0].values == (("水田", 1),)
    assert layer.crs.code == "EPSG:4490"
    assert layer.crs.basis is not None
    assert ".prj" in layer.crs.basis.render("en")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((114.0, 24.0, 114.1, 24.1), "EPSG:4490"),
        ((24.0, 114.0, 24.1, 114.1), "EPSG:4490) with east and north exchanged"),
        ((38557798, 2707480, 38557937, 2707614), "zone 38"),
        ((2707480, 38557798, 2707614, 38557937), "with east and north exchanged"),
        ((557798, 2707480, 557937, 2707614), "without a zone number"),
        ((-71.1, 42.3, -71.0, 42.4), "degrees of longitude and latitude"),
        ((1e12, 1e12, 2e12, 2e12), "too large"),
    ],
)
def test_without_a_system_the_rest_is_told_and_what_the_numbers_look_like(
    tmp_path: Path, bounds: tuple[float, float, float, float], said: str
):
    path = shapefile(tmp_path / "a.shp", [shapely.box(*bounds)], {"name": ["x"]})
    (tmp_path / "a.prj").unlink(missing_ok=True)
    layer = only_layer(inspect_file(path))
    assert layer.crs.crs is None
    assert layer.crs.likely is not None
    assert said in layer.crs.likely.render("en")
    assert [f.name for f in layer.fields] == ["name"]
    assert layer.geometry.extent == pytest.approx(bounds)
    assert [d.code for d in layer.diagnostics if d.severity == "error"] == ["RL451"]


def test_a_stated_system_is_used(tmp_path: Path):
    path = shapefile(
        tmp_path / "a.shp", [shapely.box(557798, 2707480, 557937, 2707614)], {"n": [1]}
    )
    (tmp_path / "a.prj").unlink(missing_ok=True)
    layer = only_layer(inspect_file(path, crs="EPSG:4547"))
    assert layer.crs.code == "EPSG:4547"
    assert layer.geometry.degrees == pytest.approx((114.570, 24.470, 114.572, 24.472), abs=2e-3)


def test_every_layer_of_a_file_is_told_and_the_one_that_a_check_takes(tmp_path: Path):
    path = tmp_path / "a.gpkg"
    for name, geometry, kind in (
        ("places", shapely.Point(114, 24), "Point"),
        ("zones", SQUARE, "Polygon"),
    ):
        pyogrio.raw.write(
            path,
            np.array([shapely.to_wkb(geometry)], dtype=object),
            [],
            [],
            layer=name,
            geometry_type=kind,
            crs="EPSG:4490",
            append=path.exists(),
        )
    found = inspect_file(path)
    assert [layer.name for layer in found.layers] == ["places", "zones"]
    assert found.picked == "zones"
    assert [layer.name for layer in inspect_file(path, layer="places").layers] == ["places"]
    with pytest.raises(Refusal, match="RL408"):
        inspect_file(path, layer="zonse")


def test_a_datum_that_a_check_refuses_is_told(tmp_path: Path):
    path = shapefile(tmp_path / "a.shp", [SQUARE], {"n": [1]}, crs="EPSG:4610")
    layer = only_layer(inspect_file(path))
    assert layer.crs.crs is None
    assert layer.crs.likely is None
    assert "RL454" in [d.code for d in layer.diagnostics]


def test_an_archive_is_looked_into(tmp_path: Path):
    shapefile(tmp_path / "a.shp", [SQUARE], {"n": [1]}, crs="EPSG:4490")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert only_layer(inspect_file(tmp_path / "a.zip")).name == "a"


def test_what_is_no_such_file_is_refused(tmp_path: Path):
    (tmp_path / "a.gpkg").write_text("nothing")
    with pytest.raises(Refusal, match="RL406"):
        inspect_file(tmp_path / "a.gpkg")
    with pytest.raises(Refusal, match="RL401"):
        inspect_file(tmp_path / "b.gpkg")


@pytest.mark.real_data
def test_the_files_of_cambridge_are_told_as_their_page_says(shared: Path):
    folder = shared / "data" / "cambridge"
    features = {
        "CDD_SpecialPermitAreas": (355, 11_238),
        "CDD_SpecialPermits": (499, 499),
        "FEMA_FloodPlains100Year": (21, 13_642),
        "FEMA_FloodPlains500Year": (39, 35_354),
        "HYDRO_Wetlands": (31, 7_034),
        "BOUNDARY_CityBoundary": (1, 1_670),
    }
    for name, (count, vertices) in features.items():
        layer = only_layer(inspect_file(folder / f"{name}.geojson"))
        assert (layer.features, layer.geometry.vertices) == (count, vertices)
        assert layer.geometry.invalid == 0
        assert layer.crs.code == "EPSG:4326"
    areas = only_layer(inspect_file(folder / "CDD_SpecialPermitAreas.geojson"))
    status = next(f for f in areas.fields if f.name == "CaseStatus")
    assert status.values[:2] == (("Built", 281), ("Under construction", 19))
    for path in (folder / "versions").glob("*.geojson"):
        assert only_layer(inspect_file(path)).diagnostics == ()

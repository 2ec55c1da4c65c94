from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from pyproj import CRS

from redline.diagnostics import Refusal
from redline.ground import opening
from redline.ground.catalog import load_catalog
from redline.ground.features import FeatureTable
from redline.ground.measure import coverage_gap, overlaps
from redline.ground.opening import open_zone, plane_of_catalog
from redline.ground.plane import Plane
from redline.messages import msg

PLANE = Plane(114, 24)
DAY = date(2025, 1, 1)
CGCS2000 = CRS(4490)


def array(*values):
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def table(*geometries, **columns):
    return FeatureTable(
        name="t",
        source="t.geojson",
        geometry=array(*geometries),
        columns={name: array(*values) for name, values in columns.items()},
        crs=CGCS2000,
        crs_basis=msg("as the file says"),
    )


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens layer `red` of a catalog whose files are tables given by name."""

    def open_it(text, **tables):
        for name in tables:
            (tmp_path / f"{name}.geojson").write_text(name)
        monkeypatch.setattr(
            opening, "read", lambda path, *_: tables[path.rsplit("/")[-1].removesuffix(".geojson")]
        )
        (tmp_path / "catalog.toml").write_text('schema = "redline.catalog/1"\n' + text)
        return open_zone(load_catalog(tmp_path / "catalog.toml").find("red", on=DAY), PLANE)

    return open_it


RED = '[[layer]]\nname = "red"\npath = "red.geojson"\n'
EVERYWHERE = RED + 'coverage = "everywhere"\n'
SQUARE = shapely.box(114.0, 24.0, 114.01, 24.01)
FAR = shapely.box(114.5, 24.0, 114.51, 24.01)


def footprint(*bounds):
    return PLANE.project(array(shapely.box(*bounds)), CGCS2000)


def test_a_layer_is_opened_with_its_columns_mapped(opened):
    zone = opened(
        EVERYWHERE + 'approval = "no. 1"\naccuracy = 2.0\nvalid_from = 2024-01-01\n'
        '[layer.fields]\nzone = "HXLX"\n[layer.values.zone]\n1 = "core"\n2 = "other"\n',
        red=table(SQUARE, FAR, HXLX=[1.0, "2"], NAME=["a", None]),
    )
    assert list(zone.columns["zone"]) == ["core", "other"]
    assert list(zone.columns["NAME"]) == ["a", None]
    assert (zone.version, zone.approval, zone.accuracy) == ("2024-01-01/..", "no. 1", 2.0)
    assert len(zone.digest) == 64
    assert zone.coverage is None and not zone.diagnostics
    assert list(overlaps(footprint(114, 24, 114.001, 24.001), zone).feature) == [0]


def test_values_that_the_catalog_does_not_tell_are_unknown_and_said_so(opened):
    zone = opened(
        EVERYWHERE + '[layer.fields]\nzone = "HXLX"\n[layer.values.zone]\n1 = "core"\n',
        red=table(SQUARE, FAR, SQUARE, HXLX=["1", "core", "7"]),
    )
    assert list(zone.columns["zone"]) == ["core", "core", None]
    (warning,) = zone.diagnostics
    assert (warning.code, warning.values, warning.features) == ("RL509", ("7",), 1)


def test_a_field_that_is_missing_is_named(opened):
    with pytest.raises(Refusal) as caught:
        opened(EVERYWHERE + '[layer.fields]\nzone = "HXLZ"\n', red=table(SQUARE, HXLX=[1]))
    (problem,) = caught.value.diagnostics
    assert problem.code == "RL508"
    assert problem.hint.render("en") == "Did you mean HXLX?"


@pytest.mark.parametrize("field", ["hxlx", "CLASSIFICA"])
def test_fields_are_found_in_other_case_and_cut_to_ten_characters(opened, field):
    wanted = {"hxlx": "HXLX", "CLASSIFICA": "classification"}[field]
    zone = opened(
        EVERYWHERE + f'[layer.fields]\nzone = "{wanted}"\n', red=table(SQUARE, **{field: [1]})
    )
    assert list(zone.columns["zone"]) == [1]


def test_without_a_statement_a_layer_is_complete_in_its_own_extent_only(opened):
    zone = opened(RED, red=table(SQUARE, shapely.box(114.05, 24.05, 114.06, 24.06)))
    assert [d.code for d in zone.diagnostics] == ["RL510"]
    assert coverage_gap(footprint(114.03, 24.03, 114.04, 24.04), zone).whole[0]
    assert not coverage_gap(footprint(114.07, 24.03, 114.08, 24.04), zone).whole[0]


def test_coverage_is_read_from_a_file(opened):
    zone = opened(
        RED + 'coverage = { path = "county.geojson" }\n',
        red=table(SQUARE),
        county=table(shapely.box(113.9, 23.9, 114.1, 24.1), shapely.box(114.1, 23.9, 114.3, 24.1)),
    )
    assert coverage_gap(footprint(114.09, 24, 114.11, 24.01), zone).whole[0]
    assert not coverage_gap(footprint(114.29, 24, 114.31, 24.01), zone).whole[0]


@pytest.mark.parametrize(
    "bounds", ["[-180, -90, 180, 90]", "[113, 23, 115, 25]", "[113, 23, -179, 25]"]
)
def test_coverage_is_given_by_bounds_up_to_the_whole_world(opened, bounds):
    zone = opened(RED + f"coverage = {{ bounds = {bounds} }}\n", red=table(SQUARE))
    assert coverage_gap(footprint(114.3, 24.3, 114.31, 24.31), zone, 5000.0).whole[0]


def test_several_sources_are_one_zone(opened):
    zone = opened(
        RED
        + "coverage = { bounds = [114, 24, 114.2, 24.2] }\n"
        + RED.replace("red.geojson", "more.geojson")
        + "coverage = { bounds = [114.2, 24, 114.6, 24.2] }\n",
        red=table(SQUARE, GRADE=["a"]),
        more=table(FAR, SQUARE, CLASS=[1, 2]),
    )
    assert len(zone) == 3
    assert list(zone.columns["GRADE"]) == ["a", None, None]
    assert list(zone.columns["CLASS"]) == [None, 1, 2]
    assert coverage_gap(footprint(114.1, 24.1, 114.3, 24.11), zone).whole[0]


def test_a_layer_declared_empty_is_a_fact_within_its_coverage(opened):
    zone = opened(
        '[[layer]]\nname = "red"\nempty = true\ncoverage = { bounds = [114, 24, 115, 25] }\n'
    )
    assert zone.empty and len(zone) == 0
    assert coverage_gap(footprint(114.3, 24.3, 114.31, 24.31), zone).whole[0]
    assert not coverage_gap(footprint(115.3, 24.3, 115.31, 24.31), zone).whole[0]


def test_a_layer_declared_empty_may_not_have_features(opened):
    with pytest.raises(Refusal, match="declared empty, but its file has 1 feature"):
        opened(EVERYWHERE + "empty = true\n", red=table(SQUARE))


def test_a_feature_that_is_no_place_leaves_the_rest_and_nothing_certain(opened):
    zone = opened(EVERYWHERE, red=table(SQUARE, shapely.box(24, 114, 25, 115)))
    assert [(d.code, d.number) for d in zone.diagnostics] == [("RL520", 2)]
    inside = footprint(114, 24, 114.001, 24.001)
    assert len(overlaps(inside, zone)) == 1
    assert not coverage_gap(inside, zone).whole[0]


def test_a_layer_of_which_no_feature_is_a_place_is_refused(opened):
    with pytest.raises(Refusal, match="Feature 1 has coordinates that are no place on Earth"):
        opened(EVERYWHERE, red=table(shapely.box(24, 114, 25, 115)))


def test_coverage_of_unclear_meaning_is_refused(opened):
    bowtie = shapely.Polygon([(114, 24), (115, 25), (115, 24), (114, 25)])
    with pytest.raises(Refusal, match=r"county.geojson: error RL522"):
        opened(
            RED + 'coverage = { path = "county.geojson" }\n',
            red=table(SQUARE),
            county=table(bowtie),
        )


def test_the_digest_is_of_the_bytes(opened, tmp_path):
    first = opened(EVERYWHERE, red=table(SQUARE)).digest
    assert opened(EVERYWHERE, red=table(FAR)).digest == first
    (tmp_path / "catalog.toml").unlink()
    assert opened(EVERYWHERE.replace("red.g", "other.g"), other=table(SQUARE)).digest != first


@pytest.mark.parametrize(
    ("coverage", "plane"),
    [
        ('{ path = "county.geojson" }', Plane(114, 24)),
        ("{ bounds = [73, 18, 135, 53] }", Plane(104, 36)),
        ('"everywhere"', None),
    ],
)
def test_checks_of_one_catalog_share_its_plane(tmp_path, monkeypatch, coverage, plane):
    county = table(shapely.box(113.9, 23.9, 114.9, 24.3))
    monkeypatch.setattr(opening, "read", lambda *_: county)
    (tmp_path / "county.geojson").write_text("{}")
    path = tmp_path / "catalog.toml"
    path.write_text(f'schema = "redline.catalog/1"\ncoverage = {coverage}\n')
    assert plane_of_catalog(load_catalog(path)) == plane

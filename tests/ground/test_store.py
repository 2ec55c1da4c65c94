from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np
import pytest
import shapely
from pyproj import CRS

from redline.diagnostics import render_plain
from redline.ground import opening
from redline.ground.catalog import load_catalog
from redline.ground.distance import distances, nearest
from redline.ground.measure import counts, coverage_gap, lengths, lies_within, overlaps, union_area
from redline.ground.opening import open_zone
from redline.ground.plane import Plane
from redline.ground.store import FORMAT, Store, StoredPieces, key_of, spatial_order
from redline.ground.tiles import tile
from tests.ground.shapes import fractal, star

PLANE = Plane(114, 24)
DAY = date(2025, 1, 1)
CATALOG = """
schema = "redline.catalog/1"
[[layer]]
name = "red"
path = "red.geojson"
[layer.fields]
zone = "HXLX"
[layer.values.zone]
1 = "core"
"""


def array(*values):
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def placed(*geometries):
    return PLANE.project(array(*geometries), CRS(4490))


@pytest.fixture(autouse=True)
def small_layers_are_large(monkeypatch):
    """Layers of tests count as large, and come apart into many groups of pieces."""
    monkeypatch.setattr(opening, "LARGE", 100)
    monkeypatch.setattr("redline.ground.store.GROUP", 16)


@pytest.fixture
def catalog(tmp_path):
    """A catalog with one layer of four rough polygons, one of them invalid, and three lines."""
    shapes = [fractal(114.0 + 0.2 * i, 24.0, 6000, 1500, i) for i in range(4)]
    ring = shapely.get_coordinates(shapes[3])
    spike = ring[699] + np.array([[0, 1e-7], [0, 0]])
    shapes[3] = shapely.Polygon(np.concatenate((ring[:700], spike, ring[700:])))
    shapes += [shapely.LineString([(113.9, 24.1 + i / 100), (114.8, 24.1)]) for i in range(3)]
    features = [
        {
            "type": "Feature",
            "properties": {"HXLX": [1, 2, 1, None, 2, 1, 1][i], "NAME": f"红线 {i}", "AREA": i / 7},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for i, shape in enumerate(shapes)
    ]
    (tmp_path / "red.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    path = tmp_path / "catalog.toml"
    path.write_text(CATALOG, encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def opened(catalog, store=None):
    return open_zone(load_catalog(catalog).find("red", on=DAY), PLANE, store=store)


def stored_layers(store):
    return [p for p in store.folder.iterdir() if p.is_dir() and p.name != "digests"]


PRINTS = (
    [star(113.95 + 0.01 * i, 24.0 + 0.002 * i, 300, 6, i) for i in range(40)]
    + [star(114.3, 24.0, 20_000, 30, 5), shapely.Point(114.2, 24.01), None]
    + [shapely.LineString([(113.9, 24.02), (114.9, 24.03)])]
)


def test_a_stored_layer_answers_as_the_file_does(catalog, store):
    plain = opened(catalog)
    opened(catalog, store)
    stored = opened(catalog, store)
    assert isinstance(stored.pieces, StoredPieces) and not isinstance(plain.pieces, StoredPieces)
    assert len(stored) == len(plain) == 7
    assert stored.digest == plain.digest
    prints = placed(*PRINTS)
    one, other = overlaps(prints, stored), overlaps(prints, plain)
    assert (one.subject == other.subject).all() and (one.feature == other.feature).all()
    assert one.area_m2 == pytest.approx(other.area_m2, rel=1e-12)
    assert union_area(one) == pytest.approx(union_area(other), rel=1e-9)
    assert (lies_within(prints, stored) == lies_within(prints, plain)).all()
    assert (counts(prints, stored) == counts(prints, plain)).all()
    assert lengths(prints, stored).length_m == pytest.approx(lengths(prints, plain).length_m)
    gaps = coverage_gap(prints, stored, 500.0), coverage_gap(prints, plain, 500.0)
    assert (
        gaps[0].area_m2 == pytest.approx(gaps[1].area_m2) and (gaps[0].whole == gaps[1].whole).all()
    )
    mask = np.array([True, False, False, True, False, True, True])
    for chosen in (None, mask):
        for reach in (np.inf, 700.0):
            near, far = (
                nearest(prints, stored, chosen, reach),
                nearest(prints, plain, chosen, reach),
            )
            assert near[0] == pytest.approx(far[0], abs=5e-4)
            assert (near[1] == far[1]).all()
    each, every = distances(prints, stored, 900.0), distances(prints, plain, 900.0)
    assert each.distance_m == pytest.approx(every.distance_m, abs=5e-4)


def test_columns_and_what_was_said_are_the_same(catalog, store):
    plain = opened(catalog)
    opened(catalog, store)
    stored = opened(catalog, store)
    assert set(stored.columns) == set(plain.columns)
    for name in plain.columns:
        assert stored.columns[name].tolist() == plain.columns[name].tolist()
        assert [type(v) for v in stored.columns[name]] == [type(v) for v in plain.columns[name]]
    assert {d.code for d in plain.diagnostics} >= {"RL509", "RL510", "RL521"}
    for language in ("en", "zh"):
        said = [[render_plain(d, language) for d in z.diagnostics] for z in (plain, stored)]
        assert said[0] == said[1]


def test_a_small_footprint_reads_little(catalog, store):
    opened(catalog, store)
    stored = opened(catalog, store)
    overlaps(placed(star(114.02, 24.02, 100, 5, 1)), stored)
    held = stored.pieces._held
    assert 0 < len(held) < len(stored.pieces.groups) / 3
    assert sum(len(pieces) for pieces in held.values()) < len(stored.pieces) / 3


def test_the_nearest_feature_is_found_far_away(catalog, store):
    opened(catalog, store)
    stored, plain = opened(catalog, store), opened(catalog)
    far = placed(star(113.0, 23.5, 100, 5, 1))
    assert nearest(far, stored)[0] == pytest.approx(nearest(far, plain)[0], abs=5e-4)
    assert nearest(far, stored)[0][0] > 50_000


def test_a_changed_source_is_read_anew(catalog, store):
    opened(catalog, store)
    source = catalog.parent / "red.geojson"
    text = json.loads(source.read_text("utf-8"))
    text["features"] = text["features"][:2]
    source.write_text(json.dumps(text), "utf-8")
    assert len(opened(catalog, store)) == 2
    assert len(stored_layers(store)) == 2


def test_the_digest_is_remembered_until_a_file_changes(catalog, store, monkeypatch):
    source = catalog.parent / "red.geojson"
    os.utime(source, (1_700_000_000, 1_700_000_000))
    first = store.digest_of([source])
    monkeypatch.setattr("redline.ground.store.sha256_of", lambda _: "anew" * 16)
    assert store.digest_of([source]) == first
    os.utime(source, (1_700_000_001, 1_700_000_001))
    assert store.digest_of([source]) == "anew" * 16


def test_a_file_that_has_just_changed_is_not_taken_on_trust(catalog, store):
    store.digest_of([catalog])
    assert not (store.folder / "digests").exists()


@pytest.mark.parametrize("name", ["layer.json", "pieces.parquet", "columns.parquet"])
@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_what_is_damaged_is_made_again(catalog, store, name, damage):
    opened(catalog, store)
    (folder,) = stored_layers(store)
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage)
    zone = opened(catalog, store)
    assert len(overlaps(placed(*PRINTS), zone)) > 0
    assert isinstance(opened(catalog, store).pieces, StoredPieces)


def test_a_layer_of_another_format_is_made_again(catalog, store):
    opened(catalog, store)
    (folder,) = stored_layers(store)
    about = json.loads((folder / "layer.json").read_text())
    (folder / "layer.json").write_text(json.dumps(about | {"format": FORMAT + 1}))
    assert store.open(folder.name) is None
    opened(catalog, store)
    assert store.open(folder.name) is not None


def test_an_interrupted_build_is_not_seen_and_later_swept_away(catalog, store):
    left = store.folder / ".building-abc"
    left.mkdir(parents=True)
    (left / "pieces.parquet").write_bytes(b"half")
    opened(catalog, store)
    assert left.exists()
    os.utime(left, (1_700_000_000, 1_700_000_000))
    (folder,) = [f for f in stored_layers(store) if not f.name.startswith(".")]
    (folder / "layer.json").unlink()
    opened(catalog, store)
    assert not left.exists()


def build(arguments):
    """One of several builders of the same layer."""
    catalog, folder = arguments
    opening.LARGE = 100
    zone = open_zone(load_catalog(catalog).find("red", on=DAY), PLANE, store=Store(folder))
    return float(overlaps(placed(*PRINTS), zone).area_m2.sum())


def test_several_builders_at_once_do_no_harm(catalog, store):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        areas = list(pool.map(build, [(catalog, store.folder)] * 4))
    assert max(areas) == pytest.approx(min(areas), rel=1e-12)
    assert len(stored_layers(store)) == 1
    assert isinstance(opened(catalog, store).pieces, StoredPieces)


def test_a_store_that_cannot_be_written_does_no_harm(catalog, tmp_path):
    (tmp_path / "taken").write_text("a file stands where the store should be")
    assert len(opened(catalog, Store(tmp_path / "taken"))) == 7


def test_small_layers_are_not_stored(catalog, store, monkeypatch):
    monkeypatch.setattr(opening, "LARGE", 10**6)
    opened(catalog, store)
    assert not store.folder.exists() or not stored_layers(store)


def test_other_programs_can_read_it(catalog, store):
    geopandas = pytest.importorskip("geopandas")
    opened(catalog, store)
    (folder,) = stored_layers(store)
    frame = geopandas.read_parquet(folder / "pieces.parquet")
    assert frame.crs == CRS(PLANE.label)
    assert {"feature", "interior"} <= set(frame.columns)
    west = frame.total_bounds[0]
    part = geopandas.read_parquet(folder / "pieces.parquet", bbox=(west, -1e6, west + 10, 1e6))
    assert 0 < len(part) < len(frame) / 3
    assert frame[frame.feature == 0].area.sum() == pytest.approx(
        tile(placed(fractal(114.0, 24.0, 6000, 1500, 0))).area.sum(), rel=1e-9
    )


def test_keys_tell_apart_how_a_source_was_read():
    keys = {
        key_of("d", PLANE, "a", None),
        key_of("e", PLANE, "a", None),
        key_of("d", Plane(113, 24), "a", None),
        key_of("d", PLANE, None, "a"),
        key_of("d", PLANE, "a", "gbk"),
    }
    assert len(keys) == 5


def test_neighbours_are_stored_near_each_other():
    x, y = np.divmod(np.arange(64 * 64), 64)
    bounds = np.column_stack((x, y, x + 1, y + 1)).astype(float)
    order = spatial_order(bounds)
    runs = bounds[order].reshape(-1, 64, 4)
    spans = runs[:, :, 2:].max(axis=1) - runs[:, :, :2].min(axis=1)
    assert (spans.max(axis=1) <= 16).all()

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.ground import shared_area
from redline.ground.shared_area import shared_areas


def area(one, other):
    found = shared_areas(
        np.array([one], dtype=object), np.array([other], dtype=object), np.array([0]), np.array([0])
    )
    return found.area_m2[0]


def blob(rng, corners, origin):
    angle = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    radius = rng.uniform(1, 100, corners)
    ring = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    return shapely.Polygon(ring + rng.uniform(-100, 100, 2) + origin)


def ground(rng, origin):
    """A polygon or multipolygon, with holes or without, its rings running either way."""
    shape = blob(rng, int(rng.integers(3, 30)), origin)
    for _ in range(int(rng.integers(0, 4))):
        other = blob(rng, int(rng.integers(3, 12)), origin)
        shape = shape.union(other) if rng.random() < 0.5 else shape.difference(other)
    return shapely.reverse(shape) if rng.random() < 0.5 else shape


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 3e5, -2.5e6]))
@settings(max_examples=150, deadline=None)
def test_the_area_is_that_of_the_intersection(seed, origin):
    rng = np.random.default_rng(seed)
    one, other = ground(rng, origin), ground(rng, origin)
    if one.is_empty or other.is_empty:
        return
    expected = one.intersection(other).area
    assert area(one, other) == pytest.approx(expected, rel=1e-9, abs=1e-5 if origin else 1e-8)
    assert area(other, one) == pytest.approx(expected, rel=1e-9, abs=1e-5 if origin else 1e-8)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_shapes_on_a_grid_share_edges_and_corners_and_nothing_goes_wrong(seed):
    rng = np.random.default_rng(seed)
    cells = [shapely.box(x, y, x + 1, y + 1) for x in range(6) for y in range(6)]
    one, other = (
        shapely.union_all([c for c in cells if rng.random() < 0.5] or cells[:1]) for _ in range(2)
    )
    assert area(one, other) == pytest.approx(one.intersection(other).area, abs=1e-12)


def test_a_shape_shares_all_of_itself_with_itself():
    shape = ground(np.random.default_rng(3), 0.0)
    assert area(shape, shape) == pytest.approx(shape.area, rel=1e-12)


def test_touching_shapes_share_nothing():
    square = shapely.box(0, 0, 10, 10)
    for other in (
        shapely.box(10, 0, 20, 10),
        shapely.box(10, 10, 20, 20),
        shapely.box(0, -5, 10, 0),
    ):
        assert area(square, other) == 0.0


def test_many_pairs_at_once_and_large_ones_among_them():
    rng = np.random.default_rng(5)
    one = np.array([blob(rng, 5, 0.0) for _ in range(30)], dtype=object)
    other = np.array([blob(rng, n, 0.0) for n in (3, 40, 200, 400) * 5], dtype=object)
    one[7] = blob(rng, 300, 0.0)
    pairs_one = np.repeat(np.arange(30), 20)
    pairs_other = np.tile(np.arange(20), 30)
    found = shared_areas(one, other, pairs_one, pairs_other)
    expected = shapely.area(shapely.intersection(one[pairs_one], other[pairs_other]))
    assert found.area_m2 == pytest.approx(expected, rel=1e-9, abs=1e-8)
    near = shapely.intersection(
        shapely.boundary(other[pairs_other]), shapely.envelope(one[pairs_one])
    )
    assert (found.edge_m >= shapely.length(near) - 1e-6).all()


def test_the_number_of_threads_and_blocks_changes_nothing(monkeypatch):
    rng = np.random.default_rng(6)
    one = np.array([blob(rng, 6, 0.0) for _ in range(300)], dtype=object)
    other = np.array([blob(rng, 40, 0.0) for _ in range(300)], dtype=object)
    pair = np.arange(300)
    monkeypatch.setenv("REDLINE_THREADS", "1")
    alone = shared_areas(one, other, pair, pair).area_m2
    monkeypatch.setenv("REDLINE_THREADS", "4")
    monkeypatch.setattr(shared_area, "PAIRS_AT_ONCE", 7)
    assert (shared_areas(one, other, pair, pair).area_m2 == alone).all()

"""Boundaries moved outwards and inwards around footprints."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from redline.ground.measure import overlaps, union_area
from redline.ground.moved import moved, moved_zone, near_boundary
from redline.ground.plane import Plane
from redline.ground.zoning import Zone, make_zone

PLANE = Plane(114, 24)


def array(*values: object):
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def zone_of(*polygons: object) -> Zone:
    return make_zone("z", array(*polygons), PLANE)


def shared(footprint: object, zone: Zone) -> float:
    return float(union_area(overlaps(array(footprint), zone))[0])


SQUARE = shapely.box(0, 0, 1000, 1000)
EVERY = np.ones(1, dtype=bool)


@pytest.mark.parametrize(("by", "area"), [(5.0, 150.0), (-5.0, 50.0), (-10.0, 0.0)])
def test_an_edge_moves_by_as_much_as_is_asked(by: float, area: float):
    footprint = shapely.box(990, 500, 1005, 510)
    moved = moved_zone(zone_of(SQUARE), EVERY, by, array(footprint))
    assert shared(footprint, moved) == pytest.approx(area, abs=0.01)


def test_the_border_between_features_that_are_meant_together_does_not_move():
    zone = zone_of(SQUARE, shapely.box(1000.002, 0, 2000, 1000))
    footprint = shapely.box(990, 500, 1010, 510)
    both = moved_zone(zone, np.array([True, True]), -5.0, array(footprint))
    assert shared(footprint, both) == pytest.approx(200.0, abs=0.05)
    one = moved_zone(zone, np.array([True, False]), -5.0, array(footprint))
    assert shared(footprint, one) == pytest.approx(50.0, abs=0.01)


def test_features_can_be_moved_each_by_itself():
    zone = zone_of(SQUARE, shapely.box(1000, 0, 2000, 1000), shapely.box(5000, 0, 6000, 1000))
    footprint = shapely.box(997, 500, 1003, 510)
    apart = moved_zone(zone, np.ones(3, dtype=bool), 5.0, array(footprint), apart=True)
    assert len(apart) == 3
    found = overlaps(array(footprint), apart)
    assert list(found.feature) == [0, 1]
    assert found.area_m2 == pytest.approx([60, 60], abs=0.01)


def test_a_thin_feature_may_vanish():
    zone = zone_of(shapely.box(0, 0, 1000, 6))
    footprint = shapely.box(400, 0, 410, 6)
    assert shared(footprint, moved_zone(zone, EVERY, -5.0, array(footprint))) == 0.0


@pytest.mark.parametrize(
    ("footprint", "near"),
    [
        (shapely.box(1004, 500, 1010, 510), True),
        (shapely.box(1006, 500, 1010, 510), False),
        (shapely.box(500, 500, 510, 510), False),
        (shapely.box(990, 500, 996, 510), True),
        (shapely.box(980, 500, 990, 510), False),
        (None, False),
    ],
)
def test_whom_a_boundary_is_near_to(footprint: object, near: bool):
    assert near_boundary(array(footprint), zone_of(SQUARE), 5.0).tolist() == [near]


def test_a_line_or_point_is_near_within_reach():
    zone = make_zone("z", array(shapely.LineString([(0, 0), (100, 0)])), PLANE)
    footprints = array(shapely.box(0, 4, 10, 10), shapely.box(0, 6, 10, 10))
    assert near_boundary(footprints, zone, 5.0).tolist() == [True, False]


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 20.0))
def test_around_a_footprint_it_is_as_if_the_whole_layer_had_been_moved(seed: int, by: float):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 300))
    radius = 2000 * np.exp(rng.normal(0, 0.05, 300))
    ring = shapely.Polygon(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))))
    zone = zone_of(ring)
    at = rng.integers(300)
    x, y = radius[at] * np.cos(angle[at]), radius[at] * np.sin(angle[at])
    footprint = shapely.box(x - 30, y - 20, x + 30, y + 20)
    for sign in (1, -1):
        here = shared(footprint, moved_zone(zone, EVERY, sign * by, array(footprint)))
        whole = moved(array(ring), sign * by)[0]
        assert here == pytest.approx(footprint.intersection(whole).area, abs=0.05 * by)

"""Belts around features, held against geodesic distances; and ground less other ground."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.ground.belts import belt, minus
from redline.ground.distance import nearest
from redline.ground.measure import overlaps
from redline.ground.plane import ELLIPSOID, Plane
from redline.ground.zoning import Coverage, Zone, make_zone

PLANE = Plane(114, 24)


def array(*values: object):
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def zone_of(*geometry: object, **more: object) -> Zone:
    return make_zone("z", array(*geometry), PLANE, **more)


def river(seed: int, count: int, at: tuple[float, float], step: float = 100.0):
    rng = np.random.default_rng(seed)
    turn = np.cumsum(rng.normal(0, 0.3, count))
    path = np.cumsum(np.column_stack((np.cos(turn), np.sin(turn))) * step, axis=0)
    return shapely.LineString(path + np.array(at))


def star(seed: int, count: int, at: tuple[float, float], radius: float):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = radius * rng.uniform(0.5, 1.0, count)
    return shapely.Polygon(np.column_stack((r * np.cos(angle), r * np.sin(angle))) + np.array(at))


def off_by(ground: object, feature: object, width: float) -> np.ndarray:
    """How far (m) vertices and middles of edges of a belt lie from its width."""
    ends = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(ground))]
    middles = [(xy[1:] + xy[:-1]) / 2 for xy in ends]
    points = np.concatenate([*ends, *middles])
    some = np.random.default_rng(0).choice(len(points), min(len(points), 400), replace=False)
    metres, _ = nearest(shapely.points(points[some]), zone_of(feature))
    return metres - width


@pytest.mark.parametrize("width", [5.0, 100.0, 1000.0, 10_000.0])
@pytest.mark.parametrize(
    "feature",
    [
        shapely.Point(80_000, 60_000),
        river(1, 30, (-90_000, 40_000)),
        star(2, 24, (150_000, -80_000), 3000),
        shapely.MultiLineString([river(3, 10, (0, 0)), river(4, 10, (2500, 0))]),
    ],
    ids=["point", "river", "polygon", "several"],
)
def test_a_belts_edge_lies_at_its_width_to_a_millimetre(feature: object, width: float):
    (ground,) = belt(zone_of(feature), width).geometry
    assert shapely.is_valid(ground)
    assert np.abs(off_by(ground, feature, width)).max() < 1e-3


@settings(max_examples=8)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(1, 3000),
    st.sampled_from([(0, 0), (400_000, 300_000), (-200_000, 100_000)]),
)
def test_what_is_within_the_width_is_in_the_belt_and_nothing_else(
    seed: int, width: float, at: tuple[float, float]
):
    feature = river(seed, 12, at, step=max(width / 2, 50))
    (ground,) = belt(zone_of(feature), width).geometry
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.bounds(ground)
    points = shapely.points(rng.uniform(west, east, 300), rng.uniform(south, north, 300))
    metres, _ = nearest(points, zone_of(feature))
    clear = np.abs(metres - width) > max(1e-3, 1e-3 * width)
    assert (shapely.intersects(ground, points) == (metres < width))[clear].all()


def test_a_circle_has_the_area_of_a_geodesic_circle():
    (ground,) = belt(zone_of(shapely.Point(0, 0)), 10_000.0).geometry
    # Of a cap of radius s on a sphere with the curvature K there: 2π/K·(1 - cos(s·√K)).
    sine = np.sin(np.radians(24)) ** 2
    e2 = ELLIPSOID.es
    curvature = (1 - e2 * sine) ** 2 / (ELLIPSOID.a**2 * (1 - e2))
    expected = 2 * np.pi / curvature * (1 - np.cos(1e4 * np.sqrt(curvature)))
    assert ground.area == pytest.approx(expected, rel=5e-8)


def test_each_feature_has_its_own_width_and_keeps_its_columns():
    zone = zone_of(
        shapely.Point(0, 0),
        shapely.Point(10_000, 0),
        shapely.Point(20_000, 0),
        columns={"name": array("a", "b", "c")},
    )
    found = belt(zone, [100.0, 0.0, 200.0])
    assert list(found.columns["name"]) == ["a", "b", "c"]
    assert found.geometry[1] is None
    areas = shapely.area(found.geometry[[0, 2]])
    assert areas == pytest.approx([np.pi * 1e4, np.pi * 4e4], rel=1e-5)
    footprint = array(shapely.box(20_150, -10, 20_160, 10))
    assert list(overlaps(footprint, found).feature) == [2]


def test_sides_of_a_polygon_make_up_the_whole():
    square = shapely.box(0, 0, 1000, 1000)
    zone = zone_of(square)
    both, outside, inside = (
        belt(zone, 100.0, side).geometry[0] for side in ("both", "outside", "inside")
    )
    assert outside.area == pytest.approx(4 * 1000 * 100 + np.pi * 100**2, rel=1e-4)
    assert inside.area == pytest.approx(1000**2 - 800**2, rel=1e-4)
    assert both.area == pytest.approx(outside.area + square.area, rel=1e-9)
    assert shapely.area(shapely.intersection(outside, inside)) < 0.1


def test_sides_of_a_line_go_by_its_direction():
    line = shapely.LineString([(0, 0), (1000, 0), (1000, 1000)])
    left, right, both = (
        belt(zone_of(line), 100.0, side).geometry[0] for side in ("left", "right", "both")
    )
    assert shapely.contains(left, shapely.Point(500, 50))
    assert shapely.contains(right, shapely.Point(500, -50))
    assert shapely.contains(left, shapely.Point(950, 500))
    assert shapely.contains(right, shapely.Point(1050, 500))
    # Beyond the ends by the direction of the last stretch.
    assert shapely.contains(left, shapely.Point(-50, 20))
    assert shapely.contains(right, shapely.Point(-50, -20))
    assert left.area + right.area == pytest.approx(both.area, rel=1e-6)


def test_a_closed_line_has_an_inner_and_an_outer_side():
    ring = shapely.LineString(shapely.box(0, 0, 1000, 1000).exterior.coords)
    turn = shapely.is_ccw(ring)
    inner = belt(zone_of(ring), 100.0, "left" if turn else "right").geometry[0]
    assert inner.area == pytest.approx(1000**2 - 800**2, rel=1e-4)


def test_holes_and_gaps_are_kept():
    ring = shapely.box(0, 0, 1000, 1000).difference(shapely.box(300, 300, 700, 700))
    (ground,) = belt(zone_of(ring), 150.0).geometry
    assert len(ground.interiors) == 1
    (ground,) = belt(zone_of(ring), 250.0).geometry
    assert len(ground.interiors) == 0


@pytest.mark.parametrize(
    ("feature", "side"),
    [
        (shapely.box(0, 0, 1, 1), "left"),
        (shapely.LineString([(0, 0), (1, 1)]), "inside"),
        (shapely.Point(0, 0), "outside"),
    ],
)
def test_a_side_that_a_feature_does_not_have_is_an_error(feature: object, side: str):
    with pytest.raises(ValueError, match="no side"):
        belt(zone_of(feature), 1.0, side)
    with pytest.raises(ValueError, match="10 km"):
        belt(zone_of(feature), 20_000.0)


def test_a_belt_is_known_where_the_layer_is_known_all_around():
    zone = zone_of(shapely.Point(0, 0), coverage=shapely.box(-5000, -5000, 5000, 5000))
    covered = belt(zone, 1000.0).coverage
    assert covered is not None
    west, south, _, _ = shapely.bounds(covered.geometry)
    assert (west, south) == pytest.approx((-4000, -4000), abs=1)
    assert belt(zone_of(shapely.Point(0, 0)), 1000.0).coverage is None


def test_around_footprints_only_what_can_reach_them_is_made():
    features = [shapely.Point(x, 0) for x in range(0, 100_000, 1000)]
    zone = zone_of(*features)
    footprint = array(shapely.box(50_100, 0, 50_200, 10))
    some = belt(zone, 300.0, around=footprint)
    assert len(some) == len(zone)
    assert shapely.is_geometry(some.geometry).sum() < 5
    one, other = (overlaps(footprint, z) for z in (some, belt(zone, 300.0)))
    assert list(one.feature) == list(other.feature) == [50]
    assert one.area_m2 == pytest.approx(other.area_m2)


def test_features_of_the_store_have_belts():
    whole = zone_of(star(5, 300, (0, 0), 2000))
    stored = Zone(whole.name, PLANE, array(None), whole.columns, whole.pieces)
    one, other = (belt(z, 500.0).geometry[0] for z in (whole, stored))
    assert shapely.area(shapely.symmetric_difference(one, other)) < 1.0


def test_what_another_layer_covers_is_left_out():
    zone = zone_of(
        shapely.box(0, 0, 100, 100),
        shapely.box(200, 0, 300, 100),
        shapely.box(400, 0, 500, 100),
        columns={"name": array("a", "b", "c")},
        coverage=shapely.box(-1000, -1000, 1000, 1000),
    )
    other = zone_of(
        shapely.box(50, -10, 60, 110),
        shapely.box(190, -10, 310, 110),
        coverage=shapely.box(0, -1000, 2000, 1000),
    )
    left = minus(zone, other)
    assert shapely.area(left.geometry[0]) == pytest.approx(9000)
    assert left.geometry[1] is None
    assert left.geometry[2].equals(zone.geometry[2])
    assert list(left.columns["name"]) == ["a", "b", "c"]
    assert isinstance(left.coverage, Coverage)
    assert shapely.bounds(left.coverage.geometry).tolist() == [0, -1000, 1000, 1000]
    only = minus(zone, other, np.array([True, False]))
    assert shapely.area(only.geometry[1]) == pytest.approx(10_000)


def test_lines_are_cut_and_planes_have_to_agree():
    zone = zone_of(shapely.LineString([(0, 0), (100, 0)]))
    left = minus(zone, zone_of(shapely.box(20, -5, 50, 5)))
    assert shapely.length(left.geometry[0]) == pytest.approx(70)
    elsewhere = make_zone("o", array(shapely.box(0, 0, 1, 1)), Plane(113, 24))
    with pytest.raises(ValueError, match="planes"):
        minus(zone, elsewhere)

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from redline.ground.distance import distances, nearest
from redline.ground.plane import Plane
from redline.ground.zoning import make_zone
from tests.ground.exact import brute_distance
from tests.ground.shapes import CAMBRIDGE, CHINA, METRES_PER_DEGREE, star

CGCS2000 = CRS(4490)
GEOD = Geod(ellps="GRS80")


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def away(longitude, latitude, azimuth, distance):
    east, north, _ = GEOD.fwd(longitude, latitude, azimuth, distance)
    return east, north


@st.composite
def scenes(draw, widest):
    """A footprint and a layer of three features within 50 km of it, somewhere on the map."""
    extent = draw(st.sampled_from((CHINA, CAMBRIDGE)))
    west, south, east, north = extent
    longitude, latitude = draw(st.floats(west, east)), draw(st.floats(south, north))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    width = np.exp(draw(st.floats(np.log(5), np.log(widest))))
    footprint = star(longitude, latitude, width, int(rng.integers(4, 12)), seed)
    features = []
    for number in range(3):
        gap = np.exp(rng.uniform(np.log(1), np.log(45_000)))
        radius = np.exp(rng.uniform(np.log(5), np.log(3_000)))
        middle = away(longitude, latitude, rng.uniform(0, 360), width + radius + gap)
        features.append(star(*middle, radius, int(rng.integers(4, 12)), seed + number + 1))
    return extent, footprint, features


def check(scene):
    extent, footprint, features = scene
    plane = Plane.for_extent(extent)
    zone = make_zone("zone", plane.project(array(*features), CGCS2000), plane)
    placed = plane.project(array(footprint), CGCS2000)
    true = [brute_distance(footprint, f) if not footprint.intersects(f) else 0.0 for f in features]
    each = distances(placed, zone, 100_000.0)
    assert list(each.feature) == [0, 1, 2]
    assert each.distance_m == pytest.approx(true, abs=1e-3)
    distance, feature = nearest(placed, zone)
    assert distance[0] == pytest.approx(min(true), abs=1e-3)
    assert true[feature[0]] == pytest.approx(min(true), abs=1e-3)


@given(scenes(widest=200))
@settings(max_examples=25, deadline=None)
def test_distances_are_those_of_brute_force_to_a_millimetre(scene):
    check(scene)


@given(scenes(widest=20_000))
@settings(max_examples=15, deadline=None)
def test_wide_footprints_are_measured_as_exactly(scene):
    check(scene)


def test_the_nearest_pair_is_not_that_of_the_plane():
    # 2,500 km from the centre the plane stretches one direction by 4 % against the other, so it
    # takes the wrong one of two wells that are as good as equally far.
    plane = Plane.for_extent(CHINA)
    footprint = star(80.0, 22.0, 20, 5, 1)
    middle = footprint.centroid.coords[0]
    east = shapely.Point(away(*middle, 90, 40_000))
    north = shapely.Point(away(*middle, 0, 40_010))
    west = shapely.Point(away(*middle, 45, 40_020))
    zone = make_zone("wells", plane.project(array(north, east, west), CGCS2000), plane)
    placed = plane.project(array(footprint), CGCS2000)
    true = [brute_distance(footprint, p) for p in (north, east, west)]
    distance, feature = nearest(placed, zone)
    assert distance[0] == pytest.approx(min(true), abs=1e-3)
    assert feature[0] == int(np.argmin(true))
    in_plane = shapely.distance(placed[0], zone.geometry)
    assert np.argsort(in_plane).tolist() != np.argsort(true).tolist()


def test_what_meets_is_at_distance_zero():
    plane = Plane(114, 24)
    zone = make_zone("zone", array(shapely.box(0, 0, 10, 10), shapely.box(5, 0, 20, 10)), plane)
    prints = array(shapely.box(6, 6, 7, 7), shapely.Point(15, 5), shapely.box(20, 0, 30, 10))
    distance, feature = nearest(prints, zone)
    assert list(distance) == [0.0, 0.0, 0.0]
    assert list(feature) == [0, 1, 1]


def test_out_of_reach_is_infinitely_far():
    plane = Plane(114, 24)
    zone = make_zone("zone", array(shapely.Point(0, 0), None), plane)
    prints = array(shapely.Point(100, 0), shapely.Point(400, 0), None, shapely.Polygon())
    distance, feature = nearest(prints, zone, reach_m=200.0)
    assert distance[0] == pytest.approx(100, rel=1e-3)
    assert np.isinf(distance[1:]).all()
    assert list(feature) == [0, -1, -1, -1]
    found = distances(prints, zone, 200.0)
    assert list(found.subject) == [0]


def test_only_the_features_of_the_mask_are_looked_at():
    plane = Plane(114, 24)
    zone = make_zone("zone", array(shapely.Point(0, 0), shapely.Point(0, 500)), plane)
    distance, feature = nearest(array(shapely.Point(0, 100)), zone, np.array([False, True]))
    assert distance[0] == pytest.approx(400, rel=1e-3)
    assert feature[0] == 1
    none = nearest(array(shapely.Point(0, 100)), zone, np.array([False, False]))
    assert np.isinf(none[0]).all() and (none[1] == -1).all()


def test_an_empty_layer_is_infinitely_far():
    zone = make_zone("zone", array(), Plane(114, 24))
    distance, feature = nearest(array(shapely.Point(0, 100), None), zone)
    assert np.isinf(distance).all() and (feature == -1).all()


def test_many_footprints_at_once_are_as_exact_as_one():
    rng = np.random.default_rng(4)
    extent = (113.0, 23.0, 115.0, 25.0)
    plane = Plane.for_extent(extent)
    spots = rng.uniform((113.2, 23.2), (114.8, 24.8), (400, 2))
    prints = plane.project(
        array(*(star(x, y, 40, 5, i) for i, (x, y) in enumerate(spots))), CGCS2000
    )
    features = array(
        *(
            star(x, y, 900, 9, i)
            for i, (x, y) in enumerate(rng.uniform((113, 23), (115, 25), (60, 2)))
        )
    )
    zone = make_zone("zone", plane.project(features, CGCS2000), plane)
    together, which = nearest(prints, zone)
    for row in range(0, 400, 40):
        alone, one = nearest(prints[row : row + 1], zone)
        assert alone[0] == pytest.approx(together[row], abs=5e-4)
        assert one[0] == which[row]


def test_long_lines_are_measured_along_their_whole_length():
    plane = Plane(114, 24)
    road = shapely.LineString([(113.6, 24.0), (114.4, 24.05)])
    well = shapely.Point(114.31, 24.0444 + 30 / METRES_PER_DEGREE)
    zone = make_zone("wells", plane.project(array(well), CGCS2000), plane)
    distance, _ = nearest(plane.project(array(road), CGCS2000), zone)
    assert distance[0] == pytest.approx(brute_distance(road, well), abs=1e-3)

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from pyproj import CRS, Geod, Transformer

from redline.diagnostics import Refusal
from redline.ground.plane import Plane, planar_gauss_krueger_area
from tests.ground.exact import exact_area
from tests.ground.shapes import CAMBRIDGE, CHINA, fractal, polygons, star

CGCS2000 = CRS(4490)
GEOD = Geod(ellps="GRS80")


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


@given(polygons())
@example((star(73.5, 39.0, 2.6, 5, 1), CHINA))
@example((star(134.9, 48.0, 40_000, 30, 2), CHINA))
@settings(max_examples=150, deadline=None)
def test_areas_are_the_ellipsoidal_ones_from_parcel_to_county(case):
    polygon, extent = case
    plane = Plane.for_extent(extent)
    measured = shapely.area(plane.project(array(polygon), CGCS2000))[0]
    assert measured == pytest.approx(exact_area(polygon), rel=1e-7)


@given(polygons(least_m=200))
@settings(max_examples=40, deadline=None)
def test_areas_agree_with_geodlib_above_a_hectare(case):
    polygon, extent = case
    measured = shapely.area(Plane.for_extent(extent).project(array(polygon), CGCS2000))[0]
    fine = shapely.segmentize(polygon, min(50, np.sqrt(measured) / 30) / 111_320)
    assert measured == pytest.approx(abs(GEOD.geometry_area_perimeter(fine)[0]), rel=1.5e-7)


def test_holes_are_taken_off():
    outer = star(114.3, 24.2, 900, 12, 5)
    hole = shapely.Polygon(star(114.3, 24.2, 200, 7, 6).exterior.coords[::-1])
    with_hole = shapely.Polygon(outer.exterior, [hole.exterior])
    measured = shapely.area(Plane(114, 24).project(array(with_hole), CGCS2000))[0]
    assert measured == pytest.approx(exact_area(outer) - exact_area(hole), rel=1e-7)


@pytest.mark.parametrize("epsg", [4549, 4526, 4502, 3857, 32650, 26986])
def test_edges_are_straight_in_the_crs_of_their_source(epsg):
    crs = CRS(epsg)
    middle = {4549: (120.9, 30.0), 4526: (114.3, 24.2), 4502: (117.0, 30.0)}.get(
        epsg, (117.2, 31.0)
    )
    if epsg == 26986:
        middle = (-71.1, 42.4)
    ahead = Transformer.from_crs(4326, crs, always_xy=True)
    x, y = ahead.transform(*middle)
    square = shapely.box(x, y, x + 20_000, y + 15_000)
    plane = Plane.for_extent((middle[0], middle[1], middle[0] + 0.2, middle[1] + 0.2))
    placed = plane.project(array(square), crs)[0]
    # Points along the straight edges, placed one by one, lie on the placed edges.
    along = shapely.line_interpolate_point(
        square.exterior, np.linspace(0, square.exterior.length, 500, endpoint=False)
    )
    points = plane.project(np.asarray(along), crs)
    assert shapely.distance(points, placed.exterior).max() < 1e-4


def test_chords_lie_within_a_tenth_of_a_millimetre():
    plane = Plane.for_extent(CHINA)
    line = shapely.LineString([(80.0, 45.0), (81.0, 45.4), (81.5, 44.0)])
    placed = plane.project(array(line), CGCS2000)[0]
    along = shapely.line_interpolate_point(line, np.linspace(0, line.length, 999))
    points = plane.project(np.asarray(along), CGCS2000)
    assert shapely.distance(points, placed).max() < 1e-4
    assert shapely.get_num_coordinates(placed) < 30_000


def test_short_edges_gain_no_vertices():
    rough = fractal(114.3, 24.2, 20_000, 60_000, 3)
    placed = Plane(114, 24).project(array(rough), CGCS2000)[0]
    assert shapely.get_num_coordinates(placed) == shapely.get_num_coordinates(rough)


def test_positions_come_back_to_a_hundredth_of_a_millimetre():
    rng = np.random.default_rng(1)
    lonlat = np.column_stack((rng.uniform(73, 135, 5000), rng.uniform(3, 54, 5000)))
    plane = Plane.for_extent(CHINA)
    back = plane.to_degrees(plane.from_degrees(lonlat))
    _, _, off = GEOD.inv(*lonlat.T, *back.T)
    assert np.max(off) < 1e-5


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(114, 24),
        shapely.MultiPoint([(114, 24), (114.1, 24)]),
        shapely.LinearRing([(114, 24), (114.1, 24), (114, 24.1)]),
        shapely.MultiLineString([[(114, 24), (114.1, 24)], [(114, 25), (114.1, 24)]]),
        shapely.MultiPolygon([star(114, 24, 500, 6, 1), star(115, 24, 500, 6, 1)]),
        shapely.GeometryCollection([shapely.Point(114, 24), star(114, 24, 500, 6, 1)]),
    ],
)
def test_every_type_of_geometry_is_placed(geometry):
    plane = Plane(114, 24)
    placed = plane.project(array(geometry, None, shapely.Polygon()), CGCS2000)
    back = plane.to_lonlat(placed)
    assert shapely.hausdorff_distance(back[0], geometry) < 1e-9
    assert placed[1] is None
    assert placed[2].is_empty


def test_heights_are_dropped():
    placed = Plane(114, 24).project(array(shapely.Point(114, 24, 7)), CGCS2000)
    assert not placed[0].has_z


def test_geometries_of_several_systems_meet_in_one_plane():
    square = shapely.box(114.3, 24.2, 114.31, 24.21)
    ahead = Transformer.from_crs(4490, 4547, always_xy=True)
    same = shapely.transform(shapely.segmentize(square, 1e-5), ahead.transform, interleaved=False)
    one, other, none = Plane(114, 24).project(
        array(square, same, None), [CGCS2000, CRS(4547), None]
    )
    assert none is None
    assert one.symmetric_difference(other).area < 0.1


@pytest.mark.parametrize("bad", [(114.0, float("nan")), (114.0, float("inf")), (24.0, 114.0)])
def test_coordinates_that_are_no_place_are_refused_and_the_rest_is_placed(bad):
    plane = Plane(114, 24)
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(114, 24), bad])
    batch = array(line, shapely.Point(114, 24))
    placed, failed = plane.try_project(batch, CGCS2000)
    assert list(failed) == [True, False]
    assert placed[0] is None
    with pytest.raises(Refusal, match="Feature 1 has coordinates that are no place on Earth"):
        plane.project(batch, CGCS2000)


def test_an_edge_around_the_world_does_not_fill_the_memory():
    lines = array(shapely.LineString([(-60, 0), (114, 24)]), shapely.Point(114, 24))
    placed, failed = Plane(114, 24).try_project(lines, CGCS2000)
    assert shapely.is_geometry(placed[1])
    assert failed[0] or shapely.get_num_coordinates(placed[0]) < 5_000_000


def test_the_plane_is_shared_by_neighbouring_extents():
    assert Plane.for_extent((113.8, 24.1, 114.6, 24.5)) == Plane.for_extent(
        (113.9, 24.0, 114.6, 24.3)
    )
    assert Plane.for_extent(CAMBRIDGE) == Plane(-71, 42)
    assert Plane.for_extent((179, -17, -178, -15)) == Plane(-180, -16)


def test_lengths_in_the_plane_stay_within_the_stretch():
    plane = Plane.for_extent(CHINA)
    rng = np.random.default_rng(2)
    start = np.column_stack((rng.uniform(73, 135, 2000), rng.uniform(18, 53, 2000)))
    end = start + rng.uniform(-0.01, 0.01, start.shape)
    _, _, true = GEOD.inv(*start.T, *end.T)
    a, b = plane.from_degrees(start), plane.from_degrees(end)
    ratio = np.hypot(*(a - b).T) / true
    stretch = plane.stretch(shapely.points(a))
    assert (1 / stretch <= ratio).all() and (ratio <= stretch).all()
    assert stretch.max() < 1.06


def test_declared_areas_are_planar_in_the_three_degree_zone():
    square = star(115.4, 24.2, 500, 12, 3)
    planar = planar_gauss_krueger_area(array(square, None), CGCS2000)
    true = exact_area(square)
    offset = 1.4 * 111_320 * np.cos(np.radians(24.2))
    assert planar[0] / true - 1 == pytest.approx((offset / 6.371e6) ** 2, rel=0.05)
    assert np.isnan(planar[1])


def test_gauss_krueger_coordinates_are_taken_as_they_are():
    square = shapely.box(38_500_000, 2_670_000, 38_500_100, 2_670_100)
    assert planar_gauss_krueger_area(array(square), CRS(4526))[0] == 10_000.0

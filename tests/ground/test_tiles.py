from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from redline.ground.plane import Plane
from redline.ground.tiles import VERTICES, tile
from tests.ground.shapes import fractal, polygons

CGCS2000 = CRS(4490)
PLANE = Plane(114, 24)


def placed(*geometries):
    batch = np.empty(len(geometries), dtype=object)
    batch[:] = geometries
    return PLANE.project(batch, CGCS2000)


@given(st.integers(200, 30_000), st.floats(50, 50_000), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_pieces_are_the_whole(vertices, radius, seed):
    rough = placed(fractal(114.3, 24.2, radius, vertices, seed))
    pieces = tile(rough)
    assert shapely.get_num_coordinates(pieces.geometry).max() <= VERTICES
    assert shapely.area(pieces.geometry).sum() == pytest.approx(shapely.area(rough[0]), rel=1e-9)
    assert shapely.is_valid(pieces.geometry).all()


@given(polygons(extents=((113.0, 23.0, 115.0, 25.0),)))
@settings(max_examples=40, deadline=None)
def test_the_sum_over_tiles_is_the_whole_for_any_polygon(case):
    polygon = placed(case[0])
    pieces = tile(polygon, vertices=8)
    assert shapely.area(pieces.geometry).sum() == pytest.approx(shapely.area(polygon[0]), rel=1e-9)


def test_pieces_of_a_feature_share_no_ground():
    pieces = tile(placed(fractal(114.3, 24.2, 3000, 3000, 7)))
    one, other = pieces.tree.query(pieces.geometry, predicate="overlaps")
    assert len(one) == len(other) == 0


def test_interior_pieces_are_rectangles_inside_the_feature():
    rough = placed(fractal(114.3, 24.2, 30_000, 20_000, 8))
    pieces = tile(rough)
    inner = pieces.geometry[pieces.interior]
    assert len(inner) > 50
    assert (shapely.area(inner) == shapely.area(shapely.envelope(inner))).all()
    shapely.prepare(rough[0])
    assert shapely.covers(rough[0], shapely.buffer(inner, -0.001)).all()


def test_holes_and_islands_in_holes_survive():
    outer = fractal(114.3, 24.2, 5000, 4000, 1)
    hole = fractal(114.3, 24.2, 2000, 3000, 2)
    island = fractal(114.3, 24.2, 800, 2000, 3)
    ground = shapely.MultiPolygon([shapely.Polygon(outer.exterior, [hole.exterior]), island])
    whole = placed(ground)
    pieces = tile(whole)
    assert set(pieces.feature) == {0}
    assert shapely.area(pieces.geometry).sum() == pytest.approx(shapely.area(whole[0]), rel=1e-9)


def test_lines_keep_their_length_and_points_come_apart():
    line = fractal(114.3, 24.2, 5000, 4000, 1).exterior
    batch = placed(line, shapely.MultiPoint([(114, 24), (114.1, 24.1)]), None, shapely.Polygon())
    pieces = tile(batch)
    lines = pieces.geometry[pieces.feature == 0]
    assert shapely.length(lines).sum() == pytest.approx(shapely.length(batch[0]), rel=1e-9)
    assert list(shapely.get_type_id(pieces.geometry[pieces.feature == 1])) == [0, 0]
    assert set(pieces.feature) == {0, 1}


def test_many_edges_through_one_point_do_not_cut_forever():
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = np.where(np.arange(400) % 2, 1000.0, 1e-7)
    spiky = shapely.Polygon(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))))
    pieces = tile(np.array([spiky], dtype=object))
    assert shapely.area(pieces.geometry).sum() == pytest.approx(spiky.area, rel=1e-9)


def test_edges_along_the_cuts_do_no_harm():
    x = np.arange(0, 1025, 4.0)
    teeth = np.column_stack(
        (np.repeat(x, 2)[1:-1], np.tile([512.0, 1024.0, 1024.0, 512.0], 128)[: 2 * len(x) - 2])
    )
    comb = shapely.Polygon(np.concatenate((teeth, [(1024, 0), (0, 0)])))
    assert comb.is_valid
    pieces = tile(np.array([comb], dtype=object))
    assert shapely.area(pieces.geometry).sum() == pytest.approx(comb.area, rel=1e-9)


def test_nothing_has_no_pieces():
    assert len(tile(np.empty(0, dtype=object))) == 0
    assert len(tile(np.array([None, shapely.Polygon()], dtype=object))) == 0

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.ground.width import hole_counts, least_width, most_width, settled_widths, widths

RING = shapely.Point(0, 0).buffer(100, quad_segs=64) - shapely.Point(0, 0).buffer(94, quad_segs=64)


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


@pytest.mark.parametrize(
    ("geometry", "width"),
    [
        (shapely.box(0, 0, 10, 40), 10.0),
        (shapely.Point(0, 0).buffer(5, quad_segs=64), 10.0),
        (RING, 6.0),
        (shapely.Polygon([(0, 0), (3, 0), (0, 4)]), 2.0),
        (shapely.MultiPolygon([shapely.box(0, 0, 1, 90), shapely.box(5, 0, 9, 5)]), 4.0),
        (shapely.box(0, 0, 5000, 0.0004), 0.0004),
        (shapely.affinity.rotate(shapely.box(0, 0, 5000, 0.004), 33), 0.004),
        (shapely.affinity.rotate(shapely.box(0, 0, 500, 2), 77), 2.0),
        (shapely.Polygon(), 0.0),
        (shapely.LineString([(0, 0), (1, 1)]), 0.0),
        (None, 0.0),
    ],
)
def test_width_is_that_of_the_largest_circle_inside(geometry, width):
    assert widths(array(geometry))[0] == pytest.approx(width, rel=0.02)


def shape_of(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 12))
    radius = rng.uniform(5, 100, 12)
    shape = shapely.Polygon(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))))
    holes = [shapely.Point(rng.uniform(-60, 60, 2)).buffer(rng.uniform(1, 15)) for _ in range(4)]
    return shapely.make_valid(shape) - shapely.union_all(holes[: int(rng.integers(0, 5))])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_the_bounds_hold(seed):
    shape = shape_of(seed)
    one = array(shape)
    width = widths(one)[0]
    area, perimeter = shapely.area(one), shapely.length(one)
    assert least_width(area, perimeter, hole_counts(one))[0] <= width * 1.02
    for limit in (0.5 * width, 1.5 * width):
        settled, exact = settled_widths(one, limit)
        assert (settled[0] >= limit) == (width >= limit)
        assert not exact[0] or settled[0] == width
    assert width <= most_width(area)[0] * 1.02

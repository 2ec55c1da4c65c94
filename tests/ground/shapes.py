"""Shapes for tests, in degrees."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import strategies as st

METRES_PER_DEGREE = 111_320.0

CHINA = (73.0, 18.0, 135.0, 53.0)
CAMBRIDGE = (-71.2, 42.3, -71.0, 42.5)


def star(longitude, latitude, radius_m, corners, seed):
    """A star-shaped polygon with straight edges in degrees, about `radius_m` in radius."""
    rng = np.random.default_rng(seed)
    angle = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    radius = radius_m * rng.uniform(0.4, 1.0, corners)
    east = radius * np.cos(angle) / METRES_PER_DEGREE / np.cos(np.radians(latitude))
    north = radius * np.sin(angle) / METRES_PER_DEGREE
    return shapely.Polygon(np.column_stack((longitude + east, latitude + north)))


def fractal(longitude, latitude, radius_m, vertices, seed):
    """A polygon with a rough boundary of that many vertices."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = np.ones(vertices)
    for octave in range(1, 9):
        k = 3**octave / 3
        radius += 0.25 * 0.55**octave * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    radius *= radius_m / 1.3
    east = radius * np.cos(angle) / METRES_PER_DEGREE / np.cos(np.radians(latitude))
    north = radius * np.sin(angle) / METRES_PER_DEGREE
    return shapely.Polygon(np.column_stack((longitude + east, latitude + north)))


@st.composite
def places(draw, extents=(CHINA, CAMBRIDGE)):
    """A longitude and latitude in one of the extents, and that extent."""
    extent = draw(st.sampled_from(extents))
    west, south, east, north = extent
    return draw(st.floats(west, east)), draw(st.floats(south, north)), extent


@st.composite
def polygons(draw, extents=(CHINA, CAMBRIDGE), least_m=2.5, most_m=30_000):
    """A polygon from parcel to county size, and the extent that it lies in."""
    longitude, latitude, extent = draw(places(extents))
    radius = np.exp(draw(st.floats(np.log(least_m), np.log(most_m))))
    corners, seed = draw(st.integers(4, 40)), draw(st.integers(0, 2**32 - 1))
    return star(longitude, latitude, radius, corners, seed), extent

"""Made ground for benchmarks: red lines with fractal boundaries, and parcels over them."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.ground.features import Geometries

SPACING_M = 7000.0
RADIUS_M = 2600.0
ROUGHNESS = 0.75
"""How fast midpoints calm down from one halving to the next (the Hurst exponent)."""


def red_line(vertices: int, polygons: int = 196, seed: int = 0) -> Geometries:
    """Polygons on a square grid, with about so many vertices together."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(polygons)))
    layer = np.empty(polygons, dtype=object)
    for number in range(polygons):
        ring = rough_ring(vertices // polygons, rng)
        row, column = divmod(number, side)
        layer[number] = shapely.Polygon(ring + np.array([column, row]) * SPACING_M)
    return layer


def rough_ring(vertices: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A closed curve around the origin, its radius displaced at midpoints over and over.

    As a function of the angle it cannot cross itself.
    """
    height, step = rng.uniform(-0.1, 0.1, 8), 0.12
    while len(height) < vertices:
        middle = (height + np.roll(height, -1)) / 2 + rng.normal(size=len(height)) * step
        height = np.stack((height, middle), axis=1).ravel()
        step *= 2.0**-ROUGHNESS
    angle = np.linspace(0, 2 * np.pi, len(height), endpoint=False)
    kept = np.sort(rng.choice(len(height), vertices, replace=False))
    radius = RADIUS_M * np.exp(height[kept])
    return np.column_stack((radius * np.cos(angle[kept]), radius * np.sin(angle[kept])))


def parcels(count: int, polygons: int = 196, seed: int = 1) -> Geometries:
    """Rectangles of parcel size (20 to 150 m a side), turned at random, over the same ground."""
    rng = np.random.default_rng(seed)
    extent = np.ceil(np.sqrt(polygons)) * SPACING_M
    middle = rng.uniform(-SPACING_M / 2, extent - SPACING_M / 2, (count, 2))
    half = rng.uniform(10, 75, (count, 2))
    turn = rng.uniform(0, 2 * np.pi, count)[:, None]
    x, y = half[:, :1] * (-1, 1, 1, -1), half[:, 1:] * (-1, -1, 1, 1)
    corners = np.stack(
        (
            middle[:, :1] + x * np.cos(turn) - y * np.sin(turn),
            middle[:, 1:] + x * np.sin(turn) + y * np.cos(turn),
        ),
        axis=2,
    )
    return np.asarray(shapely.polygons(corners), dtype=object)

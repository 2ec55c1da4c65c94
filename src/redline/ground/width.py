"""How wide a piece of ground is: twice the radius of the largest circle that fits in it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redline.ground.features import Geometries
from redline.ground.grouping import total_by
from redline.ground.plane import Bools, Floats
from redline.ground.threads import over_rows

PRECISION = 0.01
"""Widths are sought to this share of themselves."""

THREAD_LIKE = 200
"""Perimeter over the least possible width from which a shape is measured by erosion, which GEOS
does to one in a hundred: the search for the largest circle would have to look at as many cells.
"""


def least_width(area: Floats, perimeter: Floats, holes: Floats) -> Floats:
    """A bound from below for the width of shapes of that area (m²) and perimeter (m).

    Every point lies within r of the boundary, r being the radius of the largest circle, so
    A ≤ P·r + π·r²·(h - 1) for a connected shape with h holes (Steiner's formula for parallel
    curves). Solved for r, with h taken as one at least.
    """
    extra = np.pi * np.maximum(holes - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = 2 * area / (perimeter + np.sqrt(perimeter**2 + 4 * extra * area))
    return np.nan_to_num(2 * radius)


def most_width(area: Floats) -> Floats:
    """A bound from above for the width: the circle of that area."""
    return np.asarray(2 * np.sqrt(np.maximum(area, 0) / np.pi))


def widths(geometries: Geometries) -> Floats:
    """Widths (m) of polygonal geometries, to a fiftieth of themselves; 0 for None and others."""
    geometries = np.asarray(geometries, dtype=object)
    result = np.zeros(len(geometries))
    rows = np.flatnonzero(shapely.area(geometries) > 0)
    if len(rows):
        result[rows] = over_rows(width_of_each, geometries[rows], block=64)
    return result


def width_of_each(geometries: Geometries) -> Floats:
    """Widths of polygonal geometries that have an area."""
    return np.array([width_of(geometry) for geometry in geometries])


def width_of(geometry: BaseGeometry) -> float:
    """The width of one polygonal geometry: that of its widest part."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.area(parts) > 0]
    least, most = bounds_of_width(parts)
    wide = most > least.max(initial=0.0)
    found = least.max(initial=0.0)
    for part, low, high in zip(parts[wide], least[wide], most[wide], strict=True):
        if high <= found * (1 + PRECISION):
            continue
        thread = shapely.length(part) > THREAD_LIKE * low
        found = max(found, eroded_width(part, low, high) if thread else circle_width(part, low))
    return float(found)


def bounds_of_width(parts: Geometries) -> tuple[Floats, Floats]:
    """Bounds from below and above for the width of single polygons."""
    area, perimeter = shapely.area(parts), shapely.length(parts)
    holes = shapely.get_num_interior_rings(parts).astype(np.float64)
    west, south, east, north = shapely.bounds(parts).T
    most = np.minimum(most_width(area), np.minimum(east - west, north - south))
    least = least_width(area, perimeter, holes)
    return np.minimum(least, most), most


def circle_width(part: BaseGeometry, least: float) -> float:
    """Twice the radius of the largest inscribed circle."""
    one = np.array([part], dtype=object)
    circle = shapely.maximum_inscribed_circle(one, tolerance=least / 2 * PRECISION)
    return float(2 * shapely.length(circle)[0])


def eroded_width(part: BaseGeometry, least: float, most: float) -> float:
    """The width of a thread-like polygon: how far it can be eroded before nothing is left."""
    while most > least * (1 + PRECISION):
        middle = float(np.sqrt(least * most))
        if shapely.is_empty(shapely.buffer(part, -middle / 2)):
            most = middle
        else:
            least = middle
    return least


def settled_widths(geometries: Geometries, limit: float) -> tuple[Floats, Bools]:
    """Widths that settle whether geometries are at least `limit` wide: bounds from below where
    those suffice, else the widths themselves; and which are the widths themselves.
    """
    width = least_width(
        shapely.area(geometries), shapely.length(geometries), hole_counts(geometries)
    )
    narrow = width < limit
    width[narrow] = widths(geometries[narrow])
    return width, narrow


def hole_counts(geometries: Geometries) -> Floats:
    """How many holes and further parts geometries have: what Steiner's formula counts."""
    if (shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON).all():
        return shapely.get_num_interior_rings(geometries).astype(np.float64)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    holes = np.maximum(shapely.get_num_interior_rings(parts), 0)
    return total_by(owner, holes.astype(np.float64), len(geometries))

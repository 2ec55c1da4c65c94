"""Clipping geometries to rectangles, each to its own."""

from __future__ import annotations

import numpy as np
import shapely

from redline.ground.features import Geometries
from redline.ground.plane import Floats


def clipped(geometries: Geometries, rectangles: Floats) -> Geometries:
    """What of each geometry lies in its rectangle (west, south, east, north).

    Fast; may go wrong where edges run along the rectangle's, so areas have to be checked.
    """
    try:
        return clipped_at_once(geometries, rectangles)
    except shapely.GEOSException:
        return np.array(
            [clipped_alone(g, r) for g, r in zip(geometries, rectangles, strict=True)],
            dtype=object,
        )


def clipped_at_once(geometries: Geometries, rectangles: Floats) -> Geometries:
    """All in one call: `shapely.clip_by_rect` takes one rectangle for all, the ufunc behind it one
    for each.
    """
    cut = shapely.lib.clip_by_rect(geometries, *np.ascontiguousarray(rectangles.T))
    return np.asarray(cut, dtype=object)


def clipped_alone(geometry: shapely.Geometry, rectangle: Floats) -> shapely.Geometry:
    """One, by the overlay that does not fail, where the fast way does."""
    try:
        return shapely.clip_by_rect(geometry, *(float(v) for v in rectangle))
    except shapely.GEOSException:
        return shapely.intersection(geometry, shapely.box(*rectangle))

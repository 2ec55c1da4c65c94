"""Putting the geometries of one submission together, by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from redline.ground.crs import reprojected
from redline.ground.features import Geometries, Ground

POINT, LINE, AREA = 0, 1, 2
"""Dimensions."""

PLAIN: Final = {
    POINT: (GeometryType.POINT, GeometryType.MULTIPOINT),
    LINE: (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    AREA: (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}
"""Types that are wholly of a dimension; what is one of them already stays as it is."""


def parts_of(geometries: Geometries | Sequence[BaseGeometry], dimension: int) -> Geometries:
    """The simple parts of one dimension, collections taken apart."""
    parts = np.asarray(geometries, dtype=object)
    while (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts[shapely.get_dimensions(parts) == dimension], dtype=object)


def combined(
    geometries: Geometries | Sequence[BaseGeometry], dimension: int
) -> BaseGeometry | None:
    """One geometry of everything of one dimension; None where there is nothing.

    Areas that overlap count once. Invalid areas are put side by side as they are: their repair is
    for measurement to report.
    """
    if len(geometries) == 1 and shapely.get_type_id(geometries[0]) in PLAIN[dimension]:
        return geometries[0]
    parts = parts_of(geometries, dimension)
    if len(parts) <= 1:
        return parts[0] if len(parts) else None
    if dimension == AREA:
        if shapely.is_valid(parts).all():
            return shapely.union_all(parts)
        return shapely.MultiPolygon(list(parts))
    if dimension == LINE:
        lines = [shapely.get_coordinates(line) for line in parts]
        return shapely.MultiLineString(lines)
    return shapely.MultiPoint(shapely.get_coordinates(parts))


def combined_ground(grounds: Sequence[Ground], dimension: int) -> Ground | None:
    """The ground of several in the CRS of the first; None where there is nothing."""
    if not grounds:
        return None
    crs = grounds[0].crs
    geometry = combined(
        [reprojected(ground.geometry, ground.crs, crs) for ground in grounds], dimension
    )
    return Ground(geometry, crs) if geometry is not None else None

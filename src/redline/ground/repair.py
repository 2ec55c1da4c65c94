"""Geometry that can be measured: valid, of one dimension; what had to be repaired is reported.

A polygon whose rings cross themselves does not say which ground it means. It is repaired; where
the readings of it differ by more than a trace, it is refused. A trace is a ten-thousandth of the
area, at least 0.01 m² (to which areas are compared) and at most 1 m².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic
from redline.ground.catalog_diagnostics import GeometryRepaired, RepairRefused
from redline.ground.features import Geometries
from redline.ground.plane import DIMENSION, Bools

LEAST_TRACE_M2 = 0.01
MOST_TRACE_M2 = 1.0
TRACE_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class Repaired:
    """Geometries fit for measuring, None where there is none or it was refused."""

    geometry: Geometries
    refused: Bools
    diagnostics: tuple[Diagnostic, ...]


def repaired(geometries: Geometries) -> Repaired:
    """Valid geometries of one dimension each, for geometries of a plane.

    Collections keep their members of highest dimension. Feature numbers in the diagnostics count
    from 1 in the order given.
    """
    result = np.array([one_dimension(g) for g in geometries], dtype=object)
    refused = np.zeros(len(result), dtype=bool)
    diagnostics: list[Diagnostic] = []
    invalid = shapely.is_geometry(result) & ~shapely.is_valid(result)
    for row in np.flatnonzero(invalid):
        geometry = result[row]
        reason = shapely.is_valid_reason(geometry).split("[")[0].strip()
        outcome, change = mended(geometry)
        said = {"number": int(row) + 1, "reason": reason, "change_m2": change}
        if change > trace_of(geometry, outcome):
            result[row], refused[row] = None, True
            diagnostics.append(RepairRefused(**said))
        else:
            result[row] = outcome
            diagnostics.append(GeometryRepaired(**said))
    return Repaired(result, refused, tuple(diagnostics))


def one_dimension(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """A geometry without members of lower dimension; None for None."""
    if geometry is None or shapely.get_type_id(geometry) != GeometryType.GEOMETRYCOLLECTION:
        return geometry
    parts = flattened(geometry)
    dimension = DIMENSION[shapely.get_type_id(parts)]
    if not len(parts):
        return None
    kept = parts[dimension == dimension.max()]
    joined: BaseGeometry
    match dimension.max():
        case 2:
            joined = shapely.multipolygons(kept)
        case 1:
            joined = shapely.multilinestrings(kept)
        case _:
            joined = shapely.multipoints(kept)
    return joined


def flattened(geometry: BaseGeometry) -> Geometries:
    """The single members of a collection, however deep they lie; empty ones are left out."""
    parts = np.array([geometry], dtype=object)
    while (shapely.get_type_id(parts) > GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def mended(geometry: BaseGeometry) -> tuple[BaseGeometry, float]:
    """A valid geometry and by how much (m²) the possible readings of the old one differ.

    The readings are: as it is written (ring by ring), by even and odd crossings, and by the
    ground that its parts cover together.
    """
    crossings = highest(shapely.make_valid(geometry, method="linework"))
    together = highest(shapely.make_valid(geometry, method="structure", keep_collapsed=False))
    areas = [shapely.area(g) for g in (geometry, crossings, together)]
    return crossings, float(max(areas) - min(areas))


def highest(geometry: BaseGeometry) -> BaseGeometry:
    """The members of highest dimension; an empty polygon for nothing."""
    return one_dimension(geometry) or shapely.Polygon()


def trace_of(one: BaseGeometry, other: BaseGeometry) -> float:
    """The change of area (m²) that still is a trace."""
    area = max(shapely.area(one), shapely.area(other))
    return float(np.clip(TRACE_SHARE * area, LEAST_TRACE_M2, MOST_TRACE_M2))

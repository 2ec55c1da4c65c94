"""What the catalog's own ground says about the coordinates of submissions.

A submission that lies just outside the catalog's coverage, and inside once the shift of Chinese web
maps is undone, was probably drawn on such a map. One on WGS 84 beside layers on CGCS2000 is off by
as much as the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.catalog import Catalog, WithinFile
from redline.ground.crs import CHINA, datums_taken_as_one, web_map_suspicion
from redline.ground.features import Geometries, Ground, Submission
from redline.ground.opening import coverage_in, coverage_table
from redline.ground.plane import Plane, degrees_from


class Suspicions:
    """What is to be said about submissions, given a catalog."""

    def __init__(self, catalog: Catalog | None, plane: Plane) -> None:
        self.expected = expected_ground(catalog, plane)
        self.crs = crs_of(catalog)

    def of(self, submissions: Sequence[Submission]) -> list[tuple[Diagnostic, ...]]:
        """The suspicions about each submission."""
        grounds = [next(iter(one.geometries.values()), None) for one in submissions]
        shifted = self.shifted(submissions, grounds)
        return [
            tuple(d for d in (*shifted.get(row, ()), *self.datums(one, ground)) if d is not None)
            for row, (one, ground) in enumerate(zip(submissions, grounds, strict=True))
        ]

    def datums(self, one: Submission, ground: Ground | None) -> Iterable[Diagnostic | None]:
        """A note where the submission and the layers stand on datums that are taken as one."""
        if ground is not None and self.crs is not None:
            yield datums_taken_as_one(ground.crs, self.crs, Place(one.source, item=one.id))

    def shifted(
        self, submissions: Sequence[Submission], grounds: Sequence[Ground | None]
    ) -> dict[int, tuple[Diagnostic | None, ...]]:
        """Warnings about submissions that lie where a web map would have put them."""
        if self.expected is None:
            return {}
        rows = [row for row, ground in enumerate(grounds) if ground is not None]
        degrees = in_degrees([ground for ground in grounds if ground is not None])
        outside = shapely.is_geometry(degrees) & ~shapely.covers(self.expected, degrees)
        found: dict[int, tuple[Diagnostic | None, ...]] = {}
        for i in np.flatnonzero(outside):
            one = submissions[rows[i]]
            if shapely.intersects(shapely.box(*CHINA), degrees[i]):
                place = Place(one.source, item=one.id)
                found[rows[i]] = (web_map_suspicion(degrees[i], self.expected, place),)
        return found


def in_degrees(grounds: Sequence[Ground]) -> Geometries:
    """Geometries in longitude and latitude; None for what is nowhere."""
    result = np.full(len(grounds), None, dtype=object)
    by_crs: dict[CRS, list[int]] = {}
    for row, ground in enumerate(grounds):
        by_crs.setdefault(ground.crs, []).append(row)
    for crs, rows in by_crs.items():
        geometry = np.array([grounds[row].geometry for row in rows], dtype=object)
        result[rows] = shapely.transform(shapely.force_2d(geometry), degrees_from(crs))
    bounds = shapely.bounds(result)
    result[~np.isfinite(bounds).all(axis=1)] = None
    return result


def expected_ground(catalog: Catalog | None, plane: Plane) -> BaseGeometry | None:
    """The catalog's coverage in degrees; None where it has none, or it is everywhere."""
    if catalog is None:
        return None
    try:
        ground = coverage_in(catalog.coverage, plane, None)
    except Refusal:
        return None
    if ground is None or ground.is_empty:
        return None
    degrees = plane.to_lonlat(np.array([ground], dtype=object))[0]
    shapely.prepare(degrees)
    assert isinstance(degrees, BaseGeometry)
    return degrees


def crs_of(catalog: Catalog | None) -> CRS | None:
    """The coordinate system of the catalog's coverage, which stands for that of its layers."""
    if catalog is None or not isinstance(catalog.coverage, WithinFile):
        return None
    try:
        return coverage_table(catalog.coverage).crs
    except Refusal:
        return None

"""From cells of the height grid to outlines that look drawn after nature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from terrain import CELL, COLUMNS, SOUTH, WEST, Floats, Ints, Mask, Terrain, value_noise


@dataclass(frozen=True, slots=True)
class Pencil:
    """Draws cells and channels as smooth lines that wander a little.

    Every point of the country is shifted by the same field, so what nested or met before does so
    afterwards.
    """

    seed: int

    def outline(self, mask: Mask, *, side: float = CELL, smooth: float = 1.0) -> BaseGeometry:
        """The union of the cells of a mask of the whole grid (of cells of `side` metres)."""
        columns = round(COLUMNS * CELL / side)
        cells = np.flatnonzero(mask)
        west, south = WEST + side * (cells % columns), SOUTH + side * (cells // columns)
        squares = shapely.box(west, south, west + side, south + side)
        return self.wander(rounded(shapely.union_all(squares), 0.8 * side * smooth))

    def channel(self, terrain: Terrain, cells: Ints) -> LineString:
        """A line through the centres of cells, from first to last."""
        line = LineString(np.column_stack([terrain.x[cells], terrain.y[cells]]))
        smooth = chaikin(line.simplify(0.4 * CELL), 3)
        return LineString(self.shifted(shapely.get_coordinates(shapely.segmentize(smooth, 90.0))))

    def wander(self, shape: BaseGeometry) -> BaseGeometry:
        """Shift every point of a polygon by the field."""
        moved = shapely.transform(shapely.segmentize(shape, 90.0), self.shifted)
        return polygons_only(shapely.make_valid(moved))

    def shifted(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2) where the field puts them."""
        rng = np.random.default_rng(self.seed)
        moved = points.copy()
        for wavelength, strength in ((1_900.0, 170.0), (700.0, 60.0)):
            for axis in (0, 1):
                noise = value_noise(rng, points[:, 0], points[:, 1], wavelength)
                moved[:, axis] += strength * noise
        return moved


def rounded(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    """A polygon without its steps and corners; specks vanish."""
    plain = shapely.simplify(shape, tolerance)
    soft = [
        Polygon(ring_of(p.exterior), [ring_of(i) for i in p.interiors if i.length > 10 * tolerance])
        for p in polygons(plain)
    ]
    return polygons_only(shapely.union_all(shapely.make_valid(soft)))


def ring_of(ring: LineString) -> Floats:
    """A closed ring with its corners cut twice."""
    points = shapely.get_coordinates(shapely.segmentize(ring, 700.0))[:-1]
    for _ in range(2):
        after = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], 1)
        points = points.reshape(-1, 2)
    return points


def chaikin(line: BaseGeometry, times: int) -> LineString:
    """A line with its corners cut; its ends stay."""
    points = shapely.get_coordinates(line)
    for _ in range(times):
        near, far = points[:-1], points[1:]
        cut = np.stack([0.75 * near + 0.25 * far, 0.25 * near + 0.75 * far], 1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut[1:-1], points[-1:]])
    return LineString(points)


def blob(rng: np.random.Generator, centre: Point, radius: float, squeeze: float = 1.0) -> Polygon:
    """A closed curve about a point, its radius (m) uneven by about a third."""
    turns = 48
    corner = shapely.get_coordinates(centre.buffer(1.0, quad_segs=turns // 4))[:turns]
    direction = corner - [centre.x, centre.y]
    uneven = rng.random((3, turns)) * 2 - 1
    for _ in range(5):
        uneven = (np.roll(uneven, 1, 1) + uneven + np.roll(uneven, -1, 1)) / 2.6
    reach = radius * (1 + 0.28 * np.clip(uneven.sum(0), -1.2, 1.2))
    points = np.round([centre.x, centre.y] + direction * [1.0, squeeze] * reach[:, None], 3)
    return Polygon(ring_of(LineString([*points, points[0]])))


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a geometry, largest first."""
    parts = shapely.get_parts(shape)
    found = [p for p in parts if isinstance(p, Polygon) and not p.is_empty]
    found += [q for p in parts if isinstance(p, MultiPolygon) for q in p.geoms]
    return sorted(found, key=lambda p: -p.area)


def polygons_only(shape: BaseGeometry, least: float = 0.0) -> BaseGeometry:
    """The polygons of a geometry of more than `least` m², as one geometry."""
    kept = [p for p in polygons(shape) if p.area > least]
    return kept[0] if len(kept) == 1 else MultiPolygon(kept)

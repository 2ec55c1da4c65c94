"""Cutting layers into small pieces, once, so that overlay costs what the footprint is worth.

A red line is few polygons with enormous rings. Each is cut by a quadtree of its own into pieces of
at most `VERTICES` vertices; the cells wholly inside it are kept as plain rectangles. The pieces of
a feature share edges and nothing else, so the sum over them is the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import shapely
from shapely import STRtree

from redline.ground.features import Geometries
from redline.ground.plane import Bools, Floats, Indices
from redline.ground.threads import over_rows

VERTICES = 64
"""Pieces with more vertices are cut further."""

DEEPEST = 40
"""Cuts after which a piece is left as it is: its vertices then lie within micrometres."""

TRACE = 1e-10
"""The share of its area by which the pieces of a feature may miss it."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of the features of a layer, with an index over them.

    `feature` is the row of the feature that a piece belongs to. `interior` marks the pieces that
    are rectangles wholly inside their feature.
    """

    geometry: Geometries
    feature: Indices
    interior: Bools
    bounds: Floats
    tree: STRtree = field(repr=False, compare=False)

    @classmethod
    def of(cls, geometry: Geometries, feature: Indices, interior: Bools) -> Self:
        """Pieces with their bounds and index."""
        return cls(geometry, feature, interior, shapely.bounds(geometry), STRtree(geometry))

    def __len__(self) -> int:
        return len(self.geometry)

    def only(self, features: Bools) -> Pieces:
        """The pieces of some features; the same object where that is all of them."""
        kept = features[self.feature]
        if kept.all():
            return self
        return Pieces.of(self.geometry[kept], self.feature[kept], self.interior[kept])


def tile(geometries: Geometries, vertices: int = VERTICES) -> Pieces:
    """Pieces of plane geometries, each of at most about `vertices` vertices.

    Polygons and lines are cut; points of a multipoint come apart. None and empty geometries have
    no pieces. Collections must have been reduced to one dimension before.
    """
    geometries = np.asarray(geometries, dtype=object)
    rows = np.flatnonzero(shapely.is_geometry(geometries) & ~shapely.is_empty(geometries))
    parts, owner = shapely.get_parts(geometries[rows], return_index=True)
    feature = rows[owner]
    cut, of, interior = cut_down(parts, vertices)
    return Pieces.of(cut, feature[of], interior)


def cut_down(parts: Geometries, vertices: int) -> tuple[Geometries, Indices, Bools]:
    """Single-part geometries cut by quadtrees: pieces, the part of each, and which are interior."""
    cut, of, interior = quartered(parts, vertices)
    polygonal = shapely.get_dimensions(parts) == 2
    size = np.where(polygonal, shapely.area(parts), shapely.length(parts))
    piece_size = np.where(polygonal[of], shapely.area(cut), shapely.length(cut))
    missed = np.abs(np.bincount(of, piece_size, len(parts)) - size)
    # Clipping is fast and may go wrong where rings touch the cut; such parts stay in one piece.
    spoilt = missed > TRACE * size
    if spoilt.any():
        sound = ~spoilt[of]
        whole = np.flatnonzero(spoilt)
        cut = np.concatenate((cut[sound], parts[whole]))
        interior = np.concatenate((interior[sound], np.zeros(len(whole), dtype=bool)))
        of = np.concatenate((of[sound], whole))
    return cut, of, interior


def quartered(parts: Geometries, vertices: int) -> tuple[Geometries, Indices, Bools]:
    """Whole levels of the quadtrees at once: every piece that is too large is cut in four."""
    done: list[tuple[Geometries, Indices, Bools]] = []
    piece, of = parts, np.arange(len(parts))
    low, high = np.split(shapely.bounds(parts), 2, axis=1)
    for _ in range(DEEPEST):
        small = shapely.get_num_coordinates(piece) <= vertices
        done.append((piece[small], of[small], inside(piece[small], low[small], high[small])))
        if small.all():
            break
        piece, of, low, high = quarters(piece[~small], of[~small], low[~small], high[~small])
    else:
        done.append((piece, of, np.zeros(len(piece), dtype=bool)))
    geometry, feature, interior = (np.concatenate(column) for column in zip(*done, strict=True))
    return geometry, feature, interior


def quarters(
    piece: Geometries, of: Indices, low: Floats, high: Floats
) -> tuple[Geometries, Indices, Floats, Floats]:
    """Each piece cut in four at the middle of its cell; what is left of it in each quarter."""
    middle = (low + high) / 2
    lows = [
        np.column_stack((x, y))
        for x in (low[:, 0], middle[:, 0])
        for y in (low[:, 1], middle[:, 1])
    ]
    highs = [
        np.column_stack((x, y))
        for x in (middle[:, 0], high[:, 0])
        for y in (middle[:, 1], high[:, 1])
    ]
    cells = np.concatenate([np.column_stack(pair) for pair in zip(lows, highs, strict=True)])
    owner = np.tile(of, 4)
    cut = over_rows(clipped, np.tile(piece, 4), cells, block=256)
    dimension = np.tile(shapely.get_dimensions(piece), 4)
    kept, where = shapely.get_parts(cut, return_index=True)
    same = shapely.get_dimensions(kept) == dimension[where]
    kept, where = kept[same], where[same]
    return kept, owner[where], cells[where, :2], cells[where, 2:]


def clipped(piece: Geometries, cells: Floats) -> Geometries:
    """Each piece clipped to its own rectangle (west, south, east, north)."""
    # `shapely.clip_by_rect` takes one rectangle for all; the ufunc behind it takes one for each.
    cut = shapely.lib.clip_by_rect(piece, *np.ascontiguousarray(cells.T))
    return np.asarray(cut, dtype=object)


def inside(piece: Geometries, low: Floats, high: Floats) -> Bools:
    """Which pieces are all of their cell."""
    side = high - low
    cell = side[:, 0] * side[:, 1]
    plain = (shapely.get_num_coordinates(piece) == 5) & (cell > 0)
    return np.asarray(plain & (np.abs(shapely.area(piece) - cell) <= 1e-12 * cell))

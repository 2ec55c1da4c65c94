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

from redline.ground.clipping import clipped
from redline.ground.features import Geometries
from redline.ground.grouping import total_by
from redline.ground.plane import Bools, Floats, Indices, chunks
from redline.ground.threads import over_rows

VERTICES = 128
"""Pieces with more vertices are cut further."""

DEEPEST = 40
"""Cuts after which a piece is left as it is: its vertices then lie within micrometres."""

TRACE = 1e-10
"""The share of its area by which the pieces of a feature may miss it."""

ROUNDING = 1e-12
"""The share of its cell by which the quarters of a piece may miss it."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of the features of a layer, with an index over them.

    `feature` is the row of the feature that a piece belongs to. `interior` marks the pieces that
    are rectangles wholly inside their feature.
    """

    geometry: Geometries
    feature: Indices
    interior: Bools
    area: Floats
    bounds: Floats
    tree: STRtree = field(repr=False, compare=False)

    @classmethod
    def of(cls, geometry: Geometries, feature: Indices, interior: Bools) -> Self:
        """Pieces with their areas, bounds and index."""
        area, bounds = shapely.area(geometry), shapely.bounds(geometry)
        return cls(geometry, feature, interior, area, bounds, STRtree(geometry))

    def __len__(self) -> int:
        return len(self.geometry)

    def near(self, geometries: Geometries, reach_m: float = 0.0) -> Pieces:
        """All pieces within reach of geometries, and others: these are all there are."""
        return self

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
    parts, owner = single_parts(geometries[rows])
    done = [cut_down(parts[run], vertices) for run in chunks(parts)]
    if not done:
        nothing = np.empty(0, dtype=np.intp)
        return Pieces.of(np.empty(0, dtype=object), nothing, nothing.astype(bool))
    firsts = [run.start for run in chunks(parts)]
    cut = np.concatenate([geometry for geometry, _, _ in done])
    of = np.concatenate([of + first for (_, of, _), first in zip(done, firsts, strict=True)])
    interior = np.concatenate([inner for _, _, inner in done])
    return Pieces.of(cut, rows[owner[of]], interior)


def single_parts(geometries: Geometries) -> tuple[Geometries, Indices]:
    """The parts of geometries and the row of each; what is single is not copied."""
    multi = shapely.get_type_id(geometries) > shapely.GeometryType.POLYGON
    if not multi.any():
        return geometries, np.arange(len(geometries))
    parts, owner = shapely.get_parts(geometries[multi], return_index=True)
    single, several = np.flatnonzero(~multi), np.flatnonzero(multi)
    every, row = (
        np.concatenate((geometries[single], parts)),
        np.concatenate((single, several[owner])),
    )
    order = np.argsort(row, kind="stable")
    return every[order], row[order]


def cut_down(parts: Geometries, vertices: int) -> tuple[Geometries, Indices, Bools]:
    """Single-part geometries cut by quadtrees: pieces, the part of each, and which are interior."""
    cut, of, interior = quartered(parts, vertices)
    missed = np.abs(total_by(of, sizes(cut), len(parts)) - sizes(parts))
    # What went wrong on the way, against all checks, stays in one piece.
    spoilt = missed > TRACE * sizes(parts)
    if spoilt.any():
        sound = ~spoilt[of]
        whole = np.flatnonzero(spoilt)
        cut = np.concatenate((cut[sound], parts[whole]))
        interior = np.concatenate((interior[sound], np.zeros(len(whole), dtype=bool)))
        of = np.concatenate((of[sound], whole))
    return cut, of, interior


def sizes(parts: Geometries) -> Floats:
    """Areas of polygons, lengths of lines, 0 for points."""
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    if areal.all():
        return np.asarray(shapely.area(parts))
    return np.where(areal, shapely.area(parts), shapely.length(parts))


@dataclass(frozen=True, slots=True)
class Cells:
    """Pieces on their way: what lies in each cell (west, south, east, north), its part and size."""

    piece: Geometries
    of: Indices
    cell: Floats
    size: Floats

    def __getitem__(self, rows: Bools | Indices) -> Cells:
        return Cells(self.piece[rows], self.of[rows], self.cell[rows], self.size[rows])


def quartered(parts: Geometries, vertices: int) -> tuple[Geometries, Indices, Bools]:
    """Whole levels of the quadtrees at once: every piece that is too large is cut in four."""
    done: list[tuple[Geometries, Indices, Bools]] = []
    cells = Cells(parts, np.arange(len(parts)), shapely.bounds(parts), sizes(parts))
    for level in range(DEEPEST + 1):
        small = shapely.get_num_coordinates(cells.piece) <= vertices
        if level == DEEPEST:
            small[:] = True
        ready = cells[small]
        done.append((ready.piece, ready.of, interior_cells(ready)))
        if small.all():
            break
        cells = quarters(cells[~small])
    geometry, feature, interior = (np.concatenate(column) for column in zip(*done, strict=True))
    return geometry, feature, interior


ALONE = 20_000
"""Vertices under which cutting takes less time than starting threads."""


def quarters(cells: Cells) -> Cells:
    """Each piece cut in four at the middle of its cell; what is left of it in each quarter."""
    count = len(cells.piece)
    west, south, east, north = cells.cell.T
    x, y = (west + east) / 2, (south + north) / 2
    quarter = np.concatenate(
        [
            np.column_stack(sides)
            for sides in (
                (west, south, x, y),
                (x, south, east, y),
                (west, y, x, north),
                (x, y, east, north),
            )
        ]
    )
    whole = np.tile(np.arange(count), 4)
    block = max(4, min(1024, len(whole) // 32))
    if shapely.get_num_coordinates(cells.piece).sum() < ALONE:
        block = len(whole)
    cut = over_rows(clipped, cells.piece[whole], quarter, block=block)
    missed = np.abs(total_by(whole, sizes_of_all(cut, cells.piece[whole]), count) - cells.size)
    # Clipping is fast, and may go wrong where rings touch the cut: those are cut with care.
    spoilt = (missed > ROUNDING * np.prod(cells.cell[:, 2:] - cells.cell[:, :2], axis=1))[whole]
    if spoilt.any():
        rectangles = shapely.box(*quarter[spoilt].T)
        cut[spoilt] = shapely.intersection(cells.piece[whole[spoilt]], rectangles)
    piece, row = single_parts(cut)
    same = shapely.get_dimensions(piece) == shapely.get_dimensions(cells.piece[whole[row]])
    same &= ~shapely.is_empty(piece)
    piece, row = piece[same], row[same]
    return Cells(piece, cells.of[whole[row]], quarter[row], sizes(piece))


def sizes_of_all(cut: Geometries, of: Geometries) -> Floats:
    """Areas or lengths of what was cut of polygons or lines."""
    areal = shapely.get_type_id(of) == shapely.GeometryType.POLYGON
    if areal.all():
        return np.asarray(shapely.area(cut))
    return np.where(areal, shapely.area(cut), shapely.length(cut))


def interior_cells(cells: Cells) -> Bools:
    """Which pieces are all of their cell."""
    area = np.prod(cells.cell[:, 2:] - cells.cell[:, :2], axis=1)
    plain = (shapely.get_num_coordinates(cells.piece) == 5) & (area > 0)
    return np.asarray(plain & (np.abs(cells.size - area) <= 1e-12 * area))

"""The area that two polygons share, for many pairs at once, by arithmetic on their edges alone.

At each x, a polygon is the sum over its edges of ±(the ground above the edge): plus where the
polygon lies above the edge, minus where it lies below. Multiplied for two polygons and integrated,
what remains is

    A = -Σ σ(e) σ(f) ∫ max(e(x) - f(x), 0) dx

over all pairs of an edge e of one and an edge f of the other, where both run. Nothing is
constructed, so nothing can fail; edges that touch or coincide need no care. The error is rounding
of the size of the footprint's box: 1e-15 of it for each pair of edges.

Of the second polygon only the edges near the first one matter: those above its box add nothing, and
those below it, or beside it, only by their extent in x, so that a run of them is one level edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from redline.ground.features import Geometries
from redline.ground.grouping import total_by
from redline.ground.plane import Bools, Floats, Indices, within_groups
from redline.ground.threads import over_rows

PAIRS_AT_ONCE = 1024
"""Pairs of polygons whose edges are laid out at a time: some megabytes, which caches hold."""


MANY_EDGES = 1000
"""Pairs with more pairs of edges than this are intersected as geometries, which is then faster."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges from (x0, y0) to (x1, y1), ring after ring, +1 where the ground lies to their left and
    -1 where it lies to their right. Those of polygon p are `first[p]` up to `first[p + 1]`.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    side: Floats
    first: Indices

    def numbers(self, polygons: Indices) -> tuple[Indices, Indices]:
        """For polygons, possibly repeated: the number of edges of each, and which edges."""
        count = (self.first[1:] - self.first[:-1])[polygons]
        return count, np.repeat(self.first[polygons], count) + within_groups(count)


def edges_of(polygons: Geometries) -> Edges:
    """The edges of polygons and multipolygons."""
    ring_owner, outer, x, y, ring = rings_of(polygons)
    from_ = np.flatnonzero(ring[1:] == ring[:-1])
    to, ring = from_ + 1, ring[from_]
    base = np.flatnonzero(np.diff(ring, prepend=-1))
    x_base, y_base = x[from_[base]][ring], y[from_[base]][ring]
    swept = (x[from_] - x_base) * (y[to] - y_base) - (x[to] - x_base) * (y[from_] - y_base)
    side = np.where((total_by(ring, swept, len(outer)) > 0) == outer, 1.0, -1.0)[ring]
    number = np.bincount(ring_owner[ring], minlength=len(polygons))
    first = np.concatenate(([0], np.cumsum(number)))
    return Edges(x[from_], y[from_], x[to], y[to], side, first)


def rings_of(polygons: Geometries) -> tuple[Indices, Bools, Floats, Floats, Indices]:
    """For each ring the row of its polygon and whether it is an outer one; for each vertex x, y and
    the ring.
    """
    plain = (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON).all()
    if plain and not shapely.get_num_interior_rings(polygons).any():
        coordinates, ring = shapely.get_coordinates(polygons, return_index=True)
        owner, outer = np.arange(len(polygons)), np.ones(len(polygons), dtype=bool)
    else:
        parts, part_owner = shapely.get_parts(polygons, return_index=True)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        owner, outer = part_owner[ring_part], np.diff(ring_part, prepend=-1) > 0
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = np.ascontiguousarray(coordinates.T)
    return owner, outer, x, y, ring


@dataclass(frozen=True, slots=True)
class SharedAreas:
    """For each pair the area (m²) and a bound from above for the length (m) of the second's edges
    within the box of the first.
    """

    area_m2: Floats
    edge_m: Floats


def shared_areas(
    one: Geometries, other: Geometries, pair_one: Indices, pair_other: Indices
) -> SharedAreas:
    """The areas that pairs of polygons share; pairs are given by rows of `one` and of `other`."""
    if not len(pair_one):
        return SharedAreas(np.zeros(0), np.zeros(0))
    # In the order of the second, so that the edges of each are laid out once or twice.
    order = np.argsort(pair_other, kind="stable")
    found = np.empty((len(order), 2))
    found[order] = over_rows(
        lambda i, j: areas_of_pairs(one, other, i, j),
        pair_one[order],
        pair_other[order],
        block=PAIRS_AT_ONCE,
    )
    return SharedAreas(found[:, 0], found[:, 1])


def areas_of_pairs(
    one: Geometries, other: Geometries, pair_one: Indices, pair_other: Indices
) -> Floats:
    """Area and length of edge for each pair; (N, 2)."""
    used_one, one_row = np.unique(pair_one, return_inverse=True)
    used_other, other_row = np.unique(pair_other, return_inverse=True)
    near, far = edges_of(one[used_one]), edges_of(other[used_other])
    boxes = shapely.bounds(one[used_one])[one_row]
    pair, f, length = edges_near(far, other_row, boxes)
    found = np.column_stack((np.zeros(len(pair_one)), total_by(pair, length, len(pair_one))))
    number = np.bincount(pair, minlength=len(pair_one))
    many = number * np.diff(near.first)[one_row] > MANY_EDGES
    if many.any():
        ground = shapely.intersection(one[pair_one[many]], other[pair_other[many]])
        found[many, 0] = shapely.area(ground)
        few = ~many[pair]
        pair, f = pair[few], Ahead(*(column[few] for column in f))
    count, edge = near.numbers(one_row[pair])
    row = np.repeat(np.arange(len(pair)), count)
    west, south = boxes[pair, 0][row], boxes[pair, 1][row]
    e = ahead(
        near.x0[edge] - west,
        near.y0[edge] - south,
        near.x1[edge] - west,
        near.y1[edge] - south,
        near.side[edge],
    )
    term = above(e, Ahead(*(column[row] for column in f)))
    found[:, 0] -= total_by(pair[row], term, len(pair_one))
    return found


def edges_near(edges: Edges, polygon: Indices, boxes: Floats) -> tuple[Indices, Ahead, Floats]:
    """The edges of each polygon that matter in a box, seen from the corner of the box.

    Returns the pair that an edge belongs to, the edge, and its length within the box (at most).
    Edges outside are levelled to the bottom of the box, and their runs joined.
    """
    count, place = edges.numbers(polygon)
    pair = np.repeat(np.arange(len(polygon)), count)
    west, south, east, north = boxes.T
    width, depth = (east - west)[pair], (north - south)[pair]
    west, south = west[pair], south[pair]
    x0, x1 = edges.x0[place] - west, edges.x1[place] - west
    y0, y1 = edges.y0[place] - south, edges.y1[place] - south
    outside = ((x0 <= 0) & (x1 <= 0)) | ((x0 >= width) & (x1 >= width))
    level = outside | ((y0 <= 0) & (y1 <= 0))
    kept = np.flatnonzero(level | (y0 < depth) | (y1 < depth))
    begins = np.flatnonzero(run_begins(pair[kept], kept, level[kept], edges, place[kept]))
    first, last = kept[begins], kept[np.append(begins, len(kept))[1:] - 1]
    pair, level, width = pair[first], level[first], width[first]
    x0, y0, x1, y1 = x0[first], y0[first], x1[last], y1[last]
    length = np.where(level, 0.0, np.hypot(x1 - x0, y1 - y0))
    x0 = np.where(level, np.clip(x0, 0, width), x0)
    x1 = np.where(level, np.clip(x1, 0, width), x1)
    y0, y1 = np.where(level, 0.0, y0), np.where(level, 0.0, y1)
    some = x0 != x1
    side = edges.side[place[first[some]]]
    return pair[some], ahead(x0[some], y0[some], x1[some], y1[some], side), length[some]


def run_begins(pair: Indices, row: Indices, level: Bools, edges: Edges, place: Indices) -> Bools:
    """Where a new edge begins; level edges that follow each other in a ring are one."""
    begins = np.ones(len(pair), dtype=bool)
    begins[1:] = ~(
        level[1:]
        & level[:-1]
        & (pair[1:] == pair[:-1])
        & (row[1:] == row[:-1] + 1)
        & (edges.x0[place[1:]] == edges.x1[place[:-1]])
        & (edges.y0[place[1:]] == edges.y1[place[:-1]])
    )
    return begins


class Ahead(NamedTuple):
    """Edges from left to right: x and y of the left end, x of the right end, slope, and +1 where
    the ground lies above, -1 where it lies below.
    """

    left: Floats
    y: Floats
    right: Floats
    slope: Floats
    sign: Floats


def ahead(x0: Floats, y0: Floats, x1: Floats, y1: Floats, side: Floats) -> Ahead:
    """Edges turned to run from left to right."""
    run = x1 - x0
    forth = run > 0
    slope = (y1 - y0) / np.where(run == 0, 1.0, run)
    return Ahead(
        np.where(forth, x0, x1),
        np.where(forth, y0, y1),
        np.where(forth, x1, x0),
        slope,
        np.where(forth, side, -side),
    )


def above(e: Ahead, f: Ahead) -> Floats:
    """σ(e) σ(f) ∫ max(e - f, 0) dx for pairs of edges."""
    low, high = np.maximum(e.left, f.left), np.minimum(e.right, f.right)
    width = np.maximum(high - low, 0.0)
    at_low = e.y + e.slope * (low - e.left) - f.y - f.slope * (low - f.left)
    at_high = e.y + e.slope * (high - e.left) - f.y - f.slope * (high - f.left)
    positive = np.maximum(at_low, 0.0) + np.maximum(at_high, 0.0)
    both = np.abs(at_low) + np.abs(at_high)
    mean = positive * positive / (2 * np.maximum(both, 1e-300))
    return np.asarray(e.sign * f.sign * width * mean)

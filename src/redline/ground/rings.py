"""Rings without a stated part in a polygon: which is a shell, which a hole, by containment.

Even-odd: a ring inside an odd number of others is a hole, one inside an even number a shell; so an
island in a hole is ground again. Boundary-point files and drawings number their rings, but the
numbers do not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

SLACK: Final = 1e-3
"""The share of a ring's area that may lie on the wrong side of another ring's boundary.

Rings that share a boundary overlap by slivers, since coordinates are rounded; so beside this
share, a band of the coordinates' resolution along the ring counts for nothing.
"""

MOST_PAIRS: Final = 2_000_000
"""Pairs of rings whose rectangles touch beyond which nesting is not tried."""


class TooManyRings(Exception):  # noqa: N818 - a limit, which callers report as one
    """More rings inside each other than any parcel has."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """How rings lie in each other; all indices are into the sequence of rings given.

    `depth` counts the rings around a ring (-1: repeats an earlier ring and is left out), `parent`
    is the smallest of them (-1: none). `crossing` are pairs that cut each other, `repeated` pairs
    (later, earlier) that bound the same ground.
    """

    polygons: tuple[shapely.Polygon, ...]
    depth: NDArray[np.intp]
    parent: NDArray[np.intp]
    crossing: tuple[tuple[int, int], ...]
    repeated: tuple[tuple[int, int], ...]


def nest(rings: Sequence[NDArray[np.float64]], resolution: float = 0.002) -> Nesting:
    """How closed rings, each (N, 2), lie in each other, and the polygons they make by even-odd.

    `resolution` is how exact the coordinates are, in their own unit (0.002: metres). Rings that
    cut each other count as lying apart; callers look at `crossing`. Raises `TooManyRings`.
    """
    shapes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    around, crossing, repeated = containment(shapes, resolution)
    depth = np.zeros(len(shapes), dtype=np.intp)
    parent = np.full(len(shapes), -1, dtype=np.intp)
    left_out = np.zeros(len(shapes), dtype=bool)
    left_out[[late for late, _ in repeated]] = True
    around = around[:, ~left_out[around].any(axis=0)]
    np.add.at(depth, around[1], 1)
    # Larger ones first, so that the smallest ring around is written last and stays.
    outer, inner = around[:, np.argsort(-shapely.area(shapes)[around[0]], kind="stable")]
    parent[inner] = outer
    depth[left_out] = -1
    holes: dict[int, list[NDArray[np.float64]]] = {}
    for i in np.flatnonzero(depth % 2 == 1).tolist():
        if not left_out[i]:
            holes.setdefault(int(parent[i]), []).append(rings[i])
    shells = [i for i in range(len(rings)) if depth[i] % 2 == 0]
    polygons = tuple(shapely.Polygon(rings[i], holes.get(i)) for i in shells)
    return Nesting(polygons, depth, parent, tuple(crossing), tuple(repeated))


def containment(
    shapes: NDArray[np.object_], resolution: float
) -> tuple[NDArray[np.intp], list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs (outer, inner) as a (2, N) array, pairs that cross, pairs (later, earlier) alike."""
    if len(shapes) == 1:
        return np.empty((2, 0), dtype=np.intp), [], []
    valid = shapely.is_valid(shapes)
    sound = shapes.copy()
    # A ring that crosses itself is compared by the ground it makes when repaired.
    sound[~valid] = shapely.make_valid(shapes[~valid])
    tree = STRtree(sound)
    if len(shapes) > 1000 and tree.query(sound).shape[1] > MOST_PAIRS:
        raise TooManyRings
    first, second = tree.query(sound, predicate="intersects")
    area = shapely.area(sound)
    larger = (area[first] > area[second]) | ((area[first] == area[second]) & (first < second))
    outer, inner = first[larger], second[larger]
    shared = shapely.area(shapely.intersection(sound[outer], sound[inner]))
    slack = SLACK * area[inner] + resolution * shapely.length(sound[inner])
    within = (area[inner] - shared <= slack) & (2 * shared >= area[inner])
    alike = within & (area[outer] - area[inner] <= SLACK * area[outer])
    inside = within & ~alike
    crossing = ~within & (shared > slack)
    pairs = [(int(min(a, b)), int(max(a, b))) for a, b in zip(outer, inner, strict=True)]
    return (
        np.stack((outer[inside], inner[inside])).astype(np.intp),
        [pair for pair, cut in zip(pairs, crossing, strict=True) if cut],
        [(late, early) for (early, late), same in zip(pairs, alike, strict=True) if same],
    )

"""Two versions of a layer compared on the ground: what was lost, gained, or put in another class.

Everything lies in one equal-area plane. Ground that several features of one version share belongs
to the first of them; the pairs are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from redline.ground.features import Geometries
from redline.ground.measure import NOTHING_M2, Tolerance
from redline.ground.plane import Bools, Floats, Indices
from redline.ground.threads import over_rows
from redline.ground.width import settled_widths

CHORD_M = 1e-4
"""By how much edges that are split on reading err from the straight (`ground.plane`): a patch whose
mean width is less than this is no change.
"""


class Change(StrEnum):
    """What became of a patch of ground."""

    LOST = "lost"
    GAINED = "gained"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Shared:
    """Ground that two features of one version both claim: rows of the features, areas in m²."""

    one: Indices
    other: Indices
    area_m2: Floats


@dataclass(frozen=True, slots=True)
class Patches:
    """Connected patches of changed ground, lost ones first, then gained, then changed.

    `before` and `after` are rows of the two versions, -1 where the ground was in none. `width_m` is
    the width where `width_exact`, else a bound from below: it is sought only where it decides.
    """

    geometry: Geometries
    change: Sequence[Change]
    before: Indices
    after: Indices
    area_m2: Floats
    width_m: Floats
    width_exact: Bools
    sliver: Bools

    def __len__(self) -> int:
        return len(self.geometry)

    def of(self, change: Change) -> Bools:
        """The patches of one kind of change."""
        return np.array([c is change for c in self.change], dtype=bool)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A baseline and a proposed version: their features without shared ground, and the patches."""

    baseline: Geometries
    proposed: Geometries
    shared_before: Shared
    shared_after: Shared
    patches: Patches


def compare(
    baseline: Geometries,
    proposed: Geometries,
    classes_before: Indices,
    classes_after: Indices,
    tolerance: Tolerance,
) -> Comparison:
    """Compare two versions of a polygon layer.

    Classes are numbers, one for each feature; where the same ground has two that differ, it is a
    changed patch (a negative class is not known, and no change). Patches under the tolerance by
    area or by width are slivers.
    """
    before, shared_before = apart(baseline)
    after, shared_after = apart(proposed)
    same_before, same_after = unchanged(before, after)
    lost = differences(before, after, ~same_before, ~same_after)
    gained = differences(after, before, ~same_after, ~same_before)
    changed, one, other = reclassed(before, after, classes_before, classes_after)
    patches = patches_of(
        [
            (Change.LOST, lost, np.arange(len(before)), np.full(len(before), -1)),
            (Change.GAINED, gained, np.full(len(after), -1), np.arange(len(after))),
            (Change.CHANGED, changed, one, other),
        ],
        tolerance,
    )
    return Comparison(before, after, shared_before, shared_after, patches)


def apart(geometry: Geometries) -> tuple[Geometries, Shared]:
    """Features without ground that an earlier one has too, and the pairs that shared some."""
    one, other = shapely.STRtree(geometry).query(geometry)
    ahead = one < other
    one, other = one[ahead], other[ahead]
    area = np.empty(0)
    if len(one):
        area = over_rows(areas_shared, geometry[one], geometry[other], block=64)
    both = area > np.maximum(NOTHING_M2, 1e-12 * shapely.area(geometry[one]))
    shared = Shared(one[both], other[both], area[both])
    result = geometry.copy()
    for row in np.unique(shared.other):
        earlier = shapely.union_all(geometry[shared.one[shared.other == row]])
        result[row] = shapely.difference(geometry[row], earlier)
    return result, shared


def unchanged(before: Geometries, after: Geometries) -> tuple[Bools, Bools]:
    """The features that stand in both versions to the last vertex."""
    one, other = shapely.to_wkb(before), shapely.to_wkb(after)
    common = set(one.tolist()) & set(other.tolist()) - {None}
    return (
        np.array([w in common for w in one.tolist()], dtype=bool),
        np.array([w in common for w in other.tolist()], dtype=bool),
    )


def differences(
    ones: Geometries, others: Geometries, of_ones: Bools, of_others: Bools
) -> Geometries:
    """Each of some geometries less all of some others; None for the rest."""
    result = np.full(len(ones), None, dtype=object)
    rows, cutters = np.flatnonzero(of_ones), np.flatnonzero(of_others)
    if not len(rows):
        return result
    result[rows] = ones[rows]
    one, other = shapely.STRtree(others[cutters]).query(ones[rows])
    if len(one):
        order = np.argsort(one, kind="stable")
        one, other = one[order], other[order]
        starts = np.flatnonzero(np.diff(one, prepend=-1))
        groups = np.split(cutters[other], starts[1:])
        cover = np.empty(len(groups), dtype=object)
        cover[:] = [together(others[group]) for group in groups]
        cut = rows[one[starts]]
        result[cut] = over_rows(less, ones[cut], cover, block=8)
    return result


def together(geometry: Geometries) -> shapely.Geometry:
    """Geometries that do not overlap as one."""
    return geometry[0] if len(geometry) == 1 else shapely.union_all(geometry)


def less(ones: Geometries, others: Geometries) -> Geometries:
    """Each geometry less another."""
    return np.asarray(shapely.difference(ones, others), dtype=object)


def areas_shared(ones: Geometries, others: Geometries) -> Floats:
    """The area (m²) that pairs of geometries share."""
    return np.asarray(shapely.area(shapely.intersection(ones, others)))


def intersections(ones: Geometries, others: Geometries) -> Geometries:
    """What pairs of geometries share."""
    return np.asarray(shapely.intersection(ones, others), dtype=object)


def reclassed(
    before: Geometries, after: Geometries, classes_before: Indices, classes_after: Indices
) -> tuple[Geometries, Indices, Indices]:
    """The ground of pairs of features whose classes differ, and the rows of the pairs."""
    one, other = shapely.STRtree(after).query(before)
    known = (classes_before[one] >= 0) & (classes_after[other] >= 0)
    differs = known & (classes_before[one] != classes_after[other])
    one, other = one[differs], other[differs]
    ground = np.empty(0, dtype=object)
    if len(one):
        ground = over_rows(intersections, before[one], after[other], block=8)
    return ground, one, other


def patches_of(
    several: Sequence[tuple[Change, Geometries, Indices, Indices]], tolerance: Tolerance
) -> Patches:
    """The connected polygons of some ground, slivers told apart."""
    geometry: list[Geometries] = []
    change: list[Change] = []
    before: list[Indices] = []
    after: list[Indices] = []
    for kind, ground, one, other in several:
        parts, row = shapely.get_parts(ground, return_index=True)
        whole = shapely.area(parts) > np.maximum(CHORD_M * shapely.length(parts) / 2, NOTHING_M2)
        geometry.append(parts[whole])
        change += [kind] * int(whole.sum())
        before.append(one[row[whole]])
        after.append(other[row[whole]])
    polygons = np.concatenate(geometry)
    area = shapely.area(polygons)
    small = area < tolerance.min_area_m2
    width, exact = triangle_widths(polygons, area)
    wanted = ~small & ~exact
    width[wanted], exact[wanted] = settled_widths(polygons[wanted], tolerance.min_width_m)
    sliver = small | (width < tolerance.min_width_m)
    return Patches(
        polygons,
        change,
        np.concatenate(before),
        np.concatenate(after),
        area,
        width,
        exact,
        sliver,
    )


def triangle_widths(polygons: Geometries, area: Floats) -> tuple[Floats, Bools]:
    """The widths (m) of triangles, and bounds from below for other polygons; which are triangles.

    A circle in a triangle has the radius 2 A / P, and any polygon holds one of A / P.
    """
    triangle = (shapely.get_num_coordinates(polygons) == 4) & (
        shapely.get_num_interior_rings(polygons) == 0
    )
    around = shapely.length(polygons)
    return np.where(triangle, 4.0, 2.0) * area / np.maximum(around, NOTHING_M2), triangle

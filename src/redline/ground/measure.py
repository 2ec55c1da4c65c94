"""Measuring footprints against a zone: overlap, cover, length, touch, coverage.

Functions over arrays: one footprint or a million. Footprints are geometries of the zone's plane
(None where a subject has none), a *subject* is a row of them, a *feature* a row of the zone.
Areas are m², lengths m, unrounded; rules compare `round_area` and `round_length` of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.ground.clipping import clipped
from redline.ground.features import Geometries
from redline.ground.grouping import dissolve, total_by
from redline.ground.plane import ELLIPSOID, Bools, Floats, Indices, Plane
from redline.ground.shared_area import shared_areas
from redline.ground.threads import over_rows
from redline.ground.tiles import Pieces, tile
from redline.ground.width import hole_counts, least_width, settled_widths, widths
from redline.ground.zoning import Coverage, Zone

LARGE = 256
"""Footprints with more vertices are cut to pieces before they meet those of a layer."""

NOTHING_M2 = 1e-8
"""Areas up to this come of rounding: 1e-10 m, to which coordinates are exact, along 100 m."""

NOISE = 1e-9
"""The share of a footprint's area below which a rest of it is rounding."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What counts as an overlap: at least this area and this width; the rest are slivers."""

    min_area_m2: float = 0.0
    min_width_m: float = 0.001


DEFAULT_TOLERANCE = Tolerance()


def round_area(area_m2: Floats) -> Floats:
    """Areas as rules compare them: to 0.01 m²."""
    return np.round(area_m2, 2)


def round_length(length_m: Floats) -> Floats:
    """Lengths and distances as rules compare them: to 1 mm."""
    return np.round(length_m, 3)


@dataclass(frozen=True, slots=True)
class Parts:
    """Ground in parts, to be cut out when it is asked for.

    Part i belongs to overlap `row[i]` and is what `one[i]` shares with `other[i]`, or all of
    `one[i]` where that is None; its area is known.
    """

    row: Indices
    one: Geometries
    other: Geometries
    area_m2: Floats

    def ground(self, chosen: Bools) -> tuple[Geometries, Indices]:
        """The ground of some parts, and the overlap of each."""
        ground, other = self.one[chosen], self.other[chosen]
        cut = np.flatnonzero(shapely.is_geometry(other))
        if len(cut):
            area = self.area_m2[chosen][cut]
            ground[cut] = over_rows(shared_ground, ground[cut], other[cut], area, block=512)
        return ground, self.row[chosen]

    def only(self, rows: Bools) -> Parts:
        """The parts of some overlaps, which are numbered anew."""
        kept, place = rows[self.row], np.cumsum(rows) - 1
        return Parts(place[self.row[kept]], self.one[kept], self.other[kept], self.area_m2[kept])


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Ground that footprints and features share; a row for each pair, by subject, then feature.

    `width_m` is the width where `width_exact`, else a bound from below that settles that the
    overlap is no sliver. `counted` is False for slivers.
    """

    subjects: int
    features: int
    subject: Indices
    feature: Indices
    area_m2: Floats
    width_m: Floats
    width_exact: Bools
    counted: Bools
    parts: Parts
    dissolved: Geometries = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def geometry(self) -> Geometries:
        """The overlap of each row, in the plane, without seams."""
        return self.geometry_of(np.arange(len(self)))

    def geometry_of(self, rows: Indices) -> Geometries:
        """The overlap of some rows; cut out and dissolved when first asked for."""
        wanted = np.zeros(len(self), dtype=bool)
        wanted[rows] = ~shapely.is_geometry(self.dissolved[rows])
        if wanted.any():
            ground = dissolve(*self.parts.ground(wanted[self.parts.row]), len(self))
            self.dissolved[wanted] = ground[wanted]
        return self.dissolved[rows]

    def width_of(self, rows: Indices) -> Floats:
        """The width (m) of the overlap of some rows, to a fiftieth of itself."""
        return widths(self.geometry_of(rows))

    def chosen(self, rows: Bools) -> Overlaps:
        """The overlaps of some rows only."""
        return replace(
            self,
            subject=self.subject[rows],
            feature=self.feature[rows],
            area_m2=self.area_m2[rows],
            width_m=self.width_m[rows],
            width_exact=self.width_exact[rows],
            counted=self.counted[rows],
            parts=self.parts.only(rows),
            dissolved=self.dissolved[rows],
        )


@dataclass(frozen=True, slots=True)
class Shared:
    """Ground of each subject: area (m²), width (m, as in `Overlaps`), geometry (None for none), and
    whether it is no sliver.
    """

    area_m2: Floats
    width_m: Floats
    width_exact: Bools
    geometry: Geometries
    counted: Bools


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lines within features; a row for each pair of subject and feature, geodesic length in m.

    What follows the edge of a feature is within it; `inner` says that not all of it does.
    """

    subjects: int
    features: int
    subject: Indices
    feature: Indices
    length_m: Floats
    geometry: Geometries
    inner: Bools


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """How far the layer's coverage falls short of each footprint.

    `area_m2` of the footprint lies outside; `whole` says that the footprint and everything within
    reach of it is covered.
    """

    area_m2: Floats
    whole: Bools


# --- overlap ----------------------------------------------------------------------------------


def overlaps(
    footprints: Geometries,
    zone: Zone,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
    feature_mask: Bools | None = None,
) -> Overlaps:
    """The ground that each footprint shares with each feature of the zone (or of those masked).

    Only ground counts: lines and points have none. Touching is no overlap.
    """
    footprints = np.asarray(footprints, dtype=object)
    probes, probe_subject = small_parts(footprints)
    pieces = zone.near(footprints, feature_mask)
    met = meet(probes, pieces)
    key = probe_subject[met.probe] * np.intp(max(len(zone), 1)) + met.feature
    keys, row = np.unique(key, return_inverse=True)
    subject, feature = np.divmod(keys, max(len(zone), 1))
    parts = Parts(row, met.one, met.other, met.ground.area_m2)
    return told_apart(
        (len(footprints), len(zone)),
        (subject, feature),
        *wholes_joined(parts, met.ground, footprints[subject]),
        tolerance,
    )


def wholes_joined(parts: Parts, ground: Sizes, footprint: Geometries) -> tuple[Parts, Sizes]:
    """Parts and sizes where those that make up the whole footprint of an overlap are replaced by
    it. `footprint` has one row for each overlap.
    """
    several = np.flatnonzero(np.bincount(parts.row, minlength=len(footprint)) > 1)
    area = total_by(parts.row, parts.area_m2, len(footprint))[several]
    whole = several[area >= shapely.area(footprint[several]) * (1 - 1e-12)]
    if not len(whole):
        return parts, ground
    other = ~np.isin(parts.row, whole)
    sizes = Sizes.of(footprint[whole])
    return (
        Parts(
            np.concatenate((parts.row[other], whole)),
            np.concatenate((parts.one[other], footprint[whole])),
            np.concatenate((parts.other[other], np.full(len(whole), None))),
            np.concatenate((parts.area_m2[other], sizes.area_m2)),
        ),
        Sizes(
            np.concatenate((ground.area_m2[other], sizes.area_m2)),
            np.concatenate((ground.perimeter_m[other], sizes.perimeter_m)),
            np.concatenate((ground.holes[other], sizes.holes)),
        ),
    )


def small_parts(footprints: Geometries, least_dimension: int = 2) -> tuple[Geometries, Indices]:
    """The polygons (or also lines) of the footprints, large ones cut to pieces, and the subject of
    each.
    """
    wanted = np.flatnonzero(shapely.get_dimensions(footprints) >= least_dimension)
    large = shapely.get_num_coordinates(footprints[wanted]) > LARGE
    plain, cut = wanted[~large], wanted[large]
    if not len(cut):
        return footprints[plain], plain
    pieces = tile(footprints[cut])
    return (
        np.concatenate((footprints[plain], pieces.geometry)),
        np.concatenate((plain, cut[pieces.feature])),
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of parts of ground: area (m²), a bound from above for the perimeter (m), and for the number
    of holes.
    """

    area_m2: Floats
    perimeter_m: Floats
    holes: Floats

    @classmethod
    def of(cls, ground: Geometries) -> Self:
        """The sizes of polygonal geometries."""
        return cls(shapely.area(ground), shapely.length(ground), hole_counts(ground))

    def least_width(self) -> Floats:
        """Bounds from below for their widths (m)."""
        return least_width(self.area_m2, self.perimeter_m, self.holes)

    def __getitem__(self, rows: Indices | Bools) -> Sizes:
        return Sizes(self.area_m2[rows], self.perimeter_m[rows], self.holes[rows])


@dataclass(frozen=True, slots=True)
class Met:
    """Probes and features that share ground, part by part; `one` and `other` as in `Parts`."""

    probe: Indices
    feature: Indices
    one: Geometries
    other: Geometries
    ground: Sizes


def meet(probes: Geometries, pieces: Pieces) -> Met:
    """The parts of ground that probes share with pieces."""
    probe, piece = pieces.tree.query(probes)
    areal = shapely.get_dimensions(pieces.geometry[piece]) == 2
    if not areal.all():
        probe, piece = probe[areal], piece[areal]
    inside, open_pairs = swallowed(probes, pieces, probe, piece)
    cut_probe, cut_piece = probe[open_pairs], piece[open_pairs]
    found = shared_areas(probes, pieces.geometry, cut_probe, cut_piece)
    some = np.flatnonzero(found.area_m2 > NOTHING_M2)
    cut_probe, cut_piece, area = cut_probe[some], cut_piece[some], found.area_m2[some]
    of_probes = Sizes.of(probes)
    whole, cut = of_probes[probe[inside]], of_probes[cut_probe]
    perimeter = cut.perimeter_m + found.edge_m[some]
    holes = cut.holes + hole_counts(pieces.geometry[cut_piece])
    # Where all of the piece lies in the probe, it need not be cut, and its own sizes hold.
    all_of_it = np.flatnonzero(area >= pieces.area[cut_piece] * (1 - 1e-12))
    of_pieces = Sizes.of(pieces.geometry[cut_piece[all_of_it]])
    perimeter[all_of_it], holes[all_of_it] = of_pieces.perimeter_m, of_pieces.holes
    one, other = probes[cut_probe], pieces.geometry[cut_piece]
    one[all_of_it], other[all_of_it] = other[all_of_it], None
    return Met(
        np.concatenate((probe[inside], cut_probe)),
        pieces.feature[np.concatenate((piece[inside], cut_piece))],
        np.concatenate((probes[probe[inside]], one)),
        np.concatenate((np.full(len(inside), None), other)),
        Sizes(
            np.concatenate((whole.area_m2, area)),
            np.concatenate((whole.perimeter_m, perimeter)),
            np.concatenate((whole.holes, holes)),
        ),
    )


def swallowed(
    probes: Geometries, pieces: Pieces, probe: Indices, piece: Indices
) -> tuple[Indices, Indices]:
    """Of pairs of probe and piece: one for each probe and feature where the probe lies in interior
    rectangles of the feature altogether, and all pairs of the other probes and features.
    """
    bounds, cells = shapely.bounds(probes)[probe], pieces.bounds[piece]
    west, south = np.maximum(bounds[:, 0], cells[:, 0]), np.maximum(bounds[:, 1], cells[:, 1])
    east, north = np.minimum(bounds[:, 2], cells[:, 2]), np.minimum(bounds[:, 3], cells[:, 3])
    common = np.where(pieces.interior[piece], (east - west) * (north - south), 0.0)
    box = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])
    key = probe * np.intp(pieces.feature.max(initial=0) + 1) + pieces.feature[piece]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    covered = total_by(group, common, len(first))
    inside = (covered > 0) & (covered >= box[first] * (1 - 1e-12))
    return first[inside], np.flatnonzero(~inside[group])


def shared_ground(one: Geometries, other: Geometries, area_m2: Floats) -> Geometries:
    """The polygonal part of each intersection, of which the area is known.

    Only what of the other lies around the one is looked at, which is faster; where that went
    wrong, as the area tells, all of it.
    """
    bounds = shapely.bounds(one)
    margin = 0.01 * (bounds[:, 2:] - bounds[:, :2])
    around = clipped(other, bounds + np.column_stack((-margin, margin)))
    ground = polygonal(shapely.intersection(one, around))
    wrong = np.abs(shapely.area(ground) - area_m2) > NOTHING_M2 + NOISE * area_m2
    if wrong.any():
        ground[wrong] = polygonal(shapely.intersection(one[wrong], other[wrong]))
    return ground


def polygonal(geometries: Geometries) -> Geometries:
    """The polygons of each geometry; those that have none as they are."""
    kinds = shapely.get_type_id(geometries)
    for row in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(geometries[row])
        geometries[row] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    return geometries


def told_apart(
    size: tuple[int, int],
    pairs: tuple[Indices, Indices],
    parts: Parts,
    ground: Sizes,
    tolerance: Tolerance,
) -> Overlaps:
    """Overlaps of pairs of subject and feature from their parts; slivers are told apart."""
    count = len(pairs[0])
    area = total_by(parts.row, ground.area_m2, count)
    width = bound_of_width(parts.row, ground, count)
    enough = area >= tolerance.min_area_m2
    found = Overlaps(
        *size,
        *pairs,
        area_m2=area,
        width_m=width,
        width_exact=np.zeros(count, dtype=bool),
        counted=enough & (width >= tolerance.min_width_m),
        parts=parts,
        dissolved=np.full(count, None, dtype=object),
    )
    narrow = np.flatnonzero(width < tolerance.min_width_m)
    if len(narrow):
        # The overlap itself, without seams, may be bounded well enough; else it is measured.
        ground_of_narrow = found.geometry_of(narrow)
        width[narrow], exact = settled_widths(ground_of_narrow, tolerance.min_width_m)
        found.width_exact[narrow] = exact
        found.counted[:] = enough & (width >= tolerance.min_width_m)
    return found


def bound_of_width(row: Indices, ground: Sizes, count: int) -> Floats:
    """A bound from below for the width of each overlap: that of its parts together, whose seams
    only add to the perimeter, or of any one of them.
    """
    width = Sizes(
        total_by(row, ground.area_m2, count),
        total_by(row, ground.perimeter_m, count),
        total_by(row, ground.holes, count),
    ).least_width()
    np.maximum.at(width, row, ground.least_width())
    return width


def masked(overlaps: Overlaps, feature_mask: Bools | None, *, slivers: bool = False) -> Bools:
    """The rows of the features of a mask; without slivers unless asked for."""
    rows = np.ones(len(overlaps), dtype=bool) if slivers else overlaps.counted
    return rows if feature_mask is None else rows & feature_mask[overlaps.feature]


def union_area(
    overlaps: Overlaps, feature_mask: Bools | None = None, *, slivers: bool = False
) -> Floats:
    """The area (m²) of each subject that lies in any of the features; shared ground counts once."""
    rows = masked(overlaps, feature_mask, slivers=slivers)
    area = total_by(overlaps.subject[rows], overlaps.area_m2[rows], overlaps.subjects)
    several = np.bincount(overlaps.subject[rows], minlength=overlaps.subjects) > 1
    if several.any():
        ground, row = overlaps.parts.ground((rows & several[overlaps.subject])[overlaps.parts.row])
        together = dissolve(ground, overlaps.subject[row], overlaps.subjects)
        area[several] = shapely.area(together[several])
    return area


def without(
    overlaps: Overlaps, covers: Geometries, tolerance: Tolerance = DEFAULT_TOLERANCE
) -> Overlaps:
    """The overlaps less the ground under `covers` (one polygonal geometry or None per subject)."""
    ground, row = overlaps.parts.ground(np.ones(len(overlaps.parts.row), dtype=bool))
    cover = np.asarray(covers, dtype=object)[overlaps.subject[row]]
    cut = np.flatnonzero(shapely.is_geometry(cover))
    if len(cut):
        ground[cut] = over_rows(ground_left, ground[cut], cover[cut])
    some = shapely.area(ground) > NOTHING_M2
    ground, row = ground[some], row[some]
    rows, row = np.unique(row, return_inverse=True)
    return told_apart(
        (overlaps.subjects, overlaps.features),
        (overlaps.subject[rows], overlaps.feature[rows]),
        Parts(row, ground, np.full(len(row), None, dtype=object), shapely.area(ground)),
        Sizes.of(ground),
        tolerance,
    )


def ground_left(one: Geometries, other: Geometries) -> Geometries:
    """Each geometry less another."""
    return np.asarray(shapely.difference(one, other), dtype=object)


def remainder(
    overlaps: Overlaps,
    feature_mask: Bools | None,
    covers: Geometries,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Shared:
    """What of each subject's ground in the features is not under `covers` (one per subject)."""
    kept = overlaps.chosen(masked(overlaps, feature_mask))
    return shared(without(kept, covers, tolerance), None, tolerance)


def shared(
    overlaps: Overlaps,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Shared:
    """The ground of each subject that lies in any of the features, as one geometry each."""
    rows = masked(overlaps, feature_mask, slivers=True)
    parts, row = overlaps.parts.ground(rows[overlaps.parts.row])
    ground = dissolve(parts, overlaps.subject[row], overlaps.subjects)
    area = union_area(overlaps, feature_mask, slivers=True)
    width, exact = settled_widths(ground, tolerance.min_width_m)
    counted = (area > 0) & (area >= tolerance.min_area_m2) & (width >= tolerance.min_width_m)
    return Shared(area, width, exact, ground, counted)


# --- lines ------------------------------------------------------------------------------------


def lengths(lines: Geometries, zone: Zone, feature_mask: Bools | None = None) -> Lengths:
    """How much of each line lies in each feature; for areal footprints, how much of the zone's
    lines lies in them. Lengths are geodesic.
    """
    lines = np.asarray(lines, dtype=object)
    pieces = zone.near(lines, feature_mask)
    probes, probe_subject = small_parts(lines, least_dimension=1)
    probe, piece = pieces.tree.query(probes)
    linear = np.minimum(
        shapely.get_dimensions(probes[probe]), shapely.get_dimensions(pieces.geometry[piece])
    )
    probe, piece = probe[linear == 1], piece[linear == 1]
    subject, part = probe_subject[probe], probes[probe]
    if len(part):
        part = over_rows(shared_lines, part, pieces.geometry[piece])
    some = shapely.length(part) > 0
    subject, probe, piece, part = subject[some], probe[some], piece[some], part[some]
    key = subject * np.intp(max(len(zone), 1)) + pieces.feature[piece]
    keys, row = np.unique(key, return_inverse=True)
    ground = dissolve(part, row, len(keys))
    inner = shapely.relate_pattern(probes[probe], pieces.geometry[piece], "T********")
    # Along a seam between two pieces a line is on the edge of both, and counted with both.
    twice = total_by(row, shapely.length(part), len(keys)) > shapely.length(ground) * (1 + 1e-9)
    return Lengths(
        len(lines),
        len(zone),
        *np.divmod(keys, max(len(zone), 1)),
        length_m=geodesic_length(zone.plane, ground),
        geometry=ground,
        inner=(np.bincount(row, inner, len(keys)) > 0) | twice,
    )


def shared_lines(one: Geometries, other: Geometries) -> Geometries:
    """The linear part of each intersection; None for none."""
    shared = np.asarray(shapely.intersection(one, other), dtype=object)
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(shared), (1, 5))):
        parts = shapely.get_parts(shared[row])
        linear = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
        shared[row] = shapely.multilinestrings(linear) if len(linear) else None
    return shared


def union_length(plane: Plane, lengths: Lengths, feature_mask: Bools | None = None) -> Floats:
    """The length (m) of each subject in any of the features; what lies in several counts once."""
    rows = np.ones(len(lengths.subject), dtype=bool)
    if feature_mask is not None:
        rows = feature_mask[lengths.feature]
    owner = lengths.subject[rows]
    total = total_by(owner, lengths.length_m[rows], lengths.subjects)
    several = np.bincount(owner, minlength=lengths.subjects) > 1
    if several.any():
        chosen = rows & several[lengths.subject]
        ground = dissolve(lengths.geometry[chosen], lengths.subject[chosen], lengths.subjects)
        total[several] = geodesic_length(plane, ground[several])
    return total


def geodesic_length(plane: Plane, geometries: Geometries) -> Floats:
    """Geodesic lengths (m) of linear geometries of a plane; 0 for None."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    coordinates, line = shapely.get_coordinates(parts, return_index=True)
    if len(coordinates) < 2:
        return np.zeros(len(geometries))
    degrees = plane.to_degrees(coordinates)
    joined = line[1:] == line[:-1]
    start, end = degrees[:-1][joined], degrees[1:][joined]
    _, _, step = ELLIPSOID.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return total_by(owner[line[1:][joined]], step, len(geometries))


# --- relations --------------------------------------------------------------------------------


def lies_within(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Bools:
    """Whether each footprint lies in the features taken together; a rest that is a sliver may
    stick out. Of lines up to the tolerated width may stick out, points may lie that far off.
    """
    footprints = np.asarray(footprints, dtype=object)
    dimension = shapely.get_dimensions(footprints)
    result = np.zeros(len(footprints), dtype=bool)
    areal, linear = np.flatnonzero(dimension == 2), np.flatnonzero(dimension == 1)
    if len(areal):
        result[areal] = areas_within(footprints[areal], zone, feature_mask, tolerance)
    if len(linear):
        inside = union_length(zone.plane, lengths(footprints[linear], zone, feature_mask))
        outside = geodesic_length(zone.plane, footprints[linear]) - inside
        result[linear] = outside <= tolerance.min_width_m
    points = np.flatnonzero(dimension == 0)
    if len(points):
        parts, owner = shapely.get_parts(footprints[points], return_index=True)
        near = within_reach(parts, zone, feature_mask, tolerance.min_width_m)
        result[points] = np.bincount(owner, ~near, len(points)) == 0
    return result


def areas_within(
    footprints: Geometries, zone: Zone, feature_mask: Bools | None, tolerance: Tolerance
) -> Bools:
    """Whether areal footprints lie in the features but for slivers."""
    found = overlaps(footprints, zone, Tolerance(0.0, 0.0), feature_mask)
    area = shapely.area(footprints)
    rest = area - union_area(found)
    within = rest <= NOISE * area
    if not len(found) or within.all():
        return within
    parts, row = found.parts.ground(~within[found.subject[found.parts.row]])
    ground = dissolve(parts, found.subject[row], len(footprints))
    open_rows = np.flatnonzero(~within & shapely.is_geometry(ground))
    left = over_rows(ground_left, footprints[open_rows], ground[open_rows])
    width, _ = settled_widths(left, tolerance.min_width_m)
    within[open_rows] = (rest[open_rows] < tolerance.min_area_m2) | (width < tolerance.min_width_m)
    return within


def within_reach(
    footprints: Geometries, zone: Zone, feature_mask: Bools | None, reach_m: float
) -> Bools:
    """Whether any of the features comes within a few millimetres to metres of each footprint."""
    pieces = zone.near(footprints, feature_mask, reach_m)
    subject, _ = pieces.tree.query(footprints, predicate="dwithin", distance=reach_m)
    result = np.zeros(len(footprints), dtype=bool)
    result[subject] = True
    return result


def meetings(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> tuple[Indices, Indices]:
    """Pairs of subject and feature that share more than their edge.

    Areas share ground that is no sliver; a line and an area share a stretch longer than the
    tolerated width; points lie in or on the other; lines cut or follow each other.
    """
    footprints = np.asarray(footprints, dtype=object)
    found = overlaps(footprints, zone, tolerance, feature_mask)
    along = lengths(footprints, zone, feature_mask)
    long = along.inner & (along.length_m > tolerance.min_width_m)
    subject, feature = thin_meetings(footprints, zone, feature_mask)
    pairs = np.unique(
        np.concatenate(
            (
                np.column_stack((found.subject, found.feature))[found.counted],
                np.column_stack((along.subject, along.feature))[long],
                np.column_stack((subject, feature)),
            )
        ),
        axis=0,
    )
    return pairs[:, 0], pairs[:, 1]


def thin_meetings(
    footprints: Geometries, zone: Zone, feature_mask: Bools | None
) -> tuple[Indices, Indices]:
    """Pairs of which one side is points, or both are lines, and that intersect."""
    pieces = zone.near(footprints, feature_mask)
    subject, piece = pieces.tree.query(footprints, predicate="intersects")
    one = shapely.get_dimensions(footprints[subject])
    other = shapely.get_dimensions(pieces.geometry[piece])
    thin = (np.minimum(one, other) == 0) | ((one == 1) & (other == 1))
    return subject[thin], pieces.feature[piece[thin]]


def crosses(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Bools:
    """Whether each footprint (a line, a tunnel, a bridge) passes through any of the features."""
    subject, _ = meetings(footprints, zone, feature_mask, tolerance)
    result = np.zeros(len(footprints), dtype=bool)
    result[subject] = True
    return result


def touches(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> Bools:
    """Whether each footprint comes within the tolerated width of a feature and shares with none
    more than the edge.
    """
    near = within_reach(
        np.asarray(footprints, dtype=object), zone, feature_mask, tolerance.min_width_m
    )
    return near & ~crosses(footprints, zone, feature_mask, tolerance)


def counts(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    tolerance: Tolerance = DEFAULT_TOLERANCE,
) -> NDArray[np.intp]:
    """How many features each footprint shares more than an edge with."""
    subject, _ = meetings(footprints, zone, feature_mask, tolerance)
    return np.bincount(subject, minlength=len(footprints))


def coverage_gap(footprints: Geometries, zone: Zone, reach_m: float = 0.0) -> CoverageGap:
    """How far the zone's coverage falls short of footprints and of what is within reach of them.

    Subjects without a footprint lack nothing.
    """
    footprints = np.asarray(footprints, dtype=object)
    some = np.flatnonzero(shapely.is_geometry(footprints) & ~shapely.is_empty(footprints))
    area, whole = np.zeros(len(footprints)), np.ones(len(footprints), dtype=bool)
    if zone.coverage is None or not len(some):
        return CoverageGap(area, whole)
    ground = ground_of(zone, zone.coverage)
    whole[some] = lies_within(footprints[some], ground)
    open_rows = some[~whole[some]]
    inside = union_area(overlaps(footprints[open_rows], ground), slivers=True)
    area[open_rows] = np.maximum(shapely.area(footprints[open_rows]) - inside, 0.0)
    if reach_m > 0:
        reach = reach_m * zone.plane.stretch(footprints[some], reach_m)
        edge = zone.coverage.edge.tree
        near, _ = edge.query(footprints[some], predicate="dwithin", distance=reach)
        whole[some[near]] = False
    return CoverageGap(area, whole)


def within_coverage(footprints: Geometries, zone: Zone) -> Floats:
    """Metres around each footprint within which the zone is complete at least; infinity for
    everywhere, and for no footprint.

    A bound from below: the distance in the plane to the edge of the coverage, less what the plane
    may stretch. How far off an edge is that lies far away need not be known to the millimetre.
    """
    footprints = np.asarray(footprints, dtype=object)
    metres = np.full(len(footprints), np.inf)
    rows = np.flatnonzero(shapely.is_geometry(footprints) & ~shapely.is_empty(footprints))
    if zone.coverage is None or not len(rows):
        return metres
    (row, _), gap = zone.coverage.edge.tree.query_nearest(
        footprints[rows], return_distance=True, all_matches=False
    )
    some = rows[row]
    metres[some] = np.floor(1000 * gap / zone.plane.stretch(footprints[some], gap)) / 1000
    return metres


def ground_of(zone: Zone, coverage: Coverage) -> Zone:
    """The coverage of a zone as a zone of one feature."""
    geometry = np.array([coverage.geometry], dtype=object)
    return Zone(zone.name, zone.plane, geometry, {}, coverage.ground)

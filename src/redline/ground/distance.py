"""Geodesic distances between footprints and features, to a millimetre within 50 km.

The equal-area plane stretches lengths, so it only yields candidates. Each pair of candidates is
laid into an azimuthal-equidistant plane whose centre is near the footprint; there the nearest two
points are found, and the geodesic between them is the distance. Around a centre, a length s that
begins at r from it errs by s·r²/6R², which settles how near the centre has to be; wide footprints
are taken in stretches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer

from redline.ground.features import Geometries
from redline.ground.plane import (
    ELLIPSOID,
    Bools,
    Floats,
    Indices,
    Plane,
    projection_of,
    split_and_map,
    transformed,
)
from redline.ground.tiles import Pieces
from redline.ground.zoning import Zone

STRETCH_M = 1000.0
"""Footprints wider than this are measured in stretches of their boundary of this length."""

SPREAD_M2 = 4e10
"""Distance (m) times the square of the offset from the centre (m): errs by 0.2 mm."""

FIRST_REACH_M = 2000.0
"""How far the nearest feature of a stored layer is sought at first; then ever further."""

LEAST_CELL_M, MOST_CELL_M = 500.0, 20_000.0
"""Sides of the cells whose pairs share a centre."""


@dataclass(frozen=True, slots=True)
class Distances:
    """Geodesic distances (m) in rows of subject and feature, by subject, then feature."""

    subject: Indices
    feature: Indices
    distance_m: Floats


def nearest(
    footprints: Geometries,
    zone: Zone,
    feature_mask: Bools | None = None,
    reach_m: float = np.inf,
) -> tuple[Floats, Indices]:
    """For each footprint the geodesic distance (m) to the nearest feature, and which that is.

    0 where they meet. Infinity and -1 where there is no feature within reach, or no footprint.
    Of features at the same distance (to a micrometre) the first counts.
    """
    footprints = np.asarray(footprints, dtype=object)
    distance = np.full(len(footprints), np.inf)
    feature = np.full(len(footprints), -1, dtype=np.intp)
    rows = np.flatnonzero(shapely.is_geometry(footprints) & ~shapely.is_empty(footprints))
    reach = FIRST_REACH_M
    while len(rows):
        reach = min(reach, reach_m)
        margin = reach * float(zone.plane.stretch(footprints[rows], reach).max())
        pieces = zone.near(footprints[rows], None, margin)
        every = len(pieces) == len(zone.pieces) or reach == reach_m
        if feature_mask is not None:
            pieces = pieces.only(feature_mask)
        # While there are more pieces further away, only what is within reach is settled.
        limit = reach_m if every else reach
        distance[rows], feature[rows] = nearest_of(footprints[rows], pieces, zone.plane, limit)
        rows = rows[:0] if every else rows[np.isinf(distance[rows])]
        reach *= 4
    return distance, feature


def nearest_of(
    footprints: Geometries, pieces: Pieces, plane: Plane, reach_m: float
) -> tuple[Floats, Indices]:
    """As `nearest`, among pieces."""
    distance = np.full(len(footprints), np.inf)
    feature = np.full(len(footprints), -1, dtype=np.intp)
    meets = touching(footprints, pieces)
    away, subject = stretches(footprints, without=np.unique(meets.subject))
    low, high = bounds_to_nearest(away, pieces, plane, reach_m)
    limit = np.full(len(footprints), np.inf)
    np.minimum.at(limit, subject, high)
    candidates = low <= limit[subject]
    rows = pairs_within(
        away[candidates], subject[candidates], limit[subject[candidates]], pieces, plane
    )
    found = joined(meets, rows)
    order = np.lexsort((found.feature, np.round(found.distance_m, 6), found.subject))
    first = order[np.diff(found.subject[order], prepend=-1) > 0]
    first = first[found.distance_m[first] <= reach_m]
    distance[found.subject[first]] = found.distance_m[first]
    feature[found.subject[first]] = found.feature[first]
    return distance, feature


def distances(
    footprints: Geometries, zone: Zone, reach_m: float, feature_mask: Bools | None = None
) -> Distances:
    """The geodesic distance of each footprint to each feature within reach of it."""
    footprints = np.asarray(footprints, dtype=object)
    stretch = zone.plane.stretch(footprints, reach_m).max(initial=1.0)
    pieces = zone.near(footprints, feature_mask, reach_m * float(stretch))
    meets = touching(footprints, pieces)
    away, subject = stretches(footprints, without=np.empty(0, dtype=np.intp))
    limit = reach_m * zone.plane.stretch(away, reach_m)
    found = joined(meets, pairs_within(away, subject, limit, pieces, zone.plane))
    within = found.distance_m <= reach_m
    return Distances(found.subject[within], found.feature[within], found.distance_m[within])


def touching(footprints: Geometries, pieces: Pieces) -> Distances:
    """Footprints and features that meet, at distance 0."""
    subject, piece = pieces.tree.query(footprints, predicate="intersects")
    return least_of_each(subject, pieces.feature[piece], np.zeros(len(subject)))


def least_of_each(subject: Indices, feature: Indices, distance_m: Floats) -> Distances:
    """The least distance of each pair of subject and feature."""
    order = np.lexsort((distance_m, feature, subject))
    subject, feature, distance_m = subject[order], feature[order], distance_m[order]
    first = (np.diff(subject, prepend=-1) > 0) | (np.diff(feature, prepend=-1) != 0)
    return Distances(subject[first], feature[first], distance_m[first])


def joined(one: Distances, other: Distances) -> Distances:
    """Both, with the least distance of each pair."""
    return least_of_each(
        np.concatenate((one.subject, other.subject)),
        np.concatenate((one.feature, other.feature)),
        np.concatenate((one.distance_m, other.distance_m)),
    )


def stretches(footprints: Geometries, without: Indices) -> tuple[Geometries, Indices]:
    """The footprints in parts no longer than `STRETCH_M`, and the subject of each part.

    A small part of a footprint stays what it is; a larger one is represented by its boundary,
    which is where the nearest point of something outside lies.
    """
    wanted = shapely.is_geometry(footprints) & ~shapely.is_empty(footprints)
    wanted[without] = False
    rows = np.flatnonzero(wanted)
    parts, owner = shapely.get_parts(footprints[rows], return_index=True)
    subject = rows[owner]
    bounds = shapely.bounds(parts)
    large = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) > STRETCH_M
    if not large.any():
        return parts, subject
    areal = shapely.get_dimensions(parts[large]) == 2
    edges = np.where(areal, shapely.boundary(parts[large]), parts[large])
    lines, line_owner = shapely.get_parts(edges, return_index=True)
    cut, of = cut_lines(lines)
    return (
        np.concatenate((parts[~large], cut)),
        np.concatenate((subject[~large], subject[large][line_owner[of]])),
    )


def cut_lines(lines: Geometries) -> tuple[Geometries, Indices]:
    """Lines cut into runs of about half of `STRETCH_M` and at most 64 vertices."""
    fine = shapely.segmentize(lines, STRETCH_M / 4)
    coordinates, line = shapely.get_coordinates(fine, return_index=True)
    step = np.hypot(*np.diff(coordinates, axis=0, prepend=coordinates[:1]).T)
    step[np.diff(line, prepend=-1) > 0] = 0.0
    along = np.cumsum(step)
    place = np.arange(len(coordinates))
    run = np.floor(along / (STRETCH_M / 2)).astype(np.intp)
    new = (np.diff(line, prepend=-1) > 0) | (np.diff(run, prepend=-1) > 0) | (place % 64 == 0)
    start = np.flatnonzero(new)
    # Each run ends on the vertex with which the next one of its line begins.
    end = np.append(start[1:], len(coordinates))
    shares = np.append(line[start[1:]] == line[start[:-1]], False)
    end = end + shares
    whole = end - start >= 2
    start, end = start[whole], end[whole]
    count = end - start
    index = np.repeat(np.arange(len(start)), count)
    inner = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    runs = shapely.linestrings(coordinates[start[index] + inner], indices=index)
    return np.asarray(runs, dtype=object), line[start]


def bounds_to_nearest(
    parts: Geometries, pieces: Pieces, plane: Plane, reach_m: float
) -> tuple[Floats, Floats]:
    """For each part, the plane distance to the nearest piece, and the plane distance within which
    the piece that is truly nearest must lie. Infinity where nothing is within reach.
    """
    low, high = np.full(len(parts), np.inf), np.full(len(parts), -np.inf)
    if not len(parts) or not len(pieces):
        return low, np.full(len(parts), np.inf)
    furthest = None
    if np.isfinite(reach_m):
        furthest = reach_m * float(plane.stretch(parts, reach_m).max())
    (part, piece), gap = pieces.tree.query_nearest(
        parts, max_distance=furthest, return_distance=True, all_matches=False
    )
    low[part] = gap
    true = geodesic(plane, shapely.shortest_line(parts[part], pieces.geometry[piece]))
    high[part] = true * plane.stretch(parts[part], true)
    high[np.isinf(low)] = np.inf
    return low, high


def geodesic(plane: Plane, lines: Geometries) -> Floats:
    """Geodesic distances (m) between the ends of two-point lines of a plane."""
    ends = plane.to_degrees(shapely.get_coordinates(lines)).reshape(-1, 4)
    _, _, length = ELLIPSOID.inv(*np.ascontiguousarray(ends.T))
    return np.asarray(length, dtype=np.float64)


def pairs_within(
    parts: Geometries, subject: Indices, limit: Floats, pieces: Pieces, plane: Plane
) -> Distances:
    """The geodesic distance of each subject to each feature within a plane distance of its parts.

    The limit is one for each part.
    """
    if not len(parts) or not len(pieces):
        nothing = np.empty(0, dtype=np.intp)
        return Distances(nothing, nothing, np.empty(0))
    some = np.isfinite(limit)
    parts, subject, limit = parts[some], subject[some], limit[some]
    part, piece = pieces.tree.query(parts, predicate="dwithin", distance=limit * (1 + 1e-9))
    length = pair_distances(parts[part], pieces.geometry[piece], plane)
    return least_of_each(subject[part], pieces.feature[piece], length)


def pair_distances(one: Geometries, other: Geometries, plane: Plane) -> Floats:
    """Geodesic distances (m) between geometries of a plane, pair by pair.

    The first of each pair must be small (`STRETCH_M`).
    """
    result = np.empty(len(one))
    middle = shapely.get_coordinates(shapely.centroid(shapely.envelope(one)))
    away = np.maximum(shapely.distance(one, other), 1.0)
    side = np.clip(
        np.sqrt(SPREAD_M2 / 4.0 ** np.ceil(np.log(away) / np.log(4.0))), LEAST_CELL_M, MOST_CELL_M
    )
    cells = np.column_stack((side, np.floor(middle / side[:, None])))
    cell, group = np.unique(cells, axis=0, return_inverse=True)
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(len(cell)), side="right")
    centres = plane.to_degrees((cell[:, 1:] + 0.5) * cell[:, :1]) if len(cell) else np.empty((0, 2))
    start = 0
    for centre, end in zip(centres, ends, strict=True):
        rows = order[start:end]
        result[rows] = around(centre, one[rows], other[rows], plane)
        start = end
    return result


def around(centre: Floats, one: Geometries, other: Geometries, plane: Plane) -> Floats:
    """Geodesic distances of pairs whose first is near a centre (longitude, latitude)."""
    local = equidistant(centre)
    one = split_and_map(one, lambda xy: transformed(local, plane.to_degrees(xy)))
    other = split_and_map(other, lambda xy: transformed(local, plane.to_degrees(xy)))
    lines = shapely.shortest_line(one, other)
    ends = transformed(local, shapely.get_coordinates(lines), inverse=True).reshape(-1, 4)
    _, _, length = ELLIPSOID.inv(*np.ascontiguousarray(ends.T))
    return np.asarray(length, dtype=np.float64)


def equidistant(centre: Floats) -> Transformer:
    """The azimuthal-equidistant plane around a centre (longitude, latitude)."""
    longitude, latitude = (float(v) for v in centre)
    return projection_of(f"+proj=aeqd +lat_0={latitude!r} +lon_0={longitude!r} +ellps=GRS80")

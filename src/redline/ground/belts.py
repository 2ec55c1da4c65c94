"""Belts: the ground within some metres of features, and ground less other ground.

A belt's boundary lies at its width from the feature, geodesically, to a millimetre for widths up to
10 km. It is made in two steps. GEOS grows the feature in azimuthal-equidistant planes of a few
kilometres; its buffer leaves out vertices of the feature that matter little to it, and is off by
metres at 10 km. Then every vertex of what came out is put where it belongs: onto the geodesic from
the nearest point of the feature through it, at the width; and edges are halved until their middles
are right, too. What the first step gets wrong altogether, such as a gap of the belt narrower than a
few ten-thousandths of its width, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import Transformer
from shapely import STRtree

from redline.ground.distance import cut_lines, equidistant
from redline.ground.features import Geometries
from redline.ground.grouping import dissolve
from redline.ground.moved import buffered, windows
from redline.ground.plane import (
    ELLIPSOID,
    Bools,
    Floats,
    Indices,
    Mapped,
    Plane,
    split_and_map,
    transformed,
)
from redline.ground.repair import one_dimension
from redline.ground.tiles import tile
from redline.ground.zoning import Coverage, Zone

Side = Literal["both", "outside", "inside", "left", "right"]

EXACT_M = 3e-4
"""How far the middle of an edge may lie from where it belongs."""

CELL_M = 2000.0
"""Side of the cells that share an equidistant plane when the belt is first grown."""

FINE_CELL_M = 1000.0
"""The same for putting vertices where they belong."""

CORNERS = 64
"""Corners of a quarter circle at first."""

ROUNDS = 12
"""How often edges are halved at most: by then an arc of a quarter has 250,000 corners."""

TRIES = 12
"""How often a point is moved until it is at its width; what is not by then is left out."""

WIDEST_M = 10_000.0


def belt(
    zone: Zone,
    widths_m: ArrayLike,
    side: Side = "both",
    *,
    around: Geometries | None = None,
) -> Zone:
    """The ground within `widths_m` (one for all features, or one for each) of each feature.

    Of polygons, `both` takes in the feature itself, `outside` leaves it out, and `inside` is what
    of it lies within the width of its edge. Of lines, `left` and `right` go by the direction in
    which they are drawn; beyond an end, by the direction of its last stretch. A width that is not
    above zero gives no belt. The columns are those of the zone. The result is complete where the
    zone is complete all around. With `around`, only what may reach those geometries is made.

    Raises ValueError for widths above 10 km and for sides that the features do not have.
    """
    widths = np.broadcast_to(np.asarray(widths_m, dtype=np.float64), len(zone)).copy()
    if (widths > WIDEST_M).any():
        raise ValueError("a belt is at most 10 km wide")
    widths[~(widths > 0)] = 0.0
    widest = float(widths.max(initial=0.0))
    whole = features_of(zone, around, widest, widths > 0)
    check_side(whole, side)
    ground = grown(whole, widths, zone.plane)
    ground = one_side(ground, whole, side, zone.plane, widths)
    return Zone(
        zone.name,
        zone.plane,
        ground,
        zone.columns,
        tile(ground),
        narrowed(zone, widest),
        zone.version,
        zone.digest,
        zone.accuracy,
        zone.approval,
        zone.empty,
        zone.diagnostics,
    )


def check_side(whole: Geometries, side: Side) -> None:
    """Raises ValueError where features do not have such a side."""
    dimensions = set(shapely.get_dimensions(whole).tolist()) - {-1}
    has = {"both": {0, 1, 2}, "outside": {2}, "inside": {2}, "left": {1}, "right": {1}}[side]
    if not dimensions <= has:
        raise ValueError(f"the features have no side “{side}”")


def features_of(zone: Zone, around: Geometries | None, reach_m: float, wanted: Bools) -> Geometries:
    """The features of a zone, each as one geometry; None for those that are not wanted, or out of
    reach of some geometries.
    """
    if around is None:
        here = np.array([shapely.box(-1.3e7, -1.3e7, 1.3e7, 1.3e7)], dtype=object)
        pieces = zone.near(here, wanted)
    else:
        some = around[shapely.is_geometry(around)]
        margin = 2.1 * reach_m * float(zone.plane.stretch(some, 2 * reach_m).max(initial=1.0))
        here = windows(some, margin)
        pieces = zone.near(here, wanted)
    kept = np.unique(pieces.tree.query(here)[1]) if len(here) else np.empty(0, dtype=np.intp)
    result = zone.geometry.copy() if around is None else np.full(len(zone), None, dtype=object)
    result[~wanted] = None
    stored = kept[~shapely.is_geometry(result[pieces.feature[kept]])]
    ground = dissolve(pieces.geometry[stored], pieces.feature[stored], len(zone))
    missing = shapely.is_geometry(ground)
    result[missing] = ground[missing]
    return result


def narrowed(zone: Zone, by_m: float) -> Coverage | None:
    """Where a zone is complete all around; None for everywhere."""
    if zone.coverage is None:
        return None
    one = np.array([zone.coverage.geometry], dtype=object)
    reach = by_m * float(zone.plane.stretch(one, by_m)[0])
    return Coverage.of(buffered(one, -reach)[0])


# --- the first step: growing ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretches:
    """Edges and points of features in short stretches, with an index over them."""

    geometry: Geometries
    feature: Indices
    tree: STRtree

    @classmethod
    def of(cls, whole: Geometries) -> Self:
        """The stretches of features: boundaries of polygons, lines, points."""
        parts, feature = shapely.get_parts(whole, return_index=True)
        areal = shapely.get_dimensions(parts) == 2
        edges = np.where(areal, shapely.boundary(parts), parts)
        lines, owner = shapely.get_parts(edges, return_index=True)
        feature = feature[owner]
        linear = shapely.get_dimensions(lines) == 1
        if not linear.any():
            return cls(lines, feature, STRtree(lines))
        cut, of = cut_lines(lines[linear])
        every = np.concatenate((lines[~linear], cut))
        return cls(every, np.concatenate((feature[~linear], feature[linear][of])), STRtree(every))


def grown(whole: Geometries, widths: Floats, plane: Plane) -> Geometries:
    """Features with their belts; None where there is none."""
    stretches = Stretches.of(whole)
    rough = rough_belts(stretches, widths, plane, len(whole))
    areal = np.flatnonzero((shapely.get_dimensions(whole) == 2) & shapely.is_geometry(rough))
    rough[areal] = shapely.union(rough[areal], whole[areal])
    return refined(rough, stretches, widths, plane)


def rough_belts(stretches: Stretches, widths: Floats, plane: Plane, features: int) -> Geometries:
    """Belts as GEOS grows them, cell by cell in equidistant planes."""
    middle = shapely.get_coordinates(shapely.centroid(shapely.envelope(stretches.geometry)))
    parts: list[Geometries] = []
    owner: list[Indices] = []
    for cell, rows in cells(middle, np.zeros(len(middle), dtype=np.intp), CELL_M):
        local = equidistant(cell.middle(CELL_M, plane))
        there = split_and_map(stretches.geometry[rows], onto(local, plane))
        feature, place = np.unique(stretches.feature[rows], return_inverse=True)
        together = np.empty(len(feature), dtype=object)
        for number in range(len(feature)):
            together[number] = shapely.union_all(there[place == number])
        ground = shapely.buffer(together, widths[feature], quad_segs=CORNERS)
        parts.append(split_and_map(np.asarray(ground, dtype=object), off(local, plane)))
        owner.append(feature)
    if not parts:
        return np.full(features, None, dtype=object)
    return dissolve(np.concatenate(parts), np.concatenate(owner), features)


def onto(local: Transformer, plane: Plane) -> Mapped:
    """The function from a plane to a local one."""
    return lambda xy: transformed(local, plane.to_degrees(xy))


def off(local: Transformer, plane: Plane) -> Mapped:
    """The function from a local plane to the plane."""
    return lambda xy: plane.from_degrees(transformed(local, xy, inverse=True))


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of a grid, for one group of points."""

    group: int
    column: int
    row: int

    def middle(self, side_m: float, plane: Plane) -> Floats:
        """Its middle in degrees."""
        middle = np.array([[self.column + 0.5, self.row + 0.5]]) * side_m
        return np.asarray(plane.to_degrees(middle)[0], dtype=np.float64)


def cells(points: Floats, group: Indices, side_m: float) -> Iterator[tuple[Cell, Indices]]:
    """The rows of points in each cell of each group."""
    if not len(points):
        return
    key = np.column_stack((group, np.floor(points / side_m))).astype(np.int64)
    cell, place = np.unique(key, axis=0, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=len(cell)))
    start = 0
    for one, end in zip(cell.tolist(), ends, strict=True):
        yield Cell(*one), order[start:end]
        start = end


# --- the second step: every vertex at its width -----------------------------------------------


def refined(rough: Geometries, stretches: Stretches, widths: Floats, plane: Plane) -> Geometries:
    """Belts whose boundaries lie at their widths."""
    result = rough.copy()
    rows = np.flatnonzero(shapely.is_geometry(rough) & ~shapely.is_empty(rough))
    if not len(rows):
        return result
    parts, part_of = shapely.get_parts(rough[rows], return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    # The last vertex of a ring is its first again.
    last = np.flatnonzero(np.diff(ring, append=-1) != 0)
    keep = np.ones(len(vertices), dtype=bool)
    keep[last] = False
    vertices, ring = vertices[keep], ring[keep]
    feature = rows[part_of[ring_of]]
    seeker = Seeker(stretches, widths, plane)
    vertices, ring = seeker.settled(vertices, ring, feature)
    ring_of_polygon = ring_of
    polygons = np.empty(len(parts), dtype=object)
    ends = np.searchsorted(ring, np.arange(len(rings)), side="right")
    starts = np.concatenate(([0], ends[:-1]))
    first_ring = np.searchsorted(ring_of_polygon, np.arange(len(parts)))
    for number in range(len(parts)):
        several = range(
            first_ring[number],
            first_ring[number + 1] if number + 1 < len(parts) else len(rings),
        )
        shell, *holes = (vertices[starts[r] : ends[r]] for r in several)
        polygons[number] = shapely.Polygon(shell, [h for h in holes if len(h) > 2])
    polygons = valid(polygons)
    # Where vertices next to a corner changed places, threads come off.
    real = shapely.area(polygons) > EXACT_M * shapely.length(polygons)
    result[rows] = dissolve(polygons[real], part_of[real], len(rows))
    return result


def valid(polygons: Geometries) -> Geometries:
    """Polygons that do not cross themselves: next to a corner, vertices may have changed places."""
    bad = np.flatnonzero(~shapely.is_valid(polygons))
    for row in bad:
        mended = shapely.make_valid(polygons[row], method="structure", keep_collapsed=False)
        parts = shapely.get_parts(mended)
        real = shapely.area(parts) > EXACT_M * shapely.length(parts)
        polygons[row] = one_dimension(shapely.union_all(parts[real]))
    return polygons


@dataclass(frozen=True, slots=True)
class Seeker:
    """Puts points where they belong: at the width of their feature from it."""

    stretches: Stretches
    widths: Floats
    plane: Plane
    known: dict[Cell, Surroundings | None] = field(default_factory=dict)

    def settled(self, vertices: Floats, ring: Indices, feature: Indices) -> tuple[Floats, Indices]:
        """Vertices of rings (in the plane, without the last of each) at their widths, with so many
        between them that the edges are right as well. `feature` is that of each ring.
        """
        vertices, there = self.at_width(vertices, feature[ring])
        vertices, ring = vertices[there], ring[there]
        unsure = np.ones(len(vertices), dtype=bool)
        for _ in range(ROUNDS):
            after = next_in_ring(ring)
            edges = np.flatnonzero(unsure)
            middle = (vertices[edges] + vertices[after[edges]]) / 2
            moved, there = self.at_width(middle, feature[ring[edges]])
            wrong = there & (np.hypot(*(moved - middle).T) > EXACT_M)
            if not wrong.any():
                break
            at = edges[wrong] + 1
            halved = np.zeros(len(ring), dtype=bool)
            halved[edges[wrong]] = True
            vertices = np.insert(vertices, at, moved[wrong], axis=0)
            ring = np.insert(ring, at, ring[edges[wrong]])
            # An edge that was halved became two, each to be looked at again.
            unsure = np.insert(halved, at, True)
        return vertices, ring

    def at_width(self, points: Floats, feature: Indices) -> tuple[Floats, Bools]:
        """Points of the plane moved to the widths of their features, away from (or towards) the
        nearest point of the feature; and which of them have come there.

        Where moving away from one part of a feature leads to another, the point is sought that is
        at the width from both.
        """
        moving, there = points.copy(), np.zeros(len(points), dtype=bool)
        rows = np.arange(len(points))
        before = np.full((len(points), 2), np.nan)
        for _ in range(TRIES):
            now = moving[rows]
            width = self.widths[feature[rows]]
            foot, short = self.short_of(now, feature[rows], width)
            done = np.abs(short) < EXACT_M / 10
            there[rows[done]] = True
            step = steps(now, foot, short, before[rows], width)
            moving[rows[~done]] += step[~done]
            before[rows] = foot
            rows = rows[~done]
            if not len(rows):
                break
        return moving, there

    def short_of(self, points: Floats, feature: Indices, width: Floats) -> tuple[Floats, Floats]:
        """The nearest point of each point's feature, and by how much (m) it is too near; 0 where
        there is no feature around.
        """
        foot, short = points.copy(), np.zeros(len(points))
        for cell, some in cells(points, feature, FINE_CELL_M):
            around = self.surroundings(cell)
            if around is None:
                continue
            degrees = self.plane.to_degrees(points[some])
            spots = np.asarray(shapely.points(transformed(around.local, degrees)), dtype=object)
            spot, edge = around.tree.query_nearest(spots, all_matches=False)
            lines = shapely.shortest_line(around.edges[edge], spots[spot])
            feet = transformed(around.local, shapely.get_coordinates(lines)[::2], inverse=True)
            _, _, metres = ELLIPSOID.inv(*np.ascontiguousarray(np.hstack((feet, degrees[spot])).T))
            foot[some[spot]] = self.plane.from_degrees(feet)
            short[some[spot]] = width[some[spot]] - metres
        return foot, short

    def surroundings(self, cell: Cell) -> Surroundings | None:
        """What of a feature lies around a cell; None where there is nothing."""
        if cell not in self.known:
            reach = (float(self.widths[cell.group]) * 1.05 + 100.0) * 1.02
            west, south = cell.column * FINE_CELL_M, cell.row * FINE_CELL_M
            frame = shapely.box(
                west - reach, south - reach, west + FINE_CELL_M + reach, south + FINE_CELL_M + reach
            )
            near = self.stretches.tree.query(frame)
            near = near[self.stretches.feature[near] == cell.group]
            local = equidistant(cell.middle(FINE_CELL_M, self.plane))
            self.known[cell] = Surroundings.of(self.stretches.geometry[near], local, self.plane)
        return self.known[cell]


def steps(points: Floats, foot: Floats, short: Floats, before: Floats, width: Floats) -> Floats:
    """How points are to be moved that are so much too near to a foot.

    Where the point was moved away from another foot (`before`, NaN for none) and is too near to
    that, too, it goes where it is at the width from both: along the line between the two belts.
    """
    away = points - foot
    length = np.maximum(np.hypot(*away.T), 1e-9)
    away = away / length[:, None]
    simple = away * short[:, None]
    away_before = points - before
    length_before = np.maximum(np.hypot(*away_before.T), 1e-9)
    away_before = away_before / length_before[:, None]
    # What the plane stretches it stretches for both alike.
    short_before = width - length_before * np.where(length > 1e-6, (width - short) / length, 1.0)
    turn = away_before[:, 0] * away[:, 1] - away_before[:, 1] * away[:, 0]
    with np.errstate(all="ignore"):
        x = (short_before * away[:, 1] - short * away_before[:, 1]) / turn
        y = (short * away_before[:, 0] - short_before * away[:, 0]) / turn
    both = np.column_stack((x, y))
    size = np.hypot(x, y)
    corner = (short > 0) & (short_before > -EXACT_M) & (np.abs(turn) > 1e-4)
    corner &= size < np.maximum(width, 10 * EXACT_M)
    return np.where(corner[:, None], both, simple)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The edges (and points) of a feature around a cell, in an equidistant plane."""

    local: Transformer
    edges: Geometries
    tree: STRtree

    @classmethod
    def of(cls, stretches: Geometries, local: Transformer, plane: Plane) -> Self | None:
        """Those of some stretches; None for none."""
        if not len(stretches):
            return None
        there = split_and_map(stretches, onto(local, plane))
        linear = shapely.get_dimensions(there) == 1
        edges = np.asarray(shapely.linestrings(edges_of(there[linear])), dtype=object)
        every = np.concatenate((there[~linear], edges))
        return cls(local, every, STRtree(every))


def next_in_ring(ring: Indices) -> Indices:
    """The place of the vertex that follows each, around its ring."""
    after = np.arange(1, len(ring) + 1)
    last = np.flatnonzero(np.diff(ring, append=-1) != 0)
    first = np.flatnonzero(np.diff(ring, prepend=-1) != 0)
    after[last] = first
    return after


# --- sides ------------------------------------------------------------------------------------


def one_side(
    ground: Geometries, whole: Geometries, side: Side, plane: Plane, widths: Floats
) -> Geometries:
    """The side of each belt that is asked for; None where nothing is left."""
    if side == "both":
        return ground
    result = np.full(len(ground), None, dtype=object)
    rows = np.flatnonzero(shapely.is_geometry(ground))
    match side:
        case "outside":
            result[rows] = shapely.difference(ground[rows], whole[rows])
        case "inside":
            edges = grown(np.asarray(shapely.boundary(whole), dtype=object), widths, plane)
            result[rows] = shapely.intersection(edges[rows], whole[rows])
        case _:
            for row in rows:
                result[row] = beside(ground[row], whole[row], side == "left", widths[row])
    areal = np.array([one_dimension(g) if g is not None else None for g in result], dtype=object)
    areal[(shapely.get_dimensions(areal) < 2) | shapely.is_empty(areal)] = None
    return areal


def beside(
    ground: shapely.Geometry, line: shapely.Geometry, left: bool, width: float
) -> shapely.Geometry | None:
    """What of a belt lies left (or right) of its line: the belt is cut along the line, which goes
    on straight beyond its ends, and each piece is asked on which side it lies.
    """
    lines = shapely.get_parts(line)
    longer = np.array([prolonged(one, 1.1 * width) for one in lines], dtype=object)
    seams = shapely.union_all([*longer, shapely.boundary(ground)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(seams)))
    inner = shapely.point_on_surface(faces)
    faces, inner = faces[shapely.contains(ground, inner)], inner[shapely.contains(ground, inner)]
    edges = edges_of(longer)
    tree = STRtree(np.asarray(shapely.linestrings(edges), dtype=object))
    _, nearest = tree.query_nearest(inner, all_matches=False)
    start, end = edges[nearest, 0], edges[nearest, 1]
    spot = shapely.get_coordinates(inner)
    ahead, across = end - start, spot - start
    turn = ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0]
    chosen = faces[(turn > 0) == left]
    return shapely.union_all(chosen) if len(chosen) else None


def prolonged(line: shapely.Geometry, by_m: float) -> shapely.Geometry:
    """A line that goes on straight beyond both its ends; a closed one as it is."""
    xy = shapely.get_coordinates(line)
    if (xy[0] == xy[-1]).all():
        return line
    ahead, back = xy[-1] - xy[-2], xy[0] - xy[1]
    first = xy[0] + back / max(np.hypot(*back), 1e-12) * by_m
    last = xy[-1] + ahead / max(np.hypot(*ahead), 1e-12) * by_m
    return shapely.LineString(np.vstack((first, xy, last)))


def edges_of(lines: Geometries) -> Floats:
    """The edges of lines, (N, 2 ends, 2)."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    joined = of[1:] == of[:-1]
    return np.stack((xy[:-1][joined], xy[1:][joined]), axis=1)


# --- less other ground ------------------------------------------------------------------------


def minus(zone: Zone, other: Zone, mask: Bools | None = None) -> Zone:
    """The features of a zone less the ground of another (or of its features in a mask).

    A feature of which nothing is left stays as a row without geometry. The result is complete
    where both are. Raises ValueError where the two lie in different planes.
    """
    if zone.plane != other.plane:
        raise ValueError("the zones lie in different planes")
    whole = features_of(zone, None, 0.0, np.ones(len(zone), dtype=bool))
    pieces = other.near(whole, mask)
    feature, piece = pieces.tree.query(whole, predicate="intersects")
    areal = shapely.get_dimensions(pieces.geometry[piece]) == 2
    taken = dissolve(pieces.geometry[piece[areal]], feature[areal], len(zone))
    some = np.flatnonzero(shapely.is_geometry(taken))
    ground = whole.copy()
    ground[some] = shapely.difference(whole[some], taken[some])
    same = shapely.get_dimensions(ground) == shapely.get_dimensions(whole)
    ground[~same | shapely.is_empty(ground)] = None
    ground = np.array([one_dimension(g) if g is not None else None for g in ground], dtype=object)
    return Zone(
        zone.name,
        zone.plane,
        ground,
        zone.columns,
        tile(ground),
        both_covered(zone, other),
        zone.version,
        zone.digest,
        zone.accuracy,
        zone.approval,
        zone.empty,
        (*zone.diagnostics, *other.diagnostics),
    )


def both_covered(one: Zone, other: Zone) -> Coverage | None:
    """Where both zones are complete; None for everywhere."""
    if one.coverage is None or other.coverage is None:
        return one.coverage or other.coverage
    return Coverage.of(shapely.intersection(one.coverage.geometry, other.coverage.geometry))

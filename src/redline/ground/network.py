"""Directed distance along a river network.

Lines flow in the direction in which they are drawn, or into the feature that a column names. Where
an end of a line comes within the snapping tolerance of another line, the two join; how many did so
over a gap, and how wide the widest was, is reported. Lines that merely cross do not join. Lengths
are geodesic, along the lines as they are drawn.

A distance is that of the shortest way with the flow (or against it). Infinity says that there is no
way; NaN that nobody can know: the place is not on the network, or the way leads over a confluence
that is stated and not drawn.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, Self

import numpy as np
import shapely
from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place
from redline.ground.catalog_diagnostics import NetworkBroken, NetworkJoined
from redline.ground.features import Geometries
from redline.ground.moved import buffered
from redline.ground.plane import ELLIPSOID, Floats, Indices, Plane
from redline.ground.zoning import Zone

Direction = Literal["downstream", "upstream", "either"]

SNAP_M = 1.0
REACH_M = 50.0

SAME_M = 1e-6
"""Places of a line that are nearer to each other are one."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A stretch of river between two nodes, drawn with the flow; `along` is where each vertex lies
    (m from its start).
    """

    feature: int
    start: int
    end: int
    line: LineString
    along: Floats

    @property
    def length_m(self) -> float:
        """Its geodesic length."""
        return float(self.along[-1])


@dataclass(frozen=True, slots=True)
class Network:
    """A directed network of rivers in a plane.

    `unknown_below` are nodes at which a river ends that is stated to flow on; `unknown_above` are
    features into which such a river flows.
    """

    plane: Plane
    edges: tuple[Edge, ...]
    nodes: int
    unknown_below: frozenset[int]
    unknown_above: frozenset[int]
    diagnostics: tuple[Diagnostic, ...]
    tree: STRtree = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Along:
    """For each source the distance (m) to the nearest target along the network, and which that is
    (-1 for none).
    """

    distance_m: Floats
    target: Indices


# --- building ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A river line with the flow, before it is cut at the places where others join."""

    feature: int
    line: LineString


def build_network(
    zone: Zone, *, flows_into: Sequence[int | None] | None = None, snap_m: float = SNAP_M
) -> Network:
    """The network of a zone's lines.

    `flows_into` gives for each feature the row of the one into which it flows, -1 where it leaves
    the network, None where nobody says; without it, and for None, lines flow as they are drawn and
    join whatever lies at their ends.
    """
    stated = list(flows_into) if flows_into is not None else [None] * len(zone)
    lines = with_the_flow(lines_of(zone), stated)
    geometry = np.array([one.line for one in lines], dtype=object)
    joints = Joints(lines, geometry, stated, snap_m)
    edges, nodes = joints.edges(zone.plane)
    tree = STRtree(np.array([edge.line for edge in edges], dtype=object))
    below = frozenset(nodes.of(i, 1) for i in joints.broken)
    above = frozenset(
        into for i in joints.broken if (into := stated[lines[i].feature]) is not None and into >= 0
    )
    diagnostics = joints.diagnostics(zone.name)
    return Network(zone.plane, tuple(edges), nodes.count, below, above, diagnostics, tree)


def lines_of(zone: Zone) -> list[Line]:
    """The lines of a zone; the parts of a feature that follow each other are one."""
    here = np.array([shapely.box(-1.3e7, -1.3e7, 1.3e7, 1.3e7)], dtype=object)
    pieces = zone.near(here)
    found: list[Line] = []
    for feature in range(len(zone)):
        whole = zone.geometry[feature]
        if whole is None:
            own = pieces.geometry[pieces.feature == feature]
            whole = shapely.line_merge(shapely.union_all(own), directed=True) if len(own) else None
        elif shapely.get_num_geometries(whole) > 1:
            whole = shapely.line_merge(whole, directed=True)
        parts = shapely.get_parts(np.array([whole], dtype=object))
        found += [
            Line(feature, part)
            for part in parts.tolist()
            if isinstance(part, LineString) and part.length > 0
        ]
    return found


def with_the_flow(lines: list[Line], stated: Sequence[int | None]) -> list[Line]:
    """Lines drawn with the flow: the end is nearer than the start to what a line flows into."""
    by_feature: dict[int, list[LineString]] = {}
    for one in lines:
        by_feature.setdefault(one.feature, []).append(one.line)
    whole = {feature: shapely.MultiLineString(parts) for feature, parts in by_feature.items()}
    result = []
    for one in lines:
        into = stated[one.feature]
        goal = whole.get(into) if into is not None and len(by_feature[one.feature]) == 1 else None
        if goal is not None:
            first, last = ends_of(one.line)
            if goal.distance(first) < goal.distance(last):
                result.append(Line(one.feature, one.line.reverse()))
                continue
        result.append(one)
    return result


def ends_of(line: BaseGeometry) -> tuple[Point, Point]:
    """The first and the last point of a line."""
    xy = shapely.get_coordinates(line)
    return Point(xy[0]), Point(xy[-1])


class Joints:
    """Where the ends of lines meet other lines."""

    def __init__(
        self, lines: list[Line], geometry: Geometries, stated: Sequence[int | None], snap_m: float
    ) -> None:
        self.lines = lines
        self.geometry = geometry
        self.snap_m = snap_m
        self.length = shapely.length(geometry)
        self.pairs: list[tuple[int, int, int, float]] = []
        """Line, its end (0 start, 1 end), the line that it meets, and where on that (plane m)."""
        self.gaps: list[float] = []
        self.broken: list[int] = []
        ends = np.concatenate([self.ends(0), self.ends(1)]) if len(lines) else geometry
        tree = STRtree(geometry)
        end, other = tree.query(ends, predicate="dwithin", distance=snap_m)
        for e, o in zip(end.tolist(), other.tolist(), strict=True):
            side, line = divmod(e, len(lines))
            if line != o or self.meets_itself(line, side, ends[e]):
                self.meet(line, side, o, ends[e], stated)
        self.note_broken(stated)

    def ends(self, side: int) -> Geometries:
        """The starts (0) or ends (1) of all lines."""
        return np.asarray(shapely.get_point(self.geometry, -side), dtype=object)

    def meets_itself(self, line: int, side: int, spot: BaseGeometry) -> bool:
        """Whether a line comes back to itself: its other end lies here."""
        return bool(shapely.distance(self.ends(1 - side)[line], spot) <= self.snap_m)

    def meet(
        self, line: int, side: int, other: int, spot: BaseGeometry, stated: Sequence[int | None]
    ) -> None:
        """An end meets a line, unless it is stated to flow elsewhere."""
        into = stated[self.lines[line].feature]
        from_other = stated[self.lines[other].feature]
        feature, goal = self.lines[line].feature, self.lines[other].feature
        at = float(shapely.line_locate_point(self.geometry[other], spot))
        if line == other:
            at = 0.0 if side else float(self.length[other])
        at_start, at_end = at <= self.snap_m, at >= self.length[other] - self.snap_m
        if side == 1 and into is not None and goal not in (into, feature):
            return
        if side == 0 and at_end and from_other is not None and from_other not in (feature, goal):
            return
        at = 0.0 if at_start else float(self.length[other]) if at_end else at
        gap = float(shapely.distance(self.geometry[other], spot))
        if gap > SAME_M:
            self.gaps.append(gap)
        self.pairs.append((line, side, other, at))

    def note_broken(self, stated: Sequence[int | None]) -> None:
        """Lines that are stated to flow into another and do not come near it."""
        met = {line for line, side, _, _ in self.pairs if side == 1}
        for i, one in enumerate(self.lines):
            into = stated[one.feature]
            if into is not None and into >= 0 and i not in met:
                self.broken.append(i)

    def diagnostics(self, name: str) -> tuple[Diagnostic, ...]:
        """What is to be said about joints."""
        place = Place(name)
        said: list[Diagnostic] = []
        if self.gaps:
            widest = max(self.gaps)
            said.append(NetworkJoined(place=place, joints=len(self.gaps), widest_m=widest))
        if self.broken:
            numbers = sorted({self.lines[i].feature + 1 for i in self.broken})
            said.append(NetworkBroken(place=place, numbers=numbers, tolerance_m=self.snap_m))
        return tuple(said)

    def edges(self, plane: Plane) -> tuple[list[Edge], Nodes]:
        """The lines cut where others join them, and the nodes at which they meet."""
        nodes = Nodes(self.length)
        for line, side, other, at in self.pairs:
            nodes.join(line, float(self.length[line]) if side else 0.0, other, at)
        nodes.number()
        found: list[Edge] = []
        for number, one in enumerate(self.lines):
            found += nodes.edges_of(number, one, plane)
        return found, nodes


class Nodes:
    """Places on lines (in plane metres from their start) that are the same node."""

    def __init__(self, length: Floats) -> None:
        self.length = length
        self.parent: dict[tuple[int, float], tuple[int, float]] = {}
        self.places: list[list[float]] = [[0.0, float(size)] for size in length]
        for line, size in enumerate(length):
            self.parent[line, 0.0] = (line, 0.0)
            self.parent[line, float(size)] = (line, float(size))
        self.numbers: dict[tuple[int, float], int] = {}

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return len(set(self.numbers.values()))

    def place(self, line: int, at: float) -> tuple[int, float]:
        """A place of a line; one that is known already where it lies next to it."""
        for known in self.places[line]:
            if abs(known - at) <= SAME_M:
                return line, known
        self.places[line].append(at)
        self.parent[line, at] = (line, at)
        return line, at

    def root(self, place: tuple[int, float]) -> tuple[int, float]:
        """What stands for all places of a node."""
        while self.parent[place] != place:
            self.parent[place] = self.parent[self.parent[place]]
            place = self.parent[place]
        return place

    def join(self, line: int, at: float, other: int, there: float) -> None:
        """Two places are one node."""
        one, two = self.root(self.place(line, at)), self.root(self.place(other, there))
        self.parent[max(one, two)] = min(one, two)

    def number(self) -> None:
        """Number the nodes."""
        roots: dict[tuple[int, float], int] = {}
        for place in sorted(self.parent):
            self.numbers[place] = roots.setdefault(self.root(place), len(roots))

    def of(self, line: int, side: int) -> int:
        """The node at the start (0) or end (1) of a line."""
        return self.numbers[line, float(self.length[line]) if side else 0.0]

    def edges_of(self, number: int, one: Line, plane: Plane) -> list[Edge]:
        """A line cut at its places."""
        places = sorted(self.places[number])
        found = []
        for start, end in pairwise(places):
            piece = piece_of(one.line, start, end)
            nodes = self.numbers[number, start], self.numbers[number, end]
            found.append(Edge(one.feature, *nodes, piece, along_of(piece, plane)))
        return found


def piece_of(line: LineString, start: float, end: float) -> LineString:
    """The part of a line between two places (plane metres from its start)."""
    xy = shapely.get_coordinates(line)
    at = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
    inner = (at > start + SAME_M) & (at < end - SAME_M)
    ends = np.column_stack([np.interp((start, end), at, xy[:, i]) for i in (0, 1)])
    return shapely.LineString(np.vstack((ends[:1], xy[inner], ends[1:])))


def along_of(line: BaseGeometry, plane: Plane) -> Floats:
    """Where each vertex of a line lies, in geodesic metres from its start."""
    degrees = plane.to_degrees(shapely.get_coordinates(line))
    ends = np.hstack((degrees[:-1], degrees[1:]))
    _, _, step = ELLIPSOID.inv(*np.ascontiguousarray(ends.T))
    return np.concatenate(([0.0], np.cumsum(step)))


# --- distances --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of edges: whose they are, on which edge, from where to where (geodesic m)."""

    owner: Indices
    edge: Indices
    start: Floats
    end: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, float, float]]) -> Self:
        """Spans from rows of owner, edge, start and end."""
        owner, edge, start, end = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(
            np.array(owner, np.intp), np.array(edge, np.intp), np.array(start), np.array(end)
        )


def along(
    network: Network,
    sources: Geometries,
    targets: Geometries,
    direction: Direction,
    *,
    reach_m: float = REACH_M,
) -> Along:
    """The distance along the network from each source to the nearest target.

    Of a source the point of the network that is nearest to it counts. Targets are points, lines or
    areas; lines and areas are reached where the network first comes to them. What lies further than
    `reach_m` from the network is not on it. `downstream` goes with the flow, `upstream` against it,
    `either` is the shorter of the two.
    """
    places = Spans.of(list(places_of(network, sources, reach_m)))
    goals = Spans.of(list(goals_of(network, targets, reach_m)))
    count = len(sources)
    distance, target = np.full(count, np.inf), np.full(count, -1, dtype=np.intp)
    doubt = np.full(count, np.inf)
    for down in {"downstream": (True,), "upstream": (False,), "either": (True, False)}[direction]:
        found = one_way(network, places, goals, count, down=down)
        nearer = found.distance_m < distance
        distance = np.where(nearer, found.distance_m, distance)
        target = np.where(nearer, found.target, target)
        unknown = Spans.of(list(unknown_spans(network, down=down)))
        doubt = np.minimum(doubt, one_way(network, places, unknown, count, down=down).distance_m)
    placed = np.zeros(count, dtype=bool)
    placed[places.owner] = True
    known = placed & ~(doubt < distance)
    return Along(np.where(known, distance, np.nan), np.where(known, target, -1))


def places_of(
    network: Network, sources: Geometries, reach_m: float
) -> Iterator[tuple[int, int, float, float]]:
    """Where on the network sources lie; at a confluence on every edge that begins or ends there."""
    some = np.flatnonzero(shapely.is_geometry(sources) & ~shapely.is_empty(sources))
    if not len(network.edges) or not len(some):
        return
    (row, _), gap = network.tree.query_nearest(
        sources[some], max_distance=reach_m, return_distance=True, all_matches=False
    )
    reach = gap + 1000 * SAME_M
    place, edge = network.tree.query(sources[some[row]], predicate="dwithin", distance=reach)
    for p, e in zip(place.tolist(), edge.tolist(), strict=True):
        owner = int(some[row[p]])
        at = at_of(network.edges[e], sources[owner])
        yield owner, e, at, at


def at_of(edge: Edge, spot: BaseGeometry) -> float:
    """Where on an edge the point nearest to something lies (geodesic m from its start)."""
    nearest, _ = ends_of(shapely.shortest_line(edge.line, spot))
    at = float(edge.line.project(nearest))
    xy = shapely.get_coordinates(edge.line)
    plane = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
    return float(np.interp(at, plane, edge.along))


def goals_of(
    network: Network, targets: Geometries, reach_m: float
) -> Iterator[tuple[int, int, float, float]]:
    """The stretches of the network that belong to targets."""
    dimensions = shapely.get_dimensions(targets)
    points = targets.copy()
    points[dimensions != 0] = None
    yield from places_of(network, points, reach_m)
    for owner in np.flatnonzero(dimensions > 0):
        ground = targets[owner]
        hit = network.tree.query(ground, predicate="intersects")
        if dimensions[owner] == 1 or not len(hit):
            ground = buffered(targets[owner : owner + 1], reach_m)[0]
            hit = network.tree.query(ground, predicate="intersects")
        for e in hit.tolist():
            edge = network.edges[e]
            for part in shapely.get_parts(shapely.intersection(edge.line, ground)):
                start, end = sorted(at_of(edge, end) for end in ends_of(part))
                yield int(owner), e, start, end


def unknown_spans(network: Network, *, down: bool) -> Iterator[tuple[int, int, float, float]]:
    """Where the network goes on in a way that nobody knows."""
    for number, edge in enumerate(network.edges):
        if down and edge.end in network.unknown_below:
            yield 0, number, edge.length_m, edge.length_m
        if not down and edge.feature in network.unknown_above:
            yield 0, number, 0.0, edge.length_m


def one_way(network: Network, places: Spans, goals: Spans, count: int, *, down: bool) -> Along:
    """The distance from places to the nearest goal with the flow, or against it."""
    length = np.array([edge.length_m for edge in network.edges])
    start = [edge.start if down else edge.end for edge in network.edges]
    end = [edge.end if down else edge.start for edge in network.edges]
    at = places.start if down else length[places.edge] - places.start
    first = goals.start if down else length[goals.edge] - goals.end
    last = goals.end if down else length[goals.edge] - goals.start
    far, whose = distances_of_nodes(network, start, end, length, goals, first)
    distance, target = np.full(count, np.inf), np.full(count, -1, dtype=np.intp)
    on_edge: dict[int, list[int]] = {}
    for goal, edge in enumerate(goals.edge.tolist()):
        on_edge.setdefault(edge, []).append(goal)
    for place, edge in enumerate(places.edge.tolist()):
        owner = places.owner[place]
        node = end[edge]
        ways = [(length[edge] - at[place] + far[node], whose[node])]
        ways += [
            (max(first[goal] - at[place], 0.0), int(goals.owner[goal]))
            for goal in on_edge.get(edge, ())
            if last[goal] >= at[place] - SAME_M
        ]
        least = min(ways)
        if least[0] < distance[owner]:
            distance[owner], target[owner] = least
    return Along(distance, target)


def distances_of_nodes(  # noqa: PLR0917 - a graph and where its goals lie
    network: Network,
    start: Sequence[int],
    end: Sequence[int],
    length: Floats,
    goals: Spans,
    first: Floats,
) -> tuple[Floats, Indices]:
    """The distance from each node to the nearest goal, and which that is (Dijkstra)."""
    arriving: list[list[int]] = [[] for _ in range(network.nodes)]
    for edge, node in enumerate(end):
        arriving[node].append(edge)
    far, whose = np.full(network.nodes, np.inf), np.full(network.nodes, -1, dtype=np.intp)
    heap = [
        (float(metres), start[edge], int(owner))
        for metres, edge, owner in zip(
            first.tolist(), goals.edge.tolist(), goals.owner.tolist(), strict=True
        )
    ]
    heapq.heapify(heap)
    while heap:
        metres, node, owner = heapq.heappop(heap)
        if metres >= far[node]:
            continue
        far[node], whose[node] = metres, owner
        for edge in arriving[node]:
            heapq.heappush(heap, (metres + float(length[edge]), start[edge], owner))
    return far, whose

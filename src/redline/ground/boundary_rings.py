"""The geometry of a parcel in a boundary-point file: its rows become rings, the rings polygons.

A ring ends where it is closed, where the ring number changes, or where the labels begin anew;
files do it in any of these ways. Which ring is a hole follows from containment, whatever its
number (see `rings`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.ground.boundary_reference import PlacedBlock, shoelace
from redline.ground.boundary_text import Log, ParcelBlock
from redline.ground.diagnostics import (
    TooLarge,
    TxtPointCount,
    TxtRingPlacement,
    TxtRingsCross,
    TxtRingSplit,
    TxtRingUnclosed,
    TxtRingUnusable,
)
from redline.ground.rings import TooManyRings, nest
from redline.messages import Message, msg

SAME_POINT_METRES: Final = 0.05
"""How far a closing row may lie from the first point of its ring and still mean it."""

SAME_POINT_DEGREES: Final = 5e-7


@dataclass(slots=True)
class Ring:
    """Points under one ring number, from one beginning to one end. `rows` are indices."""

    number: int
    rows: list[int]
    closed: bool = False


def parcel_geometry(placed_block: PlacedBlock, log: Log) -> BaseGeometry | None:
    """The geometry of a parcel by its kind; None, with an error, where there is none."""
    block, points = placed_block.block, placed_block.points
    if block.header.kind == "点":
        check_count(block, 0, log)
        return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
    if block.header.kind == "线":
        return lines_geometry(block, points, log)
    tolerance = SAME_POINT_DEGREES if placed_block.crs.is_geographic else SAME_POINT_METRES
    places = [(x, y) for x, y in points.tolist()]
    rings = split_rings(Outline(block, places, tolerance, log))
    check_count(block, sum(ring.closed for ring in rings), log)
    for ring in rings:
        if not ring.closed:
            place = log.place(block.rows[ring.rows[-1]].line)
            log.add(TxtRingUnclosed(place=place, parcel=block.title, ring=ring.number))
    shapes = [ring_points(ring, points) for ring in rings]
    sound = [is_ring(block, ring, shape, log) for ring, shape in zip(rings, shapes, strict=True)]
    if not all(sound) or not rings:
        return None
    return nested(block, rings, shapes, tolerance / 25, log)


def lines_geometry(
    block: ParcelBlock, points: NDArray[np.float64], log: Log
) -> BaseGeometry | None:
    """Lines, one for each run of a ring number."""
    check_count(block, 0, log)
    parts: list[shapely.LineString] = []
    for ring, run in runs(block):
        part = points[run]
        if len(np.unique(part, axis=0)) < 2:
            reason = msg("a line needs two points at least")
            place = log.place(block.rows[run[0]].line)
            log.add(TxtRingUnusable(place=place, parcel=block.title, ring=ring, reason=reason))
            return None
        parts.append(shapely.LineString(part))
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


def runs(block: ParcelBlock) -> Iterator[tuple[int, list[int]]]:
    """Ring number and row indices of each run of rows with the same ring number."""
    for number, group in groupby(range(len(block.rows)), key=lambda i: block.rows[i].ring):
        yield number, list(group)


@dataclass(frozen=True, slots=True)
class Outline:
    """The rows of a parcel with their places; `tolerance` is how near counts as the same point."""

    block: ParcelBlock
    places: Sequence[tuple[float, float]]
    tolerance: float
    log: Log

    def line(self, row: int) -> int:
        """The line in which a row stands."""
        return self.block.rows[row].line

    def label(self, row: int) -> str:
        """The label (点号) of a row."""
        return self.block.rows[row].label

    def encloses(self, ring: Ring) -> bool:
        """Whether a ring has three different points, so that it can be closed."""
        seen: set[tuple[float, float]] = set()
        for row in ring.rows:
            seen.add(self.places[row])
            if len(seen) == 3:
                return True
        return False

    def returns(self, ring: Ring, row: int) -> bool:
        """Whether a row stands exactly where a ring began."""
        return self.places[row] == self.places[ring.rows[0]]

    def label_returns(self, ring: Ring, row: int) -> bool:
        """Whether a row has the label with which a ring began."""
        return self.label(row) == self.label(ring.rows[0]) != ""

    def nearly_returns(self, ring: Ring, row: int) -> bool:
        """Whether a row stands so near to where a ring began that it means that point."""
        (x, y), (x0, y0) = self.places[row], self.places[ring.rows[0]]
        return float(np.hypot(x - x0, y - y0)) <= self.tolerance


def split_rings(outline: Outline) -> list[Ring]:
    """The rings of a parcel: by ring number, by closing, and by labels that begin anew."""
    rings: list[Ring] = []
    for number, run in runs(outline.block):
        if len(run) == 1 and closes_earlier(rings, run[0], number, outline):
            continue
        used = any(ring.number == number for ring in rings)
        current: Ring | None = None
        for row in run:
            if current is not None and goes_on(current, row, outline):
                take_up(current, row, outline)
                continue
            if used or current is not None:
                place = outline.log.place(outline.line(row))
                title = outline.block.title
                outline.log.add(TxtRingSplit(place=place, parcel=title, ring=number))
            current = Ring(number, [row])
            rings.append(current)
    return rings


def closes_earlier(rings: Iterable[Ring], row: int, number: int, outline: Outline) -> bool:
    """Whether a single row is the closing row of an earlier ring that is still open."""
    for ring in rings:
        if not ring.closed and outline.returns(ring, row) and outline.encloses(ring):
            ring.closed = True
            ring.rows.append(row)
            if number != ring.number:
                oddity = msg("A closing row has another ring number.")
                outline.log.odd(outline.line(row), oddity)
            return True
    return False


def goes_on(ring: Ring, row: int, outline: Outline) -> bool:
    """Whether a row still belongs to a ring: it is not closed, and the labels do not begin anew."""
    if ring.closed:
        return outline.returns(ring, row)
    if not outline.label_returns(ring, row) or not outline.encloses(ring):
        return True
    return outline.nearly_returns(ring, row)


def take_up(ring: Ring, row: int, outline: Outline) -> None:
    """Append a row to its ring, and close the ring where the row returns to the first point."""
    if ring.closed:
        outline.log.odd(outline.line(row), msg("A closing row stands twice."))
        return
    returns = outline.returns(ring, row)
    if (returns or outline.label_returns(ring, row)) and outline.encloses(ring):
        ring.closed = True
        if not returns:
            oddity = msg(
                "A closing row differs a little from the first point; the first point is used."
            )
            outline.log.odd(outline.line(row), oddity)
    ring.rows.append(row)


def ring_points(ring: Ring, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points of a ring, the last one equal to the first."""
    rows = ring.rows[:-1] if ring.closed else ring.rows
    return points[[*rows, rows[0]]]


def is_ring(block: ParcelBlock, ring: Ring, shape: NDArray[np.float64], log: Log) -> bool:
    """Whether points enclose ground; an error where they do not."""
    reason: Message | None = None
    if len(np.unique(shape, axis=0)) < 3:
        reason = msg("a ring needs three different points at least")
    elif (
        shoelace(shape[:-1]) == 0 and shapely.area(shapely.make_valid(shapely.Polygon(shape))) == 0
    ):
        reason = msg("its points lie on one line")
    if reason is None:
        return True
    place = log.place(block.rows[ring.rows[0]].line)
    log.add(TxtRingUnusable(place=place, parcel=block.title, ring=ring.number, reason=reason))
    return False


def nested(
    block: ParcelBlock,
    rings: Sequence[Ring],
    shapes: Sequence[NDArray[np.float64]],
    resolution: float,
    log: Log,
) -> BaseGeometry | None:
    """The polygon that rings make by containment; says where that differs from their numbers."""
    lines = [block.rows[ring.rows[0]].line for ring in rings]
    try:
        nesting = nest(shapes, resolution)
    except TooManyRings:
        place = log.place(block.header.line)
        log.add(TooLarge(place=place, what=msg("the parcel has too many rings"), limit="1000"))
        return None
    for one, other in nesting.crossing:
        log.add(
            TxtRingsCross(
                place=log.place(lines[other]),
                parcel=block.title,
                ring=rings[other].number,
                other=rings[one].number,
                other_line=lines[one],
            )
        )
    earlier = dict(nesting.repeated)
    for i, ring in enumerate(rings):
        repeats = lines[earlier[i]] if i in earlier else None
        placement = placement_of(ring, i, int(nesting.depth[i]), repeats)
        if placement is not None:
            log.add(
                TxtRingPlacement(
                    place=log.place(lines[i]),
                    parcel=block.title,
                    ring=ring.number,
                    placement=placement,
                )
            )
    polygons = nesting.polygons
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def placement_of(ring: Ring, index: int, depth: int, repeats: int | None) -> Message | None:
    """What is to be said about where a ring lies; None where its number says the same."""
    if repeats is not None:
        return msg("repeats the ring of line {line} and is left out", line=repeats)
    if depth == 0 and index > 0:
        return msg("lies outside the others and is taken as a separate part")
    if depth % 2 == 1 and (ring.number <= 1 or index == 0):
        return msg("lies inside another ring and is taken as a hole")
    if depth > 0 and depth % 2 == 0:
        return msg("lies inside a hole and is taken as ground (an island)")
    return None


def check_count(block: ParcelBlock, closing_rows: int, log: Log) -> None:
    """A warning where the declared number of points is not that of the rows, counted anyhow.

    Files count the closing rows, or leave them out, or count them although they are missing.
    """
    declared, found = block.header.declared_points, len(block.rows)
    if declared is None:
        return
    number_of_rings = len({row.ring for row in block.rows})
    distinct_points = found - closing_rows
    if declared not in (found, distinct_points, distinct_points + number_of_rings):
        log.add(
            TxtPointCount(
                place=log.place(block.header.line),
                parcel=block.title,
                declared=declared,
                found=found,
            )
        )

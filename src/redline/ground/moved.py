"""Boundaries moved by as much as their position is uncertain.

A layer whose positions are accurate to a metres may have its true boundary a metres further out or
in. Features are grown or shrunk around the footprints that are near a boundary; what is further
away is not touched. Features that are selected together are grown or shrunk as one: where they
border on each other there is no boundary, nor is there one along a gap narrower than a fifth of the
accuracy, which comes of drawing.
"""

from __future__ import annotations

import numpy as np
import shapely

from redline.ground.features import Geometries
from redline.ground.grouping import dissolve
from redline.ground.measure import Tolerance, overlaps
from redline.ground.plane import Bools
from redline.ground.threads import over_rows
from redline.ground.tiles import tile
from redline.ground.zoning import Zone

SEGMENTS = 32
"""Segments of a quarter circle: the moved boundary errs by 3e-4 of the distance."""

CLOSED_GAP = 0.1
"""Half the width of gaps that are no boundary, as a share of the accuracy."""

ALL = Tolerance(0.0, 0.0)


def near_boundary(geometries: Geometries, zone: Zone, reach_m: float) -> Bools:
    """Which geometries may have a boundary of the zone's features within reach.

    Of polygons: where the rectangle around a geometry, widened by the reach, lies partly in a
    feature. Of lines and points: where one lies within reach.
    """
    geometries = np.asarray(geometries, dtype=object)
    result = np.zeros(len(geometries), dtype=bool)
    rows = np.flatnonzero(shapely.is_geometry(geometries) & ~shapely.is_empty(geometries))
    if not len(rows) or not len(zone):
        return result
    boxes = windows(geometries[rows], reach_m)
    pieces = zone.near(boxes)
    box, piece = pieces.tree.query(boxes, predicate="intersects")
    thin = shapely.get_dimensions(pieces.geometry[piece]) < 2
    result[rows[box[thin]]] = True
    found = overlaps(boxes, zone, ALL)
    partly = found.area_m2 < shapely.area(boxes[found.subject]) * (1 - 1e-9)
    result[rows[found.subject[partly]]] = True
    return result


def windows(geometries: Geometries, margin_m: float) -> Geometries:
    """The rectangles around geometries, widened by a margin."""
    bounds = shapely.bounds(geometries) + np.array([-1, -1, 1, 1]) * margin_m
    return np.asarray(shapely.box(*bounds.T), dtype=object)


def moved_zone(
    zone: Zone, mask: Bools, by_m: float, around: Geometries, *, apart: bool = False
) -> Zone:
    """The selected features of a polygon zone near some geometries, their boundary moved outwards
    (`by_m` above 0) or inwards.

    The features of the result are parts of the ground of all of them; with `apart` they are those
    of the zone, in its order, each moved by itself. Further than the move from the geometries'
    rectangles the result means nothing.
    """
    boxes = windows(around[shapely.is_geometry(around)], 2 * abs(by_m) + 1.0)
    pieces = zone.near(boxes, mask)
    hit = np.unique(pieces.tree.query(boxes)[1]) if len(boxes) else np.empty(0, dtype=np.intp)
    hit = hit[shapely.get_dimensions(pieces.geometry[hit]) == 2]
    if apart:
        whole = dissolve(pieces.geometry[hit], pieces.feature[hit], len(zone))
        ground = moved(whole, by_m)
    else:
        whole = np.array([shapely.union_all(pieces.geometry[hit])], dtype=object)
        ground = moved(whole, by_m)
    return Zone(zone.name, zone.plane, ground, {}, tile(ground))


def moved(ground: Geometries, by_m: float) -> Geometries:
    """Polygonal geometries with their boundaries moved; None where nothing is left, or was."""
    some = np.flatnonzero(shapely.is_geometry(ground) & ~shapely.is_empty(ground))
    result = np.full(len(ground), None, dtype=object)
    if by_m >= 0:
        result[some] = buffered(ground[some], by_m)
    else:
        gap = -by_m * CLOSED_GAP
        closed = buffered(ground[some], gap)
        parts, owner = shapely.get_parts(closed, return_index=True)
        shrunk = over_rows(lambda one: buffered(one, by_m - gap), parts, block=16)
        left = ~shapely.is_empty(shrunk)
        result[some] = dissolve(shrunk[left], owner[left], len(some))
    gone = shapely.is_geometry(result) & shapely.is_empty(result)
    result[gone] = None
    return result


def buffered(geometries: Geometries, by_m: float) -> Geometries:
    """Geometries grown (or shrunk) by a distance."""
    return np.asarray(shapely.buffer(geometries, by_m, quad_segs=SEGMENTS), dtype=object)

"""A huge batch in partitions: neighbours together, so that each needs little of every layer.

What comes out for a submission does not depend on its partition: it is measured in the catalog's
plane against whole layers, and judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from pyproj import CRS

from redline.ground.features import Submission
from redline.ground.plane import Floats, Plane, degrees_from
from redline.ground.store import spatial_order

SIZE = 2048
"""Submissions that are measured and judged together."""

Item = TypeVar("Item")


def partitions(
    items: Sequence[Item], submissions: Sequence[Submission], plane: Plane, size: int = SIZE
) -> Iterator[list[Item]]:
    """The items (one for each submission) in runs of neighbours; as they are where they are few."""
    if len(items) <= size:
        yield list(items)
        return
    order = spatial_order(places(submissions, plane))
    for start in range(0, len(order), size):
        # In a partition they keep the order in which they were given.
        yield [items[i] for i in sorted(order[start : start + size].tolist())]


def places(submissions: Sequence[Submission], plane: Plane) -> Floats:
    """Where each submission lies in the plane, as a rectangle without extent; the origin for those
    that lie nowhere.
    """
    middle = np.zeros((len(submissions), 2))
    by_crs: dict[CRS, list[int]] = {}
    for row, submission in enumerate(submissions):
        ground = next(iter(submission.geometries.values()), None)
        if ground is None and submission.components:
            ground = submission.components[0].ground
        if ground is None or ground.geometry.is_empty:
            continue
        west, south, east, north = ground.geometry.bounds
        middle[row] = (west + east) / 2, (south + north) / 2
        by_crs.setdefault(ground.crs, []).append(row)
    for crs, rows in by_crs.items():
        middle[rows] = plane.from_degrees(degrees_from(crs)(middle[rows]))
    middle[~np.isfinite(middle).all(axis=1)] = 0.0
    return np.hstack((middle, middle))

"""Sums and unions over rows of the same group."""

from __future__ import annotations

import numpy as np
import shapely

from redline.ground.features import Geometries
from redline.ground.plane import Floats, Indices
from redline.ground.threads import over_rows


def total_by(group: Indices, values: Floats, groups: int) -> Floats:
    """The sum of the values of each group; 0 for groups without rows."""
    return np.bincount(group, values, groups).astype(np.float64)


def dissolve(parts: Geometries, group: Indices, groups: int) -> Geometries:
    """The union of the parts of each group; None for groups without parts."""
    union = np.full(groups, None, dtype=object)
    order = np.argsort(group, kind="stable")
    parts, group = parts[order], group[order]
    start = np.flatnonzero(np.diff(group, prepend=-1))
    size = np.diff(start, append=len(group))
    for many in np.unique(size):
        first = start[size == many]
        together = parts[first[:, None] + np.arange(many)]
        union[group[first]] = (
            together[:, 0] if many == 1 else over_rows(union_of_rows, together, block=256)
        )
    return union


def union_of_rows(parts: Geometries) -> Geometries:
    """The union of each row of a two-dimensional array."""
    return np.asarray(shapely.union_all(parts, axis=1), dtype=object)

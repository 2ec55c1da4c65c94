"""What every format's reader hands over: a layer as it stands in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.diagnostics import Diagnostic
from redline.ground.crs import StatedCrs
from redline.ground.features import Geometries
from redline.messages import Message, msg

Column = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as it stands in a file, one row per feature.

    `geometry` is None where a feature has none; `unreadable` says of rows why theirs could not be
    read. `stated` is what the file says about its CRS, `remedy` what to do where it says nothing.
    `dropped` tells that heights or measures were left out already.
    """

    name: str
    geometry: Geometries
    columns: Mapping[str, Column]
    stated: StatedCrs | None
    unreadable: Mapping[int, Message] = field(default_factory=dict)
    dropped: bool = False
    remedy: Message | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer of a file: its name, its kind of geometry as far as known, and how many features."""

    name: str
    geometry: str | None
    features: int | None


def info_of(layer: RawLayer) -> LayerInfo:
    """What a layer that was read already is, for a list of layers."""
    dimension = int(shapely.get_dimensions(layer.geometry).max(initial=-1))
    kinds = {-1: None, 0: "Point", 1: "LineString", 2: "Polygon"}
    return LayerInfo(layer.name, kinds[dimension], len(layer.geometry))


def from_wkb(values: Column) -> tuple[Geometries, dict[int, Message]]:
    """Geometries from WKB (None stays None), and why some rows cannot be read."""
    with np.errstate(invalid="ignore"):
        geometry = np.asarray(shapely.from_wkb(values, on_invalid="ignore"), dtype=object)
    missing = ~shapely.is_geometry(geometry)
    reason = msg("a ring does not close, or has a coordinate that is not a number")
    broken = {int(row): reason for row in np.flatnonzero(missing) if values[row] is not None}
    return geometry, broken


def column(values: Sequence[object]) -> Column:
    """Values as an object array, whatever they are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

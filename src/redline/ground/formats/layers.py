"""What every format's reader hands over: a layer as it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import shortened
from redline.ground.features import Geometries
from redline.messages import Message, msg

Column = NDArray[np.object_]

ARCS: Final = re.compile(r"CIRCULAR|CURVE|SURFACE", re.IGNORECASE)
"""Words of WKT types with arcs, at which GEOS stops."""


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as it stands in a file, one row per feature.

    `geometry` is None where a feature has none; `unreadable` says of rows why theirs could not be
    read. `stated` is what the file says about its CRS, `remedy` what to do where it says nothing.
    `unclosed` are rows whose open rings were closed. `dropped` tells that heights or measures were
    left out already. `encoding` is that of its text, None where the format fixes it.
    """

    name: str
    geometry: Geometries
    columns: Mapping[str, Column]
    stated: StatedCrs | None
    unreadable: Mapping[int, Message] = field(default_factory=dict)
    unclosed: Sequence[int] = ()
    dropped: bool = False
    remedy: Message | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    encoding: str | None = None


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


@dataclass(frozen=True, slots=True)
class Parsed:
    """Geometries of rows, why some cannot be read, and rows whose open rings were closed."""

    geometry: Geometries
    unreadable: dict[int, Message]
    unclosed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Inline:
    """One geometry of a manifest, or why it is none; `closed`: an open ring was closed."""

    geometry: BaseGeometry | Message
    stated: StatedCrs | None
    closed: bool


def from_wkb(values: Column) -> Parsed:
    """Geometries from WKB; None stays None. Raises NotImplementedError for arcs."""
    reason = msg("its WKB is damaged, or a ring has too few points")
    return parsed(values, shapely.from_wkb, lambda _: reason)


def from_wkt(values: Column) -> Parsed:
    """Geometries from WKT; None stays None."""
    arcs = {row for row, text in enumerate(values) if text is not None and ARCS.search(text)}
    values = column([None if row in arcs else text for row, text in enumerate(values)])
    read = parsed(
        values, shapely.from_wkt, lambda text: msg("“{text}” is no WKT", text=shortened(text, 40))
    )
    read.unreadable.update(dict.fromkeys(arcs, msg("it has arcs; write them as lines")))
    return read


def parsed(values: Column, parse: Callable[..., object], why: Callable[[str], Message]) -> Parsed:
    """Geometries by a function of shapely's, with open rings closed."""
    with np.errstate(invalid="ignore"):
        geometry = np.asarray(parse(values, on_invalid="ignore"), dtype=object)
        missing = np.flatnonzero(~shapely.is_geometry(geometry))
        failed = np.array([row for row in missing if values[row] is not None], dtype=np.intp)
        if not len(failed):
            return Parsed(geometry, {})
        closed = np.asarray(parse(values[failed], on_invalid="fix"), dtype=object)
        # A ring of two points is closed to one that encloses nothing.
        sound = shapely.is_geometry(closed) & ~(shapely.area(closed) == 0)
    geometry[failed[sound]] = closed[sound]
    unreadable = {int(row): why(str(values[row])) for row in failed[~sound]}
    return Parsed(geometry, unreadable, tuple(failed[sound].tolist()))


def column(values: Sequence[object]) -> Column:
    """Values as an object array, whatever they are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array

"""GeoJSON, parsed without GDAL: it is what most submissions come in, and starting GDAL costs.

RFC 7946, with the `crs` member that GeoJSON had before. Coordinates become arrays type by type;
only where that fails are features looked at one by one, to say which is wrong.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import (
    CrsUnreadable,
    FormatUnreadable,
    LegacyCrsMember,
    shortened,
)
from redline.ground.features import Geometries
from redline.ground.formats.layers import Column, Inline, RawLayer, column
from redline.ground.text import decode_text
from redline.messages import Message, msg

Json = Mapping[str, object]

DEPTHS: Final = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How deep lists are nested around a position."""

DEEPEST_COLLECTION: Final = 16

WGS84: Final = StatedCrs("EPSG:4326", msg("the GeoJSON standard (RFC 7946)"))

NOT_GEOJSON: Final = {
    "Topology": msg("it is TopoJSON"),
    "redline": msg("it is a manifest of a submission, not a file of features"),
    "esri": msg("it is the JSON of ArcGIS; export it as GeoJSON"),
}


def parsed_json(text: str, file: str) -> object:
    """The JSON value of a text. Raises `Refusal` with line and column."""
    try:
        with garbage_left():
            return json.loads(text)
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        shown = line if len(line) <= 300 else None
        place = Place(file, error.lineno, error.colno, error.colno + 1, shown)
        reason = msg("it is not valid JSON ({problem})", problem=error.msg)
        raise refuse(FormatUnreadable(place=place, format="GeoJSON", reason=reason)) from None
    except (RecursionError, ValueError):
        reason = msg("it is not valid JSON, or nested too deeply")
        place = Place(file)
        raise refuse(FormatUnreadable(place=place, format="GeoJSON", reason=reason)) from None


@contextmanager
def garbage_left() -> Iterator[None]:
    """No garbage collection meanwhile: it would walk through millions of lists over and over.

    Parsing 36 MB takes a fifth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_geojson(data: bytes, file: str, name: str) -> RawLayer:
    """The features of a GeoJSON file as one layer called `name`. Raises `Refusal`."""
    decoded = decode_text(data, file)
    layer = layer_of(parsed_json(decoded.text, file), file, name)
    return replace(layer, encoding=decoded.encoding)


def layer_of(value: object, file: str, name: str) -> RawLayer:
    """The features of a parsed GeoJSON value. Raises `Refusal` where it is none."""
    features = features_of(value, file)
    with garbage_left():
        parsed = geometries_of([feature.get("geometry") for feature in features])
    stated, diagnostics = stated_crs(value, file)
    return RawLayer(
        name=name,
        geometry=parsed.geometry,
        columns=columns_of(features),
        stated=stated,
        unreadable=parsed.unreadable,
        unclosed=sorted(parsed.unclosed),
        dropped=parsed.dropped,
        diagnostics=tuple(diagnostics),
    )


def features_of(value: object, file: str) -> list[Json]:
    """The features of a FeatureCollection, a Feature or a bare geometry, each an object."""
    reason: Message | None = None
    found: list[object] = []
    match value:
        case {"type": "FeatureCollection", "features": list(features)}:
            found = features
        case {"type": "Feature"}:
            found = [value]
        case {"type": str(kind)} if kind in DEPTHS or kind == "GeometryCollection":
            found = [{"type": "Feature", "geometry": value, "properties": {}}]
        case {"type": "Topology"}:
            reason = NOT_GEOJSON["Topology"]
        case {"schema": str(schema)} if schema.startswith("redline"):
            reason = NOT_GEOJSON["redline"]
        case {"geometryType": _} | {"rings": _}:
            reason = NOT_GEOJSON["esri"]
        case _:
            reason = msg('it has no "type": "FeatureCollection" with a list of "features"')
    wrong = next((i for i, one in enumerate(found, 1) if not isinstance(one, dict)), None)
    if wrong is not None:
        reason = msg("feature {number} is not an object", number=wrong)
    if reason is not None:
        raise refuse(FormatUnreadable(place=Place(file), format="GeoJSON", reason=reason))
    return [one for one in found if isinstance(one, dict)]


def columns_of(features: Sequence[Json]) -> dict[str, Column]:
    """The properties by name, in the order in which they first occur; None where absent."""
    rows = [p if isinstance(p := feature.get("properties"), dict) else {} for feature in features]
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    return {name: column([plain_value(row.get(name)) for row in rows]) for name in names}


def plain_value(value: object) -> object:
    """A property's value; lists and objects as their JSON text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def stated_crs(value: object, file: str) -> tuple[StatedCrs, list[Diagnostic]]:
    """The CRS of a GeoJSON value: WGS 84, unless the former `crs` member says otherwise."""
    member = value.get("crs") if isinstance(value, dict) else None
    if member is None:
        return WGS84, []
    match member:
        case {"properties": {"name": str(name)}}:
            pass
        case {"properties": {"code": int(code)}} | {"properties": {"code": str(code)}}:
            name = f"EPSG:{code}"
        case _:
            stated = shortened(json.dumps(member, ensure_ascii=False))
            raise refuse(CrsUnreadable(place=Place(file, item="crs"), stated=stated))
    plain = re.sub(r"^urn:ogc:def:crs:([A-Z]+):[^:]*:", r"\1:", name)
    if plain.upper() in ("OGC:CRS84", "CRS84", "EPSG:4326"):
        return WGS84, []
    note = LegacyCrsMember(place=Place(file, item="crs"), stated=shortened(plain))
    return StatedCrs(plain, msg("the “crs” member")), [note]


# --- geometries -------------------------------------------------------------------------------


@dataclass(slots=True)
class ParsedGeometries:
    """Geometries by row (None: none or unreadable), and what was odd about them."""

    geometry: Geometries
    unreadable: dict[int, Message]
    unclosed: list[int]
    dropped: bool


class Malformed(Exception):  # noqa: N818 - becomes the reason of a diagnostic
    """A geometry that is not as the format has it."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(reason.text)


def geometries_of(members: Sequence[object], depth: int = 0) -> ParsedGeometries:
    """The geometries of GeoJSON `geometry` members, two-dimensional.

    `depth` counts the collections around them.
    """
    parsed = ParsedGeometries(np.full(len(members), None, dtype=object), {}, [], False)
    for kind, rows in rows_by_type(members, parsed).items():
        if kind == "GeometryCollection":
            parts = [add_collection(row, members[row], parsed, depth) for row in rows]
            parsed.dropped |= any(parts)
            continue
        positions = [coordinates_of(members[row]) for row in rows]
        try:
            add_batch(parsed, rows, built(kind, positions))
        except WRONG_COORDINATES:
            for row, position in zip(rows, positions, strict=True):
                add_one(parsed, row, kind, position)
    return parsed


def rows_by_type(members: Sequence[object], parsed: ParsedGeometries) -> dict[str, list[int]]:
    """The rows of each type of geometry; what is no geometry is noted as unreadable."""
    rows: dict[str, list[int]] = {}
    for row, member in enumerate(members):
        kind = member.get("type") if isinstance(member, dict) else None
        if isinstance(kind, str) and (kind in DEPTHS or kind == "GeometryCollection"):
            rows.setdefault(kind, []).append(row)
        elif member is not None:
            reason = msg("“{kind}” is no type of geometry", kind=shortened(str(kind), 40))
            parsed.unreadable[row] = reason
    return rows


def coordinates_of(member: object) -> object:
    return member.get("coordinates") if isinstance(member, dict) else None


def add_batch(parsed: ParsedGeometries, rows: Sequence[int], batch: Batch) -> None:
    """Put geometries of one type into their rows."""
    parsed.geometry[rows] = batch.geometry
    parsed.unclosed += [rows[i] for i in batch.unclosed]
    parsed.dropped |= batch.dropped


def add_one(parsed: ParsedGeometries, row: int, kind: str, position: object) -> None:
    """Put one geometry into its row, or say why it cannot be read."""
    try:
        check_positions(position, DEPTHS[kind])
        add_batch(parsed, [row], built(kind, [position]))
    except Malformed as error:
        parsed.unreadable[row] = error.reason
    except WRONG_COORDINATES:
        parsed.unreadable[row] = msg("its coordinates are not as its type asks for")


def add_collection(row: int, member: object, parsed: ParsedGeometries, depth: int) -> bool:
    """Put a collection into its row; tells whether heights were dropped."""
    parts = member.get("geometries") if isinstance(member, dict) else None
    if not isinstance(parts, list) or depth >= DEEPEST_COLLECTION:
        parsed.unreadable[row] = msg("a GeometryCollection needs a list of “geometries”")
        return False
    inner = geometries_of(parts, depth + 1)
    reason = next(iter(inner.unreadable.values()), None)
    if reason is not None:
        parsed.unreadable[row] = reason
        return False
    parsed.unclosed.extend([row] if inner.unclosed else [])
    present = [part for part in inner.geometry if part is not None]
    parsed.geometry[row] = shapely.GeometryCollection(present)
    return inner.dropped


WRONG_COORDINATES: Final = (
    Malformed,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    shapely.GEOSException,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Geometries of one type; `unclosed` are the indices of those with an open ring."""

    geometry: Geometries
    unclosed: list[int]
    dropped: bool


@dataclass(frozen=True, slots=True)
class Level:
    """Lists of one level made flat: the items, and of which list each one was an item."""

    items: list[object]
    owner: NDArray[np.intp]


def flat(lists: Iterable[object]) -> Level:
    """The items of lists, one after the other. Raises TypeError where one is no list."""
    sequences = [check_list(one) for one in lists]
    owner = np.repeat(np.arange(len(sequences)), [len(one) for one in sequences])
    return Level(list(chain.from_iterable(sequences)), owner.astype(np.intp))


def check_list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def built(kind: str, coordinates: Sequence[object]) -> Batch:
    """Geometries of one type from their coordinates, all at once.

    Raises ValueError, TypeError or GEOSException where any is malformed.
    """
    count = len(coordinates)
    match kind:
        case "Point":
            points = [point if point != [] else None for point in coordinates]
            filled = [row for row, point in enumerate(points) if point is not None]
            positions, dropped = position_array([points[row] for row in filled])
            result = np.full(count, shapely.Point(), dtype=object)
            result[filled] = shapely.points(positions)
            return Batch(result, [], dropped)
        case "MultiPoint":
            level = flat(coordinates)
            positions, dropped = position_array(level.items)
            parts = np.asarray(shapely.points(positions), dtype=object)
            return Batch(grouped(shapely.multipoints, parts, level.owner, count), [], dropped)
        case "LineString":
            lines, dropped = line_array(coordinates)
            return Batch(lines, [], dropped)
        case "MultiLineString":
            level = flat(coordinates)
            lines, dropped = line_array(level.items)
            return Batch(grouped(shapely.multilinestrings, lines, level.owner, count), [], dropped)
        case "Polygon":
            return polygon_array(coordinates)
    level = flat(coordinates)
    polygons = polygon_array(level.items)
    unclosed = sorted({int(level.owner[part]) for part in polygons.unclosed})
    result = grouped(shapely.multipolygons, polygons.geometry, level.owner, count)
    return Batch(result, unclosed, polygons.dropped)


def line_array(coordinates: Sequence[object]) -> tuple[Geometries, bool]:
    """Line strings; empty ones where there is no position."""
    level = flat(coordinates)
    positions, dropped = position_array(level.items)
    result = np.full(len(coordinates), shapely.LineString(), dtype=object)
    filled, owner, sizes = np.unique(level.owner, return_inverse=True, return_counts=True)
    if (sizes < 2).any():
        raise Malformed(msg("a line has one point only"))
    if len(filled):
        result[filled] = shapely.linestrings(positions, indices=owner)
    return result, dropped


def polygon_array(coordinates: Sequence[object]) -> Batch:
    """Polygons, their rings closed where they are not; empty ones where there is no ring."""
    rings = flat(coordinates)
    level = flat(rings.items)
    positions, dropped = position_array(level.items)
    result = np.full(len(coordinates), shapely.Polygon(), dtype=object)
    sizes = np.bincount(level.owner, minlength=len(rings.items))
    if (sizes == 0).any() and len(rings.items):
        raise Malformed(msg("a ring has no points"))
    if not len(sizes):
        return Batch(result, [], dropped)
    ends = np.cumsum(sizes)
    open_rings = (positions[ends - sizes] != positions[ends - 1]).any(axis=1)
    if (sizes < np.where(open_rings, 3, 4)).any():
        raise Malformed(msg("a ring has fewer than three points"))
    built_rings = np.asarray(shapely.linearrings(positions, indices=level.owner), dtype=object)
    filled, owner = np.unique(rings.owner, return_inverse=True)
    result[filled] = shapely.polygons(built_rings, indices=owner)
    unclosed = np.unique(rings.owner[open_rings]).tolist()
    return Batch(result, unclosed, dropped)


def grouped(
    make: Callable[..., object], parts: Geometries, owner: NDArray[np.intp], count: int
) -> Geometries:
    """Multi-geometries from their parts; empty ones where there is no part."""
    filled, inverse = np.unique(owner, return_inverse=True)
    result = np.full(count, make(np.array([], dtype=object)), dtype=object)
    if len(filled):
        result[filled] = make(parts, indices=inverse)
    return result


def position_array(positions: Sequence[object]) -> tuple[NDArray[np.float64], bool]:
    """Positions as (N, 2), and whether further ordinates were dropped."""
    if not len(positions):
        return np.empty((0, 2)), False
    try:
        array = np.array(positions)
    except ValueError:
        array = np.empty(0)
    if array.dtype.kind in "fiu" and array.ndim == 2 and array.shape[1] >= 2:
        pairs, dropped = array[:, :2].astype(np.float64), array.shape[1] > 2
    else:
        # Positions of mixed length, or with values that are no numbers.
        pairs = np.array([position_pair(position) for position in positions], dtype=np.float64)
        dropped = any(len(check_list(position)) > 2 for position in positions)
    if not np.isfinite(pairs).all():
        raise Malformed(msg("a coordinate is not a number (NaN or infinite)"))
    return pairs, dropped


def position_pair(position: object) -> tuple[float, float]:
    """The first two ordinates of a position. Raises `Malformed` where it is none."""
    match position:
        case [int() | float() as x, int() | float() as y, *_] if not (
            isinstance(x, bool) or isinstance(y, bool)
        ):
            return float(x), float(y)
        case [None, _, *_] | [_, None, *_]:
            raise Malformed(msg("a coordinate is null"))
    raise Malformed(
        msg("“{text}” is no position", text=shortened(json.dumps(position, default=str), 40))
    )


def check_positions(value: object, depth: int) -> None:
    """Raise `Malformed` where lists are not nested as deep as the type asks for."""
    if not isinstance(value, list):
        raise Malformed(msg("its coordinates are not nested as its type asks for"))
    if depth == 0:
        if value:
            position_pair(value)
        return
    for part in value:
        check_positions(part, depth - 1)


def geometry_of(member: object) -> Inline:
    """One inline geometry."""
    parsed = geometries_of([member])
    geometry = parsed.geometry[0]
    if isinstance(geometry, BaseGeometry) and not shapely.is_empty(geometry):
        return Inline(geometry, WGS84, bool(parsed.unclosed))
    return Inline(parsed.unreadable.get(0, msg("it is empty")), WGS84, False)

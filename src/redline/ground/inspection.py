"""What is in a file, as a person would ask: layers, fields, coordinate system, extent, faults.

Unlike a check, an inspection goes on where a check would refuse: a file without a coordinate system
still has fields, and its coordinates still look like something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
import shapely
from pyproj import CRS

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.addresses import is_database
from redline.ground.crs import (
    gauss_kruger_of,
    label,
    likely_system,
    to_degrees,
    total_bounds,
)
from redline.ground.diagnostics import capped
from redline.ground.features import FeatureTable, Geometries
from redline.ground.formats.layers import Column, LayerInfo, RawLayer
from redline.ground.measure import geodesic_length
from redline.ground.opening import plain
from redline.ground.plane import Bounds, Plane
from redline.ground.reading import (
    NumberedTable,
    boundary_table,
    chosen,
    finished,
    opened,
    shown,
)
from redline.ground.repair import repaired
from redline.messages import Message, msg

FieldKind = Literal["text", "whole number", "number", "yes or no", "date", "mixed", "empty"]

MOST_VALUES: Final = 24
"""Of a field with more values than this a sample is enough: it holds no codes."""

SAMPLES: Final = 5
"""How many values make a sample."""

FORMATS: Final[Mapping[str, Message]] = {
    ".txt": msg("boundary points (TXT)"),
    ".geojson": msg("GeoJSON"),
    ".json": msg("GeoJSON"),
    ".csv": msg("CSV"),
    ".tsv": msg("CSV"),
    ".kml": msg("KML"),
    ".kmz": msg("KMZ"),
    ".shp": msg("Shapefile"),
    ".gpkg": msg("GeoPackage"),
    ".fgb": msg("FlatGeobuf"),
    ".gdb": msg("FileGDB"),
    ".dxf": msg("DXF drawing"),
    ".parquet": msg("GeoParquet"),
    ".geoparquet": msg("GeoParquet"),
    ".zip": msg("ZIP archive"),
}

SHAPES: Final[Mapping[int, str]] = {
    -1: "none",
    0: "point",
    1: "line",
    2: "line",
    3: "polygon",
    4: "multipoint",
    5: "multiline",
    6: "multipolygon",
    7: "collection",
}
"""Kinds of geometry by shapely's numbers."""


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """A field of a layer.

    `filled` rows have a value, of which `distinct` differ. `values` are written as in a value map,
    each with how often it occurs: all of them (`every`) where there are few, the commonest first; a
    sample elsewhere. `least` and `greatest` are those of numbers and days.
    """

    name: str
    kind: FieldKind
    filled: int
    distinct: int
    values: tuple[tuple[str, int], ...]
    every: bool
    least: str | None = None
    greatest: str | None = None


@dataclass(frozen=True, slots=True)
class CrsSummary:
    """The coordinate system that a check would use, None where it would refuse.

    `basis` says how it was established. `likely` says what the numbers look like where nobody says
    what they are; a guess, for people only.
    """

    crs: CRS | None
    basis: Message | None
    likely: Message | None = None

    @property
    def label(self) -> str | None:
        """Name and code."""
        return label(self.crs) if self.crs is not None else None

    @property
    def code(self) -> str | None:
        """Authority and code, such as EPSG:4490."""
        authority = self.crs.to_authority() if self.crs is not None else None
        return ":".join(authority) if authority else None

    @property
    def zone(self) -> str | None:
        """The Gauss-Krüger zone, as `3° zone 38, central meridian 114°`; None for others."""
        zone = gauss_kruger_of(self.crs) if self.crs is not None else None
        if zone is None:
            return None
        return f"{zone.width}° {zone.zone}, {zone.central_meridian}° E"


@dataclass(frozen=True, slots=True)
class GeometrySummary:
    """The geometry of a layer.

    `shapes` counts kinds. `extent` is in the file's own coordinates, `degrees` in longitude and
    latitude. Areas (m²) are ellipsoidal and lengths (m) geodesic, sums over the features as a check
    would use them; None where there is none or the coordinate system is not known. `invalid`
    features break the rules for polygons: `mended` of them can be repaired, `refused` not.
    `repeated` features are the same as an earlier one.
    """

    shapes: Mapping[str, int]
    vertices: int
    missing: int
    extent: Bounds | None
    degrees: Bounds | None
    area_m2: float | None
    length_m: float | None
    invalid: int
    mended: int
    refused: int
    repeated: int


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A layer of a file; `columns` are its fields in full, for suggestions."""

    name: str
    features: int
    fields: tuple[FieldSummary, ...]
    crs: CrsSummary
    geometry: GeometrySummary
    encoding: str | None
    diagnostics: tuple[Diagnostic, ...]
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A file and its layers.

    `picked` is the layer that a check would read, None where it would ask. `unread` are layers that
    cannot be read at all, with the reasons.
    """

    path: Path | str
    format: Message
    size: int | None
    layers: tuple[LayerSummary, ...]
    picked: str | None
    unread: Mapping[str, tuple[Diagnostic, ...]]


def inspect_file(
    path: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> FileSummary:
    """What is in a file or database, or in one layer of it.

    Raises `Refusal` where it cannot be read at all.
    """
    unread: dict[str, tuple[Diagnostic, ...]] = {}
    with opened(path, encoding) as source:
        if source.boundary_points:
            found = boundary_table(Path(path), encoding, crs, frozenset())
            layers = [summary_of(found)]
            picked: str | None = layers[0].name
        else:
            infos = source.layers()
            picked = picked_alone(infos, path)
            names = [info.name for info in infos]
            layers = []
            for name in names if layer is None else [layer_named(layer, infos, path)]:
                try:
                    layers.append(raw_summary(source.read(name), shown(path), crs))
                except Refusal as refusal:
                    unread[name] = refusal.diagnostics
    if unread and not layers:
        raise Refusal(d for several in unread.values() for d in several)
    if is_database(path):
        database = msg("PostGIS database")
        return FileSummary(shown(path), database, None, tuple(layers), picked, unread)
    file = Path(path)
    form = FORMATS.get(file.suffix.casefold(), msg("unknown"))
    return FileSummary(file, form, size_of(file), tuple(layers), picked, unread)


def picked_alone(layers: Sequence[LayerInfo], path: Path | str) -> str | None:
    """The layer that a check would take by itself; None where it would have to ask."""
    try:
        return chosen(layers, None, path)
    except Refusal:
        return None


def layer_named(layer: str, layers: Sequence[LayerInfo], path: Path | str) -> str:
    """The layer that is asked for; of a database it may be a query."""
    return layer if is_database(path) else chosen(layers, layer, path)


def size_of(path: Path) -> int:
    """Bytes of a file, or of everything in a folder."""
    if path.is_dir():
        return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    return path.stat().st_size


def raw_summary(raw: RawLayer, path: str, crs: str | None) -> LayerSummary:
    """A layer as a check would read it; where a check would refuse it, as it stands."""
    try:
        usable = summary_of(finished(raw, path, crs, frozenset()))
        present = shapely.is_geometry(raw.geometry) & ~shapely.is_empty(raw.geometry)
        return replace(
            usable,
            features=len(raw.geometry),
            fields=fields_of(raw.columns),
            geometry=replace(usable.geometry, missing=int((~present).sum())),
            columns=raw.columns,
        )
    except Refusal as refusal:
        bounds = total_bounds(raw.geometry)
        stated = raw.stated is not None or crs is not None
        likely = likely_system(bounds) if bounds is not None and not stated else None
        return LayerSummary(
            raw.name,
            len(raw.geometry),
            fields_of(raw.columns),
            CrsSummary(None, None, likely),
            unplaced(raw.geometry, bounds),
            raw.encoding,
            (*refusal.diagnostics, *raw.diagnostics),
            raw.columns,
        )


def summary_of(found: NumberedTable) -> LayerSummary:
    """A layer that can be used."""
    table = found.table
    said = list(table.diagnostics)
    geometry = placed_summary(found, said)
    return LayerSummary(
        table.name,
        len(table),
        fields_of(table.columns),
        CrsSummary(table.crs, table.crs_basis),
        geometry,
        table.encoding,
        tuple(capped(said)),
        table.columns,
    )


# --- geometry ---------------------------------------------------------------------------------


def unplaced(geometry: Geometries, extent: Bounds | None) -> GeometrySummary:
    """Geometry of which nobody knows where on Earth it lies."""
    present = shapely.is_geometry(geometry) & ~shapely.is_empty(geometry)
    invalid = int((~shapely.is_valid(geometry[present])).sum())
    return GeometrySummary(
        shapes=shapes_of(geometry[present]),
        vertices=int(shapely.get_num_coordinates(geometry).sum()),
        missing=int((~present).sum()),
        extent=extent,
        degrees=None,
        area_m2=None,
        length_m=None,
        invalid=invalid,
        mended=0,
        refused=0,
        repeated=repeated(geometry[present]),
    )


def placed_summary(found: NumberedTable, said: list[Diagnostic]) -> GeometrySummary:
    """Geometry with its coordinate system; repairs are added to what is said."""
    table: FeatureTable = found.table
    extent = total_bounds(table.geometry)
    plain_summary = unplaced(table.geometry, extent)
    if extent is None:
        return plain_summary
    degrees = to_degrees(table.crs, extent)
    if not np.isfinite(degrees).all():
        return plain_summary
    plane = Plane.for_extent(degrees)
    geometry, _ = plane.try_project(table.geometry, table.crs)
    sound = repaired(geometry)
    place = Place(table.source)
    for diagnostic in sound.diagnostics:
        number = getattr(diagnostic, "number", None)
        own = int(found.numbers[number - 1]) if isinstance(number, int) else None
        said.append(replace(diagnostic, place=place, **({"number": own} if own else {})))
    area, length = shapely.area(sound.geometry), geodesic_length(plane, lines(sound.geometry))
    dimensions = shapely.get_dimensions(sound.geometry)
    refused = int(sound.refused.sum())
    return replace(
        plain_summary,
        degrees=degrees,
        area_m2=float(np.nansum(area)) if (dimensions == 2).any() else None,
        length_m=float(length.sum()) if (dimensions == 1).any() else None,
        invalid=len(sound.diagnostics),
        mended=len(sound.diagnostics) - refused,
        refused=refused,
    )


def lines(geometry: Geometries) -> Geometries:
    """The geometries that are lines, None for the others."""
    found = geometry.copy()
    found[shapely.get_dimensions(geometry) != 1] = None
    return found


def shapes_of(geometry: Geometries) -> dict[str, int]:
    """How many geometries there are of each kind, the commonest first."""
    counts = Counter(SHAPES[int(kind)] for kind in shapely.get_type_id(geometry))
    return dict(counts.most_common())


def repeated(geometry: Geometries) -> int:
    """How many geometries are exactly the same as an earlier one."""
    return len(geometry) - len(set(shapely.to_wkb(shapely.normalize(geometry)).tolist()))


# --- fields -----------------------------------------------------------------------------------


def fields_of(columns: Mapping[str, Column]) -> tuple[FieldSummary, ...]:
    """The fields of a layer."""
    return tuple(field_of(name, values) for name, values in columns.items())


def field_of(name: str, values: Column) -> FieldSummary:
    """What a field holds."""
    filled = [v for v in values.tolist() if v is not None and v != ""]
    counts = Counter(plain(value) for value in filled)
    kind = kind_of(filled)
    every = len(counts) <= MOST_VALUES
    least, greatest = (
        extremes(filled) if kind in ("whole number", "number", "date") else (None,) * 2
    )
    shown = (
        sorted(counts.items(), key=lambda item: (-item[1], item[0])) if every else sample(counts)
    )
    return FieldSummary(name, kind, len(filled), len(counts), tuple(shown), every, least, greatest)


def sample(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Some values, spread over all of them in the order of the file."""
    values = list(counts.items())
    step = max(1, len(values) // SAMPLES)
    return values[::step][:SAMPLES]


def kind_of(values: Sequence[object]) -> FieldKind:
    """What kind of values a field holds; text that is all numbers counts as text."""
    kinds: set[FieldKind] = {kind_of_value(value) for value in values}
    if kinds == {"whole number", "number"}:
        return "number"
    if len(kinds) > 1:
        return "mixed"
    return kinds.pop() if kinds else "empty"


def kind_of_value(value: object) -> FieldKind:
    """The kind of one value."""
    match value:
        case bool():
            return "yes or no"
        case int():
            return "whole number"
        case float():
            return "number"
        case date():
            return "date"
    return "text"


def extremes(values: Sequence[object]) -> tuple[str | None, str | None]:
    """The least and the greatest of numbers or days, as they are written."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        numbers = [v for v in values if isinstance(v, int | float)]
        return plain(min(numbers)), plain(max(numbers))
    days = [v.date() if isinstance(v, datetime) else v for v in values if isinstance(v, date)]
    return (str(min(days)), str(max(days))) if days else (None, None)

"""Opening a layer of the catalog: its files read, placed, and put in the vocabulary's terms."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.addresses import is_database, without_password
from redline.ground.catalog import (
    Catalog,
    CoverageSpec,
    Everywhere,
    LayerSource,
    LayerVersion,
    OwnExtent,
    WithinBounds,
    WithinFile,
)
from redline.ground.catalog_diagnostics import (
    CannotBePlaced,
    CoverageAssumed,
    EmptyLayerHasFeatures,
    UnknownField,
    UnmappedValues,
)
from redline.ground.diagnostics import capped
from redline.ground.features import FeatureTable, Geometries
from redline.ground.plane import Bounds, Plane, degrees_from
from redline.ground.repair import repaired
from redline.ground.store import LARGE, Columns, LayerGround, Store, key_of, sha256_of
from redline.ground.tiles import tile
from redline.ground.zoning import WHOLE_PLANE_M, Coverage, Zone, together, without_extent_of

ValueMap = Mapping[str, str | int | float | bool]

EVERYTHING = np.array([shapely.box(-WHOLE_PLANE_M, -WHOLE_PLANE_M, WHOLE_PLANE_M, WHOLE_PLANE_M)])

MOST_VALUES = 200
"""Fields with more values than this are names or numbers, not codes: theirs are not counted."""

FURTHEST_DEGREES = 80.0
"""How far from the centre of a plane, in longitude, a coverage given by bounds is followed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One source of a layer; `coverage` None means everywhere."""

    ground: LayerGround
    columns: Columns
    coverage: BaseGeometry | None
    diagnostics: tuple[Diagnostic, ...]


def open_zone(version: LayerVersion, plane: Plane, *, store: Store | None = None) -> Zone:
    """A version of a layer, read from its sources, in a plane.

    With a store, large sources are put into it when they are first opened, and from then on only
    what is asked for is read. Raises `Refusal` where a source cannot be read or the catalog does
    not fit it.
    """
    sources = [open_source(version, source, plane, store) for source in version.sources]
    everywhere = any(source.coverage is None for source in sources)
    coverage = shapely.union_all([s.coverage for s in sources if s.coverage is not None])
    counts = [len(source.ground) for source in sources]
    return Zone(
        version.name,
        plane,
        np.concatenate([source.ground.geometry for source in sources]),
        stacked([(source.columns, len(source.ground)) for source in sources]),
        together([source.ground.pieces for source in sources], counts),
        None if everywhere else cut_coverage(coverage),
        version.label,
        digest_of_all([source.ground.digest for source in sources]),
        version.accuracy,
        version.approval,
        version.empty,
        tuple(d for source in sources for d in source.diagnostics),
    )


def open_source(
    version: LayerVersion, source: LayerSource, plane: Plane, store: Store | None
) -> Opened:
    """One source of a version: its ground in the plane, its columns in the vocabulary's terms."""
    ground = NOTHING if source.path is None else layer_ground(source, plane, store)
    if source.empty and len(ground):
        raise Refusal(
            [EmptyLayerHasFeatures(place=source.place, layer=version.name, features=len(ground))]
        )
    said = list(ground.diagnostics)
    columns = vocabulary_columns(version.name, source, ground, said)
    if isinstance(source.coverage, OwnExtent):
        said.append(CoverageAssumed(place=source.place, layer=version.name))
    # A feature that was left out may lie anywhere: what is there counts, what is not is unknown.
    coverage: BaseGeometry | None = shapely.Polygon()
    if ground.whole:
        extent = ground.extent if isinstance(source.coverage, OwnExtent) else None
        coverage = coverage_in(source.coverage, plane, extent)
        if source.within is not None:
            read_from = coverage_in(WithinBounds(source.within), plane, None)
            coverage = read_from if coverage is None else coverage & read_from
    if len(ground.unknown):
        coverage = without_extent_of(coverage, ground.unknown)
    return Opened(ground, columns, coverage, tuple(said))


NOTHING = LayerGround(
    tile(np.empty(0, dtype=object)),
    np.empty(0, dtype=object),
    {},
    {},
    None,
    np.empty(0, dtype=object),
    True,
    "",
    (),
)
"""The ground of a source that has no file."""


def layer_ground(source: LayerSource, plane: Plane, store: Store | None) -> LayerGround:
    """The ground of a source that has a file: from the store, else read, and stored if large."""
    slot = None if store is None else slot_of(source, plane, store)
    if store is None or slot is None:
        return read_ground(source, plane, None)
    stored = store.kept(slot.key) or store.open(slot.key)
    if stored is not None:
        return stored
    ground = read_ground(source, plane, slot.digest)
    put_away(ground, slot, plane, store)
    return ground


@dataclass(frozen=True, slots=True)
class Slot:
    """The key under which a source is stored, and the digest of its files."""

    key: str
    digest: str


def slot_of(source: LayerSource, plane: Plane, store: Store) -> Slot | None:
    """Where a source is stored; None for those that are no files, which may change at any time."""
    files = files_of_source(source)
    if source.path is None or not files:
        return None
    digest = store.digest_of(files)
    within = None if source.within is None else repr(source.within)
    reading = (source.path, source.layer, source.crs, source.encoding)
    key = key_of(digest, plane, *reading, *([within] if within else []))
    return Slot(key, digest)


def files_of_source(source: LayerSource) -> list[Path]:
    """The files of a source; none where it has none, or is no file."""
    if source.path is None or is_database(source.path) or "://" in source.path:
        return []
    files = list(files_of(Path(source.path)))
    return files if all(file.is_file() for file in files) else []


def put_away(ground: LayerGround, slot: Slot, plane: Plane, store: Store) -> bool:
    """Store a layer: tiled where it is large, else whole. Tells whether it was tiled."""
    if vertices_of(ground) <= LARGE:
        store.keep(slot.key, ground)
        return False
    counted = {name: counted_values(values) for name, values in ground.columns.items()}
    few = {name: counts for name, counts in counted.items() if counts is not None}
    return store.write(slot.key, plane, replace(ground, values=few))


def vertices_of(ground: LayerGround) -> int:
    """Vertices of all pieces of a layer."""
    pieces = ground.pieces.near(EVERYTHING)
    return int(shapely.get_num_coordinates(pieces.geometry).sum())


def read_ground(source: LayerSource, plane: Plane, digest: str | None) -> LayerGround:
    """The ground of a source as its file has it."""
    assert source.path is not None
    table = read(source.path, source.layer, source.crs, source.encoding, source.within)
    said = list(table.diagnostics)
    geometry = placed(table, plane, said)
    whole = not any(d.severity == "error" for d in said)
    sound = repaired(geometry)
    said += [replace(d, place=Place(table.source)) for d in capped(sound.diagnostics)]
    return LayerGround(
        pieces=tile(sound.geometry),
        geometry=sound.geometry,
        columns=table.columns,
        values={},
        extent=extent_of(plane, geometry),
        unknown=np.asarray(shapely.envelope(geometry[sound.refused])),
        whole=whole,
        digest=digest or digest_of_source(source, table),
        diagnostics=tuple(said),
    )


def extent_of(plane: Plane, geometry: Geometries) -> Bounds | None:
    """The extent of geometries of a plane in degrees; None where there are none."""
    vertices = shapely.get_coordinates(geometry)
    if not len(vertices):
        return None
    degrees = plane.to_degrees(vertices)
    west, south = degrees.min(axis=0).tolist()
    east, north = degrees.max(axis=0).tolist()
    return west, south, east, north


def read(
    path: str,
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    within: Bounds | None = None,
) -> FeatureTable:
    """The features of a file or database, in its own CRS."""
    from redline.ground.reading import read_features

    return read_features(path, layer=layer, crs=crs, encoding=encoding, within=within)


def placed(table: FeatureTable, plane: Plane, said: list[Diagnostic]) -> Geometries:
    """The features of a table in the plane; those that cannot be placed are None, and said so.

    Raises `Refusal` where none of them can be placed.
    """
    geometry, failed = plane.try_project(table.geometry, table.crs)
    faults = [
        CannotBePlaced(place=Place(table.source), number=int(row) + 1)
        for row in np.flatnonzero(failed)
    ]
    if faults and not shapely.is_geometry(geometry).any():
        raise Refusal(capped(faults))
    said += capped(faults)
    return geometry


def plane_of_catalog(catalog: Catalog) -> Plane | None:
    """The plane around the ground that a catalog covers; None where it does not say.

    Tiles are stored for one plane, so checks that share a catalog should share its plane.
    """
    match catalog.coverage:
        case WithinBounds(bounds):
            return Plane.for_extent(bounds)
        case WithinFile():
            return plane_around(coverage_table(catalog.coverage))
    return None


@lru_cache(maxsize=64)
def coverage_table(spec: WithinFile) -> FeatureTable:
    """The polygons of a coverage, as their file has them."""
    return read(spec.path, spec.layer, spec.crs, None)


def plane_of_source(source: LayerSource) -> Plane | None:
    """The plane around the features of a source; None where there are none."""
    if source.path is None:
        return None
    return plane_around(read(source.path, source.layer, source.crs, source.encoding))


def plane_around(table: FeatureTable) -> Plane | None:
    """The plane around the features of a table; None where there are none."""
    if not len(table):
        return None
    west, south, east, north = shapely.total_bounds(table.geometry)
    corners = np.array([[west, south], [east, south], [east, north], [west, north]])
    degrees = degrees_from(table.crs)(corners)
    low, high = degrees.min(axis=0).tolist(), degrees.max(axis=0).tolist()
    return Plane.for_extent((*low, *high)) if np.isfinite(degrees).all() else None


# --- columns ----------------------------------------------------------------------------------


def vocabulary_columns(
    layer: str, source: LayerSource, ground: LayerGround, said: list[Diagnostic]
) -> Columns:
    """The columns of a source, and those that the catalog maps under the vocabulary's names."""
    mapped: dict[str, MappedColumn] = {}
    missing: list[Diagnostic] = []
    for column, wanted in (source.fields or {}).items():
        field = field_named(wanted, ground.columns)
        if field is None:
            known = tuple(ground.columns)
            missing.append(UnknownField(place=source.place, layer=layer, field=wanted, known=known))
            continue
        values = (source.values or {}).get(column)
        mapped[column] = MappedColumn(field, values)
        if values is not None:
            said += unmapped(layer, source, field, ground, values)
    if missing:
        raise Refusal(missing)
    return MappedColumns(ground.columns, mapped)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """The field that a column is read from, and what its values mean (None: what they say)."""

    field: str
    values: ValueMap | None


class MappedColumns(Mapping[str, NDArray[np.object_]]):
    """The fields of a source, with some columns mapped; each is made when it is asked for."""

    def __init__(self, fields: Columns, mapped: Mapping[str, MappedColumn]) -> None:
        self._fields = fields
        self._mapped = mapped
        self._made: dict[str, NDArray[np.object_]] = {}

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        if name not in self._mapped:
            return self._fields[name]
        if name not in self._made:
            column = self._mapped[name]
            written = self._fields[column.field]
            self._made[name] = (
                written if column.values is None else translated(written, column.values)
            )
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._mapped
        yield from (name for name in self._fields if name not in self._mapped)

    def __len__(self) -> int:
        return len(set(self._mapped) | set(self._fields))


def field_named(wanted: str, columns: Columns) -> str | None:
    """The field of a file that a catalog means: case aside, cut to ten characters if need be."""
    if wanted in columns:
        return wanted
    for length in (None, 10):
        near = [field for field in columns if field.casefold() == wanted[:length].casefold()]
        if len(near) == 1:
            return near[0]
    return None


def translated(written: NDArray[np.object_], values: ValueMap) -> NDArray[np.object_]:
    """Values of a file as the vocabulary's; None for what the map does not tell."""
    told = {**{plain(value): value for value in values.values()}, **values}
    known = {value: told.get(plain(value)) for value in set(written.tolist())}
    result = np.empty(len(written), dtype=object)
    result[:] = [known[value] for value in written.tolist()]
    return result


def plain(value: object) -> str:
    """A value as it is written in a value map: whole numbers without a point, spaces trimmed."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def unmapped(
    layer: str, source: LayerSource, field: str, ground: LayerGround, values: ValueMap
) -> Iterator[Diagnostic]:
    """A warning about values that the map does not tell."""
    counts = ground.values.get(field)
    if counts is None:
        counts = counted_values(ground.columns[field], most=None) or {}
    told = set(values) | {plain(value) for value in values.values()}
    lost = {value: count for value, count in counts.items() if value not in told}
    if lost:
        yield UnmappedValues(
            place=source.place,
            layer=layer,
            field=field,
            values=tuple(sorted(lost)[:10]),
            features=sum(lost.values()),
        )


def counted_values(
    column: NDArray[np.object_], most: int | None = MOST_VALUES
) -> dict[str, int] | None:
    """How often each value occurs, as it is written in a value map; None where there are more
    than so many.
    """
    raw = Counter(column.tolist())
    if most is not None and len(raw) > most:
        return None
    counts: Counter[str] = Counter()
    for value, count in raw.items():
        if value is not None:
            counts[plain(value)] += count
    return dict(counts)


def stacked(tables: list[tuple[Columns, int]]) -> Columns:
    """Columns of several sources one below the other; None where a source has no such column."""
    if len(tables) == 1:
        return tables[0][0]
    names = dict.fromkeys(name for columns, _ in tables for name in columns)
    return {
        name: np.concatenate(
            [
                columns[name] if name in columns else np.full(count, None, dtype=object)
                for columns, count in tables
            ]
        )
        for name in names
    }


# --- coverage ---------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def cut_coverage(geometry: BaseGeometry) -> Coverage:
    """A coverage cut to pieces; most layers of a catalog share one."""
    return Coverage.of(geometry)


@lru_cache(maxsize=64)
def coverage_in(spec: CoverageSpec, plane: Plane, extent: Bounds | None) -> BaseGeometry | None:
    """A coverage in the plane; None for everywhere."""
    match spec:
        case Everywhere():
            return None
        case WithinBounds(bounds):
            return bounds_in(plane, bounds)
        case WithinFile(path=path):
            table = coverage_table(spec)
            said = list(table.diagnostics)
            ground = repaired(placed(table, plane, said))
            said += [replace(d, place=Place(without_password(path))) for d in ground.diagnostics]
            if any(d.severity == "error" for d in said):
                raise Refusal(d for d in said if d.severity == "error")
            return shapely.union_all(ground.geometry)
        case OwnExtent():
            return shapely.Polygon() if extent is None else bounds_in(plane, extent)


def bounds_in(plane: Plane, bounds: Bounds) -> BaseGeometry:
    """The ground between meridians and parallels, as far as a plane reaches.

    Its edges are followed in steps of a four-thousandth, which errs by millimetres for a county
    and by decimetres for a continent.
    """
    west, south, east, north = bounds
    if west > east:
        east += 360
    pieces = []
    for turn in (-360, 0, 360):
        low = max(west + turn, plane.longitude - FURTHEST_DEGREES)
        high = min(east + turn, plane.longitude + FURTHEST_DEGREES)
        if low < high:
            frame = shapely.box(low, max(south, -89.0), high, min(north, 89.0))
            pieces.append(shapely.segmentize(frame, max(high - low, north - south) / 4000))
    return shapely.union_all(shapely.transform(np.array(pieces, dtype=object), plane.from_degrees))


# --- digests ----------------------------------------------------------------------------------


def digest_of_source(source: LayerSource, table: FeatureTable) -> str:
    """The SHA-256 of a source's files; of what was read, for sources that are no files."""
    files = files_of_source(source)
    return sha256_of(files) if files else digest_of(table)


def digest_of(table: FeatureTable) -> str:
    """The SHA-256 of what was read."""
    digest = hashlib.sha256(b"".join(g or b"-" for g in shapely.to_wkb(table.geometry)))
    digest.update(repr({name: list(values) for name, values in table.columns.items()}).encode())
    return digest.hexdigest()


def files_of(path: Path) -> Iterator[Path]:
    """The files that make up a source: a folder's, a shapefile's siblings, or the one."""
    if path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.is_file())
    elif path.suffix.lower() == ".shp":
        parts = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        near = path.parent.iterdir()
        yield from sorted(p for p in near if p.stem == path.stem and p.suffix.lower() in parts)
    else:
        yield path


def digest_of_all(digests: list[str]) -> str:
    """One digest for several sources."""
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )

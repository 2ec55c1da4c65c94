"""Opening a layer of the catalog: its files read, placed, and put in the vocabulary's terms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.catalog import (
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
from redline.ground.plane import Bounds, Plane
from redline.ground.repair import repaired
from redline.ground.zoning import Zone, make_zone

Columns = Mapping[str, NDArray[np.object_]]

FURTHEST_DEGREES = 80.0
"""How far from the centre of a plane, in longitude, a coverage given by bounds is followed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One source of a layer in the plane; `coverage` None means everywhere."""

    geometry: Geometries
    columns: Columns
    coverage: BaseGeometry | None
    digest: str
    diagnostics: tuple[Diagnostic, ...]


def open_zone(version: LayerVersion, plane: Plane) -> Zone:
    """A version of a layer, read from its sources, in a plane.

    Raises `Refusal` where a source cannot be read or the catalog does not fit it.
    """
    sources = [open_source(version, source, plane) for source in version.sources]
    everywhere = any(source.coverage is None for source in sources)
    coverage = shapely.union_all([s.coverage for s in sources if s.coverage is not None])
    return make_zone(
        version.name,
        np.concatenate([source.geometry for source in sources]),
        plane,
        columns=stacked([(source.columns, len(source.geometry)) for source in sources]),
        coverage=None if everywhere else coverage,
        version=version.label,
        digest=digest_of_all([source.digest for source in sources]),
        accuracy=version.accuracy,
        approval=version.approval,
        empty=version.empty,
        diagnostics=tuple(d for source in sources for d in source.diagnostics),
    )


def open_source(version: LayerVersion, source: LayerSource, plane: Plane) -> Opened:
    """One source of a version: its features in the plane, its columns in the vocabulary's terms."""
    said: list[Diagnostic] = []
    if source.path is None:
        geometry: Geometries = np.empty(0, dtype=object)
        columns: Columns = {}
        digest, whole = "", True
    else:
        table = read(source.path, source.layer, source.crs, source.encoding)
        digest = digest_of(source.path, table)
        if source.empty and len(table):
            raise Refusal(
                [EmptyLayerHasFeatures(place=source.place, layer=version.name, features=len(table))]
            )
        said += table.diagnostics
        geometry = placed(table, plane, said)
        whole = not any(d.severity == "error" for d in said)
        columns = vocabulary_columns(version.name, source, table, said)
    if isinstance(source.coverage, OwnExtent):
        said.append(CoverageAssumed(place=source.place, layer=version.name))
    # A feature that was left out may lie anywhere: what is there counts, what is not is unknown.
    coverage = coverage_in(source.coverage, plane, geometry) if whole else shapely.Polygon()
    return Opened(geometry, columns, coverage, digest, tuple(said))


def read(path: str, layer: str | None, crs: str | None, encoding: str | None) -> FeatureTable:
    """The features of a file, in its own CRS."""
    from redline.ground.reading import read_features

    return read_features(path, layer=layer, crs=crs, encoding=encoding)


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


# --- columns ----------------------------------------------------------------------------------


def vocabulary_columns(
    layer: str, source: LayerSource, table: FeatureTable, said: list[Diagnostic]
) -> Columns:
    """The columns of a table with those that the catalog maps under the vocabulary's names."""
    columns = dict(table.columns)
    missing: list[Diagnostic] = []
    for column, wanted in (source.fields or {}).items():
        field = field_named(wanted, table.columns)
        if field is None:
            known = tuple(table.columns)
            missing.append(UnknownField(place=source.place, layer=layer, field=wanted, known=known))
            continue
        values = (source.values or {}).get(column)
        written = table.columns[field]
        columns[column] = written if values is None else translated(written, values)
        if values is not None:
            said += unmapped(layer, source, field, written, columns[column])
    if missing:
        raise Refusal(missing)
    return columns


def field_named(wanted: str, columns: Columns) -> str | None:
    """The field of a file that a catalog means: case aside, cut to ten characters if need be."""
    if wanted in columns:
        return wanted
    for length in (None, 10):
        near = [field for field in columns if field.casefold() == wanted[:length].casefold()]
        if len(near) == 1:
            return near[0]
    return None


def translated(
    written: NDArray[np.object_], values: Mapping[str, str | int | float | bool]
) -> NDArray[np.object_]:
    """Values of a file as the vocabulary's; None for what the map does not tell."""
    meant = set(values.values())
    result = np.full(len(written), None, dtype=object)
    for row, value in enumerate(written):
        result[row] = values.get(plain(value), value if value in meant else None)
    return result


def plain(value: object) -> str:
    """A value as it is written in a value map: whole numbers without a point, spaces trimmed."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def unmapped(
    layer: str,
    source: LayerSource,
    field: str,
    written: NDArray[np.object_],
    meant: NDArray[np.object_],
) -> Iterator[Diagnostic]:
    """A warning about values that the map does not tell."""
    lost = [plain(w) for w, m in zip(written, meant, strict=True) if w is not None and m is None]
    if lost:
        values = tuple(sorted(set(lost))[:10])
        yield UnmappedValues(
            place=source.place, layer=layer, field=field, values=values, features=len(lost)
        )


def stacked(tables: list[tuple[Columns, int]]) -> Columns:
    """Columns of several sources one below the other; None where a source has no such column."""
    names = dict.fromkeys(name for columns, _ in tables for name in columns)
    return {
        name: np.concatenate(
            [columns.get(name, np.full(count, None, dtype=object)) for columns, count in tables]
        )
        for name in names
    }


# --- coverage ---------------------------------------------------------------------------------


def coverage_in(spec: CoverageSpec, plane: Plane, geometry: Geometries) -> BaseGeometry | None:
    """A coverage in the plane; None for everywhere."""
    match spec:
        case Everywhere():
            return None
        case WithinBounds(bounds):
            return bounds_in(plane, bounds)
        case WithinFile(path, layer, crs):
            table = read(path, layer, crs, None)
            said = list(table.diagnostics)
            ground = repaired(placed(table, plane, said))
            said += [replace(d, place=Place(path)) for d in ground.diagnostics]
            if any(d.severity == "error" for d in said):
                raise Refusal(d for d in said if d.severity == "error")
            return shapely.union_all(ground.geometry)
        case OwnExtent():
            vertices = shapely.get_coordinates(geometry)
            if not len(vertices):
                return shapely.Polygon()
            degrees = plane.to_degrees(vertices)
            west, south = degrees.min(axis=0)
            east, north = degrees.max(axis=0)
            return bounds_in(plane, (west, south, east, north))


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


def digest_of(path: str, table: FeatureTable) -> str:
    """The SHA-256 of a source: of its bytes where it is a file, else of what was read from it."""
    files = [] if "://" in path else list(files_of(Path(path)))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    if not files:
        digest.update(b"".join(g or b"-" for g in shapely.to_wkb(table.geometry)))
        digest.update(repr({k: list(v) for k, v in table.columns.items()}).encode())
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

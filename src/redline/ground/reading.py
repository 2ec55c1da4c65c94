"""Features from files of every format that people send.

`read_features` opens a file by its name's ending, picks the layer, establishes the CRS and holds
the coordinates against it. GeoJSON, KML, CSV and boundary-point TXT are parsed here, without GDAL,
so that a small submission does not wait for it.

A feature that cannot be used (no geometry, coordinates that are no numbers, far from all others)
is left out and reported by its number in the file; the rest go on. An error among a table's
diagnostics therefore means that the table is not complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.addresses import database_url, is_database, without_password
from redline.ground.archives import unpacked
from redline.ground.crs import (
    Bounds,
    Refused,
    check_coordinates,
    check_web_map_fields,
    degrees_of_each,
    establish_crs,
    reprojected,
)
from redline.ground.diagnostics import (
    ArchiveRefused,
    DimensionsDropped,
    FileMissing,
    GeometryMissing,
    GeometryUnreadable,
    LayerNotChosen,
    LayerUnknown,
    NoFeatures,
    ReadingRemark,
    UnknownFormat,
    capped,
    listed,
)
from redline.ground.features import FeatureTable
from redline.ground.files import neighbours, read_bytes
from redline.ground.formats.layers import LayerInfo, RawLayer, column, info_of
from redline.messages import msg

LARGEST_TEXT: Final = 2 * 2**30
"""Bytes of a text format beyond which it is not read into memory."""


@dataclass(frozen=True, slots=True)
class NumberedTable:
    """A table of features and the number in the file (from 1) of each of its rows."""

    table: FeatureTable
    numbers: NDArray[np.int64]


def read_features(
    path: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    accept_ballpark: Refused = frozenset(),
    within: Bounds | None = None,
) -> FeatureTable:
    """The features of a file, of one layer of it, or of a table or query of a database.

    Where there are several layers, `layer` names one; the only one with polygons is picked
    alone. `crs` (a code, WKT or PROJ string) prevails over what the file states. `encoding` is
    that of its text, where it cannot be told. `accept_ballpark` names datums that are taken as
    CGCS2000 although nothing transforms them. `within` keeps only features whose rectangle meets
    west, south, east, north in degrees. Raises `Refusal` where nothing can be read.
    """
    return read_numbered(
        path,
        layer=layer,
        crs=crs,
        encoding=encoding,
        accept_ballpark=accept_ballpark,
        within=within,
    ).table


def read_numbered(
    path: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    accept_ballpark: Refused = frozenset(),
    within: Bounds | None = None,
) -> NumberedTable:
    """As `read_features`, with the features' numbers in the file."""
    if is_database(path):
        from redline.ground.formats.postgis import read_postgis

        raw = read_postgis(path, layer, within)
        return finished(raw, shown(path), crs, accept_ballpark)
    path = Path(path)
    with opened(path, encoding) as source:
        if source.boundary_points:
            return limited(boundary_table(path, encoding, crs, accept_ballpark), within)
        raw = source.read(chosen(source.layers(), layer, path))
    return limited(finished(raw, path, crs, accept_ballpark), within)


def shown(path: Path | str) -> str:
    """The name of a source as people may see it: without a password."""
    return without_password(database_url(path)) if is_database(path) else str(path)


def limited(found: NumberedTable, within: Bounds | None) -> NumberedTable:
    """The features whose rectangle meets some bounds in degrees; all where there are no bounds."""
    if within is None:
        return found
    west, south, east, north = within
    table = found.table
    bounds = degrees_of_each(table.crs, shapely.bounds(table.geometry))
    kept = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    kept &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    some = replace(
        table,
        geometry=table.geometry[kept],
        columns={name: values[kept] for name, values in table.columns.items()},
    )
    return NumberedTable(some, found.numbers[kept])


def list_layers(path: Path | str) -> tuple[LayerInfo, ...]:
    """The layers of a file that have geometry. Raises `Refusal`."""
    with opened(path, None) as source:
        if source.boundary_points:
            return (LayerInfo(Path(path).stem, "Polygon", None),)
        return tuple(source.layers())


# --- sources ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is open: its layers, and how one of them is read."""

    layers: Callable[[], Sequence[LayerInfo]]
    read: Callable[[str], RawLayer]
    boundary_points: bool = False


def single(name: str, read: Callable[[], RawLayer]) -> Source:
    """A source with one layer, read only when it is asked for."""
    return Source(lambda: [LayerInfo(name, None, None)], lambda _: read())


def several(read: Callable[[], Sequence[RawLayer]]) -> Source:
    """A source whose layers are all read at once."""
    layers = cache(lambda: {layer.name: layer for layer in read()})
    return Source(
        lambda: [info_of(layer) for layer in layers().values()], lambda name: layers()[name]
    )


def text_source(path: Path, encoding: str | None) -> Source:
    """GeoJSON, CSV and KML: what is read into memory."""
    name, file = path.stem, str(path)

    def data() -> bytes:
        return read_bytes(path, LARGEST_TEXT)

    match path.suffix.casefold():
        case ".geojson" | ".json":
            from redline.ground.formats.geojson import read_geojson

            return single(name, lambda: read_geojson(data(), file, name))
        case ".csv" | ".tsv":
            from redline.ground.formats.delimited import read_delimited

            return single(name, lambda: read_delimited(data(), file, name, encoding))
    from redline.ground.formats.kml import read_kml

    return several(lambda: read_kml(data(), file, name))


def gdal_source(path: Path, encoding: str | None) -> Source:
    """Shapefile, GeoPackage, FlatGeobuf and FileGDB."""
    from redline.ground.formats import gdal

    kinds = {
        ".shp": gdal.SHAPEFILE,
        ".gpkg": gdal.GEOPACKAGE,
        ".fgb": gdal.FLATGEOBUF,
        ".gdb": gdal.FILEGDB,
    }
    kind = kinds[path.suffix.casefold()]
    if kind in (gdal.SHAPEFILE, gdal.FLATGEOBUF):
        return single(path.stem, lambda: gdal.read_gdal(path, kind, None, encoding))
    return Source(
        lambda: gdal.gdal_layers(path, kind), lambda name: gdal.read_gdal(path, kind, name)
    )


def drawing_source(path: Path, _: str | None) -> Source:
    """DXF."""
    from redline.ground.formats.dxf import read_drawing

    return several(lambda: read_drawing(path))


def parquet_source(path: Path, _: str | None) -> Source:
    """GeoParquet."""
    from redline.ground.formats.geoparquet import read_geoparquet

    return single(path.stem, lambda: read_geoparquet(path, path.stem))


READERS: Final[dict[str, Callable[[Path, str | None], Source]]] = {
    ".geojson": text_source,
    ".json": text_source,
    ".csv": text_source,
    ".tsv": text_source,
    ".kml": text_source,
    ".shp": gdal_source,
    ".gpkg": gdal_source,
    ".fgb": gdal_source,
    ".gdb": gdal_source,
    ".dxf": drawing_source,
    ".parquet": parquet_source,
    ".geoparquet": parquet_source,
}

ARCHIVES: Final = (".zip", ".kmz")

BOUNDARY_POINTS: Final = ".txt"

SUFFIXES: Final = (BOUNDARY_POINTS, *READERS, *ARCHIVES)
"""Name endings that can be read, lower case."""


def opened(path: Path | str, encoding: str | None) -> AbstractContextManager[Source]:
    """A file ready to be read, by the ending of its name; or a database. Raises `Refusal`."""
    if is_database(path):
        from redline.ground.formats.postgis import postgis_layers, read_postgis

        return nullcontext(
            Source(lambda: postgis_layers(path), lambda name: read_postgis(path, name))
        )
    path = Path(path)
    if not path.exists():
        place = Place(str(path))
        raise refuse(FileMissing(place=place, path=str(path), neighbours=neighbours(path)))
    suffix = path.suffix.casefold()
    if suffix in ARCHIVES:
        return archive_source(path, encoding)
    if suffix == BOUNDARY_POINTS:
        return nullcontext(Source(list, lambda _: no_layer(path), boundary_points=True))
    if suffix not in READERS:
        place = Place(str(path))
        raise refuse(UnknownFormat(place=place, suffix=path.suffix, known=SUFFIXES))
    return nullcontext(READERS[suffix](path, encoding))


def no_layer(path: Path) -> RawLayer:
    raise refuse(LayerUnknown(place=Place(str(path)), layer="", layers=()))


@contextmanager
def archive_source(path: Path, encoding: str | None) -> Iterator[Source]:
    """The data sets in an archive as one source, unpacked while the block lasts."""
    with unpacked(path) as folder:
        found = data_sets(folder)
        if not found:
            reason = msg("nothing in it can be read")
            raise refuse(ArchiveRefused(place=Place(str(path)), reason=reason))
        sources = {one: READERS[one.suffix.casefold()](one, encoding) for one in found}
        alone = next(iter(sources.values()))
        yield renamed(alone if len(sources) == 1 else joined(sources), folder, path)


def data_sets(folder: Path) -> list[Path]:
    """What can be read in a folder; the insides of a geodatabase are not looked at."""
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.casefold()
        inside = any(parent.suffix.casefold() == ".gdb" for parent in path.parents)
        if suffix in READERS and not inside and path.is_dir() == (suffix == ".gdb"):
            found.append(path)
    return found


def joined(sources: dict[Path, Source]) -> Source:
    """Several data sets as one source, each layer under the name of its file (and its own)."""
    by_name: dict[str, tuple[Source, str, LayerInfo]] = {}
    for path, source in sources.items():
        layers = source.layers()
        for info in layers:
            name = path.stem if len(layers) == 1 else f"{path.stem}/{info.name}"
            geometry = info.geometry or shape_kind(path)
            by_name[name] = (source, info.name, LayerInfo(name, geometry, info.features))

    def read(name: str) -> RawLayer:
        source, inner, _ = by_name[name]
        return source.read(inner)

    return Source(lambda: [info for _, _, info in by_name.values()], read)


def shape_kind(path: Path) -> str | None:
    """The kind of geometry that the header of a Shapefile names."""
    if path.suffix.casefold() != ".shp":
        return None
    with path.open("rb") as stream:
        header = stream.read(36)
    kinds = {1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint"}
    return kinds.get(int.from_bytes(header[32:36], "little") % 10) if len(header) == 36 else None


def renamed(source: Source, folder: Path, archive: Path) -> Source:
    """A source whose refusals name the archive and what is in it, not where it was unpacked."""

    def layers() -> Sequence[LayerInfo]:
        try:
            return source.layers()
        except Refusal as refusal:
            raise elsewhere(refusal, folder, archive) from None

    def read(name: str) -> RawLayer:
        try:
            raw = source.read(name)
        except Refusal as refusal:
            raise elsewhere(refusal, folder, archive) from None
        said = tuple(moved(diagnostic, folder, archive) for diagnostic in raw.diagnostics)
        return replace(raw, diagnostics=said)

    return Source(layers, read)


def elsewhere(refusal: Refusal, folder: Path, archive: Path) -> Refusal:
    return Refusal(moved(diagnostic, folder, archive) for diagnostic in refusal.diagnostics)


def moved(diagnostic: Diagnostic, folder: Path, archive: Path) -> Diagnostic:
    """A diagnostic whose place is the archive, with the file in it as the item."""
    place = diagnostic.place
    if place is None or not place.file.startswith(str(folder)):
        return diagnostic
    inner = Path(place.file).relative_to(folder).as_posix()
    item = f"{inner}, {place.item}" if place.item else inner
    return replace(diagnostic, place=replace(place, file=str(archive), item=item))


# --- choosing a layer -------------------------------------------------------------------------


def chosen(layers: Sequence[LayerInfo], wanted: str | None, path: Path | str) -> str:
    """The layer that is meant: by name, or the only one, or the only one with polygons."""
    names = [layer.name for layer in layers]
    place = Place(shown(path))
    if wanted is not None:
        if wanted in names:
            return wanted
        alike = [name for name in names if name.casefold() == wanted.casefold()]
        if len(alike) == 1:
            return alike[0]
        raise refuse(LayerUnknown(place=place, layer=wanted, layers=names))
    if len(names) == 1:
        return names[0]
    polygons = [layer.name for layer in layers if may_have_area(layer)]
    if len(polygons) == 1:
        return polygons[0]
    if not names:
        raise refuse(LayerUnknown(place=place, layer="*", layers=()))
    raise refuse(LayerNotChosen(place=place, layers=polygons or names))


def may_have_area(layer: LayerInfo) -> bool:
    """Whether a layer has polygons, or does not say what it has."""
    kind = (layer.geometry or "Unknown").casefold()
    return any(word in kind for word in ("polygon", "surface", "unknown", "collection"))


# --- finishing --------------------------------------------------------------------------------


def finished(
    raw: RawLayer, path: Path | str, crs: str | None, accept_ballpark: Refused
) -> NumberedTable:
    """A layer as a table: CRS established, heights dropped, unusable features left out."""
    place = Place(str(path))
    said: list[Diagnostic] = list(raw.diagnostics)
    established = establish_crs(
        raw.stated, place, given=crs, accept_ballpark=accept_ballpark, remedy=raw.remedy
    )
    said += established.diagnostics
    said += check_web_map_fields(list(raw.columns), place)
    geometry = raw.geometry
    numbers = np.arange(1, len(geometry) + 1, dtype=np.int64)
    if not len(geometry):
        said.append(NoFeatures(place=place))
    present = shapely.is_geometry(geometry) & ~shapely.is_empty(geometry)
    for row, reason in raw.unreadable.items():
        said.append(GeometryUnreadable(place=place, number=row + 1, reason=reason))
    missing = [int(n) for n in numbers[~present] if n - 1 not in raw.unreadable]
    if missing:
        said.append(GeometryMissing(place=place, numbers=missing))
    if raw.unclosed:
        remark = msg(
            "Rings that did not close have been closed: feature {numbers}.",
            numbers=listed([row + 1 for row in raw.unclosed]),
        )
        said.append(ReadingRemark(place=place, remark=remark))
    if raw.dropped or bool((shapely.has_z(geometry) | shapely.has_m(geometry)).any()):
        said.append(DimensionsDropped(place=place))
        geometry = np.asarray(shapely.force_2d(geometry), dtype=object)
    checked = check_coordinates(established.crs, geometry[present], numbers[present], place)
    said += checked.diagnostics
    rows = np.flatnonzero(present)[checked.usable]
    whole = len(rows) == len(geometry)
    table = FeatureTable(
        name=raw.name,
        source=str(path),
        geometry=geometry if whole else geometry[rows],
        columns={name: v if whole else v[rows] for name, v in raw.columns.items()},
        crs=established.crs,
        crs_basis=established.basis,
        diagnostics=tuple(capped(said)),
        encoding=raw.encoding,
    )
    return NumberedTable(table, numbers[rows])


def boundary_table(
    path: Path, encoding: str | None, crs: str | None, accept_ballpark: Refused
) -> NumberedTable:
    """The parcels of a boundary-point TXT as features, in the CRS of the first one."""
    from redline.ground.boundary_points import read_boundary_points

    points = read_boundary_points(path, encoding=encoding, crs=crs, accept_ballpark=accept_ballpark)
    parcels = points.parcels
    first = parcels[0].parcel.ground.crs
    geometry = column(
        [reprojected(p.parcel.ground.geometry, p.parcel.ground.crs, first) for p in parcels]
    )
    columns = {
        "地块编号": column([p.number or None for p in parcels]),
        "地块名称": column([p.parcel.name for p in parcels]),
        "地块面积": column([p.parcel.declared_area for p in parcels]),
        "图幅号": column([p.map_sheet or None for p in parcels]),
        "地块用途": column([p.use or None for p in parcels]),
        "地类编码": column([p.land_class or None for p in parcels]),
    }
    table = FeatureTable(
        name=path.stem,
        source=str(path),
        geometry=geometry,
        columns=columns,
        crs=first,
        crs_basis=points.crs_basis,
        diagnostics=points.diagnostics,
        encoding=points.encoding,
    )
    return NumberedTable(table, np.arange(1, len(parcels) + 1, dtype=np.int64))

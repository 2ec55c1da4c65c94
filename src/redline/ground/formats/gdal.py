"""Formats that GDAL reads: Shapefile, GeoPackage, FlatGeobuf, FileGDB and DXF.

A file's first bytes are looked at before GDAL sees it: GDAL goes by content, and some of its
drivers would follow a file's instructions to others, or to the network.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import FileEmpty, FormatUnreadable, ReadingRemark, shortened
from redline.ground.files import not_opened
from redline.ground.formats.layers import Column, LayerInfo, Parsed, RawLayer, from_wkb
from redline.ground.formats.shapefile import (
    dbf_encoding,
    decoded,
    decoded_column,
    require_companions,
    stated_by_prj,
)
from redline.messages import msg

if TYPE_CHECKING:
    import pyarrow as pa

BYTE_BY_BYTE: Final = "ISO-8859-1"
"""The encoding in which every byte is a character, so that nothing is lost before we decode."""


@dataclass(frozen=True, slots=True)
class GdalFormat:
    """A format by its name, GDAL's driver, and how its files begin."""

    name: str
    driver: str
    begins: re.Pattern[bytes] | None


SHAPEFILE: Final = GdalFormat("Shapefile", "ESRI Shapefile", re.compile(rb"\x00\x00\x27\x0a"))
GEOPACKAGE: Final = GdalFormat("GeoPackage", "GPKG", re.compile(rb"SQLite format 3\x00"))
FLATGEOBUF: Final = GdalFormat("FlatGeobuf", "FlatGeobuf", re.compile(rb"fgb"))
FILEGDB: Final = GdalFormat("FileGDB", "OpenFileGDB", None)
DXF: Final = GdalFormat(
    "DXF",
    "DXF",
    re.compile(rb"(?:\xef\xbb\xbf)?(?:\s*999\r?\n[^\n]*\n)*\s*0\r?\n\s*SECTION\b|AutoCAD Binary"),
)


def gdal_layers(path: Path, kind: GdalFormat) -> list[LayerInfo]:
    """The layers of a file that have geometry. Raises `Refusal`."""
    check_beginning(path, kind)
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            listed = pyogrio.list_layers(path)
            return [
                layer_info(path, str(name), str(geometry))
                for name, geometry in listed.tolist()
                if geometry is not None
            ]
    except Exception as error:  # whatever GDAL and its wrapper trip over in a damaged file
        raise unreadable(path, kind, error) from None


def layer_info(path: Path, name: str, geometry: str) -> LayerInfo:
    import pyogrio

    features = int(pyogrio.read_info(path, layer=name)["features"])
    return LayerInfo(name, geometry, features if features >= 0 else None)


def check_beginning(path: Path, kind: GdalFormat) -> None:
    """Refuse a file whose content is not what its name says."""
    if kind.begins is None:
        if not any(path.glob("a*.gdbtable")):
            reason = msg("the folder holds no tables of a geodatabase")
            raise refuse(FormatUnreadable(place=Place(str(path)), format=kind.name, reason=reason))
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise not_opened(path, error) from None
    if not head:
        raise refuse(FileEmpty(place=Place(str(path))))
    # Virtual datasets are recognised anywhere in a file's beginning.
    if not kind.begins.match(head) or b"<OGRVRT" in head or b"<VRTDataset" in head:
        reason = msg("its content is something else")
        raise refuse(FormatUnreadable(place=Place(str(path)), format=kind.name, reason=reason))


def read_gdal(
    path: Path, kind: GdalFormat, layer: str | None, encoding: str | None = None
) -> RawLayer:
    """One layer of a file. `encoding` is that of a .dbf, where it is known. Raises `Refusal`."""
    check_beginning(path, kind)
    said: list[Diagnostic] = []
    stated: StatedCrs | None = None
    text_encoding: str | None = None
    if kind is SHAPEFILE:
        said += require_companions(path)
        stated = stated_by_prj(path)
        if encoding is None:
            found = dbf_encoding(path)
            said += found.diagnostics
            encoding = found.name
        text_encoding = encoding
    table = read_arrow_table(path, kind, layer, BYTE_BY_BYTE if text_encoding else None)
    if kind is not SHAPEFILE and table.crs:
        stated = StatedCrs(table.crs, msg("the file"))
    columns = table.columns
    if text_encoding:
        columns = {
            decoded(name, text_encoding): decoded_column(values, text_encoding)
            for name, values in columns.items()
        }
    for warning in table.warnings:
        remark = msg("The reader says: {text}", text=shortened(warning, 200))
        said.append(ReadingRemark(place=Place(str(path)), remark=remark))
    return RawLayer(
        name=layer or path.stem,
        geometry=table.parsed.geometry,
        columns=columns,
        stated=stated,
        unreadable=table.parsed.unreadable,
        unclosed=table.parsed.unclosed,
        diagnostics=tuple(said),
        encoding=text_encoding,
    )


@dataclass(frozen=True, slots=True)
class ArrowTable:
    """What GDAL hands over: geometries, columns, the CRS and its warnings."""

    parsed: Parsed
    columns: dict[str, Column]
    crs: str | None
    warnings: tuple[str, ...]


def read_arrow_table(
    path: Path, kind: GdalFormat, layer: str | None, encoding: str | None, **options: str
) -> ArrowTable:
    """A layer as arrays, through Arrow. Raises `Refusal`."""
    import pyogrio.raw

    from redline.ground.formats.arrow_columns import object_column

    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            meta, table = pyogrio.raw.read_arrow(path, layer=layer, encoding=encoding, **options)
            name = meta["geometry_name"] or "wkb_geometry"
            try:
                read = from_wkb(geometry_column(table, name))
            except NotImplementedError:
                # Arrow hands arcs over as they are; this way GDAL turns them into lines.
                with fine_arcs():
                    _, _, wkb, _ = pyogrio.raw.read(path, layer=layer, columns=[])
                read = from_wkb(np.asarray(wkb, dtype=object))
                warnings.warn("arcs were turned into lines of half a degree", stacklevel=1)
            columns = {
                field: object_column(table.column(field))
                for field in table.column_names
                if field not in (name, meta.get("fid_column"))
            }
    except Exception as error:  # whatever GDAL and its wrapper trip over in a damaged file
        raise unreadable(path, kind, error) from None
    heard = tuple(dict.fromkeys(str(one.message) for one in caught if is_worth_telling(one)))
    return ArrowTable(read, columns, meta["crs"], heard)


@contextmanager
def fine_arcs() -> Iterator[None]:
    """Arcs become lines of half a degree meanwhile.

    GDAL's own step of 4 degrees would err by 6 cm at a radius of 100 m.
    """
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_ARC_STEPSIZE")
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "0.5"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": before})


def geometry_column(table: pa.Table, name: str) -> Column:
    """The WKB of a table; None for each row where there is no such column."""
    if name not in table.column_names:
        return np.full(table.num_rows, None, dtype=object)
    return np.asarray(table.column(name).to_numpy(), dtype=object)


def is_worth_telling(warning: warnings.WarningMessage) -> bool:
    """Whether GDAL said something about the data rather than about itself."""
    return issubclass(warning.category, RuntimeWarning | UserWarning) and not re.search(
        r"open option|Measured \(M\)|characters couldn't be converted|ring orientation",
        str(warning.message),
    )


def unreadable(path: Path, kind: GdalFormat, error: Exception) -> Refusal:
    """The refusal for what GDAL cannot read, with its words but without our paths."""
    reason = msg("it is damaged")
    if isinstance(error, RuntimeError):
        text = re.sub(r"'?/[^\s']*/([^\s'/]+)'?", r"\1", str(error))
        reason = msg("{problem}", problem=shortened(text, 160).rstrip("."))
    return refuse(FormatUnreadable(place=Place(str(path)), format=kind.name, reason=reason))

"""CSV and its kin: a geometry as WKT in one column, or a point in two.

Values stay text, as written; what they mean is for the rule book to say.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Place, refuse
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import FormatUnreadable, shortened
from redline.ground.formats.layers import Inline, Parsed, RawLayer, column, from_wkt
from redline.ground.text import decode_text
from redline.messages import Message, msg

WKT_COLUMNS: Final = ("wkt", "geometry", "geom", "the_geom", "shape", "图形", "几何")
"""Names of the column with WKT, lower case."""

POINT_COLUMNS: Final = (
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("longitude", "latitude"),
    ("经度", "纬度"),
    ("easting", "northing"),
    ("东坐标", "北坐标"),
    ("x", "y"),
    ("x坐标", "y坐标"),
)
"""Names of the columns with east and north, lower case."""

EWKT: Final = re.compile(r"\s*SRID\s*=\s*([0-9]{1,6})\s*;", re.ASCII | re.IGNORECASE)

LONGEST_WKT: Final = 64 * 1024 * 1024


def read_delimited(data: bytes, file: str, name: str, encoding: str | None = None) -> RawLayer:
    """The rows of a CSV file as one layer called `name`. Raises `Refusal`."""
    decoded = decode_text(data, file, encoding)
    table = read_table(decoded.text, file)
    columns = {
        name: column([row[i] or None for row in table.rows]) for i, name in enumerate(table.names)
    }
    lower = [name.strip().casefold() for name in table.names]
    wkt = next((lower.index(name) for name in WKT_COLUMNS if name in lower), None)
    remedy: Message | None = None
    if wkt is not None:
        texts = [row[wkt] for row in table.rows]
        read, stated = from_wkt_texts(texts)
        del columns[table.names[wkt]]
    else:
        pair = next((p for p in POINT_COLUMNS if p[0] in lower and p[1] in lower), None)
        if pair is None:
            reason = msg(
                "it has no column of geometries (such as wkt), nor columns of coordinates (such "
                "as lon and lat, or x and y); its columns: {columns}",
                columns=shortened(", ".join(table.names)),
            )
            raise refuse(FormatUnreadable(place=Place(file, 1), format="CSV", reason=reason))
        east, north = lower.index(pair[0]), lower.index(pair[1])
        read = points([(row[east], row[north]) for row in table.rows])
        stated = None
        remedy = msg(
            "A CSV file cannot say it. State it, for example EPSG:4490 for CGCS2000 in degrees; "
            "x counts as east and y as north."
        )
    return RawLayer(
        name,
        read.geometry,
        columns,
        stated,
        read.unreadable,
        read.unclosed,
        remedy=remedy,
        diagnostics=decoded.diagnostics,
        encoding=decoded.encoding,
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and rows, each row as long as the names."""

    names: list[str]
    rows: list[list[str]]


def read_table(text: str, file: str) -> Table:
    """The table in a text with commas, semicolons or tabs."""
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(min(sys.maxsize, LONGEST_WKT))
    try:
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        reason = msg("{problem}", problem=str(error))
        raise refuse(FormatUnreadable(place=Place(file), format="CSV", reason=reason)) from None
    names = [name.strip() or f"column {i}" for i, name in enumerate(lines[0], 1)]
    width = len(names)
    rows = [(row + [""] * width)[:width] for row in lines[1:] if any(cell.strip() for cell in row)]
    return Table(names, rows)


def from_wkt_texts(texts: Sequence[str]) -> tuple[Parsed, StatedCrs | None]:
    """Geometries from WKT, and the CRS of EWKT where all agree."""
    prefixes = [EWKT.match(text) for text in texts]
    bare = [EWKT.sub("", text, count=1) if EWKT.match(text) else text for text in texts]
    filled = [match for match, text in zip(prefixes, texts, strict=True) if text.strip()]
    srids = {match[1] if match else None for match in filled}
    read = from_wkt(column([text if text.strip() else None for text in bare]))
    srid = srids.pop() if len(srids) == 1 else None
    stated = StatedCrs(f"EPSG:{srid}", msg("the SRID of its WKT")) if srid else None
    return read, stated


def wkt_geometry(text: str) -> Inline:
    """One geometry from WKT or EWKT."""
    read, stated = from_wkt_texts([text])
    found = read.geometry[0]
    if isinstance(found, BaseGeometry) and not shapely.is_empty(found):
        return Inline(found, stated, bool(read.unclosed))
    return Inline(read.unreadable.get(0, msg("it is empty")), stated, False)


def points(pairs: Sequence[tuple[str, str]]) -> Parsed:
    """Points from texts of east and north; None where both are blank."""
    geometry = np.full(len(pairs), None, dtype=object)
    unreadable: dict[int, Message] = {}
    filled: list[int] = []
    values: list[tuple[float, float]] = []
    for i, (east, north) in enumerate(pairs):
        if not east.strip() and not north.strip():
            continue
        try:
            values.append((float(east), float(north)))
            filled.append(i)
        except ValueError:
            unreadable[i] = msg("“{text}” are no coordinates", text=shortened(f"{east}, {north}"))
    if filled:
        geometry[filled] = shapely.points(np.array(values))
    return Parsed(geometry, unreadable)

"""GeoParquet, by Arrow: geometries as WKB, the CRS as PROJJSON in the file's metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from redline.diagnostics import Place, Refusal, refuse
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import FormatUnreadable
from redline.ground.formats.layers import RawLayer, from_wkb
from redline.messages import Message, msg

FORMAT: Final = "GeoParquet"

DEFAULT_CRS: Final = StatedCrs("EPSG:4326", msg("the GeoParquet standard"))


def read_geoparquet(path: Path, name: str) -> RawLayer:
    """The rows of a file as one layer called `name`. Raises `Refusal`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from redline.ground.formats.arrow_columns import object_column

    try:
        # A memory map or a partitioned folder is more than one file of somebody else's needs.
        with path.open("rb") as stream:
            table = pq.read_table(stream, partitioning=None)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        raise unreadable(path, msg("it is damaged, or no Parquet file")) from None
    metadata = geo_metadata(path, table.schema.metadata or {})
    primary = metadata.get("primary_column")
    columns = metadata.get("columns")
    if not isinstance(primary, str) or not isinstance(columns, dict):
        raise unreadable(path, msg("its metadata name no column of geometries"))
    about = columns.get(primary)
    if not isinstance(about, dict):
        raise unreadable(path, msg("its metadata name no column of geometries"))
    if primary not in table.column_names:
        raise unreadable(path, msg("its column of geometries is missing"))
    wkb = table.column(primary)
    if about.get("encoding") != "WKB" or not (
        pa.types.is_binary(wkb.type) or pa.types.is_large_binary(wkb.type)
    ):
        raise unreadable(path, msg("its geometries are not encoded as WKB; export it so"))
    try:
        read = from_wkb(np.asarray(wkb.to_numpy(), dtype=object))
    except NotImplementedError:
        raise unreadable(path, msg("it holds arcs; export them as lines")) from None
    others = [column for column in table.column_names if column not in columns]
    return RawLayer(
        name=name,
        geometry=read.geometry,
        columns={column: object_column(table.column(column)) for column in others},
        stated=stated_crs(about),
        unreadable=read.unreadable,
        unclosed=read.unclosed,
    )


def geo_metadata(path: Path, metadata: dict[bytes, bytes]) -> dict[str, object]:
    """The "geo" metadata of a file."""
    try:
        value = json.loads(metadata[b"geo"])
    except KeyError:
        raise unreadable(path, msg("it is Parquet without geometries")) from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise unreadable(path, msg("its metadata are damaged"))
    return value


def stated_crs(about: dict[str, object]) -> StatedCrs | None:
    """The CRS of a column: the standard's default where left out, none where null."""
    if "crs" not in about:
        return DEFAULT_CRS
    crs = about["crs"]
    return None if crs is None else StatedCrs(json.dumps(crs), msg("its metadata"))


def unreadable(path: Path, reason: Message) -> Refusal:
    return refuse(FormatUnreadable(place=Place(str(path)), format=FORMAT, reason=reason))

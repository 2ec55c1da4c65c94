"""PostGIS: a table, or a query, of a PostgreSQL database.

The connection is by URL, `postgresql://user@host:5432/database`; a password belongs in the
environment (PGPASSWORD) or in ~/.pgpass rather than in it. Everything is read in one read-only
transaction with a time limit. What is read is the table or query that is named; a query is the
user's own, and is only ever read from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.addresses import database_url, without_password
from redline.ground.crs import Bounds, StatedCrs
from redline.ground.diagnostics import (
    DatabaseDriverMissing,
    DatabaseNotReached,
    DatabaseRefused,
    LayerUnknown,
    ReadingRemark,
    shortened,
)
from redline.ground.formats.layers import LayerInfo, RawLayer, column, from_wkb
from redline.messages import msg

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

FORMAT: Final = "PostGIS"

QUERY: Final = re.compile(r"\s*(?:\(\s*)?(?:select|with|table)\b", re.IGNORECASE)
"""How a query begins; anything else is the name of a table."""

OWN_PARAMETERS: Final = ("table", "query")
"""Parameters of a URL that are ours: what to read."""

CONNECT_S: Final = 10
STATEMENT_MS: Final = 600_000

ROWS: Final = 5_000
"""Rows that are fetched at a time."""

HALF_A_DEGREE: Final = 0.00872664625997165
"""Arcs become lines with a corner every so many radians, as those of files do."""

REMEDY: Final = msg(
    "The table has SRID 0. Set it in the database, or state the system here, for example EPSG:4490."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A database and what of it is to be read: a table, a query, or (None) the only layer."""

    url: URL
    shown: str
    what: str | None

    @property
    def place(self) -> Place:
        """Where diagnostics say it stands."""
        return Place(self.shown, item=shortened(self.what, 80) if self.what else None)


def reading_of(address: object, layer: str | None) -> Reading:
    """What an address and a layer mean. Raises `Refusal`."""
    shown = without_password(database_url(address))
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        raise refuse(DatabaseDriverMissing(place=Place(shown))) from None
    try:
        url = make_url(database_url(address))
    except (ArgumentError, ValueError):
        reason = "the URL is not of the form postgresql://user@host:5432/database"
        raise refuse(DatabaseNotReached(place=Place(shown), reason=reason)) from None
    named = [url.query[name] for name in OWN_PARAMETERS if name in url.query]
    what = layer if layer is not None else next((n for n in named if isinstance(n, str)), None)
    plain = url.difference_update_query(OWN_PARAMETERS).set(drivername="postgresql+psycopg")
    return Reading(plain, shown, what)


@contextmanager
def connected(reading: Reading) -> Iterator[Connection]:
    """A connection for reading only, while the block lasts. Raises `Refusal`."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    settings = f"-c statement_timeout={STATEMENT_MS} -c synchronize_seqscans=off"
    try:
        engine = create_engine(
            reading.url,
            poolclass=NullPool,
            connect_args={"connect_timeout": CONNECT_S, "options": settings},
            execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
        )
        connection = engine.connect()
    except ModuleNotFoundError:
        raise refuse(DatabaseDriverMissing(place=reading.place)) from None
    except (SQLAlchemyError, OSError, ValueError, UnicodeError) as error:
        reason = said(error, reading)
        raise refuse(DatabaseNotReached(place=reading.place, reason=reason)) from None
    try:
        yield connection
    except SQLAlchemyError as error:
        reason = said(error, reading)
        raise refuse(DatabaseRefused(place=reading.place, reason=reason)) from None
    finally:
        connection.close()
        engine.dispose()


def said(error: Exception, reading: Reading) -> str:
    """What the database says, on one line, without the password."""
    first = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
    password = str(reading.url.password) if reading.url.password else None
    text = first.replace(password, "***") if password else first
    return shortened(text, 200).rstrip(".")


# --- what there is ----------------------------------------------------------------------------


TABLES: Final = """
select f_table_schema, f_table_name, type, f_table_schema = any(current_schemas(false))
from geometry_columns
union
select f_table_schema, f_table_name, type, f_table_schema = any(current_schemas(false))
from geography_columns
order by 1, 2
"""


def postgis_layers(address: object) -> list[LayerInfo]:
    """The tables and views that have geometry. Raises `Refusal`."""
    from sqlalchemy import text

    with connected(reading_of(address, None)) as connection:
        rows = connection.execute(text(TABLES)).all()
    names = {(r[0], r[1]): (r[1] if r[3] else f"{r[0]}.{r[1]}", str(r[2])) for r in rows}
    return [LayerInfo(name, kind, None) for name, kind in names.values()]


def read_postgis(address: object, layer: str | None, bounds: Bounds | None = None) -> RawLayer:
    """The rows of a table or query as a layer. Raises `Refusal`.

    With `bounds` (west, south, east, north in degrees) only rows whose rectangle meets them.
    """
    reading = reading_of(address, layer)
    if reading.what is None:
        from redline.ground.reading import chosen

        name = chosen(postgis_layers(address), None, reading.shown)
        reading = Reading(reading.url, reading.shown, name)
    with connected(reading) as connection:
        source = source_of(reading, connection)
        return rows_of(source, reading, connection, bounds)


@dataclass(frozen=True, slots=True)
class Source:
    """What is selected from, as SQL; its columns, the one of geometries, and the order of rows."""

    name: str
    sql: str
    columns: tuple[str, ...]
    geometry: str
    geography: bool
    order: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def source_of(reading: Reading, connection: Connection) -> Source:
    """The table or query that is meant. Raises `Refusal`."""
    from sqlalchemy import text

    assert reading.what is not None
    order: tuple[str, ...] = ()
    if QUERY.match(reading.what):
        name, sql = "query", f"({reading.what.strip().rstrip(';')}\n) as redline_source"
    else:
        schema, name = found_table(reading, connection)
        sql = f"{quoted(schema)}.{quoted(name)}"
        order = primary_key(schema, name, connection)
    empty = connection.exec_driver_sql(f"select * from {sql} limit 0")
    description = empty.cursor.description if empty.cursor is not None else ()
    sql_types = "select oid, typname from pg_type where typname in ('geometry', 'geography')"
    types = {int(oid): str(kind) for oid, kind in connection.execute(text(sql_types)).all()}
    columns = tuple(str(one[0]) for one in description)
    spatial = [(str(one[0]), types[one[1]]) for one in description if one[1] in types]
    if not spatial:
        reason = "it has no column of geometries"
        raise refuse(DatabaseRefused(place=reading.place, reason=reason))
    remarks: list[Diagnostic] = []
    if len(spatial) > 1:
        others = tuple(column for column, _ in spatial[1:])
        remark = msg(
            "Of several columns of geometries “{first}” is read, not {others}.",
            first=spatial[0][0],
            others=others,
        )
        remarks.append(ReadingRemark(place=reading.place, remark=remark))
    geometry, kind = spatial[0]
    plain = tuple(c for c in columns if c not in {column for column, _ in spatial})
    return Source(name, sql, plain, geometry, kind == "geography", order, tuple(remarks))


def found_table(reading: Reading, connection: Connection) -> tuple[str, str]:
    """Schema and name of the table that is meant: as it is written, or in other case."""
    from sqlalchemy import text

    wanted = (reading.what or "").strip()
    rows = connection.execute(text(TABLES)).all()
    known = {(str(r[0]), str(r[1])): bool(r[3]) for r in rows}
    spelt = {
        table: {f"{table[0]}.{table[1]}", *([table[1]] if usual else [])}
        for table, usual in known.items()
    }
    readings: tuple[Callable[[str], str], ...] = (str, unquoted, folded)
    for read_as in readings:
        found = [t for t, names in spelt.items() if read_as(wanted) in map(read_as, names)]
        if len(found) == 1:
            return found[0]
    names = sorted(name for several in spelt.values() for name in several)
    raise refuse(LayerUnknown(place=Place(reading.shown), layer=wanted, layers=names))


def unquoted(name: str) -> str:
    """A name without the quotes that SQL puts around it."""
    return name.replace('"', "")


def folded(name: str) -> str:
    """The same in any case."""
    return unquoted(name).casefold()


def primary_key(schema: str, name: str, connection: Connection) -> tuple[str, ...]:
    """The columns of a table's primary key: rows come in their order each time."""
    from sqlalchemy import text

    sql = text(
        "select a.attname from pg_index i "
        "join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey) "
        "where i.indisprimary and n.nspname = :schema and c.relname = :name "
        "order by array_position(i.indkey::int[], a.attnum::int)"
    )
    return tuple(connection.execute(sql, {"schema": schema, "name": name}).scalars())


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


# --- rows -------------------------------------------------------------------------------------


def rows_of(
    source: Source, reading: Reading, connection: Connection, bounds: Bounds | None
) -> RawLayer:
    """The rows as a layer."""
    shape = quoted(source.geometry) + ("::geometry" if source.geography else "")
    srid = one_srid(source, shape, reading, connection)
    where = ""
    if bounds is not None:
        where = f" where {shape} && {envelope(bounds, srid)}"
    straight = (
        f"case when ST_HasArc({shape}) then ST_CurveToLine({shape}, {HALF_A_DEGREE}, 2, 0) "
        f"else {shape} end"
    )
    names = ", ".join([f"ST_AsBinary({straight})", *map(quoted, source.columns)])
    order = f" order by {', '.join(map(quoted, source.order))}" if source.order else ""
    result = connection.execution_options(stream_results=True).exec_driver_sql(
        f"select {names} from {source.sql}{where}{order}"
    )
    rows: list[Sequence[object]] = []
    for part in result.partitions(ROWS):
        rows += part
    wkb = [bytes(row[0]) if isinstance(row[0], bytes | memoryview) else None for row in rows]
    read = from_wkb(column(wkb))
    columns = {
        name: column([plain_value(row[i]) for row in rows])
        for i, name in enumerate(source.columns, 1)
    }
    return RawLayer(
        name=source.name,
        geometry=read.geometry if len(rows) else np.empty(0, dtype=object),
        columns=columns,
        stated=stated_crs(srid, connection),
        unreadable=read.unreadable,
        unclosed=read.unclosed,
        remedy=REMEDY,
        diagnostics=source.diagnostics,
    )


def one_srid(source: Source, shape: str, reading: Reading, connection: Connection) -> int:
    """The SRID that all rows share; 0 for none. Raises `Refusal` where they differ."""
    found = connection.exec_driver_sql(
        f"select distinct ST_SRID({shape}) from {source.sql} where {shape} is not null limit 3"
    )
    srids = sorted(int(srid) for srid in found.scalars())
    if len(srids) > 1:
        reason = f"its rows are in several coordinate systems (SRID {', '.join(map(str, srids))})"
        raise refuse(DatabaseRefused(place=reading.place, reason=reason))
    return srids[0] if srids else 0


def envelope(bounds: Bounds, srid: int) -> str:
    """A rectangle in degrees as SQL, in the system of a table; its edges are followed."""
    west, south, east, north = (float(side) for side in bounds)
    frame = f"ST_MakeEnvelope({west!r}, {south!r}, {east!r}, {north!r}, 4326)"
    if srid in (0, 4326):
        return f"ST_SetSRID({frame}, {srid})"
    return f"ST_Envelope(ST_Transform(ST_Segmentize({frame}, 0.05), {srid}))"


def stated_crs(srid: int, connection: Connection) -> StatedCrs | None:
    """What the database says of an SRID; None where it says nothing."""
    from sqlalchemy import text

    sql = text("select auth_name, auth_srid, srtext from spatial_ref_sys where srid = :srid")
    row = connection.execute(sql, {"srid": srid}).first() if srid else None
    origin = msg("SRID {srid} of the table", srid=srid)
    if row is None:
        return StatedCrs(f"EPSG:{srid}", origin) if srid else None
    if row[0] and str(row[0]).upper() in ("EPSG", "ESRI"):
        return StatedCrs(f"{row[0]}:{row[1]}", origin)
    return StatedCrs(str(row[2] or f"EPSG:{srid}"), origin)


def plain_value(value: object) -> object:
    """A value as other formats have it: text, numbers, truths, days; None for null and NaN."""
    match value:
        case None | bool() | int() | str() | datetime() | date():
            return value
        case float():
            return None if value != value else value  # noqa: PLR0124 - NaN is not itself
        case Decimal():
            if value.is_nan():
                return None
            whole = value == value.to_integral_value()
            return int(value) if whole and abs(value) < 2**53 else float(value)
        case bytes() | memoryview():
            return bytes(value).hex()
    return str(value)

"""The tables of a register, alike in a GeoPackage and in PostgreSQL with PostGIS.

`redline_decisions` and `redline_grants` are what was entered, and are never changed: triggers
refuse it. `redline_postings` and `redline_sums` are derived from them so that an account is
answered from an index, and can be made anew.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

if TYPE_CHECKING:
    from sqlalchemy import Connection

SRID: Final = 4326
"""Geometry is kept as longitude and latitude for maps; each entry holds its own beside it."""

VERSION: Final = 1
"""Of this layout."""


class Geometry(UserDefinedType[bytes]):
    """Well-known binary: a GeoPackage blob in SQLite, a PostGIS geometry in PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type in SQL."""
        return f"geometry(Geometry, {SRID})"

    def bind_processor(self, dialect: Any) -> Any:
        """Wraps what goes to SQLite in the header of a GeoPackage geometry, and gives PostGIS the
        text that it reads a geometry from.
        """
        sqlite = dialect.name == "sqlite"

        def process(value: bytes | None) -> bytes | str | None:
            if value is None:
                return None
            return HEADER + value if sqlite else extended(value)

        return process


def extended(wkb: bytes) -> str:
    """Extended well-known binary, hexadecimal."""
    import shapely

    geometry = shapely.set_srid(shapely.from_wkb(wkb), SRID)
    return str(shapely.to_wkb(geometry, hex=True, include_srid=True))


HEADER: Final = b"GP\x00\x01" + struct.pack("<i", SRID)
"""Of a GeoPackage geometry: version 1, little-endian, no envelope."""


@compiles(Geometry, "sqlite")
def _sqlite_type(*_: object, **__: object) -> str:
    return "GEOMETRY"


metadata = MetaData()

SEQ = BigInteger().with_variant(Integer(), "sqlite")

decisions = Table(
    "redline_decisions",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("decision", Text, nullable=False),
    Column("title", Text),
    Column("verdict", Text),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("entry", Text, nullable=False),
    Column("geom", Geometry()),
    Index("redline_decisions_id", "id", "seq"),
    Index("redline_decisions_day", "decided_on", "seq"),
)

grants = Table(
    "redline_grants",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("quota", Text, nullable=False),
    Column("areas", Text, nullable=False),
    Column("year", Integer),
    Column("amount", SEQ, nullable=False),
    Column("opens", Integer, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("entry", Text, nullable=False),
    Index("redline_grants_quota", "quota", "areas", "year"),
)

postings = Table(
    "redline_postings",
    metadata,
    Column("seq", SEQ, nullable=False),
    Column("id", Text, nullable=False),
    Column("attribute", Text, nullable=False),
    Column("layer", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("amount", SEQ, nullable=False),
    Column("unknown", Integer, nullable=False),
    Index("redline_postings_account", "attribute", "layer", "area", "day", "seq"),
    Index("redline_postings_id", "id"),
)
"""A row for each area of an entry, and one with no area."""

sums = Table(
    "redline_sums",
    metadata,
    Column("attribute", Text, primary_key=True),
    Column("layer", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("amount", SEQ, nullable=False),
    Column("unknown", Integer, nullable=False),
)
"""The postings of an account on a day."""

settings = Table(
    "redline_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""The version of this layout, and which attributes have postings."""

KEPT: Final = (decisions, grants)
"""What is never changed."""


def create(connection: Connection) -> None:
    """Make the tables where they are not."""
    from sqlalchemy import inspect, text

    if inspect(connection).has_table(decisions.name):
        return
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text("create extension if not exists postgis"))
    metadata.create_all(connection)
    for statement in SQLITE if sqlite else POSTGRESQL:
        connection.exec_driver_sql(statement)
    connection.execute(settings.insert(), [{"name": "version", "value": str(VERSION)}])


UNCHANGED: Final = tuple(
    f"create trigger {table.name}_no_{act} before {act} on {table.name} "
    "begin select raise(abort, 'a register is only appended to'); end"
    for table in KEPT
    for act in ("update", "delete")
)

SQLITE: Final = (
    "pragma application_id = 1196444487",
    "pragma user_version = 10300",
    """create table gpkg_spatial_ref_sys (srs_name text not null,
    srs_id integer not null primary key, organization text not null,
    organization_coordsys_id integer not null, definition text not null, description text)""",
    """create table gpkg_contents (table_name text not null primary key, data_type text not null,
    identifier text unique, description text default '',
    last_change datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x double, min_y double, max_x double, max_y double, srs_id integer,
    constraint fk_gc_r_srs_id foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id))""",
    """create table gpkg_geometry_columns (table_name text not null, column_name text not null,
    geometry_type_name text not null, srs_id integer not null, z tinyint not null,
    m tinyint not null, constraint pk_geom_cols primary key (table_name, column_name),
    constraint uk_gc_table_name unique (table_name),
    constraint fk_gc_tn foreign key (table_name) references gpkg_contents (table_name),
    constraint fk_gc_srs foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id))""",
    "insert into gpkg_spatial_ref_sys values "
    "('Undefined Cartesian', -1, 'NONE', -1, 'undefined', null), "
    "('Undefined geographic', 0, 'NONE', 0, 'undefined', null), "
    """('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84","""
    """6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],"""
    """PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,"""
    """AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', null)""",
    "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values "
    "('redline_decisions', 'features', 'redline_decisions', 4326), "
    "('redline_grants', 'attributes', 'redline_grants', null)",
    "insert into gpkg_geometry_columns values "
    "('redline_decisions', 'geom', 'GEOMETRY', 4326, 0, 0)",
    *UNCHANGED,
)

POSTGRESQL: Final = (
    """create function redline_unchanged() returns trigger language plpgsql as
    $$ begin raise exception 'a register is only appended to'; end $$""",
    *(
        f"create trigger {table.name}_unchanged before update or delete or truncate on "
        f"{table.name} for each statement execute function redline_unchanged()"
        for table in KEPT
    ),
    "create index redline_decisions_geom on redline_decisions using gist (geom)",
)

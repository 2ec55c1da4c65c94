"""Connections to a register: a GeoPackage file by SQLite, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from redline.diagnostics import Place, refuse
from redline.ground.addresses import database_url
from redline.ground.diagnostics import DatabaseDriverMissing
from redline.messages import msg
from redline.register.diagnostics import UnreadableRegister

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WAIT_S: Final = 60
"""So long a writer waits for another one to end."""


def sqlite(path: Path, place: Place, make: bool) -> Engine:
    """The engine of a GeoPackage file, which is synced to disk at every commit."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    if not path.exists() and not make:
        raise refuse(UnreadableRegister(place=place, reason=msg("there is no such file")))
    if path.is_dir() or not path.parent.is_dir():
        folder = path.is_dir()
        reason = msg("it is a folder") if folder else msg("its folder does not exist")
        raise refuse(UnreadableRegister(place=place, reason=reason))
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": WAIT_S}
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        connection.execute("pragma synchronous = extra")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("redline_writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def postgresql(where: str, place: Place) -> Engine:
    """The engine of a database."""
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import NullPool

    try:
        url = make_url(database_url(where)).set(drivername="postgresql+psycopg")
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise refuse(DatabaseDriverMissing(place=place)) from None
    except (ArgumentError, ValueError):
        reason = msg("the URL is not of the form postgresql://user@host:5432/database")
        raise refuse(UnreadableRegister(place=place, reason=reason)) from None


@contextmanager
def spoken(place: Place) -> Iterator[None]:
    """What the database says, as a diagnostic."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise refuse(UnreadableRegister(place=place, reason=said[:200])) from None

"""Registers of both kinds: a GeoPackage file, and a database of a real server with PostGIS."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.ground.cluster import Server, cannot, server
from tests.register.place import Country


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    with server() as one:
        yield one


NUMBERS = count()


def fresh_database(one: Server) -> str:
    """The URL of a new database."""
    import psycopg

    name = f"register_{next(NUMBERS)}"
    with psycopg.connect(one.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        if not connection.execute(
            "select 1 from pg_available_extensions where name = 'postgis'"
        ).fetchone():
            cannot("PostGIS is not installed")
    return one.url(name)


@pytest.fixture(params=["file", "postgis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a register that is not there yet."""
    if request.param == "file":
        return str(tmp_path / "register.gpkg")
    return fresh_database(request.getfixturevalue("database_server"))


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)

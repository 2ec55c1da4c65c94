"""Where layers and submissions come from: files, or databases by their URL."""

from __future__ import annotations

import re
from typing import Final

DATABASE: Final = re.compile(r"(?:postgresql|postgres|postgis)(?:\+\w+)?:/", re.IGNORECASE)
"""How the URL of a database begins; one slash is left where it passed for a path."""

PASSWORD: Final = re.compile(r"(?<=[/:])([^/@:\s]*):([^@\s]*)@")
"""User and password in front of a host."""

PARAMETER: Final = re.compile(r"([?&]password=)[^&\s]*", re.IGNORECASE)


def is_database(address: object) -> bool:
    """Whether an address is that of a database."""
    return DATABASE.match(str(address)) is not None


def without_password(address: str) -> str:
    """An address as it may be shown: a password in it is three stars."""
    if not is_database(address):
        return address
    return PARAMETER.sub(r"\1***", PASSWORD.sub(r"\1:***@", address))


def database_url(address: object) -> str:
    """The URL of a database, with the slashes that it lost where it passed for a path.

    One slash parts host and database; without a second one there is no host.
    """
    scheme, _, rest = str(address).partition(":")
    place, mark, query = rest.lstrip("/").partition("?")
    if rest.startswith("//"):
        return f"{scheme}:{rest}"
    host, slash, database = place.rpartition("/")
    return f"{scheme}://{host}/{database if slash else place}{mark}{query}"

"""Where layers and submissions come from: files, or databases by their URL."""

from __future__ import annotations

import re
from typing import Final

DATABASE: Final = re.compile(r"(?:postgresql|postgres|postgis)(?:\+\w+)?:/", re.IGNORECASE)
"""How the URL of a database begins; one slash is left where it passed for a path."""

PASSWORD: Final = re.compile(r"(?<=[/:])([^/@:\s]*):([^@\s]*)@")
"""User and password in front of a host."""

PARAMETER: Final = re.compile(r"([?&]password=)[^&\s]*", re.IGNORECASE)


def is_database(address: str) -> bool:
    """Whether an address is that of a database."""
    return DATABASE.match(address) is not None


def without_password(address: str) -> str:
    """An address as it may be shown: a password in it is three stars."""
    if not is_database(address):
        return address
    return PARAMETER.sub(r"\1***", PASSWORD.sub(r"\1:***@", address))

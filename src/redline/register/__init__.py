"""The register of past decisions: what was decided, and what quotas have left.

`open_register` gives what rules ask (`redline.reasoning.register.Register`), of a GeoPackage file,
of PostgreSQL with PostGIS, or of a file of JSON lines.
"""

from __future__ import annotations

from pathlib import Path

from redline.ground.addresses import is_database
from redline.reasoning.register import Register
from redline.rulebook.model import RuleBook

LINES = (".jsonl", ".ndjson")


def open_register(where: str, book: RuleBook) -> Register:
    """The register at a path or URL, to be asked. Raises `Refusal`."""
    if not is_database(where) and Path(where).suffix.casefold() in LINES:
        from redline.register.lines import open_lines

        return open_lines(Path(where), book)
    from redline.register.store import open_store

    return open_store(where, book)

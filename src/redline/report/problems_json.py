"""Problems as JSON: those of `redline lint`, in the form in which findings carry theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from pydantic import JsonValue

from redline.findings import Problem
from redline.report.json import pretty

SCHEMA = "redline.problems/1"


def write_problems_json(problems: Sequence[Problem], stream: TextIO) -> None:
    """Write `{"schema", "problems"}`, ended by a line break."""
    listed: list[JsonValue] = [p.model_dump(mode="json", by_alias=True) for p in problems]
    for part in pretty({"schema": SCHEMA, "problems": listed}, ""):
        stream.write(part)
    stream.write("\n")

"""The findings document as JSON that a person can read and a diff can compare.

Keys are in the order of the schema. Containers that hold no containers, and geometries, stand on
one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from pydantic import JsonValue

from redline.findings import FindingsDocument, Model


def write_json(document: FindingsDocument, stream: TextIO) -> None:
    """Write the whole document, ended by a line break."""
    write_model(document, stream)


def write_model(document: Model, stream: TextIO) -> None:
    """Write any document, ended by a line break."""
    for part in pretty(document.model_dump(mode="json", by_alias=True), ""):
        stream.write(part)
    stream.write("\n")


def pretty(value: JsonValue, indent: str) -> Iterator[str]:
    """The parts of a value's text, indented by two spaces a level."""
    if not isinstance(value, dict | list) or _on_one_line(value):
        yield one_line(value)
        return
    inner = indent + "  "
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    members = value.items() if isinstance(value, dict) else ((None, v) for v in value)
    yield opening
    for i, (key, member) in enumerate(members):
        name = "" if key is None else f"{one_line(key)}: "
        yield f"{',' if i else ''}\n{inner}{name}"
        yield from pretty(member, inner)
    yield f"\n{indent}{closing}"


def one_line(value: JsonValue) -> str:
    """A value on one line, every character that JSON allows as itself."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _on_one_line(value: dict[str, JsonValue] | list[JsonValue]) -> bool:
    if isinstance(value, dict) and ("coordinates" in value or "geometries" in value):
        return True
    members = value.values() if isinstance(value, dict) else value
    return len(value) <= 4 and not any(isinstance(m, dict | list) and m for m in members)

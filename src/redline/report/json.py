"""The findings document as JSON that a person can read and a diff can compare.

Keys are in the order of the schema. Containers that hold no containers, and geometries, stand on
one line.
"""

from __future__ import annotations

import json
from typing import TextIO

from pydantic import JsonValue

from redline.findings import FindingsDocument, Model


def write_json(document: FindingsDocument, stream: TextIO) -> None:
    """Write the whole document, ended by a line break."""
    write_model(document, stream)


def write_model(document: Model, stream: TextIO) -> None:
    """Write any document, ended by a line break."""
    stream.write(pretty(document.model_dump(mode="json", by_alias=True), ""))
    stream.write("\n")


def pretty(value: JsonValue, indent: str) -> str:
    """A value's text, indented by two spaces a level."""
    inner = indent + "  "
    between = f",\n{inner}"
    if isinstance(value, dict) and not _on_one_line(value):
        members = [f"{one_line(key)}: {pretty(member, inner)}" for key, member in value.items()]
        return f"{{\n{inner}{between.join(members)}\n{indent}}}"
    if isinstance(value, list) and not _on_one_line(value):
        members = [pretty(member, inner) for member in value]
        return f"[\n{inner}{between.join(members)}\n{indent}]"
    return one_line(value)


one_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
"""A value on one line, every character that JSON allows as itself."""


def _on_one_line(value: dict[str, JsonValue] | list[JsonValue]) -> bool:
    if isinstance(value, dict) and ("coordinates" in value or "geometries" in value):
        return True
    if len(value) > 4:
        return False
    members = value.values() if isinstance(value, dict) else value
    return not any(m and isinstance(m, dict | list) for m in members)

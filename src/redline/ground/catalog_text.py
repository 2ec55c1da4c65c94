"""Where the keys of a TOML text stand: tomllib tells what a file says, but not where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

from redline.diagnostics import Place

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top: ("layer", 2, "valid_from")."""

PART = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
DOTTED = rf"{PART}(?:\s*\.\s*{PART})*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(rf"\s*({DOTTED})\s*=(.*)$")


def places_of_keys(text: str, file: str) -> Mapping[KeyPath, Place]:
    """The place of every table header and of every key that begins a line; () is the file.

    For a text that is valid TOML. Keys within inline tables have no place of their own.
    """
    places: dict[KeyPath, Place] = {(): Place(file)}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quotes:
            quotes = "" if quotes in line else quotes
            continue
        if header := HEADER.match(line):
            table = table_path(parts_of(header[2]), counts, array=header[1] == "[[")
            places.setdefault(table, spanned(file, number, line, *header.span(2)))
        elif found := ASSIGNMENT.match(line):
            path = (*table, *parts_of(found[1]))
            places.setdefault(path, spanned(file, number, line, *found.span(1)))
            quotes = opened(found[2])
    return places


def parts_of(dotted: str) -> tuple[str, ...]:
    """The parts of a dotted key, quotes removed as TOML does."""
    return tuple(next(iter(tomllib.loads(f"{part} = 0"))) for part in re.findall(PART, dotted))


def table_path(parts: tuple[str, ...], counts: dict[KeyPath, int], *, array: bool) -> KeyPath:
    """The path of a table header; each name of an array of tables is followed by its index."""
    path: KeyPath = ()
    for depth, part in enumerate(parts):
        path = (*path, part)
        if depth == len(parts) - 1 and array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def opened(value: str) -> str:
    """The quotes of a text over several lines that a value opens and does not close."""
    start = value.lstrip()[:3]
    return start if start in ('"""', "'''") and value.count(start) == 1 else ""


def spanned(file: str, line: int, text: str, start: int, end: int) -> Place:
    """The place of a span of a line."""
    return Place(file, line=line, column=start + 1, end_column=end + 1, text=text)

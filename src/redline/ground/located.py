"""YAML, TOML and JSON as plain values, with the line on which each key stands.

YAML is read from its events, so that nothing is built before it was counted: aliases that multiply,
values nested without end and tags that would make objects are refused. Scalars follow the YAML 1.2
core schema with dates: `no` is text, `0123` keeps its zero.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from redline.diagnostics import Place, Refusal, refuse
from redline.ground.diagnostics import (
    ManifestKeyTwice,
    ManifestSyntax,
    ManifestTooComplex,
    shortened,
)
from redline.messages import Message, msg

if TYPE_CHECKING:
    from yaml.events import Event, ScalarEvent

Path = tuple[str | int, ...]
"""Keys and list indices that lead to a value."""

DEEPEST: Final = 50
MOST_VALUES: Final = 1_000_000
MOST_ALIASES: Final = 20
LONGEST_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from a file, and the places of the keys in it as far as they are known."""

    value: object
    file: str
    places: Mapping[Path, Place] = field(default_factory=dict)

    def place(self, path: Sequence[str | int]) -> Place:
        """The place of a key, or of the nearest one around it; `item` is the path."""
        item = path_text(path) or None
        for length in range(len(path), -1, -1):
            found = self.places.get(tuple(path[:length]))
            if found is not None:
                return Place(
                    found.file, found.line, found.column, found.end_column, found.text, item
                )
        return Place(self.file, item=item)


def path_text(path: Sequence[str | int]) -> str:
    """A path as people write it: documents[0].kind."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def place_in(lines: Sequence[str], file: str, line: int, start: int, end: int) -> Place:
    """The place of characters `start` to `end` (from 0) of a line (from 1)."""
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    shown = text if len(text) <= LONGEST_SHOWN else None
    return Place(file, line, start + 1, max(end, start + 1) + 1, shown)


def read_located(text: str, file: str, suffix: str) -> Located:
    """The value in a text, by the ending of its file's name. Raises `Refusal`."""
    match suffix:
        case ".json":
            return read_json(text, file)
        case ".toml":
            return read_toml(text, file)
    return read_yaml(text, file)


# --- YAML -------------------------------------------------------------------------------------

NULL: Final = re.compile(r"~|null|Null|NULL|")
TRUE: Final = re.compile(r"true|True|TRUE")
FALSE: Final = re.compile(r"false|False|FALSE")
INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})", re.ASCII)
FLOAT: Final = re.compile(
    r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", re.ASCII
)
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

STANDARD_TAG: Final = "tag:yaml.org,2002:"
TAGS: Final = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq"})


@dataclass(slots=True)
class Frame:
    """A mapping or list that is being filled; `size` counts the values in it, aliases included."""

    container: dict[str, object] | list[object]
    path: Path
    anchor: str | None
    key: str | None = None
    size: int = 1

    @property
    def next_path(self) -> Path:
        """The path of the value that comes next."""
        if isinstance(self.container, list):
            return (*self.path, len(self.container))
        return self.path if self.key is None else (*self.path, self.key)


@dataclass(slots=True)
class Anchored:
    """A value with an anchor, and how many values it comes to."""

    value: object
    size: int


@dataclass(slots=True)
class YamlBuilder:
    """Builds plain values from YAML events."""

    file: str
    lines: Sequence[str]
    places: dict[Path, Place] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    anchors: dict[str, Anchored] = field(default_factory=dict)
    root: object = None
    documents: int = 0
    aliases: int = 0
    values: int = 0

    def place(self, event: Event) -> Place:
        """Where an event stands."""
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Place(self.file)
        last = end.column if end.line == start.line else start.column + 1
        return place_in(self.lines, self.file, start.line + 1, start.column, last)

    def take(self, event: Event) -> None:
        """Take up one event. Raises `Refusal`."""
        from yaml import events

        match event:
            case events.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self.too_complex(event, msg("it holds more than one document"))
            case events.AliasEvent():
                self.take_alias(event)
            case events.ScalarEvent() if self.awaits_key():
                self.take_key(event)
            case events.ScalarEvent():
                self.note_item(event)
                self.put(self.scalar(event), 1, event)
                if event.anchor:
                    self.anchors[event.anchor] = Anchored(self.scalar(event), 1)
            case events.MappingStartEvent() | events.SequenceStartEvent():
                self.open(event, {} if isinstance(event, events.MappingStartEvent) else [])
            case events.MappingEndEvent() | events.SequenceEndEvent():
                frame = self.frames.pop()
                if frame.anchor:
                    self.anchors[frame.anchor] = Anchored(frame.container, frame.size)
                self.put(frame.container, frame.size, event)

    def awaits_key(self) -> bool:
        """Whether the next scalar is the key of a mapping."""
        return (
            bool(self.frames)
            and isinstance(self.frames[-1].container, dict)
            and self.frames[-1].key is None
        )

    def take_key(self, event: ScalarEvent) -> None:
        """Begin an entry of a mapping."""
        frame = self.frames[-1]
        if isinstance(frame.container, dict) and event.value in frame.container:
            key = shortened(event.value, 60)
            raise refuse(ManifestKeyTwice(place=self.place(event), key=key, other=key))
        frame.key = event.value
        self.places[frame.next_path] = self.place(event)

    def note_item(self, event: Event) -> None:
        """Remember the place of an item of a list."""
        if self.frames and isinstance(self.frames[-1].container, list):
            self.places[self.frames[-1].next_path] = self.place(event)

    def open(self, event: Event, container: dict[str, object] | list[object]) -> None:
        """Begin a mapping or list."""
        if self.awaits_key():
            raise self.too_complex(event, msg("a key is not plain text"))
        if len(self.frames) >= DEEPEST:
            raise self.too_complex(event, msg("it is nested too deeply"))
        self.check_tag(event)
        self.note_item(event)
        path = self.frames[-1].next_path if self.frames else ()
        self.frames.append(Frame(container, path, getattr(event, "anchor", None)))

    def take_alias(self, event: Event) -> None:
        """Put a value again that was anchored before."""
        self.aliases += 1
        anchored = self.anchors.get(getattr(event, "anchor", ""))
        if anchored is None or self.awaits_key():
            raise self.too_complex(event, msg("an alias (*name) leads to nothing before it"))
        if self.aliases > MOST_ALIASES:
            raise self.too_complex(event, msg("it has too many aliases (*name)"))
        self.note_item(event)
        self.put(anchored.value, anchored.size, event)

    def put(self, value: object, size: int, event: Event) -> None:
        """Put a finished value where it belongs."""
        self.values += 1
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        frame.size += size
        if max(frame.size, self.values) > MOST_VALUES:
            raise self.too_complex(event, msg("it holds too many values"))
        if isinstance(frame.container, list):
            frame.container.append(value)
        elif frame.key is not None:
            frame.container[frame.key] = value
            frame.key = None

    def scalar(self, event: ScalarEvent) -> object:
        """The value of a scalar: quoted ones are text, plain ones what they look like."""
        self.check_tag(event)
        if event.tag == f"{STANDARD_TAG}str" or (
            event.tag in (None, "!") and not event.implicit[0]
        ):
            return event.value
        return plain_scalar(event.value)

    def check_tag(self, event: Event) -> None:
        """Refuse tags that ask for objects."""
        tag = getattr(event, "tag", None)
        if tag in (None, "!") or tag.removeprefix(STANDARD_TAG) in TAGS:
            return
        raise self.too_complex(event, msg("it has a tag, “{tag}”", tag=shortened(tag, 60)))

    def too_complex(self, event: Event, reason: Message) -> Refusal:
        return refuse(ManifestTooComplex(place=self.place(event), reason=reason))


def plain_scalar(text: str) -> object:
    """What an unquoted scalar means."""
    if NULL.fullmatch(text):
        return None
    if TRUE.fullmatch(text) or FALSE.fullmatch(text):
        return text[0] in "tT"
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def read_yaml(text: str, file: str) -> Located:
    """The one document of a YAML text. Raises `Refusal`."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = YamlBuilder(file, text.splitlines())
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        place = Place(file)
        if mark is not None:
            place = place_in(builder.lines, file, mark.line + 1, mark.column, mark.column + 1)
        raise refuse(ManifestSyntax(place=place, format="YAML", reason=str(reason))) from None
    return Located(builder.root, file, builder.places)


# --- JSON -------------------------------------------------------------------------------------


def read_json(text: str, file: str) -> Located:
    """A JSON text. Its lines are told by reading it as YAML, which it nearly always is."""
    lines = text.splitlines()

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                raise refuse(ManifestKeyTwice(place=Place(file), key=key, other=key))
            found[key] = value
        return found

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        place = place_in(lines, file, error.lineno, error.colno - 1, error.colno)
        raise refuse(ManifestSyntax(place=place, format="JSON", reason=error.msg)) from None
    except (RecursionError, ValueError):
        place = Place(file)
        raise refuse(
            ManifestTooComplex(place=place, reason=msg("it is nested too deeply"))
        ) from None
    try:
        return Located(value, file, read_yaml(text, file).places)
    except Refusal:
        return Located(value, file)


# --- TOML -------------------------------------------------------------------------------------

TABLE: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
ENTRY: Final = re.compile(
    r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*="
)
BAD_TOML: Final = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)")


def read_toml(text: str, file: str) -> Located:
    """A TOML text; the lines of its keys are found by a look at tables and entries."""
    lines = text.splitlines()
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = BAD_TOML.match(str(error))
        place = Place(file, len(lines) or None)
        reason = str(error)
        if match is not None:
            reason = match[1]
            if match[2]:
                column = int(match[3])
                place = place_in(lines, file, int(match[2]), column - 1, column)
        raise refuse(ManifestSyntax(place=place, format="TOML", reason=reason)) from None
    except (RecursionError, ValueError):
        reason_text = msg("it is nested too deeply")
        raise refuse(ManifestTooComplex(place=Place(file), reason=reason_text)) from None
    return Located(value, file, toml_places(lines, file))


def toml_places(lines: Sequence[str], file: str) -> dict[Path, Place]:
    """The places of tables and keys, near enough: a line in a long string may pass for an entry."""
    places: dict[Path, Place] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(lines, 1):
        if match := TABLE.fullmatch(line):
            table = ()
            for part in toml_keys(match[2]):
                table = (*table, part)
                if table in counts:
                    table = (*table, counts[table])
            if match[1] == "[[":
                if table and isinstance(table[-1], int):
                    table = table[:-1]
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            places[table] = place_in(lines, file, number, match.start(2), match.end(2))
        elif match := ENTRY.match(line):
            path = (*table, *toml_keys(match[1]))
            places.setdefault(path, place_in(lines, file, number, match.start(1), match.end(1)))
    return places


def toml_keys(text: str) -> list[str]:
    """The parts of a dotted key."""
    return [part.strip().strip("\"'") for part in text.split(".")]

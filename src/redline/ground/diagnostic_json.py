"""Diagnostics as JSON and back, so that what was said of a file is said again when a stored copy of
it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields

from redline.diagnostics import Diagnostic, Place
from redline.messages import Message, Title

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Unwritable(Exception):  # noqa: N818 - it says that something was not done, not that it failed
    """A diagnostic holds something that has no form in JSON."""


def to_json(diagnostics: Sequence[Diagnostic]) -> list[Json]:
    """Diagnostics as JSON. Raises `Unwritable`."""
    return [
        {"code": one.code, "fields": {f.name: written(getattr(one, f.name)) for f in fields(one)}}
        for one in diagnostics
    ]


def from_json(written_ones: list[Json]) -> tuple[Diagnostic, ...]:
    """What `to_json` wrote. Raises `Unwritable` for a code that is no longer known."""
    classes = {one.code: one for one in all_classes(Diagnostic)}
    found = []
    for one in written_ones:
        match one:
            case {"code": str(code), "fields": dict(values)} if code in classes:
                make: Callable[..., Diagnostic] = classes[code]
                found.append(make(**{k: read(v) for k, v in values.items()}))
            case _:
                raise Unwritable
    return tuple(found)


def all_classes(base: type[Diagnostic]) -> Iterator[type[Diagnostic]]:
    """The classes of diagnostics that have been imported."""
    for one in base.__subclasses__():
        yield one
        yield from all_classes(one)


def written(value: object) -> Json:
    """A field of a diagnostic as JSON; what is no plain value is marked by its kind."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list():
            return [written(item) for item in value]
        case Place():
            return {"place": {k: written(v) for k, v in asdict(value).items()}}
        case Title():
            return {"title": [value.en, value.zh]}
        case Message():
            return {"message": [value.text, {k: written(v) for k, v in value.values.items()}]}
        case _:
            raise Unwritable


def read(value: Json) -> object:
    """What `written` wrote; lists come back as tuples."""
    match value:
        case list():
            return tuple(read(item) for item in value)
        case {"place": dict(parts)}:
            return Place(**{k: read(v) for k, v in parts.items()})  # type: ignore[arg-type]
        case {"title": [str(en), str(zh)]}:
            return Title(en, zh)
        case {"message": [str(text), dict(values)]}:
            return Message(text, {k: read(v) for k, v in values.items()})
        case dict():
            raise Unwritable
        case _:
            return value

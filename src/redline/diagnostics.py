"""What can be said about an input that is wrong or odd: one class per error, each with its place.

A diagnostic has a stable code, one sentence, a place (file, line and columns, or the path of a key,
or a feature) and usually a hint. Functions that read or check collect diagnostics and go on; where
nothing can go on they raise `Refusal`, which carries all of them. The classes live beside the code
that raises them: `language/diagnostics.py`, `rulebook/diagnostics.py`, `ground/diagnostics.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Literal

from redline.messages import Language, Message, Title, msg

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an input something stands.

    `line` and the columns count from 1, columns in code points, `end_column` exclusive. `text` is
    the source line. `item` names what has no line: a key path, a feature, a parcel.
    """

    file: str
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    text: str | None = None
    item: str | None = None

    def label(self) -> str:
        """`file:line:column`, or `file (item)`, as editors understand it."""
        label = self.file
        if self.line is not None:
            label += f":{self.line}"
            if self.column is not None:
                label += f":{self.column}"
        return f"{label} ({self.item})" if self.item else label


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """Base of every diagnostic. A subclass sets `code` and words `message` (and `hint`)."""

    code: ClassVar[str] = ""
    severity: ClassVar[Severity] = "error"
    place: Place | None = None

    @property
    def message(self) -> Message:
        """One sentence in the reader's own terms."""
        raise NotImplementedError

    @property
    def hint(self) -> Message | None:
        """What to do about it."""
        return None

    @property
    def heading(self) -> Title | None:
        """The legal heading under which the place stands, where there is one."""
        return None


class Refusal(Exception):  # noqa: N818 - it is what the user reads about, not a fault of the program
    """An input that cannot be used; carries what is wrong with it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(render_plain(d, "en") for d in self.diagnostics))


def refuse(diagnostic: Diagnostic) -> Refusal:
    """A refusal for one reason, to be raised."""
    return Refusal([diagnostic])


def did_you_mean(name: str, known: Iterable[str]) -> Message | None:
    """A hint that names the nearest known names, in either script."""
    near = nearest(name, known)
    return msg("Did you mean {names}?", names=near) if near else None


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names that resemble `name`."""
    return get_close_matches(name, sorted(set(known)), n=3, cutoff=0.6 if name.isascii() else 0.4)


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters two, combining marks none."""
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def render_plain(diagnostic: Diagnostic, language: Language) -> str:
    """A diagnostic as lines of text: place, sentence, underlined source, hint."""
    labels = {"error": msg("error"), "warning": msg("warning"), "note": msg("note")}
    label = labels[diagnostic.severity].render(language)
    place = f"{diagnostic.place.label()}: " if diagnostic.place else ""
    sentence = diagnostic.message.render(language)
    lines = [f"{place}{label} {diagnostic.code}: {sentence}"]
    if diagnostic.heading:
        lines.append(f"  § {diagnostic.heading.render(language)}")
    if diagnostic.place:
        lines += underlined(diagnostic.place)
    if diagnostic.hint:
        lines.append(f"  = {diagnostic.hint.render(language)}")
    return "\n".join(lines)


def underlined(place: Place) -> Sequence[str]:
    """The source line of a place and the marks under its span, aligned under wide characters."""
    if place.text is None or place.line is None:
        return []
    text = place.text.replace("\t", " ")
    gutter = f"{place.line} | "
    lines = [f"  {gutter}{text}"]
    if place.column is not None:
        start = place.column - 1
        end = max(place.end_column - 1 if place.end_column else start + 1, start + 1)
        pad = " " * display_width(text[:start])
        marks = "^" * max(1, display_width(text[start:end]))
        lines.append(f"  {' ' * (len(gutter) - 2)}| {pad}{marks}")
    return lines

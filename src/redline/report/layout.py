"""Lines for a terminal: what may be shown, where it breaks, how wide it is, and its colours.

Text of a submission is written by strangers. Nothing of it reaches the terminal as a control
sequence, turns the direction of writing, or runs on for pages.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TextIO

from redline.diagnostics import display_width
from redline.messages import Language, Message
from redline.report.figures import NO_BREAK

PIPE_WIDTH = 100
"""Columns where there is no terminal: a constant, so that the same findings give the same bytes."""

LONG = 600
"""Columns after which a single text is cut."""

NO_START = "，。、；：！？）》」』】〉”’％‰…,.;:!?)]}%"
NO_END = "（《「『【〈“‘([{"


class Tone(StrEnum):
    """A colour or weight; each means one thing throughout."""

    BAD = "31"
    OPEN = "35"
    OWED = "33"
    GOOD = "32"
    CLAUSE = "36"
    FAINT = "2"
    STRONG = "1"


@dataclass(frozen=True, slots=True)
class Style:
    """How wide the lines are, and whether there are colours."""

    width: int = PIPE_WIDTH
    colour: bool = False


def style_of(stream: TextIO, environ: Mapping[str, str]) -> Style:
    """The style that suits a stream: colours only on a terminal, and not under `NO_COLOR`."""
    if not stream.isatty():
        return Style()
    width = max(40, min(shutil.get_terminal_size((PIPE_WIDTH, 24)).columns, 140))
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    return Style(width=width, colour=not plain)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stream, and the language and style to write in; `full` leaves nothing to a count."""

    stream: TextIO
    language: Language
    style: Style = Style()
    full: bool = False

    def say(self, message: Message) -> str:
        """A message in the sheet's language."""
        return message.render(self.language)

    def line(self, text: str, *tones: Tone, indent: int = 0, mark: str = "") -> None:
        """A paragraph, its later lines under the first one's text."""
        lead = f"{mark} " if mark else ""
        hang = " " * (indent + columns(lead))
        for i, part in enumerate(wrap(shorten(text, LONG), max(20, self.style.width - len(hang)))):
            shown = part.replace(NO_BREAK, " ")
            first, body = (hang, shown) if i else (" " * indent, lead + shown)
            self.stream.write(f"{first}{paint(body, self.style, *tones)}\n")

    def blank(self) -> None:
        """An empty line."""
        self.stream.write("\n")

    def heading(self, message: Message, *tones: Tone, first: bool = False) -> None:
        """The name of what follows, after an empty line unless it is the first."""
        if not first:
            self.blank()
        self.line(self.say(message), Tone.STRONG, *tones)


def paint(text: str, style: Style, *tones: Tone) -> str:
    """`text` in the given tones where the style has colours."""
    if not style.colour or not tones or not text:
        return text
    return f"\x1b[{';'.join(tones)}m{text}\x1b[0m"


def printable(text: str) -> str:
    """`text` on one line, every control, format or lone surrogate character shown as �.

    Line breaks and tabs become spaces. Bidirectional controls are among the format characters.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " "
        if c in "\t\n\r\v\f\u2028\u2029"
        else "\ufffd"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs")
        else c
        for c in text
    )


def shorten(text: str, width: int) -> str:
    """`text` made printable and cut to `width` columns, with … where something was cut."""
    clean = printable(text[: 4 * width + 4])
    if len(text) <= len(clean) and columns(clean) <= width:
        return clean
    used, kept = 0, []
    for c in clean:
        used += columns(c)
        if used > width - 1:
            break
        kept.append(c)
    return "".join(kept) + "…"


def columns(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


@cache
def _columns_of(character: str) -> int:
    return display_width(character)


def pad(text: str, width: int) -> str:
    """`text` with spaces up to `width` columns."""
    return text + " " * max(0, width - columns(text))


def wrap(text: str, width: int) -> list[str]:
    """`text` broken into lines of at most `width` columns.

    Breaks stand at spaces and between wide characters, never before a closing mark or after an
    opening one; what has no such place is cut.
    """
    if columns(text) <= width:
        return [text.rstrip()]
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text):
        size = columns(piece.rstrip())
        if line and used + size > width:
            lines.append(line.rstrip())
            line, used = "", 0
        while size > width:
            head = _head(piece, width)
            lines.append(head)
            piece = piece[len(head) :]  # noqa: PLW2901 - what is left of it
            size = columns(piece.rstrip())
        line += piece
        used += columns(piece)
    return [*lines, line.rstrip()] if line or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    """Runs that stay together, each with the spaces that follow it."""
    start = 0
    for i in range(1, len(text)):
        before, after = text[i - 1], text[i]
        if after == " " or after in NO_START or before in NO_END:
            continue
        if before == " " or _wide(before) or _wide(after):
            yield text[start:i]
            start = i
    if text:
        yield text[start:]


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _head(text: str, width: int) -> str:
    used = 0
    for i, c in enumerate(text):
        used += columns(c)
        if used > width:
            return text[: max(i, 1)]
    return text

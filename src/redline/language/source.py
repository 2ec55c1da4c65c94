"""Rule files as text, and places in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from redline.diagnostics import Place, Refusal, refuse
from redline.language.diagnostics import (
    FileTooLarge,
    HiddenCharacter,
    NotUtf8,
    UnreadableFile,
)
from redline.language.span import Span as Span

MAX_CHARACTERS = 8_000_000
"""Largest rule file that is read: about forty times all national rules in one file."""

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f]"
)
"""Characters that reorder or hide text on a screen, so that a rule could read as another one:
control and format characters (Unicode categories Cc, Cf, Zl, Zp) other than white space.
"""

MOST_HIDDEN = 20
"""Hidden characters that are pointed out in one file."""


@dataclass(frozen=True)
class Source:
    """A rule file: its name, and its text with line ends as newlines."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of each line."""
        return [0] + [i + 1 for i, c in enumerate(self.text) if c == "\n"]

    def line_of(self, offset: int) -> int:
        """Line number of an offset, from 1."""
        return bisect_right(self.line_starts, offset)

    def place(self, span: Span, item: str | None = None) -> Place:
        """The place of a span; a span over several lines is marked to the end of its first."""
        line = self.line_of(span.start)
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        text = self.text[start : end if end >= 0 else len(self.text)]
        column = span.start - start + 1
        return Place(
            file=self.name,
            line=line,
            column=column,
            end_column=min(span.end - start, len(text)) + 1,
            text=text,
            item=item,
        )


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a rule file.

    Raises `Refusal` when it cannot be read, is not UTF-8, is larger than `MAX_CHARACTERS` or holds
    a character that hides or reorders what a reader sees.
    """
    name = name or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            UnreadableFile(place=Place(name), reason=error.strerror or str(error))
        ) from None
    return source_of(data, name)


def source_of(data: bytes, name: str) -> Source:
    """A source from the bytes of a rule file; raises as `read_source` does."""
    if len(data) > 4 * MAX_CHARACTERS:
        raise refuse(FileTooLarge(place=Place(name), limit=MAX_CHARACTERS))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(NotUtf8(place=Place(name, line=line), offset=error.start)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = Source(name, text)
    hidden = [
        HiddenCharacter(place=shown(source, match), character=f"U+{ord(match[0]):04X}")
        for match in islice(HIDDEN.finditer(text), MOST_HIDDEN)
    ]
    if hidden:
        raise Refusal(hidden)
    return source


def shown(source: Source, match: re.Match[str]) -> Place:
    """The place of a hidden character, with a visible one for each hidden one in its line."""
    place = source.place(Span(*match.span()))
    return replace(place, text=HIDDEN.sub("\ufffd", place.text or ""))

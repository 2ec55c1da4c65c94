"""Laying out text: documents with places where a line may break, after Wadler and Oppen.

A document is a text, a sequence of documents, a `Line` (a place to break), a `Nest` (deeper
indentation) or a `Group`, whose own lines break all together or not at all. Comments of a source
are hung on the lines that stand before what follows them (`hang_comments`), so that they stay where
their author put them when words around them move.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from redline.diagnostics import display_width

WIDTH = 100

TIGHT = "（）、，："
"""Marks that carry their own white space: no space is written beside them."""


@dataclass(frozen=True, slots=True)
class HungComment:
    """A comment: whether it ends a line of code, and whether a blank line stands before it."""

    text: str
    trailing: bool
    after_blank: bool


@dataclass(slots=True)
class Line:
    """A place to break; flat it is a space, or nothing where `tight`.

    `anchor` is the offset in the source at which what follows begins: comments before it are hung
    here. `blank` says whether a blank line comes before what follows: never, always, or as in the
    source (`after_blank`).
    """

    anchor: int | None = None
    hard: bool = False
    tight: bool = False
    blank: Literal["never", "keep", "always"] = "never"
    after_blank: bool = False
    comments: list[HungComment] = field(default_factory=list)

    @property
    def breaks(self) -> bool:
        """Whether the line breaks wherever it stands."""
        return self.hard or bool(self.comments)


@dataclass(frozen=True, slots=True)
class Nest:
    """What breaks inside stands two columns further in."""

    inner: Doc


@dataclass(slots=True)
class Group:
    """Flat where it fits; else each of its own lines breaks."""

    inner: Doc
    broken: bool = False


class Space:
    """A space at which nothing breaks."""


SPACE = Space()

Doc = str | Space | Line | Nest | Group | tuple["Doc", ...]


def words(*docs: Doc | None) -> Doc:
    """Documents with spaces between; what is None is left out."""
    present = [d for d in docs if d is not None]
    return tuple(x for d in present for x in (SPACE, d))[1:]


def lines_of(doc: Doc) -> Iterator[Line]:
    """The places to break, in print order."""
    stack: list[Doc] = [doc]
    while stack:
        match stack.pop():
            case Line() as line:
                yield line
            case Nest(inner=inner) | Group(inner=inner):
                stack.append(inner)
            case tuple() as docs:
                stack.extend(reversed(docs))
            case _:
                pass


def hang_comments(doc: Doc, source: str, comments: Iterable[tuple[int, str]]) -> None:
    """Hang each comment (its offset and text) on the first line that stands after it.

    The document must end with a line whose anchor is behind every comment.
    """
    anchored = [line for line in lines_of(doc) if line.anchor is not None]
    anchored.sort(key=lambda line: line.anchor or 0)
    anchors = [line.anchor or 0 for line in anchored]
    for offset, text in comments:
        line = anchored[bisect_left(anchors, offset)]
        line_start = source.rfind("\n", 0, offset) + 1
        trailing = bool(source[line_start:offset].strip())
        line.comments.append(HungComment(text.rstrip(), trailing, after_blank(source, offset)))


def after_blank(source: str, offset: int) -> bool:
    """Whether a blank line stands right before an offset."""
    before = source[:offset] if offset < 400 else source[offset - 400 : offset]
    return before[len(before.rstrip()) :].count("\n") > 1


def break_groups(doc: Doc) -> None:
    """Mark the groups that hold a line which breaks wherever it stands."""
    stack: list[tuple[Doc, tuple[Group, ...]]] = [(doc, ())]
    while stack:
        current, around = stack.pop()
        match current:
            case Line() if current.breaks:
                for group in around:
                    group.broken = True
            case Nest(inner=inner):
                stack.append((inner, around))
            case Group(inner=inner):
                stack.append((inner, (*around, current)))
            case tuple():
                stack.extend((d, around) for d in current)


Frame = tuple[int, bool, Doc]
"""Indentation, whether lines break, and what is to be written."""


def render(doc: Doc, width: int = WIDTH) -> str:
    """A document as text, each line ended by a newline, none with white space at its end."""
    break_groups(doc)
    writer = Writer()
    stack: list[Frame] = [(0, True, doc)]
    while stack:
        indent, breaking, current = stack.pop()
        match current:
            case str():
                writer.text(current)
            case Space():
                writer.space()
            case Line():
                if breaking or current.breaks:
                    writer.line(current, indent)
                elif not current.tight:
                    writer.space()
            case Nest(inner=inner):
                stack.append((indent + 2, breaking, inner))
            case Group(inner=inner, broken=broken):
                room = width - writer.column - writer.pending
                flat = not broken and fits((indent, False, inner), stack, room)
                stack.append((indent, not flat, inner))
            case tuple():
                stack.extend((indent, breaking, d) for d in reversed(current))
    return writer.result()


def fits(first: Frame, rest: Sequence[Frame], room: int) -> bool:
    """Whether what comes up to the next break fits into `room` columns."""
    stack = [first]
    below = len(rest)
    while room >= 0:
        if stack:
            indent, breaking, current = stack.pop()
        elif below:
            below -= 1
            indent, breaking, current = rest[below]
        else:
            return True
        match current:
            case str():
                room -= display_width(current) if not current.isascii() else len(current)
            case Space():
                room -= 1
            case Line():
                if breaking or current.breaks:
                    return True
                room -= 0 if current.tight else 1
            case Nest(inner=inner):
                stack.append((indent, breaking, inner))
            case Group(inner=inner, broken=broken):
                stack.append((indent, breaking or broken, inner))
            case tuple():
                stack.extend((indent, breaking, d) for d in reversed(current))
    return False


class Writer:
    """Collects lines; a space is written only between two texts that want one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.column = 0
        self.indent = 0
        self.pending = False

    def text(self, text: str) -> None:
        if not text:
            return
        if self.parts and self.pending and text[0] not in TIGHT and self.parts[-1][-1] not in TIGHT:
            self.parts.append(" ")
            self.column += 1
        if not self.parts:
            self.parts.append(" " * self.indent if self.indent else "")
            self.column = self.indent
        self.pending = False
        self.parts.append(text)
        self.column += len(text) if text.isascii() else display_width(text)

    def space(self) -> None:
        self.pending = True

    def end(self) -> None:
        """End the line at hand, if anything stands on it."""
        if self.parts:
            self.lines.append("".join(self.parts).rstrip())
        self.parts = []
        self.pending = False
        self.column = self.indent

    def line(self, line: Line, indent: int) -> None:
        """Break, with the comments that hang on the line."""
        comments = list(line.comments)
        if self.parts and comments and comments[0].trailing:
            self.parts.append("  " + comments.pop(0).text)
        self.end()
        self.indent = self.column = indent
        for i, comment in enumerate(comments):
            self.blank(comment.after_blank or (i == 0 and line.blank == "always"))
            self.lines.append(" " * indent + comment.text)
        keeps = bool(comments) or line.blank == "keep"
        always = line.blank == "always" and not comments
        self.blank(always or (keeps and line.after_blank))

    def blank(self, wanted: bool) -> None:
        if wanted and self.lines and self.lines[-1]:
            self.lines.append("")

    def result(self) -> str:
        self.end()
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "\n".join(self.lines) + "\n" if self.lines else ""

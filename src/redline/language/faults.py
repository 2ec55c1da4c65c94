"""What is wrong with the text of a rule file, and where reading can go on after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from redline.diagnostics import Diagnostic, refuse
from redline.language.diagnostics import (
    MixedAndOr,
    MixedSurfaces,
    RunTogether,
    TooDeep,
    UnclosedText,
    UnexpectedCharacter,
    UnexpectedEnd,
    UnexpectedWord,
    WordReserved,
)
from redline.language.source import Source, Span
from redline.language.words import (
    describe_terminals,
    keyword_spellings,
    split_into_words,
    words_of,
)
from redline.messages import Language

MAX_PARENTHESES = 50
MAX_LEVELS = 150
"""Levels of a parsed file: what walks a tree by recursion stays well below Python's limit."""

WORD = re.compile(r"[^\W\d]\w*")


class SyntaxFault(Exception):  # noqa: N818 - internal signal of one syntax error
    """One syntax error and the offset from which recovery starts."""

    def __init__(self, diagnostic: Diagnostic, offset: int) -> None:
        self.diagnostic = diagnostic
        self.offset = offset
        super().__init__(diagnostic.code)


# ── before parsing ──────────────────────────────────────────────────────────────────────────


def surface_of(source: Source) -> Language:
    """The surface that the file's first word belongs to."""
    for line in source.text.split("\n"):
        word = line.strip()
        if word and not word.startswith("#"):
            return "en" if word[0].isascii() else "zh"
    return "en"


def other_surface(surface: Language) -> Language:
    return "zh" if surface == "en" else "en"


def mixed_surfaces(source: Source, surface: Language) -> Iterator[MixedSurfaces]:
    """The lines that begin a declaration on the other surface."""
    other = other_surface(surface)
    for match in declaration_start(other).finditer(source.text):
        yield mixed(source, Span(*match.span()), other)


def mixed(source: Source, span: Span, other: Language) -> MixedSurfaces:
    return MixedSurfaces(
        place=source.place(span), found=source.text[span.start : span.end], other=other
    )


PARENTHESES = re.compile(r'"(?:[^"\\\n]|\\.)*"?|“(?:[^”\\\n]|\\.)*”?|#[^\n]*|[(（]|[)）]')


def check_parentheses(source: Source) -> None:
    """Refuse absurd nesting before anything recursive sees it."""
    depth = 0
    for match in PARENTHESES.finditer(source.text):
        if match[0] in ("(", "（"):
            depth += 1
            if depth > MAX_PARENTHESES:
                place = source.place(Span(*match.span()))
                raise refuse(TooDeep(place=place, limit=MAX_PARENTHESES))
        elif match[0] in (")", "）"):
            depth = max(0, depth - 1)


def check_levels(source: Source, tree: Any) -> None:
    """Refuse a parse tree of more than `MAX_LEVELS` levels: `a + a + …`, `not not …`."""
    level, nodes = 0, [tree]
    while nodes:
        level += 1
        if level > MAX_LEVELS:
            meta = nodes[0].meta
            span = Span(meta.start_pos, meta.end_pos)
            raise SyntaxFault(TooDeep(place=source.place(span), limit=MAX_LEVELS), span.start)
        nodes = [c for n in nodes for c in n.children if not isinstance(c, str)]


# ── where a parser stopped ──────────────────────────────────────────────────────────────────


def character_fault(source: Source, text: str, error: Any) -> SyntaxFault:
    """What no token begins with."""
    start = error.pos_in_stream
    if text[start] in '"“':
        end = text.find("\n", start)
        span = Span(start, end if end >= 0 else len(text))
        return SyntaxFault(UnclosedText(place=source.place(span)), start)
    match = re.compile(r"\w+|\S").match(text, start)
    end = match.end() if match else start + 1
    place = source.place(Span(start, end))
    return SyntaxFault(UnexpectedCharacter(place=place, found=text[start:end]), start)


def token_fault(source: Source, text: str, error: Any, surface: Language) -> SyntaxFault:
    """A token that cannot stand where it stands."""
    token = error.token
    accepts = acceptable(error)
    at_end = token.type == "$END"
    end = len(text.rstrip())
    span = Span(end, end) if at_end else Span(token.start_pos, token.end_pos)
    offset = broken_at(text, span.start, surface)
    unclosed = unclosed_text(source, text, span.start)
    if unclosed is not None:
        return SyntaxFault(unclosed, offset)
    joined = run_together(source, text, span, accepts) if surface == "zh" else None
    known = joined or keyword_as_name(source, text, span.start, surface)
    if known is not None:
        return SyntaxFault(known, offset)
    if at_end:
        place = source.place(Span(max(0, end - 1), end))
        expected = describe_terminals(accepts, surface)
        return SyntaxFault(UnexpectedEnd(place=place, expected=expected), offset)
    return SyntaxFault(word_fault(source, token, span, accepts, surface), offset)


def unclosed_text(source: Source, text: str, offset: int) -> UnclosedText | None:
    """A text that is not closed on the line of an offset: its quotation marks do not pair."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = end if end >= 0 else len(text)
    marks = list(re.finditer(r'(?<!\\)"', text[start:end]))
    if len(marks) % 2 == 0:
        return None
    return UnclosedText(place=source.place(Span(start + marks[0].start(), end)))


def keyword_as_name(
    source: Source, text: str, offset: int, surface: Language
) -> WordReserved | None:
    """A word that begins declarations, and begins an indented line as a name would."""
    start = text.rfind("\n", 0, offset) + 1
    word = re.fullmatch(r"[ \t]+(\w+)[ \t]*", text[start:offset])
    if word is None or not declaration_start(surface).fullmatch(word[1]):
        return None
    place = source.place(Span(start + word.start(1), start + word.end(1)))
    return WordReserved(place=place, name=word[1])


def broken_at(text: str, offset: int, surface: Language) -> int:
    """An offset in what is broken.

    Where a declaration or a case begins at a token that cannot stand there, the one before it is.
    """
    starts = (declaration_start(surface).match(text, offset), case_start(surface))
    line = text.rfind("\n", 0, offset) + 1
    begins = starts[0] or starts[1].match(text, line)
    return line - 1 if begins and not text[line:offset].strip() else offset


def word_fault(
    source: Source, token: Any, span: Span, accepts: Set[str], surface: Language
) -> Diagnostic:
    place, found = source.place(span), str(token)
    if token.type in ("KW_AND", "KW_OR") and {"KW_AND", "KW_OR"} & accepts:
        return MixedAndOr(place=place)
    other = other_surface(surface)
    if found in words_of(other) and found not in words_of(surface):
        return mixed(source, span, other)
    if "NAME" in accepts and found in words_of(surface):
        return WordReserved(place=place, name=found)
    spellings = keyword_spellings(surface)
    wanted = tuple(spellings[k] for k in accepts if k in spellings)
    return UnexpectedWord(
        place=place,
        found=found,
        expected=describe_terminals(accepts, surface),
        candidates=wanted,
    )


def acceptable(error: Any) -> Set[str]:
    """The terminals with which parsing could go on where it stopped."""
    from lark.parsers.lalr_interactive_parser import InteractiveParser

    if error.interactive_parser is not None or error.state is None:
        return set(error.accepts or error.expected)
    parser: Any = InteractiveParser(None, error.state, error.state.lexer)
    return set(parser.accepts()) or set(error.expected)


CLAUSE = re.compile("第[一二三四五六七八九十百千零0-9]+条.*")


def run_together(source: Source, text: str, span: Span, accepts: Set[str]) -> RunTogether | None:
    """Chinese words that were written without a space: 禁止用地, 长江保护法第二十六条."""
    found = text[span.start : span.end]
    spellings = keyword_spellings("zh")
    wanted = sorted((spellings[k] for k in accepts if k in spellings), key=len, reverse=True)
    keyword = next((k for k in wanted if len(k) > 1 and found.startswith(k) and found != k), None)
    parts = split_into_words(found, words_of("zh"))
    if len(parts) < 2 and keyword is not None and WORD.fullmatch(found):
        parts = [keyword, found[len(keyword) :]]
    if len(parts) < 2:
        before = text[: span.start].rstrip()
        last = re.search(r"\w+$", before[-60:])
        clause = CLAUSE.search(last[0], 1) if last and "ARTICLE" in accepts else None
        if last is None or clause is None:
            return None
        found = last[0]
        parts = [found[: clause.start()], clause[0]]
        span = Span(len(before) - len(found), len(before))
    return RunTogether(place=source.place(span), found=found, parts=tuple(parts))


# ── going on after an error ─────────────────────────────────────────────────────────────────

DECLARATION_KEYWORDS = (
    "KW_INSTRUMENT",
    "KW_TERRITORY",
    "KW_CODE_LIST",
    "KW_CODE_GROUP",
    "KW_ATTRIBUTE",
    "KW_LAYER",
    "KW_DOCUMENT",
    "KW_COMPONENT",
    "KW_JUDGEMENT",
    "KW_PARAMETER",
    "KW_CONCEPT",
    "KW_FILLS",
    "KW_MAPPING",
    "KW_PLAN",
    "KW_RULE",
    "KW_NOT_EXECUTABLE",
)


@cache
def declaration_start(surface: Language) -> re.Pattern[str]:
    """Matches the start of a declaration at the start of a line."""
    words = [keyword_spellings(surface)[k] for k in DECLARATION_KEYWORDS]
    joined = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, reverse=True))
    return re.compile(rf"^(?:{joined})(?!\w)", re.MULTILINE)


@cache
def case_start(surface: Language) -> re.Pattern[str]:
    """Matches the start of a case at the start of a line."""
    return re.compile(rf"^[ \t]+{keyword_spellings(surface)['KW_CASE']}(?!\w)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A text without what could not be read, and the names that may have been declared in it."""

    text: str
    lost: frozenset[str]


def without_broken(text: str, offset: int, surface: Language) -> Recovery | None:
    """`text` with blanks in place of the case, else the declaration, around `offset`.

    None where there is neither: what is broken stands before the first declaration.
    """
    declarations = [m.start() for m in declaration_start(surface).finditer(text)]
    before = [s for s in declarations if s <= offset]
    if not before:
        return None
    start = before[-1]
    end = next((s for s in declarations if s > offset), len(text))
    cases = [m.start() for m in case_start(surface).finditer(text, start, end)]
    if cases and cases[0] <= offset:
        start = max(s for s in cases if s <= offset)
        end = next((s for s in cases if s > offset), end)
        return Recovery(blanked(text, start, end), frozenset())
    head = re.split(r'["“:：\n]', text[start:end], maxsplit=1)[0]
    lost = frozenset(WORD.findall(head)) - words_of(surface)
    return Recovery(blanked(text, start, end), lost)


def blanked(text: str, start: int, end: int) -> str:
    blank = re.sub(r"[^\n]", " ", text[start:end])
    return text[:start] + blank + text[end:]

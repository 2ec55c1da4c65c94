"""The keywords of a surface, read from its grammar, and terminals in a reader's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import cache
from types import MappingProxyType

from redline.language.grammar import grammar_text
from redline.messages import Language, Message, msg

KEYWORD = re.compile(r'^(KW_\w+)(?:\.\d+)?: (?:"([^"]+)"|/(.+)/)$', re.MULTILINE)


@cache
def keyword_spellings(surface: Language) -> Mapping[str, str]:
    """Terminal name → the keyword as it is written, for one surface."""
    spellings = {}
    for name, plain, pattern in KEYWORD.findall(grammar_text(surface)):
        spellings[name] = plain or pattern.replace(r"(?!\w)", "").replace(r"\s+", " ")
    return MappingProxyType(spellings)


TERMINALS: Mapping[str, Message] = MappingProxyType(
    {
        "NAME": msg("a name"),
        "NUMBER": msg("a number"),
        "QUANTITY": msg("a quantity with a unit"),
        "DATE": msg("a date such as 2026-08-15"),
        "STRING": msg("a text in quotation marks"),
        "ARTICLE": msg("an article such as art. 26(2)"),
        "SECTION": msg("a section such as sec. 1(2)"),
        "$END": msg("the end of the file"),
    }
)

PUNCTUATION: Mapping[str, str] = MappingProxyType(
    {
        "LPAR": "(",
        "RPAR": ")",
        "COMMA": ",",
        "SLASH": "/",
        "COLON": ":",
        "EQUALS": "=",
        "PLUS": "+",
        "MINUS": "-",
        "STAR": "*",
        "DOT": ".",
    }
)

MOST = 12


def describe_terminals(terminals: Set[str], surface: Language) -> tuple[str | Message, ...]:
    """What could stand at a place, most telling first, at most a dozen."""
    spellings = keyword_spellings(surface)
    described: list[str | Message] = [TERMINALS[x] for x in TERMINALS if x in terminals]
    described += [f"“{PUNCTUATION[x]}”" for x in PUNCTUATION if x in terminals]
    described += sorted(f"“{spellings[x]}”" for x in terminals if x in spellings)
    return tuple(described[:MOST]) + (("…",) if len(described) > MOST else ())

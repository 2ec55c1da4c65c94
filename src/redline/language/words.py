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
def keyword_alternatives(surface: Language) -> Mapping[str, tuple[str, ...]]:
    """Terminal name → the keyword in each way in which it is written, the usual one first."""
    found = {}
    for name, plain, pattern in KEYWORD.findall(grammar_text(surface)):
        bare = pattern.replace(r"(?!\w)", "").replace(r"\s+", " ").strip("()")
        found[name] = (plain,) if plain else tuple(bare.split("|"))
    return MappingProxyType(found)


@cache
def keyword_spellings(surface: Language) -> Mapping[str, str]:
    """Terminal name → the keyword as it is usually written, for one surface."""
    return MappingProxyType({k: v[0] for k, v in keyword_alternatives(surface).items()})


@cache
def words_of(surface: Language) -> frozenset[str]:
    """Every keyword of a surface."""
    return frozenset(w for words in keyword_alternatives(surface).values() for w in words)


COMMON: Mapping[str, Message] = MappingProxyType(
    {
        "NAME": msg("a name"),
        "NUMBER": msg("a number"),
        "QUANTITY": msg("a quantity with a unit"),
        "DATE": msg("a date such as 2026-08-15"),
        "STRING": msg("a text in quotation marks"),
        "$END": msg("the end of the file"),
    }
)

TERMINALS: Mapping[Language, Mapping[str, Message]] = MappingProxyType(
    {
        "en": {
            **COMMON,
            "ARTICLE": msg("an article such as art. 26(2)"),
            "SECTION": msg("a section such as sec. 1(2)"),
        },
        "zh": {
            **COMMON,
            "ARTICLE": msg("an article such as 第二十六条第二款"),
            "SECTION": msg("a section such as 一（二）"),
            "ITEM_LABEL": msg("the number of an item such as 第1项"),
        },
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
    named = TERMINALS[surface]
    described: list[str | Message] = [named[x] for x in named if x in terminals]
    described += [f"“{PUNCTUATION[x]}”" for x in PUNCTUATION if x in terminals]
    described += sorted({f"“{spellings[x]}”" for x in terminals if x in spellings})
    return tuple(described[:MOST]) + (("…",) if len(described) > MOST else ())


RESERVED: frozenset[str] = frozenset(
    {
        *(
            "any",
            "centreline",
            "component",
            "distance",
            "document",
            "feature",
            "footprint",
            "if",
            "judgement",
        ),
        *("no", "not", "outside", "total", "whatever"),
        *("下列之一", "不在", "中心线", "临时用地", "任一", "凡", "判断", "到", "另有规定", "同一"),
        *("同年", "地下用地", "已批", "并非", "影响范围", "文件", "无", "最大值", "最小值"),
        *("部件", "未经批准", "架空用地", "永久用地", "用地", "符合", "若", "要素"),
    }
)
"""The words with which a condition or what a case states can begin.

A name that can stand there too cannot be one of them.
"""


LONGEST = 60
"""Characters of a word that is worth taking apart."""


def split_into_words(text: str, known: Set[str]) -> list[str]:
    """The fewest known words whose concatenation is `text`; empty where there are none.

    Chinese is written without spaces, so 行业属于 may be two words run together.
    """
    if text.isascii() or len(text) > LONGEST:
        return []
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(text) + 1):
        for start in range(end):
            word = text[start:end]
            if start in best and word in known and word != text:
                parts = [*best[start], word]
                if end not in best or len(parts) < len(best[end]):
                    best[end] = parts
    return best.get(len(text), [])

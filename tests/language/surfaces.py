"""What the tests of the language share: rule files that ship, and texts grown from the grammar."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from redline.language import tree as t
from redline.language.grammar import strict_parser
from redline.language.parser import parse
from redline.language.source import read_source, source_of
from redline.language.words import keyword_spellings
from redline.messages import Language

ROOT = Path(__file__).parents[2]

RULE_FILES = sorted([*(ROOT / "rules").rglob("*.redline"), *(ROOT / "examples").rglob("*.redline")])

SURFACES: tuple[Language, ...] = ("en", "zh")


@cache
def text_of(file: Path) -> str:
    return read_source(file).text


def parsed(text: str, name: str = "test.redline") -> t.Pack:
    return parse(source_of(text.encode(), name))


# ── texts grown from the grammar ────────────────────────────────────────────────────────────

Grow = Callable[[random.Random], str]

TOKENS: Mapping[Language, Mapping[str, Grow]] = {
    "en": {
        "NAME": lambda r: r.choice(["works", "noisy", "C26", "甲乙", "a_1"]),
        "DATE": lambda r: r.choice(["2020-01-01", "2026-08-15"]),
        "STRING": lambda r: r.choice(['"text"', '"“引号”"', r'"a \"b\" \\ c\n"', '""']),
        "ARTICLE": lambda r: r.choice(["art. 26(2)", "art. 120-1", "art. 3 item 4"]),
        "SECTION": lambda r: r.choice(["sec. 1(2)", "sec. 20.70(3) item 2", "sec. 12345"]),
        "QUANTITY": lambda r: r.choice(
            ["5 ha", "1 km", "20 t per year", "25°", "3 万mu", "1 year"]
        ),
    },
    "zh": {
        "NAME": lambda r: r.choice(["建设性质", "产生噪声", "C26", "works"]),
        "DATE": lambda r: r.choice(["2020-01-01", "2026年8月15日"]),
        "STRING": lambda r: r.choice(['"文本"', "“文本”", r'"a \"b\" \\ c\n"', '""']),
        "ARTICLE": lambda r: r.choice(["第二十六条第二款", "第一百二十条之一", "第3条第4项"]),
        "SECTION": lambda r: r.choice(["一（二）", "第20.70节（3）第2项", "第12345节"]),
        "QUANTITY": lambda r: r.choice(
            ["5公顷", "1 公里", "每年 20 吨", "25 度", "3 万亩", "3 吨/年"]
        ),
        "ITEM_LABEL": lambda r: r.choice(["第1项", "第十二项"]),
    },
}
COMMON: Mapping[str, Grow] = {
    "NUMBER": lambda r: r.choice(["3", "0.5", "12"]),
    "LPAR": lambda r: r.choice("(（"),
    "RPAR": lambda r: r.choice(")）"),
    "COMMA": lambda r: r.choice(",，"),
    "COLON": lambda r: r.choice(":："),
    "EQUALS": lambda r: r.choice("=＝"),
    "SLASH": lambda r: "/",
    "DOT": lambda r: ".",
    "PLUS": lambda r: "+",
    "MINUS": lambda r: "-",
    "STAR": lambda r: "*",
}


@cache
def productions(surface: Language) -> Mapping[str, list[list[object]]]:
    found: dict[str, list[list[object]]] = {}
    for rule in strict_parser(surface).rules:
        found.setdefault(rule.origin.name, []).append(list(rule.expansion))
    return found


@cache
def least_depths(surface: Language) -> Mapping[str, int]:
    """For each rule of the grammar, how many levels its smallest text takes."""
    rules = productions(surface)
    depths: dict[str, int] = {}
    while len(depths) < len(rules):
        for name, expansions in rules.items():
            options = [depth_of(e, depths) for e in expansions]
            known = [d for d in options if d is not None]
            if known and (name not in depths or min(known) < depths[name]):
                depths[name] = min(known)
    return depths


def depth_of(expansion: list[object], depths: Mapping[str, int]) -> int | None:
    inner = [depths.get(x.name) for x in expansion if not x.is_term]  # type: ignore[attr-defined]
    return None if None in inner else 1 + max((d for d in inner if d is not None), default=0)


def grown(surface: Language, seed: int, depth: int = 15) -> str:
    """A text that the grammar of a surface derives: a pack with some declarations and rules."""
    chance = random.Random(seed)
    symbols = ["pack", "import_statement", *["declaration"] * 2, *["rule"] * 3]
    texts = (" ".join(tokens(surface, s, chance, depth)) for s in symbols)
    return "\n".join(texts) + "\n"


def tokens(surface: Language, symbol: str, chance: random.Random, depth: int) -> Iterator[str]:
    if symbol in ("declared_name", "code_value_name"):
        yield chance.choice(["works / 建设性质", "建设性质 / works", "noisy", "产生噪声"])
        return
    depths = least_depths(surface)
    options = [
        e for e in productions(surface)[symbol] if (depth_of(e, depths) or 0) <= max(depth, 0)
    ]
    fallback = min(productions(surface)[symbol], key=lambda e: depth_of(e, depths) or 0)
    for item in chance.choice(options or [fallback]):
        name = item.name  # type: ignore[attr-defined]
        if not item.is_term:  # type: ignore[attr-defined]
            yield from tokens(surface, name, chance, depth - 1)
        elif name in COMMON or name in TOKENS[surface]:
            yield (COMMON.get(name) or TOKENS[surface][name])(chance)
        else:
            word = keyword_spellings(surface)[name]
            # On the line of a citation, `item 2` would be an item of the article.
            yield f"\n{word}" if name == "KW_ITEM" else word

"""The reference of the language is a rule file, on both surfaces, and its cases hold.

REDLINE_REWRITE_GOLDENS=1 writes the blocks in their canonical form, the Chinese ones from the
English ones, and the table of keywords.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from redline.casework import run_rules
from redline.commands.translate import resolved
from redline.language import tree as t
from redline.language.grammar import strict_parser
from redline.language.parser import parse
from redline.language.printer import print_pack
from redline.language.source import source_of
from redline.language.words import keyword_alternatives
from redline.rulebook.model import RuleBook
from redline.rulebook.translation import translated

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
REWRITE = bool(os.environ.get("REDLINE_REWRITE_GOLDENS"))

BLOCK = re.compile(r"(?<=\n```redline\n)(.*?)(?=\n```\n)", re.DOTALL)
CHINESE = re.compile(r"(?<=\n```redline-zh\n)(.*?)(?=\n```\n)", re.DOTALL)
KEYWORDS = re.compile(r"(?<=<!-- keywords -->\n)(.*?)(?=\n<!-- /keywords -->)", re.DOTALL)


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def blocks() -> list[str]:
    return BLOCK.findall(page())


def pack() -> t.Pack:
    return pack_of("\n\n".join(blocks()) + "\n")


@cache
def pack_of(text: str) -> t.Pack:
    return parse(source_of(text.encode(), str(PAGE)))


@cache
def book_of(text: str) -> RuleBook:
    found = pack_of(text)
    return resolved({found.name: found})


def book() -> RuleBook:
    return book_of(pack().source.text)


def chinese() -> str:
    return translated(pack(), book().scopes[pack().name], "zh")


def declarations_in_blocks() -> list[int]:
    """How many declarations each block holds."""
    counts = [0] * len(blocks())
    ends, end = [], 0
    for block in blocks():
        end += len(block) + 2
        ends.append(end)
    for declaration in pack().declarations:
        counts[next(i for i, e in enumerate(ends) if declaration.span.start < e)] += 1
    return counts


def cut(text: str, counts: Sequence[int]) -> list[str]:
    """A printed pack in blocks of so many declarations, its head in the first one."""
    starts = [d.span.start for d in parse(source_of(text.encode(), "page")).declarations]
    bounds, done = [0], 0
    for count in counts[:-1]:
        done += count
        bounds.append(starts[done])
    pieces = [text[a:b] for a, b in zip(bounds, [*bounds[1:], len(text)], strict=True)]
    return [piece.strip("\n") for piece in pieces]


def keyword_table() -> str:
    en, zh = keyword_alternatives("en"), keyword_alternatives("zh")
    names = sorted(en.keys() | zh.keys(), key=lambda n: ((en.get(n) or zh[n])[0], n))
    rows = [f"| {cell(en.get(name))} | {cell(zh.get(name))} |" for name in names]
    return "\n".join(["| English | 中文 |", "|---|---|", *dict.fromkeys(rows)])


def cell(words: tuple[str, ...] | None) -> str:
    return ", ".join(f"`{w}`" for w in words) if words else "–"


def rewritten(pattern: re.Pattern[str], pieces: Sequence[str], text: str) -> str:
    left = iter(pieces)
    return pattern.sub(lambda _: next(left), text)


def check(pattern: re.Pattern[str], pieces: Sequence[str]) -> None:
    """Compare what the page shows with what it should show, or write it."""
    if REWRITE:
        PAGE.write_text(rewritten(pattern, pieces, page()), encoding="utf-8")
    assert pattern.findall(page()) == list(pieces)


def test_the_blocks_are_in_canonical_form():
    check(BLOCK, cut(print_pack(pack()), declarations_in_blocks()))


def test_each_chinese_block_is_the_translation_of_the_english_one_before_it():
    order = re.findall(r"\n```(redline(?:-zh)?)\n", page())
    assert order == ["redline", "redline-zh"] * len(blocks())
    check(CHINESE, cut(chinese(), declarations_in_blocks()))


def test_the_chinese_blocks_translate_back():
    there = parse(source_of(chinese().encode(), "zh"))
    scope = resolved({there.name: there}).scopes[there.name]
    assert translated(there, scope, "en") == print_pack(pack())


def test_every_case_on_the_page_holds():
    report = run_rules(book(), book().rules)
    assert not report.diagnostics
    failed = [f"{r.title.en}: expected {r.expected}, got {r.got}" for r in report.failed]
    assert not failed, "\n".join(failed)
    assert len({r.place.line for r in report.results}) > 50


def test_the_page_uses_every_production_of_the_grammar():
    text = "\n\n".join(blocks()) + "\n"
    used = {str(x.data) for x in strict_parser("en").parse(text).iter_subtrees()}
    known = {
        rule.alias or rule.origin.name
        for rule in strict_parser("en").rules
        if not (rule.options.expand1 and not rule.alias)
    }
    assert {str(k) for k in known if not k.startswith("_")} <= used | {"import_statement"}


def test_the_table_names_every_keyword():
    check(KEYWORDS, [keyword_table()])


def test_the_units_on_the_page_are_those_of_the_language():
    from redline.quantities import UNITS

    table = page().split("| | units |")[1].split("\n\n")[0]
    spelled = set(re.findall(r"`([^`]+)`", table))
    assert spelled == {u.en for u in UNITS}
    for unit in UNITS:
        assert unit.zh in table or unit.zh == unit.en

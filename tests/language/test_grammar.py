"""The two grammars: strict, alike in what they can say, and in step with the tables beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from redline.language.faults import DECLARATION_KEYWORDS
from redline.language.grammar import grammar_text, strict_parser
from redline.language.parser import MEANINGFUL, Builder
from redline.language.printer import print_pack
from redline.language.words import (
    PUNCTUATION,
    RESERVED,
    TERMINALS,
    keyword_alternatives,
    keyword_spellings,
)
from redline.messages import Language
from redline.quantities import UNITS
from tests.language.surfaces import SURFACES, grown, parsed, productions


@pytest.mark.parametrize("surface", SURFACES)
def test_a_grammar_is_lalr_without_any_conflict(surface: Language):
    assert strict_parser(surface) is not None


def aliases(surface: Language) -> set[str]:
    """What the parser calls the builder with: aliases, and rules that are not inlined."""
    found = set()
    for rule in strict_parser(surface).rules:
        name = rule.alias or rule.origin.name
        if not name.startswith("_") and not (rule.options.expand1 and not rule.alias):
            found.add(name)
    return found


def test_both_surfaces_make_the_same_nodes():
    assert aliases("en") == aliases("zh")


@pytest.mark.parametrize("surface", SURFACES)
def test_the_builder_has_a_method_for_each_production(surface: Language):
    assert aliases(surface) <= {n.removeprefix("on_") for n in dir(Builder) if n.startswith("on_")}


@pytest.mark.parametrize("surface", SURFACES)
def test_every_terminal_has_words_for_the_reader(surface: Language):
    silent = {"COMMENT", "WHITESPACE"}
    for terminal in strict_parser(surface).terminals:
        known = terminal.name.startswith("KW_") and terminal.name in keyword_spellings(surface)
        named = terminal.name in TERMINALS[surface] or terminal.name in PUNCTUATION
        assert known or named or terminal.name in silent, terminal.name


@pytest.mark.parametrize("surface", SURFACES)
def test_every_keyword_is_used(surface: Language):
    used = {x.name for rule in strict_parser(surface).rules for x in rule.expansion if x.is_term}
    assert set(keyword_spellings(surface)) <= used


@pytest.mark.parametrize("surface", SURFACES)
def test_a_reader_finds_a_declaration_by_its_keyword(surface: Language):
    assert starts(surface, "declaration") == set(DECLARATION_KEYWORDS)


def starts(surface: Language, symbol: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The terminals with which what a symbol derives can begin."""
    found: set[str] = set()
    for expansion in productions(surface)[symbol]:
        first = expansion[0]
        name = first.name  # type: ignore[attr-defined]
        if first.is_term:  # type: ignore[attr-defined]
            found.add(name)
        elif name not in seen:
            found |= starts(surface, name, seen | {symbol, name})
    return found


def test_the_reserved_words_are_those_with_which_a_condition_or_a_given_begins():
    words = set()
    for surface in SURFACES:
        spelled = keyword_alternatives(surface)
        for terminal in starts(surface, "condition") | starts(surface, "given"):
            words |= {w for w in spelled.get(terminal, ()) if re.fullmatch(r"\w+", w)}
    assert words == RESERVED


@pytest.mark.parametrize("surface", SURFACES)
def test_every_unit_can_be_written(surface: Language):
    head = {"en": "a at least {}", "zh": "a 不少于 {}"}[surface]
    text = {
        "en": 'pack a "t" rule r "t" requires {} cites a art. 1',
        "zh": '规则包 a "t" 规则 r "t" 要求 {} 依据 a 第一条',
    }[surface]
    for unit in UNITS:
        own = unit.zh if surface == "zh" else unit.en
        spelled = parsed(text.format(head.format(f"5 {own}")))
        assert f"5 {own}" in print_pack(spelled) or own == "°"
    for unit in ("万亩", "万元") if surface == "zh" else ("万mu", "万CNY"):
        assert f"5 {unit}" in print_pack(parsed(text.format(head.format(f"5 {unit}"))))


def test_tokens_that_the_builder_keeps_exist():
    terminals = {t.name for s in SURFACES for t in strict_parser(s).terminals}
    assert terminals >= MEANINGFUL


def test_the_texts_that_tests_grow_use_every_production():
    for surface in SURFACES:
        seen: set[str] = set()
        for seed in range(200):
            seen |= {
                str(x.data)
                for x in strict_parser(surface).parse(grown(surface, seed)).iter_subtrees()
            }
        assert aliases(surface) <= seen


def keywords_of(surface: Language) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'^(KW_\w+): "(\w+)"$', grammar_text(surface), re.MULTILINE)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_keyword_belongs_to_one_surface(surface: Language):
    other: Mapping[str, str] = {w: k for k, w in keywords_of("zh" if surface == "en" else "en")}
    assert not [w for _, w in keywords_of(surface) if w in other]

"""The page with the grammars says what the parser reads by."""

from __future__ import annotations

import re

import pytest
from tools.grammar_page import PAGE, page, productions, surface_section

from redline.language.grammar import strict_parser
from redline.language.words import keyword_alternatives
from redline.messages import Language
from tests.language.surfaces import SURFACES


def test_the_page_is_made_from_the_grammar_files():
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("surface", SURFACES)
def test_every_production_of_the_parser_is_shown(surface: Language):
    origins = {str(rule.origin.name) for rule in strict_parser(surface).rules}
    named = {name for name in origins if not name.startswith("_")}
    assert set(productions(surface)) == named
    shown = re.findall(r"^(\w+) ::= ", surface_section(surface), re.MULTILINE)
    assert len(shown) == len(set(shown))
    assert named <= set(shown)


@pytest.mark.parametrize("surface", SURFACES)
def test_keywords_and_marks_stand_as_they_are_written(surface: Language):
    section = surface_section(surface)
    assert "KW_" not in section
    assert "->" not in section
    for words in keyword_alternatives(surface).values():
        assert all(f'"{word}"' in section for word in words)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_symbol_is_defined_on_the_page(surface: Language):
    section = surface_section(surface)
    defined = set(re.findall(r"^(\w+) ::= ", section, re.MULTILINE))
    bodies = re.findall(r"(?:::=|^ +\|) (?!/)(.+)", section, re.MULTILINE)
    used = {s for b in bodies for s in re.findall(r"\w+", re.sub(r'"[^"]*"', "", b))}
    assert used <= defined

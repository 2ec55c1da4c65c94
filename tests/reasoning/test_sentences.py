"""Every condition that the shipped rules use can be read aloud, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from redline.messages import Title
from redline.reasoning.outline import Line, outline
from redline.reasoning.plan import PlanAtom, make_plan
from redline.reasoning.sentences import listed, saying_of
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook

DAY = date(2026, 9, 1)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook(())


def atoms(book: RuleBook) -> tuple[PlanAtom, ...]:
    return make_plan(book, DAY).atoms


def test_the_three_sentences_of_every_atom_differ_in_both_languages(book: RuleBook):
    found = atoms(book)
    assert len(found) > 200
    for atom in found:
        saying = saying_of(atom, DAY)
        for language in ("en", "zh"):
            told = [getattr(saying.sentence(t), language) for t in (2, 0, 1)]
            assert all(told), atom
            assert len(set(told)) == 3, told


def test_english_sentences_hold_no_chinese_but_names_and_chinese_ones_are_chinese(book: RuleBook):
    for atom in atoms(book):
        saying = saying_of(atom, DAY)
        for truth in (0, 1, 2):
            sentence = saying.sentence(truth)
            outside = re.sub(r"“[^”]*”|\([^)]*\)", "", sentence.en)
            assert not CHINESE.search(outside), sentence.en
            assert CHINESE.search(sentence.zh), sentence.zh


def test_sentences_begin_with_a_capital_and_hold_no_python(book: RuleBook):
    for atom in atoms(book):
        for truth in (0, 1, 2):
            sentence = saying_of(atom, DAY).sentence(truth)
            first = sentence.en.lstrip("“")[:1]
            assert not first.islower() or sentence.en.startswith("“"), sentence.en
            for text in (sentence.en, sentence.zh):
                assert not re.search(r"None(?! of)|Title\(|\{|\}|frozenset|<.*object", text), text


def lines(found: tuple[Line, ...]) -> Iterator[Line]:
    for line in found:
        yield line
        yield from lines(line.below)


def test_what_every_rule_says_can_be_written_out(book: RuleBook):
    for rule in book.rules:
        told = list(lines(outline(rule, DAY)))
        assert told
        assert all(line.text.en and line.text.zh for line in told), rule.names.en


def test_long_lists_are_counted_beyond_the_first_few():
    values = listed([Title(f"v{i}", f"值{i}") for i in range(9)])
    assert values.is_.en == "is one of “v0”, “v1”, “v2”, “v3”, “v4” and 4 more"
    assert values.is_.zh == "为“值0”“值1”“值2”“值3”“值4”等9项之一"

"""Every rule file can be written in the other language and back, comments and all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from redline.casework import run_rules
from redline.commands.translate import resolved
from redline.diagnostics import Refusal
from redline.language import tree as t
from redline.language.parser import parse
from redline.language.printer import print_pack
from redline.language.source import source_of
from redline.language.walk import names_in
from redline.messages import Language
from redline.rulebook.load import parse_rule_files
from redline.rulebook.model import RuleBook
from redline.rulebook.translation import check_lossless, translated
from tests.language.surfaces import ROOT

BOOKS = {
    "shipped": (),
    "cambridge": (ROOT / "examples" / "cambridge" / "rules",),
    "constructs": (ROOT / "tests" / "casework" / "constructs.redline",),
}


@cache
def english(book: str) -> Mapping[str, t.Pack]:
    return parse_rule_files(BOOKS[book])


@cache
def english_book(book: str) -> RuleBook:
    return resolved(english(book))


def in_language(
    packs: Mapping[str, t.Pack], book: RuleBook, language: Language
) -> Mapping[str, t.Pack]:
    texts = {n: translated(p, book.scopes[n], language) for n, p in packs.items()}
    return {n: parse(source_of(text.encode(), n)) for n, text in texts.items()}


@cache
def chinese(book: str) -> Mapping[str, t.Pack]:
    return in_language(english(book), english_book(book), "zh")


@cache
def chinese_book(book: str) -> RuleBook:
    return resolved(chinese(book))


@pytest.mark.parametrize("book", BOOKS)
def test_every_file_goes_to_chinese_and_back_without_a_changed_byte(book: str):
    back = in_language(chinese(book), chinese_book(book), "en")
    for name, pack in english(book).items():
        formatted = print_pack(pack)
        assert back[name].source.text == formatted, name


@pytest.mark.parametrize("book", BOOKS)
def test_the_chinese_file_is_in_its_canonical_form(book: str):
    for pack in chinese(book).values():
        assert print_pack(pack) == pack.source.text
        assert pack.surface == "zh"


def test_names_that_have_a_chinese_identifier_are_written_with_it():
    packs = chinese("shipped")
    for name, pack in packs.items():
        meanings = chinese_book("shipped").scopes[name].meanings
        for used in names_in(pack):
            if used.text.isascii() and used.span in meanings:
                assert not meanings[used.span].names.zh, f"{name}: {used.text}"


def test_the_chinese_rules_pass_the_same_cases():
    book = chinese_book("cambridge")
    own = [r for r in book.rules if r.pack.startswith("us.")]
    report = run_rules(book, own)
    assert report.results
    assert not report.failed
    assert not report.diagnostics


HEAD = """pack a.b
  "T" / "题"

code list kinds / 类别 "Kinds" / "类别"
  old / 旧 "Old" / "旧"
  new / 新 "New" / "新"

attribute kind / 种类: code kinds "Kind" / "种类"
"""


def book_of(text: str) -> tuple[t.Pack, RuleBook]:
    pack = parse(source_of(text.encode(), "test.redline"))
    return pack, resolved({pack.name: pack})


def test_a_name_is_translated_by_what_it_means_where_it_stands():
    text = HEAD + (
        'layer old / 老城: polygon "Old town" / "老城"\n\n'
        "concept c / 丙\n  means kind is old and footprint overlaps old\n"
    )
    pack, book = book_of(text)
    there = translated(pack, book.scopes["a.b"], "zh")
    assert "指 种类 为 旧 且 用地 与 老城 重叠" in there


def test_words_of_the_language_are_translated_too():
    text = HEAD + (
        'instrument ACT / 法 "Act" / "法"\n  rank local_regulation\n'
        'attribute use / 用量: energy per year "Use" / "用量"\n'
        'rule r / 甲 on project "R" / "甲"\n  let p / 丁 be the part of footprint in w\n'
        "  forbids area of p more than 5 ha\n  cites ACT art. 1\n"
        'layer w / 湿地: polygon "W" / "湿地"\n'
    )
    pack, book = book_of(text)
    there = translated(pack, book.scopes["a.b"], "zh")
    assert "位阶 地方性法规" in there
    assert "：能耗 每 年" in there
    assert "针对 项目" in there
    assert "记 丁 / p 为 用地 在 湿地 内的部分" in there
    assert "禁止 丁 的面积 超过 5 公顷" in there


def test_a_name_without_a_chinese_identifier_stays():
    pack, book = book_of(
        HEAD
        + 'judgement fair "Fair" / "公平"\n  asks "?" / "？"\nconcept c / 丙 means judgement fair\n'
    )
    assert "指 判断 fair" in translated(pack, book.scopes["a.b"], "zh")


def test_a_translation_that_says_something_else_is_refused_with_the_name():
    text = HEAD + (
        'code group both / 旧 of kinds "Both" / "两者"\n  is one of (old, new)\n'
        "concept c / 丙 means kind is old\n"
    )
    pack, book = book_of(text)
    scope = book.scopes["a.b"]
    there = translated(pack, scope, "zh")
    with pytest.raises(Refusal) as refusal:
        check_lossless(pack, there, scope, lambda p: resolved({p.name: p}))
    (diagnostic,) = refusal.value.diagnostics
    assert diagnostic.code == "RL250"
    assert diagnostic.message.values["name"] == "old"


def test_an_unknown_territory_of_a_pack_is_said_once(tmp_path: Path):
    text = HEAD.replace("pack a.b", "pack a.b in nowhere") + (
        'instrument ACT / 法 "Act" / "法"\n'
        + "".join(
            f'rule r{n} "R" / "规"\n  forbids kind is old\n  cites ACT art. 1\n' for n in range(3)
        )
    )
    with pytest.raises(Refusal) as refusal:
        book_of(text)
    assert [d.code for d in refusal.value.diagnostics] == ["RL201"]


def test_the_rank_and_the_territory_of_an_instrument_must_be_known():
    text = HEAD + 'instrument ACT / 法 "Act" / "法"\n  rank decree\n  in nowhere\n'
    with pytest.raises(Refusal) as refusal:
        book_of(text)
    assert [d.code for d in refusal.value.diagnostics] == ["RL201", "RL201"]

"""Citations against texts of law: found, wrong, changed, or not held."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.diagnostics import Refusal
from redline.rulebook.coverage import coverage_of
from redline.rulebook.lawtexts import (
    Outcome,
    fingerprints_now,
    read_fingerprints,
    read_law_texts,
    verify,
    write_fingerprints,
)
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook

TEXT = """---
title: "中华人民共和国示例法"
effective_from: "{start}"
effective_to: ""
---

# 示例法

**第一条** 第一款。

第二款有下列情形：

（一）甲；

（二）乙。

**第二条** {second}

## 第二章 附则

**第二条之一** 附加。
"""

RULES = """
pack test.law "Law" / "法"
instrument LAW / 示例法 "Example Law" / "中华人民共和国示例法" in force from 2020-01-01
attribute dirty / 污染: boolean "Dirty" / "污染"
rule a / 甲 "A" / "甲" forbids dirty cites LAW {locator}
not executable LAW art. 2 because "a duty" / "职责"
"""


def book_citing(folder: Path, locator: str) -> RuleBook:
    file = folder / "law.redline"
    file.write_text(RULES.format(locator=locator), encoding="utf-8")
    return load_rulebook([file])


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for start, second in (("2020-01-01", "原文。"), ("2023-06-01", "新文。")):
        body = TEXT.format(start=start, second=second)
        (folder / f"示例法_{start}.md").write_text(body, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("locator", "outcome"),
    [
        ("art. 1(2) item 2", Outcome.CONFIRMED),
        ("art. 2-1", Outcome.CONFIRMED),
        ("art. 1(3)", Outcome.WRONG),
        ("art. 1(2) item 3", Outcome.WRONG),
        ("art. 1(1) item 1", Outcome.WRONG),
        ("art. 3", Outcome.WRONG),
        ('at "Table 1" / "表1"', Outcome.NOT_HELD),
        ('art. 1 unverified "recalled" / "凭记忆"', Outcome.UNVERIFIED),
    ],
)
def test_a_citation_is_looked_up_to_the_item(
    tmp_path: Path, texts: Path, locator: str, outcome: Outcome
) -> None:
    book = book_citing(tmp_path, locator)
    found = [c for c in verify(book, read_law_texts(texts), {}) if c.cited_by == "test.law.a"]
    assert [c.outcome for c in found] == [outcome]


def test_words_that_changed_since_the_rule_was_written_are_reported(
    tmp_path: Path, texts: Path
) -> None:
    book = book_citing(tmp_path, "art. 2")
    write_fingerprints(tmp_path, fingerprints_now(book, read_law_texts(texts)))
    recorded = read_fingerprints(tmp_path)
    assert {c.outcome for c in verify(book, read_law_texts(texts), recorded)} == {Outcome.CONFIRMED}
    body = TEXT.format(start="2023-06-01", second="改文。")
    (texts / "示例法_2023-06-01.md").write_text(body, encoding="utf-8")
    assert {c.outcome for c in verify(book, read_law_texts(texts), recorded)} == {Outcome.CHANGED}


def test_a_citation_is_held_against_the_versions_of_its_days_only(
    tmp_path: Path, texts: Path
) -> None:
    gone = TEXT.format(start="2023-06-01", second="").split("**第二条**")[0]
    (texts / "示例法_2023-06-01.md").write_text(gone, encoding="utf-8")
    early = book_citing(tmp_path, "art. 2-1 before 2023-06-01")
    late = book_citing(tmp_path, "art. 2-1")
    laws = read_law_texts(texts)
    assert [c.outcome for c in verify(early, laws, {}) if c.cited_by == "test.law.a"] == [
        Outcome.CONFIRMED
    ]
    assert [c.outcome for c in verify(late, laws, {}) if c.cited_by == "test.law.a"] == [
        Outcome.WRONG
    ]


def test_an_article_can_be_executable_in_part(tmp_path: Path) -> None:
    book = book_citing(tmp_path, "art. 2")
    assert [(c.clause.en, c.state.text) for c in coverage_of(book)] == [("art. 2", "in part")]


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        read_law_texts(tmp_path)


@pytest.mark.real_data
def test_no_shipped_citation_is_wrong(shared: Path) -> None:
    book = load_rulebook()
    found = list(verify(book, read_law_texts(shared / "law" / "texts"), {}))
    wrong = [
        (c.cited_by, c.citation.clause("en"), c.reason) for c in found if c.outcome is Outcome.WRONG
    ]
    assert wrong == []
    assert sum(c.outcome is Outcome.CONFIRMED for c in found) > 200

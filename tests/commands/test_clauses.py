"""`redline clauses`: what became of each article, and whether citations are the law."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.commands.program import run

RULES = """
pack test.clauses "T" / "题"
instrument LAW / 示例法 "Law" / "示例法" in force from 2020-01-01
code list kinds / 类别表 "Kinds" / "类别" one / 甲 "One" / "甲"  two / 乙 "Two" / "乙"
code group some / 若干 of kinds "Some" / "若干" is one of (one) cites LAW art. 2 {mark}
attribute kind / 类别: code kinds "Kind" / "类别"
rule r / 规则 "Rule" / "规则" forbids kind is some cites LAW art. {article}
not executable LAW art. 5 because "a duty" / "职责"
"""
TEXT = """---
title: "示例法"
effective_from: "2020-01-01"
effective_to: ""
---

**第一条** 目的。

**第二条** 定义。

**第三条** 禁止。

处罚。

**第四条** 其他。

**第五条** 职责。

**第六条** 施行。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "示例法.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def clauses(
    folder: Path, *options: object, article: str = "3(2)", mark: str = "", language: str = "en"
) -> int:
    file = folder / "clauses.redline"
    file.write_text(RULES.format(article=article, mark=mark), encoding="utf-8")
    return run(["clauses", str(file), *map(str, options), "--lang", language])


def test_each_article_is_told_with_what_executes_it_or_why_nothing_does(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clauses(folder) == 0
    out = capsys.readouterr().out
    assert "art. 3: executable\n    test.clauses.r" in out
    assert "art. 5: not executable\n    a duty" in out
    assert "touched by no rule" not in out


def test_with_the_texts_the_articles_that_nothing_cites_are_listed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clauses(folder, "--texts", folder / "texts", language="zh") == 0
    out = capsys.readouterr().out
    assert "第一条" in out
    assert "第四条" in out
    assert "第六条" in out
    assert clauses(folder, "--texts", folder / "texts") == 0
    out = capsys.readouterr().out
    assert "touched by no rule: art. 1, art. 4, art. 6" in out
    assert "3 articles are touched by no rule" in out


def test_a_code_group_rests_on_its_clause_like_a_concept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = 'unverified "it lists others" / "另有列举"'
    assert clauses(folder, "--verify", "--texts", folder / "texts", mark=mark) == 0
    out = capsys.readouterr().out
    assert "art. 2 — some" in out
    assert "it lists others" in out


@pytest.mark.parametrize(
    ("article", "fault"),
    [("9", "no such article"), ("3(3)", "2 paragraphs"), ("3(1) item 1", "no such item")],
)
def test_a_citation_that_is_not_in_the_text_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], article: str, fault: str
) -> None:
    assert clauses(folder, "--verify", "--texts", folder / "texts", article=article) == 1
    out = capsys.readouterr().out
    assert fault in out
    assert "1 wrong" in out


def test_an_article_that_changed_since_it_was_recorded_is_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = folder / "texts"
    assert clauses(folder, "--record", "--texts", texts) == 0
    assert clauses(folder, "--verify", "--texts", texts) == 0
    (texts / "示例法.md").write_text(TEXT.replace("处罚。", "重罚。"), encoding="utf-8")
    assert clauses(folder, "--verify", "--texts", texts) == 1
    assert "art. 3(2) — test.clauses.r" in capsys.readouterr().out

"""Rule books kept between runs: quick, and never wrong for it."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from redline.cache import private_cache_directory
from redline.diagnostics import Refusal
from redline.rulebook import cached
from redline.rulebook.cached import ready_rulebook

RULES = """
pack test.kept "Kept" / "保存"
instrument LAW / 法 "Law" / "法" in force from 2020-01-01
attribute dirty / 污染: boolean "Dirty" / "污染"
rule clean / 清洁 "Clean" / "清洁" forbids dirty cites LAW art. {article}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("REDLINE_CACHE", str(tmp_path / "cache"))
    private_cache_directory.cache_clear()
    yield tmp_path
    private_cache_directory.cache_clear()


def rules(folder: Path, article: int = 1) -> Path:
    file = folder / "kept.redline"
    file.write_text(RULES.format(article=article), encoding="utf-8")
    return file


def clauses(folder: Path) -> list[str]:
    book = ready_rulebook([folder / "kept.redline"])
    return [c.clause("en") for r in book.rules for c in r.citations]


def books(folder: Path) -> list[Path]:
    return sorted((folder / "cache").glob("rules-*.book"))


def test_a_second_start_does_not_parse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules(folder)
    assert clauses(folder) == ["art. 1"]
    assert len(books(folder)) == 1
    before = books(folder)[0].stat().st_mtime_ns
    monkeypatch.setattr("redline.language.parser.parse", None)
    assert clauses(folder) == ["art. 1"]
    assert books(folder)[0].stat().st_mtime_ns == before


def test_changed_rules_are_loaded_anew(folder: Path) -> None:
    rules(folder)
    clauses(folder)
    rules(folder, article=2)
    assert clauses(folder) == ["art. 2"]
    assert len(books(folder)) == 2


@pytest.mark.parametrize("damage", ["", "short", "flipped", "text"])
def test_a_damaged_book_is_made_anew(folder: Path, damage: str) -> None:
    rules(folder)
    clauses(folder)
    (file,) = books(folder)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    broken = {"": b"", "short": bytes(data[:100]), "flipped": bytes(data), "text": b"x" * 500}
    file.write_bytes(broken[damage])
    assert clauses(folder) == ["art. 1"]
    assert cached.kept(file) is not None


def test_something_else_under_a_right_digest_is_passed_over(folder: Path) -> None:
    rules(folder)
    clauses(folder)
    (file,) = books(folder)
    data = pickle.dumps({"not": "a book"})
    file.write_bytes(hashlib.sha256(data).digest() + data)
    assert clauses(folder) == ["art. 1"]


@pytest.mark.skipif(os.name != "posix", reason="modes of folders are POSIX")
def test_nothing_is_read_from_a_folder_that_others_can_write(folder: Path) -> None:
    rules(folder)
    clauses(folder)
    (folder / "cache").chmod(0o777)
    private_cache_directory.cache_clear()
    assert private_cache_directory() is None
    for file in books(folder):
        file.write_bytes(b"planted")
    assert clauses(folder) == ["art. 1"]


def test_no_cache_is_asked_for_by_an_empty_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDLINE_CACHE", "")
    private_cache_directory.cache_clear()
    rules(folder)
    assert clauses(folder) == ["art. 1"]
    assert books(folder) == []


def test_wrong_rules_are_refused_each_time(folder: Path) -> None:
    rules(folder).write_text("pack test.kept oops")
    for _ in range(2):
        with pytest.raises(Refusal):
            clauses(folder)
    assert books(folder) == []


def test_several_writers_at_once_leave_one_whole_book(folder: Path) -> None:
    rules(folder)
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(clauses(folder))) for _ in range(4)]
    program = (
        "import pathlib; from tests.rulebook.test_cached import clauses; "
        f"clauses(pathlib.Path({str(folder)!r}))"
    )
    others = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.wait(60) for p in others] == [0, 0]
    assert found == [["art. 1"]] * 4
    assert all(cached.kept(file) is not None for file in books(folder))
    assert [f.name for f in (folder / "cache").iterdir() if f.name.startswith("tmp")] == []

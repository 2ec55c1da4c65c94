from __future__ import annotations

import os
from pathlib import Path

import pytest

from redline.commands.program import run
from redline.language.source import source_of

UGLY = 'pack a.b "T"/"题"\n# why\nconcept c means   a and\n b\n'
PRETTY = 'pack a.b\n  "T" / "题"\n\n# why\nconcept c\n  means a and b\n'
CHINESE = "规则包 a.b “题”\n概念 甲 指 乙 且（丙 或 丁）\n"
CHINESE_PRETTY = '规则包 a.b\n  "题"\n\n概念 甲\n  指 乙 且（丙 或 丁）\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ugly.redline"
    path.write_text(UGLY, encoding="utf-8")
    return path


def test_a_file_is_written_in_its_canonical_form(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["fmt", str(file), "--lang", "en"]) == 0
    assert file.read_text(encoding="utf-8") == PRETTY
    assert capsys.readouterr().out.splitlines()[-1] == "1 rule file: 1 changed"
    assert run(["fmt", str(file), "--lang", "en"]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 rule file: 0 changed"]


def test_a_chinese_file_stays_chinese(tmp_path: Path):
    path = tmp_path / "zh.redline"
    path.write_text(CHINESE, encoding="utf-8")
    assert run(["fmt", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == CHINESE_PRETTY


def test_check_writes_nothing_and_ends_with_1(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["fmt", "--check", str(file.parent), "--lang", "en"]) == 1
    assert file.read_text(encoding="utf-8") == UGLY
    out = capsys.readouterr().out
    assert "ugly.redline" in out
    file.write_text(PRETTY, encoding="utf-8")
    assert run(["fmt", "--check", str(file.parent)]) == 0


def test_the_difference_is_shown_on_request(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["fmt", "--check", "--verbose", str(file), "--lang", "en"]) == 1
    assert "+  means a and b\n" in capsys.readouterr().out


def test_a_file_that_does_not_parse_is_left_alone_and_the_others_are_written(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    broken = file.with_name("broken.redline")
    broken.write_text("pack a.c nonsense\n", encoding="utf-8")
    assert run(["fmt", str(file.parent), "--lang", "en"]) == 3
    assert broken.read_text(encoding="utf-8") == "pack a.c nonsense\n"
    assert file.read_text(encoding="utf-8") == PRETTY
    assert "RL111" in capsys.readouterr().err


def test_line_ends_and_a_byte_order_mark_are_brought_into_shape(file: Path):
    file.write_bytes(b"\xef\xbb\xbf" + PRETTY.replace("\n", "\r\n").encode())
    assert run(["fmt", "--check", str(file)]) == 1
    assert run(["fmt", str(file)]) == 0
    assert file.read_bytes() == PRETTY.encode()


def test_permissions_and_links_survive(file: Path, tmp_path: Path):
    file.chmod(0o640)
    link = tmp_path / "link.redline"
    link.symlink_to(file)
    assert run(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.read_text(encoding="utf-8") == PRETTY


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_cannot_be_written_ends_with_3(file: Path):
    file.parent.chmod(0o500)
    try:
        assert run(["fmt", str(file)]) == 3
    finally:
        file.parent.chmod(0o700)


def test_a_missing_file_ends_with_3(capsys: pytest.CaptureFixture[str]):
    assert run(["fmt", "nowhere.redline", "--lang", "en"]) == 3
    assert "RL101" in capsys.readouterr().err


def test_the_current_folder_is_formatted_where_none_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(file.parent)
    assert run(["fmt"]) == 0
    assert file.read_text(encoding="utf-8") == PRETTY


def test_what_would_read_differently_is_never_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from redline.language import printer

    monkeypatch.setattr(printer, "print_pack", lambda pack: UGLY.replace("a and", "a or"))
    assert run(["fmt", str(file), "--lang", "en"]) == 3
    assert file.read_text(encoding="utf-8") == UGLY
    assert "RL900" in capsys.readouterr().err


def test_the_canonical_text_is_what_the_reader_of_files_reads(file: Path):
    from redline.commands.fmt import canonical

    assert canonical(source_of(UGLY.encode(), "x")) == PRETTY

from __future__ import annotations

from pathlib import Path

import pytest

from redline.commands.program import run

PACK = """pack example.tests
  "An example" / "示例"

instrument ACT / 示例法
  "Example Act" / "示例法"
  rank law
  in force from 2020-01-01

attribute noisy / 产生噪声: boolean "Makes noise" / "产生噪声"
  asks "Does the project make noise?" / "项目是否产生噪声？"

rule no_noise / 禁止噪声
  "No noise" / "禁止噪声"
  forbids noisy
  cites ACT art. 1

  case "a quiet project"
    given noisy = no
    expect {expected}
"""


def test_the_shipped_rules_pass_their_cases_and_say_how_many(
    capsys: pytest.CaptureFixture[str],
):
    assert run(["test", "--lang", "en"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("0 failed")
    assert "cases of" in line


def test_a_failing_case_shows_its_place_and_the_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "example.redline").write_text(PACK.format(expected="violated"), encoding="utf-8")
    assert run(["test", str(tmp_path), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "✗ a quiet project, as of" in out
    assert "expected violated, got complies" in out
    assert "example.redline:17:3" in out
    assert out.splitlines()[-1] == "1 case of 1 rule: 0 passed, 1 failed"


def test_passing_cases_are_listed_only_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "example.redline").write_text(PACK.format(expected="complies"), encoding="utf-8")
    assert run(["test", str(tmp_path), "--lang", "en"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert run(["test", str(tmp_path), "--verbose", "--lang", "en"]) == 0
    assert "✓ a quiet project" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "pack", "\x00\x01", "pack a.b\n" * 100])
def test_a_rule_file_that_is_none_ends_with_3(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "bad.redline").write_text(content, encoding="utf-8")
    assert run(["test", str(tmp_path), "--lang", "en"]) == 3
    err = capsys.readouterr().err
    assert "bad.redline" in err
    assert "RL900" not in err


def test_a_missing_rule_file_ends_with_3(capsys: pytest.CaptureFixture[str]):
    assert run(["test", "nowhere.redline", "--lang", "en"]) == 3
    err = capsys.readouterr().err
    assert "nowhere.redline" in err
    assert "Traceback" not in err

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

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
    assert "“No noise” is kept." in out
    assert "“Makes noise” is answered no" in out
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


TWO_RULES = (
    PACK
    + """
rule no_light / 禁止强光
  "No glare" / "禁止强光"
  forbids bright and footprint overlaps park
  cites ACT art. 2

  case "a lamp in a park"
    given bright = yes, footprint overlaps park by 1 m2
    expect violated
"""
)


@pytest.fixture
def two_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = TWO_RULES.format(expected="complies").replace(
        "rule no_noise",
        'attribute bright / 强光: boolean "Bright" / "强光"\n'
        'layer park / 公园: polygon "Parks" / "公园"\n\nrule no_noise',
        1,
    )
    file = tmp_path / "example.redline"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_rule_can_be_picked_by_a_pattern(two_rules: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["test", str(two_rules), "--only", "no_l*", "--lang", "en"]) == 0
    assert capsys.readouterr().out.endswith("1 case of 1 rule: 1 passed, 0 failed\n")


def test_coverage_names_what_no_case_shows(two_rules: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["test", str(two_rules), "--coverage", "--verbose", "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "no_light: no case that breaks it and one that keeps it" in out
    assert "example.redline: no case on drawn ground" in out
    assert "no_light: never false, unknown: “Bright” is answered yes" in out
    assert "Coverage: 0 of 2 rules" in out


def test_mutants_that_no_case_notices_are_listed(
    two_rules: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["test", str(two_rules), "--mutate", "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert any(line.startswith("no_light: ") for line in out.splitlines())
    assert "not noticed by any case" in out


def test_junit_tells_the_difference_and_the_derivation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "example.redline").write_text(PACK.format(expected="violated"), encoding="utf-8")
    assert run(["test", str(tmp_path), "--format", "junit", "--lang", "en"]) == 1
    suites = ElementTree.fromstring(capsys.readouterr().out)
    assert (suites.get("tests"), suites.get("failures")) == ("1", "1")
    (failure,) = suites.iter("failure")
    assert failure.get("message") == "expected violated, got complies"
    assert "No noise" in (failure.text or "")

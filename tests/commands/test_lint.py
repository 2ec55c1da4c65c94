from __future__ import annotations

import json
from pathlib import Path

import pytest

from redline.commands.program import run

PACK = """pack example.tests
  "An example" / "示例"

instrument ACT / 示例法
  "Example Act" / "示例法"
  in force from 2020-01-01

attribute noisy / 产生噪声: boolean "Makes noise" / "产生噪声"
  asks "Does it?" / "是否？"

rule no_noise / 禁止噪声
  "No noise" / "禁止噪声"
  forbids noisy
  cites ACT art. 1{mark}

  case "a quiet one" / "无噪声"
    given noisy = no
    expect complies
"""
BREACH = """  case "a loud one" / "有噪声"
    given noisy = yes
    expect violated
"""


def words(text: str) -> str:
    """A text without the line breaks that its width forces."""
    return " ".join(text.split())


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "example rules.redline"
    path.write_text(PACK.format(mark=""), encoding="utf-8")
    return path


def test_a_warning_is_shown_at_its_place_and_ends_with_1(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["lint", str(file), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "warning RL311: no case of this rule expects “violated”" in words(out)
    assert "^^^^" in out
    assert out.splitlines()[-1] == "0 errors, 1 warning, 0 notes"


def test_a_clean_file_ends_with_0(file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text(PACK.format(mark="") + BREACH, encoding="utf-8")
    assert run(["lint", str(file), "--lang", "en"]) == 0
    assert capsys.readouterr().out.splitlines() == ["0 errors, 0 warnings, 0 notes"]


def test_a_note_is_shown_and_does_not_count(file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text(PACK.format(mark=" unverified") + BREACH, encoding="utf-8")
    assert run(["lint", str(file), "--lang", "en"]) == 0
    assert "note RL315" in words(capsys.readouterr().out)


def test_a_file_that_does_not_load_ends_with_3(file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text(PACK.format(mark="").replace("forbids noisy", "forbids nosy"), encoding="utf-8")
    assert run(["lint", str(file), "--lang", "en"]) == 3
    assert "error RL201" in words(capsys.readouterr().out)


def test_quiet_says_no_more_than_the_outcome(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["lint", str(file), "--quiet", "--lang", "en"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_json_carries_both_languages_and_the_place(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["lint", str(file), "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "redline.problems/1"
    (problem,) = document["problems"]
    assert problem["code"] == "RL311"
    assert set(problem["message"]) == {"en", "zh"}
    assert (problem["place"]["line"], problem["place"]["column"]) == (11, 6)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sarif_points_at_the_words(file: Path, language: str, capsys: pytest.CaptureFixture[str]):
    assert run(["lint", file.name, "--format", "sarif", "--lang", language]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    (one,) = document["runs"]
    assert [r["id"] for r in one["tool"]["driver"]["rules"]] == ["RL311"]
    (result,) = one["results"]
    assert result["level"] == "warning"
    assert ("没有" in result["message"]["text"]) == (language == "zh")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "example%20rules.redline"
    assert physical["region"] == {"startLine": 11, "startColumn": 6, "endColumn": 21}


def test_the_result_can_go_to_a_file(file: Path, tmp_path: Path):
    target = tmp_path / "found.sarif"
    assert run(["lint", str(file), "--format", "sarif", "--output", str(target)]) == 1
    assert json.loads(target.read_text(encoding="utf-8"))["runs"]


def test_packs_that_are_imported_are_not_looked_at(file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text(PACK.format(mark="") + BREACH, encoding="utf-8")
    user = file.parent / "user.redline"
    user.write_text(
        'pack example.user\n  "User" / "用者"\nimport example.tests\n', encoding="utf-8"
    )
    assert run(["lint", str(user), str(file), "--format", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["code"] == "RL306"


def test_texts_of_law_tell_where_successors_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    sample = Path(__file__).parents[1] / "language" / "bad" / "RL323_successor_differs"
    monkeypatch.chdir(sample)
    assert run(["lint", "rules.redline", "--lang", "en"]) == 0
    assert run(["lint", "rules.redline", "--texts", "texts", "--lang", "en"]) == 1
    assert "“夜间不得产生噪声。” became “任何时间不得产生噪声。”" in words(capsys.readouterr().out)

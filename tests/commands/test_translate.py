from __future__ import annotations

from pathlib import Path

import pytest

from redline.commands.program import run

PACK = """pack example.tests
  "An example" / "示例"

# of law
instrument ACT / 示例法
  "Example Act" / "示例法"
  rank law
  in force from 2020-01-01

attribute noisy / 产生噪声: boolean "Makes noise" / "产生噪声"
  asks "Does it?" / "是否？"

rule no_noise / 禁止噪声
  "No noise" / "禁止噪声"
  forbids noisy  # at any hour
  cites ACT art. 1(2)

  case "a quiet one" / "无噪声" on 2021-01-01
    given noisy = no
    expect complies
"""

CHINESE = """规则包 example.tests
  "示例" / "An example"

# of law
法源 示例法 / ACT
  "示例法" / "Example Act"
  位阶 法律
  施行 自 2020-01-01

属性 产生噪声 / noisy：是非 "产生噪声" / "Makes noise"
  提问 "是否？" / "Does it?"

规则 禁止噪声 / no_noise
  "禁止噪声" / "No noise"
  禁止 产生噪声  # at any hour
  依据 示例法 第一条第二款

  例 "无噪声" / "a quiet one" 于 2021-01-01
    设 产生噪声 ＝ 否
    应为 符合
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "example.redline"
    path.write_text(PACK, encoding="utf-8")
    return path


def test_a_file_is_written_in_the_other_language_and_back(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["translate", "--to", "zh", str(file)]) == 0
    there = capsys.readouterr().out
    assert there == CHINESE
    file.write_text(there, encoding="utf-8")
    assert run(["translate", "--to", "en", str(file)]) == 0
    assert capsys.readouterr().out == PACK


def test_a_file_in_its_own_language_is_brought_into_shape(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    file.write_text(PACK.replace("forbids noisy", "forbids 产生噪声"), encoding="utf-8")
    assert run(["translate", "--to", "en", str(file)]) == 0
    assert capsys.readouterr().out == PACK


def test_the_result_can_go_to_a_file_or_a_folder(file: Path, tmp_path: Path):
    target = tmp_path / "zh.redline"
    assert run(["translate", "--to", "zh", str(file), "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == CHINESE
    folder = tmp_path / "chinese"
    folder.mkdir()
    second = tmp_path / "second.redline"
    second.write_text('pack example.second\n  "Two" / "二"\n', encoding="utf-8")
    assert run(["translate", "--to", "zh", str(file), str(second), "-o", str(folder)]) == 0
    assert (folder / "example.redline").read_text(encoding="utf-8") == CHINESE
    assert (folder / "second.redline").exists()


def test_several_files_need_a_folder(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["translate", "--to", "zh", str(file), str(file), "--lang", "en"]) == 2
    assert "--output" in capsys.readouterr().err


def test_packs_that_a_file_imports_are_found(file: Path, capsys: pytest.CaptureFixture[str]):
    user = file.parent / "user" / "user.redline"
    user.parent.mkdir()
    user.write_text(
        'pack example.user\n  "User" / "用者"\nimport example.tests\n\n'
        "concept loud / 吵闹\n  means noisy\n",
        encoding="utf-8",
    )
    assert run(["translate", "--to", "zh", str(user), "--lang", "en"]) == 3
    assert "RL216" in capsys.readouterr().err
    arguments = ["translate", "--to", "zh", str(user), "--rules", str(file.parent)]
    assert run(arguments) == 0
    assert "指 产生噪声" in capsys.readouterr().out


def test_a_name_in_a_case_that_means_nothing_ends_with_3(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    file.write_text(PACK.replace("given noisy", "given nosy"), encoding="utf-8")
    assert run(["translate", "--to", "zh", str(file), "--lang", "en"]) == 3
    streams = capsys.readouterr()
    assert "RL201" in streams.err
    assert not streams.out

"""`redline init` and `redline completion`: what a newcomer meets first."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from redline.commands.completion import SHELLS
from redline.commands.init import FIRST, TEMPLATES, workspace
from redline.commands.program import COMMANDS, run
from redline.commands.translate import translations


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert run(["init", str(tmp_path / "new"), "--quiet"]) == 0
    monkeypatch.chdir(tmp_path / "new")
    return tmp_path / "new"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_check_of_a_new_workspace_finds_something(
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    folder = tmp_path / "a new place"
    assert run(["init", str(folder), "--lang", language]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == [f"  cd {shlex.quote(str(folder))}", f"  {FIRST}"]
    monkeypatch.chdir(folder)
    assert run([*shlex.split(FIRST)[1:], "--lang", language]) == 1
    shown = capsys.readouterr()
    assert shown.err == ""
    assert (
        "Wetlands Protection Law, art. 19(2)" if language == "en" else "第十九条第二款"
    ) in shown.out
    assert "云湖" in shown.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_that_its_readme_names_works(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run(["init", str(tmp_path / "w"), "--quiet", "--lang", language])
    monkeypatch.chdir(tmp_path / "w")
    lines = Path("README.md").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("redline ")]
    assert len(commands) == 5
    codes = [run([*shlex.split(c)[1:], "--lang", language]) for c in commands]
    assert codes == [1, 4, 0, 0, 0]
    assert "unavoidable" in Path("questions.yaml").read_text(encoding="utf-8")


def test_the_rules_of_a_new_workspace_are_clean(made: Path):
    assert run(["fmt", "--check", "rules"]) == 0
    assert run(["test", "rules", "--mutate"]) == 0
    assert run(["lint", "rules"]) == 0


def test_the_chinese_workspace_is_the_english_one_in_chinese():
    def body(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("#")]

    english, chinese = (TEMPLATES / x / "rules" / "wetlands.redline" for x in ("en", "zh"))
    (there,) = translations([english], [], "zh")
    assert body(there) == body(chinese.read_text(encoding="utf-8"))
    assert [name for name, _ in workspace("en")] == [name for name, _ in workspace("zh")]


def test_nothing_that_is_there_is_replaced(made: Path, capsys: pytest.CaptureFixture[str]):
    Path("catalog.toml").write_text("mine", encoding="utf-8")
    Path("README.md").unlink()
    assert run(["init", "."]) == 1
    assert "RL904" in capsys.readouterr().err
    assert Path("catalog.toml").read_text(encoding="utf-8") == "mine"
    assert not Path("README.md").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["init", str(tmp_path / "file" / "w")]) == 3
    assert "RL901" in capsys.readouterr().err


# ── completion ──────────────────────────────────────────────────────────────────────────────────


def completed(shell: str, words: str, word: str) -> str:
    """What the program answers a shell."""
    asked = {"_REDLINE_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": word}
    done = subprocess.run(
        [sys.executable, "-m", "redline"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "third"), [("bash", "2"), ("zsh", "2"), ("fish", "")], ids=SHELLS
)
def test_each_shell_is_told_commands_and_values(shell: str, third: str):
    first = "1" if shell != "fish" else "che"
    assert "check" in completed(shell, "redline che", first)
    assert "findings" in completed(shell, "redline schema ", third)


def test_options_their_values_and_files_are_completed():
    assert "plain,--format" in completed("bash", "redline check --form", "2")
    assert "plain,geojson" in completed("bash", "redline check --format ge", "3")
    assert completed("bash", "redline check ", "2").startswith("file,")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_the_program(shell: str, capsys: pytest.CaptureFixture[str]):
    assert run(["completion", shell]) == 0
    assert "_REDLINE_COMPLETE" in capsys.readouterr().out


def test_bash_completes_with_the_script(tmp_path: Path):
    bash = shutil.which("bash") or pytest.skip("there is no bash")
    program = tmp_path / "redline"
    program.write_text(f'#!{bash}\nexec "{sys.executable}" -m redline "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    asked = (
        'eval "$(redline completion bash)"; COMP_WORDS=(redline cl); COMP_CWORD=1; '
        '_redline_completion redline; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [bash, "-c", asked],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["clauses"], done.stderr


def test_a_shell_is_told_every_command():
    told = completed("bash", "redline ", "1")
    assert {line.split(",")[1].split("\t")[0] for line in told.split("\n") if line} == set(COMMANDS)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from redline.commands import program
from redline.commands.program import COMMANDS, asked_language, run
from redline.diagnostics import display_width

HEAVY = ("geopandas", "pandas", "shapely", "lark", "numpy", "pyproj", "pyogrio", "pydantic")


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONUTF8": "1", **environment},
        timeout=60,
    )


def test_help_imports_none_of_the_heavy_libraries():
    code = f"""
import sys
from redline.commands.program import run
assert run(["--help"]) == 0
assert run(["check", "--help"]) == 0
print([m for m in {HEAVY!r} if m in sys.modules])
"""
    assert python("-c", code).stdout.splitlines()[-1] == "[]"


def test_python_dash_m_is_the_program(capfd: pytest.CaptureFixture[str]):
    result = python("-m", "redline", "--version")
    assert result.returncode == 0
    assert result.stdout.startswith("redline ")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_explains_itself_within_the_width(
    name: str, language: str, capsys: pytest.CaptureFixture[str]
):
    assert run([name, "--help", "--lang", language]) == 0
    shown = capsys.readouterr().out
    assert f"redline {name}" in shown
    assert max(display_width(line) for line in shown.splitlines()) <= 80


def test_help_is_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]):
    run(["--lang", "zh", "check", "--help"])
    chinese = capsys.readouterr().out
    run(["--lang", "en", "check", "--help"])
    english = capsys.readouterr().out
    assert "用法" in chinese
    assert "Usage" in english


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["chek"], "there is no command “chek”"),
        (["check", "--fromat", "json", "x"], "there is no option --fromat"),
        (["check"], "SUBMISSION… is missing"),
        (["check", "x", "--rules"], "option --rules needs a value"),
        (["check", "x", "--format", "xml"], "--format must be one of text, json"),
        (["check", "x", "--as-of", "2026-02-30"], "“2026-02-30” is not a day"),
        (["check", "x", "--set", "works"], "“works” is not of the form KEY=VALUE"),
        (["check", "x", "--min-area", "5 m"], "write an area"),
        (["check", "x", "--min-width", "-1"], "write a width"),
        (["schema", "nonsense"], "findings"),
        (["--lang", "fr"], "--lang must be one of zh, en"),
    ],
)
def test_wrong_usage_is_explained_on_stderr_and_ends_with_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    assert run(["--lang", "en", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert "--help" in err


def test_a_misspelt_command_or_option_gets_a_suggestion(capsys: pytest.CaptureFixture[str]):
    run(["--lang", "en", "chekc"])
    assert "Did you mean check" in capsys.readouterr().err
    run(["check", "x", "--lang", "en", "--fromat", "json"])
    assert "Did you mean --format" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        (["check", "--lang", "zh"], {"LANG": "en_GB.UTF-8"}, "zh"),
        (["--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--lang"], {"LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_the_language_is_the_one_asked_for_else_that_of_the_locale(
    arguments: list[str],
    environment: dict[str, str],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(program, "language_of_locale", lambda: "en")
    assert asked_language(arguments, environment) == language


def failing(error: BaseException):  # type: ignore[no-untyped-def]
    def fail(*_: object) -> int:
        raise error

    return fail


def test_a_fault_of_the_program_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(program, "_invoke", failing(ZeroDivisionError("secret")))
    assert run(["--lang", "en", "schema", "findings"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "RL900" in err
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err


def test_the_traceback_is_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(program, "_invoke", failing(ZeroDivisionError("secret")))
    assert run(["schema", "findings", "--verbose"]) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "RL900" in err


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(program, "_invoke", failing(KeyboardInterrupt()))
    assert run([]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_goes_away_is_no_fault():
    script = 'set -o pipefail; "$0" -m redline schema findings | head -c 10 >/dev/null; echo $?'
    result = subprocess.run(
        ["bash", "-c", script, sys.executable],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.stderr == ""
    assert result.stdout.strip() in ("0", "141")


def test_the_program_is_found_from_any_directory(tmp_path: Path):
    result = subprocess.run(
        [sys.executable, "-m", "redline", "schema", "findings"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert result.returncode == 0

"""The tutorial's files are written and its commands run as they stand there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (file|append)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path) -> str:
    program, *arguments = shlex.split(command)
    assert program == "redline"
    done = subprocess.run(
        [sys.executable, "-m", "redline", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200", "HOME": str(folder)},
        timeout=120,
        check=False,
    )
    assert "RL900" not in done.stderr, done.stderr
    return done.stdout


def test_the_tutorial_runs_as_written(tmp_path: Path) -> None:
    commands = 0
    for kind, how, name, body in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if how:
            with (tmp_path / name).open("a" if how == "append" else "w", encoding="utf-8") as file:
                file.write(body)
        elif kind == "console":
            said = re.split(r"^\$ (.*)\n", body, flags=re.MULTILINE)[1:]
            for command, expected in zip(said[::2], said[1::2], strict=True):
                commands += 1
                assert run(command, tmp_path).strip() == expected.strip(), command
    assert commands == 6

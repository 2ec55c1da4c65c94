"""Every command that the pages show runs, and shows what the page says.

A block of `console` holds `$ redline …` and what it prints; without output only its exit code is
looked at. On a page the commands run one after the other in one folder, in which the examples and
rules lie. A line `…` stands for any lines, `…` within a line for any text. A block with `file=NAME`
is written to that file first; `cd` moves.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = (
    "index.md",
    "catalog.md",
    "formats.md",
    "measurement.md",
    "register.md",
    "replay.md",
    "reports.md",
    "schemas.md",
    *(f"tutorials/{name}.md" for name in ("reviewer", "developer", "auditor")),
    *(f"how-to/{name}.md" for name in ("layers", "answers", "rule-repository", "offline")),
)
REFUSED = (2, 3)
"""Exit codes of what could not be done."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which rule books and layers are kept from one page to the next."""
    return tmp_path_factory.mktemp("home")


def shown(expected: str, got: str) -> bool:
    """Whether what a page shows is what came, but for what it leaves out."""
    pattern = ""
    for line in expected.strip("\n").split("\n"):
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("…")) + "\n"
    return re.fullmatch(pattern, got.strip("\n") + "\n") is not None


def redline(command: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of a page."""
    program, *arguments = shlex.split(command)
    assert program == "redline", command
    words = [
        word
        for argument in arguments
        for word in (
            sorted(str(p.relative_to(folder)) for p in folder.glob(argument))
            if "*" in argument
            else [argument]
        )
    ]
    return subprocess.run(
        [sys.executable, "-m", "redline", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "100", "HOME": str(home)},
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_as_they_stand(page: str, tmp_path: Path, home: Path):
    for name in ("examples", "rules"):
        (tmp_path / name).symlink_to(ROOT / name)
    folder, ran = tmp_path, 0
    text = (DOCS / page).read_text(encoding="utf-8")
    for kind, name, body in BLOCK.findall(text):
        if name:
            (folder / name).write_text(body, encoding="utf-8")
        elif kind == "console":
            said = re.split(r"^\$ (.*)\n", body, flags=re.MULTILINE)[1:]
            for command, expected in zip(said[::2], said[1::2], strict=True):
                if command.startswith("cd "):
                    folder = (folder / command[3:]).resolve()
                    continue
                done = redline(command, folder, home)
                ran += 1
                assert done.returncode not in REFUSED, (command, done.stderr)
                if expected.strip():
                    assert shown(expected, done.stdout), f"{command}\n{done.stdout}{done.stderr}"
    assert ran or page in ("catalog.md", "formats.md", "how-to/offline.md")


def test_a_command_of_the_program_stands_in_no_block_that_is_not_run():
    """`redline …` in a block without a language would never be run; on the pages about decisions it
    shows the form of a command for files that a reader has.
    """
    for page in sorted({*PAGES} - {"register.md", "replay.md"}):
        text = (DOCS / page).read_text(encoding="utf-8")
        bare = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        assert not [b for b in bare if b.startswith("redline ")], page


def test_the_comparison_sees_what_differs():
    assert shown("a\n…\nb … c\n", "a\nx\ny\nb 12 c\n")
    assert shown("a\n…\n", "a\n")
    assert not shown("a\nb\n", "a\nx\nb\n")
    assert not shown("a … c", "a b d")

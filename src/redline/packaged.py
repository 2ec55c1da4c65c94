"""Folders that ship with the program: grammars/ and rules/."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def packaged_folder(name: str) -> Path:
    """The folder `name`: inside the installed package, or at the top of a checkout."""
    for candidate in (HERE / name, HERE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{name}/ is missing from this installation of redline")

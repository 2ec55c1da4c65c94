"""Where rule files are found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from redline.packaged import packaged_folder


def shipped_rules() -> Path:
    """The folder of the packs that ship."""
    return packaged_folder("rules")


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """The .redline files named by, or below, some paths, in a fixed order."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(path.rglob("*.redline"))))
        else:
            found[path] = None
    return list(found)

"""A folder for things that can be made again, readable and writable by this user alone."""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path


@cache
def private_cache_directory() -> Path | None:
    """`$REDLINE_CACHE`, else redline/ below `$XDG_CACHE_HOME` or `~/.cache`.

    None where the folder cannot be made, or belongs to somebody else, or others can write to it:
    what is loaded from it must have been written by this user.
    """
    chosen = os.environ.get("REDLINE_CACHE")
    if chosen == "":
        return None
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = Path(chosen) if chosen else Path(base) / "redline"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        return None
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return None
    return directory

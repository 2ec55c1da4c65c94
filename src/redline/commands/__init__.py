"""The command line: one thin module for each command, imported when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `redline` with some arguments (those of the process by default) and exit."""
    from redline.commands.program import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))

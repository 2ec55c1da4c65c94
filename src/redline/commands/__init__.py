"""The command line: one thin module for each command, imported when it is called."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

RARELY = 1_000_000
"""Objects made between two searches for cycles. A command makes many things that live until its
end and hardly any cycles; searching as often as Python does by default takes a seventh of the time.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `redline` with some arguments (those of the process by default) and exit."""
    gc.set_threshold(RARELY)
    from redline.commands.program import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))

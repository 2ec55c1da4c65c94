"""Progress on a terminal: how much is done and, once that can be said, how much time is left.

It goes to standard error, is wiped when the work ends, and is not shown where nobody sees it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from redline.commands.styling import Say
from redline.messages import Message, msg
from redline.report.layout import columns, shorten, style_of

Advance = Callable[[Message, float], None]
"""Takes what is being done and the share, from 0 to 1, of the work that is done."""

EVERY_S = 0.1
"""The line is written no more often than this."""

FIRST_ESTIMATE_S = 2.0
FIRST_ESTIMATE_SHARE = 0.03
"""No estimate is given before so much time has passed and so much is done."""

BAR = 20


@dataclass(slots=True)
class Line:
    """The line of progress on a terminal."""

    stream: TextIO
    say: Say
    width: int
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)
    written: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self.started = self.clock()

    def advance(self, doing: Message, share: float) -> None:
        """Show what is being done and how far it is."""
        now = self.clock()
        if now - self.written < EVERY_S:
            return
        self.written = now
        self.stream.write("\r" + self.text(doing, min(max(share, 0.0), 1.0), now) + "\x1b[K")
        self.stream.flush()

    def text(self, doing: Message, share: float, now: float) -> str:
        """The line: what is being done, a bar, the share, and the time that is left."""
        full = round(share * BAR)
        parts = [f"{'█' * full}{'░' * (BAR - full)} {share:4.0%}"]
        left = self.left(share, now)
        if left is not None:
            parts.append(self.say(left))
        tail = "  ".join(parts)
        room = max(10, self.width - columns(tail) - 3)
        return f"{shorten(self.say(doing), room)}  {tail}"

    def left(self, share: float, now: float) -> Message | None:
        """How long the rest takes if it goes on as before; None while that cannot be said."""
        passed = now - self.started
        if passed < FIRST_ESTIMATE_S or share < FIRST_ESTIMATE_SHARE:
            return None
        return duration(passed * (1 - share) / share)

    def wipe(self) -> None:
        """Leave the terminal as it was."""
        if self.written > float("-inf"):
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def duration(seconds: float) -> Message:
    """A time that is left, no finer than it can be known."""
    if seconds < 10:
        return msg("a few seconds left")
    if seconds < 90:
        return msg("about {count} s left", count=10 * round(seconds / 10))
    if seconds < 5400:
        return msg("about {count} min left", count=round(seconds / 60))
    return msg("about {count} h left", count=round(seconds / 3600))


@contextmanager
def progress(say: Say, *, quiet: bool = False, stream: TextIO | None = None) -> Iterator[Advance]:
    """A function that shows progress while the block lasts; it does nothing off a terminal."""
    stream = sys.stderr if stream is None else stream
    if quiet or not stream.isatty():
        yield lambda _doing, _share: None
        return
    line = Line(stream, say, style_of(stream, {}).width)
    try:
        yield line.advance
    finally:
        line.wipe()

"""Intervals of a source text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open interval of code points in a source text."""

    start: int
    end: int

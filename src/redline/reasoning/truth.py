"""Three-valued truth (strong Kleene) over arrays, and numbers known within bounds.

A truth is one of FALSE < UNKNOWN < TRUE, so that `and` is the minimum, `or` the maximum and `not`
the reflection.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from redline.language.kinds import Comparator, Operator

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2

NOT_YET: Final = float("inf")
"""The day, as a number, of a deed that is known not to be done."""

Truths = NDArray[np.int8]
"""One truth for each row."""

Numbers = NDArray[np.float64]


def unknown(n: int) -> Truths:
    """N unknowns."""
    return np.full(n, UNKNOWN, np.int8)


def truths(true: NDArray[np.bool_], false: NDArray[np.bool_]) -> Truths:
    """TRUE where `true`, FALSE where `false`, UNKNOWN elsewhere; nowhere are both set."""
    found = np.full(np.shape(true), UNKNOWN, np.int8)
    found += true
    found -= false
    return found


def all_of(items: list[Truths], n: int) -> Truths:
    """Conjunction row by row."""
    return reduce(np.minimum, items, np.full(n, TRUE, np.int8))


def any_of(items: list[Truths], n: int) -> Truths:
    """Disjunction row by row."""
    return reduce(np.maximum, items, np.full(n, FALSE, np.int8))


def negated(item: Truths) -> Truths:
    """Negation row by row."""
    return (TRUE - item).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number per row of which it is known that low <= number <= high; equal where it is known."""

    low: Numbers
    high: Numbers

    @classmethod
    def exact(cls, numbers: Numbers) -> Bounds:
        """Known numbers; NaN means that nothing is known."""
        missing = np.isnan(numbers)
        if not missing.any():
            return cls(numbers, numbers)
        return cls(np.where(missing, -np.inf, numbers), np.where(missing, np.inf, numbers))

    @classmethod
    def same(cls, number: float, n: int) -> Bounds:
        """One number for n rows, NaN for none; takes the room of one."""
        if np.isnan(number):
            return cls.nothing(n)
        everywhere = np.broadcast_to(np.float64(number), n)
        return cls(everywhere, everywhere)

    @classmethod
    def nothing(cls, n: int) -> Bounds:
        """N numbers of which nothing is known."""
        least, most = np.float64(-np.inf), np.float64(np.inf)
        return cls(np.broadcast_to(least, n), np.broadcast_to(most, n))

    def __len__(self) -> int:
        return len(self.low)


def compare(left: Bounds, comparator: Comparator, right: Bounds) -> Truths:
    """A comparison row by row, decided where the whole of both intervals agrees."""
    match comparator:
        case Comparator.AT_LEAST:
            return truths(left.low >= right.high, left.high < right.low)
        case Comparator.MORE_THAN:
            return truths(left.low > right.high, left.high <= right.low)
        case Comparator.AT_MOST:
            return truths(left.high <= right.low, left.low > right.high)
        case Comparator.LESS_THAN:
            return truths(left.high < right.low, left.low >= right.high)


SIGNIFICANT = 15
"""Decimal digits to which the result of arithmetic is rounded: what a float64 always keeps, so that
0.1 + 0.2 is 0.3."""


def calculate(left: Bounds, operator: Operator, right: Bounds) -> Bounds:
    """Interval arithmetic; nothing is known where the result is undefined."""
    with np.errstate(all="ignore"):
        match operator:
            case Operator.PLUS:
                low, high = left.low + right.low, left.high + right.high
            case Operator.MINUS:
                low, high = left.low - right.high, left.high - right.low
            case Operator.TIMES:
                low, high = extremes(
                    left.low * right.low,
                    left.low * right.high,
                    left.high * right.low,
                    left.high * right.high,
                )
            case Operator.DIVIDED_BY:
                through_zero = (right.low <= 0) & (right.high >= 0)
                low, high = extremes(
                    left.low / right.low,
                    left.low / right.high,
                    left.high / right.low,
                    left.high / right.high,
                )
                low = np.where(through_zero, np.nan, low)
    undefined = np.isnan(low) | np.isnan(high)
    return Bounds(
        np.where(undefined, -np.inf, significant(low)),
        np.where(undefined, np.inf, significant(high)),
    )


def extremes(*candidates: Numbers) -> tuple[Numbers, Numbers]:
    stacked = np.stack(candidates)
    return stacked.min(axis=0), stacked.max(axis=0)


def significant(numbers: Numbers) -> Numbers:
    """Numbers rounded to `SIGNIFICANT` decimal digits."""
    finite = np.isfinite(numbers) & (numbers != 0)
    safe = np.where(finite, numbers, 1.0)
    digits = SIGNIFICANT - 1 - np.floor(np.log10(np.abs(safe))).astype(np.int64)
    scale = np.power(10.0, np.clip(digits, -300, 300))
    rounded = np.rint(safe * scale) / scale
    return np.where(finite & np.isfinite(rounded), rounded, numbers)

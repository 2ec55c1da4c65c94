"""The periods within which neither rules nor layers change: decisions of a period are judged by one
plan, each as of its own day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from redline.ground.catalog import Catalog
from redline.rulebook.model import (
    FOREVER,
    Attribute,
    CodeList,
    Column,
    ComponentKind,
    DocumentKind,
    Instrument,
    Interval,
    JudgementKind,
    RuleBook,
)

DECLARED = (Attribute, CodeList, Column, ComponentKind, DocumentKind, JudgementKind)
"""What has no days."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The days on which something changes, in order."""

    changes: tuple[date, ...]

    def of(self, day: date) -> int:
        """The number of the period in which a day lies."""
        return bisect_right(self.changes, day)

    def start(self, number: int) -> date | None:
        """The first day of a period; None for the one before anything changes."""
        return self.changes[number - 1] if number > 0 else None


def periods_of(book: RuleBook, catalog: Catalog | None) -> Periods:
    """The periods of a rule book and a catalog."""
    days: set[date] = set()
    seen: set[int] = set()
    for item in (
        *book.rules,
        *book.not_executable,
        *book.parameters.values(),
        *book.fillings.values(),
        *book.concepts.values(),
        *book.instruments.values(),
    ):
        days |= set(days_in(item, seen))
    for version in catalog.versions if catalog else ():
        days |= {d for d in (version.valid_from, version.valid_to) if d is not None}
    return Periods(tuple(sorted(days - {date.min, FOREVER})))


def days_in(item: object, seen: set[int]) -> Iterator[date]:
    """The days on which something in an item begins or ends to hold."""
    if isinstance(item, tuple):
        for one in item:
            yield from days_in(one, seen)
        return
    if isinstance(item, Interval):
        yield item.start
        yield item.end
        return
    if not is_dataclass(item) or isinstance(item, (*DECLARED, type)) or id(item) in seen:
        return
    seen.add(id(item))
    if isinstance(item, Instrument) and item.text_held is not None:
        yield item.text_held
    for field in fields(item):
        if field.name not in ("cases", "place", "names", "title"):
            yield from days_in(getattr(item, field.name), seen)

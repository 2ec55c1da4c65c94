"""Which decisions of a register are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from redline.register.entries import Decision, Entry
from redline.register.store import Kept


@dataclass(frozen=True, slots=True)
class Selection:
    """Decisions between two days, both included, of which all conditions hold."""

    since: date | None = None
    until: date | None = None
    conditions: tuple[tuple[str, str], ...] = ()

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        if self.since is not None and entry.decided_on < self.since:
            return False
        if self.until is not None and entry.decided_on > self.until:
            return False
        return all(
            any(fnmatchcase(value, wanted) for value in values_of(entry, name))
            for name, wanted in self.conditions
        )


def values_of(entry: Entry, name: str) -> Iterator[str]:
    """What an entry says under a name."""
    if name in ("id", "kind", "title", "verdict", "decided_by", "basis", "predecessor"):
        found = getattr(entry, name)
        yield "" if found is None else str(found)
    elif name == "decision":
        yield entry.decision.value
    elif name in entry.areas:
        yield entry.areas[name]
    elif name in entry.attributes:
        value = entry.attributes[name]
        several = value if isinstance(value, tuple) else (value,)
        yield from ("" if v is None else str(v) for v in several)


def standing_decisions(entries: Iterable[Kept]) -> list[Kept]:
    """The decisions as they stand: the latest correction of each case, in the order of their first
    entry; withdrawals are no decisions about a submission.
    """
    latest: dict[str, Kept] = {}
    for kept in entries:
        if kept.entry.decision is not Decision.WITHDRAWN:
            latest[kept.entry.id] = kept
    return sorted(latest.values(), key=lambda kept: kept.seq)

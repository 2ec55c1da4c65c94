"""A register as it stood when it was opened, in arrays: for very many questions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from redline.reasoning.register import AccountKey, Areas, Drawn, Granted
from redline.register.ledger import MILLION, GrantedAmount, granted_by
from redline.register.rows import grants_of
from redline.register.store import Store

Integers = NDArray[np.int64]

DAY = 1 << 40
"""A moment is a day times this, and the number of the entry."""


@dataclass(frozen=True, slots=True)
class Course:
    """The postings of one account in the order of their moments, with running sums."""

    moments: Integers
    sums: Integers
    open: Integers


@dataclass(frozen=True)
class Snapshot:
    """Implements `redline.reasoning.register.Register`; what it does not hold it asks the store."""

    store: Store
    courses: dict[tuple[str, str, str, int | None], Course]
    first: dict[str, int]
    own: dict[str, list[tuple[tuple[str, str, str, int], int, int, int]]]
    """The postings of ids that were entered more than once: account, moment, amount, unknown."""
    grants: dict[tuple[str, Areas, int | None], tuple[GrantedAmount, ...]]

    def total(self, account: AccountKey, before: date, ahead_of: str | None = None) -> float:
        """The sum of an account (see `Register`)."""
        if len(account.areas) > 1:
            return self.store.total(account, before, ahead_of)
        layer, area = account.areas[0] if account.areas else ("", "")
        course = self.courses.get((account.attribute, layer, area, account.year))
        if course is None:
            return 0.0
        seq = 0 if ahead_of is None else self.first.get(ahead_of, DAY - 1)
        moment = before.toordinal() * DAY + seq
        end = int(np.searchsorted(course.moments, moment))
        amount, unknown = int(course.sums[end]), int(course.open[end])
        for key, when, mine, open_ in self.own.get(ahead_of or "", ()):
            same = key[:3] == (account.attribute, layer, area)
            if same and account.year in (None, key[3]) and when < moment:
                amount, unknown = amount - mine, unknown - open_
        return float("nan") if unknown > 0 else amount / MILLION

    def drawn(
        self, account: AccountKey, before: date, ahead_of: str | None = None
    ) -> Sequence[Drawn]:
        """What makes up that total."""
        return self.store.drawn(account, before, ahead_of)

    def granted(self, quota: str, areas: Areas, year: int | None, before: date) -> Granted | None:
        """What a quota has (see `Register`)."""
        found = self.grants.get((quota, areas, year))
        return None if found is None else granted_by(found, quota, areas, year, before)


def snapshot(store: Store) -> Snapshot:
    """All of a register that answers totals, as it stands now. Raises `Refusal`."""
    from sqlalchemy import func, select

    from redline.register.tables import decisions, postings

    store.make_ready()
    with store.reading() as connection:
        grants: dict[tuple[str, Areas, int | None], tuple[GrantedAmount, ...]] = {}
        for grant in grants_of(connection, None):
            key = (grant.quota, grant.areas, grant.year)
            grants[key] = (*grants.get(key, ()), grant)
        several = select(decisions.c.id).group_by(decisions.c.id).having(func.count() > 1)
        repeated = {row.id for row in connection.execute(several)}
        t = postings
        wanted = select(
            t.c.attribute, t.c.layer, t.c.area, t.c.year, t.c.day, t.c.seq, t.c.amount, t.c.unknown,
            t.c.id,
        )  # fmt: skip
        codes: dict[tuple[str, str, str, int], int] = {}
        columns: list[Integers] = []
        own: dict[str, list[tuple[tuple[str, str, str, int], int, int, int]]] = {}
        rows = connection.execute(wanted.execution_options(stream_results=True, yield_per=20_000))
        for part in rows.partitions():
            block = np.empty((len(part), 4), np.int64)
            for i, (attribute, layer, area, year, day, seq, amount, unknown, id_) in enumerate(
                part
            ):
                account = (attribute, layer, area, year)
                moment = day.toordinal() * DAY + seq
                block[i] = codes.setdefault(account, len(codes)), moment, amount, unknown
                if id_ in repeated:
                    own.setdefault(id_, []).append((account, moment, amount, unknown))
            columns.append(block)
        first = {}
        if codes:
            for row in connection.execute(
                select(decisions.c.id, func.min(decisions.c.seq)).group_by(decisions.c.id)
            ):
                first[row[0]] = row[1]
    return Snapshot(store, courses_of(codes, columns), first, own, grants)


def courses_of(
    codes: dict[tuple[str, str, str, int], int], blocks: Sequence[Integers]
) -> dict[tuple[str, str, str, int | None], Course]:
    """The courses of accounts by year, and of all years together."""
    found: dict[tuple[str, str, str, int | None], Course] = {}
    if not codes:
        return found
    table = np.concatenate(blocks)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    bounds = np.searchsorted(table[:, 0], np.arange(len(codes) + 1))
    together: dict[tuple[str, str, str], list[Integers]] = {}
    for (attribute, layer, area, year), code in codes.items():
        rows = table[bounds[code] : bounds[code + 1]]
        found[attribute, layer, area, year] = course_of(rows)
        together.setdefault((attribute, layer, area), []).append(rows)
    for (attribute, layer, area), several in together.items():
        rows = np.concatenate(several)
        found[attribute, layer, area, None] = course_of(rows[np.argsort(rows[:, 1])])
    return found


def course_of(rows: Integers) -> Course:
    """Running sums, from nothing to all."""
    sums = np.zeros((len(rows) + 1, 2), np.int64)
    np.cumsum(rows[:, 2:], axis=0, out=sums[1:])
    return Course(
        np.ascontiguousarray(rows[:, 1]),
        np.ascontiguousarray(sums[:, 0]),
        np.ascontiguousarray(sums[:, 1]),
    )

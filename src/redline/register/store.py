"""A register that keeps history: a GeoPackage file, or PostgreSQL with PostGIS by URL.

Entries are only appended. Whoever appends holds the register until the transaction ends, so that
what is read in it (is there enough left?) still holds when it is committed. A kill at any moment
leaves what was committed and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.addresses import database_url, is_database, without_password
from redline.reasoning.register import AccountKey, Areas, Drawn, Granted
from redline.register.accounts import Accounts, accounts_of
from redline.register.diagnostics import NotWritable, UnreadableRegister
from redline.register.engines import postgresql, spoken, sqlite
from redline.register.entries import Entry, Grant
from redline.register.ledger import (
    LISTED,
    MILLION,
    GrantedAmount,
    Ledger,
    Posting,
    amounts_of,
    condensed,
    grant_of,
    granted_by,
    netted,
    postings_of,
)
from redline.register.rows import (
    all_postings,
    entry_of,
    first_seq,
    grants_of,
    index_missing,
    indexed,
    latest_postings,
    near,
    postings_by_id,
    row_of,
    sum_of,
    titles_of,
    with_canonical_areas,
    write_postings,
)
from redline.rulebook.model import RuleBook

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

CHUNK: Final = 5_000
"""Rows that are written or read at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry and its number: entries of one day are in the order of their numbers."""

    seq: int
    entry: Entry


@dataclass(frozen=True)
class Store:
    """A register in a database; implements `redline.reasoning.register.Register`."""

    engine: Engine
    place: Place
    book: RuleBook
    _ready: list[bool] = field(default_factory=list)

    @cached_property
    def accounts(self) -> Accounts:
        """What the rule book asks of it."""
        return accounts_of(self.book)

    # ── reading ──

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read by. Raises `Refusal`."""
        with spoken(self.place), self.engine.connect() as connection:
            yield connection

    def entries(self, after: int = 0) -> Iterator[Kept]:
        """All entries in the order in which they were entered."""
        from sqlalchemy import select

        from redline.register.tables import decisions

        last = after
        while True:
            wanted = select(decisions.c.seq, decisions.c.entry).where(decisions.c.seq > last)
            with self.reading() as connection:
                rows = connection.execute(wanted.order_by(decisions.c.seq).limit(CHUNK)).all()
            if not rows:
                return
            for row in rows:
                yield Kept(row.seq, entry_of(row.entry))
            last = rows[-1].seq

    def outlines(self) -> Iterator[tuple[int, str, date, str, bytes | None]]:
        """The number, id, day, decision and ground (well-known binary, longitude and latitude) of
        every entry.
        """
        from sqlalchemy import select

        from redline.register.tables import HEADER
        from redline.register.tables import decisions as t

        sqlite = self.engine.dialect.name == "sqlite"
        wanted = select(t.c.seq, t.c.id, t.c.decided_on, t.c.decision, t.c.geom).order_by(t.c.seq)
        with self.reading() as connection:
            streamed = wanted.execution_options(stream_results=True, yield_per=CHUNK)
            for seq, id_, day, decision, geom in connection.execute(streamed):
                if geom is not None:
                    geom = geom[len(HEADER) :] if sqlite else bytes.fromhex(geom)  # noqa: PLW2901
                yield seq, id_, day, decision, geom

    def last_seq(self) -> int:
        """The number of the latest entry."""
        from sqlalchemy import func, select

        from redline.register.tables import decisions

        with self.reading() as connection:
            return int(connection.execute(select(func.max(decisions.c.seq))).scalar() or 0)

    def entries_of(self, seqs: Sequence[int]) -> list[Kept]:
        """Some entries, in the order of their numbers."""
        from sqlalchemy import select

        from redline.register.tables import decisions

        found: list[Kept] = []
        with self.reading() as connection:
            for start in range(0, len(seqs), 500):
                some = [int(seq) for seq in seqs[start : start + 500]]
                wanted = select(decisions.c.seq, decisions.c.entry)
                rows = connection.execute(wanted.where(decisions.c.seq.in_(some))).all()
                found += [Kept(row.seq, entry_of(row.entry)) for row in rows]
        return sorted(found, key=lambda kept: kept.seq)

    def grants(self) -> Iterator[Grant]:
        """All grants in the order in which they were entered."""
        from sqlalchemy import select

        from redline.register.tables import grants

        with self.reading() as connection:
            for row in connection.execute(select(grants.c.entry).order_by(grants.c.seq)).all():
                yield Grant.model_validate_json(row.entry)

    def total(self, account: AccountKey, before: date, ahead_of: str | None = None) -> float:
        """The sum of an account (see `Register`)."""
        self.make_ready()
        with self.reading() as connection:
            amount, unknown = sum_of(connection, account, before)
            if ahead_of is not None:
                seq = first_seq(connection, ahead_of)
                for posting in near(connection, account, before, ahead_of, seq):
                    ahead = posting.seq < seq if posting.day == before else posting.day < before
                    if posting.id == ahead_of and posting.day < before:
                        amount, unknown = amount - posting.amount, unknown - posting.unknown
                    elif posting.id != ahead_of and posting.day == before and ahead:
                        amount, unknown = amount + posting.amount, unknown + posting.unknown
        return float("nan") if unknown > 0 else amount / MILLION

    def drawn(
        self, account: AccountKey, before: date, ahead_of: str | None = None
    ) -> tuple[Drawn, ...]:
        """What makes up that total, oldest first; the latest one by one."""
        self.make_ready()
        with self.reading() as connection:
            seq = 0 if ahead_of is None else first_seq(connection, ahead_of)
            found, older = latest_postings(connection, account, before, ahead_of, seq)
            standing = netted(found)
            titles = titles_of(connection, [p.id for p in standing[-LISTED:]])
            listed = list(condensed(standing, titles))
        if older is not None:
            listed.insert(0, older)
        return tuple(listed)

    def granted(self, quota: str, areas: Areas, year: int | None, before: date) -> Granted | None:
        """What a quota has (see `Register`)."""
        with self.reading() as connection:
            return granted_by(grants_of(connection, quota), quota, areas, year, before)

    def ledger(self) -> Ledger:
        """All postings and grants, in memory."""
        from sqlalchemy import select

        from redline.register.tables import decisions

        self.make_ready()
        with self.reading() as connection:
            seqs: dict[str, int] = {}
            for row in connection.execute(
                select(decisions.c.seq, decisions.c.id).order_by(decisions.c.seq)
            ):
                seqs.setdefault(row.id, row.seq)
            posted = tuple(all_postings(connection))
            return Ledger(posted, tuple(grants_of(connection, None)), seqs=seqs)

    # ── writing ──

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A transaction in which nobody else writes. Raises `Refusal`; then nothing was entered."""
        from sqlalchemy import text

        with spoken(self.place), self.engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            if sqlite:
                connection.execution_options(redline_writes=True)
            with connection.begin():
                if not sqlite:
                    connection.execute(
                        text("lock table redline_decisions in share row exclusive mode")
                    )
                index_missing(connection, self.book, self.accounts)
                yield Writer(connection, self.book, self.accounts)

    def make_ready(self) -> None:
        """Post what rules sum and was not yet posted."""
        if self._ready:
            return
        with self.reading() as connection:
            missing = set(self.accounts.counted) - indexed(connection)
        if missing:
            with self.writing():
                pass
        self._ready.append(True)


@dataclass(frozen=True)
class Writer:
    """What appends within one transaction."""

    connection: Connection
    book: RuleBook
    accounts: Accounts

    def append(self, entries: Iterable[Entry], place: Callable[[Entry], Place]) -> int:
        """Append entries, which were looked at before; returns how many. Raises `Refusal`."""
        count = 0
        chunk: list[Entry] = []
        for entry in entries:
            chunk.append(entry)
            if len(chunk) == CHUNK:
                count += self.append_chunk(chunk, place)
                chunk = []
        return count + (self.append_chunk(chunk, place) if chunk else 0)

    def append_chunk(self, entries: Sequence[Entry], place: Callable[[Entry], Place]) -> int:
        from sqlalchemy import func, select

        from redline.register.tables import decisions

        seq = self.connection.execute(select(func.coalesce(func.max(decisions.c.seq), 0))).scalar()
        earlier = postings_by_id(self.connection, {e.id for e in entries})
        posted: list[Posting] = []
        faults: list[Diagnostic] = []
        rows = []
        for number, entry in enumerate(entries, (seq or 0) + 1):
            kept = with_canonical_areas(entry, self.book)
            typed = amounts_of(kept, self.accounts, place(entry))
            faults += [d for d in typed.faults if d.severity == "error"]
            new = postings_of(kept, number, earlier.get(entry.id, ()), typed.amounts)
            earlier.setdefault(entry.id, []).extend(new)
            posted += new
            rows.append(row_of(kept, number))
        if faults:
            raise Refusal(faults)
        self.connection.execute(decisions.insert(), rows)
        write_postings(self.connection, posted)
        return len(rows)

    def grant(self, entries: Iterable[Grant], place: Place) -> int:
        """Enter what quotas have; returns how many. Raises `Refusal`."""
        from sqlalchemy import func, select

        from redline.register.tables import grants

        found: list[tuple[Grant, GrantedAmount]] = []
        faults: list[Diagnostic] = []
        for grant in entries:
            typed, wrong = grant_of(grant, self.book, self.accounts, place)
            faults += wrong
            if typed is not None:
                found.append((grant, typed))
        if faults:
            raise Refusal(faults)
        if not found:
            return 0
        seq = self.connection.execute(select(func.coalesce(func.max(grants.c.seq), 0))).scalar()
        rows = [
            {
                "seq": number,
                "quota": amount.quota,
                "areas": json.dumps(amount.areas, ensure_ascii=False),
                "year": amount.year,
                "amount": amount.amount,
                "opens": int(amount.opens),
                "entered_on": amount.day,
                "entry": grant.model_dump_json(exclude_defaults=True),
            }
            for number, (grant, amount) in enumerate(found, (seq or 0) + 1)
        ]
        self.connection.execute(grants.insert(), rows)
        return len(rows)

    def known(self, ids: Iterable[str]) -> dict[str, date]:
        """The latest day of each id that has an entry."""
        from sqlalchemy import select

        from redline.register.tables import decisions

        found: dict[str, date] = {}
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            rows = self.connection.execute(
                select(decisions.c.id, decisions.c.decided_on)
                .where(decisions.c.id.in_(some))
                .order_by(decisions.c.seq)
            )
            found |= {row.id: row.decided_on for row in rows}
        return found

    def total(self, account: AccountKey) -> tuple[int, int]:
        """All that stands in an account, in millionths, and how many amounts are not known."""
        return sum_of(self.connection, account, date.max)

    def drawn(self, account: AccountKey) -> tuple[Drawn, ...]:
        """What makes it up."""
        found, older = latest_postings(self.connection, account, date.max, None, 0)
        standing = netted(found)
        titles = titles_of(self.connection, [p.id for p in standing[-LISTED:]])
        listed = condensed(standing, titles)
        return listed if older is None else (older, *listed)

    def granted(self, quota: str, areas: Areas, year: int | None) -> Granted | None:
        """What a quota has, everything entered counted."""
        return granted_by(grants_of(self.connection, quota), quota, areas, year, date.max)


# ── opening ─────────────────────────────────────────────────────────────────────────────────────


def open_store(where: str, book: RuleBook, *, make: bool = False) -> Store:
    """The register at a path or URL, made with `make` where it is not. Raises `Refusal`."""
    shown = without_password(database_url(where)) if is_database(where) else where
    place = Place(shown)
    if not is_database(where) and Path(where).suffix.casefold() in (".jsonl", ".ndjson"):
        raise refuse(NotWritable(place=place))
    engine = postgresql(where, place) if is_database(where) else sqlite(Path(where), place, make)
    with spoken(place):
        prepare(engine, place, make)
    return Store(engine, place, book)


def prepare(engine: Engine, place: Place, make: bool) -> None:
    """Make the tables, or see that they are there."""
    from sqlalchemy import inspect

    from redline.register.tables import create, decisions

    with engine.connect() as connection:
        there = inspect(connection).has_table(decisions.name)
    if there:
        return
    if not make:
        reason = "there is no register in it"
        raise refuse(UnreadableRegister(place=place, reason=reason))
    with engine.connect().execution_options(redline_writes=True) as connection, connection.begin():
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("select pg_advisory_xact_lock(7231, 1)")
        create(connection)

"""Entries, postings and sums as rows of a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from redline.messages import msg
from redline.reasoning.register import AccountKey, Areas, Drawn
from redline.register.accounts import Accounts
from redline.register.entries import Entry
from redline.register.ledger import (
    LISTED,
    MILLION,
    GrantedAmount,
    Posting,
    amounts_of,
    postings_of,
)
from redline.rulebook.model import RuleBook

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


def row_of(entry: Entry, seq: int) -> dict[str, object]:
    """An entry as a row."""
    from redline.register.grounds import shown_ground

    return {
        "seq": seq,
        "id": entry.id,
        "decided_on": entry.decided_on,
        "decision": entry.decision.value,
        "title": entry.title,
        "verdict": entry.verdict,
        "reason": entry.reason,
        "decided_by": entry.decided_by,
        "entry": entry.model_dump_json(exclude_defaults=True),
        "geom": shown_ground(entry),
    }


def entry_of(text: str) -> Entry:
    """An entry from its row."""
    return Entry.model_validate_json(text)


def with_canonical_areas(entry: Entry, book: RuleBook) -> Entry:
    """An entry whose areas go by the canonical names of their layers."""
    areas = {
        (book.layers[name].names.key if name in book.layers else name): key
        for name, key in entry.areas.items()
    }
    return entry if areas == entry.areas else entry.model_copy(update={"areas": areas})


def spread(posting: Posting) -> Iterator[tuple[str, str]]:
    """The areas that a posting counts for: none, and each of its own."""
    yield "", ""
    yield from posting.areas


def write_postings(connection: Connection, posted: Sequence[Posting]) -> None:
    """Write postings and add them to the sums of their days."""
    from redline.register.tables import postings, sums

    if not posted:
        return
    rows = [
        {
            "seq": p.seq,
            "id": p.id,
            "attribute": p.attribute,
            "layer": layer,
            "area": area,
            "year": p.year,
            "day": p.day,
            "amount": p.amount,
            "unknown": p.unknown,
        }
        for p in posted
        for layer, area in spread(p)
    ]
    connection.execute(postings.insert(), rows)
    added: dict[tuple[object, ...], list[int]] = {}
    for p in posted:
        for layer, area in spread(p):
            both = added.setdefault((p.attribute, layer, area, p.year, p.day), [0, 0])
            both[0] += p.amount
            both[1] += p.unknown
    names = ("attribute", "layer", "area", "year", "day", "amount", "unknown")
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    new = insert(sums)
    statement = new.on_conflict_do_update(
        index_elements=list(names[:5]),
        set_={
            "amount": sums.c.amount + new.excluded.amount,
            "unknown": sums.c.unknown + new.excluded.unknown,
        },
    )
    connection.execute(
        statement,
        [dict(zip(names, (*k, *v), strict=True)) for k, v in added.items()],
    )


def sum_of(connection: Connection, account: AccountKey, before: date) -> tuple[int, int]:
    """What an account comes to before a day, in millionths, and how many amounts are not known."""
    from sqlalchemy import func, select

    from redline.register.tables import sums

    if len(account.areas) > 1:
        found = shared_postings(connection, account, before)
        return sum(p.amount for p in found), sum(p.unknown for p in found)
    layer, area = account.areas[0] if account.areas else ("", "")
    wanted = select(
        func.coalesce(func.sum(sums.c.amount), 0), func.coalesce(func.sum(sums.c.unknown), 0)
    ).where(
        sums.c.attribute == account.attribute,
        sums.c.layer == layer,
        sums.c.area == area,
        sums.c.day < before,
    )
    if account.year is not None:
        wanted = wanted.where(sums.c.year == account.year)
    amount, unknown = connection.execute(wanted).one()
    return int(amount), int(unknown)


def shared_postings(connection: Connection, account: AccountKey, before: date) -> list[Posting]:
    """The postings of an account of several areas: of those in all of them."""
    by_area = [
        {
            (p.seq, p.day, p.amount): p
            for p in rows_as_postings(
                connection, replace(account, areas=(one,)), lambda t: t.c.day < before
            )
        }
        for one in account.areas
    ]
    common = set(by_area[0]).intersection(*by_area[1:])
    return sorted((by_area[0][key] for key in common), key=lambda p: (p.day, p.seq))


def rows_as_postings(
    connection: Connection,
    account: AccountKey,
    condition: Callable[..., object],
    newest: int | None = None,
) -> list[Posting]:
    """The postings of an account of one area, or of none, that satisfy a condition."""
    from sqlalchemy import select

    from redline.register.tables import postings as t

    layer, area = account.areas[0] if account.areas else ("", "")
    wanted = select(t).where(
        t.c.attribute == account.attribute, t.c.layer == layer, t.c.area == area
    )
    if account.year is not None:
        wanted = wanted.where(t.c.year == account.year)
    wanted = wanted.where(condition(t))  # type: ignore[arg-type]
    if newest is not None:
        wanted = wanted.order_by(t.c.day.desc(), t.c.seq.desc()).limit(newest)
    rows = connection.execute(wanted).all()
    return [posting_of(row, account.areas) for row in rows]


def posting_of(row: Row[tuple[object, ...]], areas: Areas) -> Posting:
    return Posting(
        row.seq, row.id, row.attribute, areas, row.year, row.day, row.amount, row.unknown
    )


def near(
    connection: Connection, account: AccountKey, day: date, own: str, seq: int
) -> list[Posting]:
    """The postings of a day, and those of one id; `seq` is the number of its first entry."""
    if len(account.areas) > 1:
        found = shared_postings(connection, account, day + timedelta(days=1))
        return [p for p in found if p.day == day or p.id == own]
    same_day = rows_as_postings(connection, account, lambda t: t.c.day == day)
    if seq == NEVER:
        return same_day
    mine = postings_by_id(connection, {own}).get(own, [])
    wanted = set(account.areas)
    return same_day + [
        p
        for p in mine
        if p.day != day
        and p.attribute == account.attribute
        and account.year in (None, p.year)
        and wanted <= set(p.areas)
    ]


NEVER = 2**62
"""The number of an entry that is not there: beyond all."""


def latest_postings(
    connection: Connection, account: AccountKey, before: date, ahead_of: str | None, seq: int
) -> tuple[list[Posting], Drawn | None]:
    """The postings of an account, and what the oldest come to where they are very many."""
    most = 4 * LISTED
    if len(account.areas) > 1:
        found = shared_postings(connection, account, before)
    else:
        found = rows_as_postings(connection, account, lambda t: t.c.day < before, most + 1)
    if ahead_of is not None:
        same_day = near(connection, account, before, ahead_of, seq)
        found = [p for p in found if p.id != ahead_of]
        found += [p for p in same_day if p.day == before and p.id != ahead_of and p.seq < seq]
    found.sort(key=lambda p: (p.day, p.seq))
    if len(found) <= most:
        return found, None
    latest = found[-most:]
    amount, _unknown = sum_of(connection, account, before)
    rest = amount - sum(p.amount for p in latest)
    title = msg("earlier approvals").render("en")
    return latest, Drawn("", title, latest[0].day, rest / MILLION)


def first_seq(connection: Connection, id_: str) -> int:
    """The number of the first entry of an id; beyond all where it has none."""
    from sqlalchemy import func, select

    from redline.register.tables import decisions

    wanted = select(func.min(decisions.c.seq)).where(decisions.c.id == id_)
    found = connection.execute(wanted).scalar()
    return NEVER if found is None else int(found)


def titles_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, str]:
    """The titles of some cases."""
    from sqlalchemy import select

    from redline.register.tables import decisions

    wanted = select(decisions.c.id, decisions.c.title).where(decisions.c.id.in_(list(ids)))
    rows = connection.execute(wanted.order_by(decisions.c.seq))
    return {row.id: row.title or "" for row in rows}


def grants_of(connection: Connection, quota: str | None) -> list[GrantedAmount]:
    """The grants of a quota, or of all, in the order of their entry."""
    from sqlalchemy import select

    from redline.register.tables import grants

    wanted = select(grants).order_by(grants.c.seq)
    if quota is not None:
        wanted = wanted.where(grants.c.quota == quota)
    return [
        GrantedAmount(
            row.quota,
            tuple((layer, key) for layer, key in json.loads(row.areas)),
            row.year,
            row.amount,
            bool(row.opens),
            row.entered_on,
        )
        for row in connection.execute(wanted)
    ]


def all_postings(connection: Connection) -> Iterator[Posting]:
    """Every posting with all its areas."""
    from sqlalchemy import select

    from redline.register.tables import postings as t

    wanted = select(t).order_by(t.c.seq, t.c.attribute, t.c.day, t.c.amount, t.c.layer)
    held: Posting | None = None
    areas: list[tuple[str, str]] = []
    for row in connection.execute(wanted.execution_options(stream_results=True)):
        if row.layer:
            areas.append((row.layer, row.area))
            continue
        if held is not None:
            yield replace(held, areas=tuple(sorted(areas)))
        held, areas = posting_of(row, ()), []
    if held is not None:
        yield replace(held, areas=tuple(sorted(areas)))


def postings_by_id(connection: Connection, ids: set[str]) -> dict[str, list[Posting]]:
    """The postings of some ids, in the order of their entry."""
    from sqlalchemy import select

    from redline.register.tables import decisions, postings

    known: set[str] = set()
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = connection.execute(select(decisions.c.id).where(decisions.c.id.in_(some)))
        known |= {row.id for row in rows}
    found: dict[str, list[Posting]] = {}
    for id_ in sorted(known):
        mine = select(postings).where(postings.c.id == id_).order_by(postings.c.seq)
        posted = connection.execute(mine).all()
        areas = {
            (row.seq, row.attribute): tuple(
                sorted(
                    {
                        (r.layer, r.area)
                        for r in posted
                        if r.layer and (r.seq, r.attribute) == (row.seq, row.attribute)
                    }
                )
            )
            for row in posted
        }
        found[id_] = [
            posting_of(row, areas[row.seq, row.attribute]) for row in posted if not row.layer
        ]
    return found


# ── attributes that a rule book sums ────────────────────────────────────────────────────────────


def indexed(connection: Connection) -> set[str]:
    """The attributes that have postings."""
    from sqlalchemy import select

    from redline.register.tables import settings

    wanted = select(settings.c.value).where(settings.c.name.like("counted:%"))
    return {row.value for row in connection.execute(wanted)}


def index_missing(connection: Connection, book: RuleBook, accounts: Accounts) -> None:
    """Post what every entry counts for attributes that no rule had summed before."""
    from sqlalchemy import select

    from redline.register.tables import decisions, settings

    missing = set(accounts.counted) - indexed(connection)
    if not missing:
        return
    narrowed = replace(
        accounts, counted={k: v for k, v in accounts.counted.items() if k in missing}
    )
    earlier: dict[str, list[Posting]] = {}
    posted: list[Posting] = []
    wanted = select(decisions.c.seq, decisions.c.entry).order_by(decisions.c.seq)
    for row in connection.execute(wanted.execution_options(stream_results=True)):
        entry = entry_of(row.entry)
        amounts = amounts_of(entry, narrowed).amounts
        new = postings_of(entry, row.seq, earlier.get(entry.id, ()), amounts)
        if new:
            earlier.setdefault(entry.id, []).extend(new)
            posted += new
    write_postings(connection, posted)
    connection.execute(
        settings.insert(), [{"name": f"counted:{key}", "value": key} for key in sorted(missing)]
    )

"""Postings: what each decision adds to an account or takes from it, and their sums.

Amounts are whole millionths of the base unit, so that sums are exact and do not depend on their
order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate, groupby
from typing import Final

from redline.diagnostics import Diagnostic, Place
from redline.messages import msg
from redline.reasoning.register import AccountKey, Areas, Drawn, Granted
from redline.register.accounts import Accounts
from redline.register.diagnostics import ImpossibleAmount
from redline.register.entries import Decision, Entry, Grant
from redline.rulebook.model import RuleBook
from redline.values import typed

MILLION: Final = 1_000_000

LARGEST: Final = 1e12
"""No single amount is larger, in base units; it would be a slip of units."""

LISTED: Final = 100
"""So many of the approvals that drew on an account are listed, the latest; the rest as one."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What an entry adds to what an attribute sums to, by all its areas.

    It counts from `day` on, for the accounts of `year`; `amount` is in millionths of the base unit.
    `unknown` is 1 where the entry says that its amount is not known, and -1 where that is taken
    back.
    """

    seq: int
    id: str
    attribute: str
    areas: Areas
    year: int
    day: date
    amount: int
    unknown: int = 0

    def reversed_on(self, day: date, seq: int) -> Posting:
        """What takes it back from a day on."""
        return replace(self, seq=seq, day=day, amount=-self.amount, unknown=-self.unknown)

    def undoes(self, other: Posting) -> bool:
        """Whether it takes another one back."""
        against = (-other.amount, -other.unknown)
        return self.seq != other.seq and (self.amount, self.unknown) == against


@dataclass(frozen=True, slots=True)
class Typed:
    """Amounts of an entry in millionths of base units, by canonical name; None where not known."""

    amounts: Mapping[str, int | None]
    faults: tuple[Diagnostic, ...] = ()


def amounts_of(entry: Entry, accounts: Accounts, place: Place | None = None) -> Typed:
    """What an entry counts for the attributes that rules sum, with its multiples."""
    amounts: dict[str, int | None] = {}
    faults: list[Diagnostic] = []
    for key, attribute in accounts.counted.items():
        spelt = next((n for n in (attribute.names.en, attribute.names.zh) if n), key)
        stated = [n for n in {key, spelt, attribute.names.zh or key} if n in entry.attributes]
        if not stated:
            continue
        raw = entry.attributes[stated[0]]
        where = place or Place(entry.id)
        negative, amount = unsigned(raw)
        value, wrong = typed(amount, attribute.type, attribute.title, where)
        faults += wrong
        if negative and value is not None:
            faults.append(ImpossibleAmount(place=where, name=attribute.title, value=str(raw)))
            continue
        if value is None:
            amounts[key] = None
            continue
        multiple = next((entry.multiples[n] for n in (key, spelt) if n in entry.multiples), 1.0)
        number = float(value) * multiple  # type: ignore[arg-type]
        if not 0 <= number < LARGEST:
            faults.append(ImpossibleAmount(place=where, name=attribute.title, value=str(raw)))
            continue
        amounts[key] = round(number * MILLION)
    return Typed(amounts, tuple(faults))


def unsigned(raw: object) -> tuple[bool, object]:
    """Whether a value as written is negative, and the value without the sign."""
    text = str(raw).strip()
    if text[:1] in ("-", "−", "－") and text[1:2].isdigit():
        return True, text[1:]
    return False, raw


def postings_of(
    entry: Entry, seq: int, earlier: Sequence[Posting], amounts: Mapping[str, int | None]
) -> list[Posting]:
    """What an entry posts, after the postings of earlier entries with its id.

    A withdrawal takes back from its own day on, a correction from the beginning.
    """
    if entry.decision is Decision.WITHDRAWN:
        return [p.reversed_on(entry.decided_on, seq) for p in standing(earlier)]
    taken_back = [p.reversed_on(p.day, seq) for p in standing(earlier)]
    if entry.decision is not Decision.APPROVED:
        return taken_back
    areas = tuple(sorted(entry.areas.items()))
    day = entry.decided_on
    return taken_back + [
        Posting(seq, entry.id, attribute, areas, day.year, day, amount or 0, int(amount is None))
        for attribute, amount in amounts.items()
    ]


def standing(postings: Sequence[Posting]) -> list[Posting]:
    """The postings of one id that nothing has taken back."""
    last: dict[str, Posting | None] = {}
    for posting in sorted(postings, key=lambda p: (p.seq, p.amount > 0 or p.unknown > 0)):
        held = last.get(posting.attribute)
        undone = held is not None and posting.undoes(held)
        last[posting.attribute] = None if undone else posting
    return [p for p in last.values() if p is not None]


# ── sums in memory ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sheet:
    """The postings of one account by day and entry, with running sums."""

    postings: tuple[Posting, ...]
    moments: tuple[tuple[int, int], ...]
    """Day (as its ordinal) and entry of each."""
    sums: tuple[int, ...]
    """The sum of all before each, and in the end of all."""
    open: tuple[int, ...]
    """How many before each are not known."""


def sheet_of(postings: Iterable[Posting]) -> Sheet:
    ordered = tuple(sorted(postings, key=lambda p: (p.day, p.seq)))
    return Sheet(
        ordered,
        tuple((p.day.toordinal(), p.seq) for p in ordered),
        tuple(accumulate((p.amount for p in ordered), initial=0)),
        tuple(accumulate((p.unknown for p in ordered), initial=0)),
    )


NOTHING: Final = sheet_of(())


@dataclass
class Ledger:
    """All postings in memory; implements `redline.reasoning.register.Register`."""

    postings: Sequence[Posting]
    grants: Sequence[GrantedAmount] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    seqs: Mapping[str, int] = field(default_factory=dict)
    """The first entry of each id."""
    _sheets: dict[tuple[str, tuple[str, ...], bool], dict[tuple[object, ...], Sheet]] = field(
        default_factory=dict
    )
    _own: dict[str, list[Posting]] | None = None

    def total(self, account: AccountKey, before: date, ahead_of: str | None = None) -> float:
        """The sum of an account (see `Register`)."""
        sheet = self.sheet(account)
        end = self.end(sheet, before, ahead_of)
        amount, unknown = sheet.sums[end], sheet.open[end]
        for posting in self.own(ahead_of):
            if belongs(posting, account) and self.counts(posting, before, ahead_of):
                amount -= posting.amount
                unknown -= posting.unknown
        return float("nan") if unknown > 0 else amount / MILLION

    def drawn(
        self, account: AccountKey, before: date, ahead_of: str | None = None
    ) -> tuple[Drawn, ...]:
        """What makes up that total, oldest first."""
        sheet = self.sheet(account)
        found = sheet.postings[: self.end(sheet, before, ahead_of)]
        return condensed(netted(p for p in found if p.id != ahead_of), self.titles)

    def granted(self, quota: str, areas: Areas, year: int | None, before: date) -> Granted | None:
        """What a quota has (see `Register`)."""
        return granted_by(self.grants, quota, areas, year, before)

    def sheet(self, account: AccountKey) -> Sheet:
        layers = tuple(layer for layer, _key in account.areas)
        key = (account.attribute, layers, account.year is not None)
        if key not in self._sheets:
            by_place: dict[tuple[object, ...], list[Posting]] = {}
            for posting in self.postings:
                areas = dict(posting.areas)
                if posting.attribute == account.attribute and all(x in areas for x in layers):
                    year = posting.year if account.year is not None else None
                    place = (*(areas[x] for x in layers), year)
                    by_place.setdefault(place, []).append(posting)
            self._sheets[key] = {k: sheet_of(v) for k, v in by_place.items()}
        place = (*(key for _layer, key in account.areas), account.year)
        return self._sheets[key].get(place, NOTHING)

    def end(self, sheet: Sheet, before: date, ahead_of: str | None) -> int:
        """How many postings of a sheet count."""
        day = before.toordinal()
        seq = 0 if ahead_of is None else self.seqs.get(ahead_of, 2**62)
        return bisect_left(sheet.moments, (day, seq))

    def own(self, ahead_of: str | None) -> Sequence[Posting]:
        if ahead_of is None:
            return ()
        if self._own is None:
            self._own = {}
            for posting in self.postings:
                self._own.setdefault(posting.id, []).append(posting)
        return self._own.get(ahead_of, ())

    def counts(self, posting: Posting, before: date, ahead_of: str | None) -> bool:
        seq = 0 if ahead_of is None else self.seqs.get(ahead_of, 2**62)
        return (posting.day, posting.seq) < (before, seq)


def belongs(posting: Posting, account: AccountKey) -> bool:
    """Whether a posting is of an account."""
    return (
        posting.attribute == account.attribute
        and account.year in (None, posting.year)
        and set(account.areas) <= set(posting.areas)
    )


def netted(postings: Iterable[Posting]) -> list[Posting]:
    """Postings without those that were taken back, together with what took them back."""
    kept: list[Posting] = []
    ordered = sorted(postings, key=lambda p: p.id)
    for _id, several in groupby(ordered, key=lambda p: p.id):
        kept += standing(sorted(several, key=lambda p: p.seq))
    return sorted(kept, key=lambda p: (p.day, p.seq))


def condensed(postings: Sequence[Posting], titles: Mapping[str, str]) -> tuple[Drawn, ...]:
    """What approvals drew, oldest first; where they are many, the oldest as one."""
    latest = postings[-LISTED:]
    older = postings[: len(postings) - len(latest)]
    found = [Drawn(p.id, titles.get(p.id, ""), p.day, p.amount / MILLION) for p in latest]
    if older:
        amount = sum(p.amount for p in older) / MILLION
        title = msg("{count} earlier approvals", count=len(older)).render("en")
        found.insert(0, Drawn("", title, older[-1].day, amount))
    return tuple(found)


# ── what quotas have ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class GrantedAmount:
    """A grant in millionths of the base unit, under canonical names."""

    quota: str
    areas: Areas
    year: int | None
    amount: int
    opens: bool
    day: date


def granted_by(
    grants: Iterable[GrantedAmount], quota: str, areas: Areas, year: int | None, before: date
) -> Granted | None:
    """What grants, in the order of their entry, give a quota up to a day."""
    opening: int | None = None
    transfers = 0
    for grant in grants:
        if (grant.quota, grant.areas, grant.year) == (quota, areas, year) and grant.day <= before:
            if grant.opens:
                opening = grant.amount
            else:
                transfers += grant.amount
    if opening is None and not transfers:
        return None
    return Granted((opening or 0) / MILLION, transfers / MILLION)


def grant_of(
    grant: Grant, book: RuleBook, accounts: Accounts, place: Place
) -> tuple[GrantedAmount | None, list[Diagnostic]]:
    """A grant in base units."""
    from redline.register.diagnostics import NotAQuota

    found = book.attributes.get(grant.quota) or book.parameters.get(grant.quota)
    if found is None:
        known = tuple(accounts.quotas)
        return None, [NotAQuota(place=place, name=grant.quota, known=known)]
    negative, amount = unsigned(grant.amount)
    value, faults = typed(amount, found.type, found.title, place)
    if not isinstance(value, float):
        return None, faults
    value = -value if negative else value
    opens = grant.move == "opening"
    if abs(value) >= LARGEST or (opens and value < 0):
        name, shown = found.title, str(grant.amount)
        return None, [*faults, ImpossibleAmount(place=place, name=name, value=shown)]
    return (
        GrantedAmount(
            found.names.key,
            canonical_areas(grant.areas, book),
            grant.year,
            round(value * MILLION),
            opens,
            grant.entered_on,
        ),
        faults,
    )


def canonical_areas(areas: Mapping[str, str], book: RuleBook) -> Areas:
    """Areas under the canonical names of their layers."""
    return tuple(
        sorted(
            (book.layers[name].names.key if name in book.layers else name, key)
            for name, key in areas.items()
        )
    )

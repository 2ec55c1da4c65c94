"""Entering a recorded check into the register: the decision beside the verdict, and quotas asked
again at the moment of entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from redline import findings as f
from redline.audit.record import Record, RecordedAccount, RecordedDay, RecordedSubmission
from redline.audit.verify import recorded_book
from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.messages import Message, Title, msg
from redline.quantities import base_unit
from redline.reasoning.infer import Status, infer
from redline.reasoning.plan import Plan, make_plan
from redline.reasoning.register import AccountKey, Drawn, tidy
from redline.reasoning.truth import UNKNOWN, Bounds, compare
from redline.register.diagnostics import (
    BeforePredecessor,
    DoubleEntry,
    NoPredecessor,
    NotInRecord,
    QuotaOverdrawn,
    ReasonNeeded,
    RuleBrokenSince,
)
from redline.register.entries import TITLES, Decision, Entry
from redline.register.ledger import MILLION
from redline.register.store import Store, Writer
from redline.rulebook.model import Compares, QuantityType
from redline.rulebook.types import type_of_term
from redline.rulebook.wording import term_in_words

VERDICTS: Mapping[f.Verdict, Message] = {
    f.Verdict.COMPLIANT: msg("compliant"),
    f.Verdict.CONDITIONAL: msg("conditional"),
    f.Verdict.UNDETERMINED: msg("undetermined"),
    f.Verdict.NON_COMPLIANT: msg("not compliant"),
}

FOLLOWING: Mapping[Decision, frozenset[f.Verdict]] = {
    Decision.APPROVED: frozenset({f.Verdict.COMPLIANT, f.Verdict.CONDITIONAL}),
    Decision.REFUSED: frozenset({f.Verdict.NON_COMPLIANT}),
    Decision.WITHDRAWN: frozenset(f.Verdict),
    Decision.UNDECIDED: frozenset(f.Verdict),
}
"""The verdicts that a decision follows; from the others it departs, and says why."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the reviewer decided."""

    decision: Decision
    reason: str | None = None
    decided_by: str | None = None
    basis: str | None = None
    decided_on: date | None = None
    """The day; by default that of the check."""
    predecessor: str | None = None
    correct: bool = False
    """Whether it corrects what was entered before under the same id."""


def add(
    store: Store, record: Record, deciding: Deciding, ids: Sequence[str], place: Place
) -> tuple[Entry, ...]:
    """Enter submissions of a record, all of them where none is named; returns what was entered.

    Quotas are asked again within the transaction. Raises `Refusal`; then nothing was entered.
    """
    chosen = list(chosen_of(record, ids, place))
    book = recorded_book(record)
    plans = {day.day: make_plan(book, day.day) for day, _one in chosen}
    entries = [entry_of(record, day, one, plans[day.day], deciding) for day, one in chosen]
    faults = [x for _day, one in chosen for x in departure(record, one.id, deciding, place)]
    if faults:
        raise Refusal(faults)
    with store.writing() as writer:
        for (day, one), entry in zip(chosen, entries, strict=True):
            faults += history(entry, deciding, writer, place)
            if entry.decision is Decision.APPROVED and not faults:
                faults += overdrawn(plans[day.day], day, one, writer, place)
            if faults:
                raise Refusal(faults)
            writer.append([entry], lambda _entry: place)
    return tuple(entries)


def chosen_of(
    record: Record, ids: Sequence[str], place: Place
) -> Iterator[tuple[RecordedDay, RecordedSubmission]]:
    """The submissions that are meant, with their days."""
    held = {one.id: (day, one) for day in record.days for one in day.submissions}
    for id_ in ids or tuple(held):
        if id_ not in held:
            raise refuse(NotInRecord(place=place, id=id_, known=tuple(held)))
        yield held[id_]
    if not held:
        raise refuse(NotInRecord(place=place, id="", known=()))


def entry_of(
    record: Record, day: RecordedDay, one: RecordedSubmission, plan: Plan, deciding: Deciding
) -> Entry:
    """The entry of a decision about a recorded submission."""
    found = next(s for s in record.findings.submissions if s.id == one.id)
    stated = one.stated
    return Entry(
        id=one.id,
        decided_on=deciding.decided_on or found.as_of,
        decision=deciding.decision,
        kind=stated.kind,
        title=stated.title,
        reason=deciding.reason,
        decided_by=deciding.decided_by,
        basis=deciding.basis,
        predecessor=deciding.predecessor,
        verdict=found.verdict.value,
        record_digest=record.digest,
        attributes=stated.attributes,
        multiples=multiples_of(day, one, plan),
        areas=one.areas,
        documents=stated.documents,
        judgements=stated.judgements,
        components=stated.components,
        complete=stated.complete,
        grounds=stated.grounds,
    )


def multiples_of(day: RecordedDay, one: RecordedSubmission, plan: Plan) -> dict[str, float]:
    """By how much the rules that apply count what the submission states, where they agree on more
    than once.
    """
    applying = {
        atom
        for index, status in enumerate(one.statuses)
        if status != "not_applicable"
        for atom in atoms_below(plan, index)
    }
    found: dict[str, set[float]] = {}
    for account in one.accounts:
        if account.atom in applying and account.requested is not None and account.stated:
            multiple = tidy(account.requested / account.stated)
            found.setdefault(account.attribute, set()).add(multiple)
    agreed = {name: next(iter(several)) for name, several in found.items() if len(several) == 1}
    return {name: multiple for name, multiple in agreed.items() if multiple != 1}


def departure(record: Record, id_: str, deciding: Deciding, place: Place) -> Iterator[Diagnostic]:
    """That a decision departs from its verdict without a reason."""
    found = next(s for s in record.findings.submissions if s.id == id_)
    if found.verdict in FOLLOWING[deciding.decision] or (deciding.reason or "").strip():
        return
    yield ReasonNeeded(
        place=place, id=id_, decision=TITLES[deciding.decision], verdict=VERDICTS[found.verdict]
    )


def history(entry: Entry, deciding: Deciding, writer: Writer, place: Place) -> Iterator[Diagnostic]:
    """What does not fit what was entered before."""
    follows = entry.id if entry.decision is Decision.WITHDRAWN else entry.predecessor
    known = writer.known([entry.id, *([follows] if follows else [])])
    again = entry.id in known and entry.decision is not Decision.WITHDRAWN
    if again and not deciding.correct:
        yield DoubleEntry(place=place, id=entry.id, first=str(known[entry.id]))
    if follows is not None and follows not in known:
        yield NoPredecessor(place=place, id=entry.id, predecessor=follows)
    elif follows is not None and entry.decided_on < known[follows]:
        yield BeforePredecessor(
            place=place,
            id=entry.id,
            day=entry.decided_on,
            predecessor=follows,
            earlier=known[follows],
        )


# ── quotas ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Asked:
    """An account as it stands at the moment of entry."""

    account: RecordedAccount
    used: float
    limit: float | None
    drawn: tuple[Drawn, ...]

    @property
    def overdrawn(self) -> bool:
        """Whether what is asked for is more than what is left."""
        asked = self.account.requested
        if asked is None or self.limit is None:
            return False
        return tidy(self.used + asked) > self.limit


def overdrawn(
    plan: Plan, day: RecordedDay, one: RecordedSubmission, writer: Writer, place: Place
) -> Iterator[Diagnostic]:
    """The binding rules that are violated by what the register holds now, with their accounts."""
    truths = np.array([[int(t) for t in one.truths]], np.int8)
    asked: dict[int, Asked] = {}
    for account in one.accounts:
        now = asked_now(account, writer, one.id)
        asked[account.atom] = now
        truths[0, account.atom] = truth_of(plan, now)
    statuses = infer(plan, truths).statuses[0]
    for index, group in enumerate(plan.rules):
        accounts = [asked[a] for a in atoms_below(plan, index) if a in asked]
        if not accounts or group.rule.severity != "binding":
            continue
        if Status(statuses[index]) is not Status.VIOLATED:
            continue
        over = [a for a in accounts if a.overdrawn]
        for one_over in over:
            yield told(plan, one_over, one.id, place)
        if not over and day.rules and one.statuses[index] != "violated":
            yield RuleBrokenSince(place=place, id=one.id, rule=group.rule.title)


def asked_now(account: RecordedAccount, writer: Writer, id_: str) -> Asked:
    """An account within the transaction; what the case itself drew before does not count."""
    key = AccountKey(account.attribute, tuple(sorted(account.areas.items())), account.year)
    amount, unknown = writer.total(key)
    drawn = writer.drawn(key)
    own = sum(d.amount for d in drawn if d.id == id_)
    used = float("nan") if unknown > 0 else tidy(amount / MILLION - own)
    limit = account.limit
    if account.quota is not None and (account.granted or limit is None):
        grant = writer.granted(account.quota, key.areas, key.year)
        limit = grant.amount if grant is not None else limit
    return Asked(account, used, limit, tuple(d for d in drawn if d.id != id_))


def truth_of(plan: Plan, asked: Asked) -> int:
    """The truth of the atom that compares an account."""
    atom = plan.atoms[asked.account.atom]
    assert isinstance(atom, Compares)
    if asked.account.requested is None or asked.limit is None or np.isnan(asked.used):
        return UNKNOWN
    value = Bounds.same(tidy(asked.used + asked.account.requested), 1)
    return int(compare(value, atom.comparator, Bounds.same(asked.limit, 1))[0])


def atoms_below(plan: Plan, index: int) -> set[int]:
    """The judged atoms on which a rule's answer rests."""
    from redline.checking.mentions import atoms_of_rule

    return atoms_of_rule(plan.rules[index], plan)


def told(plan: Plan, asked: Asked, id_: str, place: Place) -> QuotaOverdrawn:
    """The account, in words."""
    atom = plan.atoms[asked.account.atom]
    assert isinstance(atom, Compares)
    assert asked.limit is not None and asked.account.requested is not None
    kind = type_of_term(atom.left)
    unit = base_unit(kind.dimension).en if isinstance(kind, QuantityType) else ""

    def shown(amount: float) -> str:
        return f"{tidy(amount):,.12g} {unit}".strip()

    where = [*asked.account.areas.values()]
    where += [str(asked.account.year)] if asked.account.year is not None else []
    quota = term_in_words(atom.right)
    return QuotaOverdrawn(
        place=place,
        id=id_,
        quota=quota if isinstance(quota, Title) else Title(str(quota), str(quota)),
        where=f"({', '.join(where)})" if where else "",
        limit=shown(asked.limit),
        used=shown(asked.used),
        requested=shown(asked.account.requested),
        remaining=shown(asked.limit - asked.used - asked.account.requested),
        by=tuple(f"{d.id or d.title} {shown(d.amount)}" for d in asked.drawn[-12:]),
    )

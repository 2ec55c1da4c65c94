"""Quotas over the register: what was granted fills limits that a submission leaves open, and
findings show the account from its opening to what would be left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from redline import findings as f
from redline.checking.terrain import MeasuredTerrain
from redline.language.kinds import Operator
from redline.quantities import base_unit
from redline.reasoning.columns import numbers
from redline.reasoning.judge import Judging, Measured
from redline.reasoning.plan import Plan, PlanAtom
from redline.reasoning.register import AccountKey, Granted, tidy
from redline.reasoning.subjects import Subjects
from redline.reasoning.truth import Bounds
from redline.register.accounts import quota_of, totals_in
from redline.rulebook.model import (
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    Compares,
    QuantityType,
    Term,
    TotalTerm,
)
from redline.rulebook.types import type_of_term
from redline.rulebook.wording import term_in_words

if TYPE_CHECKING:
    from redline.checking.assembling import Answered


def with_grants(plan: Plan, subjects: Subjects, terrain: MeasuredTerrain) -> Subjects:
    """Subjects whose open quotas have what the register says was granted."""
    if terrain.register is None:
        return subjects
    attributes, granted = dict(subjects.attributes), dict(subjects.granted)
    for atom in plan.atoms:
        for term in limited_totals(atom):
            assert isinstance(atom, Compares)
            quota = quota_of(atom.right)
            if quota is None:
                continue
            found = terrain.granted(term, quota.names.key)
            if np.isnan(found).all():
                continue
            if isinstance(quota, Attribute):
                stated = numbers(quota.type, subjects.attribute(quota)).low
                filled = np.where(np.isfinite(stated), stated, found)
                attributes[quota.names.key] = filled
            else:
                granted[quota.names.key] = found
    return replace(subjects, attributes=attributes, granted=granted)


def limited_totals(atom: PlanAtom) -> Iterator[TotalTerm]:
    """The sum over the register that an atom limits; none where it limits none."""
    if isinstance(atom, Compares):
        yield from list(totals_in(atom.left))[:1]


def account_of(
    atom: PlanAtom, measured: Measured, row: int, terrain: MeasuredTerrain
) -> f.Account | None:
    """The account that an atom asks about, for one subject; None where it asks about none, or where
    the register does not know what was used.
    """
    term = next(limited_totals(atom), None)
    if term is None or terrain.register is None:
        return None
    key = terrain.account(term, row)
    if key is None:
        return None
    assert isinstance(atom, Compares)
    register, day = terrain.register, terrain.days[row]
    case = terrain.batch[row].submission.id
    used = register.total(key, day, case)
    if not np.isfinite(used):
        return None
    quota = quota_of(atom.right)
    grant = None
    if quota is not None:
        grant = register.granted(quota.names.key, key.areas, key.year, day)
    limit = float(measured.limit.low[row])
    limit_known = bool(np.isfinite(limit) and limit == measured.limit.high[row])
    if grant is not None and limit_known and grant.amount != limit:
        grant = None
    whole = float(measured.value.low[row])
    known = bool(np.isfinite(whole) and whole == measured.value.high[row])
    kind = type_of_term(atom.left)
    added = known and adds(atom.left)
    return f.Account(
        attribute=key.attribute,
        quota=f.Bilingual.of(term_in_words(atom.right)),
        place=" · ".join(area for _layer, area in key.areas) or None,
        areas=dict(key.areas),
        period=str(key.year) if key.year is not None else None,
        unit=base_unit(kind.dimension).en if isinstance(kind, QuantityType) else "",
        opening=opening_of(grant, limit if limit_known else None),
        transfers=grant.transfers if grant else 0.0,
        used=tidy(used),
        entries=entries_of(key, terrain, row),
        requested=tidy(whole - used) if added else None,
        remaining=tidy(limit - whole) if known and limit_known else None,
    )


def opening_of(grant: Granted | None, limit: float | None) -> float | None:
    """What an account opens with: what was granted, else the limit as it is stated."""
    return limit if grant is None else grant.opening


def entries_of(key: AccountKey, terrain: MeasuredTerrain, row: int) -> tuple[f.AccountEntry, ...]:
    """The approvals that drew on an account before a subject."""
    assert terrain.register is not None
    case = terrain.batch[row].submission.id
    return tuple(
        f.AccountEntry(
            id=one.id, title=one.title or None, decided_on=one.decided_on, amount=tidy(one.amount)
        )
        for one in terrain.register.drawn(key, terrain.days[row], case)
    )


@dataclass(frozen=True, slots=True)
class AskedAccount:
    """An account that an atom limits, for one subject: what is asked for, and what may be drawn."""

    key: AccountKey
    quota: str | None
    stated: float | None
    requested: float | None
    limit: float | None
    granted: bool


def asked_accounts(plan: Plan, answered: Answered, row: int) -> Iterator[tuple[int, AskedAccount]]:
    """The accounts that a plan's atoms limit, for one subject, each with the atom's number; with a
    register or without.
    """
    terrain = answered.terrain
    judging = Judging(plan.day, answered.subjects, terrain, plan.fillings)
    for index, atom in enumerate(plan.atoms):
        for term in limited_totals(atom):
            assert isinstance(atom, Compares)
            key = terrain.account(term, row)
            if key is None:
                continue
            quota = quota_of(atom.right)
            name = quota.names.key if quota is not None else None
            granted = terrain.granted(term, name)[row] if name is not None else np.nan
            limit = exactly(judging.term(atom.right), row)
            yield (
                index,
                AskedAccount(
                    key,
                    name,
                    exactly(judging.term(AttributeTerm(term.attribute)), row),
                    asked_for(atom.left, judging, row),
                    limit,
                    bool(np.isfinite(granted) and limit == granted),
                ),
            )


def asked_for(term: Term, judging: Judging, row: int) -> float | None:
    """What is added to the sum over the register; None where it is not known or not added."""
    if not adds(term):
        return None
    match term:
        case ArithmeticTerm(left=left, right=right):
            summed, other = (left, right) if any(totals_in(left)) else (right, left)
            beside, rest = exactly(judging.term(other), row), asked_for(summed, judging, row)
            return None if beside is None or rest is None else beside + rest
    return 0.0


def exactly(bounds: Bounds, row: int) -> float | None:
    """The number of one subject, None where it is not known."""
    low, high = float(bounds.low[row]), float(bounds.high[row])
    return low if low == high and np.isfinite(low) else None


def adds(term: Term) -> bool:
    """Whether a term is the sum over the register and something beside it, so that the rest is what
    is asked for.
    """
    match term:
        case TotalTerm():
            return True
        case ArithmeticTerm(operator=Operator.PLUS, left=left, right=right):
            several = (bool(list(totals_in(left))), bool(list(totals_in(right))))
            if all(several):
                return False
            return adds(left if several[0] else right)
    return False

"""Values of attributes and columns, judged a column at a time."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from redline.language.kinds import Operator
from redline.quantities import DIMENSIONS
from redline.reasoning.subjects import Coded, CodeSet, Values, encoded
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN, Bounds, Numbers, Truths, calculate
from redline.rulebook.model import (
    AttributeTerm,
    CodeList,
    CodeType,
    DatedValue,
    DateType,
    Includes,
    IsOneOf,
    Parameter,
    QuantityType,
    Term,
    WasOneOf,
)
from redline.rulebook.types import type_of_term

Answer = Callable[[str | CodeSet], int]


def numbers(kind: object, values: Values) -> Bounds:
    """Values as numbers: ranks for ordered codes, unknown where a code is foreign to the list."""
    if isinstance(kind, CodeType):
        coded = encoded(values)
        table = [rank(kind.code_list, v) for v in coded.values]
        return Bounds.exact(np.array([*table, np.nan], np.float64)[coded.numbers])
    assert not isinstance(values, Coded)
    return Bounds.exact(np.asarray(values, np.float64))


def rank(code_list: CodeList, value: str | CodeSet) -> float:
    """The place of a code in its list, from 0; NaN where the list does not have it."""
    places = (float(i) for i, v in enumerate(code_list.values) if v.names.key == value)
    return next(places, np.nan)


def known(kind: object, value: object) -> bool:
    """Whether one value says something as a number."""
    if isinstance(kind, CodeType):
        return isinstance(value, str) and not np.isnan(rank(kind.code_list, value))
    return value is not None and not bool(np.isnan(value))  # type: ignore[call-overload]


def distinct(values: Coded, answer: Answer, blank: int = UNKNOWN) -> Truths:
    """An answer for each distinct value, spread over all rows; `blank` where there is no value."""
    table = np.array([*map(answer, values.values), blank], np.int8)
    return np.take(table, values.numbers, mode="wrap")


def is_one_of(atom: IsOneOf, values: Coded) -> Truths:
    """Membership of codes or texts, wide codes covering those below them."""
    return distinct(values, lambda v: TRUE if among(atom, str(v)) else FALSE)


def among(atom: IsOneOf | Includes, value: str) -> bool:
    """Whether one code is among an atom's codes."""
    term = atom.term
    kind = term.attribute.type if isinstance(term, AttributeTerm) else term.column.type
    if isinstance(kind, CodeType):
        return any(kind.code_list.covers(wide, value) for wide in atom.codes)
    return value in atom.codes


def includes(atom: Includes, values: Coded) -> Truths:
    """Whether sets hold any of some codes; with `only`, whether they hold nothing else."""

    def answer(found: str | CodeSet) -> int:
        assert isinstance(found, CodeSet)
        hits = [among(atom, code) for code in found.codes]
        if atom.only:
            return FALSE if not all(hits) else TRUE if found.complete else UNKNOWN
        return TRUE if any(hits) else FALSE if found.complete else UNKNOWN

    return distinct(values, answer)


def was_one_of(atom: WasOneOf, values: Coded, day: date) -> Truths:
    """Whether what a newer value can have stood for is among some older codes: decided where all
    that it can have been agree. Where no mapping of the day is about codes, a code stands for
    itself.
    """
    in_force = [m for m in atom.mappings if m.interval.holds(day)]
    recoded = any(value is not None for m in in_force for value in m.olds)

    def answer(value: str | CodeSet | None) -> int:
        key = None if value is None else str(value)
        olds = frozenset({key}) if key is not None and not recoded else frozenset()
        for mapping in in_force:
            olds |= mapping.olds.get(key, frozenset())
        if not olds:
            return UNKNOWN
        hits = [old in atom.codes for old in olds]
        return TRUE if all(hits) else UNKNOWN if any(hits) else FALSE

    return distinct(values, answer, answer(None))


def parameter_values(
    parameter: Parameter, values: Sequence[DatedValue], codes: Values | None, n: int
) -> Numbers:
    """The values of a parameter for n rows, by their codes where it has a key; NaN for none."""
    if parameter.key is None:
        return np.broadcast_to(values[-1].value if values else np.nan, n).astype(np.float64)
    if codes is None:
        return np.full(n, np.nan)
    coded, key = encoded(codes), parameter.key
    table = np.full(len(coded.values) + 1, np.nan)
    for value in values:
        for place, code in enumerate(coded.values):
            if any(key.covers(wide, str(code)) for wide in value.keys):
                table[place] = value.value
    return table[coded.numbers]


def arithmetic(left: Term, operator: Operator, a: Bounds, right: Term, b: Bounds) -> Bounds:
    """Arithmetic of terms; a period added to a day is counted by the calendar."""
    if not isinstance(type_of_term(left), DateType):
        return calculate(a, operator, b)
    months = type_of_term(right) == QuantityType(DIMENSIONS["duration"][1])
    sign = 1 if operator is Operator.PLUS else -1
    low, high = (b.low, b.high) if sign > 0 else (b.high, b.low)
    return Bounds(shifted(a.low, sign * low, months), shifted(a.high, sign * high, months))


def shifted(days: Numbers, amount: Numbers, months: bool) -> Numbers:
    """Days as ordinals, moved by days, or by calendar months (the last day of a shorter month)."""
    if not months:
        return days + amount
    moved = days + amount
    for i in np.flatnonzero(np.isfinite(days) & np.isfinite(amount)):
        day = date.fromordinal(int(days[i]))
        year, month = divmod(day.year * 12 + day.month - 1 + int(amount[i]), 12)
        if not date.min.year <= year <= date.max.year:
            moved[i] = np.inf if amount[i] > 0 else -np.inf
            continue
        last = monthrange(year, month + 1)[1]
        moved[i] = date(year, month + 1, min(day.day, last)).toordinal()
    return moved


def extreme(greatest: bool, terms: Sequence[Bounds]) -> Bounds:
    """The least or greatest of some terms."""
    pick = np.maximum if greatest else np.minimum
    return Bounds(pick.reduce([t.low for t in terms]), pick.reduce([t.high for t in terms]))

"""Values as people write them, in the types of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from redline.diagnostics import Diagnostic, Place, did_you_mean
from redline.messages import Message, Title, msg
from redline.quantities import NUMBER, PER_YEAR, UNITS, Dimension, in_base_units, parse_quantity
from redline.reasoning.subjects import CodeSet
from redline.reasoning.truth import NOT_YET
from redline.rulebook.model import (
    BooleanType,
    CodeType,
    DateType,
    QuantityType,
    TextType,
    Type,
)
from redline.rulebook.words import type_in_words

YES = frozenset({"yes", "true", "y", "1", "是", "有"})
NO = frozenset({"no", "false", "n", "0", "否", "无"})
NOT_KNOWN = frozenset({"", "unknown", "未知", "不详", "null", "none"})
NOT_DONE = frozenset({"not yet", "尚未", "未完成", "未开工", "未投产"})
"""What a date may say of a deed that is not done."""
SEPARATORS = "、,，;；"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue(Diagnostic):
    """A value that is not of its attribute's type."""

    code: ClassVar[str] = "RL602"
    name: Title
    value: str
    expected: Message
    known: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        return msg(
            "“{value}” cannot be the value of “{name}”: expected {expected}",
            value=self.value,
            name=self.name,
            expected=self.expected,
        )

    @property
    def hint(self) -> Message | None:
        near = did_you_mean(self.value, self.known)
        if near is None and self.known:
            return msg("Its codes are {codes}.", codes=self.known[:12])
        return near


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsUnit(Diagnostic):
    """A number without the unit that its attribute needs."""

    code: ClassVar[str] = "RL603"
    name: Title
    value: str
    units: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("“{name}” is {value} without a unit", name=self.name, value=self.value)

    @property
    def hint(self) -> Message:
        return msg("Write the number with its unit, such as {units}.", units=self.units)


def typed(raw: object, kind: Type, name: Title, place: Place) -> tuple[object, list[Diagnostic]]:
    """A value as written, in its type; None and a diagnostic where it does not fit.

    None itself, an empty text and 未知 are unknown.
    """
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in NOT_KNOWN):
        return None, []
    match kind:
        case BooleanType():
            return truth(raw, kind, name, place)
        case TextType():
            return str(raw).strip(), []
        case DateType():
            return day(raw, kind, name, place)
        case QuantityType(dimension=dimension):
            return quantity(raw, dimension, name, place)
        case CodeType(many=True):
            return code_set(raw, kind, name, place)
        case CodeType():
            return code(raw, kind, name, place)


def wrong(raw: object, kind: Type, name: Title, place: Place) -> tuple[None, list[Diagnostic]]:
    value = WrongValue(place=place, name=name, value=shortened(raw), expected=type_in_words(kind))
    return None, [value]


def shortened(raw: object) -> str:
    text = " ".join(str(raw).split())
    return text if len(text) <= 60 else text[:59] + "…"


def truth(raw: object, kind: Type, name: Title, place: Place) -> tuple[object, list[Diagnostic]]:
    if isinstance(raw, bool):
        return raw, []
    text = str(raw).strip().lower()
    if text in YES or text in NO:
        return text in YES, []
    return wrong(raw, kind, name, place)


def day(raw: object, kind: Type, name: Title, place: Place) -> tuple[object, list[Diagnostic]]:
    if str(raw).strip().lower() in NOT_DONE:
        return NOT_YET, []
    if isinstance(raw, datetime):
        return float(raw.date().toordinal()), []
    if isinstance(raw, date):
        return float(raw.toordinal()), []
    try:
        return float(date.fromisoformat(str(raw).strip()).toordinal()), []
    except ValueError:
        return wrong(raw, kind, name, place)


def quantity(
    raw: object, dimension: Dimension, name: Title, place: Place
) -> tuple[object, list[Diagnostic]]:
    """A number with its unit; a plain number only where the attribute has no unit."""
    kind = QuantityType(dimension)
    if isinstance(raw, bool):
        return wrong(raw, kind, name, place)
    parsed = parse_quantity(str(raw))
    if parsed is not None:
        value, unit, per_year = parsed
        found = unit.dimension.times(PER_YEAR) if per_year else unit.dimension
        if found == dimension:
            return in_base_units(value, unit), []
        return wrong(raw, kind, name, place)
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation:
        return wrong(raw, kind, name, place)
    if not number.is_finite():
        return wrong(raw, kind, name, place)
    if dimension == NUMBER:
        return float(number), []
    per_year = ("year", -1) in dimension.exponents
    rest = dimension.times(PER_YEAR, -1) if per_year else dimension
    units = tuple(f"{u.en}/a" if per_year else u.en for u in UNITS if u.dimension == rest)
    return None, [NeedsUnit(place=place, name=name, value=shortened(raw), units=units)]


def code(raw: object, kind: CodeType, name: Title, place: Place) -> tuple[object, list[Diagnostic]]:
    text = str(raw).strip()
    found = kind.code_list.find(text)
    if found is not None:
        return found, []
    known = tuple(x for v in kind.code_list.values for x in (v.names.en, v.names.zh) if x)
    return None, [
        WrongValue(
            place=place,
            name=name,
            value=shortened(text),
            expected=msg("a code of “{list}”", list=kind.code_list.title),
            known=known,
        )
    ]


def code_set(
    raw: object, kind: CodeType, name: Title, place: Place
) -> tuple[object, list[Diagnostic]]:
    """A set from a list, or from a text whose members are separated by 、 or a comma."""
    if isinstance(raw, str):
        for separator in SEPARATORS:
            raw = raw.replace(separator, "\n")
        items: Sequence[object] = [x.strip() for x in raw.split("\n") if x.strip()]
    elif isinstance(raw, list | tuple | set | frozenset):
        items = list(raw)
    else:
        items = [raw]
    codes: set[str] = set()
    diagnostics: list[Diagnostic] = []
    for item in items:
        found, faults = code(item, kind, name, place)
        diagnostics += faults
        if isinstance(found, str):
            codes.add(found)
    return (CodeSet(frozenset(codes)), []) if not diagnostics else (None, diagnostics)

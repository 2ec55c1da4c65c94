"""Types and values of the rule book in words, for diagnostics and reports."""

from __future__ import annotations

from datetime import date

from redline.messages import Message, Title, msg
from redline.quantities import DIMENSIONS, Dimension, base_unit
from redline.rulebook.model import (
    FOREVER,
    BooleanType,
    CodeType,
    DateType,
    Interval,
    QuantityType,
    TextType,
    Type,
)


def type_in_words(kind: Type) -> Message:
    """A type as a sentence part."""
    match kind:
        case BooleanType():
            return msg("yes or no")
        case TextType():
            return msg("a text")
        case DateType():
            return msg("a date")
        case CodeType(code_list=code_list, many=False):
            return msg("a code of “{list}”", list=code_list.title)
        case CodeType(code_list=code_list):
            return msg("a set of codes of “{list}”", list=code_list.title)
        case QuantityType(dimension=dimension):
            return dimension_in_words(dimension)


def dimension_in_words(dimension: Dimension) -> Message:
    """A dimension by its name where it has one, else by its base unit."""
    if not dimension.exponents:
        return msg("a number without a unit")
    for en, (zh, known) in DIMENSIONS.items():
        if known == dimension:
            return msg("a quantity of {dimension}", dimension=Title(en, zh))
    return msg("a quantity in {unit}", unit=base_unit(dimension))


def days_in_words(days: Interval) -> Message:
    """An interval of days as a sentence part; its end is the first day on which it no longer is."""
    if days.start == date.min and days.end == FOREVER:
        return msg("on all days")
    if days.end == FOREVER:
        return msg("from {start}", start=days.start)
    if days.start == date.min:
        return msg("until {end}", end=days.end)
    return msg("from {start} until {end}", start=days.start, end=days.end)

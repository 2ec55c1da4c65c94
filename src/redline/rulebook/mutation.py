"""Small changes to a rule, each of which some case beside it should notice.

A mutant differs in one place: a threshold a tenth up or down, a comparator made strict or lax, one
code or one part of a list left out, a negation dropped, an interval a day shorter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any as Anything

from redline.language.kinds import Comparator
from redline.messages import Message, msg
from redline.quantities import DIMENSIONS, NUMBER
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    Citation,
    Compares,
    Constant,
    DateType,
    DocumentHeld,
    DoneBy,
    ExceptionClause,
    ExtremeTerm,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    MeasureTerm,
    Not,
    Parameter,
    ParameterTerm,
    Part,
    QuantityType,
    Relates,
    Rule,
    Selection,
    WasOneOf,
)
from redline.rulebook.wording import COMPARATORS, condition_in_words

TENTH = 0.1

WHOLE = (DIMENSIONS["duration"][1], DIMENSIONS["days"][1])
"""What is counted in whole months or days: dates take no parts of them."""

RECENT = date(2018, 1, 1)
"""Cases are not tried on days before this one, nor are first days before it changed."""

NEIGHBOUR = {
    Comparator.AT_LEAST: Comparator.MORE_THAN,
    Comparator.MORE_THAN: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.LESS_THAN,
    Comparator.LESS_THAN: Comparator.AT_MOST,
}

WALKED = (
    All,
    Any,
    Not,
    Item,
    Implies,
    Compares,
    Relates,
    Selection,
    MeasureTerm,
    ArithmeticTerm,
    ExtremeTerm,
    DocumentHeld,
    DoneBy,
    Part,
)
"""What is looked into for places to change; declared things and what they mean are not."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule changed in one place, and what was changed."""

    rule: Rule
    change: Message


def mutants_of(rule: Rule) -> Iterator[Mutant]:
    """The mutants of a rule."""
    if rule.applies is not None:
        for change, condition in changes(rule.applies):
            yield Mutant(replace(rule, applies=condition), change)
    for change, condition in changes(rule.norm.condition):
        yield Mutant(replace(rule, norm=replace(rule.norm, condition=condition)), change)
    for i, exception in enumerate(rule.exceptions):
        for change, changed in exception_changes(exception):
            exceptions = (*rule.exceptions[:i], changed, *rule.exceptions[i + 1 :])
            yield Mutant(replace(rule, exceptions=exceptions), change)
        for change, changed in moved_exceptions(rule, exception):
            exceptions = (*rule.exceptions[:i], changed, *rule.exceptions[i + 1 :])
            yield Mutant(replace(rule, exceptions=exceptions), change)
    for i, citation in enumerate(rule.citations):
        for change, cited in citation_changes(citation):
            citations = (*rule.citations[:i], cited, *rule.citations[i + 1 :])
            if not covered_still(rule, citations):
                yield Mutant(replace(rule, citations=citations), change)


def moved_exceptions(
    rule: Rule, exception: ExceptionClause
) -> Iterator[tuple[Message, ExceptionClause]]:
    """An exception with one of its clauses moved by a day, where it stands on other days of the
    rule for that.
    """
    for i, citation in enumerate(exception.citations):
        for change, cited in citation_changes(citation):
            moved = replace(
                exception,
                citations=(*exception.citations[:i], cited, *exception.citations[i + 1 :]),
            )
            days = {citation.interval.start, citation.interval.end - timedelta(days=1)}
            if any(
                rule.in_force(day) and (exception.on(day) is None) != (moved.on(day) is None)
                for day in days
            ):
                yield msg("an exception, {change}", change=change), moved


def covered_still(rule: Rule, citations: Sequence[Citation]) -> bool:
    """Whether the rule is in force on the same days all the same, through its other citations."""
    days = {c.interval.start for c in rule.citations}
    days |= {c.interval.end - timedelta(days=1) for c in rule.citations}
    return all(any(c.interval.holds(d) for c in citations) for d in days if rule.in_force(d))


def exception_changes(
    exception: ExceptionClause,
) -> Iterator[tuple[Message, ExceptionClause]]:
    for change, condition in changes(exception.condition):
        yield change, replace(exception, condition=condition)
    if exception.provided is not None:
        for change, provided in changes(exception.provided):
            yield change, replace(exception, provided=provided)
        without = msg("without “provided that”")
        yield without, replace(exception, provided=None)
    for i, nested in enumerate(exception.except_when):
        others = (*exception.except_when[:i], *exception.except_when[i + 1 :])
        yield msg("without an “except when”"), replace(exception, except_when=others)
        for change, changed in exception_changes(nested):
            several = (*exception.except_when[:i], changed, *exception.except_when[i + 1 :])
            yield change, replace(exception, except_when=several)


def citation_changes(citation: Citation) -> Iterator[tuple[Message, Citation]]:
    day = timedelta(days=1)
    interval = citation.interval
    held = citation.instrument.text_held
    if interval.start >= RECENT and (held is None or interval.start >= held):
        later = replace(interval, start=interval.start + day)
        yield msg("in force a day later"), replace(citation, interval=later)
    if interval.end.year < 9999:
        earlier = replace(interval, end=interval.end - day)
        yield msg("in force a day less long"), replace(citation, interval=earlier)


def changes(node: Anything) -> Iterator[tuple[Message, Anything]]:
    """A condition or term with one change in it, for every change that there is."""
    yield from own_changes(node)
    if not isinstance(node, WALKED):
        return
    assert is_dataclass(node)
    for field in fields(node):
        value = getattr(node, field.name)
        for change, changed in value_changes(value):
            yield change, replace(node, **{field.name: changed})


def value_changes(value: Anything) -> Iterator[tuple[Message, Anything]]:
    if isinstance(value, tuple):
        for i, member in enumerate(value):
            for change, changed in changes(member):
                yield change, (*value[:i], changed, *value[i + 1 :])
    else:
        yield from changes(value)


def own_changes(node: Anything) -> Iterator[tuple[Message, Anything]]:
    """The changes of one node itself."""
    match node:
        case All(items=items) | Any(items=items) if len(items) > 1:
            for i, item in enumerate(items):
                left = (*items[:i], *items[i + 1 :])
                words = condition_in_words(item)
                yield msg("without “{part}”", part=words), replace(node, items=left)
        case Not(inner=inner):
            yield msg("without “not”: {part}", part=condition_in_words(inner)), inner
        case Compares(comparator=comparator):
            other = NEIGHBOUR[comparator]
            yield comparator_change(comparator, other), replace(node, comparator=other)
        case Relates(by=(comparator, size)):
            other = NEIGHBOUR[comparator]
            yield comparator_change(comparator, other), replace(node, by=(other, size))
        case IsOneOf(codes=codes) | Includes(codes=codes) | WasOneOf(codes=codes):
            if len(codes) > 1:
                for code in sorted(codes):
                    yield (
                        msg("without the code {code}", code=code),
                        replace(node, codes=codes - {code}),
                    )
        case Constant(type=kind, value=value) if not isinstance(kind, DateType) and value:
            yield from scaled(lambda factor: replace(node, value=value_changed(node, factor)))
        case ParameterTerm(parameter=parameter) if not isinstance(parameter.type, DateType):
            # What an authority sets has no value here to be changed.
            if parameter.values:
                yield from scaled(
                    lambda factor: replace(node, parameter=scaled_by(parameter, factor))
                )
        case Holds():
            yield msg("not “{part}”", part=condition_in_words(node)), Not(node)


def value_changed(constant: Constant, factor: float) -> float:
    """A value times a factor; what is whole stays whole, and changes by one at least."""
    value = constant.value * factor
    if not is_whole(constant):
        return value
    return float(math.ceil(value) if factor > 1 else math.floor(value))


def is_whole(constant: Constant) -> bool:
    """Whether a value counts months, days or things; a share such as 100 % does not."""
    kind = constant.type
    if not isinstance(kind, QuantityType):
        return False
    counted = kind.dimension == NUMBER and constant.shown.en.isdecimal()
    return counted or kind.dimension in WHOLE


def scaled_by(parameter: Parameter, factor: float) -> Parameter:
    """A parameter with each of its values times a factor."""
    values = tuple(replace(v, value=v.value * factor) for v in parameter.values)
    return replace(parameter, values=values)


def scaled(make: Callable[[float], Anything]) -> Iterator[tuple[Message, Anything]]:
    yield msg("threshold a tenth higher"), make(1 + TENTH)
    yield msg("threshold a tenth lower"), make(1 - TENTH)


def comparator_change(before: Comparator, after: Comparator) -> Message:
    return msg("“{after}” for “{before}”", before=COMPARATORS[before], after=COMPARATORS[after])

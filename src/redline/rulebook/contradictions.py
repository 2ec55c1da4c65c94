"""Conditions that cannot hold together, as far as their words alone show.

Conditions are spread into alternatives of literals (atoms, plain or denied); a set of conditions is
impossible where every alternative holds two literals that exclude each other. What is not shown to
be impossible may still be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from redline.language.kinds import Comparator
from redline.rulebook.model import (
    All,
    Any,
    Atom,
    CodeConstant,
    CodeType,
    Compares,
    ConceptUse,
    Condition,
    Constant,
    ForbiddenBy,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Not,
    Term,
)

MOST_ALTERNATIVES = 256
"""Beyond this number nothing is shown: a condition with so many branches is no slip of the pen."""


@dataclass(frozen=True, slots=True)
class Literal:
    """An atom, or its denial."""

    atom: Atom
    holds: bool


Alternative = tuple[Literal, ...]


def impossible(conditions: Iterable[Condition]) -> bool:
    """Whether conditions cannot hold together."""
    alternatives = spread(All(tuple(conditions)), holds=True)
    if len(alternatives) > MOST_ALTERNATIVES:
        return False
    return all(contradictory(alternative) for alternative in alternatives)


def spread(condition: Condition, *, holds: bool) -> list[Alternative]:
    """The alternatives under which a condition holds, or does not."""
    match condition:
        case All(items=items):
            return together(items, holds) if holds else either(items, holds)
        case Any(items=items):
            return either(items, holds) if holds else together(items, holds)
        case Not(inner=inner):
            return spread(inner, holds=not holds)
        case ConceptUse(concept=concept):
            return spread(concept.condition, holds=holds)
        case Item(condition=inner) | ForbiddenBy(condition=inner):
            return spread(inner, holds=holds)
        case Implies(premise=premise, conclusion=conclusion):
            return spread(Any((Not(premise), conclusion)), holds=holds)
        case atom:
            return [(Literal(atom, holds),)]


def either(items: Sequence[Condition], holds: bool) -> list[Alternative]:
    return [a for item in items for a in spread(item, holds=holds)]


def together(items: Sequence[Condition], holds: bool) -> list[Alternative]:
    parts = [spread(item, holds=holds) for item in items]
    if math.prod(len(p) for p in parts) > MOST_ALTERNATIVES:
        return [()] * (MOST_ALTERNATIVES + 1)
    return [tuple(x for part in chosen for x in part) for chosen in product(*parts)]


def contradictory(alternative: Alternative) -> bool:
    """Whether two literals of an alternative exclude each other."""
    literals = list(dict.fromkeys(alternative))
    return any(exclude(a, b) for i, a in enumerate(literals) for b in literals[i + 1 :])


def exclude(a: Literal, b: Literal) -> bool:
    """Whether two literals exclude each other."""
    if a.atom == b.atom:
        return a.holds != b.holds
    match a.atom, b.atom:
        case IsOneOf(), IsOneOf() if a.atom.term == b.atom.term:
            return codes_exclude(a.atom, a.holds, b.atom, b.holds)
        case Includes(), Includes() if a.atom.term == b.atom.term:
            return sets_exclude(a.atom, a.holds, b.atom, b.holds)
        case Compares(), Compares() if a.atom.left == b.atom.left:
            return bounds_exclude([bound_of(a), bound_of(b)])
    return False


def codes_exclude(a: IsOneOf, a_holds: bool, b: IsOneOf, b_holds: bool) -> bool:
    """Whether one code cannot be, or not be, in two lists as said."""
    if a_holds and b_holds:
        return not any(related(a.term, x, y) for x in a.codes for y in b.codes)
    if a_holds != b_holds:
        inner, outer = (a, b) if a_holds else (b, a)
        return all(any(below(inner.term, y, x) for y in outer.codes) for x in inner.codes)
    return False


def sets_exclude(a: Includes, a_holds: bool, b: Includes, b_holds: bool) -> bool:
    """Whether one set cannot include, or include only, two lists as said."""
    if a.only or b.only:
        only, other, holds = (a, b, b_holds) if a.only else (b, a, a_holds)
        both = a_holds and b_holds and holds
        overlap = any(related(only.term, x, y) for x in only.codes for y in other.codes)
        return both and not overlap
    if a_holds != b_holds:
        inner, outer = (a, b) if a_holds else (b, a)
        return all(any(below(inner.term, y, x) for y in outer.codes) for x in inner.codes)
    return False


def below(term: Term, wide: str, code: str) -> bool:
    """Whether a code is another one or lies below it in its list."""
    code_list = code_list_of(term)
    return code_list.code_list.covers(wide, code) if code_list else wide == code


def related(term: Term, a: str, b: str) -> bool:
    return below(term, a, b) or below(term, b, a)


def code_list_of(term: Term) -> CodeType | None:
    owner = getattr(term, "attribute", None) or getattr(term, "column", None)
    kind = getattr(owner, "type", None)
    return kind if isinstance(kind, CodeType) else None


@dataclass(frozen=True, slots=True)
class Bound:
    """A value above or below which a term lies, or at which it may lie too."""

    value: float
    upper: bool
    closed: bool


DENIED = {
    Comparator.AT_LEAST: Comparator.LESS_THAN,
    Comparator.LESS_THAN: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.MORE_THAN,
    Comparator.MORE_THAN: Comparator.AT_MOST,
}


def bound_of(literal: Literal) -> Bound | None:
    """The bound that a comparison with a known value sets."""
    atom = literal.atom
    assert isinstance(atom, Compares)
    comparator = atom.comparator if literal.holds else DENIED[atom.comparator]
    match atom.right:
        case Constant(value=value):
            pass
        case CodeConstant(code=code, code_list=code_list):
            value = float(code_list.rank(code))
        case _:
            return None
    upper = comparator in (Comparator.AT_MOST, Comparator.LESS_THAN)
    closed = comparator in (Comparator.AT_MOST, Comparator.AT_LEAST)
    return Bound(value, upper, closed)


def bounds_exclude(bounds: Sequence[Bound | None]) -> bool:
    """Whether no value lies within two bounds."""
    uppers = [b for b in bounds if b is not None and b.upper]
    lowers = [b for b in bounds if b is not None and not b.upper]
    return any(
        u.value < low.value or (u.value == low.value and not (u.closed and low.closed))
        for u in uppers
        for low in lowers
    )


def inner_conditions(condition: Condition) -> Iterator[Condition]:
    """A condition and all conditions in it, those of concepts left out."""
    yield condition
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from inner_conditions(item)
        case Not(inner=inner) | Item(condition=inner):
            yield from inner_conditions(inner)
        case Implies(premise=premise, conclusion=conclusion):
            yield from inner_conditions(premise)
            yield from inner_conditions(conclusion)

"""The answers that a question can get, as far as they matter: how some atoms can come out together.

Attributes, documents and judgements have answers that can be listed, so that atoms which exclude
each other never hold together. What a layer, a register or an authority will say cannot: there each
atom may come out either way. A text of law that is not held can only be supplied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from redline.language.kinds import Comparator
from redline.reasoning.columns import among, rank
from redline.reasoning.plan import PlanAtom, Promised
from redline.reasoning.truth import FALSE, NOT_YET, TRUE
from redline.reasoning.wants import Want
from redline.rulebook.model import (
    Attribute,
    AttributeTerm,
    BooleanType,
    CodeType,
    Compares,
    DateType,
    DocumentHeld,
    Holds,
    Includes,
    IsOneOf,
    QuantityType,
    TextType,
)

Truths = tuple[int, ...]
"""A truth for each of some atoms, TRUE or FALSE."""

Reply = tuple[int | None, ...]
"""What an answer says of each of some atoms: TRUE, FALSE, or `None` where it can be either.

Atoms that can be either are independent of each other: with n of them a reply stands for 2ⁿ ways.
"""


@dataclass(frozen=True, slots=True)
class AskedAtom:
    """An atom, and the number with which it compares a bare attribute where that is known."""

    atom: PlanAtom
    limit: float | None = None


def replies(want: Want, atoms: Sequence[AskedAtom]) -> list[Reply]:
    """The ways in which atoms that wait for one question alone can come out."""
    found: list[Reply]
    if want.kind == "document":
        found = list(of_document([a.atom for a in atoms]))
    elif want.kind == "attribute":
        found = list(of_attribute(atoms))
    elif want.kind == "text":
        found = [(TRUE,) * len(atoms)]
    else:
        found = [(None,) * len(atoms)]
    return list(dict.fromkeys(found))


# ── attributes ──────────────────────────────────────────────────────────────────────────────


def of_attribute(atoms: Sequence[AskedAtom]) -> Iterator[Reply]:
    """How atoms of one attribute come out by its values; atoms that ask for more, either way."""
    attribute = next((x for a in atoms for x in [attribute_in(a.atom)] if x is not None), None)
    told = [a for a in atoms if attribute is not None and tells(a)]
    if attribute is None or not told:
        yield (None,) * len(atoms)
        return
    for truths in told_by(attribute, told):
        by_atom = dict(zip(map(id, told), truths, strict=True))
        yield tuple(by_atom.get(id(a)) for a in atoms)


def attribute_in(atom: PlanAtom) -> Attribute | None:
    """The attribute that an atom looks at, or compares."""
    match atom:
        case Holds(term=AttributeTerm(attribute=attribute)):
            return attribute
        case IsOneOf(term=AttributeTerm(attribute=attribute)):
            return attribute
        case Includes(term=AttributeTerm(attribute=attribute)):
            return attribute
        case Compares(left=AttributeTerm(attribute=attribute)):
            return attribute
        case Compares(right=AttributeTerm(attribute=attribute)):
            return attribute
    return None


def tells(asked: AskedAtom) -> bool:
    """Whether the value of its attribute alone decides an atom."""
    return isinstance(asked.atom, Holds | IsOneOf | Includes) or asked.limit is not None


def told_by(attribute: Attribute, atoms: Sequence[AskedAtom]) -> list[Truths]:
    """How atoms come out by each value that their attribute can have."""
    if isinstance(attribute.type, CodeType) and attribute.type.many:
        return told_by_sets(attribute.type, [a.atom for a in atoms])
    return [tuple(told(attribute, a, v) for a in atoms) for v in values_of(attribute, atoms)]


def told_by_sets(kind: CodeType, atoms: Sequence[PlanAtom]) -> list[Truths]:
    """How atoms come out by sets of codes: by the empty set, and by adding code after code."""
    includes = [a for a in atoms if isinstance(a, Includes)]
    singles = {
        tuple(TRUE if among(a, code) else FALSE for a in includes)
        for code in codes_of(kind, includes)
    }
    found = {tuple(TRUE if a.only else FALSE for a in includes)}
    fresh = set(found)
    while fresh:
        fresh = {
            tuple(
                min(x, y) if a.only else max(x, y)
                for a, x, y in zip(includes, one, single, strict=True)
            )
            for one in fresh
            for single in singles
        } - found
        found |= fresh
    return sorted(found)


def codes_of(kind: CodeType, atoms: Sequence[IsOneOf | Includes]) -> list[str]:
    """The codes of a list, and the finer ones that atoms name."""
    listed = [v.names.key for v in kind.code_list.values]
    return list(dict.fromkeys([*listed, *(c for a in atoms for c in sorted(a.codes))]))


def values_of(attribute: Attribute, atoms: Sequence[AskedAtom]) -> list[object]:
    """Values of an attribute, one at least for each way in which atoms can come out."""
    memberships = [a.atom for a in atoms if isinstance(a.atom, IsOneOf | Includes)]
    match attribute.type:
        case BooleanType():
            return [True, False]
        case CodeType():
            return list(codes_of(attribute.type, memberships))
        case TextType():
            return [*sorted({c for a in memberships for c in a.codes}), ""]
        case QuantityType() | DateType():
            limits = sorted({a.limit for a in atoms if a.limit is not None})
            between = [(x + y) / 2 for x, y in pairwise(limits)]
            never = [NOT_YET] if isinstance(attribute.type, DateType) else []
            return [limits[0] - 1.0, *limits, *between, limits[-1] + 1.0, *never]


def told(attribute: Attribute, asked: AskedAtom, value: object) -> int:
    """How an atom comes out by a value of its attribute."""
    atom = asked.atom
    if isinstance(atom, Holds):
        return TRUE if value else FALSE
    if isinstance(atom, IsOneOf | Includes):
        return TRUE if among(atom, str(value)) else FALSE
    assert isinstance(atom, Compares) and asked.limit is not None
    number = (
        rank(attribute.type.code_list, str(value))
        if isinstance(attribute.type, CodeType)
        else value
    )
    assert isinstance(number, float)
    left, right = (
        (number, asked.limit) if isinstance(atom.left, AttributeTerm) else (asked.limit, number)
    )
    return TRUE if compares(left, atom.comparator, right) else FALSE


def compares(left: float, comparator: Comparator, right: float) -> bool:
    """A comparison of two numbers."""
    match comparator:
        case Comparator.AT_LEAST:
            return left >= right
        case Comparator.MORE_THAN:
            return left > right
        case Comparator.AT_MOST:
            return left <= right
        case Comparator.LESS_THAN:
            return left < right


# ── documents ───────────────────────────────────────────────────────────────────────────────


def of_document(atoms: Sequence[PlanAtom]) -> Iterator[Reply]:
    """How atoms of one kind of document come out: it is refused, absent, to come, or held.

    Of a document that is held everything else that is asked (ground, rank, term) is either so or
    not; whether one that is not held may still come depends on the stage where that is asked.
    """
    yield tuple(document(a, held=FALSE, plain=FALSE, staged=FALSE) for a in atoms)
    yield tuple(document(a, held=FALSE, plain=FALSE, staged=None) for a in atoms)
    yield tuple(document(a, held=FALSE, plain=TRUE, staged=None) for a in atoms)
    yield tuple(document(a, held=TRUE, plain=FALSE, staged=FALSE) for a in atoms)


def document(atom: PlanAtom, held: int, plain: int, staged: int | None) -> int | None:
    """What an atom can be while the document is held or is not, may still come or may not."""
    match atom:
        case DocumentHeld():
            return held if held == FALSE or is_plain(atom) else None
        case Promised(held=DocumentHeld(before=before)):
            return plain if before is None else staged
    return None


def is_plain(atom: DocumentHeld) -> bool:
    """Whether nothing is asked of a document beside being held."""
    asked = (atom.covers, atom.rank, atom.each, atom.contains, atom.valid_on)
    return not atom.overlaps and all(x is None for x in asked)

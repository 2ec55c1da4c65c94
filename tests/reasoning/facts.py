"""Plain facts about one subject, and what they say about the atoms of a rule book.

For tests, beside `oracle.py` and like it independent of the columns that the reasoning reads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from redline.language.tree import Comparator
from redline.rulebook.model import (
    AttributeTerm,
    CodeConstant,
    CodeType,
    ColumnTerm,
    Compares,
    Condition,
    Constant,
    DocumentHeld,
    DoneBy,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    MeasureTerm,
    Relates,
    Selection,
    Term,
    Territory,
)
from tests.reasoning.oracle import Truth, every

Interval = tuple[float, float]


@dataclass(frozen=True)
class Paper:
    """A document that a subject lists; `covers` is how much ground, in m², None where unsaid."""

    state: str
    valid_to: date | None = None
    covers: float | None = None


@dataclass(frozen=True)
class Ground:
    """A layer under one subject: for each feature its columns and the overlap, and how much of the
    subject lies where the layer does not claim to be complete.
    """

    features: tuple[tuple[Mapping[str, object], float], ...]
    beyond: float = 0.0


@dataclass(frozen=True)
class Facts:
    """All that is known of one subject; what is missing is unknown. Implements `oracle.Known`."""

    day: date
    attributes: Mapping[str, object] = field(default_factory=dict)
    judgements: Mapping[str, bool] = field(default_factory=dict)
    documents: Mapping[str, tuple[Paper, ...]] = field(default_factory=dict)
    all_listed: bool = False
    layers: Mapping[str, Ground] = field(default_factory=dict)
    drawn: bool = True

    def atom(self, condition: Condition) -> Truth:
        match condition:
            case Judged(judgement=judgement):
                return self.judgements.get(judgement.names.key)
            case DocumentHeld():
                return self.held(condition)
            case Relates(selection=selection, by=by):
                return self.shares(selection, by)
            case Compares(left=left, comparator=comparator, right=right):
                return compared(self.number(left), comparator, self.number(right))
            case Holds() | IsOneOf() | Includes():
                return of_value(condition, value_of(condition.term, self.attributes))
        raise NotImplementedError(condition)

    def inside(self, territory: Territory) -> Truth:
        return self.shares(territory.selection, None)

    # ── numbers and ground ──

    def number(self, term: Term) -> Interval:
        """The least and the greatest that a number can be."""
        match term:
            case Constant(value=value):
                return value, value
            case CodeConstant(code=code, code_list=code_list):
                return (float(code_list.rank(code)),) * 2
            case MeasureTerm(selection=selection) if selection is not None:
                ground = self.layers.get(selection.layer.names.key)
                return overlap(ground, selection) if ground and self.drawn else NOTHING
            case AttributeTerm(attribute=attribute):
                value = self.attributes.get(attribute.names.key)
                if isinstance(value, str) and isinstance(attribute.type, CodeType):
                    value = float(attribute.type.code_list.rank(value))
                return (value, value) if isinstance(value, float) else NOTHING
        raise NotImplementedError(term)

    def shares(self, selection: Selection, by: tuple[Comparator, Term] | None) -> Truth:
        """Whether the subject overlaps a selection, by so much."""
        ground = self.layers.get(selection.layer.names.key)
        if ground is None:
            return None
        possible = any(fits(selection, c) is not False for c, _ in ground.features)
        if not self.drawn and (possible or ground.beyond > 0):
            return None
        least, most = overlap(ground, selection)
        if by is None:
            return True if least > 0 else False if most <= 0 else None
        return compared((least, most), by[0], self.number(by[1]))

    # ── documents ──

    def papers(self, condition: DocumentHeld) -> tuple[Paper, ...] | None:
        """What is listed of a kind; None where nothing is said of it."""
        unsaid = () if self.all_listed else None
        return self.documents.get(condition.document.names.key, unsaid)

    def stands(self, paper: Paper) -> bool:
        return paper.state == "held" and (paper.valid_to is None or self.day <= paper.valid_to)

    def held(self, condition: DocumentHeld) -> Truth:
        listed = self.papers(condition)
        if listed is None:
            return None
        standing = any(map(self.stands, listed))
        return self.covered([condition]) if standing and condition.overlaps else standing

    def may_come(self, awaited: DocumentHeld | DoneBy) -> Truth:
        """One that is due before a stage may come until that is reached, unless it was refused."""
        assert isinstance(awaited, DocumentHeld)
        listed = self.papers(awaited)
        if awaited.before is None:
            return None if listed is None else any(p.state == "to_come" for p in listed)
        attribute, stage = awaited.before
        assert isinstance(attribute.type, CodeType)
        due = CodeConstant(stage, attribute.type.code_list)
        reached = self.number(AttributeTerm(attribute))
        over = compared(reached, Comparator.AT_LEAST, self.number(due))
        if over or any(p.state == "refused" or self.stands(p) for p in listed or ()):
            return False
        return None if listed is None or over is None else True

    def covered(self, documents: Sequence[DocumentHeld]) -> Truth:
        lists = [self.papers(d) for d in {d.document: d for d in documents}.values()]
        standing = [p for listed in lists for p in listed or () if self.stands(p)]
        taken = sum(p.covers or 0.0 for p in standing)
        unsaid = any(p.covers is None for p in standing)
        answers: list[Truth] = []
        for relation in documents[0].overlaps:
            ground = self.layers.get(relation.selection.layer.names.key)
            if ground is None or not self.drawn:
                answers.append(None)
                continue
            least, most = overlap(ground, relation.selection)
            if ground.beyond <= 0 and most <= taken:
                answers.append(True)
            else:
                answers.append(False if least > taken and not unsaid else None)
        whole = every(answers)
        return None if whole is False and None in lists else whole


NOTHING: Interval = (-math.inf, math.inf)


def compared(a: Interval, comparator: Comparator, b: Interval) -> Truth:
    """Decided where every number of one interval stands so to every number of the other."""
    if comparator is Comparator.AT_MOST:
        return compared(b, Comparator.AT_LEAST, a)
    if comparator is Comparator.LESS_THAN:
        return compared(b, Comparator.MORE_THAN, a)
    if comparator is Comparator.AT_LEAST:
        return True if a[0] >= b[1] else False if a[1] < b[0] else None
    return True if a[0] > b[1] else False if a[1] <= b[0] else None


def overlap(ground: Ground, selection: Selection) -> Interval:
    """The least and the greatest that the overlap with a selection can be."""
    least = sum(amount for c, amount in ground.features if fits(selection, c) is True)
    most = sum(amount for c, amount in ground.features if fits(selection, c) is not False)
    return least, most + ground.beyond


def fits(selection: Selection, columns: Mapping[str, object]) -> Truth:
    """Whether a feature satisfies the filter of a selection."""
    where = selection.where
    if where is None:
        return True
    assert isinstance(where, Holds | IsOneOf | Includes)
    return of_value(where, value_of(where.term, columns))


def value_of(term: AttributeTerm | ColumnTerm, values: Mapping[str, object]) -> object:
    return values.get(named(term).names.key)


def named(term: AttributeTerm | ColumnTerm):  # type: ignore[no-untyped-def]
    return term.attribute if isinstance(term, AttributeTerm) else term.column


def of_value(condition: Holds | IsOneOf | Includes, value: object) -> Truth:
    if value is None:
        return None
    if isinstance(condition, Holds):
        return bool(value)
    if isinstance(condition, IsOneOf):
        return among(value, condition)
    assert isinstance(value, frozenset)
    hits = [among(code, condition) for code in value]
    return all(hits) if condition.only else any(hits)


def among(code: object, condition: IsOneOf | Includes) -> bool:
    """Whether a code is one of some, or below one of them where its list goes by digits."""
    deep = named(condition.term).type.code_list.by_digits
    return any(code == c or (deep and str(code).startswith(c)) for c in condition.codes)

"""Judging the filter of a selection for every feature of a layer, or component of a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from redline.reasoning.columns import (
    arithmetic,
    extreme,
    includes,
    is_one_of,
    numbers,
    parameter_values,
    was_one_of,
)
from redline.reasoning.subjects import Coded, CodeSet, Features, Values, encoded, no_values
from redline.reasoning.truth import Bounds, Truths, all_of, any_of, compare, negated, unknown
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    CodeConstant,
    CodeType,
    ColumnTerm,
    Compares,
    ConceptUse,
    Condition,
    Constant,
    DatedValue,
    ExtremeTerm,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Not,
    Parameter,
    ParameterTerm,
    Relates,
    Term,
    TextType,
    TotalTerm,
    WasOneOf,
)


class FilterJudging:
    """Judges a filter for every feature of a layer.

    `fixed` are the attributes of the one subject on whose account the filter is judged.
    """

    def __init__(
        self,
        day: date,
        features: Features,
        fillings: Mapping[Parameter, Sequence[DatedValue]] | None = None,
        fixed: Mapping[Attribute | TotalTerm, object] | None = None,
    ) -> None:
        self.day = day
        self.features = features
        self.n = features.count
        self.fillings = fillings or {}
        self.fixed = fixed or {}

    def condition(self, condition: Condition) -> Truths:
        """The truths of a filter, one per feature."""
        match condition:
            case All(items=items):
                return all_of([self.condition(i) for i in items], self.n)
            case Any(items=items):
                return any_of([self.condition(i) for i in items], self.n)
            case Not(inner=inner):
                return negated(self.condition(inner))
            case ConceptUse(concept=concept):
                return self.condition(concept.condition)
            case Item(condition=inner):
                return self.condition(inner)
            case Implies(premise=premise, conclusion=conclusion):
                return np.maximum(negated(self.condition(premise)), self.condition(conclusion))
            case Compares(left=left, comparator=comparator, right=right):
                return compare(self.term(left), comparator, self.term(right))
            case Holds(term=term):
                return np.asarray(self.values(term), np.int8)
            case IsOneOf(term=term):
                return is_one_of(condition, encoded(self.values(term)))
            case Includes(term=term):
                return includes(condition, encoded(self.values(term)))
            case WasOneOf(term=term):
                return was_one_of(condition, encoded(self.values(term)), self.day)
        return unknown(self.n)

    def values(self, term: AttributeTerm | ColumnTerm) -> Values:
        """A column of the features, or an attribute of the subject at hand for each of them."""
        if isinstance(term, ColumnTerm):
            return self.features.column(term.column)
        return self.subject(term.attribute)

    def term(self, term: Term) -> Bounds:
        """A number per feature."""
        match term:
            case Constant(value=value):
                return Bounds.same(value, self.n)
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.same(float(code_list.rank(code)), self.n)
            case ParameterTerm(parameter=parameter, key=key):
                return self.parameter(parameter, None if key is None else self.values(key))
            case ColumnTerm(column=column):
                return numbers(column.type, self.features.column(column))
            case AttributeTerm(attribute=attribute):
                return numbers(attribute.type, self.subject(attribute))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return arithmetic(left, operator, self.term(left), right, self.term(right))
            case ExtremeTerm(greatest=greatest, terms=terms):
                return extreme(greatest, [self.term(x) for x in terms])
            case TotalTerm() if isinstance(total := self.fixed.get(term), tuple):
                least, most = total
                return Bounds(np.full(self.n, least), np.full(self.n, most))
        return Bounds.nothing(self.n)

    def parameter(self, parameter: Parameter, codes: Values | None) -> Bounds:
        """A parameter's value per feature: the law's own, or what was set for everywhere."""
        everywhere = (
            value
            for value in self.fillings.get(parameter, ())
            if value.territory is None and value.interval.holds(self.day)
        )
        values = [*parameter.values_on(self.day), *everywhere]
        return Bounds.exact(parameter_values(parameter, values, codes, self.n))

    def subject(self, attribute: Attribute) -> Values:
        """An attribute of the subject at hand, for every feature."""
        if attribute not in self.fixed:
            return no_values(attribute.type, self.n)
        value = self.fixed[attribute]
        if isinstance(attribute.type, CodeType | TextType):
            known = isinstance(value, str | CodeSet)
            number = np.full(self.n, 0 if known else -1, np.int32)
            return Coded(number, (value,) if isinstance(value, str | CodeSet) else ())
        column = no_values(attribute.type, self.n)
        assert not isinstance(column, Coded)
        column.fill(value)
        return column


def attributes_in(atom: Relates) -> Iterator[Attribute]:
    """The subject's attributes that the filter or the reach of a predicate looks at, each once."""
    yield from (x for x in asked_of_subject(atom) if isinstance(x, Attribute))


def totals_in(atom: Relates) -> Iterator[TotalTerm]:
    """What earlier approvals add up to for the subject, as far as the filter looks at it."""
    yield from (x for x in asked_of_subject(atom) if isinstance(x, TotalTerm))


def asked_of_subject(atom: Relates) -> Iterator[Attribute | TotalTerm]:
    """What the filter or the reach of a predicate asks of the subject, each once."""
    found = (*of_condition(atom.selection.where), *of_term(atom.within))
    yield from dict.fromkeys(found)


def asked_of_filter(where: Condition | None) -> Iterator[Attribute | TotalTerm]:
    """What a filter asks of the subject, each once."""
    yield from dict.fromkeys(of_condition(where))


def of_term(term: Term | None) -> Iterator[Attribute | TotalTerm]:
    """What a term asks of the subject."""
    match term:
        case TotalTerm():
            yield term
        case AttributeTerm(attribute=attribute):
            yield attribute
        case ArithmeticTerm(left=left, right=right):
            yield from of_term(left)
            yield from of_term(right)
        case ParameterTerm(key=AttributeTerm(attribute=attribute)):
            yield attribute
        case ExtremeTerm(terms=terms):
            for one in terms:
                yield from of_term(one)


def of_condition(condition: Condition | None) -> Iterator[Attribute | TotalTerm]:
    """What a condition asks of the subject."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from of_condition(item)
        case Not(inner=inner) | Item(condition=inner):
            yield from of_condition(inner)
        case Implies(premise=premise, conclusion=conclusion):
            yield from of_condition(premise)
            yield from of_condition(conclusion)
        case ConceptUse(concept=concept):
            yield from of_condition(concept.condition)
        case Compares(left=left, right=right):
            yield from of_term(left)
            yield from of_term(right)
        case Holds(term=term) | IsOneOf(term=term) | Includes(term=term):
            yield from of_term(term)

"""The types of terms."""

from __future__ import annotations

from typing import cast

from redline.language.kinds import MeasureKind, Operator
from redline.quantities import AREA, DIMENSIONS, LENGTH, NUMBER
from redline.rulebook.model import (
    ArithmeticTerm,
    AttributeTerm,
    BooleanType,
    CodeConstant,
    CodeType,
    ColumnTerm,
    Concept,
    Constant,
    DateType,
    DocumentDateTerm,
    ExtremeTerm,
    MeasureTerm,
    ParameterTerm,
    QuantityType,
    Term,
    TotalTerm,
    Type,
)


def type_of_term(term: Term | Concept) -> Type:
    """The type of a resolved term."""
    match term:
        case Concept():
            return BooleanType()
        case Constant(type=kind):
            return kind
        case CodeConstant(code_list=code_list):
            return CodeType(code_list)
        case AttributeTerm(attribute=attribute):
            return attribute.type
        case ColumnTerm(column=column):
            return column.type
        case ParameterTerm(parameter=parameter):
            return parameter.type
        case MeasureTerm(kind=kind):
            return QuantityType(MEASURED[kind])
        case TotalTerm(attribute=attribute):
            return attribute.type
        case ExtremeTerm(terms=terms):
            return type_of_term(terms[0])
        case DocumentDateTerm():
            return DateType()
        case ArithmeticTerm(left=left) if isinstance(type_of_term(left), DateType):
            return DateType()
        case ArithmeticTerm(operator=operator, left=left, right=right):
            a = cast(QuantityType, type_of_term(left))
            b = cast(QuantityType, type_of_term(right))
            if operator in (Operator.PLUS, Operator.MINUS):
                return a
            power = 1 if operator is Operator.TIMES else -1
            return QuantityType(a.dimension.times(b.dimension, power))


PERIODS = (QuantityType(DIMENSIONS["duration"][1]), QuantityType(DIMENSIONS["days"][1]))
"""What can be added to a date: months and years, or days."""

MEASURED = {
    MeasureKind.AREA: AREA,
    MeasureKind.SHARE: NUMBER,
    MeasureKind.LENGTH: LENGTH,
    MeasureKind.DISTANCE: LENGTH,
    MeasureKind.COUNT: NUMBER,
}

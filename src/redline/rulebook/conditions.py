"""Conditions and terms: what each name in them means, and whether types and units fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from redline.language import tree as t
from redline.messages import Message, Title, msg
from redline.quantities import AREA, BY_SPELLING, LENGTH, NUMBER, PER_YEAR, in_base_units
from redline.rulebook.diagnostics import (
    ConceptCycle,
    DifferentDimensions,
    NeedsOrderedAttribute,
    NoOverlap,
    NotInFilter,
    NotOrdered,
    UnknownCode,
    WrongGeometry,
    WrongType,
)
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    BooleanType,
    CodeConstant,
    CodeList,
    CodeType,
    ColumnTerm,
    Compares,
    Concept,
    ConceptUse,
    Condition,
    Constant,
    DateType,
    DocumentHeld,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    Layer,
    MeasureTerm,
    Not,
    Parameter,
    ParameterTerm,
    Part,
    QuantityType,
    Relates,
    Selection,
    Term,
    TextType,
    TotalTerm,
    Type,
)
from redline.rulebook.scope import Scope
from redline.rulebook.words import type_in_words

GEOMETRIES = {
    "polygon": msg("areas"),
    "line": msg("lines"),
    "point": msg("points"),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a condition stands: in the filter of a layer, or under a norm with overlaps."""

    layer: Layer | None = None
    overlaps: tuple[Relates, ...] = ()


class ConditionResolver:
    """Resolves the conditions of one pack, reporting to its scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.defining: list[str] = []
        self.resolve_pending: Callable[[t.Name, Usage], Concept | None] = lambda name, usage: None

    def wrong_type(self, node: t.Node, expected: Message, found: Message) -> None:
        self.scope.report(
            WrongType(
                place=self.scope.place(node),
                under=self.scope.heading,
                expected=expected,
                found=found,
            )
        )

    # ── conditions ──

    def condition(self, node: t.Expression, usage: Usage) -> Condition | None:
        """A condition, or None where something in it does not resolve (which is reported)."""
        match node:
            case t.Group(inner=inner):
                return self.condition(inner, usage)
            case t.Conjunction(items=items):
                return self.several(All, items, usage)
            case t.Disjunction(items=items):
                return self.several(Any, items, usage)
            case t.Negation(inner=inner):
                negated = self.condition(inner, usage)
                return Not(negated) if negated is not None else None
            case t.Name():
                return self.truth_of_name(node, usage)
            case t.Comparison():
                return self.comparison(node, usage)
            case t.IsCode():
                return self.is_code(node, usage)
            case t.Inclusion():
                return self.inclusion(node, usage)
            case t.Relation():
                return self.relation(node, usage)
            case t.DocumentTest():
                return self.document_test(node, usage)
            case t.JudgementTest(judgement=name):
                if self.outside_filter(node, usage):
                    judgement = self.scope.find(self.scope.judgements, name)
                    return Judged(judgement) if judgement else None
                return None
            case _:
                found = self.term(node, usage)
                if found is not None:
                    self.wrong_type(
                        node, msg("something true or false"), type_in_words(type_of_term(found))
                    )
                return None

    def several(
        self, kind: type[All] | type[Any], nodes: Sequence[t.Expression], usage: Usage
    ) -> Condition | None:
        items = [self.condition(n, usage) for n in nodes]
        known = tuple(i for i in items if i is not None)
        return kind(known) if len(known) == len(items) else None

    def outside_filter(self, node: t.Node, usage: Usage) -> bool:
        """Whether a condition about the subject may stand here; reports where it may not."""
        if usage.layer is None:
            return True
        self.scope.report(NotInFilter(place=self.scope.place(node), under=self.scope.heading))
        return False

    def truth_of_name(self, node: t.Name, usage: Usage) -> Condition | None:
        found = self.lookup(node, usage)
        match found:
            case None:
                return None
            case Concept():
                return ConceptUse(found)
            case AttributeTerm() | ColumnTerm() if isinstance(type_of_term(found), BooleanType):
                return Holds(found)
            case _:
                self.wrong_type(
                    node, msg("something true or false"), type_in_words(type_of_term(found))
                )
                return None

    def lookup(
        self, node: t.Name, usage: Usage
    ) -> AttributeTerm | ColumnTerm | ParameterTerm | Concept | None:
        """What a bare name means here."""
        if usage.layer is not None:
            for column in usage.layer.columns:
                if node.text in (column.names.en, column.names.zh):
                    return ColumnTerm(usage.layer, column)
            found = self.scope.terms.get(node.text)
            if isinstance(found, Parameter):
                return ParameterTerm(found)
            if found is not None:
                self.outside_filter(node, usage)
                return None
            known = [x for c in usage.layer.columns for x in (c.names.en, c.names.zh) if x]
            self.scope.unknown("column", node, known)
            return None
        if node.text in self.defining:
            names = (*self.defining[self.defining.index(node.text) :], node.text)
            self.scope.report(ConceptCycle(place=self.scope.place(node), names=names))
            return None
        found = self.scope.terms.get(node.text) or self.resolve_pending(node, usage)
        match found:
            case Attribute():
                return AttributeTerm(found)
            case Parameter():
                return ParameterTerm(found)
            case Concept():
                return found
            case _:
                self.scope.unknown("term", node, self.scope.terms.by_name)
                return None

    def comparison(self, node: t.Comparison, usage: Usage) -> Condition | None:
        left = self.term(node.left, usage)
        if left is None:
            return None
        kind = type_of_term(left)
        if isinstance(kind, CodeType):
            return self.code_comparison(node, left, kind, usage)
        right = self.term(node.right, usage)
        if right is None:
            return None
        if not self.comparable(node, left, right):
            return None
        return Compares(left, node.comparator, right)

    def comparable(self, node: t.Comparison, left: Term, right: Term) -> bool:
        a, b = type_of_term(left), type_of_term(right)
        if isinstance(a, QuantityType) and isinstance(b, QuantityType):
            if a == b:
                return True
            self.scope.report(
                DifferentDimensions(
                    place=self.scope.place(node),
                    under=self.scope.heading,
                    left=type_in_words(a),
                    right=type_in_words(b),
                )
            )
            return False
        if isinstance(a, DateType) and isinstance(b, DateType):
            return True
        wrong, where = (
            (a, node.left) if not isinstance(a, QuantityType | DateType) else (b, node.right)
        )
        self.wrong_type(where, msg("a number, a quantity or a date"), type_in_words(wrong))
        return False

    def code_comparison(
        self, node: t.Comparison, left: Term, kind: CodeType, usage: Usage
    ) -> Condition | None:
        if not kind.code_list.ordered or kind.many:
            self.scope.report(
                NotOrdered(
                    place=self.scope.place(node.left),
                    under=self.scope.heading,
                    code_list=kind.code_list.title,
                )
            )
            return None
        if not isinstance(node.right, t.Name):
            right = self.term(node.right, usage)
            if right is not None:
                self.wrong_type(node.right, type_in_words(kind), type_in_words(type_of_term(right)))
            return None
        code = self.code(kind.code_list, node.right)
        return Compares(left, node.comparator, CodeConstant(code, kind.code_list)) if code else None

    def code(self, code_list: CodeList, node: t.Name | t.Text) -> str | None:
        text = node.text if isinstance(node, t.Name) else node.value
        code = code_list.find(text)
        if code is None:
            known = tuple(x for v in code_list.values for x in (v.names.en, v.names.zh) if x)
            self.scope.report(
                UnknownCode(
                    place=self.scope.place(node),
                    under=self.scope.heading,
                    name=text,
                    code_list=code_list.title,
                    known=known,
                )
            )
        return code

    def codes(
        self, code_list: CodeList, nodes: Sequence[t.Name | t.Text]
    ) -> tuple[frozenset[str], tuple[Title, ...]]:
        """The codes that names of codes and of code groups stand for, and the names in words."""
        codes: set[str] = set()
        shown: list[Title] = []
        for node in nodes:
            group = self.scope.code_groups.get(node.text) if isinstance(node, t.Name) else None
            if group is not None and group.code_list is code_list:
                codes |= group.codes
                shown.append(group.title)
            elif (code := self.code(code_list, node)) is not None:
                codes.add(code)
                shown.append(code_list.title_of(code))
        return frozenset(codes), tuple(shown)

    def is_code(self, node: t.IsCode, usage: Usage) -> Condition | None:
        term = self.term(node.term, usage)
        if term is None:
            return None
        kind = type_of_term(term)
        if not isinstance(term, AttributeTerm | ColumnTerm):
            self.wrong_type(node.term, msg("an attribute or a column"), type_in_words(kind))
            return None
        match kind:
            case CodeType(code_list=code_list, many=False):
                codes, shown = self.codes(code_list, node.codes)
            case TextType():
                texts = [c.value if isinstance(c, t.Text) else c.text for c in node.codes]
                codes, shown = frozenset(texts), tuple(Title(x, x) for x in texts)
            case _:
                self.wrong_type(node.term, msg("a code or a text"), type_in_words(kind))
                return None
        found = IsOneOf(term, codes, shown)
        return Not(found) if node.negated else found

    def inclusion(self, node: t.Inclusion, usage: Usage) -> Condition | None:
        term = self.term(node.term, usage)
        if term is None:
            return None
        kind = type_of_term(term)
        if not (isinstance(kind, CodeType) and kind.many) or not isinstance(
            term, AttributeTerm | ColumnTerm
        ):
            self.wrong_type(node.term, msg("a set of codes"), type_in_words(kind))
            return None
        codes, shown = self.codes(kind.code_list, node.codes)
        return Includes(term, codes, shown, only=node.mode == "only")

    # ── space and documents ──

    def part(self, node: t.Part) -> Part | None:
        if node.component is None:
            return Part(node.kind)
        component = self.scope.find(self.scope.components, node.component)
        return Part(node.kind, component) if component else None

    def selection(self, node: t.LayerPlace) -> Selection | None:
        """The features of a layer that a filter selects."""
        layer = self.scope.find(self.scope.layers, node.layer)
        if layer is None:
            return None
        if node.where is None:
            return Selection(layer)
        where = self.condition(node.where, Usage(layer=layer))
        return Selection(layer, where) if where is not None else None

    def relation(self, node: t.Relation, usage: Usage) -> Condition | None:
        if not self.outside_filter(node, usage):
            return None
        part = self.part(node.part)
        selection = self.selection(node.place)
        if part is None or selection is None:
            return None
        if node.kind is t.RelationKind.LIES_WITHIN and selection.layer.geometry != "polygon":
            self.wrong_geometry(node, selection)
            return None
        by = None
        if node.by is not None:
            size = self.term(node.by[1], usage)
            if size is None:
                return None
            if type_of_term(size) not in (QuantityType(AREA), QuantityType(LENGTH)):
                self.wrong_type(
                    node.by[1], type_in_words(QuantityType(AREA)), type_in_words(type_of_term(size))
                )
                return None
            by = (node.by[0], size)
        return Relates(node.kind, part, selection, by)

    def wrong_geometry(self, node: t.Node, selection: Selection) -> None:
        self.scope.report(
            WrongGeometry(
                place=self.scope.place(node),
                under=self.scope.heading,
                layer=selection.layer.title,
                geometry=GEOMETRIES[selection.layer.geometry],
            )
        )

    def document_test(self, node: t.DocumentTest, usage: Usage) -> Condition | None:
        if not self.outside_filter(node, usage):
            return None
        document = self.scope.find(self.scope.documents, node.document)
        if document is None:
            return None
        if node.covers == "overlap":
            if not usage.overlaps:
                self.scope.report(NoOverlap(place=self.scope.place(node), under=self.scope.heading))
                return None
            return DocumentHeld(document, overlaps=usage.overlaps)
        covers = self.part(node.covers) if node.covers is not None else None
        before = self.stage(node.before) if node.before else None
        if (node.covers is not None and covers is None) or (node.before and before is None):
            return None
        return DocumentHeld(document, covers=covers, before=before)

    def stage(self, node: t.Name) -> tuple[Attribute, str] | None:
        """The attribute `stage` and the code of a stage."""
        attribute = self.scope.terms.get("stage") or self.scope.terms.get("项目阶段")
        if (
            not isinstance(attribute, Attribute)
            or not isinstance(attribute.type, CodeType)
            or not attribute.type.code_list.ordered
        ):
            self.scope.report(NeedsOrderedAttribute(place=self.scope.place(node)))
            return None
        code = self.code(attribute.type.code_list, node)
        return (attribute, code) if code else None

    # ── terms ──

    def term(self, node: t.Expression, usage: Usage) -> Term | None:
        """A term, or None where something in it does not resolve (which is reported)."""
        match node:
            case t.Group(inner=inner):
                return self.term(inner, usage)
            case t.Quantity() | t.Number() | t.Day():
                return self.constant(node)
            case t.Name():
                found = self.lookup(node, usage)
                if isinstance(found, Concept):
                    self.wrong_type(node, msg("a value"), msg("something true or false"))
                    return None
                return found
            case t.Measure():
                return self.measure(node, usage)
            case t.Total():
                return self.total(node, usage)
            case t.Arithmetic():
                return self.arithmetic(node, usage)
            case _:
                if self.condition(node, usage) is not None:
                    self.wrong_type(node, msg("a value"), msg("something true or false"))
                return None

    def constant(self, node: t.Quantity | t.Number | t.Day) -> Constant | None:
        """A literal in base units."""
        match node:
            case t.Number(value=number):
                return Constant(
                    float(number), Title(f"{number}", f"{number}"), QuantityType(NUMBER)
                )
            case t.Day(value=day):
                return Constant(float(day.toordinal()), Title(f"{day}", f"{day}"), DateType())
            case t.Quantity(value=value, unit=spelling, per_year=per_year):
                unit = BY_SPELLING[spelling]
                dimension = unit.dimension.times(PER_YEAR) if per_year else unit.dimension
                shown = Title(
                    f"{value} {unit.en}" + ("/a" if per_year else ""),
                    f"{value} {unit.zh}" + ("/年" if per_year else ""),
                )
                return Constant(in_base_units(value, unit), shown, QuantityType(dimension))

    def measure(self, node: t.Measure, usage: Usage) -> Term | None:
        if not self.outside_filter(node, usage):
            return None
        part = self.part(node.part)
        selection = self.selection(node.place) if node.place else None
        if part is None or (node.place is not None and selection is None):
            return None
        if (
            selection is not None
            and node.kind in (t.MeasureKind.AREA, t.MeasureKind.SHARE)
            and selection.layer.geometry != "polygon"
        ):
            self.wrong_geometry(node, selection)
            return None
        return MeasureTerm(node.kind, part, selection)

    def total(self, node: t.Total, usage: Usage) -> Term | None:
        if not self.outside_filter(node, usage):
            return None
        found = self.scope.terms.get(node.attribute.text)
        if not isinstance(found, Attribute):
            known = [k for k, v in self.scope.terms.by_name.items() if isinstance(v, Attribute)]
            self.scope.unknown("attribute", node.attribute, known)
            return None
        if not isinstance(found.type, QuantityType):
            self.wrong_type(
                node.attribute, msg("a number or a quantity"), type_in_words(found.type)
            )
            return None
        layers = [self.scope.find(self.scope.layers, n) for n in node.same_areas]
        known_layers = tuple(layer for layer in layers if layer is not None)
        if len(known_layers) < len(layers):
            return None
        return TotalTerm(found, known_layers, node.same_year)

    def arithmetic(self, node: t.Arithmetic, usage: Usage) -> Term | None:
        left = self.term(node.left, usage)
        right = self.term(node.right, usage)
        if left is None or right is None:
            return None
        for term, where in ((left, node.left), (right, node.right)):
            if not isinstance(type_of_term(term), QuantityType):
                self.wrong_type(
                    where, msg("a number or a quantity"), type_in_words(type_of_term(term))
                )
                return None
        additive = node.operator in (t.Operator.PLUS, t.Operator.MINUS)
        if additive and type_of_term(left) != type_of_term(right):
            self.scope.report(
                DifferentDimensions(
                    place=self.scope.place(node),
                    under=self.scope.heading,
                    left=type_in_words(type_of_term(left)),
                    right=type_in_words(type_of_term(right)),
                )
            )
            return None
        return ArithmeticTerm(node.operator, left, right)


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
        case ArithmeticTerm(operator=operator, left=left, right=right):
            a = cast(QuantityType, type_of_term(left))
            b = cast(QuantityType, type_of_term(right))
            if operator in (t.Operator.PLUS, t.Operator.MINUS):
                return a
            power = 1 if operator is t.Operator.TIMES else -1
            return QuantityType(a.dimension.times(b.dimension, power))


MEASURED = {
    t.MeasureKind.AREA: AREA,
    t.MeasureKind.SHARE: NUMBER,
    t.MeasureKind.LENGTH: LENGTH,
    t.MeasureKind.DISTANCE: LENGTH,
}

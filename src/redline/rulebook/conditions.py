"""Conditions and terms: what each name in them means, and whether types and units fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from redline.language import tree as t
from redline.messages import Message, Title, msg
from redline.quantities import (
    AREA,
    BY_SPELLING,
    LENGTH,
    NUMBER,
    PER_YEAR,
    in_base_units,
)
from redline.rulebook.diagnostics import (
    ConceptCycle,
    ConceptOfFeature,
    DifferentDimensions,
    NeedsKey,
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
    Citation,
    CodeConstant,
    CodeList,
    CodeType,
    ColumnTerm,
    Compares,
    ComponentKind,
    Concept,
    ConceptUse,
    Condition,
    Conforms,
    Constant,
    DateType,
    DocumentDateTerm,
    DocumentHeld,
    DoneBy,
    ExtremeTerm,
    ForbiddenBy,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Judged,
    Layer,
    MeasureTerm,
    Not,
    Parameter,
    ParameterTerm,
    Part,
    Provided,
    QuantityType,
    Rank,
    Relates,
    Selection,
    Term,
    TextType,
    TotalTerm,
    WasOneOf,
)
from redline.rulebook.scope import Scope
from redline.rulebook.types import PERIODS, type_of_term
from redline.rulebook.words import type_in_words

GEOMETRIES = {
    "polygon": msg("areas"),
    "line": msg("lines"),
    "point": msg("points"),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a condition stands: in a filter over a layer's features or over components, or under a
    norm with overlaps.
    """

    layer: Layer | ComponentKind | None = None
    overlaps: tuple[Relates, ...] = ()
    each: bool = False
    """Whether it is the norm of a rule for each feature of the layer."""


class ConditionResolver:
    """Resolves the conditions of one pack, reporting to its scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.defining: list[str] = []
        self.citations: Callable[[Sequence[t.Citation]], tuple[Citation, ...]] = lambda nodes: ()
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
            case t.WasCode():
                return self.was_code(node, usage)
            case t.DoneBy():
                return self.done_by(node, usage)
            case t.Items(items=items):
                return self.items(items, usage)
            case t.Implication(premise=premise, conclusion=conclusion):
                a, b = self.condition(premise, usage), self.condition(conclusion, usage)
                return Implies(a, b) if a is not None and b is not None else None
            case t.Provision():
                return self.provision(node, usage)
            case t.Whatever(rule=name):
                return self.whatever(name, node, usage)
            case t.Conformity(plan=name):
                if self.outside_filter(node, usage):
                    plan = self.scope.find(self.scope.plans, name)
                    return Conforms(plan) if plan else None
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
                    self.scope.note(node, column)
                    return ColumnTerm(usage.layer, column)
            found = self.scope.terms.get(node.text) or self.resolve_pending(node, usage)
            if found is not None:
                self.scope.note(node, found)
            match found:
                case Parameter():
                    return self.parameter(found, node)
                case Attribute():
                    return AttributeTerm(found)
                case Concept() if found.layer is usage.layer:
                    return found
                case Concept():
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
        if found is not None:
            self.scope.note(node, found)
        match found:
            case Attribute():
                return AttributeTerm(found)
            case Parameter():
                return self.parameter(found, node)
            case Concept() if found.layer is not None:
                self.scope.report(
                    ConceptOfFeature(
                        place=self.scope.place(node),
                        under=self.scope.heading,
                        name=node.text,
                        layer=found.layer.title,
                    )
                )
                return None
            case Concept():
                return found
            case _:
                self.scope.unknown("term", node, self.scope.terms.by_name)
                return None

    def parameter(self, parameter: Parameter, node: t.Name) -> ParameterTerm | None:
        """A parameter named without a key."""
        if parameter.key is None:
            return ParameterTerm(parameter)
        self.scope.report(
            NeedsKey(
                place=self.scope.place(node),
                under=self.scope.heading,
                name=node.text,
                key=parameter.key.title,
            )
        )
        return None

    def keyed(self, node: t.Keyed, usage: Usage) -> ParameterTerm | None:
        """A parameter's value for a key."""
        found = self.scope.terms.get(node.parameter.text)
        if not isinstance(found, Parameter):
            known = [k for k, v in self.scope.terms.by_name.items() if isinstance(v, Parameter)]
            self.scope.unknown("term", node.parameter, known)
            return None
        self.scope.note(node.parameter, found)
        key = self.lookup(node.key, usage)
        if key is None:
            return None
        kind = type_of_term(key)
        expected = CodeType(found.key) if found.key else None
        if not isinstance(key, AttributeTerm | ColumnTerm) or kind != expected:
            wanted = type_in_words(expected) if expected else msg("a parameter with a key")
            self.wrong_type(node.key, wanted, type_in_words(kind))
            return None
        return ParameterTerm(found, key)

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
        known = isinstance(node.right, t.Name) and self.scope.terms.get(node.right.text)
        if not isinstance(node.right, t.Name) or (
            known and kind.code_list.find(node.right.text) is None
        ):
            right = self.term(node.right, usage)
            if right is None:
                return None
            if type_of_term(right) == kind:
                return Compares(left, node.comparator, right)
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
        for value in code_list.values:
            if value.names.key == code:
                self.scope.note(node, value)
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
                self.scope.note(node, group)
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

    def was_code(self, node: t.WasCode, usage: Usage) -> Condition | None:
        term = self.term(node.term, usage)
        if term is None:
            return None
        kind = type_of_term(term)
        if not isinstance(term, ColumnTerm) or not isinstance(kind, CodeType) or kind.many:
            self.wrong_type(node.term, msg("a column with codes"), type_in_words(kind))
            return None
        codes, shown = self.codes(kind.code_list, node.codes)
        owner = term.owner
        key = (owner, term.column) if isinstance(owner, Layer) else None
        mappings = self.scope.mappings.get(key, ()) if key else ()
        return WasOneOf(term, codes, shown, mappings)

    def done_by(self, node: t.DoneBy, usage: Usage) -> Condition | None:
        if not self.outside_filter(node, usage):
            return None
        done, due = self.term(node.done, usage), self.term(node.due, usage)
        if done is None or due is None:
            return None
        for term, where in ((done, node.done), (due, node.due)):
            if not isinstance(type_of_term(term), DateType):
                self.wrong_type(where, msg("a date"), type_in_words(type_of_term(term)))
                return None
        return DoneBy(done, due)

    def items(self, nodes: Sequence[t.Item], usage: Usage) -> Condition | None:
        items = [
            Item(int(n.number), condition, self.citations(n.cites))
            for n in nodes
            if (condition := self.condition(n.condition, usage)) is not None
        ]
        return Any(tuple(items)) if len(items) == len(nodes) else None

    def provision(self, node: t.Provision, usage: Usage) -> Condition | None:
        """`otherwise provided` and `without approval`, settled by what the submission cites."""
        if not self.outside_filter(node, usage):
            return None
        kind = "other_provision" if node.kind == "otherwise_provided" else "authorisation"
        document = self.scope.find(self.scope.documents, t.Name(kind, span=node.span))
        if document is None:
            return None
        cited = Provided(document)
        return cited if node.kind == "otherwise_provided" else Not(cited)

    def whatever(self, name: t.Name, node: t.Node, usage: Usage) -> Condition | None:
        """What another rule forbids, where that rule applies."""
        if not self.outside_filter(node, usage):
            return None
        rule = self.scope.find(self.scope.rules, name)
        if rule is None:
            return None
        breach = rule.norm.condition
        if rule.norm.kind not in (t.NormKind.FORBIDS, t.NormKind.RESTRICTS):
            breach = Not(breach)
        parts = (breach,) if rule.applies is None else (rule.applies, breach)
        return ForbiddenBy(rule.names, rule.title, All(parts))

    # ── space and documents ──

    def part(self, node: t.PartNode) -> Part | None:
        """A part of the subject."""
        match node:
            case t.NamedPart(name=name):
                part = self.scope.parts.get(name.text)
                if part is None:
                    self.scope.unknown("part", name, self.scope.parts)
                elif name.text in self.scope.part_names:
                    self.scope.note(name, self.scope.part_names[name.text])
                return part
            case t.PartOf(whole=whole, inside=inside, leaving_out=leaving_out):
                part, place = self.part(whole), self.selection(inside)
                others = [self.selection(x) for x in leaving_out]
                if part is None or place is None or None in others:
                    return None
                return replace(
                    part,
                    inside=(*part.inside, place),
                    leaving_out=(*part.leaving_out, *(x for x in others if x is not None)),
                )
            case t.Part(component=None):
                return Part(node.kind)
            case t.Part(component=name, where=where):
                assert name is not None
                component = self.scope.find(self.scope.components, name)
                if component is None or where is None:
                    return Part(node.kind, component) if component else None
                filter_ = self.condition(where, Usage(layer=component))
                return Part(node.kind, component, filter_) if filter_ is not None else None

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
        if node.within is not None:
            reach = self.term(node.within, Usage(layer=selection.layer))
            if reach is None:
                return None
            if type_of_term(reach) != QuantityType(LENGTH):
                self.wrong_type(
                    node.within,
                    type_in_words(QuantityType(LENGTH)),
                    type_in_words(type_of_term(reach)),
                )
                return None
            return Relates(node.kind, part, selection, within=reach)
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
        overlaps: tuple[Relates, ...] = ()
        if node.covers == "overlap":
            overlaps = usage.overlaps
            if not overlaps:
                self.scope.report(NoOverlap(place=self.scope.place(node), under=self.scope.heading))
                return None
        wanted: list[object] = []
        covers = None
        if node.covers is not None and node.covers != "overlap":
            covers = self.part(node.covers)
            wanted.append(covers)
        before = self.stage(node.before) if node.before else None
        wanted.append(node.before is None or before)
        rank = self.rank(node.rank, node.or_above) if node.rank else None
        wanted.append(node.rank is None or rank)
        each = self.each(node.from_each) if node.from_each else None
        wanted.append(node.from_each is None or each)
        valid_on = self.term(node.valid_on, usage) if node.valid_on else None
        wanted.append(node.valid_on is None or valid_on)
        if not all(wanted):
            return None
        return DocumentHeld(
            document,
            covers=covers,
            overlaps=overlaps,
            before=before,
            rank=rank,
            each=each,
            contains=node.contains,
            valid_on=valid_on,
        )

    def rank(self, node: t.Name, or_above: bool) -> Rank | None:
        """An authority of the ordered code list `authority_rank`."""
        code_list = self.scope.find(self.scope.code_lists, t.Name("authority_rank", span=node.span))
        code = self.code(code_list, node) if code_list else None
        return Rank(code, code_list, or_above) if code and code_list else None

    def each(self, node: t.FromEach) -> tuple[Part, Layer] | None:
        part = self.part(node.part)
        layer = self.scope.find(self.scope.layers, node.layer)
        return (part, layer) if part and layer else None

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
            case t.Keyed():
                return self.keyed(node, usage)
            case t.Extreme():
                return self.extreme(node, usage)
            case t.DocumentDate(document=name):
                document = self.scope.find(self.scope.documents, name)
                return DocumentDateTerm(document) if document else None
            case t.InstrumentStart(instrument=name):
                instrument = self.scope.find(self.scope.instruments, name)
                if instrument is None:
                    return None
                day = instrument.force.start
                return Constant(float(day.toordinal()), Title(f"{day}", f"{day}"), DateType())
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

    def extreme(self, node: t.Extreme, usage: Usage) -> Term | None:
        terms = [self.term(x, usage) for x in node.terms]
        known = tuple(x for x in terms if x is not None)
        if len(known) < len(terms):
            return None
        first = type_of_term(known[0])
        for term, where in zip(known[1:], node.terms[1:], strict=True):
            if type_of_term(term) != first:
                self.wrong_type(where, type_in_words(first), type_in_words(type_of_term(term)))
                return None
        return ExtremeTerm(node.greatest, known)

    def total(self, node: t.Total, usage: Usage) -> Term | None:
        if not usage.each and not self.outside_filter(node, usage):
            return None
        found = self.scope.terms.get(node.attribute.text)
        if not isinstance(found, Attribute):
            known = [k for k, v in self.scope.terms.by_name.items() if isinstance(v, Attribute)]
            self.scope.unknown("attribute", node.attribute, known)
            return None
        self.scope.note(node.attribute, found)
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
        additive = node.operator in (t.Operator.PLUS, t.Operator.MINUS)
        if additive and isinstance(type_of_term(left), DateType):
            if type_of_term(right) in PERIODS:
                return ArithmeticTerm(node.operator, left, right)
            self.wrong_type(
                node.right, type_in_words(PERIODS[0]), type_in_words(type_of_term(right))
            )
            return None
        for term, where in ((left, node.left), (right, node.right)):
            if not isinstance(type_of_term(term), QuantityType):
                self.wrong_type(
                    where, msg("a number or a quantity"), type_in_words(type_of_term(term))
                )
                return None
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

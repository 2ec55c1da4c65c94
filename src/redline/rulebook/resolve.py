"""From the trees of rule files to a rule book: names resolved once, types and units checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from redline.diagnostics import Diagnostic, Place
from redline.language import tree as t
from redline.messages import Title, msg
from redline.quantities import DIMENSIONS, NUMBER, PER_YEAR
from redline.rulebook.conditions import ConditionResolver, Usage
from redline.rulebook.diagnostics import (
    ConceptNotInForce,
    ImportCycle,
    InsteadWithoutDuty,
    MappedTwice,
    MissingPack,
    NeverInForce,
    NotASubject,
    NotLeftToAuthority,
    NotOneNorm,
    NoValue,
    OverlappingValues,
    SaidTwice,
    WrongType,
)
from redline.rulebook.model import (
    All,
    Any,
    Attribute,
    BooleanType,
    Citation,
    CodeList,
    CodeType,
    CodeValue,
    Column,
    Compares,
    ComponentKind,
    Concept,
    ConceptUse,
    Condition,
    DatedValue,
    DateType,
    Displacement,
    DocumentKind,
    ExceptionClause,
    ForbiddenBy,
    Implies,
    Information,
    Instead,
    Instrument,
    Interval,
    Item,
    JudgementKind,
    Layer,
    Names,
    Norm,
    Not,
    NotExecutable,
    Parameter,
    PlanKind,
    QuantityType,
    Relates,
    Rule,
    SchemaMapping,
    Severity,
    SubjectKind,
    Territory,
    TextType,
    Type,
)
from redline.rulebook.scope import CodeGroup, Scope, Word, names_of
from redline.rulebook.words import days_in_words, type_in_words

P = TypeVar("P", t.Applies, t.Remedy, t.ForEach)

FIRST = {
    t.CodeList: 0,
    t.CodeGroup: 2,
    t.Instrument: 1,
    t.Attribute: 3,
    t.Layer: 3,
    t.DocumentKind: 3,
    t.ComponentKind: 3,
    t.JudgementKind: 3,
    t.PlanKind: 4,
    t.Mapping: 4,
    t.Parameter: 4,
    t.Filling: 6,
    t.Territory: 5,
    t.Concept: 6,
    t.Rule: 7,
    t.NotExecutable: 7,
}
"""The order in which declarations are resolved: what others name comes before them."""


PRIMITIVES: Mapping[t.Primitive, Type] = {
    t.Primitive.BOOLEAN: BooleanType(),
    t.Primitive.TEXT: TextType(),
    t.Primitive.DATE: DateType(),
    t.Primitive.NUMBER: QuantityType(NUMBER),
}

SUBJECTS: Mapping[Names, SubjectKind] = {
    Names("project", "项目"): "project",
    Names("operation", "在营设施"): "operation",
    Names("plan", "规划"): "plan",
    Names("revision", "调整"): "revision",
    Names("region", "区域"): "region",
    Names("layers", "图层"): "layers",
}

RANKS: Mapping[str, str] = {
    "constitution": "宪法",
    "law": "法律",
    "regulation": "行政法规",
    "local_regulation": "地方性法规",
    "rule": "规章",
    "normative_document": "规范性文件",
    "plan": "规划",
}
"""The ranks of legal sources, the highest first."""

YEAR = Names("year", "年")


class PackResult:
    """What resolving one pack gives."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rules: list[Rule] = []
        self.not_executable: list[NotExecutable] = []
        self.fillings: list[tuple[Parameter, DatedValue]] = []


def import_order(packs: Mapping[str, t.Pack]) -> tuple[list[t.Pack], list[Diagnostic]]:
    """Packs with each after those it imports, and what is wrong with the imports."""
    diagnostics: list[Diagnostic] = []
    order: list[t.Pack] = []
    state: dict[str, bool] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in state:
            return
        pack = packs[name]
        state[name] = False
        for statement in pack.imports:
            place = pack.source.place(statement.span)
            if statement.pack not in packs:
                diagnostics.append(
                    MissingPack(
                        place=place,
                        name=statement.pack,
                        known=tuple(p for p in packs if p != name),
                    )
                )
            elif state.get(statement.pack) is False:
                path = (*trail, name)
                cycle = (*path[path.index(statement.pack) :], statement.pack)
                diagnostics.append(ImportCycle(place=place, packs=cycle))
            else:
                visit(statement.pack, (*trail, name))
        state[name] = True
        order.append(pack)

    for name in packs:
        visit(name, ())
    return order, diagnostics


def resolve_pack(
    pack: t.Pack, imported: Iterable[Scope], lost: frozenset[str] = frozenset()
) -> PackResult:
    """Resolve one pack whose imports are resolved already.

    `lost` are the names that may be declared in what could not be read of it.
    """
    scope = Scope(pack.name, pack.source, lost=set(lost))
    result = PackResult(scope)
    resolver = PackResolver(pack, result)
    for other in imported:
        scope.import_from(other)
    resolver.resolve()
    return result


class PackResolver:
    """One pack on its way into the rule book."""

    def __init__(self, pack: t.Pack, result: PackResult) -> None:
        self.pack = pack
        self.result = result
        self.scope = result.scope
        self.conditions = ConditionResolver(self.scope)
        self.pending: dict[str, t.Concept] = {}
        self.pack_territory_unknown = False
        self.rule_names = {
            text: names_of(d.name)
            for d in pack.declarations
            if isinstance(d, t.Rule)
            for text in (d.name.en, d.name.zh)
            if text
        }

    def resolve(self) -> None:
        """Resolve every declaration, in an order in which names are there when needed."""
        declarations = sorted(self.pack.declarations, key=lambda d: FIRST[type(d)])
        self.pending = {
            name: d
            for d in declarations
            if isinstance(d, t.Concept)
            for name in (d.name.en, d.name.zh)
            if name
        }
        self.conditions.resolve_pending = self.pending_concept
        self.conditions.citations = self.citations
        for declaration in declarations:
            self.declaration(declaration)
        self.territory_of_pack()
        for declaration in declarations:
            if isinstance(declaration, t.Instrument) and declaration.territory is not None:
                self.scope.find(self.scope.territories, declaration.territory)

    def territory_of_pack(self) -> Territory | None:
        """Where the pack binds; where its name means nothing, that is reported once."""
        name = self.pack.territory
        if name is None or self.pack_territory_unknown:
            return None
        territory = self.scope.find(self.scope.territories, name)
        self.pack_territory_unknown = territory is None
        return territory

    def declaration(self, node: t.Declaration) -> None:
        """Resolve one declaration; where that fails, its name is lost."""
        self.resolve_declaration(node)
        name = getattr(node, "name", None)
        if isinstance(name, t.DeclaredName):
            tables = self.scope.tables()
            if not any(table.get(name.key) for table in tables):
                self.scope.lost |= {name.en, name.zh} - {""}

    def resolve_declaration(self, node: t.Declaration) -> None:
        match node:
            case t.CodeList():
                self.code_list(node)
            case t.CodeGroup():
                self.code_group(node)
            case t.Instrument():
                self.instrument(node)
            case t.Attribute():
                self.attribute(node)
            case t.Layer():
                self.layer(node)
            case t.DocumentKind():
                self.document(node)
            case t.ComponentKind():
                self.component(node)
            case t.PlanKind():
                self.plan(node)
            case t.Filling():
                self.filling(node)
            case t.Mapping():
                self.mapping(node)
            case t.JudgementKind():
                self.judgement(node)
            case t.Parameter():
                self.parameter(node)
            case t.Territory():
                self.territory(node)
            case t.Concept():
                self.concept(node)
            case t.Rule():
                self.rule(node)
            case t.NotExecutable():
                self.clause_not_executable(node)

    # ── vocabulary ──

    def code_list(self, node: t.CodeList) -> None:
        values = tuple(
            CodeValue(names_of(v.name), v.title or names_of(v.name).title()) for v in node.values
        )
        things = CodeList(names_of(node.name), node.title, node.ordered, node.by_digits, values)
        self.scope.declare(self.scope.code_lists, node.name, things)
        seen: dict[str, t.CodeValue] = {}
        for value in node.values:
            for text in filter(None, (value.name.en, value.name.zh)):
                if text in seen:
                    self.scope.report(SaidTwice(place=self.scope.place(value), word=text))
                seen[text] = value

    def code_group(self, node: t.CodeGroup) -> None:
        code_list = self.scope.find(self.scope.code_lists, node.code_list)
        if code_list is None:
            return
        codes = self.conditions.codes(code_list, node.codes)[0]
        citations = self.citations(node.cites)
        group = CodeGroup(names_of(node.name), code_list, node.title, codes, citations)
        self.scope.declare(self.scope.code_groups, node.name, group)

    def type_of(self, node: t.TypeNode) -> Type | None:
        match node:
            case t.PrimitiveType(primitive=primitive):
                return PRIMITIVES[primitive]
            case t.CodeType(code_list=name, many=many):
                code_list = self.scope.find(self.scope.code_lists, name)
                return CodeType(code_list, many) if code_list else None
            case t.QuantityType(dimension=name, per=per):
                return self.quantity_type(name, per)
        return None

    def quantity_type(self, name: t.Name, per: t.Name | None) -> Type | None:
        known = {**DIMENSIONS, **{zh: (zh, d) for zh, d in DIMENSIONS.values()}}
        if name.text not in known:
            self.scope.unknown("dimension", name, known)
            return None
        dimension = known[name.text][1]
        names = next(Names(en, zh) for en, (zh, _) in DIMENSIONS.items() if name.text in (en, zh))
        self.scope.note(name, Word(names))
        if per is not None:
            if per.text not in (YEAR.en, YEAR.zh):
                self.scope.unknown("dimension", per, (YEAR.en, YEAR.zh))
                return None
            self.scope.note(per, Word(YEAR))
            dimension = dimension.times(PER_YEAR)
        return QuantityType(dimension)

    def attribute(self, node: t.Attribute) -> None:
        kind = self.type_of(node.type)
        if kind is not None:
            thing = Attribute(names_of(node.name), kind, node.title, node.asks)
            self.scope.declare(self.scope.terms, node.name, thing)

    def layer(self, node: t.Layer) -> None:
        columns = self.columns(node.columns)
        keys = [c.name.key for c in node.columns if c.key]
        thing = Layer(
            names_of(node.name),
            node.geometry,
            node.title,
            node.asks,
            columns,
            keys[0] if keys else None,
        )
        self.scope.declare(self.scope.layers, node.name, thing)

    def columns(self, nodes: Sequence[t.Column]) -> tuple[Column, ...]:
        """The columns of a layer or of a kind of component."""
        columns: list[Column] = []
        seen: set[str] = set()
        for column in nodes:
            for text in filter(None, (column.name.en, column.name.zh)):
                if text in seen:
                    self.scope.report(SaidTwice(place=self.scope.place(column), word=text))
                seen.add(text)
            kind = self.type_of(column.type)
            self.scope.check_reserved(column.name)
            if kind is not None:
                columns.append(Column(names_of(column.name), kind))
            else:
                self.scope.lost |= {column.name.en, column.name.zh} - {""}
        return tuple(columns)

    def plan(self, node: t.PlanKind) -> None:
        layer = self.scope.find(self.scope.layers, node.layer) if node.layer else None
        column = None
        if layer is not None and node.column is not None:
            column = self.column_of(layer, node.column)
        asks = node.asks or Title(
            f"Does the project conform to “{node.title.en}”?", f"项目是否符合“{node.title.zh}”？"
        )
        thing = PlanKind(names_of(node.name), node.title, asks, layer, column)
        self.scope.declare(self.scope.plans, node.name, thing)

    def column_of(self, layer: Layer, name: t.Name) -> Column | None:
        """A column of a layer; reports where there is none."""
        for column in layer.columns:
            if name.text in (column.names.en, column.names.zh):
                self.scope.note(name, column)
                return column
        known = [x for c in layer.columns for x in (c.names.en, c.names.zh) if x]
        self.scope.unknown("column", name, known)
        return None

    def mapping(self, node: t.Mapping) -> None:
        layer = self.scope.find(self.scope.layers, node.layer)
        column = self.column_of(layer, node.column) if layer else None
        if layer is None or column is None:
            return
        if not isinstance(column.type, CodeType):
            self.conditions.wrong_type(
                node.column, msg("a column with codes"), type_in_words(column.type)
            )
            return
        code_list = column.type.code_list
        olds: dict[str | None, frozenset[str]] = {}
        places: dict[str | None, Place] = {}
        for mapped in node.values:
            value = self.conditions.code(code_list, mapped.value) if mapped.value else None
            place = self.scope.place(mapped)
            if value in places and (value is not None or mapped.value is None):
                elsewhere = places[value].label()
                self.scope.report(MappedTwice(place=place, value=value, elsewhere=elsewhere))
            olds[value] = self.conditions.codes(code_list, mapped.olds)[0]
            places[value] = place
        found = SchemaMapping(
            layer=layer,
            column=column,
            interval=interval_of(node.period),
            citations=self.citations(node.cites),
            presumed=node.presumed,
            olds=olds,
            place=self.scope.place(node),
        )
        others = self.scope.mappings.get((layer, column), ())
        self.check_mapping(found, others, places)
        self.scope.mappings[layer, column] = (*others, found)

    def check_mapping(
        self,
        mapping: SchemaMapping,
        others: Sequence[SchemaMapping],
        places: Mapping[str | None, Place],
    ) -> None:
        """Report what several mappings of one column say of one value on one day.

        Mappings of different values may stand side by side: one by a clause, one presumed.
        """
        for other in others:
            if mapping.interval.within(other.interval).empty:
                continue
            elsewhere = other.place.label()
            for value, place in places.items():
                if value in other.olds:
                    self.scope.report(MappedTwice(place=place, value=value, elsewhere=elsewhere))

    def document(self, node: t.DocumentKind) -> None:
        thing = DocumentKind(names_of(node.name), node.title, node.asks)
        self.scope.declare(self.scope.documents, node.name, thing)

    def component(self, node: t.ComponentKind) -> None:
        columns = self.columns(node.columns)
        thing = ComponentKind(names_of(node.name), node.title, node.asks, columns)
        self.scope.declare(self.scope.components, node.name, thing)

    def judgement(self, node: t.JudgementKind) -> None:
        thing = JudgementKind(names_of(node.name), node.title, node.asks)
        self.scope.declare(self.scope.judgements, node.name, thing)

    # ── sources of law ──

    def instrument(self, node: t.Instrument) -> None:
        period = node.period
        thing = Instrument(
            names=names_of(node.name),
            title=node.title,
            number=node.number,
            number_verified=node.number is not None and node.number_unverified is None,
            issuer=node.issuer,
            rank=self.rank(node.rank) if node.rank else None,
            force=interval_of(period),
            text_held=node.text_held.value if node.text_held else None,
            place=self.scope.place(node.name),
        )
        self.scope.declare(self.scope.instruments, node.name, thing)

    def rank(self, node: t.Name) -> str | None:
        """The English name of an instrument's rank."""
        for en, zh in RANKS.items():
            if node.text in (en, zh):
                self.scope.note(node, Word(Names(en, zh)))
                return en
        self.scope.unknown("rank", node, [x for pair in RANKS.items() for x in pair])
        return None

    def citations(self, nodes: Sequence[t.Citation]) -> tuple[Citation, ...]:
        """Citations with the days on which they hold; one that never holds is reported."""
        found = (self.citation(node) for node in nodes)
        return tuple(c for c in found if c is not None)

    def citation(self, node: t.Citation) -> Citation | None:
        instrument = self.scope.find(self.scope.instruments, node.instrument)
        if instrument is None:
            return None
        interval = interval_of(node.period).within(instrument.force)
        if interval.empty:
            self.scope.report(
                NeverInForce(
                    place=self.scope.place(node),
                    under=self.scope.heading,
                    instrument=instrument.title,
                    days=days_in_words(instrument.force),
                )
            )
            return None
        return Citation(
            instrument=instrument,
            locator=node.locator,
            interval=interval,
            verified=node.unverified is None,
            reason=node.unverified.reason if node.unverified else None,
            place=self.scope.place(node),
        )

    # ── values, territories, concepts ──

    def parameter(self, node: t.Parameter) -> None:
        kind = self.type_of(node.type)
        if kind is None:
            return
        key = self.scope.find(self.scope.code_lists, node.key) if node.key else None
        values = self.dated_values(node.values, kind, key)
        names = names_of(node.name)
        thing = Parameter(
            names=names,
            type=kind,
            title=node.title or names.title(),
            values=tuple(values),
            key=key,
            set_by=node.set_by.authority if node.set_by else None,
            citations=self.citations(node.set_by.cites) if node.set_by else (),
        )
        self.scope.declare(self.scope.terms, node.name, thing)
        if not node.values and node.set_by is None:
            self.scope.report(NoValue(place=self.scope.place(node.name), name=names.key))
        self.check_values(node.name, values)

    def dated_values(
        self, nodes: Sequence[t.DatedValue], kind: Type, key: CodeList | None
    ) -> list[DatedValue]:
        """The values that resolve."""
        values = (self.dated_value(node, kind, key) for node in nodes)
        return [v for v in values if v is not None]

    def filling(self, node: t.Filling) -> None:
        found = self.scope.terms.get(node.parameter.text)
        if not isinstance(found, Parameter):
            known = [k for k, v in self.scope.terms.by_name.items() if isinstance(v, Parameter)]
            self.scope.unknown("term", node.parameter, known)
            return
        self.scope.note(node.parameter, found)
        if found.set_by is None:
            self.scope.report(
                NotLeftToAuthority(place=self.scope.place(node.parameter), name=found.names.key)
            )
            return
        territory = self.territory_of_pack()
        for value in self.dated_values(node.values, found.type, found.key):
            self.result.fillings.append((found, replace(value, territory=territory)))

    def check_values(self, name: t.Name | t.DeclaredName, values: Sequence[DatedValue]) -> None:
        """Report two values for one key on one day."""
        for keys in dict.fromkeys(v.keys for v in values):
            self.check_one_key(name, [v for v in values if v.keys & keys or not keys])

    def check_one_key(self, name: t.Name | t.DeclaredName, values: Sequence[DatedValue]) -> None:
        for earlier, later in pairwise(sorted(values, key=lambda v: v.interval.start)):
            if later.interval.start < earlier.interval.end:
                self.scope.report(
                    OverlappingValues(
                        place=self.scope.place(name),
                        name=name.text if isinstance(name, t.Name) else name.key,
                        day=str(later.interval.start),
                    )
                )

    def dated_value(
        self, node: t.DatedValue, kind: Type, key: CodeList | None
    ) -> DatedValue | None:
        constant = self.conditions.constant(node.value)
        if constant is None:
            return None
        if constant.type != kind:
            self.scope.report(
                WrongType(
                    place=self.scope.place(node.value),
                    expected=type_in_words(kind),
                    found=type_in_words(constant.type),
                )
            )
            return None
        citations = self.citations(node.cites)
        interval = interval_of(node.period)
        if node.period is None and citations:
            interval = Interval(
                min(c.interval.start for c in citations), max(c.interval.end for c in citations)
            )
        keys: frozenset[str] = frozenset()
        if key is not None:
            keys = self.conditions.codes(key, node.keys)[0]
        elif node.keys:
            self.conditions.wrong_type(node.keys[0], msg("a value"), msg("a code"))
        return DatedValue(constant.value, constant.shown, interval, citations, keys)

    def territory(self, node: t.Territory) -> None:
        selection = self.conditions.selection(node.place)
        if selection is not None:
            thing = Territory(names_of(node.name), node.title, selection)
            self.scope.declare(self.scope.territories, node.name, thing)

    def pending_concept(self, name: t.Name, usage: Usage) -> Concept | None:
        """A concept of this pack that is used before its turn."""
        node = self.pending.get(name.text)
        if node is None:
            return None
        self.concept(node)
        found = self.scope.terms.get(name.text)
        return found if isinstance(found, Concept) else None

    def concept(self, node: t.Concept) -> None:
        names = names_of(node.name)
        if self.scope.terms.get(names.key) is not None and names.key not in self.pending:
            if self.scope.terms.places[names.key] != self.scope.place(node.name):
                thing = Concept(names, names.title(), All(()), ())
                self.scope.declare(self.scope.terms, node.name, thing)
            return
        if names.key in self.scope.lost:
            return
        for text in filter(None, (names.en, names.zh)):
            self.pending.pop(text, None)
        if names.key in self.conditions.defining:
            return
        self.conditions.defining.append(names.key)
        layer = self.scope.find(self.scope.layers, node.layer) if node.layer else None
        condition = self.conditions.condition(node.means, Usage(layer=layer))
        self.conditions.defining.pop()
        citations = self.citations(node.cites)
        if condition is not None:
            thing = Concept(names, node.title or names.title(), condition, citations, layer)
            self.scope.declare(self.scope.terms, node.name, thing)
        else:
            self.scope.lost |= {names.en, names.zh} - {""}

    # ── rules ──

    def clause_not_executable(self, node: t.NotExecutable) -> None:
        citation = self.citation(node.citation)
        layers = [self.scope.find(self.scope.layers, n) for n in node.concerning]
        if citation is not None:
            known = tuple(layer for layer in layers if layer is not None)
            self.result.not_executable.append(
                NotExecutable(
                    citation, known, node.because, self.pack.name, self.territory_of_pack()
                )
            )

    def rule(self, node: t.Rule) -> None:
        citations = self.citations(node.cites)
        self.scope.heading = heading_of(citations, node.title)
        before = len(self.scope.diagnostics)
        self.scope.parts, self.scope.part_names = {}, {}
        for part_node in node.parts:
            if isinstance(part_node, t.Let):
                self.let(part_node)
        applies = self.one(node, t.Applies, "applies when")
        norms = [p for p in node.parts if isinstance(p, t.Norm)]
        remedy = self.one(node, t.Remedy, "remedy")
        territory = (
            self.scope.find(self.scope.territories, node.territory)
            if node.territory
            else self.territory_of_pack()
        )
        if len(norms) != 1:
            self.scope.report(
                NotOneNorm(
                    place=self.scope.place(norms[1] if norms else node.name),
                    under=self.scope.heading,
                    count=len(norms),
                )
            )
            self.scope.heading = None
            return
        usage = Usage()
        scope_condition = self.conditions.condition(applies.condition, usage) if applies else None
        norm_condition = self.norm_condition(norms[0], self.one(node, t.ForEach, "for each"))
        overlaps = tuple(overlaps_in(norm_condition)) if norm_condition is not None else ()
        usage = replace(usage, overlaps=overlaps)
        exceptions = [
            self.exception(p, usage) for p in node.parts if isinstance(p, t.ExceptionClause)
        ]
        instead = self.instead(node, norms[0], usage)
        displaces = self.displacements(node)
        information = tuple(
            Information(p.kind, p.title, self.citations(p.cites))
            for p in node.parts
            if isinstance(p, t.Information)
        )
        subject, subject_layer = self.subject(node)
        if len(self.scope.diagnostics) == before and norm_condition is not None and citations:
            rule = Rule(
                names=names_of(node.name),
                pack=self.pack.name,
                title=node.title,
                territory=territory,
                applies=scope_condition,
                norm=Norm(norms[0].kind, norm_condition, norms[0].ordinarily),
                exceptions=tuple(e for e in exceptions if e is not None),
                severity=self.severity(node, norms[0]),
                remedy=remedy.title if remedy else None,
                citations=citations,
                cases=node.cases,
                place=self.scope.place(node.name),
                subject=subject,
                subject_layer=subject_layer,
                instead=instead,
                displaces=displaces,
                information=information,
            )
            self.check_concepts(rule)
            self.scope.declare(self.scope.rules, node.name, rule)
            self.result.rules.append(rule)
        elif len(self.scope.diagnostics) == before and citations and not self.scope.lost:
            raise AssertionError(f"{node.name.key} did not resolve and nothing was reported")
        self.scope.heading = None

    def norm_condition(self, norm: t.Norm, each: t.ForEach | None) -> Condition | None:
        """What a norm forbids or requires. Of a rule for each feature: that one of them breaks it,
        or that none does.
        """
        if each is None:
            return self.conditions.condition(norm.condition, Usage())
        near = each.within is not None
        kind = t.RelationKind.NEAR if near else t.RelationKind.OVERLAPS
        met = self.conditions.condition(
            t.Relation(kind, each.part, each.place, within=each.within, span=each.span), Usage()
        )
        if not isinstance(met, Relates):
            return None
        selection = met.selection
        found = self.conditions.condition(norm.condition, Usage(layer=selection.layer, each=True))
        if found is None:
            return None
        barred = norm.kind in (t.NormKind.FORBIDS, t.NormKind.RESTRICTS)
        breach = found if barred else opposite(found)
        where = breach if selection.where is None else All((selection.where, breach))
        hit = replace(met, selection=replace(selection, where=where))
        return hit if barred else Not(hit)

    def let(self, node: t.Let) -> None:
        part = self.conditions.part(node.part)
        self.scope.check_reserved(node.name)
        if part is None:
            self.scope.lost |= {node.name.en, node.name.zh} - {""}
        else:
            for text in filter(None, (node.name.en, node.name.zh)):
                self.scope.parts[text] = part
                self.scope.part_names[text] = Word(names_of(node.name))

    def severity(self, node: t.Rule, norm: t.Norm) -> Severity:
        if norm.kind is t.NormKind.EXPECTS:
            return "data_check"
        anticipatory = any(isinstance(p, t.Anticipatory) for p in node.parts)
        return "anticipatory" if anticipatory else "binding"

    def subject(self, node: t.Rule) -> tuple[SubjectKind | None, Layer | None]:
        if node.subject is None:
            return None, None
        words = next((x for x in SUBJECTS if node.subject.kind.text in (x.en, x.zh)), None)
        kind = SUBJECTS[words] if words else None
        if words is not None:
            self.scope.note(node.subject.kind, Word(words))
        else:
            self.scope.report(
                NotASubject(
                    place=self.scope.place(node.subject.kind),
                    under=self.scope.heading,
                    name=node.subject.kind.text,
                )
            )
        name = node.subject.layer
        return kind, self.scope.find(self.scope.layers, name) if name else None

    def instead(self, node: t.Rule, norm: t.Norm, usage: Usage) -> tuple[Instead, ...]:
        found: list[Instead] = []
        for part in node.parts:
            if not isinstance(part, t.Instead):
                continue
            if norm.kind not in (t.NormKind.REQUIRES, t.NormKind.LIMITS):
                self.scope.report(
                    InsteadWithoutDuty(place=self.scope.place(part), under=self.scope.heading)
                )
            where = self.conditions.condition(part.where, usage)
            requires = self.conditions.condition(part.requires, usage)
            if where is not None and requires is not None:
                found.append(Instead(where, requires))
        return tuple(found)

    def displacements(self, node: t.Rule) -> tuple[Displacement, ...]:
        found: list[Displacement] = []
        for part in node.parts:
            if not isinstance(part, t.Displacement):
                continue
            rule = self.scope.rules.get(part.rule.text)
            names = rule.names if rule else self.rule_names.get(part.rule.text)
            if names is not None:
                self.scope.note(part.rule, Word(names))
            when = self.conditions.condition(part.when, Usage()) if part.when else None
            if names is None:
                known = [*self.scope.rules.by_name, *self.rule_names]
                self.scope.unknown("rule", part.rule, known)
            elif part.when is None or when is not None:
                found.append(Displacement(names, when, part.because))
        return tuple(found)

    def check_concepts(self, rule: Rule) -> None:
        """Report a concept that is not in force on each day on which a rule that uses it is."""
        for concept in dict.fromkeys(concepts_in_rule(rule)):
            for citation in rule.citations:
                days = citation.interval
                changes = {days.start} | {
                    c.interval.end for c in concept.citations if days.holds(c.interval.end)
                }
                if not all(concept.holds_on(day) for day in changes):
                    self.scope.report(
                        ConceptNotInForce(
                            place=citation.place,
                            under=self.scope.heading,
                            name=concept.names.key,
                            days=days_in_words(days),
                        )
                    )

    def one(self, node: t.Rule, kind: type[P], word: str) -> P | None:
        """The part of a rule that can be there once."""
        found = [p for p in node.parts if isinstance(p, kind)]
        if len(found) > 1:
            self.scope.report(
                SaidTwice(place=self.scope.place(found[1]), under=self.scope.heading, word=word)
            )
        return found[0] if found else None

    def exception(self, node: t.ExceptionClause, usage: Usage) -> ExceptionClause | None:
        condition = self.conditions.condition(node.condition, usage)
        provided = self.conditions.condition(node.provided, usage) if node.provided else None
        nested = [
            ExceptionClause(inner, None, self.citations(x.cites))
            for x in node.except_when
            if (inner := self.conditions.condition(x.condition, usage)) is not None
        ]
        citations = self.citations(node.cites)
        if condition is None:
            return None
        return ExceptionClause(condition, provided, citations, tuple(nested))


def opposite(condition: Condition) -> Condition:
    """What is true where a condition is false; unknown where it is."""
    match condition:
        case Not(inner=inner):
            return inner
        case Compares(comparator=comparator):
            return replace(condition, comparator=OPPOSITES[comparator])
    return Not(condition)


OPPOSITES: Mapping[t.Comparator, t.Comparator] = {
    t.Comparator.AT_LEAST: t.Comparator.LESS_THAN,
    t.Comparator.LESS_THAN: t.Comparator.AT_LEAST,
    t.Comparator.AT_MOST: t.Comparator.MORE_THAN,
    t.Comparator.MORE_THAN: t.Comparator.AT_MOST,
}


def interval_of(period: t.Period | None) -> Interval:
    """A period as an interval of days."""
    if period is None:
        return Interval()
    open_ = Interval()
    return Interval(period.start or open_.start, period.end or open_.end)


def heading_of(citations: Sequence[Citation], title: Title) -> Title:
    """The legal heading of a rule: its clauses and its title."""
    en = ", ".join(f"{c.instrument.title.en} {c.clause('en')}" for c in citations)
    zh = "、".join(f"{c.instrument.title.zh}{c.clause('zh')}" for c in citations)
    return Title(f"{en}: {title.en}", f"{zh}：{title.zh}")


def overlaps_in(condition: Condition) -> Iterable[Relates]:
    """The overlaps that a condition asks about, outside negations."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from overlaps_in(item)
        case Relates(kind=t.RelationKind.OVERLAPS):
            yield condition
        case Item(condition=inner) | ForbiddenBy(condition=inner) | Implies(conclusion=inner):
            yield from overlaps_in(inner)
        case ConceptUse(concept=concept):
            yield from overlaps_in(concept.condition)


def concepts_in(condition: Condition) -> Iterable[Concept]:
    """The concepts that a condition uses, and those that they use, each after its own."""
    match condition:
        case All(items=items) | Any(items=items):
            for item in items:
                yield from concepts_in(item)
        case Not(inner=inner) | Item(condition=inner) | ForbiddenBy(condition=inner):
            yield from concepts_in(inner)
        case Implies(premise=premise, conclusion=conclusion):
            yield from concepts_in(premise)
            yield from concepts_in(conclusion)
        case ConceptUse(concept=concept):
            yield from concepts_in(concept.condition)
            yield concept


def concepts_in_rule(rule: Rule) -> Iterable[Concept]:
    """Every concept that a rule uses."""

    def of_exception(exception: ExceptionClause) -> Iterable[Concept]:
        yield from concepts_in(exception.condition)
        if exception.provided is not None:
            yield from concepts_in(exception.provided)
        for nested in exception.except_when:
            yield from of_exception(nested)

    if rule.applies is not None:
        yield from concepts_in(rule.applies)
    yield from concepts_in(rule.norm.condition)
    for exception in rule.exceptions:
        yield from of_exception(exception)

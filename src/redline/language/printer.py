"""From the tree of a rule file to its canonical text, on either surface.

Keywords are taken from the grammar of the surface; where its word order differs, a method says both
orders. Names are printed as the tree has them: a tree is turned into the other surface's words by
`redline.rulebook.translation` before it is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from redline.language import tree as t
from redline.language.collector import collector_paused
from redline.language.layout import (
    Doc,
    Group,
    Line,
    Nest,
    after_blank,
    hang_comments,
    render,
    words,
)
from redline.language.locators import article_text, section_text
from redline.language.words import keyword_alternatives, keyword_spellings
from redline.messages import Language, Title
from redline.quantities import BY_SPELLING


def print_pack(pack: t.Pack, surface: Language | None = None) -> str:
    """The canonical text of a pack, on its own surface or on another one."""
    with collector_paused():
        return Printer(pack, surface or pack.surface).text()


@dataclass(frozen=True, slots=True)
class K:
    """A keyword, by the name of its terminal without `KW_`, where only one surface may have it.

    A `loose` one begins a new line where what follows it does not fit.
    """

    name: str
    loose: bool = False


class Printer:
    """Prints one pack on one surface."""

    def __init__(self, pack: t.Pack, surface: Language) -> None:
        self.pack = pack
        self.surface: Language = surface
        self.zh = surface == "zh"
        self.keywords = keyword_spellings(surface)
        self.alternatives = keyword_alternatives(surface)
        self.source = pack.source.text
        self.comma = "，" if self.zh else ","
        self.listed = "、" if self.zh else ","

    def text(self) -> str:
        """The whole file."""
        doc = self.file()
        comments = [(c.span.start, c.text) for c in self.pack.comments]
        hang_comments(doc, self.source, comments)
        return render(doc)

    # ── what all constructs use ──

    def kw(self, name: str) -> str:
        """A keyword, by the name of its terminal without `KW_`."""
        return self.keywords[f"KW_{name}"]

    def order(self, en: Sequence[Doc | K | None], zh: Sequence[Doc | K | None]) -> Doc:
        """Words in the order of the surface."""
        chosen = zh if self.zh else en
        return words(*(self.keyword(x) if isinstance(x, K) else x for x in chosen))

    def keyword(self, keyword: K) -> Doc:
        word = self.kw(keyword.name)
        return self.loose(word) if keyword.loose else word

    def loose(self, doc: Doc, *, tight: bool = False) -> Doc:
        """What goes to a new line only where, up to the next break, it does not fit."""
        return Group((Nest(Nest(Line(tight=tight))), doc))

    def new_line(
        self, node: t.Node | None, blank: Literal["never", "keep", "always"] = "never"
    ) -> Line:
        """A line on which a node begins."""
        start = self.start(node)
        kept = start is not None and after_blank(self.source, start)
        return Line(start, hard=True, blank=blank, after_blank=kept)

    def start(self, node: t.Node | None) -> int | None:
        """Where a node begins in the source; None where it has no place there."""
        return node.span.start if node is not None and node.span != t.NO_SPAN else None

    def break_before(self, node: t.Node | None = None, *, tight: bool = False) -> Line:
        """A place to break before a node."""
        return Line(self.start(node), tight=tight)

    def statement(self, node: t.Node | None, *docs: Doc | None) -> Doc:
        """A part of a declaration on a line of its own."""
        return Nest((self.new_line(node), words(*docs)))

    def parenthesised(self, *docs: Doc) -> Doc:
        return ("（", *docs, "）") if self.zh else ("(", *docs, ")")

    def filled(self, nodes: Sequence[tuple[t.Node | None, Doc]], mark: str) -> Doc:
        """Items with a mark between, as many on a line as fit."""
        docs: list[Doc] = []
        for i, (node, doc) in enumerate(nodes):
            last = i == len(nodes) - 1
            item: Doc = doc if last else (doc, mark)
            docs.append(Group((self.break_before(node, tight=self.zh), item)) if i else item)
        return tuple(docs)

    def name(self, name: t.Name) -> Doc:
        return name.text

    def names(self, names: Sequence[t.Name | t.Text]) -> Doc:
        """Names with marks between."""
        return self.filled([(n, self.code(n)) for n in names], self.listed)

    def code(self, code: t.Name | t.Text) -> Doc:
        return code.text if isinstance(code, t.Name) else quoted(code.value)

    def declared(self, name: t.DeclaredName) -> Doc:
        """Both identifiers, the surface's own first."""
        own, other = (name.zh, name.en) if self.zh else (name.en, name.zh)
        return words(*[x for part in (own, other) if part for x in ("/", part)][1:])

    def title(self, title: Title) -> Doc:
        """Both texts, the surface's own first; on two lines where they do not fit on one."""
        own, other = (title.zh, title.en) if self.zh else (title.en, title.zh)
        if not other:
            return quoted(own)
        return Group((quoted(own), Line(), words("/", quoted(other))))

    def titled(self, head: Doc, title: Title | None) -> Doc:
        """The head of a declaration and its title, on the same line where they fit."""
        return head if title is None else Group((head, Nest((Line(), self.title(title)))))

    def keyword_title(self, keyword: str, title: Title) -> Doc:
        return words(self.kw(keyword), Nest(self.title(title)))

    def day(self, day: date) -> Doc:
        return day.isoformat()

    # ── the file ──

    def file(self) -> Doc:
        pack = self.pack
        head = words(self.kw("PACK"), pack.name, self.territory_clause(pack.territory))
        docs: list[Doc] = [self.new_line(pack), head]
        docs.append(Nest((Line(hard=True), self.title(pack.title))))
        for statement in pack.imports:
            docs += [self.new_line(statement), words(self.kw("IMPORT"), statement.pack)]
        before: t.Declaration | None = None
        for declaration in pack.declarations:
            close = type(before) is type(declaration) and isinstance(declaration, COMPACT)
            docs.append(self.new_line(declaration, "keep" if close else "always"))
            docs.append(self.declaration(declaration))
            before = declaration
        docs.append(Line(len(self.source) + 1, hard=True))
        return tuple(docs)

    def territory_clause(self, territory: t.Name | None) -> Doc | None:
        if territory is None:
            return None
        return words(self.kw("IN_TERRITORY" if self.zh else "IN"), self.name(territory))

    def declaration(self, node: t.Declaration) -> Doc:
        """One declaration."""
        match node:
            case t.Instrument():
                return self.instrument(node)
            case t.Territory(name=name, title=title, place=place):
                head = self.titled(words(self.kw("TERRITORY"), self.declared(name)), title)
                return head, self.statement(place, self.kw("IS"), self.place(place))
            case t.CodeList():
                return self.code_list(node)
            case t.CodeGroup():
                return self.code_group(node)
            case t.Attribute(name=name, type=kind, title=title, asks=asks):
                head = self.typed("ATTRIBUTE", name, self.type(kind))
                return self.titled(head, title), self.asks(asks)
            case t.Layer():
                head = self.typed("LAYER", node.name, self.kw(node.geometry.upper()))
                return self.titled(head, node.title), self.asks(node.asks), *self.columns(node)
            case t.DocumentKind():
                return self.kind("DOCUMENT", node)
            case t.ComponentKind():
                return self.kind("COMPONENT", node), *self.columns(node)
            case t.JudgementKind():
                return self.kind("JUDGEMENT", node)
            case t.PlanKind():
                return self.plan(node)
            case t.Parameter():
                return self.parameter(node)
            case t.Filling(parameter=name, values=values):
                head = words(self.kw("FILLS"), self.name(name))
                return head, *(self.dated_value(v) for v in values)
            case t.Mapping():
                return self.mapping(node)
            case t.Concept():
                return self.concept(node)
            case t.Rule():
                return self.rule(node)
            case t.NotExecutable():
                return self.not_executable(node)

    def typed(self, keyword: str, name: t.DeclaredName, kind: Doc) -> Doc:
        colon = "：" if self.zh else ":"
        return words((words(self.kw(keyword), self.declared(name)), colon), kind)

    def kind(
        self, keyword: str, node: t.DocumentKind | t.ComponentKind | t.JudgementKind | t.PlanKind
    ) -> Doc:
        head = words(self.kw(keyword), self.declared(node.name))
        return self.titled(head, node.title), self.asks(node.asks)

    def asks(self, asks: Title | None) -> Doc:
        return self.statement(None, self.keyword_title("ASKS", asks)) if asks else ()

    # ── sources of law ──

    def instrument(self, node: t.Instrument) -> Doc:
        parts: list[Doc | None] = []
        if node.number is not None:
            number = words(self.kw("SERIAL"), quoted(node.number))
            parts.append(self.maybe_unverified(number, node.number_unverified))
        if node.issuer is not None:
            parts.append(self.keyword_title("ISSUED_BY", node.issuer))
        if node.rank is not None:
            parts.append(words(self.kw("RANK"), self.name(node.rank)))
        parts.append(self.territory_clause(node.territory))
        if node.period is not None:
            parts.append(words(self.kw("IN_FORCE"), self.period(node.period)))
        if node.text_held is not None:
            held = self.day(node.text_held.value)
            parts.append(words(self.kw("TEXT_HELD"), self.kw("FROM"), held))
        head = words(self.kw("INSTRUMENT"), self.declared(node.name))
        lines = (self.statement(None, part) for part in parts if part is not None)
        return head, self.statement(None, self.title(node.title)), *lines

    def period(self, period: t.Period | None) -> Doc | None:
        if period is None:
            return None
        start = words(self.kw("FROM"), self.day(period.start)) if period.start else None
        end: Doc | None = None
        if period.end:
            day = self.day(period.end)
            end = self.order([K("BEFORE"), day], [K("TILL"), day, K("BEFORE")])
        return words(start, end)

    def maybe_unverified(self, doc: Doc, unverified: t.Unverified | None) -> Doc:
        """What is marked as unverified, with the reason where one is given."""
        if unverified is None:
            return doc
        if unverified.reason is None:
            return words(doc, self.kw("UNVERIFIED"))
        reason = words(self.kw("UNVERIFIED"), self.title(unverified.reason))
        return Group((doc, Nest((Line(), reason))))

    def citations(self, cites: Sequence[t.Citation]) -> Doc:
        """`cites` and the clauses, each on a line of its own where they do not fit on one."""
        docs: list[Doc] = [words(self.kw("CITES"), self.citation(cites[0]))]
        if len(cites) == 1:
            return docs[0]
        for citation in cites[1:]:
            docs += [self.comma, self.break_before(citation, tight=self.zh)]
            docs.append(self.citation(citation))
        return Group(Nest(tuple(docs)))

    def cites_below(self, cites: Sequence[t.Citation]) -> Doc:
        return self.statement(cites[0], self.citations(cites)) if cites else ()

    def citation(self, node: t.Citation) -> Doc:
        clause = words(
            self.name(node.instrument), self.locator(node.locator), self.period(node.period)
        )
        return self.maybe_unverified(clause, node.unverified)

    def locator(self, locator: t.Locator) -> Doc:
        match locator:
            case t.Article():
                return article_text(locator, self.surface)
            case t.Section():
                return section_text(locator, self.surface)
            case t.Spot(title=title):
                return words(self.kw("AT"), self.title(title))

    # ── vocabulary ──

    def type(self, kind: t.TypeNode) -> Doc:
        match kind:
            case t.PrimitiveType(primitive=primitive):
                return self.kw(primitive.upper())
            case t.CodeType(code_list=code_list, many=many):
                return words(self.kw("SET_OF" if many else "CODE"), self.name(code_list))
            case t.QuantityType(dimension=dimension, per=None):
                return self.name(dimension)
            case t.QuantityType(dimension=dimension, per=per):
                assert per is not None
                return words(self.name(dimension), self.kw("PER"), self.name(per))

    def code_list(self, node: t.CodeList) -> Doc:
        head = words(self.kw("CODE_LIST"), self.declared(node.name))
        traits = [self.kw("ORDERED")] if node.ordered else []
        traits += [self.kw("BY_DIGITS")] if node.by_digits else []
        lines = [self.statement(None, trait) for trait in traits]
        for value in node.values:
            text = self.titled(self.declared(value.name), value.title)
            lines.append(Nest((self.new_line(value, "keep"), text)))
        return self.titled(head, node.title), *lines

    def code_group(self, node: t.CodeGroup) -> Doc:
        head = words(
            self.kw("CODE_GROUP"),
            self.declared(node.name),
            self.kw("OF"),
            self.name(node.code_list),
        )
        codes = self.codes(node.codes, listed=True)
        line = self.statement(node.codes[0], self.kw("IS"), codes)
        return self.titled(head, node.title), line, self.cites_below(node.cites)

    def codes(self, codes: Sequence[t.Name | t.Text], *, listed: bool) -> Doc:
        """One code, or `one of ( … )`."""
        if not listed:
            return self.code(codes[0])
        listing = self.parenthesised(Nest(self.names(codes)))
        return self.order([K("ONE_OF"), listing], [listing, K("ONE_OF")])

    def columns(self, node: t.Layer | t.ComponentKind) -> Iterable[Doc]:
        for column in node.columns:
            text = self.typed(
                "KEY" if column.key else "COLUMN", column.name, self.type(column.type)
            )
            yield Nest((self.new_line(column, "keep"), text))

    def plan(self, node: t.PlanKind) -> Doc:
        if node.layer is None or node.column is None:
            return self.kind("PLAN", node)
        layer, column = self.name(node.layer), self.name(node.column)
        where = self.order(
            [K("IN"), layer, K("BY"), column],
            [K("SEE"), layer, K("SUCH"), column],
        )
        return self.kind("PLAN", node), self.statement(node.layer, where)

    def parameter(self, node: t.Parameter) -> Doc:
        head = words(self.kw("PARAMETER"), self.declared(node.name))
        if node.key is not None:
            head = words(head, self.kw("BY"), self.name(node.key))
        head = words((head, "：" if self.zh else ":"), self.type(node.type))
        lines = [self.dated_value(v) for v in node.values]
        if node.set_by is not None:
            authority = self.keyword_title("SET_BY", node.set_by.authority)
            cites = Nest(
                (self.break_before(node.set_by.cites[0]), self.citations(node.set_by.cites))
            )
            lines.insert(0, self.statement(node.set_by, Group((authority, cites))))
        return self.titled(head, node.title), *lines

    def dated_value(self, node: t.DatedValue) -> Doc:
        keys = self.names(node.keys) if node.keys else None
        value = words(keys, self.expression(node.value), self.period(node.period))
        cites = Nest((self.break_before(node.cites[0]), self.citations(node.cites)))
        return self.statement(node, Group((value, cites)))

    def mapping(self, node: t.Mapping) -> Doc:
        column = (self.name(node.layer), ".", self.name(node.column))
        head = words(self.kw("MAPPING"), column, self.period(node.period))
        basis = self.cites_below(node.cites) if node.cites else ()
        presumed: Doc = ()
        if node.presumed is not None:
            presumed = self.statement(None, self.keyword_title("PRESUMED", node.presumed))
        return head, basis, presumed, *(self.mapped(m) for m in node.values)

    def mapped(self, node: t.Mapped) -> Doc:
        olds = words(*[x for name in node.olds for x in (self.kw("OR"), self.name(name))][1:])
        if node.value is None:
            return self.statement(node, self.kw("BLANK_COUNTS_AS"), olds)
        return self.statement(node, self.name(node.value), self.kw("WAS"), olds)

    def concept(self, node: t.Concept) -> Doc:
        head = words(self.kw("CONCEPT"), self.declared(node.name))
        if node.layer is not None:
            head = words(head, self.kw("OF"), self.name(node.layer))
        means = self.statement(node.means, self.kw("MEANS"), self.condition(node.means))
        return self.titled(head, node.title), means, self.cites_below(node.cites)

    # ── rules ──

    def rule(self, node: t.Rule) -> Doc:
        clauses = (self.subject(node.subject), self.territory_clause(node.territory))
        head = words(
            self.kw("RULE"),
            self.declared(node.name),
            *(self.loose(clause) for clause in clauses if clause is not None),
        )
        docs: list[Doc] = [head, self.statement(None, self.title(node.title))]
        docs += [self.rule_part(part) for part in node.parts]
        docs.append(self.cites_below(node.cites))
        for i, case in enumerate(node.cases):
            line = self.new_line(case, "keep" if i else "always")
            docs.append(Nest((line, self.case(case))))
        return tuple(docs)

    def subject(self, node: t.Subject | None) -> Doc | None:
        if node is None:
            return None
        kind = self.name(node.kind)
        if node.layer is None:
            return self.order([K("ON"), kind], [K("ABOUT"), kind])
        layer = self.name(node.layer)
        return self.order(
            [K("ON"), kind, K("OF"), layer],
            [K("ABOUT"), layer, K("SUCH"), kind],
        )

    def for_each(self, place: t.LayerPlace, part: t.PartNode, within: t.Expression | None) -> Doc:
        where, whole = self.place(place), self.part(part)
        if within is None:
            return self.order(
                [K("FOR_EACH"), where, K("THAT", loose=True), whole, K("OVERLAPS")],
                [K("FOR_EACH"), whole, K("REACHES_EACH", loose=True), where],
            )
        reach = self.expression(within)
        return self.order(
            [K("FOR_EACH"), where, K("WITHIN", loose=True), reach, K("OF"), whole],
            [K("FOR_EACH"), K("WITH"), whole, K("APART"), reach, K("WITHIN_EACH"), where],
        )

    def rule_part(self, node: t.RulePart) -> Doc:
        """One part of a rule."""
        match node:
            case t.Anticipatory():
                return self.statement(node, self.kw("ANTICIPATORY"))
            case t.Applies(condition=condition):
                return self.statement(node, self.kw("APPLIES"), self.condition(condition))
            case t.Norm():
                return self.norm(node)
            case t.ExceptionClause():
                return self.exception(node)
            case t.Remedy(title=title):
                return self.statement(node, self.keyword_title("REMEDY", title))
            case t.Let(name=name, part=part):
                declared = self.declared(name)
                return self.statement(
                    node, self.kw("LET"), declared, self.kw("BE"), self.part(part)
                )
            case t.ForEach(place=place, part=part, within=within):
                return self.statement(node, self.for_each(place, part, within))
            case t.Instead(where=where, requires=requires):
                return self.instead(node, self.condition(where), self.condition(requires))
            case t.Displacement():
                return self.displacement(node)
            case t.Information(kind=kind, title=title, cites=cites):
                text = self.keyword_title(kind.upper(), title)
                return self.statement(node, text), Nest(self.cites_below(cites))

    def norm(self, node: t.Norm) -> Doc:
        ordinarily = self.kw("ORDINARILY") if node.ordinarily else None
        keyword = self.kw(node.kind.upper())
        if node.kind is not t.NormKind.LIMITS or not isinstance(node.condition, t.Comparison):
            return self.statement(node, ordinarily, keyword, self.condition(node.condition))
        limit = self.comparison(node.condition, None if self.zh else self.kw("TO"))
        return self.statement(node, ordinarily, keyword, limit)

    def exception(self, node: t.ExceptionClause) -> Doc:
        condition = words(self.kw("UNLESS"), Nest(self.condition(node.condition)))
        if node.provided is not None:
            provided = words(self.kw("PROVIDED"), self.condition(node.provided))
            line = self.break_before(node.provided, tight=self.zh)
            condition = Group((condition, self.comma, Nest(Nest((line, provided)))))
        nested = (Nest(self.except_when(x)) for x in node.except_when)
        return self.statement(node, condition), Nest(self.cites_below(node.cites)), *nested

    def except_when(self, node: t.ExceptWhen) -> Doc:
        condition = Nest(self.condition(node.condition))
        text = (
            words(self.kw("BUT"), condition, self.kw("EXCEPTED"))
            if self.zh
            else words(self.kw("EXCEPT_WHEN"), condition)
        )
        return self.statement(node, text), Nest(self.cites_below(node.cites))

    def instead(self, node: t.Instead, where: Doc, requires: Doc) -> Doc:
        if self.zh:
            first: tuple[Doc, ...] = (words(self.kw("INSTEAD"), where), self.comma)
            second = words(self.kw("CHANGED_TO"), requires)
        else:
            first = (words(self.kw("INSTEAD"), self.kw("WHERE"), where),)
            second = words(self.kw("REQUIRES"), requires)
        line = self.break_before(node.requires, tight=self.zh)
        return self.statement(node, Group((*first, Nest((line, second)))))

    def displacement(self, node: t.Displacement) -> Doc:
        text = words(self.kw("DISPLACES"), self.name(node.rule))
        if node.when is not None:
            when = words(self.kw("WHEN"), self.condition(node.when))
            text = Group((text, Nest((self.break_before(node.when), when))))
        because = self.statement(None, self.keyword_title("BECAUSE", node.because))
        return self.statement(node, text), Nest(because)

    def not_executable(self, node: t.NotExecutable) -> Doc:
        head = words(self.kw("NOT_EXECUTABLE"), self.citation(node.citation))
        if node.concerning:
            names = words(self.kw("CONCERNING"), Nest(self.names(node.concerning)))
            head = Group((head, Nest((self.break_before(node.concerning[0]), names))))
        return head, self.statement(None, self.keyword_title("BECAUSE", node.because))

    # ── conditions ──

    def condition(self, node: t.Expression) -> Doc:
        """A condition; its lines break two columns further in than its statement."""
        return self.expression(node)

    def expression(self, node: t.Expression) -> Doc:
        """A condition or a term."""
        match node:
            case t.Name():
                return self.name(node)
            case t.Quantity():
                return self.quantity(node)
            case t.Number(value=value):
                return number_text(value)
            case t.Day(value=day):
                return self.day(day)
            case t.Group(inner=inner):
                return self.parenthesised(self.expression(inner))
            case t.Conjunction(items=items):
                return self.joined(items, self.kw("AND"))
            case t.Disjunction(items=items):
                return self.joined(items, self.kw("OR"))
            case t.Negation(inner=inner):
                return words(self.kw("NOT"), self.expression(inner))
            case t.Comparison():
                return self.comparison(node)
            case t.Arithmetic(operator=operator, left=left, right=right):
                return words(self.expression(left), operator.value, self.expression(right))
            case t.IsCode() | t.WasCode() | t.Inclusion():
                return self.code_test(node)
            case t.Relation():
                return self.relation(node)
            case t.Measure():
                return self.measure(node)
            case t.Total():
                return self.total(node)
            case t.DocumentTest():
                return self.document_test(node)
            case t.JudgementTest(judgement=name):
                return words(self.kw("JUDGEMENT"), self.name(name))
            case t.Items(items=items):
                return self.items(items)
            case t.Implication(premise=premise, conclusion=conclusion):
                then = words(self.kw("THEN"), self.expression(conclusion))
                line = self.break_before(conclusion)
                return Group(Nest((words(self.kw("IF"), self.expression(premise)), line, then)))
            case t.DoneBy(done=done, due=due):
                return words(self.expression(done), self.kw("IS_DONE_BY"), self.expression(due))
            case t.Provision(kind=kind):
                return self.kw(kind.upper())
            case t.Whatever(rule=name):
                return words(
                    self.kw("WHATEVER"),
                    self.name(name),
                    self.kw("FORBIDDEN" if self.zh else "FORBIDS"),
                )
            case t.Conformity(plan=name):
                return words(self.kw("CONFORMS_TO"), self.name(name))
            case t.Keyed(parameter=parameter, key=key):
                by = self.kw("BY" if self.zh else "FOR")
                return words(self.name(parameter), by, self.name(key))
            case t.Extreme(greatest=greatest, terms=terms):
                keyword = self.kw("GREATEST_OF" if greatest else "LEAST_OF")
                listing = self.filled([(x, self.expression(x)) for x in terms], self.listed)
                return words(keyword, self.parenthesised(Nest(listing)))
            case t.DocumentDate(document=name):
                return self.order(
                    [K("DATE_OF"), self.name(name)],
                    [K("DOCUMENT"), self.name(name), K("DATE_OF")],
                )
            case t.InstrumentStart(instrument=name):
                return self.order(
                    [K("START_OF"), self.name(name)], [self.name(name), K("START_OF")]
                )

    def quantity(self, node: t.Quantity) -> Doc:
        value, unit = number_text(node.value), BY_SPELLING[node.unit]
        if self.zh:
            text = f"{value} {unit.zh}"
            return f"每年 {text}" if node.per_year else text
        spelling = unit.en.removesuffix("s") if node.value == 1 and unit.en in PLURALS else unit.en
        text = f"{value}{spelling}" if spelling == "°" else f"{value} {spelling}"
        return f"{text} per year" if node.per_year else text

    def joined(self, items: Sequence[t.Expression], word: str) -> Doc:
        """Conditions joined by `and` or `or`, all on one line or each on its own."""
        docs: list[Doc] = [self.expression(items[0])]
        for item in items[1:]:
            docs += [self.break_before(item), words(word, self.expression(item))]
        return Group(Nest(tuple(docs)))

    def comparator(self, comparator: t.Comparator) -> str:
        return self.kw(comparator.upper())

    def comparison(self, node: t.Comparison, to: str | None = None) -> Doc:
        right = words(to, self.comparator(node.comparator), self.expression(node.right))
        return Group((self.expression(node.left), Nest((self.break_before(node.right), right))))

    def code_test(self, node: t.IsCode | t.WasCode | t.Inclusion) -> Doc:
        """What a term is, is not, was or includes."""
        term = self.expression(node.term)
        match node:
            case t.Inclusion(codes=codes, mode="one"):
                return words(term, self.kw("INCLUDES"), self.code(codes[0]))
            case t.Inclusion(codes=codes, mode=mode):
                listing = self.parenthesised(Nest(self.names(codes)))
                if mode == "only":
                    return words(term, self.kw("INCLUDES_ONLY"), listing)
                return self.order(
                    [term, K("INCLUDES_ANY"), listing],
                    [term, K("INCLUDES"), listing, K("ONE_OF")],
                )
            case t.WasCode(codes=codes, listed=listed):
                return words(term, self.kw("WAS"), self.codes(codes, listed=listed))
            case t.IsCode(codes=codes, listed=listed, negated=negated):
                ways = self.alternatives["KW_IS_NOT" if negated else "KW_IS"]
                word = ways[-1] if listed else ways[0]
                return words(term, word, self.codes(codes, listed=listed))

    def items(self, items: Sequence[t.Item]) -> Doc:
        docs: list[Doc] = []
        for item in items:
            number = number_text(item.number)
            label = f"第{number}项" if self.zh else words(self.kw("ITEM"), number)
            docs += [self.new_line(item), words(label, self.expression(item.condition))]
            docs.append(self.cites_below(item.cites))
        return words(self.kw("ANY_OF"), self.parenthesised(Nest(Nest(tuple(docs)))))

    # ── space ──

    def part(self, node: t.PartNode) -> Doc:
        match node:
            case t.NamedPart(name=name):
                return self.name(name)
            case t.PartOf():
                return self.part_of(node)
            case t.Part(component=None):
                return self.kw(node.kind.upper())
            case t.Part(component=name, where=where):
                assert name is not None
                return words(self.kw("ANY"), self.where(self.name(name), where))

    def part_of(self, node: t.PartOf) -> Doc:
        whole, inside = self.part(node.whole), self.place(node.inside)
        if self.zh:
            docs: list[Doc] = [words(whole, self.kw("IN"), inside, self.kw("THE_PART"))]
        else:
            docs = [words(self.kw("THE_PART_OF"), whole, self.kw("IN"), inside)]
        for place in node.leaving_out:
            rest = [self.kw("THE_PART")] if self.zh else []
            docs += [Line(), words(self.kw("LEAVING_OUT"), self.place(place), *rest)]
        return Group(Nest(tuple(docs)))

    def place(self, node: t.LayerPlace) -> Doc:
        return self.where(self.name(node.layer), node.where)

    def where(self, name: Doc, where: t.Expression | None) -> Doc:
        """A name and the filter on what it names."""
        if where is None:
            return name
        condition = Nest(self.expression(where))
        if self.zh:
            return name, self.loose("（", tight=True), condition, "）"
        return words(name, self.loose(words(self.kw("WHERE"), "("))), condition, ")"

    def relation(self, node: t.Relation) -> Doc:
        part, place = self.part(node.part), self.place(node.place)
        match node.kind:
            case t.RelationKind.NEAR:
                assert node.within is not None
                reach = self.expression(node.within)
                return self.order(
                    [part, K("WITHIN", loose=True), reach, K("OF"), place],
                    [part, K("WITH", loose=True), place, K("APART"), reach, K("WITHIN")],
                )
            case kind:
                relation = self.related(kind, part, place)
        if node.by is None:
            return relation
        by = words(None if self.zh else self.kw("BY"), self.comparator(node.by[0]))
        size = words(by, self.expression(node.by[1]))
        return Group((relation, Nest((self.break_before(node.by[1]), size))))

    def related(self, kind: t.RelationKind, part: Doc, place: Doc) -> Doc:
        """A part, a relation and a place, as conditions and cases say them."""
        word, loose = K(kind.upper()), K(kind.upper(), loose=True)
        en: list[Doc | K | None] = [part, loose, place]
        match kind:
            case t.RelationKind.OVERLAPS | t.RelationKind.TOUCHES:
                return self.order(en, [part, K("WITH", loose=True), place, word])
            case t.RelationKind.LIES_WITHIN:
                return self.order(en, [part, K("LIES", loose=True), place, K("INSIDE")])
            case _:
                return self.order(en, en)

    def measure(self, node: t.Measure) -> Doc:
        place = self.place(node.place) if node.place else None
        whole = node.part == t.Part(t.PartKind.FOOTPRINT)
        match node.kind:
            case t.MeasureKind.DISTANCE:
                assert place is not None
                return self.distance(None if whole else self.part(node.part), place)
            case t.MeasureKind.COUNT:
                return self.order([K("NUMBER_OF"), place], [place, K("NUMBER_OF")])
            case kind:
                return self.size(kind, self.part(node.part), place)

    def size(self, kind: t.MeasureKind, part: Doc, place: Doc | None = None) -> Doc:
        """The area, share or length of a part, or of what of it lies in a place."""
        of, inside = K(f"{kind.upper()}_OF"), K(f"{kind.upper()}_IN")
        if place is None:
            return self.order([of, part], [part, of])
        return self.order([of, part, K("IN"), place], [part, K("IN"), place, inside])

    def distance(self, part: Doc | None, place: Doc) -> Doc:
        start = words(self.kw("FROM"), part) if part is not None and not self.zh else part
        return self.order(
            [K("DISTANCE"), start, K("TO"), place], [part, K("TO"), place, K("DISTANCE")]
        )

    def total(self, node: t.Total) -> Doc:
        attribute = self.name(node.attribute)
        same = [words(self.kw("IN_THE_SAME"), self.name(n)) for n in node.same_areas]
        if node.same_year:
            same.append(self.order([K("IN_THE_SAME"), K("YEAR")], [K("SAME_YEAR")]))
        return self.order(
            [K("TOTAL"), attribute, K("OF_APPROVALS"), *(self.loose(x) for x in same)],
            [*same, K("OF_APPROVALS"), attribute, K("TOTAL")],
        )

    # ── documents ──

    def document_test(self, node: t.DocumentTest) -> Doc:
        """A document and what is asked of it, in a fixed order."""
        docs: list[Doc] = []
        if node.covers == "overlap":
            docs.append(words(self.kw("COVERS"), self.kw("THE_OVERLAP")))
        elif node.covers is not None:
            docs.append(words(self.kw("COVERS"), self.part(node.covers)))
        if node.before is not None:
            stage = self.name(node.before)
            docs.append(self.order([K("BEFORE"), stage], [K("ON"), stage, K("BEFORE")]))
        if node.rank is not None:
            rank = words(self.name(node.rank), self.kw("OR_ABOVE") if node.or_above else None)
            docs.append(self.order([K("FROM"), rank], [K("GIVEN_BY"), rank, K("ISSUED")]))
        if node.from_each is not None:
            docs.append(self.from_each(node.from_each))
        if node.contains is not None:
            docs.append(words(self.kw("CONTAINS"), quoted(node.contains)))
        if node.valid_on is not None:
            day = self.expression(node.valid_on)
            docs.append(self.order([K("VALID_ON"), day], [K("ON"), day, K("VALID")]))
        document = words(self.kw("DOCUMENT"), self.name(node.document))
        return words(document, *(self.loose(doc) for doc in docs))

    def from_each(self, node: t.FromEach) -> Doc:
        layer, part = self.name(node.layer), self.part(node.part)
        return self.order(
            [K("FROM_EACH"), layer, K("THAT"), part, K("OVERLAPS")],
            [K("GIVEN_BY"), part, K("REACHES_EACH"), layer, K("ISSUED")],
        )

    # ── cases ──

    def case(self, node: t.Case) -> Doc:
        head = self.keyword_title("CASE", node.title)
        if node.on is not None:
            head = words(head, self.kw("ON"), self.day(node.on.value))
        givens = self.filled([(g, self.given(g)) for g in node.givens], self.comma)
        given = self.statement(node.givens[0], self.kw("GIVEN"), Nest(givens))
        expected = words(self.kw("EXPECT"), self.kw(node.expected.upper()))
        if node.wanting:
            names = self.names(node.wanting)
            expected = words(expected, self.kw("WANTING"), Nest(names))
        return head, given, self.statement(None, expected)

    def given(self, node: t.Given) -> Doc:
        """One thing that a case states."""
        match node:
            case t.AttributeGiven(name=name, value=value):
                return self.equals(self.name(name), self.value(value))
            case t.JudgementGiven(name=name, answer=answer):
                judgement = words(self.kw("JUDGEMENT"), self.name(name))
                return self.equals(judgement, self.value(answer))
            case t.OutsideGiven(territory=name):
                return words(self.kw("OUTSIDE"), self.name(name))
            case t.NothingGiven(layer=name):
                return words(self.kw("NONE"), self.name(name))
            case t.FeatureGiven():
                return self.feature(node)
            case t.PartAt(part=part, wkt=wkt):
                return words(self.part(part), self.kw("AT"), quoted(wkt.value))
            case t.FeatureAt(layer=layer, columns=columns, wkt=wkt):
                feature = words(self.kw("FEATURE"), self.feature_of(layer, columns))
                return words(feature, self.kw("AT"), quoted(wkt.value))
            case t.ComponentAt(component=name, columns=columns, wkt=wkt):
                component = words(self.kw("COMPONENT"), self.feature_of(name, columns))
                return words(component, self.kw("AT"), quoted(wkt.value))
            case t.ParameterGiven(parameter=keyed, amount=amount):
                return self.equals(self.expression(keyed), self.expression(amount))
            case t.SizeGiven(kind=kind, part=part, amount=amount):
                return self.equals(self.size(kind, self.part(part)), self.expression(amount))
            case t.DocumentGiven():
                return self.document_given(node)
            case t.TotalGiven(total=total, amount=amount):
                return self.equals(self.total(total), self.expression(amount))

    def equals(self, left: Doc, right: Doc) -> Doc:
        return words(left, "＝" if self.zh else "=", right)

    def value(self, node: t.Value) -> Doc:
        match node:
            case t.Truth(value=truth):
                return self.kw("YES" if truth else "NO")
            case t.Unknown():
                return self.kw("UNKNOWN")
            case t.NotYet():
                return self.kw("NOT_YET")
            case t.CodeSet(codes=codes):
                return self.parenthesised(Nest(self.names(codes)))
            case t.Text(value=text):
                return quoted(text)
            case _:
                return self.expression(node)

    def feature_of(self, layer: t.Name, columns: Sequence[t.ColumnValue]) -> Doc:
        """A layer and what its feature has in its columns."""
        if not columns:
            return self.name(layer)
        values = [(c, self.equals(self.name(c.column), self.value(c.value))) for c in columns]
        return words(self.name(layer), self.parenthesised(Nest(self.filled(values, self.comma))))

    def feature(self, node: t.FeatureGiven) -> Doc:
        place = self.feature_of(node.layer, node.columns)
        amount = self.expression(node.amount) if node.amount is not None else None
        if node.relation == "distance":
            assert amount is not None
            whole = node.part == t.Part(t.PartKind.FOOTPRINT)
            distance = self.distance(None if whole else self.part(node.part), place)
            return self.equals(distance, amount)
        related = self.related(node.relation, self.part(node.part), place)
        return words(related, None if self.zh or amount is None else self.kw("BY"), amount)

    def document_given(self, node: t.DocumentGiven) -> Doc:
        return words(self.document_state(node), *self.document_facts(node))

    def document_facts(self, node: t.DocumentGiven) -> list[Doc]:
        """What a case says of a document beside its state."""
        facts: list[Doc] = []
        givers = [self.name(node.rank)] if node.rank else []
        givers += [quoted(node.issuer)] if node.issuer is not None else []
        for giver in givers:
            if self.zh:
                facts += [self.kw("GIVEN_BY"), giver, self.kw("ISSUED")]
            else:
                facts += [self.kw("FROM"), giver]
        if node.issued_on:
            facts += [self.kw("ON"), f"{node.issued_on.value}"]
        if node.valid_until:
            facts += [self.kw("UNTIL"), f"{node.valid_until.value}"]
        for chapter in node.contains:
            facts += [self.kw("CONTAINS" if self.zh else "CONTAINING"), quoted(chapter)]
        return facts

    def document_state(self, node: t.DocumentGiven) -> Doc:
        docs: list[Doc] = [self.kw("DOCUMENT"), self.name(node.document)]
        docs.append(self.kw(node.state.upper()))
        if node.covering is None:
            return words(*docs)
        covering, overlap = self.kw("COVERS" if self.zh else "COVERING"), self.kw("THE_OVERLAP")
        if node.covering == "all":
            return words(*docs, covering, overlap)
        if isinstance(node.covering, t.Text):
            return words(*docs, self.kw("AT"), quoted(node.covering.value))
        amount = self.expression(node.covering)
        return self.order(
            [*docs, covering, amount, K("OF_THE_OVERLAP")],
            [*docs, covering, overlap, K("OF_WHICH"), amount],
        )


COMPACT = (
    t.CodeGroup,
    t.Attribute,
    t.Layer,
    t.DocumentKind,
    t.ComponentKind,
    t.JudgementKind,
    t.PlanKind,
    t.Parameter,
    t.Filling,
    t.NotExecutable,
)
"""Declarations that may stand close together when one of the same kind stands before."""

PLURALS = ("years", "months", "days")


def quoted(text: str) -> str:
    """A text in quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def number_text(value: Decimal) -> str:
    """A number as it was written, never with an exponent."""
    return f"{value:f}"

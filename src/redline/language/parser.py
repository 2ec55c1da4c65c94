"""From the text of a rule file to its tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

from redline.diagnostics import Diagnostic, Refusal
from redline.language import tree as t
from redline.language.collector import collector_paused
from redline.language.diagnostics import (
    ImpossibleDate,
    PartTwice,
    TooManyDigits,
    TwoNamesInOneScript,
)
from redline.language.faults import (
    SyntaxFault,
    character_fault,
    check_levels,
    check_parentheses,
    mixed_surfaces,
    surface_of,
    token_fault,
    without_broken,
)
from redline.language.grammar import load_parser
from redline.language.numerals import chinese_number
from redline.language.source import Source, Span
from redline.language.words import keyword_spellings
from redline.messages import Language, Title
from redline.quantities import BY_SPELLING

MAX_ERRORS = 20
MAX_DIGITS = 15

T = TypeVar("T")
Children = list[Any]
Make = Callable[[Span, Children], Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a rule file: its tree without what is wrong, and what that is.

    `lost` are names that may have been declared in what could not be read.
    """

    pack: t.Pack | None
    diagnostics: tuple[Diagnostic, ...]
    lost: frozenset[str] = frozenset()


def parse(source: Source, surface: Language | None = None) -> t.Pack:
    """Parse a rule file; the surface is told from its first keyword unless given.

    Raises `Refusal` with every syntax error found.
    """
    reading = read_pack(source, surface)
    if reading.diagnostics or reading.pack is None:
        raise Refusal(reading.diagnostics)
    return reading.pack


def read_pack(source: Source, surface: Language | None = None) -> Reading:
    """Parse a rule file as far as it goes.

    After an error the case, or else the declaration, around it is passed over and reading goes on
    behind it; what is wrong before the first declaration leaves no tree.
    """
    surface = surface or surface_of(source)
    mixed = tuple(mixed_surfaces(source, surface))[:MAX_ERRORS]
    if mixed:
        return Reading(None, mixed)
    try:
        check_parentheses(source)
    except Refusal as refusal:
        return Reading(None, refusal.diagnostics)
    errors: list[Diagnostic] = []
    lost: frozenset[str] = frozenset()
    text = source.text
    while len(errors) < MAX_ERRORS:
        try:
            return Reading(parse_once(source, text, surface), tuple(errors), lost)
        except SyntaxFault as fault:
            errors.append(fault.diagnostic)
            recovery = without_broken(text, fault.offset, surface)
            if recovery is None or recovery.text == text:
                break
            text, lost = recovery.text, lost | recovery.lost
    return Reading(None, tuple(errors), lost)


def parse_once(source: Source, text: str, surface: Language) -> t.Pack:
    """Parse `text` (the source, parts of it perhaps blanked); raises `SyntaxFault`."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

    parser, builder = parser_of(surface)
    builder.begin(source)
    try:
        with collector_paused():
            tree = parser.parse(text)
            check_levels(source, tree)
            return cast(t.Pack, builder.transformer.transform(tree))
    except UnexpectedCharacters as error:
        raise character_fault(source, text, error) from None
    except UnexpectedToken as error:
        raise token_fault(source, text, error, surface) from None
    except VisitError as error:
        if isinstance(error.orig_exc, SyntaxFault):
            raise error.orig_exc from None
        raise


@cache
def parser_of(surface: Language) -> tuple[Any, Builder]:
    """The parser of a surface and the builder that it feeds; one of each per process."""
    builder = Builder(surface)
    return load_parser(surface, builder.comment), builder


def is_chinese(name: str) -> bool:
    """Whether an identifier is the Chinese one of its pair."""
    return not name.isascii()


class Builder:
    """Makes a tree node of each production.

    One method per rule or alias of the grammar, called with the span and the children; punctuation
    and keywords are passed over by type (`tokens` keeps those that carry meaning).
    """

    def __init__(self, surface: Language) -> None:
        self.surface = surface
        self.source = Source("", "")
        self.comments: list[t.Comment] = []
        self.transformer = self.as_transformer()

    def begin(self, source: Source) -> None:
        """Start on a new file."""
        self.source = source
        self.comments = []

    def comment(self, token: Any) -> Any:
        """Keep a comment; the lexer passes over it."""
        span = Span(token.start_pos, token.end_pos)
        self.comments.append(t.Comment(str(token), span=span))
        return token

    def as_transformer(self) -> Any:
        """What Lark calls: the public methods below, wrapped to receive spans."""
        from lark import Transformer, v_args

        def wrap(make: Make) -> Any:
            def reduce(_self: object, meta: Any, children: Children) -> Any:
                span = Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)
                return make(span, [c for c in children if keep(c)])

            return reduce

        names = [n for n in dir(Builder) if n.startswith("on_")]
        methods = {n.removeprefix("on_"): wrap(getattr(self, n)) for n in names}
        methods["__default__"] = unbuilt
        return v_args(meta=True)(type("TreeBuilder", (Transformer,), methods))()

    def once(self, said: Sequence[str], keywords: Mapping[str, str], span: Span) -> None:
        """Refuse what is said twice; `keywords` gives the terminal of its word."""
        for i, part in enumerate(said):
            if part in said[:i]:
                terminal = keywords.get(part, "KW_TERRITORY")
                word = keyword_spellings(self.surface).get(terminal, part)
                raise self.fault(PartTwice(place=self.source.place(span), word=word), span)

    def fault(self, diagnostic: Diagnostic, span: Span) -> SyntaxFault:
        return SyntaxFault(diagnostic, span.start)

    # ── names, titles, citations ──

    def on_start(self, span: Span, c: Children) -> t.Pack:
        name, territory, title = c[0]
        rest = c[1:]
        return t.Pack(
            name=name,
            territory=territory,
            title=title,
            imports=tuple(x for x in rest if isinstance(x, t.Import)),
            declarations=tuple(x for x in rest if not isinstance(x, t.Import)),
            source=self.source,
            surface=self.surface,
            comments=tuple(self.comments),
            span=span,
        )

    def on_pack(self, span: Span, c: Children) -> Any:
        return c[0], first(c, TerritoryClause), first(c, Title)

    def on_dotted(self, span: Span, c: Children) -> str:
        return ".".join(str(x) for x in c)

    def on_import_statement(self, span: Span, c: Children) -> t.Import:
        return t.Import(c[0], span=span)

    def on_territory_clause(self, span: Span, c: Children) -> TerritoryClause:
        return TerritoryClause(str(c[0]), span=token_span(c[0]))

    def on_declared_name(self, span: Span, c: Children) -> t.DeclaredName:
        texts = [str(x) for x in c]
        if len(texts) == 2 and is_chinese(texts[0]) == is_chinese(texts[1]):
            place = self.source.place(span)
            raise self.fault(
                TwoNamesInOneScript(place=place, first=texts[0], second=texts[1]), span
            )
        return t.DeclaredName(
            en=next((x for x in texts if not is_chinese(x)), ""),
            zh=next((x for x in texts if is_chinese(x)), ""),
            span=span,
        )

    on_code_value_name = on_declared_name

    def on_title(self, span: Span, c: Children) -> Title:
        texts = [unquote(x) for x in c]
        first_, second = texts[0], texts[1] if len(texts) > 1 else ""
        return Title(first_, second) if self.surface == "en" else Title(second, first_)

    def on_cites(self, span: Span, c: Children) -> tuple[t.Citation, ...]:
        return tuple(c)

    def on_citation(self, span: Span, c: Children) -> t.Citation:
        return t.Citation(
            name_of(c[0]), c[1], first(c, t.Period), first(c, t.Unverified), span=span
        )

    def on_unverified(self, span: Span, c: Children) -> t.Unverified:
        return t.Unverified(first(c, Title), span=span)

    def on_article_locator(self, span: Span, c: Children) -> t.Article:
        self.check_digits(c[0])
        return article(str(c[0]), span)

    def on_section_locator(self, span: Span, c: Children) -> t.Section:
        self.check_digits(c[0])
        return section(str(c[0]), span)

    def on_place_locator(self, span: Span, c: Children) -> t.Spot:
        return t.Spot(c[0], span=span)

    def check_digits(self, token: Any) -> None:
        """Refuse a number of more digits than a float64 or a reader tells apart."""
        longest = max((len(digits) for digits in re.findall(r"\d+", str(token))), default=0)
        if longest > MAX_DIGITS:
            span = token_span(token)
            place = self.source.place(span)
            raise self.fault(TooManyDigits(place=place, limit=MAX_DIGITS), span)

    def day(self, token: Any) -> date:
        try:
            year, month, day = (int(x) for x in re.findall(r"\d+", str(token)))
            return date(year, month, day)
        except ValueError:
            span = token_span(token)
            place = self.source.place(span)
            raise self.fault(ImpossibleDate(place=place, found=str(token)), span) from None

    def on_from_date(self, span: Span, c: Children) -> tuple[str, date]:
        return "from", self.day(c[0])

    def on_before_date(self, span: Span, c: Children) -> tuple[str, date]:
        return "before", self.day(c[0])

    def on_period(self, span: Span, c: Children) -> t.Period:
        ends = dict(c)
        return t.Period(ends.get("from"), ends.get("before"), span=span)

    # ── sources of law ──

    def on_number_part(self, span: Span, c: Children) -> Any:
        return "number", (unquote(c[0]), first(c, t.Unverified))

    def on_issuer_part(self, span: Span, c: Children) -> Any:
        return "issuer", c[0]

    def on_rank_part(self, span: Span, c: Children) -> Any:
        return "rank", name_of(c[0])

    def on_force_part(self, span: Span, c: Children) -> Any:
        return "period", c[0]

    def on_held_part(self, span: Span, c: Children) -> Any:
        return "text_held", t.Day(self.day(c[0]), span=span)

    def on_instrument(self, span: Span, c: Children) -> t.Instrument:
        parts: dict[str, Any] = dict(x for x in c if isinstance(x, tuple))
        self.once([x[0] for x in c if isinstance(x, tuple)], INSTRUMENT_KEYWORDS, span)
        self.once(["territory" for x in c if isinstance(x, TerritoryClause)], {}, span)
        number, number_unverified = parts.get("number", (None, None))
        return t.Instrument(
            name=c[0],
            title=c[1],
            number=number,
            number_unverified=number_unverified,
            issuer=parts.get("issuer"),
            rank=parts.get("rank"),
            period=parts.get("period"),
            text_held=parts.get("text_held"),
            territory=first(c, TerritoryClause),
            span=span,
        )

    # ── vocabulary ──

    def on_territory(self, span: Span, c: Children) -> t.Territory:
        return t.Territory(c[0], c[1], c[2], span=span)

    def on_ordered_trait(self, span: Span, c: Children) -> str:
        return "ordered"

    def on_digits_trait(self, span: Span, c: Children) -> str:
        return "by_digits"

    def on_code_value(self, span: Span, c: Children) -> t.CodeValue:
        return t.CodeValue(c[0], first(c, Title), span=span)

    def on_code_list(self, span: Span, c: Children) -> t.CodeList:
        return t.CodeList(
            name=c[0],
            title=c[1],
            ordered="ordered" in c,
            by_digits="by_digits" in c,
            values=every(c, t.CodeValue),
            span=span,
        )

    def on_code_group(self, span: Span, c: Children) -> t.CodeGroup:
        codes, _listed = c[3]
        cites = c[4] if len(c) > 4 else ()
        return t.CodeGroup(c[0], name_of(c[1]), c[2], codes, cites, span=span)

    def on_asks(self, span: Span, c: Children) -> Asks:
        return Asks(c[0])

    def on_attribute(self, span: Span, c: Children) -> t.Attribute:
        return t.Attribute(c[0], c[1], c[2], asks_of(c), span=span)

    def on_geometry_kind(self, span: Span, c: Children) -> str:
        return {"KW_POLYGON": "polygon", "KW_LINE": "line", "KW_POINT": "point"}[c[0].type]

    def on_column(self, span: Span, c: Children) -> t.Column:
        return t.Column(c[1], c[2], key=c[0].type == "KW_KEY", span=span)

    def on_layer(self, span: Span, c: Children) -> t.Layer:
        return t.Layer(c[0], c[1], c[2], asks_of(c), every(c, t.Column), span=span)

    def on_document(self, span: Span, c: Children) -> t.DocumentKind:
        return t.DocumentKind(c[0], c[1], asks_of(c), span=span)

    def on_component(self, span: Span, c: Children) -> t.ComponentKind:
        return t.ComponentKind(c[0], c[1], asks_of(c), every(c, t.Column), span=span)

    def on_plan_map(self, span: Span, c: Children) -> PlanMap:
        return PlanMap(name_of(c[0]), name_of(c[1]))

    def on_plan(self, span: Span, c: Children) -> t.PlanKind:
        where = first(c, PlanMap)
        layer, column = (where.layer, where.column) if where else (None, None)
        return t.PlanKind(c[0], c[1], asks_of(c), layer, column, span=span)

    def on_judgement(self, span: Span, c: Children) -> t.JudgementKind:
        return t.JudgementKind(c[0], c[1], c[2].title, span=span)

    def on_boolean_type(self, span: Span, c: Children) -> t.PrimitiveType:
        return t.PrimitiveType(t.Primitive.BOOLEAN, span=span)

    def on_text_type(self, span: Span, c: Children) -> t.PrimitiveType:
        return t.PrimitiveType(t.Primitive.TEXT, span=span)

    def on_date_type(self, span: Span, c: Children) -> t.PrimitiveType:
        return t.PrimitiveType(t.Primitive.DATE, span=span)

    def on_number_type(self, span: Span, c: Children) -> t.PrimitiveType:
        return t.PrimitiveType(t.Primitive.NUMBER, span=span)

    def on_code_type(self, span: Span, c: Children) -> t.CodeType:
        return t.CodeType(name_of(c[0]), many=False, span=span)

    def on_set_type(self, span: Span, c: Children) -> t.CodeType:
        return t.CodeType(name_of(c[0]), many=True, span=span)

    def on_quantity_type(self, span: Span, c: Children) -> t.QuantityType:
        per = name_of(c[1]) if len(c) > 1 else None
        return t.QuantityType(name_of(c[0]), per, span=span)

    def on_value_key(self, span: Span, c: Children) -> ValueKey:
        return ValueKey(tuple(name_of(x) for x in c))

    def on_dated_value(self, span: Span, c: Children) -> t.DatedValue:
        key = first(c, ValueKey)
        value = next(x for x in c if isinstance(x, t.Quantity | t.Number | t.Day))
        return t.DatedValue(value, first(c, t.Period), c[-1], key.names if key else (), span=span)

    def on_key_list(self, span: Span, c: Children) -> KeyList:
        return KeyList(name_of(c[0]))

    def on_set_by(self, span: Span, c: Children) -> t.SetBy:
        return t.SetBy(c[0], c[1], span=span)

    def on_parameter(self, span: Span, c: Children) -> t.Parameter:
        key = first(c, KeyList)
        return t.Parameter(
            name=c[0],
            type=next(x for x in c if isinstance(x, t.TypeNode)),
            title=first(c, Title),
            values=every(c, t.DatedValue),
            key=key.name if key else None,
            set_by=first(c, t.SetBy),
            span=span,
        )

    def on_filling(self, span: Span, c: Children) -> t.Filling:
        return t.Filling(name_of(c[0]), every(c, t.DatedValue), span=span)

    def on_presumed(self, span: Span, c: Children) -> Title:
        return cast(Title, c[0])

    def on_mapped_value(self, span: Span, c: Children) -> t.Mapped:
        names = tuple(name_of(x) for x in c)
        return t.Mapped(names[0], names[1:], span=span)

    def on_mapped_blank(self, span: Span, c: Children) -> t.Mapped:
        return t.Mapped(None, tuple(name_of(x) for x in c), span=span)

    def on_mapping(self, span: Span, c: Children) -> t.Mapping:
        return t.Mapping(
            layer=name_of(c[0]),
            column=name_of(c[1]),
            period=first(c, t.Period),
            cites=first(c, tuple) or (),
            presumed=first(c, Title),
            values=every(c, t.Mapped),
            span=span,
        )

    def on_feature_of(self, span: Span, c: Children) -> FeatureOf:
        return FeatureOf(name_of(c[0]))

    def on_concept(self, span: Span, c: Children) -> t.Concept:
        cites = c[-1] if isinstance(c[-1], tuple) else ()
        means = c[-2] if isinstance(c[-1], tuple) else c[-1]
        feature = first(c, FeatureOf)
        layer = feature.layer if feature else None
        return t.Concept(c[0], first(c, Title), means, cites, layer, span=span)

    # ── rules ──

    def on_anticipatory_part(self, span: Span, c: Children) -> t.Anticipatory:
        return t.Anticipatory(span=span)

    def on_applies_part(self, span: Span, c: Children) -> t.Applies:
        return t.Applies(c[0], span=span)

    def on_remedy_part(self, span: Span, c: Children) -> t.Remedy:
        return t.Remedy(c[0], span=span)

    def on_forbids(self, span: Span, c: Children) -> t.Norm:
        return t.Norm(t.NormKind.FORBIDS, c[0], span=span)

    def on_restricts(self, span: Span, c: Children) -> t.Norm:
        return t.Norm(t.NormKind.RESTRICTS, c[0], span=span)

    def on_requires(self, span: Span, c: Children) -> t.Norm:
        return t.Norm(t.NormKind.REQUIRES, c[0], span=span)

    def on_limits(self, span: Span, c: Children) -> t.Norm:
        comparison = t.Comparison(c[0], c[1], c[2], span=span)
        return t.Norm(t.NormKind.LIMITS, comparison, span=span)

    def on_permits_only(self, span: Span, c: Children) -> t.Norm:
        return t.Norm(t.NormKind.PERMITS_ONLY, c[0], span=span)

    def on_expects(self, span: Span, c: Children) -> t.Norm:
        return t.Norm(t.NormKind.EXPECTS, c[0], span=span)

    def on_let_part(self, span: Span, c: Children) -> t.Let:
        return t.Let(c[0], c[1], span=span)

    def on_each_overlapped(self, span: Span, c: Children) -> t.ForEach:
        place = next(x for x in c if isinstance(x, t.LayerPlace))
        return t.ForEach(place, next(x for x in c if x is not place), None, span=span)

    def on_each_near(self, span: Span, c: Children) -> t.ForEach:
        place = next(x for x in c if isinstance(x, t.LayerPlace))
        first_, second = (x for x in c if x is not place)
        part, within = (first_, second) if self.surface == "zh" else (second, first_)
        return t.ForEach(place, part, within, span=span)

    def on_instead(self, span: Span, c: Children) -> t.Instead:
        return t.Instead(c[0], c[1], span=span)

    def on_displacement(self, span: Span, c: Children) -> t.Displacement:
        when = c[1] if len(c) > 2 else None
        return t.Displacement(name_of(c[0]), when, c[-1], span=span)

    def on_penalty_part(self, span: Span, c: Children) -> t.Information:
        return t.Information("penalty", c[0], c[1], span=span)

    def on_names_part(self, span: Span, c: Children) -> t.Information:
        return t.Information("names", c[0], c[1], span=span)

    def on_subject_clause(self, span: Span, c: Children) -> t.Subject:
        kind, *layer = c if self.surface == "en" else reversed(c)
        return t.Subject(name_of(kind), name_of(layer[0]) if layer else None, span=span)

    def on_norm(self, span: Span, c: Children) -> t.Norm:
        norm: t.Norm = c[-1]
        return t.Norm(norm.kind, norm.condition, ordinarily=len(c) > 1, span=span)

    def on_provided(self, span: Span, c: Children) -> Provided:
        return Provided(c[0])

    def on_except_when(self, span: Span, c: Children) -> t.ExceptWhen:
        return t.ExceptWhen(c[0], c[1], span=span)

    def on_exception(self, span: Span, c: Children) -> t.ExceptionClause:
        provided = first(c, Provided)
        return t.ExceptionClause(
            condition=c[0],
            provided=provided.condition if provided else None,
            cites=next(x for x in c if isinstance(x, tuple)),
            except_when=every(c, t.ExceptWhen),
            span=span,
        )

    def on_rule(self, span: Span, c: Children) -> t.Rule:
        return t.Rule(
            name=c[0],
            subject=first(c, t.Subject),
            territory=first(c, TerritoryClause),
            title=cast(Title, first(c, Title)),
            parts=tuple(x for x in c if isinstance(x, t.RulePart)),
            cites=next(x for x in c if isinstance(x, tuple)),
            cases=every(c, t.Case),
            span=span,
        )

    def on_concerning(self, span: Span, c: Children) -> Concerning:
        return Concerning(tuple(name_of(x) for x in c))

    def on_not_executable(self, span: Span, c: Children) -> t.NotExecutable:
        concerning = first(c, Concerning)
        names = concerning.names if concerning else ()
        return t.NotExecutable(c[0], names, c[-1], span=span)

    # ── conditions and terms ──

    def on_conjunction(self, span: Span, c: Children) -> t.Conjunction:
        return t.Conjunction(tuple(c), span=span)

    def on_disjunction(self, span: Span, c: Children) -> t.Disjunction:
        return t.Disjunction(tuple(c), span=span)

    def on_negation(self, span: Span, c: Children) -> t.Negation:
        return t.Negation(c[0], span=span)

    def on_comparison(self, span: Span, c: Children) -> t.Comparison:
        return t.Comparison(c[0], c[1], c[2], span=span)

    def on_code(self, span: Span, c: Children) -> t.Name | t.Text:
        return code_of(c[0])

    def on_one_of(self, span: Span, c: Children) -> tuple[t.Name | t.Text, ...]:
        return tuple(c)

    def on_codes(self, span: Span, c: Children) -> Any:
        return (c[0], True) if isinstance(c[0], tuple) else ((c[0],), False)

    def on_is_code(self, span: Span, c: Children) -> t.IsCode:
        codes, listed = c[1]
        return t.IsCode(c[0], codes, negated=False, listed=listed, span=span)

    def on_is_not_code(self, span: Span, c: Children) -> t.IsCode:
        codes, listed = c[1]
        return t.IsCode(c[0], codes, negated=True, listed=listed, span=span)

    def on_includes(self, span: Span, c: Children) -> t.Inclusion:
        return t.Inclusion(c[0], (c[1],), "one", span=span)

    def on_includes_any(self, span: Span, c: Children) -> t.Inclusion:
        return t.Inclusion(c[0], tuple(c[1:]), "any", span=span)

    def on_includes_only(self, span: Span, c: Children) -> t.Inclusion:
        return t.Inclusion(c[0], tuple(c[1:]), "only", span=span)

    def on_at_least(self, span: Span, c: Children) -> t.Comparator:
        return t.Comparator.AT_LEAST

    def on_at_most(self, span: Span, c: Children) -> t.Comparator:
        return t.Comparator.AT_MOST

    def on_more_than(self, span: Span, c: Children) -> t.Comparator:
        return t.Comparator.MORE_THAN

    def on_less_than(self, span: Span, c: Children) -> t.Comparator:
        return t.Comparator.LESS_THAN

    def on_name(self, span: Span, c: Children) -> t.Name:
        return name_of(c[0])

    def on_group(self, span: Span, c: Children) -> t.Group:
        return t.Group(c[0], span=span)

    def on_plus(self, span: Span, c: Children) -> t.Arithmetic:
        return t.Arithmetic(t.Operator.PLUS, c[0], c[1], span=span)

    def on_minus(self, span: Span, c: Children) -> t.Arithmetic:
        return t.Arithmetic(t.Operator.MINUS, c[0], c[1], span=span)

    def on_times(self, span: Span, c: Children) -> t.Arithmetic:
        return t.Arithmetic(t.Operator.TIMES, c[0], c[1], span=span)

    def on_divided_by(self, span: Span, c: Children) -> t.Arithmetic:
        return t.Arithmetic(t.Operator.DIVIDED_BY, c[0], c[1], span=span)

    def on_quantity(self, span: Span, c: Children) -> t.Quantity:
        self.check_digits(c[0])
        return quantity(str(c[0]), span)

    def on_number(self, span: Span, c: Children) -> t.Number:
        self.check_digits(c[0])
        return t.Number(Decimal(str(c[0])), span=span)

    def on_date(self, span: Span, c: Children) -> t.Day:
        return t.Day(self.day(c[0]), span=span)

    def on_footprint_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.FOOTPRINT, span=span)

    def on_permanent_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.PERMANENT, span=span)

    def on_temporary_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.TEMPORARY, span=span)

    def on_underground_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.UNDERGROUND, span=span)

    def on_aerial_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.AERIAL, span=span)

    def on_centreline_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.CENTRELINE, span=span)

    def on_impact_part(self, span: Span, c: Children) -> t.Part:
        return t.Part(t.PartKind.IMPACT_RANGE, span=span)

    def on_component_part(self, span: Span, c: Children) -> t.Part:
        where = c[1] if len(c) > 1 else None
        return t.Part(t.PartKind.COMPONENT, name_of(c[0]), where, span=span)

    def on_part_of(self, span: Span, c: Children) -> t.PartOf:
        return t.PartOf(c[0], c[1], tuple(c[2:]), span=span)

    def on_named_part(self, span: Span, c: Children) -> t.NamedPart:
        return t.NamedPart(name_of(c[0]), span=span)

    def on_was_code(self, span: Span, c: Children) -> t.WasCode:
        codes, listed = c[1]
        return t.WasCode(c[0], codes, listed, span=span)

    def on_done_by(self, span: Span, c: Children) -> t.DoneBy:
        return t.DoneBy(c[0], c[1], span=span)

    def on_item(self, span: Span, c: Children) -> t.Item:
        cites = c[2] if len(c) > 2 else ()
        self.check_digits(c[0])
        return t.Item(item_number(str(c[0])), c[1], cites, span=span)

    def on_items(self, span: Span, c: Children) -> t.Items:
        return t.Items(tuple(c), span=span)

    def on_implication(self, span: Span, c: Children) -> t.Implication:
        return t.Implication(c[0], c[1], span=span)

    def on_otherwise_provided(self, span: Span, c: Children) -> t.Provision:
        return t.Provision("otherwise_provided", span=span)

    def on_without_approval(self, span: Span, c: Children) -> t.Provision:
        return t.Provision("without_approval", span=span)

    def on_whatever(self, span: Span, c: Children) -> t.Whatever:
        return t.Whatever(name_of(c[0]), span=span)

    def on_conformity(self, span: Span, c: Children) -> t.Conformity:
        return t.Conformity(name_of(c[0]), span=span)

    def on_keyed(self, span: Span, c: Children) -> t.Keyed:
        return t.Keyed(name_of(c[0]), name_of(c[1]), span=span)

    def on_least(self, span: Span, c: Children) -> t.Extreme:
        return t.Extreme(False, tuple(c), span=span)

    def on_greatest(self, span: Span, c: Children) -> t.Extreme:
        return t.Extreme(True, tuple(c), span=span)

    def on_document_date(self, span: Span, c: Children) -> t.DocumentDate:
        return t.DocumentDate(name_of(c[0]), span=span)

    def on_instrument_start(self, span: Span, c: Children) -> t.InstrumentStart:
        return t.InstrumentStart(name_of(c[0]), span=span)

    def on_place(self, span: Span, c: Children) -> t.LayerPlace:
        return t.LayerPlace(name_of(c[0]), c[1] if len(c) > 1 else None, span=span)

    def relation(self, kind: t.RelationKind, span: Span, c: Children) -> t.Relation:
        by = (c[2], c[3]) if len(c) > 2 else None
        return t.Relation(kind, c[0], c[1], by, span=span)

    def on_overlaps(self, span: Span, c: Children) -> t.Relation:
        return self.relation(t.RelationKind.OVERLAPS, span, c)

    def on_lies_within(self, span: Span, c: Children) -> t.Relation:
        return self.relation(t.RelationKind.LIES_WITHIN, span, c)

    def on_crosses(self, span: Span, c: Children) -> t.Relation:
        return self.relation(t.RelationKind.CROSSES, span, c)

    def on_touches(self, span: Span, c: Children) -> t.Relation:
        return self.relation(t.RelationKind.TOUCHES, span, c)

    def on_near(self, span: Span, c: Children) -> t.Relation:
        place = next(x for x in c if isinstance(x, t.LayerPlace))
        within = next(x for x in c[1:] if x is not place)
        return t.Relation(t.RelationKind.NEAR, c[0], place, within=within, span=span)

    def on_feature_count(self, span: Span, c: Children) -> t.Measure:
        return self.measure(t.MeasureKind.COUNT, span, c)

    def measure(self, kind: t.MeasureKind, span: Span, c: Children) -> t.Measure:
        return t.Measure(kind, part_of(c), first(c, t.LayerPlace), span=span)

    def on_area(self, span: Span, c: Children) -> t.Measure:
        return self.measure(t.MeasureKind.AREA, span, c)

    def on_share(self, span: Span, c: Children) -> t.Measure:
        return self.measure(t.MeasureKind.SHARE, span, c)

    def on_length(self, span: Span, c: Children) -> t.Measure:
        return self.measure(t.MeasureKind.LENGTH, span, c)

    def on_distance(self, span: Span, c: Children) -> t.Measure:
        return self.measure(t.MeasureKind.DISTANCE, span, c)

    def on_same_year(self, span: Span, c: Children) -> object:
        return SAME_YEAR

    def on_same_area(self, span: Span, c: Children) -> t.Name:
        return name_of(c[0])

    def on_total(self, span: Span, c: Children) -> t.Total:
        return t.Total(
            attribute=name_of(next(x for x in c if is_token(x, "NAME"))),
            same_areas=every(c, t.Name),
            same_year=SAME_YEAR in c,
            span=span,
        )

    def on_covers_overlap(self, span: Span, c: Children) -> Any:
        return {"covers": "overlap"}

    def on_covers_part(self, span: Span, c: Children) -> Any:
        return {"covers": c[0]}

    def on_before_stage(self, span: Span, c: Children) -> Any:
        return {"before": name_of(c[0])}

    def on_from_rank(self, span: Span, c: Children) -> Any:
        return {"rank": name_of(c[0]), "or_above": len(c) > 1}

    def on_from_each(self, span: Span, c: Children) -> Any:
        layer = next(x for x in c if is_token(x, "NAME"))
        return {"from_each": t.FromEach(name_of(layer), part_of(c), span=span)}

    def on_contains(self, span: Span, c: Children) -> Any:
        return {"contains": unquote(c[0])}

    def on_valid_on(self, span: Span, c: Children) -> Any:
        return {"valid_on": c[0]}

    def on_document_test(self, span: Span, c: Children) -> t.DocumentTest:
        traits: dict[str, Any] = {}
        for trait in c[1:]:
            self.once([*traits, *trait], DOCUMENT_KEYWORDS[self.surface], span)
            traits |= trait
        return t.DocumentTest(name_of(c[0]), **traits, span=span)

    def on_judgement_test(self, span: Span, c: Children) -> t.JudgementTest:
        return t.JudgementTest(name_of(c[0]), span=span)

    # ── cases ──

    def on_case_date(self, span: Span, c: Children) -> t.Day:
        return t.Day(self.day(c[0]), span=span)

    def on_literal_value(self, span: Span, c: Children) -> Any:
        return c[0]

    def on_name_value(self, span: Span, c: Children) -> t.Name:
        return name_of(c[0])

    def on_text_value(self, span: Span, c: Children) -> t.Text:
        return t.Text(unquote(c[0]), span=span)

    def on_truth(self, span: Span, c: Children) -> t.Truth:
        return t.Truth(c[0].type == "KW_YES", span=span)

    def on_truth_value(self, span: Span, c: Children) -> t.Truth:
        return cast(t.Truth, c[0])

    def on_unknown_value(self, span: Span, c: Children) -> t.Unknown:
        return t.Unknown(span=span)

    def on_not_yet_value(self, span: Span, c: Children) -> t.NotYet:
        return t.NotYet(span=span)

    def on_set_value(self, span: Span, c: Children) -> t.CodeSet:
        return t.CodeSet(tuple(name_of(x) for x in c), span=span)

    def on_column_value(self, span: Span, c: Children) -> t.ColumnValue:
        return t.ColumnValue(name_of(c[0]), c[1], span=span)

    def on_columns(self, span: Span, c: Children) -> Columns:
        return Columns(tuple(c))

    def on_attribute_given(self, span: Span, c: Children) -> t.AttributeGiven:
        return t.AttributeGiven(name_of(c[0]), c[1], span=span)

    def on_judgement_given(self, span: Span, c: Children) -> t.JudgementGiven:
        return t.JudgementGiven(name_of(c[0]), c[1], span=span)

    def on_outside_given(self, span: Span, c: Children) -> t.OutsideGiven:
        return t.OutsideGiven(name_of(c[0]), span=span)

    def on_nothing_given(self, span: Span, c: Children) -> t.NothingGiven:
        return t.NothingGiven(name_of(c[-1]), span=span)

    def feature(self, relation: Any, span: Span, c: Children) -> t.FeatureGiven:
        columns = first(c, Columns)
        amounts = [x for x in c if isinstance(x, t.Quantity | t.Number | t.Day)]
        return t.FeatureGiven(
            relation=relation,
            part=part_of(c),
            layer=name_of(next(x for x in c if is_token(x, "NAME"))),
            columns=columns.values if columns else (),
            amount=amounts[0] if amounts else None,
            span=span,
        )

    def on_overlap_given(self, span: Span, c: Children) -> t.FeatureGiven:
        return self.feature(t.RelationKind.OVERLAPS, span, c)

    def on_within_given(self, span: Span, c: Children) -> t.FeatureGiven:
        return self.feature(t.RelationKind.LIES_WITHIN, span, c)

    def on_crossing_given(self, span: Span, c: Children) -> t.FeatureGiven:
        return self.feature(t.RelationKind.CROSSES, span, c)

    def on_touching_given(self, span: Span, c: Children) -> t.FeatureGiven:
        return self.feature(t.RelationKind.TOUCHES, span, c)

    def on_distance_given(self, span: Span, c: Children) -> t.FeatureGiven:
        return self.feature("distance", span, c)

    def on_area_given(self, span: Span, c: Children) -> t.SizeGiven:
        return t.SizeGiven(t.MeasureKind.AREA, c[0], c[1], span=span)

    def on_length_given(self, span: Span, c: Children) -> t.SizeGiven:
        return t.SizeGiven(t.MeasureKind.LENGTH, c[0], c[1], span=span)

    def on_document_state(self, span: Span, c: Children) -> str:
        return str(c[0].type).removeprefix("KW_").lower()

    def on_covering_all(self, span: Span, c: Children) -> str:
        return "all"

    def on_covering_some(self, span: Span, c: Children) -> Any:
        return c[0]

    def on_part_at(self, span: Span, c: Children) -> t.PartAt:
        return t.PartAt(c[0], text_of(c[1]), span=span)

    def on_feature_at(self, span: Span, c: Children) -> t.FeatureAt:
        columns = first(c, Columns)
        values = columns.values if columns else ()
        return t.FeatureAt(name_of(c[0]), values, text_of(c[-1]), span=span)

    def on_component_at(self, span: Span, c: Children) -> t.ComponentAt:
        columns = first(c, Columns)
        values = columns.values if columns else ()
        name = next(x for x in c if is_token(x, "NAME"))
        return t.ComponentAt(name_of(name), values, text_of(c[-1]), span=span)

    def on_parameter_given(self, span: Span, c: Children) -> t.ParameterGiven:
        return t.ParameterGiven(c[0], c[1], span=span)

    def on_covering_at(self, span: Span, c: Children) -> t.Text:
        return text_of(c[0])

    def on_document_given(self, span: Span, c: Children) -> t.DocumentGiven:
        facts: dict[str, Any] = {"contains": ()}
        covering = None
        for child in c[2:]:
            if not isinstance(child, dict):
                covering = child
            elif "contains" in child:
                facts["contains"] += child["contains"]
            else:
                self.once([*facts, *child], DOCUMENT_KEYWORDS[self.surface], span)
                facts |= child
        return t.DocumentGiven(name_of(c[0]), c[1], covering, **facts, span=span)

    def on_issuing_rank(self, span: Span, c: Children) -> Any:
        return {"rank": name_of(c[0])}

    def on_issuing_body(self, span: Span, c: Children) -> Any:
        return {"issuer": unquote(c[0])}

    def on_issued_on(self, span: Span, c: Children) -> Any:
        return {"issued_on": t.Day(self.day(c[0]), span=span)}

    def on_valid_until(self, span: Span, c: Children) -> Any:
        return {"valid_until": t.Day(self.day(c[0]), span=span)}

    def on_containing(self, span: Span, c: Children) -> Any:
        return {"contains": (unquote(c[0]),)}

    def on_total_given(self, span: Span, c: Children) -> t.TotalGiven:
        return t.TotalGiven(c[0], c[1], span=span)

    def on_status(self, span: Span, c: Children) -> str:
        return str(c[0].type).removeprefix("KW_").lower()

    def on_wants(self, span: Span, c: Children) -> Wants:
        return Wants(tuple(name_of(x) for x in c))

    def on_expectation(self, span: Span, c: Children) -> Expectation:
        wants = first(c, Wants)
        return Expectation(c[0], wants.names if wants else ())

    def on_case(self, span: Span, c: Children) -> t.Case:
        expectation = cast(Expectation, c[-1])
        givens = [x for x in c[1:-1] if not isinstance(x, t.Day)]
        return t.Case(
            title=c[0],
            on=first(c, t.Day),
            givens=tuple(givens),
            expected=expectation.status,
            wanting=expectation.names,
            span=span,
        )


# ── what stands between productions and nodes ───────────────────────────────────────────────


def unbuilt(_self: object, data: str, _children: Children, _meta: Any) -> Any:
    """A production of the grammar for which the builder has no method: a fault of the program."""
    raise NotImplementedError(data)


class TerritoryClause(t.Name):
    """`in TERRITORY`, told apart from other names."""


class Wrapped:
    """Base of small carriers between a production and the one around it."""

    __slots__ = ()


class Asks(Wrapped):
    def __init__(self, title: Title) -> None:
        self.title = title


class Provided(Wrapped):
    def __init__(self, condition: t.Expression) -> None:
        self.condition = condition


class PlanMap(Wrapped):
    def __init__(self, layer: t.Name, column: t.Name) -> None:
        self.layer = layer
        self.column = column


class ValueKey(Wrapped):
    def __init__(self, names: tuple[t.Name, ...]) -> None:
        self.names = names


class KeyList(Wrapped):
    def __init__(self, name: t.Name) -> None:
        self.name = name


class FeatureOf(Wrapped):
    def __init__(self, layer: t.Name) -> None:
        self.layer = layer


class Concerning(Wrapped):
    def __init__(self, names: tuple[t.Name, ...]) -> None:
        self.names = names


class Wants(Wrapped):
    def __init__(self, names: tuple[t.Name, ...]) -> None:
        self.names = names


class Columns(Wrapped):
    def __init__(self, values: tuple[t.ColumnValue, ...]) -> None:
        self.values = values


class Expectation(Wrapped):
    def __init__(self, status: str, names: tuple[t.Name, ...]) -> None:
        self.status = status
        self.names = names


INSTRUMENT_KEYWORDS = {
    "number": "KW_SERIAL",
    "issuer": "KW_ISSUED_BY",
    "rank": "KW_RANK",
    "period": "KW_IN_FORCE",
    "text_held": "KW_TEXT_HELD",
}
COMMON_DOCUMENT_KEYWORDS = {
    "covers": "KW_COVERS",
    "before": "KW_BEFORE",
    "contains": "KW_CONTAINS",
    "issued_on": "KW_ON",
    "valid_until": "KW_UNTIL",
}
DOCUMENT_KEYWORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        **COMMON_DOCUMENT_KEYWORDS,
        "rank": "KW_FROM",
        "issuer": "KW_FROM",
        "from_each": "KW_FROM_EACH",
        "valid_on": "KW_VALID_ON",
    },
    "zh": {
        **COMMON_DOCUMENT_KEYWORDS,
        "rank": "KW_GIVEN_BY",
        "issuer": "KW_GIVEN_BY",
        "from_each": "KW_GIVEN_BY",
        "valid_on": "KW_VALID",
    },
}

SAME_YEAR = object()
"""What `in the same year` is between its production and the total around it."""

MEANINGFUL = frozenset(
    [
        "NAME",
        "NUMBER",
        "DATE",
        "STRING",
        "QUANTITY",
        "ARTICLE",
        "SECTION",
        "ITEM_LABEL",
        "KW_POLYGON",
        "KW_LINE",
        "KW_POINT",
        "KW_COLUMN",
        "KW_KEY",
        "KW_YES",
        "KW_NO",
        "KW_HELD",
        "KW_TO_COME",
        "KW_REFUSED",
        "KW_ABSENT",
        "KW_ORDINARILY",
        "KW_COMPLIES",
        "KW_VIOLATED",
        "KW_EXCUSED",
        "KW_CONDITIONAL",
        "KW_NOT_APPLICABLE",
        "KW_UNDETERMINED",
        "KW_NOT_IN_FORCE",
        "KW_OR_ABOVE",
    ]
)


def keep(child: object) -> bool:
    """Whether a child carries meaning: nodes do, and some tokens."""
    kind = getattr(child, "type", None)
    return kind is None or not isinstance(child, str) or kind in MEANINGFUL


def is_token(child: object, kind: str) -> bool:
    return isinstance(child, str) and getattr(child, "type", None) == kind


def token_span(token: Any) -> Span:
    return Span(token.start_pos, token.end_pos)


def name_of(token: Any) -> t.Name:
    return t.Name(str(token), span=token_span(token))


def text_of(token: Any) -> t.Text:
    return t.Text(unquote(token), span=token_span(token))


def code_of(token: Any) -> t.Name | t.Text:
    if is_token(token, "STRING"):
        return t.Text(unquote(token), span=token_span(token))
    return name_of(token)


def first(children: Iterable[Any], kind: type[T]) -> T | None:
    """The first child of a kind."""
    return next((c for c in children if isinstance(c, kind)), None)


def every(children: Iterable[Any], kind: type[T]) -> tuple[T, ...]:
    """All children of a kind, in order."""
    return tuple(c for c in children if isinstance(c, kind))


def part_of(children: Iterable[Any]) -> t.PartNode:
    """The part that a production names; the footprint where it names none."""
    parts = (c for c in children if isinstance(c, t.PartNode))
    return next(parts, t.Part(t.PartKind.FOOTPRINT))


def asks_of(children: Iterable[Any]) -> Title | None:
    asks = first(children, Asks)
    return asks.title if asks else None


def unquote(token: object) -> str:
    """The text between quotation marks, escapes resolved."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], str(token)[1:-1])


QUANTITY = re.compile(r"(每年)?\s*([0-9.]+)\s*([^\d\s/][^\s/]*?)\s*(per year|/年)?")


def quantity(text: str, span: Span) -> t.Quantity:
    """`5 ha`, `20 t per year`, 每年 20 吨; the unit as the English surface spells it."""
    match = QUANTITY.fullmatch(text)
    assert match, text
    unit = BY_SPELLING[match[3]].en
    return t.Quantity(Decimal(match[2]), unit, per_year=bool(match[1] or match[4]), span=span)


def item_number(text: str) -> Decimal:
    """The number of an item of a list: `6`, 第6项, 第六项."""
    bare = text.removeprefix("第").removesuffix("项")
    return Decimal(bare) if bare[0].isascii() else Decimal(chinese_number(bare))


ENGLISH_ARTICLE = re.compile(r"art\. ?(\d+)(?:-(\d+))?(?:\((\d+)\))?(?: item (\d+))?")
CHINESE_ARTICLE = re.compile("第([^条]+)条(?:之([^第]+))?(?:第([^款]+)款)?(?:第([^项]+)项)?")


def article(text: str, span: Span) -> t.Article:
    """`art. 26(2) item 1` or 第二十六条第二款第一项."""
    match = ENGLISH_ARTICLE.fullmatch(text)
    if match:
        return t.Article(*(int(x or 0) for x in match.groups()), span=span)
    match = CHINESE_ARTICLE.fullmatch(text)
    assert match, text
    return t.Article(*(chinese_number(x) if x else 0 for x in match.groups()), span=span)


def section(text: str, span: Span) -> t.Section:
    """`sec. 1(2) item 3`, 一（二）第3项; the numbers as text, since some codes write 20.70."""
    if text.startswith("sec."):
        body, _, item = text.removeprefix("sec.").partition(" item ")
        return t.Section(tuple(re.findall(r"[\d.]+", body)), int(item or 0), span=span)
    match = CHINESE_SECTION.fullmatch(text)
    assert match, text
    head, inner, last = match.groups()
    parts = [head.removeprefix("第").removesuffix("节"), *re.findall(r"[^()（）]+", inner)]
    item_of_list = chinese_number(last) if last else 0
    return t.Section(tuple(section_number(x) for x in parts), item_of_list, span=span)


CHINESE_SECTION = re.compile(
    r"([^()（）第]+|第[\d.]+节)((?:[(（][^()（）]+[)）])*)(?:第([^项]+)项)?"
)


def section_number(text: str) -> str:
    return text if text[0].isascii() else str(chinese_number(text))

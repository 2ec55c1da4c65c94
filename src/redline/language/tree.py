"""The tree of a rule file: what both surfaces parse to and are printed from.

One dataclass per production of the grammar. Spans say where a node stands and take no part in
equality, so that two files that say the same are equal trees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from redline.language.source import Source, Span
from redline.messages import Title

NO_SPAN = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Base of all nodes."""

    span: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A use of a declared name, in either script."""

    text: str


@dataclass(frozen=True, slots=True)
class DeclaredName(Node):
    """The English and the Chinese identifier of what is declared; one of them may be blank."""

    en: str
    zh: str

    @property
    def key(self) -> str:
        """The identifier used in outputs: English where there is one."""
        return self.en or self.zh


# ── citations ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Article(Node):
    """第number条之suffix第paragraph款第item项; zero where a level is not named."""

    number: int
    suffix: int = 0
    paragraph: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True)
class Section(Node):
    """A numbered section of a document without articles: 一（二）3 is (1, 2), item 3."""

    numbers: tuple[str, ...]
    item: int = 0


@dataclass(frozen=True, slots=True)
class Spot(Node):
    """A place in a document that has neither articles nor numbered sections."""

    title: Title


Locator = Article | Section | Spot


@dataclass(frozen=True, slots=True)
class Period(Node):
    """From a day (inclusive) to a day (exclusive); None is open."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Unverified(Node):
    """No text that we hold confirms this; the reason, where one is given."""

    reason: Title | None


@dataclass(frozen=True, slots=True)
class Citation(Node):
    instrument: Name
    locator: Locator
    period: Period | None
    unverified: Unverified | None


# ── types ───────────────────────────────────────────────────────────────────────────────────


class Primitive(StrEnum):
    """The types without a parameter."""

    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PrimitiveType(Node):
    primitive: Primitive


@dataclass(frozen=True, slots=True)
class CodeType(Node):
    code_list: Name
    many: bool


@dataclass(frozen=True, slots=True)
class QuantityType(Node):
    dimension: Name
    per: Name | None


TypeNode = PrimitiveType | CodeType | QuantityType

# ── conditions and terms ────────────────────────────────────────────────────────────────────


class Comparator(StrEnum):
    """The four comparators."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


class Operator(StrEnum):
    """The four arithmetic operators."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    DIVIDED_BY = "/"


class PartKind(StrEnum):
    """What of a subject a spatial term is about; `footprint` is permanent and temporary."""

    FOOTPRINT = "footprint"
    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    UNDERGROUND = "underground"
    AERIAL = "aerial"
    CENTRELINE = "centreline"
    IMPACT_RANGE = "impact_range"
    COMPONENT = "component"


class RelationKind(StrEnum):
    """Spatial predicates."""

    OVERLAPS = "overlaps"
    LIES_WITHIN = "lies_within"
    CROSSES = "crosses"
    TOUCHES = "touches"


class MeasureKind(StrEnum):
    """Spatial terms."""

    AREA = "area"
    SHARE = "share"
    LENGTH = "length"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """A number with a unit as written, e.g. 5 "ha" or 3 "t" per year."""

    value: Decimal
    unit: str
    per_year: bool = False


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Day(Node):
    value: date


@dataclass(frozen=True, slots=True)
class Text(Node):
    value: str


Literal_ = Quantity | Number | Day


@dataclass(frozen=True, slots=True)
class Group(Node):
    """Parentheses as written."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    inner: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    left: Expression
    comparator: Comparator
    right: Expression


@dataclass(frozen=True, slots=True)
class IsCode(Node):
    """`term is code`, `is not code`, `is one of (…)`."""

    term: Expression
    codes: tuple[Name | Text, ...]
    negated: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Inclusion(Node):
    """`term include code`, `include any of (…)`, `include only (…)`."""

    term: Expression
    codes: tuple[Name | Text, ...]
    mode: Literal["one", "any", "only"]


@dataclass(frozen=True, slots=True)
class Part(Node):
    kind: PartKind
    component: Name | None = None


@dataclass(frozen=True, slots=True)
class LayerPlace(Node):
    """A layer, or its features that satisfy a filter."""

    layer: Name
    where: Expression | None


@dataclass(frozen=True, slots=True)
class Relation(Node):
    kind: RelationKind
    part: Part
    place: LayerPlace
    by: tuple[Comparator, Expression] | None = None


@dataclass(frozen=True, slots=True)
class Measure(Node):
    kind: MeasureKind
    part: Part
    place: LayerPlace | None


@dataclass(frozen=True, slots=True)
class Total(Node):
    """What approvals before this one add up to: `total A of approvals in the same …`."""

    attribute: Name
    same_areas: tuple[Name, ...]
    same_year: bool


@dataclass(frozen=True, slots=True)
class DocumentTest(Node):
    document: Name
    covers: Part | Literal["overlap"] | None = None
    before: Name | None = None


@dataclass(frozen=True, slots=True)
class JudgementTest(Node):
    judgement: Name


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: Operator
    left: Expression
    right: Expression


Expression = (
    Name
    | Quantity
    | Number
    | Day
    | Group
    | Conjunction
    | Disjunction
    | Negation
    | Comparison
    | IsCode
    | Inclusion
    | Relation
    | Measure
    | Total
    | DocumentTest
    | JudgementTest
    | Arithmetic
)


# ── declarations ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Instrument(Node):
    name: DeclaredName
    title: Title
    number: str | None
    number_unverified: Unverified | None
    issuer: Title | None
    rank: Name | None
    period: Period | None
    text_held: Day | None
    territory: Name | None


@dataclass(frozen=True, slots=True)
class Territory(Node):
    name: DeclaredName
    title: Title
    place: LayerPlace


@dataclass(frozen=True, slots=True)
class CodeValue(Node):
    name: DeclaredName
    title: Title | None


@dataclass(frozen=True, slots=True)
class CodeList(Node):
    name: DeclaredName
    title: Title
    ordered: bool
    by_digits: bool
    values: tuple[CodeValue, ...]


@dataclass(frozen=True, slots=True)
class CodeGroup(Node):
    name: DeclaredName
    code_list: Name
    title: Title
    codes: tuple[Name | Text, ...]
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    name: DeclaredName
    type: TypeNode
    title: Title
    asks: Title | None


@dataclass(frozen=True, slots=True)
class Column(Node):
    name: DeclaredName
    type: TypeNode
    key: bool


@dataclass(frozen=True, slots=True)
class Layer(Node):
    name: DeclaredName
    geometry: Literal["polygon", "line", "point"]
    title: Title
    asks: Title | None
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class DocumentKind(Node):
    name: DeclaredName
    title: Title
    asks: Title | None


@dataclass(frozen=True, slots=True)
class ComponentKind(Node):
    name: DeclaredName
    title: Title
    asks: Title | None


@dataclass(frozen=True, slots=True)
class JudgementKind(Node):
    name: DeclaredName
    title: Title
    asks: Title


@dataclass(frozen=True, slots=True)
class DatedValue(Node):
    value: Quantity | Number | Day
    period: Period | None
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: DeclaredName
    type: TypeNode
    title: Title | None
    values: tuple[DatedValue, ...]


@dataclass(frozen=True, slots=True)
class Concept(Node):
    name: DeclaredName
    title: Title | None
    means: Expression
    cites: tuple[Citation, ...]


class NormKind(StrEnum):
    """What a rule does with its condition."""

    FORBIDS = "forbids"
    RESTRICTS = "restricts"
    REQUIRES = "requires"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Norm(Node):
    kind: NormKind
    condition: Expression
    """For `limits A to at most B` the comparison of A and B."""
    ordinarily: bool = False


@dataclass(frozen=True, slots=True)
class ExceptWhen(Node):
    condition: Expression
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ExceptionClause(Node):
    condition: Expression
    provided: Expression | None
    cites: tuple[Citation, ...]
    except_when: tuple[ExceptWhen, ...]


@dataclass(frozen=True, slots=True)
class Applies(Node):
    condition: Expression


@dataclass(frozen=True, slots=True)
class Remedy(Node):
    title: Title


@dataclass(frozen=True, slots=True)
class Anticipatory(Node):
    """预期性: a breach does not make the submission non-compliant."""


RulePart = Applies | Norm | ExceptionClause | Remedy | Anticipatory

# ── cases ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """`unknown` said on purpose."""


@dataclass(frozen=True, slots=True)
class CodeSet(Node):
    codes: tuple[Name, ...]


Value = Quantity | Number | Day | Name | Text | Truth | Unknown | CodeSet


@dataclass(frozen=True, slots=True)
class ColumnValue(Node):
    column: Name
    value: Value


@dataclass(frozen=True, slots=True)
class AttributeGiven(Node):
    name: Name
    value: Value


@dataclass(frozen=True, slots=True)
class JudgementGiven(Node):
    name: Name
    answer: Truth


@dataclass(frozen=True, slots=True)
class OutsideGiven(Node):
    territory: Name


@dataclass(frozen=True, slots=True)
class NothingGiven(Node):
    layer: Name


@dataclass(frozen=True, slots=True)
class FeatureGiven(Node):
    """A feature of a layer and how a part of the subject stands to it.

    `amount` is the overlap's area or length, or the distance; None where none is said.
    """

    relation: RelationKind | Literal["distance"]
    part: Part
    layer: Name
    columns: tuple[ColumnValue, ...]
    amount: Quantity | Number | Day | None


@dataclass(frozen=True, slots=True)
class SizeGiven(Node):
    """Area or length of a part of the subject."""

    kind: MeasureKind
    part: Part
    amount: Quantity | Number | Day


@dataclass(frozen=True, slots=True)
class DocumentGiven(Node):
    document: Name
    state: Literal["held", "to_come", "refused", "absent"]
    covering: Quantity | Number | Day | Literal["all"] | None


@dataclass(frozen=True, slots=True)
class TotalGiven(Node):
    total: Total
    amount: Quantity | Number | Day


Given = (
    AttributeGiven
    | JudgementGiven
    | OutsideGiven
    | NothingGiven
    | FeatureGiven
    | SizeGiven
    | DocumentGiven
    | TotalGiven
)


@dataclass(frozen=True, slots=True)
class Case(Node):
    title: Title
    on: Day | None
    givens: tuple[Given, ...]
    expected: str
    wanting: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Rule(Node):
    name: DeclaredName
    territory: Name | None
    title: Title
    parts: tuple[RulePart, ...]
    cites: tuple[Citation, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class NotExecutable(Node):
    citation: Citation
    concerning: tuple[Name, ...]
    because: Title


Declaration = (
    Instrument
    | Territory
    | CodeList
    | CodeGroup
    | Attribute
    | Layer
    | DocumentKind
    | ComponentKind
    | JudgementKind
    | Parameter
    | Concept
    | Rule
    | NotExecutable
)


@dataclass(frozen=True, slots=True)
class Import(Node):
    pack: str


@dataclass(frozen=True, slots=True)
class Comment(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Pack(Node):
    """One rule file."""

    name: str
    territory: Name | None
    title: Title
    imports: tuple[Import, ...]
    declarations: tuple[Declaration, ...]
    source: Source = field(compare=False, repr=False)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)

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

from redline.language.kinds import NO_SPAN as NO_SPAN
from redline.language.kinds import Article as Article
from redline.language.kinds import Comparator as Comparator
from redline.language.kinds import Locator as Locator
from redline.language.kinds import MeasureKind as MeasureKind
from redline.language.kinds import Node as Node
from redline.language.kinds import NormKind as NormKind
from redline.language.kinds import Operator as Operator
from redline.language.kinds import PartKind as PartKind
from redline.language.kinds import RelationKind as RelationKind
from redline.language.kinds import Section as Section
from redline.language.kinds import Spot as Spot
from redline.language.source import Source
from redline.messages import Language, Title


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
    """A part of the subject; components may be narrowed to those that satisfy a filter."""

    kind: PartKind
    component: Name | None = None
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class PartOf(Node):
    """The part of a part that lies in a selection, leaving out what lies in others."""

    whole: PartNode
    inside: LayerPlace
    leaving_out: tuple[LayerPlace, ...]


@dataclass(frozen=True, slots=True)
class NamedPart(Node):
    """A part that the rule named with `let`."""

    name: Name


PartNode = Part | PartOf | NamedPart


@dataclass(frozen=True, slots=True)
class LayerPlace(Node):
    """A layer, or its features that satisfy a filter."""

    layer: Name
    where: Expression | None


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A spatial predicate; `by` bounds an overlap, `within` is the reach of `near`."""

    kind: RelationKind
    part: PartNode
    place: LayerPlace
    by: tuple[Comparator, Expression] | None = None
    within: Expression | None = None


@dataclass(frozen=True, slots=True)
class Measure(Node):
    kind: MeasureKind
    part: PartNode
    place: LayerPlace | None


@dataclass(frozen=True, slots=True)
class Total(Node):
    """What approvals before this one add up to: `total A of approvals in the same …`."""

    attribute: Name
    same_areas: tuple[Name, ...]
    same_year: bool


@dataclass(frozen=True, slots=True)
class FromEach(Node):
    """One document from each feature of a layer that a part overlaps."""

    layer: Name
    part: PartNode


@dataclass(frozen=True, slots=True)
class DocumentTest(Node):
    """A document is held, with what is asked of it beside that."""

    document: Name
    covers: PartNode | Literal["overlap"] | None = None
    before: Name | None = None
    rank: Name | None = None
    or_above: bool = False
    from_each: FromEach | None = None
    contains: str | None = None
    valid_on: Expression | None = None


@dataclass(frozen=True, slots=True)
class JudgementTest(Node):
    judgement: Name


@dataclass(frozen=True, slots=True)
class WasCode(Node):
    """A value of a newer schema stood for one of some older codes."""

    term: Expression
    codes: tuple[Name | Text, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class DoneBy(Node):
    """A deed whose day is `done` falls on or before a day; open until that day."""

    done: Expression
    due: Expression


@dataclass(frozen=True, slots=True)
class Item(Node):
    """A numbered item of a list in the law."""

    number: Decimal
    condition: Expression
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Items(Node):
    """`any of ( item 1 … item 2 … )`."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Implication(Node):
    premise: Expression
    conclusion: Expression


@dataclass(frozen=True, slots=True)
class Provision(Node):
    """`otherwise provided`, `without approval`: settled by what the submission cites."""

    kind: Literal["otherwise_provided", "without_approval"]


@dataclass(frozen=True, slots=True)
class Whatever(Node):
    """What another rule forbids."""

    rule: Name


@dataclass(frozen=True, slots=True)
class Conformity(Node):
    """Conforms to a plan."""

    plan: Name


@dataclass(frozen=True, slots=True)
class Keyed(Node):
    """A parameter's value for a key: `control_width for grade`."""

    parameter: Name
    key: Name


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """`least of (a, b)`, `greatest of (a, b)`."""

    greatest: bool
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class DocumentDate(Node):
    document: Name


@dataclass(frozen=True, slots=True)
class InstrumentStart(Node):
    """The first day of an instrument."""

    instrument: Name


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
    | WasCode
    | DoneBy
    | Items
    | Implication
    | Provision
    | Whatever
    | Conformity
    | Keyed
    | Extreme
    | DocumentDate
    | InstrumentStart
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
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanKind(Node):
    """A plan that ground must conform to; `layer` and `column` say where its allowed uses are."""

    name: DeclaredName
    title: Title
    asks: Title | None
    layer: Name | None
    column: Name | None


@dataclass(frozen=True, slots=True)
class JudgementKind(Node):
    name: DeclaredName
    title: Title
    asks: Title


@dataclass(frozen=True, slots=True)
class DatedValue(Node):
    """A value from a day on; for the codes `keys` where the parameter has a key."""

    value: Quantity | Number | Day
    period: Period | None
    cites: tuple[Citation, ...]
    keys: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class SetBy(Node):
    """The authority that the law has set a value, and the clause that says so."""

    authority: Title
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: DeclaredName
    type: TypeNode
    title: Title | None
    values: tuple[DatedValue, ...]
    key: Name | None = None
    set_by: SetBy | None = None


@dataclass(frozen=True, slots=True)
class Filling(Node):
    """A local pack sets a parameter that the law leaves to an authority."""

    parameter: Name
    values: tuple[DatedValue, ...]


@dataclass(frozen=True, slots=True)
class Mapped(Node):
    """A value of the newer schema (None: blank) and the older ones that it can stand for."""

    value: Name | None
    olds: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """What the values of a layer's column stood for before a change of schema."""

    layer: Name
    column: Name
    period: Period | None
    cites: tuple[Citation, ...]
    presumed: Title | None
    values: tuple[Mapped, ...]


@dataclass(frozen=True, slots=True)
class Concept(Node):
    """A named condition over the subject, or over a feature of `layer`."""

    name: DeclaredName
    title: Title | None
    means: Expression
    cites: tuple[Citation, ...]
    layer: Name | None = None


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


@dataclass(frozen=True, slots=True)
class Let(Node):
    """A part of the subject under a name."""

    name: DeclaredName
    part: PartNode


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """The norm is about each feature that a part overlaps, or that lies within a distance of it."""

    place: LayerPlace
    part: PartNode
    within: Expression | None


@dataclass(frozen=True, slots=True)
class Instead(Node):
    """The next-best duty, where a condition holds."""

    where: Expression
    requires: Expression


@dataclass(frozen=True, slots=True)
class Displacement(Node):
    """The rule around it goes before another one, under a condition."""

    rule: Name
    when: Expression | None
    because: Title


@dataclass(frozen=True, slots=True)
class Information(Node):
    """A penalty or a responsible unit; never moves a verdict."""

    kind: Literal["penalty", "names"]
    title: Title
    cites: tuple[Citation, ...]


RulePart = (
    Applies
    | Norm
    | ExceptionClause
    | Remedy
    | Anticipatory
    | Let
    | ForEach
    | Instead
    | Displacement
    | Information
)

# ── cases ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """`unknown` said on purpose."""


@dataclass(frozen=True, slots=True)
class NotYet(Node):
    """`not yet`: the day of a deed that is not done."""


@dataclass(frozen=True, slots=True)
class CodeSet(Node):
    codes: tuple[Name, ...]


Value = Quantity | Number | Day | Name | Text | Truth | Unknown | NotYet | CodeSet


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
    part: PartNode
    layer: Name
    columns: tuple[ColumnValue, ...]
    amount: Quantity | Number | Day | None


@dataclass(frozen=True, slots=True)
class PartAt(Node):
    """A part of the subject as well-known text, in metres of a plane."""

    part: PartNode
    wkt: Text


@dataclass(frozen=True, slots=True)
class FeatureAt(Node):
    """A feature of a layer as well-known text, in metres of the same plane."""

    layer: Name
    columns: tuple[ColumnValue, ...]
    wkt: Text


@dataclass(frozen=True, slots=True)
class ComponentAt(Node):
    """A component of the subject, with its columns, as well-known text in metres of that plane."""

    component: Name
    columns: tuple[ColumnValue, ...]
    wkt: Text


@dataclass(frozen=True, slots=True)
class ParameterGiven(Node):
    """What an authority has set, for one key."""

    parameter: Keyed
    amount: Quantity | Number | Day


@dataclass(frozen=True, slots=True)
class SizeGiven(Node):
    """Area or length of a part of the subject."""

    kind: MeasureKind
    part: PartNode
    amount: Quantity | Number | Day


@dataclass(frozen=True, slots=True)
class DocumentGiven(Node):
    document: Name
    state: Literal["held", "to_come", "refused", "absent"]
    covering: Quantity | Number | Day | Text | Literal["all"] | None
    """How much of the overlap it covers, or its ground as well-known text."""
    rank: Name | None = None
    issuer: str | None = None
    issued_on: Day | None = None
    valid_until: Day | None = None
    contains: tuple[str, ...] = ()


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
    | PartAt
    | FeatureAt
    | ComponentAt
    | ParameterGiven
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
class Subject(Node):
    """What a rule speaks about: project, operation, plan, revision of a layer, region, layers."""

    kind: Name
    layer: Name | None


@dataclass(frozen=True, slots=True)
class Rule(Node):
    name: DeclaredName
    subject: Subject | None
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
    | PlanKind
    | Parameter
    | Filling
    | Mapping
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
    surface: Language = field(default="en", compare=False)
    """The surface on which the file is written."""
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)

"""What a rule book consists of once every name is resolved.

Everything here is immutable. Declared things are themselves (two are equal when they are one
object); terms and conditions compare by value, so that two that say the same are decided once.
Numbers are in base units (`redline.quantities`), dates are days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from redline.diagnostics import Place
from redline.language.kinds import (
    Article,
    Comparator,
    Locator,
    MeasureKind,
    NormKind,
    Operator,
    PartKind,
    RelationKind,
    Section,
)
from redline.language.locators import article_text, section_text
from redline.messages import Language, Title
from redline.quantities import Dimension

if TYPE_CHECKING:
    from redline.language.tree import Case
    from redline.rulebook.scope import Scope

FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Names:
    """The English and the Chinese identifier of a declared thing."""

    en: str
    zh: str

    @property
    def key(self) -> str:
        """The identifier in outputs."""
        return self.en or self.zh

    def title(self) -> Title:
        """The identifiers as a bilingual text."""
        return Title(self.en, self.zh)


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `start` (inclusive) to `end` (exclusive)."""

    start: date = date.min
    end: date = FOREVER

    def holds(self, day: date) -> bool:
        """Whether a day lies in the interval."""
        return self.start <= day < self.end

    def within(self, other: Interval) -> Interval:
        """The part of the interval inside another; empty when its end is not after its start."""
        return Interval(max(self.start, other.start), min(self.end, other.end))

    @property
    def empty(self) -> bool:
        """Whether no day lies in the interval."""
        return self.end <= self.start


# ── sources of law ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """A legal source. From `force.start` to `text_held` its rules exist and are undetermined."""

    names: Names
    title: Title
    number: str | None
    number_verified: bool
    issuer: Title | None
    rank: str | None
    force: Interval
    text_held: date | None
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause of an instrument and the days on which it is the basis of what cites it."""

    instrument: Instrument
    locator: Locator
    interval: Interval
    verified: bool = True
    reason: Title | None = None
    place: Place | None = field(default=None, compare=False, repr=False)

    def clause(self, language: Language) -> str:
        """The clause as it is cited in a language: art. 26(2), or 第二十六条第二款."""
        return clause_text(self.locator, language)

    def text_held(self, day: date) -> bool:
        """Whether the text that was in force on a day is one that we hold."""
        held = self.instrument.text_held
        return held is None or day >= held


def clause_text(locator: Locator, language: Language) -> str:
    """A locator in words."""
    if isinstance(locator, Article):
        return article_text(locator, language)
    if isinstance(locator, Section):
        return section_text(locator, language)
    return locator.title.render(language)


# ── vocabulary ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CodeValue:
    names: Names
    title: Title


@dataclass(frozen=True, eq=False)
class CodeList:
    """A list of codes; `ordered` from least to greatest; by digits, C2614 lies below C26."""

    names: Names
    title: Title
    ordered: bool
    by_digits: bool
    values: tuple[CodeValue, ...]

    def find(self, text: str) -> str | None:
        """The key of a code given in either script, None where the list does not know it."""
        for value in self.values:
            if text in (value.names.en, value.names.zh, value.title.en, value.title.zh):
                return value.names.key
        if self.by_digits and any(text.startswith(v.names.key) for v in self.values):
            return text
        return None

    def covers(self, wide: str, code: str) -> bool:
        """Whether `code` is `wide` or lies below it."""
        return code == wide or (self.by_digits and code.startswith(wide))

    def rank(self, code: str) -> int:
        """Position in an ordered list, from 0."""
        return next(i for i, v in enumerate(self.values) if v.names.key == code)

    def title_of(self, code: str) -> Title:
        """The title of a code."""
        return next((v.title for v in self.values if v.names.key == code), Title(code, code))


@dataclass(frozen=True, slots=True)
class BooleanType:
    pass


@dataclass(frozen=True, slots=True)
class TextType:
    pass


@dataclass(frozen=True, slots=True)
class DateType:
    pass


@dataclass(frozen=True, slots=True)
class QuantityType:
    """A number; dimensionless for plain numbers and shares."""

    dimension: Dimension


@dataclass(frozen=True, slots=True)
class CodeType:
    """A code of a list, or a set of them."""

    code_list: CodeList
    many: bool = False


Type = BooleanType | TextType | DateType | QuantityType | CodeType


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    names: Names
    type: Type
    title: Title
    asks: Title | None


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    names: Names
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    names: Names
    geometry: Literal["polygon", "line", "point"]
    title: Title
    asks: Title | None
    columns: tuple[Column, ...]
    key: str | None
    """The column that names a feature in findings and keys accounts of the register."""


@dataclass(frozen=True, slots=True, eq=False)
class DocumentKind:
    names: Names
    title: Title
    asks: Title | None


@dataclass(frozen=True, slots=True, eq=False)
class ComponentKind:
    names: Names
    title: Title
    asks: Title | None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class JudgementKind:
    names: Names
    title: Title
    asks: Title


@dataclass(frozen=True, slots=True, eq=False)
class PlanKind:
    """A plan that ground must conform to: computed where `layer` gives the uses that it allows in
    `column`, judged by a person elsewhere.
    """

    names: Names
    title: Title
    asks: Title
    layer: Layer | None
    column: Column | None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value with the days on which it holds; for some codes where the parameter has a key, and
    within a territory where a local pack set it.
    """

    value: float
    shown: Title
    """The value as it was written, with its unit."""
    interval: Interval
    citations: tuple[Citation, ...]
    keys: frozenset[str] = frozenset()
    territory: Territory | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    names: Names
    type: Type
    title: Title
    values: tuple[DatedValue, ...]
    key: CodeList | None = None
    set_by: Title | None = None
    """The authority to which the law leaves the value."""
    citations: tuple[Citation, ...] = ()

    def values_on(self, day: date) -> tuple[DatedValue, ...]:
        """The values of the law itself in force on a day: one, or one for each set of keys."""
        return tuple(v for v in self.values if v.interval.holds(day))

    def on(self, day: date) -> DatedValue | None:
        """The value in force on a day of a parameter without a key."""
        return next(iter(self.values_on(day)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Concept:
    """A named condition over the subject, or over a feature of `layer`; in force while one of its
    citations is, always where it has none.
    """

    names: Names
    title: Title
    condition: Condition
    citations: tuple[Citation, ...]
    layer: Layer | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the definition is in force on a day."""
        return not self.citations or any(c.interval.holds(day) for c in self.citations)


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """Where a pack or rule binds: the features of a layer."""

    names: Names
    title: Title
    selection: Selection


# ── terms ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Part:
    """What of a subject a spatial term is about; `where` narrows components by their columns.

    With `inside` only what lies in a selection, less what lies in the selections `leaving_out`.
    """

    kind: PartKind
    component: ComponentKind | None = None
    where: Condition | None = None
    inside: tuple[Selection, ...] = ()
    leaving_out: tuple[Selection, ...] = ()

    @property
    def whole(self) -> Part:
        """The part without what narrows it in space."""
        return Part(self.kind, self.component, self.where)


@dataclass(frozen=True, slots=True)
class Selection:
    """The features of a layer that satisfy a filter; all where there is none."""

    layer: Layer
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a number in base units, a day as its ordinal; and the literal as written."""

    value: float
    shown: Title
    type: Type


@dataclass(frozen=True, slots=True)
class CodeConstant:
    code: str
    code_list: CodeList


@dataclass(frozen=True, slots=True)
class AttributeTerm:
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class ColumnTerm:
    """A column of the feature, or of the component, that a filter looks at."""

    owner: Layer | ComponentKind
    column: Column


@dataclass(frozen=True, slots=True)
class ParameterTerm:
    """A parameter's value; for the code of `key` where it has one."""

    parameter: Parameter
    key: AttributeTerm | ColumnTerm | None = None


@dataclass(frozen=True, slots=True)
class MeasureTerm:
    """Area, share, length or distance of a part, in or to a selection."""

    kind: MeasureKind
    part: Part
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class TotalTerm:
    """The sum of an attribute over the register's standing approvals decided before this one."""

    attribute: Attribute
    same_areas: tuple[Layer, ...]
    same_year: bool


@dataclass(frozen=True, slots=True)
class ArithmeticTerm:
    operator: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class ExtremeTerm:
    """The least, or the greatest, of some terms."""

    greatest: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class DocumentDateTerm:
    """The day of a document that is held."""

    document: DocumentKind


Term = (
    Constant
    | CodeConstant
    | AttributeTerm
    | ColumnTerm
    | ParameterTerm
    | MeasureTerm
    | TotalTerm
    | ArithmeticTerm
    | ExtremeTerm
    | DocumentDateTerm
)

# ── conditions ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class All:
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class ConceptUse:
    concept: Concept


@dataclass(frozen=True, slots=True)
class Compares:
    left: Term
    comparator: Comparator
    right: Term


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A code or text is one of some values; `shown` keeps the groups' names as written."""

    term: AttributeTerm | ColumnTerm
    codes: frozenset[str]
    shown: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class Includes:
    """A set holds any of some codes; with `only`, holds nothing else."""

    term: AttributeTerm | ColumnTerm
    codes: frozenset[str]
    shown: tuple[Title, ...]
    only: bool


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean attribute or column."""

    term: AttributeTerm | ColumnTerm


@dataclass(frozen=True, slots=True)
class Relates:
    """A spatial predicate; `by` bounds the size of an overlap, `within` is the reach of `near`,
    which may depend on the feature's own columns.
    """

    kind: RelationKind
    part: Part
    selection: Selection
    by: tuple[Comparator, Term] | None = None
    within: Term | None = None


@dataclass(frozen=True, slots=True)
class DocumentHeld:
    """A document is held and valid; `covers` ground; `before` a stage of the project.

    `overlaps` are the norm's overlaps whose ground it must cover ("covers the overlap"). `rank` is
    the authority that must have issued it (or one above), `each` the features of which each must
    have issued one, `contains` a chapter, `valid_on` a day on which it must be valid.
    """

    document: DocumentKind
    covers: Part | None = None
    overlaps: tuple[Relates, ...] = ()
    before: tuple[Attribute, str] | None = None
    rank: Rank | None = None
    each: tuple[Part, Layer] | None = None
    contains: str | None = None
    valid_on: Term | None = None


@dataclass(frozen=True, slots=True)
class Rank:
    """An authority of an ordered list, or one above it."""

    code: str
    code_list: CodeList
    or_above: bool


@dataclass(frozen=True, slots=True)
class Judged:
    judgement: JudgementKind


@dataclass(frozen=True, slots=True)
class Conforms:
    """Conforms to a plan."""

    plan: PlanKind


@dataclass(frozen=True, slots=True)
class WasOneOf:
    """A value of a newer schema stood for one of some older codes, by the mappings of the day."""

    term: ColumnTerm
    codes: frozenset[str]
    shown: tuple[Title, ...]
    mappings: tuple[SchemaMapping, ...]


@dataclass(frozen=True, slots=True)
class DoneBy:
    """A deed is done on or before a day; open until then."""

    done: Term
    due: Term


@dataclass(frozen=True, slots=True)
class Provided:
    """A document of a kind is cited by the submission; false until it is, never unknown."""

    document: DocumentKind


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered item of a list in the law."""

    number: int
    condition: Condition
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Implies:
    premise: Condition
    conclusion: Condition


@dataclass(frozen=True, slots=True)
class ForbiddenBy:
    """What another rule forbids."""

    rule: Names
    title: Title
    condition: Condition


Atom = (
    Compares
    | IsOneOf
    | Includes
    | Holds
    | Relates
    | DocumentHeld
    | Judged
    | Conforms
    | WasOneOf
    | DoneBy
    | Provided
)
Condition = All | Any | Not | ConceptUse | Item | Implies | ForbiddenBy | Atom


@dataclass(frozen=True, slots=True, eq=False)
class SchemaMapping:
    """What the values of a column stood for before a change of schema (None: a blank value)."""

    layer: Layer
    column: Column
    interval: Interval
    citations: tuple[Citation, ...]
    presumed: Title | None
    """Why it is presumed, where no clause says it, or none all of it."""
    olds: Mapping[str | None, frozenset[str]]
    place: Place


# ── rules ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ExceptionClause:
    """What lifts a breach: a condition, what it is subject to, and what takes it back."""

    condition: Condition
    provided: Condition | None
    citations: tuple[Citation, ...]
    except_when: tuple[ExceptionClause, ...] = ()

    def on(self, day: date) -> ExceptionClause | None:
        """The exception as it stands on a day: with what then takes it back; None on a day on which
        none of its clauses is in force.
        """
        if self.citations and not any(c.interval.holds(day) for c in self.citations):
            return None
        return replace(self, except_when=exceptions_on(self.except_when, day))


def exceptions_on(exceptions: Iterable[ExceptionClause], day: date) -> tuple[ExceptionClause, ...]:
    """Those of some exceptions that stand on a day."""
    return tuple(found for e in exceptions if (found := e.on(day)) is not None)


@dataclass(frozen=True, slots=True)
class Norm:
    """`condition` as written: what is forbidden or restricted, or what is required."""

    kind: NormKind
    condition: Condition
    ordinarily: bool


@dataclass(frozen=True, slots=True)
class Instead:
    """The next-best duty, where a condition holds."""

    where: Condition
    requires: Condition


@dataclass(frozen=True, slots=True)
class Displacement:
    """A rule goes before another one, under a condition."""

    displaced: Names
    when: Condition | None
    because: Title


@dataclass(frozen=True, slots=True)
class Information:
    """A penalty or a responsible unit; never moves a verdict."""

    kind: Literal["penalty", "names"]
    title: Title
    citations: tuple[Citation, ...]


Severity = Literal["binding", "anticipatory", "data_check"]

SubjectKind = Literal["project", "operation", "plan", "revision", "region", "layers"]


@dataclass(frozen=True)
class Rule:
    names: Names
    pack: str
    title: Title
    territory: Territory | None
    applies: Condition | None
    norm: Norm
    exceptions: tuple[ExceptionClause, ...]
    severity: Severity
    remedy: Title | None
    citations: tuple[Citation, ...]
    cases: tuple[Case, ...] = field(compare=False, repr=False)
    place: Place = field(compare=False, repr=False)
    subject: SubjectKind | None = None
    """What it speaks about; projects and operations where it does not say."""
    subject_layer: Layer | None = None
    instead: tuple[Instead, ...] = ()
    displaces: tuple[Displacement, ...] = ()
    information: tuple[Information, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether a citation of the rule is in force on a day."""
        return any(c.interval.holds(day) for c in self.citations)

    def citations_on(self, day: date) -> tuple[Citation, ...]:
        """The citations in force on a day."""
        return tuple(c for c in self.citations if c.interval.holds(day))


@dataclass(frozen=True, slots=True)
class NotExecutable:
    """A clause that cannot be a rule, and why."""

    citation: Citation
    concerning: tuple[Layer, ...]
    because: Title
    pack: str
    territory: Territory | None = None


@dataclass(frozen=True)
class RuleBook:
    """All packs that were loaded, names resolved.

    The vocabulary maps hold each thing under both of its identifiers. `digest` identifies the
    sources; `packs` gives name → digest, `imports` what each pack imports.
    """

    packs: Mapping[str, str]
    imports: Mapping[str, tuple[str, ...]]
    pack_titles: Mapping[str, Title]
    digest: str
    rules: tuple[Rule, ...]
    not_executable: tuple[NotExecutable, ...]
    attributes: Mapping[str, Attribute]
    layers: Mapping[str, Layer]
    documents: Mapping[str, DocumentKind]
    components: Mapping[str, ComponentKind]
    judgements: Mapping[str, JudgementKind]
    territories: Mapping[str, Territory]
    instruments: Mapping[str, Instrument]
    parameters: Mapping[str, Parameter]
    concepts: Mapping[str, Concept]
    plans: Mapping[str, PlanKind]
    fillings: Mapping[Parameter, tuple[DatedValue, ...]]
    """What local packs set where the law leaves a value to an authority."""
    scopes: Mapping[str, Scope] = field(repr=False)
    """The names that each pack sees, for cases and tools."""

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """The rules in force on a day, in the order of the packs."""
        return tuple(r for r in self.rules if r.in_force(day))

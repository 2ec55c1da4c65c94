"""The findings document: what a check answers, as `redline check --format json` writes it.

These models are the published contract (`redline schema findings`). Within version 1 fields are
added, never renamed, retyped or removed. Every field is always written; what does not apply is null
or an empty list. Each text for people is bilingual. Areas are square metres and lengths metres
unless a field names its unit; dates are ISO 8601 days; geometry is GeoJSON in WGS 84 longitude and
latitude.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from redline.diagnostics import Diagnostic
from redline.messages import Language, Message, Title

SCHEMA: Literal["redline.findings/1"] = "redline.findings/1"

Day = date


class Status(StrEnum):
    """What one rule says about one submission."""

    COMPLIES = "complies"
    VIOLATED = "violated"
    EXCUSED = "excused"
    CONDITIONAL = "conditional"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"


class Verdict(StrEnum):
    """What all rules together say about one submission."""

    COMPLIANT = "compliant"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"
    NON_COMPLIANT = "non_compliant"


class Subject(StrEnum):
    """What a submission is about."""

    PROJECT = "project"
    OPERATION = "operation"
    PLAN = "plan"
    REVISION = "revision"
    REGION = "region"
    LAYERS = "layers"


class RuleSeverity(StrEnum):
    """Whether a breach refuses (binding, 约束性) or only warns (anticipatory, 预期性)."""

    BINDING = "binding"
    ANTICIPATORY = "anticipatory"


class Comparison(StrEnum):
    """How a measured value stands to its limit when the rule is kept."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


class ExceptionStatus(StrEnum):
    """Whether an exception excuses.

    `holds`: its condition and its duties are met. `promised`: its condition is met and a duty is
    still owed. `fails`: it does not excuse. `unknown`: a fact is missing.
    """

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    PROMISED = "promised"


class Truth(StrEnum):
    """A truth value of strong Kleene logic."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class MissingKind(StrEnum):
    """What is missing where a status is undetermined.

    `coverage`: the layer is there and does not claim to be complete on this ground. `mapping`: a
    value of an older schema that has no single successor. `parameter`: a value that an authority
    has yet to set. `text`: the text of an instrument is not held for this day.
    """

    ATTRIBUTE = "attribute"
    DOCUMENT = "document"
    JUDGEMENT = "judgement"
    LAYER = "layer"
    COVERAGE = "coverage"
    PARAMETER = "parameter"
    MAPPING = "mapping"
    TEXT = "text"
    REGISTER = "register"


class OwedKind(StrEnum):
    """What is still owed: a paper, an act, the demonstration that a breach is unavoidable."""

    DOCUMENT = "document"
    DEED = "deed"
    DEMONSTRATION = "demonstration"


class Relation(StrEnum):
    """How a piece of evidence relates the submission to the feature.

    `lost`, `gained` and `changed` are patches of a revision; `remainder` is the part of a footprint
    that complies; `uncovered` is ground on which the layer does not claim to be complete.
    """

    OVERLAPS = "overlaps"
    WITHIN = "within"
    CROSSES = "crosses"
    TOUCHES = "touches"
    NEAR = "near"
    OUTSIDE = "outside"
    UNCOVERED = "uncovered"
    LOST = "lost"
    GAINED = "gained"
    CHANGED = "changed"
    REMAINDER = "remainder"


class Model(BaseModel):
    """Base of the document's models: immutable, and closed to fields that it does not name."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        defer_build=True,
        json_schema_serialization_defaults_required=True,
    )


class Bilingual(Model):
    """A text in English and in Chinese."""

    en: str
    """English text."""
    zh: str
    """Chinese text."""

    @classmethod
    def of(cls, text: Message | Title) -> Bilingual:
        """Both renderings of a message or title."""
        return cls(en=text.render("en"), zh=text.render("zh"))

    def render(self, language: Language) -> str:
        """The text in one language; the other one where that is blank."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


# ── geometry ────────────────────────────────────────────────────────────────────────────────────

Position = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""

Line = tuple[Position, ...]
Rings = tuple[Line, ...]


class Point(Model):
    """A GeoJSON Point."""

    type: Literal["Point"] = "Point"
    """Kind of geometry."""
    coordinates: Position
    """The position."""


class MultiPoint(Model):
    """A GeoJSON MultiPoint."""

    type: Literal["MultiPoint"] = "MultiPoint"
    """Kind of geometry."""
    coordinates: tuple[Position, ...]
    """The positions."""


class LineString(Model):
    """A GeoJSON LineString."""

    type: Literal["LineString"] = "LineString"
    """Kind of geometry."""
    coordinates: Line
    """Its positions in order."""


class MultiLineString(Model):
    """A GeoJSON MultiLineString."""

    type: Literal["MultiLineString"] = "MultiLineString"
    """Kind of geometry."""
    coordinates: tuple[Line, ...]
    """Its lines."""


class Polygon(Model):
    """A GeoJSON Polygon: the shell, then its holes."""

    type: Literal["Polygon"] = "Polygon"
    """Kind of geometry."""
    coordinates: Rings
    """Closed rings: the shell, then the holes."""


class MultiPolygon(Model):
    """A GeoJSON MultiPolygon."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    """Kind of geometry."""
    coordinates: tuple[Rings, ...]
    """Its polygons."""


SimpleGeometry = Annotated[
    Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon,
    Field(discriminator="type"),
]


class GeometryCollection(Model):
    """A GeoJSON GeometryCollection, not nested."""

    type: Literal["GeometryCollection"] = "GeometryCollection"
    """Kind of geometry."""
    geometries: tuple[SimpleGeometry, ...]
    """Its members."""


Geometry = Annotated[
    Point | MultiPoint | LineString | MultiLineString | Polygon | MultiPolygon | GeometryCollection,
    Field(discriminator="type"),
]
"""A GeoJSON geometry, two ordinates a position."""


# ── what has gone wrong, or looks odd ───────────────────────────────────────────────────────────


class ProblemPlace(Model):
    """Where in an input something stands."""

    file: str
    """Path of the file as the caller gave it."""
    line: int | None = None
    """Line, counted from 1."""
    column: int | None = None
    """First column in code points, counted from 1."""
    end_column: int | None = None
    """Column after the last one."""
    item: str | None = None
    """What has no line: a key path, a feature, a parcel."""
    text: str | None = None
    """The source line."""


class Problem(Model):
    """Something that could not be read, is invalid, or looks odd."""

    code: str
    """Stable code of the diagnostic, RL followed by three digits."""
    severity: Literal["error", "warning", "note"]
    """An error means that something was not judged; the exit code is then 3."""
    message: Bilingual
    """One sentence: what is wrong."""
    hint: Bilingual | None = None
    """What to do about it."""
    heading: Bilingual | None = None
    """The legal heading under which the place stands."""
    place: ProblemPlace | None = None
    """Where it stands."""

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Problem:
        """A diagnostic in both languages."""
        return cls(
            code=diagnostic.code,
            severity=diagnostic.severity,
            message=Bilingual.of(diagnostic.message),
            hint=Bilingual.of(diagnostic.hint) if diagnostic.hint else None,
            heading=Bilingual.of(diagnostic.heading) if diagnostic.heading else None,
            place=ProblemPlace(
                file=diagnostic.place.file,
                line=diagnostic.place.line,
                column=diagnostic.place.column,
                end_column=diagnostic.place.end_column,
                item=diagnostic.place.item,
                text=diagnostic.place.text,
            )
            if diagnostic.place
            else None,
        )


# ── the parts of a finding ──────────────────────────────────────────────────────────────────────


class Citation(Model):
    """A clause of an instrument as it was in force on the submission's day."""

    instrument: str
    """Name of the instrument in the rule book."""
    title: Bilingual
    """Title of the instrument."""
    number: str | None = None
    """Number under which the instrument was issued."""
    clause: str
    """The clause in the rule language's English spelling: `art. 320(1)`. Empty where the
    instrument as a whole is cited."""
    clause_title: Bilingual
    """The clause as each language writes it: `art. 320(1)`, 第三百二十条第一款."""
    in_force_from: date | None = None
    """First day on which the clause binds."""
    in_force_to: date | None = None
    """Last day on which the clause binds; null while it does."""
    verified: bool
    """Whether the clause was compared with the instrument's text."""
    note: Bilingual | None = None
    """Why it is not verified."""


class Measured(Model):
    """A value that the rule compares, and how it stands to its limit."""

    quantity: Bilingual
    """What was measured, in the rule's words."""
    value: float | None = None
    """The value in `unit`, rounded to the declared resolution; null where it is unknown."""
    range: tuple[float, float] | None = None
    """Least and greatest possible value in `unit` where a layer covers the ground in part."""
    unit: str
    """Unit in the rule language's English spelling (m2, m, %, t/a …); empty for a number."""
    limit: float | None = None
    """The limit in `unit`; null where none is set, 0 with `at_most` for a plain prohibition."""
    comparison: Comparison | None = None
    """How `value` stands to `limit` when the rule is kept."""
    margin: float | None = None
    """By how much the limit is kept (positive) or missed (negative), in `unit`."""
    with_slivers: float | None = None
    """The value with the slivers that the tolerance discards, where it differs."""
    limit_citations: tuple[Citation, ...] = ()
    """Where the limit comes from, when it is a parameter with clauses of its own."""


class DueBy(Model):
    """When something owed falls due: at a stage, on a day, or both."""

    stage: str | None = None
    """Name of the stage in the rule book."""
    stage_title: Bilingual | None = None
    """Title of the stage."""
    date: Day | None = None
    """The last day."""


class Owed(Model):
    """A document or deed that somebody still has to supply."""

    kind: OwedKind
    """What kind of thing is owed."""
    name: str
    """Name of the document or duty in the rule book."""
    title: Bilingual
    """Title of the document or duty."""
    by: DueBy | None = None
    """When it falls due; null where the rule names no day or stage."""


class Missing(Model):
    """A fact without which the status cannot be determined, as a question to somebody."""

    kind: MissingKind
    """What kind of fact is missing."""
    name: str
    """Name of the fact in the rule book; for `text`, the name of the instrument."""
    title: Bilingual | None = None
    """Title of the fact."""
    question: Bilingual
    """The question to put."""
    place: str | None = None
    """For which feature, component or area it is asked, where that matters."""


class Excuse(Model):
    """An exception of the rule, and whether it excuses here."""

    title: Bilingual | None = None
    """Its title, where the rule gives one."""
    condition: Bilingual
    """Its condition and duties in the rule's words."""
    status: ExceptionStatus
    """Whether it excuses here."""
    citations: tuple[Citation, ...] = ()
    """Clauses of the exception itself."""
    owed: tuple[Owed, ...] = ()
    """What its duties still ask for, when `promised`."""
    missing: tuple[Missing, ...] = ()
    """The facts that would decide it, when `unknown`."""
    exceptions: tuple[Excuse, ...] = ()
    """Exceptions to this exception."""


class Evidence(Model):
    """A piece of ground, or a pair of places, on which a finding rests."""

    layer: str
    """Name of the layer in the vocabulary."""
    layer_title: Bilingual | None = None
    """Title of the layer."""
    version: str | None = None
    """Version of the layer that was in force."""
    feature: str | None = None
    """The feature's name or identifier within the layer."""
    relation: Relation = Relation.OVERLAPS
    """How the submission relates to the feature."""
    role: str | None = None
    """The part of the submission: permanent, temporary, underground, aerial, centreline, or the
    kind of a component."""
    role_title: Bilingual | None = None
    """Title of a component's kind; null for parts of the submission itself."""
    area_m2: float | None = None
    """Ellipsoidal area, square metres."""
    width_m: float | None = None
    """Twice the radius of the largest inscribed circle, metres."""
    length_m: float | None = None
    """Geodesic length, metres."""
    distance_m: float | None = None
    """Geodesic distance to the feature, metres."""
    attributes: dict[str, str | float | bool | None] = Field(default_factory=dict)
    """The feature's columns that the rule read."""
    geometry: Geometry | None = None
    """The piece itself; null where it was not asked for or is withheld."""


class Fact(Model):
    """A fact, not measured, on which the status rests."""

    kind: Literal["attribute", "document", "judgement", "parameter", "component", "register"]
    """What kind of fact it is."""
    name: str
    """Name of the fact in the rule book."""
    title: Bilingual
    """Title of the fact."""
    value: Bilingual
    """The value as a reader sees it."""
    author: str | None = None
    """Who judged."""
    reason: str | None = None
    """Why, in the author's words."""


class Information(Model):
    """What a rule adds without moving the verdict: a penalty, a responsible unit, a note."""

    kind: Literal["penalty", "names", "note"]
    """What kind of information it is."""
    text: Bilingual
    """The information."""
    citations: tuple[Citation, ...] = ()
    """Clauses that say it."""


class Derivation(Model):
    """A step of the reasoning with the steps that it rests on."""

    statement: Bilingual
    """What the step is about, in the rule's words."""
    truth: Truth
    """Whether the statement holds."""
    sentence: Bilingual
    """The statement as a sentence that says whether it holds, does not hold, or is open."""
    citations: tuple[Citation, ...] = ()
    """Clauses that make this step."""
    measured: Measured | None = None
    """The measurement that the statement compares; its `comparison` is the statement's own."""
    facts: tuple[Fact, ...] = ()
    """Attributes, documents and judgements that the step reads."""
    evidence: tuple[Evidence, ...] = ()
    """The features that the step met."""
    premises: tuple[Derivation, ...] = ()
    """The steps that it rests on; empty where it was judged and not derived."""


class AccountEntry(Model):
    """An earlier approval that drew on a quota."""

    id: str
    """Identifier in the register; empty where it stands for several at once."""
    title: str | None = None
    """Title in the register."""
    decided_on: date | None = None
    """Day of the approval."""
    amount: float
    """In the account's unit; negative where it gave back."""


class Account(Model):
    """The account of a quota or ceiling, from its opening to what this submission would leave."""

    attribute: str | None = None
    """Name in the rule book of what the account sums."""
    quota: Bilingual
    """Title of the quota or ceiling."""
    areas: dict[str, str] = Field(default_factory=dict)
    """The areas whose approvals it sums, by layer."""
    place: str | None = None
    """The area whose quota it is."""
    period: str | None = None
    """The period, mostly a year."""
    unit: str
    """Unit of every amount below."""
    opening: float | None
    """Amount granted for the period; null where it is not on file."""
    transfers: float = 0.0
    """Net of what was transferred in and out."""
    used: float
    """Sum of `entries`."""
    entries: tuple[AccountEntry, ...] = ()
    """What drew on it before, oldest first."""
    requested: float | None
    """What this submission asks for, after any replacement multiple."""
    remaining: float | None
    """What would be left; negative where the quota is overdrawn."""


class Remainder(Model):
    """The part of a footprint that keeps the rule."""

    area_m2: float
    """Its ellipsoidal area, square metres."""
    geometry: Geometry | None = None
    """The part itself; null where it is withheld."""


class WayOut(Model):
    """What would turn a breach: how to change the footprint, or what would excuse it."""

    remainder: Remainder | None = None
    """The part of the footprint that complies."""
    excuses: tuple[Excuse, ...] = ()
    """Exceptions that could apply, each with what it still needs."""


class ForEach(Model):
    """The one of several things that a finding is about: a county, a feature, a clause."""

    name: str
    """What the rule goes through, in the vocabulary's name."""
    value: str
    """Which one, by identifier or name."""
    title: Bilingual | None = None
    """Its title, where it has one."""


class Finding(Model):
    """One rule's answer about one submission."""

    rule: str
    """Name of the rule, with the name of its pack in front."""
    for_each: ForEach | None = None
    """Set where the rule answers for each of several things."""
    status: Status
    """What the rule says."""
    severity: RuleSeverity = RuleSeverity.BINDING
    """Whether a breach refuses or only warns."""
    title: Bilingual
    """Title of the rule."""
    remedy: Bilingual | None = None
    """What the rule book advises."""
    citations: tuple[Citation, ...] = ()
    """The clauses that the rule applies on the submission's day."""
    measured: tuple[Measured, ...] = ()
    """The deciding value first."""
    facts: tuple[Fact, ...] = ()
    """What the status rests on beside measurements."""
    exceptions: tuple[Excuse, ...] = ()
    """Every exception that was considered; one that `holds` is why the status is `excused`."""
    owed: tuple[Owed, ...] = ()
    """What is still owed, when `conditional`."""
    missing: tuple[Missing, ...] = ()
    """What is missing, when `undetermined`."""
    settled_by: tuple[tuple[str, ...], ...] = ()
    """The smallest sets of `missing` (by name) whose every answer decides the status."""
    evidence: tuple[Evidence, ...] = ()
    """The ground and places that the status rests on."""
    slivers: tuple[Evidence, ...] = ()
    """Pieces under the declared tolerance: listed, and left out of `measured`."""
    boundary_sensitive: bool = False
    """Whether the status would change if a boundary moved by its layer's positional accuracy."""
    displaced_by: str | None = None
    """The rule that takes this one's place here; the status is then `not_applicable`."""
    information: tuple[Information, ...] = ()
    """What the rule adds without moving the verdict."""
    accounts: tuple[Account, ...] = ()
    """Accounts of the quotas that the rule asks about."""
    way_out: WayOut | None = None
    """What would turn a breach; set where it was asked for."""
    derivation: Derivation | None = None
    """How the status was reached; set where it was asked for."""


# ── a submission and the document ───────────────────────────────────────────────────────────────


class Tolerance(Model):
    """What is too small to count; both 0 counts everything."""

    min_area_m2: float
    """Pieces of less area are slivers, square metres."""
    min_width_m: float
    """Pieces of less width are slivers, metres."""


class Basis(Model):
    """How things were measured."""

    area: str
    """Basis of areas, such as `ellipsoidal`."""
    distance: str
    """Basis of distances, such as `geodesic`."""
    tolerance: Tolerance
    """What is too small to count."""
    crs: str
    """The submission's own coordinate system, as an authority code where it has one."""
    crs_basis: Bilingual
    """How that was established."""


class LayerUsed(Model):
    """A version of a layer that was consulted."""

    layer: str
    """Name of the layer in the vocabulary."""
    title: Bilingual | None = None
    """Title of the layer."""
    version: str | None = None
    """Version that was in force."""
    approval: str | None = None
    """Number of the approval that published it."""
    valid_from: date | None = None
    """First day of the version."""
    valid_to: date | None = None
    """Last day of the version; null while it is the latest."""
    source: str | None = None
    """Where the catalog takes it from."""
    digest: str | None = None
    """SHA-256 of the source, hexadecimal."""
    accuracy_m: float | None = None
    """Declared positional accuracy, metres."""
    empty: bool = False
    """Whether the catalog declares the layer empty within its coverage."""


class ComparedArea(Model):
    """The area of a layer in one place or of one class, before and after a revision.

    `lost_m2`, `gained_m2` and `net_m2` count real change; those with `_with_slivers` count slivers
    of re-digitising too.
    """

    unit: ForEach | None = None
    """The place or class; null for the whole layer."""
    before_m2: float
    """Area in the baseline, square metres."""
    after_m2: float
    """Area in the baseline with what real change adds and takes, square metres."""
    lost_m2: float
    """Ground that is no longer in it, square metres."""
    gained_m2: float
    """Ground that is new in it, square metres."""
    net_m2: float
    """`gained_m2` less `lost_m2`."""
    after_with_slivers_m2: float
    """Area in the proposed version, square metres."""
    lost_with_slivers_m2: float
    """The same as `lost_m2`, slivers included."""
    gained_with_slivers_m2: float
    """The same as `gained_m2`, slivers included."""
    net_with_slivers_m2: float
    """The same as `net_m2`, slivers included."""


class Revised(Model):
    """A layer's baseline compared with its proposed version."""

    layer: str
    """Name of the layer in the vocabulary."""
    layer_title: Bilingual
    """Title of the layer."""
    baseline: str
    """The baseline: days of the catalog's version, or its file."""
    proposed: str
    """The proposed version."""
    sliver_area_m2: float
    """Patches of less area are slivers, square metres."""
    sliver_width_m: float
    """Patches of less width are slivers, metres."""
    areas: tuple[ComparedArea, ...]
    """The whole layer first, then places, then classes."""
    patches: tuple[Evidence, ...] = ()
    """Ground that was lost, gained or put in another class."""
    slivers: tuple[Evidence, ...] = ()
    """The same under the tolerance; of very many, those of one feature in one piece."""
    sliver_count: int = 0
    """How many slivers there are."""


class Part(Model):
    """A geometry of the submission by its role."""

    role: str
    """What the geometry stands for: permanent, temporary, underground, aerial, centreline or
    impact_range."""
    area_m2: float | None = None
    """Ellipsoidal area, square metres."""
    length_m: float | None = None
    """Geodesic length, metres."""
    geometry: Geometry | None = None
    """The geometry; null where it is withheld."""


class DataCheck(Problem):
    """A finding about the submission's own data: what it declares against what is measured."""

    measured: tuple[Measured, ...] = ()
    """The declared value as limit beside the measured one."""


class NotExecuted(Model):
    """A clause in force for the zones touched that no rule executes, or that is not verified."""

    citation: Citation
    """The clause."""
    kind: Literal["not_executable", "not_verified"] = "not_executable"
    """Whether it cannot be executed, or was not verified."""
    reason: Bilingual
    """Why."""


class Change(Model):
    """A finding that came out otherwise than in the record before."""

    rule: str
    """Name of the rule."""
    for_each: ForEach | None = None
    """Set where the rule answers for each of several things."""
    before: Status | None
    """Null where the rule was not in the record."""
    after: Status | None
    """Null where the rule is no longer asked."""


class Changes(Model):
    """What a resubmission changed against the record of its predecessor."""

    record_digest: str
    """Digest of the record compared with."""
    changes: tuple[Change, ...] = ()
    """Findings whose status differs, in the rule book's order."""


class SubmissionFindings(Model):
    """Everything that a check says about one submission."""

    id: str
    """Identifier of the submission; repeated ones got `#2` and so on."""
    kind: Subject
    """What the submission is about."""
    title: str | None = None
    """The submitter's own title."""
    source: str
    """The file, and the feature in it, that it was read from."""
    as_of: date
    """The day whose rules and layers applied."""
    verdict: Verdict
    """What all findings together say."""
    basis: Basis
    """How it was measured."""
    parts: tuple[Part, ...] = ()
    """The submission's own geometry."""
    layers: tuple[LayerUsed, ...] = ()
    """Versions of the layers that were consulted."""
    findings: tuple[Finding, ...] = ()
    """One for each rule in force, in the rule book's order."""
    data_checks: tuple[DataCheck, ...] = ()
    """What the submission declares against what was measured."""
    warnings: tuple[Problem, ...] = ()
    """What was odd in the submission and how it was taken."""
    not_executed: tuple[NotExecuted, ...] = ()
    """The scope statement."""
    compared: Changes | None = None
    """Set where a previous record was given."""
    revised: Revised | None = None
    """Set for a revision."""


class Pack(Model):
    """A pack of rules that was loaded."""

    name: str
    """Name of the pack."""
    title: Bilingual
    """Title of the pack."""
    territory: str | None = None
    """Where it binds; null for everywhere."""
    digest: str
    """SHA-256 of its source, hexadecimal."""


class FindingsDocument(Model):
    """The answer of a check: rules and software, one entry for each submission, and problems."""

    schema_: Annotated[Literal["redline.findings/1"], Field(alias="schema")] = SCHEMA
    """Name and version of this contract."""
    rules_digest: str
    """SHA-256 over the digests of all packs, hexadecimal."""
    packs: tuple[Pack, ...] = ()
    """The packs of rules that were loaded."""
    software: dict[str, str]
    """Names and versions of what computed the answer, GEOS and PROJ among them."""
    submissions: tuple[SubmissionFindings, ...] = ()
    """In the order given."""
    problems: tuple[Problem, ...] = ()
    """What could not be read or is invalid; the submissions concerned are not judged."""
    record_digest: str | None = None
    """Digest of the record that was written with it."""


def findings_schema() -> dict[str, object]:
    """The JSON Schema of the document as it is written: every field is required."""
    from redline.schemas import described_schema

    return described_schema(FindingsDocument)

"""Running the cases beside the rules: each states a small world and what must come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from redline.checking.facts import Stated
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.features import (
    Component,
    Document,
    Ground,
    Judgement,
    Kind,
    Role,
    Submission,
)
from redline.ground.measure import Tolerance
from redline.ground.plane import Plane
from redline.ground.zoning import make_zone
from redline.language import tree as t
from redline.messages import Message, Title, msg
from redline.quantities import AREA, LENGTH, NUMBER
from redline.reasoning.asked import is_measured
from redline.reasoning.explanation import Step, explain
from redline.reasoning.infer import Status, infer
from redline.reasoning.judge import judge
from redline.reasoning.plan import Inside, Plan, PlanAtom, about_rule, make_plan
from redline.reasoning.subjects import (
    Booleans,
    CodeSet,
    Features,
    Subjects,
    Terrain,
    Values,
    values_of,
)
from redline.reasoning.truth import FALSE, NOT_YET, TRUE, Bounds, Numbers, Truths
from redline.reasoning.wants import Want, wants_of
from redline.rulebook.conditions import ConditionResolver, Usage
from redline.rulebook.diagnostics import (
    BadGeometry,
    FilterIsNoColumn,
    NeedsKey,
    NotLeftToAuthority,
    StatedTwoWays,
    UnknownName,
    WrongType,
)
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import (
    Attribute,
    BooleanType,
    Citation,
    CodeType,
    Column,
    ComponentKind,
    DatedValue,
    DateType,
    ExceptionClause,
    Interval,
    Layer,
    Names,
    Parameter,
    Part,
    QuantityType,
    Rule,
    RuleBook,
    Territory,
    TextType,
    TotalTerm,
    Type,
)
from redline.rulebook.mutation import RECENT, mutants_of
from redline.rulebook.scope import Scope
from redline.rulebook.types import type_of_term
from redline.rulebook.words import type_in_words


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case on one day."""

    rule: Rule
    title: Title
    day: date
    place: Place
    passed: bool
    expected: str
    got: str
    explanation: tuple[Message, ...] = ()
    seen: tuple[tuple[PlanAtom, int], ...] = ()
    """The atoms of the rule and the truth that each had in this case."""
    derivation: Step | None = None
    """Why it came out as it did, where that is not what was expected."""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All cases that were run, and what could not be run."""

    rules: int
    results: tuple[CaseResult, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases whose outcome differs from what they expect."""
        return tuple(r for r in self.results if not r.passed)


def rules_below(paths: Sequence[Path], only: str | None = None) -> tuple[RuleBook, list[Rule]]:
    """The rules below some paths (the shipped ones where none are named) whose names match a
    pattern such as `*_water_*`, and their book. Raises `Refusal` where they do not load.
    """
    book = load_rulebook(paths)
    named = set(book.packs) if not paths else packs_below(book, paths)
    return book, [
        r
        for r in book.rules
        if r.pack in named
        and (only is None or any(fnmatch(n, only) for n in (r.names.en, r.names.zh)))
    ]


def run_cases(paths: Sequence[Path] = ()) -> CaseReport:
    """Run the cases of the rules below some paths (of the shipped rules where none are named).

    A case without a date is run on the first and the last day of each interval in which the law
    that the rule rests on stays the same. Raises `Refusal` where the rules do not load.
    """
    return run_rules(*rules_below(paths))


def packs_below(book: RuleBook, paths: Sequence[Path]) -> set[str]:
    """The packs whose files lie at or below some paths."""
    roots = [p.resolve() for p in paths]
    found = set()
    for name, scope in book.scopes.items():
        file = Path(scope.source.name).resolve()
        if any(file == root or root in file.parents for root in roots):
            found.add(name)
    return found


def run_rules(book: RuleBook, rules: Sequence[Rule]) -> CaseReport:
    """Run the cases of some rules."""
    results: list[CaseResult] = []
    diagnostics: list[Diagnostic] = []
    for rule in rules:
        for case in rule.cases:
            try:
                results += run_case(rule, case, book)
            except Refusal as refusal:
                diagnostics += refusal.diagnostics
    return CaseReport(len(rules), tuple(results), tuple(diagnostics))


def run_case(rule: Rule, case: t.Case, book: RuleBook) -> Iterable[CaseResult]:
    """Run a case on its day, or on each day on which the rule's law changes."""
    scope = book.scopes[rule.pack]
    world = WorldResolver(scope, case).world()
    days = [case.on.value] if case.on else days_to_try(rule)
    for day in days:
        plan = world.completed(plan_of_rule(rule, day, book))
        subjects, terrain = world.on(day)
        judged = judge(plan, subjects, terrain)
        inference = infer(plan, judged.truths)
        got = Status(inference.statuses[0, 0]).name.lower() if plan.rules else "not_in_force"
        wants = wants_of(inference, 0, 0, subjects, terrain) if plan.rules else ()
        result = result_of(rule, case, scope, day, got=got, wants=wants)
        seen = tuple(zip(plan.atoms, inference.truths[0].tolist(), strict=True))
        why = explain(inference, 0, 0) if plan.rules and not result.passed else None
        yield replace(result, seen=seen, derivation=why)


def result_of(
    rule: Rule, case: t.Case, scope: Scope, day: date, *, got: str, wants: Sequence[Want]
) -> CaseResult:
    wanted = {w.key for w in wants}
    missing = [n.text for n in case.wanting if key_of(scope, n.text) not in wanted]
    lines: list[Message] = []
    if missing:
        lines.append(msg("it does not want for {names}", names=missing))
    if got == "undetermined" and (got != case.expected or missing):
        names = [w.name for w in wants]
        lines.append(msg("it is undetermined for want of {names}", names=names))
    return CaseResult(
        rule=rule,
        title=case.title,
        day=day,
        place=scope.source.place(case.span),
        passed=got == case.expected and not missing,
        expected=case.expected,
        got=got,
        explanation=tuple(lines),
    )


def note_names_in_cases(book: RuleBook) -> list[Diagnostic]:
    """Note what the names in all cases mean (`Scope.meanings`); returns what is wrong with them."""
    diagnostics: list[Diagnostic] = []
    for rule in book.rules:
        for case in rule.cases:
            try:
                WorldResolver(book.scopes[rule.pack], case).world()
            except Refusal as refusal:
                diagnostics += refusal.diagnostics
    return diagnostics


def key_of(scope: Scope, name: str) -> str:
    """The key of what a name in either script stands for, whatever its kind."""
    for table in scope.tables():
        thing = table.get(name)
        if thing is not None:
            return str(thing.names.key)
    return name


def plan_of_rule(rule: Rule, day: date, book: RuleBook) -> Plan:
    """The plan of one rule on a day, first in it; without rules where it is not in force.

    The rules that go before it under a condition come along.
    """
    if not rule.in_force(day):
        return make_plan(replace(book, rules=()), day)
    displacing = [r for r in book.rules if any(d.displaced == rule.names for d in r.displaces)]
    return make_plan(replace(book, rules=(rule, *displacing)), day, about_rule(rule))


def days_to_try(rule: Rule) -> list[date]:
    """The first and the last day of each interval in which the citations of the rule and of its
    exceptions stay the same.

    An interval in which the text is not held is left out: every outcome there is undetermined.
    """
    cited = [*rule.citations, *citations_of(rule.exceptions)]
    changes = {max(c.interval.start, RECENT) for c in cited}
    changes |= {c.interval.end for c in cited}
    changes |= {c.interval.end - timedelta(days=1) for c in cited}
    held = {c.instrument.text_held for c in rule.citations if c.instrument.text_held}
    days = sorted(changes | held)
    last_day = date.max - timedelta(days=1)
    return [
        day
        for day in days
        if day < last_day
        and rule.in_force(day)
        and any(c.text_held(day) for c in rule.citations_on(day))
    ]


def citations_of(exceptions: Iterable[ExceptionClause]) -> Iterator[Citation]:
    """The clauses of exceptions and of what takes them back."""
    for exception in exceptions:
        yield from exception.citations
        yield from citations_of(exception.except_when)


# ── how well the cases cover the rules ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """What the cases of a rule show: statuses seen, and the truths seen of each of its atoms."""

    rule: Rule
    statuses: frozenset[str]
    truths: Mapping[PlanAtom, frozenset[int]]
    geometry: bool
    """Whether a case states its ground as geometry."""

    @property
    def both_ways(self) -> bool:
        """Whether a case breaks the rule and another keeps it; neither can be where no text of the
        rule is held, and all that can be said is undetermined.
        """
        if not self.readable:
            return "undetermined" in self.statuses
        broken = {"violated", "conditional"} if self.restricts else {"violated"}
        return bool(self.statuses & broken) and "complies" in self.statuses

    @property
    def readable(self) -> bool:
        """Whether a text of the rule is held on some day on which it is in force."""
        held = ((c.instrument.text_held, c.interval) for c in self.rule.citations)
        return any(first is None or first < days.end for first, days in held)

    @property
    def on_ground(self) -> bool:
        """Whether the rule looks at the ground of a project, beside where it binds."""
        asked = (a for a in self.truths if not isinstance(a, Inside))
        return self.rule.subject is None and any(map(is_measured, asked))

    @property
    def restricts(self) -> bool:
        """Whether a hit of the rule is conditional, never violated."""
        return self.rule.norm.ordinarily or self.rule.norm.kind is t.NormKind.RESTRICTS

    @property
    def excused(self) -> bool:
        """Whether a case is excused, where the rule has an exception at all."""
        lifted = {"excused", "conditional"}
        return not self.rule.exceptions or bool(self.statuses & lifted)


def coverage_of(report: CaseReport, rules: Sequence[Rule]) -> tuple[RuleCoverage, ...]:
    """How well the cases that were run cover some rules."""
    by_rule: dict[Names, list[CaseResult]] = {}
    for result in report.results:
        by_rule.setdefault(result.rule.names, []).append(result)
    found = []
    for rule in rules:
        truths: dict[PlanAtom, set[int]] = {}
        for result in by_rule.get(rule.names, ()):
            for atom, truth in result.seen:
                truths.setdefault(atom, set()).add(truth)
        statuses = frozenset(r.got for r in by_rule.get(rule.names, ()))
        drawn = any(isinstance(g, t.PartAt) for c in rule.cases for g in c.givens)
        frozen = {atom: frozenset(seen) for atom, seen in truths.items()}
        found.append(RuleCoverage(rule, statuses, frozen, drawn))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class MutationReport:
    """How many mutants the cases noticed, and those that none did."""

    mutants: int
    unnoticed: tuple[tuple[Rule, Message], ...]


def mutate(book: RuleBook, rules: Sequence[Rule]) -> MutationReport:
    """Run the cases of each rule on its mutants; a mutant on which all still pass is unnoticed."""
    count = 0
    unnoticed: list[tuple[Rule, Message]] = []
    for rule in rules:
        worlds = [
            (case, days, WorldResolver(book.scopes[rule.pack], case).world())
            for case in rule.cases
            if (days := [case.on.value] if case.on else days_to_try(rule))
        ]
        for mutant in mutants_of(rule):
            count += 1
            if all(still_passes(mutant.rule, *world, book) for world in worlds):
                unnoticed.append((rule, mutant.change))
    return MutationReport(count, tuple(unnoticed))


def still_passes(
    rule: Rule, case: t.Case, days: Sequence[date], world: World, book: RuleBook
) -> bool:
    """Whether a case has the outcome that it expects on a changed rule."""
    for day in days:
        plan = world.completed(plan_of_rule(rule, day, book))
        got = "not_in_force"
        if plan.rules:
            subjects, terrain = world.on(day)
            inference = infer(plan, judge(plan, subjects, terrain).truths)
            got = Status(inference.statuses[0, 0]).name.lower()
        if got != case.expected:
            return False
    return True


# ── the world that a case states ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StatedFeature:
    """A feature of a layer and how a part of the subject stands to it."""

    columns: Mapping[str, object]
    relation: t.RelationKind | str
    part: Part
    amount: float | None


@dataclass(frozen=True)
class World:
    """What a case states, names resolved; everything else is unknown in it."""

    attributes: Mapping[str, Values]
    documents: Mapping[str, Sequence[Document]]
    covering: Mapping[str, float | None]
    judgements: Mapping[str, bool]
    layers: Mapping[Layer, tuple[StatedFeature, ...]]
    sizes: Mapping[tuple[Part, bool], float]
    totals: Mapping[TotalTerm, float]
    outside: frozenset[Territory]
    parameters: Mapping[Parameter, tuple[DatedValue, ...]] = field(default_factory=dict)
    """What authorities have set, where the law leaves a value to them."""
    sketch: Sketch | None = None

    def completed(self, plan: Plan) -> Plan:
        """A plan in which the authorities have set what the case says that they have."""
        if not self.parameters:
            return plan
        fillings = dict(plan.fillings)
        for parameter, values in self.parameters.items():
            fillings[parameter] = (*fillings.get(parameter, ()), *values)
        return replace(plan, fillings=fillings)

    def on(self, day: date) -> tuple[Subjects, Terrain]:
        """The single subject of the case, decided on a day, and its terrain."""
        subjects = Subjects(
            days=(day,),
            attributes=self.attributes,
            documents={k: {0: v} for k, v in self.documents.items()},
            judgements={k: {0: Judgement(k, v)} for k, v in self.judgements.items()},
        )
        terrain = StatedTerrain(self)
        return subjects, SketchedTerrain(terrain, self.sketch, day) if self.sketch else terrain


@dataclass(frozen=True, slots=True)
class Sketch:
    """The ground of a case as geometry, in metres of a plane."""

    parts: Mapping[Role, BaseGeometry]
    components: Sequence[tuple[str, BaseGeometry, Mapping[str, object]]]
    features: Mapping[Layer, Sequence[tuple[Mapping[str, object], BaseGeometry]]]
    told_apart: bool
    """Whether the case tells the roles apart, so that those it does not name are absent."""


SKETCH_PLANE = Plane(114, 24)
"""Where sketches are drawn: any place would do."""


class SketchedTerrain(MeasuredTerrain):
    """Measures a sketch as a check measures real ground; the rest as the case states it."""

    def __init__(self, stated: StatedTerrain, sketch: Sketch, day: date) -> None:
        crs = CRS(SKETCH_PLANE.label)
        complete = frozenset({"geometries"} if sketch.told_apart else ())
        submission = Submission(
            id="case",
            kind=Kind.PROJECT,
            source="case",
            decided_on=day,
            geometries={role: Ground(g, crs) for role, g in sketch.parts.items()},
            complete=complete,
        )
        components = tuple(
            Component(k, Ground(g, crs), values) for k, g, values in sketch.components
        )
        zones = {
            layer: make_zone(
                layer.names.key,
                np.array([g for _c, g in features], dtype=object),
                SKETCH_PLANE,
                columns={
                    c.names.key: np.array([x.get(c.names.key) for x, _g in features], dtype=object)
                    for c in layer.columns
                },
            )
            for layer, features in sketch.features.items()
        }
        self.stated_terrain = stated
        self.typed = {
            layer: Features(
                layer,
                len(features),
                {
                    c.names.key: values_of(c.type, [x.get(c.names.key) for x, _g in features])
                    for c in layer.columns
                },
            )
            for layer, features in sketch.features.items()
        }
        batch = (Stated(submission, {}, (), (), components),)
        super().__init__(batch, (day,), SKETCH_PLANE, zones, Tolerance())

    def component_columns(
        self, kind: ComponentKind, listed: Sequence[Component]
    ) -> dict[str, Values]:
        keys = {c.names.key: c.type for c in kind.columns}
        return {k: values_of(x, [c.columns.get(k) for c in listed]) for k, x in keys.items()}

    def inside(self, territory: Territory) -> Truths | None:
        return self.stated_terrain.inside(territory)

    def features(self, layer: Layer) -> Features | None:
        return self.typed.get(layer)

    def total(self, term: TotalTerm) -> Bounds:
        return self.stated_terrain.total(term)


class StatedTerrain:
    """Says what a case states; the case lies inside every territory that it does not leave."""

    def __init__(self, world: World) -> None:
        self.world = world

    def inside(self, territory: Territory) -> Truths | None:
        """A case lies in every territory that it does not name as left."""
        return np.array([FALSE if territory in self.world.outside else TRUE], np.int8)

    def features(self, layer: Layer) -> Features | None:
        stated = self.world.layers.get(layer)
        if stated is None:
            return None
        columns = {
            c.names.key: values_of(c.type, [f.columns.get(c.names.key) for f in stated])
            for c in layer.columns
        }
        return Features(layer, len(stated), columns)

    def stated(self, part: Part, layer: Layer, mask: Booleans) -> list[StatedFeature]:
        """The selected features to which the part is said to stand in some relation."""
        features = self.world.layers.get(layer, ())
        return [f for f, m in zip(features, mask, strict=True) if m and same_part(f.part, part)]

    def given(self, part: Part) -> Booleans:
        """The footprint is there; other parts where the case says something of them.

        A case that tells permanent from temporary has said which of the two there is.
        """
        stated = {f.part for features in self.world.layers.values() for f in features}
        stated |= {p for p, _length in self.world.sizes}
        told_apart = any(p.kind in (t.PartKind.PERMANENT, t.PartKind.TEMPORARY) for p in stated)
        known = part.kind in (t.PartKind.FOOTPRINT, t.PartKind.PERMANENT) or part in stated
        return np.array([known or (part.kind is t.PartKind.TEMPORARY and told_apart)])

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        overlapping = (t.RelationKind.OVERLAPS, t.RelationKind.LIES_WITHIN)
        amounts = [
            self.amount(f, part)
            for f in self.stated(part, layer, mask)
            if f.relation in overlapping
        ]
        return np.array([sum(amounts)], np.float64)

    def amount(self, feature: StatedFeature, part: Part) -> float:
        """The amount said; the part's own size where it lies within; a square metre otherwise."""
        if feature.amount is not None:
            return feature.amount
        if feature.relation is t.RelationKind.LIES_WITHIN:
            return self.world.sizes.get((part, False), 1.0)
        return 1.0

    def relation(self, kind: t.RelationKind, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        found = any(f.relation is kind for f in self.stated(part, layer, mask))
        return np.array([found])

    def within(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return self.relation(t.RelationKind.LIES_WITHIN, part, layer, mask)

    def crosses(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return self.relation(t.RelationKind.CROSSES, part, layer, mask)

    def touches(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return self.relation(t.RelationKind.TOUCHES, part, layer, mask)

    def distance(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        distances = [
            (f.amount or 0.0) if f.relation == "distance" else 0.0
            for f in self.stated(part, layer, mask)
        ]
        return np.array([min(distances, default=np.inf)], np.float64)

    def near(self, part: Part, layer: Layer, mask: Booleans, reach: Numbers) -> Booleans:
        features = self.world.layers.get(layer, ())
        found = any(
            m
            and same_part(f.part, part)
            and (f.amount or 0.0 if f.relation == "distance" else 0.0) <= r
            for f, m, r in zip(features, mask, reach, strict=True)
        )
        return np.array([found])

    def count(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        overlapping = (t.RelationKind.OVERLAPS, t.RelationKind.LIES_WITHIN)
        found = [f for f in self.stated(part, layer, mask) if f.relation in overlapping]
        return np.array([float(len(found))])

    def outside_coverage(self, part: Part, layer: Layer) -> Numbers:
        return np.zeros(1)

    def covered_reach(self, part: Part, layer: Layer) -> Numbers:
        return np.array([np.inf])

    def size(self, part: Part, length: bool) -> Bounds:
        stated = self.world.sizes.get((part, length))
        return Bounds.exact(np.array([np.nan if stated is None else stated]))

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        return self.left_by(documents, float(self.overlap(part, layer, mask)[0]))

    def uncovered_part(self, part: Part, documents: Mapping[int, Sequence[Document]]) -> Bounds:
        return self.left_by(documents, self.world.sizes.get((part, False), 1.0))

    def left_by(self, documents: Mapping[int, Sequence[Document]], amount: float) -> Bounds:
        """What of an amount of ground is not covered; in doubt where a document's ground is."""
        listed = documents.get(0, ())
        doubt = any(d.kind not in self.world.covering for d in listed)
        grounds = [self.world.covering.get(d.kind, 0.0) for d in listed]
        whole = any(g is None for g in grounds)
        left = 0.0 if whole else max(amount - sum(g or 0.0 for g in grounds), 0.0)
        return Bounds(np.array([0.0 if doubt else left]), np.array([left]))

    def total(self, term: TotalTerm) -> Bounds:
        return Bounds.exact(np.array([self.world.totals.get(term, np.nan)]))


def same_part(stated: Part, asked: Part) -> bool:
    """Whether what is said of one part holds for another: the surface parts make the footprint."""
    surface = (t.PartKind.PERMANENT, t.PartKind.TEMPORARY, t.PartKind.FOOTPRINT)
    if asked.kind is t.PartKind.FOOTPRINT:
        return stated.kind in surface
    if stated.kind is t.PartKind.FOOTPRINT:
        return asked.kind is t.PartKind.PERMANENT
    return stated == asked


@dataclass
class WorldResolver:
    """Resolves the names and values of one case; raises `Refusal` with all that is wrong."""

    scope: Scope
    case: t.Case
    attributes: dict[str, Values] = field(default_factory=dict)
    documents: dict[str, list[Document]] = field(default_factory=dict)
    covering: dict[str, float | None] = field(default_factory=dict)
    judgements: dict[str, bool] = field(default_factory=dict)
    layers: dict[Layer, list[StatedFeature]] = field(default_factory=dict)
    sizes: dict[tuple[Part, bool], float] = field(default_factory=dict)
    totals: dict[TotalTerm, float] = field(default_factory=dict)
    outside: set[Territory] = field(default_factory=set)
    parts: dict[Role, BaseGeometry] = field(default_factory=dict)
    parameters: dict[Parameter, tuple[DatedValue, ...]] = field(default_factory=dict)
    placed: list[tuple[str, BaseGeometry, Mapping[str, object]]] = field(default_factory=list)
    ground: dict[Layer, list[tuple[Mapping[str, object], BaseGeometry]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.scope = replace(self.scope, diagnostics=[])
        self.conditions = ConditionResolver(self.scope)

    def world(self) -> World:
        """The world that the case states."""
        for given in self.case.givens:
            self.given(given)
        sketched = bool(self.parts or self.placed or self.ground)
        if sketched and (any(self.layers.values()) or self.sizes):
            self.scope.report(StatedTwoWays(place=self.scope.place(self.case)))
        if self.scope.diagnostics:
            raise Refusal(self.scope.diagnostics)
        sketch = None
        if sketched:
            ground: dict[Layer, Sequence[tuple[Mapping[str, object], BaseGeometry]]] = {}
            ground |= dict.fromkeys(self.layers, ())
            ground |= self.ground
            told_apart = any(r is not Role.PERMANENT for r in self.parts)
            sketch = Sketch(self.parts, self.placed, ground, told_apart)
        return World(
            attributes=self.attributes,
            documents=self.documents,
            covering=self.covering,
            judgements=self.judgements,
            layers={k: tuple(v) for k, v in self.layers.items()},
            sizes=self.sizes,
            totals=self.totals,
            outside=frozenset(self.outside),
            parameters=self.parameters,
            sketch=sketch,
        )

    def given(self, node: t.Given) -> None:
        match node:
            case t.AttributeGiven():
                self.attribute(node)
            case t.JudgementGiven(name=name, answer=answer):
                plan = self.scope.plans.get(name.text)
                judgement = plan or self.scope.find(self.scope.judgements, name)
                if judgement is not None:
                    self.judgements[judgement.names.key] = answer.value
            case t.OutsideGiven(territory=name):
                territory = self.scope.find(self.scope.territories, name)
                if territory is not None:
                    self.outside.add(territory)
            case t.NothingGiven(layer=name):
                layer = self.scope.find(self.scope.layers, name)
                if layer is not None:
                    self.layers.setdefault(layer, [])
            case t.FeatureGiven():
                self.feature(node)
            case t.PartAt(part=part_node, wkt=wkt):
                self.part_at(part_node, wkt)
            case t.FeatureAt(layer=name, columns=columns, wkt=wkt):
                layer, geometry = self.scope.find(self.scope.layers, name), self.geometry(wkt)
                if layer is not None and geometry is not None:
                    values = self.columns(layer, columns)
                    self.ground.setdefault(layer, []).append((values, geometry))
            case t.ComponentAt(component=name, columns=columns, wkt=wkt):
                kind, geometry = self.scope.find(self.scope.components, name), self.geometry(wkt)
                if kind is not None and geometry is not None:
                    self.placed.append((kind.names.key, geometry, self.columns(kind, columns)))
            case t.ParameterGiven(parameter=keyed, amount=amount):
                self.keyed_parameter(keyed, amount)
            case t.SizeGiven(kind=kind, part=part_node, amount=amount):
                part = self.conditions.part(part_node)
                length = kind is t.MeasureKind.LENGTH
                number = self.number(amount, QuantityType(LENGTH if length else AREA))
                if part is not None and number is not None:
                    self.sizes[part, length] = number
            case t.DocumentGiven():
                self.document(node)
            case t.TotalGiven(total=total, amount=amount):
                term = self.conditions.term(total, NO_USAGE)
                if isinstance(term, TotalTerm):
                    number = self.number(amount, type_of_term(term))
                    if number is not None:
                        self.totals[term] = number

    def part_at(self, node: t.PartNode, wkt: t.Text) -> None:
        part, geometry = self.conditions.part(node), self.geometry(wkt)
        if part is None or geometry is None:
            return
        if part.where is not None:
            self.scope.report(FilterIsNoColumn(place=self.scope.place(node)))
        elif part.component is not None:
            self.placed.append((part.component.names.key, geometry, {}))
        else:
            kind = "permanent" if part.kind is t.PartKind.FOOTPRINT else part.kind.value
            self.parts[Role(kind)] = geometry

    def geometry(self, node: t.Text) -> BaseGeometry | None:
        try:
            return shapely.from_wkt(node.value)
        except shapely.errors.ShapelyError as error:
            reason = str(error).splitlines()[0]
            self.scope.report(BadGeometry(place=self.scope.place(node), reason=reason))
            return None

    def columns(
        self, layer: Layer | ComponentKind, nodes: Sequence[t.ColumnValue]
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for given in nodes:
            column = self.column(layer, given.column)
            if column is not None:
                values[column.names.key] = self.value(given.value, column.type)
        return values

    def attribute(self, node: t.AttributeGiven) -> None:
        found = self.scope.terms.get(node.name.text)
        if isinstance(found, Parameter):
            self.parameter(found, node)
            return
        if not isinstance(found, Attribute):
            known = [k for k, v in self.scope.terms.by_name.items() if isinstance(v, Attribute)]
            self.scope.unknown("attribute", node.name, known)
            return
        self.scope.note(node.name, found)
        value = self.value(node.value, found.type)
        column = values_of(found.type, [value])
        self.attributes[found.names.key] = column

    def parameter(self, parameter: Parameter, node: t.AttributeGiven) -> None:
        """What an authority has set, for a parameter without a key."""
        self.scope.note(node.name, parameter)
        if parameter.key is not None:
            key = parameter.key.title
            self.scope.report(
                NeedsKey(place=self.scope.place(node.name), name=node.name.text, key=key)
            )
        elif isinstance(node.value, t.Quantity | t.Number | t.Day):
            self.set_parameter(parameter, node.name, node.value)
        elif not isinstance(node.value, t.Unknown):
            self.value(node.value, parameter.type)

    def keyed_parameter(self, node: t.Keyed, amount: t.Quantity | t.Number | t.Day) -> None:
        """What an authority has set, for one code of a parameter's key."""
        parameter = self.scope.terms.get(node.parameter.text)
        if not isinstance(parameter, Parameter) or parameter.key is None:
            terms = self.scope.terms.by_name.items()
            known = [k for k, v in terms if isinstance(v, Parameter) and v.key is not None]
            self.scope.unknown("parameter with a key", node.parameter, known)
            return
        self.scope.note(node.parameter, parameter)
        code = self.conditions.code(parameter.key, node.key)
        if code is not None:
            self.set_parameter(parameter, node.parameter, amount, frozenset({code}))

    def set_parameter(
        self,
        parameter: Parameter,
        name: t.Name,
        amount: t.Quantity | t.Number | t.Day,
        keys: frozenset[str] = frozenset(),
    ) -> None:
        """A case sets only what the law leaves to an authority: it cannot change the law."""
        if parameter.set_by is None:
            place = self.scope.place(name)
            self.scope.report(NotLeftToAuthority(place=place, name=name.text))
            return
        number = self.number(amount, parameter.type)
        if number is not None:
            set_ = DatedValue(number, Title(f"{number}", f"{number}"), Interval(), (), keys)
            self.parameters[parameter] = (*self.parameters.get(parameter, ()), set_)

    def value(self, node: t.Value, kind: Type) -> object:
        """A value of a type; None for unknown, or where it does not fit (which is reported)."""
        match node, kind:
            case t.Unknown(), _:
                return None
            case t.NotYet(), DateType():
                return NOT_YET
            case t.Truth(value=truth), BooleanType():
                return truth
            case t.Name(), CodeType(code_list=code_list, many=many):
                code = self.conditions.code(code_list, node)
                return None if code is None else CodeSet(frozenset({code})) if many else code
            case t.CodeSet(codes=codes), CodeType(code_list=code_list, many=True):
                found = [self.conditions.code(code_list, c) for c in codes]
                return CodeSet(frozenset(c for c in found if c is not None))
            case t.Text(value=text), TextType():
                return text
            case t.Text(), CodeType(code_list=code_list, many=False):
                return self.conditions.code(code_list, node)
            case ((t.Quantity() | t.Number() | t.Day()), QuantityType() | DateType()):
                return self.number(node, kind)
            case _:
                self.scope.report(
                    WrongType(
                        place=self.scope.place(node),
                        expected=type_in_words(kind),
                        found=VALUES[type(node)],
                    )
                )
                return None

    def number(self, node: t.Quantity | t.Number | t.Day, kind: Type) -> float | None:
        constant = self.conditions.constant(node)
        if constant is None:
            return None
        if constant.type != kind:
            self.scope.report(
                WrongType(
                    place=self.scope.place(node),
                    expected=type_in_words(kind),
                    found=type_in_words(constant.type),
                )
            )
            return None
        return constant.value

    def feature(self, node: t.FeatureGiven) -> None:
        layer = self.scope.find(self.scope.layers, node.layer)
        part = self.conditions.part(node.part)
        if layer is None or part is None:
            return
        columns = self.columns(layer, node.columns)
        amount = None
        if node.amount is not None:
            constant = self.conditions.constant(node.amount)
            kinds = (LENGTH,) if node.relation == "distance" else (AREA, LENGTH, NUMBER)
            if constant is not None and constant.type not in [QuantityType(k) for k in kinds]:
                self.number(node.amount, QuantityType(kinds[0]))
            amount = constant.value if constant is not None else None
        self.layers.setdefault(layer, []).append(
            StatedFeature(columns, node.relation, part, amount)
        )

    def column(self, layer: Layer | ComponentKind, name: t.Name) -> Column | None:
        for column in layer.columns:
            if name.text in (column.names.en, column.names.zh):
                self.scope.note(name, column)
                return column
        known = tuple(x for c in layer.columns for x in (c.names.en, c.names.zh) if x)
        self.scope.report(
            UnknownName(place=self.scope.place(name), kind="column", name=name.text, known=known)
        )
        return None

    def document(self, node: t.DocumentGiven) -> None:
        document = self.scope.find(self.scope.documents, node.document)
        if document is None:
            return
        key = document.names.key
        listed = self.documents.setdefault(key, [])
        ground = None
        if isinstance(node.covering, t.Text):
            geometry = self.geometry(node.covering)
            ground = Ground(geometry, CRS(SKETCH_PLANE.label)) if geometry is not None else None
        if node.state != "absent":
            listed.append(
                Document(
                    kind=key,
                    state=node.state,
                    ground=ground,
                    rank=node.rank.text if node.rank else None,
                    issuer=node.issuer,
                    issued_on=node.issued_on.value if node.issued_on else None,
                    valid_to=node.valid_until.value if node.valid_until else None,
                    contains=node.contains,
                )
            )
        if node.covering == "all":
            self.covering[key] = None
        elif node.covering is not None and not isinstance(node.covering, t.Text):
            self.covering[key] = self.number(node.covering, QuantityType(AREA)) or 0.0


NO_USAGE = Usage()

VALUES: Mapping[type, Message] = {
    t.NotYet: msg("“not yet”"),
    t.Truth: msg("yes or no"),
    t.Name: msg("a name"),
    t.CodeSet: msg("a set"),
    t.Text: msg("a text"),
    t.Quantity: msg("a quantity with a unit"),
    t.Number: msg("a number"),
    t.Day: msg("a date"),
}

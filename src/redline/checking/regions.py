"""Regions as subjects: an area's figures of a period in the rule book's terms.

The period before and the base year become attributes of their own (`X_before`, `X_base`), a target
of the table fills the parameter with which a rule compares and that nobody else has set, and the
area's ground is the feature that bears its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.checking.facts import Stated
from redline.checking.mentions import nodes
from redline.checking.revision_units import whole_geometry
from redline.checking.revisions import Surroundings
from redline.checking.state_diagnostics import (
    CharacterDiffers,
    ImpossibleFigure,
    IndicatorsNotAsked,
    LayerSaysOtherwise,
    Recomputed,
    UnknownIndicator,
)
from redline.checking.terrain import PlacedTerrain
from redline.diagnostics import Diagnostic, Place
from redline.ground.features import Ground, Role
from redline.ground.indicators import Figure, IndicatorTable, RegionFigures
from redline.ground.zoning import Zone
from redline.language.kinds import Comparator, Operator
from redline.messages import Title
from redline.quantities import BY_SPELLING, NUMBER, base_unit
from redline.reasoning.infer import Inference, Status
from redline.reasoning.plan import Plan
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN, Truths
from redline.rulebook.model import (
    All,
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    Column,
    Compares,
    Constant,
    DatedValue,
    Interval,
    Layer,
    Parameter,
    ParameterTerm,
    QuantityType,
    Rule,
    RuleBook,
    Term,
    Territory,
    TextType,
)
from redline.values import typed

AREAS = ("county", "city", "province")
"""The layers in which an area is looked for first."""


@dataclass(frozen=True)
class StatedRegion:
    """A region in the rule book's terms; `targets` are in base units, by attribute."""

    one: Stated
    targets: Mapping[Attribute, DatedValue]
    reported: tuple[tuple[Attribute, Figure], ...]
    diagnostics: tuple[Diagnostic, ...]


def stated_region(one: Stated, book: RuleBook) -> StatedRegion:
    """The figures of a region as typed attributes, and what is wrong with them, by row."""
    region = one.submission.region
    assert region is not None
    reading = Reading(book, one.submission.source)
    values: dict[str, object] = {}
    targets: dict[Attribute, DatedValue] = {}
    reported: list[tuple[Attribute, Figure]] = []
    for ending, figures in (
        ("", region.figures),
        ("_before", region.before),
        ("_base", region.base),
    ):
        for name, figure in figures.items():
            attribute = reading.attribute(name, figure, told=not ending)
            if attribute is None:
                continue
            into = book.attributes.get(f"{attribute.names.key}{ending}")
            if into is not None:
                values[into.names.key] = reading.value(figure.text, figure, attribute)
            if ending:
                continue
            reported.append((attribute, figure))
            if figure.target_text is not None:
                target = reading.value(figure.target_text, figure, attribute)
                if isinstance(target, float):
                    shown = Title(figure.target_text, figure.target_text)
                    targets[attribute] = DatedValue(target, shown, Interval(), ())
    known = replace(one, values={**values, **one.values})
    return StatedRegion(known, targets, tuple(reported), tuple(reading.diagnostics))


class Reading:
    """Reads the figures of one source."""

    def __init__(self, book: RuleBook, source: str) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self.by_name: dict[str, Attribute] = {}
        for attribute in book.attributes.values():
            self.by_name.setdefault(attribute.title.zh, attribute)
            self.by_name.setdefault(attribute.title.en.casefold(), attribute)
        self.by_name |= {name.casefold(): a for name, a in book.attributes.items()}

    def attribute(self, name: str, figure: Figure, *, told: bool) -> Attribute | None:
        """The attribute that an indicator is, by identifier or title in either language."""
        found = self.by_name.get(name.casefold()) or self.by_name.get(name)
        if found is None and told:
            place = Place(self.source, line=figure.row)
            known = tuple(self.by_name)
            self.diagnostics.append(UnknownIndicator(place=place, name=name, known=known))
        return found

    def value(self, text: str, figure: Figure, attribute: Attribute) -> object:
        """A figure in its attribute's type; None, with a diagnostic, where it does not fit."""
        place = Place(self.source, line=figure.row)
        if isinstance(attribute.type, QuantityType):
            if impossible(text, figure, attribute.type):
                negative = text.lstrip().startswith("-")
                self.diagnostics.append(
                    ImpossibleFigure(
                        place=place, indicator=attribute.title, text=text, negative=negative
                    )
                )
                return None
            if attribute.type.dimension == NUMBER and counted(figure.unit):
                text = text.split(maxsplit=1)[0]
        value, wrong = typed(text, attribute.type, attribute.title, place)
        self.diagnostics += wrong
        return value


def counted(unit: str | None) -> bool:
    """Whether a unit is only a word for what is counted (个, 天)."""
    return unit is not None and unit.split("/")[0] not in BY_SPELLING


def impossible(text: str, figure: Figure, kind: QuantityType) -> bool:
    """Whether a figure is negative, or a share of more than the whole."""
    try:
        number = Decimal(text.split(maxsplit=1)[0].replace(",", "").rstrip("%‰"))
    except (InvalidOperation, IndexError):
        return False
    if number < 0:
        return True
    whole = {"%": 100, "‰": 1000}.get(figure.unit or text.strip()[-1:])
    return kind.dimension == NUMBER and whole is not None and number > whole


# ── what rules make of them ─────────────────────────────────────────────────────────────────


def filled_plan(plan: Plan, stated: StatedRegion) -> Plan:
    """A plan in which targets of the table stand for parameters that nobody has set."""
    fillings: dict[Parameter, tuple[DatedValue, ...]] = dict(plan.fillings)
    for group in plan.rules:
        for compares in comparisons(group.rule, plan):
            match compares:
                case Compares(
                    left=AttributeTerm(attribute=attribute),
                    right=ParameterTerm(parameter=parameter, key=None),
                ):
                    target = stated.targets.get(attribute)
                    unset = parameter.on(plan.day) is None and parameter not in plan.fillings
                    if target is not None and unset:
                        fillings[parameter] = (target,)
    return replace(plan, fillings=fillings)


def comparisons(rule: Rule, plan: Plan) -> Iterator[Compares]:
    """The comparisons of a rule's norm."""
    for node in nodes(rule.norm.condition, plan):
        if isinstance(node, Compares):
            yield node


def recomputed(stated: StatedRegion, plan: Plan, source: str) -> tuple[Stated, list[Diagnostic]]:
    """A region with the figures that it does not report and that follow from their parts.

    The formula is that of a check of data which says that a figure lies close to it:
    `expects X at most F + c and X at least F - c`.
    """
    values, said = dict(stated.one.values), []
    for group in plan.rules:
        rule = group.rule
        if rule.severity != "data_check":
            continue
        found = formula_of(rule)
        if found is None or values.get(found[0].names.key) is not None:
            continue
        attribute, formula = found
        number = computed(formula, values)
        if number is None:
            continue
        values[attribute.names.key] = number
        assert isinstance(attribute.type, QuantityType)
        unit = base_unit(attribute.type.dimension).en
        shown = f"{number:.4g} {unit}".strip()
        place = Place(source, item=stated.one.submission.id)
        said.append(
            Recomputed(place=place, indicator=attribute.title, value=shown, rule=rule.title)
        )
    return replace(stated.one, values=values), list(said)


def formula_of(rule: Rule) -> tuple[Attribute, Term] | None:
    """The attribute that a check of data holds against a formula, and the formula."""
    match rule.norm.condition:
        case All(
            items=(
                Compares(
                    left=AttributeTerm(attribute=one),
                    comparator=Comparator.AT_MOST,
                    right=ArithmeticTerm(operator=Operator.PLUS, left=above, right=Constant()),
                ),
                Compares(
                    left=AttributeTerm(attribute=other),
                    comparator=Comparator.AT_LEAST,
                    right=ArithmeticTerm(operator=Operator.MINUS, left=below, right=Constant()),
                ),
            )
        ) if one is other and above == below and isinstance(above, ArithmeticTerm):
            return one, above
    return None


def computed(term: Term, values: Mapping[str, object]) -> float | None:
    """A formula over figures; None where one of them is not known."""
    match term:
        case Constant(value=value):
            return value
        case AttributeTerm(attribute=attribute):
            found = values.get(attribute.names.key)
            return found if isinstance(found, float) else None
        case ArithmeticTerm(operator=operator, left=left, right=right):
            one, other = computed(left, values), computed(right, values)
            if one is None or other is None:
                return None
            match operator:
                case Operator.PLUS:
                    return one + other
                case Operator.MINUS:
                    return one - other
                case Operator.TIMES:
                    return one * other
                case Operator.DIVIDED_BY:
                    return one / other if other else None
    return None


def said_of_rules(stated: StatedRegion, inference: Inference, source: str) -> Iterator[Diagnostic]:
    """Where the table and the rules that apply disagree on what binds, and what none asks about."""
    asked: dict[Attribute, list[Rule]] = {}
    plan = inference.plan
    for index, group in enumerate(plan.rules):
        if Status(inference.statuses[0, index]) is Status.NOT_APPLICABLE:
            continue
        for node in nodes((group.rule.applies, group.rule.norm.condition), plan):
            if isinstance(node, AttributeTerm):
                asked.setdefault(node.attribute, []).append(group.rule)
    for attribute, figure in stated.reported:
        rules = [r for r in asked.get(attribute, ()) if r.severity != "data_check"]
        severities = {r.severity for r in rules}
        if figure.character is not None and rules and figure.character not in severities:
            yield CharacterDiffers(
                place=Place(source, line=figure.row),
                indicator=attribute.title,
                rule=rules[0].title,
                binding=figure.character == "binding",
            )
    idle = tuple(a.title for a, _figure in stated.reported if a not in asked)
    if idle:
        place = Place(source, item=stated.one.submission.id)
        yield IndicatorsNotAsked(place=place, names=idle)


# ── figures as columns of layers ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Joined:
    """A layer with the figures of its areas, and where the two say different things."""

    zone: Zone
    diagnostics: tuple[Diagnostic, ...]


def with_figures(zone: Zone, layer: Layer, table: IndicatorTable, day: date) -> Joined:
    """A layer whose columns hold what a table reports of its features by a day.

    A feature is an area of the table where one of its columns holds the area's name. Of each area
    the last period that had ended counts; figures go into the columns that bear their names.
    """
    areas = areas_of(zone, layer, table)
    columns: dict[str, NDArray[np.object_]] = {}
    said: list[Diagnostic] = []
    for row, area in areas.items():
        period = table.latest(area, on=day)
        figures = table.figures[area].get(period, {}) if period is not None else {}
        for column in layer.columns:
            names = [n for n in (column.names.en, column.names.zh) if n]
            name = next((n for n in names if n in figures), None)
            if name is None:
                continue
            own = next((n for n in names if n in zone.columns), names[0])
            if own not in columns:
                held = zone.columns.get(own)
                columns[own] = (
                    np.full(len(zone), None, dtype=object) if held is None else held.copy()
                )
            before, now = columns[own][row], figures[name].text
            if not same_value(before, now, column, layer):
                said.append(
                    LayerSaysOtherwise(
                        place=Place(table.source, line=figures[name].row),
                        layer=layer.title,
                        column=own,
                        area=area,
                        on_layer=str(before),
                        in_table=now,
                    )
                )
            columns[own][row] = now
    if not columns:
        return Joined(zone, ())
    return Joined(replace(zone, columns={**dict(zone.columns), **columns}), tuple(said))


def areas_of(zone: Zone, layer: Layer, table: IndicatorTable) -> dict[int, str]:
    """The features that are areas of a table, by row."""
    found: dict[int, str] = {}
    for column in layer.columns:
        if not isinstance(column.type, TextType):
            continue
        for name in (column.names.en, column.names.zh):
            if name and name in zone.columns:
                for row, value in enumerate(zone.columns[name].tolist()):
                    if value is not None and str(value) in table.figures:
                        found.setdefault(row, str(value))
    return found


def same_value(one: object, other: str, column: Column, layer: Layer) -> bool:
    """Whether two ways of writing a value mean the same; nothing is said by a blank."""
    if one is None:
        return True
    title, place = column.names.title(), Place(layer.names.key)
    return typed(one, column.type, title, place)[0] == typed(other, column.type, title, place)[0]


# ── where it lies ───────────────────────────────────────────────────────────────────────────


def layers_of_areas(book: RuleBook) -> tuple[Layer, ...]:
    """The layers whose features areas can be."""
    layers = [book.layers[name] for name in AREAS if name in book.layers]
    layers += [t.selection.layer for t in book.territories.values()]
    return tuple(dict.fromkeys(layers))


def with_ground(one: Stated, around: Surroundings) -> Stated:
    """A region with the ground of the feature that bears its name or code."""
    region = one.submission.region
    assert region is not None
    for layer in layers_of_areas(around.book):
        zone = around.zones.get(layer)
        if zone is None:
            continue
        names = [n for c in layer.columns for n in (c.names.en, c.names.zh) if n in zone.columns]
        rows = [
            i
            for name in names
            for i, value in enumerate(zone.columns[name].tolist())
            if value is not None and str(value) == region.area
        ]
        if rows:
            geometry = whole_geometry(zone, layer, around)[np.unique(rows)]
            ground = shapely.union_all(geometry[shapely.is_geometry(geometry)])
            geometries = {Role.PERMANENT: Ground(ground, around.plane.crs)}
            return replace(one, submission=replace(one.submission, geometries=geometries))
    return one


class RegionTerrain(PlacedTerrain):
    """The ground of one region; its name may say in which territory it lies."""

    book: RuleBook

    def inside(self, territory: Territory) -> Truths | None:
        region = self.batch[0].submission.region
        assert region is not None
        found = truth_by_name(region, territory, self.book)
        if found is not None:
            return np.full(self.n, found, np.int8)
        return None if self.batch[0].submission.geometries else np.full(self.n, UNKNOWN, np.int8)


def truth_by_name(region: RegionFigures, territory: Territory, book: RuleBook) -> int | None:
    """Whether a region lies in a territory as far as names tell; None where they do not.

    The territories that it is said to lie in are all; a territory of its own name is itself; and
    features of one layer of areas exclude each other.
    """
    if region.territories is not None:
        return TRUE if names_of(territory) & set(region.territories) else FALSE
    own = [t for t in book.territories.values() if region.area in names_of(t)]
    if territory in own:
        return TRUE
    return FALSE if any(t.selection.layer is territory.selection.layer for t in own) else None


def names_of(territory: Territory) -> set[str]:
    """What a territory is called."""
    names = (territory.names.en, territory.names.zh, territory.title.en, territory.title.zh)
    return {name for name in names if name}

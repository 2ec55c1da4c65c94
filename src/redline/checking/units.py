"""Subjects of several parts: a revision by place and patch, a layer by feature.

Each part is a row of its batch, judged like any submission. Here is which of them a rule is asked
about, and how the answers become findings: one for each part about which a rule has something to
say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import shapely

from redline import findings as f
from redline.checking.assembling import Answered, FindingMaker
from redline.checking.diagnostics import ExpectationMissed
from redline.checking.mentions import atoms_of_rule, nodes
from redline.diagnostics import Place
from redline.reasoning.asked import is_measured
from redline.reasoning.infer import Status
from redline.reasoning.plan import Inside, Plan, RuleGroup
from redline.rulebook.model import Attribute, AttributeTerm, Layer, Territory
from redline.rulebook.wording import term_in_words

UNIT = "comparison_unit"
"""The attribute by which a rule says for which units of a revision it is asked."""

CLASS = "comparison_class"
"""The attribute that holds the code of a class."""

CHANGE = "change_kind"
"""The attribute by which a rule says that it is about ground that was taken out, too."""


class Grain(StrEnum):
    """What a part is of its subject."""

    WHOLE = "whole"
    TERRITORY = "territory"
    PLACE = "place"
    CLASS = "class"
    PATCH = "patch"
    REMOVED = "removed"
    FEATURE = "feature"
    GROUND = "ground"
    TWIN = "twin"


@dataclass(frozen=True)
class Locality:
    """A place whose areas are compared: a feature of a layer, or a territory of rules."""

    geometry: shapely.Geometry
    for_each: f.ForEach
    grain: Grain
    layer: Layer | None = None
    feature: int = -1
    territory: Territory | None = None
    known: bool = True
    """Whether its layer was supplied."""


@dataclass(frozen=True)
class Unit:
    """A part of a subject: what a finding about it is for, and the ground that it shows.

    `twin` is the row in which the same part is judged with slivers counted; `with_slivers` are the
    numbers of that row by the key of their attribute.
    """

    grain: Grain
    for_each: f.ForEach | None = None
    evidence: tuple[f.Evidence, ...] = ()
    territory: Territory | None = None
    place: Locality | None = None
    twin: int | None = None
    with_slivers: Mapping[str, float] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()
    """The attributes that are this part's own."""


def asks_ground(group: RuleGroup, plan: Plan) -> bool:
    """Whether a rule looks at the ground of its subject, beside where it binds."""
    return any(
        is_measured(plan.atoms[i]) and not isinstance(plan.atoms[i], Inside)
        for i in atoms_of_rule(group, plan)
    )


def attributes_of(group: RuleGroup, plan: Plan) -> frozenset[Attribute]:
    """The attributes that a rule reads."""
    return frozenset(
        node.attribute
        for i in atoms_of_rule(group, plan)
        for node in nodes(plan.atoms[i], plan)
        if isinstance(node, AttributeTerm)
    )


def rows_of(group: RuleGroup, plan: Plan, units: Sequence[Unit]) -> list[int]:
    """The parts about which a rule is asked.

    A rule that looks at the ground is asked about each feature, or about each added or changed
    patch (and each removed one if it reads `change_kind`); any other about the whole and each
    place (and each class if it reads `comparison_unit`). One that binds in a territory looks at
    what lies there and not at the whole.
    """
    read = {a.names.key for a in attributes_of(group, plan)}
    if asks_ground(group, plan):
        grains = {Grain.PATCH, Grain.FEATURE, Grain.GROUND} | (
            {Grain.REMOVED} if CHANGE in read else set()
        )
    else:
        grains = {Grain.WHOLE, Grain.TERRITORY, Grain.PLACE}
        grains |= {Grain.CLASS} if UNIT in read else set()
    territory = group.rule.territory
    found = [
        row
        for row, unit in enumerate(units)
        if unit.grain in grains
        and not (territory is not None and unit.grain is Grain.WHOLE)
        and not (unit.grain in (Grain.TERRITORY, Grain.GROUND) and unit.territory is not territory)
    ]
    if grains & {Grain.PATCH} or any(units[row].stated & read for row in found):
        return found
    return found[:1] if territory is None else found


def unit_findings(answered: Answered, units: Sequence[Unit]) -> tuple[f.Finding, ...]:
    """The findings about a subject of several parts, in the rule book's order."""
    makers: dict[int, FindingMaker] = {}
    return tuple(
        finding
        for index, group in enumerate(answered.inference.plan.rules)
        if group.rule.severity != "data_check"
        for finding in of_rule(answered, index, units, makers)
    )


def of_rule(
    answered: Answered, index: int, units: Sequence[Unit], makers: dict[int, FindingMaker]
) -> Iterator[f.Finding]:
    """The findings of one rule: one for each part that it does not simply pass, or one for all.

    Places and territories are told one by one, kept or not: their areas are the answer.
    """
    plan = answered.inference.plan
    group = plan.rules[index]
    rows = rows_of(group, plan, units)
    statuses = {row: Status(answered.inference.statuses[row, index]) for row in rows}
    heard = [row for row in rows if statuses[row] is not Status.NOT_APPLICABLE]
    quiet = (Status.COMPLIES, Status.NOT_APPLICABLE)
    told = {Grain.WHOLE, Grain.TERRITORY, Grain.PLACE, Grain.CLASS}
    chosen = [r for r in heard if statuses[r] not in quiet or units[r].grain in told]
    if not chosen:
        yield nothing_to_say(answered, index, heard, makers)
        return
    for row in chosen:
        maker = makers.setdefault(row, FindingMaker(answered, row))
        yield dressed(maker.finding(index), units[row], answered, index)


def nothing_to_say(
    answered: Answered, index: int, heard: Sequence[int], makers: dict[int, FindingMaker]
) -> f.Finding:
    """The finding of a rule that no part breaks: kept, or not applicable where none is met."""
    row = heard[0] if heard else 0
    found = makers.setdefault(row, FindingMaker(answered, row)).finding(index)
    status = f.Status.COMPLIES if heard else f.Status.NOT_APPLICABLE
    return found.model_copy(
        update={
            "status": status,
            "measured": (),
            "facts": (),
            "exceptions": (),
            "owed": (),
            "missing": (),
            "settled_by": (),
            "evidence": (),
            "slivers": (),
            "information": (),
        }
    )


def dressed(finding: f.Finding, unit: Unit, answered: Answered, index: int) -> f.Finding:
    """A finding with the part that it is for, its ground, and what slivers would change."""
    update: dict[str, object] = {"for_each": unit.for_each}
    update["evidence"] = (*unit.evidence, *others(finding.evidence, unit))
    if unit.twin is not None:
        statuses = answered.inference.statuses
        own = STATUS_NAMES[finding.status]
        update["boundary_sensitive"] = Status(statuses[unit.twin, index]).name.lower() != own
        update["measured"] = tuple(with_slivers(m, unit, answered) for m in finding.measured)
    return finding.model_copy(update=update)


def others(evidence: Sequence[f.Evidence], unit: Unit) -> tuple[f.Evidence, ...]:
    """The ground that a feature shares with others; what it shares with itself tells nothing."""
    each = unit.for_each
    if unit.grain is not Grain.FEATURE or each is None:
        return tuple(evidence)
    rest = [e for e in evidence if (e.layer, e.feature) != (each.name, each.value)]
    return tuple(rest or evidence)


STATUS_NAMES = {status: status.value for status in f.Status}


def with_slivers(measured: f.Measured, unit: Unit, answered: Answered) -> f.Measured:
    """A measured number, and what it would be with slivers where that differs."""
    for key, value in unit.with_slivers.items():
        title = f.Bilingual.of(term_in_words(AttributeTerm(answered.book.attributes[key])))
        if measured.quantity == title and measured.value != value:
            return measured.model_copy(update={"with_slivers": value})
    return measured


def unit_checks(answered: Answered, units: Sequence[Unit], place: Place) -> Iterator[f.DataCheck]:
    """What rules that only `expect` find otherwise, part by part."""
    plan = answered.inference.plan
    for index, group in enumerate(plan.rules):
        if group.rule.severity != "data_check":
            continue
        for row in rows_of(group, plan, units):
            if Status(answered.inference.statuses[row, index]) is not Status.VIOLATED:
                continue
            each = units[row].for_each
            where = Place(place.file, item=each.value if each else place.item)
            missed = ExpectationMissed(place=where, title=group.rule.title)
            problem = f.Problem.of(missed)
            yield f.DataCheck(
                **{name: getattr(problem, name) for name in f.Problem.model_fields},
                measured=tuple(FindingMaker(answered, row).measurements(group)),
            )

"""What a catalog holds on a day, as a document: `redline layers list --format json`.

Within version 1 fields are added, never renamed, retyped or removed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from redline.checking.inventory import CoverageFound, Inventory, LayerHeld, LayerLacking
from redline.findings import Bilingual, Day, Model, Problem
from redline.ground.addresses import without_password
from redline.ground.catalog import (
    CoverageSpec,
    Everywhere,
    LayerVersion,
    OwnExtent,
    WithinBounds,
    WithinFile,
)
from redline.messages import Message, msg, render

SCHEMA: Literal["redline.layers/1"] = "redline.layers/1"


class VersionFound(Model):
    """A version of a layer."""

    version: str
    """The days it holds as an ISO 8601 interval, the end exclusive."""
    valid_from: date | None
    """First day."""
    valid_to: date | None
    """Last day."""
    approval: str | None
    """Number of the approval that published it."""
    accuracy_m: float | None
    """Positional accuracy, metres."""
    sources: tuple[str, ...]
    """Files, folders or databases that it is read from."""
    empty: bool
    """Whether it is declared empty."""
    stated_by: str | None
    """Who states that it is empty."""
    stated_on: str | None
    """When they do."""


class CoverageStated(Model):
    """Where a layer is complete; outside it is unknown."""

    stated: Bilingual
    """How the catalog states it."""
    extent_degrees: tuple[float, float, float, float] | None
    """West, south, east, north; null for everywhere."""
    area_m2: float | None
    """Ellipsoidal area, square metres; null for everywhere."""


class LayerInForce(Model):
    """A layer in force on the day."""

    layer: str
    """Name of the layer."""
    title: Bilingual | None
    """Its title; null where the rules know no such layer."""
    version: VersionFound
    """The version in force."""
    other_versions: tuple[VersionFound, ...]
    """Versions of other days, oldest first."""
    features: int
    """How many features it has."""
    coverage: CoverageStated
    """Where it is complete."""
    rules: tuple[str, ...]
    """Rules in force that ask for it."""
    missing_columns: tuple[str, ...]
    """Columns that these rules read and the source does not have."""
    problems: tuple[Problem, ...]
    """What is odd about its sources."""


class LayerMissing(Model):
    """A layer that rules in force ask for and that is not to be had."""

    layer: str
    """Name of the layer."""
    title: Bilingual
    """Its title."""
    reason: Literal["not in the catalog", "no version on this day", "cannot be opened"]
    """Why it is missing."""
    rules: tuple[str, ...]
    """Rules in force that ask for it."""
    other_versions: tuple[VersionFound, ...]
    """Versions of other days."""
    problems: tuple[Problem, ...]
    """Why it cannot be opened."""


class LayersDocument(Model):
    """What a catalog holds on a day."""

    schema_: Annotated[Literal["redline.layers/1"], Field(alias="schema")] = SCHEMA
    """Name and version of this contract."""
    catalog: str
    """Path of the catalog."""
    as_of: Day
    """The day."""
    coverage: CoverageStated
    """Where layers are complete that state nothing else."""
    layers: tuple[LayerInForce, ...]
    """Layers in force."""
    missing: tuple[LayerMissing, ...]
    """Layers that rules in force ask for in vain."""
    not_in_force: tuple[str, ...]
    """Layers of the catalog of which no version holds on the day."""
    rules: int
    """Rules in force that bind, or may bind, within the catalog's coverage."""
    rules_elsewhere: int
    """Rules in force that bind in other territories."""


# --- from an inventory ------------------------------------------------------------------------


def layers_document(stock: Inventory) -> LayersDocument:
    """An inventory as a document."""
    held = {one.name for one in stock.held}
    return LayersDocument(
        catalog=str(stock.catalog.path),
        as_of=stock.day,
        coverage=coverage_stated(stock.coverage),
        layers=tuple(map(in_force, stock.held)),
        missing=tuple(map(missing, stock.lacking)),
        not_in_force=tuple(dict.fromkeys(v.name for v in stock.idle if v.name not in held)),
        rules=stock.rules,
        rules_elsewhere=stock.elsewhere,
    )


def in_force(one: LayerHeld) -> LayerInForce:
    return LayerInForce(
        layer=one.name,
        title=Bilingual.of(one.layer.title) if one.layer else None,
        version=version_found(one.version),
        other_versions=tuple(map(version_found, one.others)),
        features=one.features,
        coverage=coverage_stated(one.coverage),
        rules=one.rules,
        missing_columns=tuple(column.names.key for column in one.lacking),
        problems=tuple(dict.fromkeys(Problem.of(d) for d in one.diagnostics)),
    )


def missing(one: LayerLacking) -> LayerMissing:
    reason: Literal["not in the catalog", "no version on this day", "cannot be opened"]
    if one.diagnostics:
        reason = "cannot be opened"
    elif one.versions:
        reason = "no version on this day"
    else:
        reason = "not in the catalog"
    return LayerMissing(
        layer=one.layer.names.key,
        title=Bilingual.of(one.layer.title),
        reason=reason,
        rules=one.rules,
        other_versions=tuple(map(version_found, one.versions)),
        problems=tuple(dict.fromkeys(Problem.of(d) for d in one.diagnostics)),
    )


def version_found(version: LayerVersion) -> VersionFound:
    first = version.sources[0]
    return VersionFound(
        version=version.label,
        valid_from=version.valid_from,
        valid_to=version.valid_to - timedelta(days=1) if version.valid_to else None,
        approval=version.approval,
        accuracy_m=version.accuracy,
        sources=tuple(
            without_password(source.path) + (f" ({source.layer})" if source.layer else "")
            for source in version.sources
            if source.path is not None
        ),
        empty=version.empty,
        stated_by=first.stated_by,
        stated_on=first.stated_on,
    )


def coverage_stated(coverage: CoverageFound) -> CoverageStated:
    stated = [in_words(spec) for spec in coverage.specs]
    return CoverageStated(
        stated=Bilingual(en=render(stated, "en"), zh=render(stated, "zh")),
        extent_degrees=coverage.degrees,
        area_m2=None if coverage.area_m2 is None else round(coverage.area_m2, 2),
    )


def in_words(spec: CoverageSpec) -> Message:
    """How a coverage is stated."""
    match spec:
        case Everywhere():
            return msg("everywhere")
        case WithinBounds():
            return msg("within stated bounds")
        case WithinFile(path=path):
            return msg("within {file}", file=without_password(path))
        case OwnExtent():
            return msg("not stated; taken to be the rectangle around its features")

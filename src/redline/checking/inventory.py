"""What a catalog holds on a day, and what of it the rules in force lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from redline.checking.mentions import columns_asked, layers_of_rule
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Diagnostic, Refusal
from redline.ground.catalog import Catalog, CoverageSpec, LayerVersion
from redline.ground.measure import Tolerance, overlaps
from redline.ground.opening import coverage_in, open_zone, plane_of_catalog, plane_of_source
from redline.ground.plane import Bounds, Plane
from redline.ground.store import Store
from redline.ground.zoning import Zone
from redline.reasoning.filters import FilterJudging
from redline.reasoning.plan import Plan, RuleGroup, make_plan
from redline.reasoning.truth import FALSE
from redline.rulebook.model import Column, Layer, RuleBook, Territory


@dataclass(frozen=True, slots=True)
class CoverageFound:
    """Where a layer is complete: its extent in degrees and its area, None for everywhere.

    `own` says that the layer does not share the catalog's coverage. `specs` are the statements.
    """

    specs: tuple[CoverageSpec, ...]
    own: bool
    degrees: Bounds | None
    area_m2: float | None


@dataclass(frozen=True, slots=True)
class LayerHeld:
    """A layer in force on the day. `layer` is None where the rules do not know its name.

    `others` are its versions of other days, `rules` those in force that ask for it, `lacking` the
    columns that they read and its source does not have.
    """

    name: str
    layer: Layer | None
    version: LayerVersion
    others: tuple[LayerVersion, ...]
    features: int
    coverage: CoverageFound
    rules: tuple[str, ...]
    lacking: tuple[Column, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class LayerLacking:
    """A layer that rules in force ask for and that is not to be had on the day.

    `versions` are those of other days; `diagnostics` why it could not be opened.
    """

    layer: Layer
    rules: tuple[str, ...]
    versions: tuple[LayerVersion, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a catalog holds on a day. `rules` are those in force that bind where it is complete."""

    day: date
    catalog: Catalog
    coverage: CoverageFound
    held: tuple[LayerHeld, ...]
    lacking: tuple[LayerLacking, ...]
    idle: tuple[LayerVersion, ...]
    rules: int
    elsewhere: int
    """Rules in force that bind in territories outside the catalog's coverage."""


def take_stock(catalog: Catalog, book: RuleBook, day: date, store: Store | None) -> Inventory:
    """What a catalog holds on a day, every layer opened. Raises `Refusal` for its own coverage."""
    stock = Stock(catalog, book, day, store)
    return stock.inventory()


class Stock:
    """Takes stock of a catalog; what is opened is opened once."""

    def __init__(self, catalog: Catalog, book: RuleBook, day: date, store: Store | None) -> None:
        self.catalog = catalog
        self.book = book
        self.day = day
        self.store = store
        self.plan: Plan = make_plan(book, day)
        self.plane = plane_for(catalog)
        self.zones: dict[Layer, Zone] = {}
        self.faults: dict[str, tuple[Diagnostic, ...]] = {}
        self.others: dict[str, Zone] = {}

    def inventory(self) -> Inventory:
        """All of it."""
        versions = self.in_force()
        for name, version in versions.items():
            self.open(name, version)
        binding = [group for group in self.plan.rules if self.binds(group)]
        asked = self.asked_by(binding)
        columns = columns_asked(self.plan)
        held = tuple(self.held(name, version, asked, columns) for name, version in versions.items())
        return Inventory(
            self.day,
            self.catalog,
            self.coverage_of((self.catalog.coverage,), own=False),
            tuple(one for one in held if one is not None),
            tuple(self.lacking(layer, rules) for layer, rules in asked.items() if rules),
            tuple(v for v in self.catalog.versions if not v.holds_on(self.day)),
            len(binding),
            len(self.plan.rules) - len(binding),
        )

    def in_force(self) -> dict[str, LayerVersion]:
        """The version of each layer of the catalog that holds on the day."""
        found: dict[str, LayerVersion] = {}
        for name in self.catalog.names:
            layer = self.book.layers.get(name)
            names = [n for n in (layer.names.en, layer.names.zh) if n] if layer else []
            key = layer.names.key if layer else name
            if key in found:
                continue
            version = self.catalog.find(name, names, on=self.day)
            if version is not None:
                found[key] = version
        return found

    def open(self, name: str, version: LayerVersion) -> None:
        """Open a version, or note why that cannot be."""
        layer = self.book.layers.get(name)
        try:
            zone = open_zone(version, self.plane, store=self.store)
        except Refusal as refusal:
            self.faults[name] = refusal.diagnostics
            return
        if layer is None:
            self.others[name] = zone
        else:
            self.zones[layer] = zone

    # ── rules ──

    def binds(self, group: RuleGroup) -> bool:
        """Whether a rule binds, or may bind, where the catalog is complete."""
        territory = group.rule.territory
        return territory is None or self.reaches(territory)

    def reaches(self, territory: Territory) -> bool:
        """Whether a territory reaches, or may reach, into the catalog's coverage."""
        layer = territory.selection.layer
        whole = coverage_in(self.catalog.coverage, self.plane, None)
        if layer not in self.zones or whole is None or whole.is_empty:
            return True
        zone = self.zones[layer]
        features = MeasuredTerrain([], [], self.plane, self.zones, Tolerance()).features(layer)
        assert features is not None
        meant = np.ones(len(zone), np.bool_)
        if territory.selection.where is not None:
            judging = FilterJudging(self.day, features, self.plan.fillings)
            meant = judging.condition(territory.selection.where) != FALSE
        return bool(len(overlaps(np.array([whole], dtype=object), zone, feature_mask=meant)))

    def asked_by(self, binding: list[RuleGroup]) -> dict[Layer, tuple[str, ...]]:
        """The rules that ask for each layer."""
        found: dict[Layer, list[str]] = {}
        for group in binding:
            for layer in layers_of_rule(group, self.plan):
                found.setdefault(layer, []).append(group.rule.names.key)
        return {layer: tuple(found[layer]) for layer in sorted(found, key=lambda x: x.names.key)}

    # ── layers ──

    def held(
        self,
        name: str,
        version: LayerVersion,
        asked: dict[Layer, tuple[str, ...]],
        columns: Mapping[Layer, tuple[Column, ...]],
    ) -> LayerHeld | None:
        """A layer that was opened. Its rules are taken off those that ask for it."""
        layer = self.book.layers.get(name)
        zone = self.others.get(name) if layer is None else self.zones.get(layer)
        if zone is None:
            return None
        rules = asked.pop(layer, ()) if layer is not None else ()
        read = columns.get(layer, ()) if layer is not None and rules else ()
        lacking = tuple(c for c in read if not {c.names.en, c.names.zh} & set(zone.columns))
        specs = tuple(dict.fromkeys(source.coverage for source in version.sources))
        return LayerHeld(
            name,
            layer,
            version,
            tuple(v for v in self.versions_of(name) if v.label != version.label),
            len(zone),
            self.coverage_of(specs, own=specs != (self.catalog.coverage,), zone=zone),
            rules,
            () if version.empty else lacking,
            zone.diagnostics,
        )

    def lacking(self, layer: Layer, rules: tuple[str, ...]) -> LayerLacking:
        """A layer that is not to be had."""
        key = layer.names.key
        return LayerLacking(layer, rules, self.versions_of(key), self.faults.get(key, ()))

    def versions_of(self, name: str) -> tuple[LayerVersion, ...]:
        """All versions of a layer under any of its names."""
        layer = self.book.layers.get(name)
        names = [n for n in (layer.names.en, layer.names.zh) if n] if layer else []
        return self.catalog.versions_of(name, names)

    def coverage_of(
        self, specs: tuple[CoverageSpec, ...], *, own: bool, zone: Zone | None = None
    ) -> CoverageFound:
        """Where a layer (or by default the catalog) is complete."""
        if zone is not None:
            ground = zone.coverage.geometry if zone.coverage is not None else None
        else:
            ground = coverage_in(specs[0], self.plane, None)
        if ground is None or ground.is_empty:
            return CoverageFound(specs, own, None, None if ground is None else 0.0)
        one = np.array([ground], dtype=object)
        return CoverageFound(specs, own, self.plane.extent(one), float(shapely.area(ground)))


def plane_for(catalog: Catalog) -> Plane:
    """The plane around a catalog's coverage; around its first source that can be read where it
    states none.
    """
    plane = plane_of_catalog(catalog)
    if plane is not None:
        return plane
    for version in catalog.versions:
        for source in version.sources:
            try:
                found = plane_of_source(source)
            except Refusal:
                continue
            if found is not None:
                return found
    return Plane.for_extent((105.0, 35.0, 105.0, 35.0))

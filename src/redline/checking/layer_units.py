"""Layers as subjects: relations that the law demands of the maps themselves.

A rule on the layers of L is asked about every feature of L in turn, as the footprint; the feature
itself is among those of L that it overlaps. A rule on layers that names none is asked about the
ground of its territory: that is how a map is said to leave no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from redline import findings as f
from redline.checking.facts import Stated
from redline.checking.revision_units import Expanded, Gathered, objects, selected, whole_geometry
from redline.checking.revisions import Surroundings
from redline.checking.terrain import MeasuredTerrain
from redline.checking.units import Grain, Unit
from redline.ground.catalog import Catalog
from redline.ground.features import Ground, Kind, Role, Submission
from redline.reasoning.plan import Plan
from redline.reasoning.truth import TRUE
from redline.rulebook.model import Layer, RuleBook, Territory


def layers_to_check(catalog: Catalog, book: RuleBook, day: date) -> list[Submission]:
    """A submission for each layer of a catalog of which rules in force on a day demand something,
    and one for what they demand of territories.
    """
    asked = dict.fromkeys(r.subject_layer for r in book.in_force(day) if r.subject == "layers")
    found = []
    for layer in asked:
        names = [layer.names.zh] if layer is not None and layer.names.zh else []
        if layer is not None and catalog.find(layer.names.key, names, on=day) is None:
            continue
        key = layer.names.key if layer is not None else "territories"
        title = f"{layer.title.zh} / {layer.title.en}" if layer is not None else None
        found.append(
            Submission(
                id=key,
                kind=Kind.LAYERS,
                source=str(catalog.path),
                decided_on=day,
                title=title,
                layer=layer.names.key if layer is not None else None,
            )
        )
    return found


def expand_layer(one: Stated, layer: Layer | None, plan: Plan, around: Surroundings) -> Expanded:
    """A layer feature by feature, or territories one by one."""
    parts = territories(one, plan, around) if layer is None else features(one, layer, around)
    gathered = list(parts) or [Gathered(Unit(Grain.WHOLE), one)]
    return Expanded(
        rows=tuple(g.row for g in gathered),
        units=tuple(g.unit for g in gathered),
        zones=around.zones,
        loci=objects([g.locus for g in gathered]),
    )


def features(one: Stated, layer: Layer, around: Surroundings) -> Iterator[Gathered]:
    """Each feature of a layer as a footprint, named by the layer's key."""
    zone = around.zones.get(layer)
    if zone is None:
        return
    terrain = MeasuredTerrain((), (), around.plane, {}, around.tolerance)
    typed = terrain.typed_features(layer, zone)
    keyed = next((c for c in layer.columns if c.names.key == layer.key), None)
    named = next((c for c in layer.columns if c.names.key == "name"), keyed)
    for row, geometry in enumerate(whole_geometry(zone, layer, around)):
        if not shapely.is_geometry(geometry) or shapely.is_empty(geometry):
            continue
        value = typed.column(keyed)[row] if keyed is not None else None
        value = value if isinstance(value, str) else f"#{row + 1}"
        name = typed.column(named)[row] if named is not None else None
        name = name if isinstance(name, str) else value
        each = f.ForEach(name=layer.names.key, value=value, title=f.Bilingual(en=name, zh=name))
        yield placed(one, Unit(Grain.FEATURE, each), geometry, around)


def territories(one: Stated, plan: Plan, around: Surroundings) -> Iterator[Gathered]:
    """The ground of each territory in which a rule binds."""
    wanted: dict[Territory, None] = {}
    for group in plan.rules:
        if group.rule.territory is not None:
            wanted.setdefault(group.rule.territory)
    for territory in wanted:
        layer = territory.selection.layer
        zone = around.zones.get(layer)
        each = f.ForEach(
            name="territory",
            value=territory.names.key,
            title=f.Bilingual.of(territory.title),
        )
        unit = Unit(Grain.GROUND, each, territory=territory)
        if zone is None:
            yield Gathered(unit, one)
            continue
        mask = selected(territory.selection, zone, plan, around)
        geometry = whole_geometry(zone, layer, around)
        ground = shapely.union_all(geometry[(mask == TRUE) & shapely.is_geometry(geometry)])
        if not shapely.is_empty(ground):
            yield placed(one, unit, ground, around)


def placed(one: Stated, unit: Unit, geometry: BaseGeometry, around: Surroundings) -> Gathered:
    """A part that lies somewhere."""
    ground = Ground(geometry, around.plane.crs)
    submission = replace(one.submission, geometries={Role.PERMANENT: ground})
    return Gathered(unit, replace(one, submission=submission), geometry)

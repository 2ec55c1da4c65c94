"""What rules are asked about a revision: the whole layer, places, classes, and every patch.

Areas count real change; slivers stand beside them. Each place and class is judged a second time
with slivers counted, so that a rule that they would turn is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from pyproj import CRS

from redline import findings as f
from redline.checking.facts import Stated
from redline.checking.revisions import Revision, Surroundings, round2
from redline.checking.state_diagnostics import UnknownRevisionLayer
from redline.checking.terrain import MeasuredTerrain, PlacedTerrain
from redline.checking.units import CHANGE, CLASS, UNIT, Grain, Locality, Unit, attributes_of
from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.catalog import LayerVersion
from redline.ground.features import Geometries, Ground, Role
from redline.ground.grouping import total_by
from redline.ground.measure import Tolerance, overlaps, union_area
from redline.ground.opening import open_zone
from redline.ground.plane import Bools, Floats, Indices, Plane
from redline.ground.revision import Change
from redline.ground.zoning import Zone, make_zone
from redline.reasoning.filters import FilterJudging
from redline.reasoning.plan import Plan
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN, Truths
from redline.rulebook.model import Column, Layer, QuantityType, RuleBook, Selection, Territory
from redline.values import typed

COUNTY = "county"
"""The layer by whose features areas are compared unless a revision names others."""

PATCH_TITLES = {
    Change.LOST: ("lost patch {n}", "减少图斑{n}"),
    Change.GAINED: ("gained patch {n}", "增加图斑{n}"),
    Change.CHANGED: ("changed patch {n}", "变更图斑{n}"),
}
CODES = {Change.LOST: "removed", Change.GAINED: "added", Change.CHANGED: "changed"}


@dataclass(frozen=True)
class Expanded:
    """A subject in parts: a row for each, and what the rows are measured against.

    `loci` is where each row lies, None for what has no place of its own.
    """

    rows: tuple[Stated, ...]
    units: tuple[Unit, ...]
    zones: Mapping[Layer, Zone]
    loci: Geometries
    revised: f.Revised | None = None
    used: tuple[tuple[Layer, LayerVersion, Zone], ...] = ()
    crs: CRS | None = None
    tolerance: Tolerance | None = None
    extent: shapely.Geometry | None = None
    """The rectangle around both versions of a revised layer."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Portions:
    """Ground of features or patches (`row`) in places (`group`), m².

    `broad` tells it from the slivers by which features reach over the border of a place.
    """

    row: Indices
    group: Indices
    area_m2: Floats
    broad: Bools


@dataclass(frozen=True)
class Areas:
    """Areas (m²) of n places or classes: before; lost and gained, slivers apart; and where a
    version does not claim to cover some ground that is new or gone.
    """

    before: Floats
    lost: Floats
    gained: Floats
    lost_slivers: Floats
    gained_slivers: Floats
    unknown: Bools

    def row(self, i: int, unit: f.ForEach | None) -> f.ComparedArea:
        """One place or class as findings carry it."""
        before, lost, gained = (round2(x[i]) for x in (self.before, self.lost, self.gained))
        lost_all = round2(self.lost[i] + self.lost_slivers[i])
        gained_all = round2(self.gained[i] + self.gained_slivers[i])
        return f.ComparedArea(
            unit=unit,
            before_m2=before,
            after_m2=round2(before + gained - lost),
            lost_m2=lost,
            gained_m2=gained,
            net_m2=round2(gained - lost),
            after_with_slivers_m2=round2(before + gained_all - lost_all),
            lost_with_slivers_m2=lost_all,
            gained_with_slivers_m2=gained_all,
            net_with_slivers_m2=round2(gained_all - lost_all),
        )


def expand_revision(one: Stated, layer: Layer, plan: Plan, around: Surroundings) -> Expanded:
    """A revision in parts. Raises `Refusal` where a version cannot be had."""
    source = one.submission.revision
    assert source is not None
    work = Revision(one, source, layer, plan.day, around)
    parts = Parts(work, plan)
    gathered = parts.gathered()
    return Expanded(
        rows=tuple(g.row for g in gathered),
        units=tuple(g.unit for g in gathered),
        zones=WithBothVersions(around.zones, layer, work),
        loci=objects([g.locus for g in gathered]),
        revised=parts.revised(),
        used=tuple(
            (layer, opened.version, replace(opened.zone, version=opened.label))
            for opened in (work.baseline, work.proposed)
        ),
        crs=work.crs,
        extent=shapely.box(*shapely.total_bounds([*work.found.baseline, *work.found.proposed])),
        tolerance=work.tolerance,
        diagnostics=tuple(dict.fromkeys(work.diagnostics)),
    )


@dataclass(frozen=True)
class Gathered:
    """A part, its row, and where it lies."""

    unit: Unit
    row: Stated
    locus: shapely.Geometry | None = None


class WithBothVersions(Mapping[Layer, Zone]):
    """The layers of the day; of the revised one the features of both versions."""

    def __init__(self, zones: Mapping[Layer, Zone], layer: Layer, work: Revision) -> None:
        self.zones, self.layer, self.work = zones, layer, work

    def __getitem__(self, layer: Layer) -> Zone:
        return self.both if layer is self.layer else self.zones[layer]

    def __iter__(self) -> Iterator[Layer]:
        yield self.layer
        yield from (layer for layer in self.zones if layer is not self.layer)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def both(self) -> Zone:
        """The features of the baseline, then those of the proposed version."""
        versions = (self.work.baseline, self.work.proposed)
        names = [n for c in self.layer.columns for n in (c.names.en, c.names.zh) if n]
        columns = {
            name: np.concatenate(
                [
                    v.zone.columns[name][v.rows]
                    if name in v.zone.columns
                    else np.full(len(v.rows), None, dtype=object)
                    for v in versions
                ]
            )
            for name in names
            if any(name in v.zone.columns for v in versions)
        }
        return make_zone(
            self.layer.names.key,
            np.concatenate([v.geometry for v in versions]),
            self.work.around.plane,
            columns=columns,
        )


def objects(values: Sequence[object]) -> Geometries:
    """An array of objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


class Parts:
    """The parts of one revision."""

    def __init__(self, work: Revision, plan: Plan) -> None:
        self.work = work
        self.plan = plan
        self.book: RuleBook = work.around.book
        self.places = list(self.localities())
        patches = work.found.patches
        self.patch_portions = self.portions(patches.geometry)
        self.before_portions = self.portions(work.found.baseline)
        self.after_portions = self.portions(work.found.proposed)

    # ── places ──

    def localities(self) -> Iterator[Locality]:
        """The features of the layers by which areas are compared, and the territories of rules."""
        named = self.work.source.by
        layers = []
        for name in (COUNTY,) if named is None else named:
            layer = self.book.layers.get(name)
            if layer is not None:
                layers.append(layer)
            elif named is not None:
                known = tuple(self.book.layers)
                raise Refusal([UnknownRevisionLayer(place=self.work.place, name=name, known=known)])
        for layer in layers:
            yield from self.features_of(layer)
        territories = dict.fromkeys(g.rule.territory for g in self.plan.rules)
        for territory in territories:
            if territory is not None and territory.selection.layer not in layers:
                yield self.territory(territory)

    def features_of(self, layer: Layer) -> Iterator[Locality]:
        """The features of a layer as places, named by its key and titled by its names."""
        zone = self.work.around.zones.get(layer)
        if zone is None:
            return
        terrain = MeasuredTerrain((), (), self.work.around.plane, {}, self.work.tolerance)
        features = terrain.typed_features(layer, zone)
        title = next((c for c in layer.columns if c.names.key == "name"), None)
        key = next((c for c in layer.columns if c.names.key == layer.key), title)
        for row, geometry in enumerate(whole_geometry(zone, layer, self.work.around)):
            if not shapely.is_geometry(geometry):
                continue
            value = features.column(key)[row] if key is not None else None
            name = features.column(title)[row] if title is not None else value
            shown = str(value) if value is not None else f"#{row + 1}"
            called = f.Bilingual(en=str(name or shown), zh=str(name or shown))
            each = f.ForEach(name=layer.names.key, value=shown, title=called)
            yield Locality(geometry, each, Grain.PLACE, layer, row)

    def territory(self, territory: Territory) -> Locality:
        """The ground of a territory; nothing where its layer is not supplied."""
        selection = territory.selection
        zone = self.work.around.zones.get(selection.layer)
        ground: shapely.Geometry = shapely.Polygon()
        if zone is not None:
            mask = selected(selection, zone, self.plan, self.work.around)
            geometry = whole_geometry(zone, selection.layer, self.work.around)
            some = (mask == TRUE) & shapely.is_geometry(geometry)
            ground = shapely.union_all(geometry[some])
        each = f.ForEach(
            name="territory",
            value=territory.names.key,
            title=f.Bilingual.of(territory.title),
        )
        known = zone is not None
        return Locality(ground, each, Grain.TERRITORY, territory=territory, known=known)

    def portions(self, ground: Geometries) -> Portions:
        """What of each geometry lies in each place; the places come after the whole (group 0)."""
        area = shapely.area(ground)
        every = np.ones(len(ground), dtype=bool)
        whole = Portions(np.arange(len(ground)), np.zeros(len(ground), np.intp), area, every)
        if not self.places or not len(ground):
            return whole
        zone = make_zone("places", objects([p.geometry for p in self.places]), self.plane)
        found = overlaps(ground, zone, self.work.tolerance)
        return Portions(
            np.concatenate((whole.row, found.subject)),
            np.concatenate((whole.group, found.feature + 1)),
            np.concatenate((whole.area_m2, found.area_m2)),
            np.concatenate((np.ones(len(ground), dtype=bool), found.counted)),
        )

    @cached_property
    def touched(self) -> Bools:
        """The groups in which the layer has ground, before or after."""
        found = np.zeros(1 + len(self.places), dtype=bool)
        for portions in (self.before_portions, self.after_portions):
            found[portions.group[portions.broad]] = True
        return found

    @property
    def plane(self) -> Plane:
        return self.work.around.plane

    # ── areas ──

    def areas(self, column: Column | None = None) -> tuple[Areas, list[str]]:
        """The areas of the whole and of each place; with a column, of each of its codes there
        (group × codes, codes varying fastest), and the codes.
        """
        groups, codes = 1 + len(self.places), [""]
        before, patches = self.before_portions, self.work.found.patches
        lost_code = gained_code = np.zeros(len(patches), np.intp)
        base_code = np.zeros(len(self.work.found.baseline), np.intp)
        lost, gained = patches.of(Change.LOST), patches.of(Change.GAINED)
        if column is not None:
            key = column.names.key
            codes = sorted(
                {c for c in (*self.work.codes_before[key], *self.work.codes_after[key]) if c}
            )
            number = {c: i for i, c in enumerate(codes)}
            base_code = np.array([number.get(c or "", -1) for c in self.work.codes_before[key]])
            new_code = np.array([number.get(c or "", -1) for c in self.work.codes_after[key]])
            lost_code = np.where(patches.before >= 0, taken(base_code, patches.before), -1)
            gained_code = np.where(patches.after >= 0, taken(new_code, patches.after), -1)
            moved = patches.of(Change.CHANGED) & (lost_code != gained_code)
            lost, gained = lost | moved, gained | moved
        total = groups * max(len(codes), 1)

        def summed(portions: Portions, code: Indices, chosen: Bools) -> Floats:
            kept = chosen[portions.row] & (code[portions.row] >= 0)
            group = portions.group[kept] * len(codes) + code[portions.row[kept]]
            return total_by(group, portions.area_m2[kept], total)

        every = np.ones(len(base_code), dtype=bool)
        known = ~self.work.uncovered
        real, fine = known & ~patches.sliver, known & patches.sliver
        spots = self.patch_portions
        unsure = self.work.uncovered & ~patches.sliver
        found = Areas(
            before=summed(before, base_code, every),
            lost=summed(spots, lost_code, lost & real),
            gained=summed(spots, gained_code, gained & real),
            lost_slivers=summed(spots, lost_code, lost & fine),
            gained_slivers=summed(spots, gained_code, gained & fine),
            unknown=(
                summed(spots, lost_code, lost & unsure)
                + summed(spots, gained_code, gained & unsure)
            )
            > 0,
        )
        return found, codes

    def means(self) -> dict[str, Floats]:
        """Means over area of what the versions' numeric columns say: of an attribute X that such a
        column is named after, X and X_before over the versions, X_lost and X_gained over patches.
        """
        patches = self.work.found.patches
        real = ~patches.sliver & ~self.work.uncovered
        lost, gained = real & patches.of(Change.LOST), real & patches.of(Change.GAINED)
        found: dict[str, Floats] = {}
        for attribute in dict.fromkeys(self.book.attributes.values()):
            if not isinstance(attribute.type, QuantityType):
                continue
            key = attribute.names.key
            before = self.numbers(key, before=True)
            after = self.numbers(key, before=False)
            for name, values, portions, rows in (
                (f"{key}_before", before, self.before_portions, None),
                (key, after, self.after_portions, None),
                (f"{key}_lost", before, self.patch_portions, (lost, patches.before)),
                (f"{key}_gained", after, self.patch_portions, (gained, patches.after)),
            ):
                if values is not None and name in self.book.attributes:
                    found[name] = self.mean(values, portions, rows)
        return found

    def numbers(self, key: str, *, before: bool) -> Floats | None:
        """The numbers that a version's column gives for an attribute; None where it has none."""
        opened = self.work.baseline if before else self.work.proposed
        attribute = self.book.attributes[key]
        names = [n for n in (attribute.names.en, attribute.names.zh) if n in opened.zone.columns]
        if not names:
            return None
        raw = opened.zone.columns[names[0]][opened.rows].tolist()
        place = Place(opened.label, item=key)
        values = [typed(v, attribute.type, attribute.title, place)[0] for v in raw]
        return np.array([np.nan if v is None else float(str(v)) for v in values])

    def mean(
        self, values: Floats, portions: Portions, rows: tuple[Bools, Indices] | None
    ) -> Floats:
        """The mean of features' values over their areas in each place; NaN where one is unknown."""
        kept = np.ones(len(portions.row), dtype=bool)
        feature = portions.row
        if rows is not None:
            kept = rows[0][portions.row]
            feature = rows[1][portions.row]
        group, area = portions.group[kept], portions.area_m2[kept]
        n = 1 + len(self.places)
        with np.errstate(invalid="ignore", divide="ignore"):
            weighed = total_by(group, values[feature[kept]] * area, n)
            return np.asarray(weighed / total_by(group, area, n))

    # ── parts ──

    def gathered(self) -> list[Gathered]:
        """The whole, places, classes if a rule asks about them, patches; then the twins."""
        found = [*self.wholes(), *self.classes(), *self.patch_parts()]
        twins: list[Gathered] = []
        for i, one in enumerate(found):
            if one.unit.with_slivers:
                row = with_values(one.row, one.unit.with_slivers, self.book)
                place = len(found) + len(twins)
                found[i] = replace(one, unit=replace(one.unit, twin=place))
                twins.append(Gathered(Unit(Grain.TWIN, place=one.unit.place), row, one.locus))
        return [*found, *twins]

    def wholes(self) -> Iterator[Gathered]:
        """The whole layer and each place that it touches, before or after."""
        areas, _codes = self.areas()
        means = self.means()
        for group in range(1 + len(self.places)):
            place = self.places[group - 1] if group else None
            if place is not None and place.grain is Grain.PLACE and not self.touched[group]:
                continue
            more: dict[str, object] = {
                k: float(v[group]) for k, v in means.items() if np.isfinite(v[group])
            }
            grain = place.grain if place else Grain.WHOLE
            code = "place" if place else "whole"
            each = place.for_each if place else None
            yield self.part(areas, group, grain, each, place, code, more)

    def classes(self) -> Iterator[Gathered]:
        """Each code of each column, over the whole and in each place, where a rule asks for it."""
        if not any(
            UNIT in {a.names.key for a in attributes_of(g, self.plan)} for g in self.plan.rules
        ):
            return
        for column in self.work.columns:
            areas, codes = self.areas(column)
            for index in range(len(areas.before)):
                group, number = divmod(index, len(codes))
                place = self.places[group - 1] if group else None
                if not self.touched[group] or not areas.before[index] + areas.gained[index]:
                    continue
                each = self.class_name(column, codes[number], place)
                code = "class_in_place" if place else "class"
                more = {CLASS: codes[number]}
                yield self.part(areas, index, Grain.CLASS, each, place, code, more, number)

    def class_name(self, column: Column, code: str, place: Locality | None) -> f.ForEach:
        """A code of a column, in a place."""
        title = column.type.code_list.title_of(code)  # type: ignore[union-attr]
        name = f"{self.work.layer.names.key}.{column.names.key}"
        if place is None or place.for_each.title is None:
            return f.ForEach(name=name, value=code, title=f.Bilingual.of(title))
        at = place.for_each.title
        return f.ForEach(
            name=name,
            value=f"{place.for_each.value}/{code}",
            title=f.Bilingual(en=f"{at.en}: {title.en}", zh=f"{at.zh}：{title.zh}"),
        )

    def part(  # noqa: PLR0917 - what a part is made of
        self,
        areas: Areas,
        index: int,
        grain: Grain,
        each: f.ForEach | None,
        place: Locality | None,
        code: str,
        more: Mapping[str, object],
        only: int | None = None,
    ) -> Gathered:
        """A place or class: its row, and the ground that it lost and gained."""
        compared = areas.row(index, each)
        missing = place is not None and not place.known
        values: dict[str, object] = {UNIT: code, **more}
        slivers: dict[str, float] = {}
        if not (areas.unknown[index] or missing):
            values |= {
                "area_before": compared.before_m2,
                "area_after": compared.after_m2,
                "area_lost": compared.lost_m2,
                "area_gained": compared.gained_m2,
            }
            slivers = {
                "area_after": compared.after_with_slivers_m2,
                "area_lost": compared.lost_with_slivers_m2,
                "area_gained": compared.gained_with_slivers_m2,
            }
        group = self.places.index(place) + 1 if place else 0
        shown = self.ground_in(group) if only is None else ()
        known = {k: v for k, v in slivers.items() if k in self.book.attributes}
        row = with_values(self.work.one, values, self.book)
        unit = Unit(
            grain,
            each,
            shown,
            place.territory if place else None,
            place,
            with_slivers=known,
            stated=frozenset(values)
            & frozenset(a.names.key for a in self.book.attributes.values()),
        )
        return Gathered(unit, row, place.geometry if place else None)

    def ground_in(self, group: int) -> tuple[f.Evidence, ...]:
        """The patches of a place, the largest first."""
        rows = self.patch_portions.row[self.patch_portions.group == group]
        sliver = self.work.found.patches.sliver
        listed = self.largest_first(np.unique(rows[~sliver[rows]]))
        return tuple(map(self.work.item, listed))

    def patch_parts(self) -> Iterator[Gathered]:
        """Every patch of real change as a footprint."""
        patches = self.work.found.patches
        counts = dict.fromkeys(Change, 0)
        for i in np.flatnonzero(~patches.sliver & ~self.work.uncovered).tolist():
            change = patches.change[i]
            counts[change] += 1
            en, zh = PATCH_TITLES[change]
            n = counts[change]
            each = f.ForEach(
                name=self.work.layer.names.key,
                value=f"{change.value}-{n}",
                title=f.Bilingual(en=en.format(n=n), zh=zh.format(n=n)),
            )
            item = self.work.item(i)
            columns = {k: v for k, v in item.attributes.items() if isinstance(v, str)}
            values = {CHANGE: CODES[change], **columns}
            ground = Ground(patches.geometry[i], self.plane.crs)
            row = with_values(self.work.one, values, self.book)
            row = replace(
                row, submission=replace(row.submission, geometries={Role.PERMANENT: ground})
            )
            grain = Grain.REMOVED if change is Change.LOST else Grain.PATCH
            yield Gathered(Unit(grain, each, (item,)), row, patches.geometry[i])

    def revised(self) -> f.Revised:
        """The comparison as findings carry it."""
        work, patches = self.work, self.work.found.patches
        areas, _ = self.areas()
        listed = [areas.row(0, None)]
        listed += [
            areas.row(g + 1, place.for_each)
            for g, place in enumerate(self.places)
            if place.grain is Grain.PLACE and self.touched[g + 1]
        ]
        for column in work.columns:
            by_code, codes = self.areas(column)
            listed += [
                by_code.row(i, self.class_name(column, code, None)) for i, code in enumerate(codes)
            ]
        return f.Revised(
            layer=work.layer.names.key,
            layer_title=f.Bilingual.of(work.layer.title),
            baseline=work.baseline.label,
            proposed=work.proposed.label,
            sliver_area_m2=work.tolerance.min_area_m2,
            sliver_width_m=work.tolerance.min_width_m,
            areas=tuple(listed),
            patches=tuple(map(work.item, self.largest_first(np.flatnonzero(~patches.sliver)))),
            slivers=work.slivers(),
            sliver_count=int(patches.sliver.sum()),
        )

    def largest_first(self, rows: Indices) -> list[int]:
        """Patches in the order in which people look at them."""
        area = self.work.found.patches.area_m2[rows]
        return [int(i) for i in rows[np.argsort(-area, kind="stable")]]


def taken(values: Indices, rows: Indices) -> Indices:
    """Values at some rows; anything at rows below 0."""
    return values[np.maximum(rows, 0)] if len(values) else np.full(len(rows), -1)


def with_values(one: Stated, values: Mapping[str, object], book: RuleBook) -> Stated:
    """A submission with further attributes, as far as the rule book knows them."""
    known = {k: v for k, v in values.items() if k in book.attributes}
    return replace(one, values={**one.values, **known})


def selected(selection: Selection, zone: Zone, plan: Plan, around: Surroundings) -> Truths:
    """Which features of a zone a selection means."""
    terrain = MeasuredTerrain((), (), around.plane, {}, around.tolerance)
    features = terrain.typed_features(selection.layer, zone)
    if selection.where is None:
        return np.full(len(zone), TRUE, np.int8)
    return FilterJudging(plan.day, features).condition(selection.where)


def whole_geometry(zone: Zone, layer: Layer, around: Surroundings) -> Geometries:
    """The features of a zone; read again where only its pieces are at hand."""
    if shapely.is_geometry(zone.geometry).any() or around.catalog is None or not len(zone):
        return zone.geometry
    names = [n for n in (layer.names.zh,) if n]
    versions = around.catalog.versions_of(layer.names.key, names)
    version = next((v for v in versions if v.label == zone.version), None)
    return zone.geometry if version is None else open_zone(version, around.plane).geometry


class PartsTerrain(PlacedTerrain):
    """The ground of the parts of a subject: each lies where its place, patch or feature does."""

    expanded: Expanded
    plan: Plan
    around: Surroundings

    def inside(self, territory: Territory) -> Truths | None:
        """Whether each part lies in a territory. A whole layer is in none of them."""
        layer = territory.selection.layer
        zone = self.zones.get(layer)
        if zone is None:
            return np.full(self.n, UNKNOWN, np.int8)
        mask = selected(territory.selection, zone, self.plan, self.around)
        found = overlaps(self.expanded.loci, zone, self.tolerance)
        surely = union_area(found, mask == TRUE) > 0
        possibly = union_area(found, mask != FALSE) > 0
        if zone.coverage is not None:
            outside = shapely.difference(self.expanded.loci, zone.coverage.geometry)
            possibly |= shapely.area(outside) > 0
        truths = np.where(surely, TRUE, np.where(possibly, UNKNOWN, FALSE)).astype(np.int8)
        for row, unit in enumerate(self.expanded.units):
            place = unit.place
            if place is not None and place.layer is layer:
                truths[row] = mask[place.feature]
            elif place is not None and place.territory is territory:
                truths[row] = self.reaches(place, zone)
        return truths

    def reaches(self, place: Locality, zone: Zone) -> int:
        """Whether the layer can have ground in a territory."""
        if not shapely.is_empty(place.geometry):
            return TRUE
        if zone.coverage is None or self.expanded.extent is None:
            return FALSE
        shapely.prepare(zone.coverage.geometry)
        covered = bool(shapely.covers(zone.coverage.geometry, self.expanded.extent))
        return FALSE if covered else UNKNOWN

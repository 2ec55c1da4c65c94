"""The ground under a batch, measured as the rules ask for it; each measurement is made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.checking.diagnostics import (
    GroundRepaired,
    GroundTooLarge,
    GroundUnclear,
    UnknownColumnCodes,
)
from redline.checking.facts import Stated
from redline.diagnostics import Diagnostic, Place
from redline.ground.catalog_diagnostics import GeometryRepaired, RepairRefused
from redline.ground.distance import distances, nearest
from redline.ground.features import Component, Document, Geometries, Ground, Role
from redline.ground.grouping import dissolve
from redline.ground.measure import (
    CoverageGap,
    Lengths,
    Overlaps,
    Tolerance,
    counts,
    coverage_gap,
    crosses,
    geodesic_length,
    lengths,
    lies_within,
    overlaps,
    remainder,
    round_area,
    round_length,
    shared,
    touches,
    union_area,
    union_length,
    within_coverage,
)
from redline.ground.moved import near_boundary
from redline.ground.plane import Plane
from redline.ground.repair import repaired
from redline.ground.zoning import Zone
from redline.language.kinds import PartKind
from redline.reasoning.filters import FilterJudging
from redline.reasoning.register import AccountKey, Register
from redline.reasoning.subjects import Booleans, Features, Values, values_of
from redline.reasoning.truth import TRUE, UNKNOWN, Bounds, Numbers, Truths
from redline.rulebook.model import (
    CodeType,
    ComponentKind,
    Layer,
    Part,
    Selection,
    Territory,
    TotalTerm,
)
from redline.values import typed

ROLES: Mapping[PartKind, tuple[Role, ...]] = {
    PartKind.FOOTPRINT: (Role.PERMANENT, Role.TEMPORARY),
    PartKind.PERMANENT: (Role.PERMANENT,),
    PartKind.TEMPORARY: (Role.TEMPORARY,),
    PartKind.UNDERGROUND: (Role.UNDERGROUND,),
    PartKind.AERIAL: (Role.AERIAL,),
    PartKind.CENTRELINE: (Role.CENTRELINE,),
    PartKind.IMPACT_RANGE: (Role.IMPACT_RANGE,),
}


@dataclass(frozen=True)
class Shapes:
    """Geometries in the plane, the subject that each belongs to, and which subjects state them."""

    geometry: Geometries
    owner: NDArray[np.intp]
    given: Booleans


class MeasuredTerrain:
    """Measures subjects against the zones of their day. Implements `reasoning.subjects.Terrain`."""

    def __init__(  # noqa: PLR0917 - the parts of one batch
        self,
        batch: Sequence[Stated],
        days: Sequence[date],
        plane: Plane,
        zones: Mapping[Layer, Zone],
        tolerance: Tolerance,
        register: Register | None = None,
    ) -> None:
        self.batch = batch
        self.days = days
        self.plane = plane
        self.zones = zones
        self.tolerance = tolerance
        self.register = register
        self.limits: Mapping[tuple[Part, Layer], float] = {}
        """How far a distance is of interest, m; beyond it counts as infinite. Only for answers that
        show no numbers."""
        self.n = len(batch)
        self.diagnostics: list[Diagnostic] = []
        self._shapes: dict[Part, Shapes] = {}
        self._features: dict[Layer, Features] = {}
        self._overlaps: dict[tuple[Part, Layer], Overlaps] = {}
        self._lengths: dict[tuple[Part, Layer], Lengths] = {}
        self._gaps: dict[tuple[Part, Layer], Numbers] = {}
        self._reaches: dict[tuple[Part, Layer], Numbers] = {}
        self._around: dict[tuple[Part, int], Numbers] = {}
        self._gap: dict[tuple[Part, int], CoverageGap] = {}
        self._grounds: dict[int, Geometries] = {}
        self._totals: dict[TotalTerm, Bounds] = {}
        self._main: dict[Layer, Sequence[str | None]] = {}

    # ── shapes ──

    def shapes(self, part: Part) -> Shapes:
        """A part of every subject, in the plane."""
        if part not in self._shapes:
            if part.inside or part.leaving_out:
                found = self.narrowed(part)
            elif part.kind is PartKind.COMPONENT:
                found = self.components(part)
            else:
                found = self.roles(part)
            self._shapes[part] = found
        return self._shapes[part]

    def narrowed(self, part: Part) -> Shapes:
        """A part inside some selections and outside others; not stated where they leave doubt."""
        whole = self.shapes(part.whole)
        geometry, given = whole.geometry.copy(), whole.given.copy()
        for selection in part.inside:
            ground, known = self.ground_of(part.whole, selection, whole)
            geometry = ground
            given &= known
        for selection in part.leaving_out:
            ground, known = self.ground_of(part.whole, selection, whole)
            both = np.flatnonzero(shapely.is_geometry(geometry) & shapely.is_geometry(ground))
            geometry[both] = shapely.difference(geometry[both], ground[both])
            given &= known
        return Shapes(geometry, whole.owner, given)

    def ground_of(
        self, whole: Part, selection: Selection, shapes: Shapes
    ) -> tuple[Geometries, Booleans]:
        """The ground of a part in a selection, one geometry each, and for whom it is certain."""
        features = self.features(selection.layer)
        if features is None:
            nothing = np.full(len(shapes.geometry), None, dtype=object)
            return nothing, np.zeros(self.n, np.bool_)
        found = np.full(features.count, TRUE, np.int8)
        if selection.where is not None:
            found = FilterJudging(self.days[0], features).condition(selection.where)
        overlaps_ = self.area_overlaps(whole, selection.layer)
        ground = shared(overlaps_, found == TRUE, self.tolerance).geometry
        doubt = union_area(overlaps_, found == UNKNOWN) > 0
        known = self.outside_coverage(whole, selection.layer) <= 0
        known &= ~self.any_of(shapes, doubt)
        return ground, known

    def roles(self, part: Part) -> Shapes:
        given = np.zeros(self.n, np.bool_)
        grounds: list[Ground] = []
        owner: list[int] = []
        for row, one in enumerate(self.batch):
            held = one.submission.geometries
            parts = [held[role] for role in ROLES[part.kind] if role in held]
            complete = "geometries" in one.submission.complete
            given[row] = bool(parts) or complete or part.kind.value in one.nowhere
            grounds += parts
            owner += [row] * len(parts)
        owners = np.array(owner, np.intp)
        placed = self.placed(grounds, owners, part.kind.value)
        given[owners[~shapely.is_geometry(placed)]] = False
        real = shapely.is_geometry(placed)
        geometry = dissolve(placed[real], owners[real], self.n)
        return Shapes(geometry, np.arange(self.n), given)

    def components(self, part: Part) -> Shapes:
        assert part.component is not None
        kind = part.component.names.key
        given = np.zeros(self.n, np.bool_)
        listed: list[Component] = []
        owner: list[int] = []
        for row, one in enumerate(self.batch):
            found = [c for c in one.components if c.kind == kind]
            complete = "components" in one.submission.complete
            given[row] = bool(found) or complete or kind in one.nowhere
            listed += found
            owner += [row] * len(found)
        owners = np.array(owner, np.intp)
        if part.where is not None:
            answers = self.judged_components(part, listed)
            given[owners[answers == UNKNOWN]] = False
            listed = [c for c, truth in zip(listed, answers, strict=True) if truth == TRUE]
            owners = owners[answers == TRUE]
        placed = self.placed([c.ground for c in listed], owners, kind)
        given[owners[~shapely.is_geometry(placed)]] = False
        return Shapes(placed, owners, given)

    def judged_components(self, part: Part, listed: Sequence[Component]) -> Truths:
        """Which components satisfy the filter of a part."""
        assert part.component is not None
        assert part.where is not None
        columns = self.component_columns(part.component, listed)
        features = Features(part.component, len(listed), columns)
        return FilterJudging(self.days[0], features).condition(part.where)

    def component_columns(
        self, kind: ComponentKind, listed: Sequence[Component]
    ) -> dict[str, Values]:
        """The columns of components in the vocabulary's types."""
        columns: dict[str, Values] = {}
        for column in kind.columns:
            raw = [
                next(
                    (c.columns[n] for n in (column.names.en, column.names.zh) if n in c.columns),
                    None,
                )
                for c in listed
            ]
            title, place = column.names.title(), Place(kind.names.key)
            values = [typed(v, column.type, title, place)[0] for v in raw]
            columns[column.names.key] = values_of(column.type, values)
        return columns

    def placed(self, grounds: Sequence[Ground], owners: NDArray[np.intp], role: str) -> Geometries:
        """Geometries in the plane, valid; None, with an error, for what cannot be used."""
        geometry = np.empty(len(grounds), dtype=object)
        geometry[:] = [g.geometry for g in grounds]
        projected, failed = self.plane.try_project(geometry, [g.crs for g in grounds])
        sound = repaired(projected)
        for row in np.flatnonzero(failed):
            place = self.place_of(int(owners[row]))
            self.diagnostics.append(GroundTooLarge(place=place, role=role))
        for fault in sound.diagnostics:
            assert isinstance(fault, GeometryRepaired | RepairRefused)
            kind = GroundRepaired if isinstance(fault, GeometryRepaired) else GroundUnclear
            place = self.place_of(int(owners[fault.number - 1]))
            change = fault.change_m2
            self.diagnostics.append(
                kind(place=place, role=role, reason=fault.reason, change_m2=change)
            )
        return sound.geometry

    def place_of(self, row: int) -> Place:
        """Where a subject was read from."""
        submission = self.batch[row].submission
        return Place(submission.source, item=submission.id)

    # ── what Terrain asks for ──

    def inside(self, territory: Territory) -> Truths | None:
        return None

    def features(self, layer: Layer) -> Features | None:
        zone = self.zones.get(layer)
        if zone is None:
            return None
        if layer not in self._features:
            self._features[layer] = self.typed_features(layer, zone)
        return self._features[layer]

    def typed_features(self, layer: Layer, zone: Zone) -> Features:
        columns: dict[str, Values] = {}
        for column in layer.columns:
            raw = next(
                (zone.columns[n] for n in (column.names.en, column.names.zh) if n in zone.columns),
                None,
            )
            if raw is None:
                continue
            place = Place(zone.name, item=column.names.key)
            known: dict[object, object] = {}
            strange: list[str] = []
            for value in dict.fromkeys(raw.tolist()):
                known[value], faults = typed(value, column.type, column.names.title(), place)
                if faults:
                    strange.append(str(value))
            if strange and isinstance(column.type, CodeType):
                self.diagnostics.append(
                    UnknownColumnCodes(
                        place=Place(zone.name),
                        layer=layer.title,
                        column=column.names.title(),
                        values=tuple(strange[:8]),
                    )
                )
            columns[column.names.key] = values_of(column.type, [known[v] for v in raw.tolist()])
        return Features(layer, len(zone), columns)

    def given(self, part: Part) -> Booleans:
        return self.shapes(part).given

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        shapes, zone = self.shapes(part), self.zones[layer]
        if is_linear(shapes.geometry) or layer.geometry == "line":
            found = union_length(self.plane, self.line_overlaps(part, layer), mask)
            amounts = round_length(found)
        elif layer.geometry == "point" or is_pointlike(shapes.geometry):
            amounts = counts(shapes.geometry, zone, mask, self.tolerance).astype(np.float64)
        else:
            amounts = round_area(union_area(self.area_overlaps(part, layer), mask))
        return summed(shapes.owner, amounts, self.n)

    def area_overlaps(self, part: Part, layer: Layer) -> Overlaps:
        """The ground that a part shares with every feature of a layer."""
        key = (part, layer)
        if key not in self._overlaps:
            self._overlaps[key] = overlaps(
                self.shapes(part).geometry, self.zones[layer], self.tolerance
            )
        return self._overlaps[key]

    def line_overlaps(self, part: Part, layer: Layer) -> Lengths:
        """The lines that a part shares with every feature of a layer."""
        key = (part, layer)
        if key not in self._lengths:
            self._lengths[key] = lengths(self.shapes(part).geometry, self.zones[layer])
        return self._lengths[key]

    def any_of(self, shapes: Shapes, found: Booleans) -> Booleans:
        result = np.zeros(self.n, np.bool_)
        np.logical_or.at(result, shapes.owner, found)
        return result

    def within(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        shapes = self.shapes(part)
        return self.any_of(
            shapes, lies_within(shapes.geometry, self.zones[layer], mask, self.tolerance)
        )

    def crosses(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        shapes = self.shapes(part)
        return self.any_of(
            shapes, crosses(shapes.geometry, self.zones[layer], mask, self.tolerance)
        )

    def touches(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        shapes = self.shapes(part)
        return self.any_of(
            shapes, touches(shapes.geometry, self.zones[layer], mask, self.tolerance)
        )

    def distance(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        shapes = self.shapes(part)
        reach = self.limits.get((part, layer), np.inf)
        metres, _feature = nearest(shapes.geometry, self.zones[layer], mask, reach)
        result = np.full(self.n, np.inf)
        np.minimum.at(result, shapes.owner, round_length(metres))
        return result

    def near(self, part: Part, layer: Layer, mask: Booleans, reach: Numbers) -> Booleans:
        shapes = self.shapes(part)
        wanted = mask & (reach >= 0)
        if not wanted.any():
            return np.zeros(self.n, np.bool_)
        pairs = distances(shapes.geometry, self.zones[layer], float(reach[wanted].max()), wanted)
        close = round_length(pairs.distance_m) <= reach[pairs.feature]
        found = np.zeros(len(shapes.geometry), np.bool_)
        found[pairs.subject[close]] = True
        return self.any_of(shapes, found)

    def count(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        shapes = self.shapes(part)
        found = counts(shapes.geometry, self.zones[layer], mask, self.tolerance)
        return summed(shapes.owner, found.astype(np.float64), self.n)

    def outside_coverage(self, part: Part, layer: Layer) -> Numbers:
        key = (part, layer)
        if key not in self._gaps:
            shapes, zone = self.shapes(part), self.zones[layer]
            gap = self.coverage_gap(part, zone)
            amounts = np.where(gap.whole, 0.0, np.maximum(round_area(gap.area_m2), 0.01))
            total = summed(shapes.owner, amounts, self.n)
            nowhere = np.inf if zone.coverage is not None else 0.0
            self._gaps[key] = np.where(shapes.given, total, nowhere)
        return self._gaps[key]

    def coverage_gap(self, part: Part, zone: Zone) -> CoverageGap:
        """What of a part lies outside a coverage, once for all layers that share it."""
        key = (part, id(zone.coverage))
        if key not in self._gap:
            self._gap[key] = coverage_gap(self.shapes(part).geometry, zone)
        return self._gap[key]

    def covered_reach(self, part: Part, layer: Layer) -> Numbers:
        key = (part, layer)
        if key not in self._reaches:
            shapes, zone = self.shapes(part), self.zones[layer]
            reach = np.full(self.n, np.inf)
            if zone.coverage is not None:
                np.minimum.at(reach, shapes.owner, self.coverage_around(part, zone))
                reach[self.outside_coverage(part, layer) > 0] = 0.0
            self._reaches[key] = reach
        return self._reaches[key]

    def coverage_around(self, part: Part, zone: Zone) -> Numbers:
        """`within_coverage` of a part, once for all layers that share a coverage."""
        key = (part, id(zone.coverage))
        if key not in self._around:
            self._around[key] = within_coverage(self.shapes(part).geometry, zone)
        return self._around[key]

    def size(self, part: Part, length: bool) -> Bounds:
        shapes = self.shapes(part)
        if length:
            amounts = round_length(geodesic_length(self.plane, shapes.geometry))
        else:
            amounts = round_area(np.nan_to_num(shapely.area(shapes.geometry)))
        total = summed(shapes.owner, amounts, self.n)
        return Bounds.exact(np.where(shapes.given, total, np.nan))

    # ── documents that cover ground ──

    def document_grounds(
        self, documents: Mapping[int, Sequence[Document]]
    ) -> tuple[Geometries, Booleans]:
        """The ground under each subject's documents, and which subjects have one without ground."""
        ground = np.full(self.n, None, dtype=object)
        unplaced = np.zeros(self.n, np.bool_)
        for row, listed in documents.items():
            known = [d.ground for d in listed if d.ground is not None]
            placed = self.placed(known, np.full(len(known), row, np.intp), "document")
            real = placed[shapely.is_geometry(placed)]
            unplaced[row] = len(real) < len(listed)
            if len(real):
                ground[row] = shapely.union_all(real)
        return ground, unplaced

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        ground, unplaced = self.document_grounds(documents)
        shapes = self.shapes(part)
        left = remainder(
            self.area_overlaps(part, layer), mask, ground[shapes.owner], self.tolerance
        )
        amounts = np.where(left.counted, round_area(left.area_m2), 0.0)
        high = summed(shapes.owner, amounts, self.n)
        return Bounds(np.where(unplaced, 0.0, high), high)

    def uncovered_part(self, part: Part, documents: Mapping[int, Sequence[Document]]) -> Bounds:
        ground, unplaced = self.document_grounds(documents)
        shapes = self.shapes(part)
        amounts = np.zeros(len(shapes.geometry))
        for row, (geometry, owner) in enumerate(zip(shapes.geometry, shapes.owner, strict=True)):
            if geometry is not None:
                cover = ground[owner]
                rest = geometry if cover is None else shapely.difference(geometry, cover)
                amounts[row] = shapely.area(rest)
        high = summed(shapes.owner, round_area(amounts), self.n)
        return Bounds(np.where(unplaced, 0.0, high), high)

    # ── the register ──

    def total(self, term: TotalTerm) -> Bounds:
        """What earlier approvals add up to (see `reasoning.register.Register`)."""
        if self.register is None:
            return Bounds.nothing(self.n)
        if term in self._totals:
            return self._totals[term]
        totals = np.full(self.n, np.nan)
        for row, one in enumerate(self.batch):
            key = self.account(term, row)
            if key is not None:
                totals[row] = self.register.total(key, self.days[row], one.submission.id)
        self._totals[term] = Bounds.exact(totals)
        return self._totals[term]

    def granted(self, term: TotalTerm, quota: str) -> Numbers:
        """What each subject's quota has by the register; NaN where it does not say."""
        found = np.full(self.n, np.nan)
        if self.register is None:
            return found
        for row in range(self.n):
            key = self.account(term, row)
            if key is not None:
                grant = self.register.granted(quota, key.areas, key.year, self.days[row])
                found[row] = np.nan if grant is None else grant.amount
        return found

    def account(self, term: TotalTerm, row: int) -> AccountKey | None:
        """The account that a subject draws on; None where its area is not known."""
        areas: dict[str, str] = {}
        for layer in term.same_areas:
            name = self.main_feature(layer, row)
            if name is None:
                return None
            areas[layer.names.key] = name
        year = self.days[row].year if term.same_year else None
        return AccountKey(term.attribute.names.key, tuple(sorted(areas.items())), year)

    def areas(self, row: int, layers: Iterable[Layer]) -> dict[str, str]:
        """The features in which most of a subject's footprint lies, by layer."""
        found = {layer.names.key: self.main_feature(layer, row) for layer in layers}
        return {layer: key for layer, key in found.items() if key is not None}

    # ── boundaries ──

    def opened(self) -> tuple[Layer, ...]:
        """The layers that were asked for and are supplied."""
        return tuple(self._features)

    def near_boundary(self, part: Part, layer: Layer, reach_m: float) -> Booleans:
        """Which subjects' parts may have a boundary of a layer's features within reach."""
        shapes = self.shapes(part)
        return self.any_of(shapes, near_boundary(shapes.geometry, self.zones[layer], reach_m))

    def main_feature(self, layer: Layer, row: int) -> str | None:
        """The key of the feature in which most of a subject's footprint lies."""
        if layer not in self._main:
            self._main[layer] = self.main_features(layer)
        return self._main[layer][row]

    def main_features(self, layer: Layer) -> Sequence[str | None]:
        """The key of the feature in which most of each subject's footprint lies."""
        nothing: list[str | None] = [None] * self.n
        zone = self.zones.get(layer)
        features = self.features(layer)
        if zone is None or features is None or layer.key is None:
            return nothing
        keys = features.columns.get(layer.key)
        if keys is None:
            return nothing
        found = self.area_overlaps(Part(PartKind.FOOTPRINT), layer)
        # The greatest area of a subject comes last; of equal ones the first feature.
        order = np.lexsort((-found.feature, found.area_m2, found.subject))
        for row in order:
            nothing[int(found.subject[row])] = str(keys[found.feature[row]])
        return nothing


class PlacedTerrain(MeasuredTerrain):
    """The ground of subjects whose footprints were taken from layers and lie in the plane already:
    they are measured as they are, for a way through degrees and back would move them.
    """

    def placed(self, grounds: Sequence[Ground], owners: NDArray[np.intp], role: str) -> Geometries:
        if role not in (PartKind.FOOTPRINT, PartKind.PERMANENT):
            return super().placed(grounds, owners, role)
        geometry = np.empty(len(grounds), dtype=object)
        geometry[:] = [g.geometry for g in grounds]
        return geometry


def is_linear(geometry: Geometries) -> bool:
    """Whether the geometries that there are are lines."""
    dimensions = shapely.get_dimensions(geometry)
    return bool((dimensions == 1).any() and not (dimensions == 2).any())


def is_pointlike(geometry: Geometries) -> bool:
    """Whether the geometries that there are are points."""
    dimensions = shapely.get_dimensions(geometry)
    return bool((dimensions == 0).any() and not (dimensions > 0).any())


def summed(owner: NDArray[np.intp], amounts: Numbers, n: int) -> Numbers:
    """The sum of amounts for each of n owners."""
    return np.bincount(owner, amounts, n).astype(np.float64)

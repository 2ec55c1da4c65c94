"""A revision compared: its versions opened, their differences of form named, its patches told.

The baseline is mostly the catalog's version of a day, the proposed version mostly a file. What is
made of the comparison for the rules stands in `revision_units`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redline import findings as f
from redline.checking.assembling import geojson
from redline.checking.facts import Stated
from redline.checking.state_diagnostics import (
    FeaturesOverlap,
    NoSuchVersion,
    RevisionOfLines,
    RevisionWhereUnknown,
    UnknownRevisionLayer,
    VersionsInTwoSystems,
    VersionsOfTwoSchemas,
)
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.addresses import is_database, without_password
from redline.ground.catalog import Catalog, Everywhere, LayerSource, LayerVersion
from redline.ground.catalog_diagnostics import CoverageAssumed
from redline.ground.features import Geometries, RevisionSource, VersionSource
from redline.ground.grouping import total_by
from redline.ground.measure import Tolerance, round_area
from redline.ground.opening import open_zone, read
from redline.ground.plane import Bools, Indices, Plane
from redline.ground.revision import Change, Shared, compare
from redline.ground.zoning import Zone
from redline.reasoning.subjects import Coded, Features
from redline.rulebook.model import CodeType, Column, Layer, RuleBook

MANY_SLIVERS = 20_000
"""From so many on slivers are listed by feature: each takes kilobytes in a document."""

RELATIONS = {
    Change.LOST: f.Relation.LOST,
    Change.GAINED: f.Relation.GAINED,
    Change.CHANGED: f.Relation.CHANGED,
}


@dataclass(frozen=True)
class Surroundings:
    """What a revision is opened with: rules, layers of the day, and the plane of the check."""

    book: RuleBook
    catalog: Catalog | None
    zones: Mapping[Layer, Zone]
    plane: Plane
    tolerance: Tolerance


def layer_of_revision(source: RevisionSource, book: RuleBook, place: Place) -> Layer:
    """The layer that is revised. Raises `Refusal` where there is none or it has no areas."""
    layer = book.layers.get(source.layer)
    if layer is None:
        raise Refusal(
            [UnknownRevisionLayer(place=place, name=source.layer, known=tuple(book.layers))]
        )
    if layer.geometry != "polygon":
        raise Refusal([RevisionOfLines(place=place, layer=layer.title)])
    return layer


@dataclass(frozen=True)
class Opened:
    """A version of the layer: its features in the plane (rows that have ground), typed columns, and
    the columns of the file by name.
    """

    version: LayerVersion
    zone: Zone
    rows: Indices
    features: Features
    label: str

    @property
    def geometry(self) -> Geometries:
        """The ground of its features."""
        return self.zone.geometry[self.rows]


def label_of_file(source: VersionSource) -> str:
    """How a file is named as a version: by its name, and the layer where it has several."""
    path = source.path or ""
    name = without_password(path) if is_database(path) else Path(path).name
    return f"{name} {source.layer}" if source.layer else name


def round2(value: float) -> float:
    """An area as rules compare it."""
    return float(round_area(np.float64(value)))  # type: ignore[arg-type]


class Revision:
    """One revision, compared."""

    def __init__(
        self,
        one: Stated,
        source: RevisionSource,
        layer: Layer,
        day: date,
        around: Surroundings,
    ) -> None:
        self.one = one
        self.source = source
        self.layer = layer
        self.day = day
        self.around = around
        self.place = Place(one.submission.source, item=one.submission.id)
        self.diagnostics: list[Diagnostic] = []
        self.baseline = self.opened(source.baseline)
        self.proposed = self.opened(source.proposed)
        self.name_schemas()
        self.columns = self.code_columns()
        self.codes_before = {c.names.key: self.codes(self.baseline, c) for c in self.columns}
        self.codes_after = {c.names.key: self.codes(self.proposed, c) for c in self.columns}
        before, after = self.classes()
        self.tolerance = Tolerance(
            around.tolerance.min_area_m2 if source.min_area is None else source.min_area,
            around.tolerance.min_width_m if source.min_width is None else source.min_width,
        )
        self.found = compare(
            self.baseline.geometry, self.proposed.geometry, before, after, self.tolerance
        )
        self.name_overlaps(self.baseline, self.found.shared_before)
        self.name_overlaps(self.proposed, self.found.shared_after)
        self.uncovered = self.uncovered_patches()
        self._items: dict[int, f.Evidence] = {}

    # ── versions ──

    def opened(self, source: VersionSource) -> Opened:
        """A version of the layer, read whole."""
        version = self.version(source)
        zone = open_zone(version, self.around.plane)
        self.diagnostics += [d for d in zone.diagnostics if not isinstance(d, CoverageAssumed)]
        terrain = MeasuredTerrain((), (), self.around.plane, {}, self.around.tolerance)
        features = terrain.typed_features(self.layer, zone)
        self.diagnostics += terrain.diagnostics
        dimension = shapely.get_dimensions(zone.geometry)
        rows = np.flatnonzero(dimension == 2)
        label = version.label if source.on is not None else label_of_file(source)
        return Opened(version, zone, rows, features, label)

    def version(self, source: VersionSource) -> LayerVersion:
        """The version that a source means. Raises `Refusal` where the catalog has none."""
        names = [n for n in (self.layer.names.zh,) if n]
        catalog, day = self.around.catalog, source.on or self.day
        key = self.layer.names.key
        known = catalog.find(key, names, on=day) if catalog is not None else None
        if source.on is not None:
            if known is None:
                versions = catalog.versions_of(key, names) if catalog is not None else ()
                labels = tuple(v.label for v in versions)
                raise Refusal(
                    [NoSuchVersion(place=self.place, layer=key, day=str(day), known=labels)]
                )
            return known
        template = known.sources[0] if known is not None else None
        return LayerVersion(
            key,
            (
                LayerSource(
                    path=source.path,
                    coverage=Everywhere(),
                    place=self.place,
                    layer=source.layer,
                    crs=source.crs,
                    encoding=source.encoding,
                    fields=source.fields
                    if source.fields is not None
                    else (template.fields if template else None),
                    values=source.values
                    if source.values is not None
                    else (template.values if template else None),
                ),
            ),
        )

    def name_schemas(self) -> None:
        """Say where the versions differ in their coordinates or in their columns."""
        tables = [
            [
                read(s.path, s.layer, s.crs, s.encoding, s.within)
                for s in o.version.sources
                if s.path
            ]
            for o in (self.baseline, self.proposed)
        ]
        systems = [tuple(dict.fromkeys(t.crs.name for t in some)) for some in tables]
        self.crs = next((t.crs for some in tables for t in some), None)
        if set(systems[0]) != set(systems[1]) and all(systems):
            self.diagnostics.append(
                VersionsInTwoSystems(place=self.place, one=systems[0], other=systems[1])
            )
        columns = [set(o.features.columns) for o in (self.baseline, self.proposed)]
        if columns[0] != columns[1]:
            self.diagnostics.append(
                VersionsOfTwoSchemas(
                    place=self.place,
                    before=tuple(sorted(columns[0] - columns[1])),
                    after=tuple(sorted(columns[1] - columns[0])),
                )
            )

    def name_overlaps(self, opened: Opened, shared: Shared) -> None:
        """Say which features of a version claim the same ground, the largest first."""
        wide = shared.area_m2 >= max(self.tolerance.min_area_m2, 0.01)
        if not wide.any():
            return
        order = np.argsort(-shared.area_m2[wide], kind="stable")[:8]
        pairs = [
            (int(opened.rows[i]) + 1, int(opened.rows[j]) + 1, float(a))
            for i, j, a in zip(
                shared.one[wide][order],
                shared.other[wide][order],
                shared.area_m2[wide][order],
                strict=True,
            )
        ]
        self.diagnostics.append(
            FeaturesOverlap(
                place=Place(opened.label),
                pairs=tuple(pairs),
                count=int(wide.sum()),
                area=float(shared.area_m2[wide].sum()),
            )
        )

    # ── classes ──

    def code_columns(self) -> tuple[Column, ...]:
        """The columns of codes that both versions have."""
        both = set(self.baseline.features.columns) & set(self.proposed.features.columns)
        return tuple(
            c for c in self.layer.columns if isinstance(c.type, CodeType) and c.names.key in both
        )

    def codes(self, opened: Opened, column: Column) -> list[str | None]:
        """The code of each feature that has ground; None where it has none, or several."""
        values = opened.features.column(column)
        listed = values.tolist() if isinstance(values, Coded) else list(values)
        return [v if isinstance(v, str) else None for v in (listed[i] for i in opened.rows)]

    def classes(self) -> tuple[Indices, Indices]:
        """A number for each combination of codes; -1 where one of them is not known."""
        numbers: dict[tuple[str | None, ...], int] = {}

        def numbered(codes: Mapping[str, Sequence[str | None]], count: int) -> Indices:
            if not codes:
                return np.full(count, -1)
            listed = [
                -1 if None in values else numbers.setdefault(values, len(numbers))
                for values in zip(*codes.values(), strict=True)
            ]
            return np.array(listed, dtype=np.intp)

        return (
            numbered(self.codes_before, len(self.baseline.rows)),
            numbered(self.codes_after, len(self.proposed.rows)),
        )

    # ── patches ──

    def uncovered_patches(self) -> Bools:
        """Patches that are new (or gone) where the other version does not claim to be complete."""
        patches = self.found.patches
        result = np.zeros(len(patches), dtype=bool)
        for change, opened in ((Change.GAINED, self.baseline), (Change.LOST, self.proposed)):
            coverage = opened.zone.coverage
            some = np.flatnonzero(patches.of(change))
            if coverage is None or not len(some):
                continue
            points = shapely.point_on_surface(patches.geometry[some])
            shapely.prepare(coverage.geometry)
            result[some] = ~shapely.intersects(coverage.geometry, points)
        if (result & ~patches.sliver).any():
            self.diagnostics.append(
                RevisionWhereUnknown(
                    place=self.place,
                    count=int((result & ~patches.sliver).sum()),
                    area=float(patches.area_m2[result & ~patches.sliver].sum()),
                )
            )
        return result

    def feature_name(self, row: int, opened: Opened) -> str:
        """A feature's key, or its number."""
        if self.layer.key is not None:
            column = next(c for c in self.layer.columns if c.names.key == self.layer.key)
            value = opened.features.column(column)[opened.rows[row]]
            if isinstance(value, str):
                return value
        return f"#{int(opened.rows[row]) + 1}"

    def item(self, i: int) -> f.Evidence:
        """A patch of real change as findings carry it."""
        if i not in self._items:
            patches = self.found.patches
            shown = self.around.plane.to_lonlat(patches.geometry[i : i + 1])[0]
            width = round(float(patches.width_m[i]), 4) if patches.width_exact[i] else None
            role = f"{patches.change[i].value}-{i + 1}"
            self._items[i] = self.evidence(i, shown, float(patches.area_m2[i]), width, role)
        return self._items[i]

    def evidence(
        self, i: int, shown: BaseGeometry, area: float, width: float | None, role: str
    ) -> f.Evidence:
        """Ground of the kind of patch i, in degrees."""
        patches = self.found.patches
        before, after = int(patches.before[i]), int(patches.after[i])
        opened, row = (self.baseline, before) if before >= 0 else (self.proposed, after)
        columns: dict[str, str | float | bool | None] = {}
        for column in self.columns:
            key = column.names.key
            if before >= 0:
                columns[f"{key}_before"] = self.codes_before[key][before]
            if after >= 0:
                columns[f"{key}_after"] = self.codes_after[key][after]
        change = patches.change[i]
        return f.Evidence(
            layer=self.layer.names.key,
            layer_title=f.Bilingual.of(self.layer.title),
            version=opened.label,
            feature=self.feature_name(row, opened),
            relation=f.Relation.UNCOVERED if self.uncovered[i] else RELATIONS[change],
            role=role,
            area_m2=round2(area),
            width_m=width,
            attributes=columns,
            geometry=geojson(shown),
        )

    def slivers(self) -> tuple[f.Evidence, ...]:
        """Every sliver, the largest first; by feature where they are very many."""
        patches = self.found.patches
        rows = np.flatnonzero(patches.sliver)
        rows = rows[np.argsort(-patches.area_m2[rows], kind="stable")]
        if len(rows) > MANY_SLIVERS:
            return self.slivers_by_feature(rows)
        shown = self.around.plane.to_lonlat(patches.geometry[rows])
        return tuple(
            self.evidence(
                int(i),
                ground,
                float(patches.area_m2[i]),
                round(float(patches.width_m[i]), 4) if patches.width_exact[i] else None,
                f"{patches.change[i].value}-{i + 1}",
            )
            for i, ground in zip(rows.tolist(), shown, strict=True)
        )

    def slivers_by_feature(self, rows: Indices) -> tuple[f.Evidence, ...]:
        """The slivers of each feature as one piece: their areas added, the greatest width."""
        patches = self.found.patches
        kind = np.array([list(Change).index(patches.change[i]) for i in rows.tolist()])
        keys = np.column_stack((kind, patches.before[rows], patches.after[rows]))
        _keys, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        group = group.reshape(-1)
        order = np.argsort(group, kind="stable")
        whole = np.empty(len(first), dtype=object)
        shapely.multipolygons(patches.geometry[rows[order]], indices=group[order], out=whole)
        shown = self.around.plane.to_lonlat(whole)
        area = total_by(group, patches.area_m2[rows], len(first))
        width = np.zeros(len(first))
        np.maximum.at(width, group, patches.width_m[rows])
        count = np.bincount(group)
        found = []
        for g in np.argsort(-area, kind="stable").tolist():
            i = int(rows[first[g]])
            role = f"{patches.change[i].value}×{count[g]}"
            widest = round(float(width[g]), 4)
            found.append(self.evidence(i, shown[g], float(area[g]), widest, role))
        return tuple(found)

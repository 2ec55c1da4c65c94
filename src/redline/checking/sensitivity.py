"""Findings that would flip if a boundary moved by its layer's positional accuracy.

For each layer that declares an accuracy, the atoms that measure it are judged again with its
boundaries moved outwards, and inwards, for the subjects that a move can matter to; then statuses
are inferred again. A finding whose status differs from the one at hand either way is sensitive.
One layer moves at a time.

What a move means: polygons are grown or shrunk (`ground.moved`); of lines and points, which have no
inside, the footprint is, which comes to the same; distances become longer or shorter by the
accuracy. A finding that is undetermined already is not sensitive: it waits for a fact, not for a
better map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.checking.facts import Stated
from redline.checking.mentions import atoms_by_layer, nodes, parts_measured
from redline.checking.terrain import MeasuredTerrain, Shapes, is_linear, is_pointlike, summed
from redline.ground.distance import nearest
from redline.ground.features import Document, Geometries
from redline.ground.measure import (
    Tolerance,
    counts,
    crosses,
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
)
from redline.ground.moved import buffered, moved_zone
from redline.ground.plane import Plane
from redline.ground.zoning import Zone
from redline.language.kinds import MeasureKind, RelationKind
from redline.reasoning.filters import FilterJudging, asked_of_subject
from redline.reasoning.infer import Inference, Status, infer
from redline.reasoning.judge import Judgements, Judging
from redline.reasoning.plan import Plan, PlanAtom
from redline.reasoning.register import Register
from redline.reasoning.subjects import Booleans, Coded, Subjects, Values
from redline.reasoning.truth import TRUE, Bounds, Numbers
from redline.rulebook.model import Compares, Layer, MeasureTerm, Part, Relates, Selection


def boundary_sensitive(
    plan: Plan,
    subjects: Subjects,
    terrain: MeasuredTerrain,
    judged: Judgements,
    inference: Inference,
) -> NDArray[np.bool_]:
    """Which findings (subjects × rules) would flip if a boundary moved by its accuracy."""
    found = np.zeros(inference.statuses.shape, np.bool_)
    accuracies = {layer: terrain.zones[layer].accuracy for layer in terrain.opened()}
    movable = {layer: accuracy for layer, accuracy in accuracies.items() if accuracy}
    measuring = atoms_by_layer(plan) if movable else {}
    for layer, accuracy in movable.items():
        atoms = measuring.get(layer, ())
        rows = rows_near(atoms, layer, accuracy, plan, subjects, terrain, judged)
        if not len(rows):
            continue
        some = subset(subjects, rows)
        statuses = inference.statuses[rows]
        for by in (accuracy, -accuracy):
            again = moved_statuses(plan, atoms, some, rows, layer, by, terrain, judged)
            flipped = (again != statuses) & (statuses != Status.UNDETERMINED)
            found[rows] |= flipped
    return found


def moved_statuses(  # noqa: PLR0917 - the batch and what is changed in it
    plan: Plan,
    atoms: Sequence[int],
    some: Subjects,
    rows: NDArray[np.intp],
    layer: Layer,
    by_m: float,
    terrain: MeasuredTerrain,
    judged: Judgements,
) -> NDArray[np.int8]:
    """The statuses of some rows with the boundaries of a layer moved."""
    moved = MovedTerrain(
        [terrain.batch[i] for i in rows],
        [terrain.days[i] for i in rows],
        terrain.plane,
        terrain.zones,
        terrain.tolerance,
        terrain.register,
        layer=layer,
        by_m=by_m,
    )
    judging = Judging(plan.day, some, moved, plan.fillings)
    truths = np.array(judged.truths[rows], np.int8, order="F")
    for index in atoms:
        truths[:, index] = judging.atom(plan.atoms[index])
    return infer(plan, truths).statuses


# ── whom a move can matter to ───────────────────────────────────────────────────────────────


def rows_near(  # noqa: PLR0917 - the batch and what may move in it
    atoms: Sequence[int],
    layer: Layer,
    accuracy: float,
    plan: Plan,
    subjects: Subjects,
    terrain: MeasuredTerrain,
    judged: Judgements,
) -> NDArray[np.intp]:
    """The subjects for which an atom may change when the boundaries of a layer move."""
    near = np.zeros(terrain.n, np.bool_)
    judging = Judging(plan.day, subjects, terrain, plan.fillings)
    parts: dict[Part, None] = {}
    for index in atoms:
        atom = plan.atoms[index]
        parts.update(dict.fromkeys(parts_measured(atom, layer, plan)))
        if isinstance(atom, Relates) and atom.kind is RelationKind.NEAR:
            near |= about_to_be_near(atom, accuracy, judging)
        elif by_distance(atom, layer, plan):
            measured = judged.measured.get(index)
            simple = isinstance(atom, Compares) and isinstance(atom.left, MeasureTerm)
            if measured is not None and simple:
                near |= close(measured.value, measured.limit, accuracy)
            else:
                near[:] = True
    for part in parts:
        near |= terrain.near_boundary(part, layer, accuracy)
    return np.flatnonzero(near)


def by_distance(atom: PlanAtom, layer: Layer, plan: Plan) -> bool:
    """Whether an atom compares a distance to a layer."""
    return any(
        isinstance(node, MeasureTerm)
        and node.kind is MeasureKind.DISTANCE
        and node.selection is not None
        and node.selection.layer is layer
        for node in nodes(atom, plan)
    )


def close(value: Bounds, limit: Bounds, accuracy: float) -> Booleans:
    """Whether a distance and its limit are no further apart than the accuracy."""
    with np.errstate(invalid="ignore"):
        apart = (value.low - accuracy > limit.high) | (value.high + accuracy < limit.low)
    return np.asarray(~apart & np.isfinite(value.high))


def about_to_be_near(atom: Relates, accuracy: float, judging: Judging) -> Booleans:
    """For whom it matters whether a reach is so much longer or shorter."""
    masks = judging.selected(atom.selection)
    features = judging.terrain.features(atom.selection.layer)
    if masks is None or features is None or atom.within is None:
        return np.zeros(judging.n, np.bool_)
    if any(asked_of_subject(atom)):
        # The reach depends on the subject: all of them are looked at again.
        return np.ones(judging.n, np.bool_)
    reach = judging.filter(features).term(atom.within)
    far = np.where(np.isfinite(reach.high), reach.high + accuracy, -1.0)
    short = np.where(np.isfinite(reach.low), np.maximum(reach.low - accuracy, 0.0), -1.0)
    part, layer = atom.part, atom.selection.layer
    possibly = judging.terrain.near(part, layer, masks.possibly, far)
    return possibly & ~judging.terrain.near(part, layer, masks.surely, short)


Entry = TypeVar("Entry")


def subset(subjects: Subjects, rows: NDArray[np.intp]) -> Subjects:
    """Some subjects, numbered in the order given."""
    place = {int(row): i for i, row in enumerate(rows)}
    return Subjects(
        days=tuple(subjects.days[i] for i in rows),
        attributes={key: picked(values, rows) for key, values in subjects.attributes.items()},
        documents=renumbered(subjects.documents, place),
        judgements=renumbered(subjects.judgements, place),
        all_documents_listed=frozenset(
            place[i] for i in subjects.all_documents_listed if i in place
        ),
    )


def picked(values: Values, rows: NDArray[np.intp]) -> Values:
    """The values of some rows."""
    return Coded(values.numbers[rows], values.values) if isinstance(values, Coded) else values[rows]


def renumbered(
    entries: Mapping[str, Mapping[int, Entry]], place: Mapping[int, int]
) -> dict[str, dict[int, Entry]]:
    """The entries of some rows, under their new numbers."""
    return {
        key: {place[i]: entry for i, entry in by_row.items() if i in place}
        for key, by_row in entries.items()
    }


# ── the ground with a boundary moved ────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Meeting:
    """Geometries and the zone (or the features of a mask) that they are measured against."""

    geometry: Geometries
    zone: Zone
    mask: Booleans | None


class MovedTerrain(MeasuredTerrain):
    """Measures as its base does, with the boundaries of one layer moved by some metres."""

    def __init__(  # noqa: PLR0917 - those of its base
        self,
        batch: Sequence[Stated],
        days: Sequence[date],
        plane: Plane,
        zones: Mapping[Layer, Zone],
        tolerance: Tolerance,
        register: Register | None,
        *,
        layer: Layer,
        by_m: float,
    ) -> None:
        super().__init__(batch, days, plane, zones, tolerance, register)
        self.layer = layer
        self.by_m = by_m
        self._meetings: dict[tuple[Part, bytes, bool], Meeting] = {}

    def meeting(self, part: Part, mask: Booleans, *, apart: bool = False) -> Meeting:
        """A part and the moved layer: the features moved, or the part where they have no inside."""
        key = (part, mask.tobytes(), apart)
        if key not in self._meetings:
            geometry, zone = self.shapes(part).geometry, self.zones[self.layer]
            if self.layer.geometry == "polygon":
                moved = moved_zone(zone, mask, self.by_m, geometry, apart=apart)
                self._meetings[key] = Meeting(geometry, moved, None)
            else:
                self._meetings[key] = Meeting(self.widened(geometry), zone, mask)
        return self._meetings[key]

    def widened(self, geometry: Geometries) -> Geometries:
        """Areas grown or shrunk; lines and points grown to areas, and left as they are."""
        result = geometry.copy()
        areal = shapely.get_dimensions(geometry) == 2
        wanted = np.flatnonzero(areal if self.by_m < 0 else shapely.is_geometry(geometry))
        result[wanted] = buffered(geometry[wanted], self.by_m)
        gone = shapely.is_geometry(result) & shapely.is_empty(result)
        result[gone] = None
        return result

    def ground_of(
        self, whole: Part, selection: Selection, shapes: Shapes
    ) -> tuple[Geometries, Booleans]:
        ground, known = super().ground_of(whole, selection, shapes)
        features = self.features(selection.layer)
        if selection.layer is not self.layer or features is None:
            return ground, known
        meant = np.ones(features.count, np.bool_)
        if selection.where is not None:
            judging = FilterJudging(self.days[0], features)
            meant = judging.condition(selection.where) == TRUE
        met = self.meeting(whole, meant)
        return shared(overlaps(met.geometry, met.zone, self.tolerance)).geometry, known

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        if layer is not self.layer:
            return super().overlap(part, layer, mask)
        met, owner = self.meeting(part, mask), self.shapes(part).owner
        if is_linear(self.shapes(part).geometry) or layer.geometry == "line":
            found = lengths(met.geometry, met.zone, met.mask)
            amounts = round_length(union_length(self.plane, found))
        elif layer.geometry == "point" or is_pointlike(self.shapes(part).geometry):
            number = counts(met.geometry, met.zone, met.mask, self.tolerance)
            amounts = number.astype(np.float64)
        else:
            shared_ground = overlaps(met.geometry, met.zone, self.tolerance, met.mask)
            amounts = round_area(union_area(shared_ground))
        return summed(owner, amounts, self.n)

    def within(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        if layer is not self.layer:
            return super().within(part, layer, mask)
        met = self.meeting(part, mask)
        found = lies_within(met.geometry, met.zone, met.mask, self.tolerance)
        return self.any_of(self.shapes(part), found)

    def crosses(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        if layer is not self.layer:
            return super().crosses(part, layer, mask)
        met = self.meeting(part, mask)
        found = crosses(met.geometry, met.zone, met.mask, self.tolerance)
        return self.any_of(self.shapes(part), found)

    def touches(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        if layer is not self.layer:
            return super().touches(part, layer, mask)
        met = self.meeting(part, mask)
        found = touches(met.geometry, met.zone, met.mask, self.tolerance)
        return self.any_of(self.shapes(part), found)

    def count(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        if layer is not self.layer:
            return super().count(part, layer, mask)
        met = self.meeting(part, mask, apart=True)
        found = counts(met.geometry, met.zone, met.mask, self.tolerance)
        return summed(self.shapes(part).owner, found.astype(np.float64), self.n)

    def distance(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        metres = super().distance(part, layer, mask)
        if layer is not self.layer:
            return metres
        if self.by_m >= 0:
            return np.maximum(metres - self.by_m, 0.0)
        away = np.full(self.n, np.inf)
        met = self.meeting(part, mask)
        some, _feature = nearest(met.geometry, met.zone, met.mask, reach_m=-self.by_m)
        np.minimum.at(away, self.shapes(part).owner, round_length(some))
        # What lay in a feature lies beside it now, no further off than the move, or in it still.
        return np.where(metres > 0, metres - self.by_m, np.minimum(away, -self.by_m))

    def near(self, part: Part, layer: Layer, mask: Booleans, reach: Numbers) -> Booleans:
        if layer is self.layer:
            reach = np.where(reach >= 0, np.maximum(reach + self.by_m, 0.0), reach)
        return super().near(part, layer, mask, reach)

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        if layer is not self.layer or layer.geometry != "polygon":
            return super().uncovered(part, layer, mask, documents)
        ground, unplaced = self.document_grounds(documents)
        met, owner = self.meeting(part, mask), self.shapes(part).owner
        found = overlaps(met.geometry, met.zone, self.tolerance)
        left = remainder(found, None, ground[owner], self.tolerance)
        amounts = np.where(left.counted, round_area(left.area_m2), 0.0)
        high = summed(owner, amounts, self.n)
        return Bounds(np.where(unplaced, 0.0, high), high)

"""The map of one submission as flat shapes, ready to be drawn in any form.

The ground is drawn in a plane that touches the ellipsoid at the middle of the frame, north up. The
shapes are thinned by the size of a pixel, so a map is a picture and never a source of measurements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.findings import (
    Evidence,
    Finding,
    Geometry,
    Relation,
    Status,
    SubmissionFindings,
    Verdict,
)
from redline.messages import Language, Message, Title, msg
from redline.report.figures import quantity_text
from redline.report.statements import piece_key, role_text, slivers_of
from redline.report.wording import evidence_line

if TYPE_CHECKING:
    from redline.checking.surroundings import Surrounding

WIDTH, HEIGHT = 720, 440
"""Size of a map in its own units, which are pixels where it is drawn at its full size."""

MARGIN = 36.0
"""Units left free around the footprint."""

LABELS = 6
"""Pieces on the same ground of which a map tells what they are."""

LEAST_METRES = 20.0
"""A frame is never narrower than this."""

SMALL = 5.0
"""Units: what is smaller in both directions is marked by a dot as well."""

SEMI_MAJOR, ECCENTRICITY_SQUARED = 6_378_137.0, 0.006_694_38
"""Of the ellipsoid of WGS 84."""


class Kind(StrEnum):
    """What a shape on a map is, in the order in which shapes are drawn."""

    ZONE = "zone"
    FOOTPRINT = "footprint"
    REMAINDER = "remainder"
    OTHER = "other"
    OPEN = "open"
    OWED = "owed"
    OFFENDING = "offending"
    SLIVER = "sliver"


KINDS: Mapping[Kind, Message] = MappingProxyType(
    {
        Kind.ZONE: msg("zones that it meets"),
        Kind.FOOTPRINT: msg("footprint"),
        Kind.REMAINDER: msg("part that keeps the rules"),
        Kind.OTHER: msg("other ground that was met"),
        Kind.OPEN: msg("undetermined parts"),
        Kind.OWED: msg("parts conditional or excused"),
        Kind.OFFENDING: msg("offending parts"),
        Kind.SLIVER: msg("slivers, not counted"),
    }
)

OF_STATUS: Mapping[Status, Kind] = MappingProxyType(
    {
        Status.VIOLATED: Kind.OFFENDING,
        Status.CONDITIONAL: Kind.OWED,
        Status.EXCUSED: Kind.OWED,
        Status.UNDETERMINED: Kind.OPEN,
        Status.COMPLIES: Kind.OTHER,
        Status.NOT_APPLICABLE: Kind.OTHER,
    }
)


DOTS: Mapping[Verdict, Kind] = MappingProxyType(
    {
        Verdict.NON_COMPLIANT: Kind.OFFENDING,
        Verdict.UNDETERMINED: Kind.OPEN,
        Verdict.CONDITIONAL: Kind.OWED,
        Verdict.COMPLIANT: Kind.REMAINDER,
    }
)
"""How the dot of a submission is painted on an overview."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in units of the map, x to the right and y down.

    `dot` is where to mark it when it is too small to be seen.
    """

    kind: Kind
    label: str
    geometry: BaseGeometry
    dot: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Scene:
    """The shapes of a map, those below first, and how many metres a unit is."""

    shapes: tuple[Shape, ...]
    metres_per_unit: float

    def kinds(self) -> list[Kind]:
        """The kinds that occur, in the order of a legend."""
        present = {shape.kind for shape in self.shapes}
        order = (Kind.FOOTPRINT, Kind.OFFENDING, Kind.OWED, Kind.OPEN, Kind.OTHER)
        return [k for k in (*order, Kind.REMAINDER, Kind.SLIVER, Kind.ZONE) if k in present]


def scene_of(
    submission: SubmissionFindings,
    language: Language,
    pixel: float,
    around: Sequence[Surrounding] = (),
) -> Scene | None:
    """The map of a submission, thinned to `pixel` units, with the zones `around` it; None where
    there is nothing to draw.
    """
    drawn = [(k, label, g) for k, label, g in _pieces(submission, language) if g is not None]
    if drawn:
        drawn += [(Kind.ZONE, _zone_label(one, language), one.geometry) for one in around]
    if not drawn:
        return None
    ground = shapely.from_geojson([g.model_dump_json() for _, _, g in drawn], on_invalid="ignore")
    kept = [i for i, g in enumerate(ground) if g is not None and not g.is_empty]
    if not kept:
        return None
    kinds = [drawn[i][0] for i in kept]
    ground = _unwrapped(ground[kept])
    own = [i for i, kind in enumerate(kinds) if kind is Kind.FOOTPRINT]
    met = [i for i, kind in enumerate(kinds) if kind is not Kind.ZONE]
    frame = Frame.around(ground[own or met])
    placed = frame.place(ground)
    thin = shapely.simplify(placed, pixel, preserve_topology=False)
    shapes = [
        Shape(kind, drawn[i][1], fine if thinned.is_empty else thinned, _dot(fine))
        for i, kind, fine, thinned in zip(kept, kinds, placed, thin, strict=True)
    ]
    order = list(Kind)
    shapes.sort(key=lambda shape: order.index(shape.kind))
    return Scene(tuple(_each_once(shapes)), frame.metres_per_unit)


def _each_once(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """Shapes of a kind that lie on the same ground as one, which tells what each of them is.

    Drawn one over the other they would look graver than they are.
    """
    same: dict[tuple[Kind, bytes], list[Shape]] = {}
    for shape in shapes:
        same.setdefault((shape.kind, shape.geometry.wkb), []).append(shape)
    for several in same.values():
        labels = list(dict.fromkeys(s.label for s in several))
        more = ["…"] if len(labels) > LABELS else []
        yield replace(several[0], label="\n".join(labels[:LABELS] + more))


def overview_of(submissions: Sequence[SubmissionFindings]) -> tuple[Scene, list[int]] | None:
    """A dot for each submission that has a place, and which submission each dot stands for."""
    points, whose = [], []
    for i, submission in enumerate(submissions):
        text = [p.geometry.model_dump_json() for p in submission.parts if p.geometry is not None]
        ground = shapely.from_geojson(text, on_invalid="ignore")
        there = [g for g in ground if g is not None and not g.is_empty]
        if there:
            west, south, east, north = shapely.total_bounds(np.array(there, dtype=object))
            points.append(shapely.Point((west + east) / 2, (south + north) / 2))
            whose.append(i)
    if len(points) < 2:
        return None
    ground = _unwrapped(np.array(points, dtype=object))
    frame = Frame.around(ground)
    shapes = tuple(
        Shape(DOTS[submissions[i].verdict], submissions[i].id, p, (p.x, p.y))
        for i, p in zip(whose, frame.place(ground), strict=True)
    )
    return Scene(shapes, frame.metres_per_unit), whose


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the middle of a map lies, in degrees, and its scale."""

    longitude: float
    latitude: float
    metres_per_unit: float

    @classmethod
    def around(cls, ground: NDArray[np.object_]) -> Frame:
        """The frame in which geometries in degrees fit with a margin."""
        west, south, east, north = shapely.total_bounds(ground)
        middle = cls((west + east) / 2, (south + north) / 2, 1.0)
        along, up = middle.metres_per_degree()
        wide = max((east - west) * along, LEAST_METRES) / (WIDTH - 2 * MARGIN)
        high = max((north - south) * up, LEAST_METRES) / (HEIGHT - 2 * MARGIN)
        return cls(middle.longitude, middle.latitude, max(wide, high))

    def metres_per_degree(self) -> tuple[float, float]:
        """Of longitude and of latitude, in the middle."""
        sine = math.sin(math.radians(self.latitude))
        root = math.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine)
        parallel = SEMI_MAJOR / root * max(math.cos(math.radians(self.latitude)), 1e-6)
        meridian = SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED) / root**3
        return math.radians(parallel), math.radians(meridian)

    def place(self, ground: NDArray[np.object_]) -> NDArray[np.object_]:
        """Geometries in degrees in units of the map."""
        along, up = (m / self.metres_per_unit for m in self.metres_per_degree())

        def flat(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
            x = (lonlat[:, 0] - self.longitude) * along + WIDTH / 2
            y = (self.latitude - lonlat[:, 1]) * up + HEIGHT / 2
            return np.column_stack([x, y])

        return shapely.transform(ground, flat)


def _unwrapped(ground: NDArray[np.object_]) -> NDArray[np.object_]:
    """What lies on both sides of the date line, brought together."""
    west, _, east, _ = shapely.total_bounds(ground)
    if east - west <= 180:
        return ground
    turn = np.array([360.0, 0.0])
    return shapely.transform(ground, lambda xy: np.where(xy[:, :1] < 0, xy + turn, xy))


def _dot(shape: BaseGeometry) -> tuple[float, float] | None:
    west, north, east, south = shape.bounds
    if east - west > SMALL or south - north > SMALL:
        return None
    return (west + east) / 2, (north + south) / 2


Piece = tuple[Kind, str, Geometry | None]


def _pieces(submission: SubmissionFindings, language: Language) -> Iterable[Piece]:
    """The parts of the submission, then each piece of evidence once, by its gravest finding."""
    for part in submission.parts:
        size = quantity_text(part.area_m2, "m2", language) if part.area_m2 is not None else ""
        role = role_text(part.role, language)
        label = msg("{quantity}: {values}", quantity=role, values=size) if size else role
        yield (
            Kind.FOOTPRINT,
            label if isinstance(label, str) else label.render(language),
            part.geometry,
        )
    met: dict[tuple[object, ...], tuple[Kind, Evidence]] = {}
    order = list(Kind)
    for finding in submission.findings:
        for piece in finding.evidence:
            kind = _kind(finding, piece)
            key = piece_key(piece)
            if key not in met or order.index(kind) > order.index(met[key][0]):
                met[key] = (kind, piece)
        remainder = finding.way_out.remainder if finding.way_out else None
        if remainder is not None:
            yield (
                Kind.REMAINDER,
                quantity_text(remainder.area_m2, "m2", language),
                remainder.geometry,
            )
    for piece in submission.revised.patches if submission.revised else ():
        met.setdefault(piece_key(piece), (Kind.OTHER, piece))
    for kind, piece in met.values():
        yield kind, evidence_line(piece, language), piece.geometry
    for piece in slivers_of(submission):
        yield Kind.SLIVER, evidence_line(piece, language), piece.geometry


def kind_text(kind: Kind, around: Sequence[Surrounding]) -> Message:
    """What a kind of shape is called in a legend; zones by the titles of their layers."""
    if kind is not Kind.ZONE or not around:
        return KINDS[kind]
    titles = list(dict.fromkeys((one.layer.en, one.layer.zh) for one in around))
    return msg("zones: {layers}", layers=[Title(en, zh) for en, zh in titles])


def _zone_label(one: Surrounding, language: Language) -> str:
    """The layer, and the feature's name where it has one."""
    layer = one.layer.render(language)
    if not one.feature:
        return layer
    return msg("{layer} “{feature}”", layer=layer, feature=one.feature).render(language)


def _kind(finding: Finding, piece: Evidence) -> Kind:
    if piece.relation is Relation.REMAINDER:
        return Kind.REMAINDER
    if piece.relation is Relation.UNCOVERED:
        return Kind.OPEN
    return OF_STATUS[finding.status]


STEPS = (1.0, 2.0, 5.0)


def scale_bar(metres_per_unit: float, units: float) -> tuple[float, str]:
    """The longest round length that takes at most so many units: in metres, and as text.

    Both languages write m and km on maps.
    """
    most = metres_per_unit * units
    power = 10.0 ** math.floor(math.log10(most))
    length = max(step * power for step in STEPS if step * power <= most)
    return length, f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"

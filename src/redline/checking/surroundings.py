"""The zones around a submission, for its map: their outlines near it, and nothing measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from redline import findings as f
from redline.checking.assembling import geojson
from redline.checking.check import Task
from redline.checking.derivations import judged_rows
from redline.ground.crs import epsg
from redline.ground.features import Geometries
from redline.ground.grouping import dissolve
from redline.ground.plane import Plane
from redline.ground.zoning import Zone
from redline.rulebook.model import Layer

GRAVEST_FIRST = (
    (f.Status.VIOLATED, f.Status.CONDITIONAL, f.Status.EXCUSED),
    (f.Status.UNDETERMINED,),
    (f.Status.COMPLIES,),
)
"""Zones are shown of the layers that the gravest findings met."""

MOST_LAYERS = 4
MOST_FEATURES = 40
"""Of more than these a map would say nothing."""

REACH = 1.2
"""How far around its ground zones are shown, as a share of the ground's own size."""

LEAST_REACH_M = 60.0


@dataclass(frozen=True, slots=True)
class Surrounding:
    """A feature of a layer that a finding met, as far as it lies near the submission."""

    layer: f.Bilingual
    feature: str | None
    geometry: f.Geometry


Surroundings = Mapping[int, tuple[Surrounding, ...]]
"""By the place of the submission in the document."""


def surroundings_of(task: Task, document: f.FindingsDocument) -> Surroundings:
    """The zones around each submission of a task's answer (`document_of`)."""
    found: dict[int, tuple[Surrounding, ...]] = {}
    for place, (done, _index) in enumerate(judged_rows(task)):
        submission = document.submissions[place]
        frame = frame_of(submission, task.zones.plane)
        if frame is not None:
            wanted = layers_met(submission)
            layers = {x.names.key: x for x in done.zones.layers if x.names.key in wanted}
            met = [
                (layers[name], done.zones.get(layers[name])) for name in wanted if name in layers
            ]
            found[place] = tuple(
                s for x, zone in met if zone is not None for s in features_near(x, zone, frame)
            )
    return found


def layers_met(submission: f.SubmissionFindings) -> list[str]:
    """The layers of the gravest findings that met any, as evidence names them."""
    for statuses in GRAVEST_FIRST:
        names = dict.fromkeys(
            piece.layer
            for finding in submission.findings
            if finding.status in statuses
            for piece in finding.evidence
        )
        if names:
            return list(names)[:MOST_LAYERS]
    return []


def frame_of(submission: f.SubmissionFindings, plane: Plane) -> shapely.Polygon | None:
    """The rectangle around a submission's ground and its surroundings, in the plane."""
    texts = [p.geometry.model_dump_json() for p in submission.parts if p.geometry is not None]
    ground = [g for g in shapely.from_geojson(texts, on_invalid="ignore") if g is not None]
    if not ground:
        return None
    placed = plane.project(np.array(ground, dtype=object), epsg(4326))
    west, south, east, north = shapely.total_bounds(placed)
    if not np.isfinite([west, south, east, north]).all():
        return None
    reach = max(REACH * max(east - west, north - south), LEAST_REACH_M)
    frame: shapely.Polygon = shapely.box(west - reach, south - reach, east + reach, north + reach)
    return frame


def features_near(layer: Layer, zone: Zone, frame: shapely.Polygon) -> Iterator[Surrounding]:
    """The features of a zone that reach into a frame, cut off at its edge."""
    pieces = zone.near(np.array([frame], dtype=object))
    hit = np.unique(pieces.tree.query(frame, predicate="intersects"))
    features = np.unique(pieces.feature[hit])[:MOST_FEATURES]
    cut: Geometries = shapely.intersection(pieces.geometry[hit], frame)
    kept = np.isin(pieces.feature[hit], features)
    whole = dissolve(cut[kept], np.searchsorted(features, pieces.feature[hit][kept]), len(features))
    names = zone.columns.get(layer.key) if layer.key else None
    for feature, shape in zip(features.tolist(), zone.plane.to_lonlat(whole), strict=True):
        geometry = geojson(shape)
        if geometry is not None:
            name = names[feature] if names is not None else None
            text = str(name) if name is not None else None
            yield Surrounding(f.Bilingual.of(layer.title), text, geometry)

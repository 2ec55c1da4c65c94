"""The ground of a check as a GeoJSON FeatureCollection: footprints, evidence, slivers.

The `what` of a feature is `part`, `evidence`, `sliver`, `remainder` or, of a revision, `change`.
Titles come in both languages, so that one file serves both. A piece without geometry is written
with a null one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from pydantic import JsonValue

from redline.findings import Evidence, Finding, FindingsDocument, Geometry, SubmissionFindings
from redline.report.json import one_line
from redline.report.statements import distinct


def write_geojson(document: FindingsDocument, stream: TextIO) -> None:
    """Write a FeatureCollection with one feature a line."""
    stream.write('{"type": "FeatureCollection", "features": [')
    separator = "\n"
    for submission in document.submissions:
        for feature in _features(submission):
            stream.write(separator + one_line(feature))
            separator = ",\n"
    stream.write("\n]}\n")


def _features(submission: SubmissionFindings) -> Iterator[dict[str, JsonValue]]:
    whose: dict[str, JsonValue] = {
        "submission": submission.id,
        "submission_title": submission.title,
        "as_of": submission.as_of.isoformat(),
        "verdict": submission.verdict.value,
    }
    for part in submission.parts:
        sizes: dict[str, JsonValue] = {"area_m2": part.area_m2, "length_m": part.length_m}
        yield _feature(part.geometry, {"what": "part", **whose, "role": part.role, **sizes})
    for piece in submission.revised.patches if submission.revised else ():
        yield _feature(piece.geometry, {"what": "change", **whose, **_piece(piece)})
    for piece in submission.revised.slivers if submission.revised else ():
        yield _feature(piece.geometry, {"what": "sliver", **whose, **_piece(piece)})
    for finding in submission.findings:
        rule = _rule(finding)
        for piece in distinct(finding.evidence):
            yield _feature(piece.geometry, {"what": "evidence", **whose, **rule, **_piece(piece)})
        for piece in distinct(finding.slivers):
            yield _feature(piece.geometry, {"what": "sliver", **whose, **rule, **_piece(piece)})
        remainder = finding.way_out.remainder if finding.way_out else None
        if remainder is not None:
            properties = {"what": "remainder", **whose, **rule, "area_m2": remainder.area_m2}
            yield _feature(remainder.geometry, properties)


def _rule(finding: Finding) -> dict[str, JsonValue]:
    return {
        "rule": finding.rule,
        "for_each": finding.for_each.value if finding.for_each else None,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "title_en": finding.title.en,
        "title_zh": finding.title.zh,
        "clauses": "; ".join(f"{c.instrument} {c.clause}".rstrip() for c in finding.citations),
    }


def _piece(piece: Evidence) -> dict[str, JsonValue]:
    return {
        "layer": piece.layer,
        "version": piece.version,
        "feature": piece.feature,
        "relation": piece.relation.value,
        "role": piece.role,
        "area_m2": piece.area_m2,
        "width_m": piece.width_m,
        "length_m": piece.length_m,
        "distance_m": piece.distance_m,
    }


def _feature(geometry: Geometry | None, properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    shape = geometry.model_dump(mode="json") if geometry else None
    return {"type": "Feature", "properties": properties, "geometry": shape}

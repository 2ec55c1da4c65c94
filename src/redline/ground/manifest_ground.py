"""From a manifest to a submission: the files, WKT and GeoJSON to which it refers become ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.diagnostics import Diagnostic, Place, Refusal, did_you_mean, refuse
from redline.ground.addresses import database_url, is_database
from redline.ground.boundary_points import read_boundary_points
from redline.ground.crs import Refused, check_coordinates, establish_crs
from redline.ground.diagnostics import ManifestGeometry, ReadingRemark, shortened
from redline.ground.features import (
    Component,
    Document,
    Ground,
    Judgement,
    Parcel,
    RevisionSource,
    Role,
    Submission,
    VersionSource,
)
from redline.ground.footprints import AREA, LINE, POINT, combined_ground, parts_of
from redline.ground.formats.delimited import wkt_geometry
from redline.ground.formats.geojson import WGS84, geometry_of
from redline.ground.formats.layers import Column
from redline.ground.manifest import GeometrySource, LoadedManifest, RevisionEntry, VersionEntry
from redline.ground.reading import BOUNDARY_POINTS, NumberedTable, read_numbered
from redline.messages import Message, msg

DIMENSIONS: Mapping[Role, tuple[int, ...]] = {
    Role.PERMANENT: (AREA,),
    Role.TEMPORARY: (AREA,),
    Role.UNDERGROUND: (AREA, LINE),
    Role.AERIAL: (AREA, LINE),
    Role.CENTRELINE: (LINE,),
    Role.IMPACT_RANGE: (AREA,),
}
"""What may stand for a role, what is preferred first."""

ANYTHING = (AREA, LINE, POINT)


@dataclass(slots=True)
class Gathering:
    """What is read for one manifest, and what is said meanwhile."""

    loaded: LoadedManifest
    accept_ballpark: Refused
    diagnostics: list[Diagnostic] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    tables: dict[tuple[object, ...], NumberedTable] = field(default_factory=dict)


def submission_of(loaded: LoadedManifest, *, accept_ballpark: Refused = frozenset()) -> Submission:
    """The submission that a manifest describes. Raises `Refusal` where its ground cannot be had."""
    manifest = loaded.manifest
    gathering = Gathering(loaded, accept_ballpark)
    geometries: dict[Role, Ground] = {}
    problems: list[Diagnostic] = []
    for role, sources in manifest.geometries.items():
        try:
            keep = role in (Role.PERMANENT, Role.TEMPORARY)
            path = ("geometries", str(role))
            geometries[role] = ground_of(sources, path, DIMENSIONS[role], gathering, keep=keep)
        except Refusal as refusal:
            problems += refusal.diagnostics
    components: list[Component] = []
    for i, entry in enumerate(manifest.components):
        try:
            place = ("components", i, "geometry")
            ground = ground_of(entry.geometry, place, ANYTHING, gathering)
            components.append(Component(entry.kind, ground, dict(entry.model_extra or {})))
        except Refusal as refusal:
            problems += refusal.diagnostics
    documents: list[Document] = []
    for i, document in enumerate(manifest.documents):
        try:
            extent = (
                ground_of(document.ground, ("documents", i, "ground"), (AREA,), gathering)
                if document.ground is not None
                else None
            )
        except Refusal as refusal:
            problems += refusal.diagnostics
            continue
        documents.append(
            Document(
                kind=document.kind,
                state=document.state.value,
                number=document.number,
                issuer=document.issuer,
                rank=document.rank,
                issued_on=document.date,
                valid_from=document.valid_from,
                valid_to=document.valid_to,
                ground=extent,
                contains=tuple(document.contains),
            )
        )
    if problems:
        raise Refusal(problems)
    return Submission(
        id=manifest.id,
        kind=manifest.kind,
        source=str(loaded.path),
        decided_on=manifest.decided_on,
        title=manifest.title,
        attributes=dict(manifest.attributes),
        geometries=geometries,
        components=tuple(components),
        documents=tuple(documents),
        judgements=tuple(
            Judgement(one.name, one.answer, one.reason, one.author) for one in manifest.judgements
        ),
        parcels=tuple(gathering.parcels),
        complete=frozenset(manifest.complete),
        diagnostics=tuple(dict.fromkeys(gathering.diagnostics)),
        revision=revision_of(manifest.revision, loaded.path) if manifest.revision else None,
    )


def revision_of(entry: RevisionEntry, manifest: Path) -> RevisionSource:
    """What a revision compares, its files found from the manifest's folder."""
    return RevisionSource(
        layer=entry.layer,
        baseline=version_of(entry.baseline, manifest),
        proposed=version_of(entry.proposed, manifest),
        min_area=entry.slivers.area,
        min_width=entry.slivers.width,
        by=None if entry.by is None else tuple(entry.by),
    )


def version_of(entry: VersionEntry, manifest: Path) -> VersionSource:
    """A version of a layer, its file found from the manifest's folder."""
    path = entry.path
    if path is not None and not is_database(path):
        path = str(manifest.parent / path)
    return VersionSource(
        on=entry.on,
        path=path,
        layer=entry.layer,
        crs=entry.crs,
        encoding=entry.encoding,
        fields=entry.fields,
        values=entry.values,
    )


def ground_of(
    sources: Sequence[GeometrySource],
    path: tuple[str | int, ...],
    dimensions: Sequence[int],
    gathering: Gathering,
    *,
    keep: bool = False,
) -> Ground:
    """The ground of one key, of the first dimension that is there; `keep` notes its parcels."""
    grounds: list[Ground] = []
    for i, source in enumerate(sources):
        here = (*path, i) if len(sources) > 1 else path
        found, parcels = read_source(source, here, gathering)
        grounds += found
        gathering.parcels += parcels if keep else []
    for dimension in dimensions:
        fitting = [g for g in grounds if len(parts_of([g.geometry], dimension))]
        ground = combined_ground(fitting, dimension)
        if ground is not None:
            return ground
    wanted = msg("it is no area") if dimensions[0] == AREA else msg("it is no line")
    raise refused(path, wanted, gathering)


def read_source(
    source: GeometrySource, path: tuple[str | int, ...], gathering: Gathering
) -> tuple[list[Ground], list[Parcel]]:
    """The ground of one source, and its parcels where it is a boundary-point file."""
    if source.path is None:
        return [inline_ground(source, path, gathering)], []
    crs = source.crs
    file = (
        database_url(source.path)
        if is_database(source.path)
        else gathering.loaded.path.parent / source.path
    )
    if isinstance(file, Path) and file.suffix.casefold() == BOUNDARY_POINTS and not source.where:
        points = read_boundary_points(
            file, encoding=source.encoding, crs=crs, accept_ballpark=gathering.accept_ballpark
        )
        gathering.diagnostics += points.diagnostics
        parcels = [one.parcel for one in points.parcels]
        return [parcel.ground for parcel in parcels], parcels
    key = (file, source.layer, crs, source.encoding)
    if key not in gathering.tables:
        gathering.tables[key] = read_numbered(
            file,
            layer=source.layer,
            crs=crs,
            encoding=source.encoding,
            accept_ballpark=gathering.accept_ballpark,
        )
    table = gathering.tables[key].table
    chosen = rows_where(table.columns, len(table), source.where, path, gathering)
    errors = [d for d in table.diagnostics if d.severity == "error"]
    if errors and not source.where:
        raise Refusal(errors)
    gathering.diagnostics += [d for d in table.diagnostics if d.severity != "error"]
    return [Ground(geometry, table.crs) for geometry in table.geometry[chosen]], []


def rows_where(
    columns: Mapping[str, Column],
    count: int,
    where: Mapping[str, object],
    path: tuple[str | int, ...],
    gathering: Gathering,
) -> NDArray[np.intp]:
    """The rows whose fields have the values that `where` names, compared as text."""
    chosen = np.ones(count, dtype=bool)
    for field_name, wanted in where.items():
        values = columns.get(field_name)
        if values is None:
            hint = did_you_mean(field_name, columns)
            reason = msg("the file has no field “{field}”", field=shortened(field_name))
            if hint is not None:
                reason = msg("{reason}. {hint}", reason=reason, hint=hint)
            raise refused((*path, "where", field_name), reason, gathering)
        texts = {str(one) for one in (wanted if isinstance(wanted, list) else [wanted])}
        chosen &= np.array([str(value) in texts for value in values], dtype=bool)
    if not chosen.any():
        reason = msg("no feature of the file has these values") if where else msg("it is empty")
        raise refused((*path, "where") if where else path, reason, gathering)
    return np.flatnonzero(chosen)


def inline_ground(
    source: GeometrySource, path: tuple[str | int, ...], gathering: Gathering
) -> Ground:
    """The ground of WKT or of an inline GeoJSON geometry."""
    if source.wkt is not None:
        inline = wkt_geometry(source.wkt)
    else:
        inline = geometry_of(source.model_dump(include={"type", "coordinates", "geometries"}))
    if isinstance(inline.geometry, Message):
        raise refused(path, inline.geometry, gathering)
    place, stated = gathering.loaded.place(path), inline.stated
    if inline.closed:
        remark = msg("A ring that did not close has been closed.")
        gathering.diagnostics.append(ReadingRemark(place=place, remark=remark))
    given = source.crs or (gathering.loaded.manifest.crs if stated in (None, WGS84) else None)
    remedy = msg(
        "State it: {{wkt: …, crs: EPSG:4490}}, or crs: EPSG:4490 at the top of the manifest."
    )
    established = establish_crs(
        None if given else stated,
        place,
        given=given,
        accept_ballpark=gathering.accept_ballpark,
        remedy=remedy,
    )
    gathering.diagnostics += established.diagnostics
    flat = shapely.force_2d(inline.geometry)
    array = np.array([flat], dtype=object)
    checked = check_coordinates(established.crs, array, np.array([1], dtype=np.int64), place)
    gathering.diagnostics += [d for d in checked.diagnostics if d.severity != "error"]
    if not checked.usable.all():
        raise Refusal(checked.diagnostics)
    return Ground(flat, established.crs)


def refused(path: tuple[str | int, ...], reason: Message, gathering: Gathering) -> Refusal:
    """The refusal of a geometry, at the key where it stands."""
    loaded = gathering.loaded
    place: Place = loaded.place(path)
    return refuse(ManifestGeometry(place=place, key=place.item or "", reason=reason))

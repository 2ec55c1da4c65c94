"""Submissions as entries hold them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import cast

import shapely
from pyproj import CRS

from redline.ground.features import (
    Component,
    Document,
    Ground,
    Judgement,
    Kind,
    Role,
    Submission,
)
from redline.ground.plane import Mapped, degrees_from
from redline.register.entries import (
    ComponentText,
    DocumentText,
    Entry,
    GroundText,
    JudgementText,
    Raw,
)


def ground_text(ground: Ground) -> GroundText:
    """A geometry as an entry holds it."""
    return GroundText(wkb=shapely.to_wkb(ground.geometry, hex=True), crs=crs_text(ground.crs))


@lru_cache(maxsize=64)
def crs_text(crs: CRS) -> str:
    """A CRS as its authority code where it has one, else as WKT."""
    identifier = crs.to_json_dict().get("id")
    if identifier:
        return f"{identifier['authority']}:{identifier['code']}"
    return crs.to_wkt()


@lru_cache(maxsize=64)
def crs_of(text: str) -> CRS:
    return CRS.from_user_input(text)


def ground_of(text: GroundText) -> Ground:
    """The geometry that an entry holds."""
    return Ground(shapely.from_wkb(text.wkb), crs_of(text.crs))


def raw(value: object) -> Raw:
    """A value of an attribute as an entry holds it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return tuple(str(item) for item in value)
    return str(value)


def facts_of(submission: Submission) -> dict[str, object]:
    """The fields of an entry that say what a submission states."""
    return {
        "kind": "operation" if submission.kind is Kind.OPERATION else "project",
        "title": submission.title,
        "attributes": {name: raw(value) for name, value in submission.attributes.items()},
        "documents": tuple(document_text(d) for d in submission.documents),
        "judgements": tuple(
            JudgementText(name=j.name, answer=j.answer, reason=j.reason, author=j.author)
            for j in submission.judgements
        ),
        "components": tuple(
            ComponentText(
                kind=c.kind,
                ground=ground_text(c.ground),
                columns={k: raw(v) for k, v in c.columns.items()},
            )
            for c in submission.components
        ),
        "complete": tuple(sorted(submission.complete)),
        "grounds": {role.value: ground_text(g) for role, g in submission.geometries.items()},
    }


def document_text(document: Document) -> DocumentText:
    return DocumentText(
        kind=document.kind,
        state=document.state,
        number=document.number,
        issuer=document.issuer,
        rank=document.rank,
        issued_on=document.issued_on,
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        ground=ground_text(document.ground) if document.ground else None,
        contains=document.contains,
    )


def submission_of(entry: Entry, source: str) -> Submission:
    """The submission that was decided on. Raises `shapely.errors.GEOSException` and the like for
    geometry that was not written by us.
    """
    return Submission(
        id=entry.id,
        kind=Kind(entry.kind),
        source=source,
        decided_on=entry.decided_on,
        title=entry.title,
        bare=True,
        attributes=cast("Mapping[str, object]", entry.attributes),
        geometries={Role(role): ground_of(text) for role, text in entry.grounds.items()},
        components=tuple(
            Component(c.kind, ground_of(c.ground), dict(c.columns)) for c in entry.components
        ),
        documents=tuple(
            Document(
                d.kind,
                d.state,
                d.number,
                d.issuer,
                d.rank,
                d.issued_on,
                d.valid_from,
                d.valid_to,
                ground_of(d.ground) if d.ground else None,
                d.contains,
            )
            for d in entry.documents
        ),
        judgements=tuple(Judgement(j.name, j.answer, j.reason, j.author) for j in entry.judgements),
        complete=frozenset(entry.complete),
    )


def shown_ground(entry: Entry) -> bytes | None:
    """The ground of an entry for maps: well-known binary in longitude and latitude."""
    role = next((r.value for r in Role if r.value in entry.grounds), None)
    if role is None:
        return None
    text = entry.grounds[role]
    moved = shapely.transform(shapely.from_wkb(text.wkb), degrees_of(text.crs))
    return shapely.to_wkb(moved)


@lru_cache(maxsize=64)
def degrees_of(crs: str) -> Mapped:
    """The function from coordinates of a CRS to longitude and latitude."""
    return degrees_from(crs_of(crs))

"""What the ground is made of: features as they were read, and the parts of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic
from redline.ground.indicators import RegionFigures
from redline.messages import Message

Geometries = NDArray[np.object_]
"""An array of shapely geometries; None where there is none."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features of one layer of one file, geometry in the file's own CRS, x (east) before y (north).

    `columns` maps a field name to an object array of Python values (str, int, float, bool, date or
    None), as long as `geometry`. `crs_basis` says how the CRS was established. `diagnostics` are
    the warnings and notes of reading. `encoding` is that of its text, None where the format fixes
    it.
    """

    name: str
    source: str
    geometry: Geometries
    columns: Mapping[str, NDArray[np.object_]]
    crs: CRS
    crs_basis: Message
    diagnostics: tuple[Diagnostic, ...] = ()
    encoding: str | None = None

    def __len__(self) -> int:
        return len(self.geometry)


class Role(StrEnum):
    """What a geometry of a submission stands for."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    UNDERGROUND = "underground"
    AERIAL = "aerial"
    CENTRELINE = "centreline"
    IMPACT_RANGE = "impact_range"


class Kind(StrEnum):
    """What a submission is about."""

    PROJECT = "project"
    OPERATION = "operation"
    PLAN = "plan"
    REVISION = "revision"
    REGION = "region"
    LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class Ground:
    """A geometry and the CRS in which its edges are straight."""

    geometry: BaseGeometry
    crs: CRS


DocumentState = Literal["held", "to_come", "refused"]


@dataclass(frozen=True, slots=True)
class Document:
    """An approval, opinion or report that a submission lists."""

    kind: str
    state: DocumentState = "held"
    number: str | None = None
    issuer: str | None = None
    rank: str | None = None
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    ground: Ground | None = None
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a project with a place of its own: an outfall, an intake, a store."""

    kind: str
    ground: Ground
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's answer to a question that no computation decides."""

    name: str
    answer: bool
    reason: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of a submission with its declared area in square metres, where it has one."""

    name: str
    ground: Ground
    declared_area: float | None = None


@dataclass(frozen=True, slots=True)
class VersionSource:
    """A version of a layer: that of the catalog on a day (`on`), or a file of its own.

    `fields` and `values` are as in a catalog; None takes those of the catalog's own version.
    """

    on: date | None = None
    path: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    fields: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class RevisionSource:
    """What a revision compares. Least area (m²) and width (m) of a patch that is no sliver: None
    takes the tolerance of the check. `by` names the layers by whose features areas are compared.
    """

    layer: str
    baseline: VersionSource
    proposed: VersionSource
    min_area: float | None = None
    min_width: float | None = None
    by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be judged. Attribute values are as written; the rule book gives them their types.

    `decided_on` is the day whose rules and layers apply, None when the submission states none.
    `complete` names the lists ("documents", "components") that the submitter declares complete.
    `places` gives, for an attribute or another key, where in the source it stands. Attributes of a
    manifest were named on purpose; those of a bare file (`bare`) come along with its columns.
    """

    id: str
    kind: Kind
    source: str
    decided_on: date | None
    title: str | None = None
    bare: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    geometries: Mapping[Role, Ground] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    documents: tuple[Document, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    complete: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    revision: RevisionSource | None = None
    region: RegionFigures | None = None
    layer: str | None = None
    """The layer that is checked, where that is what it is about."""

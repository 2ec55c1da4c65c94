"""A layer opened for measuring: its features in the plane, cut to pieces and indexed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic
from redline.ground.features import Geometries
from redline.ground.plane import Bools, Plane
from redline.ground.repair import repaired
from redline.ground.store import StoredPieces, joined_pieces
from redline.ground.tiles import Pieces, tile

WHOLE_PLANE_M = 1.3e7
"""Half the side of a square (m) that holds every point of an equal-area plane of the Earth."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where a layer is complete: the ground itself and its edge, both in pieces."""

    geometry: BaseGeometry
    ground: Pieces
    edge: Pieces

    @classmethod
    def of(cls, geometry: BaseGeometry) -> Self:
        """A coverage for a polygonal geometry of the plane."""
        one = np.array([geometry], dtype=object)
        return cls(geometry, tile(one), tile(shapely.boundary(one)))


@dataclass(frozen=True, slots=True)
class ManyPieces:
    """Pieces of several sources, whose features are counted on from one to the next."""

    sources: tuple[Pieces | StoredPieces, ...]
    firsts: tuple[int, ...]

    def near(self, geometries: Geometries, reach_m: float = 0.0) -> Pieces:
        """All pieces within reach of the rectangles around geometries, and some more."""
        return joined_pieces([s.near(geometries, reach_m) for s in self.sources], self.firsts)

    def __len__(self) -> int:
        return sum(len(source) for source in self.sources)


AnyPieces: TypeAlias = Pieces | StoredPieces | ManyPieces


def together(sources: Sequence[Pieces | StoredPieces], counts: Sequence[int]) -> AnyPieces:
    """The pieces of sources with so many features each."""
    if len(sources) == 1:
        return sources[0]
    return ManyPieces(tuple(sources), tuple(accumulate(counts[:-1], initial=0)))


@dataclass(frozen=True, slots=True)
class Zone:
    """One version of one layer, opened in a plane.

    `geometry` has one row per feature, None where it had none or was refused, and for all of them
    where the layer came from the store. The `columns` are as long, and `pieces` count features from
    0 in the same order. `coverage` is where the layer is complete, None where that is everywhere.
    `accuracy` is the positional accuracy in metres. `empty` says that it was declared empty.
    `version` is how a reader tells versions apart; `digest` is of the bytes of the source.
    """

    name: str
    plane: Plane
    geometry: Geometries
    columns: Mapping[str, NDArray[np.object_]]
    pieces: AnyPieces
    coverage: Coverage | None = None
    version: str = ""
    digest: str = ""
    accuracy: float | None = None
    approval: str | None = None
    empty: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    def __len__(self) -> int:
        return len(self.geometry)

    def near(
        self, geometries: Geometries, feature_mask: Bools | None = None, reach_m: float = 0.0
    ) -> Pieces:
        """All pieces (of the features of a mask) within reach (in the plane) of the rectangles
        around geometries; there may be others.
        """
        pieces = self.pieces.near(geometries, reach_m)
        return pieces if feature_mask is None else pieces.only(feature_mask)


def make_zone(
    name: str,
    geometry: Geometries,
    plane: Plane,
    *,
    columns: Mapping[str, NDArray[np.object_]] | None = None,
    coverage: BaseGeometry | None = None,
    version: str = "",
    digest: str = "",
    accuracy: float | None = None,
    approval: str | None = None,
    empty: bool = False,
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Zone:
    """A zone from features that lie in `plane` already; `coverage` None means everywhere.

    A feature that cannot be repaired is left out, and the ground around it counts as not covered.
    """
    sound = repaired(geometry)
    unknown = np.asarray(geometry, dtype=object)[sound.refused]
    if len(unknown):
        coverage = without_extent_of(coverage, unknown)
    return Zone(
        name,
        plane,
        sound.geometry,
        columns or {},
        tile(sound.geometry),
        None if coverage is None else Coverage.of(coverage),
        version,
        digest,
        accuracy,
        approval,
        empty,
        (*diagnostics, *sound.diagnostics),
    )


def without_extent_of(coverage: BaseGeometry | None, unknown: Geometries) -> BaseGeometry:
    """A coverage (None: everywhere) without the rectangles around some geometries."""
    if coverage is None:
        coverage = shapely.box(-WHOLE_PLANE_M, -WHOLE_PLANE_M, WHOLE_PLANE_M, WHOLE_PLANE_M)
    rectangles = shapely.union_all(shapely.box(*shapely.bounds(unknown).T))
    return shapely.difference(coverage, rectangles)

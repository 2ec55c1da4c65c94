"""The equal-area plane in which everything is measured.

One Lambert azimuthal equal-area projection of the CGCS2000 ellipsoid, centred near the middle of
the extent at hand. Areas in it are ellipsoidal areas exactly (closed forms, no series), at any
extent. Lengths in it are wrong by up to c²/8 (c = angle from the centre: 2e-5 across a county,
1.2 % across China), so lengths and distances are measured geodesically (see `distance`).

An edge of a polygon is straight in its source's own CRS, and therefore curved in the plane. It is
split until each chord lies within `CHORD_ERROR` of the true edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Self, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely import GeometryType

from redline.diagnostics import Refusal
from redline.ground.catalog_diagnostics import CannotBePlaced
from redline.ground.features import Geometries

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.intp]
Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east where the extent crosses longitude 180."""
Mapped: TypeAlias = Callable[[Floats], Floats]
"""A function over (N, 2) coordinates; what cannot be mapped comes out as infinity or NaN."""

ELLIPSOID = Geod(ellps="GRS80")
"""The ellipsoid of CGCS2000 (a = 6378137 m, 1/f = 298.257222101). WGS 84 differs in 1/f by 5e-9."""

CHORD_ERROR = 1e-4
"""How far, in metres, a chord may lie from the edge for which it stands."""

AREA_ERROR = 1e-7
"""The share of its area by which splitting may change that of a polygon."""

FINEST_ERROR = 1e-7
"""Chords are never asked to err by less than this (m): coordinates carry noise of 1e-9."""

STRONGEST_BEND = 2e-6
"""Curvature (1/m) that no edge exceeds: twelve times that of the Earth (a parallel of latitude 85°
has that). A chord errs by L²/8 times curvature, so short edges need no look.
"""

MOST_POINTS = 5_000_000
"""A geometry that would need more points than this between its vertices is not placed."""

AUTHALIC_RADIUS = 6_371_007.0
"""The radius (m) of the sphere whose area is that of the ellipsoid."""

DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, -1])
"""The dimension of each geometry type, by its number; a collection has none of its own."""

CHUNK = 2_000_000
"""Vertices handled at a time, which bounds memory."""

SAME_GROUND = frozenset(
    {
        "China 2000",
        "D_China_2000",
        "World Geodetic System 1984",
        "World Geodetic System 1984 ensemble",
        "D_WGS_1984",
        "WGS_1984",
    }
)
"""Datums that are taken as one: CGCS2000 and WGS 84 differ by centimetres to decimetres."""


@dataclass(frozen=True, slots=True)
class Plane:
    """An ellipsoidal equal-area plane, in metres, around a centre in whole degrees.

    The centre is rounded so that neighbouring extents share one plane, and tiles made for one
    check serve the next.
    """

    longitude: int
    latitude: int

    @classmethod
    def for_extent(cls, bounds: Bounds) -> Self:
        """The plane for an extent in degrees: the least distorted equal-area one around it."""
        west, south, east, north = bounds
        if west > east:
            east += 360
        middle = round((west + east) / 2)
        return cls((middle + 180) % 360 - 180, round((south + north) / 2))

    @property
    def label(self) -> str:
        """The plane as PROJ writes it; goes into findings and keys of stored tiles."""
        return f"+proj=laea +lat_0={self.latitude} +lon_0={self.longitude} +ellps=GRS80 +units=m"

    @property
    def crs(self) -> CRS:
        """The plane as a CRS."""
        return CRS(self.label)

    def project(self, geometries: Geometries, crs: CRS | Sequence[CRS | None]) -> Geometries:
        """The geometries in this plane, their edges split to follow the straight ones of `crs`.

        `crs` is one for all or one for each; None and empty geometries stay as they are. Z and M
        are dropped. Raises `Refusal` where a geometry has coordinates that cannot be placed.
        """
        placed, failed = self.try_project(geometries, crs)
        if failed.any():
            raise Refusal([CannotBePlaced(number=int(i) + 1) for i in np.flatnonzero(failed)])
        return placed

    def try_project(
        self, geometries: Geometries, crs: CRS | Sequence[CRS | None]
    ) -> tuple[Geometries, Bools]:
        """As `project`, with None for what cannot be placed and a mask that tells which it was."""
        geometries = np.asarray(geometries, dtype=object)
        placed = np.full(geometries.shape, None, dtype=object)
        for one_crs, rows in rows_by_crs(crs, len(geometries)):
            mapping = self.mapping_from(one_crs)
            placed[rows] = split_and_map(geometries[rows], mapping, AREA_ERROR)
            placed[rows[self.around_the_world(geometries[rows], one_crs)]] = None
        return placed, shapely.is_geometry(geometries) & ~shapely.is_geometry(placed)

    def around_the_world(self, geometries: Geometries, crs: CRS) -> Bools:
        """Which areas take in the point of the Earth opposite to the plane's centre.

        In the plane they would be turned inside out: their ring is the edge of what they leave out.
        """
        result = np.zeros(len(geometries), dtype=bool)
        bounds = shapely.bounds(geometries)
        rows = np.flatnonzero((shapely.area(geometries) > 0) & np.isfinite(bounds).all(axis=1))
        if not len(rows):
            return result
        corners = degrees_from(crs)(bounds[rows].reshape(-1, 2)).reshape(-1, 4)
        wide = rows[~(corners[:, 2] - corners[:, 0] < 180)]
        if not crs.is_geographic:
            result[wide] = True
            return result
        opposite = shapely.points(
            [[self.longitude + turn, -self.latitude] for turn in (-540, -180, 180, 540)]
        )
        for row in wide:
            result[row] = bool(shapely.intersects(geometries[row], opposite).any())
        return result

    def mapping_from(self, crs: CRS) -> Mapped:
        """The function that takes coordinates (x east, y north) of `crs` into this plane."""
        to_degrees = degrees_from(crs)
        return lambda coordinates: self.from_degrees(to_degrees(coordinates))

    def from_degrees(self, lonlat: Floats) -> Floats:
        """Plane coordinates of longitudes and latitudes, both (N, 2)."""
        return transformed(projection(self.label), lonlat)

    def to_degrees(self, xy: Floats) -> Floats:
        """Longitudes and latitudes of plane coordinates, both (N, 2), to better than 1e-5 m.

        PROJ's inverse is a series that errs by millimetres; the forward is exact, so what the
        forward gives back corrects it.
        """
        inverse = projection(self.label)
        first = transformed(inverse, xy, inverse=True)
        return transformed(inverse, 2 * xy - transformed(inverse, first), inverse=True)

    def to_lonlat(self, geometries: Geometries) -> Geometries:
        """Geometries of this plane in longitude and latitude (degrees), for GeoJSON."""
        geometries = np.asarray(geometries, dtype=object)
        return np.asarray(shapely.transform(geometries, self.to_degrees), dtype=object)

    def extent(self, geometries: Geometries, margin_m: float = 0.0) -> Bounds:
        """The extent in degrees of geometries of this plane, widened by a margin."""
        west, south, east, north = shapely.total_bounds(geometries)
        frame = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
        edge = shapely.segmentize(frame, max(east - west, north - south, 1.0) / 16)
        degrees = self.to_degrees(shapely.get_coordinates(edge))
        low, high = degrees.min(axis=0), degrees.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def stretch(self, geometries: Geometries, margin_m: Floats | float = 0.0) -> Floats:
        """For each geometry the most by which lengths on it and within a margin of it differ from
        lengths in the plane, as a factor ≥ 1: true lengths times it or divided by it are bounds.
        """
        west, south, east, north = np.abs(shapely.bounds(geometries)).T
        corner = np.hypot(np.fmax(west, east), np.fmax(south, north))
        reach = np.nan_to_num(corner) + margin_m
        # On the sphere of the same area the chord from the centre is 2R·sin(c/2), and lengths are
        # stretched by 1/cos(c/2). That the ellipsoid is none adds less than its e² = 0.0067, in
        # proportion to the way from the centre.
        sine = np.minimum(reach / (2 * AUTHALIC_RADIUS), 0.99)
        return np.asarray((1 + 0.0068 * np.minimum(1.0, reach / 3e6)) / np.sqrt(1 - sine * sine))


def projection_of(label: str) -> Transformer:
    """PROJ's transformer from degrees (longitude, latitude) for a projection."""
    return Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {label}"
    )


projection = cache(projection_of)
"""The same, kept: for the few planes in use."""


def transformed(transformer: Transformer, coordinates: Floats, *, inverse: bool = False) -> Floats:
    """(N, 2) coordinates through a transformer, infinity where it fails."""
    x, y = transformer.transform(
        coordinates[:, 0], coordinates[:, 1], direction="INVERSE" if inverse else "FORWARD"
    )
    return np.column_stack((x, y))


def degrees_from(crs: CRS) -> Mapped:
    """The function from coordinates of a CRS to longitude and latitude on the CGCS2000 ellipsoid.

    WGS 84 counts as CGCS2000. Other datums go through PROJ's transformation to WGS 84; whether
    that means anything (Xi'an 1980: it does not) is settled when a file is read.
    """
    geographic = crs.geodetic_crs
    datum = geographic.datum if geographic is not None else None
    if geographic is not None and datum is not None and datum.name in SAME_GROUND:
        if crs.is_geographic and crs.axis_info[0].unit_name == "degree":
            return lambda coordinates: coordinates
        transformer = Transformer.from_crs(crs, geographic, always_xy=True)
    else:
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    return lambda coordinates: transformed(transformer, coordinates)


def rows_by_crs(crs: CRS | Sequence[CRS | None], count: int) -> Iterator[tuple[CRS, Indices]]:
    """Each distinct CRS with the rows that are in it; rows without one are left out."""
    if isinstance(crs, CRS):
        yield crs, np.arange(count)
        return
    # Hashing a CRS writes it out as WKT, so each object is hashed once.
    objects: dict[int, tuple[CRS, list[int]]] = {}
    for row, one in enumerate(crs):
        if one is not None:
            objects.setdefault(id(one), (one, []))[1].append(row)
    distinct: dict[CRS, list[int]] = {}
    for one, rows in objects.values():
        distinct.setdefault(one, []).extend(rows)
    for one, rows in distinct.items():
        yield one, np.sort(np.array(rows, dtype=np.intp))


# --- splitting edges --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trail:
    """Vertices before and after mapping, (N, 2) each, and how far the chord of the edge that
    begins at each may err (m; infinity where no edge begins).
    """

    source: Floats
    image: Floats
    allowed: Floats


def split_and_map(geometries: Geometries, mapping: Mapped, area_error: float = 0.0) -> Geometries:
    """Geometries mapped with their edges split so that chords follow the mapped straight edges.

    Chords err by at most `CHORD_ERROR`; with `area_error`, those of a polygon also by little
    enough that its area errs by about that share at most. None where there was none, and where a
    coordinate is not finite or cannot be mapped.
    """
    flat = np.asarray(shapely.force_2d(geometries), dtype=object)
    result = np.full(flat.shape, None, dtype=object)
    kinds = shapely.get_type_id(flat)
    empty = shapely.is_empty(flat) & (kinds >= 0)
    result[empty] = flat[empty]
    for kind in np.unique(kinds[~empty & (kinds >= 0)]):
        rows = np.flatnonzero((kinds == kind) & ~empty)
        same = flat[rows]
        if kind == GeometryType.GEOMETRYCOLLECTION:
            result[rows] = collections_mapped(same, mapping, area_error)
            continue
        if kind == GeometryType.LINEARRING:
            same = np.array([shapely.LineString(ring.coords) for ring in same], dtype=object)
        for part in chunks(same):
            result[rows[part]] = one_kind_mapped(same[part], mapping, area_error)
    return result


def chunks(geometries: Geometries) -> Iterator[slice]:
    """Runs of geometries of about `CHUNK` vertices together."""
    total = np.cumsum(shapely.get_num_coordinates(geometries))
    start = 0
    while start < len(total):
        before = total[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(total, before + CHUNK, side="right")))
        yield slice(start, end)
        start = end


def collections_mapped(collections: Geometries, mapping: Mapped, area_error: float) -> Geometries:
    """Geometry collections, each member mapped by itself; None where one of them fails."""
    mapped = np.full(collections.shape, None, dtype=object)
    for row, collection in enumerate(collections):
        members = split_and_map(shapely.get_parts(collection), mapping, area_error)
        if shapely.is_geometry(members).all():
            mapped[row] = shapely.GeometryCollection(list(members))
    return mapped


def one_kind_mapped(geometries: Geometries, mapping: Mapped, area_error: float) -> Geometries:
    """Non-empty geometries of one type, split and mapped; None for those that cannot be."""
    result = np.full(geometries.shape, None, dtype=object)
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    image = mapping(coordinates)
    finite = (np.isfinite(coordinates) & np.isfinite(image)).all(axis=1)
    good = np.bincount(owner, ~finite, len(geometries)) == 0
    if good.all() and DIMENSION[shapely.get_type_id(geometries[0])] == 0:
        return np.asarray(shapely.set_coordinates(geometries.copy(), image), dtype=object)
    if not good.all():
        if good.any():
            result[good] = one_kind_mapped(geometries[good], mapping, area_error)
        return result
    kind, _, offsets = shapely.to_ragged_array(geometries, include_z=False)
    start = np.asarray(offsets[0], dtype=np.intp)
    allowed = allowed_errors(geometries, image, area_error)[owner]
    allowed[start[1:][start[1:] > 0] - 1] = np.inf
    trail = Trail(coordinates, image, allowed)
    pieces = pieces_needed(trail, np.arange(len(coordinates)), mapping)
    endless = np.bincount(owner, pieces - 1, len(geometries)) > MOST_POINTS
    if endless.any():
        if not endless.all():
            result[~endless] = one_kind_mapped(geometries[~endless], mapping, area_error)
        return result
    image, position = split(trail, pieces, mapping)
    outer = [np.asarray(level, dtype=np.intp) for level in offsets[1:]]
    result[:] = shapely.from_ragged_array(kind, image, (position[start], *outer))
    return result


def allowed_errors(geometries: Geometries, image: Floats, area_error: float) -> Floats:
    """How far (m) the chords of each geometry may err.

    Chords that all err by d on the same side change an area by two thirds of d times the
    perimeter. Most of that cancels, opposite edges bending alike.
    """
    allowed = np.full(len(geometries), CHORD_ERROR)
    if area_error <= 0 or DIMENSION[shapely.get_type_id(geometries[0])] < 2:
        return allowed
    mapped = shapely.set_coordinates(geometries.copy(), image)
    area, perimeter = shapely.area(mapped), shapely.length(mapped)
    share = 1.5 * area_error * area / np.maximum(perimeter, 1e-300)
    return np.clip(share, FINEST_ERROR, CHORD_ERROR)


def split(trail: Trail, pieces: Indices, mapping: Mapped) -> tuple[Floats, Indices]:
    """The image of polylines with points inserted where chords err.

    `pieces` says into how many each edge is to be cut at first. Returns the new image and, for each
    old vertex (and one past the last), its place in it.
    """
    position = np.arange(len(trail.source) + 1)
    edges = np.flatnonzero(pieces > 1)
    pieces = pieces[edges]
    while len(edges):
        counts = np.ones(len(trail.source), dtype=np.intp)
        counts[edges] = pieces
        moved = np.concatenate(([0], np.cumsum(counts)))
        trail = with_points(trail, edges, moved, mapping)
        position = moved[position]
        new_edges = np.repeat(moved[edges], pieces) + within_groups(pieces)
        pieces = pieces_needed(trail, new_edges, mapping)
        edges, pieces = new_edges[pieces > 1], pieces[pieces > 1]
    return trail.image, position


def within_groups(sizes: Indices) -> Indices:
    """0, 1, 2 … for each group of the given sizes, one after the other."""
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def pieces_needed(trail: Trail, edges: Indices, mapping: Mapped) -> Indices:
    """Into how many pieces each edge (from vertex e to e + 1) is to be split; 1 where it may stay.

    The distance between edge and chord is measured at the quarters: one point in the middle would
    miss an edge that bends both ways. It falls with the square of the number of pieces.
    """
    pieces = np.ones(len(edges), dtype=np.intp)
    after = np.minimum(edges + 1, len(trail.image) - 1)
    chord = trail.image[after] - trail.image[edges]
    bend = (chord[:, 0] ** 2 + chord[:, 1] ** 2) * (STRONGEST_BEND / 8)
    unsure = np.flatnonzero(bend > trail.allowed[edges])
    if not len(unsure):
        return pieces
    edges, after, chord = edges[unsure], after[unsure], chord[unsure]
    start, run = trail.source[edges], trail.source[after] - trail.source[edges]
    worst = np.zeros(len(edges))
    for t in (0.25, 0.5, 0.75):
        off = mapping(start + t * run) - (trail.image[edges] + t * chord)
        worst = np.fmax(worst, np.hypot(off[:, 0], off[:, 1]) / (4 * t * (1 - t)))
    # A mapping that fails within an edge leaves it as it is: both its ends could be placed.
    worst[~np.isfinite(worst)] = 0.0
    pieces[unsure] = np.maximum(1, np.ceil(np.sqrt(worst / trail.allowed[edges])))
    return pieces


def with_points(trail: Trail, edges: Indices, moved: Indices, mapping: Mapped) -> Trail:
    """A trail with each of `edges` cut into equal pieces.

    `moved` gives the new place of each old vertex; the places between are the new points.
    """
    pieces = moved[edges + 1] - moved[edges]
    of = np.repeat(edges, pieces - 1)
    step = within_groups(pieces - 1) + 1
    t = (step / np.repeat(pieces, pieces - 1))[:, None]
    added = trail.source[of] + t * (trail.source[of + 1] - trail.source[of])
    source, image = np.empty((int(moved[-1]), 2)), np.empty((int(moved[-1]), 2))
    source[moved[:-1]], image[moved[:-1]] = trail.source, trail.image
    source[moved[of] + step], image[moved[of] + step] = added, mapping(added)
    return Trail(source, image, np.repeat(trail.allowed, np.diff(moved)))


# --- declared areas ---------------------------------------------------------------------------


def planar_gauss_krueger_area(geometries: Geometries, crs: CRS | Sequence[CRS | None]) -> Floats:
    """Areas (m²) in the Gauss-Krüger plane, as surveys declare them by habit; NaN for None.

    Coordinates that are Gauss-Krüger already are taken as they are; others go to the three-degree
    zone of the geometry's middle. Larger than the ellipsoidal area by the square of the distance
    from the central meridian over the square of the Earth's radius (5e-4 at the edge of a zone).
    """
    geometries = np.asarray(geometries, dtype=object)
    areas = np.full(len(geometries), np.nan)
    for one_crs, rows in rows_by_crs(crs, len(geometries)):
        same = geometries[rows]
        if is_gauss_krueger(one_crs):
            areas[rows] = shapely.area(same)
            continue
        degrees = shapely.transform(shapely.force_2d(same), degrees_from(one_crs))
        bounds = shapely.bounds(degrees)
        meridians = np.round((bounds[:, 0] + bounds[:, 2]) / 6) * 3
        for meridian in np.unique(meridians[np.isfinite(meridians)]):
            within = meridians == meridian
            zone = projection(f"+proj=tmerc +lat_0=0 +lon_0={meridian:g} +k=1 +ellps=GRS80")
            areas[rows[within]] = shapely.area(
                shapely.transform(degrees[within], partial(transformed, zone))
            )
    return areas


def is_gauss_krueger(crs: CRS) -> bool:
    """Whether a CRS is transverse Mercator, unscaled, in metres."""
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return False
    scale = [float(p.value) for p in operation.params if "scale factor" in p.name.lower()]
    return scale == [1.0] and crs.axis_info[0].unit_name == "metre"

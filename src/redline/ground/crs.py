"""Which coordinate system coordinates are in, and whether they can be.

A CRS is established from what the user states, else from what the file states; it is never
guessed. Then the coordinates are held against it: a zone number in front of eastings that the CRS
does not have (or the reverse), exchanged axes, degrees for metres, a place far from where the CRS
is meant. What fails is refused with what it looks like and what to do.

Throughout, x is east and y is north, whatever order the CRS declares.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.diagnostics import (
    BallparkAccepted,
    BeyondAreaOfUse,
    CoordinatesDisagree,
    CoordinatesNotFinite,
    CrsMissing,
    CrsOverridden,
    CrsUnreadable,
    DatumRefused,
    DatumsTakenAsOne,
    DatumUnnamed,
    FeatureMisplaced,
    OutsideAreaOfUse,
    WebMapShift,
    shortened,
)
from redline.ground.features import Geometries
from redline.messages import Message, msg

Bounds = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y."""

Refused = frozenset[str]
"""Names of datums that the user accepts although nothing transforms them."""

NEAR_DEGREES = 0.1
"""How far coordinates may lie outside an area of use before it is mentioned."""

FAR_DEGREES = 5.0
"""How far coordinates may lie outside an area of use before they are refused."""

SHIFT_DEGREES = 0.008
"""More than the shift of Chinese web maps (about 700 m) comes to."""

LONGEST_STATEMENT = 20_000
"""Characters of a CRS statement beyond which it is not looked at."""


# --- the Chinese families ---------------------------------------------------------------------


class Datum(StrEnum):
    """The national datums of China."""

    CGCS2000 = "CGCS2000"
    XIAN_1980 = "Xian 1980"
    BEIJING_1954 = "Beijing 1954"


GEOGRAPHIC: Final = {Datum.CGCS2000: 4490, Datum.XIAN_1980: 4610, Datum.BEIJING_1954: 4214}
"""EPSG codes of the geographic CRS."""

ZONES: Final = {3: range(25, 46), 6: range(13, 24)}
"""Zone numbers within China by the width of a zone in degrees; the two do not overlap."""

CODE_MINUS_ZONE: Final = {
    (Datum.CGCS2000, 3, True): 4488,
    (Datum.CGCS2000, 3, False): 4509,
    (Datum.CGCS2000, 6, True): 4478,
    (Datum.CGCS2000, 6, False): 4489,
    (Datum.XIAN_1980, 3, True): 2324,
    (Datum.XIAN_1980, 3, False): 2345,
    (Datum.XIAN_1980, 6, True): 2314,
    (Datum.XIAN_1980, 6, False): 2325,
    (Datum.BEIJING_1954, 3, True): 2376,
    (Datum.BEIJING_1954, 3, False): 2397,
    (Datum.BEIJING_1954, 6, True): 21400,
    (Datum.BEIJING_1954, 6, False): 21440,
}
"""EPSG code less zone number, by datum, width of the zones, and whether eastings carry the zone."""

ELLIPSOIDS: Final = {
    Datum.CGCS2000: (6378137.0, 298.257222101),
    Datum.XIAN_1980: (6378140.0, 298.257),
    Datum.BEIJING_1954: (6378245.0, 298.3),
}
"""Semi-major axis (m) and inverse flattening."""

CHINA: Final[Bounds] = (73.0, 3.0, 136.0, 54.0)
"""Degrees. EPSG's area of use for the Chinese systems stops short of the islands in the south."""


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """A Gauss-Krüger zone of a Chinese datum."""

    datum: Datum
    width: int
    zone: int
    prefixed: bool

    @property
    def code(self) -> int | None:
        """Its EPSG code; None for a zone outside China."""
        if self.zone not in ZONES.get(self.width, ()):
            return None
        return CODE_MINUS_ZONE[self.datum, self.width, self.prefixed] + self.zone

    @property
    def central_meridian(self) -> int:
        """Degrees east."""
        return self.zone * 3 if self.width == 3 else self.zone * 6 - 3

    @property
    def crs(self) -> CRS:
        """The CRS. Raises ValueError for a zone outside China."""
        if self.code is None:
            raise ValueError(f"no zone {self.zone} of {self.width} degrees")
        return epsg(self.code)


@cache
def epsg(code: int) -> CRS:
    """The CRS of an EPSG code."""
    return CRS.from_epsg(code)


@cache
def zones_by_code() -> dict[int, GaussKruger]:
    """Every Gauss-Krüger zone of the Chinese datums by its EPSG code."""
    zones = (
        GaussKruger(datum, width, zone, prefixed)
        for (datum, width, prefixed) in CODE_MINUS_ZONE
        for zone in ZONES[width]
    )
    return {zone.code: zone for zone in zones if zone.code is not None}


def gauss_kruger_of(crs: CRS) -> GaussKruger | None:
    """The Chinese Gauss-Krüger zone that an established CRS is, if it is one."""
    code = epsg_code(crs)
    return zones_by_code().get(code) if code is not None else None


def zone_of_easting(easting: float, datum: Datum = Datum.CGCS2000) -> GaussKruger | None:
    """The zone whose number stands in front of an easting in metres, within China."""
    zone = int(easting // 1_000_000) if np.isfinite(easting) else 0
    width = next((width for width, zones in ZONES.items() if zone in zones), None)
    return GaussKruger(datum, width, zone, True) if width else None


# --- establishing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EstablishedCrs:
    """A CRS, how it was established, and what is to be said about that."""

    crs: CRS
    basis: Message
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedCrs:
    """What a file says about its CRS (a code, WKT or PROJJSON), and where it says so."""

    definition: str
    origin: Message


def establish_crs(
    stated: StatedCrs | None,
    place: Place,
    *,
    given: str | None = None,
    accept_ballpark: Refused = frozenset(),
    remedy: Message | None = None,
) -> EstablishedCrs:
    """The CRS that the user gives, else the one that the file states.

    Raises `Refusal` where there is neither (with `remedy` as the hint), where it cannot be
    understood, and where its datum has no transformation to CGCS2000 and is not accepted by name.
    """
    if given is not None:
        crs = parsed_crs(given, place)
        basis = msg("{name}, as stated by the user", name=label(crs))
    elif stated is not None:
        crs = parsed_crs(stated.definition, place)
        basis = msg("{name}, from {origin}", name=label(crs), origin=stated.origin)
    else:
        raise refuse(CrsMissing(place=place, remedy=remedy))
    diagnostics = check_datum(crs, place, accept_ballpark)
    if given is not None and stated is not None:
        diagnostics += overridden(stated, crs, place)
    return EstablishedCrs(crs, basis, tuple(diagnostics))


def overridden(stated: StatedCrs, crs: CRS, place: Place) -> list[Diagnostic]:
    """A warning where the file states another CRS than the one given."""
    try:
        other = known_crs(CRS.from_user_input(stated.definition))
    except (CRSError, ValueError):
        return [CrsOverridden(place=place, given=label(crs), stated=shortened(stated.definition))]
    if other is not None and not crs.equals(other, ignore_axis_order=True):
        return [CrsOverridden(place=place, given=label(crs), stated=label(other))]
    return []


def parsed_crs(definition: str, place: Place) -> CRS:
    """The CRS that a code, WKT, PROJJSON or PROJ string means, two-dimensional.

    Hand-written WKT is matched with the Chinese systems by its datum and parameters. Raises
    `Refusal` for what means nothing, for local (engineering) systems, and where datum and
    ellipsoid contradict each other.
    """
    understood = understood_crs(definition.strip())
    if isinstance(understood, CRS):
        return understood
    raise refuse(CrsUnreadable(place=place, stated=shortened(definition), reason=understood))


@lru_cache(maxsize=256)
def understood_crs(text: str) -> CRS | Message | None:
    """The CRS that a statement means; else why it cannot be used, None where it means nothing."""
    if not text or len(text) > LONGEST_STATEMENT:
        return None
    if web_map_system(text):
        return msg(
            "GCJ-02 and BD-09 are the shifted systems of Chinese web maps and have no public "
            "definition"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            crs = CRS.from_user_input(f"EPSG:{text}" if text.isdecimal() else text)
            known = known_crs(crs)
    except (CRSError, ProjError, ValueError, TypeError, RecursionError, UnicodeError):
        return None
    if known is None:
        return msg("it gives neither degrees nor map coordinates on the Earth")
    return ellipsoid_contradiction(crs) or known


def known_crs(crs: CRS) -> CRS | None:
    """The CRS by its registered definition where it has one; None for a local system.

    Heights are dropped. A Chinese system written by hand is matched by datum and parameters; one
    with parameters of its own is put on the registered datum.
    """
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound:
        return crs
    if not (crs.is_projected or crs.is_geographic):
        return None
    if len(crs.axis_info) > 2:
        crs = crs.to_2d()
    if crs.to_json_dict().get("id") is not None:
        return epsg(4326) if crs.to_authority() == ("OGC", "CRS84") else crs
    datum = chinese_datum(crs)
    if datum is None:
        return registered(crs)
    if crs.is_geographic:
        return epsg(GEOGRAPHIC[datum])
    zone = zone_by_parameters(crs, datum)
    if zone is not None:
        return zone.crs
    if crs.coordinate_operation is None:
        return crs
    name = f"{datum} / {crs.coordinate_operation.method_name} with parameters of its own"
    return ProjectedCRS(crs.coordinate_operation, name, geodetic_crs=epsg(GEOGRAPHIC[datum]))


def registered(crs: CRS) -> CRS:
    """The CRS by its EPSG code where PROJ recognises it, else as it is."""
    code = crs.to_epsg(min_confidence=70)
    return epsg(code) if code is not None else crs


def epsg_code(crs: CRS) -> int | None:
    """The EPSG code that a CRS carries; no search."""
    identifier = crs.to_json_dict().get("id") or {}
    return int(identifier["code"]) if identifier.get("authority") == "EPSG" else None


def label(crs: CRS) -> str:
    """A CRS as a reader knows it: its name and code."""
    code = epsg_code(crs)
    source = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    name = shortened(source.name)
    return f"{name} (EPSG:{code})" if code is not None else name


def chinese_datum(crs: CRS) -> Datum | None:
    """The Chinese datum that a CRS names, in any of the spellings of hand-written WKT."""
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return None
    names = [geodetic.datum.name if geodetic.datum is not None else "", geodetic.name]
    found = (datum_named(name) for name in names)
    return next((datum for datum in found if datum is not None), None)


def datum_named(name: str) -> Datum | None:
    """The Chinese datum that a name means: 2000国家大地坐标系, D_China_2000, 西安80, 北京54."""
    plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).casefold()
    if "cgcs" in plain or "china2000" in plain or "国家2000" in plain or "2000国家" in plain:
        return Datum.CGCS2000
    if "chinageodeticcoordinatesystem2000" in plain or "2000坐标" in plain:
        return Datum.CGCS2000
    if "大地2000" in plain or "2000大地" in plain or plain == "2000":
        return Datum.CGCS2000
    if "西安" in plain or "xian" in plain or "80国家" in plain or "国家80" in plain:
        return Datum.XIAN_1980
    if "1980" in plain and ("国家" in plain or "坐标" in plain):
        return Datum.XIAN_1980
    if plain.startswith("newbeijing") or "新北京" in plain:
        return None
    if "北京" in plain or "beijing" in plain:
        return Datum.BEIJING_1954
    return None


def zone_by_parameters(crs: CRS, datum: Datum) -> GaussKruger | None:
    """The Gauss-Krüger zone whose parameters a projected CRS has."""
    operation = crs.coordinate_operation
    if operation is None or crs.axis_info[0].unit_name not in ("metre", "meter"):
        return None
    if operation.method_name not in ("Transverse Mercator", "Gauss Kruger"):
        return None
    values = {p.name.lower(): p.value for p in operation.params}
    meridian = values.get("longitude of natural origin", 0.0)
    easting = values.get("false easting", 0.0)
    plain = (
        values.get("latitude of natural origin", 0.0) == 0.0
        and values.get("scale factor at natural origin", 1.0) == 1.0
        and values.get("false northing", 0.0) == 0.0
    )
    if not plain:
        return None
    # Zones of three degrees first: every second one shares its meridian with a zone of six, and
    # without the number in the easting the two are the same plane.
    for zone in zones_by_code().values():
        offset = zone.zone * 1_000_000 + 500_000 if zone.prefixed else 500_000
        if zone.datum is datum and zone.central_meridian == meridian and offset == easting:
            return zone
    return None


def ellipsoid_contradiction(crs: CRS) -> Message | None:
    """What is wrong where a Chinese datum is named with the ellipsoid of another one."""
    datum = None if crs.is_bound else chinese_datum(crs)
    if datum is None or crs.ellipsoid is None:
        return None
    axis, flattening = ELLIPSOIDS[datum]
    off = abs(crs.ellipsoid.semi_major_metre - axis) > 0.5
    if off or abs(crs.ellipsoid.inverse_flattening - flattening) > 1e-3:
        return msg(
            "it names the datum {datum}, but its ellipsoid (a = {axis}, 1/f = {flattening}) "
            "belongs to another one",
            datum=str(datum),
            axis=crs.ellipsoid.semi_major_metre,
            flattening=crs.ellipsoid.inverse_flattening,
        )
    return None


def web_map_system(name: str) -> bool:
    """Whether a name means the shifted systems of Chinese web maps."""
    plain = re.sub(r"[\W_]", "", name).casefold()
    return any(sign in plain for sign in ("gcj02", "bd09", "火星坐标", "mars坐标"))


# --- datums -----------------------------------------------------------------------------------


def check_datum(crs: CRS, place: Place, accept_ballpark: Refused = frozenset()) -> list[Diagnostic]:
    """What is to be said about the datum; raises `Refusal` where nothing ties it to CGCS2000.

    Xi'an 1980 and Beijing 1954 have no public transformation (PROJ's "ballpark" shifts nothing).
    A CRS that brings its own parameters (a bound CRS) is used as it says.
    """
    if crs.is_bound:
        return []
    name = datum_name(crs)
    if name is None:
        raise refuse(DatumUnnamed(place=place, stated=shortened(crs.name)))
    if transforms(crs):
        return []
    if plain_name(name) in {plain_name(accepted) for accepted in accept_ballpark}:
        return [BallparkAccepted(place=place, datum=name)]
    raise refuse(DatumRefused(place=place, datum=name))


def datum_name(crs: CRS) -> str | None:
    """The datum as people call it; None where the CRS names none."""
    chinese = chinese_datum(crs)
    if chinese is not None:
        return str(chinese)
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    plain = plain_name(name)
    unnamed = not plain or plain.startswith(("unknown", "notspecified", "dunknown", "unnamed"))
    return None if unnamed else shortened(name)


def plain_name(name: str) -> str:
    """A name without case, spaces and marks; Chinese names of datums as their English ones."""
    chinese = datum_named(name)
    return re.sub(r"[\W_]", "", str(chinese) if chinese else name).casefold()


@lru_cache(maxsize=256)
def transforms(crs: CRS) -> bool:
    """Whether the datum is CGCS2000 or WGS 84, or PROJ knows how to get to WGS 84."""
    datum = chinese_datum(crs)
    if datum is not None:
        return datum is Datum.CGCS2000
    name = plain_name(datum_name(crs) or "")
    if "wgs" in name or "worldgeodeticsystem1984" in name:
        return True
    from pyproj.transformer import TransformerGroup

    geodetic = crs.geodetic_crs
    if geodetic is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            group = TransformerGroup(geodetic, epsg(4326), allow_ballpark=False)
    except ProjError:
        return False
    return bool(group.transformers or group.unavailable_operations)


def datums_taken_as_one(one: CRS, other: CRS, place: Place | None = None) -> Diagnostic | None:
    """A note where one CRS stands on CGCS2000 and the other on WGS 84, which are taken as equal."""
    names = [datum_name(one) or "", datum_name(other) or ""]
    chinese = [name == Datum.CGCS2000 for name in names]
    if sum(chinese) != 1:
        return None
    if not any("1984" in name or "84" in name for name in names):
        return None
    return DatumsTakenAsOne(place=place, one=names[0], other=names[1])


# --- coordinates against their CRS ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckedCoordinates:
    """Which features can be used, as a mask, and what is to be said about the others."""

    usable: NDArray[np.bool_]
    diagnostics: tuple[Diagnostic, ...] = ()


def check_coordinates(
    crs: CRS, geometries: Geometries, numbers: NDArray[np.int64], place: Place
) -> CheckedCoordinates:
    """Hold coordinates against their CRS.

    `numbers` are the features' numbers in the file. Single features that are not finite, or far
    from the rest and from the area of use, are marked unusable and reported by number. Raises
    `Refusal` where the coordinates as a whole are not in this CRS, saying what they look like.
    """
    usable, diagnostics = finite(geometries, numbers, place)
    total = total_bounds(geometries[usable])
    if total is None or place_of(crs, total).outside <= NEAR_DEGREES:
        return CheckedCoordinates(usable, tuple(diagnostics))
    each = shapely.bounds(geometries)
    far = np.flatnonzero(usable & (outside_each(crs, each) > FAR_DEGREES))
    if len(far) == usable.sum():
        raise refuse(disagreement(crs, total, place))
    for row in far:
        usable[row] = False
        extent = extent_text(as_bounds(each[row]))
        diagnostics.append(
            FeatureMisplaced(
                place=place, number=int(numbers[row]), extent=extent, stated=label(crs)
            )
        )
    rest = total_bounds(geometries[usable])
    if rest is not None:
        diagnostics += beyond(crs, rest, place)
    return CheckedCoordinates(usable, tuple(diagnostics))


def finite(
    geometries: Geometries, numbers: NDArray[np.int64], place: Place
) -> tuple[NDArray[np.bool_], list[Diagnostic]]:
    """Which features have finite coordinates only, and a diagnostic for each other one."""
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    usable = np.ones(len(geometries), dtype=bool)
    usable[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    bad = np.flatnonzero(~usable)
    return usable, [CoordinatesNotFinite(place=place, number=int(numbers[row])) for row in bad]


def beyond(crs: CRS, total: Bounds, place: Place) -> list[Diagnostic]:
    """A warning where coordinates reach a little outside the area of use."""
    found = place_of(crs, total)
    if found.outside <= NEAR_DEGREES:
        return []
    return [
        BeyondAreaOfUse(
            place=place,
            stated=label(crs),
            extent=degrees_text(found.lonlat),
            area=degrees_text(found.area),
            shifted=found.outside <= NEAR_DEGREES + SHIFT_DEGREES,
        )
    ]


@dataclass(frozen=True, slots=True)
class Located:
    """Where coordinates come to lie, in degrees, and how far outside the area of use that is.

    `outside` is infinite where they are no place on Earth.
    """

    lonlat: Bounds
    area: Bounds
    outside: float


def place_of(crs: CRS, bounds: Bounds) -> Located:
    """Where a rectangle in this CRS lies against the CRS's area of use."""
    lonlat = to_degrees(crs, bounds)
    area = area_of_use(crs)
    if not all(np.isfinite(lonlat)) or abs(lonlat[1]) > 90 or abs(lonlat[3]) > 90:
        return Located(lonlat, area, float("inf"))
    if max(abs(lonlat[0]), abs(lonlat[2])) > 360:
        return Located(lonlat, area, float("inf"))
    gaps = [area[1] - lonlat[1], lonlat[3] - area[3]]
    if area[0] <= area[2]:
        gaps += [area[0] - lonlat[0], lonlat[2] - area[2]]
    return Located(lonlat, area, max(0.0, *gaps))


def degrees_of_each(crs: CRS, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each of (N, 4) rectangles in degrees, around their corners; NaN where there is none."""
    x, y = bounds[:, [0, 2, 0, 2]], bounds[:, [1, 3, 3, 1]]
    if not is_in_degrees(crs):
        x, y = degrees_transformer(crs).transform(x, y)
    return np.column_stack((x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)))


def outside_each(crs: CRS, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far outside the area of use each of (N, 4) rectangles lies, by its corners, in degrees.

    Infinite where a corner is no place on Earth.
    """
    x, y = bounds[:, [0, 2, 0, 2]], bounds[:, [1, 3, 3, 1]]
    if not is_in_degrees(crs):
        x, y = degrees_transformer(crs).transform(x, y)
    west, south, east, north = area_of_use(crs)
    gap = np.maximum(south - y, y - north)
    if west <= east:
        gap = np.maximum(gap, np.maximum(west - x, x - east))
    nowhere = ~(np.isfinite(x) & np.isfinite(y)) | (np.abs(y) > 90) | (np.abs(x) > 360)
    return np.asarray(np.where(nowhere, np.inf, gap).max(axis=1), dtype=np.float64)


def area_of_use(crs: CRS) -> Bounds:
    """West, south, east and north of the area for which a CRS is meant; the Earth if unstated."""
    use = crs.source_crs.area_of_use if crs.is_bound and crs.source_crs else crs.area_of_use
    chinese = chinese_datum(crs) is not None
    if use is None:
        return CHINA if chinese else (-180.0, -90.0, 180.0, 90.0)
    return (use.west, min(use.south, CHINA[1]) if chinese else use.south, use.east, use.north)


def to_degrees(crs: CRS, bounds: Bounds) -> Bounds:
    """A rectangle of this CRS in degrees on its own datum; infinite where it is nowhere."""
    if is_in_degrees(crs):
        return bounds
    try:
        west, south, east, north = degrees_transformer(crs).transform_bounds(*bounds, densify_pts=3)
    except ProjError:
        return (float("inf"),) * 4
    return (west, south, east, north)


def is_in_degrees(crs: CRS) -> bool:
    return bool(crs.is_geographic) and crs.axis_info[0].unit_name == "degree"


@cache
def degrees_transformer(crs: CRS) -> Transformer:
    """From a CRS to degrees on its own datum."""
    source = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    return Transformer.from_crs(source, source.geodetic_crs, always_xy=True)


def total_bounds(geometries: Geometries) -> Bounds | None:
    """The rectangle around all geometries; None where there is nothing to surround."""
    if not len(geometries):
        return None
    bounds = shapely.total_bounds(geometries)
    return as_bounds(bounds) if np.isfinite(bounds).all() else None


def as_bounds(values: NDArray[np.float64]) -> Bounds:
    return float(values[0]), float(values[1]), float(values[2]), float(values[3])


# --- what coordinates look like that do not fit -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Supposition:
    """Another reading of the coordinates, and how to say that it fits."""

    crs: CRS
    swapped: bool
    finding: Message
    remedy: Message


def disagreement(crs: CRS, bounds: Bounds, place: Place) -> Diagnostic:
    """Why coordinates do not fit their CRS: the first supposition under which they would."""
    for supposition in suppositions(crs, bounds):
        read = swapped_axes(bounds) if supposition.swapped else bounds
        if place_of(supposition.crs, read).outside <= NEAR_DEGREES:
            return CoordinatesDisagree(
                place=place,
                stated=label(crs),
                extent=extent_text(bounds),
                finding=supposition.finding,
                remedy=supposition.remedy,
            )
    located = place_of(crs, bounds)
    if np.isfinite(located.outside):
        extent, area = degrees_text(located.lonlat), degrees_text(located.area)
        return OutsideAreaOfUse(place=place, stated=label(crs), extent=extent, area=area)
    return CoordinatesDisagree(
        place=place,
        stated=label(crs),
        extent=extent_text(bounds),
        finding=what_numbers_look_like(bounds),
        remedy=msg("State the coordinate system that the coordinates are really in."),
    )


def suppositions(crs: CRS, bounds: Bounds) -> list[Supposition]:
    """Other readings of coordinates, the likeliest first."""
    datum = chinese_datum(crs) or Datum.CGCS2000
    swap = msg("Exchange the two columns, or export the data with east before north.")
    found = [
        Supposition(crs, True, msg("East and north seem to be exchanged."), swap),
    ]
    zone = gauss_kruger_of(crs)
    if zone is not None:
        other = GaussKruger(zone.datum, zone.width, zone.zone, not zone.prefixed)
        found += readings(other.crs, prefix_finding(zone.prefixed))
    for number in (bounds[0], bounds[1]):
        numbered = zone_of_easting(number, datum)
        if numbered is not None:
            found += readings(numbered.crs, zone_finding(crs, numbered.zone))
    own = None if chinese_datum(crs) is not None else crs.geodetic_crs
    degrees = msg("They look like degrees of longitude and latitude.")
    found += readings(own or epsg(GEOGRAPHIC[datum]), degrees)
    mercator = msg("They look like the metres of a web map (EPSG:3857).")
    if crs.is_geographic and min(abs(bounds[0]), abs(bounds[1])) > 1e6:
        found += readings(epsg(3857), mercator)
    return found


def readings(crs: CRS, finding: Message) -> list[Supposition]:
    """A supposed CRS with the axes as they stand, and exchanged."""
    state = msg("If that is so, state it: {name}.", name=label(crs))
    exchange = msg(
        "If that is so, exchange the two columns and state the system: {name}.", name=label(crs)
    )
    both = msg("{finding} East and north seem to be exchanged, too.", finding=finding)
    return [Supposition(crs, False, finding, state), Supposition(crs, True, both, exchange)]


def prefix_finding(prefixed: bool) -> Message:
    """What is wrong where the zone number in front of eastings is missing, or stands there."""
    if prefixed:
        return msg("This system has the zone number in front of the eastings; the eastings do not.")
    return msg("The eastings have the zone number in front; this system has none.")


def zone_finding(crs: CRS, zone: int) -> Message:
    """What is wrong where eastings begin with a zone number that is not the CRS's own."""
    if crs.is_geographic:
        return msg(
            "It is in degrees, but the eastings look like metres with the zone number {zone} in "
            "front.",
            zone=zone,
        )
    return msg(
        "The eastings begin with the zone number {zone}, which this system does not have.",
        zone=zone,
    )


def what_numbers_look_like(bounds: Bounds) -> Message:
    """A description of coordinates for which no CRS could be found."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if 1e5 <= x <= 9e5 and 4e5 <= y <= 6.5e6:
        return msg(
            "They look like Gauss-Krüger metres without a zone number; the zone cannot be told "
            "from them."
        )
    if max(abs(v) for v in bounds) > 1e8:
        return msg("The numbers are too large for any place on Earth.")
    return msg("No known system explains them.")


def likely_system(bounds: Bounds) -> Message:
    """What coordinates of which nobody said the system look like; a hint for people, never used."""
    candidates = []
    for number in (bounds[0], bounds[1]):
        zone = zone_of_easting(number)
        candidates += [zone.crs] if zone is not None else []
    candidates.append(epsg(GEOGRAPHIC[Datum.CGCS2000]))
    for crs in candidates:
        for swapped in (False, True):
            read = swapped_axes(bounds) if swapped else bounds
            if place_of(crs, read).outside > NEAR_DEGREES or is_outside_china(crs, read):
                continue
            if swapped:
                return msg("They look like {name} with east and north exchanged.", name=label(crs))
            return msg("They look like {name}.", name=label(crs))
    if max(abs(bounds[0]), abs(bounds[2])) <= 180 and max(abs(bounds[1]), abs(bounds[3])) <= 90:
        return msg("They look like degrees of longitude and latitude.")
    return what_numbers_look_like(bounds)


def is_outside_china(crs: CRS, bounds: Bounds) -> bool:
    """Whether a rectangle of a CRS lies outside the rectangle around China."""
    west, south, east, north = to_degrees(crs, bounds)
    return west < CHINA[0] or south < CHINA[1] or east > CHINA[2] or north > CHINA[3]


def swapped_axes(bounds: Bounds) -> Bounds:
    return bounds[1], bounds[0], bounds[3], bounds[2]


def extent_text(bounds: Bounds) -> str:
    """Coordinates as they stand in the file."""
    greatest = max((abs(v) for v in bounds if np.isfinite(v)), default=0.0)
    form = ".6f" if greatest <= 360 else ".1f" if greatest < 1e9 else ".3g"
    x0, y0, x1, y1 = (format(v, form) for v in bounds)
    return f"x {x0} … {x1}, y {y0} … {y1}"


def degrees_text(bounds: Bounds) -> str:
    """A rectangle in degrees."""
    west, south, east, north = bounds
    return f"{span_text(west, east, 'E', 'W')}, {span_text(south, north, 'N', 'S')}"


def span_text(low: float, high: float, ahead: str, back: str) -> str:
    """A span of longitude or latitude; what lies all on one side of zero has no sign."""
    if high < 0:
        return f"{-low:.3f}° … {-high:.3f}° {back}"
    return f"{low:.3f}° … {high:.3f}° {ahead}"


# --- from one zone to another -----------------------------------------------------------------


def reprojected(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    """A geometry in another CRS, its edges split so that they stay where they were.

    Edges of 50 m bend by less than 0.1 mm between zones of one datum.
    """
    if source == target:
        return geometry
    longest = 0.0005 if source.is_geographic else 50.0
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def transform(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shapely.segmentize(geometry, longest), transform)


# --- the shift of Chinese web maps ------------------------------------------------------------

WEB_MAP_FIELDS: Final = re.compile(r"gcj|bd_?09|baidu|amap|gaode|高德|百度|火星", re.IGNORECASE)
"""Field names under which coordinates of Chinese web maps travel."""


def check_web_map_fields(names: Sequence[str], place: Place) -> list[Diagnostic]:
    """A warning where a field's name says that coordinates came from a Chinese web map."""
    name = next((name for name in names if WEB_MAP_FIELDS.search(name)), None)
    if name is None:
        return []
    return [WebMapShift(place=place, sign=msg("the file has a field “{field}”", field=name))]


def web_map_suspicion(
    geometry: BaseGeometry, expected: BaseGeometry, place: Place
) -> Diagnostic | None:
    """A warning where ground lies outside where it should, and inside once the shift is undone.

    Both in degrees; `expected` is where the ground ought to lie, such as a layer's coverage.
    """
    if shapely.is_empty(geometry) or shapely.covers(expected, geometry):
        return None
    moved = shapely.transform(geometry, unshifted)
    if not shapely.covers(expected, moved):
        return None
    sign = msg("they lie just outside the expected area, and inside it once the shift is undone")
    return WebMapShift(place=place, sign=sign)


def unshifted(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes and latitudes (N, 2) with the GCJ-02 shift taken off, to a few metres."""
    return lonlat - web_map_shift(lonlat)


def web_map_shift(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The GCJ-02 shift in degrees at longitudes and latitudes (N, 2), as generally reproduced.

    The official algorithm is not public; the trigonometric series is the one that open
    implementations share, on the Krassovsky ellipsoid.
    """
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    waves = 20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (waves + 20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (waves + 20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    krassovsky = Geod(ellps="krass")
    latitude = np.radians(lonlat[:, 1])
    curve = 1.0 - krassovsky.es * np.sin(latitude) ** 2
    meridional = krassovsky.a * (1.0 - krassovsky.es) / curve**1.5
    transverse = krassovsky.a / np.sqrt(curve) * np.cos(latitude)
    return np.degrees(np.column_stack((east / transverse, north / meridional)))

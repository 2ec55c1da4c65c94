"""What the numbers of a boundary-point file mean: datum, zone, unit, and which of two is north.

The header says some of it, the numbers themselves the rest: within China a northing, an easting
with or without its zone number, a latitude and a longitude never have the same size. Where header
and numbers contradict each other, the file is refused; where one is silent, the other is believed
and a warning says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from redline.diagnostics import Place, Refusal
from redline.ground.boundary_text import AreaUnit, Log, ParcelBlock, PointRow, Sheet, Statement
from redline.ground.crs import (
    GEOGRAPHIC,
    ZONES,
    Datum,
    GaussKruger,
    Refused,
    check_datum,
    chinese_datum,
    datum_named,
    epsg,
    gauss_kruger_of,
    label,
    parsed_crs,
)
from redline.ground.diagnostics import (
    CrsMissing,
    CrsOverridden,
    CrsUnreadable,
    TxtColumnsSwapped,
    TxtContradiction,
    TxtDegrees,
    TxtZoneSupplied,
    shortened,
)
from redline.messages import msg

SQUARE_METRES: Final[Mapping[AreaUnit, float]] = {"ha": 10_000.0, "m2": 1.0, "mu": 2000.0 / 3.0}

METRES_PER_DEGREE: Final = 111_320.0
"""Along the equator; good to a per cent anywhere, which tells units apart."""


class Layout(IntEnum):
    """What the two numbers of a row are, told by their size. Within China no two overlap."""

    UNKNOWN = 0
    NUMBERED = 1
    NUMBERED_SWAPPED = 2
    PLAIN = 3
    PLAIN_SWAPPED = 4
    DEGREES = 5
    DEGREES_SWAPPED = 6


class System(IntEnum):
    """What kind of coordinates a row has: metres with the zone in front, without, or degrees."""

    UNKNOWN = 0
    NUMBERED = 1
    PLAIN = 2
    DEGREES = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """What file and user say about the CRS.

    `datum` is None for WGS 84. `fixed` is a CRS of the user's that is no Chinese one: then rows are
    taken as the format has them, north before east. `zones` are the zone numbers stated.
    """

    datum: Datum | None
    width: int | None = None
    zones: tuple[int, ...] = ()
    zone_line: int | None = None
    unit: Literal["m", "degree", "dms"] | None = None
    fixed: CRS | None = None
    given: bool = False

    def degrees(self) -> CRS:
        """The geographic CRS."""
        return epsg(4326 if self.datum is None else GEOGRAPHIC[self.datum])

    def zone(self, zone: int, prefixed: bool) -> CRS:
        """The CRS of a Gauss-Krüger zone of this datum."""
        width = width_of(zone)
        if self.datum is not None:
            return GaussKruger(self.datum, width, zone, prefixed).crs
        meridian = zone * 3 if width == 3 else zone * 6 - 3
        offset = 500_000 + (zone * 1_000_000 if prefixed else 0)
        conversion = TransverseMercatorConversion(0, meridian, offset, 0, 1)
        name = f"WGS 84 / Gauss-Kruger {meridian}E" + (f" zone {zone}" if prefixed else "")
        return ProjectedCRS(conversion, name, geodetic_crs=epsg(4326))


def width_of(zone: int) -> int:
    """The width in degrees of the zones to which a number belongs, within China."""
    return 6 if zone in ZONES[6] else 3


def referred(sheet: Sheet, log: Log, given: str | None, accept: Refused) -> Reference:
    """What the header and the user say about the CRS; contradictions become errors."""
    unit = stated_unit(sheet, log)
    zones, zone_line = stated_zones(sheet, log)
    width = stated_width(sheet, log)
    check_projection(sheet, log)
    check_parameters(sheet, log)
    for zone in zones:
        if width is not None and width != width_of(zone):
            contradiction = msg(
                "几度分带 says {width}, but zone {zone} is a zone of {other} degrees.",
                width=width,
                zone=zone,
                other=width_of(zone),
            )
            place = log.place(sheet.header["几度分带"].line)
            log.add(TxtContradiction(place=place, contradiction=contradiction))
    if given is not None:
        return given_reference(given, sheet, log, accept, Reference(None, width, zones, unit=unit))
    statement = sheet.header.get("坐标系")
    if statement is None or not statement.value:
        remedy = msg(
            "Add 坐标系=2000国家大地坐标系 (if that is what it is) under [属性描述], or state the "
            "coordinate system, for example EPSG:4526."
        )
        log.add(CrsMissing(place=log.place(statement.line if statement else None), remedy=remedy))
        return Reference(None)
    place = log.place(statement.line)
    datum = datum_named(statement.value)
    if datum is None and "wgs" not in statement.value.casefold():
        log.add(CrsUnreadable(place=place, stated=shortened(statement.value)))
        return Reference(None)
    if datum is not None:
        add_datum_check(epsg(GEOGRAPHIC[datum]), place, accept, log)
    return Reference(datum, width, zones, zone_line, unit)


def add_datum_check(crs: CRS, place: Place, accept: Refused, log: Log) -> None:
    try:
        log.diagnostics += check_datum(crs, place, accept)
    except Refusal as refusal:
        log.diagnostics += refusal.diagnostics


def given_reference(
    given: str, sheet: Sheet, log: Log, accept: Refused, stated: Reference
) -> Reference:
    """The reference where the user states a CRS: it prevails over the header."""
    crs = parsed_crs(given, Place(log.file))
    add_datum_check(crs, Place(log.file), accept, log)
    datum = None if crs.is_bound else chinese_datum(crs)
    if datum is None:
        return Reference(None, fixed=crs, given=True)
    statement = sheet.header.get("坐标系")
    if statement is not None and datum_named(statement.value) not in (None, datum):
        place = log.place(statement.line)
        stated_name = shortened(statement.value)
        log.add(CrsOverridden(place=place, given=label(crs), stated=stated_name))
    zone = gauss_kruger_of(crs)
    if zone is None and not crs.is_geographic:
        return Reference(datum, fixed=crs, given=True)
    zones = (zone.zone,) if zone is not None else stated.zones
    return Reference(datum, None, zones, None, stated.unit, given=True)


def stated_unit(sheet: Sheet, log: Log) -> Literal["m", "degree", "dms"] | None:
    """The unit of 计量单位; None where it is blank."""
    statement = sheet.header.get("计量单位")
    if statement is None or not statement.value:
        return None
    value = statement.value.casefold()
    if "秒" in value or "dms" in value:
        return "dms"
    if "度" in value or "经纬" in value or "degree" in value:
        return "degree"
    if value in ("米", "m", "公尺", "metre", "meter", "metres", "meters"):
        return "m"
    log.expected(statement.line, msg("计量单位=米 or 计量单位=度"))
    return None


def stated_width(sheet: Sheet, log: Log) -> int | None:
    """The width of the zones of 几度分带 in degrees; None where it is blank."""
    statement = sheet.header.get("几度分带")
    if statement is None or not statement.value:
        return None
    found = re.findall(r"[0-9]+(?:\.[0-9]+)?|三|六", statement.value, re.ASCII)
    widths = {"3": 3, "三": 3, "6": 6, "六": 6}
    if len(found) == 1 and found[0] in widths:
        return widths[found[0]]
    log.expected(statement.line, msg("几度分带=3 or 几度分带=6; for other zones state the CRS"))
    return None


def stated_zones(sheet: Sheet, log: Log) -> tuple[tuple[int, ...], int | None]:
    """The zone numbers of 带号 and its line; a central meridian there is turned into its zone."""
    statement = sheet.header.get("带号") or Statement("", 0)
    if not statement.value:
        statement = sheet.header.get("中央子午线") or statement
    if not statement.value:
        return (), None
    zones: list[int] = []
    for text in re.findall(r"[0-9]+", statement.value, re.ASCII)[:10]:
        number = int(text[:6])
        if number in range(75, 136) and number % 3 == 0:
            log.odd(statement.line, msg("A central meridian stands where the zone number belongs."))
            # A meridian of a six-degree zone is one of a three-degree zone, too.
            width = stated_width_quietly(sheet)
            number = (number + 3) // 6 if width == 6 else number // 3
        zones.append(number)
    if zones and all(any(zone in valid for valid in ZONES.values()) for zone in zones):
        return tuple(zones), statement.line
    log.expected(
        statement.line, msg("带号 from 25 to 45 (zones of three degrees) or 13 to 23 (of six)")
    )
    return (), None


def stated_width_quietly(sheet: Sheet) -> int | None:
    statement = sheet.header.get("几度分带")
    return 6 if statement is not None and re.search("6|六", statement.value) else None


def check_projection(sheet: Sheet, log: Log) -> None:
    """An error where 投影类型 is another one than Gauss-Krüger."""
    statement = sheet.header.get("投影类型")
    if statement is None or not statement.value:
        return
    value = statement.value.casefold()
    known = ("高斯", "克吕格", "gauss", "kruger", "krüger", "gk", "无", "经纬", "地理", "none", "-")
    if not any(name in value for name in known):
        log.expected(statement.line, msg("投影类型=高斯克吕格; for another one state the CRS"))


def check_parameters(sheet: Sheet, log: Log) -> None:
    """A warning where 转换参数 says something: it does not say from what to what."""
    statement = sheet.header.get("转换参数")
    if statement is None:
        return
    values = [part.strip() for part in re.split(r"[,，;；]", statement.value)]
    if any(re.fullmatch(r"[-+]?0*\.?0*", value) is None for value in values):
        log.odd(
            statement.line,
            msg(
                "转换参数 is not used: the format does not say from which system to which it leads."
            ),
        )


# --- east and north ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A parcel's rows in a CRS: `points` is (N, 2), x east, y north."""

    block: ParcelBlock
    points: NDArray[np.float64]
    crs: CRS


def placed(sheet: Sheet, reference: Reference, log: Log) -> list[PlacedBlock]:
    """The rows with east and north told apart, in a CRS per parcel."""
    rows = [row for block in sheet.blocks for row in block.rows]
    values = np.array([(row.first, row.second) for row in rows], dtype=np.float64).reshape(-1, 2)
    if reference.fixed is not None:
        return list(by_block(sheet, values[:, ::-1], reference.fixed))
    lines = [row.line for row in rows]
    layout = layouts(values)
    system = majority(layout)
    if system is System.UNKNOWN:
        report_misfits(lines, np.ones(len(lines), dtype=bool), reference, system, log)
        return []
    misfit = (layout + 1) // 2 != system
    report_misfits(lines, misfit, reference, system, log)
    swapped = (layout % 2 == 0) & ~misfit
    if swapped.any():
        where = [line for line, odd in zip(lines, swapped, strict=True) if odd]
        degrees = system is System.DEGREES
        log.add(TxtColumnsSwapped(place=log.place(where[0]), lines=where, degrees=degrees))
    points = np.where(swapped[:, None], values, values[:, ::-1])
    if misfit.any():
        return []
    if system is System.DEGREES:
        points = in_decimal_degrees(points, rows, sheet, reference, log)
        return list(by_block(sheet, points, reference.degrees()))
    if reference.unit in ("degree", "dms"):
        statement = sheet.header["计量单位"]
        reading = msg("计量单位 says degrees, but the coordinates are metres; they are read so.")
        log.add(TxtDegrees(place=log.place(statement.line), reading=reading))
    if system is System.PLAIN:
        return without_zone(sheet, points, reference, log)
    return with_zone(sheet, points, reference, log)


def layouts(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """The `Layout` of each row of (N, 2) values, by size: what can be where in China."""
    north = (values >= 3e5) & (values < 6.3e6)
    plain = (values >= 5e4) & (values < 9.5e5)
    within = values % 1e6
    numbered = (values >= 13e6) & (values < 46e6) & (within >= 5e4) & (within < 9.5e5)
    latitude = (values >= 3) & (values <= 54)
    longitude = (values >= 73) & (values <= 136)
    cases = [
        (north[:, 0] & numbered[:, 1], Layout.NUMBERED),
        (numbered[:, 0] & north[:, 1], Layout.NUMBERED_SWAPPED),
        (north[:, 0] & plain[:, 1], Layout.PLAIN),
        (plain[:, 0] & north[:, 1], Layout.PLAIN_SWAPPED),
        (latitude[:, 0] & longitude[:, 1], Layout.DEGREES),
        (longitude[:, 0] & latitude[:, 1], Layout.DEGREES_SWAPPED),
    ]
    return np.select([mask for mask, _ in cases], [int(case) for _, case in cases], 0)


def majority(layout: NDArray[np.intp]) -> System:
    """The system that most rows are in; UNKNOWN where no row makes sense."""
    counts = np.bincount((layout + 1) // 2, minlength=4)
    counts[System.UNKNOWN] = 0
    return System(int(counts.argmax())) if counts.any() else System.UNKNOWN


def report_misfits(
    lines: Sequence[int], misfit: NDArray[np.bool_], reference: Reference, system: System, log: Log
) -> None:
    """An error for each row whose numbers are not of the size that the others have."""
    zone = reference.zones[0] if reference.zones else 38
    what = {
        System.UNKNOWN: msg(
            "X, the northing in metres (7 digits), then Y, the easting with the zone number in "
            "front (8 digits), within China"
        ),
        System.NUMBERED: msg(
            "X, the northing (7 digits), then Y, the easting with the zone number in front "
            "(8 digits), as in the other lines",
        ),
        System.PLAIN: msg(
            "X, the northing (7 digits), then Y, the easting without zone number (6 digits), as "
            "in the other lines",
        ),
        System.DEGREES: msg("latitude and longitude in degrees, as in the other lines"),
    }[system]
    for line in np.asarray(lines)[misfit].tolist():
        log.expected(line, msg("{what}; for example zone {zone}", what=what, zone=zone))


def by_block(sheet: Sheet, points: NDArray[np.float64], crs: CRS) -> Iterator[PlacedBlock]:
    """The points of all rows given back to their parcels, all in one CRS."""
    for block, part in zip(sheet.blocks, split_by_block(sheet, points), strict=True):
        yield PlacedBlock(block, part, crs)


def split_by_block(sheet: Sheet, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    ends = np.cumsum([len(block.rows) for block in sheet.blocks])
    return np.split(values, ends[:-1])


def without_zone(
    sheet: Sheet, points: NDArray[np.float64], reference: Reference, log: Log
) -> list[PlacedBlock]:
    """Eastings without a zone number: the zone must be stated."""
    first_line = sheet.blocks[0].rows[0].line
    if len(reference.zones) != 1:
        remedy = msg(
            "The eastings do not begin with a zone number, and 带号 does not name one zone. Add "
            "带号 under [属性描述], or state the coordinate system."
        )
        log.add(CrsMissing(place=log.place(first_line), remedy=remedy))
        return []
    zone = reference.zones[0]
    log.add(TxtZoneSupplied(place=log.place(first_line), zone=zone, by_header=True))
    return list(by_block(sheet, points, reference.zone(zone, prefixed=False)))


def with_zone(
    sheet: Sheet, points: NDArray[np.float64], reference: Reference, log: Log
) -> list[PlacedBlock]:
    """Eastings with the zone number in front, one zone per parcel, as the header says."""
    blocks: list[PlacedBlock] = []
    reported: set[int] = set()
    for block, part in zip(sheet.blocks, split_by_block(sheet, points), strict=True):
        zones = (part[:, 0] // 1_000_000).astype(int).tolist()
        zone = Counter(zones).most_common(1)[0][0]
        for row, other in zip(block.rows, zones, strict=True):
            if other != zone:
                what = msg("an easting in zone {zone}, as in the rest of the parcel", zone=zone)
                log.expected(row.line, what)
        wrong = reference.zones and zone not in reference.zones
        if zone not in ZONES[3] and zone not in ZONES[6]:
            wrong = True
        if wrong and zone not in reported:
            reported.add(zone)
            report_wrong_zone(block.rows[0].line, zone, reference, log)
        if wrong:
            continue
        blocks.append(PlacedBlock(block, part, reference.zone(zone, prefixed=True)))
    widths = {width_of(zone) for zone in reported} | {
        width_of(int(b.points[0, 0] // 1_000_000)) for b in blocks
    }
    if not reference.zones and reference.width is not None and widths != {reference.width}:
        contradiction = msg(
            "几度分带 says {width}, but the eastings begin with the number of a zone of another "
            "width.",
            width=reference.width,
        )
        place = log.place(sheet.header["几度分带"].line)
        log.add(TxtContradiction(place=place, contradiction=contradiction))
    elif not reference.zones and blocks:
        zone = int(blocks[0].points[0, 0] // 1_000_000)
        line = sheet.blocks[0].rows[0].line
        log.add(TxtZoneSupplied(place=log.place(line), zone=zone, by_header=False))
    return blocks


def report_wrong_zone(line: int, zone: int, reference: Reference, log: Log) -> None:
    """An error where eastings begin with another zone number than the one stated."""
    stated = ", ".join(str(z) for z in reference.zones)
    if not stated:
        log.expected(line, msg("an easting that begins with a zone number of China, 13 to 45"))
        return
    if reference.given:
        contradiction = msg(
            "The eastings begin with the zone number {zone}, but the system that you stated is in "
            "zone {stated}.",
            zone=zone,
            stated=stated,
        )
    else:
        contradiction = msg(
            "The eastings begin with the zone number {zone}, but 带号 (line {line}) says {stated}.",
            zone=zone,
            stated=stated,
            line=reference.zone_line,
        )
    log.add(TxtContradiction(place=log.place(line), contradiction=contradiction))


# --- degrees ----------------------------------------------------------------------------------


def in_decimal_degrees(
    points: NDArray[np.float64],
    rows: Sequence[PointRow],
    sheet: Sheet,
    reference: Reference,
    log: Log,
) -> NDArray[np.float64]:
    """Decimal degrees: written so, with signs, or packed (ddd.mmss: 114.0312 is 114°03′12″)."""
    place = log.place(rows[0].line)
    signs = np.array([row.sexagesimal for row in rows])
    if signs.any():
        reading = msg("The coordinates are written in degrees, minutes and seconds.")
        log.add(TxtDegrees(place=place, reading=reading))
        return points
    unpacked = unpack(points)
    if reference.unit == "dms" and unpacked is not None:
        reading = msg("The coordinates are read as degrees, minutes and seconds (ddd.mmss).")
        log.add(TxtDegrees(place=place, reading=reading))
        return unpacked
    if unpacked is None:
        reading = msg("The coordinates are in degrees.")
        log.add(TxtDegrees(place=place, reading=reading))
        return points
    as_decimal, as_packed = (area_fits(sheet, values) for values in (points, unpacked))
    if as_packed and not as_decimal:
        reading = msg(
            "The coordinates are read as degrees, minutes and seconds (ddd.mmss): so the parcels "
            "have their declared areas."
        )
        log.add(TxtDegrees(place=place, reading=reading))
        return unpacked
    if as_decimal and not as_packed:
        reading = msg("The coordinates are in degrees.")
    else:
        reading = msg(
            "The coordinates are read as decimal degrees. By their digits they could also be "
            "degrees, minutes and seconds (ddd.mmss); then write 计量单位=度分秒."
        )
    log.add(TxtDegrees(place=place, reading=reading))
    return points


def unpack(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Degrees from ddd.mmss numbers; None where minutes or seconds would be 60 or more."""
    packed = np.round(points * 10_000, 7)
    degrees, rest = np.divmod(packed, 10_000)
    minutes, seconds = np.divmod(rest, 100)
    if (minutes >= 60).any() or (seconds >= 60).any():
        return None
    return np.asarray(degrees + minutes / 60 + seconds / 3600)


def area_fits(sheet: Sheet, points: NDArray[np.float64]) -> bool:
    """Whether the parcels so have their declared areas, in whatever unit, within five per cent."""
    fits = 0
    declared = 0
    for block, part in zip(sheet.blocks, split_by_block(sheet, points), strict=True):
        if block.header.area is None or len(part) < 3:
            continue
        declared += 1
        measured = rough_square_metres(shoelace(part), float(part[:, 1].mean()))
        units = [block.header.area.unit] if block.header.area.unit else list(SQUARE_METRES)
        values = [block.header.area.value * SQUARE_METRES[unit] for unit in units]
        fits += any(abs(value - measured) <= 0.05 * value for value in values)
    return declared > 0 and fits == declared


def shoelace(points: NDArray[np.float64]) -> float:
    """The area of one ring in the square of its unit."""
    x, y = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def rough_square_metres(square_degrees: float, latitude: float) -> float:
    return square_degrees * METRES_PER_DEGREE**2 * float(np.cos(np.radians(latitude)))

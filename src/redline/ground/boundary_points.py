"""Boundary-point text files (勘测定界界址点坐标交换格式), as they are found.

A file has sections: [项目信息] or [扩展信息], [属性描述] with `key=value` lines, and [地块坐标]
with parcels. A parcel is a header line that ends in @, then one line per point: 点号,圈号,X,Y,
where X is the northing and Y the easting with the zone number in front. What departs from that and
has one meaning only is read and reported as a warning; everything else is refused with its line.

The steps: bytes → lines → statements, headers and points (`boundary_text`) → east and north in a
CRS (`boundary_reference`) → polygons by containment (`boundary_rings`) → parcels with their
declared areas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Refusal
from redline.ground.boundary_reference import (
    SQUARE_METRES,
    PlacedBlock,
    Reference,
    placed,
    referred,
    rough_square_metres,
)
from redline.ground.boundary_rings import parcel_geometry
from redline.ground.boundary_text import AreaUnit, Kind, Log, scan
from redline.ground.crs import Refused, check_coordinates, label
from redline.ground.diagnostics import TxtAreaUnit, capped
from redline.ground.features import Ground, Parcel
from redline.ground.files import read_bytes
from redline.ground.text import decode_text
from redline.messages import Message, msg

LARGEST_FILE: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BoundaryParcel:
    """One parcel of a file: its ground, and what its header says. Blank fields are ""."""

    parcel: Parcel
    line: int
    kind: Kind
    number: str
    map_sheet: str
    use: str
    land_class: str
    extra: tuple[str, ...]
    declared_points: int | None


@dataclass(frozen=True, slots=True)
class BoundaryPoints:
    """A boundary-point file.

    `header` are the lines of [属性描述], `project` those of [项目信息] or [扩展信息]. `area_basis`
    says in which unit declared areas were read, and why; None where none is declared.
    """

    source: str
    encoding: str
    header: Mapping[str, str]
    project: Mapping[str, str]
    crs_basis: Message
    area_basis: Message | None
    parcels: tuple[BoundaryParcel, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_boundary_points(
    path: Path,
    *,
    encoding: str | None = None,
    crs: str | None = None,
    accept_ballpark: Refused = frozenset(),
) -> BoundaryPoints:
    """The parcels of a file. `crs` states datum and zone where the file does not, or is wrong.

    Raises `Refusal` with every line that cannot be read, and for a file that is no such text.
    """
    data = read_bytes(path, LARGEST_FILE)
    return parse_boundary_points(
        data, str(path), encoding=encoding, crs=crs, accept_ballpark=accept_ballpark
    )


def parse_boundary_points(
    data: bytes,
    file: str,
    *,
    encoding: str | None = None,
    crs: str | None = None,
    accept_ballpark: Refused = frozenset(),
) -> BoundaryPoints:
    """As `read_boundary_points`, from bytes."""
    decoded = decode_text(data, file, encoding)
    log = Log(file, decoded.lines(), list(decoded.diagnostics))
    sheet = scan(log)
    log.stop_on_errors()
    reference = referred(sheet, log, crs, accept_ballpark)
    log.stop_on_errors()
    placed_blocks = placed(sheet, reference, log)
    log.stop_on_errors()
    geometries = [parcel_geometry(block, log) for block in placed_blocks]
    log.stop_on_errors()
    check_places(placed_blocks, geometries, log)
    log.stop_on_errors()
    unit, area_basis = declared_unit(placed_blocks, geometries, log)
    parcels = tuple(
        finished(block, geometry, unit)
        for block, geometry in zip(placed_blocks, geometries, strict=True)
    )
    return BoundaryPoints(
        source=file,
        encoding=decoded.encoding,
        header={key: statement.value for key, statement in sheet.header.items()},
        project=sheet.project,
        crs_basis=crs_basis(placed_blocks, reference),
        area_basis=area_basis,
        parcels=parcels,
        diagnostics=tuple(capped(log.diagnostics)),
    )


def check_places(
    blocks: Sequence[PlacedBlock], geometries: Sequence[BaseGeometry | None], log: Log
) -> None:
    """Hold the parcels against their CRS: warnings, and errors for those far from it."""
    for crs in dict.fromkeys(block.crs for block in blocks):
        chosen = [i for i, block in enumerate(blocks) if block.crs is crs or block.crs == crs]
        array = np.array([geometries[i] for i in chosen], dtype=object)
        numbers = np.array([i + 1 for i in chosen], dtype=np.int64)
        line = blocks[chosen[0]].block.rows[0].line
        try:
            checked = check_coordinates(crs, array, numbers, log.place(line))
        except Refusal as refusal:
            log.diagnostics += refusal.diagnostics
            continue
        log.diagnostics += checked.diagnostics


# --- declared areas ----------------------------------------------------------------------------


def declared_unit(
    blocks: Sequence[PlacedBlock], geometries: Sequence[BaseGeometry | None], log: Log
) -> tuple[AreaUnit, Message | None]:
    """In which unit areas without one are declared, and why.

    By the format it is the hectare; in practice square metres occur, and mu. The areas of the
    parcels tell: the unit is the one that most declared areas come nearest to.
    """
    votes: Counter[AreaUnit] = Counter()
    clear = 0
    first: int | None = None
    for block, geometry in zip(blocks, geometries, strict=True):
        area = block.block.header.area
        if area is None or geometry is None or block.block.header.kind != "面":
            continue
        measured = planar_square_metres(geometry, block.crs)
        if area.unit is not None or measured <= 0:
            continue
        first = first or block.block.header.line
        ratios = {unit: abs(np.log(area.value * size / measured)) for unit, size in UNIT_SIZES}
        unit = min(ratios, key=lambda unit: ratios[unit])
        votes[unit] += 1
        clear += ratios[unit] < np.log(2)
    if first is None:
        suffixed = any(block.block.header.area for block in blocks)
        return "ha", msg("declared areas carry their unit") if suffixed else None
    unit = max(SQUARE_METRES, key=lambda unit: votes[unit])
    place = log.place(first)
    if clear == 0:
        basis = msg(
            "Declared areas are read as hectares, as the format has it; they fit the measured "
            "areas in no unit."
        )
        log.add(TxtAreaUnit(place=place, basis=basis))
        return "ha", basis
    if unit == "ha":
        return "ha", msg("Declared areas are hectares, as the format has it.")
    name = msg("square metres") if unit == "m2" else msg("mu (亩)")
    basis = msg(
        "Declared areas are read as {unit}, not hectares: so they fit the measured areas.",
        unit=name,
    )
    log.add(TxtAreaUnit(place=place, basis=basis))
    return unit, basis


UNIT_SIZES: Final = tuple(SQUARE_METRES.items())


def planar_square_metres(geometry: BaseGeometry, crs: CRS) -> float:
    """An area good enough to tell units apart."""
    area = float(shapely.area(geometry))
    if not crs.is_geographic:
        return area
    return rough_square_metres(area, float(shapely.bounds(geometry)[[1, 3]].mean()))


def finished(block: PlacedBlock, geometry: BaseGeometry | None, unit: AreaUnit) -> BoundaryParcel:
    """A parcel with its declared area in square metres."""
    header = block.block.header
    area = header.area
    declared = area.value * SQUARE_METRES[area.unit or unit] if area is not None else None
    ground = Ground(geometry if geometry is not None else shapely.Polygon(), block.crs)
    return BoundaryParcel(
        parcel=Parcel(block.block.title, ground, declared),
        line=header.line,
        kind=header.kind,
        number=header.number,
        map_sheet=header.map_sheet,
        use=header.use,
        land_class=header.land_class,
        extra=header.extra,
        declared_points=header.declared_points,
    )


def crs_basis(blocks: Sequence[PlacedBlock], reference: Reference) -> Message:
    """How the CRS was established."""
    names = tuple(dict.fromkeys(label(block.crs) for block in blocks))
    if reference.given:
        return msg("{name}, as stated by the user", name=names)
    return msg("{name}, from its header and the digits of its coordinates", name=names)

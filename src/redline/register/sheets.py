"""Tables of old decisions: CSV, Excel, and whatever GIS file can be read."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.addresses import is_database
from redline.ground.features import Ground, Role
from redline.ground.files import read_bytes
from redline.ground.footprints import AREA, LINE, combined_ground
from redline.ground.formats.delimited import LONGEST_WKT, POINT_COLUMNS, WKT_COLUMNS
from redline.ground.reading import LARGEST_TEXT, read_numbered
from redline.ground.text import decode_text
from redline.messages import msg
from redline.register.diagnostics import UnreadableRegister

EXCEL: Final = (".xlsx", ".xlsm")
DELIMITED: Final = (".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a table: its number in the file, its cells by column, and its ground."""

    number: int
    cells: Mapping[str, object]
    grounds: Mapping[Role, Ground]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def place(self, row: SheetRow) -> Place:
        """Where a row stands."""
        return Place(self.file, line=row.number)


def read_sheet(path: Path, *, sheet: str | None = None, crs: str | None = None) -> Sheet:
    """The table in a file. Raises `Refusal`."""
    suffix = path.suffix.casefold()
    if suffix in EXCEL and not is_database(path):
        return excel_sheet(path, sheet)
    if suffix in DELIMITED:
        decoded = decode_text(read_bytes(path, LARGEST_TEXT), str(path))
        table = delimited_sheet(decoded.text, str(path))
        if not has_coordinates(table.columns):
            return table
    found = read_numbered(path, layer=sheet, crs=crs)
    features = found.table
    names = tuple(features.columns)
    rows = tuple(
        SheetRow(
            int(number) + (1 if suffix in DELIMITED else 0),
            {name: features.columns[name][i] for name in names},
            grounds_of(Ground(features.geometry[i], features.crs)),
        )
        for i, number in enumerate(found.numbers)
    )
    return Sheet(features.source, names, rows, features.diagnostics)


def has_coordinates(columns: Sequence[str]) -> bool:
    """Whether a table of text has columns of coordinates."""
    lower = {column.strip().casefold() for column in columns}
    return bool(lower & set(WKT_COLUMNS)) or any(set(pair) <= lower for pair in POINT_COLUMNS)


def grounds_of(ground: Ground) -> dict[Role, Ground]:
    """The ground of a row by role: areas are taken, lines are centre lines."""
    if ground.geometry is None or ground.geometry.is_empty:
        return {}
    found: dict[Role, Ground] = {}
    for role, dimension in ((Role.PERMANENT, AREA), (Role.CENTRELINE, LINE)):
        combined = combined_ground([ground], dimension)
        if combined is not None:
            found[role] = combined
    return found


def delimited_sheet(text: str, file: str) -> Sheet:
    """The table in a text with commas, semicolons or tabs."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(min(sys.maxsize, LONGEST_WKT))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    names: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = tuple(n.strip() or f"column {i}" for i, n in enumerate(cells, 1))
                continue
            padded = [cell.strip() or None for cell in (cells + [""] * len(names))[: len(names)]]
            rows.append(SheetRow(reader.line_num, dict(zip(names, padded, strict=True)), {}))
    except csv.Error as error:
        place = Place(file, line=reader.line_num)
        raise refuse(UnreadableRegister(place=place, reason=str(error))) from None
    return Sheet(file, names, tuple(rows))


def excel_sheet(path: Path, name: str | None) -> Sheet:
    """The table on a sheet of a workbook, its first filled row as names; the first sheet if none is
    named.
    """
    place = Place(str(path))
    try:
        import openpyxl
    except ImportError:
        absent = msg("Excel files need the package openpyxl")
        raise refuse(UnreadableRegister(place=place, reason=absent)) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # a damaged workbook fails in as many ways as ZIP and XML do
        said = getattr(error, "strerror", None) or msg("it is no Excel workbook")
        raise refuse(UnreadableRegister(place=place, reason=said)) from None
    if name is not None and name not in book.sheetnames:
        known = book.sheetnames[:8]
        wrong = msg("it has no sheet “{name}”; it has {names}", name=name, names=known)
        raise refuse(UnreadableRegister(place=place, reason=wrong))
    sheet = book[name] if name is not None else book[book.sheetnames[0]]
    names: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if not any(cell is not None and str(cell).strip() for cell in cells):
            continue
        if not names:
            names = tuple(str(c).strip() if c else f"column {i}" for i, c in enumerate(cells, 1))
            continue
        padded = [*cells, *[None] * len(names)][: len(names)]
        rows.append(SheetRow(number, dict(zip(names, padded, strict=True)), {}))
    book.close()
    return Sheet(str(path), names, tuple(rows))

"""A register as a file: JSON lines with everything, or a table of the decisions as they stand."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import shapely

from redline.register.entries import Entry
from redline.register.grounds import shown_ground
from redline.register.selecting import Selection, standing_decisions
from redline.register.store import Store
from redline.report.csv import cell

FIELDS = (
    "id",
    "decided_on",
    "decision",
    "title",
    "verdict",
    "reason",
    "decided_by",
    "basis",
    "predecessor",
    "kind",
)


def write_lines(store: Store, wanted: Selection, stream: BinaryIO) -> None:
    """Every grant and entry, in the order in which they were entered."""
    for grant in store.grants():
        stream.write(grant.model_dump_json(exclude_defaults=True).encode() + b"\n")
    for kept in store.entries():
        if wanted.holds(kept.entry):
            stream.write(kept.entry.model_dump_json(exclude_defaults=True).encode() + b"\n")


def write_table(store: Store, wanted: Selection, stream: BinaryIO, suffix: str) -> None:
    """The decisions as they stand: a row for each, a column for each attribute and area."""
    found = [k.entry for k in standing_decisions(store.entries()) if wanted.holds(k.entry)]
    columns = columns_of(found)
    geometry = np.array(
        [None if (wkb := shown_ground(e)) is None else shapely.from_wkb(wkb) for e in found],
        dtype=object,
    )
    if suffix in (".csv", ".xlsx"):
        columns["wkt"] = [
            None if g is None else shapely.to_wkt(g, rounding_precision=9) for g in geometry
        ]
        write_cells(columns, len(found), stream, suffix)
        return
    import geopandas as gpd

    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"decisions{suffix}")
        frame.to_file(path, engine="pyogrio")
        stream.write(path.read_bytes())


def columns_of(entries: Sequence[Entry]) -> dict[str, list[str | None]]:
    """The columns of a table of entries, all of text."""
    areas = sorted({name for e in entries for name in e.areas})
    attributes = sorted({name for e in entries for name in e.attributes} - set(areas))
    columns: dict[str, list[str | None]] = {
        name: [shown(getattr(e, name)) for e in entries] for name in FIELDS
    }
    columns |= {name: [e.areas.get(name) for e in entries] for name in areas}
    for name in attributes:
        columns.setdefault(name, [shown(e.attributes.get(name)) for e in entries])
    return columns


def shown(value: object) -> str | None:
    """A value as a cell holds it."""
    if value is None:
        return None
    return "、".join(str(v) for v in value) if isinstance(value, tuple) else str(value)


def write_cells(
    columns: dict[str, list[str | None]], count: int, stream: BinaryIO, suffix: str
) -> None:
    """Text that would run as a formula is inert."""
    rows = [[cell(columns[name][row] or "") for name in columns] for row in range(count)]
    if suffix == ".csv":
        import csv
        import io

        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        csv.writer(text).writerows([list(columns), *rows])
        text.flush()
        text.detach()
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("decisions")
    for cells in [list(columns), *rows]:
        sheet.append(cells)
    book.save(stream)

"""In which county, city or other area a past decision lies, by the layers of its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import shapely

from redline.checking import partitions
from redline.checking.check import Zones, ZonesOfDay
from redline.checking.facts import Stated
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Diagnostic
from redline.ground.catalog import load_catalog
from redline.ground.opening import plane_of_catalog
from redline.ground.plane import Plane
from redline.register.accounts import accounts_of
from redline.register.entries import Entry
from redline.register.grounds import shown_ground, submission_of
from redline.rulebook.model import RuleBook


def areas_by_catalog(
    entries: Sequence[Entry], book: RuleBook, catalog: Path, faults: list[Diagnostic]
) -> list[Entry]:
    """Entries with the features in which most of their footprint lies, of the layers by which rules
    sum approvals; what an entry says itself stays. Raises `Refusal` if the catalog is unusable.
    """
    held = load_catalog(catalog)
    plane = plane_of_catalog(held) or plane_around(entries)
    zones, layers = Zones(held, book, plane), tuple(accounts_of(book).areas.values())
    found = list(entries)
    by_day: dict[date, list[int]] = {}
    for row, entry in enumerate(entries):
        if entry.grounds:
            by_day.setdefault(entry.decided_on, []).append(row)
    for day, rows in sorted(by_day.items()):
        opened = ZonesOfDay(zones, layers, day)
        for start in range(0, len(rows), partitions.SIZE):
            some = rows[start : start + partitions.SIZE]
            batch = [
                Stated(submission_of(entries[row], entries[row].id), {}, (), (), ()) for row in some
            ]
            terrain = MeasuredTerrain(batch, [day] * len(some), plane, opened, held.tolerance)
            for index, row in enumerate(some):
                areas = {**terrain.areas(index, layers), **entries[row].areas}
                found[row] = entries[row].model_copy(update={"areas": areas})
            faults += [d for d in terrain.diagnostics if d not in faults]
    faults += [d for d in zones.diagnostics if d.severity == "error"]
    return found


def plane_around(entries: Sequence[Entry]) -> Plane:
    """The equal-area plane around the ground of some entries."""
    shown = [wkb for wkb in map(shown_ground, entries) if wkb is not None]
    if not shown:
        return Plane.for_extent((105.0, 35.0, 105.0, 35.0))
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(shown))
    return Plane.for_extent((float(west), float(south), float(east), float(north)))

"""A replay in pieces: decisions of one period that lie near each other, so that each piece needs
little of every layer and all of them fit any memory. What comes out does not depend on the pieces.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from redline.audit.bench import Bench, Setup
from redline.audit.periods import periods_of
from redline.checking.check import software
from redline.ground.catalog import Catalog
from redline.ground.plane import Floats
from redline.ground.store import spatial_order
from redline.register.columns import Integers
from redline.register.selecting import Selection, standing_decisions
from redline.register.store import Store

SIZE = 2048
"""Decisions that are judged together."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some decisions of one period, by the numbers of their entries, and the day of their plan."""

    day: date
    seqs: tuple[int, ...]

    @property
    def name(self) -> str:
        """What its results are kept under."""
        return hashlib.sha256(f"{self.day}:{self.seqs}".encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Outline:
    """The decisions of a selection: the number of each entry, its day, and where it lies."""

    seqs: Integers
    days: Integers
    places: Floats
    """Longitude and latitude of the middle; NaN where it lies nowhere."""

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """The rectangle around all places, in degrees."""
        if not len(self.places) or np.isnan(self.places).all():
            return None
        low, high = np.nanmin(self.places, axis=0), np.nanmax(self.places, axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def outline_of(store: Store, wanted: Selection) -> Outline:
    """The standing decisions that are wanted. Raises `Refusal`."""
    kept: set[int] | None = None
    if wanted.conditions:
        standing = standing_decisions(store.entries())
        kept = {one.seq for one in standing if wanted.holds(one.entry)}
    latest: dict[str, tuple[int, int, bytes | None]] = {}
    for seq, id_, day, decision, geom in store.outlines():
        if decision != "withdrawn":
            latest[id_] = (seq, day.toordinal(), geom)
    rows = sorted(
        (seq, day, geom)
        for seq, day, geom in latest.values()
        if (kept is None or seq in kept)
        and (wanted.since is None or day >= wanted.since.toordinal())
        and (wanted.until is None or day <= wanted.until.toordinal())
    )
    geometry = shapely.from_wkb(np.array([geom for _s, _d, geom in rows], dtype=object))
    bounds = shapely.bounds(geometry)
    return Outline(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        (bounds[:, :2] + bounds[:, 2:]).reshape(-1, 2) / 2,
    )


def pieces_of(outline: Outline, bench: Bench, as_of: date | None, size: int = SIZE) -> list[Piece]:
    """The pieces of a replay, each of one period and of neighbours."""
    if not len(outline.seqs):
        return []
    middle = np.nan_to_num(outline.places)
    rank = np.empty(len(middle), np.int64)
    rank[spatial_order(np.hstack((middle, middle)))] = np.arange(len(middle))
    if as_of is not None:
        numbers, first = np.zeros(len(middle), np.int64), {0: as_of}
    else:
        periods = periods_of(bench.book, bench.zones.catalog)
        changes = np.array([d.toordinal() for d in periods.changes], np.int64)
        numbers = np.searchsorted(changes, outline.days, side="right")
        earliest = date.fromordinal(int(outline.days.min()))
        first = {int(n): periods.start(int(n)) or earliest for n in np.unique(numbers)}
    pieces = []
    order = np.lexsort((rank, numbers))
    starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        day = first[int(numbers[order[start]])]
        for at in range(start, end, size):
            seqs = np.sort(outline.seqs[order[at : min(at + size, end)]])
            pieces.append(Piece(day, tuple(seqs.tolist())))
    return pieces


def job_key(setup: Setup, wanted: Selection, bench: Bench) -> str:
    """What identifies a replay: with the same key, pieces have the same results."""
    said = {
        "setup": {k: str(v) for k, v in asdict(setup).items()},
        "wanted": {k: str(v) for k, v in asdict(wanted).items()},
        "rules": bench.book.digest,
        "register": bench.store.last_seq(),
        "layers": sources_of(bench.zones.catalog),
        "software": dict(software()),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def sources_of(catalog: Catalog | None) -> Sequence[tuple[str, ...]]:
    """The files of a catalog, each with its size and the moment of its last change."""
    if catalog is None:
        return ()
    files = {str(catalog.path): catalog.path}
    for version in catalog.versions:
        for source in version.sources:
            if source.path:
                files[source.path] = Path(source.path)
    found = []
    for name, path in sorted(files.items()):
        try:
            state = path.stat()
            found.append((name, str(state.st_size), str(state.st_mtime_ns)))
        except OSError:
            found.append((name, "", ""))
    return tuple(found)

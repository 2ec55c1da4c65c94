"""Building the store of tiled layers before a check needs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from redline.diagnostics import Diagnostic, Refusal
from redline.ground.catalog import Catalog, LayerSource
from redline.ground.opening import files_of_source, put_away, read_ground, slot_of
from redline.ground.plane import Plane
from redline.ground.store import Store

State = Literal["built", "kept whole", "up to date", "not stored", "cannot be read"]


@dataclass(frozen=True, slots=True)
class Built:
    """What became of a source.

    Large ones are tiled (`built`), small ones are `kept whole`; of both there is a copy in the
    store then. `not stored` are databases, which change, and what the folder cannot take.
    """

    name: str
    source: LayerSource
    state: State
    features: int
    pieces: int
    seconds: float
    bytes: int
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A source to be stored, and its size in bytes."""

    name: str
    source: LayerSource
    size: int


def jobs_of(catalog: Catalog) -> tuple[Job, ...]:
    """The sources of all versions of a catalog, each once, with their sizes."""
    found: dict[tuple[str | None, ...], Job] = {}
    for version in catalog.versions:
        for source in version.sources:
            if source.path is None:
                continue
            key = (source.path, source.layer, source.crs, source.encoding)
            found.setdefault(key, Job(version.name, source, size_of(source)))
    return tuple(found.values())


def size_of(source: LayerSource) -> int:
    """The bytes of a source's files; of several layers of one file each counts all of it."""
    return sum(file.stat().st_size for file in files_of_source(source))


def build(
    jobs: tuple[Job, ...], plane: Plane, store: Store, *, anew: bool = False
) -> Iterator[Built]:
    """Store the sources one after the other; a source that cannot be read does not stop it.

    Sources that are in the store already are left alone unless they are to be built `anew`.
    """
    for job in jobs:
        start = time.perf_counter()
        try:
            yield built(job, plane, store, start, anew=anew)
        except Refusal as refusal:
            seconds = time.perf_counter() - start
            state: State = "cannot be read"
            yield Built(job.name, job.source, state, 0, 0, seconds, 0, tuple(refusal.diagnostics))


def built(job: Job, plane: Plane, store: Store, start: float, *, anew: bool) -> Built:
    """One source, stored. Raises `Refusal` where it cannot be read."""
    slot = slot_of(job.source, plane, store)
    if slot is None:
        return Built(job.name, job.source, "not stored", 0, 0, 0.0, 0)
    if anew:
        store.forget(slot.key)
    held = store.kept(slot.key) or store.open(slot.key)
    state: State = "up to date"
    if held is None:
        held = read_ground(job.source, plane, slot.digest)
        tiled = put_away(held, slot, plane, store)
        there = tiled or store.kept(slot.key) is not None
        state = "not stored" if not there else "built" if tiled else "kept whole"
    return Built(
        job.name,
        job.source,
        state,
        len(held),
        len(held.pieces),
        time.perf_counter() - start,
        store.size_of(slot.key),
        held.diagnostics,
    )

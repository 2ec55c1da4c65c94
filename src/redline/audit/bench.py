"""What judges past decisions: the rules, the layers and the register, opened once in a process."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from redline.checking.assembling import Answered
from redline.checking.check import Options, Zones, ZonesOfDay, the_catalog, tolerance_of
from redline.checking.facts import Stated, stated, subjects_of
from redline.checking.limits import distance_limits
from redline.checking.mentions import layers_asked
from redline.checking.quotas import with_grants
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Diagnostic, Place
from redline.ground.measure import Tolerance
from redline.ground.opening import plane_of_catalog
from redline.ground.plane import Plane
from redline.reasoning.infer import infer
from redline.reasoning.judge import judge
from redline.reasoning.plan import Plan, make_plan
from redline.register.columns import Snapshot, snapshot
from redline.register.diagnostics import BadEntry
from redline.register.grounds import submission_of
from redline.register.store import Kept, Store, open_store
from redline.rulebook.cached import ready_rulebook
from redline.rulebook.model import RuleBook


@dataclass(frozen=True, slots=True)
class Setup:
    """By what past decisions are judged; the same for every process that takes part."""

    register: str
    rules: tuple[Path, ...] = ()
    catalog: Path | None = None
    as_of: date | None = None
    """The day for all decisions; by default each is judged as of its own."""
    settings: tuple[tuple[str, str], ...] = ()
    min_area: float | None = None
    min_width: float | None = None
    extent: tuple[float, float, float, float] | None = None
    """The ground of all decisions in degrees, for a plane where the catalog states no coverage."""

    @property
    def options(self) -> Options:
        """The options of a check by the same."""
        return Options(
            rules=self.rules,
            catalog=self.catalog,
            register=self.register,
            as_of=self.as_of,
            settings=self.settings,
            min_area=self.min_area,
            min_width=self.min_width,
        )


@dataclass
class Bench:
    """A setup, opened."""

    setup: Setup
    book: RuleBook
    store: Store
    zones: Zones
    tolerance: Tolerance
    problems: list[Diagnostic]
    register: Snapshot
    plans: dict[date, Plan] = field(default_factory=dict)
    exact: bool = False
    """Whether distances that keep their limits are measured as well, to be shown."""

    def plan(self, day: date) -> Plan:
        """The plan of a day, made once."""
        if day not in self.plans:
            self.plans = {day: make_plan(self.book, day)}
        return self.plans[day]


def open_bench(setup: Setup) -> Bench:
    """Open what a setup names. Raises `Refusal`."""
    book = ready_rulebook(setup.rules)
    catalog, problems = the_catalog(setup.options)
    store = open_store(setup.register, book)
    plane = plane_of_catalog(catalog) if catalog is not None else None
    extent = setup.extent or (105.0, 35.0, 105.0, 35.0)
    zones = Zones(catalog, book, plane or Plane.for_extent(extent))
    tolerance = tolerance_of(setup.options, catalog)
    return Bench(setup, book, store, zones, tolerance, problems, snapshot(store))


@dataclass(frozen=True)
class Judged:
    """Past decisions that were judged, and what is wrong with those that were not."""

    kept: tuple[Kept, ...]
    answered: Answered | None
    faults: Mapping[int, tuple[Diagnostic, ...]]
    """By the number of the entry."""


def judge_decisions(bench: Bench, day: date, decisions: Sequence[Kept]) -> Judged:
    """Judge decisions of one period, by the rules and layers of a day in it."""
    kept: list[Kept] = []
    batch: list[Stated] = []
    faults: dict[int, tuple[Diagnostic, ...]] = {}
    for one in decisions:
        found, wrong = understood(one, bench)
        if found is None:
            faults[one.seq] = tuple(wrong)
        else:
            kept.append(one)
            batch.append(found)
    if not batch:
        return Judged((), None, faults)
    plan = bench.plan(day)
    days = [bench.setup.as_of or one.entry.decided_on for one in kept]
    opened = ZonesOfDay(bench.zones, layers_asked(plan), day)
    subjects = subjects_of(batch, bench.book, days)
    terrain = MeasuredTerrain(
        batch, days, bench.zones.plane, opened, bench.tolerance, bench.register
    )
    if not bench.exact:
        terrain.limits = distance_limits(plan)
    subjects = with_grants(plan, subjects, terrain)
    judged = judge(plan, subjects, terrain)
    inference = infer(plan, judged.truths)
    answered = Answered(bench.book, subjects, terrain, judged, inference)
    for diagnostic in terrain.diagnostics:
        if diagnostic.severity == "error" and diagnostic.place is not None:
            for one in kept:
                if diagnostic.place.item == one.entry.id:
                    faults[one.seq] = (*faults.get(one.seq, ()), diagnostic)
    return Judged(tuple(kept), answered, faults)


def understood(one: Kept, bench: Bench) -> tuple[Stated | None, list[Diagnostic]]:
    """A decision in the rule book's terms; None, with what is wrong, if it is not understood."""
    try:
        submission = submission_of(one.entry, bench.store.place.file)
    except Exception as error:  # geometry or a CRS that others wrote into the register
        place = Place(bench.store.place.file, item=one.entry.id)
        return None, [BadEntry(place=place, reason=str(error)[:200])]
    found, diagnostics = stated(submission, bench.book, bench.setup.settings)
    wrong = [d for d in diagnostics if d.severity == "error"]
    return (None, wrong) if wrong else (found, [])


# ── one in each process ─────────────────────────────────────────────────────────────────────────

LOCK = threading.Lock()
"""Pieces are judged one at a time in a process: the engine and the layers are shared."""

OPENED: dict[str, Bench] = {}


def bench_of(key: str, setup: Setup) -> Bench:
    """The bench of a job in this process; call it under `LOCK`."""
    if key not in OPENED:
        OPENED.clear()
        OPENED[key] = open_bench(setup)
    return OPENED[key]

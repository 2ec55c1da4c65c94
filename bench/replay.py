"""A million past approvals judged again, beside a hand-written script of ten rules.

    python -m bench.replay --approvals 1e6 --vertices 1e6

Makes a register of approvals over twenty polygon layers with so many vertices together, and replays
it by the national rule book and ten rules of its own, of the kind that people write by hand: ground
of a layer is not built on, or not by more than so much. Beside it runs what a competent person
would write with geopandas for these ten. Both must name the same approvals; the shares of the time
are measured on some pieces in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely

from bench.fractal import parcels, red_line
from bench.overlay import machine
from bench.store import PLANE
from redline.audit.bench import Setup, open_bench
from redline.audit.judging import Names, tables_of
from redline.audit.pieces import outline_of, pieces_of
from redline.audit.replay import Done, ReplayOptions, judged_results
from redline.diagnostics import Place
from redline.ground.features import Geometries
from redline.messages import Message
from redline.register.entries import Decision, Entry, GroundText
from redline.register.selecting import Selection
from redline.register.store import open_store
from redline.rulebook.cached import ready_rulebook
from redline.rulebook.load import shipped_rules

LAYERS = (
    *("ecological_redline", "permanent_basic_farmland", "concentrated_farmland_area", "farmland"),
    *("unused_land", "drinking_water", "urban_development_boundary", "control_unit", "county"),
    *("basin", "river_management_area", "protected_area", "aquatic_habitat", "wetland"),
    *("key_ecofunction_zone", "sand_mining_ban_area", "water_function_zone", "erosion_zone"),
    *("scenic_area", "mangrove_area"),
)

HAND = LAYERS[:5] + LAYERS[10:15]
"""The layers of the ten rules that are also written by hand."""

LEAST_M2 = 500.0
"""Every second of the ten rules allows so much."""

FIRST = date(2012, 1, 1)
DAYS = 5000


def ten_rules() -> str:
    """The rules that are also written by hand."""
    head = (
        'pack bench.ten "Ten rules" / "十条规则"\nimport cn.vocabulary\n'
        'instrument TEN / 十条 "Ten rules" / "十条规则" in force from 2000-01-01\n'
    )
    rules = [
        f'rule keep_off_{i} / 禁入{i} "Keep off" / "禁入"\n'
        f"  applies when works is new_build\n  forbids footprint overlaps {layer}"
        f"{f' by more than {LEAST_M2:g} m2' if i % 2 else ''}\n  cites TEN art. {i + 1}\n"
        for i, layer in enumerate(HAND)
    ]
    return head + "".join(rules)


def make_layers(folder: Path, vertices: int) -> list[Geometries]:
    """The layers in the plane; their files and their catalog in a folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyproj import CRS

    about = {"encoding": "WKB", "geometry_types": ["Polygon"], "crs": CRS(4490).to_json_dict()}
    catalog = ['schema = "redline.catalog/1"\n[coverage]\nbounds = [113.5, 23.5, 115.5, 25.5]\n']
    layers = []
    for number, name in enumerate(LAYERS):
        layer = red_line(vertices // len(LAYERS), seed=number)
        layers.append(layer)
        degrees = PLANE.to_lonlat(layer)
        codes = pa.array([f"{name}-{i}" for i in range(len(layer))])
        table = pa.table(
            {"geometry": pa.array(shapely.to_wkb(degrees), pa.binary()), "code": codes}
        )
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
        named = table.replace_schema_metadata({"geo": json.dumps(geo)})
        pq.write_table(named, folder / f"{name}.parquet")
        catalog.append(f'[[layer]]\nname = "{name}"\npath = "{name}.parquet"\n')
    (folder / "catalog.toml").write_text("".join(catalog))
    return layers


def approvals(footprints: Geometries) -> Iterator[Entry]:
    """Approvals of footprints, in the order of their days."""
    works = ("new_build", "new_build", "alteration", "existing")
    wkb = shapely.to_wkb(PLANE.to_lonlat(footprints), hex=True)
    for number, text in enumerate(wkb):
        yield Entry.model_construct(
            id=f"A{number:07d}",
            decided_on=FIRST + timedelta(days=number * DAYS // len(wkb)),
            decision=Decision.APPROVED,
            attributes={"works": works[number % 4], "energy_use": f"{number % 97 + 1} tce/a"},
            areas={"county": f"county-{number % 196}"},
            grounds={"permanent": GroundText.model_construct(wkb=text, crs="EPSG:4490")},
            complete=("documents", "components", "geometries"),
        )


def by_hand(layers: Sequence[Geometries], footprints: Geometries) -> list[set[int]]:
    """The ten rules as a competent person writes them: an index, an overlay, a sum."""
    import geopandas as gpd

    new = np.flatnonzero(np.arange(len(footprints)) % 4 < 2)
    cases = gpd.GeoDataFrame({"case": new}, geometry=footprints[new])
    found = []
    for number, layer in enumerate(HAND):
        zones = gpd.GeoDataFrame(geometry=layers[LAYERS.index(layer)])
        if number % 2 == 0:
            hits = gpd.sjoin(cases, zones, predicate="intersects")
            found.append(set(hits["case"].tolist()))
            continue
        pieces = gpd.overlay(cases, zones, how="intersection")
        areas = pieces.assign(area=pieces.area).groupby("case")["area"].sum()
        found.append(set(areas[areas > LEAST_M2].index.tolist()))
    return found


def by_replay(done: Done) -> list[set[int]]:
    """The approvals that break each of the ten rules, by the replay's results."""
    breaches = done.breaches().select(["id", "rule"]).to_pydict()
    found: list[set[int]] = [set() for _ in HAND]
    for id_, rule in zip(breaches["id"], breaches["rule"], strict=True):
        if rule.startswith("bench.ten.keep_off_"):
            found[int(rule.rpartition("_")[2])].add(int(id_[1:]))
    return found


def departures(
    replayed: Sequence[set[int]],
    written: Sequence[set[int]],
    layers: Sequence[Geometries],
    footprints: Geometries,
) -> tuple[int, int]:
    """How many approvals the two name otherwise: for a piece under the declared tolerance (1 mm of
    width) or under the resolution of areas (0.01 m², rounded), and for anything else.
    """
    slivers = others = 0
    for number, (one, other) in enumerate(zip(replayed, written, strict=True)):
        layer = shapely.union_all(layers[LAYERS.index(HAND[number])])
        for case in one ^ other:
            piece = shapely.intersection(footprints[case], layer)
            off = piece.area - (LEAST_M2 if number % 2 else 0.0)
            tiny = bool(abs(off) <= max(0.005, 0.001 * piece.length))
            slivers, others = slivers + tiny, others + (not tiny)
    return slivers, others


@dataclass
class Shares:
    """Where the time of some pieces goes, in seconds."""

    planning: float = 0.0
    reading: float = 0.0
    measuring: float = 0.0
    judging: float = 0.0
    inferring: float = 0.0
    writing: float = 0.0


def shares(setup: Setup, pieces: int) -> Shares:
    """The shares of some pieces in this process. What is measured is kept, so judging a second time
    shows what judging alone takes.
    """
    from redline.audit import bench as judging
    from redline.checking.check import ZonesOfDay
    from redline.checking.facts import subjects_of
    from redline.checking.limits import distance_limits
    from redline.checking.mentions import layers_asked
    from redline.checking.terrain import MeasuredTerrain
    from redline.reasoning.infer import infer
    from redline.reasoning.judge import judge

    bench = open_bench(setup)
    found = Shares()
    outline = outline_of(bench.store, Selection())
    names = Names(bench.book)
    largest = sorted(pieces_of(outline, bench, None), key=lambda p: -len(p.seqs))
    for piece in largest[: pieces + 1]:
        times = [time.perf_counter()]
        plan = bench.plan(piece.day)
        times.append(time.perf_counter())
        kept = bench.store.entries_of(piece.seqs)
        batch = [one for one, _ in (judging.understood(k, bench) for k in kept) if one is not None]
        days = [k.entry.decided_on for k in kept]
        opened = ZonesOfDay(bench.zones, layers_asked(plan), piece.day)
        subjects = subjects_of(batch, bench.book, days)
        terrain = MeasuredTerrain(
            batch, days, bench.zones.plane, opened, bench.tolerance, bench.register
        )
        terrain.limits = distance_limits(plan)
        times.append(time.perf_counter())
        judge(plan, subjects, terrain)
        times.append(time.perf_counter())
        truths = judge(plan, subjects, terrain).truths
        times.append(time.perf_counter())
        infer(plan, truths)
        times.append(time.perf_counter())
        tables_of(judging.judge_decisions(bench, piece.day, kept), kept, bench, names)
        whole = time.perf_counter() - times[-1]
        planned, read, both, again, inferred = np.diff(times).tolist()
        found.planning += planned
        found.reading += read
        found.measuring += max(both - again, 0.0)
        found.judging += again
        found.inferring += inferred
        found.writing += max(whole - read - both - inferred, 0.0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--approvals", type=lambda x: int(float(x)), default=1_000_000)
    parser.add_argument("--vertices", type=lambda x: int(float(x)), default=1_000_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--piece", type=int, default=2048)
    parser.add_argument("--scheduler", help="a Dask cluster instead of processes")
    parser.add_argument("--keep", type=Path, help="make and keep everything in this folder")
    parser.add_argument("--without-hand", action="store_true", help="leave the script out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run(folder, given)


def run(folder: Path, given: argparse.Namespace) -> None:
    print(machine())
    layers = make_layers(folder, given.vertices)
    footprints = parcels(given.approvals)
    rules = (shipped_rules(), folder / "ten.redline")
    rules[1].write_text(ten_rules(), encoding="utf-8")
    where, started = folder / "register.gpkg", time.perf_counter()
    book = ready_rulebook(rules)
    if not where.exists():
        with open_store(str(where), book, make=True).writing() as writer:
            writer.append(approvals(footprints), lambda entry: Place(entry.id))
    print(f"{given.approvals:,} approvals entered in {time.perf_counter() - started:.0f} s")
    setup = Setup(str(where), rules, folder / "catalog.toml")
    subprocess.run(
        [
            *(sys.executable, "-m", "redline", "layers", "build", "--quiet"),
            *("--catalog", str(folder / "catalog.toml")),
        ],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    started = time.perf_counter()
    options = ReplayOptions(
        results=folder / "results",
        anew=True,
        workers=given.workers,
        scheduler=given.scheduler,
        piece=given.piece,
    )

    def told(doing: Message, share: float) -> None:
        if sys.stderr.isatty():
            print(f"\r{share:6.1%}", end="", file=sys.stderr)

    with judged_results(setup, options, told) as done:
        spent = time.perf_counter() - started
        replayed = by_replay(done)
    own, others = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"replay, {given.workers} processes, {len(book.rules)} rules: {spent:.1f} s, "
        f"{1e6 * spent / given.approvals:.0f} µs an approval; "
        f"memory {own:.0f} MB here, {others:.0f} MB the largest worker"
    )
    found = shares(setup, 2)
    whole = sum(vars(found).values())
    print("shares: " + ", ".join(f"{k} {v / whole:.0%}" for k, v in vars(found).items()))
    if given.without_hand:
        return
    started = time.perf_counter()
    written = by_hand(layers, footprints)
    hand = time.perf_counter() - started
    slivers, others = departures(replayed, written, layers, footprints)
    print(
        f"ten rules by hand with geopandas: {hand:.1f} s, {1e6 * hand / given.approvals:.0f} µs an "
        f"approval; breaches {sum(map(len, written)):,}, of which otherwise: {others}, and "
        f"{slivers} pieces under tolerance or resolution"
    )
    print(f"the replay judges {len(book.rules) / len(HAND):.0f} times the rules in "
          f"{spent / hand:.1f} times the time")  # fmt: skip
    assert others == 0


if __name__ == "__main__":
    main()

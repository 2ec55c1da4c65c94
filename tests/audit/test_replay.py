"""Past decisions against the rules and layers of their day; the same bytes however it is run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import shapely

from redline.audit.bench import Setup
from redline.audit.replay import ReplayOptions, replay, replay_schema
from redline.commands.program import run
from redline.ground.addresses import is_database
from redline.register.entries import Entry, Grant, GroundText
from redline.register.selecting import Selection
from tests.checking.test_check import DEGREE
from tests.register.place import Country, enter

ROOT = Path(__file__).parents[2]


def ground(west: float, south: float, size: float = 10) -> dict[str, GroundText]:
    """A square, its corner in metres from 0° N 30° E."""
    box = shapely.box(west, south, west + size, south + size)
    degrees = shapely.transform(box, lambda xy: xy / (DEGREE, 110_574.39) + (30, 0))
    return {"permanent": GroundText(wkb=shapely.to_wkb(degrees, hex=True), crs="EPSG:4326")}


def decided(id_: str, day: str, decision: str, west: float, **more: object) -> Entry:
    """A decision on a small house; zone A, where nothing may be built, lies at 0 to 100."""
    return Entry.model_validate(
        {
            "id": id_,
            "decided_on": day,
            "decision": decision,
            "attributes": {"works": "new_build", "energy_use": "1 tce/a"},
            "areas": {"county": "C1"},
            "complete": ("documents", "components", "geometries"),
            "grounds": ground(west, 20),
        }
        | more
    )


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


@pytest.fixture
def register(country: Country) -> Path:
    """Twelve years of decisions, most of them right."""
    where = country.folder / "decisions.gpkg"
    random.seed(11)
    store = country.store(str(where))
    entries = []
    for number in range(60):
        day = date(2024, 1, 1) + timedelta(days=random.randrange(1000))
        inside = random.random() < 0.4
        west = random.uniform(5, 80) if inside else random.uniform(320, 3000)
        decision = "refused" if inside else "approved"
        entries.append(decided(f"D{number:03d}", day.isoformat(), decision, west))
    entries += [
        decided("WRONG", "2026-07-01", "approved", 40, title="A house in the zone"),
        decided("HARSH", "2026-07-02", "refused", 500),
        decided("OPEN", "2026-07-03", "approved", 40, attributes={"energy_use": "1 tce/a"}),
        decided("GONE", "2026-09-03", "approved", 700, basis="《旧法》第一条"),
        decided("ODD", "2026-07-05", "approved", 700, attributes={"works": "palace"}),
    ]
    entries.sort(key=lambda e: e.decided_on)
    enter(store, *entries)
    whose = {"areas": {"county": "C1"}, "amount": "40 tce/a", "entered_on": "2023-01-01"}
    with store.writing() as writer:
        from redline.diagnostics import Place

        writer.grant(
            [Grant(quota="energy_quota", year=y, **whose) for y in range(2024, 2027)], Place("x")
        )
    return where


def setup_of(country: Country, register: Path) -> Setup:
    return Setup(str(register), (country.folder / "rules",), country.folder / "catalog.toml")


def outcome(results: Path) -> dict[str, str]:
    table = pq.read_table(results / "decisions.parquet", columns=["id", "agreement"])
    return dict(zip(table["id"].to_pylist(), table["agreement"].to_pylist(), strict=True))


def contents(results: Path) -> list[bytes]:
    return [(results / f"{name}.parquet").read_bytes() for name in ("decisions", "breaches")]


def test_planted_mistakes_are_found(country: Country, register: Path, tmp_path: Path):
    results = tmp_path / "results"
    document = replay(setup_of(country, register), ReplayOptions(results=results, workers=1))
    found = outcome(results)
    assert document.total == 65
    assert found.pop("WRONG") == "approved_against"
    assert found.pop("HARSH") == "refused_without_ground"
    assert found.pop("OPEN") == "undetermined"
    assert found.pop("ODD") == "unreadable"
    assert set(found.values()) == {"agreed"}
    shown = {one.id: one for one in document.departing}
    assert [f.rule for f in shown["WRONG"].findings] == ["test.place.keep_out"]
    assert shown["WRONG"].findings[0].citations[0].clause == "art. 1"
    assert shown["WRONG"].findings[0].evidence[0].feature == "A"
    assert shown["HARSH"].findings == ()
    assert [b.id for b in document.bases] == ["GONE"]
    assert [(r.rule, r.count, r.examples) for r in document.against] == [
        ("test.place.keep_out", 1, ("WRONG",))
    ]
    assert "works" in {one.name for one in document.lacking}
    assert [p.code for p in document.problems if p.severity == "error"] == ["RL807"]
    breaches = pq.read_table(results / "breaches.parquet").to_pylist()
    (row,) = [row for row in breaches if row["id"] == "WRONG"]
    assert (row["rule"], row["clauses"], row["layer"]) == (
        "test.place.keep_out",
        "OLD art. 1",
        "zone",
    )
    assert row["value"] == pytest.approx(100, abs=0.1)


def test_a_damaged_entry_is_reported_and_the_others_are_judged(
    country: Country, register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    import sqlite3

    with sqlite3.connect(register) as one:
        one.execute("drop trigger redline_decisions_no_update")
        one.execute("update redline_decisions set entry = '{\"id\": 5' where id = 'D007'")
        ground = {"permanent": {"wkb": "zz", "crs": "EPSG:1"}}
        damaged = {"id": "D008", "decided_on": "2026-01-01", "decision": "approved"}
        text = json.dumps({**damaged, "grounds": ground})
        one.execute("update redline_decisions set entry = ? where id = 'D008'", [text])
    results = tmp_path / "results"
    document = replay(setup_of(country, register), ReplayOptions(results=results, workers=1))
    found = outcome(results)
    assert (found["D007"], found["D008"]) == ("unreadable", "unreadable")
    assert sum(v == "unreadable" for v in found.values()) == 3
    assert sum(p.code == "RL807" for p in document.problems) == 3
    rules = ("--rules", str(country.folder / "rules"))
    assert run(["register", "list", "--register", str(register), *rules]) == 3
    assert "RL701" in capsys.readouterr().err


def test_the_rules_of_the_day_apply(country: Country, register: Path, tmp_path: Path):
    document = replay(setup_of(country, register), ReplayOptions(workers=1))
    cited = {
        one.id: {c.instrument for f in one.findings for c in f.citations}
        for one in document.departing
        if one.agreement == "approved_against"
    }
    assert cited == {"WRONG": {"OLD"}}
    today = Setup(
        str(register),
        (country.folder / "rules",),
        country.folder / "catalog.toml",
        as_of=date(2027, 1, 1),
    )
    (wrong,) = [x for x in replay(today, ReplayOptions(workers=1)).departing if x.id == "WRONG"]
    assert {c.instrument for f in wrong.findings for c in f.citations} == {"NEW"}


def test_the_layers_of_the_day_apply(country: Country, tmp_path: Path):
    country.layers["zone"] = (
        country.layers["zone"].replace("path = ", "valid_to = 2026-01-01\npath = ")
        + '[[layer]]\nname = "zone"\nempty = true\nsource = "x"\ndate = 2026-01-01\n'
        "valid_from = 2026-01-01\ncoverage = {bounds = [29.95, -0.05, 30.05, 0.05]}\n"
    )
    country.check(country.submission("nobody"))
    where = country.folder / "r.gpkg"
    enter(
        country.store(str(where)),
        decided("BEFORE", "2025-12-31", "approved", 40),
        decided("AFTER", "2026-01-01", "approved", 40),
    )
    results = tmp_path / "results"
    replay(setup_of(country, where), ReplayOptions(results=results, workers=1))
    assert outcome(results)["BEFORE"] == "approved_against"
    assert outcome(results)["AFTER"] != "approved_against"


def test_a_quota_is_asked_as_it_stood_then(country: Country, tmp_path: Path):
    where = country.folder / "r.gpkg"
    store = country.store(str(where))
    use = {"attributes": {"works": "new_build", "energy_use": "6 tce/a"}}
    enter(store, *(decided(f"Q{i}", "2026-03-01", "approved", 500, **use) for i in range(3)))
    from redline.diagnostics import Place

    with store.writing() as writer:
        grant = {"areas": {"county": "C1"}, "year": 2026, "entered_on": "2026-01-01"}
        writer.grant([Grant(quota="energy_quota", amount="13 tce/a", **grant)], Place("x"))
    results = tmp_path / "results"
    replay(setup_of(country, where), ReplayOptions(results=results, workers=1))
    assert [outcome(results)[f"Q{i}"] for i in range(3)] == [
        "agreed",
        "agreed",
        "approved_against",
    ]


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_results_do_not_depend_on_the_pieces(
    country: Country, register: Path, tmp_path: Path, piece: int
):
    one, other = tmp_path / "one", tmp_path / "other"
    first = replay(setup_of(country, register), ReplayOptions(results=one, workers=1, piece=33))
    second = replay(
        setup_of(country, register), ReplayOptions(results=other, workers=1, piece=piece)
    )
    assert contents(one) == contents(other)
    assert first == second


def test_results_do_not_depend_on_the_number_of_processes(
    country: Country, register: Path, tmp_path: Path
):
    one, two = tmp_path / "one", tmp_path / "two"
    replay(setup_of(country, register), ReplayOptions(results=one, workers=1))
    replay(setup_of(country, register), ReplayOptions(results=two, workers=2, piece=9))
    assert contents(one) == contents(two)


def arguments(country: Country, register: Path, results: Path, *more: str) -> list[str]:
    return [
        *("replay", str(register), "--results", str(results)),
        *("--rules", str(country.folder / "rules")),
        *("--catalog", str(country.folder / "catalog.toml"), *more),
    ]


def test_a_replay_that_was_killed_goes_on_to_the_same_bytes(
    country: Country, register: Path, tmp_path: Path
):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    replay(setup_of(country, register), ReplayOptions(results=whole, workers=1))
    given = arguments(country, register, cut, "--piece", "2", "--workers", "1")
    running = subprocess.Popen([sys.executable, "-m", "redline", *given], cwd=ROOT)
    end = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < end:
        if len(list(cut.glob("parts/*.decisions"))) >= 4:
            os.kill(running.pid, signal.SIGKILL)
            break
        time.sleep(0.005)
    running.wait()
    before = set(cut.glob("parts/*.decisions"))
    stamps = {path: path.stat().st_mtime_ns for path in before}
    if running.returncode == -signal.SIGKILL:
        assert before
        assert not (cut / "decisions.parquet").exists()
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    assert run([*given, "--quiet"]) == 3
    assert contents(cut) == contents(whole)


def test_a_folder_of_another_replay_is_not_gone_on_in(
    country: Country, register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    results = tmp_path / "results"
    assert run(arguments(country, register, results, "--quiet", "--since", "2026-01-01")) == 3
    assert run(arguments(country, register, results, "--quiet", "--workers", "1")) == 3
    assert "RL804" in capsys.readouterr().err
    assert run(arguments(country, register, results, "--quiet", "--workers", "1", "--anew")) == 3
    assert len(outcome(results)) == 65


def test_decisions_are_chosen_by_day_and_by_what_they_say(
    country: Country, register: Path, tmp_path: Path
):
    def ids(**wanted: object) -> set[str]:
        results = tmp_path / str(len(list(tmp_path.iterdir())))
        chosen = Selection(**wanted)  # type: ignore[arg-type]
        options = ReplayOptions(chosen, results, workers=1)
        replay(setup_of(country, register), options)
        return set(outcome(results))

    assert ids(since=date(2026, 7, 1), until=date(2026, 7, 2), conditions=(("id", "*R*"),)) == {
        "WRONG",
        "HARSH",
    }
    assert ids(conditions=(("works", "palace"),)) == {"ODD"}


def test_the_answer_as_text_json_and_report(
    country: Country, register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    import jsonschema

    given = arguments(country, register, tmp_path / "results", "--workers", "1", "--lang", "en")
    report = tmp_path / "report.html"
    assert run([*given, "--report", str(report)]) == 3
    text = capsys.readouterr().out
    assert "approved though the rules of the day forbid it" in text
    assert "Keep out" in text
    assert "art. 1" in text
    assert "A house in the zone" in report.read_text(encoding="utf-8")
    assert run([*given, "--format", "json"]) == 3
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, replay_schema())
    assert document["register"] == str(register)


def test_a_register_in_a_database_is_replayed_alike(
    country: Country, register: Path, tmp_path: Path
):
    from tests.ground.cluster import server
    from tests.register.conftest import fresh_database

    lines = tmp_path / "lines.jsonl"
    rules = ("--rules", str(country.folder / "rules"))
    assert run(["register", "export", str(lines), "--register", str(register), *rules]) == 0
    with server() as one:
        url = fresh_database(one)
        assert is_database(url)
        assert run(["register", "import", str(lines), "--register", url, *rules]) == 0
        here, there = tmp_path / "here", tmp_path / "there"
        replay(setup_of(country, register), ReplayOptions(results=here, workers=1))
        setup = Setup(url, (country.folder / "rules",), country.folder / "catalog.toml")
        replay(setup, ReplayOptions(results=there, workers=2, piece=20))
        assert contents(here) == contents(there)


# ── on a cluster ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers of one thread each, as processes of their own."""
    pytest.importorskip("distributed")
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    scheduler = subprocess.Popen(
        [
            *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0"),
            *("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)),
        ],
        **quiet,
    )
    running: list[subprocess.Popen[bytes]] = []
    try:
        end = time.monotonic() + 60
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            running.append(  # noqa: PERF401 - what is started must be known to be stopped
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "distributed.cli.dask_worker", address),
                        *("--nthreads", "1", "--no-nanny", "--no-dashboard"),
                        *("--local-directory", str(folder / "scratch")),
                    ],
                    **quiet,
                )
            )
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address, running
    finally:
        for one in (*running, scheduler):
            one.kill()
            one.wait()


def test_a_cluster_gives_the_same_bytes_and_a_killed_worker_changes_nothing(
    country: Country, register: Path, tmp_path: Path
):
    whole, spread = tmp_path / "whole", tmp_path / "spread"
    replay(setup_of(country, register), ReplayOptions(results=whole, workers=1))
    with cluster(tmp_path, 2) as (address, workers):
        killed: list[float] = []

        def kill_one(_doing: object, share: float) -> None:
            if share > 0.2 and not killed:
                killed.append(share)
                workers[0].kill()

        options = ReplayOptions(results=spread, scheduler=address, piece=2)
        replay(setup_of(country, register), options, kill_one)
        assert killed
    assert contents(whole) == contents(spread)


def test_a_scheduler_that_is_not_there_is_named(
    country: Country, register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pytest.importorskip("distributed")
    given = arguments(country, register, tmp_path / "r", "--scheduler", "nonsense://x")
    assert run(given) == 3
    assert "RL806" in capsys.readouterr().err

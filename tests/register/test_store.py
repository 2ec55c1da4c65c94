"""The register keeps history, sums accounts exactly, and loses nothing that was acknowledged."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pyogrio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from redline.diagnostics import Place, Refusal
from redline.reasoning.register import AccountKey, Granted
from redline.register.entries import Entry, Grant
from redline.register.lines import open_lines
from redline.register.store import open_store
from tests.register.place import Country, approval, day, enter

COUNTY = AccountKey("energy_use", (("county", "C1"),), 2026)


def test_an_account_sums_by_area_and_year(where: str, country: Country):
    store = country.store(where)
    enter(
        store,
        approval("A", "2026-01-05", "0.1 tce/a"),
        approval("B", "2026-02-05", "0.2 tce/a"),
        approval("C", "2026-02-06", "4 tce/a", areas={"county": "C2"}),
        approval("D", "2025-12-31", "8 tce/a"),
        approval("E", "2026-02-07", "16 tce/a", decision="refused"),
    )
    assert store.total(COUNTY, day("2026-02-05")) == 0.1
    assert store.total(COUNTY, day("2027-01-01")) == 0.3
    assert store.total(AccountKey("energy_use", (), 2026), day("2027-01-01")) == 4.3
    assert store.total(AccountKey("energy_use"), day("2027-01-01")) == 12.3
    assert [d.id for d in store.drawn(COUNTY, day("2027-01-01"))] == ["A", "B"]


def test_what_was_entered_ahead_on_the_same_day_counts_and_the_case_itself_does_not(
    where: str, country: Country
):
    store = country.store(where)
    enter(store, *(approval(i, "2026-03-01", "1 tce/a") for i in "ABCD"))
    on = day("2026-03-01")
    for register in (store, store.ledger()):
        assert register.total(COUNTY, on) == 0
        assert [register.total(COUNTY, on, i) for i in "ABCD"] == [0, 1, 2, 3]
        assert register.total(COUNTY, on, "new") == 4
        assert register.total(COUNTY, on + timedelta(days=9), "B") == 3
        assert [d.id for d in register.drawn(COUNTY, on, "C")] == ["A", "B"]


def test_a_withdrawal_gives_back_from_its_day_and_a_correction_from_the_beginning(
    where: str, country: Country
):
    store = country.store(where)
    enter(store, approval("A", "2026-01-10", "5 tce/a"), approval("B", "2026-01-10", "7 tce/a"))
    enter(store, Entry(id="A", decided_on="2026-06-01", decision="撤销"))
    enter(store, approval("B", "2026-01-10", "6 tce/a"))
    for register in (store, store.ledger()):
        assert register.total(COUNTY, day("2026-05-31")) == 11
        assert register.total(COUNTY, day("2026-06-02")) == 6
        assert [d.amount for d in register.drawn(COUNTY, day("2026-06-02"))] == [6]
    assert [k.seq for k in store.entries()] == [1, 2, 3, 4]


def test_an_amount_that_is_not_known_leaves_the_sum_open(where: str, country: Country):
    store = country.store(where)
    enter(store, approval("A", "2026-01-10", "5 tce/a"), approval("B", "2026-01-11", "unknown"))
    for register in (store, store.ledger()):
        assert register.total(COUNTY, day("2026-01-11")) == 5
        assert register.total(COUNTY, day("2026-01-12")) != register.total(
            COUNTY, day("2026-01-12")
        )
    enter(store, approval("B", "2026-01-11", "3 tce/a"))
    assert store.total(COUNTY, day("2026-01-12")) == 8
    assert store.ledger().total(COUNTY, day("2026-01-12")) == 8


def test_grants_open_and_transfers_add(where: str, country: Country):
    store = country.store(where)
    areas = {"county": "C1"}
    with store.writing() as writer:
        writer.grant(
            [
                Grant(
                    quota="用能指标",
                    areas=areas,
                    year=2026,
                    amount="100 tce/a",
                    entered_on="2026-1-1",
                ),
                Grant(
                    quota="energy_quota",
                    areas=areas,
                    year=2026,
                    amount="-30 tce/a",
                    move="transfer",
                    entered_on="2026-5-1",
                ),
            ],
            Place("x"),
        )
    key = COUNTY.areas
    for register in (store, store.ledger()):
        assert register.granted("energy_quota", key, 2026, day("2026-02-01")) == Granted(100, 0)
        assert register.granted("energy_quota", key, 2026, day("2026-06-01")) == Granted(100, -30)
        assert register.granted("energy_quota", key, 2025, day("2026-06-01")) is None


def test_history_cannot_be_changed(where: str, country: Country):
    store = country.store(where)
    enter(store, approval("A", "2026-01-10", "5 tce/a"))
    for statement in (
        "update redline_decisions set decision = 'refused'",
        "delete from redline_decisions",
    ):
        with pytest.raises(DatabaseError, match="only appended"), store.engine.begin() as one:
            one.execute(text(statement))
    assert store.total(COUNTY, day("2027-01-01")) == 5


def test_an_attribute_that_a_new_rule_sums_is_posted_for_old_entries(where: str, country: Country):
    rules = country.folder / "rules" / "place.redline"
    with_quota = rules.read_text(encoding="utf-8")
    narrowed = (
        with_quota[: with_quota.index("rule quota")]
        + with_quota[with_quota.index("rule outfalls") : with_quota.index("parameter works_cap")]
    )
    rules.write_text(narrowed, encoding="utf-8")
    enter(country.store(where), approval("A", "2026-01-10", "5 tce/a"))
    rules.write_text(with_quota, encoding="utf-8")
    assert country.store(where).total(COUNTY, day("2027-01-01")) == 5


def test_sums_in_the_database_and_in_memory_agree_on_random_histories(where: str, country: Country):
    random.seed(7)
    store = country.store(where)
    entries = []
    for number in range(120):
        on = date(2025, 11, 1) + timedelta(days=random.randrange(120))
        id_ = f"P{random.randrange(60)}"
        decision = random.choice(["approved", "approved", "refused", "withdrawn"])
        entries.append(
            approval(
                id_,
                on.isoformat(),
                random.choice(["unknown", f"{random.randrange(50) / 10} tce/a"]),
                decision=decision,
                areas={"county": random.choice(["C1", "C2"]), "zone": random.choice("AB")},
                title=f"{number}",
            )
        )
    enter(store, *entries)
    ledger = store.ledger()
    keys = [
        COUNTY,
        AccountKey("energy_use"),
        AccountKey("energy_use", (("county", "C2"), ("zone", "A"))),
        AccountKey("energy_use", (("county", "C1"), ("zone", "B")), 2025),
    ]
    for key in keys:
        for on in (date(2025, 12, 1), date(2026, 1, 15), date(2026, 6, 1)):
            for own in (None, "P3", "P17", "new"):
                here, there = store.total(key, on, own), ledger.total(key, on, own)
                assert here == there or (here != here and there != there), (key, on, own)


def test_the_file_is_a_geopackage(tmp_path: Path, country: Country):
    from redline.register.entries import GroundText

    ground = GroundText(
        wkb="010100000000000000000044400000000000003E40".replace(" ", ""), crs="EPSG:4490"
    )
    where = tmp_path / "r.gpkg"
    enter(
        country.store(str(where)),
        approval("A", "2026-01-10", "5 tce/a", grounds={"permanent": ground}),
    )
    found = pyogrio.read_dataframe(where, layer="redline_decisions")
    assert list(found["id"]) == ["A"]
    assert found.crs.to_epsg() == 4326
    assert found.geometry[0].wkt == "POINT (40 30)"
    assert "redline_grants" in pyogrio.list_layers(where)[:, 0]


def test_json_lines_are_read_as_a_register(tmp_path: Path, country: Country):
    lines = [
        {
            "id": "A",
            "decided_on": "2026-03-02",
            "decision": "同意",
            "areas": {"县": "C1"},
            "attributes": {"用能": "12 tce/a"},
        },
        {
            "quota": "energy_quota",
            "areas": {"county": "C1"},
            "year": 2026,
            "amount": "50 tce/a",
            "entered_on": "2026-01-01",
        },
    ]
    path = tmp_path / "register.jsonl"
    path.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8")
    ledger = open_lines(path, country.book)
    assert ledger.total(COUNTY, day("2026-04-01")) == 12
    assert ledger.granted("energy_quota", COUNTY.areas, 2026, day("2026-04-01")) == Granted(50)


@pytest.mark.parametrize(
    "content", [b"", b"not a database", b"SQLite format 3\x00" + bytes(90)], ids=str
)
def test_what_is_no_register_is_refused(tmp_path: Path, country: Country, content: bytes):
    path = tmp_path / "r.gpkg"
    path.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        open_store(str(path), country.book)
    assert caught.value.diagnostics[0].code == "RL701"


WRITER = """
import sys
from pathlib import Path
from redline.register.store import open_store
from redline.rulebook.load import load_rulebook
from tests.register.place import approval, enter
store = open_store(sys.argv[2], load_rulebook([Path(sys.argv[1])]), make=True)
for number in range(100000):
    enter(store, approval(f"K{number}", "2026-01-10", "1 tce/a"))
    print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(where: str, country: Country):
    arguments = [sys.executable, "-c", WRITER, str(country.folder / "rules"), where]
    before = 0
    for pause in (0.05, 0.13):
        running = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert running.stdout is not None
        told = [running.stdout.readline() for _ in range(3)]
        time.sleep(pause)
        os.kill(running.pid, signal.SIGKILL)
        told += running.stdout.read().splitlines(keepends=True)
        running.wait()
        acknowledged = sum(line.endswith("\n") for line in told)
        store = open_store(where, country.book)
        entered = [kept.entry.id for kept in store.entries()]
        assert len(entered) - before in (acknowledged, acknowledged + 1)
        before = len(entered)
        assert store.total(COUNTY, day("2027-01-01")) == len(set(entered))
        assert store.ledger().total(COUNTY, day("2027-01-01")) == len(set(entered))

"""Quotas over the register: accounts in findings, and what is refused at the moment of entry."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from redline.commands.program import run
from redline.diagnostics import Place
from redline.findings import Status
from redline.reasoning.register import AccountKey
from redline.register.entries import Grant
from tests.register.place import Country, approval, day, enter

AREAS = {"county": "C1"}
YEAR = AccountKey("energy_use", (), 2026)


def grant(country: Country, where: str, amount: str = "100 tce/a", **more: object) -> None:
    entered = {"quota": "energy_quota", "areas": AREAS, "year": 2026, "entered_on": "2026-01-01"}
    with country.store(where).writing() as writer:
        writer.grant([Grant.model_validate({**entered, "amount": amount, **more})], Place("x"))


def add(country: Country, where: str, record: Path, *more: str) -> int:
    rules = str(country.folder / "rules")
    return run(["register", "add", str(record), "--register", where, "--rules", rules, *more])


def test_a_finding_shows_the_account(where: str, country: Country):
    enter(
        country.store(where),
        approval("A", "2026-02-01", "30 tce/a", title="A mill"),
        approval("B", "2026-03-01", "40 tce/a"),
    )
    grant(country, where, "90 tce/a")
    grant(country, where, "10 tce/a", move="transfer")
    finding = country.finding("quota", country.project("P", "31 tce/a"), register=where)
    assert finding.status is Status.VIOLATED
    (account,) = finding.accounts
    assert (account.place, account.period, account.unit) == ("C1", "2026", "tce/a")
    assert (account.opening, account.transfers, account.used) == (90, 10, 70)
    assert [(e.id, e.title, e.amount) for e in account.entries] == [
        ("A", "A mill", 30),
        ("B", None, 40),
    ]
    assert (account.requested, account.remaining) == (31, -1)
    found = country.finding("quota", country.project("P", "30 tce/a"), register=where)
    assert found.status is Status.COMPLIES


def test_a_quota_that_is_not_on_file_leaves_the_rule_open(where: str, country: Country):
    enter(country.store(where), approval("A", "2026-02-01", "30 tce/a"))
    finding = country.finding("quota", country.project("P", "31 tce/a"), register=where)
    assert finding.status is Status.UNDETERMINED
    assert [m.name for m in finding.missing] == ["energy_quota"]


def test_a_replacement_multiple_draws_twice(where: str, country: Country):
    store = country.store(where)
    with store.writing() as writer:
        cap = {"quota": "works_cap", "year": 2026, "amount": "50 tce/a", "entered_on": "2026-01-01"}
        writer.grant([Grant.model_validate(cap)], Place("x"))
    given = {"attributes": {"works": "alteration", "energy_use": "20 tce/a"}}
    finding = country.finding("doubled", country.project("P", "", **given), register=where)
    (account,) = finding.accounts
    assert (account.opening, account.requested, account.remaining) == (50, 40, 10)
    grant(country, where)
    record = country.record(country.project("P", "", **given), where)
    assert add(country, where, record) == 0
    (kept,) = store.entries()
    assert kept.entry.multiples == {"energy_use": 2}
    assert country.store(where).drawn(YEAR, day("2027-01-01"))[0].amount == 40


def test_two_that_fit_alone_do_not_fit_together(
    where: str, country: Country, capsys: pytest.CaptureFixture[str]
):
    grant(country, where)
    first = country.record(country.project("P1", "60 tce/a"), where)
    second = country.record(country.project("P2", "60 tce/a"), where)
    assert add(country, where, first) == 0
    assert add(country, where, second) == 1
    said = capsys.readouterr().err
    for part in ("P2", "opening 100", "used 60", "requested 60", "remaining -20", "P1 60"):
        assert part in said
    assert [k.entry.id for k in country.store(where).entries()] == ["P1"]
    finding = country.finding("quota", country.folder / "P2.json", register=where)
    assert finding.status is Status.VIOLATED
    assert [e.id for e in finding.accounts[0].entries] == ["P1"]


def test_started_at_the_same_moment_exactly_one_is_accepted(where: str, country: Country):
    grant(country, where)
    records = [country.record(country.project(f"P{n}", "60 tce/a"), where) for n in (1, 2)]
    rules = str(country.folder / "rules")
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "redline", "register", "add", str(record)),
                *("--register", where, "--rules", rules),
            ],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for record in records
    ]
    said = [one.communicate(timeout=120)[1] for one in running]
    assert sorted(one.returncode for one in running) == [0, 1], said
    store = country.store(where)
    assert len(list(store.entries())) == 1
    assert store.total(YEAR, day("2027-01-01")) == 60


def test_a_departure_from_the_verdict_needs_a_reason(
    where: str, country: Country, capsys: pytest.CaptureFixture[str]
):
    grant(country, where)
    record = country.record(country.project("P", "10 tce/a"), where)
    verdict = json.loads(record.read_text())["findings"]["submissions"][0]["verdict"]
    follows = verdict in ("compliant", "conditional")
    departing = "refused" if follows else "approved"
    assert add(country, where, record, "--decision", departing) == 1
    assert "RL714" in capsys.readouterr().err
    given = ("--reason", "the ground is needed for a school", "--by", "Li")
    assert add(country, where, record, "--decision", departing, *given) == 0
    (kept,) = country.store(where).entries()
    assert (kept.entry.verdict, kept.entry.reason) == (verdict, given[1])
    assert kept.entry.record_digest == json.loads(record.read_text())["digest"]
    assert kept.entry.areas == AREAS
    assert kept.entry.grounds.keys() == {"permanent"}


def test_the_same_case_is_entered_once_unless_it_is_a_correction(where: str, country: Country):
    grant(country, where)
    record = country.record(country.project("P", "60 tce/a"), where)
    assert add(country, where, record) == 0
    assert add(country, where, record) == 1
    assert add(country, where, record, "--correct") == 0
    assert country.store(where).total(YEAR, day("2027-01-01")) == 60


def test_an_unknown_submission_of_the_record_is_named(
    where: str, country: Country, capsys: pytest.CaptureFixture[str]
):
    record = country.record(country.project("P", "60 tce/a"))
    assert add(country, where, record, "--id", "Q") == 3
    assert "“Q”" in capsys.readouterr().err


def test_only_projects_and_operations_are_entered(country: Country, tmp_path: Path):
    from redline.audit.adding import Deciding
    from redline.audit.adding import add as enter_record
    from redline.audit.record import read_record
    from redline.diagnostics import Refusal
    from redline.register.entries import Decision

    record = read_record(country.record(country.project("P", "60 tce/a")))
    days = tuple(day.model_copy(update={"subject": "revision"}) for day in record.days)
    revision = record.model_copy(update={"days": days})
    store = country.store(str(tmp_path / "r.gpkg"))
    with pytest.raises(Refusal) as caught:
        enter_record(store, revision, Deciding(Decision.APPROVED), (), Place("x"))
    assert [d.code for d in caught.value.diagnostics] == ["RL716"]

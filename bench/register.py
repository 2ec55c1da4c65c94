"""What a check waits for at a register of a million approvals.

    python -m bench.register --approvals 1e6

Fills a register, then asks accounts in a process of its own: the total and the approvals behind it,
by county and year. Beside it the same sum as a scan over the decisions, as one would write it
without accounts; both must agree. `--url` takes a PostgreSQL database with PostGIS instead.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.overlay import machine
from redline.diagnostics import Place
from redline.reasoning.register import AccountKey
from redline.register.entries import Decision, Entry
from redline.register.store import Store, open_store
from redline.rulebook.cached import ready_rulebook

FIRST, DAYS, COUNTIES = date(2010, 1, 1), 6200, 1200
BEFORE = date(2026, 12, 1)
ASKED = 60
"""Accounts that are asked."""


def approvals(count: int) -> Iterator[Entry]:
    """Approvals of many counties over seventeen years, in the order of their days."""
    chance = random.Random(1)
    for number in range(count):
        yield Entry.model_construct(
            id=f"A{number:07d}",
            decided_on=FIRST + timedelta(days=number * DAYS // count),
            decision=Decision.APPROVED,
            attributes={"energy_use": f"{chance.randrange(1, 900) / 10} tce/a"},
            areas={"county": f"{chance.randrange(COUNTIES):06d}", "city": "4416"},
            grounds={},
        )


def fill(where: str, count: int) -> float:
    """Fill a register; returns the seconds that it took."""
    started = time.perf_counter()
    with open_store(where, ready_rulebook(()), make=True).writing() as writer:
        writer.append(approvals(count), lambda entry: Place(entry.id))
    return time.perf_counter() - started


def accounts() -> list[AccountKey]:
    """The accounts that are asked: of a county and a year, of a city and a year, of a county."""
    chance = random.Random(2)
    found = []
    for number in range(ASKED):
        county = ("county", f"{chance.randrange(COUNTIES):06d}")
        area = county if number % 3 != 1 else ("city", "4416")
        found.append(AccountKey("energy_use", (area,), 2026 if number % 3 < 2 else None))
    return found


def ask(where: str) -> None:
    """Asks in a process of its own, and prints what it took."""
    book = ready_rulebook(())
    started = time.perf_counter()
    store = open_store(where, book)
    opened = time.perf_counter() - started
    totals, waits, lists = [], [], []
    for account in accounts():
        started = time.perf_counter()
        totals.append(store.total(account, BEFORE, "new"))
        waits.append(time.perf_counter() - started)
        started = time.perf_counter()
        store.drawn(account, BEFORE, "new")
        lists.append(time.perf_counter() - started)
    print(json.dumps({"opened": opened, "waits": waits, "lists": lists, "totals": totals}))


def scan(store: Store, account: AccountKey) -> tuple[float, float]:
    """The total by looking at every decision, and the seconds that it took."""
    from decimal import Decimal

    started = time.perf_counter()
    total = Decimal(0)
    for kept in store.entries():
        entry = kept.entry
        here = all(entry.areas.get(layer) == key for layer, key in account.areas)
        before = entry.decided_on < BEFORE
        if here and before and account.year in (None, entry.decided_on.year):
            total += Decimal(str(entry.attributes["energy_use"]).split()[0])
    return float(total), time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--approvals", type=lambda x: int(float(x)), default=1_000_000)
    parser.add_argument("--url", help="a database instead of a file")
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        ask(given.ask)
        return
    with tempfile.TemporaryDirectory() as folder:
        where = given.url or str(Path(folder, "register.gpkg"))
        print(machine())
        spent = fill(where, given.approvals)
        print(f"{given.approvals:,} approvals entered in {spent:.0f} s")
        done = subprocess.run(
            [sys.executable, "-m", "bench.register", "--ask", where],
            capture_output=True,
            text=True,
            check=True,
        )
        said = json.loads(done.stdout)
        for name, title in (("waits", "total of an account"), ("lists", "approvals behind it")):
            several = said[name]
            print(
                f"{title}: median {1e3 * statistics.median(several):.1f} ms, "
                f"most {1e3 * max(several):.1f} ms"
            )
        print(f"opening the register: {1e3 * said['opened']:.0f} ms")
        store = open_store(where, ready_rulebook(()))
        scanned, slow = scan(store, accounts()[1])
        assert abs(scanned - said["totals"][1]) < 1e-6, (scanned, said["totals"][1])
        ratio = slow / statistics.median(said["waits"])
        print(f"a scan over the decisions: {slow:.1f} s, {ratio:,.0f} times as long; same total")


if __name__ == "__main__":
    main()

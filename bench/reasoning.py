"""How fast two hundred attribute rules are decided for very many subjects, against peers.

    python -m bench.reasoning                       20,000 subjects for all, 1,000,000 for redline
    python -m bench.reasoning --subjects 2000 --many 100000
    python -m bench.reasoning --only redline,clipspy

All contenders get the same rules, translated from the same trees, and the same subjects, each in a
process of its own; all must find the same violations. Times are given by the clock and by what the
processors were busy with, which does not depend on what else the machine does. Peak memory is that
of the process, the subjects it was given included. Redline gives all statuses, under three-valued
logic, and for each the reasons and the clauses when somebody looks; what looking costs is stated
apart. Then it is measured how soon the first question of a fresh process is answered by shipped
rules.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np

from bench import rule_engines
from bench.attribute_rules import DAY, RULES, Columns, columns, rule_book
from bench.rule_engines import Violated
from redline.rulebook.model import RuleBook

LOOKED_AT = 300
"""Findings whose reasons are looked at."""

ASKED = 500
"""Shipped rules that the first question is put to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contender took and found."""

    name: str
    subjects: int
    seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_mb: float = 0.0
    violated: int = 0
    digest: str = ""
    note: str = ""

    @property
    def micros(self) -> float:
        """Microseconds a subject."""
        return self.seconds / self.subjects * 1e6

    @property
    def processor_micros(self) -> float:
        """Microseconds a subject that some processor was busy with it."""
        return self.processor_seconds / self.subjects * 1e6


def with_redline(given: Columns) -> tuple[Violated, str]:
    """All statuses, partition by partition; only the violations of them are kept here."""
    from redline.reasoning.explanation import explain
    from redline.reasoning.infer import Inference, Status, infer, partitions
    from redline.reasoning.judge import judge
    from redline.reasoning.plan import make_plan
    from redline.reasoning.subjects import NoGround

    plan = make_plan(rule_book(), DAY)
    subjects = given.subjects()
    found = np.zeros((given.n, RULES), np.bool_, order="F")
    last: Inference | None = None
    for rows in partitions(given.n):
        part = subjects.part(rows)
        last = infer(plan, judge(plan, part, NoGround(len(part))).truths)
        np.equal(last.statuses, Status.VIOLATED, out=found[rows])
    assert last is not None
    rng = random.Random(0)
    start = time.perf_counter()
    for _ in range(LOOKED_AT):
        row, rule = rng.randrange(len(last.statuses)), rng.randrange(RULES)
        step = explain(last, row, rule)
        assert step.citations and step.premises
    looking = (time.perf_counter() - start) / LOOKED_AT * 1e6
    return found, f"reasons {looking:.0f} µs a finding looked at"


def peer(function: Callable[..., Violated]) -> Callable[[Columns], tuple[Violated, str]]:
    return lambda given: (function(rule_book().rules, given), "")


CONTENDERS: dict[str, tuple[str, Callable[[Columns], tuple[Violated, str]]]] = {
    "redline": ("redline", with_redline),
    "clipspy": ("clips", peer(rule_engines.with_clips)),
    "cedarpy": ("cedarpy", peer(rule_engines.with_cedar)),
    "zen-engine": ("zen", peer(rule_engines.with_zen)),
    "numpy columns": ("numpy", peer(rule_engines.with_numpy)),
}

SAYS = {
    "redline": "all statuses, unknowns, reasons, clauses",
    "clipspy": "which rules are violated",
    "cedarpy": "which rules are violated",
    "zen-engine": "all statuses",
    "numpy columns": "which rules are violated",
}


def run_one(name: str, n: int) -> None:
    """One contender in this process; prints its outcome as JSON."""
    given = columns(n)
    run = CONTENDERS[name][1]
    start, busy = time.perf_counter(), time.process_time()
    violated, note = run(given)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    packed = np.packbits(np.ascontiguousarray(violated))
    outcome = Outcome(
        name,
        n,
        seconds,
        busy,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        int(violated.sum()),
        hashlib.sha256(packed.tobytes()).hexdigest(),
        note,
    )
    print(json.dumps(asdict(outcome)))


def outcome_of(name: str, n: int) -> Outcome:
    """One contender in a process of its own."""
    command = [sys.executable, "-m", "bench.reasoning", "--one", name, "--subjects", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["failed"])[-1]
        return Outcome(name, n, note=f"failed: {last}")
    return Outcome(**json.loads(done.stdout))


def table(names: list[str], n: int) -> None:
    """All contenders on n subjects."""
    outcomes = [outcome_of(name, n) for name in names]
    ran = [o for o in outcomes if o.digest]
    slowest = max((o.processor_micros for o in ran), default=0.0)
    print(f"\n{RULES} rules, {n:,} subjects\n")
    print("| contender | says | µs a subject | processor µs | times the slowest | peak MB | |")
    print("|---|---|---:|---:|---:|---:|---|")
    for o in outcomes:
        if not o.digest:
            print(f"| {o.name} | | | | | | {o.note} |")
            continue
        faster = slowest / o.processor_micros
        print(
            f"| {o.name} | {SAYS[o.name]} | {o.micros:.2f} | {o.processor_micros:.2f} "
            f"| {faster:.1f} | {o.peak_mb:.0f} | {o.note} |"
        )
    if len({o.digest for o in ran}) == 1:
        print(f"\nEqual results: {ran[0].violated:,} violations, found by {len(ran)} contenders.")
    else:
        print("\nRESULTS DIFFER: " + ", ".join(f"{o.name} {o.violated:,}" for o in ran))
        sys.exit(1)


# ── the first question ──────────────────────────────────────────────────────────────────────────


def first_question() -> None:
    """The first question of this process, by shipped rules in force; prints milliseconds."""
    from redline.reasoning.infer import infer
    from redline.reasoning.judge import judge
    from redline.reasoning.plan import make_plan
    from redline.reasoning.subjects import NoGround, Subjects
    from redline.rulebook.cached import ready_rulebook

    day = date(2026, 9, 1)
    book = some_of(ready_rulebook(()), day)
    start = time.process_time()
    plan = make_plan(book, day)
    planned = time.process_time()
    subject = Subjects(days=(day,), attributes=invented(book))
    asked = time.process_time()
    infer(plan, judge(plan, subject, NoGround(1)).truths)
    answered = time.process_time()
    infer(plan, judge(plan, subject, NoGround(1)).truths)
    again = time.process_time()
    times = [planned - start, answered - asked, again - answered]
    print(json.dumps([len(plan.rules), *(1000 * t for t in times)]))


def some_of(book: RuleBook, day: date) -> RuleBook:
    """A rule book with `ASKED` of the rules in force, drawn from all of them."""
    from redline.reasoning.plan import SUBMISSIONS

    there = [rule for rule in book.in_force(day) if SUBMISSIONS.asks(rule)]
    drawn = random.Random(5).sample(there, min(ASKED, len(there)))
    return replace(book, rules=tuple(drawn))


def invented(book: RuleBook) -> dict[str, object]:
    """A value for most attributes of a rule book."""
    from redline.reasoning.subjects import CodeSet, values_of
    from redline.rulebook.model import BooleanType, CodeType, QuantityType

    rng = random.Random(4)
    found: dict[str, object] = {}
    for attribute in book.attributes.values():
        value: object = None
        match attribute.type:
            case BooleanType():
                value = rng.random() < 0.5
            case CodeType(code_list=codes, many=many):
                code = rng.choice([v.names.key for v in codes.values])
                value = CodeSet(frozenset({code})) if many else code
            case QuantityType():
                value = rng.choice([0.0, 10.0, 1e5])
        if rng.random() < 0.8:
            found[attribute.names.key] = values_of(attribute.type, [value])
    return found


def latency(runs: int = 7) -> None:
    """The first question of fresh processes; the least of several, and the median."""
    command = [sys.executable, "-m", "bench.reasoning", "--first"]
    rows = []
    for _ in range(runs + 1):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print("\nThe shipped rules do not load: " + done.stderr.strip().splitlines()[-1])
            return
        rows.append(json.loads(done.stdout))
    measured = np.array(rows[1:])
    least, median = measured.min(axis=0), np.median(measured, axis=0)
    print(f"\nOne subject against {int(least[0])} shipped rules, fresh process, processor ms\n")
    print("| | least | median |\n|---|---:|---:|")
    for i, name in enumerate(("making the plan of the day", "first question", "the same again"), 1):
        print(f"| {name} | {least[i]:.1f} | {median[i]:.1f} |")


def machine() -> str:
    """The machine and the versions that were measured."""
    from pathlib import Path

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    packages = [
        "durable_rules",
        "numpy",
        *(n for n in CONTENDERS if n not in ("redline", "numpy columns")),
    ]
    modules = {"durable_rules": "durable"} | {
        name: module for name, (module, _) in CONTENDERS.items()
    }
    versions = [
        f"{name} {importlib.metadata.version(name)}"
        for name in packages
        if importlib.util.find_spec(modules.get(name, name))
    ]
    python = f"Python {platform.python_version()}"
    return f"{model or platform.processor()}; {', '.join([python, *versions])}"


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--subjects", default="20000", help="subjects for all contenders")
    parser.add_argument("--many", default="1000000", help="subjects for redline and plain columns")
    parser.add_argument("--only", default="", help="contenders, by comma")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first:
        first_question()
        return
    if given.one:
        run_one(given.one, int(float(given.subjects)))
        return
    wanted = given.only.split(",") if given.only else list(CONTENDERS)
    names = [n for n in wanted if importlib.util.find_spec(CONTENDERS[n][0])]
    missing = [n for n in wanted if n not in names]
    print(machine())
    if missing:
        print("Not installed: " + ", ".join(missing) + " (pip install 'redline[bench]')")
    table(names, int(float(given.subjects)))
    table([n for n in names if n in ("redline", "numpy columns")], int(float(given.many)))
    latency()


if __name__ == "__main__":
    main()

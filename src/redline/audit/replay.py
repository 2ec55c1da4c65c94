"""Replay: what the rules of its own day say of every past decision, beside what was decided."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from redline import findings as f
from redline.audit.bench import Bench, Judged, Setup, judge_decisions, open_bench
from redline.audit.diagnostics import DecisionNotJudged
from redline.audit.judging import AGAINST, OPEN, UNREADABLE, WITHOUT_GROUND
from redline.audit.pieces import SIZE, Piece, job_key, outline_of, pieces_of
from redline.audit.running import BREACHES, DECISIONS, Advance, Results, run_pieces
from redline.checking.assembling import findings_of
from redline.checking.check import silently, software
from redline.diagnostics import Place
from redline.ground.addresses import without_password
from redline.register.selecting import Selection
from redline.register.store import open_store
from redline.rulebook.cached import ready_rulebook

SHOWN = 100
"""Decisions of each kind that are listed with their findings; the results have all of them."""

EXAMPLES = 3
"""Decisions that are named for each rule."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How a replay runs; nothing here changes what comes out."""

    wanted: Selection = field(default_factory=Selection)
    results: Path | None = None
    anew: bool = False
    workers: int | None = None
    scheduler: str | None = None
    piece: int = SIZE


class Model(f.Model):
    """Base of the replay's models."""


class Counted(Model):
    """How many decisions of a kind there are."""

    decision: str
    """What was decided: approved or refused."""
    verdict: f.Verdict | None
    """What the rules say; null where it could not be judged."""
    agreement: str
    """agreed, approved_against, refused_without_ground, undetermined, undecided or unreadable."""
    count: int
    """How many decisions."""


class RuleAgainst(Model):
    """A rule against which decisions were approved."""

    rule: str
    """Name of the rule."""
    title: f.Bilingual
    """Title of the rule."""
    clauses: tuple[str, ...]
    """The clauses, as they were in force on the days of the decisions."""
    count: int
    """How many approvals break it."""
    examples: tuple[str, ...]
    """Some of them."""


class Lacking(Model):
    """What undetermined decisions lack."""

    name: str
    """Name in the rule book."""
    title: f.Bilingual
    """Its title."""
    count: int
    """How many undetermined decisions lack it, among other things."""


class ReplayedDecision(Model):
    """A decision that departs, with the findings that say so."""

    id: str
    """Identifier in the register."""
    title: str | None
    """Title in the register."""
    decided_on: date
    """Day of the decision."""
    as_of: date
    """The day whose rules and layers applied."""
    decision: str
    """What was decided."""
    reason: str | None
    """Why it was decided so."""
    basis: str | None
    """What the decision names as its basis."""
    verdict: f.Verdict
    """What the rules say."""
    agreement: str
    """How the two stand to each other."""
    findings: tuple[f.Finding, ...]
    """The binding rules that are violated, or undetermined; none where nothing forbids."""


class BasisGone(Model):
    """A decision that names a basis which was not in force on its day."""

    id: str
    """Identifier in the register."""
    decided_on: date
    """Day of the decision."""
    basis: str
    """What it names."""


class ReplayDocument(Model):
    """The answer of a replay."""

    schema_: Annotated[Literal["redline.replay/1"], Field(alias="schema")] = "redline.replay/1"
    """Name and version of this contract."""
    register_: Annotated[str, Field(serialization_alias="register")]
    """The register that was replayed."""
    rules_digest: str
    """SHA-256 over the digests of all packs."""
    software: dict[str, str]
    """Names and versions of what computed the answer."""
    as_of: date | None
    """The day for all decisions; null where each was judged as of its own."""
    total: int
    """How many decisions were replayed."""
    table: tuple[Counted, ...]
    """Decisions by what was decided and what the rules say."""
    against: tuple[RuleAgainst, ...]
    """The rules against which decisions were approved, most first."""
    lacking: tuple[Lacking, ...]
    """What undetermined decisions lack, most first."""
    departing: tuple[ReplayedDecision, ...]
    """Decisions that depart from the rules, oldest first, up to a hundred of a kind."""
    bases: tuple[BasisGone, ...]
    """Decisions on a basis that was not in force."""
    problems: tuple[f.Problem, ...]
    """What could not be read or judged."""


def replay(
    setup: Setup, options: ReplayOptions = ReplayOptions(), advance: Advance = silently
) -> ReplayDocument:
    """Judge every wanted decision as of its own day. Raises `Refusal`.

    With `options.results` the results stay in that folder, as Parquet, and an interrupted replay
    goes on where it was.
    """
    with judged_results(setup, options, advance) as done:
        return summary(done)


@dataclass(frozen=True)
class Done:
    """A replay whose results are there."""

    bench: Bench
    pieces: Sequence[Piece]
    folder: Path

    def decisions(self) -> pa.Table:
        """A row for each decision."""
        return pq.read_table(self.folder / DECISIONS)

    def breaches(self) -> pa.Table:
        """A row for each binding rule that a case breaks."""
        return pq.read_table(self.folder / BREACHES)


@contextmanager
def judged_results(setup: Setup, options: ReplayOptions, advance: Advance) -> Iterator[Done]:
    """The results of a replay, in a folder that stays where one was named."""
    outline = outline_of(open_store(setup.register, ready_rulebook(setup.rules)), options.wanted)
    setup = replace(setup, extent=outline.extent)
    bench = open_bench(setup)
    pieces = pieces_of(outline, bench, setup.as_of, options.piece)
    key = job_key(setup, options.wanted, bench)
    workers = options.workers or os.cpu_count() or 1
    with folder_of(options.results) as folder:
        results = Results(folder)
        results.begin(key, anew=options.anew)
        if not results.done:
            run_pieces(
                key,
                setup,
                pieces,
                results,
                advance,
                workers=workers,
                scheduler=options.scheduler,
            )
            results.finish(pieces, bench.book)
        yield Done(bench, pieces, folder)


@contextmanager
def folder_of(results: Path | None) -> Iterator[Path]:
    """The folder of the results; one that goes away where none is named."""
    if results is not None:
        yield results
        return
    with tempfile.TemporaryDirectory(prefix="redline-replay-") as folder:
        yield Path(folder, "results")


# ── what came of it ─────────────────────────────────────────────────────────────────────────────


def summary(done: Done) -> ReplayDocument:
    """The answer of a replay from its results."""
    found, breaches, bench = done.decisions(), done.breaches(), done.bench
    keys = ["decision", "verdict", "agreement"]
    words = pa.table({name: found[name].cast(pa.string()) for name in keys})
    counted = words.group_by(keys).aggregate([([], "count_all")]).to_pylist()
    table = [
        Counted(
            decision=row["decision"],
            verdict=f.Verdict(row["verdict"]) if row["verdict"] else None,
            agreement=row["agreement"],
            count=row["count_all"],
        )
        for row in counted
    ]
    agreement = words["agreement"]
    problems = [f.Problem.of(d) for d in (*bench.problems, *bench.zones.diagnostics)]
    problems += unreadable_problems(found, agreement, bench)
    gone = found.filter(pc.fill_null(found["basis_not_in_force"], False))
    return ReplayDocument(
        register_=without_password(bench.setup.register),
        rules_digest=bench.book.digest,
        software=dict(software()),
        as_of=bench.setup.as_of,
        total=len(found),
        table=tuple(sorted(table, key=lambda c: (c.decision, c.agreement, str(c.verdict)))),
        against=tuple(rules_against(found, breaches, agreement, bench)),
        lacking=tuple(lacking(found, bench)),
        departing=tuple(departing(found, agreement, done)),
        bases=tuple(
            BasisGone(id=row["id"], decided_on=row["decided_on"], basis=row["basis"])
            for row in gone.select(["id", "decided_on", "basis"]).to_pylist()
        ),
        problems=tuple(dict.fromkeys(problems)),
    )


def rules_against(
    found: pa.Table, breaches: pa.Table, agreement: pa.ChunkedArray, bench: Bench
) -> Iterator[RuleAgainst]:
    """The rules against which decisions were approved."""
    approved = found.filter(pc.equal(agreement, AGAINST))["seq"]
    mine = breaches.filter(pc.is_in(breaches["seq"], approved.combine_chunks()))
    if not len(mine):
        return
    mine = mine.set_column(2, "rule", mine["rule"].cast(pa.string()))
    grouped = mine.group_by("rule").aggregate(
        [("seq", "count"), ("id", "list"), ("clauses", "distinct")]
    )
    titles = {f"{r.pack}.{r.names.key}": r.title for r in bench.book.rules}
    rows = sorted(grouped.to_pylist(), key=lambda row: (-row["seq_count"], row["rule"]))
    for row in rows:
        yield RuleAgainst(
            rule=row["rule"],
            title=f.Bilingual.of(titles[row["rule"]]),
            clauses=tuple(sorted(row["clauses_distinct"])),
            count=row["seq_count"],
            examples=tuple(row["id_list"][:EXAMPLES]),
        )


def lacking(found: pa.Table, bench: Bench) -> Iterator[Lacking]:
    """What undetermined decisions lack."""
    lists = found["missing"].combine_chunks()
    names: Counter[str] = Counter()
    for chunk in lists.chunks if isinstance(lists, pa.ChunkedArray) else [lists]:
        counts = pc.value_counts(chunk.flatten().cast(pa.string()))
        names.update({str(x["values"]): int(x["counts"]) for x in counts.to_pylist()})
    book = bench.book
    several = (
        *(book.attributes, book.documents, book.judgements, book.layers, book.parameters),
        *(book.instruments, book.plans),
    )
    titles = {x.names.key: x.title for one in several for x in one.values()}
    for name, count in sorted(names.items(), key=lambda x: (-x[1], x[0])):
        yield Lacking(name=name, title=f.Bilingual.of(titles[name]), count=count)


def unreadable_problems(
    found: pa.Table, agreement: pa.ChunkedArray, bench: Bench
) -> Iterator[f.Problem]:
    """The decisions that could not be judged."""
    bad = found.filter(pc.equal(agreement, UNREADABLE)).select(["id", "problem"])
    for row in bad.to_pylist():
        place = Place(without_password(bench.setup.register), item=row["id"])
        yield f.Problem.of(
            DecisionNotJudged(place=place, id=row["id"], reason=row["problem"] or "")
        )


def departing(
    found: pa.Table, agreement: pa.ChunkedArray, done: Done
) -> Iterator[ReplayedDecision]:
    """Decisions that depart from the rules, and some that are open, with their findings."""
    shown: dict[int, tuple[str, str]] = {}
    for kind in (AGAINST, WITHOUT_GROUND, OPEN):
        some = found.filter(pc.equal(agreement, kind)).slice(0, SHOWN if kind != OPEN else EXAMPLES)
        for seq, verdict in zip(
            some["seq"].to_pylist(), some["verdict"].cast(pa.string()).to_pylist(), strict=True
        ):
            shown[seq] = (kind, verdict)
    listed: list[tuple[date, int, ReplayedDecision]] = []
    exactly = replace(done.bench, exact=True)
    for piece in done.pieces:
        seqs = [seq for seq in piece.seqs if seq in shown]
        if seqs:
            kept = done.bench.store.entries_of(seqs)
            judged = judge_decisions(exactly, piece.day, kept)
            listed += replayed(judged, shown, exactly)
    for _day, _seq, one in sorted(listed, key=lambda x: x[:2]):
        yield one


def replayed(
    judged: Judged, shown: dict[int, tuple[str, str]], bench: Bench
) -> Iterator[tuple[date, int, ReplayedDecision]]:
    """Decisions with the findings that say why they depart."""
    if judged.answered is None:
        return
    telling = (f.Status.VIOLATED, f.Status.UNDETERMINED)
    for row, kept in enumerate(judged.kept):
        entry = kept.entry
        kind, verdict = shown[kept.seq]
        wanted = telling[0] if kind == AGAINST else telling[1]
        findings = findings_of(judged.answered, row, entry.kind)
        yield (
            entry.decided_on,
            kept.seq,
            ReplayedDecision(
                id=entry.id,
                title=entry.title,
                decided_on=entry.decided_on,
                as_of=bench.setup.as_of or entry.decided_on,
                decision=entry.decision.value,
                reason=entry.reason,
                basis=entry.basis,
                verdict=f.Verdict(verdict),
                agreement=kind,
                findings=tuple(
                    x
                    for x in findings
                    if x.status is wanted and x.severity is f.RuleSeverity.BINDING
                ),
            ),
        )


def replay_schema() -> dict[str, object]:
    """The JSON Schema of a replay's answer."""
    return ReplayDocument.model_json_schema(by_alias=True, mode="serialization")

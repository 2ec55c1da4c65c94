"""What changes between two rule books, or two sets of layers, over the decisions of a register."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import Field

from redline import findings as f
from redline.audit.bench import Setup
from redline.audit.replay import Done, Model, ReplayOptions, judged_results
from redline.audit.running import Advance
from redline.checking.check import silently, software
from redline.ground.addresses import without_password
from redline.messages import Message, Title
from redline.rulebook.model import RuleBook

EXAMPLES = 5
"""Decisions that are named for each change."""

GRAVITY: Mapping[str, int] = {
    "not_applicable": 0,
    "complies": 0,
    "conditional": 1,
    "undetermined": 2,
    "violated": 3,
}
"""How grave a status is; a change to a graver one is stricter."""


class AreaTotal(Model):
    """How much of a change lies in an area."""

    layer: str
    """The layer by which areas are told apart."""
    area: str
    """The key of the feature."""
    count: int
    """How many decisions."""
    area_m2: float
    """The area of their footprints together, square metres."""


class VerdictChange(Model):
    """Decisions whose verdict changes in one way."""

    before: f.Verdict | None
    """By the first rule book; null where it could not be judged."""
    after: f.Verdict | None
    """By the second."""
    count: int
    """How many decisions."""
    area_m2: float
    """The area of their footprints together, square metres."""
    areas: tuple[AreaTotal, ...]
    """The same by area."""


class RuleChange(Model):
    """A rule that changes decisions in one direction."""

    rule: str
    """Name of the rule."""
    title: f.Bilingual
    """Title of the rule."""
    clauses: tuple[str, ...]
    """The clauses that it applies, of either rule book."""
    direction: Literal["stricter", "milder"]
    """Which way it goes."""
    before: str
    """Its status by the first rule book: violated, undetermined, conditional (excused included), or
    kept (not applicable or absent included)."""
    after: str
    """Its status by the second."""
    count: int
    """How many decisions."""
    deciding: int
    """Of how many the verdict changes."""
    area_m2: float
    """The area of their footprints together, square metres."""
    examples: tuple[str, ...]
    """Some of them."""
    areas: tuple[AreaTotal, ...]
    """The same by area."""


class CompareDocument(Model):
    """The answer of a comparison."""

    schema_: Annotated[Literal["redline.compare/1"], Field(alias="schema")] = "redline.compare/1"
    """Name and version of this contract."""
    register_: Annotated[str, Field(serialization_alias="register")]
    """The register over which both were compared."""
    before_digest: str
    """SHA-256 over the packs of the first rule book."""
    after_digest: str
    """SHA-256 over the packs of the second."""
    software: dict[str, str]
    """Names and versions of what computed the answer."""
    total: int
    """How many decisions were judged by both."""
    changed: int
    """Of how many the verdict changes."""
    verdicts: tuple[VerdictChange, ...]
    """The changes of verdicts, most first."""
    rules: tuple[RuleChange, ...]
    """The rules that change, those that change most verdicts first."""


def compare(
    before: Setup,
    after: Setup,
    options: ReplayOptions,
    advance: Advance = silently,
) -> CompareDocument:
    """Judge the wanted decisions by both setups and say what changes. Raises `Refusal`."""

    def half(number: int) -> Advance:
        def told(doing: Message, share: float) -> None:
            advance(doing, (number + share) / 2)

        return told

    with ExitStack() as stack:
        done = [
            stack.enter_context(
                judged_results(
                    setup, replace(options, results=beside(options.results, name)), half(number)
                )
            )
            for number, (setup, name) in enumerate(((before, "before"), (after, "after")))
        ]
        return differences(done[0], done[1])


def beside(results: Path | None, name: str) -> Path | None:
    """The folder of one half of the results."""
    return None if results is None else results / name


@dataclass(frozen=True, slots=True)
class Row:
    """A decision as one rule book judges it."""

    id: str
    verdict: str | None
    statuses: Mapping[str, str]
    """The binding rules that are not kept, with their statuses."""
    area_m2: float
    areas: str


def rows_of(table: pa.Table) -> Iterator[Row]:
    """The rows of the decisions' table."""
    columns = ["id", "verdict", "violated", "conditional", "undetermined", "area_m2", "areas"]
    for batch in table.select(columns).to_batches(max_chunksize=20_000):
        for row in batch.to_pylist():
            statuses = dict.fromkeys(row["conditional"] or (), "conditional")
            statuses |= dict.fromkeys(row["undetermined"] or (), "undetermined")
            statuses |= dict.fromkeys(row["violated"] or (), "violated")
            yield Row(row["id"], row["verdict"], statuses, row["area_m2"] or 0.0, row["areas"])


@dataclass
class Tally:
    """What adds up for one kind of change."""

    count: int = 0
    deciding: int = 0
    area_m2: float = 0.0
    examples: tuple[str, ...] = ()
    places: Counter[str] | None = None
    sizes: Counter[str] | None = None

    def add(self, row: Row, *, deciding: bool) -> None:
        """Count a decision."""
        self.count += 1
        self.deciding += deciding
        self.area_m2 += row.area_m2
        if len(self.examples) < EXAMPLES:
            self.examples = (*self.examples, row.id)
        self.places = Counter() if self.places is None else self.places
        self.sizes = Counter() if self.sizes is None else self.sizes
        for layer, key in json.loads(row.areas or "{}").items():
            place = json.dumps([layer, key])
            self.places[place] += 1
            self.sizes[place] += row.area_m2  # type: ignore[assignment]

    @property
    def areas(self) -> tuple[AreaTotal, ...]:
        """The same by area."""
        found = []
        for place, count in sorted((self.places or {}).items(), key=lambda x: (-x[1], x[0])):
            layer, key = json.loads(place)
            size = float(self.sizes[place]) if self.sizes is not None else 0.0
            found.append(AreaTotal(layer=layer, area=key, count=count, area_m2=round(size, 2)))
        return tuple(found)


def differences(before: Done, after: Done) -> CompareDocument:
    """What changes between two sets of results over the same decisions."""
    verdicts: dict[tuple[str | None, str | None], Tally] = {}
    rules: dict[tuple[str, str, str], Tally] = {}
    total = 0
    pairs = zip(rows_of(before.decisions()), rows_of(after.decisions()), strict=True)
    for old, new in pairs:
        total += 1
        deciding = old.verdict != new.verdict
        if deciding:
            verdicts.setdefault((old.verdict, new.verdict), Tally()).add(new, deciding=True)
        for rule in sorted({*old.statuses, *new.statuses}):
            one, other = old.statuses.get(rule, "complies"), new.statuses.get(rule, "complies")
            if one != other:
                rules.setdefault((rule, one, other), Tally()).add(new, deciding=deciding)
    clauses = clauses_of((before.bench.book, after.bench.book))
    titles = titles_of((before.bench.book, after.bench.book))
    return CompareDocument(
        register_=without_password(before.bench.setup.register),
        before_digest=before.bench.book.digest,
        after_digest=after.bench.book.digest,
        software=dict(software()),
        total=total,
        changed=sum(tally.count for tally in verdicts.values()),
        verdicts=tuple(
            VerdictChange(
                before=f.Verdict(old_) if old_ else None,
                after=f.Verdict(new_) if new_ else None,
                count=tally.count,
                area_m2=round(tally.area_m2, 2),
                areas=tally.areas,
            )
            for (old_, new_), tally in sorted(
                verdicts.items(), key=lambda x: (-x[1].count, str(x[0]))
            )
        ),
        rules=tuple(
            RuleChange(
                rule=rule,
                title=f.Bilingual.of(titles[rule]),
                clauses=clauses[rule],
                direction="stricter" if GRAVITY[new_] > GRAVITY[old_] else "milder",
                before="kept" if old_ == "complies" else old_,
                after="kept" if new_ == "complies" else new_,
                count=tally.count,
                deciding=tally.deciding,
                area_m2=round(tally.area_m2, 2),
                examples=tally.examples,
                areas=tally.areas,
            )
            for (rule, old_, new_), tally in sorted(
                rules.items(), key=lambda x: (-x[1].deciding, -x[1].count, x[0])
            )
        ),
    )


def titles_of(books: Sequence[RuleBook]) -> Mapping[str, Title]:
    """The titles of the rules of several books; of the last one where they differ."""
    return {f"{r.pack}.{r.names.key}": r.title for book in books for r in book.rules}


def clauses_of(books: Sequence[RuleBook]) -> Mapping[str, tuple[str, ...]]:
    """The clauses of the rules of several books."""
    found: dict[str, dict[str, None]] = {}
    for book in books:
        for rule in book.rules:
            cited = found.setdefault(f"{rule.pack}.{rule.names.key}", {})
            for citation in rule.citations:
                cited[f"{citation.instrument.names.key} {citation.clause('en')}".strip()] = None
    return {rule: tuple(cited) for rule, cited in found.items()}


def compare_schema() -> dict[str, object]:
    """The JSON Schema of a comparison's answer."""
    return CompareDocument.model_json_schema(by_alias=True, mode="serialization")

"""Records: what a check went by and what came out, so that it can be judged again years later.

A record holds the rules in force as text, the digests of layers and submissions, the day, the
tolerance, the software, the truth of every atom, the statuses and the findings. It is one JSON
object in a canonical form (sorted keys, no spare white space), so that the same check gives the
same bytes, and it carries the digest of its own content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from redline import findings as f
from redline.audit.diagnostics import DamagedRecord, NotARecord, UnreadableRecord
from redline.checking.assembling import Answered
from redline.checking.check import Options, Task, document_of, judged_batches, prepare
from redline.checking.facts import Stated
from redline.checking.quotas import asked_accounts
from redline.diagnostics import Place, refuse
from redline.ground.addresses import is_database, without_password
from redline.reasoning.infer import Status
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    Plan,
    PlanAtom,
    Promised,
    TextHeld,
)
from redline.register.accounts import accounts_of
from redline.register.entries import ComponentText, DocumentText, GroundText, JudgementText, Raw
from redline.register.grounds import facts_of
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook, SubjectKind
from redline.rulebook.wording import condition_in_words


class Model(BaseModel):
    """Base of the record's models: immutable, and closed to fields that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class RecordedPack(Model):
    """A pack of rules as it was."""

    name: str
    """Name of the pack."""
    digest: str
    """SHA-256 of its text, hexadecimal."""
    text: str
    """The text itself."""


class RecordedFile(Model):
    """A file that the check read."""

    path: str
    """Path as it was given."""
    digest: str | None
    """SHA-256 of its bytes, hexadecimal; null where it could not be read again."""


class RecordedEntry(Model):
    """What a submission states, as a register keeps it."""

    kind: Literal["project", "operation"]
    """What it is about."""
    title: str | None
    """The submitter's own title."""
    attributes: dict[str, Raw]
    """Attributes as they were written, facts set for all submissions among them."""
    documents: tuple[DocumentText, ...]
    """Documents that it lists."""
    judgements: tuple[JudgementText, ...]
    """Answers of people."""
    components: tuple[ComponentText, ...]
    """Parts with a place of their own."""
    complete: tuple[str, ...]
    """Lists that are declared complete."""
    grounds: dict[str, GroundText]
    """Geometry by role."""


class RecordedAccount(Model):
    """An account of the register that a rule limits, so that it can be asked again."""

    atom: int
    """The atom that compares it, by its number."""
    attribute: str
    """What it sums."""
    areas: dict[str, str]
    """The areas whose approvals it sums, by layer."""
    year: int | None
    """The year; null where it is not by year."""
    quota: str | None
    """The attribute or parameter that limits it, where it is one alone."""
    stated: float | None
    """What the submission states of the attribute, in base units; null where it is not known."""
    requested: float | None
    """What the rule makes of it; null where that is not known."""
    limit: float | None
    """What may be drawn, in base units; null where it is not known."""
    granted: bool
    """Whether the register said what may be drawn."""


class RecordedSubmission(Model):
    """What was judged true of a submission, and what followed."""

    id: str
    """Identifier of the submission."""
    stated: RecordedEntry
    """What the submission states; without geometry where that was left out."""
    areas: dict[str, str]
    """The features in which most of it lies, of layers by which rules sum approvals."""
    accounts: tuple[RecordedAccount, ...]
    """The accounts that rules ask about."""
    truths: str
    """A digit for each atom: 0 false, 1 unknown, 2 true."""
    statuses: tuple[str, ...]
    """The status of each rule, in the order of `rules`."""


class RecordedDay(Model):
    """The submissions of one day: what was asked of them, and the answers."""

    day: date
    """The day whose rules and layers applied."""
    subject: SubjectKind | None = None
    """What was judged part by part: a revision, a region, or layers; null for whole submissions."""
    layer: str | None = None
    """The layer that was revised or checked."""
    rules: tuple[str, ...]
    """The rules in force, by pack and name."""
    atoms: tuple[str, ...]
    """What was judged, in words, in the order of the truths."""
    submissions: tuple[RecordedSubmission, ...]
    """The answers."""


class RecordedOptions(Model):
    """What the check was told."""

    as_of: date | None = None
    """The day, where one was given for all."""
    min_area_m2: float | None = None
    """Tolerance by area, m², where it was given."""
    min_width_m: float | None = None
    """Tolerance by width, m, where it was given."""
    crs: str | None = None
    """CRS of bare files, where it was given."""
    group_by: str | None = None
    """Field by which features were grouped."""
    settings: tuple[tuple[str, str], ...] = ()
    """Facts set for all submissions."""
    catalog: RecordedFile | None = None
    """The catalog."""
    approvals: RecordedFile | None = None
    """The register of earlier approvals."""


class Record(Model):
    """A check that can be judged again."""

    schema_: Annotated[Literal["redline.record/1"], Field(alias="schema")] = "redline.record/1"
    """Name and version of this contract."""
    digest: str = ""
    """SHA-256 of everything else in the record, hexadecimal."""
    redacted: bool = False
    """Whether geometry was left out."""
    software: dict[str, str]
    """Names and versions of what computed the answer."""
    options: RecordedOptions
    """What the check was told."""
    packs: tuple[RecordedPack, ...]
    """The packs that the rules in force come from, and those that they import."""
    files: tuple[RecordedFile, ...]
    """The files that were judged."""
    days: tuple[RecordedDay, ...]
    """The reasoning, day by day."""
    findings: f.FindingsDocument
    """The answer."""


def check_and_record(
    submissions: Sequence[Path], options: Options, *, redact: bool = False
) -> tuple[f.FindingsDocument, Record]:
    """Judge submissions and record it. Raises `Refusal` as `check` does."""
    task = prepare(submissions, options)
    return recorded(task, document_of(task), submissions, options, redact=redact)


def recorded(
    task: Task,
    document: f.FindingsDocument,
    submissions: Sequence[Path],
    options: Options,
    *,
    redact: bool = False,
) -> tuple[f.FindingsDocument, Record]:
    """The record of a task and its answer, and the answer with the record's digest in it."""
    full = load_rulebook(options.rules)
    shown = without_geometry(document) if redact else document
    record = Record(
        redacted=redact,
        software=dict(document.software),
        options=RecordedOptions(
            as_of=options.as_of,
            min_area_m2=options.min_area,
            min_width_m=options.min_width,
            crs=options.crs,
            group_by=options.group_by,
            settings=options.settings,
            catalog=recorded_file(task.zones.catalog.path) if task.zones.catalog else None,
            approvals=recorded_register(options.register) if options.register else None,
        ),
        packs=tuple(packs_in_force(full, task)),
        files=tuple(recorded_file(p) for p in files_judged(submissions)),
        days=tuple(recorded_days(task, redact=redact)),
        findings=shown,
    )
    sealed = record.model_copy(update={"digest": digest_of(record)})
    return document.model_copy(update={"record_digest": sealed.digest}), sealed


def files_judged(submissions: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, folders expanded."""
    for path in submissions:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        else:
            yield path


def recorded_register(where: str) -> RecordedFile:
    """A register; one in a database has no digest, it goes on."""
    if is_database(where):
        return RecordedFile(path=without_password(where), digest=None)
    return recorded_file(Path(where))


def recorded_file(path: Path) -> RecordedFile:
    """A file and its digest."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        digest = None
    return RecordedFile(path=without_password(str(path)), digest=digest)


def packs_in_force(book: RuleBook, task: Task) -> Iterator[RecordedPack]:
    """The packs that have a rule in force on a day of the check, and what they import."""
    days = [batch.day for batch in task.batches]
    wanted = {r.pack for r in book.rules if any(r.in_force(day) for day in days)}
    wanted |= {c.pack for c in book.not_executable}
    pending = list(wanted)
    while pending:
        for imported in book.imports[pending.pop()]:
            if imported not in wanted:
                wanted.add(imported)
                pending.append(imported)
    for name in sorted(wanted):
        text = book.scopes[name].source.text
        yield RecordedPack(name=name, digest=book.packs[name], text=text)


def recorded_days(task: Task, *, redact: bool = False) -> Iterator[RecordedDay]:
    """The reasoning of each day."""
    layers = accounts_of(task.book).areas
    for done in judged_batches(task):
        batch, answered = done.batch, done.answered
        inference, terrain = answered.inference, answered.terrain
        yield RecordedDay(
            day=batch.day,
            subject=done.about.subject,
            layer=done.about.layer.names.key if done.about.layer else None,
            rules=rules_of(inference.plan),
            atoms=tuple(atom_in_words(a) for a in inference.plan.atoms),
            submissions=tuple(
                RecordedSubmission(
                    id=one.submission.id,
                    stated=stated_entry(one, task.options, redact=redact),
                    areas=terrain.areas(row, layers.values()),
                    accounts=tuple(recorded_accounts(answered, row)),
                    truths="".join(str(t) for t in truths.tolist()),
                    statuses=tuple(Status(s).name.lower() for s in statuses.tolist()),
                )
                for row, (one, truths, statuses) in enumerate(
                    zip(batch.submissions, inference.truths, inference.statuses, strict=True)
                )
            ),
        )


def stated_entry(one: Stated, options: Options, *, redact: bool) -> RecordedEntry:
    """What a submission states, with the facts that were set for all."""
    facts = facts_of(one.submission)
    attributes = {**facts["attributes"], **dict(options.settings)}  # type: ignore[dict-item]
    entry = RecordedEntry.model_validate({**facts, "attributes": attributes})
    if not redact:
        return entry
    documents = tuple(d.model_copy(update={"ground": None}) for d in entry.documents)
    return entry.model_copy(update={"grounds": {}, "components": (), "documents": documents})


def recorded_accounts(answered: Answered, row: int) -> Iterator[RecordedAccount]:
    """The accounts that the rules of the day ask about for one submission."""
    for index, asked in asked_accounts(answered.inference.plan, answered, row):
        yield RecordedAccount(
            atom=index,
            attribute=asked.key.attribute,
            areas=dict(asked.key.areas),
            year=asked.key.year,
            quota=asked.quota,
            stated=asked.stated,
            requested=asked.requested,
            limit=asked.limit,
            granted=asked.granted,
        )


def rules_of(plan: Plan) -> tuple[str, ...]:
    """The rules of a plan, by pack and name."""
    return tuple(f"{g.rule.pack}.{g.rule.names.key}" for g in plan.rules)


def atom_in_words(atom: PlanAtom) -> str:
    """What an atom asks, in English; equal atoms have equal words."""
    match atom:
        case Inside(territory=territory):
            return f"in {territory.names.key}"
        case Promised(held=held):
            return f"to come: {condition_in_words(held).en}"
        case CoveredTogether(documents=documents, overlaps=overlaps):
            names = ", ".join(d.names.key for d in documents)
            over = "; ".join(condition_in_words(o).en for o in overlaps)
            return f"together cover the overlap: {names}: {over}"
        case TextHeld(rule=rule):
            return f"text held: {rule.pack}.{rule.names.key}"
        case Derived(concept=concept, promised=promised):
            return f"concept {concept.names.key}" + (" (promised)" if promised else "")
        case _:
            return condition_in_words(atom).en


def without_geometry(document: f.FindingsDocument) -> f.FindingsDocument:
    """A document with every geometry left out; areas, lengths and digests stay."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {k: None if k == "geometry" else strip(v) for k, v in value.items()}
        return [strip(v) for v in value] if isinstance(value, list) else value

    plain = document.model_dump(mode="json", by_alias=True)
    return f.FindingsDocument.model_validate(strip(plain))


# ── bytes ───────────────────────────────────────────────────────────────────────────────────


def canonical(record: Record) -> bytes:
    """The record as bytes: the same record, the same bytes."""
    plain = record.model_dump(mode="json", by_alias=True)
    text = json.dumps(
        plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def digest_of(record: Record) -> str:
    """The digest of everything in a record but the digest itself."""
    return hashlib.sha256(canonical(record.model_copy(update={"digest": ""}))).hexdigest()


def write_record(record: Record, path: Path) -> None:
    """Write a record; a reader sees all of it or nothing."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(canonical(record) + b"\n")
    beside.replace(path)


def read_record(path: Path) -> Record:
    """Read a record.

    Raises `Refusal` where it cannot be read, is no record, or does not match its digest.
    """
    place = Place(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise refuse(UnreadableRecord(place=place, reason=reason)) from None
    try:
        record = Record.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(x) for x in first["loc"])
        raise refuse(NotARecord(place=place, key=key, reason=first["msg"])) from None
    if digest_of(record) != record.digest or canonical(record) + b"\n" != data:
        raise refuse(DamagedRecord(place=place))
    return record


def record_schema() -> dict[str, object]:
    """The JSON Schema of records."""
    from redline.schemas import described_schema

    return described_schema(Record)

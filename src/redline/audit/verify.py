"""Judging a record again: the reasoning from the record alone, the measuring where it can be."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from redline import findings as f
from redline.audit.record import Record, RecordedDay, atom_in_words, rules_of
from redline.checking.check import Options, check, software
from redline.language.parser import parse
from redline.language.source import Source
from redline.messages import Message, Title, msg
from redline.reasoning.infer import Status, infer
from redline.reasoning.plan import SUBMISSIONS, About, make_plan
from redline.rulebook.load import resolve_rulebook
from redline.rulebook.model import RuleBook


class Cause(Enum):
    """What a difference comes from."""

    RULES = "rules"
    LAYERS = "layers"
    SUBMISSIONS = "submissions"
    SOFTWARE = "software"
    REASONING = "reasoning"
    MEASURING = "measuring"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is no longer as it was recorded."""

    cause: Cause
    message: Message


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of judging a record again.

    `reasoned` statuses were inferred again; `measured` says whether the ground was measured again.
    """

    reasoned: int
    measured: bool
    differences: tuple[Difference, ...]

    @property
    def reproduced(self) -> bool:
        """Whether nothing speaks against the recorded decision."""
        serious = (Cause.REASONING, Cause.MEASURING)
        return not any(d.cause in serious for d in self.differences)


def verify(record: Record, rules: Sequence[Path] = ()) -> Verification:
    """Judge a record again and say what differs and why.

    `rules` are those of today with which the recorded ones are compared.
    """
    book = recorded_book(record)
    differences = [*software_differences(record), *rule_differences(record, rules)]
    reasoned = 0
    for day in record.days:
        differences += reasoning_differences(day, book)
        reasoned += sum(len(s.statuses) for s in day.submissions)
    absent = list(what_cannot_be_measured(record))
    differences += absent
    if not absent:
        differences += measuring_differences(record)
    return Verification(reasoned, not absent, tuple(differences))


def recorded_book(record: Record) -> RuleBook:
    """The rule book of a record's own texts."""
    packs = {p.name: parse(Source(f"{p.name}.redline", p.text)) for p in record.packs}
    return resolve_rulebook(packs)


def software_differences(record: Record) -> Iterator[Difference]:
    now = software()
    for name in sorted({*record.software, *now}):
        then, today = record.software.get(name, "-"), now.get(name, "-")
        if then != today:
            message = msg("{name} was {then} and is {today}", name=name, then=then, today=today)
            yield Difference(Cause.SOFTWARE, message)


def rule_differences(record: Record, rules: Sequence[Path]) -> Iterator[Difference]:
    from redline.rulebook.cached import ready_rulebook

    now: Mapping[str, str] = ready_rulebook(rules).packs
    for pack in record.packs:
        if pack.name not in now:
            yield Difference(Cause.RULES, msg("the pack {name} is gone", name=pack.name))
        elif now[pack.name] != pack.digest:
            yield Difference(Cause.RULES, msg("the pack {name} has changed", name=pack.name))


def reasoning_differences(day: RecordedDay, book: RuleBook) -> Iterator[Difference]:
    """The statuses that follow otherwise today from the recorded truths."""
    layer = book.layers.get(day.layer) if day.layer is not None else None
    plan = make_plan(book, day.day, About(day.subject, layer) if day.subject else SUBMISSIONS)
    if rules_of(plan) != day.rules or tuple(map(atom_in_words, plan.atoms)) != day.atoms:
        message = msg(
            "the rules of {day} are read otherwise than when they were recorded", day=day.day
        )
        yield Difference(Cause.REASONING, message)
        return
    truths = np.array([[int(t) for t in s.truths] for s in day.submissions], np.int8)
    inference = infer(plan, truths.reshape(len(day.submissions), len(plan.atoms)))
    for submission, statuses in zip(day.submissions, inference.statuses, strict=True):
        for group, then, now in zip(plan.rules, submission.statuses, statuses, strict=True):
            today = Status(now).name.lower()
            if then != today:
                message = msg(
                    "{id}: {rule} was {then} and follows as {today}",
                    id=submission.id,
                    rule=group.rule.title,
                    then=status_text(then),
                    today=status_text(today),
                )
                yield Difference(Cause.REASONING, message)


def status_text(status: str) -> Message | str:
    """A status in words; as it is written where this version does not know it."""
    return STATUSES.get(status, status)


def title_of(finding: f.Finding) -> Title:
    """The title of a finding's rule."""
    return Title(finding.title.en, finding.title.zh)


STATUSES: Mapping[str, Message] = {
    "violated": msg("violated"),
    "conditional": msg("conditional"),
    "excused": msg("excused"),
    "undetermined": msg("undetermined"),
    "complies": msg("complies"),
    "not_applicable": msg("not applicable"),
}


def what_cannot_be_measured(record: Record) -> Iterator[Difference]:
    """The inputs of measuring that are gone or changed, one by one."""
    catalog = record.options.catalog
    register = record.options.approvals
    for file in (
        *record.files,
        *((catalog,) if catalog else ()),
        *((register,) if register else ()),
    ):
        yield from file_difference(Cause.SUBMISSIONS, Path(file.path), file.digest)
    if record.findings.problems and not record.files:
        yield Difference(Cause.SUBMISSIONS, msg("no submission was recorded"))


def file_difference(cause: Cause, path: Path, digest: str | None) -> Iterator[Difference]:
    try:
        now = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        yield Difference(cause, msg("{file} is not at hand", file=str(path)))
        return
    if now != digest:
        yield Difference(cause, msg("{file} has changed", file=str(path)))


def measuring_differences(record: Record) -> Iterator[Difference]:
    """What a check of the same files by the recorded rules finds otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        for pack in record.packs:
            Path(folder, f"{pack.name}.redline").write_text(pack.text, encoding="utf-8")
        told = record.options
        options = Options(
            rules=(Path(folder),),
            catalog=Path(told.catalog.path) if told.catalog else None,
            register=told.approvals.path if told.approvals else None,
            as_of=told.as_of,
            settings=told.settings,
            min_area=told.min_area_m2,
            min_width=told.min_width_m,
            crs=told.crs,
            group_by=told.group_by,
        )
        now = check([Path(file.path) for file in record.files], options)
    before = {s.id: s for s in record.findings.submissions}
    for submission in now.submissions:
        then = before.get(submission.id)
        if then is not None:
            yield from layer_differences(then, submission)
            yield from finding_differences(then, submission)


def layer_differences(
    then: f.SubmissionFindings, now: f.SubmissionFindings
) -> Iterator[Difference]:
    digests = {(x.layer, x.version): x.digest for x in now.layers}
    for layer in then.layers:
        if digests.get((layer.layer, layer.version)) != layer.digest:
            name = Title(layer.title.en, layer.title.zh) if layer.title else layer.layer
            message = msg("the layer {name} has changed", name=name)
            yield Difference(Cause.LAYERS, message)


def asked_of(finding: f.Finding) -> tuple[str, str | None]:
    """A rule, and which of several things it was asked about."""
    return finding.rule, finding.for_each.value if finding.for_each else None


def finding_differences(
    then: f.SubmissionFindings, now: f.SubmissionFindings
) -> Iterator[Difference]:
    found = {asked_of(x): x for x in now.findings}
    for finding in then.findings:
        other = found.get(asked_of(finding))
        if other is None or other.status is not finding.status:
            message = msg(
                "{id}: {rule} was {then} and is {today}",
                id=then.id,
                rule=title_of(finding),
                then=status_text(finding.status.value),
                today=status_text(other.status.value) if other else msg("not asked"),
            )
            yield Difference(Cause.MEASURING, message)
        elif [m.value for m in other.measured] != [m.value for m in finding.measured]:
            message = msg("{id}: {rule} measures otherwise", id=then.id, rule=title_of(finding))
            yield Difference(Cause.MEASURING, message)

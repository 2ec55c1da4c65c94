"""Answers to open questions: the form that `--ask` writes, filled in, or a short file of one's own.

    schema: redline.answers/1
    submissions:
      - id: LP-2026-007
        attributes: {works: new_build, activities: [tourism]}
        judgements: {unavoidable: {answer: yes, author: 张工}}
        documents: {provincial_opinion: {answer: held, covers: all}, eia_approval: none}
        places: {outfall: none}

Facts that stand outside `submissions` hold for every submission. What has no answer stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import ClassVar, Final, Protocol, get_args

import shapely
from pyproj import CRS

from redline.diagnostics import Diagnostic, Place, Refusal, Severity, did_you_mean
from redline.ground.dates import parsed_date
from redline.ground.features import (
    Component,
    Document,
    DocumentState,
    Ground,
    Judgement,
    Role,
    Submission,
)
from redline.ground.located import Located
from redline.ground.located import Path as KeyPath
from redline.ground.manifest import open_manifest
from redline.ground.submissions import load_submissions
from redline.messages import Message, msg
from redline.rulebook.model import Names, RuleBook
from redline.values import NO, YES

SCHEMA: Final = "redline.answers/1"

ROLES: Final = frozenset(str(role) for role in Role)

SECTIONS: Final = ("attributes", "judgements", "documents", "places")

NONE: Final = frozenset({"none", "no", "absent", "无", "没有", "否"})
STATES: Final[Mapping[str, DocumentState]] = {
    **{s: s for s in get_args(DocumentState)},
    "to come": "to_come",
    "yes": "held",
    "已取得": "held",
    "有": "held",
    "是": "held",
    "待取得": "to_come",
    "不予批准": "refused",
}
ALL: Final = frozenset({"all", "whole", "全部", "整个"})

TOLD: Final = frozenset({"title", "question", "问题", "kind", "codes", "units", "note", "answer"})
"""Keys that the form fills in itself, and the answer."""

OF_JUDGEMENT: Final = TOLD | {"author", "reason"}
OF_DOCUMENT: Final = TOLD | {
    "covers",
    "number",
    "issuer",
    "rank",
    "date",
    "valid_from",
    "valid_to",
    "contains",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAnswer(Diagnostic):
    """An answer that cannot be understood."""

    code: ClassVar[str] = "RL622"
    expected: Message

    @property
    def message(self) -> Message:
        return msg("this answer cannot be understood: expected {expected}", expected=self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersUnknownKey(Diagnostic):
    """A key that a file of answers does not have."""

    code: ClassVar[str] = "RL623"
    key: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("a file of answers has no key “{key}” here", key=self.key)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.key, self.known) or msg("It may have {keys}.", keys=self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersForNobody(Diagnostic):
    """Answers for a submission that is not among those checked."""

    code: ClassVar[str] = "RL624"
    severity: ClassVar[Severity] = "warning"
    id: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("there are answers for “{id}”, which is not among the submissions", id=self.id)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.id, self.known)


@dataclass(frozen=True)
class Facts:
    """Answers about one submission, or about all of them.

    `absent` are kinds of documents that there are none of; `nowhere` roles and kinds of components.
    `covering` gives, for a held document, whether it covers all or none of the submission's ground.
    """

    attributes: Mapping[str, object] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()
    documents: tuple[Document, ...] = ()
    covering: Mapping[str, bool] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    nowhere: frozenset[str] = frozenset()
    places: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """Everything that a file of answers says."""

    file: str
    everywhere: Facts = field(default_factory=Facts)
    by_id: Mapping[str, Facts] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where in the file each submission stands."""


def read_answers(path: Path) -> Answers:
    """The answers in a YAML, TOML or JSON file. Raises `Refusal` with all that is wrong."""
    reader = Reader(open_manifest(path), path.parent)
    answers = reader.answers()
    if reader.diagnostics:
        raise Refusal(reader.diagnostics)
    return answers


# ── reading ─────────────────────────────────────────────────────────────────────────────────


@dataclass
class Reader:
    """Reads a file of answers, and collects what is wrong with it."""

    source: Located
    folder: Path
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def wrong(self, path: KeyPath, expected: Message) -> None:
        self.diagnostics.append(BadAnswer(place=self.source.place(path), expected=expected))

    def known(self, value: Mapping[str, object], path: KeyPath, keys: Sequence[str]) -> None:
        """Report the keys that nobody knows."""
        for key in value:
            if key not in keys:
                place = self.source.place((*path, key))
                self.diagnostics.append(
                    AnswersUnknownKey(place=place, key=key, known=tuple(sorted(keys)))
                )

    def mapping(self, value: object, path: KeyPath) -> Mapping[str, object]:
        """A mapping, or nothing where there is none."""
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self.wrong(path, msg("keys with values"))
        return {}

    def answers(self) -> Answers:
        """The whole file."""
        value = self.mapping(self.source.value, ())
        self.known(value, (), ("schema", "submissions", *SECTIONS))
        if value.get("schema") != SCHEMA:
            self.wrong(("schema",), msg("schema: {schema}", schema=SCHEMA))
        by_id: dict[str, Facts] = {}
        places: dict[str, Place] = {}
        listed = value.get("submissions") or []
        if not isinstance(listed, list):
            self.wrong(("submissions",), msg("a list"))
            listed = []
        for i, one in enumerate(listed):
            path: KeyPath = ("submissions", i)
            entry = self.mapping(one, path)
            self.known(entry, path, ("id", "source", "not_asked", "settles", *SECTIONS))
            name = entry.get("id")
            if name is None:
                self.wrong(path, msg("the id of a submission"))
                continue
            by_id[str(name)] = self.facts(entry, path)
            places[str(name)] = self.source.place((*path, "id"))
        return Answers(self.source.file, self.facts(value, ()), by_id, places)

    def facts(self, value: Mapping[str, object], path: KeyPath) -> Facts:
        """The answers of one place in the file."""
        told = ToldDocuments()
        for kind, entry, here in self.entries(value, path, "documents", OF_DOCUMENT):
            self.document(kind, entry, here, told)
        places: dict[str, Path] = {}
        nowhere: set[str] = set()
        for name, entry, here in self.entries(value, path, "places", TOLD):
            answer = entry["answer"]
            if is_one_of(answer, NONE):
                nowhere.add(name)
            elif isinstance(answer, str):
                places[name] = self.folder / answer
            else:
                self.wrong(here, msg("none, or a file with its geometry"))
        return Facts(
            attributes={
                name: entry["answer"]
                for name, entry, _ in self.entries(value, path, "attributes", TOLD)
            },
            judgements=tuple(self.judgements(value, path)),
            documents=tuple(told.documents),
            covering=told.covering,
            absent=frozenset(told.absent),
            nowhere=frozenset(nowhere),
            places=places,
        )

    def entries(
        self, value: Mapping[str, object], path: KeyPath, section: str, keys: frozenset[str]
    ) -> Iterator[tuple[str, Mapping[str, object], KeyPath]]:
        """The entries of a section that are answered, short ones in their long form."""
        here = (*path, section)
        for name, entry in self.mapping(value.get(section), here).items():
            if isinstance(entry, dict):
                self.known(entry, (*here, name), tuple(keys))
                if entry.get("answer") is not None:
                    yield name, entry, (*here, name, "answer")
            elif entry is not None:
                yield name, {"answer": entry}, (*here, name)

    def judgements(self, value: Mapping[str, object], path: KeyPath) -> Iterator[Judgement]:
        for name, entry, here in self.entries(value, path, "judgements", OF_JUDGEMENT):
            answer = entry["answer"]
            if isinstance(answer, bool) or is_one_of(answer, YES | NO):
                yes = answer if isinstance(answer, bool) else is_one_of(answer, YES)
                yield Judgement(name, yes, text_of(entry, "reason"), text_of(entry, "author"))
            else:
                self.wrong(here, msg("yes or no"))

    def document(
        self, kind: str, entry: Mapping[str, object], path: KeyPath, told: ToldDocuments
    ) -> None:
        """One document: that there is none, or where it stands and what ground it covers."""
        answer = entry["answer"]
        if answer is False or is_one_of(answer, NONE):
            told.absent.add(kind)
            return
        state = "held" if answer is True else STATES.get(str(answer).strip().lower())
        if state is None:
            self.wrong(path, msg("held, to come, refused or none"))
            return
        document = Document(
            kind=kind,
            state=state,
            number=text_of(entry, "number"),
            issuer=text_of(entry, "issuer"),
            rank=text_of(entry, "rank"),
            issued_on=self.day(entry, "date", path),
            valid_from=self.day(entry, "valid_from", path),
            valid_to=self.day(entry, "valid_to", path),
            contains=tuple(texts_of(entry.get("contains"))),
        )
        covers = entry.get("covers")
        if is_one_of(covers, ALL) or is_one_of(covers, NONE):
            told.covering[kind] = is_one_of(covers, ALL)
            told.documents.append(document)
        elif isinstance(covers, str):
            grounds = self.grounds(self.folder / covers)
            told.documents += [replace(document, ground=g) for g in grounds]
        elif covers is None:
            told.documents.append(document)
        else:
            self.wrong((*path[:-1], "covers"), msg("all, none, or a file with its ground"))

    def day(self, entry: Mapping[str, object], key: str, path: KeyPath) -> date | None:
        value = entry.get(key)
        day = parsed_date(value) if value is not None else None
        if value is not None and day is None:
            self.wrong((*path[:-1], key), msg("a date such as 2024-05-31"))
        return day

    def grounds(self, file: Path) -> list[Ground]:
        """The ground in a file; what is wrong with it is collected."""
        try:
            return ground_in(file)
        except Refusal as refusal:
            self.diagnostics += refusal.diagnostics
            return []


@dataclass
class ToldDocuments:
    """What is told about documents in one place of a file."""

    documents: list[Document] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    covering: dict[str, bool] = field(default_factory=dict)


def is_one_of(value: object, words: frozenset[str]) -> bool:
    """Whether a value is one of some words, however it is written."""
    return isinstance(value, str) and value.strip().lower() in words


def text_of(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    return None if value is None or value == "" else str(value)


def texts_of(value: object) -> Iterator[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    yield from (str(x) for x in items)


# ── applying ────────────────────────────────────────────────────────────────────────────────


def answered(
    submission: Submission, answers: Answers, book: RuleBook
) -> tuple[Submission, frozenset[str], frozenset[str]]:
    """A submission with the answers about it put in, the documents that there are none of, and the
    roles and components that there are none of. An answer takes the place of what the submission
    says.
    """
    absent: frozenset[str] = frozenset()
    nowhere: frozenset[str] = frozenset()
    for told in (answers.everywhere, answers.by_id.get(submission.id, Facts())):
        submission = with_facts(submission, told, book)
        absent = (absent - {key_of(book.documents, d.kind) for d in told.documents}) | {
            key_of(book.documents, name) for name in told.absent
        }
        nowhere = (nowhere - set(told.places)) | {
            key_of(book.components, name) for name in told.nowhere
        }
    return submission, absent, nowhere


def key_of(table: Mapping[str, Named], name: str) -> str:
    """The key of a thing by either of its names; the name itself where nobody knows it."""
    return table[name].names.key if name in table else name


class Named(Protocol):
    """A declared thing."""

    @property
    def names(self) -> Names: ...


def with_facts(submission: Submission, facts: Facts, book: RuleBook) -> Submission:
    """A submission with some facts put in."""
    told = {key_of(book.documents, name) for name in (*facts.absent, *kinds_of(facts.documents))}
    judged = {j.name for j in facts.judgements}
    geometries = dict(submission.geometries)
    components = [c for c in submission.components if c.kind not in facts.places]
    for name, file in facts.places.items():
        grounds = ground_in(file)
        if name in ROLES:
            geometries |= {Role(name): g for g in grounds[:1]}
        else:
            components += [Component(name, g) for g in grounds]
    kept = [d for d in submission.documents if key_of(book.documents, d.kind) not in told]
    return replace(
        submission,
        attributes={**submission.attributes, **facts.attributes},
        judgements=(
            *(j for j in submission.judgements if j.name not in judged),
            *facts.judgements,
        ),
        documents=(*kept, *placed_documents(submission, facts)),
        geometries=geometries,
        components=tuple(components),
    )


def kinds_of(documents: Sequence[Document]) -> list[str]:
    return [d.kind for d in documents]


def ground_in(file: Path) -> list[Ground]:
    """The ground in a file. Raises `Refusal` where it cannot be read."""
    found, problems = load_submissions([file], group_by="all")
    wrong = [d for d in problems if d.severity == "error"]
    if wrong:
        raise Refusal(wrong)
    return [g for s in found for g in s.geometries.values()]


def placed_documents(submission: Submission, facts: Facts) -> Iterator[Document]:
    """The documents with the ground that they are said to cover: all of it, or none."""
    nothing = Ground(shapely.Polygon(), CRS.from_epsg(4326))
    for document in facts.documents:
        if document.kind not in facts.covering:
            yield document
            continue
        covers = facts.covering[document.kind]
        grounds = list(submission.geometries.values()) if covers else []
        for ground in grounds or [nothing]:
            yield replace(document, ground=ground)


def unclaimed(answers: Answers, ids: Sequence[str]) -> Iterator[Diagnostic]:
    """The submissions that a file of answers names and that were not checked."""
    for name in answers.by_id:
        if name not in ids:
            yield AnswersForNobody(place=answers.places.get(name), id=name, known=tuple(ids))

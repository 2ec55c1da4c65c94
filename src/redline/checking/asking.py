"""The form of open questions: what `redline check --ask` writes, to be filled in and read back.

For each submission that something binding is undetermined for, it lists the facts that people can
give (attributes, judgements, documents, places) with their questions in both languages and what may
be answered, then what only data can answer, and for each rule the sets of answers that settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from redline.checking.answering import SCHEMA
from redline.checking.assembling import FindingMaker
from redline.checking.check import JudgedBatch, Task, judged_batches
from redline.checking.revision_units import Expanded
from redline.checking.units import rows_of
from redline.messages import Message, Title, msg
from redline.quantities import PER_YEAR, UNITS
from redline.reasoning.infer import Status
from redline.reasoning.plan import PlanAtom
from redline.reasoning.settling import Search
from redline.reasoning.wants import Want
from redline.rulebook.model import (
    BooleanType,
    CodeList,
    CodeType,
    DateType,
    DocumentHeld,
    QuantityType,
    RuleBook,
    Type,
)

SECTIONS = {
    "attribute": "attributes",
    "judgement": "judgements",
    "document": "documents",
    "geometry": "places",
}
"""The sections of the form, by the kinds of wants that people can answer."""

MOST_CODES = 120
"""Codes that the form lists; of longer lists, and of those that go by digits, it names the list."""

HEADING = (
    "Open questions of `redline check`. Write your answer after `answer:` and leave blank what you",
    "do not know; then check again with `--answers` and the name of this file.",
    "待回答的问题。请在 answer: 后填写答案，未知的留空；然后用 --answers 加本文件名重新检查。",
    "",
    "documents: held / to come / refused / none      已取得 / 待取得 / 不予批准 / 无",
    "covers:    all / none / a file with the ground  全部 / 无 / 图形文件",
    "places:    none / a file with the geometry      无 / 图形文件",
)

Entry = dict[str, object]


@dataclass(frozen=True)
class OpenSubmission:
    """A submission for which something is undetermined."""

    id: str
    source: str
    wants: tuple[Want, ...]
    covering: frozenset[str]
    """The documents of which some rule asks what ground they cover."""
    settles: dict[str, list[list[str]]]


def open_questions(task: Task) -> list[OpenSubmission]:
    """The submissions of a task for which something is undetermined, in their order."""
    found = dict(pair for done in judged_batches(task) for pair in open_submissions(done))
    return [found[row] for row in sorted(found)]


def open_submissions(done: JudgedBatch) -> Iterator[tuple[int, OpenSubmission]]:
    """The submissions of a batch with undetermined rules, by their rows."""
    if done.expanded is not None:
        whole = open_parts(done, done.expanded)
        if whole is not None:
            yield done.batch.rows[0], whole
        return
    rules = done.answered.inference.plan.rules
    for index, row in enumerate(done.batch.rows):
        maker = FindingMaker(done.answered, index)
        wants: dict[tuple[str, str], Want] = {}
        covering: set[str] = set()
        settles: dict[str, list[list[str]]] = {}
        for number, group in enumerate(rules):
            if maker.inference.statuses[index, number] != Status.UNDETERMINED:
                continue
            search = Search(maker.inference, index, number, maker.wants, maker.measured)
            for question in search.questions:
                wants.setdefault((question.want.kind, question.want.key), question.want)
            covering |= set(documents_that_cover([maker.plan.atoms[i] for i in search.asked]))
            settles[f"{group.rule.pack}.{group.rule.names.key}"] = [
                [q.want.key for q in found] for found in search.sets()
            ]
        if wants:
            submission = done.batch.submissions[index].submission
            yield (
                row,
                OpenSubmission(
                    submission.id,
                    submission.source,
                    tuple(wants.values()),
                    frozenset(covering),
                    settles,
                ),
            )


def open_parts(done: JudgedBatch, expanded: Expanded) -> OpenSubmission | None:
    """A submission that is judged part by part, with what any of its findings lacks."""
    plan = done.answered.inference.plan
    wants: dict[tuple[str, str], Want] = {}
    covering: set[str] = set()
    settles: dict[str, list[list[str]]] = {}
    for number, group in enumerate(plan.rules):
        for index in rows_of(group, plan, expanded.units):
            if done.answered.inference.statuses[index, number] != Status.UNDETERMINED:
                continue
            maker = FindingMaker(done.answered, index)
            search = Search(maker.inference, index, number, maker.wants, maker.measured)
            for question in search.questions:
                wants.setdefault((question.want.kind, question.want.key), question.want)
            covering |= set(documents_that_cover([plan.atoms[i] for i in search.asked]))
            settles.setdefault(
                f"{group.rule.pack}.{group.rule.names.key}",
                [[q.want.key for q in found] for found in search.sets()],
            )
    if not wants:
        return None
    submission = done.batch.submissions[0].submission
    every = tuple(wants.values())
    return OpenSubmission(submission.id, submission.source, every, frozenset(covering), settles)


def documents_that_cover(atoms: Sequence[PlanAtom]) -> Iterator[str]:
    """The documents of which atoms ask what ground they cover."""
    for atom in atoms:
        if isinstance(atom, DocumentHeld) and (atom.overlaps or atom.covers is not None):
            yield atom.document.names.key


# ── the form ────────────────────────────────────────────────────────────────────────────────


def write_form(submissions: Sequence[OpenSubmission], book: RuleBook, stream: TextIO) -> None:
    """The form as YAML."""
    import yaml

    class Writer(yaml.SafeDumper):
        """Writes nothing where there is nothing yet."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    Writer.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
    )
    for line in HEADING:
        stream.write(f"# {line}".rstrip() + "\n")
    form = {"schema": SCHEMA, "submissions": [entry_of(s, book) for s in submissions]}
    yaml.dump(form, stream, Writer, allow_unicode=True, sort_keys=False, width=100)


def entry_of(submission: OpenSubmission, book: RuleBook) -> Entry:
    """One submission of the form."""
    sections: dict[str, Entry] = {}
    not_asked: list[Entry] = []
    for want in submission.wants:
        section = SECTIONS.get(want.kind)
        if section is None:
            not_asked.append({"kind": want.kind, "name": want.key, **question_of(want)})
        else:
            covers = want.key in submission.covering
            sections.setdefault(section, {})[want.key] = form_entry(want, book, covers)
    entry: Entry = {"id": submission.id, "source": submission.source}
    entry |= {name: sections[name] for name in SECTIONS.values() if name in sections}
    if not_asked:
        entry["not_asked"] = not_asked
    entry["settles"] = submission.settles
    return entry


def question_of(want: Want) -> Entry:
    """A question in both languages."""
    return {
        "title": f"{want.name.en} / {want.name.zh}",
        "question": want.question.en,
        "问题": want.question.zh,
    }


def form_entry(want: Want, book: RuleBook, covers: bool) -> Entry:
    """A question with what may be answered, and a place for the answer."""
    entry = question_of(want)
    if want.kind == "attribute":
        entry |= allowed(book.attributes[want.key].type)
    entry["answer"] = None
    if want.kind == "judgement":
        entry |= {"author": None, "reason": None}
    if want.kind == "document":
        entry |= {"covers": None} if covers else {}
        entry |= {"number": None, "issuer": None, "date": None}
    return entry


def allowed(kind: Type) -> Entry:
    """What may be answered for a type: how it is written, the codes, or the units."""
    match kind:
        case CodeType(code_list=codes, many=many) if is_listed(codes):
            listed = {v.names.key: f"{v.title.en} / {v.title.zh}" for v in codes.values}
            return {"kind": both(SEVERAL if many else ONE), "codes": listed}
        case CodeType(code_list=codes):
            some = Title(f"a code of {codes.title.en}", f"{codes.title.zh}代码")
            return {"kind": f"{some.en} / {some.zh}"}
        case QuantityType(dimension=dimension):
            per_year = ("year", -1) in dimension.exponents
            rest = dimension.times(PER_YEAR, -1) if per_year else dimension
            units = [u for u in UNITS if u.dimension == rest]
            suffix = "/a" if per_year else ""
            return (
                {"units": [f"{u.en}{suffix}" for u in units]} if units else {"kind": both(NUMBER)}
            )
        case BooleanType():
            return {"kind": both(YES_OR_NO)}
        case DateType():
            return {"kind": both(DAY)}
    return {"kind": both(TEXT)}


def is_listed(codes: CodeList) -> bool:
    """Whether the form lists the codes of a list."""
    return len(codes.values) <= MOST_CODES and not codes.by_digits


def both(message: Message) -> str:
    """A message in both languages."""
    return f"{message.render('en')} / {message.render('zh')}"


ONE = msg("one of the codes")
SEVERAL = msg("all that apply, as a list; [] for none")
NUMBER = msg("a number")
YES_OR_NO = msg("yes or no")
DAY = msg("a date such as 2024-05-31, or “not yet”")
TEXT = msg("a text")

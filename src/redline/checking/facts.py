"""Submissions in the rule book's terms: typed attributes, known documents and judgements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from redline.checking.answering import ROLES, Answers, answered
from redline.checking.diagnostics import UnknownFact
from redline.diagnostics import Diagnostic, Place
from redline.ground.features import Component, Document, Judgement, Submission
from redline.reasoning.subjects import Subjects, Values, values_of
from redline.rulebook.model import (
    BooleanType,
    RuleBook,
)
from redline.values import typed


@dataclass(frozen=True, slots=True)
class Stated:
    """A submission whose names and values the rule book understands."""

    submission: Submission
    values: Mapping[str, object]
    documents: tuple[Document, ...]
    judgements: tuple[Judgement, ...]
    components: tuple[Component, ...]
    absent: frozenset[str] = frozenset()
    """Kinds of documents of which it says that there are none."""
    nowhere: frozenset[str] = frozenset()
    """Roles and kinds of components of which it says that there are none."""


def stated(
    submission: Submission,
    book: RuleBook,
    settings: Sequence[tuple[str, str]] = (),
    answers: Answers | None = None,
) -> tuple[Stated, list[Diagnostic]]:
    """A submission in the rule book's terms, and what in it the rule book does not understand.

    Columns that come along with a bare file and that no rule knows are passed over.
    """
    diagnostics: list[Diagnostic] = []
    absent: frozenset[str] = frozenset()
    nowhere: frozenset[str] = frozenset()
    if answers is not None:
        submission, absent, nowhere = answered(submission, answers, book)
        diagnostics += unknown_names(absent, "document", book.documents, answers.file)
        diagnostics += unknown_names(nowhere - ROLES, "component", book.components, answers.file)
    values: dict[str, object] = {}
    judgements = list(submission.judgements)
    facts: list[tuple[str, Any, bool]] = [
        (name, value, not submission.bare) for name, value in submission.attributes.items()
    ]
    facts += [(name, value, True) for name, value in settings]
    for name, raw, meant in facts:
        place = Place(submission.source, item=name)
        attribute = book.attributes.get(name)
        if attribute is not None:
            value, wrong = typed(raw, attribute.type, attribute.title, place)
            values[attribute.names.key] = value
            diagnostics += wrong
        elif name in book.judgements or name in book.plans:
            asked = book.judgements.get(name) or book.plans[name]
            answer, wrong = typed(raw, BooleanType(), asked.title, place)
            diagnostics += wrong
            if isinstance(answer, bool):
                judgements.append(Judgement(name, answer))
        elif meant:
            known = (*book.attributes, *book.judgements)
            diagnostics.append(UnknownFact(place=place, kind="attribute", name=name, known=known))
    documents = []
    for document in submission.documents:
        kind = book.documents.get(document.kind)
        if kind is None:
            diagnostics.append(unknown(submission, "document", document.kind, book.documents))
        else:
            documents.append(replace(document, kind=kind.names.key))
    judged = []
    for judgement in judgements:
        question = book.judgements.get(judgement.name) or book.plans.get(judgement.name)
        if question is None:
            diagnostics.append(unknown(submission, "judgement", judgement.name, book.judgements))
        else:
            judged.append(replace(judgement, name=question.names.key))
    components = []
    for component in submission.components:
        part = book.components.get(component.kind)
        if part is None:
            diagnostics.append(unknown(submission, "component", component.kind, book.components))
        else:
            components.append(replace(component, kind=part.names.key))
    return (
        Stated(
            submission,
            values,
            tuple(documents),
            tuple(judged),
            tuple(components),
            absent,
            nowhere,
        ),
        diagnostics,
    )


def unknown_names(
    names: Iterable[str], kind: str, known: Mapping[str, object], file: str
) -> Iterator[Diagnostic]:
    """The names that no rule pack declares."""
    for name in sorted(names):
        if name not in known:
            yield UnknownFact(
                place=Place(file, item=name), kind=kind, name=name, known=tuple(known)
            )


def unknown(
    submission: Submission, kind: str, name: str, known: Mapping[str, object]
) -> UnknownFact:
    place = Place(submission.source, item=submission.id)
    return UnknownFact(place=place, kind=kind, name=name, known=tuple(known))


def subjects_of(batch: Sequence[Stated], book: RuleBook, days: Sequence[date]) -> Subjects:
    """The columns of a batch; one row for each submission."""
    keys = {key for s in batch for key in s.values}
    attributes: dict[str, Values] = {
        key: values_of(book.attributes[key].type, [s.values.get(key) for s in batch])
        for key in sorted(keys)
    }
    documents: dict[str, dict[int, list[Document]]] = {}
    judgements: dict[str, dict[int, Judgement]] = {}
    for row, one in enumerate(batch):
        for document in one.documents:
            documents.setdefault(document.kind, {}).setdefault(row, []).append(document)
        for kind in one.absent:
            documents.setdefault(kind, {}).setdefault(row, [])
        for judgement in one.judgements:
            judgements.setdefault(judgement.name, {})[row] = judgement
    return Subjects(
        days=tuple(days),
        attributes=attributes,
        documents=documents,
        judgements=judgements,
        all_documents_listed=frozenset(
            row for row, one in enumerate(batch) if "documents" in one.submission.complete
        ),
    )

"""Judging documents: whether they are held, whether they may still come, what ground they cover.

A document is true when it is listed, valid on the day of the subject and, where that is asked,
covers the ground; it is false when it is listed otherwise (refused, absent, to come, expired) or
when the list is declared complete without it; it is unknown where nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from redline.ground.features import Document
from redline.reasoning.columns import numbers
from redline.reasoning.plan import CoveredTogether
from redline.reasoning.subjects import Booleans
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN, Numbers, Truths, all_of, truths, unknown
from redline.rulebook.model import CodeType, DocumentHeld, DocumentKind, Part, Rank, Relates

if TYPE_CHECKING:
    from redline.reasoning.judge import Judging

Papers = Mapping[int, Sequence[Document]]
"""The documents of one kind that subjects list; none for a subject that says it has none."""


def held(judging: Judging, atom: DocumentHeld) -> Truths:
    """Whether a document is held and is all that is asked of it."""
    listed = papers(judging, atom.document)
    if atom.each is not None:
        found = one_from_each(judging, atom, listed)
    else:
        found = unless_listed(judging)
        for i, documents in listed.items():
            found[i] = max((standing(judging, atom, d, i) for d in documents), default=FALSE)
    if (atom.overlaps or atom.covers is not None) and listed:
        rows = np.fromiter(listed, np.intp, len(listed))
        found[rows] = np.minimum(found[rows], ground_covered(judging, atom, listed)[rows])
    return found


def promised(judging: Judging, atom: DocumentHeld) -> Truths:
    """Whether a document may still come.

    One that is due before a stage may until the stage is reached, unless it was refused.
    """
    listed = papers(judging, atom.document)
    if atom.each is not None:
        return one_to_come_from_each(judging, atom, listed)
    found = unless_listed(judging)
    for i, documents in listed.items():
        found[i] = TRUE if any(d.state == "to_come" for d in documents) else FALSE
    if atom.before is None:
        return found
    attribute, stage = atom.before
    assert isinstance(attribute.type, CodeType)
    reached = numbers(attribute.type, judging.subjects.attribute(attribute))
    due = float(attribute.type.code_list.rank(stage))
    settled = {
        i
        for i, documents in listed.items()
        if any(d.state == "refused" or stands(judging, atom, d, i) for d in documents)
    }
    said = judging.lists_documents | rows_of(listed, judging.n)
    over = rows_of(settled, judging.n) | (reached.low >= due)
    return truths(said & ~over & (reached.high < due), over)


def provided(judging: Judging, document: DocumentKind) -> Truths:
    """Whether the submission cites a provision or an authorisation: false until it does."""
    found = np.full(judging.n, FALSE, np.int8)
    for i, documents in papers(judging, document).items():
        if any(valid(judging, d, i) for d in documents):
            found[i] = TRUE
    return found


def covered_together(judging: Judging, atom: CoveredTogether) -> Truths:
    """Whether documents of several kinds together cover the overlaps; unknown as long as one of
    the kinds that nothing is said of could cover what is left.
    """
    standing: dict[int, list[Document]] = {}
    said = np.ones(judging.n, np.bool_)
    for kind in atom.documents:
        listed = papers(judging, kind)
        said &= rows_of(listed, judging.n) | judging.lists_documents
        for i, documents in listed.items():
            standing.setdefault(i, []).extend(d for d in documents if valid(judging, d, i))
    covered = overlaps_covered(judging, atom.overlaps, standing)
    return np.where((covered == FALSE) & ~said, UNKNOWN, covered).astype(np.int8)


def latest_day(judging: Judging, document: DocumentKind) -> Numbers:
    """The day of the latest document of a kind that is held, as an ordinal; NaN without any."""
    days = np.full(judging.n, np.nan)
    for i, documents in papers(judging, document).items():
        issued = [d.issued_on.toordinal() for d in documents if d.issued_on and d.state == "held"]
        if issued:
            days[i] = float(max(issued))
    return days


# ── single documents ────────────────────────────────────────────────────────────────────────


def papers(judging: Judging, kind: DocumentKind) -> Papers:
    """What subjects list of a kind."""
    return judging.subjects.documents.get(kind.names.key, {})


def unless_listed(judging: Judging) -> Truths:
    """What holds of a document that nothing is said of: false where the list is complete."""
    return np.where(judging.lists_documents, FALSE, UNKNOWN).astype(np.int8)


def rows_of(rows: Papers | set[int], n: int) -> Booleans:
    """Some of n rows, as a mask."""
    found = np.zeros(n, np.bool_)
    found[list(rows)] = True
    return found


def valid(judging: Judging, document: Document, subject: int) -> bool:
    """Whether a document is held and valid on the day of the subject."""
    day = judging.subjects.days[subject]
    return (
        document.state == "held"
        and (document.valid_from is None or document.valid_from <= day)
        and (document.valid_to is None or day <= document.valid_to)
        and (document.issued_on is None or document.issued_on <= day)
    )


def stands(judging: Judging, atom: DocumentHeld, document: Document, subject: int) -> bool:
    """Whether a document is surely valid and all that is asked of it."""
    return standing(judging, atom, document, subject) == TRUE


def standing_papers(judging: Judging, atom: DocumentHeld, subject: int) -> list[Document]:
    """The documents of one subject that surely are what an atom asks for, ground apart."""
    listed = papers(judging, atom.document).get(subject, ())
    return [d for d in listed if stands(judging, atom, d, subject)]


def standing(judging: Judging, atom: DocumentHeld, document: Document, subject: int) -> int:
    """The truth of a document being valid and having the rank, the chapter and the term that are
    asked; unknown where the submission does not say.
    """
    if not valid(judging, document, subject):
        return FALSE
    found = TRUE
    if atom.rank is not None:
        found = min(found, of_rank(atom.rank, document))
    if atom.contains is not None and atom.contains not in document.contains:
        found = min(found, FALSE if document.contains else UNKNOWN)
    if atom.valid_on is not None:
        day = judging.term(atom.valid_on).low[subject]
        if not np.isfinite(day) or document.valid_to is None:
            found = min(found, UNKNOWN)
        elif day > document.valid_to.toordinal():
            found = FALSE
    return found


def of_rank(rank: Rank, document: Document) -> int:
    """Whether a document was issued by an authority, or by one above it; unknown where it does
    not state a rank of the list.
    """
    issued_by = rank.code_list.find(document.rank or "")
    if issued_by is None:
        return UNKNOWN
    wanted, given = rank.code_list.rank(rank.code), rank.code_list.rank(issued_by)
    enough = given >= wanted if rank.or_above else given == wanted
    return TRUE if enough else FALSE


# ── one from each feature ───────────────────────────────────────────────────────────────────


def one_from_each(judging: Judging, atom: DocumentHeld, listed: Papers) -> Truths:
    """Whether each feature that a part overlaps has given its document, by its key."""
    found = np.full(judging.n, TRUE, np.int8)
    owing = features_owing(judging, atom)
    if owing is None:
        return unknown(judging.n)
    given, pairs = owing
    for i, key in pairs:
        theirs = [d for d in listed.get(i, ()) if key in (d.issuer, d.number)]
        if not any(valid(judging, d, i) for d in theirs):
            settled = judging.lists_documents[i] or any(d.state != "held" for d in theirs)
            found[i] = min(found[i], FALSE if settled else UNKNOWN)
    return np.where(given, found, UNKNOWN).astype(np.int8)


def one_to_come_from_each(judging: Judging, atom: DocumentHeld, listed: Papers) -> Truths:
    """Whether some feature that a part overlaps may still give its document."""
    found = np.full(judging.n, FALSE, np.int8)
    owing = features_owing(judging, atom)
    if owing is None:
        return unknown(judging.n)
    given, pairs = owing
    for i, key in pairs:
        theirs = [d for d in listed.get(i, ()) if key in (d.issuer, d.number)]
        if any(d.state == "to_come" for d in theirs):
            found[i] = TRUE
    return np.where(given, found, UNKNOWN).astype(np.int8)


def features_owing(
    judging: Judging, atom: DocumentHeld
) -> tuple[Booleans, list[tuple[int, object]]] | None:
    """For which subjects the features that a part overlaps are certain, and all pairs of a subject
    and the key of such a feature; None where the layer was not supplied.
    """
    assert atom.each is not None
    part, layer = atom.each
    features = judging.terrain.features(layer)
    if features is None or layer.key is None:
        return None
    keys = features.columns.get(layer.key)
    given = judging.terrain.given(part) & (judging.terrain.outside_coverage(part, layer) <= 0)
    pairs: list[tuple[int, object]] = []
    for feature in range(features.count):
        mask = np.arange(features.count) == feature
        hit = judging.terrain.overlap(part, layer, mask) > 0
        key = keys[feature] if keys is not None else None
        pairs += [(int(i), key) for i in np.flatnonzero(hit)]
    return given, pairs


# ── ground ──────────────────────────────────────────────────────────────────────────────────


def ground_covered(judging: Judging, atom: DocumentHeld, listed: Papers) -> Truths:
    """Whether the documents' ground covers the overlaps, or a part of the subject."""

    def by(least: int) -> Truths:
        kept = {
            i: [d for d in documents if standing(judging, atom, d, i) >= least]
            for i, documents in listed.items()
        }
        papers_ = {i: documents for i, documents in kept.items() if documents}
        covered = overlaps_covered(judging, atom.overlaps, papers_)
        if atom.covers is None:
            return covered
        return np.minimum(covered, part_covered(judging, atom.covers, papers_))

    surely = by(TRUE)
    return truths(surely == TRUE, (surely == FALSE) & (by(UNKNOWN) == FALSE))


def overlaps_covered(judging: Judging, overlaps: Sequence[Relates], standing: Papers) -> Truths:
    """Whether documents' ground covers every one of some overlaps."""
    return all_of([overlap_covered(judging, x, standing) for x in overlaps], judging.n)


def part_covered(judging: Judging, part: Part, standing: Papers) -> Truths:
    """Whether documents' ground covers a part of the subject."""
    left = judging.terrain.uncovered_part(part, standing)
    covered = truths(left.high <= 0, left.low > 0)
    return np.where(judging.terrain.given(part), covered, UNKNOWN).astype(np.int8)


def overlap_covered(judging: Judging, relation: Relates, standing: Papers) -> Truths:
    """Whether documents' ground covers what a part shares with a selection."""
    masks = judging.selected(relation.selection)
    if masks is None:
        return unknown(judging.n)
    part, layer = relation.part, relation.selection.layer
    least = judging.terrain.uncovered(part, layer, masks.surely, standing)
    most = judging.terrain.uncovered(part, layer, masks.possibly, standing) if masks.open else least
    beyond = judging.terrain.outside_coverage(part, layer)
    covered = truths((most.high <= 0) & (beyond <= 0), least.low > 0)
    return np.where(judging.terrain.given(part), covered, UNKNOWN).astype(np.int8)

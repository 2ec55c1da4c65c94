"""The way out of a breach: the part of the footprint that keeps the rule, and what would excuse it.

The margin of a missed limit stands with the measurement (`findings.Measured.margin`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from redline import findings as f
from redline.checking.assembling import Answered, FindingMaker, citation_of, geojson, rules_asked
from redline.ground.features import Geometries
from redline.ground.measure import round_area
from redline.language.kinds import NormKind, PartKind, RelationKind
from redline.reasoning import documents
from redline.reasoning.formula import Conjunction, Disjunction, Formula, Leaf, Negation
from redline.reasoning.plan import CoveredTogether, ExceptionFormula, PlanAtom, RuleGroup
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from redline.rulebook.model import DocumentHeld, Part, Relates, Selection
from redline.rulebook.wording import exception_in_words

TURNABLE = (f.Status.VIOLATED, f.Status.CONDITIONAL)
"""Statuses of breaches that a way out is looked for."""

FORBIDDING = (NormKind.FORBIDS, NormKind.RESTRICTS)

AREAL = (PartKind.FOOTPRINT, PartKind.PERMANENT, PartKind.TEMPORARY)


def with_ways_out(
    answered: Answered, subject: int, kind: str, findings: tuple[f.Finding, ...]
) -> tuple[f.Finding, ...]:
    """The findings of a subject (`findings_of`) with a way out where a rule is broken and there
    is one.
    """
    maker = FindingMaker(answered, subject)
    return tuple(
        finding.model_copy(update={"way_out": way_out_of(maker, index)})
        if finding.status in TURNABLE
        else finding
        for index, finding in zip(rules_asked(answered, kind), findings, strict=True)
    )


def way_out_of(maker: FindingMaker, rule: int) -> f.WayOut | None:
    """What would turn the breach of a rule; None where nothing is known to."""
    group = maker.plan.rules[rule]
    remainder = remainder_of(maker, group)
    excuses = tuple(x for e in group.exceptions for x in [excuse_of(maker, e)] if x is not None)
    return f.WayOut(remainder=remainder, excuses=excuses) if remainder or excuses else None


# ── ground ──────────────────────────────────────────────────────────────────────────────────


def remainder_of(maker: FindingMaker, group: RuleGroup) -> f.Remainder | None:
    """The part of the footprint that stays clear of every forbidden overlap."""
    if group.rule.norm.kind not in FORBIDDING:
        return None
    hits = [
        atom
        for index, atom, positive in maker.atoms(group.breach)
        if positive
        and isinstance(atom, Relates)
        and atom.kind is RelationKind.OVERLAPS
        and atom.part.kind in AREAL
        and atom.selection.layer in maker.terrain.zones
        and maker.truths[index] == TRUE
    ]
    mine = maker.terrain.shapes(Part(PartKind.FOOTPRINT)).geometry[maker.subject]
    if not hits or mine is None:
        return None
    pieces = [piece for hit in hits for piece in shared_ground(maker, hit.part, hit.selection)]
    taken = shapely.difference(shapely.union_all(pieces), excused_ground(maker, group))
    rest = polygons_of(shapely.difference(mine, taken))
    area = float(round_area(shapely.area(np.array([rest], dtype=object)))[0])
    shown = maker.terrain.plane.to_lonlat(np.array([rest], dtype=object))[0]
    return f.Remainder(area_m2=area, geometry=geojson(shown) if area > 0 else None)


def shared_ground(maker: FindingMaker, part: Part, selection: Selection) -> Geometries:
    """The pieces that a part shares with features of a selection, certain or possible."""
    masks = maker.judging.selected_for(selection, maker.subject)
    if masks is None or selection.layer.geometry != "polygon":
        return np.empty(0, dtype=object)
    found = maker.terrain.area_overlaps(part, selection.layer)
    owners = maker.terrain.shapes(part).owner
    rows = np.flatnonzero((owners[found.subject] == maker.subject) & masks.possibly[found.feature])
    return found.geometry_of(rows)


def excused_ground(maker: FindingMaker, group: RuleGroup) -> shapely.Geometry:
    """The ground on which a document excuses: an exception would hold if it covered the overlap."""
    grounds: list[shapely.Geometry] = []
    for formula in (e.full for e in group.exceptions):
        for index, atom, positive in maker.atoms(formula):
            if not (isinstance(atom, DocumentHeld) and atom.overlaps and positive):
                continue
            if truth_given(maker, formula, index) == TRUE:
                standing = documents.standing_papers(maker.judging, atom, maker.subject)
                ground, _unplaced = maker.terrain.document_grounds({maker.subject: standing})
                grounds += [g for g in ground if g is not None]
    return shapely.union_all(grounds)


def truth_given(maker: FindingMaker, formula: Formula, true: int) -> int:
    """The truth of a formula if one atom were true."""
    match formula:
        case Leaf(index=index):
            if index in maker.plan.formulas:
                return truth_given(maker, maker.plan.formulas[index], true)
            return TRUE if index == true else int(maker.truths[index])
        case Negation(inner=inner):
            return TRUE - truth_given(maker, inner, true)
        case Conjunction(items=items):
            return min((truth_given(maker, i, true) for i in items), default=TRUE)
        case Disjunction(items=items):
            return max((truth_given(maker, i, true) for i in items), default=FALSE)


def polygons_of(geometry: shapely.Geometry) -> shapely.Geometry:
    """The areas of a geometry, without the lines and points that a difference may leave."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


# ── exceptions ──────────────────────────────────────────────────────────────────────────────


def excuse_of(maker: FindingMaker, formula: ExceptionFormula) -> f.Excuse | None:
    """An exception that could still excuse, with the documents that it needs and the facts on which
    it depends; None where it cannot whatever documents are obtained.
    """
    hoped = truth_with_documents(maker, formula.full)
    if maker.truth(formula.full) == TRUE or hoped == FALSE:
        return None
    missing = tuple(
        m for m in maker.missing((formula.full,)) if m.kind is not f.MissingKind.DOCUMENT
    )
    return f.Excuse(
        condition=f.Bilingual.of(exception_in_words(formula.exception)),
        status=f.ExceptionStatus.UNKNOWN if hoped == UNKNOWN else f.ExceptionStatus.PROMISED,
        citations=tuple(
            citation_of(c) for c in formula.exception.citations if c.interval.holds(maker.plan.day)
        ),
        owed=tuple(dict.fromkeys(documents_needed(maker, formula.full))),
        missing=missing if hoped == UNKNOWN else (),
    )


def truth_with_documents(maker: FindingMaker, formula: Formula, positive: bool = True) -> int:
    """The truth of a formula if every document that helps were obtained."""
    match formula:
        case Leaf(index=index):
            atom = maker.plan.atoms[index]
            if index in maker.plan.formulas:
                return truth_with_documents(maker, maker.plan.formulas[index], positive)
            return TRUE if positive and obtainable(maker, atom) else int(maker.truths[index])
        case Negation(inner=inner):
            return TRUE - truth_with_documents(maker, inner, not positive)
        case Conjunction(items=items):
            return min((truth_with_documents(maker, i, positive) for i in items), default=TRUE)
        case Disjunction(items=items):
            return max((truth_with_documents(maker, i, positive) for i in items), default=FALSE)


def obtainable(maker: FindingMaker, atom: PlanAtom) -> bool:
    """Whether an atom asks for documents that were not refused."""
    kinds = (
        (atom.document,)
        if isinstance(atom, DocumentHeld)
        else atom.documents
        if isinstance(atom, CoveredTogether)
        else ()
    )
    return bool(kinds) and not any(
        d.state == "refused"
        for kind in kinds
        for d in maker.subjects.documents.get(kind.names.key, {}).get(maker.subject, ())
    )


def documents_needed(maker: FindingMaker, formula: Formula) -> Iterator[f.Owed]:
    """The documents that a formula asks for and that are not there."""
    for index, atom, positive in maker.atoms(formula):
        if isinstance(atom, DocumentHeld) and positive and maker.truths[index] != TRUE:
            yield f.Owed(
                kind=f.OwedKind.DOCUMENT,
                name=atom.document.names.key,
                title=f.Bilingual.of(atom.document.title),
            )

"""Judging atoms: every comparison, membership and overlap, for all subjects of a batch at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from redline.ground.features import Document
from redline.language.tree import MeasureKind, PartKind, RelationKind
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    Plan,
    PlanAtom,
    Promised,
    TextHeld,
)
from redline.reasoning.subjects import Booleans, CodeSet, Features, Subjects, Terrain, Values
from redline.reasoning.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    Bounds,
    Truths,
    all_of,
    any_of,
    calculate,
    compare,
    negated,
    truths,
    unknown,
)
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    AttributeTerm,
    CodeConstant,
    CodeType,
    ColumnTerm,
    Compares,
    Condition,
    Constant,
    DocumentHeld,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    MeasureTerm,
    Not,
    ParameterTerm,
    Part,
    Relates,
    Selection,
    Term,
    TotalTerm,
)

FOOTPRINT = Part(PartKind.FOOTPRINT)


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers behind a comparison, per subject: what was measured, and its limit."""

    value: Bounds
    limit: Bounds


@dataclass(frozen=True)
class Judgements:
    """The truths of a plan's atoms (subjects × atoms), and the numbers behind comparisons."""

    truths: NDArray[np.int8]
    measured: Mapping[int, Measured] = field(default_factory=dict)


def judge(plan: Plan, subjects: Subjects, terrain: Terrain) -> Judgements:
    """Judge every atom of a plan that is not derived; derived ones are left unknown."""
    judging = Judging(plan.day, subjects, terrain)
    matrix = np.full((len(subjects), len(plan.atoms)), UNKNOWN, np.int8)
    measured: dict[int, Measured] = {}
    for index, atom in enumerate(plan.atoms):
        if not isinstance(atom, Derived):
            matrix[:, index] = judging.atom(atom)
            if judging.last_measured is not None:
                measured[index] = judging.last_measured
    return Judgements(matrix, measured)


@dataclass(frozen=True, slots=True)
class Masks:
    """Which features surely satisfy a filter, and which possibly do."""

    surely: Booleans
    possibly: Booleans

    @property
    def open(self) -> bool:
        """Whether some feature is in doubt."""
        return bool((self.surely != self.possibly).any())


class Judging:
    """Judges atoms for one batch; what several atoms need is computed once."""

    def __init__(self, day: date, subjects: Subjects, terrain: Terrain) -> None:
        self.day = day
        self.subjects = subjects
        self.terrain = terrain
        self.n = len(subjects)
        self.last_measured: Measured | None = None
        self.masks: dict[Selection, Masks | None] = {}

    def atom(self, atom: PlanAtom) -> Truths:
        """The truths of one atom over all subjects."""
        self.last_measured = None
        match atom:
            case Compares(left=left, comparator=comparator, right=right):
                value, limit = self.term(left), self.term(right)
                self.last_measured = Measured(value, limit)
                return compare(value, comparator, limit)
            case Holds(term=AttributeTerm(attribute=attribute)):
                return self.subjects.attribute(attribute).astype(np.int8)
            case IsOneOf(term=AttributeTerm(attribute=attribute)):
                return is_one_of(atom, self.subjects.attribute(attribute))
            case Includes(term=AttributeTerm(attribute=attribute)):
                return includes(atom, self.subjects.attribute(attribute))
            case Relates():
                return self.relates(atom)
            case DocumentHeld():
                return self.document(atom, promised=False)
            case Promised(held=held):
                return self.document(held, promised=True)
            case CoveredTogether():
                return self.covered_together(atom)
            case Judged(judgement=judgement):
                answers = self.subjects.judgements.get(judgement.names.key, {})
                found = unknown(self.n)
                for i, answer in answers.items():
                    found[i] = TRUE if answer.answer else FALSE
                return found
            case Inside(territory=territory):
                stated = self.terrain.inside(territory)
                if stated is not None:
                    return stated
                return self.relates(
                    Relates(RelationKind.OVERLAPS, FOOTPRINT, territory.selection), measure=False
                )
            case TextHeld() | Derived() | Holds() | IsOneOf() | Includes():
                return unknown(self.n)

    # ── terms ──

    def term(self, term: Term) -> Bounds:
        """A number per subject; ranks for ordered codes, ordinals for days."""
        match term:
            case Constant(value=value):
                return Bounds.exact(np.full(self.n, value))
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.exact(np.full(self.n, float(code_list.rank(code))))
            case ParameterTerm(parameter=parameter):
                dated = parameter.on(self.day)
                return Bounds.exact(np.full(self.n, np.nan if dated is None else dated.value))
            case AttributeTerm(attribute=attribute):
                return numbers(attribute.type, self.subjects.attribute(attribute))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return calculate(self.term(left), operator, self.term(right))
            case MeasureTerm():
                return self.measure(term)
            case TotalTerm():
                return self.terrain.total(term)
            case ColumnTerm():
                return Bounds.nothing(self.n)

    def measure(self, term: MeasureTerm) -> Bounds:
        """Area, share, length or distance; an interval where a layer or a filter leaves doubt."""
        if term.selection is None:
            return self.terrain.size(term.part, length=term.kind is MeasureKind.LENGTH)
        masks = self.selected(term.selection)
        if masks is None:
            return Bounds.nothing(self.n)
        given = self.terrain.given(term.part)
        layer = term.selection.layer
        if term.kind is MeasureKind.DISTANCE:
            high = self.terrain.distance(term.part, layer, masks.surely)
            low = self.terrain.distance(term.part, layer, masks.possibly) if masks.open else high
            low = np.minimum(low, self.terrain.covered_reach(term.part, layer))
        else:
            low = self.terrain.overlap(term.part, layer, masks.surely)
            high = self.terrain.overlap(term.part, layer, masks.possibly) if masks.open else low
            high = high + self.terrain.outside_coverage(term.part, layer)
        found = Bounds(np.where(given, low, -np.inf), np.where(given, high, np.inf))
        if term.kind is MeasureKind.SHARE:
            return self.share(found, term.part)
        return found

    def share(self, overlap: Bounds, part: Part) -> Bounds:
        size = self.terrain.size(part, length=False)
        with np.errstate(all="ignore"):
            low, high = overlap.low / size.high, overlap.high / size.low
        known = (size.low > 0) & np.isfinite(size.high)
        return Bounds(
            np.where(known, np.maximum(low, 0.0), 0.0),
            np.where(known, np.minimum(high, 1.0), 1.0),
        )

    # ── space ──

    def selected(self, selection: Selection) -> Masks | None:
        """The features of a selection; None where the layer was not supplied."""
        if selection not in self.masks:
            features = self.terrain.features(selection.layer)
            if features is None:
                self.masks[selection] = None
            elif selection.where is None:
                every = np.ones(features.count, np.bool_)
                self.masks[selection] = Masks(every, every)
            else:
                found = FilterJudging(self.day, features).condition(selection.where)
                self.masks[selection] = Masks(found == TRUE, found != FALSE)
        return self.masks[selection]

    def relates(self, atom: Relates, measure: bool = True) -> Truths:
        """A spatial predicate, unknown where the layer, its coverage or the part is missing."""
        masks = self.selected(atom.selection)
        if masks is None:
            return unknown(self.n)
        part, layer = atom.part, atom.selection.layer
        nowhere = not masks.possibly.any() and self.terrain.outside_coverage(part, layer) <= 0
        given = self.terrain.given(part) | nowhere
        if atom.kind is RelationKind.OVERLAPS:
            low = self.terrain.overlap(part, layer, masks.surely)
            high = self.terrain.overlap(part, layer, masks.possibly) if masks.open else low
            size = Bounds(low, high + self.terrain.outside_coverage(part, layer))
            zero = Bounds.exact(np.zeros(self.n))
            limit = self.term(atom.by[1]) if atom.by else zero
            found = (
                compare(size, atom.by[0], limit)
                if atom.by
                else truths(size.low > 0, size.high <= 0)
            )
            if measure:
                self.last_measured = Measured(size, limit)
            return np.where(given, found, UNKNOWN).astype(np.int8)
        ask = {
            RelationKind.LIES_WITHIN: self.terrain.within,
            RelationKind.CROSSES: self.terrain.crosses,
            RelationKind.TOUCHES: self.terrain.touches,
        }[atom.kind]
        surely = ask(part, layer, masks.surely)
        possibly = ask(part, layer, masks.possibly) if masks.open else surely
        covered = self.terrain.outside_coverage(part, layer) <= 0
        return np.where(given, truths(surely, ~possibly & covered), UNKNOWN).astype(np.int8)

    # ── documents ──

    def document(self, atom: DocumentHeld, promised: bool) -> Truths:
        """Whether a document is held (or, with `promised`, may still come)."""
        found = unknown(self.n)
        listed = self.subjects.documents.get(atom.document.names.key, {})
        for i in self.subjects.all_documents_listed:
            found[i] = FALSE
        for i, documents in listed.items():
            standing = [d for d in documents if self.valid(d, i)]
            if promised:
                found[i] = TRUE if any(d.state == "to_come" for d in documents) else FALSE
            else:
                found[i] = TRUE if standing else FALSE
        if atom.before is not None:
            self.stage(atom, found, promised)
        if not promised and (atom.overlaps or atom.covers is not None):
            covered = self.covers(atom, listed)
            found = np.minimum(found, covered)
        return found

    def stage(self, atom: DocumentHeld, found: Truths, promised: bool) -> None:
        """A document that is due before a stage may still come until the stage is reached."""
        if not promised or atom.before is None:
            return
        attribute, stage = atom.before
        reached = numbers(attribute.type, self.subjects.attribute(attribute))
        assert isinstance(attribute.type, CodeType)
        due = float(attribute.type.code_list.rank(stage))
        listed = self.subjects.documents.get(atom.document.names.key, {})
        for i in range(self.n):
            refused = any(d.state == "refused" for d in listed.get(i, ()))
            if reached.low[i] >= due:
                found[i] = FALSE
            elif reached.high[i] < due and not refused:
                found[i] = TRUE

    def valid(self, document: Document, subject: int) -> bool:
        """Whether a document is held and valid on the day of the subject."""
        day = self.subjects.days[subject]
        return (
            document.state == "held"
            and (document.valid_from is None or document.valid_from <= day)
            and (document.valid_to is None or day <= document.valid_to)
            and (document.issued_on is None or document.issued_on <= day)
        )

    def covers(self, atom: DocumentHeld, listed: Mapping[int, Sequence[Document]]) -> Truths:
        """Whether the documents' ground covers the overlaps, or a part of the subject."""
        standing = {
            i: held
            for i, documents in listed.items()
            if (held := [d for d in documents if self.valid(d, i)])
        }
        items = [self.overlap_covered(relation, standing) for relation in atom.overlaps]
        if atom.covers is not None:
            items.append(self.part_covered(atom.covers, standing))
        return all_of(items, self.n)

    def part_covered(self, part: Part, standing: Mapping[int, Sequence[Document]]) -> Truths:
        left = self.terrain.uncovered_part(part, standing)
        return truths(left.high <= 0, left.low > 0)

    def overlap_covered(
        self, relation: Relates, standing: Mapping[int, Sequence[Document]]
    ) -> Truths:
        masks = self.selected(relation.selection)
        if masks is None:
            return unknown(self.n)
        layer = relation.selection.layer
        least = self.terrain.uncovered(relation.part, layer, masks.surely, standing)
        most = (
            self.terrain.uncovered(relation.part, layer, masks.possibly, standing)
            if masks.open
            else least
        )
        return truths(most.high <= 0, least.low > 0)

    def covered_together(self, atom: CoveredTogether) -> Truths:
        """Whether several kinds of documents together cover the overlaps."""
        standing: dict[int, list[Document]] = {}
        for kind in atom.documents:
            for i, documents in self.subjects.documents.get(kind.names.key, {}).items():
                standing.setdefault(i, []).extend(d for d in documents if self.valid(d, i))
        listed = np.isin(np.arange(self.n), list(standing)) | np.isin(
            np.arange(self.n), list(self.subjects.all_documents_listed)
        )
        items = [self.overlap_covered(relation, standing) for relation in atom.overlaps]
        return np.where(listed, all_of(items, self.n), UNKNOWN).astype(np.int8)


class FilterJudging:
    """Judges a filter for every feature of a layer."""

    def __init__(self, day: date, features: Features) -> None:
        self.day = day
        self.features = features
        self.n = features.count

    def condition(self, condition: Condition) -> Truths:
        """The truths of a filter, one per feature."""
        match condition:
            case All(items=items):
                return all_of([self.condition(i) for i in items], self.n)
            case Any(items=items):
                return any_of([self.condition(i) for i in items], self.n)
            case Not(inner=inner):
                return negated(self.condition(inner))
            case Compares(left=left, comparator=comparator, right=right):
                return compare(self.term(left), comparator, self.term(right))
            case Holds(term=ColumnTerm(column=column)):
                return self.features.column(column).astype(np.int8)
            case IsOneOf(term=ColumnTerm(column=column)):
                return is_one_of(condition, self.features.column(column))
            case Includes(term=ColumnTerm(column=column)):
                return includes(condition, self.features.column(column))
        return unknown(self.n)

    def term(self, term: Term) -> Bounds:
        """A number per feature."""
        match term:
            case Constant(value=value):
                return Bounds.exact(np.full(self.n, value))
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.exact(np.full(self.n, float(code_list.rank(code))))
            case ParameterTerm(parameter=parameter):
                dated = parameter.on(self.day)
                return Bounds.exact(np.full(self.n, np.nan if dated is None else dated.value))
            case ColumnTerm(column=column):
                return numbers(column.type, self.features.column(column))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return calculate(self.term(left), operator, self.term(right))
        return Bounds.nothing(self.n)


def numbers(kind: object, values: Values) -> Bounds:
    """Values as numbers: ranks for ordered codes, NaN where a code is foreign to the list."""
    if isinstance(kind, CodeType):
        ranks = {v.names.key: float(i) for i, v in enumerate(kind.code_list.values)}
        return Bounds.exact(np.array([ranks.get(v, np.nan) for v in values], np.float64))
    return Bounds.exact(values.astype(np.float64))


def is_one_of(atom: IsOneOf, values: Values) -> Truths:
    """Membership of codes or texts, wide codes covering those below them."""
    return distinct(values, lambda v: TRUE if among(atom, str(v)) else FALSE)


def among(atom: IsOneOf | Includes, value: str) -> bool:
    """Whether one code is among an atom's codes."""
    term = atom.term
    kind = term.attribute.type if isinstance(term, AttributeTerm) else term.column.type
    if isinstance(kind, CodeType):
        return any(kind.code_list.covers(wide, value) for wide in atom.codes)
    return value in atom.codes


def includes(atom: Includes, values: Values) -> Truths:
    """Whether sets hold any of some codes; with `only`, whether they hold nothing else."""

    def answer(found: Hashable) -> int:
        assert isinstance(found, CodeSet)
        hits = [among(atom, code) for code in found.codes]
        if atom.only:
            return FALSE if not all(hits) else TRUE if found.complete else UNKNOWN
        return TRUE if any(hits) else FALSE if found.complete else UNKNOWN

    return distinct(values, answer)


def distinct(values: Values, answer: Callable[[Hashable], int]) -> Truths:
    """An answer for each distinct value, spread over all; UNKNOWN where there is no value."""
    answers = {v: UNKNOWN if v is None else answer(v) for v in set(values.tolist())}
    return np.fromiter((answers[v] for v in values.tolist()), np.int8, len(values))

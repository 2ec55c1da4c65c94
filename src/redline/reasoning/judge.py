"""Judging atoms: every comparison, membership and overlap, for all subjects of a batch at once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from redline.ground.features import Document
from redline.language.tree import Comparator, MeasureKind, Operator, PartKind, RelationKind
from redline.quantities import DIMENSIONS
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    Plan,
    PlanAtom,
    Promised,
    TextHeld,
)
from redline.reasoning.subjects import (
    Booleans,
    CodeSet,
    Features,
    Subjects,
    Terrain,
    Values,
    no_values,
)
from redline.reasoning.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    Bounds,
    Numbers,
    Truths,
    all_of,
    any_of,
    calculate,
    compare,
    negated,
    truths,
    unknown,
)
from redline.rulebook.conditions import type_of_term
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    CodeConstant,
    CodeType,
    ColumnTerm,
    Compares,
    ConceptUse,
    Condition,
    Conforms,
    Constant,
    DatedValue,
    DateType,
    DocumentDateTerm,
    DocumentHeld,
    DocumentKind,
    DoneBy,
    ExtremeTerm,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Judged,
    MeasureTerm,
    Not,
    Parameter,
    ParameterTerm,
    Part,
    PlanKind,
    Provided,
    QuantityType,
    Rank,
    Relates,
    Selection,
    Term,
    TotalTerm,
    WasOneOf,
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
    judging = Judging(plan.day, subjects, terrain, plan.fillings)
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

    def __init__(
        self,
        day: date,
        subjects: Subjects,
        terrain: Terrain,
        fillings: Mapping[Parameter, Sequence[DatedValue]] | None = None,
    ) -> None:
        self.day = day
        self.fillings = fillings or {}
        self.subjects = subjects
        self.terrain = terrain
        self.n = len(subjects)
        self.last_measured: Measured | None = None
        self.fixed: Mapping[Attribute, object] | None = None
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
            case Promised(held=DoneBy() as deed):
                return self.may_be_done(deed)
            case Promised(held=DocumentHeld() as held):
                return self.document(held, promised=True)
            case CoveredTogether():
                return self.covered_together(atom)
            case Judged(judgement=judgement):
                return self.judgement(judgement.names.key)
            case Conforms(plan=plan):
                return self.conformity(plan)
            case DoneBy(done=done, due=due):
                return compare(self.term(done), Comparator.AT_MOST, self.term(due))
            case Provided(document=document):
                return self.provided(document)
            case Inside(territory=territory):
                stated = self.terrain.inside(territory)
                if stated is not None:
                    return stated
                return self.relates(
                    Relates(RelationKind.OVERLAPS, FOOTPRINT, territory.selection), measure=False
                )
            case TextHeld() | Derived() | Holds() | IsOneOf() | Includes() | WasOneOf():
                return unknown(self.n)

    # ── terms ──

    def term(self, term: Term) -> Bounds:
        """A number per subject; ranks for ordered codes, ordinals for days."""
        match term:
            case Constant(value=value):
                return Bounds.exact(np.full(self.n, value))
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.exact(np.full(self.n, float(code_list.rank(code))))
            case ParameterTerm(parameter=parameter, key=key):
                codes = (
                    self.subjects.attribute(key.attribute)
                    if isinstance(key, AttributeTerm)
                    else None
                )
                return self.parameter(parameter, codes)
            case AttributeTerm(attribute=attribute):
                return numbers(attribute.type, self.subjects.attribute(attribute))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return arithmetic(left, operator, self.term(left), right, self.term(right))
            case ExtremeTerm(greatest=greatest, terms=terms):
                return extreme(greatest, [self.term(x) for x in terms])
            case DocumentDateTerm(document=document):
                return self.document_date(document)
            case MeasureTerm():
                return self.measure(term)
            case TotalTerm():
                return self.terrain.total(term)
            case _:
                return Bounds.nothing(self.n)

    def parameter(self, parameter: Parameter, codes: Values | None) -> Bounds:
        """A parameter's value per subject: what a local pack set there, else the law's own."""
        found = parameter_values(parameter, parameter.values_on(self.day), codes, self.n)
        for value in self.fillings.get(parameter, ()):
            if not value.interval.holds(self.day):
                continue
            here = np.full(self.n, TRUE, np.int8)
            if value.territory is not None:
                here = self.atom(Inside(value.territory))
            local = parameter_values(parameter, (value,), codes, self.n)
            found = np.where((here == TRUE) & ~np.isnan(local), local, found)
            found = np.where(here == UNKNOWN, np.nan, found)
        return Bounds.exact(found)

    def document_date(self, document: DocumentKind) -> Bounds:
        """The day of the latest document of a kind that is held."""
        days = np.full(self.n, np.nan)
        for i, listed in self.subjects.documents.get(document.names.key, {}).items():
            held = [d.issued_on.toordinal() for d in listed if d.issued_on and d.state == "held"]
            if held:
                days[i] = float(max(held))
        return Bounds.exact(days)

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
        elif term.kind is MeasureKind.COUNT:
            low = self.terrain.count(term.part, layer, masks.surely)
            high = self.terrain.count(term.part, layer, masks.possibly) if masks.open else low
            outside = self.terrain.outside_coverage(term.part, layer)
            high = np.where(outside > 0, np.inf, high)
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
                found = self.filter(features).condition(selection.where)
                self.masks[selection] = Masks(found == TRUE, found != FALSE)
        return self.masks[selection]

    def filter(self, features: Features) -> FilterJudging:
        """The judging of filters over the features of a layer, by what this batch says."""
        return FilterJudging(self.day, features, self.fillings, self.fixed)

    def relates(self, atom: Relates, measure: bool = True) -> Truths:
        """A spatial predicate, unknown where the layer, its coverage or the part is missing."""
        asked = tuple(attributes_in(atom))
        if asked and self.fixed is None:
            return self.group_by_group(atom, asked)
        if atom.kind is RelationKind.NEAR:
            return self.near(atom)
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

    def group_by_group(self, atom: Relates, asked: Sequence[Attribute]) -> Truths:
        """A predicate whose filter looks at the subject: once for each distinct combination of the
        attributes that it asks for.
        """
        columns = [self.subjects.attribute(a).tolist() for a in asked]
        groups: dict[tuple[object, ...], list[int]] = {}
        for row, values in enumerate(zip(*columns, strict=True)):
            key = tuple(None if isinstance(v, float) and np.isnan(v) else v for v in values)
            groups.setdefault(key, []).append(row)
        found = unknown(self.n)
        kept, self.masks = self.masks, {}
        for rows in groups.values():
            self.fixed = {a: self.subjects.attribute(a)[rows[0]] for a in asked}
            found[rows] = self.relates(atom, measure=False)[rows]
            self.masks = {}
        self.fixed, self.masks = None, kept
        return found

    def near(self, atom: Relates) -> Truths:
        """Whether a part lies within the reach of a feature, each feature with its own reach."""
        masks = self.selected(atom.selection)
        features = self.terrain.features(atom.selection.layer)
        if masks is None or features is None or atom.within is None:
            return unknown(self.n)
        part, layer = atom.part, atom.selection.layer
        reach = self.filter(features).term(atom.within)
        surely = self.terrain.near(part, layer, masks.surely, np.maximum(reach.low, -1.0))
        doubtful = masks.possibly & ~np.isfinite(reach.high)
        furthest = np.where(np.isfinite(reach.high), reach.high, -1.0)
        possibly = self.terrain.near(part, layer, masks.possibly & ~doubtful, furthest)
        most = float(furthest[masks.possibly].max(initial=0.0))
        covered = self.terrain.covered_reach(part, layer) >= most
        false = ~possibly & covered & (not doubtful.any())
        given = self.terrain.given(part)
        return np.where(given, truths(surely, false), UNKNOWN).astype(np.int8)

    # ── judgements, plans, provisions ──

    def judgement(self, key: str) -> Truths:
        """What people answered."""
        found = unknown(self.n)
        for i, answer in self.subjects.judgements.get(key, {}).items():
            found[i] = TRUE if answer.answer else FALSE
        return found

    def conformity(self, plan: PlanKind) -> Truths:
        """Whether a plan allows the proposed use on the ground taken; judged by a person where the
        plan is not supplied as a layer.
        """
        answered = self.judgement(plan.names.key)
        if plan.layer is None or plan.column is None:
            return answered
        features = self.terrain.features(plan.layer)
        uses = self.subjects.attributes.get("proposed_use")
        if features is None or uses is None:
            return answered
        allowed = features.column(plan.column)
        found = unknown(self.n)
        for use in {u for u in uses.tolist() if u is not None}:
            fits = np.array([allows(a, use) for a in allowed.tolist()], np.bool_)
            blank = np.array([a is None for a in allowed.tolist()], np.bool_)
            bad = self.terrain.overlap(FOOTPRINT, plan.layer, ~fits & ~blank)
            doubt = self.terrain.overlap(FOOTPRINT, plan.layer, blank)
            outside = self.terrain.outside_coverage(FOOTPRINT, plan.layer)
            computed = truths(bad <= 0, bad > 0)
            computed = np.where((bad <= 0) & (doubt + outside > 0), UNKNOWN, computed)
            rows = uses == use
            found[rows] = computed[rows]
        return np.where(found == UNKNOWN, answered, found).astype(np.int8)

    def provided(self, document: DocumentKind) -> Truths:
        """Whether the submission cites a provision or an authorisation: false until it does."""
        found = np.full(self.n, FALSE, np.int8)
        for i, listed in self.subjects.documents.get(document.names.key, {}).items():
            if any(self.valid(d, i) for d in listed):
                found[i] = TRUE
        return found

    def may_be_done(self, deed: DoneBy) -> Truths:
        """Whether a deed that is not done may still be done in time."""
        done, due = self.term(deed.done), self.term(deed.due)
        today = np.array([float(d.toordinal()) for d in self.subjects.days])
        open_ = ~np.isfinite(done.low)
        return truths(open_ & (due.low >= today), ~open_ | (due.high < today))

    # ── documents ──

    def document(self, atom: DocumentHeld, promised: bool) -> Truths:
        """Whether a document is held (or, with `promised`, may still come)."""
        found = unknown(self.n)
        listed = self.subjects.documents.get(atom.document.names.key, {})
        for i in self.subjects.all_documents_listed:
            found[i] = FALSE
        for i, documents in listed.items():
            standing = [d for d in documents if self.valid(d, i) and self.fits(atom, d, i)]
            if promised:
                found[i] = TRUE if any(d.state == "to_come" for d in documents) else FALSE
            else:
                found[i] = TRUE if standing else FALSE
        if atom.before is not None:
            self.stage(atom, found, promised)
        if atom.each is not None:
            found = self.from_each(atom, promised)
        if not promised and (atom.overlaps or atom.covers is not None):
            covered = self.covers(atom, listed)
            found = np.minimum(found, covered)
        return found

    def fits(self, atom: DocumentHeld, document: Document, subject: int) -> bool:
        """Whether a document is from the authority, has the chapter and runs on the day asked."""
        if atom.rank is not None and not of_rank(atom.rank, document):
            return False
        if atom.contains is not None and atom.contains not in document.contains:
            return False
        if atom.valid_on is not None:
            day = self.term(atom.valid_on).low[subject]
            if not np.isfinite(day) or document.valid_to is None:
                return False
            return bool(day <= document.valid_to.toordinal())
        return True

    def from_each(self, atom: DocumentHeld, promised: bool) -> Truths:
        """Whether each feature that a part overlaps has given its document, by its key."""
        assert atom.each is not None
        part, layer = atom.each
        features = self.terrain.features(layer)
        if features is None or layer.key is None:
            return unknown(self.n)
        keys = features.columns.get(layer.key)
        listed = self.subjects.documents.get(atom.document.names.key, {})
        found = np.full(self.n, FALSE if promised else TRUE, np.int8)
        given = self.terrain.given(part) & (self.terrain.outside_coverage(part, layer) <= 0)
        for feature in range(features.count):
            mask = np.arange(features.count) == feature
            hit = self.terrain.overlap(part, layer, mask) > 0
            key = keys[feature] if keys is not None else None
            for i in np.flatnonzero(hit):
                theirs = [d for d in listed.get(int(i), ()) if key in (d.issuer, d.number)]
                if promised:
                    coming = any(d.state == "to_come" for d in theirs)
                    found[i] = max(found[i], TRUE if coming else FALSE)
                elif not any(self.valid(d, int(i)) for d in theirs):
                    complete = int(i) in self.subjects.all_documents_listed
                    refused = any(d.state != "held" for d in theirs)
                    found[i] = min(found[i], FALSE if complete or refused else UNKNOWN)
        return np.where(given, found, UNKNOWN).astype(np.int8)

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

    def __init__(
        self,
        day: date,
        features: Features,
        fillings: Mapping[Parameter, Sequence[DatedValue]] | None = None,
        fixed: Mapping[Attribute, object] | None = None,
    ) -> None:
        self.day = day
        self.features = features
        self.n = features.count
        self.fillings = fillings or {}
        self.fixed = fixed or {}

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
            case WasOneOf(term=ColumnTerm(column=column)):
                return was_one_of(condition, self.features.column(column), self.day)
            case ConceptUse(concept=concept):
                return self.condition(concept.condition)
            case Item(condition=inner):
                return self.condition(inner)
            case Implies(premise=premise, conclusion=conclusion):
                return np.maximum(negated(self.condition(premise)), self.condition(conclusion))
            case Holds(term=AttributeTerm(attribute=attribute)):
                return self.subject(attribute).astype(np.int8)
            case IsOneOf(term=AttributeTerm(attribute=attribute)):
                return is_one_of(condition, self.subject(attribute))
            case Includes(term=AttributeTerm(attribute=attribute)):
                return includes(condition, self.subject(attribute))
        return unknown(self.n)

    def term(self, term: Term) -> Bounds:
        """A number per feature."""
        match term:
            case Constant(value=value):
                return Bounds.exact(np.full(self.n, value))
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.exact(np.full(self.n, float(code_list.rank(code))))
            case ParameterTerm(parameter=parameter, key=key):
                codes: Values | None = None
                if isinstance(key, ColumnTerm):
                    codes = self.features.column(key.column)
                elif isinstance(key, AttributeTerm):
                    codes = self.subject(key.attribute)
                values = [
                    *parameter.values_on(self.day),
                    *(
                        v
                        for v in self.fillings.get(parameter, ())
                        if v.territory is None and v.interval.holds(self.day)
                    ),
                ]
                return Bounds.exact(parameter_values(parameter, values, codes, self.n))
            case ColumnTerm(column=column):
                return numbers(column.type, self.features.column(column))
            case AttributeTerm(attribute=attribute):
                return numbers(attribute.type, self.subject(attribute))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return arithmetic(left, operator, self.term(left), right, self.term(right))
            case ExtremeTerm(greatest=greatest, terms=terms):
                return extreme(greatest, [self.term(x) for x in terms])
        return Bounds.nothing(self.n)

    def subject(self, attribute: Attribute) -> Values:
        """An attribute of the subject at hand, for every feature."""
        if attribute not in self.fixed:
            return no_values(attribute.type, self.n)
        column = no_values(attribute.type, self.n)
        column.fill(self.fixed[attribute])
        return column


def attributes_in(atom: Relates) -> Iterator[Attribute]:
    """The subject's attributes that the filter, or the reach, of a predicate looks at."""
    seen: set[Attribute] = set()

    def of_term(term: Term | None) -> Iterator[Attribute]:
        match term:
            case AttributeTerm(attribute=attribute):
                yield attribute
            case ArithmeticTerm(left=left, right=right):
                yield from of_term(left)
                yield from of_term(right)
            case ParameterTerm(key=AttributeTerm(attribute=attribute)):
                yield attribute
            case ExtremeTerm(terms=terms):
                for one in terms:
                    yield from of_term(one)

    def of(condition: Condition | None) -> Iterator[Attribute]:
        match condition:
            case All(items=items) | Any(items=items):
                for item in items:
                    yield from of(item)
            case Not(inner=inner) | Item(condition=inner):
                yield from of(inner)
            case Implies(premise=premise, conclusion=conclusion):
                yield from of(premise)
                yield from of(conclusion)
            case ConceptUse(concept=concept):
                yield from of(concept.condition)
            case Compares(left=left, right=right):
                yield from of_term(left)
                yield from of_term(right)
            case Holds(term=term) | IsOneOf(term=term) | Includes(term=term):
                yield from of_term(term)

    for attribute in (*of(atom.selection.where), *of_term(atom.within)):
        if attribute not in seen:
            seen.add(attribute)
            yield attribute


def parameter_values(
    parameter: Parameter, values: Sequence[DatedValue], codes: Values | None, n: int
) -> Numbers:
    """The values of a parameter for n rows, by their codes where it has a key; NaN for none."""
    found = np.full(n, np.nan)
    if parameter.key is None:
        for value in values:
            found[:] = value.value
        return found
    if codes is None:
        return found
    key = parameter.key
    for value in values:
        hit = [c is not None and any(key.covers(w, str(c)) for w in value.keys) for c in codes]
        found[np.array(hit, np.bool_)] = value.value
    return found


def arithmetic(left: Term, operator: Operator, a: Bounds, right: Term, b: Bounds) -> Bounds:
    """Arithmetic of terms; a period added to a day is counted by the calendar."""
    if not isinstance(type_of_term(left), DateType):
        return calculate(a, operator, b)
    months = type_of_term(right) == QuantityType(DIMENSIONS["duration"][1])
    sign = 1 if operator is Operator.PLUS else -1
    low, high = (b.low, b.high) if sign > 0 else (b.high, b.low)
    return Bounds(shifted(a.low, sign * low, months), shifted(a.high, sign * high, months))


def shifted(days: Numbers, amount: Numbers, months: bool) -> Numbers:
    """Days as ordinals, moved by days, or by calendar months (the last day of a shorter month)."""
    if not months:
        return days + amount
    moved = days + amount
    for i in np.flatnonzero(np.isfinite(days) & np.isfinite(amount)):
        day = date.fromordinal(int(days[i]))
        year, month = divmod(day.year * 12 + day.month - 1 + int(amount[i]), 12)
        if not date.min.year <= year <= date.max.year:
            moved[i] = np.inf if amount[i] > 0 else -np.inf
            continue
        last = monthrange(year, month + 1)[1]
        moved[i] = date(year, month + 1, min(day.day, last)).toordinal()
    return moved


def extreme(greatest: bool, terms: Sequence[Bounds]) -> Bounds:
    """The least or greatest of some terms."""
    pick = np.maximum if greatest else np.minimum
    return Bounds(pick.reduce([t.low for t in terms]), pick.reduce([t.high for t in terms]))


def was_one_of(atom: WasOneOf, values: Values, day: date) -> Truths:
    """Whether what a newer value can have stood for is among some older codes: decided where all
    that it can have been agree.
    """
    mapping = atom.mapping
    mapped = mapping is not None and mapping.interval.holds(day)

    def answer(value: Hashable) -> int:
        olds = frozenset({str(value)}) if value is not None else frozenset()
        if mapped and mapping is not None:
            olds = mapping.olds.get(None if value is None else str(value), frozenset())
        if not olds:
            return UNKNOWN
        hits = [old in atom.codes for old in olds]
        return TRUE if all(hits) else UNKNOWN if any(hits) else FALSE

    answers = {v: answer(v) for v in set(values.tolist())}
    return np.fromiter((answers[v] for v in values.tolist()), np.int8, len(values))


def of_rank(rank: Rank, document: Document) -> bool:
    """Whether a document was issued by an authority, or by one above it."""
    issued_by = rank.code_list.find(document.rank or "")
    if issued_by is None:
        return False
    wanted, given = rank.code_list.rank(rank.code), rank.code_list.rank(issued_by)
    return given >= wanted if rank.or_above else given == wanted


def allows(allowed: object, use: object) -> bool:
    """Whether the uses that a zone of a plan allows hold a use."""
    return use in allowed.codes if isinstance(allowed, CodeSet) else allowed == use


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

"""Judging atoms: every comparison, membership and overlap, for all subjects of a batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from redline.language.kinds import Comparator, MeasureKind, PartKind, RelationKind
from redline.reasoning import documents
from redline.reasoning.asked import atoms_to_measure, is_measured
from redline.reasoning.columns import (
    arithmetic,
    extreme,
    includes,
    is_one_of,
    numbers,
    parameter_values,
)
from redline.reasoning.filters import FilterJudging, asked_of_filter, asked_of_subject
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    Plan,
    PlanAtom,
    Promised,
)
from redline.reasoning.subjects import (
    Booleans,
    Coded,
    CodeSet,
    Features,
    Subjects,
    Terrain,
    Values,
    encoded,
)
from redline.reasoning.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    Bounds,
    Truths,
    compare,
    truths,
    unknown,
)
from redline.rulebook.model import (
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    CodeConstant,
    Compares,
    Conforms,
    Constant,
    DatedValue,
    DocumentDateTerm,
    DocumentHeld,
    DoneBy,
    ExtremeTerm,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    MeasureTerm,
    Parameter,
    ParameterTerm,
    Part,
    PlanKind,
    Provided,
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
    """Judge the atoms of a plan; derived ones are left unknown, and so are measured ones that can
    no longer change any status.
    """
    judging = Judging(plan.day, subjects, terrain, plan.fillings)
    matrix = np.full((len(subjects), len(plan.atoms)), UNKNOWN, np.int8, order="F")
    measured: dict[int, Measured] = {}

    def fill(indices: Iterable[int]) -> None:
        for index in indices:
            atom = plan.atoms[index]
            if not isinstance(atom, Derived):
                matrix[:, index] = judging.atom(atom)
                if judging.last_measured is not None:
                    measured[index] = judging.last_measured

    fill(i for i, atom in enumerate(plan.atoms) if not is_measured(atom))
    fill(sorted(atoms_to_measure(plan, matrix)))
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
        self.lists_documents = documents.rows_of(set(subjects.all_documents_listed), self.n)
        self.fixed: Mapping[Attribute | TotalTerm, object] | None = None
        self.masks: dict[Selection, Masks | None] = {}
        self._terms: dict[Term, Bounds] = {}
        self._coded: dict[Attribute, Coded] = {}

    def atom(self, atom: PlanAtom) -> Truths:
        """The truths of one atom over all subjects."""
        self.last_measured = None
        match atom:
            case Compares(left=left, comparator=comparator, right=right):
                value, limit = self.term(left), self.term(right)
                self.last_measured = Measured(value, limit)
                return compare(value, comparator, limit)
            case Holds(term=AttributeTerm(attribute=attribute)):
                return np.asarray(self.subjects.attribute(attribute), np.int8)
            case IsOneOf(term=AttributeTerm(attribute=attribute)):
                return is_one_of(atom, self.coded(attribute))
            case Includes(term=AttributeTerm(attribute=attribute)):
                return includes(atom, self.coded(attribute))
            case Relates():
                return self.relates(atom)
            case DocumentHeld():
                return documents.held(self, atom)
            case Promised(held=DoneBy() as deed):
                return self.may_be_done(deed)
            case Promised(held=DocumentHeld() as held):
                return documents.promised(self, held)
            case CoveredTogether():
                return documents.covered_together(self, atom)
            case Judged(judgement=judgement):
                return self.judgement(judgement.names.key)
            case Conforms(plan=plan):
                return self.conformity(plan)
            case DoneBy(done=done, due=due):
                return compare(self.term(done), Comparator.AT_MOST, self.term(due))
            case Provided(document=document):
                return documents.provided(self, document)
            case Inside(territory=territory):
                stated = self.terrain.inside(territory)
                if stated is not None:
                    return stated
                return self.relates(
                    Relates(RelationKind.OVERLAPS, FOOTPRINT, territory.selection), measure=False
                )
            case _:  # TextHeld, what a group derives, what only a filter can look at
                return unknown(self.n)

    def coded(self, attribute: Attribute) -> Coded:
        """An attribute of codes, texts or sets, each distinct value once."""
        if attribute not in self._coded:
            self._coded[attribute] = encoded(self.subjects.attribute(attribute))
        return self._coded[attribute]

    # ── terms ──

    def term(self, term: Term) -> Bounds:
        """A number per subject; ranks for ordered codes, ordinals for days."""
        if term not in self._terms:
            self._terms[term] = self.number(term)
        return self._terms[term]

    def number(self, term: Term) -> Bounds:
        """What `term` computes once."""
        match term:
            case Constant(value=value):
                return Bounds.same(value, self.n)
            case CodeConstant(code=code, code_list=code_list):
                return Bounds.same(float(code_list.rank(code)), self.n)
            case ParameterTerm(parameter=parameter, key=None):
                return self.parameter(parameter, None)
            case ParameterTerm(parameter=parameter, key=AttributeTerm(attribute=attribute)):
                return self.parameter(parameter, self.coded(attribute))
            case AttributeTerm(attribute=attribute):
                return numbers(attribute.type, self.subjects.attribute(attribute))
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return arithmetic(left, operator, self.term(left), right, self.term(right))
            case ExtremeTerm(greatest=greatest, terms=terms):
                return extreme(greatest, [self.term(x) for x in terms])
            case DocumentDateTerm(document=document):
                return Bounds.exact(documents.latest_day(self, document))
            case MeasureTerm():
                return self.measure(term)
            case TotalTerm():
                return self.terrain.total(term)
            case _:
                return Bounds.nothing(self.n)

    def parameter(self, parameter: Parameter, codes: Values | None) -> Bounds:
        """A parameter's value per subject: what a local pack set there, else the law's own, else
        what the register says was granted.
        """
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
        granted = self.subjects.granted.get(parameter.names.key)
        if granted is not None and codes is None:
            found = np.where(np.isnan(found), granted, found)
        return Bounds.exact(found)

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
        """An overlap as a share of the part's size."""
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

    def selected_for(self, selection: Selection, subject: int) -> Masks | None:
        """The features of a selection on account of one subject, at whom its filter may look."""
        asked = tuple(asked_of_filter(selection.where))
        if not asked:
            return self.selected(selection)
        kept, self.masks = self.masks, {}
        self.fixed = {a: self.stated(a)[subject] for a in asked}
        found = self.selected(selection)
        self.fixed, self.masks = None, kept
        return found

    def filter(self, features: Features) -> FilterJudging:
        """The judging of filters over the features of a layer, by what this batch says."""
        return FilterJudging(self.day, features, self.fillings, self.fixed)

    def relates(self, atom: Relates, measure: bool = True) -> Truths:
        """A spatial predicate, unknown where the layer, its coverage or the part is missing."""
        asked = tuple(asked_of_subject(atom))
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
            limit = self.term(atom.by[1]) if atom.by else Bounds.same(0.0, self.n)
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

    def group_by_group(self, atom: Relates, asked: Sequence[Attribute | TotalTerm]) -> Truths:
        """A predicate whose filter looks at the subject: once for each distinct combination of what
        it asks of it.
        """
        columns = [self.stated(a) for a in asked]
        groups: dict[tuple[object, ...], list[int]] = {}
        for row, values in enumerate(zip(*columns, strict=True)):
            key = tuple(None if isinstance(v, float) and np.isnan(v) else v for v in values)
            groups.setdefault(key, []).append(row)
        found = unknown(self.n)
        kept, self.masks = self.masks, {}
        for rows in groups.values():
            self.fixed = {a: c[rows[0]] for a, c in zip(asked, columns, strict=True)}
            found[rows] = self.relates(atom, measure=False)[rows]
            self.masks = {}
        self.fixed, self.masks = None, kept
        return found

    def stated(self, asked: Attribute | TotalTerm) -> list[object]:
        """An attribute of each subject, or the bounds of what earlier approvals add up to."""
        if isinstance(asked, Attribute):
            return list(self.subjects.attribute(asked).tolist())
        total = self.terrain.total(asked)
        return list(zip(total.low.tolist(), total.high.tolist(), strict=True))

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

    # ── judgements, plans, deeds ──

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
        stated = self.subjects.attributes.get("proposed_use")
        if features is None or stated is None:
            return answered
        allowed, uses = encoded(features.column(plan.column)), encoded(stated)
        found = unknown(self.n)
        blank = allowed.numbers < 0
        doubt = self.terrain.overlap(FOOTPRINT, plan.layer, blank)
        doubt = doubt + self.terrain.outside_coverage(FOOTPRINT, plan.layer)
        for number, use in enumerate(uses.values):
            fits = np.array([*(allows(a, use) for a in allowed.values), True])[allowed.numbers]
            bad = self.terrain.overlap(FOOTPRINT, plan.layer, ~fits)
            computed = np.where(bad > 0, FALSE, np.where(doubt > 0, UNKNOWN, TRUE))
            rows = uses.numbers == number
            found[rows] = computed[rows]
        return np.where(found == UNKNOWN, answered, found).astype(np.int8)

    def may_be_done(self, deed: DoneBy) -> Truths:
        """Whether a deed that is said not to be done may still be done in time."""
        done, due = self.term(deed.done), self.term(deed.due)
        today = np.array([float(d.toordinal()) for d in self.subjects.days])
        not_yet = done.low == np.inf
        over = np.isfinite(done.low) | (due.high < today)
        return truths(not_yet & (due.low >= today), over)


def allows(allowed: object, use: object) -> bool:
    """Whether the uses that a zone of a plan allows hold a use."""
    return use in allowed.codes if isinstance(allowed, CodeSet) else allowed == use

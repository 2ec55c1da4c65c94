"""Findings from statuses: what a reader is shown about one submission, made only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import TypeAdapter
from shapely.geometry.base import BaseGeometry

from redline import findings as f
from redline.checking.diagnostics import ExpectationMissed
from redline.checking.presumptions import presumptions
from redline.checking.quotas import account_of
from redline.checking.terrain import MeasuredTerrain
from redline.diagnostics import Place
from redline.ground.distance import nearest
from redline.ground.features import Submission
from redline.ground.measure import thin_meetings
from redline.language.kinds import Comparator, MeasureKind, NormKind, RelationKind
from redline.messages import Title
from redline.quantities import base_unit, unit_text
from redline.reasoning.filters import attributes_in
from redline.reasoning.formula import Conjunction, Disjunction, Formula, Leaf, Negation
from redline.reasoning.infer import Inference, Status
from redline.reasoning.judge import FOOTPRINT, Judgements, Judging
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    ExceptionFormula,
    Inside,
    PlanAtom,
    Promised,
    RuleGroup,
)
from redline.reasoning.settling import settling_sets
from redline.reasoning.subjects import Booleans, CodeSet, Subjects
from redline.reasoning.truth import FALSE, NOT_YET, TRUE, UNKNOWN, Bounds
from redline.reasoning.wants import Want, WantFinder, open_atoms
from redline.rulebook.model import (
    AttributeTerm,
    BooleanType,
    Citation,
    CodeType,
    Compares,
    DateType,
    DocumentHeld,
    DoneBy,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    Layer,
    MeasureTerm,
    ParameterTerm,
    Part,
    QuantityType,
    Relates,
    Rule,
    RuleBook,
    Selection,
    Term,
)
from redline.rulebook.types import type_of_term
from redline.rulebook.wording import exception_in_words, part_in_words, term_in_words

STATUSES = {
    Status.UNDETERMINED: f.Status.UNDETERMINED,
    Status.COMPLIES: f.Status.COMPLIES,
    Status.NOT_APPLICABLE: f.Status.NOT_APPLICABLE,
    Status.VIOLATED: f.Status.VIOLATED,
    Status.EXCUSED: f.Status.EXCUSED,
    Status.CONDITIONAL: f.Status.CONDITIONAL,
}

OPPOSITE = {
    Comparator.AT_LEAST: f.Comparison.LESS_THAN,
    Comparator.AT_MOST: f.Comparison.MORE_THAN,
    Comparator.MORE_THAN: f.Comparison.AT_MOST,
    Comparator.LESS_THAN: f.Comparison.AT_LEAST,
}

MISSING = {
    "geometry": f.MissingKind.ATTRIBUTE,
    **{kind.value: kind for kind in f.MissingKind},
}


@dataclass(frozen=True)
class Answered:
    """A batch that was judged and inferred, from which findings are made."""

    book: RuleBook
    subjects: Subjects
    terrain: MeasuredTerrain
    judged: Judgements
    inference: Inference
    sensitive: NDArray[np.bool_] | None = None
    """Which findings (subjects × rules) would flip if a boundary moved by its accuracy."""


def verdict_of(findings: Sequence[f.Finding]) -> f.Verdict:
    """The verdict of a submission from its findings (`docs/language.md`, Meaning)."""
    binding = {x.status for x in findings if x.severity is f.RuleSeverity.BINDING}
    anticipated = {x.status for x in findings if x.severity is f.RuleSeverity.ANTICIPATORY}
    if f.Status.VIOLATED in binding:
        return f.Verdict.NON_COMPLIANT
    if f.Status.UNDETERMINED in binding:
        return f.Verdict.UNDETERMINED
    if binding & {f.Status.EXCUSED, f.Status.CONDITIONAL} or anticipated & {
        f.Status.VIOLATED,
        f.Status.EXCUSED,
        f.Status.CONDITIONAL,
    }:
        return f.Verdict.CONDITIONAL
    return f.Verdict.COMPLIANT


def findings_of(answered: Answered, subject: int, kind: str) -> tuple[f.Finding, ...]:
    """The findings of one subject, one for each rule in force that speaks about its kind, in the
    rule book's order. Checks of data are told apart (`expectations_missed`).
    """
    maker = FindingMaker(answered, subject)
    return tuple(maker.finding(i) for i in rules_asked(answered, kind))


def rules_asked(answered: Answered, kind: str) -> tuple[int, ...]:
    """The places in the plan of the rules that make findings of submissions of a kind, in the
    order of `findings_of`.
    """
    return tuple(
        i
        for i, group in enumerate(answered.inference.plan.rules)
        if group.rule.severity != "data_check" and speaks_of(group.rule, kind)
    )


def speaks_of(rule: Rule, kind: str) -> bool:
    """Whether a rule is about submissions of a kind (projects and operations if it names none)."""
    return kind in ("project", "operation") if rule.subject is None else rule.subject == kind


def expectations_missed(
    answered: Answered, subject: int, submission: Submission
) -> Iterator[f.DataCheck]:
    """What a submission declares and a rule that only `expects` finds otherwise."""
    maker = FindingMaker(answered, subject)
    for index, group in enumerate(answered.inference.plan.rules):
        rule = group.rule
        if rule.severity != "data_check" or not speaks_of(rule, submission.kind.value):
            continue
        if Status(answered.inference.statuses[subject, index]) is not Status.VIOLATED:
            continue
        problem = f.Problem.of(
            ExpectationMissed(place=Place(submission.source, item=submission.id), title=rule.title)
        )
        yield f.DataCheck(
            **{name: getattr(problem, name) for name in f.Problem.model_fields},
            measured=tuple(maker.measurements(group)),
        )


class FindingMaker:
    """Makes the findings of one subject."""

    def __init__(self, answered: Answered, subject: int) -> None:
        self.book = answered.book
        self.subjects = answered.subjects
        self.terrain = answered.terrain
        self.measured = answered.judged.measured
        self.inference = answered.inference
        self.plan = answered.inference.plan
        self.sensitive = answered.sensitive
        self.subject = subject
        self.truths = answered.inference.truths[subject]
        self.wants = WantFinder(subject, self.subjects, self.terrain, self.inference)
        self.judging = Judging(self.plan.day, self.subjects, self.terrain, self.plan.fillings)

    def finding(self, index: int) -> f.Finding:
        """The finding of one rule."""
        group = self.plan.rules[index]
        rule = group.rule
        status = Status(self.inference.statuses[self.subject, index])
        title = f.Bilingual.of(rule.title)
        heard = status is not Status.NOT_APPLICABLE
        telling = status not in (Status.NOT_APPLICABLE, Status.COMPLIES)
        evidence, slivers = self.evidence(group, telling) if heard else ((), ())
        return f.Finding(
            rule=f"{rule.pack}.{rule.names.key}",
            status=STATUSES[status],
            severity=f.RuleSeverity(rule.severity),
            title=title,
            remedy=f.Bilingual.of(rule.remedy) if rule.remedy else None,
            citations=tuple(citation_of(c) for c in rule.citations_on(self.plan.day)),
            measured=tuple(self.measurements(group)) if heard else (),
            facts=tuple(self.facts(group)) if telling else (),
            exceptions=tuple(self.excuse(e) for e in group.exceptions) if telling else (),
            owed=tuple(self.owed(group, status)),
            missing=tuple(self.missing(group.outputs)) if status is Status.UNDETERMINED else (),
            settled_by=self.settled_by(index) if status is Status.UNDETERMINED else (),
            evidence=evidence,
            slivers=slivers,
            accounts=tuple(self.accounts(group)) if heard else (),
            boundary_sensitive=self.sensitive is not None
            and bool(self.sensitive[self.subject, index]),
            displaced_by=next(
                (
                    f"{other.pack}.{other.names.key}"
                    for other, formula in group.displacing
                    if self.truth(formula) == TRUE
                ),
                None,
            ),
            information=tuple(self.information(group)) if telling else (),
        )

    def information(self, group: RuleGroup) -> Iterator[f.Information]:
        """What the rule adds on the day, and what the finding rests on that is presumed."""
        told = [(x.kind, x.title, x.citations) for x in group.rule.information]
        for mapping in presumptions(group, self.plan, self.terrain, self.subject):
            assert mapping.presumed is not None
            yield f.Information(
                kind="note",
                text=f.Bilingual(
                    en=f"What this ground was called before is presumed: {mapping.presumed.en}",
                    zh=f"此处原名称系推定：{mapping.presumed.zh}",
                ),
                citations=self.cited_today(mapping.citations),
            )
        for kind, title, citations in told:
            cited = self.cited_today(citations)
            if cited:
                yield f.Information(kind=kind, text=f.Bilingual.of(title), citations=cited)

    def cited_today(self, citations: Iterable[Citation]) -> tuple[f.Citation, ...]:
        """The clauses among some that are in force on the day."""
        return tuple(citation_of(c) for c in citations if c.interval.holds(self.plan.day))

    # ── truths ──

    def truth(self, formula: Formula) -> int:
        """The truth of a formula for this subject."""
        match formula:
            case Leaf(index=index):
                return int(self.truths[index])
            case Negation(inner=inner):
                return TRUE - self.truth(inner)
            case Conjunction(items=items):
                return min((self.truth(i) for i in items), default=TRUE)
            case Disjunction(items=items):
                return max((self.truth(i) for i in items), default=FALSE)

    def atoms(
        self, formula: Formula, positive: bool = True
    ) -> Iterator[tuple[int, PlanAtom, bool]]:
        """The judged atoms of a formula, each with whether its truth makes the formula truer."""
        match formula:
            case Leaf(index=index):
                atom = self.plan.atoms[index]
                if isinstance(atom, Derived):
                    yield from self.atoms(self.plan.formulas[index], positive)
                else:
                    yield index, atom, positive
            case Negation(inner=inner):
                yield from self.atoms(inner, not positive)
            case Conjunction(items=items) | Disjunction(items=items):
                for item in items:
                    yield from self.atoms(item, positive)

    def telling(
        self, formula: Formula, positive: bool = True
    ) -> Iterator[tuple[int, PlanAtom, bool]]:
        """The judged atoms on which the truth of a formula rests, each as in `atoms`.

        Of what is true because one of several things is so, those that are; of what is false
        because one of several is not, those that are not.
        """
        match formula:
            case Leaf(index=index):
                atom = self.plan.atoms[index]
                if isinstance(atom, Derived):
                    yield from self.telling(self.plan.formulas[index], positive)
                else:
                    yield index, atom, positive
            case Negation(inner=inner):
                yield from self.telling(inner, not positive)
            case Conjunction(items=items) | Disjunction(items=items):
                deciding = FALSE if isinstance(formula, Conjunction) else TRUE
                decided = self.truth(formula) == deciding
                for item in items:
                    if not decided or self.truth(item) == deciding:
                        yield from self.telling(item, positive)

    # ── parts of a finding ──

    def measurements(self, group: RuleGroup) -> Iterator[f.Measured]:
        """What the norm compares: value, limit and margin; each once."""
        yield from dict.fromkeys(self.measured_in(group.breach))

    def measured_in(self, formula: Formula) -> Iterator[f.Measured]:
        """What a formula compares, as far as its truth rests on it."""
        for index, atom, positive in self.telling(formula):
            measured = self.measured.get(index)
            if measured is None or not isinstance(atom, Compares | Relates):
                continue
            if isinstance(atom, Compares) and not shows_number(atom.left):
                continue
            yield self.measurement(atom, measured.value, measured.limit, positive)

    def accounts(self, group: RuleGroup) -> Iterator[f.Account]:
        """The accounts of the register that the norm asks about."""
        for index, atom, _positive in self.atoms(group.breach):
            measured = self.measured.get(index)
            if measured is not None:
                found = account_of(atom, measured, self.subject, self.terrain)
                if found is not None:
                    yield found

    def measurement(
        self, atom: Compares | Relates, value: Bounds, limit: Bounds, breaks: bool
    ) -> f.Measured:
        """A comparison; `breaks` says whether the rule is kept when the comparison fails."""
        row = self.subject
        low, high = float(value.low[row]), float(value.high[row])
        bound = float(limit.low[row])
        limit_known = np.isfinite(bound) and bound == limit.high[row]
        if isinstance(atom, Compares):
            quantity, kind = term_in_words(atom.left), type_of_term(atom.left)
            unit = base_unit(kind.dimension).en if isinstance(kind, QuantityType) else ""
            comparator = atom.comparator
            clauses = limit_clauses(atom.right, self.plan.day)
        else:
            overlap = MeasureTerm(measure_kind(atom), atom.part, atom.selection)
            quantity = term_in_words(overlap)
            unit = overlap_unit(atom)
            comparator = atom.by[0] if atom.by else Comparator.MORE_THAN
            clauses = limit_clauses(atom.by[1], self.plan.day) if atom.by else ()
        comparison = OPPOSITE[comparator] if breaks else f.Comparison(comparator.value)
        known = low == high and np.isfinite(low)
        margin = None
        if known and limit_known:
            above = comparison in (f.Comparison.AT_LEAST, f.Comparison.MORE_THAN)
            margin = low - bound if above else bound - low
        ranged = not known and np.isfinite(low) and np.isfinite(high)
        return f.Measured(
            quantity=f.Bilingual.of(quantity),
            value=tidy(low) if known else None,
            range=(tidy(low), tidy(high)) if ranged else None,
            unit=unit,
            limit=tidy(bound) if limit_known else None,
            comparison=comparison,
            margin=tidy(margin) if margin is not None else None,
            limit_citations=tuple(citation_of(c) for c in clauses),
        )

    def facts(self, group: RuleGroup) -> Iterator[f.Fact]:
        """The attributes, documents and judgements known and asked for."""
        seen: set[tuple[str, str]] = set()
        formulas = [group.scope, group.breach, *(e.promised for e in group.exceptions)]
        for formula in formulas:
            for index, atom, _positive in self.telling(formula):
                if self.truths[index] == UNKNOWN:
                    continue
                for fact in self.fact(atom):
                    if (fact.kind, fact.name) not in seen:
                        seen.add((fact.kind, fact.name))
                        yield fact

    def fact(self, atom: PlanAtom) -> Iterator[f.Fact]:
        match atom:
            case Holds(term=term) | IsOneOf(term=term) | Includes(term=term):
                yield from self.attribute_fact(term)
            case Compares(left=left, right=right):
                for side in (left, right):
                    yield from self.attribute_fact(side)
            case Relates():
                for attribute in attributes_in(atom):
                    yield from self.attribute_fact(AttributeTerm(attribute))
            case DocumentHeld(document=document):
                listed = self.subjects.documents.get(document.names.key, {}).get(self.subject, ())
                for one in listed:
                    state = DOCUMENT_STATES[one.state]
                    number = f" {one.number}" if one.number else ""
                    yield f.Fact(
                        kind="document",
                        name=document.names.key,
                        title=f.Bilingual.of(document.title),
                        value=f.Bilingual(en=state.en + number, zh=state.zh + number),
                    )
            case Judged(judgement=judgement):
                answers = self.subjects.judgements.get(judgement.names.key, {})
                if self.subject in answers:
                    answer = answers[self.subject]
                    yield f.Fact(
                        kind="judgement",
                        name=judgement.names.key,
                        title=f.Bilingual.of(judgement.title),
                        value=f.Bilingual.of(YES if answer.answer else NO),
                        author=answer.author,
                        reason=answer.reason,
                    )

    def attribute_fact(self, term: Term | object) -> Iterator[f.Fact]:
        if not isinstance(term, AttributeTerm):
            return
        attribute = term.attribute
        value = self.subjects.attribute(attribute)[self.subject]
        shown = value_in_words(attribute.type, value)
        if shown is not None:
            yield f.Fact(
                kind="attribute",
                name=attribute.names.key,
                title=f.Bilingual.of(attribute.title),
                value=f.Bilingual.of(shown),
            )

    def excuse(self, formula: ExceptionFormula) -> f.Excuse:
        """An exception of the rule, and whether it excuses here."""
        exception = formula.exception
        if self.truth(formula.full) == TRUE:
            status = f.ExceptionStatus.HOLDS
        elif self.truth(formula.promised) == TRUE:
            status = f.ExceptionStatus.PROMISED
        elif self.truth(formula.promised) == FALSE:
            status = f.ExceptionStatus.FAILS
        else:
            status = f.ExceptionStatus.UNKNOWN
        unknown = status is f.ExceptionStatus.UNKNOWN
        promised = status is f.ExceptionStatus.PROMISED
        return f.Excuse(
            condition=f.Bilingual.of(exception_in_words(exception)),
            status=status,
            citations=tuple(
                citation_of(c) for c in exception.citations if c.interval.holds(self.plan.day)
            ),
            owed=tuple(self.promised(formula.promised)) if promised else (),
            missing=tuple(self.missing((formula.promised,))) if unknown else (),
        )

    def promised(self, formula: Formula) -> Iterator[f.Owed]:
        """The documents to come that a formula rests on."""
        for index, atom, _positive in self.atoms(formula):
            if not isinstance(atom, Promised) or self.truths[index] != TRUE:
                continue
            if isinstance(atom.held, DoneBy):
                yield self.deed(atom.held)
            else:
                document, before = atom.held.document, atom.held.before
                by = None
                if before is not None:
                    attribute, stage = before
                    assert isinstance(attribute.type, CodeType)
                    name = attribute.type.code_list.title_of(stage)
                    by = f.DueBy(stage=stage, stage_title=f.Bilingual.of(name))
                yield f.Owed(
                    kind=f.OwedKind.DOCUMENT,
                    name=document.names.key,
                    title=f.Bilingual.of(document.title),
                    by=by,
                )

    def deed(self, deed: DoneBy) -> f.Owed:
        """A deed that is due on a day."""
        due = float(self.judging.term(deed.due).low[self.subject])
        name = deed.done.attribute.names.key if isinstance(deed.done, AttributeTerm) else ""
        return f.Owed(
            kind=f.OwedKind.DEED,
            name=name,
            title=f.Bilingual.of(term_in_words(deed.done)),
            by=f.DueBy(date=date.fromordinal(int(due))) if np.isfinite(due) else None,
        )

    def owed(self, group: RuleGroup, status: Status) -> Iterator[f.Owed]:
        """What a conditional status still asks for."""
        if status is not Status.CONDITIONAL:
            return
        found = [o for e in group.exceptions for o in self.promised(e.promised)]
        if group.rule.norm.kind is NormKind.REQUIRES:
            condition = group.outputs[2]
            found += self.promised(condition)
        if not found and (group.rule.norm.ordinarily or group.rule.norm.kind is NormKind.RESTRICTS):
            found.append(
                f.Owed(
                    kind=f.OwedKind.DEMONSTRATION,
                    name=group.rule.names.key,
                    title=f.Bilingual.of(DEMONSTRATION),
                )
            )
        yield from dict.fromkeys(found)

    def missing(self, formulas: tuple[Formula, ...]) -> Iterator[f.Missing]:
        """What would help to determine some formulas, each thing once."""
        seen: set[tuple[str, str]] = set()
        for atom in open_atoms(self.inference, formulas, self.truths):
            for want in self.wants.of_atom(atom):
                if (want.kind, want.key) not in seen:
                    seen.add((want.kind, want.key))
                    yield missing_of(want)

    def settled_by(self, index: int) -> tuple[tuple[str, ...], ...]:
        """The smallest sets of missing facts whose every answer decides the status."""
        sets = settling_sets(self.inference, self.subject, index, self.wants, self.measured)
        return tuple(tuple(dict.fromkeys(w.key for w in found)) for found in sets)

    # ── evidence ──

    def evidence(
        self, group: RuleGroup, telling: bool
    ) -> tuple[tuple[f.Evidence, ...], tuple[f.Evidence, ...]]:
        """The ground on which the norm's answer rests, and the slivers left out of it."""
        evidence: dict[tuple[object, ...], f.Evidence] = {}
        slivers: dict[tuple[object, ...], f.Evidence] = {}
        for _index, atom, _positive in self.telling(group.breach):
            for part, selection, distance in spatial_terms(atom):
                if selection.layer not in self.terrain.zones:
                    continue
                if distance:
                    found = self.near(part, selection) if telling else None
                    if found is not None:
                        evidence[part, selection, found.feature] = found
                    continue
                for counted, row in self.pieces(part, selection):
                    size = (row.area_m2, row.length_m)
                    point = row.geometry if size == (None, None) else None
                    key = (part, selection, row.feature, *size, point)
                    if not counted:
                        slivers[key] = row
                    elif telling:
                        evidence[key] = row
        return tuple(evidence.values()), tuple(slivers.values())

    def pieces(self, part: Part, selection: Selection) -> Iterator[tuple[bool, f.Evidence]]:
        """The overlaps of a part with the features of a selection."""
        masks = self.judging.selected_for(selection, self.subject)
        if masks is None:
            return
        layer = selection.layer
        owners = self.terrain.shapes(part).owner
        if layer.geometry == "polygon":
            found = self.terrain.area_overlaps(part, layer)
            mine = owners[found.subject] == self.subject
            rows = np.flatnonzero(mine & masks.possibly[found.feature])
            shown = self.terrain.plane.to_lonlat(found.geometry_of(rows))
            for row, geometry in zip(rows, shown, strict=True):
                yield (
                    bool(found.counted[row]),
                    self.item(
                        part,
                        layer,
                        int(found.feature[row]),
                        geometry,
                        area_m2=round(float(found.area_m2[row]), 2),
                        width_m=round(float(found.width_m[row]), 4)
                        if found.width_exact[row]
                        else None,
                    ),
                )
        if layer.geometry == "line" or not len(owners):
            lines = self.terrain.line_overlaps(part, layer)
            mine = owners[lines.subject] == self.subject
            rows = np.flatnonzero(mine & masks.possibly[lines.feature])
            shown = self.terrain.plane.to_lonlat(lines.geometry[rows])
            for row, geometry in zip(rows, shown, strict=True):
                yield (
                    True,
                    self.item(
                        part,
                        layer,
                        int(lines.feature[row]),
                        geometry,
                        length_m=round(float(lines.length_m[row]), 3),
                    ),
                )
        yield from self.points(part, selection, masks.possibly)

    def points(
        self, part: Part, selection: Selection, mask: Booleans
    ) -> Iterator[tuple[bool, f.Evidence]]:
        """The points of a part that lie in features of a selection, and the points of the
        selection that lie in the part.
        """
        layer, shapes = selection.layer, self.terrain.shapes(part)
        mine = shapes.geometry[shapes.owner == self.subject]
        zone = self.terrain.zones[layer]
        for index, feature in zip(*thin_meetings(mine, zone, mask), strict=True):
            inside = shapely.get_dimensions(mine[index]) == 0
            if not inside and layer.geometry != "point":
                continue
            point = mine[index] if inside else zone.geometry[feature]
            relation = f.Relation.WITHIN if inside else f.Relation.OVERLAPS
            (shown,) = self.terrain.plane.to_lonlat(np.array([point], dtype=object))
            yield True, self.item(part, layer, int(feature), shown, relation=relation)

    def near(self, part: Part, selection: Selection) -> f.Evidence | None:
        """The feature of a selection that is nearest to a part."""
        masks = self.judging.selected_for(selection, self.subject)
        if masks is None:
            return None
        shapes = self.terrain.shapes(part)
        mine = np.flatnonzero(shapes.owner == self.subject)
        zone = self.terrain.zones[selection.layer]
        metres, feature = nearest(shapes.geometry[mine], zone, masks.possibly)
        if not len(metres) or not np.isfinite(metres.min()):
            return None
        least = int(np.argmin(metres))
        return self.item(
            part,
            selection.layer,
            int(feature[least]),
            None,
            relation=f.Relation.NEAR,
            distance_m=round(float(metres[least]), 3),
        )

    def item(
        self,
        part: Part,
        layer: Layer,
        feature: int,
        geometry: BaseGeometry | None,
        *,
        relation: f.Relation = f.Relation.OVERLAPS,
        area_m2: float | None = None,
        width_m: float | None = None,
        length_m: float | None = None,
        distance_m: float | None = None,
    ) -> f.Evidence:
        zone = self.terrain.zones[layer]
        features = self.terrain.features(layer)
        assert features is not None
        columns = {
            column.names.key: plain(features.column(column)[feature], column.type)
            for column in layer.columns
            if column.names.key in features.columns
        }
        name = columns.get(layer.key) if layer.key else None
        return f.Evidence(
            layer=layer.names.key,
            layer_title=f.Bilingual.of(layer.title),
            version=zone.version or None,
            feature=str(name) if name is not None else f"#{feature + 1}",
            relation=relation,
            role=part_in_words(part).en if part.component is None else part.component.names.key,
            role_title=f.Bilingual.of(part.component.title) if part.component else None,
            area_m2=area_m2,
            width_m=width_m,
            length_m=length_m,
            distance_m=distance_m,
            attributes=columns,
            geometry=geojson(geometry),
        )


YES = Title("yes", "是")
NO = Title("no", "否")
NOT_DONE = Title("not yet", "尚未")
DEMONSTRATION = Title("Demonstration that it is necessary", "必要性论证")
DOCUMENT_STATES = {
    "held": Title("held", "已取得"),
    "to_come": Title("to come", "待取得"),
    "refused": Title("refused", "不予批准"),
}


def tidy(number: float) -> float:
    """A number as it is written: 12 significant digits, and no negative zero."""
    return float(f"{number:.12g}") + 0.0


def shows_number(term: Term) -> bool:
    """Whether a term is a number or quantity."""
    return isinstance(type_of_term(term), QuantityType)


def measure_kind(atom: Relates) -> MeasureKind:
    return MeasureKind.LENGTH if overlap_unit(atom) == "m" else MeasureKind.AREA


def overlap_unit(atom: Relates) -> str:
    """The unit of an overlap's size: metres where a line is involved."""
    if atom.selection.layer.geometry == "line" or atom.part.kind.value == "centreline":
        return "m"
    return "" if atom.selection.layer.geometry == "point" else "m2"


def limit_clauses(term: Term, day: date) -> tuple[Citation, ...]:
    """The clauses of the parameter that sets a limit."""
    if not isinstance(term, ParameterTerm):
        return ()
    value = term.parameter.on(day)
    return value.citations if value else ()


def spatial_terms(atom: PlanAtom) -> Iterator[tuple[Part, Selection, bool]]:
    """The parts and selections that an atom measures, and whether by distance."""
    match atom:
        case Relates(kind=kind, part=part, selection=selection):
            yield part, selection, kind is RelationKind.NEAR
        case Compares(left=left, right=right):
            for term in (left, right):
                if isinstance(term, MeasureTerm) and term.selection is not None:
                    yield term.part, term.selection, term.kind is MeasureKind.DISTANCE
        case DocumentHeld(overlaps=overlaps) | CoveredTogether(overlaps=overlaps):
            for relation in overlaps:
                yield relation.part, relation.selection, False


def value_in_words(kind: object, value: object) -> Title | None:
    """An attribute's value as a reader sees it; None where it is unknown."""
    match kind:
        case BooleanType():
            return {TRUE: YES, FALSE: NO}.get(int(value))  # type: ignore[call-overload]
        case QuantityType(dimension=dimension):
            number = float(value)  # type: ignore[arg-type]
            unit = base_unit(dimension).en
            if not np.isfinite(number):
                return None
            shown = f"{tidy(number):,.6f}".rstrip("0").rstrip(".")
            return Title(*(f"{shown} {unit_text(unit, x)}".strip() for x in ("en", "zh")))
        case DateType():
            number = float(value)  # type: ignore[arg-type]
            if number == NOT_YET:
                return NOT_DONE
            text = str(date.fromordinal(int(number))) if np.isfinite(number) else ""
            return Title(text, text) if text else None
        case CodeType(code_list=code_list) if isinstance(value, CodeSet):
            titles = [code_list.title_of(c) for c in sorted(value.codes)]
            return Title(", ".join(x.en for x in titles), "、".join(x.zh for x in titles))
        case CodeType(code_list=code_list) if isinstance(value, str):
            return code_list.title_of(value)
    return Title(str(value), str(value)) if value is not None else None


def plain(value: object, kind: object) -> str | float | bool | None:
    """A column's value as JSON holds it."""
    match kind:
        case BooleanType():
            return {TRUE: True, FALSE: False}.get(int(value))  # type: ignore[call-overload]
        case QuantityType():
            return float(value) if np.isfinite(value) else None  # type: ignore[call-overload,arg-type]
        case DateType():
            return str(date.fromordinal(int(value))) if np.isfinite(value) else None  # type: ignore[call-overload]
    if isinstance(value, CodeSet):
        return "、".join(sorted(value.codes))
    return None if value is None else str(value)


def geojson(geometry: BaseGeometry | None) -> f.Geometry | None:
    """A geometry in longitude and latitude as GeoJSON, to a tenth of a millimetre."""
    if geometry is None or geometry.is_empty:
        return None
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 9))
    return GEOMETRY.validate_python(shapely.geometry.mapping(rounded))


def citation_of(citation: Citation) -> f.Citation:
    """A citation as findings carry it."""
    interval, instrument = citation.interval, citation.instrument
    return f.Citation(
        instrument=instrument.names.key,
        title=f.Bilingual.of(instrument.title),
        number=instrument.number,
        clause=citation.clause("en"),
        clause_title=f.Bilingual(en=citation.clause("en"), zh=citation.clause("zh")),
        in_force_from=interval.start if interval.start > date.min else None,
        in_force_to=interval.end - timedelta(days=1) if interval.end < date.max else None,
        verified=citation.verified,
        note=f.Bilingual.of(citation.reason) if citation.reason else None,
    )


def missing_of(want: Want) -> f.Missing:
    """A want as findings carry it."""
    return f.Missing(
        kind=MISSING[want.kind],
        name=want.key,
        title=f.Bilingual.of(want.name),
        question=f.Bilingual.of(want.question),
    )


def clauses_not_executed(
    book: RuleBook, terrain: MeasuredTerrain, judging: Judging, day: date
) -> list[tuple[f.NotExecuted, NDArray[np.bool_]]]:
    """The clauses in force that no rule executes, each with the subjects that it may concern: those
    that touch a zone which it is about, or may, where it binds.
    """
    n = len(judging.subjects)
    touched: dict[Layer, NDArray[np.bool_]] = {}
    found = []
    for clause in book.not_executable:
        if not clause.citation.interval.holds(day):
            continue
        concerned = np.ones(n, np.bool_)
        if clause.territory is not None:
            concerned &= judging.atom(Inside(clause.territory)) != FALSE
        if clause.concerning:
            for layer in clause.concerning:
                if layer not in touched:
                    touched[layer] = may_touch(terrain, judging, layer)
            concerned &= np.any([touched[layer] for layer in clause.concerning], axis=0)
        statement = f.NotExecuted(
            citation=citation_of(clause.citation), reason=f.Bilingual.of(clause.because)
        )
        found.append((statement, concerned))
    return found


def may_touch(terrain: MeasuredTerrain, judging: Judging, layer: Layer) -> NDArray[np.bool_]:
    """Whether each subject's footprint overlaps a layer, or may."""
    if layer not in terrain.zones:
        return np.ones(len(judging.subjects), np.bool_)
    relation = Relates(RelationKind.OVERLAPS, FOOTPRINT, Selection(layer))
    return np.asarray(judging.relates(relation) != FALSE)


def rules_not_verified(findings: Sequence[f.Finding]) -> Iterator[f.NotExecuted]:
    """The unverified clauses on which a finding that matters rests."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        if finding.status in (f.Status.NOT_APPLICABLE, f.Status.COMPLIES):
            continue
        for citation in finding.citations:
            key = (citation.instrument, citation.clause)
            if citation.verified or key in seen:
                continue
            seen.add(key)
            reason = citation.note or f.Bilingual(
                en="No text that we hold confirms it.", zh="所存文本未能证实。"
            )
            yield f.NotExecuted(citation=citation, kind="not_verified", reason=reason)


GEOMETRY: TypeAdapter[f.Geometry] = TypeAdapter(f.Geometry)

__all__ = ["Answered", "Rule", "clauses_not_executed", "findings_of", "verdict_of"]

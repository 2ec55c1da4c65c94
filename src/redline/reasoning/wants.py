"""What an undetermined status wants for: the unknown atoms that still matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from redline.language.kinds import MeasureKind, PartKind, RelationKind
from redline.messages import Title
from redline.reasoning.columns import known
from redline.reasoning.filters import (
    FilterJudging,
    asked_of_subject,
    attributes_in,
    totals_in,
)
from redline.reasoning.formula import (
    ALWAYS,
    NEVER,
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Negation,
    simplified,
)
from redline.reasoning.infer import Inference
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    PlanAtom,
    Promised,
    TextHeld,
)
from redline.reasoning.subjects import Subjects, Terrain
from redline.reasoning.truth import TRUE, UNKNOWN
from redline.rulebook.model import (
    ArithmeticTerm,
    Attribute,
    AttributeTerm,
    ColumnTerm,
    Compares,
    Conforms,
    DocumentDateTerm,
    DocumentHeld,
    DocumentKind,
    DoneBy,
    ExtremeTerm,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    Layer,
    MeasureTerm,
    ParameterTerm,
    Part,
    Relates,
    Selection,
    Term,
    TotalTerm,
)

WantKind = Literal[
    "attribute",
    "document",
    "judgement",
    "layer",
    "coverage",
    "parameter",
    "mapping",
    "text",
    "geometry",
    "register",
]


@dataclass(frozen=True, slots=True)
class Want:
    """Something that would help to settle a status: what it is, its name, the question to ask."""

    kind: WantKind
    key: str
    name: Title
    question: Title


def wants_of(
    inference: Inference, subject: int, rule: int, subjects: Subjects, terrain: Terrain
) -> tuple[Want, ...]:
    """What a rule's status for a subject wants for, each thing once, in the order of the rule."""
    truths = inference.truths[subject]
    found: dict[tuple[str, str], Want] = {}
    for atom in open_atoms(inference, inference.plan.rules[rule].outputs, truths):
        for want in WantFinder(subject, subjects, terrain, inference).of_atom(atom):
            found.setdefault((want.kind, want.key), want)
    return tuple(found.values())


def open_atoms(
    inference: Inference, formulas: tuple[Formula, ...], truths: np.ndarray
) -> Iterator[PlanAtom]:
    """The unknown atoms that remain in formulas once what is known is put in."""
    seen: set[int] = set()
    stack = list(reversed(formulas))
    while stack:
        for index in leaves(residue(stack.pop(), truths)):
            if index in seen:
                continue
            seen.add(index)
            if isinstance(inference.plan.atoms[index], Derived):
                stack.append(inference.plan.formulas[index])
            else:
                yield inference.plan.atoms[index]


def residue(formula: Formula, truths: np.ndarray) -> Formula:
    """What remains of a formula once the known leaves are put in."""
    return simplified(put_in(formula, truths))


def put_in(formula: Formula, truths: np.ndarray) -> Formula:
    match formula:
        case Leaf(index=index):
            if truths[index] == UNKNOWN:
                return formula
            return ALWAYS if truths[index] == TRUE else NEVER
        case Negation(inner=inner):
            return Negation(put_in(inner, truths))
        case Conjunction(items=items):
            return Conjunction(tuple(put_in(i, truths) for i in items))
        case Disjunction(items=items):
            return Disjunction(tuple(put_in(i, truths) for i in items))


def leaves(formula: Formula) -> Iterator[int]:
    """The leaves of a formula, left to right."""
    match formula:
        case Leaf(index=index):
            yield index
        case Negation(inner=inner):
            yield from leaves(inner)
        case Conjunction(items=items) | Disjunction(items=items):
            for item in items:
                yield from leaves(item)


class WantFinder:
    """Turns the unknown atoms of one subject into things to supply."""

    def __init__(
        self, subject: int, subjects: Subjects, terrain: Terrain, inference: Inference
    ) -> None:
        self.subject = subject
        self.subjects = subjects
        self.terrain = terrain
        self.inference = inference
        self.day = inference.plan.day

    def of_atom(self, atom: PlanAtom) -> Iterator[Want]:
        """What an unknown atom wants for."""
        match atom:
            case Compares(left=left, right=right):
                yield from self.of_term(left)
                yield from self.of_term(right)
            case Holds(term=AttributeTerm(attribute=attribute)):
                yield of_attribute(attribute)
            case IsOneOf(term=AttributeTerm(attribute=attribute)):
                yield of_attribute(attribute)
            case Includes(term=AttributeTerm(attribute=attribute)):
                yield of_attribute(attribute)
            case Relates():
                yield from self.of_relation(atom)
            case DocumentHeld():
                yield from self.of_held(atom)
            case Promised(held=DocumentHeld(document=document, before=before)):
                yield of_document(document)
                if before is not None:
                    yield from self.of_term(AttributeTerm(before[0]))
            case CoveredTogether(documents=documents, overlaps=overlaps):
                yield from map(of_document, documents)
                for relation in overlaps:
                    yield from self.of_extent(relation)
            case DoneBy(done=done, due=due) | Promised(held=DoneBy(done=done, due=due)):
                yield from self.of_term(done)
                yield from self.of_term(due)
            case Conforms(plan=plan):
                yield Want("judgement", plan.names.key, plan.title, plan.asks)
            case Judged(judgement=judgement):
                yield Want("judgement", judgement.names.key, judgement.title, judgement.asks)
            case Inside(territory=territory):
                yield from self.of_place(Part(PartKind.FOOTPRINT), territory.selection, far=False)
            case TextHeld(rule=rule):
                for citation in rule.citations_on(self.day):
                    instrument = citation.instrument
                    yield Want(
                        "text",
                        instrument.names.key,
                        instrument.title,
                        Title(
                            f"Which text of “{instrument.title.en}” was in force on {self.day}?",
                            f"{self.day}施行的《{instrument.title.zh}》文本是什么？",
                        ),
                    )

    def of_term(self, term: Term) -> Iterator[Want]:
        """What a term without a known value wants for."""
        match term:
            case AttributeTerm(attribute=attribute):
                if not self.is_known(term):
                    yield of_attribute(attribute)
            case ParameterTerm(key=AttributeTerm() as key) if not self.is_known(key):
                yield of_attribute(key.attribute)
            case ParameterTerm(parameter=parameter, key=key) if (
                key is not None or parameter.on(self.day) is None
            ):
                yield Want(
                    "parameter",
                    parameter.names.key,
                    parameter.title,
                    Title(
                        f"What is “{parameter.title.en}” on {self.day}?",
                        f"{self.day}“{parameter.title.zh}”是多少？",
                    ),
                )
            case ArithmeticTerm(left=left, right=right):
                yield from self.of_term(left)
                yield from self.of_term(right)
            case ExtremeTerm(terms=terms):
                for one in terms:
                    yield from self.of_term(one)
            case DocumentDateTerm(document=document):
                yield of_document(document)
            case MeasureTerm(part=part, selection=None):
                yield from self.of_shape(part)
            case MeasureTerm(kind=kind, part=part, selection=selection) if selection is not None:
                yield from self.of_place(part, selection, kind is MeasureKind.DISTANCE)
            case TotalTerm(attribute=attribute) if not np.isfinite(
                self.terrain.total(term).low[self.subject]
            ):
                yield Want(
                    "register",
                    attribute.names.key,
                    attribute.title,
                    Title(
                        f"Which register gives the “{attribute.title.en}” of earlier approvals?",
                        f"此前已批项目的“{attribute.title.zh}”由哪个台账提供？",
                    ),
                )

    def is_known(self, term: AttributeTerm) -> bool:
        """Whether an attribute has a value."""
        value = self.subjects.attribute(term.attribute)[self.subject]
        return known(term.attribute.type, value)

    def is_open(self, relation: Relates) -> bool:
        """Whether a predicate is unknown, as far as the plan asks for it."""
        number = self.inference.plan.numbers.get(relation)
        return number is None or bool(self.inference.truths[self.subject, number] == UNKNOWN)

    def of_held(self, held: DocumentHeld) -> Iterator[Want]:
        """What a document wants for: itself, and the ground that it must cover."""
        yield of_document(held.document)
        for relation in held.overlaps:
            yield from self.of_extent(relation)
        if held.covers is not None:
            yield from self.of_shape(held.covers)
        if held.each is not None:
            yield from self.of_place(held.each[0], Selection(held.each[1]), far=False)
        if held.valid_on is not None:
            yield from self.of_term(held.valid_on)

    def of_relation(self, relation: Relates) -> Iterator[Want]:
        """What a spatial predicate wants for; attributes that its filter looks at among it."""
        unknown = [a for a in attributes_in(relation) if not self.is_known(AttributeTerm(a))]
        yield from map(of_attribute, unknown)
        for total in totals_in(relation):
            if not self.terrain.total(total).low[self.subject] > -np.inf:
                yield from self.of_term(total)
        far = relation.kind is RelationKind.NEAR
        settled = bool(unknown) or not self.is_open(relation)
        for want in self.of_place(relation.part, relation.selection, far):
            if not (settled and want.kind == "mapping"):
                yield want
        if relation.by is not None:
            yield from self.of_term(relation.by[1])
        if relation.within is not None:
            yield from self.of_reach(relation.selection, relation.within)

    def of_extent(self, relation: Relates) -> Iterator[Want]:
        """What an overlap wants for where its whole extent matters, and not only that there is one:
        features that are meant for certain do not settle it while others are in doubt.
        """
        yield from self.of_relation(relation)
        if not self.is_open(relation) and self.is_in_doubt(relation):
            yield blank_columns(relation.selection.layer)

    def is_in_doubt(self, relation: Relates) -> bool:
        """Whether the part overlaps features of which it is unknown whether they are meant."""
        where, layer = relation.selection.where, relation.selection.layer
        features = self.terrain.features(layer)
        if where is None or features is None:
            return False
        if any(True for _ in asked_of_subject(relation)):
            return True
        judging = FilterJudging(self.day, features, self.inference.plan.fillings)
        doubtful = judging.condition(where) == UNKNOWN
        return bool(self.terrain.overlap(relation.part, layer, doubtful)[self.subject] > 0)

    def of_shape(self, part: Part) -> Iterator[Want]:
        """What a part wants for that is not certain: itself, or the ground that narrows it."""
        if self.terrain.given(part)[self.subject]:
            return
        narrowing = (*part.inside, *part.leaving_out)
        if not narrowing or not self.terrain.given(part.whole)[self.subject]:
            yield of_part(part)
        for selection in narrowing:
            yield from self.of_place(part.whole, selection, far=False)

    def of_place(self, part: Part, selection: Selection, far: bool) -> Iterator[Want]:
        """What a measurement between a part and a layer wants for; `far` when it is a distance."""
        layer = selection.layer
        given = bool(self.terrain.given(part)[self.subject])
        yield from self.of_shape(part)
        features = self.terrain.features(layer)
        if features is None:
            yield of_layer(selection)
            return
        if not given:
            return
        outside = self.terrain.outside_coverage(part, layer)[self.subject] > 0
        reach = far and np.isfinite(self.terrain.covered_reach(part, layer)[self.subject])
        if outside or reach:
            yield Want(
                "coverage",
                layer.names.key,
                layer.title,
                Title(
                    f"What does “{layer.title.en}” show where the data supplied ends?",
                    f"“{layer.title.zh}”在所提供数据范围之外的情况如何？",
                ),
            )
        elif selection.where is not None:
            yield blank_columns(layer)

    def of_reach(self, selection: Selection, within: Term) -> Iterator[Want]:
        """What a reach that depends on the feature wants for."""
        match within:
            case ParameterTerm(key=None):
                yield from self.of_term(within)
            case ParameterTerm() | ColumnTerm() | ArithmeticTerm() | ExtremeTerm():
                yield blank_columns(selection.layer)


def blank_columns(layer: Layer) -> Want:
    """Columns to fill in."""
    return Want(
        "mapping",
        layer.names.key,
        layer.title,
        Title(
            f"Which features of “{layer.title.en}” are meant? Some column values are blank "
            "or unknown.",
            f"“{layer.title.zh}”中哪些要素符合条件？部分字段为空或取值不明。",
        ),
    )


def of_attribute(attribute: Attribute) -> Want:
    """An attribute to state."""
    question = attribute.asks or Title(
        f"What is the value of “{attribute.title.en}”?", f"“{attribute.title.zh}”是什么？"
    )
    return Want("attribute", attribute.names.key, attribute.title, question)


def of_document(document: DocumentKind) -> Want:
    """A document to list, or to say that there is none."""
    question = document.asks or Title(
        f"Is there a “{document.title.en}”?", f"是否有“{document.title.zh}”？"
    )
    return Want("document", document.names.key, document.title, question)


def of_layer(selection: Selection) -> Want:
    """A layer to supply."""
    layer = selection.layer
    question = layer.asks or Title(
        f"Which data set holds “{layer.title.en}”?", f"“{layer.title.zh}”图层由哪个数据提供？"
    )
    return Want("layer", layer.names.key, layer.title, question)


PARTS = {
    "footprint": Title("Footprint", "用地范围"),
    "permanent": Title("Permanent footprint", "永久用地"),
    "temporary": Title("Temporary footprint", "临时用地"),
    "underground": Title("Underground footprint", "地下部分"),
    "aerial": Title("Aerial footprint", "架空部分"),
    "centreline": Title("Centreline", "中心线"),
    "impact_range": Title("Impact range", "影响范围"),
}


def title_of_part(part: Part) -> Title:
    """A part of a subject in words."""
    return part.component.title if part.component else PARTS[part.kind.value]


def of_part(part: Part) -> Want:
    """A geometry to supply."""
    title = title_of_part(part)
    key = part.component.names.key if part.component else part.kind.value
    return Want(
        "geometry",
        key,
        title,
        Title(f"Where is the {title.en.lower()}?", f"{title.zh}位于何处？"),
    )

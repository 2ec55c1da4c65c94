"""What the conditions of a plan mention: layers to be supplied, and columns that are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from redline.reasoning.formula import leaves_of
from redline.reasoning.judge import FOOTPRINT
from redline.reasoning.plan import Derived, Inside, Plan, PlanAtom, RuleGroup, TextHeld
from redline.rulebook.model import (
    Attribute,
    Citation,
    CodeList,
    Column,
    ColumnTerm,
    ComponentKind,
    ConceptUse,
    Conforms,
    DocumentHeld,
    DocumentKind,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    JudgementKind,
    Layer,
    MeasureTerm,
    ParameterTerm,
    Part,
    PlanKind,
    Relates,
    SchemaMapping,
    Selection,
    Territory,
    TotalTerm,
)

DECLARED = (
    Attribute,
    Citation,
    CodeList,
    Column,
    ComponentKind,
    DocumentKind,
    JudgementKind,
    SchemaMapping,
    TextHeld,
)
"""What is declared elsewhere and mentions nothing here."""


def layers_asked(plan: Plan) -> tuple[Layer, ...]:
    """The layers that a plan's atoms measure, in the order of first mention."""
    found: dict[Layer, None] = {}
    for atom in plan.atoms:
        found.update(dict.fromkeys(layers_of(atom, plan)))
    return tuple(found)


def layers_of(atom: PlanAtom, plan: Plan) -> Iterator[Layer]:
    """The layers that an atom measures or looks at."""
    for node in nodes(atom, plan):
        if isinstance(node, Layer):
            yield node


def atoms_by_layer(plan: Plan) -> dict[Layer, tuple[int, ...]]:
    """The judged atoms that measure or look at each layer, by their numbers."""
    found: dict[Layer, list[int]] = {}
    for index, atom in enumerate(plan.atoms):
        if not isinstance(atom, Derived | Holds | IsOneOf | Includes | Judged):
            for layer in dict.fromkeys(layers_of(atom, plan)):
                found.setdefault(layer, []).append(index)
    return {layer: tuple(atoms) for layer, atoms in found.items()}


def parts_measured(atom: PlanAtom, layer: Layer, plan: Plan) -> Iterator[Part]:
    """The parts of a subject that an atom measures against a layer."""
    for node in nodes(atom, plan):
        match node:
            case (
                Relates(part=part, selection=selection)
                | MeasureTerm(part=part, selection=Selection() as selection)
            ):
                if selection.layer is layer:
                    yield part
            case Part(inside=inside, leaving_out=left):
                if any(selection.layer is layer for selection in (*inside, *left)):
                    yield node.whole
            case DocumentHeld(each=(part, each)) if each is layer:
                yield part
            case Inside() | Conforms() | TotalTerm():
                yield FOOTPRINT


def columns_asked(plan: Plan) -> dict[Layer, tuple[Column, ...]]:
    """The columns that filters of a plan read, by layer."""
    found: dict[Layer, dict[Column, None]] = {}
    for atom in plan.atoms:
        for node in nodes(atom, plan):
            if isinstance(node, ColumnTerm) and isinstance(node.owner, Layer):
                found.setdefault(node.owner, {}).setdefault(node.column)
    return {layer: tuple(columns) for layer, columns in found.items()}


def layers_of_rule(group: RuleGroup, plan: Plan) -> frozenset[Layer]:
    """The layers on which a rule's answer rests."""
    return frozenset(
        layer
        for index in atoms_of_rule(group, plan)
        for layer in layers_of(plan.atoms[index], plan)
    )


def atoms_of_rule(group: RuleGroup, plan: Plan) -> set[int]:
    """The judged atoms on which a rule's answer rests, those of its concepts included."""
    found: set[int] = set()
    left = list(group.inputs)
    while left:
        index = left.pop()
        if isinstance(plan.atoms[index], Derived):
            left += leaves_of(plan.formulas[index])
        else:
            found.add(index)
    return found


def nodes(node: object, plan: Plan) -> Iterator[object]:
    """A condition, term or selection and all below it, concepts and set values included."""
    match node:
        case None | str() | int() | float() | frozenset():
            return
        case tuple():
            for item in node:
                yield from nodes(item, plan)
            return
        case Layer():
            yield node
            return
    if isinstance(node, DECLARED) or not is_dataclass(node):
        return
    yield node
    match node:
        case ConceptUse(concept=concept):
            yield from nodes(concept.condition, plan)
        case Inside(territory=Territory(selection=selection)):
            yield from nodes(selection, plan)
        case Conforms(plan=PlanKind(layer=layer)):
            yield from nodes(layer, plan)
        case ParameterTerm(parameter=parameter, key=key):
            yield from nodes(key, plan)
            for value in plan.fillings.get(parameter, ()):
                if value.territory is not None:
                    yield from nodes(value.territory.selection, plan)
        case _:
            for name in names_of_fields(type(node)):
                yield from nodes(getattr(node, name), plan)


def names_of_fields(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass, looked up once."""
    if kind not in NAMES:
        assert is_dataclass(kind)
        NAMES[kind] = tuple(field.name for field in fields(kind))
    return NAMES[kind]


NAMES: dict[type, tuple[str, ...]] = {}

"""How far a plan looks: distances beyond all limits that it compares them with need not be known to
the millimetre, only to be beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from redline.language.kinds import MeasureKind
from redline.reasoning.plan import Plan, Promised
from redline.rulebook.model import (
    Compares,
    Constant,
    Layer,
    MeasureTerm,
    ParameterTerm,
    Part,
    Term,
)

MARGIN_M = 1.0
"""A distance is measured this much beyond the limit: comparisons see millimetres."""


def distance_limits(plan: Plan) -> Mapping[tuple[Part, Layer], float]:
    """The greatest limit (m) of every distance that a plan measures; infinity where that is not
    known beforehand.
    """
    found: dict[tuple[Part, Layer], float] = {}
    for atom in plan.atoms:
        held = atom.held if isinstance(atom, Promised) else atom
        compared = isinstance(held, Compares)
        sides = ((held.left, held.right), (held.right, held.left)) if compared else ()  # type: ignore[union-attr]
        for term, limit in sides:
            for part, layer, alone in distances_in(term):
                greatest = most(limit, plan) if alone else np.inf
                found[part, layer] = max(found.get((part, layer), 0.0), greatest + MARGIN_M)
    return found


def distances_in(term: Term) -> Iterator[tuple[Part, Layer, bool]]:
    """The distances in a term, and whether the term is just that."""
    from redline.register.accounts import nodes

    for node in nodes(term, set()):
        if isinstance(node, MeasureTerm) and node.kind is MeasureKind.DISTANCE:
            assert node.selection is not None
            yield node.part, node.selection.layer, node is term


def most(limit: Term, plan: Plan) -> float:
    """The greatest value that a limit may have."""
    match limit:
        case Constant(value=value):
            return value
        case ParameterTerm(parameter=parameter):
            values = [*parameter.values, *plan.fillings.get(parameter, ())]
            return max((value.value for value in values), default=np.inf)
    return np.inf

"""Propositional formulas over numbered leaves, and their Horn productions over signed literals.

For a node n = a and b the productions are n+ <= a+ b+, n- <= a-, n- <= b-; `or` is the dual; `not`
swaps signs and needs no production. Falsity is derived like truth, so nothing rests on negation as
failure: the program is monotone, and what cannot be derived is unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_JOIN = 12
"""Facts that one production may join; the engine fails at 17."""

MAX_LITERALS = 400
"""Distinct literals of one ruleset; the engine hangs at 512."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A literal that is judged, or derived by an earlier group."""

    index: int


@dataclass(frozen=True, slots=True)
class Conjunction:
    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    inner: Formula


Formula = Leaf | Conjunction | Disjunction | Negation

Literal = str
"""Name and sign, such as "a3+" (leaf 3 is true) or "n0-" (node 0 is false)."""


@dataclass(frozen=True, slots=True)
class Production:
    """`conclusion` follows when every premise holds."""

    conclusion: Literal
    premises: tuple[Literal, ...]


class ShapeTooLarge(Exception):  # noqa: N818 - says what is the matter
    """A group needs more literals than the engine bears."""


@dataclass(frozen=True)
class Shape:
    """The productions of a group, its leaves renamed from 0; groups alike share one shape.

    `outputs` gives for each output formula the literal that says that it is true.
    """

    leaves: int
    productions: tuple[Production, ...]
    outputs: tuple[Literal, ...]

    @cached_property
    def digest(self) -> str:
        """Identifies the shape across groups and processes."""
        return hashlib.sha256(
            repr((self.leaves, self.productions, self.outputs)).encode()
        ).hexdigest()

    @cached_property
    def known(self) -> frozenset[Literal]:
        """The literals that some production has as a premise; only these may be asserted."""
        return frozenset(p for production in self.productions for p in production.premises)


def opposite(literal: Literal) -> Literal:
    """The literal with the other sign."""
    return literal[:-1] + ("-" if literal.endswith("+") else "+")


ALWAYS_TRUE: Literal = "always+"
"""Output of a formula that is true whatever the leaves say; its opposite is never derived."""

ALWAYS = Conjunction(())
NEVER = Disjunction(())


def simplified(formula: Formula) -> Formula:
    """A formula without constants inside: equal to ALWAYS or NEVER, or free of both."""
    match formula:
        case Negation(inner=inner):
            inner = simplified(inner)
            if inner == ALWAYS:
                return NEVER
            return ALWAYS if inner == NEVER else Negation(inner)
        case Conjunction(items=items):
            kept = [i for i in map(simplified, items) if i != ALWAYS]
            return NEVER if NEVER in kept else one_or(Conjunction, kept)
        case Disjunction(items=items):
            kept = [i for i in map(simplified, items) if i != NEVER]
            return ALWAYS if ALWAYS in kept else one_or(Disjunction, kept)
    return formula


def one_or(kind: type[Conjunction] | type[Disjunction], items: list[Formula]) -> Formula:
    return items[0] if len(items) == 1 else kind(tuple(items))


def compile_shape(outputs: Sequence[Formula], leaves: int) -> Shape:
    """The productions of some output formulas; equal subformulas become one node.

    Raises `ShapeTooLarge` when the group needs more than `MAX_LITERALS` literals.
    """
    compiler = Compiler()
    literals = tuple(compiler.literal(simplified(formula)) for formula in outputs)
    names = {p for x in compiler.productions for p in (x.conclusion, *x.premises)}
    if len(names) > MAX_LITERALS:
        raise ShapeTooLarge(len(names))
    return Shape(leaves, tuple(compiler.productions), literals)


class Compiler:
    """Collects productions, one set for each distinct node."""

    def __init__(self) -> None:
        self.productions: list[Production] = []
        self.nodes: dict[tuple[str, tuple[Literal, ...]], Literal] = {}

    def literal(self, formula: Formula) -> Literal:
        """The literal that says that a formula is true."""
        match formula:
            case Conjunction(items=()):
                return ALWAYS_TRUE
            case Disjunction(items=()):
                return opposite(ALWAYS_TRUE)
            case Leaf(index=index):
                return f"a{index}+"
            case Negation(inner=inner):
                return opposite(self.literal(inner))
            case Conjunction(items=items):
                return self.node("and", [self.literal(i) for i in items])
            case Disjunction(items=items):
                return opposite(self.node("and", [opposite(self.literal(i)) for i in items]))

    def node(self, kind: str, items: list[Literal]) -> Literal:
        items = list(dict.fromkeys(items))
        if len(items) == 1:
            return items[0]
        while len(items) > MAX_JOIN:
            items = [self.node(kind, items[:MAX_JOIN]), *items[MAX_JOIN:]]
        key = (kind, tuple(items))
        if key not in self.nodes:
            name = f"n{len(self.nodes)}"
            self.nodes[key] = f"{name}+"
            self.productions.append(Production(f"{name}+", tuple(items)))
            self.productions += [Production(f"{name}-", (opposite(i),)) for i in items]
        return self.nodes[key]

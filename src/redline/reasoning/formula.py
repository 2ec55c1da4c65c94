"""Propositional formulas over numbered leaves, and their Horn productions over signed literals.

For a node n = a and b the productions are n+ <= a+ b+, n- <= a-, n- <= b-; `or` is the dual; `not`
swaps signs and needs no production. Falsity is derived like truth, so nothing rests on negation as
failure: the program is monotone, and what cannot be derived is unknown. A production whose
conclusion leads to no output is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

MAX_JOIN = 12
"""Facts that one production may join; the engine fails at 17."""

MAX_LITERALS = 400
"""Distinct literals of one ruleset; the engine hangs at 512."""

MAX_USES = 200
"""Productions that one literal may be a premise of; the engine's list ends unmarked at 256."""

MAX_PRODUCTIONS = 4000
"""Productions of one ruleset; the engine's table holds 4,096."""

LITERAL = re.compile(r"[a-z]{1,6}[0-9]{0,6}[+-]")
"""What a literal looks like; nothing else reaches the engine."""


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
    """A group needs more than the engine bears."""


@dataclass(frozen=True, eq=False)
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
        rules = ";".join([f"{p.conclusion}<{','.join(p.premises)}" for p in self.productions])
        text = f"{self.leaves};{','.join(self.outputs)};{rules}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

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


# ── formulas ────────────────────────────────────────────────────────────────────────────────


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


def one_or(kind: type[Conjunction] | type[Disjunction], items: Sequence[Formula]) -> Formula:
    """A single formula as it is, several under a connective."""
    return items[0] if len(items) == 1 else kind(tuple(items))


def leaves_of(formula: Formula) -> Iterator[int]:
    """The leaves of a formula, left to right."""
    match formula:
        case Leaf(index=index):
            yield index
        case Negation(inner=inner):
            yield from leaves_of(inner)
        case Conjunction(items=items) | Disjunction(items=items):
            for item in items:
                yield from leaves_of(item)


def replaced(formula: Formula, leaf: Callable[[int], Formula]) -> Formula:
    """A formula with another one in the place of each leaf."""
    match formula:
        case Leaf(index=index):
            return leaf(index)
        case Negation(inner=inner):
            return Negation(replaced(inner, leaf))
        case Conjunction(items=items):
            return Conjunction(tuple(replaced(i, leaf) for i in items))
        case Disjunction(items=items):
            return Disjunction(tuple(replaced(i, leaf) for i in items))


def reduced(formula: Formula, known: Mapping[int, bool]) -> Formula:
    """What remains of a simplified formula once some leaves are known; itself where none occurs."""
    match formula:
        case Leaf(index=index):
            if index not in known:
                return formula
            return ALWAYS if known[index] else NEVER
        case Negation(inner=inner):
            rest = reduced(inner, known)
            if rest is inner:
                return formula
            return NEVER if rest == ALWAYS else ALWAYS if rest == NEVER else Negation(rest)
        case Conjunction(items=items):
            return reduced_items(formula, items, known, Conjunction, ALWAYS, NEVER)
        case Disjunction(items=items):
            return reduced_items(formula, items, known, Disjunction, NEVER, ALWAYS)


def reduced_items(  # noqa: PLR0917 - a connective with its neutral and its deciding constant
    formula: Formula,
    items: tuple[Formula, ...],
    known: Mapping[int, bool],
    kind: type[Conjunction] | type[Disjunction],
    neutral: Formula,
    deciding: Formula,
) -> Formula:
    """What remains of a connective's items."""
    kept: list[Formula] = []
    changed = False
    for item in items:
        rest = reduced(item, known)
        changed = changed or rest is not item
        if rest == deciding:
            return deciding
        if rest != neutral:
            kept.append(rest)
    return one_or(kind, kept) if changed else formula


# ── compilation ─────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4096)
def compile_shape(outputs: tuple[Formula, ...], leaves: int, both_signs: bool = False) -> Shape:
    """The productions of some output formulas; equal subformulas become one node.

    With `both_signs` the outputs' falsity is derived too. Equal arguments give one and the same
    shape. Raises `ShapeTooLarge` when the group needs more than the engine bears.
    """
    compiler = Compiler()
    literals = tuple(compiler.literal(simplified(formula)) for formula in outputs)
    wanted = [*literals, *map(opposite, literals)] if both_signs else list(literals)
    productions = tuple(leading_to(wanted, compiler.productions))
    refuse_what_hangs(productions)
    return Shape(leaves, productions, literals)


def leading_to(
    wanted: Iterable[Literal], productions: Sequence[Production]
) -> Iterator[Production]:
    """The productions from which some literals can follow, in their order."""
    concluding: dict[Literal, list[Production]] = {}
    for production in productions:
        concluding.setdefault(production.conclusion, []).append(production)
    needed: set[Literal] = set()
    stack = list(wanted)
    while stack:
        literal = stack.pop()
        if literal not in needed:
            needed.add(literal)
            for production in concluding.get(literal, ()):
                stack += production.premises
    return (p for p in productions if p.conclusion in needed)


def refuse_what_hangs(productions: Sequence[Production]) -> None:
    """Raise `ShapeTooLarge` for what the engine is known not to survive."""
    names = {x for p in productions for x in (p.conclusion, *p.premises)}
    uses = Counter(x for p in productions for x in p.premises)
    most = max(uses.values(), default=0)
    if len(names) > MAX_LITERALS:
        raise ShapeTooLarge(f"{len(names)} literals")
    if most > MAX_USES:
        raise ShapeTooLarge(f"{most} productions of one literal")
    if len(productions) > MAX_PRODUCTIONS:
        raise ShapeTooLarge(f"{len(productions)} productions")
    longest = max((len(p.premises) for p in productions), default=0)
    assert longest <= MAX_JOIN, f"a join of {longest} facts"
    strange = sorted(x for x in names if not LITERAL.fullmatch(x))
    assert not strange, f"not a literal: {strange[0]}"


@dataclass
class Compiler:
    """Collects productions, one set for each distinct node."""

    productions: list[Production] = field(default_factory=list)
    nodes: dict[tuple[Literal, ...], Literal] = field(default_factory=dict)

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
                return self.node([self.literal(i) for i in items])
            case Disjunction(items=items):
                return opposite(self.node([opposite(self.literal(i)) for i in items]))

    def node(self, items: Sequence[Literal]) -> Literal:
        """The literal of a conjunction of literals; long ones become a chain of short ones."""
        items = list(dict.fromkeys(items))
        if len(items) == 1:
            return items[0]
        while len(items) > MAX_JOIN:
            items = [self.node(items[:MAX_JOIN]), *items[MAX_JOIN:]]
        key = tuple(items)
        if key not in self.nodes:
            name = f"n{len(self.nodes)}"
            self.nodes[key] = f"{name}+"
            self.productions.append(Production(f"{name}+", key))
            self.productions += [Production(f"{name}-", (opposite(i),)) for i in items]
        return self.nodes[key]

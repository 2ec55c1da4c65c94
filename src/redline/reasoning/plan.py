"""The plan of a day: the rules in force, the atoms to judge, and the groups to infer in order.

Each concept in use is a group, and so is each rule; what a concept group derives is an atom of the
groups that use it. A rule's group derives five outputs: out of scope, no breach, violated, excused,
owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations, count

from redline.language.kinds import NormKind
from redline.reasoning.formula import (
    NEVER,
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Negation,
    Shape,
    compile_shape,
    replaced,
)
from redline.rulebook.model import (
    All,
    Any,
    Compares,
    Concept,
    ConceptUse,
    Condition,
    Conforms,
    DatedValue,
    Displacement,
    DocumentHeld,
    DocumentKind,
    DoneBy,
    ExceptionClause,
    ForbiddenBy,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Judged,
    Names,
    Not,
    Parameter,
    Provided,
    Relates,
    Rule,
    RuleBook,
    SubjectKind,
    Territory,
    WasOneOf,
)

MAX_TOGETHER = 4
"""Exceptions whose documents are tried together over one overlap."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The subject lies, at least partly, in a territory."""

    territory: Territory


@dataclass(frozen=True, slots=True)
class Promised:
    """A document is not held, or a deed not done, and may still come in time."""

    held: DocumentHeld | DoneBy


@dataclass(frozen=True, slots=True)
class CoveredTogether:
    """The documents of several exceptions together cover the whole of some overlaps."""

    documents: tuple[DocumentKind, ...]
    overlaps: tuple[Relates, ...]


@dataclass(frozen=True, slots=True)
class TextHeld:
    """The text that is in force is one that we hold; unknown where it is not, never false."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Derived:
    """What a concept's group derives; `promised` counts documents to come as held."""

    concept: Concept
    promised: bool = False


PlanAtom = (
    Compares
    | IsOneOf
    | Includes
    | Holds
    | Relates
    | DocumentHeld
    | Judged
    | Conforms
    | WasOneOf
    | DoneBy
    | Provided
    | Inside
    | Promised
    | CoveredTogether
    | TextHeld
    | Derived
)


@dataclass(frozen=True, slots=True)
class ConceptGroup:
    """Derives one atom from others; `leaves` as in `RuleGroup`."""

    atom: int
    leaves: tuple[int, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Derives the five outputs of a rule, in the order of `OUTPUTS`.

    `leaves` gives for each leaf of the shape the atom whose truth it takes, ~atom where it takes
    the opposite. The formulas are kept over the plan's atoms, for explanations.
    """

    rule: Rule
    leaves: tuple[int, ...]
    shape: Shape
    outputs: tuple[Formula, ...]
    scope: Formula
    breach: Formula
    lasting: Formula
    """The breach as far as nothing that is to come can mend it."""
    exceptions: tuple[ExceptionFormula, ...]
    displacing: tuple[tuple[Rule, Formula], ...] = ()
    """The rules that go before this one, each with when it does."""

    @property
    def inputs(self) -> tuple[int, ...]:
        """The atoms that the group looks at."""
        return atoms_among(self.leaves)


@dataclass(frozen=True, slots=True)
class ExceptionFormula:
    """An exception, when it holds, and when it would hold once promised documents are there."""

    exception: ExceptionClause
    full: Formula
    promised: Formula


PLANNED: frozenset[SubjectKind | None] = frozenset({None, "project", "operation", "plan"})
"""Subjects whose rules are about one submission; revisions, regions and layers are judged apart."""

OUTPUTS = ("out_of_scope", "no_breach", "violated", "excused", "owed")


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be judged and inferred for subjects decided on a day."""

    day: date
    atoms: tuple[PlanAtom, ...]
    concepts: tuple[ConceptGroup, ...]
    rules: tuple[RuleGroup, ...]
    formulas: dict[int, Formula]
    """The formula of each derived atom, over the plan's atoms."""
    fillings: Mapping[Parameter, tuple[DatedValue, ...]] = field(default_factory=dict)
    """What local packs set where the law leaves a value to an authority."""

    @cached_property
    def numbers(self) -> Mapping[PlanAtom, int]:
        """The number of each atom."""
        return {atom: number for number, atom in enumerate(self.atoms)}


def make_plan(book: RuleBook, day: date) -> Plan:
    """The plan of a day. Raises `ShapeTooLarge` where one rule needs too many literals."""
    planner = Planner(day, tuple(r for r in book.in_force(day) if r.subject in PLANNED))
    groups = [planner.rule_group(rule) for rule in planner.in_force]
    return Plan(
        day=day,
        atoms=tuple(planner.atoms),
        concepts=tuple(planner.concept_groups),
        rules=tuple(groups),
        formulas=planner.formulas,
        fillings=book.fillings,
    )


class Planner:
    """Numbers atoms and compiles groups."""

    def __init__(self, day: date, in_force: tuple[Rule, ...]) -> None:
        self.day = day
        self.in_force = in_force
        self.displacements: dict[Names, list[tuple[Rule, Displacement]]] = {}
        for rule in in_force:
            for displacement in rule.displaces:
                found = self.displacements.setdefault(displacement.displaced, [])
                found.append((rule, displacement))
        self.atoms: dict[PlanAtom, int] = {}
        self.concept_groups: list[ConceptGroup] = []
        self.formulas: dict[int, Formula] = {}

    def leaf(self, atom: PlanAtom) -> Leaf:
        """The leaf of an atom, numbered at first use."""
        return Leaf(self.atoms.setdefault(atom, len(self.atoms)))

    # ── conditions ──

    def formula(self, condition: Condition, promised: bool = False) -> Formula:
        """A condition over atoms; with `promised`, documents to come count where they help."""
        match condition:
            case All(items=items):
                return Conjunction(tuple(self.formula(i, promised) for i in items))
            case Any(items=items):
                return Disjunction(tuple(self.formula(i, promised) for i in items))
            case Not(inner=inner):
                return Negation(self.formula(inner))
            case ConceptUse(concept=concept):
                return self.concept(concept, promised and has_documents(concept.condition))
            case Item(condition=inner) | ForbiddenBy(condition=inner):
                return self.formula(inner, promised)
            case Implies(premise=premise, conclusion=conclusion):
                return Disjunction(
                    (Negation(self.formula(premise)), self.formula(conclusion, promised))
                )
            case DocumentHeld() | DoneBy() if promised:
                return Disjunction((self.leaf(condition), self.leaf(Promised(condition))))
            case _:
                return self.leaf(condition)

    def concept(self, concept: Concept, promised: bool) -> Leaf:
        """The atom that a concept's group derives; the group is made at first use."""
        atom = Derived(concept, promised)
        if atom in self.atoms:
            return self.leaf(atom)
        formula = self.formula(concept.condition, promised)
        leaf = self.leaf(atom)
        self.formulas[leaf.index] = formula
        leaves, shape = compiled([formula], both_signs=True)
        self.concept_groups.append(ConceptGroup(leaf.index, leaves, shape))
        return leaf

    # ── rules ──

    def rule_group(self, rule: Rule) -> RuleGroup:
        """The group of a rule."""
        scope_parts = self.own_scope(rule)
        displacing = tuple(self.displacing(rule))
        scope_parts += [Negation(formula) for _rule, formula in displacing]
        scope = Conjunction(tuple(scope_parts))
        breach_now, breach_for_good = self.breaches(rule)
        exceptions = [self.exception(e) for e in rule.exceptions]
        full: list[Formula] = [e.full for e in exceptions] + list(self.together(rule))
        promised: list[Formula] = [e.promised for e in exceptions] + list(
            self.together(rule, promised=True)
        )
        excused = Disjunction(tuple(full))
        may_be_excused = Disjunction(tuple(promised))
        hit = Conjunction((scope, breach_now))
        if rule.norm.kind is NormKind.RESTRICTS or rule.norm.ordinarily:
            violated: Formula = NEVER
            owed: Formula = Conjunction((hit, Negation(excused)))
        else:
            violated = Conjunction((scope, breach_for_good, Negation(may_be_excused)))
            owed = mended(hit, breach_now, breach_for_good, excused, may_be_excused)
        outputs: list[Formula] = [
            Negation(scope),
            Negation(breach_now),
            violated,
            Conjunction((hit, excused)),
            owed,
        ]
        if not any(c.text_held(self.day) for c in rule.citations_on(self.day)):
            held = self.leaf(TextHeld(rule))
            outputs = [Conjunction((held, output)) for output in outputs]
        leaves, shape = compiled(outputs)
        return RuleGroup(
            rule=rule,
            leaves=leaves,
            shape=shape,
            outputs=tuple(outputs),
            scope=scope,
            breach=breach_now,
            lasting=breach_for_good,
            exceptions=tuple(exceptions),
            displacing=displacing,
        )

    def own_scope(self, rule: Rule) -> list[Formula]:
        """Where a rule binds and to what it applies, displacements apart."""
        parts: list[Formula] = []
        if rule.territory is not None:
            parts.append(self.leaf(Inside(rule.territory)))
        if rule.applies is not None:
            parts.append(self.formula(rule.applies))
        return parts

    def displacing(self, rule: Rule) -> Iterator[tuple[Rule, Formula]]:
        """The rules in force that go before a rule, each with when it does."""
        for other, displacement in self.displacements.get(rule.names, ()):
            parts = self.own_scope(other)
            if displacement.when is not None:
                parts.append(self.formula(displacement.when))
            yield other, Conjunction(tuple(parts))

    def breaches(self, rule: Rule) -> tuple[Formula, Formula]:
        """The breach as things stand, and the breach that no promised document can mend."""
        condition = rule.norm.condition
        if rule.instead:
            second = [All((i.where, i.requires)) for i in rule.instead]
            condition = Any((condition, *second))
        if rule.norm.kind in (NormKind.FORBIDS, NormKind.RESTRICTS):
            formula = self.formula(condition)
            return formula, formula
        return Negation(self.formula(condition)), Negation(self.formula(condition, promised=True))

    def exception(self, exception: ExceptionClause) -> ExceptionFormula:
        """An exception with its conditions, its duties and what takes it back."""
        return ExceptionFormula(
            exception,
            self.exception_formula(exception, promised=False),
            self.exception_formula(exception, promised=True),
        )

    def exception_formula(
        self, exception: ExceptionClause, promised: bool, helps: bool = True
    ) -> Formula:
        """When an exception holds. With `promised`, documents to come count where they help: in it
        and in what lifts its own exceptions, not in those.
        """
        counted = promised and helps
        parts = [self.formula(exception.condition, counted)]
        if exception.provided is not None:
            parts.append(self.formula(exception.provided, counted))
        parts += [
            Negation(self.exception_formula(n, promised, not helps)) for n in exception.except_when
        ]
        return Conjunction(tuple(parts))

    def together(self, rule: Rule, promised: bool = False) -> Iterator[Formula]:
        """Several exceptions whose documents cover the overlap only together."""
        covering = [e for e in rule.exceptions if any(covers_of(e))][:MAX_TOGETHER]
        for size in range(2, len(covering) + 1):
            for group in combinations(covering, size):
                held = [c for e in group for c in covers_of(e)]
                documents = tuple(dict.fromkeys(c.document for c in held))
                whole = self.leaf(CoveredTogether(documents, held[0].overlaps))
                parts = [self.exception_formula(without_ground(e), promised) for e in group]
                yield Conjunction((*parts, whole))


def mended(
    hit: Formula, breach: Formula, lasting: Formula, excused: Formula, may_be_excused: Formula
) -> Formula:
    """A breach that promised documents can still mend: one that then is none, or is excused.

    What cannot be (`x and not x` is never true) is left out.
    """
    ways: list[Formula] = [] if lasting == breach else [Negation(lasting)]
    ways += [] if may_be_excused == excused else [may_be_excused]
    return Conjunction((hit, Negation(excused), Disjunction(tuple(ways)))) if ways else NEVER


def compiled(outputs: Sequence[Formula], both_signs: bool = False) -> tuple[tuple[int, ...], Shape]:
    """The leaves of a group in order of first use (atom, or ~atom for its opposite), and its shape.

    A leaf stands for the opposite of its atom where that is used first, so that groups which differ
    only in what they negate are alike.
    """
    group = Likeness()
    key = (tuple(group.number(formula) for formula in outputs), both_signs)
    shape = SHAPES.get(key)
    if shape is None:
        renamed = tuple(replaced(f, group.leaf) for f in outputs)
        shape = SHAPES[key] = compile_shape(renamed, len(group.places), both_signs)
    return tuple(group.leaves), shape


SHAPES: dict[tuple[tuple[int, ...], bool], Shape] = {}
"""The shape of each group that was compiled, by what the group is like up to names."""

NUMBERS: dict[tuple[int | str, ...], int] = {}
"""A number for each formula over renamed leaves that was met, by its connective and the numbers of
its parts."""

COUNTER = count()


@dataclass
class Likeness:
    """Numbers the formulas of a group so that groups alike up to names get the same numbers."""

    places: dict[int, int] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)
    met: dict[tuple[int, bool], int] = field(default_factory=dict)

    def number(self, formula: Formula, positive: bool = True) -> int:
        """The number of a formula, or of its opposite."""
        if isinstance(formula, Negation):
            return self.number(formula.inner, not positive)
        key = (id(formula), positive)
        if key not in self.met:
            self.met[key] = NUMBERS.setdefault(self.looks(formula, positive), next(COUNTER))
        return self.met[key]

    def looks(self, formula: Formula, positive: bool) -> tuple[int | str, ...]:
        """What a formula looks like: a leaf with its sign, or a connective and its parts."""
        match formula:
            case Leaf(index=index):
                if index not in self.places:
                    self.places[index] = len(self.leaves)
                    self.leaves.append(index if positive else ~index)
                place = self.places[index]
                return ("+" if positive == (self.leaves[place] >= 0) else "-", place)
            case Negation(inner=inner):
                return self.looks(inner, not positive)
            case Conjunction(items=items) | Disjunction(items=items):
                sign = "&" if isinstance(formula, Conjunction) == positive else "|"
                return (sign, *[self.number(i, positive) for i in items])

    def leaf(self, index: int) -> Formula:
        """An atom as a formula over the leaves."""
        place = self.places[index]
        return Leaf(place) if self.leaves[place] >= 0 else Negation(Leaf(place))


def atoms_among(leaves: Sequence[int]) -> tuple[int, ...]:
    """The atoms behind leaves."""
    return tuple(i if i >= 0 else ~i for i in leaves)


def has_documents(condition: Condition) -> bool:
    """Whether a document is asked for anywhere in a condition."""
    match condition:
        case All(items=items) | Any(items=items):
            return any(has_documents(i) for i in items)
        case Not(inner=inner):
            return has_documents(inner)
        case ConceptUse(concept=concept):
            return has_documents(concept.condition)
        case Item(condition=inner) | ForbiddenBy(condition=inner) | Implies(conclusion=inner):
            return has_documents(inner)
        case DocumentHeld() | DoneBy():
            return True
    return False


def covers_of(exception: ExceptionClause) -> Iterator[DocumentHeld]:
    """The documents of an exception that must cover the overlap, outside negations."""

    def walk(condition: Condition) -> Iterator[DocumentHeld]:
        match condition:
            case All(items=items):
                for item in items:
                    yield from walk(item)
            case DocumentHeld(overlaps=overlaps) if overlaps:
                yield condition

    yield from walk(exception.condition)
    if exception.provided is not None:
        yield from walk(exception.provided)


def without_ground(exception: ExceptionClause) -> ExceptionClause:
    """An exception whose documents need not cover the whole overlap by themselves."""

    def strip(condition: Condition) -> Condition:
        match condition:
            case All(items=items):
                return All(tuple(strip(i) for i in items))
            case DocumentHeld(document=document, overlaps=overlaps) if overlaps:
                return DocumentHeld(document)
        return condition

    provided = strip(exception.provided) if exception.provided is not None else None
    return ExceptionClause(
        strip(exception.condition), provided, exception.citations, exception.except_when
    )

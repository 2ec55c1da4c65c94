"""The plan of a day: the rules in force, the atoms to judge, and the groups to infer in order.

Groups stand in strata: concepts first, each an atom of the groups that use it; then the parts of
each rule (its scope, its breach, its exceptions); then what the parts come to, in five outputs: out
of scope, no breach, violated, excused, owed. Small groups are often alike, and groups alike share
one ruleset and its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations

from redline.language.kinds import NormKind
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
from redline.reasoning.groups import Group, group_of
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
    Layer,
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
    exceptions_on,
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
    """Derives one atom from others."""

    atom: int
    group: Group


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Derives the five outputs of a rule, in the order of `OUTPUTS`.

    Each part of the rule (scope, breach, exceptions) is a group over the plan's atoms; `status` is
    a group over the parts, its leaves their numbers. The formulas are kept over the plan's atoms,
    for explanations.
    """

    rule: Rule
    parts: tuple[Part, ...]
    status: Group
    reading: Reading
    scope: Formula
    breach: Formula
    lasting: Formula
    """The breach as far as nothing that is to come can mend it."""
    exceptions: tuple[ExceptionFormula, ...]
    displacing: tuple[tuple[Rule, Formula], ...] = ()
    """The rules that go before this one, each with when it does."""

    @property
    def outputs(self) -> tuple[Formula, ...]:
        """The outputs over the plan's atoms."""
        return self.reading.outputs()

    @property
    def inputs(self) -> tuple[int, ...]:
        """The atoms that the parts look at."""
        return tuple(dict.fromkeys(i for part in self.parts for i in part.group.atoms))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule: its formula over the plan's atoms, and the group that derives it."""

    formula: Formula
    group: Group


@dataclass(frozen=True, slots=True)
class ExceptionFormula:
    """An exception, when it holds, and when it would hold once promised documents are there."""

    exception: ExceptionClause
    full: Formula
    promised: Formula


ONE_SUBMISSION: frozenset[SubjectKind | None] = frozenset({None, "project", "operation", "plan"})
"""Subjects whose rules are asked of one submission as it stands."""


@dataclass(frozen=True, slots=True)
class About:
    """What the subjects of a plan are: submissions as they stand, or the parts of a revision, of a
    region or of a layer. `layer` is the layer that rules on revisions or layers name.
    """

    subject: SubjectKind | None = None
    layer: Layer | None = None

    def asks(self, rule: Rule) -> bool:
        """Whether a rule is about such subjects."""
        if self.subject is None:
            return rule.subject in ONE_SUBMISSION
        return rule.subject == self.subject and self.layer is rule.subject_layer


SUBMISSIONS = About()


def about_rule(rule: Rule) -> About:
    """What the subjects of one rule are."""
    if rule.subject in ONE_SUBMISSION:
        return SUBMISSIONS
    return About(rule.subject, rule.subject_layer)


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


def make_plan(book: RuleBook, day: date, about: About = SUBMISSIONS) -> Plan:
    """The plan of a day. Raises `ShapeTooLarge` where one rule needs too many literals."""
    planner = Planner(day, tuple(r for r in book.in_force(day) if about.asks(r)))
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
        group = group_of((formula,), both_signs=True)
        self.concept_groups.append(ConceptGroup(leaf.index, group))
        return leaf

    # ── rules ──

    def rule_group(self, rule: Rule) -> RuleGroup:
        """The group of a rule."""
        scope_parts = self.own_scope(rule)
        displacing = tuple(self.displacing(rule))
        scope_parts += [Negation(formula) for _rule, formula in displacing]
        standing = exceptions_on(rule.exceptions, self.day)
        exceptions = tuple(self.exception(e) for e in standing)
        now, lasting = self.breaches(rule)
        reading = Reading(
            scope=Conjunction(tuple(scope_parts)),
            breach=now,
            lasting=lasting,
            excuses=(*(e.full for e in exceptions), *self.together(standing)),
            hopes=(*(e.promised for e in exceptions), *self.together(standing, promised=True)),
            lenient=rule.norm.kind is NormKind.RESTRICTS or rule.norm.ordinarily,
            held=self.text_held(rule),
            inside=self.leaf(Inside(rule.territory)) if rule.territory is not None else ALWAYS,
        )
        folding = Folding()
        outputs = reading.folded(folding.part).outputs()
        return RuleGroup(
            rule=rule,
            parts=tuple(Part(f, group_of((f,), both_signs=True)) for f in folding.formulas),
            status=group_of(outputs),
            reading=reading,
            scope=reading.scope,
            breach=now,
            lasting=lasting,
            exceptions=exceptions,
            displacing=displacing,
        )

    def text_held(self, rule: Rule) -> Formula:
        """That the text of the day is held; not asked where it is."""
        if any(c.text_held(self.day) for c in rule.citations_on(self.day)):
            return ALWAYS
        return self.leaf(TextHeld(rule))

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

    def together(
        self, exceptions: Sequence[ExceptionClause], promised: bool = False
    ) -> Iterator[Formula]:
        """Several exceptions whose documents cover the overlap only together."""
        covering = [e for e in exceptions if any(covers_of(e))][:MAX_TOGETHER]
        for size in range(2, len(covering) + 1):
            for group in combinations(covering, size):
                held = [c for e in group for c in covers_of(e)]
                documents = tuple(dict.fromkeys(c.document for c in held))
                whole = self.leaf(CoveredTogether(documents, held[0].overlaps))
                parts = [self.exception_formula(without_ground(e), promised) for e in group]
                yield Conjunction((*parts, whole))


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule as formulas: what its outputs are made of.

    `excuses` are the ways in which its exceptions hold, `hopes` those in which they would once what
    is promised is there. A lenient rule asks for a demonstration and is not violated. Where the
    text of the day is not held, nothing is known of the rule but that it binds `inside` its
    territory only: the territory is the pack's, not the text's.
    """

    scope: Formula
    breach: Formula
    lasting: Formula
    excuses: tuple[Formula, ...]
    hopes: tuple[Formula, ...]
    lenient: bool
    held: Formula
    inside: Formula

    def outputs(self) -> tuple[Formula, ...]:
        """Out of scope, no breach, violated, excused, owed."""
        excused, hoped = Disjunction(self.excuses), Disjunction(self.hopes)
        hit = Conjunction((self.scope, self.breach))
        if self.lenient:
            violated: Formula = NEVER
            owed: Formula = Conjunction((hit, Negation(excused)))
        else:
            violated = Conjunction((self.scope, self.lasting, Negation(hoped)))
            owed = Conjunction((hit, Negation(excused), self.mended(excused, hoped)))
        found = (
            Negation(self.scope),
            Negation(self.breach),
            violated,
            Conjunction((hit, excused)),
            owed,
        )
        known: list[Formula] = [Conjunction((self.held, output)) for output in found]
        if self.held != ALWAYS:
            known[0] = Disjunction((Negation(self.inside), known[0]))
        return tuple(simplified(output) for output in known)

    def mended(self, excused: Formula, hoped: Formula) -> Formula:
        """Promised documents can still mend a breach: it then is none, or is excused.

        What cannot be (`x and not x` is never true) is left out.
        """
        ways = [] if self.lasting == self.breach else [Negation(self.lasting)]
        return Disjunction((*ways, *([] if hoped == excused else [hoped])))

    def folded(self, fold: Callable[[Formula], Formula]) -> Reading:
        """The same over the parts."""
        return Reading(
            scope=fold(self.scope),
            breach=fold(self.breach),
            lasting=fold(self.lasting),
            excuses=tuple(map(fold, self.excuses)),
            hopes=tuple(map(fold, self.hopes)),
            lenient=self.lenient,
            held=fold(self.held),
            inside=fold(self.inside),
        )


@dataclass
class Folding:
    """Gives each distinct part of a rule a number, in the place of its formula."""

    formulas: list[Formula] = field(default_factory=list)

    def part(self, formula: Formula) -> Formula:
        """The leaf of a part; constants stay as they are."""
        if isinstance(formula, Negation):
            return Negation(self.part(formula.inner))
        whole = simplified(formula)
        if whole in (ALWAYS, NEVER):
            return whole
        if whole not in self.formulas:
            self.formulas.append(whole)
        return Leaf(self.formulas.index(whole))


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

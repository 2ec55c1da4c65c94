"""What a rule comes to for one subject, straight from the definitions in the design of the language.

A page of plain Python over the rule book's trees, for tests: no plan, no formulas, no columns, no
engine. Truths are True, False and None (unknown), after strong Kleene.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from redline.language.tree import Comparator, NormKind
from redline.rulebook.model import (
    All,
    Any,
    AttributeTerm,
    CodeConstant,
    ColumnTerm,
    Compares,
    ConceptUse,
    Condition,
    Constant,
    DocumentHeld,
    ExceptionClause,
    ForbiddenBy,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Judged,
    MeasureTerm,
    Not,
    Relates,
    Rule,
    Selection,
    Term,
)

Truth = bool | None


@dataclass(frozen=True)
class Paper:
    """A document that a subject lists; `covers` is how much ground, in m², None where unsaid."""

    state: str
    valid_to: date | None = None
    covers: float | None = None


@dataclass(frozen=True)
class Ground:
    """A layer under one subject: for each feature its columns and the overlap, and how much of the
    subject lies where the layer does not claim to be complete.
    """

    features: tuple[tuple[Mapping[str, object], float], ...]
    beyond: float = 0.0


@dataclass(frozen=True)
class Facts:
    """All that is known of one subject; what is missing or None is unknown."""

    day: date
    attributes: Mapping[str, object] = field(default_factory=dict)
    judgements: Mapping[str, bool] = field(default_factory=dict)
    documents: Mapping[str, tuple[Paper, ...]] = field(default_factory=dict)
    all_listed: bool = False
    layers: Mapping[str, Ground] = field(default_factory=dict)
    drawn: bool = True


def neither(truth: Truth) -> Truth:
    return None if truth is None else not truth


def every(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else None if None in found else True


def some(truths: Iterable[Truth]) -> Truth:
    return neither(every(map(neither, truths)))


# ── rules ───────────────────────────────────────────────────────────────────────────────────────


def status(rule: Rule, facts: Facts, in_force: tuple[Rule, ...] = ()) -> str:
    """The status shown, by the definitions: out of scope, no breach, violated, excused, owed."""
    held = [c for c in rule.citations if c.interval.holds(facts.day)]
    if not any(c.instrument.text_held is None or c.instrument.text_held <= facts.day for c in held):
        return "undetermined"
    scope = every([own_scope(rule, facts), *(neither(x) for x in displaced(rule, facts, in_force))])
    breach, hopeless = breaches(rule, facts, False), breaches(rule, facts, True)
    excused, may_be = excuses(rule, facts, False), excuses(rule, facts, True)
    lenient = rule.norm.ordinarily or rule.norm.kind is NormKind.RESTRICTS
    if scope is False:
        return "not_applicable"
    if breach is False:
        return "complies"
    if every([scope, breach, excused]) is True:
        return "excused"
    if lenient:
        return "conditional" if every([scope, breach, neither(excused)]) is True else "undetermined"
    if every([scope, hopeless, neither(may_be)]) is True:
        return "violated"
    mended = some([neither(hopeless), may_be])
    owed = every([scope, breach, neither(excused), mended])
    return "conditional" if owed is True else "undetermined"


def own_scope(rule: Rule, facts: Facts) -> Truth:
    where = True if rule.territory is None else shares(facts, rule.territory.selection, None)
    return every([where, True if rule.applies is None else holds(rule.applies, facts)])


def displaced(rule: Rule, facts: Facts, in_force: tuple[Rule, ...]) -> Iterator[Truth]:
    for other in in_force:
        for x in other.displaces:
            if x.displaced == rule.names:
                when = True if x.when is None else holds(x.when, facts)
                yield every([own_scope(other, facts), when])


def breaches(rule: Rule, facts: Facts, hope: bool) -> Truth:
    """Whether the norm is breached; with `hope`, even if every document to come had come."""
    if rule.norm.kind in (NormKind.FORBIDS, NormKind.RESTRICTS):
        return holds(rule.norm.condition, facts)
    second = [every([holds(i.where, facts, hope), holds(i.requires, facts, hope)]) for i in rule.instead]
    return neither(some([holds(rule.norm.condition, facts, hope), *second]))


def excuses(rule: Rule, facts: Facts, hope: bool) -> Truth:
    """Whether an exception lifts the breach, or several whose documents cover the ground only
    together.
    """
    alone = [excuse(e, facts, hope) for e in rule.exceptions]
    covering = [e for e in rule.exceptions if grounds(e)][:4]
    groups = [g for n in range(2, len(covering) + 1) for g in combinations(covering, n)]
    together = (
        every([*(excuse(apart(e), facts, hope) for e in g), covered([x for e in g for x in grounds(e)], facts)])
        for g in groups
    )
    return some([*alone, *together])


def excuse(exception: ExceptionClause, facts: Facts, hope: bool, helps: bool = True) -> Truth:
    """Documents to come help an exception, and what takes back what takes it back."""
    parts = [exception.condition] + ([exception.provided] if exception.provided else [])
    return every(
        [
            *(holds(p, facts, hope and helps) for p in parts),
            *(neither(excuse(n, facts, hope, not helps)) for n in exception.except_when),
        ]
    )


def grounds(exception: ExceptionClause) -> list[DocumentHeld]:
    """The documents of an exception that must cover the overlap."""
    flat = flattened(exception.condition)
    flat += flattened(exception.provided) if exception.provided else []
    return [x for x in flat if isinstance(x, DocumentHeld) and x.overlaps]


def flattened(condition: Condition) -> list[Condition]:
    return [x for i in condition.items for x in flattened(i)] if isinstance(condition, All) else [condition]


def apart(exception: ExceptionClause) -> ExceptionClause:
    """An exception whose documents need not cover the ground by themselves."""

    def bare(condition: Condition) -> Condition:
        if isinstance(condition, All):
            return All(tuple(map(bare, condition.items)))
        covers = isinstance(condition, DocumentHeld) and condition.overlaps
        return replace(condition, overlaps=()) if covers else condition  # type: ignore[type-var]

    provided = None if exception.provided is None else bare(exception.provided)
    return replace(exception, condition=bare(exception.condition), provided=provided)


# ── conditions ──────────────────────────────────────────────────────────────────────────────────


def holds(condition: Condition, facts: Facts, hope: bool = False) -> Truth:
    match condition:
        case All(items=items):
            return every(holds(i, facts, hope) for i in items)
        case Any(items=items):
            return some(holds(i, facts, hope) for i in items)
        case Not(inner=inner):
            return neither(holds(inner, facts))
        case Implies(premise=a, conclusion=b):
            return some([neither(holds(a, facts)), holds(b, facts, hope)])
        case ConceptUse(concept=concept):
            return holds(concept.condition, facts, hope)
        case Item(condition=inner) | ForbiddenBy(condition=inner):
            return holds(inner, facts, hope)
        case Judged(judgement=judgement):
            return facts.judgements.get(judgement.names.key)
        case DocumentHeld():
            return some([is_held(condition, facts), hope and may_come(condition, facts)])
        case Relates(selection=selection, by=by):
            return shares(facts, selection, by)
        case Compares(left=left, comparator=comparator, right=right):
            return compared(number(left, facts), comparator, number(right, facts))
        case Holds() | IsOneOf() | Includes():
            return of_value(condition, value_of(condition.term, facts.attributes))
    raise NotImplementedError(condition)


def value_of(term: AttributeTerm | ColumnTerm, values: Mapping[str, object]) -> object:
    named = term.attribute if isinstance(term, AttributeTerm) else term.column
    return values.get(named.names.key)


def of_value(condition: Holds | IsOneOf | Includes, value: object) -> Truth:
    if value is None:
        return None
    if isinstance(condition, Holds):
        return bool(value)
    if isinstance(condition, IsOneOf):
        return within(value, condition)
    assert isinstance(value, frozenset)
    hits = [within(code, condition) for code in value]
    return all(hits) if condition.only else any(hits)


def within(code: object, condition: IsOneOf | Includes) -> bool:
    named = condition.term.attribute if isinstance(condition.term, AttributeTerm) else condition.term.column
    deep = named.type.code_list.by_digits  # type: ignore[union-attr]
    return any(code == c or (deep and str(code).startswith(c)) for c in condition.codes)


def number(term: Term, facts: Facts) -> tuple[float, float]:
    """The least and the greatest that a number can be."""
    match term:
        case Constant(value=value):
            return value, value
        case CodeConstant(code=code, code_list=code_list):
            return (float(code_list.rank(code)),) * 2
        case MeasureTerm(selection=selection) if selection is not None:
            ground = facts.layers.get(selection.layer.names.key)
            if ground is None or not facts.drawn:
                return -math.inf, math.inf
            return overlap(ground, selection)
        case AttributeTerm(attribute=attribute):
            value = facts.attributes.get(attribute.names.key)
            if value is None:
                return -math.inf, math.inf
            if isinstance(value, str):
                return (float(attribute.type.code_list.rank(value)),) * 2  # type: ignore[union-attr]
            return float(value), float(value)  # type: ignore[arg-type]
    raise NotImplementedError(term)


def compared(a: tuple[float, float], comparator: Comparator, b: tuple[float, float]) -> Truth:
    """Decided where every number of one interval stands so to every number of the other."""
    if comparator in (Comparator.AT_MOST, Comparator.LESS_THAN):
        flip = {Comparator.AT_MOST: Comparator.AT_LEAST, Comparator.LESS_THAN: Comparator.MORE_THAN}
        return compared(b, flip[comparator], a)
    if comparator is Comparator.AT_LEAST:
        return True if a[0] >= b[1] else False if a[1] < b[0] else None
    return True if a[0] > b[1] else False if a[1] <= b[0] else None


# ── ground and documents ────────────────────────────────────────────────────────────────────────


def overlap(ground: Ground, selection: Selection) -> tuple[float, float]:
    """The least and the greatest that the overlap with a selection can be."""
    least = sum(amount for c, amount in ground.features if fits(selection, c) is True)
    most = sum(amount for c, amount in ground.features if fits(selection, c) is not False)
    return least, most + ground.beyond


def fits(selection: Selection, columns: Mapping[str, object]) -> Truth:
    """Whether a feature satisfies the filter of a selection."""
    where = selection.where
    if where is None:
        return True
    assert isinstance(where, Holds | IsOneOf | Includes)
    return of_value(where, value_of(where.term, columns))


def shares(facts: Facts, selection: Selection, by: tuple[Comparator, Term] | None) -> Truth:
    """Whether the subject overlaps a selection, by so much."""
    ground = facts.layers.get(selection.layer.names.key)
    if ground is None:
        return None
    somewhere = ground.beyond > 0 or any(fits(selection, c) is not False for c, _ in ground.features)
    if not facts.drawn and somewhere:
        return None
    least, most = overlap(ground, selection)
    if by is None:
        return True if least > 0 else False if most <= 0 else None
    return compared((least, most), by[0], number(by[1], facts))


def is_held(condition: DocumentHeld, facts: Facts) -> Truth:
    listed = papers(condition, facts)
    if listed is None:
        return None
    standing = [p for p in listed if stands(p, facts)]
    if not standing or not condition.overlaps:
        return bool(standing)
    return covered([condition], facts)


def may_come(condition: DocumentHeld, facts: Facts) -> Truth:
    """Whether a document is to come; one due before a stage may come until that is reached."""
    listed = papers(condition, facts)
    if condition.before is None:
        return None if listed is None else any(p.state == "to_come" for p in listed)
    attribute, stage = condition.before
    over = compared(number(AttributeTerm(attribute), facts), Comparator.AT_LEAST, number(CodeConstant(stage, attribute.type.code_list), facts))  # type: ignore[union-attr]
    if over is True or any(p.state == "refused" or stands(p, facts) for p in listed or ()):
        return False
    return None if listed is None or over is None else True


def papers(condition: DocumentHeld, facts: Facts) -> tuple[Paper, ...] | None:
    """What is listed of a kind; None where nothing is said."""
    return facts.documents.get(condition.document.names.key, () if facts.all_listed else None)


def stands(paper: Paper, facts: Facts) -> bool:
    return paper.state == "held" and (paper.valid_to is None or facts.day <= paper.valid_to)


def covered(conditions: list[DocumentHeld], facts: Facts) -> Truth:
    """Whether what is held of some documents covers the overlaps, all of them together."""
    lists = [papers(c, facts) for c in {c.document: c for c in conditions}.values()]
    standing = [p for listed in lists for p in listed or () if stands(p, facts)]
    taken = sum(p.covers or 0.0 for p in standing)
    unsaid = any(p.covers is None for p in standing)
    answers: list[Truth] = []
    for relation in conditions[0].overlaps:
        ground = facts.layers.get(relation.selection.layer.names.key)
        if ground is None or not facts.drawn:
            answers.append(None)
            continue
        least, most = overlap(ground, relation.selection)
        if ground.beyond <= 0 and most <= taken:
            answers.append(True)
        else:
            answers.append(False if least > taken and not unsaid else None)
    whole = every(answers)
    return None if whole is False and None in lists else whole

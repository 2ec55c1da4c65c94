"""What a rule comes to, straight from the definitions in `docs/language.md`.

A page of plain Python over the rule book's trees, for tests: no plan, no formulas, no columns, no
engine. Truths are True, False and None (unknown), after strong Kleene. What is known of a subject
answers three questions about it: `Known`. `tests/reasoning/facts.py` answers them from plain facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Protocol

from redline.language.tree import NormKind
from redline.rulebook.model import (
    All,
    Any,
    ConceptUse,
    Condition,
    DocumentHeld,
    DoneBy,
    ExceptionClause,
    ForbiddenBy,
    Implies,
    Item,
    Not,
    Rule,
    Territory,
)

Truth = bool | None


class Known(Protocol):
    """What is known of one subject."""

    @property
    def day(self) -> date:
        """The day on which it is decided."""

    def atom(self, condition: Condition) -> Truth:
        """Whether a condition without parts holds."""

    def may_come(self, awaited: DocumentHeld | DoneBy) -> Truth:
        """Whether a document, or a deed, may still come in time."""

    def covered(self, documents: Sequence[DocumentHeld]) -> Truth:
        """Whether some documents together cover the overlaps that each of them should."""

    def inside(self, territory: Territory) -> Truth:
        """Whether it lies in a territory."""


def neither(truth: Truth) -> Truth:
    return None if truth is None else not truth


def every(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else None if None in found else True


def some(truths: Iterable[Truth]) -> Truth:
    return neither(every(map(neither, truths)))


def status(rule: Rule, known: Known, in_force: Sequence[Rule] = ()) -> str:
    """The status shown: by the definitions of out of scope, no breach, violated, excused, owed."""
    if rule.territory is not None and known.inside(rule.territory) is False:
        return "not_applicable"
    held = [c.instrument.text_held for c in rule.citations if c.interval.holds(known.day)]
    if not any(day is None or day <= known.day for day in held):
        return "undetermined"
    scope = every([own_scope(rule, known), *map(neither, displaced(rule, known, in_force))])
    breach, lasting = breached(rule, known, False), breached(rule, known, True)
    excused, may_be = excuses(rule, known, False), excuses(rule, known, True)
    if scope is False:
        return "not_applicable"
    if breach is False:
        return "complies"
    if every([scope, breach, excused]):
        return "excused"
    if rule.norm.ordinarily or rule.norm.kind is NormKind.RESTRICTS:
        return "conditional" if every([scope, breach, neither(excused)]) else "undetermined"
    if every([scope, lasting, neither(may_be)]):
        return "violated"
    owed = every([scope, breach, neither(excused), some([neither(lasting), may_be])])
    return "conditional" if owed else "undetermined"


def own_scope(rule: Rule, known: Known) -> Truth:
    """Whether a rule binds here and applies, whatever goes before it."""
    where = True if rule.territory is None else known.inside(rule.territory)
    return every([where, True if rule.applies is None else holds(rule.applies, known)])


def displaced(rule: Rule, known: Known, in_force: Sequence[Rule]) -> Iterator[Truth]:
    """Whether each rule that may go before this one does."""
    for other in in_force:
        for displacement in other.displaces:
            if displacement.displaced == rule.names:
                when = True if displacement.when is None else holds(displacement.when, known)
                yield every([own_scope(other, known), when])


def breached(rule: Rule, known: Known, hope: bool) -> Truth:
    """Whether the norm is breached; with `hope`, even if all that is to come had come."""
    if rule.norm.kind in (NormKind.FORBIDS, NormKind.RESTRICTS):
        return holds(rule.norm.condition, known)
    duties = [rule.norm.condition, *(All((i.where, i.requires)) for i in rule.instead)]
    return neither(some(holds(duty, known, hope) for duty in duties))


def excuses(rule: Rule, known: Known, hope: bool) -> Truth:
    """Whether an exception lifts the breach, or some do whose documents cover the ground only
    together.
    """
    standing = [e for e in rule.exceptions if stands(e, known)]
    covering = [e for e in standing if grounds(e)][:4]
    groups = [g for n in range(2, len(covering) + 1) for g in combinations(covering, n)]
    together = (
        every(
            [
                *(excuse(apart(e), known, hope) for e in group),
                known.covered([d for e in group for d in grounds(e)]),
            ]
        )
        for group in groups
    )
    return some([*(excuse(e, known, hope) for e in standing), *together])


def stands(exception: ExceptionClause, known: Known) -> bool:
    """Whether a clause of an exception is in force; one that cites none always is."""
    days = [c.interval for c in exception.citations]
    return not days or any(d.holds(known.day) for d in days)


def excuse(exception: ExceptionClause, known: Known, hope: bool, helps: bool = True) -> Truth:
    """Whether an exception holds. What is to come counts where it helps: in the exception, and in
    what takes back what takes it back.
    """
    parts = [exception.condition] + ([exception.provided] if exception.provided else [])
    return every(
        [
            *(holds(part, known, hope and helps) for part in parts),
            *(
                neither(excuse(n, known, hope, not helps))
                for n in exception.except_when
                if stands(n, known)
            ),
        ]
    )


def holds(condition: Condition, known: Known, hope: bool = False) -> Truth:
    """Whether a condition holds; with `hope`, counting what is to come where it helps."""
    match condition:
        case All(items=items):
            return every(holds(i, known, hope) for i in items)
        case Any(items=items):
            return some(holds(i, known, hope) for i in items)
        case Not(inner=inner):
            return neither(holds(inner, known))
        case Implies(premise=premise, conclusion=conclusion):
            return some([neither(holds(premise, known)), holds(conclusion, known, hope)])
        case ConceptUse(concept=concept):
            return holds(concept.condition, known, hope)
        case Item(condition=inner) | ForbiddenBy(condition=inner):
            return holds(inner, known, hope)
        case DocumentHeld() | DoneBy():
            return some([known.atom(condition), hope and known.may_come(condition)])
    return known.atom(condition)


def grounds(exception: ExceptionClause) -> list[DocumentHeld]:
    """The documents of an exception that must cover the overlap."""

    def flat(condition: Condition | None) -> list[Condition | None]:
        nested = condition.items if isinstance(condition, All) else ()
        return [x for i in nested for x in flat(i)] if nested else [condition]

    found = [*flat(exception.condition), *flat(exception.provided)]
    return [x for x in found if isinstance(x, DocumentHeld) and x.overlaps]


def apart(exception: ExceptionClause) -> ExceptionClause:
    """An exception whose documents need not cover the ground by themselves."""

    def bare(condition: Condition) -> Condition:
        if isinstance(condition, All):
            return All(tuple(map(bare, condition.items)))
        return replace(condition, overlaps=()) if isinstance(condition, DocumentHeld) else condition

    provided = None if exception.provided is None else bare(exception.provided)
    return replace(exception, condition=bare(exception.condition), provided=provided)

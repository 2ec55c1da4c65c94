"""What is odd about rules that load and run: gaps in time, idle names, cases that are missing.

Each function looks for one kind of thing in one pack and yields a diagnostic for each find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import pairwise
from typing import cast

from redline.diagnostics import Diagnostic, Place
from redline.language import tree as t
from redline.language.walk import names_in, nodes_in, titles_in
from redline.messages import Message, Title, msg
from redline.rulebook.contradictions import impossible
from redline.rulebook.lawtexts import LawText, versions_over
from redline.rulebook.lint_diagnostics import (
    AlwaysTheSame,
    BasisNotInForce,
    CaseOutsideForce,
    CitationGap,
    CitedTwice,
    ColumnHidesName,
    DeclaredInTwoPacks,
    EndsWithoutSuccessor,
    ExceptionNeverHolds,
    ExceptionUntested,
    NeverHolds,
    NoBreachCase,
    NoComplyingCase,
    NoQuestion,
    NoReason,
    NothingAccepted,
    SaidAgain,
    SameCase,
    ShadowedName,
    SuccessorDiffers,
    ThresholdWithoutUnit,
    Untranslated,
    UnusedImport,
    UnusedName,
    UnverifiedCitation,
    ValueGap,
)
from redline.rulebook.load import in_order
from redline.rulebook.model import (
    FOREVER,
    Attribute,
    Citation,
    Column,
    ComponentKind,
    Concept,
    Condition,
    DocumentKind,
    ExceptionClause,
    Instrument,
    Interval,
    JudgementKind,
    Layer,
    Not,
    Parameter,
    PlanKind,
    Rule,
    RuleBook,
)
from redline.rulebook.resolve import interval_of
from redline.rulebook.scope import Named, Scope, Table

Texts = Mapping[str, Sequence[LawText]]
"""Texts of law by the plain title of their instrument."""


@dataclass(frozen=True, slots=True)
class Index:
    """What is known of a whole book, found once."""

    used: frozenset[int]
    """Identities of all things that some name means."""
    shares: frozenset[int]
    """Identities of the attributes and parameters that are declared as shares."""
    beginning: Mapping[date, frozenset[int]]
    """Identities of what the norms name of the rules that begin on a day."""
    inner: Mapping[int, frozenset[int]]
    """Identities of what the definition of each concept names, by the identity of the concept."""
    holders: Mapping[tuple[str, str], Place]
    """Where each kind and name was declared that submissions and catalogs use, the first pack's."""


def index_of(book: RuleBook, packs: Mapping[str, t.Pack]) -> Index:
    """The index of a book and of the packs that it was made of."""
    used = {id(thing) for scope in book.scopes.values() for thing in scope.meanings.values()}
    shares: set[int] = set()
    beginning: dict[date, set[int]] = {}
    resolved = {(rule.pack, rule.names.key): rule for rule in book.rules}
    inner = asked_by_concepts(book, packs)
    for name, pack in packs.items():
        scope = book.scopes[name]
        for declaration in pack.declarations:
            match declaration:
                case (
                    t.Attribute(type=t.QuantityType(dimension=dimension))
                    | t.Parameter(type=t.QuantityType(dimension=dimension))
                ) if dimension.text in SHARE:
                    shares.add(id(scope.terms.get(declaration.name.key)))
                case t.Rule(name=declared):
                    for days in covered(c.interval for c in resolved[name, declared.key].citations):
                        asked = beginning.setdefault(days.start, set())
                        asked |= asked_about(declaration, scope, inner)
    frozen = {day: frozenset(things) for day, things in beginning.items()}
    return Index(frozenset(used), frozenset(shares), frozen, inner, holders_of(book))


def named_from_outside(scope: Scope) -> Iterator[tuple[str, Table[Named]]]:
    """The tables whose names submissions and catalogs use."""
    for table in (
        scope.terms,
        scope.layers,
        scope.documents,
        scope.components,
        scope.judgements,
        scope.plans,
    ):
        yield table.kind, cast(Table[Named], table)


def holders_of(book: RuleBook) -> Mapping[tuple[str, str], Place]:
    """The first declaration of each name that submissions and catalogs use."""
    found: dict[tuple[str, str], Place] = {}
    for scope in book.scopes.values():
        for kind, table in named_from_outside(scope):
            for name in table.by_name:
                found.setdefault((kind, name), table.places[name])
    return found


@dataclass(frozen=True, slots=True)
class Linted:
    """One pack that is looked at, in the book that it belongs to."""

    pack: t.Pack
    scope: Scope
    book: RuleBook
    index: Index
    texts: Texts

    def rules(self) -> Iterator[tuple[t.Rule, Rule]]:
        """The rules of the pack, as they are written and as they are resolved."""
        written = {d.name.key: d for d in self.pack.declarations if isinstance(d, t.Rule)}
        for rule in self.book.rules:
            if rule.pack == self.pack.name:
                yield written[rule.names.key], rule

    def clauses(self, cites: Iterable[t.Citation]) -> Iterator[Cited]:
        """Citations as they are written, with the days on which they hold."""
        for citation in cites:
            instrument = self.scope.instruments.get(citation.instrument.text)
            if instrument is not None:
                days = interval_of(citation.period).within(instrument.force)
                yield Cited(citation, instrument, days)


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, its instrument, and the days on which it holds."""

    node: t.Citation
    instrument: Instrument
    days: Interval


def lint(
    book: RuleBook, packs: Mapping[str, t.Pack], names: Iterable[str], texts: Texts | None = None
) -> list[Diagnostic]:
    """What is odd about the packs called `names`, in the order of their files and lines.

    With texts of law, also where the clauses that a rule rests on in turn say different things.
    """
    index = index_of(book, packs)
    found: list[Diagnostic] = []
    for name in names:
        pack = Linted(packs[name], book.scopes[name], book, index, texts or {})
        finds = [find for check in CHECKS for find in check(pack)]
        found += without_accepted(pack.pack, finds)
    return in_order(found)


# ── finds that the author accepts ───────────────────────────────────────────────────────────

ACCEPTED = re.compile(r"#\s*lint:\s*(RL\d+)\s*(.*)")


def without_accepted(pack: t.Pack, finds: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Finds without those that a comment `# lint: RL303 why` accepts.

    Such a comment speaks of the declaration that it stands in or before; before the pack's first
    word it speaks of the whole file.
    """
    finds = list(finds)
    for comment in pack.comments:
        match = ACCEPTED.match(comment.text)
        if match is None:
            continue
        lines = lines_spoken_of(pack, comment)
        accepted = [f for f in finds if f.code == match[1] and line_of(f) in lines]
        place = pack.source.place(comment.span)
        if not accepted:
            yield NothingAccepted(place=place, accepted=match[1])
        if not match[2]:
            yield NoReason(place=place)
        finds = [f for f in finds if f not in accepted]
    yield from finds


def line_of(find: Diagnostic) -> int:
    return (find.place.line if find.place else None) or 0


def lines_spoken_of(pack: t.Pack, comment: t.Comment) -> range:
    """The lines of what a comment speaks of."""
    source, start = pack.source, comment.span.start
    if start < pack.span.start:
        return range(len(source.line_starts) + 1)
    declaration = next((d for d in pack.declarations if d.span.end > start), None)
    if declaration is None:
        return range(0)
    span = declaration.span
    return range(source.line_of(min(start, span.start)), source.line_of(span.end) + 1)


# ── the law over time ───────────────────────────────────────────────────────────────────────


def covered(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals joined where they touch or overlap, in order."""
    joined: list[Interval] = []
    for days in sorted(intervals, key=lambda i: (i.start, i.end)):
        if joined and days.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, days.end))
        else:
            joined.append(days)
    return joined


def missing_days(wanted: Interval, given: Iterable[Interval]) -> Interval | None:
    """The first days of an interval that no given one covers."""
    start = wanted.start
    for days in covered(given):
        if days.start > start:
            break
        start = max(start, days.end)
    if start >= wanted.end:
        return None
    later = [days.start for days in given if days.start > start]
    return Interval(start, min([wanted.end, *later]))


def citation_gaps(pack: Linted) -> Iterator[Diagnostic]:
    """Days between the citations of a rule on which none is in force."""
    for node, rule in pack.rules():
        spans = covered(c.interval for c in rule.citations)
        for before, after in pairwise(spans):
            place = pack.scope.place(node.name)
            yield CitationGap(place=place, start=before.end, end=after.start)


def bases_not_in_force(pack: Linted) -> Iterator[Diagnostic]:
    """Exceptions whose own clauses are not in force on some day on which the rule is, and
    information whose clauses are on none.
    """
    for node, rule in pack.rules():
        in_force = list(covered(c.interval for c in rule.citations))
        for cites in excusing_clauses(node):
            clauses = list(pack.clauses(cites))
            for days in in_force:
                gap = missing_days(days, [c.days for c in clauses])
                if clauses and gap is not None:
                    yield basis_not_in_force(pack, rule, clauses[-1], gap.start)
                    break
        for cites in informing_clauses(node):
            clauses = list(pack.clauses(cites))
            if clauses and all(c.days.within(days).empty for c in clauses for days in in_force):
                yield basis_not_in_force(pack, rule, clauses[-1], in_force[0].start)


def basis_not_in_force(pack: Linted, rule: Rule, clause: Cited, day: date) -> Diagnostic:
    return BasisNotInForce(
        place=pack.scope.place(clause.node),
        under=rule.title,
        instrument=clause.instrument.title,
        first=day,
    )


def excusing_clauses(rule: t.Rule) -> Iterator[Sequence[t.Citation]]:
    """The citations of each exception, and of what takes it back."""
    for part in rule.parts:
        if isinstance(part, t.ExceptionClause):
            yield part.cites
            yield from (nested.cites for nested in part.except_when)


def informing_clauses(rule: t.Rule) -> Iterator[Sequence[t.Citation]]:
    """The citations of each penalty and of what a rule names."""
    for part in rule.parts:
        if isinstance(part, t.Information):
            yield part.cites


def endings(pack: Linted) -> Iterator[Diagnostic]:
    """Rules that end on a day on which no rule about the same things begins.

    The rules of a pack that end together with one instrument are one find, at the first of them.
    """
    ending: dict[tuple[date, int], list[tuple[t.Rule, Rule]]] = {}
    for node, rule in pack.rules():
        last = max(rule.citations, key=lambda c: c.interval.end)
        end = last.interval.end
        begun = pack.index.beginning.get(end, frozenset())
        if end != FOREVER and not begun & asked_about(node, pack.scope, pack.index.inner):
            whole = last.instrument.force.end == end
            ending.setdefault((end, id(last.instrument if whole else rule)), []).append(
                (node, rule)
            )
    for (end, _), rules in ending.items():
        held = {id(i): i for i in pack.book.instruments.values() if i.force.start == end}
        node, rule = rules[0]
        yield EndsWithoutSuccessor(
            place=pack.scope.place(node.name),
            under=rule.title,
            end=end,
            others=len(rules) - 1,
            beginning=tuple(i.title for i in held.values()),
        )


NAMED_BY_NORMS = (
    Attribute,
    Layer,
    DocumentKind,
    ComponentKind,
    JudgementKind,
    PlanKind,
    Concept,
)


def asked_about(rule: t.Rule, scope: Scope, inner: Mapping[int, frozenset[int]]) -> set[int]:
    """The identities of what the norm of a rule names, itself or in the concepts that it uses."""
    norms = tuple(p for p in rule.parts if isinstance(p, t.Norm))
    return within_concepts(things_named(norms, scope), inner)


def things_named(nodes: Sequence[t.Node], scope: Scope) -> set[int]:
    """The identities of what some nodes name."""
    things = (scope.meanings.get(n.span) for n in names_in(tuple(nodes)))
    return {id(x) for x in things if isinstance(x, NAMED_BY_NORMS)}


def within_concepts(things: set[int], inner: Mapping[int, frozenset[int]]) -> set[int]:
    """Things with all that the concepts among them name in turn."""
    found: set[int] = set()
    open_ = set(things)
    while open_:
        thing = open_.pop()
        found.add(thing)
        open_ |= inner.get(thing, frozenset()) - found
    return found


def asked_by_concepts(book: RuleBook, packs: Mapping[str, t.Pack]) -> Mapping[int, frozenset[int]]:
    """What the definition of each concept names, by the identity of the concept."""
    found: dict[int, frozenset[int]] = {}
    for name, pack in packs.items():
        scope = book.scopes[name]
        for declaration in pack.declarations:
            if isinstance(declaration, t.Concept):
                named = things_named((declaration.means,), scope)
                found[id(scope.terms.get(declaration.name.key))] = frozenset(named)
    return found


def value_gaps(pack: Linted) -> Iterator[Diagnostic]:
    """Days on which a rule is in force and a parameter that it uses has no value."""
    for node, rule in pack.rules():
        things = (pack.scope.meanings.get(n.span) for n in names_in(node.parts))
        for parameter in dict.fromkeys(x for x in things if isinstance(x, Parameter)):
            if parameter.set_by is not None:
                continue
            for days in covered(c.interval for c in rule.citations):
                gap = missing_days(days, [v.interval for v in parameter.values])
                if gap is not None:
                    yield ValueGap(
                        place=pack.scope.place(node.name),
                        under=rule.title,
                        name=parameter.names.key,
                        start=gap.start,
                        end=gap.end if gap.end < FOREVER else None,
                    )
                    break


def cited_twice(pack: Linted) -> Iterator[Diagnostic]:
    """Clauses that one list of citations names twice for the same days."""
    for node, rule in pack.rules():
        for cites in (node.cites, *excusing_clauses(node), *informing_clauses(node)):
            clauses = list(pack.clauses(cites))
            for i, clause in enumerate(clauses):
                if any(same_clause(clause, other) for other in clauses[:i]):
                    title = clause.instrument.title
                    words = Citation(clause.instrument, clause.node.locator, clause.days)
                    yield CitedTwice(
                        place=pack.scope.place(clause.node),
                        under=rule.title,
                        clause=Title(
                            f"{title.en} {words.clause('en')}", f"{title.zh}{words.clause('zh')}"
                        ),
                    )


def same_clause(a: Cited, b: Cited) -> bool:
    same = a.instrument is b.instrument and a.node.locator == b.node.locator
    return same and not a.days.within(b.days).empty


def unverified(pack: Linted) -> Iterator[Diagnostic]:
    """What is marked as not confirmed by a text that is held."""
    for node in nodes_in(pack.pack):
        match node:
            case t.Citation(unverified=mark) | t.Instrument(number_unverified=mark) if mark:
                yield UnverifiedCitation(place=pack.scope.place(node), reason=mark.reason)


def successors(pack: Linted) -> Iterator[Diagnostic]:
    """Clauses on which a rule rests in turn and whose texts differ."""
    for _node, rule in pack.rules():
        for before in rule.citations:
            for after in rule.citations:
                if before.interval.end == after.interval.start:
                    texts = clause_of(before, pack.texts, -1), clause_of(after, pack.texts, 0)
                    if texts[0] and texts[1] and texts[0] != texts[1]:
                        old, new = first_difference(texts[0], texts[1])
                        yield SuccessorDiffers(
                            place=after.place, under=rule.title, before=old, after=new
                        )


def clause_of(citation: Citation, texts: Texts, which: int) -> str | None:
    """The words of a cited article or paragraph in the first or last version that held."""
    locator = citation.locator
    versions = versions_over(citation, texts)
    if not isinstance(locator, t.Article) or not versions:
        return None
    article = versions[which].articles.get((locator.number, locator.suffix))
    if article is None:
        return None
    paragraphs = article.paragraphs
    if locator.paragraph:
        paragraphs = paragraphs[locator.paragraph - 1 : locator.paragraph]
    return "".join("".join(paragraphs).split())


AROUND = 8
LONGEST = 60


def first_difference(a: str, b: str) -> tuple[str, str]:
    """What differs first in two texts, with a few characters around it."""
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    _tag, i, i_end, j, j_end = next(x for x in blocks if x[0] != "equal")
    old = a[max(0, i - AROUND) : i_end + AROUND]
    new = b[max(0, j - AROUND) : j_end + AROUND]
    return old[:LONGEST], new[:LONGEST]


# ── names ───────────────────────────────────────────────────────────────────────────────────

IMPLICIT = frozenset({"stage", "项目阶段"})
"""Names that the language itself looks up."""


def unused_names(pack: Linted) -> Iterator[Diagnostic]:
    """Names that nothing uses, in packs with rules: others are vocabulary for packs to come."""
    if not any(isinstance(d, t.Rule | t.Filling) for d in pack.pack.declarations):
        return
    for declaration in pack.pack.declarations:
        if isinstance(declaration, t.Rule | t.Filling | t.Mapping | t.NotExecutable):
            continue
        name = declaration.name
        things = (table.get(name.key) for table in pack.scope.tables())
        if name.key not in IMPLICIT and not any(id(x) in pack.index.used for x in things if x):
            yield UnusedName(place=pack.scope.place(name), name=name.key)


def declared_in(pack: str, book: RuleBook) -> set[int]:
    """The identities of what a pack declares: its things, their codes and their columns."""
    scope = book.scopes[pack]
    found: set[int] = set()
    for table in scope.tables():
        for name, thing in table.by_name.items():
            if table.places[name].file == scope.source.name:
                found.add(id(thing))
                found |= {id(x) for x in getattr(thing, "values", ())}
                found |= {id(x) for x in getattr(thing, "columns", ())}
    return found


def unused_imports(pack: Linted) -> Iterator[Diagnostic]:
    """Imports of packs of which nothing is used."""
    used = {id(thing) for thing in pack.scope.meanings.values()}
    for statement in pack.pack.imports:
        if not used & declared_in(statement.pack, pack.book):
            yield UnusedImport(place=pack.scope.place(statement), name=statement.pack)


def shadowed_names(pack: Linted) -> Iterator[Diagnostic]:
    """Names that two imported packs declare."""
    imported = [(s, pack.book.scopes[s.pack]) for s in pack.pack.imports]
    for own, *theirs in zip(
        pack.scope.tables(), *(scope.tables() for _, scope in imported), strict=True
    ):
        for (statement, scope), table in zip(imported, theirs, strict=True):
            for name, thing in table.by_name.items():
                if own.by_name.get(name) is thing or table.places[name].file != scope.source.name:
                    continue
                yield ShadowedName(
                    place=pack.scope.place(statement),
                    name=name,
                    taken=own.places[name].label(),
                    hidden=table.places[name].label(),
                )


def declared_in_two_packs(pack: Linted) -> Iterator[Diagnostic]:
    """Names of this pack that another pack, which need not know of it, declares for its own."""
    for kind, table in named_from_outside(pack.scope):
        said: set[str] = set()
        for name, thing in table.by_name.items():
            place, first = table.places[name], pack.index.holders[kind, name]
            key = str(thing.names.key)
            if place.file != pack.scope.source.name or first == place or key in said:
                continue
            said.add(key)
            yield DeclaredInTwoPacks(place=place, name=name, elsewhere=first.label())


def hidden_by_columns(pack: Linted) -> Iterator[Diagnostic]:
    """Names in filters that mean a column and could mean something else."""
    for node in nodes_in(pack.pack):
        if not isinstance(node, t.LayerPlace) or node.where is None:
            continue
        layer = pack.scope.layers.get(node.layer.text)
        for name in names_in(node.where):
            column = pack.scope.meanings.get(name.span)
            if layer and isinstance(column, Column) and pack.scope.terms.get(name.text):
                place = pack.scope.place(name)
                yield ColumnHidesName(place=place, name=name.text, layer=layer.title)


ENGLISH, CHINESE = msg("English text"), msg("Chinese text")
ENGLISH_NAME, CHINESE_NAME = msg("English name"), msg("Chinese name")


def untranslated(pack: Linted) -> Iterator[Diagnostic]:
    """Texts and names that are there in one language only."""
    for node, title in titles_in(pack.pack):
        if bool(title.en) != bool(title.zh):
            wanting = CHINESE if title.en else ENGLISH
            place = pack.scope.place(node)
            yield Untranslated(place=place, text=title.en or title.zh, wanting=wanting)
    for node in nodes_in(pack.pack):
        name = getattr(node, "name", None)
        if isinstance(name, t.DeclaredName) and (wanting_name := name_wanting(node, name)):
            place = pack.scope.place(name)
            yield Untranslated(place=place, text=name.key, wanting=wanting_name)


def name_wanting(node: t.Node, name: t.DeclaredName) -> Message | None:
    """Which identifier a declaration lacks; a code such as C2614 needs no Chinese one."""
    if not name.en:
        return ENGLISH_NAME
    is_code = isinstance(node, t.CodeValue) and any(c.isdigit() for c in name.en)
    return CHINESE_NAME if not name.zh and not is_code else None


def without_question(pack: Linted) -> Iterator[Diagnostic]:
    """Attributes, layers and components that a finding may want for and cannot ask about."""
    for node in pack.pack.declarations:
        if isinstance(node, t.Attribute | t.Layer | t.ComponentKind) and node.asks is None:
            things = (table.get(node.name.key) for table in pack.scope.tables())
            if any(id(x) in pack.index.used for x in things if x):
                yield NoQuestion(place=pack.scope.place(node.name), name=node.name.key)


# ── what rules say ──────────────────────────────────────────────────────────────────────────


def bare_thresholds(pack: Linted) -> Iterator[Diagnostic]:
    """Shares that are compared with, or set to, a number without a unit."""
    for node in nodes_in(pack.pack):
        match node:
            case t.Comparison(left=left, right=t.Number() as number) if is_share(left, pack):
                yield bare(number, pack)
            case t.Comparison(left=t.Number() as number, right=right) if is_share(right, pack):
                yield bare(number, pack)
            case t.Parameter(type=t.QuantityType(dimension=name), values=values):
                if name.text in SHARE:
                    for value in values:
                        if isinstance(value.value, t.Number):
                            yield bare(value.value, pack)


SHARE = ("share", "比例")


def is_share(node: t.Expression, pack: Linted) -> bool:
    """Whether a term is a share: a measured one, or a name declared as one."""
    match node:
        case t.Measure(kind=t.MeasureKind.SHARE):
            return True
        case t.Group(inner=inner):
            return is_share(inner, pack)
        case t.Name():
            return id(pack.scope.meanings.get(node.span)) in pack.index.shares
        case _:
            return False


def bare(number: t.Number, pack: Linted) -> Diagnostic:
    percent = f"{number.value * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    place = pack.scope.place(number)
    return ThresholdWithoutUnit(place=place, number=f"{number.value:f}", percent=percent)


def breach_of(rule: Rule) -> Condition:
    """What breaches a rule."""
    forbidding = (t.NormKind.FORBIDS, t.NormKind.RESTRICTS)
    return rule.norm.condition if rule.norm.kind in forbidding else Not(rule.norm.condition)


def never_holding(pack: Linted) -> Iterator[Diagnostic]:
    """Concepts that are never true, rules that are never breached, exceptions that never hold."""
    for concept in pack.pack.declarations:
        thing = pack.scope.terms.get(concept.name.key) if isinstance(concept, t.Concept) else None
        if isinstance(thing, Concept) and impossible([thing.condition]):
            yield NeverHolds(place=pack.scope.place(concept), concept=True)
    for node, rule in pack.rules():
        where = [*([rule.applies] if rule.applies else []), breach_of(rule)]
        if impossible(where):
            yield NeverHolds(place=pack.scope.place(node.name), under=rule.title, concept=False)
            continue
        written = [p for p in node.parts if isinstance(p, t.ExceptionClause)]
        for part, exception in zip(written, rule.exceptions, strict=True):
            yield from idle_exceptions(pack, rule, where, part, exception)


def idle_exceptions(
    pack: Linted,
    rule: Rule,
    where: Sequence[Condition],
    node: t.ExceptionClause,
    exception: ExceptionClause,
) -> Iterator[Diagnostic]:
    duty = [exception.provided] if exception.provided else []
    if impossible([*where, exception.condition, *duty]):
        yield ExceptionNeverHolds(place=pack.scope.place(node), under=rule.title)
        return
    for part, nested in zip(node.except_when, exception.except_when, strict=True):
        if impossible([*where, exception.condition, nested.condition]):
            yield ExceptionNeverHolds(place=pack.scope.place(part), under=rule.title)


def blank_reasons(pack: Linted) -> Iterator[Diagnostic]:
    """Reasons that say nothing."""
    for node in nodes_in(pack.pack):
        match node:
            case t.NotExecutable(because=reason) | t.Displacement(because=reason):
                if not (reason.en.strip() or reason.zh.strip()):
                    yield NoReason(place=pack.scope.place(node))


def fixed_comparisons(pack: Linted) -> Iterator[Diagnostic]:
    """Comparisons of two literals."""
    literal = (t.Quantity, t.Number, t.Day)
    for node in nodes_in(pack.pack):
        if isinstance(node, t.Comparison):
            left, right = node.left, node.right
            if isinstance(left, literal) and isinstance(right, literal):
                yield AlwaysTheSame(place=pack.scope.place(node))


def said_again(pack: Linted) -> Iterator[Diagnostic]:
    """The same condition twice beside “and” or “or”, the same code twice in a list."""
    for node in nodes_in(pack.pack):
        match node:
            case t.Conjunction(items=items) | t.Disjunction(items=items):
                pass
            case t.IsCode(codes=items) | t.Inclusion(codes=items) | t.CodeGroup(codes=items):
                pass
            case _:
                continue
        for i, item in enumerate(items):
            if item in items[:i]:
                text = pack.pack.source.text[item.span.start : item.span.end]
                yield SaidAgain(place=pack.scope.place(item), words=" ".join(text.split()))


# ── cases ───────────────────────────────────────────────────────────────────────────────────

VIOLATED, CONDITIONAL = msg("violated"), msg("conditional")


def missing_cases(pack: Linted) -> Iterator[Diagnostic]:
    """Rules whose cases show no breach, nothing that complies, or no excuse."""
    for node, rule in pack.rules():
        expected = {case.expected for case in node.cases}
        soft = rule.norm.ordinarily or rule.norm.kind is t.NormKind.RESTRICTS
        breach = "conditional" if soft else "violated"
        place = pack.scope.place(node.name)
        if breach not in expected:
            status = CONDITIONAL if soft else VIOLATED
            yield NoBreachCase(place=place, under=rule.title, status=status)
        if "complies" not in expected:
            yield NoComplyingCase(place=place, under=rule.title)
        if rule.exceptions and "excused" not in expected:
            yield ExceptionUntested(place=place, under=rule.title)


def doubled_cases(pack: Linted) -> Iterator[Diagnostic]:
    """Cases of a rule that state the same."""
    for node, rule in pack.rules():
        seen: dict[tuple[date | None, frozenset[t.Given]], t.Case] = {}
        for case in node.cases:
            stated = (case.on.value if case.on else None, frozenset(case.givens))
            if stated in seen:
                first = seen[stated]
                yield SameCase(
                    place=pack.scope.place(case),
                    under=rule.title,
                    line=pack.pack.source.line_of(first.span.start),
                    same=first.expected == case.expected,
                )
            seen.setdefault(stated, case)


def cases_outside_force(pack: Linted) -> Iterator[Diagnostic]:
    """Cases on a day on which their rule does not exist."""
    for node, rule in pack.rules():
        for case in node.cases:
            if case.on and case.expected != "not_in_force" and not rule.in_force(case.on.value):
                yield CaseOutsideForce(
                    place=pack.scope.place(case.on), under=rule.title, day=case.on.value
                )


Check = Callable[[Linted], Iterator[Diagnostic]]

CHECKS: Sequence[Check] = (
    citation_gaps,
    bases_not_in_force,
    endings,
    value_gaps,
    cited_twice,
    unverified,
    successors,
    unused_names,
    unused_imports,
    shadowed_names,
    declared_in_two_packs,
    hidden_by_columns,
    untranslated,
    without_question,
    bare_thresholds,
    never_holding,
    blank_reasons,
    fixed_comparisons,
    said_again,
    missing_cases,
    doubled_cases,
    cases_outside_force,
)

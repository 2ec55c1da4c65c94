"""What a handbook shows and where each thing belongs: rules by instrument, by zone and by place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar

from redline.language import tree as t
from redline.language.source import source_of
from redline.language.words import keyword_spellings
from redline.messages import Language
from redline.reasoning.outline import Line, outline
from redline.rulebook.coverage import ClauseCoverage, coverage_of
from redline.rulebook.model import (
    FOREVER,
    Attribute,
    Citation,
    Concept,
    DocumentKind,
    Instrument,
    JudgementKind,
    Layer,
    Parameter,
    Rule,
    RuleBook,
    Territory,
)
from redline.rulebook.translation import translated

Term = Concept | Parameter
Asked = Attribute | JudgementKind | DocumentKind
Found = TypeVar("Found")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it stands in a language: the whole, and each of its cases."""

    text: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a rule says from a day until another, in words; the same words are told once."""

    start: date
    end: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule with all that a page about it shows.

    `layers`, `asked` and `terms` are what its conditions speak of, concepts followed to the end.
    """

    rule: Rule
    written: Mapping[Language, Written]
    layers: tuple[Layer, ...]
    asked: tuple[Asked, ...]
    terms: tuple[Term, ...]
    wordings: tuple[Wording, ...]

    @property
    def name(self) -> str:
        """The rule's name with its pack in front."""
        return f"{self.rule.pack}.{self.rule.names.key}"

    def wording_on(self, day: date) -> Wording:
        """The words in force on a day, else those nearest before it, else the first."""
        past = [w for w in self.wordings if w.start <= day]
        return past[-1] if past else self.wordings[0]

    def all_citations(self) -> Iterator[Citation]:
        """Its own citations, then those of exceptions, and of penalties and duties."""
        yield from self.rule.citations
        yield from found_in((self.rule.exceptions, self.rule.information), Citation)


@dataclass(frozen=True)
class Contents:
    """A rule book laid out for readers, as of a day."""

    book: RuleBook
    day: date
    entries: tuple[Entry, ...]
    clauses: Mapping[Instrument, tuple[ClauseCoverage, ...]]

    def by_layer(self) -> dict[Layer, list[Entry]]:
        """The rules that speak of each layer, in the order of the layers' titles."""
        found: dict[Layer, list[Entry]] = {}
        for entry in self.entries:
            for layer in entry.layers:
                found.setdefault(layer, []).append(entry)
        return found

    def by_place(self) -> dict[Territory | None, list[Entry]]:
        """The rules that bind in each territory; None where they bind everywhere."""
        found: dict[Territory | None, list[Entry]] = {None: []}
        for entry in self.entries:
            found.setdefault(entry.rule.territory, []).append(entry)
        return found

    def by_term(self) -> dict[Term, list[Entry]]:
        """The rules that use each concept and parameter."""
        found: dict[Term, list[Entry]] = {}
        for entry in self.entries:
            for term in entry.terms:
                found.setdefault(term, []).append(entry)
        return found

    def is_unverified(self, entry: Entry) -> bool:
        """Whether a clause that the rule rests on was not compared with the text of the law."""
        return not all(c.verified for c in entry.all_citations())


def contents_of(
    book: RuleBook, packs: Mapping[str, t.Pack], day: date, *, only: Collection[str]
) -> Contents:
    """Lay out some packs of a rule book whose scopes know the names in cases
    (`casework.note_names_in_cases`).
    """
    written = {
        (name, language): rules_as_written(pack, book, language)
        for name, pack in packs.items()
        if name in only
        for language in LANGUAGES
    }
    entries = tuple(
        entry_of(rule, {x: written[rule.pack, x][rule.names.key] for x in LANGUAGES})
        for rule in book.rules
        if rule.pack in only
    )
    clauses: dict[Instrument, list[ClauseCoverage]] = {}
    for clause in coverage_of(book):
        clauses.setdefault(clause.instrument, []).append(clause)
    return Contents(book, day, entries, {k: tuple(v) for k, v in clauses.items()})


def entry_of(rule: Rule, written: Mapping[Language, Written]) -> Entry:
    """A rule with what it speaks of and how it was worded over time."""
    spoken = tuple(
        found_in(rule, Layer, Attribute, JudgementKind, DocumentKind, Concept, Parameter)
    )
    return Entry(
        rule,
        written,
        tuple(x for x in spoken if isinstance(x, Layer)),
        tuple(x for x in spoken if isinstance(x, Asked)),
        tuple(x for x in spoken if isinstance(x, Term)),
        wordings_of(rule, [x for x in spoken if isinstance(x, Parameter)]),
    )


# ── what a rule speaks of ───────────────────────────────────────────────────────────────────────


def found_in(thing: object, *kinds: type[Found]) -> Iterator[Found]:
    """Everything of some kinds in a part of the rule book, each once, as it comes up."""
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple | frozenset):
            waiting.extend(reversed(tuple(one)))
            continue
        if not is_dataclass(one) or isinstance(one, t.Node) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, kinds):
            yield one
        if not isinstance(one, Layer | Attribute | Citation):
            waiting.extend(getattr(one, f.name) for f in reversed(fields(one)))


def wordings_of(rule: Rule, parameters: Sequence[Parameter]) -> tuple[Wording, ...]:
    """What the rule says from day to day: it changes where a parameter does."""
    starts = {c.interval.start for c in rule.citations}
    ends = {c.interval.end for c in rule.citations}
    changes = {v.interval.start for p in parameters for v in p.values}
    first, last = min(starts), max(ends)
    days = sorted({first, *(d for d in starts | ends | changes if first <= d < last), last})
    found: list[Wording] = []
    for start, end in pairwise(days):
        shown = max(start, MODERN)
        lines = outline(rule, shown if shown < end else start)
        if found and found[-1].lines == lines:
            found[-1] = Wording(found[-1].start, end, lines)
        else:
            found.append(Wording(start, end, lines))
    return tuple(found) or (Wording(first, FOREVER, outline(rule, first)),)


MODERN = date(1949, 10, 1)
"""No clause is older; what has no first day is worded as of this one."""


# ── rules as they are written ───────────────────────────────────────────────────────────────────


def rules_as_written(pack: t.Pack, book: RuleBook, language: Language) -> Mapping[str, Written]:
    """The text of each rule of a pack in a language, by the rule's key.

    In the canonical form a declaration begins in the first column and its parts do not.
    """
    text = translated(pack, book.scopes[pack.name], language)
    keywords = keyword_spellings(language)
    blocks = re.split(r"\n(?=\S)", source_of(text.encode(), pack.name).text)
    own = [b for b in blocks if re.match(rf"{keywords['KW_RULE']}\s", b)]
    rules = [d for d in pack.declarations if isinstance(d, t.Rule)]
    assert len(own) == len(rules), pack.name
    return {
        rule.name.en or rule.name.zh: as_written(block.strip("\n"), keywords["KW_CASE"])
        for rule, block in zip(rules, own, strict=True)
    }


def as_written(block: str, case: str) -> Written:
    """A rule's text, and the texts of its cases without their first line, which is the title."""
    whole, *cases = re.split(rf"\n(?=  {case}\s)", block)
    return Written(whole.rstrip(), tuple(without_title(c) for c in cases))


def without_title(case: str) -> str:
    """What a case states and expects, set to the margin."""
    lines = case.rstrip().splitlines()
    body = next((i for i, line in enumerate(lines[1:], 1) if is_statement(line)), 1)
    return "\n".join(line[4:] for line in lines[body:])


def is_statement(line: str) -> bool:
    """Whether a line begins a part of a case: it is set in by four columns and is no title."""
    return line.startswith("    ") and line[4:5] not in (" ", '"', "/")

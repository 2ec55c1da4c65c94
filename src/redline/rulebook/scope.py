"""The names that a pack sees: its own and those of the packs that it imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from redline.diagnostics import Diagnostic, Place
from redline.language import tree as t
from redline.language.diagnostics import WordReserved
from redline.language.source import Source, Span
from redline.language.words import RESERVED, split_into_words, words_of
from redline.messages import Title
from redline.rulebook.diagnostics import DeclaredTwice, UnknownName
from redline.rulebook.model import (
    Attribute,
    Citation,
    CodeList,
    Column,
    ComponentKind,
    Concept,
    DocumentKind,
    Instrument,
    JudgementKind,
    Layer,
    Names,
    Parameter,
    Part,
    PlanKind,
    Rule,
    SchemaMapping,
    Territory,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """A named set of codes."""

    names: Names
    code_list: CodeList
    title: Title
    codes: frozenset[str]
    citations: tuple[Citation, ...] = ()


class Table(Generic[T]):
    """Declared things of one kind under both of their identifiers."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.by_name: dict[str, T] = {}
        self.places: dict[str, Place] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(dict.fromkeys(self.by_name.values()))

    def get(self, name: str) -> T | None:
        """The thing of a name, in either script."""
        return self.by_name.get(name)

    def declare(self, name: t.DeclaredName, thing: T, place: Place) -> Iterator[Diagnostic]:
        """Enter a thing; yields what speaks against it."""
        for text in filter(None, (name.en, name.zh)):
            if text in self.by_name and self.by_name[text] is not thing:
                yield DeclaredTwice(place=place, name=text, elsewhere=self.places[text].label())
            else:
                self.by_name[text] = thing
                self.places[text] = place

    def import_from(self, other: Table[T], file: str) -> None:
        """Make visible what another pack declares in its file; own names come first."""
        for name, thing in other.by_name.items():
            if other.places[name].file == file:
                self.by_name.setdefault(name, thing)
                self.places.setdefault(name, other.places[name])


def names_of(name: t.DeclaredName) -> Names:
    """The identifiers of a declaration."""
    return Names(name.en, name.zh)


Term = Attribute | Concept | Parameter
"""What a bare name in a condition can mean; one namespace."""


WORTH_TAKING_APART = 50
"""Unknown names of a pack for which it is tried whether they are several words."""


class Named(Protocol):
    """What a name can mean."""

    @property
    def names(self) -> Names:
        """Its English and its Chinese identifier."""


@dataclass(frozen=True, slots=True)
class Word:
    """A name that the language itself knows (a dimension, a rank), or one local to a rule."""

    names: Names


@dataclass
class Scope:
    """The tables of one pack, and the diagnostics of resolving it."""

    pack: str
    source: Source
    diagnostics: list[Diagnostic] = field(default_factory=list)
    instruments: Table[Instrument] = field(default_factory=lambda: Table("instrument"))
    territories: Table[Territory] = field(default_factory=lambda: Table("territory"))
    code_lists: Table[CodeList] = field(default_factory=lambda: Table("code list"))
    code_groups: Table[CodeGroup] = field(default_factory=lambda: Table("code list"))
    terms: Table[Term] = field(default_factory=lambda: Table("term"))
    layers: Table[Layer] = field(default_factory=lambda: Table("layer"))
    documents: Table[DocumentKind] = field(default_factory=lambda: Table("document"))
    components: Table[ComponentKind] = field(default_factory=lambda: Table("component"))
    judgements: Table[JudgementKind] = field(default_factory=lambda: Table("judgement"))
    plans: Table[PlanKind] = field(default_factory=lambda: Table("plan"))
    rules: Table[Rule] = field(default_factory=lambda: Table("rule"))
    mappings: dict[tuple[Layer, Column], tuple[SchemaMapping, ...]] = field(default_factory=dict)
    """What the columns' values stood for before a change of schema."""
    parts: dict[str, Part] = field(default_factory=dict)
    """The parts that the rule at hand has named."""
    part_names: dict[str, Word] = field(default_factory=dict)
    """Both identifiers of those parts."""
    lost: set[str] = field(default_factory=set)
    """Names whose declaration could not be read or resolved: nothing is said of their uses."""
    meanings: dict[Span, Named] = field(default_factory=dict)
    """What each name in the file means, by where it stands; for translation and lint."""
    heading: Title | None = None
    """The legal heading under which names are being resolved, for diagnostics."""

    def tables(self) -> tuple[Table[Any], ...]:
        """All tables, for importing."""
        return (
            self.instruments,
            self.territories,
            self.code_lists,
            self.code_groups,
            self.terms,
            self.layers,
            self.documents,
            self.components,
            self.judgements,
            self.plans,
            self.rules,
        )

    def import_from(self, other: Scope) -> None:
        """Make the names of an imported pack visible."""
        for own, theirs in zip(self.tables(), other.tables(), strict=True):
            own.import_from(theirs, other.source.name)
        for column, theirs_ in other.mappings.items():
            known = self.mappings.get(column, ())
            self.mappings[column] = (*known, *(m for m in theirs_ if m not in known))
        self.lost |= other.lost

    def place(self, node: t.Node) -> Place:
        """The place of a node of this pack."""
        return self.source.place(node.span)

    def report(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic and go on."""
        self.diagnostics.append(diagnostic)

    def declare(self, table: Table[T], name: t.DeclaredName, thing: T) -> None:
        """Enter a declaration into a table."""
        if table.kind in ("term", "layer", "instrument"):
            self.check_reserved(name)
        self.diagnostics += table.declare(name, thing, self.place(name))

    def check_reserved(self, name: t.DeclaredName) -> None:
        """Report a name that the language would read as one of its words."""
        for text in (name.en, name.zh):
            if text in RESERVED:
                self.report(WordReserved(place=self.place(name), name=text))

    def find(self, table: Table[T], name: t.Name) -> T | None:
        """The thing that a name means; reports where there is none."""
        thing = table.get(name.text)
        if thing is None:
            self.unknown(table.kind, name, table.by_name)
        else:
            self.note(name, cast(Named, thing))
        return thing

    def note(self, name: t.Name | t.Text, thing: Named) -> None:
        """Keep what a name means."""
        self.meanings[name.span] = thing

    def unknown(self, kind: str, name: t.Name, known: Iterable[str]) -> None:
        """Report a name that means nothing."""
        if name.text in self.lost:
            return
        words = self.every_word() if len(self.diagnostics) < WORTH_TAKING_APART else frozenset()
        self.report(
            UnknownName(
                place=self.place(name),
                under=self.heading,
                kind=kind,
                name=name.text,
                known=tuple(known),
                parts=tuple(split_into_words(name.text, words)),
            )
        )

    def every_word(self) -> frozenset[str]:
        """All that a Chinese word can be here: a name of any kind, a code, a keyword."""
        names = {name for table in self.tables() for name in table.by_name}
        for code_list in self.code_lists:
            names |= {value.names.zh for value in code_list.values}
        return frozenset(names) | words_of("zh")

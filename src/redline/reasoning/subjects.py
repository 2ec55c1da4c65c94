"""The subjects of a batch as columns, and what can be measured about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from redline.ground.features import Document, Judgement
from redline.reasoning.truth import Bounds, Numbers, Truths
from redline.rulebook.model import (
    Attribute,
    BooleanType,
    CodeType,
    Column,
    ComponentKind,
    DateType,
    Layer,
    Part,
    QuantityType,
    Territory,
    TotalTerm,
    Type,
)

Booleans = NDArray[np.bool_]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A set of codes; `complete` when nothing but these belongs to it."""

    codes: frozenset[str]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Coded:
    """A column with few distinct values: row i holds `values[numbers[i]]`, or nothing where that
    number is negative. Bulk readers make these; `encoded` makes one of any column.
    """

    numbers: NDArray[np.int32]
    values: tuple[str | CodeSet, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, row: int) -> str | CodeSet | None:
        number = self.numbers[row]
        return self.values[number] if number >= 0 else None

    def part(self, rows: slice) -> Coded:
        """Some rows."""
        return Coded(self.numbers[rows], self.values)

    def tolist(self) -> list[str | CodeSet | None]:
        """The values, row by row."""
        table = (*self.values, None)
        return [table[i] for i in np.maximum(self.numbers, -1).tolist()]


Values = Truths | Numbers | Objects | Coded
"""The values of one attribute or column, by its type: truths (int8) for booleans, float64 in base
units with NaN for numbers and (as ordinals) days; for codes and texts (str or None) and for sets
(CodeSet or None) objects, or numbers that stand for them."""


def encoded(values: Values) -> Coded:
    """A column of objects with each distinct value once."""
    if isinstance(values, Coded):
        return values
    numbers: dict[object, int] = {None: -1}
    rows = np.fromiter(
        (numbers.setdefault(v, len(numbers) - 1) for v in values.tolist()), np.int32, len(values)
    )
    return Coded(rows, tuple(v for v in numbers if isinstance(v, str | CodeSet)))


def no_values(kind: Type, n: int) -> Values:
    """N values of which nothing is known."""
    match kind:
        case BooleanType():
            return np.ones(n, np.int8)
        case QuantityType() | DateType():
            return np.full(n, np.nan)
        case _:
            return np.full(n, None, object)


def values_of(kind: Type, values: Sequence[object]) -> Values:
    """Typed values as a column; None is unknown."""
    match kind:
        case BooleanType():
            return np.array([1 if v is None else 2 if v else 0 for v in values], np.int8)
        case QuantityType() | DateType():
            return np.array([np.nan if v is None else v for v in values], np.float64)
        case _:
            column = np.empty(len(values), object)
            column[:] = list(values)
            return column


@dataclass(frozen=True)
class Features:
    """The features of one layer, or the components of one kind, with a value each in every column
    that the source has.
    """

    layer: Layer | ComponentKind
    count: int
    columns: Mapping[str, Values]

    def column(self, column: Column) -> Values:
        """A column's values; unknown where the source has no such column."""
        found = self.columns.get(column.names.key)
        return no_values(column.type, self.count) if found is None else found


@dataclass(frozen=True)
class Subjects:
    """n subjects in columns.

    `documents` and `judgements` map a key to one entry per subject that has any; a document kind
    may be listed several times. `all_documents_listed` says where the list is complete.
    """

    days: tuple[date, ...]
    attributes: Mapping[str, Values]
    documents: Mapping[str, Mapping[int, Sequence[Document]]] = field(default_factory=dict)
    judgements: Mapping[str, Mapping[int, Judgement]] = field(default_factory=dict)
    all_documents_listed: frozenset[int] = frozenset()
    granted: Mapping[str, Numbers] = field(default_factory=dict)
    """What the register grants each subject of a parameter that an authority sets; NaN for none."""

    def __len__(self) -> int:
        return len(self.days)

    def attribute(self, attribute: Attribute) -> Values:
        """An attribute's values; unknown where nobody gave any."""
        found = self.attributes.get(attribute.names.key)
        return no_values(attribute.type, len(self)) if found is None else found

    def part(self, rows: slice) -> Subjects:
        """Some of the subjects, numbered from 0."""
        chosen = range(*rows.indices(len(self)))
        return Subjects(
            days=self.days[rows],
            attributes={
                key: values.part(rows) if isinstance(values, Coded) else values[rows]
                for key, values in self.attributes.items()
            },
            documents=sliced(self.documents, chosen),
            judgements=sliced(self.judgements, chosen),
            all_documents_listed=frozenset(
                i - chosen.start for i in self.all_documents_listed if i in chosen
            ),
            granted={key: values[rows] for key, values in self.granted.items()},
        )


Entry = TypeVar("Entry")


def sliced(
    entries: Mapping[str, Mapping[int, Entry]], chosen: range
) -> dict[str, dict[int, Entry]]:
    """The entries of some subjects, numbered from the first of them."""
    return {
        key: {i - chosen.start: entry for i, entry in by_row.items() if i in chosen}
        for key, by_row in entries.items()
    }


class Terrain(Protocol):
    """What can be measured about the subjects of a batch: by the ground, or as a case states it.

    `mask` selects features of a layer. Amounts are areas in m² (lengths in m where the part or the
    layer is a line, counts for points), rounded to their resolution, slivers left out.
    """

    def inside(self, territory: Territory) -> Truths | None:
        """Whether each subject lies in a territory, where that is stated; None: to be measured."""

    def features(self, layer: Layer) -> Features | None:
        """The features of a layer; None where it was not supplied."""

    def given(self, part: Part) -> Booleans:
        """Which subjects state this part of themselves."""

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        """How much of each subject's part lies in the selected features, counted once."""

    def within(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        """Whether each subject's part lies wholly within the selected features."""

    def crosses(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        """Whether each subject's part passes through a selected feature."""

    def touches(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        """Whether each subject's part meets a selected feature without overlapping it."""

    def distance(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        """Metres from each subject's part to the nearest selected feature; inf without any."""

    def near(self, part: Part, layer: Layer, mask: Booleans, reach: Numbers) -> Booleans:
        """Whether each subject's part lies within the reach (m, one per feature) of any of them."""

    def count(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        """How many of the selected features each subject's part overlaps."""

    def outside_coverage(self, part: Part, layer: Layer) -> Numbers:
        """How much of each subject's part lies where the layer does not claim to be complete."""

    def covered_reach(self, part: Part, layer: Layer) -> Numbers:
        """Metres around each subject's part within which the layer claims to be complete."""

    def size(self, part: Part, length: bool) -> Bounds:
        """Area in m², or length in m, of each subject's part."""

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        """How much of the overlap lies outside the documents' ground; in doubt where a document
        does not say what ground it covers.
        """

    def uncovered_part(self, part: Part, documents: Mapping[int, Sequence[Document]]) -> Bounds:
        """How much of each subject's part lies outside the documents' ground."""

    def total(self, term: TotalTerm) -> Bounds:
        """What earlier approvals add up to, for each subject."""


def is_many(kind: Type) -> bool:
    """Whether a value of a type is a set."""
    return isinstance(kind, CodeType) and kind.many


class NoGround:
    """The terrain of n subjects of whom nothing is drawn and for whom no layer was supplied."""

    def __init__(self, n: int) -> None:
        self.n = n

    def inside(self, territory: Territory) -> Truths | None:
        return None

    def features(self, layer: Layer) -> Features | None:
        return None

    def given(self, part: Part) -> Booleans:
        return np.zeros(self.n, np.bool_)

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        return np.zeros(self.n)

    def within(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return np.zeros(self.n, np.bool_)

    def crosses(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return np.zeros(self.n, np.bool_)

    def touches(self, part: Part, layer: Layer, mask: Booleans) -> Booleans:
        return np.zeros(self.n, np.bool_)

    def distance(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        return np.full(self.n, np.inf)

    def near(self, part: Part, layer: Layer, mask: Booleans, reach: Numbers) -> Booleans:
        return np.zeros(self.n, np.bool_)

    def count(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        return np.zeros(self.n)

    def outside_coverage(self, part: Part, layer: Layer) -> Numbers:
        return np.full(self.n, np.inf)

    def covered_reach(self, part: Part, layer: Layer) -> Numbers:
        return np.zeros(self.n)

    def size(self, part: Part, length: bool) -> Bounds:
        return Bounds.nothing(self.n)

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        return Bounds.nothing(self.n)

    def uncovered_part(self, part: Part, documents: Mapping[int, Sequence[Document]]) -> Bounds:
        return Bounds.nothing(self.n)

    def total(self, term: TotalTerm) -> Bounds:
        return Bounds.nothing(self.n)

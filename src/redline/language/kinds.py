"""What rules speak of: places in a document, comparators, parts, measures, norms.

The tree of a rule file and the resolved rule book share them; judging needs them and no tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from redline.language.span import Span
from redline.messages import Title

NO_SPAN = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Base of all nodes."""

    span: Span = field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Article(Node):
    """第number条之suffix第paragraph款第item项; zero where a level is not named."""

    number: int
    suffix: int = 0
    paragraph: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True)
class Section(Node):
    """A numbered section of a document without articles: 一（二）3 is (1, 2), item 3."""

    numbers: tuple[str, ...]
    item: int = 0


@dataclass(frozen=True, slots=True)
class Spot(Node):
    """A place in a document that has neither articles nor numbered sections."""

    title: Title


Locator = Article | Section | Spot


class Comparator(StrEnum):
    """The four comparators."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


class Operator(StrEnum):
    """The four arithmetic operators."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    DIVIDED_BY = "/"


class PartKind(StrEnum):
    """What of a subject a spatial term is about; `footprint` is permanent and temporary."""

    FOOTPRINT = "footprint"
    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    UNDERGROUND = "underground"
    AERIAL = "aerial"
    CENTRELINE = "centreline"
    IMPACT_RANGE = "impact_range"
    COMPONENT = "component"


class RelationKind(StrEnum):
    """Spatial predicates."""

    OVERLAPS = "overlaps"
    LIES_WITHIN = "lies_within"
    NEAR = "near"
    CROSSES = "crosses"
    TOUCHES = "touches"


class MeasureKind(StrEnum):
    """Spatial terms."""

    AREA = "area"
    SHARE = "share"
    LENGTH = "length"
    DISTANCE = "distance"
    COUNT = "count"


class NormKind(StrEnum):
    """What a rule does with its condition."""

    FORBIDS = "forbids"
    RESTRICTS = "restricts"
    REQUIRES = "requires"
    LIMITS = "limits"
    PERMITS_ONLY = "permits_only"
    EXPECTS = "expects"

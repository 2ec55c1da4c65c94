"""Two hundred rules over attributes, and subjects for them: what all contenders are given."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from redline.diagnostics import Place
from redline.language.kinds import Comparator, NormKind
from redline.language.tree import Article
from redline.messages import Title
from redline.quantities import NUMBER
from redline.reasoning.subjects import Coded, Subjects
from redline.rulebook.model import (
    All,
    Any,
    Attribute,
    AttributeTerm,
    BooleanType,
    Citation,
    CodeList,
    CodeType,
    CodeValue,
    Compares,
    Condition,
    Constant,
    ExceptionClause,
    Holds,
    Instrument,
    Interval,
    IsOneOf,
    Names,
    Norm,
    Not,
    QuantityType,
    Rule,
    RuleBook,
)

DAY = date(2026, 9, 1)
RULES = 200
FLAGS, CODED, NUMBERS = 16, 8, 8
CODES = 12
NOWHERE = Place("bench")


def named(key: str) -> tuple[Names, Title]:
    return Names(key, key), Title(key, key)


def code_list(key: str) -> CodeList:
    values = tuple(CodeValue(*named(f"{key}{i}")) for i in range(CODES))
    return CodeList(*named(key), False, False, values)


ATTRIBUTES = (
    [
        Attribute(Names(k, k), BooleanType(), Title(k, k), None)
        for k in map("f{}".format, range(FLAGS))
    ]
    + [
        Attribute(Names(k, k), CodeType(code_list(k)), Title(k, k), None)
        for k in map("c{}".format, range(CODED))
    ]
    + [
        Attribute(Names(k, k), QuantityType(NUMBER), Title(k, k), None)
        for k in map("n{}".format, range(NUMBERS))
    ]
)
BY_KEY = {a.names.key: a for a in ATTRIBUTES}
LAW = Instrument(*named("LAW"), None, True, None, None, Interval(), None, NOWHERE)


# ── rules ───────────────────────────────────────────────────────────────────────────────────────


def rule_book(seed: int = 1) -> RuleBook:
    """Rules of the shapes that the shipped rule books have most of."""
    rng = random.Random(seed)
    rules = tuple(rule(i, rng) for i in range(RULES))
    fields = {name: {} for name in RuleBook.__dataclass_fields__}
    return RuleBook(**(fields | {"rules": rules, "not_executable": (), "digest": ""}))  # type: ignore[arg-type]


def rule(index: int, rng: random.Random) -> Rule:
    """One rule of five families: bans, limits, duties, and exceptions with exceptions."""
    family = index % 5
    applies: Condition = All((one_of(rng), flag(rng)))
    kind, condition = NormKind.FORBIDS, one_of(rng)
    exceptions: tuple[ExceptionClause, ...] = ()
    if family == 1:
        kind, condition = NormKind.REQUIRES, number(rng)
    elif family == 2:
        condition = flag(rng)
        exceptions = (unless(All((flag(rng), number(rng)))),)
    elif family == 3:
        applies = Any((one_of(rng), All((flag(rng), Not(flag(rng))))))
        kind, condition = NormKind.REQUIRES, Any((flag(rng), number(rng)))
    elif family == 4:
        applies = one_of(rng)
        condition = Any((flag(rng), flag(rng)))
        exceptions = (unless(flag(rng), unless(flag(rng))), unless(one_of(rng)))
    names, title = named(f"r{index}")
    return Rule(
        names=names,
        pack="bench",
        title=title,
        territory=None,
        applies=applies,
        norm=Norm(kind, condition, ordinarily=False),
        exceptions=exceptions,
        severity="binding",
        remedy=None,
        citations=(Citation(LAW, Article(number=index + 1), Interval()),),
        cases=(),
        place=NOWHERE,
    )


def unless(condition: Condition, *taken_back: ExceptionClause) -> ExceptionClause:
    return ExceptionClause(condition, None, (), taken_back)


def flag(rng: random.Random) -> Condition:
    return Holds(AttributeTerm(BY_KEY[f"f{rng.randrange(FLAGS)}"]))


def one_of(rng: random.Random) -> Condition:
    key = f"c{rng.randrange(CODED)}"
    chosen = rng.sample(range(CODES), rng.randint(1, 4))
    return IsOneOf(AttributeTerm(BY_KEY[key]), frozenset(f"{key}{i}" for i in chosen), ())


def number(rng: random.Random) -> Condition:
    limit = Constant(float(rng.randrange(100, 900)), Title("", ""), QuantityType(NUMBER))
    comparator = rng.choice(list(Comparator))
    return Compares(AttributeTerm(BY_KEY[f"n{rng.randrange(NUMBERS)}"]), comparator, limit)


# ── subjects ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Columns:
    """Every attribute of n subjects, all of them known: flags, numbers of codes, whole numbers."""

    n: int
    values: Mapping[str, NDArray[np.generic]]

    def rows(self, rows: Sequence[int] | slice) -> list[dict[str, object]]:
        """Some subjects as the mappings that engines for single subjects take."""
        listed = {
            key: [f"{key}{v}" for v in column[rows].tolist()]
            if key.startswith("c")
            else column[rows].tolist()
            for key, column in self.values.items()
        }
        return [dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)]

    def subjects(self) -> Subjects:
        """The same as redline takes them."""
        return Subjects(
            days=(DAY,) * self.n,
            attributes={key: self.column(key) for key in self.values},
        )

    def column(self, key: str) -> Coded | NDArray[np.int8] | NDArray[np.float64]:
        values = self.values[key]
        if key.startswith("f"):
            return values.astype(np.int8) * np.int8(2)
        if key.startswith("c"):
            return Coded(values.astype(np.int32), tuple(f"{key}{i}" for i in range(CODES)))
        return values.astype(np.float64)


def columns(n: int, seed: int = 2) -> Columns:
    """N subjects with random attributes."""
    rng = np.random.default_rng(seed)
    values: dict[str, NDArray[np.generic]] = {}
    for i in range(FLAGS):
        values[f"f{i}"] = rng.random(n) < 0.5
    for i in range(CODED):
        values[f"c{i}"] = rng.integers(0, CODES, n, np.int64)
    for i in range(NUMBERS):
        values[f"n{i}"] = rng.integers(0, 1000, n, np.int64)
    return Columns(n, values)

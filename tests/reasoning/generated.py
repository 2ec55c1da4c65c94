"""Rule books and facts, generated on the level of the model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from hypothesis import strategies as st

from redline.diagnostics import Place
from redline.language.tree import (
    Article,
    Comparator,
    MeasureKind,
    NormKind,
    PartKind,
    RelationKind,
)
from redline.messages import Title
from redline.quantities import AREA, NUMBER
from redline.rulebook.model import (
    All,
    Any,
    Attribute,
    AttributeTerm,
    BooleanType,
    Citation,
    CodeConstant,
    CodeList,
    CodeType,
    CodeValue,
    Column,
    ColumnTerm,
    Compares,
    Concept,
    ConceptUse,
    Condition,
    Constant,
    Displacement,
    DocumentHeld,
    DocumentKind,
    ExceptionClause,
    Holds,
    Implies,
    Includes,
    Instead,
    Instrument,
    Interval,
    IsOneOf,
    Item,
    Judged,
    JudgementKind,
    Layer,
    MeasureTerm,
    Names,
    Norm,
    Not,
    Part,
    QuantityType,
    Relates,
    Rule,
    RuleBook,
    Selection,
    Territory,
)
from tests.reasoning.facts import Facts, Ground, Paper

DAY = date(2026, 9, 1)
NOWHERE = Place("generated")


def names(key: str) -> Names:
    return Names(key, f"{key}名")


def title(key: str) -> Title:
    return Title(key, f"{key}题")


# ── a vocabulary ────────────────────────────────────────────────────────────────────────────────


def code_list(key: str, codes: Sequence[str], ordered: bool, by_digits: bool) -> CodeList:
    values = tuple(CodeValue(names(c), title(c)) for c in codes)
    return CodeList(names(key), title(key), ordered, by_digits, values)


KINDS = code_list("kinds", ["C1", "C11", "C12", "C2"], False, True)
STAGES = code_list("stages", ["siting", "building", "running"], True, False)
DEEDS = code_list("deeds", ["dig", "plant", "graze"], False, False)
LEVELS = code_list("levels", ["first", "second"], False, False)

FLAGS = [Attribute(names(f"flag{i}"), BooleanType(), title(f"flag{i}"), None) for i in range(4)]
AMOUNT = Attribute(names("amount"), QuantityType(NUMBER), title("amount"), None)
KIND = Attribute(names("kind"), CodeType(KINDS), title("kind"), None)
STAGE = Attribute(names("stage"), CodeType(STAGES), title("stage"), None)
DONE = Attribute(names("done"), CodeType(DEEDS, many=True), title("done"), None)
ATTRIBUTES = [*FLAGS, AMOUNT, KIND, STAGE, DONE]
DOCUMENTS = [DocumentKind(names(f"doc{i}"), title(f"doc{i}"), None) for i in range(4)]
JUDGEMENTS = [JudgementKind(names(f"j{i}"), title(f"j{i}"), title(f"j{i}?")) for i in range(3)]
LEVEL = Column(names("level"), CodeType(LEVELS))
LAYERS = [
    Layer(names(f"layer{i}"), "polygon", title(f"layer{i}"), None, (LEVEL,), None) for i in range(3)
]
FOOTPRINT = Part(PartKind.FOOTPRINT)


def instrument(text_held: date | None) -> Instrument:
    return Instrument(
        names("LAW"), title("LAW"), None, True, None, None, Interval(), text_held, NOWHERE
    )


HELD, NOT_HELD = instrument(None), instrument(date(2027, 1, 1))
ARTICLE = Article(number=1)


def cited(source: Instrument = HELD) -> tuple[Citation, ...]:
    return (Citation(source, ARTICLE, Interval()),)


BEFORE = (Citation(HELD, ARTICLE, Interval(end=date(2020, 1, 1))),)
"""A clause that is not in force on the day of the submissions."""


# ── conditions ──────────────────────────────────────────────────────────────────────────────────

selections = st.builds(
    Selection,
    st.sampled_from(LAYERS),
    st.one_of(
        st.none(),
        st.sampled_from(["first", "second"]).map(
            lambda code: IsOneOf(ColumnTerm(LAYERS[0], LEVEL), frozenset({code}), ())
        ),
    ),
).map(
    lambda s: (
        s
        if s.where is None
        else replace(s, where=replace(s.where, term=ColumnTerm(s.layer, LEVEL)))
    )
)
comparators = st.sampled_from(list(Comparator))
numbers = st.sampled_from([0.0, 1.0, 2.0, 3.0])
areas = numbers.map(lambda x: Constant(x, title(str(x)), QuantityType(AREA)))
overlaps = st.builds(
    Relates,
    st.just(RelationKind.OVERLAPS),
    st.just(FOOTPRINT),
    selections,
    st.one_of(st.none(), st.none(), st.tuples(comparators, areas)),
)
comparisons = st.one_of(
    st.builds(
        Compares,
        st.just(AttributeTerm(AMOUNT)),
        comparators,
        numbers.map(lambda x: Constant(x, title(str(x)), QuantityType(NUMBER))),
    ),
    st.builds(
        Compares,
        st.just(AttributeTerm(STAGE)),
        comparators,
        st.sampled_from(["building", "running"]).map(lambda c: CodeConstant(c, STAGES)),
    ),
    st.builds(
        Compares,
        selections.map(lambda s: MeasureTerm(MeasureKind.AREA, FOOTPRINT, s)),
        comparators,
        areas,
    ),
)


def codes(values: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(list(values)), min_size=1, max_size=2)


memberships = st.one_of(
    codes(["C1", "C11", "C2"]).map(lambda c: IsOneOf(AttributeTerm(KIND), c, ())),
    st.tuples(codes(["dig", "plant", "graze"]), st.booleans()).map(
        lambda x: Includes(AttributeTerm(DONE), x[0], (), x[1])
    ),
    st.sampled_from(FLAGS).map(lambda a: Holds(AttributeTerm(a))),
)
papers = st.tuples(
    st.sampled_from(DOCUMENTS), st.sampled_from([None, None, "building", "running"])
).map(lambda x: DocumentHeld(x[0], before=(STAGE, x[1]) if x[1] else None))
judged = st.sampled_from(JUDGEMENTS).map(Judged)
atoms = st.one_of(memberships, comparisons, overlaps, papers, judged)


def conditions(leaf: st.SearchStrategy[Condition], most: int) -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda x: All(tuple(x))),
            st.lists(inner, min_size=2, max_size=3).map(lambda x: Any(tuple(x))),
            inner.map(Not),
            st.builds(Implies, inner, inner),
            inner.map(lambda x: Item(1, x, ())),
        ),
        max_leaves=most,
    )


@st.composite
def concepts(draw: st.DrawFn) -> list[Concept]:
    """A few concepts, later ones using earlier ones."""
    found: list[Concept] = []
    for i in range(draw(st.integers(0, 3))):
        uses = [st.sampled_from(found).map(ConceptUse)] if found else []
        means = draw(conditions(st.one_of(atoms, *uses), 4))
        found.append(Concept(names(f"concept{i}"), title(f"concept{i}"), means, ()))
    return found


# ── rules ───────────────────────────────────────────────────────────────────────────────────────


@st.composite
def exceptions(draw: st.DrawFn, leaf: st.SearchStrategy[Condition], depth: int) -> ExceptionClause:
    deeper = exceptions(leaf, depth - 1) if depth > 1 else st.nothing()
    return ExceptionClause(
        draw(conditions(leaf, 3)),
        draw(st.one_of(st.none(), conditions(leaf, 2))),
        draw(st.sampled_from([(), (), cited(), BEFORE])),
        tuple(draw(st.lists(deeper, min_size=draw(st.integers(0, 1)), max_size=2)))
        if depth > 1
        else (),
    )


@st.composite
def rules(draw: st.DrawFn, index: int, known: Sequence[Concept]) -> Rule:
    uses = [st.sampled_from(list(known)).map(ConceptUse)] if known else []
    leaf: st.SearchStrategy[Condition] = st.one_of(atoms, *uses)
    kind = draw(st.sampled_from(NORMS))
    condition: Condition = draw(conditions(leaf, 4))
    excusing = [exceptions(leaf, 3)]
    if kind is not NormKind.REQUIRES and draw(st.sampled_from([True, True, False])):
        condition = draw(overlaps)
        excusing = [covering(condition, leaf)] * 4 + excusing
    return Rule(
        names=names(f"rule{index}"),
        pack="generated",
        title=title(f"rule{index}"),
        territory=draw(st.sampled_from([None, None, None, TERRITORY])),
        applies=draw(st.one_of(st.none(), st.none(), leaf, conditions(leaf, 3))),
        norm=Norm(kind, condition, ordinarily=draw(st.sampled_from([False, False, True]))),
        exceptions=tuple(
            draw(
                st.lists(
                    st.one_of(*excusing), min_size=draw(st.sampled_from([2, 1, 2, 0])), max_size=3
                )
            )
        ),
        severity="binding",
        remedy=None,
        citations=cited(draw(st.sampled_from([HELD] * 9 + [NOT_HELD]))),
        cases=(),
        place=NOWHERE,
        instead=tuple(draw(st.lists(st.builds(Instead, leaf, leaf), max_size=1)))
        if kind is NormKind.REQUIRES
        else (),
        displaces=draw(displacements(index)),
    )


NORMS = [NormKind.FORBIDS, NormKind.FORBIDS, NormKind.REQUIRES, NormKind.RESTRICTS]


@st.composite
def covering(draw: st.DrawFn, hit: Relates, leaf: st.SearchStrategy[Condition]) -> ExceptionClause:
    """An exception whose document must cover the overlap; some of them only together."""
    document = DocumentHeld(draw(st.sampled_from(DOCUMENTS)), overlaps=(hit,))
    condition, provided = draw(st.sampled_from([(document, None), (ALWAYS, document)]))
    if draw(st.integers(0, 3)) == 3:
        condition = All((condition, draw(leaf)))
    taken_back = draw(st.lists(exceptions(leaf, 2), max_size=1)) if draw(st.booleans()) else ()
    citations = draw(st.sampled_from([(), (), cited(), BEFORE]))
    return ExceptionClause(condition, provided, citations, tuple(taken_back))


ALWAYS = Compares(
    Constant(1.0, title("one"), QuantityType(NUMBER)),
    Comparator.AT_LEAST,
    Constant(0.0, title("none"), QuantityType(NUMBER)),
)


def displacements(index: int) -> st.SearchStrategy[tuple[Displacement, ...]]:
    """A rule may go before the one after it."""
    after = names(f"rule{index + 1}")
    one = st.builds(Displacement, st.just(after), st.one_of(st.none(), atoms), st.just(title("")))
    return st.one_of(st.just(()), one.map(lambda x: (x,)))


TERRITORY = Territory(names("basin"), title("basin"), Selection(LAYERS[2]))


@st.composite
def books(draw: st.DrawFn, size: int = 5) -> RuleBook:
    """Rule books of a few rules that share concepts."""
    known = draw(concepts())
    return book_of([draw(rules(i, known)) for i in range(size)])


def simple_rule(index: int) -> Rule:
    """A rule that can be followed by hand."""
    hit = Relates(RelationKind.OVERLAPS, FOOTPRINT, Selection(LAYERS[index]))
    opinion = DocumentHeld(DOCUMENTS[index], overlaps=(hit,))
    return Rule(
        names=names(f"rule{index}"),
        pack="generated",
        title=title(f"rule{index}"),
        territory=None,
        applies=Holds(AttributeTerm(FLAGS[index])),
        norm=Norm(NormKind.FORBIDS, hit, ordinarily=False),
        exceptions=(ExceptionClause(Judged(JUDGEMENTS[index]), opinion, ()),),
        severity="binding",
        remedy=None,
        citations=cited(),
        cases=(),
        place=NOWHERE,
    )


def book_of(found: Sequence[Rule]) -> RuleBook:
    """A rule book of some rules."""
    nothing: dict[str, object] = {}
    fields = dict.fromkeys(RuleBook.__dataclass_fields__, nothing)
    fields |= {"rules": tuple(found), "not_executable": (), "digest": ""}  # type: ignore[dict-item]
    return RuleBook(**fields)  # type: ignore[arg-type]


# ── facts ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Batch:
    """Facts about subjects over the same layers, and the same with some unknowns settled."""

    facts: tuple[Facts, ...]
    settled: tuple[Facts, ...]


VALUES: dict[str, Sequence[object]] = {
    **{a.names.key: (True, False) for a in FLAGS},
    "amount": (0.0, 1.0, 2.0, 3.0, 4.0),
    "kind": ("C1", "C11", "C12", "C2"),
    "stage": ("siting", "building", "running"),
    "done": (frozenset(), frozenset({"dig"}), frozenset({"dig", "plant"}), frozenset({"graze"})),
}


def batch(seed: int, size: int, blank: float | None = None) -> Batch:
    """Random facts about subjects, unknowns everywhere; a share of `blank` where that is given."""
    rng = random.Random(seed)
    supplied = [x for x in LAYERS if rng.random() < 0.9]
    columns = {
        x.names.key: [
            {"level": rng.choice([None, "first", "second", "second"])}
            for _ in range(rng.randrange(1, 4))
        ]
        for x in supplied
    }
    bounded = {x.names.key: rng.random() < 0.5 for x in supplied}
    pairs = [subject(rng, columns, bounded, blank) for _ in range(size)]
    return Batch(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def subject(
    rng: random.Random,
    columns: dict[str, list[dict[str, object]]],
    bounded: dict[str, bool],
    blank: float | None,
) -> tuple[Facts, Facts]:
    """The facts about one subject, and the same with some of its unknowns settled."""
    blank = rng.choice([0.0, 0.1, 0.2, 0.5]) if blank is None else blank
    papers = {d.names.key: listed(rng) for d in DOCUMENTS}
    all_listed = rng.random() < 0.3
    whole = Facts(
        day=DAY,
        attributes={key: rng.choice(values) for key, values in VALUES.items()},
        judgements={j.names.key: rng.random() < 0.5 for j in JUDGEMENTS},
        documents={k: v for k, v in papers.items() if v or not all_listed},
        all_listed=all_listed,
        layers={
            key: Ground(
                tuple((c, float(rng.choice([0, 1, 2, 2, 3]))) for c in features),
                0.0,
            )
            for key, features in columns.items()
        },
        drawn=True,
    )
    more = without(rng, whole, blank / 2, bounded)
    return without(rng, more, blank, bounded), more


def listed(rng: random.Random) -> tuple[Paper, ...]:
    """What is listed of one kind of document."""
    state = rng.choice(["held", "held", "held", "to_come", "refused", "absent"])
    if state == "absent":
        return ()
    expired = date(2026, 1, 1) if rng.random() < 0.1 else None
    return (Paper(state, expired, float(rng.choice([0, 1, 1, 1, 2, 9]))),)


def without(rng: random.Random, facts: Facts, blank: float, bounded: dict[str, bool]) -> Facts:
    """Facts with some of them unknown."""

    def keeps() -> bool:
        return rng.random() >= blank

    drawn = facts.drawn and rng.random() >= blank / 4
    documents = {
        k: tuple(p if keeps() else replace(p, covers=None) for p in v)
        for k, v in facts.documents.items()
        if keeps()
    }
    return replace(
        facts,
        attributes={k: v for k, v in facts.attributes.items() if keeps()},
        judgements={k: v for k, v in facts.judgements.items() if keeps()},
        documents=documents,
        all_listed=facts.all_listed and len(documents) == len(facts.documents) and keeps(),
        layers={
            key: hidden(rng, ground, blank, bounded[key], drawn)
            for key, ground in facts.layers.items()
        },
        drawn=drawn,
    )


def hidden(rng: random.Random, ground: Ground, blank: float, bounded: bool, drawn: bool) -> Ground:
    """A layer's ground of which part lies outside what the layer claims to show."""
    if not drawn:
        nothing = tuple((c, 0.0) for c, _ in ground.features)
        return Ground(nothing, float("inf") if bounded else 0.0)
    if not bounded or ground.beyond == float("inf"):
        return ground
    taken = [a if rng.random() < blank / 2 else 0.0 for _, a in ground.features]
    left = tuple((c, a - t) for (c, a), t in zip(ground.features, taken, strict=True))
    unused = 1.0 if rng.random() < blank / 3 else 0.0
    return Ground(left, ground.beyond + sum(taken) + unused)

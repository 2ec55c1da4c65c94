"""Mutants are changes that a case could notice."""

from __future__ import annotations

from redline.commands.translate import resolved
from redline.language.parser import parse
from redline.language.source import source_of
from redline.rulebook.model import Compares, Constant, DoneBy, Rule
from redline.rulebook.mutation import mutants_of

HEAD = """pack a.b
  "T" / "题"
instrument LAW "Law" in force from 2020-01-01
code list kinds "Kinds"
  one "One"
  two "Two"
attribute kind: code kinds "Kind"
attribute size: area "Size"
attribute storeys: number "Storeys"
attribute cover: share "Cover"
attribute ended_on: date "Ended on"
attribute restored_on: date "Restored on"
parameter known: area "Known"
  5 ha cites LAW art. 1
parameter open: area "Open"
  set by "the province" cites LAW art. 2
rule r "Rule"
  {norm}
  cites LAW art. 3
"""


def rule_of(norm: str) -> Rule:
    pack = parse(source_of(HEAD.format(norm=norm).encode(), "test"))
    return resolved({pack.name: pack}).rules[0]


def changes(norm: str) -> list[str]:
    return [mutant.change.render("en") for mutant in mutants_of(rule_of(norm))]


def test_a_threshold_moves_both_ways_and_its_comparator_turns():
    for norm in ("limits size to at most 5 ha", "limits size to at most known"):
        assert changes(norm) == [
            "“less than” for “at most”",
            "threshold a tenth higher",
            "threshold a tenth lower",
            "in force a day later",
        ]


def test_a_value_that_an_authority_sets_has_no_threshold_to_move():
    assert changes("limits size to at most open") == [
        "“less than” for “at most”",
        "in force a day later",
    ]


def test_each_code_of_a_list_and_each_part_of_a_condition_is_left_out():
    found = changes("forbids kind is one of (one, two) and size more than 1 ha")
    assert {"without the code one", "without the code two"} <= set(found)
    assert sum(change.startswith("without “") for change in found) == 2


def test_a_term_in_months_changes_by_whole_months():
    norm = "requires restored_on is done by ended_on + 6 months"
    conditions = [m.rule.norm.condition for m in mutants_of(rule_of(norm))]
    due = {str(c.due) for c in conditions if isinstance(c, DoneBy)}
    assert any("value=7.0" in term for term in due)
    assert any("value=5.0" in term for term in due)


def test_what_is_counted_changes_by_one_and_shares_do_not():
    def values(norm: str) -> set[float]:
        conditions = [m.rule.norm.condition for m in mutants_of(rule_of(norm))]
        sides = [c.right for c in conditions if isinstance(c, Compares)]
        return {side.value for side in sides if isinstance(side, Constant)}

    assert values("limits storeys to at most 4") == {3.0, 4.0, 5.0}
    assert values("limits cover to at most 100 %") == {0.9, 1.0, 1.1}

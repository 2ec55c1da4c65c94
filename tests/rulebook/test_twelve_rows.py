"""The twelve hardest rows of the catalogue of clauses stand in the rule book, with cases that hold.

They asked most of the language when it was designed: each of them for constructs of its own. Every
one is run as it is written and as it reads in the other language.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from redline.casework import coverage_of, run_rules
from redline.rulebook.model import Rule, RuleBook
from tests.rulebook.test_translation import chinese_book, english_book


@dataclass(frozen=True)
class Row:
    """A row of the catalogue, the rules that say it, and the clause that the first one cites."""

    row: str
    rules: tuple[str, ...]
    clause: str


ROWS = (
    Row(
        "N142: a closed list, a test in each item, a document over the same ground",
        ("red_line_outside_core_zones",),
        "N142",
    ),
    Row(
        "WET-21.1: a duty that follows an exception, and has a second best",
        ("important_wetland_made_good", "important_wetland_made_good_by_water_works"),
        "WET art. 21(1)",
    ),
    Row(
        "CODE-67.1: the prohibition is data, a list for each control unit",
        ("access_list_kept",),
        "CODE art. 67",
    ),
    Row(
        "CODE-158.1: a region's state bars the project",
        ("regional_moratorium",),
        "CODE art. 158",
    ),
    Row(
        "S000-018: what was approved before leaves so much room",
        ("bz_energy_headroom",),
        "BZP",
    ),
    Row(
        "S002-001: three promises in one sentence, on a revision",
        ("lp_red_line_area", "lp_red_line_nature", "lp_red_line_function"),
        "LPP",
    ),
    Row(
        "TAI-30.1: belts by water body, a list that swallows another article's list",
        ("taihu_near_belt_bans", "taihu_far_reach_bans"),
        "TAI art. 30(1)",
    ),
    Row(
        "HWY-20.1: distance along the river, by the size of each bridge",
        ("no_sand_mining_at_bridges",),
        "HWY art. 20",
    ),
    Row(
        "LXR-35: a belt that leaves out another zone, a grace period from the day in force",
        ("liuxi_belt_bans", "liuxi_belt_stores_and_refuse", "liuxi_old_works_leave"),
        "LXR art. 35(2)",
    ),
    Row(
        "CPE-12.1 against CODE-106.1: statute and regulation differ on one day",
        ("stale_eia_by_statute", "stale_eia_by_regulation"),
        "CODE art. 106(2)",
    ),
    Row(
        "GDE-47.1: old zone names judged on a layer with the new ones",
        ("gd_reserve_core_building", "gd_reserve_buffer_tourism", "gd_reserve_production"),
        "GDE art. 47(2)",
    ),
    Row(
        "S004-007: a document from each neighbour that the impact reaches",
        ("gz_neighbours_heard",),
        "GZP",
    ),
)

NAMES = [(row, name) for row in ROWS for name in row.rules]


def rule_of(book: RuleBook, name: str) -> Rule:
    found = [r for r in book.rules if r.names.en == name]
    assert len(found) == 1, f"there is no rule {name}"
    return found[0]


def test_there_are_twelve():
    assert len(ROWS) == len({r.row for r in ROWS}) == 12


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.row.split(":")[0])
def test_a_row_rests_on_its_clause(row: Row):
    rule = rule_of(english_book("shipped"), row.rules[0])
    cited = [f"{c.instrument.names.en} {c.clause('en')}" for c in rule.citations]
    assert any(c == row.clause or c.startswith(row.clause + " ") for c in cited), cited


@pytest.mark.parametrize("surface", ["en", "zh"])
@pytest.mark.parametrize(("row", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_row_holds_on_both_surfaces(row: Row, name: str, surface: str):
    book = {"en": english_book, "zh": chinese_book}[surface]("shipped")
    rule = rule_of(book, name)
    report = run_rules(book, [rule])
    assert not report.diagnostics
    assert not report.failed
    if rule.subject is None:
        (seen,) = coverage_of(report, [rule])
        assert seen.both_ways, f"the cases of {name} show {sorted(seen.statuses)} only"

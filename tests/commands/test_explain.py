"""`redline explain`: what a rule says, and why a finding came out so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redline.commands.program import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "lianping"
CATALOG = str(EXAMPLE / "catalog.toml")


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["explain", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def of(name: str, rule: str, *more: str) -> tuple[str, ...]:
    file = str(EXAMPLE / "submissions" / name)
    return ("--submission", file, "--rule", rule, "--catalog", CATALOG, *more)


@pytest.mark.parametrize(
    ("submission", "rule", "says"),
    [
        (
            "02_food_works.yaml",
            "level_2_discharging_projects",
            ["is violated.", "What the rule forbids is the case", "measured:", "given:"],
        ),
        (
            "06_water_main.toml",
            "red_line_outside_core_zones",
            ["is broken, and the breach is excused.", "applies:", "is held", "judged yes by"],
        ),
        (
            "01_school.yaml",
            "red_line_outside_core_zones",
            ["is kept.", "What the rule forbids is not the case", "does not overlap"],
        ),
        (
            "08_quarry.yaml",
            "red_line_outside_core_zones",
            ["cannot be determined yet", "? It is open whether", "between"],
        ),
    ],
)
def test_a_finding_of_the_example_reads_from_its_conclusion_down_to_its_facts(
    capsys: pytest.CaptureFixture[str], submission: str, rule: str, says: list[str]
):
    code, out, _ = explain(capsys, *of(submission, rule))
    assert code == 0
    plain = " ".join(out.split())
    assert [s for s in says if s not in plain] == []


def test_it_speaks_chinese_too(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(capsys, *of("02_food_works.yaml", "二级区内排污项目", "--lang", "zh"))
    assert code == 0
    assert out.startswith("违反“")
    assert "第三百二十条第一款" in out
    assert "用地与“" in out


def test_each_fact_is_given_once(capsys: pytest.CaptureFixture[str]):
    _, out, _ = explain(capsys, *of("06_water_main.toml", "red_line_outside_core_zones"))
    assert out.count("given: Activities") == 1


def test_json_holds_the_finding_with_its_derivation(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(
        capsys, *of("02_food_works.yaml", "level_2_discharging_projects", "--format", "json")
    )
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "redline.explanation/1"
    (submission,) = document["submissions"]
    (finding,) = submission["findings"]
    derivation = finding["derivation"]
    assert derivation["truth"] == "true"
    assert derivation["premises"][0]["sentence"]["zh"] == "本规则适用于本项目"


def test_several_submissions_are_told_apart(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(capsys, *of("09_houses.geojson", "level_2_discharging_projects"))
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("ZJD-")] == [
        "ZJD-001",
        "ZJD-002",
        "ZJD-003",
    ]


def test_a_rule_that_is_not_in_force_on_the_day_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str],
):
    code, out, err = explain(
        capsys,
        *of("02_food_works.yaml", "level_2_discharging_projects", "--as-of", "1990-01-01"),
    )
    assert code == 1
    assert out == ""
    assert "RL621" in err


# ── what a rule says ────────────────────────────────────────────────────────────────────────────


def test_a_rule_is_told_with_its_clauses_conditions_and_cases(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(capsys, "level_2_discharging_projects")
    plain = " ".join(out.split())
    assert code == 0
    assert "cn.drinking_water.level_2_discharging_projects" in plain
    assert "art. 320(1) (in force from 15 August 2026)" in plain
    assert "It applies when all of these hold:" in plain
    assert "It forbids that the footprint overlaps" in plain
    assert "the same plant on the Code's first day: violated" in plain


def test_a_clause_leads_to_every_rule_that_cites_it(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(capsys, "CODE art. 320", "--format", "json")
    assert code == 0
    rules = json.loads(out)["rules"]
    assert len(rules) >= 3
    assert all(any(c["instrument"] == "CODE" for c in r["citations"]) for r in rules)


def test_a_clause_that_cannot_be_executed_says_why(capsys: pytest.CaptureFixture[str]):
    code, out, _ = explain(capsys, "LAL art. 34(2)")
    assert code == 0
    assert "not executable" in out
    assert "it is a duty of townships" in " ".join(out.split())


def test_an_unknown_name_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]):
    code, out, err = explain(capsys, "level_2_discharging_project")
    assert code == 1
    assert out == ""
    assert "RL620" in err
    assert "level_2_discharging_projects" in err


@pytest.mark.parametrize("arguments", [(), ("a", "--rule", "b")])
def test_one_rule_must_be_named(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]):
    code, _, err = explain(capsys, *arguments)
    assert code == 2
    assert "name one rule" in err

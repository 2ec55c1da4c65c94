"""Cases beside the rules: each construct's own, and what a failing or a broken case says."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.casework import run_cases
from redline.diagnostics import Refusal

CONSTRUCTS = Path(__file__).parent / "constructs.redline"

PACK = """
pack test.small "Small" / "小"
instrument LAW / 法 "Law" / "法" in force from 2020-01-01
layer zone / 分区 : polygon "Zones" / "分区"
  column strict / 严格: boolean
attribute dirty / 污染: boolean "Dirty" / "污染"
rule keep_out / 禁入 "Keep out" / "禁入"
  applies when dirty
  forbids footprint overlaps zone where (strict) by more than 10 m2
  cites LAW art. 1
"""


def report(tmp_path: Path, cases: str) -> object:
    file = tmp_path / "small.redline"
    file.write_text(PACK + cases, encoding="utf-8")
    return run_cases([file])


def test_every_construct_does_what_its_cases_say() -> None:
    found = run_cases([CONSTRUCTS])
    assert not found.diagnostics
    assert [(r.rule.names.key, r.title.en, r.expected, r.got) for r in found.failed] == []
    assert found.rules == CONSTRUCTS.read_text(encoding="utf-8").count("\nrule ")


def test_a_case_that_expects_the_wrong_status_fails(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        'case "c" / "例" given dirty = yes, footprint overlaps zone (strict = yes) by 11 m2\n'
        "  expect complies",
    )
    assert [(r.expected, r.got) for r in found.failed] == [("complies", "violated")]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("dirty = yes, footprint overlaps zone (strict = yes) by 10 m2", "complies"),
        ("dirty = yes, footprint overlaps zone (strict = yes) by 10.01 m2", "violated"),
        ("dirty = no", "not applicable"),
        ("dirty = yes", "undetermined for want of zone"),
        ("footprint overlaps zone (strict = yes) by 11 m2", "undetermined for want of dirty"),
        ("dirty = yes, footprint overlaps zone by 11 m2", "undetermined"),
        ("no zone", "complies"),
    ],
)
def test_unknowns_matter_only_where_they_can(tmp_path: Path, given: str, status: str) -> None:
    found = report(tmp_path, f'case "c" / "例" given {given} expect {status}')
    assert [(r.title.en, r.got) for r in found.failed] == []
    assert len(found.results) == 1


def test_a_case_that_names_the_wrong_want_fails(tmp_path: Path) -> None:
    found = report(
        tmp_path, 'case "c" / "例" given dirty = yes expect undetermined for want of dirty'
    )
    assert len(found.failed) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("dirt = yes", "RL201"),
        ("dirty = 5 m2", "RL206"),
        ("footprint overlaps zones", "RL201"),
        ("footprint overlaps zone (strikt = yes)", "RL201"),
        ('footprint at "POLYGON ((0 0, 1 0"', "RL227"),
        (
            'footprint at "POLYGON ((0 0, 1 0, 1 1, 0 0))", footprint overlaps zone by 1 m2',
            "RL228",
        ),
    ],
)
def test_a_case_that_cannot_be_understood_is_said_so(tmp_path: Path, given: str, code: str) -> None:
    found = report(tmp_path, f'case "c" / "例" given {given} expect complies')
    assert [d.code for d in found.diagnostics] == [code]
    assert found.diagnostics[0].place is not None
    assert found.diagnostics[0].place.line is not None


def test_rules_that_do_not_load_are_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "bad.redline"
    file.write_text(PACK.replace("dirty = ", "").replace("overlaps zone", "overlaps zon"))
    with pytest.raises(Refusal) as refusal:
        run_cases([file])
    assert [d.code for d in refusal.value.diagnostics] == ["RL201"]

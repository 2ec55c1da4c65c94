"""A rule for each feature, from files to findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from redline.checking import Options, check
from redline.findings import Finding, Status
from tests.checking.test_check import box, collection

RULES = """
pack test.caps "Caps" / "上限"
instrument LAW / 法 "Law" / "法" in force from 2020-01-01
attribute energy / 用能: energy per year "Energy use" / "用能" asks "How much?" / "多少？"
layer county / 县: polygon "Counties" / "县"
  key code / 代码: text
  column cap / 上限: energy per year
rule cap_of_each / 各县上限 "Each cap is kept" / "各县上限"
  for each county that footprint overlaps
  limits energy to at most cap
  cites LAW art. 1
"""

COUNTIES = collection(
    ({"code": "A", "cap": "100 tce/a"}, box(0, 0, 100, 100)),
    ({"code": "B", "cap": "10 tce/a"}, box(100, 0, 200, 100)),
    ({"code": "C", "cap": "5 tce/a"}, box(300, 0, 400, 100)),
    ({"code": "D"}, box(0, 200, 200, 300)),
)


@pytest.fixture
def finding(tmp_path: Path):
    (tmp_path / "rules.redline").write_text(RULES, encoding="utf-8")
    (tmp_path / "county.geojson").write_text(COUNTIES)
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\n[[layer]]\nname = "county"\npath = "county.geojson"\n'
        "coverage = {bounds = [29.95, -0.05, 30.05, 0.05]}\n"
    )

    def found(energy: str | None, *ground: float) -> Finding:
        project = tmp_path / "project.geojson"
        attributes = {"id": "p"} | ({"energy": energy} if energy else {})
        west, south, east, north = ground
        project.write_text(collection((attributes, box(west, south, east, north))))
        options = Options(
            rules=(tmp_path / "rules.redline",),
            catalog=tmp_path / "catalog.toml",
            as_of=date(2026, 1, 1),
        )
        (one,) = check([project], options).submissions[0].findings
        return one

    return found


def test_only_the_features_that_break_the_rule_are_shown(finding):
    found = finding("50 tce/a", 50, 50, 150, 60)
    assert found.status is Status.VIOLATED
    assert [(e.layer, e.feature) for e in found.evidence] == [("county", "B")]
    assert [(x.name, x.value.en) for x in found.facts] == [("energy", "50 tce per year")]


def test_features_that_are_not_met_do_not_matter(finding):
    assert finding("50 tce/a", 50, 50, 60, 60).status is Status.COMPLIES


def test_a_feature_of_which_too_little_is_known_leaves_the_rule_open(finding):
    found = finding("9 tce/a", 50, 50, 150, 250)
    assert found.status is Status.UNDETERMINED
    assert {m.name for m in found.missing} == {"county"}


def test_what_the_subject_does_not_say_is_asked_for(finding):
    found = finding(None, 50, 50, 60, 60)
    assert found.status is Status.UNDETERMINED
    assert "energy" in {m.name for m in found.missing}

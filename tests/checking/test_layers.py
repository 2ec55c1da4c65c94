"""Layers as subjects: relations that rules demand of the maps themselves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from shapely.geometry import mapping

from redline.checking import Options, check
from redline.commands.program import run
from redline.findings import Finding, Status, SubmissionFindings

RULES = """
pack test.maps "Maps" / "图层"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
code list grade_list / 级别表 "Grades" / "级别表"
  great / 重要 "Great" / "重要"
  small / 一般 "Small" / "一般"
layer park / 公园: polygon "Parks" / "公园"
  key name / 名称: text
layer wetland / 湿地: polygon "Wetlands" / "湿地"
  column grade / 级别: code grade_list
layer line / 红线: polygon "Red line" / "红线"
layer zone / 分区: polygon "Zones" / "分区"
layer city / 市: polygon "Cities" / "市"
  column name / 名称: text
territory here / 本市 "Here" / "本市" is city where (name is "本市")

rule parks_apart / 公园不重叠 on layers of park
  "Parks do not overlap" / "公园不得重叠"
  forbids number of park more than 1
  cites ACT art. 1
rule great_wetlands_in_line / 重要湿地入红线 on layers of wetland
  "Great wetlands lie in the red line" / "重要湿地划入红线"
  applies when footprint overlaps wetland where (grade is great)
  requires footprint lies within line
  cites ACT art. 2
rule zones_tile / 分区全覆盖 on layers in here
  "The zones leave no gap" / "分区应当全覆盖"
  requires footprint lies within zone
  cites ACT art. 3
"""


def box(x: float, y: float, w: float = 1.0, h: float = 1.0) -> shapely.Polygon:
    return shapely.box(114 + x / 100, 24 + y / 100, 114 + (x + w) / 100, 24 + (y + h) / 100)


Rows = list[tuple[shapely.Polygon, dict[str, object]]]

SOUND: dict[str, Rows] = {
    "park": [(box(0, 0), {"name": "甲园"}), (box(1, 0), {"name": "乙园"})],
    "wetland": [(box(0, 0), {"grade": "great"}), (box(5, 5), {"grade": "small"})],
    "line": [(box(0, 0, 3, 3), {})],
    "zone": [(box(0, 0, 5, 10), {}), (box(5, 0, 5, 10), {})],
    "city": [(box(0, 0, 10, 10), {"name": "本市"})],
}


def layers(folder: Path, **changed: Rows | None) -> dict[str, SubmissionFindings]:
    """The answers about a catalog of layers that are sound but for some."""
    entries = ['schema = "redline.catalog/1"\ncoverage = "everywhere"\n']
    for name, rows in {**SOUND, **changed}.items():
        if rows is None:
            continue
        features = [{"type": "Feature", "properties": p, "geometry": mapping(g)} for g, p in rows]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
        entries.append(f'[[layer]]\nname = "{name}"\npath = "{name}.geojson"\n')
    (folder / "rules.redline").write_text(RULES, encoding="utf-8")
    (folder / "catalog.toml").write_text("".join(entries), encoding="utf-8")
    options = Options(rules=(folder / "rules.redline",), as_of=date(2024, 1, 1))
    document = check([folder / "catalog.toml"], options)
    assert [p for p in document.problems if p.severity == "error"] == []
    return {s.id: s for s in document.submissions}


def statuses(submission: SubmissionFindings) -> dict[str | None, Status]:
    return {f.for_each.value if f.for_each else None: f.status for f in submission.findings}


def one(submission: SubmissionFindings, name: str) -> Finding:
    return next(f for f in submission.findings if f.for_each and f.for_each.value == name)


def test_sound_layers_comply(tmp_path: Path):
    found = layers(tmp_path)
    assert {k: statuses(v) for k, v in found.items()} == {
        "park": {None: Status.COMPLIES},
        "wetland": {None: Status.COMPLIES},
        "territories": {None: Status.COMPLIES},
    }


def test_features_that_overlap_each_other_are_both_named_with_what_they_share(tmp_path: Path):
    parks = [*SOUND["park"], (box(1.5, 0), {"name": "丙园"})]
    found = layers(tmp_path, park=parks)["park"]
    assert statuses(found) == {"乙园": Status.VIOLATED, "丙园": Status.VIOLATED}
    assert [e.feature for e in one(found, "乙园").evidence] == ["丙园"]
    assert one(found, "乙园").evidence[0].geometry is not None


def test_a_layer_that_must_contain_another_and_does_not(tmp_path: Path):
    found = layers(tmp_path, line=[(box(0, 0, 0.5, 3), {})])["wetland"]
    assert statuses(found) == {"#1": Status.VIOLATED}


def test_a_gap_in_a_layer_that_must_tile(tmp_path: Path):
    found = layers(tmp_path, zone=SOUND["zone"][:1])["territories"]
    assert statuses(found) == {"here": Status.VIOLATED}


def test_a_layer_that_is_missing_leaves_the_relation_open(tmp_path: Path):
    found = layers(tmp_path, line=None)["wetland"]
    assert statuses(found) == {"#1": Status.UNDETERMINED}
    assert [m.name for m in one(found, "#1").missing] == ["line"]


def test_the_command_ends_as_a_check_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    layers(tmp_path)
    monkeypatch.chdir(tmp_path)
    call = ["layers", "check", "--rules", "rules.redline", "--lang", "en"]
    assert run(call) == 0
    layers(tmp_path, zone=SOUND["zone"][:1])
    assert run(call) == 1
    assert "The zones leave no gap" in capsys.readouterr().out

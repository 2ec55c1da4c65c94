"""Revisions and regions are recorded part by part, and their records reproduce."""

from __future__ import annotations

import json
from pathlib import Path

import shapely
from shapely.geometry import mapping

from redline.audit.record import check_and_record
from redline.audit.verify import verify
from redline.checking import Options

RULES = """
pack test.states "States" / "状态"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
attribute area_before / 前: area "Area before" / "调整前面积"
attribute area_after / 后: area "Area after" / "调整后面积"
attribute cover / 覆盖率: share "Cover" / "覆盖率"
layer county / 县: polygon "Counties" / "县"
  key code / 代码: text
layer line / 红线: polygon "Line" / "红线"
rule kept / 不减 on revision of line "The line is kept" / "红线不减少"
  requires area_after at least area_before
  cites ACT art. 1
rule covered / 达标 on region "Cover reaches half" / "覆盖率过半"
  requires cover at least 50 %
  cites ACT art. 2
"""


def write(path: Path, *shapes: tuple[shapely.Polygon, str]) -> None:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": mapping(shape)}
        for shape, code in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def box(west: float, east: float) -> shapely.Polygon:
    return shapely.box(114 + west, 24, 114 + east, 24.1)


def test_the_record_of_a_revision_and_of_a_region_reproduces(tmp_path: Path):
    (tmp_path / "rules.redline").write_text(RULES, encoding="utf-8")
    write(tmp_path / "county.geojson", (box(0, 0.1), "1"), (box(0.1, 0.2), "2"))
    write(tmp_path / "before.geojson", (box(0.05, 0.15), ""))
    write(tmp_path / "after.geojson", (box(0.06, 0.19), ""))
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\ncoverage = "everywhere"\n'
        '[[layer]]\nname = "county"\npath = "county.geojson"\n'
    )
    revision, table = tmp_path / "revision.yaml", tmp_path / "figures.csv"
    revision.write_text(
        "schema: redline.submission/1\nkind: revision\nid: R\ndecided_on: 2024-01-01\n"
        "revision: {layer: line, baseline: {path: before.geojson}, "
        "proposed: {path: after.geojson}}\n"
    )
    table.write_text("area,period,indicator,value,unit\nA,2024,cover,49,%\nB,2024,cover,51,%\n")
    options = Options(rules=(tmp_path / "rules.redline",), catalog=tmp_path / "catalog.toml")
    document, record = check_and_record([revision, table], options)
    statuses = {
        (s.id, f.for_each.value if f.for_each else None): f.status.value
        for s in document.submissions
        for f in s.findings
    }
    assert statuses == {
        ("R", None): "complies",
        ("R", "1"): "violated",
        ("R", "2"): "complies",
        ("A 2024", None): "violated",
        ("B 2024", None): "complies",
    }
    assert [(d.subject, d.layer) for d in record.days] == [
        ("revision", "line"),
        ("region", None),
        ("region", None),
    ]
    found = verify(record, options.rules)
    assert found.differences == ()
    write(tmp_path / "after.geojson", (box(0.05, 0.19), ""))
    changed = verify(record, options.rules)
    said = [d.message.render("en") for d in changed.differences]
    assert "the layer Line has changed" in said
    assert any(text.startswith("R: The line is kept was violated") for text in said)

"""A finding says where it rests on what an older name is presumed to have been."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from redline.checking import Options, check
from redline.findings import Finding, Status
from tests.checking.test_check import box, collection

RULES = """
pack test.names "Names" / "名称"
instrument LAW / 法 "Law" / "法" in force from 2020-01-01
code list zone_kind / 分区类别 "Zones" / "分区"
  core / 核心区 "Core" / "核心区"
  buffer / 缓冲区 "Buffer" / "缓冲区"
  core_protection / 核心保护区 "Core protection" / "核心保护区"
layer reserve / 保护区: polygon "Reserves" / "保护区"
  key name / 名称: text
  column zone / 分区: code zone_kind
mapping reserve.zone from 2026-01-01
  presumed "no clause says which" / "无条文规定"
  core_protection was core or buffer
mapping reserve.zone
  cites LAW art. 9
  blank counts as buffer
rule keep_out / 禁入 "Keep out" / "禁入"
  forbids footprint overlaps reserve where (zone was one of (core, buffer))
  cites LAW art. 1
"""


def finding(folder: Path, zone: str | None, day: date) -> Finding:
    (folder / "rules.redline").write_text(RULES, encoding="utf-8")
    reserve = collection(({"name": "A", "zone": zone}, box(0, 0, 100, 100)))
    (folder / "reserve.geojson").write_text(reserve)
    (folder / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\n[[layer]]\nname = "reserve"\npath = "reserve.geojson"\n'
        "coverage = {bounds = [29.95, -0.05, 30.05, 0.05]}\n"
    )
    project = folder / "project.geojson"
    project.write_text(collection(({"id": "p"}, box(50, 50, 150, 150))))
    options = Options(rules=(folder / "rules.redline",), catalog=folder / "catalog.toml", as_of=day)
    (found,) = check([project], options).submissions[0].findings
    return found


def test_a_presumed_mapping_is_told_with_its_reason(tmp_path: Path):
    found = finding(tmp_path, "core_protection", date(2026, 2, 1))
    assert found.status is Status.VIOLATED
    (note,) = found.information
    assert note.kind == "note"
    assert note.text.en.endswith("no clause says which")
    assert note.text.zh.endswith("无条文规定")


def test_a_cited_mapping_needs_no_note(tmp_path: Path):
    found = finding(tmp_path, None, date(2026, 2, 1))
    assert found.status is Status.VIOLATED
    assert found.information == ()


def test_before_its_day_a_mapping_presumes_nothing(tmp_path: Path):
    found = finding(tmp_path, "core", date(2025, 2, 1))
    assert found.status is Status.VIOLATED
    assert found.information == ()

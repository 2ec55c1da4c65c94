"""Revisions as subjects: areas by place and class, patches, slivers, and what bad input says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from shapely.geometry import mapping

from redline.checking import Options, check
from redline.findings import (
    Finding,
    FindingsDocument,
    Relation,
    Status,
    SubmissionFindings,
    Verdict,
)

CAMBRIDGE = Path(__file__).parents[3].joinpath("shared/data/cambridge/versions")

RULES = """
pack test.lines "Lines" / "红线"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
code list kind_list / 类别表 "Kinds" / "类别表"
  wet / 水 "Wet" / "水田"
  dry / 旱 "Dry" / "旱地"
code list unit_list / 单元表 "Units" / "单元表"
  whole / 全部 "Whole" / "全部"
  place / 各地 "Place" / "各地"
  class / 各类 "Class" / "各类"
  class_in_place / 各地各类 "Class in place" / "各地各类"
code list change_list / 变更表 "Changes" / "变更表"
  added / 新增 "Added" / "新增"
  removed / 减少 "Removed" / "减少"
  changed / 变更 "Changed" / "变更"
attribute area_before / 前: area "Area before" / "调整前面积"
attribute area_after / 后: area "Area after" / "调整后面积"
attribute comparison_unit / 单元: code unit_list "Unit" / "比较单元"
attribute change_kind / 变更方式: code change_list "Change" / "变更方式"
attribute grade / 等别: number "Grade" / "等别"
attribute grade_before / 前等别: number "Grade before" / "原等别"
document approval / 批准 "Approval" / "批准"
judgement function_kept / 功能不降低 "Function kept" / "功能不降低"
  asks "Is the function kept?" / "功能是否不降低？"
layer county / 县: polygon "Counties" / "县"
  key code / 代码: text
  column name / 名称: text
layer farmland / 耕地: polygon "Farmland" / "耕地"
  column kind / 地类: code kind_list
layer hazard / 危险区: polygon "Hazards" / "危险区"

rule area_kept / 面积不减 on revision of farmland
  "Area is kept" / "面积不减少"
  requires area_after at least area_before
  cites ACT art. 1
rule kinds_kept / 分类不减 on revision of farmland
  "Each kind is replaced in its county" / "各县各类占补平衡"
  applies when comparison_unit is class_in_place
  requires area_after at least area_before
  cites ACT art. 2
rule grade_kept / 等别不降 on revision of farmland
  "The grade does not fall" / "等别不降低"
  requires grade at least grade_before
  cites ACT art. 3
rule off_hazards / 避让 on revision of farmland
  "No new farmland on hazards" / "新增耕地避让危险区"
  forbids footprint overlaps hazard
  cites ACT art. 4
rule removal_is_approved / 调出须批准 on revision of farmland
  "What is taken out is approved" / "调出须经批准"
  applies when change_kind is removed
  requires document approval covers footprint
  cites ACT art. 5
rule function / 功能 on revision of farmland
  "The function is kept" / "功能不降低"
  requires judgement function_kept
  cites ACT art. 6
"""

WEST, SOUTH, SIDE = 114.0, 24.0, 0.01


def box(x: float, y: float, w: float = 1.0, h: float = 1.0) -> shapely.Polygon:
    """A rectangle on a grid of hundredths of a degree (about a kilometre)."""
    left, low = WEST + x * SIDE, SOUTH + y * SIDE
    return shapely.box(left, low, left + w * SIDE, low + h * SIDE)


Row = tuple[shapely.Polygon, dict[str, object]]


def write(path: Path, rows: list[Row], crs: str | None = None) -> Path:
    features = [{"type": "Feature", "properties": p, "geometry": mapping(g)} for g, p in rows]
    collection: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs is not None:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


BEFORE: list[Row] = [
    (box(0, 0, 2, 1), {"kind": "wet", "grade": 8}),
    (box(5, 0, 2, 1), {"kind": "dry", "grade": 6}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.redline").write_text(RULES, encoding="utf-8")
    write(
        tmp_path / "county.geojson",
        [(box(0, 0, 5, 5), {"code": "1", "name": "甲县"}), (box(5, 0, 5, 5), {"code": "2"})],
    )
    write(tmp_path / "hazard.geojson", [(box(9, 0), {})])
    write(tmp_path / "before.geojson", BEFORE)
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\ncoverage = "everywhere"\n'
        '[[layer]]\nname = "county"\npath = "county.geojson"\n'
        '[[layer]]\nname = "hazard"\npath = "hazard.geojson"\n'
        '[[layer]]\nname = "farmland"\npath = "before.geojson"\nvalid_from = 2020-01-01\n',
        encoding="utf-8",
    )
    return tmp_path


def revised(
    folder: Path, after: list[Row], more: str = "", baseline: str = "2024-05-01", **crs: str
) -> FindingsDocument:
    write(folder / "after.geojson", after, **crs)
    (folder / "revision.yaml").write_text(
        "schema: redline.submission/1\nkind: revision\nid: R1\ndecided_on: 2024-05-01\n"
        f"revision: {{layer: farmland, baseline: {baseline}, proposed: {{path: after.geojson}},\n"
        f"  slivers: {{area: 100, width: 2}}}}\n{more}",
        encoding="utf-8",
    )
    options = Options(rules=(folder / "rules.redline",), catalog=folder / "catalog.toml")
    return check([folder / "revision.yaml"], options)


def one(document: FindingsDocument) -> SubmissionFindings:
    assert [p for p in document.problems if p.severity == "error"] == []
    return document.submissions[0]


def found(submission: SubmissionFindings, rule: str) -> dict[str | None, Finding]:
    return {
        f.for_each.value if f.for_each else None: f
        for f in submission.findings
        if f.rule == f"test.lines.{rule}"
    }


def statuses(submission: SubmissionFindings, rule: str) -> dict[str | None, Status]:
    return {key: f.status for key, f in found(submission, rule).items()}


SHRUNK: list[Row] = [
    (box(0, 0, 1, 1), {"kind": "wet", "grade": 8}),
    (box(5, 0, 4, 1), {"kind": "dry", "grade": 6}),
]


def test_a_county_that_loses_is_violated_though_the_total_grows(folder: Path):
    submission = one(revised(folder, SHRUNK))
    assert submission.verdict is Verdict.NON_COMPLIANT
    assert statuses(submission, "area_kept") == {
        None: Status.COMPLIES,
        "1": Status.VIOLATED,
        "2": Status.COMPLIES,
    }
    county = found(submission, "area_kept")["1"]
    assert county.for_each is not None
    assert county.for_each.title is not None
    assert county.for_each.title.zh == "甲县"
    assert [e.relation for e in county.evidence] == [Relation.LOST]
    assert county.evidence[0].geometry is not None


def test_the_comparison_lists_whole_places_and_classes(folder: Path):
    table = one(revised(folder, SHRUNK)).revised
    assert table is not None
    units = [a.unit.value if a.unit else None for a in table.areas]
    assert units == [None, "1", "2", "dry", "wet"]
    for area in table.areas:
        assert area.net_m2 == pytest.approx(area.gained_m2 - area.lost_m2, abs=0.01)
        assert area.after_m2 == pytest.approx(area.before_m2 + area.net_m2, abs=0.01)
    whole, first, second = table.areas[:3]
    assert whole.before_m2 == pytest.approx(first.before_m2 + second.before_m2, abs=1)


def test_a_rule_that_reads_the_unit_is_asked_of_each_class_in_each_place(folder: Path):
    swapped: list[Row] = [
        (box(0, 0, 1, 1), {"kind": "wet", "grade": 8}),
        (box(1, 0, 1, 1), {"kind": "dry", "grade": 8}),
        BEFORE[1],
    ]
    submission = one(revised(folder, swapped))
    assert statuses(submission, "area_kept") == dict.fromkeys([None, "1", "2"], Status.COMPLIES)
    assert statuses(submission, "kinds_kept") == {
        "1/dry": Status.COMPLIES,
        "1/wet": Status.VIOLATED,
        "2/dry": Status.COMPLIES,
    }
    table = submission.revised
    assert table is not None
    assert [p.relation for p in table.patches] == [Relation.CHANGED]
    assert table.patches[0].attributes == {"kind_before": "wet", "kind_after": "dry"}


def test_numeric_columns_are_compared_by_their_mean_over_area(folder: Path):
    lower: list[Row] = [(BEFORE[0][0], {"kind": "wet", "grade": 7}), BEFORE[1]]
    assert statuses(one(revised(folder, lower)), "grade_kept") == {
        None: Status.VIOLATED,
        "1": Status.VIOLATED,
        "2": Status.COMPLIES,
    }


def test_each_added_patch_is_a_footprint_and_removed_ones_only_where_asked(folder: Path):
    bad = [*BEFORE, (box(9, 0, 0.5, 0.5), {"kind": "dry", "grade": 6})]
    submission = one(revised(folder, bad))
    assert statuses(submission, "off_hazards") == {"gained-1": Status.VIOLATED}
    assert statuses(submission, "removal_is_approved") == {None: Status.NOT_APPLICABLE}
    submission = one(revised(folder, BEFORE[:1], "documents: []\ncomplete: documents\n"))
    assert statuses(submission, "off_hazards") == {None: Status.NOT_APPLICABLE}
    assert statuses(submission, "removal_is_approved") == {"lost-1": Status.VIOLATED}


def test_a_rule_without_areas_is_asked_once(folder: Path):
    answered = "judgements: [{name: function_kept, answer: false}]\n"
    assert statuses(one(revised(folder, BEFORE)), "function") == {None: Status.UNDETERMINED}
    assert statuses(one(revised(folder, BEFORE, answered)), "function") == {None: Status.VIOLATED}


def test_slivers_are_listed_and_do_not_decide_but_are_seen_to_matter(folder: Path):
    narrower = [(box(0.00001, 0, 1.99999, 1), BEFORE[0][1]), BEFORE[1]]
    submission = one(revised(folder, narrower))
    assert statuses(submission, "area_kept")[None] is Status.COMPLIES
    table = submission.revised
    assert table is not None
    assert not table.patches
    assert len(table.slivers) == 1
    assert table.areas[0].net_m2 == 0
    assert table.areas[0].net_with_slivers_m2 < 0
    whole = found(submission, "area_kept")[None]
    assert whole.boundary_sensitive
    assert whole.measured[0].with_slivers == table.areas[0].after_with_slivers_m2


def test_features_that_overlap_within_a_version_are_named_by_number(folder: Path):
    submission = one(revised(folder, [*BEFORE, (box(1, 0, 2, 1), BEFORE[0][1])]))
    codes = {w.code: w.message.en for w in submission.warnings}
    assert "1/3" in codes["RL645"]


def test_versions_of_other_systems_and_columns_are_named(folder: Path):
    write(folder / "old.geojson", [(g, {"other": 1}) for g, _p in BEFORE])
    document = revised(
        folder, BEFORE, baseline="{path: old.geojson}", crs="urn:ogc:def:crs:EPSG::4490"
    )
    codes = {w.code: w.message.en for w in one(document).warnings}
    assert "China Geodetic" in codes["RL643"]
    assert "kind" in codes["RL644"]


@pytest.mark.parametrize(
    ("baseline", "code"), [("2019-01-01", "RL642"), ("{path: nowhere.geojson}", "RL401")]
)
def test_a_version_that_is_not_there_is_named_and_nothing_is_judged(
    folder: Path, baseline: str, code: str
):
    document = revised(folder, BEFORE, baseline=baseline)
    assert document.submissions == ()
    assert code in [p.code for p in document.problems]


def test_ground_gained_where_the_baseline_claims_nothing_stays_open(folder: Path):
    catalog = (folder / "catalog.toml").read_text("utf-8")
    bounds = f"coverage = {{ bounds = [{WEST}, {SOUTH}, {WEST + 0.08}, {SOUTH + 0.05}] }}\n"
    (folder / "catalog.toml").write_text(catalog + bounds, "utf-8")
    submission = one(revised(folder, [*BEFORE, (box(8.5, 2), BEFORE[1][1])]))
    assert statuses(submission, "area_kept") == {
        None: Status.UNDETERMINED,
        "1": Status.COMPLIES,
        "2": Status.UNDETERMINED,
    }
    assert "RL646" in {w.code for w in submission.warnings}


@pytest.mark.skipif(not CAMBRIDGE.exists(), reason="the data of Cambridge are not here")
def test_cambridge_loses_open_space_as_its_readme_says(folder: Path):
    old, new = sorted(CAMBRIDGE.glob("RECREATION_OpenSpace__20[12][50]*"))
    (folder / "revision.yaml").write_text(
        "schema: redline.submission/1\nkind: revision\nid: C\ndecided_on: 2020-08-03\n"
        f"revision: {{layer: farmland, baseline: {{path: {old}}}, proposed: {{path: {new}}},\n"
        "  slivers: {area: 10, width: 1}}\n",
        encoding="utf-8",
    )
    table = one(
        check([folder / "revision.yaml"], Options(rules=(folder / "rules.redline",)))
    ).revised
    assert table is not None
    whole = table.areas[0]
    assert whole.before_m2 / 1e4 == pytest.approx(362.22, rel=1e-3)
    assert whole.lost_with_slivers_m2 / 1e4 == pytest.approx(5.36, abs=0.01)
    assert whole.gained_with_slivers_m2 / 1e4 == pytest.approx(2.63, abs=0.01)
    assert whole.net_with_slivers_m2 / 1e4 == pytest.approx(359.48 - 362.22, abs=0.01)
    assert len(table.slivers) > 100
    assert all((s.area_m2 or 0) < 10 or (s.width_m or 0) < 1 for s in table.slivers)
    assert all((p.area_m2 or 0) >= 10 for p in table.patches)


def test_very_many_slivers_are_listed_by_feature_and_none_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    from redline.checking import revisions

    narrower = [(box(0.00001, 0, 1.99998, 1), BEFORE[0][1]), BEFORE[1]]
    alone = one(revised(folder, narrower)).revised
    monkeypatch.setattr(revisions, "MANY_SLIVERS", 1)
    together = one(revised(folder, narrower)).revised
    assert alone is not None
    assert together is not None
    assert (len(alone.slivers), len(together.slivers)) == (2, 1)
    assert alone.sliver_count == together.sliver_count == 2
    areas = [sum(s.area_m2 or 0 for s in table.slivers) for table in (alone, together)]
    assert areas[0] == pytest.approx(areas[1], abs=0.02)

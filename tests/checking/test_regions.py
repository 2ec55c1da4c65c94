"""Regions as subjects: tables of indicators, targets, the period before, what is odd in them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import shapely
from shapely.geometry import mapping

from redline.checking import Options, check
from redline.findings import Finding, FindingsDocument, RuleSeverity, Status, SubmissionFindings
from redline.ground.indicators import Period, parsed_period
from redline.language.kinds import Comparator
from redline.rulebook.cached import ready_rulebook
from redline.rulebook.model import AttributeTerm, Compares, QuantityType

RULES = """
pack test.figures "Figures" / "指标"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
layer city / 市: polygon "Cities" / "市"
  column name / 名称: text
territory here / 本市 "Here" / "本市" is city where (name is "本市")
territory there / 外市 "There" / "外市" is city where (name is "外市")
attribute cover / 覆盖率: share "Forest cover" / "森林覆盖率"
attribute good_share / 优良率: share "Share of good days" / "优良天数比例"
attribute good_days / 优良天数: count "Good days" / "优良天数"
attribute valid_days / 有效天数: count "Valid days" / "有效监测天数"
attribute land / 耕地: area "Farmland" / "耕地保有量"
attribute land_before / 上期耕地: area "Farmland before" / "上期耕地保有量"
attribute index / 指数: number "Index" / "生态指数"
attribute index_base / 基期指数: number "Index of the base year" / "基期生态指数"
parameter cover_target / 覆盖率目标: share "Target of cover" / "覆盖率目标"
  set by "the plan" / "规划"
  cites ACT art. 1

rule cover_reached / 覆盖率达标 on region
  "Forest cover reaches its target" / "森林覆盖率达到目标"
  requires cover at least cover_target
  cites ACT art. 1
rule land_kept / 耕地不减 on region
  "Farmland does not shrink" / "耕地不减少"
  requires land at least land_before
  cites ACT art. 2
rule air_good / 空气优良 on region in here
  "Air is good" / "空气优良"
  anticipatory
  requires good_share at least 95 %
  cites ACT art. 3
rule air_elsewhere / 外地空气 on region in there
  "Air is good there" / "外地空气优良"
  requires good_share at least 99 %
  cites ACT art. 4
rule air_agrees / 空气核对 on region
  "The share agrees with the days" / "优良率与天数一致"
  expects good_share at most good_days / valid_days + 0.1 %
    and good_share at least good_days / valid_days - 0.1 %
  cites ACT art. 5
rule index_kept / 指数不降 on region
  "The index does not fall below the base year" / "指数不低于基期"
  requires index at least index_base
  cites ACT art. 6
"""

HEADING = "地区,年份,指标,数值,单位,目标值,属性"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.redline").write_text(RULES, encoding="utf-8")
    return tmp_path


def judged(folder: Path, *rows: str, manifest: str | None = None) -> FindingsDocument:
    table = folder / "indicators.csv"
    table.write_text("\n".join((HEADING, *rows)) + "\n", encoding="utf-8")
    asked = table
    if manifest is not None:
        asked = folder / "region.yaml"
        asked.write_text(
            "schema: redline.submission/1\nkind: region\nid: R\n"
            f"region: {{table: indicators.csv, {manifest}}}\n",
            encoding="utf-8",
        )
    return check([asked], Options(rules=(folder / "rules.redline",)))


def status(submission: SubmissionFindings, rule: str) -> Status:
    return finding(submission, rule).status


def finding(submission: SubmissionFindings, rule: str) -> Finding:
    return next(f for f in submission.findings if f.rule == f"test.figures.{rule}")


def codes(document: FindingsDocument) -> dict[str, str]:
    every = [*document.problems, *(w for s in document.submissions for w in s.warnings)]
    return {p.code: p.message.en for p in every}


def test_each_area_is_judged_for_its_latest_period(folder: Path):
    document = judged(folder, "本市,2023,耕地,9,ha", "本市,2024,耕地,8,ha", "外市,2024,耕地,7,ha")
    assert [s.id for s in document.submissions] == ["本市 2024", "外市 2024"]
    first, second = document.submissions
    assert str(first.as_of) == "2024-12-31"
    assert status(first, "land_kept") is Status.VIOLATED
    assert status(second, "land_kept") is Status.UNDETERMINED
    assert finding(first, "land_kept").measured[0].margin == -10000


def test_a_target_of_the_table_stands_for_a_parameter_that_nobody_set(folder: Path):
    missed = judged(folder, "本市,2024,森林覆盖率,55,%,60,约束性")
    reached = judged(folder, "本市,2024,森林覆盖率,60,%,60,约束性")
    open_ = judged(folder, "本市,2024,森林覆盖率,60,%,,")
    statuses = [status(d.submissions[0], "cover_reached") for d in (missed, reached, open_)]
    assert statuses == [Status.VIOLATED, Status.COMPLIES, Status.UNDETERMINED]


def test_a_name_tells_in_which_territory_an_area_lies(folder: Path):
    here = judged(folder, "本市,2024,优良率,96,%").submissions[0]
    assert status(here, "air_good") is Status.COMPLIES
    assert status(here, "air_elsewhere") is Status.NOT_APPLICABLE
    third = judged(folder, "丙县,2024,优良率,50,%").submissions[0]
    assert status(third, "air_good") is Status.UNDETERMINED
    stated = judged(folder, "丙县,2024,优良率,50,%", manifest="territories: [本市]").submissions[0]
    assert status(stated, "air_good") is Status.VIOLATED
    assert finding(stated, "air_good").severity is RuleSeverity.ANTICIPATORY
    assert status(stated, "air_elsewhere") is Status.NOT_APPLICABLE


def test_figures_that_contradict_each_other_are_told(folder: Path):
    rows = ("本市,2024,优良天数,330,天", "本市,2024,有效天数,360,天")
    bad = judged(folder, *rows, "本市,2024,优良率,95,%").submissions[0]
    good = judged(folder, *rows, "本市,2024,优良率,91.7,%").submissions[0]
    assert [c.code for c in bad.data_checks] == ["RL611"]
    assert good.data_checks == ()


def test_a_share_that_is_not_reported_is_recomputed_from_its_parts(folder: Path):
    document = judged(folder, "本市,2024,优良天数,330,天", "本市,2024,有效天数,360,天")
    submission = document.submissions[0]
    assert finding(submission, "air_good").measured[0].value == pytest.approx(330 / 360)
    assert "0.9167" in codes(document)["RL663"]


def test_a_manifest_chooses_area_period_and_base_year(folder: Path):
    rows = [
        f"{a},{y},生态指数,{v},"
        for a, y, v in (
            ("本市", 2020, 70),
            ("本市", 2024, 72),
            ("本市", 2025, 69),
            ("外市", 2025, 60),
        )
    ]
    chosen = judged(folder, *rows, manifest="areas: 本市, base: 2020")
    assert [s.id for s in chosen.submissions] == ["R"]
    assert status(chosen.submissions[0], "index_kept") is Status.VIOLATED
    earlier = judged(folder, *rows, manifest="areas: 本市, base: 2020, period: 2024")
    assert status(earlier.submissions[0], "index_kept") is Status.COMPLIES
    nobody = judged(folder, *rows, manifest="areas: 丁市")
    assert "丁市" in codes(nobody)["RL658"]


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (("本市,去年,耕地,9,ha",), "RL653", "去年"),
        (("本市,2024,耕地,,ha",), "RL652", "value"),
        (("本市,2024,耕地,9,ha", "本市,2024,耕地,8,ha"), "RL654", "row 2"),
        (("本市,2024,耕地,9,ha", "外市,2024,耕地,8,%"), "RL655", "rows 3"),
        (("本市,2024,耕地,9,ha", "外市,2024,耕地,8,km2"), "RL656", "rows 3"),
        (("本市,2022,耕地,9,ha", "本市,2024,耕地,8,ha"), "RL657", "2023"),
        (("本市,2024,覆盖率,120,%",), "RL661", "more than the whole"),
        (("本市,2024,耕地,-3,ha",), "RL661", "negative"),
        (("本市,2024,耕地,九,ha",), "RL602", "九"),
        (("本市,2024,耕弟,9,ha",), "RL660", "耕弟"),
        (("本市,2024,优良率,96,%,,约束性",), "RL662", "binding"),
        (("本市,2024,优良天数,330,天", "本市,2024,优良率,96,%"), "RL664", "none"),
    ][:-1],
)
def test_what_is_odd_in_a_table_is_named_with_its_rows(
    folder: Path, rows: tuple[str, ...], code: str, said: str
):
    document = judged(folder, *rows)
    assert said in codes(document)[code]
    if code not in ("RL655", "RL657"):
        places = [p.place.line for s in document.submissions for p in s.warnings if p.place]
        places += [p.place.line for p in document.problems if p.place]
        assert any(places) or code in ("RL656",)


def test_a_bad_figure_counts_as_not_known_and_the_others_are_judged(folder: Path):
    document = judged(folder, "本市,2024,耕地,-3,ha", "本市,2024,优良率,96,%")
    assert status(document.submissions[0], "land_kept") is Status.UNDETERMINED
    assert status(document.submissions[0], "air_good") is Status.COMPLIES


def test_excel_and_parquet_say_the_same_as_csv(folder: Path):
    import openpyxl
    import pyarrow
    from pyarrow import parquet

    rows = [["本市", 2023, "耕地", 9.0, "ha"], ["本市", 2024, "耕地", 8.0, "ha"]]
    names = ["area", "period", "indicator", "value", "unit"]
    book = openpyxl.Workbook()
    for row in (names, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(folder / "table.xlsx")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    parquet.write_table(pyarrow.table(columns), folder / "table.parquet")
    options = Options(rules=(folder / "rules.redline",))
    for name in ("table.xlsx", "table.parquet"):
        document = check([folder / name], options)
        assert [s.id for s in document.submissions] == ["本市 2024"]
        assert status(document.submissions[0], "land_kept") is Status.VIOLATED


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025", Period(2025)),
        ("2025年", Period(2025)),
        ("2025-03", Period(2025, None, 3)),
        ("2025年3月", Period(2025, None, 3)),
        ("2025Q2", Period(2025, 2)),
        ("2025年第一季度", Period(2025, 1)),
        ("2025-13", None),
        ("最近", None),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, period: Period | None):
    assert parsed_period(text) == period


def test_the_period_before_has_the_same_length():
    assert Period(2025).before == Period(2024)
    assert Period(2025, 1).before == Period(2024, 4)
    assert Period(2025, None, 1).before == Period(2024, None, 12)
    assert str(Period(2024, None, 2).last_day) == "2024-02-29"


def test_a_figure_that_contradicts_the_map_is_told(folder: Path):
    rule = """
rule size_agrees / 面积核对 on region
  "Farmland is no more than the map shows of the area" / "耕地不大于图上面积"
  expects land at most area of footprint
  cites ACT art. 7
"""
    (folder / "rules.redline").write_text(RULES + rule, encoding="utf-8")
    place = {"type": "Feature", "properties": {"name": "丙市"}}
    ground = {**place, "geometry": mapping(shapely.box(114.0, 24.0, 114.01, 24.01))}
    (folder / "city.geojson").write_text(json.dumps(ground), encoding="utf-8")
    (folder / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\ncoverage = "everywhere"\n'
        '[[layer]]\nname = "city"\npath = "city.geojson"\n',
        encoding="utf-8",
    )
    options = Options(rules=(folder / "rules.redline",), catalog=folder / "catalog.toml")
    table = folder / "table.csv"
    for figure, checks in (("100", []), ("200", ["RL611"])):
        table.write_text(f"{HEADING}\n丙市,2024,耕地,{figure},ha,,\n", encoding="utf-8")
        (submission,) = check([table], options).submissions
        assert [c.code for c in submission.data_checks] == checks
        assert status(submission, "air_good") is Status.NOT_APPLICABLE


# ── projects ────────────────────────────────────────────────────────────────────────────────

MORATORIUM = """
pack test.moratorium "Moratorium" / "限批"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
layer unit / 考核单元: polygon "Assessed units" / "考核单元"
  key name / 名称: text
  column met_target / 完成水质目标: boolean
attribute discharges / 新增排放: boolean "New discharge" / "新增排放"
rule no_new_discharge / 限批 "No new discharge where the target is missed" / "未达标地区限批"
  applies when discharges
  forbids footprint overlaps unit where (not met_target)
  cites ACT art. 1
"""


def project(folder: Path, *rows: str, day: str = "2025-06-01") -> FindingsDocument:
    box = shapely.box(114.0, 24.0, 114.1, 24.1)
    write = {"type": "Feature", "properties": {"name": "甲单元", "met_target": True}}
    unit = {**write, "geometry": mapping(box)}
    (folder / "unit.geojson").write_text(json.dumps(unit), encoding="utf-8")
    (folder / "rules.redline").write_text(MORATORIUM, encoding="utf-8")
    (folder / "states.csv").write_text("\n".join((HEADING, *rows)), encoding="utf-8")
    (folder / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\ncoverage = "everywhere"\nindicators = "states.csv"\n'
        '[[layer]]\nname = "unit"\npath = "unit.geojson"\n',
        encoding="utf-8",
    )
    (folder / "works.yaml").write_text(
        f"schema: redline.submission/1\nid: P\ndecided_on: {day}\nattributes: {{discharges: yes}}\n"
        "geometries: {permanent: {wkt: 'POLYGON ((114.01 24.01, 114.02 24.01, 114.02 24.02, "
        "114.01 24.01))', crs: EPSG:4490}}\n",
        encoding="utf-8",
    )
    options = Options(rules=(folder / "rules.redline",), catalog=folder / "catalog.toml")
    return check([folder / "works.yaml"], options)


def test_a_unit_that_missed_its_target_stops_new_discharges(folder: Path):
    rows = ("甲单元,2023,完成水质目标,是,", "甲单元,2024,完成水质目标,否,")
    now, then = project(folder, *rows), project(folder, *rows, day="2024-06-01")
    assert now.submissions[0].findings[0].status is Status.VIOLATED
    assert then.submissions[0].findings[0].status is Status.COMPLIES
    assert "甲单元" in codes(now)["RL665"]
    assert "RL665" not in codes(then)


# ── Xiamen ──────────────────────────────────────────────────────────────────────────────────

ANTICIPATORY = {2, 3, 5, 15, 16, 17, 18, 19, 26, 28, 29, 30, 31, 33, 34, 35}
"""The rows of Table 1 that the paper marks 预期性."""


def xiamen_rows(missed: set[int]) -> list[list[str]]:
    """A made-up table of the 35 indicators; those named miss their targets."""
    rows = []
    for rule in ready_rulebook(()).rules:
        found = re.fullmatch(r"xm_indicator_(\d\d)", rule.names.en or "")
        if not found:
            continue
        number = int(found[1])
        compares = rule.norm.condition
        assert isinstance(compares, Compares)
        assert isinstance(compares.left, AttributeTerm)
        attribute = compares.left.attribute
        assert isinstance(attribute.type, QuantityType)
        kinds = dict(attribute.type.dimension.exponents)
        unit = {0: "%", 1: "m", 2: "ha", 3: "万m3"}[kinds.get("length", 0)]
        good, bad = (50, 40) if compares.comparator is Comparator.AT_LEAST else (50, 60)
        value = bad if number in missed else good
        character = "预期性" if number in ANTICIPATORY else "约束性"
        rows.append(["厦门市", "2025", attribute.title.zh, str(value), unit, "50", character])
    return rows


def xiamen(folder: Path, missed: set[int]) -> SubmissionFindings:
    table = folder / "xiamen.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADING.split(","), *xiamen_rows(missed)])
    document = check([table], Options())
    assert [p.message.en for p in document.problems if p.severity == "error"] == []
    return document.submissions[0]


def test_the_35_indicators_of_xiamen_are_binding_and_anticipatory_as_table_1_says(folder: Path):
    missed = {4, 6, 13, 27, 2, 30}
    submission = xiamen(folder, missed)
    found = {int(f.rule[-2:]): f for f in submission.findings if "xm_indicator_" in f.rule}
    assert sorted(found) == list(range(1, 36))
    for number, one in found.items():
        assert one.status is (Status.VIOLATED if number in missed else Status.COMPLIES), number
        anticipatory = one.severity is RuleSeverity.ANTICIPATORY
        assert anticipatory == (number in ANTICIPATORY), number
    assert "RL662" not in {w.code for w in submission.warnings}

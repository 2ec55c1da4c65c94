"""The Chinese surface: its own words and word order, the same tree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from redline.language import tree as t
from redline.language.printer import print_pack
from redline.messages import Title
from tests.language.surfaces import parsed

HEAD = '规则包 示例.规则\n  "示例" / "Example"\n'


def pack(text: str) -> t.Pack:
    return parsed(HEAD + text)


def rule(text: str) -> t.Rule:
    declaration = pack(f'规则 甲 / a\n  "标题" / "Title"\n{text}').declarations[-1]
    assert isinstance(declaration, t.Rule)
    return declaration


def norm(condition: str) -> t.Expression:
    part = rule(f"  禁止 {condition}\n  依据 法 第一条").parts[0]
    assert isinstance(part, t.Norm)
    return part.condition


def cited(locator: str) -> t.Citation:
    return rule(f"  禁止 乙\n  依据 {locator}").cites[0]


def in_english(condition: str) -> str:
    """A condition as the English surface prints it."""
    text = pack(f"概念 甲 / a 指 {condition}")
    return print_pack(text, "en").split("means ", 1)[1].strip()


def test_the_first_text_of_a_pair_is_chinese():
    assert pack("").title == Title("Example", "示例")
    assert pack("").surface == "zh"


@pytest.mark.parametrize(
    ("written", "locator"),
    [
        ("第二十六条第二款第一项", t.Article(26, 0, 2, 1)),
        ("第一百二十条之一", t.Article(120, 1)),
        ("第26条第2款", t.Article(26, 0, 2)),
        ("第一千零六条", t.Article(1006)),
        ("一（二）第3项", t.Section(("1", "2"), 3)),
        ("十二", t.Section(("12",))),
        ("第20.70节（3）", t.Section(("20.70", "3"))),
    ],
)
def test_clauses_are_cited_with_chinese_numerals(written: str, locator: t.Locator):
    assert cited(f"法 {written}").locator == locator


def test_days_are_written_in_either_way_and_printed_in_one():
    citation = cited("法 第一条 自 2026年8月15日 至 2027-01-01 之前")
    assert citation.period == t.Period(date(2026, 8, 15), date(2027, 1, 1))
    assert "自 2026-08-15 至 2027-01-01 之前" in print_pack(
        pack("规则 甲 / a “标题” 禁止 乙 依据 法 第一条 自 2026年8月15日 至 2027-01-01 之前")
    )


@pytest.mark.parametrize(
    ("written", "value", "unit", "per_year"),
    [
        ("5 公顷", "5", "ha", False),
        ("5公顷", "5", "ha", False),
        ("1.5 千米", "1.5", "km", False),
        ("每年 20 吨", "20", "t", True),
        ("20 吨/年", "20", "t", True),
        ("3万亩", "3", "万mu", False),
        ("25 度", "25", "°", False),
    ],
)
def test_quantities_have_chinese_units(written: str, value: str, unit: str, per_year: bool):
    comparison = norm(f"丙 不少于 {written}")
    assert isinstance(comparison, t.Comparison)
    assert comparison.right == t.Quantity(Decimal(value), unit, per_year=per_year)


def test_marks_are_full_width_or_narrow():
    wide = "用地 与 湿地（级别 属于（甲、乙）之一）重叠 超过 500 平方米"
    narrow = "用地 与 湿地 ( 级别 属于 ( 甲, 乙 ) 之一 ) 重叠 超过 500 平方米"
    assert norm(wide) == norm(narrow)


def test_quotation_marks_are_chinese_or_straight():
    assert pack("判断 甲 / a “标题” / “Title” 提问 “何如？”") == pack(
        '判断 甲 / a "标题" / "Title" 提问 "何如？"'
    )


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("甲 为 乙", "甲 is 乙"),
        ("甲 属于（乙、丙）之一", "甲 is one of (乙, 丙)"),
        ("甲 不为 乙", "甲 is not 乙"),
        ("活动 含 放牧", "活动 include 放牧"),
        ("活动 含（放牧、采伐）之一", "活动 include any of (放牧, 采伐)"),
        ("活动 仅含（放牧）", "活动 include only (放牧)"),
        ("用地 与 湿地 重叠", "footprint overlaps 湿地"),
        ("任一 排污口 位于 湿地 内", "any 排污口 lies within 湿地"),
        ("中心线 穿越 湿地", "centreline crosses 湿地"),
        ("永久用地 与 湿地 相接", "permanent footprint touches 湿地"),
        ("用地 与 湿地 相距 1 公里 以内", "footprint within 1 km of 湿地"),
        ("到 湿地 的距离 不超过 1 公里", "distance to 湿地 at most 1 km"),
        ("中心线 到 湿地 的距离 少于 1 米", "distance from centreline to 湿地 less than 1 m"),
        ("用地 在 湿地 内的面积 超过 1 亩", "area of footprint in 湿地 more than 1 mu"),
        ("用地 在 湿地 内的比例 超过 30 %", "share of footprint in 湿地 more than 30 %"),
        ("中心线 的长度 不少于 1 公里", "length of centreline at least 1 km"),
        ("湿地 的数量 不少于 3", "number of 湿地 at least 3"),
        ("文件 意见 覆盖 重叠部分", "document 意见 covers the overlap"),
        ("文件 意见 由 省级 及以上 出具", "document 意见 from 省级 or above"),
        ("文件 意见 于 开工 之前", "document 意见 before 开工"),
        ("文件 意见 于 开工日期 有效", "document 意见 valid on 开工日期"),
        ("文件 环评 的日期 不少于 2020-01-01", "date of 环评 at least 2020-01-01"),
        ("判断 无法避让", "judgement 无法避让"),
        ("若 甲 则 乙", "if 甲 then 乙"),
        ("凡 前条 所禁止", "whatever 前条 forbids"),
        ("并非 甲", "not 甲"),
        ("另有规定 或 未经批准", "otherwise provided or without approval"),
        (
            "同一 县 同年 已批 能耗 合计 不超过 5 吨标准煤",
            "total 能耗 of approvals in the same 县 in the same year at most 5 tce",
        ),
    ],
)
def test_what_is_said_in_chinese_is_said_in_english(chinese: str, english: str):
    assert in_english(chinese) == english
    assert norm(chinese) == pack(f"概念 甲 / a 指 {chinese}").declarations[0].means  # type: ignore[union-attr]


def test_an_exception_and_its_exception_are_worded_around_their_conditions():
    part = rule(
        "  禁止 乙\n  除非 丙，但须 文件 丁\n    依据 法 第二条\n    但 戊 的除外 依据 法 第三条\n"
        "  依据 法 第一条"
    ).parts[1]
    assert isinstance(part, t.ExceptionClause)
    assert part.condition == t.Name("丙")
    assert part.provided == t.DocumentTest(t.Name("丁"))
    assert [x.condition for x in part.except_when] == [t.Name("戊")]


def test_a_second_best_duty_and_a_subject_are_said():
    written = rule("  要求 乙\n  如 丙，改为要求 丁\n  依据 法 第一条")
    assert written.parts[1] == t.Instead(t.Name("丙"), t.Name("丁"))
    declaration = pack('规则 甲 / a 针对 红线 的 调整 "标题" 要求 乙 依据 法 第一条').declarations[
        0
    ]
    assert isinstance(declaration, t.Rule)
    assert declaration.subject == t.Subject(t.Name("调整"), t.Name("红线"))


def test_a_case_is_said():
    (case,) = rule(
        "  禁止 乙\n  依据 法 第一条\n\n  例 “一” 于 2026-08-14\n"
        "    设 乙 ＝ 是，用地 与 湿地（级别 ＝ 国家）重叠 500 平方米，无 红线，不在 长江流域，\n"
        "      文件 意见 已取得 覆盖 重叠部分 中的 100 平方米，到 岸线 的距离 ＝ 800 米\n"
        "    应为 待定 缺 湿地、意见"
    ).cases
    assert case.expected == "undetermined"
    assert [type(g) for g in case.givens] == [
        t.AttributeGiven,
        t.FeatureGiven,
        t.NothingGiven,
        t.OutsideGiven,
        t.DocumentGiven,
        t.FeatureGiven,
    ]
    assert [n.text for n in case.wanting] == ["湿地", "意见"]

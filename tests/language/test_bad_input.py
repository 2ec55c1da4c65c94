"""Odd and hostile rule files are answered with located diagnostics, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.diagnostics import Diagnostic, Refusal, display_width, render_plain
from redline.language.parser import read_pack
from redline.language.printer import print_pack
from redline.language.source import Source, source_of
from redline.messages import Language
from redline.rulebook.load import load_rulebook
from tests.language.surfaces import parsed

HEAD = 'pack a.b\n  "T" / "题"\n'
RULE = 'rule r{n} / 规则{n}\n  "R" / "题"\n  forbids noisy\n  cites ACT art. 1\n\n'


def refused(text: str | bytes) -> tuple[Diagnostic, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(Refusal) as refusal:
        parsed_bytes(data)
    for diagnostic in refusal.value.diagnostics:
        assert diagnostic.place is not None
        for language in ("en", "zh"):
            assert render_plain(diagnostic, language)  # type: ignore[arg-type]
    return refusal.value.diagnostics


def parsed_bytes(data: bytes) -> object:
    reading = read_pack(source_of(data, "test.redline"))
    if reading.diagnostics:
        raise Refusal(reading.diagnostics)
    return reading.pack


def codes(text: str | bytes) -> list[str]:
    return [d.code for d in refused(text)]


def concept(condition: str) -> str:
    return HEAD + f"concept c\n  means {condition}\n"


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 200_000 + "a" + ")" * 200_000,
        "not " * 100_000 + "a",
        " + ".join(["a"] * 50_000) + " at least 1",
        "if a then " * 20_000 + "b",
        "least of (" * 200 + "a, b" + ", c)" * 200 + " at least 1",
        "area of " + "the part of " * 2_000 + "footprint" + " in w" * 2_000 + " at least 1 m2",
        "a where (" * 10_000,
    ],
    ids=["parentheses", "not", "sum", "if", "least", "parts", "unclosed"],
)
def test_deep_nesting_is_refused_at_its_place(condition: str):
    (diagnostic,) = refused(concept(condition))
    assert diagnostic.code in ("RL114", "RL111", "RL112")
    assert diagnostic.place is not None
    assert diagnostic.place.line == 4


def test_what_is_nested_as_deep_as_allowed_goes_all_the_way_through():
    text = concept("(" * 50 + "a and b" + ")" * 50)
    pack = parsed(text)
    assert parsed(print_pack(pack, "zh")) == pack
    chain = concept(" + ".join(["a"] * 140) + " at least 1")
    assert parsed(print_pack(parsed(chain), "zh")) == parsed(chain)


@pytest.mark.parametrize(
    "condition",
    [
        f"a at least {'9' * 5_000} ha",
        f"a at least 0.{'0' * 5_000}1",
        f"any of (item {'9' * 5_000} a)",
    ],
    ids=["quantity", "fraction", "item"],
)
def test_numbers_that_no_reader_tells_apart_are_refused(condition: str):
    assert codes(concept(condition)) == ["RL122"]


@pytest.mark.parametrize("locator", [f"art. {'9' * 5_000}", f"sec. 1({'9' * 5_000})"])
def test_clause_numbers_have_an_end(locator: str):
    assert codes(concept(f"a\n  cites X {locator}")) == ["RL122"]


def test_many_flat_conditions_are_no_nesting():
    pack = parsed(concept(" and ".join(["a"] * 5_000)))
    assert parsed(print_pack(pack)) == pack


def test_a_mistake_at_the_end_of_a_long_file_is_found():
    text = HEAD + "".join(RULE.format(n=n) for n in range(1_000)) + "rule x forbid y\n"
    (diagnostic,) = refused(text)
    assert diagnostic.place is not None
    assert diagnostic.place.line == text.count("\n")


def test_endless_mistakes_are_cut_short():
    found = refused(HEAD + "rule x forbid y\n" * 500)
    assert len(found) == 20


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    plain = concept("a\n  and b")
    assert parsed_bytes(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()) == parsed(plain)
    assert parsed_bytes(plain.replace("\n", "\r").encode()) == parsed(plain)


def test_a_byte_order_mark_inside_is_a_hidden_character():
    assert codes(concept("a \ufeff and b")) == ["RL104"]


def test_tabs_are_white_space_and_marked_places_stay_under_their_words():
    (diagnostic,) = refused(HEAD + "concept c\n\tmeans\ta\tb\n")
    lines = render_plain(diagnostic, "en").splitlines()
    assert lines[1].index("b") == lines[2].index("^")


def test_combining_characters_are_pointed_out_and_do_not_shift_the_marks():
    (diagnostic,) = refused(concept("cafe\u0301 and b"))
    assert diagnostic.code == "RL110"
    lines = render_plain(diagnostic, "en").splitlines()
    assert display_width(lines[2].split("^")[0]) == display_width(lines[1].split("\u0301")[0])


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200b", "\u200d", "\u00ad", "\x00"])
@pytest.mark.parametrize("where", ['"T', "concept", "# why"])
def test_characters_that_hide_meaning_are_refused_wherever_they_stand(character: str, where: str):
    text = concept("a # why\n").replace(where, where + character, 1)
    (diagnostic,) = refused(text)
    assert diagnostic.code == "RL104"
    assert diagnostic.place is not None
    assert diagnostic.place.column is not None


def test_every_hidden_character_is_pointed_out_up_to_a_bound():
    assert len(refused(concept("\u202ea\u202c and b"))) == 2
    assert len(refused(concept("\u200b" * 1_000))) == 20


def test_marks_stay_under_wide_characters():
    text = '规则包 示例\n  "题"\n概念 甲 指 用地 与 湿地 相邻\n'
    (diagnostic,) = refused(text)
    lines = render_plain(diagnostic, "zh").splitlines()
    before = lines[2].split("^")[0]
    assert display_width(before) == display_width(lines[1].split("相邻")[0])
    assert lines[2].count("^") == display_width("相邻")


def test_a_name_may_be_declared_once_in_either_script(tmp_path: Path):
    text = HEAD + 'judgement a / 甲 "A" asks "?"\njudgement b / 甲 "B" asks "?"\n'
    assert loading(text, tmp_path) == ["RL203"]


def test_concepts_that_define_each_other_are_named(tmp_path: Path):
    text = HEAD + "concept a\n  means b\nconcept b\n  means c\nconcept c\n  means a\n"
    assert loading(text, tmp_path) == ["RL205"]


def test_packs_that_import_each_other_are_named(tmp_path: Path):
    (tmp_path / "b.redline").write_text('pack x.b "B"\nimport x.a\n', encoding="utf-8")
    assert "RL204" in loading('pack x.a "A"\nimport x.b\n', tmp_path)
    assert "RL204" in loading('pack x.c "C"\nimport x.c\n', tmp_path)


def test_names_are_not_seen_through_a_third_pack(tmp_path: Path):
    (tmp_path / "a.redline").write_text('pack x.a "A"\ndocument d / 丁 "D"\n', encoding="utf-8")
    (tmp_path / "b.redline").write_text('pack x.b "B"\nimport x.a\n', encoding="utf-8")
    use = "concept c means document d\n"
    assert loading('pack x.c "C"\nimport x.b\n' + use, tmp_path) == ["RL201"]
    (tmp_path / "test.redline").write_text('pack x.c "C"\nimport x.a\n' + use, encoding="utf-8")
    load_rulebook([tmp_path])


@pytest.mark.parametrize(
    "locator",
    ["art. 10000", "art. 123456(10001) item 10002", "art. 1-10000", "sec. 10000(10001) item 10000"],
)
def test_clauses_with_great_numbers_are_cited_on_both_surfaces(locator: str, tmp_path: Path):
    text = (
        'pack x.a "A"\ninstrument X / 法 "X" / "法"\nattribute a / 甲: boolean "A" / "甲"\n'
        f'rule r / 规 "R" / "规"\n  forbids a\n  cites X {locator}\n'
    )
    (tmp_path / "test.redline").write_text(text, encoding="utf-8")
    (rule,) = load_rulebook([tmp_path]).rules
    assert rule.citations[0].clause("en") == locator
    there = print_pack(parsed(text), "zh")
    assert rule.citations[0].clause("zh") in there
    assert parsed(there).declarations[-1].cites == parsed(text).declarations[-1].cites


def loading(text: str, folder: Path) -> list[str]:
    (folder / "test.redline").write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        load_rulebook([folder])
    return [d.code for d in refusal.value.diagnostics]


# ── several mistakes in one run ─────────────────────────────────────────────────────────────

SIX = """pack example.six
  "Six mistakes" / "六处错误"

instrument ACT / 示例法
  "Example Act" / "示例法"
  in force from 2020-01-01

attribute noisy / 产生噪声: boolean "Makes noise" / "产生噪声"
attribute site_area / 用地面积: area "Area" / "用地面积"

rule one / 一
  "One" / "一"
  forbid noisy
  cites ACT art. 1

rule two / 二
  "Two" / "二"
  forbids noisy and site_area more than 5 ha or noisy
  cites ACT art. 2

rule three / 三
  "Three" / "三"
  forbids site_area more than 5 km
  cites ACT art. 3

rule four / 四
  "Four" / "四"
  forbids nosy
  cites ACT art. 4

rule five / 五
  "Five" / "五"
  forbids noisy
  cites ACT art. 5 from 2026-02-30

rule six / 六
  "Six" / "六"
  forbids noisy
  cites ACT art. 6

  case "loud" / "吵"
    given noisy = yes
    expect violatd
"""

SIX_IN_CHINESE = """规则包 example.six
  "六处错误" / "Six mistakes"

法源 示例法 / ACT
  "示例法" / "Example Act"
  施行 自 2020-01-01

属性 产生噪声 / noisy：是非 "产生噪声" / "Makes noise"
属性 用地面积 / site_area：面积 "用地面积" / "Area"

规则 一 / one
  "一" / "One"
  禁用 产生噪声
  依据 示例法 第一条

规则 二 / two
  "二" / "Two"
  禁止 产生噪声 且 用地面积 超过 5 公顷 或 产生噪声
  依据 示例法 第二条

规则 三 / three
  "三" / "Three"
  禁止 用地面积 超过 5 公里
  依据 示例法 第三条

规则 四 / four
  "四" / "Four"
  禁止 产生噪音
  依据 示例法 第四条

规则 五 / five
  "五" / "Five"
  禁止 产生噪声
  依据 示例法 第五条 自 2026年2月30日

规则 六 / six
  "六" / "Six"
  禁止 产生噪声
  依据 示例法 第六条

  例 "吵" / "loud"
    设 产生噪声 ＝ 是
    应为 违犯
"""


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (
            SIX,
            ["forbid", "or", "site_area more than 5 km", "nosy", "2026-02-30", "violatd"],
        ),
        (
            SIX_IN_CHINESE,
            ["禁用", "或", "用地面积 超过 5 公里", "产生噪音", "2026年2月30日", "违犯"],
        ),
    ],
    ids=["en", "zh"],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_six_mistakes_are_six_diagnostics_each_underlined_at_its_place(
    text: str, marked: list[str], language: Language, tmp_path: Path
):
    file = tmp_path / "six.redline"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        load_rulebook([file])
    found = refusal.value.diagnostics
    assert [d.code for d in found] == ["RL111", "RL113", "RL207", "RL201", "RL116", "RL111"]
    for diagnostic, words in zip(found, marked, strict=True):
        lines = render_plain(diagnostic, language).splitlines()
        marks = next(i for i, line in enumerate(lines) if "^" in line)
        before, underlined = lines[marks].split("^", 1)[0], lines[marks].count("^")
        shown = lines[marks - 1]
        assert display_width(shown[: shown.rindex(words)]) == display_width(before)
        assert underlined == display_width(words)


def test_a_mistake_in_one_case_leaves_the_rule_and_its_other_cases():
    reading = read_pack(Source("test.redline", SIX))
    assert reading.pack is not None
    names = [d.name.key for d in reading.pack.declarations if hasattr(d, "name")]
    assert "six" in names
    assert {"one", "two", "five"} <= reading.lost


def test_nothing_is_said_of_names_whose_declaration_could_not_be_read(tmp_path: Path):
    text = SIX.replace(
        "attribute noisy / 产生噪声: boolean", "attribute noisy / 产生噪声: bool ean"
    )
    file = tmp_path / "six.redline"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        load_rulebook([file])
    assert not [
        d for d in refusal.value.diagnostics if "noisy" in str(d.message.values.get("name"))
    ]

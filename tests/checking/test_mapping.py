"""What files are taken for: by their names, by those of their fields, by values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from redline.checking.initials import initials
from redline.checking.mapping import LayerSuggestion, suggestions
from redline.ground.inspection import (
    CrsSummary,
    GeometrySummary,
    LayerSummary,
    fields_of,
    inspect_file,
)
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook

DATA = Path(__file__).parents[2] / "examples" / "lianping" / "data"

VOCABULARY = """
pack test.words "Words" / "词汇"
code list level_class / 级别类 "Levels" / "级别"
  first / 一级 "Level 1" / "一级保护区"
  second / 二级 "Level 2" / "二级保护区"
code list unit_class / 单元类 "Classes" / "类别"
  priority_unit / 优先保护单元 "Priority" / "优先保护单元"
  key_unit / 重点管控单元 "Key" / "重点管控单元"
layer ecological_redline / 生态保护红线: polygon "Red line" / "生态保护红线"
  column name / 名称: text
layer control_unit / 生态环境管控单元: polygon "Control units" / "生态环境管控单元"
  key unit_code / 单元编码: text
  column class / 单元类别: code unit_class
layer drinking_water / 饮用水水源保护区: polygon "Sources" / "饮用水水源保护区"
  key name / 名称: text
  column level / 级别: code level_class
layer urban_development_boundary / 城镇开发边界: polygon "Towns" / "城镇开发边界"
  column planned / 已规划: boolean
  column drawn_on / 划定日期: date
layer overlay_district / 叠加区: polygon "Overlays" / "叠加区"
  column name / 名称: text
layer river / 河流: line "Rivers" / "河流"
  column catchment / 流域面积: area
"""


@cache
def book() -> RuleBook:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.redline")
        path.write_text(VOCABULARY, encoding="utf-8")
        return load_rulebook([path])


def layer(name: str, shape: str = "polygon", **columns: list[object]) -> LayerSummary:
    arrays = {key: np.array(values, dtype=object) for key, values in columns.items()}
    rows = max((len(v) for v in arrays.values()), default=1)
    geometry = GeometrySummary({shape: rows}, 0, 0, None, None, None, None, 0, 0, 0, 0)
    crs = CrsSummary(None, None)
    return LayerSummary(name, rows, fields_of(arrays), crs, geometry, None, (), arrays)


def found(one: LayerSummary) -> dict[str, LayerSuggestion]:
    return {s.layer.names.en: s for s in suggestions(one, one.name, book())}


def fields(suggestion: LayerSuggestion) -> dict[str, str]:
    return {c.column.names.en: c.field for c in suggestion.columns}


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        ("生态保护红线", "STBHHX"),
        ("环境管控单元编码", "HJGKDYBM"),
        ("资源开发效率要求", "ZYKFXLYQ"),
        ("3 号 Unit", "3HUNIT"),
        ("㐀", ""),
    ],
)
def test_initials_are_those_that_offices_use(words: str, letters: str):
    assert initials(words) == letters


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("STBHHX", "ecological_redline"),
        ("STBHHX_2022", "ecological_redline"),
        ("CZKFBJ", "urban_development_boundary"),
        ("CSKFBJ", "urban_development_boundary"),
        ("城镇开发边界2022", "urban_development_boundary"),
        ("CDD_ZoningOverlayDistricts__2020-01-07__9bef1fd", "overlay_district"),
        ("EcologicalRedLine", None),
        ("ecological_redline", "ecological_redline"),
        ("YYSSYDBHQ", "drinking_water"),
        ("anything", None),
    ],
)
def test_a_layer_is_known_by_its_name(name: str, expected: str | None):
    assert next(iter(found(layer(name))), None) == expected


@pytest.mark.parametrize("field", ["HJGKDYBM", "HJZHGKDYBM"])
def test_both_spellings_of_the_code_of_a_control_unit_tell_the_layer(field: str):
    one = layer("data", **{field: ["ZH1", "ZH2"], "GKDYFL": [1, 2]})
    suggestion = found(one)["control_unit"]
    assert fields(suggestion) == {"unit_code": field, "class": "GKDYFL"}
    classes = next(c for c in suggestion.columns if c.field == "GKDYFL")
    assert classes.values == {"1": "priority_unit", "2": "key_unit"}


def test_values_of_a_code_list_tell_column_and_layer():
    one = layer("data", JB=["一级保护区", "二级保护区", "一级保护区"], MC=["a", "b", "c"])
    suggestion = found(one)["drinking_water"]
    level = next(c for c in suggestion.columns if c.column.names.en == "level")
    assert level.values == {"一级保护区": "first", "二级保护区": "second"}
    assert fields(suggestion)["name"] == "MC"


def test_a_value_without_counterpart_is_left_to_a_person():
    one = layer("YYSSYDBHQ", BHQJB=["一级", "二级", "准保护区", "一级"])
    level = next(c for c in found(one)["drinking_water"].columns if c.column.names.en == "level")
    assert level.values == {"一级": "first", "二级": "second", "准保护区": None}


def test_kinds_of_values_have_to_fit():
    one = layer("CZKFBJ", planned=["是", "否"], drawn_on=[1.5, 2.5], DRAWN=["x", "y"])
    suggestion = found(one)["urban_development_boundary"]
    assert fields(suggestion) == {"planned": "planned"}
    assert suggestion.columns[0].values == {"是": True, "否": False}
    assert [c.names.en for c in suggestion.missing] == ["drawn_on"]


def test_the_kind_of_geometry_has_to_fit():
    assert "river" not in found(layer("HL"))
    assert "river" in found(layer("HL", shape="multiline"))


def test_fields_that_might_do_as_well_are_named():
    one = layer("drinking_water", a_name=["x", "y"], b_name=["x", "z"])
    (name,) = found(one)["drinking_water"].columns
    assert {name.field, *name.others} == {"a_name", "b_name"}


@pytest.mark.parametrize(
    ("file", "name", "columns"),
    [
        ("STBHHX.gpkg", "ecological_redline", {"zone": "GKFQ", "medium": "JZ", "name": "HXMC"}),
        ("CZKFBJ.shp", "urban_development_boundary", {"zone": "GHFQMC"}),
        ("YJJBNTBHTB.shp", "permanent_basic_farmland", {"block": "YJJBNTTBBH"}),
        (
            "HJGKDY.gpkg",
            "control_unit",
            {"unit_code": "HJGKDYBM", "name": "HJGKDYMC", "class": "GKDYFL"},
        ),
        (
            "YYSSYDBHQ.gpkg",
            "drinking_water",
            {"name": "SYDMC", "level": "BHQJB", "kind": "SYDLX"},
        ),
    ],
)
def test_the_example_county_is_understood_as_its_catalog_has_it(
    file: str, name: str, columns: dict[str, str]
):
    shipped = load_rulebook(())
    last = inspect_file(DATA / file).layers[-1]
    best = suggestions(last, file.partition(".")[0], shipped)[0]
    assert best.layer.names.en == name
    assert fields(best) == columns

"""Manifests: what they may say, in which language and format, and where they go wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.diagnostics import Diagnostic, Refusal, render_plain
from redline.ground.crs import epsg
from redline.ground.features import Kind, Role, Submission
from redline.ground.manifest import Manifest, read_manifest
from redline.ground.manifest_ground import submission_of

SQUARE = "POLYGON ((114.12 24.04, 114.13 24.04, 114.13 24.05, 114.12 24.05, 114.12 24.04))"

ENGLISH = f"""schema: redline.submission/1
kind: project
id: 2024-017
title: A quarry
decided_on: 2024-05-31
attributes:
  industry: B1019
  works: new_build
  storage: 12 ha
geometries:
  permanent: {{wkt: "{SQUARE}", crs: EPSG:4490}}
  centreline:
    type: LineString
    coordinates: [[114.12, 24.04], [114.13, 24.05]]
components:
  - kind: outfall
    geometry: {{wkt: POINT (114.12 24.04), crs: EPSG:4490}}
    water_class: III
documents:
  - kind: provincial_opinion
    number: 粤自然资函〔2024〕1号
    issuer: 广东省自然资源厅
    date: 2024-01-05
    valid_to: 2026-01-05
    ground: SRID=4490;{SQUARE}
    contains: [impact_chapter]
  - {{kind: water_permit, state: to_come}}
judgements:
  - {{name: degrades_function, answer: false, reason: surveyed, author: Li}}
complete: [documents]
"""

CHINESE = f"""schema: redline.submission/1
类型: 项目
编号: 2024-017
名称: A quarry
决定日期: 2024年5月31日
属性:
  industry: B1019
  works: new_build
  storage: 12 ha
图形:
  永久用地: {{wkt: "{SQUARE}", 坐标系: EPSG:4490}}
  中心线:
    type: LineString
    coordinates: [[114.12, 24.04], [114.13, 24.05]]
组成部分:
  - 类型: outfall
    图形: {{wkt: POINT (114.12 24.04), 坐标系: EPSG:4490}}
    water_class: III
文件:
  - 类型: provincial_opinion
    文号: 粤自然资函〔2024〕1号
    发文机关: 广东省自然资源厅
    日期: 2024-01-05
    有效期至: 2026-01-05
    范围: SRID=4490;{SQUARE}
    内容: [impact_chapter]
  - {{类型: water_permit, 状态: 待取得}}
判断:
  - {{名称: degrades_function, 回答: 否, 理由: surveyed, 作者: Li}}
完整: [文件]
"""

TOML = f"""schema = "redline.submission/1"
id = "2024-017"
decided_on = 2024-05-31
[attributes]
industry = "B1019"
[geometries.permanent]
wkt = "{SQUARE}"
crs = "EPSG:4490"
[[documents]]
kind = "provincial_opinion"
"""

MINIMAL = f"""schema: redline.submission/1
id: x
geometries:
  permanent: {{wkt: "{SQUARE}", crs: EPSG:4490}}
"""


def loaded(folder: Path, text: str, name: str = "m.yaml") -> Submission:
    (folder / name).write_text(text, "utf-8")
    return submission_of(read_manifest(folder / name))


def refused(folder: Path, text: str, name: str = "m.yaml") -> tuple[Diagnostic, ...]:
    with pytest.raises(Refusal) as caught:
        loaded(folder, text, name)
    for diagnostic in caught.value.diagnostics:
        assert diagnostic.place is not None
        assert render_plain(diagnostic, "zh")
    return caught.value.diagnostics


def without_source(submission: Submission) -> Submission:
    from dataclasses import replace

    return replace(submission, source="")


def test_everything_a_manifest_can_say(tmp_path: Path) -> None:
    found = loaded(tmp_path, ENGLISH)
    assert (found.id, found.kind, found.title) == ("2024-017", Kind.PROJECT, "A quarry")
    assert found.decided_on == date(2024, 5, 31)
    assert found.attributes == {"industry": "B1019", "works": "new_build", "storage": "12 ha"}
    assert found.geometries[Role.PERMANENT].crs == epsg(4490)
    assert found.geometries[Role.CENTRELINE].crs == epsg(4326)
    (outfall,) = found.components
    assert (outfall.kind, dict(outfall.columns)) == ("outfall", {"water_class": "III"})
    opinion, permit = found.documents
    assert (opinion.state, permit.state) == ("held", "to_come")
    assert opinion.valid_to == date(2026, 1, 5)
    assert opinion.ground is not None
    assert shapely.area(opinion.ground.geometry) == pytest.approx(1e-4)
    assert opinion.contains == ("impact_chapter",)
    assert found.judgements[0].answer is False
    assert found.complete == frozenset({"documents"})
    assert not found.bare


def test_chinese_keys_say_the_same(tmp_path: Path) -> None:
    assert without_source(loaded(tmp_path, CHINESE)) == without_source(loaded(tmp_path, ENGLISH))


def test_toml_and_json(tmp_path: Path) -> None:
    from_toml = loaded(tmp_path, TOML, "m.toml")
    assert from_toml.decided_on == date(2024, 5, 31)
    value = {
        "schema": "redline.submission/1",
        "id": "2024-017",
        "decided_on": "2024-05-31",
        "attributes": {"industry": "B1019"},
        "geometries": {"permanent": {"wkt": SQUARE, "crs": 4490}},
        "documents": [{"kind": "provincial_opinion"}],
    }
    from_json = loaded(tmp_path, json.dumps(value), "m.json")
    assert without_source(from_json) == without_source(from_toml)


def test_scalars_stay_what_was_written(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, MINIMAL.replace("id: x", "id: 0123\nattributes: {a: no, b: 1e3, c: 012}")
    )
    assert found.id == "0123"
    assert found.attributes == {"a": "no", "b": 1000.0, "c": "012"}


def test_a_crs_for_all_geometries(tmp_path: Path) -> None:
    text = MINIMAL.replace(", crs: EPSG:4490", "") + "crs: EPSG:4490\n"
    assert loaded(tmp_path, text).geometries[Role.PERMANENT].crs == epsg(4490)


def test_a_plan_needs_no_footprint_but_a_project_does(tmp_path: Path) -> None:
    text = "schema: redline.submission/1\nid: x\nkind: KIND\n"
    assert loaded(tmp_path, text.replace("KIND", "plan")).geometries == {}
    (error,) = refused(tmp_path, text.replace("KIND", "project"))
    assert error.code == "RL441"


# --- geometry in files ------------------------------------------------------------------------


def geojson(folder: Path, **names: tuple[float, float]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "n": i},
            "geometry": json.loads(shapely.to_geojson(shapely.box(x, y, x + 0.01, y + 0.01))),
        }
        for i, (name, (x, y)) in enumerate(names.items())
    ]
    path = folder / "parts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_features_of_a_file_are_chosen_by_their_values(tmp_path: Path) -> None:
    geojson(tmp_path, a=(114.1, 24.0), b=(114.2, 24.0), c=(114.3, 24.0))
    text = MINIMAL.replace(f'{{wkt: "{SQUARE}", crs: EPSG:4490}}', "{path: parts.geojson, WHERE}")
    area = [
        shapely.area(
            loaded(tmp_path, text.replace("WHERE", where)).geometries[Role.PERMANENT].geometry
        )
        for where in ("where: {name: b}", "where: {name: [a, b]}", "where: {n: 2}", "where: {}")
    ]
    assert area == pytest.approx([1e-4, 2e-4, 1e-4, 3e-4])


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("where: {nam: b}", "Did you mean name?"),
        ("where: {name: z}", "no feature of the file has these values"),
        ("layer: other", "RL408"),
    ],
)
def test_a_choice_that_leads_nowhere(where: str, words: str, tmp_path: Path) -> None:
    geojson(tmp_path, a=(114.1, 24.0))
    text = MINIMAL.replace(
        f'{{wkt: "{SQUARE}", crs: EPSG:4490}}', f"{{path: parts.geojson, {where}}}"
    )
    (error,) = refused(tmp_path, text)
    assert words in render_plain(error, "en")


def test_a_boundary_point_file_brings_its_parcels(tmp_path: Path) -> None:
    rows = "J1,1,2661000,38512000\nJ2,1,2661000,38512100\nJ3,1,2661100,38512100\n"
    header = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n[地块坐标]\n3,0.5,1,甲,面,,,,@\n"
    (tmp_path / "a.txt").write_text(header + rows, "gbk")
    text = MINIMAL.replace(f'{{wkt: "{SQUARE}", crs: EPSG:4490}}', "{path: a.txt}")
    found = loaded(tmp_path, text)
    assert [(p.name, p.declared_area) for p in found.parcels] == [("甲", 5000.0)]
    assert [d.code for d in found.diagnostics] == ["RL425"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    text = MINIMAL.replace(f'{{wkt: "{SQUARE}", crs: EPSG:4490}}', "{path: parcels.txt}")
    assert [error.code for error in refused(tmp_path, text)] == ["RL401"]


def test_several_sources_make_one_footprint(tmp_path: Path) -> None:
    geojson(tmp_path, a=(114.2, 24.0))
    text = MINIMAL.replace(
        f'{{wkt: "{SQUARE}", crs: EPSG:4490}}',
        f'\n    - {{wkt: "{SQUARE}", crs: EPSG:4490}}\n    - {{path: parts.geojson}}',
    )
    ground = loaded(tmp_path, text).geometries[Role.PERMANENT]
    assert shapely.area(ground.geometry) == pytest.approx(2e-4)


# --- what is wrong, and where -----------------------------------------------------------------


def test_a_misspelt_key_has_its_line_and_a_suggestion(tmp_path: Path) -> None:
    (error,) = refused(tmp_path, ENGLISH.replace("    issuer:", "    isuer:"))
    assert render_plain(error, "en").splitlines() == [
        f"{tmp_path / 'm.yaml'}:22:5 (documents[0].isuer): error RL440: "
        "A manifest has no key “isuer” here.",
        "  22 |     isuer: 广东省自然资源厅",
        "     |     ^^^^^",
        "  = Did you mean issuer?",
    ]


def test_a_misspelt_chinese_key_has_a_chinese_suggestion(tmp_path: Path) -> None:
    (error,) = refused(tmp_path, CHINESE.replace("发文机关:", "发文机构:"))
    assert error.hint is not None
    assert error.hint.render("en") == "Did you mean 发文机关?"
    assert error.place is not None
    assert error.place.item == "文件[0].发文机构"


def test_all_errors_at_once(tmp_path: Path) -> None:
    text = (
        ENGLISH.replace("2024-05-31", "May")
        .replace("kind: project", "kind: projekt")
        .replace("id: 2024-017\n", "")
        .replace("answer: false", "answer: perhaps")
        .replace("state: to_come", "state: soon")
        .replace("[documents]", "[everything]")
    )
    errors = refused(tmp_path, text)
    assert {e.place.item for e in errors if e.place} == {
        "kind",
        "id",
        "decided_on",
        "documents[1].state",
        "judgements[0].answer",
        "complete[0]",
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("schema: redline.submission/1\n", "", "RL441", None),
        ("submission/1", "submission/9", "RL439", 1),
        ("decided_on: 2024-05-31", "decided_on: 2024-02-30", "RL439", 5),
        ("decided_on: 2024-05-31", "decided_on: 20240631", "RL439", 5),
        ("  industry: B1019", "  industry: {a: {b: c}}", "RL439", 6),
        ("  industry: B1019", "  industry: [a, [b]]", "RL439", 6),
        ("attributes:", "attributes: 3\nx:", "RL439", 6),
        ("  permanent:", "  permanet:", "RL439", 11),
        ("wkt: POINT (114.12 24.04)", "wkt: POINT (114.12", "RL443", 17),
        ("wkt: POINT (114.12 24.04)", "wkt: POINT EMPTY", "RL443", 17),
        ("POINT (114.12 24.04), crs: EPSG:4490", "POINT (114.12 24.04)", "RL451", 17),
        ("POINT (114.12 24.04), crs: EPSG:4490", "POINT (24 114), crs: EPSG:4490", "RL457", 17),
        ("type: LineString", "type: Linestring", "RL443", 12),
        ("type: LineString", "type: MultiPoint", "RL443", 12),
        ("[114.12, 24.04]", "[114.12, .nan]", "RL443", None),
        ("[114.12, 24.04]", "[114.12]", "RL443", None),
        ("kind: outfall", "title: outfall", "RL441", 16),
        ("valid_to: 2026-01-05", "valid_to: 2026-01-05\n    valid_from: 2027-01-05", "RL439", 20),
        ("id: 2024-017", "id: 2024-017\nid: 2", "RL444", 4),
        ("id: 2024-017", "id: 2024-017\n编号: 2", "RL444", 4),
        ("id: 2024-017", "id: ''", "RL439", 3),
        ("id: 2024-017", "id: 1.10", "RL439", 3),
    ],
)
def test_single_slips(old: str, new: str, code: str, line: int | None, tmp_path: Path) -> None:
    assert old in ENGLISH
    errors = refused(tmp_path, ENGLISH.replace(old, new, 1))
    assert code in [error.code for error in errors]
    if line is not None:
        assert line in [error.place.line for error in errors if error.place]


def test_lines_in_toml_and_json(tmp_path: Path) -> None:
    (error,) = refused(tmp_path, TOML.replace("kind =", "kin ="), "m.toml")[:1]
    assert error.place is not None
    assert error.place.line in (9, 10)
    (unknown,) = refused(tmp_path, TOML + "isuer = 'x'\n", "m.toml")
    assert unknown.place is not None
    assert unknown.place.line == 11
    (json_error,) = refused(
        tmp_path,
        '{"schema": "redline.submission/1",\n "id": "x",\n "knd": "plan",\n "kind": "plan"}',
        "m.json",
    )
    assert json_error.place is not None
    assert json_error.place.line == 3


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("a: [1, 2", "m.yaml", "RL438"),
        ("a: 'x", "m.yaml", "RL438"),
        ("a = ", "m.toml", "RL438"),
        ('{"a": }', "m.json", "RL438"),
        ("- a\n- b\n", "m.yaml", "RL439"),
        ("hello", "m.yaml", "RL439"),
        ("a: 1\n---\nb: 2\n", "m.yaml", "RL442"),
        ("a: !!python/object/apply:os.system [ls]", "m.yaml", "RL442"),
        ("a: !thing 3", "m.yaml", "RL442"),
        ("[" * 100_000, "m.yaml", "RL442"),
        ("{a: " * 100_000, "m.yaml", "RL442"),
        ("- " * 100_000, "m.yaml", "RL442"),
        ("[" * 100_000, "m.json", "RL442"),
        ("a = " + "[" * 100_000, "m.toml", "RL442"),
        ("? [a]\n: b", "m.yaml", "RL442"),
        ("a: *b", "m.yaml", "RL442"),
        ("a: &b [*b]", "m.yaml", "RL442"),
        ('{"a": 1, "a": 2}', "m.json", "RL444"),
    ],
)
def test_files_that_are_no_manifest(text: str, name: str, code: str, tmp_path: Path) -> None:
    assert refused(tmp_path, text, name)[0].code == code


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert refused(tmp_path, "\n".join(lines))[0].code == "RL442"


def test_a_few_aliases_are_fine(tmp_path: Path) -> None:
    text = MINIMAL.replace("permanent: ", "permanent: &here ") + "  temporary: *here\n"
    found = loaded(tmp_path, text)
    assert set(found.geometries) == {Role.PERMANENT, Role.TEMPORARY}


def test_the_schema_can_be_published() -> None:
    schema = Manifest.model_json_schema()
    assert {"schema", "id", "geometries"} <= schema["properties"].keys()
    assert schema["additionalProperties"] is False


@settings(max_examples=200, deadline=None)
@given(
    line=st.integers(0, 32),
    text=st.text(
        alphabet="abkind: -[]{}'\"#&*!|>%@`,?:\n \t0129.编号文件图形\x00\x07", max_size=30
    ),
    chinese=st.booleans(),
)
def test_any_line_in_place_of_another_is_located(
    tmp_path_factory: pytest.TempPathFactory, line: int, text: str, chinese: bool
) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    lines = (CHINESE if chinese else ENGLISH).splitlines()
    lines[line % len(lines)] = text
    try:
        assert loaded(folder, "\n".join(lines)).id
    except Refusal as refusal:
        assert refusal.diagnostics
        assert all(d.place is not None for d in refusal.diagnostics)


@settings(max_examples=100, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_are_located(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(ENGLISH.encode())
    for position, value in flips:
        data[position % len(data)] = value
    path = tmp_path_factory.mktemp("manifest") / "m.yaml"
    path.write_bytes(bytes(data))
    try:
        assert submission_of(read_manifest(path)).id
    except Refusal as refusal:
        assert all(d.place is not None for d in refusal.diagnostics)

"""The main job on the bundled example, and on input that is wrong, through the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from redline.commands.program import run
from redline.findings import Verdict, findings_schema

LIANPING = Path(__file__).parents[2] / "examples" / "lianping"
CATALOG = LIANPING / "catalog.toml"
FOOD_WORKS = LIANPING / "submissions" / "02_food_works.yaml"


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    """The exit code and the findings document of a check."""
    code = run(["check", *map(str, arguments), "--format", "json", "--lang", "en"])
    out, err = capsys.readouterr()
    assert "RL900" not in err
    document = json.loads(out)
    jsonschema.validate(document, findings_schema())
    return code, document


def test_the_example_holds_all_four_verdicts_and_every_finding_that_matters_cites_a_clause(
    capsys: pytest.CaptureFixture[str],
):
    submissions = sorted((LIANPING / "submissions").iterdir())
    code, document = answer(capsys, *submissions, "--catalog", CATALOG)
    assert code == 1
    assert {s["verdict"] for s in document["submissions"]} == {v.value for v in Verdict}
    for submission in document["submissions"]:
        for finding in submission["findings"]:
            if finding["status"] != "not_applicable":
                assert any(c["clause"] for c in finding["citations"]), finding["rule"]


@pytest.mark.parametrize(
    ("day", "instrument", "clause"),
    [("2026-08-14", "水污染防治法", "66"), ("2026-08-15", "生态环境法典", "320")],
)
def test_a_discharging_project_is_violated_on_both_days_under_the_law_of_each(
    day: str, instrument: str, clause: str, capsys: pytest.CaptureFixture[str]
):
    code, document = answer(capsys, FOOD_WORKS, "--catalog", CATALOG, "--as-of", day)
    assert code == 1
    (submission,) = document["submissions"]
    cited = [
        (citation["title"]["zh"], citation["clause"])
        for finding in submission["findings"]
        if finding["status"] == "violated"
        for citation in finding["citations"]
    ]
    assert any(title.endswith(instrument) and clause in article for title, article in cited)


def test_without_the_water_layer_the_same_project_is_undetermined_and_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    entries = CATALOG.read_text(encoding="utf-8").split("[[layer]]")
    kept = [e for e in entries if 'name = "drinking_water"' not in e]
    assert len(kept) < len(entries)
    (tmp_path / "catalog.toml").write_text("[[layer]]".join(kept), encoding="utf-8")
    (tmp_path / "data").symlink_to(LIANPING / "data")
    code, document = answer(
        capsys, FOOD_WORKS, "--catalog", tmp_path / "catalog.toml", "--as-of", "2026-08-15"
    )
    assert code == 4
    missing = {
        (m["kind"], m["name"])
        for f in document["submissions"][0]["findings"]
        if f["status"] == "undetermined"
        for m in f["missing"]
    }
    assert ("layer", "drinking_water") in missing


def test_the_same_check_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]):
    arguments = [
        *("check", str(FOOD_WORKS), "--catalog", str(CATALOG), "--as-of", "2026-08-15"),
        *("--format", "json"),
    ]
    run(arguments)
    first = capsys.readouterr().out
    run(arguments)
    assert capsys.readouterr().out == first


# ── input that is wrong ─────────────────────────────────────────────────────────────────────────

SQUARE = [[[114.5, 24.3], [114.501, 24.3], [114.501, 24.301], [114.5, 24.301], [114.5, 24.3]]]


def geojson(**properties: object) -> bytes:
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


TXT = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号={zone}
[地块坐标]
4,0.5,1,地块,面,,,,@
J1,1,2707500.000,38557800.000
J2,1,2707600.000,38557800.000
J3,1,2707600.000,38557850.000
J4,1,2707500.000,38557850.000
{closing}"""

BROKEN = [
    pytest.param("empty.geojson", b"", id="an empty file"),
    pytest.param("empty.txt", b"", id="an empty text"),
    pytest.param("binary.txt", bytes(range(256)) * 20, id="a binary file called .txt"),
    pytest.param("half.geojson", geojson()[:100], id="half a file"),
    pytest.param("what.xyz", b"hello", id="an unknown format"),
    pytest.param("zone.txt", TXT.format(zone=40, closing="").encode("gbk"), id="a wrong zone"),
    pytest.param("nocrs.csv", b'id,wkt\n1,"POLYGON((0 0,1 0,1 1,0 0))"\n', id="no CRS"),
    pytest.param("odd.yaml", b"schema: redline.submission/1\nattributes: [", id="broken YAML"),
]


@pytest.mark.parametrize(("name", "content"), BROKEN)
def test_a_submission_that_cannot_be_read_is_located_and_the_rest_is_judged(
    name: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    bad, good = tmp_path / name, tmp_path / "good.geojson"
    bad.write_bytes(content)
    good.write_bytes(geojson())
    code, document = answer(capsys, bad, good, "--catalog", CATALOG)
    assert code == 3
    errors = [p for p in document["problems"] if p["severity"] == "error"]
    assert any(p["place"] and name in p["place"]["file"] for p in errors)
    assert len(document["submissions"]) == 1


def test_a_missing_submission_is_named(capsys: pytest.CaptureFixture[str]):
    code, document = answer(capsys, "nowhere.geojson", "--catalog", CATALOG)
    assert code == 3
    assert "nowhere.geojson" in json.dumps(document["problems"])


def test_an_unclosed_ring_is_closed_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "open.txt"
    file.write_bytes(TXT.format(zone=38, closing="").encode("gbk"))
    _code, document = answer(capsys, file, "--catalog", CATALOG)
    (submission,) = document["submissions"]
    assert any("closed" in w["message"]["en"] for w in submission["warnings"])
    assert submission["parts"][0]["area_m2"] == pytest.approx(5000, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("schema = ", "TOML"),
        ('schema = "redline.catalog/1"\n[[layer]]\nname = "x"\npaht = "y"\n', "paht"),
        (
            'schema = "redline.catalog/1"\n[[layer]]\nname = "wetland"\npath = "${NOT_SET_}/a"\n',
            "NOT_SET_",
        ),
    ],
)
def test_a_broken_catalog_is_located_with_its_line(
    text: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "catalog.toml"
    file.write_text(text, encoding="utf-8")
    code, document = answer(capsys, FOOD_WORKS, "--catalog", file)
    assert code == 3
    error = next(p for p in document["problems"] if p["severity"] == "error")
    assert word in error["message"]["en"]
    assert error["place"]["line"]


def test_a_misspelt_layer_in_a_rule_is_underlined_with_a_suggestion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rules = tmp_path / "rules"
    shutil.copytree(LIANPING.parents[1] / "rules" / "national", rules)
    file = rules / "drinking_water.redline"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("overlaps drinking_water where", "overlaps drinkin_water where", 1),
        encoding="utf-8",
    )
    code, document = answer(capsys, FOOD_WORKS, "--rules", rules, "--catalog", CATALOG)
    assert code == 3
    error = document["problems"][0]
    place = error["place"]
    assert place["text"][place["column"] - 1 : place["end_column"] - 1] == "drinkin_water"
    assert "drinking_water" in error["hint"]["en"]


def test_an_attribute_that_the_rules_do_not_know_is_said_with_a_suggestion(
    capsys: pytest.CaptureFixture[str],
):
    code, document = answer(capsys, FOOD_WORKS, "--catalog", CATALOG, "--set", "workz=new_build")
    assert code == 3
    error = next(p for p in document["problems"] if p["severity"] == "error")
    assert "workz" in error["message"]["en"]
    assert "works" in error["hint"]["en"]

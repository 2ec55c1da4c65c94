"""`redline layers`: what is in a file, what the catalog holds, and building the store."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from redline.commands.program import run
from redline.commands.progress import Line, duration, progress
from redline.commands.styling import Say
from redline.messages import msg

ROOT = Path(__file__).parents[2]

RULES = """
pack test.town "Town" / "城镇"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
code list level_class / 级别类 "Levels" / "级别"
  first / 一级 "Level 1" / "一级"
layer source / 水源: polygon "Sources" / "水源"
  key name / 名称: text
  column level / 级别: code level_class
layer forest / 森林: polygon "Forests" / "森林"
layer side / 片区: polygon "Sides" / "片区"
  key name / 名称: text
rule keep_out / 禁入 "Keep out" / "禁入"
  forbids footprint overlaps source where (level is first)
  cites ACT art. 1
rule spare_trees / 护林 "Spare trees" / "护林"
  forbids footprint overlaps forest
  cites ACT art. 2
"""

EAST = """
pack test.east in east "East" / "东"
import test.town
territory east / 东部 "East" / "东部"
  is side where (name is "East")
rule spare_more_trees / 更护林 "Spare more trees" / "更护林"
  forbids footprint overlaps forest
  cites ACT art. 3
"""

SQUARE = shapely.box(114.0, 24.0, 114.01, 24.01)


def feature(geometry: object, **properties: object) -> dict[str, object]:
    mapping = shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": mapping}


class Town:
    """A folder with rules, a catalog and layers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rules = folder / "town.redline"
        self.rules.write_text(RULES, "utf-8")
        self.layer(
            "source", feature(SQUARE, name="A", JB="一级"), feature(SQUARE, name="B", JB="x")
        )
        self.layer("county", feature(shapely.box(113.9, 23.9, 114.1, 24.1)))
        self.catalog = folder / "catalog.toml"
        self.write(
            'name = "source"\npath = "source.geojson"\nvalid_from = 2020-01-01\n'
            'approval = "No. 7"\naccuracy = 2.5\n[layer.fields]\nlevel = "JB"'
        )

    def layer(self, name: str, *features: dict[str, object]) -> None:
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (self.folder / f"{name}.geojson").write_text(text, "utf-8")

    def write(self, *entries: str, coverage: str = '[coverage]\npath = "county.geojson"') -> None:
        layers = "\n".join(f"[[layer]]\n{entry}" for entry in entries)
        self.catalog.write_text(f'schema = "redline.catalog/1"\n{coverage}\n{layers}\n', "utf-8")

    def list(self, *more: str) -> int:
        return run(
            [
                *("layers", "list", "--catalog", str(self.catalog), "--rules", str(self.rules)),
                *("--as-of", "2026-09-01", "--lang", "en", *more),
            ]
        )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield Town(tmp_path)


def test_list_tells_versions_approvals_sources_and_coverage(
    town: Town, capsys: pytest.CaptureFixture[str]
):
    code = town.list()
    out = capsys.readouterr().out
    assert code == 1
    assert "since 1 January 2020, No. 7, accurate to 2.5 m" in out
    assert "2 features from " in " ".join(out.split())
    assert "113.900° … 114.100° E, 23.900° … 24.100° N" in " ".join(out.split())


def test_list_names_what_rules_in_force_lack(town: Town, capsys: pytest.CaptureFixture[str]):
    assert town.list("--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [(m["layer"], m["reason"], m["rules"]) for m in found["missing"]] == [
        ("forest", "not in the catalog", ["spare_trees"])
    ]
    assert found["layers"][0]["missing_columns"] == []
    assert found["rules"] == 2


def test_list_is_about_a_day(town: Town, capsys: pytest.CaptureFixture[str]):
    town.list("--as-of", "2019-12-31", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["layers"] == []
    assert found["not_in_force"] == ["source"]
    reasons = {m["layer"]: m["reason"] for m in found["missing"]}
    assert reasons["source"] == "no version on this day"


def test_list_names_columns_that_filters_read(town: Town, capsys: pytest.CaptureFixture[str]):
    town.write(
        'name = "source"\npath = "source.geojson"',
        'name = "forest"\nempty = true\nsource = "survey"\ndate = "2024"',
    )
    assert town.list() == 1
    out = capsys.readouterr().out
    assert "source: level" in out
    assert "declared empty by survey, 2024" in out


def test_list_is_content_when_nothing_is_missing(town: Town, capsys: pytest.CaptureFixture[str]):
    town.write(
        'name = "水源"\npath = "source.geojson"\n[layer.fields]\nlevel = "JB"',
        'name = "forest"\nempty = true\nsource = "survey"\ncoverage = "everywhere"',
    )
    assert town.list() == 0
    assert "complete everywhere" in capsys.readouterr().out


def test_list_goes_on_where_a_source_cannot_be_read(town: Town, capsys: pytest.CaptureFixture[str]):
    (town.folder / "forest.geojson").write_text("{")
    town.write(
        'name = "source"\npath = "source.geojson"', 'name = "forest"\npath = "forest.geojson"'
    )
    assert town.list("--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    (forest,) = found["missing"]
    assert forest["reason"] == "cannot be opened"
    assert forest["problems"][0]["code"] == "RL406"


@pytest.mark.parametrize(("name", "elsewhere"), [("East", 0), ("West", 1), (None, 0)])
def test_rules_of_other_territories_ask_for_nothing(
    town: Town, name: str | None, elsewhere: int, capsys: pytest.CaptureFixture[str]
):
    (town.folder / "east.redline").write_text(EAST, "utf-8")
    town.layer("side", feature(shapely.box(113, 23, 115, 25), name=name))
    town.write('name = "side"\npath = "side.geojson"')
    run(
        [
            *("layers", "list", "--catalog", str(town.catalog), "--rules", str(town.folder)),
            *("--as-of", "2026-09-01", "--format", "json"),
        ]
    )
    found = json.loads(capsys.readouterr().out)
    assert found["rules_elsewhere"] == elsewhere
    forest = next(m for m in found["missing"] if m["layer"] == "forest")
    assert ("spare_more_trees" in forest["rules"]) is not bool(elsewhere)


def test_a_catalog_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert run(["layers", "list", "--lang", "en"]) == 3
    assert "RL512" in capsys.readouterr().err


def test_inspect_reads_well(town: Town, capsys: pytest.CaptureFixture[str]):
    code = run(
        [
            *("layers", "inspect", str(town.folder / "source.geojson"), "--lang", "en"),
            *("--rules", str(town.rules)),
        ]
    )
    out = capsys.readouterr().out
    assert code == 0
    for line in (
        "2 features: 2 polygons; 10 vertices",
        "Coordinate system: WGS 84 (EPSG:4326), from the GeoJSON standard (RFC 7946)",
        "Extent: 114.000° … 114.010° E, 24.000° … 24.010° N",
        "Geometry: 1 feature repeats an earlier one",
        "Text: UTF-8",
        "May be “Sources” (source): it has the same name.",
        'level = "JB"',
        '"一级" = "first"',
        '# "x" = what does it mean?',
    ):
        assert line in out


def test_inspect_as_json_says_the_same_and_more(town: Town, capsys: pytest.CaptureFixture[str]):
    path = str(town.folder / "source.geojson")
    run(["layers", "inspect", path, path, "--format", "json", "--rules", str(town.rules)])
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "redline.inspection/1"
    assert len(found["files"]) == 2
    layer = found["files"][0]["layers"][0]
    assert layer["crs"]["code"] == "EPSG:4326"
    assert layer["suggestions"][0]["columns"][0] == {
        "column": "name",
        "title": {"en": "name", "zh": "名称"},
        "field": "name",
        "others": [],
        "likeness": 1.0,
        "because": {"en": "it has the same name", "zh": "名称相同"},
        "values": {},
    }


def test_inspect_tells_unusable_and_unreadable_apart(
    town: Town, capsys: pytest.CaptureFixture[str]
):
    bowtie = shapely.Polygon([(114, 24), (114.01, 24.01), (114.01, 24), (114, 24.01)])
    town.layer("odd", feature(bowtie))
    assert run(["layers", "inspect", str(town.folder / "odd.geojson"), "--lang", "en"]) == 1
    assert "RL522" in capsys.readouterr().out
    broken = town.folder / "broken.gpkg"
    broken.write_text("nothing")
    assert run(["layers", "inspect", str(broken), str(town.folder / "source.geojson")]) == 3
    assert "RL406" in capsys.readouterr().err


def test_inspect_goes_on_without_a_vocabulary(town: Town, capsys: pytest.CaptureFixture[str]):
    town.rules.write_text("nonsense", "utf-8")
    path = str(town.folder / "source.geojson")
    assert run(["layers", "inspect", path, "--rules", str(town.rules), "--lang", "en"]) == 3
    shown = capsys.readouterr()
    assert "2 features" in shown.out
    assert "town.redline" in shown.err


def test_names_of_strangers_do_no_harm(town: Town, capsys: pytest.CaptureFixture[str]):
    town.layer("evil", feature(SQUARE, **{"\x1b[31mred\u202e": "\x1b]0;title\x07"}))
    run(["layers", "inspect", str(town.folder / "evil.geojson")])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("redline.ground.store.private_cache_directory", lambda: folder)
    return folder


def built(town: Town, *more: str) -> int:
    return run(["layers", "build", "--catalog", str(town.catalog), "--lang", "en", *more])


def test_build_stores_each_source_once_and_leaves_it_alone_then(
    town: Town, cache: Path, capsys: pytest.CaptureFixture[str]
):
    then = time.time() - 3600
    os.utime(town.folder / "source.geojson", (then, then))
    assert built(town) == 0
    assert "1 small, kept whole" in capsys.readouterr().out
    assert built(town, "--format", "json") == 0
    (source,) = json.loads(capsys.readouterr().out)["sources"]
    assert (source["state"], source["features"]) == ("up to date", 2)
    assert source["bytes"] > 0
    assert built(town, "--anew") == 0
    assert "1 small, kept whole" in capsys.readouterr().out


def test_build_tiles_what_is_large(
    town: Town, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("redline.ground.opening.LARGE", 0)
    assert built(town) == 0
    assert "1 cut to tiles" in capsys.readouterr().out
    assert list((cache / "layers").glob("*/pieces.parquet"))


def test_build_goes_on_where_a_source_cannot_be_read(
    town: Town, cache: Path, capsys: pytest.CaptureFixture[str]
):
    (town.folder / "forest.geojson").write_text("{")
    town.write(
        'name = "forest"\npath = "forest.geojson"', 'name = "source"\npath = "source.geojson"'
    )
    assert built(town) == 3
    shown = capsys.readouterr()
    assert "RL406" in shown.err
    assert "1 cannot be read, 1 small, kept whole" in shown.out


def test_build_needs_a_plane(town: Town, cache: Path, capsys: pytest.CaptureFixture[str]):
    town.write('name = "source"\npath = "source.geojson"', coverage="")
    assert built(town) == 3
    assert "RL513" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["layers", "lst"], ["layers"]])
def test_wrong_usage_of_the_group_names_its_commands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run(arguments) == 2
    assert "list" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["list", "inspect", "build"])
def test_every_command_of_the_group_has_help(name: str, capsys: pytest.CaptureFixture[str]):
    assert run(["layers", name, "--help", "--lang", "zh"]) == 0
    assert "退出" in capsys.readouterr().out


# --- progress ---------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_share_and_then_an_estimate_and_wipes_itself():
    times = iter([0.0, 0.0, 1.0, 10.0])
    stream = Terminal()
    line = Line(stream, Say("en"), 80, clock=lambda: next(times))
    line.advance(msg("Building “{name}”", name="a"), 0.0)
    line.advance(msg("Building “{name}”", name="a"), 0.5)
    assert "left" not in stream.getvalue()
    line.advance(msg("Building “{name}”", name="b"), 0.25)
    assert stream.getvalue().endswith("25%  about 30 s left\x1b[K")
    line.wipe()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_progress_is_not_written_too_often():
    times = iter([0.0, 0.0, 0.01, 0.02])
    stream = Terminal()
    line = Line(stream, Say("en"), 80, clock=lambda: next(times))
    for share in (0.0, 0.1, 0.2):
        line.advance(msg("Building “{name}”", name="a"), share)
    assert stream.getvalue().count("\r") == 1


def test_nothing_is_shown_where_nobody_sees_it():
    stream = io.StringIO()
    with progress(Say("en"), stream=stream) as advance:
        advance(msg("Building “{name}”", name="a"), 0.5)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "a few seconds left"),
        (44, "about 40 s left"),
        (600, "about 10 min left"),
        (7200, "about 2 h left"),
    ],
)
def test_an_estimate_is_no_finer_than_it_can_be_known(seconds: float, text: str):
    assert duration(seconds).render("en") == text

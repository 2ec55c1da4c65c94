from __future__ import annotations

from datetime import date

import pytest

from redline.diagnostics import Refusal
from redline.ground.catalog import (
    Everywhere,
    OwnExtent,
    WithinBounds,
    WithinFile,
    catalog_schema,
    find_catalog,
    load_catalog,
)
from redline.ground.measure import Tolerance

HEAD = 'schema = "redline.catalog/1"\n'


@pytest.fixture
def written(tmp_path):
    """Writes a catalog beside a few files, and returns its path."""
    for name in ("redline.geojson", "redline-old.geojson", "county.geojson"):
        (tmp_path / name).write_text("{}")

    def write(text, head=HEAD):
        path = tmp_path / "catalog.toml"
        path.write_text(head + text, encoding="utf-8")
        return path

    return write


def refused(path):
    with pytest.raises(Refusal) as caught:
        load_catalog(path)
    return caught.value.diagnostics


def layer(**keys):
    keys = {"name": "ecological_redline", "path": "redline.geojson"} | keys
    lines = [
        f"{k} = {v if isinstance(v, date) else repr(v)}" for k, v in keys.items() if v is not None
    ]
    return "\n".join(["[[layer]]", *lines, ""])


def test_a_full_catalog_is_read(written):
    path = written(
        """
        [coverage]
        path = "county.geojson"
        [tolerance]
        min_area = 0.5
        min_width = 0.01
        [[layer]]
        name = "生态保护红线"
        path = "redline.geojson"
        layer = "STBHHX"
        crs = "EPSG:4490"
        encoding = "gbk"
        valid_from = 2022-10-01
        valid_to = 2026-01-01
        approval = "自然资函〔2022〕1号"
        accuracy = 1.0
        coverage = "everywhere"
        [layer.fields]
        zone = "HXLX"
        [layer.values.zone]
        "1" = "core"
        [[layer]]
        name = "parks"
        empty = true
        source = "letter 5"
        date = 2024-01-01
        coverage = { bounds = [113.5, 24, 115, 25] }
        """
    )
    catalog = load_catalog(path)
    assert catalog.tolerance == Tolerance(0.5, 0.01)
    assert catalog.names == ("生态保护红线", "parks")
    red, parks = catalog.versions
    assert (red.valid_from, red.valid_to) == (date(2022, 10, 1), date(2026, 1, 1))
    assert (red.approval, red.accuracy, red.empty) == ("自然资函〔2022〕1号", 1.0, False)
    source = red.sources[0]
    assert source.path == str(path.parent / "redline.geojson")
    assert (source.layer, source.crs, source.encoding) == ("STBHHX", "EPSG:4490", "gbk")
    assert source.fields == {"zone": "HXLX"} and source.values == {"zone": {"1": "core"}}
    assert source.coverage == Everywhere()
    assert parks.empty and parks.sources[0].stated_by == "letter 5"
    assert parks.sources[0].stated_on == "2024-01-01"
    assert parks.sources[0].coverage == WithinBounds((113.5, 24.0, 115.0, 25.0))


def test_coverage_of_the_catalog_is_that_of_layers_which_state_none(written):
    common = load_catalog(written('[coverage]\npath = "county.geojson"\n' + layer()))
    assert isinstance(common.versions[0].sources[0].coverage, WithinFile)
    assert load_catalog(written(layer())).versions[0].sources[0].coverage == OwnExtent()
    everywhere = load_catalog(written('coverage = "everywhere"\n' + layer()))
    assert everywhere.versions[0].sources[0].coverage == Everywhere()


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2022, 9, 30), None),
        (date(2022, 10, 1), "2022-10-01/2026-01-01"),
        (date(2025, 12, 31), "2022-10-01/2026-01-01"),
        (date(2026, 1, 1), "2026-01-01/.."),
    ],
)
def test_the_day_picks_the_version(written, day, label):
    old = layer(path="redline-old.geojson", valid_from=date(2022, 10, 1), valid_to=date(2026, 1, 1))
    catalog = load_catalog(written(old + layer(valid_from=date(2026, 1, 1))))
    found = catalog.find("ecological_redline", on=day)
    assert (found and found.label) == label


def test_layers_are_found_by_any_of_their_names(written):
    catalog = load_catalog(written(layer(name="生态保护红线") + layer(name="Nature-Reserve")))
    day = date(2025, 1, 1)
    assert catalog.find("ecological_redline", ["生态保护红线"], on=day).name == "生态保护红线"
    assert catalog.find("nature_reserve", on=day).name == "Nature-Reserve"
    assert catalog.find("farmland", ["基本农田"], on=day) is None


def test_entries_of_the_same_days_are_sources_of_one_version(written):
    text = layer(accuracy=1.0, approval="a") + layer(path="redline-old.geojson", accuracy=2.0)
    (version,) = load_catalog(written(text)).versions
    assert [s.path.rsplit("/")[-1] for s in version.sources] == [
        "redline.geojson",
        "redline-old.geojson",
    ]
    assert (version.accuracy, version.approval) == (2.0, "a")


def test_sources_under_two_names_of_a_layer_are_one_version(written):
    catalog = load_catalog(written(layer() + layer(name="生态保护红线", path="county.geojson")))
    found = catalog.find("ecological_redline", ["生态保护红线"], on=date(2025, 1, 1))
    assert len(found.sources) == 2


def test_versions_that_overlap_in_time_are_refused(written):
    text = layer(valid_from=date(2020, 1, 1)) + layer(valid_from=date(2023, 1, 1))
    (problem,) = refused(written(text))
    assert (problem.code, problem.place.line) == ("RL507", 6)
    catalog = load_catalog(
        written(layer(valid_from=date(2020, 1, 1)) + layer(name="x", valid_from=date(2023, 1, 1)))
    )
    with pytest.raises(Refusal, match="overlap in time"):
        catalog.find("ecological_redline", ["x"], on=date(2024, 1, 1))


def test_broken_toml_is_located(written):
    (problem,) = refused(written('[[layer]]\nname = "a\npath = 1\n'))
    assert (problem.code, problem.place.line, problem.place.text) == ("RL502", 3, 'name = "a')


def test_broken_toml_at_the_end_of_the_file_is_located(written):
    (problem,) = refused(written('[[layer]]\nname = """abc\n'))
    assert (problem.code, problem.place.line) == ("RL502", 3)


def test_every_fault_of_form_is_reported_at_its_line(written):
    problems = refused(
        written(
            '[tolerance]\nmin_area = "x"\n[[layer]]\nname = "a"\npth = "x"\nvalid_from = "soon"\n'
            'coverage = "here"\naccuracy = -1\n[layer.fields]\nzone = 3\n[[layer]]\npath = "q"\n'
        )
    )
    assert [(p.code, p.key, p.place.line) for p in problems] == [
        ("RL504", "min_area", 3),
        ("RL503", "pth", 6),
        ("RL504", "valid_from", 7),
        ("RL504", "coverage", 8),
        ("RL504", "accuracy", 9),
        ("RL504", "zone", 11),
        ("RL504", "name", 12),
    ]
    assert problems[1].hint.render("en") == "Did you mean path?"
    assert "2024-07-01" in problems[2].message.render("en")


def test_a_wrong_schema_is_named(written):
    (problem,) = refused(written(layer(), head='schema = "redline.catalog/9"\n'))
    assert (problem.code, problem.key, problem.place.line) == ("RL504", "schema", 1)
    (problem,) = refused(written(layer(), head=""))
    assert (problem.code, problem.key) == ("RL504", "schema")


def test_an_unset_variable_is_named(written, monkeypatch):
    monkeypatch.delenv("REDLINE_DATA", raising=False)
    (problem,) = refused(written(layer(path="${REDLINE_DATA}/redline.geojson")))
    assert (problem.code, problem.variable, problem.place.line) == ("RL505", "REDLINE_DATA", 4)


def test_variables_in_paths_are_filled_in(written, monkeypatch, tmp_path):
    monkeypatch.setenv("REDLINE_DATA", str(tmp_path))
    catalog = load_catalog(written(layer(path="${REDLINE_DATA}/redline.geojson")))
    assert catalog.versions[0].sources[0].path == str(tmp_path / "redline.geojson")


def test_a_missing_file_is_named_with_its_neighbours(written):
    (problem,) = refused(written(layer(path="redlin.geojson")))
    assert (problem.code, problem.place.line) == ("RL506", 4)
    assert "redline.geojson" in problem.hint.render("en")


def test_urls_are_left_alone(written):
    catalog = load_catalog(written(layer(path="postgresql://host/db?table=x")))
    assert catalog.versions[0].sources[0].path == "postgresql://host/db?table=x"


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"path": None}, "path"),
        ({"valid_from": date(2024, 1, 1), "valid_to": date(2024, 1, 1)}, "valid_to"),
    ],
)
def test_entries_that_make_no_sense_are_refused(written, keys, key):
    (problem,) = refused(written(layer(**keys)))
    assert (problem.code, problem.key) == ("RL504", key)


@pytest.mark.parametrize(
    "coverage",
    [
        "{}",
        '{ path = "county.geojson", bounds = [1, 2, 3, 4] }',
        "{ bounds = [1, 2, 3] }",
        "{ bounds = [1, 200, 3, 300] }",
        '{ path = "nowhere.geojson" }',
        '{ pat = "county.geojson" }',
        "3",
    ],
)
def test_coverage_that_makes_no_sense_is_refused(written, coverage):
    (problem,) = refused(written(layer() + f"coverage = {coverage}\n"))
    assert problem.place.line == 5


def test_values_need_a_field(written):
    (problem,) = refused(written(layer() + '[layer.values.zone]\n"1" = "core"\n'))
    assert (problem.key, problem.place.line) == ("zone", 5)


def test_text_over_several_lines_does_not_mislead_the_places(written):
    text = layer() + 'approval = """\n[[layer]]\nname = "x"\n"""\nvalid_from = "soon"\n'
    (problem,) = refused(written(text))
    assert (problem.key, problem.place.line) == ("valid_from", 9)


@pytest.mark.parametrize("name", ["catalog.toml", "missing.toml", "."])
def test_what_cannot_be_read_is_refused(tmp_path, name):
    (tmp_path / "catalog.toml").write_bytes(b"\xff\xfe\x00\x81")
    (problem,) = refused(tmp_path / name)
    assert problem.code == "RL501"


def test_the_catalog_is_found_upwards(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "catalog.toml").write_text(HEAD)
    assert find_catalog(inner) == (tmp_path / "catalog.toml").resolve()


def test_the_schema_knows_the_keys():
    schema = catalog_schema()
    assert set(schema["properties"]) == {"schema", "coverage", "tolerance", "layer", "indicators"}
    assert {"source", "date", "valid_to"} <= set(schema["$defs"]["LayerEntry"]["properties"])

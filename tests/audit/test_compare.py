"""Two rule books, or two versions of layers, over the decisions of a register."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from redline.audit.compare import compare_schema
from redline.commands.program import run
from tests.audit.test_replay import decided
from tests.register.place import QUOTA, Country, enter


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


@pytest.fixture
def register(country: Country) -> Path:
    where = country.folder / "decisions.gpkg"
    enter(
        country.store(str(where)),
        decided("IN", "2026-09-01", "approved", 40),
        decided("OUT", "2026-09-02", "approved", 1000),
        decided("LOOSE", "2026-09-03", "approved", 240, areas={"county": "C2"}),
    )
    return where


def rules(country: Country, name: str, text: str) -> Path:
    folder = country.folder / name
    folder.mkdir()
    (folder / "place.redline").write_text(text, encoding="utf-8")
    return folder


def run_compare(country: Country, before: Path, after: Path, register: Path, *more: str) -> int:
    given = ("--on", str(register), "--catalog", str(country.folder / "catalog.toml"))
    quiet = ("--format", "json", "--workers", "1", "--set", "energy_use=0 tce/a")
    return run(["compare", str(before), str(after), *given, *quiet, *more])


def test_a_stricter_rule_is_named_with_its_clause_examples_and_area(
    country: Country, register: Path, capsys: pytest.CaptureFixture[str]
):
    everywhere = rules(country, "new", QUOTA.replace(" where (strict)", ""))
    assert run_compare(country, country.folder / "rules", everywhere, register) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, compare_schema())
    assert (document["total"], document["changed"]) == (3, 1)
    (rule,) = document["rules"]
    assert rule["rule"] == "test.place.keep_out"
    assert (rule["direction"], rule["before"], rule["after"]) == ("stricter", "kept", "violated")
    assert rule["clauses"] == ["OLD art. 1", "NEW art. 9(2)"]
    assert (rule["count"], rule["deciding"], rule["examples"]) == (1, 1, ["LOOSE"])
    assert rule["area_m2"] == pytest.approx(100, abs=0.1)
    (area,) = rule["areas"]
    assert (area["layer"], area["area"], area["count"]) == ("county", "C2", 1)
    (change,) = document["verdicts"]
    assert change["after"] == "non_compliant"


def test_the_other_way_round_it_is_milder(
    country: Country, register: Path, capsys: pytest.CaptureFixture[str]
):
    everywhere = rules(country, "new", QUOTA.replace(" where (strict)", ""))
    assert run_compare(country, everywhere, country.folder / "rules", register) == 1
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert (rule["direction"], rule["before"], rule["after"]) == ("milder", "violated", "kept")


def test_the_same_rules_change_nothing(
    country: Country, register: Path, capsys: pytest.CaptureFixture[str]
):
    same = country.folder / "rules"
    assert run_compare(country, same, same, register) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["changed"], document["rules"]) == (0, [])


def test_two_versions_of_a_layer_are_compared_alike(
    country: Country, register: Path, capsys: pytest.CaptureFixture[str]
):
    catalog = (country.folder / "catalog.toml").read_text(encoding="utf-8")
    zones = json.loads((country.folder / "zone.geojson").read_text())
    zones["features"] = zones["features"][1:]
    country.write("redrawn.geojson", json.dumps(zones))
    after = country.write("after.toml", catalog.replace("zone.geojson", "redrawn.geojson"))
    same = country.folder / "rules"
    assert run_compare(country, same, same, register, "--catalog-after", str(after)) == 1
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert (rule["rule"], rule["direction"], rule["examples"]) == (
        "test.place.keep_out",
        "milder",
        ["IN"],
    )


def test_as_text(country: Country, register: Path, capsys: pytest.CaptureFixture[str]):
    everywhere = rules(country, "new", QUOTA.replace(" where (strict)", ""))
    given = ("--on", str(register), "--catalog", str(country.folder / "catalog.toml"))
    before = str(country.folder / "rules")
    assert run(["compare", before, str(everywhere), *given, "--workers", "1", "--lang", "en"]) == 1
    text = capsys.readouterr().out
    assert "1 of 3 decisions get another verdict" in text
    assert "Keep out" in text
    assert "LOOSE" in text

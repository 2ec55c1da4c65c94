"""The forms that programs read: JSON, JSON Lines, GeoJSON, CSV."""

from __future__ import annotations

import csv
import io
import json

import jsonschema
import pytest
import shapely

from redline.findings import Bilingual, Evidence, FindingsDocument, Status, findings_schema
from redline.report.csv import COLUMNS, cell, write_csv
from redline.report.geojson import write_geojson
from redline.report.json import write_json
from redline.report.jsonl import write_jsonl
from tests.report.synthetic import ERROR, SQUARE, VIOLATED, document, finding, submission

HOSTILE = '</script>"\x00\x1b\u2028\ufeff💥'


def written(write, *arguments) -> str:  # type: ignore[no-untyped-def]
    stream = io.StringIO()
    write(*arguments[:1], stream, *arguments[1:])
    return stream.getvalue()


def rows(findings: FindingsDocument) -> list[dict[str, str]]:
    text = written(write_csv, findings, "zh")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_json_validates_against_the_published_schema_and_reads_back_equal():
    findings = document(submission(), submission(id=HOSTILE), problems=(ERROR,))
    text = written(write_json, findings)
    jsonschema.validate(json.loads(text), findings_schema())
    assert FindingsDocument.model_validate_json(text) == findings


def test_json_is_what_the_standard_library_would_write_but_for_white_space():
    text = written(write_json, document(submission(), problems=(ERROR,)))
    assert json.loads(text) == document(submission(), problems=(ERROR,)).model_dump(
        mode="json", by_alias=True
    )
    assert "连平电镀厂" in text
    assert max(len(line) for line in text.splitlines()) < 400


def test_an_empty_document_is_written():
    jsonschema.validate(json.loads(written(write_json, document())), findings_schema())


def test_jsonl_has_a_line_for_the_check_each_submission_and_each_problem():
    findings = document(submission(), submission(id=HOSTILE), problems=(ERROR,))
    lines = [json.loads(line) for line in written(write_jsonl, findings).split("\n")[:-1]]
    assert [line.pop("type") for line in lines] == ["check", "submission", "submission", "problem"]
    whole = {**lines[0], "submissions": lines[1:3], "problems": lines[3:]}
    jsonschema.validate(whole, findings_schema())


def test_geojson_has_footprint_evidence_and_slivers_with_their_rule():
    collection = json.loads(written(write_geojson, document(submission())))
    features = {f["properties"]["what"]: f for f in collection["features"]}
    assert set(features) == {"part", "evidence", "sliver"}
    properties = features["evidence"]["properties"]
    assert properties["clauses"] == "CODE art. 320(1)"
    assert properties["status"] == "violated"
    shape = shapely.from_geojson(json.dumps(features["evidence"]["geometry"]))
    assert shape.equals(shapely.geometry.shape(SQUARE.model_dump()))


def test_geojson_of_nothing_is_an_empty_collection():
    assert json.loads(written(write_geojson, document())) == {
        "type": "FeatureCollection",
        "features": [],
    }


def test_csv_has_a_row_for_each_finding_in_the_language_asked_for():
    table = rows(document(submission()))
    assert len(table) == len(submission().findings)
    assert tuple(table[0]) == COLUMNS
    row = next(r for r in table if r["status"] == "violated")
    assert row["value"] == "1234.5"
    assert row["margin"] == "-1234.5"
    assert "第三百二十条第一款" in row["citations"]


def test_csv_keeps_a_submission_without_findings():
    (row,) = rows(document(submission(findings=())))
    assert row["submission"] == "LP-1"
    assert row["rule"] == ""


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "＋1", "－1", "＠A"],
)
def test_a_formula_in_a_cell_is_inert(formula: str):
    text = cell(formula)
    assert isinstance(text, str)
    assert text.startswith("'")


def test_ordinary_text_and_numbers_stay_as_they_are():
    assert cell("连平-1") == "连平-1"
    assert cell(-12.5) == -12.5
    assert cell(None) == ""


def test_a_cell_stays_within_what_a_spreadsheet_holds():
    assert len(str(cell("x" * 100_000))) <= 32_767


def test_hostile_text_stays_in_its_cell():
    bad = Bilingual(en='a",\r\n=cmd()', zh='a",\r\n=cmd()')
    whose = submission(id='"\r\n=1', findings=(finding(Status.COMPLIES, title=bad),))
    (row,) = rows(document(whose))
    assert row["submission"] == '"  =1'
    assert row["title"] == 'a",  =cmd()'


def test_evidence_without_geometry_is_listed_with_none():
    bare = VIOLATED.model_copy(update={"evidence": (Evidence(layer="wetland"),), "slivers": ()})
    collection = json.loads(
        written(write_geojson, document(submission(findings=(bare,), parts=())))
    )
    (feature,) = collection["features"]
    assert feature["geometry"] is None

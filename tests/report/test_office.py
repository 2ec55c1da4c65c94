"""Word, Excel and GeoPackage reports: what they say, that nothing in them runs, and their bytes."""

from __future__ import annotations

import io
import math
import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import docx
import openpyxl
import pyogrio
import pytest

from redline.findings import FindingsDocument, LineString, Part, Polygon, Status
from redline.messages import Language
from redline.report.docx import MAPS, write_docx
from redline.report.gpkg import write_gpkg
from redline.report.xlsx import CELL, write_xlsx
from tests.report.synthetic import VIOLATED, document, finding, submission
from tests.report.test_html import DOCUMENTS, HOSTILE, square

FORMULAS = ("=1+1", "+1", "-2", "@SUM(A1)", "＝1+1", ' =HYPERLINK("http://x")', "\t=1")
Write = Callable[[FindingsDocument, BinaryIO, Language], None]


def written(write: Write, findings: FindingsDocument, language: Language = "en") -> io.BytesIO:
    stream = io.BytesIO()
    write(findings, stream, language)
    stream.seek(0)
    return stream


@pytest.mark.parametrize("write", [write_docx, write_xlsx, write_gpkg])
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_document_can_be_written_and_gives_the_same_bytes_again(
    write: Write, name: str, language: Language
):
    first = written(write, DOCUMENTS[name], language).getvalue()
    assert first == written(write, DOCUMENTS[name], language).getvalue()


@pytest.mark.parametrize("write", [write_docx, write_xlsx])
def test_office_files_hold_no_time_of_writing(write: Write):
    with zipfile.ZipFile(written(write, DOCUMENTS["one"])) as archive:
        assert {m.date_time[0] for m in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml")
        assert b"dcterms:created" not in core and b"dcterms:modified" not in core
        for member in archive.namelist():
            if member.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(member))


# ── Excel ───────────────────────────────────────────────────────────────────────────────────────


def test_the_workbook_has_a_sheet_for_each_kind_of_thing():
    book = openpyxl.load_workbook(written(write_xlsx, DOCUMENTS["several"]))
    assert book.sheetnames == [
        *("Summary", "Findings", "Measurements", "Evidence", "Slivers"),
        *("Questions", "Layers", "Not checked", "Basis and problems"),
    ]
    summary = list(book["Summary"].iter_rows(values_only=True))
    assert summary[1][:5] == (
        "LP-1",
        "连平电镀厂",
        "project",
        datetime(2026, 8, 20),
        "Not compliant",
    )
    assert summary[1][5:11] == (3, 1, 1, 2, 1, 1)
    measured = list(book["Measurements"].iter_rows(values_only=True))
    assert (measured[1][4], measured[1][7], measured[1][8]) == (1234.5, "m²", "at most 0 m²")
    evidence = list(book["Evidence"].iter_rows(values_only=True))
    assert evidence[1][8:11] == (1234.5, 0.12345, 1.8518)
    assert book["Slivers"].max_row == 1 + 2
    assert book["Findings"].freeze_panes == "B2"
    assert book["Findings"].auto_filter.ref.startswith("A1:K")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str):
    one = submission(id=text, title=text, source=text)
    stream = written(write_xlsx, document(one))
    with zipfile.ZipFile(stream) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)
    book = openpyxl.load_workbook(stream)
    cell = book["Summary"]["A2"]
    assert cell.data_type == "s" and cell.value.strip() == text.strip()
    assert cell.quotePrefix


def test_cells_stay_below_what_excel_holds_and_without_control_characters():
    book = openpyxl.load_workbook(written(write_xlsx, DOCUMENTS["hostile"]))
    texts = [
        cell
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert max(map(len, texts)) == CELL
    assert not any(re.search("[\x00-\x08\x0b-\x1f\u202e\ufffe]", text) for text in texts)


# ── Word ────────────────────────────────────────────────────────────────────────────────────────


def words(findings: FindingsDocument, language: Language = "en") -> str:
    book = docx.Document(written(write_docx, findings, language))
    cells = [c.text for table in book.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in book.paragraphs), *cells])


def test_the_opinion_says_all_in_its_order():
    text = words(DOCUMENTS["one"], "zh")
    order = [
        *("合规性审查意见", "一、审查结论", "判定不通过", "位置图", "违反（3）", "附条件（1）"),
        *(
            "例外准许（1）",
            "需补充的信息（2）",
            "待定（2）",
            "未作审查的条文",
            "测量依据和所用图层",
        ),
        "经主管部门审核并签章后生效",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    for part in ("项目是否降低生态功能？", "粤府函〔2019〕1号", "审查人：", "1,234.5"):
        assert part in text


def test_the_opinion_has_its_map_as_a_picture_with_a_description():
    book = docx.Document(written(write_docx, DOCUMENTS["one"]))
    (shape,) = book.inline_shapes
    assert shape._inline.docPr.get("descr") == "Map of LP-1"
    many = document(*(submission(id=str(i), findings=()) for i in range(MAPS + 1)))
    assert len(docx.Document(written(write_docx, many)).inline_shapes) == 0


def test_many_findings_and_a_footprint_of_many_points_still_make_office_files():
    ring = [
        (114.5 + 0.01 * math.cos(a), 24.3 + 0.01 * math.sin(a))
        for a in (2 * math.pi * i / 100_000 for i in range(100_000))
    ]
    round_one = Part(
        role="permanent", area_m2=1.0, geometry=Polygon(coordinates=((*ring, ring[0]),))
    )
    many = tuple(finding(Status.COMPLIES, rule=f"r{i}") for i in range(5000))
    crowded = document(submission(parts=(round_one,), findings=(VIOLATED, *many)))
    assert len(docx.Document(written(write_docx, crowded)).inline_shapes) == 1
    sheet = openpyxl.load_workbook(written(write_xlsx, crowded), read_only=True)["Findings"]
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 5001 and rows[1][1] == "violated"


def test_text_of_strangers_is_text_in_word():
    text = words(DOCUMENTS["hostile"])
    assert "</title></script>" in text and "�[31m�evil�" in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", text)


# ── GeoPackage ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def package(tmp_path: Path) -> Path:
    line = Part(
        role="centreline",
        length_m=9.0,
        geometry=LineString(coordinates=((114.5, 24.3), (114.6, 24.4))),
    )
    one = submission(parts=(*submission().parts, line, Part(role="aerial", geometry=None)))
    path = tmp_path / "a.gpkg"
    path.write_bytes(written(write_gpkg, document(one), "zh").getvalue())
    return path


def test_the_package_has_a_table_for_each_kind_of_thing(package: Path):
    kinds = dict(pyogrio.list_layers(package).tolist())
    assert kinds == {
        "footprints": "MultiPolygon",
        "footprints_lines": "MultiLineString",
        "evidence": "MultiPolygon",
        "slivers": "MultiPolygon",
        "layer_styles": None,
    }
    evidence = pyogrio.read_dataframe(package, layer="evidence")
    assert evidence.crs == "EPSG:4326" and len(evidence) == 1
    row = evidence.iloc[0]
    assert (row["rule_title"], row["status_title"], row["area_m2"]) == (
        "规则（violated）",
        "违反",
        1234.5,
    )
    assert row["clauses"] == "《生态环境法典》第三百二十条第一款"
    assert row.geometry.equals(row.geometry.envelope)
    assert len(pyogrio.read_dataframe(package, layer="footprints")) == 2


def test_every_table_has_a_style_that_qgis_takes_by_default(package: Path):
    base = sqlite3.connect(package)
    rows = base.execute(
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
    ).fetchall()
    assert {r[0] for r in rows} == {"footprints", "footprints_lines", "evidence", "slivers"}
    assert {(r[1], r[2]) for r in rows} == {("geom", 1)}
    styles = {name: ElementTree.fromstring(qml) for name, _, _, qml in rows}
    categories = {c.get("value"): c.get("label") for c in styles["evidence"].iter("category")}
    assert categories["violated"] == "违反" and Status.NOT_APPLICABLE not in categories
    symbols = {s.get("name") for s in styles["evidence"].iter("symbol")}
    assert {c.get("symbol") for c in styles["evidence"].iter("category")} == symbols
    assert [s.get("type") for s in styles["footprints_lines"].iter("symbol")] == ["line"]
    base.close()


def test_texts_of_strangers_stand_in_the_package_without_control_characters(tmp_path: Path):
    one = submission(
        id=HOSTILE,
        parts=(Part(role="permanent", geometry=square(0.01)),),
        findings=(finding(Status.COMPLIES),),
    )
    path = tmp_path / "a.gpkg"
    path.write_bytes(written(write_gpkg, document(one)).getvalue())
    (name,) = pyogrio.read_dataframe(path, layer="footprints")["submission"]
    assert name.endswith("�[31m�evil�")

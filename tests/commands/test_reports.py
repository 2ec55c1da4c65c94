"""`redline check --report`, on a small place and from the command line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from redline.commands import reports
from redline.commands.program import run
from tests.checking.test_check import Place, box, collection

ENDINGS = ("html", "docx", "xlsx", "gpkg")


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A check of a new building of which 2,500 m² lie in a strict zone."""
    monkeypatch.chdir(tmp_path)
    place = Place(tmp_path)
    strict = ({"name": "<Z>", "strict": True}, box(0, 0, 100, 100))
    place.write("zone.geojson", collection(strict))
    place.submission(geometries={"permanent": box(50, 50, 150, 150)})
    layers = 'schema = "redline.catalog/1"\n' + "".join(place.layers.values())
    place.write("catalog.toml", layers)
    return [
        *("check", "one.json", "--rules", "rules"),
        *("--catalog", "catalog.toml", "--lang", "en"),
    ]


def test_reports_are_written_beside_the_result(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    files = [f"out.{ending}" for ending in ENDINGS]
    code = run([*arguments, *(a for file in files for a in ("--report", file))])
    assert code == 1, capsys.readouterr()
    assert "Not compliant" in capsys.readouterr().out
    page = Path("out.html").read_text(encoding="utf-8")
    assert "2,500" in page and "“&lt;Z&gt;”" in page and "k-offending" in page
    for file in ("out.docx", "out.xlsx"):
        assert zipfile.is_zipfile(file)
    assert Path("out.gpkg").read_bytes().startswith(b"SQLite format 3\0")
    assert not list(Path().glob(".redline-*"))


@pytest.mark.parametrize("file", ["out.pdf", "out", ".html/x", "out.html.gz"])
def test_another_ending_is_wrong_usage_that_names_the_endings(
    file: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run([*arguments, "--report", file]) == 2
    assert ".html, .docx, .xlsx, .gpkg" in capsys.readouterr().err


def test_a_library_that_is_not_installed_is_named_before_anything_is_judged(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(reports, "is_installed", lambda module: module != "docx")
    assert run([*arguments, "--report", "out.html", "--report", "out.docx"]) == 3
    said = capsys.readouterr().err
    assert "RL903" in said and "python-docx" in said and "redline[report]" in said
    assert not Path("out.html").exists()


def test_a_report_that_cannot_be_written_is_said(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert run([*arguments, "--report", "absent/out.html"]) == 3
    assert "RL901" in capsys.readouterr().err

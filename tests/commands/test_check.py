from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from redline import checking
from redline.commands.program import run
from redline.diagnostics import Place, refuse
from redline.findings import FindingsDocument, Status, Verdict, findings_schema
from redline.language.diagnostics import UnreadableFile
from tests.report.synthetic import ERROR, WARNING, document, submission


class Checker:
    """Stands in for the check: answers with a document and keeps what it was asked."""

    huge = False

    def __init__(self, answer: FindingsDocument) -> None:
        self.answer = answer
        self.submissions: Sequence[Path] = ()
        self.options: checking.Options | None = None

    def prepare(self, submissions: Sequence[Path], options: checking.Options) -> Checker:
        self.submissions, self.options = submissions, options
        return self

    def document_of(self, _task: object, _advance: object) -> FindingsDocument:
        return self.answer


@pytest.fixture
def checker(monkeypatch: pytest.MonkeyPatch) -> Checker:
    stand_in = Checker(document(submission()))
    monkeypatch.setattr(checking, "prepare", stand_in.prepare)
    monkeypatch.setattr(checking, "document_of", stand_in.document_of)
    return stand_in


def judged(verdict: Verdict, **fields: object) -> FindingsDocument:
    return document(submission(verdict=verdict, findings=(), **fields))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (judged(Verdict.COMPLIANT), 0),
        (judged(Verdict.CONDITIONAL), 0),
        (judged(Verdict.UNDETERMINED), 4),
        (judged(Verdict.NON_COMPLIANT), 1),
        (document(submission(), submission(verdict=Verdict.UNDETERMINED)), 1),
        (document(submission(), problems=(ERROR,)), 3),
        (document(problems=(ERROR,)), 3),
        (document(submission(verdict=Verdict.COMPLIANT), problems=(WARNING,)), 0),
    ],
)
def test_exit_codes(
    answer: FindingsDocument, code: int, checker: Checker, capsys: pytest.CaptureFixture[str]
):
    checker.answer = answer
    assert run(["check", "a.geojson", "--format", "json"]) == code


def test_every_option_reaches_the_check(checker: Checker, capsys: pytest.CaptureFixture[str]):
    run(
        [
            *("check", "a.txt", "b.shp", "--rules", "r1", "--rules", "r2", "--catalog", "c.toml"),
            *("--register", "past.gpkg", "--as-of", "2026-08-15", "--set", "works = new_build"),
            *("--set", "note=a=b", "--answers", "q.yaml", "--min-area", "0.01亩"),
            *("--min-width", "50 mm", "--crs", "EPSG:4526", "--group-by", "all"),
            *("--accept-crs", "Xi'an 1980", "--accept-crs", "北京54"),
        ]
    )
    assert checker.submissions == (Path("a.txt"), Path("b.shp"))
    assert checker.options == checking.Options(
        rules=(Path("r1"), Path("r2")),
        catalog=Path("c.toml"),
        register="past.gpkg",
        as_of=date(2026, 8, 15),
        settings=(("works", "new_build"), ("note", "a=b")),
        answers=Path("q.yaml"),
        min_area=pytest.approx(20 / 3),
        min_width=0.05,
        crs="EPSG:4526",
        accept_crs=("Xi'an 1980", "北京54"),
        group_by="all",
    )


def test_sizes_without_a_unit_are_square_metres_and_metres(
    checker: Checker, capsys: pytest.CaptureFixture[str]
):
    run(["check", "a", "--min-area", "5", "--min-width", "0.5"])
    assert checker.options is not None
    assert (checker.options.min_area, checker.options.min_width) == (5.0, 0.5)


def test_a_check_that_cannot_begin_still_answers_with_a_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def refuse_all(*_: object) -> FindingsDocument:
        raise refuse(UnreadableFile(place=Place("rules.redline"), reason="gone"))

    monkeypatch.setattr(checking, "prepare", refuse_all)
    assert run(["check", "x", "--format", "json", "--lang", "en"]) == 3
    out, err = capsys.readouterr()
    answer = json.loads(out)
    jsonschema.validate(answer, findings_schema())
    assert [p["code"] for p in answer["problems"]] == ["RL101"]
    assert "rules.redline" in err


def test_json_on_stdout_validates_and_problems_go_to_stderr_too(
    checker: Checker, capsys: pytest.CaptureFixture[str]
):
    checker.answer = document(submission(), problems=(ERROR,))
    run(["check", "x", "--format", "json", "--lang", "en"])
    out, err = capsys.readouterr()
    jsonschema.validate(json.loads(out), findings_schema())
    assert "RL101" in err


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "geojson", "csv"])
def test_a_result_file_holds_the_same_bytes_as_stdout(
    form: str, checker: Checker, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
):
    run(["check", "x", "--format", form])
    shown = capfdbinary.readouterr().out
    file = tmp_path / "out"
    run(["check", "x", "--format", form, "--output", str(file)])
    assert capfdbinary.readouterr().out == b""
    assert file.read_bytes() == shown
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_result_that_cannot_be_written_is_said_and_leaves_nothing(
    checker: Checker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    target = tmp_path / "missing" / "out.json"
    assert run(["check", "x", "--output", str(target), "--lang", "en"]) == 3
    err = capsys.readouterr().err
    assert "RL901" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_result_survives_a_fault(
    checker: Checker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    target = tmp_path / "out.json"
    target.write_text("before")

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("redline.report.json.write_json", fail)
    assert run(["check", "x", "--format", "json", "--output", str(target)]) == 3
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_notes_are_told_to_a_program_only_on_request(
    checker: Checker, capsys: pytest.CaptureFixture[str]
):
    note = WARNING.model_copy(update={"severity": "note"})
    checker.answer = document(submission(), problems=(note,))
    run(["check", "x", "--format", "json"])
    assert capsys.readouterr().err == ""
    run(["check", "x", "--format", "json", "--verbose"])
    assert "RL301" in capsys.readouterr().err


def test_errors_reach_stderr_even_where_the_text_goes_to_a_file(
    checker: Checker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    checker.answer = document(submission(), problems=(ERROR, WARNING))
    run(["check", "x", "--output", str(tmp_path / "out.txt")])
    err = capsys.readouterr().err
    assert "RL101" in err
    assert "RL301" not in err


def test_problems_are_said_once_where_both_streams_go_to_one_place(tmp_path: Path):
    script = '"$0" -m redline check x --rules nowhere.redline --lang en > out.txt 2>&1'
    subprocess.run(["bash", "-c", script, sys.executable], cwd=tmp_path, check=False, timeout=60)
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").count("nowhere.redline") == 1


def test_quiet_keeps_to_the_verdicts_and_verbose_lists_everything(
    checker: Checker, capsys: pytest.CaptureFixture[str]
):
    run(["check", "x", "--quiet", "--lang", "en"])
    assert len(capsys.readouterr().out.splitlines()) == 2
    run(["check", "x", "--verbose", "--lang", "en"])
    assert f"A rule that is {Status.COMPLIES}" in capsys.readouterr().out

"""Old decisions from messy tables: mapped, or named row by row."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from redline.commands.program import run
from redline.reasoning.register import AccountKey
from redline.register.mapping import day_of, read_mapping
from redline.register.store import open_store
from tests.register.place import Country, day

COUNTY = AccountKey("energy_use", (("county", "C1"),), 2023)

MAPPING = """
[fields]
id = "批复文号"
decided_on = "批复日期"
decision = "审批结果"
title = "项目名称"
predecessor = "原批复"
[values.decision]
"准予" = "approved"
"不准" = "refused"
[attributes]
energy_use = { column = "年用能", unit = "tce/a" }
works = "性质"
[values.works]
"1" = "new_build"
[areas]
county = "县"
"""

HEAD = "批复文号,批复日期,审批结果,项目名称,年用能,性质,县,原批复\n"


def load(country: Country, register: Path, file: Path, *more: str) -> int:
    return run(
        [
            *("register", "import", str(file), "--register", str(register)),
            *("--rules", str(country.folder / "rules"), *more),
        ]
    )


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2023.5.6", date(2023, 5, 6)),
        ("2023年5月6日", date(2023, 5, 6)),
        ("２０２３/０５/０６", date(2023, 5, 6)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("二○二三年五月十日", date(2023, 5, 10)),
        ("20230506", date(2023, 5, 6)),
        (45052, date(2023, 5, 6)),
        ("45052", date(2023, 5, 6)),
        (45052.0, date(2023, 5, 6)),
        (datetime(2023, 5, 6, 12), date(2023, 5, 6)),
        ("2023-5-6 00:00:00", date(2023, 5, 6)),
        ("2023年5月", None),
        ("2023-02-30", None),
        ("1023-05-06", None),
        ("23.5.6", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_days_are_read_however_they_are_written(cell: object, meant: date | None):
    assert day_of(cell) == meant


def test_a_messy_csv_in_gbk_is_mapped(country: Country, tmp_path: Path, mapping: str):
    file = tmp_path / "old.csv"
    rows = [
        "甲〔2023〕1号,2023.1.5,准予,一厂,12,1,C1,",
        '甲〔2023〕2号,2023年2月5日,准予,二厂,"1,200",新建,C1,',
        "甲〔2023〕3号,20230301,不准,三厂,5,1,C1,",
        "甲〔2023〕4号,45017,准予,四厂,８,1,C1,甲〔2023〕1号",
    ]
    file.write_bytes((HEAD + "\n".join(rows)).encode("gb18030"))
    register = tmp_path / "r.gpkg"
    assert load(country, register, file, "--mapping", mapping) == 0
    store = open_store(str(register), country.book)
    assert store.total(COUNTY, day("2024-01-01")) == 12 + 1200 + 8
    assert [k.entry.title for k in store.entries()] == ["一厂", "二厂", "三厂", "四厂"]


def test_a_workbook_is_read_with_real_dates(country: Country, tmp_path: Path, mapping: str):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([])
    sheet.append(HEAD.strip().split(","))
    sheet.append(["W1", datetime(2023, 5, 6), "同意", "一厂", 12, 1, "C1", None])
    file, register = tmp_path / "old.xlsx", tmp_path / "r.gpkg"
    book.save(file)
    assert load(country, register, file, "--mapping", mapping) == 0
    (kept,) = open_store(str(register), country.book).entries()
    assert kept.entry.decided_on == date(2023, 5, 6)
    assert kept.entry.attributes == {"energy_use": "12 tce/a", "works": "new_build"}


BAD_ROWS = [
    ("B1,2023年5月,准予,x,1,1,C1,", "RL707"),
    ("B2,2023-05-06,也许,x,1,1,C1,", "RL708"),
    ("B3,2023-05-06,准予,x,-1,1,C1,", "RL706"),
    ("B4,2023-05-06,准予,x,9000000000000000,1,C1,", "RL706"),
    ("B5,2023-05-06,准予,x,5 ha,1,C1,", "RL602"),
    ("B6,2023-05-06,准予,x,1,9,C1,", "RL602"),
    (",2023-05-06,准予,x,1,1,C1,", "RL702"),
    ("G1,2023-06-06,准予,x,1,1,C1,", "RL703"),
    ("B7,2023-05-06,准予,x,1,1,C1,nobody", "RL705"),
    ("B8,2022-05-06,准予,x,1,1,C1,G1", "RL704"),
]


@pytest.mark.parametrize(("row", "code"), BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_is_entered_unless_it_is_passed_over(
    country: Country,
    tmp_path: Path,
    mapping: str,
    capsys: pytest.CaptureFixture[str],
    row: str,
    code: str,
):
    file, register = tmp_path / "old.csv", tmp_path / "r.gpkg"
    file.write_text(HEAD + "G1,2023-01-01,准予,y,1,1,C1,\n" + row, encoding="utf-8")
    assert load(country, register, file, "--mapping", mapping) == 3
    said = capsys.readouterr().err
    assert code in said
    assert "old.csv:3" in said
    assert list(open_store(str(register), country.book).entries()) == []
    assert load(country, register, file, "--mapping", mapping, "--skip-bad") == 3
    assert [k.entry.id for k in open_store(str(register), country.book).entries()] == ["G1"]


def test_mixed_units_are_taken_as_written_and_named(
    country: Country, tmp_path: Path, mapping: str, capsys: pytest.CaptureFixture[str]
):
    file, register = tmp_path / "old.csv", tmp_path / "r.gpkg"
    file.write_text(HEAD + "G1,2023-01-01,准予,y,2 万吨标准煤/年,1,C1,\n", encoding="utf-8")
    assert load(country, register, file, "--mapping", mapping) == 0
    said = capsys.readouterr().err
    assert "RL711" in said
    assert open_store(str(register), country.book).total(COUNTY, day("2024-01-01")) == 20000


def test_two_ids_with_one_content_are_told(
    country: Country, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file, register = tmp_path / "old.csv", tmp_path / "r.gpkg"
    file.write_text(
        "id,decided_on,decision,wkt\n"
        'A,2023-01-01,approved,"POLYGON((30 0,30.001 0,30.001 0.001,30 0))"\n'
        'B,2023-01-01,approved,"POLYGON((30 0,30.001 0,30.001 0.001,30 0))"\n',
        encoding="utf-8",
    )
    assert load(country, register, file, "--crs", "EPSG:4326") == 0
    assert "RL715" in capsys.readouterr().err


def test_areas_come_from_the_catalog(country: Country, tmp_path: Path):
    file, register = tmp_path / "old.csv", tmp_path / "r.gpkg"
    file.write_text(
        "id,decided_on,decision,wkt,energy_use\n"
        'A,2023-01-01,approved,"POLYGON((30 0,30.001 0,30.001 0.001,30 0))",5 tce/a\n',
        encoding="utf-8",
    )
    catalog = str(country.folder / "catalog.toml")
    assert load(country, register, file, "--crs", "EPSG:4326", "--catalog", catalog) == 0
    assert open_store(str(register), country.book).total(COUNTY, day("2024-01-01")) == 5


def test_a_draft_names_columns_and_the_words_that_it_does_not_know(
    country: Country, tmp_path: Path
):
    file, draft = tmp_path / "old.csv", tmp_path / "draft.toml"
    file.write_text(
        "编号,批复日期,审批结果,用能（tce/a）,建设性质,县,杂项\nA,2023-1-1,准了,5,新建,C1,z\n"
    )
    rules = str(country.folder / "rules")
    assert run(["register", "import", str(file), "--draft", str(draft), "--rules", rules]) == 0
    text = draft.read_text(encoding="utf-8")
    assert '"准了" = ""' in text
    assert "# 杂项" in text
    draft.write_text(text.replace('"准了" = ""', '"准了" = "approved"'), encoding="utf-8")
    mapped = read_mapping(draft)
    assert mapped.fields["id"] == "编号"
    assert mapped.areas == {"county": "县"}
    assert mapped.columns()["works"].column == "建设性质"
    assert load(country, tmp_path / "r.gpkg", file, "--mapping", str(draft)) == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[fields]\nid = 5", "RL709"),
        ("[fields", "RL709"),
        ('[fields]\nid = "nope"', "RL710"),
        ('[fields]\nid = "id"\nwhat = "id"', "RL720"),
        ('[attributes]\nnope = "id"', "RL720"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    country: Country, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: str
):
    file, mapping = tmp_path / "old.csv", tmp_path / "m.toml"
    file.write_text("id,decided_on,decision\nA,2023-01-01,approved\n")
    mapping.write_text(text)
    assert load(country, tmp_path / "r.gpkg", file, "--mapping", str(mapping)) == 3
    assert code in capsys.readouterr().err


def test_what_is_exported_can_be_imported_again(
    country: Country, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    lines = tmp_path / "in.jsonl"
    entries = [
        {"quota": "energy_quota", "areas": {"county": "C1"}, "year": 2023, "amount": "9 tce/a",
         "entered_on": "2023-01-01"},
        {"id": "A", "decided_on": "2023-01-02", "decision": "approved", "title": "=1+1",
         "attributes": {"energy_use": "5 tce/a"}, "areas": {"county": "C1"}},
        {"id": "A", "decided_on": "2023-03-02", "decision": "withdrawn"},
    ]  # fmt: skip
    lines.write_text("\n".join(json.dumps(e) for e in entries))
    first, second = tmp_path / "1.gpkg", tmp_path / "2.gpkg"
    assert load(country, first, lines) == 0
    rules = ("--rules", str(country.folder / "rules"))
    out = tmp_path / "out.jsonl"
    assert run(["register", "export", str(out), "--register", str(first), *rules]) == 0
    assert load(country, second, out) == 0
    again = tmp_path / "again.jsonl"
    assert run(["register", "export", str(again), "--register", str(second), *rules]) == 0
    assert again.read_bytes() == out.read_bytes()
    for suffix in (".csv", ".xlsx", ".gpkg", ".geojson"):
        table = tmp_path / f"t{suffix}"
        assert run(["register", "export", str(table), "--register", str(first), *rules]) == 0
        assert table.stat().st_size > 0
    assert "'=1+1" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()
    assert run(["register", "list", "--register", str(first), "--history", *rules]) == 0
    assert "3 decisions" not in capsys.readouterr().out

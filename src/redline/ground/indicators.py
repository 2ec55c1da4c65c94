"""Tables of indicators: what areas report for periods, with units and targets.

One row says one figure: area, period, indicator, value, unit; beside it may stand a target and
whether the plan calls it binding or anticipatory. CSV, Excel and Parquet are read alike; a heading
may be English or Chinese. Rows are numbered as their file shows them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import total_ordering
from pathlib import Path
from typing import Final

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.files import read_bytes
from redline.ground.indicator_diagnostics import (
    IndicatorColumnsMissing,
    IndicatorTableUnreadable,
    PeriodsMissing,
    PeriodUnreadable,
    ReportedTwice,
    RowIncomplete,
    UnitsDiffer,
    UnitsVary,
)
from redline.ground.text import decode_text
from redline.messages import msg
from redline.quantities import BY_SPELLING

SUFFIXES: Final = (".csv", ".xlsx", ".parquet")

LARGEST: Final = 256 * 1024 * 1024

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "area": ("area", "region", "地区", "区域", "行政区", "县区"),
    "period": ("period", "year", "年份", "年度", "时期", "期间"),
    "indicator": ("indicator", "指标", "指标名称"),
    "value": ("value", "数值", "指标值", "现状值", "值"),
    "unit": ("unit", "单位", "计量单位"),
    "target": ("target", "目标值", "目标"),
    "character": ("character", "属性", "指标属性", "性质"),
}
"""What a column says, and how it may be headed."""

NEEDED: Final = ("area", "period", "indicator", "value")

CHARACTERS: Final = {
    "binding": "binding",
    "约束性": "binding",
    "anticipatory": "anticipatory",
    "预期性": "anticipatory",
}


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A year, a quarter (1 to 4) or a month of it."""

    year: int
    quarter: int | None = None
    month: int | None = None

    @property
    def last_day(self) -> date:
        """The day that ends it."""
        month = self.month or (self.quarter * 3 if self.quarter else 12)
        first = date(self.year + month // 12, month % 12 + 1, 1)
        return first - timedelta(days=1)

    @property
    def before(self) -> Period:
        """The period of the same length before it."""
        if self.month is not None:
            return Period(self.year - (self.month == 1), None, (self.month - 2) % 12 + 1)
        if self.quarter is not None:
            return Period(self.year - (self.quarter == 1), (self.quarter - 2) % 4 + 1)
        return Period(self.year - 1)

    def __str__(self) -> str:
        if self.month is not None:
            return f"{self.year}-{self.month:02d}"
        return f"{self.year}Q{self.quarter}" if self.quarter is not None else str(self.year)

    def __lt__(self, other: Period) -> bool:
        return (self.last_day, str(self)) < (other.last_day, str(other))


CHINESE_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}


def parsed_period(value: object) -> Period | None:
    """A period as people write it: 2025, 2025年, 2025-03, 2025年3月, 2025Q1, 2025年第一季度."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = re.sub(r"\s+", "", str(value))
    if found := re.fullmatch(r"((?:19|20)\d\d)(?:年度?)?", text):
        return Period(int(found[1]))
    if found := re.fullmatch(r"((?:19|20)\d\d)(?:-|/|年)(\d\d?)月?", text):
        month = int(found[2])
        return Period(int(found[1]), None, month) if 1 <= month <= 12 else None
    if found := re.fullmatch(r"((?:19|20)\d\d)年?(?:Q|q|第)([1-4一二三四])(?:季度)?", text):
        quarter = CHINESE_QUARTERS.get(found[2]) or int(found[2])
        return Period(int(found[1]), quarter)
    return None


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a value as written, with its unit; and the number of the row."""

    row: int
    value: str
    unit: str | None = None
    target: str | None = None
    character: str | None = None

    @property
    def text(self) -> str:
        """The value with its unit."""
        return with_unit(self.value, self.unit)

    @property
    def target_text(self) -> str | None:
        """The target with the unit, where there is one."""
        return None if self.target is None else with_unit(self.target, self.unit)


def with_unit(value: str, unit: str | None) -> str:
    """A number with a unit behind it, unless it has one already."""
    bare = re.fullmatch(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?", value)
    return f"{value.replace(',', '')} {unit}" if unit and bare else value


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """What an area reports for a period, and for those that it is compared with.

    `territories` names the territories in which the area lies, where that is stated; it then lies
    in no others.
    """

    area: str
    period: Period
    figures: Mapping[str, Figure]
    before: Mapping[str, Figure] = field(default_factory=dict)
    base: Mapping[str, Figure] = field(default_factory=dict)
    territories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """Figures by area, period and indicator, as the file names them."""

    source: str
    figures: Mapping[str, Mapping[Period, Mapping[str, Figure]]]
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    def latest(self, area: str, on: date | None = None) -> Period | None:
        """The last period of an area, or the last that has ended by a day."""
        periods = [p for p in self.figures[area] if on is None or p.last_day <= on]
        return max(periods, default=None)


def is_indicator_table(path: Path) -> bool:
    """Whether a file has the headings of a table of indicators. False where it cannot be read."""
    if path.suffix.casefold() not in SUFFIXES or not path.is_file():
        return False
    try:
        heading = next(iter(rows_of(path)), None)
    except Refusal:
        return False
    return heading is not None and not missing_columns(columns_of(heading[1]))


def read_indicators(path: Path) -> IndicatorTable:
    """The table in a file. Raises `Refusal` where it is none; bad rows are named and left out."""
    rows = iter(rows_of(path))
    heading = next(rows, None)
    place = Place(str(path))
    if heading is None:
        raise refuse(IndicatorTableUnreadable(place=place, reason=msg("it is empty")))
    columns = columns_of(heading[1])
    missing = missing_columns(columns)
    if missing:
        shown = tuple(str(c) for c in heading[1] if c is not None)
        raise refuse(IndicatorColumnsMissing(place=place, missing=missing, found=shown))
    return gathered(path, [(n, named(row, columns)) for n, row in rows])


def columns_of(heading: Sequence[object]) -> dict[str, int]:
    """Which column says what."""
    spelt = [str(h or "").strip().casefold() for h in heading]
    return {
        name: next(i for i, text in enumerate(spelt) if text in aliases)
        for name, aliases in HEADINGS.items()
        if any(text in aliases for text in spelt)
    }


def missing_columns(columns: Mapping[str, int]) -> tuple[str, ...]:
    """The columns that a table must have and this one lacks."""
    return tuple(name for name in NEEDED if name not in columns)


def named(row: Sequence[object], columns: Mapping[str, int]) -> dict[str, str]:
    """The cells of a row that say something."""
    cells = {name: text_of(row[i]) for name, i in columns.items() if i < len(row)}
    return {name: text for name, text in cells.items() if text is not None}


def text_of(cell: object) -> str | None:
    """A cell as text; numbers without a trailing .0; None where it is blank."""
    if cell is None or (isinstance(cell, float) and cell != cell):  # noqa: PLR0124 - not a number
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() or None


def gathered(path: Path, rows: Sequence[tuple[int, Mapping[str, str]]]) -> IndicatorTable:
    """Rows by area, period and indicator; what is wrong with a row leaves it out."""
    figures: dict[str, dict[Period, dict[str, Figure]]] = {}
    said: list[Diagnostic] = []
    for number, cells in rows:
        place = Place(str(path), line=number)
        if not cells:
            continue
        lacking = tuple(name for name in NEEDED if name not in cells)
        if lacking:
            said.append(RowIncomplete(place=place, missing=lacking))
            continue
        period = parsed_period(cells["period"])
        if period is None:
            said.append(PeriodUnreadable(place=place, text=cells["period"]))
            continue
        figure = Figure(
            number,
            cells["value"],
            cells.get("unit"),
            cells.get("target"),
            CHARACTERS.get(cells.get("character", "").casefold()),
        )
        held = figures.setdefault(cells["area"], {}).setdefault(period, {})
        first = held.setdefault(cells["indicator"], figure)
        if first is not figure:
            said.append(
                ReportedTwice(
                    place=place,
                    area=cells["area"],
                    period=str(period),
                    indicator=cells["indicator"],
                    first=first.row,
                    one=first.text,
                    other=figure.text,
                )
            )
    said += [*unlike_units(str(path), figures), *gaps(str(path), figures)]
    return IndicatorTable(str(path), figures, tuple(said))


Figures = Mapping[str, Mapping[Period, Mapping[str, Figure]]]


def unlike_units(source: str, figures: Figures) -> Iterator[Diagnostic]:
    """Indicators that are not reported in one unit throughout, with the rows that stand out."""
    units: dict[str, dict[str, list[int]]] = {}
    for by_period in figures.values():
        for by_name in by_period.values():
            for name, figure in by_name.items():
                units.setdefault(name, {}).setdefault(figure.unit or "", []).append(figure.row)
    for name, rows in units.items():
        if len(rows) < 2:
            continue
        usual = max(rows, key=lambda unit: len(rows[unit]))
        odd = sorted(r for unit, some in rows.items() if unit != usual for r in some)
        known = {BY_SPELLING[u].dimension if u in BY_SPELLING else u for u in rows}
        kind = UnitsVary if len(known) == 1 else UnitsDiffer
        shown = tuple(unit or "–" for unit in rows)
        yield kind(place=Place(source), indicator=name, units=shown, rows=tuple(odd[:20]))


def gaps(source: str, figures: Figures) -> Iterator[Diagnostic]:
    """Indicators that an area reports before and after a period and not for it."""
    for area, by_period in figures.items():
        periods = sorted(by_period)
        if not periods:
            continue
        run = [periods[-1]]
        while run[-1].before >= periods[0] and len(run) < 1000:
            run.append(run[-1].before)
        run.reverse()
        for name in dict.fromkeys(n for held in by_period.values() for n in held):
            held = [p for p in run if name in by_period.get(p, {})]
            missing = [p for p in run if held and held[0] < p < held[-1] and p not in held]
            if missing:
                yield PeriodsMissing(
                    place=Place(source),
                    area=area,
                    indicator=name,
                    periods=tuple(map(str, missing)),
                )


def regions_of(
    table: IndicatorTable,
    *,
    areas: Sequence[str] = (),
    period: Period | None = None,
    base: Period | None = None,
    territories: tuple[str, ...] | None = None,
) -> list[RegionFigures]:
    """The areas of a table (or some), each for a period (or its latest), with the period before."""
    found = []
    for area in areas or table.figures:
        held = table.figures.get(area, {})
        wanted = period or (table.latest(area) if held else None)
        if wanted is None or wanted not in held:
            continue
        found.append(
            RegionFigures(
                area,
                wanted,
                held[wanted],
                held.get(wanted.before, {}),
                held.get(base, {}) if base is not None else {},
                territories,
            )
        )
    return found


# --- files ------------------------------------------------------------------------------------


def rows_of(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of a file with their numbers, the heading first. Raises `Refusal`."""
    match path.suffix.casefold():
        case ".xlsx":
            yield from excel_rows(path)
        case ".parquet":
            yield from parquet_rows(path)
        case _:
            yield from csv_rows(path)


def csv_rows(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of delimited text: whichever of comma, semicolon and tab heads most columns."""
    text = decode_text(read_bytes(path, LARGEST), str(path)).text
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise unreadable(path, str(error)) from None


def excel_rows(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of the first sheet."""
    data = io.BytesIO(read_bytes(path, LARGEST))
    try:
        from openpyxl import load_workbook

        book = load_workbook(data, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    except ImportError:
        raise unreadable(path, "openpyxl is not installed") from None
    except Exception as error:
        raise unreadable(path, type(error).__name__) from None
    yield from enumerate(rows, 1)


def parquet_rows(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of a Parquet file, numbered from 2 as if it had a heading."""
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise unreadable(path, str(error).splitlines()[0]) from None
    yield 1, list(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    yield from enumerate((list(row) for row in zip(*columns, strict=True)), 2)


def unreadable(path: Path, reason: str) -> Refusal:
    """A file that is no table."""
    shown = msg("{reason}", reason=reason)
    return refuse(IndicatorTableUnreadable(place=Place(str(path)), reason=shown))

"""What is wrong with the form of a table of indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity
from redline.messages import Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorTableUnreadable(Diagnostic):
    """A file that cannot be read as a table."""

    code: ClassVar[str] = "RL650"
    reason: Message

    @property
    def message(self) -> Message:
        return msg(
            "this file cannot be read as a table of indicators: {reason}", reason=self.reason
        )

    @property
    def hint(self) -> Message:
        return msg("Supply a CSV, Excel (.xlsx) or Parquet file with one figure in each row.")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorColumnsMissing(Diagnostic):
    """A table without a column that it must have."""

    code: ClassVar[str] = "RL651"
    missing: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "the table of indicators has no column for {missing}; it has {found}",
            missing=self.missing,
            found=self.found,
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Head the columns area, period, indicator, value, unit (地区、年份、指标、数值、单位)."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIncomplete(Diagnostic):
    """A row that lacks what makes a figure."""

    code: ClassVar[str] = "RL652"
    missing: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("this row lacks {missing}", missing=self.missing)

    @property
    def hint(self) -> Message:
        return msg("Fill it in, or take the row out; a figure that is not known needs no row.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodUnreadable(Diagnostic):
    """A period that nobody can place."""

    code: ClassVar[str] = "RL653"
    text: str

    @property
    def message(self) -> Message:
        return msg("“{text}” is no period", text=self.text)

    @property
    def hint(self) -> Message:
        return msg("Write 2025, 2025-03, 2025Q1, 2025年, 2025年3月 or 2025年第一季度.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTwice(Diagnostic):
    """A figure that stands in two rows."""

    code: ClassVar[str] = "RL654"
    area: str
    period: str
    indicator: str
    first: int
    one: str
    other: str

    @property
    def message(self) -> Message:
        return msg(
            "“{indicator}” of {area} in {period} stands in row {first} too: {one} there, {other} "
            "here",
            indicator=self.indicator,
            area=self.area,
            period=self.period,
            first=self.first,
            one=self.one,
            other=self.other,
        )

    @property
    def hint(self) -> Message:
        return msg("Keep one of the two rows; the first was taken.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsDiffer(Diagnostic):
    """An indicator reported in units that cannot be compared."""

    code: ClassVar[str] = "RL655"
    indicator: str
    units: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def message(self) -> Message:
        return msg(
            "“{indicator}” is reported in units of different kinds, {units}: rows {rows}",
            indicator=self.indicator,
            units=self.units,
            rows=tuple(str(r) for r in self.rows),
        )

    @property
    def hint(self) -> Message:
        return msg("Report it in one kind of unit throughout.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsVary(UnitsDiffer):
    """An indicator reported now in one unit, now in another of the same kind."""

    code: ClassVar[str] = "RL656"
    severity: ClassVar[Severity] = "warning"

    @property
    def message(self) -> Message:
        return msg(
            "“{indicator}” is reported in several units, {units}: rows {rows}",
            indicator=self.indicator,
            units=self.units,
            rows=tuple(str(r) for r in self.rows),
        )

    @property
    def hint(self) -> Message:
        return msg("They were converted; see that none is a slip.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodsMissing(Diagnostic):
    """An indicator with a gap in its periods."""

    code: ClassVar[str] = "RL657"
    severity: ClassVar[Severity] = "warning"
    area: str
    indicator: str
    periods: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "{area} reports nothing of “{indicator}” for {periods}",
            area=self.area,
            indicator=self.indicator,
            periods=self.periods,
        )

    @property
    def hint(self) -> Message:
        return msg("A rule that compares with the period before stays open after such a gap.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaNotReported(Diagnostic):
    """An area of which the table says nothing for the period."""

    code: ClassVar[str] = "RL658"
    area: str
    period: str

    @property
    def message(self) -> Message:
        return msg(
            "the table of indicators has no figure of “{area}” for the period {period}",
            area=self.area,
            period=self.period,
        )

    @property
    def hint(self) -> Message:
        return msg("Name areas and periods as the table writes them.")

"""How the columns of a table of old decisions map to entries.

A mapping is a TOML file:

    [fields]                     # what an entry has = the column that holds it
    id = "批复文号"
    decided_on = "批复日期"
    decision = "审批结果"
    [values.decision]            # what stands in the cells = what it means
    "准予" = "approved"
    [attributes]                 # attribute of the rule book = its column
    works = "建设性质"
    energy_use = { column = "年综合能耗", unit = "tce per year" }
    [areas]                      # layer = the column with the key of the feature
    county = "县区代码"
    [documents]                  # kind of document = the column with its number
    eia_approval = "环评批复文号"
    [constants]                  # what an entry has, the same for every row
    decision = "approved"
    [facts]                      # attributes and judgements, the same for every row
    discharges_pollutants = false
    [lists]                      # which lists are complete in every row
    complete = ["documents", "components", "geometries"]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.dates import parsed_date
from redline.register.accounts import Accounts
from redline.register.diagnostics import BadMapping, NoSuchColumn, UnknownName
from redline.register.entries import EARLIEST, LATEST
from redline.rulebook.model import QuantityType, RuleBook

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "编号", "项目编号", "项目代码", "批复文号", "文号", "案号", "caseid", "case_id"),
    "decided_on": ("decided_on", "决定日期", "批复日期", "批准日期", "审批日期", "日期", "date"),
    "decision": ("decision", "审批结果", "审批结论", "决定", "结论", "批复意见", "status", "结果"),
    "title": ("title", "项目名称", "名称", "name", "project", "projectname"),
    "reason": ("reason", "理由", "备注", "说明", "remarks"),
    "decided_by": ("decided_by", "审批机关", "审批部门", "批准机关", "authority", "经办人"),
    "basis": ("basis", "依据", "审批依据", "法律依据"),
    "predecessor": ("predecessor", "原批复文号", "前批复", "原项目编号"),
    "kind": ("kind",),
}
"""What an entry has, and what such a column is called."""

GRANT_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "quota": ("quota", "指标", "指标名称"),
    "year": ("year", "年度", "年份"),
    "amount": ("amount", "数量", "指标量", "额度"),
    "move": ("move", "类型"),
    "entered_on": ("entered_on", "下达日期", "日期"),
    "counterpart": ("counterpart", "对方"),
    "reason": ("reason", "文号", "依据"),
}
"""What a grant has."""


class ColumnOf(BaseModel):
    """The column of an attribute, and the unit of its bare numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    unit: str | None = None


class Mapped(BaseModel):
    """A mapping of columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: Mapping[str, str] = {}
    attributes: Mapping[str, str | ColumnOf] = {}
    areas: Mapping[str, str] = {}
    documents: Mapping[str, str] = {}
    values: Mapping[str, Mapping[str, str]] = {}
    constants: Mapping[str, str | int | float] = {}
    facts: Mapping[str, str | bool | int | float | tuple[str, ...]] = {}
    lists: Mapping[Literal["complete"], tuple[str, ...]] = {}

    @property
    def grants(self) -> bool:
        """Whether its rows are grants of quotas and not decisions."""
        return "quota" in self.fields or "quota" in self.constants

    def columns(self) -> dict[str, ColumnOf]:
        """The column of each attribute."""
        return {
            name: ColumnOf(column=one) if isinstance(one, str) else one
            for name, one in self.attributes.items()
        }

    def meaning(self, name: str, cell: object) -> object:
        """What a cell stands for."""
        meanings = self.values.get(name, {})
        text = plain(cell)
        return meanings.get(text, meanings.get(str(cell), cell))


def plain(cell: object) -> str:
    """The text of a cell without full-width forms and outer spaces; a whole number without `.0`."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()


def read_mapping(path: Path) -> Mapped:
    """The mapping in a file. Raises `Refusal`."""
    import tomllib

    place = Place(str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(BadMapping(place=place, key="-", reason=reason)) from None
    try:
        return Mapped.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise refuse(BadMapping(place=place, key="-", reason=str(error))) from None
    except ValidationError as error:
        faults = [
            BadMapping(place=place, key=".".join(str(x) for x in e["loc"]), reason=e["msg"])
            for e in error.errors()[:20]
        ]
        raise Refusal(faults) from None


def mapping_faults(
    mapping: Mapped, columns: Sequence[str], book: RuleBook, place: Place
) -> Iterator[Diagnostic]:
    """What a mapping names that the table or the rule book does not have."""
    fields = GRANT_FIELDS if mapping.grants else FIELDS
    named = [
        *mapping.fields.values(),
        *(one.column for one in mapping.columns().values()),
        *mapping.areas.values(),
        *mapping.documents.values(),
    ]
    for column in dict.fromkeys(named):
        if column not in columns:
            yield NoSuchColumn(place=place, column=column, known=tuple(columns))
    judged = (*book.attributes, *book.judgements, *book.plans)
    for names, known in (
        ((*mapping.fields, *mapping.constants), tuple(fields)),
        (mapping.attributes, judged),
        (mapping.facts, judged),
        (mapping.areas, tuple(book.layers)),
        (mapping.documents, tuple(book.documents)),
    ):
        for name in names:
            if name not in known:
                yield UnknownName(place=place, name=name, known=known)


def draft(columns: Sequence[str], book: RuleBook, accounts: Accounts) -> Mapped:
    """A mapping by the names of columns, to begin with."""
    spelt = {plain(column).casefold(): column for column in columns}

    def named(names: Iterable[str]) -> str | None:
        return next((spelt[n.casefold()] for n in names if n.casefold() in spelt), None)

    fields = {name: named(spellings) for name, spellings in FIELDS.items()}
    taken = {column for column in fields.values() if column}
    attributes: dict[str, str | ColumnOf] = {}
    for attribute in dict.fromkeys(book.attributes.values()):
        names = attribute.names
        column = named(n for n in (names.en, names.zh, attribute.title.en, attribute.title.zh) if n)
        if column is not None and column not in taken:
            quantity = isinstance(attribute.type, QuantityType)
            unit = unit_in(column) if quantity else None
            attributes[names.key] = ColumnOf(column=column, unit=unit) if unit else column
    areas = {}
    for key, layer in accounts.areas.items():
        names = layer.names
        column = named(n for n in (names.en, names.zh, f"{key}_code", f"{names.zh}代码") if n)
        if column is not None:
            areas[key] = column
    return Mapped(fields={k: v for k, v in fields.items() if v}, attributes=attributes, areas=areas)


def unit_in(column: str) -> str | None:
    """The unit that a column names in brackets: 面积（公顷）."""
    from redline.quantities import parse_quantity

    match = re.search(r"[(（\[]([^)）\]]+)[)）\]]\s*$", column)
    if match is None or parse_quantity(f"1 {match[1].strip()}") is None:
        return None
    return match[1].strip()


def draft_text(mapping: Mapped, columns: Sequence[str], cells: Mapping[str, Sequence[str]]) -> str:
    """A draft as TOML, with what stands in the cells of the decision, and the columns left over."""

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        return f'"{escaped}"'

    lines = ["[fields]"]
    for name in FIELDS:
        column = mapping.fields.get(name)
        lines.append(f"{name} = {quoted(column)}" if column else f'# {name} = ""')
    lines += ["", "[values.decision]"]
    lines += [f'{quoted(text)} = ""' for text in cells.get("decision", ())]
    lines += ["", "[attributes]"]
    for name, one in mapping.columns().items():
        unit = f", unit = {quoted(one.unit)}" if one.unit else ""
        lines.append(f"{name} = {{ column = {quoted(one.column)}{unit} }}")
    lines += ["", "[areas]"]
    lines += [f"{name} = {quoted(column)}" for name, column in mapping.areas.items()]
    used = {*mapping.fields.values(), *(c.column for c in mapping.columns().values())}
    used |= set(mapping.areas.values())
    left = [column for column in columns if column not in used]
    lines += ["", *(f"# {column}" for column in left)]
    return "\n".join(lines).rstrip() + "\n"


# ── days ────────────────────────────────────────────────────────────────────────────────────────

NUMERALS: Final = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}

EXCEL_EPOCH: Final = date(1899, 12, 30)


def day_of(cell: object) -> date | None:
    """The day that a cell means, however it is written; None if none, or none that can be."""
    found = parsed_date(cell)
    if found is None and isinstance(cell, int | float) and not isinstance(cell, bool):
        found = excel_day(float(cell))
    if found is None and cell is not None:
        text = re.sub(r"\s+", "", plain(cell))
        found = parsed_date(text) or parsed_date(arabic(text))
        if found is None and re.fullmatch(r"\d{5}(\.0+)?", text):
            found = excel_day(float(text))
    return found if found is not None and EARLIEST <= found < LATEST else None


def excel_day(number: float) -> date | None:
    """The day that Excel writes as a number."""
    return EXCEL_EPOCH + timedelta(days=int(number)) if 18_000 <= number < 110_000 else None


def arabic(text: str) -> str:
    """A date in Chinese numerals in digits: 二〇二三年五月十六日 is 2023年5月16日."""

    def number(match: re.Match[str]) -> str:
        written = match[0]
        if "十" not in written:
            return "".join(NUMERALS[c] for c in written)
        tens, _, ones = written.partition("十")
        return str(10 * int(NUMERALS.get(tens, "1")) + int(NUMERALS.get(ones, "0")))

    return re.sub("[〇零○一二三四五六七八九十]+", number, text)

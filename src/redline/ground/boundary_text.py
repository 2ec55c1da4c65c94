"""Boundary-point text files, line by line: statements, headers of parcels, and points.

Every line becomes one of these, or an error that says what should stand there. Writing that
departs from the format and has one meaning only is read and noted. What the two numbers of a point
mean is not settled here (see `boundary_reference`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.diagnostics import (
    TxtContradiction,
    TxtHeaderFields,
    TxtLineUnreadable,
    TxtNotation,
    TxtUnknownKey,
    TxtWithoutParcels,
    capped,
    shortened,
)
from redline.messages import Message, msg

Kind = Literal["面", "线", "点"]
AreaUnit = Literal["ha", "m2", "mu"]

LONGEST_SHOWN: Final = 300
"""Characters of a line that a diagnostic shows."""


@dataclass(slots=True)
class Log:
    """The lines of a file, and what was found about them."""

    file: str
    lines: Sequence[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    oddities: dict[str, tuple[Message, list[int]]] = field(default_factory=dict)

    def place(self, line: int | None, start: int | None = None, end: int = 0) -> Place:
        """The place of a line (from 1) and of its characters from `start` to `end` (from 0)."""
        if line is None:
            return Place(self.file)
        text = self.lines[line - 1]
        if start is None:
            start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        start = min(start, LONGEST_SHOWN)
        end = max(min(end, LONGEST_SHOWN), start + 1)
        shown = text[:LONGEST_SHOWN]
        return Place(self.file, line, column=start + 1, end_column=end + 1, text=shown)

    def add(self, diagnostic: Diagnostic) -> None:
        """Take note of a diagnostic."""
        self.diagnostics.append(diagnostic)

    def expected(self, line: int, what: Message, start: int | None = None, end: int = 0) -> None:
        """Take note of a line that cannot be read."""
        self.add(TxtLineUnreadable(place=self.place(line, start, end), expected=what))

    def odd(self, line: int, oddity: Message) -> None:
        """Take note of writing that departs from the format; told once with all its lines."""
        self.oddities.setdefault(oddity.text, (oddity, []))[1].append(line)

    def settle_oddities(self) -> None:
        """Turn what `odd` collected into warnings."""
        for oddity, lines in self.oddities.values():
            self.add(TxtNotation(place=self.place(lines[0]), oddity=oddity, lines=lines))
        self.oddities.clear()

    def has_errors(self) -> bool:
        """Whether something was found that cannot be used."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def stop_on_errors(self) -> None:
        """Raise `Refusal` with everything found so far where an error is among it."""
        self.settle_oddities()
        if self.has_errors():
            raise Refusal(capped(self.diagnostics))


# --- scanning lines ----------------------------------------------------------------------------

ATTRIBUTES: Final = "属性描述"
COORDINATES: Final = "地块坐标"
PROJECT: Final = ("项目信息", "扩展信息")
SECTIONS: Final = (ATTRIBUTES, COORDINATES, *PROJECT)

KEYS: Final = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
    "中央子午线",
)
"""Keys of [属性描述]; the last one is no part of the format but frequent."""

KEY_SPELLINGS: Final = {
    "坐标系统": "坐标系",
    "坐标系名称": "坐标系",
    "分带": "几度分带",
    "度带": "几度分带",
    "投影": "投影类型",
    "单位": "计量单位",
    "坐标单位": "计量单位",
    "中央经线": "中央子午线",
}

FULL_WIDTH: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0x3000: 0x20,
    0x00A0: 0x20,
    ord("【"): ord("["),
    ord("】"): ord("]"),
    ord("〔"): ord("["),
    ord("〕"): ord("]"),
}
"""Full-width forms to ASCII, one to one, so that columns stay where they are."""

POINT: Final = re.compile(
    r"\s*([^,]*?)\s*,\s*([0-9]+)\s*,\s*([-+]?[0-9]+(?:\.[0-9]*)?)\s*,\s*([-+]?[0-9]+(?:\.[0-9]*)?)"
    r"[\s,]*",
    re.ASCII,
)
"""A point as it should be written: label, ring, X, Y."""

NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)

SEXAGESIMAL: Final = re.compile(
    r"[NSEWnsew]?([0-9]{1,3})[°度:º]([0-9]{1,2})[′'’分:]([0-9]{1,2}(?:\.[0-9]*)?)(?:[″\"”秒]|'')?"
    r"[NSEWnsew]?",
    re.ASCII,
)

DEGREE_SIGN: Final = re.compile(r"[NSEWnsew]?([0-9]{1,3}\.[0-9]+)[°度º][NSEWnsew]?", re.ASCII)

KINDS: Final[Mapping[str, Kind]] = {
    "面": "面",
    "面状": "面",
    "多边形": "面",
    "线": "线",
    "线状": "线",
    "点": "点",
    "点状": "点",
}

AREA: Final = re.compile(r"([-+]?[0-9]*\.?[0-9]+)\s*(\S*)", re.ASCII)

AREA_UNITS: Final[Mapping[str, AreaUnit]] = {
    "公顷": "ha",
    "ha": "ha",
    "hm2": "ha",
    "hm²": "ha",
    "平方米": "m2",
    "平米": "m2",
    "m2": "m2",
    "m²": "m2",
    "㎡": "m2",
    "亩": "mu",
}

POINT_EXPECTED: Final = msg(
    "a point as 点号,圈号,X,Y (J1,1,2661234.567,38512345.678), or a parcel's header that ends in @"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """The value of a `key=value` line."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class PointRow:
    """One point as written: two numbers, which of them is north is not settled yet.

    `sexagesimal` tells that they were written with signs for degrees, minutes and seconds.
    """

    line: int
    label: str
    ring: int
    first: float
    second: float
    sexagesimal: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredArea:
    """An area as declared; `unit` where the number carries one."""

    value: float
    unit: AreaUnit | None


@dataclass(frozen=True, slots=True)
class ParcelHeader:
    """The header line of a parcel."""

    line: int
    declared_points: int | None = None
    area: DeclaredArea | None = None
    number: str = ""
    name: str = ""
    kind: Kind = "面"
    map_sheet: str = ""
    use: str = ""
    land_class: str = ""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParcelBlock:
    """A parcel's header and rows; `title` names it in messages."""

    title: str
    header: ParcelHeader
    rows: list[PointRow]


@dataclass(slots=True)
class Sheet:
    """A file's statements and parcels, as written."""

    header: dict[str, Statement] = field(default_factory=dict)
    project: dict[str, str] = field(default_factory=dict)
    blocks: list[ParcelBlock] = field(default_factory=list)


def scan(log: Log) -> Sheet:
    """Sort the lines into statements, headers and points; lines that are neither are errors."""
    sheet = Sheet()
    section: str | None = None
    found: set[str] = set()
    for number, text in enumerate(log.lines, 1):
        line = text.translate(FULL_WIDTH).strip()
        if not line:
            continue
        name = section_named(line)
        if name is not None:
            if text.strip() != f"[{name}]":
                log.odd(number, msg("A section's name is not written as [name]."))
            section = name
            found.add(name)
        elif line.startswith("[") and line.endswith("]"):
            log.odd(number, msg("A section that the format does not have is passed over."))
            section = line
        elif is_parcel_line(line):
            if section != COORDINATES:
                log.odd(number, msg("Parcels stand outside of [地块坐标]."))
                section = COORDINATES
            scan_parcel_line(sheet, number, text, log)
        elif section in (None, ATTRIBUTES):
            scan_statement(sheet, number, line, log)
        elif section in PROJECT:
            key, _, value = statement_parts(line)
            sheet.project[key] = value
        elif section == COORDINATES:
            scan_parcel_line(sheet, number, text, log)
    if not sheet.blocks and not log.has_errors():
        missing = "[地块坐标]" if COORDINATES not in found else "地块"
        log.add(TxtWithoutParcels(place=Place(log.file), missing=missing))
    for block in sheet.blocks:
        if not block.rows:
            log.expected(block.header.line, msg("points after the header of a parcel"))
    return sheet


def section_named(line: str) -> str | None:
    """The section whose name a line is, with whatever brackets."""
    if len(line) > 20:
        return None
    core = re.sub(r"[\[\](){}<>《》〈〉「」:\s]", "", line)
    return core if core in SECTIONS else None


def is_parcel_line(line: str) -> bool:
    """Whether a line is a parcel's header or a point rather than a statement."""
    return line.rstrip(" ,;").endswith("@") or (
        "=" not in line and POINT.fullmatch(line) is not None
    )


def statement_parts(line: str) -> tuple[str, str, str]:
    """Key, separator and value of a `key=value` line; the separator is "" where there is none."""
    match = re.match(r"([^=:]*)([=:])(.*)", line)
    if match is None:
        return line, "", ""
    return re.sub(r"\s", "", match[1]), match[2], match[3].strip()


def scan_statement(sheet: Sheet, number: int, line: str, log: Log) -> None:
    """Take up a line of [属性描述]."""
    key, separator, value = statement_parts(line)
    if not separator:
        log.expected(number, msg("key=value, such as 坐标系=2000国家大地坐标系"))
        return
    if separator == ":":
        log.odd(number, msg("A colon stands for the equals sign."))
    key = KEY_SPELLINGS.get(key, key)
    if key not in KEYS:
        log.add(TxtUnknownKey(place=log.place(number), key=shortened(key), known=KEYS))
        return
    before = sheet.header.get(key)
    if before is not None and before.value != value:
        contradiction = msg(
            "“{key}” has one value here and another in line {line}.", key=key, line=before.line
        )
        log.add(TxtContradiction(place=log.place(number), contradiction=contradiction))
        return
    sheet.header[key] = Statement(value, number)


def scan_parcel_line(sheet: Sheet, number: int, text: str, log: Log) -> None:
    """Take up a line of [地块坐标]: a header or a point."""
    match = POINT.fullmatch(text)
    if match is not None:
        row = PointRow(number, match[1], int(match[2]), float(match[3]), float(match[4]))
        add_row(sheet, row, log)
        return
    plain = text.translate(FULL_WIDTH)
    if plain.rstrip(" ,;").endswith("@") or looks_like_header(plain):
        header = scan_header(number, text, log)
        title = shortened(header.name or header.number or str(len(sheet.blocks) + 1), 40)
        sheet.blocks.append(ParcelBlock(title, header, []))
        return
    before = sheet.blocks[-1].rows[-1].ring if sheet.blocks and sheet.blocks[-1].rows else 1
    loose = scan_loose_point(number, text, plain, before, log)
    if loose is not None:
        add_row(sheet, loose, log)


def add_row(sheet: Sheet, row: PointRow, log: Log) -> None:
    """Give a point to the parcel in whose block it stands."""
    if not sheet.blocks:
        problem = msg("points stand before the first header; they are taken as a parcel")
        log.add(TxtHeaderFields(place=log.place(row.line), problem=problem))
        sheet.blocks.append(ParcelBlock("1", ParcelHeader(row.line), []))
    if not (np.isfinite(row.first) and np.isfinite(row.second)):
        log.expected(row.line, POINT_EXPECTED)
        return
    sheet.blocks[-1].rows.append(row)


def looks_like_header(plain: str) -> bool:
    """Whether a line without @ is a parcel's header all the same."""
    cells = [cell.strip() for cell in plain.split(",")]
    return len(cells) >= 5 and any(cell in KINDS for cell in cells[3:6])


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line and where it stands (from 0, end exclusive)."""

    text: str
    start: int
    end: int


def cells_of(line: str, separator: str) -> list[Cell]:
    """The parts of a line between separators (a regular expression), stripped."""
    cells: list[Cell] = []
    start = 0
    for match in [*re.finditer(separator, line), None]:
        end = match.start() if match else len(line)
        part = line[start:end]
        left = start + len(part) - len(part.lstrip())
        cells.append(Cell(part.strip(), left, max(left, start + len(part.rstrip()))))
        start = match.end() if match else end
    return cells


def scan_loose_point(
    number: int, text: str, plain: str, ring_before: int, log: Log
) -> PointRow | None:
    """A point that is not written as the format has it; None, with an error, if it is none."""
    cells = cells_of(plain, ",")
    if plain != text:
        log.odd(number, msg("Full-width characters stand for digits, commas or spaces."))
    if len(cells) < 4:
        loose = [cell for cell in cells_of(plain, r"[,;、\s]+") if cell.text]
        if len(loose) > len([cell for cell in cells if cell.text]):
            cells = loose
            log.odd(number, msg("The columns are not separated by commas."))
    while len(cells) > 1 and not cells[-1].text:
        cells.pop()
    if len(cells) > 4:
        log.odd(number, msg("Columns after Y (such as a height) are passed over."))
        cells = cells[:4]
    if len(cells) == 3:
        log.odd(number, msg("The ring number is missing; ring 1 is assumed."))
        cells.insert(1, Cell("1", cells[1].start, cells[1].start))
    if len(cells) != 4:
        log.expected(number, POINT_EXPECTED)
        return None
    ring = ring_number(number, cells[1], ring_before, log)
    first = coordinate(number, cells[2], log)
    second = coordinate(number, cells[3], log)
    if ring is None or first is None or second is None:
        return None
    sexagesimal = first.sexagesimal or second.sexagesimal
    return PointRow(number, cells[0].text, ring, first.value, second.value, sexagesimal)


def ring_number(line: int, cell: Cell, before: int, log: Log) -> int | None:
    """The ring number of a cell; the one before where it is blank."""
    if not cell.text:
        log.odd(line, msg("The ring number is blank; the one before is assumed."))
        return before
    match = re.fullmatch(r"([0-9]{1,6})(?:\.0*)?", cell.text, re.ASCII)
    if match is None:
        log.expected(line, msg("a ring number (圈号) such as 1"), cell.start, cell.end)
        return None
    return int(match[1])


@dataclass(frozen=True, slots=True)
class CoordinateValue:
    """A number, and whether it was written in degrees, minutes and seconds."""

    value: float
    sexagesimal: bool


def coordinate(line: int, cell: Cell, log: Log) -> CoordinateValue | None:
    """The number of a cell: 2661234.567, or 114°03′12.3″."""
    if NUMBER.fullmatch(cell.text):
        return CoordinateValue(float(cell.text), False)
    match = SEXAGESIMAL.fullmatch(cell.text.replace(" ", ""))
    if match is not None:
        minutes, seconds = int(match[2]), float(match[3])
        if minutes < 60 and seconds < 60:
            return CoordinateValue(int(match[1]) + minutes / 60 + seconds / 3600, True)
    match = DEGREE_SIGN.fullmatch(cell.text.replace(" ", ""))
    if match is not None:
        return CoordinateValue(float(match[1]), True)
    what = msg("a coordinate written out, such as 2661234.567")
    if re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", cell.text):
        what = msg("a coordinate written out; a spreadsheet has rounded this one to powers of ten")
    log.expected(line, what, cell.start, cell.end)
    return None


def scan_header(number: int, text: str, log: Log) -> ParcelHeader:
    """A parcel's header. The field 面, 线 or 点 tells where the others are."""
    plain = text.translate(FULL_WIDTH)
    line = text if looks_like_header(text) else plain
    fields = [cell.text for cell in cells_of(line.rstrip(" ,;").removesuffix("@"), ",")]
    if line is plain and plain != text:
        log.odd(number, msg("Full-width characters stand for digits, commas or spaces."))
    problems: list[Message] = []
    if not plain.rstrip(" ,;").endswith("@"):
        problems.append(msg("the @ at its end is missing"))
    if fields and not fields[-1]:
        fields.pop()
    at = next((i for i, text in enumerate(fields) if i >= 3 and text in KINDS), None)
    if at is None:
        problems.append(msg("the field 面, 线 or 点 is missing; 面 is assumed"))
        at = 4
    elif at == 3:
        problems.append(msg("a field before “{kind}” is missing", kind=fields[at]))
        fields.insert(0 if AREA.fullmatch(fields[0]) and not fields[0].isdecimal() else 2, "")
        at = 4
    elif at > 4:
        problems.append(msg("the name contains a comma"))
        fields[3:at] = [",".join(fields[3:at])]
        at = 4
    fields += [""] * (8 - len(fields))
    count, area = header_numbers(fields[0], fields[1], problems)
    for problem in problems:
        log.add(TxtHeaderFields(place=log.place(number), problem=problem))
    return ParcelHeader(
        line=number,
        declared_points=count,
        area=area,
        number=fields[2],
        name=fields[3],
        kind=KINDS.get(fields[4], "面"),
        map_sheet=fields[5],
        use=fields[6],
        land_class=fields[7],
        extra=tuple(fields[8:]),
    )


def header_numbers(
    count: str, area: str, problems: list[Message]
) -> tuple[int | None, DeclaredArea | None]:
    """Declared number of points and area; None where blank, or unreadable (which is a problem)."""
    points = int(count) if re.fullmatch(r"[0-9]{1,9}", count, re.ASCII) else None
    if points is None and count:
        problems.append(msg("“{text}” is no number of points", text=shortened(count, 20)))
    match = AREA.fullmatch(area)
    if match is None:
        if area:
            problems.append(msg("“{text}” is no area", text=shortened(area, 20)))
        return points, None
    unit = AREA_UNITS.get(match[2].casefold())
    value = float(match[1])
    if (match[2] and unit is None) or value < 0 or not np.isfinite(value):
        problems.append(msg("“{text}” is no area", text=shortened(area, 20)))
        return points, None
    # A zero is what exports write where nothing was measured.
    return points, DeclaredArea(value, unit) if value else None

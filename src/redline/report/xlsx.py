"""Findings as an Excel workbook: a summary, and a sheet for each kind of thing.

Every text is written as text, whatever it begins with; what a spreadsheet could take for a formula
when somebody edits the cell is marked as text as well. Numbers and days stay numbers and days.
"""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, BinaryIO, cast

from redline.findings import (
    Evidence,
    Finding,
    FindingsDocument,
    Measured,
    Status,
    SubmissionFindings,
)
from redline.messages import Language, Message, msg
from redline.quantities import unit_text
from redline.report.archive import settled
from redline.report.layout import printable
from redline.report.statements import (
    answered_by,
    basis_texts,
    distinct,
    fact_text,
    headline,
    layer_version,
    origin_texts,
    owed_text,
    problem_place,
    problem_text,
    question_text,
    questions_of,
    role_of,
    slivers_of,
    verdicts_text,
)
from redline.report.wording import (
    COMPARISONS,
    RELATIONS,
    STATUSES,
    SUBJECTS,
    VERDICTS,
    citation_line,
    filled,
    version_text,
)

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

A4 = 9
"""The paper's number in the format."""

CELL = 32_000
"""Characters of a cell; Excel takes no file with more than 32,767."""

ROWS = 1_000_000
"""Rows of a sheet; Excel has 1,048,576."""

COLOURS = {
    Status.VIOLATED: "FDE4E1",
    Status.CONDITIONAL: "FDF0D8",
    Status.EXCUSED: "FDF0D8",
    Status.UNDETERMINED: "EEE6F8",
    Status.COMPLIES: "E3F3E8",
}
COUNTED = tuple(STATUSES)

Value = str | float | int | date | bool | None
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its name, its columns with their widths in characters, and its rows."""

    name: Message
    columns: Sequence[tuple[Message, int]]
    rows: Iterable[Row]


def write_xlsx(document: FindingsDocument, stream: BinaryIO, language: Language) -> None:
    """Write the workbook; the same findings give the same bytes. Needs openpyxl."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "redline"
    for table in tables(document, language):
        sheet = cast("Worksheet", book.create_sheet(table.name.render(language)))
        _write(table, sheet, language)
    written = io.BytesIO()
    book.save(written)
    stream.write(settled(written.getvalue()))


def tables(document: FindingsDocument, language: Language) -> Iterator[Table]:
    """The sheets of a document."""
    submissions = document.submissions
    whose = (msg("Submission"), 18)
    yield Table(
        msg("Summary"),
        [
            whose,
            (msg("Title"), 32),
            (msg("Subject"), 12),
            (msg("Day"), 12),
            (msg("Verdict"), 16),
            *((STATUSES[s], 13) for s in COUNTED),
            (msg("Source"), 44),
        ],
        (_summary(s, language) for s in submissions),
    )
    yield Table(
        msg("Findings"),
        [
            whose,
            (msg("Status"), 14),
            (msg("Rule"), 48),
            (msg("Clause"), 48),
            (msg("Binding"), 10),
            (msg("Given"), 48),
            (msg("Still owed"), 32),
            (msg("What is missing"), 48),
            (msg("Remedy"), 40),
            (msg("Boundary accuracy could turn it"), 16),
            (msg("Name of the rule"), 40),
        ],
        ((s.id, *_finding(f, language)) for s in submissions for f in _gravest_first(s)),
    )
    yield Table(
        msg("Measurements"),
        [
            whose,
            (msg("Status"), 14),
            (msg("Rule"), 48),
            (msg("What was measured"), 48),
            (msg("Value"), 16),
            (msg("Least"), 14),
            (msg("Greatest"), 14),
            (msg("Unit"), 10),
            (msg("Required"), 20),
            (msg("Limit"), 14),
            (msg("Margin"), 14),
            (msg("With slivers"), 14),
        ],
        (
            (
                s.id,
                STATUSES[f.status].render(language),
                headline(f, language),
                *_measured(m, language),
            )
            for s in submissions
            for f in _gravest_first(s)
            for m in dict.fromkeys(f.measured)
        ),
    )
    piece = [
        (msg("Relation"), 18),
        (msg("Layer"), 32),
        (msg("Feature"), 24),
        (msg("Version"), 22),
        (msg("Part"), 16),
        (msg("Area, m²"), 14),
        (msg("Area, ha"), 12),
        (msg("Area, mu"), 12),
        (msg("Width, m"), 12),
        (msg("Length, m"), 12),
        (msg("Distance, m"), 12),
    ]
    yield Table(
        msg("Evidence"),
        [whose, (msg("Status"), 14), (msg("Rule"), 48), *piece],
        (
            (s.id, STATUSES[f.status].render(language), headline(f, language), *_piece(e, language))
            for s in submissions
            for f in _gravest_first(s)
            for e in distinct(f.evidence)
        ),
    )
    yield Table(
        msg("Slivers"),
        [whose, *piece],
        ((s.id, *_piece(e, language)) for s in submissions for e in slivers_of(s)),
    )
    yield Table(
        msg("Questions"),
        [whose, (msg("Question"), 70), (msg("Answered by"), 44)],
        (
            (s.id, question_text(m, language), answered_by(m, language))
            for s in submissions
            for m in questions_of(s.findings)
        ),
    )
    yield Table(
        msg("Layers"),
        [
            whose,
            (msg("Layer"), 36),
            (msg("Version"), 22),
            (msg("Approval"), 30),
            (msg("Accuracy, m"), 12),
            (msg("Source"), 44),
            (msg("Digest"), 24),
        ],
        (
            (
                s.id,
                x.title.render(language) if x.title else x.layer,
                layer_version(x, language),
                x.approval,
                x.accuracy_m,
                x.source,
                x.digest,
            )
            for s in submissions
            for x in s.layers
        ),
    )
    yield Table(
        msg("Not checked"),
        [whose, (msg("Clause"), 56), (msg("Reason"), 60)],
        (
            (s.id, citation_line(c.citation, language), c.reason.render(language))
            for s in submissions
            for c in s.not_executed
        ),
    )
    yield Table(
        msg("Basis and problems"),
        [whose, (msg("What holds"), 110), (msg("Place"), 44)],
        _remarks(document, language),
    )


def _gravest_first(submission: SubmissionFindings) -> list[Finding]:
    """The findings, those that matter most above."""
    order = list(STATUSES)
    return sorted(submission.findings, key=lambda f: order.index(f.status))


def _summary(submission: SubmissionFindings, language: Language) -> Row:
    counts = Counter(f.status for f in submission.findings)
    return (
        submission.id,
        submission.title,
        SUBJECTS[submission.kind].render(language),
        submission.as_of,
        VERDICTS[submission.verdict].render(language),
        *(counts[s] for s in COUNTED),
        submission.source,
    )


def _finding(finding: Finding, language: Language) -> Row:
    def lines(texts: Iterable[str]) -> str | None:
        return "\n".join(dict.fromkeys(texts)) or None

    return (
        STATUSES[finding.status].render(language),
        headline(finding, language),
        lines(citation_line(c, language) for c in finding.citations),
        (msg("yes") if finding.severity.value == "binding" else msg("no")).render(language),
        lines(fact_text(f, language) for f in finding.facts),
        lines(owed_text(o, language) for o in finding.owed),
        lines(question_text(m, language) for m in finding.missing),
        finding.remedy.render(language) if finding.remedy else None,
        msg("yes").render(language) if finding.boundary_sensitive else None,
        finding.rule,
    )


def _measured(measured: Measured, language: Language) -> Row:
    least, greatest = measured.range or (None, None)
    unit = unit_text(measured.unit, language)
    required = None
    if measured.comparison is not None and measured.limit is not None:
        limit = f"{measured.limit:g} {unit}".strip()
        required = filled(COMPARISONS[measured.comparison], limit=limit).render(language)
    return (
        measured.quantity.render(language),
        measured.value,
        least,
        greatest,
        unit,
        required,
        measured.limit,
        measured.margin,
        measured.with_slivers,
    )


def _piece(piece: Evidence, language: Language) -> Row:
    layer = piece.layer_title.render(language) if piece.layer_title else piece.layer
    area = piece.area_m2
    return (
        filled(RELATIONS[piece.relation], feature="").render(language).strip(),
        layer,
        piece.feature,
        version_text(piece.version, language) or None,
        role_of(piece, language),
        area,
        round(area / 10_000, 6) if area is not None else None,
        round(area * 3 / 2000, 4) if area is not None else None,
        piece.width_m,
        piece.length_m,
        piece.distance_m,
    )


def _remarks(document: FindingsDocument, language: Language) -> Iterator[Row]:
    """Totals and origin of the whole, then basis, data checks and warnings of each submission."""
    yield None, verdicts_text(document.submissions, language), None
    for line in origin_texts(document, language):
        yield None, line, None
    for problem in document.problems:
        yield None, problem_text(problem, language), problem_place(problem)
    for submission in document.submissions:
        for line in basis_texts(submission, language):
            yield submission.id, line, None
        for remark in (*submission.data_checks, *submission.warnings):
            yield submission.id, problem_text(remark, language), problem_place(remark)


# ── cells ───────────────────────────────────────────────────────────────────────────────────────


def _write(table: Table, sheet: Worksheet, language: Language) -> None:
    """A header that stays in view, then the rows."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    colours = {
        STATUSES[status].render(language): PatternFill("solid", fgColor=colour)
        for status, colour in COLOURS.items()
    }
    for i, (_, width) in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    head = [_cell(sheet, name.render(language)) for name, _ in table.columns]
    for cell in head:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8ECF1")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.append(head)
    top = Alignment(wrap_text=True, vertical="top")
    middle = Alignment(horizontal="center", vertical="top")
    last = 1
    for row in table.rows:
        if last >= ROWS:
            sheet.append([_cell(sheet, msg("further rows do not fit").render(language))])
            break
        cells = [_cell(sheet, value) for value in row]
        for cell, value in zip(cells, row, strict=True):
            cell.alignment = middle if isinstance(value, int | date) else top
            if isinstance(value, str) and value in colours:
                cell.fill = colours[value]
        sheet.append(cells)
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{last}"


def _cell(sheet: Worksheet, value: Value) -> Cell:
    """A cell that is shown and never run."""
    from openpyxl.cell import WriteOnlyCell

    text = cell_text(value) if isinstance(value, str) else None
    cell = WriteOnlyCell(sheet, value if text is None else text)  # type: ignore[arg-type]
    if text is None:
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        elif isinstance(value, float):
            cell.number_format = "#,##0.####"
        return cell
    cell.data_type = "s"
    cell.quotePrefix = begins_formula(text)
    return cell


def cell_text(text: str) -> str:
    """A text as a cell holds it: line by line, without control characters, cut where too long."""
    shown = "\n".join(printable(line) for line in text[:CELL].split("\n"))
    shown = shown.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return shown[: CELL - 1] + "…" if len(text) > CELL else shown


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet would take a typed text for a formula, also in full-width signs."""
    return unicodedata.normalize("NFKC", text.lstrip()[:1])[:1] in ("=", "+", "-", "@")

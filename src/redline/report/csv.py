"""Findings as a table, one row each, that opens in a spreadsheet.

The file begins with a byte order mark, without which Excel reads Chinese as gibberish. Column names
are the same in every language; titles, clauses and questions are in the one asked for. Text that a
spreadsheet would run as a formula is made inert by an apostrophe.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from typing import TextIO

from redline.findings import Finding, FindingsDocument, SubmissionFindings
from redline.messages import Language
from redline.report.layout import printable
from redline.report.wording import citation_text, due_text

COLUMNS = (
    "submission",
    "submission_title",
    "source",
    "kind",
    "as_of",
    "verdict",
    "rule",
    "for_each",
    "status",
    "severity",
    "title",
    "citations",
    "quantity",
    "value",
    "unit",
    "limit",
    "comparison",
    "margin",
    "evidence_area_m2",
    "boundary_sensitive",
    "owed",
    "missing",
    "remedy",
)

CELL = 32_000
"""Characters of a cell; Excel refuses a file with more than 32,767."""

Cell = str | float | bool | None


def write_csv(document: FindingsDocument, stream: TextIO, language: Language) -> None:
    """Write a header and one row for each finding; a submission without findings has one row."""
    stream.write("\ufeff")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for submission in document.submissions:
        for row in _rows(submission, language):
            writer.writerow([cell(value) for value in row])


def cell(value: Cell) -> str | float:
    """A value that a spreadsheet shows and never runs.

    Text is inert where its first visible character is one that begins a formula, also in its
    full-width form; numbers stay numbers.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return value
    text = printable(value)
    if len(text) > CELL:
        text = text[: CELL - 1] + "…"
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    inert = first[:1] in ("=", "+", "-", "@") or value[:1] in ("\t", "\r", "\n")
    return f"'{text}" if inert else text


def _rows(submission: SubmissionFindings, language: Language) -> Iterator[tuple[Cell, ...]]:
    whose = (
        submission.id,
        submission.title,
        submission.source,
        submission.kind.value,
        submission.as_of.isoformat(),
        submission.verdict.value,
    )
    if not submission.findings:
        yield (*whose, *[None] * (len(COLUMNS) - len(whose)))
    for finding in submission.findings:
        yield (*whose, *_finding(finding, language))


def _finding(finding: Finding, language: Language) -> tuple[Cell, ...]:
    measured = finding.measured[0] if finding.measured else None
    areas = [e.area_m2 for e in finding.evidence if e.area_m2 is not None]
    owed = [f"{o.title.render(language)} {due_text(o.by, language)}".rstrip() for o in finding.owed]
    return (
        finding.rule,
        finding.for_each.value if finding.for_each else None,
        finding.status.value,
        finding.severity.value,
        finding.title.render(language),
        "; ".join(citation_text(c, language) for c in finding.citations),
        measured.quantity.render(language) if measured else None,
        measured.value if measured else None,
        measured.unit if measured else None,
        measured.limit if measured else None,
        measured.comparison.value if measured and measured.comparison else None,
        measured.margin if measured else None,
        round(sum(areas), 2) if areas else None,
        finding.boundary_sensitive,
        "; ".join(owed),
        "; ".join(m.question.render(language) for m in finding.missing),
        finding.remedy.render(language) if finding.remedy else None,
    )

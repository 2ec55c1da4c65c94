"""One finding as lines of text: rule, clauses, numbers, ground, and what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redline.findings import (
    Citation,
    Evidence,
    ExceptionStatus,
    Excuse,
    Finding,
    Status,
)
from redline.messages import msg
from redline.report.layout import Sheet, Tone
from redline.report.statements import (
    account_text,
    excuse_text,
    facts_text,
    headline,
    information_text,
    owed_text,
    remainder_text,
)
from redline.report.tones import MARKS, TONES
from redline.report.wording import (
    citation_line,
    evidence_line,
    measured_line,
)

FEW = 5
"""Measurements and pieces of evidence that are listed for a finding; the others are counted."""


def write_brief_finding(finding: Finding, sheet: Sheet) -> None:
    """The rule and its clauses."""
    title = headline(finding, sheet.language)
    sheet.line(title, TONES[finding.status], indent=2, mark=MARKS[finding.status])
    _citations(finding.citations, sheet, 4)


def write_open_finding(finding: Finding, sheet: Sheet, questions: Sequence[str]) -> None:
    """The rule, what is known of the ground, and the numbers of the questions that it waits for."""
    write_brief_finding(finding, sheet)
    known = [m for m in finding.measured if m.value or m.range]
    _measured(dict.fromkeys(measured_line(m, sheet.language, bans=False) for m in known), sheet)
    if questions:
        needs = msg("needs the answer to {numbers}", numbers=list(questions))
        sheet.line(sheet.say(needs), indent=4)


def write_finding(finding: Finding, sheet: Sheet) -> None:
    """All that a reader needs in order to follow and to answer the finding."""
    write_brief_finding(finding, sheet)
    bans = finding.status is Status.VIOLATED
    lines = (measured_line(m, sheet.language, bans=bans) for m in finding.measured)
    _measured(dict.fromkeys(lines), sheet)
    write_evidence(finding.evidence, sheet, indent=4)
    if finding.facts:
        sheet.line(facts_text(finding.facts, sheet.language), indent=4)
    if finding.boundary_sensitive:
        turn = msg("the boundary's positional accuracy could turn this finding")
        sheet.line(sheet.say(turn), Tone.OWED, indent=4)
    for excuse in finding.exceptions:
        if sheet.full or not is_beside_the_point(excuse, finding):
            _excuse(excuse, sheet, 4)
    for owed in finding.owed:
        sheet.line(owed_text(owed, sheet.language), Tone.OWED, indent=4)
    for account in finding.accounts:
        sheet.line(account_text(account, sheet.language), indent=4)
    for information in finding.information:
        sheet.line(information_text(information, sheet.language), indent=4)
        _citations(information.citations, sheet, 6)
    if finding.remedy and finding.status in (Status.VIOLATED, Status.CONDITIONAL):
        remedy = finding.remedy.render(sheet.language)
        sheet.line(sheet.say(msg("remedy: {remedy}", remedy=remedy)), indent=4)
    _way_out(finding, sheet)


def _measured(lines: Iterable[str], sheet: Sheet) -> None:
    """Measurements, each once; many are cut to a few and a count."""
    told = list(lines)
    shown = told if sheet.full else told[:FEW]
    for line in shown:
        sheet.line(line, indent=4)
    write_rest(len(told) - len(shown), sheet, 4)


def write_evidence(evidence: Sequence[Evidence], sheet: Sheet, indent: int) -> None:
    """Pieces of ground or pairs of places; many are cut to a few and a count."""
    shown = evidence if sheet.full else evidence[:FEW]
    for piece in shown:
        sheet.line(evidence_line(piece, sheet.language), indent=indent)
    write_rest(len(evidence) - len(shown), sheet, indent)


def write_rest(count: int, sheet: Sheet, indent: int) -> None:
    """How many were left out, where some were."""
    if count > 0:
        sheet.line(sheet.say(msg("and {count} more", count=count)), Tone.FAINT, indent=indent)


def _citations(citations: Iterable[Citation], sheet: Sheet, indent: int) -> None:
    for citation in citations:
        sheet.line(citation_line(citation, sheet.language), Tone.CLAUSE, indent=indent)


def is_beside_the_point(excuse: Excuse, finding: Finding) -> bool:
    """Whether it fails where something else excuses, or may still."""
    return finding.status is not Status.VIOLATED and excuse.status is ExceptionStatus.FAILS


def _excuse(excuse: Excuse, sheet: Sheet, indent: int) -> None:
    """An exception, whether it excuses, and what it still waits for."""
    tones = () if excuse.status is ExceptionStatus.FAILS else (Tone.OWED,)
    sheet.line(excuse_text(excuse, sheet.language), *tones, indent=indent)
    _citations(excuse.citations, sheet, indent + 2)
    for owed in excuse.owed:
        sheet.line(owed_text(owed, sheet.language), Tone.OWED, indent=indent + 2)
    for missing in excuse.missing:
        question = missing.question.render(sheet.language)
        sheet.line(question, indent=indent + 2, mark="?")
    for inner in excuse.exceptions:
        _excuse(inner, sheet, indent + 2)


def _way_out(finding: Finding, sheet: Sheet) -> None:
    if finding.way_out is None:
        return
    if finding.way_out.remainder is not None:
        text = remainder_text(finding.way_out.remainder, sheet.language)
        sheet.line(text, Tone.GOOD, indent=4)
    for excuse in finding.way_out.excuses:
        _excuse(excuse, sheet, 4)

"""One finding as lines of text: rule, clauses, numbers, ground, and what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redline.findings import (
    Account,
    Citation,
    Evidence,
    ExceptionStatus,
    Excuse,
    Finding,
    Owed,
    RuleSeverity,
    Status,
)
from redline.messages import msg
from redline.report.figures import quantity_text
from redline.report.layout import Sheet, Tone
from redline.report.tones import MARKS, TONES
from redline.report.wording import (
    EXCEPTIONS,
    INFORMATION,
    citation_line,
    due_text,
    evidence_line,
    filled,
    finding_title,
    measured_line,
)

FEW = 5
"""Pieces of evidence that are listed for a finding; the others are counted."""


def write_brief_finding(finding: Finding, sheet: Sheet) -> None:
    """The rule and its clauses."""
    title = finding_title(finding, sheet.language)
    if finding.severity is RuleSeverity.ANTICIPATORY:
        title = sheet.say(msg("{title} [anticipatory]", title=title))
    sheet.line(title, TONES[finding.status], indent=2, mark=MARKS[finding.status])
    _citations(finding.citations, sheet, 4)


def write_open_finding(finding: Finding, sheet: Sheet, questions: Sequence[str]) -> None:
    """The rule, what is known of the ground, and the numbers of the questions that it waits for."""
    write_brief_finding(finding, sheet)
    for measured in finding.measured:
        if measured.value or measured.range:
            sheet.line(measured_line(measured, sheet.language, bans=False), indent=4)
    if questions:
        needs = msg("needs the answer to {numbers}", numbers=list(questions))
        sheet.line(sheet.say(needs), indent=4)


def write_finding(finding: Finding, sheet: Sheet) -> None:
    """All that a reader needs in order to follow and to answer the finding."""
    write_brief_finding(finding, sheet)
    for measured in finding.measured:
        bans = finding.status is Status.VIOLATED
        sheet.line(measured_line(measured, sheet.language, bans=bans), indent=4)
    write_evidence(finding.evidence, sheet, indent=4)
    _facts(finding, sheet)
    if finding.boundary_sensitive:
        turn = msg("the boundary's positional accuracy could turn this finding")
        sheet.line(sheet.say(turn), Tone.OWED, indent=4)
    for excuse in finding.exceptions:
        if sheet.full or not _is_beside_the_point(excuse, finding):
            _excuse(excuse, sheet, 4)
    for owed in finding.owed:
        _owed(owed, sheet, 4)
    for account in finding.accounts:
        _account(account, sheet)
    for information in finding.information:
        text = information.text.render(sheet.language)
        sheet.line(sheet.say(filled(INFORMATION[information.kind], text=text)), indent=4)
        _citations(information.citations, sheet, 6)
    if finding.remedy and finding.status in (Status.VIOLATED, Status.CONDITIONAL):
        remedy = finding.remedy.render(sheet.language)
        sheet.line(sheet.say(msg("remedy: {remedy}", remedy=remedy)), indent=4)
    _way_out(finding, sheet)


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


def _facts(finding: Finding, sheet: Sheet) -> None:
    """Attributes, documents and judgements that the finding rests on, on one line."""
    if not finding.facts:
        return
    facts = []
    for fact in finding.facts:
        value = fact.value.render(sheet.language)
        if fact.author:
            value = sheet.say(msg("{value}, as judged by {who}", value=value, who=fact.author))
        facts.append(f"{fact.title.render(sheet.language)} = {value}")
    separator = "；" if sheet.language == "zh" else "; "
    sheet.line(sheet.say(msg("given: {facts}", facts=separator.join(facts))), indent=4)


def _is_beside_the_point(excuse: Excuse, finding: Finding) -> bool:
    """Whether it fails where something else excuses, or may still."""
    return finding.status is not Status.VIOLATED and excuse.status is ExceptionStatus.FAILS


def _excuse(excuse: Excuse, sheet: Sheet, indent: int) -> None:
    """An exception, whether it excuses, and what it still waits for."""
    name = excuse.title or excuse.condition
    sentence = filled(EXCEPTIONS[excuse.status], condition=name.render(sheet.language))
    tones = () if excuse.status is ExceptionStatus.FAILS else (Tone.OWED,)
    sheet.line(sheet.say(sentence), *tones, indent=indent)
    _citations(excuse.citations, sheet, indent + 2)
    for owed in excuse.owed:
        _owed(owed, sheet, indent + 2)
    for missing in excuse.missing:
        question = missing.question.render(sheet.language)
        sheet.line(question, indent=indent + 2, mark="?")
    for inner in excuse.exceptions:
        _excuse(inner, sheet, indent + 2)


def _owed(owed: Owed, sheet: Sheet, indent: int) -> None:
    title, due = owed.title.render(sheet.language), due_text(owed.by, sheet.language)
    message = (
        msg("still owed: {title}, {due}", title=title, due=due)
        if due
        else msg("still owed: {title}", title=title)
    )
    sheet.line(sheet.say(message), Tone.OWED, indent=indent)


def _account(account: Account, sheet: Sheet) -> None:
    """A quota from its opening to what would be left."""

    def amount(value: float | None) -> str:
        if value is None:
            return sheet.say(msg("unknown"))
        return quantity_text(value, account.unit, sheet.language, beside=False)

    where = [x for x in (account.place, account.period) if x]
    quota = account.quota.render(sheet.language)
    name = msg("{name} ({details})", name=quota, details=where) if where else quota
    balance = msg(
        "{name}: opening {opening}, transferred {transfers}, used {used} by {count} approvals, "
        "requested {requested}, remaining {remaining}",
        name=name,
        opening=amount(account.opening),
        transfers=amount(account.transfers),
        used=amount(account.used),
        count=len(account.entries),
        requested=amount(account.requested),
        remaining=amount(account.remaining),
    )
    sheet.line(sheet.say(balance), indent=4)


def _way_out(finding: Finding, sheet: Sheet) -> None:
    if finding.way_out is None:
        return
    if finding.way_out.remainder is not None:
        area = quantity_text(finding.way_out.remainder.area_m2, "m2", sheet.language)
        message = msg("way out: {area} of the footprint keep this rule", area=area)
        sheet.line(sheet.say(message), Tone.GOOD, indent=4)
    for excuse in finding.way_out.excuses:
        _excuse(excuse, sheet, 4)

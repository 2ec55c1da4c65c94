"""A replay for a reader at a terminal: the table of agreement, then what departs and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from redline.audit.replay import Counted, ReplayDocument, ReplayedDecision
from redline.findings import Verdict
from redline.messages import Language, Message, msg
from redline.register.entries import TITLES, Decision
from redline.report.figures import date_text
from redline.report.finding_lines import write_finding, write_open_finding, write_rest
from redline.report.layout import Sheet, Tone, columns, pad
from redline.report.problem_lines import write_problems
from redline.report.wording import VERDICTS

AGREEMENTS: Mapping[str, Message] = {
    "agreed": msg("agreed"),
    "approved_against": msg("approved though the rules of the day forbid it"),
    "refused_without_ground": msg("refused though no rule of the day forbids it"),
    "undetermined": msg("undetermined"),
    "undecided": msg("not decided"),
    "unreadable": msg("not judged"),
}

TONES: Mapping[str, Tone] = {
    "agreed": Tone.GOOD,
    "approved_against": Tone.BAD,
    "refused_without_ground": Tone.BAD,
    "undetermined": Tone.OPEN,
    "undecided": Tone.FAINT,
    "unreadable": Tone.BAD,
}

MOST = 12
"""So much of each list is shown; the rest is counted."""

FINDINGS = 3
"""Findings that are shown for each decision."""


def write_replay(document: ReplayDocument, sheet: Sheet, *, quiet: bool = False) -> None:
    """A replay, most important first."""
    agreement_table(document, sheet)
    if quiet:
        return
    for kind in ("approved_against", "refused_without_ground", "undetermined"):
        some = [one for one in document.departing if one.agreement == kind]
        if some:
            whole = sum(c.count for c in document.table if c.agreement == kind)
            title = AGREEMENTS[kind].render(sheet.language)
            sheet.heading(msg("{title} ({count})", title=title, count=whole), TONES[kind])
            shown = some if sheet.full else some[:MOST]
            for one in shown:
                decision_lines(one, sheet)
            write_rest(whole - len(shown), sheet, 2)
    if document.against:
        sheet.heading(
            msg("Rules against which approvals stand ({count})", count=len(document.against))
        )
        for rule in document.against if sheet.full else document.against[:MOST]:
            count = msg("{count} approvals", count=rule.count)
            clauses = ", ".join(rule.clauses)
            line = msg(
                "{title}: {count} ({examples})",
                title=rule.title.render(sheet.language),
                count=count,
                examples=list(rule.examples),
            )
            sheet.line(sheet.say(line), indent=2)
            sheet.line(clauses, Tone.FAINT, indent=4)
    if document.lacking:
        sheet.heading(
            msg("What undetermined decisions lack ({count})", count=len(document.lacking))
        )
        for lack in document.lacking if sheet.full else document.lacking[:MOST]:
            title = lack.title.render(sheet.language)
            named = msg(
                "{title} ({name}): {count} decisions", title=title, name=lack.name, count=lack.count
            )
            sheet.line(sheet.say(named), indent=2)
        write_rest(len(document.lacking) - (0 if sheet.full else MOST), sheet, 2)
    if document.bases:
        sheet.heading(
            msg("Decided on a basis that was not in force ({count})", count=len(document.bases)),
            Tone.BAD,
        )
        for basis in document.bases if sheet.full else document.bases[:MOST]:
            told = msg(
                "{id} of {day} names {basis}",
                id=basis.id,
                day=date_text(basis.decided_on, sheet.language),
                basis=basis.basis,
            )
            sheet.line(sheet.say(told), indent=2)
    graver = [p for p in document.problems if sheet.full or p.severity == "error"]
    if graver:
        sheet.heading(msg("Problems ({count})", count=len(graver)))
        write_problems(graver, sheet)


def agreement_table(document: ReplayDocument, sheet: Sheet) -> None:
    """How many decisions of each kind there are."""
    as_of = (
        msg("each as of its own day")
        if document.as_of is None
        else msg("all as of {day}", day=date_text(document.as_of, sheet.language))
    )
    opening = msg("Replayed {count} decisions, {as_of}", count=document.total, as_of=as_of)
    sheet.line(sheet.say(opening), Tone.STRONG)
    rows = [row_of(one, sheet) for one in document.table]
    widths = [max((columns(row[i]) for row in rows), default=0) for i in range(3)]
    for one, row in zip(document.table, rows, strict=True):
        cells = [pad(cell, width) for cell, width in zip(row, widths, strict=True)]
        sheet.line("  ".join([*cells, str(one.count)]), TONES[one.agreement], indent=2)


def row_of(one: Counted, sheet: Sheet) -> tuple[str, str, str]:
    """Decision, verdict and agreement in words."""
    verdict = VERDICTS[one.verdict].render(sheet.language) if one.verdict else "-"
    decision = sheet.say(TITLES[Decision(one.decision)])
    return decision, verdict, sheet.say(AGREEMENTS[one.agreement])


def agreement_lines(document: ReplayDocument, language: Language) -> Iterator[str]:
    """How many decisions were replayed, and how many of each kind there are, a line each."""
    yield msg("Decisions replayed: {count}", count=document.total).render(language)
    for one in document.table:
        verdict = VERDICTS[one.verdict] if one.verdict else msg("not judged")
        yield msg(
            "{decision}, {verdict}: {agreement} ({count})",
            decision=TITLES[Decision(one.decision)],
            verdict=verdict,
            agreement=AGREEMENTS[one.agreement],
            count=one.count,
        ).render(language)


def decision_texts(one: ReplayedDecision, language: Language) -> Iterator[str]:
    """What was decided, how that stands to the rules, and the reason that was given."""
    yield msg(
        "Decided on {day}: {decision}; {agreement}",
        day=date_text(one.decided_on, language),
        decision=TITLES[Decision(one.decision)],
        agreement=AGREEMENTS[one.agreement],
    ).render(language)
    if one.reason:
        yield msg("Reason given: {reason}", reason=one.reason).render(language)
    if one.basis:
        yield msg("Basis named: {basis}", basis=one.basis).render(language)


def decision_lines(one: ReplayedDecision, sheet: Sheet) -> None:
    """A decision and why it departs."""
    name = msg("{title} ({id})", title=one.title, id=one.id) if one.title else one.id
    opening = msg(
        "{name}: {decision} on {day}",
        name=name,
        decision=TITLES[Decision(one.decision)],
        day=date_text(one.decided_on, sheet.language),
    )
    sheet.line(sheet.say(opening), Tone.STRONG, indent=2)
    if one.reason:
        sheet.line(sheet.say(msg("reason: {reason}", reason=one.reason)), Tone.FAINT, indent=4)
    shown = one.findings if sheet.full else one.findings[:FINDINGS]
    for finding in shown:
        if one.verdict is Verdict.UNDETERMINED:
            asked = [m.name for m in finding.missing]
            write_open_finding(finding, sheet, asked)
        else:
            write_finding(finding, sheet)
    write_rest(len(one.findings) - len(shown), sheet, 4)

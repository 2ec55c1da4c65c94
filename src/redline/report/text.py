"""Findings for a reviewer at a terminal.

For each submission the verdict comes first, then what fails with its clauses and numbers, then what
is conditional or excused, then what is undetermined with the questions to put, then how many rules
it keeps, and last what was too small to count and what was odd in the data. Several submissions end
in one table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from redline.findings import (
    Finding,
    FindingsDocument,
    Missing,
    MissingKind,
    NotExecuted,
    Problem,
    Revised,
    Status,
    SubmissionFindings,
)
from redline.messages import Language, Message, msg
from redline.report.figures import date_text, quantity_text
from redline.report.finding_lines import (
    FEW,
    write_brief_finding,
    write_evidence,
    write_finding,
    write_open_finding,
    write_rest,
)
from redline.report.layout import Sheet, Style, Tone, columns, pad, paint, shorten
from redline.report.problem_lines import write_problems
from redline.report.statements import (
    change_texts,
    numbers_of,
    of_status,
    question_text,
    questions_of,
    revised_lines,
    revised_title,
    slivers_of,
)
from redline.report.tones import GRAVEST, MARKS, TONES
from redline.report.wording import (
    MISSING,
    SECTIONS,
    STATUSES,
    SUBJECTS,
    VERDICTS,
    citation_text,
    filled,
)

MOST_OPEN = 10
"""Undetermined findings of a submission that are listed; the others are counted."""


def write_text(
    document: FindingsDocument,
    stream: TextIO,
    language: Language,
    style: Style | None = None,
    *,
    full: bool = False,
    brief: bool = False,
) -> None:
    """Write the findings for a reader.

    `brief` keeps to a line for each submission; `full` lists what is otherwise only counted.
    """
    sheet = Sheet(stream, language, style or Style(), full)
    several = len(document.submissions) > 1
    for i, submission in enumerate(() if brief else document.submissions):
        if i:
            sheet.blank()
            sheet.line("─" * sheet.style.width, Tone.FAINT)
        _submission(submission, sheet, scope=0 if several else FEW)
    if not brief:
        _how_to_answer(document.submissions, sheet)
        first = not document.submissions
        _problems(msg("Problems ({count})"), document.problems, sheet, first=first)
    if brief:
        _overview(document.submissions, sheet)
    elif several:
        sheet.heading(msg("Overview"))
        _overview(document.submissions, sheet)


def _submission(submission: SubmissionFindings, sheet: Sheet, scope: int) -> None:
    """One submission; of the clauses that were not checked, `scope` are listed."""
    _opening(submission, sheet)
    _changes(submission, sheet)
    for status in (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED):
        for finding in _begin(submission, status, sheet):
            write_finding(finding, sheet)
    _undetermined(submission, sheet)
    if submission.revised is not None:
        _revised(submission.revised, sheet)
    for status in (Status.COMPLIES, Status.NOT_APPLICABLE) if sheet.full else ():
        for finding in _begin(submission, status, sheet):
            write_brief_finding(finding, sheet)
    _counts(submission, sheet)
    _scope(submission.not_executed, sheet, scope)
    _slivers(submission, sheet)
    _problems(msg("The submission's own data"), submission.data_checks, sheet)
    _problems(msg("Warnings ({count})"), submission.warnings, sheet)


def _opening(submission: SubmissionFindings, sheet: Sheet) -> None:
    """The verdict, and which submission it is about."""
    status = GRAVEST[submission.verdict]
    name = shorten(submission.id, 60)
    if submission.title:
        name = sheet.say(msg("{title} ({id})", title=shorten(submission.title, 120), id=name))
    opening = msg("{verdict}: {name}", verdict=VERDICTS[submission.verdict], name=name)
    sheet.line(sheet.say(opening), Tone.STRONG, TONES[status], mark=MARKS[status])
    about = msg(
        "{kind}, as of {day}, from {source}",
        kind=SUBJECTS[submission.kind],
        day=date_text(submission.as_of, sheet.language),
        source=shorten(submission.source, 200),
    )
    sheet.line(sheet.say(about), Tone.FAINT, indent=2)


def _revised(revised: Revised, sheet: Sheet) -> None:
    """A revision's areas, a line for each place and class."""
    sheet.heading(revised_title(revised, sheet.language))
    for line in revised_lines(revised, sheet.language, len(revised.areas) if sheet.full else FEW):
        sheet.line(line, indent=2)
    write_rest(0 if sheet.full else len(revised.areas) - FEW, sheet, 2)


def _changes(submission: SubmissionFindings, sheet: Sheet) -> None:
    """What came out otherwise than in the check before."""
    if submission.compared is None:
        return
    lines = change_texts(submission, sheet.language)
    sheet.heading(msg("Changed since the check before ({count})", count=len(lines)))
    for line in lines:
        sheet.line(line, indent=2, mark="-")


def _begin(submission: SubmissionFindings, status: Status, sheet: Sheet) -> list[Finding]:
    """The findings of one status, binding ones first, below a heading where there are any."""
    findings = of_status(submission.findings, status)
    if findings:
        sheet.heading(filled(SECTIONS[status], count=len(findings)), TONES[status])
    return findings


def _undetermined(submission: SubmissionFindings, sheet: Sheet) -> None:
    """The rules that wait for something, and each question once; of many the first ones, and how
    many more.
    """
    findings = _begin(submission, Status.UNDETERMINED, sheet)
    shown = findings if sheet.full else findings[:MOST_OPEN]
    questions = questions_of(shown)
    for finding in shown:
        asked = [str(number) for number in numbers_of(finding, questions)]
        write_open_finding(finding, sheet, asked)
    everything = questions_of(findings)
    if questions:
        sheet.heading(msg("Questions ({count})", count=len(everything)), Tone.OPEN)
    for question, number in questions.items():
        mark = str(number).rjust(len(str(len(questions)))) + "."
        sheet.line(_question(question, sheet), indent=2, mark=mark)
    if len(shown) < len(findings):
        _more_open(len(findings) - len(shown), list(everything)[len(questions) :], sheet)


def _more_open(rules: int, questions: Sequence[Missing], sheet: Sheet) -> None:
    """How many more rules wait for how many more questions, and which layers are missing."""
    more = msg(
        "{rules:more rule waits|more rules wait} for {questions:more question|more questions}; "
        "--verbose lists them, and --ask FILE writes all of them as a form.",
        rules=rules,
        questions=len(questions),
    )
    sheet.line(sheet.say(more), Tone.FAINT, indent=2)
    layers = [q.name for q in questions if q.kind is MissingKind.LAYER]
    if layers:
        lacking = msg("Layers that are missing beside: {layers}", layers=layers)
        sheet.line(sheet.say(lacking), Tone.FAINT, indent=2)


def _question(missing: Missing, sheet: Sheet) -> str:
    """The question, and in parentheses what kind of fact answers it, by which name."""
    place = shorten(missing.place, 80) if missing.place else None
    asked = msg(
        "{question} ({kind} {name})",
        question=question_text(missing.model_copy(update={"place": place}), sheet.language),
        kind=MISSING[missing.kind],
        name=missing.name,
    )
    return sheet.say(asked)


def _how_to_answer(submissions: Sequence[SubmissionFindings], sheet: Sheet) -> None:
    """Where answers go, said once where something was asked."""
    if any(f.missing for s in submissions for f in s.findings):
        sheet.blank()
        how = msg(
            "Attributes can be answered with --set NAME=VALUE, and all questions in the "
            "submission's manifest."
        )
        sheet.line(sheet.say(how), Tone.FAINT)


def _counts(submission: SubmissionFindings, sheet: Sheet) -> None:
    """How many rules were asked, and how many came out how."""
    counts = Counter(f.status for f in submission.findings)
    parts = [
        msg("{status} {count}", status=STATUSES[status], count=counts[status])
        for status in STATUSES
        if counts[status]
    ]
    sheet.blank()
    sheet.line(
        sheet.say(
            msg("Rules in force: {total} ({counts}).", total=len(submission.findings), counts=parts)
            if parts
            else msg("No rule is in force for this submission on that day.")
        )
    )
    tolerance = submission.basis.tolerance
    basis = msg(
        "Coordinates: {crs}, {basis}. Tolerance: {area}, {width}.",
        crs=shorten(submission.basis.crs, 80),
        basis=submission.basis.crs_basis.render(sheet.language),
        area=quantity_text(tolerance.min_area_m2, "m2", sheet.language),
        width=quantity_text(tolerance.min_width_m, "m", sheet.language),
    )
    sheet.line(sheet.say(basis), Tone.FAINT)


def _slivers(submission: SubmissionFindings, sheet: Sheet) -> None:
    """What lies under the tolerance, each piece once however many rules saw it."""
    pieces = slivers_of(submission)
    if pieces:
        sheet.heading(msg("Under the tolerance, not counted ({count})", count=len(pieces)))
        write_evidence(pieces, sheet, indent=2)


def _problems(
    title: Message, problems: Sequence[Problem], sheet: Sheet, *, first: bool = False
) -> None:
    """Errors, then warnings, then notes; of many notes a few and how many more."""
    if not problems:
        return
    sheet.heading(filled(title, count=len(problems)), first=first)
    for severity in ("error", "warning", "note"):
        some = [p for p in problems if p.severity == severity]
        shown = some[:FEW] if severity == "note" and not sheet.full else some
        write_problems(shown, sheet)
        write_rest(len(some) - len(shown), sheet, 2)


def _scope(clauses: Sequence[NotExecuted], sheet: Sheet, few: int) -> None:
    """The clauses in force here that no rule checks."""
    if not clauses:
        return
    title = msg("In force here and not checked: {count:clause|clauses}", count=len(clauses))
    if not few and not sheet.full:
        sheet.line(sheet.say(title), Tone.FAINT)
        return
    sheet.heading(title)
    shown = clauses if sheet.full else clauses[:few]
    for clause in shown:
        text = msg(
            "{clause}: {reason}",
            clause=citation_text(clause.citation, sheet.language),
            reason=clause.reason.render(sheet.language),
        )
        sheet.line(sheet.say(text), indent=2, mark="-")
    write_rest(len(clauses) - len(shown), sheet, 2)


# ── several submissions ─────────────────────────────────────────────────────────────────────────


def _overview(submissions: Sequence[SubmissionFindings], sheet: Sheet) -> None:
    """A line for each submission, and how many came out how."""
    language = sheet.language
    verdicts = {v: name.render(language) for v, name in VERDICTS.items()}
    wide = max(columns(v) for v in verdicts.values())
    ids = [shorten(s.id, 32) for s in submissions]
    id_wide = max((columns(i) for i in ids), default=0)
    for submission, name in zip(submissions, ids, strict=True):
        status = GRAVEST[submission.verdict]
        verdict = pad(f"{MARKS[status]} {verdicts[submission.verdict]}", wide + 2)
        counts = Counter(f.status for f in submission.findings)
        bad = [
            sheet.say(msg("{status} {count}", status=STATUSES[s], count=counts[s]))
            for s in (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED, Status.UNDETERMINED)
            if counts[s]
        ]
        room = max(10, sheet.style.width - wide - id_wide - 8)
        rest = shorten("  ".join([*bad, submission.title or ""]).rstrip(), room)
        line = f"{paint(verdict, sheet.style, TONES[status])}  {pad(name, id_wide)}  {rest}"
        sheet.stream.write(f"  {line}".rstrip() + "\n")
    totals = Counter(s.verdict for s in submissions)
    parts = [
        msg("{status} {count}", status=VERDICTS[v], count=totals[v]) for v in VERDICTS if totals[v]
    ]
    total = msg("Submissions: {total} ({counts})", total=len(submissions), counts=parts)
    sheet.line(sheet.say(total if parts else msg("Nothing was judged.")), Tone.STRONG)

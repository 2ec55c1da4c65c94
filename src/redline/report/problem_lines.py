"""Problems as lines of text: the place, one sentence, the underlined source, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from redline.diagnostics import Place, underlined
from redline.findings import Problem, ProblemPlace
from redline.messages import msg
from redline.report.layout import Sheet, Tone, columns, paint, printable, shorten
from redline.report.wording import SEVERITIES

AROUND = 30
"""Code points shown before the marked place where a source line is too long to show whole."""

TONES = {"error": Tone.BAD, "warning": Tone.OWED, "note": Tone.FAINT}


def write_problems(problems: Iterable[Problem], sheet: Sheet) -> None:
    """Every problem, in the order given."""
    for problem in problems:
        _problem(problem, sheet)


def _problem(problem: Problem, sheet: Sheet) -> None:
    sentence = sheet.say(
        msg(
            "{kind} {code}: {sentence}",
            kind=SEVERITIES[problem.severity],
            code=problem.code,
            sentence=problem.message.render(sheet.language),
        )
    )
    if problem.place:
        sentence = f"{shorten(_place(problem.place).label(), 300)}: {sentence}"
    sheet.line(sentence, TONES[problem.severity], indent=2)
    if problem.heading:
        sheet.line(problem.heading.render(sheet.language), Tone.FAINT, indent=4, mark="§")
    if problem.place:
        for line in underlined(_excerpt(problem.place, sheet.style.width)):
            sheet.stream.write(f"  {paint(line.rstrip(), sheet.style, Tone.FAINT)}\n")
    if problem.hint:
        sheet.line(problem.hint.render(sheet.language), indent=4, mark="=")


def _place(place: ProblemPlace) -> Place:
    return Place(file=place.file, line=place.line, column=place.column, item=place.item)


def _excerpt(place: ProblemPlace, width: int) -> Place:
    """The place with so much of its source line as fits, the columns moved along."""
    if place.text is None or place.line is None:
        return _place(place)
    column = place.column or 1
    room = max(20, width - len(f"    {place.line} | "))
    whole = len(place.text) <= room and columns(printable(place.text)) <= room
    start = 0 if whole else max(0, column - 1 - AROUND)
    text = shorten(place.text[start:], room)
    end = min((place.end_column or column + 1) - start, len(text) + 1)
    return Place(
        file=place.file,
        line=place.line,
        column=column - start if place.column else None,
        end_column=end if place.column else None,
        text=text,
    )

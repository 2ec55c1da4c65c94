"""`redline test`: run the cases that stand beside the rules."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Place
from redline.messages import msg

if TYPE_CHECKING:
    from redline.casework import CaseReport, CaseResult
    from redline.report.layout import Sheet


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Run the cases that stand beside the rules, of the packs that ship or of those named.\n\n"
        "Exit code 3: a rule file could not be read or is invalid; else 1: a case fails; else 0."
    )

    @click.command("test", cls=Command, say=say, help=say(summary))
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar=say(msg("[PATH…]")))
    @talking_options(say)
    @language_option(say)
    def test(*, paths: tuple[Path, ...], quiet: bool, verbose: bool) -> int:
        from redline.casework import run_cases
        from redline.commands.outlet import complain, outlet
        from redline.report.layout import Sheet, style_of

        report = run_cases(paths)
        with outlet(None) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            write_cases(report, sheet, quiet=quiet)
        complain(report.diagnostics, say)
        if report.diagnostics:
            return 3
        return 1 if report.failed else 0

    return test


def write_cases(report: CaseReport, sheet: Sheet, *, quiet: bool) -> None:
    """Each failing case (every case where the sheet is full), then how many there were.

    A case that runs on several days counts once, and fails when it fails on one of them.
    """
    from redline.report.layout import Tone

    shown = [] if quiet else [r for r in report.results if sheet.full or not r.passed]
    rule = None
    for result in shown:
        if result.rule is not rule:
            rule = result.rule
            sheet.line(rule.title.render(sheet.language), Tone.STRONG)
        write_case(result, sheet)
    if shown:
        sheet.blank()
    cases = {(r.place.file, r.place.line) for r in report.results}
    failed = {(r.place.file, r.place.line) for r in report.failed}
    summary = msg(
        "{cases} cases of {rules} rules: {passed} passed, {failed} failed",
        cases=len(cases),
        rules=report.rules,
        passed=len(cases) - len(failed),
        failed=len(failed),
    )
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if failed else Tone.GOOD)


def write_case(result: CaseResult, sheet: Sheet) -> None:
    """A case on a day: where it stands, what it expects, what came out and why."""
    from redline.report.figures import date_text
    from redline.report.layout import Tone
    from redline.report.wording import status_text

    tone, mark = (Tone.GOOD, "✓") if result.passed else (Tone.BAD, "✗")
    heading = msg(
        "{case}, as of {day}", case=result.title, day=date_text(result.day, sheet.language)
    )
    sheet.line(sheet.say(heading), tone, indent=2, mark=mark)
    if result.passed:
        return
    difference = msg(
        "expected {expected}, got {got}",
        expected=status_text(result.expected, sheet.language),
        got=status_text(result.got, sheet.language),
    )
    sheet.line(sheet.say(difference), indent=4)
    for line in result.explanation:
        sheet.line(sheet.say(line), indent=4)
    sheet.line(near(result.place).label(), Tone.FAINT, indent=4)


def near(place: Place) -> Place:
    """A place with its file named from here, where it lies below."""
    file = Path(place.file)
    if file.is_relative_to(Path.cwd()):
        return replace(place, file=str(file.relative_to(Path.cwd())))
    return place

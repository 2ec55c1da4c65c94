"""`redline test`: run the cases that stand beside the rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Place
from redline.messages import msg

if TYPE_CHECKING:
    from redline.casework import CaseReport, CaseResult, RuleCoverage
    from redline.reasoning.explanation import Step
    from redline.report.layout import Sheet
    from redline.rulebook.model import Rule, RuleBook


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Run the cases that stand beside the rules, of the packs that ship or of those named.\n\n"
        "Exit code 3: a rule file could not be read or is invalid; else 1: a case fails, or with "
        "--coverage a rule lacks a case, or with --mutate one change in twenty is not noticed; "
        "else 0."
    )

    @click.command("test", cls=Command, say=say, help=say(summary))
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar=say(msg("[PATH…]")))
    @click.option(
        "--only",
        metavar="NAME",
        help=say(msg("Rules of this name only; * stands for any letters.")),
    )
    @click.option(
        "--coverage",
        is_flag=True,
        help=say(msg("Say which rules lack a case that breaks, keeps or excuses them.")),
    )
    @click.option(
        "--mutate",
        is_flag=True,
        help=say(msg("Change each rule in one place at a time, and list what no case notices.")),
    )
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "junit"]),
        default="text",
        help=say(msg("Form of the answer.")),
    )
    @click.option(
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Write there instead of to standard output.")),
    )
    @talking_options(say)
    @language_option(say)
    def test(
        *,
        paths: tuple[Path, ...],
        only: str | None,
        coverage: bool,
        mutate: bool,
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.casework import rules_below, run_rules
        from redline.commands.outlet import complain, outlet
        from redline.report.layout import Sheet, style_of

        book, rules = rules_below(paths, only)
        report = run_rules(book, rules)
        lacking = 0
        with outlet(output) as stream:
            if form == "junit":
                from redline.report.junit import write_junit

                write_junit(report, stream, say.language)
            else:
                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                write_cases(report, sheet, quiet=quiet)
                if coverage:
                    lacking += write_coverage(report, rules, sheet)
                if mutate:
                    lacking += write_mutation(book, rules, sheet)
        complain(report.diagnostics, say)
        if report.diagnostics:
            return 3
        return 1 if report.failed or lacking else 0

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
        "{cases:case|cases} of {rules:rule|rules}: {passed} passed, {failed} failed",
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
    if result.derivation is not None:
        write_step(result.derivation, sheet, indent=4)
    sheet.line(near(result.place).label(), Tone.FAINT, indent=4)


def write_step(step: Step, sheet: Sheet, indent: int) -> None:
    """A step of the reasoning and, below it, the steps that it rests on."""
    sheet.line(step.sentence.render(sheet.language), indent=indent)
    for premise in step.premises:
        write_step(premise, sheet, indent + 2)


def write_coverage(report: CaseReport, rules: Sequence[Rule], sheet: Sheet) -> int:
    """What the cases show of each rule that they show too little of; how many rules those are."""
    from redline.casework import coverage_of
    from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
    from redline.report.layout import Tone

    found = coverage_of(report, rules)
    sheet.blank()
    if sheet.full:
        for one in found:
            write_branches(one, sheet)
    lacking = [c for c in found if not (c.both_ways and c.excused)]
    for one in lacking:
        wanted = []
        if not one.both_ways:
            wanted.append(msg("no case that breaks it and one that keeps it"))
        if not one.excused:
            wanted.append(msg("no case that is excused"))
        sheet.line(sheet.say(msg("{rule}: {lacks}", rule=one.rule.names.key, lacks=wanted)))
    undrawn = files_without_geometry(found)
    for name in undrawn:
        sheet.line(sheet.say(msg("{file}: no case on drawn ground", file=name)))
    seen = Counter(truth for one in found for truths in one.truths.values() for truth in truths)
    atoms = sum(len(one.truths) for one in found)
    summary = msg(
        "Coverage: {covered} of {rules} rules with both a case that breaks and one that keeps "
        "them; {drawn} rules with a case on drawn ground; of {atoms} conditions {true} were seen "
        "true, {false} false, {unknown} unknown",
        covered=len(found) - len(lacking),
        rules=len(found),
        drawn=sum(one.geometry for one in found),
        atoms=atoms,
        true=seen[TRUE],
        false=seen[FALSE],
        unknown=seen[UNKNOWN],
    )
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if lacking else Tone.GOOD)
    return len(lacking)


def write_branches(one: RuleCoverage, sheet: Sheet) -> None:
    """Of each condition of a rule what no case of it shows: true, false, or unknown."""
    from redline.reasoning.sentences import saying_of
    from redline.reasoning.truth import FALSE, TRUE, UNKNOWN

    day = max(c.interval.start for c in one.rule.citations)
    shown = {TRUE: msg("true"), FALSE: msg("false"), UNKNOWN: msg("unknown")}
    for atom, seen in one.truths.items():
        unseen = [word for truth, word in shown.items() if truth not in seen]
        if unseen:
            line = msg(
                "{rule}: never {truths}: {condition}",
                rule=one.rule.names.key,
                condition=saying_of(atom, day).statement,
                truths=unseen,
            )
            sheet.line(sheet.say(line), indent=2)


def files_without_geometry(found: Sequence[RuleCoverage]) -> list[str]:
    """The rule files whose cases draw no ground, though some of their rules look at it."""
    drawn: dict[str, bool] = {}
    for one in found:
        if one.on_ground:
            file = near(one.rule.place).file
            drawn[file] = drawn.get(file, False) or one.geometry
    return sorted(file for file, seen in drawn.items() if not seen)


def write_mutation(book: RuleBook, rules: Sequence[Rule], sheet: Sheet) -> int:
    """The changes that no case notices; how many they are, 0 where they are fewer than 5 %."""
    from redline.casework import mutate
    from redline.report.layout import Tone

    found = mutate(book, rules)
    sheet.blank()
    for rule, change in found.unnoticed:
        sheet.line(sheet.say(msg("{rule}: {change}", rule=rule.names.key, change=change)))
    share = len(found.unnoticed) / found.mutants if found.mutants else 0.0
    summary = msg(
        "Changes: {mutants} tried, {unnoticed} not noticed by any case ({share} %)",
        mutants=found.mutants,
        unnoticed=len(found.unnoticed),
        share=f"{100 * share:.1f}",
    )
    bad = share >= UNNOTICED
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if bad else Tone.GOOD)
    return len(found.unnoticed) if bad else 0


UNNOTICED = 0.05
"""The share of changes that may go unnoticed."""


def near(place: Place) -> Place:
    """A place with its file named from here, where it lies below."""
    file = Path(place.file)
    if file.is_relative_to(Path.cwd()):
        return replace(place, file=str(file.relative_to(Path.cwd())))
    return place

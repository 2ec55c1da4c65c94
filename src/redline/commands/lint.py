"""`redline lint`: what is odd about rules that load and run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import output_option, talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Diagnostic, Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.report.layout import Sheet

FORMATS = ("text", "json", "sarif")


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say what is odd about rules: gaps in time, names that nothing uses, cases that are "
        "missing; of the packs that ship or of those named. A comment “# lint: RL303 why” in or "
        "above a declaration accepts what is found there.\n\n"
        "Exit code 3: a rule file could not be read or is invalid; else 1: a warning; else 0 "
        "(notes do not count)."
    )

    @click.command("lint", cls=Command, say=say, help=say(summary))
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar=say(msg("[PATH…]")))
    @click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @click.option(
        "--texts",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help=say(msg("Texts of law: also look where clauses that replace each other differ.")),
    )
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def lint(
        *,
        paths: tuple[Path, ...],
        form: str,
        texts: Path | None,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.outlet import outlet
        from redline.report.layout import Sheet, style_of

        found = findings(paths, texts)
        with outlet(output) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            write(found, sheet, form, quiet=quiet)
        severities = {d.severity for d in found}
        if "error" in severities:
            return 3
        return 1 if "warning" in severities else 0

    return lint


def findings(paths: Sequence[Path], texts: Path | None) -> list[Diagnostic]:
    """What is odd about some rule files; what is wrong with them, where they do not load."""
    from redline.casework import note_names_in_cases, packs_below
    from redline.rulebook.lawtexts import LawText, read_law_texts
    from redline.rulebook.lint import lint
    from redline.rulebook.load import in_order, load_rulebook, parse_rule_files, resolve_rulebook

    by_title: dict[str, list[LawText]] = {}
    try:
        for text in read_law_texts(texts) if texts is not None else ():
            by_title.setdefault(text.title, []).append(text)
        packs = parse_rule_files(paths)
        book = resolve_rulebook(packs)
    except Refusal:
        try:
            load_rulebook(paths)
        except Refusal as refusal:
            return list(refusal.diagnostics)
        raise
    names = sorted(packs_below(book, paths)) if paths else sorted(packs)
    wrong = note_names_in_cases(book)
    return in_order([*wrong, *lint(book, packs, names, by_title)])


def write(found: Sequence[Diagnostic], sheet: Sheet, form: str, *, quiet: bool) -> None:
    """The findings in one of the forms."""
    from redline.findings import Problem

    problems = [Problem.of(d) for d in found]
    match form:
        case "json":
            from redline.report.problems_json import write_problems_json

            write_problems_json(problems, sheet.stream)
        case "sarif":
            from redline.report.sarif import write_sarif

            write_sarif(problems, sheet.stream, sheet.language)
        case _:
            from redline.report.problem_lines import write_problems

            write_problems([] if quiet else problems, sheet)
            write_summary(found, sheet)


def write_summary(found: Sequence[Diagnostic], sheet: Sheet) -> None:
    from redline.report.layout import Tone

    counts = Counter(d.severity for d in found)
    summary = msg(
        "{errors:error|errors}, {warnings:warning|warnings}, {notes:note|notes}",
        errors=counts["error"],
        warnings=counts["warning"],
        notes=counts["note"],
    )
    bad = counts["error"] + counts["warning"]
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if bad else Tone.GOOD)

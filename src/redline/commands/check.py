"""`redline check`: judge submissions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Set
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from redline.commands.options import checking_options, output_option, talking_options
from redline.commands.reports import ensure_writable, report_option, write_report
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.checking.check import Task
    from redline.checking.surroundings import Surroundings
    from redline.findings import FindingsDocument, Problem, Verdict

FORMATS = ("text", "json", "jsonl", "geojson", "csv")


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Judge submissions: projects with their footprints, against the zones that they touch.\n\n"
        "Exit code 3: something could not be read or is invalid; else 1: a binding rule is "
        "violated; else 4: something binding is undetermined; else 0."
    )

    @click.command("check", cls=Command, say=say, help=say(summary))
    @click.argument(
        "submissions",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path),
        metavar=say(msg("SUBMISSION…")),
    )
    @checking_options(say)
    @click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Write a record there, from which the check can be judged again.")),
    )
    @click.option(
        "--redact",
        is_flag=True,
        help=say(msg("Leave geometry out of the record.")),
    )
    @click.option(
        "--ask",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=say(msg("Write the open questions there, as a form to fill in for --answers.")),
    )
    @click.option(
        "--way-out",
        is_flag=True,
        help=say(msg("Say what would turn a breach: the ground that complies, and exceptions.")),
    )
    @click.option(
        "--previous",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Findings of an earlier check; say what has changed since.")),
    )
    @report_option(say)
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def check(
        *,
        submissions: tuple[Path, ...],
        rules: tuple[Path, ...],
        catalog: Path | None,
        register: str | None,
        as_of: date | None,
        settings: tuple[tuple[str, str], ...],
        answers: Path | None,
        min_area: float | None,
        min_width: float | None,
        crs: str | None,
        accept_crs: tuple[str, ...],
        group_by: str | None,
        form: str,
        record: Path | None,
        redact: bool,
        ask: Path | None,
        way_out: bool,
        previous: Path | None,
        reports: tuple[Path, ...],
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline import checking
        from redline.commands.outlet import complain_of, meets_standard_error, outlet
        from redline.commands.progress import progress

        ensure_writable(reports)
        options = checking.Options(
            rules=rules,
            catalog=catalog,
            register=register,
            as_of=as_of,
            settings=settings,
            answers=answers,
            min_area=min_area,
            min_width=min_width,
            crs=crs,
            accept_crs=accept_crs,
            group_by=group_by,
            way_out=way_out,
            previous=previous,
        )
        alone = not (reports or record or ask or previous)
        try:
            task = checking.prepare(submissions, options)
            if task.huge and form == "jsonl" and alone:
                return stream_out(task, output, say, quiet=quiet, verbose=verbose)
            with progress(say, quiet=quiet) as advance:
                document = checking.document_of(task, advance)
            if record is not None:
                from redline.audit.record import recorded, write_record

                document, written = recorded(task, document, submissions, options, redact=redact)
                write_record(written, record)
            if ask is not None:
                write_questions(task, ask)
            in_full, around = told_in_full(task, document) if reports else (document, {})
        except Refusal as refusal:
            document, around = refused(refusal), {}
            in_full = document
        for report in reports:
            write_report(in_full, report, say, around)
        with outlet(output) as stream:
            write(document, stream, form, say, quiet=quiet, verbose=verbose)
            shown = form == "text" and not quiet
            seen = shown and meets_standard_error(stream)
        if not seen:
            least = "error" if shown or quiet else "note" if verbose else "warning"
            complain_of(graver(document.problems, least), say)
        return exit_code(document)

    return check


def stream_out(task: Task, output: Path | None, say: Say, *, quiet: bool, verbose: bool) -> int:
    """Very many submissions as lines, each partition written and let go before the next."""
    from redline.checking.check import answers_of, frame_of
    from redline.commands.outlet import complain_of, meets_standard_error, outlet
    from redline.commands.progress import progress
    from redline.report import jsonl

    verdicts: set[Verdict] = set()
    with outlet(output) as stream:
        jsonl.write_check(frame_of(task), stream)
        hidden = quiet or meets_standard_error(stream)
        with progress(say, quiet=hidden) as advance:
            for several in answers_of(task, advance):
                for submission in several.values():
                    jsonl.write_submission(submission, stream)
                    verdicts.add(submission.verdict)
        problems = frame_of(task).problems
        jsonl.write_problems(problems, stream)
    complain_of(graver(problems, "error" if quiet else "note" if verbose else "warning"), say)
    return code_of(verdicts, problems)


def told_in_full(task: Task, document: FindingsDocument) -> tuple[FindingsDocument, Surroundings]:
    """The answer as reports show it, with how each grave finding came about, and the zones around;
    neither where there are many submissions.
    """
    from redline.checking.derivations import GRAVE, with_derivations
    from redline.checking.surroundings import surroundings_of
    from redline.report.html import MANY

    if len(document.submissions) > MANY:
        return document, {}
    return with_derivations(task, document, GRAVE), surroundings_of(task, document)


def write_questions(task: Task, path: Path) -> None:
    """The form of open questions, into a file."""
    from redline.checking.asking import open_questions, write_form
    from redline.commands.outlet import outlet

    with outlet(path) as stream:
        write_form(open_questions(task), task.book, stream)


def graver(problems: Iterable[Problem], least: str) -> list[Problem]:
    """The problems that are at least so grave."""
    order = ("note", "warning", "error")
    return [p for p in problems if order.index(p.severity) >= order.index(least)]


def refused(refusal: Refusal) -> FindingsDocument:
    """The document of a check that could not begin: problems, and nothing judged."""
    from redline.findings import FindingsDocument, Problem

    problems = tuple(Problem.of(d) for d in refusal.diagnostics)
    return FindingsDocument(rules_digest="", software={}, problems=problems)


def write(
    document: FindingsDocument, stream: TextIO, form: str, say: Say, *, quiet: bool, verbose: bool
) -> None:
    """The findings in one of the forms."""
    match form:
        case "json":
            from redline.report.json import write_json

            write_json(document, stream)
        case "jsonl":
            from redline.report.jsonl import write_jsonl

            write_jsonl(document, stream)
        case "geojson":
            from redline.report.geojson import write_geojson

            write_geojson(document, stream)
        case "csv":
            from redline.report.csv import write_csv

            write_csv(document, stream, say.language)
        case _:
            from redline.report.layout import style_of
            from redline.report.text import write_text

            style = style_of(stream, os.environ)
            write_text(document, stream, say.language, style, full=verbose, brief=quiet)


def exit_code(document: FindingsDocument) -> int:
    """3 for an error, else 1 for a breach, else 4 for something undetermined, else 0."""
    return code_of({s.verdict for s in document.submissions}, document.problems)


def code_of(verdicts: Set[Verdict], problems: Iterable[Problem]) -> int:
    """The same, of verdicts and problems."""
    from redline.findings import Verdict

    if any(p.severity == "error" for p in problems):
        return 3
    if Verdict.NON_COMPLIANT in verdicts:
        return 1
    return 4 if Verdict.UNDETERMINED in verdicts else 0

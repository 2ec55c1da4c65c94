"""`redline replay`: past decisions against the rules of their day."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import OF_FILES, checking_options, output_option, talking_options
from redline.commands.register.options import selecting_options, selection_of
from redline.commands.reports import ensure_writable, report_option, write_report
from redline.commands.styling import Command, Function, Say, language_option
from redline.messages import msg

if TYPE_CHECKING:
    from redline.audit.replay import ReplayDocument
    from redline.findings import FindingsDocument
    from redline.report.html import Preface


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Judge every decision of a register as of its own day, with the layers of that day, and "
        "set it beside what was decided: agreed, approved though the rules forbid it, refused "
        "though they do not, undetermined and for want of what.\n\n"
        "Exit code 3: something could not be read or judged; else 1: a decision's case violates a "
        "binding rule; else 4: something binding is undetermined; else 0."
    )

    @click.command("replay", cls=Command, say=say, help=say(summary))
    @click.argument("register", metavar=say(msg("REGISTER")))
    @checking_options(say, without=OF_FILES)
    @selecting_options(say)
    @running_options(say)
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @report_option(say)
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def replay(
        *,
        register: str,
        rules: tuple[Path, ...],
        catalog: Path | None,
        as_of: date | None,
        settings: tuple[tuple[str, str], ...],
        min_area: float | None,
        min_width: float | None,
        since: date | None,
        until: date | None,
        conditions: tuple[tuple[str, str], ...],
        results: Path | None,
        anew: bool,
        workers: int | None,
        scheduler: str | None,
        piece: int | None,
        form: str,
        reports: tuple[Path, ...],
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.audit.bench import Setup
        from redline.audit.pieces import SIZE
        from redline.audit.replay import ReplayOptions
        from redline.audit.replay import replay as judge_again
        from redline.commands.outlet import outlet
        from redline.commands.progress import progress
        from redline.report.layout import Sheet, style_of

        ensure_writable(reports)
        setup = Setup(register, rules, catalog, as_of, settings, min_area, min_width)
        wanted = selection_of(since, until, conditions)
        how = ReplayOptions(wanted, results, anew, workers, scheduler, piece or SIZE)
        with progress(say, quiet=quiet) as advance:
            document = judge_again(setup, how, advance)
        for report in reports:
            write_report(as_findings(document), report, say, preface=preface_of(document, say))
        with outlet(output) as stream:
            if form == "json":
                stream.write(document.model_dump_json(by_alias=True, indent=1) + "\n")
            else:
                from redline.report.replay_text import write_replay

                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                write_replay(document, sheet, quiet=quiet)
        return exit_code(document)

    return replay


def running_options(say: Say) -> Callable[[Function], Function]:
    """How it runs."""
    options = (
        click.option(
            "--results",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help=say(
                msg(
                    "Keep the results there as Parquet; a replay that was interrupted goes on "
                    "where it was."
                )
            ),
        ),
        click.option("--anew", is_flag=True, help=say(msg("Do not go on, begin anew."))),
        click.option(
            "--workers",
            type=click.IntRange(1),
            metavar="N",
            help=say(msg("Processes; by default one for each processor.")),
        ),
        click.option(
            "--scheduler",
            metavar="tcp://HOST:PORT",
            help=say(msg("Let the workers of this Dask cluster judge.")),
        ),
        click.option(
            "--piece",
            type=click.IntRange(1),
            metavar="N",
            help=say(msg("Decisions that are judged together; the results are the same.")),
        ),
    )

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def preface_of(document: ReplayDocument, say: Say) -> Preface:
    """What a report of a replay says first: how many decisions agree, and what was decided."""
    from redline.report.html import Preface
    from redline.report.replay_text import agreement_lines, decision_texts

    return Preface(
        tuple(agreement_lines(document, say.language)),
        {i: tuple(decision_texts(d, say.language)) for i, d in enumerate(document.departing)},
    )


def as_findings(document: ReplayDocument) -> FindingsDocument:
    """The decisions that depart as a findings document, for reports."""
    from redline import findings as f

    submissions = tuple(
        f.SubmissionFindings(
            id=one.id,
            kind=f.Subject.PROJECT,
            title=one.title,
            source=document.register_,
            as_of=one.as_of,
            verdict=one.verdict,
            basis=f.Basis(
                area="ellipsoidal",
                distance="geodesic",
                tolerance=f.Tolerance(min_area_m2=0, min_width_m=0),
                crs="",
                crs_basis=f.Bilingual(en="", zh=""),
            ),
            findings=one.findings,
        )
        for one in document.departing
    )
    return f.FindingsDocument(
        rules_digest=document.rules_digest,
        software=document.software,
        submissions=submissions,
        problems=document.problems,
    )


def exit_code(document: ReplayDocument) -> int:
    """3 for an error, else 1 for a breach, else 4 for something undetermined, else 0."""
    from redline.findings import Verdict

    verdicts = {one.verdict for one in document.table}
    if any(p.severity == "error" for p in document.problems):
        return 3
    if Verdict.NON_COMPLIANT in verdicts:
        return 1
    return 4 if Verdict.UNDETERMINED in verdicts else 0

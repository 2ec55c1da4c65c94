"""`redline compare`: what a new rule book, or new layers, would change."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from redline.commands.options import (
    OF_FILES,
    checking_options,
    output_option,
    read_day,
    talking_options,
)
from redline.commands.register.options import selecting_options, selection_of
from redline.commands.replay import running_options
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Judge the decisions of a register by two rule books and say what changes: by rule, clause "
        "and direction, with examples and areas. For two versions of layers name the same rules "
        "twice, and the other layers by --catalog-after or --as-of-after.\n\n"
        "Exit code 3: something could not be read; else 1: a verdict changes; else 0."
    )

    @click.command("compare", cls=Command, say=say, help=say(summary))
    @click.argument("before", type=click.Path(path_type=Path), metavar="A")
    @click.argument("after", type=click.Path(path_type=Path), metavar="B")
    @click.option(
        "--on",
        "register",
        required=True,
        metavar="REGISTER",
        help=say(msg("The register: a GeoPackage file, or the URL of a PostgreSQL database.")),
    )
    @click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Rule file or folder that belongs to both (repeatable).")),
    )
    @checking_options(say, without=(*OF_FILES, "--rules"))
    @click.option(
        "--catalog-after",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Catalog of layers for B, where it is another one.")),
    )
    @click.option(
        "--as-of-after",
        callback=read_day(say),
        metavar="DATE",
        help=say(msg("Day whose rules and layers apply for B, where it is another one.")),
    )
    @selecting_options(say)
    @running_options(say)
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def compare(
        *,
        before: Path,
        after: Path,
        register: str,
        rules: tuple[Path, ...],
        catalog: Path | None,
        as_of: date | None,
        settings: tuple[tuple[str, str], ...],
        min_area: float | None,
        min_width: float | None,
        catalog_after: Path | None,
        as_of_after: date | None,
        since: date | None,
        until: date | None,
        conditions: tuple[tuple[str, str], ...],
        results: Path | None,
        anew: bool,
        workers: int | None,
        scheduler: str | None,
        piece: int | None,
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.audit.bench import Setup
        from redline.audit.compare import compare as judge_both
        from redline.audit.pieces import SIZE
        from redline.audit.replay import ReplayOptions
        from redline.commands.outlet import outlet
        from redline.commands.progress import progress
        from redline.report.layout import Sheet, style_of

        one = Setup(register, (before, *rules), catalog, as_of, settings, min_area, min_width)
        other = replace(
            one,
            rules=(after, *rules),
            catalog=catalog_after or catalog,
            as_of=as_of_after or as_of,
        )
        wanted = selection_of(since, until, conditions)
        how = ReplayOptions(wanted, results, anew, workers, scheduler, piece or SIZE)
        with progress(say, quiet=quiet) as advance:
            document = judge_both(one, other, how, advance)
        with outlet(output) as stream:
            if form == "json":
                stream.write(document.model_dump_json(by_alias=True, indent=1) + "\n")
            else:
                from redline.report.compare_text import write_comparison

                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                write_comparison(document, sheet, quiet=quiet)
        return 1 if document.changed else 0

    return compare

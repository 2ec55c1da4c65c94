"""`redline layers check`: what the rules demand of the maps themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from redline.commands.check import FORMATS
from redline.commands.layers.listing import the_catalog_path
from redline.commands.options import output_option, read_day, talking_options, tolerance_option
from redline.commands.reports import ensure_writable, report_option, write_report
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Judge the layers of the catalog by the rules on layers: what may not overlap, what must "
        "contain another, what must leave no gap.\n\n"
        "Exit code 3: the catalog, a layer or the rules cannot be read; else 1: a binding rule is "
        "violated; else 4: something binding is undetermined; else 0."
    )

    @click.command("check", cls=Command, say=say, help=say(summary))
    @click.option(
        "--catalog",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Catalog of layers; by default catalog.toml here or in a folder above.")),
    )
    @click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Rule file or folder (repeatable); by default the packs that ship.")),
    )
    @click.option(
        "--as-of",
        callback=read_day(say),
        metavar="DATE",
        help=say(msg("The day; by default today.")),
    )
    @click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @tolerance_option(say)
    @report_option(say)
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def check_layers(
        *,
        catalog: Path | None,
        rules: tuple[Path, ...],
        as_of: date | None,
        min_area: float | None,
        min_width: float | None,
        form: str,
        reports: tuple[Path, ...],
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline import checking
        from redline.commands.check import exit_code, graver, write
        from redline.commands.outlet import complain_of, outlet

        ensure_writable(reports)
        path = the_catalog_path(catalog)
        options = checking.Options(rules, path, as_of=as_of, min_area=min_area, min_width=min_width)
        document = checking.check([path], options)
        for report in reports:
            write_report(document, report, say)
        with outlet(output) as stream:
            write(document, stream, form, say, quiet=quiet, verbose=verbose)
        if form != "text" or quiet:
            complain_of(graver(document.problems, "error" if quiet else "warning"), say)
        return exit_code(document)

    return check_layers

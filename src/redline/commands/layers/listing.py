"""`redline layers list`: what the catalog holds on a day."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import output_option, read_day, talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import refuse
from redline.messages import msg

if TYPE_CHECKING:
    from redline.ground.catalog import Catalog


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say which layers of the catalog are in force on a day: versions, numbers of approvals, "
        "sources, where coverage ends, and what is missing for the rules in force.\n\n"
        "Exit code 3: the catalog or the rules cannot be read; else 1: something is missing for "
        "the rules in force; else 0."
    )

    @click.command("list", cls=Command, say=say, help=say(summary))
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
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def listing(
        *,
        catalog: Path | None,
        rules: tuple[Path, ...],
        as_of: date | None,
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.checking.inventory import take_stock
        from redline.commands.outlet import outlet
        from redline.ground.store import default_store
        from redline.report.inventory import layers_document
        from redline.rulebook.cached import ready_rulebook

        book = ready_rulebook(rules)
        stock = take_stock(the_catalog(catalog), book, as_of or date.today(), default_store())
        found = layers_document(stock)
        with outlet(output) as stream:
            if form == "json":
                from redline.report.json import write_model

                write_model(found, stream)
            else:
                from redline.report.inventory_text import write_layers
                from redline.report.layout import Sheet, style_of

                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                write_layers(found, sheet, quiet=quiet)
        return 1 if found.missing or any(x.missing_columns for x in found.layers) else 0

    return listing


def the_catalog(path: Path | None) -> Catalog:
    """The catalog named, or found upwards from here. Raises `Refusal` where there is none."""
    from redline.ground.catalog import load_catalog

    return load_catalog(the_catalog_path(path))


def the_catalog_path(path: Path | None) -> Path:
    """Where the catalog lies. Raises `Refusal` where there is none."""
    from redline.ground.catalog import find_catalog
    from redline.ground.catalog_diagnostics import CatalogNotFound

    found = path or find_catalog(Path.cwd())
    if found is None:
        raise refuse(CatalogNotFound())
    return found

"""`redline register export`: what was decided, as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from redline.commands.register.options import (
    register_option,
    rules_option,
    selecting_options,
    selection_of,
)
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

FORMS = (".jsonl", ".csv", ".xlsx", ".gpkg", ".geojson")


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Write what was decided into a file: .jsonl with everything that the register holds, which "
        "import reads again; .csv, .xlsx, .gpkg or .geojson as a table, the decisions as they "
        "stand.\n\n"
        "Exit code 3: the register could not be read, or the file not written; else 0."
    )

    @click.command("export", cls=Command, say=say, help=say(summary))
    @click.argument(
        "file", type=click.Path(path_type=Path, dir_okay=False), metavar=say(msg("FILE"))
    )
    @register_option(say)
    @selecting_options(say)
    @rules_option(say)
    @language_option(say)
    def export(
        *,
        file: Path,
        where: str,
        since: date | None,
        until: date | None,
        conditions: tuple[tuple[str, str], ...],
        rules: tuple[Path, ...],
    ) -> int:
        from redline.commands.outlet import binary_outlet
        from redline.register.store import open_store
        from redline.report.decisions import write_lines, write_table
        from redline.rulebook.cached import ready_rulebook

        suffix = file.suffix.casefold()
        if suffix not in FORMS:
            reason = msg("write a file of one of {suffixes}", suffixes=FORMS)
            raise click.UsageError(say(reason))
        store = open_store(where, ready_rulebook(rules))
        wanted = selection_of(since, until, conditions)
        with binary_outlet(file) as stream:
            if suffix == ".jsonl":
                write_lines(store, wanted, stream)
            else:
                write_table(store, wanted, stream, suffix)
        return 0

    return export

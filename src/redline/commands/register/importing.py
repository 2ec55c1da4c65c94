"""`redline register import`: old decisions from tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.register.options import rules_option
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Diagnostic, Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.register.importing import Found, Import
    from redline.register.sheets import Sheet as Table
    from redline.register.store import Store
    from redline.rulebook.model import RuleBook

LINES = (".jsonl", ".ndjson")

MOST_FAULTS = 20
"""Faults of one kind that are shown; the others are counted."""


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Enter old decisions from a table: CSV, Excel, any GIS file, or JSON lines. A mapping says "
        "which column is what; --draft writes one to begin with. Rows that cannot be entered are "
        "named, and then nothing is entered, unless --skip-bad.\n\n"
        "Exit code 3: the file, the mapping or the register could not be read, or rows are wrong; "
        "else 0."
    )

    @click.command("import", cls=Command, say=say, help=say(summary))
    @click.argument(
        "files",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path),
        metavar=say(msg("FILE…")),
    )
    @click.option(
        "--register",
        "where",
        metavar="FILE|URL",
        help=say(msg("The register: a GeoPackage file, or the URL of a PostgreSQL database.")),
    )
    @click.option(
        "--mapping",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Which column is what; by default by the names of the columns.")),
    )
    @click.option(
        "--draft",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=say(msg("Write a mapping to begin with there, and enter nothing.")),
    )
    @click.option("--sheet", metavar="NAME", help=say(msg("This sheet or layer of the file.")))
    @click.option(
        "--crs", metavar="CRS", help=say(msg("Coordinate system, where the file states none."))
    )
    @click.option(
        "--catalog",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Catalog from which the areas of each decision are taken.")),
    )
    @click.option(
        "--skip-bad", is_flag=True, help=say(msg("Enter the rows that are right all the same."))
    )
    @click.option(
        "--correct", is_flag=True, help=say(msg("Rows with a known id correct what was entered."))
    )
    @rules_option(say)
    @talking_options(say)
    @language_option(say)
    def importing(
        *,
        files: tuple[Path, ...],
        where: str | None,
        mapping: Path | None,
        draft: Path | None,
        sheet: str | None,
        crs: str | None,
        catalog: Path | None,
        skip_bad: bool,
        correct: bool,
        rules: tuple[Path, ...],
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.outlet import complain, outlet
        from redline.ground.diagnostics import capped
        from redline.register.store import open_store
        from redline.report.layout import Sheet, Tone, style_of
        from redline.rulebook.cached import ready_rulebook

        book = ready_rulebook(rules)
        if draft is not None:
            write_draft(read_table(files[0], sheet, crs), book, draft)
            return 0
        if where is None:
            raise click.UsageError(say(msg("name the register: --register FILE|URL")))
        read = read_files(files, mapping, book, sheet, crs)
        if catalog is not None:
            read.found = with_areas(read.found, book, catalog, read.faults)
        store = open_store(where, book, make=True)
        decisions, grants = enter(store, read, skip_bad=skip_bad, correct=correct)
        complain(capped(tuple(read.faults), MOST_FAULTS), say)
        with outlet(None) as stream:
            out = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            summary = msg(
                "Entered {decisions} decisions and {grants} grants of {all} rows.",
                decisions=decisions,
                grants=grants,
                all=len(read.found) + len({d.place for d in errors_of(read.faults)}),
            )
            out.line(out.say(summary), Tone.STRONG)
        return 3 if errors_of(read.faults) else 0

    return importing


def errors_of(faults: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [d for d in faults if d.severity == "error"]


def read_table(file: Path, sheet: str | None, crs: str | None) -> Table:
    """The table in a file. Raises `Refusal`."""
    from redline.register.sheets import read_sheet

    return read_sheet(file, sheet=sheet, crs=crs)


def read_files(
    files: Sequence[Path],
    mapping: Path | None,
    book: RuleBook,
    sheet: str | None,
    crs: str | None,
) -> Import:
    """The entries of all files. Raises `Refusal`."""
    from redline.register.accounts import accounts_of
    from redline.register.importing import Import, from_lines, from_sheet
    from redline.register.mapping import draft, read_mapping

    given = read_mapping(mapping) if mapping is not None else None
    whole = Import()
    for file in files:
        if file.suffix.casefold() in LINES:
            read = from_lines(file)
        else:
            table = read_table(file, sheet, crs)
            used = given or draft(table.columns, book, accounts_of(book))
            read = from_sheet(table, used, book)
        whole.found += read.found
        whole.faults += read.faults
    return whole


def enter(store: Store, read: Import, *, skip_bad: bool, correct: bool) -> tuple[int, int]:
    """Enter what was read, all of it or nothing unless bad rows are passed over; returns how many
    decisions and grants. What is wrong goes to the faults.
    """
    from redline.register.entries import Entry, Grant
    from redline.register.importing import history_faults, in_order

    bad: set[int] = set()
    with store.writing() as writer:
        for one, fault in history_faults(read.entries, writer, store.book, correct=correct):
            read.faults.append(fault)
            if one is not None:
                bad.add(id(one))
        if errors_of(read.faults) and not skip_bad:
            return 0, 0
        kept = [one for one in in_order(read.entries) if id(one) not in bad]
        places = {id(one.item): one.place for one in kept}
        items = (one.item for one in kept if isinstance(one.item, Entry))
        decisions = writer.append(items, lambda entry: places[id(entry)])
        grants = 0
        for one in read.grants:
            assert isinstance(one.item, Grant)
            try:
                grants += writer.grant([one.item], one.place)
            except Refusal as refusal:
                read.faults += refusal.diagnostics
                if not skip_bad:
                    raise
    return decisions, grants


def with_areas(
    found: Sequence[Found], book: RuleBook, catalog: Path, faults: list[Diagnostic]
) -> list[Found]:
    """Entries with the areas in which they lie, where they do not say them."""
    from redline.checking.areas import areas_by_catalog
    from redline.register.entries import Entry
    from redline.register.importing import Found

    entries = [one.item for one in found if isinstance(one.item, Entry)]
    placed = iter(areas_by_catalog(entries, book, catalog, faults))
    return [Found(next(placed), one.place) if isinstance(one.item, Entry) else one for one in found]


def write_draft(table: Table, book: RuleBook, path: Path) -> None:
    """A mapping to begin with, into a file."""
    from redline.commands.outlet import outlet
    from redline.register.accounts import accounts_of
    from redline.register.entries import decision_of
    from redline.register.mapping import draft, draft_text, plain

    mapping = draft(table.columns, book, accounts_of(book))
    column = mapping.fields.get("decision")
    words = {plain(row.cells[column]) for row in table.rows if row.cells[column]} if column else ()
    unknown = sorted(word for word in words if decision_of(word) is None)
    with outlet(path) as stream:
        stream.write(draft_text(mapping, table.columns, {"decision": unknown[:40]}))

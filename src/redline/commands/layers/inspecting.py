"""`redline layers inspect`: what is in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import output_option, talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Diagnostic, Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.ground.inspection import FileSummary
    from redline.report.inspection import InspectionDocument


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say what is in a file: layers, fields with samples, the coordinate system and how it was "
        "established, extent, validity of the geometry, encoding, and which layer of the "
        "vocabulary it may be.\n\n"
        "Exit code 3: a file cannot be read at all; else 1: something in it cannot be used as it "
        "is; else 0."
    )

    @click.command("inspect", cls=Command, say=say, help=say(summary))
    @click.argument(
        "files",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path),
        metavar=say(msg("FILE…")),
    )
    @click.option("--layer", metavar="NAME", help=say(msg("This layer of the file only.")))
    @click.option(
        "--crs",
        metavar="CRS",
        help=say(msg("Coordinate system, where the file does not state it.")),
    )
    @click.option(
        "--encoding",
        metavar="NAME",
        help=say(msg("Encoding of the text, where it cannot be told.")),
    )
    @click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Rule file or folder whose vocabulary is meant (repeatable).")),
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
    def inspect(
        *,
        files: tuple[Path, ...],
        layer: str | None,
        crs: str | None,
        encoding: str | None,
        rules: tuple[Path, ...],
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.outlet import complain_of, outlet
        from redline.ground.inspection import inspect_file

        found: list[FileSummary] = []
        said: list[Diagnostic] = []
        for file in files:
            try:
                summary = inspect_file(file, layer=layer, crs=crs, encoding=encoding)
            except Refusal as refusal:
                said += refusal.diagnostics
                continue
            found.append(summary)
            said += [d for several in summary.unread.values() for d in several]
        document = document_of(found, said, rules)
        with outlet(output) as stream:
            if form == "json":
                from redline.report.json import write_model

                write_model(document, stream)
            else:
                from redline.report.inspection_text import write_file
                from redline.report.layout import Sheet, style_of

                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                for number, file_found in enumerate(document.files):
                    if number:
                        sheet.blank()
                    write_file(file_found, sheet, quiet=quiet)
        complain_of(document.problems, say)
        if document.problems:
            return 3
        return 1 if has_errors(document) else 0

    return inspect


def document_of(
    found: Sequence[FileSummary], said: Sequence[Diagnostic], rules: Sequence[Path]
) -> InspectionDocument:
    """What was found, with suggestions from the vocabulary of some rules.

    Where the rules cannot be read, that is a problem, and there are no suggestions.
    """
    from redline.findings import Problem
    from redline.report.inspection import InspectionDocument, file_found
    from redline.rulebook.cached import ready_rulebook

    book = None
    try:
        book = ready_rulebook(rules)
    except Refusal as refusal:
        said = [*said, *refusal.diagnostics]
    return InspectionDocument(
        files=tuple(file_found(file, book) for file in found),
        problems=tuple(dict.fromkeys(Problem.of(d) for d in said)),
    )


def has_errors(document: InspectionDocument) -> bool:
    """Whether something in the files cannot be used as it is."""
    layers = [layer for file in document.files for layer in file.layers]
    return any(p.severity == "error" for layer in layers for p in layer.problems)

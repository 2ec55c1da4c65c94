"""`--report FILE`: reports beside the result, in the form that the file's ending says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from redline.commands.diagnostics import LibraryMissing
from redline.commands.outlet import binary_outlet, outlet
from redline.commands.styling import Function, Say
from redline.diagnostics import Place, Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.checking.surroundings import Surroundings
    from redline.findings import FindingsDocument
    from redline.report.html import Preface

NEEDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        ".html": {},
        ".docx": {"docx": "python-docx", "PIL": "pillow"},
        ".xlsx": {"openpyxl": "openpyxl"},
        ".gpkg": {},
    }
)
"""The endings of reports, and the libraries that each needs: its module, and its package."""


NOTHING_AROUND: Surroundings = MappingProxyType({})


def report_option(say: Say) -> Callable[[Function], Function]:
    """Where reports go; a wrong ending is wrong usage."""

    def read(ctx: click.Context, option: click.Parameter, files: Sequence[Path]) -> Sequence[Path]:
        for file in files:
            if file.suffix.lower() not in NEEDS:
                reason = msg(
                    "“{file}” should end in one of {endings}, which says the form",
                    file=str(file),
                    endings=list(NEEDS),
                )
                raise click.BadParameter(say(reason), ctx, option)
        return files

    return click.option(
        "--report",
        "reports",
        type=click.Path(path_type=Path, dir_okay=False),
        multiple=True,
        callback=read,
        metavar="FILE",
        help=say(
            msg("Write a report as well (repeatable): FILE.html, FILE.docx, FILE.xlsx, FILE.gpkg.")
        ),
    )


def ensure_writable(files: Sequence[Path]) -> None:
    """Refuse before anything is judged where a library for one of the reports is not installed."""
    missing = [
        LibraryMissing(place=Place(str(file)), library=package)
        for file in files
        for module, package in NEEDS[file.suffix.lower()].items()
        if not is_installed(module)
    ]
    if missing:
        raise Refusal(missing)


def is_installed(module: str) -> bool:
    """Whether a library is there, without importing it."""
    with suppress(ImportError, ValueError):
        return find_spec(module) is not None
    return False


def write_report(
    document: FindingsDocument,
    file: Path,
    say: Say,
    around: Surroundings = NOTHING_AROUND,
    preface: Preface | None = None,
) -> None:
    """Write one report, with the zones `around` submissions on its maps; the file is there whole or
    not at all.
    """
    match file.suffix.lower():
        case ".html":
            from redline.report.html import write_html

            with outlet(file) as stream:
                write_html(document, stream, say.language, around, preface)
        case ".docx":
            from redline.report.docx import write_docx

            with binary_outlet(file) as binary:
                write_docx(document, binary, say.language, around)
        case ".xlsx":
            from redline.report.xlsx import write_xlsx

            with binary_outlet(file) as binary:
                write_xlsx(document, binary, say.language)
        case _:
            from redline.report.gpkg import write_gpkg

            with binary_outlet(file) as binary:
                write_gpkg(document, binary, say.language)

"""`redline fmt`: rule files in their canonical form."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import Diagnostic, Place, Refusal
from redline.messages import msg

if TYPE_CHECKING:
    from redline.language.source import Source
    from redline.report.layout import Sheet


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Write rule files in their canonical form, in place; of a folder, all files below it. "
        "Nothing changes but white space, line breaks and marks.\n\n"
        "Exit code 3: a file could not be read, written or is invalid; else 1: with --check, a "
        "file is not in its canonical form; else 0."
    )

    @click.command("fmt", cls=Command, say=say, help=say(summary))
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar=say(msg("[PATH…]")))
    @click.option("--check", is_flag=True, help=say(msg("Write nothing; say which files differ.")))
    @talking_options(say)
    @language_option(say)
    def fmt(*, paths: tuple[Path, ...], check: bool, quiet: bool, verbose: bool) -> int:
        from redline.commands.outlet import complain, outlet
        from redline.report.layout import Sheet, style_of
        from redline.rulebook.files import rule_files

        files = rule_files(paths or [Path()])
        diagnostics: list[Diagnostic] = []
        changed = 0
        with outlet(None) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            for file in files:
                try:
                    changed += format_file(file, sheet, write=not check, quiet=quiet)
                except Refusal as refusal:
                    diagnostics += refusal.diagnostics
            write_summary(sheet, len(files), changed, check=check)
        complain(diagnostics, say)
        if diagnostics:
            return 3
        return 1 if check and changed else 0

    return fmt


def format_file(file: Path, sheet: Sheet, *, write: bool, quiet: bool) -> bool:
    """Bring a file into its canonical form, or only look; says whether it differs from it."""
    from redline.language.source import read_source

    source = read_source(file)
    text = canonical(source)
    if text.encode() == file.read_bytes():
        return False
    if write:
        replace_text(file, text)
    if not quiet:
        sheet.line(str(file))
        if sheet.full:
            for line in difference(source, text):
                sheet.stream.write(line)
    return True


def canonical(source: Source) -> str:
    """The canonical text of a rule file; raises `Refusal` where it does not parse.

    What was printed is read again before anybody sees it: a formatter must not change a law.
    """
    from redline.language.parser import parse
    from redline.language.printer import print_pack
    from redline.language.source import source_of

    pack = parse(source)
    text = print_pack(pack)
    again = parse(source_of(text.encode(), source.name))
    if again != pack or [c.text for c in again.comments] != [
        c.text.rstrip() for c in pack.comments
    ]:
        raise AssertionError(f"{source.name} does not survive formatting")
    return text


def difference(source: Source, text: str) -> Iterator[str]:
    before, after = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    yield from unified_diff(before, after, source.name, source.name)


def replace_text(file: Path, text: str) -> None:
    """Put a text in the place of a file, all at once, and keep its permissions."""
    from redline.commands.diagnostics import OutputNotWritable

    target = file.resolve()
    try:
        handle, written = tempfile.mkstemp(dir=target.parent, prefix=".redline-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
            shutil.copymode(target, written)
            Path(written).replace(target)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refusal([OutputNotWritable(place=Place(str(file)), reason=reason)]) from error


def write_summary(sheet: Sheet, files: int, changed: int, *, check: bool) -> None:
    from redline.report.layout import Tone

    summary = (
        msg(
            "{files:rule file|rule files}: {changed} not in canonical form",
            files=files,
            changed=changed,
        )
        if check
        else msg("{files:rule file|rule files}: {changed} changed", files=files, changed=changed)
    )
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if check and changed else Tone.GOOD)

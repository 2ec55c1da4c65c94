"""`redline init`: a workspace whose first check works."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from redline.commands.styling import Command, Say, language_option
from redline.messages import Language, msg

TEMPLATES = Path(__file__).parents[1] / "workspace"
"""The files of a new workspace, a folder for each language."""

FIRST = "redline check submissions/hotel.yaml --rules rules"
"""The first check, in the new folder."""


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Make a folder with a rule, a layer, a catalog and submissions, in which the first check "
        "works.\n\n"
        "Files that are there already are left as they are. Exit code 1: one of them is in the way "
        "and nothing was written; 3: the folder cannot be written; else 0."
    )

    @click.command("init", cls=Command, say=say, help=say(summary))
    @click.argument(
        "folder", type=click.Path(path_type=Path, file_okay=False), metavar=say(msg("DIR"))
    )
    @click.option("--quiet", "-q", is_flag=True, help=say(msg("Say no more than the outcome.")))
    @language_option(say)
    def init(*, folder: Path, quiet: bool) -> int:
        from redline.commands.diagnostics import InTheWay, OutputNotWritable
        from redline.commands.outlet import complain, standard_output
        from redline.diagnostics import Place, refuse

        files = dict(workspace(say.language))
        met = [name for name in files if (folder / name).exists()]
        if met:
            complain([InTheWay(place=Place(str(folder / name))) for name in met], say)
            return 1
        try:
            for name, text in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(text)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise refuse(OutputNotWritable(place=Place(str(folder)), reason=reason)) from error
        if not quiet:
            out = standard_output()
            made = msg(
                "{folder}: {count:file|files}. The first check:",
                folder=str(folder),
                count=len(files),
            )
            out.write(f"{say(made)}\n  cd {shlex.quote(str(folder))}\n  {FIRST}\n")
        return 0

    return init


def workspace(language: Language) -> Iterator[tuple[str, bytes]]:
    """The files of a workspace in a language: path inside it, and content."""
    top = TEMPLATES / language
    for path in sorted(p for p in top.rglob("*") if p.is_file()):
        yield path.relative_to(top).as_posix(), path.read_bytes()

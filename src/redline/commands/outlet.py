"""Where results go: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from redline.commands.diagnostics import OutputNotWritable
from redline.commands.styling import Say
from redline.diagnostics import Diagnostic, Place, refuse
from redline.report.layout import Sheet, style_of

if TYPE_CHECKING:
    from redline.findings import Problem


@contextmanager
def outlet(path: Path | None) -> Iterator[TextIO]:
    """A UTF-8 text stream to a file, or standard output where none is named.

    The file takes its name only when all of it was written. Raises `Refusal` where it cannot be.
    """
    if path is None:
        yield standard_output()
        sys.stdout.flush()
        return
    with binary_outlet(path) as binary:
        file = io.TextIOWrapper(binary, encoding="utf-8", newline="")
        yield file
        file.flush()
        file.detach()


@contextmanager
def binary_outlet(path: Path) -> Iterator[BinaryIO]:
    """A stream of bytes to a file, which takes its name only when all of it was written.

    Raises `Refusal` where it cannot be written.
    """
    try:
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".redline-")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            _publish(Path(written), path)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse(OutputNotWritable(place=Place(str(path)), reason=reason)) from error


@contextmanager
def folder_outlet(folder: Path) -> Iterator[Path]:
    """A new folder that takes the name, and the place of what stood there, when it is complete.

    Raises `Refusal` where it cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".redline-") as scratch:
            made = Path(scratch, "new")
            made.mkdir()
            yield made
            if folder.exists():
                folder.rename(Path(scratch, "old"))
            made.rename(folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse(OutputNotWritable(place=Place(str(folder)), reason=reason)) from error


def _publish(written: Path, path: Path) -> None:
    """Give a finished file its name, with the permissions of an ordinary new file."""
    mask = os.umask(0)
    os.umask(mask)
    written.chmod(0o666 & ~mask)
    written.replace(path)


def standard_output() -> TextIO:
    """Standard output, in UTF-8 where it is not a terminal; no line break is translated."""
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace", newline="")
    return stream


def standard_error() -> TextIO:
    """Standard error, on which no character fails."""
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    return sys.stderr


def meets_standard_error(stream: TextIO) -> bool:
    """Whether what is written to a stream is seen where standard error is: a terminal, `2>&1`."""
    try:
        return stream.isatty() or os.path.sameopenfile(stream.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False


def complain(diagnostics: Iterable[Diagnostic], say: Say) -> None:
    """Diagnostics on standard error."""
    from redline.findings import Problem

    complain_of([Problem.of(d) for d in diagnostics], say)


def complain_of(problems: Iterable[Problem], say: Say) -> None:
    """Problems on standard error."""
    from redline.report.problem_lines import write_problems

    stream = standard_error()
    write_problems(problems, Sheet(stream, say.language, style_of(stream, os.environ)))

"""What can go wrong around a command (RL9xx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic
from redline.messages import Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedFault(Diagnostic):
    """The program itself is at fault."""

    code: ClassVar[str] = "RL900"
    fault: str
    verbose: bool

    @property
    def message(self) -> Message:
        return msg(
            "redline itself failed ({fault}); nothing that it wrote is complete", fault=self.fault
        )

    @property
    def hint(self) -> Message:
        if self.verbose:
            return msg("Please report this with the lines above and, if you may, the input.")
        return msg("Please report this. Run the same with --verbose to see the details to send.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputNotWritable(Diagnostic):
    """The file for the result cannot be written."""

    code: ClassVar[str] = "RL901"
    reason: str

    @property
    def message(self) -> Message:
        return msg("the result cannot be written here: {reason}", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineMissing(Diagnostic):
    """The rules engine is not installed: it could not be built."""

    code: ClassVar[str] = "RL905"

    @property
    def message(self) -> Message:
        return msg("the rules engine, durable-rules, is not installed, so nothing can be judged")

    @property
    def hint(self) -> Message:
        return msg(
            "It is built from source: install a C compiler and Python's headers, then install "
            "redline again; or use a bundle (docs/how-to/offline.md)."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay(Diagnostic):
    """A file that a new workspace would replace."""

    code: ClassVar[str] = "RL904"

    @property
    def message(self) -> Message:
        return msg("this is there already, and nothing was written")

    @property
    def hint(self) -> Message:
        return msg("Name a folder that does not exist yet, or that is empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryMissing(Diagnostic):
    """A report needs a library that is not installed."""

    code: ClassVar[str] = "RL903"
    library: str

    @property
    def message(self) -> Message:
        return msg(
            "this report needs the library {library}, which is not installed", library=self.library
        )

    @property
    def hint(self) -> Message:
        return msg("Install it with: pip install “redline[report]”. HTML needs nothing.")

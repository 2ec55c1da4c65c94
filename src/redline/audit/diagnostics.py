"""What can be wrong with a record (RL8xx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic
from redline.messages import Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRecord(Diagnostic):
    """The file cannot be read."""

    code: ClassVar[str] = "RL801"
    reason: str

    @property
    def message(self) -> Message:
        return msg("this record cannot be read: {reason}", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotARecord(Diagnostic):
    """The file is not a record of this version."""

    code: ClassVar[str] = "RL802"
    key: str
    reason: str

    @property
    def message(self) -> Message:
        return msg(
            "this file is not a record of a check: {key}: {reason}",
            key=self.key or "-",
            reason=self.reason,
        )

    @property
    def hint(self) -> Message:
        return msg("A record is written by redline check --record FILE.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRecord(Diagnostic):
    """The record was changed after it was written."""

    code: ClassVar[str] = "RL803"

    @property
    def message(self) -> Message:
        return msg("this record does not match its digest: it was changed after it was written")

    @property
    def hint(self) -> Message:
        return msg("Take it from where it was kept, or make it anew.")

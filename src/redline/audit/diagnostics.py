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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsOfAnother(Diagnostic):
    """The folder holds the results of another replay."""

    code: ClassVar[str] = "RL804"

    @property
    def message(self) -> Message:
        return msg(
            "this folder holds a replay of other rules, layers, decisions or by other software"
        )

    @property
    def hint(self) -> Message:
        return msg("Name another folder, or begin anew: --anew.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsNotWritable(Diagnostic):
    """The results cannot be written."""

    code: ClassVar[str] = "RL805"
    reason: str

    @property
    def message(self) -> Message:
        return msg("the results cannot be written: {reason}", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNotReached(Diagnostic):
    """The Dask cluster cannot be used."""

    code: ClassVar[str] = "RL806"
    reason: Message | str

    @property
    def message(self) -> Message:
        return msg("the cluster cannot be used: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Name its scheduler, such as tcp://127.0.0.1:8786; it needs workers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNotJudged(Diagnostic):
    """A decision of the register that cannot be judged."""

    code: ClassVar[str] = "RL807"
    id: str
    reason: str

    @property
    def message(self) -> Message:
        return msg("“{id}” cannot be judged: {reason}", id=self.id, reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Correct it in the register: redline register import --correct.")

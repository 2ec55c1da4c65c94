"""What can be wrong with a register and with what is entered into it (RL7xx)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity, did_you_mean
from redline.messages import Message, Title, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRegister(Diagnostic):
    """The register cannot be opened or read."""

    code: ClassVar[str] = "RL701"
    reason: Message | str

    @property
    def message(self) -> Message:
        return msg("this register cannot be read: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg(
            "A register is a GeoPackage file, the URL of a PostgreSQL database with PostGIS, or a "
            "file of JSON lines to be read from."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry(Diagnostic):
    """A row that is no entry."""

    code: ClassVar[str] = "RL702"
    reason: Message | str

    @property
    def message(self) -> Message:
        return msg("this is not an entry of a register: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("An entry has an id, decided_on, decision, attributes and areas.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleEntry(Diagnostic):
    """An id that was entered before."""

    code: ClassVar[str] = "RL703"
    id: str
    first: str

    @property
    def message(self) -> Message:
        return msg("“{id}” was entered before: {first}", id=self.id, first=self.first)

    @property
    def hint(self) -> Message:
        return msg("Enter it once. A correction says so: --correct.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforePredecessor(Diagnostic):
    """A decision that is older than the one that it amends or withdraws."""

    code: ClassVar[str] = "RL704"
    id: str
    day: date
    predecessor: str
    earlier: date

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” is dated {day}, before “{predecessor}” of {earlier}, which it follows",
            id=self.id,
            day=self.day,
            predecessor=self.predecessor,
            earlier=self.earlier,
        )

    @property
    def hint(self) -> Message:
        return msg("One of the two dates is wrong; look at the papers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPredecessor(Diagnostic):
    """An entry follows one that is not there."""

    code: ClassVar[str] = "RL705"
    id: str
    predecessor: str

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” follows “{predecessor}”, which is not in the register",
            id=self.id,
            predecessor=self.predecessor,
        )

    @property
    def hint(self) -> Message:
        return msg("Enter the earlier decision first, or leave out what it follows.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleAmount(Diagnostic):
    """An amount that cannot be."""

    code: ClassVar[str] = "RL706"
    name: Title
    value: str

    @property
    def message(self) -> Message:
        return msg("“{name}” cannot be {value}", name=self.name, value=self.value)

    @property
    def hint(self) -> Message:
        return msg(
            "An amount is a finite number and not negative. What is given back is withdrawn."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNotUnderstood(Diagnostic):
    """A date that is none, or that cannot be."""

    code: ClassVar[str] = "RL707"
    column: str
    value: str

    @property
    def message(self) -> Message:
        return msg("“{value}” in “{column}” is no day", value=self.value, column=self.column)

    @property
    def hint(self) -> Message:
        return msg(
            "Write year, month and day, such as 2024-05-31, 2024.5.31 or 2024年5月31日; the number "
            "of a day in Excel will do."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNotUnderstood(Diagnostic):
    """A word that is no decision."""

    code: ClassVar[str] = "RL708"
    column: str
    value: str

    @property
    def message(self) -> Message:
        return msg("“{value}” in “{column}” is no decision", value=self.value, column=self.column)

    @property
    def hint(self) -> Message:
        return msg(
            "Say in the mapping what it stands for, under [values.decision]: approved, refused or "
            "withdrawn."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMapping(Diagnostic):
    """A mapping that cannot be used."""

    code: ClassVar[str] = "RL709"
    key: str
    reason: Message | str

    @property
    def message(self) -> Message:
        return msg("the mapping cannot be used: {key}: {reason}", key=self.key, reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("`redline register import FILE --draft MAPPING` writes one to begin with.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchColumn(Diagnostic):
    """The mapping names a column that the table does not have."""

    code: ClassVar[str] = "RL710"
    column: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the table has no column “{column}”", column=self.column)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.column, self.known) or msg(
            "Its columns are {columns}.", columns=self.known[:20]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedUnits(Diagnostic):
    """Some cells of a column carry a unit of their own."""

    code: ClassVar[str] = "RL711"
    severity: ClassVar[Severity] = "warning"
    column: str
    unit: str
    rows: tuple[int, ...]
    units: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "“{column}” is in {unit}, and some cells say {units}: rows {rows}",
            column=self.column,
            unit=self.unit,
            units=self.units,
            rows=self.rows[:12],
        )

    @property
    def hint(self) -> Message:
        return msg("Each cell was taken in the unit that it says.")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaOverdrawn(Diagnostic):
    """What an approval asks for is no longer left."""

    code: ClassVar[str] = "RL712"
    id: str
    quota: Title
    where: str
    limit: str
    used: str
    requested: str
    remaining: str
    by: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” cannot be approved: “{quota}” {where}: opening {limit}, used {used}, "
            "requested {requested}, remaining {remaining}",
            id=self.id,
            quota=self.quota,
            where=self.where,
            limit=self.limit,
            used=self.used,
            requested=self.requested,
            remaining=self.remaining,
        )

    @property
    def hint(self) -> Message:
        return msg("Used by {approvals}.", approvals=self.by or (msg("no approval"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBrokenSince(Diagnostic):
    """With what was approved meanwhile, a rule is violated."""

    code: ClassVar[str] = "RL713"
    id: str
    rule: Title

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” cannot be approved: with what was approved meanwhile, “{rule}” is violated",
            id=self.id,
            rule=self.rule,
        )

    @property
    def hint(self) -> Message:
        return msg("Check the submission again with this register.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonNeeded(Diagnostic):
    """A decision departs from the verdict, and nothing says why."""

    code: ClassVar[str] = "RL714"
    id: str
    decision: Message
    verdict: Message

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” is {decision} though the verdict is “{verdict}”: a reason is needed",
            id=self.id,
            decision=self.decision,
            verdict=self.verdict,
        )

    @property
    def hint(self) -> Message:
        return msg("Give it: --reason TEXT.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksDouble(Diagnostic):
    """Two ids with the same content."""

    code: ClassVar[str] = "RL715"
    severity: ClassVar[Severity] = "warning"
    id: str
    other: str

    @property
    def message(self) -> Message:
        return msg(
            "“{id}” says the same as “{other}”: same day, decision, amounts and ground",
            id=self.id,
            other=self.other,
        )

    @property
    def hint(self) -> Message:
        return msg("Both are entered and both count; withdraw one if it is a double.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInRecord(Diagnostic):
    """The record does not tell which of its submissions is meant."""

    code: ClassVar[str] = "RL716"
    id: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the record has no submission “{id}”", id=self.id)

    @property
    def hint(self) -> Message:
        return msg("It has {ids}.", ids=self.known[:12] or (msg("none"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWritable(Diagnostic):
    """A register that can only be read."""

    code: ClassVar[str] = "RL718"

    @property
    def message(self) -> Message:
        return msg("a register of JSON lines is only read from")

    @property
    def hint(self) -> Message:
        return msg("Import it into one that keeps history: redline register import.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAQuota(Diagnostic):
    """A grant of something that the rule book does not have."""

    code: ClassVar[str] = "RL719"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("“{name}” is no quota of the rule book", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName(Diagnostic):
    """A name in a mapping or a row that the rule book does not know."""

    code: ClassVar[str] = "RL720"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the rule book does not know “{name}”", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)

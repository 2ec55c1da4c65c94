"""The register of past approvals as a file: one JSON object a line.

    {"id": "2025-017", "decided_on": "2025-03-02", "decision": "approved",
     "attributes": {"energy_use": "1200 tce per year"}, "areas": {"county": "441623"}}

A line with a known id corrects the one before it; a decision other than `approved` (同意, 批准)
does not stand. This is the simplest thing that implements `redline.reasoning.register.Register`;
what keeps history and serves several reviewers is built behind the same interface.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.messages import Message, msg
from redline.reasoning.register import AccountKey, Register
from redline.rulebook.model import RuleBook
from redline.values import typed

STANDING = frozenset({"approved", "同意", "批准"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRegister(Diagnostic):
    """The register's file cannot be read."""

    code: ClassVar[str] = "RL701"
    reason: str

    @property
    def message(self) -> Message:
        return msg("this register cannot be read: {reason}", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry(Diagnostic):
    """A line of the register that is no entry."""

    code: ClassVar[str] = "RL702"
    reason: str

    @property
    def message(self) -> Message:
        return msg("this line is not an entry of a register: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("An entry has an id, decided_on, decision, attributes and areas.")


class Entry(BaseModel):
    """A decision of the past."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    decided_on: date
    decision: str
    attributes: Mapping[str, str | float | bool] = {}
    areas: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """An approval that stands: its attributes in base units, its areas by layer."""

    decided_on: date
    amounts: Mapping[str, float]
    areas: Mapping[str, str]


@dataclass(frozen=True)
class FileRegister:
    """Approvals read from a file of JSON lines; implements `Register`."""

    entries: tuple[Standing, ...]

    def total(self, account: AccountKey, before: date) -> float:
        """The sum of an account over approvals that stand, decided before a day."""
        amounts = [
            entry.amounts.get(account.attribute, 0.0)
            for entry in self.entries
            if entry.decided_on < before
            and (account.year is None or entry.decided_on.year == account.year)
            and all(entry.areas.get(layer) == key for layer, key in account.areas)
        ]
        return math.fsum(amounts)


def open_register(where: str, book: RuleBook) -> Register:
    """The register at a path. Raises `Refusal` with every line that cannot be used."""
    path = Path(where)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(UnreadableRegister(place=Place(where), reason=reason)) from None
    diagnostics: list[Diagnostic] = []
    entries: dict[str, Standing | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = Place(where, line=number, text=line[:200])
        try:
            entry = Entry.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            diagnostics.append(BadEntry(place=place, reason=error.msg))
            continue
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(x) for x in first["loc"])
            diagnostics.append(BadEntry(place=place, reason=f"{key}: {first['msg']}"))
            continue
        standing, faults = standing_of(entry, book, place)
        diagnostics += faults
        entries[entry.id] = standing if entry.decision in STANDING else None
    if diagnostics:
        raise Refusal(diagnostics)
    return FileRegister(tuple(e for e in entries.values() if e is not None))


def standing_of(
    entry: Entry, book: RuleBook, place: Place
) -> tuple[Standing | None, list[Diagnostic]]:
    """An entry with its attributes in base units; layers under their keys."""
    amounts: dict[str, float] = {}
    diagnostics: list[Diagnostic] = []
    for name, raw in entry.attributes.items():
        attribute = book.attributes.get(name)
        if attribute is None:
            continue
        value, faults = typed(raw, attribute.type, attribute.title, place)
        diagnostics += faults
        if isinstance(value, float):
            amounts[attribute.names.key] = value
    areas = {
        book.layers[name].names.key if name in book.layers else name: key
        for name, key in entry.areas.items()
    }
    return Standing(entry.decided_on, amounts, areas), diagnostics

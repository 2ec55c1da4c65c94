"""Old decisions from tables: every row becomes an entry, or is named with what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.features import Document
from redline.messages import msg
from redline.quantities import parse_quantity
from redline.register.accounts import accounts_of
from redline.register.diagnostics import (
    BadEntry,
    BeforePredecessor,
    DayNotUnderstood,
    DecisionNotUnderstood,
    DoubleEntry,
    ImpossibleAmount,
    LooksDouble,
    MixedUnits,
    NoPredecessor,
)
from redline.register.entries import Decision, Entry, Grant, Raw, decision_of
from redline.register.grounds import document_text, ground_text, raw
from redline.register.ledger import LARGEST, amounts_of, unsigned
from redline.register.lines import read_lines
from redline.register.mapping import ColumnOf, Mapped, day_of, mapping_faults, plain
from redline.register.sheets import Sheet, SheetRow
from redline.register.store import Writer
from redline.rulebook.model import BooleanType, QuantityType, RuleBook
from redline.values import typed


@dataclass(frozen=True, slots=True)
class Found:
    """An entry or grant and where it was read."""

    item: Entry | Grant
    place: Place


@dataclass
class Import:
    """What was read of a file: what can be entered, and what cannot."""

    found: list[Found] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)

    @property
    def entries(self) -> list[Found]:
        """The decisions."""
        return [one for one in self.found if isinstance(one.item, Entry)]

    @property
    def grants(self) -> list[Found]:
        """What quotas have."""
        return [one for one in self.found if isinstance(one.item, Grant)]


def from_lines(path: Path) -> Import:
    """The entries and grants of a file of JSON lines. Raises `Refusal` if it cannot be read."""
    read = Import()
    for line in read_lines(path):
        if isinstance(line, Diagnostic):
            read.faults.append(line)
        else:
            read.found.append(Found(line.item, line.place))
    return read


def from_sheet(sheet: Sheet, mapping: Mapped, book: RuleBook) -> Import:
    """The entries or grants of a table. Raises `Refusal` if the mapping does not fit it."""
    wrong = list(mapping_faults(mapping, sheet.columns, book, Place(sheet.file)))
    if wrong:
        raise Refusal(wrong)
    read = Import(faults=list(sheet.diagnostics))
    for row in sheet.rows:
        faults: list[Diagnostic] = []
        make = grant_from if mapping.grants else entry_from
        item = make(row, sheet.place(row), mapping, book, faults)
        read.faults += faults
        if item is not None and not any(d.severity == "error" for d in faults):
            read.found.append(Found(item, sheet.place(row)))
    read.faults += mixed_units(sheet, mapping)
    return read


# ── one row ─────────────────────────────────────────────────────────────────────────────────────


def cell_of(row: SheetRow, mapping: Mapped, name: str) -> object:
    """What a row says for a field, in the mapping's meaning; blank is None."""
    if name in mapping.fields:
        cell = row.cells[mapping.fields[name]]
        if cell is not None and plain(cell):
            return mapping.meaning(name, cell)
    return mapping.constants.get(name)


def text_of(row: SheetRow, mapping: Mapped, name: str) -> str | None:
    cell = cell_of(row, mapping, name)
    return None if cell is None else plain(cell)


def entry_from(
    row: SheetRow, place: Place, mapping: Mapped, book: RuleBook, faults: list[Diagnostic]
) -> Entry | None:
    """A row as an entry; None, with what is wrong, if it is none."""
    id_ = text_of(row, mapping, "id")
    day = day_from(row, place, mapping, "decided_on", faults)
    word = cell_of(row, mapping, "decision")
    decision = None if word is None else decision_of(plain(word))
    if decision is None:
        column = mapping.fields.get("decision", "decision")
        faults.append(DecisionNotUnderstood(place=place, column=column, value=str(word or "")))
    if not id_:
        faults.append(BadEntry(place=place, reason=msg("it has no id")))
    attributes = {
        name: attribute_from(row, place, name, one, mapping, book, faults)
        for name, one in mapping.columns().items()
    }
    if id_ is None or day is None or decision is None:
        return None
    kind = text_of(row, mapping, "kind") or "project"
    try:
        return Entry(
            id=id_,
            decided_on=day,
            decision=decision,
            kind=kind,  # type: ignore[arg-type]
            title=text_of(row, mapping, "title"),
            reason=text_of(row, mapping, "reason"),
            decided_by=text_of(row, mapping, "decided_by"),
            basis=text_of(row, mapping, "basis"),
            predecessor=text_of(row, mapping, "predecessor"),
            attributes={
                **mapping.facts,
                **{name: value for name, value in attributes.items() if value is not None},
            },
            complete=mapping.lists.get("complete", ()),
            areas={
                layer: plain(row.cells[column])
                for layer, column in mapping.areas.items()
                if row.cells[column] is not None
            },
            documents=tuple(
                document_text(Document(name, number=plain(row.cells[column])))
                for name, column in mapping.documents.items()
                if row.cells[column] is not None and plain(row.cells[column])
            ),
            grounds={role.value: ground_text(g) for role, g in row.grounds.items()},
        )
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(x) for x in first["loc"])
        faults.append(BadEntry(place=place, reason=f"{key}: {first['msg']}"))
        return None


def grant_from(
    row: SheetRow, place: Place, mapping: Mapped, book: RuleBook, faults: list[Diagnostic]
) -> Grant | None:
    """A row as a grant; None, with what is wrong, if it is none."""
    day = day_from(row, place, mapping, "entered_on", faults)
    year = text_of(row, mapping, "year")
    if day is None:
        return None
    try:
        return Grant(
            quota=text_of(row, mapping, "quota") or "",
            areas={
                layer: plain(row.cells[column])
                for layer, column in mapping.areas.items()
                if row.cells[column] is not None
            },
            year=None if year is None else int(year),
            amount=text_of(row, mapping, "amount") or "",
            move=text_of(row, mapping, "move") or "opening",  # type: ignore[arg-type]
            entered_on=day,
            counterpart=text_of(row, mapping, "counterpart"),
            reason=text_of(row, mapping, "reason"),
        )
    except (ValidationError, ValueError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        faults.append(BadEntry(place=place, reason=reason))
        return None


def day_from(
    row: SheetRow, place: Place, mapping: Mapped, name: str, faults: list[Diagnostic]
) -> date | None:
    """The day that a row says."""
    cell = cell_of(row, mapping, name)
    day = day_of(cell)
    if day is None:
        column = mapping.fields.get(name, name)
        shown = "" if cell is None else str(cell)[:60]
        faults.append(DayNotUnderstood(place=place, column=column, value=shown))
    return day


def attribute_from(  # noqa: PLR0917 - the parts of one cell
    row: SheetRow,
    place: Place,
    name: str,
    one: ColumnOf,
    mapping: Mapped,
    book: RuleBook,
    faults: list[Diagnostic],
) -> Raw:
    """What a row says of an attribute, as an entry holds it; None where it says nothing."""
    cell = row.cells[one.column]
    if cell is None or not plain(cell):
        return None
    meant = mapping.meaning(name, cell)
    attribute = book.attributes.get(name)
    if attribute is None:
        asked = book.judgements.get(name) or book.plans[name]
        faults += typed(meant, BooleanType(), asked.title, place)[1]
        return raw(meant)
    if isinstance(attribute.type, QuantityType):
        text = plain(meant).replace(",", "")
        meant = f"{text} {one.unit}" if one.unit and bare_number(text) else text
    elif isinstance(meant, str):
        meant = plain(meant)
    negative, amount = unsigned(meant)
    value, wrong = typed(amount, attribute.type, attribute.title, place)
    faults += wrong
    if isinstance(value, float) and (negative or value >= LARGEST):
        faults.append(ImpossibleAmount(place=place, name=attribute.title, value=str(meant)))
    return raw(meant)


def bare_number(text: str) -> bool:
    """Whether a text is a number without unit."""
    try:
        return float(text) == float(text)
    except ValueError:
        return False


# ── the whole file ──────────────────────────────────────────────────────────────────────────────


def mixed_units(sheet: Sheet, mapping: Mapped) -> Iterator[Diagnostic]:
    """Columns with a declared unit in which some cells carry another one."""
    for one in mapping.columns().values():
        if one.unit is None:
            continue
        rows: list[int] = []
        units: dict[str, None] = {}
        for row in sheet.rows:
            cell = row.cells[one.column]
            parsed = None if cell is None else parse_quantity(plain(cell).replace(",", ""))
            if parsed is not None and not bare_number(plain(cell)):
                number = plain(cell)
                unit = number.lstrip("0123456789.,+- ")
                if unit != one.unit:
                    rows.append(row.number)
                    units.setdefault(unit)
        if rows:
            yield MixedUnits(
                place=Place(sheet.file),
                column=one.column,
                unit=one.unit,
                rows=tuple(rows),
                units=tuple(units),
            )


def in_order(found: Sequence[Found]) -> list[Found]:
    """Entries by their days, so that what follows another one comes after it."""

    def key(one: Found) -> tuple[date, bool]:
        assert isinstance(one.item, Entry)
        return one.item.decided_on, one.item.decision is Decision.WITHDRAWN

    return sorted(found, key=key)


def history_faults(
    found: Sequence[Found], writer: Writer, book: RuleBook, *, correct: bool
) -> Iterator[tuple[Found | None, Diagnostic]]:
    """What does not fit the history: double ids, what follows nothing, what precedes what it
    follows. Each with the entry that cannot be entered for it, None for a warning.
    """
    entries = [(one, one.item) for one in in_order(found) if isinstance(one.item, Entry)]
    asked = {e.id for _o, e in entries} | {e.predecessor for _o, e in entries if e.predecessor}
    days: dict[str, date] = dict(writer.known(asked))
    places = dict.fromkeys(days, "")
    accounts = accounts_of(book)
    contents: dict[tuple[object, ...], str] = {}
    for one, entry in entries:
        label = places.get(entry.id)
        follows = entry.id if entry.decision is Decision.WITHDRAWN else entry.predecessor
        if label is not None and entry.decision is not Decision.WITHDRAWN and not correct:
            first = label or str(days[entry.id])
            yield one, DoubleEntry(place=one.place, id=entry.id, first=first)
            continue
        if follows is not None and follows not in days:
            later = next((e.decided_on for _x, e in entries if e.id == follows), None)
            if later is None:
                yield one, NoPredecessor(place=one.place, id=entry.id, predecessor=follows)
                continue
            days[follows] = later
        if follows is not None and entry.decided_on < days[follows]:
            yield (
                one,
                BeforePredecessor(
                    place=one.place,
                    id=entry.id,
                    day=entry.decided_on,
                    predecessor=follows,
                    earlier=days[follows],
                ),
            )
            continue
        days[entry.id] = entry.decided_on
        places[entry.id] = one.place.label()
        content = content_of(entry, amounts_of(entry, accounts).amounts)
        if content is not None:
            other = contents.setdefault(content, entry.id)
            if other != entry.id:
                yield None, LooksDouble(place=one.place, id=entry.id, other=other)


def content_of(entry: Entry, amounts: Mapping[str, int | None]) -> tuple[object, ...] | None:
    """What makes two approvals look like one: day, decision, amounts and ground."""
    grounds = tuple(sorted((role, g.wkb) for role, g in entry.grounds.items()))
    if entry.decision is Decision.WITHDRAWN or not grounds:
        return None
    return (entry.decided_on, entry.decision, tuple(sorted(amounts.items())), grounds)

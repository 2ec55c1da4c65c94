"""A register as a file of JSON lines, to be read from: one entry or one grant a line.

    {"id": "2025-017", "decided_on": "2025-03-02", "decision": "approved",
     "attributes": {"energy_use": "1200 tce per year"}, "areas": {"county": "441623"}}
    {"quota": "forest_land_quota", "areas": {"county": "441623"}, "year": 2025, "amount": "50 ha",
     "entered_on": "2025-01-01"}

A line with a known id corrects the one before it; one whose decision is withdrawn gives back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.register.accounts import accounts_of
from redline.register.diagnostics import BadEntry, UnreadableRegister
from redline.register.entries import Entry, Grant
from redline.register.ledger import (
    GrantedAmount,
    Ledger,
    Posting,
    amounts_of,
    grant_of,
    postings_of,
)
from redline.register.rows import with_canonical_areas
from redline.rulebook.model import RuleBook


@dataclass(frozen=True, slots=True)
class Line:
    """An entry or a grant, and where it stands."""

    place: Place
    item: Entry | Grant


def read_lines(path: Path) -> Iterator[Line | Diagnostic]:
    """The lines of a file, or what is wrong with them. Raises `Refusal` if it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(UnreadableRegister(place=Place(str(path)), reason=reason)) from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield line_of(line, Place(str(path), line=number, text=line[:200]))


def line_of(line: str, place: Place) -> Line | Diagnostic:
    """One line, or what is wrong with it."""
    try:
        value = json.loads(line)
        kind = Grant if isinstance(value, dict) and "quota" in value else Entry
        return Line(place, kind.model_validate(value))
    except (json.JSONDecodeError, RecursionError) as error:
        return BadEntry(place=place, reason=getattr(error, "msg", "it is nested too deeply"))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(x) for x in first["loc"])
        return BadEntry(place=place, reason=f"{key}: {first['msg']}")


def open_lines(path: Path, book: RuleBook) -> Ledger:
    """The register in a file of JSON lines. Raises `Refusal` with every line that is wrong."""
    accounts = accounts_of(book)
    diagnostics: list[Diagnostic] = []
    postings: list[Posting] = []
    grants: list[GrantedAmount] = []
    earlier: dict[str, list[Posting]] = {}
    titles: dict[str, str] = {}
    seqs: dict[str, int] = {}
    for seq, line in enumerate(read_lines(path), 1):
        if isinstance(line, Diagnostic):
            diagnostics.append(line)
        elif isinstance(line.item, Grant):
            grant, faults = grant_of(line.item, book, accounts, line.place)
            diagnostics += faults
            grants += [grant] if grant else []
        else:
            entry = with_canonical_areas(line.item, book)
            typed = amounts_of(entry, accounts, line.place)
            diagnostics += typed.faults
            new = postings_of(entry, seq, earlier.get(entry.id, ()), typed.amounts)
            earlier.setdefault(entry.id, []).extend(new)
            postings += new
            titles[entry.id] = entry.title or ""
            seqs.setdefault(entry.id, seq)
    if any(d.severity == "error" for d in diagnostics):
        raise Refusal(diagnostics)
    return Ledger(tuple(postings), tuple(grants), titles, seqs)

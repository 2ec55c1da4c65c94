"""Whether the instrument that a decision names as its basis was in force on its day."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from redline.rulebook.model import Instrument, RuleBook


def basis_faults(book: RuleBook, basis: str | None, day: date) -> bool | None:
    """Whether what is named was not in force on a day; None where nothing that we know is named."""
    if basis is None:
        return None
    found = instruments_named(book, basis)
    return None if not found else not any(one.force.holds(day) for one in found)


def instruments_named(book: RuleBook, basis: str) -> tuple[Instrument, ...]:
    """The instruments that a text names: those with the longest title, number or name in it."""
    text = folded(basis)
    best = 0
    found: list[Instrument] = []
    for length, name, instrument in spellings(book.digest, book_instruments(book)):
        if length < best:
            break
        if name in text:
            best = length
            found.append(instrument)
    return tuple(found)


def book_instruments(book: RuleBook) -> tuple[Instrument, ...]:
    """The instruments of a book, each once."""
    return tuple(dict.fromkeys(book.instruments.values()))


@lru_cache(maxsize=4)
def spellings(
    _digest: str, instruments: tuple[Instrument, ...]
) -> tuple[tuple[int, str, Instrument], ...]:
    """How instruments may be written, longest first."""
    found = {
        (folded(name), one)
        for one in instruments
        for name in (one.title.zh, one.title.en, one.number, one.names.en, one.names.zh)
        if name and len(folded(name)) > 1
    }
    return tuple(
        sorted(((len(n), n, i) for n, i in found), key=lambda x: (-x[0], x[1], x[2].names.key))
    )


def folded(text: str) -> str:
    """A text as it is compared."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s《》〈〉「」“”\"'()（）]+", "", plain)

"""How rules read the register of past approvals.

A rule names an account: an attribute, the areas that the subject shares with earlier approvals,
and the year. A register says what the approvals standing before a day add up to. What keeps it (a
file, SQLite, PostgreSQL) is not the rules' business; they see only this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What a total is summed over: `areas` are pairs of layer and key of the feature, sorted."""

    attribute: str
    areas: tuple[tuple[str, str], ...] = ()
    year: int | None = None


class Register(Protocol):
    """What was approved before."""

    def total(self, account: AccountKey, before: date) -> float:
        """The sum of an account's attribute, in base units, over approvals standing on a day and
        decided before it; NaN where the register does not know some of its entries' amounts.
        """

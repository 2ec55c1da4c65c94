"""How rules read the register of past approvals.

A rule names an account: an attribute, the areas that the subject shares with earlier approvals,
and the year. A register says what the approvals standing before a day add up to. What keeps it (a
file, SQLite, PostgreSQL) is not the rules' business; they see only this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

Areas = tuple[tuple[str, str], ...]
"""Pairs of layer and key of the feature, sorted."""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What a total is summed over."""

    attribute: str
    areas: Areas = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one earlier approval drew on an account, in base units; negative where it gave back.

    With an empty `id` it stands for several at once, and `title` says how many.
    """

    id: str
    title: str
    decided_on: date | None
    amount: float


@dataclass(frozen=True, slots=True)
class Granted:
    """What a quota has for its areas and year, in base units: its opening, and what was transferred
    in less what was transferred out.
    """

    opening: float
    transfers: float = 0.0

    @property
    def amount(self) -> float:
        """What may be drawn."""
        return tidy(self.opening + self.transfers)


class Register(Protocol):
    """What was decided before."""

    def total(self, account: AccountKey, before: date, ahead_of: str | None = None) -> float:
        """The sum of an account's attribute, in base units, over approvals standing on a day and
        decided before it; NaN where the register does not know some of its entries' amounts.

        With `ahead_of`, the id of the case that asks: approvals of the same day count too if they
        were entered ahead of that case (all of them where it is not in the register), and its own
        does not.
        """

    def drawn(
        self, account: AccountKey, before: date, ahead_of: str | None = None
    ) -> Sequence[Drawn]:
        """What makes up that total, oldest first."""

    def granted(self, quota: str, areas: Areas, year: int | None, before: date) -> Granted | None:
        """What a quota (an attribute or parameter) has, by what was entered up to a day; None where
        nothing was.
        """


def tidy(amount: float) -> float:
    """An amount as it is compared: 12 significant digits, so that 0.1 and 0.2 make 0.3."""
    return float(f"{amount:.12g}")

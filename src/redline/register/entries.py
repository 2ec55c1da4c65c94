"""What a register holds: decisions with what was decided on, and what quotas have.

A case that came to no decision (the applicant withdrew it, or it is pending) is kept as undecided.
An entry is written once. Another entry with the same id corrects it from the beginning; one whose
decision is `withdrawn` gives back, from its own day on, what the approval drew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from redline.ground.dates import parsed_date
from redline.messages import Message, msg

EARLIEST, LATEST = date(1949, 10, 1), date(2200, 1, 1)
"""No decision is older, and none is so far ahead: such a year is a slip of the pen."""


class Decision(StrEnum):
    """What was decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDECIDED = "undecided"


TITLES: Mapping[Decision, Message] = {
    Decision.APPROVED: msg("approved"),
    Decision.REFUSED: msg("refused"),
    Decision.WITHDRAWN: msg("withdrawn"),
    Decision.UNDECIDED: msg("not decided"),
}


SPELLINGS: Mapping[str, Decision] = {
    **dict.fromkeys(
        ("approved", "granted", "permitted", "同意", "批准", "准予许可", "核准", "通过", "已批"),
        Decision.APPROVED,
    ),
    **dict.fromkeys(
        ("refused", "denied", "rejected", "不同意", "不予批准", "不予许可", "驳回", "否决"),
        Decision.REFUSED,
    ),
    **dict.fromkeys(("undecided", "pending", "未决", "待审", "审批中"), Decision.UNDECIDED),
    **dict.fromkeys(
        ("withdrawn", "revoked", "cancelled", "撤销", "撤回", "注销", "废止"), Decision.WITHDRAWN
    ),
}
"""How decisions are written in the wild."""


def decision_of(text: object) -> Decision | None:
    """The decision that a word stands for."""
    return SPELLINGS.get(str(text).strip().casefold())


def as_decision(value: object) -> object:
    found = decision_of(value)
    return value if found is None else found


def as_day(value: object) -> object:
    return parsed_date(value) or value


Raw = str | bool | int | float | tuple[str, ...] | None
"""A value of an attribute, as it was written; None says that it is not known."""

Day = Annotated[date, BeforeValidator(as_day)]
Name = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """Base of what a register holds: immutable, and closed to keys that it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class GroundText(Model):
    """A geometry in its own coordinate system, in which its edges are straight."""

    wkb: str
    """Well-known binary, hexadecimal."""
    crs: str
    """Authority code or WKT of the coordinate system."""


class DocumentText(Model):
    """A document that the case listed."""

    kind: str
    state: Literal["held", "to_come", "refused"] = "held"
    number: str | None = None
    issuer: str | None = None
    rank: str | None = None
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    ground: GroundText | None = None
    contains: tuple[str, ...] = ()


class ComponentText(Model):
    """A part of the case with a place of its own."""

    kind: str
    ground: GroundText
    columns: Mapping[str, Raw] = {}


class JudgementText(Model):
    """A person's answer."""

    name: str
    answer: bool
    reason: str | None = None
    author: str | None = None


class Entry(Model):
    """A decision and what it was about."""

    id: Name
    """Identifier of the case."""
    decided_on: Day
    """Day of the decision; its rules and layers are those of this day."""
    decision: Annotated[Decision, BeforeValidator(as_decision)]
    """What was decided."""
    kind: Literal["project", "operation"] = "project"
    """What the case is about."""
    title: str | None = None
    """The applicant's own title."""
    reason: str | None = None
    """Why it was decided so."""
    decided_by: str | None = None
    """Who decided."""
    basis: str | None = None
    """The instrument or clause that the decision names as its basis."""
    predecessor: str | None = None
    """The earlier case that this one amends."""
    verdict: str | None = None
    """What a check had found."""
    record_digest: str | None = None
    """Digest of the record of that check."""
    attributes: Mapping[str, Raw] = {}
    """What the case states of itself."""
    multiples: Mapping[str, float] = {}
    """By how much an attribute counts towards its quota, where not once."""
    areas: Mapping[str, str] = {}
    """The features in which most of the footprint lies, by layer."""
    documents: tuple[DocumentText, ...] = ()
    """Documents that it lists."""
    judgements: tuple[JudgementText, ...] = ()
    """Answers of people."""
    components: tuple[ComponentText, ...] = ()
    """Parts with a place of their own."""
    complete: tuple[str, ...] = ()
    """Lists that are declared complete."""
    grounds: Mapping[str, GroundText] = {}
    """Geometry by role."""


class Grant(Model):
    """What a quota has for an area and a year: an opening, or a transfer."""

    quota: Name
    """The attribute or parameter of the rule book that is the quota."""
    areas: Mapping[str, str] = {}
    """The area, by layer and key."""
    year: int | None = None
    """The year; null for a quota without period."""
    amount: str | float
    """With its unit; negative for what is transferred away."""
    move: Literal["opening", "transfer"] = "opening"
    """An opening replaces an earlier one, a transfer adds."""
    entered_on: Day
    """The day from which it counts."""
    counterpart: str | None = None
    """With whom it was transferred."""
    reason: str | None = None
    """The paper that grants it."""

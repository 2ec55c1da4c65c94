"""Days as people write them in tables and manifests."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

WRITTEN: Final = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?:[T ].*)?",
    re.ASCII,
)


def parsed_date(value: object) -> date | None:
    """The day that a value means: 2024-05-31, 2024/5/31, 20240531, 2024年5月31日; None if none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    match = WRITTEN.fullmatch(str(value).strip())
    if match is None:
        return None
    year, month, day, packed_month, packed_day = match.groups()
    try:
        return date(int(year), int(month or packed_month), int(day or packed_day))
    except ValueError:
        return None

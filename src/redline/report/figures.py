"""Numbers, quantities and dates in the habit of each language.

English has m² with hectares and metres with kilometres beside; Chinese has 平方米 with 公顷 and 亩,
米 with 公里.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from redline.messages import Language
from redline.quantities import unit_text

DECIMALS = {"m2": 2, "m": 3, "ha": 4, "km": 3, "mu": 2, "%": 4, "‰": 4}
"""Decimals shown of a unit: those to which measurements are rounded, and no more."""

HECTARE = 10_000.0
MU = 2000.0 / 3.0
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


NO_BREAK = "\u00a0"
"""The space between a value and its unit, at which no line breaks."""


def number_text(value: float, decimals: int = 6) -> str:
    """A number with thousands separated and no trailing zeros: `1,234.5`.

    What would be rounded to nothing is said to be less than the last decimal shown.
    """
    if abs(value) >= 1e15:
        return f"{value:.6g}"
    last = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(value)).quantize(last, ROUND_HALF_UP)
    if value > 0 and not rounded:
        return f"<{NO_BREAK}{last:f}"
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def quantity_text(value: float, unit: str, language: Language, *, beside: bool = True) -> str:
    """A value with its unit and, `beside` it, the units in which readers think.

    Those come where they say more than the value does: areas from 100 m², lengths from 1 km.
    """
    text = f"{number_text(value, DECIMALS.get(unit, 6))}{_joint(unit)}{unit_text(unit, language)}"
    others = _beside(value, unit, language) if beside else ()
    if not others:
        return text.rstrip()
    return f"{text}（{'，'.join(others)}）" if language == "zh" else f"{text} ({', '.join(others)})"


def _joint(unit: str) -> str:
    return "" if unit in ("", "%", "‰", "°") else NO_BREAK


def _beside(size: float, unit: str, language: Language) -> tuple[str, ...]:
    chinese = language == "zh"
    if unit == "m2" and abs(size) >= 100:
        hectares = number_text(size / HECTARE, 4)
        mu = number_text(size / MU, 2)
        return (
            (f"{hectares}{NO_BREAK}公顷", f"{mu}{NO_BREAK}亩")
            if chinese
            else (f"{hectares}{NO_BREAK}ha",)
        )
    if unit == "ha" and chinese:
        return (f"{number_text(size * HECTARE / MU, 2)}{NO_BREAK}亩",)
    if unit == "m" and abs(size) >= 1000:
        kilometres = number_text(size / 1000, 3)
        return (f"{kilometres}{NO_BREAK}{'公里' if chinese else 'km'}",)
    return ()


def date_text(day: date, language: Language) -> str:
    """`15 August 2026`, 2026年8月15日."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

"""Initials of Chinese words in pinyin, as offices abbreviate them: 生态保护红线 is STBHHX.

GB 2312 lists its 3755 common characters in the order of their pinyin, so where a character stands
tells its initial. Its other characters are in the order of their strokes and tell nothing; a
character with several readings has the one under which it is listed.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

FIRSTS: Final = (
    (0xB0A1, "A"),
    (0xB0C5, "B"),
    (0xB2C1, "C"),
    (0xB4EE, "D"),
    (0xB6EA, "E"),
    (0xB7A2, "F"),
    (0xB8C1, "G"),
    (0xB9FE, "H"),
    (0xBBF7, "J"),
    (0xBFA6, "K"),
    (0xC0AC, "L"),
    (0xC2E8, "M"),
    (0xC4C3, "N"),
    (0xC5B6, "O"),
    (0xC5BE, "P"),
    (0xC6DA, "Q"),
    (0xC8BB, "R"),
    (0xC8F6, "S"),
    (0xCBFA, "T"),
    (0xCDDA, "W"),
    (0xCEF4, "X"),
    (0xD1B9, "Y"),
    (0xD4D1, "Z"),
    (0xD7FA, ""),
)
"""The first code (GB 2312) of each initial, and the end of the common characters."""

CODES: Final = [code for code, _ in FIRSTS]


def initials(text: str) -> str:
    """The initials of a text: letters and digits stay, what has no known initial is left out."""
    return "".join(initial(character) for character in text).upper()


def initial(character: str) -> str:
    """The initial of one character; nothing where it is not known."""
    if character.isascii():
        return character if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"))
    except UnicodeEncodeError:
        return ""
    place = bisect_right(CODES, code) - 1
    return FIRSTS[place][1] if place >= 0 else ""

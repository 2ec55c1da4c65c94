"""Chinese numerals, as clause references use them."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
UNITS = ((1000, "千"), (100, "百"), (10, "十"))


def chinese_number(text: str) -> int:
    """The number that a numeral up to 9999 says: 十二, 一百零六, or Arabic digits."""
    if text.isascii() and text.isdigit():
        return int(text)
    total = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        else:
            unit = next((u for u, word in UNITS if word == character), None)
            if unit is None:
                raise ValueError(text)
            total += (digit or 1) * unit
            digit = 0
    return total + digit


def chinese_numeral(number: int) -> str:
    """The numeral of a number from 0 to 9999, as statutes write it: 一百零六, 十二, 二十六."""
    if number < 10:
        return DIGITS[number]
    text = ""
    pending_zero = False
    for unit, word in UNITS:
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if pending_zero and text else "") + DIGITS[digit] + word
            pending_zero = False
        elif text:
            pending_zero = True
    if number:
        text += ("零" if pending_zero else "") + DIGITS[number]
    return text.removeprefix("一") if text.startswith("一十") else text

"""Clause references in words, in either language."""

from __future__ import annotations

from redline.language.kinds import Article, Section
from redline.language.numerals import chinese_numeral
from redline.messages import Language

LARGEST_NUMERAL = 9999
"""The largest number that is written as a Chinese numeral."""


def article_text(a: Article, language: Language) -> str:
    """`art. 26(2) item 1`, 第二十六条第二款第一项."""
    if language == "zh":
        text = f"第{numeral(a.number)}条" + (f"之{numeral(a.suffix)}" if a.suffix else "")
        text += f"第{numeral(a.paragraph)}款" if a.paragraph else ""
        return text + (f"第{numeral(a.item)}项" if a.item else "")
    text = f"art. {a.number}" + (f"-{a.suffix}" if a.suffix else "")
    text += f"({a.paragraph})" if a.paragraph else ""
    return text + (f" item {a.item}" if a.item else "")


def section_text(s: Section, language: Language) -> str:
    """`sec. 1(2) item 3`, 一（二）第3项; a number that no numeral can say stays: 第20.70节."""
    head, *rest = s.numbers
    if language == "en":
        text = f"sec. {head}" + "".join(f"({n})" for n in rest)
        return text + (f" item {s.item}" if s.item else "")
    text = numeral(int(head)) if plain(head) else f"第{head}节"
    text += "".join(f"（{numeral(int(n)) if plain(n) else n}）" for n in rest)
    return text + (f"第{s.item}项" if s.item else "")


def numeral(number: int) -> str:
    """A number in a clause reference: a Chinese numeral, or digits where it is too large."""
    return chinese_numeral(number) if number <= LARGEST_NUMERAL else str(number)


def plain(number: str) -> bool:
    """Whether a Chinese numeral says a section's number and nothing is lost."""
    return number.isdigit() and str(int(number)) == number and int(number) <= LARGEST_NUMERAL

"""Messages in two languages.

A message is an English sentence with named places, `msg("{name} is not a layer", name=…)`, that is
looked up in the gettext catalogue of the reader's language only when it is shown. What is counted
says its word for one and for several, `msg("{n:case|cases} failed", n=…)`, in the languages that
tell these apart. What is bilingual already (titles of rules, layers, attributes) is a `Title`;
inside a message it renders itself.
"""

from __future__ import annotations

import gettext
import locale
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]

CATALOGUES = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Title:
    """A name or sentence that its author wrote in both languages."""

    en: str
    zh: str

    def render(self, language: Language) -> str:
        """The text in one language; the other one where that is blank."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable sentence and the values that fill its places."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Equal messages have equal sentences; their values may not be hashable."""
        return hash(self.text)

    def render(self, language: Language) -> str:
        """The sentence in one language, its values rendered in the same one."""
        sentence = catalogue(language).gettext(self.text) if self.text else ""
        values = {k: render(v, language) for k, v in self.values.items()}
        return (
            COUNTING.vformat(sentence, (), values)
            if "|" in sentence
            else sentence.format_map(values)
        )


class Counting(string.Formatter):
    """Fills places; `{n:case|cases}` is the number and the word that goes with it."""

    def format_field(self, value: object, format_spec: str) -> str:
        """A value, with the first word after it where it is one, else with the second."""
        one, bar, many = format_spec.partition("|")
        return f"{value} {one if value == '1' else many}" if bar else str(value)


COUNTING = Counting()


def msg(text: str, /, **values: object) -> Message:
    """Mark and make a message; `text` is what the catalogues are keyed by."""
    return Message(text, values)


def render(value: object, language: Language) -> str:
    """A value as a reader of this language sees it; lists are joined."""
    if isinstance(value, Message | Title):
        return value.render(language)
    if isinstance(value, tuple | list):
        return ("、" if language == "zh" else ", ").join(render(v, language) for v in value)
    return str(value)


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The compiled catalogue of a language; English sentences where none is installed."""
    return gettext.translation("redline", CATALOGUES, [language], fallback=True)


def language_of_locale() -> Language:
    """The language that the environment asks for: Chinese where it says so, else English."""
    name = locale.getlocale(locale.LC_MESSAGES)[0] if hasattr(locale, "LC_MESSAGES") else None
    return "zh" if (name or "").lower().startswith(("zh", "chinese")) else "en"

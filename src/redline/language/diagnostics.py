"""What can be wrong with the text of a rule file (RL1xx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, did_you_mean
from redline.messages import Language, Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile(Diagnostic):
    code: ClassVar[str] = "RL101"
    reason: str

    @property
    def message(self) -> Message:
        return msg("this file cannot be read: {reason}", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUtf8(Diagnostic):
    code: ClassVar[str] = "RL102"
    offset: int

    @property
    def message(self) -> Message:
        return msg("this rule file is not UTF-8 text (byte {offset})", offset=self.offset)

    @property
    def hint(self) -> Message:
        return msg("Save the file as UTF-8.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTooLarge(Diagnostic):
    code: ClassVar[str] = "RL103"
    limit: int

    @property
    def message(self) -> Message:
        return msg("this rule file is larger than {limit} characters", limit=self.limit)

    @property
    def hint(self) -> Message:
        return msg("Split it into several packs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenCharacter(Diagnostic):
    code: ClassVar[str] = "RL104"
    character: str

    @property
    def message(self) -> Message:
        return msg(
            "the invisible character {character} can make a rule read as another one",
            character=self.character,
        )

    @property
    def hint(self) -> Message:
        return msg("Delete it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedCharacter(Diagnostic):
    code: ClassVar[str] = "RL110"
    found: str

    @property
    def message(self) -> Message:
        return msg("“{found}” has no meaning in a rule file here", found=self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedWord(Diagnostic):
    code: ClassVar[str] = "RL111"
    found: str
    expected: tuple[str | Message, ...]
    candidates: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        if not self.expected:
            return msg("“{found}” does not belong here", found=self.found)
        return msg(
            "“{found}” does not belong here; expected {expected}",
            found=self.found,
            expected=self.expected,
        )

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.found, self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedEnd(Diagnostic):
    code: ClassVar[str] = "RL112"
    expected: tuple[str | Message, ...]

    @property
    def message(self) -> Message:
        return msg("the file ends too early; expected {expected}", expected=self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedAndOr(Diagnostic):
    code: ClassVar[str] = "RL113"

    @property
    def message(self) -> Message:
        return msg("“and” and “or” stand side by side, which can be read in two ways")

    @property
    def hint(self) -> Message:
        return msg("Put parentheses around the part that belongs together.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TooDeep(Diagnostic):
    code: ClassVar[str] = "RL114"
    limit: int

    @property
    def message(self) -> Message:
        return msg("this is nested or chained more than {limit} levels deep", limit=self.limit)

    @property
    def hint(self) -> Message:
        return msg("Name a part of the condition as a concept.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclosedText(Diagnostic):
    code: ClassVar[str] = "RL115"

    @property
    def message(self) -> Message:
        return msg("a text in quotation marks is not closed on its line")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleDate(Diagnostic):
    code: ClassVar[str] = "RL116"
    found: str

    @property
    def message(self) -> Message:
        return msg("{found} is not a day of the calendar", found=self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoNamesInOneScript(Diagnostic):
    code: ClassVar[str] = "RL117"
    first: str
    second: str

    @property
    def message(self) -> Message:
        return msg(
            "“{first}” and “{second}” are in one script; a name is one English and one Chinese "
            "identifier",
            first=self.first,
            second=self.second,
        )


SURFACES = {"en": msg("English"), "zh": msg("Chinese")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedSurfaces(Diagnostic):
    code: ClassVar[str] = "RL118"
    found: str
    other: Language

    @property
    def message(self) -> Message:
        return msg(
            "“{found}” is a word of the {other} rule language, in a file that is written in {own}",
            found=self.found,
            other=SURFACES[self.other],
            own=SURFACES["zh" if self.other == "en" else "en"],
        )

    @property
    def hint(self) -> Message:
        return msg("Write a file in one language; `redline translate` turns it into the other.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordReserved(Diagnostic):
    code: ClassVar[str] = "RL119"
    name: str

    @property
    def message(self) -> Message:
        return msg("“{name}” is a word of the language and cannot be a name here", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("Choose another name, or add a word to it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTwice(Diagnostic):
    code: ClassVar[str] = "RL120"
    word: str

    @property
    def message(self) -> Message:
        return msg("“{word}” is said twice", word=self.word)

    @property
    def hint(self) -> Message:
        return msg("Keep one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTogether(Diagnostic):
    code: ClassVar[str] = "RL121"
    found: str
    parts: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("“{found}” is several words without a space between", found=self.found)

    @property
    def hint(self) -> Message:
        return msg("Write {words}.", words=" ".join(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyDigits(Diagnostic):
    code: ClassVar[str] = "RL122"
    limit: int

    @property
    def message(self) -> Message:
        return msg("a number may have {limit} digits before and after its point", limit=self.limit)

    @property
    def hint(self) -> Message:
        return msg("Choose a larger unit, or round it.")

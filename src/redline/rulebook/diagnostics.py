"""What can be wrong with a rule book whose files parse (RL2xx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, did_you_mean
from redline.messages import Message, Title, msg

KINDS = {
    "pack": msg("pack"),
    "instrument": msg("instrument"),
    "territory": msg("territory"),
    "code list": msg("code list"),
    "layer": msg("layer"),
    "document": msg("document"),
    "component": msg("component"),
    "judgement": msg("judgement"),
    "term": msg("attribute, concept or parameter"),
    "attribute": msg("attribute"),
    "rank": msg("rank"),
    "rule": msg("rule"),
    "plan": msg("plan"),
    "part": msg("part of the subject"),
    "parameter with a key": msg("parameter with a key"),
    "subject": msg("subject"),
    "column": msg("column"),
    "code": msg("code"),
    "dimension": msg("dimension"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDiagnostic(Diagnostic):
    """A diagnostic inside a rule file; `under` is the legal heading of the rule it stands in."""

    under: Title | None = None

    @property
    def heading(self) -> Title | None:
        return self.under


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName(RuleDiagnostic):
    code: ClassVar[str] = "RL201"
    kind: str
    name: str
    known: tuple[str, ...]
    parts: tuple[str, ...] = ()
    declared_by: str | None = None
    """A pack that declares the name and is not imported."""

    @property
    def message(self) -> Message:
        return msg("there is no {kind} “{name}”", kind=KINDS[self.kind], name=self.name)

    @property
    def hint(self) -> Message | None:
        if self.declared_by is not None:
            return msg("The pack {pack} declares it: import that.", pack=self.declared_by)
        if self.parts:
            return msg(
                "It splits into words that are known: {words}. Put spaces between them.",
                words=self.parts,
            )
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCode(RuleDiagnostic):
    code: ClassVar[str] = "RL202"
    name: str
    code_list: Title
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("“{name}” is not a code of “{list}”", name=self.name, list=self.code_list)

    @property
    def hint(self) -> Message | None:
        near = did_you_mean(self.name, self.known)
        return near or msg("Its codes are {codes}.", codes=self.known[:12])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTwice(RuleDiagnostic):
    code: ClassVar[str] = "RL203"
    name: str
    elsewhere: str

    @property
    def message(self) -> Message:
        return msg("“{name}” is declared already at {place}", name=self.name, place=self.elsewhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCycle(RuleDiagnostic):
    code: ClassVar[str] = "RL204"
    packs: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("these packs import each other: {packs}", packs=self.packs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptCycle(RuleDiagnostic):
    code: ClassVar[str] = "RL205"
    names: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("these concepts are defined by each other: {names}", names=self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongType(RuleDiagnostic):
    code: ClassVar[str] = "RL206"
    expected: Message
    found: Message

    @property
    def message(self) -> Message:
        return msg("expected {expected}, found {found}", expected=self.expected, found=self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentDimensions(RuleDiagnostic):
    code: ClassVar[str] = "RL207"
    left: Message
    right: Message

    @property
    def message(self) -> Message:
        return msg(
            "{left} and {right} cannot be compared, added or subtracted",
            left=self.left,
            right=self.right,
        )

    @property
    def hint(self) -> Message:
        return msg("Give both the same kind of unit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOrdered(RuleDiagnostic):
    code: ClassVar[str] = "RL208"
    code_list: Title

    @property
    def message(self) -> Message:
        return msg("the codes of “{list}” have no order", list=self.code_list)

    @property
    def hint(self) -> Message:
        return msg("Use “is”, or declare the code list “ordered”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongGeometry(RuleDiagnostic):
    code: ClassVar[str] = "RL209"
    layer: Title
    geometry: Message

    @property
    def message(self) -> Message:
        return msg(
            "“{layer}” is a layer of {geometry}; this cannot be asked of it",
            layer=self.layer,
            geometry=self.geometry,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOneNorm(RuleDiagnostic):
    code: ClassVar[str] = "RL210"
    count: int

    @property
    def message(self) -> Message:
        if self.count == 0:
            return msg("this rule neither forbids, restricts, requires nor limits anything")
        return msg("this rule has {count} norms; one is allowed", count=self.count)

    @property
    def hint(self) -> Message | None:
        return msg("Write a rule for each.") if self.count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTwice(RuleDiagnostic):
    code: ClassVar[str] = "RL211"
    word: str

    @property
    def message(self) -> Message:
        return msg("“{word}” is said twice in this rule", word=self.word)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOverlap(RuleDiagnostic):
    code: ClassVar[str] = "RL212"

    @property
    def message(self) -> Message:
        return msg("“the overlap” needs a norm that forbids or restricts an overlap")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInFilter(RuleDiagnostic):
    code: ClassVar[str] = "RL213"

    @property
    def message(self) -> Message:
        return msg("a filter sees only the columns of its layer, literals and parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverInForce(RuleDiagnostic):
    code: ClassVar[str] = "RL214"
    instrument: Title
    days: Message

    @property
    def message(self) -> Message:
        return msg(
            "“{instrument}” is in force {days}: this citation holds on no day",
            instrument=self.instrument,
            days=self.days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlappingValues(RuleDiagnostic):
    code: ClassVar[str] = "RL215"
    name: str
    day: str

    @property
    def message(self) -> Message:
        return msg("“{name}” has two values on {day}", name=self.name, day=self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPack(RuleDiagnostic):
    code: ClassVar[str] = "RL216"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the pack “{name}” that is imported here was not found", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known) or msg("Name its folder with --rules.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRules(RuleDiagnostic):
    code: ClassVar[str] = "RL217"

    @property
    def message(self) -> Message:
        return msg("there is no .redline file here")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLawTexts(RuleDiagnostic):
    code: ClassVar[str] = "RL229"

    @property
    def message(self) -> Message:
        return msg("there are no texts of law in this folder")

    @property
    def hint(self) -> Message:
        return msg(
            "A text is a .md file with front matter (title, effective_from) and articles as "
            "“**第X条** …”."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsOrderedAttribute(RuleDiagnostic):
    code: ClassVar[str] = "RL218"

    @property
    def message(self) -> Message:
        return msg(
            "“before” a stage needs an attribute “stage” with an ordered code list; there is none"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptOfFeature(RuleDiagnostic):
    code: ClassVar[str] = "RL221"
    name: str
    layer: Title

    @property
    def message(self) -> Message:
        return msg(
            "“{name}” is a concept of the features of “{layer}” and is used in their filters only",
            name=self.name,
            layer=self.layer,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsKey(RuleDiagnostic):
    code: ClassVar[str] = "RL222"
    name: str
    key: Title

    @property
    def message(self) -> Message:
        return msg(
            "“{name}” has a value for each code of “{key}”: say for which one, with “for”",
            name=self.name,
            key=self.key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotASubject(RuleDiagnostic):
    code: ClassVar[str] = "RL223"
    name: str

    @property
    def message(self) -> Message:
        return msg("a rule cannot speak about “{name}”", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("It speaks about a project, operation, plan, revision, region or layers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLeftToAuthority(RuleDiagnostic):
    code: ClassVar[str] = "RL224"
    name: str

    @property
    def message(self) -> Message:
        return msg("the law does not leave “{name}” to be set by an authority", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("Only a parameter with “set by” can be filled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoValue(RuleDiagnostic):
    code: ClassVar[str] = "RL225"
    name: str

    @property
    def message(self) -> Message:
        return msg("“{name}” has no value and nobody is named who sets it", name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsteadWithoutDuty(RuleDiagnostic):
    code: ClassVar[str] = "RL226"

    @property
    def message(self) -> Message:
        return msg("“instead” needs a norm that requires or limits something")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadGeometry(RuleDiagnostic):
    code: ClassVar[str] = "RL227"
    reason: str

    @property
    def message(self) -> Message:
        return msg("this is not a geometry in well-known text: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Write metres, such as “POLYGON ((0 0, 100 0, 100 50, 0 50, 0 0))”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTwoWays(RuleDiagnostic):
    code: ClassVar[str] = "RL228"

    @property
    def message(self) -> Message:
        return msg("a case states its ground either by geometry or by amounts, not by both")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterIsNoColumn(RuleDiagnostic):
    code: ClassVar[str] = "RL230"

    @property
    def message(self) -> Message:
        return msg("a component that a case draws has values in its columns, not a filter")

    @property
    def hint(self) -> Message:
        return msg('Write “component store (kind = oil) at "POINT (5 5)"”.')


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTwice(RuleDiagnostic):
    code: ClassVar[str] = "RL231"
    value: str | None
    elsewhere: str

    @property
    def message(self) -> Message:
        if self.value is None:
            return msg(
                "what a blank counts as on these days is said already at {place}",
                place=self.elsewhere,
            )
        return msg(
            "what “{value}” was is said for these days already at {place}",
            value=self.value,
            place=self.elsewhere,
        )

    @property
    def hint(self) -> Message:
        return msg("End one mapping on the day on which the other begins.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptNotInForce(RuleDiagnostic):
    code: ClassVar[str] = "RL220"
    name: str
    days: Message

    @property
    def message(self) -> Message:
        return msg(
            "this rule is in force {days}, but “{name}” that it uses is not on all those days",
            name=self.name,
            days=self.days,
        )

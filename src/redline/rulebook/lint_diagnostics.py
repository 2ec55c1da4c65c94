"""What is odd about rules that load and run (RL3xx)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from redline.diagnostics import Severity
from redline.messages import Message, Title, msg
from redline.rulebook.diagnostics import RuleDiagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class LintDiagnostic(RuleDiagnostic):
    severity: ClassVar[Severity] = "warning"


# ── the law over time ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisNotInForce(LintDiagnostic):
    code: ClassVar[str] = "RL301"
    instrument: Title
    first: date

    @property
    def message(self) -> Message:
        return msg(
            "the rule is in force on {first}, but this clause of “{instrument}” on which a part of "
            "it rests is not",
            first=self.first,
            instrument=self.instrument,
        )

    @property
    def hint(self) -> Message:
        return msg("Cite the clause that is the basis on that day, or end the rule before it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationGap(LintDiagnostic):
    code: ClassVar[str] = "RL302"
    start: date
    end: date

    @property
    def message(self) -> Message:
        return msg(
            "no citation of this rule is in force from {start} to {end}, though the rule is before "
            "and after",
            start=self.start,
            end=self.end,
        )

    @property
    def hint(self) -> Message:
        return msg("Cite what was in force then, or write two rules.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsWithoutSuccessor(LintDiagnostic):
    code: ClassVar[str] = "RL303"
    end: date
    others: int
    beginning: tuple[Title, ...]

    @property
    def message(self) -> Message:
        if self.others:
            return msg(
                "this rule and {others} others here end on {end} with their instrument, and no "
                "rules about the same things begin that day",
                end=self.end,
                others=self.others,
            )
        return msg(
            "this rule ends on {end} and no rule about the same things begins that day",
            end=self.end,
        )

    @property
    def hint(self) -> Message:
        if self.beginning:
            return msg(
                "In force from that day: {instruments}. Look there for the clause that takes its "
                "place.",
                instruments=self.beginning,
            )
        return msg(
            "Look for the clause that takes its place, or write why there is none: "
            "“# lint: RL303 …” above the rule."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueGap(LintDiagnostic):
    code: ClassVar[str] = "RL304"
    name: str
    start: date
    end: date | None

    @property
    def message(self) -> Message:
        if self.end is None:
            return msg(
                "“{name}” has no value from {start} on, though this rule that uses it is in force",
                name=self.name,
                start=self.start,
            )
        return msg(
            "“{name}” has no value from {start} to {end}, though this rule that uses it is in "
            "force then",
            name=self.name,
            start=self.start,
            end=self.end,
        )

    @property
    def hint(self) -> Message:
        return msg("Give the value of those days, or write that an authority sets it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedTwice(LintDiagnostic):
    code: ClassVar[str] = "RL319"
    clause: Title

    @property
    def message(self) -> Message:
        return msg("{clause} is cited twice for the same days", clause=self.clause)

    @property
    def hint(self) -> Message:
        return msg("Keep one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorDiffers(LintDiagnostic):
    code: ClassVar[str] = "RL323"
    before: str
    after: str

    @property
    def message(self) -> Message:
        return msg(
            "the clauses that this rule rests on one after the other differ: “{before}” became "
            "“{after}”",
            before=self.before,
            after=self.after,
        )

    @property
    def hint(self) -> Message:
        return msg("Where they ask for different things, write a rule for each.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedCitation(LintDiagnostic):
    code: ClassVar[str] = "RL315"
    severity: ClassVar[Severity] = "note"
    reason: Title | None

    @property
    def message(self) -> Message:
        if self.reason is None:
            return msg("no text that is held confirms this")
        return msg("no text that is held confirms this: {reason}", reason=self.reason)


# ── names ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedName(LintDiagnostic):
    code: ClassVar[str] = "RL305"
    name: str

    @property
    def message(self) -> Message:
        return msg("“{name}” is declared but nothing uses it", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("Delete it, or move it to a pack of vocabulary.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedImport(LintDiagnostic):
    code: ClassVar[str] = "RL306"
    name: str

    @property
    def message(self) -> Message:
        return msg("nothing of the pack “{name}” is used here", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("Delete the import.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowedName(LintDiagnostic):
    code: ClassVar[str] = "RL307"
    name: str
    taken: str
    hidden: str

    @property
    def message(self) -> Message:
        return msg(
            "“{name}” is declared at {taken} and at {hidden}; here it means the first",
            name=self.name,
            taken=self.taken,
            hidden=self.hidden,
        )

    @property
    def hint(self) -> Message:
        return msg("Rename one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredInTwoPacks(LintDiagnostic):
    code: ClassVar[str] = "RL326"
    name: str
    elsewhere: str

    @property
    def message(self) -> Message:
        return msg(
            "“{name}” is declared by another pack too, at {place}: a submission or a catalog that "
            "names it means that one",
            name=self.name,
            place=self.elsewhere,
        )

    @property
    def hint(self) -> Message:
        return msg("Declare it once, in a pack that both import, or rename one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHidesName(LintDiagnostic):
    code: ClassVar[str] = "RL324"
    name: str
    layer: Title

    @property
    def message(self) -> Message:
        return msg(
            "in this filter “{name}” is the column of “{layer}”, not the attribute, concept or "
            "parameter of that name",
            name=self.name,
            layer=self.layer,
        )

    @property
    def hint(self) -> Message:
        return msg("Rename one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Untranslated(LintDiagnostic):
    code: ClassVar[str] = "RL314"
    text: str
    wanting: Message

    @property
    def message(self) -> Message:
        return msg("“{text}” has no {wanting}", text=self.text, wanting=self.wanting)

    @property
    def hint(self) -> Message:
        return msg("Write both, with “/” between them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoQuestion(LintDiagnostic):
    code: ClassVar[str] = "RL320"
    name: str

    @property
    def message(self) -> Message:
        return msg("“{name}” has no question to put when it is missing", name=self.name)

    @property
    def hint(self) -> Message:
        return msg("Add “asks” and the question.")


# ── what a rule says ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdWithoutUnit(LintDiagnostic):
    code: ClassVar[str] = "RL308"
    number: str
    percent: str

    @property
    def message(self) -> Message:
        return msg("the threshold {number} of a share has no unit", number=self.number)

    @property
    def hint(self) -> Message:
        return msg("Write {percent} %.", percent=self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionNeverHolds(LintDiagnostic):
    code: ClassVar[str] = "RL309"

    @property
    def message(self) -> Message:
        return msg("this exception can never hold where the rule applies and is breached")

    @property
    def hint(self) -> Message:
        return msg("Look for two conditions that exclude each other.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverHolds(LintDiagnostic):
    code: ClassVar[str] = "RL310"
    concept: bool

    @property
    def message(self) -> Message:
        if self.concept:
            return msg("this concept can never be true")
        return msg("this rule can never be breached")

    @property
    def hint(self) -> Message:
        return msg("Look for two conditions that exclude each other.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReason(LintDiagnostic):
    code: ClassVar[str] = "RL316"

    @property
    def message(self) -> Message:
        return msg("the reason is blank")

    @property
    def hint(self) -> Message:
        return msg("Say why, in a sentence that a reviewer understands.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingAccepted(LintDiagnostic):
    code: ClassVar[str] = "RL325"
    accepted: str

    @property
    def message(self) -> Message:
        return msg(
            "this comment accepts {code}, which is not found in what it speaks of",
            code=self.accepted,
        )

    @property
    def hint(self) -> Message:
        return msg("Delete the comment.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysTheSame(LintDiagnostic):
    code: ClassVar[str] = "RL321"

    @property
    def message(self) -> Message:
        return msg("this compares two fixed values and never changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAgain(LintDiagnostic):
    code: ClassVar[str] = "RL322"
    words: str

    @property
    def message(self) -> Message:
        return msg("“{words}” stands here already", words=self.words)

    @property
    def hint(self) -> Message:
        return msg("Keep one of them.")


# ── cases ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBreachCase(LintDiagnostic):
    code: ClassVar[str] = "RL311"
    status: Message

    @property
    def message(self) -> Message:
        return msg("no case of this rule expects “{status}”", status=self.status)

    @property
    def hint(self) -> Message:
        return msg("Add a case that shows what breaks the rule.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoComplyingCase(LintDiagnostic):
    code: ClassVar[str] = "RL312"

    @property
    def message(self) -> Message:
        return msg("no case of this rule expects “complies”")

    @property
    def hint(self) -> Message:
        return msg("Add a case that the rule covers and that keeps it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionUntested(LintDiagnostic):
    code: ClassVar[str] = "RL313"

    @property
    def message(self) -> Message:
        return msg("no case of this rule expects “excused”, though it has an exception")

    @property
    def hint(self) -> Message:
        return msg("Add a case in which the exception holds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SameCase(LintDiagnostic):
    code: ClassVar[str] = "RL317"
    line: int
    same: bool

    @property
    def message(self) -> Message:
        if self.same:
            return msg("this case states the same as the one in line {line}", line=self.line)
        return msg(
            "this case states the same as the one in line {line}, but expects something else",
            line=self.line,
        )

    @property
    def hint(self) -> Message:
        return msg("Keep one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutsideForce(LintDiagnostic):
    code: ClassVar[str] = "RL318"
    day: date

    @property
    def message(self) -> Message:
        return msg(
            "no citation of this rule is in force on {day}, the day of the case", day=self.day
        )

    @property
    def hint(self) -> Message:
        return msg("Choose another day, or expect “not in force”.")

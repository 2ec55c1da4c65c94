"""What a rule says, as an outline of sentences in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from redline.language.kinds import NormKind
from redline.messages import Title
from redline.reasoning.sentences import quoted, saying_of
from redline.rulebook.model import (
    All,
    Any,
    Atom,
    Citation,
    ConceptUse,
    Condition,
    ExceptionClause,
    ForbiddenBy,
    Implies,
    Item,
    Not,
    Rule,
    exceptions_on,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a heading, its clauses, and what belongs below it."""

    text: Title
    below: tuple[Line, ...] = ()
    citations: tuple[Citation, ...] = ()


def outline(rule: Rule, day: date) -> tuple[Line, ...]:
    """What a rule says on a day: where it binds, when it applies, its norm, its exceptions."""
    return tuple(lines_of(rule, day))


def lines_of(rule: Rule, day: date) -> Iterator[Line]:
    if rule.territory is not None:
        place = quoted(rule.territory.title)
        yield Line(Title(f"It binds in {place.en}.", f"适用于{place.zh}。"))
    if rule.applies is not None:
        yield headed(Title("It applies when", "适用条件："), rule.applies, day)
    yield headed(NORMS[rule.norm.kind, rule.norm.ordinarily], rule.norm.condition, day)
    for instead in rule.instead:
        yield Line(
            Title("Or, as the next best, both of these:", "或者，退而求其次，同时满足："),
            (condition_line(instead.where, day), condition_line(instead.requires, day)),
        )
    exceptions = exceptions_on(rule.exceptions, day)
    for number, exception in enumerate(exceptions, 1):
        yield exception_line(exception, number if len(exceptions) > 1 else 0, day)
    for displacement in rule.displaces:
        other = quoted(displacement.displaced.title())
        text = Title(
            f"It goes before {other.en}: {displacement.because.en}",
            f"优先于{other.zh}：{displacement.because.zh}",
        )
        below = () if displacement.when is None else (condition_line(displacement.when, day),)
        yield Line(text, below)
    if rule.severity == "anticipatory":
        yield Line(
            Title(
                "It is anticipatory: a breach warns and does not refuse.",
                "属于预期性要求：违反的予以提示，不影响通过。",
            )
        )
    for information in rule.information:
        if not any(c.interval.holds(day) for c in information.citations):
            continue
        heading = INFORMATION[information.kind]
        text = Title(
            f"{heading.en}: {information.title.en}", f"{heading.zh}：{information.title.zh}"
        )
        yield Line(text, citations=information.citations)
    if rule.remedy is not None:
        yield Line(Title(f"Remedy: {rule.remedy.en}", f"处理建议：{rule.remedy.zh}"))


NORMS = {
    **{
        (kind, ordinarily): title
        for kind, titles in {
            NormKind.FORBIDS: (
                Title("It forbids that", "禁止："),
                Title("As a rule it forbids that", "原则上禁止："),
            ),
            NormKind.RESTRICTS: (
                Title("It restricts that", "从严限制："),
                Title("As a rule it restricts that", "原则上从严限制："),
            ),
            NormKind.REQUIRES: (
                Title("It requires that", "要求："),
                Title("As a rule it requires that", "原则上要求："),
            ),
            NormKind.LIMITS: (
                Title("It requires that", "要求："),
                Title("As a rule it requires that", "原则上要求："),
            ),
            NormKind.PERMITS_ONLY: (
                Title("It permits only that", "仅容许："),
                Title("As a rule it permits only that", "原则上仅容许："),
            ),
            NormKind.EXPECTS: (
                Title("It expects that", "预期："),
                Title("As a rule it expects that", "原则上预期："),
            ),
        }.items()
        for ordinarily, title in zip((False, True), titles, strict=True)
    }
}
INFORMATION = {"penalty": Title("Penalty", "罚则"), "names": Title("Responsible", "责任单位")}


def headed(heading: Title, condition: Condition, day: date) -> Line:
    """A heading that runs into its condition; composite conditions stand below it."""
    line = condition_line(condition, day)
    joined = Title(f"{heading.en} {lower_first(line.text.en)}", f"{heading.zh}{line.text.zh}")
    return Line(joined, line.below, line.citations)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def exception_line(exception: ExceptionClause, number: int, day: date) -> Line:
    """An exception: its condition, what it is subject to, and what takes it back."""
    name = Title(f"Exception {number}", f"例外{number}") if number else Title("Exception", "例外")
    below = [headed(Title("It holds when", "条件："), exception.condition, day)]
    if exception.provided is not None:
        below.append(headed(Title("It is subject to this:", "须："), exception.provided, day))
    for inner in exception.except_when:
        taken = Title("It is taken back when", "但有下列情形的除外：")
        line = headed(taken, inner.condition, day)
        below.append(Line(line.text, line.below, inner.citations))
    return Line(name, tuple(below), exception.citations)


def condition_line(condition: Condition, day: date) -> Line:
    """A condition; what it consists of stands below it."""
    match condition:
        case All(items=items):
            return Line(ALL, tuple(condition_line(i, day) for i in items))
        case Any(items=items):
            return Line(ONE, tuple(condition_line(i, day) for i in items))
        case Not(inner=All(items=items)):
            return Line(NOT_ALL, tuple(condition_line(i, day) for i in items))
        case Not(inner=Any(items=items)):
            return Line(NONE, tuple(condition_line(i, day) for i in items))
        case Not(inner=inner):
            if isinstance(inner, Atom):
                return Line(saying_of(inner, day).fails)
            return Line(NOT_SO, (condition_line(inner, day),))
        case ConceptUse(concept=concept):
            name = quoted(concept.title)
            text = Title(f"{name.en} is met, which means:", f"符合{name.zh}，即：")
            return Line(text, (condition_line(concept.condition, day),), concept.citations)
        case Item(number=number, condition=inner, citations=citations):
            line = condition_line(inner, day)
            text = Title(
                f"Item {number}: {lower_first(line.text.en)}", f"第{number}项：{line.text.zh}"
            )
            return Line(text, line.below, citations)
        case Implies(premise=premise, conclusion=conclusion):
            return Line(
                Title("If the first holds, so does the second:", "前者成立的，后者也须成立："),
                (condition_line(premise, day), condition_line(conclusion, day)),
            )
        case ForbiddenBy(title=title):
            return Line(Title(f"What “{title.en}” forbids", f"“{title.zh}”所禁止的情形"))
    assert isinstance(condition, Atom)
    return Line(saying_of(condition, day).holds)


ALL = Title("All of these hold:", "以下各项均成立：")
ONE = Title("One of these holds:", "以下有一项成立：")
NONE = Title("None of these holds:", "以下各项均不成立：")
NOT_ALL = Title("Not all of these hold:", "以下各项并不全部成立：")
NOT_SO = Title("This does not hold:", "以下不成立：")

"""Explanations as text that can be read aloud: derivations, and what a rule says."""

from __future__ import annotations

from collections.abc import Sequence

from redline.checking.assembling import citation_of
from redline.findings import Derivation, Fact, Measured, Truth
from redline.messages import Message, msg
from redline.reasoning.outline import Line
from redline.report.figures import quantity_text
from redline.report.finding_lines import write_evidence
from redline.report.layout import Sheet, Tone
from redline.report.wording import citation_line, status_text
from redline.rulebook.model import NotExecutable, Rule

IN = 2
"""Columns by which each level is set in."""


def write_derivation(derivation: Derivation, sheet: Sheet) -> None:
    """A derivation from its conclusion down; each fact is given where it is first read."""
    write_step(derivation, sheet, 0, set())


def write_step(derivation: Derivation, sheet: Sheet, indent: int, told: set[Fact]) -> None:
    """A step, its clauses, what it was judged by, and the steps that it rests on."""
    open_ = derivation.truth is Truth.UNKNOWN
    tone = (Tone.STRONG,) if indent == 0 else (Tone.OPEN,) if open_ else ()
    mark = "" if indent == 0 else "?" if open_ else "-"
    facts = [f for f in derivation.facts if f not in told]
    told.update(facts)
    sentence = derivation.sentence.render(sheet.language).rstrip(".。")
    more = bool(derivation.premises or facts or says_more(derivation)) and indent > 0
    sheet.line(sentence + stop(sheet, more), *tone, indent=indent, mark=mark)
    below = indent + IN
    for citation in derivation.citations:
        sheet.line(citation_line(citation, sheet.language), Tone.FAINT, indent=below)
    for fact in facts:
        sheet.line(sheet.say(fact_in_words(fact, sheet)), indent=below, mark="=")
    if derivation.measured is not None and is_known(derivation.measured):
        value = value_in_words(derivation.measured, sheet)
        sheet.line(sheet.say(msg("measured: {value}", value=value)), indent=below, mark="=")
    write_evidence(derivation.evidence, sheet, indent=below)
    for premise in derivation.premises:
        write_step(premise, sheet, below, told)


def says_more(derivation: Derivation) -> bool:
    """Whether something measured stands below a step."""
    measured = derivation.measured is not None and is_known(derivation.measured)
    return bool(derivation.evidence) or measured


def stop(sheet: Sheet, goes_on: bool) -> str:
    """How a sentence ends: with a colon where what it rests on follows."""
    if sheet.language == "zh":
        return "：" if goes_on else "。"
    return ":" if goes_on else "."


def is_known(measured: Measured) -> bool:
    """Whether anything was measured at all."""
    return measured.value is not None or measured.range is not None


def value_in_words(measured: Measured, sheet: Sheet) -> str:
    """What was measured, or between what it lies."""
    if measured.value is not None:
        return quantity_text(measured.value, measured.unit, sheet.language)
    assert measured.range is not None
    low, high = (
        quantity_text(x, measured.unit, sheet.language, beside=False) for x in measured.range
    )
    return sheet.say(msg("between {low} and {high}", low=low, high=high))


def fact_in_words(fact: Fact, sheet: Sheet) -> Message:
    """An attribute, a document or a judgement as it was given."""
    title, value = fact.title.render(sheet.language), fact.value.render(sheet.language)
    if fact.kind != "judgement":
        return msg("given: {name} = {value}", name=title, value=value)
    if fact.author and fact.reason:
        return msg(
            "judged {value} by {who}: {reason}", value=value, who=fact.author, reason=fact.reason
        )
    if fact.author:
        return msg("judged {value} by {who}", value=value, who=fact.author)
    return msg("judged {value}", value=value)


def write_rule(rule: Rule, lines: Sequence[Line], sheet: Sheet) -> None:
    """What a rule says: its title and name, its clauses, its outline, its cases."""
    sheet.line(rule.title.render(sheet.language), Tone.STRONG)
    sheet.line(f"{rule.pack}.{rule.names.key}", Tone.FAINT, indent=IN)
    for citation in rule.citations:
        text = citation_line(citation_of(citation), sheet.language)
        sheet.line(text, Tone.FAINT, indent=IN)
    for line in lines:
        write_line(line, sheet, IN)
    if rule.cases:
        sheet.line(sheet.say(msg("What it means, by its cases:")), indent=IN, mark="-")
    for case in rule.cases:
        outcome = status_text(case.expected, sheet.language)
        text = sheet.say(
            msg("{case}: {status}", case=case.title.render(sheet.language), status=outcome)
        )
        sheet.line(text, indent=2 * IN, mark="-")


def write_line(line: Line, sheet: Sheet, indent: int) -> None:
    """A line of an outline and what stands below it."""
    text = line.text.render(sheet.language).rstrip()
    if line.below and not text.endswith((":", "：")):
        text = text.rstrip(".。") + stop(sheet, True)
    elif not line.below and not text.endswith((".", "。")):
        text += stop(sheet, False)
    sheet.line(text, indent=indent, mark="-")
    for citation in line.citations:
        sheet.line(
            citation_line(citation_of(citation), sheet.language), Tone.FAINT, indent=indent + IN
        )
    for inner in line.below:
        write_line(inner, sheet, indent + IN)


def write_not_executable(clause: NotExecutable, sheet: Sheet) -> None:
    """A clause that no rule can execute, and why."""
    cited = citation_line(citation_of(clause.citation), sheet.language)
    reason = clause.because.render(sheet.language)
    text = msg("{clause} is not executable: {reason}", clause=cited, reason=reason)
    sheet.line(sheet.say(text))


def clause_as_json(clause: NotExecutable) -> dict[str, object]:
    """A clause that no rule can execute, for programs."""
    return {
        "citation": citation_of(clause.citation).model_dump(mode="json"),
        "because": {"en": clause.because.en, "zh": clause.because.zh},
    }


def rule_as_json(rule: Rule, lines: Sequence[Line]) -> dict[str, object]:
    """What a rule says, for programs."""
    return {
        "rule": f"{rule.pack}.{rule.names.key}",
        "title": {"en": rule.title.en, "zh": rule.title.zh},
        "severity": rule.severity,
        "citations": [citation_of(c).model_dump(mode="json") for c in rule.citations],
        "says": [line_as_json(line) for line in lines],
        "cases": [
            {"title": {"en": c.title.en, "zh": c.title.zh}, "expected": c.expected}
            for c in rule.cases
        ],
    }


def line_as_json(line: Line) -> dict[str, object]:
    """A line of an outline and what stands below it."""
    return {
        "text": {"en": line.text.en, "zh": line.text.zh},
        "citations": [citation_of(c).model_dump(mode="json") for c in line.citations],
        "below": [line_as_json(inner) for inner in line.below],
    }

"""A comparison of rule books for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from redline.audit.compare import AreaTotal, CompareDocument, RuleChange
from redline.findings import Status, Verdict
from redline.messages import Message, msg
from redline.report.figures import quantity_text
from redline.report.finding_lines import write_rest
from redline.report.layout import Sheet, Tone
from redline.report.wording import STATUSES, VERDICTS

MOST = 15
"""So many rules are shown; the rest is counted."""

AREAS = 5
"""So many areas are shown for each rule."""


def write_comparison(document: CompareDocument, sheet: Sheet, *, quiet: bool = False) -> None:
    """What changes, most first."""
    opening = msg(
        "{changed} of {total} decisions get another verdict",
        changed=document.changed,
        total=document.total,
    )
    sheet.line(sheet.say(opening), Tone.STRONG)
    for change in document.verdicts:
        line = msg(
            "{before} → {after}: {count} decisions, {area}",
            before=verdict_text(change.before),
            after=verdict_text(change.after),
            count=change.count,
            area=quantity_text(change.area_m2, "m2", sheet.language),
        )
        sheet.line(sheet.say(line), indent=2)
        write_areas(change.areas, sheet, 4)
    if quiet:
        return
    shown = document.rules if sheet.full else document.rules[:MOST]
    for direction, title, tone in (
        ("stricter", msg("Stricter"), Tone.BAD),
        ("milder", msg("Milder"), Tone.GOOD),
    ):
        several = [rule for rule in shown if rule.direction == direction]
        if several:
            sheet.heading(title, tone)
            for rule in several:
                write_rule(rule, sheet)
    write_rest(len(document.rules) - len(shown), sheet, 2)


def verdict_text(verdict: Verdict | None) -> Message:
    """A verdict in words."""
    return VERDICTS[verdict] if verdict is not None else msg("not judged")


def status_text(status: str) -> Message:
    """A status in words; kept is that of a rule that complies or does not apply."""
    return msg("kept") if status == "kept" else STATUSES[Status(status)]


def write_rule(rule: RuleChange, sheet: Sheet) -> None:
    """A rule, what it changes, and where."""
    line = msg(
        "{title}: {before} → {after} in {count} decisions, {deciding} of them decided by it",
        title=rule.title.render(sheet.language),
        before=status_text(rule.before),
        after=status_text(rule.after),
        count=rule.count,
        deciding=rule.deciding,
    )
    sheet.line(sheet.say(line), indent=2)
    sheet.line(", ".join(rule.clauses), Tone.FAINT, indent=4)
    examples = msg("for example {ids}", ids=list(rule.examples))
    sheet.line(sheet.say(examples), Tone.FAINT, indent=4)
    write_areas(rule.areas, sheet, 4)


def write_areas(areas: Sequence[AreaTotal], sheet: Sheet, indent: int) -> None:
    """How much lies in which area."""
    for one in areas if sheet.full else areas[:AREAS]:
        line = msg(
            "{layer} {key}: {count} decisions, {area}",
            layer=one.layer,
            key=one.area,
            count=one.count,
            area=quantity_text(one.area_m2, "m2", sheet.language),
        )
        sheet.line(sheet.say(line), Tone.FAINT, indent=indent)

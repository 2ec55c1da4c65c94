"""One finding as markup: what the rule says, its clauses, its numbers, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from redline.findings import Citation, Derivation, Excuse, Fact, Finding, Missing, Status
from redline.messages import Language, Message, msg
from redline.report.finding_lines import is_beside_the_point
from redline.report.markup import Child, Html, joined, tag
from redline.report.statements import (
    account_text,
    excuse_text,
    fact_text,
    headline,
    information_text,
    numbers_of,
    owed_text,
    question_text,
    remainder_text,
)
from redline.report.tones import MARKS
from redline.report.wording import STATUSES, citation_line, due_text, evidence_line, measured_line

FEW = 8
"""Lines of a kind that stand open; what is more can be unfolded."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes markup in one language, below headings of one level."""

    language: Language
    level: int = 2

    def say(self, message: Message) -> str:
        """A message as text."""
        return message.render(self.language)

    def heading(self, *children: Child, deeper: int = 0, id_: str | None = None) -> Html:
        """A heading of this pen's level, or of a deeper one."""
        return tag(f"h{min(self.level + deeper, 6)}", *children, id=id_)

    def folded(self, summary: Child, *children: Child, printed: bool = True) -> Html:
        """What can be unfolded; on paper it stands open where it is to be `printed`."""
        return tag("details", tag("summary", summary), *children, class_=printed and "paper")

    def some(self, lines: Iterable[Child]) -> Html | None:
        """A list of lines, each once; many are folded after the first few."""
        items = [tag("li", line) for line in dict.fromkeys(lines)]
        if not items:
            return None
        if len(items) <= FEW + 2:
            return tag("ul", *items)
        rest = self.say(msg("and {count} more", count=len(items) - FEW))
        return joined([tag("ul", *items[:FEW]), self.folded(rest, tag("ul", *items[FEW:]))])


def finding_html(finding: Finding, pen: Pen) -> Html:
    """All that a reader needs in order to follow and to answer the finding."""
    language = pen.language
    bans = finding.status is Status.VIOLATED
    told = finding.status in (Status.VIOLATED, Status.CONDITIONAL)
    ground = [evidence_line(e, language) for e in finding.evidence]
    rows = [
        (msg("Clause"), clauses(finding.citations, pen)),
        (
            msg("Measured"),
            pen.some(measured_line(m, language, bans=bans) for m in finding.measured),
        ),
        (msg("On the ground"), pen.some(ground)),
        (msg("Given"), pen.some(fact_text(f, language) for f in finding.facts)),
        (msg("Accuracy"), _boundary(finding, pen)),
        (msg("Exceptions"), _excuses(_told_excuses(finding), pen)),
        (msg("Still owed"), _owed(finding, pen)),
        (msg("Quota"), pen.some(account_text(a, language) for a in finding.accounts)),
        (msg("Also"), _information(finding, pen)),
        (msg("Remedy"), finding.remedy.render(language) if finding.remedy and told else None),
        (msg("Way out"), _way_out(finding, pen)),
    ]
    shown = [
        joined([tag("dt", pen.say(label)), tag("dd", content)])
        for label, content in rows
        if content
    ]
    return tag(
        "article",
        _title(finding, pen),
        tag("dl", *shown),
        _derivation(finding, pen),
        class_=f"finding {finding.status}",
    )


def brief_html(finding: Finding, pen: Pen, numbers: Mapping[Missing, int], prefix: str) -> Html:
    """The rule, its clauses, what is known of the ground, and which answers it waits for."""
    known = [
        measured_line(m, pen.language, bans=False)
        for m in finding.measured
        if (m.value or m.range) and finding.status is Status.UNDETERMINED
    ]
    links = [tag("a", str(n), href=f"#{prefix}q{n}") for n in numbers_of(finding, numbers)]
    between = "、" if pen.language == "zh" else ", "
    needs = pen.say(msg("needs the answer to {numbers}", numbers="\0")).split("\0") if links else []
    waits = joined([needs[0], joined(links, between), *needs[1:]]) if links else None
    cited = "；".join if pen.language == "zh" else "; ".join
    return tag(
        "li",
        headline(finding, pen.language),
        tag(
            "div", cited(citation_line(c, pen.language) for c in finding.citations), class_="clause"
        )
        if finding.citations
        else None,
        pen.some(known),
        tag("div", waits, class_="waits") if waits else None,
    )


def clauses(citations: Sequence[Citation], pen: Pen) -> Html | None:
    """The clauses with the days between which they bind."""
    return pen.some(citation_line(c, pen.language) for c in citations)


def _title(finding: Finding, pen: Pen) -> Html:
    mark = tag("span", MARKS[finding.status], class_="mark", aria_hidden="true")
    status = tag("span", STATUSES[finding.status].render(pen.language), class_="badge")
    return pen.heading(mark, " ", headline(finding, pen.language), " ", status, deeper=1)


def _boundary(finding: Finding, pen: Pen) -> str | None:
    if not finding.boundary_sensitive:
        return None
    return pen.say(msg("the boundary's positional accuracy could turn this finding"))


def _told_excuses(finding: Finding) -> list[Excuse]:
    return [e for e in finding.exceptions if not is_beside_the_point(e, finding)]


def _excuses(excuses: Sequence[Excuse], pen: Pen) -> Html | None:
    return tag("ul", *(_excuse(e, pen) for e in excuses)) if excuses else None


def _excuse(excuse: Excuse, pen: Pen) -> Html:
    language = pen.language
    below = [
        *(citation_line(c, language) for c in excuse.citations),
        *(owed_text(o, language) for o in excuse.owed),
        *(question_text(m, language) for m in excuse.missing),
    ]
    return tag(
        "li",
        excuse_text(excuse, language),
        tag("ul", *(tag("li", line) for line in dict.fromkeys(below))) if below else None,
        _excuses(excuse.exceptions, pen),
    )


def _owed(finding: Finding, pen: Pen) -> Html | None:
    language = pen.language
    titles = ((o.title.render(language), due_text(o.by, language)) for o in finding.owed)
    between = "，" if language == "zh" else ", "
    return pen.some(between.join(part for part in pair if part) for pair in titles)


def _information(finding: Finding, pen: Pen) -> Html | None:
    items = [
        tag("li", information_text(i, pen.language), clauses(i.citations, pen))
        for i in finding.information
    ]
    return tag("ul", *items) if items else None


def _way_out(finding: Finding, pen: Pen) -> Html | None:
    way = finding.way_out
    if way is None:
        return None
    text = remainder_text(way.remainder, pen.language) if way.remainder else None
    parts = [tag("p", text) if text else None, _excuses(way.excuses, pen)]
    return joined(parts) or None


def _derivation(finding: Finding, pen: Pen) -> Html | None:
    if finding.derivation is None:
        return None
    tree = tag("ul", _step(finding.derivation, pen, set()), class_="steps")
    return pen.folded(pen.say(msg("How this came about")), tree, printed=False)


def _step(step: Derivation, pen: Pen, told: set[Fact]) -> Html:
    """A step and what it rests on; each fact where it is first read."""
    language = pen.language
    facts = [f for f in step.facts if f not in told]
    told.update(facts)
    below: list[Child] = [tag("li", citation_line(c, language)) for c in step.citations]
    below += [tag("li", fact_text(f, language)) for f in facts]
    if step.measured is not None and (step.measured.value is not None or step.measured.range):
        below.append(tag("li", measured_line(step.measured, language, bans=False)))
    below += [tag("li", evidence_line(e, language)) for e in step.evidence]
    below += [_step(premise, pen, told) for premise in step.premises]
    return tag("li", step.sentence.render(language), tag("ul", *below) if below else None)

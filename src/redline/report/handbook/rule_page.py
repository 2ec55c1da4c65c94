"""The page of one rule: clauses, words, what it asks, cases, history, and the text itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from redline.findings import Subject
from redline.messages import Message, msg
from redline.reasoning.outline import Line
from redline.report.figures import date_text
from redline.report.handbook.contents import Asked, Entry, Wording
from redline.report.handbook.frame import Frame
from redline.report.markup import Html, joined, tag
from redline.report.wording import SUBJECTS, status_text
from redline.rulebook.model import FOREVER, Attribute, Citation, Interval, JudgementKind

ROOT = "../"


def rule_page(frame: Frame, entry: Entry) -> str:
    """The page."""
    rule = entry.rule
    title = rule.title.render(frame.language)
    return frame.page(
        frame.links.rules[entry.name],
        title,
        *sections(frame, entry),
        lead=joined([tag("p", tag("code", entry.name), class_="soft"), facts(frame, entry)]),
    )


def facts(frame: Frame, entry: Entry) -> Html:
    """Where it binds, about what, how strictly, and whether it is in force."""
    rule, day = entry.rule, frame.contents.day
    place = rule.territory
    where = frame.say(msg("Whole country")) if place is None else place.title.render(frame.language)
    kinds = [Subject(rule.subject)] if rule.subject else [Subject.PROJECT, Subject.OPERATION]
    strict = {
        "binding": msg("binding"),
        "anticipatory": msg("anticipatory: a breach only warns"),
        "data_check": msg("a check of the submission's own data"),
    }[rule.severity]
    force = msg("in force on {day}", day=date_text(day, frame.language))
    if not rule.in_force(day):
        force = msg("not in force on {day}", day=date_text(day, frame.language))
    pack = frame.contents.book.pack_titles[rule.pack].render(frame.language)
    rows = (
        (msg("Binds in"), frame.link(frame.links.places[place], where, ROOT)),
        (msg("Speaks about"), frame.between.join(frame.say(SUBJECTS[k]) for k in kinds)),
        (msg("Severity"), frame.say(strict)),
        (msg("State"), frame.say(force)),
        (msg("Pack"), joined([pack, " ", tag("code", rule.pack)])),
    )
    return tag(
        "dl",
        *(joined([tag("dt", frame.say(name)), tag("dd", value)]) for name, value in rows),
    )


def sections(frame: Frame, entry: Entry) -> Iterator[Html]:
    """What the page says, in its order."""
    rule = entry.rule
    cited = (tag("li", clause(frame, c)) for c in dict.fromkeys(rule.citations))
    yield section(frame, msg("Clauses"), tag("ul", *cited))
    current = entry.wording_on(frame.contents.day)
    yield section(frame, msg("In words"), outline_html(frame, current.lines))
    for wording in entry.wordings:
        if wording != current:
            summary = tag("summary", frame.say(during(wording, frame)))
            yield tag("details", summary, outline_html(frame, wording.lines))
    if entry.asked:
        yield section(frame, msg("What it asks"), asked_html(frame, entry.asked))
    if entry.layers:
        links = (
            tag("li", frame.link(frame.links.layers[x], x.title.render(frame.language), ROOT))
            for x in entry.layers
        )
        yield section(frame, msg("Zones that it speaks of"), tag("ul", *links))
    if entry.terms:
        links = (
            tag("li", frame.link(frame.links.terms[x], x.title.render(frame.language), ROOT))
            for x in entry.terms
        )
        yield section(frame, msg("Terms that it uses"), tag("ul", *links))
    if rule.cases:
        yield section(frame, msg("Cases ({count})", count=len(rule.cases)), cases(frame, entry))
    else:
        none = frame.say(msg("No case stands beside this rule."))
        yield section(frame, msg("Cases ({count})", count=0), tag("p", none))
    yield section(frame, msg("History"), history(frame, entry))
    text = tag("pre", tag("code", Html(escaped(entry.written[frame.language].text))), tabindex=0)
    yield section(frame, msg("As it is written"), text)


def escaped(text: str) -> str:
    """A text of any length as markup; rules are ours and are not cut."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def section(frame: Frame, title: Message, *body: Html) -> Html:
    """A section below a heading."""
    return tag("section", tag("h2", frame.say(title)), *body)


def clause(frame: Frame, citation: Citation, root: str = ROOT) -> Html:
    """A citation with a mark where it is unverified."""
    return joined([frame.cite(citation, root), None if citation.verified else frame.doubt()])


def outline_html(frame: Frame, lines: Sequence[Line]) -> Html:
    """What a rule says, as a tree of sentences."""
    return tag("ul", *(line_html(frame, line) for line in lines), class_="steps")


def line_html(frame: Frame, line: Line, root: str = ROOT) -> Html:
    """A sentence, its clauses, and what stands below it."""
    cited = (tag("div", clause(frame, c, root), class_="clause") for c in line.citations)
    below = tag("ul", *(line_html(frame, x, root) for x in line.below)) if line.below else None
    return tag("li", line.text.render(frame.language), *cited, below)


def asked_html(frame: Frame, asked: Sequence[Asked]) -> Html:
    """The facts that the rule reads, with the questions by which they are asked for."""
    rows = []
    for thing in asked:
        kind = msg("document")
        if isinstance(thing, Attribute):
            kind = msg("attribute")
        elif isinstance(thing, JudgementKind):
            kind = msg("judgement")
        question = thing.asks.render(frame.language) if thing.asks else "–"
        rows.append(
            tag(
                "tr",
                tag("th", thing.title.render(frame.language), scope="row"),
                tag("td", frame.say(kind)),
                tag("td", question),
                tag("td", tag("code", frame.identifier(thing.names))),
            )
        )
    names = (msg("Fact"), msg("Kind"), msg("Question"), msg("Name"))
    return frame.table(msg("What it asks"), names, rows)


def cases(frame: Frame, entry: Entry) -> Html:
    """Each case: what it is, what it states, what must come of it."""
    rows = []
    written = entry.written[frame.language].cases
    for case, text in zip(entry.rule.cases, written, strict=True):
        day = date_text(case.on.value, frame.language) if case.on else "–"
        expected = status_text(case.expected, frame.language)
        rows.append(
            tag(
                "tr",
                tag("th", case.title.render(frame.language), scope="row"),
                tag("td", day, class_="wide"),
                tag("td", tag("pre", tag("code", Html(escaped(text))))),
                tag("td", expected, class_=f"tone {case.expected}"),
            )
        )
    names = (msg("Case"), msg("Day"), msg("As it is written"), msg("Outcome"))
    return frame.table(msg("Cases"), names, rows)


# ── time ────────────────────────────────────────────────────────────────────────────────────────


def history(frame: Frame, entry: Entry) -> Html:
    """Which clause the rule rested on from when until when, the oldest first."""
    ordered = sorted(dict.fromkeys(entry.rule.citations), key=lambda c: c.interval.start)
    rows = [
        tag(
            "tr",
            tag("td", first_day(frame, c.interval)),
            tag("td", last_day(frame, c.interval)),
            tag("td", clause(frame, c)),
        )
        for c in ordered
    ]
    return frame.table(msg("History"), (msg("From"), msg("To"), msg("Rests on")), rows)


def first_day(frame: Frame, interval: Interval) -> str:
    """The first day of an interval, a dash where it has none."""
    return "–" if interval.start == date.min else date_text(interval.start, frame.language)


def last_day(frame: Frame, interval: Interval) -> str:
    """The last day of an interval, a dash where it goes on."""
    if interval.end == FOREVER:
        return "–"
    return date_text(interval.end - timedelta(days=1), frame.language)


def during(wording: Wording, frame: Frame) -> Message:
    """From when until when it was worded so."""
    first, last = (f(frame, Interval(wording.start, wording.end)) for f in (first_day, last_day))
    return msg("In words, from {first} to {last}", first=first, last=last)

"""The pages that lead to rules: front page, instruments, zones, places and terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redline.messages import msg
from redline.reasoning.outline import condition_line
from redline.report.handbook.contents import Entry, Term
from redline.report.handbook.frame import Frame
from redline.report.handbook.rule_page import (
    first_day,
    last_day,
    line_html,
    section,
)
from redline.report.markup import Html, joined, tag
from redline.rulebook.coverage import ClauseCoverage
from redline.rulebook.model import Concept, DatedValue, Instrument, Layer, Parameter, Territory
from redline.rulebook.words import type_in_words

ROOT = "../"


def front_page(frame: Frame) -> str:
    """What the handbook holds and how to find a rule in it."""
    contents = frame.contents
    entries = contents.entries
    counts = (
        (msg("Rules"), len(entries), None),
        (msg("In force today"), sum(e.rule.in_force(contents.day) for e in entries), None),
        (msg("Cases"), sum(len(e.rule.cases) for e in entries), None),
        (msg("Instruments"), len(contents.clauses), "instruments.html"),
        (msg("Zones"), len(frame.links.layers), "zones.html"),
        (msg("Places"), len(frame.links.places), "places.html"),
        (msg("Terms"), len(frame.links.terms), "terms.html"),
        (msg("Rules with an unverified clause"), sum(map(contents.is_unverified, entries)), None),
    )
    cells = (
        joined(
            [
                tag("dt", frame.link(to, frame.say(name), "") if to else frame.say(name)),
                tag("dd", str(count)),
            ]
        )
        for name, count, to in counts
    )
    packs: dict[str, list[Entry]] = {}
    for entry in entries:
        packs.setdefault(entry.rule.pack, []).append(entry)
    folded = (
        tag("details", tag("summary", pack_title(frame, name, some)), frame.rule_items(some, ""))
        for name, some in packs.items()
    )
    about = msg(
        "Every rule of the rule book with the clause that it rests on, its condition in words, the "
        "cases that test it, and its history."
    )
    return frame.page(
        "index.html",
        frame.say(msg("Handbook of the rules")),
        tag("p", frame.say(about)),
        tag("dl", *cells, class_="counts"),
        section(frame, msg("Rules by subject"), *folded),
    )


def pack_title(frame: Frame, name: str, entries: Sequence[Entry]) -> str:
    """A pack's title and how many rules it has."""
    title = frame.contents.book.pack_titles[name].render(frame.language)
    return frame.say(msg("{name} ({count})", name=title, count=len(entries)))


# ── instruments ─────────────────────────────────────────────────────────────────────────────────


def instruments_page(frame: Frame) -> str:
    """Every instrument that is cited."""
    rows = (instrument_row(frame, i, c) for i, c in frame.contents.clauses.items())
    names = (
        msg("Instrument"),
        msg("Document number"),
        msg("In force from"),
        msg("To"),
        msg("Clauses"),
    )
    table = frame.table(msg("Instruments"), names, rows)
    return frame.page("instruments.html", frame.say(msg("Instruments")), table)


def instrument_row(frame: Frame, instrument: Instrument, clauses: Sequence[ClauseCoverage]) -> Html:
    """An instrument with its number and the days between which it is in force."""
    title = instrument.title.render(frame.language)
    return tag(
        "tr",
        tag("th", frame.link(frame.links.instruments[instrument], title, ""), scope="row"),
        tag("td", number_of(frame, instrument)),
        tag("td", first_day(frame, instrument.force)),
        tag("td", last_day(frame, instrument.force)),
        tag("td", str(len(clauses)), class_="num"),
    )


def number_of(frame: Frame, instrument: Instrument) -> Html:
    """The number of the document, marked where it was not verified."""
    if instrument.number is None:
        return tag("span", "–")
    return joined([instrument.number, None if instrument.number_verified else frame.doubt()])


def instrument_page(frame: Frame, instrument: Instrument) -> str:
    """An instrument: what it is, and what became of each of its clauses that is cited."""
    language = frame.language
    rows = [
        (msg("Document number"), number_of(frame, instrument)),
        (msg("Issued by"), instrument.issuer.render(language) if instrument.issuer else None),
        (msg("In force from"), first_day(frame, instrument.force)),
        (msg("To"), last_day(frame, instrument.force)),
    ]
    lead = tag(
        "dl",
        *(joined([tag("dt", frame.say(n)), tag("dd", value)]) for n, value in rows if value),
    )
    names = (msg("Clause"), msg("State"), msg("Rules and reasons"))
    clauses = enumerate(frame.contents.clauses[instrument], 1)
    table = frame.table(msg("Clauses"), names, (clause_row(frame, c, i) for i, c in clauses))
    address = frame.links.instruments[instrument]
    return frame.page(address, instrument.title.render(language), table, lead=lead)


def clause_row(frame: Frame, clause: ClauseCoverage, number: int) -> Html:
    """An article: whether rules execute it, which, and why not."""
    doubt = None if clause.verified else frame.doubt()
    reasons = (tag("li", reason.render(frame.language)) for reason in clause.reasons)
    return tag(
        "tr",
        tag("th", clause.clause.render(frame.language), doubt, scope="row"),
        tag("td", frame.say(clause.state)),
        tag("td", tag("ul", *user_items(frame, clause), *reasons)),
        id=f"c{number}",
    )


def user_items(frame: Frame, clause: ClauseCoverage) -> Iterator[Html]:
    """What rests on a clause: rules, and the concepts and parameters that rules use."""
    entries, terms = frame.links.entries, frame.links.terms_by_name
    for name in clause.rules:
        if name in entries:
            yield tag("li", frame.rule_link(entries[name], ROOT))
        elif name in terms:
            text = terms[name].title.render(frame.language)
            yield tag("li", frame.link(frame.links.terms[terms[name]], text, ROOT))
        else:
            yield tag("li", tag("code", name))


# ── zones and places ────────────────────────────────────────────────────────────────────────────


def zones_page(frame: Frame) -> str:
    """Every layer that a rule speaks of."""
    found = sorted(frame.contents.by_layer().items(), key=lambda x: x[0].names.key)
    rows = (
        tag(
            "tr",
            tag(
                "th",
                frame.link(frame.links.layers[layer], layer.title.render(frame.language), ""),
                scope="row",
            ),
            tag("td", tag("code", layer.names.key)),
            tag("td", str(len(entries)), class_="num"),
        )
        for layer, entries in found
    )
    names = (msg("Zone"), msg("Name"), msg("Rules"))
    table = frame.table(msg("Zones"), names, rows)
    return frame.page("zones.html", frame.say(msg("Zones")), table)


def zone_page(frame: Frame, layer: Layer, entries: Sequence[Entry]) -> str:
    """A layer: what rules ask of it, and the rules."""
    asks = layer.asks.render(frame.language) if layer.asks else None
    columns = (
        tag(
            "tr",
            tag("th", tag("code", frame.identifier(column.names)), scope="row"),
            tag("td", frame.say(type_in_words(column.type))),
        )
        for column in layer.columns
    )
    table = frame.table(msg("Columns"), (msg("Column"), msg("Values")), columns)
    body = [section(frame, msg("Columns"), table)] if layer.columns else []
    return frame.page(
        frame.links.layers[layer],
        layer.title.render(frame.language),
        *body,
        section(frame, msg("Rules ({count})", count=len(entries)), frame.rule_items(entries, ROOT)),
        lead=joined(
            [
                tag("p", tag("code", layer.names.key), class_="soft"),
                tag("p", asks) if asks else None,
            ]
        ),
    )


def places_page(frame: Frame) -> str:
    """Every territory in which rules bind."""
    rows = (
        tag(
            "tr",
            tag(
                "th",
                frame.link(frame.links.places[place], place_title(frame, place), ""),
                scope="row",
            ),
            tag("td", str(len(entries)), class_="num"),
        )
        for place, entries in frame.contents.by_place().items()
    )
    table = frame.table(msg("Places"), (msg("Territory"), msg("Rules")), rows)
    return frame.page("places.html", frame.say(msg("Places")), table)


def place_title(frame: Frame, place: Territory | None) -> str:
    """A territory's title; what binds everywhere has one too."""
    return frame.say(msg("Whole country")) if place is None else place.title.render(frame.language)


def place_page(frame: Frame, place: Territory | None, entries: Sequence[Entry]) -> str:
    """The rules that bind in a territory, by pack."""
    packs: dict[str, list[Entry]] = {}
    for entry in entries:
        packs.setdefault(entry.rule.pack, []).append(entry)
    sections = (
        tag("section", tag("h2", pack_title(frame, name, some)), frame.rule_items(some, ROOT))
        for name, some in packs.items()
    )
    return frame.page(frame.links.places[place], place_title(frame, place), *sections)


# ── terms ───────────────────────────────────────────────────────────────────────────────────────


def terms_page(frame: Frame) -> str:
    """Concepts with their conditions in words, parameters with their values over time."""
    used = frame.contents.by_term()
    items = (term_section(frame, t, entries) for t, entries in used.items())
    return frame.page("terms.html", frame.say(msg("Terms")), *items)


def term_section(frame: Frame, term: Term, entries: Sequence[Entry]) -> Html:
    """A term, its clauses, what it means, and the rules that use it."""
    place = frame.links.terms[term].partition("#")[2]
    cited = [tag("li", frame.cite(c, "")) for c in dict.fromkeys(term.citations)]
    users = tag(
        "details",
        tag("summary", frame.say(msg("Rules that use it ({count})", count=len(entries)))),
        frame.rule_items(entries, ""),
    )
    if isinstance(term, Concept):
        line = condition_line(term.condition, frame.contents.day)
        meaning = tag("ul", line_html(frame, line, ""), class_="steps")
    else:
        rows = (value_row(frame, value) for value in term.values)
        names = (msg("Value"), msg("From"), msg("To"), msg("Clause"))
        meaning = frame.table(msg("Values"), names, rows) if term.values else set_by(frame, term)
    return tag(
        "section",
        tag("h2", term.title.render(frame.language), id=place),
        tag("p", tag("code", frame.identifier(term.names)), class_="soft"),
        tag("ul", *cited, class_="clause") if cited else None,
        meaning,
        users,
    )


def set_by(frame: Frame, term: Parameter) -> Html:
    """Who sets a value that the law leaves open."""
    if term.set_by is None:
        return tag("p", frame.say(msg("No value is set.")))
    text = msg("The value is set by {who}.", who=term.set_by.render(frame.language))
    return tag("p", frame.say(text))


def value_row(frame: Frame, value: DatedValue) -> Html:
    """A value of a parameter and the days on which it holds."""
    cited = (tag("li", frame.cite(c, "")) for c in value.citations)
    keys = frame.between.join(sorted(value.keys))
    shown = value.shown.render(frame.language)
    return tag(
        "tr",
        tag("td", f"{shown} ({keys})" if keys else shown),
        tag("td", first_day(frame, value.interval)),
        tag("td", last_day(frame, value.interval)),
        tag("td", tag("ul", *cited)),
    )

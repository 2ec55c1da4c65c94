"""The files of a handbook: pages in both languages, one style, one script, and an index to search.

Nothing is fetched from anywhere: the index is a script beside the pages, since a page that lies on
a disk may load scripts and not data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from redline.messages import Language, msg
from redline.report.handbook.contents import LANGUAGES, Contents, Entry
from redline.report.handbook.frame import Frame, Links
from redline.report.handbook.listing import (
    front_page,
    instrument_page,
    instruments_page,
    place_page,
    places_page,
    terms_page,
    zone_page,
    zones_page,
)
from redline.report.handbook.rule_page import rule_page
from redline.report.markup import joined, tag
from redline.report.wording import citation_text

HERE = Path(__file__).parent
MARK = "handbook.css"
"""The file by which a folder is known to hold a handbook."""

ASSETS = ("handbook.css", "handbook.js")


def files_of(contents: Contents) -> Iterator[tuple[str, str]]:
    """Every file of the handbook: its path and its text; the same rules give the same files."""
    links = Links(contents)
    yield "index.html", entrance(contents)
    for name in ASSETS:
        yield name, (HERE / name).read_text(encoding="utf-8")
    for language in LANGUAGES:
        frame = Frame(contents, links, language)
        yield f"search-{language}.js", search_index(contents, links, language)
        for path, page in pages(frame):
            yield f"{language}/{path}", page


def pages(frame: Frame) -> Iterator[tuple[str, str]]:
    """The pages of one language."""
    contents, links = frame.contents, frame.links
    yield "index.html", front_page(frame)
    yield "instruments.html", instruments_page(frame)
    yield "zones.html", zones_page(frame)
    yield "places.html", places_page(frame)
    yield "terms.html", terms_page(frame)
    for instrument in contents.clauses:
        yield links.instruments[instrument], instrument_page(frame, instrument)
    for layer, entries in contents.by_layer().items():
        yield links.layers[layer], zone_page(frame, layer, entries)
    for place, entries in contents.by_place().items():
        yield links.places[place], place_page(frame, place, entries)
    for entry in contents.entries:
        yield links.rules[entry.name], rule_page(frame, entry)


def entrance(contents: Contents) -> str:
    """The page that asks for the language."""
    names: dict[Language, str] = {"en": "English", "zh": "中文"}
    choices = (
        tag("li", tag("a", names[x], href=f"{x}/index.html", lang=html_language(x)))
        for x in LANGUAGES
    )
    title = joined([msg("Handbook of the rules").render(x) for x in LANGUAGES], " · ")
    head = joined(
        [
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", title),
            tag("link", rel="stylesheet", href="handbook.css"),
        ]
    )
    body = tag("main", tag("h1", title), tag("ul", *choices, class_="choice"))
    page = tag("html", tag("head", head), tag("body", body), lang="en")
    return f"<!doctype html>\n{page}\n"


def html_language(language: Language) -> str:
    """The language as HTML names it."""
    return "zh-Hans" if language == "zh" else "en"


def search_index(contents: Contents, links: Links, language: Language) -> str:
    """A row for each rule: where it stands, what a reader sees, and words of both languages."""
    rows = [search_row(entry, links, language) for entry in contents.entries]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"redlineRules({text});\n".replace("<", "\\u003c")


def search_row(entry: Entry, links: Links, language: Language) -> tuple[str, str, str, str]:
    rule = entry.rule
    clauses = [citation_text(frame_citation, language) for frame_citation in links.cited(entry)]
    others = [
        entry.name,
        *(rule.names.en, rule.names.zh, rule.title.en, rule.title.zh),
        *(text for x in LANGUAGES for c in links.cited(entry) for text in [citation_text(c, x)]),
        *(text for layer in entry.layers for text in (layer.title.en, layer.title.zh)),
    ]
    words = " ".join(dict.fromkeys(o for o in others if o)).lower()
    between = "；" if language == "zh" else "; "
    return links.rules[entry.name], rule.title.render(language), between.join(clauses), words

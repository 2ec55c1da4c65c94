"""What every page of a handbook has: head, navigation, search box, foot; and the addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from redline import findings as f
from redline.checking.assembling import citation_of
from redline.language.kinds import Article, Locator
from redline.messages import Language, Message, msg
from redline.report.figures import date_text
from redline.report.handbook.contents import Contents, Entry, Term
from redline.report.markup import Child, Html, joined, tag
from redline.report.wording import citation_line
from redline.rulebook.coverage import whole
from redline.rulebook.model import Citation, Instrument, Layer, Names, Territory, clause_text


@dataclass(frozen=True)
class Links:
    """The address of everything that has a page or a place on one, below a language's folder."""

    contents: Contents
    known: dict[str, tuple[f.Citation, ...]] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """Of each rule, by its full name."""
        names = [entry.name for entry in self.contents.entries]
        return dict(zip(names, addresses("rules", names), strict=True))

    @cached_property
    def instruments(self) -> Mapping[Instrument, str]:
        """Of each instrument that is cited."""
        found = list(self.contents.clauses)
        return dict(zip(found, addresses("instruments", [i.names.key for i in found]), strict=True))

    @cached_property
    def layers(self) -> Mapping[Layer, str]:
        """Of each layer that a rule speaks of."""
        found = list(self.contents.by_layer())
        return dict(zip(found, addresses("zones", [x.names.key for x in found]), strict=True))

    @cached_property
    def places(self) -> Mapping[Territory | None, str]:
        """Of each territory in which rules bind, and of the whole country."""
        found = list(self.contents.by_place())
        names = ["everywhere" if p is None else p.names.key for p in found]
        return dict(zip(found, addresses("places", names), strict=True))

    @cached_property
    def terms(self) -> Mapping[Term, str]:
        """Of each concept and parameter that a rule uses, on the page of terms."""
        found = list(self.contents.by_term())
        return {term: f"terms.html#t{i}" for i, term in enumerate(found, 1)}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The rules by their full names."""
        return {entry.name: entry for entry in self.contents.entries}

    @cached_property
    def terms_by_name(self) -> Mapping[str, Term]:
        """The concepts and parameters that have an address."""
        return {term.names.key: term for term in self.terms}

    @cached_property
    def clauses(self) -> Mapping[tuple[Instrument, str], str]:
        """Of each article, on the page of its instrument."""
        return {
            (instrument, clause.clause.en): f"{self.instruments[instrument]}#c{i}"
            for instrument, clauses in self.contents.clauses.items()
            for i, clause in enumerate(clauses, 1)
        }

    def clause(self, citation: Citation) -> str | None:
        """The address of the article that a citation is of."""
        return self.clauses.get(
            (citation.instrument, clause_text(article_of(citation.locator), "en"))
        )

    def cited(self, entry: Entry) -> tuple[f.Citation, ...]:
        """A rule's own citations as reports word them."""
        if entry.name not in self.known:
            self.known[entry.name] = tuple(citation_of(c) for c in entry.rule.citations)
        return self.known[entry.name]


def article_of(locator: Locator) -> Locator:
    """The article of a paragraph or item."""
    return whole(locator) if isinstance(locator, Article) else locator


def addresses(folder: str, names: Iterable[str]) -> list[str]:
    """A file for each name; a file system that does not tell capitals apart tells these apart."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^\w.-]", "_", name)
        file, number = plain, 1
        while file.casefold() in taken:
            number += 1
            file = f"{plain}-{number}"
        taken.add(file.casefold())
        found.append(f"{folder}/{file}.html")
    return found


@dataclass(frozen=True)
class Frame:
    """Makes pages in one language."""

    contents: Contents
    links: Links
    language: Language

    @property
    def between(self) -> str:
        """What stands between the items of a line."""
        return "、" if self.language == "zh" else ", "

    def identifier(self, names: Names) -> str:
        """The identifier in this language, else the other one."""
        return (names.zh or names.en) if self.language == "zh" else (names.en or names.zh)

    def say(self, message: Message) -> str:
        """A message as text."""
        return message.render(self.language)

    def link(self, address: str, text: Child, root: str) -> Html:
        """A link to an address of this language, from a page at `root`."""
        file, hash_, place = address.partition("#")
        return tag("a", text, href=f"{root}{quote(file)}{hash_}{place}")

    def rule_link(self, entry: Entry, root: str) -> Html:
        """A link to a rule by its title, marked where a clause of it is unverified."""
        title = entry.rule.title.render(self.language)
        link = self.link(self.links.rules[entry.name], title, root)
        return joined([link, self.doubt() if self.contents.is_unverified(entry) else None])

    def rule_items(self, entries: Iterable[Entry], root: str) -> Html:
        """Rules with their clauses, as a list."""
        return tag("ul", *(self._rule_item(e, root) for e in entries), class_="list")

    def _rule_item(self, entry: Entry, root: str) -> Html:
        cited = (citation_line(c, self.language) for c in self.links.cited(entry))
        lines = ("；" if self.language == "zh" else "; ").join(cited)
        return tag("li", self.rule_link(entry, root), tag("div", lines, class_="clause"))

    def doubt(self) -> Html:
        """The mark of what was not compared with the text of the law."""
        return tag("span", self.say(msg("unverified")), class_="doubt")

    def cite(self, citation: Citation, root: str) -> Html:
        """A citation that leads to its article."""
        text = citation_line(citation_of(citation), self.language)
        address = self.links.clause(citation)
        return self.link(address, text, root) if address else Html(tag("span", text))

    def page(self, address: str, title: str, *body: Child, lead: Child = None) -> str:
        """A whole page at an address."""
        root = "../" * address.count("/")
        top = f"../{root}"
        site = self.say(msg("Handbook of the rules"))
        head = joined(
            [
                tag("meta", charset="utf-8"),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("meta", name="color-scheme", content="light dark"),
                tag("title", title if title == site else f"{title} · {site}"),
                tag("link", rel="stylesheet", href=f"{top}handbook.css"),
                tag("script", defer=True, src=f"{top}handbook.js"),
            ]
        )
        skip = tag("a", self.say(msg("Skip to the content")), href="#main", class_="skip")
        main = tag("main", tag("h1", title), lead, *body, id="main", tabindex="-1")
        banner = self._banner(address, root, top)
        page = tag("body", skip, banner, main, self._foot(), data_root=root, data_top=top)
        language = "zh-Hans" if self.language == "zh" else "en"
        return f'<!doctype html>\n<html lang="{language}"><head>{head}</head>\n{page}</html>\n'

    def _banner(self, address: str, root: str, top: str) -> Html:
        entries = {
            "index.html": msg("Contents"),
            "instruments.html": msg("Instruments"),
            "zones.html": msg("Zones"),
            "places.html": msg("Places"),
            "terms.html": msg("Terms"),
        }
        links = (
            tag(
                "a",
                self.say(text),
                href=root + file,
                aria_current="page" if file == address else None,
            )
            for file, text in entries.items()
        )
        other = "zh" if self.language == "en" else "en"
        switch = tag(
            "a",
            "中文" if other == "zh" else "English",
            href=f"{top}{other}/{quote(address)}",
            lang="zh-Hans" if other == "zh" else "en",
            hreflang=other,
        )
        return tag(
            "header",
            tag("nav", *links, switch, aria_label=self.say(msg("Handbook"))),
            self._search(),
        )

    def _search(self) -> Html:
        """Shown by the script; without one there is nothing to search with."""
        box = tag("input", type="search", id="search", autocomplete="off")
        label = tag("label", self.say(msg("Search rules")), " ", box)
        found = tag("div", id="found", role="status", data_none=self.say(msg("Nothing found.")))
        return tag(
            "div",
            label,
            found,
            class_="search",
            hidden=True,
            data_more=self.say(msg("and more; add a word")),
            data_index=f"search-{self.language}.js",
        )

    def _foot(self) -> Html:
        book = self.contents.book
        day = date_text(self.contents.day, self.language)
        lines = (
            msg("Rules as of {day}. Digest of the rules: {digest}", day=day, digest=book.digest),
            msg(
                "The words of conditions are made from the rules themselves. The law is what its "
                "authority has published; what is marked as unverified was not compared with it."
            ),
        )
        return tag("footer", *(tag("p", self.say(line)) for line in lines))

    def table(self, caption: Message, names: Iterable[Message], rows: Iterable[Html]) -> Html:
        """A table with a caption that only screen readers tell."""
        head = (tag("th", self.say(n), scope="col") for n in names)
        table = tag(
            "table",
            tag("caption", self.say(caption), class_="vh"),
            tag("thead", tag("tr", *head)),
            tag("tbody", *rows),
        )
        label = self.say(caption)
        return tag("div", table, class_="scroll", tabindex=0, role="group", aria_label=label)

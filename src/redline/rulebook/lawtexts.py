"""Texts of law, one file a version, and whether what the rules cite stands in them.

A text is a Markdown file with front matter (title, effective_from, effective_to) in which every
article starts a line as `**第X条** …`. Files without articles are notes about a document whose full
text is not held. Texts are never kept with the rules: only the fingerprint of each cited article.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from pathlib import Path

from redline.diagnostics import Place, refuse
from redline.language.kinds import Article
from redline.language.numerals import chinese_number
from redline.messages import Message, msg
from redline.rulebook.diagnostics import NoLawTexts
from redline.rulebook.model import (
    FOREVER,
    Citation,
    ExceptionClause,
    Interval,
    RuleBook,
)

ARTICLE = re.compile(
    r"^\*\*第([零一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?\*\*", re.M
)
HEADING = re.compile(r"^#{1,6} |^第[零一二三四五六七八九十百千]+[编章节] ", re.M)
ITEM = re.compile(r"^[（(]([一二三四五六七八九十]+)[)）]")


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article: its paragraphs, and for each the number of the last item that follows it."""

    paragraphs: tuple[str, ...]
    items: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        """The first 16 digits of the SHA-256 of its words, white space left out."""
        words = re.sub(r"\s+", "", "".join(self.paragraphs))
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class LawText:
    """One version of an instrument."""

    title: str
    force: Interval
    file: Path
    body: str

    @cached_property
    def articles(self) -> Mapping[tuple[int, int], ArticleText]:
        """The articles by number and 之-suffix; empty for notes."""
        starts = list(ARTICLE.finditer(self.body))
        found: dict[tuple[int, int], ArticleText] = {}
        for i, start in enumerate(starts):
            end = starts[i + 1].start() if i + 1 < len(starts) else len(self.body)
            key = (chinese_number(start[1]), chinese_number(start[2]) if start[2] else 0)
            found.setdefault(key, article_text(self.body[start.end() : end]))
        return found


def article_text(text: str) -> ArticleText:
    """An article from the text behind its number, up to the next heading."""
    heading = HEADING.search(text)
    lines = (text[: heading.start()] if heading else text).splitlines()
    paragraphs: list[str] = []
    items: list[int] = []
    for line in (x.strip() for x in lines):
        if not line:
            continue
        item = ITEM.match(line)
        if item and paragraphs:
            # By its own number: lines without one may stand between the items of a list.
            items[-1] = max(items[-1], chinese_number(item[1]))
            paragraphs[-1] += line
        else:
            paragraphs.append(line)
            items.append(0)
    return ArticleText(tuple(paragraphs), tuple(items))


def read_law_texts(folder: Path) -> tuple[LawText, ...]:
    """The texts in a folder, by title and first day; raises `Refusal` where there are none."""
    texts = [text_of(file) for file in sorted(folder.glob("*.md"))]
    found = [t for t in texts if t is not None]
    if not found:
        raise refuse(NoLawTexts(place=Place(str(folder))))
    return tuple(bounded(sorted(found, key=lambda t: (t.title, t.force.start))))


def text_of(file: Path) -> LawText | None:
    """A text from its file; None where it has no front matter with a title and a first day."""
    head, _, body = file.read_text(encoding="utf-8-sig").removeprefix("---\n").partition("\n---\n")
    fields = dict(re.findall(r'^(\w+): "?(.*?)"?$', head, re.M))
    try:
        start = date.fromisoformat(fields["effective_from"])
        end = date.fromisoformat(fields["effective_to"]) if fields.get("effective_to") else FOREVER
    except (KeyError, ValueError):
        return None
    return LawText(plain_title(fields.get("title", "")), Interval(start, end), file, body)


def plain_title(title: str) -> str:
    """A title without quotation marks, spaces and what stands in brackets at its end."""
    return re.sub(r"[（(][^（()）]*[)）]$", "", re.sub(r"[《》\s]", "", title))


def bounded(texts: Sequence[LawText]) -> Iterator[LawText]:
    """Versions that end where the next one of their title begins."""
    for i, text in enumerate(texts):
        later = texts[i + 1] if i + 1 < len(texts) and texts[i + 1].title == text.title else None
        end = min(text.force.end, later.force.start) if later else text.force.end
        yield LawText(text.title, Interval(text.force.start, end), text.file, text.body)


# ── what the rules cite ─────────────────────────────────────────────────────────────────────


class Outcome(Enum):
    """How a citation stands to the texts."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"
    NOT_HELD = "not_held"
    WRONG = "wrong"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Checked:
    """A citation and how it stands to the texts, with the reason where it is not confirmed."""

    citation: Citation
    cited_by: str
    outcome: Outcome
    reason: Message | None = None


def citations_of(book: RuleBook) -> Iterator[tuple[str, Citation]]:
    """Every citation of a book, with the name of what cites it."""

    def of_exception(name: str, exception: ExceptionClause) -> Iterator[tuple[str, Citation]]:
        for citation in exception.citations:
            yield name, citation
        for nested in exception.except_when:
            yield from of_exception(name, nested)

    for rule in book.rules:
        name = f"{rule.pack}.{rule.names.key}"
        for citation in rule.citations:
            yield name, citation
        for exception in rule.exceptions:
            yield from of_exception(name, exception)
        for information in rule.information:
            for citation in information.citations:
                yield name, citation
    for concept in dict.fromkeys(book.concepts.values()):
        for citation in concept.citations:
            yield concept.names.key, citation
    for parameter in dict.fromkeys(book.parameters.values()):
        for value in parameter.values:
            for citation in value.citations:
                yield parameter.names.key, citation
        for citation in parameter.citations:
            yield parameter.names.key, citation
    groups = [g for scope in book.scopes.values() for g in scope.code_groups.by_name.values()]
    for group in dict.fromkeys(groups):
        for citation in group.citations:
            yield group.names.key, citation
    for clause in book.not_executable:
        yield clause.pack, clause.citation


Fingerprints = Mapping[str, str]
"""`title|first day|article` → the fingerprint of the article when its rule was written."""


def key_of(text: LawText, locator: Article) -> str:
    """The key of an article's fingerprint."""
    suffix = f"-{locator.suffix}" if locator.suffix else ""
    return f"{text.title}|{text.force.start}|{locator.number}{suffix}"


def verify(
    book: RuleBook, texts: Sequence[LawText], fingerprints: Fingerprints
) -> Iterator[Checked]:
    """How each citation stands to the texts that were in force over its days."""
    by_title: dict[str, list[LawText]] = {}
    for text in texts:
        by_title.setdefault(text.title, []).append(text)
    for name, citation in citations_of(book):
        yield checked(name, citation, by_title, fingerprints)


def checked(
    name: str,
    citation: Citation,
    by_title: Mapping[str, Sequence[LawText]],
    fingerprints: Fingerprints,
) -> Checked:
    versions = versions_over(citation, by_title)
    locator = citation.locator
    if not isinstance(locator, Article) or not versions:
        outcome = Outcome.UNVERIFIED if not citation.verified else Outcome.NOT_HELD
        reason = citation.reason
        words = msg("{reason}", reason=reason) if reason else msg("no full text is held")
        return Checked(citation, name, outcome, words)
    for text in versions:
        fault = fault_of(text, locator)
        if fault is not None:
            return Checked(citation, name, Outcome.WRONG, fault)
        article = text.articles[locator.number, locator.suffix]
        known = fingerprints.get(key_of(text, locator))
        if known is not None and known != article.fingerprint:
            changed = msg("the words of the article have changed since the rule was written")
            return Checked(citation, name, Outcome.CHANGED, changed)
    if not citation.verified:
        given = msg("{reason}", reason=citation.reason) if citation.reason else None
        return Checked(citation, name, Outcome.UNVERIFIED, given)
    return Checked(citation, name, Outcome.CONFIRMED)


def versions_over(citation: Citation, by_title: Mapping[str, Sequence[LawText]]) -> list[LawText]:
    """The full texts in force on some day of a citation on which its text is held."""
    held = citation.instrument.text_held or date.min
    days = citation.interval.within(Interval(held))
    texts = by_title.get(plain_title(citation.instrument.title.zh), ())
    return [t for t in texts if t.articles and not days.within(t.force).empty]


def fault_of(text: LawText, locator: Article) -> Message | None:
    """What is wrong with a locator in a version; None where it stands there."""
    article = text.articles.get((locator.number, locator.suffix))
    version = {"file": text.file.name}
    if article is None:
        return msg("{file} has no such article", **version)
    if locator.paragraph > len(article.paragraphs):
        return msg(
            "the article has {count:paragraph|paragraphs} in {file}",
            count=len(article.paragraphs),
            **version,
        )
    paragraphs = (
        article.items[locator.paragraph - 1 : locator.paragraph]
        if locator.paragraph
        else article.items
    )
    if locator.item and not any(locator.item <= count for count in paragraphs):
        return msg("there is no such item in {file}", **version)
    return None


def fingerprints_now(book: RuleBook, texts: Iterable[LawText]) -> dict[str, str]:
    """The fingerprints of every cited article, to be recorded with the rules."""
    by_title: dict[str, list[LawText]] = {}
    for text in texts:
        by_title.setdefault(text.title, []).append(text)
    found: dict[str, str] = {}
    for _name, citation in citations_of(book):
        locator = citation.locator
        if not isinstance(locator, Article):
            continue
        for text in versions_over(citation, by_title):
            article = text.articles.get((locator.number, locator.suffix))
            if article is not None:
                found[key_of(text, locator)] = article.fingerprint
    return dict(sorted(found.items()))


FILE = "fingerprints.json"


def read_fingerprints(folder: Path) -> Fingerprints:
    """The fingerprints recorded beside the rules; none where there is no such file."""
    file = folder / FILE
    if not file.is_file():
        return {}
    recorded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return recorded


def write_fingerprints(folder: Path, fingerprints: Fingerprints) -> None:
    """Record fingerprints beside the rules."""
    text = json.dumps(dict(fingerprints), ensure_ascii=False, indent=0)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")

"""Which clauses of each instrument the rules execute, which they cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from redline.language.kinds import Article, Locator, Section
from redline.messages import Message, Title, msg
from redline.rulebook.lawtexts import LawText, citations_of, plain_title
from redline.rulebook.model import Instrument, RuleBook, clause_text


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One article (or section, or place) of an instrument.

    `rules` are what execute it, rules and the concepts and parameters that they use; `reasons` say
    why something in it cannot be executed; `verified` is whether every citation of it is.
    """

    instrument: Instrument
    clause: Title
    rules: tuple[str, ...]
    reasons: tuple[Title, ...]
    verified: bool

    @property
    def state(self) -> Message:
        """Executable, in part, or not."""
        if self.rules and self.reasons:
            return msg("in part")
        return msg("executable") if self.rules else msg("not executable")


@dataclass
class Gathered:
    rules: dict[str, None] = field(default_factory=dict)
    reasons: dict[Title, None] = field(default_factory=dict)
    verified: bool = True


def coverage_of(book: RuleBook) -> Iterator[ClauseCoverage]:
    """Every clause that is cited, by instrument and place in it."""
    found: dict[tuple[Instrument, tuple[object, ...]], tuple[Locator, Gathered]] = {}
    reasons = {id(c.citation): c.because for c in book.not_executable}
    for name, citation in citations_of(book):
        locator = whole(citation.locator)
        key = (citation.instrument, order_of(locator))
        _, gathered = found.setdefault(key, (locator, Gathered()))
        gathered.verified &= citation.verified
        if id(citation) in reasons:
            gathered.reasons[reasons[id(citation)]] = None
        else:
            gathered.rules[name] = None
    for (instrument, _), (locator, gathered) in sorted(
        found.items(), key=lambda item: (item[0][0].names.key, str(type(item[1][0])), item[0][1])
    ):
        yield ClauseCoverage(
            instrument,
            Title(clause_text(locator, "en"), clause_text(locator, "zh")),
            tuple(gathered.rules),
            tuple(gathered.reasons),
            gathered.verified,
        )


def untouched(
    book: RuleBook, texts: Sequence[LawText]
) -> Mapping[Instrument, Sequence[tuple[int, int]]]:
    """The articles, number and suffix, of the latest text of each instrument that nothing cites."""
    cited: dict[Instrument, set[tuple[int, int]]] = {}
    for _name, citation in citations_of(book):
        at = citation.locator
        if isinstance(at, Article):
            cited.setdefault(citation.instrument, set()).add((at.number, at.suffix))
    left: dict[Instrument, Sequence[tuple[int, int]]] = {}
    for instrument in dict.fromkeys(book.instruments.values()):
        title = plain_title(instrument.title.zh)
        versions = [
            t
            for t in texts
            if t.title == title and t.articles and not t.force.within(instrument.force).empty
        ]
        if versions:
            latest = max(versions, key=lambda t: t.force.start)
            left[instrument] = sorted(set(latest.articles) - cited.get(instrument, set()))
    return left


def spans_of(articles: Sequence[tuple[int, int]]) -> Iterator[tuple[Article, Article]]:
    """Articles that follow each other as first and last."""
    first: tuple[int, int] | None = None
    last = first
    for article in articles:
        if first is None or last is None or article[0] > last[0] + 1:
            if first is not None and last is not None:
                yield Article(*first), Article(*last)
            first = article
        last = article
    if first is not None and last is not None:
        yield Article(*first), Article(*last)


def whole(locator: Locator) -> Locator:
    """The article of a paragraph or item; sections and places are kept as they are."""
    if isinstance(locator, Article):
        return Article(locator.number, locator.suffix)
    return locator


def order_of(locator: Locator) -> tuple[object, ...]:
    """What sorts the clauses of one instrument."""
    if isinstance(locator, Article):
        return (locator.number, locator.suffix)
    if isinstance(locator, Section):
        return (*locator.numbers, str(locator.item))
    return (locator.title.en,)

"""What became of every catalogued clause and every requirement: python -m tools.coverage FOLDER.

FOLDER is the reference material (law/clauses.csv and seeds/requirements.csv). docs/coverage.csv
says, row by row, what the row became and where. This program checks that every row is there, that
each rule, concept, parameter or code group that it names exists in the rule book, and that the
article of a catalogued clause is one that they cite; then it writes the table into
docs/coverage.md between its marks.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from redline.language.kinds import Article
from redline.language.numerals import chinese_number
from redline.rulebook.lawtexts import citations_of, plain_title
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "coverage.csv"
PAGE = ROOT / "docs" / "coverage.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

KINDS = ("rule", "part", "parameter", "concept", "not_executable")
"""What a row can become; all but the last are executable."""

ARTICLE = re.compile(r"^第([零一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?$")

Clause = tuple[str, int, int]
"""The Chinese title of an instrument, the number of an article and its suffix."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a catalogue, and the article that it is about where it is about one."""

    name: str
    clause: Clause | None


@dataclass(frozen=True, slots=True)
class Account:
    """What a row became; `where` names what carries it, or gives the reason why nothing does."""

    became: str
    where: str
    remark: str

    @property
    def names(self) -> tuple[str, ...]:
        """What carries the row; nothing where it is not executable."""
        if self.became == "not_executable":
            return ()
        return tuple(n.strip() for n in self.where.split(";") if n.strip())


def rows_of(file: Path) -> list[Row]:
    """The rows of a catalogue."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [Row(row["id"], clause_of(row)) for row in csv.DictReader(stream)]


def clause_of(row: Mapping[str, str]) -> Clause | None:
    article = ARTICLE.match(row.get("article", ""))
    if article is None:
        return None
    suffix = chinese_number(article[2]) if article[2] else 0
    return plain_title(row["law_title_zh"]), chinese_number(article[1]), suffix


def read_table() -> dict[str, Account]:
    """Row → what it became."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {
            row["row"]: Account(row["became"], row["where"], row["remark"])
            for row in csv.DictReader(stream)
        }


def names_in(book: RuleBook) -> frozenset[str]:
    """Every name that a row may point to."""
    found = {r.names.key for r in book.rules}
    found |= {c.names.key for c in book.concepts.values()}
    found |= {p.names.key for p in book.parameters.values()}
    found |= {
        group.names.key
        for scope in book.scopes.values()
        for group in scope.code_groups.by_name.values()
    }
    return frozenset(found)


def clauses_of(book: RuleBook) -> dict[str, set[Clause]]:
    """The articles that each rule, concept and parameter cites."""
    found: dict[str, set[Clause]] = {}
    for name, citation in citations_of(book):
        at = citation.locator
        if isinstance(at, Article):
            title = plain_title(citation.instrument.title.zh)
            found.setdefault(name.rpartition(".")[2], set()).add((title, at.number, at.suffix))
    return found


def faults(rows: Sequence[Row], table: Mapping[str, Account], book: RuleBook) -> Iterator[str]:
    """What the table gets wrong."""
    names, cited = names_in(book), clauses_of(book)
    known = {row.name for row in rows}
    yield from (f"{name}: no such row" for name in table if name not in known)
    for row in rows:
        account = table.get(row.name)
        if account is None:
            yield f"{row.name}: not accounted for"
        elif account.became not in KINDS:
            yield f"{row.name}: {account.became} is not one of {', '.join(KINDS)}"
        elif not account.where:
            yield f"{row.name}: nothing is named"
        elif account.names:
            yield from (
                f"{row.name}: the rule book has no {n}" for n in account.names if n not in names
            )
            clauses = [c for n in account.names for c in cited.get(n, ())]
            if row.clause is not None and row.clause not in clauses:
                yield f"{row.name}: none of {account.where} cites its article"


def notes_on(book: RuleBook) -> dict[str, str]:
    """What is to be said of a rule wherever it is named: its subject, and whether a clause that
    it rests on is unverified.
    """
    found = {}
    for rule in book.rules:
        said = [] if rule.subject is None else [f"on {rule.subject}"]
        said += [] if all(c.verified for c in rule.citations) else ["unverified"]
        if said:
            found[rule.names.key] = ", ".join(said)
    return found


def written(
    rows: Sequence[Row], table: Mapping[str, Account], notes: Mapping[str, str]
) -> Iterator[str]:
    """The counts and the table, as Markdown."""
    counts = Counter(table[row.name].became for row in rows)
    executable = sum(n for kind, n in counts.items() if kind != "not_executable")
    yield (
        f"{len(rows)} rows: {executable} executable ({100 * executable / len(rows):.1f} %), "
        f"{counts['not_executable']} not."
    )
    yield ""
    yield "| row | became | where, or why not |"
    yield "|---|---|---|"
    for row in rows:
        account = table[row.name]
        where = ", ".join(f"`{n}` ({notes[n]})" if n in notes else f"`{n}`" for n in account.names)
        shown = "; ".join(filter(None, (where or account.where, account.remark)))
        yield f"| {row.name} | {account.became.replace('_', ' ')} | {shown} |"


def main(arguments: Sequence[str]) -> int:
    """Check the table and write the page; 1 where something is wrong."""
    reference = Path(arguments[0])
    catalogues = {
        "Catalogued clauses": rows_of(reference / "law" / "clauses.csv"),
        "Requirements of the five places": rows_of(reference / "seeds" / "requirements.csv"),
    }
    table, book = read_table(), load_rulebook()
    every = [row for rows in catalogues.values() for row in rows]
    wrong = list(faults(every, table, book))
    for line in wrong:
        print(line)
    if wrong:
        return 1
    notes = notes_on(book)
    parts = [
        "\n".join([f"### {title}", *written(rows, table, notes)])
        for title, rows in catalogues.items()
    ]
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{tail}", encoding="utf-8")
    print(f"{len(every)} rows accounted for")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

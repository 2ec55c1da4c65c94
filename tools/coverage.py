"""What became of every catalogued clause and every requirement: python -m tools.coverage FOLDER.

FOLDER is the reference material (law/clauses.csv and seeds/requirements.csv). docs/coverage.csv
says, row by row, what the row became and where. This program checks that every row is there and
that each rule, concept or parameter that it names exists in the rule book, and writes the table
into docs/coverage.md between its marks.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "coverage.csv"
PAGE = ROOT / "docs" / "coverage.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

KINDS = ("rule", "part", "parameter", "concept", "not_executable")
"""What a row can become; all but the last are executable."""


def rows_of(file: Path) -> list[str]:
    """The identifiers of a catalogue."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [row["id"] for row in csv.DictReader(stream)]


def read_table() -> dict[str, tuple[str, str]]:
    """Row → what it became, and the names or the reason."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["row"]: (row["became"], row["where"]) for row in csv.DictReader(stream)}


def names_in(book: RuleBook) -> frozenset[str]:
    """Every name that a row may point to."""
    found = {r.names.key for r in book.rules}
    found |= {f"{r.pack}.{r.names.key}" for r in book.rules}
    found |= {c.names.key for c in book.concepts.values()}
    found |= {p.names.key for p in book.parameters.values()}
    return frozenset(found | set(book.packs) | set(book.instruments))


def faults(
    rows: Sequence[str], table: Mapping[str, tuple[str, str]], names: frozenset[str]
) -> Iterator[str]:
    """What the table gets wrong."""
    for row in rows:
        if row not in table:
            yield f"{row}: not accounted for"
    for row, (became, where) in table.items():
        if row not in rows:
            yield f"{row}: no such row"
        if became not in KINDS:
            yield f"{row}: {became} is not one of {', '.join(KINDS)}"
        elif became != "not_executable":
            for name in filter(None, (n.strip() for n in where.split(";"))):
                if name not in names:
                    yield f"{row}: the rule book has no {name}"


def written(rows: Sequence[str], table: Mapping[str, tuple[str, str]]) -> str:
    """The counts and the table, as Markdown."""
    counts = Counter(table[row][0] for row in rows)
    executable = sum(n for kind, n in counts.items() if kind != "not_executable")
    lines = [
        f"{len(rows)} rows: {executable} executable ({100 * executable / len(rows):.1f} %), "
        f"{counts['not_executable']} not.",
        "",
        "| row | became | where, or why not |",
        "|---|---|---|",
    ]
    for row in rows:
        became, where = table[row]
        shown = where.replace("|", "/")
        names = ", ".join(f"`{n.strip()}`" for n in shown.split(";") if n.strip())
        lines.append(f"| {row} | {became} | {shown if became == 'not_executable' else names} |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Check the table and write the page; 1 where something is wrong."""
    reference = Path(arguments[0])
    catalogues = {
        "Catalogued clauses": rows_of(reference / "law" / "clauses.csv"),
        "Requirements of the five places": rows_of(reference / "seeds" / "requirements.csv"),
    }
    table = read_table()
    every = [row for rows in catalogues.values() for row in rows]
    wrong = list(faults(every, table, names_in(load_rulebook())))
    for line in wrong:
        print(line)
    if wrong:
        return 1
    parts = [f"### {title}\n{written(rows, table)}" for title, rows in catalogues.items()]
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    text = f"{head}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{tail}"
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(every)} rows accounted for")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

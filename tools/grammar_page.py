"""The grammars in EBNF, for docs/grammar.md: python -m tools.grammar_page update|check.

The page is made from the grammar files that the program itself parses with. Productions stand in
the order in which a reader meets them from `start`; keywords stand as they are written; names that
a production has for the parser only are left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from redline.language.grammar import grammar_text
from redline.language.words import PUNCTUATION, keyword_alternatives
from redline.messages import Language

PAGE = Path(__file__).parents[1] / "docs" / "grammar.md"

HEAD = """# The grammars
Both surfaces in EBNF, as `python -m tools.grammar_page update` makes them from
`grammars/redline.lark` with `grammars/en.lark` or `grammars/zh.lark`; a test holds the page to
them. What the productions mean is said in [language.md](language.md).

`?` is for what may be left out, `*` for none or more, `+` for one or more, `|` for alternatives.
What stands in quotation marks is written as it is; a space in it stands for any white space.
Tokens in capitals are defined below the productions as regular expressions. White space and
comments may stand between any two tokens. In Chinese the full-width marks
`（ ） ， 、 ： ／ ＝ ＋ －` stand for the narrow ones. Of two tokens that fit a place the longer
one is read.
"""

TITLES: Mapping[Language, str] = {"en": "English surface", "zh": "Chinese surface (中文语句)"}

RULE = re.compile(r"^\?{0,1}(?P<name>[a-z]\w*): (?P<body>.*)$")
TERMINAL = re.compile(r"^(?P<name>[A-Z]\w*)(?:\.\d+)?: (?P<body>.*)$")
ALIAS = re.compile(r"\s*->\s*\w+")
SYMBOL = re.compile(r"\b[A-Za-z_]\w*\b")
WIDTH = 100


def statements(text: str) -> Iterator[str]:
    """The statements of a grammar file, each on one line, without comments."""
    statement = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("//"):
            continue
        if line[0].isspace():
            statement += " " + line.strip()
            continue
        if statement:
            yield statement
        statement = line
    if statement:
        yield statement


def productions(surface: Language) -> Mapping[str, str]:
    """Each production without the names that only the parser needs."""
    found = (RULE.match(s) for s in statements(grammar_text(surface)))
    return {m["name"]: ALIAS.sub("", m["body"]) for m in found if m}


def tokens(surface: Language) -> Mapping[str, str]:
    """Each token that is neither a keyword nor a mark, as a regular expression."""
    found = (TERMINAL.match(s) for s in statements(grammar_text(surface)))
    plain = {m["name"]: m["body"] for m in found if m}
    return {
        name: body
        for name, body in plain.items()
        if not name.startswith("KW_") and name not in PUNCTUATION
    }


def written(symbol: str, surface: Language) -> str:
    """A symbol of a production as the page shows it."""
    keywords = keyword_alternatives(surface)
    if symbol in keywords:
        spelled = " | ".join(f'"{word}"' for word in keywords[symbol])
        return f"({spelled})" if len(keywords[symbol]) > 1 else spelled
    return f'"{PUNCTUATION[symbol]}"' if symbol in PUNCTUATION else symbol


def in_order(rules: Mapping[str, str]) -> Iterator[str]:
    """The names of the productions, each after the one that first uses it."""
    seen = {"start": None}
    for name in (waiting := ["start"]):
        yield name
        for symbol in SYMBOL.findall(rules[name]):
            if symbol in rules and symbol not in seen:
                seen[symbol] = None
                waiting.append(symbol)


def alternatives(body: str) -> list[str]:
    """The alternatives of a production, those within parentheses apart."""
    found, depth, start = [], 0, 0
    for i, mark in enumerate(body):
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            found.append(body[start:i].strip())
            start = i + 1
    return [*found, body[start:].strip()]


def production(name: str, body: str, surface: Language) -> str:
    """One production, its alternatives below each other where they do not fit a line."""
    shown = [SYMBOL.sub(lambda m: written(m[0], surface), x) for x in alternatives(body)]
    line = f"{name} ::= {' | '.join(shown)}"
    if len(line) <= WIDTH or len(shown) == 1:
        return line
    return f"{name} ::= " + f"\n{' ' * len(name)}   | ".join(shown)


def surface_section(surface: Language) -> str:
    """The productions and tokens of a surface."""
    rules, lexed = productions(surface), tokens(surface)
    ignored = {"COMMENT", "WHITESPACE"}
    lines = [production(name, rules[name], surface) for name in in_order(rules)]
    lines += ["", *(f"{k} ::= {v}" for k, v in lexed.items() if k not in ignored)]
    lines += ["", *(f"{k} ::= {lexed[k]}" for k in sorted(ignored))]
    return f"## {TITLES[surface]}\n```ebnf\n" + "\n".join(lines) + "\n```\n"


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, surface_section("en"), surface_section("zh")])


def main() -> int:
    """Run the tool; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.grammar_page", description=__doc__)
    parser.add_argument("action", choices=("update", "check"))
    if parser.parse_args().action == "update":
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        print("docs/grammar.md is not what the grammar files say", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

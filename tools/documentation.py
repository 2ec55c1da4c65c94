"""Completes the table of contents when the documentation is built: mkdocs build --strict.

A page that mkdocs.yml does not name comes under “More”, and every decision under “Decisions”, so
that writing a page is enough to publish it. Links out of docs/ lead to the repository's own files
and are kept as text.
"""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import redline
from redline.diagnostics import Diagnostic

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


def on_config(config: Any) -> Any:
    """Add what the configuration does not name."""
    named = set(re.findall(r"[\w/-]+\.md", str(config["nav"])))
    pages = sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md"))
    more = [p for p in pages if p not in named and not p.startswith("decisions/")]
    decisions = [p for p in pages if p.startswith("decisions/")]
    if more:
        config["nav"].append({"More": more})
    config["nav"].append({"Decisions": decisions})
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links to files and folders that are no pages become their path."""
    here = (DOCS / page.file.src_uri).parent

    def plain(link: re.Match[str]) -> str:
        target = (here / link[2]).resolve()
        if target.is_file() and DOCS in target.parents:
            return link[0]
        return f"{link[1]} (`{target.relative_to(ROOT)}`)"

    if page.file.src_uri == "diagnostics.md":
        markdown = f"{markdown}\n{table_of_codes()}"
    return LINK.sub(plain, markdown)


def table_of_codes() -> str:
    """Every code of the program with what it stands for."""
    stands_for = {
        kind.code: (kind.__doc__ or "").splitlines()[0]
        for kind in kinds_of(Diagnostic)
        if kind.code
    }
    rows = [f"| {code} | {words} |" for code, words in sorted(stands_for.items())]
    head = "## Every code\nOf files, layers, submissions, records and the program as well.\n"
    return "\n".join([head, "| code | stands for |", "|---|---|", *rows, ""])


def kinds_of(kind: type[Diagnostic]) -> set[type[Diagnostic]]:
    """All kinds of diagnostics in the package."""
    for module in pkgutil.walk_packages(redline.__path__, "redline."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    below = set(kind.__subclasses__())
    return below.union(*(further(one) for one in below))


def further(kind: type[Diagnostic]) -> set[type[Diagnostic]]:
    """A kind's own kinds."""
    below = set(kind.__subclasses__())
    return below.union(*(further(one) for one in below))

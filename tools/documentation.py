"""Completes the table of contents when the documentation is built: mkdocs build --strict.

A page that mkdocs.yml does not name comes under “More”, and every decision under “Decisions”, so
that writing a page is enough to publish it. Links out of docs/ lead to the repository's own files
and are kept as text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

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

    return LINK.sub(plain, markdown)

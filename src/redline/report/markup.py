"""HTML built from elements: what is not markup already is text, and text is always escaped.

Text of a submission is written by strangers. It reaches a page only through `text_of`, which shows
control characters and marks that turn the direction of writing as �, and cuts what runs on for
pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from redline.report.layout import printable

LONG = 2000
"""Characters after which a single text is cut."""

VOID = frozenset({"br", "col", "hr", "input", "link", "meta"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | None
"""Markup (`Html`) or text to be escaped; None is nothing."""


@lru_cache(maxsize=1 << 16)
def text_of(text: str) -> Html:
    """A text as a page shows it: escaped, without control characters, cut where it is very long."""
    shown = printable(text[: LONG + 1])
    if len(text) > LONG:
        shown = shown[: LONG - 1] + "…"
    return Html(escape(shown).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"))


def joined(children: Iterable[Child], between: str = "") -> Html:
    """Several children after one another."""
    parts = (c if isinstance(c, Html) else text_of(c) for c in children if c is not None)
    return Html(between.join(parts))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element: `class_` stands for class, `aria_label` for aria-label; True is a bare name."""
    opening = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        text = value if isinstance(value, Html) else text_of(str(value))
        opening.append(attribute if value is True else f'{attribute}="{text}"')
    if name in VOID:
        return Html(f"<{' '.join(opening)}>")
    return Html(f"<{' '.join(opening)}>{joined(children)}</{name}>")

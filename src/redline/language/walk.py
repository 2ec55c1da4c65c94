"""Walking the tree of a rule file, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from redline.language import tree as t
from redline.messages import Title


@cache
def field_names(kind: type) -> tuple[str, ...]:
    """The names of the fields of a kind of node, its place left out."""
    return tuple(f.name for f in fields(kind) if f.name not in ("span", "source", "comments"))


def nodes_in(tree: object) -> Iterator[t.Node]:
    """Every node of a tree, each before those in it, in the order of their fields."""
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, t.Node):
            yield current
            stack.extend(getattr(current, f) for f in reversed(field_names(type(current))))


def names_in(tree: object) -> Iterator[t.Name]:
    """Every use of a name in a tree."""
    return (n for n in nodes_in(tree) if isinstance(n, t.Name))


def titles_in(tree: object) -> Iterator[tuple[t.Node, Title]]:
    """Every bilingual text in a tree, with the node that it belongs to."""
    for node in nodes_in(tree):
        for field in field_names(type(node)):
            value = getattr(node, field)
            if isinstance(value, Title):
                yield node, value

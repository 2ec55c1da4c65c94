"""Walking the tree of a rule file, whatever its nodes are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from redline.language import tree as t
from redline.messages import Title

FIELDS: dict[type, tuple[str, ...]] = {}
"""What was found of each kind of node."""


def field_names(node: t.Node) -> tuple[str, ...]:
    """The names of the fields of a node, its place left out."""
    kind = type(node)
    if kind not in FIELDS:
        names = (f.name for f in fields(node))
        FIELDS[kind] = tuple(n for n in names if n not in ("span", "source", "comments"))
    return FIELDS[kind]


def nodes_in(tree: object) -> Iterator[t.Node]:
    """Every node of a tree, each before those in it, in the order of their fields."""
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, t.Node):
            yield current
            stack.extend(getattr(current, f) for f in reversed(field_names(current)))


def names_in(tree: object) -> Iterator[t.Name]:
    """Every use of a name in a tree."""
    return (n for n in nodes_in(tree) if isinstance(n, t.Name))


def titles_in(tree: object) -> Iterator[tuple[t.Node, Title]]:
    """Every bilingual text in a tree, with the node that it belongs to."""
    for node in nodes_in(tree):
        for field in field_names(node):
            value = getattr(node, field)
            if isinstance(value, Title):
                yield node, value

"""A rule file in the words of the other surface: every name by its other identifier.

What a name means was noted when the rule book was resolved (`Scope.meanings`), so nothing is looked
up here again. A name without an identifier in the other script stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar, cast

from redline.diagnostics import refuse
from redline.language import tree as t
from redline.language.parser import parse
from redline.language.printer import print_pack
from redline.language.source import source_of
from redline.language.walk import field_names, names_in
from redline.messages import Language, Message, msg
from redline.rulebook.diagnostics import RuleDiagnostic
from redline.rulebook.model import RuleBook
from redline.rulebook.scope import Named, Scope

N = TypeVar("N", bound=t.Node)


def translated(pack: t.Pack, scope: Scope, surface: Language) -> str:
    """The text of a pack on a surface, with its comments.

    The scope must have been resolved together with the cases of the pack.
    """
    for name in names_in(pack):
        if name.span not in scope.meanings:
            thing = named_in_any_table(scope, name.text)
            if thing is not None:
                scope.note(name, thing)
    return print_pack(renamed(pack, scope, surface), surface)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLossless(RuleDiagnostic):
    """A name whose other identifier means something else where it would stand."""

    code: ClassVar[str] = "RL250"
    name: str
    other: str
    back: str

    @property
    def message(self) -> Message:
        return msg(
            "“{name}” would be written “{other}”, which is read as “{back}” there",
            name=self.name,
            other=self.other,
            back=self.back,
        )

    @property
    def hint(self) -> Message:
        return msg("Give one of the two another name.")


def check_lossless(
    pack: t.Pack, text: str, scope: Scope, resolve: Callable[[t.Pack], RuleBook]
) -> None:
    """Refuse a translation that does not say what the pack says.

    `resolve` gives the book with a pack put in the place of this one.
    """
    other = parse(source_of(text.encode(), pack.source.name))
    there = resolve(other).scopes[pack.name]
    back = translated(other, there, pack.surface)
    if back == translated(pack, scope, pack.surface):
        return
    own = renamed(pack, scope, pack.surface)
    again = parse(source_of(back.encode(), pack.source.name))
    for before, between, after in zip(names_in(own), names_in(other), names_in(again), strict=True):
        if before != after:
            raise refuse(
                NotLossless(
                    place=pack.source.place(before.span),
                    name=before.text,
                    other=between.text,
                    back=after.text,
                )
            )
    raise AssertionError(f"{pack.name} does not survive translation")


def named_in_any_table(scope: Scope, text: str) -> Named | None:
    """What a name of unknown kind means: what a case wants for can be anything."""
    found = (table.get(text) for table in scope.tables())
    return next((cast(Named, thing) for thing in found if thing is not None), None)


def renamed(node: N, scope: Scope, surface: Language) -> N:
    """A tree with each name in the script of a surface."""
    if isinstance(node, t.Name):
        meaning = scope.meanings.get(node.span)
        if meaning is None:
            return node
        other = meaning.names.zh if surface == "zh" else meaning.names.en
        return replace(node, text=other or node.text)
    changes: dict[str, object] = {}
    for field in field_names(node):
        value = getattr(node, field)
        changed = renamed_value(value, scope, surface)
        if changed is not value:
            changes[field] = changed
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def renamed_value(value: object, scope: Scope, surface: Language) -> object:
    if isinstance(value, t.Node):
        return renamed(value, scope, surface)
    if isinstance(value, tuple):
        items = tuple(renamed_value(item, scope, surface) for item in value)
        changed = any(a is not b for a, b in zip(items, value, strict=True))
        return items if changed else value
    return value

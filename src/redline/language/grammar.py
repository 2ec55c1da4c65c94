"""The grammars as Lark parsers, built once per version and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from redline.cache import private_cache_directory
from redline.messages import Language
from redline.packaged import packaged_folder


def grammar_text(surface: Language) -> str:
    """The grammar of one surface: the shared structure, then the surface's own part."""
    folder = packaged_folder("grammars")
    shared = (folder / "redline.lark").read_text(encoding="utf-8")
    return shared + "\n" + (folder / f"{surface}.lark").read_text(encoding="utf-8")


def load_parser(
    surface: Language,
    on_comment: Callable[[Any], Any],
    *,
    cache_directory: Path | None = None,
) -> Any:
    """A Lark parser of one surface that hands each comment to `on_comment`.

    That no two terminals collide and no production is ambiguous is checked by the tests
    (`strict_parser`), with a library that a user need not have.

    The tables are kept in the private cache directory, keyed by grammar, options and versions;
    where there is none they are built anew (about half a second).
    """
    from lark import Lark

    directory = cache_directory or private_cache_directory()
    return Lark(
        grammar_text(surface),
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=False,
        lexer_callbacks={"COMMENT": on_comment},
        cache=str(directory / f"grammar-{surface}.tables") if directory else False,
    )


@cache
def strict_parser(surface: Language) -> Any:
    """A parser without a transformer, built from the grammar text itself; for tests and tools."""
    from lark import Lark

    return Lark(
        grammar_text(surface),
        parser="lalr",
        strict=True,
        propagate_positions=True,
        maybe_placeholders=False,
    )

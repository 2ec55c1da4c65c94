"""Rule books kept between runs, so that a second start does not parse again.

A kept book is keyed by the digest of its files and of this program, lies in a folder that only this
user can write to (`redline.cache`), and carries the digest of its own bytes: whatever is damaged,
stale or not ours is passed over, and the book is made anew. It leaves out what only tools need: the
cases beside the rules and the scopes of the packs.
"""

from __future__ import annotations

import contextlib
import copyreg
import hashlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from redline.cache import private_cache_directory
from redline.packaged import packaged_folder
from redline.rulebook.files import rule_files, shipped_rules
from redline.rulebook.model import RuleBook

DIGEST_BYTES = 32

MOST_KEPT = 40
"""Books kept in the folder; the oldest go first."""


def ready_rulebook(paths: Sequence[Path] = ()) -> RuleBook:
    """The rule book of some paths for judging: from the cache, else loaded and kept.

    Raises `Refusal` as `load_rulebook` does.
    """
    directory = private_cache_directory()
    file = None
    if directory is not None:
        with contextlib.suppress(OSError):
            file = directory / f"rules-{key_of(paths)}.book"
    book = kept(file) if file is not None else None
    if book is None:
        from redline.rulebook.load import load_rulebook

        book = for_judging(load_rulebook(paths))
        if file is not None:
            keep(book, file)
    return book


def key_of(paths: Sequence[Path]) -> str:
    """Digest of the rule files at some paths, of the shipped ones, and of the program."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    shipped = rule_files([shipped_rules()])
    for file in dict.fromkeys([*rule_files(paths), *shipped]):
        digest.update(f"\0{file}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    digest.update(repr([str(p) for p in paths]).encode())
    program = Path(__file__).parents[1]
    for folder in (
        program,
        program / "language",
        program / "rulebook",
        packaged_folder("grammars"),
    ):
        for file in sorted([*folder.glob("*.py"), *folder.glob("*.lark")]):
            status = file.stat()
            digest.update(f"\0{file}\0{status.st_mtime_ns}\0{status.st_size}".encode())
    return digest.hexdigest()


def for_judging(book: RuleBook) -> RuleBook:
    """A book without cases and scopes."""
    return replace(book, rules=tuple(replace(r, cases=()) for r in book.rules), scopes={})


def kept(file: Path) -> RuleBook | None:
    """A kept book; None where there is none, or it is damaged or somebody else's."""
    try:
        with file.open("rb") as stream:
            if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid != os.getuid():
                return None
            data = stream.read()
    except OSError:
        return None
    if hashlib.sha256(data[DIGEST_BYTES:]).digest() != data[:DIGEST_BYTES]:
        return None
    try:
        book = pickle.loads(data[DIGEST_BYTES:])
    except Exception:
        return None
    return book if isinstance(book, RuleBook) else None


def frozen(book: RuleBook) -> bytes:
    """A book as bytes, so written that its tens of thousands of immutable things load fast."""
    stream = io.BytesIO()
    Freezer(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(book)
    return stream.getvalue()


class Freezer(pickle.Pickler):
    """Writes dataclasses with slots as their values alone; `thaw` puts these back.

    By default the names of the fields are looked up anew for each thing that is loaded.
    """

    def reducer_override(self, one: object) -> Any:
        """How a thing is made again; `NotImplemented` where that is as usual."""
        kind = type(one)
        if isinstance(one, type) or not is_dataclass(one) or "__slots__" not in vars(kind):
            return NotImplemented
        values = tuple(getattr(one, f.name) for f in fields(one))
        return copyreg.__newobj__, (kind,), values, None, None, thaw  # type: ignore[attr-defined]


def thaw(one: object, values: Sequence[object]) -> None:
    """Give a thing of slots its values back."""
    kind = type(one)
    setters = SETTERS.get(kind)
    if setters is None:
        assert is_dataclass(kind)
        setters = SETTERS[kind] = tuple(getattr(kind, f.name).__set__ for f in fields(kind))
    for put, value in zip(setters, values, strict=True):
        put(one, value)


SETTERS: dict[type, tuple[Callable[[object, object], None], ...]] = {}
"""What sets each field of a dataclass with slots, frozen or not."""


def keep(book: RuleBook, file: Path) -> None:
    """Write a book for the next start; a reader sees all of it or nothing."""
    with contextlib.suppress(OSError, pickle.PicklingError, RecursionError):
        data = frozen(book)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
            stream.write(hashlib.sha256(data).digest() + data)
        Path(stream.name).replace(file)
        books = sorted(file.parent.glob("rules-*.book"), key=lambda f: f.stat().st_mtime)
        for old in books[:-MOST_KEPT]:
            old.unlink(missing_ok=True)

"""Keeps the message catalogues in step with the source.

`python -m tools.catalogues update` finds every `msg("…")` below src/redline, merges it into the
catalogue of each language and compiles that for an editable checkout. What a translator wrote
stays; where a sentence was reworded the old translation stays as fuzzy, for the translator to look
at. `python -m tools.catalogues check` changes nothing and fails where a catalogue is incomplete.
"""

from __future__ import annotations

import argparse
import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "redline"
LANGUAGES = ("en", "zh")


def catalogue_file(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "redline.po"


def template() -> Catalog:
    """Every message in the source, with the files in which it stands."""
    catalog = Catalog(project="redline", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        SOURCE, method_map=[("**.py", "python")], keywords={"msg": None}, strip_comment_tags=True
    )
    for file, _line, message, _comments, _context in sorted(found, key=lambda f: (f[0], f[1])):
        catalog.add(message, locations=[(f"src/redline/{file}", 0)])
    return catalog


def merged(language: str) -> Catalog:
    """The catalogue of a language brought up to the source; English says what the source says."""
    path = catalogue_file(language)
    catalog = Catalog(locale=language)
    if path.exists():
        catalog = read_po(io.BytesIO(path.read_bytes()), locale=language)
    catalog.project, catalog.version, catalog.fuzzy = "redline", "", False
    catalog.update(template(), no_fuzzy_matching=language == "en")
    catalog.obsolete.clear()
    catalog.header_comment = f"# Messages of redline, {language}."
    if language == "en":
        for message in catalog:
            if message.id:
                message.string = message.id
                message.flags.discard("fuzzy")
    return catalog


def as_text(catalog: Catalog) -> bytes:
    """A catalogue as a PO file without days and line numbers: it changes where messages do."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, sort_by_file=True, include_lineno=False)
    dated = rb'^"(?:POT-Creation|PO-Revision|Generated-By|Last-Tr|Language-Team|Report-).*\n'
    return re.sub(dated, b"", stream.getvalue(), flags=re.MULTILINE)


def update() -> None:
    """Write and compile every catalogue."""
    for language in LANGUAGES:
        catalog = merged(language)
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_text(catalog))
        with path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalog)


def faults() -> Iterator[str]:
    """What keeps the catalogues from being complete, a sentence each."""
    wanted = {str(m.id) for m in template() if m.id}
    for language in LANGUAGES:
        path = catalogue_file(language)
        if not path.exists():
            yield f"{language}: there is no catalogue"
            continue
        catalog = read_po(io.BytesIO(path.read_bytes()), locale=language)
        held = {str(m.id): m for m in catalog if m.id}
        for text in sorted(wanted - held.keys()):
            yield f"{language}: not in the catalogue: {text!r}"
        for text in sorted(held.keys() - wanted):
            yield f"{language}: no longer in the source: {text!r}"
        for old in catalog.obsolete:
            yield f"{language}: obsolete: {old!r}"
        for text, message in held.items():
            if not message.string:
                yield f"{language}: not translated: {text!r}"
            elif message.fuzzy:
                yield f"{language}: fuzzy, look at it: {text!r}"
            elif places(text) != places(str(message.string)):
                yield f"{language}: other places than in the source: {text!r}"


def places(text: str) -> set[str]:
    """The named places of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def main() -> int:
    """Run the tool; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.catalogues", description=__doc__)
    parser.add_argument("action", choices=("update", "check"))
    if parser.parse_args().action == "update":
        update()
    found = list(faults())
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""`redline translate`: a rule file in the other language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.styling import Command, Say, language_option
from redline.messages import Language, msg

if TYPE_CHECKING:
    from redline.rulebook.model import RuleBook


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Write rule files in Chinese or in English: keywords, names, units and clause references; "
        "comments stay as they are. Translating back gives the same file.\n\n"
        "Exit code 3: a file could not be read, is invalid, or would say something else in the "
        "other language; else 0."
    )

    @click.command("translate", cls=Command, say=say, help=say(summary))
    @click.argument(
        "files",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say(msg("FILE…")),
    )
    @click.option(
        "--to",
        "language",
        type=click.Choice(["zh", "en"]),
        required=True,
        help=say(msg("Language to write.")),
    )
    @click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Rule file or folder with packs that the files import (repeatable).")),
    )
    @click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        metavar=say(msg("FILE|DIR")),
        help=say(msg("File for the result; a folder where several files are translated.")),
    )
    @language_option(say)
    def translate(
        *, files: tuple[Path, ...], language: Language, rules: tuple[Path, ...], output: Path | None
    ) -> int:
        from redline.commands.outlet import outlet

        folder = output if output is not None and (len(files) > 1 or output.is_dir()) else None
        if len(files) > 1 and (folder is None or not folder.is_dir()):
            raise click.UsageError(say(msg("several files need --output with a folder")))
        texts = translations(files, rules, language)
        for file, text in zip(files, texts, strict=True):
            with outlet(folder / file.name if folder else output) as stream:
                stream.write(text)
        return 0

    return translate


def translations(files: Sequence[Path], rules: Sequence[Path], language: Language) -> list[str]:
    """The texts of some rule files in a language.

    Raises `Refusal` where a file does not load, or where a name would mean something else there.
    """
    from redline.rulebook.files import rule_files
    from redline.rulebook.load import parse_rule_files
    from redline.rulebook.translation import check_lossless, translated

    packs = parse_rule_files(once([*files, *rule_files(rules)]))
    book = resolved(packs)
    by_file = {pack.source.name: pack for pack in packs.values()}
    texts = []
    for file in files:
        pack = by_file[str(file)]
        text = translated(pack, book.scopes[pack.name], language)
        check_lossless(pack, text, book.scopes[pack.name], lambda p: resolved({**packs, p.name: p}))
        texts.append(text)
    return texts


def resolved(packs: object) -> RuleBook:
    """A rule book with the names in its cases; raises `Refusal` where either does not resolve."""
    from redline.casework import note_names_in_cases
    from redline.diagnostics import Refusal
    from redline.rulebook.load import resolve_rulebook

    book = resolve_rulebook(packs)  # type: ignore[arg-type]
    wrong = note_names_in_cases(book)
    if wrong:
        raise Refusal(wrong)
    return book


def once(files: Iterable[Path]) -> list[Path]:
    """Files without those that were named before by another way."""
    seen: dict[Path, Path] = {}
    for file in files:
        seen.setdefault(file.resolve(), file)
    return list(seen.values())

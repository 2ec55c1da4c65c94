"""`redline register list`: what was decided, and what accounts hold."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import output_option, talking_options
from redline.commands.register.options import (
    register_option,
    rules_option,
    selecting_options,
    selection_of,
)
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

if TYPE_CHECKING:
    from redline.register.store import Kept, Store


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say what was decided, oldest first; every entry with --history, otherwise the decisions "
        "as they stand.\n\n"
        "Exit code 3: the register could not be read; else 0."
    )

    @click.command("list", cls=Command, say=say, help=say(summary))
    @register_option(say)
    @selecting_options(say)
    @click.option(
        "--history",
        is_flag=True,
        help=say(msg("Every entry: corrections and withdrawals as they were entered.")),
    )
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @rules_option(say)
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def listing(
        *,
        where: str,
        since: date | None,
        until: date | None,
        conditions: tuple[tuple[str, str], ...],
        history: bool,
        form: str,
        rules: tuple[Path, ...],
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.outlet import outlet
        from redline.register.entries import TITLES
        from redline.register.store import open_store
        from redline.report.layout import Sheet, Tone, style_of
        from redline.rulebook.cached import ready_rulebook

        store = open_store(where, ready_rulebook(rules))
        wanted = selection_of(since, until, conditions)
        found = (kept for kept in entries_of(store, history) if wanted.holds(kept.entry))
        with outlet(output) as stream:
            if form == "json":
                for kept in found:
                    stream.write(as_json(kept))
                return 0
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            count = 0
            for kept in found:
                count += 1
                if not quiet:
                    entry = kept.entry
                    parts = [
                        entry.decided_on.isoformat(),
                        sheet.say(TITLES[entry.decision]),
                        entry.id,
                        entry.title or "",
                        entry.reason or "",
                    ]
                    sheet.line("  ".join(part for part in parts if part))
            sheet.line(sheet.say(msg("{count} decisions", count=count)), Tone.STRONG)
        return 0

    return listing


def as_json(kept: Kept) -> str:
    """An entry as a line of JSON, with its number."""
    entry = kept.entry.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"seq": kept.seq, **entry}, ensure_ascii=False) + "\n"


def entries_of(store: Store, history: bool) -> Iterator[Kept]:
    """The entries of a register, as they stand or all of them."""
    from redline.register.selecting import standing_decisions

    return store.entries() if history else iter(standing_decisions(store.entries()))

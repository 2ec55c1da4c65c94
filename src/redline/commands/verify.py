"""`redline verify`: judge recorded checks again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.styling import Command, Say, language_option
from redline.messages import Message, msg

if TYPE_CHECKING:
    from redline.audit.verify import Verification
    from redline.report.layout import Sheet


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Judge a recorded check again: the reasoning from the record alone, the measuring where "
        "the files are at hand; say what differs and why.\n\n"
        "Exit code 3: the record could not be read or was changed; else 1: something that decides "
        "came out otherwise; else 0."
    )

    @click.command("verify", cls=Command, say=say, help=say(summary))
    @click.argument("record", type=click.Path(path_type=Path), metavar=say(msg("RECORD")))
    @click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Today's rules, to compare with; by default the packs that ship.")),
    )
    @talking_options(say)
    @language_option(say)
    def verify(*, record: Path, rules: tuple[Path, ...], quiet: bool, verbose: bool) -> int:
        from redline.audit.record import read_record
        from redline.audit.verify import verify as judge_again
        from redline.commands.outlet import outlet
        from redline.report.layout import Sheet, style_of

        found = judge_again(read_record(record), rules)
        with outlet(None) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            write_verification(found, sheet, quiet=quiet)
        return 0 if found.reproduced else 1

    return verify


def write_verification(found: Verification, sheet: Sheet, *, quiet: bool) -> None:
    """What differs, by cause, then whether the decision is reproduced."""
    from redline.audit.verify import Cause
    from redline.report.layout import Tone

    titles: dict[Cause, Message] = {
        Cause.REASONING: msg("The reasoning comes out otherwise"),
        Cause.MEASURING: msg("The measuring comes out otherwise"),
        Cause.RULES: msg("Rules that have changed since"),
        Cause.LAYERS: msg("Layers that have changed since"),
        Cause.SUBMISSIONS: msg("Not measured again"),
        Cause.SOFTWARE: msg("Software that has changed since"),
    }
    for cause, title in titles.items():
        several = [d for d in found.differences if d.cause is cause]
        serious = cause in (Cause.REASONING, Cause.MEASURING)
        if several and (serious or not quiet):
            sheet.line(sheet.say(title), Tone.STRONG)
            for one in several:
                sheet.line(sheet.say(one.message), Tone.BAD if serious else Tone.FAINT, indent=2)
            sheet.blank()
    if not found.reproduced:
        summary = msg("The recorded decision is not reproduced.")
    elif found.measured:
        summary = msg(
            "Reproduced: {count:status|statuses} reasoned again, and everything measured again.",
            count=found.reasoned,
        )
    else:
        summary = msg(
            "Reproduced: {count:status|statuses} reasoned again; the ground was not "
            "measured again.",
            count=found.reasoned,
        )
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.GOOD if found.reproduced else Tone.BAD)

"""`redline register add`: the decision about a recorded check."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from redline.commands.options import read_day, talking_options
from redline.commands.register.options import register_option, rules_option
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

REFUSALS = ("RL703", "RL704", "RL705", "RL712", "RL713", "RL714")
"""What refuses an entry, though everything could be read."""


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Enter the decision about a recorded check into the register. Quotas are asked again at "
        "the moment of entry: where another approval has used them up meanwhile, this one is "
        "refused, and the account is shown.\n\n"
        "Exit code 3: the record or the register could not be read; else 1: the entry is refused; "
        "else 0."
    )

    @click.command("add", cls=Command, say=say, help=say(summary))
    @click.argument("record", type=click.Path(path_type=Path), metavar=say(msg("RECORD")))
    @register_option(say)
    @click.option(
        "--decision",
        type=click.Choice(["approved", "refused"]),
        default="approved",
        help=say(msg("What was decided; approved by default.")),
    )
    @click.option(
        "--reason",
        metavar="TEXT",
        help=say(msg("Why; needed where the decision departs from the verdict.")),
    )
    @click.option("--by", "decided_by", metavar="NAME", help=say(msg("Who decided.")))
    @click.option("--basis", metavar="TEXT", help=say(msg("The clause that the decision names.")))
    @click.option(
        "--on",
        "decided_on",
        callback=read_day(say),
        metavar="DATE",
        help=say(msg("Day of the decision; by default the day of the check.")),
    )
    @click.option(
        "--id",
        "ids",
        multiple=True,
        metavar="ID",
        help=say(msg("This submission of the record (repeatable); by default all.")),
    )
    @click.option(
        "--predecessor", metavar="ID", help=say(msg("The earlier decision that this one amends."))
    )
    @click.option(
        "--correct", is_flag=True, help=say(msg("Correct what was entered under the same id."))
    )
    @rules_option(say)
    @talking_options(say)
    @language_option(say)
    def add(
        *,
        record: Path,
        where: str,
        decision: str,
        reason: str | None,
        decided_by: str | None,
        basis: str | None,
        decided_on: date | None,
        ids: tuple[str, ...],
        predecessor: str | None,
        correct: bool,
        rules: tuple[Path, ...],
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.audit.adding import Deciding
        from redline.audit.adding import add as enter
        from redline.audit.record import read_record
        from redline.commands.outlet import complain, outlet
        from redline.diagnostics import Place, Refusal
        from redline.register.entries import Decision
        from redline.register.store import open_store
        from redline.report.layout import Sheet, style_of
        from redline.rulebook.cached import ready_rulebook

        deciding = Deciding(
            Decision(decision), reason, decided_by, basis, decided_on, predecessor, correct
        )
        held = read_record(record)
        store = open_store(where, ready_rulebook(rules), make=True)
        try:
            entered = enter(store, held, deciding, ids, Place(str(record)))
        except Refusal as refusal:
            complain(refusal.diagnostics, say)
            refused = all(d.code in REFUSALS for d in refusal.diagnostics)
            return 1 if refused else 3
        with outlet(None) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            if not quiet:
                for entry in entered:
                    told = msg("Entered: {id}, {day}", id=entry.id, day=entry.decided_on)
                    sheet.line(sheet.say(told))
        return 0

    return add

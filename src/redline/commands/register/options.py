"""Options of the commands of a register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import read_day, read_settings
from redline.commands.styling import Function, Say
from redline.messages import msg

if TYPE_CHECKING:
    from redline.register.selecting import Selection


def register_option(say: Say) -> Callable[[Function], Function]:
    """Which register."""
    return click.option(
        "--register",
        "where",
        required=True,
        metavar="FILE|URL",
        help=say(msg("The register: a GeoPackage file, or the URL of a PostgreSQL database.")),
    )


def rules_option(say: Say) -> Callable[[Function], Function]:
    """Whose vocabulary is meant."""
    return click.option(
        "--rules",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="PATH",
        help=say(msg("Rule file or folder (repeatable); by default the packs that ship.")),
    )


def selecting_options(say: Say) -> Callable[[Function], Function]:
    """Which decisions."""
    options = (
        click.option(
            "--since",
            callback=read_day(say),
            metavar="DATE",
            help=say(msg("Decisions of this day and later.")),
        ),
        click.option(
            "--until",
            callback=read_day(say),
            metavar="DATE",
            help=say(msg("Decisions of this day and earlier.")),
        ),
        click.option(
            "--where",
            "conditions",
            callback=read_settings(say),
            multiple=True,
            metavar="KEY=VALUE",
            help=say(
                msg(
                    "Decisions of which this is so (repeatable): id, decision, kind, verdict, an "
                    "attribute, or an area; * stands for any letters."
                )
            ),
        ),
    )

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def selection_of(since: object, until: object, conditions: Sequence[tuple[str, str]]) -> Selection:
    """What these options select."""
    from datetime import date

    from redline.register.selecting import Selection

    assert since is None or isinstance(since, date)
    assert until is None or isinstance(until, date)
    return Selection(since, until, tuple(conditions))

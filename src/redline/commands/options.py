"""Options that several commands share, and the kinds of values that they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import TypeVar

import click

from redline.commands.styling import Function, Say
from redline.messages import Message, msg
from redline.quantities import AREA, LENGTH, Dimension, in_base_units, parse_quantity

Given = TypeVar("Given")
Callback = Callable[[click.Context, click.Parameter, Given], object]


def read_day(say: Say) -> Callback[str | None]:
    """Turns `2026-08-15` or `today` into a day."""

    def read(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
        if value is None or value == "today":
            return date.today() if value else None
        try:
            return date.fromisoformat(value)
        except ValueError:
            reason = msg("“{value}” is not a day such as 2026-08-15", value=value)
            raise click.BadParameter(say(reason), ctx, option) from None

    return read


def read_settings(say: Say) -> Callback[tuple[str, ...]]:
    """Turns every `KEY=VALUE` into a pair, without the spaces around key and value."""

    def read(
        ctx: click.Context, option: click.Parameter, values: tuple[str, ...]
    ) -> tuple[tuple[str, str], ...]:
        pairs = []
        for value in values:
            key, equals, rest = value.partition("=")
            if not equals or not key.strip():
                reason = msg("“{value}” is not of the form KEY=VALUE", value=value)
                raise click.BadParameter(say(reason), ctx, option)
            pairs.append((key.strip(), rest.strip()))
        return tuple(pairs)

    return read


def read_size(say: Say, dimension: Dimension, reason: Message) -> Callback[str | None]:
    """Turns a size such as `5`, `5 m2` or `0.01亩` into square metres, or metres."""
    base = "m2" if dimension == AREA else "m"

    def read(ctx: click.Context, option: click.Parameter, value: str | None) -> float | None:
        if value is None:
            return None
        bare = re.fullmatch(r"\s*[0-9.]+\s*", value)
        quantity = parse_quantity(f"{value} {base}" if bare else value)
        if quantity is None or quantity[1].dimension != dimension or quantity[2]:
            raise click.BadParameter(say(reason), ctx, option)
        return in_base_units(quantity[0], quantity[1])

    return read


OF_FILES = ("--register", "--answers", "--crs", "--accept-crs", "--group-by")
"""Options that are about files of submissions and what they are checked against."""


def checking_options(say: Say, without: Collection[str] = ()) -> Callable[[Function], Function]:
    """What a check needs to know: rules, catalog, register, day, facts and tolerance."""
    path = click.Path(path_type=Path)
    options = {
        "--rules": click.option(
            "--rules",
            type=path,
            multiple=True,
            metavar="PATH",
            help=say(msg("Rule file or folder (repeatable); by default the packs that ship.")),
        ),
        "--catalog": click.option(
            "--catalog",
            type=path,
            metavar="FILE",
            help=say(msg("Catalog of layers; by default catalog.toml here or in a folder above.")),
        ),
        "--register": click.option(
            "--register",
            metavar="FILE|URL",
            help=say(msg("Register of what was approved before.")),
        ),
        "--as-of": click.option(
            "--as-of",
            callback=read_day(say),
            metavar="DATE",
            help=say(msg("Day whose rules and layers apply; by default each submission's own.")),
        ),
        "--set": click.option(
            "--set",
            "settings",
            callback=read_settings(say),
            multiple=True,
            metavar="KEY=VALUE",
            help=say(msg("A fact about every submission (repeatable).")),
        ),
        "--answers": click.option(
            "--answers",
            type=path,
            metavar="FILE",
            help=say(msg("File with answers to open questions.")),
        ),
        **dict(zip(("--min-area", "--min-width"), tolerance_options(say), strict=True)),
        "--crs": click.option(
            "--crs",
            metavar="CRS",
            help=say(msg("Coordinate system of submissions that do not state theirs.")),
        ),
        "--accept-crs": click.option(
            "--accept-crs",
            "accept_crs",
            metavar="NAME",
            multiple=True,
            help=say(
                msg(
                    "Take coordinates on this datum (Xi'an 1980, Beijing 1954) as if they were on "
                    "CGCS2000, although they may lie a hundred metres off (repeatable)."
                )
            ),
        ),
        "--group-by": click.option(
            "--group-by",
            metavar="FIELD|all",
            help=say(msg("Make one submission of the features that agree in a field, or of all.")),
        ),
    }
    return _together(tuple(o for name, o in options.items() if name not in without))


def tolerance_options(say: Say) -> tuple[Callable[[Function], Function], ...]:
    """What is too small to count."""
    area = msg("write an area such as 5 or “5 m2”")
    width = msg("write a width such as 0.5 or “0.5 m”")
    return (
        click.option(
            "--min-area",
            callback=read_size(say, AREA, area),
            metavar="M2",
            help=say(msg("Pieces of less area are listed as slivers and not counted.")),
        ),
        click.option(
            "--min-width",
            callback=read_size(say, LENGTH, width),
            metavar="M",
            help=say(msg("Pieces of less width are listed as slivers and not counted.")),
        ),
    )


def tolerance_option(say: Say) -> Callable[[Function], Function]:
    """The same for a command that takes no more of what a check does."""
    return _together(tolerance_options(say))


def talking_options(say: Say) -> Callable[[Function], Function]:
    """How much is said."""
    return _together(
        (
            click.option(
                "--quiet", "-q", is_flag=True, help=say(msg("Say no more than the outcome."))
            ),
            click.option(
                "--verbose", "-v", is_flag=True, help=say(msg("Leave nothing to a count."))
            ),
        )
    )


def output_option(say: Say) -> Callable[[Function], Function]:
    """Where the result goes."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=say(msg("Write the result to a file and not to the screen.")),
    )


def _together(
    options: tuple[Callable[[Function], Function], ...],
) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate

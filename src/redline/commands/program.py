"""The program around the commands: its language, its help, and how every fault ends.

Exit codes are those of the commands; beside them 2 for wrong usage, 3 for what cannot be read and
for a fault of the program itself, 130 when interrupted, 141 when the reader of its output has gone.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import TypeVar

import click

from redline.commands.diagnostics import UnexpectedFault
from redline.commands.styling import Command, Group, Say, language_option
from redline.commands.usage import NoSuchCommand, usage_text
from redline.diagnostics import Diagnostic, Refusal, render_plain
from redline.messages import Language, Message, language_of_locale, msg

UNREADABLE = 3
INTERRUPTED = 130
READER_GONE = 141

COMMANDS: Mapping[str, Message] = MappingProxyType(
    {
        "check": msg("Judge submissions and say which clauses they keep or break."),
        "test": msg("Run the cases that stand beside the rules."),
        "schema": msg("Print the JSON Schema of a file format."),
    }
)
"""The commands, in the order in which people meet them."""


class Program(Group):
    """`redline` itself: it knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made in the program's language."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"redline.commands.{cmd_name}")
        command = module.command(self.say)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call; raises `NoSuchCommand`."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], tuple(COMMANDS), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section(self.say(msg("Commands"))):
            formatter.write_dl([(name, self.say(text)) for name, text in COMMANDS.items()])


def program(language: Language) -> Program:
    """The program in a language."""
    say = Say(language)

    @click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help=say(msg("Print the version and exit.")),
    )
    @language_option(say)
    def redline() -> None:
        pass

    summary = msg(
        "Checks a proposed development against the zoning rules that bind the ground it touches, "
        "and cites the clause."
    )
    return Program(
        say,
        name="redline",
        help=say(summary),
        callback=redline,
        params=_params_of(redline),
        subcommand_metavar=say(msg("COMMAND …")),
    )

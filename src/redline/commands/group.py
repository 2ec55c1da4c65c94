"""Groups of commands, each command imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from redline.commands.styling import (
    Say,
    explained,
    write_options,
    write_rows,
    write_summary,
    write_usage,
)
from redline.commands.usage import NoSuchCommand
from redline.messages import Message, msg


class Group(click.Group):
    """A group whose help is in the reader's language and breaks well in it.

    It knows its commands by name, says of each what it does, and imports the module of one when it
    is called; `modules` has the modules whose `command` makes them.
    """

    def __init__(
        self,
        say: Say,
        commands: Mapping[str, Message],
        modules: Mapping[str, str],
        **attributes: Any,
    ) -> None:
        metavars = {
            "options_metavar": say(msg("[OPTIONS]")),
            "subcommand_metavar": say(msg("COMMAND …")),
        }
        super().__init__(**{**metavars, **attributes})
        self.say = say
        self.said = commands
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(self.said)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made in the program's language."""
        if cmd_name not in self.modules:
            return None
        command = import_module(self.modules[cmd_name]).command(self.say)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call; raises `NoSuchCommand`."""
        if args[0] not in self.said and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], tuple(self.said), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        rows = [(name, self.say(text)) for name, text in self.said.items()]
        write_rows(self.say(msg("Commands:")), rows, formatter)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        write_usage(self, self.say, ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the program is for."""
        write_summary(self, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the commands."""
        write_options(self, self.say, ctx, formatter)
        self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, explained."""
        return explained(super().get_help_option(ctx), self.say)

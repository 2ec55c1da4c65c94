"""`redline register`: what was decided before, and what quotas have left."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from redline.commands.styling import Group, Say, language_option, write_rows
from redline.commands.usage import NoSuchCommand
from redline.messages import Message, msg

COMMANDS: Mapping[str, Message] = MappingProxyType(
    {
        "add": msg("Enter the decision about a recorded check."),
        "list": msg("Say what was decided, or what an account holds."),
        "import": msg("Enter old decisions from a table, or what quotas have."),
        "export": msg("Write what was decided into a file."),
    }
)
"""The commands of the group, and the module that holds each."""

MODULES: Mapping[str, str] = MappingProxyType(
    {"add": "adding", "list": "listing", "import": "importing", "export": "exporting"}
)


class Register(Group):
    """The group: it knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made in the program's language."""
        if cmd_name not in MODULES:
            return None
        module = import_module(f"redline.commands.register.{MODULES[cmd_name]}")
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
        rows = [(name, self.say(text)) for name, text in COMMANDS.items()]
        write_rows(self.say(msg("Commands:")), rows, formatter)


def command(say: Say) -> click.Command:
    """The group in a language."""
    summary = msg(
        "The register of what was decided before, over which quotas sum and which is replayed: a "
        "GeoPackage file, or PostgreSQL with PostGIS by URL. It is only appended to."
    )

    @click.group("register", cls=Register, say=say, help=say(summary))
    @language_option(say)
    def register() -> None:
        pass

    return register

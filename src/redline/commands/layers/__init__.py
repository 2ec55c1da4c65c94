"""`redline layers`: the catalog and its gaps, what is in a file, and the tiled store."""

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
        "list": msg("Say which layers are in force, what is missing and where coverage ends."),
        "inspect": msg("Say what is in a file, and which layer of the vocabulary it may be."),
        "build": msg("Cut the catalog's layers to tiles and store them."),
        "check": msg("Judge the layers themselves: what the rules demand of the maps."),
    }
)
"""The commands of the group, and the module that holds each."""

MODULES: Mapping[str, str] = MappingProxyType(
    {"list": "listing", "inspect": "inspecting", "build": "building", "check": "checking"}
)


class Layers(Group):
    """The group: it knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made in the program's language."""
        if cmd_name not in MODULES:
            return None
        module = import_module(f"redline.commands.layers.{MODULES[cmd_name]}")
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
        "The catalog of layers: what is in force and what is missing, what is in a file, and the "
        "store of tiled layers."
    )

    @click.group("layers", cls=Layers, say=say, help=say(summary))
    @language_option(say)
    def layers() -> None:
        pass

    return layers

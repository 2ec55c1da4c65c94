"""`redline layers`: the catalog and its gaps, what is in a file, and the tiled store."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from redline.commands.group import Group
from redline.commands.styling import Say, language_option
from redline.messages import Message, msg

COMMANDS: Mapping[str, Message] = MappingProxyType(
    {
        "list": msg("Say which layers are in force, what is missing and where coverage ends."),
        "inspect": msg("Say what is in a file, and which layer of the vocabulary it may be."),
        "build": msg("Cut the catalog's layers to tiles and store them."),
        "check": msg("Judge the layers themselves: what the rules demand of the maps."),
    }
)
"""What the commands of the group do."""

MODULES = {
    "list": "redline.commands.layers.listing",
    "inspect": "redline.commands.layers.inspecting",
    "build": "redline.commands.layers.building",
    "check": "redline.commands.layers.checking",
}


def command(say: Say) -> click.Command:
    """The group in a language."""
    summary = msg(
        "The catalog of layers: what is in force and what is missing, what is in a file, and the "
        "store of tiled layers."
    )

    @click.group(
        "layers", cls=Group, say=say, commands=COMMANDS, modules=MODULES, help=say(summary)
    )
    @language_option(say)
    def layers() -> None:
        pass

    return layers

"""`redline register`: what was decided before, and what quotas have left."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from redline.commands.group import Group
from redline.commands.styling import Say, language_option
from redline.messages import Message, msg

COMMANDS: Mapping[str, Message] = MappingProxyType(
    {
        "add": msg("Enter the decision about a recorded check."),
        "list": msg("Say what was decided, or what an account holds."),
        "import": msg("Enter old decisions from a table, or what quotas have."),
        "export": msg("Write what was decided into a file."),
    }
)
"""What the commands of the group do."""

MODULES = {
    "add": "redline.commands.register.adding",
    "list": "redline.commands.register.listing",
    "import": "redline.commands.register.importing",
    "export": "redline.commands.register.exporting",
}


def command(say: Say) -> click.Command:
    """The group in a language."""
    summary = msg(
        "The register of what was decided before, over which quotas sum and which is replayed: a "
        "GeoPackage file, or PostgreSQL with PostGIS by URL. It is only appended to."
    )

    @click.group(
        "register", cls=Group, say=say, commands=COMMANDS, modules=MODULES, help=say(summary)
    )
    @language_option(say)
    def register() -> None:
        pass

    return register

"""click's commands with help in the language that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from redline.diagnostics import display_width
from redline.messages import Language, Message, msg
from redline.report.layout import pad, wrap

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Say:
    """Renders messages in one language."""

    language: Language

    def __call__(self, message: Message) -> str:
        """A message as text."""
        return message.render(self.language)


class Command(click.Command):
    """A command whose help is in the reader's language and breaks well in it."""

    def __init__(self, say: Say, **attributes: Any) -> None:
        super().__init__(**{"options_metavar": say(msg("[OPTIONS]")), **attributes})
        self.say = say

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        write_usage(self, self.say, ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is for."""
        write_summary(self, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, each with its help."""
        write_options(self, self.say, ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, explained."""
        return explained(super().get_help_option(ctx), self.say)


def write_usage(
    command: click.Command, say: Say, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    """The usage line of a command."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=say(msg("Usage: ")))


def write_summary(command: click.Command, formatter: click.HelpFormatter) -> None:
    """What a command is for, in paragraphs."""
    for paragraph in (command.help or "").split("\n\n"):
        formatter.write("\n")
        for line in wrap(" ".join(paragraph.split()), formatter.width - 2):
            formatter.write(f"  {line}\n")


def write_options(
    command: click.Command, say: Say, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    """The options of a command, each with its help."""
    options = [p for p in command.get_params(ctx) if isinstance(p, click.Option)]
    records = [r for o in options if (r := o.get_help_record(ctx)) is not None]
    write_rows(say(msg("Options:")), records, formatter)


def write_rows(title: str, rows: Sequence[tuple[str, str]], formatter: click.HelpFormatter) -> None:
    """Names and what they mean, side by side; a long name has its line to itself."""
    formatter.write(f"\n{title}\n")
    room = min(max((display_width(name) for name, _ in rows), default=0), 20)
    for name, meaning in rows:
        lines = wrap(meaning, formatter.width - room - 4)
        if display_width(name) > room:
            formatter.write(f"  {name}\n")
        else:
            formatter.write(f"  {pad(name, room)}  {lines.pop(0)}\n")
        for line in lines:
            formatter.write(f"  {' ' * room}  {line}\n")


def explained(option: click.Option | None, say: Say) -> click.Option | None:
    """The help option with its own help translated."""
    if option is not None:
        option.help = say(msg("Show this help and exit."))
    return option


def language_option(say: Say) -> Callable[[Function], Function]:
    """`--lang`. It is read before the commands are made; here it is checked and explained."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        expose_value=False,
        help=say(msg("Language of the answer; by default that of the locale.")),
    )

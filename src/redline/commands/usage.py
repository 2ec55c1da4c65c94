"""Wrong usage, explained: one sentence in the reader's language and where to read on."""

from __future__ import annotations

import click

from redline.commands.styling import Say
from redline.diagnostics import did_you_mean
from redline.messages import Message, msg


class NoSuchCommand(click.UsageError):
    """A command that does not exist."""

    def __init__(self, name: str, known: tuple[str, ...], ctx: click.Context) -> None:
        super().__init__(name, ctx)
        self.name = name
        self.known = known


def usage_text(error: click.UsageError, say: Say) -> str:
    """The sentence, a did-you-mean where there is one, and the command that shows the help."""
    sentence, hint = explanation(error)
    path = error.ctx.command_path if error.ctx else "redline"
    further = msg("{command} --help shows what can be asked.", command=path)
    lines = [say(h) for h in (hint, further) if h]
    return "\n  = ".join([say(msg("Usage error: {sentence}", sentence=sentence)), *lines])


def explanation(error: click.UsageError) -> tuple[Message | str, Message | None]:
    """What is wrong, and a hint; click's own words for the rare rest."""
    match error:
        case NoSuchCommand():
            sentence = msg("there is no command “{name}”", name=error.name)
            return sentence, did_you_mean(error.name, error.known)
        case click.NoSuchOption():
            sentence = msg("there is no option {name}", name=error.option_name)
            return sentence, did_you_mean(error.option_name, options_of(error.ctx))
        case click.BadOptionUsage():
            return msg("option {name} needs a value", name=error.option_name), None
        case click.MissingParameter(param=click.Argument() as argument):
            return msg("{name} is missing", name=argument.metavar or argument.name), None
        case click.BadParameter(param=click.Option() as option):
            name = option.opts[0]
            if isinstance(option.type, click.Choice):
                choices = tuple(str(c) for c in option.type.choices)
                return msg("{name} must be one of {choices}", name=name, choices=choices), None
            return msg("{name}: {reason}", name=name, reason=error.message), None
        case _:
            return error.format_message(), None


def options_of(ctx: click.Context | None) -> list[str]:
    """The options that a command knows."""
    return [o for p in ctx.command.get_params(ctx) for o in p.opts] if ctx else []

"""`redline completion`: what a shell needs in order to complete commands, options and files."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class, shell_complete

from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

SHELLS = ("bash", "zsh", "fish")
ASKED = "_REDLINE_COMPLETE"
"""The variable by which a shell asks the program for completions."""


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Print the script that makes a shell complete commands, options and files.\n\n"
        'bash, in ~/.bashrc: eval "$(redline completion bash)". '
        'zsh, in ~/.zshrc after compinit: eval "$(redline completion zsh)". '
        "fish, once: redline completion fish > ~/.config/fish/completions/redline.fish"
    )

    @click.command("completion", cls=Command, say=say, help=say(summary))
    @click.argument("shell", type=click.Choice(SHELLS), metavar="|".join(SHELLS))
    @language_option(say)
    def completion(*, shell: str) -> int:
        from redline.commands.outlet import outlet

        with outlet(None) as stream:
            stream.write(script(shell))
        return 0

    return completion


def script(shell: str) -> str:
    """The script for a shell; it asks the program each time, so it does not grow old."""
    found = get_completion_class(shell)
    assert found is not None
    asker = found(click.Command("redline"), {}, "redline", ASKED)
    return asker.source_template % asker.source_vars() + "\n"


def answer(program: click.Command, asked: str) -> int:
    """Print what completes the words that the shell has put into the environment."""
    return shell_complete(program, {}, "redline", ASKED, asked)

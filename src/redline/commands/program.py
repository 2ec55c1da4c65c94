"""The program around the commands: its language, its help, and how every fault ends.

Exit codes are those of the commands; beside them 2 for wrong usage, 3 for what cannot be read and
for a fault of the program itself, 130 when interrupted, 141 when the reader of its output has gone.
"""

from __future__ import annotations

import locale
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from redline.commands.group import Group
from redline.commands.styling import Say, language_option
from redline.commands.usage import usage_text
from redline.diagnostics import Diagnostic, Refusal
from redline.messages import Language, Message, language_of_locale, msg

WRONG_USAGE = 2
UNREADABLE = 3
INTERRUPTED = 130
READER_GONE = 141

ENGINE = ("durable", "durable_rules_engine")
"""The modules of durable-rules, which may be missing where it could not be built."""

COMMANDS: Mapping[str, Message] = MappingProxyType(
    {
        "check": msg("Judge submissions and say which clauses they keep or break."),
        "explain": msg("Say why a finding came out so, or what a rule says."),
        "register": msg("Keep what was decided, and ask it what quotas have left."),
        "replay": msg("Judge past decisions by the rules and layers of their day."),
        "compare": msg("Say what another rule book would change in past decisions."),
        "verify": msg("Judge a recorded check again, and say what differs."),
        "test": msg("Run the cases that stand beside the rules."),
        "lint": msg("Say what is odd about rules: gaps in time, idle names, missing cases."),
        "fmt": msg("Write rule files in their canonical form."),
        "translate": msg("Write a rule file in the other language, comments and all."),
        "clauses": msg("Say which clauses the rules execute, and check what they cite."),
        "layers": msg("Look at layers: what is in force, what is in a file; build the store."),
        "init": msg("Make a workspace whose first check works."),
        "completion": msg("Print what a shell needs in order to complete commands."),
        "schema": msg("Print the JSON Schema of a file format."),
    }
)
"""The commands, in the order in which people meet them."""


MODULES = {name: f"redline.commands.{name}" for name in COMMANDS}


def program(say: Say) -> Group:
    """The program in a language."""
    summary = msg(
        "Checks a proposed development against the zoning rules that bind the ground it touches, "
        "and cites the clause."
    )

    @click.group(
        "redline", cls=Group, say=say, commands=COMMANDS, modules=MODULES, help=say(summary)
    )
    @language_option(say)
    @click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help=say(msg("Print the version and exit.")),
    )
    def redline() -> None:
        pass

    return redline


def _print_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"redline {version('redline')}")
        ctx.exit()


def run(arguments: Sequence[str]) -> int:
    """Run the program with some arguments; returns its exit code and never raises."""
    say = Say(asked_language(arguments, os.environ))
    try:
        if asked := os.environ.get("_REDLINE_COMPLETE"):
            from redline.commands.completion import answer

            return answer(program(say), asked)
        code = _invoke(program(say), arguments)
        sys.stdout.flush()
        return code
    except click.UsageError as error:
        print(usage_text(error, say), file=sys.stderr)
        return WRONG_USAGE
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return READER_GONE
    except Refusal as refusal:
        _complain(refusal.diagnostics, say)
        return UNREADABLE
    except Exception as fault:
        if isinstance(fault, ModuleNotFoundError) and module_of(fault) in ENGINE:
            from redline.commands.diagnostics import EngineMissing

            _complain([EngineMissing()], say)
        else:
            _report(fault, say, verbose=bool({"-v", "--verbose"} & set(arguments)))
        return UNREADABLE


def module_of(fault: ModuleNotFoundError) -> str:
    """The package that is not installed."""
    return (fault.name or "").partition(".")[0]


def _invoke(command: Group, arguments: Sequence[str]) -> int:
    try:
        with command.make_context("redline", list(arguments)) as context:
            result = command.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return result if isinstance(result, int) else 0


def asked_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language of `--lang`, else of the environment, else of the system's locale."""
    for i, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else "".join(arguments[i + 1 : i + 2])
            if wanted in ("zh", "en"):
                return "zh" if wanted == "zh" else "en"
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return "zh" if environ[variable].lower().startswith("zh") else "en"
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        return "en"
    return language_of_locale()


def _complain(diagnostics: Sequence[Diagnostic], say: Say) -> None:
    from redline.commands.outlet import complain

    complain(diagnostics, say)


def _report(fault: Exception, say: Say, *, verbose: bool) -> None:
    """A fault of the program, as a diagnostic; its traceback only where it was asked for."""
    from redline.commands.diagnostics import UnexpectedFault

    if verbose:
        traceback.print_exception(fault)
    _complain([UnexpectedFault(fault=type(fault).__name__, verbose=verbose)], say)


def _abandon_output() -> None:
    """Let the interpreter flush into nothing when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())

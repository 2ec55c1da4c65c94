"""`redline explain`: why a finding came out so, or what a rule says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from redline.commands.options import checking_options, output_option, talking_options
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

if TYPE_CHECKING:
    from redline.checking import Options
    from redline.checking.explaining import Explained
    from redline.report.layout import Sheet
    from redline.rulebook.model import NotExecutable, Rule


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say what a rule says, or which rules rest on a clause; with --submission, why a rule came "
        "out as it did: the derivation down to measured values, attributes, documents and "
        "clauses.\n\n"
        "RULE is the name of a rule, in either language, or a clause such as “CODE art. 320(1)”. "
        "Exit code 3: something could not be read; else 1: there is no such rule, or it is not in "
        "force; else 0."
    )

    @click.command("explain", cls=Command, say=say, help=say(summary))
    @click.argument("name", required=False, metavar=say(msg("[RULE]")))
    @click.option(
        "--submission",
        "submissions",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="FILE",
        help=say(msg("Submission whose finding is explained (repeatable).")),
    )
    @click.option("--rule", "rule", metavar="NAME", help=say(msg("The rule that is asked about.")))
    @checking_options(say)
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def explain(
        *,
        name: str | None,
        submissions: tuple[Path, ...],
        rule: str | None,
        rules: tuple[Path, ...],
        catalog: Path | None,
        register: str | None,
        as_of: date | None,
        settings: tuple[tuple[str, str], ...],
        answers: Path | None,
        min_area: float | None,
        min_width: float | None,
        crs: str | None,
        accept_crs: tuple[str, ...],
        group_by: str | None,
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline import checking
        from redline.commands.outlet import complain
        from redline.diagnostics import Refusal

        asked = rule or name
        if asked is None or (rule and name):
            raise click.UsageError(say(msg("name one rule, with RULE or with --rule NAME")))
        options = checking.Options(
            rules=rules,
            catalog=catalog,
            register=register,
            as_of=as_of,
            settings=settings,
            answers=answers,
            min_area=min_area,
            min_width=min_width,
            crs=crs,
            accept_crs=accept_crs,
            group_by=group_by,
        )
        try:
            if not submissions:
                return tell_rules(asked, options, output, say, form, verbose)
            return tell_findings(asked, submissions, options, output, say, form, verbose)
        except Refusal as refusal:
            complain(refusal.diagnostics, say)
            return 1 if all(d.code == "RL620" for d in refusal.diagnostics) else 3

    return explain


def tell_rules(  # noqa: PLR0917 - what the command line says
    name: str, options: Options, output: Path | None, say: Say, form: str, full: bool
) -> int:
    """What the rules of a name say."""
    from redline.checking.explaining import named, with_cases
    from redline.commands.outlet import outlet
    from redline.report.layout import Sheet, style_of
    from redline.rulebook.cached import ready_rulebook

    rules, clauses = named(ready_rulebook(options.rules), name)
    rules = tuple(with_cases(rule) for rule in rules)
    with outlet(output) as stream:
        sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=full)
        write_rules(rules, clauses, options.as_of or date.today(), sheet, form)
    return 0


def tell_findings(  # noqa: PLR0917 - what the command line says
    name: str,
    submissions: tuple[Path, ...],
    options: Options,
    output: Path | None,
    say: Say,
    form: str,
    full: bool,
) -> int:
    """Why the rules of a name came out as they did for submissions."""
    from redline.checking.explaining import explain_submissions
    from redline.commands.outlet import complain, outlet
    from redline.report.layout import Sheet, style_of

    explained, problems = explain_submissions(submissions, options, name)
    with outlet(output) as stream:
        sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=full)
        write_explained(explained, sheet, form)
    complain([p for p in problems if p.severity == "error" or full], say)
    if any(p.severity == "error" and p.code != "RL621" for p in problems):
        return 3
    return 0 if any(e.findings for e in explained) else 1


def write_explained(explained: tuple[Explained, ...], sheet: Sheet, form: str) -> None:
    """The derivations of some submissions."""
    from redline.report.explanation import write_derivation

    if form == "json":
        document = {
            "schema": "redline.explanation/1",
            "submissions": [
                {"id": e.submission, "findings": [f.model_dump(mode="json") for f in e.findings]}
                for e in explained
            ],
        }
        write_json(document, sheet.stream)
        return
    for i, one in enumerate(explained):
        if i:
            sheet.blank()
        if len(explained) > 1:
            sheet.line(one.submission)
        for finding in one.findings:
            assert finding.derivation is not None
            write_derivation(finding.derivation, sheet)


def write_rules(
    rules: tuple[Rule, ...],
    clauses: tuple[NotExecutable, ...],
    day: date,
    sheet: Sheet,
    form: str,
) -> None:
    """What some rules say, and which clauses no rule can execute."""
    from redline.reasoning.outline import outline
    from redline.report.explanation import (
        clause_as_json,
        rule_as_json,
        write_not_executable,
        write_rule,
    )

    outlines = [(rule, outline(rule, day)) for rule in rules]
    if form == "json":
        document = {
            "schema": "redline.explanation/1",
            "rules": [rule_as_json(rule, lines) for rule, lines in outlines],
            "not_executable": [clause_as_json(clause) for clause in clauses],
        }
        write_json(document, sheet.stream)
        return
    for i, (rule, lines) in enumerate(outlines):
        if i:
            sheet.blank()
        write_rule(rule, lines, sheet)
    if rules and clauses:
        sheet.blank()
    for clause in clauses:
        write_not_executable(clause, sheet)


def write_json(document: Mapping[str, object], stream: TextIO) -> None:
    """A document as JSON."""
    stream.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")

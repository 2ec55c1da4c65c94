"""`redline clauses`: which clauses the rules execute, and whether what they cite is the law."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import talking_options
from redline.commands.styling import Command, Say, language_option
from redline.messages import Language, msg

if TYPE_CHECKING:
    from redline.language.kinds import Article
    from redline.report.layout import Sheet
    from redline.rulebook.coverage import ClauseCoverage
    from redline.rulebook.lawtexts import Checked, LawText
    from redline.rulebook.model import RuleBook


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Say which clauses are executable, which are not and why, and with --texts which articles "
        "no rule touches; with --verify, check every citation against the texts of law in a "
        "folder.\n\n"
        "Exit code 3: the rules or texts could not be read; else 1: a citation is wrong, or its "
        "article has changed since its rule was written; else 0."
    )

    @click.command("clauses", cls=Command, say=say, help=say(summary))
    @click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar=say(msg("[PATH…]")))
    @click.option("--verify", is_flag=True, help=say(msg("Check citations against texts of law.")))
    @click.option(
        "--texts",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help=say(msg("Folder of texts of law, one file a version.")),
    )
    @click.option(
        "--record",
        is_flag=True,
        help=say(msg("Record the fingerprints of the cited articles beside the rules.")),
    )
    @click.option(
        "--handbook",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help=say(
            msg(
                "Write the rule book there as web pages in both languages: by instrument, zone "
                "and place."
            )
        ),
    )
    @talking_options(say)
    @language_option(say)
    def clauses(
        *,
        paths: tuple[Path, ...],
        verify: bool,
        texts: Path | None,
        record: bool,
        handbook: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.outlet import outlet
        from redline.report.layout import Sheet, style_of
        from redline.rulebook.lawtexts import read_law_texts
        from redline.rulebook.load import load_rulebook

        if (verify or record) and texts is None:
            raise click.UsageError(say(msg("--verify and --record need --texts DIR")))
        if handbook is not None:
            return bind_handbook(paths, handbook, say, quiet=quiet)
        book = load_rulebook(paths)
        held = read_law_texts(texts) if texts is not None else ()
        if record:
            record_fingerprints(book, held, paths)
        with outlet(None) as stream:
            sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
            if verify:
                return write_verification(book, held, paths, sheet, quiet=quiet)
            write_coverage(book, held, sheet, quiet=quiet)
        return 0

    return clauses


def bind_handbook(paths: tuple[Path, ...], folder: Path, say: Say, *, quiet: bool) -> int:
    """Write the handbook of some rules; a folder that holds something else stays as it is."""
    from datetime import date

    from redline.casework import packs_below
    from redline.commands.diagnostics import InTheWay
    from redline.commands.outlet import complain, folder_outlet, standard_output
    from redline.commands.translate import resolved
    from redline.diagnostics import Place
    from redline.report.handbook import MARK, contents_of, files_of
    from redline.rulebook.load import parse_rule_files

    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        complain([InTheWay(place=Place(str(folder)))], say)
        return 1
    packs = parse_rule_files(paths)
    book = resolved(packs)
    names = packs_below(book, list(paths)) if paths else set(packs)
    contents = contents_of(book, packs, date.today(), only=names)
    count = 0
    with folder_outlet(folder) as made:
        for name, text in files_of(contents):
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            count += 1
    if not quiet:
        done = msg(
            "{rules:rule|rules} on {count:page|pages} and files; open {file}",
            rules=len(contents.entries),
            count=count,
            file=str(folder / "index.html"),
        )
        standard_output().write(say(done) + "\n")
    return 0


def folder_of(paths: tuple[Path, ...]) -> Path:
    """The folder in which fingerprints are recorded."""
    from redline.rulebook.files import shipped_rules

    if not paths:
        return shipped_rules()
    return paths[0] if paths[0].is_dir() else paths[0].parent


def record_fingerprints(
    book: RuleBook, texts: tuple[LawText, ...], paths: tuple[Path, ...]
) -> None:
    """Write the fingerprints of every cited article beside the rules."""
    from redline.rulebook.lawtexts import fingerprints_now, write_fingerprints

    write_fingerprints(folder_of(paths), fingerprints_now(book, texts))


def write_verification(
    book: RuleBook,
    texts: tuple[LawText, ...],
    paths: tuple[Path, ...],
    sheet: Sheet,
    *,
    quiet: bool,
) -> int:
    """Every citation that is not confirmed, with its reason, then how many of each there are."""
    from redline.report.layout import Tone
    from redline.rulebook.lawtexts import Outcome, read_fingerprints, verify

    found = list(verify(book, texts, read_fingerprints(folder_of(paths))))
    titles = {
        Outcome.WRONG: (msg("Wrong"), Tone.BAD),
        Outcome.CHANGED: (msg("Changed since the rule was written"), Tone.BAD),
        Outcome.NOT_HELD: (msg("No full text is held"), Tone.OPEN),
        Outcome.UNVERIFIED: (msg("Marked as unverified"), Tone.OPEN),
    }
    for outcome, (title, tone) in titles.items():
        several = [c for c in found if c.outcome is outcome]
        if several and (not quiet or tone is Tone.BAD):
            sheet.line(f"{sheet.say(title)} ({len(several)})", Tone.STRONG)
            for one in several:
                write_checked(one, sheet, tone)
            sheet.blank()
    counts = Counter(c.outcome for c in found)
    summary = msg(
        "{all:citation|citations}: {confirmed} confirmed, {unverified} unverified, {held} without "
        "a full text, {changed} changed, {wrong} wrong",
        all=len(found),
        confirmed=counts[Outcome.CONFIRMED],
        unverified=counts[Outcome.UNVERIFIED],
        held=counts[Outcome.NOT_HELD],
        changed=counts[Outcome.CHANGED],
        wrong=counts[Outcome.WRONG],
    )
    bad = counts[Outcome.WRONG] + counts[Outcome.CHANGED]
    sheet.line(sheet.say(summary), Tone.STRONG, Tone.BAD if bad else Tone.GOOD)
    return 1 if bad else 0


def write_checked(one: Checked, sheet: Sheet, tone: object) -> None:
    """A citation, what cites it, and the reason."""
    from redline.report.layout import Tone

    citation = one.citation
    clause = f"{citation.instrument.title.render(sheet.language)} {citation.clause(sheet.language)}"
    assert isinstance(tone, Tone)
    sheet.line(f"{clause} — {one.cited_by}", tone, indent=2)
    if one.reason is not None:
        sheet.line(sheet.say(one.reason), Tone.FAINT, indent=4)


def write_coverage(book: RuleBook, texts: Sequence[LawText], sheet: Sheet, *, quiet: bool) -> None:
    """The clauses of each instrument and what became of them; where its text is held, also the
    articles that nothing cites.
    """
    from redline.report.layout import Tone
    from redline.rulebook.coverage import coverage_of, untouched

    left = untouched(book, texts)
    counts: Counter[str] = Counter()
    for instrument, clauses in groupby(coverage_of(book), key=lambda c: c.instrument):
        shown = list(clauses)
        counts.update(clause.state.text for clause in shown)
        if not quiet:
            sheet.line(instrument.title.render(sheet.language), Tone.STRONG)
            for clause in shown:
                write_clause(clause, sheet)
            write_untouched(left.get(instrument, ()), sheet)
    summary = msg(
        "{executable:clause is|clauses are} executable, {partly} in part, {not_executable} not",
        executable=counts["executable"],
        partly=counts["in part"],
        not_executable=counts["not executable"],
    )
    sheet.line(sheet.say(summary), Tone.STRONG)
    if texts:
        articles = sum(len(several) for several in left.values())
        sheet.line(sheet.say(msg("{count} articles are touched by no rule", count=articles)))


def write_clause(clause: ClauseCoverage, sheet: Sheet) -> None:
    """One clause, what executes it, and why not."""
    from redline.report.layout import Tone

    state = sheet.say(clause.state)
    unverified = "" if clause.verified else f" ({sheet.say(msg('unverified'))})"
    sheet.line(f"{clause.clause.render(sheet.language)}: {state}{unverified}", indent=2)
    if clause.rules:
        sheet.line(", ".join(clause.rules), Tone.FAINT, indent=4)
    for reason in clause.reasons:
        sheet.line(reason.render(sheet.language), Tone.FAINT, indent=4)


def write_untouched(articles: Sequence[tuple[int, int]], sheet: Sheet) -> None:
    """The articles that nothing cites, those that follow each other as one span."""
    from redline.report.layout import Tone
    from redline.rulebook.coverage import spans_of

    if not articles:
        return
    spans = [span_text(first, last, sheet.language) for first, last in spans_of(articles)]
    mark = sheet.say(msg("touched by no rule: {articles}", articles=spans))
    sheet.line(mark, Tone.FAINT, indent=2)


def span_text(first: Article, last: Article, language: Language) -> str:
    """Articles from a first to a last one: art. 1–37, 第一条至第三十七条."""
    from redline.language.locators import article_text

    start, end = article_text(first, language), article_text(last, language)
    if start == end:
        return start
    return f"{start}–{end.removeprefix('art. ')}" if language == "en" else f"{start}至{end}"

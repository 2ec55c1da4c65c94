"""Explaining: why rules came out as they did for submissions, and which rules a name stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from redline import findings as f
from redline.checking.assembling import Answered, FindingMaker
from redline.checking.check import Options, Task, judge_batch, prepare
from redline.checking.derivations import derivation_of
from redline.checking.units import Unit, dressed, rows_of
from redline.diagnostics import Diagnostic, Refusal, did_you_mean, refuse
from redline.messages import Message, msg
from redline.rulebook.model import Citation, NotExecutable, Rule, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchRule(Diagnostic):
    """A name or clause to which no rule answers."""

    code: ClassVar[str] = "RL620"
    name: str
    known: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        return msg("no rule has the name “{name}”, and none cites such a clause", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNotInForce(Diagnostic):
    """A rule that does not exist on the day of a submission."""

    code: ClassVar[str] = "RL621"
    name: str
    day: str

    @property
    def message(self) -> Message:
        return msg("“{name}” is not in force on {day}", name=self.name, day=self.day)

    @property
    def hint(self) -> Message:
        return msg("Choose another day with --as-of DATE.")


@dataclass(frozen=True)
class Explained:
    """The findings of one submission for the rules that were asked about, with derivations."""

    submission: str
    findings: tuple[f.Finding, ...]


def rules_named(book: RuleBook, name: str) -> tuple[Rule, ...]:
    """The rules of a name in either language (with its pack in front or without), else those that
    cite a clause such as `CODE art. 320(1)`. Raises `Refusal` where there are none.
    """
    rules, _clauses = named(book, name)
    if not rules:
        raise refuse(unknown_rule(book, name))
    return rules


def named(book: RuleBook, name: str) -> tuple[tuple[Rule, ...], tuple[NotExecutable, ...]]:
    """The rules that a name or a clause stands for, and the clauses that no rule can execute.

    Raises `Refusal` where it stands for neither.
    """
    wanted = squeezed(name)
    rules = tuple(r for r in book.rules if wanted in names_of(r))
    if rules:
        return rules, ()
    rules = tuple(r for r in book.rules if any(cites(c, wanted) for c in citations_in(r)))
    clauses = tuple(c for c in book.not_executable if cites(c.citation, wanted))
    if not rules and not clauses:
        raise refuse(unknown_rule(book, name))
    return rules, clauses


def unknown_rule(book: RuleBook, name: str) -> NoSuchRule:
    known = tuple(n for r in book.rules for n in (r.names.en, r.names.zh) if n)
    return NoSuchRule(name=name, known=known)


def with_cases(rule: Rule) -> Rule:
    """A rule with the cases beside it, read from its file. Raises `Refusal` where it has gone.

    A rule book that was kept between runs has none.
    """
    from redline.language import tree
    from redline.language.parser import parse
    from redline.language.source import read_source

    if rule.cases:
        return rule
    pack = parse(read_source(Path(rule.place.file)))
    for node in pack.declarations:
        if isinstance(node, tree.Rule) and (node.name.en, node.name.zh) == (
            rule.names.en,
            rule.names.zh,
        ):
            return replace(rule, cases=node.cases)
    return rule


def names_of(rule: Rule) -> frozenset[str]:
    """Everything by which a rule can be called."""
    plain = [n for n in (rule.names.en, rule.names.zh) if n]
    return frozenset(squeezed(x) for n in plain for x in (n, f"{rule.pack}.{n}"))


def squeezed(text: str) -> str:
    """A text without spaces and quotation marks, in small letters, for comparing."""
    return "".join(c for c in text.casefold() if not c.isspace() and c not in "《》“”\"'")


def citations_in(rule: Rule) -> Iterator[Citation]:
    """The citations of a rule and of its exceptions."""
    yield from rule.citations
    for exception in rule.exceptions:
        yield from exception.citations


def cites(citation: Citation, wanted: str) -> bool:
    """Whether a citation is of a clause, or of a part of it."""
    instrument = citation.instrument
    names = [instrument.names.en, instrument.names.zh, instrument.title.en, instrument.title.zh]
    for name in names:
        head = squeezed(name)
        if not head or not wanted.startswith(head):
            continue
        rest = wanted[len(head) :].lstrip(",，")
        clauses = [squeezed(citation.clause("en")), squeezed(citation.clause("zh"))]
        if rest in clauses or any(within(clause, rest) for clause in clauses):
            return True
    return False


def within(clause: str, wider: str) -> bool:
    """Whether a clause lies inside a wider one: art. 26(2) in art. 26, and not in art. 2."""
    if not wider or not clause.startswith(wider):
        return False
    following = clause[len(wider) :][:1]
    return following in ("(", "（", "第") or clause[len(wider) :].startswith("item")


def explain_submissions(
    submissions: Sequence[Path], options: Options, name: str
) -> tuple[tuple[Explained, ...], tuple[Diagnostic, ...]]:
    """The findings of some submissions for the rules of a name, each with its derivation; and what
    is wrong. Raises `Refusal` where nothing can be judged or no rule has the name.
    """
    task = prepare(submissions, options)
    rules = rules_named(task.book, name)
    problems: list[Diagnostic] = []
    found = dict(explained_rows(task, rules, problems))
    return tuple(found[i] for i in sorted(found)), (
        *task.problems,
        *task.zones.diagnostics,
        *problems,
    )


def explained_rows(
    task: Task, rules: Iterable[Rule], problems: list[Diagnostic]
) -> Iterator[tuple[int, Explained]]:
    """Each submission's row with its findings for some rules."""
    asked = tuple(rules)
    for batch in task.batches:
        book = replace(task.book, rules=kept_with(task.book, asked))
        narrowed = replace(task, book=book, kept={})
        try:
            done = judge_batch(batch, narrowed)
        except Refusal as refusal:
            problems += refusal.diagnostics
            continue
        answered = done.answered
        groups = answered.inference.plan.rules
        chosen = [i for i, g in enumerate(groups) if g.rule in asked]
        if not chosen:
            names = ", ".join(r.names.key for r in asked)
            problems.append(RuleNotInForce(name=names, day=str(batch.day)))
        if done.expanded is not None:
            parts = explained_parts(answered, done.expanded.units, chosen)
            yield batch.rows[0], Explained(batch.submissions[0].submission.id, tuple(parts))
            continue
        for index, row in enumerate(batch.rows):
            maker = FindingMaker(answered, index)
            yield (
                row,
                Explained(
                    batch.submissions[index].submission.id,
                    tuple(
                        maker.finding(i).model_copy(update={"derivation": derivation_of(maker, i)})
                        for i in chosen
                    ),
                ),
            )


def explained_parts(
    answered: Answered, units: Sequence[Unit], rules: Iterable[int]
) -> Iterator[f.Finding]:
    """The findings of some rules about each part of a submission, with their derivations."""
    plan = answered.inference.plan
    for number in rules:
        for row in rows_of(plan.rules[number], plan, units):
            maker = FindingMaker(answered, row)
            finding = dressed(maker.finding(number), units[row], answered, number)
            yield finding.model_copy(update={"derivation": derivation_of(maker, number)})


def kept_with(book: RuleBook, asked: Sequence[Rule]) -> tuple[Rule, ...]:
    """Some rules, and those that may go before them."""
    names = {r.names for r in asked}
    return tuple(
        r
        for r in book.rules
        if r in asked or any(displacement.displaced in names for displacement in r.displaces)
    )

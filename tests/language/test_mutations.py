"""A rule file that was damaged by chance parses, or is refused with located diagnostics."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redline.casework import run_rules
from redline.commands.translate import resolved
from redline.diagnostics import Refusal, render_plain
from redline.language import tree as t
from redline.language.parser import read_pack
from redline.language.printer import print_pack
from redline.language.source import Source, source_of
from redline.messages import Language
from redline.rulebook.lint import lint
from redline.rulebook.load import parse_rule_files, resolve_rulebook
from redline.rulebook.model import RuleBook
from redline.rulebook.resolve import resolve_pack
from redline.rulebook.translation import translated
from tests.language.surfaces import SURFACES, parsed

ODD = [
    *' \n\t"()（），、：=/.#-+*',
    *("\u202e", "\ufeff", "e\u0301", "\\", "“", "”", "０", "𠮷", "\x00", "art.", "第", "条"),
    *(
        "rule",
        "规则",
        "and",
        "or",
        "且",
        "或",
        "not",
        "cites",
        "依据",
        "where (",
        "item 1",
        "第1项",
    ),
    *("9999999999", "2026-99-99", "5 km", "5公里", "km", "%", "yes", "是", '""'),
]


@cache
def packs() -> dict[str, t.Pack]:
    return dict(parse_rule_files(()))


@cache
def book() -> RuleBook:
    return resolve_rulebook(packs())


@cache
def texts(surface: Language) -> list[tuple[str, str, list[str]]]:
    """Each pack's name, its head, and its declarations."""
    found = []
    for name, pack in sorted(packs().items()):
        text = print_pack(pack, surface)
        starts = [d.span.start for d in parsed(text).declarations]
        ends = [*starts[1:], len(text)]
        blocks = [text[a:b] for a, b in zip(starts, ends, strict=True)]
        found.append((name, text[: starts[0]], blocks))
    return found


Change = tuple[int, int, str]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A shipped pack's name and its text on one surface after a few random changes."""
    name, head, blocks = draw(st.sampled_from(texts(draw(st.sampled_from(SURFACES)))))
    # A part of the file is enough, and quick: its head, and some declarations behind it.
    start = draw(st.integers(0, max(0, len(blocks) - 4)))
    text = head + "".join(blocks[start : start + 5])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20, 80]))
        inserted = draw(
            st.one_of(st.just(""), st.sampled_from(ODD), st.text(max_size=3), pieces(text))
        )
        text = text[:at] + inserted + text[at + length :]
    return name, text


def pieces(text: str) -> st.SearchStrategy[str]:
    """Some other part of the same text."""
    starts = st.integers(0, max(0, len(text) - 1))
    return st.builds(lambda i, n: text[i : i + n], starts, st.integers(1, 40))


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_damage_is_answered_with_located_diagnostics(sample: tuple[str, str]):
    _name, text = sample
    try:
        source = source_of(text.encode("utf-8", "surrogatepass"), "damaged.redline")
        reading = read_pack(source)
    except Refusal as refusal:
        located(refusal, None)
        return
    located(Refusal(reading.diagnostics), source)
    if reading.pack is None:
        assert reading.diagnostics
        return
    printed = print_pack(reading.pack)
    if not reading.diagnostics:
        assert parsed(printed) == reading.pack
    imported = [book().scopes[i.pack] for i in reading.pack.imports if i.pack in book().scopes]
    result = resolve_pack(reading.pack, imported, reading.lost)
    located(Refusal(result.scope.diagnostics), source)
    if not reading.diagnostics and not result.scope.diagnostics:
        try:
            tools_go_through(reading.pack)
        except Refusal as refusal:
            located(refusal, source)


def tools_go_through(pack: t.Pack) -> None:
    """Lint, the cases and the translation of a pack; raises `Refusal` where its cases are wrong."""
    known = needed_by(pack) | {pack.name: pack}
    changed = resolved(known)
    lint(changed, known, [pack.name])
    run_rules(changed, [rule for rule in changed.rules if rule.pack == pack.name])
    translated(pack, changed.scopes[pack.name], "zh" if pack.surface == "en" else "en")


def needed_by(pack: t.Pack) -> dict[str, t.Pack]:
    """The shipped packs that a pack imports, and those that they import."""
    found: dict[str, t.Pack] = {}
    open_ = [i.pack for i in pack.imports]
    while open_:
        name = open_.pop()
        if name in packs() and name not in found:
            found[name] = packs()[name]
            open_ += [i.pack for i in found[name].imports]
    return found


def located(refusal: Refusal, source: Source | None) -> None:
    """Each diagnostic has a place in the file and a text in both languages."""
    for diagnostic in refusal.diagnostics:
        place = diagnostic.place
        assert place is not None
        assert place.line is not None
        if source is not None:
            assert 1 <= place.line <= source.text.count("\n") + 1
        for language in SURFACES:
            assert diagnostic.code in render_plain(diagnostic, language)

"""Every error code of the language has an input and its rendering, in English and in Chinese.

The renderings lie beside the inputs, in files that end in `.expected`. To write them anew, run the
tests with REDLINE_REWRITE_GOLDENS=1 and look at the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from redline.commands.lint import findings
from redline.commands.translate import translations
from redline.diagnostics import Diagnostic, Refusal, render_plain
from redline.language import diagnostics as language
from redline.language.source import MAX_CHARACTERS, source_of
from redline.rulebook import diagnostics as rulebook
from redline.rulebook import lint_diagnostics, translation
from redline.rulebook.lawtexts import read_law_texts

BAD = Path(__file__).parent / "bad"
PAGE = Path(__file__).parents[2] / "docs" / "diagnostics.md"
REWRITE = bool(os.environ.get("REDLINE_REWRITE_GOLDENS"))

INPUTS = sorted(p.name for p in BAD.iterdir() if not p.name.endswith(".expected"))


def bidirectional() -> object:
    text = 'pack a.b\n  "\u202ean example" / "示\u2066例"\n'
    return source_of(text.encode(), "hidden.redline")


def not_text() -> object:
    return source_of(b'pack a.b\n  "\xd6\xd0" / "x"\n', "gbk.redline")


def too_large() -> object:
    return source_of(b" " * (4 * MAX_CHARACTERS + 1), "large.redline")


def no_file() -> object:
    return findings([Path("nowhere.redline")], None)


def no_rules() -> object:
    Path("empty").mkdir()
    return findings([Path("empty")], None)


def no_law_texts() -> object:
    Path("texts").mkdir()
    return read_law_texts(Path("texts"))


GENERATED: dict[str, Callable[[], object]] = {
    "RL101_no_file": no_file,
    "RL102_not_text": not_text,
    "RL103_too_large": too_large,
    "RL104_bidirectional": bidirectional,
    "RL217_no_rules": no_rules,
    "RL229_no_law_texts": no_law_texts,
}
"""Inputs that no text file can hold."""


def found_in(name: str) -> Sequence[Diagnostic]:
    """What is said about an input."""
    path = Path(name)
    if name.startswith("RL250"):
        with pytest.raises(Refusal) as refused:
            translations([path], [], "zh")
        return refused.value.diagnostics
    texts = path / "texts"
    return findings([path], texts if texts.is_dir() else None)


def rendered(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as a reader of each language sees them."""
    en = "\n".join(render_plain(d, "en") for d in diagnostics)
    zh = "\n".join(render_plain(d, "zh") for d in diagnostics)
    return f"{en}\n\n{zh}\n"


def compare(name: str, diagnostics: Sequence[Diagnostic]) -> None:
    text = rendered(diagnostics)
    assert name[:5] in {d.code for d in diagnostics}, text
    expected = BAD / f"{Path(name).stem}.expected"
    if REWRITE:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_answered_as_written_beside_it(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(BAD)
    compare(name, found_in(name))


@pytest.mark.parametrize("name", GENERATED)
def test_an_input_that_is_no_text_is_answered_as_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    try:
        found = GENERATED[name]()
    except Refusal as refusal:
        found = refusal.diagnostics
    assert isinstance(found, Sequence)
    compare(name, found)


def codes() -> set[str]:
    """The codes of every diagnostic about rule files."""
    modules = (language, rulebook, lint_diagnostics, translation)
    classes = [c for m in modules for c in vars(m).values() if isinstance(c, type)]
    return {c.code for c in classes if issubclass(c, Diagnostic) and c.code}


def test_every_code_has_a_golden():
    held = {name[:5] for name in [*INPUTS, *GENERATED]}
    assert codes() == held


def test_every_code_has_a_section_in_the_documentation():
    page = PAGE.read_text(encoding="utf-8")
    sections = set(re.findall(r"^### (RL\d{3})", page, re.MULTILINE))
    assert codes() <= sections


def example_of(code: str) -> str:
    """What is said first under a code, in the English rendering of its first golden."""
    text = min(BAD.glob(f"{code}_*.expected")).read_text(encoding="utf-8").split("\n\n")[0]
    sayings = re.split(r"\n(?=\S)", text)
    return next(s for s in sayings if f" {code}: " in s.splitlines()[0])


@pytest.mark.parametrize("code", sorted(codes()))
def test_the_documentation_shows_what_is_said(code: str):
    page = PAGE.read_text(encoding="utf-8")
    shown = re.compile(rf"(?<=\n### {code}\n)(.*?\n```text\n)(.*?)(?=\n```\n)", re.DOTALL)
    found = shown.search(page)
    assert found is not None
    if REWRITE:
        text = page[: found.start(2)] + example_of(code) + page[found.end(2) :]
        PAGE.write_text(text, encoding="utf-8")
    else:
        assert found[2] == example_of(code)


def test_no_two_diagnostics_share_a_code():
    modules = (language, rulebook, lint_diagnostics, translation)
    classes = {c for m in modules for c in vars(m).values() if isinstance(c, type)}
    listed = [c.code for c in classes if issubclass(c, Diagnostic) and c.code]
    assert len(listed) == len(set(listed))


def test_no_rendering_is_left_without_its_input():
    stems = {Path(name).stem for name in [*INPUTS, *GENERATED]}
    assert {p.stem for p in BAD.glob("*.expected")} == stems

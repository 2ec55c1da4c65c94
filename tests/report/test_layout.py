from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redline.diagnostics import display_width
from redline.report.layout import NO_END, NO_START, Style, printable, shorten, style_of, wrap


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


MIXED = st.text(alphabet="ab ，。（）《》长江1.水é", max_size=200)


@given(MIXED, st.integers(4, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int):
    lines = wrap(text, width)
    assert all(display_width(line) <= width + 2 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    text = (
        "《长江保护法》第二十六条，禁止在长江干支流岸线一公里范围内（含支流），新建、扩建化工园区。"
        * 3
    )
    for width in range(20, 60):
        for line in wrap(text, width):
            assert line[0] not in NO_START
            assert line[-1] not in NO_END


def test_english_breaks_between_words():
    assert wrap("no new chemical project", 10) == ["no new", "chemical", "project"]


def test_a_word_wider_than_the_line_is_cut():
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


@given(st.text(max_size=300), st.integers(2, 80))
def test_shortened_text_is_printable_and_fits(text: str, width: int):
    short = shorten(text, width)
    assert display_width(short) <= width
    assert printable(short) == short


def test_what_is_cut_is_marked():
    assert shorten("连平县电镀厂", 7) == "连平县…"
    assert shorten("连平县", 6) == "连平县"


@pytest.mark.parametrize("bad", ["\x1b", "\x00", "\x9b", "\u202e", "\u200b", "\ud800"])
def test_characters_that_control_or_hide_become_visible(bad: str):
    assert printable(f"a{bad}b") == "a\ufffdb"


def test_line_breaks_and_tabs_become_spaces():
    assert printable("a\nb\tc\u2028d") == "a b c d"


def test_colours_only_on_a_terminal_that_wants_them():
    assert style_of(Terminal(), {}).colour
    assert not style_of(Terminal(), {"NO_COLOR": "1"}).colour
    assert not style_of(Terminal(), {"TERM": "dumb"}).colour
    assert style_of(io.StringIO(), {}) == Style()

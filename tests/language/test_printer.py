"""The canonical text: it says what the tree says, on both surfaces, and keeps every comment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.diagnostics import Refusal, display_width
from redline.language.layout import Group, Line, Nest, hang_comments, render, words
from redline.language.printer import print_pack
from redline.messages import Language
from tests.language.surfaces import RULE_FILES, SURFACES, grown, parsed, text_of

OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}


@pytest.mark.parametrize("file", RULE_FILES, ids=lambda f: f.stem)
@pytest.mark.parametrize("surface", SURFACES)
def test_what_is_printed_is_read_as_the_same_tree(file: Path, surface: Language):
    pack = parsed(text_of(file))
    text = print_pack(pack, surface)
    again = parsed(text)
    assert again == pack
    assert [c.text for c in again.comments] == [c.text for c in pack.comments]
    assert print_pack(again) == text


@settings(max_examples=150)
@given(surface=st.sampled_from(SURFACES), seed=st.integers(0, 100_000))
def test_whatever_the_grammar_derives_survives_printing_on_both_surfaces(
    surface: Language, seed: int
):
    try:
        pack = parsed(grown(surface, seed))
    except Refusal as refusal:
        assert {d.code for d in refusal.diagnostics} <= {"RL120"}
        return
    own = print_pack(pack)
    assert parsed(own) == pack
    assert print_pack(parsed(own)) == own
    other = parsed(print_pack(pack, OTHER[surface]))
    assert other == pack
    assert print_pack(other, surface) == own


@settings(max_examples=40)
@given(file=st.sampled_from(RULE_FILES), data=st.data())
def test_comments_stay_where_they_stand(file: Path, data: st.DataObject):
    text = text_of(file)
    breaks = [m.start() for m in re.finditer(r"\n", text)]
    places = data.draw(st.lists(st.sampled_from(breaks), max_size=6, unique=True))
    trailing = data.draw(st.booleans())
    for number, place in enumerate(sorted(places, reverse=True)):
        comment = f"  # remark {number}" if trailing else f"\n# remark {number}"
        text = text[:place] + comment + text[place:]
    try:
        pack = parsed(text)
    except Refusal:
        return
    once = print_pack(pack)
    again = parsed(once)
    assert [c.text for c in again.comments] == [c.text.rstrip() for c in pack.comments]
    assert print_pack(again) == once
    there = parsed(print_pack(again, "zh"))
    assert print_pack(there, "en") == once


@pytest.mark.parametrize("file", RULE_FILES, ids=lambda f: f.stem)
@pytest.mark.parametrize("surface", SURFACES)
def test_lines_are_no_wider_than_a_text_or_name_forces(file: Path, surface: Language):
    for line in print_pack(parsed(text_of(file)), surface).splitlines():
        if display_width(line) > 100 and not line.lstrip().startswith("#"):
            assert '"' in line, line


HEAD = 'pack a.b\n  "T" / "题"\n'


def printed(text: str) -> str:
    return print_pack(parsed(HEAD + text)).removeprefix(HEAD).lstrip("\n")


def test_a_long_condition_has_each_part_on_its_own_line():
    text = printed(
        "concept c means " + " and ".join(f"a_rather_long_name_{i}" for i in range(6)) + "\n"
    )
    assert text.splitlines()[1:3] == [
        "  means a_rather_long_name_0",
        "    and a_rather_long_name_1",
    ]


def test_a_short_rule_is_brought_into_shape():
    source = (
        'rule r "R" applies when a forbids b unless c cites X art. 1 cites X art. 2 '
        'case "k" given a = yes expect violated'
    )
    assert printed(source) == (
        'rule r\n  "R"\n  applies when a\n  forbids b\n  unless c\n    cites X art. 1\n'
        '  cites X art. 2\n\n  case "k"\n    given a = yes\n    expect violated\n'
    )


def test_declarations_of_one_kind_stand_as_close_as_their_author_set_them():
    close = 'judgement a "A"\n  asks "?"\njudgement b "B"\n  asks "?"\n'
    assert printed(close) == close
    apart = close.replace("judgement b", "\njudgement b")
    assert printed(apart) == apart
    assert printed(apart.replace("\njudgement b", "\n\n\njudgement b")) == apart


def test_a_comment_after_code_stays_on_its_line_and_one_of_its_own_before_what_follows():
    text = (
        "# about the parameter\n"
        'parameter p: length "P"\n'
        "  1 km from 2020-01-01 cites X art. 1  # one kilometre\n"
        "  # later\n"
        "  2 km from 2021-01-01 cites X art. 1\n"
        "\n"
        "# the end\n"
    )
    assert printed(text) == text


def test_a_comment_inside_a_phrase_moves_to_the_next_place_where_a_line_can_break():
    text = "concept c means a  # why\n and\n # what\n b\n"
    assert printed(text) == "concept c\n  means a  # why\n    # what\n    and b\n"


def test_chinese_marks_have_no_spaces_beside_them():
    pack = parsed(
        HEAD + 'rule r "R" forbids footprint overlaps w where (a is one of (b, c)) cites X art. 1'
    )
    assert "用地 与 w（a 属于（b、c）之一）重叠" in print_pack(pack, "zh")


def test_a_blank_translation_keeps_its_place():
    assert '"" / "R"' in print_pack(parsed(HEAD + 'rule r "R" forbids a cites X art. 1'), "zh")


def test_a_group_breaks_all_its_lines_or_none():
    doc = Group(("aaaa", Nest((Line(), "bbbb", Line(), "cccc"))))
    assert render(doc, width=20) == "aaaa bbbb cccc\n"
    assert render(doc, width=10) == "aaaa\n  bbbb\n  cccc\n"


def test_what_must_break_breaks_the_groups_around_it():
    line = Line(anchor=5)
    doc: tuple[object, ...] = (Group(("a", Nest((line, "b")))), Line(anchor=99, hard=True))
    hang_comments(doc, "a # c\nb", [(2, "# c")])  # type: ignore[arg-type]
    assert render(doc) == "a  # c\n  b\n"  # type: ignore[arg-type]


def test_words_leave_out_what_is_not_there():
    assert render(words("a", None, "b")) == "a b\n"

"""The diagnostics of reading: codes, lists that stay short, and rendering in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground import diagnostics
from redline.ground.diagnostics import NoFeatures, capped, listed, shortened
from redline.ground.files import read_bytes
from redline.messages import render

CLASSES = [
    value
    for value in vars(diagnostics).values()
    if isinstance(value, type) and issubclass(value, Diagnostic) and value is not Diagnostic
]


def test_codes_are_unique_and_in_their_range() -> None:
    codes = [one.code for one in CLASSES]
    assert len(set(codes)) == len(codes)
    assert all("RL401" <= code <= "RL449" or "RL451" <= code <= "RL479" for code in codes)


def test_every_class_says_what_it_means() -> None:
    assert all(one.__doc__ for one in CLASSES)


def test_long_lists_of_numbers_are_cut() -> None:
    assert render(listed([1, 2, 3]), "en") == "1, 2, 3"
    assert render(listed(list(range(1, 100))), "en") == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 89 more"


def test_many_diagnostics_of_one_code_are_summed_up() -> None:
    many: list[Diagnostic] = [NoFeatures(place=Place("a"))] * 50
    found = capped(many, most=5)
    assert [one.code for one in found] == ["RL409"] * 5 + ["RL437"]
    assert "45 more of RL409" in found[-1].message.render("en")


def test_text_for_messages_is_one_short_line() -> None:
    assert shortened("a\n b\t c") == "a b c"
    assert len(shortened("x" * 1000)) == 80


def test_a_file_that_is_too_large_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2 * 2**20))
    with pytest.raises(Refusal) as caught:
        read_bytes(tmp_path / "a", 2**20)
    assert caught.value.diagnostics[0].code == "RL420"
    with pytest.raises(Refusal) as caught:
        read_bytes(tmp_path, 10)
    assert caught.value.diagnostics[0].code == "RL402"

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tools import catalogues

from redline.messages import catalogue, msg

ROOT = Path(__file__).parent.parent


def test_every_message_is_in_both_catalogues_translated_with_its_places_and_none_is_stale():
    check = subprocess.run(
        [sys.executable, "-m", "tools.catalogues", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert check.stderr == ""
    assert check.returncode == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_catalogues_are_compiled_and_found(language: str):
    assert catalogue(language).gettext("violated") != ("violated" if language == "zh" else "")  # type: ignore[arg-type]


def test_a_value_with_braces_is_not_filled_in_again():
    assert msg("{name} is missing", name="{evil}").render("en") == "{evil} is missing"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one file, whose catalogues the tool keeps."""
    monkeypatch.setattr(catalogues, "SOURCE", tmp_path)
    return tmp_path


def write_source(checkout: Path, *messages: str) -> None:
    lines = "".join(f"msg({message!r})\n" for message in messages)
    (checkout / "some.py").write_text(lines, encoding="utf-8")


def translate(checkout: Path, text: str, translation: str) -> None:
    path = catalogues.catalogue_file("zh")
    old = path.read_text(encoding="utf-8")
    assert f'msgid "{text}"\nmsgstr ""' in old
    new = old.replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translation}"')
    path.write_text(new, encoding="utf-8")


def test_updating_keeps_what_a_translator_wrote(checkout: Path):
    write_source(checkout, "the ring is open")
    catalogues.update()
    translate(checkout, "the ring is open", "环未闭合")
    write_source(checkout, "the ring is open", "another sentence altogether")
    catalogues.update()
    assert "环未闭合" in catalogues.catalogue_file("zh").read_text(encoding="utf-8")
    assert list(catalogues.faults()) == ["zh: not translated: 'another sentence altogether'"]


def test_a_reworded_sentence_keeps_its_translation_for_the_translator_to_look_at(checkout: Path):
    write_source(checkout, "the ring is open")
    catalogues.update()
    translate(checkout, "the ring is open", "环未闭合")
    write_source(checkout, "the ring is open.")
    catalogues.update()
    assert list(catalogues.faults()) == ["zh: fuzzy, look at it: 'the ring is open.'"]


def test_a_translation_with_other_places_is_found(checkout: Path):
    write_source(checkout, "{name} is missing")
    catalogues.update()
    translate(checkout, "{name} is missing", "缺少{nane}")
    assert list(catalogues.faults()) == ["zh: other places than in the source: '{name} is missing'"]


def test_updating_twice_writes_the_same_bytes(checkout: Path):
    write_source(checkout, "one", "two")
    catalogues.update()
    first = catalogues.catalogue_file("zh").read_bytes()
    catalogues.update()
    assert catalogues.catalogue_file("zh").read_bytes() == first


def test_what_is_counted_has_its_word_for_one_and_for_several():
    def said(cases: object) -> str:
        return msg("{n:case was|cases were} looked at", n=cases).render("en")

    assert said(1) == "1 case was looked at"
    assert said(0) == "0 cases were looked at"
    assert said("1,000") == "1,000 cases were looked at"

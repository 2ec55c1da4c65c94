from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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

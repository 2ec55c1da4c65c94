from __future__ import annotations

import re
from pathlib import Path

import pytest

from redline.commands.check import FORMATS
from redline.commands.program import COMMANDS
from redline.commands.schema import NAMES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_file_that_the_pipeline_page_names_exists():
    text = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src/redline/)?[\w/]+(?:\.py|/))`", text)
    assert len(named) > 20
    missing = [
        name
        for name in named
        if not any((base / name).exists() for base in (ROOT, ROOT / "src" / "redline"))
    ]
    assert missing == []


def test_the_command_line_page_names_every_command_form_and_schema():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `redline (\w+)", text, re.MULTILINE)) == set(COMMANDS)
    assert "--format " + "\\|".join(FORMATS) in text
    assert f"redline schema {'|'.join(NAMES)}" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target

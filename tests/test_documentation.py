from __future__ import annotations

import re
from pathlib import Path

import pytest

from redline.commands.check import FORMATS
from redline.commands.program import COMMANDS, run
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
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", prose):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def readme_block(first_words: str) -> list[str]:
    """The lines of the README's code block that begins with some words."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return next(b for b in blocks if b.startswith(first_words)).splitlines()


def test_the_finding_in_the_readme_is_what_the_example_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    code = run(
        [
            *("check", "examples/lianping/submissions/04_trail.yaml", "--lang", "en"),
            *("--catalog", "examples/lianping/catalog.toml"),
        ]
    )
    shown = readme_block("✗ Not compliant")
    assert capsys.readouterr().out.splitlines()[: len(shown)] == shown
    assert code == 1


def test_the_rule_in_the_readme_stands_in_the_rule_book():
    rules = (ROOT / "rules" / "national" / "drinking_water.redline").read_text(encoding="utf-8")
    assert "\n".join(readme_block("rule level_1")) in rules

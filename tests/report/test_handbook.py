"""The handbook: every rule is there and can be reached, in both languages, without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from redline.commands.program import run
from redline.commands.translate import resolved
from redline.report.handbook import Contents, contents_of, files_of
from redline.rulebook.load import parse_rule_files
from tests.report.test_accessibility import complaints
from tests.report.test_html import ids, parsed

DAY = date(2026, 11, 20)

RULES = """pack test.handbook "Handbook <b>" / "手册"

instrument OLD / 旧法 "Old law" / "旧法"
  number "令〔2010〕1号"
  in force from 2010-01-01 before 2026-08-15

instrument NEW / 新法 "New law" / "新法" in force from 2026-08-15

layer zone / 保护区: polygon "Zones" / "保护区"
  asks "Which zones?" / "哪些保护区？"
  column strict / 严格: boolean

attribute works / 建设: boolean "Works" / "建设" asks "Are there works?" / "是否建设？"

parameter width / 宽度: length "Width" / "宽度"
  50 m before 2020-01-01 cites OLD art. 2
  100 m from 2020-01-01 cites OLD art. 3 before 2026-08-15, NEW art. 3 from 2026-08-15

concept close / 邻近 "Close to a zone" / "邻近保护区"
  means distance to zone where (strict) at most width

rule keep_off / 远离 "Keep off <zones> & co" / "远离保护区"
  applies when works
  forbids close
  cites OLD art. 1 before 2026-08-15 unverified "read on a copy" / "据抄本",
    NEW art. 9(2) from 2026-08-15

  case "far away" / "远处"
    given works = yes, distance to zone (strict = yes) = 900 m
    expect complies
  case "beside it" / "旁边"
    given works = yes, distance to zone (strict = yes) = 10 m
    expect violated

not executable NEW art. 10 because "it is a duty of authorities" / "属于部门职责"
"""

Site = Mapping[str, str]


def contents(text: str, folder: Path) -> Contents:
    (folder / "rules.redline").write_text(text, encoding="utf-8")
    packs = parse_rule_files([folder / "rules.redline"])
    return contents_of(resolved(packs), packs, DAY, only={"test.handbook"})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return dict(files_of(contents(RULES, tmp_path)))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook") / "book"
    assert run(["clauses", "--handbook", str(folder), "--quiet"]) == 0
    return folder


def words(text: str) -> str:
    return " ".join(parsed(text).words().split())


def links(file: str, text: str) -> list[tuple[str, str]]:
    """The file and the place that each link, style and script of a page leads to."""
    found = []
    for target in re.findall(r'(?:href|src)="([^"]+)"', text):
        address, _, place = target.partition("#")
        parts = Path(file).parent / unquote(address) if address else Path(file)
        steps: list[str] = []
        for part in parts.parts:
            steps = steps[:-1] if part == ".." else [*steps, part]
        found.append(("/".join(steps), place))
    return found


def check_links(site: Site) -> int:
    """Fails where a link leads nowhere; says how many there are."""
    places = {f: set(re.findall(r' id="([^"]+)"', t)) for f, t in site.items()}
    count = 0
    for file, text in site.items():
        if file.endswith(".html"):
            for target, place in links(file, text):
                assert target in site, (file, target)
                assert not place or place in places[target], (file, target, place)
                count += 1
    for language in ("en", "zh"):
        script = site[f"search-{language}.js"]
        rows = json.loads(script.removeprefix("redlineRules(").removesuffix(");\n"))
        for address, title, clauses, found in rows:
            assert f"{language}/{address}" in site and title and clauses and found == found.lower()
    return count


def test_every_page_is_sound_and_no_link_leads_nowhere(site: Site):
    assert check_links(site) > 100
    for file, text in site.items():
        if not file.endswith(".html"):
            continue
        (html,) = parsed(text).every("html")
        assert len(html.every("h1")) == len(html.every("main")) == 1
        assert len(ids(html)) == len(set(ids(html)))
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_a_rule_is_told_with_clause_words_cases_and_history(site: Site):
    text = words(site["en/rules/test.handbook.keep_off.html"])
    for said in (
        "Keep off <zones> & co",
        "Old law, art. 1 (in force from 1 January 2010 to 14 August 2026)",
        "[unverified: read on a copy]",
        "New law, art. 9(2) (in force from 15 August 2026)",
        "It forbids that",
        "100 m",
        "Are there works?",
        "far away",
        "distance to zone (strict = yes) = 900 m",
        "violated",
        "14 August 2026",
        "in force on 20 November 2026",
    ):
        assert said in text, said
    chinese = words(site["zh/rules/test.handbook.keep_off.html"])
    for said in (
        "远离保护区",
        "《新法》第九条第二款",
        "旁边",
        "违反",
        "规则 远离 / keep_off",
        "据抄本",
    ):
        assert said in chinese, said


def test_what_a_rule_said_before_is_kept(site: Site):
    text = words(site["en/rules/test.handbook.keep_off.html"])
    assert "In words, from 1 January 2010 to 31 December 2019" in text
    assert "50 m" in text


def test_it_is_found_by_instrument_zone_place_and_term(site: Site):
    for file, said in {
        "en/instruments/NEW.html": ("art. 9", "executable", "it is a duty of authorities"),
        "en/instruments/OLD.html": ("令〔2010〕1号", "unverified"),
        "en/zones/zone.html": ("Which zones?", "strict", "yes or no"),
        "en/places/everywhere.html": ("Whole country", "Handbook <b>"),
        "en/terms.html": ("Close to a zone", "50 m", "31 December 2019"),
    }.items():
        text = words(site[file])
        assert "Keep off <zones> & co" in text, file
        assert all(s in text for s in said), (file, text)


def test_unverified_is_marked_wherever_the_rule_is_named(site: Site):
    for file in ("en/index.html", "en/zones/zone.html", "en/rules/test.handbook.keep_off.html"):
        assert 'class="doubt"' in site[file], file


RULES_VERIFIED = RULES.replace(' unverified "read on a copy" / "据抄本"', "")


def test_nothing_is_marked_where_all_is_verified(tmp_path: Path):
    site = dict(files_of(contents(RULES_VERIFIED, tmp_path)))
    assert not [f for f, text in site.items() if 'class="doubt"' in text]


def test_the_same_rules_give_the_same_files(site: Site, tmp_path: Path):
    assert dict(files_of(contents(RULES, tmp_path))) == site


# ── the rules that ship ─────────────────────────────────────────────────────────────────────────


def test_the_handbook_of_the_shipped_rules_has_them_all_and_no_dead_end(shipped: Path):
    site = {
        path.relative_to(shipped).as_posix(): path.read_text(encoding="utf-8")
        for path in shipped.rglob("*")
        if path.is_file()
    }
    check_links(site)
    packs = parse_rule_files([])
    rules = sum(type(d).__name__ == "Rule" for p in packs.values() for d in p.declarations)
    for language in ("en", "zh"):
        assert sum(f.startswith(f"{language}/rules/") for f in site) == rules


def test_a_folder_with_something_else_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "r.redline").write_text(RULES, encoding="utf-8")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("all of it", encoding="utf-8")
    command = ["clauses", str(tmp_path / "r.redline"), "--handbook"]
    assert run([*command, str(mine)]) == 1
    assert "RL904" in capsys.readouterr().err
    assert [p.name for p in mine.iterdir()] == ["thesis.txt"]
    new = tmp_path / "new"
    assert run([*command, str(new)]) == run([*command, str(new)]) == 0
    assert (new / "index.html").exists()
    assert not list(tmp_path.glob(".redline-*"))
    assert len(list((new / "en" / "rules").iterdir())) == 1


@pytest.mark.parametrize("page", ["rules/test.handbook.keep_off.html", "terms.html", "index.html"])
def test_axe_finds_nothing_wrong_with_a_page(
    page: str,
    site: Site,
    browser: str,
    tmp_path: Path,
):
    css = f"<style>{site['handbook.css']}</style>"
    text = re.sub(r"<link [^>]*>", lambda _: css, site[f"en/{page}"])
    assert complaints(text, browser, tmp_path) == []

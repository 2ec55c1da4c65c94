"""What lint finds beyond the goldens, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.commands.lint import findings
from redline.diagnostics import Diagnostic

HEAD = """pack a.b
  "T" / "题"

instrument ACT / 法
  "Act" / "法"
  in force from 2020-01-01

attribute noisy / 产生噪声: boolean "Noisy" / "产生噪声"
  asks "Is it?" / "是否？"
attribute size / 规模: area "Size" / "规模"
  asks "How large?" / "多大？"
document consent / 同意书 "Consent" / "同意书"

"""

CASES = """
  case "loud" / "吵"
    given noisy = yes
    expect violated
  case "quiet" / "静"
    given noisy = no
    expect complies
"""


def rule(body: str, cites: str = "ACT art. 1", cases: str = CASES, name: str = "r / 甲") -> str:
    return f'rule {name}\n  "R" / "甲"\n{body}\n  cites {cites}\n{cases}\n'


USES = rule(
    "  forbids noisy or size more than 5 ha\n  unless document consent\n    cites ACT art. 2"
)
EXCUSED = (
    '  case "permitted" / "经同意"\n    given noisy = yes, document consent held\n'
    "    expect excused\n"
)


def found(text: str, folder: Path) -> list[Diagnostic]:
    (folder / "test.redline").write_text(HEAD + text, encoding="utf-8")
    return findings([folder], None)


def codes(text: str, folder: Path) -> list[str]:
    return [d.code for d in found(text, folder)]


def test_a_sound_pack_is_clean(tmp_path: Path):
    assert codes(USES.rstrip() + "\n" + EXCUSED, tmp_path) == []


def test_a_rule_whose_successor_asks_about_the_same_thing_has_one(tmp_path: Path):
    new = rule("  forbids noisy", "ACT art. 3 from 2023-01-01", name="n / 乙")
    old = rule("  forbids noisy", "ACT art. 1 before 2023-01-01", name="o / 丙")
    other = rule("  forbids size more than 5 ha", "ACT art. 4 from 2023-01-01", name="x / 丁")
    assert "RL303" not in codes(old + new, tmp_path)
    assert "RL303" in codes(old + other, tmp_path)


def test_rules_that_end_with_their_instrument_are_one_find(tmp_path: Path):
    plan = (
        'instrument PLAN / 规划 "Plan" / "规划"\n  in force from 2020-01-01 before 2026-01-01\n\n'
    )
    rules = "".join(
        rule("  forbids noisy", f"PLAN art. {n}", name=f"r{n} / 规{n}") for n in range(1, 4)
    )
    (end,) = [d for d in found(plan + rules, tmp_path) if d.code == "RL303"]
    assert end.message.values["others"] == 2


def test_a_comment_with_a_reason_accepts_a_find(tmp_path: Path):
    old = rule("  forbids noisy", "ACT art. 1 before 2023-01-01")
    accepted = "# lint: RL303 repealed without a successor\n" + old
    assert "RL303" in codes(old, tmp_path)
    assert "RL303" not in codes(accepted, tmp_path)
    assert "RL325" not in codes(accepted, tmp_path)
    inside = old.replace("  cites", "  # lint: RL303 repealed\n  cites")
    assert "RL303" not in codes(inside, tmp_path)


def test_an_acceptance_needs_a_reason_and_a_find(tmp_path: Path):
    old = rule("  forbids noisy", "ACT art. 1 before 2023-01-01")
    assert "RL316" in codes("# lint: RL303\n" + old, tmp_path)
    assert "RL325" in codes("# lint: RL302 nothing there\n" + old, tmp_path)


def test_an_acceptance_speaks_of_its_declaration_only(tmp_path: Path):
    one = rule("  forbids noisy", "ACT art. 1 before 2023-01-01", name="one / 一")
    two = rule("  forbids noisy", "ACT art. 1 before 2023-01-01", name="two / 二")
    text = "# lint: RL303 repealed\n" + one + two
    assert [d.code for d in found(text, tmp_path)].count("RL303") == 1


def test_names_of_a_pack_without_rules_are_for_others(tmp_path: Path):
    assert "RL305" not in codes("", tmp_path)


def test_a_gap_is_said_with_its_days(tmp_path: Path):
    text = rule("  forbids noisy", "ACT art. 1 before 2022-01-01, ACT art. 2 from 2022-03-01")
    (gap,) = [d for d in found(text, tmp_path) if d.code == "RL302"]
    assert str(gap.message.values["start"]) == "2022-01-01"
    assert str(gap.message.values["end"]) == "2022-03-01"


def test_citations_that_meet_leave_no_gap(tmp_path: Path):
    text = rule("  forbids noisy", "ACT art. 1 before 2022-01-01, ACT art. 2 from 2022-01-01")
    assert "RL302" not in codes(text, tmp_path)


def test_an_exception_whose_clauses_together_cover_the_rule_is_sound(tmp_path: Path):
    text = rule(
        "  forbids noisy\n  unless document consent\n"
        "    cites ACT art. 2 before 2022-01-01, ACT art. 3 from 2022-01-01"
    )
    assert "RL301" not in codes(text, tmp_path)
    assert "RL301" in codes(
        text.replace("ACT art. 3 from 2022-01-01", "ACT art. 3 from 2022-02-01"), tmp_path
    )


def test_information_may_rest_on_a_clause_of_some_of_the_days(tmp_path: Path):
    text = rule(
        '  forbids noisy\n  penalty "A fine" / "罚款"\n    cites ACT art. 9 from 2022-01-01',
        "ACT art. 1 before 2023-01-01",
    )
    assert "RL301" not in codes(text, tmp_path)
    later = text.replace("art. 9 from 2022-01-01", "art. 9 from 2023-01-01")
    assert "RL301" in codes(later, tmp_path)


def test_a_successor_is_found_through_the_concepts_that_it_uses(tmp_path: Path):
    text = (
        'concept old_noise / 旧噪声 "O" / "旧" means noisy cites ACT art. 4\n'
        'concept new_noise / 新噪声 "N" / "新" means noisy or size more than 5 ha '
        "cites ACT art. 5\n"
        + rule("  forbids old_noise", "ACT art. 1 before 2022-01-01")
        + rule("  forbids new_noise", "ACT art. 2 from 2022-01-01", name="s / 乙")
    )
    assert "RL303" not in codes(text, tmp_path)
    assert "RL303" in codes(text.replace("from 2022-01-01", "from 2022-01-02"), tmp_path)


@pytest.mark.parametrize(
    ("norm", "status", "wanted"),
    [
        ("restricts noisy", "conditional", False),
        ("restricts noisy", "violated", True),
        ("ordinarily forbids noisy", "conditional", False),
        ("requires not noisy", "violated", False),
        ("limits size to at most 5 ha", "violated", False),
    ],
)
def test_the_case_that_a_rule_needs_depends_on_its_norm(
    norm: str, status: str, wanted: bool, tmp_path: Path
):
    cases = CASES.replace("expect violated", f"expect {status}")
    assert ("RL311" in codes(rule(f"  {norm}", cases=cases), tmp_path)) == wanted


def test_a_code_needs_no_chinese_name_but_a_word_does(tmp_path: Path):
    text = 'code list l / 表 "L" / "表"\n  C26 "Chemicals" / "化工"\n  mill "Mill" / "工厂"\n'
    names = [d.message.values["text"] for d in found(text, tmp_path) if d.code == "RL314"]
    assert names == ["mill"]


def test_a_share_in_percent_is_sound(tmp_path: Path):
    text = (
        'attribute part / 占比: share "Part" / "占比"\n  asks "?" / "？"\n'
        'parameter most / 上限: share "Most" / "上限"\n  0.3 from 2020-01-01 cites ACT art. 3\n'
    )
    bare = text + rule("  limits part to at most most")
    assert codes(bare, tmp_path).count("RL308") == 1
    assert "RL308" not in codes(bare.replace("0.3 from", "30 % from"), tmp_path)


def test_unused_names_are_told_from_used_ones(tmp_path: Path):
    names = [
        d.message.values["name"]
        for d in found(rule("  forbids noisy"), tmp_path)
        if d.code == "RL305"
    ]
    assert names == ["size", "consent"]


def test_finds_come_in_the_order_of_the_file(tmp_path: Path):
    lines = [
        d.place.line for d in found(rule("  forbids noisy or noisy", cases=""), tmp_path) if d.place
    ]
    assert lines == sorted(lines, key=lambda n: n or 0)


def test_a_name_in_a_case_that_means_nothing_is_an_error(tmp_path: Path):
    text = rule("  forbids noisy", cases=CASES.replace("noisy = yes", "nosy = yes"))
    (error,) = [d for d in found(text, tmp_path) if d.severity == "error"]
    assert error.code == "RL201"

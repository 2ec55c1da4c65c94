from __future__ import annotations

import io
import re

import pytest

from redline.diagnostics import display_width
from redline.findings import (
    Bilingual,
    Change,
    Changes,
    Evidence,
    ExceptionStatus,
    FindingsDocument,
    Problem,
    ProblemPlace,
    Status,
    Verdict,
)
from redline.messages import Language
from redline.report.layout import Style
from redline.report.text import write_text
from tests.report.synthetic import (
    ERROR,
    IN_LEVEL_2,
    JUDGEMENT,
    LAYER,
    OVERLAP,
    VIOLATED,
    WARNING,
    document,
    finding,
    submission,
)

HOSTILE = "\x1b]0;gone\x07<script>=1+1\u202eevil\x00\r\n" + "x" * 10_000


def rendered(
    findings: FindingsDocument,
    language: Language = "en",
    style: Style | None = None,
    full: bool = False,
    brief: bool = False,
) -> str:
    stream = io.StringIO()
    write_text(findings, stream, language, style, full=full, brief=brief)
    return stream.getvalue()


def test_the_verdict_comes_first_then_failures_then_what_is_owed_then_what_is_asked():
    text = rendered(document(submission()))
    order = [
        "✗ Not compliant: 连平电镀厂 (LP-1)",
        "Violated (2)",
        "Conditional (1)",
        "Excused (1)",
        "Undetermined (2)",
        "Questions (2)",
        "Rules in force: 8",
        "In force here and not checked: 1 clause",
        "Under the tolerance",
        "Warnings (1)",
    ]
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)
    assert text.startswith(order[0])


def test_a_violation_shows_clause_value_limit_and_the_ground():
    text = " ".join(rendered(document(submission())).split())
    assert "Ecological and Environmental Code, art. 320(1) (in force from 15 August 2026)" in text
    assert "1,234.5 m² (0.1235 ha); none is allowed; 1,235.25 m² with slivers" in text
    assert "800 m; required: at least 1,000 m (1 km); missed by 200 m" in text
    assert "overlaps drinking-water source zone “马头水库二级”" in text
    assert "remedy: Move the plant out of the zone." in text
    assert "[unverified: seen on secondary pages only]" in text


def test_chinese_areas_come_with_hectares_and_mu():
    text = "".join(rendered(document(submission()), "zh").split())
    assert "1,234.5平方米（0.1235公顷，1.85亩）" in text
    assert "2026年8月20日" in text


def test_binding_violations_stand_before_anticipatory_ones():
    soft, hard = submission().findings[2], submission().findings[1]
    text = rendered(document(submission(findings=(soft, hard))))
    assert text.index("art. 320(1)") < text.index("[anticipatory]")


def test_each_question_is_asked_once_and_each_rule_points_to_its_questions():
    text = rendered(document(submission()))
    assert text.count("Where are the wetlands?") == 1
    assert "needs the answer to 1, 2" in text
    assert "needs the answer to 2\n" in text


def test_complying_rules_are_counted_and_listed_only_on_request():
    assert "A rule that is complies" not in rendered(document(submission()))
    assert "A rule that is complies" in rendered(document(submission()), full=True)


def test_several_submissions_end_in_an_overview_in_the_order_given():
    other = submission(id="LP-2", verdict=Verdict.COMPLIANT, findings=())
    text = rendered(document(submission(), other))
    overview = text[text.index("Overview") :]
    assert overview.index("LP-1") < overview.index("LP-2")
    assert "Submissions: 2 (Not compliant 1, Compliant 1)" in overview


def test_brief_output_has_one_line_a_submission_and_the_total():
    text = rendered(document(submission(), submission(id="LP-2")), brief=True)
    assert len(text.splitlines()) == 3


def test_a_problem_is_underlined_at_its_place_under_wide_characters():
    text = rendered(document(problems=(ERROR,)))
    source, marks = (line for line in text.splitlines() if " | " in line)
    start = display_width(source[: source.index("喝水")])
    assert marks.index("^") == start
    assert marks.count("^") == 4
    assert "a.redline:3:6: error RL101" in text


@pytest.mark.parametrize("column", [1, 500, 9_990])
def test_of_a_long_source_line_the_marked_part_is_shown(column: int):
    line = "图" * (column - 1) + "错" + "层" * (10_000 - column)
    place = ProblemPlace(file="a.redline", line=1, column=column, end_column=column + 1, text=line)
    text = rendered(document(problems=(ERROR.model_copy(update={"place": place}),)))
    source, marks = (line for line in text.splitlines() if " | " in line)
    assert display_width(source) <= 100
    assert display_width(source[: source.index("错")]) == marks.index("^")
    assert f"a.redline:1:{column}: error" in text


@pytest.mark.parametrize("width", [40, 77, 140])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(width: int, language: Language):
    text = rendered(
        document(submission(title="连平" * 60), problems=(ERROR,)), language, Style(width)
    )
    assert max(display_width(line) for line in text.splitlines()) <= width


def test_text_of_strangers_neither_controls_the_terminal_nor_floods_it():
    bad = Bilingual(en=HOSTILE, zh=HOSTILE)
    whose = submission(
        id=HOSTILE,
        title=HOSTILE,
        source=HOSTILE,
        findings=(
            VIOLATED.model_copy(
                update={"evidence": (Evidence(layer="wetland", feature=HOSTILE),), "title": bad}
            ),
            finding(Status.UNDETERMINED, missing=(LAYER.model_copy(update={"place": HOSTILE}),)),
        ),
        warnings=(
            Problem(
                code="RL301",
                severity="warning",
                message=bad,
                place=ProblemPlace(file=HOSTILE, line=1, column=1, item=HOSTILE, text=HOSTILE),
            ),
        ),
    )
    text = rendered(document(whose, whose))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert max(display_width(line) for line in text.splitlines()) <= 100
    assert len(text) < 20_000


def test_colours_only_where_asked_for_and_the_words_are_the_same():
    plain = rendered(document(submission()))
    colourful = rendered(document(submission()), style=Style(colour=True))
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colourful) == plain


def test_what_has_changed_since_an_earlier_check_is_told_first():
    changed = submission(
        compared=Changes(
            record_digest="0" * 64,
            changes=(Change(rule=VIOLATED.rule, before=Status.COMPLIES, after=Status.VIOLATED),),
        )
    )
    text = rendered(document(changed))
    assert text.index("was complies, is violated") < text.index("Violated (")


def test_the_same_findings_give_the_same_bytes():
    assert rendered(document(submission())) == rendered(document(submission()))


def test_much_evidence_is_cut_to_a_few_pieces_and_a_count():
    many = tuple(Evidence(layer="wetland", feature=str(i)) for i in range(30))
    crowded = submission(findings=(VIOLATED.model_copy(update={"evidence": many}),))
    assert "and 25 more" in rendered(document(crowded))
    assert "more" not in rendered(document(crowded), full=True).split("remedy")[0]


def test_a_measurement_that_several_parts_of_a_rule_read_is_told_once():
    text = rendered(
        document(submission(findings=(finding(Status.VIOLATED, measured=(OVERLAP,) * 5),)))
    )
    assert text.count("area of overlap with drinking water") == 1


def test_a_question_without_a_number_of_its_own_is_not_lost():
    lonely = submission(findings=(finding(Status.UNDETERMINED, missing=(JUDGEMENT,)),))
    assert "degrades_function" in rendered(document(lonely))


def test_nothing_judged_is_said():
    assert "Nothing was judged." in rendered(document(problems=(ERROR,)), brief=True)


def test_errors_stand_before_notes_and_many_notes_are_counted():
    note = WARNING.model_copy(update={"severity": "note"})
    text = rendered(document(problems=(*[note] * 8, ERROR)))
    assert text.index("RL101") < text.index("RL301")
    assert "and 3 more" in text


def test_clauses_that_were_not_checked_are_named_for_one_submission_and_counted_for_several():
    assert "left to judgement" in rendered(document(submission()))
    assert "left to judgement" not in rendered(document(submission(), submission(id="2")))
    assert "left to judgement" in rendered(document(submission(), submission(id="2")), full=True)


def test_a_layer_version_is_shown_by_its_first_day():
    text = " ".join(rendered(document(submission())).split())
    assert "“马头水库二级” (version of 1 January 2023)" in text
    open_ended = IN_LEVEL_2.model_copy(update={"version": "../.."})
    whose = submission(findings=(VIOLATED.model_copy(update={"evidence": (open_ended,)}),))
    assert "../.." not in rendered(document(whose))


def test_exceptions_that_fail_are_shown_where_nothing_excuses():
    fails = VIOLATED.exceptions[0]
    holds = fails.model_copy(update={"status": ExceptionStatus.HOLDS})
    broken = submission(findings=(finding(Status.VIOLATED, exceptions=(fails,)),))
    excused = submission(findings=(finding(Status.EXCUSED, exceptions=(fails, holds)),))
    assert "not excused by" in rendered(document(broken))
    assert "not excused by" not in rendered(document(excused))
    assert "not excused by" in rendered(document(excused), full=True)


def test_an_undetermined_finding_shows_what_is_known_of_the_ground():
    known = finding(Status.UNDETERMINED, measured=(OVERLAP,), missing=(JUDGEMENT,))
    nothing = OVERLAP.model_copy(update={"value": 0.0, "with_slivers": None})
    clear = finding(Status.UNDETERMINED, measured=(nothing,), missing=(JUDGEMENT,))
    assert "1,234.5 m²" in rendered(document(submission(findings=(known,))))
    assert "area of overlap" not in rendered(document(submission(findings=(clear,))))


def test_a_range_is_shown_where_a_layer_ends():
    partly = OVERLAP.model_copy(update={"value": None, "range": (10.0, 25.0), "margin": None})
    whose = submission(findings=(finding(Status.UNDETERMINED, measured=(partly,)),))
    assert "between 10 m² and 25 m²" in rendered(document(whose))


def test_of_many_open_rules_the_first_are_listed_and_missing_layers_are_still_named():
    many = [finding(Status.UNDETERMINED, missing=(JUDGEMENT,)) for _ in range(10)]
    asked = [JUDGEMENT.model_copy(update={"name": f"judgement_{i}"}) for i in range(3)]
    rest = finding(Status.UNDETERMINED, missing=(*asked, LAYER))
    whose = document(submission(findings=(*many, rest)))
    brief = " ".join(rendered(whose).split())
    assert "1 more rule waits for 4 more questions" in brief
    assert f"Layers that are missing beside: {LAYER.name}" in brief
    assert "judgement_2" not in brief
    full = rendered(whose, full=True)
    assert "judgement_2" in full
    assert "more rule" not in full

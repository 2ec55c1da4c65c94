"""What a resubmission changed against the findings of an earlier check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redline.diagnostics import Refusal
from redline.findings import Changes, FindingsDocument, Status
from tests.checking.test_check import Place, box


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def kept(place: Place, document: FindingsDocument, name: str = "before.json") -> Path:
    return place.write(name, document.model_dump_json(by_alias=True))


def changes(document: FindingsDocument) -> Changes:
    found = document.submissions[0].compared
    assert found is not None
    return found


def test_the_same_submission_has_not_changed(place: Place) -> None:
    before = kept(place, place.check(place.submission()))
    again = place.check(place.submission(), previous=before)
    assert changes(again).changes == ()
    assert len(changes(again).record_digest) == 64


def test_findings_that_cleared_and_that_are_new_are_told(place: Place) -> None:
    before = kept(place, place.check(place.submission()))
    moved = place.submission(
        geometries={"permanent": box(300, 1040, 310, 1050)},
        attributes={"works": "new_build", "energy_use": "10 tce/a"},
    )
    found = changes(place.check(moved, previous=before)).changes
    assert {(c.rule.split(".")[-1], c.before, c.after) for c in found} == {
        ("keep_out", Status.VIOLATED, Status.COMPLIES),
        ("setback", Status.COMPLIES, Status.VIOLATED),
    }


def test_rules_that_came_and_went_have_only_one_side(place: Place) -> None:
    document = place.check(place.submission())
    (submission,) = document.submissions
    renamed = tuple(
        f.model_copy(update={"rule": "test.place.gone"}) if f.rule.endswith("quota") else f
        for f in submission.findings
    )
    old = document.model_copy(
        update={"submissions": (submission.model_copy(update={"findings": renamed}),)}
    )
    found = changes(place.check(place.submission(), previous=kept(place, old))).changes
    assert [(c.rule.split(".")[-1], c.before is None, c.after is None) for c in found] == [
        ("quota", True, False),
        ("gone", False, True),
    ]


def test_a_submission_that_was_not_there_before_is_not_compared(place: Place) -> None:
    before = kept(place, place.check(place.submission("one")))
    document = place.check(place.submission("two"), previous=before)
    assert document.submissions[0].compared is None


def test_a_record_that_holds_findings_is_read_and_named_by_its_digest(place: Place) -> None:
    document = place.check(place.submission())
    record = {
        "schema": "redline.record/1",
        "digest": "d" * 64,
        "findings": json.loads(document.model_dump_json(by_alias=True)),
    }
    before = place.write("record.json", json.dumps(record))
    assert changes(place.check(place.submission(), previous=before)).record_digest == "d" * 64


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"schema": "redline.findings/2"}', "[" * 9999]
)
def test_what_is_no_findings_document_is_refused(place: Place, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        place.check(place.submission(), previous=place.write("before.json", text))
    assert [d.code for d in refused.value.diagnostics] == ["RL625"]


def test_a_file_that_is_not_there_is_refused(place: Place) -> None:
    with pytest.raises(Refusal):
        place.check(place.submission(), previous=Path("nowhere.json"))

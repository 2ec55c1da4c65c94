"""Records: the same check gives the same bytes, no byte changes unseen, each is judged again."""

from __future__ import annotations

import json
import random
from pathlib import Path

import jsonschema
import pytest

from redline.audit.record import (
    Record,
    canonical,
    check_and_record,
    digest_of,
    read_record,
    record_schema,
    write_record,
)
from redline.audit.verify import Cause, verify
from redline.checking import Options
from redline.diagnostics import Refusal
from redline.findings import Status
from tests.checking.test_check import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def recorded(place: Place, *, redact: bool = False) -> Record:
    place.check(place.submission())
    options = Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")
    document, record = check_and_record([place.folder / "one.json"], options, redact=redact)
    assert document.record_digest == record.digest
    return record


def rules(place: Place) -> list[Path]:
    return [place.folder / "rules"]


def test_the_same_check_gives_the_same_bytes(place: Place) -> None:
    assert canonical(recorded(place)) == canonical(recorded(place))


def test_an_untouched_record_is_reproduced_in_full(place: Place) -> None:
    record = recorded(place)
    found = verify(record, rules(place))
    assert found.reproduced
    assert found.measured
    assert found.differences == ()
    assert found.reasoned == sum(len(s.statuses) for d in record.days for s in d.submissions) > 0


def test_any_changed_byte_is_found(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    write_record(recorded(place), file)
    read_record(file)
    data = file.read_bytes()
    for spot in random.Random(7).sample(range(len(data)), 60):
        changed = bytearray(data)
        changed[spot] ^= 1
        file.write_bytes(bytes(changed))
        with pytest.raises(Refusal):
            read_record(file)


def test_a_status_that_does_not_follow_is_found(place: Place) -> None:
    record = recorded(place)
    day = record.days[0]
    one = day.submissions[0]
    statuses = tuple("complies" if s == "violated" else s for s in one.statuses)
    forged = record.model_copy(
        update={
            "days": (
                day.model_copy(
                    update={"submissions": (one.model_copy(update={"statuses": statuses}),)}
                ),
            )
        }
    )
    found = verify(forged, rules(place))
    assert not found.reproduced
    assert Cause.REASONING in {d.cause for d in found.differences}


def test_rules_that_changed_since_are_named_and_the_decision_still_stands(place: Place) -> None:
    record = recorded(place)
    file = place.folder / "rules" / "place.redline"
    text = file.read_text(encoding="utf-8").replace("at most 100 m", "at most 9 km")
    file.write_text(text, encoding="utf-8")
    found = verify(record, rules(place))
    assert found.reproduced
    assert {d.cause for d in found.differences} == {Cause.RULES}


def test_a_layer_that_changed_since_is_measured_otherwise(place: Place) -> None:
    record = recorded(place)
    place.write("zone.geojson", '{"type": "FeatureCollection", "features": []}')
    found = verify(record, rules(place))
    assert {Cause.LAYERS, Cause.MEASURING} <= {d.cause for d in found.differences}
    assert not found.reproduced


def test_without_the_files_the_reasoning_alone_is_reproduced(place: Place) -> None:
    record = recorded(place)
    (place.folder / "one.json").unlink()
    found = verify(record, rules(place))
    assert found.reproduced
    assert not found.measured
    assert {d.cause for d in found.differences} == {Cause.SUBMISSIONS}


def test_a_redacted_record_holds_no_geometry_and_can_be_reasoned_again(place: Place) -> None:
    record = recorded(place, redact=True)
    assert b'"coordinates"' not in canonical(record)
    assert b'"coordinates"' in canonical(recorded(place))
    assert verify(record, rules(place)).reproduced
    violated = [x for s in record.findings.submissions for x in s.findings]
    assert Status.VIOLATED in {x.status for x in violated}


def test_records_fit_their_schema(place: Place) -> None:
    jsonschema.validate(json.loads(canonical(recorded(place))), record_schema())


def test_the_digest_is_over_everything_else(place: Place) -> None:
    record = recorded(place)
    assert record.digest == digest_of(record)
    assert digest_of(record.model_copy(update={"redacted": True})) != record.digest


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"schema": "redline.record/9"}'])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(text)
    with pytest.raises(Refusal):
        read_record(file)


def test_what_differs_is_said_in_the_readers_words(place: Place) -> None:
    record = recorded(place)
    place.write("zone.geojson", '{"type": "FeatureCollection", "features": []}')
    said = [d.message.render("zh") for d in verify(record, rules(place)).differences]
    assert any("保护区" in one for one in said)
    measured = next(one for one in said if "禁入" in one)
    for raw in ("violated", "complies", "not_applicable", "keep_out"):
        assert raw not in measured


def test_a_register_that_went_on_leaves_the_reasoning(place: Place) -> None:
    register = place.write("register.jsonl", "")
    place.check(place.submission())
    options = Options(
        rules=(place.folder / "rules",),
        catalog=place.folder / "catalog.toml",
        register=str(register),
    )
    _document, record = check_and_record([place.folder / "one.json"], options)
    assert verify(record, rules(place)).differences == ()
    register.write_text('{"id": "A", "decided_on": "2026-01-01", "decision": "approved"}')
    found = verify(record, rules(place))
    assert found.reproduced
    assert not found.measured

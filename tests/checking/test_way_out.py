"""What would turn a breach: the ground that complies, and the exceptions that could excuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.findings import ExceptionStatus, Status, WayOut
from tests.checking.test_check import Place, box


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def way_out(place: Place, rule: str = "keep_out", **manifest: object) -> WayOut:
    found = place.finding(rule, place.submission(**manifest), way_out=True)
    assert found.status is Status.VIOLATED
    assert found.way_out is not None
    return found.way_out


def test_it_is_given_only_where_it_was_asked_for_and_something_is_broken(place: Place) -> None:
    assert place.finding("keep_out").way_out is None
    kept = place.submission(geometries={"permanent": box(1000, 0, 1010, 10)})
    assert place.finding("keep_out", kept, way_out=True).way_out is None


def test_the_part_of_the_footprint_outside_the_forbidden_ground_complies(place: Place) -> None:
    found = way_out(place, geometries={"permanent": box(90, 40, 130, 50)})
    assert found.remainder is not None
    assert found.remainder.area_m2 == pytest.approx(300.0, abs=0.05)
    assert found.remainder.geometry is not None


def test_a_footprint_wholly_on_forbidden_ground_leaves_nothing(place: Place) -> None:
    found = way_out(place)
    assert found.remainder is not None
    assert found.remainder.area_m2 == 0
    assert found.remainder.geometry is None


def test_ground_that_an_opinion_covers_complies_too(place: Place) -> None:
    found = way_out(
        place,
        geometries={"permanent": box(80, 40, 130, 50)},
        documents=[{"kind": "opinion", "ground": box(90, 40, 100, 50)}],
    )
    assert found.remainder is not None
    assert found.remainder.area_m2 == pytest.approx(400.0, abs=0.05)


def test_what_remains_keeps_the_rule(place: Place) -> None:
    found = way_out(place, geometries={"permanent": box(90, 40, 130, 50)})
    assert found.remainder is not None and found.remainder.geometry is not None
    rest = found.remainder.geometry.model_dump(mode="json")
    again = place.finding(
        "keep_out", place.submission(geometries={"permanent": rest}), min_area=0.01
    )
    assert again.status is Status.COMPLIES


def test_an_exception_that_could_excuse_names_the_documents_that_it_needs(place: Place) -> None:
    (excuse,) = way_out(place).excuses
    assert excuse.status is ExceptionStatus.PROMISED
    assert [o.name for o in excuse.owed] == ["opinion"]
    assert not excuse.missing


def test_a_document_that_was_refused_is_no_way_out(place: Place) -> None:
    found = way_out(place, documents=[{"kind": "opinion", "state": "refused"}])
    assert found.excuses == ()


EXPECTATION = """
rule declared / 声明
  "It lies in a zone" / "位于保护区"
  expects footprint overlaps zone
  cites OLD art. 9

"""


def test_a_check_of_data_among_the_rules_does_not_shift_the_ways_out(place: Place) -> None:
    rules = place.folder / "rules" / "place.redline"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(
        text.replace("rule keep_out", EXPECTATION.lstrip() + "rule keep_out"), encoding="utf-8"
    )
    found = way_out(place, geometries={"permanent": box(90, 40, 130, 50)})
    assert found.remainder is not None
    assert found.remainder.area_m2 == pytest.approx(300.0, abs=0.05)


def test_a_missed_distance_says_by_how_much(place: Place) -> None:
    near = place.submission(geometries={"permanent": box(300, 1040, 310, 1050)})
    found = place.finding("setback", near, way_out=True)
    assert found.status is Status.VIOLATED
    assert found.measured[0].margin == pytest.approx(-44.3, abs=0.5)
    assert found.way_out is None

"""Batches in partitions: the same answers, less memory, told on the way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from redline.checking import partitions
from redline.checking.check import Options, answers_of, document_of, prepare
from redline.commands.program import run
from redline.findings import FindingsDocument
from redline.ground.features import Ground, Kind, Role, Submission
from redline.ground.plane import Plane
from redline.messages import Message
from tests.checking.test_check import Place, box, collection

PLANE = Plane(30, 0)


def many(place: Place, count: int) -> Path:
    """Footprints scattered over the place, some over its zones and some near the river."""
    rng = np.random.default_rng(3)
    features = []
    for number in range(count):
        west, south = rng.uniform(-200, 400, 2)
        if number % 7 == 0:
            south = 1105 - 60 - rng.uniform(0, 150)
        features.append(
            ({"id": f"F{number}", "works": "new_build"}, box(west, south, west + 30, south + 20))
        )
    return place.write("many.geojson", collection(*features))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    for name in found.layers:
        found.layers[name] += "accuracy = 3\n"
    return found


def judged(place: Place, path: Path) -> FindingsDocument:
    return place.check(path)


@pytest.mark.parametrize("size", [1, 7, 40])
def test_what_comes_out_does_not_depend_on_the_partitions(
    place: Place, size: int, monkeypatch: pytest.MonkeyPatch
):
    path = many(place, 60)
    whole = judged(place, path).model_dump_json()
    monkeypatch.setattr(partitions, "SIZE", size)
    assert judged(place, path).model_dump_json() == whole


def test_submissions_stay_in_the_order_given(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(partitions, "SIZE", 5)
    document = judged(place, many(place, 23))
    assert [s.id for s in document.submissions] == [f"F{i}" for i in range(23)]


def submission(x: float, y: float) -> Submission:
    ground = Ground(shapely.box(x, y, x + 0.001, y + 0.001), crs())
    return Submission("s", Kind.PROJECT, "s", None, geometries={Role.PERMANENT: ground})


def crs():
    from pyproj import CRS

    return CRS(4326)


def test_neighbours_come_together():
    rng = np.random.default_rng(1)
    places = rng.uniform([29.5, -0.5], [30.5, 0.5], (400, 2))
    submissions = [submission(x, y) for x, y in places]
    found = list(partitions.partitions(range(400), submissions, PLANE, 25))
    assert sorted(i for part in found for i in part) == list(range(400))
    spread = [np.ptp(places[part], axis=0).max() for part in found]
    # 16 partitions of a square degree: a quarter of a degree wide, or a few times that.
    assert np.median(spread) < 0.6


def test_those_that_lie_nowhere_are_not_lost():
    nowhere = Submission("n", Kind.PROJECT, "n", None)
    found = list(partitions.partitions([0, 1, 2], [submission(30, 0), nowhere, nowhere], PLANE, 2))
    assert sorted(i for part in found for i in part) == [0, 1, 2]


def options(place: Place) -> Options:
    place.check()  # writes the catalog
    return Options(rules=(place.folder / "rules",), catalog=place.folder / "catalog.toml")


def test_of_a_huge_task_no_partition_is_kept(place: Place, monkeypatch: pytest.MonkeyPatch):
    path = many(place, 20)
    small = prepare([path], options(place))
    document_of(small)
    assert len(small.kept) == 1
    monkeypatch.setattr(partitions, "SIZE", 6)
    huge = prepare([path], options(place))
    sizes = [len(several) for several in answers_of(huge)]
    assert sizes == [6, 6, 6, 2]
    assert huge.kept == {}


def test_progress_is_told_by_submissions(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(partitions, "SIZE", 6)
    heard: list[tuple[str, float]] = []

    def advance(doing: Message, share: float) -> None:
        heard.append((doing.render("en"), share))

    document_of(prepare([many(place, 20)], options(place)), advance)
    assert [share for _, share in heard] == [0.0, 0.3, 0.6, 0.9]
    assert heard[1][0] == "Judging submissions: 6 of 20"


def test_lines_of_a_huge_batch_are_written_as_they_come(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    path = many(place, 20)
    chosen = options(place)
    arguments = [
        *("check", str(path), "--rules", str(chosen.rules[0])),
        *("--catalog", str(chosen.catalog), "--format", "jsonl", "--as-of", "2026-09-01"),
    ]
    code = run(arguments)
    whole = capsys.readouterr().out.splitlines()
    monkeypatch.setattr(partitions, "SIZE", 6)
    assert run(arguments) == code
    parts = capsys.readouterr().out.splitlines()
    assert json.loads(parts[0])["type"] == "check"
    assert sorted(parts) == sorted(whole)

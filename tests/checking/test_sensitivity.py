"""Findings that would flip if a boundary moved by its accuracy, and those that would not."""

from __future__ import annotations

from pathlib import Path

import pytest

from redline.findings import Finding, Status
from tests.checking.test_check import DEGREE, Place, box, collection, opinion

RULES = """
pack test.place "Place" / "地方"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
code list works_class / 建设类别 "Works" / "建设"
  new_build / 新建 "New build" / "新建"
attribute works / 建设性质: code works_class "Works" / "建设"
attribute energy_use / 用能: energy per year "Energy use" / "用能"
layer zone / 保护区: polygon "Zones" / "保护区"
  key name / 名称: text
  column strict / 严格: boolean
layer river / 河流: line "Rivers" / "河流"
layer county / 县: polygon "Counties" / "县"
document opinion / 意见 "Opinion" / "意见"
component outfall / 排污口 "Outfalls" / "排污口"

rule keep_out / 禁入 "Keep out" / "禁入"
  forbids footprint overlaps zone where (strict)
  unless works is new_build, provided that document opinion covers the overlap cites ACT art. 2
  cites ACT art. 1
rule stay_inside / 入内 "Stay inside" / "入内"
  requires footprint lies within zone
  cites ACT art. 3
rule setback / 退让 "Setback" / "退让"
  forbids distance to river at most 100 m
  cites ACT art. 4
rule far_zone / 远离 "Far from zones" / "远离"
  forbids distance to zone at most 50 m
  cites ACT art. 5
rule little / 少量 "Little of it" / "少量"
  limits area of footprint in zone to at most 1000 m2
  cites ACT art. 6
rule outfalls / 排污口 "No outfall" / "不设排污口"
  forbids any outfall lies within zone
  cites ACT art. 7
rule part_of_it / 部分 "Part of it" / "部分"
  let inner / 内部 be the part of footprint in zone
  limits area of inner to at most 1000 m2
  cites ACT art. 8
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    (tmp_path / "rules" / "place.redline").write_text(RULES, encoding="utf-8")
    found.write(
        "zone.geojson",
        collection(
            ({"name": "A", "strict": True}, box(0, 0, 500, 500)),
            ({"name": "B", "strict": False}, box(500, 0, 1000, 500)),
        ),
    )
    # The river runs 1105.74 m north of the zones' southern edge.
    for name in ("zone", "river"):
        found.layers[name] += "accuracy = 5\n"
    return found


def found(place: Place, rule: str, footprint: object, **more: object) -> Finding:
    geometries = {"permanent": footprint}
    finding = place.finding(rule, place.submission(geometries=geometries, **more))
    assert finding.status is not Status.UNDETERMINED
    return finding


@pytest.mark.parametrize(
    ("footprint", "status", "sensitive"),
    [
        (box(-40, 10, -10, 40), Status.COMPLIES, False),
        (box(-40, 10, -4, 40), Status.COMPLIES, True),
        (box(-40, 10, 3, 40), Status.VIOLATED, True),
        (box(-40, 10, 20, 40), Status.VIOLATED, False),
        (box(100, 100, 140, 140), Status.VIOLATED, False),
        # Beside the inner border: the strict zone may reach further.
        (box(502, 10, 540, 40), Status.COMPLIES, True),
        (box(520, 10, 540, 40), Status.COMPLIES, False),
    ],
)
def test_an_overlap(place: Place, footprint: object, status: Status, sensitive: bool):
    finding = found(place, "keep_out", footprint)
    assert (finding.status, finding.boundary_sensitive) == (status, sensitive)


@pytest.mark.parametrize(
    ("footprint", "status", "sensitive"),
    [
        (box(100, 100, 140, 140), Status.COMPLIES, False),
        (box(3, 100, 40, 140), Status.COMPLIES, True),
        (box(-3, 100, 40, 140), Status.VIOLATED, True),
        (box(-30, 100, 40, 140), Status.VIOLATED, False),
        # Across the border between two zones, which together are what it has to lie in.
        (box(480, 100, 520, 140), Status.COMPLIES, False),
    ],
)
def test_lying_within(place: Place, footprint: object, status: Status, sensitive: bool):
    finding = found(place, "stay_inside", footprint)
    assert (finding.status, finding.boundary_sensitive) == (status, sensitive)


@pytest.mark.parametrize(
    ("top", "status", "sensitive"),
    [
        (1105.74 - 94, Status.VIOLATED, False),
        (1105.74 - 97, Status.VIOLATED, True),
        (1105.74 - 104, Status.COMPLIES, True),
        (1105.74 - 106, Status.COMPLIES, False),
    ],
)
def test_a_distance_to_lines(place: Place, top: float, status: Status, sensitive: bool):
    finding = found(place, "setback", box(10, top - 30, 40, top))
    assert (finding.status, finding.boundary_sensitive) == (status, sensitive)


@pytest.mark.parametrize(
    ("gap", "status", "sensitive"),
    [
        (44, Status.VIOLATED, False),
        (46, Status.VIOLATED, True),
        (54, Status.COMPLIES, True),
        (56, Status.COMPLIES, False),
        (-2, Status.VIOLATED, False),
    ],
)
def test_a_distance_to_polygons(place: Place, gap: float, status: Status, sensitive: bool):
    finding = found(place, "far_zone", box(-gap - 30, 100, -gap, 140))
    assert (finding.status, finding.boundary_sensitive) == (status, sensitive)


@pytest.mark.parametrize(
    ("depth", "status", "sensitive"),
    [
        (10, Status.COMPLIES, False),
        (17, Status.COMPLIES, True),
        (23, Status.VIOLATED, True),
        (30, Status.VIOLATED, False),
    ],
)
@pytest.mark.parametrize("rule", ["little", "part_of_it"])
def test_an_area_against_a_limit(
    place: Place, rule: str, depth: float, status: Status, sensitive: bool
):
    finding = found(place, rule, box(-60, 100, depth, 150))
    assert (finding.status, finding.boundary_sensitive) == (status, sensitive)


@pytest.mark.parametrize(("east", "sensitive"), [(2, True), (40, False), (-3, True), (-20, False)])
def test_a_place_of_a_component(place: Place, east: float, sensitive: bool):
    point = {"type": "Point", "coordinates": [30 + east / DEGREE, 100 / 110_574.39]}
    components = [{"kind": "outfall", "geometry": point}]
    finding = found(place, "outfalls", box(-60, 100, -50, 110), components=components)
    assert finding.boundary_sensitive is sensitive


@pytest.mark.parametrize(("margin", "sensitive"), [(0, True), (10, False)])
def test_a_document_that_covers_the_overlap_may_not_cover_it_then(
    place: Place, margin: float, sensitive: bool
):
    documents = opinion(box(0 - margin, 0, 60, 60))
    finding = found(place, "keep_out", box(-40, 10, 40, 40), documents=documents)
    assert finding.status is Status.EXCUSED
    assert finding.boundary_sensitive is sensitive


def test_without_an_accuracy_nothing_is_sensitive(place: Place):
    place.layers = {k: v.replace("accuracy = 5\n", "") for k, v in place.layers.items()}
    assert not found(place, "keep_out", box(-40, 10, 0.5, 40)).boundary_sensitive


def test_what_waits_for_a_fact_is_not_sensitive(place: Place):
    geometries = {"permanent": box(-40, 10, 3, 40)}
    finding = place.finding("keep_out", place.submission(geometries=geometries, complete=[]))
    assert finding.status is Status.UNDETERMINED
    assert not finding.boundary_sensitive


def test_each_of_a_batch_is_told_by_itself(place: Place):
    edges = (-10, -4, 3, 20)
    many = [
        place.submission(f"s{edge}", geometries={"permanent": box(-40, 10, edge, 40)})
        for edge in edges
    ]
    document = place.check(*many)
    sensitive = [
        next(f for f in s.findings if f.rule == "test.place.keep_out").boundary_sensitive
        for s in document.submissions
    ]
    assert sensitive == [False, True, True, False]

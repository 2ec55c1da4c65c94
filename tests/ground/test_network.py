"""Directed distance along rivers, held against a walk over small trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.ground.network import along, build_network
from redline.ground.plane import ELLIPSOID, Plane
from redline.ground.zoning import make_zone

PLANE = Plane(114, 24)
ORIGIN = np.array([30_000.0, 20_000.0])


def array(*values: object):
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def zone_of(*lines: object):
    return make_zone("rivers", array(*lines), PLANE)


def metres(*points: tuple[float, float]) -> float:
    """The geodesic length of a way over points of the plane."""
    degrees = PLANE.to_degrees(np.array(points, dtype=float))
    ends = np.hstack((degrees[:-1], degrees[1:])).T
    return float(ELLIPSOID.inv(*np.ascontiguousarray(ends))[2].sum())


def line(*points: tuple[float, float]):
    return shapely.LineString(np.array(points) + ORIGIN)


def point(x: float, y: float):
    return shapely.Point(np.array([x, y]) + ORIGIN)


MAIN = line((0, 0), (1000, 0), (2000, 0), (3000, 0))
"""Flows east."""
BRANCH = line((1000, 800), (1000, 0))
"""Flows south into the main stem, at a vertex."""
SIDE = line((1500, -500), (1500, 0))
"""Flows north into the middle of an edge."""
FAR = line((0, 5000), (1000, 5000))


def asked(direction: str, sources, targets, *lines, **more):
    network = build_network(zone_of(*(lines or (MAIN, BRANCH, SIDE, FAR))), **more)
    return along(network, array(*sources), array(*targets), direction)


@pytest.mark.parametrize(
    ("source", "target", "down", "up"),
    [
        ((200, 0), (2500, 0), 2300, np.inf),
        ((2500, 0), (200, 0), np.inf, 2300),
        ((1000, 500), (2000, 0), 1500, np.inf),
        ((2000, 0), (1000, 500), np.inf, 1500),
        ((1000, 500), (500, 0), np.inf, np.inf),
        ((1000, 500), (1500, -300), np.inf, np.inf),
        ((1500, -300), (1600, 0), 400, np.inf),
        ((500, 0), (500, 0), 0, 0),
        ((500, 0), (500, 5000), np.inf, np.inf),
        ((1000, 0), (1000, 800), np.inf, 800),
    ],
)
def test_ways_go_with_the_flow_or_against_it(source, target, down, up):
    for direction, expected in (("downstream", down), ("upstream", up), ("either", min(down, up))):
        found = asked(direction, [point(*source)], [point(*target)])
        assert found.distance_m[0] == pytest.approx(expected, rel=2e-5, abs=1e-6)
        assert found.target[0] == (0 if np.isfinite(expected) else -1)


def test_lengths_are_geodesic_along_the_line():
    found = asked("downstream", [point(200, 0)], [point(2500, 0)])
    ways = np.array([(200, 0), (1000, 0), (2000, 0), (2500, 0)]) + ORIGIN
    assert found.distance_m[0] == pytest.approx(metres(*ways), abs=1e-3)


def test_the_nearest_of_several_targets_counts():
    targets = [point(2500, 0), point(1200, 0), point(500, 5000)]
    found = asked("downstream", [point(200, 0), point(2000, 0)], targets)
    assert found.target.tolist() == [1, 0]
    assert found.distance_m == pytest.approx([1000, 500], rel=1e-4)


def test_lines_and_areas_are_reached_where_the_network_first_comes_to_them():
    area = shapely.box(*(np.array([2000, -100]) + ORIGIN), *(np.array([2400, 100]) + ORIGIN))
    bank = line((2000, 20), (2400, 20))
    found = asked("downstream", [point(200, 0), point(2200, 0), point(2600, 0)], [area])
    assert found.distance_m == pytest.approx([1800, 0, np.inf], rel=1e-4)
    assert asked("upstream", [point(2600, 0)], [area]).distance_m == pytest.approx([200], rel=1e-4)
    # A bank belongs to the river that runs within reach of it.
    near = asked("downstream", [point(200, 0)], [bank]).distance_m[0]
    assert near == pytest.approx(1800, abs=50)


def test_what_is_not_on_the_network_is_not_known():
    found = asked("downstream", [point(200, 30), point(200, 300), None], [point(2500, 0)])
    assert found.distance_m[0] == pytest.approx(2300, rel=1e-4)
    assert np.isnan(found.distance_m[1:]).all()
    wide = along(
        build_network(zone_of(MAIN)),
        array(point(200, 300)),
        array(point(2500, 0)),
        "downstream",
        reach_m=500,
    )
    assert wide.distance_m[0] == pytest.approx(2300, rel=1e-4)


def test_small_gaps_are_closed_and_reported():
    short = line((1000, 800), (1000, 0.4))
    network = build_network(zone_of(MAIN, short))
    (note,) = network.diagnostics
    assert (note.code, note.joints) == ("RL514", 1)
    assert note.widest_m == pytest.approx(0.4, abs=1e-6)
    found = along(network, array(point(1000, 500)), array(point(2000, 0)), "downstream")
    assert found.distance_m[0] == pytest.approx(1500, abs=1)


def test_what_ends_too_far_off_does_not_join():
    short = line((1000, 800), (1000, 5))
    found = asked("downstream", [point(1000, 500)], [point(2000, 0)], MAIN, short)
    assert found.distance_m.tolist() == [np.inf]
    wider = asked("downstream", [point(1000, 500)], [point(2000, 0)], MAIN, short, snap_m=10)
    assert wider.distance_m[0] == pytest.approx(1500, abs=10)


def test_a_stated_confluence_that_is_not_drawn_makes_the_rest_unknown():
    short = line((1000, 800), (1000, 300))
    lines, into = (MAIN, short), [-1, 0]
    network = build_network(zone_of(*lines), flows_into=into)
    (warning,) = network.diagnostics
    assert (warning.code, warning.numbers) == ("RL515", [2])
    down = along(network, array(point(1000, 700)), array(point(2000, 0)), "downstream")
    assert np.isnan(down.distance_m[0])
    up = along(network, array(point(2000, 0)), array(point(1000, 700)), "upstream")
    assert np.isnan(up.distance_m[0])
    # What is reached before the gap is known all the same.
    here = along(network, array(point(1000, 700)), array(point(1000, 400)), "downstream")
    assert here.distance_m[0] == pytest.approx(300, rel=1e-4)
    main = along(network, array(point(200, 0)), array(point(2000, 0)), "downstream")
    assert main.distance_m[0] == pytest.approx(1800, rel=1e-4)


def test_the_stated_flow_goes_before_the_direction_in_which_a_line_is_drawn():
    against = line((1000, 0), (1000, 800))
    drawn = asked("downstream", [point(1000, 500)], [point(2000, 0)], MAIN, against)
    assert drawn.distance_m.tolist() == [np.inf]
    stated = asked(
        "downstream", [point(1000, 500)], [point(2000, 0)], MAIN, against, flows_into=[-1, 0]
    )
    assert stated.distance_m[0] == pytest.approx(1500, rel=1e-4)


def test_lines_that_cross_do_not_join():
    canal = line((2200, -500), (2200, 500))
    found = asked("downstream", [point(2200, -300)], [point(2500, 0)], MAIN, canal)
    assert found.distance_m.tolist() == [np.inf]


def test_a_river_that_parts_and_meets_again_goes_the_shorter_way():
    upper = line((1000, 0), (1500, 900), (2000, 0))
    found = asked("downstream", [point(200, 0)], [point(2500, 0)], MAIN, upper)
    assert found.distance_m[0] == pytest.approx(2300, rel=1e-4)
    island = asked("downstream", [point(1500, 900)], [point(2500, 0)], MAIN, upper)
    assert island.distance_m[0] == pytest.approx(np.hypot(500, 900) + 500, rel=1e-4)


def test_parts_of_a_feature_that_follow_each_other_are_one_river():
    parts = shapely.MultiLineString([line((1000, 0), (2000, 0)), line((0, 0), (1000, 0))])
    found = asked("downstream", [point(200, 0)], [point(1800, 0)], parts)
    assert found.distance_m[0] == pytest.approx(1600, rel=1e-4)


def test_a_ring_has_a_way_around():
    ring = line((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))
    found = asked("downstream", [point(500, 0)], [point(200, 0)], ring)
    assert found.distance_m[0] == pytest.approx(3700, rel=1e-4)


def test_nothing_is_on_an_empty_network():
    found = asked("downstream", [point(0, 0)], [point(1, 1)], None)
    assert np.isnan(found.distance_m).all()


# --- brute force ------------------------------------------------------------------------------


@dataclass
class River:
    """A straight river of a tree: where it begins and ends, into which it flows, and where."""

    start: np.ndarray
    end: np.ndarray
    into: int
    joins_at: float

    @property
    def length(self) -> float:
        return float(np.hypot(*(self.end - self.start)))

    def at(self, place: float) -> np.ndarray:
        return self.start + (self.end - self.start) * place / self.length


def tree(seed: int, count: int) -> list[River]:
    """A main stem and rivers that flow into one that is there already."""
    rng = np.random.default_rng(seed)
    rivers = [River(np.array([0.0, 0.0]), np.array([9000.0, 0.0]), -1, 0.0)]
    while len(rivers) < count:
        into = int(rng.integers(len(rivers)))
        place = float(rng.uniform(0.1, 0.9) * rivers[into].length)
        end = rivers[into].at(place)
        angle = rng.uniform(0, 2 * np.pi)
        start = end + np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(500, 3000)
        rivers.append(River(start, end, into, place))
    return rivers


def walk(rivers: list[River], a: tuple[int, float], b: tuple[int, float]) -> float:
    """Downstream from one place (river, metres) to another."""
    (river, place), walked = a, 0.0
    while True:
        if river == b[0] and b[1] >= place:
            return walked + b[1] - place
        walked += rivers[river].length - place
        if rivers[river].into < 0:
            return float("inf")
        river, place = rivers[river].into, rivers[river].joins_at


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.booleans())
def test_on_trees_it_is_the_walk_downstream(seed: int, count: int, stated: bool):
    rivers = tree(seed, count)
    rng = np.random.default_rng(seed + 1)
    where = [(int(r), float(rng.uniform(0, rivers[r].length))) for r in rng.integers(count, size=6)]
    spots = array(*(shapely.Point(rivers[r].at(p) + ORIGIN) for r, p in where))
    # Places that more than one river passes are not told apart by the walk.
    alone = [
        sum(
            shapely.distance(spot, shapely.LineString([o.start + ORIGIN, o.end + ORIGIN])) < 1.5
            for o in rivers
        )
        == 1
        for spot in spots
    ]
    lines = [shapely.LineString([r.start, r.end]) for r in rivers]
    joining_more = any(
        shapely.distance(shapely.Point(end), other) < 2
        for i, r in enumerate(rivers)
        for j, other in enumerate(lines)
        for end in ([r.start] if j == r.into else [r.start, r.end])
        if i != j
    )
    if joining_more or not all(alone):
        return
    zone = zone_of(*(shapely.LineString([r.start + ORIGIN, r.end + ORIGIN]) for r in rivers))
    into = [r.into for r in rivers] if stated else None
    network = build_network(zone, flows_into=into)
    for i, a in enumerate(where):
        for j, b in enumerate(where):
            down, up = walk(rivers, a, b), walk(rivers, b, a)
            for direction, expected in (
                ("downstream", down),
                ("upstream", up),
                ("either", min(down, up)),
            ):
                found = along(network, spots[i : i + 1], spots[j : j + 1], direction)
                assert found.distance_m[0] == pytest.approx(expected, rel=1e-4, abs=1e-3)

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from redline.ground.measure import (
    Tolerance,
    counts,
    coverage_gap,
    crosses,
    geodesic_length,
    lengths,
    lies_within,
    overlaps,
    remainder,
    round_area,
    round_length,
    shared,
    touches,
    union_area,
    union_length,
    without,
)
from redline.ground.plane import Plane
from redline.ground.width import widths
from redline.ground.zoning import make_zone
from tests.ground.exact import exact_area
from tests.ground.shapes import fractal, star

CGCS2000 = CRS(4490)
PLANE = Plane(114, 24)
GEOD = Geod(ellps="GRS80")
EXACT = Tolerance(0.0, 0.0)


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def box(west, south, east, north):
    return shapely.box(west, south, east, north)


def zone_of(*geometries, **more):
    return make_zone("zone", array(*geometries), PLANE, **more)


TWO = zone_of(box(0, 0, 100, 100), box(50, 0, 150, 100), None)


def test_each_pair_of_footprint_and_feature_has_a_row():
    found = overlaps(
        array(box(40, 10, 60, 30), None, box(500, 0, 510, 10), box(90, 90, 95, 95)), TWO
    )
    assert list(zip(found.subject, found.feature, strict=True)) == [(0, 0), (0, 1), (3, 0), (3, 1)]
    assert list(found.area_m2) == [400.0, 200.0, 25.0, 25.0]
    assert found.counted.all()
    assert (found.subjects, found.features) == (4, 3)


def test_ground_under_several_features_counts_once():
    found = overlaps(array(box(40, 10, 60, 30), box(140, 0, 160, 10)), TWO)
    assert list(union_area(found)) == [400.0, 100.0]
    assert list(union_area(found, np.array([False, True, True]))) == [200.0, 100.0]
    assert list(union_area(found, np.array([False, False, True]))) == [0.0, 0.0]


def test_touching_is_no_overlap():
    assert len(overlaps(array(box(150, 0, 160, 10), box(-10, -10, 0, 0)), TWO)) == 0


def test_lines_and_points_have_no_ground():
    batch = array(shapely.LineString([(0, 50), (200, 50)]), shapely.Point(5, 5), shapely.Polygon())
    assert len(overlaps(batch, TWO)) == 0


def test_what_is_under_the_tolerance_is_a_sliver_and_stays_listed():
    thin = array(box(99.9995, 0, 200, 10), box(-10, 0, 0.0005, 10), box(-10, 0, 0.01, 10))
    ground = zone_of(box(0, 0, 100, 100))
    found = overlaps(thin, ground)
    assert list(found.counted) == [False, False, True]
    assert found.area_m2 == pytest.approx([0.005, 0.005, 0.1])
    assert found.width_m[:2] == pytest.approx([0.0005, 0.0005], rel=0.02)
    assert found.width_exact[:2].all()
    assert union_area(found) == pytest.approx([0.0, 0.0, 0.1])
    assert union_area(found, slivers=True) == pytest.approx([0.005, 0.005, 0.1])
    by_area = overlaps(thin, ground, Tolerance(min_area_m2=1.0, min_width_m=0.0))
    assert not by_area.counted.any()


def test_a_long_diagonal_thread_is_recognised_as_narrow():
    ground = zone_of(shapely.Polygon([(0, 0), (10_000, 10_000), (0, 10_000)]))
    offset = 0.0004 * np.sqrt(2)
    thread = shapely.Polygon([(offset, 0), (10_000 + offset, 10_000), (20_000, 0)])
    wide = shapely.affinity.translate(thread, -0.01, 0)
    found = overlaps(array(shapely.affinity.translate(thread, -2 * offset, 0), wide), ground)
    assert list(found.counted) == [False, True]


def test_the_overlap_has_no_seams_where_the_layer_was_cut():
    rough = PLANE.project(array(fractal(114.3, 24.2, 4000, 6000, 4)), CGCS2000)
    ground = make_zone("zone", rough, PLANE)
    footprint = shapely.buffer(shapely.centroid(rough[0]), 3200.0)
    inside = overlaps(array(footprint), ground)
    assert len(inside.parts.row) > 20
    plain = shapely.intersection(footprint, rough[0])
    assert inside.geometry[0].symmetric_difference(plain).area < 1e-4
    assert shapely.get_type_id(inside.geometry[0]) == shapely.get_type_id(plain)
    assert shapely.get_num_geometries(inside.geometry[0]) == shapely.get_num_geometries(plain)
    assert inside.area_m2[0] == pytest.approx(plain.area, rel=1e-11)


def test_a_footprint_inside_costs_no_cutting():
    rough = PLANE.project(array(fractal(114.3, 24.2, 4000, 6000, 4)), CGCS2000)
    footprint = shapely.buffer(shapely.centroid(rough[0]), 900.0)
    inside = overlaps(array(footprint), make_zone("zone", rough, PLANE))
    assert len(inside.parts.row) == 1
    assert inside.geometry[0] is footprint
    assert inside.area_m2[0] == footprint.area


@given(st.integers(0, 10**6), st.floats(20, 6000), st.integers(300, 5000))
@settings(max_examples=40, deadline=None)
def test_cutting_changes_no_overlap(seed, radius, vertices):
    layer = PLANE.project(
        array(fractal(114.3, 24.2, 4000, vertices, seed), fractal(114.33, 24.2, 3000, 200, seed)),
        CGCS2000,
    )
    rng = np.random.default_rng(seed)
    prints = PLANE.project(
        array(
            *(
                star(114.3 + x, 24.2 + y, radius, 6, seed + i)
                for i, (x, y) in enumerate(rng.uniform(-0.05, 0.05, (6, 2)))
            )
        ),
        CGCS2000,
    )
    found = overlaps(prints, make_zone("zone", layer, PLANE), EXACT)
    table = np.zeros((6, 2))
    table[found.subject, found.feature] = found.area_m2
    plain = shapely.area(shapely.intersection(prints[:, None], layer[None]))
    assert table == pytest.approx(plain, rel=1e-9, abs=1e-6)
    together = shapely.area(shapely.intersection(prints, shapely.union_all(layer)))
    assert union_area(found) == pytest.approx(together, rel=1e-9, abs=1e-6)


def test_a_footprint_larger_than_the_layer_meets_all_of_it():
    layer = PLANE.project(array(fractal(114.3, 24.2, 800, 3000, 4)), CGCS2000)
    huge = PLANE.project(array(fractal(114.3, 24.2, 30_000, 50_000, 5)), CGCS2000)
    found = overlaps(huge, make_zone("zone", layer, PLANE))
    assert found.area_m2 == pytest.approx(shapely.area(layer), rel=1e-9)


def test_overlap_with_a_county_agrees_with_the_exact_area():
    parcel = star(114.3, 24.2, 2.6, 5, 9)
    county = PLANE.project(array(star(114.3, 24.2, 40_000, 40, 9)), CGCS2000)
    found = overlaps(PLANE.project(array(parcel), CGCS2000), make_zone("county", county, PLANE))
    assert found.area_m2[0] == pytest.approx(exact_area(parcel), rel=1e-7)


def test_cover_takes_ground_off_the_overlap():
    prints = array(box(40, 10, 60, 30), box(0, 0, 10, 10), box(0, 0, 10, 10))
    covers = array(box(0, 0, 55, 100), None, box(0, 0, 20, 20))
    found = overlaps(prints, TWO)
    left = without(found, covers)
    assert list(zip(left.subject, left.feature, strict=True)) == [(0, 0), (0, 1), (1, 0)]
    assert list(left.area_m2) == [100.0, 100.0, 100.0]
    rest = remainder(found, None, covers)
    assert list(rest.area_m2) == [100.0, 100.0, 0.0]
    assert widths(rest.geometry[:2]) == pytest.approx([5.0, 10.0], rel=0.02)
    assert (rest.width_m <= [5.1, 10.1, 0.0]).all()
    assert list(rest.counted) == [True, True, False]
    assert rest.geometry[2] is None


def test_a_rest_that_is_a_sliver_does_not_count():
    found = overlaps(array(box(0, 0, 10, 10)), TWO)
    rest = remainder(found, None, array(box(0, 0, 10, 9.9995)))
    assert not rest.counted[0]
    assert rest.area_m2[0] == pytest.approx(0.005)


def test_shared_ground_is_one_geometry_per_subject():
    ground = shared(overlaps(array(box(40, 10, 160, 30), None), TWO))
    assert ground.area_m2 == pytest.approx([2200.0, 0.0])
    assert widths(ground.geometry)[0] == pytest.approx(20.0, rel=0.02)
    assert ground.geometry[0].equals(box(40, 10, 150, 30))
    assert ground.geometry[1] is None


def test_lengths_are_geodesic():
    plane = Plane(104, 36)  # the centre of China, far away: lengths in the plane are off by 0.1 %
    line = shapely.LineString([(114.0, 24.0), (114.4, 24.3)])
    placed = plane.project(array(line), CGCS2000)
    ground = make_zone("zone", plane.project(array(box(113, 23, 115, 25)), CGCS2000), plane)
    found = lengths(placed, ground)
    fine = shapely.segmentize(line, 1e-4)
    true = GEOD.geometry_length(fine)
    assert found.length_m[0] == pytest.approx(true, abs=1e-3)
    assert abs(shapely.length(placed[0]) / true - 1) > 1e-4


def test_lengths_in_several_features_count_once():
    line = array(shapely.LineString([(-50, 50), (300, 50)]), shapely.Point(1, 1), None)
    found = lengths(line, TWO)
    assert found.length_m == pytest.approx([100.0, 100.0], rel=1e-3)
    assert union_length(PLANE, found)[0] == pytest.approx(150.0, rel=1e-3)
    assert union_length(PLANE, found, np.array([True, False, True]))[0] == pytest.approx(
        100, rel=1e-3
    )
    assert list(union_length(PLANE, found)[1:]) == [0.0, 0.0]


def test_the_length_of_a_river_within_a_footprint():
    rivers = zone_of(
        shapely.LineString([(0, 50), (300, 50)]), shapely.LineString([(0, 500), (9, 500)])
    )
    found = lengths(array(box(100, 0, 250, 100)), rivers)
    assert list(found.feature) == [0]
    assert found.length_m == pytest.approx([150.0], rel=1e-3)


def test_geodesic_length_of_nothing_is_zero():
    assert list(geodesic_length(PLANE, array(None, shapely.LineString()))) == [0.0, 0.0]


def test_lies_within_the_features_together_but_for_slivers():
    prints = array(
        box(10, 10, 140, 90),
        box(10, 10, 150.0005, 90),
        box(10, 10, 151, 90),
        box(500, 500, 501, 501),
        None,
        shapely.LineString([(10, 10), (140, 10)]),
        shapely.LineString([(10, 10), (160, 10)]),
        shapely.Point(10, 10),
        shapely.Point(150.0005, 10),
        shapely.Point(151, 10),
    )
    inside = lies_within(prints, TWO)
    assert list(inside) == [True, True, False, False, False, True, False, True, True, False]


def test_crossing_needs_more_than_an_edge():
    prints = array(
        shapely.LineString([(-10, 50), (50, 50)]),
        shapely.LineString([(-10, 0), (-10, 100)]),
        shapely.LineString([(0, -10), (0, 200)]),
        box(-10, 0, 0, 100),
        box(-10, 0, 5, 100),
        shapely.Point(5, 5),
        None,
    )
    assert list(crosses(prints, TWO)) == [True, False, False, False, True, True, False]
    assert list(touches(prints, TWO)) == [False, False, True, True, False, False, False]


def test_lines_cross_lines():
    roads = zone_of(shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 9), (100, 9)]))
    prints = array(
        shapely.LineString([(50, -5), (50, 5)]), shapely.LineString([(50, -5), (50, 50)])
    )
    assert list(crosses(prints, roads)) == [True, True]
    assert list(counts(prints, roads)) == [1, 2]


def test_counts_features_of_points_too():
    wells = zone_of(
        shapely.Point(1, 1), shapely.MultiPoint([(2, 2), (3, 3)]), shapely.Point(900, 0)
    )
    assert list(counts(array(box(0, 0, 10, 10), box(50, 50, 60, 60)), wells)) == [2, 0]
    mask = np.array([True, False, True])
    assert list(counts(array(box(0, 0, 10, 10)), wells, mask)) == [1]


def test_coverage_everywhere_leaves_no_gap():
    gap = coverage_gap(array(box(0, 0, 1, 1), None), TWO, 1000.0)
    assert list(gap.area_m2) == [0.0, 0.0] and gap.whole.all()


def test_coverage_ends_where_it_is_said_to():
    ground = zone_of(box(0, 0, 10, 10), coverage=box(0, 0, 1000, 1000))
    prints = array(
        box(10, 10, 20, 20),
        box(990, 0, 1010, 10),
        box(2000, 0, 2010, 10),
        shapely.Point(5, 5),
        None,
    )
    gap = coverage_gap(prints, ground)
    assert gap.area_m2 == pytest.approx([0.0, 100.0, 100.0, 0.0, 0.0])
    assert list(gap.whole) == [True, False, False, True, True]
    near = coverage_gap(array(box(10, 10, 20, 20), box(500, 500, 501, 501)), ground, 100.0)
    assert list(near.area_m2) == [0.0, 0.0]
    assert list(near.whole) == [False, True]


def test_a_footprint_that_fills_the_coverage_is_covered():
    county = PLANE.project(array(fractal(114.3, 24.2, 9000, 5000, 2)), CGCS2000)
    ground = make_zone("zone", array(), PLANE, coverage=county[0])
    gap = coverage_gap(county, ground)
    assert gap.whole[0] and gap.area_m2[0] == 0.0


def test_no_coverage_covers_nothing():
    gap = coverage_gap(array(box(0, 0, 10, 10)), zone_of(coverage=shapely.Polygon()))
    assert gap.area_m2[0] == pytest.approx(100.0)
    assert not gap.whole[0]


def test_an_empty_zone_answers_every_question():
    empty = zone_of(empty=True)
    prints = array(box(0, 0, 10, 10), shapely.LineString([(0, 0), (1, 1)]), None)
    found = overlaps(prints, empty)
    assert len(found) == 0
    assert list(union_area(found)) == [0.0, 0.0, 0.0]
    assert list(shared(found).area_m2) == [0.0, 0.0, 0.0]
    assert not crosses(prints, empty).any()
    assert not lies_within(prints, empty).any()
    assert list(counts(prints, empty)) == [0, 0, 0]


def test_invalid_features_are_repaired_and_said_so():
    banana = shapely.Polygon(
        [(0, 0), (100, 0), (100, 100), (50, 100), (60, 60), (40, 60), (50, 100), (0, 100)]
    )
    assert not banana.is_valid
    ground = zone_of(banana)
    assert [d.code for d in ground.diagnostics] == ["RL521"]
    assert overlaps(array(box(0, 0, 100, 100)), ground).area_m2[0] == pytest.approx(9600.0)


def test_a_feature_of_unclear_meaning_is_refused_and_its_ground_is_unknown():
    bowtie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    ground = zone_of(bowtie, box(200, 0, 300, 100))
    assert [d.code for d in ground.diagnostics] == ["RL522"]
    assert ground.geometry[0] is None
    gap = coverage_gap(array(box(10, 10, 20, 20), box(210, 10, 220, 20)), ground)
    assert list(gap.whole) == [False, True]


def test_overlapping_parts_of_a_multipolygon_are_not_counted_twice():
    twice = shapely.MultiPolygon([box(0, 0, 100, 100), box(50, 0, 150, 100)])
    assert [d.code for d in zone_of(twice).diagnostics] == ["RL522"]
    hair = shapely.MultiPolygon([box(0, 0, 100, 100), box(99.99999, 0, 150, 100)])
    ground = zone_of(hair)
    assert [d.code for d in ground.diagnostics] == ["RL521"]
    assert overlaps(array(box(0, 0, 150, 100)), ground).area_m2[0] == pytest.approx(
        15_000, abs=0.01
    )


def test_collections_keep_their_ground():
    mixed = shapely.GeometryCollection(
        [box(0, 0, 10, 10), shapely.Point(50, 50), shapely.GeometryCollection([box(20, 0, 30, 10)])]
    )
    assert overlaps(array(box(0, 0, 100, 100)), zone_of(mixed)).area_m2[0] == pytest.approx(200.0)


def test_a_hundred_thousand_parts_are_one_feature():
    x, y = np.divmod(np.arange(100_000), 400)
    many = shapely.multipolygons(shapely.box(3.0 * x, 3.0 * y, 3.0 * x + 2, 3.0 * y + 2))
    found = overlaps(array(box(0, 0, 3000, 3000)), zone_of(many))
    assert found.area_m2 == pytest.approx([400_000.0])


def test_rules_compare_square_centimetres_and_millimetres():
    assert list(round_area(np.array([1.004999, 1.005001]))) == [1.0, 1.01]
    assert list(round_length(np.array([0.0004, 0.0006]))) == [0.0, 0.001]

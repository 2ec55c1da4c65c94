"""Two versions of a layer compared: what is lost, gained, put in another class; slivers apart."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from redline.ground.measure import Tolerance
from redline.ground.revision import Change, Comparison, compare

TOLERANCE = Tolerance(min_area_m2=10.0, min_width_m=1.0)


def boxes(*corners: tuple[float, float, float, float]) -> np.ndarray:
    found = np.empty(len(corners), dtype=object)
    found[:] = [shapely.box(*c) for c in corners]
    return found


def compared(
    before: np.ndarray,
    after: np.ndarray,
    one: list[int] | None = None,
    two: list[int] | None = None,
) -> Comparison:
    classes = [
        np.zeros(len(x), np.intp) if y is None else np.array(y)
        for x, y in ((before, one), (after, two))
    ]
    return compare(before, after, *classes, TOLERANCE)


def area_of(found: Comparison, change: Change, *, slivers: bool = False) -> float:
    patches = found.patches
    return float(patches.area_m2[patches.of(change) & (patches.sliver == slivers)].sum())


def test_the_same_version_twice_changes_nothing():
    layer = boxes((0, 0, 100, 100), (100, 0, 200, 100))
    assert len(compared(layer, layer.copy()).patches) == 0


def test_ground_that_is_taken_out_and_ground_that_is_added_are_told_apart():
    found = compared(boxes((0, 0, 100, 100)), boxes((20, 0, 130, 100)))
    assert area_of(found, Change.LOST) == pytest.approx(2000)
    assert area_of(found, Change.GAINED) == pytest.approx(3000)


def test_a_strip_along_the_boundary_is_a_sliver_with_its_width():
    found = compared(boxes((0, 0, 100, 100)), boxes((0.4, 0, 100, 100)))
    assert found.patches.sliver.tolist() == [True]
    assert found.patches.area_m2[0] == pytest.approx(40)
    assert found.patches.width_exact[0]
    assert found.patches.width_m[0] == pytest.approx(0.4, rel=0.03)


def test_a_small_patch_is_a_sliver_however_wide():
    found = compared(boxes((0, 0, 100, 100)), boxes((0, 0, 100, 100), (200, 0, 203, 3)))
    assert area_of(found, Change.GAINED, slivers=True) == pytest.approx(9)
    assert area_of(found, Change.GAINED) == 0


def test_the_same_ground_in_another_class_is_changed_and_neither_lost_nor_gained():
    layer = boxes((0, 0, 100, 100))
    found = compared(layer, boxes((0, 0, 50, 100), (50, 0, 100, 100)), [0], [0, 1])
    assert area_of(found, Change.CHANGED) == pytest.approx(5000)
    assert area_of(found, Change.LOST) == area_of(found, Change.GAINED) == 0
    assert (found.patches.before[0], found.patches.after[0]) == (0, 1)


def test_a_class_that_is_not_known_is_no_change():
    layer = boxes((0, 0, 100, 100))
    assert len(compared(layer, layer.copy(), [0], [-1]).patches) == 0


def test_shared_ground_of_one_version_is_named_and_counted_once():
    found = compared(boxes((0, 0, 100, 100), (50, 0, 150, 100)), boxes((0, 0, 150, 100)))
    assert found.shared_before.area_m2.tolist() == [pytest.approx(5000)]
    assert shapely.area(found.baseline).sum() == pytest.approx(15000)
    assert len(found.patches) == 0


def test_a_layer_may_begin_or_end_empty():
    nothing = boxes()
    assert area_of(compared(nothing, boxes((0, 0, 10, 10))), Change.GAINED) == pytest.approx(100)
    assert area_of(compared(boxes((0, 0, 10, 10)), nothing), Change.LOST) == pytest.approx(100)


ROUND = st.builds(
    lambda x, y, r: shapely.Point(x, y).buffer(r, quad_segs=3),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(5, 90),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROUND, min_size=1, max_size=5), st.lists(ROUND, min_size=1, max_size=5))
def test_lost_and_gained_ground_account_for_the_difference(
    before: list[BaseGeometry], after: list[BaseGeometry]
):
    one, other = np.array(before, dtype=object), np.array(after, dtype=object)
    found = compared(one, other)
    patches = found.patches
    net = patches.area_m2[patches.of(Change.GAINED)].sum()
    net -= patches.area_m2[patches.of(Change.LOST)].sum()
    union = shapely.area(shapely.union_all(other)) - shapely.area(shapely.union_all(one))
    assert net == pytest.approx(union, abs=1e-6)

"""The real layers of Cambridge, Massachusetts, and the oracles that come with them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from redline.ground.measure import Tolerance, overlaps, round_area, union_area
from redline.ground.plane import Plane
from redline.ground.reading import read_features
from redline.ground.zoning import make_zone
from tests.ground.exact import exact_area
from tests.ground.shapes import CAMBRIDGE

pytestmark = pytest.mark.real_data

PLANE = Plane.for_extent(CAMBRIDGE)


@pytest.fixture(scope="session")
def cambridge(shared):
    """Reads a layer of Cambridge: as it is in the file, and in the plane."""

    def read(name):
        table = read_features(shared / "data" / "cambridge" / f"{name}.geojson")
        return table, PLANE.project(table.geometry, table.crs)

    return read


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("FEMA_FloodPlains100Year", (29, 0, 0, 25, 25)),
        ("FEMA_FloodPlains500Year", (81, 1, 1, 57, 56)),
        ("HYDRO_Wetlands", (19, 0, 3, 10, 7)),
    ],
)
def test_permit_footprints_overlap_as_the_oracle_says(cambridge, name, oracle):
    _, footprints = cambridge("CDD_SpecialPermitAreas")
    _, layer = cambridge(name)
    zone = make_zone(name, layer, PLANE)
    found = overlaps(footprints, zone, Tolerance(0.0, 0.0))
    touched = union_area(found)
    pairs = found.area_m2
    assert (
        len(found),
        int((pairs < 1).sum()),
        int((pairs < 10).sum()),
        int((touched > 0).sum()),
        int((touched > 10).sum()),
    ) == oracle
    assert overlaps(footprints, zone).counted.all()
    assert not zone.diagnostics


def test_areas_of_real_footprints_are_the_exact_ones(cambridge):
    table, placed = cambridge("CDD_SpecialPermitAreas")
    for row in range(0, len(table), 10):
        parts = shapely.get_parts(table.geometry[row])
        exact = sum(exact_area(part) for part in parts)
        assert shapely.area(placed[row]) == pytest.approx(exact, rel=1e-7)


def test_open_space_is_that_of_the_state_plane_but_for_its_scale(cambridge):
    table, placed = cambridge("versions/RECREATION_OpenSpace__2020-08-03__9e020b6")
    ahead = Transformer.from_crs(4326, CRS(26986), always_xy=True)
    planar = shapely.transform(table.geometry, ahead.transform, interleaved=False)
    ours, theirs = (shapely.area(shapely.union_all(g)) for g in (placed, planar))
    assert theirs == pytest.approx(3_594_800, abs=50)
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_overlaps_are_those_of_plain_intersection(cambridge):
    _, footprints = cambridge("CDD_SpecialPermitAreas")
    _, districts = cambridge("versions/CDD_ZoningDistricts__2020-02-03__989eec8")
    found = overlaps(footprints, make_zone("districts", districts, PLANE), Tolerance(0.0, 0.0))
    plain = shapely.area(shapely.intersection(footprints[found.subject], districts[found.feature]))
    assert found.area_m2 == pytest.approx(plain, rel=1e-9, abs=1e-6)
    one, other = shapely.STRtree(districts).query(footprints, predicate="intersects")
    missed = np.setdiff1d(one * 1000 + other, found.subject * 1000 + found.feature)
    ground = shapely.intersection(footprints[missed // 1000], districts[missed % 1000])
    assert (round_area(shapely.area(ground)) == 0).all()

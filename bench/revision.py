"""A revision of a large layer compared on the ground: `python -m bench.revision [VERTICES]`.

Half of the polygons are digitised anew (every vertex moved by some centimetres), ten lose a piece
and five gain one. The peer is `geopandas.overlay`, which both differences are asked of; both must
find the same areas lost and gained.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import shapely

from bench.fractal import red_line
from redline.ground.features import Geometries
from redline.ground.measure import Tolerance
from redline.ground.revision import Change, compare

VERTICES = 1_000_000
TOLERANCE = Tolerance(min_area_m2=10.0, min_width_m=1.0)


def redrawn(layer: Geometries, seed: int = 1) -> Geometries:
    """The layer as a revision might propose it."""
    rng = np.random.default_rng(seed)
    result = layer.copy()
    for row in range(0, len(layer), 2):
        points = shapely.get_coordinates(layer[row])
        points[:-1] += rng.normal(size=(len(points) - 1, 2)) * 0.05
        points[-1] = points[0]
        result[row] = shapely.buffer(shapely.Polygon(points), 0)
    for row in range(0, 30, 3):
        result[row] = shapely.difference(result[row], piece(result[row], 4000))
    for row in range(1, 20, 4):
        result[row] = shapely.union(result[row], piece(result[row], 3000))
    return result


def piece(polygon: shapely.Geometry, reach: float) -> shapely.Geometry:
    """A rectangle that sticks out of a polygon to the east."""
    centre = shapely.centroid(polygon)
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    return shapely.box(x + 1500, y - 300, x + reach, y + 300)


def main(vertices: int) -> None:
    """Time both, check that they agree, print the ratio."""
    before = red_line(vertices)
    after = redrawn(before)
    classes = np.zeros(len(before), np.intp)
    begin = time.perf_counter()
    patches = compare(before, after, classes, classes, TOLERANCE).patches
    own = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    lost = patches.area_m2[patches.of(Change.LOST)].sum()
    gained = patches.area_m2[patches.of(Change.GAINED)].sum()
    real = int((~patches.sliver).sum())
    print(f"{vertices:,} vertices: {own:.1f} s, {memory:.2f} GB; {real} patches of real change, ")
    print(f"  {int(patches.sliver.sum()):,} slivers; lost {lost:,.0f} m2, gained {gained:,.0f} m2")
    begin = time.perf_counter()
    import geopandas

    one, other = geopandas.GeoDataFrame(geometry=before), geopandas.GeoDataFrame(geometry=after)
    peer = one.overlay(other, how="difference").area.sum()
    peer_gained = other.overlay(one, how="difference").area.sum()
    theirs = time.perf_counter() - begin
    agrees = np.allclose([lost, gained], [peer, peer_gained], rtol=1e-4)
    print(f"geopandas.overlay, differences only: {theirs:.1f} s, ratio {theirs / own:.2f}")
    print(f"  the same areas: {agrees}")
    if not agrees:
        sys.exit(f"lost {lost} against {peer}, gained {gained} against {peer_gained}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VERTICES)

"""Three proposals to redraw the red line, and the red line that they start from.

The baseline is the red line of 2022 and that of a neighbouring county, so that one county can lose
what the other gains. All of it is made up, like the rest of the country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from country import Country
from layers import Layer, Value, core_protection, redline_outside_core
from shapely.geometry.base import BaseGeometry
from shapes import blob, polygons, polygons_only

FILE = "TZ.gpkg"

SEED = 20261001

GRID = 0.05
"""The grid (m) of the coordinates of all versions, so that edges kept are edges unchanged."""

SHIFT = 0.3
"""How far (m) digitising anew moves a vertex: a third of the accuracy that the catalog states."""


def revisions(country: Country) -> Iterator[Layer]:
    """The baseline and the three proposals, as layers of one file."""
    rng = np.random.default_rng(SEED)
    inside, outside = redline_outside_core(country), neighbouring(country)
    core = core_protection(country)
    edge = shapely.boundary(polygons(inside)[0])
    taken = shapely.intersection(bite(rng, edge, 0.30, 450.0), inside)
    lost = polygons_only(shapely.difference(taken, shapely.union_all([core.buffer(50.0)])))
    added = [given(rng, edge, share, 420.0, inside, country.county) for share in (0.05, 0.55, 0.8)]
    more = given(rng, shapely.boundary(outside), 0.4, 1500.0, outside, country.region)
    more = polygons_only(shapely.difference(more, country.county))
    yield layer("HX_QIAN", {"核心保护区外": [inside, outside], "核心保护区内": [core]})
    better = shapely.union_all([shapely.difference(inside, lost), *added])
    yield layer("HX_A", {"核心保护区外": [better, outside], "核心保护区内": [core]})
    smaller = shapely.difference(inside, lost)
    wider = shapely.union(outside, more)
    yield layer("HX_B", {"核心保护区外": [smaller, wider], "核心保护区内": [core]})
    again = [digitised_anew(shape) for shape in (inside, outside)]
    again[0] = shapely.difference(again[0], core)
    yield layer("HX_C", {"核心保护区外": again, "核心保护区内": [core]})


def neighbouring(country: Country) -> BaseGeometry:
    """The red line of the neighbour with the most ground: its middle."""
    name = max(country.neighbours, key=lambda n: country.neighbours[n].area)
    ground = country.neighbours[name]
    middle = polygons(ground)[0].point_on_surface()
    rough = blob(np.random.default_rng(SEED + 1), middle, 4_000.0)
    return polygons_only(shapely.intersection(rough, ground.buffer(-200.0)))


def bite(rng: np.random.Generator, edge: BaseGeometry, share: float, radius: float) -> BaseGeometry:
    """A round piece of ground at a point of a boundary."""
    return blob(rng, shapely.line_interpolate_point(edge, share, normalized=True), radius)


def given(  # noqa: PLR0917
    rng: np.random.Generator,
    edge: BaseGeometry,
    share: float,
    radius: float,
    without: BaseGeometry,
    within: BaseGeometry,
) -> BaseGeometry:
    """Ground beside a boundary that is to be added."""
    piece = shapely.intersection(bite(rng, edge, share, radius), within.buffer(-50.0))
    return polygons_only(shapely.difference(piece, without))


def digitised_anew(shape: BaseGeometry) -> BaseGeometry:
    """The same outline drawn again: every vertex a little off, by a hash of where it lies."""
    moved = shapely.transform(shape, lambda p: p + SHIFT * np.sin(p[:, ::-1] * 137.0 + p * 59.0))
    rings = [shapely.Polygon(p.exterior, p.interiors) for p in polygons(moved)]
    return polygons_only(shapely.union_all([shapely.make_valid(r) for r in rings]))


def layer(name: str, zones: Mapping[str, list[BaseGeometry]]) -> Layer:
    """A version of the red line, a row for each polygon."""
    parts = [
        (part, zone)
        for zone, shapes in zones.items()
        for shape in shapes
        for part in polygons(shapely.set_precision(shape, GRID))
    ]
    rows: list[Mapping[str, Value]] = [
        {"HXBM": f"4416{i:06d}", "HXMC": "南岭山地水源涵养红线", "JZ": "陆域", "GKFQ": zone}
        for i, (_, zone) in enumerate(parts, 1)
    ]
    return Layer(FILE, name, [p for p, _ in parts], rows)

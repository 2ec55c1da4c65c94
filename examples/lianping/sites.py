"""Where the example projects stand: found on the map, so that they touch just what they show.

All geometry is in EPSG:4547, in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from country import Country
from layers import core_protection, half_width, redline_outside_core, shorelines
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapes import polygons, polygons_only


@dataclass(frozen=True, slots=True)
class Sites:
    """The ground of each project, and of the approvals that some of them hold."""

    school: Polygon
    food_works: Polygon
    food_works_outfall: Point
    chemical_plant: Sequence[Polygon]
    trail: LineString
    road: Polygon
    road_yard: Polygon
    road_approval: Polygon
    water_main: LineString
    water_main_yard: Polygon
    water_main_opinion: BaseGeometry
    warehouse: Polygon
    quarry: Polygon
    houses: Sequence[Polygon]


def find_sites(country: Country) -> Sites:
    """A place for every project."""
    taken = occupied(country)
    source = country.sources[1]
    food = plot(site(shapely.difference(source.zones["second"], taken), 90.0), 120.0, 84.0, 0.42)
    trail = trail_line(country)
    road, yard, approval = village_road(country)
    main = water_main(country)
    opinion = shapely.intersection(main.buffer(9.0, cap_style="flat"), country.headwaters)
    return Sites(
        school=plot(site(country.towns["元溪镇"], 150.0), 210.0, 165.0, 0.3),
        food_works=food,
        food_works_outfall=nearest_river_point(country, food),
        chemical_plant=chemical_plant(country, taken),
        trail=trail,
        road=road,
        road_yard=yard,
        road_approval=approval,
        water_main=main,
        water_main_yard=plot(site(open_ground(country, main), 60.0), 70.0, 45.0, 1.1),
        water_main_opinion=polygons_only(opinion.buffer(0.5)),
        warehouse=plot(
            site(country.towns["三坑镇"].buffer(700).difference(taken), 80.0), 130, 70, 0.9
        ),
        quarry=quarry(country, taken),
        houses=houses(country, taken),
    )


def occupied(country: Country) -> BaseGeometry:
    """Ground that most projects keep off."""
    rivers = [
        r.line.buffer(half_width(float(country.terrain.drained[r.cells].max())) + 60.0)
        for r in country.rivers
    ]
    return shapely.union_all(
        [
            country.headwaters,
            *country.reserve.values(),
            *(p.buffer(110.0, quad_segs=2) for p in country.farmland),
            *(s.zones["first"] for s in country.sources),
            *rivers,
        ]
    )


def site(ground: BaseGeometry, room: float) -> Point:
    """A point of the largest part of some ground that has `room` metres on all sides."""
    return polygons(shapely.buffer(ground, -room))[0].representative_point()


def plot(centre: Point, length: float, depth: float, turn: float) -> Polygon:
    """A building plot about a point: a rectangle with one corner cut, turned by a few radians."""
    a, b = length / 2, depth / 2
    corners = np.array([[-a, -b], [a, -b], [a, b * 0.55], [a * 0.6, b], [-a, b]])
    # Powers instead of sine and cosine: the same digits on every machine.
    cosine = (1 - turn * turn / 4) / (1 + turn * turn / 4)
    sine = turn / (1 + turn * turn / 4)
    turned = corners @ np.array([[cosine, sine], [-sine, cosine]]) + [centre.x, centre.y]
    return Polygon(np.round(turned, 3))


def nearest_river_point(country: Country, shape: BaseGeometry) -> Point:
    """The point of the rivers that lies nearest."""
    rivers = shapely.union_all([r.line for r in country.rivers])
    near, _ = shapely.ops.nearest_points(rivers, shape)
    return near


def chemical_plant(country: Country, taken: BaseGeometry) -> list[Polygon]:
    """Works and tank farm in the north, 800 m from the bank of a tributary of the Yangtze."""
    layer = shorelines(country)
    north = [g for g, row in zip(layer.geometry, layer.rows, strict=True) if row["SXMC"] == "长江"]
    banks = shapely.union_all(north)
    ring = shapely.difference(banks.buffer(1_010.0, quad_segs=2), banks.buffer(930.0, quad_segs=2))
    free = shapely.difference(shapely.intersection(ring, country.yangtze), taken)
    free = shapely.intersection(free, country.county.buffer(-2_000.0))
    free = shapely.difference(free, shapely.union_all(list(country.towns.values())).buffer(300.0))
    centre = polygons(free.buffer(-25.0))[0].representative_point()
    works = plot(centre, 230.0, 140.0, 0.6)
    bank, edge = shapely.ops.nearest_points(banks, works)
    gap = bank.distance(edge)
    shift = (800.0 - gap) / gap
    works = shapely.affinity.translate(works, (edge.x - bank.x) * shift, (edge.y - bank.y) * shift)
    tanks = shapely.affinity.translate(
        works, (edge.x - bank.x) / gap * 190.0, (edge.y - bank.y) / gap * 190.0
    )
    return [works, shapely.affinity.scale(tanks, 0.4, 0.4)]


def trail_line(country: Country) -> LineString:
    """A footpath from the forest of the red line down to the reservoir."""
    source = country.sources[0]
    shore = shapely.intersection(source.zones["first"], redline_outside_core(country))
    end = polygons(shore)[0].representative_point()
    forest = shapely.intersection(
        shapely.difference(redline_outside_core(country), source.zones["first"]),
        end.buffer(1_300.0).difference(end.buffer(1_000.0)),
    )
    start = polygons(forest)[0].representative_point()
    return winding(start, end, 60.0)


def winding(start: Point, end: Point, strength: float) -> LineString:
    """A line between two points that swings to both sides."""
    swing = [0.0, 0.8, -0.3, -1.0, 0.4, 0.9, -0.6, 0.0]
    across = np.array([end.y - start.y, start.x - end.x])
    across /= (across**2).sum() ** 0.5
    points = [
        np.array([start.x, start.y]) * (1 - t)
        + np.array([end.x, end.y]) * t
        + across * s * strength
        for t, s in zip(np.linspace(0, 1, len(swing)), swing, strict=True)
    ]
    return LineString(np.round(points, 3))


def village_road(country: Country) -> tuple[Polygon, Polygon, Polygon]:
    """A road along a block of basic farmland, its yard on it, and a permit for part of that."""
    others = [country.headwaters, *(z for s in country.sources for z in s.zones.values())]
    free = country.county.buffer(-1_500).difference(shapely.union_all(others).buffer(300.0))
    block = next(
        p
        for p in sorted(country.farmland, key=lambda p: -p.area)
        if 2e5 < p.area < 6e5 and free.contains(p) and not country.yangtze.intersects(p)
    )
    beside = block.buffer(14.0, quad_segs=4).exterior
    line = shapely.ops.substring(beside, 200.0, 1_150.0)
    road = polygons(line.simplify(4.0).buffer(4.0, cap_style="flat", quad_segs=3))[0]
    road = polygons(shapely.difference(road, shapely.union_all(country.farmland).buffer(4.0)))[0]
    middle = line.interpolate(0.5, normalized=True)
    inward = shapely.ops.nearest_points(block.buffer(-45.0), middle)[0]
    yard = plot(inward, 110.0, 80.0, 0.7)
    on_block = polygons(shapely.intersection(yard, block))[0]
    cut = shapely.box(*yard.bounds)
    west, south, _, north = cut.bounds
    half = shapely.box(west, south, inward.x + 22.0, north)
    approval = polygons(shapely.intersection(on_block, half).buffer(2.0, join_style="mitre"))[0]
    return road, yard, approval


def water_main(country: Country) -> LineString:
    """A pipeline that crosses a spur of the red line in the south, where that is narrow."""
    sources = shapely.union_all([z for s in country.sources for z in s.zones.values()])
    away = shapely.union(core_protection(country).buffer(3_000.0), sources.buffer(1_500.0))
    keep_off = shapely.union_all(
        [country.yangtze, away, *(p.buffer(15.0, quad_segs=2) for p in country.farmland)]
    )
    within = country.county.buffer(-3_000.0)
    shapely.prepare([keep_off, within])
    lines: list[LineString] = []
    for spur in polygons(country.headwaters):
        x, y = spur.representative_point().coords[0]
        for dx, dy in ((1, 0.2), (0.3, 1), (1, -0.5), (-0.4, 1), (0.8, 0.8), (1, -1)):
            whole = LineString([(x - dx * 6e3, y - dy * 6e3), (x + dx * 6e3, y + dy * 6e3)])
            lines += [extended(g) for g in shapely.get_parts(whole.intersection(spur))]
    fit = [n for n in lines if n.length > 1_200.0 and within.contains(n)]
    fit = [n for n in fit if not keep_off.intersects(n.buffer(12.0))]
    return min(fit, key=lambda n: n.length)


def extended(crossing: LineString) -> LineString:
    """A line that begins a little before a straight crossing and ends a little after it."""
    (x0, y0), (x1, y1) = crossing.coords[0], crossing.coords[-1]
    ux, uy = (x1 - x0) / crossing.length, (y1 - y0) / crossing.length
    start, end = Point(x0 - ux * 260, y0 - uy * 260), Point(x1 + ux * 240, y1 + uy * 240)
    return winding(start, end, 25.0)


def open_ground(country: Country, line: LineString) -> BaseGeometry:
    """Ground near the start of a line, off the red line, the farmland and the rivers."""
    near = Point(line.coords[0]).buffer(700.0)
    return shapely.difference(near, shapely.union(occupied(country), line.buffer(20.0)))


def quarry(country: Country, taken: BaseGeometry) -> Polygon:
    """A quarry across the county's border, in the south."""
    edge = country.county.exterior
    for share in np.linspace(0.02, 0.98, 97):
        centre = edge.interpolate(float(share), normalized=True)
        shape = plot(centre, 260.0, 210.0, 0.2)
        clear = not shape.buffer(120.0).intersects(taken) and not shape.intersects(country.yangtze)
        if clear and centre.y < country.county.centroid.y - 5_000.0:
            return shape
    raise LookupError("no place for the quarry")


def houses(country: Country, taken: BaseGeometry) -> list[Polygon]:
    """Three houses: on open ground, on basic farmland, and inside the red line."""
    town = country.towns["大湖岭镇"]
    open_place = site(town.buffer(900.0).difference(shapely.union(taken, town.buffer(100.0))), 20.0)
    near = sorted(country.farmland, key=lambda p: p.distance(open_place))
    on_field = next(p for p in near if p.area > 60_000.0).representative_point()
    others = shapely.union_all(
        [core_protection(country), *(z for s in country.sources for z in s.zones.values())]
    )
    forest = redline_outside_core(country).difference(others.buffer(500.0))
    in_forest = min(polygons(forest), key=lambda p: p.distance(open_place))
    places = (open_place, on_field, in_forest.buffer(-60.0).representative_point())
    return [plot(p, 14.0, 9.5, turn) for p, turn in zip(places, (0.2, 0.9, 0.5), strict=True)]

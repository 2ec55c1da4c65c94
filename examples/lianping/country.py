"""The invented county: where its border runs and what lies inside, drawn from the terrain.

All geometry is in EPSG:4547 (CGCS2000, central meridian 114° E), in metres.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapes import Pencil, blob, polygons, polygons_only
from terrain import CELL, COLUMNS, ROWS, SOUTH, WEST, Ints, Mask, Terrain, fractal_noise

CENTRE_X, CENTRE_Y = 550_700.0, 2_699_000.0
COUNTY_M2 = 2_275e6
FINEST = 10.0
"""Detail (m) below which outlines are not drawn."""

RIVER_MARGIN = 6_000.0
"""How far (m) the river layers reach beyond the county."""

NEIGHBOURS = {
    "360729 全南县": (528_000.0, 2_737_000.0),
    "360783 龙南市": (572_000.0, 2_737_000.0),
    "441624 和平县": (587_000.0, 2_700_000.0),
    "441625 东源县": (577_000.0, 2_663_000.0),
    "440233 新丰县": (530_000.0, 2_663_000.0),
    "440229 翁源县": (517_000.0, 2_700_000.0),
}
"""Code and name of the neighbours, and a point about which each lies."""

TOWNS = ("元溪镇", "云髻镇", "石径镇", "大湖岭镇", "三坑镇", "隆水镇", "北坪镇", "麻塘镇", "油竹镇")


@dataclass(frozen=True, slots=True)
class River:
    """A channel from its source to its mouth, or to the edge of the map.

    `system` is the sea-going river that it feeds; `order` is 1 for what leaves the map, 2 for its
    tributaries, and so on; `cells` are the cells of the channel from the source downward.
    """

    name: str
    system: str
    order: int
    cells: Ints
    line: LineString


@dataclass(frozen=True, slots=True)
class WaterSource:
    """A drinking-water source; no zone holds the ground of the zone inside it."""

    name: str
    kind: str
    water: BaseGeometry
    zones: Mapping[str, BaseGeometry]


@dataclass(frozen=True, slots=True)
class Country:
    """Everything that the layers are cut from.

    `reserve` has the zones core, buffer and experimental; `farmland` are the blocks of permanent
    basic farmland; `towns` the built-up places with their names, the county town first.
    """

    terrain: Terrain
    region: Polygon
    county: Polygon
    neighbours: Mapping[str, BaseGeometry]
    yangtze: BaseGeometry
    rivers: Sequence[River]
    sources: Sequence[WaterSource]
    towns: Mapping[str, BaseGeometry]
    reserve: Mapping[str, BaseGeometry]
    headwaters: BaseGeometry
    farmland: Sequence[Polygon]


def build_country(terrain: Terrain, rng: np.random.Generator) -> Country:
    """Draw the county on a terrain."""
    pencil = Pencil(11)
    region = shapely.box(WEST, SOUTH, WEST + COLUMNS * CELL, SOUTH + ROWS * CELL).buffer(
        -1_500, join_style="mitre"
    )
    north = yangtze_cells(terrain)
    border = polygons(pencil.outline(county_cells(terrain)).simplify(FINEST))[0]
    county = of_area(Polygon(border.exterior), COUNTY_M2)
    yangtze = polygons_only(shapely.intersection(pencil.outline(north).simplify(FINEST), region))
    around = county.buffer(RIVER_MARGIN)
    rivers = [r for r in name_rivers(terrain, pencil, north) if r.line.intersects(around)]
    sources = [reservoir(terrain, pencil, county, north), intake(terrain, pencil, rivers)]
    reserve = nature_reserve(terrain, pencil, county, rng)
    quiet = shapely.union_all([*reserve.values(), *(z for s in sources for z in s.zones.values())])
    towns = built_up(terrain, pencil, shapely.difference(county, quiet), rivers, rng)
    forest = high_ground(terrain, pencil, county, shapely.union_all(list(reserve.values())), rng)
    near_towns = shapely.union_all(list(towns.values())).buffer(300.0)
    headwaters = polygons_only(shapely.difference(forest, near_towns), 1.2e6)
    wet = shapely.union_all([s.zones["first"] for s in sources] + [s.water for s in sources])
    kept_free = shapely.union_all([headwaters, wet, *reserve.values(), *towns.values()])
    open_land = shapely.difference(county.buffer(-120), kept_free.buffer(40.0))
    fields = valley_fields(terrain, pencil, open_land, rivers, rng)
    return Country(
        terrain,
        region,
        county,
        divide_among_neighbours(region, county),
        yangtze,
        rivers,
        sources,
        towns,
        reserve,
        headwaters,
        fields,
    )


def yangtze_cells(terrain: Terrain) -> Mask:
    """The cells whose water leaves over the northern edge."""
    end = np.arange(len(terrain.height))
    for cell in terrain.order:
        end[cell] = end[terrain.receiver[cell]]
    return end // COLUMNS > ROWS // 2


def reaches(terrain: Terrain, least_km2: float = 12.0, longest: int = 20) -> Ints:
    """Number the stretches of river between confluences, and give each cell that of its river.

    A stretch ends after `longest` cells at the latest. Cells that meet no such river get -1.
    """
    stream = terrain.drained >= least_km2
    donors = np.zeros(len(stream), dtype=np.int64)
    np.add.at(donors, terrain.receiver[stream], 1)
    block = np.arange(len(stream)) // COLUMNS // longest * COLUMNS
    block += np.arange(len(stream)) % COLUMNS // longest
    reach = np.full(len(stream), -1)
    count = 0
    for cell, below in zip(terrain.order, terrain.receiver[terrain.order], strict=True):
        if stream[cell] and (
            below == cell or not stream[below] or donors[below] > 1 or block[cell] != block[below]
        ):
            reach[cell] = count
            count += 1
        elif below != cell:
            reach[cell] = reach[below]
    return reach


def county_cells(terrain: Terrain) -> Mask:
    """Whole stretches of valley about the centre, so that the border runs along watersheds."""
    reach = reaches(terrain)
    known = reach >= 0
    cells = np.bincount(reach[known])
    x = np.bincount(reach[known], terrain.x[known]) / cells
    y = np.bincount(reach[known], terrain.y[known]) / cells
    distance = (x - CENTRE_X) ** 2 + (y - CENTRE_Y) ** 2
    nearest_first = np.argsort(distance, kind="stable")
    area = np.cumsum(cells[nearest_first]) * CELL * CELL
    chosen = np.zeros(len(cells), dtype=bool)
    chosen[nearest_first[: int(np.searchsorted(area, COUNTY_M2)) + 1]] = True
    mask = np.zeros(len(reach), dtype=bool)
    mask[known] = chosen[reach[known]]
    return mask


def of_area(shape: Polygon, area: float) -> Polygon:
    """The shape moved outward or inward evenly until it has an area (m²)."""
    for _ in range(4):
        shape = polygons(shape.buffer((area - shape.area) / shape.length, quad_segs=1))[0]
    return Polygon(shape.exterior)


def divide_among_neighbours(region: Polygon, county: Polygon) -> dict[str, BaseGeometry]:
    """The rest of the map, each part to the neighbour whose point is nearest."""
    points = shapely.MultiPoint(list(NEIGHBOURS.values()))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=region))
    rest = shapely.difference(region, county)
    parts: dict[str, BaseGeometry] = {}
    for name, place in NEIGHBOURS.items():
        cell = next(c for c in cells if c.contains(Point(place)))
        parts[name] = polygons_only(shapely.intersection(cell, rest), least=1.0)
    return parts


def channel(terrain: Terrain, mouth: int, least_km2: float, taken: Mask) -> list[int]:
    """The cells of the largest channel above a mouth, from the mouth upward."""
    inflow: dict[int, list[int]] = {}
    for cell in np.flatnonzero(terrain.drained >= least_km2).tolist():
        inflow.setdefault(int(terrain.receiver[cell]), []).append(cell)
    cells = [mouth]
    while above := [c for c in inflow.get(cells[-1], []) if c != cells[-1] and not taken[c]]:
        cells.append(max(above, key=lambda c: (terrain.drained[c], -c)))
    return cells


def name_rivers(terrain: Terrain, pencil: Pencil, north: Mask) -> list[River]:
    """All channels that drain at least 9 km² at their mouth, the largest first."""
    least = 4.0
    first = (
        "云",
        "石",
        "松",
        "麻",
        "竹",
        "梅",
        "桂",
        "杉",
        "龙",
        "鹤",
        "马",
        "牛",
        "黄",
        "白",
        "青",
    )
    second = (
        "溪水",
        "径水",
        "坑水",
        "塘水",
        "陂水",
        "岭水",
        "湾水",
        "洞水",
        "坪水",
        "坝水",
        "潭水",
    )
    taken = np.zeros(len(terrain.height), dtype=bool)
    mouths = [(int(c), 1) for c in np.flatnonzero(terrain.receiver == np.arange(len(taken)))]
    mouths = [(c, order) for c, order in mouths if terrain.drained[c] >= 60.0]
    rivers: list[River] = []
    while mouths:
        mouths.sort(key=lambda m: (-terrain.drained[m[0]], m[0]))
        mouth, order = mouths.pop(0)
        cells = channel(terrain, mouth, least, taken)
        taken[cells] = True
        below = int(terrain.receiver[mouth])
        downward = np.array(cells[::-1] + ([below] if below != mouth else []))
        number = len(rivers)
        name = first[number % len(first)] + second[number // len(first) % len(second)]
        if number >= len(first) * len(second):
            name = f"{name}{number}"
        system = "长江" if north[mouth] else "珠江"
        rivers.append(River(name, system, order, downward, pencil.channel(terrain, downward)))
        along = set(cells)
        joins = np.flatnonzero((terrain.drained >= 9.0) & ~taken & np.isin(terrain.receiver, cells))
        mouths += [(int(c), order + 1) for c in joins if int(terrain.receiver[c]) in along]
    return rivers


def reservoir(terrain: Terrain, pencil: Pencil, county: Polygon, north: Mask) -> WaterSource:
    """A reservoir in a southern side valley, with zones that follow its catchment."""
    inside = shapely.contains_xy(county.buffer(-4_000), terrain.x, terrain.y)
    sites = np.flatnonzero(inside & ~north & (terrain.drained > 48) & (terrain.drained < 75))
    dam = next(
        int(c)
        for c in sites[np.argsort(-terrain.height[sites], kind="stable")]
        if shapely.contains_xy(county.buffer(-500), *basin_points(terrain, int(c))).all()
    )
    catchment = terrain.upstream_of(dam)
    flooded = catchment & (terrain.height < terrain.height[dam] + 170.0)
    x, y = terrain.x, terrain.y
    away = (x - x[dam]) ** 2 + (y - y[dam]) ** 2
    water = polygons(pencil.outline(flooded & (away < 4_500.0**2)))[0]
    basin = polygons(pencil.outline(catchment))[0].union(water)
    first = shapely.intersection(water.buffer(220.0), basin)
    second = shapely.intersection(water.buffer(2_600.0), basin)
    return WaterSource("云岭水库", "湖库型", water, ring_zones(first, second, polygons(basin)[0]))


def basin_points(terrain: Terrain, cell: int) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing of the cells that drain through a cell."""
    cells = terrain.upstream_of(cell)
    return terrain.x[cells], terrain.y[cells]


def ring_zones(
    first: BaseGeometry, second: BaseGeometry, quasi: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Nested zones as rings: each without what lies inside it."""
    return {
        "first": polygons_only(first, 100.0),
        "second": polygons_only(shapely.difference(second, first), 100.0),
        "quasi": polygons_only(shapely.difference(quasi, shapely.union(first, second)), 100.0),
    }


def intake(terrain: Terrain, pencil: Pencil, rivers: Sequence[River]) -> WaterSource:
    """A river source above the county town: belts along the river above and below the intake."""
    river = main_river(rivers)
    line = river.line
    place = line.project(Point(county_town(rivers))) - 6_500.0
    belt = [
        shapely.ops.substring(line, place - up, place + down).buffer(wide, cap_style="flat")
        for up, down, wide in ((1_000, 100, 90), (3_000, 300, 1_000), (6_000, 300, 1_600))
    ]
    water = shapely.ops.substring(line, place - 400, place + 50).buffer(30)
    return WaterSource("元溪水厂", "河流型", water, ring_zones(belt[0], belt[1], belt[2]))


def main_river(rivers: Sequence[River]) -> River:
    """The river on which the county town stands."""
    return next(r for r in rivers if r.system == "珠江")


def county_town(rivers: Sequence[River]) -> tuple[float, float]:
    """A place on the main river, near the middle of the county."""
    line = main_river(rivers).line
    spot = line.interpolate(line.project(Point(CENTRE_X, CENTRE_Y - 8_000)))
    return spot.x, spot.y


def town_places(
    terrain: Terrain, allowed: BaseGeometry, rivers: Sequence[River]
) -> list[tuple[float, float]]:
    """Places in the valleys for the towns, the county town first, well apart from each other.

    The last one lies north of the divide.
    """
    inside = shapely.contains_xy(allowed.buffer(-2_500), terrain.x, terrain.y)
    above = terrain.height_above_river(9.0)
    broad = np.zeros(len(above), dtype=np.int64)
    low = (above < 60.0).reshape(ROWS, COLUMNS)
    for rows in range(-5, 6):
        for columns in range(-5, 6):
            broad += np.roll(low, (rows, columns), (0, 1)).ravel()
    valley = np.flatnonzero(inside & (terrain.drained > 25.0))
    candidates = valley[np.argsort(-broad[valley], kind="stable")]
    places = [county_town(rivers)]
    north = yangtze_cells(terrain)
    first_north = next(c for c in candidates if north[c] and terrain.drained[c] > 60.0)
    places.append((terrain.x[first_north], terrain.y[first_north]))
    for cell in candidates:
        here = (terrain.x[cell], terrain.y[cell])
        if all((here[0] - x) ** 2 + (here[1] - y) ** 2 > 8_500.0**2 for x, y in places):
            places.append(here)
    return [places[0], *places[2 : len(TOWNS)], places[1]]


def built_up(
    terrain: Terrain,
    pencil: Pencil,
    allowed: BaseGeometry,
    rivers: Sequence[River],
    rng: np.random.Generator,
) -> dict[str, BaseGeometry]:
    """The towns: blobs in the valleys that leave the river free."""
    water = shapely.union_all([r.line for r in rivers[:60]]).buffer(45.0)
    sizes = [1_750.0, *([640.0] * (len(TOWNS) - 2)), 1_150.0]
    towns: dict[str, BaseGeometry] = {}
    for name, size, place in zip(TOWNS, sizes, town_places(terrain, allowed, rivers), strict=True):
        shape = pencil.wander(blob(rng, Point(place), size, 0.8))
        shape = shapely.difference(shapely.intersection(shape, allowed), water)
        towns[name] = polygons_only(shape, 40_000.0)
    return towns


def nature_reserve(
    terrain: Terrain, pencil: Pencil, county: Polygon, rng: np.random.Generator
) -> dict[str, BaseGeometry]:
    """A reserve around the highest ground well inside the county; its zones lie in each other."""
    inside = shapely.contains_xy(county.buffer(-9_000), terrain.x, terrain.y)
    peak = int(np.argmax(np.where(inside, terrain.height, 0.0)))
    around = Point(terrain.x[peak], terrain.y[peak])
    whole, buffer, core = (
        pencil.wander(blob(rng, around, radius, 0.85)).simplify(FINEST)
        for radius in (6_400.0, 4_300.0, 3_000.0)
    )
    buffer = buffer.intersection(whole.buffer(-600))
    core = core.intersection(buffer.buffer(-400))
    return {
        "core": polygons(core)[0],
        "buffer": polygons_only(shapely.difference(polygons(buffer)[0], core), 1_000.0),
        "experimental": polygons_only(shapely.difference(whole, buffer), 1_000.0),
    }


def high_ground(
    terrain: Terrain,
    pencil: Pencil,
    county: Polygon,
    reserve: BaseGeometry,
    rng: np.random.Generator,
) -> BaseGeometry:
    """The forests about the headwaters: what is high above the rivers, and the reserve."""
    noise = fractal_noise(rng, terrain.x, terrain.y, 9_000.0, 3)
    rise = terrain.height_above_river(12.0) + 0.32 * terrain.height + 75.0 * noise
    inside = shapely.contains_xy(county, terrain.x, terrain.y)
    level = float(np.round(np.percentile(rise[inside], 63.0), 1))
    forest = pencil.outline((rise > level) & inside, smooth=1.4)
    forest = shapely.union(forest.simplify(FINEST), reserve)
    return polygons_only(shapely.intersection(forest, county), 1.2e6)


def valley_fields(
    terrain: Terrain,
    pencil: Pencil,
    open_land: BaseGeometry,
    rivers: Sequence[River],
    rng: np.random.Generator,
) -> list[Polygon]:
    """Blocks of farmland on the valley floors, away from towns, red line and water."""
    side = CELL / 2
    fine = np.arange(4 * ROWS * COLUMNS)
    row, column = fine // (2 * COLUMNS), fine % (2 * COLUMNS)
    x, y = WEST + side * (column + 0.5), SOUTH + side * (row + 0.5)
    low = terrain.height_above_river(6.0)[row // 2 * COLUMNS + column // 2] < 62.0
    patchy = fractal_noise(rng, x, y, 1_400.0, 3) > 0.12
    mask = low & patchy & shapely.contains_xy(open_land, x, y)
    fields = pencil.outline(mask, side=side, smooth=0.9)
    water = shapely.union_all([r.line for r in rivers]).buffer(60.0)
    fields = shapely.intersection(shapely.difference(fields, water), open_land)
    smooth = [polygons(p.simplify(12.0)) for p in polygons(fields) if p.area > 45_000.0]
    return [p for parts in smooth for p in parts if p.area > 40_000.0]

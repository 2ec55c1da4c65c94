"""The layers of the county as offices publish them: their files, field names and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from country import RIVER_MARGIN, Country, River
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapes import blob, polygons, polygons_only

Value = str | float | int


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of one file: its features in EPSG:4547 and, as rows, their field values."""

    file: str
    name: str
    geometry: Sequence[BaseGeometry]
    rows: Sequence[Mapping[str, Value]]


def all_layers(country: Country, rng: np.random.Generator) -> list[Layer]:
    """Every layer of the county."""
    return [
        *red_lines(country, rng),
        basic_farmland(country),
        concentrated_farmland(country),
        cultivated_land(country),
        source_zones(country),
        urban_boundary(country),
        control_units(country),
        *administration(country),
        rivers(country),
        shorelines(country),
        river_management(country),
        sand_mining_ban(country),
        *reserves(country),
        wetlands(country),
        water_functions(country),
        *high_waters(country),
        *local_areas(country),
        erosion(country, rng),
        ecofunction(country),
    ]


# ── red line and nature reserve ──────────────────────────────────────────────────────────────
def core_protection(country: Country) -> BaseGeometry:
    """The core protection zone of today: the former core and buffer zones."""
    return polygons_only(shapely.union(country.reserve["core"], country.reserve["buffer"]), 1.0)


def redline_outside_core(country: Country) -> BaseGeometry:
    """The red line of 2022 outside the core protection zone."""
    return polygons_only(shapely.difference(country.headwaters, core_protection(country)), 5_000.0)


def red_lines(country: Country, rng: np.random.Generator) -> Iterator[Layer]:
    """The line of 2018, with numbers for its zones, and the one of 2022, with words.

    The earlier one holds some hamlets that were released, and lacks some forest that was added.
    """
    core, now = core_protection(country), redline_outside_core(country)
    edge = polygons(now)[0].exterior
    released, added = (
        shapely.union_all([blob(rng, edge.interpolate(s, normalized=True), 650.0) for s in shares])
        for shares in ((0.1, 0.35, 0.6), (0.2, 0.5, 0.8))
    )
    built = shapely.union_all([*country.towns.values(), core])
    then = shapely.difference(shapely.union(now, released), shapely.union(built, added))
    then = polygons_only(shapely.intersection(then, country.county), 5_000.0)
    for name, field, codes, zones in (
        ("STBHHX_2018", "FQDM", ("1", "2"), (core, then)),
        ("STBHHX_2022", "GKFQ", ("核心保护区内", "核心保护区外"), (core, now)),
    ):
        parts = [(p, code) for zone, code in zip(zones, codes, strict=True) for p in polygons(zone)]
        rows: list[dict[str, Value]] = [
            {"HXBM": f"4416230{i:03d}", "HXMC": "南岭山地水源涵养红线", "JZ": "陆域", field: code}
            for i, (_, code) in enumerate(parts, 1)
        ]
        yield Layer("STBHHX.gpkg", name, [p for p, _ in parts], rows)


def reserves(country: Country) -> Iterator[Layer]:
    """The nature reserve with the zones of before and of after 2026-03-15."""
    former = {"核心区": "core", "缓冲区": "buffer", "实验区": "experimental"}
    present = {
        "核心保护区": core_protection(country),
        "一般控制区": country.reserve["experimental"],
    }
    for name, zones in (
        ("ZRBHD_2019", {words: country.reserve[zone] for words, zone in former.items()}),
        ("ZRBHD_2026", present),
    ):
        rows = [{"MC": "云髻山自然保护区", "LX": "自然保护区", "GNFQ": words} for words in zones]
        yield Layer("ZRBHD.gpkg", name, list(zones.values()), rows)


# ── farmland, water sources, towns ───────────────────────────────────────────────────────────
def basic_farmland(country: Country) -> Layer:
    """The blocks of permanent basic farmland."""
    rows: list[Mapping[str, Value]] = [
        {"BSM": 441623000 + i, "YJJBNTTBBH": f"YN{i:05d}", "DLBM": "0101", "DLMC": "水田"}
        for i in range(1, len(country.farmland) + 1)
    ]
    return Layer("YJJBNTBHTB.shp", "YJJBNTBHTB", country.farmland, rows)


def concentrated_farmland(country: Country) -> Layer:
    """Where basic farmland is concentrated: around blocks that lie close to each other."""
    near = shapely.union_all(
        [p.simplify(15.0).buffer(180.0, quad_segs=2) for p in country.farmland]
    )
    close = shapely.intersection(near.buffer(-150.0, quad_segs=2), country.county)
    areas = [p.simplify(15.0) for p in polygons(close) if p.area > 1.5e6]
    rows = [{"JZQMC": f"集中区{i}"} for i in range(1, len(areas) + 1)]
    return Layer("YJJBNTJZQ.geojson", "YJJBNTJZQ", areas, rows)


def cultivated_land(country: Country) -> Layer:
    """Cultivated land other than basic farmland: a belt about the larger blocks."""
    blocks = [p for p in country.farmland if p.area > 90_000]
    belt = shapely.union_all([p.simplify(15.0).buffer(70.0, quad_segs=2) for p in blocks])
    keep_off = [country.headwaters, *country.towns.values(), *(s.water for s in country.sources)]
    keep_off += [river.line.buffer(40.0) for river in country.rivers]
    belt = shapely.difference(belt, shapely.union_all([*keep_off, *country.farmland]))
    others = [p.simplify(15.0) for p in polygons(shapely.intersection(belt, country.county))]
    others = [q for p in others for q in polygons(shapely.make_valid(p)) if q.area > 9_000]
    rows = [{"TBBH": f"GD{i:05d}", "DLBM": "0103"} for i in range(1, len(others) + 1)]
    return Layer("GD.gpkg", "GD", others, rows)


def source_zones(country: Country) -> Layer:
    """The drinking-water source zones, level by level."""
    words = {"first": "一级保护区", "second": "二级保护区", "quasi": "准保护区"}
    found: list[tuple[BaseGeometry, Mapping[str, Value]]] = [
        (zone, {"SYDMC": source.name, "SYDLX": source.kind, "BHQJB": words[level]})
        for source in country.sources
        for level, zone in source.zones.items()
    ]
    return Layer("YYSSYDBHQ.gpkg", "YYSSYDBHQ", [g for g, _ in found], [r for _, r in found])


def urban_boundary(country: Country) -> Layer:
    """The urban development boundary: the towns, and some room to grow beside the county town."""
    taken = shapely.union_all(
        [
            country.headwaters,
            *country.farmland,
            *(z for s in country.sources for z in s.zones.values()),
        ]
    )
    geometry: list[BaseGeometry] = []
    rows: list[Mapping[str, Value]] = []
    for i, (name, town) in enumerate(country.towns.items()):
        zones = {"城镇集中建设区": town}
        if i == 0:
            wider = shapely.difference(town.convex_hull.buffer(160.0, quad_segs=4), town)
            zones["城镇弹性发展区"] = polygons_only(shapely.difference(wider, taken), 20_000.0)
        for words, zone in zones.items():
            geometry.append(zone)
            rows.append({"BJMC": name, "GHFQMC": words, "MJ": round(zone.area / 1e4, 2)})
    return Layer("CZKFBJ.shp", "CZKFBJ", geometry, rows)


# ── control units ────────────────────────────────────────────────────────────────────────────
ACCESS = {
    "priority": {
        "KJBJYS": "红线内只许法律允许的有限人为活动；水源保护区按其级别管理。",
        "PWWPFGK": "不新设排污口；现有生活污水接管处理。",
        "HJFXFK": "水源上游不设危险品库；通行道路设应急导流。",
        "ZYKFXLYQ": "不新建小水电；生态流量须有保障。",
    },
    "key": {
        "KJBJYS": "项目进入集中建设区；离居住区 300 米内不设产生异味的工序。",
        "PWWPFGK": "废水集中处理后排放；新增氨氮须等量削减。",
        "HJFXFK": "涉危险化学品的企业设事故池并备案预案。",
        "ZYKFXLYQ": "工业用水重复利用率不低于 80%。",
    },
    "general": {
        "KJBJYS": "不占用永久基本农田；山区控制开挖坡面。",
        "PWWPFGK": "畜禽粪污就近利用；农村生活污水分散处理。",
        "HJFXFK": "受污染耕地分类管理。",
        "ZYKFXLYQ": "农业灌溉推行节水。",
    },
}
CLASS_NUMBER = {"priority": "1", "key": "2", "general": "3"}


def control_units(country: Country) -> Layer:
    """Units that tile the county: what is protected first, then the towns, then the rest."""
    units = list(named_units(country))
    rows: list[Mapping[str, Value]] = []
    for i, (name, kind, _) in enumerate(units, 1):
        number = CLASS_NUMBER[kind]
        rows.append(
            {
                "HJGKDYBM": f"ZH441623{number}{i:04d}",
                "HJGKDYMC": name,
                "GKDYFL": number,
                **ACCESS[kind],
            }
        )
    return Layer("HJGKDY.gpkg", "HJGKDY", [zone for _, _, zone in units], rows)


def named_units(country: Country) -> Iterator[tuple[str, str, BaseGeometry]]:
    """Name, class and ground of every unit; each takes what the ones before it left."""
    left: BaseGeometry = country.county
    reserve = shapely.union_all(list(country.reserve.values()))
    first: list[tuple[str, str, BaseGeometry]] = [("云髻山优先保护单元", "priority", reserve)]
    for source in country.sources:
        inner = shapely.union(source.zones["first"], source.zones["second"])
        first.append((f"{source.name}水源优先保护单元", "priority", inner))
    first += [
        ("北部山地优先保护单元", "priority", country.headwaters.intersection(country.yangtze)),
        ("南部山地优先保护单元", "priority", country.headwaters),
    ]
    names = list(country.towns)
    first += [
        (f"{name}重点管控单元", "key", country.towns[name].buffer(900.0))
        for name in (names[0], names[-1])
    ]
    centres = {name: town.centroid for name, town in country.towns.items()}
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(list(centres.values())), extend_to=left)
    )
    first += [
        (f"{name}一般管控单元", "general", next(c for c in cells if c.contains(centre)))
        for name, centre in centres.items()
    ]
    for name, kind, wanted in first:
        ground = polygons_only(shapely.intersection(left, wanted))
        left = polygons_only(shapely.difference(left, wanted))
        yield name, kind, ground


# ── administration and waters ────────────────────────────────────────────────────────────────
CITIES = {"4416": "河源市", "4402": "韶关市", "3607": "赣州市"}
PROVINCES = {"44": "广东省", "36": "江西省"}


def administration(country: Country) -> Iterator[Layer]:
    """Counties, cities, provinces and basins, on the whole map; the Dongjiang is of the Pearl."""
    counties = {"441623 连平县": country.county, **country.neighbours}
    rows = [dict(zip(("XZQDM", "XZQMC"), name.split(), strict=True)) for name in counties]
    yield Layer("JICHU.gpkg", "XZQ", list(counties.values()), rows)
    for name, digits, fields in (("DSXZQ", 4, CITIES), ("SSXZQ", 2, PROVINCES)):
        whole = [
            polygons_only(shapely.union_all([g for k, g in counties.items() if k[:digits] == code]))
            for code in fields
        ]
        titles = [{"XZQDM": code, "XZQMC": title} for code, title in fields.items()]
        yield Layer("JICHU.gpkg", name, whole, titles)
    south = polygons_only(shapely.difference(country.region, country.yangtze))
    basins = [
        {"LYMC": "长江", "HD": "中游"},
        {"LYMC": "珠江", "HD": "中游"},
        {"LYMC": "东江", "HD": "上游"},
    ]
    yield Layer("JICHU.gpkg", "LY", [country.yangtze, south, south], basins)


RANKS = ("二级支流", "三级支流", "四级支流", "五级支流", "六级支流", "七级支流")


def river_row(country: Country, river: River) -> dict[str, Value]:
    """What the river layers say of a river; its catchment with its unit."""
    own = river.cells if river.order == 1 else river.cells[:-1]
    drained = float(country.terrain.drained[own].max())
    rank = RANKS[min(river.order, len(RANKS)) - 1]
    return {
        "HLMC": river.name,
        "SXMC": river.system,
        "HLJB": rank,
        "LYMJ": f"{drained:.1f}平方公里",
    }


def rivers(country: Country) -> Layer:
    """The rivers as lines that run with the water."""
    rows = [river_row(country, river) for river in country.rivers]
    around = country.county.buffer(RIVER_MARGIN)
    lines = [shapely.intersection(r.line, around).simplify(7.0) for r in country.rivers]
    return Layer("SHUIXI.gpkg", "HL", lines, rows)


def half_width(drained: float) -> float:
    """Half the width (m) of a river that drains so many km²."""
    return 5.0 + 1.1 * float(np.sqrt(drained))


def banked_parts(country: Country) -> Iterator[tuple[River, LineString, float]]:
    """The parts of rivers that drain more than 25 km², with half their width (m)."""
    drained = country.terrain.drained
    around = country.county.buffer(RIVER_MARGIN)
    for river in country.rivers:
        wide = np.flatnonzero(drained[river.cells] > 25.0)
        if len(wide) > 8:
            start = wide[0] / (len(river.cells) - 1)
            large = shapely.ops.substring(river.line, start, 1.0, normalized=True)
            near = shapely.intersection(large, around)
            for part in (p for p in shapely.get_parts(near.simplify(7.0)) if p.length > 500.0):
                yield river, part, half_width(float(drained[river.cells[wide[0]]]))


def shorelines(country: Country) -> Layer:
    """Both banks of the larger rivers, in stretches with their function."""
    protected = shapely.union_all(
        [country.headwaters, *(z for s in country.sources for z in s.zones.values())]
    )
    towns = shapely.union_all(list(country.towns.values())).buffer(1_200.0)
    shapely.prepare([protected, towns])
    geometry: list[BaseGeometry] = []
    rows: list[Mapping[str, Value]] = []
    for river, line, half in banked_parts(country):
        for side in (1, -1):
            banks = shapely.get_parts(line.offset_curve(side * half))
            for bank in (b for b in banks if b.length > 100.0):
                for piece in stretches(bank, 4_000.0):
                    middle = piece.interpolate(0.5, normalized=True)
                    use = (
                        "岸线控制利用区"
                        if towns.contains(middle)
                        else "岸线保护区"
                        if protected.contains(middle)
                        else "岸线保留区"
                    )
                    geometry.append(piece.simplify(5.0))
                    rows.append({**river_row(country, river), "AXGN": use})
    return Layer("SHUIXI.gpkg", "AX", geometry, rows)


def stretches(line: LineString, length: float) -> Iterator[LineString]:
    """A line in pieces of at most `length` metres, all of one length."""
    count = int(line.length // length) + 1
    for i in range(count):
        piece = shapely.ops.substring(line, i / count, (i + 1) / count, normalized=True)
        yield LineString(piece.coords)


def river_management(country: Country) -> Layer:
    """Water and floodplain of the larger rivers inside the county."""
    geometry: list[BaseGeometry] = []
    rows: list[Mapping[str, Value]] = []
    for river, line, half in banked_parts(country):
        water = shapely.intersection(line.buffer(half, quad_segs=3), country.county)
        plain = shapely.intersection(line.buffer(half + 30.0, quad_segs=3), country.county)
        for part, zone in (("水域", water), ("滩地", shapely.difference(plain, water))):
            ground = polygons_only(zone, 500.0)
            if not ground.is_empty:
                geometry.append(ground.simplify(3.0))
                rows.append({"HHMC": river.name, "BW": part})
    return Layer("SHUIXI.gpkg", "HDGLFW", geometry, rows)


def sand_mining_ban(country: Country) -> Layer:
    """Where no sand may be taken: the largest northern and the largest southern river."""
    chosen = [
        next(r for r in country.rivers if r.system == system and r.line.intersects(country.county))
        for system in ("长江", "珠江")
    ]
    belts = [
        shapely.intersection(river.line.buffer(40.0, quad_segs=3).simplify(3.0), country.county)
        for river in chosen
    ]
    rows = [{"HHMC": river.name} for river in chosen]
    return Layer("SHUIXI.gpkg", "JCQ", [polygons_only(b) for b in belts], rows)


def wetlands(country: Country) -> Layer:
    """A wetland of provincial importance below the county town, and two ordinary ones."""
    inside = [r for r in country.rivers if r.line.intersects(country.county)]
    southern = next(r for r in inside if r.system == "珠江")
    below_town = southern.line.project(country.towns["元溪镇"].centroid) + 5_500.0
    places = [
        (
            "元溪河湿地",
            "省级重要湿地",
            shapely.ops.substring(southern.line, below_town, below_town + 3_000),
            150.0,
        )
    ]
    for river in inside[3:5]:
        middle = river.line.project(river.line.intersection(country.county).centroid)
        line = shapely.ops.substring(river.line, middle, middle + 1_400)
        places.append((f"{river.name}湿地", "一般湿地", line, 90.0))
    towns = shapely.union_all(list(country.towns.values()))
    ground = [
        polygons_only(shapely.difference(line.buffer(wide, quad_segs=4).simplify(4.0), towns))
        for _, _, line, wide in places
    ]
    rows = [{"SDMC": name, "SDJB": grade} for name, grade, _, _ in places]
    return Layer("SHIDI.geojson", "SHIDI", ground, rows)


def water_functions(country: Country) -> Layer:
    """Function zones of the larger rivers inside the county, and whether they meet their target."""
    geometry: list[BaseGeometry] = []
    rows: list[Mapping[str, Value]] = []
    for river, line, half in banked_parts(country):
        water = shapely.intersection(line.buffer(half, quad_segs=2).simplify(3.0), country.county)
        ground = polygons_only(water, 500.0)
        if not ground.is_empty:
            geometry.append(ground)
            row = {"GNQMC": f"{river.name}保留区", "SFDB": "否" if len(rows) == 4 else "是"}
            rows.append({**row, "SZLB": "Ⅱ类" if river.order > 2 else "Ⅲ类", "YT": "其他"})
    return Layer("SHUIXI.gpkg", "SGNQ", geometry, rows)


def high_waters(country: Country) -> Iterator[Layer]:
    """The line that a flood of once in fifty years reaches, and what lies below it."""
    lines: list[BaseGeometry] = []
    rows: list[Mapping[str, Value]] = []
    belts: list[BaseGeometry] = []
    for river, line, half in banked_parts(country):
        belt = shapely.intersection(line.buffer(half + 18.0, quad_segs=2), country.county)
        ground = polygons_only(belt.simplify(4.0), 500.0)
        if not ground.is_empty:
            belts.append(ground)
            lines.append(ground.boundary)
            order = ("一级支流", "二级支流", "其他支流")[min(river.order, 3) - 1]
            system = {"珠江": "东江"}.get(river.system, river.system)
            rows.append({"HLMC": river.name, "SXMC": system, "HLJX": order})
    yield Layer("FANGHONG.gpkg", "ZGSWX", lines, rows)
    yield Layer("FANGHONG.gpkg", "ZGSWXX", belts, [{"HLMC": row["HLMC"]} for row in rows])


def local_areas(country: Country) -> Iterator[Layer]:
    """Assessed area, industrial cluster, source forests, and where people live."""
    assessed = {"KHDM": "441623", "CZL": "否", "WDB": "否"}
    yield Layer("DIFANG.gpkg", "SHJKHDQ", [country.county], [assessed])
    cluster = country.towns["油竹镇"]
    yield Layer("DIFANG.gpkg", "GYJJQ", [cluster], [{"JJQMC": "油竹工业集聚区", "WSJZCL": "是"}])
    source = country.sources[0]
    forest = shapely.intersection(
        shapely.union_all(list(source.zones.values())), country.headwaters
    )
    row = {"HYQMC": f"{source.name}水源涵养区"}
    yield Layer("DIFANG.gpkg", "HSQHYQ", [polygons_only(forest, 1e4)], [row])
    homes = {name: polygons(town.buffer(-90.0))[0] for name, town in country.towns.items()}
    rows = [{"MC": f"{name}镇区", "LB": "居民住宅区"} for name in homes]
    yield Layer("DIFANG.gpkg", "MGMB", [shape.simplify(6.0) for shape in homes.values()], rows)


# ── erosion and function ─────────────────────────────────────────────────────────────────────
def erosion(country: Country, rng: np.random.Generator) -> Layer:
    """Bare slopes of the south-east, and a prevention zone about the reservoir."""
    x, y = country.county.centroid.x, country.county.centroid.y
    bare = blob(rng, Point(x + 14_000, y - 9_000), 3_000.0)
    kept_off = shapely.union_all(list(country.towns.values())).buffer(500)
    source = country.sources[0]
    prevention = shapely.union_all(list(source.zones.values()))
    found = {"重点治理区": shapely.difference(bare, kept_off), "重点预防区": prevention}
    rows = [{"LB": words} for words in found]
    return Layer("STBC.geojson", "STBC", [polygons_only(g) for g in found.values()], rows)


def ecofunction(country: Country) -> Layer:
    """The key ecological function zone about the divide: the large forests of the north."""
    hull = shapely.union_all(list(country.reserve.values())).convex_hull.buffer(2_500.0)
    ground = shapely.intersection(country.headwaters, hull)
    row = {"GNQMC": "南岭山地森林及生物多样性重点生态功能区"}
    return Layer("ZDSTGNQ.geojson", "ZDSTGNQ", [polygons_only(ground, 1e5)], [row])

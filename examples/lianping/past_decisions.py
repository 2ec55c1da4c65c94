"""The register of the example: several hundred decisions of two years, most of them right.

Small public buildings in the towns are approved, those on basic farmland or inside the red line are
refused. Among them are planted: approvals that the law of the day forbids, refusals without ground,
a decision on a statute that had been repealed. The energy quota of 2026 is nearly spent.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely
from country import Country
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from sites import occupied, plot
from writing import DEGREES, in_crs

COUNT = 320

FIRST, LAST = date(2025, 1, 6), date(2026, 10, 30)

QUOTA = {2025: 9000, 2026: 9200}
"""Tonnes of coal equivalent that the county may approve in a year (invented)."""

LEFT = 45
"""What is left of the quota of 2026 in the end."""

KINDS = ("卫生站", "文化站", "幼儿园", "养老院", "农技站", "消防站", "社区中心", "变电所")

REPEALED = "《中华人民共和国水污染防治法》第六十六条"
"""Replaced by the Ecological and Environmental Code on 2026-08-15."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as a row of the register."""

    number: str
    day: date
    title: str
    decision: str
    reason: str
    basis: str
    energy: int
    ground: Polygon

    @property
    def row(self) -> tuple[object, ...]:
        """The row, the day as the clerk of that year wrote it."""
        day = f"{self.day.year}.{self.day.month}.{self.day.day}"
        if self.day.year > 2025:
            day = f"{self.day.year}年{self.day.month}月{self.day.day}日"
        wkt = shapely.to_wkt(in_crs(self.ground, DEGREES), rounding_precision=8)
        papers = [f"{kind}{self.day.year}{self.number[-4:-1]}（示例）" for kind in PAPERS]
        said = (self.number, day, self.title, self.decision, self.reason, self.basis, self.energy)
        return (*said, *papers, wkt)


PAPERS = ("地字第", "矿查", "环登")

HEADER = (
    *("批复文号", "批复日期", "项目名称", "审批结果", "理由", "依据", "年用能（tce/a）"),
    *("规划许可", "压矿查询", "环评登记", "wkt"),
)


def write_register(folder: Path, country: Country, rng: np.random.Generator) -> None:
    """Write the decisions and the quotas as tables."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "decisions.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(one.row for one in decisions(country, rng))
    with (folder / "quotas.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("指标", "年度", "数量", "下达日期", "县", "类型", "文号"))
        for year, amount in QUOTA.items():
            number = f"河能〔{year}〕0号（示例）"
            given = ("lp_energy_cap", year, f"{amount} tce/a", f"{year}-01-02")
            writer.writerow((*given, "441623", "opening", number))


def decisions(country: Country, rng: np.random.Generator) -> Iterator[Decided]:
    """The decisions, by day."""
    taken = occupied(country)
    clear = [shapely.difference(town, taken).buffer(-60) for town in country.towns.values()]
    names = [n for n, g in zip(country.towns, clear, strict=True) if g.area > 20_000]
    clear = [g for g in clear if g.area > 20_000]
    fields = sorted(country.farmland, key=lambda f: -f.area)[:60]
    days = np.sort(rng.integers(0, (LAST - FIRST).days, COUNT))
    energy = rng.integers(20, 60, COUNT)
    spent = dict.fromkeys(QUOTA, 0)
    built = kept_off = 0
    for index in range(COUNT):
        day = FIRST + timedelta(days=int(days[index]))
        kind = KINDS[int(rng.integers(len(KINDS)))]
        where = int(rng.integers(len(clear)))
        place = rng.random()
        use = int(energy[index])
        if place < 0.72:
            title, ground = f"{names[where]}{kind}", within(clear[where], rng)
            decision, reason = "同意", ""
            built += 1
            if built in (60, 170):
                decision, reason = "不同意", "选址不宜"
        else:
            farm = place < 0.86
            ground = within(fields[int(rng.integers(60))] if farm else country.headwaters, rng)
            title = f"{names[where]}外{kind}"
            decision = "不同意"
            reason = "占用永久基本农田" if farm else "位于生态保护红线内"
            kept_off += 1
            if kept_off % 15 == 4:
                decision, reason = "同意", "群众急需"
        if decision == "同意":
            spent[day.year] += use
        basis = REPEALED if index == COUNT - 12 else ""
        number = f"连批〔{day.year}〕{index + 1:03d}号"
        yield Decided(number, day, title, decision, reason, basis, use, ground)
    rest = QUOTA[2026] - spent[2026] - LEFT
    ground = within(clear[0], rng)
    number = f"连批〔2026〕{COUNT + 1:03d}号"
    yield Decided(number, LAST, f"{names[0]}集中供能站", "同意", "", "", rest, ground)


def within(ground: BaseGeometry, rng: np.random.Generator) -> Polygon:
    """A small plot inside some ground."""
    inner = shapely.buffer(ground, -25.0)
    west, south, east, north = (inner if not inner.is_empty else ground).bounds
    for _ in range(4000):
        middle = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shapely.contains(inner, middle):
            return plot(middle, 34.0, 22.0, float(rng.uniform(0.1, 1.2)))
    return plot(ground.representative_point(), 34.0, 22.0, 0.4)

"""Units and dimensions.

A quantity is held in the base unit of its dimension: metre, square metre, tonne, tonne of coal
equivalent, megawatt, yuan, degree, month, day. Values are exact rationals until they become the
float64 nearest to them, so that `5 ha` and `50000 m2` are the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from redline.messages import Language, Title


@dataclass(frozen=True, slots=True)
class Dimension:
    """Exponents of base kinds, sorted by name: area is (("length", 2),); a number is ()."""

    exponents: tuple[tuple[str, int], ...] = ()

    def times(self, other: Dimension, power: int = 1) -> Dimension:
        """The dimension of a product (power 1) or a quotient (power -1)."""
        total = dict(self.exponents)
        for kind, exponent in other.exponents:
            total[kind] = total.get(kind, 0) + power * exponent
        return Dimension(tuple(sorted((k, e) for k, e in total.items() if e)))


def _base(kind: str, exponent: int = 1) -> Dimension:
    return Dimension(((kind, exponent),))


NUMBER = Dimension()
LENGTH = _base("length")
AREA = _base("length", 2)
VOLUME = _base("length", 3)
PER_YEAR = _base("year", -1)

DIMENSIONS: Mapping[str, tuple[str, Dimension]] = MappingProxyType(
    {
        "length": ("长度", LENGTH),
        "area": ("面积", AREA),
        "volume": ("体积", VOLUME),
        "mass": ("质量", _base("mass")),
        "energy": ("能耗", _base("energy")),
        "carbon": ("碳排放", _base("carbon")),
        "power": ("功率", _base("power")),
        "voltage": ("电压", _base("voltage")),
        "money": ("金额", _base("money")),
        "angle": ("角度", _base("angle")),
        "share": ("比例", NUMBER),
        "count": ("数量", NUMBER),
        "duration": ("期限", _base("months")),
        "days": ("天数", _base("days")),
    }
)
"""Dimension names of the language: English → (Chinese, dimension)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its spelling on each surface, its dimension, and its size in base units."""

    en: str
    zh: str
    dimension: Dimension
    factor: Fraction


UNITS: tuple[Unit, ...] = (
    Unit("km", "公里", LENGTH, Fraction(1000)),
    Unit("m", "米", LENGTH, Fraction(1)),
    Unit("mm", "毫米", LENGTH, Fraction(1, 1000)),
    Unit("km2", "平方公里", AREA, Fraction(1_000_000)),
    Unit("ha", "公顷", AREA, Fraction(10_000)),
    Unit("mu", "亩", AREA, Fraction(2000, 3)),
    Unit("m2", "平方米", AREA, Fraction(1)),
    Unit("m3", "立方米", VOLUME, Fraction(1)),
    Unit("t", "吨", _base("mass"), Fraction(1)),
    Unit("tce", "吨标准煤", _base("energy"), Fraction(1)),
    Unit("tCO2", "吨二氧化碳", _base("carbon"), Fraction(1)),
    Unit("MW", "兆瓦", _base("power"), Fraction(1)),
    Unit("kV", "千伏", _base("voltage"), Fraction(1)),
    Unit("CNY", "元", _base("money"), Fraction(1)),
    Unit("%", "%", NUMBER, Fraction(1, 100)),
    Unit("‰", "‰", NUMBER, Fraction(1, 1000)),
    Unit("°", "度", _base("angle"), Fraction(1)),
    Unit("years", "年", _base("months"), Fraction(12)),
    Unit("months", "个月", _base("months"), Fraction(1)),
    Unit("days", "日", _base("days"), Fraction(1)),
)

ONE_SPELLING: Mapping[str, Unit] = MappingProxyType(
    {u.en: u for u in UNITS}
    | {u.zh: u for u in UNITS}
    | {
        "千米": UNITS[0],
        "平方千米": UNITS[3],
        "m²": UNITS[6],
        "㎡": UNITS[6],
        "km²": UNITS[3],
        "m³": UNITS[7],
        "degree": UNITS[16],
        "year": UNITS[17],
        "month": UNITS[18],
        "day": UNITS[19],
    }
)

BY_SPELLING: Mapping[str, Unit] = MappingProxyType(
    dict(ONE_SPELLING)
    | {
        f"万{spelling}": Unit(f"万{u.en}", f"万{u.zh}", u.dimension, u.factor * 10_000)
        for spelling, u in ONE_SPELLING.items()
    }
)
"""Every spelling of a unit, and of ten thousand of it (万亩, 万m3)."""


def in_base_units(value: Decimal, unit: Unit) -> float:
    """The float64 nearest to a value in the base unit of its dimension."""
    return float(Fraction(value) * unit.factor)


def base_unit(dimension: Dimension) -> Title:
    """The spelling of the base unit of a dimension; blank for a number."""
    per_year = ("year", -1) in dimension.exponents
    rest = Dimension(tuple(x for x in dimension.exponents if x != ("year", -1)))
    unit = next((u for u in UNITS if u.dimension == rest and u.factor == 1), None)
    en, zh = (unit.en, unit.zh) if unit else ("", "")
    return Title(f"{en}/a", f"{zh}/年") if per_year else Title(en, zh)


def parse_quantity(text: str) -> tuple[Decimal, Unit, bool] | None:
    """`5 ha`, `20 t per year`, `20 t/a`, `1200平方米`: value, unit, and whether it is per year."""
    import re

    match = re.fullmatch(
        r"\s*([0-9]+(?:\.[0-9]+)?)\s*([^\d\s./][^\s/]*?)\s*(/a|/年|/year|per year|每年)?\s*", text
    )
    if not match or match[2] not in BY_SPELLING:
        return None
    return Decimal(match[1]), BY_SPELLING[match[2]], bool(match[3])


def spelling(unit: Unit, language: Language) -> str:
    """A unit as a surface writes it."""
    return unit.zh if language == "zh" else unit.en


SIGNS = {"m2": "m²", "km2": "km²", "m3": "m³"}


def unit_text(unit: str, language: Language) -> str:
    """A unit of the rule language as readers write it; `t/a` is `t per year`, 吨/年."""
    base, slash, _ = unit.partition("/a")
    known = BY_SPELLING.get(base)
    name = spelling(known, language) if known else base
    if language == "zh":
        return f"{name}/年" if slash else name
    return f"{SIGNS.get(name, name)} per year" if slash else SIGNS.get(name, name)

"""Which layer of the vocabulary a file may hold, and which of its fields are which columns.

Suggestions for a person who writes a catalog; nothing is taken over by itself. They rest on names
that standards and offices use, on likeness of names (in English, in Chinese, and as the initials of
Chinese words that field names are made of), and on values that a code list has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from types import MappingProxyType
from typing import Final

from redline.checking.initials import initials
from redline.ground.catalog import folded
from redline.ground.inspection import FieldSummary, LayerSummary
from redline.messages import Message, Title, msg
from redline.rulebook.model import (
    BooleanType,
    CodeList,
    CodeType,
    Column,
    DateType,
    Layer,
    Names,
    QuantityType,
    RuleBook,
    TextType,
)

KNOWN_LAYERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "STBHHX": "ecological_redline",
        "YJJBNTBHTB": "permanent_basic_farmland",
        "YJJBNT": "permanent_basic_farmland",
        "CZKFBJ": "urban_development_boundary",
        "CSKFBJ": "urban_development_boundary",
        "HJGKDY": "control_unit",
        "HJZHGKDY": "control_unit",
        "YYSSYDBHQ": "drinking_water",
        "ZRBHD": "protected_area",
        "XJXZQ": "county",
        "XZQ": "county",
        "DJSXZQ": "city",
        "SJXZQ": "province",
        "HDGLFW": "river_management_area",
        "HHGLFW": "river_management_area",
        "HDAX": "shoreline",
    }
)
"""Names that the standards of planning databases and offices give to layers."""

KNOWN_FIELDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "HJGKDYBM": ("control_unit", "unit_code"),
        "HJZHGKDYBM": ("control_unit", "unit_code"),
        "HJGKDYMC": ("control_unit", "name"),
        "HJZHGKDYMC": ("control_unit", "name"),
        "GKDYFL": ("control_unit", "class"),
        "GKDYLX": ("control_unit", "class"),
        "GKDYLB": ("control_unit", "class"),
        "YJJBNTTBBH": ("permanent_basic_farmland", "block"),
        "XZQDM": ("county", "code"),
        "XZQMC": ("county", "name"),
        "BHQJB": ("drinking_water", "level"),
        "SYDMC": ("drinking_water", "name"),
        "SYDLX": ("drinking_water", "kind"),
        "GHFQMC": ("urban_development_boundary", "zone"),
        "GHFQDM": ("urban_development_boundary", "zone"),
    }
)
"""Names of fields, with the layer and the column for which they stand."""

KNOWN_MEANINGS: Final[Mapping[str, Title]] = MappingProxyType(
    {
        "KJBJYS": Title("spatial constraints of the unit's access list", "准入清单：空间布局约束"),
        "PWWPFGK": Title("discharge control of the unit's access list", "准入清单：污染物排放管控"),
        "WRWPFGK": Title("discharge control of the unit's access list", "准入清单：污染物排放管控"),
        "HJFXFK": Title("risk control of the unit's access list", "准入清单：环境风险防控"),
        "ZYKFXLYQ": Title("resource use of the unit's access list", "准入清单：资源开发效率要求"),
        "BSM": Title("number of the feature", "标识码"),
        "YSDM": Title("code of the kind of feature", "要素代码"),
        "XZQDM": Title("code of the administrative area", "行政区代码"),
        "XZQMC": Title("name of the administrative area", "行政区名称"),
        "DLBM": Title("code of the land class", "地类编码"),
        "DLMC": Title("name of the land class", "地类名称"),
        "ZLDWDM": Title("code of the village or unit", "坐落单位代码"),
        "ZLDWMC": Title("name of the village or unit", "坐落单位名称"),
        "QSDWDM": Title("code of the owning unit", "权属单位代码"),
        "QSDWMC": Title("name of the owning unit", "权属单位名称"),
        "TBMJ": Title("area of the plot", "图斑面积"),
        "TBDLMJ": Title("area of the land class in the plot", "图斑地类面积"),
        "MJ": Title("area", "面积"),
        "BZ": Title("remarks", "备注"),
    }
)
"""What well-known fields mean, whether or not a rule reads them."""

KNOWN_VALUES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = MappingProxyType(
    {
        ("control_unit", "class"): MappingProxyType(
            {"1": "priority_unit", "2": "key_unit", "3": "general_unit"}
        ),
    }
)
"""What numbers mean that some deployments write for codes, by layer and column."""

YES_OR_NO: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "是": True,
        "否": False,
        "有": True,
        "无": False,
        "y": True,
        "n": False,
        "yes": True,
        "no": False,
        "t": True,
        "f": False,
        "true": True,
        "false": False,
        "1": True,
        "0": False,
    }
)

KINDS_OF_FIELDS: Final = ("DM", "BM", "MC", "LX", "LB", "FL")
"""Initials of 代码, 编码, 名称, 类型, 类别 and 分类, with which names of fields end."""

WEAK: Final = frozenset({"area", "zone", "region", "of", "and", "the", "layer", "range", "site"})
"""Words that say little about which layer it is."""

ENOUGH: Final = 0.72
"""How alike a name has to be for a layer to be suggested on its account."""

ENOUGH_WITH_COLUMNS: Final = 0.55
"""How alike it has to be where a column speaks for the layer, too."""

ENOUGH_FOR_A_COLUMN: Final = 0.6

LOOSE: Final = 0.75
"""What a value counts that only resembles a code."""

MOST_SUGGESTED: Final = 3

GEOMETRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "polygon": "polygon",
        "multipolygon": "polygon",
        "line": "line",
        "multiline": "line",
        "point": "point",
        "multipoint": "point",
    }
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are, from 0 to 1, and why."""

    share: float
    why: Message


UNLIKE: Final = Likeness(0.0, msg("nothing speaks for it"))


@dataclass(frozen=True, slots=True)
class ColumnSuggestion:
    """A field that may be a column; `others` may be it as well.

    `values` maps what the file writes to the vocabulary's values; None where no counterpart was
    found. It is empty where nothing needs to be mapped.
    """

    column: Column
    field: str
    likeness: Likeness
    values: Mapping[str, str | bool | None]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerSuggestion:
    """A layer of the vocabulary that a layer of a file may be."""

    layer: Layer
    likeness: Likeness
    columns: tuple[ColumnSuggestion, ...]
    missing: tuple[Column, ...]


# --- layers -----------------------------------------------------------------------------------


def suggestions(found: LayerSummary, file: str, book: RuleBook) -> tuple[LayerSuggestion, ...]:
    """What a layer of a file (named without its ending) may be, the likeliest first."""
    shapes = {GEOMETRIES.get(shape) for shape in found.geometry.shapes}
    rated: list[tuple[float, LayerSuggestion]] = []
    for layer in dict.fromkeys(book.layers.values()):
        if shapes and layer.geometry not in shapes:
            continue
        suggestion = suggested(layer, found, file)
        if suggestion is not None:
            covered = sum(c.likeness.share for c in suggestion.columns) / max(len(layer.columns), 1)
            rated.append((suggestion.likeness.share + 0.2 * covered, suggestion))
    rated.sort(key=lambda pair: -pair[0])
    best = rated[0][0] if rated else 0.0
    return tuple(s for share, s in rated if share >= best - 0.25)[:MOST_SUGGESTED]


def suggested(layer: Layer, found: LayerSummary, file: str) -> LayerSuggestion | None:
    """A layer of the vocabulary as a suggestion; None where too little speaks for it."""
    by_name = max((layer_likeness(n, layer) for n in {found.name, file}), key=lambda x: x.share)
    columns = columns_of(layer, found)
    telling = [c for c in columns if KNOWN_FIELDS.get(c.field, ("",))[0] == layer.names.en]
    by_columns = max((by_values(c) for c in columns), key=lambda x: x.share, default=UNLIKE)
    if telling and is_peculiar(telling[0].field):
        by_columns = telling[0].likeness
    likeness = max(by_name, by_columns, key=lambda x: x.share)
    if likeness.share < (ENOUGH_WITH_COLUMNS if columns else ENOUGH):
        return None
    mapped = {c.column.names.key for c in columns}
    missing = tuple(c for c in layer.columns if c.names.key not in mapped)
    return LayerSuggestion(layer, likeness, columns, missing)


def is_peculiar(field: str) -> bool:
    """Whether a known field occurs in one kind of layer only."""
    return not field.startswith("XZQ")


def layer_likeness(written: str, layer: Layer) -> Likeness:
    """How alike the name of a layer or file and a layer of the vocabulary are."""
    plain = without_version(written)
    if KNOWN_LAYERS.get(plain.upper()) == layer.names.en:
        return Likeness(1.0, msg("“{name}” is what standards and offices call it", name=plain))
    return name_likeness(plain, layer.names, layer.title)


def without_version(name: str) -> str:
    """A name without the year, day or digest at its end: STBHHX_2018, Districts__2013-08-15."""
    return re.sub(r"(?:[_\-. ]+(?=[0-9a-f]*[0-9])[0-9a-f\-]+)+$", "", name) or name


# --- names ------------------------------------------------------------------------------------


def name_likeness(written: str, names: Names, title: Title) -> Likeness:
    """How alike a name in a file and a name of the vocabulary are."""
    if folded(written) in {folded(names.en), folded(names.zh), folded(title.zh), folded(title.en)}:
        return Likeness(1.0, msg("it has the same name"))
    return max(
        chinese_likeness(written, names, title),
        initials_likeness(written, names, title),
        english_likeness(written, names),
        key=lambda likeness: likeness.share,
    )


def chinese_likeness(written: str, names: Names, title: Title) -> Likeness:
    """By Chinese words."""
    if written.isascii():
        return UNLIKE
    for name in {names.zh, title.zh} - {""}:
        why = msg("its name and “{name}” have words in common", name=name)
        if name in written:
            return Likeness(0.7 + 0.3 * len(name) / len(written), why)
        if len(written) >= 2 and written in name:
            return Likeness(0.5 + 0.4 * len(written) / len(name), why)
    return UNLIKE


def initials_likeness(written: str, names: Names, title: Title) -> Likeness:
    """By the initials of Chinese words: HJGKDYBM for 环境管控单元编码."""
    best = UNLIKE
    plain = re.sub(r"[\W_0-9]", "", written)
    if not (plain.isascii() and plain.isupper()):
        return best
    for name in {names.zh, title.zh} - {""}:
        short, bare = initials(name), re.sub(f"(?:{'|'.join(KINDS_OF_FIELDS)})$", "", plain)
        share = max(initials_share(plain, short), 0.9 * initials_share(bare, short))
        if share > best.share:
            best = Likeness(share, msg("its letters are the initials of “{name}”", name=name))
    return best


def initials_share(written: str, short: str) -> float:
    """How alike the letters of a name and the initials of words are."""
    if len(short) < 2 or not written:
        return 0.0
    if written == short:
        return 1.0 if len(short) > 2 else 0.8
    share = len(short) / len(written)
    if len(short) >= 4 and (written.startswith(short) or short.startswith(written)):
        return 0.6 + 0.3 * min(share, 1 / share)
    if written.endswith(short):
        return min(0.55 + 0.05 * len(short), 0.85)
    if len(written) >= 4 and short.endswith(written):
        return 0.6 + 0.3 / share
    alike = SequenceMatcher(None, written, short).ratio()
    return 0.9 * alike if len(short) >= 5 and alike >= 0.85 else 0.0


def english_likeness(written: str, names: Names) -> Likeness:
    """By the words of an English name, however they are joined."""
    wanted, given = words(names.en), words(written)
    if not wanted or not given:
        return UNLIKE
    common = {word for word in wanted if any(alike(word, other) for other in given)}
    share = sum(map(weight, common)) / sum(map(weight, wanted))
    if not common - WEAK and common != wanted:
        share *= 0.5
    shown = tuple(sorted(common))
    return Likeness(0.9 * share, msg("its name has the words {words}", words=shown))


@cache
def words(name: str) -> frozenset[str]:
    """The English words of a name, in the singular: SpecialPermitAreas, fld_zone."""
    split = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)
    return frozenset(singular(word.casefold()) for word in split)


def singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def alike(one: str, other: str) -> bool:
    """Whether two words are the same, or one is the beginning of the other, cut off."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 4 and not short.isdigit() and long.startswith(short))


def weight(word: str) -> float:
    return 0.3 if word in WEAK else 1.0


# --- columns ----------------------------------------------------------------------------------


def columns_of(layer: Layer, found: LayerSummary) -> tuple[ColumnSuggestion, ...]:
    """The fields that may be the columns of a layer, each field and each column once."""
    rated = [s for column in layer.columns for s in candidates(layer, column, found.fields)]
    rated.sort(key=lambda s: -s.likeness.share)
    taken: dict[str, ColumnSuggestion] = {}
    for one in rated:
        used = {s.field for s in taken.values()}
        if one.column.names.key not in taken and one.field not in used:
            taken[one.column.names.key] = one
    used = {s.field for s in taken.values()}
    return tuple(
        replace(chosen, others=tuple(other.field for other in equals(chosen, rated, used)))
        for chosen in (taken[c.names.key] for c in layer.columns if c.names.key in taken)
    )


def equals(
    chosen: ColumnSuggestion, rated: Sequence[ColumnSuggestion], used: Set[str]
) -> Iterator[ColumnSuggestion]:
    """What might as well have been chosen, and stands for nothing else."""
    for other in rated:
        same = other.column is chosen.column and other.field not in used
        if same and other.likeness.share >= chosen.likeness.share - 0.01:
            yield other


def candidates(
    layer: Layer, column: Column, fields: Sequence[FieldSummary]
) -> Iterator[ColumnSuggestion]:
    """The fields that may be a column."""
    for field in fields:
        if field.filled and can_hold(column, field):
            likeness, values = rated_field(layer, column, field)
            if likeness.share >= ENOUGH_FOR_A_COLUMN:
                yield ColumnSuggestion(column, field.name, likeness, values)


def can_hold(column: Column, field: FieldSummary) -> bool:
    """Whether the values of a field can be those of a column."""
    match column.type:
        case QuantityType():
            return field.kind in ("number", "whole number", "text")
        case DateType():
            return field.kind in ("date", "text", "whole number")
        case BooleanType():
            return field.kind == "yes or no" or (
                field.every and all(v.casefold() in YES_OR_NO for v, _ in field.values)
            )
        case TextType():
            return field.kind not in ("number", "yes or no", "date")
        case CodeType():
            return field.every and field.kind in ("text", "whole number", "number", "mixed")
    return False


def rated_field(
    layer: Layer, column: Column, field: FieldSummary
) -> tuple[Likeness, Mapping[str, str | bool | None]]:
    """How well a field suits a column, and what its values mean."""
    title = column.names.title()
    likeness = name_likeness(field.name, column.names, title)
    if KNOWN_FIELDS.get(field.name.upper()) == (layer.names.en, column.names.en):
        known = msg("“{name}” is what standards and offices call it", name=field.name)
        likeness = Likeness(1.0, known)
    if isinstance(column.type, BooleanType) and field.kind != "yes or no":
        return likeness, {value: YES_OR_NO[value.casefold()] for value, _ in field.values}
    if not isinstance(column.type, CodeType):
        return likeness, {}
    numbers = KNOWN_VALUES.get((layer.names.en, column.names.en), {})
    return by_codes(column.type.code_list, field, likeness, numbers)


def by_codes(
    codes: CodeList, field: FieldSummary, by_name: Likeness, numbers: Mapping[str, str]
) -> tuple[Likeness, Mapping[str, str | bool | None]]:
    """How well a field suits a column of codes, and which code each value is."""
    exact = {value: codes.find(value) for value, _ in field.values}
    loose = {
        value: code or numbers.get(value) or counterpart(codes, value)
        for value, code in exact.items()
    }
    found = sum(code is not None for code in loose.values())
    same_words = sum(code is not None for code in exact.values())
    share = (LOOSE * found + (1 - LOOSE) * same_words) / max(len(loose), 1)
    why = msg("its values are those of “{codes}”", codes=codes.title)
    by_value = Likeness(0.5 + 0.5 * share if found >= LOOSE * len(loose) else 0.0, why)
    same = all(value == code for value, code in exact.items())
    values: Mapping[str, str | bool | None] = {} if same else loose
    best = max(by_name, by_value, key=lambda likeness: likeness.share)
    both = 0.1 * min(by_name.share, by_value.share)
    return Likeness(min(best.share + both, 1.0), best.why), values


def counterpart(codes: CodeList, value: str) -> str | None:
    """The only code whose Chinese or English text holds the value, or is held by it."""
    plain = value.strip()
    if len(plain) < 2:
        return None
    texts = {v.names.key: {v.names.zh, v.title.zh, v.names.en, v.title.en} for v in codes.values}
    near = {
        key
        for key, several in texts.items()
        if any(t and len(t) >= 2 and (plain in t or t in plain) for t in several)
    }
    starts = {key for key in near if any(t.startswith(plain) for t in texts[key])}
    chosen = starts if len(starts) == 1 else near
    return chosen.pop() if len(chosen) == 1 else None


def by_values(found: ColumnSuggestion) -> Likeness:
    """What the values of a field say about the layer: much where several are codes of its list."""
    known = {code for code in found.values.values() if isinstance(code, str)}
    complete = all(code is not None for code in found.values.values())
    if isinstance(found.column.type, CodeType) and complete and len(known) >= 2:
        return Likeness(0.75, found.likeness.why)
    return UNLIKE

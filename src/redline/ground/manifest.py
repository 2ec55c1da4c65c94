"""The manifest of a submission: a YAML, TOML or JSON file that says everything on purpose.

The keys are English or Chinese; values that come from a list (kind, role, state) likewise. What is
wrong is reported with its line and key, all of it at once. `Manifest` is the model, whose JSON
Schema is published; `read_manifest` opens a file. The geometry to which a manifest refers is read
in `manifest_ground`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground import located
from redline.ground.addresses import is_database
from redline.ground.dates import parsed_date
from redline.ground.diagnostics import (
    ManifestKeyTwice,
    ManifestMissingKey,
    ManifestUnknownKey,
    ManifestValue,
    capped,
    shortened,
)
from redline.ground.features import Kind, Role
from redline.ground.files import read_bytes
from redline.ground.located import Located
from redline.ground.text import decode_text
from redline.messages import Message, msg

SCHEMA: Final = "redline.submission/1"

SUFFIXES: Final = (".yaml", ".yml", ".toml", ".json")

LARGEST_FILE: Final = 64 * 1024 * 1024


# --- the model --------------------------------------------------------------------------------


def as_text(value: object) -> object:
    """A whole number as text: people leave the quotes out of numbers and ids."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_day(value: object) -> object:
    """A day in any usual writing."""
    day = parsed_date(value)
    if day is None and value is not None:
        raise PydanticCustomError("day", "no date")
    return day


def as_list(value: object) -> object:
    """A list; one value is a list of one."""
    return value if value is None or isinstance(value, list) else [value]


def as_attributes(value: object) -> object:
    """Attributes whose values are text, numbers, truth values, dates, or lists of those."""
    if isinstance(value, dict):
        for key, one in value.items():
            items = one if isinstance(one, list) else [one]
            plain = all(
                item is None or isinstance(item, str | int | float | date) for item in items
            )
            if not plain or any(isinstance(item, float) and item - item != 0 for item in items):
                raise PydanticCustomError("attribute", "no value", {"key": str(key)})
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[Text, BeforeValidator(as_text)]
Day = Annotated[date, BeforeValidator(as_day)]
Attributes = Annotated[dict[str, object], BeforeValidator(as_attributes)]


class DocumentStateName(StrEnum):
    """Where a document stands."""

    HELD = "held"
    TO_COME = "to_come"
    REFUSED = "refused"


class Strict(BaseModel):
    """A model that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GeometrySource(Strict):
    """A geometry: a file, WKT, or inline GeoJSON.

    A file's features may be narrowed by `where`: field names and the value (or values) they have.
    """

    path: Text | None = None
    layer: Text | None = None
    where: dict[str, object] = Field(default_factory=dict)
    encoding: Text | None = None
    wkt: Text | None = None
    type: Text | None = None
    coordinates: list[object] | None = None
    geometries: list[object] | None = None
    crs: Name | None = None

    @model_validator(mode="after")
    def one_of_three(self) -> Self:
        """Exactly one way to give a geometry."""
        ways = [self.path, self.wkt, self.type]
        if sum(way is not None for way in ways) != 1:
            raise PydanticCustomError("geometry_source", "one of three")
        return self


Sources = Annotated[list[GeometrySource], BeforeValidator(as_list), Field(min_length=1)]


class DocumentEntry(Strict):
    """An approval, opinion or report."""

    kind: Name
    state: DocumentStateName = DocumentStateName.HELD
    number: Name | None = None
    issuer: Text | None = None
    rank: Text | None = None
    date: Day | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    ground: Sources | None = None
    contains: Annotated[list[Name], BeforeValidator(as_list)] = []

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        """A validity that ends before it begins is a slip."""
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise PydanticCustomError("validity", "ends before it begins")
        return self


class ComponentEntry(BaseModel):
    """A part with a place of its own; every other key is a column of it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Name
    geometry: Sources


class JudgementEntry(Strict):
    """A person's answer to a question that no computation decides."""

    name: Name
    answer: bool
    reason: Text | None = None
    author: Text | None = None


def as_version(value: object) -> object:
    """A day alone is the catalog's version of that day."""
    return value if isinstance(value, dict) else {"on": value}


class VersionEntry(Strict):
    """A version of a layer: that of the catalog on a day, or a file of its own."""

    on: Day | None = None
    path: Text | None = None
    layer: Text | None = None
    crs: Name | None = None
    encoding: Text | None = None
    fields: dict[str, Text] | None = None
    values: dict[str, dict[str, str | int | float | bool]] | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """A day of the catalog, or a file."""
        if (self.on is None) == (self.path is None):
            raise PydanticCustomError("version_source", "one of two")
        return self


VersionValue = Annotated[VersionEntry, BeforeValidator(as_version)]

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SliverEntry(Strict):
    """Below which area (m²) or width (m) a changed patch is a sliver of re-digitising."""

    area: Amount | None = None
    width: Amount | None = None


class RevisionEntry(Strict):
    """A layer, its baseline and its proposed version."""

    layer: Name
    baseline: VersionValue
    proposed: VersionValue
    slivers: SliverEntry = SliverEntry()
    by: Annotated[list[Name], BeforeValidator(as_list)] | None = None


class RegionEntry(Strict):
    """A table of indicators, and which areas and period of it are meant."""

    table: Text
    areas: Annotated[list[Name], BeforeValidator(as_list)] = []
    period: Name | None = None
    base: Name | None = None
    territories: Annotated[list[Name], BeforeValidator(as_list)] | None = None


class Manifest(Strict):
    """A submission, as its author describes it."""

    schema_name: Annotated[Literal["redline.submission/1"], Field(alias="schema")]
    kind: Kind = Kind.PROJECT
    id: Name
    title: Name | None = None
    decided_on: Day | None = None
    attributes: Attributes = Field(default_factory=dict)
    crs: Name | None = None
    geometries: dict[Role, Sources] = Field(default_factory=dict)
    components: list[ComponentEntry] = []
    documents: list[DocumentEntry] = []
    judgements: list[JudgementEntry] = []
    complete: Annotated[
        list[Literal["documents", "components", "geometries"]], BeforeValidator(as_list)
    ] = []
    revision: RevisionEntry | None = None
    region: RegionEntry | None = None


# --- Chinese keys and values ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Level:
    """The keys and values of one place in a manifest in Chinese, and what stands under its keys.

    `lists` and `sources` lead to the level of their items; sources may stand alone, or be WKT.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict)
    lists: Mapping[str, Level] = field(default_factory=dict)
    sources: Mapping[str, Level] = field(default_factory=dict)
    maps: Mapping[str, Level] = field(default_factory=dict)
    all_sources: Level | None = None


SOURCE: Final = Level(
    keys={
        "路径": "path",
        "文件": "path",
        "图层": "layer",
        "条件": "where",
        "坐标系": "crs",
        "编码": "encoding",
    }
)

ROLES: Final = Level(
    keys={
        "永久": "permanent",
        "永久用地": "permanent",
        "临时": "temporary",
        "临时用地": "temporary",
        "地下": "underground",
        "地上空间": "aerial",
        "空中": "aerial",
        "架空": "aerial",
        "中心线": "centreline",
        "中线": "centreline",
        "影响范围": "impact_range",
    },
    all_sources=SOURCE,
)

DOCUMENT: Final = Level(
    keys={
        "类型": "kind",
        "种类": "kind",
        "状态": "state",
        "文号": "number",
        "编号": "number",
        "发文机关": "issuer",
        "机关": "issuer",
        "级别": "rank",
        "日期": "date",
        "有效期自": "valid_from",
        "有效期起": "valid_from",
        "有效期至": "valid_to",
        "有效期止": "valid_to",
        "范围": "ground",
        "图形": "ground",
        "内容": "contains",
    },
    values={
        "state": {
            "已取得": "held",
            "已有": "held",
            "待取得": "to_come",
            "未取得": "to_come",
            "待办": "to_come",
            "不予批准": "refused",
            "未通过": "refused",
            "被拒绝": "refused",
        }
    },
    sources={"ground": SOURCE},
)

JUDGEMENT: Final = Level(
    keys={
        "名称": "name",
        "回答": "answer",
        "答案": "answer",
        "结论": "answer",
        "理由": "reason",
        "作者": "author",
        "判断人": "author",
    },
    values={"answer": {"是": True, "否": False, "yes": True, "no": False}},
)

COMPONENT: Final = Level(keys={"类型": "kind", "图形": "geometry"}, sources={"geometry": SOURCE})

VERSION: Final = Level(
    keys={
        "日期": "on",
        "路径": "path",
        "文件": "path",
        "图层": "layer",
        "坐标系": "crs",
        "编码": "encoding",
        "字段": "fields",
        "取值": "values",
    }
)

REVISION: Final = Level(
    keys={
        "图层": "layer",
        "调整前": "baseline",
        "调整后": "proposed",
        "碎屑": "slivers",
        "分区统计": "by",
    },
    maps={
        "baseline": VERSION,
        "proposed": VERSION,
        "slivers": Level(keys={"面积": "area", "宽度": "width"}),
    },
)

REGION: Final = Level(
    keys={
        "指标表": "table",
        "地区": "areas",
        "时期": "period",
        "年份": "period",
        "基期": "base",
        "适用范围": "territories",
    }
)

MANIFEST: Final = Level(
    keys={
        "区域指标": "region",
        "图层调整": "revision",
        "格式": "schema",
        "类型": "kind",
        "编号": "id",
        "名称": "title",
        "决定日期": "decided_on",
        "属性": "attributes",
        "坐标系": "crs",
        "图形": "geometries",
        "组成部分": "components",
        "文件": "documents",
        "判断": "judgements",
        "完整": "complete",
    },
    values={
        "kind": {
            "项目": "project",
            "建设项目": "project",
            "运行": "operation",
            "运营": "operation",
            "规划": "plan",
            "调整": "revision",
            "修改": "revision",
            "区域": "region",
            "图层": "layers",
        },
        "complete": {"文件": "documents", "组成部分": "components", "图形": "geometries"},
    },
    lists={"documents": DOCUMENT, "components": COMPONENT, "judgements": JUDGEMENT},
    maps={"geometries": ROLES, "revision": REVISION, "region": REGION},
)


@dataclass(slots=True)
class Translation:
    """Plain values under English keys, and for each path in them the path in the file."""

    source: Located
    origins: dict[located.Path, located.Path] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def origin(self, path: Sequence[str | int]) -> located.Path:
        """The path in the file of a path in the translation, or of the nearest one around it."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(tuple(path[:length]))
            if found is not None:
                return (*found, *path[length:])
        return tuple(path)

    def mapping(
        self, value: object, level: Level, path: located.Path, origin: located.Path
    ) -> object:
        """A mapping of this level with English keys; anything else as it is."""
        self.origins[path] = origin
        if not isinstance(value, dict):
            return value
        result: dict[str, object] = {}
        written: dict[str, str] = {}
        for key, inner in value.items():
            name = level.keys.get(key, key)
            here = (*origin, key)
            if name in result:
                place = self.source.place(here)
                twice = ManifestKeyTwice(place=place, key=written[name], other=key)
                self.diagnostics.append(twice)
                continue
            written[name] = key
            result[name] = self.entry(name, inner, level, (*path, name), here)
        return result

    def entry(
        self, name: str, value: object, level: Level, path: located.Path, origin: located.Path
    ) -> object:
        """The value under a key of this level."""
        self.origins[path] = origin
        if name in level.maps:
            return self.mapping(value, level.maps[name], path, origin)
        if name in level.lists:
            return self.items(value, level.lists[name], path, origin)
        source = level.sources.get(name, level.all_sources)
        if source is not None:
            alone = not isinstance(value, list)
            items = [value] if alone else value
            return [
                self.geometry(one, source, (*path, i), origin if alone else (*origin, i))
                for i, one in enumerate(items if isinstance(items, list) else [])
            ]
        known = level.values.get(name, {})
        if isinstance(value, list):
            return [known.get(one, one) if isinstance(one, str) else one for one in value]
        return known.get(value, value) if isinstance(value, str) else value

    def items(
        self, value: object, level: Level, path: located.Path, origin: located.Path
    ) -> object:
        """A list of mappings."""
        if not isinstance(value, list):
            return value
        return [self.mapping(one, level, (*path, i), (*origin, i)) for i, one in enumerate(value)]

    def geometry(
        self, value: object, level: Level, path: located.Path, origin: located.Path
    ) -> object:
        """A geometry's source; bare text is WKT."""
        if isinstance(value, str):
            self.origins[path] = origin
            return {"wkt": value}
        return self.mapping(value, level, path, origin)


# --- opening ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadedManifest:
    """A manifest, where it lies, and where its keys stand."""

    manifest: Manifest
    path: Path
    translation: Translation

    def place(self, path: Sequence[str | int]) -> Place:
        """The place of a key path (English keys)."""
        return self.translation.source.place(self.translation.origin(path))


def read_manifest(path: Path) -> LoadedManifest:
    """The manifest in a file. Raises `Refusal` with everything that is wrong with it."""
    return validated(open_manifest(path), path)


def open_manifest(path: Path) -> Located:
    """The values in a manifest's file, not looked at yet. Raises `Refusal`."""
    data = read_bytes(path, LARGEST_FILE)
    text = decode_text(data, str(path)).text
    return located.read_located(text, str(path), path.suffix.casefold())


def is_manifest(value: object) -> bool:
    """Whether a value is meant as a manifest rather than as GeoJSON or as a catalog."""
    if not isinstance(value, dict) or "type" in value:
        return False
    schema = value.get("schema")
    if isinstance(schema, str) and schema.startswith("redline."):
        return schema.startswith("redline.submission")
    known = {"schema", "geometries", "attributes", "documents", *MANIFEST.keys}
    return bool(known & value.keys())


def referred_files(value: object, path: Path) -> set[Path]:
    """The files to which a manifest refers, whether or not it is valid otherwise."""
    files = (text for text in paths_in(value) if "\x00" not in text and not is_database(text))
    return {(path.parent / text).resolve() for text in files}


def paths_in(value: object) -> Iterator[str]:
    """Every text under a key for paths."""
    match value:
        case dict():
            for key, inner in value.items():
                if key in ("path", "路径", "文件", "table", "指标表") and isinstance(inner, str):
                    yield inner
                yield from paths_in(inner)
        case list():
            for inner in value:
                yield from paths_in(inner)


def validated(source: Located, path: Path) -> LoadedManifest:
    """Values as a manifest. Raises `Refusal`."""
    translation = Translation(source)
    if not isinstance(source.value, dict):
        expected = msg("keys with values, beginning with schema: {schema}", schema=SCHEMA)
        place = source.place(())
        raise Refusal([ManifestValue(place=place, key=path.name, expected=expected)])
    values = translation.mapping(source.value, MANIFEST, (), ())
    problems = translation.diagnostics
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [diagnosed(one, translation) for one in details]
        raise Refusal(capped(problems)) from None
    if manifest.kind in (Kind.PROJECT, Kind.OPERATION) and not manifest.geometries:
        example = "geometries: {permanent: {path: footprint.geojson}}"
        place = source.place(())
        problems.append(ManifestMissingKey(place=place, key="geometries", example=example))
    if manifest.kind is Kind.REVISION and manifest.revision is None:
        example = "revision: {layer: ecological_redline, baseline: 2024-01-01, proposed: {path: …}}"
        place = source.place(())
        problems.append(ManifestMissingKey(place=place, key="revision", example=example))
    if manifest.kind is Kind.LAYERS:
        said = msg("another kind: layers are checked with “redline layers check”")
        place = translation.source.place(translation.origin(("kind",)))
        problems.append(ManifestValue(place=place, key="kind", expected=said))
    if manifest.kind is Kind.REGION and manifest.region is None:
        example = "region: {table: indicators.csv}"
        problems.append(ManifestMissingKey(place=source.place(()), key="region", example=example))
    if problems:
        raise Refusal(capped(problems))
    return LoadedManifest(manifest, path, translation)


# --- what is wrong ----------------------------------------------------------------------------

EXAMPLES: Final = {
    "schema": f"schema: {SCHEMA}",
    "id": "id: 2024-017",
    "kind": "kind: provincial_opinion",
    "name": "name: degrades_ecological_function",
    "answer": "answer: false",
    "geometry": "geometry: {wkt: POINT (114.1 24.0), crs: EPSG:4490}",
}

MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "documents": DocumentEntry,
    "components": ComponentEntry,
    "judgements": JudgementEntry,
    "geometries": GeometrySource,
    "revision": RevisionEntry,
    "region": RegionEntry,
}

LEVELS: Final = {
    "documents": DOCUMENT,
    "components": COMPONENT,
    "judgements": JUDGEMENT,
    "revision": REVISION,
    "region": REGION,
}


def diagnosed(error: ErrorDetails, translation: Translation) -> Diagnostic:
    """A diagnostic for one error of validation."""
    path = tuple(part for part in error["loc"] if part != "[key]")
    place = translation.source.place(translation.origin(path))
    key = located.path_text(translation.origin(path)) or "manifest"
    kind = error["type"]
    if kind == "missing":
        name = str(path[-1])
        return ManifestMissingKey(place=place, key=key, example=EXAMPLES.get(name))
    if kind == "extra_forbidden":
        name = str(translation.origin(path)[-1])
        return ManifestUnknownKey(place=place, key=name, known=known_keys(path[:-1], name))
    return ManifestValue(place=place, key=shortened(key), expected=expected(error, path))


def known_keys(path: Sequence[str | int], name: str) -> list[str]:
    """The keys that may stand at a path, in the language of the one that stands there."""
    top = str(path[0]) if path else ""
    inner = path[-2:-1] in (("ground",), ("geometry",))
    model = GeometrySource if inner else MODELS.get(top, Manifest)
    level = SOURCE if inner else LEVELS.get(top, MANIFEST)
    if path[1:2] in (("baseline",), ("proposed",)):
        model, level = VersionEntry, VERSION
    if not name.isascii():
        return list(level.keys)
    return [known.alias or key for key, known in model.model_fields.items()]


def expected(error: ErrorDetails, path: Sequence[str | int]) -> Message:
    """What should stand where an error is."""
    context = error.get("ctx") or {}
    match error["type"]:
        case "day":
            return msg("a date such as 2024-05-31")
        case "geometry_source":
            return msg("a path, or wkt, or a GeoJSON geometry (type and coordinates), and only one")
        case "version_source":
            return msg("a day whose version the catalog holds, or a path, and only one of them")
        case "validity":
            return msg("a validity that does not end before it begins")
        case "attribute":
            return msg(
                "text, a number, true or false, a date, or a list of these, under “{key}”",
                key=context.get("key", ""),
            )
        case "enum" | "literal_error":
            return msg("one of {values}", values=one_of(path, context))
        case "string_type":
            return msg("text (put numbers in quotes)")
        case "string_too_short" | "too_short":
            return msg("something rather than nothing")
        case "list_type":
            return msg("a list")
        case "dict_type" | "model_type" | "dict_attributes_type":
            return msg("keys with values")
        case kind if kind.startswith("bool"):
            return msg("true or false")
    return msg("something else ({problem})", problem=shortened(error["msg"]))


def one_of(path: Sequence[str | int], context: Mapping[str, object]) -> tuple[str, ...]:
    """The values among which one is to be chosen."""
    if path and path[0] == "geometries":
        return tuple(Role)
    if path[-1:] == ("kind",):
        return tuple(Kind)
    if path[-1:] == ("state",):
        return tuple(DocumentStateName)
    return tuple(
        str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    )

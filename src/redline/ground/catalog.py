"""The catalog: which files hold the zoning layers, since when, and where they are complete.

A TOML file, `redline.catalog/1`. Pydantic checks its form, every fault is reported with its line.
What comes out has its paths resolved and its entries gathered into versions.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from redline.diagnostics import Diagnostic, Place, Refusal, refuse
from redline.ground.catalog_diagnostics import (
    BrokenToml,
    CatalogUnreadable,
    ConflictingVersions,
    MissingFile,
    UnknownKey,
    UnsetVariable,
    WrongValue,
)
from redline.ground.catalog_text import KeyPath, places_of_keys
from redline.ground.measure import DEFAULT_TOLERANCE, Tolerance
from redline.ground.plane import Bounds
from redline.messages import Message, msg

CATALOG_NAME = "catalog.toml"
HOW_BOUNDS_ARE_WRITTEN = msg("write west, south, east, north in degrees")
HOW_COVERAGE_IS_WRITTEN = msg('write "everywhere", or a table with either path or bounds')

# --- the file, as it is written ---------------------------------------------------------------


class Entry(BaseModel):
    """Base of all tables: no key but the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def coverage_written_out(value: object) -> object:
    """`"everywhere"` as a table."""
    if isinstance(value, str):
        if value != "everywhere":
            raise ValueError(HOW_COVERAGE_IS_WRITTEN.text)
        return {"everywhere": True}
    return value


class CoverageEntry(Entry):
    """Where a layer is complete: everywhere, in a file's polygons, or within bounds in degrees."""

    everywhere: Literal[True] | None = None
    path: str | None = None
    layer: str | None = None
    crs: str | None = None
    bounds: tuple[float, float, float, float] | None = Field(
        default=None, description="west, south, east, north in degrees"
    )


CoverageValue = Annotated[CoverageEntry, BeforeValidator(coverage_written_out)]
"""A coverage as it may be written: `"everywhere"` or a table."""


class ToleranceEntry(Entry):
    """The least area (m²) and width (m) of an overlap that counts."""

    min_area: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    min_width: float = Field(default=0.001, ge=0, allow_inf_nan=False)


class LayerEntry(Entry):
    """One source of one version of one layer."""

    name: str = Field(min_length=1)
    path: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    within: tuple[float, float, float, float] | None = Field(
        default=None,
        description="read only what meets west, south, east, north in degrees; unknown outside",
    )
    valid_from: date | None = None
    valid_to: date | None = Field(default=None, description="the first day it no longer holds")
    approval: str | None = None
    accuracy: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    coverage: CoverageValue | None = None
    empty: bool = False
    stated_by: str | None = Field(default=None, alias="source")
    stated_on: date | str | None = Field(default=None, alias="date")
    fields: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str | int | float | bool]] = Field(default_factory=dict)


class CatalogEntry(Entry):
    """The whole file."""

    schema_: Literal["redline.catalog/1"] = Field(alias="schema")
    coverage: CoverageValue | None = None
    tolerance: ToleranceEntry = ToleranceEntry()
    indicators: str | None = Field(
        default=None, description="a table of indicators whose figures become columns of areas"
    )
    layer: tuple[LayerEntry, ...] = ()


def catalog_schema() -> dict[str, object]:
    """The JSON Schema of a catalog."""
    return CatalogEntry.model_json_schema()


# --- the catalog, as it is used ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Complete everywhere."""


@dataclass(frozen=True, slots=True)
class WithinBounds:
    """Complete within west, south, east, north (degrees)."""

    bounds: Bounds


@dataclass(frozen=True, slots=True)
class WithinFile:
    """Complete within the polygons of a file."""

    path: str
    layer: str | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class OwnExtent:
    """Not stated: taken as complete within the rectangle around its features."""


CoverageSpec: TypeAlias = Everywhere | WithinBounds | WithinFile | OwnExtent


@dataclass(frozen=True, slots=True)
class LayerSource:
    """A file (or URL) of a layer and how its fields and values are to be understood.

    `path` is None where the layer is declared empty; `stated_by` and `stated_on` then cite who
    says so. Of a database `layer` is a table or a query. `within` bounds what is read, and where
    the layer then is complete. `fields` maps columns of the vocabulary to fields of the file,
    `values` maps, for a column, what the file writes to what the vocabulary says.
    """

    path: str | None
    coverage: CoverageSpec
    place: Place
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    within: Bounds | None = None
    empty: bool = False
    stated_by: str | None = None
    stated_on: str | None = None
    fields: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, str | int | float | bool]] | None = None


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """A layer as it holds from one day until before another (None: open)."""

    name: str
    sources: tuple[LayerSource, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    approval: str | None = None
    accuracy: float | None = None

    @property
    def empty(self) -> bool:
        """Whether all of it is declared empty."""
        return all(source.empty for source in self.sources)

    @property
    def label(self) -> str:
        """The days it holds, as ISO 8601 writes an interval; `..` for an open end."""
        return f"{self.valid_from or '..'}/{self.valid_to or '..'}"

    @property
    def place(self) -> Place:
        """Where the catalog states it."""
        return self.sources[0].place

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )

    def overlaps(self, other: LayerVersion) -> bool:
        """Whether some day lies in both."""
        return (self.valid_from or date.min) < (other.valid_to or date.max) and (
            other.valid_from or date.min
        ) < (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The versions of all layers, and the coverage of those that state none of their own."""

    path: Path
    versions: tuple[LayerVersion, ...]
    tolerance: Tolerance = DEFAULT_TOLERANCE
    coverage: CoverageSpec = OwnExtent()
    indicators: str | None = None
    """A table of indicators whose figures become columns of the areas that they are about."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of layers as they are written, each once."""
        return tuple(dict.fromkeys(version.name for version in self.versions))

    def versions_of(self, name: str, names: Iterable[str] = ()) -> tuple[LayerVersion, ...]:
        """All versions of a layer, known by a name or its aliases, oldest first."""
        wanted = {folded(n) for n in (name, *names)}
        found = [v for v in self.versions if folded(v.name) in wanted]
        return tuple(sorted(found, key=lambda v: v.valid_from or date.min))

    def find(self, name: str, names: Iterable[str] = (), *, on: date) -> LayerVersion | None:
        """The version of a layer that holds on a day; None where there is none.

        Entries under several of its names are sources of one version when they state the same
        days. Raises `Refusal` where they do not.
        """
        found = [v for v in self.versions_of(name, names) if v.holds_on(on)]
        if not found:
            return None
        diagnostics = conflicts(found)
        if diagnostics:
            raise Refusal(diagnostics)
        return merged(found)


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name as it is compared: case, full width, and what joins its words do not matter."""
    return re.sub(r"[\s_\-]+", "_", unicodedata.normalize("NFKC", name).strip()).casefold()


# --- reading ----------------------------------------------------------------------------------


def catalogs_among(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The catalogs among some paths, and the other paths."""
    catalogs = [p for p in paths if p.suffix.casefold() == ".toml" and says_catalog(p)]
    return catalogs, [p for p in paths if p not in catalogs]


def says_catalog(path: Path) -> bool:
    """Whether a TOML file names the schema of catalogs."""
    try:
        with path.open("rb") as stream:
            return b"redline.catalog/" in stream.read(1 << 16)
    except OSError:
        return False


def find_catalog(start: Path) -> Path | None:
    """The nearest `catalog.toml` in a folder or those above it."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CATALOG_NAME).is_file():
            return folder / CATALOG_NAME
    return None


def load_catalog(path: Path | str) -> Catalog:
    """The catalog in a file. Raises `Refusal` with everything that is wrong with it."""
    path = Path(path)
    text = catalog_text(path)
    written = parsed(path, text)
    places = places_of_keys(text, str(path))
    entry = checked(written, places)
    problems: list[Diagnostic] = []
    default = coverage_of(entry.coverage, path, places, ("coverage",), problems) or OwnExtent()
    versions = [
        version_of(layer, path, places, ("layer", number), default=default, problems=problems)
        for number, layer in enumerate(entry.layer)
    ]
    groups: dict[tuple[str, date | None, date | None], list[LayerVersion]] = {}
    for version in versions:
        key = (folded(version.name), version.valid_from, version.valid_to)
        groups.setdefault(key, []).append(version)
    whole = tuple(merged(group) for group in groups.values())
    for name in {folded(version.name): None for version in whole}:
        problems += conflicts([version for version in whole if folded(version.name) == name])
    at = place_of(("indicators",), places)
    table = resolved(entry.indicators, path, at, problems)
    if problems:
        raise Refusal(sorted(problems, key=line_of))
    tolerance = Tolerance(entry.tolerance.min_area, entry.tolerance.min_width)
    return Catalog(path, whole, tolerance, default, table)


def catalog_text(path: Path) -> str:
    """The text of a catalog file."""
    reasons = {
        FileNotFoundError: msg("there is no such file"),
        IsADirectoryError: msg("it is a folder"),
        PermissionError: msg("this user may not read it"),
        UnicodeDecodeError: msg("it is not UTF-8 text"),
    }
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = reasons.get(type(error), msg("the system cannot open it"))
        raise refuse(CatalogUnreadable(place=Place(str(path)), reason=reason)) from error


def parsed(path: Path, text: str) -> dict[str, object]:
    """The TOML of a catalog."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, line, column = toml_fault(str(error))
        lines = text.splitlines() or [""]
        line = min(line or len(lines), len(lines))
        place = Place(
            str(path), line=line, column=column or len(lines[line - 1]) + 1, text=lines[line - 1]
        )
        raise refuse(BrokenToml(place=place, reason=reason)) from error


def toml_fault(text: str) -> tuple[str, int | None, int | None]:
    """What tomllib says: reason, line and column (None at the end of the file)."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", text, re.S)
    if not found:
        return text, None, None
    reason, line, column = found.groups()
    return reason, int(line) if line else None, int(column) if column else None


def checked(written: dict[str, object], places: Mapping[KeyPath, Place]) -> CatalogEntry:
    """The catalog in its form, or a refusal that names every key that is not."""
    try:
        return CatalogEntry.model_validate(written)
    except ValidationError as error:
        found = [diagnosed(fault, places) for fault in error.errors()]
        raise Refusal(sorted(found, key=line_of)) from error


def diagnosed(fault: ErrorDetails, places: Mapping[KeyPath, Place]) -> Diagnostic:
    """One fault of form, at its place."""
    path = tuple(part for part in fault["loc"] if part not in ("str", "int", "float", "bool"))
    place = place_of(path, places)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    if fault["type"] == "extra_forbidden":
        return UnknownKey(place=place, key=key, known=known_keys(path[:-1]))
    return WrongValue(place=place, key=key, reason=reason_of(fault))


def place_of(path: KeyPath, places: Mapping[KeyPath, Place]) -> Place:
    """The place of a key, or of the nearest table around it."""
    while path and path not in places:
        path = path[:-1]
    return places[path]


def line_of(diagnostic: Diagnostic) -> int:
    """The line at which a diagnostic points; 0 for none."""
    return (diagnostic.place.line if diagnostic.place else None) or 0


def known_keys(table: KeyPath) -> tuple[str, ...]:
    """The keys that a table may have."""
    tables: dict[KeyPath, type[Entry]] = {
        (): CatalogEntry,
        ("coverage",): CoverageEntry,
        ("tolerance",): ToleranceEntry,
    }
    model = tables.get(table[-1:] if "coverage" in table else table, LayerEntry)
    return tuple(field.alias or name for name, field in model.model_fields.items())


def reason_of(fault: ErrorDetails) -> Message:
    """What is wrong with a value, in the user's terms."""
    kind = fault["type"]
    if kind == "missing":
        return msg("it is missing")
    if kind.startswith("date"):
        return msg("it must be a date such as 2024-07-01")
    if kind in ("string_type", "string_too_short"):
        return msg("it must be text in quotes")
    if kind.startswith(("float", "int")) or kind in ("finite_number", "greater_than_equal"):
        return msg("it must be a number, zero or more")
    if kind.startswith("bool"):
        return msg("it must be true or false")
    if kind.startswith(("tuple", "too_", "missing_", "unexpected")):
        return msg("it must be a list, with as many values as are asked for")
    if kind == "literal_error":
        return msg("it must be {expected}", expected=fault.get("ctx", {}).get("expected", ""))
    if kind == "value_error":
        return HOW_COVERAGE_IS_WRITTEN
    if kind.startswith(("model", "dict")):
        return msg("it must be a table")
    return msg("it cannot be understood")


def version_of(
    entry: LayerEntry,
    path: Path,
    places: Mapping[KeyPath, Place],
    at: KeyPath,
    *,
    default: CoverageSpec,
    problems: list[Diagnostic],
) -> LayerVersion:
    """One entry as a version of its own."""
    place = place_of(at, places)
    if entry.path is None and not entry.empty:
        reason = msg("it is missing; a layer needs a path, or empty = true")
        problems.append(WrongValue(place=place, key="path", reason=reason))
    if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
        reason = msg("it must be later than valid_from")
        problems.append(
            WrongValue(place=place_of((*at, "valid_to"), places), key="valid_to", reason=reason)
        )
    for column in entry.values.keys() - entry.fields.keys():
        reason = msg("values are mapped for a column that [layer.fields] does not name")
        problems.append(
            WrongValue(place=place_of((*at, "values", column), places), key=column, reason=reason)
        )
    source = LayerSource(
        path=resolved(entry.path, path, place_of((*at, "path"), places), problems),
        coverage=coverage_of(entry.coverage, path, places, (*at, "coverage"), problems) or default,
        place=place,
        layer=entry.layer,
        crs=entry.crs,
        encoding=entry.encoding,
        within=bounds_of(entry, places, at, problems),
        empty=entry.empty,
        stated_by=entry.stated_by,
        stated_on=str(entry.stated_on) if entry.stated_on else None,
        fields=entry.fields,
        values=entry.values,
    )
    return LayerVersion(
        entry.name, (source,), entry.valid_from, entry.valid_to, entry.approval, entry.accuracy
    )


def coverage_of(
    entry: CoverageEntry | None,
    path: Path,
    places: Mapping[KeyPath, Place],
    at: KeyPath,
    problems: list[Diagnostic],
) -> CoverageSpec | None:
    """A coverage as it is written; None where it is not."""
    if entry is None:
        return None
    place = place_of(at, places)
    match entry:
        case CoverageEntry(everywhere=True, path=None, bounds=None):
            return Everywhere()
        case CoverageEntry(everywhere=None, path=None, bounds=tuple() as bounds):
            if are_bounds(bounds):
                return WithinBounds(bounds)
            problems.append(WrongValue(place=place, key="bounds", reason=HOW_BOUNDS_ARE_WRITTEN))
        case CoverageEntry(everywhere=None, path=str(), bounds=None):
            file = resolved(entry.path, path, place, problems)
            return WithinFile(file or "", entry.layer, entry.crs)
        case _:
            problems.append(WrongValue(place=place, key="coverage", reason=HOW_COVERAGE_IS_WRITTEN))
    return None


def bounds_of(
    entry: LayerEntry, places: Mapping[KeyPath, Place], at: KeyPath, problems: list[Diagnostic]
) -> Bounds | None:
    """What of a layer is read, as it is written; None for all of it."""
    if entry.within is None or are_bounds(entry.within):
        return entry.within
    place = place_of((*at, "within"), places)
    problems.append(WrongValue(place=place, key="within", reason=HOW_BOUNDS_ARE_WRITTEN))
    return None


def are_bounds(bounds: Bounds) -> bool:
    """Whether numbers are west, south, east and north in degrees."""
    west, south, east, north = bounds
    return -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90


def resolved(
    written: str | None, catalog: Path, place: Place, problems: list[Diagnostic]
) -> str | None:
    """A path as it can be opened: variables filled in, relative to the catalog; a URL as it is."""
    if written is None:
        return None
    names = re.findall(r"\$\{([^}]*)\}", written)
    unset = [name for name in names if not os.environ.get(name)]
    if unset:
        problems += [UnsetVariable(place=place, variable=n, path=written) for n in unset]
        return None
    filled = re.sub(r"\$\{([^}]*)\}", lambda found: os.environ[found[1]], written)
    if "://" in filled:
        return filled  # a database, whose password is for nobody else to see
    path = catalog.parent / Path(filled).expanduser()
    if not path.exists():
        folder = path.parent
        near = sorted(p.name for p in folder.iterdir())[:1000] if folder.is_dir() else []
        problems.append(MissingFile(place=place, path=str(path), neighbours=tuple(near)))
        return None
    return str(path)


def merged(versions: Sequence[LayerVersion]) -> LayerVersion:
    """Several entries of the same days as one version with all their sources."""
    approvals = dict.fromkeys(v.approval for v in versions if v.approval)
    accuracies = [v.accuracy for v in versions if v.accuracy is not None]
    return replace(
        versions[0],
        sources=tuple(source for version in versions for source in version.sources),
        approval="; ".join(approvals) or None,
        accuracy=max(accuracies, default=None),
    )


def conflicts(versions: Sequence[LayerVersion]) -> list[Diagnostic]:
    """Versions of one layer of which a day is in both, though their days are not the same."""
    found: list[Diagnostic] = []
    for index, one in enumerate(versions):
        for other in versions[index + 1 :]:
            same_days = (one.valid_from, one.valid_to) == (other.valid_from, other.valid_to)
            if not same_days and one.overlaps(other):
                found.append(
                    ConflictingVersions(
                        place=other.place, layer=other.name, one=one.label, other=other.label
                    )
                )
    return found

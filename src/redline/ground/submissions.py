"""Submissions from whatever files people send.

A manifest is one submission; a boundary-point TXT is one, with its parcels; any other file is one
per feature, unless its rows are grouped. Areas become the permanent footprint, lines the centre
line, columns the attributes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.addresses import is_database
from redline.ground.boundary_points import BoundaryPoints, read_boundary_points
from redline.ground.crs import Refused
from redline.ground.dates import parsed_date
from redline.ground.diagnostics import (
    DateUnreadable,
    FileMissing,
    GroupFieldMissing,
    IdRepeated,
    NoFootprint,
    NothingToJudge,
    ReadingRemark,
    UnknownFormat,
    shortened,
)
from redline.ground.features import FeatureTable, Ground, Kind, Parcel, Role, Submission
from redline.ground.files import neighbours
from redline.ground.footprints import AREA, LINE, combined, combined_ground
from redline.ground.indicator_diagnostics import AreaNotReported, PeriodUnreadable
from redline.ground.indicators import (
    is_indicator_table,
    parsed_period,
    read_indicators,
    regions_of,
)
from redline.ground.located import Located
from redline.ground.manifest import (
    LoadedManifest,
    is_manifest,
    open_manifest,
    referred_files,
    validated,
)
from redline.ground.manifest_ground import submission_of
from redline.ground.reading import BOUNDARY_POINTS, SUFFIXES, NumberedTable, read_numbered
from redline.messages import msg

ID_COLUMNS: Final = (
    "id",
    "编号",
    "项目编号",
    "项目代码",
    "地块编号",
    "CaseID",
    "case_id",
    "project_id",
    "XMBH",
    "XMDM",
    "DKBH",
)
"""Columns that name a submission, the first one found; upper and lower case are alike."""

TITLE_COLUMNS: Final = (
    "title",
    "名称",
    "项目名称",
    "地块名称",
    "name",
    "ProjectName",
    "XMMC",
    "DKMC",
)

DATE_COLUMNS: Final = ("decided_on", "决定日期")

ALL: Final = "all"
"""The `group_by` that makes one submission of all rows of a file."""

MANIFEST_SUFFIXES: Final = (".yaml", ".yml", ".toml")

COMPANIONS: Final = (
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    ".sbn",
    ".sbx",
    ".qix",
    ".xml",
    ".gpkg-wal",
    ".gpkg-shm",
)
"""Files beside a data set that are read with it, or not at all."""

Batch = tuple[list[Submission], list[Diagnostic]]


def load_submissions(
    paths: Sequence[Path],
    *,
    group_by: str | None = None,
    crs: str | None = None,
    accept_ballpark: Refused = frozenset(),
) -> Batch:
    """Every submission in files and folders, and what is to be said about the files.

    `group_by` is a field whose equal values make one submission, or "all". `crs` is that of bare
    files. A file to which a manifest of the same call refers is not judged again. A file that
    cannot be read yields diagnostics, and the rest go on. Warnings about one submission are with
    it; the list has errors, and what concerns a file of several submissions.
    """
    said: list[Diagnostic] = []
    opened = list(opened_files(paths, said))
    referred = {
        file
        for one in opened
        if one.manifest is not None
        for file in referred_files(one.manifest.value, one.path)
    }
    options = Options(group_by, crs, accept_ballpark)
    submissions: list[Submission] = []
    for one in opened:
        if one.path.resolve() in referred:
            continue
        try:
            if one.manifest is not None:
                loaded = validated(one.manifest, one.path)
                described = submission_of(loaded, accept_ballpark=accept_ballpark)
                submissions += of_manifest(loaded, described, said)
            elif is_indicator_table(one.path):
                submissions += of_indicators(one.path, said)
            else:
                submissions += bare(one.path, options, said)
        except Refusal as refusal:
            said += refusal.diagnostics
    return with_distinct_ids(submissions, said), said


@dataclass(frozen=True, slots=True)
class Options:
    """How bare files are to be read."""

    group_by: str | None
    crs: str | None
    accept_ballpark: Refused


# --- regions ----------------------------------------------------------------------------------


def of_manifest(
    loaded: LoadedManifest, described: Submission, said: list[Diagnostic]
) -> list[Submission]:
    """The submission of a manifest; of a region one for each area of its table."""
    entry = loaded.manifest.region
    if entry is None or described.kind is not Kind.REGION:
        return [described]
    periods = {}
    for key, text in (("period", entry.period), ("base", entry.base)):
        periods[key] = None if text is None else parsed_period(text)
        if text is not None and periods[key] is None:
            place = loaded.place(("region", key))
            raise Refusal([PeriodUnreadable(place=place, text=text)])
    table = read_indicators(loaded.path.parent / entry.table)
    said += table.diagnostics
    regions = regions_of(
        table,
        areas=entry.areas,
        period=periods["period"],
        base=periods["base"],
        territories=None if entry.territories is None else tuple(entry.territories),
    )
    named = {region.area for region in regions}
    for area in entry.areas or table.figures:
        if area not in named:
            shown = str(periods["period"] or "–")
            place = loaded.place(("region",))
            said.append(AreaNotReported(place=place, area=area, period=shown))
    return [
        replace(
            described,
            id=described.id if len(regions) == 1 else f"{described.id}/{region.area}",
            title=described.title or f"{region.area} {region.period}",
            decided_on=described.decided_on or region.period.last_day,
            source=table.source,
            region=region,
        )
        for region in regions
    ]


def of_indicators(path: Path, said: list[Diagnostic]) -> list[Submission]:
    """The areas of a table of indicators, each for its latest period."""
    table = read_indicators(path)
    said += table.diagnostics
    return [
        Submission(
            id=f"{region.area} {region.period}",
            kind=Kind.REGION,
            source=str(path),
            decided_on=region.period.last_day,
            region=region,
        )
        for region in regions_of(table)
    ]


# --- files ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file to be judged; the values of a manifest, None for any other file."""

    path: Path
    manifest: Located | None


def opened_files(paths: Iterable[Path], said: list[Diagnostic]) -> Iterator[OpenedFile]:
    """The files to be judged. In a folder, settings that are no manifest are passed over."""
    for path, in_folder in expanded(paths, said):
        try:
            manifest = values_of_manifest(path)
        except Refusal as refusal:
            said += refusal.diagnostics
            continue
        if in_folder and manifest is not None and not is_manifest(manifest.value):
            continue
        yield OpenedFile(path, manifest)


def expanded(paths: Iterable[Path], said: list[Diagnostic]) -> Iterator[tuple[Path, bool]]:
    """The files to be judged, each once, and whether they were found in a folder.

    Companions of a data set are left out.
    """
    seen: set[Path] = set()
    for path in paths:
        if is_database(path):
            yield path, False
            continue
        place = Place(str(path))
        if not path.exists():
            missing = FileMissing(place=place, path=str(path), neighbours=neighbours(path))
            said.append(missing)
            continue
        inside = path.is_dir() and path.suffix.casefold() != ".gdb"
        found = list(files_in(path)) if inside else [path]
        if inside and not found:
            said.append(NothingToJudge(place=place))
        for file in found:
            if file.resolve() in seen or is_companion(file):
                continue
            seen.add(file.resolve())
            suffix = file.suffix.casefold()
            if suffix in SUFFIXES or suffix in MANIFEST_SUFFIXES or is_indicator_table(file):
                yield file, inside
                continue
            known = (*MANIFEST_SUFFIXES, *SUFFIXES)
            said.append(UnknownFormat(place=Place(str(file)), suffix=file.suffix, known=known))


def files_in(folder: Path) -> Iterator[Path]:
    """What can be judged in a folder and those below it, in the order of their names."""
    for here, folders, files in os.walk(folder):
        bases = sorted(folders)
        folders[:] = [name for name in bases if not name.startswith(".") and not is_gdb(name)]
        for name in sorted([*files, *(name for name in bases if is_gdb(name))]):
            suffix = Path(name).suffix.casefold()
            known = suffix in SUFFIXES or suffix in MANIFEST_SUFFIXES
            if known or is_indicator_table(Path(here, name)):
                yield Path(here, name)


def is_gdb(name: str) -> bool:
    return name.casefold().endswith(".gdb")


def is_companion(path: Path) -> bool:
    """Whether a file belongs to a data set beside it."""
    if path.suffix.casefold() not in COMPANIONS:
        return False
    stem = path.name.split(".")[0]
    return any(
        path.with_name(stem + suffix).exists() for suffix in (".shp", ".SHP", ".gpkg", ".GPKG")
    )


def values_of_manifest(path: Path) -> Located | None:
    """The values of a manifest, None for any other file. Raises `Refusal`."""
    if is_database(path):
        return None
    suffix = path.suffix.casefold()
    if suffix in MANIFEST_SUFFIXES:
        return open_manifest(path)
    if suffix != ".json" or not looks_like_manifest(path):
        return None
    found = open_manifest(path)
    return found if is_manifest(found.value) else None


def looks_like_manifest(path: Path) -> bool:
    """Whether a .json file may be a manifest, by its beginning: large GeoJSON is not read twice."""
    try:
        with path.open("rb") as stream:
            head = stream.read(65536)
    except OSError:
        return False
    return b'"FeatureCollection"' not in head


# --- bare files -------------------------------------------------------------------------------


def bare(path: Path, options: Options, said: list[Diagnostic]) -> list[Submission]:
    """The submissions of a file without a manifest. Raises `Refusal`."""
    accepted = options.accept_ballpark
    if path.suffix.casefold() == BOUNDARY_POINTS and not is_database(path):
        points = read_boundary_points(path, crs=options.crs, accept_ballpark=accepted)
        submission = of_boundary_points(path, points)
        if not submission.geometries:
            numbers = range(1, len(points.parcels) + 1)
            said.append(NoFootprint(place=Place(str(path)), numbers=list(numbers)))
            return []
        return [submission]
    found = read_numbered(path, crs=options.crs, accept_ballpark=accepted)
    said += found.table.diagnostics
    # A table of a database goes by its name, and its address without the password.
    named = Path(found.table.name) if is_database(path) else path
    return [
        replace(one, source=found.table.source)
        for one in of_table(named, found, options.group_by, said)
    ]


def of_boundary_points(path: Path, points: BoundaryPoints) -> Submission:
    """One submission of all parcels of a boundary-point file."""
    parcels = [one.parcel for one in points.parcels]
    grounds = [parcel.ground for parcel in parcels]
    geometries: dict[Role, Ground] = {}
    for role, dimension in ((Role.PERMANENT, AREA), (Role.CENTRELINE, LINE)):
        fitting = [g for g in grounds if has_dimension(g, dimension)]
        ground = combined_ground(fitting, dimension)
        if ground is not None:
            geometries[role] = ground
    attributes: dict[str, object] = dict(points.project)
    for name, values in (
        ("地块用途", [one.use for one in points.parcels]),
        ("地类编码", [one.land_class for one in points.parcels]),
    ):
        distinct = tuple(dict.fromkeys(value for value in values if value))
        if distinct and name not in attributes:
            attributes[name] = distinct[0] if len(distinct) == 1 else distinct
    named = first_of(attributes, ID_COLUMNS)
    title = first_of(attributes, TITLE_COLUMNS)
    return Submission(
        id=str(named) if named else path.stem,
        kind=Kind.PROJECT,
        source=str(path),
        decided_on=parsed_date(first_of(attributes, DATE_COLUMNS)),
        title=str(title) if title else None,
        bare=True,
        attributes=attributes,
        geometries=geometries,
        parcels=tuple(parcels),
        diagnostics=points.diagnostics,
    )


def has_dimension(ground: Ground, dimension: int) -> bool:
    return combined([ground.geometry], dimension) is not None


def first_of(values: Mapping[str, object], names: Sequence[str]) -> object:
    """The value of the first of some names that is there, whatever its case; None if none."""
    key = column_named(values, names)
    return values[key] if key is not None else None


def column_named(values: Iterable[str], names: Sequence[str]) -> str | None:
    """The first of some names that is there, whatever its case, as it is spelt there."""
    spelt = {value.casefold(): value for value in reversed(list(values))}
    return next((spelt[name.casefold()] for name in names if name.casefold() in spelt), None)


# --- tables -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamingColumns:
    """The columns of a table that give a submission its id, title and day; None where absent."""

    id: str | None
    title: str | None
    day: str | None


def of_table(
    path: Path, found: NumberedTable, group_by: str | None, said: list[Diagnostic]
) -> list[Submission]:
    """The submissions of a table: one per row, or one per group of rows."""
    table = found.table
    naming = NamingColumns(
        column_named(table.columns, ID_COLUMNS),
        column_named(table.columns, TITLE_COLUMNS),
        column_named(table.columns, DATE_COLUMNS),
    )
    days = days_of(found, naming, Place(str(path)), said)
    submissions: list[Submission] = []
    pointless: list[int] = []
    for group in groups_of(table, group_by, path):
        geometries = geometries_of(table, group.rows)
        if not geometries:
            pointless += [int(found.numbers[row]) for row in group.rows]
            continue
        attributes = group.attributes
        named = text_of(attributes.get(naming.id)) if naming.id else None
        number = int(found.numbers[group.rows[0]])
        submissions.append(
            Submission(
                id=group.name or named or f"{path.name}#{number}",
                kind=Kind.PROJECT,
                source=str(path),
                decided_on=day_of(group, days, path, said),
                title=text_of(attributes.get(naming.title)) if naming.title else None,
                bare=True,
                attributes=attributes,
                geometries=geometries,
                parcels=parcels_of(found, group, naming) if len(group.rows) > 1 else (),
            )
        )
    if pointless:
        said.append(NoFootprint(place=Place(str(path)), numbers=pointless))
    return submissions


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that make one submission, its name where the grouping gives one, its attributes."""

    name: str | None
    rows: Sequence[int]
    attributes: Mapping[str, object]


def groups_of(table: FeatureTable, group_by: str | None, path: Path) -> Iterator[Group]:
    """The submissions to be; rows without a value of the field stay by themselves."""
    if group_by is None:
        for row, values in enumerate(rows_of(table)):
            yield Group(None, (row,), dict(zip(table.columns, values, strict=True)))
        return
    groups: dict[str, list[int]] = {}
    alone: list[tuple[str | None, list[int]]] = []
    if group_by == ALL:
        groups[path.stem] = list(range(len(table)))
    else:
        field = column_named(table.columns, [group_by])
        if field is None:
            place, known = Place(str(path)), list(table.columns)
            raise Refusal([GroupFieldMissing(place=place, field=group_by, known=known)])
        for row, value in enumerate(table.columns[field]):
            name = text_of(value)
            if name is None:
                alone.append((None, [row]))
            else:
                groups.setdefault(name, []).append(row)
    for name, rows in sorted([*groups.items(), *alone], key=lambda group: group[1][:1]):
        if rows:
            yield Group(name, rows, merged_attributes(table, rows))


def rows_of(table: FeatureTable) -> Iterator[tuple[object, ...]]:
    """The values of each row."""
    if not table.columns:
        return iter([()] * len(table))
    return zip(*table.columns.values(), strict=True)


def day_of(
    group: Group, days: Sequence[date | None], path: Path, said: list[Diagnostic]
) -> date | None:
    """The day of decision of a group; none, with a warning, where its rows differ."""
    distinct = {days[row] for row in group.rows}
    if len(distinct) == 1:
        return distinct.pop()
    remark = msg(
        "The rows of “{name}” have different days of decision; none of them is used.",
        name=group.name or "",
    )
    said.append(ReadingRemark(place=Place(str(path)), remark=remark))
    return None


def text_of(value: object) -> str | None:
    """A value as the name of something; None for none, blanks and several values."""
    if value is None or isinstance(value, tuple):
        return None
    return str(value).strip() or None


def days_of(
    found: NumberedTable, naming: NamingColumns, place: Place, said: list[Diagnostic]
) -> list[date | None]:
    """The day of decision of each row; what is no date is passed over with a warning."""
    if naming.day is None:
        return [None] * len(found.table)
    days: list[date | None] = []
    for value, number in zip(found.table.columns[naming.day], found.numbers, strict=True):
        day = parsed_date(value)
        if day is None and text_of(value):
            shown = shortened(str(value), 40)
            odd = DateUnreadable(place=place, field=naming.day, value=shown, number=int(number))
            said.append(odd)
        days.append(day)
    return days


def geometries_of(table: FeatureTable, rows: Sequence[int]) -> dict[Role, Ground]:
    """Areas as the permanent footprint, lines as the centre line."""
    geometry = table.geometry[list(rows)]
    footprint = combined(geometry, AREA)
    line = combined(geometry, LINE)
    found: dict[Role, Ground] = {}
    if footprint is not None:
        found[Role.PERMANENT] = Ground(footprint, table.crs)
    if line is not None:
        found[Role.CENTRELINE] = Ground(line, table.crs)
    return found


def merged_attributes(table: FeatureTable, rows: Sequence[int]) -> dict[str, object]:
    """The columns of some rows; several distinct values become a tuple, blanks count for none."""
    merged: dict[str, object] = {}
    for name, values in table.columns.items():
        distinct = tuple(dict.fromkeys(value for value in values[list(rows)] if value is not None))
        merged[name] = distinct if len(distinct) > 1 else distinct[0] if distinct else None
    return merged


def parcels_of(found: NumberedTable, group: Group, naming: NamingColumns) -> tuple[Parcel, ...]:
    """The rows of a group as its parcels."""
    table = found.table
    names = [table.columns[naming.id][row] if naming.id else None for row in group.rows]
    return tuple(
        Parcel(
            text_of(name) or f"#{int(found.numbers[row])}",
            Ground(table.geometry[row], table.crs),
        )
        for name, row in zip(names, group.rows, strict=True)
    )


# --- ids --------------------------------------------------------------------------------------


def with_distinct_ids(
    submissions: Sequence[Submission], said: list[Diagnostic]
) -> list[Submission]:
    """The submissions, those that share an id numbered from the second on: PB-1, PB-1#2, …."""
    counts: dict[str, int] = {}
    taken = {submission.id for submission in submissions}
    result: list[Submission] = []
    for submission in submissions:
        counts[submission.id] = counts.get(submission.id, 0) + 1
        if counts[submission.id] == 1:
            result.append(submission)
            continue
        given = f"{submission.id}#{counts[submission.id]}"
        while given in taken:
            counts[submission.id] += 1
            given = f"{submission.id}#{counts[submission.id]}"
        taken.add(given)
        said.append(IdRepeated(place=Place(submission.source), id=submission.id, given=given))
        result.append(replace(submission, id=given))
    return result

"""One check: read, plan, measure, judge, infer, and make the findings document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from redline import findings as f
from redline.checking import partitions
from redline.checking.answering import read_answers, unclaimed
from redline.checking.assembling import (
    Answered,
    clauses_not_executed,
    expectations_missed,
    findings_of,
    geojson,
    rules_not_verified,
    verdict_of,
)
from redline.checking.changes import compared, read_previous
from redline.checking.diagnostics import (
    BadSetting,
    DeclaredAreaDiffers,
    LayerNotOpened,
    NoCatalog,
)
from redline.checking.facts import Stated, stated, subjects_of
from redline.checking.quotas import with_grants
from redline.checking.sensitivity import boundary_sensitive
from redline.checking.state_diagnostics import OtherCatalog
from redline.checking.suspicions import Suspicions
from redline.checking.terrain import MeasuredTerrain
from redline.checking.way_out import with_ways_out
from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.addresses import without_password
from redline.ground.catalog import (
    Catalog,
    LayerVersion,
    catalogs_among,
    find_catalog,
    load_catalog,
)
from redline.ground.features import Kind, Parcel, Role, Submission
from redline.ground.measure import Tolerance, geodesic_length
from redline.ground.opening import open_zone, plane_of_catalog, plane_of_source, read
from redline.ground.plane import Plane, degrees_from, planar_gauss_krueger_area
from redline.ground.store import default_store
from redline.ground.submissions import load_submissions
from redline.ground.zoning import Zone
from redline.messages import Message, msg
from redline.reasoning.filters import totals_in
from redline.reasoning.infer import infer
from redline.reasoning.judge import Judging, judge
from redline.reasoning.plan import (
    SUBMISSIONS,
    About,
    CoveredTogether,
    Inside,
    Plan,
    PlanAtom,
    Promised,
    make_plan,
)
from redline.reasoning.register import Register
from redline.register import open_register
from redline.rulebook.cached import ready_rulebook
from redline.rulebook.model import (
    ArithmeticTerm,
    Compares,
    DocumentHeld,
    Layer,
    MeasureTerm,
    Relates,
    RuleBook,
    Term,
    TotalTerm,
)

# What only revisions, regions and layers need is imported when one is checked.
if TYPE_CHECKING:
    from redline.checking.revision_units import Expanded
    from redline.ground.indicators import IndicatorTable

Advance = Callable[[Message, float], None]
"""Is told what is being done, and the share (0 to 1) of the work that is done."""


def silently(doing: Message, share: float) -> None:
    """Progress that nobody sees."""


DECLARED_AREA_TOLERANCE = 0.01
"""A declared area more than this share off the measured one is a finding about the submission."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a check may be told beside its submissions. `min_area` is in m², `min_width` in m."""

    rules: tuple[Path, ...] = ()
    catalog: Path | None = None
    register: str | None = None
    as_of: date | None = None
    settings: tuple[tuple[str, str], ...] = ()
    answers: Path | None = None
    min_area: float | None = None
    min_width: float | None = None
    crs: str | None = None
    accept_crs: tuple[str, ...] = ()
    """Datums that are taken as CGCS2000 although nothing transforms them, by name."""
    group_by: str | None = None
    way_out: bool = False
    """Whether findings say what would turn a breach."""
    previous: Path | None = None
    """Findings of an earlier check, to be compared with."""


def check(submissions: Sequence[Path], options: Options = Options()) -> f.FindingsDocument:
    """Judge submissions.

    What cannot be read is a problem of the document, and the rest is judged. Raises `Refusal` where
    the rules, the catalog or the register cannot be used at all.
    """
    return document_of(prepare(submissions, options))


def document_of(task: Task, advance: Advance = silently) -> f.FindingsDocument:
    """The findings document of a task; `advance` is told how far the work is."""
    judged = dict(pair for several in answers_of(task, advance) for pair in several.items())
    document = frame_of(task).model_copy(
        update={"submissions": tuple(judged[i] for i in sorted(judged))}
    )
    previous = task.options.previous
    return document if previous is None else compared(document, read_previous(previous))


def answers_of(
    task: Task, advance: Advance = silently
) -> Iterator[Mapping[int, f.SubmissionFindings]]:
    """The findings of one batch after the other, by the rows of their submissions.

    Whoever lets go of what came before holds no more than a partition in memory.
    """
    whole = sum(len(batch.rows) for batch in task.batches)
    done = 0
    for batch in task.batches:
        advance(msg("Judging submissions: {done} of {all}", done=done, all=whole), done / whole)
        yield answer(batch, task)
        done += len(batch.rows)


def frame_of(task: Task) -> f.FindingsDocument:
    """The findings document without submissions: the rules, the software, and the problems that
    are known by now.
    """
    book, problems = task.book, [*task.problems, *task.zones.diagnostics]
    return f.FindingsDocument(
        rules_digest=book.digest,
        packs=tuple(
            f.Pack(
                name=name,
                title=f.Bilingual.of(book.pack_titles[name]),
                territory=None,
                digest=digest,
            )
            for name, digest in book.packs.items()
        ),
        software=dict(software()),
        problems=tuple(dict.fromkeys(f.Problem.of(d) for d in problems)),
    )


@dataclass(frozen=True)
class Task:
    """What a check needs, opened: the rule book, the submissions by day, layers and register."""

    book: RuleBook
    batches: tuple[Batch, ...]
    zones: Zones
    tolerance: Tolerance
    register: Register | None
    problems: list[Diagnostic]
    options: Options
    kept: dict[tuple[int, ...], JudgedBatch] = field(default_factory=dict)
    """The batches that were judged, by their rows; none of a huge task."""

    @property
    def huge(self) -> bool:
        """Whether it is judged in partitions of which only one is held in memory."""
        return sum(len(batch.rows) for batch in self.batches) > partitions.SIZE


def prepare(submissions: Sequence[Path], options: Options) -> Task:
    """Open what a check needs. Raises `Refusal` as `check` does."""
    book = ready_rulebook(options.rules)
    named = catalogs_among(submissions)[0]
    if options.catalog is None and named:
        options = replace(options, catalog=named[0])
    catalog, problems = the_catalog(options)
    register = open_register(options.register, book) if options.register else None
    catalogs, files = catalogs_among(submissions)
    found, faults = load_submissions(
        files,
        group_by=options.group_by,
        crs=options.crs,
        accept_ballpark=frozenset(options.accept_crs),
    )
    problems += faults
    for path in catalogs:
        from redline.checking.layer_units import layers_to_check

        checked = catalog if catalog and path.resolve() == catalog.path.resolve() else None
        if checked is None:
            problems.append(OtherCatalog(place=Place(str(path))))
            continue
        found += layers_to_check(checked, book, options.as_of or date.today())
    by_day = understood(found, options, book, problems)
    plane = (plane_of_catalog(catalog) if catalog else None) or plane_of(by_day.values(), catalog)
    several = tuple(batches(by_day, plane, Suspicions(catalog, plane)))
    tolerance = tolerance_of(options, catalog)
    zones = Zones(catalog, book, plane)
    return Task(book, several, zones, tolerance, register, problems, options)


def the_catalog(options: Options) -> tuple[Catalog | None, list[Diagnostic]]:
    """The catalog named, or found upwards from here; a warning where there is none."""
    path = options.catalog or find_catalog(Path.cwd())
    if path is None:
        return None, [NoCatalog()]
    return load_catalog(path), []


def tolerance_of(options: Options, catalog: Catalog | None) -> Tolerance:
    """The tolerance of the command line, else of the catalog, else the default."""
    tolerance = catalog.tolerance if catalog else Tolerance()
    if options.min_area is not None:
        tolerance = replace(tolerance, min_area_m2=options.min_area)
    if options.min_width is not None:
        tolerance = replace(tolerance, min_width_m=options.min_width)
    return tolerance


@dataclass(frozen=True)
class Batch:
    """Submissions decided on one day, with their places in the answer."""

    day: date
    rows: tuple[int, ...]
    submissions: tuple[Stated, ...]
    warnings: tuple[tuple[Diagnostic, ...], ...]


REGIONS = About("region")

STATES = frozenset({Kind.REVISION, Kind.REGION, Kind.LAYERS})
"""Kinds of submissions that are judged part by part, each in a batch of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A submission that the rule book understands, its place in the answer, and its warnings."""

    number: int
    one: Stated
    warnings: tuple[Diagnostic, ...]


def understood(
    found: Sequence[Submission], options: Options, book: RuleBook, problems: list[Diagnostic]
) -> dict[date, list[Row]]:
    """The submissions that the rule book understands, by day; faults go to `problems`."""
    by_day: dict[date, list[Row]] = {}
    settings = parsed_settings(options.settings, problems)
    answers = read_answers(options.answers) if options.answers is not None else None
    if answers is not None:
        problems += unclaimed(answers, [s.id for s in found])
    for row, submission in enumerate(found):
        if submission.revision is not None:
            from redline.checking.revisions import layer_of_revision

            place = Place(submission.source, item=submission.id)
            try:
                layer_of_revision(submission.revision, book, place)
            except Refusal as refusal:
                problems += refusal.diagnostics
                continue
        one, diagnostics = stated(submission, book, settings, answers)
        if submission.region is not None:
            from redline.checking.regions import stated_region

            figures = stated_region(one, book).diagnostics
            problems += [d for d in figures if d.severity == "error"]
            diagnostics += [d for d in figures if d.severity != "error"]
        errors = [d for d in diagnostics if d.severity == "error"]
        if errors:
            problems += diagnostics
            continue
        day = options.as_of or submission.decided_on or date.today()
        warnings = (*submission.diagnostics, *diagnostics)
        by_day.setdefault(day, []).append(Row(row, one, warnings))
    return by_day


def batches(
    by_day: Mapping[date, Sequence[Row]], plane: Plane, suspicions: Suspicions
) -> Iterator[Batch]:
    """The submissions of each day, in partitions where they are very many."""
    for day, rows in sorted(by_day.items()):
        states = [row for row in rows if row.one.submission.kind in STATES]
        plain = [row for row in rows if row.one.submission.kind not in STATES]
        yield from (Batch(day, (s.number,), (s.one,), (s.warnings,)) for s in states)
        if not plain:
            continue
        submissions = [row.one.submission for row in plain]
        for some in partitions.partitions(plain, submissions, plane, partitions.SIZE):
            suspected = suspicions.of([row.one.submission for row in some])
            yield Batch(
                day,
                tuple(row.number for row in some),
                tuple(row.one for row in some),
                tuple((*r.warnings, *more) for r, more in zip(some, suspected, strict=True)),
            )


def parsed_settings(
    settings: Sequence[tuple[str, str]], problems: list[Diagnostic]
) -> tuple[tuple[str, str], ...]:
    """The settings that have a key."""
    kept = []
    for key, value in settings:
        if key.strip():
            kept.append((key.strip(), value))
        else:
            problems.append(BadSetting(text=f"{key}={value}"))
    return tuple(kept)


# ── layers ──────────────────────────────────────────────────────────────────────────────────


class Zones:
    """The layers that plans ask for, opened from the catalog when first asked for."""

    def __init__(self, catalog: Catalog | None, book: RuleBook, plane: Plane) -> None:
        self.catalog = catalog
        self.plane = plane
        self.store = default_store()
        self.kept: dict[tuple[object, ...], Zone] = {}
        self.book = book
        self.diagnostics: list[Diagnostic] = []
        self.figures: IndicatorTable | None = None
        if catalog is not None and catalog.indicators is not None:
            from redline.ground.indicators import read_indicators

            self.figures = read_indicators(Path(catalog.indicators))
            self.diagnostics += self.figures.diagnostics
        if catalog is not None:
            for name in catalog.names:
                if name not in book.layers:
                    known = tuple(book.layers)
                    place = Place(str(catalog.path))
                    self.diagnostics.append(LayerNotOpened(place=place, name=name, known=known))

    def open(self, version: LayerVersion) -> Zone:
        """A version of a layer; opened once. Raises `Refusal` as `open_zone` does."""
        key = (version.name, version.label, *((s.path, s.layer) for s in version.sources))
        if key not in self.kept:
            self.kept[key] = open_zone(version, self.plane, store=self.store)
            self.diagnostics += self.kept[key].diagnostics
        return self.kept[key]


class ZonesOfDay(Mapping[Layer, Zone]):
    """The layers of a day, each opened when it is first asked for.

    A layer that the catalog does not have on that day, or that cannot be read, is not among them.
    """

    def __init__(self, zones: Zones, layers: Sequence[Layer], day: date) -> None:
        self.zones = zones
        self.layers = tuple(layers)
        self.day = day
        self.versions: dict[Layer, LayerVersion] = {}
        self.found: dict[Layer, Zone | None] = {}

    def __getitem__(self, layer: Layer) -> Zone:
        if layer not in self.found:
            self.found[layer] = self.find(layer)
        zone = self.found[layer]
        if zone is None:
            raise KeyError(layer)
        return zone

    def __iter__(self) -> Iterator[Layer]:
        return (layer for layer in self.layers if layer in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def find(self, layer: Layer) -> Zone | None:
        """The layer in force on the day."""
        catalog = self.zones.catalog
        if catalog is None:
            return None
        names = [n for n in (layer.names.zh,) if n]
        try:
            version = catalog.find(layer.names.en or layer.names.zh, names, on=self.day)
            if version is None:
                return None
            zone = self.zones.open(version)
        except Refusal as refusal:
            self.zones.diagnostics += refusal.diagnostics
            return None
        self.versions[layer] = version
        if self.zones.figures is None:
            return zone
        from redline.checking.regions import with_figures

        joined = with_figures(zone, layer, self.zones.figures, self.day)
        self.zones.diagnostics += joined.diagnostics
        return joined.zone


def layers_asked(plan: Plan) -> tuple[Layer, ...]:
    """The layers that a plan's atoms measure."""
    found: dict[Layer, None] = {}
    for atom in plan.atoms:
        for layer in layers_of(atom):
            found.setdefault(layer)
    return tuple(found)


def layers_of(atom: PlanAtom) -> Iterator[Layer]:
    match atom:
        case Relates(selection=selection, by=by):
            yield selection.layer
            for total in totals_in(atom):
                yield from total.same_areas
            if by is not None:
                yield from layers_of_term(by[1])
        case Compares(left=left, right=right):
            yield from layers_of_term(left)
            yield from layers_of_term(right)
        case DocumentHeld(overlaps=overlaps) | CoveredTogether(overlaps=overlaps):
            for relation in overlaps:
                yield relation.selection.layer
        case Promised(held=held):
            yield from layers_of(held)
        case Inside(territory=territory):
            yield territory.selection.layer


def layers_of_term(term: Term) -> Iterator[Layer]:
    match term:
        case MeasureTerm(selection=selection) if selection is not None:
            yield selection.layer
        case TotalTerm(same_areas=areas):
            yield from areas
        case ArithmeticTerm(left=left, right=right):
            yield from layers_of_term(left)
            yield from layers_of_term(right)


def plane_of(days: Iterable[Sequence[Row]], catalog: Catalog | None) -> Plane:
    """The equal-area plane around the ground of all submissions; where they have none of their own,
    around the catalog's layers.
    """
    corners = []
    for submission in (row.one.submission for rows in days for row in rows):
        grounds = [*submission.geometries.values(), *(c.ground for c in submission.components)]
        for ground in grounds:
            if not ground.geometry.is_empty:
                west, south, east, north = ground.geometry.bounds
                corners.append(degrees_from(ground.crs)(np.array([[west, south], [east, north]])))
    for submission in (row.one.submission for rows in days for row in rows):
        corners += corners_of_versions(submission)
    if not corners:
        sources = [s for v in catalog.versions for s in v.sources] if catalog else []
        planes = (plane_of_source(s) for s in sources if s.path is not None)
        return next(filter(None, planes), Plane.for_extent((105.0, 35.0, 105.0, 35.0)))
    degrees = np.concatenate(corners)
    low, high = degrees.min(axis=0), degrees.max(axis=0)
    return Plane.for_extent((float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def corners_of_versions(submission: Submission) -> Iterator[NDArray[np.float64]]:
    """The corners, in degrees, of the files that a revision compares."""
    if submission.revision is None:
        return
    for version in (submission.revision.baseline, submission.revision.proposed):
        if version.path is None:
            continue
        try:
            table = read(version.path, version.layer, version.crs, version.encoding)
        except Refusal:
            continue  # said when the version is opened
        if not len(table):
            continue
        west, south, east, north = shapely.total_bounds(table.geometry).tolist()
        if np.isfinite(west):
            yield degrees_from(table.crs)(np.array([[west, south], [east, north]]))


# ── answers ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class JudgedBatch:
    """A batch that was judged, and the layers of its day."""

    batch: Batch
    answered: Answered
    zones: ZonesOfDay
    about: About = SUBMISSIONS
    expanded: Expanded | None = None
    """The parts of a submission that is judged part by part; the batch has a row for each."""


def judged_batches(task: Task) -> Iterator[JudgedBatch]:
    """Every batch that can be judged."""
    for batch in task.batches:
        try:
            yield judge_batch(batch, task)
        except Refusal:
            continue  # `answer` has said why


def judge_batch(batch: Batch, task: Task) -> JudgedBatch:
    """Measure, judge and infer for the submissions of one day; once for each batch of a task that
    is not huge.
    """
    if batch.rows in task.kept:
        return task.kept[batch.rows]
    judged = judge_anew(batch, task)
    if not task.huge:
        task.kept[batch.rows] = judged
    return judged


def judge_anew(batch: Batch, task: Task) -> JudgedBatch:
    """What `judge_batch` does once. Raises `Refusal` where a state cannot be had."""
    about = about_batch(batch, task.book)
    plan = make_plan(task.book, batch.day, about)
    layers = layers_asked(plan) + tuple(
        layer for clause in task.book.not_executable for layer in clause.concerning
    )
    if about is not SUBMISSIONS:
        layers += places_asked(batch.submissions[0].submission, task.book)
    opened = ZonesOfDay(task.zones, tuple(dict.fromkeys(layers)), batch.day)
    if about.subject == "region":
        return judge_region(batch, plan, opened, task)
    if about is not SUBMISSIONS:
        return judge_parts(batch, about, plan, opened, task)
    days = [batch.day] * len(batch.rows)
    subjects = subjects_of(batch.submissions, task.book, days)
    terrain = MeasuredTerrain(
        batch.submissions, days, task.zones.plane, opened, task.tolerance, task.register
    )
    subjects = with_grants(plan, subjects, terrain)
    judged = judge(plan, subjects, terrain)
    inference = infer(plan, judged.truths)
    sensitive = boundary_sensitive(plan, subjects, terrain, judged, inference)
    answered = Answered(task.book, subjects, terrain, judged, inference, sensitive)
    return JudgedBatch(batch, answered, opened)


def about_batch(batch: Batch, book: RuleBook) -> About:
    """What the subjects of a batch are."""
    submission = batch.submissions[0].submission
    if submission.revision is not None:
        from redline.checking.revisions import layer_of_revision

        place = Place(submission.source, item=submission.id)
        return About("revision", layer_of_revision(submission.revision, book, place))
    if submission.kind is Kind.LAYERS:
        layer = book.layers[submission.layer] if submission.layer is not None else None
        return About("layers", layer)
    return REGIONS if submission.kind is Kind.REGION else SUBMISSIONS


def places_asked(submission: Submission, book: RuleBook) -> tuple[Layer, ...]:
    """The layers by whose features a revision is compared, or in which an area is looked for."""
    if submission.region is not None:
        from redline.checking.regions import layers_of_areas

        return layers_of_areas(book)
    if submission.kind is Kind.LAYERS:
        return (book.layers[submission.layer],) if submission.layer is not None else ()
    from redline.checking.revision_units import COUNTY

    named = submission.revision.by if submission.revision else None
    return tuple(book.layers[n] for n in named or (COUNTY,) if n in book.layers)


def judge_region(batch: Batch, plan: Plan, opened: ZonesOfDay, task: Task) -> JudgedBatch:
    """Judge a region by the figures that it reports."""
    from redline.checking.regions import (
        RegionTerrain,
        filled_plan,
        recomputed,
        said_of_rules,
        stated_region,
        with_ground,
    )
    from redline.checking.revisions import Surroundings

    zones, days = task.zones, [batch.day]
    around = Surroundings(task.book, zones.catalog, opened, zones.plane, task.tolerance)
    figures = stated_region(batch.submissions[0], task.book)
    plan = filled_plan(plan, figures)
    source = batch.submissions[0].submission.source
    one, said = recomputed(figures, plan, source)
    row = with_ground(one, around)
    subjects = subjects_of((row,), task.book, days)
    terrain = RegionTerrain((row,), days, zones.plane, opened, task.tolerance, task.register)
    terrain.book = task.book
    judged = judge(plan, subjects, terrain)
    inference = infer(plan, judged.truths)
    answered = Answered(task.book, subjects, terrain, judged, inference)
    said += said_of_rules(figures, inference, source)
    warnings = ((*batch.warnings[0], *said),)
    region = Batch(batch.day, batch.rows, (row,), warnings)
    return JudgedBatch(region, answered, opened, REGIONS)


def judge_parts(
    batch: Batch, about: About, plan: Plan, opened: ZonesOfDay, task: Task
) -> JudgedBatch:
    """Judge a submission part by part: the same as for many submissions, a row for each part."""
    from redline.checking.layer_units import expand_layer
    from redline.checking.revision_units import PartsTerrain, expand_revision
    from redline.checking.revisions import Surroundings

    zones = task.zones
    around = Surroundings(task.book, zones.catalog, opened, zones.plane, task.tolerance)
    if about.subject == "revision":
        assert about.layer is not None
        expanded = expand_revision(batch.submissions[0], about.layer, plan, around)
    else:
        expanded = expand_layer(batch.submissions[0], about.layer, plan, around)
    count = len(expanded.rows)
    parts = Batch(batch.day, batch.rows * count, expanded.rows, batch.warnings * count)
    days = [batch.day] * count
    subjects = subjects_of(expanded.rows, task.book, days)
    terrain = PartsTerrain(
        expanded.rows, days, zones.plane, expanded.zones, task.tolerance, task.register
    )
    terrain.expanded, terrain.plan, terrain.around = expanded, plan, around
    judged = judge(plan, subjects, terrain)
    inference = infer(plan, judged.truths)
    answered = Answered(task.book, subjects, terrain, judged, inference)
    return JudgedBatch(parts, answered, opened, about, expanded)


def answer(batch: Batch, task: Task) -> dict[int, f.SubmissionFindings]:
    """The findings of a batch, by the rows of its submissions."""
    try:
        done = judge_batch(batch, task)
    except Refusal as refusal:
        task.problems.extend(refusal.diagnostics)
        return {}
    if done.expanded is not None:
        return {batch.rows[0]: answer_in_parts(done, done.expanded, task)}
    answered, opened, book, batch = done.answered, done.zones, task.book, done.batch
    subjects, terrain = answered.subjects, answered.terrain
    judging = Judging(batch.day, subjects, terrain)
    scope = clauses_not_executed(book, terrain, judging, batch.day)
    versions = [
        (layer, opened.versions[layer]) for layer in opened.layers if layer in opened.versions
    ]
    used = tuple(layer_used(layer, version, opened[layer]) for layer, version in versions)
    parts = parts_of([s.submission for s in batch.submissions], task.zones.plane)
    results: dict[int, f.SubmissionFindings] = {}
    for index, row in enumerate(batch.rows):
        submission = batch.submissions[index].submission
        found = findings_of(answered, index, submission.kind.value)
        if task.options.way_out:
            found = with_ways_out(answered, index, submission.kind.value, found)
        results[row] = f.SubmissionFindings(
            id=submission.id,
            kind=f.Subject(submission.kind.value),
            title=submission.title,
            source=submission.source,
            as_of=batch.day,
            verdict=verdict_of(found),
            basis=basis_of(submission, task.tolerance),
            parts=tuple(parts[index]),
            layers=used,
            findings=found,
            data_checks=(
                *data_checks(submission, task.zones.plane),
                *expectations_missed(answered, index, submission),
            ),
            warnings=tuple(f.Problem.of(d) for d in batch.warnings[index]),
            not_executed=(
                *(clause for clause, concerned in scope if concerned[index]),
                *rules_not_verified(found),
            ),
        )
    task.zones.diagnostics += terrain.diagnostics
    return results


def answer_in_parts(done: JudgedBatch, expanded: Expanded, task: Task) -> f.SubmissionFindings:
    """The findings of a submission that was judged part by part."""
    from redline.checking.units import unit_checks, unit_findings

    batch, answered, opened = done.batch, done.answered, done.zones
    submission = batch.submissions[0].submission
    found = unit_findings(answered, expanded.units)
    place = Place(submission.source, item=submission.id)
    used = [
        (layer, opened.versions[layer], opened[layer])
        for layer in opened.layers
        if layer in opened.versions
    ]
    task.zones.diagnostics += answered.terrain.diagnostics
    return f.SubmissionFindings(
        id=submission.id,
        kind=f.Subject(submission.kind.value),
        title=submission.title,
        source=submission.source,
        as_of=batch.day,
        verdict=verdict_of(found),
        basis=basis_of(submission, expanded.tolerance or task.tolerance, expanded.crs),
        layers=tuple(layer_used(*one) for one in (*expanded.used, *used)),
        findings=found,
        data_checks=tuple(unit_checks(answered, expanded.units, place)),
        warnings=tuple(
            f.Problem.of(d) for d in dict.fromkeys((*batch.warnings[0], *expanded.diagnostics))
        ),
        not_executed=tuple(rules_not_verified(found)),
        revised=expanded.revised,
    )


def layer_used(layer: Layer, version: LayerVersion, zone: Zone) -> f.LayerUsed:
    """A version of a layer as findings carry it."""
    from datetime import timedelta

    return f.LayerUsed(
        layer=layer.names.key,
        title=f.Bilingual.of(layer.title),
        version=zone.version or None,
        approval=version.approval,
        valid_from=version.valid_from,
        valid_to=version.valid_to - timedelta(days=1) if version.valid_to else None,
        source="; ".join(without_password(s.path) for s in version.sources if s.path) or None,
        digest=zone.digest or None,
        accuracy_m=version.accuracy,
        empty=version.empty,
    )


def basis_of(submission: Submission, tolerance: Tolerance, crs: CRS | None = None) -> f.Basis:
    """How a submission was measured; `crs` is that of its ground where it is no footprint."""
    grounds = list(submission.geometries.values())
    crs = grounds[0].crs if grounds else crs
    if submission.kind in (Kind.REGION, Kind.LAYERS):
        crs, said = None, f.Bilingual(en="those of the catalog's layers", zh="目录中各图层的坐标系")
    elif crs is not None:
        said = f.Bilingual(en=crs.name, zh=crs.name)
    else:
        said = f.Bilingual(en="no geometry", zh="无图形")
    authority = crs.to_authority() if crs is not None else None
    return f.Basis(
        area="ellipsoidal",
        distance="geodesic",
        tolerance=f.Tolerance(min_area_m2=tolerance.min_area_m2, min_width_m=tolerance.min_width_m),
        crs=":".join(authority) if authority else (crs.name if crs is not None else ""),
        crs_basis=said,
    )


def parts_of(submissions: Sequence[Submission], plane: Plane) -> list[list[f.Part]]:
    """The geometries of submissions with their sizes."""
    found: list[list[f.Part]] = [[] for _ in submissions]
    for role in Role:
        rows = [i for i, one in enumerate(submissions) if role in one.geometries]
        if not rows:
            continue
        grounds = [submissions[i].geometries[role] for i in rows]
        geometry = np.empty(len(rows), dtype=object)
        geometry[:] = [ground.geometry for ground in grounds]
        placed, _ = plane.try_project(geometry, [ground.crs for ground in grounds])
        dimension, shown = shapely.get_dimensions(placed), plane.to_lonlat(placed)
        area, length = shapely.area(placed), np.zeros(len(placed))
        length[dimension == 1] = geodesic_length(plane, placed[dimension == 1])
        for i, row in enumerate(rows):
            if dimension[i] < 0:
                continue
            found[row].append(
                f.Part(
                    role=role.value,
                    area_m2=round(float(area[i]), 2) if dimension[i] == 2 else None,
                    length_m=None if dimension[i] == 2 else round(float(length[i]), 3),
                    geometry=geojson(shown[i]),
                )
            )
    return found


def data_checks(submission: Submission, plane: Plane) -> Iterator[f.DataCheck]:
    """The areas that a submission declares against those that its coordinates enclose."""
    for parcel in submission.parcels:
        if parcel.declared_area is None:
            continue
        measured, planar = areas_of(parcel, plane)
        if measured <= 0:
            continue
        if abs(parcel.declared_area - measured) > DECLARED_AREA_TOLERANCE * measured:
            diagnostic = DeclaredAreaDiffers(
                place=Place(submission.source, item=parcel.name),
                parcel=parcel.name,
                declared=parcel.declared_area,
                measured=measured,
                planar=planar,
            )
            problem = f.Problem.of(diagnostic)
            yield f.DataCheck(
                **{name: getattr(problem, name) for name in f.Problem.model_fields},
                measured=(
                    f.Measured(
                        quantity=f.Bilingual(en="area of the parcel", zh="地块面积"),
                        value=round(measured, 2),
                        unit="m2",
                        limit=round(parcel.declared_area, 2),
                    ),
                ),
            )


def areas_of(parcel: Parcel, plane: Plane) -> tuple[float, float | None]:
    """A parcel's ellipsoidal area and its planar Gauss-Krüger area, m²."""
    geometry = np.array([parcel.ground.geometry], dtype=object)
    placed = plane.project(geometry, parcel.ground.crs)
    planar = float(planar_gauss_krueger_area(geometry, parcel.ground.crs)[0])
    return float(shapely.area(placed)[0]), planar if np.isfinite(planar) else None


@cache
def software() -> Mapping[str, str]:
    """Names and versions of what computes the answer."""
    import platform
    from importlib.metadata import version

    import pyproj

    return {
        "redline": version("redline"),
        "python": platform.python_version(),
        "durable_rules": version("durable_rules"),
        "shapely": shapely.__version__,
        "GEOS": shapely.geos_version_string,
        "pyproj": pyproj.__version__,
        "PROJ": pyproj.proj_version_str,
        "numpy": np.__version__,
    }

"""The commands as functions of the same names: what they return is typed, and nothing is printed.

What the command line says as a diagnostic and an exit code of 3 is raised here as
`redline.Refusal`, where nothing could be judged at all; what concerns one submission of several is
in `Answer.problems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from redline.diagnostics import Diagnostic
from redline.findings import (
    Finding,
    FindingsDocument,
    Problem,
    SubmissionFindings,
    Verdict,
)
from redline.messages import Language

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from redline.audit.verify import Verification
    from redline.casework import CaseReport
    from redline.checking.surroundings import Surroundings

Where = str | PathLike[str]
"""A file or folder."""

EVIDENCE = "evidence"
FOOTPRINTS = "footprints"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check answers. `document` is the whole, as `--format json` writes it; `surroundings`
    are zones for the maps of reports.
    """

    document: FindingsDocument
    surroundings: Surroundings = field(default_factory=dict)

    @property
    def submissions(self) -> tuple[SubmissionFindings, ...]:
        """What was judged, in the order given."""
        return self.document.submissions

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all submissions, one after the other."""
        return tuple(f for s in self.document.submissions for f in s.findings)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the one submission. Raises `ValueError` where there is not just one."""
        if len(self.document.submissions) != 1:
            count = len(self.document.submissions)
            raise ValueError(f"{count} submissions were judged; each has a verdict of its own")
        return self.document.submissions[0].verdict

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, is invalid or looks odd."""
        return self.document.problems

    def evidence(self, language: Language = "en") -> GeoDataFrame:
        """The ground behind the findings, a row for each finding and piece.

        In longitude and latitude (EPSG:4326). Columns say which submission, rule, status, clauses,
        layer and feature, and the size: `area_m2`, `width_m`, `length_m`, `distance_m`. Titles are
        in the language.
        """
        return self._ground(EVIDENCE, language)

    def footprints(self, language: Language = "en") -> GeoDataFrame:
        """The submissions' own geometry with their verdicts, a row for each part (EPSG:4326)."""
        return self._ground(FOOTPRINTS, language)

    def report(self, file: Where, language: Language = "en") -> None:
        """Write a report; the ending says the form: `.html`, `.docx`, `.xlsx` or `.gpkg`.

        Raises `Refusal` where a library that it needs is not installed or the file cannot be
        written, and `ValueError` for another ending.
        """
        from redline.commands.reports import NEEDS, ensure_writable, write_report
        from redline.commands.styling import Say

        path = Path(file)
        if path.suffix.lower() not in NEEDS:
            raise ValueError(f"a report ends in one of {', '.join(NEEDS)}")
        ensure_writable([path])
        write_report(self.document, path, Say(language), self.surroundings)

    def to_json(self) -> str:
        """The findings document as the command line writes it."""
        import io

        from redline.report.json import write_json

        stream = io.StringIO()
        write_json(self.document, stream)
        return stream.getvalue()

    def _ground(self, table: str, language: Language) -> GeoDataFrame:
        from geopandas import GeoDataFrame

        from redline.report.gpkg import SIZES, columns_of, ground_rows

        rows = [
            row
            for s in self.document.submissions
            for row in ground_rows(s, language)
            if row.table in (table, f"{table}_lines", f"{table}_points")
        ]
        columns = {name: [row.values.get(name) for row in rows] for name in columns_of(table)}
        frame = GeoDataFrame(columns, geometry=[row.shape for row in rows], crs="EPSG:4326")
        return frame.astype({name: float for name in columns if name in SIZES})


def check(
    submissions: Where | Iterable[Where],
    *,
    rules: Where | Iterable[Where] = (),
    catalog: Where | None = None,
    register: str | None = None,
    as_of: date | str | None = None,
    settings: Mapping[str, str] | None = None,
    answers: Where | None = None,
    min_area: float | None = None,
    min_width: float | None = None,
    crs: str | None = None,
    accept_crs: Sequence[str] = (),
    group_by: str | None = None,
    way_out: bool = False,
    previous: Where | None = None,
    derivations: bool = False,
) -> Answer:
    """Judge submissions, as `redline check` does; the options have the same meaning.

    `rules` are by default the packs that ship, `catalog` is looked for upwards from the working
    folder, `as_of` is a day or its ISO form, `settings` are facts by name, `min_area` is in square
    metres and `min_width` in metres. With `derivations` each violated, conditional or excused
    finding carries how it came about, and maps of reports show the zones around.

    Raises `Refusal` where rules, catalog or register cannot be used at all.
    """
    from redline.checking import Options, document_of, prepare

    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    options = Options(
        rules=paths_of(rules),
        catalog=Path(catalog) if catalog is not None else None,
        register=register,
        as_of=day,
        settings=tuple((settings or {}).items()),
        answers=Path(answers) if answers is not None else None,
        min_area=min_area,
        min_width=min_width,
        crs=crs,
        accept_crs=tuple(accept_crs),
        group_by=group_by,
        way_out=way_out,
        previous=Path(previous) if previous is not None else None,
    )
    task = prepare(paths_of(submissions), options)
    document = document_of(task)
    if derivations:
        from redline.checking.derivations import GRAVE, with_derivations
        from redline.checking.surroundings import surroundings_of

        return Answer(with_derivations(task, document, GRAVE), surroundings_of(task, document))
    return Answer(document)


def explain(
    submissions: Where | Iterable[Where],
    rule: str,
    *,
    rules: Where | Iterable[Where] = (),
    catalog: Where | None = None,
    as_of: date | str | None = None,
) -> tuple[Finding, ...]:
    """The findings of one rule (its name in either language, or a clause), with derivations.

    Raises `Refusal` where there is no such rule or nothing can be judged.
    """
    from redline.checking import Options
    from redline.checking.explaining import explain_submissions

    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    found = Path(catalog) if catalog is not None else None
    options = Options(rules=paths_of(rules), catalog=found, as_of=day)
    explained, _problems = explain_submissions(paths_of(submissions), options, rule)
    return tuple(finding for one in explained for finding in one.findings)


def test(rules: Where | Iterable[Where] = ()) -> CaseReport:
    """Run the cases beside the rules. Raises `Refusal` where the rules do not load."""
    from redline.casework import run_cases

    return run_cases(paths_of(rules))


def lint(
    rules: Where | Iterable[Where] = (), *, texts: Where | None = None
) -> tuple[Diagnostic, ...]:
    """What is odd about rules; what is wrong with them, where they do not load."""
    from redline.commands.lint import findings

    return tuple(findings(paths_of(rules), Path(texts) if texts is not None else None))


def fmt(text: str, name: str = "text") -> str:
    """The canonical form of the text of a rule file. Raises `Refusal` where it does not parse."""
    from redline.commands.fmt import canonical
    from redline.language.source import source_of

    return canonical(source_of(text.encode(), name))


def translate(file: Where, to: Language, *, rules: Where | Iterable[Where] = ()) -> str:
    """A rule file in the other language; `rules` are the packs that it imports.

    Raises `Refusal` where it does not load or would say something else there.
    """
    from redline.commands.translate import translations

    (text,) = translations([Path(file)], paths_of(rules), to)
    return text


def verify(record: Where, *, rules: Where | Iterable[Where] = ()) -> Verification:
    """Judge a recorded check again. Raises `Refusal` where the record cannot be read."""
    from redline.audit.record import read_record
    from redline.audit.verify import verify as judge_again

    return judge_again(read_record(Path(record)), paths_of(rules))


def schema(name: str) -> dict[str, object]:
    """The JSON Schema of `findings`, `catalog`, `submission` or `record`."""
    from redline.commands.schema import NAMES, schema_of

    if name not in NAMES:
        raise ValueError(f"there are schemas of {', '.join(NAMES)}")
    return schema_of(name)


def paths_of(given: Where | Iterable[Where]) -> tuple[Path, ...]:
    """One path or several."""
    if isinstance(given, str | PathLike):
        return (Path(given),)
    return tuple(Path(path) for path in given)

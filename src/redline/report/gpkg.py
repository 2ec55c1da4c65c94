"""The ground of a check as a GeoPackage: a table for each kind of thing, with styles for QGIS.

Tables are `footprints`, `evidence`, `slivers` and `remainder`; those of lines and of points have
`_lines` and `_points` after the name. A table is there when it has rows, the first three always.
QGIS takes the styles from the table `layer_styles` as it opens the file. Coordinates are longitude
and latitude in WGS 84.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.findings import (
    Evidence,
    Finding,
    FindingsDocument,
    Geometry,
    Status,
    SubmissionFindings,
)
from redline.messages import Language, Message
from redline.report.layout import printable
from redline.report.png import COLOURS
from redline.report.scene import OF_STATUS, Kind
from redline.report.statements import distinct, role_text
from redline.report.wording import STATUSES, VERDICTS, citation_text

FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Polygon": ("", "MultiPolygon"),
        "MultiPolygon": ("", "MultiPolygon"),
        "LineString": ("_lines", "MultiLineString"),
        "MultiLineString": ("_lines", "MultiLineString"),
        "Point": ("_points", "MultiPoint"),
        "MultiPoint": ("_points", "MultiPoint"),
    }
)
"""What comes after a table's name, and the type of its geometry, by the type of a shape."""

ALWAYS = ("footprints", "evidence", "slivers")

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the table that it belongs to, its shape, and its columns by name."""

    table: str
    shape: BaseGeometry | None
    values: Mapping[str, Value]


def write_gpkg(document: FindingsDocument, stream: BinaryIO, language: Language) -> None:
    """Write the file; the same findings give the same bytes where SQLite's version is the same."""
    rows = [row for s in document.submissions for row in ground_rows(s, language)]
    days = [s.as_of for s in document.submissions]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "findings.gpkg"
        tables = dict.fromkeys([*ALWAYS, *sorted({row.table for row in rows})])
        for table in tables:
            _write(path, table, [row for row in rows if row.table == table])
        _finish(path, list(tables), language, max(days, default=date(1970, 1, 1)))
        stream.write(_settled(path.read_bytes()))


def ground_rows(submission: SubmissionFindings, language: Language) -> Iterator[Row]:
    """What lies on the ground of a submission: its parts, and evidence, slivers and remainders of
    its findings.
    """
    whose: dict[str, Value] = {
        "submission": submission.id,
        "submission_title": submission.title,
        "as_of": submission.as_of.isoformat(),
        "verdict": submission.verdict.value,
        "verdict_title": VERDICTS[submission.verdict].render(language),
    }
    columns: dict[str, Value]
    for part in submission.parts:
        columns = {
            **whose,
            "role": part.role,
            "role_title": role_text(part.role, language),
            "area_m2": part.area_m2,
            "length_m": part.length_m,
        }
        yield from _of("footprints", part.geometry, columns)
    if submission.revised is not None:
        for piece in submission.revised.patches:
            yield from _of("changes", piece.geometry, {**whose, **_piece(piece, language)})
        for piece in submission.revised.slivers:
            yield from _of("slivers", piece.geometry, {**whose, **_piece(piece, language)})
    for finding in submission.findings:
        rule = _rule(finding, language)
        for name, pieces in (("evidence", finding.evidence), ("slivers", finding.slivers)):
            for piece in distinct(pieces):
                columns = {**whose, **rule, **_piece(piece, language)}
                yield from _of(name, piece.geometry, columns)
        remainder = finding.way_out.remainder if finding.way_out else None
        if remainder is not None:
            columns = {**whose, **rule, "area_m2": remainder.area_m2}
            yield from _of("remainder", remainder.geometry, columns)


def _rule(finding: Finding, language: Language) -> dict[str, Value]:
    separator = "；" if language == "zh" else "; "
    return {
        "rule": finding.rule,
        "rule_title": finding.title.render(language),
        "for_each": finding.for_each.value if finding.for_each else None,
        "status": finding.status.value,
        "status_title": STATUSES[finding.status].render(language),
        "severity": finding.severity.value,
        "clauses": separator.join(citation_text(c, language) for c in finding.citations),
    }


def _piece(piece: Evidence, language: Language) -> dict[str, Value]:
    return {
        "layer": piece.layer,
        "layer_title": piece.layer_title.render(language) if piece.layer_title else None,
        "layer_version": piece.version,
        "feature": piece.feature,
        "relation": piece.relation.value,
        "role": piece.role,
        "area_m2": piece.area_m2,
        "width_m": piece.width_m,
        "length_m": piece.length_m,
        "distance_m": piece.distance_m,
    }


def _of(name: str, geometry: Geometry | None, values: Mapping[str, Value]) -> Iterator[Row]:
    """A row for each form of a shape; a collection becomes several."""
    shape = None
    if geometry is not None:
        shape = shapely.from_geojson(geometry.model_dump_json(), on_invalid="ignore")
    if shape is None or shape.is_empty:
        yield Row(name, None, values)
        return
    by_form: dict[str, list[BaseGeometry]] = {}
    for part in _parts(shape):
        by_form.setdefault(FORMS[part.geom_type][0], []).append(part)
    for form, parts in by_form.items():
        yield Row(name + form, _together(parts, form), values)


def _together(parts: Sequence[BaseGeometry], form: str) -> BaseGeometry:
    whole = np.empty(1, dtype=object)
    array, one = np.array(parts, dtype=object), np.zeros(len(parts), dtype=np.intp)
    match form:
        case "_lines":
            shapely.multilinestrings(array, indices=one, out=whole)
        case "_points":
            shapely.multipoints(array, indices=one, out=whole)
        case _:
            shapely.multipolygons(array, indices=one, out=whole)
    return cast("BaseGeometry", whole[0])


def _parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part


TEXTS = ("submission", "submission_title", "as_of", "verdict", "verdict_title")
SIZES = ("area_m2", "width_m", "length_m", "distance_m")
OF_RULE = ("rule", "rule_title", "for_each", "status", "status_title", "severity", "clauses")
OF_PIECE = ("layer", "layer_title", "layer_version", "feature", "relation", "role")


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table, whether or not it has rows."""
    if table.startswith("footprints"):
        return (*TEXTS, "role", "role_title", "area_m2", "length_m")
    if table.startswith("remainder"):
        return (*TEXTS, *OF_RULE, "area_m2")
    if table.startswith("changes"):
        return (*TEXTS, *OF_PIECE, *SIZES)
    return (*TEXTS, *OF_RULE, *OF_PIECE, *SIZES)


def _write(path: Path, table: str, rows: Sequence[Row]) -> None:
    import pyogrio.raw

    names = columns_of(table)
    fields = [_column([row.values.get(name) for row in rows], name) for name in names]
    shapes = np.array([row.shape for row in rows], dtype=object)
    ends = {end: form for end, form in FORMS.values() if end}
    form = next((form for end, form in ends.items() if table.endswith(end)), "MultiPolygon")
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes) if len(rows) else shapes,
        field_data=fields,
        fields=np.array(names, dtype=object),
        layer=table,
        driver="GPKG",
        geometry_type=form,
        crs="EPSG:4326",
        append=path.exists(),
        layer_options={"FID": "fid", "GEOMETRY_NAME": "geom"},
    )


def _column(values: Sequence[Value], name: str) -> NDArray[np.object_] | NDArray[np.float64]:
    """Sizes as numbers, NaN where there is none; the rest as text without control characters."""
    if name in SIZES:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    texts = [printable(v) if isinstance(v, str) else None for v in values]
    return np.array(texts, dtype=object)


# ── styles ──────────────────────────────────────────────────────────────────────────────────────

STYLES = """CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME)"""


def _finish(path: Path, tables: Sequence[str], language: Language, day: date) -> None:
    """Add the styles, and set every time of writing to the last day that was checked."""
    moment = f"{day.isoformat()}T00:00:00.000Z"
    base = sqlite3.connect(path)
    with base:
        base.execute(STYLES)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (moment,),
        )
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "update_time) VALUES ('', '', ?, 'geom', 'redline', ?, '', 1, '', '', ?)",
            [(table, qml_of(table, language), moment) for table in tables],
        )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
    base.execute("VACUUM")
    base.close()


def _settled(base: bytes) -> bytes:
    """A closed database with its counter of changes set back.

    The counter stands at byte 24 of the header and, to say that the header is valid, at byte 92
    (https://www.sqlite.org/fileformat.html); how often GDAL commits depends on the clock.
    """
    one = (1).to_bytes(4, "big")
    return base[:24] + one + base[28:92] + one + base[96:]


def qml_of(table: str, language: Language) -> str:
    """A table's style: evidence by status, the rest in one colour."""
    name, _, end = table.partition("_")
    kind = {"lines": "line", "points": "marker"}.get(end, "fill")
    if name == "evidence":
        statuses = [(s.value, OF_STATUS[s], STATUSES[s]) for s in STATUSES if s in EVIDENCE]
        return _categories("status", statuses, kind, language)
    one = {"footprints": Kind.FOOTPRINT, "slivers": Kind.SLIVER}.get(name, Kind.REMAINDER)
    renderer = f'<renderer-v2 type="singleSymbol"><symbols>{_symbol(0, one, kind)}</symbols>'
    return f'<!DOCTYPE qgis><qgis version="3.28">{renderer}</renderer-v2></qgis>'


EVIDENCE = (
    Status.VIOLATED,
    Status.CONDITIONAL,
    Status.EXCUSED,
    Status.UNDETERMINED,
    Status.COMPLIES,
)


def _categories(
    column: str, some: Sequence[tuple[str, Kind, Message]], form: str, language: Language
) -> str:
    categories = "".join(
        f'<category value="{value}" symbol="{i}" render="true" '
        f"label={quoteattr(title.render(language))}/>"
        for i, (value, _, title) in enumerate(some)
    )
    symbols = "".join(_symbol(i, kind, form) for i, (_, kind, _) in enumerate(some))
    return (
        f'<!DOCTYPE qgis><qgis version="3.28"><renderer-v2 type="categorizedSymbol" '
        f'attr="{column}"><categories>{categories}</categories><symbols>{symbols}</symbols>'
        "</renderer-v2></qgis>"
    )


def _symbol(name: int, kind: Kind, form: str) -> str:
    """A symbol of QGIS: a translucent fill with its outline, a line, or a dot."""
    red, green, blue = COLOURS[kind]
    colour = f"{red},{green},{blue}"
    layers = {
        "fill": (
            "SimpleFill",
            {
                "color": f"{colour},{40 if kind is Kind.FOOTPRINT else 110}",
                "style": "solid",
                "outline_color": f"{colour},255",
                "outline_style": "dash" if kind is Kind.REMAINDER else "solid",
                "outline_width": "0.5",
                "outline_width_unit": "MM",
            },
        ),
        "line": (
            "SimpleLine",
            {"line_color": f"{colour},255", "line_width": "0.7", "line_width_unit": "MM"},
        ),
        "marker": (
            "SimpleMarker",
            {"name": "circle", "color": f"{colour},255", "size": "2.4", "size_unit": "MM"},
        ),
    }
    symbol, options = layers[form]
    written = "".join(
        f'<Option name="{k}" type="QString" value="{v}"/>' for k, v in options.items()
    )
    return (
        f'<symbol type="{form}" name="{name}" alpha="1"><layer class="{symbol}" enabled="1" '
        f'pass="0" locked="0"><Option type="Map">{written}</Option></layer></symbol>'
    )

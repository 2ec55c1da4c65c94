"""What is in files as a document: `redline layers inspect --format json`.

Within version 1 fields are added, never renamed, retyped or removed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from redline.checking.mapping import (
    KNOWN_MEANINGS,
    ColumnSuggestion,
    LayerSuggestion,
    suggestions,
)
from redline.findings import Bilingual, Model, Problem
from redline.ground.inspection import CrsSummary, FieldSummary, FileSummary, LayerSummary
from redline.rulebook.model import RuleBook

SCHEMA: Literal["redline.inspection/1"] = "redline.inspection/1"


class Value(Model):
    """A value of a field."""

    value: str
    """As it is written in a value map of a catalog."""
    count: int
    """How many features have it."""


class FieldFound(Model):
    """A field of a layer."""

    name: str
    """Its name."""
    kind: Literal["text", "whole number", "number", "yes or no", "date", "mixed", "empty"]
    """What kind of values it holds."""
    meaning: Bilingual | None = None
    """What standards say it means, where they know it."""
    filled: int
    """Features that have a value."""
    distinct: int
    """How many values there are."""
    every: bool
    """Whether `values` are all of them, rather than a sample."""
    values: tuple[Value, ...]
    """All values, the commonest first, or a sample."""
    least: str | None = None
    """The least number or day."""
    greatest: str | None = None
    """The greatest number or day."""


class CrsFound(Model):
    """The coordinate system."""

    name: str | None
    """Its name; null where it is not known or cannot be used."""
    code: str | None
    """Authority and code."""
    zone: str | None
    """Width and number of the Gauss-Krüger zone and its central meridian."""
    basis: Bilingual | None
    """How it was established."""
    likely: Bilingual | None
    """What the numbers look like where nobody says; a hint, never used."""


class GeometryFound(Model):
    """The geometry of a layer."""

    shapes: dict[str, int]
    """How many features there are of each kind."""
    vertices: int
    """Vertices altogether."""
    missing: int
    """Features without geometry."""
    extent: tuple[float, float, float, float] | None
    """Least x, least y, greatest x, greatest y in the file's own coordinates."""
    extent_degrees: tuple[float, float, float, float] | None
    """West, south, east, north."""
    area_m2: float | None
    """Sum of the ellipsoidal areas of the features, square metres."""
    length_m: float | None
    """Sum of the geodesic lengths of the features, metres."""
    invalid: int
    """Features with invalid geometry."""
    mended: int
    """Of these, those that can be repaired."""
    refused: int
    """Of these, those of which it is not clear what ground they mean."""
    repeated: int
    """Features that are exactly the same as an earlier one."""


class ColumnSuggested(Model):
    """A field that may be a column of the vocabulary."""

    column: str
    """Name of the column."""
    title: Bilingual
    """Its names."""
    field: str
    """Name of the field."""
    others: tuple[str, ...]
    """Fields that may be it as well."""
    likeness: float
    """From 0 to 1."""
    because: Bilingual
    """What speaks for it."""
    values: dict[str, str | bool | None]
    """What the file writes, and the vocabulary's value; null where no counterpart was found."""


class LayerSuggested(Model):
    """A layer of the vocabulary that this may be."""

    layer: str
    """Name of the layer."""
    title: Bilingual
    """Its title."""
    likeness: float
    """From 0 to 1."""
    because: Bilingual
    """What speaks for it."""
    columns: tuple[ColumnSuggested, ...]
    """Fields that may be its columns."""
    missing: tuple[str, ...]
    """Columns for which no field was found."""


class LayerFound(Model):
    """A layer of a file."""

    name: str
    """Its name."""
    features: int
    """How many features it has."""
    encoding: str | None
    """Encoding of its text; null where the format fixes it."""
    crs: CrsFound
    """Its coordinate system."""
    geometry: GeometryFound
    """Its geometry."""
    fields: tuple[FieldFound, ...]
    """Its fields."""
    suggestions: tuple[LayerSuggested, ...]
    """What it may be, the likeliest first."""
    problems: tuple[Problem, ...]
    """What is odd about it, or keeps it from being used."""


class FileFound(Model):
    """A file."""

    file: str
    """Its path."""
    format: Bilingual
    """Its format."""
    bytes: int | None
    """Its size; null for a database."""
    picked: str | None
    """The layer that a check takes where none is named; null where it would ask."""
    layers: tuple[LayerFound, ...]
    """Its layers."""


class InspectionDocument(Model):
    """What is in some files."""

    schema_: Annotated[Literal["redline.inspection/1"], Field(alias="schema")] = SCHEMA
    """Name and version of this contract."""
    files: tuple[FileFound, ...]
    """In the order given."""
    problems: tuple[Problem, ...]
    """What could not be read at all."""


# --- from summaries ---------------------------------------------------------------------------


def file_found(file: FileSummary, book: RuleBook | None) -> FileFound:
    """A file's summary as the document holds it, with suggestions where there is a vocabulary."""
    return FileFound(
        file=str(file.path),
        format=Bilingual.of(file.format),
        bytes=file.size,
        picked=file.picked,
        layers=tuple(layer_found(layer, Path(file.path).stem, book) for layer in file.layers),
    )


def layer_found(layer: LayerSummary, stem: str, book: RuleBook | None) -> LayerFound:
    """A layer's summary, and what it may be."""
    geometry = layer.geometry
    return LayerFound(
        name=layer.name,
        features=layer.features,
        encoding=layer.encoding,
        crs=crs_found(layer.crs),
        geometry=GeometryFound(
            shapes=dict(geometry.shapes),
            vertices=geometry.vertices,
            missing=geometry.missing,
            extent=geometry.extent,
            extent_degrees=geometry.degrees,
            area_m2=geometry.area_m2 and round(geometry.area_m2, 2),
            length_m=geometry.length_m and round(geometry.length_m, 3),
            invalid=geometry.invalid,
            mended=geometry.mended,
            refused=geometry.refused,
            repeated=geometry.repeated,
        ),
        fields=tuple(field_found(field) for field in layer.fields),
        suggestions=tuple(layer_suggested(s) for s in suggestions(layer, stem, book))
        if book is not None
        else (),
        problems=tuple(dict.fromkeys(Problem.of(d) for d in layer.diagnostics)),
    )


def crs_found(crs: CrsSummary) -> CrsFound:
    return CrsFound(
        name=crs.label,
        code=crs.code,
        zone=crs.zone,
        basis=Bilingual.of(crs.basis) if crs.basis else None,
        likely=Bilingual.of(crs.likely) if crs.likely else None,
    )


def field_found(field: FieldSummary) -> FieldFound:
    meaning = KNOWN_MEANINGS.get(field.name.upper())
    return FieldFound(
        name=field.name,
        kind=field.kind,
        meaning=Bilingual.of(meaning) if meaning else None,
        filled=field.filled,
        distinct=field.distinct,
        every=field.every,
        values=tuple(Value(value=value, count=count) for value, count in field.values),
        least=field.least,
        greatest=field.greatest,
    )


def layer_suggested(suggestion: LayerSuggestion) -> LayerSuggested:
    return LayerSuggested(
        layer=suggestion.layer.names.key,
        title=Bilingual.of(suggestion.layer.title),
        likeness=round(suggestion.likeness.share, 2),
        because=Bilingual.of(suggestion.likeness.why),
        columns=tuple(column_suggested(c) for c in suggestion.columns),
        missing=tuple(c.names.key for c in suggestion.missing),
    )


def column_suggested(suggestion: ColumnSuggestion) -> ColumnSuggested:
    return ColumnSuggested(
        column=suggestion.column.names.key,
        title=Bilingual.of(suggestion.column.names.title()),
        field=suggestion.field,
        others=suggestion.others,
        likeness=round(suggestion.likeness.share, 2),
        because=Bilingual.of(suggestion.likeness.why),
        values=dict(suggestion.values),
    )

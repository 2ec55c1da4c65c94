"""What became of the sources of a catalog when their store was built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from redline.findings import Model, Problem
from redline.ground.addresses import without_password
from redline.ground.building import Built
from redline.messages import msg
from redline.report.figures import number_text
from redline.report.inspection_text import size_text
from redline.report.layout import Sheet, Tone

SCHEMA: Literal["redline.building/1"] = "redline.building/1"

STATES = {
    "built": msg("cut to tiles"),
    "kept whole": msg("small, kept whole"),
    "up to date": msg("up to date"),
    "not stored": msg("not stored"),
    "cannot be read": msg("cannot be read"),
}


class SourceBuilt(Model):
    """A source of a layer."""

    layer: str
    """Name of the layer in the catalog."""
    source: str
    """Its path, and its layer where the file has several."""
    state: Literal["built", "kept whole", "up to date", "not stored", "cannot be read"]
    """What became of it."""
    features: int
    """Features in it."""
    pieces: int
    """Pieces in the store."""
    bytes: int
    """What the store holds of it."""
    seconds: float
    """How long it took."""
    problems: tuple[Problem, ...]
    """What was said of it."""


class BuildingDocument(Model):
    """What became of all sources."""

    schema_: Annotated[Literal["redline.building/1"], Field(alias="schema")] = SCHEMA
    """Name and version of this contract."""
    sources: tuple[SourceBuilt, ...]
    """In the order of the catalog."""


def building_document(found: Sequence[Built]) -> BuildingDocument:
    """The sources as a document."""
    return BuildingDocument(
        sources=tuple(
            SourceBuilt(
                layer=one.name,
                source=name_of(one),
                state=one.state,
                features=one.features,
                pieces=one.pieces,
                bytes=one.bytes,
                seconds=round(one.seconds, 3),
                problems=tuple(dict.fromkeys(Problem.of(d) for d in one.diagnostics)),
            )
            for one in found
        )
    )


def name_of(one: Built) -> str:
    """A source as it is shown."""
    path = without_password(one.source.path or "")
    return f"{path} ({one.source.layer})" if one.source.layer else path


def write_built(found: Sequence[Built], sheet: Sheet, *, quiet: bool) -> None:
    """A line for each source, then how many there were of each kind."""
    for one in () if quiet else found:
        said = msg(
            "{layer}, {source}: {state}; {features:feature|features}, {pieces:piece|pieces}, "
            "{size}, {seconds} s",
            layer=one.name,
            source=name_of(one),
            state=STATES[one.state],
            features=number_text(one.features),
            pieces=number_text(one.pieces),
            size=size_text(one.bytes),
            seconds=f"{one.seconds:.2f}",
        )
        tone = Tone.BAD if one.state in ("not stored", "cannot be read") else Tone.FAINT
        sheet.line(sheet.say(said), tone, indent=2)
    counts = Counter(one.state for one in found)
    each = [msg("{count} {state}", count=n, state=STATES[state]) for state, n in counts.items()]
    summary = msg("{sources:source|sources}: {counts}", sources=len(found), counts=each)
    sheet.line(sheet.say(summary), Tone.STRONG)

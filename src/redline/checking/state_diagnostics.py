"""What is wrong with the subjects that are states: revisions, tables of indicators, layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity, did_you_mean
from redline.messages import Message, Title, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRevisionLayer(Diagnostic):
    """A revision names a layer that no rule pack declares."""

    code: ClassVar[str] = "RL640"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("no rule pack declares a layer “{name}”", name=self.name)

    @property
    def hint(self) -> Message | None:
        near = did_you_mean(self.name, self.known)
        return near or msg("Name the layer as the rules do, such as ecological_redline.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionOfLines(Diagnostic):
    """A revision of a layer that has no areas."""

    code: ClassVar[str] = "RL641"
    layer: Title

    @property
    def message(self) -> Message:
        return msg("“{layer}” has no areas, so its versions cannot be compared", layer=self.layer)

    @property
    def hint(self) -> Message:
        return msg("Only layers of polygons can be revised.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchVersion(Diagnostic):
    """A revision asks for a version that the catalog does not hold."""

    code: ClassVar[str] = "RL642"
    layer: str
    day: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "the catalog holds no version of “{layer}” for {day}", layer=self.layer, day=self.day
        )

    @property
    def hint(self) -> Message:
        if self.known:
            return msg("Its versions are {versions}.", versions=self.known)
        return msg("Add the version to the catalog, or name a file: baseline: {{path: …}}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsInTwoSystems(Diagnostic):
    """The versions of a revision have coordinates of different systems."""

    code: ClassVar[str] = "RL643"
    severity: ClassVar[Severity] = "warning"
    one: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "the baseline is in {one}, the proposed version in {other}",
            one=self.one,
            other=self.other,
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Both were put in one plane. Differences of the two systems show as slivers along the "
            "boundaries."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsOfTwoSchemas(Diagnostic):
    """The versions of a revision have different columns."""

    code: ClassVar[str] = "RL644"
    severity: ClassVar[Severity] = "warning"
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "the versions have different columns: only in the baseline {before}; only in the "
            "proposed version {after}",
            before=self.before or "–",
            after=self.after or "–",
        )

    @property
    def hint(self) -> Message:
        return msg("Classes are compared by the columns that both have. Map the others to them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesOverlap(Diagnostic):
    """Features of one version claim the same ground."""

    code: ClassVar[str] = "RL645"
    severity: ClassVar[Severity] = "warning"
    pairs: tuple[tuple[int, int, float], ...]
    count: int
    area: float

    @property
    def message(self) -> Message:
        listed = tuple(f"{one}/{other} ({area:.2f} m²)" for one, other, area in self.pairs)
        return msg(
            "{count} pairs of features overlap, by {area} m² in all: features {pairs}",
            count=self.count,
            area=f"{self.area:.2f}",
            pairs=listed,
        )

    @property
    def hint(self) -> Message:
        return msg("Ground that two features share is counted once, with the earlier of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionWhereUnknown(Diagnostic):
    """Ground of a revision changes where a version does not claim to be complete."""

    code: ClassVar[str] = "RL646"
    severity: ClassVar[Severity] = "warning"
    count: int
    area: float

    @property
    def message(self) -> Message:
        return msg(
            "{count} patches ({area} m²) lie where one of the versions does not claim to be "
            "complete: whether they are lost or gained is not known",
            count=self.count,
            area=f"{self.area:.2f}",
        )

    @property
    def hint(self) -> Message:
        return msg("Supply a version that covers them, or correct its coverage in the catalog.")

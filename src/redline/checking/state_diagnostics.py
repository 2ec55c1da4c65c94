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


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownIndicator(Diagnostic):
    """An indicator that no rule pack declares."""

    code: ClassVar[str] = "RL660"
    severity: ClassVar[Severity] = "warning"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("no rule pack declares an indicator “{name}”: it is passed over", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleFigure(Diagnostic):
    """A figure that no measurement can give."""

    code: ClassVar[str] = "RL661"
    indicator: Title
    text: str
    negative: bool

    @property
    def message(self) -> Message:
        if self.negative:
            return msg(
                "“{indicator}” cannot be {value}: it is negative",
                indicator=self.indicator,
                value=self.text,
            )
        return msg(
            "“{indicator}” cannot be {value}: it is more than the whole",
            indicator=self.indicator,
            value=self.text,
        )

    @property
    def hint(self) -> Message:
        return msg("The figure was left out, and counts as not known.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterDiffers(Diagnostic):
    """A table calls an indicator binding and the rule does not, or the reverse."""

    code: ClassVar[str] = "RL662"
    severity: ClassVar[Severity] = "warning"
    indicator: Title
    rule: Title
    binding: bool

    @property
    def message(self) -> Message:
        if self.binding:
            return msg(
                "the table calls “{indicator}” binding, the rule “{rule}” anticipatory",
                indicator=self.indicator,
                rule=self.rule,
            )
        return msg(
            "the table calls “{indicator}” anticipatory, the rule “{rule}” binding",
            indicator=self.indicator,
            rule=self.rule,
        )

    @property
    def hint(self) -> Message:
        return msg("The rule decides. Correct whichever is wrong.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed(Diagnostic):
    """A figure that was not reported and follows from others."""

    code: ClassVar[str] = "RL663"
    severity: ClassVar[Severity] = "warning"
    indicator: Title
    value: str
    rule: Title

    @property
    def message(self) -> Message:
        return msg(
            "“{indicator}” is not reported; from its parts it is {value}",
            indicator=self.indicator,
            value=self.value,
        )

    @property
    def hint(self) -> Message:
        return msg("The formula is that of the check “{rule}”.", rule=self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorsNotAsked(Diagnostic):
    """Figures that no rule in force asks about."""

    code: ClassVar[str] = "RL664"
    severity: ClassVar[Severity] = "note"
    names: tuple[Title, ...]

    @property
    def message(self) -> Message:
        return msg("no rule in force asks about {names}", names=self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSaysOtherwise(Diagnostic):
    """A layer and the table of indicators say different things of one area."""

    code: ClassVar[str] = "RL665"
    severity: ClassVar[Severity] = "warning"
    layer: Title
    column: str
    area: str
    on_layer: str
    in_table: str

    @property
    def message(self) -> Message:
        return msg(
            "of {area} the layer “{layer}” says {column} = {one}, the table of indicators {other}",
            area=self.area,
            layer=self.layer,
            column=self.column,
            one=self.on_layer,
            other=self.in_table,
        )

    @property
    def hint(self) -> Message:
        return msg("The table was taken. Correct whichever is wrong.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCatalog(Diagnostic):
    """A second catalog among what is to be checked."""

    code: ClassVar[str] = "RL666"

    @property
    def message(self) -> Message:
        return msg("the layers of this catalog are not those of the check")

    @property
    def hint(self) -> Message:
        return msg("Check one catalog at a time, or name it with --catalog.")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionWithoutAreas(Diagnostic):
    """A version of a layer of areas that has features and none with an area."""

    code: ClassVar[str] = "RL647"
    version: str
    features: int

    @property
    def message(self) -> Message:
        return msg(
            "none of the {count} features of {version} has an area",
            count=self.features,
            version=self.version,
        )

    @property
    def hint(self) -> Message:
        return msg("Supply polygons; points and lines cannot be compared with them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyVersion(Diagnostic):
    """A version of a layer without any feature."""

    code: ClassVar[str] = "RL648"
    severity: ClassVar[Severity] = "warning"
    version: str

    @property
    def message(self) -> Message:
        return msg(
            "{version} has no features: all of the other version is lost or gained",
            version=self.version,
        )

    @property
    def hint(self) -> Message:
        return msg("See that it is the file that you mean.")

"""What can be wrong with a catalog, with its layers, and with ground that is to be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity, did_you_mean
from redline.ground.diagnostics import listed
from redline.messages import Message, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogUnreadable(Diagnostic):
    """The catalog file is absent, or is no text."""

    code: ClassVar[str] = "RL501"
    reason: Message

    @property
    def message(self) -> Message:
        return msg("The catalog cannot be read: {reason}.", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenToml(Diagnostic):
    """The catalog is not TOML."""

    code: ClassVar[str] = "RL502"
    reason: str

    @property
    def message(self) -> Message:
        return msg("The catalog is not valid TOML here ({reason}).", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg('Text stands in quotes, a date does not: name = "…", valid_from = 2024-01-01.')


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownKey(Diagnostic):
    """A key that a catalog does not have."""

    code: ClassVar[str] = "RL503"
    key: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("A catalog has no key “{key}” here.", key=self.key)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.key, self.known) or msg(
            "Keys that may stand here: {known}.", known=tuple(self.known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue(Diagnostic):
    """A key whose value is of the wrong kind, or a key that is missing."""

    code: ClassVar[str] = "RL504"
    key: str
    reason: Message

    @property
    def message(self) -> Message:
        return msg("“{key}”: {reason}.", key=self.key, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsetVariable(Diagnostic):
    """A path names an environment variable that is not set."""

    code: ClassVar[str] = "RL505"
    variable: str
    path: str

    @property
    def message(self) -> Message:
        return msg(
            "The path “{path}” needs the environment variable {variable}, which is not set.",
            path=self.path,
            variable=self.variable,
        )

    @property
    def hint(self) -> Message:
        return msg("Set it to a folder: export {variable}=/path/to/data", variable=self.variable)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile(Diagnostic):
    """A path in the catalog leads nowhere."""

    code: ClassVar[str] = "RL506"
    path: str
    neighbours: Sequence[str] = ()

    @property
    def message(self) -> Message:
        return msg("There is no file “{path}”.", path=self.path)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.path.rsplit("/", 1)[-1], self.neighbours)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingVersions(Diagnostic):
    """Two versions of one layer are in force on the same day."""

    code: ClassVar[str] = "RL507"
    layer: str
    one: str
    other: str

    @property
    def message(self) -> Message:
        return msg(
            "Two versions of layer “{layer}” overlap in time: {one} and {other}.",
            layer=self.layer,
            one=self.one,
            other=self.other,
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Give the older one a valid_to: the day from which the newer one holds. "
            "Several sources of one version must state the same days."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownField(Diagnostic):
    """The catalog maps a column to a field that the file lacks."""

    code: ClassVar[str] = "RL508"
    layer: str
    field: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        return msg(
            "The file of layer “{layer}” has no field “{field}”.",
            layer=self.layer,
            field=self.field,
        )

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.field, self.known) or msg(
            "Fields of the file: {known}.", known=tuple(self.known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmappedValues(Diagnostic):
    """Values of a field for which the catalog's value map has no entry."""

    code: ClassVar[str] = "RL509"
    severity: ClassVar[Severity] = "warning"
    layer: str
    field: str
    values: Sequence[str]
    features: int

    @property
    def message(self) -> Message:
        return msg(
            "Layer “{layer}”: the catalog does not say what these values of “{field}” mean: "
            "{values} ({features:feature|features}). They count as unknown.",
            layer=self.layer,
            field=self.field,
            values=tuple(self.values),
            features=self.features,
        )

    @property
    def hint(self) -> Message:
        return msg("Add them to [layer.values.…] of this layer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageAssumed(Diagnostic):
    """A layer that does not say where it is complete counts as complete within its extent."""

    code: ClassVar[str] = "RL510"
    severity: ClassVar[Severity] = "note"
    layer: str

    @property
    def message(self) -> Message:
        return msg(
            "Layer “{layer}” does not say where it is complete. It counts as complete within the "
            "rectangle around its features, and as unknown outside.",
            layer=self.layer,
        )

    @property
    def hint(self) -> Message:
        return msg('State it in the catalog: coverage = "everywhere", or a file of boundaries.')


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyLayerHasFeatures(Diagnostic):
    """A layer that is declared empty has features."""

    code: ClassVar[str] = "RL511"
    layer: str
    features: int

    @property
    def message(self) -> Message:
        return msg(
            "Layer “{layer}” is declared empty, but its file has {features:feature|features}.",
            layer=self.layer,
            features=self.features,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogNotFound(Diagnostic):
    """A command that needs a catalog, and none was named or found."""

    code: ClassVar[str] = "RL512"

    @property
    def message(self) -> Message:
        return msg("There is no catalog here, nor in a folder above.")

    @property
    def hint(self) -> Message:
        return msg("Name one with --catalog FILE.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneUnknown(Diagnostic):
    """Tiles are stored for one plane, and the catalog does not say where its ground lies."""

    code: ClassVar[str] = "RL513"

    @property
    def message(self) -> Message:
        return msg(
            "The catalog does not state its coverage, so the plane in which its layers are "
            "measured depends on each check, and tiles cannot be stored beforehand."
        )

    @property
    def hint(self) -> Message:
        return msg("State [coverage] at the top of the catalog: a path, or bounds in degrees.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkJoined(Diagnostic):
    """Ends of rivers were joined over gaps within the snapping tolerance."""

    code: ClassVar[str] = "RL514"
    severity: ClassVar[Severity] = "note"
    joints: int
    widest_m: float

    @property
    def message(self) -> Message:
        return msg(
            "Ends of rivers were joined over small gaps: {count}, the widest {metres} m.",
            count=self.joints,
            metres=f"{self.widest_m:.3f}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkBroken(Diagnostic):
    """Rivers that are stated to flow into another one and do not reach it."""

    code: ClassVar[str] = "RL515"
    severity: ClassVar[Severity] = "warning"
    numbers: Sequence[int]
    tolerance_m: float

    @property
    def message(self) -> Message:
        return msg(
            "These rivers do not reach the one into which they are stated to flow, within "
            "{metres} m: feature {numbers}. Distances along the river beyond them are unknown.",
            metres=f"{self.tolerance_m:g}",
            numbers=listed(self.numbers),
        )

    @property
    def hint(self) -> Message:
        return msg("Draw their lines up to the other river.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotBePlaced(Diagnostic):
    """Coordinates that are no place on Earth, or edges that would need millions of points."""

    code: ClassVar[str] = "RL520"
    number: int | None

    @property
    def message(self) -> Message:
        if self.number is None:
            return msg("The edges are so long that they cannot be placed on the ground exactly.")
        return msg(
            "Feature {number} has coordinates that are no place on Earth in its coordinate system.",
            number=self.number,
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Check the coordinate system, the order of the axes, and the zone number in front of "
            "the eastings."
        )


INVALID = {
    "Self-intersection": msg("it crosses itself"),
    "Ring Self-intersection": msg("a ring crosses or touches itself"),
    "Hole lies outside shell": msg("a hole lies outside"),
    "Holes are nested": msg("a hole lies in a hole"),
    "Nested shells": msg("a part lies in another part"),
    "Nested holes": msg("a hole lies in a hole"),
    "Duplicate Rings": msg("a ring occurs twice"),
    "Interior is disconnected": msg("holes cut it apart"),
    "Too few points in geometry component": msg("a ring has too few points"),
    "Ring is not closed": msg("a ring does not close"),
}
"""What GEOS says of invalid polygons, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryRepaired(Diagnostic):
    """An invalid geometry was repaired."""

    code: ClassVar[str] = "RL521"
    severity: ClassVar[Severity] = "warning"
    number: int
    reason: str
    change_m2: float

    @property
    def message(self) -> Message:
        return msg(
            "Feature {number} was invalid ({reason}) and has been repaired; "
            "its area changed by {change} m².",
            number=self.number,
            reason=INVALID.get(self.reason, self.reason),
            change=f"{self.change_m2:.4f}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRefused(Diagnostic):
    """An invalid geometry whose repair would change what ground it means."""

    code: ClassVar[str] = "RL522"
    number: int
    reason: str
    change_m2: float

    @property
    def message(self) -> Message:
        return msg(
            "Feature {number} is invalid ({reason}), and a repair would change its area by "
            "{change} m². What ground it means is not clear, so it is not used.",
            number=self.number,
            reason=INVALID.get(self.reason, self.reason),
            change=f"{self.change_m2:.2f}",
        )

    @property
    def hint(self) -> Message:
        return msg("Correct the geometry in the source and check again.")

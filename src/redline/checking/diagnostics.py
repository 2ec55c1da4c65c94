"""What can be wrong between a submission and the rule book's vocabulary (RL6xx)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity, did_you_mean
from redline.ground.catalog_diagnostics import INVALID
from redline.messages import Message, Title, msg

KINDS = {
    "attribute": msg("attribute"),
    "document": msg("document"),
    "judgement": msg("judgement"),
    "component": msg("component"),
    "layer": msg("layer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFact(Diagnostic):
    """A fact that no rule pack declares."""

    code: ClassVar[str] = "RL601"
    kind: str
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the rules know no {kind} “{name}”", kind=KINDS[self.kind], name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownColumnCodes(Diagnostic):
    """Values of a layer's column that its code list does not have: unknown, never a pass."""

    code: ClassVar[str] = "RL604"
    severity: ClassVar[Severity] = "warning"
    layer: Title
    column: Title
    values: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg(
            "“{column}” of “{layer}” holds {values}, which its code list does not have; it counts "
            "as unknown there",
            layer=self.layer,
            column=self.column,
            values=self.values,
        )

    @property
    def hint(self) -> Message:
        return msg("Map these values in the catalog under [layer.values].")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNotOpened(Diagnostic):
    """A layer of the catalog that the rules know under no name."""

    code: ClassVar[str] = "RL605"
    severity: ClassVar[Severity] = "warning"
    name: str
    known: tuple[str, ...]

    @property
    def message(self) -> Message:
        return msg("the catalog names a layer “{name}” that the rules do not know", name=self.name)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.name, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCatalog(Diagnostic):
    """No catalog was given and none was found."""

    code: ClassVar[str] = "RL606"
    severity: ClassVar[Severity] = "warning"

    @property
    def message(self) -> Message:
        return msg("there is no catalog: no layer is supplied, and spatial rules stay undetermined")

    @property
    def hint(self) -> Message:
        return msg("Name one with --catalog FILE, or put catalog.toml into this folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAreaDiffers(Diagnostic):
    """The area that a submission declares is not the one that its coordinates enclose."""

    code: ClassVar[str] = "RL610"
    severity: ClassVar[Severity] = "warning"
    parcel: str
    declared: float
    measured: float
    planar: float | None

    @property
    def message(self) -> Message:
        share = abs(self.declared - self.measured) / self.measured * 100
        values = {
            "parcel": self.parcel,
            "declared": f"{self.declared:.2f}",
            "measured": f"{self.measured:.2f}",
            "share": f"{share:.2f}",
        }
        if self.planar is None:
            return msg(
                "{parcel} declares {declared} m² and encloses {measured} m² on the ellipsoid: "
                "{share} % apart",
                **values,
            )
        return msg(
            "{parcel} declares {declared} m² and encloses {measured} m² on the ellipsoid "
            "({planar} m² in the Gauss-Krüger plane): {share} % apart",
            planar=f"{self.planar:.2f}",
            **values,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationMissed(Diagnostic):
    """What a submission declares is not what a check of its data expects."""

    code: ClassVar[str] = "RL611"
    severity: ClassVar[Severity] = "warning"
    title: Title

    @property
    def message(self) -> Message:
        return msg("the data do not bear out: {title}", title=self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadSetting(Diagnostic):
    """A --set that is not KEY=VALUE."""

    code: ClassVar[str] = "RL607"
    text: str

    @property
    def message(self) -> Message:
        return msg("“{text}” is not of the form KEY=VALUE", text=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTooLarge(Diagnostic):
    """A geometry that cannot be repaired or placed."""

    code: ClassVar[str] = "RL608"
    role: str

    @property
    def message(self) -> Message:
        return msg("the geometry “{role}” cannot be placed on the ground", role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRepaired(Diagnostic):
    """A geometry of a submission that was invalid, and has been repaired."""

    code: ClassVar[str] = "RL612"
    severity: ClassVar[Severity] = "warning"
    role: str
    reason: str
    change_m2: float

    @property
    def message(self) -> Message:
        return msg(
            "the geometry “{role}” was invalid ({reason}) and has been repaired; its area changed "
            "by {change} m²",
            role=self.role,
            reason=INVALID.get(self.reason, self.reason),
            change=f"{self.change_m2:.4f}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundUnclear(Diagnostic):
    """A geometry of a submission that is invalid in a way that leaves open what ground it means."""

    code: ClassVar[str] = "RL613"
    role: str
    reason: str
    change_m2: float

    @property
    def message(self) -> Message:
        return msg(
            "the geometry “{role}” is invalid ({reason}), and a repair would change its area by "
            "{change} m²: what ground it means is not clear, so it counts as not given",
            role=self.role,
            reason=INVALID.get(self.reason, self.reason),
            change=f"{self.change_m2:.2f}",
        )

    @property
    def hint(self) -> Message:
        return msg("Correct the geometry in the source and check again.")

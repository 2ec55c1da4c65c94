"""What can be wrong or odd about a submission, a file of features, or its coordinate system.

RL401-RL420 files of features, RL421-RL437 boundary-point TXT, RL438-RL444 manifests, RL445-RL449
submissions, RL451-RL469 coordinate systems.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from redline.diagnostics import Diagnostic, Severity, did_you_mean
from redline.messages import Message, msg

MOST_NUMBERS = 10
"""How many feature numbers or lines one message lists before it says "and more"."""


def listed(numbers: Sequence[int]) -> Message | str:
    """Numbers as a list that stays short."""
    shown = ", ".join(str(n) for n in numbers[:MOST_NUMBERS])
    more = len(numbers) - MOST_NUMBERS
    return msg("{shown} and {more} more", shown=shown, more=more) if more > 0 else shown


# --- files of features ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMissing(Diagnostic):
    """A path that leads nowhere."""

    code: ClassVar[str] = "RL401"
    path: str
    neighbours: Sequence[str] = ()

    @property
    def message(self) -> Message:
        return msg("There is no file “{path}”.", path=self.path)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.path.replace("\\", "/").rsplit("/", 1)[-1], self.neighbours)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotReadable(Diagnostic):
    """The system does not let the file be read."""

    code: ClassVar[str] = "RL402"
    reason: str

    @property
    def message(self) -> Message:
        return msg("The file cannot be opened: {reason}.", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEmpty(Diagnostic):
    """A file without content."""

    code: ClassVar[str] = "RL403"

    @property
    def message(self) -> Message:
        return msg("The file is empty.")

    @property
    def hint(self) -> Message:
        return msg("Export it again, and check that the export finished.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotText(Diagnostic):
    """Bytes where text is expected."""

    code: ClassVar[str] = "RL404"
    looks_like: Message | None = None

    @property
    def message(self) -> Message:
        if self.looks_like is None:
            return msg("The file is not a text file.")
        return msg("The file is not a text file; it looks like {what}.", what=self.looks_like)

    @property
    def hint(self) -> Message:
        return msg("Give the file the name ending of its real format, or export it as text.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFormat(Diagnostic):
    """A name ending that no reader knows."""

    code: ClassVar[str] = "RL405"
    suffix: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        if not self.suffix:
            return msg("The file name has no ending, so its format is not known.")
        return msg("Files ending in “{suffix}” cannot be read.", suffix=self.suffix)

    @property
    def hint(self) -> Message:
        return msg("Formats that can be read: {known}.", known=tuple(self.known))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatUnreadable(Diagnostic):
    """A file that is not what its name ending says, or is damaged."""

    code: ClassVar[str] = "RL406"
    format: str
    reason: Message | None = None

    @property
    def message(self) -> Message:
        if self.reason is None:
            return msg("The file cannot be read as {format}.", format=self.format)
        return msg(
            "The file cannot be read as {format}: {reason}.",
            format=self.format,
            reason=self.reason,
        )

    @property
    def hint(self) -> Message:
        return msg("Check that the file is complete and has the right name ending.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNotChosen(Diagnostic):
    """Several layers, and nobody said which one is meant."""

    code: ClassVar[str] = "RL407"
    layers: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("The file has several layers: {layers}.", layers=tuple(self.layers))

    @property
    def hint(self) -> Message:
        return msg("Say which one is meant: layer = “{layer}”.", layer=self.layers[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUnknown(Diagnostic):
    """A layer name that the file does not have."""

    code: ClassVar[str] = "RL408"
    layer: str
    layers: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("The file has no layer “{layer}”.", layer=self.layer)

    @property
    def hint(self) -> Message | None:
        if not self.layers:
            return None
        return did_you_mean(self.layer, self.layers) or msg(
            "Its layers: {layers}.", layers=tuple(self.layers)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFeatures(Diagnostic):
    """A layer without a feature."""

    code: ClassVar[str] = "RL409"
    severity: ClassVar[Severity] = "warning"

    @property
    def message(self) -> Message:
        return msg("The file has no features.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRefused(Diagnostic):
    """An archive that could do harm, or in which nothing readable was found."""

    code: ClassVar[str] = "RL410"
    reason: Message

    @property
    def message(self) -> Message:
        return msg("The archive is not opened: {reason}.", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Unpack it yourself, check what is inside, and give the file that is meant.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionMissing(Diagnostic):
    """A Shapefile without one of the files that it needs."""

    code: ClassVar[str] = "RL411"
    companion: str

    @property
    def message(self) -> Message:
        return msg(
            "The Shapefile is incomplete: its {companion} file is missing.",
            companion=self.companion,
        )

    @property
    def hint(self) -> Message:
        return msg("Copy .shp, .shx, .dbf, .prj and .cpg together, all with the same name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingDoubtful(Diagnostic):
    """Text that is not in the encoding it states, or not wholly in any."""

    code: ClassVar[str] = "RL412"
    severity: ClassVar[Severity] = "warning"
    encoding: str
    stated: str | None = None
    lines: Sequence[int] = ()

    @property
    def message(self) -> Message:
        if self.stated:
            return msg(
                "The file says that its text is {stated}, but by its content it is {encoding}; "
                "it is read as {encoding}.",
                stated=self.stated,
                encoding=self.encoding,
            )
        if self.lines:
            return msg(
                "Some characters cannot be read as {encoding} (lines {lines}); they show as �.",
                encoding=self.encoding,
                lines=listed(self.lines),
            )
        return msg(
            "Some characters cannot be read as {encoding}; they show as �.",
            encoding=self.encoding,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingByContent(Diagnostic):
    """A text encoding that was told from the bytes."""

    code: ClassVar[str] = "RL413"
    severity: ClassVar[Severity] = "note"
    encoding: str

    @property
    def message(self) -> Message:
        return msg(
            "The file does not say how its text is encoded; by its content it is {encoding}.",
            encoding=self.encoding,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingUnknown(Diagnostic):
    """A text encoding that does not exist, or does not fit the bytes."""

    code: ClassVar[str] = "RL414"
    encoding: str

    @property
    def message(self) -> Message:
        return msg(
            "The text cannot be read with the encoding “{encoding}”.", encoding=self.encoding
        )

    @property
    def hint(self) -> Message:
        return msg("Leave the encoding out: it is told from the content. Known: UTF-8, GB18030.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryMissing(Diagnostic):
    """Features without a geometry, which are left out."""

    code: ClassVar[str] = "RL415"
    severity: ClassVar[Severity] = "warning"
    numbers: Sequence[int]

    @property
    def message(self) -> Message:
        return msg(
            "Features without a geometry are left out: number {numbers}.",
            numbers=listed(self.numbers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryUnreadable(Diagnostic):
    """A feature whose geometry cannot be read; it is left out and the rest go on."""

    code: ClassVar[str] = "RL416"
    number: int
    reason: Message

    @property
    def message(self) -> Message:
        return msg(
            "The geometry of feature {number} cannot be read: {reason}.",
            number=self.number,
            reason=self.reason,
        )

    @property
    def hint(self) -> Message:
        return msg("The feature is left out. Correct it in the source and check again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionsDropped(Diagnostic):
    """Heights or measures, which no rule looks at."""

    code: ClassVar[str] = "RL417"
    severity: ClassVar[Severity] = "note"

    @property
    def message(self) -> Message:
        return msg("Heights (Z) and measures (M) of the coordinates are not used.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsafeMarkup(Diagnostic):
    """XML with a document type or entities of its own."""

    code: ClassVar[str] = "RL418"

    @property
    def message(self) -> Message:
        return msg("The file declares XML entities or a document type; such files are not read.")

    @property
    def hint(self) -> Message:
        return msg("Remove the <!DOCTYPE …> part: no map program needs it in KML.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRemark(Diagnostic):
    """Something that a reader put right or passed over, in a sentence of its own."""

    code: ClassVar[str] = "RL419"
    severity: ClassVar[Severity] = "warning"
    remark: Message

    @property
    def message(self) -> Message:
        return self.remark


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge(Diagnostic):
    """An input beyond what a reader takes on."""

    code: ClassVar[str] = "RL420"
    what: Message
    limit: str

    @property
    def message(self) -> Message:
        return msg("Too large: {what}; at most {limit}.", what=self.what, limit=self.limit)


# --- boundary-point TXT -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtWithoutParcels(Diagnostic):
    """A text file in which no parcel was found."""

    code: ClassVar[str] = "RL421"
    missing: str

    @property
    def message(self) -> Message:
        return msg(
            "The file is not a boundary-point file: it has no {missing}.", missing=self.missing
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Expected: [属性描述] with 坐标系=… and 带号=…, then [地块坐标] with a header line "
            "that ends in @ for each parcel, then its points 点号,圈号,X,Y."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtLineUnreadable(Diagnostic):
    """A line that cannot be read, and what should stand there."""

    code: ClassVar[str] = "RL422"
    expected: Message

    @property
    def message(self) -> Message:
        return msg("This line cannot be read. Expected: {expected}.", expected=self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtContradiction(Diagnostic):
    """Two statements of the file that cannot both hold."""

    code: ClassVar[str] = "RL423"
    contradiction: Message

    @property
    def message(self) -> Message:
        return self.contradiction

    @property
    def hint(self) -> Message:
        return msg("Correct the one that is wrong; which one it is cannot be told from the file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtNotation(Diagnostic):
    """Writing that departs from the format and was read all the same."""

    code: ClassVar[str] = "RL424"
    severity: ClassVar[Severity] = "warning"
    oddity: Message
    lines: Sequence[int] = ()

    @property
    def message(self) -> Message:
        if len(self.lines) < 2:
            return self.oddity
        return msg("{oddity} (lines {lines})", oddity=self.oddity, lines=listed(self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRingUnclosed(Diagnostic):
    """A ring whose last point is not its first one, closed here."""

    code: ClassVar[str] = "RL425"
    severity: ClassVar[Severity] = "warning"
    parcel: str
    ring: int

    @property
    def message(self) -> Message:
        return msg(
            "Ring {ring} of parcel “{parcel}” does not return to its first point. It is closed.",
            ring=self.ring,
            parcel=self.parcel,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRingSplit(Diagnostic):
    """Points that go on after a ring was closed, or under a number that was used before."""

    code: ClassVar[str] = "RL426"
    severity: ClassVar[Severity] = "warning"
    parcel: str
    ring: int

    @property
    def message(self) -> Message:
        return msg(
            "A new ring begins here in parcel “{parcel}”, although the ring number {ring} was "
            "used before.",
            parcel=self.parcel,
            ring=self.ring,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRingUnusable(Diagnostic):
    """A ring or line that has too few points, or encloses nothing."""

    code: ClassVar[str] = "RL427"
    parcel: str
    ring: int
    reason: Message

    @property
    def message(self) -> Message:
        return msg(
            "Ring {ring} of parcel “{parcel}” cannot be used: {reason}.",
            ring=self.ring,
            parcel=self.parcel,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRingPlacement(Diagnostic):
    """A ring that is no hole although its number says so, or a hole although it says not."""

    code: ClassVar[str] = "RL428"
    severity: ClassVar[Severity] = "warning"
    parcel: str
    ring: int
    placement: Message

    @property
    def message(self) -> Message:
        return msg(
            "Ring {ring} of parcel “{parcel}” {placement}.",
            ring=self.ring,
            parcel=self.parcel,
            placement=self.placement,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtRingsCross(Diagnostic):
    """Two rings of a parcel that cut each other, so that inside and outside cannot be told."""

    code: ClassVar[str] = "RL429"
    parcel: str
    ring: int
    other: int
    other_line: int

    @property
    def message(self) -> Message:
        return msg(
            "Ring {ring} of parcel “{parcel}” cuts across ring {other} (line {line}). Whether it "
            "is a hole or a part cannot be told.",
            ring=self.ring,
            parcel=self.parcel,
            other=self.other,
            line=self.other_line,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtPointCount(Diagnostic):
    """A declared number of points that differs from the rows."""

    code: ClassVar[str] = "RL430"
    severity: ClassVar[Severity] = "warning"
    parcel: str
    declared: int
    found: int

    @property
    def message(self) -> Message:
        return msg(
            "Parcel “{parcel}” declares {declared:point|points}; {found:row follows|rows follow}.",
            parcel=self.parcel,
            declared=self.declared,
            found=self.found,
        )

    @property
    def hint(self) -> Message:
        return msg("Check that no row was lost or doubled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtAreaUnit(Diagnostic):
    """Declared areas in another unit than the hectare of the format."""

    code: ClassVar[str] = "RL431"
    severity: ClassVar[Severity] = "warning"
    basis: Message

    @property
    def message(self) -> Message:
        return self.basis


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtHeaderFields(Diagnostic):
    """A parcel's header with too few, blank or unreadable fields."""

    code: ClassVar[str] = "RL432"
    severity: ClassVar[Severity] = "warning"
    problem: Message

    @property
    def message(self) -> Message:
        return msg("The parcel's header is irregular: {problem}.", problem=self.problem)

    @property
    def hint(self) -> Message:
        return msg("The format: 界址点数,地块面积,地块编号,地块名称,面,图幅号,地块用途,地类编码,@")


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtColumnsSwapped(Diagnostic):
    """East before north, where the format has north first."""

    code: ClassVar[str] = "RL433"
    severity: ClassVar[Severity] = "warning"
    lines: Sequence[int]
    degrees: bool

    @property
    def message(self) -> Message:
        if self.degrees:
            return msg(
                "Longitude stands before latitude (lines {lines}); the two are exchanged.",
                lines=listed(self.lines),
            )
        return msg(
            "The easting stands before the northing (lines {lines}); the two are exchanged.",
            lines=listed(self.lines),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtZoneSupplied(Diagnostic):
    """A zone that only one of header and coordinates states."""

    code: ClassVar[str] = "RL434"
    severity: ClassVar[Severity] = "warning"
    zone: int
    by_header: bool

    @property
    def message(self) -> Message:
        if self.by_header:
            return msg(
                "The eastings do not begin with the zone number; zone {zone} is taken from 带号.",
                zone=self.zone,
            )
        return msg(
            "带号 is missing; zone {zone} is taken from the first two digits of the eastings.",
            zone=self.zone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtDegrees(Diagnostic):
    """Coordinates in degrees, and how they were read."""

    code: ClassVar[str] = "RL435"
    severity: ClassVar[Severity] = "warning"
    reading: Message

    @property
    def message(self) -> Message:
        return self.reading


@dataclass(frozen=True, slots=True, kw_only=True)
class TxtUnknownKey(Diagnostic):
    """A key in [属性描述] that the format does not have."""

    code: ClassVar[str] = "RL436"
    severity: ClassVar[Severity] = "warning"
    key: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("[属性描述] has no key “{key}”; the line is passed over.", key=self.key)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.key, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreOfTheSame(Diagnostic):
    """How many diagnostics of one code were left out to keep the list short."""

    code: ClassVar[str] = "RL437"
    severity: ClassVar[Severity] = "note"
    of: str
    count: int

    @property
    def message(self) -> Message:
        return msg("{count} more of {of} are not listed.", count=self.count, of=self.of)


# --- manifests --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSyntax(Diagnostic):
    """A manifest that is not YAML, TOML or JSON."""

    code: ClassVar[str] = "RL438"
    format: str
    reason: str

    @property
    def message(self) -> Message:
        return msg(
            "The manifest is not valid {format}: {reason}.", format=self.format, reason=self.reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestValue(Diagnostic):
    """A value of the wrong kind."""

    code: ClassVar[str] = "RL439"
    key: str
    expected: Message

    @property
    def message(self) -> Message:
        return msg("“{key}”: expected {expected}.", key=self.key, expected=self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestUnknownKey(Diagnostic):
    """A key that a manifest does not have in this place."""

    code: ClassVar[str] = "RL440"
    key: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("A manifest has no key “{key}” here.", key=self.key)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.key, self.known) or msg(
            "Keys that may stand here: {known}.", known=tuple(self.known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestMissingKey(Diagnostic):
    """A key that must be there."""

    code: ClassVar[str] = "RL441"
    key: str
    example: str | None = None

    @property
    def message(self) -> Message:
        return msg("The key “{key}” is missing.", key=self.key)

    @property
    def hint(self) -> Message | None:
        return msg("For example: {example}", example=self.example) if self.example else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestTooComplex(Diagnostic):
    """A manifest that is nested or repeated beyond what people write."""

    code: ClassVar[str] = "RL442"
    reason: Message

    @property
    def message(self) -> Message:
        return msg("The manifest is not read: {reason}.", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestGeometry(Diagnostic):
    """A geometry of a manifest that leads to no ground."""

    code: ClassVar[str] = "RL443"
    key: str
    reason: Message

    @property
    def message(self) -> Message:
        return msg(
            "The geometry “{key}” cannot be used: {reason}.", key=self.key, reason=self.reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestKeyTwice(Diagnostic):
    """One key twice, or once in each language."""

    code: ClassVar[str] = "RL444"
    key: str
    other: str

    @property
    def message(self) -> Message:
        if self.key == self.other:
            return msg("The key “{key}” stands here twice.", key=self.key)
        return msg(
            "“{key}” and “{other}” are the same key; keep one of them.",
            key=self.key,
            other=self.other,
        )


# --- submissions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFieldMissing(Diagnostic):
    """Rows are to be grouped by a field that the file lacks."""

    code: ClassVar[str] = "RL445"
    field: str
    known: Sequence[str]

    @property
    def message(self) -> Message:
        return msg("The rows cannot be grouped: the file has no field “{field}”.", field=self.field)

    @property
    def hint(self) -> Message | None:
        return did_you_mean(self.field, self.known) or msg(
            "Its fields: {known}.", known=tuple(self.known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdRepeated(Diagnostic):
    """Submissions of one call that share an id."""

    code: ClassVar[str] = "RL446"
    severity: ClassVar[Severity] = "note"
    id: str
    given: str

    @property
    def message(self) -> Message:
        return msg(
            "Another submission is called “{id}” too; this one is called “{given}”.",
            id=self.id,
            given=self.given,
        )

    @property
    def hint(self) -> Message:
        return msg("If they are parts of one project, group them: --group-by FIELD.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFootprint(Diagnostic):
    """Features that are points: they cover no ground."""

    code: ClassVar[str] = "RL447"
    numbers: Sequence[int]

    @property
    def message(self) -> Message:
        return msg(
            "These features are points and cover no ground, so they cannot be judged: number "
            "{numbers}.",
            numbers=listed(self.numbers),
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Give the area or the centre line. The place of an outfall or an intake belongs under "
            "“components” in a manifest."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DateUnreadable(Diagnostic):
    """A day of decision that is no date; the feature is judged without it."""

    code: ClassVar[str] = "RL448"
    severity: ClassVar[Severity] = "warning"
    field: str
    value: str
    number: int

    @property
    def message(self) -> Message:
        return msg(
            "“{field}” of feature {number} is “{value}”, which is no date; it is passed over.",
            field=self.field,
            number=self.number,
            value=self.value,
        )

    @property
    def hint(self) -> Message:
        return msg("Write dates as 2024-05-31.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToJudge(Diagnostic):
    """A file or folder in which no submission was found."""

    code: ClassVar[str] = "RL449"

    @property
    def message(self) -> Message:
        return msg("Nothing was found here that could be judged.")


# --- coordinate systems -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CrsMissing(Diagnostic):
    """Coordinates without a statement of what they mean."""

    code: ClassVar[str] = "RL451"
    remedy: Message | None = None

    @property
    def message(self) -> Message:
        return msg("The file does not say which coordinate system its coordinates are in.")

    @property
    def hint(self) -> Message:
        return self.remedy or msg(
            "State it, for example EPSG:4490 for CGCS2000 in degrees, or EPSG:4526 for CGCS2000 "
            "three-degree zone 38."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrsUnreadable(Diagnostic):
    """A statement of a CRS that means nothing, or contradicts itself."""

    code: ClassVar[str] = "RL452"
    stated: str
    reason: Message | None = None

    @property
    def message(self) -> Message:
        if self.reason is None:
            return msg("“{stated}” is no known coordinate system.", stated=self.stated)
        return msg(
            "The coordinate system “{stated}” cannot be used: {reason}.",
            stated=self.stated,
            reason=self.reason,
        )

    @property
    def hint(self) -> Message:
        return msg("State it by its code, for example EPSG:4490 or EPSG:4526.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrsOverridden(Diagnostic):
    """The user states another CRS than the file does, and prevails."""

    code: ClassVar[str] = "RL453"
    severity: ClassVar[Severity] = "warning"
    given: str
    stated: str

    @property
    def message(self) -> Message:
        return msg(
            "The file says that its coordinates are in {stated}; they are read as {given}, as you "
            "stated.",
            stated=self.stated,
            given=self.given,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumRefused(Diagnostic):
    """A datum without a public transformation to CGCS2000."""

    code: ClassVar[str] = "RL454"
    datum: str

    @property
    def message(self) -> Message:
        return msg(
            "The coordinates are in {datum}. There is no public transformation from it to "
            "CGCS2000; without one they may lie a hundred metres off.",
            datum=self.datum,
        )

    @property
    def hint(self) -> Message:
        return msg(
            "Have the data converted to CGCS2000, or state the coordinate system with its "
            "parameters (+towgs84=…), or accept the shift by name: --accept-crs “{datum}”.",
            datum=self.datum,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumUnnamed(Diagnostic):
    """A CRS that does not say on which datum it stands."""

    code: ClassVar[str] = "RL455"
    stated: str

    @property
    def message(self) -> Message:
        return msg(
            "The coordinate system “{stated}” does not say on which datum it stands (CGCS2000, "
            "WGS 84, Xi'an 1980 …).",
            stated=self.stated,
        )

    @property
    def hint(self) -> Message:
        return msg("State it by its code, for example EPSG:4490 or EPSG:4526.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BallparkAccepted(Diagnostic):
    """A datum that is taken as CGCS2000 because the user said so."""

    code: ClassVar[str] = "RL456"
    severity: ClassVar[Severity] = "warning"
    datum: str

    @property
    def message(self) -> Message:
        return msg(
            "Coordinates in {datum} are taken as if they were CGCS2000, as you accepted. They may "
            "lie a hundred metres off.",
            datum=self.datum,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatesDisagree(Diagnostic):
    """Coordinates that are not in the CRS that is stated for them, and what they look like."""

    code: ClassVar[str] = "RL457"
    stated: str
    extent: str
    finding: Message
    remedy: Message

    @property
    def message(self) -> Message:
        return msg(
            "The coordinates do not fit {stated}: they run over {extent}. {finding}",
            stated=self.stated,
            extent=self.extent,
            finding=self.finding,
        )

    @property
    def hint(self) -> Message:
        return self.remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAreaOfUse(Diagnostic):
    """Coordinates far outside the area for which their CRS is meant."""

    code: ClassVar[str] = "RL458"
    stated: str
    extent: str
    area: str

    @property
    def message(self) -> Message:
        return msg(
            "The coordinates lie at {extent}, far outside the area for which {stated} is meant "
            "({area}).",
            stated=self.stated,
            extent=self.extent,
            area=self.area,
        )

    @property
    def hint(self) -> Message:
        return msg("Check the coordinate system, and state the right one if the file is wrong.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondAreaOfUse(Diagnostic):
    """Coordinates a little outside the area for which their CRS is meant."""

    code: ClassVar[str] = "RL459"
    severity: ClassVar[Severity] = "warning"
    stated: str
    extent: str
    area: str
    shifted: bool = False

    @property
    def message(self) -> Message:
        return msg(
            "The coordinates reach to {extent}, outside the area for which {stated} is meant "
            "({area}). They are used as they are.",
            stated=self.stated,
            extent=self.extent,
            area=self.area,
        )

    @property
    def hint(self) -> Message:
        if self.shifted:
            return msg(
                "Coordinates from Chinese web maps (GCJ-02) lie 100 to 700 m off and look like "
                "this; survey coordinates do not."
            )
        return msg("That is in order for ground that lies in two zones; else check the zone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureMisplaced(Diagnostic):
    """One feature far from where its CRS holds, among others that are in place."""

    code: ClassVar[str] = "RL460"
    number: int
    extent: str
    stated: str

    @property
    def message(self) -> Message:
        return msg(
            "Feature {number} has coordinates that {stated} cannot have there: {extent}.",
            number=self.number,
            stated=self.stated,
            extent=self.extent,
        )

    @property
    def hint(self) -> Message:
        return msg("The feature is left out. Correct it in the source and check again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatesNotFinite(Diagnostic):
    """A feature with a coordinate that is no number."""

    code: ClassVar[str] = "RL461"
    number: int

    @property
    def message(self) -> Message:
        return msg(
            "Feature {number} has a coordinate that is not a number (NaN or infinite).",
            number=self.number,
        )

    @property
    def hint(self) -> Message:
        return msg("The feature is left out. Correct it in the source and check again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMapShift(Diagnostic):
    """Coordinates that are, or seem to be, in the shifted system of Chinese web maps."""

    code: ClassVar[str] = "RL462"
    severity: ClassVar[Severity] = "warning"
    sign: Message

    @property
    def message(self) -> Message:
        return msg(
            "The coordinates may be shifted by 100 to 700 m (GCJ-02 or BD-09, the systems of "
            "Chinese web maps): {sign}.",
            sign=self.sign,
        )

    @property
    def hint(self) -> Message:
        return msg("Use the surveyed coordinates; these cannot stand for a boundary.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumsTakenAsOne(Diagnostic):
    """WGS 84 against CGCS2000: a null shift, and how much it may be wrong."""

    code: ClassVar[str] = "RL463"
    severity: ClassVar[Severity] = "note"
    one: str
    other: str

    @property
    def message(self) -> Message:
        return msg(
            "{one} and {other} are taken as one system; they differ by some centimetres to "
            "decimetres.",
            one=self.one,
            other=self.other,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyCrsMember(Diagnostic):
    """A `crs` member, which GeoJSON had before 2016."""

    code: ClassVar[str] = "RL464"
    severity: ClassVar[Severity] = "note"
    stated: str

    @property
    def message(self) -> Message:
        return msg(
            "The GeoJSON states its coordinate system in a “crs” member, as before 2016; it is "
            "read as {stated}, east before north.",
            stated=self.stated,
        )


def shortened(text: str, length: int = 80) -> str:
    """Text for a message: one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def capped(diagnostics: Iterable[Diagnostic], most: int = 20) -> list[Diagnostic]:
    """The diagnostics in their order, at most so many of each code, then how many were left out."""
    kept: list[Diagnostic] = []
    counts: dict[str, int] = {}
    places: dict[str, Diagnostic] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.code] = counts.get(diagnostic.code, 0) + 1
        if counts[diagnostic.code] <= most:
            kept.append(diagnostic)
            places[diagnostic.code] = diagnostic
    for code, count in counts.items():
        if count > most:
            kept.append(MoreOfTheSame(place=places[code].place, of=code, count=count - most))
    return kept


# --- databases --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseNotReached(Diagnostic):
    """A database that cannot be connected to."""

    code: ClassVar[str] = "RL465"
    reason: str

    @property
    def message(self) -> Message:
        return msg("The database cannot be reached: {reason}.", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg(
            "Check the URL, postgresql://user@host:5432/database. A password belongs into "
            "PGPASSWORD or ~/.pgpass."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseDriverMissing(Diagnostic):
    """The libraries for databases are not installed."""

    code: ClassVar[str] = "RL466"

    @property
    def message(self) -> Message:
        return msg("To read from PostGIS, the libraries for it have to be installed.")

    @property
    def hint(self) -> Message:
        return msg("Install them: pip install 'redline[postgis]'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRefused(Diagnostic):
    """A table or query that the database does not answer, or not in a way that can be used."""

    code: ClassVar[str] = "RL467"
    reason: str

    @property
    def message(self) -> Message:
        return msg("The database does not give this: {reason}.", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Name a table (schema.table), or write a query that begins with select.")

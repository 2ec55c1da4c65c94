"""KML, parsed without GDAL: longitude and latitude on WGS 84, one layer per folder.

Documents that declare a document type or entities are refused. Network links, overlays and tracks
hold no footprint and are passed over with a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from xml.parsers import expat

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.crs import StatedCrs
from redline.ground.diagnostics import FormatUnreadable, ReadingRemark, UnsafeMarkup
from redline.ground.formats.layers import RawLayer, column
from redline.ground.text import decode_text
from redline.messages import Message, msg

WGS84: Final = StatedCrs("EPSG:4326", msg("the KML standard"))

DEEPEST: Final = 100
"""Elements inside each other beyond which a document is refused."""

PASSED_OVER: Final = {"NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Model"}
TRACKS: Final = {"Track", "MultiTrack"}


@dataclass(slots=True)
class Element:
    """An XML element: its name without namespace, its text, and what is in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, name: str) -> Element | None:
        """The first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def child_text(self, name: str) -> str | None:
        """The text of the first child of a name, None where it is blank."""
        found = self.child(name)
        return (found.text.strip() or None) if found is not None else None

    def all(self, name: str) -> list[Element]:
        """The children of a name."""
        return [child for child in self.children if child.name == name]


class Unsafe(Exception):  # noqa: N818 - becomes a diagnostic
    """A document type, entities, or nesting that no map program writes."""


def parsed_xml(text: str) -> Element:
    """The root element of a document. Raises `Unsafe`, or ExpatError."""
    root = Element("", {})
    stack = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > DEEPEST:
            raise Unsafe
        element = Element(name.rpartition("}")[2].rpartition(":")[2], attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        pieces.setdefault(id(stack[-1]), (stack[-1], []))[1].append(data)

    def refuse_declaration(*_: object) -> None:
        raise Unsafe

    pieces: dict[int, tuple[Element, list[str]]] = {}
    parser = expat.ParserCreate("utf-8", "}")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.EntityDeclHandler = refuse_declaration
    parser.buffer_text = True
    parser.Parse(text.encode("utf-8"), True)
    for element, parts in pieces.values():
        element.text = "".join(parts)
    return root.children[0]


def read_kml(data: bytes, file: str, name: str) -> list[RawLayer]:
    """The layers of a KML file: one per folder that holds places. Raises `Refusal`."""
    decoded = decode_text(data, file)
    place = Place(file)
    try:
        root = parsed_xml(decoded.text.lstrip())
    except Unsafe:
        raise refuse(UnsafeMarkup(place=place)) from None
    except (expat.ExpatError, ValueError, IndexError) as error:
        line = getattr(error, "lineno", None)
        reason = msg("it is not well-formed XML")
        raise refuse(
            FormatUnreadable(place=Place(file, line), format="KML", reason=reason)
        ) from None
    if root.name != "kml":
        reason = msg("its first element is not <kml>")
        raise refuse(FormatUnreadable(place=place, format="KML", reason=reason))
    folders: dict[str, list[Element]] = {}
    passed: set[str] = set()
    for folder, element in placemarks(root, name):
        if element.name == "Placemark":
            folders.setdefault(folder, []).append(element)
        else:
            passed.add(element.name)
    remarks: list[Diagnostic] = list(decoded.diagnostics)
    if passed:
        remark = msg("Passed over, since they hold no footprint: {names}.", names=tuple(passed))
        remarks.append(ReadingRemark(place=place, remark=remark))
    layers = [layer_of(one, elements, tuple(remarks)) for one, elements in folders.items()]
    return [
        replace(layer, encoding=decoded.encoding)
        for layer in layers or [layer_of(name, [], tuple(remarks))]
    ]


def placemarks(root: Element, name: str) -> Iterator[tuple[str, Element]]:
    """The placemarks, and what is passed over, each with the name of the folder it is in."""
    stack = [(name, root)]
    while stack:
        folder, element = stack.pop()
        if element.name == "Placemark" or element.name in PASSED_OVER:
            yield folder, element
            continue
        if element.name == "Folder":
            folder = element.child_text("name") or folder
        stack += [(folder, child) for child in reversed(element.children)]


def layer_of(name: str, elements: list[Element], remarks: tuple[Diagnostic, ...]) -> RawLayer:
    """A layer of placemarks."""
    geometry = np.full(len(elements), None, dtype=object)
    unreadable: dict[int, Message] = {}
    rows: list[dict[str, str | None]] = []
    unclosed: list[int] = []
    dropped = False
    for i, element in enumerate(elements):
        rows.append(attributes_of(element))
        try:
            read = geometry_in(element)
        except ValueError as error:
            unreadable[i] = msg("“{text}” are no coordinates", text=str(error))
            continue
        except shapely.GEOSException:
            unreadable[i] = msg("a ring or line has too few points")
            continue
        geometry[i] = read.geometry
        dropped |= read.dropped
        unclosed += [i] if read.closed else []
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns = {key: column([row.get(key) for row in rows]) for key in names}
    return RawLayer(
        name,
        geometry,
        columns,
        WGS84,
        unreadable,
        unclosed,
        dropped,
        diagnostics=remarks,
    )


def attributes_of(placemark: Element) -> dict[str, str | None]:
    """The name, description and extended data of a placemark."""
    found: dict[str, str | None] = {}
    for key in ("name", "description"):
        if placemark.child(key) is not None:
            found[key] = placemark.child_text(key)
    for data in placemark.all("ExtendedData"):
        for one in data.all("Data"):
            found[one.attributes.get("name", "")] = one.child_text("value")
        for schema in data.all("SchemaData"):
            for one in schema.all("SimpleData"):
                found[one.attributes.get("name", "")] = one.text.strip() or None
    found.pop("", None)
    return found


@dataclass(frozen=True, slots=True)
class ReadGeometry:
    """A geometry, two-dimensional; None where the placemark has none.

    `dropped` tells that there were heights, `closed` that an open ring was closed.
    """

    geometry: BaseGeometry | None
    dropped: bool = False
    closed: bool = False


def geometry_in(element: Element) -> ReadGeometry:
    """The geometry in a placemark or MultiGeometry. Raises ValueError, GEOSException."""
    parts: list[BaseGeometry] = []
    dropped = closed = False
    for child in element.children:
        read = one_geometry(child)
        if read is not None and read.geometry is not None:
            parts.append(read.geometry)
            dropped |= read.dropped
            closed |= read.closed
    if len(parts) <= 1:
        return ReadGeometry(parts[0] if parts else None, dropped, closed)
    polygons = [part for part in parts if isinstance(part, shapely.Polygon)]
    if len(polygons) == len(parts):
        return ReadGeometry(shapely.MultiPolygon(polygons), dropped, closed)
    lines = [part for part in parts if isinstance(part, shapely.LineString)]
    if len(lines) == len(parts):
        return ReadGeometry(shapely.MultiLineString(lines), dropped)
    return ReadGeometry(shapely.GeometryCollection(parts), dropped, closed)


def one_geometry(element: Element) -> ReadGeometry | None:
    """The geometry that an element is; None where it is none."""
    match element.name:
        case "MultiGeometry":
            return geometry_in(element)
        case "Polygon":
            return polygon(element)
        case "LineString" | "Point" | "LinearRing":
            positions, dropped = coordinates(element)
            if not len(positions):
                return None
            if element.name == "Point":
                return ReadGeometry(shapely.Point(positions[0]), dropped)
            if element.name == "LinearRing":
                return ReadGeometry(shapely.Polygon(positions), dropped, is_open(positions))
            return ReadGeometry(shapely.LineString(positions), dropped)
    return None


def polygon(element: Element) -> ReadGeometry | None:
    """A polygon from its boundaries."""
    dropped = False
    rings: dict[str, list[NDArray[np.float64]]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for boundary in element.children:
        for ring in boundary.all("LinearRing") if boundary.name in rings else []:
            positions, heights = coordinates(ring)
            rings[boundary.name].append(positions)
            dropped |= heights
    outer = rings["outerBoundaryIs"]
    if not outer or not len(outer[0]):
        return None
    holes = [ring for ring in rings["innerBoundaryIs"] if len(ring)]
    closed = any(is_open(ring) for ring in [outer[0], *holes])
    return ReadGeometry(shapely.Polygon(outer[0], holes), dropped, closed)


def is_open(ring: NDArray[np.float64]) -> bool:
    """Whether a ring does not return to its first point."""
    return bool((ring[0] != ring[-1]).any())


def coordinates(element: Element) -> tuple[NDArray[np.float64], bool]:
    """The positions of an element as (N, 2), and whether there were heights.

    Positions are separated by blanks, ordinates by commas; blanks beside a comma occur and are
    forgiven. Raises ValueError with the text that is no position.
    """
    text = element.child_text("coordinates") or ""
    tuples = re.sub(r"\s*,\s*", ",", text).split()
    positions: list[tuple[float, float]] = []
    heights = False
    for one in tuples:
        parts = one.split(",")
        try:
            positions.append((float(parts[0]), float(parts[1])))
        except (ValueError, IndexError):
            raise ValueError(one[:40]) from None
        heights |= len(parts) > 2
    return np.array(positions, dtype=np.float64).reshape(-1, 2), heights

"""A map as a PNG picture, for documents that cannot hold SVG. Needs Pillow.

The picture holds no text but the scale: a font with Chinese characters is not on every machine.
What the colours mean is said beside it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redline.report.scene import HEIGHT, WIDTH, Kind, Scene, scale_bar
from redline.report.svg import BAR

if TYPE_CHECKING:
    from PIL.Image import Image

SCALE = 4
"""Pixels drawn for a unit; the picture is made smaller by `FINER` afterwards, which smooths it."""

FINER = 2

COLOURS: Mapping[Kind, tuple[int, int, int]] = MappingProxyType(
    {
        Kind.ZONE: (0, 105, 107),
        Kind.FOOTPRINT: (38, 65, 94),
        Kind.REMAINDER: (28, 107, 58),
        Kind.OTHER: (84, 110, 122),
        Kind.OPEN: (106, 61, 154),
        Kind.OWED: (190, 120, 0),
        Kind.OFFENDING: (179, 38, 30),
        Kind.SLIVER: (176, 0, 109),
    }
)
OPACITY = {Kind.ZONE: 22, Kind.FOOTPRINT: 40, Kind.OFFENDING: 130}
PAPER, INK = (243, 245, 240), (20, 20, 20)


def png_of(scene: Scene) -> bytes:
    """The picture of a map; the same scene gives the same bytes."""
    from PIL import Image, ImageDraw

    size = (WIDTH * SCALE, HEIGHT * SCALE)
    picture = Image.new("RGB", size, PAPER)
    for kind in dict.fromkeys(shape.kind for shape in scene.shapes):
        # A mask for all shapes of a kind: holes stay holes, and overlaps are not painted twice.
        mask = Image.new("L", size, 0)
        draw = ImageDraw.Draw(mask)
        shapes = [shape for shape in scene.shapes if shape.kind is kind]
        for polygon in (p for s in shapes for p in _simple(s.geometry) if p.geom_type == "Polygon"):
            _fill(mask, polygon, OPACITY.get(kind, 80))
        for line in (part for s in shapes for part in _simple(s.geometry)):
            for points in _lines(line):
                draw.line(points, fill=255, width=2 * SCALE, joint="curve")
        for x, y in (s.dot for s in shapes if s.dot is not None):
            radius = 4.5
            corners = [(c * SCALE) for c in (x - radius, y - radius, x + radius, y + radius)]
            draw.ellipse(corners, fill=230)
        picture.paste(Image.new("RGB", size, COLOURS[kind]), (0, 0), mask)
    _scale_and_north(picture, scene)
    small = picture.resize((size[0] // FINER, size[1] // FINER), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def _simple(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """Polygons, lines and points that a geometry consists of."""
    for part in shapely.get_parts(geometry):
        if hasattr(part, "geoms"):
            yield from _simple(part)
        else:
            yield part


def _points(line: BaseGeometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line) * SCALE]


def _lines(part: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    if part.geom_type == "Polygon":
        yield from (_points(ring) for ring in shapely.get_rings(part))
    elif part.geom_type in ("LineString", "LinearRing"):
        yield _points(part)


def _fill(mask: Image, polygon: BaseGeometry, opacity: int) -> None:
    """Fill a polygon within its own box of the mask, its holes left as they are."""
    from PIL import Image, ImageDraw

    west, north, east, south = (float(c) for c in np.array(polygon.bounds) * SCALE)
    box = (
        max(int(west), 0),
        max(int(north), 0),
        min(int(east) + 1, mask.width),
        min(int(south) + 1, mask.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    inside = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
    draw = ImageDraw.Draw(inside)
    for i, ring in enumerate(shapely.get_rings(polygon)):
        points = [(x - box[0], y - box[1]) for x, y in _points(ring)]
        draw.polygon(points, fill=0 if i else opacity)
    under = mask.crop(box)
    mask.paste(Image.fromarray(np.maximum(np.asarray(under), np.asarray(inside))), box[:2])


def _scale_and_north(picture: Image, scene: Scene) -> None:
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=15 * SCALE)
    metres, text = scale_bar(scene.metres_per_unit, BAR)
    left, base = 16, HEIGHT - 16
    right = left + metres / scene.metres_per_unit
    corners = [(left, base - 6), (left, base), (right, base), (right, base - 6)]
    draw.line([(x * SCALE, y * SCALE) for x, y in corners], fill=INK, width=2 * SCALE)
    draw.text(((left + 4) * SCALE, (base - 8) * SCALE), text, fill=INK, font=font, anchor="ls")
    middle, top = WIDTH - 24, 10
    arrow = [(middle, top), (middle + 8, top + 28), (middle, top + 22), (middle - 8, top + 28)]
    draw.polygon([(x * SCALE, y * SCALE) for x, y in arrow], fill=INK)
    draw.text((middle * SCALE, (top + 48) * SCALE), "N", fill=INK, font=font, anchor="ms")

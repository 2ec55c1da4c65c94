"""A map as inline SVG: its layers can be switched off, it has a scale bar and points north.

Shapes of a kind stand in one group. Lines keep their width at every zoom. Nothing in it is a style
attribute, so that a page can forbid those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redline.report.markup import Html, joined, tag
from redline.report.scene import HEIGHT, WIDTH, Scene, Shape, scale_bar

BAR = 160.0
"""Units that the scale bar may take."""


def svg_of(
    scene: Scene, name: str, title: str, description: str, *, fine: int, links: Sequence[str] = ()
) -> Html:
    """The map; `name` makes its ids unique, `fine` is how many steps of its grid make a unit.

    `links` are where the dots of an overview lead, one for each shape.
    """
    ids = f"{name}-title", f"{name}-desc"
    ground = joined(_groups(scene, fine) if not links else _dots(scene, fine, links))
    view = tag("g", ground, class_="view")
    grid = tag("rect", class_="paper", width=WIDTH, height=HEIGHT)
    return tag(
        "svg",
        tag("title", title, id=ids[0]),
        tag("desc", description, id=ids[1]),
        grid,
        view,
        _scale_bar(scene),
        _north(),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img" if not links else "group",
        aria_labelledby=ids[0],
        aria_describedby=ids[1],
        data_metres=f"{scene.metres_per_unit:.6g}",
    )


def _groups(scene: Scene, fine: int) -> Iterable[Html]:
    for kind in dict.fromkeys(shape.kind for shape in scene.shapes):
        shapes = (_shape(s, fine) for s in scene.shapes if s.kind is kind)
        yield tag("g", *shapes, class_=f"k-{kind}", transform=f"scale({1 / fine:g})")


def _shape(shape: Shape, fine: int) -> Html:
    title = tag("title", shape.label)
    outline = tag("path", title, d=path_of(shape.geometry, fine), fill_rule="evenodd")
    if shape.dot is None:
        return outline
    return joined([outline, tag("path", title, class_="dot", d=_point(shape.dot, fine))])


def _dots(scene: Scene, fine: int, links: Sequence[str]) -> Iterable[Html]:
    for shape, link in zip(scene.shapes, links, strict=True):
        assert shape.dot is not None
        dot = tag("path", class_="dot", d=_point(shape.dot, fine))
        place = tag("g", dot, class_=f"k-{shape.kind}", transform=f"scale({1 / fine:g})")
        yield tag("a", tag("title", shape.label), place, href=link)


def _point(point: tuple[float, float], fine: int) -> str:
    return f"M{round(point[0] * fine)} {round(point[1] * fine)}h0"


def path_of(geometry: BaseGeometry, fine: int) -> Html:
    """The path data of a geometry on a grid of so many steps a unit."""
    parts = shapely.get_parts(np.array([geometry], dtype=object))
    if any(p.geom_type in ("GeometryCollection", "MultiPolygon", "MultiLineString") for p in parts):
        parts = shapely.get_parts(parts)
    return Html("".join(_part(part, fine) for part in parts))


def _part(part: BaseGeometry, fine: int) -> str:
    match part.geom_type:
        case "Polygon":
            rings = shapely.get_rings(part)
            return "".join(_line(ring, fine) + "z" for ring in rings)
        case "Point":
            x, y = shapely.get_coordinates(part)[0]
            return _point((x, y), fine)
        case _:
            return _line(part, fine)


def _line(line: BaseGeometry, fine: int) -> str:
    steps = np.rint(shapely.get_coordinates(line) * fine).astype(int)
    moved = np.diff(steps, axis=0)
    moved = moved[moved.any(axis=1)]
    start = f"M{steps[0, 0]} {steps[0, 1]}"
    if not len(moved):
        return f"{start}h0"
    return f"{start}l" + " ".join(f"{x} {y}" for x, y in moved.tolist())


def _scale_bar(scene: Scene) -> Html:
    metres, text = scale_bar(scene.metres_per_unit, BAR)
    length = metres / scene.metres_per_unit
    left, base = 16, HEIGHT - 16
    bar = tag("path", d=f"M{left} {base - 6}v6h{length:.1f}v-6", class_="bar")
    words = tag("text", text, x=left + 4, y=base - 10)
    return tag("g", bar, words, class_="scale", aria_hidden="true")


def _north() -> Html:
    arrow = tag("path", d="M0 -22 8 6 0 0 -8 6z")
    letter = tag("text", "N", x=0, y=26, text_anchor="middle")
    place = f"translate({WIDTH - 24} 32)"
    return tag("g", arrow, letter, class_="north", transform=place, aria_hidden="true")

"""DXF drawings: closed polylines and hatches are ground, one layer per layer of the drawing.

A drawing knows no holes: a closed line inside another one on the same layer is taken as a hole,
one inside that as ground again, and a remark says so. Inserted blocks and texts are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from redline.diagnostics import Diagnostic, Place
from redline.ground.diagnostics import ReadingRemark
from redline.ground.features import Geometries
from redline.ground.formats.gdal import DXF, check_beginning, fine_arcs, read_arrow_table
from redline.ground.formats.layers import RawLayer
from redline.ground.rings import TooManyRings, nest
from redline.messages import Message, msg

ENTITIES: Final = "entities"

REMEDY: Final = msg(
    "A drawing cannot say it. State it, for example EPSG:4526 for CGCS2000 three-degree zone 38."
)


def read_drawing(path: Path) -> list[RawLayer]:
    """The layers of a drawing that have ground or lines. Raises `Refusal`."""
    check_beginning(path, DXF)
    with fine_arcs():
        # Blocks that insert blocks multiply without bound.
        table = read_arrow_table(path, DXF, ENTITIES, None, INLINE_BLOCKS="NO")
    geometry = table.parsed.geometry
    names = [str(name) for name in table.columns.get("Layer", np.full(len(geometry), "0"))]
    flat = np.asarray(shapely.force_2d(geometry), dtype=object)
    found: list[RawLayer] = []
    for name in dict.fromkeys(names):
        rows = np.array([i for i, one in enumerate(names) if one == name], dtype=np.intp)
        whole = RawLayer(
            name=name,
            geometry=flat[rows],
            columns={key: values[rows] for key, values in table.columns.items()},
            stated=None,
            unreadable=picked(table.parsed.unreadable, rows),
            dropped=bool(shapely.has_z(geometry[rows]).any()),
            remedy=REMEDY,
        )
        ground = ground_of(whole, Place(str(path), item=name))
        if len(ground.geometry):
            found.append(ground)
    return found


def picked(unreadable: Mapping[int, Message], rows: NDArray[np.intp]) -> dict[int, Message]:
    """The entries of some rows, under their new numbers."""
    return {i: unreadable[row] for i, row in enumerate(rows.tolist()) if row in unreadable}


def ground_of(layer: RawLayer, place: Place) -> RawLayer:
    """A layer with its closed lines as polygons; with its open lines where it has no closed one."""
    closed = is_closed_line(layer.geometry)
    area = shapely.get_dimensions(layer.geometry) == 2
    said: list[Diagnostic] = []
    geometry = layer.geometry.copy()
    if closed.any():
        geometry[closed] = nested_polygons(layer.geometry[closed], place, said)
    kept = np.asarray(shapely.is_geometry(geometry)) & (closed | area)
    if not kept.any():
        kept = np.asarray(shapely.get_dimensions(geometry) == 1)
    passed = int(np.sum(~kept & ~closed & shapely.is_geometry(layer.geometry)))
    if passed and kept.any():
        remark = msg("Open lines, points, texts and blocks are passed over: {count}.", count=passed)
        said.append(ReadingRemark(place=place, remark=remark))
    rows = np.flatnonzero(kept | np.isin(np.arange(len(geometry)), list(layer.unreadable)))
    return RawLayer(
        name=layer.name,
        geometry=geometry[rows],
        columns={key: values[rows] for key, values in layer.columns.items()},
        stated=None,
        unreadable=picked(layer.unreadable, rows),
        dropped=layer.dropped,
        remedy=layer.remedy,
        diagnostics=tuple(said),
    )


def is_closed_line(geometry: Geometries) -> NDArray[np.bool_]:
    """Which geometries are lines that return to their first point and enclose something."""
    line = shapely.get_type_id(geometry) == shapely.GeometryType.LINESTRING
    closed = line & np.asarray(shapely.is_closed(geometry))
    return np.asarray(closed & (shapely.get_num_points(geometry) >= 4))


def nested_polygons(lines: Geometries, place: Place, said: list[Diagnostic]) -> Geometries:
    """Polygons in the rows of their outer lines; None in the rows of holes and repetitions."""
    result = np.full(len(lines), None, dtype=object)
    rings = [shapely.get_coordinates(line) for line in lines]
    try:
        nesting = nest(rings)
    except TooManyRings:
        result[:] = [shapely.Polygon(ring) for ring in rings]
        remark = msg("The layer has too many closed lines inside each other to tell holes.")
        said.append(ReadingRemark(place=place, remark=remark))
        return result
    shells = np.flatnonzero(nesting.depth % 2 == 0)
    result[shells] = list(nesting.polygons)
    repeated = len(nesting.repeated)
    holes = len(lines) - len(shells) - int(np.sum(nesting.depth == -1))
    if holes:
        remark = msg(
            "Closed lines inside another one on the same layer are taken as holes: {count}.",
            count=holes,
        )
        said.append(ReadingRemark(place=place, remark=remark))
    if repeated:
        remark = msg("Closed lines drawn twice count once: {count}.", count=repeated)
        said.append(ReadingRemark(place=place, remark=remark))
    return result

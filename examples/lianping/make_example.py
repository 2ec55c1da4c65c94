"""Makes the county of this example: `python make_example.py [FOLDER]`, by default this one.

Needs numpy, shapely, pyproj and pyogrio. The seed is fixed: running it again gives the same country,
to the last millimetre. It writes data/ and submissions/, and touches nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from country import RIVER_MARGIN, Country, build_country
from layers import Layer, all_layers
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry
from terrain import build_terrain

SEED = 20260815
GRID = 1e-8
"""Coordinates are rounded to this many degrees, about a millimetre."""

STAMP = "2026-08-31T00:00:00.000Z"
"""The time that files carry in their headers, so that they do not change from day to day."""


def main(folder: Path) -> None:
    """Write everything below a folder."""
    rng = np.random.default_rng(SEED)
    country = build_country(build_terrain(rng), rng)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for old in data.iterdir():
        old.unlink()
    for layer in [*all_layers(country, rng), *coverage(country)]:
        write_layer(data, layer)


def coverage(country: Country) -> list[Layer]:
    """Where the layers are complete: inside the border, on the map, and along the rivers."""
    rivers = country.county.buffer(RIVER_MARGIN - 200, quad_segs=4).simplify(100.0)
    return [
        Layer("coverage_county.geojson", "county", [country.county], [{"MC": "连平县域"}]),
        Layer("coverage_rivers.geojson", "rivers", [rivers], [{"MC": "县域及周边河流"}]),
        Layer("coverage_map.geojson", "map", [country.region], [{"MC": "全图"}]),
    ]


def to_degrees(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Geometries of EPSG:4547 in EPSG:4490, longitude first, on the grid."""
    project = Transformer.from_crs(4547, 4490, always_xy=True).transform
    moved = [
        shapely.transform(s, lambda p: np.column_stack(project(p[:, 0], p[:, 1]))) for s in shapes
    ]
    return [shapely.set_precision(m, GRID) for m in moved]


def write_layer(folder: Path, layer: Layer) -> None:
    """Write a layer as what its file's name says."""
    path = folder / layer.file
    shapes = to_degrees(layer.geometry)
    if path.suffix == ".geojson":
        write_geojson(path, layer, shapes)
        return
    multi = [promoted(s) for s in shapes]
    names = list(layer.rows[0])
    columns = [np.array([row[name] for row in layer.rows]) for name in names]
    shape_file = path.suffix == ".shp"
    options = {"DBF_DATE_LAST_UPDATE": STAMP[:10]} if shape_file else {}
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(s) for s in multi], dtype=object),
        columns,
        names,
        geometry_type=multi[0].geom_type,
        crs="EPSG:4490",
        driver="ESRI Shapefile" if shape_file else "GPKG",
        encoding="GBK" if shape_file else None,
        append=False if not path.exists() else not shape_file,
        layer=layer.name,
        **options,
    )
    if shape_file:
        path.with_suffix(".cpg").unlink()


def promoted(shape: BaseGeometry) -> BaseGeometry:
    """The multi-part form of a polygon or line."""
    parts = shapely.get_parts(shape)
    make = shapely.multilinestrings if shape.length and not shape.area else shapely.multipolygons
    return make(parts)


def write_geojson(path: Path, layer: Layer, shapes: Sequence[BaseGeometry]) -> None:
    """Write GeoJSON with eight decimals, one feature on a line."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": rounded_mapping(shape)},
            ensure_ascii=False,
        )
        for row, shape in zip(layer.rows, shapes, strict=True)
    ]
    body = ",\n".join(lines)
    path.write_text(
        f'{{"type": "FeatureCollection", "name": "{layer.name}", "features": [\n{body}\n]}}\n',
        encoding="utf-8",
    )


def rounded_mapping(shape: BaseGeometry) -> object:
    """A GeoJSON geometry with coordinates of eight decimals."""

    def cut(value: object) -> object:
        if isinstance(value, float):
            return round(value, 8)
        return [cut(v) for v in value] if isinstance(value, (list, tuple)) else value

    mapping = shapely.geometry.mapping(shape)
    return {key: cut(value) for key, value in mapping.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

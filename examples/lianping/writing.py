"""Writing layers and project geometry as files, each as its format is met in practice."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from layers import Layer
from pyproj import Transformer
from shapely import MultiLineString, MultiPolygon
from shapely.geometry.base import BaseGeometry
from shapes import polygons

STAMP = "2026-08-31T00:00:00.000Z"
"""The time that files carry in their headers, so that they do not change from day to day."""

DEGREES = 4490
"""CGCS2000, longitude and latitude."""


def in_crs(shape: BaseGeometry, crs: int) -> BaseGeometry:
    """A geometry of EPSG:4547 in another CRS, x first, rounded to about a millimetre."""
    if crs == 4547:
        return shapely.set_precision(shape, 0.001)
    project = Transformer.from_crs(4547, crs, always_xy=True).transform
    moved = shapely.transform(shape, lambda p: np.column_stack(project(p[:, 0], p[:, 1])))
    return shapely.set_precision(moved, 1e-8 if crs in (4490, 4326) else 0.001)


def promoted(shape: BaseGeometry) -> BaseGeometry:
    """The multi-part form of a polygon or line; a point as it is."""
    if shape.geom_type.endswith("Point"):
        return shape
    parts = shapely.get_parts(shape)
    return MultiLineString(list(parts)) if shape.area == 0 else MultiPolygon(list(parts))


def write_layer(folder: Path, layer: Layer, crs: int = DEGREES) -> None:
    """Write a layer as what the ending of its file says."""
    path = folder / layer.file
    if path.suffix == ".geojson":
        write_geojson(path, layer)
    elif path.suffix == ".shp":
        write_shapefile(path, layer, crs)
    else:
        write_table(path, layer, crs, driver="GPKG", append=path.exists())


def write_table(path: Path, layer: Layer, crs: int, **options: object) -> None:
    """Write one layer with GDAL."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    shapes = [promoted(in_crs(shape, crs)) for shape in layer.geometry]
    names = list(layer.rows[0])
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        [np.array([row[name] for row in layer.rows]) for name in names],
        names,
        geometry_type=shapes[0].geom_type,
        crs=f"EPSG:{crs}",
        layer=layer.name,
        **options,
    )


def write_shapefile(path: Path, layer: Layer, crs: int) -> None:
    """Write a shapefile in GBK that does not say so: without .cpg, as older programs leave it."""
    write_table(
        path,
        layer,
        crs,
        driver="ESRI Shapefile",
        encoding="GBK",
        DBF_DATE_LAST_UPDATE=STAMP[:10],
    )
    path.with_suffix(".cpg").unlink()


def write_zipped_shapefile(path: Path, layer: Layer, crs: int) -> None:
    """Write such a shapefile into a ZIP archive."""
    with tempfile.TemporaryDirectory() as place:
        write_shapefile(Path(place) / layer.file, layer, crs)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(place).iterdir()):
                entry = zipfile.ZipInfo(part.name, (2026, 8, 31, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, part.read_bytes())
    path.write_bytes(stream.getvalue())


def write_geojson(path: Path, layer: Layer) -> None:
    """Write GeoJSON in degrees with eight decimals, one feature on a line."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": dict(row), "geometry": geojson_of(shape)},
            ensure_ascii=False,
        )
        for row, shape in zip(layer.rows, layer.geometry, strict=True)
    ]
    body = ",\n".join(lines)
    path.write_text(
        f'{{"type": "FeatureCollection", "name": "{layer.name}", "features": [\n{body}\n]}}\n',
        encoding="utf-8",
    )


def geojson_of(shape: BaseGeometry) -> object:
    """A geometry of EPSG:4547 as GeoJSON."""
    return json.loads(
        shapely.to_geojson(in_crs(shape, DEGREES)), parse_float=lambda t: round(float(t), 8)
    )


def write_kml(path: Path, name: str, shape: BaseGeometry) -> None:
    """Write one polygon as KML."""
    ring = " ".join(f"{x:.8f},{y:.8f}" for x, y in rings_of(in_crs(shape, 4326))[0])
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{name}</name>
<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>{ring}</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>
""",
        encoding="utf-8",
    )


def boundary_points(parcels: Sequence[tuple[str, str, BaseGeometry]], unit: str) -> str:
    """Parcels (name, use, ground) as an exchange file of boundary points, zone 38 of CGCS2000.

    X is the northing; the easting has the zone number in front. Areas are in hectares.
    """
    head = {
        "格式版本号": "1.01版本",
        "数据产生单位": unit,
        "数据产生日期": "2026-09-18",
        "坐标系": "2000国家大地坐标系",
        "几度分带": "3",
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": "38",
        "精度": "0.001",
        "转换参数": "0,0,0,0,0,0,0",
    }
    lines = ["[属性描述]", *(f"{key}={value}" for key, value in head.items()), "[地块坐标]"]
    for number, (name, use, shape) in enumerate(parcels, 1):
        rings = rings_of(in_crs(shape, 4526))
        count = sum(len(ring) for ring in rings)
        lines.append(f"{count},{shape.area / 1e4:.4f},{number},{name},面,G50G092045,{use},,@")
        point = 0
        for circle, ring in enumerate(rings, 1):
            first = point + 1
            for i, (x, y) in enumerate(ring):
                point = first if i == len(ring) - 1 else first + i
                lines.append(f"J{point},{circle},{y:.3f},{x:.3f}")
            point = first + len(ring) - 2
    return "\r\n".join(lines) + "\r\n"


def rings_of(shape: BaseGeometry) -> list[list[tuple[float, float]]]:
    """The rings of a polygon, closed, the outer one first."""
    outer = polygons(shape)[0]
    return [list(ring.coords) for ring in (outer.exterior, *outer.interiors)]


def write_txt(path: Path, text: str) -> None:
    """Write text in GBK, as offices' programs do."""
    path.write_bytes(text.encode("gbk"))

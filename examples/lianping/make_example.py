"""Makes the county of this example: `python make_example.py [FOLDER]`, by default this one.

Needs numpy, shapely, pyproj and pyogrio. The seed is fixed: running it again gives the same
country, to the millimetre. It writes data/, the geometry of submissions/ and the tables of
register/; the manifests beside that geometry, the mappings beside those tables, the catalog and the
README are written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import shapely
from country import RIVER_MARGIN, Country, build_country
from layers import Layer, all_layers
from past_decisions import write_register
from revisions import revisions
from sites import Sites, find_sites
from terrain import build_terrain
from writing import boundary_points, write_kml, write_layer, write_txt, write_zipped_shapefile

SEED = 20260815


def main(folder: Path) -> None:
    """Write everything below a folder."""
    rng = np.random.default_rng(SEED)
    country = build_country(build_terrain(rng), rng)
    data, submissions = folder / "data", folder / "submissions"
    for place in (data, submissions):
        place.mkdir(parents=True, exist_ok=True)
    layers = [*all_layers(country, rng), *coverage(country), *revisions(country)]
    for layer in layers:
        (data / layer.file).unlink(missing_ok=True)
    for layer in layers:
        write_layer(data, layer)
    write_submissions(submissions, find_sites(country))
    write_register(folder / "register", country, np.random.default_rng(SEED + 1))


def coverage(country: Country) -> list[Layer]:
    """Where the layers are complete: inside the border, along the rivers, and on the map."""
    rivers = country.county.buffer(RIVER_MARGIN - 200, quad_segs=4).simplify(100.0)
    return [
        Layer("coverage_county.geojson", "county", [country.county], [{"MC": "连平县域"}]),
        Layer("coverage_rivers.geojson", "rivers", [rivers], [{"MC": "县域及周边河流"}]),
        Layer("coverage_map.geojson", "map", [country.region], [{"MC": "全图"}]),
    ]


def write_submissions(folder: Path, sites: Sites) -> None:
    """Write the geometry of every project, in the format that its manifest or name says."""
    write_layer(folder, Layer("01_school.geojson", "school", [sites.school], [{"名称": "教学楼"}]))

    works = folder / "02_food_works.gpkg"
    works.unlink(missing_ok=True)
    write_layer(folder, Layer(works.name, "yongdi", [sites.food_works], [{"DKMC": "厂区"}]))
    outfall = [sites.food_works_outfall]
    write_layer(folder, Layer(works.name, "paiwukou", outfall, [{"BH": "PW-01"}]))

    write_chemical_plant(folder / "03_chemical_plant.zip", sites)
    trail = sites.trail.buffer(1.5, cap_style="flat")
    write_kml(folder / "04_trail.kml", "云岭水库观景步道", trail)
    write_road(folder / "05_village_road.gpkg", sites)
    write_water_main(folder / "06_water_main.gpkg", sites)

    parcel = [("仓储用地", "物流仓储用地", sites.warehouse)]
    write_txt(folder / "07_warehouse.txt", boundary_points(parcel, "连平县示例测绘队"))
    parcel = [("采区", "采矿用地", sites.quarry)]
    write_txt(folder / "08_quarry.txt", boundary_points(parcel, "连平县示例测绘队"))
    write_houses(folder, sites)


def write_chemical_plant(path: Path, sites: Sites) -> None:
    """One feature with its attributes in the table: a bare file says what its columns say."""
    row = {
        "项目编号": "LP-2026-003",
        "项目名称": "油竹有机原料厂",
        "建设性质": "新建",
        "行业": "C2614",
        "排放污染物": "是",
    }
    plant = shapely.union_all(sites.chemical_plant)
    layer = Layer("chemical_plant.shp", "chemical_plant", [plant], [row])
    write_zipped_shapefile(path, layer, crs=4526)


def write_road(path: Path, sites: Sites) -> None:
    """The road, its construction yard, and the ground of the permit for part of that yard."""
    path.unlink(missing_ok=True)
    for name, shape in (
        ("road", sites.road),
        ("yard", sites.road_yard),
        ("approval", sites.road_approval),
    ):
        write_layer(path.parent, Layer(path.name, name, [shape], [{"MC": name}]), crs=4547)


def write_water_main(path: Path, sites: Sites) -> None:
    """The strip of the pipeline, its yard, and the ground of the province's opinion."""
    path.unlink(missing_ok=True)
    strip = sites.water_main.buffer(1.5, cap_style="flat")
    for name, shape in (
        ("strip", strip),
        ("yard", sites.water_main_yard),
        ("opinion", sites.water_main_opinion),
    ):
        write_layer(path.parent, Layer(path.name, name, [shape], [{"MC": name}]), crs=4526)


def write_houses(folder: Path, sites: Sites) -> None:
    """Three houses as three submissions of one file."""
    common = {"建设性质": "新建", "农村村民住宅": "是", "非农业建设": "是"}
    rows = [{"id": f"ZJD-{i:03d}", **common} for i in range(1, len(sites.houses) + 1)]
    write_layer(folder, Layer("09_houses.geojson", "houses", list(sites.houses), rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

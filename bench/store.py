"""What one footprint costs against a stored layer of millions of vertices.

    python -m bench.store --vertices 10e6

Builds the store of a large and of a small red line, then measures one footprint against each in a
process of its own, from the start of Python to the area, and prints the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from bench.fractal import red_line
from bench.overlay import machine
from redline.ground.plane import Plane

PLANE = Plane(114, 24)
DAY = date(2025, 1, 1)


def write_layer(folder: Path, vertices: int, polygons: int) -> None:
    """A red line in degrees as GeoParquet, and a catalog that names it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    layer = PLANE.to_lonlat(red_line(vertices, polygons))
    about = {"encoding": "WKB", "geometry_types": ["Polygon"], "crs": CRS(4490).to_json_dict()}
    table = pa.table({"geometry": pa.array(shapely.to_wkb(layer), pa.binary())})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), folder / "red.parquet")
    (folder / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\n[[layer]]\nname = "red"\npath = "red.parquet"\n'
        'coverage = "everywhere"\n'
    )
    then = time.time() - 3600
    os.utime(folder / "red.parquet", (then, then))


def one_check(folder: Path, *, build: bool) -> None:
    """Opens the layer and measures one footprint; in a process of its own."""
    from redline.ground import opening
    from redline.ground.catalog import load_catalog
    from redline.ground.measure import overlaps
    from redline.ground.store import Store

    if build:
        opening.LARGE = 0
    version = load_catalog(folder / "catalog.toml").find("red", on=DAY)
    assert version is not None
    zone = opening.open_zone(version, PLANE, store=Store(folder / "store"))
    footprint = np.array([shapely.box(2500, 0, 2600, 80)], dtype=object)
    print(overlaps(footprint, zone).area_m2)


def timed(folder: Path, *, build: bool = False) -> float:
    """Seconds of a process that makes one check."""
    command = [sys.executable, "-m", "bench.store", "--one", str(folder)]
    start = time.perf_counter()
    subprocess.run(command + ["--build"] * build, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--vertices", default="10e6", help="vertices of the large layer (10e6)")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_check(given.one, build=given.build)
        return
    print(machine())
    sizes = {"small": (2_000, 4), "large": (int(float(given.vertices)), 196)}
    with tempfile.TemporaryDirectory() as scratch:
        medians = {}
        for name, (vertices, polygons) in sizes.items():
            folder = Path(scratch) / name
            folder.mkdir()
            write_layer(folder, vertices, polygons)
            building = timed(folder, build=True)
            checks = [timed(folder) for _ in range(given.repeat)]
            medians[name] = statistics.median(checks)
            held = sum(f.stat().st_size for f in (folder / "store").rglob("*") if f.is_file())
            print(
                f"{name}: {vertices:,} vertices, read, built and stored in {building:.2f} s "
                f"({held / 1e6:.1f} MB); one check {medians[name]:.3f} s"
            )
        print(f"ratio: {medians['large'] / medians['small']:.2f}")


if __name__ == "__main__":
    main()

"""How fast the ground that footprints share with a layer is found, against peers.

    python -m bench.overlay                                 1 million vertices, 100,000 footprints
    python -m bench.overlay --vertices 10e6 --repeat 3
    python -m bench.overlay --only redline,sedonadb

All contenders get the same geometry in the same plane, each in a process of its own. They must
agree on the area of every footprint. Tiling is done once for a layer and stated apart. Peak memory
is that of the process, the geometry it was given included.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from bench.fractal import parcels, red_line
from redline.ground.features import Geometries

CAMBRIDGE = Path(__file__).parents[2] / "shared" / "data" / "cambridge"
CAMBRIDGE_LAYERS = (
    "FEMA_FloodPlains500Year",
    "versions/CDD_ZoningDistricts__2020-02-03__989eec8",
    "versions/RECREATION_OpenSpace__2015-05-18__0533b24",
)
PLANE_WKT = "EPSG:6933"
"""Any projected CRS: peers want a name for the plane, and do nothing with it."""

PEER = "geopandas.overlay"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contender took (s, and MB at its peak) and found."""

    name: str
    tiling_s: float = 0.0
    overlay_s: float = 0.0
    pairs: int = 0
    peak_mb: float = 0.0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds for tiling and overlay, the number of overlaps, the area of each footprint."""

    tiling_s: float
    overlay_s: float
    pairs: int
    area: NDArray[np.float64]


# --- contenders -------------------------------------------------------------------------------


def redline(footprints: Geometries, layer: Geometries, repeat: int, *, geometry: bool) -> Timed:
    """Redline on all cores (or as many as `REDLINE_THREADS` says)."""
    from redline.ground.measure import Tolerance, overlaps
    from redline.ground.plane import Plane
    from redline.ground.tiles import tile
    from redline.ground.zoning import Zone

    start = time.perf_counter()
    pieces = tile(layer)
    tiling = time.perf_counter() - start
    zone = Zone("layer", Plane(0, 0), layer, {}, pieces)
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        found = overlaps(footprints, zone, Tolerance(0.0, 0.0))
        if geometry:
            assert shapely.is_geometry(found.geometry).all()
        times.append(time.perf_counter() - start)
    area = np.bincount(found.subject, found.area_m2, len(footprints))
    return Timed(tiling, statistics.median(times), len(found), area)


def redline_areas(footprints: Geometries, layer: Geometries, repeat: int) -> Timed:
    """Areas only: what rules ask for."""
    return redline(footprints, layer, repeat, geometry=False)


def redline_geometry(footprints: Geometries, layer: Geometries, repeat: int) -> Timed:
    """Areas, and the geometry of every overlap."""
    return redline(footprints, layer, repeat, geometry=True)


def redline_alone(footprints: Geometries, layer: Geometries, repeat: int) -> Timed:
    """Areas on one thread."""
    os.environ["REDLINE_THREADS"] = "1"
    return redline(footprints, layer, repeat, geometry=False)


def sketch(footprints: Geometries, layer: Geometries, repeat: int) -> Timed:
    """A quadtree with `clip_by_rect`, STRtree over the pieces, `covers` first, one thread."""
    start = time.perf_counter()
    pieces, _ = zip(*(p for i, g in enumerate(layer) for p in quartered(g, i)), strict=True)
    tree = shapely.STRtree(pieces)
    array = np.array(pieces, dtype=object)
    shapely.prepare(array)
    tiling = time.perf_counter() - start
    start = time.perf_counter()
    subject, piece = tree.query(footprints)
    area = np.zeros(len(subject))
    inside = shapely.covers(array[piece], footprints[subject])
    area[inside] = shapely.area(footprints[subject[inside]])
    rest = ~inside
    area[rest] = shapely.area(shapely.intersection(footprints[subject[rest]], array[piece[rest]]))
    seconds = time.perf_counter() - start
    return Timed(tiling, seconds, -1, np.bincount(subject, area, len(footprints)))


def quartered(geometry: shapely.Geometry, owner: int) -> Iterator[tuple[shapely.Geometry, int]]:
    """A polygon cut in four until 64 vertices are left."""
    if shapely.get_num_coordinates(geometry) <= 64:
        if not geometry.is_empty:
            yield geometry, owner
        return
    west, south, east, north = geometry.bounds
    x, y = (west + east) / 2, (south + north) / 2
    for cell in (
        (west, south, x, y),
        (x, south, east, y),
        (west, y, x, north),
        (x, y, east, north),
    ):
        yield from quartered(shapely.clip_by_rect(geometry, *cell), owner)


def geopandas_overlay(footprints: Geometries, layer: Geometries, _: int) -> Timed:
    """`geopandas.overlay`."""
    import geopandas

    ours, theirs = frames(footprints, layer)
    start = time.perf_counter()
    found = geopandas.overlay(ours, theirs, how="intersection", keep_geom_type=True)
    area = found.area
    seconds = time.perf_counter() - start
    return Timed(0.0, seconds, len(found), summed(found["footprint"], area, len(footprints)))


def geopandas_join(footprints: Geometries, layer: Geometries, _: int) -> Timed:
    """`geopandas.sjoin`, then the intersection of every pair."""
    import geopandas

    ours, theirs = frames(footprints, layer)
    start = time.perf_counter()
    joined = geopandas.sjoin(ours, theirs, predicate="intersects")
    ground = joined.geometry.intersection(
        geopandas.GeoSeries(theirs.geometry.loc[joined["index_right"]].values, index=joined.index)
    )
    area = ground.area
    seconds = time.perf_counter() - start
    return Timed(0.0, seconds, len(area), summed(joined["footprint"], area, len(footprints)))


def sedonadb(footprints: Geometries, layer: Geometries, _: int) -> Timed:
    """SedonaDB: a spatial join and the area of the intersection."""
    import sedonadb as sedona

    database = sedona.connect()
    ours, theirs = frames(footprints, layer)
    database.create_data_frame(ours).to_view("ours")
    database.create_data_frame(theirs).to_view("theirs")
    start = time.perf_counter()
    found = database.sql(
        "SELECT ours.footprint, ST_Area(ST_Intersection(ours.geometry, theirs.geometry)) AS area "
        "FROM ours JOIN theirs ON ST_Intersects(ours.geometry, theirs.geometry)"
    ).to_pandas()
    seconds = time.perf_counter() - start
    area = summed(found["footprint"], found["area"], len(footprints))
    return Timed(0.0, seconds, len(found), area)


def frames(footprints: Geometries, layer: Geometries):  # type: ignore[no-untyped-def]
    """Both as data frames of geopandas."""
    import geopandas

    return (
        geopandas.GeoDataFrame(
            {"footprint": np.arange(len(footprints))}, geometry=footprints, crs=PLANE_WKT
        ),
        geopandas.GeoDataFrame({"zone": np.arange(len(layer))}, geometry=layer, crs=PLANE_WKT),
    )


def summed(owner, area, count: int) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """The area of each footprint."""
    return np.bincount(owner.to_numpy(), area.to_numpy(), count).astype(np.float64)


CONTENDERS: dict[str, Callable[[Geometries, Geometries, int], Timed]] = {
    "redline": redline_areas,
    "redline (1 thread)": redline_alone,
    "redline with geometry": redline_geometry,
    "sketch of the design": sketch,
    PEER: geopandas_overlay,
    "geopandas.sjoin + intersection": geopandas_join,
    "sedonadb": sedonadb,
}


# --- running ----------------------------------------------------------------------------------


def in_a_process(name: str, folder: Path, repeat: int, limit_s: float) -> Outcome:
    """One contender in a process of its own."""
    if name == "sedonadb" and importlib.util.find_spec("sedonadb") is None:
        return Outcome(name, failure="not installed (pip install 'sedonadb[geopandas]')")
    command = [sys.executable, "-m", "bench.overlay", "--one", name, "--folder", str(folder)]
    try:
        done = subprocess.run(
            [*command, "--repeat", str(repeat)],
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(name, failure=f"more than {limit_s:.0f} s")
    if done.returncode != 0:
        return Outcome(name, failure=(done.stderr.strip().splitlines() or ["failed"])[-1][:90])
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def run_one(name: str, folder: Path, repeat: int) -> None:
    """What such a process does: reads the geometry, measures, prints what came out."""
    footprints, layer = (read_geometry(folder / f"{part}.npz") for part in ("footprints", "layer"))
    timed = CONTENDERS[name](footprints, layer, repeat)
    np.save(folder / f"{name}.npy", timed.area)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    print(json.dumps(asdict(Outcome(name, timed.tiling_s, timed.overlay_s, timed.pairs, peak))))


def write_geometry(path: Path, geometries: Geometries) -> None:
    """Polygons and multipolygons as flat arrays."""
    kind, coordinates, offsets = shapely.to_ragged_array(geometries)
    levels = {f"offsets{i}": offset for i, offset in enumerate(offsets)}
    np.savez(path, kind=int(kind), coordinates=coordinates, **levels)


def read_geometry(path: Path) -> Geometries:
    """What `write_geometry` wrote."""
    with np.load(path) as held:
        levels = [held[f"offsets{i}"] for i in range(len(held.files) - 2)]
        kind = shapely.GeometryType(int(held["kind"]))
        ground = shapely.from_ragged_array(kind, held["coordinates"], tuple(levels))
    return np.asarray(ground, dtype=object)


def case(
    title: str, footprints: Geometries, layer: Geometries, names: list[str], options: Options
) -> None:
    """Runs all contenders on one case and prints the table."""
    vertices = shapely.get_num_coordinates(layer).sum()
    print(f"\n{title}: {vertices:,} vertices in {len(layer):,} features", end=", ")
    print(f"{len(footprints):,} footprints")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_geometry(folder / "footprints.npz", footprints)
        write_geometry(folder / "layer.npz", layer)
        outcomes = [in_a_process(name, folder, options.repeat, options.limit_s) for name in names]
        areas = {o.name: np.load(folder / f"{o.name}.npy") for o in outcomes if not o.failure}
    show(outcomes, areas)


def show(outcomes: list[Outcome], areas: dict[str, NDArray[np.float64]]) -> None:
    """The table: ratios to the peer, and how far the areas of single footprints differ."""
    peer = next((o.overlay_s for o in outcomes if o.name == PEER and not o.failure), None)
    basis = areas.get(PEER, next(iter(areas.values()), None))
    head = ("", "tiling s", "overlay s", f"{PEER} /", "pairs", "total m²", "worst Δ m²", "peak MB")
    rows = [head]
    for one in outcomes:
        if one.failure:
            rows.append((one.name, "", "", "", "", one.failure, "", ""))
            continue
        worst = float(np.abs(areas[one.name] - basis).max()) if basis is not None else 0.0
        rows.append(
            (
                one.name,
                f"{one.tiling_s:.2f}" if one.tiling_s else "",
                f"{one.overlay_s:.3f}",
                f"{peer / one.overlay_s:.0f}×" if peer else "",
                f"{one.pairs:,}" if one.pairs >= 0 else "",
                f"{areas[one.name].sum():.4f}",
                f"{worst:.1e}",
                f"{one.peak_mb:.0f}",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print(
            "  ".join(
                c.ljust(w) if i == 0 else c.rjust(w)
                for i, (c, w) in enumerate(zip(row, widths, strict=True))
            )
        )
    if basis is not None:
        far = max(
            float(np.max(np.abs(area - basis) / np.maximum(basis, 1.0))) for area in areas.values()
        )
        verdict = "equal" if far < 1e-9 else "NOT EQUAL"
        print(f"areas are {verdict}: they differ by {far:.1e} of a footprint's at most")


def machine() -> str:
    """Processor, cores and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("shapely", "numpy", "geopandas")
    )
    geos = ".".join(str(v) for v in shapely.geos_version)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores; Python {platform.python_version()}, {versions}, GEOS {geos}"


def cambridge_cases() -> Iterator[tuple[str, Geometries, Geometries]]:
    """The real permit footprints and layers, where they lie beside the checkout."""
    if not CAMBRIDGE.is_dir():
        return
    from redline.ground.plane import Plane
    from redline.ground.reading import read_features

    plane = Plane(-71, 42)
    table = read_features(CAMBRIDGE / "CDD_SpecialPermitAreas.geojson")
    footprints = plane.project(table.geometry, table.crs)
    for name in CAMBRIDGE_LAYERS:
        layer = read_features(CAMBRIDGE / f"{name}.geojson")
        yield name.split("/")[-1], footprints, plane.project(layer.geometry, layer.crs)


@dataclass(frozen=True, slots=True)
class Options:
    """How often Redline is timed (the median counts), and how long a contender may take."""

    repeat: int
    limit_s: float


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vertices", default="1e6", help="vertices of the layer (1e6)")
    parser.add_argument("--footprints", default="1e5", help="number of footprints (1e5)")
    parser.add_argument("--repeat", type=int, default=5, help="times that redline is run")
    parser.add_argument("--limit", type=float, default=1200.0, help="seconds for one contender")
    parser.add_argument("--only", default="", help="contenders, by comma")
    parser.add_argument("--without-cambridge", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one, given.folder, given.repeat)
        return
    names = [n for n in CONTENDERS if not given.only or n in given.only.split(",")]
    options = Options(given.repeat, given.limit)
    print(machine())
    layer = red_line(int(float(given.vertices)))
    case("fractal red line", parcels(int(float(given.footprints))), layer, names, options)
    if not given.without_cambridge:
        for title, footprints, real in cambridge_cases():
            case(title, footprints, real, names, options)


if __name__ == "__main__":
    main()

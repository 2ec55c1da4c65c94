"""The store of tiled layers: a layer is read and cut once, and opened by place from then on.

A stored layer is a folder named by what it was made from (the digest of its source, how it was
read, the plane): `pieces.parquet`, GeoParquet in spatial order with the bounds of every piece,
`columns.parquet`, and `layer.json`. It is written beside its place and then moved there at once, so
that a reader sees all of it or nothing, several builders do no harm, and what an interrupted one
leaves is swept away by a later one. Whatever cannot be read counts as absent and is made again.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from redline.cache import private_cache_directory
from redline.diagnostics import Diagnostic
from redline.ground.diagnostic_json import Unwritable, from_json, to_json
from redline.ground.features import Geometries
from redline.ground.plane import Bounds, Floats, Indices, Plane
from redline.ground.tiles import VERTICES, Pieces

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
"""Raised whenever the same source would be stored differently."""

GROUP = 2048
"""Pieces that are read together."""

MOST_HELD = 128
"""Groups that are kept in memory, of each layer, for the footprints to come."""

LARGE = 200_000
"""A source with more vertices is stored when it is first opened."""

SETTLED_S = 2.0
"""A file whose last change is more recent may change again within the clock's grain."""

ABANDONED_S = 24 * 3600.0
"""Age at which an unfinished build has been given up."""

Columns = Mapping[str, NDArray[np.object_]]


@dataclass(frozen=True, slots=True)
class LayerGround:
    """One source of a layer in the plane, cut to pieces, as the file has it.

    `geometry` is that of the features, None for each where the store has it in pieces only.
    `columns` has the fields of the file. `values` counts the values of fields that have few.
    `extent` is that of the features in degrees, None for none. `unknown` holds rectangles in which
    a feature was left out; `whole` is False where one was left out that could lie anywhere.
    """

    pieces: Pieces | StoredPieces
    geometry: Geometries
    columns: Columns
    values: Mapping[str, Mapping[str, int]]
    extent: Bounds | None
    unknown: Geometries
    whole: bool
    digest: str
    diagnostics: tuple[Diagnostic, ...]

    def __len__(self) -> int:
        return len(self.geometry)


class StoredPieces:
    """The pieces of a stored layer, read where they are asked for."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._file = pq.ParquetFile(path)
        self._held: dict[int, Pieces] = {}
        self._last: tuple[frozenset[int], Pieces] | None = None

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    @cached_property
    def groups(self) -> STRtree:
        """An index over the rectangles of the row groups."""
        return STRtree(np.asarray(shapely.box(*group_bounds(self._file).T)))

    def near(self, geometries: Geometries, reach_m: float = 0.0) -> Pieces:
        """All pieces within reach of the rectangles around geometries, and some more."""
        boxes = shapely.bounds(geometries) + np.array([-1, -1, 1, 1]) * reach_m
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        wanted = frozenset(np.unique(self.groups.query(shapely.box(*boxes.T))[1]).tolist())
        if self._last is None or self._last[0] != wanted:
            self._last = wanted, self.read(sorted(wanted))
        return self._last[1]

    def read(self, groups: list[int]) -> Pieces:
        """The pieces of some row groups."""
        missing = [group for group in groups if group not in self._held]
        if len(self._held) + len(missing) > MOST_HELD:
            # The next footprints lie elsewhere: what they do not need makes room.
            self._held = {group: self._held[group] for group in groups if group in self._held}
        for group in missing:
            table = self._file.read_row_group(group, ["geometry", "feature", "interior"])
            self._held[group] = Pieces.of(
                np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=object),
                table["feature"].to_numpy().astype(np.intp),
                table["interior"].to_numpy(),
            )
        return joined_pieces([self._held[group] for group in groups])


def group_bounds(file: pa.parquet.ParquetFile) -> Floats:
    """West, south, east, north of each row group, from its statistics."""
    metadata = file.metadata
    names = [metadata.schema.column(i).path for i in range(metadata.num_columns)]
    sides = [("bbox.xmin", "min"), ("bbox.ymin", "min"), ("bbox.xmax", "max"), ("bbox.ymax", "max")]
    places = [(names.index(name), side) for name, side in sides]
    bounds = np.empty((metadata.num_row_groups, 4))
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for side, (column, which) in enumerate(places):
            bounds[group, side] = getattr(row_group.column(column).statistics, which)
    return bounds


def joined_pieces(parts: list[Pieces], firsts: Iterable[int] | None = None) -> Pieces:
    """Pieces together; with `firsts`, features of each are counted from there on."""
    if len(parts) == 1 and firsts is None:
        return parts[0]
    if not parts:
        nothing = np.empty(0, dtype=np.intp)
        return Pieces.of(np.empty(0, dtype=object), nothing, nothing.astype(bool))
    moved = [0] * len(parts) if firsts is None else list(firsts)
    return Pieces.of(
        np.concatenate([part.geometry for part in parts]),
        np.concatenate([part.feature + first for part, first in zip(parts, moved, strict=True)]),
        np.concatenate([part.interior for part in parts]),
    )


# --- the store --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of stored layers."""

    folder: Path

    def digest_of(self, files: list[Path]) -> str:
        """The SHA-256 of files, remembered as long as none of them has changed."""
        stats = [file.stat() for file in files]
        identity = repr(
            [
                (str(f), s.st_size, s.st_mtime_ns, s.st_ino)
                for f, s in zip(files, stats, strict=True)
            ]
        )
        note = self.folder / "digests" / hashlib.sha256(identity.encode()).hexdigest()
        with suppress(OSError, UnicodeDecodeError):
            remembered = note.read_text("ascii")
            if len(remembered) == 64:
                return remembered
        digest = sha256_of(files)
        if all(time.time() - s.st_mtime > SETTLED_S for s in stats):
            with suppress(OSError):
                note.parent.mkdir(parents=True, exist_ok=True)
                write_at_once(note, digest)
        return digest

    def open(self, key: str) -> LayerGround | None:
        """The layer stored under a key; None where there is none that can be read."""
        folder = self.folder / key
        try:
            about = json.loads((folder / "layer.json").read_text("utf-8"))
            if about["format"] != FORMAT:
                return None
            return LayerGround(
                pieces=StoredPieces(folder / "pieces.parquet"),
                geometry=np.full(int(about["features"]), None, dtype=object),
                columns=StoredColumns(folder / "columns.parquet"),
                values=about["values"],
                extent=tuple(about["extent"]) if about["extent"] else None,
                unknown=np.array([shapely.box(*box) for box in about["unknown"]], dtype=object),
                whole=bool(about["whole"]),
                digest=str(about["digest"]),
                diagnostics=from_json(about["diagnostics"]),
            )
        except (OSError, ValueError, KeyError, TypeError, Unwritable):
            # Arrow's own errors are among these.
            return None

    def write(self, key: str, plane: Plane, layer: LayerGround) -> bool:
        """Stores a layer; False where that cannot be done (it then is read anew each time)."""
        assert isinstance(layer.pieces, Pieces)
        target = self.folder / key
        building: Path | None = None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.sweep()
            building = Path(tempfile.mkdtemp(prefix=".building-", dir=self.folder))
            write_pieces(building / "pieces.parquet", plane, layer.pieces)
            write_columns(building / "columns.parquet", layer.columns)
            (building / "layer.json").write_text(json.dumps(about(layer)), "utf-8")
            if target.exists() and self.open(key) is None:
                shutil.rmtree(target, ignore_errors=True)
            building.rename(target)
        except (OSError, ValueError, TypeError, Unwritable):
            if building is not None:
                shutil.rmtree(building, ignore_errors=True)
            # Somebody else may have been faster, which is as good.
            return self.open(key) is not None
        return True

    def keep(self, key: str, layer: LayerGround) -> None:
        """Keeps a small layer whole, so that the next start need not read and cut it."""
        assert isinstance(layer.pieces, Pieces)
        try:
            data = pickle.dumps(whole_of(layer), protocol=pickle.HIGHEST_PROTOCOL)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                prefix=".building-", dir=self.folder, delete=False
            ) as stream:
                stream.write(hashlib.sha256(data).digest() + data)
            Path(stream.name).replace(self.folder / f"{key}.whole")
        except (OSError, Unwritable, pickle.PicklingError):
            return

    def kept(self, key: str) -> LayerGround | None:
        """The small layer kept under a key; None where there is none, or it is damaged.

        The folder is this user's own and nobody else can write to it (`redline.cache`).
        """
        try:
            data = (self.folder / f"{key}.whole").read_bytes()
            if hashlib.sha256(data[32:]).digest() != data[:32]:
                return None
            return layer_of(pickle.loads(data[32:]))
        except Exception:
            return None

    def forget(self, key: str) -> None:
        """Removes what is stored under a key."""
        with suppress(OSError):
            (self.folder / f"{key}.whole").unlink(missing_ok=True)
        shutil.rmtree(self.folder / key, ignore_errors=True)

    def size_of(self, key: str) -> int:
        """The bytes of what is stored under a key."""
        whole = self.folder / f"{key}.whole"
        files = [whole] if whole.is_file() else (self.folder / key).glob("*")
        with suppress(OSError):
            return sum(file.stat().st_size for file in files)
        return 0

    def sweep(self) -> None:
        """Removes what interrupted builds have left."""
        for left in self.folder.glob(".building-*"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(left, ignore_errors=True)


def default_store() -> Store | None:
    """The store in the user's own cache; None where there can be none."""
    folder = private_cache_directory()
    return None if folder is None else Store(folder / "layers")


def key_of(digest: str, plane: Plane, *reading: str | None) -> str:
    """The key of a source in a plane: its digest and how it was read (path, layer, CRS …)."""
    whole = json.dumps([FORMAT, VERTICES, digest, plane.label, *reading])
    return hashlib.sha256(whole.encode()).hexdigest()


def about(layer: LayerGround) -> dict[str, object]:
    """What `layer.json` says."""
    return {
        "format": FORMAT,
        "features": len(layer),
        "values": {k: dict(v) for k, v in layer.values.items()},
        "extent": layer.extent,
        "unknown": shapely.bounds(layer.unknown).tolist(),
        "whole": layer.whole,
        "digest": layer.digest,
        "diagnostics": to_json(layer.diagnostics),
    }


def whole_of(layer: LayerGround) -> dict[str, object]:
    """A small layer as plain values, geometry as well-known binary."""
    assert isinstance(layer.pieces, Pieces)
    return {
        **about(layer),
        "pieces": shapely.to_wkb(layer.pieces.geometry),
        "feature": layer.pieces.feature,
        "interior": layer.pieces.interior,
        "geometry": shapely.to_wkb(layer.geometry),
        "columns": dict(layer.columns),
    }


def layer_of(whole: Mapping[str, Any]) -> LayerGround | None:
    """The layer of plain values; None where another version of the program wrote them."""
    if whole["format"] != FORMAT:
        return None
    return LayerGround(
        pieces=Pieces.of(
            np.asarray(shapely.from_wkb(whole["pieces"]), dtype=object),
            whole["feature"],
            whole["interior"],
        ),
        geometry=np.asarray(shapely.from_wkb(whole["geometry"]), dtype=object),
        columns=whole["columns"],
        values=whole["values"],
        extent=tuple(whole["extent"]) if whole["extent"] else None,
        unknown=np.array([shapely.box(*box) for box in whole["unknown"]], dtype=object),
        whole=bool(whole["whole"]),
        digest=str(whole["digest"]),
        diagnostics=from_json(whole["diagnostics"]),
    )


def sha256_of(files: Iterable[Path]) -> str:
    """The SHA-256 of the names and bytes of files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def write_at_once(path: Path, text: str) -> None:
    """Writes a small file so that readers see all of it or nothing."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(path)


# --- pieces -----------------------------------------------------------------------------------


def write_pieces(path: Path, plane: Plane, pieces: Pieces) -> None:
    """Pieces as GeoParquet 1.1, in spatial order, `GROUP` to a row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    order = spatial_order(pieces.bounds)
    bounds = pieces.bounds[order]
    sides = ("xmin", "ymin", "xmax", "ymax")
    table = pa.table(
        {
            "feature": pa.array(pieces.feature[order].astype(np.int64)),
            "interior": pa.array(pieces.interior[order]),
            "bbox": pa.StructArray.from_arrays([pa.array(b) for b in bounds.T], sides),
            "geometry": pa.array(shapely.to_wkb(pieces.geometry[order]), pa.binary()),
        }
    )
    about_geometry = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": [],
                "crs": plane.crs.to_json_dict(),
                "covering": {"bbox": {side: ["bbox", side] for side in sides}},
            }
        },
    }
    table = table.replace_schema_metadata({"geo": json.dumps(about_geometry)})
    pq.write_table(table, path, row_group_size=GROUP, compression="zstd", compression_level=1)


def spatial_order(bounds: Floats) -> Indices:
    """An order in which neighbours lie near each other: along a Z-curve through their middles."""
    if not len(bounds):
        return np.empty(0, dtype=np.intp)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    low, high = middle.min(axis=0), middle.max(axis=0)
    cell = ((middle - low) / np.maximum(high - low, 1e-9) * 0xFFFF).astype(np.uint64)
    code = spread(cell[:, 0]) | (spread(cell[:, 1]) << np.uint64(1))
    return np.argsort(code, kind="stable")


def spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lower 16 bits of each value, with a zero between each two."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


# --- columns ----------------------------------------------------------------------------------


class StoredColumns(Mapping[str, NDArray[np.object_]]):
    """The columns of a stored layer, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path)
        self._held: dict[str, NDArray[np.object_]] = {}
        self._names = tuple(self._file.schema_arrow.names)

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        if name not in self._held:
            if name not in self._names:
                raise KeyError(name)
            values = np.empty(self._file.metadata.num_rows, dtype=object)
            values[:] = self._file.read([name])[name].to_pylist()
            self._held[name] = values
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def write_columns(path: Path, columns: Columns) -> None:
    """Columns of Python values as Parquet. Raises `ValueError` for values of mixed kinds."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(values.tolist()) for name, values in columns.items()})
    pq.write_table(table, path, compression="zstd", compression_level=1)

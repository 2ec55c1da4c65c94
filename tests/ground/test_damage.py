"""Files that were cut short or damaged on the way: whatever is in them, it is answered."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redline.diagnostics import Diagnostic, Refusal
from redline.ground.catalog import load_catalog
from redline.ground.features import Submission
from redline.ground.submissions import load_submissions
from tests.checking.test_formats import FORMATS, PROJECT, degrees

EXAMPLE = Path(__file__).parents[2] / "examples" / "lianping"
MANIFESTS = ("01_school.yaml", "02_food_works.yaml", "06_water_main.toml")


def as_geojson(folder: Path) -> Path:
    from shapely.geometry import mapping

    feature = {"type": "Feature", "properties": {"id": "a"}, "geometry": mapping(degrees(PROJECT))}
    path = folder / "project.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1))
    return path


def as_manifest(name: str):
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes((EXAMPLE / "submissions" / name).read_bytes())
        return path

    return write


WRITERS = {
    **FORMATS,
    "GeoJSON": as_geojson,
    "a drawn text": as_manifest("08_quarry.txt"),
    "a packed map": as_manifest("03_chemical_plant.zip"),
    **{name: as_manifest(name) for name in MANIFESTS},
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sound file of each format."""
    found = {}
    for name, write in WRITERS.items():
        folder = tmp_path_factory.mktemp("sample")
        found[name] = write(folder)
    return found


def damaged(data: bytes, seed: int) -> bytes:
    """Bytes as they come out of a broken transfer, a wrong editor, or a bad disk."""
    rng = random.Random(seed)
    if not data:
        return data
    at = rng.randrange(len(data))
    to = min(len(data), at + rng.choice((1, 2, 8, 64, 1024)))
    match rng.randrange(7):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[to:]
        case 2:
            return data[:at] + rng.randbytes(to - at) + data[to:]
        case 3:
            return data[:at] + data[at:to] * 3 + data[to:]
        case 4:
            return data[:at] + b"\x00" * (to - at) + data[to:]
        case 5:
            return (
                data[:at]
                + rng.choice((b"\n", b'"', b"{", b"\xff\xfe", b"9" * 40, b"-"))
                + data[at:]
            )
        case _:
            return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def check_said(said: list[Diagnostic]) -> None:
    for one in said:
        assert one.place.file, one
        assert one.message.render("en"), one
        assert one.message.render("zh"), one


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(name=st.sampled_from(sorted(WRITERS)), seed=st.integers(0, 2**32 - 1))
def test_a_damaged_submission_is_read_or_answered_with_its_place(
    samples: dict[str, Path], tmp_path: Path, name: str, seed: int
):
    whole = samples[name]
    files = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
    hit = random.Random(seed).choice([f for f in files if f.is_file()])
    folder = tmp_path / f"{seed}"
    for file in files:
        if file.is_file():
            copy = folder / file.relative_to(whole.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            data = file.read_bytes()
            copy.write_bytes(damaged(data, seed) if file == hit else data)
    found, said = load_submissions([folder / whole.name])
    assert all(isinstance(one, Submission) for one in found)
    assert found or said
    check_said([*said, *(d for one in found for d in one.diagnostics)])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_damaged_catalog_is_read_or_answered_with_its_place(tmp_path: Path, seed: int):
    path = tmp_path / "catalog.toml"
    path.write_bytes(damaged((EXAMPLE / "catalog.toml").read_bytes(), seed))
    try:
        load_catalog(path)
    except Refusal as refusal:
        check_said(list(refusal.diagnostics))


def test_a_geojson_cut_off_after_a_line_break_is_answered_at_its_end(tmp_path: Path):
    path = tmp_path / "cut.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [\n')
    _, (said,) = load_submissions([path])
    assert "not valid JSON" in said.message.render("en")
    assert (said.place.line, said.place.column) == (2, 1)

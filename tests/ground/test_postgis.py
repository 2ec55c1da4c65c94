"""Tables and queries of a real PostGIS database, as layers and as submissions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shapely

from redline.diagnostics import Refusal
from redline.ground.addresses import database_url, is_database, without_password
from redline.ground.catalog import load_catalog
from redline.ground.inspection import inspect_file
from redline.ground.measure import coverage_gap, overlaps
from redline.ground.opening import open_zone
from redline.ground.plane import Plane
from redline.ground.reading import list_layers, read_features
from redline.ground.submissions import load_submissions
from tests.ground.cluster import Server, cannot, server

SETUP = """
create extension postgis;
create schema planning;
create table zones (
  id integer primary key, 名称 text, "Class" integer, share numeric(6, 3), whole numeric,
  strict boolean, drawn_on date, seen_at timestamptz, tags text[], note double precision,
  geom geometry(MultiPolygon, 4490)
);
insert into zones values
  (2, '乙', 2, 0.25, 12, false, '2024-05-31', '2024-05-31T08:00:00Z', '{a,b}', 'NaN',
   ST_GeomFromText('MULTIPOLYGON(((114.1 24, 114.2 24, 114.2 24.1, 114.1 24.1, 114.1 24)))', 4490)),
  (1, '甲', 1, 0.5, 3, true, null, null, null, 1.5,
   ST_GeomFromText('MULTIPOLYGON(((114 24, 114.1 24, 114.1 24.1, 114 24.1, 114 24)))', 4490)),
  (3, '无', 1, null, null, null, null, null, null, null, null);
create table planning.projects (
  id text, decided_on date, works text, shape geometry(Polygon, 4526)
);
insert into planning.projects values
  ('P-1', '2026-09-01', 'new_build',
   ST_GeomFromText('POLYGON((38550000 2700000, 38550100 2700000, 38550100 2700100,
     38550000 2700100, 38550000 2700000))', 4526)),
  ('P-2', '2026-09-02', 'existing',
   ST_GeomFromText('POLYGON((38551000 2700000, 38551100 2700000, 38551100 2700100,
     38551000 2700100, 38551000 2700000))', 4526));
create table rivers (name text, geom geometry(LineStringZ, 4490));
insert into rivers values ('河', ST_GeomFromText('LINESTRING Z (114 24 5, 114.1 24 6)', 4490));
create table untold (geom geometry(Polygon));
insert into untold values (ST_GeomFromText('POLYGON((114 24, 114.1 24, 114.1 24.1, 114 24))'));
create table mixed (geom geometry);
insert into mixed values (ST_SetSRID(ST_Point(114, 24), 4490)), (ST_SetSRID(ST_Point(1, 1), 4326));
create table old_datum (geom geometry(Point, 4610));
insert into old_datum values (ST_SetSRID(ST_Point(114, 24), 4610));
create table round_ones (geom geometry(CurvePolygon, 4526));
insert into round_ones values (ST_GeomFromText('CURVEPOLYGON(CIRCULARSTRING(38550100 2700000,
  38550000 2700100, 38549900 2700000, 38550000 2699900, 38550100 2700000))', 4526));
create table abroad (geog geography(Polygon, 4326));
insert into abroad values ('POLYGON((-71.1 42.3, -71 42.3, -71 42.4, -71.1 42.3))');
create table plain (a integer);
create table "Odd ""Name" (geom geometry(Point, 4490));
insert into "Odd ""Name" values (ST_SetSRID(ST_Point(114, 24), 4490));
create view only_strict as select * from zones where strict;
create table two (a geometry(Point, 4490), b geometry(Point, 4490));
insert into two values (ST_SetSRID(ST_Point(114, 24), 4490), ST_SetSRID(ST_Point(115, 25), 4490));
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    """A server with the tables above."""
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("sqlalchemy")
    with server() as one:
        try:
            with psycopg.connect(one.url(), autocommit=True) as connection:
                connection.execute(SETUP)
        except psycopg.Error as error:
            cannot(str(error))
        yield one


def test_a_table_is_read_in_the_order_of_its_key_with_values_of_their_kind(database: Server):
    table = read_features(database.url(), layer="zones")
    assert list(table.columns["id"]) == [1, 2]
    assert list(table.columns["名称"]) == ["甲", "乙"]
    assert list(table.columns["Class"]) == [1, 2]
    assert list(table.columns["share"]) == [0.5, 0.25]
    assert [type(v) for v in table.columns["whole"]] == [int, int]
    assert list(table.columns["strict"]) == [True, False]
    assert list(table.columns["drawn_on"]) == [None, date(2024, 5, 31)]
    assert list(table.columns["tags"]) == [None, "['a', 'b']"]
    assert list(table.columns["note"]) == [1.5, None]
    assert table.crs.to_epsg() == 4490
    assert "SRID 4490" in table.crs_basis.render("en")
    assert table.geometry[0].bounds == (114, 24, 114.1, 24.1)
    assert [d.code for d in table.diagnostics] == ["RL415"]


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        ("ZONES", 2),
        ("public.zones", 2),
        ('"zones"', 2),
        ("planning.projects", 2),
        ("only_strict", 1),
        ('Odd "Name', 1),
        ("abroad", 1),
        ("select * from zones where strict", 1),
        ("SELECT id, geom FROM zones;", 2),
        ("with few as (select * from zones) select * from few where id = 2", 1),
    ],
)
def test_tables_views_and_queries_are_found(database: Server, layer: str, count: int):
    assert len(read_features(database.url(), layer=layer)) == count


def test_the_table_may_stand_in_the_url(database: Server):
    assert len(read_features(f"{database.url()}?table=planning.projects")) == 2
    assert len(read_features(f"{database.url()}?query=select * from zones where id = 1")) == 1


def test_a_socket_serves_as_well(database: Server):
    assert len(read_features(database.socket_url, layer="rivers")) == 1


def test_heights_are_dropped_and_arcs_become_lines(database: Server):
    assert "RL417" in [d.code for d in read_features(database.url(), layer="rivers").diagnostics]
    circle = read_features(database.url(), layer="round_ones").geometry[0]
    assert shapely.area(circle) == pytest.approx(3.14159 * 100**2, rel=1e-4)


def test_a_system_that_is_not_stated_has_to_be(database: Server):
    with pytest.raises(Refusal) as caught:
        read_features(database.url(), layer="untold")
    (problem,) = caught.value.diagnostics
    assert problem.code == "RL451"
    assert "SRID 0" in problem.hint.render("en")
    assert read_features(database.url(), layer="untold", crs="EPSG:4490").crs.to_epsg() == 4490


def test_of_several_columns_of_geometries_the_first_is_read_and_that_is_said(database: Server):
    table = read_features(database.url(), layer="two")
    assert table.geometry[0].x == 114
    assert [d.code for d in table.diagnostics] == ["RL419"]


@pytest.mark.parametrize(
    ("layer", "code", "said"),
    [
        ("zonse", "RL408", "zones"),
        ("plain", "RL408", "zones"),
        ("select 1 as a", "RL467", "no column of geometries"),
        ("select * from nowhere", "RL467", "nowhere"),
        ("select * from zones; drop table zones", "RL467", "syntax error"),
        ("with gone as (delete from zones returning *) select * from gone", "RL467", "WITH"),
        ("mixed", "RL467", "SRID 4326, 4490"),
        ("old_datum", "RL454", "Xian 1980"),
        (None, "RL407", "zones"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    database: Server, layer: str | None, code: str, said: str
):
    with pytest.raises(Refusal) as caught:
        read_features(database.url(), layer=layer)
    (problem,) = caught.value.diagnostics
    text = problem.message.render("en") + (problem.hint.render("en") if problem.hint else "")
    assert problem.code == code
    assert said in text
    assert len(read_features(database.url(), layer="zones")) == 2


def test_only_what_meets_the_bounds_is_read(database: Server):
    some = read_features(database.url(), layer="zones", within=(113.9, 23.9, 114.05, 24.05))
    assert list(some.columns["id"]) == [1]
    # Degrees for a table in metres.
    some = read_features(
        database.url(), layer="planning.projects", within=(114.48, 24.3, 114.4985, 24.5)
    )
    assert list(some.columns["id"]) == ["P-1"]
    nothing = read_features(database.url(), layer="zones", within=(10, 10, 11, 11))
    assert len(nothing) == 0


def test_no_connection_is_said_without_the_password(database: Server):
    nowhere = "postgresql://redline:se%20cret@127.0.0.1:9/postgres?password=other"
    with pytest.raises(Refusal) as caught:
        read_features(nowhere, layer="zones")
    (problem,) = caught.value.diagnostics
    assert problem.code == "RL465"
    shown = f"{problem.place} {problem.message.render('en')}"
    assert "cret" not in shown
    assert "other" not in shown
    with pytest.raises(Refusal, match="RL465"):
        read_features("postgresql://[broken", layer="zones")


def test_a_layer_of_the_catalog_comes_from_a_query(
    database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZONES_DB", database.url(password="hidden"))
    (tmp_path / "catalog.toml").write_text(
        'schema = "redline.catalog/1"\n[[layer]]\nname = "zone"\npath = "${ZONES_DB}"\n'
        'layer = "select * from zones where strict or \\"Class\\" = 2 order by id"\n'
        "within = [113.9, 23.9, 114.15, 24.2]\n"
        'coverage = "everywhere"\n[layer.fields]\ngrade = "Class"\n'
        '[layer.values.grade]\n1 = "core"\n2 = "other"\n'
    )
    version = load_catalog(tmp_path / "catalog.toml").find("zone", on=date(2026, 1, 1))
    plane = Plane(114, 24)
    zone = open_zone(version, plane)
    assert list(zone.columns["grade"]) == ["core", "other"]
    assert len(zone.digest) == 64
    assert zone.digest == open_zone(version, plane).digest
    footprint = plane.project(
        shapely.box([114.05, 114.16], [24.05, 24.05], [114.06, 114.17], [24.06, 24.06]),
        read_features(database.url(), layer="zones").crs,
    )
    assert list(overlaps(footprint, zone).feature) == [0, 1]
    # What was not read is not known.
    assert coverage_gap(footprint, zone).whole.tolist() == [True, False]


def test_submissions_come_from_a_table(database: Server):
    # As the command line hands it over: a path has lost a slash.
    path = Path(f"{database.url(password='hidden')}?table=planning.projects")
    found, said = load_submissions([path])
    assert [s.id for s in found] == ["P-1", "P-2"]
    assert found[0].decided_on == date(2026, 9, 1)
    assert found[0].attributes["works"] == "new_build"
    assert "hidden" not in found[0].source
    assert "***" in found[0].source
    assert said == []


def test_a_manifest_refers_to_a_query(database: Server, tmp_path: Path):
    (tmp_path / "one.yaml").write_text(
        "schema: redline.submission/1\nkind: project\nid: M-1\ngeometries:\n  permanent:\n"
        f"    path: {database.url()}\n    layer: planning.projects\n    where: {{id: P-2}}\n"
    )
    found, said = load_submissions([tmp_path / "one.yaml"])
    assert said == []
    (one,) = found
    assert one.geometries["permanent"].geometry.bounds[0] == 38551000


def test_a_database_that_cannot_be_read_leaves_the_rest_of_the_batch(
    database: Server, tmp_path: Path
):
    other = tmp_path / "a.geojson"
    other.write_text('{"type": "Point", "coordinates": [114, 24]}')
    _, said = load_submissions([Path(f"{database.url()}?table=nothing"), other])
    assert [d.code for d in said] == ["RL408", "RL447"]


def test_an_inspection_lists_the_tables(database: Server):
    layers = [layer.name for layer in list_layers(database.url())]
    assert "planning.projects" in layers
    assert "zones" in layers
    assert "plain" not in layers
    found = inspect_file(database.url(), layer="zones")
    (layer,) = found.layers
    assert layer.features == 3
    assert layer.geometry.missing == 1
    assert layer.crs.code == "EPSG:4490"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("postgresql://h/d", "postgresql://h/d"),
        ("postgresql:/u@h:1/d", "postgresql://u@h:1/d"),
        ("postgresql:/d?host=/tmp/s", "postgresql:///d?host=/tmp/s"),
        ("postgresql:///d?host=/tmp", "postgresql:///d?host=/tmp"),
    ],
)
def test_a_url_that_passed_for_a_path_gets_its_slashes_back(written: str, url: str):
    assert is_database(written)
    assert database_url(written) == url


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:p%40ss@h/d", "postgresql://u:***@h/d"),
        (
            "postgresql://h/d?user=u&password=p&table=t",
            "postgresql://h/d?user=u&password=***&table=t",
        ),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("C:/data:x@y.shp", "C:/data:x@y.shp"),
    ],
)
def test_passwords_are_not_shown(address: str, shown: str):
    assert without_password(address) == shown

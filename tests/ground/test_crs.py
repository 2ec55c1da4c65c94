"""Coordinate systems: established from what is stated, held against the coordinates, or refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.ground.crs import (
    Datum,
    EstablishedCrs,
    GaussKruger,
    StatedCrs,
    check_coordinates,
    chinese_datum,
    datum_named,
    datums_taken_as_one,
    epsg,
    establish_crs,
    gauss_kruger_of,
    label,
    reprojected,
    unshifted,
    web_map_shift,
    web_map_suspicion,
    zones_by_code,
)
from redline.messages import msg

HERE = Place("a.shp")

ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def established(definition: str, **options: object) -> EstablishedCrs:
    stated = StatedCrs(definition, msg("its .prj file"))
    return establish_crs(stated, HERE, **options)  # type: ignore[arg-type]


def refused(definition: str, **options: object) -> Diagnostic:
    with pytest.raises(Refusal) as caught:
        established(definition, **options)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def check(code: int, *boxes: tuple[float, float, float]) -> tuple[list[bool], list[Diagnostic]]:
    """Squares (x, y, side) held against a CRS."""
    geometry = np.array([shapely.box(x, y, x + s, y + s) for x, y, s in boxes], dtype=object)
    numbers = np.arange(1, len(boxes) + 1, dtype=np.int64)
    checked = check_coordinates(epsg(code), geometry, numbers, HERE)
    return checked.usable.tolist(), list(checked.diagnostics)


def misfit(code: int, *boxes: tuple[float, float, float]) -> str:
    with pytest.raises(Refusal) as caught:
        check(code, *boxes)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.hint is not None
    return diagnostic.message.render("en") + " | " + diagnostic.hint.render("en")


# --- the Chinese families ---------------------------------------------------------------------


def test_every_zone_has_the_code_that_the_registry_gives_it() -> None:
    assert len(zones_by_code()) == 3 * (21 + 11) * 2
    for code, zone in zones_by_code().items():
        name = CRS.from_epsg(code).name
        assert str(zone.datum) in name
        assert ("3-degree" in name) == (zone.width == 3)
        suffix = f"zone {zone.zone}" if zone.prefixed else f"CM {zone.central_meridian}E"
        assert name.endswith(suffix)


def test_the_ranges_of_codes() -> None:
    assert GaussKruger(Datum.CGCS2000, 3, 25, True).code == 4513
    assert GaussKruger(Datum.CGCS2000, 3, 45, False).code == 4554
    assert GaussKruger(Datum.CGCS2000, 6, 13, True).code == 4491
    assert GaussKruger(Datum.CGCS2000, 6, 23, False).code == 4512
    assert GaussKruger(Datum.CGCS2000, 3, 24, True).code is None
    assert gauss_kruger_of(epsg(4526)) == GaussKruger(Datum.CGCS2000, 3, 38, True)
    assert gauss_kruger_of(epsg(4490)) is None


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        ("2000国家大地坐标系", Datum.CGCS2000),
        ("国家2000", Datum.CGCS2000),
        ("CGCS 2000", Datum.CGCS2000),
        ("ＣＧＣＳ２０００", Datum.CGCS2000),
        ("D_China_2000", Datum.CGCS2000),
        ("80国家大地坐标系", Datum.XIAN_1980),
        ("1980西安坐标系", Datum.XIAN_1980),
        ("西安80", Datum.XIAN_1980),
        ("D_Xian_1980", Datum.XIAN_1980),
        ("1954年北京坐标系", Datum.BEIJING_1954),
        ("北京54", Datum.BEIJING_1954),
        ("WGS84", None),
        ("某市独立坐标系", None),
        ("New Beijing", None),
    ],
)
def test_names_of_datums(name: str, datum: Datum | None) -> None:
    assert datum_named(name) is datum


# --- establishing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("EPSG:4490", 4490),
        ("4526", 4526),
        ("urn:ogc:def:crs:EPSG::4526", 4526),
        ("OGC:CRS84", 4326),
        ("EPSG:4979", 4326),
        ("EPSG:26986", 26986),
        (ESRI, 4526),
        (ESRI.replace("D_China_2000", "CGCS2000"), 4526),
        (ESRI.replace("Gauss_Kruger", "Transverse_Mercator"), 4526),
        (ESRI.replace("38500000.0", "500000.0"), 4547),
        (ESRI.replace("CGCS2000_3_Degree_GK_Zone_38", "x"), 4526),
        (ESRI.replace("38500000.0", "20500000.0").replace("114.0", "117.0"), 4498),
        (ESRI[ESRI.index("GEOGCS") : ESRI.index(",PROJECTION")], 4490),
    ],
)
def test_statements_that_mean_a_registered_system(definition: str, code: int) -> None:
    found = established(definition)
    assert found.crs == epsg(code)
    assert found.diagnostics == ()
    assert "its .prj file" in found.basis.render("en")


def test_parameters_of_its_own_on_a_known_datum() -> None:
    found = established(ESRI.replace("114.0", "114.25"))
    assert chinese_datum(found.crs) is Datum.CGCS2000
    assert "parameters of its own" in label(found.crs)
    assert found.crs.geodetic_crs == epsg(4490)


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("", "RL452"),
        ("nonsense", "RL452"),
        ("EPSG:999999", "RL452"),
        ("PROJCS[", "RL452"),
        ("x" * 100_000, "RL452"),
        ('LOCAL_CS["x",UNIT["m",1]]', "RL452"),
        ("EPSG:4978", "RL452"),
        ("GCJ-02", "RL452"),
        ('GEOGCS["BD09",DATUM["x",SPHEROID["x",6378137,298.25]]]', "RL452"),
        (ESRI.replace("6378137.0", "6378245.0"), "RL452"),
        (
            ESRI.replace("D_China_2000", "D_unknown")
            .replace("GCS_China_Geodetic_Coordinate_System_2000", "unknown")
            .replace("CGCS2000_3_Degree_GK_Zone_38", "x"),
            "RL455",
        ),
        ("+proj=utm +zone=50 +ellps=GRS80", "RL455"),
        ("EPSG:2362", "RL454"),
        ("EPSG:4214", "RL454"),
        ("EPSG:4555", "RL454"),
        (
            ESRI.replace("D_China_2000", "D_Xian_1980")
            .replace("China_Geodetic", "Xian")
            .replace("6378137.0,298.257222101", "6378140.0,298.257"),
            "RL454",
        ),
    ],
)
def test_statements_that_are_refused(definition: str, code: str) -> None:
    assert refused(definition).code == code


@pytest.mark.parametrize("name", ["Xian 1980", "xian-1980", "西安80"])
def test_a_datum_without_transformation_is_accepted_by_name(name: str) -> None:
    found = established("EPSG:2362", accept_ballpark=frozenset({name}))
    assert [d.code for d in found.diagnostics] == ["RL456"]
    assert refused("EPSG:4214", accept_ballpark=frozenset({name})).code == "RL454"


def test_a_datum_with_its_parameters_is_used() -> None:
    text = "+proj=tmerc +lon_0=114 +k=1 +x_0=38500000 +ellps=IAU76 +towgs84=1,2,3,0,0,0,0 +units=m"
    assert established(text).crs.is_bound


def test_what_the_user_states_prevails_with_a_warning_where_they_differ() -> None:
    found = established("EPSG:4547", given="EPSG:4526")
    assert found.crs == epsg(4526)
    assert [d.code for d in found.diagnostics] == ["RL453"]
    assert established(ESRI, given="EPSG:4526").diagnostics == ()
    assert established("nonsense", given="EPSG:4526").crs == epsg(4526)


def test_nothing_stated_is_refused_with_a_remedy() -> None:
    with pytest.raises(Refusal) as caught:
        establish_crs(None, HERE)
    (missing,) = caught.value.diagnostics
    assert missing.code == "RL451"
    assert missing.hint is not None
    assert "EPSG:4490" in missing.hint.render("en")


def test_wgs_84_and_cgcs2000_are_taken_as_one_and_that_is_said() -> None:
    note = datums_taken_as_one(epsg(4326), epsg(4526))
    assert note is not None
    assert note.severity == "note"
    assert datums_taken_as_one(epsg(4490), epsg(4526)) is None
    assert datums_taken_as_one(epsg(26986), epsg(4490)) is None


# --- coordinates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "box"),
    [
        (4526, (38512345, 2661234, 100)),
        (4547, (512345, 2661234, 100)),
        (4490, (114.1, 24.1, 0.1)),
        (4490, (112.3, 3.9, 0.1)),
        (4326, (-71.1, 42.3, 0.1)),
        (26986, (236000, 900000, 100)),
        (3857, (12712345, 2661234, 100)),
    ],
)
def test_coordinates_in_their_place(code: int, box: tuple[float, float, float]) -> None:
    assert check(code, box) == ([True], [])


@pytest.mark.parametrize(
    ("code", "box", "words"),
    [
        (4526, (512345, 2661234, 100), ["zone number in front", "EPSG:4547"]),
        (4547, (38512345, 2661234, 100), ["zone number in front", "EPSG:4526"]),
        (4526, (39512345, 2661234, 100), ["zone number 39", "EPSG:4527"]),
        (4526, (2661234, 38512345, 100), ["exchanged"]),
        (4547, (2661234, 38512345, 100), ["exchanged, too", "EPSG:4526"]),
        (4526, (114.1, 24.1, 0.1), ["degrees", "EPSG:4490"]),
        (4490, (38512345, 2661234, 100), ["in degrees", "EPSG:4526"]),
        (4490, (512345, 2661234, 100), ["without a zone number"]),
        (4490, (12712345, 2661234, 100), ["EPSG:3857"]),
        (4490, (24.1, 114.1, 0.1), ["exchanged"]),
        (4326, (24.1, 114.1, 0.1), ["exchanged"]),
        (4490, (-71.1, 42.3, 0.1), ["far outside"]),
        (4490, (1e300, 5, 1e299), ["too large"]),
        (26986, (-71.1, 42.3, 0.1), ["degrees", "EPSG:4269"]),
    ],
)
def test_coordinates_that_do_not_fit(
    code: int, box: tuple[float, float, float], words: list[str]
) -> None:
    said = misfit(code, box)
    for word in words:
        assert word in said


def test_ground_beyond_its_zone_is_used_with_a_warning() -> None:
    usable, said = check(4526, (38200000, 2661234, 100))
    assert usable == [True]
    assert [d.code for d in said] == ["RL459"]


def test_one_feature_out_of_place_among_others() -> None:
    usable, said = check(4526, (38512345, 2661234, 100), (512345, 2661234, 100))
    assert usable == [True, False]
    assert [d.code for d in said] == ["RL460"]


def test_coordinates_that_are_no_numbers() -> None:
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(114, 24), (float("nan"), 24)])
    wide = shapely.LineString([(114, 24), (float("inf"), 24)])
    good = shapely.box(114, 24, 115, 25)
    geometry = np.array([line, good, wide], dtype=object)
    checked = check_coordinates(epsg(4490), geometry, np.array([5, 6, 7], dtype=np.int64), HERE)
    assert checked.usable.tolist() == [False, True, False]
    assert [d.number for d in checked.diagnostics] == [5, 7]  # type: ignore[attr-defined]


def test_nothing_to_check() -> None:
    empty = np.empty(0, dtype=object)
    assert check_coordinates(epsg(4490), empty, np.empty(0, dtype=np.int64), HERE).diagnostics == ()


def test_many_features_are_checked_at_once() -> None:
    x = 38500000.0 + np.arange(200_000) % 1000
    geometry = np.append(shapely.box(x, 2661000, x + 1, 2661001), shapely.box(1, 1, 2, 2))
    numbers = np.arange(len(geometry), dtype=np.int64)
    checked = check_coordinates(epsg(4526), geometry, numbers, HERE)
    assert checked.usable.sum() == 200_000


# --- zones and web maps -----------------------------------------------------------------------


def test_ground_moved_to_the_next_zone_stays_where_it_was() -> None:
    square = shapely.box(38650000, 2661000, 38651000, 2662000)
    there = reprojected(square, epsg(4526), epsg(4527))
    back = reprojected(there, epsg(4527), epsg(4526))
    assert shapely.hausdorff_distance(back, square) < 1e-3
    assert shapely.bounds(there)[0] // 1_000_000 == 39
    assert reprojected(square, epsg(4526), epsg(4526)) is square


def test_the_shift_of_web_maps_is_some_hundred_metres_in_china() -> None:
    # Tiananmen: published pairs of WGS 84 and GCJ-02 coordinates differ by about 0.0062° and
    # 0.0014° there.
    east, north = web_map_shift(np.array([[116.3912, 39.9073]]))[0]
    assert (east, north) == pytest.approx((0.0062, 0.0014), abs=3e-4)


def test_ground_that_fits_once_the_shift_is_undone_is_suspected() -> None:
    county = shapely.box(114.10, 24.00, 114.20, 24.10)
    truly = shapely.box(114.195, 24.001, 114.1995, 24.002)
    shifted = shapely.transform(truly, lambda p: p + web_map_shift(p))
    assert not shapely.covers(county, shifted)
    suspicion = web_map_suspicion(shifted, county, HERE)
    assert suspicion is not None
    assert suspicion.code == "RL462"
    assert web_map_suspicion(truly, county, HERE) is None
    assert web_map_suspicion(shapely.box(115, 25, 116, 26), county, HERE) is None
    moved = unshifted(np.array([[114.2, 24.0]]))
    assert np.abs(moved - [[114.2, 24.0]]).max() > 0.001

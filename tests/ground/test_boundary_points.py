"""Boundary-point TXT: the format, its oddities in the wild, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from redline.diagnostics import Diagnostic, Refusal, render_plain
from redline.ground.boundary_points import BoundaryPoints, parse_boundary_points
from redline.ground.boundary_points import read_boundary_points as read_file
from redline.ground.crs import epsg
from redline.ground.diagnostics import (
    CrsMissing,
    CrsUnreadable,
    DatumRefused,
    FileEmpty,
    NotText,
    TxtAreaUnit,
    TxtColumnsSwapped,
    TxtContradiction,
    TxtDegrees,
    TxtHeaderFields,
    TxtLineUnreadable,
    TxtNotation,
    TxtPointCount,
    TxtRingPlacement,
    TxtRingsCross,
    TxtRingSplit,
    TxtRingUnclosed,
    TxtRingUnusable,
    TxtUnknownKey,
    TxtWithoutParcels,
    TxtZoneSupplied,
)

NORTH, EAST = 2661000.0, 38512000.0

HEADER = """[属性描述]
格式版本号=1.01
数据产生单位=测绘院
数据产生日期=2024-06-15
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
"""


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    """East and north of the corners of a square, closed, relative to a corner of the county."""
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def rows(points: list[tuple[float, float]], ring: int = 1, label: str = "J") -> str:
    """Point lines; the closing row carries the first label again."""
    last = len(points) - 1
    return "".join(
        f"{label}{1 if i == last else i + 1},{ring},{NORTH + y:.3f},{EAST + x:.3f}\n"
        for i, (x, y) in enumerate(points)
    )


def parcel(*rings: str, area: str = "1.0000", count: int | str = "", name: str = "甲") -> str:
    lines = "".join(rings)
    count = count or lines.count("\n")
    return f"{count},{area},1,{name},面,,工业用地,0601,@\n{lines}"


PLAIN = HEADER + parcel(rows(square(0, 0, 100)))


def parse(text: str, **options: object) -> BoundaryPoints:
    return parse_boundary_points(text.encode(), "a.txt", **options)  # type: ignore[arg-type]


def refused(text: str | bytes, **options: object) -> tuple[Diagnostic, ...]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(Refusal) as caught:
        parse_boundary_points(data, "a.txt", **options)  # type: ignore[arg-type]
    return caught.value.diagnostics


def only(points: BoundaryPoints, kind: type[Diagnostic]) -> Diagnostic:
    """The one diagnostic of a file, which is of this kind."""
    assert [type(d) for d in points.diagnostics] == [kind]
    return points.diagnostics[0]


def area_of(points: BoundaryPoints, index: int = 0) -> float:
    return float(shapely.area(points.parcels[index].parcel.ground.geometry))


# --- the format -------------------------------------------------------------------------------


def test_a_file_as_the_format_has_it_is_read_without_a_word() -> None:
    points = parse(PLAIN)
    assert points.diagnostics == ()
    found = points.parcels[0]
    assert found.parcel.ground.crs == epsg(4526)
    assert shapely.bounds(found.parcel.ground.geometry).tolist() == [
        EAST,
        NORTH,
        EAST + 100,
        NORTH + 100,
    ]
    assert found.parcel.declared_area == 10_000
    assert (found.parcel.name, found.use, found.land_class) == ("甲", "工业用地", "0601")
    assert points.header["数据产生单位"] == "测绘院"
    assert "EPSG:4526" in points.crs_basis.render("en")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    data = PLAIN.replace("\n", end).encode(encoding)
    points = parse_boundary_points(data, "a.txt")
    assert points.diagnostics == ()
    assert points.parcels[0].parcel.name == "甲"
    assert area_of(points) == pytest.approx(10_000)


def test_project_information_is_kept_apart() -> None:
    points = parse("[项目信息]\n项目名称=某项目\n" + PLAIN)
    assert points.project == {"项目名称": "某项目"}
    assert points.diagnostics == ()


def test_thirteen_fields() -> None:
    text = PLAIN.replace("0601,@", "0601,1,A,B,C,备注,@")
    points = parse(text)
    assert points.diagnostics == ()
    assert points.parcels[0].extra == ("1", "A", "B", "C", "备注")


def test_six_degree_zone() -> None:
    text = PLAIN.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=20")
    points = parse(text.replace(",38512", ",20512"))
    assert points.parcels[0].parcel.ground.crs == epsg(4498)


def test_lines_and_points() -> None:
    line = "2,0,1,道路,线,,,,@\n" + rows(square(0, 0, 100)[:2])
    point = "1,0,2,井,点,,,,@\n" + rows(square(0, 0, 100)[:1])
    points = parse(HEADER + line + point)
    kinds = [p.parcel.ground.geometry.geom_type for p in points.parcels]
    assert kinds == ["LineString", "Point"]


# --- notation ---------------------------------------------------------------------------------


def test_full_width_writing_is_read_and_reported_with_its_lines() -> None:
    text = PLAIN.replace("J2,1,", "Ｊ２，１，").replace("J3,1,2661100", "J3,1,２６６１１００")
    warning = only(parse(text), TxtNotation)
    assert warning.place is not None
    assert warning.place.line == 15
    assert warning.message.render("en") == (
        "Full-width characters stand for digits, commas or spaces. (lines 15, 16)"
    )


@pytest.mark.parametrize("brackets", ["【】", "［］", "〔〕"])
def test_brackets_of_sections(brackets: str) -> None:
    text = PLAIN.replace("[地块坐标]", f"{brackets[0]}地块坐标{brackets[1]}")
    warning = only(parse(text), TxtNotation)
    assert warning.place is not None
    assert warning.place.line == 12


def test_columns_separated_by_blanks() -> None:
    text = PLAIN.replace("J2,1,", "J2\t1\t").replace(".000,38512100", ".000\t38512100")
    assert "not separated by commas" in only(parse(text), TxtNotation).message.render("en")


def test_a_missing_ring_number_is_ring_one() -> None:
    only(parse(PLAIN.replace("J2,1,", "J2,")), TxtNotation)


def test_heights_are_passed_over() -> None:
    points = parse(
        PLAIN.replace("J2,1,2661000.000,38512100.000", "J2,1,2661000.000,38512100.000,55.3")
    )
    only(points, TxtNotation)
    assert area_of(points) == pytest.approx(10_000)


def test_a_misspelt_key_gets_a_suggestion() -> None:
    warning = only(parse(PLAIN.replace("精度=", "精 度数=")), TxtUnknownKey)
    assert warning.hint is not None
    assert "精度" in warning.hint.render("en")


def test_a_comma_in_the_name() -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), name="甲,乙"))
    only(points, TxtHeaderFields)
    assert points.parcels[0].parcel.name == "甲,乙"


def test_a_full_width_comma_in_the_name_is_part_of_the_name() -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), name="甲，乙"))
    assert points.diagnostics == ()
    assert points.parcels[0].parcel.name == "甲，乙"


def test_a_header_without_its_count() -> None:
    points = parse(PLAIN.replace("5,1.0000,1,甲", "1.0000,1,甲"))
    only(points, TxtHeaderFields)
    assert points.parcels[0].parcel.declared_area == 10_000


def test_a_header_with_few_and_blank_fields() -> None:
    points = parse(PLAIN.replace("5,1.0000,1,甲,面,,工业用地,0601,@", ",,,,面,@"))
    assert points.diagnostics == ()
    assert points.parcels[0].parcel.declared_area is None
    assert points.parcels[0].parcel.name == "1"


def test_a_header_without_at_sign() -> None:
    only(parse(PLAIN.replace("0601,@", "0601")), TxtHeaderFields)


def test_points_without_a_header() -> None:
    only(parse(HEADER + rows(square(0, 0, 100))), TxtHeaderFields)


def test_a_damaged_character_in_a_name_does_not_stop_the_file() -> None:
    data = bytearray(PLAIN.encode())
    data[data.index("甲".encode())] = 0xFF
    points = parse_boundary_points(bytes(data), "a.txt")
    assert [d.code for d in points.diagnostics] == ["RL412"]


# --- coordinates ------------------------------------------------------------------------------


def test_eastings_without_zone_take_it_from_the_header() -> None:
    points = parse(PLAIN.replace(",38512", ",512"))
    only(points, TxtZoneSupplied)
    assert points.parcels[0].parcel.ground.crs == epsg(4547)


def test_a_missing_zone_is_taken_from_the_eastings() -> None:
    points = parse(PLAIN.replace("带号=38", "带号="))
    only(points, TxtZoneSupplied)
    assert points.parcels[0].parcel.ground.crs == epsg(4526)


def test_no_zone_at_all_is_refused_with_a_remedy() -> None:
    (error,) = refused(PLAIN.replace("带号=38", "带号=").replace(",38512", ",512"))
    assert isinstance(error, CrsMissing)
    assert error.hint is not None
    assert "带号" in error.hint.render("en")


def test_a_central_meridian_for_the_zone_number() -> None:
    points = parse(PLAIN.replace("带号=38", "带号=114"))
    only(points, TxtNotation)
    assert points.parcels[0].parcel.ground.crs == epsg(4526)


def test_a_wrong_zone_number_is_refused_with_its_line() -> None:
    (error,) = refused(PLAIN.replace("带号=38", "带号=39"))
    assert isinstance(error, TxtContradiction)
    assert error.place is not None
    assert error.place.line == 14
    assert error.place.text == "J1,1,2661000.000,38512000.000"
    assert error.message.render("en") == (
        "The eastings begin with the zone number 38, but 带号 (line 9) says 39."
    )


def test_a_zone_of_another_width_is_refused() -> None:
    (error,) = refused(PLAIN.replace("几度分带=3", "几度分带=6"))
    assert isinstance(error, TxtContradiction)
    assert error.place is not None
    assert error.place.line == 6


def test_swapped_columns_are_exchanged() -> None:
    lines = PLAIN.splitlines()
    swapped = [
        ",".join([*line.split(",")[:2], *line.split(",")[:1:-1]]) if line[0] == "J" else line
        for line in lines
    ]
    points = parse("\n".join(swapped))
    warning = only(points, TxtColumnsSwapped)
    assert warning.place is not None
    assert warning.place.line == 14
    assert shapely.bounds(points.parcels[0].parcel.ground.geometry)[0] == EAST


def test_parcels_in_two_zones_keep_their_own_crs() -> None:
    other = rows(square(0, 0, 100)).replace(",38512", ",39212")
    points = parse(PLAIN.replace("带号=38", "带号=38,39") + parcel(other, name="乙"))
    assert [p.parcel.ground.crs for p in points.parcels] == [epsg(4526), epsg(4527)]


def test_one_easting_in_another_zone_is_refused_with_its_line() -> None:
    (error,) = refused(PLAIN.replace("J3,1,2661100.000,38512", "J3,1,2661100.000,39512"))
    assert isinstance(error, TxtLineUnreadable)
    assert error.place is not None
    assert error.place.line == 16


def test_a_line_that_cannot_be_read_says_what_was_expected() -> None:
    errors = refused(PLAIN.replace("2661100.000,38512000", "266l100.000,38512000"))
    assert render_plain(errors[0], "en") == (
        "a.txt:17:6: error RL422: This line cannot be read. Expected: a coordinate written out, "
        "such as 2661234.567.\n"
        "  17 | J4,1,266l100.000,38512000.000\n"
        "     |      ^^^^^^^^^^^"
    )


def test_the_span_under_a_number_is_right_after_wide_characters() -> None:
    errors = refused(PLAIN.replace("J4,1,2661100.000,", "界址4，1，266x，"))
    assert errors[0].place is not None
    assert (errors[0].place.column, errors[0].place.end_column) == (7, 11)


def test_several_errors_are_reported_at_once() -> None:
    text = PLAIN.replace("2661100.000,38512000", "x,38512000").replace("J2,1", "J2,first")
    assert [error.place.line for error in refused(text) if error.place] == [15, 17]


def test_numbers_that_a_spreadsheet_rounded_are_refused() -> None:
    errors = refused(PLAIN.replace("38512000.000", "3.8512E+07"))
    assert "spreadsheet" in errors[0].message.render("en")


def test_xian_1980_is_refused_unless_accepted_by_name() -> None:
    text = PLAIN.replace("2000国家大地坐标系", "80国家大地坐标系")
    (error,) = refused(text)
    assert isinstance(error, DatumRefused)
    assert error.place is not None
    assert error.place.line == 5
    points = parse(text, accept_ballpark=frozenset({"Xian 1980"}))
    assert points.parcels[0].parcel.ground.crs == epsg(2362)
    assert [d.code for d in points.diagnostics] == ["RL456"]


@pytest.mark.parametrize("prefix", ["38", ""])
def test_gauss_kruger_on_wgs_84(prefix: str) -> None:
    text = PLAIN.replace("2000国家大地坐标系", "WGS84").replace(",38512", f",{prefix}512")
    ground = parse(text).parcels[0].parcel.ground
    degrees = Transformer.from_crs(ground.crs, 4326, always_xy=True)
    expected = Transformer.from_crs(4547, 4490, always_xy=True)
    x, y = shapely.bounds(ground.geometry)[:2]
    assert degrees.transform(x, y) == pytest.approx(expected.transform(512000, NORTH), abs=1e-8)
    assert ground.crs.name.startswith("WGS 84")


def test_a_missing_coordinate_system_is_refused_and_can_be_stated() -> None:
    text = PLAIN.replace("坐标系=2000国家大地坐标系\n", "")
    (error,) = refused(text)
    assert isinstance(error, CrsMissing)
    assert parse(text, crs="EPSG:4526").parcels[0].parcel.ground.crs == epsg(4526)


def test_an_unknown_coordinate_system_is_refused() -> None:
    (error,) = refused(PLAIN.replace("2000国家大地坐标系", "某市独立坐标系"))
    assert isinstance(error, CrsUnreadable)


def test_a_stated_system_that_the_eastings_contradict_is_refused() -> None:
    (error,) = refused(PLAIN, crs="EPSG:4527")
    assert isinstance(error, TxtContradiction)


def test_a_system_outside_china_is_taken_as_stated() -> None:
    text = "[地块坐标]\n4,0,1,lot,面,,,,@\n" + "".join(
        f"{i},1,{900000 + y},{236000 + x}\n" for i, (x, y) in enumerate(square(0, 0, 100))
    )
    points = parse(text, crs="EPSG:26986")
    assert area_of(points) == 10_000
    assert points.parcels[0].parcel.ground.crs == epsg(26986)


# --- degrees ----------------------------------------------------------------------------------

DEGREES = HEADER.replace("计量单位=米", "计量单位=度").replace("带号=38", "带号=")


def degree_rows(order: str, points: list[tuple[str, str]]) -> str:
    """Lines from (latitude, longitude) texts, in the format's order or swapped."""
    swap = slice(None) if order == "lat lon" else slice(None, None, -1)
    return "".join(f"J{i},1,{','.join(pair[swap])}\n" for i, pair in enumerate(points, 1))


DECIMAL = [("24.0391", "114.1291"), ("24.0391", "114.1391"), ("24.0491", "114.1391")]
PACKED = [("24.0220", "114.0744"), ("24.0220", "114.0820"), ("24.0256", "114.0820")]


@pytest.mark.parametrize("order", ["lat lon", "lon lat"])
def test_decimal_degrees_in_either_order(order: str) -> None:
    points = parse(DEGREES + "3,,1,甲,面,,,,@\n" + degree_rows(order, [*DECIMAL, DECIMAL[0]]))
    swapped = [TxtColumnsSwapped] if order == "lon lat" else []
    assert [type(d) for d in points.diagnostics] == [*swapped, TxtDegrees]
    ground = points.parcels[0].parcel.ground
    assert ground.crs == epsg(4490)
    assert shapely.bounds(ground.geometry).tolist() == [114.1291, 24.0391, 114.1391, 24.0491]


def test_packed_degrees_are_told_by_the_declared_area() -> None:
    points = parse(DEGREES + "3,56.3,1,甲,面,,,,@\n" + degree_rows("lat lon", [*PACKED, PACKED[0]]))
    assert "ddd.mmss" in only(points, TxtDegrees).message.render("en")
    west, south, east, north = shapely.bounds(points.parcels[0].parcel.ground.geometry)
    assert (west, south) == pytest.approx((114 + 7 / 60 + 44 / 3600, 24 + 2 / 60 + 20 / 3600))
    assert (east, north) == pytest.approx((114 + 8 / 60 + 20 / 3600, 24 + 2 / 60 + 56 / 3600))


def test_degrees_that_could_be_packed_are_decimal_with_a_warning() -> None:
    points = parse(DEGREES + "3,,1,甲,面,,,,@\n" + degree_rows("lat lon", [*PACKED, PACKED[0]]))
    assert "could also be" in only(points, TxtDegrees).message.render("en")
    assert shapely.bounds(points.parcels[0].parcel.ground.geometry)[0] == 114.0744


def test_a_unit_of_degrees_minutes_seconds_is_believed() -> None:
    text = DEGREES.replace("计量单位=度", "计量单位=度分秒")
    points = parse(text + "3,,1,甲,面,,,,@\n" + degree_rows("lat lon", [*PACKED, PACKED[0]]))
    west = shapely.bounds(points.parcels[0].parcel.ground.geometry)[0]
    assert west == pytest.approx(114 + 7 / 60 + 44 / 3600)


def test_degrees_with_signs() -> None:
    signs = [
        ("24°02′20″", "114°07′44″"),
        ("24°02′20″", "114°08′20″"),
        ("24°02′56.5″", "114°08′20″"),
    ]
    points = parse(DEGREES + "3,,1,甲,面,,,,@\n" + degree_rows("lat lon", [*signs, signs[0]]))
    assert [type(d) for d in points.diagnostics] == [TxtDegrees]
    north = shapely.bounds(points.parcels[0].parcel.ground.geometry)[3]
    assert north == pytest.approx(24 + 2 / 60 + 56.5 / 3600)


# --- rings ------------------------------------------------------------------------------------


def test_an_unclosed_ring_is_closed_with_a_warning() -> None:
    text = HEADER + parcel(
        rows(square(0, 0, 100)).replace("J1,1,2661000.000,38512000.000\n", "", 1)
    )
    text = HEADER + parcel("".join(rows(square(0, 0, 100)).splitlines(keepends=True)[:-1]))
    points = parse(text)
    warning = only(points, TxtRingUnclosed)
    assert warning.place is not None
    assert warning.place.line == 17
    assert area_of(points) == pytest.approx(10_000)


def test_a_closing_row_with_a_new_number() -> None:
    closing = rows(square(0, 0, 100)).splitlines(keepends=True)
    closing[-1] = closing[-1].replace("J1,", "J5,")
    assert parse(HEADER + parcel(*closing)).diagnostics == ()


def test_a_closing_row_under_another_ring_number() -> None:
    closing = rows(square(0, 0, 100)).splitlines(keepends=True)
    closing[-1] = closing[-1].replace("J1,1", "J1,3")
    points = parse(HEADER + parcel(*closing))
    only(points, TxtNotation)
    assert area_of(points) == pytest.approx(10_000)


def test_a_closing_row_that_is_off_by_a_centimetre() -> None:
    closing = rows(square(0, 0, 100)).splitlines(keepends=True)
    closing[-1] = closing[-1].replace("2661000.000", "2661000.010")
    points = parse(HEADER + parcel(*closing))
    only(points, TxtNotation)
    assert area_of(points) == pytest.approx(10_000)


def test_ring_two_is_a_hole_in_one_parcel_and_a_part_in_another_with_an_island() -> None:
    holed = parcel(rows(square(0, 0, 100)), rows(square(10, 10, 50), 2), name="有洞", area="0.75")
    apart = parcel(rows(square(200, 0, 100)), rows(square(400, 0, 50), 2), name="两块", area="1.25")
    island = parcel(
        rows(square(0, 500, 100)),
        rows(square(10, 510, 50), 2),
        rows(square(20, 520, 20), 3),
        name="有岛",
        area="0.79",
    )
    text = (HEADER + holed + apart + island).replace(",", "，")
    points = parse_boundary_points(text.encode("gbk"), "a.txt")
    assert [round(area_of(points, i)) for i in range(3)] == [7500, 12500, 7900]
    placements = [d for d in points.diagnostics if isinstance(d, TxtRingPlacement)]
    assert [(d.place.line, d.parcel, d.ring) for d in placements if d.place] == [
        (30, "两块", 2),
        (46, "有岛", 3),
    ]
    assert all(d.severity == "warning" and d.place for d in points.diagnostics)


def test_labels_that_run_on_over_rings() -> None:
    second = rows(square(10, 10, 50), 2).replace("J", "J1")
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), second))
    assert points.diagnostics == ()
    assert area_of(points) == pytest.approx(7500)


def test_labels_that_begin_anew_begin_a_ring() -> None:
    open_ring = "".join(rows(square(0, 0, 100)).splitlines(keepends=True)[:-1])
    points = parse(HEADER + parcel(open_ring, rows(square(200, 0, 50))))
    assert {type(d) for d in points.diagnostics} == {
        TxtRingSplit,
        TxtRingUnclosed,
        TxtRingPlacement,
    }
    assert area_of(points) == pytest.approx(12_500)


def test_a_ring_number_used_twice_makes_two_rings() -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), rows(square(10, 10, 50))))
    assert {type(d) for d in points.diagnostics} == {TxtRingSplit, TxtRingPlacement}
    assert area_of(points) == pytest.approx(7500)


def test_rings_that_cross_are_refused() -> None:
    errors = refused(HEADER + parcel(rows(square(0, 0, 100)), rows(square(50, 50, 100), 2)))
    crossing = [error for error in errors if isinstance(error, TxtRingsCross)]
    assert [error.place.line for error in crossing if error.place] == [19]
    assert crossing[0].other_line == 14


def test_a_ring_that_is_repeated_counts_once() -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), rows(square(0, 0, 100), 2)))
    only(points, TxtRingPlacement)
    assert area_of(points) == pytest.approx(10_000)


def test_parts_that_touch_at_a_corner_stay_two_parts() -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), rows(square(100, 100, 100), 2)))
    assert area_of(points) == pytest.approx(20_000)


def test_two_points_are_no_ring() -> None:
    errors = refused(HEADER + parcel(rows(square(0, 0, 100)[:2])))
    assert any(isinstance(error, TxtRingUnusable) for error in errors)


def test_points_on_one_line_are_no_ring() -> None:
    errors = refused(HEADER + parcel(rows([(0, 0), (10, 0), (20, 0), (0, 0)])))
    assert any(isinstance(error, TxtRingUnusable) for error in errors)


@pytest.mark.parametrize("declared", [4, 5])
def test_a_count_with_or_without_closing_row(declared: int) -> None:
    assert parse(HEADER + parcel(rows(square(0, 0, 100)), count=declared)).diagnostics == ()


def test_a_count_that_disagrees() -> None:
    warning = only(parse(HEADER + parcel(rows(square(0, 0, 100)), count=9)), TxtPointCount)
    assert warning.message.render("en") == "Parcel “甲” declares 9 points; 5 rows follow."


# --- declared areas ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "square_metres", "codes"),
    [
        ("1.0000", 10_000, []),
        ("10000", 10_000, ["RL431"]),
        ("15", 10_000, ["RL431"]),
        ("1公顷", 10_000, []),
        ("0.7655公顷", 7655, []),
        ("9000㎡", 9000, []),
        ("1.3", 13_000, []),
        ("0", None, []),
        ("", None, []),
        ("约一公顷", None, ["RL432"]),
        ("123456789", 1_234_567_890_000, ["RL431"]),
    ],
)
def test_units_of_declared_areas(
    declared: str, square_metres: float | None, codes: list[str]
) -> None:
    points = parse(HEADER + parcel(rows(square(0, 0, 100)), area=declared))
    assert points.parcels[0].parcel.declared_area == pytest.approx(square_metres)
    assert [d.code for d in points.diagnostics] == codes


def test_the_unit_is_that_of_most_parcels() -> None:
    text = HEADER + "".join(
        parcel(rows(square(300 * i, 0, 100)), area=area, name=str(i))
        for i, area in enumerate(["10000", "10050", "1.0"])
    )
    points = parse(text)
    assert [p.parcel.declared_area for p in points.parcels] == [10_000, 10_050, 1.0]
    assert points.area_basis is not None
    assert "square metres" in points.area_basis.render("en")
    only(points, TxtAreaUnit)


# --- what is no boundary-point file -----------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"   \r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(data: bytes) -> None:
    (error,) = refused(data)
    assert isinstance(error, FileEmpty | TxtWithoutParcels)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04" + bytes(50), "ZIP"),
        (b"%PDF-1.4 ...", "PDF"),
        (bytes(range(256)) * 8, None),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "Office"),
    ],
)
def test_a_binary_file_named_txt(data: bytes, what: str | None) -> None:
    (error,) = refused(data)
    assert isinstance(error, NotText)
    assert what is None or what in error.message.render("en")


def test_some_other_text() -> None:
    errors = refused("Dear reviewer,\nplease find attached the parcels.\n")
    assert errors[0].place is not None
    assert errors[0].place.line == 1


def test_a_header_without_points() -> None:
    errors = refused(HEADER + "4,1.0,1,甲,面,,,,@\n")
    assert isinstance(errors[0], TxtLineUnreadable)


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "parcels.txt").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        read_file(tmp_path / "parcel.txt")
    (error,) = caught.value.diagnostics
    assert error.hint is not None
    assert "parcels.txt" in error.hint.render("en")


def test_a_thousand_bad_lines_are_summed_up() -> None:
    errors = refused(HEADER + "4,1.0,1,甲,面,,,,@\n" + "nonsense\n" * 1000)
    assert len(errors) < 30
    assert "980" in errors[-1].message.render("en") or "981" in errors[-1].message.render("en")


# --- anything at all --------------------------------------------------------------------------

RICH = (
    HEADER
    + parcel(rows(square(0, 0, 100)), rows(square(10, 10, 50), 2))
    + parcel(rows(square(300, 0, 100)), rows(square(500, 0, 50), 2), name="乙")
)


def located_or_parsed(data: bytes) -> None:
    """Whatever the bytes: parcels, or diagnostics that render with the file's name."""
    try:
        points = parse_boundary_points(data, "a.txt")
        said = points.diagnostics
        assert points.parcels
    except Refusal as refusal:
        said = refusal.diagnostics
        assert any(d.severity == "error" for d in said)
    for diagnostic in said:
        assert diagnostic.place is not None
        assert render_plain(diagnostic, "zh").startswith("a.txt")
        assert render_plain(diagnostic, "en")


@settings(max_examples=150, deadline=None)
@given(
    encoding=st.sampled_from(["utf-8", "gbk", "utf-16"]),
    flips=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 4000),
)
def test_flipped_bytes_and_truncation_are_located(
    encoding: str, flips: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(RICH.encode(encoding))
    for position, value in flips:
        data[position % len(data)] = value
    located_or_parsed(bytes(data[: len(data) - cut % len(data)]))


@settings(max_examples=150, deadline=None)
@given(order=st.permutations(list(range(14, 24))), drop=st.sets(st.integers(0, 35), max_size=4))
def test_shuffled_and_dropped_lines_are_located(order: list[int], drop: set[int]) -> None:
    lines = RICH.splitlines()
    shuffled = [*lines[:14], *(lines[i] for i in order), *lines[24:]]
    text = "\n".join(line for i, line in enumerate(shuffled) if i not in drop)
    located_or_parsed(text.encode())


@settings(max_examples=150, deadline=None)
@given(
    line=st.integers(0, 35),
    text=st.text(alphabet="0123456789.,@-J面线点=[]【】，：°′″eE \t\u3000属性描述地块坐标带号"),
)
def test_any_line_in_place_of_another_is_located(line: int, text: str) -> None:
    lines = RICH.splitlines()
    lines[line % len(lines)] = text
    located_or_parsed("\n".join(lines).encode())

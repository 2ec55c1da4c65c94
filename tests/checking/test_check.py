"""A check from files to findings, on a small invented place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from redline.checking import Options, check
from redline.findings import Finding, FindingsDocument, Status, Verdict

RULES = """
pack test.place "Place" / "地方"
instrument OLD / 旧法 "Old law" / "旧法" in force from 2010-01-01 before 2026-08-15
instrument NEW / 新法 "New law" / "新法" in force from 2026-08-15
code list works_class / 建设类别 "Works" / "建设"
  new_build / 新建 "New build" / "新建"
  alteration / 改建 "Alteration" / "改建"
attribute works / 建设性质: code works_class "Works" / "建设" asks "Which works?" / "何种建设？"
attribute energy_use / 用能: energy per year "Energy use" / "用能"
attribute started_on / 开工日期: date "Started on" / "开工日期"
layer zone / 保护区: polygon "Zones" / "保护区"
  key name / 名称: text
  column strict / 严格: boolean
layer river / 河流: line "Rivers" / "河流"
layer county / 县: polygon "Counties" / "县"
  key code / 代码: text
document opinion / 意见 "Opinion" / "意见" asks "Is there an opinion?" / "有无意见？"
component outfall / 排污口 "Outfalls" / "排污口"

rule keep_out / 禁入 "Keep out" / "禁入"
  applies when works is new_build
  forbids footprint overlaps zone where (strict)
  unless works is new_build, provided that document opinion covers the overlap
    cites OLD art. 2, NEW art. 9(3)
  remedy "Move" / "移动"
  cites OLD art. 1 before 2026-08-15, NEW art. 9(2) from 2026-08-15

rule setback / 退让 "Setback" / "退让"
  forbids distance to river at most 100 m
  cites OLD art. 3 before 2026-08-15, NEW art. 3 from 2026-08-15

rule either / 任一 "Either" / "任一"
  applies when works is alteration
  forbids footprint overlaps zone where (strict)
    or (footprint overlaps county and energy_use more than 1000 tce per year)
  cites NEW art. 5

rule quota / 额度 "Quota" / "额度"
  applies when energy_use more than 0 tce per year
  limits energy_use + total energy_use of approvals in the same county in the same year
    to at most 100 tce per year
  cites OLD art. 4 before 2026-08-15, NEW art. 4 from 2026-08-15

rule outfalls / 排污口 "No outfall" / "不设排污口"
  forbids any outfall lies within zone
  cites OLD art. 5 before 2026-08-15, NEW art. 5 from 2026-08-15
"""

DEGREE = 111_319.49
"""Metres of a degree of longitude on the equator, near which the place lies."""


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A rectangle, given in metres from 0° N 30° E, as GeoJSON."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {
        "type": "Polygon",
        "coordinates": [[[30 + x / DEGREE, y / 110_574.39] for x, y in corners]],
    }


def collection(*features: tuple[Mapping[str, object], Mapping[str, object]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
        }
    )


class Place:
    """A folder with rules, layers, a catalog and submissions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "rules").mkdir()
        (folder / "rules" / "place.redline").write_text(RULES, encoding="utf-8")
        self.write(
            "zone.geojson",
            collection(
                ({"name": "A", "strict": True}, box(0, 0, 100, 100)),
                ({"name": "B", "strict": False}, box(200, 0, 300, 100)),
            ),
        )
        line = {"type": "LineString", "coordinates": [[30.0, 0.01], [30.01, 0.01]]}
        self.write("river.geojson", collection(({}, line)))
        self.write("county.geojson", collection(({"code": "C1"}, box(-5000, -5000, 5000, 5000))))
        self.layers = {
            name: f'[[layer]]\nname = "{name}"\npath = "{name}.geojson"\n'
            "coverage = {bounds = [29.95, -0.05, 30.05, 0.05]}\n"
            for name in ("zone", "river", "county")
        }

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def submission(self, name: str = "one", **manifest: object) -> Path:
        body: dict[str, object] = {
            "schema": "redline.submission/1",
            "kind": "project",
            "id": name,
            "decided_on": "2026-09-01",
            "geometries": {"permanent": box(50, 50, 60, 60)},
            "attributes": {"works": "new_build", "energy_use": "10 tce/a"},
            "complete": ["documents", "components", "geometries"],
        }
        return self.write(f"{name}.json", json.dumps(body | manifest))

    def check(self, *submissions: Path, **options: object) -> FindingsDocument:
        catalog = self.write(
            "catalog.toml", 'schema = "redline.catalog/1"\n' + "".join(self.layers.values())
        )
        chosen = Options(rules=(self.folder / "rules",), catalog=catalog)
        for name, value in options.items():
            chosen = replace(chosen, **{name: value})
        return check(submissions, chosen)

    def finding(self, rule: str, *submissions: Path, **options: object) -> Finding:
        document = self.check(*submissions or (self.submission(),), **options)
        assert [p for p in document.problems if p.severity == "error"] == []
        found = [
            f for s in document.submissions for f in s.findings if f.rule == f"test.place.{rule}"
        ]
        return found[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_overlap_is_a_breach_with_its_square_metres_and_its_clause(place: Place) -> None:
    found = place.finding("keep_out")
    assert found.status is Status.VIOLATED
    assert found.measured[0].value == pytest.approx(100.0, abs=0.02)
    assert [(c.instrument, c.clause) for c in found.citations] == [("NEW", "art. 9(2)")]
    assert [(e.layer, e.feature) for e in found.evidence] == [("zone", "A")]
    assert found.evidence[0].area_m2 == pytest.approx(100.0, abs=0.02)


@pytest.mark.parametrize(
    ("day", "instrument"), [(date(2026, 8, 14), "OLD"), (date(2026, 8, 15), "NEW")]
)
def test_the_law_of_the_day_is_cited(place: Place, day: date, instrument: str) -> None:
    found = place.finding("keep_out", as_of=day)
    assert [c.instrument for c in found.citations] == [instrument]


def test_days_of_one_call_do_not_mix(place: Place) -> None:
    document = place.check(
        place.submission("late", decided_on="2026-09-01"),
        place.submission("early", decided_on="2020-09-01"),
    )
    cited = [[c.instrument for f in s.findings for c in f.citations] for s in document.submissions]
    assert [set(c) for c in cited] == [{"NEW"}, {"OLD"}]
    assert [s.id for s in document.submissions] == ["late", "early"]


def test_a_missing_layer_is_never_a_pass(place: Place) -> None:
    del place.layers["zone"]
    found = place.finding("keep_out")
    assert found.status is Status.UNDETERMINED
    assert [(m.kind.value, m.name) for m in found.missing] == [("layer", "zone")]


def test_ground_outside_the_coverage_is_unknown(place: Place) -> None:
    found = place.finding(
        "keep_out", place.submission(geometries={"permanent": box(20_000, 0, 20_010, 10)})
    )
    assert found.status is Status.UNDETERMINED
    assert [m.kind.value for m in found.missing] == ["coverage"]


def test_a_layer_declared_empty_is_a_fact(place: Place) -> None:
    place.layers["zone"] = (
        '[[layer]]\nname = "zone"\nempty = true\nsource = "survey"\ncoverage = "everywhere"\n'
    )
    assert place.finding("keep_out").status is Status.COMPLIES


def test_other_features_of_the_layer_do_not_count(place: Place) -> None:
    clear = place.submission(geometries={"permanent": box(210, 10, 220, 20)})
    assert place.finding("keep_out", clear).status is Status.COMPLIES


def test_a_sliver_is_listed_and_does_not_count(place: Place) -> None:
    edge = place.submission(geometries={"permanent": box(-10, 10, 0.0005, 90)})
    found = place.finding("keep_out", edge)
    assert found.status is Status.COMPLIES
    assert [s.feature for s in found.slivers] == ["A"]
    assert found.slivers[0].width_m == pytest.approx(0.0005, abs=2e-4)
    assert place.finding("keep_out", edge, min_width=0.0).status is Status.VIOLATED


def opinion(ground: Mapping[str, object] | None, **more: object) -> Sequence[object]:
    document: dict[str, object] = {"kind": "opinion", "state": "held", **more}
    return [document | ({"ground": ground} if ground else {})]


@pytest.mark.parametrize(
    ("documents", "status"),
    [
        (opinion(box(40, 40, 70, 70)), Status.EXCUSED),
        (opinion(box(40, 40, 55, 70)), Status.VIOLATED),
        (opinion(None), Status.UNDETERMINED),
        (opinion(None, state="to_come"), Status.CONDITIONAL),
        (opinion(box(40, 40, 70, 70), state="refused"), Status.VIOLATED),
        (opinion(box(40, 40, 70, 70), valid_to="2026-01-01"), Status.VIOLATED),
        ([], Status.VIOLATED),
    ],
)
def test_a_document_excuses_the_ground_that_it_covers(
    place: Place, documents: Sequence[object], status: Status
) -> None:
    found = place.finding("keep_out", place.submission(documents=documents))
    assert found.status is status
    if status is Status.CONDITIONAL:
        assert [o.name for o in found.owed] == ["opinion"]


def test_documents_not_listed_are_asked_for(place: Place) -> None:
    found = place.finding("keep_out", place.submission(complete=[]))
    assert found.status is Status.UNDETERMINED
    assert [(m.kind.value, m.name) for m in found.missing] == [("document", "opinion")]


def test_a_distance_is_measured_on_the_ellipsoid(place: Place) -> None:
    found = place.finding("setback")
    assert found.status is Status.COMPLIES
    # 0.01° of latitude from the equator less the footprint's upper edge at 60 m.
    assert found.measured[0].value == pytest.approx(1105.743 - 60, abs=0.01)


def test_components_have_a_place_of_their_own(place: Place) -> None:
    point = {"type": "Point", "coordinates": [30 + 50 / DEGREE, 50 / 110_574.39]}
    inside = [{"kind": "outfall", "geometry": point}]
    assert place.finding("outfalls", place.submission(components=inside)).status is Status.VIOLATED
    assert place.finding("outfalls").status is Status.COMPLIES
    asked = place.finding("outfalls", place.submission(complete=["documents"]))
    assert asked.status is Status.UNDETERMINED


def entry(key: str, amount: str, **more: object) -> str:
    body = {
        "id": key,
        "decided_on": "2026-02-01",
        "decision": "approved",
        "attributes": {"energy_use": amount},
        "areas": {"county": "C1"},
    }
    return json.dumps(body | more)


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ([entry("a", "90 tce/a")], Status.COMPLIES),
        ([entry("a", "90.5 tce/a")], Status.VIOLATED),
        ([entry("a", "95 tce/a", decided_on="2025-02-01")], Status.COMPLIES),
        ([entry("a", "95 tce/a", areas={"county": "C2"})], Status.COMPLIES),
        ([entry("a", "95 tce/a", decision="refused")], Status.COMPLIES),
        ([entry("a", "95 tce/a"), entry("a", "10 tce/a")], Status.COMPLIES),
    ],
)
def test_what_was_approved_before_counts(
    place: Place, entries: Sequence[str], status: Status
) -> None:
    register = place.write("register.jsonl", "\n".join(entries))
    assert place.finding("quota", register=str(register)).status is status


def test_a_quota_without_a_register_is_undetermined(place: Place) -> None:
    found = place.finding("quota")
    assert found.status is Status.UNDETERMINED
    assert [m.kind.value for m in found.missing] == ["register"]


@pytest.mark.parametrize(
    ("attributes", "code", "hint"),
    [
        ({"work": "new_build"}, "RL601", "works"),
        ({"works": "new_bild"}, "RL602", "new_build"),
        ({"energy_use": 10}, "RL603", "tce"),
        ({"energy_use": "10 km"}, "RL602", ""),
        ({"started_on": "someday"}, "RL602", ""),
    ],
)
def test_what_a_submission_gets_wrong_is_said_and_the_rest_is_judged(
    place: Place, attributes: Mapping[str, object], code: str, hint: str
) -> None:
    document = place.check(place.submission("bad", attributes=attributes), place.submission("good"))
    errors = [p for p in document.problems if p.severity == "error"]
    assert [p.code for p in errors] == [code]
    assert hint in (errors[0].hint.en if errors[0].hint else "")
    assert [s.id for s in document.submissions] == ["good"]


def test_values_are_understood_in_either_language(place: Place) -> None:
    chinese = place.submission(attributes={"建设性质": "改建", "用能": "10吨标准煤/年"})
    assert place.finding("keep_out", chinese).status is Status.NOT_APPLICABLE


def test_settings_go_before_what_the_submission_says(place: Place) -> None:
    found = place.finding("keep_out", settings=(("works", "alteration"),))
    assert found.status is Status.NOT_APPLICABLE


def test_the_verdict_follows_the_worst_binding_finding(place: Place) -> None:
    document = place.check(
        place.submission("violated"),
        place.submission("unknown", geometries={"permanent": box(500, 500, 510, 510)}),
        place.submission(
            "clear",
            geometries={"permanent": box(500, 500, 510, 510)},
            attributes={"works": "alteration", "energy_use": "0 tce/a"},
        ),
        place.submission(
            "excused",
            attributes={"works": "new_build", "energy_use": "0 tce/a"},
            documents=opinion(box(0, 0, 100, 100)),
        ),
    )
    assert [s.verdict for s in document.submissions] == [
        Verdict.NON_COMPLIANT,
        Verdict.UNDETERMINED,
        Verdict.COMPLIANT,
        Verdict.CONDITIONAL,
    ]


def test_the_same_input_gives_the_same_document(place: Place) -> None:
    one = place.check(place.submission())
    two = place.check(place.submission())
    assert one.model_dump_json() == two.model_dump_json()


def test_a_point_that_lies_within_is_shown_with_the_feature_and_what_it_stands_for(
    place: Place,
) -> None:
    point = {"type": "Point", "coordinates": [30 + 50 / DEGREE, 0.0004]}
    outfalls = [{"kind": "outfall", "geometry": point}]
    found = place.finding("outfalls", place.submission(components=outfalls))
    assert found.status is Status.VIOLATED
    (evidence,) = found.evidence
    assert (evidence.layer, evidence.feature, evidence.relation) == ("zone", "A", "within")
    assert evidence.role_title is not None
    assert evidence.role_title.zh == "排污口"
    assert evidence.geometry is not None


def test_what_did_not_decide_is_not_measured_for_the_reader(place: Place) -> None:
    # Of the two things that are forbidden one is the case; the other is not shown.
    changed = {"works": "alteration", "energy_use": "10 tce/a"}
    found = place.finding("either", place.submission(attributes=changed))
    assert found.status is Status.VIOLATED
    assert [m.quantity.en for m in found.measured] == ["area of footprint in “Zones” (strict)"]
    assert [e.layer for e in found.evidence] == ["zone"]


def test_a_plan_is_asked_what_rules_on_plans_ask_and_nothing_else(tmp_path: Path):
    (tmp_path / "rules.redline").write_text(
        """
pack test.plans "Plans" / "规划"
instrument ACT / 法 "Act" / "法" in force from 2010-01-01
document assessment / 环评 "Assessment" / "规划环评"
attribute works / 建设: boolean "Works" / "建设"
rule plan_assessed / 规划须环评 on plan "Plans are assessed" / "规划须经环评"
  requires document assessment
  cites ACT art. 1
rule no_works / 禁建 "No works" / "禁建"
  forbids works
  cites ACT art. 2
""",
        encoding="utf-8",
    )
    manifest = tmp_path / "plan.yaml"
    for state, status in (("held", Status.COMPLIES), ("refused", Status.VIOLATED)):
        manifest.write_text(
            "schema: redline.submission/1\nkind: plan\nid: P\ndecided_on: 2024-01-01\n"
            f"documents: [{{kind: assessment, state: {state}}}]\n",
            encoding="utf-8",
        )
        document = check([manifest], Options(rules=(tmp_path / "rules.redline",)))
        (plan,) = document.submissions
        assert [(f.rule, f.status) for f in plan.findings] == [("test.plans.plan_assessed", status)]

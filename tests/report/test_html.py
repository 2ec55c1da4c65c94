"""The HTML report: what it says, that it is safe, sound, reachable, and stays small."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from redline.findings import (
    Bilingual,
    Change,
    Changes,
    Derivation,
    Evidence,
    FindingsDocument,
    LayerUsed,
    LineString,
    MultiPolygon,
    Part,
    Point,
    Polygon,
    Remainder,
    Status,
    Truth,
    WayOut,
)
from redline.messages import Language
from redline.report.html import MANY, Preface, write_html
from redline.report.markup import LONG, Html, tag
from redline.report.scene import scale_bar, scene_of
from redline.report.svg import path_of
from tests.report.synthetic import (
    CODE_320,
    ERROR,
    IN_LEVEL_2,
    JUDGEMENT,
    SQUARE,
    VIOLATED,
    document,
    finding,
    submission,
)

HOSTILE = (
    "</title></script><script>alert(1)</script>\"'><img src=x onerror=y>\x1b[31m\u202eevil\x00"
)
VOID = {"meta", "link", "input", "br", "hr", "col"}


def page(findings: FindingsDocument, language: Language = "en") -> str:
    stream = io.StringIO()
    write_html(findings, stream, language)
    return stream.getvalue()


@dataclass
class Element:
    """An element with its attributes, its children, and the text directly in it."""

    name: str
    attributes: dict[str, str | None]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def every(self, *names: str) -> list[Element]:
        found = [self] if self.name in names else []
        return found + [e for child in self.children for e in child.every(*names)]

    def words(self) -> str:
        return self.text + " ".join(child.words() for child in self.children)

    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()


class Tree(HTMLParser):
    """Builds the elements, and fails where a tag is not closed by its own."""

    def __init__(self) -> None:
        super().__init__()
        self.top = self.here = Element("", {}, None)

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len(dict(attributes)) == len(attributes), f"an attribute twice in {name}"
        element = Element(name, dict(attributes), self.here)
        self.here.children.append(element)
        if name not in VOID:
            self.here = element

    def handle_endtag(self, name: str) -> None:
        assert self.here.name == name, f"</{name}> closes <{self.here.name}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, text: str) -> None:
        self.here.text += text


def parsed(text: str) -> Element:
    tree = Tree()
    tree.feed(text)
    assert tree.here is tree.top
    return tree.top


def ids(top: Element) -> list[str]:
    own = [top.attributes["id"] or ""] if "id" in top.attributes else []
    return own + [i for child in top.children for i in ids(child)]


RICH = submission(
    findings=(
        VIOLATED.model_copy(
            update={
                "way_out": WayOut(remainder=Remainder(area_m2=10.0, geometry=SQUARE)),
                "derivation": Derivation(
                    statement=Bilingual(en="the rule is broken", zh="规则被违反"),
                    sentence=Bilingual(en="The rule is broken.", zh="规则被违反。"),
                    truth=Truth.TRUE,
                    citations=(CODE_320,),
                    premises=(
                        Derivation(
                            statement=Bilingual(en="it overlaps", zh="重叠"),
                            sentence=Bilingual(en="It overlaps.", zh="有重叠。"),
                            truth=Truth.TRUE,
                        ),
                    ),
                ),
            }
        ),
        *submission().findings,
    ),
    layers=(
        LayerUsed(
            layer="drinking_water",
            title=Bilingual(en="Sources", zh="水源"),
            version="2019-03-01/..",
            approval="粤府函〔2019〕1号",
            accuracy_m=2.0,
            source="a.gpkg",
        ),
        LayerUsed(layer="wetland", empty=True),
    ),
    compared=Changes(
        record_digest="0" * 64,
        changes=(
            Change(rule=VIOLATED.rule, before=Status.COMPLIES, after=Status.VIOLATED),
            Change(rule="cn.gone", before=Status.COMPLIES, after=None),
        ),
    ),
)

DOCUMENTS = {
    "one": document(RICH, problems=(ERROR,)),
    "several": document(RICH, submission(id="LP-2", title=None)),
    "many": document(*(submission(id=f"LP-{i}") for i in range(MANY + 5))),
    "none": document(problems=(ERROR,)),
    "empty": document(submission(findings=(), parts=(), warnings=(), not_executed=())),
    "hostile": document(
        submission(
            id=HOSTILE,
            title=HOSTILE * 1000,
            source=HOSTILE,
            findings=(
                finding(
                    Status.VIOLATED,
                    title=Bilingual(en=HOSTILE, zh=HOSTILE),
                    evidence=(IN_LEVEL_2.model_copy(update={"feature": HOSTILE * 1000}),),
                ),
                finding(
                    Status.UNDETERMINED,
                    missing=(JUDGEMENT.model_copy(update={"place": HOSTILE, "name": HOSTILE}),),
                ),
            ),
        )
    ),
}


@pytest.fixture(params=DOCUMENTS)
def anything(request: pytest.FixtureRequest) -> FindingsDocument:
    return DOCUMENTS[request.param]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_sound_and_can_be_reached_by_everyone(
    anything: FindingsDocument, language: Language
):
    top = parsed(page(anything, language))
    (html,) = top.every("html")
    assert html.attributes["lang"] == ("zh-Hans" if language == "zh" else "en")
    assert html.every("title")[0].words().strip()
    assert len(html.every("main")) == len(html.every("h1")) == 1
    assert len(html.every("header")) == len(html.every("footer")) == 1
    levels = [int(e.name[1]) for e in html.every("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), levels
    assert len(ids(html)) == len(set(ids(html)))
    for table in html.every("table"):
        assert table.every("caption")
        assert all(cell.attributes.get("scope") in ("col", "row") for cell in table.every("th"))
    for control in html.every("input"):
        assert control.parent is not None
        assert control.parent.name == "label" and control.parent.words().strip()
    for button in html.every("button"):
        assert button.attributes.get("aria-label") or button.words().strip()
    for svg in html.every("svg"):
        names = [svg.attributes.get(f"aria-{key}") for key in ("labelledby", "describedby")]
        assert svg.attributes.get("aria-hidden") == "true" or set(names) <= set(ids(svg))
    for link in html.every("a"):
        target = link.attributes["href"] or ""
        assert target.startswith("#") and target[1:] in ids(html), target


def test_nothing_is_fetched_and_only_the_pages_own_style_and_script_may_run(
    anything: FindingsDocument,
):
    text = page(anything)
    top = parsed(text)
    (policy,) = (
        m.attributes["content"] or ""
        for m in top.every("meta")
        if m.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for name in ("style", "script"):
        (element,) = top.every(name)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not re.search(r"(?:https?:)?//[\w-]+\.\w|@import|url\(", text)
    assert not top.every("img", "iframe", "object", "embed", "link", "form", "base")

    def check(element: Element) -> None:
        for key in element.attributes:
            assert not key.startswith("on") and key not in ("style", "src"), key
        for child in element.children:
            check(child)

    check(top)


def test_text_of_strangers_is_shown_and_neither_run_nor_turned_around():
    text = page(DOCUMENTS["hostile"])
    assert "<script>alert" not in text and "<img" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert "�[31m�evil�" in text
    assert max(
        map(len, re.findall(r">([^<]*)<", text.split("</style>")[1].split("<script>")[0]))
    ) < (2 * LONG * len("&quot;"))


def test_a_report_of_one_submission_says_all():
    top = parsed(page(DOCUMENTS["one"]))
    words = " ".join(top.words().split())
    for said in (
        "Not compliant",
        "Violated (3)",
        "Ecological and Environmental Code, art. 320(1) (in force from 15 August 2026)",
        "1,234.5 m² (0.1235 ha)",
        "1,235.25 m² with slivers",
        "kind of works = new build",
        "the boundary's positional accuracy could turn this finding",
        "Opinion of the provincial government",
        "Move the plant out of the zone.",
        "10 m² of the footprint keep this rule",
        "The rule is broken.",
        "What is missing (2)",
        "Does the project degrade the ecological function?",
        "Under the tolerance, not counted (1)",
        "Warnings (1)",
        "In force here and not checked: 1 clause",
        "left to judgement",
        "Tolerance: pieces narrower than 0.001 m are listed as slivers",
        "粤府函〔2019〕1号",
        "Declared empty (1): wetland",
        "A rule that is violated: was complies, is violated",
        "cn.gone: was complies, is not asked",
        "Problems (1)",
        "Digest of the rules: " + "0" * 64,
    ):
        assert said in words, said


def test_each_language_keeps_to_itself():
    chinese = " ".join(parsed(page(DOCUMENTS["one"], "zh")).every("body")[0].words().split())
    assert "判定不通过" in chinese and "0.1235" in chinese and "亩" in chinese
    script = parsed(page(DOCUMENTS["one"], "zh")).every("script")[0].text
    shown = chinese.replace(" ".join(script.split()), "")
    assert set(re.findall(r"[A-Za-z]{4,}", shown)) <= {
        *("redline", "gpkg", "degrades", "function", "wetland", "submissions", "EPSG", "gone"),
        *(word for status in Status for word in status.split("_")),  # in titles of the synthetic
    }


def test_the_same_findings_give_the_same_bytes(anything: FindingsDocument):
    assert page(anything, "zh") == page(anything, "zh")


# ── several and many ────────────────────────────────────────────────────────────────────────────


def test_a_preface_is_told_of_the_whole_and_of_each_submission():
    stream = io.StringIO()
    several = document(RICH, submission(id="LP-2"))
    preface = Preface(("Decisions replayed: 2 <b>",), {1: ("Decided on 1 May 2024",)})
    write_html(several, stream, "en", preface=preface)
    top = parsed(stream.getvalue())
    assert "Decisions replayed: 2 <b>" in top.every("header")[0].words()
    told = ["Decided on 1 May 2024" in d.words() for d in top.every("details") if d.every("h3")]
    assert told == [False, True]


def test_the_overview_leads_to_every_submission():
    top = parsed(page(DOCUMENTS["several"]))
    links = [a.attributes["href"] for a in top.every("tbody")[0].every("a")]
    assert links == ["#s1", "#s2"]
    folded = [d for d in top.every("details") if "submission" in d.classes()]
    assert len(folded) == 2
    assert all(d.children[0].name == "summary" and d.every("h3") for d in folded)
    dots = [a for svg in top.every("svg") for a in svg.every("a")]
    assert [a.attributes["href"] for a in dots] == ["#s1", "#s2"]


def test_many_submissions_share_rules_and_questions():
    text = page(DOCUMENTS["many"])
    assert text.count("Does the project degrade the ecological function?") == 1
    assert text.count("Move the plant out of the zone.") == MANY + 5
    top = parsed(text)
    assert {"r1", "q1", "q2", "c1"} <= set(ids(top))
    runs = [e for e in top.every("span") if "runs" in e.classes()]
    assert {e.attributes["data-of"] for e in runs} == {"r", "q", "c"}
    assert any(re.fullmatch(r"\s*–\s*1\s*2\s*", e.words()) for e in runs)


def square(side: float, west: float = 114.5, south: float = 24.3) -> Polygon:
    east, north = west + side, south + side
    return Polygon(
        coordinates=(((west, south), (east, south), (east, north), (west, north), (west, south)),)
    )


def test_a_thousand_submissions_stay_small():
    several = tuple(
        finding(
            (Status.COMPLIES, Status.NOT_APPLICABLE, Status.UNDETERMINED)[i % 3],
            rule=f"cn.rule_{i}",
            missing=(JUDGEMENT.model_copy(update={"name": f"fact_{i}"}),) if i % 3 == 2 else (),
        )
        for i in range(200)
    )
    whole = (VIOLATED, *several)
    text = page(document(*(submission(id=f"LP-{i}", findings=whole) for i in range(100))))
    assert len(text.encode()) < 2_000_000


def test_five_thousand_findings_are_all_there():
    many = tuple(VIOLATED.model_copy(update={"rule": f"r{i}"}) for i in range(5000))
    text = page(document(submission(findings=many)))
    assert text.count("<article") == 5000
    assert len(text.encode()) < 10_000_000


# ── the map ─────────────────────────────────────────────────────────────────────────────────────


def test_a_map_draws_each_kind_and_each_piece_once():
    scene = scene_of(RICH, "en", 0.1)
    assert scene is not None
    kinds = [shape.kind.value for shape in scene.shapes]
    assert kinds == ["footprint", "remainder", "offending", "sliver"]
    left, top, right, bottom = scene.shapes[0].geometry.bounds
    assert (left + right) / 2 == pytest.approx(360) and (top + bottom) / 2 == pytest.approx(220)
    assert (right - left) * scene.metres_per_unit == pytest.approx(0.01 * 101_430, rel=1e-3)
    assert (bottom - top) * scene.metres_per_unit == pytest.approx(0.01 * 110_770, rel=1e-3)


def test_pieces_on_the_same_ground_are_painted_once_and_all_named():
    pieces = tuple(Evidence(layer=f"zone {i}", geometry=SQUARE) for i in range(3))
    one = submission(findings=(finding(Status.UNDETERMINED, evidence=pieces),))
    scene = scene_of(one, "en", 0.1)
    assert scene is not None
    (drawn,) = [shape for shape in scene.shapes if shape.kind.value == "open"]
    assert all(f"zone {i}" in drawn.label for i in range(3))


def test_what_is_too_small_to_be_seen_is_marked_by_a_dot():
    tiny = Evidence(layer="zone", area_m2=0.01, geometry=square(1e-6))
    parts = (Part(role="permanent", area_m2=1e6, geometry=square(0.01)),)
    scene = scene_of(
        submission(parts=parts, findings=(finding(Status.VIOLATED, evidence=(tiny,)),)), "en", 0.5
    )
    assert scene is not None
    assert scene.shapes[0].dot is None and scene.shapes[1].dot is not None


@pytest.mark.parametrize(
    "geometry",
    [
        square(0.01),
        MultiPolygon(coordinates=(square(0.01).coordinates, square(0.01, 114.6).coordinates)),
        LineString(coordinates=((114.5, 24.3), (114.6, 24.4))),
        Point(coordinates=(114.5, 24.3)),
        LineString(coordinates=((179.99, 0.0), (-179.99, 0.1))),
        Polygon(coordinates=(((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),)),
        Polygon(coordinates=(((0.0, 89.9), (90.0, 89.9), (180.0, 89.9), (0.0, 89.9)),)),
    ],
    ids=lambda g: g.type,
)
def test_every_kind_of_geometry_is_drawn(geometry: Polygon):
    one = submission(parts=(Part(role="permanent", geometry=geometry),), findings=())
    text = page(document(one, one))
    paths = re.findall(r' d="([^"]+)"', text)
    assert paths and all(re.fullmatch(r"[MLlzvh\d\s.\-]+", path) for path in paths)


def test_a_footprint_of_a_hundred_thousand_points_is_thinned():
    ring = [
        (
            114.5 + 0.01 * math.cos(a) * (1 + 0.1 * math.sin(90 * a)),
            24.3 + 0.01 * math.sin(a) * (1 + 0.1 * math.sin(90 * a)),
        )
        for a in (2 * math.pi * i / 100_000 for i in range(100_000))
    ]
    geometry = Polygon(coordinates=((*ring, ring[0]),))
    one = submission(parts=(Part(role="permanent", geometry=geometry),), findings=())
    text = page(document(one))
    assert len(text) < 200_000
    scene = scene_of(one, "en", 0.1)
    assert scene is not None
    drawn = path_of(scene.shapes[0].geometry, 50)
    assert drawn.count(" ") > 1000 and drawn in text


@pytest.mark.parametrize(
    ("metres_per_unit", "said"), [(0.1, "10 m"), (1.0, "100 m"), (10.0, "1 km"), (0.001, "0.1 m")]
)
def test_the_scale_bar_has_a_round_length(metres_per_unit: float, said: str):
    length, text = scale_bar(metres_per_unit, 160)
    assert text == said and 0 < length / metres_per_unit <= 160


# ── markup ──────────────────────────────────────────────────────────────────────────────────────


def test_text_in_markup_is_escaped_and_markup_is_not():
    assert tag("p", "<b>", Html("<i>x</i>"), None) == "<p>&lt;b&gt;<i>x</i></p>"
    assert tag("a", "x", href='"><b', class_="c", hidden=True, id=None) == (
        '<a href="&quot;&gt;&lt;b" class="c" hidden>x</a>'
    )

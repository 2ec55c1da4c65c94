"""A small findings document with one finding of each status, and ones that strangers wrote."""

from __future__ import annotations

from datetime import date

from redline.findings import (
    Basis,
    Bilingual,
    Citation,
    Comparison,
    DueBy,
    Evidence,
    ExceptionStatus,
    Excuse,
    Fact,
    Finding,
    FindingsDocument,
    Measured,
    Missing,
    MissingKind,
    NotExecuted,
    Owed,
    OwedKind,
    Pack,
    Part,
    Polygon,
    Problem,
    ProblemPlace,
    RuleSeverity,
    Status,
    Subject,
    SubmissionFindings,
    Tolerance,
    Verdict,
)

SQUARE = Polygon(
    coordinates=(((114.5, 24.3), (114.51, 24.3), (114.51, 24.31), (114.5, 24.31), (114.5, 24.3)),)
)

CODE_320 = Citation(
    instrument="CODE",
    title=Bilingual(en="Ecological and Environmental Code", zh="生态环境法典"),
    clause="art. 320(1)",
    clause_title=Bilingual(en="art. 320(1)", zh="第三百二十条第一款"),
    in_force_from=date(2026, 8, 15),
    verified=True,
)

N142 = Citation(
    instrument="N142",
    title=Bilingual(en="Notice on Red Lines", zh="生态保护红线管理通知"),
    number="自然资发〔2022〕142号",
    clause="1(2)",
    clause_title=Bilingual(en="1(2)", zh="第一条第（二）项"),
    in_force_from=date(2022, 8, 16),
    in_force_to=date(2026, 8, 14),
    verified=False,
    note=Bilingual(en="seen on secondary pages only", zh="仅见于转载页面"),
)

OVERLAP = Measured(
    quantity=Bilingual(en="area of overlap with drinking water", zh="与饮用水水源保护区的重叠面积"),
    value=1234.5,
    unit="m2",
    limit=0.0,
    comparison=Comparison.AT_MOST,
    margin=-1234.5,
    with_slivers=1235.25,
)

SETBACK = Measured(
    quantity=Bilingual(en="distance to shoreline", zh="到岸线的距离"),
    value=800.0,
    unit="m",
    limit=1000.0,
    comparison=Comparison.AT_LEAST,
    margin=-200.0,
)

IN_LEVEL_2 = Evidence(
    layer="drinking_water",
    layer_title=Bilingual(en="drinking-water source zone", zh="饮用水水源保护区"),
    version="2023-01-01/..",
    feature="马头水库二级",
    area_m2=1234.5,
    width_m=23.4,
    geometry=SQUARE,
)

OPINION = Owed(
    kind=OwedKind.DOCUMENT,
    name="provincial_opinion",
    title=Bilingual(en="Opinion of the provincial government", zh="省级人民政府认定意见"),
    by=DueBy(stage="approval", stage_title=Bilingual(en="approval", zh="审批")),
)

JUDGEMENT = Missing(
    kind=MissingKind.JUDGEMENT,
    name="degrades_function",
    question=Bilingual(
        en="Does the project degrade the ecological function?", zh="项目是否降低生态功能？"
    ),
)

LAYER = Missing(
    kind=MissingKind.LAYER,
    name="wetland",
    question=Bilingual(
        en="Where are the wetlands? Supply the layer.", zh="湿地在何处？请提供图层。"
    ),
)


def finding(status: Status, **fields: object) -> Finding:
    """A finding of a status, with a title and one citation unless said otherwise."""
    plain = {
        "rule": f"cn.water.rule_{status}",
        "status": status,
        "title": Bilingual(en=f"A rule that is {status}", zh=f"规则（{status}）"),
        "citations": (CODE_320,),
    }
    return Finding.model_validate(plain | fields)


VIOLATED = finding(
    Status.VIOLATED,
    measured=(OVERLAP, SETBACK),
    evidence=(IN_LEVEL_2,),
    facts=(
        Fact(
            kind="attribute",
            name="works",
            title=Bilingual(en="kind of works", zh="建设性质"),
            value=Bilingual(en="new build", zh="新建"),
        ),
    ),
    slivers=(
        IN_LEVEL_2.model_copy(update={"feature": "边角", "area_m2": 0.75, "width_m": 0.0005}),
    ),
    remedy=Bilingual(en="Move the plant out of the zone.", zh="将项目移出保护区。"),
    exceptions=(
        Excuse(
            condition=Bilingual(en="national major project", zh="国家重大项目"),
            status=ExceptionStatus.FAILS,
            citations=(N142,),
        ),
    ),
    boundary_sensitive=True,
)

FINDINGS = (
    finding(Status.COMPLIES),
    VIOLATED,
    finding(Status.VIOLATED, rule="cn.goals.soft", severity=RuleSeverity.ANTICIPATORY),
    finding(Status.CONDITIONAL, owed=(OPINION,)),
    finding(
        Status.EXCUSED,
        exceptions=(
            Excuse(
                condition=Bilingual(en="limited human activity", zh="有限人为活动"),
                status=ExceptionStatus.HOLDS,
                citations=(N142,),
            ),
        ),
    ),
    finding(Status.UNDETERMINED, missing=(JUDGEMENT, LAYER)),
    finding(Status.UNDETERMINED, rule="cn.water.other", missing=(LAYER,)),
    finding(Status.NOT_APPLICABLE),
)

WARNING = Problem(
    code="RL301",
    severity="warning",
    message=Bilingual(en="The ring is not closed; it was closed.", zh="环未闭合，已自动闭合。"),
    place=ProblemPlace(file="a.txt", line=12, item="J1"),
)

ERROR = Problem(
    code="RL101",
    severity="error",
    message=Bilingual(en="“喝水” is not a layer", zh="没有图层“喝水”"),
    hint=Bilingual(en="Did you mean 饮水?", zh="是否指饮水？"),
    place=ProblemPlace(file="a.redline", line=3, column=6, end_column=8, text="  图层 喝水 在此"),
)


def submission(**fields: object) -> SubmissionFindings:
    """A submission with all of the findings unless said otherwise."""
    plain = {
        "id": "LP-1",
        "kind": Subject.PROJECT,
        "title": "连平电镀厂",
        "source": "submissions/1.txt",
        "as_of": date(2026, 8, 20),
        "verdict": Verdict.NON_COMPLIANT,
        "basis": Basis(
            area="ellipsoidal",
            distance="geodesic",
            tolerance=Tolerance(min_area_m2=0.0, min_width_m=0.001),
            crs="EPSG:4526",
            crs_basis=Bilingual(en="from the file", zh="据文件"),
        ),
        "parts": (Part(role="permanent", area_m2=5000.0, geometry=SQUARE),),
        "findings": FINDINGS,
        "warnings": (WARNING,),
        "not_executed": (
            NotExecuted(
                citation=CODE_320, reason=Bilingual(en="left to judgement", zh="需人工判断")
            ),
        ),
    }
    return SubmissionFindings.model_validate(plain | fields)


def document(
    *submissions: SubmissionFindings, problems: tuple[Problem, ...] = ()
) -> FindingsDocument:
    """A document of some submissions."""
    return FindingsDocument(
        rules_digest="0" * 64,
        packs=(Pack(name="cn.water", title=Bilingual(en="Water", zh="水"), digest="1" * 64),),
        software={"redline": "0.1.0"},
        submissions=submissions,
        problems=problems,
    )

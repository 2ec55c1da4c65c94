"""What statuses, verdicts and the parts of a finding are called, and how they are cited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from redline.findings import (
    Citation,
    Comparison,
    DueBy,
    Evidence,
    ExceptionStatus,
    Finding,
    Measured,
    MissingKind,
    Relation,
    Status,
    Subject,
    Verdict,
)
from redline.messages import Language, Message, msg
from redline.report.figures import date_text, quantity_text

STATUSES: Mapping[Status, Message] = MappingProxyType(
    {
        Status.VIOLATED: msg("violated"),
        Status.CONDITIONAL: msg("conditional"),
        Status.EXCUSED: msg("excused"),
        Status.UNDETERMINED: msg("undetermined"),
        Status.COMPLIES: msg("complies"),
        Status.NOT_APPLICABLE: msg("not applicable"),
    }
)
"""Statuses, the gravest first."""

SECTIONS: Mapping[Status, Message] = MappingProxyType(
    {
        Status.VIOLATED: msg("Violated ({count})"),
        Status.CONDITIONAL: msg("Conditional ({count})"),
        Status.EXCUSED: msg("Excused ({count})"),
        Status.UNDETERMINED: msg("Undetermined ({count})"),
        Status.COMPLIES: msg("Complies ({count})"),
        Status.NOT_APPLICABLE: msg("Not applicable ({count})"),
    }
)

VERDICTS: Mapping[Verdict, Message] = MappingProxyType(
    {
        Verdict.NON_COMPLIANT: msg("Not compliant"),
        Verdict.UNDETERMINED: msg("Undetermined"),
        Verdict.CONDITIONAL: msg("Conditional"),
        Verdict.COMPLIANT: msg("Compliant"),
    }
)
"""Verdicts, the gravest first."""

SUBJECTS: Mapping[Subject, Message] = MappingProxyType(
    {
        Subject.PROJECT: msg("project"),
        Subject.OPERATION: msg("operation"),
        Subject.PLAN: msg("plan"),
        Subject.REVISION: msg("revision"),
        Subject.REGION: msg("region"),
        Subject.LAYERS: msg("layers"),
    }
)

ROLES: Mapping[str, Message] = MappingProxyType(
    {
        "footprint": msg("footprint"),
        "permanent": msg("permanent footprint"),
        "temporary": msg("temporary footprint"),
        "underground": msg("underground footprint"),
        "aerial": msg("footprint in the air"),
        "centreline": msg("centreline"),
        "impact_range": msg("range of impact"),
    }
)
"""The geometries of a submission."""

MISSING: Mapping[MissingKind, Message] = MappingProxyType(
    {
        MissingKind.ATTRIBUTE: msg("attribute"),
        MissingKind.DOCUMENT: msg("document"),
        MissingKind.JUDGEMENT: msg("judgement"),
        MissingKind.LAYER: msg("layer"),
        MissingKind.COVERAGE: msg("coverage of a layer"),
        MissingKind.PARAMETER: msg("value to be set by an authority"),
        MissingKind.MAPPING: msg("mapping of an older code"),
        MissingKind.TEXT: msg("text of the law of that day"),
        MissingKind.REGISTER: msg("register of earlier approvals"),
    }
)

EXCEPTIONS: Mapping[ExceptionStatus, Message] = MappingProxyType(
    {
        ExceptionStatus.HOLDS: msg("excused by: {condition}"),
        ExceptionStatus.PROMISED: msg("would be excused by: {condition}"),
        ExceptionStatus.FAILS: msg("not excused by: {condition}"),
        ExceptionStatus.UNKNOWN: msg("open whether excused by: {condition}"),
    }
)

RELATIONS: Mapping[Relation, Message] = MappingProxyType(
    {
        Relation.OVERLAPS: msg("overlaps {feature}"),
        Relation.WITHIN: msg("lies within {feature}"),
        Relation.CROSSES: msg("crosses {feature}"),
        Relation.TOUCHES: msg("touches {feature}"),
        Relation.NEAR: msg("nearest is {feature}"),
        Relation.OUTSIDE: msg("lies outside {feature}"),
        Relation.UNCOVERED: msg("lies where {feature} does not claim to be complete"),
        Relation.LOST: msg("lost from {feature}"),
        Relation.GAINED: msg("gained by {feature}"),
        Relation.CHANGED: msg("changed in {feature}"),
        Relation.REMAINDER: msg("remains outside {feature}"),
    }
)

COMPARISONS: Mapping[Comparison, Message] = MappingProxyType(
    {
        Comparison.AT_LEAST: msg("at least {limit}"),
        Comparison.MORE_THAN: msg("more than {limit}"),
        Comparison.AT_MOST: msg("at most {limit}"),
        Comparison.LESS_THAN: msg("less than {limit}"),
    }
)


INFORMATION: Mapping[str, Message] = MappingProxyType(
    {
        "penalty": msg("penalty: {text}"),
        "names": msg("responsible: {text}"),
        "note": msg("note: {text}"),
    }
)

SEVERITIES: Mapping[str, Message] = MappingProxyType(
    {"error": msg("error"), "warning": msg("warning"), "note": msg("note")}
)


def status_text(name: str, language: Language) -> str:
    """A status by its name in the rule language; the name itself where it is none."""
    known = {status.value: message for status, message in STATUSES.items()}
    return known[name].render(language) if name in known else name


def filled(template: Message, **values: object) -> Message:
    """One of the sentences above with its places filled."""
    return Message(template.text, values)


def finding_title(finding: Finding, language: Language) -> str:
    """The rule's title, with the thing that the finding is about where there are several."""
    title = finding.title.render(language)
    if not finding.for_each:
        return title
    each = finding.for_each
    one = each.title.render(language) if each.title else each.value
    return msg("{title}: {one}", title=title, one=one).render(language)


def citation_text(citation: Citation, language: Language) -> str:
    """Instrument and clause: `Yangtze River Protection Law, art. 26(2)`, 《长江保护法》第二条."""
    instrument = citation.title.render(language) or citation.instrument
    clause = citation.clause_title.render(language) or citation.clause
    if not clause:
        return msg("{instrument} (as a whole)", instrument=instrument).render(language)
    return msg("{instrument}, {clause}", instrument=instrument, clause=clause).render(language)


def citation_line(citation: Citation, language: Language) -> str:
    """A citation with the days between which it binds, and whether it was verified."""
    text = citation_text(citation, language)
    interval = interval_text(citation, language)
    line = f"{text}{interval}" if language == "zh" else f"{text} {interval}".rstrip()
    if citation.verified:
        return line
    if not citation.note:
        return msg("{citation} [unverified]", citation=line).render(language)
    why = citation.note.render(language)
    return msg("{citation} [unverified: {why}]", citation=line, why=why).render(language)


def interval_text(citation: Citation, language: Language) -> str:
    """In parentheses, since when or until when a clause binds; blank where neither is known."""
    first = date_text(citation.in_force_from, language) if citation.in_force_from else None
    last = date_text(citation.in_force_to, language) if citation.in_force_to else None
    if first and last:
        message = msg("(in force from {first} to {last})", first=first, last=last)
    elif first:
        message = msg("(in force from {first})", first=first)
    elif last:
        message = msg("(in force to {last})", last=last)
    else:
        return ""
    return message.render(language)


def measured_line(measured: Measured, language: Language, *, bans: bool = True) -> str:
    """A measured value, its limit, and by how much that is kept or missed.

    Without `bans`, that nothing is allowed is left out: something may be, under conditions; so is
    that there is more than nothing.
    """
    parts = [_value_text(measured, language)]
    limited = measured.comparison is not None and measured.limit is not None
    any_at_all = measured.limit == 0 and measured.comparison in _OF_NOTHING
    if limited and (bans or not any_at_all):
        parts.append(_limit_text(measured, language))
    if measured.margin is not None and (bans or not any_at_all) and not _is_ban(measured):
        parts.append(_margin_text(measured, language))
    if measured.with_slivers is not None:
        whole = quantity_text(measured.with_slivers, measured.unit, language, beside=False)
        parts.append(msg("{value} with slivers", value=whole).render(language))
    quantity = measured.quantity.render(language)
    joined = ("；" if language == "zh" else "; ").join(parts)
    return msg("{quantity}: {values}", quantity=quantity, values=joined).render(language)


_OF_NOTHING = (Comparison.AT_MOST, Comparison.MORE_THAN)


def _is_ban(measured: Measured) -> bool:
    return measured.comparison is Comparison.AT_MOST and measured.limit == 0


def _value_text(measured: Measured, language: Language) -> str:
    if measured.value is not None:
        return quantity_text(measured.value, measured.unit, language)
    if measured.range is None:
        return msg("unknown").render(language)
    low, high = measured.range
    return msg(
        "between {low} and {high}",
        low=quantity_text(low, measured.unit, language, beside=False),
        high=quantity_text(high, measured.unit, language, beside=False),
    ).render(language)


def _limit_text(measured: Measured, language: Language) -> str:
    if _is_ban(measured):
        return msg("none is allowed").render(language)
    assert measured.comparison is not None and measured.limit is not None
    limit = quantity_text(measured.limit, measured.unit, language)
    bound = filled(COMPARISONS[measured.comparison], limit=limit)
    return msg("required: {bound}", bound=bound).render(language)


def _margin_text(measured: Measured, language: Language) -> str:
    assert measured.margin is not None
    size = quantity_text(abs(measured.margin), measured.unit, language, beside=False)
    kept = measured.margin >= 0
    text = msg("{size} to spare", size=size) if kept else msg("missed by {size}", size=size)
    return text.render(language)


def evidence_line(evidence: Evidence, language: Language) -> str:
    """A piece of evidence: the feature, how it is met, and how large the piece is."""
    layer = evidence.layer_title.render(language) if evidence.layer_title else evidence.layer
    feature: str | Message = layer
    if evidence.feature:
        feature = msg("{layer} “{feature}”", layer=layer, feature=evidence.feature)
    version = version_text(evidence.version, language)
    if version:
        feature = msg("{feature} ({version})", feature=feature, version=version)
    sizes = [
        quantity_text(evidence.area_m2, "m2", language) if evidence.area_m2 is not None else "",
        _width_text(evidence.width_m, language),
        quantity_text(evidence.length_m, "m", language) if evidence.length_m is not None else "",
        _distance_text(evidence.distance_m, language),
    ]
    text = filled(RELATIONS[evidence.relation], feature=feature).render(language)
    if evidence.role_title is not None:
        role = evidence.role_title.render(language)
        text = msg("{role}: {text}", role=role, text=text).render(language)
    joined = ("，" if language == "zh" else ", ").join(s for s in sizes if s)
    if not joined:
        return text
    return msg("{quantity}: {values}", quantity=text, values=joined).render(language)


def version_text(version: str | None, language: Language) -> str:
    """A version of a layer: since when it holds, where its name is an interval of days."""
    if version is None:
        return ""
    first, slash, _last = version.partition("/")
    if not slash:
        return version
    try:
        day = date_text(date.fromisoformat(first), language)
    except ValueError:
        return "" if first == ".." else version
    return msg("version of {day}", day=day).render(language)


def _width_text(width: float | None, language: Language) -> str:
    if width is None:
        return ""
    return msg("{width} wide", width=quantity_text(width, "m", language)).render(language)


def _distance_text(distance: float | None, language: Language) -> str:
    if distance is None:
        return ""
    return msg("{distance} away", distance=quantity_text(distance, "m", language)).render(language)


def due_text(by: DueBy | None, language: Language) -> str:
    """By when something owed falls due; blank where nothing says."""
    if by is None:
        return ""
    stage = by.stage_title.render(language) if by.stage_title else by.stage
    day = date_text(by.date, language) if by.date else None
    if stage and day:
        return msg("by {stage}, at the latest {day}", stage=stage, day=day).render(language)
    if stage:
        return msg("by {stage}", stage=stage).render(language)
    return msg("at the latest {day}", day=day).render(language) if day else ""

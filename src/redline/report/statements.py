"""What the parts of a finding say, as single lines of text that every form of report shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from redline.findings import (
    Account,
    Evidence,
    Excuse,
    Fact,
    Finding,
    FindingsDocument,
    Information,
    LayerUsed,
    Missing,
    Owed,
    Problem,
    Remainder,
    Revised,
    RuleSeverity,
    Status,
    SubmissionFindings,
    Tolerance,
)
from redline.messages import Language, Message, msg
from redline.report.figures import date_text, quantity_text
from redline.report.wording import (
    EXCEPTIONS,
    INFORMATION,
    MISSING,
    ROLES,
    SEVERITIES,
    STATUSES,
    SUBJECTS,
    VERDICTS,
    due_text,
    filled,
    finding_title,
    version_text,
)


def of_status(findings: Iterable[Finding], status: Status) -> list[Finding]:
    """The findings of one status, binding ones first."""
    some = [f for f in findings if f.status is status]
    return sorted(some, key=lambda f: f.severity is not RuleSeverity.BINDING)


def questions_of(findings: Iterable[Finding]) -> dict[Missing, int]:
    """Each question of undetermined findings once, numbered from 1 in the order of the findings."""
    asked = dict.fromkeys(m for f in findings for m in f.missing)
    return {question: number for number, question in enumerate(asked, 1)}


def numbers_of(finding: Finding, questions: Mapping[Missing, int]) -> list[int]:
    """The numbers of the questions that a finding waits for."""
    return sorted({questions[m] for m in finding.missing if m in questions})


def revised_title(revised: Revised, language: Language) -> Message:
    """Which versions of which layer are compared."""
    return msg(
        "{layer}: {baseline} compared with {proposed}",
        layer=revised.layer_title.render(language),
        baseline=revised.baseline,
        proposed=revised.proposed,
    )


def revised_lines(revised: Revised, language: Language, most: int) -> Iterator[str]:
    """What a revision changed: a line for each place and class, then how the slivers were told."""

    def size(value: float) -> str:
        return quantity_text(value, "m2", language, beside=False)

    count = msg(
        "{patches} patches of real change; {slivers} slivers under {area} or {width}.",
        patches=len(revised.patches),
        slivers=revised.sliver_count,
        area=quantity_text(revised.sliver_area_m2, "m2", language, beside=False),
        width=quantity_text(revised.sliver_width_m, "m", language),
    )
    yield count.render(language)
    for area in revised.areas[:most]:
        unit = area.unit.title.render(language) if area.unit and area.unit.title else None
        yield msg(
            "{unit}: {before} before, {after} after; lost {lost}, gained {gained}, net {net}; with "
            "slivers net {whole}",
            unit=unit or msg("Whole layer"),
            before=size(area.before_m2),
            after=size(area.after_m2),
            lost=size(area.lost_m2),
            gained=size(area.gained_m2),
            net=size(area.net_m2),
            whole=size(area.net_with_slivers_m2),
        ).render(language)


def slivers_of(submission: SubmissionFindings) -> list[Evidence]:
    """What lies under the tolerance, each piece once however many rules saw it."""
    pieces: dict[tuple[object, ...], Evidence] = {}
    revised = submission.revised.slivers if submission.revised else ()
    for piece in (*(s for f in submission.findings for s in f.slivers), *revised):
        pieces.setdefault(piece_key(piece), piece)
    return list(pieces.values())


def distinct(pieces: Iterable[Evidence]) -> list[Evidence]:
    """The pieces of a finding, each once however many of its conditions met it."""
    return list({piece_key(p): p for p in pieces}.values())


def piece_key(piece: Evidence) -> tuple[object, ...]:
    """What tells one piece of ground from another."""
    size = (piece.area_m2, piece.width_m, piece.length_m, piece.distance_m)
    return (piece.layer, piece.version, piece.feature, piece.relation, piece.role, *size)


def headline(finding: Finding, language: Language) -> str:
    """The rule's title, and whether a breach only warns."""
    title = finding_title(finding, language)
    if finding.severity is RuleSeverity.ANTICIPATORY:
        return msg("{title} [anticipatory]", title=title).render(language)
    return title


def name_of(submission: SubmissionFindings, language: Language) -> str:
    """The submitter's own title and the identifier; the identifier where there is no title."""
    if not submission.title:
        return submission.id
    return msg("{title} ({id})", title=submission.title, id=submission.id).render(language)


def about(submission: SubmissionFindings, language: Language) -> str:
    """What was judged, for which day, and from which file."""
    return msg(
        "{kind}, as of {day}, from {source}",
        kind=SUBJECTS[submission.kind],
        day=date_text(submission.as_of, language),
        source=submission.source,
    ).render(language)


def role_text(role: str, language: Language) -> str:
    """What a geometry of a submission stands for; the name itself where it is not a known one."""
    return ROLES[role].render(language) if role in ROLES else role


def role_of(piece: Evidence, language: Language) -> str | None:
    """What of a submission a piece of evidence is about."""
    if piece.role_title is not None:
        return piece.role_title.render(language)
    return role_text(piece.role, language) if piece.role else None


def fact_text(fact: Fact, language: Language) -> str:
    """A fact and its value, and who judged it."""
    value = fact.value.render(language) or "–"
    if fact.author:
        value = msg("{value}, as judged by {who}", value=value, who=fact.author).render(language)
    return f"{fact.title.render(language)} = {value}"


def facts_text(facts: Sequence[Fact], language: Language) -> str:
    """All facts on which a finding rests, on one line."""
    separator = "；" if language == "zh" else "; "
    together = separator.join(fact_text(f, language) for f in facts)
    return msg("given: {facts}", facts=together).render(language)


def excuse_text(excuse: Excuse, language: Language) -> str:
    """An exception, and whether it excuses."""
    name = excuse.title or excuse.condition
    return filled(EXCEPTIONS[excuse.status], condition=name.render(language)).render(language)


def owed_text(owed: Owed, language: Language) -> str:
    """What is still owed, and by when."""
    title, due = owed.title.render(language), due_text(owed.by, language)
    if due:
        return msg("still owed: {title}, {due}", title=title, due=due).render(language)
    return msg("still owed: {title}", title=title).render(language)


def account_text(account: Account, language: Language) -> str:
    """A quota from its opening to what would be left."""

    def amount(value: float | None) -> str | Message:
        if value is None:
            return msg("unknown")
        return quantity_text(value, account.unit, language, beside=False)

    where = [x for x in (account.place, account.period) if x]
    quota = account.quota.render(language)
    name = msg("{name} ({details})", name=quota, details=where) if where else quota
    return msg(
        "{name}: opening {opening}, transferred {transfers}, used {used} by "
        "{count:approval|approvals}, requested {requested}, remaining {remaining}",
        name=name,
        opening=amount(account.opening),
        transfers=amount(account.transfers),
        used=amount(account.used),
        count=len(account.entries),
        requested=amount(account.requested),
        remaining=amount(account.remaining),
    ).render(language)


def information_text(information: Information, language: Language) -> str:
    """A penalty, a responsible unit, a note."""
    text = information.text.render(language)
    return filled(INFORMATION[information.kind], text=text).render(language)


def remainder_text(remainder: Remainder, language: Language) -> str:
    """How much of the footprint keeps a rule."""
    if not remainder.area_m2:
        return msg("way out: no part of the footprint keeps this rule").render(language)
    area = quantity_text(remainder.area_m2, "m2", language)
    return msg("way out: {area} of the footprint keep this rule", area=area).render(language)


def question_text(missing: Missing, language: Language) -> str:
    """The question, and where it is asked."""
    question = missing.question.render(language)
    if missing.place:
        where = msg("{question} [{place}]", question=question, place=missing.place)
        return where.render(language)
    return question


def answered_by(missing: Missing, language: Language) -> str:
    """What kind of fact answers a question, by which name."""
    return f"{MISSING[missing.kind].render(language)} {missing.name}"


def problem_text(problem: Problem, language: Language) -> str:
    """What is wrong or odd, as one sentence with its code."""
    return msg(
        "{kind} {code}: {sentence}",
        kind=SEVERITIES[problem.severity],
        code=problem.code,
        sentence=problem.message.render(language),
    ).render(language)


def problem_place(problem: Problem) -> str:
    """Where it stands: file, line, item; blank where nothing says."""
    if problem.place is None:
        return ""
    place = problem.place
    lines = [str(n) for n in (place.line, place.column if place.line else None) if n is not None]
    label = ":".join([place.file, *lines])
    return f"{label} ({place.item})" if place.item else label


def change_texts(submission: SubmissionFindings, language: Language) -> list[str]:
    """Each finding that came out otherwise than before: the rule, what it was, what it is."""
    if submission.compared is None:
        return []
    titles = {(f.rule, f.for_each): headline(f, language) for f in submission.findings}
    absent = msg("not asked")
    return [
        msg(
            "{title}: was {before}, is {after}",
            title=titles.get((change.rule, change.for_each), change.rule),
            before=STATUSES[change.before] if change.before else absent,
            after=STATUSES[change.after] if change.after else absent,
        ).render(language)
        for change in submission.compared.changes
    ]


BASES: Mapping[str, Message] = MappingProxyType(
    {"ellipsoidal": msg("on the ellipsoid"), "geodesic": msg("geodesic")}
)


def basis_texts(submission: SubmissionFindings, language: Language) -> list[str]:
    """How things were measured: coordinate system, areas and distances, tolerance."""
    basis = submission.basis
    area, distance = (BASES.get(b, b) for b in (basis.area, basis.distance))
    return [
        m.render(language)
        for m in (
            *(
                [
                    msg(
                        "Coordinates: {crs}, {basis}.",
                        crs=basis.crs,
                        basis=basis.crs_basis.render(language),
                    )
                ]
                if basis.crs
                else []
            ),
            msg("Areas: {area}. Distances: {distance}.", area=area, distance=distance),
            _tolerance(basis.tolerance, language),
        )
    ]


def _tolerance(tolerance: Tolerance, language: Language) -> Message:
    """Which pieces are not counted; a bound of nought sorts out nothing and is not told."""
    area, width = tolerance.min_area_m2, tolerance.min_width_m
    if not area and not width:
        return msg("Tolerance: none; every piece is counted.")
    if not area:
        return msg(
            "Tolerance: pieces narrower than {width} are listed as slivers and not counted.",
            width=quantity_text(width, "m", language),
        )
    if not width:
        return msg(
            "Tolerance: pieces of less than {area} are listed as slivers and not counted.",
            area=quantity_text(area, "m2", language),
        )
    return msg(
        "Tolerance: pieces of less than {area} or narrower than {width} are listed as "
        "slivers and not counted.",
        area=quantity_text(area, "m2", language),
        width=quantity_text(width, "m", language),
    )


def counts_text(findings: Sequence[Finding], language: Language) -> str:
    """How many rules were asked, and how many came out how."""
    if not findings:
        return msg("No rule is in force for this submission on that day.").render(language)
    counts = Counter(f.status for f in findings)
    parts = [
        msg("{status} {count}", status=STATUSES[status], count=counts[status])
        for status in STATUSES
        if counts[status]
    ]
    total = msg("Rules in force: {total} ({counts}).", total=len(findings), counts=parts)
    return total.render(language)


def verdicts_text(submissions: Sequence[SubmissionFindings], language: Language) -> str:
    """How many submissions there are, and how many came out how."""
    totals = Counter(s.verdict for s in submissions)
    parts = [
        msg("{status} {count}", status=VERDICTS[v], count=totals[v]) for v in VERDICTS if totals[v]
    ]
    if not parts:
        return msg("Nothing was judged.").render(language)
    total = msg("Submissions: {total} ({counts})", total=len(submissions), counts=parts)
    return total.render(language)


def origin_texts(document: FindingsDocument, language: Language) -> list[str]:
    """What computed the answer, from which rules, and under which digest it is on record."""
    software = [f"{name} {version}" for name, version in document.software.items()]
    lines = [
        msg("Rules: {packs}", packs=[p.title.render(language) for p in document.packs])
        if document.packs
        else None,
        msg("Digest of the rules: {digest}", digest=document.rules_digest)
        if document.rules_digest
        else None,
        msg("Digest of the record: {digest}", digest=document.record_digest)
        if document.record_digest
        else None,
        msg("Computed with: {software}", software=software) if software else None,
    ]
    return [line.render(language) for line in lines if line is not None]


def layers_empty(layers: Sequence[LayerUsed], language: Language) -> str:
    """The layers that the catalog declares empty here, in one line; blank where there are none."""
    names = [x.title.render(language) if x.title else x.layer for x in layers if x.empty]
    if not names:
        return ""
    return msg("Declared empty ({count}): {layers}", count=len(names), layers=names).render(
        language
    )


def layer_version(layer: LayerUsed, language: Language) -> str:
    """Since when the version holds, or why that cannot be said."""
    if layer.empty:
        return msg("declared empty").render(language)
    if layer.version is None and layer.source is None:
        return msg("not supplied").render(language)
    return version_text(layer.version, language) or msg("no day given").render(language)

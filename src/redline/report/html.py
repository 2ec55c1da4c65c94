"""Findings as one HTML file that needs nothing else: no network, and no script to be read.

The page's own style and script are allowed by their digests and nothing besides, so that no text
of a submission can become either. A script adds zoom and pan to the maps, a filter to the overview,
and opens what is folded before printing. Of many submissions, what they share (rules, questions,
clauses that were not checked, layers) stands once at the end; each refers to it by number.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TextIO, TypeVar

from redline.checking.surroundings import Surroundings
from redline.findings import (
    Finding,
    FindingsDocument,
    LayerUsed,
    Missing,
    NotExecuted,
    Problem,
    Status,
    SubmissionFindings,
    Verdict,
)
from redline.messages import Language, Message, msg
from redline.report.figures import quantity_text
from redline.report.html_finding import Pen, brief_html, finding_html
from redline.report.markup import Html, joined, tag
from redline.report.scene import Kind, kind_text, overview_of, scene_of
from redline.report.statements import (
    about,
    answered_by,
    basis_texts,
    change_texts,
    counts_text,
    headline,
    layer_version,
    layers_empty,
    name_of,
    of_status,
    origin_texts,
    problem_place,
    problem_text,
    question_text,
    questions_of,
    revised_lines,
    revised_title,
    slivers_of,
    verdicts_text,
)
from redline.report.svg import svg_of
from redline.report.tones import GRAVEST, MARKS
from redline.report.wording import (
    SECTIONS,
    STATUSES,
    VERDICTS,
    citation_line,
    citation_text,
    evidence_line,
    filled,
)

NOTHING_AROUND: Surroundings = MappingProxyType({})

MANY = 30
"""With more submissions than this, what they share is written once."""

GRAVE = (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED)
STYLE, SCRIPT = (Path(__file__).with_name(name) for name in ("page.css", "page.js"))

Key = TypeVar("Key")


def write_html(
    document: FindingsDocument,
    stream: TextIO,
    language: Language,
    around: Surroundings = NOTHING_AROUND,
    preface: Preface | None = None,
) -> None:
    """Write the whole page; maps show the zones `around` submissions. A replay has a preface."""
    several = len(document.submissions) != 1
    shared = Shared(language) if len(document.submissions) > MANY else None
    page = Page(Pen(language, 3 if several else 2), shared, several, around, preface or Preface())
    style, script = (path.read_text(encoding="utf-8") for path in (STYLE, SCRIPT))
    title = _title(document, page.pen)
    stream.write(f'<!doctype html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}">\n')
    stream.write(_head(title, style, script))
    stream.write("<body>\n" + _skip(page.pen))
    for part in _body(document, page, title):
        stream.write(part + "\n")
    stream.write(f"{_zoom(page.pen)}<script>{script}</script>\n</body>\n</html>\n")


# ── what many submissions share ─────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Numbers(Generic[Key]):
    """Things that are told apart by a key, numbered from 1 as they come up; each is shown once."""

    letter: str
    shown: list[Html] = field(default_factory=list)
    known: dict[Key, int] = field(default_factory=dict)

    def of(self, key: Key, show: Callable[[], Html]) -> int:
        """The number of a thing; `show` makes its markup when it is new."""
        number = self.known.get(key)
        if number is None:
            number = self.known[key] = len(self.known) + 1
            self.shown.append(show())
        return number

    def runs(self, numbers: Iterable[int], between: str) -> Html:
        """Numbers as links, runs of them by their ends: `1–14, 17`; a script can list them all."""
        order = sorted(set(numbers))
        runs = [
            [n for _, n in run]
            for _, run in groupby(enumerate(order), lambda pair: pair[1] - pair[0])
        ]
        ends = (joined((self._link(n) for n in dict.fromkeys((r[0], r[-1]))), "–") for r in runs)
        return tag("span", joined(ends, between), class_="runs", data_of=self.letter)

    def _link(self, number: int) -> Html:
        return Html(f'<a href="#{self.letter}{number}">{number}</a>')


@dataclass(slots=True)
class Shared:
    """What is written once for many submissions."""

    language: Language
    rules: Numbers[tuple[object, ...]] = field(default_factory=lambda: Numbers("r"))
    questions: Numbers[Missing] = field(default_factory=lambda: Numbers("q"))
    scope: Numbers[tuple[object, ...]] = field(default_factory=lambda: Numbers("c"))
    layers: Numbers[LayerUsed] = field(default_factory=lambda: Numbers("l"))

    def rule(self, finding: Finding) -> int:
        """The number of a rule with its clauses."""
        cited = tuple((c.instrument, c.clause, c.in_force_from) for c in finding.citations)
        each = finding.for_each.value if finding.for_each else None
        return self.rules.of((finding.rule, each, cited), lambda: self._rule(finding))

    def _rule(self, finding: Finding) -> Html:
        lines = "；".join if self.language == "zh" else "; ".join
        cited = lines(citation_line(c, self.language) for c in finding.citations)
        return joined([headline(finding, self.language), " ", tag("span", cited, class_="clause")])


@dataclass(frozen=True, slots=True)
class Preface:
    """What a replay says before the findings: of the whole, and of each submission by its place."""

    lines: tuple[str, ...] = ()
    of_submission: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """How to write: language and level of headings, what is shared, whether there are several."""

    pen: Pen
    shared: Shared | None
    several: bool
    around: Surroundings = field(default_factory=dict)
    preface: Preface = field(default_factory=Preface)

    @property
    def between(self) -> str:
        """What stands between the items of a line."""
        return "、" if self.pen.language == "zh" else ", "


# ── the frame of the page ───────────────────────────────────────────────────────────────────────


def _title(document: FindingsDocument, pen: Pen) -> str:
    if len(document.submissions) == 1:
        return name_of(document.submissions[0], pen.language)
    return pen.say(msg("Review of {count:submission|submissions}", count=len(document.submissions)))


def _head(title: str, style: str, script: str) -> str:
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return joined(
        [
            Html("<head>\n"),
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=policy),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", title),
            Html(f"<style>{style}</style>\n</head>\n"),
        ]
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _skip(pen: Pen) -> str:
    return tag("a", pen.say(msg("Skip to the findings")), href="#main", class_="skip")


def _zoom(pen: Pen) -> Html:
    names = (("+", msg("Zoom in")), ("−", msg("Zoom out")), ("⤢", msg("Show all")))
    buttons = (
        tag("button", sign, type="button", aria_label=pen.say(m), title=pen.say(m))
        for sign, m in names
    )
    return tag("template", tag("div", *buttons, class_="zoom"), id="zoom")


def _body(document: FindingsDocument, page: Page, title: str) -> Iterator[str]:
    pen = page.pen
    kind = tag("p", pen.say(msg("Compliance review report")), class_="kind")
    lead = (tag("p", line, class_="soft") for line in page.preface.lines)
    yield tag("header", kind, tag("h1", tag("bdi", title)), _subtitle(document, page), *lead)
    yield '<main id="main" tabindex="-1">'
    if page.several:
        yield _overview(document.submissions, page)
        yield _folders(document.submissions, page)
        for i, submission in enumerate(document.submissions, 1):
            yield _folder(submission, i, page)
    else:
        yield from _submission(document.submissions[0], 0, "", page)
    top = Pen(pen.language, 2)
    yield from _problems(msg("Problems ({count})"), document.problems, top)
    if page.shared:
        yield from _appendix(page.shared, top)
    yield "</main>"
    yield tag("footer", *(tag("p", line) for line in origin_texts(document, pen.language)))


def _subtitle(document: FindingsDocument, page: Page) -> Html | None:
    if page.several:
        text = verdicts_text(document.submissions, page.pen.language)
        return tag("p", text, class_="soft")
    return tag("p", about(document.submissions[0], page.pen.language), class_="soft")


# ── several submissions ─────────────────────────────────────────────────────────────────────────

COUNTED = (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED, Status.UNDETERMINED)


def _overview(submissions: Sequence[SubmissionFindings], page: Page) -> Html:
    pen = page.pen
    head = [
        tag("th", pen.say(msg("Verdict")), scope="col"),
        tag("th", pen.say(msg("Submission")), scope="col"),
        tag("th", pen.say(msg("Day")), scope="col", class_="wide"),
        *(tag("th", STATUSES[s].render(pen.language), scope="col", class_="num") for s in COUNTED),
    ]
    rows = [_row(submission, i, pen) for i, submission in enumerate(submissions, 1)]
    caption = tag("caption", pen.say(msg("Every submission and its verdict")), class_="vh")
    table = tag("table", caption, tag("thead", tag("tr", *head)), tag("tbody", *rows))
    heading = tag("h2", pen.say(msg("Overview")))
    search = tag("label", pen.say(msg("Show only")), " ", tag("input", type="search", id="filter"))
    tools = tag("div", search, class_="tools", hidden=True)
    place = _overview_map(submissions, page)
    return tag("section", heading, place, tools, tag("div", table, class_="scroll"), id="overview")


def _row(submission: SubmissionFindings, number: int, pen: Pen) -> Html:
    counts = Counter(f.status for f in submission.findings)
    name = tag("a", tag("bdi", submission.id), href=f"#s{number}")
    title = joined([" ", tag("bdi", submission.title)]) if submission.title else None
    return tag(
        "tr",
        tag("td", _verdict_words(submission, pen)),
        tag("th", name, title, scope="row"),
        tag("td", submission.as_of.isoformat(), class_="wide"),
        *(tag("td", str(counts[s]) if counts[s] else "–", class_="num") for s in COUNTED),
    )


def _verdict_words(submission: SubmissionFindings, pen: Pen) -> Html:
    mark = tag("span", MARKS[GRAVEST[submission.verdict]], aria_hidden="true")
    words = VERDICTS[submission.verdict].render(pen.language)
    return tag("span", mark, " ", words, class_=f"tone {submission.verdict}")


def _overview_map(submissions: Sequence[SubmissionFindings], page: Page) -> Html | None:
    found = overview_of(submissions)
    if found is None:
        return None
    scene, whose = found
    links = [f"#s{i + 1}" for i in whose]
    title = page.pen.say(msg("Where the submissions lie"))
    description = verdicts_text([submissions[i] for i in whose], page.pen.language)
    drawing = svg_of(scene, "overview", title, description, fine=10, links=links)
    names = {
        Kind.OFFENDING: VERDICTS[Verdict.NON_COMPLIANT],
        Kind.OPEN: VERDICTS[Verdict.UNDETERMINED],
        Kind.OWED: VERDICTS[Verdict.CONDITIONAL],
        Kind.REMAINDER: VERDICTS[Verdict.COMPLIANT],
    }
    return _map(drawing, [(k, names[k]) for k in names if k in scene.kinds()], None, page)


def _folders(submissions: Sequence[SubmissionFindings], page: Page) -> Html:
    pen = page.pen
    buttons = (
        tag("button", pen.say(text), type="button", id=name)
        for name, text in (("open", msg("Open all")), ("close", msg("Close all")))
    )
    heading = tag("h2", pen.say(msg("Submissions ({count})", count=len(submissions))))
    return joined([heading, tag("div", *buttons, class_="tools", hidden=True)])


def _folder(submission: SubmissionFindings, number: int, page: Page) -> Html:
    """One of several submissions, to be unfolded."""
    pen = page.pen
    name = name_of(submission, pen.language)
    title = tag("h3", tag("bdi", name))
    summary = tag("summary", title, " ", _verdict_words(submission, pen))
    inside = replace(page, pen=Pen(pen.language, 4))
    source = tag("p", about(submission, pen.language), class_="soft", id=f"s{number}")
    body = _submission(submission, number - 1, f"s{number}", inside)
    opened = page.shared is None and number == 1
    return tag("details", summary, source, *map(Html, body), class_="submission", open=opened)


# ── one submission ──────────────────────────────────────────────────────────────────────────────


def _submission(
    submission: SubmissionFindings, place: int, prefix: str, page: Page
) -> Iterator[Html]:
    pen = page.pen
    yield _verdict(submission, pen)
    yield pen.some(page.preface.of_submission.get(place, ())) or Html("")
    yield _changes(submission, pen) or Html("")
    yield _submission_map(submission, place, prefix, page) or Html("")
    for status in GRAVE:
        findings = of_status(submission.findings, status)
        if findings:
            articles = (finding_html(f, pen) for f in findings)
            yield tag("section", _status_heading(status, findings, pen), *articles)
    yield _undetermined(submission, prefix, page) or Html("")
    for status in (Status.COMPLIES, Status.NOT_APPLICABLE):
        yield _kept(of_status(submission.findings, status), status, page) or Html("")
    yield _revised(submission, page) or Html("")
    yield _slivers(submission, page) or Html("")
    yield from _problems(msg("The submission's own data"), submission.data_checks, pen)
    yield from _problems(msg("Warnings ({count})"), submission.warnings, pen)
    yield _scope(submission.not_executed, page) or Html("")
    yield _basis(submission, page)


def _verdict(submission: SubmissionFindings, pen: Pen) -> Html:
    mark = tag("span", MARKS[GRAVEST[submission.verdict]], " ", aria_hidden="true")
    words = tag("strong", mark, VERDICTS[submission.verdict].render(pen.language))
    counts = tag("span", counts_text(submission.findings, pen.language))
    return tag("div", words, counts, class_=f"verdict {submission.verdict}")


def _changes(submission: SubmissionFindings, pen: Pen) -> Html | None:
    """What came out otherwise than in the record before."""
    if submission.compared is None:
        return None
    lines = change_texts(submission, pen.language)
    title = msg("Changed since the check before ({count})", count=len(lines))
    return tag("section", pen.heading(pen.say(title)), pen.some(lines))


def _status_heading(status: Status, findings: Sequence[Finding], pen: Pen) -> Html:
    return pen.heading(pen.say(filled(SECTIONS[status], count=len(findings))))


def _submission_map(
    submission: SubmissionFindings, place: int, prefix: str, page: Page
) -> Html | None:
    fine, pixel = (10, 0.5) if page.several else (50, 0.1)
    around = page.around.get(place, ())
    scene = scene_of(submission, page.pen.language, pixel, around)
    if scene is None:
        return None
    counts = Counter(shape.kind for shape in scene.shapes)
    kinds = [(k, kind_text(k, around)) for k in scene.kinds()]
    shown = [page.pen.say(msg("{name} ({count})", name=m, count=counts[k])) for k, m in kinds]
    title = page.pen.say(msg("Map of {name}", name=submission.id))
    description = page.pen.say(msg("North is up. It shows: {kinds}.", kinds=shown))
    drawing = svg_of(scene, f"{prefix or 's'}map", title, description, fine=fine)
    note = msg(
        "North is up. Outlines are simplified for display to {units} of a pixel; numbers are "
        "measured on the full geometry.",
        units=f"{pixel:g}",
    )
    return _map(drawing, kinds, None if page.shared else note, page)


def _map(
    drawing: Html, kinds: Sequence[tuple[Kind, Message]], note: Message | None, page: Page
) -> Html:
    """A drawing with its legend, whose entries switch what they name on and off."""
    pen = page.pen
    entries = (
        tag(
            "label",
            tag("input", type="checkbox", checked=True, class_=f"t-{kind}"),
            tag("svg", _sample(kind), class_="swatch", width=18, height=12, aria_hidden="true"),
            pen.say(name),
        )
        for kind, name in kinds
    )
    legend = tag("legend", pen.say(msg("Shown on the map")), class_="vh")
    how = pen.say(msg("Map: arrow keys move it, + and - zoom, 0 shows all"))
    return tag(
        "figure",
        tag("div", drawing, class_="canvas", role="group", aria_label=how),
        tag("fieldset", legend, *entries, class_="legend"),
        tag("figcaption", pen.say(note)) if note else None,
        class_="map",
    )


def _sample(kind: Kind) -> Html:
    if kind is Kind.SLIVER:
        return tag("g", tag("path", d="M9 6h0", class_="dot"), class_=f"k-{kind}")
    return tag("g", tag("path", d="M2 2h14v8h-14z"), class_=f"k-{kind}")


def _undetermined(submission: SubmissionFindings, prefix: str, page: Page) -> Html | None:
    """What is missing as a checklist, then the rules that wait for it."""
    findings = of_status(submission.findings, Status.UNDETERMINED)
    if not findings:
        return None
    pen, shared = page.pen, page.shared
    heading = _status_heading(Status.UNDETERMINED, findings, pen)
    asked = questions_of(findings)
    todo = pen.heading(pen.say(msg("What is missing ({count})", count=len(asked))), deeper=1)
    if shared:
        numbers = [shared.questions.of(m, lambda m=m: _question(m, pen)) for m in asked]  # type: ignore[misc]
        rules = shared.rules.runs((shared.rule(f) for f in findings), page.between)
        waiting = tag("p", pen.say(msg("Rules that wait for this:")), " ", rules)
        asking = tag("p", shared.questions.runs(numbers, page.between)) if numbers else None
        return tag("section", heading, todo if asked else None, asking, waiting)
    items = (_todo(m, n, prefix, pen) for m, n in asked.items())
    waiting = pen.folded(
        pen.say(msg("Rules that wait for this ({count})", count=len(findings))),
        tag("ul", *(brief_html(f, pen, asked, prefix) for f in findings), class_="list"),
    )
    checklist = tag("ul", *items, class_="todo") if asked else None
    return tag("section", heading, todo if asked else None, checklist, waiting)


def _question(missing: Missing, pen: Pen) -> Html:
    how = tag("span", answered_by(missing, pen.language), class_="how")
    return joined([question_text(missing, pen.language), " ", how])


def _todo(missing: Missing, number: int, prefix: str, pen: Pen) -> Html:
    box = tag("input", type="checkbox")
    words = tag("span", _question(missing, pen))
    label = tag("label", box, tag("span", f"{number}.", class_="n"), words)
    return tag("li", label, id=f"{prefix}q{number}")


def _kept(findings: Sequence[Finding], status: Status, page: Page) -> Html | None:
    """Rules that are kept or do not apply: their titles and clauses, folded."""
    if not findings:
        return None
    heading = _status_heading(status, findings, page.pen)
    if page.shared:
        shared = page.shared
        rules = shared.rules.runs((shared.rule(f) for f in findings), page.between)
        return tag("section", heading, tag("p", page.pen.say(msg("Rules:")), " ", rules))
    titles = tag("ul", *(brief_html(f, page.pen, {}, "") for f in findings), class_="list")
    summary = page.pen.say(msg("Show the rules"))
    return tag("section", heading, page.pen.folded(summary, titles, printed=False))


def _revised(submission: SubmissionFindings, page: Page) -> Html | None:
    revised = submission.revised
    if revised is None:
        return None
    lines = page.pen.some(revised_lines(revised, page.pen.language, len(revised.areas)))
    title = page.pen.say(revised_title(revised, page.pen.language))
    return tag("section", page.pen.heading(title), lines)


def _slivers(submission: SubmissionFindings, page: Page) -> Html | None:
    pieces = slivers_of(submission)
    if not pieces:
        return None
    title = page.pen.say(msg("Under the tolerance, not counted ({count})", count=len(pieces)))
    lines = page.pen.some(evidence_line(p, page.pen.language) for p in pieces)
    return tag("section", page.pen.heading(title), lines)


def _problems(title: Message, problems: Sequence[Problem], pen: Pen) -> Iterator[Html]:
    if not problems:
        return
    language = pen.language
    items = (
        tag(
            "li",
            problem_text(p, language),
            tag("div", problem_place(p), class_="clause") if p.place else None,
            tag("div", p.hint.render(language)) if p.hint else None,
        )
        for severity in ("error", "warning", "note")
        for p in problems
        if p.severity == severity
    )
    heading = pen.heading(pen.say(filled(title, count=len(problems))))
    yield tag("section", heading, tag("ul", *items, class_="list"))


def _scope(clauses: Sequence[NotExecuted], page: Page) -> Html | None:
    """The clauses in force here that no rule checks, by instrument."""
    if not clauses:
        return None
    pen, language = page.pen, page.pen.language
    title = msg("In force here and not checked: {count:clause|clauses}", count=len(clauses))
    heading = pen.heading(pen.say(title))
    if page.shared:
        scope = page.shared.scope
        numbers = [
            scope.of(
                (c.citation.instrument, c.citation.clause, c.kind, c.reason.en),
                lambda c=c: Html(tag("span", _clause(c, language))),  # type: ignore[misc]
            )
            for c in clauses
        ]
        runs = scope.runs(numbers, page.between)
        return tag("section", heading, tag("p", pen.say(msg("Clauses:")), " ", runs))
    by_instrument: dict[str, list[Html]] = {}
    for clause in clauses:
        instrument = clause.citation.title.render(language) or clause.citation.instrument
        by_instrument.setdefault(instrument, []).append(tag("li", _clause(clause, language, True)))
    items = (
        tag("li", tag("strong", name), tag("ul", *lines)) for name, lines in by_instrument.items()
    )
    body = pen.folded(pen.say(msg("Show the clauses")), tag("ul", *items, class_="list"))
    return tag("section", heading, body)


def _clause(clause: NotExecuted, language: Language, bare: bool = False) -> str:
    """A clause and why it was not checked; `bare` without its instrument."""
    cited = clause.citation.clause_title.render(language) if bare else ""
    text = msg(
        "{clause}: {reason}",
        clause=cited or citation_text(clause.citation, language),
        reason=clause.reason.render(language),
    )
    return text.render(language)


def _basis(submission: SubmissionFindings, page: Page) -> Html:
    """How it was measured, and on which versions of which layers."""
    pen = page.pen
    lines = [tag("p", " ".join(basis_texts(submission, pen.language)))]
    heading = pen.heading(pen.say(msg("Basis of measurement and layers")))
    if not submission.layers:
        return tag("section", heading, *lines)
    if page.shared:
        layers = page.shared.layers
        numbers = [layers.of(x, lambda x=x: _layer_line(x, pen)) for x in submission.layers]  # type: ignore[misc]
        runs = layers.runs(numbers, page.between)
        return tag("section", heading, *lines, tag("p", pen.say(msg("Layers:")), " ", runs))
    filled_ones = [x for x in submission.layers if not x.empty]
    if filled_ones:
        lines.append(layers_table(filled_ones, pen))
    empty = layers_empty(submission.layers, pen.language)
    if empty:
        lines.append(tag("p", empty, class_="soft"))
    return tag("section", heading, *lines)


def layer_cells(layer: LayerUsed, language: Language) -> tuple[str, str, str, str, str]:
    """Title, version, approval number, accuracy, and source of a version of a layer."""
    accuracy = layer.accuracy_m
    return (
        layer.title.render(language) if layer.title else layer.layer,
        layer_version(layer, language),
        layer.approval or "–",
        quantity_text(accuracy, "m", language) if accuracy is not None else "–",
        layer.source or "–",
    )


LAYER_COLUMNS = (msg("Layer"), msg("Version"), msg("Approval"), msg("Accuracy"), msg("Source"))


def layers_table(layers: Sequence[LayerUsed], pen: Pen) -> Html:
    """The versions of layers, with the numbers of the approvals that published them."""
    rows = []
    for layer in layers:
        name, *rest = layer_cells(layer, pen.language)
        rows.append(tag("tr", tag("th", name, scope="row"), *(tag("td", cell) for cell in rest)))
    head = (tag("th", pen.say(m), scope="col") for m in LAYER_COLUMNS)
    caption = tag("caption", pen.say(msg("Versions of the layers")), class_="vh")
    table = tag("table", caption, tag("thead", tag("tr", *head)), tag("tbody", *rows))
    label = pen.say(msg("Versions of the layers"))
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=label)


def _layer_line(layer: LayerUsed, pen: Pen) -> Html:
    between = "，" if pen.language == "zh" else ", "
    return tag("span", between.join(c for c in layer_cells(layer, pen.language) if c != "–"))


def _appendix(shared: Shared, pen: Pen) -> Iterator[Html]:
    """What many submissions share, by number."""
    parts: Mapping[str, tuple[Message, Sequence[Html]]] = {
        "r": (msg("Rules ({count})"), shared.rules.shown),
        "q": (msg("Questions ({count})"), shared.questions.shown),
        "c": (msg("In force and not checked ({count})"), shared.scope.shown),
        "l": (msg("Layers ({count})"), shared.layers.shown),
    }
    for letter, (title, shown) in parts.items():
        if shown:
            heading = pen.heading(pen.say(filled(title, count=len(shown))))
            items = (tag("li", text, id=f"{letter}{i}") for i, text in enumerate(shown, 1))
            yield tag("section", heading, tag("ol", *items, class_="list"))

"""Findings as a Word document in the form of a compliance review opinion.

The order is that of an opinion on paper: what was reviewed, the conclusion, the map, each matter
with its clause, what has to be supplied, what was not reviewed, on which basis, and the lines for
signatures. Of many submissions the maps are left out. Needs python-docx, and Pillow for the maps.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from redline.checking.surroundings import Surroundings
from redline.findings import (
    Excuse,
    Finding,
    FindingsDocument,
    NotExecuted,
    Problem,
    Status,
    SubmissionFindings,
)
from redline.messages import Language, Message, msg
from redline.report.archive import settled
from redline.report.figures import date_text, quantity_text
from redline.report.finding_lines import is_beside_the_point
from redline.report.html import LAYER_COLUMNS, NOTHING_AROUND, layer_cells
from redline.report.layout import printable
from redline.report.png import COLOURS, png_of
from redline.report.scene import kind_text, scene_of
from redline.report.statements import (
    account_text,
    answered_by,
    basis_texts,
    change_texts,
    counts_text,
    excuse_text,
    facts_text,
    headline,
    information_text,
    layers_empty,
    name_of,
    numbers_of,
    of_status,
    origin_texts,
    owed_text,
    problem_text,
    question_text,
    questions_of,
    remainder_text,
    revised_lines,
    revised_title,
    role_text,
    slivers_of,
    verdicts_text,
)
from redline.report.tones import GRAVEST, MARKS
from redline.report.wording import (
    SECTIONS,
    STATUSES,
    SUBJECTS,
    VERDICTS,
    citation_line,
    citation_text,
    evidence_line,
    filled,
    measured_line,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

MAPS = 30
"""With more submissions than this, maps are left out."""

LONG = 2000
"""Characters after which a single text is cut."""

TEXT_CM = 16.0
"""Width of the text on A4, in centimetres."""

TONES = {
    Status.VIOLATED: "A3211A",
    Status.CONDITIONAL: "805300",
    Status.EXCUSED: "805300",
    Status.UNDETERMINED: "5B3287",
    Status.COMPLIES: "1C6B3A",
}
COUNTED = (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED, Status.UNDETERMINED)

OVERVIEW = (4.6, 2.8, 1.8, 2.2, 1.9, 2.7)
CHECKLIST = (1.5, 9.3, 5.2)
LAYERS = (4.2, 2.8, 3.6, 1.9, 3.5)
PARTICULARS = (3.6, 12.4)
SIGNATURES = (3.2, 4.8, 3.2, 4.8)
"""Widths of the columns of tables, centimetres."""

ORDINALS = "一二三四五六七八九十"


def write_docx(
    document: FindingsDocument,
    stream: BinaryIO,
    language: Language,
    around: Surroundings = NOTHING_AROUND,
) -> None:
    """Write the opinion, with the zones `around` submissions on its maps; the same findings give
    the same bytes.
    """
    import docx

    book = docx.Document()
    book.core_properties.author = "redline"
    book.core_properties.title = msg("Compliance review opinion").render(language)
    book.core_properties.comments = ""
    _page_and_styles(book, language)
    writer = Writer(book, language, len(document.submissions) <= MAPS, around)
    writer.book.add_paragraph(msg("Compliance review opinion").render(language), "Title")
    several = len(document.submissions) != 1
    if several:
        writer.overview(document.submissions)
    for place, submission in enumerate(document.submissions):
        if several:
            book.add_page_break()  # type: ignore[no-untyped-call]
            writer.line(name_of(submission, language), "Heading 1")
        writer.opinion(submission, place)
    writer.problems(msg("Problems ({count})"), document.problems)
    for line in origin_texts(document, language):
        writer.line(line, "Caption")
    writer.signatures()
    written = io.BytesIO()
    book.save(written)
    stream.write(settled(written.getvalue()))


def text_of(text: str) -> str:
    """A text as XML can hold it, cut where it is very long."""
    shown = printable(text[: LONG + 1]).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return shown[: LONG - 1] + "…" if len(text) > LONG else shown


@dataclass(slots=True)
class Writer:
    """Writes one document; sections of an opinion are numbered as the language does."""

    book: Document
    language: Language
    with_maps: bool
    around: Surroundings
    section: int = 0

    def say(self, message: Message) -> str:
        """A message as text."""
        return message.render(self.language)

    def line(self, text: str, style: str = "Normal", colour: str | None = None) -> Paragraph:
        """A paragraph."""
        paragraph = self.book.add_paragraph()
        _style(paragraph, style)
        _run(paragraph, text, colour=colour)
        return paragraph

    def heading(self, message: Message) -> None:
        """The heading of the next numbered section."""
        self.section += 1
        number = f"{self.section}. "
        if self.language == "zh":
            number = f"{ORDINALS[min(self.section, len(ORDINALS)) - 1]}、"
        self.line(number + self.say(message), "Heading 2")

    def lines(self, texts: Iterable[str], style: str = "List Bullet") -> None:
        """A list, each text once."""
        for text in dict.fromkeys(texts):
            self.line(text, style)

    # ── the whole ───────────────────────────────────────────────────────────────────────────────

    def overview(self, submissions: Sequence[SubmissionFindings]) -> None:
        """A line for each submission."""
        self.line(verdicts_text(submissions, self.language))
        names = [msg("Submission"), msg("Verdict"), *(STATUSES[s] for s in COUNTED)]
        table = self.table(names, OVERVIEW)
        for submission in submissions:
            counts = Counter(f.status for f in submission.findings)
            status = GRAVEST[submission.verdict]
            verdict = f"{MARKS[status]} {self.say(VERDICTS[submission.verdict])}"
            numbers = [str(counts[counted] or "–") for counted in COUNTED]
            _row(table, (name_of(submission, self.language), verdict, *numbers), OVERVIEW)

    def opinion(self, submission: SubmissionFindings, place: int) -> None:
        """The opinion on one submission."""
        self.section = 0
        self.particulars(submission)
        self.heading(msg("Conclusion"))
        status = GRAVEST[submission.verdict]
        verdict = f"{MARKS[status]} {self.say(VERDICTS[submission.verdict])}"
        self.line(verdict, "Intense Quote", TONES[status])
        self.line(counts_text(submission.findings, self.language))
        changes = change_texts(submission, self.language)
        if submission.compared is not None:
            self.heading(msg("Changed since the check before ({count})", count=len(changes)))
            self.lines(changes)
        self.map(submission, place)
        for some in (Status.VIOLATED, Status.CONDITIONAL, Status.EXCUSED):
            findings = of_status(submission.findings, some)
            if findings:
                self.heading(filled(SECTIONS[some], count=len(findings)))
                for number, finding in enumerate(findings, 1):
                    self.finding(finding, number)
        self.missing(submission)
        if submission.revised is not None:
            revised = submission.revised
            self.heading(revised_title(revised, self.language))
            self.lines(revised_lines(revised, self.language, len(revised.areas)))
        pieces = slivers_of(submission)
        if pieces:
            self.heading(msg("Under the tolerance, not counted ({count})", count=len(pieces)))
            self.lines(evidence_line(p, self.language) for p in pieces)
        self.problems(msg("The submission's own data"), submission.data_checks)
        self.problems(msg("Warnings ({count})"), submission.warnings)
        self.scope(submission.not_executed)
        self.basis(submission)

    def particulars(self, submission: SubmissionFindings) -> None:
        """What was reviewed, as a table of two columns."""
        sizes = [
            f"{role_text(p.role, self.language)} {quantity_text(p.area_m2, 'm2', self.language)}"
            for p in submission.parts
            if p.area_m2 is not None
        ]
        between = "；" if self.language == "zh" else "; "
        rows = (
            (msg("Name"), submission.title or "–"),
            (msg("Number"), submission.id),
            (msg("Subject"), self.say(SUBJECTS[submission.kind])),
            (msg("Rules and layers of"), date_text(submission.as_of, self.language)),
            (msg("Area"), between.join(sizes) or "–"),
            (msg("Read from"), submission.source),
        )
        table = self.book.add_table(0, 2, "Table Grid")
        _columns(table, PARTICULARS)
        for name, value in rows:
            row = _row(table, (self.say(name), value), PARTICULARS)
            row.cells[0].paragraphs[0].runs[0].bold = True

    def map(self, submission: SubmissionFindings, place: int) -> None:
        """The map as a picture, and what its colours mean."""
        from docx.shared import Cm

        around = self.around.get(place, ())
        scene = scene_of(submission, self.language, 0.5, around) if self.with_maps else None
        if scene is None:
            return
        self.heading(msg("Map"))
        self.book.add_picture(io.BytesIO(png_of(scene)), width=Cm(TEXT_CM - 0.6))
        shape = self.book.inline_shapes[-1]
        described = shape._inline.docPr
        described.set("descr", text_of(self.say(msg("Map of {name}", name=submission.id))))
        legend = self.book.add_paragraph(style="Caption")
        for kind in scene.kinds():
            red, green, blue = COLOURS[kind]
            _run(legend, "■ ", colour=f"{red:02X}{green:02X}{blue:02X}")
            _run(legend, self.say(kind_text(kind, around)) + "    ")
        _run(legend, self.say(msg("North is up.")))

    # ── findings ────────────────────────────────────────────────────────────────────────────────

    def finding(self, finding: Finding, number: int) -> None:
        """A matter: the rule, its clauses, its numbers, and what would mend it."""
        language = self.language
        bans = finding.status is Status.VIOLATED
        self.line(f"{number}. {headline(finding, language)}", "Heading 3")
        for citation in dict.fromkeys(finding.citations):
            self.line(citation_line(citation, language)).runs[0].italic = language == "en"
        self.lines(measured_line(m, language, bans=bans) for m in finding.measured)
        self.lines(evidence_line(e, language) for e in finding.evidence)
        if finding.facts:
            self.line(facts_text(finding.facts, language), "List Bullet")
        if finding.boundary_sensitive:
            turn = msg("the boundary's positional accuracy could turn this finding")
            self.line(self.say(turn), "List Bullet")
        for excuse in finding.exceptions:
            if not is_beside_the_point(excuse, finding):
                self.excuse(excuse)
        self.lines(owed_text(o, language) for o in finding.owed)
        self.lines(account_text(a, language) for a in finding.accounts)
        for information in finding.information:
            cited = [citation_text(c, language) for c in information.citations]
            self.lines([" ".join([information_text(information, language), *cited])])
        if finding.remedy and finding.status in (Status.VIOLATED, Status.CONDITIONAL):
            remedy = msg("remedy: {remedy}", remedy=finding.remedy.render(language))
            self.line(self.say(remedy), "List Bullet")
        if finding.way_out:
            if finding.way_out.remainder:
                self.line(remainder_text(finding.way_out.remainder, language), "List Bullet")
            for excuse in finding.way_out.excuses:
                self.excuse(excuse)

    def excuse(self, excuse: Excuse, style: str = "List Bullet") -> None:
        """An exception, whether it excuses, and what it waits for."""
        language = self.language
        self.line(excuse_text(excuse, language), style)
        inner = "List Bullet 2"
        self.lines((citation_line(c, language) for c in excuse.citations), inner)
        self.lines((owed_text(o, language) for o in excuse.owed), inner)
        self.lines((question_text(m, language) for m in excuse.missing), inner)
        for further in excuse.exceptions:
            self.excuse(further, inner)

    def missing(self, submission: SubmissionFindings) -> None:
        """What has to be supplied, as a checklist, and the rules that wait for it."""
        findings = of_status(submission.findings, Status.UNDETERMINED)
        if not findings:
            return
        asked = questions_of(findings)
        self.heading(msg("What has to be supplied ({count})", count=len(asked)))
        table = self.table((msg("No."), msg("Question"), msg("Answered by")), CHECKLIST)
        for question, number in asked.items():
            texts = (question_text(question, self.language), answered_by(question, self.language))
            _row(table, (f"☐ {number}", *texts), CHECKLIST)
        self.heading(filled(SECTIONS[Status.UNDETERMINED], count=len(findings)))
        for finding in findings:
            numbers = [str(n) for n in numbers_of(finding, asked)]
            line = headline(finding, self.language)
            if numbers:
                needs = self.say(msg("needs the answer to {numbers}", numbers=numbers))
                line = self.say(msg("{title}: {needs}", title=line, needs=needs))
            self.line(line, "List Bullet")

    # ── what was odd, what was not reviewed, on which basis ─────────────────────────────────────

    def problems(self, title: Message, problems: Sequence[Problem]) -> None:
        """What could not be read, is invalid, or looks odd."""
        if problems:
            self.heading(filled(title, count=len(problems)))
            self.lines(problem_text(p, self.language) for p in problems)

    def scope(self, clauses: Sequence[NotExecuted]) -> None:
        """The clauses in force here that no rule checks."""
        if not clauses:
            return
        self.heading(
            msg("In force here and not checked: {count:clause|clauses}", count=len(clauses))
        )
        self.lines(
            self.say(
                msg(
                    "{clause}: {reason}",
                    clause=citation_text(c.citation, self.language),
                    reason=c.reason.render(self.language),
                )
            )
            for c in clauses
        )

    def basis(self, submission: SubmissionFindings) -> None:
        """How it was measured, and on which versions of which layers."""
        self.heading(msg("Basis of measurement and layers"))
        self.line(" ".join(basis_texts(submission, self.language)))
        if not submission.layers:
            return
        held = [layer for layer in submission.layers if not layer.empty]
        if held:
            table = self.table(LAYER_COLUMNS, LAYERS)
            for layer in held:
                _row(table, layer_cells(layer, self.language), LAYERS)
        empty = layers_empty(submission.layers, self.language)
        if empty:
            self.line(empty, "Caption")

    def signatures(self) -> None:
        """The lines to sign, and what the document is."""
        note = msg(
            "This opinion was drawn up by program from the rules and layers named above. It takes "
            "effect only with the review and signature of the authority."
        )
        self.line(self.say(note), "Caption").paragraph_format.keep_with_next = True
        names = (msg("Reviewed by"), msg("Checked by"), msg("Authority (seal)"), msg("Date"))
        table = self.book.add_table(2, 4)
        for i, name in enumerate(names):
            row, side = divmod(i, 2)
            _put(table.cell(row, 2 * side), self.say(msg("{name}:", name=name)), bold=True)
            _put(table.cell(row, 2 * side + 1), "________________")
        _columns(table, SIGNATURES)
        for line in table.rows:
            _widths(line, SIGNATURES)
        for cell in table.rows[0].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True

    def table(self, names: Sequence[Message], widths: Sequence[float]) -> Table:
        """A table with a header that is repeated on every page."""
        from docx.oxml import OxmlElement

        table: Table = self.book.add_table(1, len(names), "Table Grid")
        _columns(table, widths)
        header = table.rows[0]
        _widths(header, widths)
        header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, name in zip(header.cells, names, strict=True):
            _put(cell, self.say(name), bold=True)
        return table


# ── python-docx ─────────────────────────────────────────────────────────────────────────────────


def _style(paragraph: Paragraph, name: str) -> None:
    """Set a style by its id, which is the name without spaces; looking names up takes long."""
    paragraph._p.style = name.replace(" ", "")


def _run(
    paragraph: Paragraph, text: str, *, colour: str | None = None, bold: bool | None = None
) -> None:
    from docx.shared import RGBColor

    run = paragraph.add_run(text_of(text))
    run.bold = bold
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _put(cell: _Cell, text: str, colour: str | None = None, *, bold: bool | None = None) -> None:
    paragraph = cell.paragraphs[0]
    _style(paragraph, "Table Text")
    _run(paragraph, text, colour=colour, bold=bold)


def _row(table: Table, texts: Sequence[str], widths: Sequence[float]) -> _Row:
    """A further row of a table."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    for cell, text in zip(row.cells, texts, strict=True):
        _put(cell, text)
    _widths(row, widths)
    return row


def _columns(table: Table, centimetres: Sequence[float]) -> None:
    """LibreOffice keeps to the widths of columns."""
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, centimetres, strict=True):
        column.width = Cm(width)


def _widths(row: _Row, centimetres: Sequence[float]) -> None:
    """Word keeps to the widths of cells."""
    from docx.shared import Cm

    for cell, width in zip(row.cells, centimetres, strict=True):
        cell.width = Cm(width)


def _page_and_styles(book: Document, language: Language) -> None:
    """A4, with page numbers, and fonts that each language is read in."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - TEXT_CM) / 2)
    section.top_margin = section.bottom_margin = Cm(2.4)
    small = book.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = book.styles["Normal"]
    sizes = {"Normal": 10.5, "Table Text": 9.0, "Caption": 9.0, "Title": 20.0, "Heading 1": 15.0}
    sizes |= {"Heading 2": 13.0, "Heading 3": 11.0, "Intense Quote": 14.0}
    for name in (*sizes, "List Bullet", "List Bullet 2"):
        style = book.styles[name]
        heading = name.startswith(("Heading", "Title", "Intense"))
        _fonts(style, language, heading=heading)
        style.paragraph_format.space_after = Pt(2 if name in ("Table Text", "List Bullet") else 4)
        if name in sizes:
            style.font.size = Pt(sizes[name])
        if heading or name == "Caption":
            style.font.italic = False
            style.font.bold = name.startswith(("Heading", "Intense"))
            style.font.color.rgb = RGBColor(0x20, 0x20, 0x20)
    book.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.styles["Intense Quote"].paragraph_format.left_indent = Cm(0)
    book.styles["Table Text"].paragraph_format.space_before = Pt(2)
    for tongue in book.styles.element.iter(qn("w:lang")):
        tongue.set(qn("w:val"), "zh-CN" if language == "zh" else "en-GB")
        tongue.set(qn("w:eastAsia"), "zh-CN")
    _page_number(section.footer.paragraphs[0])


def _fonts(style: ParagraphStyle, language: Language, *, heading: bool) -> None:
    """Latin and Chinese font of a style; theme fonts would win over them and are taken out."""
    from docx.oxml.ns import qn

    style.font.name = "Arial" if heading else "Calibri" if language == "en" else "Times New Roman"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), "黑体" if heading else "宋体")


def _page_number(paragraph: Paragraph) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for instruction in ("PAGE", "NUMPAGES"):
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        paragraph._p.append(field)
        if instruction == "PAGE":
            paragraph.add_run(" / ")

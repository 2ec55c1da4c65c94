"""What was judged or derived, as sentences that can be read aloud, in both languages.

Every statement is put in three ways: that it holds, that it does not, and that it is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from redline.language.kinds import Comparator, RelationKind
from redline.messages import Title
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    Inside,
    PlanAtom,
    Promised,
    TextHeld,
)
from redline.reasoning.truth import FALSE, TRUE
from redline.rulebook.model import (
    AttributeTerm,
    CodeType,
    ColumnTerm,
    Compares,
    Conforms,
    DocumentHeld,
    DocumentKind,
    DoneBy,
    Holds,
    Includes,
    IsOneOf,
    Judged,
    MeasureTerm,
    ParameterTerm,
    Part,
    Provided,
    Relates,
    Term,
    WasOneOf,
)
from redline.rulebook.wording import (
    COMPARATORS,
    part_in_words,
    selection_in_words,
    term_in_words,
)

MOST_NAMED = 5
"""Values of a list that a sentence names; of longer lists the rest is counted."""

CONTRARY = {
    Comparator.AT_LEAST: Comparator.LESS_THAN,
    Comparator.AT_MOST: Comparator.MORE_THAN,
    Comparator.MORE_THAN: Comparator.AT_MOST,
    Comparator.LESS_THAN: Comparator.AT_LEAST,
}


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement, and the sentences that it holds, that it does not hold, and that it is open."""

    statement: Title
    holds: Title
    fails: Title
    open: Title

    def sentence(self, truth: int) -> Title:
        """The sentence for a truth."""
        return self.holds if truth == TRUE else self.fails if truth == FALSE else self.open


def said(en: tuple[str, str, str], zh: tuple[str, str, str]) -> Saying:
    """A saying from its three sentences in each language."""
    holds, fails, open_ = (Title(upper_first(a), b) for a, b in zip(en, zh, strict=True))
    return Saying(Title(en[0], zh[0]), holds, fails, open_)


def upper_first(text: str) -> str:
    """A sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def quoted(title: Title) -> Title:
    """A title in quotation marks."""
    return Title(f"“{title.en or title.zh}”", f"“{title.zh or title.en}”")


def book(document: DocumentKind) -> Title:
    """A document's title as each language marks it."""
    return Title(f"“{document.title.en}”", f"《{document.title.zh}》")


# ── connectives ─────────────────────────────────────────────────────────────────────────────

ALL_OF = said(
    ("all of these hold", "not all of these hold", "it is open whether all of these hold"),
    ("以下各项均成立", "以下各项并未全部成立", "以下各项是否全部成立，尚不明确"),
)
ANY_OF = said(
    ("one of these holds", "none of these holds", "it is open whether one of these holds"),
    ("以下有一项成立", "以下各项均不成立", "以下是否有一项成立，尚不明确"),
)


# ── atoms ───────────────────────────────────────────────────────────────────────────────────


def saying_of(atom: PlanAtom, day: date) -> Saying:
    """What an atom says."""
    match atom:
        case Holds(term=term):
            return of_answer(named(term, day))
        case Judged(judgement=judgement):
            return of_judgement(quoted(judgement.title))
        case IsOneOf(term=term, shown=shown):
            return of_membership(named(term, day), listed(shown))
        case WasOneOf(term=term, shown=shown):
            return of_membership(named(term, day), listed(shown))
        case Includes(term=term, shown=shown, only=only):
            return of_set(named(term, day), listed(shown), only)
        case Compares():
            return of_comparison(atom, day)
        case Relates():
            return of_relation(atom, day)
        case DocumentHeld():
            return of_document(atom, day)
        case Promised(held=held):
            return (
                of_promise(held) if isinstance(held, DocumentHeld) else of_deed_to_come(held, day)
            )
        case CoveredTogether(documents=documents):
            return of_cover_together(documents)
        case Conforms(plan=plan):
            return of_conformity(plan.title)
        case DoneBy():
            return of_deed(atom, day)
        case Provided(document=document):
            return of_provision(document)
        case Inside(territory=territory):
            return of_territory(quoted(territory.title))
        case TextHeld():
            return of_text(day)
        case Derived(concept=concept, promised=promised):
            return of_concept(quoted(concept.title), promised)


def named(term: Term, day: date) -> Title:
    """A term as the subject of a sentence; a parameter with its value on a day."""
    match term:
        case AttributeTerm(attribute=attribute):
            return quoted(attribute.title)
        case ColumnTerm(column=column):
            return quoted(column.names.title())
        case MeasureTerm():
            words = term_in_words(term)
            return Title(f"the {words.en}", words.zh)
        case ParameterTerm(parameter=parameter):
            title, value = quoted(parameter.title), parameter.on(day)
            if value is None or parameter.key is not None:
                return title
            return Title(f"{title.en} ({value.shown.en})", f"{title.zh}（{value.shown.zh}）")
    return term_in_words(term)


@dataclass(frozen=True, slots=True)
class Values:
    """Some values of a list: named together, and as a choice that is met or is not."""

    either: Title
    is_: Title
    is_not: Title
    single: bool = False


def listed(shown: Sequence[Title]) -> Values:
    """Values as alternatives, the first few by name."""
    some = [quoted(x) for x in shown[:MOST_NAMED]]
    rest = len(shown) - len(some)
    en, zh = ", ".join(x.en for x in some), "".join(x.zh for x in some)
    if rest:
        en, zh = f"{en} and {rest} more", f"{zh}等{len(shown)}项"
    either = Title(en, zh)
    if len(shown) == 1:
        is_, is_not = Title(f"is {en}", f"为{zh}"), Title(f"is not {en}", f"不是{zh}")
        return Values(either, is_, is_not, single=True)
    return Values(
        either,
        Title(f"is one of {en}", f"为{zh}之一"),
        Title(f"is none of {en}", f"不属于{zh}"),
    )


def of_answer(name: Title) -> Saying:
    return said(
        (f"{name.en} is answered yes", f"{name.en} is answered no", f"{name.en} is not answered"),
        (f"{name.zh}：是", f"{name.zh}：否", f"{name.zh}：未说明"),
    )


def of_judgement(name: Title) -> Saying:
    return said(
        (f"{name.en} is judged yes", f"{name.en} is judged no", f"{name.en} has not been judged"),
        (f"经判断，{name.zh}：是", f"经判断，{name.zh}：否", f"{name.zh}：尚未判断"),
    )


def of_membership(name: Title, values: Values) -> Saying:
    return said(
        (
            f"{name.en} {values.is_.en}",
            f"{name.en} {values.is_not.en}",
            f"it is open whether {name.en} {values.is_.en}",
        ),
        (
            f"{name.zh}{values.is_.zh}",
            f"{name.zh}{values.is_not.zh}",
            f"{name.zh}是否{values.is_.zh}，尚不明确",
        ),
    )


def of_set(name: Title, values: Values, only: bool) -> Saying:
    en, zh = values.either.en, values.either.zh
    if only:
        return said(
            (
                f"{name.en} holds nothing but {en}",
                f"{name.en} holds something other than {en}",
                f"it is open whether {name.en} holds nothing but {en}",
            ),
            (
                f"{name.zh}仅限于{zh}",
                f"{name.zh}超出{zh}",
                f"{name.zh}是否仅限于{zh}，尚不明确",
            ),
        )
    if values.single:
        return said(
            (
                f"{name.en} includes {en}",
                f"{name.en} does not include {en}",
                f"it is open whether {name.en} includes {en}",
            ),
            (
                f"{name.zh}包括{zh}",
                f"{name.zh}不包括{zh}",
                f"{name.zh}是否包括{zh}，尚不明确",
            ),
        )
    return said(
        (
            f"{name.en} includes one of {en}",
            f"{name.en} includes none of {en}",
            f"it is open whether {name.en} includes one of {en}",
        ),
        (
            f"{name.zh}包括{zh}之一",
            f"{name.zh}不包括{zh}中的任何一项",
            f"{name.zh}是否包括{zh}之一，尚不明确",
        ),
    )


def of_comparison(atom: Compares, day: date) -> Saying:
    left, right = named(atom.left, day), named(atom.right, day)
    sign, contrary = COMPARATORS[atom.comparator], COMPARATORS[CONTRARY[atom.comparator]]
    return said(
        (
            f"{left.en} is {sign.en} {right.en}",
            f"{left.en} is {contrary.en} {right.en}",
            f"it is open whether {left.en} is {sign.en} {right.en}",
        ),
        (
            f"{left.zh}{sign.zh}{right.zh}",
            f"{left.zh}{contrary.zh}{right.zh}",
            f"{left.zh}是否{sign.zh}{right.zh}，尚不明确",
        ),
    )


# ── space ───────────────────────────────────────────────────────────────────────────────────

VERBS = {
    RelationKind.OVERLAPS: (("overlaps", "overlap"), ("与", "重叠")),
    RelationKind.LIES_WITHIN: (("lies within", "lie within"), ("位于", "内")),
    RelationKind.CROSSES: (("crosses", "cross"), ("穿越", "")),
    RelationKind.TOUCHES: (("touches", "touch"), ("与", "相接")),
    RelationKind.NEAR: (("lies within", "lie within"), ("位于", "以内")),
}


def of_relation(relation: Relates, day: date) -> Saying:
    place = selection_in_words(relation.selection)
    (verb, bare), (before, after) = VERBS[relation.kind]
    if relation.kind is RelationKind.NEAR and relation.within is not None:
        reach = named(relation.within, day)
        place = Title(f"{reach.en} of {place.en}", f"{place.zh}{reach.zh}")
    size = Title("", "")
    if relation.by is not None:
        sign, amount = COMPARATORS[relation.by[0]], named(relation.by[1], day)
        size = Title(f" by {sign.en} {amount.en}", f"，且{sign.zh}{amount.zh}")
    part, none, some = subject_of(relation.part)
    predicate = f"{before}{place.zh}{after}"
    return said(
        (
            f"{part.en} {verb} {place.en}{size.en}",
            f"{none.en} {verb} {place.en}{size.en}"
            if none.en
            else f"{part.en} does not {bare} {place.en}{size.en}",
            f"it is open whether {some.en} {verb} {place.en}{size.en}",
        ),
        (
            f"{part.zh}{predicate}{size.zh}",
            f"{none.zh}{predicate}{size.zh}",
            f"{some.zh}是否{predicate}{size.zh}，尚不明确",
        ),
    )


def subject_of(part: Part) -> tuple[Title, Title, Title]:
    """A part as the subject of a sentence that holds, that fails, and that is open."""
    words = part_in_words(part)
    if part.component is not None:
        name = quoted(words)
        return (
            Title(f"at least one {name.en}", f"有{name.zh}"),
            Title(f"no {name.en}", f"没有{name.zh}"),
            Title(f"any {name.en}", name.zh),
        )
    whole = Title(f"the {words.en}", words.zh)
    return whole, Title("", f"{words.zh}并未"), whole


def of_territory(name: Title) -> Saying:
    return said(
        (
            f"the project lies in {name.en}",
            f"the project lies outside {name.en}",
            f"it is open whether the project lies in {name.en}",
        ),
        (
            f"项目位于{name.zh}内",
            f"项目不在{name.zh}内",
            f"项目是否位于{name.zh}内，尚不明确",
        ),
    )


# ── documents and deeds ─────────────────────────────────────────────────────────────────────


def of_document(held: DocumentHeld, day: date) -> Saying:
    name, asked = book(held.document), asked_of(held, day)
    qualified = "" if not asked.en else f" {asked.en}"
    kind = f"{asked.zh}的{name.zh}" if asked.zh else name.zh
    return said(
        (
            f"{name.en}{qualified} is held",
            f"{name.en}{qualified} is not held",
            f"it is open whether {name.en}{qualified} is held",
        ),
        (
            f"已取得{kind}",
            f"未取得{kind}",
            f"是否已取得{kind}，尚不明确",
        ),
    )


def asked_of(held: DocumentHeld, day: date) -> Title:
    """What is asked of a document beside being held."""
    asked: list[Title] = []
    if held.rank is not None:
        rank = held.rank.code_list.title_of(held.rank.code)
        above = Title(" or above", "及以上机关") if held.rank.or_above else Title("", "")
        asked.append(Title(f"from {rank.en}{above.en}", f"由{rank.zh}{above.zh}出具"))
    if held.each is not None:
        layer = held.each[1].title
        asked.append(Title(f"from each “{layer.en}”", f"由各“{layer.zh}”分别出具"))
    if held.contains is not None:
        asked.append(Title(f"with “{held.contains}”", f"含“{held.contains}”"))
    if held.valid_on is not None:
        day_asked = named(held.valid_on, day)
        asked.append(Title(f"valid on {day_asked.en}", f"在{day_asked.zh}有效"))
    if held.covers is not None:
        part = part_in_words(held.covers)
        asked.append(Title(f"covering the {part.en}", f"覆盖{part.zh}"))
    if held.overlaps:
        asked.append(Title("covering the overlap", "覆盖重叠部分"))
    return Title(" ".join(x.en for x in asked), "、".join(x.zh for x in asked))


def of_promise(held: DocumentHeld) -> Saying:
    name = book(held.document)
    due = Title("", "")
    if held.before is not None and isinstance(held.before[0].type, CodeType):
        stage = quoted(held.before[0].type.code_list.title_of(held.before[1]))
        due = Title(f", before {stage.en}", f"（{stage.zh}前）")
    return said(
        (
            f"{name.en} may still come{due.en}",
            f"{name.en} is not to come any more",
            f"it is open whether {name.en} may still come{due.en}",
        ),
        (
            f"{name.zh}尚可取得{due.zh}",
            f"{name.zh}不能再取得",
            f"{name.zh}是否尚可取得{due.zh}，不明确",
        ),
    )


def of_cover_together(documents: Sequence[DocumentKind]) -> Saying:
    names = [book(d) for d in documents]
    en, zh = " and ".join(n.en for n in names), "和".join(n.zh for n in names)
    together = Title("together " if len(names) > 1 else "", "合计" if len(names) > 1 else "")
    return said(
        (
            f"{en} {together.en}cover the overlap",
            f"{en} {together.en}do not cover the overlap",
            f"it is open whether {en} {together.en}cover the overlap",
        ),
        (
            f"{zh}{together.zh}覆盖重叠部分",
            f"{zh}{together.zh}未覆盖重叠部分",
            f"{zh}{together.zh}是否覆盖重叠部分，尚不明确",
        ),
    )


def of_deed(deed: DoneBy, day: date) -> Saying:
    done, due = named(deed.done, day), named(deed.due, day)
    return said(
        (
            f"{done.en} is no later than {due.en}",
            f"{done.en} is later than {due.en}",
            f"{done.en} is not known, and due on {due.en}",
        ),
        (
            f"{done.zh}不晚于{due.zh}",
            f"{done.zh}晚于{due.zh}",
            f"{done.zh}未说明，期限为{due.zh}",
        ),
    )


def of_deed_to_come(deed: DoneBy, day: date) -> Saying:
    done, due = named(deed.done, day), named(deed.due, day)
    return said(
        (
            f"there is still time for {done.en}, until {due.en}",
            f"there is no time left for {done.en}, which was due on {due.en}",
            f"it is open whether there is still time for {done.en}, until {due.en}",
        ),
        (
            f"{done.zh}尚在期限内（至{due.zh}）",
            f"{done.zh}已过期限（{due.zh}）",
            f"{done.zh}是否尚在期限内（至{due.zh}），不明确",
        ),
    )


def of_provision(document: DocumentKind) -> Saying:
    name = book(document)
    return said(
        (
            f"{name.en} is cited",
            f"no {name.en} is cited, so there is taken to be none",
            f"it is open whether {name.en} is cited",
        ),
        (
            f"已引用{name.zh}",
            f"未引用{name.zh}，视为没有",
            f"是否引用{name.zh}，尚不明确",
        ),
    )


def of_conformity(plan: Title) -> Saying:
    return said(
        (
            f"the project conforms to “{plan.en}”",
            f"the project does not conform to “{plan.en}”",
            f"it is open whether the project conforms to “{plan.en}”",
        ),
        (
            f"项目符合《{plan.zh}》",
            f"项目不符合《{plan.zh}》",
            f"项目是否符合《{plan.zh}》，尚不明确",
        ),
    )


def of_text(day: date) -> Saying:
    return said(
        (
            f"the text in force on {day} is held",
            f"the text in force on {day} is not held",
            f"the text in force on {day} is not held, so nothing can be said",
        ),
        (
            f"存有{day}施行的文本",
            f"未存{day}施行的文本",
            f"未存{day}施行的文本，无法判断",
        ),
    )


def of_concept(name: Title, promised: bool) -> Saying:
    if promised:
        return said(
            (
                f"{name.en} is met once what may still come is there",
                f"{name.en} is not met even once what may still come is there",
                f"it is open whether {name.en} is met once what may still come is there",
            ),
            (
                f"待办文件到位后，符合{name.zh}",
                f"即使待办文件到位，也不符合{name.zh}",
                f"待办文件到位后是否符合{name.zh}，尚不明确",
            ),
        )
    return said(
        (
            f"{name.en} is met",
            f"{name.en} is not met",
            f"it is open whether {name.en} is met",
        ),
        (
            f"符合{name.zh}",
            f"不符合{name.zh}",
            f"是否符合{name.zh}，尚不明确",
        ),
    )

"""Terms and conditions of the rule book as sentences, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from redline.language.kinds import Comparator, MeasureKind, Operator, PartKind, RelationKind
from redline.messages import Title
from redline.rulebook.model import (
    All,
    Any,
    ArithmeticTerm,
    AttributeTerm,
    CodeConstant,
    ColumnTerm,
    Compares,
    ConceptUse,
    Condition,
    Conforms,
    Constant,
    DocumentDateTerm,
    DocumentHeld,
    DoneBy,
    ExceptionClause,
    ExtremeTerm,
    ForbiddenBy,
    Holds,
    Implies,
    Includes,
    IsOneOf,
    Item,
    Judged,
    MeasureTerm,
    Not,
    ParameterTerm,
    Part,
    Provided,
    Relates,
    Selection,
    Term,
    TotalTerm,
    WasOneOf,
)

COMPARATORS = {
    Comparator.AT_LEAST: Title("at least", "不少于"),
    Comparator.AT_MOST: Title("at most", "不超过"),
    Comparator.MORE_THAN: Title("more than", "超过"),
    Comparator.LESS_THAN: Title("less than", "少于"),
}

PARTS = {
    PartKind.FOOTPRINT: Title("footprint", "用地"),
    PartKind.PERMANENT: Title("permanent footprint", "永久用地"),
    PartKind.TEMPORARY: Title("temporary footprint", "临时用地"),
    PartKind.UNDERGROUND: Title("underground part", "地下部分"),
    PartKind.AERIAL: Title("aerial part", "架空部分"),
    PartKind.CENTRELINE: Title("centreline", "中心线"),
    PartKind.IMPACT_RANGE: Title("impact range", "影响范围"),
}

OPERATORS = {
    Operator.PLUS: Title("+", "＋"),
    Operator.MINUS: Title("−", "－"),
    Operator.TIMES: Title("×", "×"),
    Operator.DIVIDED_BY: Title("÷", "÷"),
}


def part_in_words(part: Part) -> Title:
    """A part of a subject, and what narrows it."""
    words = part.component.title if part.component else PARTS[part.kind]
    if part.where is not None:
        where = condition_in_words(part.where)
        words = Title(f"{words.en} ({where.en})", f"{words.zh}（{where.zh}）")
    for selection in part.inside:
        place = selection_in_words(selection)
        words = Title(f"part of the {words.en} in {place.en}", f"{words.zh}在{place.zh}内的部分")
    for selection in part.leaving_out:
        place = selection_in_words(selection)
        words = Title(f"{words.en} outside {place.en}", f"{words.zh}（扣除{place.zh}）")
    return words


def selection_in_words(selection: Selection) -> Title:
    """A layer and its filter: “Drinking-water source zones” (level is second)."""
    title = selection.layer.title
    if selection.where is None:
        return Title(f"“{title.en}”", f"“{title.zh}”")
    where = condition_in_words(selection.where)
    return Title(f"“{title.en}” ({where.en})", f"“{title.zh}”（{where.zh}）")


def term_in_words(term: Term) -> Title:
    """A term."""
    match term:
        case Constant(shown=shown):
            return shown
        case CodeConstant(code=code, code_list=code_list):
            return code_list.title_of(code)
        case AttributeTerm(attribute=attribute):
            return Title(attribute.title.en.lower(), attribute.title.zh)
        case ColumnTerm(column=column):
            return Title(column.names.en.replace("_", " ") or column.names.zh, column.names.zh)
        case ParameterTerm(parameter=parameter):
            return parameter.title
        case MeasureTerm():
            return measure_in_words(term)
        case TotalTerm(attribute=attribute, same_areas=areas, same_year=same_year):
            en = f"{attribute.title.en.lower()} of earlier approvals"
            en += "".join(f" in the same {layer.title.en.lower()}" for layer in areas)
            en += " in the same year" if same_year else ""
            zh = "同一" + "、同一".join(
                [x.title.zh for x in areas] + (["年度"] if same_year else [])
            )
            zh = (zh if areas or same_year else "") + f"已批项目{attribute.title.zh}合计"
            return Title(en, zh)
        case ExtremeTerm(greatest=greatest, terms=terms):
            words = [term_in_words(x) for x in terms]
            en = ", ".join(w.en for w in words)
            zh = "、".join(w.zh for w in words)
            return (
                Title(f"the greatest of {en}", f"{zh}中最大者")
                if greatest
                else Title(f"the least of {en}", f"{zh}中最小者")
            )
        case DocumentDateTerm(document=document):
            return Title(f"date of “{document.title.en}”", f"《{document.title.zh}》日期")
        case ArithmeticTerm(operator=operator, left=left, right=right):
            a, b, sign = term_in_words(left), term_in_words(right), OPERATORS[operator]
            return Title(f"{a.en} {sign.en} {b.en}", f"{a.zh}{sign.zh}{b.zh}")


def measure_in_words(term: MeasureTerm) -> Title:
    part = part_in_words(term.part)
    if term.selection is None:
        if term.kind is MeasureKind.LENGTH:
            return Title(f"length of {part.en}", f"{part.zh}长度")
        return Title(f"area of {part.en}", f"{part.zh}面积")
    place = selection_in_words(term.selection)
    match term.kind:
        case MeasureKind.AREA:
            return Title(f"area of {part.en} in {place.en}", f"{part.zh}在{place.zh}内的面积")
        case MeasureKind.SHARE:
            return Title(f"share of {part.en} in {place.en}", f"{part.zh}在{place.zh}内的比例")
        case MeasureKind.LENGTH:
            return Title(f"length of {part.en} in {place.en}", f"{part.zh}在{place.zh}内的长度")
        case MeasureKind.COUNT:
            return Title(
                f"number of {place.en} that the {part.en} overlaps",
                f"{part.zh}涉及{place.zh}的数量",
            )
        case MeasureKind.DISTANCE:
            return Title(f"distance from {part.en} to {place.en}", f"{part.zh}到{place.zh}的距离")


def condition_in_words(condition: Condition) -> Title:
    """A condition."""
    match condition:
        case All(items=items):
            return joined(items, " and ", "，且")
        case Any(items=items):
            return joined(items, " or ", "，或")
        case Not(inner=inner):
            words = condition_in_words(inner)
            return Title(f"not ({words.en})", f"并非（{words.zh}）")
        case ConceptUse(concept=concept):
            return Title(concept.title.en.replace("_", " "), concept.title.zh)
        case Compares(left=left, comparator=comparator, right=right):
            a, b, sign = term_in_words(left), term_in_words(right), COMPARATORS[comparator]
            return Title(f"{a.en} {sign.en} {b.en}", f"{a.zh}{sign.zh}{b.zh}")
        case IsOneOf(term=term, shown=shown):
            subject = term_in_words(term)
            en, zh = listed(shown)
            return Title(f"{subject.en} is {en}", f"{subject.zh}为{zh}")
        case Includes(term=term, shown=shown, only=only):
            subject = term_in_words(term)
            en, zh = listed(shown)
            if only:
                return Title(f"{subject.en} include only {en}", f"{subject.zh}仅含{zh}")
            return Title(f"{subject.en} include {en}", f"{subject.zh}含{zh}")
        case Holds(term=term):
            return term_in_words(term)
        case Relates():
            return relation_in_words(condition)
        case DocumentHeld():
            return document_in_words(condition)
        case Item(number=number, condition=inner):
            words = condition_in_words(inner)
            return Title(f"item {number}: {words.en}", f"第{number}项：{words.zh}")
        case Implies(premise=premise, conclusion=conclusion):
            a, b = condition_in_words(premise), condition_in_words(conclusion)
            return Title(f"if {a.en}, then {b.en}", f"{a.zh}的，{b.zh}")
        case ForbiddenBy(title=title):
            return Title(f"what “{title.en}” forbids", f"“{title.zh}”所禁止的行为")
        case WasOneOf(term=term, shown=shown):
            subject = term_in_words(term)
            en, zh = listed(shown)
            return Title(f"{subject.en} was {en}", f"{subject.zh}原为{zh}")
        case DoneBy(done=done, due=due):
            a, b = term_in_words(done), term_in_words(due)
            return Title(f"{a.en} is no later than {b.en}", f"{a.zh}不晚于{b.zh}")
        case Provided(document=document):
            return Title(f"“{document.title.en}” is cited", f"已引用《{document.title.zh}》")
        case Conforms(plan=plan):
            return Title(f"conforms to “{plan.title.en}”", f"符合《{plan.title.zh}》")
        case Judged(judgement=judgement):
            return Title(f"judged: {judgement.title.en}", f"经判断：{judgement.title.zh}")


def relation_in_words(relation: Relates) -> Title:
    part, place = part_in_words(relation.part), selection_in_words(relation.selection)
    match relation.kind:
        case RelationKind.OVERLAPS:
            words = Title(f"{part.en} overlaps {place.en}", f"{part.zh}与{place.zh}重叠")
        case RelationKind.LIES_WITHIN:
            words = Title(f"{part.en} lies within {place.en}", f"{part.zh}位于{place.zh}内")
        case RelationKind.CROSSES:
            words = Title(f"{part.en} crosses {place.en}", f"{part.zh}穿越{place.zh}")
        case RelationKind.NEAR:
            reach = term_in_words(relation.within) if relation.within else Title("", "")
            words = Title(
                f"{part.en} lies within {reach.en} of {place.en}",
                f"{part.zh}位于{place.zh}{reach.zh}以内",
            )
        case RelationKind.TOUCHES:
            words = Title(f"{part.en} touches {place.en}", f"{part.zh}与{place.zh}相接")
    if relation.by is None:
        return words
    sign, size = COMPARATORS[relation.by[0]], term_in_words(relation.by[1])
    return Title(f"{words.en} by {sign.en} {size.en}", f"{words.zh}{sign.zh}{size.zh}")


def document_in_words(held: DocumentHeld) -> Title:
    title = held.document.title
    words = Title(f"“{title.en}” is held", f"持有《{title.zh}》")
    if held.overlaps:
        return Title(f"{words.en} and covers the overlap", f"{words.zh}且覆盖重叠部分")
    if held.covers is not None:
        part = part_in_words(held.covers)
        return Title(f"{words.en} and covers the {part.en}", f"{words.zh}且覆盖{part.zh}")
    if held.before is not None:
        attribute, stage = held.before
        kind = attribute.type
        name = kind.code_list.title_of(stage) if hasattr(kind, "code_list") else Title(stage, stage)
        return Title(f"{words.en} before: {name.en}", f"{name.zh}前{words.zh}")
    return words


def exception_in_words(exception: ExceptionClause) -> Title:
    """An exception with what it is subject to."""
    words = condition_in_words(exception.condition)
    if exception.provided is None:
        return words
    duty = condition_in_words(exception.provided)
    return Title(f"{words.en}, provided that {duty.en}", f"{words.zh}，但须{duty.zh}")


def listed(shown: Sequence[Title]) -> tuple[str, str]:
    return " or ".join(x.en for x in shown), "、".join(x.zh for x in shown)


def joined(items: Sequence[Condition], en: str, zh: str) -> Title:
    def wrapped(item: Condition, opening: str, closing: str, pick: Callable[[Title], str]) -> str:
        text = pick(condition_in_words(item))
        return f"{opening}{text}{closing}" if isinstance(item, All | Any) else text

    return Title(
        en.join(wrapped(i, "(", ")", lambda t: t.en) for i in items),
        zh.join(wrapped(i, "（", "）", lambda t: t.zh) for i in items),
    )

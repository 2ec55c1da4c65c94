"""Why a rule came out as it did: the derivation as a tree of sentences, down to judged atoms.

The tree follows the formulas of the rule's group; where several premises could carry a step, it
shows those that the engine kept. A step that is open shows what it waits for. What was measured or
stated about an atom is put below it by those who know it (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from redline.language.kinds import NormKind
from redline.messages import Title
from redline.reasoning.engine import Derivation
from redline.reasoning.formula import (
    Compiler,
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Literal,
    Negation,
    opposite,
    replaced,
    simplified,
)
from redline.reasoning.groups import Group
from redline.reasoning.infer import Inference, Status
from redline.reasoning.plan import (
    CoveredTogether,
    Derived,
    ExceptionFormula,
    Promised,
    RuleGroup,
    TextHeld,
)
from redline.reasoning.sentences import ALL_OF, ANY_OF, Saying, quoted, said, saying_of
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from redline.rulebook.model import Citation


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the reasoning, with the steps that it rests on.

    `statement` is what the step is about, `truth` whether it holds, `sentence` both in one.
    `atom` is the number of the plan's atom where the step is a judged one.
    """

    statement: Title
    sentence: Title
    truth: int
    premises: tuple[Step, ...] = ()
    citations: tuple[Citation, ...] = ()
    atom: int | None = None


def step(saying: Saying, truth: int, premises: Sequence[Step] = ()) -> Step:
    """A step that says something."""
    return Step(saying.statement, saying.sentence(truth), truth, tuple(premises))


def explain(inference: Inference, subject: int, rule: int) -> Step:
    """Why a rule came out as it did for a subject."""
    return RuleExplainer(inference, subject, rule).root()


# ── formulas ────────────────────────────────────────────────────────────────────────────────


class Section:
    """One group as the engine answered it for a subject."""

    def __init__(self, inference: Inference, subject: int, group: Group, formula: Formula) -> None:
        self.inference = inference
        self.subject = subject
        self.group = group
        self.places = {
            leaf if leaf >= 0 else ~leaf: Leaf(place) if leaf >= 0 else Negation(Leaf(place))
            for place, leaf in enumerate(group.leaves)
        }
        self.compiler = Compiler()
        self.literal(formula)

    @cached_property
    def derivation(self) -> Derivation:
        """What the engine derived in this group, each literal with the premises that it kept."""
        return self.inference.derivation(self.subject, self.group)

    def chosen(self, formula: Formula, items: Sequence[Formula], truth: int) -> Sequence[Formula]:
        """Those of some parts of a formula by which the engine derived that it has a truth."""
        kept = self.kept(formula, truth)
        return [i for i in items if self.signed(i, truth) in kept]

    def kept(self, formula: Formula, truth: int) -> frozenset[Literal]:
        """The premises with which the engine derived that a formula has a truth; those of the
        nodes into which it split a long one in their place.
        """
        found: set[Literal] = set()
        literal = self.signed(formula, truth)
        stack = list(self.derivation.get(literal, ())) if literal is not None else []
        while stack:
            premise = stack.pop()
            found.add(premise)
            stack += self.derivation.get(premise, ())
        return frozenset(found)

    def signed(self, formula: Formula, truth: int) -> Literal | None:
        """The literal that says that a formula has a truth."""
        literal = self.literal(formula)
        return literal if literal is None or truth == TRUE else opposite(literal)

    def literal(self, formula: Formula) -> Literal | None:
        """The literal of a formula in the group's shape; None where its atoms are not in it."""
        try:
            renamed = replaced(formula, lambda i: self.places[i])
        except KeyError:
            return None
        return self.compiler.literal(simplified(renamed))


class Explainer:
    """Explains formulas by what the engine derived in the groups that they belong to."""

    def __init__(self, inference: Inference, subject: int, sections: Sequence[Section]) -> None:
        self.inference = inference
        self.subject = subject
        self.plan = inference.plan
        self.truths = inference.truths[subject]
        self.sections = sections

    def truth(self, formula: Formula) -> int:
        """The truth of a formula over the plan's atoms."""
        match formula:
            case Leaf(index=index):
                return int(self.truths[index])
            case Negation(inner=inner):
                return TRUE - self.truth(inner)
            case Conjunction(items=items):
                return min((self.truth(i) for i in items), default=TRUE)
            case Disjunction(items=items):
                return max((self.truth(i) for i in items), default=FALSE)

    def step(self, formula: Formula) -> Step:
        """A formula as a step, with what decides it."""
        match formula:
            case Leaf(index=index):
                return self.leaf(index)
            case Negation(inner=inner):
                return self.step(inner)
            case Disjunction(items=(Leaf(index=held), Leaf(index=promised))) if self.truths[
                held
            ] == FALSE and self.is_promise(held, promised):
                # Not there yet: whether it may still come stands below.
                told = self.leaf(promised)
                return told if told.truth == TRUE else replace(self.leaf(held), premises=(told,))
            case Conjunction() | Disjunction():
                deciding = self.deciding(formula)
                if len(deciding) == 1:
                    return deciding[0]
                saying = ALL_OF if isinstance(formula, Conjunction) else ANY_OF
                return step(saying, self.truth(formula), deciding)

    def leaf(self, index: int) -> Step:
        """A judged atom, or a concept with what decides it."""
        atom, truth = self.plan.atoms[index], int(self.truths[index])
        told = step(saying_of(atom, self.plan.day), truth)
        if not isinstance(atom, Derived):
            return replace(told, atom=index)
        concept = next(c for c in self.plan.concepts if c.atom == index)
        formula = self.plan.formulas[index]
        section = Section(self.inference, self.subject, concept.group, formula)
        inner = Explainer(self.inference, self.subject, [section])
        citations = tuple(c for c in atom.concept.citations if c.interval.holds(self.plan.day))
        return replace(told, premises=inner.under(formula), citations=citations)

    def is_promise(self, held: int, promised: int) -> bool:
        """Whether one atom says that what another asks for may still come."""
        return self.plan.atoms[promised] == Promised(self.plan.atoms[held])  # type: ignore[arg-type]

    def under(self, formula: Formula) -> tuple[Step, ...]:
        """What decides a formula, without a step for the formula itself where it is composite."""
        match formula:
            case Conjunction(items=items) | Disjunction(items=items) if len(items) > 1:
                agreeing = isinstance(formula, Conjunction) == (self.truth(formula) != FALSE)
                if agreeing or len(tuple(self.telling(formula))) == 1:
                    return self.deciding(formula)
        return (self.step(formula),)

    def deciding(self, formula: Conjunction | Disjunction) -> tuple[Step, ...]:
        """The parts of a composite that decide it, or that it waits for."""
        return tuple(dict.fromkeys(self.step(item) for item in self.telling(formula)))

    def telling(self, formula: Conjunction | Disjunction) -> Iterator[Formula]:
        """The parts of a composite that its truth rests on: all of them where all are needed, those
        that the engine kept where one is enough, the open ones where it is open.
        """
        truth = self.truth(formula)
        agreeing = [i for i in formula.items if self.truth(i) == truth]
        needs_all = (truth == TRUE) == isinstance(formula, Conjunction)
        if truth == UNKNOWN or needs_all:
            yield from agreeing
            return
        found = (section.chosen(formula, agreeing, truth) for section in self.sections)
        yield from next(filter(None, found), agreeing[:1])


# ── rules ───────────────────────────────────────────────────────────────────────────────────

STATUSES = {
    Status.VIOLATED: (" is violated", "违反"),
    Status.EXCUSED: (" is broken, and the breach is excused", "存在违反情形，但例外成立："),
    Status.CONDITIONAL: (" is kept only on a condition", "附条件符合"),
    Status.COMPLIES: (" is kept", "符合"),
    Status.NOT_APPLICABLE: (" does not apply", "不适用"),
    Status.UNDETERMINED: (" cannot be determined yet", "尚不能判定"),
}

SCOPE = said(
    (
        "the rule applies here",
        "the rule does not apply here",
        "it is open whether the rule applies here",
    ),
    ("本规则适用于本项目", "本规则不适用于本项目", "本规则是否适用于本项目，尚不明确"),
)
EVERYWHERE = said(("the rule applies to every project", "", ""), ("本规则适用于一切项目", "", ""))
BREACHES = {
    NormKind.FORBIDS: said(
        (
            "what the rule forbids is the case",
            "what the rule forbids is not the case",
            "it is open whether what the rule forbids is the case",
        ),
        ("存在规则所禁止的情形", "不存在规则所禁止的情形", "是否存在规则所禁止的情形，尚不明确"),
    ),
    NormKind.RESTRICTS: said(
        (
            "what the rule restricts is the case",
            "what the rule restricts is not the case",
            "it is open whether what the rule restricts is the case",
        ),
        (
            "存在规则从严限制的情形",
            "不存在规则从严限制的情形",
            "是否存在规则从严限制的情形，尚不明确",
        ),
    ),
}
DUTY = said(
    (
        "what the rule asks for is missing",
        "what the rule asks for is there",
        "it is open whether what the rule asks for is there",
    ),
    ("未满足规则要求", "已满足规则要求", "是否满足规则要求，尚不明确"),
)
TOGETHER = said(
    (
        "several exceptions apply together",
        "the exceptions do not apply together either",
        "it is open whether several exceptions apply together",
    ),
    ("多项例外合并成立", "多项例外合并也不成立", "多项例外合并是否成立，尚不明确"),
)


class RuleExplainer(Explainer):
    """Explains the status of one rule for one subject."""

    def __init__(self, inference: Inference, subject: int, rule: int) -> None:
        self.group: RuleGroup = inference.plan.rules[rule]
        self.status = Status(inference.statuses[subject, rule])
        parts = self.group.parts
        sections = [Section(inference, subject, part.group, part.formula) for part in parts]
        super().__init__(inference, subject, sections)

    def root(self) -> Step:
        """The status, with the steps that it rests on."""
        rule = self.group.rule
        name = quoted(rule.title)
        en, zh = STATUSES[self.status]
        return Step(
            statement=rule.title,
            sentence=Title(f"{name.en}{en}.", f"{zh}{name.zh}。"),
            truth=UNKNOWN if self.status is Status.UNDETERMINED else TRUE,
            premises=tuple(self.steps()),
            citations=rule.citations_on(self.plan.day),
        )

    def steps(self) -> Iterator[Step]:
        """Scope, breach and exceptions, as far as the status rests on them."""
        status = self.status
        if status is Status.NOT_APPLICABLE:
            yield self.scope()
            return
        unheld = self.text_not_held()
        if unheld is not None:
            yield unheld
            return
        if status is Status.COMPLIES:
            yield self.breach()
            return
        yield self.scope()
        yield self.breach()
        if status is Status.CONDITIONAL:
            yield from self.conditions()
        yield from self.exceptions()

    def text_not_held(self) -> Step | None:
        """That the text of the day is not held, where nothing can be said for that reason."""
        for atom in self.group.inputs:
            if isinstance(self.plan.atoms[atom], TextHeld):
                return self.leaf(atom)
        return None

    def scope(self) -> Step:
        """Whether the rule applies, and why."""
        truth = self.truth(self.group.scope)
        if self.group.scope == Conjunction(()):
            return step(EVERYWHERE, truth)
        return step(SCOPE, truth, self.scope_parts())

    def scope_parts(self) -> tuple[Step, ...]:
        assert isinstance(self.group.scope, Conjunction)
        before = {Negation(formula): rule for rule, formula in self.group.displacing}
        found: list[Step] = []
        for part in self.telling(self.group.scope):
            if part not in before:
                found += self.under(part) if isinstance(part, Conjunction) else [self.step(part)]
                continue
            assert isinstance(part, Negation)
            other = quoted(before[part].title)
            goes_before = said(
                (
                    f"{other.en} goes before this rule",
                    f"{other.en} does not go before this rule",
                    f"it is open whether {other.en} goes before this rule",
                ),
                (
                    f"{other.zh}优先适用",
                    f"{other.zh}并不优先适用",
                    f"{other.zh}是否优先适用，尚不明确",
                ),
            )
            found.append(step(goes_before, self.truth(part.inner), self.under(part.inner)))
        return tuple(found)

    def breach(self) -> Step:
        """Whether the norm is broken, and why."""
        breach = self.group.breach
        saying = BREACHES.get(self.group.rule.norm.kind, DUTY)
        inner = breach.inner if isinstance(breach, Negation) else breach
        return step(saying, self.truth(breach), self.under(inner))

    def conditions(self) -> Iterator[Step]:
        """What makes a breach conditional, exceptions apart."""
        norm = self.group.rule.norm
        if norm.ordinarily or norm.kind is NormKind.RESTRICTS:
            yield step(DEMONSTRATION, TRUE)
        elif self.truth(self.group.lasting) == FALSE:
            assert isinstance(self.group.lasting, Negation)
            yield step(MENDED, TRUE, self.under(self.group.lasting.inner))

    # ── exceptions ──

    def exceptions(self) -> Iterator[Step]:
        """The exceptions that the status rests on, each with why it applies or not."""
        numbered = list(enumerate(self.group.exceptions, 1))
        wanted = {
            Status.EXCUSED: [(n, e) for n, e in numbered if self.truth(e.full) == TRUE],
            Status.CONDITIONAL: [(n, e) for n, e in numbered if self.truth(e.promised) == TRUE],
            Status.UNDETERMINED: [(n, e) for n, e in numbered if self.truth(e.promised) != FALSE],
        }
        chosen = wanted.get(self.status) or numbered
        several = len(numbered) > 1
        if self.status is not Status.UNDETERMINED or wanted[self.status]:
            yield from (self.exception(n if several else 0, e) for n, e in chosen)
        if self.status in (Status.EXCUSED, Status.UNDETERMINED) and not any(
            self.truth(e.full) == TRUE for _, e in numbered
        ):
            yield from self.together()

    def exception(self, number: int, formula: ExceptionFormula) -> Step:
        """One exception; `number` is 0 where it is the only one."""
        full, promised = self.truth(formula.full), self.truth(formula.promised)
        later = full != TRUE and promised == TRUE
        shown = formula.full if full == TRUE else formula.promised
        told = step(exception_saying(number, later), promised, self.exception_parts(shown))
        citations = tuple(c for c in formula.exception.citations if c.interval.holds(self.plan.day))
        return replace(told, citations=citations)

    def exception_parts(self, formula: Formula) -> tuple[Step, ...]:
        """What decides an exception; what takes it back is said to do so."""
        if not isinstance(formula, Conjunction):
            return (self.step(formula),)
        found: list[Step] = []
        for part in self.telling(formula):
            if isinstance(part, Negation) and isinstance(part.inner, Conjunction):
                inner = self.exception_parts(part.inner)
                found.append(step(TAKEN_BACK, self.truth(part.inner), inner))
            else:
                found.append(self.step(part))
        return tuple(dict.fromkeys(found))

    def together(self) -> Iterator[Step]:
        """Several exceptions whose documents may cover the ground only together."""
        wanted = TRUE if self.status is Status.EXCUSED else UNKNOWN
        whole = [
            i
            for i in self.group.inputs
            if isinstance(self.plan.atoms[i], CoveredTogether) and self.truths[i] == wanted
        ]
        if whole:
            yield step(TOGETHER, wanted, [self.leaf(i) for i in whole])


DEMONSTRATION = said(
    ("the rule lets this pass only where it is shown to be necessary", "", ""),
    ("规则仅容许经论证确有必要的情形", "", ""),
)
MENDED = said(
    ("this can still be made good in time", "", ""),
    ("尚可在期限内补正", "", ""),
)
TAKEN_BACK = said(
    (
        "something takes the exception back",
        "nothing takes the exception back",
        "it is open whether something takes the exception back",
    ),
    ("存在使例外不适用的情形", "不存在使例外不适用的情形", "是否存在使例外不适用的情形，尚不明确"),
)


def exception_saying(number: int, later: bool) -> Saying:
    """What is said of an exception, by its number where there are several."""
    en = f"exception {number}" if number else "the exception"
    zh = f"例外{number}" if number else "例外"
    holds = Title(f"{en} applies", f"{zh}成立")
    if later:
        holds = Title(
            f"{en} will apply once what is still owed is there", f"待办事项完成后，{zh}成立"
        )
    return said(
        (holds.en, f"{en} does not apply", f"it is open whether {en} applies"),
        (holds.zh, f"{zh}不成立", f"{zh}是否成立，尚不明确"),
    )

"""Derivations as findings carry them: the steps of the reasoning, with what each was judged by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from redline import findings as f
from redline.checking.assembling import FindingMaker, citation_of, rules_asked, shows_number
from redline.checking.check import JudgedBatch, Task, judge_batch
from redline.diagnostics import Refusal
from redline.language.kinds import MeasureKind, RelationKind
from redline.reasoning.explanation import Step, explain
from redline.reasoning.plan import PlanAtom, Promised
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN
from redline.rulebook.model import Compares, MeasureTerm, Relates

TRUTHS = {FALSE: f.Truth.FALSE, UNKNOWN: f.Truth.UNKNOWN, TRUE: f.Truth.TRUE}


GRAVE = (f.Status.VIOLATED, f.Status.CONDITIONAL, f.Status.EXCUSED)
"""Statuses of findings whose derivation a reader asks for first."""


def with_derivations(
    task: Task, document: f.FindingsDocument, statuses: Collection[f.Status]
) -> f.FindingsDocument:
    """The answer of a task (`document_of`) in which the findings of some statuses carry their
    derivation. Those of a revision, which is judged unit by unit, do not.
    """
    told = list(document.submissions)
    for place, (done, index) in enumerate(judged_rows(task)):
        if done.expanded is not None:
            continue
        maker = FindingMaker(done.answered, index)
        asked = rules_asked(done.answered, told[place].kind.value)
        found = tuple(
            finding.model_copy(update={"derivation": derivation_of(maker, rule)})
            if finding.status in statuses
            else finding
            for rule, finding in zip(asked, told[place].findings, strict=True)
        )
        told[place] = told[place].model_copy(update={"findings": found})
    return document.model_copy(update={"submissions": tuple(told)})


def judged_rows(task: Task) -> list[tuple[JudgedBatch, int]]:
    """Where each submission of the answer of a task was judged: its batch and its row there, in the
    order of the answer. What could not be judged is not in the answer.
    """
    rows: dict[int, tuple[JudgedBatch, int]] = {}
    for batch in task.batches:
        with suppress(Refusal):
            done = judge_batch(batch, task)
            if done.expanded is not None:
                rows[batch.rows[0]] = (done, 0)
                continue
            rows.update((row, (done, index)) for index, row in enumerate(done.batch.rows))
    return [rows[row] for row in sorted(rows)]


def derivation_of(maker: FindingMaker, rule: int) -> f.Derivation:
    """Why a rule came out as it did for the maker's subject."""
    return derived(maker, explain(maker.inference, maker.subject, rule))


def derived(maker: FindingMaker, step: Step) -> f.Derivation:
    """A step with what it was judged by."""
    atom = maker.plan.atoms[step.atom] if step.atom is not None else None
    return f.Derivation(
        statement=f.Bilingual.of(step.statement),
        truth=TRUTHS[step.truth],
        sentence=f.Bilingual.of(step.sentence),
        citations=tuple(citation_of(c) for c in step.citations),
        measured=measured(maker, step.atom, atom) if step.atom is not None else None,
        facts=tuple(maker.fact(atom.held if isinstance(atom, Promised) else atom)) if atom else (),
        evidence=tuple(met(maker, atom)) if atom is not None and step.truth != UNKNOWN else (),
        premises=tuple(derived(maker, p) for p in step.premises),
    )


def measured(maker: FindingMaker, index: int, atom: PlanAtom | None) -> f.Measured | None:
    """The numbers behind a comparison or an overlap."""
    numbers = maker.measured.get(index)
    if numbers is None or not isinstance(atom, Compares | Relates):
        return None
    if isinstance(atom, Compares) and not shows_number(atom.left):
        return None
    return maker.measurement(atom, numbers.value, numbers.limit, breaks=False)


def met(maker: FindingMaker, atom: PlanAtom) -> Iterator[f.Evidence]:
    """The features that an overlap or a distance was measured to, without their geometry."""
    match atom:
        case Relates(kind=RelationKind.OVERLAPS, part=part, selection=selection):
            if selection.layer in maker.terrain.zones:
                for counted, piece in maker.pieces(part, selection):
                    if counted:
                        yield piece.model_copy(update={"geometry": None})
        case Compares(left=MeasureTerm(kind=MeasureKind.DISTANCE, part=part, selection=selection)):
            if selection is not None and selection.layer in maker.terrain.zones:
                nearest = maker.near(part, selection)
                if nearest is not None:
                    yield nearest

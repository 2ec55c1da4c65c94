"""Past decisions beside what the rules say of them, as Arrow tables: a row for each decision, and a
row for each binding rule that one breaks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from redline.audit.bases import basis_faults
from redline.audit.bench import Bench, Judged
from redline.checking.assembling import Answered, citation_of, speaks_of
from redline.checking.mentions import atoms_of_rule, nodes
from redline.findings import Verdict
from redline.reasoning.infer import Status
from redline.reasoning.judge import FOOTPRINT
from redline.reasoning.plan import Derived, Plan, PlanAtom, TextHeld
from redline.reasoning.results import rule_name
from redline.reasoning.truth import UNKNOWN
from redline.register.entries import Decision, Entry
from redline.register.store import Kept
from redline.rulebook.model import (
    AttributeTerm,
    DocumentHeld,
    Layer,
    ParameterTerm,
    RuleBook,
    TotalTerm,
)
from redline.rulebook.model import (
    Judged as Judgement,
)

AGREED = "agreed"
AGAINST = "approved_against"
WITHOUT_GROUND = "refused_without_ground"
OPEN = "undetermined"
UNREADABLE = "unreadable"
UNDECIDED = "undecided"

FORBIDDEN = Verdict.NON_COMPLIANT.value
VERDICTS = (
    Verdict.COMPLIANT.value,
    Verdict.CONDITIONAL.value,
    Verdict.UNDETERMINED.value,
    Verdict.NON_COMPLIANT.value,
)


@dataclass(frozen=True)
class Names:
    """The names that results use, the same in every piece: of rules, and of what can be missing."""

    book: RuleBook

    @cached_property
    def rules(self) -> pa.Array:
        """Rules, their pack before them."""
        return pa.array(sorted({f"{r.pack}.{r.names.key}" for r in self.book.rules}), pa.string())

    @cached_property
    def things(self) -> pa.Array:
        """Attributes, documents, judgements, layers, parameters, instruments."""
        book = self.book
        several = (
            *(book.attributes, book.documents, book.judgements, book.layers, book.parameters),
            *(book.instruments, book.plans),
        )
        return pa.array(sorted({x.names.key for one in several for x in one.values()}), pa.string())

    def schema(self) -> tuple[pa.Schema, pa.Schema]:
        """The schemas of the two tables."""
        word = pa.dictionary(pa.int8(), pa.string())
        rule = pa.dictionary(pa.int16(), pa.string())
        decisions = pa.schema(
            [
                ("seq", pa.int64()),
                ("id", pa.string()),
                ("decided_on", pa.date32()),
                ("judged_as_of", pa.date32()),
                ("decision", word),
                ("verdict", word),
                ("agreement", word),
                ("violated", pa.list_(rule)),
                ("conditional", pa.list_(rule)),
                ("undetermined", pa.list_(rule)),
                ("missing", pa.list_(rule)),
                ("basis", pa.string()),
                ("basis_not_in_force", pa.bool_()),
                ("area_m2", pa.float64()),
                ("areas", pa.string()),
                ("problem", pa.string()),
            ]
        )
        breaches = pa.schema(
            [
                ("seq", pa.int64()),
                ("id", pa.string()),
                ("rule", rule),
                ("clauses", pa.string()),
                ("layer", pa.string()),
                ("value", pa.float64()),
                ("limit", pa.float64()),
                ("unit", pa.string()),
            ]
        )
        return decisions, breaches


@dataclass(frozen=True)
class Tables:
    """The results of a piece."""

    decisions: pa.Table
    breaches: pa.Table


def tables_of(judged: Judged, all_kept: Sequence[Kept], bench: Bench, names: Names) -> Tables:
    """The results of some decisions, in the order of their entries."""
    schema, breach_schema = names.schema()
    parts, breaches = [], []
    bad = [one for one in all_kept if one.seq in judged.faults]
    if judged.answered is not None:
        whose = [i for i, one in enumerate(judged.kept) if one.seq not in judged.faults]
        view = View(judged.answered, judged.kept, tuple(whose), bench, names)
        parts.append(view.decisions(schema))
        breaches.append(view.breaches(breach_schema))
    if bad:
        parts.append(unreadable(bad, judged, bench, schema))
    decisions = pa.concat_tables(parts or [schema.empty_table()])
    found = pa.concat_tables(breaches or [breach_schema.empty_table()])
    return Tables(decisions.sort_by("seq"), found)


def agreement_of(decision: str, verdict: str) -> str:
    """How a decision stands to the verdict."""
    if decision == Decision.UNDECIDED:
        return UNDECIDED
    if verdict == Verdict.UNDETERMINED:
        return OPEN
    if decision == Decision.APPROVED:
        return AGAINST if verdict == FORBIDDEN else AGREED
    return AGREED if verdict == FORBIDDEN else WITHOUT_GROUND


@dataclass(frozen=True)
class Scope:
    """The rules of a plan: which bind, which only warn, and for which kind of case."""

    binding: NDArray[np.bool_]
    warning: NDArray[np.bool_]

    @classmethod
    def of(cls, plan: Plan, kind: str) -> Scope:
        """The rules that speak of a kind of case."""
        speaks = np.array([speaks_of(g.rule, kind) for g in plan.rules], np.bool_)
        severity = [g.rule.severity for g in plan.rules]
        return cls(
            speaks & np.array([s == "binding" for s in severity], np.bool_),
            speaks & np.array([s == "anticipatory" for s in severity], np.bool_),
        )


@dataclass(frozen=True)
class View:
    """Some rows of a batch that was judged."""

    answered: Answered
    kept: Sequence[Kept]
    rows: tuple[int, ...]
    bench: Bench
    names: Names

    @property
    def plan(self) -> Plan:
        return self.answered.inference.plan

    @cached_property
    def entries(self) -> list[Entry]:
        return [self.kept[row].entry for row in self.rows]

    @cached_property
    def statuses(self) -> NDArray[np.int8]:
        """Statuses of binding rules; what does not speak of the case counts as not applicable."""
        found = self.answered.inference.statuses[list(self.rows)].copy()
        found[~self.mask("binding")] = Status.NOT_APPLICABLE
        return found

    def mask(self, which: str) -> NDArray[np.bool_]:
        """Which rules speak of which row."""
        kinds = [entry.kind for entry in self.entries]
        by_kind = {kind: getattr(Scope.of(self.plan, kind), which) for kind in set(kinds)}
        if not kinds:
            return np.zeros((0, len(self.plan.rules)), np.bool_)
        return np.stack([by_kind[kind] for kind in kinds])

    @cached_property
    def verdicts(self) -> list[str]:
        """The verdict of each row (`checking.assembling.verdict_of`)."""
        raw = self.answered.inference.statuses[list(self.rows)]
        turned = (Status.EXCUSED, Status.CONDITIONAL)
        warned = self.mask("warning") & np.isin(raw, (Status.VIOLATED, *turned))
        code = np.where(np.isin(self.statuses, turned).any(axis=1) | warned.any(axis=1), 1, 0)
        code = np.where((self.statuses == Status.UNDETERMINED).any(axis=1), 2, code)
        code = np.where((self.statuses == Status.VIOLATED).any(axis=1), 3, code)
        return [VERDICTS[c] for c in code.tolist()]

    @cached_property
    def rule_codes(self) -> NDArray[np.int16]:
        """The plan's rules in the dictionary of names."""
        known = {name: i for i, name in enumerate(self.names.rules.to_pylist())}
        return np.array([known[rule_name(g)] for g in self.plan.rules], np.int16)

    def decisions(self, schema: pa.Schema) -> pa.Table:
        """A row for each decision."""
        entries, as_of = self.entries, self.bench.setup.as_of
        decision = [e.decision.value for e in entries]
        agreement = [agreement_of(d, v) for d, v in zip(decision, self.verdicts, strict=True)]
        open_ = self.statuses == Status.UNDETERMINED
        bases = [basis_faults(self.bench.book, e.basis, as_of or e.decided_on) for e in entries]
        return pa.table(
            [
                pa.array([self.kept[row].seq for row in self.rows], pa.int64()),
                pa.array([e.id for e in entries], pa.string()),
                pa.array([e.decided_on for e in entries], pa.date32()),
                pa.array([as_of or e.decided_on for e in entries], pa.date32()),
                worded(decision, DECISIONS),
                worded(self.verdicts, VERDICTS),
                worded(agreement, AGREEMENTS),
                self.listed(self.statuses == Status.VIOLATED, self.rule_codes, self.names.rules),
                self.listed(
                    np.isin(self.statuses, (Status.EXCUSED, Status.CONDITIONAL)),
                    self.rule_codes,
                    self.names.rules,
                ),
                self.listed(open_, self.rule_codes, self.names.rules),
                self.missing(open_),
                pa.array([e.basis for e in entries], pa.string()),
                pa.array(bases, pa.bool_()),
                pa.array(self.sizes, mask=~np.isfinite(self.sizes)),
                pa.array([areas_text(e) for e in entries], pa.string()),
                pa.nulls(len(entries), pa.string()),
            ],
            schema=schema,
        )

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """The area of each footprint, m²; NaN where none is stated."""
        found = self.answered.terrain.size(FOOTPRINT, length=False).low
        return np.asarray(found[list(self.rows)], np.float64)

    def listed(
        self, mask: NDArray[np.bool_], codes: NDArray[np.int16], words: pa.Array
    ) -> pa.Array:
        """For each row the words of the columns in which a mask is set, in the words' order."""
        order = np.argsort(codes, kind="stable")
        row, column = np.nonzero(mask[:, order])
        offsets = np.searchsorted(row, np.arange(len(mask) + 1)).astype(np.int32)
        values = pa.DictionaryArray.from_arrays(pa.array(codes[order][column]), words)
        return pa.ListArray.from_arrays(pa.array(offsets), values)

    def missing(self, open_: NDArray[np.bool_]) -> pa.Array:
        """What undetermined verdicts lack: what the open conditions of their open rules ask for."""
        told = np.array([v == Verdict.UNDETERMINED.value for v in self.verdicts], np.bool_)
        wanting = open_ & told[:, None]
        things = Things.of(self.plan, self.names)
        unknown = self.answered.inference.truths[list(self.rows)] == UNKNOWN
        asked = wanting.astype(np.float32) @ things.atoms_of_rules > 0
        found = (unknown & asked).astype(np.float32) @ things.things_of_atoms > 0
        return self.listed(found, things.codes, self.names.things)

    def breaches(self, schema: pa.Schema) -> pa.Table:
        """A row for each binding rule that a decision's case breaks, with the first measurement."""
        row, rule = np.nonzero(self.statuses == Status.VIOLATED)
        proofs = {int(r): proof_of(self.answered, int(r)) for r in np.unique(rule)}
        batch = np.array(self.rows, np.intp)[row] if len(row) else np.empty(0, np.intp)
        value, limit = np.full(len(row), np.nan), np.full(len(row), np.nan)
        for one, proof in proofs.items():
            here = rule == one
            if proof.value is not None and proof.limit is not None:
                value[here] = proof.value[batch[here]]
                limit[here] = proof.limit[batch[here]]
        entries = self.entries
        return pa.table(
            [
                pa.array([self.kept[i].seq for i in batch.tolist()], pa.int64()),
                pa.array([entries[i].id for i in row.tolist()], pa.string()),
                pa.DictionaryArray.from_arrays(pa.array(self.rule_codes[rule]), self.names.rules),
                pa.array([proofs[r].clauses for r in rule.tolist()], pa.string()),
                pa.array([proofs[r].layer for r in rule.tolist()], pa.string()),
                pa.array(value, mask=~np.isfinite(value)),
                pa.array(limit, mask=~np.isfinite(limit)),
                pa.array([proofs[r].unit for r in rule.tolist()], pa.string()),
            ],
            schema=schema,
        )


DECISIONS = tuple(d.value for d in Decision)
AGREEMENTS = (AGREED, AGAINST, WITHOUT_GROUND, OPEN, UNREADABLE, UNDECIDED)


def worded(values: Sequence[str | None], words: Sequence[str]) -> pa.DictionaryArray:
    """Words as small integers into a list."""
    codes = {word: i for i, word in enumerate(words)}
    indices = [None if v is None else codes[v] for v in values]
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, pa.int8()), pa.array(words, pa.string())
    )


def areas_text(entry: Entry) -> str:
    """The areas of an entry as JSON, the same text for the same areas."""
    return json.dumps(dict(sorted(entry.areas.items())), ensure_ascii=False)


def unreadable(bad: Sequence[Kept], judged: Judged, bench: Bench, schema: pa.Schema) -> pa.Table:
    """Rows of decisions that could not be judged, with the reason."""
    n, as_of = len(bad), bench.setup.as_of
    said = ["; ".join(d.message.render("en") for d in judged.faults[one.seq]) for one in bad]
    columns = {
        "seq": pa.array([one.seq for one in bad], pa.int64()),
        "id": pa.array([one.entry.id for one in bad], pa.string()),
        "decided_on": pa.array([one.entry.decided_on for one in bad], pa.date32()),
        "judged_as_of": pa.array([as_of or one.entry.decided_on for one in bad], pa.date32()),
        "decision": worded([one.entry.decision.value for one in bad], DECISIONS),
        "agreement": worded([UNREADABLE] * n, AGREEMENTS),
        "basis": pa.array([one.entry.basis for one in bad], pa.string()),
        "areas": pa.array([areas_text(one.entry) for one in bad], pa.string()),
        "problem": pa.array(said, pa.string()),
    }
    return pa.table(
        [columns.get(f.name, pa.array([None] * n, f.type)) for f in schema], schema=schema
    )


# ── what is missing ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Things:
    """What the atoms of a plan ask for, as matrices."""

    atoms_of_rules: NDArray[np.float32]
    """Rules × atoms: the judged atoms on which each rule rests."""
    things_of_atoms: NDArray[np.float32]
    """Atoms × things."""
    codes: NDArray[np.int16]
    """The things in the dictionary of names."""

    @classmethod
    def of(cls, plan: Plan, names: Names) -> Things:
        """The matrices of a plan, made once."""
        key = (id(plan), id(names))
        if key not in THINGS:
            THINGS.clear()
            THINGS[key] = cls.made(plan, names)
        return THINGS[key]

    @classmethod
    def made(cls, plan: Plan, names: Names) -> Things:
        known = {name: i for i, name in enumerate(names.things.to_pylist())}
        asked = [sorted({n for n in things_asked(a, plan) if n in known}) for a in plan.atoms]
        used = sorted({name for several in asked for name in several})
        column = {name: i for i, name in enumerate(used)}
        rules = np.zeros((len(plan.rules), len(plan.atoms)), np.float32)
        for row, group in enumerate(plan.rules):
            rules[row, list(atoms_of_rule(group, plan))] = 1
        things = np.zeros((len(plan.atoms), max(len(used), 1)), np.float32)
        for row, several in enumerate(asked):
            things[row, [column[name] for name in several]] = 1
        codes = np.array([known[name] for name in used] or [0], np.int16)
        return cls(rules, things, codes)


THINGS: dict[tuple[int, int], Things] = {}


def things_asked(atom: PlanAtom, plan: Plan) -> Iterator[str]:
    """The names of what could answer an atom."""
    if isinstance(atom, TextHeld):
        yield from (c.instrument.names.key for c in atom.rule.citations_on(plan.day))
        return
    if isinstance(atom, Derived):
        return
    for node in nodes(atom, plan):
        match node:
            case AttributeTerm(attribute=attribute) | TotalTerm(attribute=attribute):
                yield attribute.names.key
            case DocumentHeld(document=document):
                yield document.names.key
            case Judgement(judgement=judgement):
                yield judgement.names.key
            case ParameterTerm(parameter=parameter):
                yield parameter.names.key
            case Layer():
                yield node.names.key


# ── proofs ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Proof:
    """On what the breach of a rule rests: its clauses, and its first measurement."""

    clauses: str
    layer: str | None = None
    unit: str | None = None
    value: NDArray[np.float64] | None = None
    limit: NDArray[np.float64] | None = None


def proof_of(answered: Answered, rule: int) -> Proof:
    """The proof of a rule's breach in a batch."""
    from redline.checking.assembling import FindingMaker, overlap_unit, shows_number
    from redline.quantities import base_unit
    from redline.rulebook.model import Compares, QuantityType, Relates
    from redline.rulebook.types import type_of_term

    plan = answered.inference.plan
    group = plan.rules[rule]
    citations = [citation_of(c) for c in group.rule.citations_on(plan.day)]
    clauses = "; ".join(f"{c.instrument} {c.clause}".strip() for c in citations)
    for index, atom, _positive in FindingMaker(answered, 0).atoms(group.breach):
        measured = answered.judged.measured.get(index)
        layer = next((n.names.key for n in nodes(atom, plan) if isinstance(n, Layer)), None)
        if measured is None or not isinstance(atom, Compares | Relates):
            continue
        if isinstance(atom, Compares) and not shows_number(atom.left):
            continue
        if isinstance(atom, Relates):
            unit = overlap_unit(atom)
        else:
            kind = type_of_term(atom.left)
            unit = base_unit(kind.dimension).en if isinstance(kind, QuantityType) else ""
        return Proof(clauses, layer, unit, measured.value.low, measured.limit.low)
    return Proof(clauses)

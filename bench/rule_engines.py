"""The same rules for other engines, translated from the same trees.

Each contender answers, for every subject, which rules are violated; zen and the numpy columns give
all statuses. None of them says why but by the number of the rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.attribute_rules import CODES, Columns
from redline.language.kinds import Comparator, NormKind
from redline.reasoning.infer import Status
from redline.rulebook.model import (
    All,
    Any,
    AttributeTerm,
    Compares,
    Condition,
    Constant,
    ExceptionClause,
    Holds,
    IsOneOf,
    Not,
    Rule,
)

Violated = NDArray[np.bool_]
"""Subjects × rules."""

SIGNS = {
    Comparator.AT_LEAST: ">=",
    Comparator.AT_MOST: "<=",
    Comparator.MORE_THAN: ">",
    Comparator.LESS_THAN: "<",
}


def breach(rule: Rule) -> Condition:
    condition = rule.norm.condition
    return Not(condition) if rule.norm.kind is NormKind.REQUIRES else condition


def excuse(rule: Rule) -> Condition | None:
    """When some exception holds."""

    def holds(exception: ExceptionClause) -> Condition:
        taken_back = [Not(holds(e)) for e in exception.except_when]
        return All((exception.condition, *taken_back)) if taken_back else exception.condition

    found = tuple(holds(e) for e in rule.exceptions)
    return None if not found else found[0] if len(found) == 1 else Any(found)


def written(condition: Condition, leaf: Callable[[Condition], str], words: Sequence[str]) -> str:
    """A condition in the syntax of an engine; `words` are its and, or and not."""
    and_, or_, not_ = words
    match condition:
        case All(items=items):
            return "(" + f" {and_} ".join(written(i, leaf, words) for i in items) + ")"
        case Any(items=items):
            return "(" + f" {or_} ".join(written(i, leaf, words) for i in items) + ")"
        case Not(inner=inner):
            return f"{not_}({written(inner, leaf, words)})"
    return leaf(condition)


def parts(condition: Condition) -> tuple[str, str, object]:
    """The attribute of an atom, what is done with it, and with what."""
    match condition:
        case Holds(term=AttributeTerm(attribute=attribute)):
            return attribute.names.key, "holds", None
        case IsOneOf(term=AttributeTerm(attribute=attribute), codes=codes):
            return attribute.names.key, "in", sorted(codes)
        case Compares(
            left=AttributeTerm(attribute=attribute), comparator=c, right=Constant(value=v)
        ):
            return attribute.names.key, SIGNS[c], int(v)
    raise NotImplementedError(condition)


# ── numpy columns, without reasons ──────────────────────────────────────────────────────────────


def with_numpy(rules: Sequence[Rule], columns: Columns) -> Violated:
    """Boolean columns: the floor, which knows neither unknowns nor reasons."""

    def truth(condition: Condition) -> NDArray[np.bool_]:
        match condition:
            case All(items=items):
                return np.logical_and.reduce([truth(i) for i in items])
            case Any(items=items):
                return np.logical_or.reduce([truth(i) for i in items])
            case Not(inner=inner):
                return ~truth(inner)
        key, sign, value = parts(condition)
        column = columns.values[key]
        if sign == "holds":
            return column.astype(np.bool_)
        if sign == "in":
            table = np.array([f"{key}{i}" in value for i in range(CODES)])  # type: ignore[operator]
            return table[column]
        compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}
        return compare[sign](column, value)

    found = np.zeros((columns.n, len(rules)), np.bool_, order="F")
    for i, rule in enumerate(rules):
        assert rule.applies is not None
        hit = truth(rule.applies) & truth(breach(rule))
        excused = excuse(rule)
        found[:, i] = hit if excused is None else hit & ~truth(excused)
    return found


# ── zen-engine ──────────────────────────────────────────────────────────────────────────────────


def with_zen(rules: Sequence[Rule], columns: Columns) -> Violated:
    """One expression node that gives the status of every rule."""
    import zen

    def leaf(condition: Condition) -> str:
        key, sign, value = parts(condition)
        return key if sign == "holds" else f"{key} {sign} {json.dumps(value)}"

    def text(condition: Condition) -> str:
        return written(condition, leaf, ("and", "or", "not"))

    def status(rule: Rule) -> str:
        assert rule.applies is not None
        excused = excuse(rule)
        broken = int(Status.VIOLATED)
        outcome = (
            f"({text(excused)} ? {int(Status.EXCUSED)} : {broken})" if excused else str(broken)
        )
        kept = f"({text(breach(rule))} ? {outcome} : {int(Status.COMPLIES)})"
        return f"{text(rule.applies)} ? {kept} : {int(Status.NOT_APPLICABLE)}"

    expressions = [{"id": r.names.key, "key": r.names.key, "value": status(r)} for r in rules]
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {}},
            {
                "id": "rules",
                "name": "rules",
                "type": "expressionNode",
                "content": {"expressions": expressions},
            },
            {"id": "out", "name": "out", "type": "outputNode", "content": {}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    keys = [r.names.key for r in rules]
    found = np.zeros((columns.n, len(rules)), np.bool_)
    for row, subject in enumerate(columns.rows(slice(None))):
        result = decision.evaluate(subject)["result"]
        found[row] = [result[k] == Status.VIOLATED for k in keys]
    return found


# ── cedarpy ─────────────────────────────────────────────────────────────────────────────────────


def with_cedar(rules: Sequence[Rule], columns: Columns) -> Violated:
    """A forbidding policy for each rule; the answer names those that forbid."""
    import cedarpy

    def leaf(condition: Condition) -> str:
        key, sign, value = parts(condition)
        if sign == "holds":
            return f"context.{key}"
        if sign == "in":
            return f"{json.dumps(value)}.contains(context.{key})"
        return f"context.{key} {sign} {value}"

    def policy(rule: Rule) -> str:
        assert rule.applies is not None
        tests = [rule.applies, breach(rule)]
        excused = excuse(rule)
        tests += [Not(excused)] if excused else []
        when = written(All(tuple(tests)), leaf, ("&&", "||", "!"))
        return f'@id("{rule.names.key}")\nforbid(principal, action, resource) when {{ {when} }};'

    policies = cedarpy.PolicySet.from_str("\n".join(map(policy, rules)))
    entities = cedarpy.Entities.from_json_str("[]")
    number = {r.names.key: i for i, r in enumerate(rules)}
    found = np.zeros((columns.n, len(rules)), np.bool_)
    fixed = {"principal": 'User::"a"', "action": 'Action::"build"', "resource": 'Site::"s"'}
    for start in range(0, columns.n, 1000):
        subjects = columns.rows(slice(start, min(start + 1000, columns.n)))
        requests = [{**fixed, "context": subject} for subject in subjects]
        for i, result in enumerate(cedarpy.is_authorized_batch(requests, policies, entities)):
            for name in result.diagnostics.reasons:
                found[start + i, number.get(name, int(name.removeprefix("policy")))] = True
    return found


# ── CLIPS ───────────────────────────────────────────────────────────────────────────────────────


def with_clips(rules: Sequence[Rule], columns: Columns) -> Violated:
    """A production for each rule over one fact for each subject.

    Facts are loaded a hundred at a time and what fires is written to a file: a third faster than by
    Python calls for each subject and each violation.
    """
    import clips

    environment = clips.Environment()
    keys = list(columns.values)
    environment.build(f"(deftemplate subject {' '.join(f'(slot {k})' for k in ('row', *keys))})")
    for i, rule in enumerate(rules):
        environment.build(production(rule, i))
    found = np.zeros((columns.n, len(rules)), np.bool_)
    with TemporaryDirectory() as folder:
        facts, hits = Path(folder, "facts"), Path(folder, "hits")
        environment.eval(f'(open "{hits}" hits "w")')
        for start in range(0, columns.n, 100):
            rows = columns.rows(slice(start, start + 100))
            written_facts = (
                f"(subject (row {row}) {' '.join(slot(k, v) for k, v in subject.items())})"
                for row, subject in enumerate(rows, start)
            )
            facts.write_text("\n".join(written_facts), "utf-8")
            environment.load_facts(str(facts))
            environment.run()
            environment.reset()
        environment.eval("(close hits)")
        read = np.loadtxt(hits, np.int64, ndmin=2)
    found[read[:, 0], read[:, 1]] = True
    return found


def production(rule: Rule, index: int) -> str:
    """A rule for CLIPS: which subject violates it."""

    def leaf(condition: Condition) -> str:
        key, sign, value = parts(condition)
        if sign == "holds":
            return f"(eq ?{key} TRUE)"
        if sign == "in":
            tests = " ".join(f"(eq ?{key} {code})" for code in value)  # type: ignore[attr-defined]
            return f"(or {tests} FALSE)"
        return f"({sign} ?{key} {value})"

    def text(condition: Condition) -> str:
        match condition:
            case All(items=items):
                return f"(and {' '.join(map(text, items))})"
            case Any(items=items):
                return f"(or {' '.join(map(text, items))})"
            case Not(inner=inner):
                return f"(not {text(inner)})"
        return leaf(condition)

    assert rule.applies is not None
    excused = excuse(rule)
    tests = [rule.applies, breach(rule), *([Not(excused)] if excused else [])]
    used = sorted({parts(x)[0] for t in tests for x in atoms_of(t)})
    bound = " ".join(f"({key} ?{key})" for key in used)
    return (
        f"(defrule {rule.names.key} (subject (row ?row) {bound}) (test {text(All(tuple(tests)))})"
        f' => (printout hits ?row " {index}" crlf))'
    )


def slot(key: str, value: object) -> str:
    """A slot of a fact."""
    return f"({key} {str(value).upper() if isinstance(value, bool) else value})"


def atoms_of(condition: Condition) -> list[Condition]:
    match condition:
        case All(items=items) | Any(items=items):
            return [x for i in items for x in atoms_of(i)]
        case Not(inner=inner):
            return atoms_of(inner)
    return [condition]

"""Every hazard of the engine that signed literals can reach, each with its guard at work."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import durable.engine
import durable_rules_engine
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redline.reasoning import engine as engine_module
from redline.reasoning.engine import BEGIN, Engine, EngineFault, LiteralRuleset
from redline.reasoning.formula import (
    LITERAL,
    MAX_JOIN,
    MAX_LITERALS,
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Negation,
    ShapeTooLarge,
    compile_shape,
)
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN

SOURCE = Path(engine_module.__file__).parents[1]


def both(*items: Formula) -> Formula:
    return Conjunction(items)


def either(*items: Formula) -> Formula:
    return Disjunction(items)


def truth(formula: Formula, leaves: list[int] | bytes) -> int:
    """Strong Kleene, straight from its definition."""
    match formula:
        case Leaf(index=index):
            return leaves[index]
        case Negation(inner=inner):
            return TRUE - truth(inner, leaves)
        case Conjunction(items=items):
            return min((truth(i, leaves) for i in items), default=TRUE)
        case Disjunction(items=items):
            return max((truth(i, leaves) for i in items), default=FALSE)


def outputs(engine: Engine, formula: Formula, leaves: list[int]) -> int:
    shape = compile_shape((formula,), len(leaves), both_signs=True)
    return engine.outputs(shape, bytes(leaves))[0]


# ── too many literals, too wide joins ───────────────────────────────────────────────────────────


def test_a_group_of_more_literals_than_the_engine_bears_is_refused_before_it_gets_there():
    pairs = [both(Leaf(2 * i), Leaf(2 * i + 1)) for i in range(256)]
    with pytest.raises(ShapeTooLarge, match="literals"):
        compile_shape((either(*pairs),), 512)


def test_a_literal_used_more_often_than_the_engine_lists_is_refused():
    pairs = [either(both(Leaf(0), Leaf(i)), Leaf(i)) for i in range(1, 250)]
    with pytest.raises(ShapeTooLarge):
        compile_shape((both(*pairs),), 250)


def test_the_largest_group_that_is_not_refused_is_answered():
    leaves = 0
    while True:
        pairs = [both(Leaf(2 * i), Negation(Leaf(2 * i + 1))) for i in range((leaves + 2) // 2)]
        try:
            compile_shape((either(*pairs),), leaves + 2, both_signs=True)
        except ShapeTooLarge:
            break
        leaves += 2
    formula = either(*(both(Leaf(2 * i), Negation(Leaf(2 * i + 1))) for i in range(leaves // 2)))
    shape = compile_shape((formula,), leaves, both_signs=True)
    assert len({x for p in shape.productions for x in p.premises}) + 2 > MAX_LITERALS - 20
    rng = random.Random(7)
    for _ in range(5):
        signature = [rng.choice((FALSE, UNKNOWN, TRUE)) for _ in range(leaves)]
        assert outputs(Engine(), formula, signature) == truth(formula, signature)


def test_a_conjunction_wider_than_a_join_is_split_and_means_the_same():
    formula = both(*(Leaf(i) for i in range(100)))
    shape = compile_shape((formula,), 100, both_signs=True)
    assert max(len(p.premises) for p in shape.productions) == MAX_JOIN
    engine = Engine()
    assert outputs(engine, formula, [TRUE] * 100) == TRUE
    for place in (0, 11, 12, 55, 99):
        for truth_there in (FALSE, UNKNOWN):
            leaves = [truth_there if i == place else TRUE for i in range(100)]
            assert outputs(engine, formula, leaves) == truth_there


# ── duplicates ──────────────────────────────────────────────────────────────────────────────────

SAME_HASH = ("costarring", "liquid")
"""Two words of one 32-bit FNV-1a hash, by which the engine tells identifiers apart."""


def test_the_engine_takes_different_facts_for_one_when_their_hashes_agree():
    rules = {"r": {"all": [{"m0": {"l": "x"}}, {"m1": {"l": "y"}}], "run": lambda c: None}}
    ruleset = durable.engine.Ruleset("same_hash", None, rules)
    ruleset.assert_fact({"id": SAME_HASH[0], "sid": "1", "l": "x"})
    with pytest.raises(durable.engine.MessageObservedException):
        ruleset.assert_fact({"id": SAME_HASH[1], "sid": "1", "l": "y"})


def test_a_fact_taken_for_a_duplicate_is_asserted_again(monkeypatch: pytest.MonkeyPatch):
    def colliding(identifier: str, literal: str, session: str) -> dict[str, str]:
        identifier = {"a0+": SAME_HASH[0], "a1+": SAME_HASH[1]}.get(identifier, identifier)
        return {"id": identifier, "sid": session, "l": literal}

    monkeypatch.setattr(engine_module, "fact", colliding)
    formula = both(Leaf(0), Leaf(1), Leaf(2))
    assert outputs(Engine(), formula, [TRUE, TRUE, TRUE]) == TRUE
    assert outputs(Engine(), formula, [TRUE, TRUE, UNKNOWN]) == UNKNOWN


def test_a_fact_that_is_a_duplicate_under_every_identifier_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(engine_module, "fact", lambda i, x, s: {"id": "same", "sid": s, "l": x})
    with pytest.raises(EngineFault, match="duplicate"):
        outputs(Engine(), both(Leaf(0), Leaf(1)), [TRUE, TRUE])


# ── facts that no production mentions, and cases without any ────────────────────────────────────


def test_only_literals_that_a_production_mentions_are_asserted(monkeypatch: pytest.MonkeyPatch):
    asserted: list[str] = []
    assert_all = LiteralRuleset.assert_all

    def spy(self: LiteralRuleset, session: str, literals: list[str]) -> int:
        asserted.extend(literals)
        return assert_all(self, session, literals)

    monkeypatch.setattr(LiteralRuleset, "assert_all", spy)
    # Only the truth of this conjunction is asked for, so nothing rests on a false leaf.
    shape = compile_shape((both(Leaf(0), Leaf(1)),), 3)
    assert Engine().outputs(shape, bytes([TRUE, FALSE, TRUE])) == (UNKNOWN,)
    assert asserted == [BEGIN, "a0+"]


@pytest.mark.parametrize("strange", ["a7+", "a0", "A0+", 'a0+","x":"', "a0+\x00", "", "名+"])
def test_a_name_that_is_no_literal_of_the_ruleset_never_reaches_the_engine(strange: str):
    ruleset = LiteralRuleset(compile_shape((both(Leaf(0), Leaf(5)),), 6))
    with pytest.raises(EngineFault, match="no literal"):
        ruleset.assert_all("1", [BEGIN, strange])


def test_a_case_in_which_nothing_is_known_asks_nothing():
    engine = Engine()
    assert outputs(engine, both(Leaf(0), Leaf(1)), [UNKNOWN, UNKNOWN]) == UNKNOWN
    assert engine.asked == 0


def test_a_group_without_productions_asks_nothing():
    engine = Engine()
    assert outputs(engine, Leaf(0), [TRUE]) == TRUE
    assert outputs(engine, Negation(Leaf(0)), [TRUE]) == FALSE
    assert outputs(engine, Conjunction(()), []) == TRUE
    assert outputs(engine, Disjunction(()), []) == FALSE
    assert engine.asked == 0


# ── memory ──────────────────────────────────────────────────────────────────────────────────────


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )


def test_memory_stays_flat_over_a_hundred_thousand_cases():
    program = """
import os
from redline.reasoning.engine import ENGINE
from redline.reasoning.formula import Conjunction, Disjunction, Leaf, compile_shape

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

shape = compile_shape((Disjunction((Conjunction((Leaf(0), Leaf(1))), Leaf(2))),), 3)
for case in range(100_000):
    ENGINE._run(shape, ["a0+", "a1+"] if case % 2 else ["a0+"])
    if case == 9_999:
        before = resident()
print(resident() - before)
"""
    done = run(program)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4 << 20


DELETED_UNSET = """
import durable_rules_engine as core
handles = [
    core.create_ruleset(f"r{i}", '{"r0":{"all":[{"m0":{"l":"a"}},{"m1":{"l":"b"}}]}}')
    for i in range(20)
]
for handle in handles:
    core.assert_fact(handle, '{"id":"1","sid":"1","l":"a"}')
    core.delete_state(handle, "1")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="poisons fresh memory by way of glibc")
def test_deleting_a_case_in_which_nothing_fired_frees_memory_that_was_never_set():
    assert run(DELETED_UNSET, MALLOC_PERTURB_="165").returncode < 0


@pytest.mark.skipif(sys.platform != "linux", reason="poisons fresh memory by way of glibc")
def test_every_case_fires_something_so_that_its_deletion_is_safe():
    program = """
from redline.reasoning.engine import ENGINE
from redline.reasoning.formula import Conjunction, Leaf, compile_shape
for leaves in range(2, 22):
    shape = compile_shape((Conjunction(tuple(Leaf(i) for i in range(leaves))),), leaves)
    assert ENGINE.outputs(shape, bytes([2] + [1] * (leaves - 1))) == (1,)
"""
    done = run(program, MALLOC_PERTURB_="165")
    assert done.returncode == 0, done.stderr


# ── threads and actions ─────────────────────────────────────────────────────────────────────────


def test_several_threads_may_be_the_first_to_ask():
    engine = Engine()
    formulas = [both(*(either(Leaf(i), Leaf(i + 1)) for i in range(n))) for n in range(2, 10)]
    questions = [
        (formula, [(n * 7 + i * i) % 3 for i in range(12)]) for n, formula in enumerate(formulas)
    ]
    barrier = threading.Barrier(8)

    def ask(worker: int) -> list[int]:
        barrier.wait()
        order = questions[worker:] + questions[:worker]
        answers = {id(f): outputs(engine, f, leaves) for f, leaves in order}
        return [answers[id(f)] for f, _ in questions]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert found == [[truth(f, leaves) for f, leaves in questions]] * 8
    assert engine.asked == len(questions)


def test_no_thread_is_started():
    before = set(threading.enumerate())
    outputs(Engine(), both(Leaf(0), either(Leaf(1), Leaf(2))), [TRUE, FALSE, TRUE])
    assert set(threading.enumerate()) == before


def test_the_engine_would_hide_what_an_action_raises():
    def failing(context: object) -> None:
        raise ValueError("lost")

    host = durable.engine.Host.__new__(durable.engine.Host)
    rules = {"r": {"all": [{"m0": {"l": "x"}}], "run": failing}}
    ruleset = durable.engine.Ruleset("hides", host, rules)
    ruleset.do_actions(ruleset.assert_fact({"id": "1", "sid": "1", "l": "x"}), lambda e, s: None)
    assert "lost" in ruleset.get_state("1")["exception"]


def test_what_goes_wrong_while_productions_fire_is_raised_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
):
    engine, formula = Engine(), both(Leaf(0), either(Leaf(1), Leaf(2)))
    firings = LiteralRuleset.firings

    def failing(self: LiteralRuleset, state: int) -> object:
        yield from firings(self, state)
        raise ValueError("seen")

    with monkeypatch.context() as patched:
        patched.setattr(LiteralRuleset, "firings", failing)
        with pytest.raises(ValueError, match="seen"):
            outputs(engine, formula, [TRUE, TRUE, FALSE])
    assert outputs(engine, formula, [TRUE, TRUE, FALSE]) == TRUE
    assert outputs(engine, formula, [TRUE, FALSE, FALSE]) == FALSE


def test_no_action_of_the_engine_is_ever_run(monkeypatch: pytest.MonkeyPatch):
    def run_anyway(*_: object) -> None:
        raise AssertionError("the engine dispatched an action")

    monkeypatch.setattr(durable.engine.Ruleset, "do_actions", run_anyway)
    monkeypatch.setattr(durable.engine.Ruleset, "dispatch", run_anyway)
    monkeypatch.setattr(durable.engine.Promise, "run", run_anyway)
    assert outputs(Engine(), both(Leaf(0), Leaf(1)), [TRUE, TRUE]) == TRUE


# ── the rest is unreachable ─────────────────────────────────────────────────────────────────────

USED = {
    "create_ruleset",
    "assert_fact",
    "assert_facts",
    "start_action_for_state",
    "complete_and_start_action",
    "delete_state",
    "get_facts",
}
PREMISE = re.compile(rf'\{{"m\d+": \{{"l": "{LITERAL.pattern}"\}}\}}')
RULE = re.compile(rf'"\w+": \{{"all": \[{PREMISE.pattern}(, {PREMISE.pattern})*\]\}}')
FACT = re.compile(rf'\{{"id": "{LITERAL.pattern}\d*", "sid": "\d+", "l": "{LITERAL.pattern}"\}}')


def test_only_literals_reach_the_engine_and_nothing_else_of_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
):
    """No arithmetic, comparison, negation, event, timer, number, null or long text gets there."""
    told: list[str] = []
    for name in dir(durable_rules_engine):
        function = getattr(durable_rules_engine, name)
        if not callable(function) or name == "error":
            continue

        def spy(*arguments: object, name: str = name, function: object = function) -> object:
            assert name in USED, f"{name} was called"
            told.extend(a for a in arguments[1:] if isinstance(a, str) and a[0] in "[{")
            return function(*arguments)  # type: ignore[operator]

        monkeypatch.setattr(durable_rules_engine, name, spy)
    rng = random.Random(5)
    engine = Engine()
    for _ in range(60):
        formula = random_formula(rng, 3)
        outputs(engine, formula, [rng.randrange(3) for _ in range(8)])
    assert told
    for text in told:
        if text.startswith("["):
            assert re.fullmatch(rf"\[{FACT.pattern}(, {FACT.pattern})*\]", text), text
        else:
            assert re.fullmatch(rf"\{{{RULE.pattern}(, {RULE.pattern})*\}}", text), text
            assert json.loads(text)


def random_formula(rng: random.Random, depth: int) -> Formula:
    if depth == 0:
        return Leaf(rng.randrange(8))
    items = tuple(random_formula(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    kind = rng.randrange(3)
    return Negation(items[0]) if kind == 0 else [Conjunction, Disjunction][kind - 1](items)


def test_one_module_imports_the_engine():
    importing = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("durable", "durable_rules_engine") for name in names):
                importing.add(file.relative_to(SOURCE).as_posix())
    assert importing == {"reasoning/engine.py"}


# ── what it is for ──────────────────────────────────────────────────────────────────────────────

formulas = st.recursive(
    st.integers(0, 11).map(Leaf),
    lambda inner: st.one_of(
        inner.map(Negation),
        st.lists(inner, max_size=5).map(lambda x: Conjunction(tuple(x))),
        st.lists(inner, max_size=5).map(lambda x: Disjunction(tuple(x))),
    ),
    max_leaves=25,
)


@settings(max_examples=60)
@given(formulas, st.integers(0, 2**32))
def test_what_the_engine_derives_is_strong_kleene(formula: Formula, seed: int):
    rng = random.Random(seed)
    shape = compile_shape((formula,), 12, both_signs=True)
    for _ in range(20):
        leaves = [rng.randrange(3) for _ in range(12)]
        assert ENGINE.outputs(shape, bytes(leaves)) == (truth(formula, leaves),)


@settings(max_examples=30)
@given(formulas, st.integers(0, 2**32))
def test_each_premise_of_a_derivation_was_stated_or_derived_before(formula: Formula, seed: int):
    rng = random.Random(seed)
    shape = compile_shape((formula,), 12, both_signs=True)
    leaves = bytes(rng.randrange(3) for _ in range(12))
    stated = {f"a{i}{'+' if t == TRUE else '-'}" for i, t in enumerate(leaves) if t != UNKNOWN}
    for conclusion, premises in ENGINE.derive(shape, leaves).items():
        assert set(premises) <= stated
        stated.add(conclusion)


def test_the_answer_does_not_depend_on_the_order_of_assertion(monkeypatch: pytest.MonkeyPatch):
    formula = either(both(Leaf(0), Leaf(1)), both(Leaf(2), Leaf(3)), Negation(Leaf(4)))
    shape = compile_shape((formula,), 5, both_signs=True)
    signature = bytes([TRUE, TRUE, TRUE, TRUE, FALSE])
    expected = Engine().derive(shape, signature)
    literals_of = engine_module.literals_of
    for seed in range(10):

        def shuffled(*arguments: object, seed: int = seed) -> list[str]:
            found = literals_of(*arguments)  # type: ignore[arg-type]
            random.Random(seed).shuffle(found)
            return found

        monkeypatch.setattr(engine_module, "literals_of", shuffled)
        assert Engine().derive(shape, signature) == expected


ENGINE = engine_module.ENGINE

"""The rules engine: durable-rules, on the ground where it is sound.

This is the only module that imports durable. It gets signed literals and gives derived ones, each
with the premises of the production that derived it first. What is known to go wrong in the engine,
and how it is kept out (`docs/decisions/durable-rules.md` has the evidence):

- arithmetic, comparisons of values, strings of any length, negation as failure, events, timers and
  flows: not used; a fact is an identifier, a session and a short literal name and nothing else;
- 512 literals hang it, joins of 17 fail it, 256 uses of a literal overrun its list: refused when a
  shape is compiled (`formula`);
- a fact that no production mentions raises: only literals that the shape knows are asserted;
- facts can be taken for duplicates by a 32-bit hash: asserted again under another identifier;
- an exception inside an action vanishes into the state: no action is ever run, what fired is read
  from the engine here, and what goes wrong here is raised;
- each session holds 90 kB until deleted, and 1,024 are the most: deleted after every case, and
  where a case fails;
- deleting a session in which nothing fired frees memory that was never set: every ruleset has a
  production that fires in every case, which is also why an empty case has a state to delete;
- rulesets are never freed and their names are global: one for each distinct shape, by its digest;
- background threads race with the caller: no host is made, so none are started; all use stands
  behind one lock.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from redline.reasoning.formula import ALWAYS_TRUE, LITERAL, Literal, Shape, opposite
from redline.reasoning.truth import FALSE, TRUE, UNKNOWN

Derivation = Mapping[Literal, tuple[Literal, ...]]
"""Each derived literal with its premises."""

BEGIN: Literal = "begin+"
"""A literal that every case holds and on which nothing rests; see above."""

MAX_RETRIES = 8
"""Identifiers tried for a fact that the engine takes for one it has seen."""

MAX_ANSWERS = 200_000
"""Answers kept; the oldest are dropped beyond that and asked again when they are needed."""


class EngineFault(Exception):  # noqa: N818 - says what is the matter
    """The engine did not do what it must; never a property of the input."""


class Engine:
    """durable-rules behind one lock, with a table of the answers given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rulesets: dict[str, LiteralRuleset] = {}
        self._sessions = itertools.count(1)
        self._answers: dict[tuple[str, bytes], tuple[int, ...]] = {}
        self.asked = 0
        """Distinct questions put to the engine so far."""

    def derive(self, shape: Shape, signature: bytes) -> Derivation:
        """What follows from the truths of a shape's leaves (one byte a leaf: 0, 1 or 2).

        Raises `EngineFault` where the engine fails.
        """
        productions = (shape.productions[i] for i in self._answer(shape, signature))
        return MappingProxyType({p.conclusion: p.premises for p in productions})

    def outputs(self, shape: Shape, signature: bytes) -> tuple[int, ...]:
        """The truths of a shape's outputs, given those of its leaves."""
        derived = {shape.productions[i].conclusion for i in self._answer(shape, signature)}
        return tuple(truth_of(literal, signature, derived) for literal in shape.outputs)

    def _answer(self, shape: Shape, signature: bytes) -> tuple[int, ...]:
        """The productions that derived each conclusion first; the same question is put once."""
        key = (shape.digest, signature)
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                found = self._run(shape, literals_of(shape, signature))
                if len(self._answers) >= MAX_ANSWERS:
                    del self._answers[next(iter(self._answers))]
                self._answers[key] = found
            return found

    def _run(self, shape: Shape, literals: Sequence[Literal]) -> tuple[int, ...]:
        """Assert literals and what follows from them, wave by wave, until nothing is new.

        Of the productions that fire in one wave for one conclusion the first counts, so that the
        answer does not depend on the order in which the engine fires them.
        """
        if not shape.productions or not literals:
            return ()
        ruleset = self._ruleset(shape)
        self.asked += 1
        session = str(next(self._sessions))
        derived: dict[Literal, int] = {}
        waiting: list[Literal] = [BEGIN, *literals]
        begun = False
        try:
            while waiting:
                fired = sorted(ruleset.firings(ruleset.assert_all(session, waiting)))
                begun = True
                waiting = []
                for index in fired:
                    conclusion = shape.productions[index].conclusion
                    if conclusion not in derived:
                        derived[conclusion] = index
                        if conclusion in shape.known:
                            waiting.append(conclusion)
        finally:
            # Where not even BEGIN fired, deletion would free memory that was never set.
            if begun:
                ruleset.delete(session)
        return tuple(derived.values())

    def _ruleset(self, shape: Shape) -> LiteralRuleset:
        if shape.digest not in self._rulesets:
            self._rulesets[shape.digest] = LiteralRuleset(shape)
        return self._rulesets[shape.digest]


class LiteralRuleset:
    """One ruleset of the engine: the productions of a shape, under the name of its digest."""

    def __init__(self, shape: Shape) -> None:
        from durable.engine import Ruleset

        rules: dict[str, object] = {
            f"r{index}": {
                "all": [{f"m{j}": {"l": premise}} for j, premise in enumerate(p.premises)],
                "run": never_run,
            }
            for index, p in enumerate(shape.productions)
        }
        rules["begin"] = {"all": [{"m0": {"l": BEGIN}}], "run": never_run}
        self._ruleset: Any = Ruleset(shape.digest, None, rules)
        self._known = shape.known | {BEGIN}

    def assert_all(self, session: str, literals: Sequence[Literal]) -> int:
        """Assert literals in one call; gives the place of the session's state.

        Each identifier is its literal, so none repeats. A literal that the engine took for a
        duplicate is asserted again under another identifier.
        """
        from durable.engine import MessageObservedException

        strange = [x for x in literals if x not in self._known or not LITERAL.fullmatch(x)]
        if strange:
            raise EngineFault(f"{strange[0]} is no literal of this ruleset")
        try:
            state: int = self._ruleset.assert_facts([fact(x, x, session) for x in literals])
        except MessageObservedException:
            held = {f.get("l") for f in self._ruleset.get_facts(session)}
            for literal in [x for x in literals if x not in held] or [BEGIN]:
                state = self._assert_again(session, literal)
        return state

    def _assert_again(self, session: str, literal: Literal) -> int:
        from durable.engine import MessageObservedException

        for attempt in range(1, MAX_RETRIES + 1):
            try:
                state: int = self._ruleset.assert_fact(
                    fact(f"{literal}{attempt}", literal, session)
                )
                return state
            except MessageObservedException:
                continue
        raise EngineFault(f"the fact {literal} was taken for a duplicate every time")

    def firings(self, state: int) -> Iterator[int]:
        """The indices of the productions that fired in a state since it was last asked.

        This is the engine's own dispatch without its actions: an action is started, its name
        read, and completed.
        """
        from durable.engine import durable_rules_engine as core

        handle = self._ruleset._handle
        started = core.start_action_for_state(handle, state)
        message = started[1] if started else None
        while message:
            name = message[2 : message.index('"', 2)]
            if name != "begin":
                yield int(name[1:])
            message = core.complete_and_start_action(handle, state)

    def delete(self, session: str) -> None:
        """Forget a session."""
        self._ruleset.delete_state(session)


def fact(identifier: str, literal: Literal, session: str) -> dict[str, str]:
    """All that the engine is ever told."""
    return {"id": identifier, "sid": session, "l": literal}


def never_run(context: object) -> None:
    """The action that the engine asks for with every rule."""
    raise EngineFault("the engine ran an action")


def literals_of(shape: Shape, signature: bytes) -> list[Literal]:
    """The literals that a signature states, as far as the shape knows them."""
    stated = (
        f"a{index}{'+' if truth == TRUE else '-'}"
        for index, truth in enumerate(signature)
        if truth != UNKNOWN
    )
    return [literal for literal in stated if literal in shape.known]


def truth_of(literal: Literal, signature: bytes, derived: frozenset[str] | set[str]) -> int:
    """The truth of an output literal, given the leaves and what was derived."""
    if literal in (ALWAYS_TRUE, opposite(ALWAYS_TRUE)):
        return TRUE if literal == ALWAYS_TRUE else FALSE
    if literal.startswith("a"):
        truth = signature[int(literal[1:-1])]
        return truth if literal.endswith("+") else TRUE - truth
    if literal in derived:
        return TRUE
    return FALSE if opposite(literal) in derived else UNKNOWN


ENGINE = Engine()
"""The engine of this process: its rulesets are global to the process, so there is one."""

"""The rules engine: durable-rules, on the ground where it is sound.

This is the only module that imports durable. It gets signed literals and gives derived ones, each
with the premises of the production that derived it first. What is known to go wrong in the engine,
and how it is kept out:

- arithmetic, comparisons of values, strings of any length, negation as failure, events and timers:
  not used; a fact is a short literal name and nothing else;
- 512 literals hang it, joins of 17 fail it: refused when a shape is compiled (`formula`);
- a fact that no production mentions raises: only literals that the shape knows are asserted;
- facts can be taken for duplicates by a 32-bit hash: asserted again under another identifier;
- an exception inside an action vanishes into the state: actions only append to a list;
- each session holds 90 kB until deleted: deleted after every case, and where a case fails;
- rulesets are never freed and their names are global: one for each distinct shape, by its digest;
- background threads race with the caller: none are started; all use stands behind one lock.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from redline.reasoning.formula import Literal, Production, Shape

Derivation = Mapping[Literal, tuple[Literal, ...]]
"""Each derived literal with its premises."""

MAX_RETRIES = 8
"""Identifiers tried for a fact that the engine takes for one it has seen."""


class EngineFault(Exception):  # noqa: N818 - says what is the matter
    """The engine did not do what it must; never a property of the input."""


class Engine:
    """durable-rules behind one lock, with a table of the answers given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._host: Any = None
        self._fired: list[Production] = []
        self._registered: set[str] = set()
        self._sessions = itertools.count(1)
        self._answers: dict[tuple[str, bytes], Derivation] = {}
        self.asked = 0
        """Distinct questions put to the engine so far."""

    def derive(self, shape: Shape, signature: bytes) -> Derivation:
        """What follows from the truths of a shape's leaves (one byte a leaf: 0, 1 or 2).

        The same question is put to the engine once.
        """
        key = (shape.digest, signature)
        with self._lock:
            if key not in self._answers:
                literals = [
                    f"a{i}{'+' if truth == 2 else '-'}"
                    for i, truth in enumerate(signature)
                    if truth != 1
                ]
                self._answers[key] = MappingProxyType(self._run(shape, literals))
            return self._answers[key]

    def _run(self, shape: Shape, literals: Iterable[Literal]) -> dict[Literal, tuple[Literal, ...]]:
        self._register(shape)
        self.asked += 1
        session = str(next(self._sessions))
        derived: dict[Literal, tuple[Literal, ...]] = {}
        waiting = [x for x in literals if x in shape.known]
        asserted = False
        try:
            while waiting:
                self._fired.clear()
                self._assert(shape, session, waiting)
                asserted = True
                waiting = []
                for production in self._fired:
                    if production.conclusion not in derived:
                        derived[production.conclusion] = production.premises
                        if production.conclusion in shape.known:
                            waiting.append(production.conclusion)
        finally:
            if asserted:
                self._host.delete_state(shape.digest, session)
        return derived

    def _assert(self, shape: Shape, session: str, literals: list[Literal]) -> None:
        """Assert literals one by one; each identifier is its literal, so none repeats."""
        from durable.engine import MessageObservedException

        for literal in literals:
            for attempt in range(MAX_RETRIES):
                fact = {"id": f"{literal}{attempt or ''}", "sid": session, "l": literal}
                try:
                    self._host.assert_fact(shape.digest, fact)
                    break
                except MessageObservedException:
                    continue
            else:
                raise EngineFault(f"the fact {literal} was taken for a duplicate every time")

    def _register(self, shape: Shape) -> None:
        if shape.digest in self._registered:
            return
        if self._host is None:
            self._host = quiet_host()
        rules = {
            f"r{i}": {
                "all": [{f"m_{j}": {"l": premise}} for j, premise in enumerate(p.premises)],
                "run": recorder(self._fired, p),
            }
            for i, p in enumerate(shape.productions)
        }
        self._host.register_rulesets({shape.digest: rules})
        self._registered.add(shape.digest)


def recorder(fired: list[Production], production: Production) -> Callable[[Any], None]:
    """An action that notes that a production fired."""

    def record(context: Any) -> None:
        fired.append(production)

    return record


def quiet_host() -> Any:
    """A durable-rules host without its background threads."""
    from durable.engine import Host

    class QuietHost(Host):  # type: ignore[misc]
        def _run(self) -> None:
            """Start no timers: facts are dispatched by the call that asserts them."""

    return QuietHost()


ENGINE = Engine()
"""The engine of this process: its rulesets are global to the process, so there is one."""

"""Facts about subjects, one by one, as the columns and the terrain that the reasoning reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from redline.ground.features import Document, Judgement
from redline.reasoning.subjects import (
    Booleans,
    CodeSet,
    Features,
    NoGround,
    Subjects,
    values_of,
)
from redline.reasoning.truth import Bounds, Numbers
from redline.rulebook.model import Attribute, Layer, Part
from tests.reasoning.facts import Facts


def subjects_of(facts: Sequence[Facts], attributes: Sequence[Attribute]) -> Subjects:
    """The facts as columns."""
    documents: dict[str, dict[int, list[Document]]] = {}
    judgements: dict[str, dict[int, Judgement]] = {}
    for row, one in enumerate(facts):
        for kind, papers in one.documents.items():
            documents.setdefault(kind, {})[row] = [
                Document(kind, p.state, valid_to=p.valid_to, number=repr(p.covers))  # type: ignore[arg-type]
                for p in papers
            ]
        for name, answer in one.judgements.items():
            judgements.setdefault(name, {})[row] = Judgement(name, answer)
    return Subjects(
        days=tuple(one.day for one in facts),
        attributes={
            a.names.key: values_of(a.type, [shown(f.attributes.get(a.names.key)) for f in facts])
            for a in attributes
        },
        documents=documents,
        judgements=judgements,
        all_documents_listed=frozenset(i for i, f in enumerate(facts) if f.all_listed),
    )


def shown(value: object) -> object:
    return CodeSet(value) if isinstance(value, frozenset) else value


class StatedGround(NoGround):
    """The ground under subjects, feature by feature; the layers supplied are the same for all."""

    def __init__(self, facts: Sequence[Facts], layers: Sequence[Layer]) -> None:
        super().__init__(len(facts))
        self.facts = facts
        self.layers = {x.names.key: x for x in layers}

    def features(self, layer: Layer) -> Features | None:
        key = layer.names.key
        if key not in self.facts[0].layers:
            return None
        stated = [columns for columns, _ in self.facts[0].layers[key].features]
        columns = {
            c.names.key: values_of(c.type, [x.get(c.names.key) for x in stated])
            for c in layer.columns
        }
        return Features(layer, len(stated), columns)

    def given(self, part: Part) -> Booleans:
        return np.array([f.drawn for f in self.facts])

    def amounts(self, layer: Layer) -> Numbers:
        grounds = [f.layers[layer.names.key] for f in self.facts]
        return np.array([[amount for _, amount in g.features] for g in grounds]).reshape(self.n, -1)

    def overlap(self, part: Part, layer: Layer, mask: Booleans) -> Numbers:
        return self.amounts(layer)[:, mask].sum(axis=1)

    def outside_coverage(self, part: Part, layer: Layer) -> Numbers:
        return np.array([f.layers[layer.names.key].beyond for f in self.facts])

    def uncovered(
        self, part: Part, layer: Layer, mask: Booleans, documents: Mapping[int, Sequence[Document]]
    ) -> Bounds:
        """Grounds of documents lie beside one another, all of them on the overlap."""
        left = self.overlap(part, layer, mask)
        unsaid = np.zeros(self.n, np.bool_)
        for row, papers in documents.items():
            for paper in papers:
                unsaid[row] |= paper.number == "None"
                left[row] -= 0.0 if paper.number == "None" else float(paper.number or 0)
        left = np.maximum(left, 0.0)
        return Bounds(np.where(unsaid, 0.0, left), left)

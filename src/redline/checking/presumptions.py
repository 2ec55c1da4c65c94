"""What a finding rests on that no clause says: mappings of older values that are presumed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from redline.checking.mentions import atoms_of_rule, nodes
from redline.language.kinds import PartKind
from redline.reasoning.plan import Plan, RuleGroup
from redline.reasoning.subjects import Terrain, encoded
from redline.rulebook.model import Part, SchemaMapping, WasOneOf

FOOTPRINT = Part(PartKind.FOOTPRINT)


def presumptions(
    group: RuleGroup, plan: Plan, terrain: Terrain, subject: int
) -> Iterator[SchemaMapping]:
    """The presumed mappings of the day by which a rule reads the ground that a subject takes."""
    asked = (n for i in sorted(atoms_of_rule(group, plan)) for n in nodes(plan.atoms[i], plan))
    mappings = dict.fromkeys(m for n in asked if isinstance(n, WasOneOf) for m in n.mappings)
    for mapping in mappings:
        if mapping.presumed is None or not mapping.interval.holds(plan.day):
            continue
        features = terrain.features(mapping.layer)
        if features is None:
            continue
        values = encoded(features.column(mapping.column)).tolist()
        read = np.array([None if v is None else str(v) for v in values], object)
        mask = np.array([v in mapping.olds for v in read], np.bool_)
        if mask.any() and terrain.overlap(FOOTPRINT, mapping.layer, mask)[subject] > 0:
            yield mapping

"""The accounts that rules ask about: what they sum, by which areas, and which quotas limit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache

from redline.rulebook.model import (
    Attribute,
    AttributeTerm,
    Citation,
    CodeList,
    Compares,
    ConceptUse,
    Layer,
    Parameter,
    ParameterTerm,
    QuantityType,
    Rule,
    RuleBook,
    SchemaMapping,
    Term,
    TotalTerm,
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the rules of a book ask of a register, by canonical name."""

    counted: Mapping[str, Attribute]
    """Attributes that are summed."""
    areas: Mapping[str, Layer]
    """Layers by whose features they are summed."""
    quotas: Mapping[str, Attribute | Parameter]
    """What limits the sums."""


@lru_cache(maxsize=8)
def _accounts(_digest: str, rules: tuple[Rule, ...]) -> Accounts:
    counted: dict[str, Attribute] = {}
    areas: dict[str, Layer] = {}
    quotas: dict[str, Attribute | Parameter] = {}
    seen: set[int] = set()
    for rule in rules:
        for node in nodes((rule.applies, rule.norm, rule.exceptions, rule.instead), seen):
            if isinstance(node, TotalTerm):
                counted[node.attribute.names.key] = node.attribute
                areas |= {layer.names.key: layer for layer in node.same_areas}
            if isinstance(node, Compares) and any(totals_in(node.left)):
                quota = quota_of(node.right)
                if quota is not None:
                    quotas[quota.names.key] = quota
    return Accounts(counted, areas, quotas)


def accounts_of(book: RuleBook) -> Accounts:
    """The accounts of a rule book."""
    return _accounts(book.digest, book.rules)


def quota_of(limit: Term) -> Attribute | Parameter | None:
    """The attribute or parameter that is a limit, where it is one alone."""
    match limit:
        case AttributeTerm(attribute=attribute) if isinstance(attribute.type, QuantityType):
            return attribute
        case ParameterTerm(parameter=parameter, key=None):
            return parameter
    return None


def totals_in(term: object) -> Iterator[TotalTerm]:
    """The sums over the register within a term."""
    for node in nodes(term, set()):
        if isinstance(node, TotalTerm):
            yield node


DECLARED = (Attribute, Citation, CodeList, Layer, Parameter, SchemaMapping)
"""What is declared elsewhere; no sum stands in it."""


def nodes(node: object, seen: set[int]) -> Iterator[object]:
    """What a condition is made of, concepts included, each concept once."""
    if isinstance(node, tuple):
        for item in node:
            yield from nodes(item, seen)
    if not is_dataclass(node) or isinstance(node, (*DECLARED, type)):
        return
    yield node
    if isinstance(node, ConceptUse):
        if id(node.concept) not in seen:
            seen.add(id(node.concept))
            yield from nodes(node.concept.condition, seen)
        return
    for field in fields(node):
        yield from nodes(getattr(node, field.name), seen)

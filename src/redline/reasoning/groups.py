"""Groups: formulas that are inferred together, and the shape that groups alike have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from redline.reasoning.formula import (
    Conjunction,
    Disjunction,
    Formula,
    Leaf,
    Negation,
    Shape,
    compile_shape,
    replaced,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Derives the outputs of a shape. `leaves` gives for each leaf of it the number whose truth it
    takes (of an atom, or of a part of a rule), ~number where it takes the opposite.
    """

    leaves: tuple[int, ...]
    shape: Shape

    @property
    def atoms(self) -> tuple[int, ...]:
        """The numbers behind the leaves."""
        return tuple(i if i >= 0 else ~i for i in self.leaves)


def group_of(outputs: tuple[Formula, ...], both_signs: bool = False) -> Group:
    """The group of some formulas, its leaves in order of first use.

    A leaf stands for the opposite of its number where that is used first, so that groups which
    differ only in what they negate are alike. Raises `ShapeTooLarge`.
    """
    likeness = Likeness()
    key = (tuple([likeness.number(formula) for formula in outputs]), both_signs)
    shape = SHAPES.get(key)
    if shape is None:
        renamed = tuple(replaced(f, likeness.leaf) for f in outputs)
        shape = SHAPES[key] = compile_shape(renamed, len(likeness.places), both_signs)
    return Group(tuple(likeness.leaves), shape)


SHAPES: dict[tuple[tuple[int, ...], bool], Shape] = {}
"""The shape of each group that was compiled, by what the group is like up to names."""

NUMBERS: dict[tuple[int | str, ...], int] = {}
"""A number for each formula over renamed leaves that was met, by its connective and the numbers of
its parts."""

COUNTER = count()


@dataclass
class Likeness:
    """Numbers the formulas of a group so that groups alike up to names get the same numbers."""

    places: dict[int, int] = field(default_factory=dict)
    leaves: list[int] = field(default_factory=list)
    met: dict[tuple[int, bool], int] = field(default_factory=dict)

    def number(self, formula: Formula, positive: bool = True) -> int:
        """The number of a formula, or of its opposite."""
        if isinstance(formula, Negation):
            return self.number(formula.inner, not positive)
        key = (id(formula), positive)
        if key not in self.met:
            self.met[key] = NUMBERS.setdefault(self.looks(formula, positive), next(COUNTER))
        return self.met[key]

    def looks(self, formula: Formula, positive: bool) -> tuple[int | str, ...]:
        """What a formula looks like: a leaf with its sign, or a connective and its parts."""
        match formula:
            case Leaf(index=index):
                if index not in self.places:
                    self.places[index] = len(self.leaves)
                    self.leaves.append(index if positive else ~index)
                place = self.places[index]
                return ("+" if positive == (self.leaves[place] >= 0) else "-", place)
            case Negation(inner=inner):
                return self.looks(inner, not positive)
            case Conjunction(items=items) | Disjunction(items=items):
                sign = "&" if isinstance(formula, Conjunction) == positive else "|"
                return (sign, *[self.number(i, positive) for i in items])

    def leaf(self, index: int) -> Formula:
        """An atom as a formula over the leaves."""
        place = self.places[index]
        return Leaf(place) if self.leaves[place] >= 0 else Negation(Leaf(place))

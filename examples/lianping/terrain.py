"""An invented mountain country: heights, where the water runs, and which cells drain through where.

Everything is computed with additions, multiplications and square roots from one seed and rounded
as it goes, so that the same country comes out on every machine.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

CELL = 250.0
"""Side of a cell of the height grid, in metres."""

WEST, SOUTH = 515_000.0, 2_662_000.0
COLUMNS, ROWS = 292, 304
"""The grid in EPSG:4547; row 0 lies in the south."""


def value_noise(rng: np.random.Generator, x: Floats, y: Floats, wavelength: float) -> Floats:
    """Smooth noise in [-1, 1] at points (m): a lattice of random values, joined by smoothsteps."""
    u, v = (x - WEST) / wavelength + 2.0, (y - SOUTH) / wavelength + 2.0
    size = int(max(ROWS, COLUMNS) * CELL / wavelength) + 6
    lattice = rng.random((size, size)) * 2.0 - 1.0
    i = np.clip(np.floor(v).astype(np.int64), 0, size - 2)
    j = np.clip(np.floor(u).astype(np.int64), 0, size - 2)
    a, b = np.clip(v - i, 0.0, 1.0), np.clip(u - j, 0.0, 1.0)
    a, b = a * a * (3.0 - 2.0 * a), b * b * (3.0 - 2.0 * b)
    south = lattice[i, j] * (1.0 - b) + lattice[i, j + 1] * b
    north = lattice[i + 1, j] * (1.0 - b) + lattice[i + 1, j + 1] * b
    noise: Floats = np.round(south * (1.0 - a) + north * a, 6)
    return noise


def fractal_noise(
    rng: np.random.Generator, x: Floats, y: Floats, wavelength: float, octaves: int
) -> Floats:
    """Noise with detail at every scale from `wavelength` (m) down, each octave half as strong."""
    total = np.zeros_like(x)
    strength = 1.0
    for _ in range(octaves):
        total += strength * value_noise(rng, x, y, wavelength)
        wavelength, strength = wavelength / 2.0, strength / 2.0
    return total


@dataclass(frozen=True, slots=True)
class Terrain:
    """The grid: heights in metres, the cell each cell drains to, and the area drained in km².

    Arrays are flat, cell number = row * COLUMNS + column. `receiver` of an outlet is itself.
    `order` lists the cells so that a receiver comes before what drains into it. `divide` is the
    northing of the main divide in each cell's column.
    """

    height: Floats
    receiver: Ints
    order: Ints
    drained: Floats
    divide: Floats

    @property
    def x(self) -> Floats:
        """Easting of every cell's centre."""
        return WEST + CELL * (np.arange(ROWS * COLUMNS) % COLUMNS + 0.5)

    @property
    def y(self) -> Floats:
        """Northing of every cell's centre."""
        return SOUTH + CELL * (np.arange(ROWS * COLUMNS) // COLUMNS + 0.5)

    def upstream_of(self, cell: int) -> Mask:
        """The cells whose water passes through `cell`, itself included."""
        return self.carried(np.arange(len(self.height)) == cell)

    def carried(self, seeds: Mask) -> Mask:
        """The cells that drain into any of `seeds`, seeds included."""
        inside = seeds.copy()
        for cell in self.order:
            inside[cell] |= inside[self.receiver[cell]]
        return inside

    def outlet_label(self, seeds: Ints) -> Ints:
        """For every cell the nearest of `seeds` downstream of it, or -1."""
        label = np.full(len(self.height), -1)
        label[seeds] = seeds
        for cell in self.order:
            if label[cell] < 0:
                label[cell] = label[self.receiver[cell]]
        return label

    def height_above_river(self, least_km2: float) -> Floats:
        """Height above the first downstream cell that drains at least `least_km2`."""
        base = self.height.copy()
        for cell in self.order:
            if self.drained[cell] < least_km2:
                base[cell] = base[self.receiver[cell]]
        return self.height - base


def build_terrain(rng: np.random.Generator, rounds: int = 16) -> Terrain:
    """Raise ridges along a main divide, then let rivers cut into them."""
    cells = np.arange(ROWS * COLUMNS)
    x, y = WEST + CELL * (cells % COLUMNS + 0.5), SOUTH + CELL * (cells // COLUMNS + 0.5)
    divide = 2_717_500.0 + 4_500.0 * fractal_noise(rng, x, np.full_like(y, SOUTH), 26_000.0, 3)
    trunk = 552_500.0 + 7_000.0 * fractal_noise(rng, np.full_like(x, WEST), y, 30_000.0, 3)
    fall = np.where(y > divide, (y - divide) * 0.022, (divide - y) * 0.0125)
    rim = np.abs(x - trunk) * 0.011
    rough = 150.0 * fractal_noise(rng, x, y, 14_000.0, 5) + 45.0 * rng.random(len(x))
    uplift = np.maximum(980.0 - fall + np.where(y > divide, 0.0, rim) + rough, 60.0)
    height: Floats = np.round(uplift, 3)
    chance = 0.55 + 0.9 * rng.random((8, len(x)))
    for _ in range(rounds):
        receiver, order = route(height, chance)
        drained = accumulate(receiver, order)
        height = cut(height, receiver, order, drained)
    receiver, order = route(height, chance)
    return Terrain(height, receiver, order, accumulate(receiver, order), divide)


def route(height: Floats, chance: Floats) -> tuple[Ints, Ints]:
    """Where each cell drains: the steepest way down, once pits are filled to their sills.

    `chance` (8, cells) weighs the eight directions, so that valleys wander. Returns the receivers,
    and the cells from the outlets upward.
    """
    level = flood(height).reshape(ROWS, COLUMNS)
    cells = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    best = np.zeros((ROWS, COLUMNS))
    receiver = cells.copy()
    steps = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]
    for (r, c), weight in zip(steps, chance.reshape(8, ROWS, COLUMNS), strict=True):
        here = (slice(max(-r, 0), ROWS - max(r, 0)), slice(max(-c, 0), COLUMNS - max(c, 0)))
        there = (slice(max(r, 0), ROWS + min(r, 0)), slice(max(c, 0), COLUMNS + min(c, 0)))
        length = 1.0 if r == 0 or c == 0 else float(np.sqrt(2.0))
        slope = np.zeros((ROWS, COLUMNS))
        slope[here] = (level[here] - level[there]) / length * weight[here]
        steeper = slope > best
        best = np.where(steeper, slope, best)
        receiver = np.where(steeper, cells + r * COLUMNS + c, receiver)
    receiver[[0, -1], :] = cells[[0, -1], :]
    return receiver.ravel(), np.argsort(level.ravel(), kind="stable")


def flood(height: Floats) -> Floats:
    """Heights with every pit filled; water leaves over the northern and the southern edge."""
    heights = height.tolist()
    edge = list(range(COLUMNS)) + [(ROWS - 1) * COLUMNS + c for c in range(COLUMNS)]
    queue = [(heights[c], c) for c in edge]
    seen = bytearray(len(heights))
    for c in edge:
        seen[c] = 1
    heapq.heapify(queue)
    while queue:
        level, cell = heapq.heappop(queue)
        row, column = divmod(cell, COLUMNS)
        for r in range(max(row - 1, 0), min(row + 2, ROWS)):
            for c in range(max(column - 1, 0), min(column + 2, COLUMNS)):
                neighbour = r * COLUMNS + c
                if not seen[neighbour]:
                    seen[neighbour] = 1
                    heights[neighbour] = max(level + 0.001, heights[neighbour])
                    heapq.heappush(queue, (heights[neighbour], neighbour))
    return np.round(np.array(heights), 3)


def accumulate(receiver: Ints, order: Ints) -> Floats:
    """The area in km² that drains through every cell."""
    drained = [CELL * CELL / 1e6] * len(order)
    for cell, below in zip(order[::-1].tolist(), receiver[order[::-1]].tolist(), strict=True):
        if below != cell:
            drained[below] += drained[cell]
    return np.array(drained)


def cut(height: Floats, receiver: Ints, order: Ints, drained: Floats) -> Floats:
    """One step of river incision, after Braun and Willett's implicit stream-power scheme."""
    heights = height.tolist()
    strength = np.round(0.22 * np.sqrt(drained), 6).tolist()
    for cell, below in zip(order.tolist(), receiver[order].tolist(), strict=True):
        if below != cell:
            s = strength[cell]
            heights[cell] = (heights[cell] + s * heights[below]) / (1.0 + s)
    return np.round(np.array(heights), 3)

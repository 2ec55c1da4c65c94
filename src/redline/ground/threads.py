"""Array functions on all cores: shapely and numpy let go of the interpreter while they work."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
Scalar = TypeVar("Scalar", bound=np.generic)

BLOCK = 2048
"""Rows that one thread takes at a time: small enough to balance, large enough not to matter."""


def cores() -> int:
    """How many cores this process may use; `REDLINE_THREADS` overrides it."""
    stated = os.environ.get("REDLINE_THREADS", "")
    if stated.isdecimal() and int(stated) > 0:
        return int(stated)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_rows(
    function: Callable[..., NDArray[Scalar]], *arrays: NDArray[np.generic], block: int = BLOCK
) -> NDArray[Scalar]:
    """`function(*arrays)` for a function that treats rows one by one, in blocks on all cores.

    The result does not depend on the number of cores.
    """
    count = len(arrays[0])
    workers = cores()
    if count <= block:
        return function(*arrays)

    def one_block(start: int) -> NDArray[Scalar]:
        return function(*(a[start : start + block] for a in arrays))

    starts = range(0, count, block)
    if workers == 1:
        return np.concatenate([one_block(start) for start in starts])
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(one_block, starts)))

"""A part of many points that gives the same picture as all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.moments import FloatArray

SKETCHED_FROM = 100_000
SKETCH_CELLS = 1024
"""Cells across and down; more than the dots that any terminal has."""


def sketch(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Enough of the points (x, y) for a picture of all: of many, one in each cell of a fine grid.

    Both are of shape (n,) and finite; so are the two that are returned, of shape (k,), k ≤ n.
    """
    if len(x) <= SKETCHED_FROM:
        return x, y
    chosen = sketched_rows(x, y)
    return x[chosen], y[chosen]


def sketched_rows(x: FloatArray, y: FloatArray) -> NDArray[np.intp]:
    """The numbers of these points."""
    if len(x) <= SKETCHED_FROM:
        return np.arange(len(x))
    grid = np.full(SKETCH_CELLS * SKETCH_CELLS, -1)
    grid[_cells(x) * SKETCH_CELLS + _cells(y)] = np.arange(len(x))
    return grid[grid >= 0]


def _cells(values: FloatArray) -> NDArray[np.intp]:
    """Which of the cells of a fine grid each value is in."""
    low, width = values.min(), np.ptp(values) or 1.0
    cells: NDArray[np.intp] = ((values - low) / width * SKETCH_CELLS).astype(np.intp)
    return np.minimum(cells, SKETCH_CELLS - 1)

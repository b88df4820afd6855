"""What a picture needs of many points: how far they reach, and enough of them to look like all.

Of rows that are not kept, a histogram in two dimensions says where they are. It can be added to
another one: the width of a cell is a power of two, and cells begin at its multiples, so that two
histograms have cells in common once the finer one is made as coarse as the other, by adding its
cells in pairs. Nothing has to be known of the points beforehand, and each is counted once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.moments import FloatArray


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the largest x and y of some points."""

    left: float
    right: float
    low: float
    high: float

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Extent:
        """Of the points (x, y), both of shape (n,), n at least 1."""
        return Extent(float(x.min()), float(x.max()), float(y.min()), float(y.max()))

    def with_points(self, points: Iterable[tuple[float, float]]) -> Extent:
        """Of further points as well."""
        xs, ys = zip((self.left, self.low), (self.right, self.high), *points, strict=True)
        return Extent(min(xs), max(xs), min(ys), max(ys))

    def joined(self, other: Extent) -> Extent:
        """Of the points of another one as well."""
        return self.with_points([(other.left, other.low), (other.right, other.high)])


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


MOST_CELLS = 512
"""Across and down; what covers the points takes more than half as many."""

_FINEST = -1000
"""The least power of two that a width is; below, points are all in one place."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Density(ByValue):
    """`counts`, of shape (k, l), of points in cells of the widths 2^`powers` of x and y.

    Cell (i, j) begins at `first` + (i, j), in its widths. `extent` is that of the points.
    """

    counts: Counts
    powers: tuple[int, int]
    first: tuple[int, int]
    extent: Extent

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Density:
        """Of the points (x, y), both of shape (n,) and finite, n at least 1."""
        extent = Extent.of(x, y)
        powers = _powers(extent)
        column, first_x, columns = _cells_of(x, extent.left, extent.right, powers[0])
        row, first_y, rows = _cells_of(y, extent.low, extent.high, powers[1])
        counts = np.bincount(column * rows + row, minlength=columns * rows)
        return Density(counts.reshape(columns, rows), powers, (first_x, first_y), extent)

    def __add__(self, other: Density) -> Density:
        """Of the points of both."""
        extent = self.extent.joined(other.extent)
        powers = _powers(extent)
        one, two = self._coarser(powers), other._coarser(powers)
        first = min(one.first[0], two.first[0]), min(one.first[1], two.first[1])
        shape = [
            max(part.first[axis] + part.counts.shape[axis] for part in (one, two)) - first[axis]
            for axis in (0, 1)
        ]
        counts = np.zeros(shape, dtype=np.int64)
        for part in (one, two):
            i, j = part.first[0] - first[0], part.first[1] - first[1]
            wide, high = part.counts.shape
            counts[i : i + wide, j : j + high] += part.counts
        return Density(counts, powers, first, extent)

    def _coarser(self, powers: tuple[int, int]) -> Density:
        counts, first = self.counts, list(self.first)
        for axis in (0, 1):
            times = powers[axis] - self.powers[axis]
            if not times:
                continue
            # Python's integers shift as far as it takes, and down for negative ones too.
            begins = first[axis] >> times
            places = [((first[axis] + k) >> times) - begins for k in range(counts.shape[axis])]
            shape = list(counts.shape)
            shape[axis] = places[-1] + 1
            coarse = np.zeros(shape, dtype=np.int64)
            np.add.at(coarse.T if axis else coarse, places, counts.T if axis else counts)
            counts, first[axis] = coarse, begins
        return Density(counts, powers, (first[0], first[1]), self.extent)

    def unseen(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The middles, x and y, of the cells with points of which none is among these (x, y)."""
        unseen = self.counts > 0
        unseen[self._places(x, 0), self._places(y, 1)] = False
        places = np.nonzero(unseen)
        bounds = (self.extent.left, self.extent.right), (self.extent.low, self.extent.high)
        middle_x, middle_y = (
            np.clip(np.ldexp(place + self.first[axis] + 0.5, self.powers[axis]), *bounds[axis])
            for axis, place in enumerate(places)
        )
        return middle_x, middle_y

    def _places(self, values: FloatArray, axis: int) -> NDArray[np.intp]:
        scaled = np.floor(np.ldexp(values, -self.powers[axis])) - self.first[axis]
        return scaled.astype(np.intp)


def _powers(extent: Extent) -> tuple[int, int]:
    """Of the widths of cells; of a larger extent they are never less."""
    return _power(extent.left, extent.right), _power(extent.low, extent.high)


def _power(low: float, high: float) -> int:
    """The least power of two with which few enough cells cover what is between two numbers."""
    # Halves, since the whole may be too large for a number.
    half, largest = high / 2 - low / 2, max(abs(low), abs(high))
    cells = math.frexp(half)[1] + 2 - MOST_CELLS.bit_length() if half else _FINEST
    # No finer than floats are there.
    floats = math.frexp(largest)[1] - 52 if largest else _FINEST
    return max(_FINEST, cells, floats)


def _cells_of(
    values: FloatArray, low: float, high: float, power: int
) -> tuple[NDArray[np.intp], int, int]:
    """Which cell each value is in, which the first of them is, and how many there are."""
    first = math.floor(math.ldexp(low, -power))
    count = math.floor(math.ldexp(high, -power)) - first + 1
    # A power of two is as exact a factor as ldexp, and takes a tenth of the time.
    places = np.floor(values * 2.0**-power) - first
    return places.astype(np.intp), first, count

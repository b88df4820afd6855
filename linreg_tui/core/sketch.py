"""What it takes to draw many points: their extent, and enough of them to look like all.

For rows that are not in memory, a histogram in two dimensions says where they are. Two histograms
can be added: the width of a cell is a power of two, and cells begin at its multiples. So the cells
of two histograms match once the finer one is as coarse as the other, by adding its cells in pairs.
Nothing has to be known about the points beforehand, and each point is counted once.
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
        """Return the extent of the points (x, y), both of shape (n,), n at least 1."""
        return Extent(float(x.min()), float(x.max()), float(y.min()), float(y.max()))

    def with_points(self, points: Iterable[tuple[float, float]]) -> Extent:
        """Return the extent of these and more points."""
        xs, ys = zip((self.left, self.low), (self.right, self.high), *points, strict=True)
        return Extent(min(xs), max(xs), min(ys), max(ys))

    def joined(self, other: Extent) -> Extent:
        """Return the extent of these points and those of another extent."""
        return self.with_points([(other.left, other.low), (other.right, other.high)])


MOST_POINTS = 100_000
SKETCH_CELLS = 1024
"""Cells across and down, more than the dots of any terminal."""


def sketch(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return enough points to draw a picture of all: of very many, one in each cell of a fine grid.

    x and y are finite, of shape (n,). The results have shape (k,), k ≤ n.
    """
    if len(x) <= MOST_POINTS:
        return x, y
    chosen = sketched_rows(x, y)
    return x[chosen], y[chosen]


def sketched_rows(x: FloatArray, y: FloatArray) -> NDArray[np.intp]:
    """Return the numbers of the points that `sketch` returns."""
    if len(x) <= MOST_POINTS:
        return np.arange(len(x))
    grid = np.full(SKETCH_CELLS * SKETCH_CELLS, -1)
    grid[_cells(x) * SKETCH_CELLS + _cells(y)] = np.arange(len(x))
    return grid[grid >= 0]


def _cells(values: FloatArray) -> NDArray[np.intp]:
    """Return the cell of a fine grid that each value is in."""
    low, width = values.min(), np.ptp(values) or 1.0
    cells: NDArray[np.intp] = ((values - low) / width * SKETCH_CELLS).astype(np.intp)
    return np.minimum(cells, SKETCH_CELLS - 1)


MOST_CELLS = 512
"""The most cells across and down; the points take up more than half as many."""

_FINEST = -1000
"""The power of two of the least width; points that are closer than that are in one place."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Density(ByValue):
    """A histogram of points in two dimensions: `counts` of shape (k, l).

    The cells are 2^`powers` wide in x and y. Cell (i, j) begins at `first` + (i, j), in units of
    the cells' widths. `extent` is the extent of the points.
    """

    counts: Counts
    powers: tuple[int, int]
    first: tuple[int, int]
    extent: Extent

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Density:
        """Return the histogram of finite points (x, y), both of shape (n,), n at least 1."""
        extent = Extent.of(x, y)
        powers = _powers(extent)
        column, first_x, columns = _cells_of(x, extent.left, extent.right, powers[0])
        row, first_y, rows = _cells_of(y, extent.low, extent.high, powers[1])
        counts = np.bincount(column * rows + row, minlength=columns * rows)
        return Density(counts.reshape(columns, rows), powers, (first_x, first_y), extent)

    def __add__(self, other: Density) -> Density:
        """Return the histogram of both sets of points."""
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
            # Python's integers can be shifted any distance, and negative ones are rounded down too.
            begins = first[axis] >> times
            places = [((first[axis] + k) >> times) - begins for k in range(counts.shape[axis])]
            shape = list(counts.shape)
            shape[axis] = places[-1] + 1
            coarse = np.zeros(shape, dtype=np.int64)
            np.add.at(coarse.T if axis else coarse, places, counts.T if axis else counts)
            counts, first[axis] = coarse, begins
        return Density(counts, powers, (first[0], first[1]), self.extent)

    def unseen(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the centres, x and y, of the occupied cells that have none of these points."""
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
    """Return the powers of the cells' widths; a larger extent never has smaller ones."""
    return _power(extent.left, extent.right), _power(extent.low, extent.high)


def _power(low: float, high: float) -> int:
    """Return the least power of two with few enough cells between two numbers."""
    # Half the distance, because the whole distance may be too large for a number.
    half, largest = high / 2 - low / 2, max(abs(low), abs(high))
    cells = math.frexp(half)[1] + 2 - MOST_CELLS.bit_length() if half else _FINEST
    # No finer than the spacing of floats.
    floats = math.frexp(largest)[1] - 52 if largest else _FINEST
    return max(_FINEST, cells, floats)


def _cells_of(
    values: FloatArray, low: float, high: float, power: int
) -> tuple[NDArray[np.intp], int, int]:
    """Return each value's cell, the number of the first cell, and the number of cells."""
    first = math.floor(math.ldexp(low, -power))
    count = math.floor(math.ldexp(high, -power)) - first + 1
    # Multiplying by a power of two is as exact as ldexp, and takes a tenth of the time.
    places = np.floor(values * 2.0**-power) - first
    return places.astype(np.intp), first, count

"""What a column of numbers looks like: count, mean, spread, quartiles, and its histogram."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.moments import FloatArray

FEWEST_BINS, MOST_BINS = 5, 40

NARROW = 1e-9
"""Values that differ by less, relative to their size, are in one bin."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram(ByValue):
    """How many values are in each of k bins: `edges` has shape (k + 1,), `counts` (k,)."""

    edges: FloatArray
    counts: NDArray[np.intp]

    def share(self, edges: FloatArray) -> FloatArray:
        """The part of all values between one edge and the next, a bin's spread evenly over it."""
        below = np.concatenate([[0.0], np.cumsum(self.counts) / self.counts.sum()])
        parts: FloatArray = np.diff(np.interp(edges, self.edges, below))
        return parts


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column as pandas describes it: quartiles by linear interpolation, n − 1 in the deviation.

    `whole` says that all values are whole numbers; the deviation of a single value is NaN.
    """

    count: int
    whole: bool
    mean: float
    std: float
    minimum: float
    quartiles: tuple[float, float, float]
    maximum: float


def summary(values: FloatArray) -> ColumnSummary:
    """ColumnSummary of finite values, of shape (n,), n at least 1."""
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    return ColumnSummary(
        len(values),
        not np.any(values % 1),
        float(values.mean()),
        float(values.std(ddof=1)) if len(values) > 1 else math.nan,
        float(values.min()),
        (lower, median, upper),
        float(values.max()),
    )


def histogram(values: FloatArray, described: ColumnSummary) -> Histogram:
    """Histogram of the values, of shape (n,), in bins of equal width.

    The width is Freedman and Diaconis's, "On the histogram as a density estimator" (1981), within
    a number of bins that can be drawn.
    """
    low, high = described.minimum, described.maximum
    lower, _, upper = described.quartiles
    width = 2 * (upper - lower) / math.cbrt(described.count)
    if high - low <= NARROW * max(abs(low), abs(high), sys.float_info.min):
        bins = 1
    elif width * MOST_BINS <= high - low:
        bins = MOST_BINS
    else:
        bins = max(FEWEST_BINS, math.ceil((high - low) / width))
    counts, edges = np.histogram(values, bins)
    return Histogram(edges, counts)

"""The summary of a column of numbers: count, mean, spread, quartiles, and a histogram."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.moments import FloatArray

FEWEST_BINS, MOST_BINS = 5, 40

LEAST_SPREAD = 1e-9
"""Values that differ by less than this, relative to their size, are all in one bin."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram(ByValue):
    """The number of values in each of k bins: `edges` has shape (k + 1,), `counts` (k,)."""

    edges: FloatArray
    counts: NDArray[np.intp]

    def share(self, edges: FloatArray) -> FloatArray:
        """Return the share of all values between neighbouring edges, taking each bin as even."""
        below = np.concatenate([[0.0], np.cumsum(self.counts) / self.counts.sum()])
        shares: FloatArray = np.diff(np.interp(edges, self.edges, below))
        return shares


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """The numbers of pandas' `describe`: quartiles are interpolated, the deviation uses n − 1.

    `whole` is true if all values are whole numbers. The deviation of a single value is NaN.
    """

    count: int
    whole: bool
    mean: float
    std: float
    minimum: float
    quartiles: tuple[float, float, float]
    maximum: float


def summary(values: FloatArray) -> ColumnSummary:
    """Summarize finite values, of shape (n,), n at least 1."""
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
    """Return the histogram of the values, of shape (n,), in bins of equal width.

    The width is that of Freedman and Diaconis, "On the histogram as a density estimator" (1981),
    limited to a number of bins that can be drawn.
    """
    low, high = described.minimum, described.maximum
    lower, _, upper = described.quartiles
    width = 2 * (upper - lower) / math.cbrt(described.count)
    if high - low <= LEAST_SPREAD * max(abs(low), abs(high), sys.float_info.min):
        bins = 1
    elif width * MOST_BINS <= high - low:
        bins = MOST_BINS
    else:
        bins = max(FEWEST_BINS, math.ceil((high - low) / width))
    counts, edges = np.histogram(values, bins)
    return Histogram(edges, counts)

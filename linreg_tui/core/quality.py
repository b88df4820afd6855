"""How well a line fits, in the unit of y: what a typical miss is, and what share is explained."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.dataset import Dataset

MEDIAN_ROWS = 10_000
"""Of more rows, the median miss is that of so many, evenly spaced."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a line fits the rows.

    `rmse`, the root of the mean squared error, and `median_miss`, the median of |y − ŷ|, are in the
    unit of y. `r2` is the share of the variance of y that the line explains: 0 for the mean of y,
    negative for a worse line, None if all y are the same.
    """

    rmse: float
    median_miss: float
    r2: float | None


def quality(data: Dataset, slope: float, intercept: float) -> Quality:
    """Return how well ŷ = m x + b fits; infinite or NaN where a line that diverged overflows."""
    moments = data.moments
    with np.errstate(over="ignore", invalid="ignore"):
        mse = float(moments.loss(slope, intercept))
        rows = slice(None, None, max(1, data.n // MEDIAN_ROWS))
        misses = np.abs(data.y[rows] - (slope * data.x[rows] + intercept))
        median = float(np.median(misses))
    r2 = 1 - mse / (moments.syy / moments.n) if moments.syy > 0 else None
    return Quality(math.sqrt(mse), median, r2)

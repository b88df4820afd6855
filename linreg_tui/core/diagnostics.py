"""Residual diagnostics: whether the rows are as a straight line with normal errors supposes.

Montgomery, Peck and Vining, "Introduction to Linear Regression Analysis", chapters 4 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.moments import FloatArray

PARAMETERS = 2
"""Slope and intercept."""

CLOSE_TO_ONE = 1e-12
"""A point whose leverage is nearer to 1 than this holds the line by itself."""

TAIL, BODY = 512, 2048
"""Of many order statistics so many at either end are kept, and so many evenly in between."""


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics(ByValue):
    """What the line leaves of each row; all arrays of shape (n,).

    `residuals` are y − ŷ, `leverage` says how much a row pulls the line towards itself, from 1/n
    to 1, and `studentized` are the internally studentized residuals: each divided by its own
    standard error s √(1 − h). They are NaN where there is nothing to divide by.
    """

    fitted: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    studentized: FloatArray


def diagnose(line: ClosedForm, x: FloatArray, y: FloatArray) -> Diagnostics:
    """Diagnostics of the least-squares line of the rows (x, y), both of shape (n,)."""
    moments = line.moments
    n, freedom = moments.n, moments.n - PARAMETERS
    dx = x - moments.mean_x
    rise = line.slope * dx
    residuals = (y - moments.mean_y) - rise
    leverage = 1 / n + dx / moments.sxx * dx
    unexplained = np.where(1 - leverage > CLOSE_TO_ONE, 1 - leverage, np.nan)
    variance = n * line.loss / freedom if freedom > 0 else np.nan
    errors = np.sqrt(variance * unexplained) if variance > 0 else np.full(n, np.nan)
    return Diagnostics(moments.mean_y + rise, residuals, leverage, residuals / errors)


def high_leverage(n: int) -> float:
    """The rule of thumb: over twice the mean leverage, 2p/n, a row deserves a look.

    Hoaglin and Welsch, "The hat matrix in regression and ANOVA" (1978).
    """
    return 2 * PARAMETERS / n


def normal_plot(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Normal quantiles, and the values in order, NaN left out; of very many, a part.

    The plotting position of the i-th of n is (i − 3/8) / (n + 1/4): Blom, "Statistical Estimates
    and Transformed Beta-Variables" (1958).
    """
    ordered = np.sort(values[~np.isnan(values)])
    n = len(ordered)
    rank = np.arange(n)
    if n > 2 * TAIL + BODY:
        between = np.linspace(TAIL, n - TAIL - 1, BODY).astype(np.intp)
        rank = np.concatenate([rank[:TAIL], between, rank[n - TAIL :]])
    # The standard library's quantile is as exact as SciPy's, and there without a wait.
    normal = NormalDist()
    positions = (rank + 1 - 3 / 8) / (n + 1 / 4)
    return np.array([normal.inv_cdf(p) for p in positions.tolist()]), ordered[rank]

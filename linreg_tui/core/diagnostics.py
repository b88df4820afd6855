"""Residual diagnostics: whether the rows fit the assumptions of a straight line with normal errors.

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
"""If a point's leverage is nearer to 1 than this, the line goes through it."""

TAIL_VALUES, BODY_VALUES = 512, 2048
"""Values shown in a plot of very many: at each end, and evenly spaced in between."""


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics(ByValue):
    """Fitted values, residuals and leverages of the rows; all arrays have shape (n,).

    `residuals` are y − ŷ. `leverage` is how much a row pulls the line towards itself, from 1/n to
    1. `studentized` are the internally studentized residuals: each is divided by its own standard
    error s √(1 − h), and is NaN if that is 0.
    """

    fitted: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    studentized: FloatArray


def diagnose(line: ClosedForm, x: FloatArray, y: FloatArray) -> Diagnostics:
    """Return the diagnostics of the least-squares line of rows (x, y), both of shape (n,)."""
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
    """Return the leverage above which a row deserves a look: twice the mean leverage, 2p/n.

    Hoaglin and Welsch, "The hat matrix in regression and ANOVA" (1978).
    """
    return 2 * PARAMETERS / n


def normal_plot(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return normal quantiles and the sorted values without NaN; of very many values, a part.

    The plotting position of the i-th of n is (i − 3/8) / (n + 1/4): Blom, "Statistical Estimates
    and Transformed Beta-Variables" (1958).
    """
    ordered = np.sort(values[~np.isnan(values)])
    n = len(ordered)
    rank = np.arange(n)
    if n > 2 * TAIL_VALUES + BODY_VALUES:
        between = np.linspace(TAIL_VALUES, n - TAIL_VALUES - 1, BODY_VALUES).astype(np.intp)
        rank = np.concatenate([rank[:TAIL_VALUES], between, rank[n - TAIL_VALUES :]])
    # The standard library's quantile is as exact as SciPy's, and needs no slow import.
    normal = NormalDist()
    positions = (rank + 1 - 3 / 8) / (n + 1 / 4)
    return np.array([normal.inv_cdf(p) for p in positions.tolist()]), ordered[rank]

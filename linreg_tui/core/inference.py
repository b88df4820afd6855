"""Inference: standard errors, tests and confidence intervals of the fitted line.

All formulas are from Montgomery, Peck and Vining, "Introduction to Linear Regression Analysis",
chapter 2. They assume that the errors are independent and normal, with one variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.moments import FloatArray


@dataclass(frozen=True, slots=True)
class Inference:
    """The statistics of a fit; None if the rows are too few or too much alike.

    `degrees_of_freedom` is n − 2. `residual_sd` is the estimate s of the standard deviation of the
    errors. `critical_t` is the number of standard errors on either side of a 95% interval. The t
    and p belong to the two-sided tests that the slope, or the intercept, is 0. The slope's p is
    also the p of the F test of the line and of Pearson's r.
    """

    degrees_of_freedom: int
    r2: float | None
    pearson_r: float | None
    residual_sd: float | None = None
    critical_t: float | None = None
    slope_se: float | None = None
    intercept_se: float | None = None
    slope_ci95: tuple[float, float] | None = None
    intercept_ci95: tuple[float, float] | None = None
    slope_t: float | None = None
    intercept_t: float | None = None
    slope_p: float | None = None
    intercept_p: float | None = None

    @property
    def f_statistic(self) -> float | None:
        """The F of the line, on 1 and n − 2 degrees of freedom: the square of the slope's t."""
        return None if self.slope_t is None else self.slope_t * self.slope_t


def inference(line: ClosedForm) -> Inference:
    """Return standard errors, t, p and 95% intervals of both parameters, and R² and r."""
    moments = line.moments
    n, freedom = moments.n, moments.n - 2
    r2 = pearson_r = None
    if moments.syy > 0:
        r2 = 1 - n * line.loss / moments.syy
        r = moments.sxy / math.sqrt(moments.sxx) / math.sqrt(moments.syy)
        pearson_r = min(1.0, max(-1.0, r))
    if freedom < 1:
        return Inference(freedom, r2, pearson_r)

    # scipy.stats calls these two as well, and takes several times as long to import.
    from scipy.special import stdtr, stdtrit

    variance = n * line.loss / freedom
    slope_se = math.sqrt(variance / moments.sxx)
    intercept_se = math.sqrt(variance * (1 / n + moments.mean_x**2 / moments.sxx))
    critical_t = float(stdtrit(freedom, 0.975))

    def tested(estimate: float, error: float) -> tuple[float, float] | tuple[None, None]:
        if not error > 0:
            return None, None
        t = estimate / error
        return t, float(2 * stdtr(freedom, -abs(t)))

    def interval(estimate: float, error: float) -> tuple[float, float]:
        return estimate - critical_t * error, estimate + critical_t * error

    slope_t, slope_p = tested(line.slope, slope_se)
    intercept_t, intercept_p = tested(line.intercept, intercept_se)
    return Inference(
        freedom,
        r2,
        pearson_r,
        math.sqrt(variance),
        critical_t,
        slope_se,
        intercept_se,
        interval(line.slope, slope_se),
        interval(line.intercept, intercept_se),
        slope_t,
        intercept_t,
        slope_p,
        intercept_p,
    )


def confidence_band(
    line: ClosedForm, statistics: Inference, x: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Return the limits of the 95% intervals of the mean response, lower and upper, shaped as x.

    The 95% hold for each x on its own; they are fewer for all x at once. The result is None if
    there are too few rows.
    """
    if statistics.residual_sd is None or statistics.critical_t is None:
        return None
    moments = line.moments
    dx = x - moments.mean_x
    error = statistics.residual_sd * np.sqrt(1 / moments.n + dx / moments.sxx * dx)
    margin = statistics.critical_t * error
    middle = moments.mean_y + line.slope * dx
    return middle - margin, middle + margin

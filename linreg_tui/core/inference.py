"""How sure one can be of the line: what a statistician asks of a fit.

All formulas are those of Montgomery, Peck and Vining, "Introduction to Linear Regression Analysis",
chapter 2. They suppose that the errors are independent, normal, and of one variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.closed_form import ClosedForm
from linreg_tui.core.moments import FloatArray


@dataclass(frozen=True, slots=True)
class Inference:
    """What can be told beside the line; None where the rows are too few or too alike to tell.

    `freedom` is n − 2, `residual_sd` the estimate s of the standard deviation of the errors, and
    `critical_t` how many standard errors a 95% interval reaches to either side. The t and p are
    of the two-sided tests that the slope, or the intercept, is 0. `f` is the F of the whole line,
    on 1 and n − 2 degrees of freedom: the square of the slope's t, and with the same p. So is
    the p of Pearson's r.
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
        """The F of the line."""
        return None if self.slope_t is None else self.slope_t * self.slope_t


def inference(line: ClosedForm) -> Inference:
    """Standard errors, t, p and 95% intervals of both parameters, and how well the line fits."""
    moments = line.moments
    n, freedom = moments.n, moments.n - 2
    r2 = pearson_r = None
    if moments.syy > 0:
        r2 = 1 - n * line.loss / moments.syy
        r = moments.sxy / math.sqrt(moments.sxx) / math.sqrt(moments.syy)
        pearson_r = min(1.0, max(-1.0, r))
    if freedom < 1:
        return Inference(freedom, r2, pearson_r)

    # scipy.stats asks the same two, and takes several times as long to import.
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
    line: ClosedForm, sure: Inference, x: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Lower and upper limits of the 95% intervals of the mean response, each of the shape of x.

    Each interval holds for its own x; that all of them hold at once is less likely. None where
    the rows are too few to tell.
    """
    if sure.residual_sd is None or sure.critical_t is None:
        return None
    moments = line.moments
    dx = x - moments.mean_x
    reach = sure.critical_t * sure.residual_sd * np.sqrt(1 / moments.n + dx / moments.sxx * dx)
    middle = moments.mean_y + line.slope * dx
    return middle - reach, middle + reach

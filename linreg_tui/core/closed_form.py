"""The closed form: the line that is closest to all points, by formula.

m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)
b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)

The sums are there to be shown. The line itself comes from the centred moments, the same formula
with the means taken out first, which keeps its digits where the sums lose theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments, Number


@dataclass(frozen=True, slots=True)
class Sums:
    """n, Σx, Σy, Σxy and Σx², as they stand in the formula."""

    n: int
    x: float
    y: float
    xy: float
    xx: float

    @property
    def denominator(self) -> float:
        """n Σx² − (Σx)², which m and b have in common."""
        return self.n * self.xx - self.x * self.x


def sums_of(x: FloatArray, y: FloatArray) -> Sums:
    """Sums over the rows (x, y), both of shape (n,)."""
    return Sums(len(x), float(x.sum()), float(y.sum()), float(np.dot(x, y)), float(np.dot(x, x)))


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The least-squares line of some moments, and its mean squared error."""

    moments: Moments[float]
    slope: float
    intercept: float
    loss: float

    def excess(self, slope: Number, intercept: Number) -> Number:
        """By how much the loss of ŷ = m x + b exceeds the least one.

        The loss is a parabola around its minimum, so this is never negative and keeps its digits
        where the difference of two losses would not.
        """
        moments = self.moments
        tilt = slope - self.slope
        offset = slope * moments.mean_x + intercept - moments.mean_y
        return offset * offset + tilt * tilt * (moments.sxx / moments.n)


def closed_form(moments: Moments[float]) -> ClosedForm:
    """The least-squares line.

    Raises
    ------
    InputError
        If all x are equal, so that the denominator is 0 and the formula has no answer, or if the
        numbers are too large to be squared.
    """
    if not all(map(math.isfinite, (moments.sxx, moments.sxy, moments.syy))):
        raise InputError("the numbers are too large to be squared; use larger units")
    if not moments.sxx > 0:
        raise InputError(
            "every x is the same, so the formula divides by n Σx² − (Σx)² = 0 and has no answer; "
            "choose another column with --x"
        )
    slope = moments.sxy / moments.sxx
    return ClosedForm(
        moments,
        slope,
        moments.mean_y - slope * moments.mean_x,
        max(0.0, moments.syy - slope * moments.sxy) / moments.n,
    )


@dataclass(frozen=True, slots=True)
class Inference:
    """How sure one can be of the line; None where the rows are too few or too alike to tell."""

    r2: float | None
    slope_se: float | None
    intercept_se: float | None
    slope_ci95: tuple[float, float] | None
    intercept_ci95: tuple[float, float] | None
    slope_p: float | None


def inference(line: ClosedForm) -> Inference:
    """Standard errors, 95% confidence intervals, R², and the p-value of slope 0 (two-sided t-test).

    Montgomery, Peck and Vining, "Introduction to Linear Regression Analysis", section 2.3.
    """
    moments = line.moments
    n, freedom = moments.n, moments.n - 2
    r2 = 1 - n * line.loss / moments.syy if moments.syy > 0 else None
    if freedom < 1:
        return Inference(r2, None, None, None, None, None)

    from scipy import stats  # type: ignore[import-untyped, unused-ignore]

    variance = n * line.loss / freedom
    slope_se = math.sqrt(variance / moments.sxx)
    intercept_se = math.sqrt(variance * (1 / n + moments.mean_x**2 / moments.sxx))
    reach = float(stats.t.ppf(0.975, freedom))
    p = float(2 * stats.t.sf(abs(line.slope) / slope_se, freedom)) if slope_se > 0 else None
    return Inference(
        r2,
        slope_se,
        intercept_se,
        (line.slope - reach * slope_se, line.slope + reach * slope_se),
        (line.intercept - reach * intercept_se, line.intercept + reach * intercept_se),
        p,
    )

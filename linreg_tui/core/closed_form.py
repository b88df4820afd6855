"""The closed form: the line with the least mean squared error, by formula.

m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)
b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)

In floating point these sums lose digits: half of them, if x is a thousand times as far from 0 as it
is wide. So the sums are only shown. The line comes from the same formula, in exact arithmetic for
few rows, and with the means subtracted first for many rows.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from fractions import Fraction

from linreg_tui.core.errors import InputError
from linreg_tui.core.exact import ExactSums
from linreg_tui.core.moments import FloatArray, Moments, Number, chunks, deviations

EXACT_ROWS = 4096
"""Up to this many rows, the line is computed exactly, in a few hundredths of a second."""

_ONE_X = (
    "every x is the same to 16 digits, so the formula divides by n Σx² − (Σx)² = 0 and has no "
    "answer; choose another column with --x"
)
_TOO_CLOSE = "the values of x differ by too little to be squared; use smaller units for x"
_TOO_LARGE = "the numbers are too large to be squared; use larger units"


@dataclass(frozen=True, slots=True)
class Sums:
    """n, Σx, Σy, Σxy and Σx², as in the formula."""

    n: int
    x: float
    y: float
    xy: float
    xx: float

    @property
    def denominator(self) -> float:
        """n Σx² − (Σx)², the denominator of both m and b."""
        return self.n * self.xx - self.x * self.x

    def __add__(self, other: Sums) -> Sums:
        """Return the sums over both sets of rows."""
        return Sums(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xy + other.xy,
            self.xx + other.xx,
        )


def sums_of(x: FloatArray, y: FloatArray) -> Sums:
    """Return the sums over the rows (x, y), both of shape (n,)."""
    total = Sums(0, 0.0, 0.0, 0.0, 0.0)
    for chunk in chunks(len(x)):
        xs, ys = x[chunk], y[chunk]
        sums = (float(values.sum()) for values in (xs, ys, xs * ys, xs * xs))
        total += Sums(len(xs), *sums)
    return total


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The least-squares line of rows with these moments, and its mean squared error."""

    moments: Moments[float]
    slope: float
    intercept: float
    loss: float

    def at(self, slope: Number, intercept: Number) -> Number:
        """Return the loss of ŷ = m x + b, in squared units of y."""
        return self.loss + self.excess(slope, intercept)

    def excess(self, slope: Number, intercept: Number) -> Number:
        """Return how far the loss of ŷ = m x + b is above the least loss.

        The loss is a parabola around its minimum. So the result is never negative, and it keeps
        digits that the difference of two losses would lose.
        """
        moments = self.moments
        tilt = slope - self.slope
        offset = slope * moments.mean_x + intercept - moments.mean_y
        return offset * offset + tilt * tilt * (moments.sxx / moments.n)


@dataclass(frozen=True, slots=True)
class Residuals:
    """The moments `rest` of u = x − x₀ and r = y − y₀ − m₀ u, for a line near the rows.

    They keep the digits that x and y lose far from 0, and that a difference of two large sums of
    squares would lose. They give the moments of x and y, and the least-squares line if there is
    one.
    """

    x0: float
    y0: float
    slope: float
    rest: Moments[float]

    def moments(self) -> Moments[float]:
        """Return the moments of x and y."""
        rest, slope = self.rest, self.slope
        return replace(
            rest,
            mean_x=self.x0 + rest.mean_x,
            mean_y=self.y0 + (slope * rest.mean_x + rest.mean_y),
            sxy=rest.sxy + slope * rest.sxx,
            syy=rest.syy + 2 * slope * rest.sxy + slope * slope * rest.sxx,
        )

    def line(self) -> ClosedForm:
        """Return the least-squares line.

        Raises
        ------
        InputError
            As `closed_form` does.
        """
        rest = self.rest
        line = closed_form(self.moments())
        left = max(0.0, rest.syy - rest.sxy * (rest.sxy / rest.sxx))
        return replace(line, loss=left / rest.n)


def closed_form(moments: Moments[float]) -> ClosedForm:
    """Return the least-squares line.

    Raises
    ------
    InputError
        If all x are equal, so that the denominator is 0 and the formula has no answer, or if the
        numbers are too large to be squared, or the x too close together, or x and y too far apart
        in size to be compared.
    """
    n, sxx, sxy, syy = moments.n, moments.sxx, moments.sxy, moments.syy
    if sxx <= 0:
        raise InputError(_ONE_X)
    raw_xx = n * (sxx + n * moments.mean_x * moments.mean_x)
    raw_yy = n * (syy + n * moments.mean_y * moments.mean_y)
    if not (math.isfinite(raw_xx) and math.isfinite(raw_yy)):
        raise InputError(_TOO_LARGE)
    # Below the smallest normal number, the squares have lost some of their digits, or all.
    if sxx < sys.float_info.min and math.isfinite(sxy / sxx):
        raise InputError(_TOO_CLOSE)
    # These bound the slope, its variance, and the variance of the intercept.
    if not (math.isfinite(syy / sxx) and math.isfinite(syy * (raw_xx / sxx))):
        raise InputError("the slope is too large for a number; use larger units for y")
    slope = sxy / sxx
    return ClosedForm(
        moments,
        slope,
        moments.mean_y - slope * moments.mean_x,
        max(0.0, syy - slope * sxy) / n,
    )


def fit(x: FloatArray, y: FloatArray) -> ClosedForm:
    """Return the least-squares line of the rows (x, y), both of shape (n,), n at least 1.

    Raises
    ------
    InputError
        As `closed_form` does.
    """
    line = closed_form(Moments.of(x, y))
    if len(x) <= EXACT_ROWS:
        return exact_fit(ExactSums.of(x, y))
    # Residuals keep the digits that the difference of two large sums of squares would lose.
    n, moments = len(x), line.moments
    total = squares = 0.0
    for dx, residual in deviations(x, y, moments.mean_x, moments.mean_y):
        dx *= line.slope
        residual -= dx
        total += float(residual.sum())
        residual *= residual
        squares += float(residual.sum())
    # The means are rounded, so these residuals have a mean other than 0, unlike the line's own.
    return replace(line, loss=max(0.0, squares - total * (total / n)) / n)


def exact_fit(sums: ExactSums, x0: float = 0.0, y0: float = 0.0, slope: float = 0.0) -> ClosedForm:
    """Return the least-squares line of rows with these sums; only the results are rounded.

    The sums are over x − x0, and over the height of y above the line of that slope through
    (x0, y0). By default, they are over x and y themselves.

    Raises
    ------
    InputError
        As `closed_form` does.
    """
    mean_u, mean_v = sums.x / sums.n, sums.y / sums.n
    suu, suv, svv = (
        sums.xx - sums.x * mean_u,
        sums.xy - sums.x * mean_v,
        sums.yy - sums.y * mean_v,
    )
    if not suu > 0:
        raise InputError(_ONE_X)
    k, tilt = Fraction(slope), suv / suu
    mean_x, mean_y = Fraction(x0) + mean_u, Fraction(y0) + k * mean_u + mean_v
    try:
        moments = Moments(
            sums.n,
            float(mean_x),
            float(mean_y),
            float(suu) or math.ulp(0.0),  # 0 stands for x that are all equal
            float(suv + k * suu),
            float(svv + 2 * k * suv + k * k * suu),
        )
    except OverflowError:
        raise InputError(_TOO_LARGE) from None
    # Only for its errors: its results come from rounded moments.
    closed_form(moments)
    m = k + tilt
    intercept, loss = mean_y - m * mean_x, (svv - suv * tilt) / sums.n
    return ClosedForm(moments, float(m), float(intercept), float(loss))


@dataclass(frozen=True, slots=True)
class Difference:
    """One product minus another."""

    first: Fraction
    second: Fraction

    @property
    def value(self) -> Fraction:
        """The difference itself."""
        return self.first - self.second


@dataclass(frozen=True, slots=True)
class Derivation:
    """The numerators of m and b, and their common denominator.

    Nothing is rounded after the sums. If the sums have lost too many digits, the denominator is 0,
    and m and b are None.
    """

    denominator: Difference
    slope_numerator: Difference
    intercept_numerator: Difference

    @property
    def slope(self) -> Fraction | None:
        """The slope m."""
        return self._quotient(self.slope_numerator)

    @property
    def intercept(self) -> Fraction | None:
        """The intercept b."""
        return self._quotient(self.intercept_numerator)

    def _quotient(self, numerator: Difference) -> Fraction | None:
        if self.denominator.value == 0:
            return None
        return numerator.value / self.denominator.value


def derivation(sums: Sums) -> Derivation:
    """Return the steps from the sums to the line."""
    n, x, y, xy, xx = map(Fraction, (sums.n, sums.x, sums.y, sums.xy, sums.xx))
    return Derivation(
        Difference(n * xx, x * x), Difference(n * xy, x * y), Difference(y * xx, x * xy)
    )

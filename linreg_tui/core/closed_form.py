"""The closed form: the line that is closest to all points, by formula.

m = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)
b = (Σy Σx² − Σx Σxy) / (n Σx² − (Σx)²)

In floating point these sums lose digits: half of them, if x is a thousand times as far from 0 as it
is wide. So they are only shown. The line comes from the same formula in exact arithmetic where the
rows are few, and with the means taken out first where they are many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments, Number, pieces

EXACT_ROWS = 4096
"""Up to so many rows the line is worked out exactly, in a few hundredths of a second."""

_ONE_X = (
    "every x is the same, so the formula divides by n Σx² − (Σx)² = 0 and has no answer; "
    "choose another column with --x"
)


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

    def __add__(self, other: Sums) -> Sums:
        """The sums over both sets of rows."""
        return Sums(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xy + other.xy,
            self.xx + other.xx,
        )


def sums_of(x: FloatArray, y: FloatArray) -> Sums:
    """Sums over the rows (x, y), both of shape (n,)."""
    total = Sums(0, 0.0, 0.0, 0.0, 0.0)
    for piece in pieces(len(x)):
        xs, ys = x[piece], y[piece]
        sums = (float(values.sum()) for values in (xs, ys, xs * ys, xs * xs))
        total += Sums(len(xs), *sums)
    return total


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
        numbers are too large to be squared, or x and y too far apart in size to be compared.
    """
    n, sxx, syy = moments.n, moments.sxx, moments.syy
    raw_xx = n * (sxx + n * moments.mean_x * moments.mean_x)
    raw_yy = n * (syy + n * moments.mean_y * moments.mean_y)
    if not (math.isfinite(raw_xx) and math.isfinite(raw_yy)):
        raise InputError("the numbers are too large to be squared; use larger units")
    if not sxx > 0:
        raise InputError(_ONE_X)
    # They bound the slope and its variance, and the variance of the intercept.
    if not (math.isfinite(syy / sxx) and math.isfinite(syy * (raw_xx / sxx))):
        raise InputError("the slope is too large for a number; use larger units for y")
    slope = moments.sxy / moments.sxx
    return ClosedForm(
        moments,
        slope,
        moments.mean_y - slope * moments.mean_x,
        max(0.0, moments.syy - slope * moments.sxy) / moments.n,
    )


def fit(x: FloatArray, y: FloatArray) -> ClosedForm:
    """The least-squares line of the rows (x, y), both of shape (n,), n at least 1.

    Raises
    ------
    InputError
        As `closed_form` does.
    """
    # Rounded deviations from the mean of 0.1, 0.1, 0.1 are not 0.
    if (x == x[0]).all():
        raise InputError(_ONE_X)
    line = closed_form(Moments.of(x, y))
    if len(x) <= EXACT_ROWS:
        return _exact(x, y)
    # What remains of y keeps the digits that the difference of two large sums of squares loses.
    moments = line.moments
    total = 0.0
    for piece in pieces(len(x)):
        residual = (y[piece] - moments.mean_y) - line.slope * (x[piece] - moments.mean_x)
        total += float((residual * residual).sum())
    return replace(line, loss=total / len(x))


def _exact(x: FloatArray, y: FloatArray) -> ClosedForm:
    """The same in integers, of which none is rounded; only the results are.

    A number is taken for the shortest decimal that stands for it, which is the one it was read
    from: for 1/10, where its floating-point value is a little more.
    """
    (xs, unit_x), (ys, unit_y) = _integers(x), _integers(y)
    n, sum_x, sum_y = len(xs), sum(xs), sum(ys)
    # n times the centred sums of squares and products, in units.
    xx = n * sum(v * v for v in xs) - sum_x * sum_x
    xy = n * sum(v * w for v, w in zip(xs, ys, strict=True)) - sum_x * sum_y
    yy = n * sum(w * w for w in ys) - sum_y * sum_y
    slope = Fraction(xy, xx) * unit_y / unit_x
    mean_x, mean_y = Fraction(sum_x, n) * unit_x, Fraction(sum_y, n) * unit_y
    moments = Moments(
        n,
        float(mean_x),
        float(mean_y),
        float(Fraction(xx, n) * unit_x**2),
        float(Fraction(xy, n) * unit_x * unit_y),
        float(Fraction(yy, n) * unit_y**2),
    )
    loss = (yy - Fraction(xy * xy, xx)) * unit_y**2 / n**2
    return ClosedForm(moments, float(slope), float(mean_y - slope * mean_x), float(loss))


def _integers(values: FloatArray) -> tuple[list[int], Fraction]:
    """The values as whole multiples of a power of ten, and that power."""
    decimals = [Decimal(repr(value)).as_tuple() for value in values.tolist()]
    least = min(int(decimal.exponent) for decimal in decimals)
    whole = [
        (-1) ** decimal.sign
        * int("".join(map(str, decimal.digits)))
        * 10 ** (int(decimal.exponent) - least)
        for decimal in decimals
    ]
    return whole, Fraction(10) ** least

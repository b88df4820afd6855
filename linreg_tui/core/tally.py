"""Sums that update the line as rows are added and removed, without going over the other rows.

Rounded sums would lose digits with each row that is removed, so rows are added and removed in exact
arithmetic. For few rows, all sums are exact: even after a thousand edits, the line is bit for bit
that of the rows at that time. For many rows, the sums over the original rows are rounded once. They
are sums over the residuals of the original line, so that the loss keeps the digits that the
difference of two large sums would lose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from linreg_tui.core.closed_form import EXACT_ROWS, ClosedForm, Sums, exact_fit
from linreg_tui.core.exact import ExactSums, exactly
from linreg_tui.core.moments import FloatArray

LEAST_SHARE = 1e-3
"""If less than this share of a rounded sum of squares is left, its rounding error shows."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over rows of u = x − `x0` and v = y − `y0` − `slope` · u.

    `rounded` holds Σu² and Σv² as they were when they were rounded, or 0 if all sums are exact.
    """

    sums: ExactSums
    x0: float = 0.0
    y0: float = 0.0
    slope: float = 0.0
    rounded: tuple[float, float] = (0.0, 0.0)

    @staticmethod
    def of(x: FloatArray, y: FloatArray, line: ClosedForm) -> Tally:
        """Return the tally of the rows (x, y), both of shape (n,), given their line."""
        if len(x) <= EXACT_ROWS:
            return Tally(ExactSums.of(x, y))
        x0, y0, slope = line.moments.mean_x, line.moments.mean_y, line.slope
        u = x - x0
        v = (y - y0) - slope * u
        sums = u.sum(), v.sum(), np.dot(u, u), np.dot(u, v), np.dot(v, v)
        exact = ExactSums(len(x), *(Fraction(float(value)) for value in sums))
        return Tally(exact, x0, y0, slope, (float(exact.xx), float(exact.yy)))

    def with_row(self, x: float, y: float) -> Tally:
        """Return the tally with one more row."""
        return replace(self, sums=self.sums + self._row(x, y))

    def without_row(self, x: float, y: float) -> Tally:
        """Return the tally without one of its rows."""
        return replace(self, sums=self.sums - self._row(x, y))

    def line(self) -> ClosedForm:
        """Return the least-squares line; raise an InputError if there is none."""
        return exact_fit(self.sums, self.x0, self.y0, self.slope)

    @property
    def has_lost_digits(self) -> bool:
        """Whether so little is left of the rounded sums that the rows should be summed again."""
        sums = self.sums
        return any(
            square - total * total / sums.n < LEAST_SHARE * before
            for square, total, before in zip(
                (sums.xx, sums.yy), (sums.x, sums.y), map(Fraction, self.rounded), strict=True
            )
        )

    def raw(self) -> Sums:
        """Return the sums over x and y themselves."""
        n, k = self.sums.n, Fraction(self.slope)
        u, v, uu, uv = self.sums.x, self.sums.y, self.sums.xx, self.sums.xy
        x0, y0 = Fraction(self.x0), Fraction(self.y0)
        # y is y0 + k u + v.
        x, y = n * x0 + u, n * y0 + k * u + v
        xy = x0 * y + y0 * u + k * uu + uv
        xx = x0 * (x + u) + uu
        return Sums(n, float(x), float(y), float(xy), float(xx))

    def _row(self, x: float, y: float) -> ExactSums:
        # Rounded sums are over the floating-point values, not over the decimals they stand for.
        value = Fraction if any(self.rounded) else exactly
        u = value(x) - Fraction(self.x0)
        return ExactSums.of_row(u, value(y) - Fraction(self.y0) - Fraction(self.slope) * u)

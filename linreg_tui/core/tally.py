"""A line that is followed while rows are added and taken away, without a look at the others.

Rounded sums would lose digits with each row that goes, so the rows are added and taken away in
exact arithmetic. Of few rows, all sums are exact, and a line that has seen a thousand edits is bit
for bit that of the rows as they are then. Of many, the sums of those there were at first are
rounded once: they are taken of what the first line leaves of y, so that the loss keeps the digits
that the difference of two large sums would not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from linreg_tui.core.closed_form import EXACT_ROWS, ClosedForm, Sums, exact_fit
from linreg_tui.core.exact import ExactSums, exactly
from linreg_tui.core.moments import FloatArray

WORN = 1e-3
"""Where less than this is left of a rounded sum of squares, its rounding begins to show."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over rows of u = x − `x0` and v = y − `y0` − `slope` · u.

    `rounded` are the Σu² and Σv² of the rows that were rounded, 0 if none were.
    """

    sums: ExactSums
    x0: float = 0.0
    y0: float = 0.0
    slope: float = 0.0
    rounded: tuple[float, float] = (0.0, 0.0)

    @staticmethod
    def of(x: FloatArray, y: FloatArray, line: ClosedForm) -> Tally:
        """Of the rows (x, y), both of shape (n,), and their line."""
        if len(x) <= EXACT_ROWS:
            return Tally(ExactSums.of(x, y))
        x0, y0, slope = line.moments.mean_x, line.moments.mean_y, line.slope
        u = x - x0
        v = (y - y0) - slope * u
        sums = u.sum(), v.sum(), np.dot(u, u), np.dot(u, v), np.dot(v, v)
        exact = ExactSums(len(x), *(Fraction(float(value)) for value in sums))
        return Tally(exact, x0, y0, slope, (float(exact.xx), float(exact.yy)))

    def with_row(self, x: float, y: float) -> Tally:
        """With one row more."""
        return replace(self, sums=self.sums + self._row(x, y))

    def without_row(self, x: float, y: float) -> Tally:
        """Without one of its rows."""
        return replace(self, sums=self.sums - self._row(x, y))

    def line(self) -> ClosedForm:
        """The least-squares line; raises an InputError if there is none."""
        return exact_fit(self.sums, self.x0, self.y0, self.slope)

    @property
    def has_lost_digits(self) -> bool:
        """Whether so little is left of what was rounded that the rows are better summed anew."""
        sums = self.sums
        return any(
            square - total * total / sums.n < WORN * before
            for square, total, before in zip(
                (sums.xx, sums.yy), (sums.x, sums.y), map(Fraction, self.rounded), strict=True
            )
        )

    def raw(self) -> Sums:
        """The sums of x and y themselves."""
        n, k = self.sums.n, Fraction(self.slope)
        u, v, uu, uv = self.sums.x, self.sums.y, self.sums.xx, self.sums.xy
        x0, y0 = Fraction(self.x0), Fraction(self.y0)
        # y is y0 + k u + v.
        x, y = n * x0 + u, n * y0 + k * u + v
        xy = x0 * y + y0 * u + k * uu + uv
        xx = x0 * (x + u) + uu
        return Sums(n, float(x), float(y), float(xy), float(xx))

    def _row(self, x: float, y: float) -> ExactSums:
        # Rounded sums are those of the floating-point values, not of the decimals they stand for.
        value = Fraction if any(self.rounded) else exactly
        u = value(x) - Fraction(self.x0)
        return ExactSums.of_row(u, value(y) - Fraction(self.y0) - Fraction(self.slope) * u)

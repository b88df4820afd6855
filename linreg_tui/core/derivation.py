"""The closed form worked out step by step, so that it can be followed with a pocket calculator."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from linreg_tui.core.closed_form import Sums


@dataclass(frozen=True, slots=True)
class Difference:
    """A product less another, and what is left."""

    first: Fraction
    second: Fraction

    @property
    def value(self) -> Fraction:
        """What is left."""
        return self.first - self.second


@dataclass(frozen=True, slots=True)
class Derivation:
    """The numerators of m and b, and the denominator that they have in common.

    Nothing is rounded after the sums. Where these have lost too many digits, the denominator is 0
    and there is neither m nor b.
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
    """The steps from the sums to the line."""
    n, x, y, xy, xx = map(Fraction, (sums.n, sums.x, sums.y, sums.xy, sums.xx))
    return Derivation(
        Difference(n * xx, x * x), Difference(n * xy, x * y), Difference(y * xx, x * xy)
    )

"""Sums over rows in exact arithmetic, so that rows can be added and taken away without error."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from linreg_tui.core.moments import FloatArray


@dataclass(frozen=True, slots=True)
class ExactSums:
    """n, Σx, Σy, Σx², Σxy and Σy² of rows (x, y)."""

    n: int
    x: Fraction
    y: Fraction
    xx: Fraction
    xy: Fraction
    yy: Fraction

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> ExactSums:
        """Return the sums over rows (x, y), both of shape (n,); `exactly` converts each number."""
        (xs, unit_x), (ys, unit_y) = _integers(x), _integers(y)
        return ExactSums(
            len(xs),
            sum(xs) * unit_x,
            sum(ys) * unit_y,
            sum(v * v for v in xs) * unit_x**2,
            sum(v * w for v, w in zip(xs, ys, strict=True)) * unit_x * unit_y,
            sum(w * w for w in ys) * unit_y**2,
        )

    @staticmethod
    def of_row(x: Fraction, y: Fraction) -> ExactSums:
        """Return the sums over one row."""
        return ExactSums(1, x, y, x * x, x * y, y * y)

    def __add__(self, other: ExactSums) -> ExactSums:
        """Return the sums over both sets of rows together."""
        return ExactSums(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xx + other.xx,
            self.xy + other.xy,
            self.yy + other.yy,
        )

    def __sub__(self, other: ExactSums) -> ExactSums:
        """Return the sums over these rows without some of them, the other ones."""
        return self + ExactSums(-other.n, -other.x, -other.y, -other.xx, -other.xy, -other.yy)


def exactly(value: float) -> Fraction:
    """Return the shortest decimal of a float, which is the number that it was read from.

    For 0.1 it is 1/10; the floating-point value is a little more.
    """
    return Fraction(repr(float(value)))


def _integers(values: FloatArray) -> tuple[list[int], Fraction]:
    """Return the values as whole multiples of a power of ten, and that power."""
    decimals = [Decimal(repr(value)).as_tuple() for value in values.tolist()]
    least = min(int(decimal.exponent) for decimal in decimals)
    whole = [
        (-1) ** decimal.sign
        * int("".join(map(str, decimal.digits)))
        * 10 ** (int(decimal.exponent) - least)
        for decimal in decimals
    ]
    return whole, Fraction(10) ** least

"""Moments: all that a straight-line fit needs to know of any number of rows."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue

FloatArray = NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)


PIECE = 2**18
"""Rows at a time, so that what is worked out on the way needs little memory."""


def pieces(n: int) -> Iterator[slice]:
    """Where the pieces of n rows are."""
    return (slice(first, first + PIECE) for first in range(0, n, PIECE))


def deviations(
    x: FloatArray, y: FloatArray, x0: float, y0: float
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """x − x0 and y − y0 in pieces, each in the same memory as the one before, to work in."""
    memory = np.empty((2, min(len(x), PIECE)))
    for piece in pieces(len(x)):
        dx, dy = memory[:, : len(x[piece])]
        yield np.subtract(x[piece], x0, out=dx), np.subtract(y[piece], y0, out=dy)


@dataclass(frozen=True, slots=True, eq=False)
class Moments(ByValue, Generic[Number]):
    """Count, means, and centred second moments of x and y.

    `sxx`, `sxy` and `syy` are sums over the rows of products of deviations from the means. Of one
    set of rows every field is a float; of k batches of equal size each field but `n` has shape
    (k,), and so has whatever the methods return.

    Of one set of rows `sxx` is 0 only if all x are equal: where the squares are too small for a
    number, the smallest one stands for their sum.
    """

    n: int
    mean_x: Number
    mean_y: Number
    sxx: Number
    sxy: Number
    syy: Number

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Moments[float]:
        """Moments of the rows (x, y), both of shape (n,), n at least 1.

        They are not finite if the numbers are too large to be squared.

        This is the corrected two-pass algorithm, equation 1.7 of Chan, Golub and LeVeque,
        "Algorithms for computing the sample variance" (1983).
        """
        n = len(x)
        sum_x = sum_y = sxx = sxy = syy = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            x0, y0 = float(x.sum()) / n, float(y.sum()) / n
            for dx, dy in deviations(x, y, x0, y0):
                # Not np.dot, whose threads wait for one another where others want the cores.
                sum_x += float(dx.sum())
                sum_y += float(dy.sum())
                sxy += float((dx * dy).sum())
                dx *= dx
                dy *= dy
                sxx += float(dx.sum())
                syy += float(dy.sum())
        # Deviations from the true means add up to 0, but those from the rounded ones do not.
        rest_x, rest_y = sum_x / n, sum_y / n
        mean_x, mean_y = x0 + rest_x, y0 + rest_y
        sxx, sxy, syy = sxx - sum_x * rest_x, sxy - sum_x * rest_y, syy - sum_y * rest_y
        if _all_equal(x, mean_x, sxx):
            mean_x, sxx, sxy = float(x[0]), 0.0, 0.0
        else:
            sxx = _not_zero(sxx)
        if _all_equal(y, mean_y, syy):
            mean_y, syy, sxy = float(y[0]), 0.0, 0.0
        else:
            syy = max(syy, 0.0)  # in this order NaN stays NaN
        return Moments(n, mean_x, mean_y, sxx, sxy, syy)

    @staticmethod
    def streamed(chunks: Iterable[tuple[FloatArray, FloatArray]]) -> Moments[float]:
        """Moments of rows that come in chunks (x, y), each pair of shape (n,), one kept at a time.

        Raises
        ------
        ValueError
            If there are no rows.
        """
        total: Moments[float] | None = None
        x0 = y0 = 0.0
        for x, y in chunks:
            if not len(x):
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                # Near 0 the means of the chunks keep the digits of their differences.
                if total is None:
                    x0, y0 = float(x[0]), float(y[0])
                part = Moments.of(x - x0, y - y0)
            total = part if total is None else total + part
        if total is None:
            raise ValueError("there are no rows")
        return total.moved(x0, y0)

    def moved(self: Moments[float], x: float, y: float) -> Moments[float]:
        """Moments of the rows moved by x to the right, and up by y."""
        return replace(self, mean_x=self.mean_x + x, mean_y=self.mean_y + y)

    def __add__(self: Moments[float], other: Moments[float]) -> Moments[float]:
        """Moments of both sets of rows together.

        The difference of the means has few digits where both are far from 0 and near each other;
        sums over rows that are measured from a point among them keep them all.

        Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
        variances" (1979).
        """
        n = self.n + other.n
        dx, dy = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        share = other.n / n
        weight = self.n * share
        sxx = self.sxx + other.sxx + dx * dx * weight
        return Moments(
            n,
            self.mean_x + dx * share,
            self.mean_y + dy * share,
            _not_zero(sxx) if dx else sxx,
            self.sxy + other.sxy + dx * dy * weight,
            self.syy + other.syy + dy * dy * weight,
        )

    def loss(self, slope: Number, intercept: Number) -> Number:
        """Mean squared error L of ŷ = m x + b over the rows, in squared units of y."""
        offset = self.mean_y - slope * self.mean_x - intercept
        spread = self.syy - 2 * slope * self.sxy + slope * slope * self.sxx
        # Of a line through all points, rounding may leave less than nothing.
        return offset * offset + (spread + abs(spread)) / 2 / self.n

    def gradient(self, slope: Number, intercept: Number) -> tuple[Number, Number]:
        """∂L/∂m = mean of −2x(y − ŷ), in y² per unit of m, and ∂L/∂b = mean of −2(y − ŷ)."""
        residual = self.mean_y - slope * self.mean_x - intercept
        lever = (self.sxy - slope * self.sxx) / self.n
        return -2 * (lever + self.mean_x * residual), -2 * residual

    def hessian(self) -> FloatArray:
        """Second derivatives of the loss by (m, b), shape (2, 2), or (k, 2, 2) of k batches."""
        second = np.ones((*np.shape(self.mean_x), 2, 2))
        second[..., 0, 0] = self.sxx / self.n + self.mean_x * self.mean_x
        second[..., 0, 1] = second[..., 1, 0] = self.mean_x
        return 2 * second


def _all_equal(values: FloatArray, mean: float, squares: float) -> bool:
    """Whether values are all equal, of which mean and sum of squares are known but for rounding."""
    rounding = sys.float_info.epsilon * mean
    if squares > len(values) * rounding * rounding:
        return False
    return bool((values == values[0]).all())


def _not_zero(squares: float) -> float:
    """A sum of squares of numbers that are not all 0."""
    return math.ulp(0.0) if squares <= 0 else squares


class BatchMoments(Protocol):
    """Knows the moments of batches, as `Batches` does; so many workers share each of them."""

    @property
    def workers(self) -> int:
        """How many."""

    def moments(self, index: NDArray[np.intp]) -> Moments[FloatArray]:
        """Moments of k batches, which `index`, of shape (k, size), names the rows of."""


class Batches:
    """Rows from which batches are taken: x and y, both of shape (n,), less their means.

    Taking the means out once keeps the digits of the sums of squares of every batch.
    """

    def __init__(self, x: FloatArray, y: FloatArray) -> None:
        self._mean_x, self._mean_y = x.mean(), y.mean()
        self._dx, self._dy = x - self._mean_x, y - self._mean_y

    def moments(self, index: NDArray[np.intp]) -> Moments[FloatArray]:
        """Moments of k batches: row j of `index`, of shape (k, size), names the rows of batch j."""
        size = index.shape[1]
        # One row after the other in memory, so that a batch's sums don't depend on its neighbours.
        index = np.ascontiguousarray(index)
        dx, dy = self._dx.take(index), self._dy.take(index)
        sum_x, sum_y = np.einsum("ij->i", dx), np.einsum("ij->i", dy)
        mean_x, mean_y = sum_x / size, sum_y / size
        return Moments(
            size,
            mean_x + self._mean_x,
            mean_y + self._mean_y,
            np.vecdot(dx, dx) - sum_x * mean_x,
            np.vecdot(dx, dy) - sum_x * mean_y,
            np.vecdot(dy, dy) - sum_y * mean_y,
        )

"""Moments: all that a straight-line fit needs to know of any number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)


PIECE = 2**18
"""Rows at a time, so that what is worked out on the way needs little memory."""


def pieces(n: int) -> Iterator[slice]:
    """Where the pieces of n rows are."""
    return (slice(first, first + PIECE) for first in range(0, n, PIECE))


@dataclass(frozen=True, slots=True)
class Moments(Generic[Number]):
    """Count, means, and centred second moments of x and y.

    `sxx`, `sxy` and `syy` are sums over the rows of products of deviations from the means. Of one
    set of rows every field is a float; of k batches of equal size each field but `n` has shape
    (k,), and so has whatever the methods return.
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
        """
        if len(x) > PIECE:
            return Moments.streamed((x[piece], y[piece]) for piece in pieces(len(x)))
        with np.errstate(over="ignore", invalid="ignore"):
            mean_x, mean_y = x.mean(), y.mean()
            dx, dy = x - mean_x, y - mean_y
            # Not np.dot, whose threads wait for one another where others want the cores.
            sxx, sxy, syy = (dx * dx).sum(), (dx * dy).sum(), (dy * dy).sum()
        return Moments(len(x), float(mean_x), float(mean_y), float(sxx), float(sxy), float(syy))

    @staticmethod
    def streamed(chunks: Iterable[tuple[FloatArray, FloatArray]]) -> Moments[float]:
        """Moments of rows that come in chunks (x, y), each pair of shape (n,), one kept at a time.

        Raises
        ------
        ValueError
            If there are no rows.
        """
        parts = (Moments.of(x, y) for x, y in chunks if len(x))
        total = next(parts, None)
        if total is None:
            raise ValueError("there are no rows")
        return reduce(add, parts, total)

    def __add__(self: Moments[float], other: Moments[float]) -> Moments[float]:
        """Moments of both sets of rows together.

        Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
        variances" (1979).
        """
        n = self.n + other.n
        dx, dy = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        share = other.n / n
        weight = self.n * share
        return Moments(
            n,
            self.mean_x + dx * share,
            self.mean_y + dy * share,
            self.sxx + other.sxx + dx * dx * weight,
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

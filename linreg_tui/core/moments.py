"""Moments: six numbers that hold everything the squared loss needs to know about the rows."""

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


CHUNK_ROWS = 2**18
"""Rows at a time, so that intermediate results need little memory."""


def chunks(n: int) -> Iterator[slice]:
    """Yield the slices that divide n rows into chunks."""
    return (slice(first, first + CHUNK_ROWS) for first in range(0, n, CHUNK_ROWS))


def deviations(
    x: FloatArray, y: FloatArray, x0: float, y0: float
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield x − x0 and y − y0 in chunks. They share memory, and the caller may overwrite them."""
    memory = np.empty((2, min(len(x), CHUNK_ROWS)))
    for chunk in chunks(len(x)):
        dx, dy = memory[:, : len(x[chunk])]
        yield np.subtract(x[chunk], x0, out=dx), np.subtract(y[chunk], y0, out=dy)


@dataclass(frozen=True, slots=True, eq=False)
class Moments(ByValue, Generic[Number]):
    """The count, the means, and the centred second moments of x and y.

    `sxx`, `sxy` and `syy` are sums over the rows of products of deviations from the means. For one
    set of rows every field is a float. For k batches of equal size, each field except `n` has shape
    (k,), and so do the results of the methods.

    For one set of rows, `sxx` is 0 only if all x are equal. If the squares are too small for a
    number, `sxx` is the smallest positive number.
    """

    n: int
    mean_x: Number
    mean_y: Number
    sxx: Number
    sxy: Number
    syy: Number

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> Moments[float]:
        """Return the moments of the rows (x, y), both of shape (n,), n at least 1.

        They are not finite if the numbers are too large to be squared.

        This is the corrected two-pass algorithm, equation 1.7 of Chan, Golub and LeVeque,
        "Algorithms for computing the sample variance" (1983).
        """
        n = len(x)
        sum_x = sum_y = sxx = sxy = syy = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            x0, y0 = float(x.sum()) / n, float(y.sum()) / n
            for dx, dy in deviations(x, y, x0, y0):
                # Not np.dot: its threads wait for each other when other programs use the cores.
                sum_x += float(dx.sum())
                sum_y += float(dy.sum())
                sxy += float((dx * dy).sum())
                dx *= dx
                dy *= dy
                sxx += float(dx.sum())
                syy += float(dy.sum())
        # Deviations from the true means add up to 0, but deviations from the rounded means don't.
        error_x, error_y = sum_x / n, sum_y / n
        mean_x, mean_y = x0 + error_x, y0 + error_y
        sxx, sxy, syy = sxx - sum_x * error_x, sxy - sum_x * error_y, syy - sum_y * error_y
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
        """Return the moments of rows that come in chunks (x, y), one in memory at a time.

        x and y of a chunk have shape (n,).

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
                # Measured from a row, the means of the chunks keep the digits of their differences.
                if total is None:
                    x0, y0 = float(x[0]), float(y[0])
                part = Moments.of(x - x0, y - y0)
            total = part if total is None else total + part
        if total is None:
            raise ValueError("there are no rows")
        return total.moved(x0, y0)

    def moved(self: Moments[float], x: float, y: float) -> Moments[float]:
        """Return the moments of the rows moved right by x and up by y."""
        return replace(self, mean_x=self.mean_x + x, mean_y=self.mean_y + y)

    def __add__(self: Moments[float], other: Moments[float]) -> Moments[float]:
        """Return the moments of both sets of rows together.

        If the means are far from 0 and near each other, their difference loses digits. It keeps
        them if the rows are measured from a point among them.

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
        """Return the mean squared error of ŷ = m x + b over the rows, in squared units of y."""
        offset = self.mean_y - slope * self.mean_x - intercept
        spread = self.syy - 2 * slope * self.sxy + slope * slope * self.sxx
        # For a line through all points, rounding can make the spread negative.
        return offset * offset + (spread + abs(spread)) / 2 / self.n

    def gradient(self, slope: Number, intercept: Number) -> tuple[Number, Number]:
        """Return ∂L/∂m = mean of −2x(y − ŷ), in y² per unit of m, and ∂L/∂b = mean of −2(y − ŷ)."""
        residual = self.mean_y - slope * self.mean_x - intercept
        lever = (self.sxy - slope * self.sxx) / self.n
        return -2 * (lever + self.mean_x * residual), -2 * residual

    def hessian(self) -> FloatArray:
        """Return the second derivatives by (m, b), of shape (2, 2), or (k, 2, 2) for k batches."""
        second = np.ones((*np.shape(self.mean_x), 2, 2))
        second[..., 0, 0] = self.sxx / self.n + self.mean_x * self.mean_x
        second[..., 0, 1] = second[..., 1, 0] = self.mean_x
        return 2 * second


def _all_equal(values: FloatArray, mean: float, squares: float) -> bool:
    """Return whether all values are equal, given their rounded mean and sum of squares."""
    rounding = sys.float_info.epsilon * mean
    if squares > len(values) * rounding * rounding:
        return False
    return bool((values == values[0]).all())


def _not_zero(squares: float) -> float:
    """Return a sum of squares of numbers that are not all 0, which rounding may have made 0."""
    return math.ulp(0.0) if squares <= 0 else squares


class BatchMoments(Protocol):
    """Computes the moments of batches, as `Batches` does, with one or more workers."""

    @property
    def workers(self) -> int:
        """The number of workers that share each batch."""

    def moments(self, index: NDArray[np.intp]) -> Moments[FloatArray]:
        """Return the moments of k batches, given the numbers of their rows, of shape (k, size)."""


class Batches:
    """The rows that batches are drawn from: x and y, both of shape (n,), minus their means.

    Subtracting the means once keeps the digits of the sums of squares of every batch.
    """

    def __init__(self, x: FloatArray, y: FloatArray) -> None:
        self._mean_x, self._mean_y = x.mean(), y.mean()
        self._dx, self._dy = x - self._mean_x, y - self._mean_y

    def moments(self, index: NDArray[np.intp]) -> Moments[FloatArray]:
        """Return the moments of k batches, given the numbers of their rows, of shape (k, size)."""
        size = index.shape[1]
        # Contiguous rows, so that the sums of a batch don't depend on the other batches.
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

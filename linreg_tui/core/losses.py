"""Losses: what makes a prediction bad, and which line is the best.

A loss is the mean over rows of a function ρ of the residual r = y − ŷ, ŷ = m x + b. Its gradient
follows from the derivative of that function:

∂L/∂m = mean of −x ρ'(r),    ∂L/∂b = mean of −ρ'(r).

Of the squared loss, ρ = r², the moments of the rows say all: with the mean residual
r̄ = ȳ − m x̄ − b it is

∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r̄),    ∂L/∂b = −2 r̄,

however many rows there are. The others have to go over the rows. Of a matrix R whose three rows are
y, −x and −1, the residuals are

r = (1, m, b) R,

and the last two numbers of R ρ'(r) / n are ∂L/∂m and ∂L/∂b.

To add a loss, declare it here: a class with a name, `of`, `derivative` and `least`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.least_points import least_absolute, least_huber, robust_scale
from linreg_tui.core.moments import FloatArray, Moments, Number
from linreg_tui.core.schema import Member, Range, about

if TYPE_CHECKING:
    from linreg_tui.core.dataset import Dataset

Batch = Sequence[Any]
"""What a loss goes by: x̄, ȳ, Sxx/n and Sxy/n of the rows for the squared loss, or else R."""

ROUNDING = 8 * sys.float_info.epsilon
"""The residuals that rounding leaves, in the size of what they are the difference of."""

AT_ONCE = 10_000
"""Residuals worked out at a time; memory for much larger arrays comes from the system each time."""


def matrix_of(x: FloatArray, y: FloatArray) -> FloatArray:
    """R of rows (x, y), both of shape (n,); its shape is (3, n).

    Of k batches x and y have shape (k, n), and all of their R the shape (k, 3, n).
    """
    matrix = np.empty((*x.shape[:-1], 3, x.shape[-1]))
    matrix[..., 0, :], matrix[..., 1, :], matrix[..., 2, :] = y, -x, -1.0
    return matrix


class Least(Protocol):
    """The line with the least loss over some rows."""

    @property
    def slope(self) -> float:
        """In units of y per unit of x."""

    @property
    def intercept(self) -> float:
        """In units of y."""

    @property
    def loss(self) -> float:
        """Its loss."""


class Optimum(Least, Protocol):
    """The same, and how the loss of other lines compares."""

    def at(self, slope: Number, intercept: Number) -> Number:
        """The loss of other lines."""

    def excess(self, slope: Number, intercept: Number) -> Number:
        """By how much the loss of other lines is above the least one, never negative."""


@dataclass(frozen=True, slots=True)
class LeastPoint:
    """A line and its loss, which is the least over some rows."""

    slope: float
    intercept: float
    loss: float

    @staticmethod
    def of(least: Least) -> LeastPoint:
        """The bare numbers."""
        return LeastPoint(least.slope, least.intercept, least.loss)


@dataclass(frozen=True)
class Loss(Member):
    """A loss, by what it makes of a residual."""

    formula: ClassVar[str]
    """ρ as it is written by hand."""

    squares: ClassVar[bool] = False
    """Whether it is measured in squared units of y, not in units of y."""

    from_moments: ClassVar[bool] = False
    """Whether the moments of rows say all about it, so that its batches are made of them."""

    expectation: ClassVar[str] = ""
    """What to expect of a run at a constant rate, where there is no Hessian to predict it from."""

    def of(self, residual: FloatArray) -> FloatArray:
        """ρ(r) of residuals, in an array of the same shape."""
        raise NotImplementedError

    def derivative(self, residual: FloatArray) -> FloatArray:
        """ρ'(r) of residuals, in an array of the same shape; 0 where ρ has a kink."""
        raise NotImplementedError

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """The slope and intercept with the least loss over rows (x, y), both of shape (n,)."""
        raise NotImplementedError

    def hessian(self, moments: Moments[Number]) -> FloatArray | None:
        """Second derivatives by (m, b), where they are the same at every line, else None.

        The shape is (2, 2), or (k, 2, 2) of k batches.
        """
        del moments
        return None

    def curvature(self, moments: Moments[float]) -> FloatArray | None:
        """The largest that the second derivatives can be; None if nothing bounds them."""
        return self.hessian(moments)

    @property
    def steepest(self) -> float:
        """The largest that ρ' can be."""
        return math.inf

    def by_slope(self, batch: Batch, m: float, b: float) -> float:
        """∂L/∂m on a batch."""
        return self._gradient(1, batch, m, b)

    def by_intercept(self, batch: Batch, m: float, b: float) -> float:
        """∂L/∂b on a batch."""
        return self._gradient(2, batch, m, b)

    def _gradient(self, row: int, batch: Batch, m: float, b: float) -> float:
        (matrix,) = batch
        pull = self.derivative(np.array((1.0, m, b)).dot(matrix))
        return float(matrix[row].dot(pull)) / len(pull)

    def scaled(self, unit: float) -> Loss:
        """The same loss where residuals are measured in another unit, given in units of y."""
        del unit
        return self

    def fitted(self, data: Dataset) -> Loss:
        """The same loss with parameters that suit the data, where they depend on it."""
        del data
        return self

    def over(self, data: Dataset, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """The mean loss of k lines over the rows of the data that are kept, of shape (k,)."""
        return self.over_rows(data.x, data.y, slope, intercept)

    def over_rows(
        self, x: FloatArray, y: FloatArray, slope: FloatArray, intercept: FloatArray
    ) -> FloatArray:
        """The mean loss of k lines over rows, of shape (k,).

        x and y are of shape (n,), or of shape (k, n) if each line has rows of its own.
        """
        n = x.shape[-1]
        sums = [
            self.of(ys - m[:, None] * xs - b[:, None]).sum(axis=1)
            for xs, ys, m, b in _pieces(x, y, slope, intercept, max(1, AT_ONCE // n))
        ]
        return np.concatenate(sums) / n if sums else np.empty(0)

    def on_a_sample(self, data: Dataset) -> str:
        """That it goes over some of the rows alone, where not all are kept; else nothing."""
        if self.from_moments or data.total == data.n:
            return ""
        return (
            f"the {self.name} loss goes over rows: it is trained on the {data.n:,} of "
            f"{data.total:,} that are kept"
        )

    def optimum(self, data: Dataset) -> Optimum:
        """The line with the least loss over the rows of the data that are kept."""
        slope, intercept = self.least(data.x, data.y)
        rows = LeastOnRows(slope, intercept, np.nan, self, data.x, data.y)
        least = float(rows.at(slope, intercept))
        return replace(rows, loss=0.0 if least <= self.rounding(data.moments, slope) else least)

    def rounding(self, moments: Moments[float], slope: float) -> float:
        """The loss that rounding alone may leave of rows that lie on a line of that slope."""
        deviation_x, deviation_y = (math.sqrt(s / moments.n) for s in (moments.sxx, moments.syy))
        size = abs(moments.mean_y) + deviation_y
        size += abs(slope) * (abs(moments.mean_x) + deviation_x)
        with np.errstate(over="ignore"):
            return float(self.of(np.array(ROUNDING * size)))


@dataclass(frozen=True, slots=True, eq=False)
class LeastOnRows(ByValue):
    """The line with the least loss over rows (x, y), both of shape (n,)."""

    slope: float
    intercept: float
    loss: float
    of: Loss
    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)

    def at(self, slope: Number, intercept: Number) -> Number:
        """The loss of other lines."""
        slopes, intercepts = np.broadcast_arrays(slope, intercept)
        means = self.of.over_rows(self.x, self.y, slopes.reshape(-1), intercepts.reshape(-1))
        losses: Any = means.reshape(slopes.shape)[()]
        found: Number = losses
        return found

    def excess(self, slope: Number, intercept: Number) -> Number:
        """By how much the loss of other lines is above the least one, never negative."""
        above: Number = np.maximum(self.at(slope, intercept) - self.loss, 0.0)
        return above


@dataclass(frozen=True)
class Squared(Loss, name="squared"):
    """The squared residual, as in the notebook: its least point has a closed form."""

    formula = "r²"
    squares = True
    from_moments = True

    def of(self, residual: FloatArray) -> FloatArray:
        """r²."""
        return residual * residual

    def derivative(self, residual: FloatArray) -> FloatArray:
        """2 r."""
        return 2 * residual

    def hessian(self, moments: Moments[Number]) -> FloatArray:
        """Twice the means of x², x and 1."""
        return moments.hessian()

    def by_slope(self, batch: Batch, m: float, b: float) -> float:
        """∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r̄)."""
        mean_x, mean_y, xx, xy = batch
        slope: float = -2 * (xy - m * xx + mean_x * (mean_y - m * mean_x - b))
        return slope

    def by_intercept(self, batch: Batch, m: float, b: float) -> float:
        """∂L/∂b = −2 r̄."""
        mean_x, mean_y, _, _ = batch
        slope: float = -2 * (mean_y - m * mean_x - b)
        return slope

    def over(self, data: Dataset, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """The mean squared error of k lines over all rows, of shape (k,)."""
        moments: Moments[Any] = data.moments  # numbers, which go with arrays of lines too
        losses: FloatArray = moments.loss(slope, intercept)
        return losses

    def optimum(self, data: Dataset) -> Optimum:
        """The closed form, of all rows."""
        return data.line


@dataclass(frozen=True)
class Absolute(Loss, name="absolute"):
    """The size of the residual: a far outlier pulls no harder than any other point."""

    formula = "|r|"
    expectation = "it ends jumping, b by up to η a step"

    @property
    def steepest(self) -> float:
        """The largest that ρ' can be."""
        return 1.0

    def of(self, residual: FloatArray) -> FloatArray:
        """|r|."""
        return np.abs(residual)

    def derivative(self, residual: FloatArray) -> FloatArray:
        """The sign of r, and 0 at 0."""
        return np.sign(residual)

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """A line through two of the points; see `least_absolute` for which."""
        return least_absolute(x, y)


@dataclass(frozen=True)
class Huber(Loss, name="huber"):
    """Half the square of a small residual, and of one beyond δ the size: Huber (1964).

    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35.
    """

    formula = "½ r² up to δ, δ (|r| − ½ δ) beyond"
    expectation = "far from its best line it pulls as hard as δ"

    delta: float = field(
        default=1.345,
        metadata=about(
            "Huber's δ",
            "where huber turns from square to size, in units of y",
            "Loss",
            unit="y",
            range=Range(0, open=(True, True)),
            wrong="a δ of {:g} is not possible: choose a positive number, in units of y",
            metavar="D",
            proposed=True,
            restarts=True,
            column="δ",
            brief="δ {:g}",
            name="huber_delta",
        ),
    )

    @property
    def steepest(self) -> float:
        """The largest that ρ' can be."""
        return self.delta

    def of(self, residual: FloatArray) -> FloatArray:
        """½ r² up to δ, and δ (|r| − ½ δ) beyond."""
        inside = self.derivative(residual)
        return inside * (residual - inside / 2)

    def derivative(self, residual: FloatArray) -> FloatArray:
        """The residual, but no more than δ either way."""
        return residual.clip(-self.delta, self.delta)

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """By Newton's method; see `least_huber`."""
        return least_huber(x, y, self.delta)

    def curvature(self, moments: Moments[float]) -> FloatArray:
        """Half that of the squared loss, which it has while every residual is within δ."""
        return moments.hessian() / 2

    def scaled(self, unit: float) -> Loss:
        """With δ in that unit."""
        return replace(self, delta=max(self.delta / unit, math.ulp(0.0)))

    def fitted(self, data: Dataset) -> Loss:
        """With a δ that is 1.345 robust deviations of the residuals, rounded.

        If these are normal, it is 95% as sure as least squares; Huber, "Robust statistics" (1981).
        """
        line = data.optimum(Absolute())  # which outliers don't pull
        scale = robust_scale(data.y - line.slope * data.x - line.intercept)
        if line.loss == 0:
            scale = math.sqrt(data.moments.syy / data.moments.n) or 1.0
        return replace(self, delta=float(f"{1.345 * scale:.2g}"))


def _pieces(
    x: FloatArray, y: FloatArray, slope: FloatArray, intercept: FloatArray, lines: int
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """So many lines at a time, with their rows."""
    for first in range(0, len(slope), lines):
        piece = slice(first, first + lines)
        xs, ys = (x, y) if x.ndim == 1 else (x[piece], y[piece])
        yield xs, ys, slope[piece], intercept[piece]

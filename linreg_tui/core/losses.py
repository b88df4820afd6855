"""Losses: how far off a line's predictions are, as one number to minimize.

ŷ = m x + b                     the model: slope m, intercept b
r = y − ŷ                       the residual of a row
L(m, b) = mean of ρ(r)          the loss over the rows
∂L/∂m = mean of −x ρ'(r)        the partial derivatives, dL_dm and dL_db in the notebook
∂L/∂b = mean of −ρ'(r)

The notebook's loss is the squared one, ρ(r) = r². It needs only the moments of the rows, however
many rows there are. With the mean residual r̄ = ȳ − m x̄ − b,

∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r̄)
∂L/∂b = −2 r̄

The other losses have to go over the rows. They use a matrix R whose three rows are y, −x and −1:

r = (1, m, b) R
(…, ∂L/∂m, ∂L/∂b) = R ρ'(r) / n

To add a loss, declare it here: a class with a name, `value`, `derivative` and `least`.
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
"""The rows as a loss reads them: x̄, ȳ, Sxx/n and Sxy/n for the squared loss, R for the others."""

ROUNDING = 8 * sys.float_info.epsilon
"""The largest residual due to rounding alone, relative to the numbers that are subtracted."""

CHUNK_RESIDUALS = 10_000
"""Residuals computed at a time. The system hands out much larger arrays anew each time."""


def matrix_of(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return R, of shape (3, n), for rows (x, y), both of shape (n,).

    For k batches, x and y have shape (k, n) and the result has shape (k, 3, n).
    """
    matrix = np.empty((*x.shape[:-1], 3, x.shape[-1]))
    matrix[..., 0, :], matrix[..., 1, :], matrix[..., 2, :] = y, -x, -1.0
    return matrix


class Least(Protocol):
    """The line with the least loss over some rows."""

    @property
    def slope(self) -> float:
        """The slope, in units of y per unit of x."""

    @property
    def intercept(self) -> float:
        """The intercept, in units of y."""

    @property
    def loss(self) -> float:
        """The loss of this line."""


class Optimum(Least, Protocol):
    """The line with the least loss, which can compare other lines with itself."""

    def at(self, slope: Number, intercept: Number) -> Number:
        """Return the loss of other lines."""

    def excess(self, slope: Number, intercept: Number) -> Number:
        """Return how far the loss of other lines is above the least one, never negative."""


@dataclass(frozen=True, slots=True)
class LeastPoint:
    """The line with the least loss over some rows, as three plain numbers."""

    slope: float
    intercept: float
    loss: float

    @staticmethod
    def of(least: Least) -> LeastPoint:
        """Return the slope, intercept and loss of an optimum."""
        return LeastPoint(least.slope, least.intercept, least.loss)


@dataclass(frozen=True)
class Loss(Member):
    """A loss, given by the function ρ of the residual."""

    formula: ClassVar[str]
    """The formula of ρ, for people to read."""

    pull: ClassVar[tuple[int, str]] = (1, "ρ'(r)")
    """A whole factor of ρ'(r), and the rest of its formula, for people to read."""

    from_moments: ClassVar[bool] = False
    """Whether the moments of the rows are enough, so that a batch is made of moments, not rows."""

    expectation: ClassVar[str] = ""
    """What to expect of a run at a constant rate, where no Hessian exists to predict it from."""

    def value(self, residual: FloatArray) -> FloatArray:
        """Return ρ(r) for residuals, in an array of the same shape."""
        raise NotImplementedError

    def derivative(self, residual: FloatArray) -> FloatArray:
        """Return ρ'(r) for residuals, in an array of the same shape; 0 where ρ has a kink."""
        raise NotImplementedError

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """Return the slope and intercept with the least loss over rows (x, y), both shape (n,)."""
        raise NotImplementedError

    def hessian(self, moments: Moments[Number]) -> FloatArray | None:
        """Return the second derivatives by (m, b), or None if they differ from line to line.

        The shape is (2, 2), or (k, 2, 2) for k batches.
        """
        del moments
        return None

    def curvature(self, moments: Moments[float]) -> FloatArray | None:
        """Return an upper bound of the second derivatives, or None if there is none."""
        return self.hessian(moments)

    @property
    def steepest(self) -> float:
        """The largest value of |ρ'|."""
        return math.inf

    def by_slope(self, batch: Batch, m: float, b: float) -> float:
        """Return ∂L/∂m on a batch."""
        return self._gradient(1, batch, m, b)

    def by_intercept(self, batch: Batch, m: float, b: float) -> float:
        """Return ∂L/∂b on a batch."""
        return self._gradient(2, batch, m, b)

    def _gradient(self, row: int, batch: Batch, m: float, b: float) -> float:
        (matrix,) = batch
        derivative = self.derivative(np.array((1.0, m, b)).dot(matrix))
        return float(matrix[row].dot(derivative)) / len(derivative)

    def scaled(self, unit: float) -> Loss:
        """Return this loss for residuals measured in another unit, which is given in units of y."""
        del unit
        return self

    def fitted(self, data: Dataset) -> Loss:
        """Return this loss with parameters that suit the data, where they depend on it."""
        del data
        return self

    def over(self, data: Dataset, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """Return the mean loss of k lines over the rows in memory, of shape (k,)."""
        return self.over_rows(data.x, data.y, slope, intercept)

    def over_rows(
        self, x: FloatArray, y: FloatArray, slope: FloatArray, intercept: FloatArray
    ) -> FloatArray:
        """Return the mean loss of k lines over rows, of shape (k,).

        x and y have shape (n,), or shape (k, n) if each line has rows of its own.
        """
        n = x.shape[-1]
        sums = [
            self.value(ys - m[:, None] * xs - b[:, None]).sum(axis=1)
            for xs, ys, m, b in _chunks(x, y, slope, intercept, max(1, CHUNK_RESIDUALS // n))
        ]
        return np.concatenate(sums) / n if sums else np.empty(0)

    def on_a_sample(self, data: Dataset) -> str:
        """Return a message if the loss only sees a sample of the rows, else an empty string."""
        if self.from_moments or data.total == data.n:
            return ""
        return (
            f"the {self.name} loss goes over rows: it is trained on the {data.n:,} of "
            f"{data.total:,} that are kept"
        )

    def optimum(self, data: Dataset) -> Optimum:
        """Return the line with the least loss over the rows in memory."""
        slope, intercept = self.least(data.x, data.y)
        rows = LeastOnRows(slope, intercept, np.nan, self, data.x, data.y)
        least = float(rows.at(slope, intercept))
        return replace(rows, loss=0.0 if least <= self.rounding(data.moments, slope) else least)

    def rounding(self, moments: Moments[float], slope: float) -> float:
        """Return the loss that rounding alone can cause for rows on a line of that slope."""
        deviation_x, deviation_y = (math.sqrt(s / moments.n) for s in (moments.sxx, moments.syy))
        size = abs(moments.mean_y) + deviation_y
        size += abs(slope) * (abs(moments.mean_x) + deviation_x)
        with np.errstate(over="ignore"):
            return float(self.value(np.array(ROUNDING * size)))


@dataclass(frozen=True, slots=True, eq=False)
class LeastOnRows(ByValue):
    """The line with the least loss over rows (x, y), both of shape (n,)."""

    slope: float
    intercept: float
    loss: float
    objective: Loss
    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)

    def at(self, slope: Number, intercept: Number) -> Number:
        """Return the loss of other lines."""
        slopes, intercepts = np.broadcast_arrays(slope, intercept)
        means = self.objective.over_rows(self.x, self.y, slopes.reshape(-1), intercepts.reshape(-1))
        losses: Any = means.reshape(slopes.shape)[()]
        found: Number = losses
        return found

    def excess(self, slope: Number, intercept: Number) -> Number:
        """Return how far the loss of other lines is above the least one, never negative."""
        above: Number = np.maximum(self.at(slope, intercept) - self.loss, 0.0)
        return above


@dataclass(frozen=True)
class Squared(Loss, name="squared"):
    """The squared residual, as in the notebook. The closed form gives the best line."""

    formula = "r²"
    pull = (2, "r")
    from_moments = True

    def value(self, residual: FloatArray) -> FloatArray:
        """Return r²."""
        return residual * residual

    def derivative(self, residual: FloatArray) -> FloatArray:
        """Return 2 r."""
        return 2 * residual

    def hessian(self, moments: Moments[Number]) -> FloatArray:
        """Return twice the means of x², x and 1."""
        return moments.hessian()

    def by_slope(self, batch: Batch, m: float, b: float) -> float:
        """Return ∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r̄)."""
        mean_x, mean_y, xx, xy = batch
        partial: float = -2 * (xy - m * xx + mean_x * (mean_y - m * mean_x - b))
        return partial

    def by_intercept(self, batch: Batch, m: float, b: float) -> float:
        """Return ∂L/∂b = −2 r̄."""
        mean_x, mean_y, _, _ = batch
        partial: float = -2 * (mean_y - m * mean_x - b)
        return partial

    def over(self, data: Dataset, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """Return the mean squared error of k lines over all rows, of shape (k,)."""
        moments: Moments[Any] = data.moments  # plain numbers, which broadcast over the lines
        losses: FloatArray = moments.loss(slope, intercept)
        return losses

    def optimum(self, data: Dataset) -> Optimum:
        """Return the closed form of all rows."""
        return data.line


@dataclass(frozen=True)
class Absolute(Loss, name="absolute"):
    """The size of the residual. A far outlier pulls no harder than any other point."""

    formula = "|r|"
    pull = (1, "sign r")
    expectation = "it never settles, b jumps by up to η a step"

    @property
    def steepest(self) -> float:
        """The largest value of |ρ'|."""
        return 1.0

    def value(self, residual: FloatArray) -> FloatArray:
        """Return |r|."""
        return np.abs(residual)

    def derivative(self, residual: FloatArray) -> FloatArray:
        """Return the sign of r, and 0 at 0."""
        return np.sign(residual)

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """Return a line through two of the points; `least_absolute` says which."""
        return least_absolute(x, y)


@dataclass(frozen=True)
class Huber(Loss, name="huber"):
    """Half the square of a residual up to δ, and its size, times δ, beyond.

    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).
    """

    formula = "½ r² up to δ, δ (|r| − ½ δ) beyond"
    pull = (1, "r cut at ±δ")
    expectation = "far from the optimum, b moves by up to η δ a step"

    delta: float = field(
        default=1.345,
        metadata=about(
            "Huber's δ",
            "residual beyond which huber is linear, in units of y",
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
        """The largest value of |ρ'|."""
        return self.delta

    def value(self, residual: FloatArray) -> FloatArray:
        """Return ½ r² up to δ, and δ (|r| − ½ δ) beyond."""
        inside = self.derivative(residual)
        return inside * (residual - inside / 2)

    def derivative(self, residual: FloatArray) -> FloatArray:
        """Return the residual, limited to the range from −δ to δ."""
        return residual.clip(-self.delta, self.delta)

    def least(self, x: FloatArray, y: FloatArray) -> tuple[float, float]:
        """Return the line that Newton's method finds; see `least_huber`."""
        return least_huber(x, y, self.delta)

    def curvature(self, moments: Moments[float]) -> FloatArray:
        """Return half the squared loss's Hessian, the one while all residuals are within δ."""
        return moments.hessian() / 2

    def scaled(self, unit: float) -> Loss:
        """Return this loss with δ in that unit."""
        return replace(self, delta=max(self.delta / unit, math.ulp(0.0)))

    def fitted(self, data: Dataset) -> Loss:
        """Return this loss with a δ of 1.345 robust deviations of the residuals, rounded.

        If the residuals are normal, the fit is 95% as efficient as least squares; Huber, "Robust
        statistics" (1981).
        """
        line = data.optimum(Absolute())  # outliers hardly pull this line
        scale = robust_scale(data.y - line.slope * data.x - line.intercept)
        if line.loss == 0:
            scale = math.sqrt(data.moments.syy / data.moments.n) or 1.0
        return replace(self, delta=float(f"{1.345 * scale:.2g}"))


def _chunks(
    x: FloatArray, y: FloatArray, slope: FloatArray, intercept: FloatArray, lines: int
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Yield `lines` lines at a time, with their rows."""
    for first in range(0, len(slope), lines):
        chunk = slice(first, first + lines)
        xs, ys = (x, y) if x.ndim == 1 else (x[chunk], y[chunk])
        yield xs, ys, slope[chunk], intercept[chunk]

"""Losses of one parameter, and gradient descent on them: the notebook's figures 6 to 10, to run.

x' = x − η f'(x)

The notebook's arrows are drawn by hand, and it names no learning rates. With the rates here,
gradient descent does what each figure shows, and stays between −5 and 5 as in the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Protocol

import numpy as np

from linreg_tui.core.moments import FloatArray, Number


class Function(Protocol):
    """A function of one variable, which takes a number or an array."""

    def __call__(self, x: Number, /) -> Number:
        """Return the value, or values in the shape of x."""


@dataclass(frozen=True, slots=True)
class Loss1D:
    """A loss of one parameter x, and its derivative."""

    name: str
    value: Function
    derivative: Function


def _square(x: Number) -> Number:
    return x * x


def _twice(x: Number) -> Number:
    return 2 * x


def _x_cos_x(x: Number) -> Number:
    cosine: Number = np.cos(x)
    return x * cosine


def _x_cos_x_slope(x: Number) -> Number:
    cosine: Number = np.cos(x)
    sine: Number = np.sin(x)
    return cosine - x * sine


PARABOLA = Loss1D("x²", _square, _twice)
X_COS_X = Loss1D("x·cos x", _x_cos_x, _x_cos_x_slope)
"""Minima from −5 to 5: a near one at −0.86 and a low one at 3.43, with a hill at 0.86 between."""


def descend(
    loss: Loss1D, start: float, rates: float | Iterable[float], steps: int | None = None
) -> FloatArray:
    """Return the positions x that gradient descent visits, of shape (steps + 1,).

    `rates` is one η for all steps, or a schedule with the η of each step. A schedule may be endless
    if `steps` is given. The path begins at `start`. If x overflows, the path is shorter and ends at
    the last finite x.

    Raises
    ------
    ValueError
        If a single rate comes without a number of steps.
    """
    if isinstance(rates, (int, float)):
        if steps is None:
            raise ValueError("a single learning rate needs a number of steps")
        rates = repeat(rates)
    path = [float(start)]
    for rate in islice(rates, steps):
        # Python's floats overflow without a warning, and NumPy's don't.
        x = path[-1] - float(rate) * float(loss.derivative(path[-1]))
        if not math.isfinite(x):
            break
        path.append(x)
    return np.array(path, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the notebook's pictures of gradient descent; `rates` holds the η of each step."""

    number: int
    title: str
    loss: Loss1D
    start: float
    rates: tuple[float, ...]

    def path(self) -> FloatArray:
        """Return the positions x that gradient descent visits, of shape (steps + 1,)."""
        return descend(self.loss, self.start, self.rates)


_BELOW_LIMIT = 0.98  # on x² gradient descent diverges from η = 1 on: x' = (1 − 2η) x
_LEAPING = 1.65  # beyond the limits 2 / f'' of both minima, 0.96 and 0.52

FIGURE_6 = Figure(6, "A large learning rate", PARABOLA, 1.23, (_BELOW_LIMIT,) * 12)
FIGURE_7 = Figure(7, "A small learning rate", PARABOLA, 1.23, (0.1,) * 15)
FIGURE_8 = Figure(8, "A local minimum, small rate", X_COS_X, -2.8, (0.1,) * 30)
FIGURE_9 = Figure(9, "A local minimum, large rate", X_COS_X, -2.8, (_LEAPING,) * 25)
FIGURE_10 = Figure(
    10,
    "A local minimum, shrinking rate",
    X_COS_X,
    -2.8,
    tuple(_LEAPING / 2 ** (step // 5) for step in range(30)),  # once over the hill, ever smaller
)

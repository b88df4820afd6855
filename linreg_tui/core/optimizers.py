"""Optimizers: what a step makes of a gradient.

With the prediction ŷ = m x + b on a batch,

∂L/∂m = mean of −2 x (y − ŷ),    ∂L/∂b = mean of −2 (y − ŷ),

which in the batch's moments, with the mean residual r = ȳ − m x̄ − b, are

∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r),    ∂L/∂b = −2 r.

Each parameter has its own learning rate. m is updated first; in a sequential update the gradient of
b is then taken at the new m, in a simultaneous one at the old.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol, assert_never

from linreg_tui.core.settings import Settings

Row = tuple[float, float, float, float, float, float]
"""Of one step: its batch's x̄, ȳ, Sxx / n, Sxy / n, and the learning rates of m and b."""

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as its authors recommend them."""


class Optimizer(Protocol):
    """Walks over the parabola; what it remembers between steps, it remembers between walks."""

    def walk(self, m: float, b: float, rows: Iterable[Row]) -> tuple[list[float], list[float]]:
        """Each m and each b reached from the given ones, a step for each row."""


def optimizer(settings: Settings) -> Optimizer:
    """A fresh optimizer of the kind that the settings name."""
    sequential = settings.update == "sequential"
    match settings.optimizer:
        case "sgd":
            return GradientDescent(sequential)
        case "momentum" | "nesterov" as name:
            return Momentum(sequential, settings.momentum, nesterov=name == "nesterov")
        case "adam":
            return Adam(sequential)
        case unknown:
            assert_never(unknown)


class GradientDescent:
    """m' = m − η_m ∂L/∂m, b' = b − η_b ∂L/∂b."""

    def __init__(self, sequential: bool) -> None:
        self._sequential = sequential

    def walk(self, m: float, b: float, rows: Iterable[Row]) -> tuple[list[float], list[float]]:
        """Each m and each b reached from the given ones, a step for each row."""
        sequential = self._sequential
        ms, bs = [], []
        for mean_x, mean_y, xx, xy, rate_m, rate_b in rows:
            residual = mean_y - m * mean_x - b
            m += 2 * rate_m * (xy - m * xx + mean_x * residual)
            if sequential:
                residual = mean_y - m * mean_x - b
            b += 2 * rate_b * residual
            ms.append(m)
            bs.append(b)
        return ms, bs


class Momentum:
    """Gradients gather speed: v' = μ v + ∂L, and a step goes by v'; Nesterov's by ∂L + μ v'.

    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964); Sutskever et
    al., "On the importance of initialization and momentum in deep learning" (2013).
    """

    def __init__(self, sequential: bool, momentum: float, *, nesterov: bool) -> None:
        self._sequential = sequential
        self._momentum = momentum
        self._nesterov = nesterov
        self.velocity = 0.0, 0.0

    def walk(self, m: float, b: float, rows: Iterable[Row]) -> tuple[list[float], list[float]]:
        """Each m and each b reached from the given ones, a step for each row."""
        sequential, momentum = self._sequential, self._momentum
        # The step goes by ahead · ∂L + along · v'.
        ahead, along = (1.0, momentum) if self._nesterov else (0.0, 1.0)
        velocity_m, velocity_b = self.velocity
        ms, bs = [], []
        for mean_x, mean_y, xx, xy, rate_m, rate_b in rows:
            residual = mean_y - m * mean_x - b
            by_m = -2 * (xy - m * xx + mean_x * residual)
            velocity_m = momentum * velocity_m + by_m
            m -= rate_m * (ahead * by_m + along * velocity_m)
            if sequential:
                residual = mean_y - m * mean_x - b
            by_b = -2 * residual
            velocity_b = momentum * velocity_b + by_b
            b -= rate_b * (ahead * by_b + along * velocity_b)
            ms.append(m)
            bs.append(b)
        self.velocity = velocity_m, velocity_b
        return ms, bs


class Adam:
    """Steps of about η whatever the gradient's size: running means of it and of its square.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
    """

    def __init__(self, sequential: bool) -> None:
        self._sequential = sequential
        self._steps = 0
        self._means = 0.0, 0.0
        self._squares = 0.0, 0.0

    def walk(self, m: float, b: float, rows: Iterable[Row]) -> tuple[list[float], list[float]]:
        """Each m and each b reached from the given ones, a step for each row."""
        sequential = self._sequential
        mean_m, mean_b = self._means
        square_m, square_b = self._squares
        ms, bs = [], []
        for mean_x, mean_y, xx, xy, rate_m, rate_b in rows:
            self._steps += 1
            unbias1, unbias2 = 1 - BETA1**self._steps, 1 - BETA2**self._steps
            residual = mean_y - m * mean_x - b
            by_m = -2 * (xy - m * xx + mean_x * residual)
            mean_m = BETA1 * mean_m + (1 - BETA1) * by_m
            square_m = BETA2 * square_m + (1 - BETA2) * by_m * by_m
            m -= rate_m * (mean_m / unbias1) / (math.sqrt(square_m / unbias2) + EPSILON)
            if sequential:
                residual = mean_y - m * mean_x - b
            by_b = -2 * residual
            mean_b = BETA1 * mean_b + (1 - BETA1) * by_b
            square_b = BETA2 * square_b + (1 - BETA2) * by_b * by_b
            b -= rate_b * (mean_b / unbias1) / (math.sqrt(square_b / unbias2) + EPSILON)
            ms.append(m)
            bs.append(b)
        self._means, self._squares = (mean_m, mean_b), (square_m, square_b)
        return ms, bs

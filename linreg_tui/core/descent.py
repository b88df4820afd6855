"""Gradient descent: take a batch, compute its gradient, make a step, and repeat.

m' = m − η_m · ∂L/∂m(m, b)
b' = b − η_b · ∂L/∂b(m', b)     sequential: at the new m, as the notebook does
b' = b − η_b · ∂L/∂b(m, b)      simultaneous: at the old m, as textbooks do

An optimizer other than SGD puts its own direction in the place of the gradient. `composed` is the
plain form of all this, for any loss and any optimizer. The other loops compute the same, faster.

The numbers in the loops are floats, 2.0 and not 2: Python multiplies two of the same type faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_tui.core.losses import Loss, Squared
from linreg_tui.core.optimizers import SGD, Memory, Momentum, Nesterov, Optimizer

Steps = Iterable[tuple[Any, ...]]
"""For each step: the parts of its batch as the loss reads them, then the rates η_m and η_b."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a descent is: a line, in the units of the training, and the optimizer's memory."""

    m: float
    b: float
    of_m: Memory
    of_b: Memory

    @staticmethod
    def at(m: float, b: float, optimizer: Optimizer) -> State:
        """Return a state at a line, with the memory of an optimizer that has made no step."""
        return State(m, b, optimizer.start, optimizer.start)


Path = tuple[list[float], list[float], State]
"""m and b after each step, and the state at the end."""


def descend(loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps) -> Path:
    """Make the steps, in the fastest loop for this loss and optimizer."""
    if type(loss) is Squared:
        return _FUSED.get(type(optimizer), _squared)(optimizer, sequential, state, steps)
    if not loss.from_moments:
        return _over_rows(loss, optimizer, sequential, state, steps)
    return composed(loss, optimizer, sequential, state, steps)


def composed(
    loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps
) -> Path:
    """Make the steps with any loss and any optimizer."""
    m, b, of_m, of_b = state.m, state.b, state.of_m, state.of_b
    by_slope, by_intercept, update = loss.by_slope, loss.by_intercept, optimizer.update
    ms, bs = [], []
    for *batch, rate_m, rate_b in steps:
        old_m = m
        direction, of_m = update(by_slope(batch, m, b), of_m)
        m -= rate_m * direction
        direction, of_b = update(by_intercept(batch, m if sequential else old_m, b), of_b)
        b -= rate_b * direction
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, of_m, of_b)


def _over_rows(
    loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps
) -> Path:
    """Make the steps with a loss over rows, in a loop with half the calls, twice as fast."""
    m, b, of_m, of_b = state.m, state.b, state.of_m, state.of_b
    derivative, update = loss.derivative, optimizer.update
    line = np.array([1.0, m, b])
    ms, bs = [], []
    for matrix, rate_m, rate_b in steps:
        slopes = derivative(line.dot(matrix))  # ρ'(r)
        direction, of_m = update(float(matrix[1].dot(slopes)) / len(slopes), of_m)
        line[1] = m = m - rate_m * direction
        if sequential:
            slopes = derivative(line.dot(matrix))
        direction, of_b = update(float(matrix[2].dot(slopes)) / len(slopes), of_b)
        line[2] = b = b - rate_b * direction
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, of_m, of_b)


def _squared(optimizer: Any, sequential: bool, state: State, steps: Steps) -> Path:
    """Make the steps with any optimizer on the squared loss, whose gradient is in the loop."""
    m, b, of_m, of_b = state.m, state.b, state.of_m, state.of_b
    update = optimizer.update
    ms, bs = [], []
    for mean_x, mean_y, xx, xy, rate_m, rate_b in steps:
        residual = mean_y - m * mean_x - b
        direction, of_m = update(-2.0 * (xy - m * xx + mean_x * residual), of_m)
        m -= rate_m * direction
        if sequential:
            residual = mean_y - m * mean_x - b
        direction, of_b = update(-2.0 * residual, of_b)
        b -= rate_b * direction
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, of_m, of_b)


def _sgd(_: Any, sequential: bool, state: State, steps: Steps) -> Path:
    """Make the steps with SGD on the squared loss, in a loop without calls, three times as fast."""
    m, b = state.m, state.b
    ms, bs = [], []
    for mean_x, mean_y, xx, xy, rate_m, rate_b in steps:
        residual = mean_y - m * mean_x - b
        m += 2.0 * rate_m * (xy - m * xx + mean_x * residual)
        if sequential:
            residual = mean_y - m * mean_x - b
        b += 2.0 * rate_b * residual
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, state.of_m, state.of_b)


def _momentum(optimizer: Any, sequential: bool, state: State, steps: Steps) -> Path:
    """Make the steps with momentum or Nesterov's momentum on the squared loss, without calls."""
    momentum = optimizer.momentum
    # The direction is of_gradient · ∂L + of_velocity · v'.
    of_gradient, of_velocity = (1.0, momentum) if type(optimizer) is Nesterov else (0.0, 1.0)
    m, b, (velocity_m,), (velocity_b,) = state.m, state.b, state.of_m, state.of_b
    ms, bs = [], []
    for mean_x, mean_y, xx, xy, rate_m, rate_b in steps:
        residual = mean_y - m * mean_x - b
        by_m = -2.0 * (xy - m * xx + mean_x * residual)
        velocity_m = momentum * velocity_m + by_m
        m -= rate_m * (of_gradient * by_m + of_velocity * velocity_m)
        if sequential:
            residual = mean_y - m * mean_x - b
        by_b = -2.0 * residual
        velocity_b = momentum * velocity_b + by_b
        b -= rate_b * (of_gradient * by_b + of_velocity * velocity_b)
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, (velocity_m,), (velocity_b,))


_FUSED: dict[type[Optimizer], Callable[[Any, bool, State, Steps], Path]] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _momentum,
}

"""Gradient descent: a batch, its gradient, a step, and again.

m' = m − η_m · (what the optimizer makes of ∂L/∂m), and likewise b. m is updated first; a sequential
update takes the gradient of b at the new m, as the notebook does, a simultaneous one at the old m.

The numbers in the loops are floats, 2.0 and not 2: Python is quicker with two of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_tui.core.losses import Loss, Squared
from linreg_tui.core.optimizers import SGD, Memory, Momentum, Nesterov, Optimizer

Steps = Iterable[tuple[Any, ...]]
"""Of each step what the loss takes for a batch, one thing after another, and the rates η_m, η_b."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a descent is: a line, in the units of the training, and what it remembers."""

    m: float
    b: float
    of_m: Memory
    of_b: Memory

    @staticmethod
    def at(m: float, b: float, optimizer: Optimizer) -> State:
        """A line, and nothing remembered."""
        return State(m, b, optimizer.start, optimizer.start)


Path = tuple[list[float], list[float], State]
"""Each m and each b that was reached, and the state at the end."""


def descend(loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps) -> Path:
    """Make some steps."""
    if type(loss) is Squared:
        return _FUSED.get(type(optimizer), _squared)(optimizer, sequential, state, steps)
    if not loss.from_moments:
        return _over_rows(loss, optimizer, sequential, state, steps)
    return composed(loss, optimizer, sequential, state, steps)


def composed(
    loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps
) -> Path:
    """The same, whatever the loss and the optimizer are."""
    m, b, of_m, of_b = state.m, state.b, state.of_m, state.of_b
    by_slope, by_intercept, update = loss.by_slope, loss.by_intercept, optimizer.update
    ms, bs = [], []
    for *batch, rate_m, rate_b in steps:
        old = m
        direction, of_m = update(by_slope(batch, m, b), of_m)
        m -= rate_m * direction
        direction, of_b = update(by_intercept(batch, m if sequential else old, b), of_b)
        b -= rate_b * direction
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, of_m, of_b)


def _over_rows(
    loss: Loss, optimizer: Optimizer, sequential: bool, state: State, steps: Steps
) -> Path:
    """A loss over rows in one loop with half as many calls, twice as quick."""
    m, b, of_m, of_b = state.m, state.b, state.of_m, state.of_b
    derivative, update = loss.derivative, optimizer.update
    line = np.array([1.0, m, b])
    ms, bs = [], []
    for matrix, rate_m, rate_b in steps:
        pull = derivative(line.dot(matrix))
        direction, of_m = update(float(matrix[1].dot(pull)) / len(pull), of_m)
        line[1] = m = m - rate_m * direction
        if sequential:
            pull = derivative(line.dot(matrix))
        direction, of_b = update(float(matrix[2].dot(pull)) / len(pull), of_b)
        line[2] = b = b - rate_b * direction
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, of_m, of_b)


def _squared(optimizer: Any, sequential: bool, state: State, steps: Steps) -> Path:
    """Any optimizer on the squared loss, with the gradient worked out in the loop."""
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
    """SGD on the squared loss in one loop without calls, three times as quick."""
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
    """The same of momentum, and of Nesterov's."""
    momentum = optimizer.momentum
    # The step goes by ahead · ∂L + along · v'.
    ahead, along = (1.0, momentum) if type(optimizer) is Nesterov else (0.0, 1.0)
    m, b, (velocity_m,), (velocity_b,) = state.m, state.b, state.of_m, state.of_b
    ms, bs = [], []
    for mean_x, mean_y, xx, xy, rate_m, rate_b in steps:
        residual = mean_y - m * mean_x - b
        by_m = -2.0 * (xy - m * xx + mean_x * residual)
        velocity_m = momentum * velocity_m + by_m
        m -= rate_m * (ahead * by_m + along * velocity_m)
        if sequential:
            residual = mean_y - m * mean_x - b
        by_b = -2.0 * residual
        velocity_b = momentum * velocity_b + by_b
        b -= rate_b * (ahead * by_b + along * velocity_b)
        ms.append(m)
        bs.append(b)
    return ms, bs, State(m, b, (velocity_m,), (velocity_b,))


_FUSED: dict[type[Optimizer], Callable[[Any, bool, State, Steps], Path]] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _momentum,
}

"""The arithmetic of one step: its batch, its gradients, and the loss along one parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linreg_tui.core.batches import Index
from linreg_tui.core.by_value import ByValue
from linreg_tui.core.losses import Batch, matrix_of
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.optimizers import SGD
from linreg_tui.core.run import Run, means
from linreg_tui.core.units import Units, training_units


@dataclass(frozen=True, slots=True, eq=False)
class StepDetail(ByValue):
    """The arithmetic of one step from (m, b) to (m', b'), in the units of the training.

    In each pair, the first number belongs to m and the second to b. `rows` are the numbers of the
    rows in the batch, of shape (n,), or None for all rows. `residual` is the mean of y − ŷ over
    them at (m, b). A parameter moves by −`rates` · `directions`. The direction is the `gradient`
    for sgd; other optimizers compute theirs from it. `held` has the value of the other parameter at
    which each part of the gradient is taken.
    """

    number: int
    n: int
    rows: Index | None
    residual: float
    before: tuple[float, float]
    held: tuple[float, float]
    gradient: tuple[float, float]
    rates: tuple[float, float]
    directions: tuple[float, float]
    after: tuple[float, float]


def step_detail(run: Run, number: int) -> StepDetail:
    """Return the arithmetic of step `number`, from 1 to the last.

    In a sequential update, ∂L/∂b is taken at the new m.
    """
    settings = run.segments.at(number).settings
    units = training_units(run.data.moments, settings)
    loss = run.loss.scaled(units.scale_y)
    rows = run.batch(number)
    moments, batch = _batch_of(run, rows, units)
    start, end = run.history[number - 1], run.history[number]
    m, b = units.from_data(start.slope, start.intercept)
    new_m, new_b = units.from_data(end.slope, end.intercept)
    by_m = loss.by_slope(batch, m, b)
    held_m = new_m if settings.sequential else m
    by_b = loss.by_intercept(batch, held_m, b)
    rate_m, rate_b = (float(rate[0]) for rate in run.rates(number, 1))
    directions = (by_m, by_b)
    if type(settings.optimizer) is not SGD:
        directions = _quotient(m - new_m, rate_m), _quotient(b - new_b, rate_b)
    mean_x, mean_y, *_ = means(units.moments(moments))
    return StepDetail(
        number,
        moments.n,
        rows,
        mean_y - m * mean_x - b,
        (m, b),
        (b, held_m),
        (by_m, by_b),
        (rate_m, rate_b),
        directions,
        (new_m, new_b),
    )


def gradient_before(run: Run, number: int, units: Units) -> tuple[float, float]:
    """Return ∂L/∂m and ∂L/∂b, both at the line that step `number` starts from, on its batch.

    They are in these units, whatever the run trains in.
    """
    loss, start = run.loss.scaled(units.scale_y), run.history[number - 1]
    _, batch = _batch_of(run, run.batch(number), units)
    line = units.from_data(start.slope, start.intercept)
    return loss.by_slope(batch, *line), loss.by_intercept(batch, *line)


def _batch_of(run: Run, rows: Index | None, units: Units) -> tuple[Moments[float], Batch]:
    """Return the moments of a batch, None for all rows, and what its gradient is made of."""
    x, y, moments = run.data.x, run.data.y, run.data.moments
    if rows is not None:
        x, y = x[rows], y[rows]
        moments = Moments.of(x, y)
    if run.loss.from_moments:
        return moments, means(units.moments(moments))
    return moments, [matrix_of(*units.rows(x, y))]


def _quotient(change: float, rate: float) -> float:
    """Return a change divided by the learning rate, which a schedule can bring down to 0."""
    return change / rate if rate else 0.0


SEARCH_FACTORS = np.concatenate([-(2.0 ** np.arange(40, -7, -1)), [0.0], 2.0 ** np.arange(-6, 41)])
"""How many steps away the lowest point of a slice is looked for, where no formula gives it."""

SLICE_ROWS = 500
"""The rows on which a loss that goes over rows is evaluated along a parameter."""


@dataclass(frozen=True, slots=True, eq=False)
class Slice(ByValue):
    """The loss of a batch over one parameter, with the other one held, in the training's units.

    For the squared loss it is a parabola. A step goes from `start` to `end`, None if there is none
    yet; `gradient` is the slope of the tangent at the start. `lowest` is where the loss is least.
    `losses` returns the mean loss at k values of the parameter, of shape (k,).
    """

    held: float
    start: float
    end: float | None
    gradient: float
    lowest: float
    losses: Callable[[FloatArray], FloatArray] = field(repr=False)


def slices(run: Run, number: int) -> tuple[Slice, Slice]:
    """Return the loss over m and over b for step `number`; at step 0, for where the run starts."""
    settings = run.segments.at(number).settings
    units = training_units(run.data.moments, settings)
    loss, first = run.loss.scaled(units.scale_y), run.history[0]
    rows = run.batch(number) if number else None
    moments, batch = _batch_of(run, rows, units)
    scaled: Moments[Any] = units.moments(moments)  # plain numbers, which broadcast over the lines
    if number:
        step = step_detail(run, number)
        before, after, held, gradient = step.before, step.after, step.held, step.gradient
    else:
        before = units.from_data(first.slope, first.intercept)
        after, held = None, before[::-1]
        gradient = loss.by_slope(batch, *before), loss.by_intercept(batch, *before)
    x, y = run.data.x, run.data.y
    x, y = units.rows(x, y) if rows is None else units.rows(x[rows], y[rows])
    every = max(1, len(x) // SLICE_ROWS)
    x, y = x[::every], y[::every]

    def along(place: int) -> Callable[[FloatArray], FloatArray]:
        def losses(values: FloatArray) -> FloatArray:
            other = np.full_like(values, held[place])
            line = (values, other) if place == 0 else (other, values)
            with np.errstate(over="ignore", invalid="ignore"):
                if loss.from_moments:
                    along_line: FloatArray = scaled.loss(*line)
                    return along_line
                return loss.over_rows(x, y, *line)

        return losses

    hessian = loss.hessian(scaled)

    def lowest(place: int) -> float:
        if hessian is not None:
            return before[place] - gradient[place] / float(hessian[place, place])
        reach = abs(after[place] - before[place]) if after is not None else 0.0
        values = before[place] + SEARCH_FACTORS * (reach or abs(before[place]) or 1.0)
        return float(values[np.argmin(along(place)(values))])

    by_m, by_b = (
        Slice(
            held[place],
            before[place],
            None if after is None else after[place],
            gradient[place],
            lowest(place),
            along(place),
        )
        for place in (0, 1)
    )
    return by_m, by_b

"""One step of a run, taken apart so that it can be followed by hand."""

from __future__ import annotations

from dataclasses import dataclass

from linreg_tui.core.moments import Moments
from linreg_tui.core.sampling import Index
from linreg_tui.core.sgd import Run
from linreg_tui.core.units import training_units


@dataclass(frozen=True, slots=True)
class StepDetail:
    """How a step came from (m, b) to (m', b'), in the units that were trained in.

    Of the pairs, the first belongs to m and the second to b. `rows` are the numbers of the rows of
    the batch, of shape (n,), None for all rows; `residual` is the mean of y − ŷ over them at
    (m, b). A parameter has moved by −`rates` · `steps`, where the step is the `gradient` or, with
    other optimizers than sgd, what they make of it.
    """

    number: int
    n: int
    rows: Index | None
    residual: float
    before: tuple[float, float]
    gradient: tuple[float, float]
    rates: tuple[float, float]
    steps: tuple[float, float]
    after: tuple[float, float]


def step_detail(run: Run, number: int) -> StepDetail:
    """Step `number` of a run, from 1 to its last.

    With the residuals y − ŷ of the batch, ∂L/∂m is the mean of −2 x (y − ŷ) and ∂L/∂b that of
    −2 (y − ŷ); in a sequential update ∂L/∂b is taken at the new m.
    """
    settings = run.segments.at(number).settings
    units = training_units(run.data.moments, settings)
    rows = run.batch(number)
    moments = run.data.moments
    if rows is not None:
        moments = Moments.of(run.data.x[rows], run.data.y[rows])
    moments = units.moments(moments)
    start, end = run.history[number - 1], run.history[number]
    m, b = units.from_data(start.slope, start.intercept)
    new_m, new_b = units.from_data(end.slope, end.intercept)
    by_m, by_b = moments.gradient(m, b)
    if settings.update == "sequential":
        by_b = moments.gradient(new_m, b)[1]
    rate_m, rate_b = (float(rate[0]) for rate in run.rates(number, 1))
    steps = (by_m, by_b)
    if settings.optimizer != "sgd":
        steps = _per(m - new_m, rate_m), _per(b - new_b, rate_b)
    return StepDetail(
        number,
        moments.n,
        rows,
        moments.mean_y - m * moments.mean_x - b,
        (m, b),
        (by_m, by_b),
        (rate_m, rate_b),
        steps,
        (new_m, new_b),
    )


def _per(way: float, rate: float) -> float:
    """A way in learning rates, which a schedule can bring down to 0."""
    return way / rate if rate else 0.0

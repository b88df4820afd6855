"""Proposed settings: learning rates, a starting line and a δ that suit data, loss and optimizer.

Slope and intercept should move alike. The effect of a change of m on the predictions grows with the
root mean square of x, so m's rate follows from b's rate. If a step is the gradient times the rate,
m's rate is b's rate divided by the mean of x². If a step is about the rate itself, it is b's rate
divided by the root of that mean. This leaves one number to choose. Round numbers are tried for
thirty full-batch steps, and the smallest one that comes within 1% of the least loss is proposed:
the gentlest descent that arrives in time is also the best one for small batches. If none arrives,
the one that ends lowest is proposed, and the message can say how far above the least loss it ends.

For plain gradient descent on the squared loss, the Hessian says what is possible. Both rates are
the same fraction ω of the inverse of the second derivatives, ω = 2 η_b. Let ρ² be the square of x's
mean divided by the mean of x². A sequential update is successive over-relaxation: it converges for
every ω below 2, and ω = 2 / (1 + √(1 − ρ²)) is best. A simultaneous update converges for ω below
2 / (1 + |ρ|), and ω = 1 is best. If x is far from 0 compared to its spread, ρ² is near 1, and no
rates are good enough. Then z-scores are proposed, for which ρ is 0. A loss near the least one is
not enough: if y hardly depends on x, a level line has it. So the slope has to be about right, too.

Young, "Iterative methods for solving partial difference equations of elliptic type" (1954).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.known import settings_of
from linreg_tui.core.losses import Loss
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import Constant
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import largest_stable_scale
from linreg_tui.core.sweep import over_batch_sizes
from linreg_tui.core.units import training_units

STEPS = 30
"""Full-batch steps of a trial: the default number of epochs."""

TARGET_EXCESS, ACCEPTABLE_EXCESS = 0.01, 0.05
"""How far above the least loss a run should end, and may end at most, as a share of that loss."""

SLOPE_TOLERANCE = 0.1
"""The largest error of the slope, as a share of the slope or of its standard error."""

LARGEST_RISE = 1.01
"""The largest loss on the way, as a multiple of the loss at the start."""

Z_SCORES_FACTOR = 2.0
"""Z-scores are proposed if they end this many times nearer, and neither way comes near."""

HEADROOM = 1.5
"""The factor by which the rates should stay below the limit for the smallest batch of a sweep."""

START_DEVIATIONS, START_RANGE = 2.0, 0.2
"""How far below the mean a run starts: in deviations of y, and at least as a share of y's range."""

DECADES = 3
"""The number of decades of round rates to try."""

HEADROOM_ROWS, TRIAL_ROWS, RESULT_ROWS = 10_000, 1_000, 200_000
"""Evenly spaced rows for the limit of small batches, for trials of losses that go over rows, and
for the result of the proposed settings."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings, and the result of thirty full-batch steps with them.

    `excess` is how far above the least loss they end, as a share of that loss. They end `near` it
    if they end within 1% and the slope is about right. They get `halfway` if they go at least half
    of the way from the start to 5% above the least loss, on a logarithmic scale.
    """

    settings: Settings
    excess: float
    near: bool
    halfway: bool


def proposed(data: Dataset, **given: Any) -> Settings:
    """Return settings with the given values, by the names of the schema, and others to suit them.

    A known data set has settings of its own. The proposal also decides whether to train on
    z-scores, unless that is given, or a learning rate of the slope, which z-scores don't use.

    Raises
    ------
    InputError
        If the data has no least-squares line.
    """
    data.line  # noqa: B018 - raises an InputError if there is nothing to propose
    asked = Settings.of(**given)
    training = asked.split(data).training
    fitted = asked.loss.fitted(training).values
    asked = asked.with_values(**{name: fitted[name] for name in fitted.keys() - given.keys()})
    own = settings_of(data)
    raw = given.get("standardize", False if "learning_rate_m" in given else None)
    start = replace(asked, initial_slope=0.0, initial_intercept=_below(training))
    if own is not None:
        start = replace(
            start, initial_slope=own.initial_slope, initial_intercept=own.initial_intercept
        )
    if own is not None and (own.loss, own.optimizer) == (asked.loss, asked.optimizer):
        fitting = replace(own, standardize=bool(raw))
    else:
        fitting = _fitting(training, start, raw).settings
    names = {one.name for one in Settings.schema() if one.about.proposed and one.owners is None}
    return asked.with_values(**{name: fitting.values[name] for name in names - given.keys()})


def propose(data: Dataset, **given: Any) -> Proposal:
    """Return proposed settings, and the result of thirty steps with them.

    Raises
    ------
    InputError
        If the data has no least-squares line.
    """
    settings = proposed(data, **given)
    training = settings.split(data).training
    return _try(_rows_for(training, settings.loss, RESULT_ROWS), settings)


def excess_after_steps(data: Dataset, settings: Settings) -> float:
    """Return how far above the least loss thirty full-batch steps end, as a share of that loss.

    It is infinite if the loss grows on the way. A loss that goes over rows uses a sample of very
    many rows.
    """
    training = settings.split(data).training
    return _try(_rows_for(training, settings.loss, RESULT_ROWS), settings).excess


def _below(data: Dataset) -> float:
    """Return the height of a level line that is visibly below most of the data, rounded."""
    moments, extent = data.moments, data.extent
    deviation = math.sqrt(moments.syy / moments.n)
    gap = max(START_DEVIATIONS * deviation, START_RANGE * (extent.high - extent.low))
    gap = gap or abs(moments.mean_y) or 2.0
    unit = 10.0 ** math.floor(math.log10(gap / 4))
    return float(f"{round((moments.mean_y - gap) / unit) * unit:.12g}")


def _fitting(data: Dataset, start: Settings, standardize: bool | None) -> Proposal:
    """Return the best rates, on z-scores if these do better, unless `standardize` is given."""
    raw = _best(data, replace(start, standardize=False))
    if standardize is False:
        return raw
    room = _headroom(data, raw.settings) if raw.near else 0.0
    if standardize is None and room >= HEADROOM:
        return raw
    scaled = _best(data, replace(start, standardize=True))
    if standardize is None and _does_as_well(data, raw, room, scaled):
        return raw
    # On z-scores, m's rate has no effect until somebody turns them off.
    rate = raw.settings.learning_rate_m
    return replace(scaled, settings=replace(scaled.settings, learning_rate_m=rate))


def _does_as_well(data: Dataset, raw: Proposal, room: float, scaled: Proposal) -> bool:
    """Return whether the raw data does as well as z-scores."""
    if raw.near:
        return not (scaled.near and _headroom(data, scaled.settings) > max(1.0, room))
    acceptable = max(ACCEPTABLE_EXCESS, Z_SCORES_FACTOR * scaled.excess)
    return raw.halfway and not scaled.near and raw.excess <= acceptable


def _headroom(data: Dataset, settings: Settings) -> float:
    """Return the factor by which the rates could grow for the smallest batch of a sweep."""
    sizes = over_batch_sizes(settings, data.n)
    smallest = min(trial.settings.batch_size or data.n for trial in sizes)
    few = _sample(data, HEADROOM_ROWS)
    limit = largest_stable_scale(few, replace(settings, batch_size=min(smallest, few.n)))
    return math.inf if limit is None else limit


def _best(data: Dataset, settings: Settings) -> Proposal:
    """Return the settings with the smallest rates that come near, or else with the best result."""
    # The test rows are held out already.
    settings = replace(settings, schedule=Constant(), test_fraction=0.0)
    few, tried = _rows_for(data, settings.loss, TRIAL_ROWS), []
    for rate_m, rate_b in _rates(data, settings):
        one = _try(few, replace(settings, learning_rate_m=rate_m, learning_rate_b=rate_b))
        if one.near:
            return one
        tried.append(one)
    return min(tried, key=lambda one: one.excess)


def _try(data: Dataset, settings: Settings) -> Proposal:
    """Make thirty full-batch steps; they don't count as near if the loss grew on the way."""
    run = Run(data, replace(settings, batch_size=None, epochs=STEPS, test_fraction=0.0))
    run.advance(STEPS)
    slope, intercept, _, losses = run.history.columns()
    excess = run.optimum.excess(slope[[0, -1]], intercept[[0, -1]])
    start, end = float(excess[0]), float(excess[1])
    least = run.near / TARGET_EXCESS  # for points on a line, a stand-in for their least loss
    if run.overflowed or losses.max() > LARGEST_RISE * max(losses[0], least):
        end = math.inf
    line = run.optimum
    error = math.sqrt(run.closed_form.loss / run.data.moments.sxx)
    slope_right = abs(slope[-1] - line.slope) <= SLOPE_TOLERANCE * math.hypot(line.slope, error)
    near = slope_right and end <= run.near
    halfway = end <= math.sqrt(ACCEPTABLE_EXCESS * least * start)
    return Proposal(settings, end / least, bool(near), bool(halfway))


def _rows_for(data: Dataset, loss: Loss, most: int) -> Dataset:
    """Return the data, or a sample of at most `most` rows if the loss goes over rows."""
    return data if loss.from_moments else _sample(data, most)


def _sample(data: Dataset, most: int) -> Dataset:
    """Return at most `most` of the rows, evenly spaced."""
    if data.n <= most:
        return data
    rows = np.linspace(0, data.n - 1, most).astype(np.intp)
    whole = data.whole if most == HEADROOM_ROWS else None
    return Dataset(data.source, data.x_name, data.y_name, data.x[rows], data.y[rows], whole=whole)


def _rates(data: Dataset, settings: Settings) -> Iterator[tuple[float, float]]:
    """Yield round learning rates of m and b to try, the smallest first."""
    units, loss = training_units(data.moments, settings), settings.loss
    moments = units.moments(data.moments)
    mean_square = moments.sxx / moments.n + moments.mean_x**2
    root = math.sqrt(mean_square)
    m, b = units.from_data(settings.initial_slope, settings.initial_intercept)
    best = data.optimum(loss)
    best_m, best_b = units.from_data(best.slope, best.intercept)
    distance = math.hypot((best_m - m) * root, best_b - b)
    own_steps, largest = settings.optimizer.own_steps, distance
    if not own_steps:
        # Up to the rate at which b alone would diverge, or that a bounded gradient needs to arrive.
        trained = loss.scaled(units.scale_y)
        curvature = trained.curvature(moments)
        stable = 0.0 if curvature is None else 2 / float(curvature[1, 1])
        largest = max(stable, distance / trained.steepest) or distance
    for rate in _round_numbers(largest):
        yield _rounded(rate / (root if own_steps else mean_square)), rate


def _round_numbers(largest: float) -> Iterator[float]:
    """Yield all numbers of one digit over some decades, up to the largest."""
    largest = min(max(largest, 1e-290), 1e290)
    power = math.floor(math.log10(largest))
    for exponent in range(power - DECADES, power + 1):
        for digit in range(1, 10):
            number = float(f"{digit}e{exponent}")
            if largest / 10**DECADES < number <= largest:
                yield number


def _rounded(value: float) -> float:
    """Return a rate rounded to one significant digit, within the numbers that a rate can be."""
    return float(f"{min(max(value, 1e-300), 1e300):.0e}")

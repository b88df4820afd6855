"""Learning rates, a starting line and a δ that suit the data, the loss and the optimizer.

Slope and intercept are to move alike. What a change of m does to the predictions grows with the
root mean square of x, so m's rate follows from b's: it is b's over the mean of x², where a step is
the gradient times the rate, and b's over the root of that, where a step is about the rate itself.
One number is left to choose. Round numbers are tried out for thirty full-batch steps, and the
smallest is proposed that comes within 1% of the least loss: the gentlest descent that arrives in
time is also the one that small batches bear best. Where none arrives, it is the one that ends
lowest, and how far that is above the least loss is known before the run.

For plain gradient descent on the squared loss the Hessian says what is possible. Both rates are one
fraction ω of the inverse of the second derivatives, ω = 2 η_b. A sequential update converges for
every ω below 2 (it is successive over-relaxation), best with 2 / (1 + √(1 − ρ²)), ρ² being the
square of x's mean over the mean of x²; a simultaneous one for ω below 2 / (1 + |ρ|), best with 1.
Where x is far from 0 compared to its spread, ρ² is near 1, and no rates are good enough. There
z-scores are proposed, in which ρ is 0. Coming near the least loss is not enough: where y hardly
depends on x, a level line does; so the slope has to be about right as well.

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
"""How long a run is by default: the epochs of full-batch descent."""

NEAR, ENOUGH = 0.01, 0.05
"""How far above the least loss a run is to end, and at most may, in least losses."""

TELLING = 0.1
"""How far off the slope may be, in slopes or in standard errors of it."""

NO_WORSE = 1.01
"""Up to how many times the loss at the start a run may have on its way."""

FURTHER = 2.0
"""How many times nearer z-scores have to end to be proposed, where neither comes near."""

HEADROOM = 1.5
"""How many times the rates could be as large, if possible, for the smallest batch of a sweep."""

BELOW, SEEN = 2.0, 0.2
"""The start's distance from the mean: in deviations of y, and at least so much of its range."""

DECADES = 3
"""How many decades of round rates are tried."""

LOOKED_AT, TRIED_ON, TOLD_ON = 10_000, 1_000, 200_000
"""Rows, evenly taken, that tell what small batches bear; on which losses without moments are tried
out; and on which it is worked out what is proposed in the end."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings, and what thirty full-batch steps with them come to.

    `excess` is how far above the least loss they end, in least losses. A run that comes `near` has
    the slope about right, too. One that comes `halfway` has done half of what leads from the start
    to 5% above the least loss, on a logarithmic scale.
    """

    settings: Settings
    excess: float
    near: bool
    halfway: bool


def proposed(data: Dataset, **given: Any) -> Settings:
    """Settings to start with: what is given, by the names of the schema, and what suits it.

    For a known data set they are its own. Whether to train on z-scores is proposed too, unless it
    is given, or a learning rate of the slope, which z-scores have no use for.

    Raises
    ------
    InputError
        If the data has no least-squares line.
    """
    data.line  # noqa: B018 - without one there is nothing to propose
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
    """The same, and what they come to.

    Raises
    ------
    InputError
        If the data has no least-squares line.
    """
    settings = proposed(data, **given)
    training = settings.split(data).training
    return _tried(_rows_for(training, settings.loss, TOLD_ON), settings)


def reach(data: Dataset, settings: Settings) -> float:
    """How far above the least loss thirty full-batch steps end, in least losses.

    Infinite if the loss grows on the way. Of very many rows, some tell if the loss has no moments.
    """
    training = settings.split(data).training
    return _tried(_rows_for(training, settings.loss, TOLD_ON), settings).excess


def _below(data: Dataset) -> float:
    """The height of a level line below most of the data that can be told from it, rounded."""
    moments, extent = data.moments, data.extent
    deviation = math.sqrt(moments.syy / moments.n)
    gap = max(BELOW * deviation, SEEN * (extent.high - extent.low)) or abs(moments.mean_y) or 2.0
    unit = 10.0 ** math.floor(math.log10(gap / 4))
    return float(f"{round((moments.mean_y - gap) / unit) * unit:.12g}")


def _fitting(data: Dataset, start: Settings, standardize: bool | None) -> Proposal:
    """The best rates, on z-scores where these do better, unless that is given."""
    raw = _best(data, replace(start, standardize=False))
    if standardize is False:
        return raw
    room = _headroom(data, raw.settings) if raw.near else 0.0
    if standardize is None and room >= HEADROOM:
        return raw
    scaled = _best(data, replace(start, standardize=True))
    if standardize is None and _does_as_well(data, raw, room, scaled):
        return raw
    # On z-scores m's rate does nothing, until somebody turns them off.
    rate = raw.settings.learning_rate_m
    return replace(scaled, settings=replace(scaled.settings, learning_rate_m=rate))


def _does_as_well(data: Dataset, raw: Proposal, room: float, scaled: Proposal) -> bool:
    """Whether z-scores are no better."""
    if raw.near:
        return not (scaled.near and _headroom(data, scaled.settings) > max(1.0, room))
    enough = max(ENOUGH, FURTHER * scaled.excess)
    return raw.halfway and not scaled.near and raw.excess <= enough


def _headroom(data: Dataset, settings: Settings) -> float:
    """How many times the rates could be as large for the smallest batch of a sweep."""
    sizes = over_batch_sizes(settings, data.n)
    smallest = min(trial.settings.batch_size or data.n for trial in sizes)
    few = _few(data, LOOKED_AT)
    limit = largest_stable_scale(few, replace(settings, batch_size=min(smallest, few.n)))
    return math.inf if limit is None else limit


def _best(data: Dataset, settings: Settings) -> Proposal:
    """The settings with the smallest rates that come near, else with those that end lowest."""
    # Its rows are held out already.
    settings = replace(settings, schedule=Constant(), test_fraction=0.0)
    few, tried = _rows_for(data, settings.loss, TRIED_ON), []
    for rate_m, rate_b in _rates(data, settings):
        one = _tried(few, replace(settings, learning_rate_m=rate_m, learning_rate_b=rate_b))
        if one.near:
            return one
        tried.append(one)
    return min(tried, key=lambda one: one.excess)


def _tried(data: Dataset, settings: Settings) -> Proposal:
    """What thirty full-batch steps come to; not near if the loss grew on the way."""
    run = Run(data, replace(settings, batch_size=None, epochs=STEPS, test_fraction=0.0))
    run.advance(STEPS)
    slope, intercept, _, losses = run.history.columns()
    excess = run.optimum.excess(slope[[0, -1]], intercept[[0, -1]])
    start, end = float(excess[0]), float(excess[1])
    least = run.near / NEAR  # of points on a line, what stands for it
    if run.overflowed or losses.max() > NO_WORSE * max(losses[0], least):
        end = math.inf
    line = run.optimum
    error = math.sqrt(run.closed_form.loss / run.data.moments.sxx)
    told = abs(slope[-1] - line.slope) <= TELLING * math.hypot(line.slope, error)
    near = told and end <= run.near
    halfway = end <= math.sqrt(ENOUGH * least * start)
    return Proposal(settings, end / least, bool(near), bool(halfway))


def _rows_for(data: Dataset, loss: Loss, most: int) -> Dataset:
    """The data, or if each step of a loss goes over its rows, at most so many of them."""
    return data if loss.from_moments else _few(data, most)


def _few(data: Dataset, most: int) -> Dataset:
    """At most so many of the rows, evenly taken."""
    if data.n <= most:
        return data
    rows = np.linspace(0, data.n - 1, most).astype(np.intp)
    whole = data.whole if most == LOOKED_AT else None
    return Dataset(data.source, data.x_name, data.y_name, data.x[rows], data.y[rows], whole=whole)


def _rates(data: Dataset, settings: Settings) -> Iterator[tuple[float, float]]:
    """Round learning rates of m and of b to be tried, the smallest first."""
    units, loss = training_units(data.moments, settings), settings.loss
    moments = units.moments(data.moments)
    mean_square = moments.sxx / moments.n + moments.mean_x**2
    root = math.sqrt(mean_square)
    m, b = units.from_data(settings.initial_slope, settings.initial_intercept)
    best = data.optimum(loss)
    best_m, best_b = units.from_data(best.slope, best.intercept)
    way = math.hypot((best_m - m) * root, best_b - b)
    own_steps, largest = settings.optimizer.own_steps, way
    if not own_steps:
        # Up to where b alone would diverge, and to what a gradient that is bounded needs to arrive.
        trained = loss.scaled(units.scale_y)
        curvature = trained.curvature(moments)
        stable = 0.0 if curvature is None else 2 / float(curvature[1, 1])
        largest = max(stable, way / trained.steepest) or way
    for rate in _round_numbers(largest):
        yield _rounded(rate / (root if own_steps else mean_square)), rate


def _round_numbers(largest: float) -> Iterator[float]:
    """All numbers of one digit over some decades, up to the largest."""
    largest = min(max(largest, 1e-290), 1e290)
    power = math.floor(math.log10(largest))
    for exponent in range(power - DECADES, power + 1):
        for digit in range(1, 10):
            number = float(f"{digit}e{exponent}")
            if largest / 10**DECADES < number <= largest:
                yield number


def _rounded(value: float) -> float:
    """One significant digit, and the smallest and largest numbers that a rate can be."""
    return float(f"{min(max(value, 1e-300), 1e300):.0e}")

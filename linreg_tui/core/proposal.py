"""Learning rates and a starting line that suit the scale of the data.

A step of gradient descent multiplies a parameter's distance from its best value, the other held
still, by 1 − η h, with h the loss's second derivative. So a rate is a fraction of 1 / h. Where x is
far from 0 compared to its spread, slope and intercept can hardly be told apart, and no learning
rates reach the optimum in a few steps; there z-scores are proposed. Coming near the least loss is
not enough for that: where y hardly depends on x, a level line does.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.known import settings_of
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import over_batch_sizes

PROPOSED = frozenset(
    {"learning_rate_m", "learning_rate_b", "initial_slope", "initial_intercept", "standardize"}
)

FRACTIONS = (0.5, 1.0)
"""η h, of which the first is taken that comes to the optimum in the usual epochs."""

FRACTION_OF_Z_SCORES = 0.4
"""There a step leaves 0.6 of the distance, and thirty a five-millionth."""

HEADROOM = 1.5
"""How many times the rates could be as large, at least, for the smallest batch of a sweep."""

BELOW = 2.0
"""Standard deviations of y from its mean down to the line to start from."""

VISIBLE = 0.01
"""What may be left, at the end, of the loss above the least one at the start."""

TELLING = 0.1
"""How far off the slope may be, in slopes or in standard errors of it."""

LOOKED_AT = 10_000
"""Rows, evenly taken, from which it is told what small batches bear."""


def proposed(data: Dataset, **given: Any) -> Settings:
    """Settings to start with: what is given, by the names of the schema, and what suits it.

    For its own data they are the notebook's. Whether to train on z-scores is proposed too, unless
    it is given, or a learning rate of the slope, which z-scores have no use for.

    Raises
    ------
    InputError
        If the data has no least-squares line.
    """
    data.line  # noqa: B018 - without one there is nothing to propose
    asked = Settings.of(**given)
    if given.keys() >= PROPOSED:
        return asked
    raw = given.get("standardize", False if "learning_rate_m" in given else None)
    if (own := settings_of(data)) is not None:
        fitting = replace(own, standardize=bool(raw))
    else:
        fitting = _fitting(asked.split(data).training, raw)
    names = PROPOSED - given.keys()
    return asked.with_values(**{name: fitting.values[name] for name in names})


def _fitting(data: Dataset, standardize: bool | None) -> Settings:
    start = Settings(initial_slope=0.0, initial_intercept=_below(data))
    rates = [_with_rates(data, start, fraction) for fraction in FRACTIONS]
    if not standardize:
        for raw in rates:
            if _converges(data, raw):
                return raw
        if standardize is False:
            return rates[0]
    # On z-scores m's rate does nothing, until somebody turns them off.
    scaled = replace(rates[0], standardize=True, learning_rate_b=FRACTION_OF_Z_SCORES / 2)
    return _restrained(data, scaled)


def _below(data: Dataset) -> float:
    """The height of a level line below most of the data, in a round number."""
    moments = data.moments
    deviation = math.sqrt(moments.syy / moments.n) or abs(moments.mean_y) / 2 or 1.0
    unit = 10.0 ** math.floor(math.log10(deviation / 2))
    return float(f"{round((moments.mean_y - BELOW * deviation) / unit) * unit:.12g}")


def _with_rates(data: Dataset, start: Settings, fraction: float) -> Settings:
    """Both rates as this fraction of the inverse of the loss's second derivatives."""
    moments = data.moments
    mean_square = moments.sxx / moments.n + moments.mean_x**2
    rates = replace(
        start,
        learning_rate_m=_round_down(fraction / (2 * mean_square)),
        learning_rate_b=_round_down(fraction / 2),
    )
    return _restrained(data, rates)


def _restrained(data: Dataset, settings: Settings) -> Settings:
    """The same with smaller learning rates, if the smallest batch of a sweep asks for it."""
    smallest = min(
        trial.settings.batch_size or data.n for trial in over_batch_sizes(settings, data.n)
    )
    few = _few(data)
    limit = predict(few, replace(settings, batch_size=min(smallest, few.n))).max_stable_scale
    scale = 1.0 if limit is None else min(1.0, limit / HEADROOM)
    return replace(
        settings,
        learning_rate_m=_round_down(settings.learning_rate_m * scale),
        learning_rate_b=_round_down(settings.learning_rate_b * scale),
    )


def _few(data: Dataset) -> Dataset:
    if data.n <= LOOKED_AT:
        return data
    rows = np.linspace(0, data.n - 1, LOOKED_AT).astype(np.intp)
    x, y = data.x[rows], data.y[rows]
    return Dataset(data.source, data.x_name, data.y_name, x, y, whole=data.whole)


def _converges(data: Dataset, settings: Settings) -> bool:
    run = Run(data, settings)
    run.advance(run.budget)
    first, last = (run.history[step] for step in (0, run.history.last))
    before, after = (run.optimum.excess(step.slope, step.intercept) for step in (first, last))
    # Far from 0, what counts as converged on an exact line can be near where it started.
    near = run.status == "converged" and after < VISIBLE * before
    line, moments = run.closed_form, run.closed_form.moments
    variance = line.loss / moments.sxx  # of the slope, as it is estimated from so many rows
    off = abs(run.history[run.history.last].slope - line.slope)
    return near and off <= TELLING * math.hypot(line.slope, math.sqrt(variance))


def _round_down(value: float) -> float:
    """One significant digit, and the smallest and largest numbers that a rate can be."""
    value = min(max(value, 1e-300), 1e300)
    power = 10.0 ** math.floor(math.log10(value))
    return float(f"{max(1, math.floor(value / power * (1 + 1e-9))) * power:.0e}")

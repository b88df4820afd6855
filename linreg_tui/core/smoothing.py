"""The running mean of a loss, in which a noisy curve shows where it is going."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.history import Curve
from linreg_tui.core.moments import FloatArray

Smoothing = Literal["off", "light", "strong"]
SMOOTHINGS: tuple[Smoothing, ...] = get_args(Smoothing)

SHARES: dict[Smoothing, float] = {"off": 0.0, "light": 1 / 30, "strong": 1 / 10}
"""The share of a run's steps that each mean is of.

Of a run of 30 epochs that is one epoch, and three. A share, and not a number of steps, makes runs
with batches of different sizes comparable.
"""

LARGEST_POWER = 900
"""Sums of numbers below this power of two are finite, however many there are."""


def next_smoothing(smoothing: Smoothing) -> Smoothing:
    """Return the next stronger smoothing; after the strongest, none."""
    return SMOOTHINGS[(SMOOTHINGS.index(smoothing) + 1) % len(SMOOTHINGS)]


def reach_of(smoothing: Smoothing, steps: int) -> int:
    """Return how many steps before and after each one its mean is of, in a run of so many steps."""
    return math.ceil(SHARES[smoothing] * steps / 2)


def running_mean(curve: Curve, reach: int) -> FloatArray:
    """Return the arithmetic mean of the values around each of the k spans of a curve, shape (k,).

    It is the mean of the loss itself, not of its logarithm: the mean of the loss above the optimum
    is the mean of the loss, less the optimum. Around step i it is that of the steps from i - r to
    i + r. Near the start r is smaller than `reach`, at most i / 2, since the first losses may be
    thousands of times larger and would hide how fast the loss falls. So the start itself stays as
    it is. Near the end the mean is of the steps that there are, from i - r to the last.

    Where a span has several steps, r is a whole number of spans.
    """
    spans = np.arange(len(curve.mean))
    half = np.minimum(round(reach / curve.stride), spans // 2)
    first, end = spans - half, np.minimum(spans + half + 1, len(spans))
    weights = np.ones(len(spans))
    weights[-1:] = curve.steps / curve.stride - (len(spans) - 1)
    # A power of two changes no digit, and keeps sums of the losses of a diverged run finite.
    _, power = np.frexp(np.max(curve.high, initial=0.0))
    power = max(0, int(power) - LARGEST_POWER)
    totals = _sums(np.ldexp(curve.mean, -power) * weights, first, end)
    mean = np.ldexp(totals / _sums(weights, first, end), power)
    return np.clip(mean, curve.low.min(initial=np.inf), curve.high.max(initial=-np.inf))


def _sums(values: FloatArray, first: NDArray[np.integer], end: NDArray[np.integer]) -> FloatArray:
    """Return the sums of the values from each place on, before another place after it.

    Differences of one cumulative sum would be faster, and wrong: beside the first losses the last
    ones are as small as rounding errors.
    """
    ends = np.column_stack([first, end]).ravel()
    sums: FloatArray = np.add.reduceat(np.append(values, 0.0), ends)[::2]
    return sums

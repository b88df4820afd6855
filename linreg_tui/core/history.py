"""The history of a run: every step, a thinned curve of the loss to draw, and the run's status.

- A run has *diverged* at the first step whose loss over all training rows is not finite, or over a
  thousand times the loss at the start. It goes on to its last epoch unless the numbers overflow.
  After a change of settings, the loss is compared with the larger of the first loss and the loss at
  the change, because smaller learning rates can bring a run back.
- A run that did not diverge has *converged* if its last loss is within 1% of the least loss.
- Otherwise it has *stopped*.

If the points lie on a line, apart from rounding, no loss is within 1% of the least loss. Then a run
converges when its residuals are about a 30,000th of the standard deviation of y.
"""

from __future__ import annotations

import copy
import math
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.losses import Loss
from linreg_tui.core.moments import FloatArray

Status = Literal["converged", "stopped", "diverged"]

DIVERGED_ABOVE = 1000.0
CONVERGED_WITHIN = 0.01

ON_A_LINE = math.sqrt(1e-9)
"""Residuals up to this many standard deviations of y count as 0 if the points lie on a line."""

RISE_FACTOR = 1 + 1e-9
"""A loss has risen if it grew by more than this factor; at the optimum, less is rounding."""

_BLOCK_STEPS = 1 << 12


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. Step 0 is the start, which has no batch.

    `loss` is the loss over all training rows, and `test_loss` the loss over the test rows, or None
    if there are none.
    """

    number: int
    slope: float
    intercept: float
    batch_loss: float | None
    loss: float
    test_loss: float | None = None


class History:
    """The steps of a run in order. A step takes 32 bytes, or 40 with test rows.

    The steps are stored in blocks, so that a long run is never copied to make room. One thread can
    append while another reads, because steps are written before they are counted.
    """

    def __init__(
        self, slope: float, intercept: float, loss: float, test_loss: float | None = None
    ) -> None:
        start = [slope, intercept, np.nan, loss, *([] if test_loss is None else [test_loss])]
        self._blocks: list[FloatArray] = []
        self._length = 0
        self._columns = len(start)
        self.append(np.array(start)[:, None])

    @property
    def last(self) -> int:
        """The number of the last step."""
        return self._length - 1

    def append(self, table: FloatArray) -> None:
        """Add k steps as a table of shape (4, k): slope, intercept, batch loss and loss.

        With test rows, their loss is a fifth row of the table.
        """
        while table.shape[1] > 0:
            place = self._length % _BLOCK_STEPS
            if place == 0:
                self._blocks.append(np.empty((self._columns, _BLOCK_STEPS)))
            piece, table = table[:, : _BLOCK_STEPS - place], table[:, _BLOCK_STEPS - place :]
            self._blocks[-1][:, place : place + piece.shape[1]] = piece
            self._length += piece.shape[1]

    def __getitem__(self, number: int) -> Step:
        """Return a step by its number, from 0 to `last`."""
        if not 0 <= number <= self.last:
            raise IndexError(f"there is no step {number}: the last one is {self.last}")
        block, place = divmod(number, _BLOCK_STEPS)
        slope, intercept, batch_loss, *losses = self._blocks[block][:, place].tolist()
        return Step(number, slope, intercept, None if number == 0 else batch_loss, *losses)

    def columns(self) -> FloatArray:
        """Return a copy of slope, intercept, batch loss (NaN at step 0) and loss of all steps.

        The shape is (4, last + 1), or (5, last + 1) with the loss on test rows.
        """
        length = self._length
        return np.concatenate(self._blocks, axis=1)[:, :length]

    def at(self, numbers: NDArray[np.intp]) -> FloatArray:
        """Return the same columns for steps by number, of shape (k,), each from 0 to `last`."""
        block, place = np.divmod(numbers, _BLOCK_STEPS)
        table = np.empty((self._columns, len(numbers)))
        for chosen in np.unique(block).tolist():
            here = block == chosen
            table[:, here] = self._blocks[chosen][:, place[here]]
        return table

    def losses(self, *, test: bool = False) -> Iterator[FloatArray]:
        """Yield the loss of all steps, or the loss on test rows, in chunks of shape (k,)."""
        for number, block in enumerate(self._blocks):
            yield block[4 if test else 3, : self._length - number * _BLOCK_STEPS]

    def until(self, number: int) -> History:
        """Return a history of the steps up to that number, which can go on in another way."""
        twin = copy.copy(self)
        twin._length = number + 1
        full, rest = divmod(twin._length, _BLOCK_STEPS)
        twin._blocks = self._blocks[:full]
        if rest:
            twin._blocks.append(self._blocks[full].copy())
        return twin


@dataclass(frozen=True, slots=True, eq=False)
class Curve(ByValue):
    """The lowest, the highest and the mean value within each of k spans of steps, of shape (k,).

    A span has `stride` steps, only the last one may have fewer: there are `steps` in all.
    """

    stride: int
    steps: int
    low: FloatArray
    high: FloatArray
    mean: FloatArray


class Thinner:
    """Thins a curve of any length to at most `resolution` spans, at a fixed cost a step.

    When the spans run out, neighbours are joined and the stride doubles. One thread can extend the
    curve while another reads it.
    """

    def __init__(self, resolution: int = 2048) -> None:
        self._low = np.full(resolution, np.inf)
        self._high = np.full(resolution, -np.inf)
        self._share = np.zeros(resolution)
        """The sum of the values of each span, divided by the stride, so that it stays finite."""
        self._stride = 1
        self._seen = 0
        self._lock = threading.Lock()

    def extend(self, values: FloatArray) -> None:
        """Add the next values, of shape (k,), all finite."""
        with self._lock:
            self._extend(values)

    def _extend(self, values: FloatArray) -> None:
        end = self._seen + len(values)
        while end > self._stride * len(self._low):
            self._halve()
        if self._stride == 1:  # each value is a span
            for kept in (self._low, self._high, self._share):
                kept[self._seen : end] = values
        elif len(values) > 0:
            starts = np.arange(-(self._seen % self._stride), len(values), self._stride)
            starts[0] = 0
            first = self._seen // self._stride
            low, high, share = (
                kept[first : first + len(starts)] for kept in (self._low, self._high, self._share)
            )
            np.minimum(low, np.minimum.reduceat(values, starts), out=low)
            np.maximum(high, np.maximum.reduceat(values, starts), out=high)
            share += np.add.reduceat(values / self._stride, starts)
        self._seen = end

    def _halve(self) -> None:
        low, high = self._low.reshape(-1, 2).min(axis=1), self._high.reshape(-1, 2).max(axis=1)
        share, half = (self._share / 2).reshape(-1, 2).sum(axis=1), len(low)
        self._low[:half], self._high[:half], self._share[:half] = low, high, share
        self._low[half:], self._high[half:], self._share[half:] = np.inf, -np.inf, 0.0
        self._stride *= 2

    def curve(self) -> Curve:
        """Return the curve so far."""
        with self._lock:
            seen, stride = self._seen, self._stride
            used = -(-seen // stride)
            low = self._low[:used].copy()
            if stride == 1:
                return Curve(stride, seen, low, low, low)
            high, mean = self._high[:used].copy(), self._share[:used].copy()
        mean[-1] *= stride / (seen - (used - 1) * stride)
        # Rounding may carry a mean a little over the values that it is of.
        return Curve(stride, seen, low, high, np.clip(mean, low, high))


def near_excess(data: Dataset, loss: Loss) -> float:
    """Return how far above the least loss a run can end and still have converged."""
    optimum, moments = data.optimum(loss), data.moments
    if optimum.loss > loss.rounding(moments, optimum.slope):
        return CONVERGED_WITHIN * optimum.loss
    # If y is the same in every row, its deviation is 0, but it still has a size.
    deviation = math.sqrt(moments.syy / moments.n) or abs(moments.mean_y) or 1.0
    on_a_line = float(loss.value(np.array(ON_A_LINE * deviation)))
    return max(CONVERGED_WITHIN * optimum.loss, on_a_line)


def largest_loss(near: float, start: float) -> float:
    """Return the largest loss that is not yet a divergence, for a run with the loss `start`."""
    return min(DIVERGED_ABOVE * max(start, near), sys.float_info.max)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The first steps at which the loss rose, came within 1% of the least loss, and diverged.

    They are None until it happens. The loss has arrived if it is at most `near`, and diverged if it
    is above `largest`.
    """

    near: float
    largest: float
    rose: int | None = None
    arrived: int | None = None
    diverged: int | None = None

    def after(self, last: int, loss: float, losses: FloatArray) -> Milestones:
        """Return the milestones after k more steps, given their losses, of shape (k,).

        `loss` is the loss of step `last`, the one before them.
        """
        rose, arrived, diverged = self.rose, self.arrived, self.diverged
        if rose is None:
            before = np.concatenate([[loss], losses[:-1]])
            rose = _first(losses > before * RISE_FACTOR, last)
        if arrived is None:
            arrived = _first(losses <= self.near, last)
        if diverged is None:
            diverged = _first(~(losses <= self.largest), last)
        if (rose, arrived, diverged) == (self.rose, self.arrived, self.diverged):
            return self
        return replace(self, rose=rose, arrived=arrived, diverged=diverged)

    def until(self, step: int) -> Milestones:
        """Return the milestones as they were at a step."""

        def reached(milestone: int | None) -> int | None:
            return milestone if milestone is not None and milestone <= step else None

        return replace(
            self,
            rose=reached(self.rose),
            arrived=reached(self.arrived),
            diverged=reached(self.diverged),
        )


def _first(happened: NDArray[np.bool_], last: int) -> int | None:
    place = int(happened.argmax())
    return last + 1 + place if happened[place] else None

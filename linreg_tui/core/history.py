"""What a run leaves behind: every step, a thinned curve of its loss to draw, and how it ended.

- A run has *diverged* at the first step whose full loss is not finite or over a thousand times the
  loss that the run started from. It goes on to the end of its budget unless the numbers overflow.
  After a change of settings a run is judged anew, from the larger of its first loss and the loss at
  the change: smaller learning rates can bring a run back.
- A run that did not diverge has *converged* if its last loss is within 1% of the least one.
- Otherwise it has merely *stopped*.

Where the points lie on a line, but for rounding, nothing is within 1% of the least loss. There a
loss as of residuals a 30,000th of y's deviation stands in.
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
"""The residuals, in deviations of y, that count as none where the points lie on a line."""

NO_RISE = 1 + 1e-9
"""A loss that grows by less than this factor has not risen: at the optimum that is rounding."""

_BLOCK = 1 << 12


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run; step 0 is the start, which no batch has led to.

    `loss` is that of all training rows, `test_loss` that of the rows held out, None without any.
    """

    number: int
    slope: float
    intercept: float
    batch_loss: float | None
    loss: float
    test_loss: float | None = None


class History:
    """The steps of a run, one after another, at 32 bytes a step, and 40 with held-out rows.

    They are kept in blocks, so that a long run is never copied to make room. One thread may append
    while another reads: steps are written before they are counted.
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
        """Add k steps: slope, intercept, batch loss and loss as the rows of shape (4, k).

        With held-out rows their loss is one more row.
        """
        while table.shape[1] > 0:
            place = self._length % _BLOCK
            if place == 0:
                self._blocks.append(np.empty((self._columns, _BLOCK)))
            piece, table = table[:, : _BLOCK - place], table[:, _BLOCK - place :]
            self._blocks[-1][:, place : place + piece.shape[1]] = piece
            self._length += piece.shape[1]

    def __getitem__(self, number: int) -> Step:
        """The step of that number, from 0 to `last`."""
        if not 0 <= number <= self.last:
            raise IndexError(f"there is no step {number}: the last one is {self.last}")
        block, place = divmod(number, _BLOCK)
        slope, intercept, batch_loss, *losses = self._blocks[block][:, place].tolist()
        return Step(number, slope, intercept, None if number == 0 else batch_loss, *losses)

    def columns(self) -> FloatArray:
        """Slope, intercept, batch loss (NaN at step 0) and loss of the steps so far, a copy.

        The shape is (4, last + 1), or (5, last + 1) with the loss on held-out rows.
        """
        length = self._length
        return np.concatenate(self._blocks, axis=1)[:, :length]

    def at(self, numbers: NDArray[np.intp]) -> FloatArray:
        """The same columns of the steps of these numbers, of shape (k,), all from 0 to `last`."""
        block, place = np.divmod(numbers, _BLOCK)
        table = np.empty((self._columns, len(numbers)))
        for chosen in np.unique(block).tolist():
            here = block == chosen
            table[:, here] = self._blocks[chosen][:, place[here]]
        return table

    def losses(self, *, test: bool = False) -> Iterator[FloatArray]:
        """The loss of all steps, or that on held-out rows, in pieces of shape (k,)."""
        for number, block in enumerate(self._blocks):
            yield block[4 if test else 3, : self._length - number * _BLOCK]

    def until(self, number: int) -> History:
        """The same steps up to that number, as a history that can grow in another way."""
        twin = copy.copy(self)
        twin._length = number + 1
        full, rest = divmod(twin._length, _BLOCK)
        twin._blocks = self._blocks[:full]
        if rest:
            twin._blocks.append(self._blocks[full].copy())
        return twin


@dataclass(frozen=True, slots=True, eq=False)
class Curve(ByValue):
    """Lowest and highest value within each of k spans of `stride` steps, of shape (k,)."""

    stride: int
    low: FloatArray
    high: FloatArray


class Thinner:
    """Keeps a curve of any length as at most `resolution` spans, at a fixed cost a step.

    When the spans run out, neighbours are joined and the stride doubles. One thread may extend it
    while another asks for the curve.
    """

    def __init__(self, resolution: int = 2048) -> None:
        self._low = np.full(resolution, np.inf)
        self._high = np.full(resolution, -np.inf)
        self._stride = 1
        self._seen = 0
        self._one_at_a_time = threading.Lock()

    def extend(self, values: FloatArray) -> None:
        """Add the next values, of shape (k,), all finite."""
        with self._one_at_a_time:
            self._extend(values)

    def _extend(self, values: FloatArray) -> None:
        end = self._seen + len(values)
        while end > self._stride * len(self._low):
            self._halve()
        if self._stride == 1:  # each value is a span
            self._low[self._seen : end] = self._high[self._seen : end] = values
        elif len(values) > 0:
            starts = np.arange(-(self._seen % self._stride), len(values), self._stride)
            starts[0] = 0
            first = self._seen // self._stride
            low, high = (bound[first : first + len(starts)] for bound in (self._low, self._high))
            np.minimum(low, np.minimum.reduceat(values, starts), out=low)
            np.maximum(high, np.maximum.reduceat(values, starts), out=high)
        self._seen = end

    def _halve(self) -> None:
        low, high = self._low.reshape(-1, 2).min(axis=1), self._high.reshape(-1, 2).max(axis=1)
        half = len(low)
        self._low[:half], self._high[:half] = low, high
        self._low[half:], self._high[half:] = np.inf, -np.inf
        self._stride *= 2

    def curve(self) -> Curve:
        """The curve so far."""
        with self._one_at_a_time:
            used = -(-self._seen // self._stride)
            return Curve(self._stride, self._low[:used].copy(), self._high[:used].copy())


def near_excess(data: Dataset, loss: Loss) -> float:
    """How far above the least loss over some rows a run may end that has converged."""
    optimum, moments = data.optimum(loss), data.moments
    if optimum.loss > loss.rounding(moments, optimum.slope):
        return CONVERGED_WITHIN * optimum.loss
    # Where y is the same in every row, it has no deviation, but a size.
    deviation = math.sqrt(moments.syy / moments.n) or abs(moments.mean_y) or 1.0
    on_a_line = float(loss.value(np.array(ON_A_LINE * deviation)))
    return max(CONVERGED_WITHIN * optimum.loss, on_a_line)


def largest_loss(near: float, start: float) -> float:
    """The largest loss without having diverged, of a run that began with the loss `start`."""
    return min(DIVERGED_ABOVE * max(start, near), sys.float_info.max)


@dataclass(frozen=True, slots=True)
class Milestones:
    """The first steps at which the loss rose, came within 1% of the least one, and diverged.

    `near` and `largest` are the bounds that it is held against; None is what has not happened.
    """

    near: float
    largest: float
    rose: int | None = None
    arrived: int | None = None
    diverged: int | None = None

    def after(self, last: int, loss: float, losses: FloatArray) -> Milestones:
        """The same once the steps from `last` + 1 on, whose losses have shape (k,), are known.

        `loss` is that of step `last`.
        """
        rose, arrived, diverged = self.rose, self.arrived, self.diverged
        if rose is None:
            before = np.concatenate([[loss], losses[:-1]])
            rose = _first(losses > before * NO_RISE, last)
        if arrived is None:
            arrived = _first(losses <= self.near, last)
        if diverged is None:
            diverged = _first(~(losses <= self.largest), last)
        if (rose, arrived, diverged) == (self.rose, self.arrived, self.diverged):
            return self
        return replace(self, rose=rose, arrived=arrived, diverged=diverged)

    def until(self, step: int) -> Milestones:
        """The same as they were known at a step."""

        def known(found: int | None) -> int | None:
            return found if found is not None and found <= step else None

        return replace(
            self,
            rose=known(self.rose),
            arrived=known(self.arrived),
            diverged=known(self.diverged),
        )


def _first(happened: NDArray[np.bool_], last: int) -> int | None:
    place = int(happened.argmax())
    return last + 1 + place if happened[place] else None

"""What a run leaves behind: every step, and a thinned curve of its loss to draw."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from linreg_tui.core.moments import FloatArray

_BLOCK = 1 << 12


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run; step 0 is the start, which no batch has led to."""

    number: int
    slope: float
    intercept: float
    batch_loss: float | None
    loss: float


class History:
    """The steps of a run, one after another, at 32 bytes a step.

    They are kept in blocks, so that a long run is never copied to make room. One thread may append
    while another reads: steps are written before they are counted.
    """

    def __init__(self, slope: float, intercept: float, loss: float) -> None:
        self._blocks: list[FloatArray] = []
        self._length = 0
        self.append(np.array([[slope], [intercept], [np.nan], [loss]]))

    @property
    def last(self) -> int:
        """The number of the last step."""
        return self._length - 1

    def append(self, table: FloatArray) -> None:
        """Add k steps: slope, intercept, batch loss and loss as the rows of shape (4, k)."""
        while table.shape[1] > 0:
            place = self._length % _BLOCK
            if place == 0:
                self._blocks.append(np.empty((4, _BLOCK)))
            piece, table = table[:, : _BLOCK - place], table[:, _BLOCK - place :]
            self._blocks[-1][:, place : place + piece.shape[1]] = piece
            self._length += piece.shape[1]

    def __getitem__(self, number: int) -> Step:
        """The step of that number, from 0 to `last`."""
        if not 0 <= number <= self.last:
            raise IndexError(f"there is no step {number}: the last one is {self.last}")
        block, place = divmod(number, _BLOCK)
        slope, intercept, batch_loss, loss = self._blocks[block][:, place].tolist()
        return Step(number, slope, intercept, None if number == 0 else batch_loss, loss)

    def columns(self) -> FloatArray:
        """Slope, intercept, batch loss (NaN at step 0) and loss of the steps so far, a copy.

        The shape is (4, last + 1).
        """
        length = self._length
        return np.concatenate(self._blocks, axis=1)[:, :length]


@dataclass(frozen=True, slots=True)
class Curve:
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
        if len(values) == 0:
            return
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

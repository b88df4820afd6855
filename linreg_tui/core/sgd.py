"""Stochastic gradient descent: settings and data in, a run of steps out.

One step on a batch, with the prediction ŷ = m x + b:

m' = m − η_m ∂L/∂m,    ∂L/∂m = mean of −2 x (y − ŷ)
b' = b − η_b ∂L/∂b,    ∂L/∂b = mean of −2 (y − ŷ)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import numpy as np

from linreg_tui.core.closed_form import closed_form
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import History, Thinner
from linreg_tui.core.moments import FloatArray, Moments, batch_moments
from linreg_tui.core.outcome import Status, exceeds_start, is_near_optimum
from linreg_tui.core.sampling import batches
from linreg_tui.core.settings import MAX_STEPS, Settings

_LONGEST_WALK = 4096

BatchRow = tuple[float, float, float, float]
"""Of one batch: mean x, mean y, Sxx / n, Sxy / n."""


def walk(
    slope: float, intercept: float, settings: Settings, rows: Iterable[BatchRow]
) -> Iterator[tuple[float, float]]:
    """Each (m, b) that gradient descent reaches from the given one, a step for each batch.

    In terms of a batch's moments the mean residual is r = ȳ − m x̄ − b, and the gradient is
    ∂L/∂b = −2 r, ∂L/∂m = −2 (Sxy/n − m Sxx/n + x̄ r).
    """
    m, b = slope, intercept
    rate_m, rate_b = 2 * settings.learning_rate_m, 2 * settings.learning_rate_b
    sequential = settings.update == "sequential"
    for mean_x, mean_y, xx, xy in rows:
        residual = mean_y - m * mean_x - b
        m += rate_m * (xy - m * xx + mean_x * residual)
        if sequential:
            residual = mean_y - m * mean_x - b
        b += rate_b * residual
        yield m, b


class Run:
    """One training run, as far as it has come.

    One thread may advance it while another reads `history`, `curve` and `diverged_at`.

    Raises
    ------
    InputError
        If a setting is out of range for the data, or all x are equal.
    """

    def __init__(self, data: Dataset, settings: Settings) -> None:
        settings.check(data.n)
        self.data = data
        self.settings = settings
        self.optimum = closed_form(data.moments)
        self.diverged_at: int | None = None
        self.overflowed = False
        m, b = settings.initial_slope, settings.initial_intercept
        start = self.optimum.loss + self.optimum.excess(m, b)
        if not np.isfinite(start):
            raise InputError(
                f"the loss at slope {m:g} and intercept {b:g} is too large for a number: "
                "choose an initial line nearer to the data"
            )
        self.history = History(m, b, start)
        self.curve = Thinner()
        self.curve.extend(np.array([start]))
        self._batches = None if settings.batch_size is None else _BatchStream(data, settings)

    @property
    def budget(self) -> int:
        """How many steps the settings ask for."""
        return self.settings.steps(self.data.n)

    @property
    def exhausted(self) -> bool:
        """Whether no further step can be kept: the numbers overflowed, or there are too many."""
        return self.overflowed or self.history.last >= MAX_STEPS

    @property
    def status(self) -> Status:
        """How the run stands at its last step."""
        if self.diverged_at is not None:
            return "diverged"
        last = self.history[self.history.last]
        near = is_near_optimum(self.optimum, last.slope, last.intercept)
        return "converged" if near else "stopped"

    def epoch(self, step: int) -> int:
        """The epoch that a step belongs to, counted from 1; 0 for the start."""
        return -(-step // self.settings.steps_per_epoch(self.data.n))

    def advance(self, steps: int) -> None:
        """Train `steps` more steps, or fewer if the run is exhausted before."""
        end = min(self.history.last + steps, MAX_STEPS)
        while self.history.last < end and not self.overflowed:
            self._advance(min(end - self.history.last, _LONGEST_WALK))

    def _advance(self, steps: int) -> None:
        """Train up to `steps` steps, at least one."""
        start, last = self.history[0], self.history[self.history.last]
        batch = None if self._batches is None else self._batches.take(steps)
        rows = repeat(_row(self.data.moments), steps) if batch is None else _rows(batch)
        points = np.array(list(walk(last.slope, last.intercept, self.settings, rows)))
        slope, intercept = points.T
        with np.errstate(over="ignore", invalid="ignore"):
            loss = self.optimum.loss + self.optimum.excess(slope, intercept)
            batch_loss = loss if batch is None else batch.loss(slope, intercept)
        exceeds = exceeds_start(self.optimum, start.loss, loss)
        if self.diverged_at is None and exceeds.any():
            self.diverged_at = last.number + 1 + int(exceeds.argmax())
        table = np.stack([slope, intercept, batch_loss, loss])
        finite = np.isfinite(table).all(axis=0)
        if not finite.all():
            self.overflowed = True
            table = table[:, : int(finite.argmin())]
        self.history.append(table)
        self.curve.extend(table[3])


def _row(moments: Moments[float]) -> BatchRow:
    n = moments.n
    return moments.mean_x, moments.mean_y, moments.sxx / n, moments.sxy / n


def _rows(batch: Moments[FloatArray]) -> Iterator[BatchRow]:
    columns = batch.mean_x, batch.mean_y, batch.sxx / batch.n, batch.sxy / batch.n
    return zip(*(column.tolist() for column in columns), strict=True)


class _BatchStream:
    """The moments of one mini-batch after another, handed out in pieces of any length."""

    def __init__(self, data: Dataset, settings: Settings) -> None:
        assert settings.batch_size is not None
        self._data = data
        self._blocks = batches(data.n, settings.batch_size, settings.sampling, settings.seed)
        self._block: Moments[FloatArray] | None = None
        self._taken = 0

    def take(self, most: int) -> Moments[FloatArray]:
        """The next batches, at least one and at most `most`."""
        if self._block is None or self._taken == len(self._block.mean_x):
            self._block = batch_moments(self._data.x, self._data.y, next(self._blocks))
            self._taken = 0
        piece = slice(self._taken, self._taken + most)
        self._taken = min(piece.stop, len(self._block.mean_x))
        block = self._block
        return Moments(
            block.n,
            block.mean_x[piece],
            block.mean_y[piece],
            block.sxx[piece],
            block.sxy[piece],
            block.syy[piece],
        )

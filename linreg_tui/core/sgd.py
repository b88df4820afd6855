"""Stochastic gradient descent: settings and data in, a run of steps out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import History, Thinner
from linreg_tui.core.moments import FloatArray, Moments, Number
from linreg_tui.core.optimizers import Row, optimizer
from linreg_tui.core.outcome import Status, largest_loss, near_excess
from linreg_tui.core.sampling import LARGEST_DRAW, Index, sampler
from linreg_tui.core.schedules import factors
from linreg_tui.core.settings import MAX_STEPS, Settings
from linreg_tui.core.units import training_units

_LONGEST_WALK = 4096


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
        self.optimum = data.line
        self.diverged_at: int | None = None
        self.overflowed = False
        m, b = settings.initial_slope, settings.initial_intercept
        start = self.optimum.loss + self.optimum.excess(m, b)
        if not np.isfinite(start):
            raise InputError(
                f"the loss at slope {m:g} and intercept {b:g} is too large for a number: "
                "choose an initial line nearer to the data"
            )
        self._largest_loss = largest_loss(self.optimum, start)
        self.history = History(m, b, start)
        self.curve = Thinner()
        self.curve.extend(np.array([start]))
        self._units = training_units(data.moments, settings)
        self._point = self._units.from_data(m, b)
        self._optimizer = optimizer(settings)
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
        excess = self.optimum.excess(last.slope, last.intercept)
        return "converged" if excess <= near_excess(self.optimum) else "stopped"

    def epoch(self, step: int) -> int:
        """The epoch that a step belongs to, counted from 1; 0 for the start."""
        return -(-step // self.settings.steps_per_epoch(self.data.n))

    def rates(self, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """The learning rates of m and b in `count` steps from step `first` on, counted from 1."""
        scale = factors(self.settings, self.budget, first - 1, count)
        rate_m, rate_b = self._units.rates(self.settings)
        return rate_m * scale, rate_b * scale

    def advance(self, steps: int) -> None:
        """Train `steps` more steps, or fewer if the run is exhausted before."""
        end = min(self.history.last + steps, MAX_STEPS)
        while self.history.last < end and not self.overflowed:
            self._advance(min(end - self.history.last, _LONGEST_WALK))

    def _advance(self, steps: int) -> None:
        """Train up to `steps` steps, at least one."""
        batch = None if self._batches is None else self._batches.take(steps)
        rows = self._rows(steps) if batch is None else self._batch_rows(batch)
        points = self._optimizer.walk(*self._point, rows)
        self._point = points[0][-1], points[1][-1]
        with np.errstate(over="ignore", invalid="ignore"):
            slope, intercept = self._units.to_data(*map(np.array, points))
            loss = self.optimum.loss + self.optimum.excess(slope, intercept)
            batch_loss = loss if batch is None else batch.loss(slope, intercept)
        self._keep(np.stack([slope, intercept, batch_loss, loss]))

    def _rows(self, steps: int) -> Iterable[Row]:
        """The same batch in every step, all rows."""
        batch = _batch(self._units.moments(self.data.moments))
        if self.settings.is_constant:
            return repeat((*batch, *self._units.rates(self.settings)), steps)
        rates = self.rates(self.history.last + 1, steps)
        return zip(*map(repeat, batch), *(rate.tolist() for rate in rates), strict=False)

    def _batch_rows(self, batch: Moments[FloatArray]) -> Iterable[Row]:
        """A batch for each step."""
        columns = [column.tolist() for column in _batch(self._units.moments(batch))]
        if self.settings.is_constant:
            return zip(*columns, *map(repeat, self._units.rates(self.settings)), strict=False)
        rates = self.rates(self.history.last + 1, len(batch.mean_x))
        return zip(*columns, *(rate.tolist() for rate in rates), strict=True)

    def _keep(self, table: FloatArray) -> None:
        """Keep these steps, up to the first whose numbers are not finite."""
        loss = table[3]
        if self.diverged_at is None and not loss.max() <= self._largest_loss:
            exceeds = ~(loss <= self._largest_loss)
            self.diverged_at = self.history.last + 1 + int(exceeds.argmax())
        if not np.isfinite(table).all():
            self.overflowed = True
            table = table[:, : int(np.isfinite(table).all(axis=0).argmin())]
        self.history.append(table)
        self.curve.extend(table[3])


def _batch(moments: Moments[Number]) -> tuple[Number, Number, Number, Number]:
    return moments.mean_x, moments.mean_y, moments.sxx / moments.n, moments.sxy / moments.n


class _BatchStream:
    """The moments of one mini-batch after another."""

    def __init__(self, data: Dataset, settings: Settings) -> None:
        assert settings.batch_size is not None
        self._data = data
        self._most = max(1, LARGEST_DRAW // settings.batch_size)
        self._draw = sampler(data.n, settings.batch_size, settings.sampling, settings.seed)
        self._drawn: Index = np.empty((0, settings.batch_size), dtype=np.intp)

    def take(self, wanted: int) -> Moments[FloatArray]:
        """The moments of the next batches, at least one and at most as many as wanted."""
        if len(self._drawn) == 0:
            self._drawn = self._draw(wanted)
        most = min(wanted, self._most)
        index, self._drawn = self._drawn[:most], self._drawn[most:]
        return self._data.batches.moments(index)

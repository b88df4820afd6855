"""Stochastic gradient descent: settings and data in, a run of steps out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import repeat
from typing import Any

import numpy as np

from linreg_tui.core.checkpoints import Checkpoints
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.history import History, Step, Thinner
from linreg_tui.core.moments import BatchMoments, FloatArray, Moments, Number
from linreg_tui.core.optimizers import Row, optimizer
from linreg_tui.core.outcome import Milestones, Status, largest_loss, near_excess
from linreg_tui.core.sampling import Index
from linreg_tui.core.segment import Segment
from linreg_tui.core.segments import Segments
from linreg_tui.core.settings import MAX_STEPS, Settings
from linreg_tui.core.units import training_units

OF_THE_START = ("initial_slope", "initial_intercept", "seed", "standardize")
"""The settings with which a run can only start."""

CHUNK = 4096
"""Steps from one look at whether to go on to the next; a few hundredths of a second at most."""

_LONGEST_WALK = 4096
"""Steps at a time, and steps from which a branch may have to be trained again."""


class Run:
    """One training run, as far as it has come.

    The moments of its batches may come from elsewhere, `batches`, than from the data at hand.
    One thread may advance it while another reads `history`, `curve`, `segments` and `batch`.

    Raises
    ------
    InputError
        If a setting is out of range for the data, or all x are equal.
    """

    def __init__(
        self, data: Dataset, settings: Settings, batches: BatchMoments | None = None
    ) -> None:
        for _, why in faults(data, settings):
            raise InputError(why)
        self.data = data
        self._batches = batches
        self.optimum = data.line
        self.overflowed = False
        self.branched_at: int | None = None
        m, b = settings.initial_slope, settings.initial_intercept
        start = self.optimum.loss + self.optimum.excess(m, b)
        self.history = History(m, b, start)
        self.curve = Thinner()
        self.curve.extend(np.array([start]))
        self._units = training_units(data.moments, settings)
        self._point = self._units.from_data(m, b)
        self._optimizer = optimizer(settings)
        self._checkpoints = Checkpoints()
        self._checkpoints.add(0, self._point, self._optimizer)
        first = Segment.first(settings, data.n, self._milestones(start))
        self.segments = Segments([first])
        self._coming: Segment | None = None

    @property
    def workers(self) -> int:
        """How many share each batch."""
        return 1 if self._batches is None else self._batches.workers

    @property
    def _latest(self) -> Segment:
        return self._coming or self.segments[-1]

    @property
    def settings(self) -> Settings:
        """The settings of the steps to come."""
        return self._latest.settings

    @property
    def budget(self) -> int:
        """The step with which the epochs that the settings ask for are over."""
        return self._latest.end

    @property
    def exhausted(self) -> bool:
        """Whether no further step can be kept: the numbers overflowed, or there are too many."""
        return self.overflowed or self.history.last >= MAX_STEPS

    @property
    def diverged_at(self) -> int | None:
        """The step at which it diverged with its latest settings, if it did."""
        return self._latest.milestones.diverged

    @property
    def status(self) -> Status:
        """How the run stands at its last step."""
        if self.diverged_at is not None:
            return "diverged"
        last = self.history[self.history.last]
        excess = self.optimum.excess(last.slope, last.intercept)
        return "converged" if excess <= near_excess(self.optimum) else "stopped"

    def rates(self, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """The learning rates of m and b in `count` steps from step `first` on, counted from 1."""
        return self.segments.rates(self._units, first, count)

    def batch(self, step: int) -> Index | None:
        """The numbers of the rows that a step from 1 on has seen, None if all."""
        segment = self.segments.at(step)
        return (
            None if segment.draws is None else segment.draws.batch(step - 1 - segment.draws_start)
        )

    def can_take(self, settings: Settings) -> bool:
        """Whether a run can go on with other settings: all may differ but those of its start."""
        return not (self.exhausted or settings.differs(self.settings, *OF_THE_START))

    def change(self, settings: Settings) -> None:
        """Take the steps to come with other settings, which `can_take` allows.

        The batches and the optimizer's memory stay what they are unless their settings change, and
        a new schedule counts from here.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        settings.check(self.data.n)
        step, last = self.history.last, self.segments[-1]
        if settings == last.settings:
            self._coming = None
            return
        loss = max(self.history[0].loss, self.history[step].loss)
        self._coming = last.followed_by(settings, step, self._milestones(loss))

    def _turn(self, segment: Segment) -> None:
        """Begin a segment."""
        last = self.segments[-1]
        if segment.settings.differs(last.settings, "optimizer", "momentum", "update"):
            self._optimizer = optimizer(segment.settings)
        if last.start == segment.start:
            self.segments = self.segments.ending_with(segment)
            self._checkpoints.drop()
        else:
            self.segments = Segments([*self.segments, segment])
        self._checkpoints.add(segment.start, self._point, self._optimizer)
        self._coming = None

    def branch(self, step: int) -> Run:
        """A run with the same past up to a step, and the settings that led to it."""
        checkpoint = self._checkpoints.before(step)
        twin = copy.copy(self)
        twin.overflowed, twin._coming, twin.branched_at = False, None, step
        twin.history = self.history.until(checkpoint.step)
        twin.curve = Thinner()
        for losses in twin.history.losses():
            twin.curve.extend(losses)
        twin._checkpoints = self._checkpoints.until(checkpoint.step)
        twin._point, twin._optimizer = checkpoint.point, copy.copy(checkpoint.optimizer)
        past = self.segments.until(step)
        twin.segments = past.ending_with(past[-1].again_from(checkpoint.step))
        twin.advance(step - checkpoint.step)
        return twin

    def advance(self, steps: int) -> None:
        """Train `steps` more steps, or fewer if the run is exhausted before."""
        if self._coming is not None:
            self._turn(self._coming)
        end = min(self.history.last + steps, MAX_STEPS)
        while self.history.last < end and not self.overflowed:
            self._advance(min(end - self.history.last, _LONGEST_WALK))

    def to_the_end(self) -> Iterator[Step]:
        """Train to the end of the epochs, and hand out the latest step after every few thousand."""
        while self.history.last < self.budget and not self.exhausted:
            self.advance(min(CHUNK, self.budget - self.history.last))
            yield self.history[self.history.last]

    def _advance(self, steps: int) -> None:
        """Train up to `steps` steps, at least one."""
        last = self.history.last
        if last - self._checkpoints.last >= _LONGEST_WALK:
            self._checkpoints.add(last, self._point, self._optimizer)
        draws = self.segments[-1].draws
        batches = self._batches or self.data.batches
        batch = None if draws is None else batches.moments(draws.take(steps))
        points = self._optimizer.walk(*self._point, self._rows(batch, steps))
        self._point = points[0][-1], points[1][-1]
        with np.errstate(over="ignore", invalid="ignore"):
            slope, intercept = self._units.to_data(*map(np.array, points))
            loss = self.optimum.loss + self.optimum.excess(slope, intercept)
            batch_loss = loss if batch is None else batch.loss(slope, intercept)
        self._keep(np.stack((slope, intercept, batch_loss, loss)))

    def _rows(self, batch: Moments[FloatArray] | None, steps: int) -> Iterable[Row]:
        """For each step its batch, all rows if there is none, and its learning rates."""
        moments: Moments[Any] = self.data.moments
        if batch is not None:
            moments, steps = batch, len(batch.mean_x)  # as many as can be drawn at once
        columns: tuple[Any, ...] = (*_batch(self._units.moments(moments)), *self._rates(steps))
        # A number is the same in each step.
        return zip(
            *(c.tolist() if isinstance(c, np.ndarray) else repeat(c, steps) for c in columns),
            strict=True,
        )

    def _rates(self, steps: int) -> tuple[Any, Any]:
        """Of the steps to come, each a number if it stays the same."""
        if self.settings.is_constant:
            return self._units.rates(self.settings)
        return self.rates(self.history.last + 1, steps)

    def _keep(self, table: FloatArray) -> None:
        """Keep these steps, up to the first whose numbers are not finite."""
        segment, last = self.segments[-1], self.history.last
        known = segment.milestones.after(last, self.history[last].loss, table[3])
        if known is not segment.milestones:
            self.segments = self.segments.ending_with(replace(segment, milestones=known))
        if not np.isfinite(table).all():
            self.overflowed = True
            table = table[:, : int(np.isfinite(table).all(axis=0).argmin())]
        self.history.append(table)
        self.curve.extend(table[3])

    def _milestones(self, loss: float) -> Milestones:
        near = self.optimum.loss + near_excess(self.optimum)
        return Milestones(near, largest_loss(self.optimum, loss))


def _batch(moments: Moments[Number]) -> tuple[Number, Number, Number, Number]:
    return moments.mean_x, moments.mean_y, moments.sxx / moments.n, moments.sxy / moments.n

"""A training run: data and settings go in, steps and events come out."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import repeat
from typing import Any, Literal

import numpy as np

from linreg_tui.core.batches import Draws, Index
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.descent import State, descend
from linreg_tui.core.faults import check_settings
from linreg_tui.core.history import (
    History,
    Milestones,
    Status,
    Step,
    Thinner,
    largest_loss,
    near_excess,
)
from linreg_tui.core.losses import matrix_of
from linreg_tui.core.moments import BatchMoments, FloatArray, Moments, Number
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings, restarts
from linreg_tui.core.units import Units, training_units

CHUNK_STEPS, CHUNK_ROWS = 4096, 2**22
"""The most steps, and rows in them, between two chances to stop: a few hundredths of a second."""

_CHECKPOINT_STEPS = 4096
"""The most steps trained at a time, and about how many a branch may have to train again."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The steps of a run with the same settings: those after step `start`, on n rows.

    The schedule of its learning rates began at step `schedule_start`. Its batches are `draws`,
    which began at step `draws_start`; they are None if each batch is all rows.
    """

    start: int
    settings: Settings
    n: int
    milestones: Milestones
    draws: Draws | None
    epochs_before: Fraction = Fraction(0)
    schedule_start: int = 0
    draws_start: int = 0

    @staticmethod
    def first(settings: Settings, n: int, milestones: Milestones) -> Segment:
        """Return the first segment of a run."""
        return Segment(0, settings, n, milestones, _draws(settings, n, settings.seed))

    def followed_by(self, settings: Settings, step: int, milestones: Milestones) -> Segment:
        """Return the segment that follows this one after a step, with other settings.

        The batches go on unless their settings change. A new schedule counts from the step.
        """
        changed = partial(settings.differs, self.settings)
        scheduled, draws, drawn = self.schedule_start, self.draws, self.draws_start
        if changed("schedule"):
            scheduled = step
        if changed("batch_size", "sampling"):
            # At the start, the batches are those of a run with these settings from the beginning.
            seed = (settings.seed, step) if step else settings.seed
            draws, drawn = _draws(settings, self.n, seed), step
        epochs = self.epochs_at(step)
        return Segment(step, settings, self.n, milestones, draws, epochs, scheduled, drawn)

    def rewound_to(self, step: int) -> Segment:
        """Return this segment as it was at a step, so that the later steps can be trained again."""
        draws = self.draws and self.draws.from_batch(step - self.draws_start)
        return replace(self, draws=draws, milestones=self.milestones.until(step))

    def epochs_at(self, step: int) -> Fraction:
        """Return how many passes over the data the run has made at a step of this segment."""
        return self.epochs_before + Fraction(
            step - self.start, self.settings.steps_per_epoch(self.n)
        )

    @property
    def end(self) -> int:
        """The step that ends the last epoch of the settings, or the longest possible run."""
        left = max(Fraction(0), self.settings.epochs - self.epochs_before)
        steps = math.ceil(left * self.settings.steps_per_epoch(self.n))
        return min(self.start + steps, MAX_STEPS)

    @property
    def schedule_steps(self) -> int:
        """The number of steps from the start of its schedule to its end."""
        return max(1, self.end - self.schedule_start)

    def factors(self, first: int, count: int) -> FloatArray:
        """Return the schedule's factors on the rates in `count` steps from step `first` on."""
        start = first - 1 - self.schedule_start
        return self.settings.schedule.factors(self.schedule_steps, start, count)


def _draws(settings: Settings, n: int, seed: int | tuple[int, int]) -> Draws | None:
    if settings.batch_size is None:
        return None
    return Draws(n, settings.batch_size, settings.sampling, seed)


class Segments(tuple[Segment, ...]):
    """The segments of a run in order, at least one.

    The tuple never changes, so that one thread can read it while another replaces it. A step
    belongs to the segment that led to it, and the start of the run to the first segment.
    """

    __slots__ = ()

    def at(self, step: int) -> Segment:
        """Return the segment that a step belongs to."""
        return next(s for s in reversed(self) if s.start < step or s.start == 0)

    def until(self, step: int) -> Segments:
        """Return the segments that led to a step."""
        return Segments(s for s in self if s.start < step or s.start == 0)

    def ending_with(self, segment: Segment) -> Segments:
        """Return these segments with the last one replaced."""
        return Segments((*self[:-1], segment))

    def epoch(self, step: int) -> int:
        """Return the epoch that a step belongs to, counted from 1, or 0 for the start."""
        return -int(-self.at(step).epochs_at(step) // 1)

    def rates(self, units: Units, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return the rates of m and b in `count` steps from step `first` on, counted from 1.

        They are in the given units, each of shape (count,).
        """
        parts: list[FloatArray] = []
        while count > 0:
            segment = self.at(first)
            later = (s.start for s in self if s.start > segment.start)
            steps = min(count, next(later, first + count - 1) - first + 1)
            rates = np.array(units.rates(segment.settings))
            parts.append(rates[:, None] * segment.factors(first, steps))
            first, count = first + steps, count - steps
        rate_m, rate_b = np.concatenate([np.empty((2, 0)), *parts], axis=1)
        return rate_m, rate_b


class Run:
    """One training run, up to its latest step.

    `data` holds the training rows, and `test` the test rows, or None if there are none. `optimum`
    is the line with the least loss. `closed_form` is the least-squares line, which is the same line
    for the squared loss. A run has converged if it ends at most `near` above the least loss. If
    `batches` is given, the moments of batches come from it instead of `data`. One thread can
    advance a run while another reads `history`, `curve`, `test_curve`, `segments` and `batch`.

    Raises
    ------
    InputError
        If a setting is out of range for the data, or all x are equal.
    """

    def __init__(
        self, data: Dataset, settings: Settings, batches: BatchMoments | None = None
    ) -> None:
        check_settings(data, settings)
        split = settings.split(data)
        self.all_data, self.data = data, split.training
        self.test = split.test if split.test.n else None
        self._batches = batches
        self.loss = settings.loss
        self.closed_form = self.data.line
        self.optimum = self.data.optimum(self.loss)
        self.near = near_excess(self.data, self.loss)
        self.overflowed = False
        self.branched_at: int | None = None
        m, b = settings.initial_slope, settings.initial_intercept
        start = float(self.optimum.at(m, b))
        test = (
            None if self.test is None else self.loss.over(self.test, np.array([m]), np.array([b]))
        )
        self.history = History(m, b, start, None if test is None else float(test[0]))
        self.curve, self.test_curve = Thinner(), Thinner()
        self.curve.extend(np.array([start]))
        if test is not None:
            self.test_curve.extend(test)
        self._units = training_units(self.data.moments, settings)
        self._trained_loss = self.loss.scaled(self._units.scale_y)
        self._state = State.at(*self._units.from_data(m, b), settings.optimizer)
        self._checkpoints = [(0, self._state)]
        first = Segment.first(settings, self.data.n, self._milestones(start))
        self.segments = Segments([first])
        self._next_segment: Segment | None = None

    @property
    def workers(self) -> int:
        """The number of workers that share each batch."""
        return 1 if self._batches is None else self._batches.workers

    @property
    def _latest(self) -> Segment:
        return self._next_segment or self.segments[-1]

    @property
    def settings(self) -> Settings:
        """The settings of the next steps."""
        return self._latest.settings

    @property
    def budget(self) -> int:
        """The step that ends the last epoch of the settings."""
        return self._latest.end

    @property
    def exhausted(self) -> bool:
        """Whether no further step is possible: the numbers overflowed, or there are too many."""
        return self.overflowed or self.history.last >= MAX_STEPS

    @property
    def diverged_at(self) -> int | None:
        """The step at which it diverged with its latest settings, or None."""
        return self._latest.milestones.diverged

    @property
    def status(self) -> Status:
        """The status of the run at its last step."""
        if self.diverged_at is not None:
            return "diverged"
        last = self.history[self.history.last]
        excess = self.optimum.excess(last.slope, last.intercept)
        return "converged" if excess <= self.near else "stopped"

    def rates(self, first: int, count: int) -> tuple[FloatArray, FloatArray]:
        """Return the rates of m and b in `count` steps from step `first` on, counted from 1."""
        return self.segments.rates(self._units, first, count)

    def batch(self, step: int) -> Index | None:
        """Return the numbers of the rows in the batch of a step from 1 on, or None for all rows."""
        segment = self.segments.at(step)
        return (
            None if segment.draws is None else segment.draws.batch(step - 1 - segment.draws_start)
        )

    def can_change_to(self, settings: Settings) -> bool:
        """Return whether the run can go on with other settings without starting over."""
        return not (self.exhausted or restarts(self.settings, settings))

    def change(self, settings: Settings) -> None:
        """Make the next steps with other settings, which `can_change_to` allows.

        The batches and the optimizer's memory go on unless their settings change. A new schedule
        counts from here.

        Raises
        ------
        InputError
            If a setting is out of range for the data.
        """
        settings.check(self.data.n)
        step, last = self.history.last, self.segments[-1]
        if settings == last.settings:
            self._next_segment = None
            return
        loss = max(self.history[0].loss, self.history[step].loss)
        self._next_segment = last.followed_by(settings, step, self._milestones(loss))

    def _begin(self, segment: Segment) -> None:
        last = self.segments[-1]
        if segment.settings.differs(last.settings, "optimizer", "update"):
            self._state = State.at(self._state.m, self._state.b, segment.settings.optimizer)
        if last.start == segment.start:
            self.segments = self.segments.ending_with(segment)
            del self._checkpoints[-1]
        else:
            self.segments = Segments([*self.segments, segment])
        self._checkpoints.append((segment.start, self._state))
        self._next_segment = None

    def branch(self, step: int) -> Run:
        """Return a run with the same past up to a step, and the settings that led to it."""
        checkpoints = [point for point in self._checkpoints if point[0] < step or point[0] == 0]
        start, state = checkpoints[-1]
        twin = copy.copy(self)
        twin.overflowed, twin._next_segment, twin.branched_at = False, None, step
        twin.history = self.history.until(start)
        twin.curve, twin.test_curve = Thinner(), Thinner()
        for losses in twin.history.losses():
            twin.curve.extend(losses)
        if self.test is not None:
            for losses in twin.history.losses(test=True):
                twin.test_curve.extend(losses)
        twin._checkpoints, twin._state = checkpoints, state
        past = self.segments.until(step)
        twin.segments = past.ending_with(past[-1].rewound_to(start))
        twin.advance(step - start)
        return twin

    def advance(self, steps: int) -> None:
        """Train `steps` more steps, or fewer if the run is exhausted first."""
        if self._next_segment is not None:
            self._begin(self._next_segment)
        end = min(self.history.last + steps, MAX_STEPS)
        while self.history.last < end and not self.overflowed:
            self._advance(min(end - self.history.last, _CHECKPOINT_STEPS))

    def train_to_end(self) -> Iterator[Step]:
        """Train to the end of the last epoch, and yield the latest step every few thousand steps.

        If a step goes over many rows, it yields more often.
        """
        while self.history.last < self.budget and not self.exhausted:
            rows = self.settings.batch_size or 0
            if not self.loss.from_moments:
                rows += self.all_data.n  # for the loss of each line
            chunk = max(1, min(CHUNK_STEPS, CHUNK_ROWS // max(1, rows)))
            self.advance(min(chunk, self.budget - self.history.last))
            yield self.history[self.history.last]

    def _advance(self, steps: int) -> None:
        """Train up to `steps` steps, at least one."""
        last, settings = self.history.last, self.settings
        if last - self._checkpoints[-1][0] >= _CHECKPOINT_STEPS:
            self._checkpoints.append((last, self._state))
        draws = self.segments[-1].draws
        rows = None if draws is None else draws.next(steps)
        if rows is not None:
            steps = len(rows)  # as many batches as can be drawn at once
        by_moments = self.loss.from_moments
        columns, batch_loss = (self._by_moments if by_moments else self._by_rows)(rows, steps)
        with np.errstate(over="ignore", invalid="ignore"):
            ms, bs, self._state = descend(
                self._trained_loss,
                settings.optimizer,
                settings.sequential,
                self._state,
                zip(*columns, *(_per_step(r, steps) for r in self._rates(steps)), strict=True),
            )
            slope, intercept = self._units.to_data(np.array(ms), np.array(bs))
            loss = self.optimum.at(slope, intercept)
            table = [slope, intercept, batch_loss(slope, intercept) if batch_loss else loss, loss]
            if self.test is not None:
                table.append(self.loss.over(self.test, slope, intercept))
        self._record(np.array(table))

    def _by_moments(self, rows: Index | None, steps: int) -> _Batches:
        """Return batches as moments, for a loss that needs no more."""
        if rows is None:
            whole = self._units.moments(self.data.moments)
            return [repeat(number, steps) for number in means(whole)], None
        batch = (self._batches or self.data.batches).moments(rows)
        columns: list[Iterable[Any]] = [c.tolist() for c in means(self._units.moments(batch))]
        return columns, batch.loss

    def _by_rows(self, rows: Index | None, steps: int) -> _Batches:
        """Return batches as rows, for a loss that goes over rows."""
        if rows is None:
            return [repeat(self._all_rows, steps)], None
        x, y = self.data.x[rows], self.data.y[rows]
        return [matrix_of(*self._units.rows(x, y))], partial(self.loss.over_rows, x, y)

    @cached_property
    def _all_rows(self) -> FloatArray:
        return matrix_of(*self._units.rows(self.data.x, self.data.y))

    def _rates(self, steps: int) -> tuple[Any, Any]:
        """Return η_m and η_b of the next steps, as numbers if they are constant, else as arrays."""
        if self.settings.is_constant:
            return self._units.rates(self.settings)
        return self.rates(self.history.last + 1, steps)

    def _record(self, table: FloatArray) -> None:
        """Add these steps to the history, up to the first whose numbers are not finite."""
        segment, last = self.segments[-1], self.history.last
        known = segment.milestones.after(last, self.history[last].loss, table[3])
        if known is not segment.milestones:
            self.segments = self.segments.ending_with(replace(segment, milestones=known))
        if not np.isfinite(table).all():
            self.overflowed = True
            table = table[:, : int(np.isfinite(table).all(axis=0).argmin())]
        self.history.append(table)
        self.curve.extend(table[3])
        if self.test is not None:
            self.test_curve.extend(table[4])

    def _milestones(self, loss: float) -> Milestones:
        return Milestones(self.optimum.loss + self.near, largest_loss(self.near, loss))


_Batches = tuple[list[Iterable[Any]], Callable[[FloatArray, FloatArray], FloatArray] | None]
"""The parts of the batches as the loss reads them, and the loss of lines on their rows.

The latter is None if each batch is all rows."""


def means(moments: Moments[Number]) -> tuple[Number, Number, Number, Number]:
    """Return x̄, ȳ, Sxx / n and Sxy / n."""
    return moments.mean_x, moments.mean_y, moments.sxx / moments.n, moments.sxy / moments.n


def _per_step(rate: Any, steps: int) -> Iterable[float]:
    """Return one rate for each step; a number is repeated."""
    return rate.tolist() if isinstance(rate, np.ndarray) else repeat(rate, steps)


Kind = Literal["rose", "arrived", "diverged", "changed", "branched"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step of a run.

    - rose: the loss rose for the first time with these settings
    - arrived: the loss came within 1% of the least loss
    - diverged: the loss grew more than a thousandfold
    - changed: the steps after this one have other settings
    - branched: up to this step, the run shares its past with another run
    """

    step: int
    kind: Kind


def events(run: Run) -> list[Event]:
    """Return the events of a run so far, in order. Noise near the optimum is not an event."""
    found = []
    if run.branched_at is not None:
        found.append(Event(run.branched_at, "branched"))
    for segment in run.segments:
        known = segment.milestones
        if segment.start and segment.start != run.branched_at:
            found.append(Event(segment.start, "changed"))
        if known.rose is not None and run.history[known.rose].loss > known.near:
            found.append(Event(known.rose, "rose"))
        if known.arrived is not None and run.history[segment.start].loss > known.near:
            found.append(Event(known.arrived, "arrived"))
        if known.diverged is not None:
            found.append(Event(min(known.diverged, run.history.last), "diverged"))
    return sorted(found, key=lambda event: event.step)

"""A stretch of a run in which the settings stay the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from linreg_tui.core.draws import Draws
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.outcome import Milestones
from linreg_tui.core.schedules import factors
from linreg_tui.core.settings import MAX_STEPS, Settings


@dataclass(frozen=True, slots=True)
class Segment:
    """The steps after step `start`, up to the next segment's, on n rows.

    The schedule of its learning rates began at step `schedule_start`, and its batches, None if all
    rows are one, at step `draws_start`.
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
        """The segment with which a run starts."""
        return Segment(0, settings, n, milestones, _draws(settings, n, settings.seed))

    def followed_by(self, settings: Settings, step: int, milestones: Milestones) -> Segment:
        """The segment after a step, with other settings.

        The batches stay what they are unless their settings change, and a new schedule counts from
        the step.
        """
        changed = partial(settings.differs, self.settings)
        scheduled, draws, drawn = self.schedule_start, self.draws, self.draws_start
        if changed("schedule", "warmup_steps", "decay", "decay_steps"):
            scheduled = step
        if changed("batch_size", "sampling"):
            # At the start they are those of a run that has had these settings all along.
            seed = (settings.seed, step) if step else settings.seed
            draws, drawn = _draws(settings, self.n, seed), step
        epochs = self.epochs_at(step)
        return Segment(step, settings, self.n, milestones, draws, epochs, scheduled, drawn)

    def again_from(self, step: int) -> Segment:
        """The same, of whose steps those up to a step are known, and the others to be made anew."""
        draws = self.draws and self.draws.from_batch(step - self.draws_start)
        return replace(self, draws=draws, milestones=self.milestones.until(step))

    def epochs_at(self, step: int) -> Fraction:
        """How many passes over the data the run has made at a step of this segment."""
        return self.epochs_before + Fraction(
            step - self.start, self.settings.steps_per_epoch(self.n)
        )

    @property
    def end(self) -> int:
        """The step that ends the epochs which the settings ask for, or the last that is kept."""
        left = max(Fraction(0), self.settings.epochs - self.epochs_before)
        steps = math.ceil(left * self.settings.steps_per_epoch(self.n))
        return min(self.start + steps, MAX_STEPS)

    def factors(self, first: int, count: int) -> FloatArray:
        """What the schedule multiplies the rates of `count` steps from step `first` on by."""
        total = max(1, self.end - self.schedule_start)
        return factors(self.settings, total, first - 1 - self.schedule_start, count)


def _draws(settings: Settings, n: int, seed: int | tuple[int, int]) -> Draws | None:
    if settings.batch_size is None:
        return None
    return Draws(n, settings.batch_size, settings.sampling, seed)

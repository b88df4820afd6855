"""Schedules: the factor on both learning rates in each step.

Any of them can begin with a warm-up. On the squared loss, which is a parabola, a warm-up only
delays a divergence: the rates that it leads up to are still too large. A decay from a large rate
can end a divergence.

To add a schedule, declare it here: a class with a name, its parameters as fields, and a `factor`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.schema import Member, Range, about

MAX_STEPS = 10_000_000
"""The longest possible run; its history takes 320 MB."""

AUTO = ("auto", "")


@dataclass(frozen=True)
class Schedule(Member):
    """A schedule, and the steps of warm-up before it."""

    constant: ClassVar[bool] = False
    """Whether the learning rates stay the same after the warm-up."""

    warms_up: ClassVar[bool] = False
    """Whether a tenth of the run is warm-up if its steps aren't set; otherwise there is none."""

    warmup_steps: int | None = field(
        default=None,
        metadata=about(
            "warm-up steps",
            "steps at the start in which the rates grow, with any schedule",
            "Schedule",
            range=Range(0, MAX_STEPS),
            wrong=f"{{}} warm-up steps are not possible: choose from 0 to {MAX_STEPS:,}",
            none=AUTO,
            none_help="a tenth of the run with --schedule warmup, else 0",
            metavar="N",
            brief="warm-up {}",
        ),
    )

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return the factors of steps k, counted from 0 after the warm-up, of `total` in all."""
        raise NotImplementedError

    def resolved(self, total: int) -> Schedule:
        """Return this schedule with the numbers of steps that depend on the length of the run."""
        if self.warmup_steps is not None:
            return self
        return replace(self, warmup_steps=max(1, total // 10) if self.warms_up else 0)

    def factors(self, total: int, first: int, count: int) -> FloatArray:
        """Return the factors of `count` steps from step `first` on, counted from 0, of `total`.

        In a warm-up of W steps they are 1/W, 2/W, ..., 1.
        """
        number = np.arange(first, first + count, dtype=np.float64)
        schedule = self.resolved(total)
        warmup = schedule.warmup_steps or 0
        after = schedule.factor(np.maximum(number - warmup, 0), total)
        return np.where(number < warmup, (number + 1) / max(1, warmup), after)


@dataclass(frozen=True)
class Constant(Schedule, name="constant"):
    """The same rates throughout."""

    constant = True

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return 1 for every step."""
        return 1.0 + 0 * k


@dataclass(frozen=True)
class Warmup(Schedule, name="warmup"):
    """The same rates after a warm-up, in which they grow."""

    warms_up = True

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return 1 for every step."""
        return 1.0 + 0 * k


@dataclass(frozen=True)
class _Decaying(Schedule):
    decay: float = field(
        default=0.5,
        metadata=about(
            "decay factor",
            "the factor for the schedules step and exponential",
            "Schedule",
            range=Range(0, 1, open=(True, False)),
            wrong="a decay of {:g} is not possible: choose a factor above 0 and up to 1",
            metavar="FACTOR",
        ),
    )
    decay_steps: int | None = field(
        default=None,
        metadata=about(
            "decay steps",
            "steps from one decay to the next",
            "Schedule",
            range=Range(1, MAX_STEPS),
            wrong=f"{{}} decay steps are not possible: choose from 1 to {MAX_STEPS:,}",
            none=AUTO,
            none_help="a tenth of the run",
            metavar="N",
        ),
    )

    def resolved(self, total: int) -> Schedule:
        every = max(1, total // 10) if self.decay_steps is None else self.decay_steps
        return replace(self, warmup_steps=self.warmup_steps or 0, decay_steps=every)


@dataclass(frozen=True)
class StepDecay(_Decaying, name="step"):
    """The rates drop every few steps."""

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return the decay to the power of the number of whole intervals so far."""
        return self.decay ** np.floor(k / (self.decay_steps or 1))


@dataclass(frozen=True)
class Exponential(_Decaying, name="exponential"):
    """The rates drop a little in every step."""

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return the decay to the power of the number of intervals so far, fractions included."""
        return self.decay ** (k / (self.decay_steps or 1))


@dataclass(frozen=True)
class Cosine(Schedule, name="cosine"):
    """The rates drop to 0 at the end of the run, slowly at its start and at its end."""

    def factor(self, k: FloatArray, total: int) -> FloatArray:
        """Return half a period of a cosine, and 0 once the run is over."""
        steps = max(1, total - (self.warmup_steps or 0))
        return (1 + np.cos(np.pi * np.minimum(k / steps, 1))) / 2

"""The settings of one training run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from linreg_tui.core.errors import InputError

Update = Literal["sequential", "simultaneous"]
Sampling = Literal["notebook", "epoch"]
OptimizerName = Literal["sgd", "momentum", "nesterov", "adam"]
ScheduleName = Literal["constant", "warmup", "step", "exponential", "cosine"]

MAX_STEPS = 10_000_000
"""The longest run that is kept step by step; its history takes 320 MB."""


NEEDS = {
    "momentum": ("optimizer", ("momentum", "nesterov")),
    "decay": ("schedule", ("step", "exponential")),
    "decay_steps": ("schedule", ("step", "exponential")),
}
"""Settings that have an effect with these words of another one alone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one training run; the defaults are the notebook's.

    `batch_size` is a number of rows, None for all of them. Of the two learning rates η, the slope's
    has the unit 1/x², the intercept's none. A `sequential` update takes the new m to update b, as
    the notebook does; a `simultaneous` one takes both gradients at the old (m, b), as textbooks do.
    `notebook` sampling draws each batch without replacement and independently of the one before;
    `epoch` sampling shuffles the rows once an epoch and takes them in turn.

    `momentum` is the μ of the optimizers momentum and nesterov. The schedules step and exponential
    multiply the rates by `decay` every `decay_steps` steps, a tenth of the run if None;
    `warmup_steps` stand before any schedule, and are a tenth of the run for the schedule warmup if
    None. With `standardize`, training sees z-scores of x and y; these have no unit, so the
    intercept's learning rate then serves both parameters.
    """

    batch_size: int | None = None
    epochs: int = 30
    learning_rate_m: float = 1e-7
    learning_rate_b: float = 1e-1
    initial_slope: float = 5.0
    initial_intercept: float = 1000.0
    update: Update = "sequential"
    sampling: Sampling = "notebook"
    seed: int = 0
    optimizer: OptimizerName = "sgd"
    momentum: float = 0.9
    schedule: ScheduleName = "constant"
    warmup_steps: int | None = None
    decay: float = 0.5
    decay_steps: int | None = None
    standardize: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether the learning rates stay the same throughout."""
        return self.schedule == "constant" and not self.warmup_steps

    def differs(self, other: Settings, *names: str) -> bool:
        """Whether one of the settings of these names is another one."""
        return any(getattr(self, name) != getattr(other, name) for name in names)

    def steps_per_epoch(self, n: int) -> int:
        """How many whole batches n rows make; the rows left over sit the epoch out."""
        return 1 if self.batch_size is None else n // self.batch_size

    def steps(self, n: int) -> int:
        """How many steps the run has on n rows.

        As in the notebook's answer: the `30*len(data)//batch_size` of its hint makes some more,
        since the rows that are left over in each epoch add up.
        """
        return self.epochs * self.steps_per_epoch(n)

    def warmup(self, total: int) -> int:
        """How many steps of a run of `total` the learning rates take to grow."""
        if self.warmup_steps is not None:
            return self.warmup_steps
        return max(1, total // 10) if self.schedule == "warmup" else 0

    def decay_interval(self, total: int) -> int:
        """How many steps of a run of `total` lie between two decays."""
        return max(1, total // 10) if self.decay_steps is None else self.decay_steps

    @property
    def without_effect(self) -> frozenset[str]:
        """Settings that have no effect, given the others."""
        idle = set()
        if self.batch_size is None:
            idle |= {"sampling", "seed"}
        idle |= {name for name, (of, words) in NEEDS.items() if getattr(self, of) not in words}
        if self.standardize:
            idle |= {"learning_rate_m"}
        return frozenset(idle)

    def check(self, n: int) -> None:
        """Raise an InputError if a setting is out of range for n rows."""
        for _, why in self.faults(n):
            raise InputError(why)

    def faults(self, n: int) -> Iterator[tuple[str, str]]:
        """Each setting that is out of range for n rows, with what is wrong and what to do."""
        if not self._possible_batch(n):
            yield (
                "batch_size",
                f"a batch of {self.batch_size} is not possible with {n} rows: "
                f"choose a batch size from 1 to {n}, or full",
            )
        if self.epochs < 1:
            yield "epochs", f"{self.epochs} epochs leave nothing to train: choose 1 or more"
        elif self.epochs > MAX_STEPS:
            yield "epochs", f"at most {MAX_STEPS:,} epochs are possible: choose fewer"
        elif self._possible_batch(n) and self.steps(n) > MAX_STEPS:
            yield (
                "epochs",
                f"{self.epochs} epochs are {self.steps(n):,} steps, and at most {MAX_STEPS:,} "
                "are kept: choose fewer epochs or a larger batch size",
            )
        for name, rate in (("m", self.learning_rate_m), ("b", self.learning_rate_b)):
            if not (math.isfinite(rate) and rate > 0):
                yield (
                    f"learning_rate_{name}",
                    f"a learning rate of {rate:g} for {name} is not possible: "
                    "choose a positive number, such as 1e-7",
                )
        for name, start in (
            ("slope", self.initial_slope),
            ("intercept", self.initial_intercept),
        ):
            if not math.isfinite(start):
                yield (
                    f"initial_{name}",
                    f"the initial {name} must be a finite number, not {start:g}",
                )
        if self.seed < 0:
            yield "seed", f"a seed of {self.seed} is not possible: choose 0 or more"
        if not 0 <= self.momentum < 1:
            yield (
                "momentum",
                f"a momentum of {self.momentum:g} is not possible: choose a number from 0 up to, "
                "but not, 1, such as 0.9",
            )
        if not 0 < self.decay <= 1:
            yield (
                "decay",
                f"a decay of {self.decay:g} is not possible: choose a factor above 0 and up to 1",
            )
        for name, word, steps, least in (
            ("decay_steps", "decay", self.decay_steps, 1),
            ("warmup_steps", "warm-up", self.warmup_steps, 0),
        ):
            if steps is not None and not least <= steps <= MAX_STEPS:
                yield (
                    name,
                    f"{steps} {word} steps are not possible: choose from {least} to {MAX_STEPS:,}",
                )

    def _possible_batch(self, n: int) -> bool:
        return self.batch_size is None or 1 <= self.batch_size <= n


def starting_at(settings: Settings, slope: float, intercept: float) -> Settings:
    """The settings with another line to start from."""
    return replace(settings, initial_slope=slope, initial_intercept=intercept)


def scaled_rates(settings: Settings, factor: float) -> Settings:
    """The settings with both learning rates multiplied."""
    return replace(
        settings,
        learning_rate_m=settings.learning_rate_m * factor,
        learning_rate_b=settings.learning_rate_b * factor,
    )


def next_batch_size(settings: Settings, n: int, direction: int) -> Settings:
    """The settings with the next larger (1) or smaller (-1) batch: powers of two, or all n."""
    sizes = [2**k for k in range(n.bit_length()) if 2**k < n]
    now = settings.batch_size or n
    if direction < 0:
        return replace(settings, batch_size=max((s for s in sizes if s < now), default=now))
    return replace(settings, batch_size=min((s for s in sizes if s > now), default=None))

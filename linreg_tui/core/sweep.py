"""Sweeps: the same training with different settings, repeated with different seeds.

The first repeat of each setting has the given seed, so that it can be compared with a run with that
seed. The seeds of the other repeats depend only on the given seed and on their place in the sweep,
and differ between settings. So more repeats don't change the earlier ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import overload

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import check_settings
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings

NOTEBOOK_BATCH_SIZES = (32, 64, 128, 256, 512)
"""The batch sizes in the notebook's homework."""

NOTEBOOK_SCALES = (1.0, 2.0, 4.0, 8.0)
SCALED_BATCH_SIZE = 64
"""The batch size at scale 1; the homework scales it together with both learning rates."""

DOUBLINGS = 16
"""The most times that the scale is doubled if no trial diverges."""

MAX_TRIALS = 100_000
"""More trials than anybody looks at; their results take up to 500 MB."""

TRIAL_SECONDS, STEP_SECONDS, ROW_SECONDS = 2e-4, 1e-6, 2.5e-8
"""The time that a trial, a step and a drawn row take on an ordinary machine."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a sweep.

    `number` is its place in the sweep, `group` the place of its settings, and `repeat` its place
    among the trials that differ only in their seed. All are counted from 0. `scale` is None if the
    sweep is not over scales.
    """

    number: int
    settings: Settings
    scale: float | None
    group: int
    repeat: int


Trials = Sequence[Trial]
"""Some trials of a sweep, such as the rest of a group."""

Variant = tuple[Settings, float | None]
"""The settings of a group, and their scale."""


@dataclass(frozen=True, slots=True)
class Plan(Sequence[Trial]):
    """The trials of a sweep in the order of their numbers: all repeats of a group, then the next.

    A trial is made when it is needed, because the seeds of a hundred thousand trials alone take a
    second. The first group of the plan has the number `first_group` in the sweep.
    """

    variants: tuple[Variant, ...]
    repeats: int = 1
    first_group: int = 0

    def __len__(self) -> int:
        """Return the number of trials."""
        return len(self.variants) * self.repeats

    @overload
    def __getitem__(self, place: int) -> Trial: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Trial, ...]: ...

    def __getitem__(self, place: int | slice) -> Trial | tuple[Trial, ...]:
        """Return the trial at a place, or the trials in a slice."""
        places = range(len(self))[place]
        return self._trial(places) if isinstance(places, int) else tuple(map(self._trial, places))

    def _trial(self, place: int) -> Trial:
        row, repeat = divmod(place, self.repeats)
        settings, scale = self.variants[row]
        group = self.first_group + row
        seed = _seed(settings.seed, group, repeat)
        number = group * self.repeats + repeat
        settings = replace(settings, seed=seed, test_seed=_test_seed(settings))
        return Trial(number, settings, scale, group, repeat)

    @property
    def groups(self) -> tuple[Plan, ...]:
        """The plan in parts, each with the repeats of one variant."""
        return tuple(
            Plan((variant,), self.repeats, group)
            for group, variant in enumerate(self.variants, self.first_group)
        )

    def first(self, groups: int) -> Plan:
        """Return the plan of the first groups only."""
        return replace(self, variants=self.variants[:groups])

    def seconds(self, n: int) -> float:
        """Return about how long the sweep takes on n rows, in one process."""
        return self.repeats * sum(estimated_seconds(settings, n) for settings, _ in self.variants)


def over_batch_sizes(
    settings: Settings,
    n: int,
    sizes: Sequence[int | None] | None = None,
    repeats: int = 1,
) -> Plan:
    """Return a plan with each of these batch sizes; None stands for all rows.

    The default sizes are the notebook's, or fractions of n if there are few rows. Sizes that would
    make the run too long are left out.
    """
    if sizes is None:
        variants = [replace(settings, batch_size=size) for size in _default_sizes(n)]
        variants = [variant for variant in variants if variant.steps(n) <= MAX_STEPS]
    else:
        variants = [replace(settings, batch_size=size) for size in sizes]
    return _plan([(variant, None) for variant in variants], repeats)


def _default_sizes(n: int) -> list[int]:
    if n >= 2 * SCALED_BATCH_SIZE:
        return [size for size in NOTEBOOK_BATCH_SIZES if size <= n]
    return sorted({max(1, n // parts) for parts in (8, 4, 2, 1)})


def over_scales(
    settings: Settings, n: int, scales: Iterable[float] = NOTEBOOK_SCALES, repeats: int = 1
) -> Plan:
    """Return a plan with the batch size and both learning rates times each of these scales."""
    return _plan([(scaled(settings, n, scale), scale) for scale in scales], repeats)


def scaled(settings: Settings, n: int, scale: float) -> Settings:
    """Return the settings with both learning rates and a batch of 64 rows times a scale.

    A batch has at least one row, and at most all n.
    """
    return replace(
        settings,
        batch_size=round(max(1, min(n, SCALED_BATCH_SIZE * scale))),
        learning_rate_m=settings.learning_rate_m * scale,
        learning_rate_b=settings.learning_rate_b * scale,
    )


def over_doubled_scales(settings: Settings, n: int, repeats: int = 1) -> Plan:
    """Return a plan for the scales 1, 2, 4, ..., to be trained up to the first that diverges.

    See `groups_in_range`.
    """
    return over_scales(settings, n, [2.0**k for k in range(DOUBLINGS + 1)], repeats)


def groups_in_range(data: Dataset, groups: Iterable[Trials]) -> Iterator[Trials]:
    """Yield the groups up to the first that can't be trained.

    Rates that are doubled again and again get too large for a number.
    """
    for group in groups:
        try:
            _check(data, group[0])
        except InputError:
            return
        yield group


def grid(settings: Settings, values: Mapping[str, Sequence[object]], repeats: int = 1) -> Plan:
    """Return a plan with every combination of these values; the last setting changes fastest."""
    _limit(math.prod(map(len, values.values())), repeats)
    variants = [
        settings.with_values(**dict(zip(values, combination, strict=True)))
        for combination in product(*values.values())
    ]
    # A parameter makes no difference to members that don't have it, so drop the duplicates.
    return _plan([(variant, None) for variant in dict.fromkeys(variants)], repeats)


def _plan(variants: Sequence[Variant], repeats: int) -> Plan:
    _limit(len(variants), repeats)
    return Plan(tuple(variants), repeats)


def _limit(variants: int, repeats: int) -> None:
    if repeats < 1:
        raise InputError("a training has at least 1 repeat: choose 1 or more")
    if variants * repeats > MAX_TRIALS:
        raise InputError(
            f"this makes more than {MAX_TRIALS:,} trials, the most that are possible: "
            "choose fewer repeats or fewer settings"
        )


def _test_seed(settings: Settings) -> int | None:
    """Return the seed of the test rows, which are the same in all trials of a sweep."""
    return settings.split_seed if settings.test_fraction else settings.test_seed


def _seed(seed: int, group: int, repeat: int) -> int:
    """Return the seed of a repeat; after the first, it has 32 bits, short enough to type."""
    if repeat == 0 or seed < 0:  # a negative seed is refused when the trials are checked
        return seed
    return int(np.random.SeedSequence(seed, spawn_key=(group, repeat)).generate_state(1)[0])


def check(data: Dataset, plan: Plan) -> None:
    """Raise an InputError if a trial can't be trained on the data, or there are no trials."""
    if not plan:
        raise InputError("there is nothing to sweep over: name at least one value")
    for group in plan.groups:
        _check(data, group[0])


def _check(data: Dataset, trial: Trial) -> None:
    if trial.scale is not None and not (math.isfinite(trial.scale) and trial.scale > 0):
        raise InputError(
            f"a scale of {trial.scale:g} is not possible: choose a positive number, such as 8"
        )
    check_settings(data, trial.settings)


def estimated_seconds(settings: Settings, n: int) -> float:
    """Return about how long a run on n rows takes."""
    rows = settings.batch_size or 0
    return TRIAL_SECONDS + settings.steps(n) * (STEP_SECONDS + rows * ROW_SECONDS)

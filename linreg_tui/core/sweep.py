"""Sweeps: the same training with one setting after another, and each of them with several seeds.

The first repeat of each setting has the seed that was given, so that it can be held against a run
with that seed, and asking for more repeats changes none of those before. The seeds of the others
follow from the given one and from their place alone, and differ between settings.
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
"""The batch sizes that the notebook's homework names."""

NOTEBOOK_SCALES = (1.0, 2.0, 4.0, 8.0)
SCALED_BATCH_SIZE = 64
"""The batch size of scale 1, which the homework scales together with both learning rates."""

DOUBLINGS = 16
"""How often the scale is doubled, if none of them diverges."""

MAX_TRIALS = 100_000
"""More than anybody looks at; their results take 250 MB."""

TRIAL_SECONDS, STEP_SECONDS, ROW_SECONDS = 2e-4, 1e-6, 2.5e-8
"""What a trial, a step and a row drawn take on a usual machine."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a sweep.

    `number` is its place in the sweep, `group` that of its settings, and `repeat` its place among
    those that differ by their seed alone; all are counted from 0. `scale` is None where the sweep
    is not over scales.
    """

    number: int
    settings: Settings
    scale: float | None
    group: int
    repeat: int


Trials = Sequence[Trial]
"""Some of a sweep, such as what is left of a group."""

Variant = tuple[Settings, float | None]
"""The settings of a group, and the scale that they are at."""


@dataclass(frozen=True, slots=True)
class Plan(Sequence[Trial]):
    """The trials of a sweep in the order of their numbers: group by group, in each all repeats.

    They are made when they are asked for: of a hundred thousand, the seeds alone take a second.
    The first of its groups has the number `first_group` in the sweep.
    """

    variants: tuple[Variant, ...]
    repeats: int = 1
    first_group: int = 0

    def __len__(self) -> int:
        """How many trials there are."""
        return len(self.variants) * self.repeats

    @overload
    def __getitem__(self, place: int) -> Trial: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Trial, ...]: ...

    def __getitem__(self, place: int | slice) -> Trial | tuple[Trial, ...]:
        """The trial at a place, or the trials at several."""
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
        """The plan in parts, of which each has the repeats of one variant."""
        return tuple(
            Plan((variant,), self.repeats, group)
            for group, variant in enumerate(self.variants, self.first_group)
        )

    def first(self, groups: int) -> Plan:
        """The plan up to so many groups."""
        return replace(self, variants=self.variants[:groups])

    def seconds(self, n: int) -> float:
        """About how long all of it takes on n rows, in one process."""
        return self.repeats * sum(estimated_seconds(settings, n) for settings, _ in self.variants)


def over_batch_sizes(
    settings: Settings,
    n: int,
    sizes: Sequence[int | None] | None = None,
    repeats: int = 1,
) -> Plan:
    """The settings with each of these batch sizes, None for all rows.

    Where none are given, they are the notebook's, or fractions of few rows, less those that would
    make too long a run.
    """
    if sizes is None:
        variants = [replace(settings, batch_size=size) for size in _usual_sizes(n)]
        variants = [variant for variant in variants if variant.steps(n) <= MAX_STEPS]
    else:
        variants = [replace(settings, batch_size=size) for size in sizes]
    return _plan([(variant, None) for variant in variants], repeats)


def _usual_sizes(n: int) -> list[int]:
    if n >= 2 * SCALED_BATCH_SIZE:
        return [size for size in NOTEBOOK_BATCH_SIZES if size <= n]
    return sorted({max(1, n // parts) for parts in (8, 4, 2, 1)})


def over_scales(
    settings: Settings, n: int, scales: Iterable[float] = NOTEBOOK_SCALES, repeats: int = 1
) -> Plan:
    """The settings with batch size and both learning rates times each of these scales."""
    return _plan([(scaled(settings, n, scale), scale) for scale in scales], repeats)


def scaled(settings: Settings, n: int, scale: float) -> Settings:
    """The settings with both learning rates times a scale, in batches of 64 rows times it.

    A batch has at least one row, and at most all n.
    """
    return replace(
        settings,
        batch_size=round(max(1, min(n, SCALED_BATCH_SIZE * scale))),
        learning_rate_m=settings.learning_rate_m * scale,
        learning_rate_b=settings.learning_rate_b * scale,
    )


def over_doubled_scales(settings: Settings, n: int, repeats: int = 1) -> Plan:
    """The scales 1, 2, 4, ..., of which only those up to the first that diverges are to be trained.

    See `groups_in_range`.
    """
    return over_scales(settings, n, [2.0**k for k in range(DOUBLINGS + 1)], repeats)


def groups_in_range(data: Dataset, groups: Iterable[Trials]) -> Iterator[Trials]:
    """The groups in turn, up to the first that can't be trained.

    Of doubled rates, the last are no numbers any more.
    """
    for group in groups:
        try:
            _check(data, group[0])
        except InputError:
            return
        yield group


def grid(settings: Settings, values: Mapping[str, Sequence[object]], repeats: int = 1) -> Plan:
    """The settings with every combination of values of some of them, the last fastest."""
    _limit(math.prod(map(len, values.values())), repeats)
    variants = [
        settings.with_values(**dict(zip(values, combination, strict=True)))
        for combination in product(*values.values())
    ]
    # A parameter makes no difference to those that don't have it.
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
    """The seed of the test rows, which are the same in all trials, whatever their own seeds."""
    return settings.split_seed if settings.test_fraction else settings.test_seed


def _seed(seed: int, group: int, repeat: int) -> int:
    """The seed of a repeat; those after the first have 32 bits, which can be read and typed."""
    if repeat == 0 or seed < 0:  # a negative one is refused when the trials are checked
        return seed
    return int(np.random.SeedSequence(seed, spawn_key=(group, repeat)).generate_state(1)[0])


def check(data: Dataset, plan: Plan) -> None:
    """Raise an InputError if one of the trials can't be trained on the data, or there are none."""
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
    """About how long a run on n rows takes."""
    rows = settings.batch_size or 0
    return TRIAL_SECONDS + settings.steps(n) * (STEP_SECONDS + rows * ROW_SECONDS)

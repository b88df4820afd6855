"""The homework: its trainings, and the numbers that its report tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import groupby
from typing import get_args

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings, Update
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.sweep import (
    Plan,
    Trials,
    check,
    groups_in_range,
    over_batch_sizes,
    over_doubled_scales,
)
from linreg_tui.core.tipping import Tipping, tipping_scale
from linreg_tui.core.trials import Result
from linreg_tui.sweeps import sweeping
from linreg_tui.sweeps.processes import processes


@dataclass(frozen=True, slots=True)
class Group:
    """The trainings with the same settings in the order of their repeats, and what is predicted."""

    results: tuple[Result, ...]
    prediction: Prediction

    @property
    def first(self) -> Result:
        """The one with the seed that was given."""
        return self.results[0]


@dataclass(frozen=True, slots=True)
class Homework:
    """Both questions' trainings, and where scaled rates tip with either order of updates.

    `chosen` are the batch sizes that were asked for, None if they are the homework's own.
    """

    data: Dataset
    settings: Settings
    chosen: tuple[int | None, ...] | None
    repeats: int
    batch_sizes: tuple[Group, ...]
    scales: tuple[Group, ...]
    tippings: Mapping[Update, Tipping]


def solve(
    data: Dataset,
    settings: Settings,
    sizes: Sequence[int | None] | None = None,
    repeats: int = 1,
    jobs: int | None = None,
) -> Homework:
    """Do the trainings of the homework, in that many processes or as many as pay.

    Raises
    ------
    InputError
        If the data can't be trained with the settings or one of the batch sizes.
    """
    n = settings.training_n(data)
    plan = over_batch_sizes(settings, n, sizes, repeats)
    doubled = over_doubled_scales(settings, n, repeats)
    check(data, plan)
    check(data, doubled.first(1))
    with processes(sweeping.jobs_for(plan, n, jobs)) as executor:
        return Homework(
            data,
            settings,
            None if sizes is None else tuple(sizes),
            repeats,
            tuple(_groups(data, plan, executor)),
            tuple(_until_it_diverges(data, doubled, executor)),
            {
                update: tipping_scale(data, replace(settings, update=update))
                for update in get_args(Update)
            },
        )


def _groups(data: Dataset, trials: Trials, executor: Executor | None) -> Iterator[Group]:
    results = sorted(sweeping.sweep(data, trials, executor), key=lambda result: result.trial.number)
    for _, repeats in groupby(results, key=lambda result: result.trial.group):
        group = tuple(repeats)
        yield Group(group, predict(data, group[0].trial.settings))


def _until_it_diverges(data: Dataset, plan: Plan, executor: Executor | None) -> Iterator[Group]:
    """The groups up to the first whose first repeat diverges."""
    for trials in groups_in_range(data, plan.groups):
        (group,) = _groups(data, trials, executor)
        yield group
        if group.first.diverged_at is not None:
            return

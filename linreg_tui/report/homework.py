"""The homework: its trainings, and the numbers for its report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import get_args

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings, Update
from linreg_tui.core.stability import Prediction, predict
from linreg_tui.core.sweep import check, over_batch_sizes, over_doubled_scales
from linreg_tui.core.tipping import Tipping
from linreg_tui.core.trials import Result
from linreg_tui.sweeps.executors import local_executor
from linreg_tui.sweeps.jobs import jobs_for
from linreg_tui.sweeps.run_trials import find_tipping, run_trials, run_until_divergence


@dataclass(frozen=True, slots=True)
class Group:
    """The trainings with the same settings, in the order of their repeats, and their prediction."""

    results: tuple[Result, ...]
    prediction: Prediction

    @property
    def first(self) -> Result:
        """The training with the seed that was given."""
        return self.results[0]


@dataclass(frozen=True, slots=True)
class Homework:
    """The trainings of both questions, and the tipping scale for either order of updates.

    `chosen` are the batch sizes that were asked for, or None for the homework's own.
    """

    data: Dataset
    settings: Settings
    chosen: tuple[int | None, ...] | None
    repeats: int
    batch_sizes: tuple[Group, ...]
    scales: tuple[Group, ...]
    tippings: Mapping[Update, Tipping]


async def solve(
    data: Dataset,
    settings: Settings,
    sizes: Sequence[int | None] | None = None,
    repeats: int = 1,
    jobs: int | None = None,
) -> Homework:
    """Run the trainings of the homework, in `jobs` processes or as many as pay off.

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
    async with local_executor(jobs_for(plan, n, jobs)) as executor:
        return Homework(
            data,
            settings,
            None if sizes is None else tuple(sizes),
            repeats,
            await _groups(data, run_trials(data, plan, executor)),
            await _groups(data, run_until_divergence(data, doubled.groups, executor)),
            {
                update: await find_tipping(data, replace(settings, update=update), executor)
                for update in get_args(Update)
            },
        )


async def _groups(data: Dataset, coming: AsyncIterator[list[Result]]) -> tuple[Group, ...]:
    """Wait for all results, and return them in groups with their predictions."""
    results = [result async for some in coming for result in some]
    results.sort(key=lambda result: result.trial.number)
    groups = [tuple(group) for _, group in groupby(results, key=lambda result: result.trial.group)]
    predictions = [
        await asyncio.to_thread(predict, data, group[0].trial.settings) for group in groups
    ]
    return tuple(map(Group, groups, predictions))

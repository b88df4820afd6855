"""A sweep as it is carried out: its trials in processes here, or on a cluster."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from itertools import chain
from typing import TYPE_CHECKING

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.tui.sweep.recipe import UNTIL, Recipe
from linreg_tui.tui.sweep.sweep_run import SweepRun

if TYPE_CHECKING:
    from linreg_tui.sweeps.executors import TrialExecutor


async def run(data: Dataset, sweep_run: SweepRun) -> None:
    """Carry out what is left of a sweep to its end, whichever that is.

    Raises
    ------
    InputError
        If its cluster isn't there or goes away, or the trials can't be made; what is done stays.
    """
    from linreg_tui.sweeps.executors import GoneError

    try:
        await _train(data, sweep_run)
    except GoneError as error:
        sweep_run.end("cut off")
        raise InputError(f"{error}; what is done stays, and g trains the rest here") from None
    except InputError:
        sweep_run.end("no cluster" if sweep_run.connecting else "cancelled")
        raise
    except asyncio.CancelledError:
        sweep_run.end("cancelled")
        raise
    sweep_run.end("done")


async def _train(data: Dataset, sweep_run: SweepRun) -> None:
    """Train what is left, and add the results to the table as they come."""
    # A first frame needs none of these.
    from linreg_tui.sweeps.executors import local_executor
    from linreg_tui.sweeps.run_trials import find_tipping, run_trials, run_until_divergence

    recipe, table, left = sweep_run.recipe, sweep_run.sheet.board, sweep_run.left
    until = recipe.kind == UNTIL
    async with _executor(data, recipe) as executor:
        sweep_run.place = executor.place
        coming = (
            run_until_divergence(data, left, executor, table.set_step)
            if until
            else run_trials(data, chain.from_iterable(left), executor, table.set_step)
        )
        async for results in coming:
            table.add_results(results)
            if until:
                sweep_run.make_room(results[0].trial.group)
    if until:
        sweep_run.sheet.cut(sum(row.done for row in table.rows))
    if recipe.tips:
        async with local_executor() as here:
            sweep_run.tipping = await find_tipping(data, recipe.settings, here)


def _executor(data: Dataset, recipe: Recipe) -> AbstractAsyncContextManager[TrialExecutor]:
    """The recipe's cluster, or as many processes as pay."""
    if recipe.cluster:
        from linreg_tui.cluster.connection import connected

        return connected(recipe.cluster)
    from linreg_tui.sweeps.executors import local_executor
    from linreg_tui.sweeps.jobs import jobs_that_pay

    n = recipe.settings.training_n(data)
    return local_executor(jobs_that_pay(recipe.at_first, n))

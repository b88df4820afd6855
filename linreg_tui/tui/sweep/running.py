"""A sweep as it is carried out: its trials in processes here, or on a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, aclosing
from itertools import chain

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.trials import Result
from linreg_tui.tui.sweep.recipe import UNTIL
from linreg_tui.tui.sweep.sweep_run import SweepRun


async def run(data: Dataset, sweep_run: SweepRun) -> None:
    """Carry out what is left of a sweep to its end, whichever that is.

    Raises
    ------
    InputError
        If its cluster isn't there or goes away, or the trials can't be made; what is done stays.
    """
    from linreg_tui.sweeps.sweeping import GoneError

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
    """Train what is left, and put the results on the board as they come."""
    # A first frame needs none of these.
    from linreg_tui.cluster.connection import connected_aside
    from linreg_tui.sweeps import aside
    from linreg_tui.sweeps.sweeping import FarExecutor, jobs_that_pay

    recipe, board, left = sweep_run.recipe, sweep_run.sheet.board, sweep_run.left
    executor: AbstractAsyncContextManager[Executor | None]
    if recipe.cluster:
        executor = connected_aside(recipe.cluster)
    else:
        executor = aside.processes(
            jobs_that_pay(recipe.at_first, recipe.settings.training_n(data)), len(recipe.plan)
        )
    async with executor as pool:
        if isinstance(pool, FarExecutor):
            sweep_run.place = pool.place
        coming: AsyncGenerator[list[Result], None]
        if recipe.kind == UNTIL:
            coming = aside.until_it_diverges(data, left, pool, board.watch)
        else:
            coming = aside.sweep(data, chain.from_iterable(left), pool, board.watch)
        async with aclosing(coming) as some:
            async for results in some:
                board.take(results)
                if recipe.kind == UNTIL:
                    sweep_run.make_room(results[0].trial.group)
    if recipe.kind == UNTIL:
        sweep_run.sheet.cut(sum(row.done for row in board.rows))
    if recipe.tips:
        sweep_run.tipping = await aside.tipping(data, recipe.settings)

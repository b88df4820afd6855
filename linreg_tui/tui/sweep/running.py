"""A sweep as it is carried out: its trials in processes here, or on a cluster."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import aclosing

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.trials import Result
from linreg_tui.tui.sweep.course import Course
from linreg_tui.tui.sweep.recipe import UNTIL


async def run(data: Dataset, course: Course) -> None:
    """Train what is left of a sweep, and put the results on its board as they come.

    Raises
    ------
    GoneError
        If its cluster goes away; what is done stays.
    InputError
        If there is no such cluster, or the trials can't be made.
    """
    # It needs what a first frame does not.
    from linreg_tui import sweep_aside
    from linreg_tui.sweeping import FarExecutor, jobs_that_pay

    recipe, board, left = course.recipe, course.sheet.board, course.left
    jobs = jobs_that_pay(recipe.at_first, data.n)
    pool: Executor | None
    async with (
        sweep_aside.cluster(recipe.cluster)
        if recipe.cluster
        else sweep_aside.processes(jobs, len(recipe.plan))
    ) as pool:
        if isinstance(pool, FarExecutor):
            course.place = pool.place
        coming: AsyncGenerator[list[Result], None]
        if recipe.kind == UNTIL:
            coming = sweep_aside.until_it_diverges(data, left, pool, board.watch)
        else:
            coming = sweep_aside.sweep(data, left, pool, board.watch)
        async with aclosing(coming) as some:
            async for results in some:
                board.take(results)
                if recipe.kind == UNTIL:
                    course.make_room(results[0].trial.group)
    if recipe.kind == UNTIL:
        course.sheet.cut(sum(row.done for row in board.rows))
    if recipe.tips:
        course.tipping = await sweep_aside.tipping(data, recipe.settings)

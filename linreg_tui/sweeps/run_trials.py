"""Runs the trials of a sweep in an executor, off the event loop, and yields their results.

The results are the same in every executor and in any order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from functools import partial
from itertools import chain, islice

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Trial, Trials, groups_in_range
from linreg_tui.core.tipping import Tipping, tipping_scale
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps.executors import GoneError, TrialExecutor, observe

WATCH_SECONDS = 0.1
"""The time between two checks of an executor's progress."""

Watch = Callable[[Trial, Step], object]
"""Called on the event loop with the latest step of a trial."""


async def run_trials(
    data: Dataset, trials: Iterable[Trial], executor: TrialExecutor, watch: Watch | None = None
) -> AsyncGenerator[list[Result], None]:
    """Yield the results of the trials as they come, some at a time; those of a thread in order.

    When it is cancelled or closed, it starts no more trials, and the results so far stay valid. The
    trials that are running end with the executor.

    Raises
    ------
    InputError
        If the data can't be trained with the settings of a trial.
    GoneError
        If the executor is gone, once all its results have been yielded.
    """
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def done(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(changed.set)

    waiting = executor.batches(trials, data.n)
    under_way: dict[Future[list[Result]], Sequence[Trial]] = {}
    more, gone = True, None
    try:
        while True:
            if more and len(under_way) <= executor.ahead // 2:
                batches = islice(waiting, executor.ahead - len(under_way))
                # Submitting may start processes, which takes time, so it is done in a thread.
                submitted = await asyncio.to_thread(_submit, data, batches, executor)
                for future in submitted:
                    future.add_done_callback(done)
                under_way |= submitted
                more = bool(submitted)
            if not under_way:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await changed.wait()
            changed.clear()
            for future in [future for future in under_way if future.done()]:
                del under_way[future]
                try:
                    results = future.result()
                except GoneError as error:  # other batches may be done
                    more, gone = False, error
                else:
                    yield results
            if watch is not None:
                for trial in chain.from_iterable(under_way.values()):
                    if (step := executor.step(trial)) is not None:
                        watch(trial, step)
        if gone is not None:
            raise gone
    finally:
        for future in under_way:
            future.cancel()


async def run_until_divergence(
    data: Dataset,
    groups: Iterable[Trials],
    executor: TrialExecutor,
    watch: Watch | None = None,
) -> AsyncGenerator[list[Result], None]:
    """Yield the results of one group of trials after another, up to the first that diverges.

    A group has diverged if its first repeat has. The groups also end where their settings overflow.
    """
    for group in groups_in_range(data, groups):
        diverged = False
        async with aclosing(run_trials(data, group, executor, watch)) as coming:
            async for results in coming:
                diverged |= any(r.trial.repeat == 0 and r.status == "diverged" for r in results)
                yield results
        if diverged:
            return


async def find_tipping(data: Dataset, settings: Settings, executor: TrialExecutor) -> Tipping:
    """Find in an executor the scale at which runs tip into divergence, as `tipping_scale` does."""
    return await asyncio.wrap_future(executor.submit(_tipping, data, settings))


def _submit(
    data: Dataset, batches: Iterator[Sequence[Trial]], executor: TrialExecutor
) -> dict[Future[list[Result]], Sequence[Trial]]:
    """Submit batches to an executor."""
    try:
        return {executor.submit(_train, data, batch): batch for batch in batches}
    except OSError as error:
        raise InputError(
            f"the sweep's processes can't be started ({error.strerror}): choose fewer, "
            "as with --jobs 1"
        ) from None


def _train(data: Dataset, batch: Sequence[Trial]) -> list[Result]:
    return [run_trial(data, trial, partial(observe, trial)) for trial in batch]


def _tipping(data: Dataset, settings: Settings) -> Tipping:
    return tipping_scale(data, settings, on_step=partial(observe, None))

"""A sweep off the event loop: its results some at a time, and what is under way meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing, asynccontextmanager
from typing import Self

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import Predictions
from linreg_tui.core.sweep import Trial, Trials, groups_in_range
from linreg_tui.core.tipping import Tipping, tipping_scale
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps import sweeping
from linreg_tui.sweeps.board import Board, Row
from linreg_tui.sweeps.processes import TrialProcesses
from linreg_tui.sweeps.processes import processes as trial_processes
from linreg_tui.sweeps.sweeping import GoneError

Watch = Callable[[Trial, Step], object]
"""Is shown how far a trial is, in the thread that trains it."""


LOOKS = 0.1
"""Seconds between two looks at how far an executor is."""


@asynccontextmanager
async def processes(jobs: int, trials: int) -> AsyncIterator[Executor | None]:
    """The same as `processes.processes`, without a wait on the event loop."""
    manager = trial_processes(jobs, trials)
    begun = asyncio.create_task(asyncio.to_thread(manager.__enter__))
    try:
        yield await asyncio.shield(begun)
    except BaseException as error:
        await begun  # in its thread it does, whether or not anybody waits
        if not await asyncio.to_thread(manager.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await asyncio.to_thread(manager.__exit__, None, None, None)


async def sweep(
    data: Dataset,
    trials: Iterable[Trial],
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> AsyncGenerator[list[Result], None]:
    """The results of the trials, some at a time; without an executor in one thread, and in order.

    Cancelled or closed, it begins nothing more, and what it has handed out stays valid. The thread
    leaves off within a few thousand steps, as processes of ours do. Of other executors can't be
    watched how far they are.

    Raises
    ------
    InputError
        If the data can't be trained with the settings of a trial.
    GoneError
        If the executor is gone, after all that it has done.
    """
    if executor is not None:
        submitted = await asyncio.to_thread(sweeping.submitted, data, trials, executor)
        left = {asyncio.wrap_future(future): batch for future, batch in submitted.items()}
        gone: GoneError | None = None
        try:
            while left:
                done, _ = await asyncio.wait(
                    left, timeout=LOOKS, return_when=asyncio.FIRST_COMPLETED
                )
                for future in done:
                    del left[future]
                    try:
                        results = future.result()
                    except GoneError as error:  # others may be done
                        gone = error
                        continue
                    yield results
                if watch is not None:
                    _watch(executor, left.values(), watch)
            if gone is not None:
                raise gone
        finally:
            for future in left:
                future.cancel()
        return
    with _Waiting() as waiting:
        for batch in sweeping.batches(trials, data.n, sweeping.BATCH_SECONDS):
            yield await asyncio.to_thread(_run, data, batch, waiting, watch)


async def until_it_diverges(
    data: Dataset,
    groups: Iterable[Trials],
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> AsyncGenerator[list[Result], None]:
    """The same of one group of trials after another, up to the first that diverges.

    A group has diverged if its first repeat has.
    """
    for group in groups_in_range(data, groups):
        diverged = False
        async with aclosing(sweep(data, group, executor, watch)) as coming:
            async for results in coming:
                diverged |= any(r.trial.repeat == 0 and r.status == "diverged" for r in results)
                yield results
        if diverged:
            return


async def tipping(data: Dataset, settings: Settings) -> Tipping:
    """The same as `tipping_scale`, in a thread that leaves off if this is cancelled."""
    with _Waiting() as waiting:
        return await asyncio.to_thread(tipping_scale, data, settings, look=waiting.look)


async def predicted_in_turn(board: Board, predictions: Predictions) -> AsyncIterator[Row]:
    """The rows of a board, each once it holds what is predicted of it."""
    for row in board.rows:
        row.prediction = predictions.known(row.settings)
        if row.prediction is None:
            row.prediction = await asyncio.to_thread(predictions.of, row.settings)
        yield row


def _watch(executor: Executor, batches: Iterable[Sequence[Trial]], watch: Watch) -> None:
    if isinstance(executor, TrialProcesses):
        for batch in batches:
            for trial in batch:
                if (step := executor.step(trial)) is not None:
                    watch(trial, step)


class _LeftError(Exception):
    """Nobody waits for the results any more."""


class _Waiting:
    """Tells a thread when the one that waits for it has gone on."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._event.set()

    def look(self, _: Step) -> None:
        """Leave off if so."""
        if self._event.is_set():
            raise _LeftError


def _run(
    data: Dataset, batch: Sequence[Trial], waiting: _Waiting, watch: Watch | None
) -> list[Result]:
    def look(trial: Trial) -> Callable[[Step], None]:
        def both(step: Step) -> None:
            waiting.look(step)
            if watch is not None:
                watch(trial, step)

        return both

    return [run_trial(data, trial, look(trial)) for trial in batch]

"""Runs the trials of a sweep, here or in other threads or processes, and hands out their results.

What the results are does not depend on where they come from, nor on their order.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from typing import TypeVar

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.sweep import Plan, Trial, estimated_seconds
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps.processes import telling

BATCH_SECONDS = 0.03
"""Of trials handed over together: a hundred times what handing over takes, and soon over."""

SENDING = 1e-6
"""Seconds of work for each row that is sent along with it."""

PAYS_FROM = 4.0
"""Seconds of work from which a second process is worth its half second to start."""

POLITE_JOBS = 4
"""Processes at most, if nobody asks for more: a login node is shared."""

MAX_JOBS = 32

Item = TypeVar("Item")
Sum = TypeVar("Sum")


class FarExecutor(Executor):
    """An executor that takes longer to hand over to, and which keeps the data that it was sent.

    `place` says in words where it works.
    """

    place: str

    @abstractmethod
    def batch_seconds(self, work: float) -> float:
        """How much to hand over at a time, of so many seconds of work."""

    @abstractmethod
    def submit_to(
        self, number: int, function: Callable[[Dataset, Item], Sum], data: Dataset, item: Item
    ) -> Future[Sum]:
        """The same as `submit`, by the worker of a number, which keeps the data."""

    @abstractmethod
    def tree(self, function: Callable[[int, Item], Sum], items: Sequence[Item]) -> Sum:
        """The sum of what a function makes of items and their numbers, as `parts.tree` adds it."""


class GoneError(InputError):
    """The executor is gone before its work was done; what it handed out stays valid.

    What to do then depends on the work.
    """


def jobs_that_pay(plan: Plan, n: int) -> int:
    """In how many processes to run a plan: one, unless there is work for more."""
    return max(1, min(POLITE_JOBS, _cores(), len(plan), int(plan.seconds(n) / PAYS_FROM)))


def jobs_for(plan: Plan, n: int, asked: int | None = None) -> int:
    """In how many processes to run a plan: as many as were asked for, or else as pay.

    Raises
    ------
    InputError
        If so many are not possible.
    """
    if asked is None:
        return jobs_that_pay(plan, n)
    if not 1 <= asked <= MAX_JOBS:
        raise InputError(f"so many jobs are not possible: choose from 1 to {MAX_JOBS}")
    return min(asked, len(plan))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def sweep(
    data: Dataset, trials: Iterable[Trial], executor: Executor | None = None
) -> Generator[Result, None, None]:
    """The results of the trials as they come: in order without an executor, else in any.

    What is not under way when the generator is closed is not begun.

    Raises
    ------
    InputError
        If the data can't be trained with the settings of a trial.
    GoneError
        If the executor is gone, after all that it has done.
    """
    if executor is None:
        for trial in trials:
            yield run_trial(data, trial)
        return
    futures = submitted(data, trials, executor)
    gone: GoneError | None = None
    try:
        for future in as_completed(futures):
            try:
                results = future.result()
            except GoneError as error:  # others may be done
                gone = error
                continue
            yield from results
        if gone is not None:
            raise gone
    finally:
        for future in futures:
            future.cancel()


def submitted(
    data: Dataset, trials: Iterable[Trial], executor: Executor
) -> dict[Future[list[Result]], Sequence[Trial]]:
    """The trials handed over to an executor, in batches that are worth it.

    Raises
    ------
    InputError
        If it has no processes to run them.
    """
    seconds = BATCH_SECONDS + SENDING * data.n
    if isinstance(executor, FarExecutor):
        trials = tuple(trials)
        work = sum(estimated_seconds(trial.settings, data.n) for trial in trials)
        seconds = executor.batch_seconds(work)
    try:
        return {
            executor.submit(_run, data, batch): batch for batch in batches(trials, data.n, seconds)
        }
    except OSError as error:
        raise InputError(
            f"the sweep's processes can't be started ({error.strerror}): choose fewer, "
            "as with --jobs 1"
        ) from None


def batches(trials: Iterable[Trial], n: int, seconds: float) -> Iterator[Sequence[Trial]]:
    """The trials in batches that take about so long on n rows, one trial if that takes longer."""
    batch: list[Trial] = []
    work = 0.0
    for trial in trials:
        takes = estimated_seconds(trial.settings, n)
        if batch and work + takes > seconds:
            yield batch
            batch, work = [], 0.0
        batch.append(trial)
        work += takes
    if batch:
        yield batch


def _run(data: Dataset, batch: Sequence[Trial]) -> list[Result]:
    return [run_trial(data, trial, telling(trial)) for trial in batch]

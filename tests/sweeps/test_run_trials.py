"""Trials in all kinds of executors: their results, and how they are cancelled."""

from __future__ import annotations

import asyncio
import multiprocessing.process
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from typing import Any

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Trial, grid, over_batch_sizes
from linreg_tui.core.tipping import tipping_scale
from linreg_tui.core.trials import Result, run_trial
from linreg_tui.sweeps.executors import (
    BATCH_SECONDS,
    GoneError,
    TrialExecutor,
    TrialThread,
    in_batches,
    local_executor,
)
from linreg_tui.sweeps.run_trials import find_tipping, run_trials

PLAN = grid(Settings(), {"batch_size": [32, 64, None], "learning_rate_m": [1e-7, 1e-6]}, repeats=20)


class Backwards(TrialExecutor):
    """An executor that works on the last call first, once all have been submitted."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, lambda: fn(*args, **kwargs)))
        self.submitted += 1
        threading.Timer(0.05, self._work).start()
        return future

    def _work(self) -> None:
        while self._waiting:
            future, work = self._waiting.pop()
            if future.set_running_or_notify_cancel():
                future.set_result(work())


class Leaving(TrialExecutor):
    """A stand-in for a cluster that goes away after some batches of one trial each."""

    place = "2 workers over there"

    def __init__(self, lasts: int) -> None:
        self._left = lasts
        self.ready: Future[int] = Future()
        self.ready.set_result(2)

    def batches(self, trials: Iterable[Trial], n: int) -> Iterator[Sequence[Trial]]:
        return in_batches(trials, n, 0.0)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._left:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(GoneError("the cluster went away"))
        self._left -= self._left > 0
        return future


class Threads(TrialExecutor, ThreadPoolExecutor):
    """An executor of several threads."""


def ordered(results: list[Result]) -> list[Result]:
    return sorted(results, key=lambda result: result.trial.number)


@pytest.fixture(scope="module")
def expected(houses: Dataset) -> list[Result]:
    return [run_trial(houses, trial) for trial in PLAN]


def same(one: list[Result], other: list[Result]) -> bool:
    curves = (
        np.array_equal(a.curve.low, b.curve.low) and np.array_equal(a.curve.high, b.curve.high)
        for a, b in zip(one, other, strict=True)
    )
    return one == other and all(curves)


async def trained(
    data: Dataset, trials: Iterable[Trial], executor: TrialExecutor | None = None
) -> list[Result]:
    """Return the results of an executor, by default a thread."""
    if executor is not None:
        return [result async for some in run_trials(data, trials, executor) for result in some]
    async with local_executor() as thread:
        return await trained(data, trials, thread)


async def test_a_thread_gives_results_in_order(houses: Dataset, expected: list[Result]) -> None:
    assert same(await trained(houses, PLAN), expected)


async def test_results_do_not_depend_on_the_order(houses: Dataset, expected: list[Result]) -> None:
    assert same(ordered(await trained(houses, PLAN[::-1])), expected)
    executor = Backwards()
    results = await trained(houses, PLAN, executor)
    assert executor.submitted > 1
    assert same(ordered(results), expected)


async def test_results_do_not_depend_on_threads(houses: Dataset, expected: list[Result]) -> None:
    with Threads(3) as executor:
        results = await trained(houses, PLAN, executor)
    assert same(ordered(results), expected)


async def test_results_do_not_depend_on_processes(houses: Dataset, expected: list[Result]) -> None:
    async with local_executor(2) as executor:
        assert not isinstance(executor, TrialThread)
        results = await trained(houses, PLAN, executor)
    assert same(ordered(results), expected)


async def test_one_job_is_a_thread_of_this_process() -> None:
    async with local_executor(1) as executor:
        assert isinstance(executor, TrialThread)


async def test_the_tipping_scale_is_found_in_an_executor(houses: Dataset) -> None:
    async with local_executor() as executor:
        assert await find_tipping(houses, Settings(), executor) == tipping_scale(houses, Settings())


async def test_the_event_loop_runs_on_during_trials(houses: Dataset) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    task = asyncio.create_task(other())
    await trained(houses, over_batch_sizes(Settings(epochs=3000), houses.n))
    task.cancel()
    assert turns > 10


async def test_results_before_cancelling_stay(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, repeats=1000)
    results: list[Result] = []

    async def work() -> None:
        async with local_executor() as executor:
            async for some in run_trials(houses, plan, executor):
                results.extend(some)

    task = asyncio.create_task(work())
    while not results:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 0 < len(results) < len(plan)
    assert [result.trial for result in results] == list(plan[: len(results)])


async def test_a_long_plan_is_submitted_a_little_at_a_time(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, repeats=20_000)
    made: list[int] = []

    def trials() -> Iterator[Trial]:
        for trial in plan:
            made.append(trial.number)
            yield trial

    async with (
        local_executor() as executor,
        aclosing(run_trials(houses, trials(), executor)) as coming,
    ):
        await anext(coming)
    assert len(made) < len(plan) / 10


async def never_ends(data: Dataset) -> None:
    await trained(data, over_batch_sizes(Settings(epochs=10_000_000), data.n, [None]))


async def tips_late(data: Dataset) -> None:
    async with local_executor() as executor:
        await find_tipping(data, Settings(epochs=1_000_000), executor)


@pytest.mark.parametrize("work", [never_ends, tips_late])
async def test_cancelling_ends_long_work(houses: Dataset, work: Callable[..., Any]) -> None:
    task = asyncio.create_task(work(houses))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 1
    assert not any(thread.name.startswith("trials") for thread in threading.enumerate())


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.thorough)])
async def test_progress_can_be_watched_until_trials_are_cancelled(
    houses: Dataset, jobs: int
) -> None:
    plan = over_batch_sizes(Settings(epochs=4_000_000), houses.n, [None, 512][:jobs])
    seen: dict[int, list[int]] = {trial.number: [] for trial in plan}

    def watch(trial: Trial, step: Step) -> None:
        seen[trial.number].append(step.number)
        assert step.slope == pytest.approx(87.69, abs=5)

    async def work() -> None:
        async with local_executor(jobs) as executor:
            async for _ in run_trials(houses, plan, executor, watch):
                pass

    task = asyncio.create_task(work())
    while not all(len(set(steps)) > 2 for steps in seen.values()):
        await asyncio.sleep(0.01)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 2
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    assert multiprocessing.active_children() == []


async def test_the_event_loop_runs_on_while_processes_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beginning, may_begin = threading.Event(), threading.Event()
    start = multiprocessing.process.BaseProcess.start

    def slow(process: Any) -> None:
        beginning.set()
        assert may_begin.wait(10)
        start(process)

    async def use() -> None:
        async with local_executor(2):
            pytest.fail("it was cancelled")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", slow)
    task = asyncio.create_task(use())
    while not beginning.is_set():
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.01)
    assert not task.done()
    may_begin.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert multiprocessing.active_children() == []


async def test_closing_starts_no_more_trials(houses: Dataset) -> None:
    with Threads(1) as threads:
        long = over_batch_sizes(Settings(epochs=2000), houses.n, [64], repeats=200)
        async with aclosing(run_trials(houses, long, threads)) as coming:
            await anext(coming)
        began = time.monotonic()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("jobs", [1, 2])
async def test_impossible_settings_are_reported(houses: Dataset, jobs: int) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [552])
    async with local_executor(jobs) as executor:
        with pytest.raises(InputError, match="a batch of 552"):
            await trained(houses, plan, executor)


async def test_processes_that_cannot_be_started_are_reported(houses: Dataset) -> None:
    class Full(Backwards):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            raise BlockingIOError(11, "Resource temporarily unavailable")

    with pytest.raises(InputError, match=r"can't be started \(Resource temporarily unavailable\)"):
        await trained(houses, PLAN, Full())


async def test_processes_that_end_too_soon_are_reported() -> None:
    with pytest.raises(InputError, match="the sweep's 2 processes ended too soon: choose fewer"):
        async with local_executor(2) as executor:
            await asyncio.wrap_future(executor.submit(os._exit, 1))


async def test_a_lost_executor_is_reported_after_its_results(houses: Dataset) -> None:
    results: list[Result] = []

    async def work() -> None:
        async for some in run_trials(houses, PLAN, Leaving(3)):
            results.extend(some)

    with pytest.raises(GoneError, match="went away"):
        await work()
    assert [result.trial for result in results] == list(PLAN[:3])


async def test_no_trials_give_no_results(houses: Dataset) -> None:
    assert await trained(houses, []) == []


def test_batches_hold_every_trial_once() -> None:
    parts = list(in_batches(PLAN, 551, BATCH_SECONDS))
    assert [trial for part in parts for trial in part] == list(PLAN)
    assert 1 < len(parts) < len(PLAN) / 2
    long = over_batch_sizes(Settings(epochs=10_000), 551, repeats=2)
    assert [len(part) for part in in_batches(long, 551, BATCH_SECONDS)] == [1] * 10
    assert list(in_batches([], 551, 1.0)) == []

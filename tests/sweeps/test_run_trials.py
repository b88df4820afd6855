from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from typing import Any

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.history import Step
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Plan, Trial, grid, over_batch_sizes
from linreg_tui.core.trials import Result
from linreg_tui.sweeps import aside, sweeping
from linreg_tui.sweeps.processes import processes
from linreg_tui.sweeps.sweeping import FarExecutor, GoneError, batches, jobs_that_pay, sweep

PLAN = grid(Settings(), {"batch_size": [32, 64, None], "learning_rate_m": [1e-7, 1e-6]}, repeats=20)


class Backwards(Executor):
    """An executor that does the last thing first, when all have been submitted."""

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


class Leaving(FarExecutor):
    """A far executor that goes away after so many batches, each of one trial."""

    place = "2 workers over there"

    def __init__(self, lasts: int) -> None:
        self._left = lasts

    def batch_seconds(self, work: float) -> float:
        assert work > 0
        return 0.0

    def submit_to(
        self, number: int, function: Callable[..., Any], data: Dataset, item: Any
    ) -> Future[Any]:
        raise NotImplementedError

    def tree(self, function: Callable[[int, Any], Any], items: Sequence[Any]) -> Any:
        raise NotImplementedError

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._left:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(GoneError("the cluster went away"))
        self._left -= self._left > 0
        return future


def ordered(results: list[Result]) -> list[Result]:
    return sorted(results, key=lambda result: result.trial.number)


@pytest.fixture(scope="module")
def inline(houses: Dataset) -> list[Result]:
    return list(sweep(houses, PLAN))


def same(one: list[Result], other: list[Result]) -> bool:
    curves = (
        np.array_equal(a.curve.low, b.curve.low) and np.array_equal(a.curve.high, b.curve.high)
        for a, b in zip(one, other, strict=True)
    )
    return one == other and all(curves)


def test_without_an_executor_results_come_in_order(inline: list[Result]) -> None:
    assert [result.trial for result in inline] == list(PLAN)


def test_results_do_not_depend_on_the_order(houses: Dataset, inline: list[Result]) -> None:
    assert same(ordered(list(sweep(houses, PLAN[::-1]))), ordered(inline))
    executor = Backwards()
    results = list(sweep(houses, PLAN, executor))
    assert executor.submitted > 1
    assert same(ordered(results), ordered(inline))


def test_results_do_not_depend_on_threads(houses: Dataset, inline: list[Result]) -> None:
    with ThreadPoolExecutor(3) as executor:
        results = list(sweep(houses, PLAN, executor))
    assert same(ordered(results), ordered(inline))


def test_results_do_not_depend_on_processes(houses: Dataset, inline: list[Result]) -> None:
    with processes(2) as executor:
        assert executor is not None
        results = list(sweep(houses, PLAN, executor))
    assert same(ordered(results), ordered(inline))


def test_one_process_is_this_one() -> None:
    with processes(1) as executor:
        assert executor is None


async def gathered(data: Dataset, plan: Plan, executor: Executor | None = None) -> list[Result]:
    return [result async for some in aside.sweep(data, plan, executor) for result in some]


async def test_results_do_not_depend_on_the_event_loop(
    houses: Dataset, inline: list[Result]
) -> None:
    assert same(await gathered(houses, PLAN), inline)
    with ThreadPoolExecutor(2) as executor:
        assert same(ordered(await gathered(houses, PLAN, executor)), ordered(inline))


async def test_the_event_loop_goes_on_meanwhile(houses: Dataset) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    task = asyncio.create_task(other())
    await gathered(houses, over_batch_sizes(Settings(epochs=3000), houses.n))
    task.cancel()
    assert turns > 10


async def test_cancelling_keeps_what_is_done(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(), houses.n, repeats=1000)
    kept: list[Result] = []

    async def work() -> None:
        async with aclosing(aside.sweep(houses, plan)) as coming:
            async for some in coming:
                kept.extend(some)

    task = asyncio.create_task(work())
    while not kept:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 0 < len(kept) < len(plan)
    assert [result.trial for result in kept] == list(plan[: len(kept)])


async def test_cancelling_ends_a_long_trial(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(epochs=10_000_000), houses.n, [None])
    before = threading.active_count()
    task = asyncio.create_task(gathered(houses, plan))
    await asyncio.sleep(0.05)
    task.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    # It waits for the thread.
    await asyncio.get_running_loop().shutdown_default_executor()
    assert time.monotonic() - began < 1
    assert threading.active_count() <= before


@pytest.mark.thorough
async def test_processes_tell_how_far_they_are_and_leave_off(houses: Dataset) -> None:
    plan = over_batch_sizes(Settings(epochs=4_000_000), houses.n, [None, 512])
    seen: dict[int, list[int]] = {0: [], 1: []}

    def watch(trial: Trial, step: Step) -> None:
        seen[trial.number].append(step.number)
        assert step.slope == pytest.approx(87.69, abs=5)

    async def work() -> None:
        async with (
            aside.processes(2, len(plan)) as executor,
            aclosing(aside.sweep(houses, plan, executor, watch)) as coming,
        ):
            async for _ in coming:
                pass

    task = asyncio.create_task(work())
    while not (len(set(seen[0])) > 2 and len(set(seen[1])) > 2):
        await asyncio.sleep(0.01)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 2
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    assert multiprocessing.active_children() == []


async def test_the_event_loop_goes_on_while_processes_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_begin, told = threading.Event(), list[str]()

    @contextmanager
    def slow(jobs: int, trials: int) -> Iterator[None]:
        told.append(f"{jobs} for {trials}")
        assert may_begin.wait(10)
        try:
            yield
        finally:
            told.append("ended")

    async def use() -> None:
        async with aside.processes(2, 7):
            told.append("used")

    monkeypatch.setattr(aside, "trial_processes", slow)
    task = asyncio.create_task(use())
    while not told:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.01)
    assert told == ["2 for 7"]
    assert not task.done()
    may_begin.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == ["2 for 7", "ended"]
    await use()
    assert told[2:] == ["2 for 7", "used", "ended"]


def test_closing_begins_nothing_more(houses: Dataset) -> None:
    executor = Backwards()
    results = sweep(houses, PLAN, executor)
    next(results)
    results.close()
    assert executor.submitted < len(PLAN)
    with ThreadPoolExecutor(1) as threads:
        long = over_batch_sizes(Settings(epochs=2000), houses.n, [64], repeats=200)
        results = sweep(houses, long, threads)
        next(results)
        results.close()
        began = time.monotonic()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_can_not_be_trained_is_told(houses: Dataset, jobs: int) -> None:
    plan = over_batch_sizes(Settings(), houses.n, [552])
    with processes(jobs) as executor, pytest.raises(InputError, match="a batch of 552"):
        list(sweep(houses, plan, executor))


def test_processes_that_can_not_be_started_are_told(houses: Dataset) -> None:
    class Full(Backwards):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            raise BlockingIOError(11, "Resource temporarily unavailable")

    with pytest.raises(InputError, match=r"can't be started \(Resource temporarily unavailable\)"):
        list(sweep(houses, PLAN, Full()))


def test_batches_hold_every_trial_once() -> None:
    parts = list(batches(PLAN, 551, sweeping.BATCH_SECONDS))
    assert [trial for part in parts for trial in part] == list(PLAN)
    assert 1 < len(parts) < len(PLAN) / 2
    long = over_batch_sizes(Settings(epochs=10_000), 551, repeats=2)
    assert [len(part) for part in batches(long, 551, sweeping.BATCH_SECONDS)] == [1] * 10
    assert list(batches([], 551, 1.0)) == []


def test_a_far_executor_says_how_much_goes_out_together(houses: Dataset) -> None:
    futures = sweeping.submitted(houses, PLAN[:5], Leaving(5))
    assert [len(batch) for batch in futures.values()] == [1] * 5


def test_most_sweeps_belong_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_cores", lambda: 64)
    assert jobs_that_pay(over_batch_sizes(Settings(), 551, repeats=100), 551) == 1
    long = over_batch_sizes(Settings(epochs=300_000), 551, repeats=10)
    assert jobs_that_pay(long, 551) == sweeping.POLITE_JOBS
    monkeypatch.setattr(sweeping, "_cores", lambda: 1)
    assert jobs_that_pay(long, 551) == 1

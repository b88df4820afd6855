from __future__ import annotations

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from statistics import median

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import Settings
from linreg_tui.training import Progress, Training

DIVERGING = Settings(learning_rate_m=1e-5, epochs=MAX_STEPS)
LONG = Settings(epochs=MAX_STEPS)


def training(
    data: Dataset, settings: Settings, pace: float = math.inf
) -> tuple[Training, list[Progress]]:
    reports: list[Progress] = []
    return Training(Run(data, settings), 7, reports.append, pace), reports


class TimelessSelector(selectors.DefaultSelector):
    """A selector that never waits: it sets its clock on by the time of each wait."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class TimelessLoop(asyncio.SelectorEventLoop):
    """An event loop that sets its clock on instead of waiting, so that times are exact."""

    def __init__(self) -> None:
        self._timeless = TimelessSelector()
        super().__init__(self._timeless)

    def time(self) -> float:
        return self._timeless.now


def started(subject: Training) -> Coroutine[None, None, None]:
    subject.start()
    return subject.train()


async def trained(subject: Training, steps: int) -> None:
    """Wait until this many steps are trained."""
    async with asyncio.timeout(20):
        while subject.run.history.last < steps:
            await asyncio.sleep(0.005)


async def test_it_trains_to_its_goal_and_reports(houses: Dataset) -> None:
    subject, reports = training(houses, Settings())
    await started(subject)
    assert reports[-1] == Progress(run_id=7, step=30, done=True, diverged=False)
    assert not subject.running


async def test_it_reports_divergence(houses: Dataset) -> None:
    subject, reports = training(houses, DIVERGING)
    await started(subject)
    assert reports[-1].done
    assert reports[-1].diverged
    assert subject.run.exhausted


async def test_steps_are_trained_immediately(houses: Dataset) -> None:
    subject, reports = training(houses, Settings(), pace=1)
    await subject.step(3)
    assert [progress.step for progress in reports] == [3]


@pytest.mark.parametrize("settings", [LONG, Settings(batch_size=64, epochs=1_000_000)])
async def test_a_pause_acts_at_once_at_full_speed(houses: Dataset, settings: Settings) -> None:
    subject, reports = training(houses, settings)
    task = asyncio.create_task(started(subject))
    await trained(subject, 1001)
    asked = time.monotonic()
    subject.pause()
    await task
    assert time.monotonic() - asked < 0.5
    assert reports[-1].done
    assert 1000 < subject.run.history.last == reports[-1].step < MAX_STEPS


async def test_the_event_loop_is_free_at_full_speed(houses: Dataset) -> None:
    subject, reports = training(houses, Settings(batch_size=64, epochs=1_000_000))
    task = asyncio.create_task(started(subject))
    waits, first = [], time.monotonic()
    for _ in range(50):
        began = time.monotonic()
        await asyncio.sleep(0.005)
        waits.append(time.monotonic() - began)
    subject.pause()
    await task
    assert median(waits) < 0.05
    assert len(reports) < 10 + 30 * (time.monotonic() - first)


def test_the_pace_is_exact_and_can_be_changed(
    houses: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(step: Callable[..., None], *arguments: int) -> None:
        step(*arguments)

    async def paced() -> None:
        monkeypatch.setattr(time, "monotonic", asyncio.get_running_loop().time)
        subject, _ = training(houses, LONG, pace=20)
        task = asyncio.create_task(started(subject))
        await asyncio.sleep(0.575)
        assert subject.run.history.last == 11
        subject.pace = 1000
        await asyncio.sleep(0.5)
        subject.pause()
        await task
        assert subject.run.history.last - 11 == pytest.approx(500, abs=35)

    monkeypatch.setattr(asyncio, "to_thread", work)
    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        runner.run(paced())


async def test_a_slow_wait_ends_with_a_pause(houses: Dataset) -> None:
    subject, _ = training(houses, Settings(), pace=1)
    task = asyncio.create_task(started(subject))
    await asyncio.sleep(0.05)
    asked = time.monotonic()
    subject.pause()
    await task
    assert time.monotonic() - asked < 0.5
    assert subject.run.history.last == 0


async def test_the_pace_is_changed_just_as_a_step_is_due(houses: Dataset) -> None:
    subject, _ = training(houses, LONG, pace=10)
    task = asyncio.create_task(started(subject))
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    # Both are late, the step first: 0.1 s from here.
    loop.call_later(0.05, time.sleep, 0.15)
    loop.call_later(0.15, setattr, subject, "pace", math.inf)
    await trained(subject, 1000)
    subject.pause()
    await task


async def test_two_requests_wait_for_each_other(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    await asyncio.gather(subject.step(10), subject.step(20))
    alone = Run(houses, Settings())
    alone.advance(30)
    assert subject.run.history[30] == alone.history[30]


async def test_two_starts_and_a_stop_between_them_are_one(houses: Dataset) -> None:
    subject, _ = training(houses, LONG)
    first = asyncio.create_task(started(subject))
    subject.pause()
    second = asyncio.create_task(started(subject))
    await asyncio.sleep(0.1)
    assert subject.running
    subject.pause()
    await asyncio.gather(first, second)
    assert not subject.running


async def test_it_trains_to_the_last_epoch_and_then_beyond(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    await started(subject)
    task = asyncio.create_task(started(subject))
    await trained(subject, 31)
    subject.pause()
    await task
    assert subject.run.history.last > 30


@pytest.mark.parametrize("pace", [1.0, 1000.0, math.inf])
async def test_settings_can_be_changed_while_it_trains(houses: Dataset, pace: float) -> None:
    subject, _ = training(houses, LONG, pace)
    task = asyncio.create_task(started(subject))
    await asyncio.sleep(0.05)
    changed = replace(LONG, batch_size=64, epochs=1_000_000)
    subject.change(changed)
    assert subject.settings == changed
    await asyncio.sleep(0.05)
    subject.pause()
    await task
    assert subject.run.settings == subject.settings == changed
    assert subject.run.budget > subject.run.history.last


async def test_more_epochs_move_the_goal(houses: Dataset) -> None:
    subject, reports = training(houses, Settings(), pace=1000)
    task = asyncio.create_task(started(subject))
    subject.change(Settings(epochs=40))
    await task
    assert subject.run.history.last == 40
    subject.change(Settings(epochs=50))
    assert not subject.running
    assert reports[-1].done


async def test_settings_out_of_range_are_refused(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    with pytest.raises(InputError):
        subject.change(Settings(batch_size=1000))
    assert subject.settings == Settings()


async def test_a_branch_waits_for_the_current_step(houses: Dataset) -> None:
    subject, _ = training(houses, LONG)
    task = asyncio.create_task(started(subject))
    await trained(subject, 10)
    branch = await subject.branch(10)
    await task
    assert branch.history.last == 10
    assert branch.history[10] == subject.run.history[10]
    assert not subject.running

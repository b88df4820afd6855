from __future__ import annotations

import asyncio
import math
import time

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import MAX_STEPS, Settings
from linreg_tui.core.sgd import Run
from linreg_tui.training import Progress, Training

DIVERGING = Settings(learning_rate_m=1e-5)


def training(
    data: Dataset, settings: Settings, pace: float = math.inf
) -> tuple[Training, list[Progress]]:
    told: list[Progress] = []
    return Training(Run(data, settings), 7, told.append, pace), told


async def test_it_goes_to_its_goal_and_tells(houses: Dataset) -> None:
    subject, told = training(houses, Settings())
    await subject.go(30)
    assert told[-1] == Progress(run_id=7, step=30, done=True, diverged=False)
    assert not subject.running


async def test_it_tells_of_divergence(houses: Dataset) -> None:
    subject, told = training(houses, DIVERGING)
    await subject.go(MAX_STEPS)
    assert told[-1].done
    assert told[-1].diverged
    assert subject.run.exhausted


async def test_steps_at_once(houses: Dataset) -> None:
    subject, told = training(houses, Settings(), pace=1)
    await subject.step(3)
    assert [progress.step for progress in told] == [3]


@pytest.mark.parametrize("settings", [Settings(), Settings(batch_size=64)])
async def test_a_pause_acts_at_once_at_full_speed(houses: Dataset, settings: Settings) -> None:
    subject, told = training(houses, settings)
    going = asyncio.create_task(subject.go(MAX_STEPS))
    await asyncio.sleep(0.3)
    asked = time.monotonic()
    subject.pause()
    await going
    assert time.monotonic() - asked < 0.1
    assert told[-1].done
    assert 1000 < subject.run.history.last == told[-1].step < MAX_STEPS


async def test_the_event_loop_is_free_at_full_speed(houses: Dataset) -> None:
    subject, told = training(houses, Settings(batch_size=64))
    going = asyncio.create_task(subject.go(MAX_STEPS))
    longest = 0.0
    for _ in range(50):
        began = time.monotonic()
        await asyncio.sleep(0.005)
        longest = max(longest, time.monotonic() - began)
    subject.pause()
    await going
    assert longest < 0.1
    assert len(told) < 30


async def test_the_pace_is_kept_and_can_be_changed(houses: Dataset) -> None:
    subject, _ = training(houses, Settings(), pace=20)
    going = asyncio.create_task(subject.go(MAX_STEPS))
    await asyncio.sleep(0.55)
    slow = subject.run.history.last
    assert 7 <= slow <= 11
    subject.pace = 1000
    await asyncio.sleep(0.5)
    subject.pause()
    await going
    assert 250 <= subject.run.history.last - slow <= 550


async def test_a_slow_wait_ends_with_a_pause(houses: Dataset) -> None:
    subject, _ = training(houses, Settings(), pace=1)
    going = asyncio.create_task(subject.go(30))
    await asyncio.sleep(0.05)
    asked = time.monotonic()
    subject.pause()
    await going
    assert time.monotonic() - asked < 0.1
    assert subject.run.history.last == 0


async def test_two_requests_wait_for_each_other(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    await asyncio.gather(subject.step(10), subject.step(20))
    alone = Run(houses, Settings())
    alone.advance(30)
    assert subject.run.history[30] == alone.history[30]

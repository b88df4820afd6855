from __future__ import annotations

import asyncio
import math
import time
from dataclasses import replace

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import MAX_STEPS, Settings
from linreg_tui.core.sgd import Run
from linreg_tui.training import Progress, Training

DIVERGING = Settings(learning_rate_m=1e-5, epochs=MAX_STEPS)
LONG = Settings(epochs=MAX_STEPS)


def training(
    data: Dataset, settings: Settings, pace: float = math.inf
) -> tuple[Training, list[Progress]]:
    told: list[Progress] = []
    return Training(Run(data, settings), 7, told.append, pace), told


async def test_it_goes_to_its_goal_and_tells(houses: Dataset) -> None:
    subject, told = training(houses, Settings())
    await subject.go()
    assert told[-1] == Progress(run_id=7, step=30, done=True, diverged=False)
    assert not subject.running


async def test_it_tells_of_divergence(houses: Dataset) -> None:
    subject, told = training(houses, DIVERGING)
    await subject.go()
    assert told[-1].done
    assert told[-1].diverged
    assert subject.run.exhausted


async def test_steps_at_once(houses: Dataset) -> None:
    subject, told = training(houses, Settings(), pace=1)
    await subject.step(3)
    assert [progress.step for progress in told] == [3]


@pytest.mark.parametrize("settings", [LONG, Settings(batch_size=64, epochs=1_000_000)])
async def test_a_pause_acts_at_once_at_full_speed(houses: Dataset, settings: Settings) -> None:
    subject, told = training(houses, settings)
    going = asyncio.create_task(subject.go())
    await asyncio.sleep(0.3)
    asked = time.monotonic()
    subject.pause()
    await going
    assert time.monotonic() - asked < 0.1
    assert told[-1].done
    assert 1000 < subject.run.history.last == told[-1].step < MAX_STEPS


async def test_the_event_loop_is_free_at_full_speed(houses: Dataset) -> None:
    subject, told = training(houses, Settings(batch_size=64, epochs=1_000_000))
    going = asyncio.create_task(subject.go())
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
    subject, _ = training(houses, LONG, pace=20)
    going = asyncio.create_task(subject.go())
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
    going = asyncio.create_task(subject.go())
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


async def test_two_starts_and_a_stop_between_them_are_one(houses: Dataset) -> None:
    subject, _ = training(houses, LONG)
    first = asyncio.create_task(subject.go())
    subject.pause()
    second = asyncio.create_task(subject.go())
    await asyncio.sleep(0.1)
    assert subject.running
    subject.pause()
    await asyncio.gather(first, second)
    assert not subject.running


async def test_it_goes_to_the_end_of_the_epochs_and_then_beyond(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    await subject.go()
    going = asyncio.create_task(subject.go())
    await asyncio.sleep(0.1)
    subject.pause()
    await going
    assert subject.run.history.last > 30


@pytest.mark.parametrize("pace", [1.0, 1000.0, math.inf])
async def test_settings_can_be_changed_under_way(houses: Dataset, pace: float) -> None:
    subject, _ = training(houses, LONG, pace)
    going = asyncio.create_task(subject.go())
    await asyncio.sleep(0.05)
    changed = replace(LONG, batch_size=64, epochs=1_000_000)
    subject.change(changed)
    assert subject.settings == changed
    await asyncio.sleep(0.05)
    subject.pause()
    await going
    assert subject.run.settings == subject.settings == changed
    assert subject.run.budget > subject.run.history.last


async def test_more_epochs_move_the_goal(houses: Dataset) -> None:
    subject, told = training(houses, Settings(), pace=1000)
    going = asyncio.create_task(subject.go())
    subject.change(Settings(epochs=40))
    await going
    assert subject.run.history.last == 40
    subject.change(Settings(epochs=50))
    assert not subject.running
    assert told[-1].done


async def test_settings_out_of_range_are_refused(houses: Dataset) -> None:
    subject, _ = training(houses, Settings())
    with pytest.raises(InputError):
        subject.change(Settings(batch_size=1000))
    assert subject.settings == Settings()


async def test_a_branch_waits_for_the_step_under_way(houses: Dataset) -> None:
    subject, _ = training(houses, LONG)
    going = asyncio.create_task(subject.go())
    await asyncio.sleep(0.1)
    branch = await subject.branch(10)
    await going
    assert branch.history.last == 10
    assert branch.history[10] == subject.run.history[10]
    assert not subject.running

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.run import Event, Run, events
from linreg_tui.core.settings import Settings


def trained(data: Dataset, settings: Settings, steps: int) -> Run:
    run = Run(data, settings)
    run.advance(steps)
    return run


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        (Settings(), {"arrived"}),
        (Settings(batch_size=8, learning_rate_m=3e-8), {"rose", "arrived"}),
        (Settings(learning_rate_m=8e-7, learning_rate_b=0.8), {"rose", "diverged"}),
        (Settings(learning_rate_m=1e-9), set()),
    ],
)
def test_an_event_is_at_the_first_such_step(
    houses: Dataset, settings: Settings, kinds: set[str]
) -> None:
    run = trained(houses, settings, 240)
    loss, near = run.history.columns()[3], 1.01 * houses.line.loss
    happened = {
        "rose": loss[1:] > loss[:-1],
        "arrived": loss[1:] <= near,
        "diverged": loss[1:] > 1000 * loss[0],
    }
    expected = sorted((1 + int(happened[kind].argmax()), kind) for kind in kinds)
    assert [(event.step, event.kind) for event in events(run)] == expected


def test_a_rise_near_the_optimum_is_noise(houses: Dataset) -> None:
    line = houses.line
    best = Settings(initial_slope=line.slope, initial_intercept=line.intercept)
    run = trained(houses, replace(best, batch_size=500, learning_rate_m=1e-9), 20)
    loss = run.history.columns()[3]
    assert line.loss * 1.001 > loss.max() > loss[0]
    assert events(run) == []


def test_changes_and_branches_are_events(houses: Dataset) -> None:
    slow = Settings(learning_rate_m=1e-9, learning_rate_b=1e-9)
    run = trained(houses, slow, 10)
    run.change(replace(slow, learning_rate_m=2e-9))
    run.advance(10)
    assert events(run) == [Event(10, "changed")]
    twin = run.branch(5)
    assert events(twin) == [Event(5, "branched")]
    twin.change(replace(slow, batch_size=8))
    twin.advance(1)
    assert [event.step for event in events(twin) if event.kind in ("branched", "changed")] == [5]
    assert events(run.branch(15)) == [Event(10, "changed"), Event(15, "branched")]


def test_a_run_that_overflows_has_diverged_at_its_last_step(houses: Dataset) -> None:
    run = trained(houses, Settings(learning_rate_m=1e300), 5)
    assert (run.overflowed, run.history.last) == (True, 0)
    assert events(run) == [Event(0, "diverged")]


def test_events_start_anew_after_a_change(houses: Dataset) -> None:
    run = trained(houses, Settings(learning_rate_m=8e-7, learning_rate_b=0.8), 60)
    run.change(Settings(epochs=2000))
    run.advance(1500)
    loss, near = run.history.columns()[3], 1.01 * houses.line.loss
    arrived = int(np.argmax(loss <= near))
    assert arrived > 61
    assert [event for event in events(run) if event.step >= 60] == [
        Event(60, "changed"),
        Event(arrived, "arrived"),
    ]

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import faults
from linreg_tui.core.run import Run
from linreg_tui.core.schedules import MAX_STEPS
from linreg_tui.core.settings import (
    Settings,
    next_batch_size,
    scaled_rates,
    starting_at,
)

OTHER: dict[str, Any] = {
    "sampling": "epoch",
    "seed": 5,
    "momentum": 0.5,
    "beta1": 0.5,
    "beta2": 0.5,
    "alpha": 0.5,
    "epsilon": 1e9,
    "huber_delta": 7.0,
    "decay": 0.1,
    "decay_steps": 2,
    "learning_rate_m": 3e-8,
    "test_seed": 3,
}


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings.of(batch_size=64, optimizer="nesterov"),
        Settings.of(batch_size=64, optimizer="adam", schedule="cosine"),
        Settings.of(schedule="step", standardize=True),
        Settings.of(optimizer="momentum", schedule="exponential"),
        Settings.of(optimizer="rmsprop", loss="huber", huber_delta=1e5, test_fraction=0.2),
        Settings.of(loss="absolute", test_fraction=0.2, test_seed=1),
    ],
)
def test_settings_without_effect_change_nothing_and_the_others_do(
    houses: Dataset, settings: Settings
) -> None:
    def lines(settings: Settings) -> list[tuple[float, float]]:
        run = Run(houses, settings)
        run.advance(12)
        return [(run.history[k].slope, run.history[k].intercept) for k in range(13)]

    assert settings.without_effect <= OTHER.keys()
    for name, value in OTHER.items():
        same = lines(settings.with_values(**{name: value})) == lines(settings)
        assert same == (name in settings.without_effect), name


def test_all_faults_are_named(houses: Dataset) -> None:
    settings = Settings(batch_size=0, epochs=0, seed=-1, initial_slope=1e200)
    assert [name for name, _ in faults(houses, settings)] == [
        "batch_size",
        "epochs",
        "seed",
        "initial_slope",
    ]
    far = Settings(initial_intercept=-1e200)
    assert [name for name, _ in faults(houses, far)] == ["initial_intercept"]


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"batch_size": 0}, "batch_size", "choose a batch size from 1 to 551, or full"),
        ({"epochs": 0}, "epochs", "0 epochs leave nothing to train: choose 1 or more"),
        ({"epochs": MAX_STEPS + 1}, "epochs", "at most 10,000,000 epochs .*: choose fewer"),
        (
            {"epochs": MAX_STEPS // 8 + 1, "batch_size": 64},
            "epochs",
            "1250001 epochs are 10,000,008 steps.*choose fewer epochs or a larger batch size",
        ),
        ({"learning_rate_m": 0}, "learning_rate_m", "rate of 0 for m .*: choose a positive"),
        ({"learning_rate_b": math.inf}, "learning_rate_b", "rate of inf for b .*such as 1e-7"),
        ({"initial_slope": math.nan}, "initial_slope", "slope must be a finite number, not nan"),
        ({"initial_intercept": math.inf}, "initial_intercept", "intercept must be a finite"),
        ({"initial_slope": 1e200}, "initial_slope", "at slope 1e.200 .*initial line nearer"),
        ({"initial_intercept": 1e200}, "initial_intercept", "and intercept 1e.200 is too large"),
        ({"seed": -1}, "seed", "a seed of -1 is not possible: choose 0 or more"),
        (
            {"optimizer": "momentum", "momentum": 1},
            "momentum",
            "from 0 to below 1, such as 0.9",
        ),
        ({"schedule": "step", "decay": 0}, "decay", "choose a factor above 0 and up to 1"),
        (
            {"schedule": "step", "decay_steps": 0},
            "decay_steps",
            "0 decay steps .*: choose from 1 to 10,000,000",
        ),
        ({"warmup_steps": -1}, "warmup_steps", "-1 warm-up steps .*: choose from 0 to 10,000,000"),
    ],
)
def test_a_fault_says_what_to_do(
    houses: Dataset, changes: dict[str, Any], name: str, message: str
) -> None:
    (fault,) = faults(houses, Settings.of(**changes))
    assert fault[0] == name
    assert re.search(message, fault[1])
    with pytest.raises(InputError, match=message):
        Run(houses, Settings.of(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 1, "epochs": 1},
        {"batch_size": 551},
        {"epochs": MAX_STEPS},
        {"epochs": MAX_STEPS // 8, "batch_size": 64},
        {"learning_rate_m": 5e-324, "learning_rate_b": 1e308},
        {"momentum": 0},
        {"decay": 1, "decay_steps": 1, "warmup_steps": 0},
        {"decay_steps": MAX_STEPS, "warmup_steps": MAX_STEPS},
        {"initial_slope": -1e100, "initial_intercept": 1e100},
    ],
)
def test_values_that_are_just_possible(houses: Dataset, changes: dict[str, Any]) -> None:
    assert list(faults(houses, Settings.of(**changes))) == []


def test_a_tenth_of_a_run() -> None:
    warmup, step = Settings.of(schedule="warmup"), Settings.of(schedule="step")
    seven, three = Settings.of(warmup_steps=7), Settings.of(schedule="step", decay_steps=3)
    for total, tenth in ((1, 1), (19, 1), (20, 2), (39, 3), (1000, 100)):
        steps = [one.schedule.resolved(total).values for one in (warmup, step, seven, three)]
        assert [one["warmup_steps"] for one in steps] == [tenth, 0, 7, 0]
        assert [one.get("decay_steps") for one in steps] == [None, tenth, None, 3]


def test_the_batch_sizes_of_the_key() -> None:
    sizes, settings = [], Settings()
    for _ in range(11):
        settings = next_batch_size(settings, 551, -1)
        sizes.append(settings.batch_size)
    assert sizes == [512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1]
    assert next_batch_size(Settings(batch_size=100), 551, 1).batch_size == 128
    assert next_batch_size(Settings(batch_size=512), 551, 1).batch_size is None
    assert next_batch_size(Settings(batch_size=4), 8, 1).batch_size is None
    assert next_batch_size(Settings(), 551, 1) == Settings()


def test_settings_with_other_rates_and_another_start() -> None:
    rated = scaled_rates(Settings(), 0.25)
    assert (rated.learning_rate_m, rated.learning_rate_b) == (2.5e-8, 2.5e-2)
    assert rated.differs(Settings(), "learning_rate_m")
    assert starting_at(rated, 2.0, 3.0) == replace(rated, initial_slope=2.0, initial_intercept=3.0)

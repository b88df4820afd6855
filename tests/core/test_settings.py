from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.faults import faults
from linreg_tui.core.settings import Settings
from linreg_tui.core.sgd import Run

OTHER: dict[str, Any] = {
    "sampling": "epoch",
    "seed": 5,
    "momentum": 0.5,
    "decay": 0.1,
    "decay_steps": 2,
    "learning_rate_m": 3e-8,
}


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(batch_size=64, optimizer="nesterov"),
        Settings(batch_size=64, optimizer="adam", schedule="cosine"),
        Settings(schedule="step", standardize=True),
        Settings(optimizer="momentum", schedule="exponential"),
    ],
)
def test_what_is_idle_changes_nothing_and_the_rest_does(
    houses: Dataset, settings: Settings
) -> None:
    def lines(settings: Settings) -> list[tuple[float, float]]:
        run = Run(houses, settings)
        run.advance(12)
        return [(run.history[k].slope, run.history[k].intercept) for k in range(13)]

    assert settings.without_effect <= OTHER.keys()
    for name, value in OTHER.items():
        same = lines(replace(settings, **{name: value})) == lines(settings)
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

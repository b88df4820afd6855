"""What if: one change to the settings, as a class asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.proposal import proposed
from linreg_tui.core.settings import Settings, scaled_rates

HALF = 0.5


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A change by its name; `change` returns the changed settings, which suit the data."""

    name: str
    change: Callable[[Settings, Dataset], Settings]


def _suiting(settings: Settings, data: Dataset, **changes: Any) -> Settings:
    """Return the settings with changes, and rates, start and parameters that suit them."""
    schema = Settings.schema()
    choices = {one.name for one in schema if one.choices and one.name in changes}
    chosen = {
        one.name: settings.values[one.name]
        for one in schema
        if not (one.about.proposed or one.name in settings.without_effect)
        and (one.owners is None or one.owners[0] not in choices)
    }
    return proposed(data, **chosen | changes)


def _ten_times(settings: Settings, _: Dataset) -> Settings:
    return scaled_rates(settings, 10)


def _other_loss(settings: Settings, data: Dataset) -> Settings:
    other = "huber" if settings.loss.from_moments else "squared"
    return _suiting(settings, data, loss=other)


def _other_optimizer(settings: Settings, data: Dataset) -> Settings:
    other = "momentum" if settings.optimizer.name == "sgd" else "sgd"
    return _suiting(settings, data, optimizer=other)


def _z_scores(settings: Settings, data: Dataset) -> Settings:
    return _suiting(settings, data, standardize=not settings.standardize)


def _half(settings: Settings, _: Dataset) -> Settings:
    return replace(settings, test_fraction=0.0 if settings.test_fraction else HALF)


WHAT_IFS = (
    WhatIf("ten times the rates", _ten_times),
    WhatIf("the other loss: Huber's, or squared", _other_loss),
    WhatIf("the other optimizer: momentum, or plain SGD", _other_optimizer),
    WhatIf("z-scores, or the data as it is", _z_scores),
    WhatIf("half of the rows held out, or none", _half),
)

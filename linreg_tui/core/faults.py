"""What is wrong with settings, before anything is trained with them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.settings import Settings


def faults(data: Dataset, settings: Settings) -> Iterator[tuple[str, str]]:
    """Each setting with which the data can't be trained, what is wrong with it and what to do."""
    found = list(settings.faults(data.n))
    yield from found
    m, b = settings.initial_slope, settings.initial_intercept
    if {"initial_slope", "initial_intercept"} & dict(found).keys():
        return
    optimum = data.line
    if not math.isfinite(optimum.loss + optimum.excess(m, b)):
        steep = not math.isfinite(optimum.excess(m, optimum.intercept))
        yield (
            "initial_slope" if steep else "initial_intercept",
            f"the loss at slope {m:g} and intercept {b:g} is too large for a number: "
            "choose an initial line nearer to the data",
        )

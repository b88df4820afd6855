"""Checks of settings against the data, before any training."""

from __future__ import annotations

import math
from collections.abc import Iterator

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings, setting

LEAST_ROWS = 2
"""The fewest rows that determine a line."""


def check_settings(data: Dataset, settings: Settings) -> None:
    """Raise an InputError if the data can't be trained with the settings."""
    for _, why in faults(data, settings):
        raise InputError(why)


def faults(data: Dataset, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that the data can't be trained with, and a message."""
    split_fault = _split_fault(data, settings)
    if split_fault is not None:
        yield "test_fraction", split_fault
    # If the split isn't possible, the other settings are checked against all rows.
    possible = split_fault is None and settings.split_seed >= 0
    training = settings.split(data).training if possible else data
    found = list(settings.faults(training.n))
    yield from (fault for fault in found if split_fault is None or fault[0] != "test_fraction")
    m, b = settings.initial_slope, settings.initial_intercept
    if {"initial_slope", "initial_intercept"} & dict(found).keys():
        return
    optimum = training.line
    tested = settings.split(data).test.n if possible else 0
    far = tested and not math.isfinite(settings.split(data).test.moments.loss(m, b))
    if far or not math.isfinite(optimum.at(m, b)):
        steep = not math.isfinite(optimum.excess(m, optimum.intercept))
        yield (
            "initial_slope" if steep else "initial_intercept",
            f"the loss at slope {m:g} and intercept {b:g} is too large for a number: "
            "choose an initial line nearer to the data",
        )


def _split_fault(data: Dataset, settings: Settings) -> str | None:
    """Return a message if the test rows can't be held out, else None."""
    fraction, n = settings.test_fraction, data.total
    if not fraction:
        return None
    if (why := setting("test_fraction").fault(fraction)) is not None:
        return why
    if settings.split_seed < 0:
        return None
    rows = round(fraction * n)
    if not 1 <= rows <= n - LEAST_ROWS:
        return (
            f"a test fraction of {fraction:g} holds out {rows} of {n} rows: choose one that leaves "
            f"at least 1 to test on and {LEAST_ROWS} to train on"
        )
    try:
        _ = settings.split(data).training.line
    except InputError as error:
        return f"with a test fraction of {fraction:g}, {error}"
    return None

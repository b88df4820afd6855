"""Sweeps: the same training with one setting after another."""

from __future__ import annotations

from dataclasses import replace

from linreg_tui.core.settings import MAX_STEPS, Settings

NOTEBOOK_BATCH_SIZES = (64, 128, 256, 512)
"""The batch sizes of the notebook's homework answer."""


def over_batch_sizes(settings: Settings, n: int) -> list[Settings]:
    """The settings with each of the notebook's batch sizes, or with fractions of few rows.

    Those that would make too long a run are left out.
    """
    sizes: tuple[int, ...] = NOTEBOOK_BATCH_SIZES
    if n < sizes[1]:
        sizes = tuple(sorted({max(1, n // parts) for parts in (8, 4, 2, 1)}))
    trials = (replace(settings, batch_size=size) for size in sizes if size <= n)
    return [trial for trial in trials if trial.steps(n) <= MAX_STEPS]

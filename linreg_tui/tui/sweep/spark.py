"""Sparklines: how the loss of a training fell, in a few characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linreg_tui.core.trials import Result

WIDTH = 10

LOWEST = 0.01
"""Of what counts as converged: nearer to the optimum, all is the lowest level."""


def spark(results: Sequence[Result], levels: str) -> str:
    """The first result's loss above the optimum over its steps, on a log scale.

    From the lowest level, a hundredth of a percent of the least loss, to that of the start, the
    same for all trainings from one start. What has grown beyond the start stays on the highest.
    """
    first = min(results, key=lambda result: result.trial.repeat)
    curve, lowest = first.curve, LOWEST * first.near
    excess = np.maximum(np.sqrt(curve.low) * np.sqrt(curve.high) - first.optimum.loss, lowest)
    height = np.log(excess / lowest)
    share = np.clip(height / (height[0] or 1.0), 0, 1)
    places = np.linspace(0, len(share) - 1, WIDTH).round().astype(np.intp)
    return "".join(levels[round(level * (len(levels) - 1))] for level in share[places].tolist())

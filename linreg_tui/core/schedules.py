"""Schedules: by which factor the learning rates are multiplied in each step.

Warm-up can stand before any of them. On a loss that is a parabola it only delays a divergence: the
rates that it leads up to are as much too large as before. Decay from a large rate can end one.
"""

from __future__ import annotations

from typing import assert_never

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.core.settings import Settings


def factors(settings: Settings, total: int, first: int, count: int) -> FloatArray:
    """Factors of `count` steps from step number `first` on, counted from 0, of a run of `total`.

    With W steps of warm-up, k counted from its end, and the others of the settings' names:

    - warm-up: (first + 1) / W, up to 1
    - step: decay ** floor(k / decay_steps)
    - exponential: decay ** (k / decay_steps)
    - cosine: (1 + cos(π k / (total − W))) / 2, and 0 from the end of the run on
    """
    number = np.arange(first, first + count, dtype=np.float64)
    warmup = settings.warmup(total)
    k = np.maximum(number - warmup, 0)
    match settings.schedule:
        case "constant" | "warmup":
            after = np.ones(count)
        case "step":
            after = settings.decay ** np.floor(k / settings.decay_interval(total))
        case "exponential":
            after = settings.decay ** (k / settings.decay_interval(total))
        case "cosine":
            after = (1 + np.cos(np.pi * np.minimum(k / max(1, total - warmup), 1))) / 2
        case unknown:
            assert_never(unknown)
    return np.where(number < warmup, (number + 1) / max(1, warmup), after)

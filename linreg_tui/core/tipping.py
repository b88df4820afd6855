"""The scale at which larger learning rates tip a run into divergence, predicted and tried."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.faults import check_settings
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.stability import predict
from linreg_tui.core.sweep import scaled
from linreg_tui.core.trials import OnStep

PRECISION = 1.01
"""The search ends when the two scales differ by at most this factor."""

DOUBLINGS = 64
"""The most times that the scale is doubled or halved to find one on the other side."""


@dataclass(frozen=True, slots=True)
class Tipping:
    """The scales between which runs begin to diverge before their last epoch.

    A run did not diverge at `stable`, and did at `diverged`; either is None if none was found. Both
    were tried with one seed, and near the edge chance decides. `predicted` is the scale above which
    divergence is predicted, with the batch size of that scale, or None if there is no prediction. A
    run can stay stable beyond it if it is too short to diverge.
    """

    stable: float | None
    diverged: float | None
    predicted: float | None


def tipping_scale(
    data: Dataset,
    settings: Settings,
    variant: Callable[[Settings, int, float], Settings] = scaled,
    on_step: OnStep | None = None,
) -> Tipping:
    """Find the scale at which runs begin to diverge, to 1%.

    The search goes outwards from the predicted scale, then by bisection. `variant` returns the
    settings at a scale, given the settings at scale 1 and the number of rows.

    Raises
    ------
    InputError
        If the data can't be trained with the settings.
    """
    check_settings(data, settings)
    n = settings.training_n(data)

    def diverges(scale: float) -> bool:
        run = Run(data, variant(settings, n, scale))
        for step in run.train_to_end():
            if on_step is not None:
                on_step(step)
            if run.diverged_at is not None:
                return True
        return False

    predicted = _predicted(data, settings, variant)
    stable, diverged = _bracket(diverges, predicted or 1.0)
    while stable is not None and diverged is not None and diverged > PRECISION * stable:
        middle = math.sqrt(stable) * math.sqrt(diverged)  # their product may be too large
        stable, diverged = (stable, middle) if diverges(middle) else (middle, diverged)
    return Tipping(stable, diverged, predicted)


def _bracket(diverges: Callable[[float], bool], start: float) -> tuple[float | None, float | None]:
    """Double or halve a scale until one scale is stable and its double diverges."""
    stable: float | None = None
    diverged: float | None = None
    scale = start
    for _ in range(DOUBLINGS):
        try:
            if diverges(scale):
                diverged, scale = scale, scale / 2
            else:
                stable, scale = scale, scale * 2
        except InputError:  # a rate is 0 or too large for a number
            break
        if stable is not None and diverged is not None:
            break
    return stable, diverged


def _predicted(
    data: Dataset, settings: Settings, variant: Callable[[Settings, int, float], Settings]
) -> float | None:
    """Return the largest stable scale, for the batch size at that scale, or None."""
    scale, n = 1.0, settings.training_n(data)
    for _ in range(3):
        at_scale = variant(settings, n, scale)
        limit = predict(data, at_scale).max_stable_scale
        if not limit or not 0 < scale * limit < math.inf:
            return None
        scale *= limit
        if variant(settings, n, scale).batch_size == at_scale.batch_size:
            break
    return scale

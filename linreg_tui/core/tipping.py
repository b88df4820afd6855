"""Where larger learning rates tip a run into divergence: predicted, and tried out."""

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
from linreg_tui.core.trials import Look

WITHIN = 1.01
"""How many times the scale that did not diverge the one that did may be."""

DOUBLINGS = 64
"""How often the scale is doubled or halved to find one on the other side."""


@dataclass(frozen=True, slots=True)
class Tipping:
    """The scales between which runs tip into divergence before their epochs are over.

    At `held` a run did not diverge, at `tipped` it did; None if none was found that did so. They
    were tried out with one seed, and near the edge chance decides. `predicted` is the scale from
    which on divergence is predicted at last, with the batch size of that scale; None if that can't
    be predicted. A run that is shorter than its divergence takes holds beyond it.
    """

    held: float | None
    tipped: float | None
    predicted: float | None


def tipping_scale(
    data: Dataset,
    settings: Settings,
    variant: Callable[[Settings, int, float], Settings] = scaled,
    look: Look | None = None,
) -> Tipping:
    """Find the scale at which runs tip, to 1%: outwards from the predicted one, then by bisection.

    `variant` gives the settings at a scale from those at scale 1 and the number of rows.

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
            if look is not None:
                look(step)
            if run.diverged_at is not None:
                return True
        return False

    predicted = _predicted(data, settings, variant)
    held, tipped = _bracket(diverges, predicted or 1.0)
    while held is not None and tipped is not None and tipped > WITHIN * held:
        middle = math.sqrt(held) * math.sqrt(tipped)  # their product may be too large
        held, tipped = (held, middle) if diverges(middle) else (middle, tipped)
    return Tipping(held, tipped, predicted)


def _bracket(diverges: Callable[[float], bool], start: float) -> tuple[float | None, float | None]:
    """Two scales next to each other among the halves and doubles of one, only the first held."""
    held: float | None = None
    tipped: float | None = None
    scale = start
    for _ in range(DOUBLINGS):
        try:
            if diverges(scale):
                tipped, scale = scale, scale / 2
            else:
                held, scale = scale, scale * 2
        except InputError:  # a rate that is no longer a number
            break
        if held is not None and tipped is not None:
            break
    return held, tipped


def _predicted(
    data: Dataset, settings: Settings, variant: Callable[[Settings, int, float], Settings]
) -> float | None:
    """The largest stable scale; where the batch size changes with the scale, the one at its own."""
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

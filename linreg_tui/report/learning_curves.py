"""Learning curves laid over one another, to be drawn: which they are, and their axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from linreg_tui.axes import Axis, linear_axis, log_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import DIVERGED_ABOVE
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.trials import Result

SMALLEST = 1e-12
"""Of the first loss: losses below this share, as of points on a line, are drawn at it."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The least and largest loss within each of k spans of a training; all of shape (k,)."""

    label: str
    places: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def middle(self) -> FloatArray:
        """Half way between them on a log axis."""
        return np.sqrt(self.low) * np.sqrt(self.high)  # their product may be too large


@dataclass(frozen=True, slots=True)
class CurvesPicture:
    """Some learning curves and their axes; the least loss, None if they tell what is above it."""

    title: str
    curves: tuple[LearningCurve, ...]
    least: float | None
    x: Axis
    y: Axis


Against = Literal["epochs", "steps", "rows seen"]
"""What a curve is drawn over; the rows seen are the fair comparison between batch sizes."""


def picture(
    title: str,
    data: Dataset,
    groups: Sequence[Sequence[Result]],
    labels: Sequence[str],
    against: Against = "epochs",
    *,
    above_optimum: bool = False,
    ticks: tuple[int, int] = (8, 8),
) -> CurvesPicture:
    """The losses of groups of trainings that differ by their seed alone, or those above the least.

    What is over a thousand times the first loss, and so has diverged, lies above the picture.
    """
    firsts = [group[0] for group in groups]
    least = 0.0 if above_optimum else min(first.optimum.loss for first in firsts)
    start = max(
        float(first.curve.high[0]) - (first.optimum.loss if above_optimum else 0.0)
        for first in firsts
    )
    floor = max(start, least) * SMALLEST or 1.0
    curves = tuple(
        _curve(label, data, group, against, above_optimum, floor)
        for label, group in zip(labels, groups, strict=True)
    )
    lowest = min(float(curve.low.min()) for curve in curves)
    high = max(least, *(float(curve.high.max()) for curve in curves))
    return CurvesPicture(
        title,
        curves,
        None if above_optimum else max(least, floor),
        linear_axis(0, max(float(curve.places[-1]) for curve in curves), against, ticks[0]),
        log_axis(
            lowest if above_optimum else min(max(least, floor), lowest),
            min(high, DIVERGED_ABOVE * max(start, floor)),
            "loss above optimum" if above_optimum else "loss",
            ticks[1],
        ),
    )


def _curve(
    label: str,
    data: Dataset,
    group: Sequence[Result],
    against: Against,
    above_optimum: bool,
    floor: float,
) -> LearningCurve:
    """The curve of a group: from the least to the largest loss of all its repeats."""
    first = group[0]
    less = first.optimum.loss if above_optimum else 0.0
    settings, stride = first.trial.settings, first.curve.stride
    alike = [one.curve for one in group if one.curve.stride == stride]
    spans = min(len(curve.low) for curve in alike)
    begin = np.arange(spans) * float(stride)
    steps = (begin + np.minimum(begin + stride - 1, first.steps)) / 2
    steps[0] = 0.0  # where all begin
    n = settings.split(data).training.n
    each = {
        "epochs": 1 / settings.steps_per_epoch(n),
        "steps": 1.0,
        "rows seen": float(settings.batch_size or n),
    }[against]
    return LearningCurve(
        label,
        steps * each,
        np.maximum(np.min([curve.low[:spans] for curve in alike], axis=0) - less, floor),
        np.maximum(np.max([curve.high[:spans] for curve in alike], axis=0) - less, floor),
    )

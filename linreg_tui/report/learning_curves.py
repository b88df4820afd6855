"""Learning curves to draw in one picture, and its axes."""

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

SMALLEST_SHARE = 1e-12
"""Losses below this share of the first loss, as with points on a line, are drawn at it."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The least and largest loss within each of k spans of a training; all arrays are (k,)."""

    label: str
    places: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def middle(self) -> FloatArray:
        """The middle between the two on a log axis."""
        return np.sqrt(self.low) * np.sqrt(self.high)  # their product may be too large


@dataclass(frozen=True, slots=True)
class CurvesPicture:
    """Learning curves and their axes; `least` is None if the curves are above the least loss."""

    title: str
    curves: tuple[LearningCurve, ...]
    least: float | None
    x: Axis
    y: Axis


Against = Literal["epochs", "steps", "rows seen"]
"""The x axis of a curve; the rows seen make a fair comparison between batch sizes."""


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
    """Return the learning curves of groups of trainings that differ only in their seed.

    With `above_optimum`, they show how far the loss is above the least one. Losses over a thousand
    times the first, which have diverged, lie above the picture.
    """
    firsts = [group[0] for group in groups]
    least = 0.0 if above_optimum else min(first.optimum.loss for first in firsts)
    start = max(
        float(first.curve.high[0]) - (first.optimum.loss if above_optimum else 0.0)
        for first in firsts
    )
    floor = max(start, least) * SMALLEST_SHARE or 1.0
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
    """Return the curve of a group: the range from the least to the largest loss of its repeats."""
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

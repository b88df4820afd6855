"""Learning curves laid over one another, to be drawn: which they are, and their axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linreg_tui.axes import Axis, linear_axis, log_axis
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.outcome import DIVERGED_ABOVE
from linreg_tui.homework import Group

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
class Picture:
    """Some learning curves, the least loss that they are measured against, and their axes."""

    title: str
    curves: tuple[LearningCurve, ...]
    least: float
    x: Axis
    y: Axis


def picture(
    title: str,
    data: Dataset,
    groups: Sequence[Group],
    labels: Sequence[str],
    *,
    rows: bool = False,
) -> Picture:
    """The losses of groups of trainings against epochs, or against the rows seen.

    What is over a thousand times the first loss, and so has diverged, lies above the picture.
    """
    start = float(groups[0].first.curve.high[0])
    floor = max(start, data.line.loss) * SMALLEST or 1.0
    curves = tuple(
        _curve(label, data, group, rows, floor) for label, group in zip(labels, groups, strict=True)
    )
    least = max(data.line.loss, floor)
    low = min(least, *(float(curve.low.min()) for curve in curves))
    high = max(least, *(float(curve.high.max()) for curve in curves))
    return Picture(
        title,
        curves,
        least,
        linear_axis(
            0,
            max(float(curve.places[-1]) for curve in curves),
            "rows seen" if rows else "epochs",
            8,
        ),
        log_axis(low, min(high, DIVERGED_ABOVE * max(start, floor)), "mean squared error", 8),
    )


def _curve(label: str, data: Dataset, group: Group, rows: bool, floor: float) -> LearningCurve:
    """The curve of a group: from the least to the largest loss of all its repeats."""
    settings, first = group.first.trial.settings, group.first.curve
    alike = [one.curve for one in group.results if one.curve.stride == first.stride]
    spans = min(len(curve.low) for curve in alike)
    begin = np.arange(spans) * float(first.stride)
    steps = (begin + np.minimum(begin + first.stride - 1, group.first.steps)) / 2
    steps[0] = 0.0  # where all begin
    size = settings.batch_size or data.n
    each = float(size) if rows else 1 / settings.steps_per_epoch(data.n)
    return LearningCurve(
        label,
        steps * each,
        np.maximum(np.min([curve.low[:spans] for curve in alike], axis=0), floor),
        np.maximum(np.max([curve.high[:spans] for curve in alike], axis=0), floor),
    )

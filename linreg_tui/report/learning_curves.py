"""Learning curves to draw in one picture, and its axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from linreg_tui.axes import Axis, linear_axis, log_axis, zoomed
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import DIVERGED_ABOVE
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.smoothing import SHARES, Smoothing, reach_of, running_mean
from linreg_tui.core.trials import Result

TICKS = 8, 8
"""Ticks along the axes of a picture for a file, about."""

FILE_SPANS = 128
"""Spans of a curve in a picture for a file."""

SMALLEST_SHARE = 1e-12
"""Losses below this share of the first loss, as with points on a line, are drawn at it."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The losses within each of k spans of a training; all arrays are (k,).

    They are the least, the largest, and the mean of the steps of a span and of the repeats.
    `smooth` is the running mean, and None if the curve isn't smoothed.
    """

    label: str
    places: FloatArray
    low: FloatArray
    high: FloatArray
    mean: FloatArray
    smooth: FloatArray | None = None

    @property
    def line(self) -> FloatArray:
        """The curve to read: the running mean if there is one, otherwise the mean."""
        return self.mean if self.smooth is None else self.smooth

    @property
    def grain(self) -> float:
        """How far apart two places are."""
        return float(self.places[-1] - self.places[0]) / max(1, len(self.places) - 1)

    def thinned(self, most: int) -> LearningCurve:
        """Return the same with at most so many spans: neighbours are joined."""
        starts = np.arange(0, len(self.places), -(-len(self.places) // most))
        counts = np.diff(starts, append=len(self.places))

        def mean(values: FloatArray) -> FloatArray:
            # First divided, since a sum of the losses of a diverged run may be too large.
            return np.add.reduceat(values / np.repeat(counts, counts), starts)

        places = mean(self.places)
        places[0] = self.places[0]
        return LearningCurve(
            self.label,
            places,
            np.minimum.reduceat(self.low, starts),
            np.maximum.reduceat(self.high, starts),
            mean(self.mean),
            None if self.smooth is None else mean(self.smooth),
        )

    def at(self, place: float) -> float | None:
        """Return the value of the curve where it is nearest to a place; None beyond its end."""
        if place > self.places[-1] + self.grain / 2:
            return None
        return float(self.line[np.abs(self.places - place).argmin()])


Against = Literal["epochs", "steps", "rows seen"]
"""The x axis of a curve; the rows seen make a fair comparison between batch sizes."""

AGAINST: tuple[Against, ...] = get_args(Against)


@dataclass(frozen=True, slots=True)
class CurvesPicture:
    """Learning curves and their axes; `least` is None if the curves are above the least loss.

    Losses above `most` have diverged, and lie above the picture.
    """

    title: str
    curves: tuple[LearningCurve, ...]
    least: float | None
    most: float
    x: Axis
    y: Axis

    @property
    def last(self) -> float:
        """Where the longest curve ends."""
        return max(float(curve.places[-1]) for curve in self.curves)

    @property
    def for_a_file(self) -> CurvesPicture:
        """The same with few spans: lines of hundreds of noisy steps would hide one another."""
        return replace(self, curves=tuple(curve.thinned(FILE_SPANS) for curve in self.curves))

    def zoomed(self, zoom: int, place: float, ticks: tuple[int, int]) -> CurvesPicture:
        """Return the part around a place of the x axis, with about so many ticks along each axis.

        The y axis holds what is seen of the curves.
        """
        left, right = zoomed(self.last, zoom, place)
        parts = [(curve, _within(curve, left, right)) for curve in self.curves]
        lows = [float(curve.low[part].min()) for curve, part in parts]
        highs = [float(curve.high[part].max()) for curve, part in parts]
        least = [] if self.least is None else [self.least]
        return replace(
            self,
            x=linear_axis(left, right, self.x.label, ticks[0]),
            y=log_axis(
                min(*lows, *least, math.inf),
                min(max(*highs, *least, 0.0), self.most),
                self.y.label,
                ticks[1],
            ),
        )


def picture(
    title: str,
    data: Dataset,
    groups: Sequence[Sequence[Result]],
    labels: Sequence[str],
    against: Against = "epochs",
    *,
    above_optimum: bool = False,
    smoothing: Smoothing = "off",
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
    whole = CurvesPicture(
        f"{title}, {mean_words(smoothing)}" if smoothing != "off" else title,
        tuple(
            _curve(label, data, group, against, above_optimum, smoothing, floor)
            for label, group in zip(labels, groups, strict=True)
        ),
        None if above_optimum else max(least, floor),
        DIVERGED_ABOVE * max(start, floor),
        Axis(0.0, 1.0, (), against),
        Axis(0.0, 1.0, (), "loss above optimum" if above_optimum else "loss", log=True),
    )
    return whole.zoomed(0, 0.0, TICKS)


def mean_words(smoothing: Smoothing) -> str:
    """Return what a smoothed curve is the mean of."""
    return f"mean over {100 * SHARES[smoothing]:.0f}% of a run"


def _within(curve: LearningCurve, left: float, right: float) -> slice:
    """Return which spans are between two places, or else the last one before them."""
    first = int(np.searchsorted(curve.places, left))
    end = int(np.searchsorted(curve.places, right, side="right"))
    return slice(min(first, len(curve.places) - 1), max(end, first + 1))


def _curve(
    label: str,
    data: Dataset,
    group: Sequence[Result],
    against: Against,
    above_optimum: bool,
    smoothing: Smoothing,
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

    def mean(values: Iterable[FloatArray]) -> FloatArray:
        # A sum of the losses of diverged runs may be too large for a number.
        return np.maximum(sum(one[:spans] / len(alike) for one in values) - less, floor)

    smooth = None
    if smoothing != "off":
        reach = reach_of(smoothing, settings.steps(n))
        smooth = mean(running_mean(curve, reach) for curve in alike)
    return LearningCurve(
        label,
        steps * each,
        np.maximum(np.min([curve.low[:spans] for curve in alike], axis=0) - less, floor),
        np.maximum(np.max([curve.high[:spans] for curve in alike], axis=0) - less, floor),
        mean(curve.mean for curve in alike),
        smooth,
    )

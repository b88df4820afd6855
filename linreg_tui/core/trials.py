"""The trials of a sweep: how one is trained, and how the results of repeats are summarized."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Curve, Status, Step, Thinner
from linreg_tui.core.losses import LeastPoint
from linreg_tui.core.run import Run
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import Trial

EXACT_STEPS, CURVE_SPANS = 512, 128
"""The steps up to which a curve has each of them, and the spans of the curves of longer runs."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a trial: its last step, and the curve of its loss.

    `loss` is the loss over all training rows, and `excess` is how far it is above the loss of the
    `optimum`. The trial has converged if the excess is at most `near`. `test_loss` is the loss over
    the `test_n` test rows, or None if there are none. Equality ignores `seconds` and `curve`.
    """

    trial: Trial
    steps: int
    slope: float
    intercept: float
    loss: float
    excess: float
    status: Status
    diverged_at: int | None
    seconds: float = field(compare=False)
    curve: Curve = field(compare=False, repr=False)
    optimum: LeastPoint
    near: float
    test_n: int = 0
    test_loss: float | None = None


OnStep = Callable[[Step], object]
"""Called with the latest step every few thousand steps; an exception from it ends the training."""


def run_trial(data: Dataset, trial: Trial, on_step: OnStep | None = None) -> Result:
    """Train to the end of the last epoch, or until the numbers overflow.

    Raises
    ------
    InputError
        If the data can't be trained with the trial's settings.
    """
    began = time.perf_counter()
    run = Run(data, trial.settings)
    for step in run.train_to_end():
        if on_step is not None:
            on_step(step)
    seconds = time.perf_counter() - began
    last = run.history[run.history.last]
    thinned = Thinner(EXACT_STEPS if last.number < EXACT_STEPS else CURVE_SPANS)
    for losses in run.history.losses():
        thinned.extend(losses)
    return Result(
        trial,
        last.number,
        last.slope,
        last.intercept,
        last.loss,
        float(run.optimum.excess(last.slope, last.intercept)),
        run.status,
        run.diverged_at,
        seconds,
        thinned.curve(),
        LeastPoint.of(run.optimum),
        run.near,
        0 if run.test is None else run.test.total,
        last.test_loss,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean and standard deviation of a sample; the deviation of a single value is None."""

    mean: float
    deviation: float | None

    @staticmethod
    def of(values: Iterable[float]) -> Spread:
        """Return the mean of finite values, and the root of their unbiased variance."""
        sample = np.array(list(values))
        # If runs diverged, the squares and even the sums of losses can be too large for a number.
        _, power = math.frexp(float(np.abs(sample).max()))
        small = np.ldexp(sample, -power)
        mean = math.ldexp(float(small.mean()), power)
        if len(sample) == 1:
            return Spread(float(sample[0]), None)
        return Spread(mean, math.ldexp(float(small.std(ddof=1)), power))


@dataclass(frozen=True, slots=True)
class RepeatsSummary:
    """The summary of the repeats of a group; `settings` are those of the first.

    The spreads are over all `repeats`, including those that diverged. The counts `converged`,
    `stopped` and `diverged` add up to `repeats`.
    """

    group: int
    settings: Settings
    scale: float | None
    repeats: int
    slope: Spread
    intercept: Spread
    loss: Spread
    excess: Spread
    optimum: LeastPoint
    test_loss: Spread | None
    converged: int
    stopped: int
    diverged: int
    seconds: float


def summarize(results: Sequence[Result]) -> RepeatsSummary:
    """Summarize some repeats of one group, at least one, in any order."""
    results = sorted(results, key=lambda result: result.trial.repeat)
    trial = results[0].trial
    tests = [result.test_loss for result in results]
    statuses = [result.status for result in results]
    return RepeatsSummary(
        trial.group,
        trial.settings,
        trial.scale,
        len(results),
        Spread.of(result.slope for result in results),
        Spread.of(result.intercept for result in results),
        Spread.of(result.loss for result in results),
        Spread.of(result.excess for result in results),
        results[0].optimum,
        None if None in tests else Spread.of(loss for loss in tests if loss is not None),
        statuses.count("converged"),
        statuses.count("stopped"),
        statuses.count("diverged"),
        sum(result.seconds for result in results),
    )

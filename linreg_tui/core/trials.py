"""The trials of a sweep: each run to its end, and what repeats have in common."""

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

CURVE_SPANS = 128


@dataclass(frozen=True, slots=True)
class Result:
    """How a trial ended: its last step, and its loss on the way there.

    `loss` is that over all training rows, and `excess` how far it is above the least one, that of
    the `optimum`; up to `near` it has converged. `test_loss` is that on the `test_n` rows held out,
    None without any. Two results are equal if all but the time is.
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


Look = Callable[[Step], object]
"""Is shown the latest step, after every few thousand; what it raises ends what it looks at."""


def run_trial(data: Dataset, trial: Trial, look: Look | None = None) -> Result:
    """Train to the end of the epochs, or until the numbers overflow.

    Raises
    ------
    InputError
        If the data can't be trained with the trial's settings.
    """
    began = time.perf_counter()
    run = Run(data, trial.settings)
    for step in run.train_to_end():
        if look is not None:
            look(step)
    seconds = time.perf_counter() - began
    last = run.history[run.history.last]
    thinned = Thinner(CURVE_SPANS)
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
    """Mean and standard deviation of a sample; a single value has no deviation."""

    mean: float
    deviation: float | None

    @staticmethod
    def of(values: Iterable[float]) -> Spread:
        """The mean of finite values, and the root of the unbiased estimate of their variance."""
        sample = np.array(list(values))
        # Losses of runs that diverged have squares, and even sums, that are too large for a number.
        _, power = math.frexp(float(np.abs(sample).max()))
        small = np.ldexp(sample, -power)
        mean = math.ldexp(float(small.mean()), power)
        if len(sample) == 1:
            return Spread(float(sample[0]), None)
        return Spread(mean, math.ldexp(float(small.std(ddof=1)), power))


@dataclass(frozen=True, slots=True)
class RepeatsSummary:
    """What the repeats of a group have in common: `settings` are those of the first.

    The spreads are over all `repeats`, those that diverged too. The three counts add up to them.
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
    """The summary of some repeats of one group, at least one, in any order."""
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

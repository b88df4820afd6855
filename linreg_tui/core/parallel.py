"""Data-parallel SGD: in each step K workers take a part of the batch each, and add up their sums.

What a worker finds are the moments of its rows, five numbers, from which gradients follow at any
slope and intercept. Added up they are those of the whole batch, so that K workers with B rows each
make the very steps that one makes with K·B rows. The gradient of K·B rows is a surer one, and an
epoch has fewer steps: hence the rule to multiply the learning rates by K.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from linreg_tui.core.batches import Index
from linreg_tui.core.by_value import ByValue
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.settings import Settings
from linreg_tui.core.sweep import SCALED_BATCH_SIZE

MOST_WORKERS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Share(ByValue):
    """A worker's part of a batch: the numbers of its rows, and what it found, in so many seconds.

    `place` is the process that it was found in.
    """

    rows: Index
    moments: Moments[float]
    seconds: float
    place: str


@dataclass(frozen=True, slots=True)
class Round:
    """A step's shares, one a worker, and the seconds it took; `computing` is a part of them.

    The rest went into handing over and waiting for the last of them.
    """

    shares: tuple[Share, ...]
    seconds: float
    computing: float

    @property
    def communicating(self) -> float:
        """Seconds in which nobody computed."""
        return max(0.0, self.seconds - self.computing)


def share(data: Dataset, rows: Index) -> Share:
    """What a worker finds in its rows, of shape (size,)."""
    batches = data.batches
    began = time.perf_counter()
    found = batches.moments(rows[None])
    columns = found.mean_x, found.mean_y, found.sxx, found.sxy, found.syy
    moments = Moments(found.n, *(float(column[0]) for column in columns))
    return Share(rows, moments, time.perf_counter() - began, f"{platform.node()}:{os.getpid()}")


def _sums(data: Dataset, rows: Index) -> Share:
    """The same without the numbers of the rows, which whoever sent them has."""
    return replace(share(data, rows), rows=rows[:0])


def shares_of(rows: Index, workers: int) -> list[Index]:
    """Which rows of a batch each worker has; none for the last ones if there are too few."""
    return [part for part in np.array_split(rows, workers) if len(part)]


Submit = Callable[[int, Callable[[Dataset, Index], Share], Dataset, Index], "Future[Share]"]
"""Has the worker of a number call a function of the data and its rows."""


class Team:
    """K workers, each where `submit` has it do its share, or without it here, one after another.

    It takes the place of `Batches` in a run. Each round is shown to `watch`.
    """

    def __init__(
        self,
        data: Dataset,
        workers: int,
        submit: Submit | None = None,
        watch: Callable[[Round], object] | None = None,
    ) -> None:
        self._data = data
        self.workers = workers
        self.simulated = submit is None
        self._submit = submit
        self._watch = watch
        self._rounds = 0
        self._computing = self._communicating = 0.0

    @property
    def seconds_per_step(self) -> tuple[float, float]:
        """Seconds computing and communicating, as the mean of the steps.

        The first step, in which workers are set up and data is sent, counts only if it is alone.
        """
        steps = max(1, self._rounds - 1)
        return self._computing / steps, self._communicating / steps

    def moments(self, index: Index) -> Moments[FloatArray]:
        """The moments of k batches, as `Batches.moments` gives them, in k rounds."""
        found = [self._round(rows) for rows in index]
        names = ("mean_x", "mean_y", "sxx", "sxy", "syy")
        columns = (np.array([getattr(moments, name) for moments in found]) for name in names)
        return Moments(index.shape[1], *columns)

    def _round(self, rows: Index) -> Moments[float]:
        parts = shares_of(rows, self.workers)
        began = time.perf_counter()
        if self._submit is None:
            shares = [share(self._data, part) for part in parts]
        else:
            futures = [
                self._submit(number, _sums, self._data, part) for number, part in enumerate(parts)
            ]
            found = [future.result() for future in futures]
            shares = [replace(one, rows=part) for one, part in zip(found, parts, strict=True)]
        total = reduce(add, (one.moments for one in shares))
        seconds = time.perf_counter() - began
        times = [one.seconds for one in shares]
        computing = sum(times) if self._submit is None else max(times)
        latest = Round(tuple(shares), seconds, computing)
        if self._rounds == 1:
            self._computing = self._communicating = 0.0
        self._rounds += 1
        self._computing += latest.computing
        self._communicating += latest.communicating
        if self._watch is not None:
            self._watch(latest)
        return total


def for_workers(settings: Settings, workers: int, n: int) -> Settings:
    """The settings with the batch and the rates of one worker times how many there are.

    All rows as one batch stand for the 64 of the homework.

    Raises
    ------
    InputError
        If there can't be so many workers on n rows.
    """
    each = settings.batch_size or SCALED_BATCH_SIZE
    if not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"{workers} workers are not possible: choose from 1 to {MOST_WORKERS}")
    if workers * each > n:
        raise InputError(
            f"{workers} workers with {each} rows each take {workers * each} rows a step, and there "
            f"are {n}: choose fewer workers, or a smaller --batch-size"
        )
    return replace(
        settings,
        batch_size=workers * each,
        learning_rate_m=settings.learning_rate_m * workers,
        learning_rate_b=settings.learning_rate_b * workers,
    )

"""Data-parallel SGD: in each step, K workers share the batch and add up their sums.

A worker computes the moments of its rows, which give the gradient at any slope and intercept. The
sum of the workers' moments is the moments of the whole batch. So K workers with B rows each make
exactly the steps of one worker with K·B rows. The gradient of K·B rows is less noisy, and an epoch
has fewer steps: hence the rule to multiply the learning rates by K.
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
    """A worker's share of a batch: the numbers of its rows, their moments, and the time it took.

    `place` is the machine and process of the worker.
    """

    rows: Index
    moments: Moments[float]
    seconds: float
    place: str


@dataclass(frozen=True, slots=True)
class Round:
    """One step: a share for each worker, the seconds in all, and the seconds of `computing`.

    The rest of the time goes into communication and into waiting for the last worker.
    """

    shares: tuple[Share, ...]
    seconds: float
    computing: float

    @property
    def communicating(self) -> float:
        """Seconds in which no worker computed."""
        return max(0.0, self.seconds - self.computing)


def share(data: Dataset, rows: Index) -> Share:
    """Compute a worker's share of a batch from its rows, of shape (size,)."""
    batches = data.batches
    began = time.perf_counter()
    batch = batches.moments(rows[None])
    columns = batch.mean_x, batch.mean_y, batch.sxx, batch.sxy, batch.syy
    moments = Moments(batch.n, *(float(column[0]) for column in columns))
    return Share(rows, moments, time.perf_counter() - began, f"{platform.node()}:{os.getpid()}")


def _share_without_rows(data: Dataset, rows: Index) -> Share:
    """Compute a share without the row numbers, which need not be sent back to their sender."""
    return replace(share(data, rows), rows=rows[:0])


def shares_of(rows: Index, workers: int) -> list[Index]:
    """Divide the rows of a batch among workers; with too few rows, the last ones get none."""
    return [part for part in np.array_split(rows, workers) if len(part)]


Submit = Callable[[int, Callable[[Dataset, Index], Share], Dataset, Index], "Future[Share]"]
"""Lets the worker with a number call a function with the data and its rows."""


class Team:
    """K workers that compute the moments of batches, in the place of `Batches` in a run.

    `submit` sends a worker its share. Without it, the shares are computed here, one after another.
    `watch` is called with each round.
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
        """The mean seconds of a step spent computing and communicating.

        The first step counts only if it is the only one, because it sets up workers and sends data.
        """
        steps = max(1, self._rounds - 1)
        return self._computing / steps, self._communicating / steps

    def moments(self, index: Index) -> Moments[FloatArray]:
        """Return the moments of k batches, as `Batches.moments` does, in k rounds."""
        batches = [self._round(rows) for rows in index]
        names = ("mean_x", "mean_y", "sxx", "sxy", "syy")
        columns = (np.array([getattr(moments, name) for moments in batches]) for name in names)
        return Moments(index.shape[1], *columns)

    def _round(self, rows: Index) -> Moments[float]:
        parts = shares_of(rows, self.workers)
        began = time.perf_counter()
        if self._submit is None:
            shares = [share(self._data, part) for part in parts]
        else:
            futures = [
                self._submit(number, _share_without_rows, self._data, part)
                for number, part in enumerate(parts)
            ]
            results = [future.result() for future in futures]
            shares = [replace(one, rows=part) for one, part in zip(results, parts, strict=True)]
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
    """Return the settings with the batch size and the rates multiplied by the number of workers.

    A batch of all rows counts as the 64 rows of the homework.

    Raises
    ------
    InputError
        If n rows are too few for that many workers, or there are too many workers.
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

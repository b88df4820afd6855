"""Files larger than memory: the moments of all rows, and a sample of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from linreg_tui.core.closed_form import ClosedForm, Sums, closed_form, sums_of
from linreg_tui.core.dataset import Dataset, Whole
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.loading import Progress, Rows

SAMPLE_ROWS = 100_000


def stream(
    path: str,
    x: str | None = None,
    y: str | None = None,
    *,
    progress: Progress | None = None,
    seed: int = 0,
    rows: int = SAMPLE_ROWS,
) -> Dataset:
    """Two columns of a file of any size, in memory of a fixed size.

    The closed form is that of all rows. Up to `rows` rows are kept all; of more, so many as a
    uniform random sample, in the order of the file.

    Raises
    ------
    InputError
        As `load` does, or if so many rows have no line, as `closed_form` tells.
    """
    sample, fit = Sample(rows, seed), RunningFit()
    with closing(Rows(path, x, y, progress)) as chunks:
        for chunk in chunks:
            sample.add(*chunk)
            fit.add(*chunk)
    data = chunks.dataset(*sample.rows())
    if fit.n <= rows:
        return data
    return replace(data, whole=Whole(fit.sums, fit.line()))


class Sample:
    """A uniform random sample of rows that come in chunks, which don't change it.

    Each row draws a random number, and those with the smallest are kept; Vitter, "Random sampling
    with a reservoir" (1985), section 2.
    """

    def __init__(self, size: int, seed: int | Sequence[int]) -> None:
        self._size = size
        self._random = np.random.default_rng(seed)
        self._kept: FloatArray = np.empty((3, 0))
        self._below = 1.0

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, both of shape (n,)."""
        drawn = self._random.random(len(x))
        near = drawn < self._below
        self._kept = np.concatenate([self._kept, [drawn[near], x[near], y[near]]], axis=1)
        # Some are kept that are not among the smallest, rather than look for these every time.
        if self._kept.shape[1] > 2 * self._size:
            self.thin()

    def __add__(self, other: Sample) -> Sample:
        """The sample of both sets of rows, which were drawn with different seeds."""
        both = Sample(self._size, 0)
        both._below = min(self._below, other._below)
        both._kept = np.concatenate([self._kept, other._kept], axis=1)
        both.thin()
        return both

    def thin(self) -> None:
        """Keep no more than the sample."""
        if self._kept.shape[1] > self._size:
            order = np.argpartition(self._kept[0], self._size)
            self._below = float(self._kept[0, order[self._size]])
            self._kept = self._kept[:, np.sort(order[: self._size])]

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """x and y of the sample, in the order in which they came."""
        self.thin()
        _, x, y = self._kept.copy()
        return x, y


class RunningFit:
    """The closed form of rows that come in chunks.

    Of the rows the moments of u = x − x₀ and v = y − y₀ − m₀ u are added up, where m₀ is the slope
    of the first chunk's line, or of the one given, and (x₀, y₀) the point of that line at the first
    row. The means of u and v keep digits that those of x and y have no room for far from 0, and v
    keeps those that a difference of two large sums of squares would lose. From the moments of u and
    v follow those of x and y.
    """

    def __init__(self, line: tuple[float, float] | None = None) -> None:
        self.sums = Sums(0, 0.0, 0.0, 0.0, 0.0)
        self._line = line
        self._point = 0.0, 0.0
        self._moments: Moments[float] | None = None

    @property
    def n(self) -> int:
        """How many rows there were."""
        return self.sums.n

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, both of shape (n,), n at least 1."""
        with np.errstate(over="ignore", invalid="ignore"):
            self.sums += sums_of(x, y)
            if self._line is None:
                self._line = rough_line(x, y)
            slope, intercept = self._line
            x0, y0 = self._point
            if self._moments is None:
                x0 = float(x[0])
                y0 = slope * x0 + intercept
            u = x - x0
            self._take((x0, y0), Moments.of(u, (y - y0) - slope * u))

    def _take(self, point: tuple[float, float], moments: Moments[float]) -> None:
        """Add the moments of rows that are measured from a point of the line."""
        if self._moments is None:
            self._point, self._moments = point, moments
            return
        assert self._line is not None
        right, up = point[0] - self._point[0], point[1] - self._point[1]
        self._moments += moments.moved(right, up - self._line[0] * right)

    def __add__(self, other: RunningFit) -> RunningFit:
        """The fit of both sets of rows, of the same line."""
        both = RunningFit(self._line)
        both.sums = self.sums + other.sums
        for fit in (self, other):
            if fit._moments is not None:
                both._take(fit._point, fit._moments)
        return both

    def line(self) -> ClosedForm:
        """The least-squares line of all rows, of which there is at least one.

        Raises
        ------
        InputError
            As `closed_form` does.
        """
        assert self._moments is not None
        assert self._line is not None
        rest, (slope, _), (x0, y0) = self._moments, self._line, self._point
        moments = replace(
            rest,
            mean_x=x0 + rest.mean_x,
            mean_y=y0 + (slope * rest.mean_x + rest.mean_y),
            sxy=rest.sxy + slope * rest.sxx,
            syy=rest.syy + 2 * slope * rest.sxy + slope * slope * rest.sxx,
        )
        line = closed_form(moments)
        left = max(0.0, rest.syy - rest.sxy * (rest.sxy / rest.sxx))
        return replace(line, loss=left / rest.n)


def rough_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and intercept of a line near rows (x, y) of shape (n,), level if all x are equal."""
    moments = Moments.of(x, y)
    # Squares that have lost digits would make it a steep one.
    slope = moments.sxy / moments.sxx if moments.sxx >= sys.float_info.min else 0.0
    intercept = moments.mean_y - slope * moments.mean_x
    return (slope, intercept) if np.isfinite([slope, intercept]).all() else (0.0, 0.0)

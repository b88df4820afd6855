"""Files larger than memory: the moments of all rows, and a sample of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from linreg_tui.core.closed_form import ClosedForm, Residuals, Sums, sums_of
from linreg_tui.core.dataset import Dataset, Whole
from linreg_tui.core.density import Density
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
    fit.line()  # where there is none, that is told now
    return replace(data, whole=Whole(fit.sums, fit.residuals))


class Sample:
    """A uniform random sample of rows that come in chunks, which don't change it.

    Each row draws a random number, and those with the smallest are kept; Vitter, "Random sampling
    with a reservoir" (1985), section 2.
    """

    def __init__(self, size: int, seed: int | Sequence[int]) -> None:
        self._random = np.random.default_rng(seed)
        self._smallest = Smallest(size)

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, both of shape (n,)."""
        self._smallest.add(self._random.random(len(x)), x, y)

    def __add__(self, other: Sample) -> Sample:
        """The sample of both sets of rows, which were drawn with different seeds."""
        both = Sample(0, 0)
        both._smallest = self._smallest + other._smallest
        return both

    def thin(self) -> None:
        """Keep no more than the sample."""
        self._smallest.thin()

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """x and y of the sample, in the order in which they came."""
        _, x, y = self._smallest.rows()
        return x, y


class Smallest:
    """The rows with the `size` smallest keys, of rows that come in chunks with a key each."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[FloatArray] = []
        self._count = 0
        self._below = np.inf

    def add(self, keys: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, all three of shape (n,)."""
        near = np.flatnonzero(keys < self._below)
        self._kept.append(np.stack([keys[near], x[near], y[near]]))
        self._count += len(near)
        # Some are kept that are not among the smallest, rather than look for these every time.
        if self._count > 2 * self._size:
            self.thin()

    def __add__(self, other: Smallest) -> Smallest:
        """Of both sets of rows."""
        both = Smallest(self._size)
        both._below = min(self._below, other._below)
        both._kept = self._kept + other._kept
        both._count = self._count + other._count
        both.thin()
        return both

    def thin(self) -> None:
        """Keep no more than these rows."""
        kept = np.concatenate([np.empty((3, 0)), *self._kept], axis=1)
        if self._count > self._size:
            # Of several with this very key none is kept, rather than some by chance.
            self._below = float(np.partition(kept[0], self._size)[self._size])
            kept = kept.take(np.flatnonzero(kept[0] < self._below), axis=1)
        self._kept, self._count = [kept], kept.shape[1]

    def rows(self) -> FloatArray:
        """Keys, x and y, of shape (3, k), in the order in which they came."""
        self.thin()
        return self._kept[0].copy()


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

    @property
    def residuals(self) -> Residuals:
        """What is left of y above the line, of all rows, of which there is at least one."""
        assert self._moments is not None
        assert self._line is not None
        return Residuals(*self._point, self._line[0], self._moments)

    def line(self) -> ClosedForm:
        """The least-squares line of all rows, of which there is at least one.

        Raises
        ------
        InputError
            As `closed_form` does.
        """
        return self.residuals.line()


@dataclass(slots=True)
class Totals:
    """What is added up of rows that come in chunks; `density` tells where they are, if anywhere."""

    fit: RunningFit
    density: Density | None = None

    @property
    def n(self) -> int:
        """How many rows there were."""
        return self.fit.n

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, both of shape (n,)."""
        if len(x):
            self.fit.add(x, y)
            found = Density.of(x, y)
            self.density = found if self.density is None else self.density + found

    def __add__(self, other: Totals) -> Totals:
        """Of both sets of rows."""
        densities = [part.density for part in (self, other) if part.density is not None]
        return Totals(
            self.fit + other.fit,
            densities[0] + densities[1] if len(densities) == 2 else next(iter(densities), None),
        )

    def whole(self) -> Whole:
        """What is known of the rows, of which there is at least one, without them."""
        return Whole(self.fit.sums, self.fit.residuals, self.density)


def rough_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and intercept of a line near rows (x, y) of shape (n,), level if all x are equal."""
    moments = Moments.of(x, y)
    # Squares that have lost digits would make it a steep one.
    slope = moments.sxy / moments.sxx if moments.sxx >= sys.float_info.min else 0.0
    intercept = moments.mean_y - slope * moments.mean_x
    return (slope, intercept) if np.isfinite([slope, intercept]).all() else (0.0, 0.0)

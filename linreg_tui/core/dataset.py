"""Data sets: two columns of numbers, x and y."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.by_value import ByValue
from linreg_tui.core.closed_form import ClosedForm, Residuals, Sums, fit, sums_of
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import Batches, FloatArray, Moments
from linreg_tui.core.sketch import Extent, sketched_rows
from linreg_tui.core.tally import Tally

if TYPE_CHECKING:
    from linreg_tui.core.losses import Loss, Optimum
    from linreg_tui.core.sketch import Density

_SPLITS = 1
"""Makes the random numbers that choose test rows differ from those that draw batches."""


DAY, SECOND = "day", "second"
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Dates:
    """What x counts if it stands for dates: days or seconds since the first one, in UTC."""

    first: datetime
    unit: str = DAY

    @property
    def unit_seconds(self) -> int:
        """The seconds of a unit."""
        return 86400 if self.unit == DAY else 1

    @property
    def since(self) -> str:
        """What x counts, in words."""
        return f"{self.unit}s since {self.first:{'%Y-%m-%d' if self.unit == DAY else TIME}}"


@dataclass(frozen=True, slots=True)
class DroppedCells:
    """The cells of a column that hold something, but no number: how many, and the first few.

    Each of the `first` has the number of its row, counted from 1, and its text as it stands.
    """

    column: str
    count: int = 0
    first: tuple[tuple[int, str], ...] = ()

    MOST: ClassVar[int] = 5

    def __add__(self, other: DroppedCells) -> DroppedCells:
        """Return the cells of both, which are of one column."""
        first = (self.first + other.first)[: self.MOST]
        return DroppedCells(self.column, self.count + other.count, first)


@dataclass(frozen=True, slots=True)
class Whole:
    """The totals over all rows of a file of which only a sample is in memory.

    `residuals` give the moments of all rows, and their line if they have one. `density` says where
    the rows are, if it was asked for.
    """

    sums: Sums
    residuals: Residuals
    density: Density | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The rows to train on, and the test rows, which are held out."""

    training: Dataset
    test: Dataset


@dataclass(frozen=True, eq=False)
class Dataset(ByValue):
    """n rows of x and y, all finite, and where they came from.

    `x` and `y` have shape (n,) and are read-only. `dropped` counts the rows left out because they
    had no number in one of the two columns. `missing` counts the cells of x and of y without a
    number. `columns` are the names of all columns of the file; a name may hold any characters.
    `notes` are printable and say how the file was read, where there is more than one way.
    `dropped_cells` are those of x and y that hold something, but no number, if there are any. If x
    stands for dates, `dates` says what it counts.

    If the file has too many rows to keep, x and y are a sample, and batches are drawn from it. The
    closed form, the moments and so full-batch descent use all rows, by way of `whole`. The test
    rows of such a file are held out while it is read; `read_splits` has the splits by test fraction
    and seed.
    """

    source: str
    x_name: str
    y_name: str
    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
    dropped: int = 0
    whole: Whole | None = field(default=None, repr=False)
    missing: tuple[int, int] = (0, 0)
    columns: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    dropped_cells: tuple[DroppedCells, ...] = field(default=(), repr=False)
    dates: Dates | None = None
    read_splits: Mapping[tuple[float, int], Split] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self.x.flags.writeable = False
        self.y.flags.writeable = False

    @property
    def x_label(self) -> str:
        """The name of x, with what it counts if it stands for dates."""
        return self.x_name if self.dates is None else f"{self.x_name} ({self.dates.since})"

    @property
    def per_x(self) -> str:
        """The unit of the slope, if x stands for dates: per day, or per second."""
        return "" if self.dates is None else f"per {self.dates.unit}"

    @property
    def n(self) -> int:
        """The number of rows in memory."""
        return len(self.x)

    @property
    def total(self) -> int:
        """The number of rows in all, in memory or not."""
        return self.n if self.whole is None else self.whole.sums.n

    @cached_property
    def sums(self) -> Sums:
        """The sums of the formula over all rows."""
        return sums_of(self.x, self.y) if self.whole is None else self.whole.sums

    @cached_property
    def moments(self) -> Moments[float]:
        """The moments of all rows."""
        if self.whole is None:
            return Moments.of(self.x, self.y)
        return self.whole.residuals.moments()

    @cached_property
    def line(self) -> ClosedForm:
        """The least-squares line; raises an InputError if there is none."""
        return fit(self.x, self.y) if self.whole is None else self.whole.residuals.line()

    def optimum(self, loss: Loss) -> Optimum:
        """Return the line with the least loss; it is computed once for each loss.

        Raises
        ------
        InputError
            If the data has no least-squares line.
        """
        if loss not in self._optima:
            self._optima[loss] = loss.optimum(self)
        return self._optima[loss]

    @cached_property
    def _optima(self) -> dict[Loss, Optimum]:
        return {}

    def split(self, fraction: float, seed: int) -> Split:
        """Split the rows at random, by the seed; the fraction is the share of test rows.

        Each row has a random number of its own, and the rows with the smallest are held out. So
        adding, moving or removing a row changes the side of at most one other row.

        Raises
        ------
        InputError
            If only a sample is in memory, and it wasn't read with this fraction and this seed.
        """
        key = fraction, seed
        if key not in self._splits:
            self._splits[key] = self._split(fraction, seed)
        return self._splits[key]

    @cached_property
    def _splits(self) -> dict[tuple[float, int], Split]:
        return dict(self.read_splits)

    def _split(self, fraction: float, seed: int) -> Split:
        if fraction == 0:
            nothing = np.empty(0)
            return Split(self, Dataset(self.source, self.x_name, self.y_name, nothing, nothing))
        if self.whole is not None:
            raise InputError(
                "the test rows of data in parts are held out while it is read: start again with "
                "--test-fraction and --seed"
            )
        numbers = self.row_numbers
        keys = np.random.default_rng((seed, _SPLITS)).random(int(numbers.max()) + 1)[numbers]
        held_out = np.zeros(self.n, dtype=np.bool_)
        held_out[np.argsort(keys, kind="stable")[: round(fraction * self.n)]] = True
        training, test = (
            Dataset(
                self.source,
                self.x_name,
                self.y_name,
                self.x[rows],
                self.y[rows],
                self.dropped,
                missing=self.missing,
                columns=self.columns,
                notes=self.notes,
                dropped_cells=self.dropped_cells,
                dates=self.dates,
            )
            for rows in (~held_out, held_out)
        )
        return Split(training, test)

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The number of each row, which stays when other rows are edited; of shape (n,)."""
        return np.arange(self.n)

    @cached_property
    def tally(self) -> Tally:
        """The sums that update the line as rows are added and removed."""
        return Tally.of(self.x, self.y, self.line)

    @cached_property
    def extent(self) -> Extent:
        """The least and the largest x and y."""
        if self.whole is not None and self.whole.density is not None:
            return self.whole.density.extent
        return Extent.of(self.x, self.y)

    @cached_property
    def sketched(self) -> NDArray[np.intp]:
        """The numbers of some rows, enough to draw a picture of all."""
        return sketched_rows(self.x, self.y)

    @cached_property
    def sketch(self) -> tuple[FloatArray, FloatArray]:
        """The points to draw, x and y of shape (k,); rows not in memory are drawn as cells."""
        x, y = self.x[self.sketched], self.y[self.sketched]
        if self.whole is None or self.whole.density is None:
            return x, y
        more_x, more_y = self.whole.density.unseen(self.x, self.y)
        return np.concatenate([x, more_x]), np.concatenate([y, more_y])

    @cached_property
    def batches(self) -> Batches:
        """The rows, prepared for drawing batches."""
        return Batches(self.x, self.y)

"""Data sets: two columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import ClosedForm, Residuals, Sums, fit, sums_of
from linreg_tui.core.extent import Extent
from linreg_tui.core.moments import Batches, FloatArray, Moments
from linreg_tui.core.sketch import sketched_rows
from linreg_tui.core.tally import Tally

if TYPE_CHECKING:
    from linreg_tui.core.density import Density


@dataclass(frozen=True, slots=True)
class Whole:
    """What is known of all rows of a file, where only a sample of them is kept.

    From `residuals` follow their moments, and their line if they have one. `density` tells where
    they are, if that was asked for.
    """

    sums: Sums
    residuals: Residuals
    density: Density | None = None


@dataclass(frozen=True)
class Dataset:
    """n rows of x and y, all finite, and where they came from.

    `x` and `y` have shape (n,) and are read-only; `dropped` counts the rows left out because they
    had no number in one of the two columns, `missing` the cells of x and of y without one, and
    `columns` are the names of all columns of the file. The names may hold any characters. `notes`
    say how the file was read, where it could have been meant otherwise; they are printable.

    Of more rows than are kept, x and y are a sample, from which batches are drawn. The closed form,
    the moments and so full-batch descent are of all rows, which `whole` tells.

    `read_splits` are the splits that were made while the rows were read, by test fraction and seed.
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
    read_splits: Mapping[tuple[float, int], Split] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self.x.flags.writeable = False
        self.y.flags.writeable = False

    @property
    def n(self) -> int:
        """How many rows are kept."""
        return len(self.x)

    @property
    def total(self) -> int:
        """How many rows there are, kept or not."""
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

    @cached_property
    def tally(self) -> Tally:
        """What it takes to follow the line while rows are added and taken away."""
        return Tally.of(self.x, self.y, self.line)

    @cached_property
    def extent(self) -> Extent:
        """The least and the largest x and y."""
        if self.whole is not None and self.whole.density is not None:
            return self.whole.density.extent
        return Extent.of(self.x, self.y)

    @cached_property
    def sketched(self) -> NDArray[np.intp]:
        """The numbers of enough of the rows for a picture of all."""
        return sketched_rows(self.x, self.y)

    @cached_property
    def sketch(self) -> tuple[FloatArray, FloatArray]:
        """Points for a picture, x and y of shape (k,); cells stand for rows that are not kept."""
        x, y = self.x[self.sketched], self.y[self.sketched]
        if self.whole is None or self.whole.density is None:
            return x, y
        more_x, more_y = self.whole.density.unseen(self.x, self.y)
        return np.concatenate([x, more_x]), np.concatenate([y, more_y])

    @cached_property
    def batches(self) -> Batches:
        """The rows, ready to be taken in batches."""
        return Batches(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Split:
    """The rows that are trained on, and those that are held out to test on."""

    training: Dataset
    test: Dataset

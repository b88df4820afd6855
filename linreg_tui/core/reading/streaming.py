"""Files larger than memory: the moments of all rows, and a sample of them.

The data can be in many files. Each is read by itself, and their totals are added up in a tree. The
tree is always the same, so the result doesn't depend on where the parts are read.

Test rows are held out before the number of rows is known. Each row has a random key between 0 and
1. Of N rows, the k with the smallest keys are held out, where k is F N, rounded. The largest of
these k keys is the threshold. It is known once N is, and it is near F. So most rows can be added at
once to the totals of their side. The other rows, in a band around F, stay in memory until the
threshold is known.
"""

from __future__ import annotations

import glob
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from operator import add
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import ClosedForm, Residuals, Sums, sums_of
from linreg_tui.core.dataset import Dataset, DroppedCells, Split, Whole
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.cells import Format
from linreg_tui.core.reading.loading import (
    EXCEL,
    PARQUET,
    Progress,
    Rows,
    dates_of,
    open_table,
    openable,
    totals_notes,
    words_notes,
)
from linreg_tui.core.reading.table import AUTOMATIC, Choices
from linreg_tui.core.reading.text import input_errors
from linreg_tui.core.sketch import Density
from linreg_tui.core.text import printable

SAMPLE_ROWS = 100_000


def stream(
    path: str,
    x: str | None = None,
    y: str | None = None,
    *,
    progress: Progress | None = None,
    seed: int = 0,
    rows: int = SAMPLE_ROWS,
    choices: Choices = AUTOMATIC,
) -> Dataset:
    """Read two columns of a file of any size, in memory of a fixed size.

    The closed form is that of all rows. Up to `rows` rows stay in memory. Of more, a uniform random
    sample of that size does, in the order of the file.

    Raises
    ------
    InputError
        As `load` does, or as `closed_form` does if a file of more rows has no line.
    """
    sample, fit = Sample(rows, seed), RunningFit()
    with closing(Rows(path, x, y, progress, choices=choices)) as chunks:
        for chunk in chunks:
            sample.add(*chunk)
            fit.add(*chunk)
    data = chunks.dataset(*sample.rows())
    if fit.n <= rows:
        return data
    fit.line()  # raises an InputError now if there is none
    return replace(data, whole=Whole(fit.sums, fit.residuals))


class Sample:
    """A uniform random sample of rows that come in chunks; it doesn't depend on the chunks.

    Each row draws a random number, and the rows with the smallest make the sample; Vitter, "Random
    sampling with a reservoir" (1985), section 2.
    """

    def __init__(self, size: int, seed: int | Sequence[int]) -> None:
        self._random = np.random.default_rng(seed)
        self._smallest = Smallest(size)

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Add rows, x and y of shape (n,)."""
        self._smallest.add(self._random.random(len(x)), x, y)

    def __add__(self, other: Sample) -> Sample:
        """Return the sample of both sets of rows, which were drawn with different seeds."""
        both = Sample(0, 0)
        both._smallest = self._smallest + other._smallest
        return both

    def thin(self) -> None:
        """Drop the rows outside the sample."""
        self._smallest.thin()

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """Return x and y of the sample, in the order in which they came."""
        _, x, y = self._smallest.rows()
        return x, y


class Smallest:
    """The rows with the `size` smallest keys, of rows that come in chunks with a key each."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._candidates: list[FloatArray] = []
        self._count = 0
        self._below = np.inf

    def add(self, keys: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Add rows with their keys; all three have shape (n,)."""
        small = np.flatnonzero(keys < self._below)
        self._candidates.append(np.stack([keys[small], x[small], y[small]]))
        self._count += len(small)
        # It is faster to store up to twice as many rows than to find the smallest every time.
        if self._count > 2 * self._size:
            self.thin()

    def __add__(self, other: Smallest) -> Smallest:
        """Return the rows with the smallest keys of both sets."""
        both = Smallest(self._size)
        both._below = min(self._below, other._below)
        both._candidates = self._candidates + other._candidates
        both._count = self._count + other._count
        both.thin()
        return both

    def thin(self) -> None:
        """Drop the rows that don't have the smallest keys."""
        rows = np.concatenate([np.empty((3, 0)), *self._candidates], axis=1)
        if self._count > self._size:
            # If several rows have exactly this key, drop all of them instead of some by chance.
            self._below = float(np.partition(rows[0], self._size)[self._size])
            rows = rows.take(np.flatnonzero(rows[0] < self._below), axis=1)
        self._candidates, self._count = [rows], rows.shape[1]

    def rows(self) -> FloatArray:
        """Return keys, x and y, of shape (3, k), in the order in which they came."""
        self.thin()
        return self._candidates[0].copy()


class RunningFit:
    """The closed form of rows that come in chunks.

    It adds up the moments of u = x − x₀ and v = y − y₀ − m₀ u. m₀ is the slope of a given line or
    of the first chunk's line, and (x₀, y₀) is the point of that line at the first row. Far from 0,
    the means of u and v keep digits that the means of x and y would lose, and v keeps digits that a
    difference of two large sums of squares would lose. The moments of u and v give those of x and
    y.
    """

    def __init__(self, line: tuple[float, float] | None = None) -> None:
        self.sums = Sums(0, 0.0, 0.0, 0.0, 0.0)
        self._line = line
        self._point = 0.0, 0.0
        self._moments: Moments[float] | None = None

    @property
    def n(self) -> int:
        """The number of rows so far."""
        return self.sums.n

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Add rows, x and y of shape (n,), n at least 1."""
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
            self._add_moments((x0, y0), Moments.of(u, (y - y0) - slope * u))

    def _add_moments(self, point: tuple[float, float], moments: Moments[float]) -> None:
        """Add the moments of rows that are measured from a point of the line."""
        if self._moments is None:
            self._point, self._moments = point, moments
            return
        assert self._line is not None
        right, up = point[0] - self._point[0], point[1] - self._point[1]
        self._moments += moments.moved(right, up - self._line[0] * right)

    def __add__(self, other: RunningFit) -> RunningFit:
        """Return the fit of both sets of rows, which use the same line."""
        both = RunningFit(self._line)
        both.sums = self.sums + other.sums
        for fit in (self, other):
            if fit._moments is not None:
                both._add_moments(fit._point, fit._moments)
        return both

    @property
    def residuals(self) -> Residuals:
        """The moments of the residuals of all rows, of which there is at least one."""
        assert self._moments is not None
        assert self._line is not None
        return Residuals(*self._point, self._line[0], self._moments)

    def line(self) -> ClosedForm:
        """Return the least-squares line of all rows, of which there is at least one.

        Raises
        ------
        InputError
            As `closed_form` does.
        """
        return self.residuals.line()


@dataclass(slots=True)
class Totals:
    """The totals of rows that come in chunks; `density` says where they are, if there are any."""

    fit: RunningFit
    density: Density | None = None

    @property
    def n(self) -> int:
        """The number of rows so far."""
        return self.fit.n

    def add(self, x: FloatArray, y: FloatArray) -> None:
        """Add rows, x and y of shape (n,)."""
        if len(x):
            self.fit.add(x, y)
            density = Density.of(x, y)
            self.density = density if self.density is None else self.density + density

    def __add__(self, other: Totals) -> Totals:
        """Return the totals of both sets of rows."""
        densities = [part.density for part in (self, other) if part.density is not None]
        return Totals(
            self.fit + other.fit,
            densities[0] + densities[1] if len(densities) == 2 else next(iter(densities), None),
        )

    def whole(self) -> Whole:
        """Return the totals in the form a data set holds them; there is at least one row."""
        return Whole(self.fit.sums, self.fit.residuals, self.density)


def rough_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return slope and intercept of a line near rows of shape (n,), level if all x are equal."""
    moments = Moments.of(x, y)
    # Squares that have lost digits would make the line far too steep.
    slope = moments.sxy / moments.sxx if moments.sxx >= sys.float_info.min else 0.0
    intercept = moments.mean_y - slope * moments.mean_x
    return (slope, intercept) if np.isfinite([slope, intercept]).all() else (0.0, 0.0)


BAND = 5.0
"""Half the width of the band around F, times the square root of the number of rows."""

_KEYS = 0x6B657973
"""Makes the keys differ from the random numbers of samples with the same seed and part."""


def key_generator(seed: int, part: int) -> np.random.Generator:
    """Return the generator of the keys of a part, one key for each row in turn."""
    return np.random.default_rng((_KEYS, seed, part))


class RunningSplit:
    """The split of rows that come in chunks, each row with its key; the module explains it.

    The totals of each side use a `line` near the rows, and up to `rows` rows of each side stay in
    memory. The rows with the smallest keys are a uniform random sample of the test rows, and the
    rows with the largest keys of the training rows. So the threshold decides which rows stay only
    if a side has fewer.
    """

    def __init__(self, fraction: float, rows: int, line: tuple[float, float]) -> None:
        self._fraction = fraction
        self._rows = rows
        self._line = line
        self._smallest, self._largest = Smallest(rows), Smallest(rows)
        self._test, self._training = Totals(RunningFit(line)), Totals(RunningFit(line))
        self._band: FloatArray = np.empty((3, 0))

    @property
    def n(self) -> int:
        """The number of rows so far."""
        return self._test.n + self._training.n + len(self._band[0])

    def add(self, keys: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Add rows with the keys that were drawn for them; all three have shape (n,)."""
        self._smallest.add(keys, x, y)
        self._largest.add(-keys, x, y)
        self._band = np.concatenate([self._band, [keys, x, y]], axis=1)
        self._narrow_band()

    def __add__(self, other: RunningSplit) -> RunningSplit:
        """Return the split of both sets of rows, by the same fraction."""
        both = RunningSplit(self._fraction, self._rows, self._line)
        both._smallest = self._smallest + other._smallest
        both._largest = self._largest + other._largest
        both._test = self._test + other._test
        both._training = self._training + other._training
        both._band = np.concatenate([self._band, other._band], axis=1)
        both._narrow_band()
        return both

    def thin(self) -> None:
        """Drop the rows outside the samples and the band."""
        self._smallest.thin()
        self._largest.thin()

    def _narrow_band(self) -> None:
        """Move the rows that are now outside the band to the totals of their side."""
        half_width = BAND / math.sqrt(max(1, self.n))
        keys, x, y = self._band
        below, above = keys < self._fraction - half_width, keys > self._fraction + half_width
        for side, outside in ((self._test, below), (self._training, above)):
            rows = np.flatnonzero(outside)
            side.add(x[rows], y[rows])
        self._band = self._band.take(np.flatnonzero(~(below | above)), axis=1)

    def density(self) -> Density | None:
        """Return where all rows are, or None if there are none."""
        whole_band = np.arange(len(self._band[0]))
        return self._side(self._test + self._training, whole_band).density

    def of(self, data: Dataset) -> Split:
        """Return the split of `data`, once all of its rows have been added.

        Raises
        ------
        InputError
            If it leaves no test row, or fewer than two training rows. Or if the threshold is not in
            the band, which is hardly possible.
        """
        held_out = self._test_n(data.source)
        missing = held_out - self._test.n
        if not 0 <= missing <= len(self._band[0]):
            raise InputError(
                f"{printable(data.source)}: the random numbers of this seed are too uneven to hold "
                "rows out by; choose another --seed"
            )
        # If two rows have the same key, the first is held out, here and in the samples.
        order = np.argsort(self._band[0], kind="stable")
        test = self._side(self._test, order[:missing])
        training = self._side(self._training, order[missing:])
        smallest, largest = self._smallest.rows(), self._largest.rows()
        first = np.argsort(smallest[0], kind="stable")[:held_out]
        last = np.argsort(-largest[0], kind="stable")[held_out - self.n :]
        return Split(
            training=_dataset(data, training, largest, last),
            test=_dataset(data, test, smallest, first),
        )

    def _test_n(self, source: str) -> int:
        """Return the number of test rows, or raise an InputError if it leaves too few rows."""
        n, fraction = self.n, self._fraction
        held_out = round(fraction * n)
        if 1 <= held_out <= n - 2:
            return held_out
        digits = 10 ** len(str(n))
        if n < 3:
            choose = "leave out --test-fraction"
        elif held_out < 1:
            choose = f"choose {math.ceil(digits / n) / digits:g} or more"
        else:
            choose = f"choose {(n - 2) * digits // n / digits} or less"
        raise InputError(
            f"{printable(source)}: a --test-fraction of {fraction:g} holds out {held_out:,} of "
            f"{n:,} rows; a test takes one row, and training takes two: {choose}"
        )

    def _side(self, so_far: Totals, places: NDArray[np.intp]) -> Totals:
        """Return the totals of a side, with its rows in these places of the band."""
        rest = Totals(RunningFit(self._line))
        _, x, y = self._band[:, np.sort(places)]
        rest.add(x, y)
        return so_far + rest


def _dataset(
    data: Dataset, totals: Totals, sample: FloatArray, places: NDArray[np.intp]
) -> Dataset:
    """Return a side with these rows of a sample in memory, in the order in which they came."""
    _, x, y = sample[:, np.sort(places)]
    side = replace(data, x=x, y=y)
    return side if len(x) == totals.n else replace(side, whole=totals.whole())


REASONS_SHOWN = 3
"""The most unreadable parts whose reasons are shown; the others are counted."""


class _Addable(Protocol):
    def __add__(self: Sum, other: Sum, /) -> Sum: ...


Sum = TypeVar("Sum", bound=_Addable)
Add = Callable[[Callable[[int, str], "Parts"], Sequence[str]], "Parts"]
"""Calls a function with the number and the path of each part, and adds the results in a tree."""


def files_of(pattern: str) -> list[str] | None:
    """Return the files of a pattern or a folder, in order, or None if it names a single file.

    Raises
    ------
    InputError
        If there are no files.
    """
    # Unlike those of a Path, these also take what can't be a name.
    folder = os.path.isdir(pattern)  # noqa: PTH112
    if not folder and (os.path.exists(pattern) or not glob.has_magic(pattern)):  # noqa: PTH110
        return None
    with input_errors(pattern):
        found = os.listdir(pattern) if folder else glob.glob(pattern, recursive=True)  # noqa: PTH207, PTH208
    paths = sorted(os.path.join(pattern, name) for name in found) if folder else sorted(found)  # noqa: PTH118
    files = [path for path in paths if openable(path) and not path.lower().endswith(EXCEL)]
    files = [path for path in files if Path(path).is_file()]
    if not files:
        why = "no file matches; name a folder or a pattern with CSV or Parquet files"
        if folder:
            why = "this is a folder; name a CSV file in it, or a folder with CSV or Parquet files"
        raise InputError(f"{printable(pattern)}: {why}")
    return files


@dataclass(frozen=True, slots=True)
class BadPart:
    """A part that can't be read: which and why, and its number of rows, or None if unknown."""

    path: str
    why: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The totals and the sample of some parts. Those that can't be read are in `bad`.

    `split` is None unless rows are held out. `sums` counts the rows that were left out as totals of
    others, and `cells` are those of x and y without a number.
    """

    totals: Totals
    sample: Sample
    split: RunningSplit | None = None
    dropped: int = 0
    missing: tuple[int, int] = (0, 0)
    bad: tuple[BadPart, ...] = ()
    sums: int = 0
    cells: tuple[DroppedCells, ...] = ()

    def __add__(self, other: Parts) -> Parts:
        """Return both together; they hold out the same fraction of their rows."""
        return Parts(
            self.totals + other.totals,
            self.sample + other.sample,
            None if self.split is None or other.split is None else self.split + other.split,
            self.dropped + other.dropped,
            (self.missing[0] + other.missing[0], self.missing[1] + other.missing[1]),
            self.bad + other.bad,
            self.sums + other.sums,
            tuple(map(add, self.cells, other.cells)),
        )


@dataclass(frozen=True, slots=True)
class PartReader:
    """Reads a part: its columns, with a line near the rows, and a sample of `rows` rows.

    The share `test_fraction` of the rows is held out, at random by `test_seed`. All parts are read
    as `choices` say, and dates as in `dates`.
    """

    x: str
    y: str
    line: tuple[float, float]
    seed: int
    rows: int
    test_fraction: float = 0.0
    test_seed: int = 0
    choices: Choices = AUTOMATIC
    dates: Format | None = None

    def __call__(self, number: int, path: str) -> Parts:
        """Read one part, a chunk at a time."""
        part = self._empty(number)
        keys = key_generator(self.test_seed, number)
        try:
            opened = Rows(path, self.x, self.y, choices=self.choices, part=True, dates=self.dates)
            with closing(opened) as rows:
                for x, y in rows:
                    part.sample.add(x, y)
                    if part.split is None:
                        part.totals.add(x, y)
                    else:  # the split has the density
                        part.totals.fit.add(x, y)
                        part.split.add(keys.random(len(x)), x, y)
        except InputError as error:
            # Leave out all of the part, so that it is known which rows count.
            why = str(error).removeprefix(f"{printable(path)}: ")
            name = printable(Path(path).name)
            bad = BadPart(path, f"{name}: {why}", _count_rows(path, self.choices))
            return replace(self._empty(number), bad=(bad,))
        part.sample.thin()
        if part.split is not None:
            part.split.thin()
        return replace(
            part,
            dropped=rows.dropped,
            missing=rows.missing,
            sums=rows.totals,
            cells=rows.cells,
        )

    def _empty(self, number: int) -> Parts:
        """Return the totals of a part before its first row."""
        split = RunningSplit(self.test_fraction, self.rows, self.line)
        return Parts(
            Totals(RunningFit(self.line)),
            Sample(self.rows, (self.seed, number)),
            split if self.test_fraction > 0 else None,
            cells=(DroppedCells(self.x), DroppedCells(self.y)),
        )


def one_after_another(function: Callable[[int, str], Sum], paths: Sequence[str]) -> Sum:
    """Call a function for each part in turn, and add up the results; see `tree_sum`."""
    return tree_sum(function(number, path) for number, path in enumerate(paths))


def tree_sum(terms: Iterable[Sum]) -> Sum:
    """Return the sum of terms, at least one, by adding neighbours, then their sums, and so on.

    Of n terms that come one after another, only about log₂ n are in memory. Rounding errors grow
    with the height of the tree; in one long sum they would grow with n.
    """
    sums: list[tuple[int, Sum]] = []
    for term in terms:
        height, total = 0, term
        while sums and sums[-1][0] == height:
            total = sums.pop()[1] + total
            height += 1
        sums.append((height, total))
    total = sums.pop()[1]
    while sums:
        total = sums.pop()[1] + total
    return total


def load_parts(
    source: str,
    paths: Sequence[str],
    x: str | None = None,
    y: str | None = None,
    *,
    skip_bad: bool = False,
    add: Add = one_after_another,
    seed: int = 0,
    rows: int = SAMPLE_ROWS,
    test_fraction: float = 0.0,
    test_seed: int = 0,
    choices: Choices = AUTOMATIC,
) -> tuple[Dataset, tuple[BadPart, ...]]:
    """Read two columns of all files, and return those that can't be read and were left out.

    The closed form is that of all rows. Up to `rows` rows stay in memory. Of more, a uniform random
    sample of that size does. Columns that aren't named are those of the first readable file.

    With a test fraction, `read_splits` has the split that holds out that share of all rows, at
    random by the test seed. Up to `rows` rows of each side stay in memory, too.

    Raises
    ------
    InputError
        If a file can't be read, unless bad files are skipped, or if there are too few rows for a
        line, for training or for a test.
    """
    reader, columns, notes = _first_reader(paths, x, y, seed, rows, choices)
    reader = replace(reader, test_fraction=test_fraction, test_seed=test_seed)
    parts = add(reader, paths)
    if parts.bad and not skip_bad:
        raise InputError(f"{_listed(parts.bad, len(paths))}; --skip-bad goes on without")
    if parts.totals.n < 2:
        raise InputError(f"{printable(source)}: a line takes two rows; these files have fewer")
    data = Dataset(
        source,
        reader.x,
        reader.y,
        *parts.sample.rows(),
        parts.dropped,
        missing=parts.missing,
        columns=columns,
        notes=(
            *notes,
            *totals_notes(parts.sums),
            *words_notes(parts.cells),
        ),
        dropped_cells=tuple(cells for cells in parts.cells if cells.count),
        dates=dates_of(reader.dates),
    )
    totals = parts.totals
    if parts.split is not None:
        split = parts.split.of(data)
        data = replace(data, read_splits={(test_fraction, test_seed): split})
        totals = replace(totals, density=parts.split.density())
    if totals.n > rows:
        totals.fit.line()  # raises an InputError now if there is none
        data = replace(data, whole=totals.whole())
    return data, parts.bad


def _first_reader(
    paths: Sequence[str], x: str | None, y: str | None, seed: int, rows: int, choices: Choices
) -> tuple[PartReader, tuple[str, ...], tuple[str, ...]]:
    """Return the reader of all parts, the columns' names and notes, by the first part with rows."""
    why: InputError | None = None
    for path in paths:
        try:
            with closing(Rows(path, x, y, choices=choices, part=True)) as chunks:
                for chunk in chunks:
                    reader = PartReader(
                        *chunks.names,
                        rough_line(*chunk),
                        seed,
                        rows,
                        choices=choices,
                        dates=chunks.date_format,
                    )
                    return reader, chunks.columns, chunks.format_notes
        except InputError as error:
            why = why or error
    raise why or InputError("these files have no rows; name others")


def _count_rows(path: str, choices: Choices) -> int | None:
    """Return the number of rows in a file, or None if they can't be counted."""
    with suppress(InputError):
        if path.lower().endswith(PARQUET):
            from linreg_tui.core.reading.parquet import row_count

            return row_count(path)
        with closing(open_table(path, choices)) as table:
            return sum(len(chunk.x) for chunk in table.chunks(0, len(table.names) - 1))
    return None


def _listed(bad: Sequence[BadPart], of: int) -> str:
    reasons = "; ".join(part.why for part in bad[:REASONS_SHOWN])
    more = f"; and {len(bad) - REASONS_SHOWN} more" if len(bad) > REASONS_SHOWN else ""
    return f"{len(bad)} of {of} files can't be read: {reasons}{more}"


def cost(bad: Sequence[BadPart]) -> str:
    """Return the cost of leaving out parts, at least one: how many rows, or files if unknown."""
    rows = sum(part.rows for part in bad if part.rows is not None)
    unknown = sum(part.rows is None for part in bad)
    costs = [f"{rows:,} row{'s' * (rows != 1)}"] if unknown < len(bad) else []
    if unknown:
        costs.append(f"{unknown:,} file{'s' * (unknown != 1)} of unknown length")
    return " and ".join(costs)

"""Files larger than memory: the moments of all rows, and a sample of them.

Data may be in many files: each is read by itself, and what is kept of them is added up in a tree.
What comes out does not depend on where the parts are read, since the tree is always the same one.

Rows are held out to test on before it is known how many there are. Each row has a random key
between 0 and 1. Of N rows, the k with the smallest keys are held out, k being the nearest whole
number to F N. The largest of these k keys is the threshold. It is known once N is, and it is near
F. So most rows can be added up at once with those of their side. The others, in a band around F,
are kept until the threshold is known.
"""

from __future__ import annotations

import glob
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.closed_form import ClosedForm, Residuals, Sums, sums_of
from linreg_tui.core.dataset import Dataset, Split, Whole
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray, Moments
from linreg_tui.core.reading.loading import Progress, Rows
from linreg_tui.core.reading.tables import EXCEL, PARQUET, open_table, openable
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


BAND = 5.0
"""How far the band reaches from F, times the square root of the number of rows."""

_KEYS = 0x6B657973
"""Keeps the keys apart from the numbers that samples are drawn by, with the same seed and part."""


def keys(seed: int, part: int) -> np.random.Generator:
    """Draws the keys of the rows of a part, one for each row in turn."""
    return np.random.default_rng((_KEYS, seed, part))


class RunningSplit:
    """The split of rows that come in chunks, each row with its key; see above.

    Each side is added up, with a `line` that is near the rows, and up to `rows` of its rows are
    kept. The rows with the smallest keys are a uniform random sample of those that are held out,
    and the rows with the largest keys of those that are trained on. So which rows are kept depends
    on the threshold only where a side has fewer.
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
        """How many rows there were."""
        return self._test.n + self._training.n + len(self._band[0])

    def add(self, drawn: FloatArray, x: FloatArray, y: FloatArray) -> None:
        """Take these rows into account, with the keys that were drawn for them; all shape (n,)."""
        self._smallest.add(drawn, x, y)
        self._largest.add(-drawn, x, y)
        self._band = np.concatenate([self._band, [drawn, x, y]], axis=1)
        self._narrow()

    def __add__(self, other: RunningSplit) -> RunningSplit:
        """The split of both sets of rows, by the same fraction."""
        both = RunningSplit(self._fraction, self._rows, self._line)
        both._smallest = self._smallest + other._smallest
        both._largest = self._largest + other._largest
        both._test = self._test + other._test
        both._training = self._training + other._training
        both._band = np.concatenate([self._band, other._band], axis=1)
        both._narrow()
        return both

    def thin(self) -> None:
        """Keep no more than the samples and the band."""
        self._smallest.thin()
        self._largest.thin()

    def _narrow(self) -> None:
        """Add up the rows that are not near enough to F any more."""
        reach = BAND / math.sqrt(max(1, self.n))
        drawn, x, y = self._band
        below, above = drawn < self._fraction - reach, drawn > self._fraction + reach
        for side, outside in ((self._test, below), (self._training, above)):
            rows = np.flatnonzero(outside)
            side.add(x[rows], y[rows])
        self._band = self._band.take(np.flatnonzero(~(below | above)), axis=1)

    def density(self) -> Density | None:
        """Where all rows are, if there are any."""
        everywhere = np.arange(len(self._band[0]))
        return self._side(self._test + self._training, everywhere).density

    def of(self, data: Dataset) -> Split:
        """The split, once all rows have come, which are those of `data`.

        Raises
        ------
        InputError
            If it leaves no row to test on, or fewer than two to train on. Or if the threshold is
            not in the band, which is hardly possible.
        """
        held_out = self._held_out(data.source)
        missing = held_out - self._test.n
        if not 0 <= missing <= len(self._band[0]):
            raise InputError(
                f"{printable(data.source)}: the random numbers of this seed are too uneven to hold "
                "rows out by; choose another --seed"
            )
        # Of two rows with the same key, the first is held out, here and in the samples.
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

    def _held_out(self, source: str) -> int:
        """How many rows are held out."""
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
        """What is added up of a side, with its rows in the band, which are in these places."""
        rest = Totals(RunningFit(self._line))
        _, x, y = self._band[:, np.sort(places)]
        rest.add(x, y)
        return so_far + rest


def _dataset(data: Dataset, totals: Totals, kept: FloatArray, places: NDArray[np.intp]) -> Dataset:
    """A side, of which the rows in these places of `kept` are kept, in the order they came in."""
    _, x, y = kept[:, np.sort(places)]
    side = replace(data, x=x, y=y)
    return side if len(x) == totals.n else replace(side, whole=totals.whole())


NAMED = 3
"""Parts that can't be read, of which it is told why; of the others, how many there are."""


class _Addable(Protocol):
    def __add__(self: Sum, other: Sum, /) -> Sum: ...


Sum = TypeVar("Sum", bound=_Addable)
Add = Callable[[Callable[[int, str], "Parts"], Sequence[str]], "Parts"]
"""Calls a function for each part, with its number, and adds up what comes of it in a tree."""


def named(pattern: str) -> list[str] | None:
    """The files that a pattern or a folder stands for, in order; None if it is one file's name.

    Raises
    ------
    InputError
        If there are none.
    """
    folder = Path(pattern).is_dir()
    if not folder and (Path(pattern).exists() or not glob.has_magic(pattern)):
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
class Bad:
    """A part that can't be read: which and why, and how many rows it has, None if unknown."""

    path: str
    why: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is kept of some parts. Those that can't be read are in `bad`.

    `split` is None unless rows are held out.
    """

    totals: Totals
    sample: Sample
    split: RunningSplit | None = None
    dropped: int = 0
    missing: tuple[int, int] = (0, 0)
    bad: tuple[Bad, ...] = ()

    def __add__(self, other: Parts) -> Parts:
        """What is kept of both, which hold out the same fraction of their rows, or both none."""
        return Parts(
            self.totals + other.totals,
            self.sample + other.sample,
            None if self.split is None or other.split is None else self.split + other.split,
            self.dropped + other.dropped,
            (self.missing[0] + other.missing[0], self.missing[1] + other.missing[1]),
            self.bad + other.bad,
        )


@dataclass(frozen=True, slots=True)
class PartReader:
    """How each part is read: its columns, a line near the rows, and how many of them are kept.

    A fraction of the rows is held out, at random by a seed of their own.
    """

    x: str
    y: str
    line: tuple[float, float]
    seed: int
    rows: int
    test_fraction: float = 0.0
    test_seed: int = 0

    def __call__(self, number: int, path: str) -> Parts:
        """Read one part, a chunk at a time."""
        found = self._nothing(number)
        drawn = keys(self.test_seed, number)
        try:
            with closing(Rows(path, self.x, self.y, part=True)) as rows:
                for x, y in rows:
                    found.sample.add(x, y)
                    if found.split is None:
                        found.totals.add(x, y)
                    else:  # which tells where the rows are
                        found.totals.fit.add(x, y)
                        found.split.add(drawn.random(len(x)), x, y)
        except InputError as error:
            # Nothing of it counts, or it would be unknown which rows do.
            why = str(error).removeprefix(f"{printable(path)}: ")
            name = printable(Path(path).name)
            bad = Bad(path, f"{name}: {why}", _rows_of(path))
            return replace(self._nothing(number), bad=(bad,))
        found.sample.thin()
        if found.split is not None:
            found.split.thin()
        return replace(found, dropped=rows.dropped, missing=rows.missing)

    def _nothing(self, number: int) -> Parts:
        """What is kept of a part before its first row."""
        split = RunningSplit(self.test_fraction, self.rows, self.line)
        return Parts(
            Totals(RunningFit(self.line)),
            Sample(self.rows, (self.seed, number)),
            split if self.test_fraction > 0 else None,
        )


def one_after_another(function: Callable[[int, str], Sum], paths: Sequence[str]) -> Sum:
    """Call a function for each part in turn, and add up what comes of it; see `tree`."""
    return tree(function(number, path) for number, path in enumerate(paths))


def tree(terms: Iterable[Sum]) -> Sum:
    """The sum of terms, at least one: of neighbours, then of the sums of two neighbours, and so on.

    Of n terms that come one after another, hardly more than log₂ n are kept. Errors of rounding
    grow with the height of the tree, where in one long sum they grow with n.
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
) -> tuple[Dataset, tuple[Bad, ...]]:
    """Two columns of all files, and those that were left out since they can't be read.

    The closed form is that of all rows. Up to `rows` rows are kept all; of more, so many as a
    uniform random sample. Columns that aren't named are those of the first file that can be read.

    With a test fraction, `read_splits` has the split that holds out that fraction of all rows, at
    random by the test seed. Up to `rows` rows of each side are kept too.

    Raises
    ------
    InputError
        If a file can't be read, unless it may be skipped, or the rows of all are too few for a
        line, or those of one side for a line or a test.
    """
    reading, columns = _first(paths, x, y, seed, rows)
    reading = replace(reading, test_fraction=test_fraction, test_seed=test_seed)
    found = add(reading, paths)
    if found.bad and not skip_bad:
        raise InputError(f"{_listed(found.bad, len(paths))}; --skip-bad goes on without")
    if found.totals.n < 2:
        raise InputError(f"{printable(source)}: a line takes two rows; these files have fewer")
    data = Dataset(
        source,
        reading.x,
        reading.y,
        *found.sample.rows(),
        found.dropped,
        missing=found.missing,
        columns=columns,
    )
    totals = found.totals
    if found.split is not None:
        split = found.split.of(data)
        data = replace(data, read_splits={(test_fraction, test_seed): split})
        totals = replace(totals, density=found.split.density())
    if totals.n > rows:
        totals.fit.line()  # where there is none, that is told now
        data = replace(data, whole=totals.whole())
    return data, found.bad


def _first(
    paths: Sequence[str], x: str | None, y: str | None, seed: int, rows: int
) -> tuple[PartReader, tuple[str, ...]]:
    """How all parts are read, as the first shows that has rows."""
    why: InputError | None = None
    for path in paths:
        try:
            with closing(Rows(path, x, y, part=True)) as chunks:
                for chunk in chunks:
                    return PartReader(*chunks.names, rough_line(*chunk), seed, rows), chunks.columns
        except InputError as error:
            why = why or error
    raise why or InputError("these files have no rows; name others")


def _rows_of(path: str) -> int | None:
    """How many rows a file has, if that much can be known of it."""
    with suppress(InputError):
        if path.lower().endswith(PARQUET):
            from linreg_tui.core.reading.parquet import row_count

            return row_count(path)
        with closing(open_table(path)) as table:
            return sum(len(x) for x, _ in table.chunks(0, len(table.names) - 1))
    return None


def _listed(bad: Sequence[Bad], of: int) -> str:
    told = "; ".join(part.why for part in bad[:NAMED])
    more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return f"{len(bad)} of {of} files can't be read: {told}{more}"


def cost(bad: Sequence[Bad]) -> str:
    """What leaving out some parts, at least one, has cost: rows, and files where unknown."""
    rows = sum(part.rows for part in bad if part.rows is not None)
    unknown = sum(part.rows is None for part in bad)
    costs = [f"{rows:,} row{'s' * (rows != 1)}"] if unknown < len(bad) else []
    if unknown:
        costs.append(f"{unknown:,} file{'s' * (unknown != 1)} of unknown length")
    return " and ".join(costs)

"""Loads two columns of a file into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.columns import ambiguity_note, choose
from linreg_tui.core.reading.table import Pair
from linreg_tui.core.reading.tables import open_table
from linreg_tui.core.text import printable

Progress = Callable[[float], object]
"""Called with the fraction that has been read; an exception from it ends the reading."""


def load(
    path: str, x: str | None = None, y: str | None = None, *, progress: Progress | None = None
) -> Dataset:
    """Load two columns of numbers from a file, in any thread.

    If a column isn't named, the first one that can be data is taken, x before y.

    Raises
    ------
    InputError
        If the file can't be read, a column isn't there or isn't numeric, or no row is left.
    """
    xs, ys = _GrowingArray(), _GrowingArray()
    try:
        with closing(Rows(path, x, y, progress)) as rows:
            for x_chunk, y_chunk in rows:
                xs.extend(x_chunk)
                ys.extend(y_chunk)
        return rows.dataset(xs.array(), ys.array())
    except MemoryError:
        raise InputError(
            f"{printable(path)}: it doesn't fit into memory; "
            "linreg-tui fit --stream reads it piece by piece"
        ) from None


class _GrowingArray:
    """An array that grows in place, because joining its parts would need twice the memory."""

    def __init__(self) -> None:
        self._values: FloatArray = np.empty(0)
        self._n = 0

    def extend(self, values: FloatArray) -> None:
        """Append these values."""
        end = self._n + len(values)
        if end > len(self._values):
            # No other reference to the array exists yet.
            self._values.resize(max(end, len(self._values) * 5 // 4), refcheck=False)
        self._values[self._n : end] = values
        self._n = end

    def array(self) -> FloatArray:
        """Return all values; nothing can be appended afterwards."""
        self._values.resize(self._n, refcheck=False)
        return self._values


class Rows:
    """Yields the rows with a number in both of two columns, a chunk at a time.

    A line needs two rows, but a `part` of the data can have fewer.

    Raises
    ------
    InputError
        As `load` does.
    """

    def __init__(
        self,
        path: str,
        x: str | None,
        y: str | None,
        progress: Progress | None = None,
        *,
        part: bool = False,
    ) -> None:
        self._path = path
        self._part = part
        self._progress = progress
        self._table = open_table(path)
        try:
            self._places = choose(self._table, path, x, y)
        except BaseException:
            self._table.close()
            raise
        self._names = [self._table.names[place] for place in self._places]
        self._dropped = self._complete = 0
        self._missing = [0, 0]

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def __iter__(self) -> Iterator[Pair]:
        found = [False, False]
        for x, y in self._table.chunks(*self._places):
            number = np.isfinite(x), np.isfinite(y)
            complete = number[0] & number[1]
            count = int(np.count_nonzero(complete))
            if not all(found):
                found = [found[place] or bool(number[place].any()) for place in (0, 1)]
            self._complete += count
            self._dropped += len(complete) - count
            if count < len(complete):
                for place in (0, 1):
                    self._missing[place] += len(complete) - int(np.count_nonzero(number[place]))
            if count:
                yield (x, y) if count == len(complete) else (x[complete], y[complete])
            if self._progress is not None:
                self._progress(self._table.fraction)
        self._check(found)

    def _check(self, found: list[bool]) -> None:
        """Raise an InputError if the rows are too few for a line."""
        enough = self._complete or not self._dropped if self._part else self._complete >= 2
        if enough:
            return
        x, y = map(printable, self._names)
        if not all(found):
            why = f"column {y if found[0] else x} holds no numbers; choose others with --x and --y"
        elif self._complete == 0:
            why = f"no row has a number in both {x} and {y}; choose other columns with --x and --y"
        else:
            why = "one row is not enough for a line; it takes two"
        raise InputError(f"{printable(self._path)}: {why}")

    @property
    def dropped(self) -> int:
        """The number of rows without a number in one of the two columns."""
        return self._dropped

    @property
    def missing(self) -> tuple[int, int]:
        """The number of cells without a number in x and in y."""
        return self._missing[0], self._missing[1]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the columns x and y."""
        return self._names[0], self._names[1]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns of the file."""
        return tuple(self._table.names)

    def dataset(self, x: FloatArray, y: FloatArray) -> Dataset:
        """Return a data set of these rows or a sample, with the columns' names and the counts."""
        table = self._table
        readings = [(table.names[place], ambiguity_note(table, place)) for place in self._places]
        return Dataset(
            self._path,
            *self.names,
            x,
            y,
            self.dropped,
            missing=self.missing,
            columns=self.columns,
            notes=(
                *table.notes,
                *(f"{printable(name, 30)}: {note}" for name, note in readings if note),
            ),
        )

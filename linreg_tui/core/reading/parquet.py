"""Tables in Parquet files, if pyarrow is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import (
    DATES,
    NUMBERS,
    TEXT,
    Format,
    Hints,
    Words,
    date_format,
    find_format,
    words_among,
)
from linreg_tui.core.reading.table import (
    AUTOMATIC,
    HEAD_ROWS,
    PARQUET_FILE,
    Choices,
    Chunk,
    Formats,
    check_choices,
    distinct,
    located,
)
from linreg_tui.core.reading.text import input_errors
from linreg_tui.core.text import printable

CHUNK_ROWS = 2**17

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""The units of times, in seconds."""


@contextmanager
def _parquet_errors(path: str) -> Iterator[None]:
    """Turn errors about the file, or about what it holds, into an InputError."""
    from pyarrow import ArrowException

    with input_errors(path):
        try:
            yield
        except (ArrowException, NotImplementedError, OverflowError, LookupError) as error:
            # Some of them are OSErrors or KeyErrors as well, which say less.
            raise ValueError(str(error)) from None


class ParquetTable:
    """A table in a Parquet file.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or pyarrow isn't installed.
    """

    notes: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()

    def __init__(self, path: str, choices: Choices = AUTOMATIC) -> None:
        check_choices(path, choices, PARQUET_FILE)
        with input_errors(path):
            os.stat(located(path))  # noqa: PTH116 - a missing file is reported before a library
        try:
            from pyarrow import parquet
        except ImportError:
            raise InputError(
                f"{printable(path)}: to read Parquet, install the extra: "
                "pip install 'linreg-tui[parquet]'"
            ) from None
        self._path = path
        self._choices = choices
        self._read = 0
        with _parquet_errors(path):
            self._file = parquet.ParquetFile(located(path), pre_buffer=False)
        try:
            with _parquet_errors(path):
                given = self._file.schema_arrow.names
                self.names = distinct(given)
                self._types = [field.type for field in self._file.schema_arrow]
                self.complete = self._file.metadata.num_rows <= HEAD_ROWS
                self._first = [self._first_cells(place) for place in range(len(given))]
        except BaseException:
            self.close()
            raise
        rows = max((len(cells) for cells in self._first if cells is not None), default=0)
        texts = [_texts(cells, rows) for cells in self._first]
        self.head = list(zip(*texts, strict=True))

    def _first_cells(self, place: int) -> Any:
        """Return the first cells of a column, or None if pyarrow can't read its type."""
        from pyarrow import ArrowException

        try:
            batch = next(self._batches(HEAD_ROWS, [place]), None)
        except (ArrowException, NotImplementedError):
            return None
        return [] if batch is None else batch[0]

    def _batches(self, size: int, places: list[int]) -> Iterator[list[Any]]:
        """Yield columns, so many rows at a time, by their places: names may occur twice."""
        given = self._file.schema_arrow.names
        wanted = [given[place] for place in places]
        for batch in self._file.iter_batches(size, columns=sorted(set(wanted))):
            names = batch.schema.names
            yield [
                batch.column(
                    [n for n, name in enumerate(names) if name == given[place]][
                        given[:place].count(given[place])
                    ]
                )
                for place in places
            ]

    @property
    def fraction(self) -> float:
        """How much has been read, by rows, from 0 to 1."""
        return self._read / max(1, int(self._file.metadata.num_rows))

    @property
    def last_row(self) -> tuple[str, ...]:
        """Nothing: a file of this kind is written by programs, which write no totals."""
        return ()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def format(self, place: int) -> Format:
        """Return how the cells of a column become numbers, by its type."""
        from pyarrow import types

        kind, cells = self._types[place], self._first[place]
        if cells is None:
            return Format(TEXT)
        if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
            return Format(NUMBERS)
        if types.is_duration(kind) or types.is_time(kind):
            return Format(NUMBERS, note="read in seconds")
        if types.is_date(kind) or types.is_timestamp(kind):
            moments = _microseconds(cells) if len(cells) else np.empty(0)
            return date_format(moments[np.isfinite(moments)])
        if not _is_text(kind):
            return Format(TEXT)
        choices = self._choices
        hints = Hints(fixed=choices.decimal, order=choices.dates)
        return find_format([row[place] for row in self.head], hints)

    def chunks(
        self,
        x: int,
        y: int,
        label: int | None = None,
        formats: Formats | None = None,
        watch: Callable[[float], object] | None = None,  # noqa: ARG002 - it comes in chunks
    ) -> Iterator[Chunk]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

        Raises
        ------
        InputError
            If the file can't be read to its end.
        """
        x_format, y_format = formats or (self.format(x), self.format(y))
        places = [x, y] if label is None else [x, y, label]
        with _parquet_errors(self._path):
            for columns in self._batches(CHUNK_ROWS, places):
                self._read += len(columns[0])
                xs, x_words = _numbers(columns[0], x_format)
                ys, y_words = _numbers(columns[1], y_format)
                labels = [] if label is None else _texts(columns[2], len(columns[2]))
                yield Chunk(xs, ys, x_words, y_words, labels)


def row_count(path: str) -> int:
    """Return the number of rows in a file's footer; raise an InputError if it can't be read."""
    from pyarrow import parquet

    with _parquet_errors(path):
        return int(parquet.read_metadata(path).num_rows)


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


_UNREADABLE = "…"
"""Stands for a cell that Python can't hold, such as a date in the year 20,000."""


def _texts(column: Any, rows: int) -> list[str]:
    """Return the cells of a column as text."""
    if column is None:
        return [_UNREADABLE] * rows
    try:
        return ["" if value is None else str(value) for value in column.to_pylist()] if rows else []
    except (OverflowError, ValueError):
        return [_UNREADABLE] * rows


def _microseconds(column: Any) -> FloatArray:
    """Return the microseconds from 1970 to dates or times of day; NaN where there is none."""
    from pyarrow import float64, int64, timestamp, types

    if types.is_date(column.type):
        column = column.cast(timestamp("s"))
    scale = 1e6 * _SECONDS[column.type.unit]
    values = column.view(int64()).cast(float64(), safe=False).to_numpy(zero_copy_only=False)
    moments: FloatArray = values.astype(np.float64) * scale
    return moments


def _numbers(column: Any, found: Format) -> tuple[FloatArray, Words]:
    """Return the numbers of a column in a format, and the words among them."""
    from pyarrow import float64, int32, int64, types

    kind = column.type
    if types.is_date(kind) or types.is_timestamp(kind):
        if found.kind == DATES:
            return found.since_origin(_microseconds(column)), []
        return np.full(len(column), np.nan), []
    if types.is_duration(kind) or types.is_time(kind):
        values = column.view(int32() if types.is_time32(kind) else int64())
        units: FloatArray = values.cast(float64(), safe=False).to_numpy(zero_copy_only=False)
        in_seconds: FloatArray = np.multiply(units, _SECONDS[str(kind.unit)])
        return in_seconds, []
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        array: FloatArray = column.cast(float64(), safe=False).to_numpy(zero_copy_only=False)
        return array.astype(np.float64), []
    texts = _texts(column, len(column))
    numbers = found.numbers(texts)
    return numbers, words_among(texts, numbers)

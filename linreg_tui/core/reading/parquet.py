"""Tables in Parquet files, if pyarrow is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import numbers
from linreg_tui.core.reading.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.reading.text import input_errors
from linreg_tui.core.text import printable

CHUNK_ROWS = 2**17


class ParquetTable:
    """A table in a Parquet file.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or pyarrow isn't installed.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, path: str) -> None:
        with input_errors(path):
            os.stat(path)  # noqa: PTH116 - a missing file is reported before a missing library
        try:
            from pyarrow import parquet
        except ImportError:
            raise InputError(
                f"{printable(path)}: to read Parquet, install the extra: "
                "pip install 'linreg-tui[parquet]'"
            ) from None
        self._path = path
        self._read = 0
        with input_errors(path):
            self._file = parquet.ParquetFile(path, pre_buffer=False)
        try:
            with input_errors(path):
                self.names = distinct(self._file.schema_arrow.names)
                first: Any = next(self._batches(HEAD_ROWS, None), None)
        except BaseException:
            self.close()
            raise
        self.complete = self._file.metadata.num_rows <= HEAD_ROWS
        cells = [] if first is None else [_texts(column) for column in first.columns]
        self.head = list(zip(*cells, strict=True))

    def _batches(self, size: int, names: list[str] | None) -> Iterator[Any]:
        batches: Iterator[Any] = self._file.iter_batches(size, columns=names)
        return batches

    @property
    def fraction(self) -> float:
        """How much has been read, by rows, from 0 to 1."""
        return self._read / max(1, int(self._file.metadata.num_rows))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def numbers(self, cells: list[str]) -> FloatArray:
        """Return the numbers in some cells of a column."""
        return numbers(cells, ".")

    def ambiguous_cell(self, place: int) -> str:  # noqa: ARG002
        """Return an empty string, because Parquet stores numbers, not text."""
        return ""

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

        Raises
        ------
        InputError
            If the file can't be read to its end.
        """
        names = self._file.schema_arrow.names
        with input_errors(self._path):
            for batch in self._batches(CHUNK_ROWS, [names[x], names[y]]):
                self._read += batch.num_rows
                yield _floats(batch.column(names[x])), _floats(batch.column(names[y]))


def row_count(path: str) -> int:
    """Return the number of rows in a file's footer; raise an InputError if it can't be read."""
    from pyarrow import parquet

    with input_errors(path):
        return int(parquet.read_metadata(path).num_rows)


def _texts(column: Any) -> list[str]:
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _floats(column: Any) -> FloatArray:
    from pyarrow import float64, types

    kind = column.type
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        array: FloatArray = column.cast(float64(), safe=False).to_numpy(zero_copy_only=False)
        return array.astype(np.float64)
    return numbers(_texts(column), ".")

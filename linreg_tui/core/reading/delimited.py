"""Tables in text files: CSV, TSV and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.dialect import WHITESPACE, cells, is_cut_off, look, read
from linreg_tui.core.reading.header import notes_on
from linreg_tui.core.reading.numerals import number, numbers, unclear
from linreg_tui.core.reading.source import Source, input_errors
from linreg_tui.core.reading.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.text import printable

if TYPE_CHECKING:
    import pandas as pd

CHUNK_ROWS, CHUNK_CHARACTERS = 2**17, 2**23
"""As much is read at a time, whichever is less."""

PATIENCE = 16
"""So many times as much text without a row is a quote that isn't closed."""


class DelimitedTable:
    """A table in a text file, one row a line.

    Raises
    ------
    InputError
        If there is no such file, or no table in it.
    """

    def __init__(self, path: str) -> None:
        self._source = source = Source(path)
        try:
            with input_errors(path):
                self._dialect = look(source.head, complete=source.complete)
                delimiter = self._dialect.delimiter
                if source.complete and is_cut_off(source.head, delimiter):
                    raise ValueError("EOF inside string")
                lines = read(source.head, delimiter, complete=source.complete, most=HEAD_ROWS)
            if not lines.header:
                raise InputError(
                    f"{printable(path)}: the file is empty; a CSV file with a header is needed"
                )
        except BaseException:
            source.close()
            raise
        self.names = distinct(lines.header)
        width = len(self.names)
        self.head = [(*row, *[""] * (width - len(row)))[:width] for row in lines.rows]
        self.complete = source.complete and len(lines.rows) < HEAD_ROWS
        self.notes = notes_on(lines.lines_above, named=lines.named)
        self._header = lines.length
        self._rows_above = lines.above
        self._row_length = (len(source.head) - lines.length) // max(1, source.head.count("\n"))

    @property
    def fraction(self) -> float:
        """How much has been read, from 0 to 1."""
        return self._source.fraction

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def numbers(self, cells: list[str]) -> FloatArray:
        """The numbers of some cells of a column."""
        return numbers(cells, self._dialect.decimal)

    def unclear(self, place: int) -> str:
        """A cell of a column whose decimal mark had to be guessed; an empty one if it hadn't."""
        delimiter, decimal = self._dialect.delimiter, self._dialect.decimal
        # Among columns with decimal points, such a file may still have one with thousands.
        doubtful = self._dialect.guessed or (delimiter, decimal) == (";", ".")
        # Nobody who parts cells by commas takes them for decimal marks.
        marks = "." if delimiter == "," else ".,"
        return unclear((row[place] for row in self.head), marks) if doubtful else ""

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """The rows of two columns, a chunk at a time; NaN where there is no number.

        Raises
        ------
        InputError
            If the file can't be read to its end, or is no table.
        """
        path = self._source.path
        with input_errors(path):
            for frame in self._frames(x, y):
                if frame[str(len(self.names))].notna().any():
                    raise InputError(f"{printable(path)}: {self._ragged()}")
                yield self._floats(frame[str(x)]), self._floats(frame[str(y)])

    def _frames(self, x: int, y: int) -> Iterator[pd.DataFrame]:
        import pandas as pd

        # One column more than there are, to see where rows have more cells than the header.
        positions = [str(number) for number in range(len(self.names) + 1)]
        self._source.skip(self._header)
        rows = max(16, min(CHUNK_ROWS, CHUNK_CHARACTERS // max(1, self._row_length)))
        delimiter = self._dialect.delimiter
        feed = _Feed(self._source, delimiter.join(positions) + "\n")
        with pd.read_csv(
            feed,  # type: ignore[call-overload]
            sep=r"\s+" if delimiter == WHITESPACE else delimiter,
            decimal=self._dialect.decimal,
            usecols=[positions[x], positions[y], positions[-1]],
            index_col=False,
            # It takes a fifth of the time, and matters to quotes alone.
            skipinitialspace=f'{delimiter} "' in self._source.head,
            low_memory=False,
            chunksize=rows,
        ) as frames:
            for frame in frames:
                feed.read_since = 0
                yield frame

    def _floats(self, column: pd.Series) -> FloatArray:
        import pandas as pd

        if column.dtype.kind in "iuf":
            return column.to_numpy(np.float64)
        decimal = self._dialect.decimal
        # Empty cells stay no text from pandas 3 on.
        texts = column.astype(str).fillna("")
        if decimal == ",":
            return numbers(texts.tolist(), decimal)
        values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
        for place in np.flatnonzero(np.isnan(values)).tolist():
            values[place] = number(str(texts.iat[place]), decimal)
        return values

    def _ragged(self) -> str:
        """What is said of a row with more cells than the header."""
        width = len(self.names)
        again = Source(self._source.path)
        try:
            lines = _Numbered(again)
            for row in islice(cells(lines, self._dialect.delimiter), self._rows_above, None):
                if any(row[width:]):
                    return (
                        f"line {lines.number} has {len(row)} cells, and the header {width}; "
                        "give every column a name, or put the cell with too many "
                        "delimiters in quotes"
                    )
        finally:
            again.close()
        return f"a row has more cells than the header, {width}; give every column a name"


class _Feed:
    """Text for pandas: a header of its own, then what follows the file's."""

    def __init__(self, source: Source, header: str) -> None:
        self._source = source
        self._header = header
        self.read_since = 0
        """Characters since the last rows came out."""

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError  # pandas asks for it, to know a file by

    def read(self, size: int = CHUNK_CHARACTERS) -> str:
        """The next piece."""
        if self._header:
            piece, self._header = self._header, ""
            return piece
        piece = self._source.read(size)
        self.read_since += len(piece)
        if self.read_since > PATIENCE * CHUNK_CHARACTERS:
            raise ValueError("EOF inside string")
        return piece


class _Numbered:
    """The lines of a source, and the number of the last one."""

    def __init__(self, source: Source) -> None:
        self._lines = self._split(source)
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line

    @staticmethod
    def _split(source: Source) -> Iterator[str]:
        rest = ""
        while piece := source.read(CHUNK_CHARACTERS):
            # A carriage return at the end may have its line feed in the next piece.
            *lines, rest = re.split(r"(?<=\n)|(?<=\r)(?=[^\n])", rest + piece)
            yield from lines
        if rest:
            yield rest

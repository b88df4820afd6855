"""Tables in the first sheet of Excel workbooks, if openpyxl is installed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import (
    MAX_ROWS_ABOVE,
    ambiguous_cell,
    count_marks,
    find_header,
    header_notes,
    number,
    numbered_names,
    numbers,
)
from linreg_tui.core.reading.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.reading.text import decimal_mark, input_errors
from linreg_tui.core.text import printable

CHUNK_ROWS = 2**13

Values = tuple[Any, ...]

DAMAGE = (zipfile.BadZipFile, RuntimeError, LookupError, SyntaxError, TypeError, AttributeError)
"""The errors of openpyxl and zipfile for a file that is no workbook, or a damaged one."""


@contextmanager
def _workbook_errors(path: str) -> Iterator[None]:
    """Turn errors about the file or the workbook into an InputError."""
    with input_errors(path):
        try:
            yield
        except DAMAGE:
            raise ValueError("it is no Excel workbook, or a damaged one") from None


class ExcelTable:
    """A table in the first sheet of a workbook; formulas have their last calculated values.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or openpyxl isn't installed.
    """

    def __init__(self, path: str) -> None:
        with input_errors(path):
            # openpyxl would leave the file open if it isn't a workbook.
            self._file = Path(path).open("rb")  # noqa: SIM115 - closed by `close`
        try:
            self._open(path)
        except BaseException:
            self.close()
            raise

    def _open(self, path: str) -> None:
        try:
            import openpyxl
        except ImportError:
            raise InputError(
                f"{printable(path)}: to read Excel, install the extra: "
                "pip install 'linreg-tui[excel]'"
            ) from None
        self._path = path
        with _workbook_errors(path):
            book = openpyxl.load_workbook(self._file, read_only=True, data_only=True)
            if not book.worksheets:
                raise ValueError("it has no sheet with cells")
            sheet = book.worksheets[0]
            # Some programs store a wrong size.
            sheet.reset_dimensions()
            numbered = enumerate(sheet.iter_rows(values_only=True))
            filled = ((line, row) for line, row in numbered if _filled(row))
            top = list(islice(filled, MAX_ROWS_ABOVE + HEAD_ROWS + 1))
            self._rows = (row for _, row in filled)
        if not top:
            raise InputError(
                f"{printable(self._path)}: its first sheet is empty; "
                "put the table there, with a header"
            )
        texts = [[_text(value) for value in row] for _, row in top]
        header = find_header(texts)
        lines_above = top[header.above][0] if header.above else 0
        self.notes = header_notes(lines_above, named=header.named)
        first = header.above + header.named
        self._first = [row for _, row in top[first:]]
        if header.named:
            width = _width(top[header.above][1])
            self.names = distinct(texts[header.above][:width])
        else:
            width = max(map(_width, self._first))
            self.names = tuple(numbered_names(width))
        self.head = [
            tuple(_text(value) for value in _padded(row, width)) for row in self._first[:HEAD_ROWS]
        ]
        self.complete = len(self._first) < HEAD_ROWS
        in_text = (value for row in self._first for value in row if isinstance(value, str))
        self._decimal, self._guessed = decimal_mark("", count_marks(in_text))

    @property
    def fraction(self) -> float:
        """How much has been read: 0 until the end, because a workbook doesn't say where that is."""
        return float(self.complete)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def numbers(self, cells: list[str]) -> FloatArray:
        """Return the numbers in some cells of a column."""
        return numbers(cells, self._decimal)

    def ambiguous_cell(self, place: int) -> str:
        """Return a cell of a column whose decimal mark was guessed, or "" if none was."""
        values = (row[place] for row in self._first if place < len(row))
        return ambiguous_cell(value for value in values if isinstance(value, str)) * self._guessed

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

        Raises
        ------
        InputError
            If the file can't be read to its end.
        """
        width = max(x, y) + 1
        with _workbook_errors(self._path):
            rows = chain(self._first, self._rows)
            while chunk := [_padded(row, width) for row in islice(rows, CHUNK_ROWS)]:
                yield (
                    np.array([self._number(row[x]) for row in chunk]),
                    np.array([self._number(row[y]) for row in chunk]),
                )
        self.complete = True

    def _number(self, value: Any) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return number(_text(value), self._decimal)


def _filled(row: Values) -> bool:
    return any(value is not None for value in row)


def _padded(row: Values, width: int) -> Values:
    return (*row, *(None,) * (width - len(row)))[:width]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _width(row: Values) -> int:
    return max(place + 1 for place, value in enumerate(row) if value is not None)

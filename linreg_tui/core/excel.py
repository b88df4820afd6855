"""Tables in Excel workbooks, where openpyxl is installed: the first sheet, from its header on."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from linreg_tui.core.dialect import number, numbers
from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.source import told
from linreg_tui.core.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.text import printable

CHUNK_ROWS = 2**13

Values = tuple[Any, ...]


@contextmanager
def _damage_told(path: str) -> Iterator[None]:
    """The same for what openpyxl raises of a file that is no workbook, or a damaged one."""
    with told(path):
        try:
            yield
        except (zipfile.BadZipFile, LookupError, SyntaxError, TypeError, AttributeError):
            raise ValueError("it is no Excel workbook, or a damaged one") from None


class ExcelTable:
    """A table in the first sheet of a workbook, as it was last calculated.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or openpyxl isn't installed.
    """

    def __init__(self, path: str) -> None:
        with told(path):
            # openpyxl would leave it open if it isn't a workbook.
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
        with _damage_told(path):
            book = openpyxl.load_workbook(self._file, read_only=True, data_only=True)
            if not book.worksheets:
                raise ValueError("it has no sheet with cells")
            sheet = book.worksheets[0]
            # Some programs write down a size that is wrong.
            sheet.reset_dimensions()
            self._rows = (row for row in sheet.iter_rows(values_only=True) if _filled(row))
            header = next(self._rows, ())
            first = list(islice(self._rows, HEAD_ROWS))
        if not header:
            raise InputError(
                f"{printable(self._path)}: its first sheet is empty; "
                "put the table there, with a header"
            )
        width = max(place + 1 for place, value in enumerate(header) if value is not None)
        self.names = distinct([_text(value) for value in header[:width]])
        self.head = [tuple(_text(value) for value in _padded(row, width)) for row in first]
        self.complete = len(first) < HEAD_ROWS
        self._first = first

    @property
    def fraction(self) -> float:
        """How much has been read; 0 until the end, which a workbook doesn't tell."""
        return float(self.complete)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def numbers(self, cells: list[str]) -> FloatArray:
        """The numbers of some cells of a column."""
        return numbers(cells, ".")

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """The rows of two columns, a chunk at a time; NaN where there is no number.

        Raises
        ------
        InputError
            If the file can't be read to its end.
        """
        width = max(x, y) + 1
        with _damage_told(self._path):
            rows = chain(self._first, self._rows)
            while chunk := [_padded(row, width) for row in islice(rows, CHUNK_ROWS)]:
                yield (
                    np.array([_number(row[x]) for row in chunk]),
                    np.array([_number(row[y]) for row in chunk]),
                )
        self.complete = True


def _filled(row: Values) -> bool:
    return any(value is not None for value in row)


def _padded(row: Values, width: int) -> Values:
    return (*row, *(None,) * (width - len(row)))[:width]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return number(_text(value))

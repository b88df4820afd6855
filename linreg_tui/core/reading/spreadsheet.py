"""Tables in the sheets of Excel workbooks, if openpyxl is installed."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import (
    NUMBERS,
    Format,
    Hints,
    Words,
    count_marks,
    find_format,
    is_missing,
    words_among,
)
from linreg_tui.core.reading.columns import columns, no_pair_message
from linreg_tui.core.reading.table import (
    AUTOMATIC,
    HEAD_ROWS,
    WORKBOOK,
    Choices,
    Chunk,
    Formats,
    check_choices,
    distinct,
    find_header,
    header_notes,
    located,
    names_over,
    numbered_names,
    row_of_line,
)
from linreg_tui.core.reading.text import decimal_mark, input_errors
from linreg_tui.core.text import printable, quoted

CHUNK_ROWS = 2**13

Values = tuple[Any, ...]

DAMAGE = (
    *(zipfile.BadZipFile, RuntimeError, LookupError, SyntaxError, TypeError, AttributeError),
    *(OverflowError, AssertionError),
)
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
    """A table in a sheet of a workbook; formulas have their last calculated values.

    It is the sheet that was chosen, or the first one with two columns of numbers.

    Raises
    ------
    InputError
        If there is no such file or sheet, no table in it, or openpyxl isn't installed.
    """

    def __init__(self, path: str, choices: Choices = AUTOMATIC) -> None:
        check_choices(path, choices, WORKBOOK)
        with input_errors(path):
            # openpyxl would leave the file open if it isn't a workbook.
            self._file = Path(located(path)).open("rb")  # noqa: SIM115 - closed by `close`
        self._path = path
        self._choices = choices
        self.notes: tuple[str, ...] = ()
        self._last: Values = ()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        path = printable(self._path)
        try:
            import openpyxl
        except ImportError:
            raise InputError(
                f"{path}: to read Excel, install the extra: pip install 'linreg-tui[excel]'"
            ) from None
        # It warns about parts of a workbook that are no cells, such as rules for colours.
        warnings.filterwarnings("ignore", module="openpyxl")
        with _workbook_errors(self._path):
            book = openpyxl.load_workbook(self._file, read_only=True, data_only=True)
            sheets = book.worksheets
            if not sheets:
                raise ValueError("it has no sheet with cells")
            self.sheets = tuple(str(sheet.title) for sheet in sheets)
        wanted = self._choices.sheet
        if wanted is not None and wanted not in self.sheets:
            listed = ", ".join(quoted(name, 30) for name in self.sheets[:8])
            raise InputError(f"{path}: there is no sheet {quoted(wanted)}; choose from {listed}")
        places = range(len(sheets)) if wanted is None else [self.sheets.index(wanted)]
        for place in places:
            if self._read_head(sheets[place]) and self._has_pair():
                break
        else:
            place = places[0]
            if not self._read_head(sheets[place]):
                which = "its first sheet" if wanted is None else f"the sheet {quoted(wanted)}"
                raise InputError(f"{path}: {which} is empty; put the table there, with a header")
        if wanted is None and place > 0:
            note = (
                f"the first sheet with two columns of numbers is {quoted(self.sheets[place], 30)}"
            )
            self.notes = (f"{note}: choose another with --sheet", *self.notes)

    def _has_pair(self) -> bool:
        return not no_pair_message(columns(self), len(self.head))

    def _read_head(self, sheet: Any) -> bool:
        """Read the header and the first rows of a sheet, and return whether it has any."""
        with _workbook_errors(self._path):
            # Some programs store a wrong size.
            sheet.reset_dimensions()
            numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
            filled = ((line, row) for line, row in numbered if _filled(row))
            top = list(islice(filled, 2 * HEAD_ROWS + 1))
            self._rows = (row for _, row in filled)
        if not top:
            return False
        texts = [[_text(value) for value in row] for _, row in top]
        lines = [line for line, _ in top]
        wanted = self._choices.header_row
        with _workbook_errors(self._path):
            header = find_header(texts) if wanted is None else row_of_line(wanted, lines, texts)
        lines_above = lines[header.above] - 1 if header.above else 0
        self._first = [row for _, row in top[header.first :]]
        width = max(map(_width, self._first), default=0)
        note = ""
        if header.named:
            width = _width(top[header.above][1])
            names, note = names_over(
                texts[header.above][:width], texts[header.first :][:HEAD_ROWS], spaced=False
            ) or ([], "")
            self.names = distinct(names)
            width = len(names)
        else:
            self.names = tuple(numbered_names(width))
        self.notes = header_notes(lines_above, named=header.named, units=header.units, names=note)
        self.head = [
            tuple(_text(value) for value in _padded(row, width)) for row in self._first[:HEAD_ROWS]
        ]
        self.complete = len(self._first) < HEAD_ROWS
        in_text = (value for row in self._first for value in row if isinstance(value, str))
        self._decimal, self._guessed = decimal_mark("", count_marks(in_text))
        return True

    @property
    def fraction(self) -> float:
        """How much has been read: 0 until the end, because a workbook doesn't say where that is."""
        return float(self.complete)

    @property
    def last_row(self) -> tuple[str, ...]:
        """The cells of the last row, once all rows have been read."""
        return tuple(map(_text, _padded(self._last, len(self.names))))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def format(self, place: int) -> Format:
        """Return how the cells of a column become numbers; numbers that are no text are as such."""
        values = [row[place] for row in self._first[:HEAD_ROWS] if place < len(row)]
        texts = [_text(value) for value in values if not _is_number(value)]
        present = sum(not is_missing(text) for text in texts)
        choices = self._choices
        hints = Hints(self._decimal, self._guessed, ".,", choices.decimal, choices.dates)
        found = find_format(texts, hints)
        if found.kind == NUMBERS and not found.unit:
            return found
        return Format(NUMBERS, found.decimal) if len(values) - len(texts) > present else found

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
        width = len(self.names)
        with _workbook_errors(self._path):
            rows = chain(self._first, self._rows)
            while chunk := [_padded(row, width) for row in islice(rows, CHUNK_ROWS)]:
                xs, x_words = _numbers([row[x] for row in chunk], x_format)
                ys, y_words = _numbers([row[y] for row in chunk], y_format)
                labels = [] if label is None else [_text(row[label]) for row in chunk]
                self._last = chunk[-1]
                yield Chunk(xs, ys, x_words, y_words, labels)
        self.complete = True


def _numbers(values: list[Any], found: Format) -> tuple[FloatArray, Words]:
    """Return the numbers of some cells in a format, and the words among them."""
    as_such = [found.plain and _is_number(value) for value in values]
    texts = ["" if number else _text(value) for value, number in zip(values, as_such, strict=True)]
    numbers = found.numbers(texts)
    for place in np.flatnonzero(as_such).tolist():
        numbers[place] = float(values[place])
    return numbers, words_among(texts, numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _filled(row: Values) -> bool:
    return any(value is not None for value in row)


def _padded(row: Values, width: int) -> Values:
    return (*row, *(None,) * (width - len(row)))[:width]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, timedelta):
        whole, rest = divmod(abs(value), timedelta(seconds=1))
        clock = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
        fraction = f".{rest.microseconds:06}" if rest else ""
        return "-" * (value < timedelta()) + clock + fraction
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _width(row: Values) -> int:
    return max((place + 1 for place, value in enumerate(row) if value is not None), default=0)

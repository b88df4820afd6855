"""Tables in text files: CSV, TSV and the like.

A file is opened, unpacked and decoded a piece at a time. How it holds a table, that is what parts
its cells, where its header is and which decimal mark it has, is found in its first rows: Python's
csv.Sniffer takes "1,5;2,5" for a table of commas, so the header has a say here.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import (
    HIGHEST,
    Marks,
    locate,
    marks,
    nameless,
    notes_on,
    number,
    numbers,
    unclear,
)
from linreg_tui.core.reading.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.text import printable

if TYPE_CHECKING:
    import pandas as pd


HEAD_BYTES = 2**18
"""Looked at to find out what a file holds."""

HEAD_LINES, LONGEST_HEAD = 100, 2**23
"""Of a file with long lines more is looked at, up to so many of them or so many bytes."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""

_BINARY = "this is no text, but a binary file (it has NUL bytes); save the table as CSV in UTF-8"
_FALSE_GZIP = "its name ends with .gz, and it isn't compressed by gzip; rename or compress it"
_CORRUPT = "the compressed file is damaged; download or compress it again"
_CUT_OFF = "the compressed file ends too soon; download or compress it again"


@contextmanager
def input_errors(path: str) -> Iterator[None]:
    """Whatever goes wrong with a file in here becomes an InputError."""
    name = printable(path) or "an empty path"
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{name}: this is a folder; name a CSV file in it") from None
    except PermissionError:
        raise InputError(f"{name}: no permission to read it; check its owner and mode") from None
    except (gzip.BadGzipFile, zlib.error):
        raise InputError(f"{name}: {_CORRUPT}") from None
    except EOFError:
        raise InputError(f"{name}: {_CUT_OFF}") from None
    except OSError as error:
        raise InputError(f"{name}: it can't be read ({_reason(error)}); check the path") from None
    except ValueError as error:
        raise InputError(f"{name}: {_unreadable(str(error))}") from None


def _reason(error: OSError) -> str:
    return error.strerror or printable(str(error).partition("\n")[0])


def _unreadable(why: str) -> str:
    if "EOF inside string" in why:
        return 'a quote (") is opened and never closed; look for it near the end, and close it'
    why = printable(why.strip().partition("\n")[0])
    return f"this isn't a readable table ({why}); check it, or save it anew as CSV"


class Source:
    """A file that is open for reading, once from its start to its end.

    `head` is the text of its first part, and `complete` whether that is all. What is no UTF-8, and
    has no byte order mark, is taken for Western European text of Windows, which Latin-1 is part of.

    Raises
    ------
    InputError
        If it can't be opened, or doesn't hold text.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.complete = False
        with input_errors(path):
            # pandas would take an address for an invitation to go and fetch it.
            self._raw = Path(path).open("rb")  # noqa: SIM115 - closed by `close`
            try:
                self._before = os.fstat(self._raw.fileno())
                packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
                if path.lower().endswith(".gz") and not packed and self._before.st_size:
                    raise InputError(f"{printable(path)}: {_FALSE_GZIP}")
                self._file = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
                self.head = self._decoded = self._open()
            except BaseException:
                self._raw.close()
                raise

    def _open(self) -> str:
        start = b""
        while not self.complete and len(start) < LONGEST_HEAD:
            more = self._file.read(HEAD_BYTES)
            start += more
            self.complete = len(more) < HEAD_BYTES
            if start.count(b"\n") + start.count(b"\r") >= HEAD_LINES:
                break
        marked = (name for mark, name in _MARKS if start.startswith(mark))
        self.encoding = next(marked, None) or _unmarked(start)
        # A stray byte of another encoding in a text column is no reason to fail.
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        return self._checked(self._decoder.decode(start, self.complete))

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, by bytes, from 0 to 1."""
        size = self._before.st_size
        return min(1.0, self._raw.tell() / size) if size and self._raw.seekable() else 0.0

    def skip(self, characters: int) -> None:
        """Leave out that much of the head."""
        self._decoded = self.head[characters:]

    def read(self, size: int) -> str:
        """The next piece of text; at the end of the file an empty one.

        Raises
        ------
        InputError
            If it isn't text, or the file changed while it was read.
        """
        if self._decoded:
            piece, self._decoded = self._decoded, ""
            return piece
        while not self.complete:
            read = self._file.read(size)
            self.complete = not read
            if piece := self._decoder.decode(read, self.complete):
                return self._checked(piece)
        self._check_unchanged()
        return ""

    def _checked(self, text: str) -> str:
        if "\0" in text:
            raise InputError(f"{printable(self.path)}: {_BINARY}")
        return text

    def _check_unchanged(self) -> None:
        now = os.fstat(self._raw.fileno())
        then = self._before
        if (now.st_size, now.st_mtime_ns) != (then.st_size, then.st_mtime_ns):
            raise InputError(
                f"{printable(self.path)}: it changed while it was read; "
                "open it again once it is complete"
            )


def _unmarked(start: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


WHITESPACE = " "
_DELIMITERS = "\t;|,"
"""Those that are rare inside a cell first."""

_LOOKED_AT = 100
"""Rows from which the dialect is told."""

_LINE_END = re.compile(r"\r\n|\r|\n")

_TITLED = 0.9
"""What a delimiter's score is worth if rows above the header have to be left out for it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The character between two cells (a space for any white space), and the decimal mark.

    `guessed` says that no cell tells the decimal mark from the one between thousands.
    """

    delimiter: str
    decimal: str = "."
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The header of a text and the rows below it; `length` is how many characters come before them.

    `above` counts the rows above the header, and `lines_above` the lines they take, blank ones
    included. Where there is no header, which `named` tells, its names are made up.
    """

    header: list[str]
    rows: list[list[str]]
    length: int
    above: int = 0
    lines_above: int = 0
    named: bool = True


def look(text: str, *, complete: bool) -> Dialect:
    """The dialect of the first part of a text, whose last row may be cut off."""
    scores = {}
    for delimiter in _DELIMITERS:
        lines = read(text, delimiter, complete=complete, most=_LOOKED_AT)
        if len(lines.header) > 1:
            # With a wrong delimiter, a header can look like a title.
            scores[delimiter] = _regularity(lines) * (_TITLED if lines.above else 1.0)
    if scores:
        delimiter = max(scores, key=lambda delimiter: scores[delimiter])
    else:
        spaced = read(text, WHITESPACE, complete=complete, most=_LOOKED_AT)
        regular = len(spaced.header) > 1 and _regularity(spaced) > 0.5
        delimiter = WHITESPACE if regular else ","
    found = _marks(text, delimiter, complete, _LOOKED_AT)
    if found.unclear and not (found.points or found.commas):
        found = _marks(text, delimiter, complete, HEAD_ROWS)
    return Dialect(delimiter, *decimal_of(delimiter, found))


def _regularity(lines: Lines) -> float:
    """The share of rows that have as many cells as the header."""
    if not lines.rows:
        return 1.0
    return sum(len(row) == len(lines.header) for row in lines.rows) / len(lines.rows)


def _marks(text: str, delimiter: str, complete: bool, most: int) -> Marks:
    rows = read(text, delimiter, complete=complete, most=most).rows
    return marks(cell for row in rows for cell in row)


def decimal_of(delimiter: str, found: Marks) -> tuple[str, bool]:
    """The decimal mark, and whether it is a guess, since no cell tells.

    Semicolons are what spreadsheets write between cells where the comma is the decimal mark.
    """
    if found.points or found.commas:
        return "," if found.commas > found.points else ".", False
    return "," if delimiter == ";" else ".", found.unclear > 0


def read(text: str, delimiter: str, *, complete: bool, most: int) -> Lines:
    """The header and the first rows of a text; of an incomplete one, less the last."""
    file = io.StringIO(text, newline="")
    rows: list[list[str]] = []
    ends = [0]
    for row in islice(cells(file, delimiter), most + HIGHEST + 1):
        rows.append(row)
        ends.append(file.tell())
    if not complete and len(rows) > 1 and file.tell() == len(text):
        rows.pop()  # it may be cut off
    found = locate(rows)
    above, first = found.above, found.above + found.named
    if found.named:
        header = rows[above] if rows else []
    else:
        header = nameless(max(map(len, rows[above : above + _LOOKED_AT])))
    return Lines(
        header,
        rows[first : first + most],
        ends[min(first, len(rows))],
        above,
        _lines_above(text, ends[above]) if above else 0,
        found.named,
    )


def _lines_above(text: str, end: int) -> int:
    """The lines of a text up to `end`, and the blank ones that follow."""
    word = re.compile(r"\S").search(text, end)
    return len(_LINE_END.findall(text[: word.start() if word else end]))


def cells(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """The rows of a table, less the blank ones.

    Raises
    ------
    ValueError
        If a cell is too long to be one.
    """
    if delimiter == WHITESPACE:
        lines = (" ".join(line.split()) for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                yield row
    except csv.Error:
        raise ValueError(
            f"a cell in line {reader.line_num} is too long: is there a quote that isn't closed?"
        ) from None


def is_cut_off(text: str, delimiter: str) -> bool:
    """Whether a text ends inside quotes."""
    if text.count('"') % 2 == 0:
        return False
    # Two sentinels: the second is a cell of its own unless a quote swallows it.
    *_, last = cells(io.StringIO(text + "\n0\n0\n", newline=""), delimiter)
    return last != ["0"]


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

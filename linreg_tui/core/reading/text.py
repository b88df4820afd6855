"""Tables in text files: CSV, TSV and the like.

A file is opened, unpacked and decoded a chunk at a time. Its first rows show the delimiter, the
header and the decimal mark. Python's csv.Sniffer takes "1,5;2,5" for a table with commas, so the
header helps to decide here.
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
    MAX_ROWS_ABOVE,
    Marks,
    ambiguous_cell,
    count_marks,
    find_header,
    header_notes,
    number,
    numbered_names,
    numbers,
)
from linreg_tui.core.reading.table import HEAD_ROWS, Pair, distinct
from linreg_tui.core.text import printable

if TYPE_CHECKING:
    import pandas as pd


HEAD_BYTES = 2**18
"""The size of a file's head, which shows what the file holds."""

HEAD_LINES, MAX_HEAD_BYTES = 100, 2**23
"""If lines are long, the head grows to this many lines, or this many bytes."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; UTF-32 comes first, because its mark begins with that of UTF-16."""

_BINARY = "this is no text, but a binary file (it has NUL bytes); save the table as CSV in UTF-8"
_FALSE_GZIP = "its name ends with .gz, and it isn't compressed by gzip; rename or compress it"
_CORRUPT = "the compressed file is damaged; download or compress it again"
_CUT_OFF = "the compressed file ends too soon; download or compress it again"


@contextmanager
def input_errors(path: str) -> Iterator[None]:
    """Turn every error about a file in the `with` block into an InputError."""
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
    return f"this isn't a readable table ({why}); check it, or save it again as CSV"


class Source:
    """A file that is open for reading, once from start to end.

    `head` is the text of its first part. `complete` says whether the whole file has been read. A
    file that isn't UTF-8 and has no byte order mark is read as Windows-1252, which contains
    Latin-1's printable characters.

    Raises
    ------
    InputError
        If it can't be opened, or doesn't hold text.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.complete = False
        with input_errors(path):
            # Opened here, because pandas would download a path that is a web address.
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
        while not self.complete and len(start) < MAX_HEAD_BYTES:
            more = self._file.read(HEAD_BYTES)
            start += more
            self.complete = len(more) < HEAD_BYTES
            if start.count(b"\n") + start.count(b"\r") >= HEAD_LINES:
                break
        marked = (name for mark, name in _MARKS if start.startswith(mark))
        self.encoding = next(marked, None) or _unmarked(start)
        # Don't fail because of a stray byte of another encoding in a text column.
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
        """Skip that many characters of the head."""
        self._decoded = self.head[characters:]

    def read(self, size: int) -> str:
        """Return the next chunk of text, or "" at the end of the file.

        Raises
        ------
        InputError
            If it isn't text, or the file changed while it was read.
        """
        if self._decoded:
            chunk, self._decoded = self._decoded, ""
            return chunk
        while not self.complete:
            read = self._file.read(size)
            self.complete = not read
            if chunk := self._decoder.decode(read, self.complete):
                return self._checked(chunk)
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
"""The rarest inside a cell come first."""

_DIALECT_ROWS = 100
"""Rows that show the dialect."""

_LINE_END = re.compile(r"\r\n|\r|\n")

_TITLE_FACTOR = 0.9
"""The factor on a delimiter's score if rows above the header have to be left out for it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The character between two cells (a space for any white space), and the decimal mark.

    If `guessed`, no cell shows which mark is the decimal one and which separates thousands.
    """

    delimiter: str
    decimal: str = "."
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The header of a text and the rows below it.

    `length` is the number of characters before the rows. `above` counts the rows above the header,
    and `lines_above` the lines above it, with blank ones. If there is no header, `named` is false
    and the names are generated.
    """

    header: list[str]
    rows: list[list[str]]
    length: int
    above: int = 0
    lines_above: int = 0
    named: bool = True


def detect_dialect(text: str, *, complete: bool) -> Dialect:
    """Find the dialect of the first part of a text, whose last row may be cut off."""
    scores = {}
    for delimiter in _DELIMITERS:
        lines = read_lines(text, delimiter, complete=complete, most=_DIALECT_ROWS)
        if len(lines.header) > 1:
            # With a wrong delimiter, a header can look like a title.
            scores[delimiter] = _regularity(lines) * (_TITLE_FACTOR if lines.above else 1.0)
    if scores:
        delimiter = max(scores, key=lambda delimiter: scores[delimiter])
    else:
        spaced = read_lines(text, WHITESPACE, complete=complete, most=_DIALECT_ROWS)
        regular = len(spaced.header) > 1 and _regularity(spaced) > 0.5
        delimiter = WHITESPACE if regular else ","
    marks = _marks(text, delimiter, complete, _DIALECT_ROWS)
    if marks.unclear and not (marks.points or marks.commas):
        marks = _marks(text, delimiter, complete, HEAD_ROWS)
    return Dialect(delimiter, *decimal_mark(delimiter, marks))


def _regularity(lines: Lines) -> float:
    """Return the share of rows with as many cells as the header."""
    if not lines.rows:
        return 1.0
    return sum(len(row) == len(lines.header) for row in lines.rows) / len(lines.rows)


def _marks(text: str, delimiter: str, complete: bool, most: int) -> Marks:
    rows = read_lines(text, delimiter, complete=complete, most=most).rows
    return count_marks(cell for row in rows for cell in row)


def decimal_mark(delimiter: str, marks: Marks) -> tuple[str, bool]:
    """Return the decimal mark, and whether it is a guess, because no cell shows it.

    If the decimal mark is a comma, spreadsheets write semicolons between cells.
    """
    if marks.points or marks.commas:
        return "," if marks.commas > marks.points else ".", False
    return "," if delimiter == ";" else ".", marks.unclear > 0


def read_lines(text: str, delimiter: str, *, complete: bool, most: int) -> Lines:
    """Return the header and the first rows of a text, without the last row if it is incomplete."""
    file = io.StringIO(text, newline="")
    rows: list[list[str]] = []
    ends = [0]
    for row in islice(cells(file, delimiter), most + MAX_ROWS_ABOVE + 1):
        rows.append(row)
        ends.append(file.tell())
    if not complete and len(rows) > 1 and file.tell() == len(text):
        rows.pop()  # it may be cut off
    found = find_header(rows)
    above, first = found.above, found.above + found.named
    if found.named:
        header = rows[above] if rows else []
    else:
        header = numbered_names(max(map(len, rows[above : above + _DIALECT_ROWS])))
    return Lines(
        header,
        rows[first : first + most],
        ends[min(first, len(rows))],
        above,
        _lines_above(text, ends[above]) if above else 0,
        found.named,
    )


def _lines_above(text: str, end: int) -> int:
    """Return the number of lines of a text up to `end`, with the blank ones that follow."""
    word = re.compile(r"\S").search(text, end)
    return len(_LINE_END.findall(text[: word.start() if word else end]))


def cells(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a table, without blank ones.

    Raises
    ------
    ValueError
        If a cell is too long.
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


def ends_in_quotes(text: str, delimiter: str) -> bool:
    """Return whether a text ends inside quotes."""
    if text.count('"') % 2 == 0:
        return False
    # Of these two sentinel lines, the second is a cell of its own unless an open quote takes it in.
    *_, last = cells(io.StringIO(text + "\n0\n0\n", newline=""), delimiter)
    return last != ["0"]


CHUNK_ROWS, CHUNK_CHARACTERS = 2**17, 2**23
"""The most rows and characters to read at a time, whichever is less."""

MAX_CHUNKS_WITHOUT_ROWS = 16
"""After this many chunks of text without a row, there must be a quote that isn't closed."""


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
                self._dialect = detect_dialect(source.head, complete=source.complete)
                delimiter = self._dialect.delimiter
                if source.complete and ends_in_quotes(source.head, delimiter):
                    raise ValueError("EOF inside string")
                lines = read_lines(source.head, delimiter, complete=source.complete, most=HEAD_ROWS)
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
        self.notes = header_notes(lines.lines_above, named=lines.named)
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
        """Return the numbers in some cells of a column."""
        return numbers(cells, self._dialect.decimal)

    def ambiguous_cell(self, place: int) -> str:
        """Return a cell of a column whose decimal mark was guessed, or "" if none was."""
        delimiter, decimal = self._dialect.delimiter, self._dialect.decimal
        # With semicolons and decimal points, one column may still have points between thousands.
        doubtful = self._dialect.guessed or (delimiter, decimal) == (";", ".")
        # Nobody who separates cells by commas uses them as decimal marks.
        marks = "." if delimiter == "," else ".,"
        return ambiguous_cell((row[place] for row in self.head), marks) if doubtful else ""

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

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
            # This takes a fifth of the reading time, and matters only for quotes.
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
        # From pandas 3 on, `astype(str)` leaves empty cells missing.
        texts = column.astype(str).fillna("")
        if decimal == ",":
            return numbers(texts.tolist(), decimal)
        values = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
        for place in np.flatnonzero(np.isnan(values)).tolist():
            values[place] = number(str(texts.iat[place]), decimal)
        return values

    def _ragged(self) -> str:
        """Return the message about a row with more cells than the header."""
        width = len(self.names)
        again = Source(self._source.path)
        try:
            lines = _NumberedLines(again)
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
    """Text for pandas: a header of our own, then what follows the file's header."""

    def __init__(self, source: Source, header: str) -> None:
        self._source = source
        self._header = header
        self.read_since = 0
        """Characters since the last rows came out."""

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError  # pandas takes only objects with this method for files

    def read(self, size: int = CHUNK_CHARACTERS) -> str:
        """Return the next chunk of text."""
        if self._header:
            chunk, self._header = self._header, ""
            return chunk
        chunk = self._source.read(size)
        self.read_since += len(chunk)
        if self.read_since > MAX_CHUNKS_WITHOUT_ROWS * CHUNK_CHARACTERS:
            raise ValueError("EOF inside string")
        return chunk


class _NumberedLines:
    """The lines of a source, with the number of the last one."""

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
        while chunk := source.read(CHUNK_CHARACTERS):
            # A carriage return at the end may have its line feed in the next chunk.
            *lines, rest = re.split(r"(?<=\n)|(?<=\r)(?=[^\n])", rest + chunk)
            yield from lines
        if rest:
            yield rest

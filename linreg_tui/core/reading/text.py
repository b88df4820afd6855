"""Tables in text files: CSV, TSV and the like.

A file is opened, unpacked and decoded a chunk at a time. Its first rows show the delimiter, the
header and how each column is read. Python's csv.Sniffer takes "1,5;2,5" for a table with commas, so
the header and the numbers help to decide here.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.cells import (
    Format,
    Hints,
    Marks,
    begins_with_a_digit,
    column_numbers,
    count_marks,
    csv_columns,
    csv_whole,
    find_format,
    is_number,
)
from linreg_tui.core.reading.table import (
    AUTOMATIC,
    DELIMITERS,
    HEAD_ROWS,
    TEXT_FILE,
    Choices,
    Chunk,
    Formats,
    Header,
    check_choices,
    distinct,
    find_header,
    header_notes,
    located,
    names_over,
    numbered_names,
    row_of_line,
)
from linreg_tui.core.text import printable

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

_BINARY = (
    "this is no text, but a binary file (it has NUL bytes); save the table as CSV in UTF-8, or "
    "choose its --encoding, such as utf-16-le"
)
_OPEN_QUOTE = 'a quote (") is opened and never closed'
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
    if _OPEN_QUOTE in why:
        return f"{why}; close it"
    why = printable(why.strip().partition("\n")[0])
    return f"this isn't a readable table ({why}); check it, or save it again as CSV"


class Source:
    """A file that is open for reading, once from start to end.

    `head` is the text of its first part. `complete` says whether the whole file has been read. A
    file that isn't UTF-8 and has no byte order mark is read as Windows-1252, which contains
    Latin-1's printable characters, unless an `encoding` is given.

    Raises
    ------
    InputError
        If it can't be opened, or doesn't hold text.
    """

    def __init__(self, path: str, encoding: str | None = None) -> None:
        self.path = path
        self.complete = False
        with input_errors(path):
            # Opened here, because pandas would download a path that is a web address.
            self._raw = Path(located(path)).open("rb")  # noqa: SIM115 - closed by `close`
            try:
                self._before = os.fstat(self._raw.fileno())
                packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
                if path.lower().endswith(".gz") and not packed and self._before.st_size:
                    raise InputError(f"{printable(path)}: {_FALSE_GZIP}")
                self._file = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
                self.head = self._open(encoding)
            except BaseException:
                self._raw.close()
                raise

    def _open(self, encoding: str | None) -> str:
        start = b""
        while not self.complete and len(start) < MAX_HEAD_BYTES:
            more = self._file.read(HEAD_BYTES)
            start += more
            self.complete = len(more) < HEAD_BYTES
            if start.count(b"\n") + start.count(b"\r") >= HEAD_LINES:
                break
        marked = (name for mark, name in _MARKS if start.startswith(mark))
        self.encoding = encoding or next(marked, None) or _unmarked(start)
        if self.encoding == "utf-8" and start.startswith(codecs.BOM_UTF8):
            self.encoding = "utf-8-sig"
        # Don't fail because of a stray byte of another encoding in a text column.
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        self._is_utf8 = self.encoding in ("utf-8", "utf-8-sig")
        self._start = start
        head = self._decoder.decode(start, self.complete)
        if "\0" in head:
            raise InputError(f"{printable(self.path)}: {_BINARY}")
        return head

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, by bytes, from 0 to 1."""
        size = self._before.st_size
        return min(1.0, self._raw.tell() / size) if size and self._raw.seekable() else 0.0

    def utf8(self, skip: int = 0) -> Iterator[bytes]:
        """Yield the text in UTF-8 a chunk at a time, without so many characters at its start.

        Bytes that are UTF-8 already are passed on as they are.

        Raises
        ------
        InputError
            If it isn't text, or the file changed while it was read.
        """
        before, start = self.head[:skip].encode("utf-8", "replace"), self._start
        if self._is_utf8 and start.removeprefix(codecs.BOM_UTF8).startswith(before):
            yield start.removeprefix(codecs.BOM_UTF8)[len(before) :]
        else:
            yield self.head[skip:].encode("utf-8", "replace")
        self._start = b""
        while not self.complete:
            chunk = self._file.read(CHUNK_BYTES)
            self.complete = not chunk
            if 0 < self._before.st_size < self._raw.tell():  # it grows as fast as it is read
                self._check_unchanged()
            if not self._is_utf8:
                chunk = self._decoder.decode(chunk, self.complete).encode("utf-8", "replace")
            if b"\0" in chunk:
                raise InputError(f"{printable(self.path)}: {_BINARY}")
            yield chunk
        self._check_unchanged()

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text, with their ends."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        for chunk in self.utf8():
            # A carriage return at the end may have its line feed in the next chunk.
            *lines, rest = _AT_LINE_END.split(rest + decoder.decode(chunk))
            yield from lines
        if rest:
            yield rest

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


WHITESPACE = DELIMITERS["space"]
_CANDIDATES = "\t;|," + WHITESPACE
"""The delimiters; of two that fit equally well, the first is taken."""

_DIALECT_ROWS = 100
"""Rows that show the dialect."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_AT_LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?=[^\n])")

_TITLE_FACTOR = 0.9
"""The factor on a delimiter's score if rows above the header have to be left out for it."""

_FACTORS = {"\t": 1.1, ";": 1.1, "|": 1.1, WHITESPACE: 0.95}
"""Factors on the scores of delimiters that are rare in cells, and of one that is not."""

_GAP_LOSS = 0.2
"""The share of its score that a delimiter loses if all rows have wide gaps within cells."""

_GAP = re.compile(r"\t+| {2,}")
_NUMBER_WITH_SPACE = re.compile(r"[\d.,]+(?: [\d.,]+)+")


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

    `length` is the number of characters before the rows. `above` counts the rows above them, and
    `notes` say where the header was found. If the words of the header don't fit the columns, these
    are numbered, and `fits` is false. `numbers` are the lines of the rows.
    """

    header: list[str]
    rows: list[list[str]]
    length: int
    above: int
    notes: tuple[str, ...]
    place: Header
    fits: bool
    numbers: list[int]


def detect_dialect(text: str, *, complete: bool, choices: Choices = AUTOMATIC) -> Dialect:
    """Find the dialect of the first part of a text, whose last row may be cut off."""
    delimiter = choices.delimiter
    if delimiter is None:
        scores = {one: _score(text, one, complete=complete) for one in _CANDIDATES}
        best = max(scores, key=lambda one: scores[one])
        delimiter = best if scores[best] > 0.5 else ","
    marks = _marks(text, delimiter, complete, _DIALECT_ROWS)
    if marks.unclear and not (marks.points or marks.commas):
        marks = _marks(text, delimiter, complete, HEAD_ROWS)
    if choices.decimal is not None:
        return Dialect(delimiter, choices.decimal)
    return Dialect(delimiter, *decimal_mark(delimiter, marks))


def _score(text: str, delimiter: str, *, complete: bool) -> float:
    """Return how well a delimiter parts a text: regular rows, names that fit them, and numbers."""
    if delimiter not in text and delimiter != WHITESPACE:
        return 0.0
    try:
        lines = read_lines(text, delimiter, complete=complete, most=_DIALECT_ROWS)
    except LongCellError:  # a wrong delimiter makes one cell of a long line
        return 0.0
    width = len(lines.header)
    if width < 2:
        return 0.0
    if not lines.rows:
        return 1.0 if delimiter != WHITESPACE else 0.5
    widths = Counter(map(_width, lines.rows))
    usual = max(widths, key=lambda one: (widths[one], one))
    if usual < 2:
        return 0.0
    regular = (widths[width] or widths[usual] / 2 if width != usual else widths[usual]) / len(
        lines.rows
    )
    cells = [cell for row in lines.rows for cell in row[:_JUDGED_CELLS] if cell.strip()]
    numbers = sum(_weight(cell, delimiter) for cell in cells) / max(1, len(cells))
    titles = 1.0
    if lines.place.above:
        titles = _TITLE_FACTOR if lines.place.named else _TITLE_FACTOR**2
    fits = 1.0 if lines.fits else 0.5
    gaps = sum(any("  " in cell.strip() for cell in row) for row in lines.rows) / len(lines.rows)
    factor = _FACTORS.get(delimiter, 1.0) * (1 - _GAP_LOSS * gaps)
    return regular * titles * fits * factor * (1 + numbers)


_JUDGED_CELLS = 50

_OTHERS = frozenset('";|\t')
"""What hardly stands in a number with a unit or in a date."""


def _weight(cell: str, delimiter: str) -> float:
    """Return how much a cell speaks for a delimiter: a number does, and less if it may be two."""
    if not is_number(cell):
        return 0.8 * (begins_with_a_digit(cell) and not _OTHERS.intersection(cell))
    return 0.5 if delimiter == "," and _NUMBER_WITH_SPACE.fullmatch(cell.strip()) else 1.0


def _width(row: Sequence[str]) -> int:
    """Return the number of cells of a row without the empty ones at its end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


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


def read_lines(
    text: str, delimiter: str, *, complete: bool, most: int, header_row: int | None = None
) -> Lines:
    """Return the header and the first rows of a text, without the last row if it is incomplete.

    Raises
    ------
    InputError
        If the line `header_row` that is to name the columns holds nothing.
    """
    file = _Lines(text)
    rows: list[list[str]] = []
    numbers: list[int] = []
    ends = [0]
    for number, row in islice(numbered_rows(file, delimiter), 2 * most + 1):
        rows.append(row)
        numbers.append(number)
        ends.append(file.position)
    if not complete and len(rows) > 1 and file.position == len(text):
        rows.pop()  # it may be cut off
    place = find_header(rows) if header_row is None else row_of_line(header_row, numbers, rows)
    first = place.first
    body = rows[first : first + most]
    spaced = delimiter == WHITESPACE
    names = names_over(rows[place.above], body, spaced=spaced) if place.named and rows else None
    if names is None and place.named and rows:
        line = text[ends[place.above] : ends[place.above + 1]].strip()
        parts = [part for part in _GAP.split(line) if part]
        names = (parts, "") if body and len(parts) == max(map(_width, body)) else None
    fits = names is not None or not place.named
    header, note = names or (numbered_names(max(map(_width, body), default=0)), "")
    lines_above = _lines_above(text, ends[place.above]) if place.above else 0
    if rows and not fits:
        note = f"the words in line {numbers[place.above]} don't fit the columns"
    return Lines(
        header,
        body,
        ends[min(first, len(rows))],
        first,
        header_notes(lines_above, named=place.named and fits, units=place.units, names=note),
        place,
        fits,
        numbers[first : first + most],
    )


def _lines_above(text: str, end: int) -> int:
    """Return the number of lines of a text up to `end`, with the blank ones that follow."""
    word = re.compile(r"\S").search(text, end)
    return len(_LINE_END.findall(text[: word.start() if word else end]))


class _Lines:
    """The lines of a text, with their ends; `position` is where the last one ends.

    A StringIO would copy all of the text, with four bytes for each character.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = _LINE_END.finditer(text)
        self.position = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position == len(self._text):
            raise StopIteration
        begin, found = self.position, next(self._ends, None)
        self.position = len(self._text) if found is None else found.end()
        return self._text[begin : self.position]


class LongCellError(ValueError):
    """A cell of the row that begins in this line is too long."""

    def __init__(self, line: int) -> None:
        super().__init__(f"a cell in line {line} is too long: is there a quote that isn't closed?")
        self.line = line


def numbered_rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table, without blank ones, each with the number of its first line.

    Raises
    ------
    LongCellError
        If a cell is too long.
    """
    if delimiter == WHITESPACE:
        lines = (" ".join(line.split()) for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise LongCellError(line) from None


def ends_in_quotes(text: str, delimiter: str) -> int:
    """Return the line in which a quote is opened that is still open at the end, or 0."""
    if text.count('"') % 2 == 0:
        return 0
    # Of these two sentinel lines, the second is a cell of its own unless an open quote takes it in.
    *_, (line, last) = numbered_rows(_Lines(text + "\n0\n0\n"), delimiter)
    return 0 if last == ["0"] else line


def _open_quote(path: str, line: int) -> InputError:
    return InputError(
        f'{printable(path)}: a quote (") is opened and never closed: close it in line {line}'
    )


def swallowed_lines(rows: Iterator[tuple[int, list[str]]], delimiter: str, width: int) -> str:
    """Return a note if a cell holds lines that look like rows, which a quote has swallowed."""
    longest, where = 1, 0
    for line, row in rows:
        for cell in row:
            if "\n" in cell or "\r" in cell:
                inside = _LINE_END.split(cell)
                like_rows = any(one.count(delimiter) >= width - 1 for one in inside[:-1])
                if like_rows and width > 1 and len(inside) > longest:
                    longest, where = len(inside), line
    if not where:
        return ""
    return f"line {where}: a cell goes over {longest} lines; is there a quote too many?"


CHUNK_ROWS, CHUNK_BYTES = 2**17, 2**18
"""The most rows to read at a time, and the bytes."""

CHUNK_CHARACTERS = 2**23
"""If rows are long, a chunk has fewer rows, about this many characters."""

MAX_CHUNKS_WITHOUT_ROWS = 16
"""After this many chunks of text without a row, there must be a quote that isn't closed."""

MOST_COLUMNS = 200_000

_PANDAS_OPEN_QUOTE = "EOF inside string"
"""What pandas says about a quote that is never closed."""

_TAIL_BYTES = 2**16
"""The bytes in which the last row is looked for."""


class DelimitedTable:
    """A table in a text file, one row a line.

    Raises
    ------
    InputError
        If there is no such file, or no table in it.
    """

    sheets: tuple[str, ...] = ()

    def __init__(self, path: str, choices: Choices = AUTOMATIC) -> None:
        check_choices(path, choices, TEXT_FILE)
        self._choices = choices
        self._source = source = Source(path, choices.encoding)
        try:
            with input_errors(path):
                complete = source.complete
                self._dialect = detect_dialect(source.head, complete=complete, choices=choices)
                delimiter = self._dialect.delimiter
                if complete and (line := ends_in_quotes(source.head, delimiter)):
                    raise _open_quote(path, line)
                lines = read_lines(
                    source.head,
                    delimiter,
                    complete=complete,
                    most=HEAD_ROWS,
                    header_row=choices.header_row,
                )
            if not lines.header:
                raise InputError(
                    f"{printable(path)}: the file is empty; a CSV file with a header is needed"
                )
            if len(lines.header) > MOST_COLUMNS:
                raise InputError(
                    f"{printable(path)}: {len(lines.header):,} columns are too many; check what "
                    "separates the cells, and choose it with --delimiter"
                )
        except BaseException:
            source.close()
            raise
        self.names = (
            distinct(lines.header) if lines.place.named and lines.fits else tuple(lines.header)
        )
        width = len(self.names)
        self.head = [(*row, *[""] * (width - len(row)))[:width] for row in lines.rows]
        self.complete = complete and len(lines.rows) < HEAD_ROWS
        numbered = zip(lines.numbers, lines.rows, strict=False)
        note = swallowed_lines(numbered, delimiter, width)
        self.notes = (*lines.notes, note) if note else lines.notes
        self._swallowed = bool(note)
        self._length = lines.length
        self._rows_above = lines.above
        self._row_length = (len(source.head) - lines.length) // max(1, source.head.count("\n"))
        self._tail = b""
        self._formats: dict[int, Format] = {}
        self._regular = (
            delimiter.isascii()
            and delimiter != WHITESPACE
            and ' "' not in source.head
            and source.head.count("\r") == source.head.count("\r\n")
            and all(len(row) == width for row in lines.rows)
            and not self.complete
        )

    @property
    def fraction(self) -> float:
        """How much has been read, from 0 to 1."""
        return self._source.fraction

    @property
    def last_row(self) -> tuple[str, ...]:
        """The cells of the last row, once all rows have been read; none if it is too long."""
        *_, last = [(0, [""]), *self._rows_of(self._tail.decode("utf-8", "replace"))]
        return tuple(last[1])

    def _rows_of(self, text: str) -> Iterator[tuple[int, list[str]]]:
        return numbered_rows(_Lines(text), self._dialect.delimiter)

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def format(self, place: int) -> Format:
        """Return how the cells of a column become numbers."""
        if place not in self._formats:
            self._formats[place] = self._find_format(place)
        return self._formats[place]

    def _find_format(self, place: int) -> Format:
        delimiter, decimal = self._dialect.delimiter, self._dialect.decimal
        # With semicolons and decimal points, one column may still have points between thousands.
        doubtful = self._dialect.guessed or (delimiter, decimal) == (";", ".")
        # Nobody who separates cells by commas uses them as decimal marks.
        marks = "." if delimiter == "," else ".,"
        choices = self._choices
        return find_format(
            [row[place] for row in self.head],
            Hints(decimal, doubtful, marks, choices.decimal, choices.dates),
        )

    def chunks(
        self,
        x: int,
        y: int,
        label: int | None = None,
        formats: Formats | None = None,
        watch: Callable[[float], object] | None = None,
    ) -> Iterator[Chunk]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

        Raises
        ------
        InputError
            If the file can't be read to its end, or is no table.
        """
        path = self._source.path
        formats = formats or (self.format(x), self.format(y))
        if watch is not None and label is None and self._regular:
            whole = self._whole(x, y, formats, watch)
            if whole is not None:
                yield whole
                return
            self._source.close()
            self._source = Source(path, self._choices.encoding)
        places = [x, y] if label is None else [x, y, label]
        delimiter = self._dialect.delimiter
        feed = _Feed(self._source, self._length, delimiter, len(self.names) + 1)
        rows = 0
        with input_errors(path), self._open_quotes():
            for columns, more in csv_columns(
                feed,
                r"\s+" if delimiter == WHITESPACE else delimiter,
                places,
                formats,
                width=len(self.names),
                rows=max(16, min(CHUNK_ROWS, CHUNK_CHARACTERS // max(1, self._row_length))),
            ):
                feed.read_since = 0
                if more:
                    raise InputError(f"{printable(path)}: {self._ragged()}")
                (xs, x_words), (ys, y_words) = (
                    column_numbers(column, one)
                    for column, one in zip(columns[:2], formats, strict=True)
                )
                labels = [] if label is None else columns[2].fillna("").tolist()
                rows += len(xs)
                yield Chunk(xs, ys, x_words, y_words, labels)
            self._tail = feed.tail
            if feed.quoted and not (self._swallowed or self.complete):
                self.notes = (*self.notes, *filter(None, [self._find_swallowed(rows)]))

    def _whole(
        self, x: int, y: int, formats: Formats, watch: Callable[[float], object]
    ) -> Chunk | None:
        """Return all rows, or None if not all of them are as regular as those of the head."""
        delimiter = self._dialect.delimiter
        feed = _RegularFeed(self._source, self._length, delimiter, len(self.names), watch)
        try:
            with input_errors(self._source.path):
                columns = csv_whole(feed, delimiter, [x, y], formats)
        except (_IrregularError, InputError):
            if feed.stopped is not None:
                raise feed.stopped from None
            if feed.regular and not feed.quoted:
                raise
            return None  # a quote may be in the way, and a chunk at a time tells in which line
        header = 1
        if feed.lines != header + len(columns[0]) or any(one.dtype == object for one in columns):
            return None
        (xs, x_words), (ys, y_words) = map(column_numbers, columns, formats)
        self._tail = feed.tail
        return Chunk(xs, ys, x_words, y_words)

    @contextmanager
    def _open_quotes(self) -> Iterator[None]:
        """Tell the line of a quote that is never closed."""
        try:
            yield
        except ValueError as error:
            if isinstance(error, InputError) or _PANDAS_OPEN_QUOTE not in str(error):
                raise
            raise _open_quote(self._source.path, self._line_of_open_quote()) from None

    def _line_of_open_quote(self) -> int:
        """Return the first line of the row that a quote makes endless, or too long."""
        try:
            with self._again() as rows:
                return max(line for line, _ in rows)
        except LongCellError as error:
            return error.line

    @contextmanager
    def _again(self) -> Iterator[Iterator[tuple[int, list[str]]]]:
        """Open the file again, for its rows and their lines from the first one on."""
        again = Source(self._source.path, self._choices.encoding)
        try:
            numbered = numbered_rows(again.lines(), self._dialect.delimiter)
            yield islice(numbered, self._rows_above, None)
        finally:
            again.close()

    def _find_swallowed(self, rows: int) -> str:
        """Return a note about a cell below the head that holds whole rows, or an empty text."""
        again = Source(self._source.path, self._choices.encoding)
        try:
            lines = sum(
                chunk.count(b"\n") or chunk.count(b"\r") for chunk in again.utf8(self._length)
            )
        finally:
            again.close()
        if lines <= rows:  # each row has a line of its own
            return ""
        with self._again() as numbered:
            return swallowed_lines(numbered, self._dialect.delimiter, len(self.names))

    def _ragged(self) -> str:
        """Return the message about a row with more cells than the header."""
        width = len(self.names)
        with self._again() as rows:
            for line, row in rows:
                if any(cell.strip() for cell in row[width:]):
                    return (
                        f"line {line} has {_width(row)} cells, and the header {width}; "
                        "give every column a name, or put the cell with too many "
                        "delimiters in quotes"
                    )
        return f"a row has more cells than the header, {width}; give every column a name"


class _Feed:
    """Text for pandas in UTF-8: a header of our own, then what is below the file's header.

    A quote after a delimiter and blanks opens a cell, as one directly behind the delimiter does.
    """

    def __init__(self, source: Source, skip: int, delimiter: str, width: int) -> None:
        self._source = source
        header = delimiter.join(map(str, range(width))) + "\n"
        self._chunks = chain([header.encode()], source.utf8(skip))
        self._blanks = b"" if delimiter == WHITESPACE else delimiter.encode() + b" "
        self._before_quote = re.compile(b'([%s\r\n]) +"' % re.escape(delimiter.encode()))
        self._rest = b""
        self.read_since = 0
        """Bytes since the last rows came out."""
        self.quoted = False
        self.tail = b""

    def __iter__(self) -> Iterator[bytes]:
        raise NotImplementedError  # pandas takes only objects with this method for files

    def read(self, size: int = CHUNK_BYTES) -> bytes:  # noqa: ARG002 - pandas takes any size
        """Return the next chunk of text."""
        chunk = self._next()
        self.read_since += len(chunk)
        if self.read_since > MAX_CHUNKS_WITHOUT_ROWS * CHUNK_CHARACTERS:
            raise ValueError(_PANDAS_OPEN_QUOTE)
        if b'"' in chunk:
            self.quoted = True
            if self._blanks and b' "' in chunk:
                chunk = self._before_quote.sub(rb'\1"', chunk)
        if chunk:
            short = len(chunk) < _TAIL_BYTES
            self.tail = (self.tail + chunk)[-_TAIL_BYTES:] if short else chunk[-_TAIL_BYTES:]
        return chunk

    def _next(self) -> bytes:
        """Return what comes next, without the blanks at its end, as a quote may follow them."""
        chunk, self._rest = self._rest, b""
        for more in self._chunks:
            chunk += more
            end = len(chunk.rstrip(self._blanks)) or len(chunk) * (len(chunk) > CHUNK_BYTES)
            if end:
                self._rest = chunk[end:]
                return chunk[:end]
        return chunk


class _IrregularError(Exception):
    """The text is not as regular as its head."""


class _RegularFeed(_Feed):
    """A feed that ends at a line with more or fewer delimiters than the header.

    pandas would cut a line that is too long, if only two columns are wanted, and so read the wrong
    cells. `lines` counts all lines, so that it shows if a quote holds some of them. `watch` is
    called with how much has been read.
    """

    def __init__(
        self,
        source: Source,
        skip: int,
        delimiter: str,
        width: int,
        watch: Callable[[float], object],
    ) -> None:
        super().__init__(source, skip, delimiter, width)
        self._blanks = b""
        self._delimiter, self._each = ord(delimiter), width - 1
        self._over = 0
        self._in_line = False
        self.lines = 0
        self.regular = True
        self.stopped: BaseException | None = None
        self.watch = watch

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Return the next chunk of text; raise an _IrregularError if a line is not regular."""
        chunk = super().read(size)
        ends = chunk.rfind(b"\n") + 1
        codes = np.frombuffer(chunk, np.uint8)
        feeds = np.flatnonzero(codes[:ends] == _LINE_FEED)
        alike = self._are_alike(np.flatnonzero(codes[:ends] == self._delimiter), feeds)
        begun = int(np.count_nonzero(codes[ends:] == self._delimiter))
        self._over = begun if ends else self._over + begun
        self.lines += len(feeds) + (self._in_line and not chunk)
        self._in_line = len(chunk) > ends if chunk else False
        last = not chunk and self._over not in (0, self._each)
        gap = (
            self.quoted and b' "' in chunk
        )  # a quote behind blanks, which pandas would take for a character
        self.regular = alike and not (gap or last)
        if not self.regular:
            raise _IrregularError
        try:
            self.watch(self._source.fraction)
        except BaseException as error:
            # Not an error of the file, whatever it is.
            self.stopped = error
            raise _IrregularError from None
        return chunk

    def _are_alike(self, delimiters: NDArray[np.intp], feeds: NDArray[np.intp]) -> bool:
        """Return whether each line that ends in this piece has its number of delimiters.

        Both are places in the piece. The first line may have begun in the piece before.
        """
        if not len(feeds):
            return True
        ends = np.arange(1, len(feeds) + 1) * self._each - self._over
        if ends[0] < 0 or len(delimiters) != ends[-1]:
            return False
        first = int(ends[0] == 0)  # its delimiters were all in the piece before
        before_feed = delimiters[ends[first:] - 1] < feeds[first:]
        return bool(before_feed.all() and (delimiters[ends[:-1]] > feeds[:-1]).all())


_LINE_FEED = ord("\n")

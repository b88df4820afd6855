"""What every table has: choices of how to read it, a header, a head, and two columns to read."""

from __future__ import annotations

import atexit
import codecs
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from linreg_tui.core.errors import InputError
from linreg_tui.core.moments import FloatArray
from linreg_tui.core.reading.cells import (
    DATE_ORDERS,
    Format,
    Words,
    begins_with_a_digit,
    is_missing,
    is_number,
)
from linreg_tui.core.text import printable

# How to read a file, where looking at it is not enough.

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
DECIMALS = (".", ",")
NO_HEADER = "none"
COMMON_ENCODINGS = (
    *("utf-8", "cp1252", "iso8859-1", "cp1250", "cp1251", "utf-16", "utf-16-le", "cp437"),
    *("mac-roman", "shift_jis", "gb18030", "big5", "euc_kr"),
)
COMMON_HEADER_ROWS = (NO_HEADER, *map(str, range(1, 100)))


def _delimiter(text: str) -> str:
    found = DELIMITERS.get(text.strip().lower(), text)
    if len(found) != 1 or found in '"\r\n' or found.isalnum():
        listed = ", ".join(DELIMITERS)
        raise InputError(f"{text!r} is no delimiter: choose {listed}, or one other character")
    return found


def _delimiter_word(delimiter: str) -> str:
    return next((word for word, one in DELIMITERS.items() if one == delimiter), delimiter)


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise InputError(f"{text!r} is not possible: choose {' or '.join(words)}")
        return text

    return read


def _header_row(text: str) -> int:
    if text == NO_HEADER:
        return 0
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise InputError(f"{text!r} is no line: choose a number, such as 1, or {NO_HEADER}")
    return int(text[:9])


def _encoding(text: str) -> str:
    try:
        "".encode(text)
        return codecs.lookup(text).name
    except (LookupError, ValueError):
        raise InputError(
            f"{text!r} is no encoding of text: choose one, such as utf-8 or cp1252"
        ) from None


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of how to read a file: its option is made of its name.

    `read` turns a text into the value and raises an InputError, and `write` does the opposite.
    `words` are the usual texts to choose from. A choice without `read` is a flag, and its words are
    those for no and yes.
    """

    name: str
    label: str
    help: str
    metavar: str = ""
    words: tuple[str, ...] = ()
    read: Callable[[str], Any] | None = None
    write: Callable[[Any], str] = str

    @property
    def option(self) -> str:
        """The option on a command line."""
        return f"--{self.name.replace('_', '-')}"


CHOICES = (
    Choice(
        name="sheet",
        label="sheet",
        help="the sheet of a workbook, by its name",
        metavar="NAME",
        read=str,
    ),
    Choice(
        name="delimiter",
        label="delimiter",
        help="what separates the cells of a text file: comma, semicolon, tab, pipe, space, or "
        "another character",
        metavar="CHARACTER",
        words=tuple(DELIMITERS),
        read=_delimiter,
        write=_delimiter_word,
    ),
    Choice(
        name="decimal",
        label="decimal",
        help="the decimal mark of numbers in text: a point or a comma",
        metavar=".|,",
        words=DECIMALS,
        read=_one_of(DECIMALS),
    ),
    Choice(
        name="header_row",
        label="header",
        help="the line that names the columns, counted from 1, or none",
        metavar="N|none",
        words=COMMON_HEADER_ROWS,
        read=_header_row,
        write=lambda row: str(row or NO_HEADER),
    ),
    Choice(
        name="encoding",
        label="encoding",
        help="the encoding of a text file, such as cp1252",
        metavar="NAME",
        words=COMMON_ENCODINGS,
        read=_encoding,
    ),
    Choice(
        name="dates",
        label="dates",
        help="how dates such as 01/02/2024 are read: day-first or month-first",
        metavar="ORDER",
        words=DATE_ORDERS,
        read=_one_of(DATE_ORDERS),
    ),
    Choice(
        name="keep_totals",
        label="totals",
        words=("left out", "kept"),
        help="keep the rows that are totals or averages of other rows",
    ),
)


@dataclass(frozen=True, slots=True)
class Choices:
    """How to read a file; None means to look at the file. A header row of 0 means none."""

    sheet: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    dates: str | None = None
    keep_totals: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The values that were chosen, by their names."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value
            for name, value in values.items()
            if value is not None and value is not False
        }

    @property
    def options(self) -> list[str]:
        """The options of a command line that make the same choices."""
        chosen = self.given
        return [
            one.option if one.read is None else f"{one.option}={one.write(chosen[one.name])}"
            for one in CHOICES
            if one.name in chosen
        ]


AUTOMATIC = Choices()

TEXT_FILE, WORKBOOK, PARQUET_FILE = "a text file", "a workbook", "a Parquet file"
POSSIBLE = {
    TEXT_FILE: ("delimiter", "decimal", "header_row", "encoding", "dates", "keep_totals"),
    WORKBOOK: ("sheet", "decimal", "header_row", "dates", "keep_totals"),
    PARQUET_FILE: ("decimal", "dates", "keep_totals"),
}
"""The choices that have a meaning for each kind of file."""


def choices_for(kind: str) -> tuple[Choice, ...]:
    """Return the choices that have a meaning for a kind of file."""
    return tuple(one for one in CHOICES if one.name in POSSIBLE[kind])


def check_choices(path: str, choices: Choices, kind: str) -> None:
    """Raise an InputError for a choice that is not possible for this kind of file."""
    for one in CHOICES:
        if one.name in choices.given and one.name not in POSSIBLE[kind]:
            raise InputError(
                f"{printable(path)}: {one.option} has no meaning for {kind}; leave it out"
            )


def located(path: str) -> str:
    """Return the path to open: for -, that of a temporary file with all of standard input."""
    return _standard_input() if path == STANDARD_INPUT else path


STANDARD_INPUT = "-"


@cache
def _standard_input() -> str:
    """Copy standard input into a file, because a file may have to be read more than once."""
    with tempfile.NamedTemporaryFile(prefix="linreg-tui-", delete=False) as file:
        atexit.register(Path(file.name).unlink, missing_ok=True)
        shutil.copyfileobj(sys.stdin.buffer, file)
    return file.name


# The table itself.

HEAD_ROWS = 1000
"""Rows that show what a column holds."""

Formats = tuple[Format, Format]

Pair = tuple[FloatArray, FloatArray]
"""x and y, both of shape (n,)."""


class Chunk(NamedTuple):
    """Rows of two columns; NaN stands for no number.

    The words are the cells of x and of y that hold something, but no number. `labels` are the cells
    of a third column, if one was asked for.
    """

    x: FloatArray
    y: FloatArray
    x_words: Words
    y_words: Words
    labels: Sequence[str] = ()


class Table(Protocol):
    """A table in an open file.

    `head` is the text of its first rows, each as long as `names`. `complete` says whether those are
    all rows. `notes` say how the header was found, where there is more than one way. `sheets` are
    the names of a workbook's sheets.
    """

    names: tuple[str, ...]
    head: list[tuple[str, ...]]
    complete: bool
    notes: tuple[str, ...]
    sheets: tuple[str, ...]

    @property
    def fraction(self) -> float:
        """How much has been read, from 0 to 1."""

    @property
    def last_row(self) -> tuple[str, ...]:
        """The cells of the last row, once all rows have been read, as far as they are known."""

    def close(self) -> None:
        """Close the file."""

    def format(self, place: int) -> Format:
        """Return how the cells of a column become numbers."""

    def chunks(
        self,
        x: int,
        y: int,
        label: int | None = None,
        formats: Formats | None = None,
        watch: Callable[[float], object] | None = None,
    ) -> Iterator[Chunk]:
        """Yield the rows of two columns, a chunk at a time, with the cells of a third one.

        x, y and label are the places of the columns, counted from 0. Without `formats`, those of
        the columns are used. If there is a function to `watch` how much has been read, the rows may
        come in one piece, and it is called meanwhile. The rows can be read once.
        """


_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "`": "`"}


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Return a different name for each column; as in pandas, those without one are numbered."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    names = []
    for place, given in enumerate(header):
        name = stem = _unquoted(given.strip(" ")) if given.strip() else f"Unnamed: {place}"
        while name in taken:
            counts[stem] = counts.get(stem, 0) + 1
            name = f"{stem}.{counts[stem]}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def _unquoted(name: str) -> str:
    """Return a name without a pair of quotes around it."""
    inner = name[1:-1].strip()
    return inner if len(name) > 2 and _QUOTES.get(name[0]) == name[-1] and inner else name


# The row that names the columns.

ROWS_BELOW = 20
"""Rows below a possible header that help to judge it."""

FIRST_YEAR, LAST_YEAR = 1000, 2200
"""Increasing whole numbers in this range may be names of columns."""

MIN_BODY_ROWS = 3
"""The rows of numbers that show that everything above them is no part of the table."""

_COMMENT = re.compile(r"\s*(?:#+(?!\s*of\b)|//+)\s*")
_SPACED_COMMENT = re.compile(r"\s*(?:#+|//+|%+|;+|!+)\s*")
"""What stands before a comment, and further marks for it with white space between the cells."""

_BETWEEN_WORDS = re.compile(r"[\s,;]+")

JUDGED_COLUMNS = 100
"""The header is judged by this many columns, so that wide tables take no longer."""

_UNITS = frozenset(
    re.split(
        ",",
        "s,ms,us,µs,ns,sec,second,seconds,Second,Seconds,min,minute,minutes,h,hr,hour,hours,day,"
        "days,yr,year,years,V,mV,uV,µV,kV,volt,volts,Volt,Volts,A,mA,uA,µA,amp,amps,Amp,Amps,W,mW,"
        "kW,MW,Wh,kWh,MWh,Hz,kHz,MHz,GHz,dB,dBm,m,mm,um,µm,nm,cm,km,ft,in,inch,mi,g,mg,ug,µg,kg,lb,"
        "oz,ml,mL,L,K,C,F,°C,°F,Pa,hPa,kPa,MPa,bar,mbar,psi,N,nm,J,kJ,rad,deg,°,ohm,Ohm,Ω,%,ppm,"
        "USD,EUR,m/s,km/h,mph,m2,m3,m²,m³,mol",
    )
)
"""What a row of units may hold."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is: `above` is the number of rows above it.

    If there is no header, `named` is false, and `above` counts the rows above the first numbers.
    `units` counts the rows of units between the header and the rows of the table.
    """

    above: int = 0
    named: bool = True
    units: int = 0

    @property
    def first(self) -> int:
        """The number of rows above the first one of the table."""
        return self.above + self.named + self.units


def find_header(rows: Sequence[Row]) -> Header:
    """Find the header among the first rows of a table.

    It is the first row with as many filled cells as most rows have, or a later one if only the rows
    below that one hold the numbers of the table. The rows above it are left out only if it looks
    like a header, for example with names over numbers.
    """
    filled = [_filled(row) for row in rows]
    rows = [row[:JUDGED_COLUMNS] for row in rows]
    most = _usual_width(filled)
    full = [place for place, count in enumerate(filled) if count >= most > 0]
    if not full:
        return Header()
    # A comment can have as many cells as the header. It can also be the header: # x y.
    comments = takewhile(
        lambda pair: _is_comment(rows[pair[0]]) and _is_words(rows[pair[1]]), pairwise(full)
    )
    place = full[sum(1 for _ in comments)]
    row, below = rows[place], rows[place + 1 :]
    if _is_data(row, below):
        # A line with a single cell can't be the header of several columns.
        titled = all(len(above) == 1 for above in rows[:place])
        found = Header(place, named=False) if titled else Header()
    elif place == 0 or _are_names(row, below[:ROWS_BELOW]):
        found = Header(place)
    else:
        found = Header()
    return _below_preamble(rows, place) or found


def row_of_line(line: int, numbers: Sequence[int], rows: Sequence[Row]) -> Header:
    """Return the header that a user has chosen by its line, or none for 0.

    `numbers` are the lines in which the rows begin.

    Raises
    ------
    InputError
        If no row begins in that line.
    """
    if line == 0:
        found = find_header(rows)
        return Header(found.above if not found.named else 0, named=False)
    if line not in numbers:
        last = numbers[-1] if numbers else 0
        raise InputError(f"no row begins in line {line}: choose a line from 1 to {last}")
    return Header(numbers.index(line))


def _usual_width(filled: Sequence[int]) -> int:
    """Return the number of filled cells of most rows, the larger of two equally frequent ones.

    If the last rows have several cells, rows with a single one are titles.
    """
    wide = [count for count in filled if count > 1]
    several = len(wide) >= MIN_BODY_ROWS and min(filled[-MIN_BODY_ROWS - 1 : -1], default=0) > 1
    usual = Counter(count for count in (wide if several else filled) if count).most_common()
    return max((count for count, times in usual if times == usual[0][1]), default=0)


def _below_preamble(rows: Sequence[Row], place: int) -> Header | None:
    """Return the header that stands over the numbers, if rows of another kind lie above it.

    The settings of an instrument may have as many cells as the table below them.
    """
    below, deeper = rows[place + 1 :], False
    while len(below) >= MIN_BODY_ROWS:
        places = _numeric_places(below[-ROWS_BELOW:])
        if len(places) > deeper:
            break
        below, deeper = below[len(below) // 2 :], True
    else:
        return None
    if any(_has_numbers(row, places) for row in rows[place : place + 2]):
        return None
    starts = range(place + 2, len(rows) - MIN_BODY_ROWS + 1)
    is_body = [_has_numbers(row, places) for row in rows]
    first = next((s for s in starts if all(is_body[s : s + MIN_BODY_ROWS])), None)
    if first is None or any(is_body[place + 1 : first]):
        return None
    # Of a single row of words below the first, some may be words instead of numbers.
    several = first - place > 2 or len(places) == len(_trimmed(rows[first]))
    if several and _name_columns(rows[first - 1], rows[first]):
        units = _are_units(rows[first - 1]) and _name_columns(rows[first - 2], rows[first])
        return Header(first - 1 - units, units=int(units))
    always_words = any(
        all(place < len(row) and not is_number(row[place]) for row in rows[place:first])
        for place in places
    )
    long = first - place > MIN_BODY_ROWS
    return Header(first, named=False) if long and always_words else None


def _numeric_places(rows: Sequence[Row]) -> list[int]:
    """Return the places of the columns of numbers."""
    width = max(map(len, rows))
    found = []
    for place in range(width):
        cells = [row[place] for row in rows if place < len(row) and not is_missing(row[place])]
        if 2 * sum(map(is_number, cells)) > len(cells):
            found.append(place)
    return found


def _has_numbers(row: Row, places: Sequence[int]) -> bool:
    """Return whether a row has numbers in these places, where it has anything."""
    cells = [row[place] for place in places if place < len(row) and not is_missing(row[place])]
    return bool(cells) and all(map(is_number, cells))


def _name_columns(row: Row, first: Row) -> bool:
    """Return whether all cells of a row are different words, as many as the row below has cells."""
    cells = [cell.strip() for cell in _trimmed(row)]
    different = len(set(cells)) == len(cells) == len(_trimmed(first))
    return different and all(cells) and not any(is_missing(c) or _begins(c) for c in cells)


def _begins(cell: str) -> bool:
    return begins_with_a_digit(cell) and not cell.startswith("(")


def _are_units(row: Row) -> bool:
    cells = [cell.strip() for cell in _trimmed(row)]
    return all(cell in _UNITS or cell[:1] + cell[-1:] in ("()", "[]") for cell in cells)


def numbered_names(width: int) -> list[str]:
    """Return names for the columns of a table without a header: column 1, column 2, and so on."""
    return [f"column {place}" for place in range(1, width + 1)]


def names_over(header: Row, rows: Sequence[Row], *, spaced: bool) -> tuple[list[str], str] | None:
    """Return the names of the columns, and a note if some columns have none.

    A comment mark or a label such as `Data:` before the names is no name. A header that is one name
    short is that of a table with names of its rows, as R writes them. With white space between the
    cells, the result is None if the words of the header don't fit the columns.
    """
    cells = list(header)
    if not (cells and rows):
        return cells, ""
    width = _usual_width([len(_trimmed(row)) for row in rows])
    found = (_SPACED_COMMENT if spaced else _COMMENT).match(cells[0])
    alone = found is not None and found.end() == len(cells[0])
    if alone and len(_trimmed(cells)) == width and (not spaced or _name_rows(rows, width)):
        found = None  # a column of row numbers may be called #
    if found is not None:
        cells = _trimmed(cells[1:] if alone else [cells[0][found.end() :], *cells[1:]])
    if cells and cells[0].strip().endswith(":") and len(_trimmed(cells)) == width + 1:
        cells = cells[1:]
    if spaced and (found is not None or len(cells) != width):
        words = [word for word in _BETWEEN_WORDS.split(" ".join(cells)) if word]
        cells = words if found is not None or len(words) == width else cells
    count = len(_trimmed(cells))
    if found is not None and 0 < count < width:
        note = f"the header names {count} of {width} columns"
        return [*cells, *[""] * (width - count)], note
    if count == width - 1 and len(rows) > 1 and _name_rows(rows, width):
        return ["", *cells], "the header has no name for the first column"
    if spaced and count > width:
        return None
    return cells, ""


def _name_rows(rows: Sequence[Row], width: int) -> bool:
    """Return whether the first of so many cells in each row can be a name or number of the row."""
    if any(len(row) != width for row in rows):
        return False
    first = [row[0].strip() for row in rows]
    if len(set(first)) < len(first):
        return False
    if not any(map(is_number, first)):
        return True
    return (
        first == [str(place) for place in range(int(first[0] == "1"), len(first) + 1)][: len(first)]
    )


def header_notes(
    lines_above: int, *, named: bool, units: int = 0, names: str = ""
) -> tuple[str, ...]:
    """Return the messages about where the header was found; `names` says more about its names."""
    notes = []
    if lines_above:
        where = "the header" if named else "the numbers"
        notes.append(f"{lines_above} line{'s' * (lines_above != 1)} above {where} left out")
    if units:
        notes.append("the line of units below the header left out")
    if names:
        notes.append(names)
    if not named:
        notes.append("there is no header, so the columns are column 1, column 2, ...")
    return tuple(notes)


def _filled(row: Row) -> int:
    """Return how many cells are filled; an empty first cell counts, as the name of an index."""
    count = sum(bool(cell.strip()) for cell in row)
    return count + (count > 0 and not row[0].strip())


def _is_comment(row: Row) -> bool:
    return _COMMENT.match(row[0]) is not None


def _is_words(row: Row) -> bool:
    """Return whether no cell is a number or a word for a missing number."""
    return not any(is_number(cell) or is_missing(cell) for cell in row if cell.strip())


def _is_data(row: Row, rows_below: Sequence[Row]) -> bool:
    """Return whether a row is like the rows below it: numbers over numbers, text over text."""
    below = rows_below[:ROWS_BELOW]
    cells = _trimmed(row)
    if not (below and cells and cells[0].strip()):
        return False
    columns = [
        [other[place] for other in below if place < len(other) and not is_missing(other[place])]
        for place in range(len(cells))
    ]
    numeric = [2 * sum(map(is_number, column)) > len(column) for column in columns]
    over_numbers = [cell for cell, below in zip(cells, numeric, strict=True) if below]
    if not any(map(is_number, over_numbers)):
        return False
    if not all(is_number(cell) or is_missing(cell) for cell in over_numbers):
        return False
    words = [(cell.strip(), place) for place, cell in enumerate(cells) if not numeric[place]]
    words = [(cell, place) for cell, place in words if not is_missing(cell) and columns[place]]
    if not words:
        return not _are_years(cells, columns)
    if any(is_number(cell) and not begins_with_a_digit(columns[p][0]) for cell, p in words):
        return False
    repeated = any(
        cell in (other[place].strip() for other in rows_below if place < len(other))
        for cell, place in words
    )
    years = all(_is_year(cell) for cell in over_numbers)
    over_years = any(
        all(map(_is_year, c)) for c, below in zip(columns, numeric, strict=True) if below
    )
    return repeated or not ((years and not over_years) or _count_on(over_numbers))


def _count_on(cells: Sequence[str]) -> bool:
    """Return whether cells are whole numbers in even steps, at least two, as names may be."""
    if len(cells) < 2 or not all(c.strip().isascii() and c.strip().isdigit() for c in cells):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(cells)}
    return len(steps) == 1 and steps.pop() > 0


def _are_years(row: Row, columns: Sequence[Sequence[str]]) -> bool:
    """Return whether a row has increasing years, over columns that aren't years."""
    years = [int(cell) if _is_year(cell) else 0 for cell in row]
    rising = all(a < b for a, b in pairwise(years))
    over_others = not any(cells and all(map(_is_year, cells)) for cells in columns)
    return len(years) > 1 and all(years) and rising and over_others


def _is_year(cell: str) -> bool:
    text = cell.strip()
    return text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:9]) <= LAST_YEAR


def _are_names(row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row looks like names: only words, years, or words over numbers."""
    if _is_words(row) or _are_years(_trimmed(row), []):
        return True
    for place, cell in enumerate(row):
        if not is_missing(cell) and not is_number(cell):
            cells = [o[place] for o in below if place < len(o) and not is_missing(o[place])]
            if 2 * sum(map(is_number, cells)) > len(cells):
                return True
    return False


def _trimmed(row: Row) -> list[str]:
    """Return a row without the empty cells at its end."""
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells

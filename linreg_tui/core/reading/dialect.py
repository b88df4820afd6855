"""How a text holds a table: what parts its cells, where its header is, and its decimal mark.

Python's csv.Sniffer takes "1,5;2,5" for a table of commas, so the header has a say here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from linreg_tui.core.reading.header import HIGHEST, locate, nameless
from linreg_tui.core.reading.numerals import Marks, marks
from linreg_tui.core.reading.table import HEAD_ROWS

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

"""How a text holds a table: what parts its cells, and how it writes numbers.

Python's csv.Sniffer takes "1,5;2,5" for a table of commas, so the header has a say here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from linreg_tui.core.moments import FloatArray

WHITESPACE = " "
_DELIMITERS = "\t;|,"
"""Those that are rare inside a cell first."""

_LOOKED_AT = 100
"""Rows from which the dialect is told."""

_SPACES = "'’ \u00a0\u202f"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


def _pattern(decimal: str, groups: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"\d{{1,3}}([{groups}])\d{{3}}(?:\1\d{{3}})*"
    return re.compile(
        rf"\s*[+-]?(?:{grouped}(?:{point}\d*)?|\d+(?:{point}\d*)?|{point}\d+)"
        rf"{_EXPONENT}\s*"
    )


_NUMBER = {".": _pattern(".", "," + _SPACES), ",": _pattern(",", "." + _SPACES)}
_GROUPED = {decimal: re.compile(f"[{other}{_SPACES}]") for decimal, other in (".,", ",.")}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The character between two cells (a space for any white space), and the decimal mark."""

    delimiter: str
    decimal: str = "."


def number(cell: str, decimal: str = ".") -> float:
    """The number that a cell holds, such as 1234.5, 1,234.5 or 1e-7; NaN if it holds none."""
    found = _NUMBER[decimal].fullmatch(cell)
    if found is None:
        return np.nan
    if found[1] is not None:
        cell = _GROUPED[decimal].sub("", cell)
    return float(cell.strip().replace(decimal, "."))


def numbers(cells: list[str], decimal: str) -> FloatArray:
    """The numbers of a column, NaN where a cell holds none."""
    return np.array([number(cell, decimal) for cell in cells])


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a text from the header on; `length` is how many characters the header takes."""

    header: list[str]
    rows: list[list[str]]
    length: int


def look(text: str, *, complete: bool) -> Dialect:
    """The dialect of the first part of a text, whose last row may be cut off."""
    scores = {}
    for delimiter in _DELIMITERS:
        lines = read(text, delimiter, complete=complete, most=_LOOKED_AT)
        if len(lines.header) > 1:
            scores[delimiter] = _regularity(lines)
    if scores:
        delimiter = max(scores, key=lambda delimiter: scores[delimiter])
    else:
        spaced = read(text, WHITESPACE, complete=complete, most=_LOOKED_AT)
        regular = len(spaced.header) > 1 and _regularity(spaced) > 0.5
        delimiter = WHITESPACE if regular else ","
    rows = read(text, delimiter, complete=complete, most=_LOOKED_AT).rows
    return Dialect(delimiter, _decimal(delimiter, [cell for row in rows for cell in row]))


def _regularity(lines: Lines) -> float:
    """The share of rows that have as many cells as the header."""
    if not lines.rows:
        return 1.0
    return sum(len(row) == len(lines.header) for row in lines.rows) / len(lines.rows)


def _decimal(delimiter: str, cells: list[str]) -> str:
    """The decimal mark; a comma only if there are cells that make no sense without."""
    points = sum(_only(cell, ".") for cell in cells if "." in cell)
    commas = sum(_only(cell, ",") for cell in cells if "," in cell)
    if commas == points == 0:
        return "," if delimiter == ";" and not any("." in cell for cell in cells) else "."
    return "," if commas > points else "."


def _only(cell: str, decimal: str) -> bool:
    """Whether a cell is a number with this decimal mark, and isn't one with the other."""
    other = "," if decimal == "." else "."
    return bool(_NUMBER[decimal].fullmatch(cell)) and not _NUMBER[other].fullmatch(cell)


def read(text: str, delimiter: str, *, complete: bool, most: int) -> Lines:
    """The header and the first rows of a text; of an incomplete one, less the last."""
    file = io.StringIO(text, newline="")
    table = cells(file, delimiter)
    header = next(table, [])
    length = file.tell()
    rows = list(islice(table, most + 1))
    # The last row may be cut off, and what is beyond the first ones isn't asked for.
    if len(rows) > most or not complete:
        rows.pop()
    return Lines(header, rows, length)


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

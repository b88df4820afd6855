"""The cells of a table: numbers as people write them, and the row that names the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

import numpy as np

from linreg_tui.core.moments import FloatArray

_SPACES = "'’ \u00a0\u2007\u2009\u202f"
_MINUS = "\u2212-"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


def _pattern(decimal: str, groups: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"[1-9]\d{{0,2}}([{groups}])\d{{3}}(?:\1\d{{3}})*"
    return re.compile(
        rf"\s*[+-]?(?:{grouped}(?:{point}\d*)?|\d+(?:{point}\d*)?|{point}\d+)"
        rf"{_EXPONENT}\s*"
    )


_NUMBER = {".": _pattern(".", "," + _SPACES), ",": _pattern(",", "." + _SPACES)}
_GROUPED = {decimal: re.compile(f"[{other}{_SPACES}]") for decimal, other in (".,", ",.")}

_MONEY = r"(?:(?:US|CA|A)?[$¢£¤¥฿\u20a0-\u20cf]|EUR|USD|GBP|CHF|JPY)"
_WITH_SYMBOLS = re.compile(
    rf"\s*(?P<open>\()?\s*(?P<sign>[+{_MINUS}])?\s*(?:{_MONEY}\s*(?P<inner>[+{_MINUS}])?)?\s*"
    rf"(?P<bare>[\d.,].*?)\s*(?:{_MONEY}|%)?\s*(?(open)\))\s*"
)

_PLAIN = re.compile(r"[\d.,+-]+")
_UNCLEAR = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")


def _bare(cell: str) -> str:
    """Return a cell without currency and percent signs, and (5.00) as -5.00.

    A cell of another form is returned as it is.
    """
    found = _WITH_SYMBOLS.fullmatch(cell)
    if found is None or (found["sign"] and found["inner"]):
        return cell
    sign = found["sign"] or found["inner"] or ""
    negative = sign in tuple(_MINUS) or found["open"] is not None
    return ("-" if negative else "") + found["bare"]


def number(cell: str, decimal: str = ".") -> float:
    """Return the number in a cell, such as 1234.5, $1,234.5, 37.6% or 1e-7; NaN if there is none.

    Currency and percent signs are ignored: 37.6% is 37.6. (5.00) is -5, as in accounting.
    """
    found = _NUMBER[decimal].fullmatch(cell)
    if found is None:
        cell = _bare(cell)
        found = _NUMBER[decimal].fullmatch(cell)
    if found is None:
        return np.nan
    if found[1] is not None:
        cell = _GROUPED[decimal].sub("", cell)
    return float(cell.strip().replace(decimal, "."))


def numbers(cells: list[str], decimal: str) -> FloatArray:
    """Return the numbers of a column; a cell without one is NaN."""
    return np.array([number(cell, decimal) for cell in cells])


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number, with any decimal mark."""
    return not all(np.isnan(number(cell, decimal)) for decimal in _NUMBER)


@dataclass(frozen=True, slots=True)
class Marks:
    """How many numbers have a decimal point for certain, a decimal comma, or possibly either."""

    points: int = 0
    commas: int = 0
    unclear: int = 0


def count_marks(cells: Iterable[str]) -> Marks:
    """Count the decimal marks of the numbers among some cells."""
    points = commas = unclear = 0
    for cell in cells:
        if "." in cell or "," in cell:
            bare = cell if _PLAIN.fullmatch(cell) else _bare(cell)
            point, comma = (pattern.fullmatch(bare) is not None for pattern in _NUMBER.values())
            points += point and not comma
            commas += comma and not point
            unclear += point and comma and _UNCLEAR.fullmatch(bare) is not None
    return Marks(points, commas, unclear)


def ambiguous_cell(cells: Iterable[str], marks: str = ".,") -> str:
    """Return the first cell like 32.000, with one of the marks, if a column has no clearer cell.

    Otherwise, the result is an empty string.
    """
    marked = [cell for cell in cells if ("." in cell or "," in cell) and is_number(cell)]
    if not all(_UNCLEAR.fullmatch(_bare(cell)) for cell in marked):
        return ""
    return next((cell.strip() for cell in marked if any(mark in cell for mark in marks)), "")


MAX_ROWS_ABOVE = 30
"""The most rows above the header."""

ROWS_BELOW = 20
"""Rows below a possible header that help to judge it."""

FIRST_YEAR, LAST_YEAR = 1000, 2200
"""Increasing whole numbers in this range may be names of columns."""

MISSING = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "<na>", "-", "?"))
"""The words for a missing number, in lower case."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is: `above` is the number of rows above it.

    If there is no header, `named` is false, and `above` counts the rows above the first numbers.
    """

    above: int = 0
    named: bool = True


def find_header(rows: Sequence[Row]) -> Header:
    """Find the header among the first rows of a table.

    It is the first row with as many filled cells as most rows have. The rows above it are left out
    only if it looks like a header, for example with names over numbers.
    """
    top = rows[: MAX_ROWS_ABOVE + ROWS_BELOW]
    filled = [_filled(row) for row in top]
    usual = Counter(count for count in filled if count).most_common()
    if not usual:
        return Header()
    most = max(count for count, times in usual if times == usual[0][1])
    full = [place for place, count in enumerate(filled) if count >= most]
    # A comment can have as many cells as the header. It can also be the header: # x y.
    comments = takewhile(
        lambda pair: _is_comment(top[pair[0]]) and _is_words(top[pair[1]]),
        pairwise(full),
    )
    place = full[sum(1 for _ in comments)]
    if place > MAX_ROWS_ABOVE:
        return Header()
    row, below = top[place], top[place + 1 :][:ROWS_BELOW]
    if _is_data(row, below):
        # A line with a single cell can't be the header of several columns.
        titled = all(len(above) == 1 for above in top[:place])
        return Header(place, named=False) if titled else Header()
    return Header(place) if place == 0 or _are_names(row, below) else Header()


def numbered_names(width: int) -> list[str]:
    """Return names for the columns of a table without a header: column 1, column 2, and so on."""
    return [f"column {place}" for place in range(1, width + 1)]


def header_notes(lines_above: int, *, named: bool) -> tuple[str, ...]:
    """Return the messages about where the header was found."""
    notes = []
    if lines_above:
        where = "the header" if named else "the numbers"
        notes.append(f"{lines_above} line{'s' * (lines_above != 1)} above {where} left out")
    if not named:
        notes.append("there is no header, so the columns are column 1, column 2, ...")
    return tuple(notes)


def _filled(row: Row) -> int:
    """Return how many cells are filled; an empty first cell counts, as the name of an index."""
    count = sum(bool(cell.strip()) for cell in row)
    return count + (count > 0 and not row[0].strip())


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def _is_comment(row: Row) -> bool:
    return row[0].lstrip().startswith("#")


def _is_words(row: Row) -> bool:
    """Return whether no cell is a number or a word for a missing number."""
    return not any(is_number(cell) or _is_missing(cell) for cell in row if cell.strip())


def _is_data(row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row has only numbers, like the rows below it."""
    cells = _trimmed(row)
    numeric = any(map(is_number, cells)) and all(is_number(c) or _is_missing(c) for c in cells)
    if not (below and numeric and cells[0].strip()):
        return False
    columns = [
        [other[place] for other in below if place < len(other) and not _is_missing(other[place])]
        for place in range(len(cells))
    ]
    below_too = all(2 * sum(map(is_number, column)) > len(column) for column in columns if column)
    return any(columns) and below_too and not _are_years(cells, columns)


def _are_years(row: Row, columns: Sequence[Sequence[str]]) -> bool:
    """Return whether a row has increasing years, over columns that aren't years."""
    years = [int(cell) if _is_year(cell) else 0 for cell in row]
    rising = all(a < b for a, b in pairwise(years))
    over_others = not any(cells and all(map(_is_year, cells)) for cells in columns)
    return len(years) > 1 and all(years) and rising and over_others


def _is_year(cell: str) -> bool:
    text = cell.strip()
    return text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR


def _are_names(row: Row, below: Sequence[Row]) -> bool:
    """Return whether a row looks like names: only words, years, or words over numbers."""
    if _is_words(row) or _are_years(_trimmed(row), []):
        return True
    for place, cell in enumerate(row):
        if not _is_missing(cell) and not is_number(cell):
            cells = [o[place] for o in below if place < len(o) and not _is_missing(o[place])]
            if 2 * sum(map(is_number, cells)) > len(cells):
                return True
    return False


def _trimmed(row: Row) -> list[str]:
    """Return a row without the empty cells at its end."""
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells

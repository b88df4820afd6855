"""What the columns of a table hold, and which of them can be x and y."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, repeat

import numpy as np

from linreg_tui.core.errors import InputError
from linreg_tui.core.known import columns_among
from linreg_tui.core.reading.cells import MISSING, number
from linreg_tui.core.reading.table import Table
from linreg_tui.core.text import printable

ROW_NUMBERS_FROM = 3
"""At least this many rows with 1, 2, 3, ... are a column of row numbers."""

ROW_NUMBERS = "row numbers"
CONSTANT = "the same number in every row, to 16 digits"

_DATE = re.compile(
    r"\d{4}-\d{1,2}(-\d{1,2}([T ].*)?)?|\d{4}/\d{1,2}/\d{1,2}.*"
    r"|\d{1,2}(?P<by>[./-])\d{1,2}(?P=by)\d{2,4}.*"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?"
    r"|(\d{1,2}[. -]+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ .,-]+\d.*",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?i:(.*[ _.-])?"
    r"(id|index|idx|nr|no|nro|num|number|nummer|code|key|uuid|guid|zip|plz|postcode)\.?"
    r"|id[ _.-].*|.*nummer|.*nr\.?|unnamed: \d+|#|n[°º])|.*[a-z](I[dD]|N[rRoO])"
)

_LATEST_YEAR = 2200
"""Consecutive whole numbers up to this one may be years or measurements."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, whether it can be x and y, and in `why` a word or two against it.

    `note` says how its numbers are read, where there is more than one way. The name may hold any
    characters.
    """

    name: str
    x: bool = True
    y: bool = True
    why: str = ""
    note: str = ""

    @property
    def guessed(self) -> bool:
        """Whether it can be chosen as x or y if none is named."""
        return not self.why


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table, judged by its head."""
    cells = zip(*table.head, strict=True) if table.head else ((),) * len(table.names)
    return tuple(
        replace(_column(table, name, column), note=ambiguity_note(table, place))
        for place, (name, column) in enumerate(zip(table.names, cells, strict=True))
    )


def ambiguity_note(table: Table, place: int) -> str:
    """Return how a column with cells such as 32.000 is read, or "" if it is not ambiguous."""
    cell = table.ambiguous_cell(place)
    if not cell:
        return ""
    read = float(table.numbers([cell])[0])
    other = next(value for value in (number(cell, mark) for mark in ".,") if value != read)
    return f"{printable(cell)} is read as {read:.15g}, not as {other:.15g}"


def _column(table: Table, name: str, cells: Sequence[str]) -> Column:
    present = [cell for cell in cells if cell.strip().lower() not in MISSING]
    numbers = table.numbers(present)
    numbers = numbers[np.isfinite(numbers)]
    if 2 * len(numbers) <= len(present):
        if not present:
            # Later rows may have numbers.
            return Column(name, not table.complete, not table.complete, "no numbers")
        dates = sum(bool(_DATE.fullmatch(cell.strip())) for cell in present)
        return Column(name, x=False, y=False, why="dates" if 2 * dates > len(present) else "text")
    if (numbers == numbers[0]).all():
        return Column(name, x=not table.complete, why=CONSTANT)
    if _ID.fullmatch(name):
        return Column(name, why="names the rows")
    starts = numbers[0] in (0, 1) or numbers[0] > _LATEST_YEAR
    counts = len(numbers) == len(cells) >= ROW_NUMBERS_FROM and starts
    if counts and (numbers == numbers[0] + np.arange(len(numbers))).all():
        return Column(name, why=ROW_NUMBERS)
    return Column(name)


def guess(found: Sequence[Column], x: str | None = None, y: str | None = None) -> tuple[str, ...]:
    """Return names for x and y, keeping those that are given; fewer than two if there aren't two.

    The guess is the first columns of numbers, x before y. Columns that name or number the rows are
    left out, but row numbers are used if nothing else is left.
    """
    candidates = [column.name for column in found if column.guessed]
    if known := columns_among({column.name for column in found if column.x and column.y}):
        candidates = [*known]
    candidates = [name for name in candidates if name not in (x, y)]
    missing = [x, y].count(None)
    if len(candidates) < missing:
        row_numbers = (column.name for column in found if column.why == ROW_NUMBERS)
        possible = {*candidates, *row_numbers} - {x, y}
        candidates = [column.name for column in found if column.name in possible]
    left = iter(candidates)
    return tuple(name for name in (x or next(left, None), y or next(left, None)) if name)


def choose(table: Table, path: str, x: str | None, y: str | None) -> tuple[int, int]:
    """Return the places of the columns x and y; a column that isn't named is guessed.

    Raises
    ------
    InputError
        If a column isn't there or holds dates, both are the same, or there are none to guess.
    """
    found = columns(table)
    names = [column.name for column in found]
    for asked in (x, y):
        if asked is not None and asked not in names:
            raise InputError(
                f"{printable(path)}: there is no column {printable(asked) or 'without a name'}; "
                f"choose from {_listed(names)}"
            )
        if asked is not None and found[names.index(asked)].why == "dates":
            numeric = [column.name for column in found if column.guessed]
            raise InputError(
                f"{printable(path)}: column {printable(asked)} holds dates, not numbers; "
                f"choose a column of numbers{', such as ' if numeric else ''}{_listed(numeric)}"
            )
    if x is not None and x == y:
        raise InputError(f"x and y are both {printable(x)}; choose two different columns")
    pair = guess(found, x, y)
    if len(pair) < 2:
        # With just two columns there is no choice, and a later message says that one is constant.
        two = [column for column in found if column.y]
        if len(two) == 2 and all(column.guessed or column.why == CONSTANT for column in two):
            left = [column.name for column in two if column.name not in (x, y)]
            pair = tuple(name if name is not None else left.pop(0) for name in (x, y))
    if len(pair) < 2:
        wrong = no_pair_message(found, rows=len(table.head))
        raise InputError(f"{printable(path)}: {wrong or _name_them_message(found)}")
    return names.index(pair[0]), names.index(pair[1])


def no_pair_message(found: Sequence[Column], rows: int) -> str:
    """Return the error message if no two columns can be x and y, or "" if two can."""
    if rows == 0:
        return "there are no rows below its header; add some"
    if rows == 1:
        return "one row is not enough for a line; it takes two"
    if any(one.x and other.y for one, other in permutations(found, 2)):
        return ""
    numeric = "one" if any(column.x and column.y for column in found) else "none"
    whys = ", ".join(f"{printable(c.name, 20)}: {c.why}" for c in found[:3] if c.why)
    return (
        f"two columns of numbers are needed, and it has {numeric}"
        + (f" ({whys})" if whys else "")
        + "; choose another file"
    )


def _name_them_message(found: Sequence[Column]) -> str:
    """Return the error message if x and y can't be guessed, but can be named."""
    possible = [column for column in found if column.x or column.y]
    whys = [f" ({column.why})" if column.why else "" for column in possible]
    listed = _listed([column.name for column in possible], whys)
    return (
        f"two columns of numbers are needed, for x and y; name them with --x and --y, from {listed}"
    )


def _listed(names: Sequence[str], whys: Iterable[str] = repeat("")) -> str:
    known = zip(names[:8], whys, strict=False)
    shown = ", ".join(f"{_quoted(printable(name, 30))}{why}" for name, why in known)
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def _quoted(name: str) -> str:
    """Return a name for a list between commas, in quotes if it has a comma itself."""
    return f'"{name}"' if "," in name else name

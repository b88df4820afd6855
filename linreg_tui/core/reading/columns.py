"""What the columns of a table hold, and which of them can be x and y."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, repeat

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.errors import InputError
from linreg_tui.core.known import columns_among
from linreg_tui.core.reading.cells import DATES, TEXT, is_missing, look_like_dates
from linreg_tui.core.reading.table import Table
from linreg_tui.core.text import printable, quoted

ROW_NUMBERS_FROM = 3
"""At least this many rows with 1, 2, 3, ... are a column of row numbers."""

ROW_NUMBERS = "row numbers"
CONSTANT = "the same number in every row, to 16 digits"
NAMES = "names the rows"

_ID = re.compile(
    r"(?i:(.*[ _.-])?"
    r"(id|index|idx|nr|no|nro|num|number|nummer|code|key|uuid|guid|zip|plz|postcode)\.?"
    r"|id[ _.-].*|.*nummer|.*nr\.?|row[ _.-]?names?|unnamed: \d+|#|n[°º])|.*[a-z](I[dD]|N[rRoO])"
)

_PLACES = re.compile(r"(?i:(lat(itude)?|breite)|(lon(g(itude)?)?|lng|länge))")
"""Names of the two coordinates of a place, neither of which follows from the other."""

_LATEST_YEAR = 2200
"""Consecutive whole numbers up to this one may be years or measurements."""

MOST_CANDIDATES = 40
"""The columns among which a pair with rows in common is looked for."""

MOST_DATE_COLUMNS = 40
"""Only so many columns of dates are read to judge them, which takes a while."""

FEW_SHARED_ROWS = 2
"""Two columns need at least this many rows in common."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, whether it can be x and y, and in `why` a word or two against it.

    `note` says how its numbers are read, where there is more than one way. The name may hold any
    characters. `rows` has a bit for each row of the head, set where it has a number; -1 stands for
    all rows.
    """

    name: str
    x: bool = True
    y: bool = True
    why: str = ""
    note: str = ""
    rows: int = field(default=-1, repr=False)

    @property
    def guessed(self) -> bool:
        """Whether it can be chosen as x or y if none is named."""
        return not self.why


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table, judged by its head."""
    cells = zip(*table.head, strict=True) if table.head else ((),) * len(table.names)
    found, dates = [], 0
    for place, (name, column) in enumerate(zip(table.names, cells, strict=True)):
        if dates >= MOST_DATE_COLUMNS and look_like_dates(column):
            found.append(Column(name, y=False, why="dates"))
        else:
            found.append(_column(table, place, name, column))
            dates += found[-1].why == "dates"
    return tuple(found)


def _column(table: Table, place: int, name: str, cells: Sequence[str]) -> Column:
    missing = [is_missing(cell) for cell in cells]
    if all(missing):
        # Later rows may have numbers.
        return Column(name, not table.complete, not table.complete, "no numbers", rows=0)
    found = table.format(place)
    if found.kind == TEXT:
        return Column(name, x=False, y=False, why=found.note or "text", rows=0)
    values = found.numbers(cells)
    is_number = np.isfinite(values)
    numbers, rows = values[is_number], _bits(is_number)
    if found.kind == DATES:
        return Column(name, y=False, why="dates", note=found.note, rows=rows)
    if not len(numbers):
        return Column(name, x=False, y=False, why="text", rows=0)
    if (numbers == numbers[0]).all():
        return Column(name, x=not table.complete, why=CONSTANT, note=found.note, rows=rows)
    if _ID.fullmatch(name) and (numbers % 1 == 0).all():
        return Column(name, why=NAMES, note=found.note, rows=rows)
    starts = numbers[0] in (0, 1) or numbers[0] > _LATEST_YEAR
    counts = len(numbers) == len(cells) >= ROW_NUMBERS_FROM and starts and found.plain
    if counts and (numbers == numbers[0] + np.arange(len(numbers))).all():
        return Column(name, why=ROW_NUMBERS, note=found.note, rows=rows)
    return Column(name, note=found.note, rows=rows)


def _bits(flags: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _share_rows(one: Column, other: Column) -> bool:
    """Return whether two columns have numbers in the same rows, in most of those of either."""
    if -1 in (one.rows, other.rows):
        return True
    both = (one.rows & other.rows).bit_count()
    least = min(one.rows.bit_count(), other.rows.bit_count())
    return both >= FEW_SHARED_ROWS and 2 * both >= least


def guess(found: Sequence[Column], x: str | None = None, y: str | None = None) -> tuple[str, ...]:
    """Return names for x and y, keeping those that are given; fewer than two if there aren't two.

    The guess is the first columns of numbers that share rows, x before y. Columns that name or
    number the rows are left out. If nothing else is left, dates are used as x, or row numbers.
    """
    candidates = [column for column in found if column.guessed]
    if known := columns_among({column.name for column in found if column.x and column.y}):
        candidates = [column for name in known for column in found if column.name == name]
    candidates = [column for column in candidates if column.name not in (x, y)]
    missing = [x, y].count(None)
    if len(candidates) < missing:
        more = [one for one in found if one.why == ROW_NUMBERS and one.name not in (x, y)]
        dates = [one for one in found if one.why == "dates" and one.name != y]
        ys = candidates or more if y is None else _named(found, y)
        if x is None and dates and ys:
            return _pair(dates, ys)
        candidates = [one for one in found if one in candidates or one in more]
    if missing == 2:
        pairs = combinations(candidates[:MOST_CANDIDATES], 2)
        shared = next((pair for pair in pairs if _share_rows(*pair)), candidates[:2])
        return tuple(column.name for column in shared)
    xs = candidates if x is None else _named(found, x)
    ys = candidates if y is None else _named(found, y)
    return _pair(xs, ys)


def _named(found: Sequence[Column], name: str) -> list[Column]:
    return [column for column in found if column.name == name]


def _pair(xs: Sequence[Column], ys: Sequence[Column]) -> tuple[str, ...]:
    """Return the names of the first two columns that share rows, or else of the first two."""
    pairs = [(x, y) for x in xs[:MOST_CANDIDATES] for y in ys[:MOST_CANDIDATES] if x != y]
    shared = next((pair for pair in pairs if _share_rows(*pair)), pairs[0] if pairs else ())
    return tuple(column.name for column in shared)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The places of x and y in a table, and which of them were guessed.

    `others` says whether there are more columns of numbers to choose from.
    """

    x: int
    y: int
    guessed: tuple[bool, bool] = (False, False)
    others: bool = False


def choose(table: Table, path: str, x: str | None, y: str | None) -> Chosen:
    """Return the places of the columns x and y; a column that isn't named is guessed.

    Raises
    ------
    InputError
        If a column isn't there, y holds dates, both are the same, or there are none to guess.
    """
    places = [table.names.index(name) for name in (x, y) if name in table.names]
    if len(set(places)) == 2 and table.format(places[1]).kind != DATES:
        return Chosen(places[0], places[1])
    found = columns(table)
    names = [column.name for column in found]
    for asked in (x, y):
        if asked is not None and asked not in names:
            name = quoted(asked) if asked else "without a name"
            raise InputError(
                f"{printable(path)}: there is no column {name}; choose from {_listed(names)}"
            )
    if y is not None and found[names.index(y)].why == "dates":
        numeric = [column.name for column in found if column.guessed]
        raise InputError(
            f"{printable(path)}: column {quoted(y)} holds dates, which can only be x; choose a "
            f"column of numbers for y{', such as ' if numeric else ''}{_listed(numeric)}"
        )
    if x is not None and x == y:
        raise InputError(f"x and y are both {quoted(x)}; choose two different columns")
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
    others = sum(column.guessed for column in found if column.name not in pair) > 0
    return Chosen(names.index(pair[0]), names.index(pair[1]), (x is None, y is None), others)


def are_coordinates(x: str, y: str) -> bool:
    """Return whether two columns are the latitude and the longitude of places."""
    found = [_PLACES.fullmatch(name.strip()) for name in (x, y)]
    return all(found) and {bool(one and one[1]) for one in found} == {True, False}


def no_pair_message(found: Sequence[Column], rows: int) -> str:
    """Return the error message if no two columns can be x and y, or "" if two can."""
    if rows == 0:
        return "there are no rows below its header; add some"
    if rows == 1:
        return "one row is not enough for a line; it takes two"
    xs = [place for place, column in enumerate(found) if column.x]
    ys = [place for place, column in enumerate(found) if column.y]
    if xs and ys and (len(xs) > 1 or ys != xs):
        return ""
    numeric = "one" if any(column.x and column.y for column in found) else "none"
    whys = ", ".join(f"{quoted(c.name, 20)}: {c.why}" for c in found[:3] if c.why)
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
    shown = ", ".join(f"{quoted(name, 30)}{why}" for name, why in known)
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"

"""What every kind of table has: names, a head to judge it by, and two columns to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from linreg_tui.core.moments import FloatArray

HEAD_ROWS = 1000
"""Rows that show what a column holds."""

Pair = tuple[FloatArray, FloatArray]
"""x and y, both of shape (n,)."""


class Table(Protocol):
    """A table in an open file.

    `head` is the text of its first rows, each as long as `names`. `complete` says whether those are
    all rows. `notes` say how the header was found, where there is more than one way.
    """

    names: tuple[str, ...]
    head: list[tuple[str, ...]]
    complete: bool
    notes: tuple[str, ...]

    @property
    def fraction(self) -> float:
        """How much has been read, from 0 to 1."""

    def close(self) -> None:
        """Close the file."""

    def numbers(self, cells: list[str]) -> FloatArray:
        """Return the numbers in some cells of a column."""

    def ambiguous_cell(self, place: int) -> str:
        """Return a cell of a column whose decimal mark was guessed, or "" if none was."""

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """Yield the rows of two columns, a chunk at a time; NaN stands for no number.

        x and y are the places of the columns, counted from 0. The rows can be read once.
        """


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Return a different name for each column; as in pandas, those without one are numbered."""
    taken: set[str] = set()
    names = []
    for place, given in enumerate(header):
        name = stem = given.strip(" ") if given.strip() else f"Unnamed: {place}"
        count = 0
        while name in taken:
            count += 1
            name = f"{stem}.{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)

"""What every kind of table has: names, a head to look at, and two columns to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from linreg_tui.core.moments import FloatArray

HEAD_ROWS = 1000
"""Rows from which it is told what a column holds."""

Pair = tuple[FloatArray, FloatArray]
"""x and y, both of shape (n,)."""


class Table(Protocol):
    """A table in an open file.

    `head` is the text of its first rows, a row as long as `names`, and `complete` whether that is
    all rows. `notes` say how the header was found, where that isn't plain.
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
        """The numbers of some cells of a column."""

    def unclear(self, place: int) -> str:
        """A cell of a column whose decimal mark had to be guessed; an empty one if it hadn't."""

    def chunks(self, x: int, y: int) -> Iterator[Pair]:
        """The rows of two columns, a chunk at a time; NaN where there is no number.

        They are named by their places, counted from 0, and can be read once.
        """


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Names for all columns, no two alike; those without one are numbered, as pandas does."""
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

"""Opens the tables that can be opened, each by its kind, which its name tells."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from linreg_tui.core.reading.columns import Column, columns, guess
from linreg_tui.core.reading.table import Table
from linreg_tui.core.reading.text import DelimitedTable
from linreg_tui.core.text import printable

TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat")
PARQUET, EXCEL = (".parquet",), (".xlsx", ".xlsm")


def openable(path: str) -> bool:
    """Whether a file's name says that a table can be read from it."""
    name = path.lower()
    return name.removesuffix(".gz").endswith(TEXTS) or name.endswith(PARQUET + EXCEL)


def open_table(path: str) -> Table:
    """The table in a file, to be closed; what isn't known for another kind is text.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or a library is missing that reads it.
    """
    if path.lower().endswith(PARQUET):
        from linreg_tui.core.reading.parquet import ParquetTable

        return ParquetTable(path)
    if path.lower().endswith(EXCEL):
        from linreg_tui.core.reading.spreadsheet import ExcelTable

        return ExcelTable(path)
    return DelimitedTable(path)


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns of a file, its first rows as text that can be shown, and a guess of x and y.

    `notes` say how its header was found, where that isn't plain.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: tuple[str, str] | None
    notes: tuple[str, ...] = ()


def preview(path: str, rows: int = 8) -> Preview:
    """What the head of a file tells of it, however long it is.

    Raises
    ------
    InputError
        If it can't be opened.
    """
    with closing(open_table(path)) as table:
        found = columns(table)
        first = tuple(tuple(map(printable, row)) for row in table.head[:rows])
        notes = table.notes
    pair = guess(found)
    return Preview(found, first, (pair[0], pair[1]) if len(pair) == 2 else None, notes)

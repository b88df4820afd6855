"""Opens tables by the ending of the file's name, and previews them."""

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
    """Return whether a file's name ends like that of a table."""
    name = path.lower()
    return name.removesuffix(".gz").endswith(TEXTS) or name.endswith(PARQUET + EXCEL)


def open_table(path: str) -> Table:
    """Open the table in a file, which the caller closes; unknown endings are read as text.

    Raises
    ------
    InputError
        If there is no such file, no table in it, or the library to read it is missing.
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
    """The columns of a file, its first rows as printable text, and a guess of x and y.

    `notes` say how the header was found, where there is more than one way.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: tuple[str, str] | None
    notes: tuple[str, ...] = ()


def preview(path: str, rows: int = 8) -> Preview:
    """Return a preview of a file of any length, from its head.

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

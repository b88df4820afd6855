"""The first rows of a table that may be opened, as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from linreg_tui.core.columns import Column
from linreg_tui.core.tables import Preview
from linreg_tui.core.text import printable
from linreg_tui.tui.picture import Picture, Role, blank, write

WIDEST = 18
GAP = 2


def draw_preview(columns: int, rows: int, preview: Preview, chosen: Sequence[str] = ()) -> Picture:
    """Names and first rows; columns of numbers on the right of their cells, chosen ones marked."""
    picture = blank(columns, rows)
    left = 0
    for place, column in enumerate(preview.columns):
        cells = [row[place] for row in preview.rows]
        name = printable(column.name)
        width = min(WIDEST, max(map(cell_len, [name, *cells]), default=0))
        if left + width > columns or rows == 0:
            if rows:
                write(picture, 0, max(0, columns - 1), "…", Role.LABEL)
            break
        ink = _ink(column, chosen)
        for row, text in enumerate([name, *cells][:rows]):
            shown = _cut(text, width)
            shift = width - cell_len(shown) if column.y else 0
            write(picture, row, left + shift, shown, ink if row == 0 else _body(column, chosen))
        left += width + GAP
    return picture


def _ink(column: Column, chosen: Sequence[str]) -> Role:
    return Role.FIT if column.name in chosen else Role.LABEL


def _body(column: Column, chosen: Sequence[str]) -> Role:
    return Role.TEXT if column.name in chosen or (column.x and column.y) else Role.AXIS


def _cut(text: str, width: int) -> str:
    while cell_len(text) > width:
        text = f"{text.rstrip('…')[:-1]}…"
    return text

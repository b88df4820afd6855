"""The first rows of a table that may be opened, as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from linreg_tui.core.reading.columns import Column
from linreg_tui.core.reading.tables import Preview
from linreg_tui.core.text import printable
from linreg_tui.tui.drawing.picture import Picture, Role, blank, cut, write

WIDEST = 18
GAP = 2


def draw_preview(
    columns: int, rows: int, preview: Preview, chosen: Sequence[str] = (), here: int = 0
) -> Picture:
    """Names and first rows; columns of numbers on the right of their cells, chosen ones marked.

    The columns begin where the one with the number `here` can be seen too.
    """
    picture = blank(columns, rows)
    texts = [
        [printable(column.name), *(row[place] for row in preview.rows)]
        for place, column in enumerate(preview.columns)
    ]
    widths = [min(WIDEST, max(map(cell_len, cells))) for cells in texts]
    first = _first(widths, here, columns)
    left = 0
    if first and rows:
        write(picture, 0, 0, "…", Role.LABEL)
        left = GAP
    for place in range(first, len(texts)):
        column, width = preview.columns[place], widths[place]
        if left + width > columns - (GAP if place + 1 < len(texts) else 0) or rows == 0:
            if rows:
                write(picture, 0, max(0, columns - 1), "…", Role.LABEL)
            break
        ink = _ink(column, chosen)
        for row, text in enumerate(texts[place][:rows]):
            shown = cut(text, width)
            shift = width - cell_len(shown) if column.y else 0
            write(picture, row, left + shift, shown, ink if row == 0 else _body(column, chosen))
        left += width + GAP
    return picture


def _first(widths: Sequence[int], here: int, columns: int) -> int:
    """The first column that is shown, as far to the left as one can also see that at `here`."""
    room = columns - (GAP if here + 1 < len(widths) else 0)
    first = 0
    while first < here and _taken(widths[first : here + 1]) + GAP * (first > 0) > room:
        first += 1
    return first


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _ink(column: Column, chosen: Sequence[str]) -> Role:
    return Role.FIT if column.name in chosen else Role.LABEL


def _body(column: Column, chosen: Sequence[str]) -> Role:
    return Role.TEXT if column.name in chosen or (column.x and column.y) else Role.AXIS

"""A look at files that may be opened: their heads are read off the event loop, and drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.cells import cell_len

from linreg_tui import failures
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import Column
from linreg_tui.core.reading.tables import Preview, preview
from linreg_tui.core.text import printable
from linreg_tui.tui.drawing.picture import Picture, Role, blank, cut, write

T = TypeVar("T")

WIDEST_COLUMN = 18
GAP = 2


class LeftError(Exception):
    """Nobody waits for the data any more."""


async def attempt(reading: Callable[[], T]) -> T:
    """What a function returns that reads a file, called in a thread.

    It changes nothing but what it returns, so a failure that nobody expected is no reason to lose
    a session: it is told, and its traceback is kept.

    Raises
    ------
    InputError
        If the file can't be read, for whatever reason.
    LeftError
        If the function does.
    """
    try:
        return await asyncio.to_thread(reading)
    except (InputError, LeftError):
        raise
    except MemoryError:
        raise InputError(
            "it needs more memory than there is; keep a sample of the rows instead"
        ) from None
    except Exception as error:
        message, where = failures.write_traceback(error)
        raise InputError(f"this program failed to read it: {message}; {where}") from error


class Previews:
    """What the heads of files tell; each is read once for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._readings: dict[tuple[Path, int, int, int], asyncio.Future[Preview]] = {}

    async def of(self, path: Path) -> Preview:
        """What the head of a file tells.

        Raises
        ------
        InputError
            If it can't be read.
        """
        try:
            found = path.stat()
        except OSError:  # reading it says what is wrong with it
            return await attempt(partial(preview, str(path)))
        state = (path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

        def forget_failure(reading: asyncio.Future[Preview]) -> None:
            if reading.cancelled() or reading.exception() is not None:
                del self._readings[state]

        if state not in self._readings:
            reading = asyncio.ensure_future(attempt(partial(preview, str(path))))
            self._readings[state] = reading
            reading.add_done_callback(forget_failure)
        # It goes on when somebody no longer waits for it: somebody else may.
        return await asyncio.shield(self._readings[state])


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
    widths = [min(WIDEST_COLUMN, max(map(cell_len, cells))) for cells in texts]
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

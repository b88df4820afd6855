"""Previews of files: their heads are read off the event loop, and drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.cells import cell_len

from linreg_tui import failures, files
from linreg_tui.core.errors import InputError
from linreg_tui.core.reading.columns import Column
from linreg_tui.core.reading.loading import Preview, preview
from linreg_tui.core.reading.table import AUTOMATIC, Choices
from linreg_tui.core.text import printable
from linreg_tui.tui.drawing.picture import Picture, Role, blank, cut, write

T = TypeVar("T")

HEAD_SECONDS = 10.0
"""The time that the head of a file may take; a folder on a network may never give it."""

MOST_COLUMN_CELLS = 18
GAP_CELLS = 2


class ReadingCancelledError(Exception):
    """Nobody waits for the data any more."""


async def read_in_thread(reading: Callable[[], T]) -> T:
    """Call a function that reads a file in a thread, and return its result.

    The function changes nothing, so even an unexpected failure is no reason to lose a session: the
    message says so, and the traceback is stored.

    Raises
    ------
    InputError
        If the file can't be read, for whatever reason.
    ReadingCancelledError
        If the function raises it.
    """
    try:
        return await asyncio.to_thread(reading)
    except (InputError, ReadingCancelledError):
        raise
    except MemoryError:
        raise InputError(
            "it needs more memory than there is; keep a sample of the rows instead"
        ) from None
    except Exception as error:
        message, where = failures.write_traceback(error)
        raise InputError(f"this program failed to read it: {message}; {where}") from error


class Previews:
    """The heads of files; each is read once, until the file changes."""

    def __init__(self) -> None:
        self._readings: dict[tuple[Path, Choices, int, int, int], asyncio.Future[Preview]] = {}

    async def of(self, path: Path, choices: Choices = AUTOMATIC) -> Preview:
        """Return the head of a file, read as the choices say.

        Raises
        ------
        InputError
            If it can't be read.
        """
        try:
            found = await asyncio.to_thread(files.in_time, path.stat)
        except OSError:  # reading it says what is wrong with it
            return await read_in_thread(partial(preview, str(path), choices=choices))
        state = (path, choices, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

        def forget_failure(reading: asyncio.Future[Preview]) -> None:
            if reading.cancelled() or reading.exception() is not None:
                del self._readings[state]

        if state not in self._readings:
            look = partial(preview, str(path), choices=choices)
            head = partial(files.in_time, look, HEAD_SECONDS)
            reading = asyncio.ensure_future(read_in_thread(head))
            self._readings[state] = reading
            reading.add_done_callback(forget_failure)
        # It continues when one caller no longer waits for it: another one may.
        return await asyncio.shield(self._readings[state])


def draw_preview(
    columns: int, rows: int, preview: Preview, chosen: Sequence[str] = (), here: int = 0
) -> Picture:
    """Draw names and first rows, numbers on the right of their cells, chosen columns marked.

    The first column shown is one from which the column with the number `here` is in sight too.
    """
    picture = blank(columns, rows)
    texts = [
        [printable(column.name), *(row[place] for row in preview.rows)]
        for place, column in enumerate(preview.columns)
    ]
    widths = [min(MOST_COLUMN_CELLS, max(map(cell_len, cells))) for cells in texts]
    first = _first(widths, here, columns)
    left = 0
    if first and rows:
        write(picture, 0, 0, "…", Role.LABEL)
        left = GAP_CELLS
    for place in range(first, len(texts)):
        column, width = preview.columns[place], widths[place]
        if left + width > columns - (GAP_CELLS if place + 1 < len(texts) else 0) or rows == 0:
            if rows:
                write(picture, 0, max(0, columns - 1), "…", Role.LABEL)
            break
        ink = _ink(column, chosen)
        for row, text in enumerate(texts[place][:rows]):
            shown = cut(text, width)
            shift = width - cell_len(shown) if column.y else 0
            write(picture, row, left + shift, shown, ink if row == 0 else _body(column, chosen))
        left += width + GAP_CELLS
    return picture


def _first(widths: Sequence[int], here: int, columns: int) -> int:
    """Return the first column shown, as far left as keeps the column at `here` in sight."""
    room = columns - (GAP_CELLS if here + 1 < len(widths) else 0)
    first = 0
    while first < here and _total_width(widths[first : here + 1]) + GAP_CELLS * (first > 0) > room:
        first += 1
    return first


def _total_width(widths: Sequence[int]) -> int:
    return sum(widths) + GAP_CELLS * (len(widths) - 1)


def _ink(column: Column, chosen: Sequence[str]) -> Role:
    return Role.FIT if column.name in chosen else Role.LABEL


def _body(column: Column, chosen: Sequence[str]) -> Role:
    return Role.TEXT if column.name in chosen or (column.x and column.y) else Role.AXIS

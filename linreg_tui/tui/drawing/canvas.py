"""Places in, characters out, rasterised by plotext; the only module that knows plotext.

plotext gets only places from 0 to 1 that are clipped already: it would rasterise a line that leaves
the window before it clips it. It has one figure for everything, so only one thread may call these
functions.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linreg_tui.compat.plotext_manual import leave_out_manual
from linreg_tui.core.moments import FloatArray
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import Ink
from linreg_tui.tui.drawing.picture import BLANK, NO_DOT, Glyphs, blank

BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""What each dot of a cell adds to the character, by its row from above and its column."""


def braille(area: Area, column: NDArray[np.intp], row: NDArray[np.intp]) -> Glyphs:
    """Return braille for distinct dots, by column and by row from below, both of shape (n,)."""
    down, across = BITS.shape
    row = area.dots_down - 1 - row
    cell = row // down * area.plot_columns + column // across
    cells = area.plot_rows * area.plot_columns
    added = np.bincount(cell, BITS[row % down, column % across], cells).astype(np.uint32)
    glyphs = np.where(added == 0, np.uint32(BLANK), added | np.uint32(NO_DOT))
    return glyphs.reshape(area.plot_rows, area.plot_columns)


DOTS_A_SHORT_DASH = 3
"""Dots of a short dash; the gap to the next one is as long."""


def is_loaded() -> bool:
    """Return whether plotext is loaded, so that drawing need not wait."""
    return "plotext" in sys.modules


def load() -> None:
    """Load plotext."""
    _plotext()


@cache
def _plotext() -> Any:
    leave_out_manual()
    import plotext

    return plotext


def dots(area: Area, x: FloatArray, y: FloatArray, ink: Ink) -> Glyphs:
    """Return dots at places from 0 to 1; several points in one dot become the ink's crowd."""
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    if not (area.has_room and inside.any()):
        return blank(area.plot_columns, area.plot_rows).glyphs
    across, down = area.dots_across, area.dots_down
    column = np.minimum(x[inside] * across, across - 1).astype(np.intp)
    row = np.minimum(y[inside] * down, down - 1).astype(np.intp)
    counts = np.bincount(column * down + row)
    inked = np.flatnonzero(counts)
    column, row = np.divmod(inked, down)
    if ink.marker == "braille":
        return braille(area, column, row)
    x, y = (column + 0.5) / across, (row + 0.5) / down
    glyphs = signal(area, x, y, ink.marker, joined=False)
    crowded = counts[inked] > 1
    if not (ink.crowd and crowded.any()):
        return glyphs
    crowd = signal(area, x[crowded], y[crowded], ink.crowd, joined=False)
    return np.where(crowd == BLANK, glyphs, crowd)


def connected(area: Area, x: FloatArray, y: FloatArray, ink: Ink) -> Glyphs:
    """Return lines through places (x, y) of shape (n,), which are moved into the plot area."""
    known = ~(np.isnan(x) | np.isnan(y))  # NaN would make plotext abort the process
    if not (area.has_room and known.any()):
        return blank(area.plot_columns, area.plot_rows).glyphs
    x, y = np.clip(x[known], 0, 1), np.clip(y[known], 0, 1)
    return signal(area, x, y, ink.marker, joined=True)


def short_dashes(area: Area, x: FloatArray, y: FloatArray, ink: Ink) -> Glyphs:
    """Return the same lines in short dashes."""
    known = ~(np.isnan(x) | np.isnan(y))
    if not known.any():
        return blank(area.plot_columns, area.plot_rows).glyphs
    x, y = np.clip(x[known], 0, 1), np.clip(y[known], 0, 1)
    across, down = np.diff(x) * area.dots_across, np.diff(y) * area.dots_down
    length = np.concatenate([[0.0], np.cumsum(np.maximum(np.abs(across), np.abs(down)))])
    number = np.arange(math.ceil(length[-1]) + 1)
    along = number[number // DOTS_A_SHORT_DASH % 2 == 0]
    return dots(area, np.interp(along, length, x), np.interp(along, length, y), ink)


def signal(area: Area, x: FloatArray, y: FloatArray, marker: str, *, joined: bool) -> Glyphs:
    """Return plotext's drawing of points at places from 0 to 1, or of the lines that join them."""

    def add() -> None:
        figure = _plotext().figure
        figure.draw(figure.signal(x.tolist(), y.tolist(), marker=marker).lines(joined))

    return _draw(area.plot_columns, area.plot_rows, add)


def axes(area: Area, end: int) -> Glyphs:
    """Return axes for the whole picture, left and below, with ticks along x up to column `end`."""
    return _draw(area.columns, area.rows - 1, lambda: _add_axes(area, end))


def _add_axes(area: Area, end: int) -> None:
    figure = _plotext().figure
    figure.axes(True, axis="x", side="lower")
    figure.axes(True, axis="y", side="left")
    width = area.left - 1
    x_ticks = [
        tick
        for tick in area.x.ticks
        if area.left + tick.place * area.plot_columns + len(tick.text) / 2 < end
    ]
    figure.ruler("x").ticks([tick.place for tick in x_ticks], [tick.text for tick in x_ticks])
    figure.ruler("y").ticks(
        [tick.place for tick in area.y.ticks], [tick.text.rjust(width) for tick in area.y.ticks]
    )


def _draw(columns: int, rows: int, add: Callable[[], None]) -> Glyphs:
    """Return plotext's drawing, without colours, of what `add` adds to its figure."""
    plotext = _plotext()
    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear.data()
    figure.clear.settings()
    figure.plot_size(columns, rows)
    figure.axes(False)
    figure.legend(False)
    for axis in ("x", "y"):
        figure.ruler(axis).lim(0, 1).alignment("edge").ticks([], [])
    add()
    text: str = figure.build().string(colorless=True)
    code_points = np.frombuffer(text.replace("\n", "").encode("utf-32-le"), np.uint32)
    return code_points.reshape(rows, columns)

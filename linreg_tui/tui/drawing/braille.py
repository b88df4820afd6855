"""Braille characters of dots, straight away: plotext takes 10 µs for each dot of a crowd."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.layers import NO_DOT
from linreg_tui.tui.drawing.picture import BLANK, Glyphs

BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""What each dot of a cell adds to the character, by its row from above and its column."""


def braille(area: Area, column: NDArray[np.intp], row: NDArray[np.intp]) -> Glyphs:
    """Different dots, each given by its column and, from below, its row, both of shape (n,)."""
    down, across = BITS.shape
    row = area.dots_down - 1 - row
    cell = row // down * area.plot_columns + column // across
    cells = area.plot_rows * area.plot_columns
    added = np.bincount(cell, BITS[row % down, column % across], cells).astype(np.uint32)
    glyphs = np.where(added == 0, np.uint32(BLANK), added | np.uint32(NO_DOT))
    return glyphs.reshape(area.plot_rows, area.plot_columns)

"""Bars of characters, finer than a cell where there are characters for that."""

from __future__ import annotations

import numpy as np

from linreg_tui.core.moments import FloatArray
from linreg_tui.tui.drawing.picture import BLANK, Glyphs


def bars_right(parts: FloatArray, cells: int, ends: str) -> Glyphs:
    """Bars to the right, one a row, the longest of them so many cells long: shape (k, cells).

    `ends` has the characters for the end of a bar, from the least to a full cell. What is more
    than 0 is seen.
    """
    levels = np.array([BLANK, *map(ord, ends)], np.uint32)
    longest = float(parts.max(initial=0.0))
    length = np.ceil(parts * (cells * len(ends) / longest)) if longest > 0 else np.zeros(len(parts))
    filled = np.clip(length[:, None] - np.arange(cells) * len(ends), 0, len(ends))
    glyphs: Glyphs = levels[filled.astype(np.intp)]
    return glyphs


def bars_up(parts: FloatArray, cells: int, ends: str) -> Glyphs:
    """Bars upwards, one a column: shape (cells, k)."""
    return bars_right(parts, cells, ends).T[::-1]

"""Places in, dots out: which dots of the plot area a point or a line inks.

A place is a number from 0 to 1 along an axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linreg_tui.core.moments import FloatArray
from linreg_tui.tui.drawing.area import Area
from linreg_tui.tui.drawing.markers import Dots

DOTS_A_SHORT_DASH = 3
"""Dots of a short dash; the gap to the next one is as long."""


def no_dots(area: Area) -> Dots:
    """Return a plot area without dots."""
    return np.zeros((max(0, area.plot_rows), max(0, area.plot_columns)), np.uint8)


def points(area: Area, x: FloatArray, y: FloatArray) -> tuple[Dots, NDArray[np.intp]]:
    """Return the dots of points at places (x, y), each of shape (n,), and how many a dot holds.

    The second array has the largest number of points in any dot of each cell.
    """
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    most = np.zeros(no_dots(area).shape, np.intp)
    if not (area.has_room and inside.any()):
        return no_dots(area), most
    column, row = _parts(x[inside], area.dots_across), _parts(y[inside], area.dots_down)
    counts = np.bincount(column * area.dots_down + row)
    inked = np.flatnonzero(counts)
    column, row = np.divmod(inked, area.dots_down)
    cell = (area.dots_down - 1 - row) // area.markers.down, column // area.markers.across
    np.maximum.at(most, cell, counts[inked])
    return patterns(area, column, row), most


def connected(area: Area, x: FloatArray, y: FloatArray) -> Dots:
    """Return the dots of a line through places (x, y); those outside move to the border.

    Both have shape (n,). Places that aren't numbers are left out.
    """
    return patterns(area, *_along(area, x, y))


def short_dashes(area: Area, x: FloatArray, y: FloatArray) -> Dots:
    """Return the dots of the same line in short dashes."""
    column, row = _along(area, x, y)
    inked = np.arange(len(column)) // DOTS_A_SHORT_DASH % 2 == 0
    return patterns(area, column[inked], row[inked])


def boxes(
    area: Area, left: FloatArray, right: FloatArray, low: FloatArray, high: FloatArray
) -> Dots:
    """Return the dots of the outlines of k boxes by the places of their sides, each of shape (k,).

    A box without a width is an upright line. Sides outside the plot area are left out.
    """
    known = ~np.isnan(left + right + low + high)
    if not (area.has_room and known.any()):
        return no_dots(area)
    across, down = area.dots_across, area.dots_down
    sides = [
        np.where(places == 1, count - 1, np.floor(np.clip(places, -1, 2) * count)).astype(np.intp)
        for places, count in (
            (left[known], across),
            (right[known], across),
            (low[known], down),
            (high[known], down),
        )
    ]
    first, last = np.minimum(sides[0], sides[1]), np.maximum(sides[0], sides[1])
    bottom, top = np.minimum(sides[2], sides[3]), np.maximum(sides[2], sides[3])
    row, upright = _spans(bottom, top, np.concatenate([first, last]))
    column, level = _spans(first, last, np.concatenate([bottom, top]))
    columns, rows = np.concatenate([upright, column]), np.concatenate([row, level])
    inside = (columns >= 0) & (columns < across) & (rows >= 0) & (rows < down)
    return patterns(area, columns[inside], rows[inside])


def _spans(
    start: NDArray[np.intp], end: NDArray[np.intp], at: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return all numbers from each start to its end, twice, and for each where its span is."""
    start, end = np.concatenate([start, start]), np.concatenate([end, end])
    counts = end - start + 1
    first = np.repeat(np.cumsum(counts) - counts - start, counts)
    return np.arange(len(first)) - first, np.repeat(at, counts)


def patterns(area: Area, column: NDArray[np.intp], row: NDArray[np.intp]) -> Dots:
    """Return the dots by column and by row from below, both of shape (n,), as bits of their cells.

    A dot may come several times.
    """
    dots = no_dots(area)
    across, down = area.markers.across, area.markers.down
    from_above = area.dots_down - 1 - row
    bit = 1 << (from_above % down * across + column % across)
    np.bitwise_or.at(dots, (from_above // down, column // across), bit.astype(np.uint8))
    return dots


def part(place: float, parts: int) -> int:
    """Return which of so many equal parts of an axis a place from 0 to 1 is in."""
    return min(int(place * parts), parts - 1)


def _parts(places: FloatArray, parts: int) -> NDArray[np.intp]:
    return np.minimum(places * parts, parts - 1).astype(np.intp)


def _along(area: Area, x: FloatArray, y: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return column and row of the dots along a line, each a neighbour of the one before."""
    known = ~(np.isnan(x) | np.isnan(y))
    if not (area.has_room and known.any()):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    corners = [
        _parts(np.clip(places[known], 0, 1), count)
        for places, count in ((x, area.dots_across), (y, area.dots_down))
    ]
    lengths = np.maximum(*(np.abs(np.diff(corner)) for corner in corners))
    length = np.concatenate([[0], np.cumsum(lengths)])
    number = np.arange(length[-1] + 1)
    column, row = (np.rint(np.interp(number, length, corner)) for corner in corners)
    return column.astype(np.intp), row.astype(np.intp)

"""Arrays in, a picture out.

A picture is a stack of layers, each the size of the plot area. What stands still is drawn once;
what moves is drawn again and laid on top. Everything is clipped to the area first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.history import Curve
from linreg_tui.core.moments import FloatArray
from linreg_tui.tui.drawing import canvas
from linreg_tui.tui.drawing.area import CELL_ASPECT, Area
from linreg_tui.tui.drawing.markers import Ink, Markers
from linreg_tui.tui.drawing.picture import (
    CURVES,
    DENSITIES,
    QUIET,
    Layer,
    Picture,
    Role,
    Span,
    blank,
    write,
    write_legend,
)


def legend(markers: Markers, *names: str, few: bool = False) -> list[Span]:
    """Return entries of the legend by name; `few` points of data are shown as characters."""
    known: dict[str, tuple[str, Role]] = {
        "before": (markers.trace.sample, Role.TRACE),
        "best so far": (markers.trace.sample, Role.TRACE),
        "data": (markers.point if few else markers.points.sample, Role.POINTS),
        "batch": (markers.batch, Role.BATCH),
        "fit": (markers.fit.sample, Role.FIT),
        "loss": (markers.loss.sample, Role.FIT),
        "closed form": (markers.closed_form.sample, Role.REFERENCE),
        "optimum": (markers.closed_form.sample, Role.REFERENCE),
        "least squares": (markers.closed_form.sample[:1] + "  ", Role.ASIDE),
        "test rows": (markers.test, Role.TEST),
        "test loss": (markers.trace.sample, Role.TEST),
    }
    return [(f"{known[name][0]} {name}", known[name][1]) for name in names]


CELLS_A_DASH, CELLS_FROM_DASH_TO_DASH = 2, 6
"""Long enough that where two lines meet, the colour doesn't change at every cell."""

POINTS_A_COLUMN = 0.5
"""With up to this many, points are few: a dot alone is easily overlooked."""

TEST_POINTS_A_ROW = 32
"""Test rows are characters where there are at most this many for each row of the plot."""

FULL_DOT = 8
"""The points in a dot that make it the brightest, unless another has more."""


def frame(area: Area, legend: Sequence[Span] = ()) -> Picture:
    """Draw axes with ticks and labels; the legend is above the plot area, where no data can be."""
    picture = blank(area.columns, area.rows)
    if not area.has_room:
        return picture
    markers = area.markers
    x_label = f"{area.x.label} {markers.right}" if area.x.label else ""
    y_label = f"{markers.up} {area.y.label}"
    x_label_at = area.columns - cell_len(x_label)
    _write_axes(picture, area, x_label_at - 1)
    write(picture, area.rows - 1, x_label_at, x_label, Role.LABEL)
    write(picture, 0, area.left - 1, y_label, Role.LABEL)
    write_legend(picture, area.left + cell_len(y_label) + 2, legend)
    return picture


def _write_axes(picture: Picture, area: Area, end: int) -> None:
    """Write axes left of and below the plot area, with texts along x that end before a column."""
    side, tick_beside, corner, tick_below, bottom = list(area.markers.axis)
    axis, bottom_row = area.left - 1, 1 + area.plot_rows
    for row in range(1, bottom_row):
        write(picture, row, axis, side, Role.AXIS)
    write(picture, bottom_row, axis, corner + bottom * area.plot_columns, Role.AXIS)
    for tick in area.y.ticks:
        row = bottom_row - 1 - canvas.part(tick.place, area.plot_rows)
        write(picture, row, 0, tick.text.rjust(axis), Role.LABEL)
        write(picture, row, axis, tick_beside, Role.AXIS)
    free = 0
    for tick in area.x.ticks:
        column = area.left + canvas.part(tick.place, area.plot_columns)
        start = max(area.left, column - (cell_len(tick.text) - 1) // 2)
        if free <= start and start + cell_len(tick.text) <= end:
            write(picture, bottom_row, column, tick_below, Role.AXIS)
            write(picture, bottom_row + 1, start, tick.text, Role.LABEL)
            free = start + cell_len(tick.text) + 1


def legend_fits(area: Area, legend: Sequence[Span]) -> bool:
    """Return whether a frame has room for all of a legend."""
    label = cell_len(area.markers.up) + 1 + cell_len(area.y.label) + 2
    return sum(cell_len(text) + 3 for text, _ in legend) - 3 <= area.columns - area.left - label


def scatter(area: Area, x: FloatArray, y: FloatArray, role: Role = Role.POINTS) -> Layer:
    """Draw points (x, y), each of shape (n,): a dot wherever there is at least one.

    Points of the data are the brighter the more of them fall into a dot.
    """
    ink = _ink(area, role)
    dots, most = canvas.points(area, area.x.place(x), area.y.place(y))
    layer = Layer.of_dots(dots, ink, _brightness(most) if role == Role.POINTS else role)
    if ink.crowd:
        layer.glyphs[most > 1] = ord(ink.crowd)
    return layer


def are_few(area: Area, data: Dataset) -> bool:
    """Return whether each point of the data is drawn as a character."""
    return data.n <= POINTS_A_COLUMN * area.plot_columns


def data_points(area: Area, data: Dataset) -> Layer:
    """Draw the points of the data: as characters if they are few, as dots otherwise."""
    if are_few(area, data):
        return marks(area, *data.sketch, area.markers.point, Role.POINTS)
    return scatter(area, *data.sketch)


def test_points(area: Area, test: Dataset) -> Layer:
    """Draw the test rows: a character for each row, or dots if there are many."""
    if test.n <= TEST_POINTS_A_ROW * area.plot_rows:
        return marks(area, *test.sketch, area.markers.test, Role.TEST)
    return scatter(area, *test.sketch, Role.TEST)


def _brightness(most: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return the roles of cells by the points in their fullest dot, on a log scale."""
    fullest = max(FULL_DOT, int(most.max(initial=1)))
    share = np.log(np.maximum(most, 1)) / math.log(fullest)
    return np.array(DENSITIES, np.uint8)[np.rint(share * (len(DENSITIES) - 1)).astype(np.intp)]


def path(area: Area, x: FloatArray, y: FloatArray, role: Role) -> Layer:
    """Draw a line along points, each of shape (n,); those outside move to the border."""
    return _line(area, area.x.place(x), area.y.place(y), role)


def straight_line(
    area: Area, slope: float, intercept: float, role: Role, *, dashed: bool = False
) -> Layer:
    """Draw the line y = m x + b, as far as it crosses the plot area."""
    ends = _clip(area, slope, intercept)
    if ends is None:
        return _no_ink(area, role)
    x, y = area.x.place(ends[0]), area.y.place(ends[1])
    if not dashed:
        return _line(area, x, y, role)
    length = max(np.ptp(x) * area.dots_across, np.ptp(y) * area.dots_down)
    dash = 1 if role == Role.ASIDE else CELLS_A_DASH
    along = _dashes(length, area.markers.across, dash, CELLS_FROM_DASH_TO_DASH)
    x, y = x[0] + along * (x[1] - x[0]), y[0] + along * (y[1] - y[0])
    return _dotted(area, x, y, role)


def level(area: Area, y: float, role: Role) -> Layer:
    """Draw a dashed horizontal line."""
    x = _dashes(area.dots_across, area.markers.across, CELLS_A_DASH, CELLS_FROM_DASH_TO_DASH)
    y_places = np.full_like(x, area.y.place(np.array([y])))
    return _dotted(area, x, y_places, role)


def upright(area: Area, x: float, role: Role) -> Layer:
    """Draw a dashed vertical line."""
    y = _dashes(area.dots_down, area.markers.down, 1, 2)
    x_places = np.full_like(y, area.x.place(np.array([x])))
    return _dotted(area, x_places, y, role)


def bar(area: Area, x: float, role: Role) -> Layer:
    """Draw a vertical bar, from the top of the plot area to its bottom."""
    layer = _no_ink(area, role)
    place = float(area.x.place(np.array(x)))
    if area.has_room and 0 <= place <= 1:
        column = min(int(place * area.plot_columns), area.plot_columns - 1)
        layer.glyphs[:, column] = ord(area.markers.axis[0])
    return layer


def curve(area: Area, thinned: Curve, role: Role) -> Layer:
    """Draw a curve over step numbers, from lowest to highest value in each column."""
    span = np.arange(len(thinned.low), dtype=np.float64)
    x = area.x.place(span * thinned.stride)
    seen = (x >= 0) & (x <= 1)
    if not seen.any():
        return _no_ink(area, role)
    x, low, high = x[seen], thinned.low[seen], thinned.high[seen]
    column = np.minimum(x * area.dots_across, area.dots_across).astype(np.intp)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    low = np.minimum.reduceat(np.clip(area.y.place(low), 0, 1), starts)
    high = np.maximum.reduceat(np.clip(area.y.place(high), 0, 1), starts)
    ends = np.repeat(x[starts], 2), np.column_stack([high, low]).ravel()
    repeated = np.flatnonzero((np.diff(ends[0], append=2) == 0) & (np.diff(ends[1], append=2) == 0))
    x, y = (np.delete(end, repeated) for end in ends)
    return _line(area, x, y, role, None if role == Role.TEST else area.markers.loss)


def marks(area: Area, x: FloatArray, y: FloatArray, glyph: str, role: Role) -> Layer:
    """Draw a character at each (x, y), of shape (n,): one for all or one each, the last on top."""
    layer = _no_ink(area, role)
    if not area.has_room:
        return layer
    x, y = area.x.place(x), area.y.place(y)
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    column = np.minimum(x[inside] * area.plot_columns, area.plot_columns - 1).astype(np.intp)
    row = np.minimum((1 - y[inside]) * area.plot_rows, area.plot_rows - 1).astype(np.intp)
    codes = np.broadcast_to([ord(character) for character in glyph], len(inside))
    layer.glyphs[row, column] = codes[inside]
    return layer


def cells_between(area: Area, one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far apart two points (x, y) are on the screen, in widths of a cell."""
    across, up = (
        axis.place(np.array(values))
        for axis, values in zip((area.x, area.y), zip(one, other, strict=True), strict=True)
    )
    return math.hypot(
        float(np.ptp(across)) * area.plot_columns, float(np.ptp(up)) * area.plot_rows * CELL_ASPECT
    )


def arrow(
    area: Area,
    start: tuple[float, float],
    direction: tuple[float, float],
    cells: float,
    role: Role,
) -> list[Layer]:
    """Draw an arrow that begins at (x, y) and points along (dx, dy), so many cells long."""
    x, y = (axis.place(np.array([at])) for axis, at in zip((area.x, area.y), start, strict=True))
    spans = (axis.high / 2 - axis.low / 2 for axis in (area.x, area.y))
    across, up = (change / 2 / span for change, span in zip(direction, spans, strict=True))
    length = math.hypot(across * area.plot_columns, up * area.plot_rows * CELL_ASPECT)
    if not (0 < length < math.inf):
        return []
    x, y = (
        np.concatenate([at, at + change * cells / length]) for at, change in ((x, across), (y, up))
    )
    angle = math.atan2(up * area.plot_rows * CELL_ASPECT, across * area.plot_columns)
    head = area.markers.arrows[round(angle / (math.pi / 4)) % 8]
    tip_x, tip_y = (
        axis.low + at[1:] * (axis.high - axis.low) for axis, at in ((area.x, x), (area.y, y))
    )
    shaft = Layer.of_dots(canvas.connected(area, x, y), area.markers.fit, role)
    return [shaft, marks(area, tip_x, tip_y, head, role)]


def _dashes(dots: float, cell: int, dash: int, period: int) -> FloatArray:
    """Return where along a line of so many dots those of its dashes are, from 0 to 1.

    A cell has `cell` dots. A dash is `dash` cells long, and `period` cells from the next one's
    start.
    """
    number = np.arange(max(2, int(dots)))
    inked = number[number % (period * cell) < dash * cell]
    return (inked + 0.5) / len(number)


def _clip(area: Area, slope: float, intercept: float) -> tuple[FloatArray, FloatArray] | None:
    """Return the ends, x and y, of the part of y = m x + b that lies in the window, if any does."""
    if not (math.isfinite(slope) and math.isfinite(intercept)):
        return None
    left, right, low, high = area.x.low, area.x.high, area.y.low, area.y.high
    if slope == 0:
        ends = [(left, intercept), (right, intercept)]
        return None if not low <= intercept <= high else _columns(ends)
    # Where it enters and leaves the window's height: for a steep line more exact than m x + b.
    enter, leave = sorted(((y - intercept) / slope, y) for y in (low, high))
    if enter[0] > right or leave[0] < left:
        return None
    if enter[0] < left:
        enter = left, min(max(slope * left + intercept, low), high)
    if leave[0] > right:
        leave = right, min(max(slope * right + intercept, low), high)
    return _columns([enter, leave])


def _columns(points: list[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
    x, y = np.array(points).T
    return x, y


def _ink(area: Area, role: Role) -> Ink:
    """Return what a role is drawn with."""
    markers = area.markers
    inks = {
        Role.POINTS: markers.points,
        Role.REFERENCE: markers.closed_form,
        Role.TRACE: markers.trace,
        Role.BAND: markers.trace,
        Role.TEST: markers.trace,
        Role.CONTOUR: markers.contour,
        **dict.fromkeys((*CURVES, *QUIET.values()), markers.points),
    }
    return inks.get(role, markers.fit)


def _line(area: Area, x: FloatArray, y: FloatArray, role: Role, fit: Ink | None = None) -> Layer:
    """Return a line of some role; `fit` replaces the ink of a line that is fitted.

    A line for comparison is in short dashes, unless its ink alone distinguishes it from a fit, as
    needed without colours or for eyes that see few.
    """
    ink = _ink(area, role)
    if role not in (Role.TRACE, Role.BAND, Role.TEST):
        return Layer.of_dots(canvas.connected(area, x, y), fit or ink, role)
    same = ink.patterns == area.markers.fit.patterns
    draw = canvas.short_dashes if same else canvas.connected
    return Layer.of_dots(draw(area, x, y), ink, role)


def _dotted(area: Area, x: FloatArray, y: FloatArray, role: Role) -> Layer:
    """Return separate dots of a line that the fit is compared with."""
    dots, _ = canvas.points(area, x, y)
    return Layer.of_dots(dots, area.markers.closed_form, role)


def _no_ink(area: Area, role: Role) -> Layer:
    return Layer(blank(area.plot_columns, area.plot_rows).glyphs, role)

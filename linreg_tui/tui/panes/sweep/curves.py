"""Learning curves of some rows of a sweep: over one another, or each in a picture of its own.

The line above them has the values at the cursor, each in a place that doesn't change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from linreg_tui.axes import most_zoom
from linreg_tui.core.moments import FloatArray
from linreg_tui.numbers import compact
from linreg_tui.report.learning_curves import CurvesPicture, LearningCurve, mean_words, picture
from linreg_tui.sweeps.table import Columns, Row
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import (
    CURVES,
    QUIET,
    Layer,
    Picture,
    Role,
    Span,
    blank,
    lines,
    paste,
    rows_of,
    shaded,
    stack,
    write,
)
from linreg_tui.tui.panes.sweep.curves_view import CurvesView
from linreg_tui.tui.panes.sweep.table_view import TableView

MARKERS_A_CURVE = 6
"""Markers along a curve."""

DARKEST_SHADE = 4
"""The darkest shade that overlapping bands may add up to."""

GAP_CELLS = 2
"""Cells between two values in the line above the curves; the second one marks a pinned curve."""

PINNED, PINNED_SHADE = "▸", 4

HEAD_ROWS = 2
"""Rows above the pictures: the values, and the label of the y axis."""

VALUE_FORMS = (7, True), (6, True), (5, True), (5, False)
"""Cells of a value, and whether the line says what tells the curves apart; the best one first."""

LEAST_COLUMNS, LEAST_ROWS = 14, 3
"""The smallest plot area of a curve on its own."""

COLUMNS_A_ROW = 4.0
"""The shape of a plot area that suits a curve: a cell is twice as high as wide."""

CURSOR_UNITS = {"epochs": "epoch", "steps": "step", "rows seen": "rows"}
"""What the place of the cursor is, along each axis."""


def role(ink: int) -> Role:
    """Return the colour of a curve."""
    return CURVES[ink % len(CURVES)]


def marker(ink: int, markers: Markers) -> str:
    """Return the marker of a curve; marker and colour together repeat after 42 curves."""
    return markers.curves[ink % len(markers.curves)]


def names(table_columns: Columns) -> tuple[str, ...]:
    """Return the columns that tell the rows of a sweep apart."""
    return ("scale",) if table_columns.scales else table_columns.varying


def _one_name(table_columns: Columns) -> tuple[str, ...]:
    """Return the name of the only such column; none if there are several, for lack of room."""
    return names(table_columns) if len(names(table_columns)) == 1 else ()


def label(row: Row, table_columns: Columns) -> str:
    """Return a row's values in these columns."""
    cells = table_columns.settings(row.trials[0])
    return " ".join(cells[name] for name in names(table_columns))


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of a group's curve in the line of values: from which column on, and its text."""

    group: int
    column: int
    text: str
    role: Role

    @property
    def end(self) -> int:
        """The column after it."""
        return self.column + cell_len(self.text)


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the picture with axes of its own.

    Its plot area begins at this row and column of the whole. The curves are numbered; those in
    front are drawn in full colour. A `single` panel is of the one in front, whose name it has. A
    panel with `ticks` has a row of them below.
    """

    row: int
    column: int
    area: Area
    front: tuple[int, ...]
    behind: tuple[int, ...]
    single: bool = False
    ticks: bool = True

    def place(self, column: int, row: int) -> float | None:
        """Return the place on the x axis of a cell of the whole; None outside the plot area."""
        area, across, down = self.area, column - self.column, row - self.row
        if not (0 <= across < area.plot_columns and 0 <= down < area.plot_rows):
            return None
        return area.x.low + (across + 0.5) / area.plot_columns * (area.x.high - area.x.low)


class Curves:
    """The learning curves of a table's rows, as a view shows them.

    While they have the keyboard (`focused`), the cursor is bright.
    """

    def __init__(
        self, table: TableView, view: CurvesView, markers: Markers, *, focused: bool = False
    ) -> None:
        self._table = table
        self.view = view
        self._markers = markers
        self._cursor = Role.HERE if focused else Role.AXIS
        overlaid = list(table.overlaid(view.pinned))
        self._rows = [row for row, _ in overlaid]
        self._inks = [ink for _, ink in overlaid]
        groups = [row.group for row in self._rows]
        self._pinned = groups.index(view.pinned) if view.pinned in groups else None

    @cached_property
    def _picture(self) -> CurvesPicture:
        """The curves and all of their axes."""
        return self._picture_of(self._rows)

    def _picture_of(self, rows: Sequence[Row], title: str = "") -> CurvesPicture:
        columns, view = self._table.columns, self.view
        return picture(
            title,
            self._table.data,
            [row.results for row in rows],
            [" ".join([*_one_name(columns), label(row, columns)]) for row in rows],
            view.against,
            above_optimum=view.above_optimum,
            smoothing=view.smoothing,
        )

    def for_a_file(self, kind: str) -> CurvesPicture:
        """Return the curves with all of their axes; if none is shown, those of every row."""
        rows = self._rows or [row for row in self._table.table.rows if row.results]
        return self._picture_of(rows, f"Learning curves of a sweep over {kind}").for_a_file

    @property
    def last(self) -> float:
        """Where the x axis ends."""
        return self._picture.last if self._rows else 0.0

    @property
    def most_zoom(self) -> int:
        """How far the x axis can be zoomed."""
        if not self._rows:
            return 0
        grains = [curve.grain for curve in self._picture.curves if curve.grain > 0]
        return most_zoom(self.last, min(grains, default=self.last))

    def draw(self, columns: int, rows: int) -> Picture:
        """Draw the line of values, and below it the curves."""
        if not self._rows:
            why = "no learning curve yet: each comes when its training ends"
            return lines(columns, rows, [[(why, Role.LABEL)]])
        whole = blank(columns, rows)
        self._write_values(whole)
        panels = self._panels(columns, rows)
        if panels:
            self._write_head(whole, panels[0])
        for panel in panels:
            # The first row of its own is for a label, which is in the whole's head.
            drawn = rows_of(self._draw(panel), 1, panel.area.plot_rows + 2 + panel.ticks)
            paste(whole, drawn, panel.row, panel.column - panel.area.left)
        return whole

    def place_at(self, columns: int, rows: int, column: int, row: int) -> float | None:
        """Return the place on the x axis of a cell of the picture; None beside the curves."""
        panels = self._panels(columns, rows) if self._rows else []
        places = (panel.place(column, row) for panel in panels)
        return next((place for place in places if place is not None), None)

    def group_at(self, columns: int, column: int) -> int | None:
        """Return the group whose value is in this column of the line of values, if any."""
        entries = self._line(columns)[1] if self._rows else []
        return next((one.group for one in entries if one.column <= column < one.end), None)

    # The line of values.

    def _where(self, *, named: bool) -> list[Span]:
        """Return where the cursor is, as wide wherever it is, and what tells the curves apart."""
        step, last = self.view.cursor_step(self.last), self.last
        decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
        width = len(f"{last:,.{decimals}f}")
        place = f"{self.view.place(last):>{width},.{decimals}f}"
        unit = CURSOR_UNITS[self.view.against]
        of_place = Role.TEXT if self._cursor == Role.AXIS else self._cursor
        spans: list[Span] = [(f"{unit} ", Role.LABEL), (place, of_place)]
        names = _one_name(self._table.columns) if named else ()
        return [*spans, *((f"{' ' * GAP_CELLS}{name}", Role.LABEL) for name in names)]

    def _line(self, columns: int) -> tuple[list[Span], list[Entry]]:
        """Return where the cursor is, and the values there that fit.

        If not all fit, they have fewer digits, then no name, and then the last ones are left out.
        """
        for width, named in VALUE_FORMS:
            where = self._where(named=named)
            entries = self._entries(sum(cell_len(text) for text, _ in where), width)
            if entries[-1].end <= columns:
                return where, entries
        left_out = GAP_CELLS + len(f"+{len(entries)}")
        return where, [entry for entry in entries if entry.end + left_out <= columns]

    def _entries(self, column: int, width: int) -> list[Entry]:
        entries = []
        place = self.view.place(self.last)
        for row, ink, curve in zip(self._rows, self._inks, self._picture.curves, strict=True):
            name = f"{marker(ink, self._markers)} {label(row, self._table.columns)}"
            text = f"{name} {compact(curve.at(place), width)}"
            entries.append(Entry(row.group, column + GAP_CELLS, text, role(ink)))
            column = entries[-1].end
        return entries

    def _write_values(self, whole: Picture) -> None:
        rows, columns = whole.glyphs.shape
        if rows < 1:
            return
        where, entries = self._line(columns)
        column = 0
        for text, of_text in where:
            write(whole, 0, column, text, of_text)
            column += cell_len(text)
        for entry in entries:
            write(whole, 0, entry.column, entry.text, entry.role)
            column = entry.end
            if entry.group == self.view.pinned:
                write(whole, 0, entry.column - 1, PINNED, entry.role)
                whole.shades[0, entry.column - 1 : entry.end] = PINNED_SHADE
        if more := len(self._rows) - len(entries):
            write(whole, 0, column + GAP_CELLS, f"+{more}", Role.LABEL)

    # The pictures.

    def _panels(self, columns: int, rows: int) -> list[Panel]:
        """Return the parts of a picture: one for each curve, if they are apart and have room."""
        rows -= HEAD_ROWS
        every = tuple(range(len(self._rows)))
        margin = self._margin
        across = _best_across(len(every), columns - margin, rows) if self.view.apart else None
        if across is None:
            axes = self._axes(columns, rows)
            # The frame of an area has a row for a label above the plot area.
            area = Area(columns, rows + 1, axes.x, axes.y, self._markers)
            front = every if self._pinned is None else (self._pinned,)
            behind = tuple(number for number in every if number not in front)
            panel = Panel(HEAD_ROWS, area.left, area, front, behind)
            return [panel] if area.has_room else []
        wide, high = _shape(len(every), across, columns - margin, rows)
        axes = self._axes(wide, high)
        panels = []
        for number in every:
            row, column = divmod(number, across)
            x = axes.x if number == every[-1] else replace(axes.x, label="")
            y = axes.y if column == 0 else replace(axes.y, ticks=())
            area = Area(0, high + 3, x, y, self._markers)
            panels.append(
                Panel(
                    HEAD_ROWS + row * (high + 1),
                    margin + 1 + column * (wide + 1),
                    replace(area, columns=area.left + wide),
                    (number,),
                    () if self._pinned in (None, number) else (self._pinned,),
                    single=True,
                    ticks=number + across >= len(every),
                )
            )
        return panels

    def _axes(self, columns: int, rows: int) -> CurvesPicture:
        """Return the curves with the axes of the part in view, for a picture of this size."""
        ticks = columns // CELLS_A_TICK_ACROSS, rows // CELLS_A_TICK_DOWN + 1
        return self._picture.zoomed(self.view.zoom, self.view.place(self.last), ticks)

    @property
    def _margin(self) -> int:
        """Cells that no tick of the y axis is wider than."""
        axis = self._axes(0, 0).y
        return max(len(f"1e{math.floor(limit)}") for limit in (axis.low, axis.high))

    def _write_head(self, whole: Picture, panel: Panel) -> None:
        """Write the label of the y axis, and what is in the pictures besides the curves."""
        columns, left = whole.glyphs.shape[1], panel.column - 1
        y_label = f"{self._markers.up} {panel.area.y.label}"
        write(whole, 1, left, y_label, Role.LABEL)
        entries: list[Span] = []
        if self.view.apart and not panel.single:
            entries.append(("no room for one picture a curve", Role.TEXT))
        if self._picture.least is not None:
            squared = all(row.settings.loss.from_moments for row in self._rows)
            name = "closed form" if squared else "optimum"
            entries.append((f"{self._markers.closed_form.sample} {name}", Role.REFERENCE))
        if self.view.smoothing != "off":
            words = mean_words(self.view.smoothing)
            entries.append((f"{self._markers.fit.sample} {words}", Role.LABEL))
            entries.append((f"{self._markers.points.sample} unsmoothed", Role.LABEL))
        elif any((curve.low < curve.high).any() for curve in self._thinned(panel.area)):
            entries.append(("shade: from least to largest", Role.LABEL))
        room = columns - left - cell_len(y_label) - 2
        while entries and sum(cell_len(text) + 3 for text, _ in entries) - 3 > room:
            entries.pop()
        column = columns - sum(cell_len(text) + 3 for text, _ in entries) + 3
        for text, of_text in entries:
            write(whole, 1, column, text, of_text)
            column += cell_len(text) + 3

    def _draw(self, panel: Panel) -> Picture:
        """Draw a panel, with a first row for a label."""
        area, smoothed = panel.area, self.view.smoothing != "off"
        below = figures.frame(replace(area, y=replace(area.y, label="")))
        shades = np.zeros((area.plot_rows, area.plot_columns), np.uint8)
        curves = self._thinned(area)
        for number in () if smoothed else panel.front:
            shades += _band(area, curves[number])
        ground = shaded(area, below, np.minimum(shades, DARKEST_SHADE))
        drawn = stack(area, ground, self._layers(panel, curves))
        if panel.single:
            self._write_title(drawn, area, panel.front[0])
        return drawn

    def _thinned(self, area: Area) -> list[LearningCurve]:
        """Return the curves with about as many spans in the window as it has columns.

        More of them would be a thicket of vertical lines.
        """
        share = (area.x.high - area.x.low) / (self.last or 1.0)
        return [
            curve.thinned(math.ceil(area.plot_columns / min(1.0, share)))
            for curve in self._picture.curves
        ]

    def _layers(self, panel: Panel, curves: Sequence[LearningCurve]) -> Iterator[Layer]:
        area = panel.area
        full = {number: role(ink) for number, ink in enumerate(self._inks)}
        faint = {number: QUIET[of_curve] for number, of_curve in full.items()}
        place = self.view.place(self.last)
        yield figures.bar(area, place, self._cursor)
        if self._picture.least is not None:
            yield figures.level(area, self._picture.least, Role.REFERENCE)
        if self.view.smoothing != "off":
            for number in panel.front:
                curve = self._picture.curves[number]
                yield figures.scatter(area, curve.places, curve.mean, faint[number])
        for numbers, roles in ((panel.behind, faint), (panel.front, full)):
            for number in numbers:
                yield figures.path(area, *_visible(area, curves[number]), roles[number])
            for number in numbers:
                ink = self._inks[number]
                if not panel.single:
                    yield _markers(area, curves[number], ink, roles[number])
                value = self._picture.curves[number].at(place)
                if value is not None:
                    glyph = marker(ink, area.markers)
                    at = np.array([place]), np.array([value])
                    yield figures.marks(area, *at, glyph, roles[number])

    def _write_title(self, drawn: Picture, area: Area, number: int) -> None:
        ink = self._inks[number]
        sign = PINNED if number == self._pinned else " "
        name = label(self._rows[number], self._table.columns)
        text = f"{sign}{marker(ink, area.markers)} {name} "
        write(drawn, 1, max(area.left, area.columns - cell_len(text)), text, role(ink))


def _best_across(count: int, columns: int, rows: int) -> int | None:
    """Return how many of `count` pictures to draw beside one another; None without room."""
    misfits = {}
    for across in range(1, count + 1):
        wide, high = _shape(count, across, columns, rows)
        if wide >= LEAST_COLUMNS and high >= LEAST_ROWS:
            empty = -count % across / count
            misfits[across] = abs(math.log(wide / high / COLUMNS_A_ROW)) + empty / 2
    return min(misfits, key=lambda across: misfits[across]) if misfits else None


def _shape(count: int, across: int, columns: int, rows: int) -> tuple[int, int]:
    """Return columns and rows of each plot area: each has an axis, and the lowest have ticks."""
    return columns // across - 1, (rows - 1) // -(-count // across) - 1


def _visible(area: Area, curve: LearningCurve) -> tuple[FloatArray, FloatArray]:
    """Return the part of a curve in the window, up to its borders, in places and losses.

    Of the losses above the window, only the first of each stretch is left.
    """
    x, losses = curve.places, curve.line
    edges = np.array([area.x.low, area.x.high])
    edges = edges[(edges > x[0]) & (edges < x[-1])]
    seen = (x >= area.x.low) & (x <= area.x.high)
    at_edges = 10 ** np.interp(edges, x, np.log10(losses))
    order = np.argsort(x := np.append(x[seen], edges))
    losses = np.append(losses[seen], at_edges)[order]
    above = area.y.place(losses) > 1
    again = above & np.concatenate([[False], above[:-1]])
    return x[order], np.where(again, np.nan, losses)


def _band(area: Area, curve: LearningCurve) -> NDArray[np.uint8]:
    """Return 1 in each cell of the plot area between the least and the largest loss, else 0."""
    shape = area.plot_rows, area.plot_columns
    middles = area.x.low + (np.arange(shape[1]) + 0.5) / shape[1] * (area.x.high - area.x.low)
    inside = middles <= curve.places[-1]

    def row(losses: NDArray[np.float64]) -> NDArray[np.float64]:
        at = np.interp(middles, curve.places, area.y.place(losses))
        return np.floor((1 - np.clip(at, 0, 1)) * (shape[0] - 1e-9))

    rows = np.arange(shape[0])[:, None]
    high, low = row(curve.high), row(curve.low)
    # A band within one row says no more than its line.
    band: NDArray[np.bool_] = (rows >= high) & (rows <= low) & (high < low) & inside
    return band.astype(np.uint8)


def _markers(area: Area, curve: LearningCurve, ink: int, of_curve: Role) -> Layer:
    """Return markers along a curve, at other places for each ink, so that none covers another."""
    x, losses = _visible(area, curve)
    share = (ink % MARKERS_A_CURVE + 0.5) / MARKERS_A_CURVE
    spread = (np.arange(MARKERS_A_CURVE) + share) / MARKERS_A_CURVE
    chosen = np.unique(np.round((len(x) - 1) * spread).astype(np.intp))
    chosen = chosen[(chosen >= 0) & (chosen < len(x))]  # the curve may end left of the window
    return figures.marks(area, x[chosen], losses[chosen], marker(ink, area.markers), of_curve)

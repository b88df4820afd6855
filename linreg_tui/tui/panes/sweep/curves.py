"""Learning curves of some rows of a sweep, drawn over one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from linreg_tui.core.dataset import Dataset
from linreg_tui.report.learning_curves import Against, CurvesPicture, LearningCurve, picture
from linreg_tui.sweeps.table import Columns, Row
from linreg_tui.tui.drawing import figures
from linreg_tui.tui.drawing.area import CELLS_A_TICK_ACROSS, CELLS_A_TICK_DOWN, Area
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import CURVES, Layer, Picture, Role, Span, lines, shaded, stack
from linreg_tui.tui.panes.sweep.table_view import TableView

AGAINST: tuple[Against, ...] = ("epochs", "steps", "rows seen")

MARKERS_A_CURVE = 6
"""Markers along a curve."""

DARKEST_SHADE = 4
"""The darkest shade that overlapping bands may add up to."""

GAP_CELLS = 3
"""Cells between two entries of the legend."""


def overlay(
    title: str,
    data: Dataset,
    rows: Sequence[Row],
    table_columns: Columns,
    against: Against,
    *,
    above_optimum: bool,
    ticks: tuple[int, int] = (8, 8),
) -> CurvesPicture:
    """Return the curves of rows with results, named by the settings that differ."""
    return picture(
        title,
        data,
        [row.results for row in rows],
        [" ".join([*_one_name(table_columns), label(row, table_columns)]) for row in rows],
        against,
        above_optimum=above_optimum,
        ticks=ticks,
    )


def draw_curves(
    columns: int,
    rows: int,
    data: Dataset,
    overlaid: Sequence[tuple[Row, int]],
    table_columns: Columns,
    against: Against,
    markers: Markers,
    *,
    above_optimum: bool = False,
) -> Picture:
    """Draw the curves of rows with results in their inks; repeats are a band."""
    if not overlaid:
        why = "no learning curve yet: each comes when its training ends"
        return lines(columns, rows, [[(why, Role.LABEL)]])
    ticks = columns // CELLS_A_TICK_ACROSS, rows // CELLS_A_TICK_DOWN + 1
    drawn = overlay(
        "",
        data,
        [row for row, _ in overlaid],
        table_columns,
        against,
        above_optimum=above_optimum,
        ticks=ticks,
    )
    area = Area(columns, rows, drawn.x, drawn.y, markers)
    inks = [ink for _, ink in overlaid]
    entries = [
        (f"{marker(ink, markers)} {label(row, table_columns)}", role(ink)) for row, ink in overlaid
    ]
    others = [("shade: from least to largest", Role.LABEL)]
    if not above_optimum:
        squared = all(row.settings.loss.from_moments for row, _ in overlaid)
        name = "closed form" if squared else "optimum"
        others.insert(0, (f"{markers.closed_form.sample} {name}", Role.REFERENCE))
    legend = _legend(area, _one_name(table_columns), entries, others)
    below = figures.frame(area, legend)
    if not area.has_room:
        return below
    layered = [] if drawn.least is None else [figures.level(area, drawn.least, Role.REFERENCE)]
    shades = np.zeros((area.plot_rows, area.plot_columns), np.uint8)
    for curve, ink in zip(drawn.curves, inks, strict=True):
        shades += _band(area, curve)
        layered.append(figures.path(area, curve.places, _cut(area, curve.middle), role(ink)))
    layered += [_markers(area, curve, ink) for curve, ink in zip(drawn.curves, inks, strict=True)]
    ground = shaded(area, below, np.minimum(shades, DARKEST_SHADE))
    return stack(area, ground, layered)


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


def _legend(area: Area, names: Sequence[str], curves: list[Span], others: list[Span]) -> list[Span]:
    """Return as much of the legend as fits above the curves, and how many curves it leaves out."""
    room = area.plot_columns - cell_len(area.y.label) - 4
    title = [(name, Role.LABEL) for name in names]
    candidates = [[*title, *curves, *others[:k]] for k in range(len(others), -1, -1)]
    candidates.append(curves)
    for count in range(len(curves) - 1, 0, -1):
        more = [(f"+{len(curves) - count}", Role.LABEL)]
        candidates.append([*title, *curves[:count], *more])
    fitting = (
        entries
        for entries in candidates
        if sum(cell_len(text) + GAP_CELLS for text, _ in entries) - GAP_CELLS <= room
    )
    return next(fitting, [])


def _cut(area: Area, losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the losses, but of those above the picture only the first of each stretch."""
    above = area.y.place(losses) > 1
    again = above & np.concatenate([[False], above[:-1]])
    return np.where(again, np.nan, losses)


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


def _markers(area: Area, curve: LearningCurve, ink: int) -> Layer:
    """Return markers along a curve, at other places for each ink, so that none covers another."""
    share = (ink % MARKERS_A_CURVE + 0.5) / MARKERS_A_CURVE
    chosen = np.unique(
        np.round(
            (len(curve.places) - 1) * (np.arange(MARKERS_A_CURVE) + share) / MARKERS_A_CURVE
        ).astype(np.intp)
    )
    return figures.marks(
        area,
        curve.places[chosen],
        curve.middle[chosen],
        marker(ink, area.markers),
        role(ink),
    )


class Overlay:
    """The curves of the marked rows, and what they are drawn against."""

    def __init__(self, markers: Markers) -> None:
        self.markers = markers
        self.against: Against = AGAINST[0]
        self.above_optimum = True
        """True at first: the losses themselves soon lie on one another."""

    def turn_axis(self) -> None:
        """Draw against the next of epochs, steps and rows seen."""
        self.against = AGAINST[(AGAINST.index(self.against) + 1) % len(AGAINST)]

    def toggle_excess(self) -> None:
        """Show the whole loss, or only the part above the optimum."""
        self.above_optimum = not self.above_optimum

    def draw(self, columns: int, rows: int, view: TableView) -> Picture:
        """Draw the curves of a view for the screen."""
        return draw_curves(
            columns,
            rows,
            view.data,
            list(view.overlaid()),
            view.columns,
            self.against,
            self.markers,
            above_optimum=self.above_optimum,
        )

    def picture(self, kind: str, view: TableView) -> CurvesPicture:
        """Return the same curves for a file; if none is drawn, those of all rows with results."""
        shown = list(view.overlaid()) or [(row, 0) for row in view.table.rows if row.results]
        return overlay(
            f"Learning curves of a sweep over {kind}",
            view.data,
            [row for row, _ in shown],
            view.columns,
            self.against,
            above_optimum=self.above_optimum,
        )

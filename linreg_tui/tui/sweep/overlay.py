"""How the learning curves of a sweep are laid over one another, on the screen and in files."""

from __future__ import annotations

from linreg_tui.report.learning_curves import Against, CurvesPicture
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.sweep.curves import AGAINST, draw_curves, overlay
from linreg_tui.tui.sweep.sheet import Sheet


class Overlay:
    """The curves of the rows that are marked, against what is chosen."""

    def __init__(self, markers: Markers) -> None:
        self.markers = markers
        self.against: Against = AGAINST[0]
        self.above_optimum = True
        """The losses themselves soon lie on one another."""

    def turn_axis(self) -> None:
        """Against the next of epochs, steps and rows seen."""
        self.against = AGAINST[(AGAINST.index(self.against) + 1) % len(AGAINST)]

    def toggle_excess(self) -> None:
        """The whole loss, or what of it is above the optimum."""
        self.above_optimum = not self.above_optimum

    def draw(self, columns: int, rows: int, sheet: Sheet) -> Picture:
        """The curves of a sheet, for the screen."""
        return draw_curves(
            columns,
            rows,
            sheet.data,
            list(sheet.overlaid()),
            sheet.columns,
            self.against,
            self.markers,
            above_optimum=self.above_optimum,
        )

    def picture(self, kind: str, sheet: Sheet) -> CurvesPicture:
        """The same of a kind of sweep, for a file; of all rows with results if none is drawn."""
        shown = list(sheet.overlaid()) or [(row, 0) for row in sheet.board.rows if row.results]
        return overlay(
            f"Learning curves of a sweep over {kind}",
            sheet.data,
            [row for row, _ in shown],
            sheet.columns,
            self.against,
            above_optimum=self.above_optimum,
        )

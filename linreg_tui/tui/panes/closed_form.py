"""The closed form: its sums, how they give the line, how sure that is, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size

from linreg_tui.core.closed_form import sums_of
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.inference import Inference, inference
from linreg_tui.tui.derivation import draw_derivation
from linreg_tui.tui.diagnostics import GRID_COLUMNS, DiagnosticsPictures
from linreg_tui.tui.inference_table import draw_inference
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.panes.views import PaneView, ViewsPane
from linreg_tui.tui.picture import Picture
from linreg_tui.tui.sums import draw_sums

DIAGNOSTICS = (3, 4, 5)
"""The views of the residuals, which are seen together where there is room."""

Draw = Callable[[int, int], Picture]


class ClosedFormPane(ViewsPane):
    """The sums, the derivation, the inference, and the residuals in three ways."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data = data
        self._sure: Inference | None = None
        line, sums = data.line, sums_of(data.x, data.y)
        self._residuals = left = DiagnosticsPictures(data, markers)
        views = (
            PaneView("sums", lambda columns, rows: draw_sums(columns, rows, sums, line)),
            PaneView("derivation", lambda c, r: draw_derivation(c, r, sums, line)),
            PaneView("inference", lambda c, r: draw_inference(c, r, line, self._sure), self._infer),
            PaneView("residuals", self._or_all(left.draw_residuals), left.prepare),
            PaneView("Q-Q", self._or_all(left.draw_quantiles), left.prepare),
            PaneView("leverage", self._or_all(left.draw_leverage), left.prepare),
        )
        super().__init__("closed-form", "2 Closed form", "c", views)

    def in_sight(self, number: int, size: Size) -> Sequence[int]:
        """All pictures of the residuals, where there is room for them."""
        together = number in DIAGNOSTICS and size.width >= GRID_COLUMNS
        return DIAGNOSTICS if together else [number]

    def _or_all(self, draw: Draw) -> Draw:
        def one_or_all(columns: int, rows: int) -> Picture:
            chosen = self._residuals.draw_all if columns >= GRID_COLUMNS else draw
            return chosen(columns, rows)

        return one_or_all

    def _infer(self) -> None:
        self._sure = inference(self._data.line)

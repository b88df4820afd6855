"""The closed form: its sums, the derivation, the inference, and the residuals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.geometry import Size

from linreg_tui.core.dataset import Dataset
from linreg_tui.tui.drawing.markers import BRAILLE, Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.panes.closed_form.sums import draw_sums
from linreg_tui.tui.panes.views import PaneView, ViewsPane, once

if TYPE_CHECKING:
    from linreg_tui.core.inference import Inference
    from linreg_tui.tui.panes.closed_form.diagnostics import DiagnosticsPictures


GRID_COLUMNS = 114
"""Columns from which all pictures of the residuals fit side by side."""

DIAGNOSTICS = ("residuals", "Q-Q", "leverage")
"""The views of the residuals, shown together where they fit."""

Draw = Callable[[int, int], Picture]


class ClosedFormPane(ViewsPane):
    """The sums, the derivation, the inference, and three pictures of the residuals."""

    def __init__(self, data: Dataset, view: str = "sums", markers: Markers = BRAILLE) -> None:
        self._data, self._markers = data, markers
        super().__init__("closed-form", "2 Closed form", "c", self._views_of(data), view)

    def set_data(self, data: Dataset) -> None:
        """Show the line of other data."""
        self._data = data
        self.set_views(self._views_of(data))

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.set_views(self._views_of(self._data))

    def _views_of(self, data: Dataset) -> tuple[PaneView, ...]:
        line, sums = data.line, data.sums
        sure: list[Inference] = []

        # What only the later views need is loaded with them: loading takes most of the start.
        def derive(columns: int, rows: int) -> Picture:
            from linreg_tui.tui.panes.closed_form.derivation import draw_derivation

            return draw_derivation(columns, rows, sums, line)

        def infer() -> None:
            from linreg_tui.core.inference import inference

            sure.append(inference(line))

        def draw_table(columns: int, rows: int) -> Picture:
            from linreg_tui.tui.panes.closed_form.inference import draw_inference

            return draw_inference(columns, rows, line, next(iter(sure), None))

        @once
        def left() -> DiagnosticsPictures:
            from linreg_tui.tui.panes.closed_form.diagnostics import DiagnosticsPictures

            return DiagnosticsPictures(data, self._markers)

        def prepare() -> None:
            left().prepare()

        def or_all(draw: Callable[[DiagnosticsPictures, int, int], Picture]) -> Draw:
            return lambda c, r: left().draw_all(c, r) if c >= GRID_COLUMNS else draw(left(), c, r)

        return (
            PaneView("sums", lambda c, r: draw_sums(c, r, sums, line, data.per_x)),
            PaneView("derivation", derive),
            PaneView("inference", draw_table, infer),
            PaneView("residuals", or_all(lambda of, c, r: of.draw_residuals(c, r)), prepare),
            PaneView("Q-Q", or_all(lambda of, c, r: of.draw_quantiles(c, r)), prepare),
            PaneView("leverage", or_all(lambda of, c, r: of.draw_leverage(c, r)), prepare),
        )

    def in_sight(self, view: str, size: Size) -> Sequence[str]:
        """Return all views of the residuals, where they fit."""
        together = view in DIAGNOSTICS and size.width >= GRID_COLUMNS
        return DIAGNOSTICS if together else [view]

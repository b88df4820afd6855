"""The closed form: its sums, how they give the line, how sure that is, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size

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
        self._data, self._markers = data, markers
        super().__init__("closed-form", "2 Closed form", "c", self._views_of(data))

    def take(self, data: Dataset) -> None:
        """Show other data's line."""
        self._data = data
        self.look_at(self._views_of(data))

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.take(self._data)

    def _views_of(self, data: Dataset) -> tuple[PaneView, ...]:
        line, sums = data.line, data.sums
        left = DiagnosticsPictures(data, self._markers)
        sure: list[Inference] = []

        def infer() -> None:
            sure.append(inference(line))

        def or_all(draw: Draw) -> Draw:
            return lambda c, r: (left.draw_all if c >= GRID_COLUMNS else draw)(c, r)

        return (
            PaneView("sums", lambda c, r: draw_sums(c, r, sums, line)),
            PaneView("derivation", lambda c, r: draw_derivation(c, r, sums, line)),
            PaneView(
                "inference", lambda c, r: draw_inference(c, r, line, next(iter(sure), None)), infer
            ),
            PaneView("residuals", or_all(left.draw_residuals), left.prepare),
            PaneView("Q-Q", or_all(left.draw_quantiles), left.prepare),
            PaneView("leverage", or_all(left.draw_leverage), left.prepare),
        )

    def in_sight(self, number: int, size: Size) -> Sequence[int]:
        """All pictures of the residuals, where there is room for them."""
        together = number in DIAGNOSTICS and size.width >= GRID_COLUMNS
        return DIAGNOSTICS if together else [number]

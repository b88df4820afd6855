"""The pictures of a run that the live pane shows, and which of them are meant."""

from __future__ import annotations

from linreg_tui.core.dataset import Dataset
from linreg_tui.tui.drawing.fit import FitPicture
from linreg_tui.tui.drawing.landscape import LandscapePicture
from linreg_tui.tui.drawing.large import draw_large, large_rows
from linreg_tui.tui.drawing.loss import LossPicture
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.drawing.picture import Picture
from linreg_tui.tui.plots import Plots
from linreg_tui.tui.run_view import RunView


class LivePictures:
    """The line over the points, the loss, its landscape, and large digits, of any step of a run."""

    def __init__(self, data: Dataset, markers: Markers) -> None:
        self.plots = Plots()
        self._data, self._markers = data, markers
        self._draw_anew()

    def take(self, data: Dataset) -> None:
        """Draw other data."""
        self._data = data
        self._draw_anew()

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self._draw_anew()

    def show_plots(self, plots: Plots) -> None:
        """Draw this way from now on."""
        self.plots = plots
        self._loss.above_optimum = plots.above_optimum
        self._landscape.standardized = plots.z_scores

    @property
    def rows_of_digits(self) -> int:
        """How many rows large digits take."""
        return large_rows(self._markers)

    def fit(self, columns: int, rows: int, view: RunView) -> Picture:
        """The line over the points."""
        return self._fit.draw(columns, rows, view)

    def loss(self, columns: int, rows: int, view: RunView) -> Picture:
        """The loss over the steps, or its landscape."""
        lower = self._landscape if self.plots.plot == "landscape" else self._loss
        return lower.draw(columns, rows, view)

    def large(self, columns: int, rows: int, view: RunView) -> Picture:
        """The numbers in large digits."""
        return draw_large(columns, rows, view, self._markers)

    def _draw_anew(self) -> None:
        self._fit = FitPicture(self._data, self._markers)
        self._loss = LossPicture(self._markers)
        self._landscape = LandscapePicture(self._data, self._markers)
        self.show_plots(self.plots)

"""The data: all rows as points, with their distributions, and as a table."""

from __future__ import annotations

from linreg_tui.core.dataset import Dataset
from linreg_tui.tui.joint import JointPicture
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.panes.views import PaneView, ViewsPane
from linreg_tui.tui.pictures import draw_data
from linreg_tui.tui.table import TablePicture


class DataPane(ViewsPane):
    """A scatter plot, a joint plot, and the first rows with a summary."""

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        self._data, self._markers = data, markers
        super().__init__("data", "1 Data", "v", self._views_of(data))

    def take(self, data: Dataset) -> None:
        """Show other data."""
        self._data = data
        self.look_at(self._views_of(data))

    def draw_with(self, markers: Markers) -> None:
        """Draw with other markers."""
        self._markers = markers
        self.take(self._data)

    def _views_of(self, data: Dataset) -> tuple[PaneView, ...]:
        markers = self._markers
        joint, table = JointPicture(data, markers), TablePicture(data)
        return (
            PaneView("scatter", lambda columns, rows: draw_data(data, columns, rows, markers)),
            PaneView("joint plot", joint.draw, joint.prepare),
            PaneView("table", table.draw, table.prepare),
        )

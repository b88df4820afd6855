"""The data: a scatter plot of all rows."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from linreg_tui.core.dataset import Dataset
from linreg_tui.tui.markers import BRAILLE, Markers
from linreg_tui.tui.pictures import draw_data
from linreg_tui.tui.plot import Plot


class DataPane(Vertical):
    """The points alone."""

    BORDER_TITLE = "1 Data"

    def __init__(self, data: Dataset, markers: Markers = BRAILLE) -> None:
        super().__init__(id="data", classes="pane")
        self._data = data
        self._markers = markers

    def compose(self) -> ComposeResult:
        """One plot."""
        yield Plot(lambda columns, rows: draw_data(self._data, columns, rows, self._markers))

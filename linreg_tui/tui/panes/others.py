"""The panes beside the live one, which the first paint can do without."""

from __future__ import annotations

from textual.widget import Widget

from linreg_tui.core.dataset import Dataset, Split
from linreg_tui.core.settings import Settings
from linreg_tui.tui.drawing.markers import Markers
from linreg_tui.tui.panes.closed_form import ClosedFormPane
from linreg_tui.tui.panes.data import DataPane
from linreg_tui.tui.panes.sweep import SweepPane
from linreg_tui.tui.terminal.link import Link
from linreg_tui.tui.tour.descent import DescentPane
from linreg_tui.tui.tour.guide import Guide
from linreg_tui.tui.tour.panel import TourPanel


class Others:
    """Makes them; they belong to the screen once they are mounted."""

    def __init__(
        self, data: Dataset, settings: Settings, markers: Markers, link: Link, guide: Guide
    ) -> None:
        self.data = DataPane(data, markers)
        self.closed_form = ClosedFormPane(data, markers)
        self.sweep = SweepPane(data, settings, markers, link)
        self.descent = DescentPane(markers)
        self.tour = TourPanel(guide)

    def show_split(self, split: Split) -> None:
        """Show which rows are held out, and the closed form of the others."""
        self.data.show_split(split)
        self.closed_form.take(split.training)

    async def mount(self, panes: Widget, side: Widget) -> None:
        """Put them beside the live pane, those that are always there into its side."""
        await side.mount(self.data, self.closed_form, self.sweep)
        await panes.mount(self.descent, self.tour)

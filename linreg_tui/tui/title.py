"""The line at the top: the panes by their keys, and the file the data came from."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.text import printable
from linreg_tui.tui.messages import PaneChosen
from linreg_tui.tui.state import Pane

TABS: dict[Pane | None, str] = {
    "data": "1 Data",
    "closed-form": "2 Closed form",
    "live": "3 Live SGD",
    "sweep": "4 Sweep",
    None: "0 All",
}


class Tab(Static):
    """One pane's name; clicking chooses it."""

    def __init__(self, pane: Pane | None, text: str) -> None:
        super().__init__(Content(text))
        self.pane: Pane | None = pane

    def on_click(self) -> None:
        """Choose the pane."""
        self.post_message(PaneChosen(self.pane))


class TitleBar(Horizontal):
    """Tabs on the left, the data's source on the right."""

    def __init__(self, data: Dataset) -> None:
        super().__init__()
        self._source = Static(id="source")
        self.show_data(data)

    def show_data(self, data: Dataset) -> None:
        """Show the name of other data."""
        name, _, edits = data.source.rpartition("/")[2].partition(", edited: ")
        rows = f"{data.dropped:,} row{'s' * (data.dropped != 1)} left out"
        # What happened to the rows comes first, since the end of the line may be cut.
        parts = [edits and f"edited: {edits}", data.dropped and rows, *data.notes]
        parts.append(printable(name, 60))
        self._source.update(Content(" · ".join(str(part) for part in parts if part)))

    def compose(self) -> ComposeResult:
        """Compose the tabs and the source."""
        for pane, text in TABS.items():
            yield Tab(pane, text)
        yield self._source

    def show_pane(self, pane: str | None) -> None:
        """Mark the tab of the pane that is alone on the screen, or that of all."""
        for tab in self.query(Tab):
            tab.set_class(tab.pane == pane, "chosen")

"""What a screen of some size has room for."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Size

LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""The smallest screen on which one pane can be read."""

LOSS_ROWS = 20
"""Below this many rows the line has the live pane for itself."""

ALL_COLUMNS, ALL_ROWS = 100, 32
"""The smallest screen on which all panes can."""

GRADIENT_ROWS, PLOTS_ROWS = 36, 30
"""From how many rows on the gradient is always shown, and takes no plot's place if asked for."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which pane is alone on the screen, None for all, and whether it has room for one plot only.

    `rows` are those of the screen that panes, title, and footer share; `too_small` is a screen on
    which nothing can be read.
    """

    alone: str | None
    rows: int
    one_plot: bool
    editing: bool
    too_small: bool

    @property
    def classes(self) -> dict[str, bool]:
        """The classes of the screen that go with it."""
        return {
            "editing": self.editing,
            "too-small": self.too_small,
            "short": self.one_plot,
            "low": self.rows < PLOTS_ROWS,
            "roomy": self.rows >= GRADIENT_ROWS,
        }

    def shows(self, pane: str | None) -> bool:
        """Whether a pane is on the screen. While points are edited, the sweep has no room."""
        if self.alone is None:
            return not (self.editing and pane == "sweep")
        return pane == self.alone


def arrange(
    size: Size, room: Size, asked: str | None, *, editing: bool, presenting: bool
) -> Arrangement:
    """What to show on a screen, of which `room` is what the tour leaves to the panes.

    `asked` is the pane that the user wants alone. While points are edited, it is the data where
    there is no room for all.
    """
    one_plot = room.height < LOSS_ROWS or presenting
    all_fit = room.width >= ALL_COLUMNS and room.height >= ALL_ROWS and not one_plot
    first = None if all_fit else "data" if editing else "live"
    too_small = size.width < LEAST_COLUMNS or size.height < LEAST_ROWS
    return Arrangement(asked or first, room.height, one_plot, editing, too_small)

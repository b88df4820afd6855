"""What fits on a screen of a given size."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Size

LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""The smallest screen on which one pane can be read."""

LOSS_ROWS = 20
"""With fewer rows than this, the line has the live pane to itself."""

ALL_COLUMNS, ALL_ROWS = 100, 32
"""The smallest screen on which all panes can be read."""

GRADIENT_ROWS, PLOTS_ROWS = 36, 30
"""Rows from which the gradient is always shown, and from which it takes no plot's place."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which pane is alone on the screen, None for all, and whether only one plot fits.

    Panes, title and footer share `rows` rows of the screen. On a screen that is `too_small`,
    nothing can be read.
    """

    alone: str | None
    rows: int
    one_plot: bool
    editing: bool
    too_small: bool

    @property
    def classes(self) -> dict[str, bool]:
        """The screen's classes for this arrangement."""
        return {
            "editing": self.editing,
            "too-small": self.too_small,
            "short": self.one_plot,
            "low": self.rows < PLOTS_ROWS,
            "roomy": self.rows >= GRADIENT_ROWS,
        }

    def shows(self, pane: str | None) -> bool:
        """Return whether a pane is on the screen; the sweep isn't while points are edited."""
        if self.alone is None:
            return not (self.editing and pane == "sweep")
        return pane == self.alone


def arrange(
    size: Size, room: Size, asked: str | None, *, editing: bool, presenting: bool
) -> Arrangement:
    """Return what to show on a screen of which the tour leaves `room` to the panes.

    `asked` is the pane that the user wants alone. While points are edited, the data stands alone
    where not all panes fit.
    """
    one_plot = room.height < LOSS_ROWS or presenting
    all_fit = room.width >= ALL_COLUMNS and room.height >= ALL_ROWS and not one_plot
    first = None if all_fit else "data" if editing else "live"
    too_small = size.width < LEAST_COLUMNS or size.height < LEAST_ROWS
    return Arrangement(asked or first, room.height, one_plot, editing, too_small)
